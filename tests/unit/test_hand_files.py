# SPDX-License-Identifier: MIT
"""Hand files lie beside the profile; they are inputs like any other and never fetched."""

from pathlib import Path

import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.jobs import plan_city
from begegnung_geo.sources.receivers import list_tasks

PROFILE = """
[city]
key = "dorf"
name = "Dorf"
[sources.osm]
file = "dorf.osm"
[[sources.places]]
key = "erwartet"
file = "erwartet.csv"
kind = "hand"
evidence = "C"
"""


def test_hand_files_are_found_beside_the_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand, raw = tmp_path / "config" / "dorf", tmp_path / "data" / "raw" / "dorf"
    for folder in (hand, raw):
        folder.mkdir(parents=True)
    (tmp_path / "config" / "dorf.toml").write_text(PROFILE)
    (raw / "dorf.osm").write_text("<osm/>")
    for name in ("erwartet.csv", "corrections.csv"):
        (hand / name).write_text("x")
    monkeypatch.chdir(tmp_path)
    job, _ = plan_city(Path("config/dorf.toml"), language="de")
    roles = {role: raw_file.path for role, raw_file in job.raw_files.items() if not role.startswith("rules.")}
    assert roles == {
        "osm": Path("data/raw/dorf/dorf.osm"),
        "places.erwartet": Path("config/dorf/erwartet.csv"),
        "hand.corrections": Path("config/dorf/corrections.csv"),
    }


def test_a_hand_list_is_never_fetched() -> None:
    overrides = {
        "city": {"key": "dorf", "name": "Dorf"},
        "sources": {
            "osm": {"file": "dorf.osm"},
            "places": [{"key": "a", "file": "a.csv", "kind": "hand"}, {"key": "b", "file": "b.csv"}],
        },
    }
    tasks = list_tasks(build_profile(overrides, where="test"))
    assert [task.source.file for task in tasks] == ["dorf.osm", "b.csv"]
