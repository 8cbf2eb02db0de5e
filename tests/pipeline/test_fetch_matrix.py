# SPDX-License-Identifier: MIT
"""
Every service against every fault, over real sockets.

After each: a clear error or success, nothing half-written, nothing lost, and a second run finishes the job.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.files import hash_file
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sources.fetch import fetch_city
from live_standin import faults
from live_standin.overpass import OverpassData
from live_standin.profiles import build_standin_profile
from live_standin.server import StandIn
from live_standin.town import pack

NODE = (
    '<node id="{}" version="1" timestamp="2026-01-01T00:00:00Z" lat="51.45" lon="7.55">'
    '<tag k="amenity" v="cafe"/></node>'
)
RING = [[7.4, 51.4], [7.6, 51.4], [7.6, 51.6], [7.4, 51.4]]
PORTAL = "/api/explore/v2.1/catalog/datasets/bezirke"


def write_table(rows: int) -> bytes:
    return b"name;persons\n" + b"".join(b"cell %05d;%d\n" % (row, row % 90 + 3) for row in range(rows))


def serve_file(standin: StandIn, rows: int, _: Path) -> None:
    standin.files["/t.csv"] = write_table(rows)


def serve_archive(standin: StandIn, rows: int, _: Path) -> None:
    standin.files["/t.zip"] = pack("t.csv", write_table(rows))


def serve_dataset(standin: StandIn, rows: int, _: Path) -> None:
    point = {"type": "Point", "coordinates": [7.5, 51.5]}
    features = [{"type": "Feature", "properties": {"nr": f"{n:04d}"}, "geometry": point} for n in range(rows)]
    standin.datasets["bezirke"] = {"type": "FeatureCollection", "features": features}
    standin.processed["bezirke"] = f"2026-03-01T02:00:00+{rows % 24:02d}:00"


def serve_map(standin: StandIn, rows: int, folder: Path) -> None:
    path = folder / f"{rows}.osm"
    nodes = "".join(NODE.format(number) for number in range(1, rows + 1))
    path.write_text(f'<osm version="0.6">{nodes}</osm>', encoding="utf-8")
    standin.overpass = OverpassData(path)


def serve_outline(standin: StandIn, rows: int, _: Path) -> None:
    shape = {"type": "Polygon", "coordinates": [RING]}
    about = {"osm_type": "relation", "osm_id": 5, "lat": "51.5", "lon": "7.5", "name": f"Ort {rows}"}
    standin.places = [{**about, "display_name": "Ort", "geojson": shape}]


@dataclass(frozen=True)
class Service:
    """How a service is named in a profile, which of its addresses fails, and how it serves so many rows."""

    source: dict[str, Any]
    path: str
    serve: Callable[[StandIn, int, Path], None]


DATASET = {"file": "t.geojson", "kind": "opendatasoft", "url": "{url}", "dataset": "bezirke"}
SERVICES = {
    "file": Service({"file": "t.csv", "url": "{url}/t.csv"}, "/t.csv", serve_file),
    "archive": Service({"file": "t.csv", "url": "{url}/t.zip", "member": "t.csv"}, "/t.zip", serve_archive),
    "catalogue": Service(DATASET, PORTAL, serve_dataset),
    "export": Service(DATASET, f"{PORTAL}/exports/geojson", serve_dataset),
    "overpass": Service(
        {"file": "t.osm.pbf", "kind": "overpass", "url": "{url}/api"}, "/api/interpreter", serve_map
    ),
    "nominatim": Service(
        {"file": "t.geojson", "kind": "nominatim", "url": "{url}/nominatim", "osm_id": "R5"},
        "/nominatim/lookup",
        serve_outline,
    ),
}
BODY = b'{"elements": [], "features": [], "rows": "' + b"x" * 4000 + b'"}'
PASSING = {
    "429": faults.status(429),
    "429 with Retry-After": faults.status(429, Retry_After="1"),
    "500": faults.status(500),
    "502": faults.status(502),
    "503": faults.status(503),
    "504": faults.status(504),
    "reset": faults.reset,
    "reset in the body": faults.reset_after(BODY, at=1000),
    "cut off": faults.truncate(BODY, at=1000),
    "cut off in pieces": faults.break_chunks(BODY, at=1000),
}
STAYING = {
    "429 for an hour": faults.status(429, Retry_After="3600"),
    "429 without Retry-After": faults.status(429),
    "500": faults.status(500),
    "504": faults.status(504),
    "404": faults.status(404),
    "reset": faults.reset,
    "cut off": faults.truncate(BODY, at=1000),
    "cut off in pieces": faults.break_chunks(BODY, at=1000),
    "body that drips": faults.drip(BODY, pause_s=0.05),
    "headers that drip": faults.drip_headers,
    "silence": faults.keep_silent,
    "web page": faults.body(b"<!DOCTYPE html><p>Wartung", Content_Type="text/html"),
    "web page in disguise": faults.body(b"\xef\xbb\xbf \n<html><p>Wartung"),
    "empty body": faults.body(b""),
    "null": faults.body(b"null", Content_Type="application/json"),
    "error remark inside a 200": faults.body(b'{"elements": [], "remark": "runtime error: Query timed out"}'),
    "nested without end": faults.body(b'{"features": [{"properties": ' + b"[" * 200_000),
    "gzip bomb": faults.gzip_bomb(megabytes=30),
    "gzip bomb in two layers": faults.gzip_bomb(megabytes=6, layers="gzip, gzip"),
    "redirect to another host": faults.redirect("https://elsewhere.example/t"),
    "redirect to http": faults.redirect("http://elsewhere.example/t"),
}
# Where the export cannot be had, the records are paged; not where it is nonsense, or no time is left.
EXPORT_REFUSED = {
    "body that drips", "headers that drip", "silence", "web page in disguise", "empty body", "null",
    "error remark inside a 200", "nested without end",
}  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(seconds_max=280) as server:
        yield server


@pytest.fixture
def standin(running: StandIn) -> Iterator[StandIn]:
    running.files.clear()
    running.faults.clear()
    yield running
    running.faults.clear()


def build(standin: StandIn, service: Service, **fetch: Any) -> Profile:
    source = {
        key: value.format(url=standin.url) if key == "url" else value for key, value in service.source.items()
    }
    return build_standin_profile({"osm": source}, url=standin.url, overpass_tile_km2=400, **fetch)


def require_consistent(raw: Path, file: str) -> bytes:
    """Nothing half-written: the file is the one its entry describes, and nothing hidden waits beside it."""
    entry = read_provenance(raw)[file]
    assert hash_file(raw / file) == entry.sha256
    assert {path.name for path in raw.iterdir()} <= {file, "sources.toml", ".fetch.lock", ".downloads"}
    return (raw / file).read_bytes()


def read_content(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(content) if path.suffix == ".geojson" else content


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("name", SERVICES)
def test_a_fault_that_passes_is_outlived(standin: StandIn, tmp_path: Path, *, name: str, fault: str) -> None:
    service = SERVICES[name]
    service.serve(standin, 40, tmp_path)
    standin.fail(service.path, PASSING[fault])

    report = fetch_city(build(standin, service, wait_total_s=5.0), tmp_path / "raw")

    assert report.outcomes[0].status == "fetched"
    require_consistent(tmp_path / "raw", report.outcomes[0].file)
    assert not standin.faults[service.path]  # it did happen


@pytest.mark.parametrize("fault", STAYING)
@pytest.mark.parametrize("name", SERVICES)
def test_a_fault_that_stays_ends_in_time_keeps_the_last_good_file_and_a_second_run_heals(
    standin: StandIn, tmp_path: Path, *, name: str, fault: str
) -> None:
    service, raw = SERVICES[name], tmp_path / "raw"
    bounds = {"transfer_total_s": 1.5, "wait_total_s": 0.2, "download_max_mb": 5.0, "read_timeout_s": 1.0}
    profile = build(standin, service, **bounds)
    service.serve(standin, 40, tmp_path)
    fetch_city(profile, raw)
    file = profile.sources.osm.file
    good, entries = (raw / file).read_bytes(), read_provenance(raw)
    service.serve(standin, 44, tmp_path)
    standin.fail(service.path, *[STAYING[fault]] * 12)

    started = time.monotonic()
    if name == "export" and fault not in EXPORT_REFUSED:
        fetch_city(profile, raw)
        assert require_consistent(raw, file) != good
    else:
        with pytest.raises(SourceError) as caught:
            fetch_city(profile, raw)
        assert [line.split(":")[0] for line in str(caught.value).splitlines()][:2] == ["error", "where"]
        assert require_consistent(raw, file) == good
        assert read_provenance(raw) == entries
    assert time.monotonic() - started < 6

    standin.faults.clear()
    fetch_city(profile, raw)

    assert require_consistent(raw, file) != good
    other = tmp_path / "other"
    fetch_city(profile, other)
    assert read_content(other / file) == read_content(raw / file)
