# SPDX-License-Identifier: MIT
"""`make demo-live` as a person watches it: every kind of source, then maps, and an end by itself."""

import subprocess
import sys
import time
from pathlib import Path

import pytest


def run_demo(project: Path, cwd: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / "tests/live_standin/demo.py"), *options]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.timeout(290)
def test_it_shows_every_kind_of_source_and_ends_with_two_sites(project: Path, tmp_path: Path) -> None:
    shown = run_demo(project, tmp_path, "--inhabitants", "2000")

    assert shown.returncode == 0, shown.stdout + shown.stderr
    for line in (
        "begegnungsstaetten  ",  # found in the portal's catalogue
        "done: config/musterstadt.toml",  # init
        "musterstadt.osm.pbf: fetched, ",
        "fb62-stadtbezirke.geojson: fetched, ",
        "gebref.txt: fetched, ",
        "musterstadt-grenze.geojson: fetched, ",
        "musterstadt.osm.pbf: unchanged, 0 bytes",
        "looked up, 1 found, 0 left for later",
        "quarter.osm.pbf: fetched, ",
    ):
        assert line in shown.stdout
    asked = shown.stdout.split("requests answered: ")[1].splitlines()[0]
    assert {part.split()[0] for part in asked.split(", ")} == {"Nominatim", "Overpass", "files", "portal"}
    for key in ("musterstadt_live", "musterstadt_quartier"):
        page = (tmp_path / "site" / key / "index.html").read_text(encoding="utf-8")
        assert "© OpenStreetMap contributors" in page
        assert (tmp_path / "data/raw" / key / "sources.toml").is_file()


def test_it_stops_when_its_time_is_over(project: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    shown = run_demo(project, tmp_path, "--inhabitants", "2000", "--seconds", "3")
    assert shown.returncode == 1
    assert "demo-live stopped" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert time.monotonic() - started < 30
