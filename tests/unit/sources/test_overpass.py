# SPDX-License-Identifier: MIT
import socket
import time
from pathlib import Path
from typing import Any

import osmium
import osmnx
import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sources import overpass
from begegnung_geo.sources.fetch import FetchReport, fetch_city
from live_standin import faults
from live_standin.overpass import OverpassData
from live_standin.profiles import build_standin_profile
from live_standin.server import StandIn

INTERPRETER, STATUS = "/api/interpreter", "/api/status"
TOWN = """<?xml version="1.0"?><osm version="0.6" generator="test">
<node id="1" version="2" timestamp="2026-01-02T03:04:05Z" lat="51.45" lon="7.55">
 <tag k="amenity" v="library"/><tag k="user" v="a tag called user"/></node>
<node id="2" version="1" timestamp="2026-01-01T00:00:00Z" lat="51.451" lon="7.551"/>
<node id="3" version="1" timestamp="2026-01-01T00:00:00Z" lat="51.452" lon="7.551"/>
<node id="4" version="1" timestamp="2026-01-01T00:00:00Z" lat="51.46" lon="7.56">
 <tag k="crop" v="yes"/></node>
<way id="5" version="3" timestamp="2026-01-03T00:00:00Z">
 <nd ref="2"/><nd ref="3"/><tag k="highway" v="footway"/></way>
<relation id="6" version="1" timestamp="2026-01-01T00:00:00Z"><member type="way" ref="5" role="outer"/>
 <member type="way" ref="99" role="outer"/><tag k="building" v="yes"/></relation>
</osm>"""


@pytest.fixture
def town(standin: StandIn, tmp_path: Path) -> StandIn:
    path = tmp_path / "town.osm"
    path.write_text(TOWN, encoding="utf-8")
    standin.overpass = OverpassData(path)
    return standin


def fetch(standin: StandIn, raw: Path, **rules: Any) -> FetchReport:
    source = {"file": "o.osm.pbf", "kind": "overpass", "url": f"{standin.url}/api"}
    return fetch_city(
        build_standin_profile({"osm": source}, url=standin.url, **{"overpass_tile_km2": 400, **rules}), raw
    )


def list_objects(path: Path) -> list[tuple[Any, ...]]:
    found = []
    for item in osmium.FileProcessor(str(path)):
        about = (item.type_str(), item.id, dict(item.tags), item.user, item.uid, item.changeset)
        shape: Any = None
        if item.is_way():
            shape = [node.ref for node in item.nodes]
        elif item.is_relation():
            shape = [(m.type, m.ref, m.role) for m in item.members]
        found.append((*about, shape))
    return found


def test_the_answer_becomes_an_osm_file_sorted_and_without_user_names(town: StandIn, tmp_path: Path) -> None:
    fetch(town, tmp_path / "raw")

    nobody = ("", 0, 0)
    assert list_objects(tmp_path / "raw" / "o.osm.pbf") == [
        ("n", 1, {"amenity": "library", "user": "a tag called user"}, *nobody, None),
        ("n", 2, {}, *nobody, None),
        ("n", 3, {}, *nobody, None),
        ("w", 5, {"highway": "footway"}, *nobody, [2, 3]),
        ("r", 6, {"building": "yes"}, *nobody, [("w", 5, "outer"), ("w", 99, "outer")]),
    ]
    stamps = [
        (o.version, o.timestamp.isoformat())
        for o in osmium.FileProcessor(str(tmp_path / "raw" / "o.osm.pbf"))
    ]
    assert stamps[0] == (2, "2026-01-02T03:04:05+00:00")
    assert b"Mapper" not in (tmp_path / "raw" / "o.osm.pbf").read_bytes()
    assert read_provenance(tmp_path / "raw")["o.osm.pbf"].data_date == "2026-11-22"  # timestamp_osm_base


def test_tiles_and_one_query_give_the_same_bytes(town: StandIn, tmp_path: Path) -> None:
    fetch(town, tmp_path / "whole")
    fetch(town, tmp_path / "tiles", overpass_tile_km2=12)

    assert len(town.list_requests(INTERPRETER)) > 5
    whole, tiles = tmp_path / "whole" / "o.osm.pbf", tmp_path / "tiles" / "o.osm.pbf"
    assert whole.read_bytes() == tiles.read_bytes()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.status(429), id="429"),
        pytest.param(faults.status(429, Retry_After="1"), id="429 with Retry-After"),
        pytest.param(faults.status(504), id="504"),
        pytest.param(faults.reset, id="reset"),
        pytest.param(faults.truncate(b'{"elements": []}', at=8), id="truncated"),
        pytest.param(
            faults.body(
                b'{"elements": [], "remark": "runtime error: Query timed out in \\"query\\" at line 3"}'
            ),
            id="remark",
        ),
    ],
)
def test_a_passing_fault_is_outlived(town: StandIn, tmp_path: Path, fault: Any) -> None:
    town.fail(INTERPRETER, fault)
    fetch(town, tmp_path / "raw")
    assert len(list_objects(tmp_path / "raw" / "o.osm.pbf")) == 5


STAYING = {
    "429 for ever, where osmnx would wait without end": (faults.status(429), "answer 429"),
    "504 for ever": (faults.status(504), "answer 504"),
    "timed out inside a 200": (
        faults.body(b'{"elements": [], "remark": "runtime error: Query timed out"}'),
        "Query timed out",
    ),
    "web page": (faults.body(b"<!DOCTYPE html><p>busy", Content_Type="text/html"), "web page"),
    "another answer": (faults.body(b'{"elements": "many"}'), "not that of Overpass"),
    "a list": (faults.body(b"[]"), "not that of Overpass"),
    "400": (faults.status(400), "400 Bad Request"),
    "redirect": (faults.redirect("https://elsewhere.example/api"), "leads to another host"),
    "gzip bomb": (faults.gzip_bomb(megabytes=40), "not that of Overpass"),
    "slow drip": (faults.drip(b'{"elements": []}' * 100, pause_s=0.05), "took longer than 2 s"),
    "slow drip of headers": (faults.drip_headers, "took longer than 2 s"),
}


