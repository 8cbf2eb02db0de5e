# SPDX-License-Identifier: MIT
"""`make fetch` and all it starts stay below 300 MB, clipping included."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w

from begegnung_geo.sources import osm_text
from live_standin.profiles import SHORT
from live_standin.server import StandIn
from live_standin.town import pack
from process_tree import measure_tree

LIMIT_MB = 300
PROGRAM = str(Path(sys.executable).with_name("begegnung-geo"))

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs the accounts of Linux")


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(seconds_max=200) as server:
        yield server


def write_map(path: Path, nodes: int) -> None:
    rng = np.random.default_rng(5)
    places = zip(7.0 + rng.random(nodes), 51.0 + rng.random(nodes), strict=True)
    about = "v1 t2026-01-01T00:00:00Z"
    command = [sys.executable, "-m", osm_text.__name__, "write", "pbf", str(path), "7", "51", "8", "52", ""]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        child.stdin.writelines(
            f"n{n} {about} T x{x:.7f} y{y:.7f}\n" for n, (x, y) in enumerate(places, start=1)
        )
        for n in range(1, nodes // 10):
            child.stdin.write(f"w{n} {about} Thighway=path Nn{n * 5 + 1},n{n * 5 + 2},n{n * 5 + 3}\n")
        for n in range(1, nodes // 100):
            child.stdin.write(f"r{n} {about} Ttype=multipolygon Mw{n}@outer,w{n + 1}@outer\n")
    assert child.returncode == 0


def write_grid(cells: int) -> bytes:
    places = ((4_000_050 + n % 2000 * 100, 3_120_050 + n // 2000 * 100) for n in range(cells))
    rows = "\n".join(f"CRS3035RES100mN{y - 50}E{x - 50};{x};{y};{x % 90}" for x, y in places)
    return f"GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner\n{rows}\n".encode()


def write_register(rows: int) -> bytes:
    start = "N;DENW1;A;05;Nordrhein-Westfalen;9;Arnsberg;{};Kreis;000;Ort;0000;Ortsteil;00001;Straße"
    lines = (f"{start.format(n % 30)};{n};;32;393000,123;5707000,456;2024-01-01" for n in range(rows))
    return "\n".join([*lines, ""]).encode()


def write_dataset(count: int) -> dict[str, Any]:
    ring = [[7.0 + n / 1000, 51.0 + n / 2000] for n in range(100)]
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    rows = [{"nr": f"{n:06d}", "n": n} for n in range(count)]
    features = [{"type": "Feature", "properties": row, "geometry": shape} for row in rows]
    return {"type": "FeatureCollection", "features": features}


def describe(url: str) -> dict[str, Any]:
    """A profile with every way a large file may come."""
    grid = {"file": "grid.csv", "url": f"{url}/grid.zip", "member": "grid.csv", "clip": "box"}
    register = {"file": "gebref.txt", "url": f"{url}/register.zip", "member": "gebref.txt", "clip": "ags"}
    whole = {"key": "whole", "file": "whole.csv", "url": f"{url}/whole.zip", "member": "whole.csv"}
    houses = {
        "key": "houses",
        "file": "houses.geojson",
        "kind": "opendatasoft",
        "url": url,
        "dataset": "houses",
    }
    return {
        "city": {"key": "big", "name": "Big", "ags": "05913000"},
        "study": {"box_wgs84": [7.4, 51.4, 7.6, 51.6]},
        "fetch": {**SHORT, "transfer_total_s": 100.0, "read_timeout_s": 30.0},
        "sources": {
            "osm": {"file": "map.osm.pbf", "url": f"{url}/map.osm.pbf", "clip": "box"},
            "population": grid,
            "addresses": register,
            "places": [whole, houses],
        },
    }


@pytest.mark.timeout(240)
def test_fetch_and_its_helpers_stay_below_300_mb_whatever_comes(standin: StandIn, tmp_path: Path) -> None:
    write_map(tmp_path / "map.osm.pbf", 500_000)
    standin.files["/map.osm.pbf"] = tmp_path / "map.osm.pbf"
    standin.files["/grid.zip"] = pack("grid.csv", write_grid(1_000_000))
    standin.files["/register.zip"] = pack("gebref.txt", write_register(500_000))
    standin.files["/whole.zip"] = pack("whole.csv", write_grid(1_000_000))  # kept whole: 40 MB
    standin.datasets["houses"] = write_dataset(8000)  # 20 MB
    (tmp_path / "big.toml").write_text(tomli_w.dumps(describe(standin.url)), encoding="utf-8")

    code, output, peak_mb = measure_tree(
        [PROGRAM, "fetch", "--config", "big.toml"], cwd=tmp_path, seconds=180
    )

    assert code == 0, output
    assert output.count(": fetched, ") == 5
    assert 100 < peak_mb < LIMIT_MB, f"{peak_mb:.0f} MB"
    entries = (tmp_path / "data/raw/big/sources.toml").read_text(encoding="utf-8")
    assert "map within 7.3" in entries
    assert "of 1000000 rows" in entries
