# SPDX-License-Identifier: MIT
"""The commands that use the network, as a person types them, against the stand-in."""

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from begegnung_geo.config import read_profile
from begegnung_geo.provenance import read_provenance
from live_standin.profiles import SHORT
from live_standin.server import Handler, StandIn

PROGRAM = str(Path(sys.executable).with_name("begegnung-geo"))
TABLE = b"name;persons\n" + b"".join(b"cell %06d;3\n" % row for row in range(40_000))
BOX = {"type": "Polygon", "coordinates": [[[7.1, 51.4], [7.3, 51.4], [7.3, 51.5], [7.1, 51.5], [7.1, 51.4]]]}


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(seconds_max=60) as server:
        server.files["/cells.csv"] = TABLE
        server.datasets["fb42-bibliotheken"] = {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {"name": "Hörde"}, "geometry": None}],
        }
        server.titles["fb42-bibliotheken"] = "standorte der bibliotheken"
        yield server


@pytest.fixture
def profile(standin: StandIn, tmp_path: Path) -> Path:
    """A profile whose services are all the stand-in's."""
    services = {
        "nominatim_url": f"{standin.url}/nominatim",
        "portal_url": standin.url,
        "geofabrik_index_url": f"{standin.url}/index-v1.json",
    }
    content: dict[str, Any] = {
        "city": {"key": "somewhere", "name": "Somewhere"},
        "fetch": {**SHORT, **services},
        "sources": {"osm": {"file": "cells.csv", "url": f"{standin.url}/cells.csv"}},
    }
    path = tmp_path / "somewhere.toml"
    path.write_text(tomli_w.dumps(content), encoding="utf-8")
    return path


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [PROGRAM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60, check=False)


def test_fetch_tells_what_became_of_each_file_and_transfers_nothing_twice(
    profile: Path, tmp_path: Path
) -> None:
    first, second = (run(tmp_path, "fetch", "--config", profile) for _ in range(2))

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert f"cells.csv: fetched, {len(TABLE):,} bytes" in first.stdout
    assert "cells.csv: unchanged, 0 bytes" in second.stdout
    assert "cells.csv: receiving" in first.stderr  # no terminal: one plain line a stage
    assert list(read_provenance(tmp_path / "data/raw/somewhere")) == ["cells.csv"]


def test_fetch_that_fails_ends_with_three_lines_and_code_1(
    standin: StandIn, profile: Path, tmp_path: Path
) -> None:
    del standin.files["/cells.csv"]
    result = run(tmp_path, "fetch", "--config", profile)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    starts = [line.split(":")[0] for line in result.stderr.strip().splitlines()[-3:]]
    assert starts == ["error", "where", "next"]
    assert "404" in result.stderr


def test_a_person_at_a_terminal_sees_a_bar_with_size_and_rate(
    standin: StandIn, profile: Path, tmp_path: Path
) -> None:
    def send_slowly(handler: Handler) -> None:
        handler.send(200, b"", Content_Length=str(len(TABLE)))
        for start in range(0, len(TABLE), 60_000):
            handler.wfile.write(TABLE[start : start + 60_000])
            handler.wfile.flush()
            time.sleep(0.15)

    standin.fail("/cells.csv", send_slowly)
    screen, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "140", "LINES": "30"}
    child = subprocess.Popen(
        [PROGRAM, "fetch", "--config", str(profile)],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    )
    os.close(terminal)
    seen = b""
    try:
        while piece := os.read(screen, 65_536):
            seen += piece
    except OSError:  # Linux: the other end of the terminal is closed
        pass
    finally:
        os.close(screen)
    assert child.wait(timeout=30) == 0
    text = seen.decode()
    assert "cells.csv (receiving)" in text
    assert "560.0/560.0 kB" in text  # 14 bytes a cell and a header
    assert "kB/s" in text or "MB/s" in text
    assert "cells.csv (done)" in text


def test_sources_search_lists_what_the_portal_has(profile: Path, tmp_path: Path) -> None:
    result = run(tmp_path, "sources", "search", "Bibliothek", "--config", profile)

    assert result.returncode == 0, result.stderr
    assert "fb42-bibliotheken  1 rows" in result.stdout
    assert "standorte der bibliotheken" in result.stdout
    assert "fields: name, geo_shape" in result.stdout
    assert result.stdout.endswith("1 data sets\n")
    assert run(tmp_path, "sources", "search", "Xyz", "--config", profile).stdout == "0 data sets\n"


def test_init_writes_a_profile_that_fetch_can_use_and_never_over_another(
    standin: StandIn, profile: Path, tmp_path: Path
) -> None:
    extract = {"properties": {"urls": {"pbf": f"{standin.url}/region.osm.pbf"}}, "geometry": BOX}
    wide = json.loads(json.dumps(extract).replace("7.1", "6.9").replace("7.3", "7.6"))
    wide = json.loads(json.dumps(wide).replace("51.4", "51.2").replace("51.5", "51.7"))
    standin.files["/index-v1.json"] = json.dumps({"features": [{"type": "Feature", **wide}]}).encode()
    standin.places = [
        {
            "osm_type": "relation",
            "osm_id": 62644,
            "lat": "51.4",
            "lon": "7.1",
            "name": "Bochum",
            "display_name": "Bochum, Nordrhein-Westfalen, Deutschland",
            "importance": 0.7,
            "boundingbox": ["51.4", "51.5", "7.1", "7.3"],
            "geojson": BOX,
            "extratags": {"de:amtlicher_gemeindeschluessel": "05911000"},
        }
    ]

    result = run(tmp_path, "init", "Bochum", "--config", profile)

    assert result.returncode == 0, result.stderr
    assert "TODO: districts" in result.stdout
    written = read_profile(tmp_path / "config" / "bochum.toml")
    assert (written.city.name, written.city.ags) == ("Bochum", "05911000")
    assert (written.sources.osm.url, written.sources.osm.clip) == (f"{standin.url}/region.osm.pbf", "box")
    again = run(tmp_path, "init", "Bochum", "--config", profile)
    assert again.returncode == 1
    assert "has a profile already" in again.stderr


def test_nothing_is_asked_without_a_contact(standin: StandIn, tmp_path: Path) -> None:
    for command in (["sources", "search", "Bibliothek"], ["init", "Bochum"], ["fetch", "--city", "dortmund"]):
        result = run(tmp_path, *command)
        assert result.returncode == 1
        assert "names no contact" in result.stderr
        assert "--contact" in result.stderr
    assert standin.requests == []


def test_fetch_tells_the_services_the_contact_of_the_command_line(
    standin: StandIn, profile: Path, tmp_path: Path
) -> None:
    profile.write_text(profile.read_text().replace("test@example.org", ""))
    assert "names no contact" in run(tmp_path, "fetch", "--config", profile).stderr
    result = run(tmp_path, "fetch", "--config", profile, "--contact", "rathaus@example.org")
    assert result.returncode == 0, result.stderr
    (headers,) = standin.list_requests("/cells.csv")
    assert "(rathaus@example.org)" in headers["User-Agent"]