@pytest.mark.parametrize("name", STAYING)
def test_a_staying_fault_ends_within_bounds_and_keeps_the_last_good_file(
    town: StandIn, tmp_path: Path, name: str
) -> None:
    fault, message = STAYING[name]
    fetch(town, tmp_path / "raw")
    good = (tmp_path / "raw" / "o.osm.pbf").read_bytes()
    town.fail(INTERPRETER, *[fault] * 20)

    started = time.monotonic()
    with pytest.raises(SourceError, match=message):
        fetch(town, tmp_path / "raw", transfer_total_s=2.0 if "slow" in name else 9.0, wait_total_s=0.3)

    assert time.monotonic() - started < 10
    assert (tmp_path / "raw" / "o.osm.pbf").read_bytes() == good


def test_a_broken_fetch_goes_on_with_the_missing_tiles(town: StandIn, tmp_path: Path) -> None:
    whole = len(fetch_tiles(town, tmp_path / "other"))
    town.requests.clear()
    library = b'{"elements": [{"type": "node", "id": 1, "lat": 51.45, "lon": 7.55, "tags": {"a": "b"}}]}'
    town.fail(INTERPRETER, *[faults.body(library)] * 3, faults.status(400))
    with pytest.raises(SourceError, match="400"):
        fetch(town, tmp_path / "raw", overpass_tile_km2=40)
    town.requests.clear()

    fetch(town, tmp_path / "raw", overpass_tile_km2=40)

    assert len(town.list_requests(INTERPRETER)) == whole - 3
    assert not (tmp_path / "raw" / ".downloads").exists()


def test_an_area_without_any_object_is_no_file(town: StandIn, tmp_path: Path) -> None:
    town.fail(INTERPRETER, faults.body(b'{"elements": []}'))
    with pytest.raises(SourceError, match="holds no objects"):
        fetch(town, tmp_path / "raw")
    assert not (tmp_path / "raw" / "o.osm.pbf").exists()


def fetch_tiles(standin: StandIn, raw: Path) -> list[dict[str, str]]:
    fetch(standin, raw, overpass_tile_km2=40)
    return standin.list_requests(INTERPRETER)


def test_a_slot_is_awaited_within_the_budget(town: StandIn, tmp_path: Path) -> None:
    busy = b"Rate limit: 2\nSlot available after: 2026-11-22T20:00:01Z, in 1 seconds.\n"
    town.fail(STATUS, faults.body(busy))
    started = time.monotonic()
    fetch(town, tmp_path / "raw", wait_total_s=5.0)
    assert time.monotonic() - started >= 2  # one second and one to be sure
    never = b"Rate limit: 2\nSlot available after: 2026-11-22T23:00:01Z, in 10801 seconds.\n"
    town.fail(STATUS, faults.body(never))
    with pytest.raises(SourceError, match="asks to wait 10802 s"):
        fetch(town, tmp_path / "raw")


def test_a_service_without_a_slot_report_is_asked_all_the_same(town: StandIn, tmp_path: Path) -> None:
    town.fail(STATUS, faults.status(404))
    assert fetch(town, tmp_path / "raw").list_files("fetched") == ("o.osm.pbf",)


def test_a_large_area_is_sent_to_an_extract_without_asking(town: StandIn, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="too large for Overpass"):
        fetch(town, tmp_path / "raw", overpass_area_max_km2=20)
    assert town.requests == []


def test_the_settings_of_osmnx_and_the_address_look_up_are_put_back(town: StandIn, tmp_path: Path) -> None:
    before = {key: value for key, value in vars(osmnx.settings).items() if not key.startswith("_")}
    resolve = socket.getaddrinfo
    fetch(town, tmp_path / "raw")
    town.fail(INTERPRETER, faults.status(400))
    with pytest.raises(SourceError):
        fetch(town, tmp_path / "raw")
    assert {key: value for key, value in vars(osmnx.settings).items() if not key.startswith("_")} == before
    assert socket.getaddrinfo is resolve
    assert all("test@example.org" in headers["User-Agent"] for _, _, headers, _, _ in town.requests)


def test_many_objects_are_sorted_in_smaller_portions_to_the_same_bytes(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [1, 2, 99, 100, 101, 9_999, 10_000, 1_000_000, 99_999_999, 100_000_000, 12_000_000_000]
    nodes = "".join(
        f'<node id="{n}" version="1" timestamp="2026-01-01T00:00:00Z" lat="51.45" lon="7.55">'
        '<tag k="amenity" v="cafe"/></node>'
        for n in numbers
    )
    (tmp_path / "many.osm").write_text(f'<osm version="0.6">{nodes}</osm>', encoding="utf-8")
    standin.overpass = OverpassData(tmp_path / "many.osm")
    fetch(standin, tmp_path / "whole")

    monkeypatch.setattr(overpass, "_BUCKET_BYTES", 60)  # about one object
    fetch(standin, tmp_path / "portions")

    whole, portions = tmp_path / "whole" / "o.osm.pbf", tmp_path / "portions" / "o.osm.pbf"
    assert [item[1] for item in list_objects(portions)] == numbers
    assert portions.read_bytes() == whole.read_bytes()
