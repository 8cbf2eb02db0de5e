# SPDX-License-Identifier: MIT
"""Answers that are well formed and of the wrong shape; and what a file must tell before it is taken."""

import itertools
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from begegnung_geo.errors import BegegnungError, SourceError
from begegnung_geo.files import hash_file
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sources.city_init import init_city
from begegnung_geo.sources.clipping import LENGTH_UNKNOWN
from begegnung_geo.sources.fetch import fetch_city
from begegnung_geo.sources.geocoder import Geocoder
from begegnung_geo.sources.http_client import Pacer, PoliteClient
from begegnung_geo.sources.opendatasoft import search_catalogue
from live_standin import faults
from live_standin.cells import FILE, PATH, TABLE, build, require_whole
from live_standin.profiles import build_standin_profile
from live_standin.server import Handler, StandIn

PORTAL = "/api/explore/v2.1/catalog/datasets"
POINT = {"type": "Point", "coordinates": [7.5, 51.5]}
RING = [[7.4, 51.4], [7.6, 51.4], [7.6, 51.6], [7.4, 51.4]]
SHAPES: tuple[Any, ...] = (
    None, 1, "x", [], {}, [1], [[]], [None], ["x"], {"a": 1}, {"results": [1]},
    {"results": {}}, {"features": [1]},
    {"results": [{"metas": 1}]}, {"metas": {"default": []}, "dataset_id": 1},
    {"dataset_id": "b", "metas": {"default": {"records_count": "many"}}, "fields": 5},
    {"features": [{"properties": {"urls": [1]}, "geometry": 1}]}, [{"lat": "x", "lon": None}],
    [{"lat": "1", "lon": "2", "boundingbox": [1, 2, 3, "x"], "place_rank": "y"}],
    [{"lat": "51.5", "lon": "7.5", "geojson": 1, "extratags": 2, "osm_type": "relation", "osm_id": 5}],
    [{"lat": "51.5", "lon": "7.5", "geojson": {"type": "Polygon", "coordinates": "x"}}],
    [{"lat": "51.5", "lon": "7.5", "geojson": {"type": "Polygon", "coordinates": []}}],
)  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(seconds_max=120) as server:
        yield server


@pytest.fixture
def standin(running: StandIn) -> Iterator[StandIn]:
    running.files, running.datasets, running.places = {PATH: TABLE}, {}, []
    running.faults.clear()
    running.requests.clear()
    yield running
    running.faults.clear()


def change(profile: Profile, **stated: Any) -> Profile:
    osm = profile.sources.osm.model_copy(update=stated)
    return profile.model_copy(update={"sources": profile.sources.model_copy(update={"osm": osm})})


def build_dataset(standin: StandIn) -> Profile:
    source = {"file": "b.geojson", "kind": "opendatasoft", "url": standin.url, "dataset": "b"}
    return build_standin_profile({"osm": source}, url=standin.url)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: json.dumps(shape)[:60])
def test_json_of_the_wrong_shape_is_a_clear_error_at_every_service(
    standin: StandIn, tmp_path: Path, shape: Any
) -> None:
    content = json.dumps(shape).encode()
    standin.datasets["b"] = {"type": "FeatureCollection", "features": []}
    outline = {"file": "o.geojson", "kind": "nominatim", "url": f"{standin.url}/nominatim", "osm_id": "R5"}
    rules = build_standin_profile({"osm": outline}, url=standin.url).fetch
    asked = {
        f"{PORTAL}/b": lambda: fetch_city(build_dataset(standin), tmp_path / "1"),
        PORTAL: lambda: search_catalogue("Haus", rules=rules),
        "/nominatim/lookup": lambda: fetch_city(
            build_standin_profile({"osm": outline}, url=standin.url), tmp_path / "2"
        ),
        "/nominatim/search": lambda: Geocoder(rules, cache_path=tmp_path / "3.json").look_up("Weg 1"),
    }
    for path, ask in asked.items():
        standin.fail(path, *[faults.body(content, Content_Type="application/json")] * 8)
        with suppress(BegegnungError):  # anything else is a traceback on somebody's screen
            ask()
    assert not list(tmp_path.glob("*/*.geojson"))


@pytest.mark.parametrize("rows", [[1], [None], ["x"], [[]]])
def test_records_that_are_none_are_refused(standin: StandIn, tmp_path: Path, rows: Any) -> None:
    standin.datasets["b"] = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"nr": 1}, "geometry": POINT}],
    }
    standin.fail(f"{PORTAL}/b/exports/geojson", *[faults.status(404)] * 3)
    standin.fail(f"{PORTAL}/b/records", faults.body(json.dumps({"results": rows, "total_count": 1}).encode()))
    with pytest.raises(SourceError, match="not that of Opendatasoft"):
        fetch_city(build_dataset(standin), tmp_path)


def test_an_odd_entry_of_the_index_of_extracts_spoils_no_other(standin: StandIn) -> None:
    town = {
        "osm_type": "relation", "osm_id": 5, "lat": "51.5", "lon": "7.5", "name": "Dorf",
        "display_name": "Dorf",
        "class": "boundary", "type": "administrative", "geojson": {"type": "Polygon", "coordinates": [RING]},
        "boundingbox": ["51.4", "51.6", "7.4", "7.6"], "place_rank": 16, "importance": 0.5,
    }  # fmt: skip
    standin.places = [town]
    wide = [[6.0, 50.0], [9.0, 50.0], [9.0, 53.0], [6.0, 53.0], [6.0, 50.0]]
    good = {
        "properties": {"urls": {"pbf": "https://extracts.example/dorf.osm.pbf"}},
        "geometry": {"type": "Polygon", "coordinates": [wide]},
    }
    odd = [
        1,
        {"properties": {"urls": [1]}},
        good | {"geometry": {"type": "Polygon", "coordinates": [[[1, 1]]]}},
    ]
    standin.files["/index-v1.json"] = json.dumps({"features": [*odd, good]}).encode()
    rules = build_standin_profile({"osm": {"file": "x.osm.pbf"}}, url=standin.url).fetch
    assert "https://extracts.example/dorf.osm.pbf" in init_city("Dorf", rules=rules).text


@pytest.mark.parametrize("target", ["https://[", "http://a:b:c/", "//", "https://host:port/x"])
def test_a_redirect_to_no_address_is_a_clear_error(standin: StandIn, tmp_path: Path, target: str) -> None:
    standin.fail(PATH, *[faults.redirect(target)] * 8)
    with pytest.raises(SourceError):
        fetch_city(build(standin), tmp_path)


def test_https_is_not_left_for_http_on_the_same_host(standin: StandIn) -> None:
    with PoliteClient(build(standin).fetch, hosts=["open-data.example"]) as client:
        assert client.require_allowed("https://open-data.example/x") == "open-data.example"
        with pytest.raises(SourceError, match="not https"):
            client.require_allowed("http://open-data.example/x")


def test_304_to_a_question_for_the_rest_is_no_answer(standin: StandIn, tmp_path: Path) -> None:
    etag = '"v1"'
    standin.fail(PATH, faults.truncate(TABLE, at=30_000, ETag=etag), faults.status(304))
    fetch_city(build(standin), tmp_path)
    require_whole(tmp_path)


# Geometries of a portal.


def test_geometries_that_hold_a_feature_are_unwrapped_whatever_the_order_of_its_keys(
    standin: StandIn, tmp_path: Path
) -> None:
    wrapped = {"geometry": POINT, "properties": {}, "type": "Feature"}
    feature = {"type": "Feature", "properties": {"nr": "1"}, "geometry": wrapped}
    standin.datasets["b"] = {"type": "FeatureCollection", "features": [feature]}
    fetch_city(build_dataset(standin), tmp_path)
    read = json.loads((tmp_path / "b.geojson").read_text(encoding="utf-8"))
    assert [one["geometry"] for one in read["features"]] == [POINT]


@pytest.mark.parametrize("geometry", [{"type": "Punkt"}, {"kind": "Point"}, "POINT (7 51)", 5])
def test_geometries_that_are_none_are_refused(standin: StandIn, tmp_path: Path, geometry: Any) -> None:
    feature = {"type": "Feature", "properties": {"nr": "1"}, "geometry": geometry}
    standin.datasets["b"] = {"type": "FeatureCollection", "features": [feature]}
    with pytest.raises(SourceError, match=r"geometries of the kind|GeoJSON"):
        fetch_city(build_dataset(standin), tmp_path)
    assert not (tmp_path / "b.geojson").exists()


# Whole or not.


def send_without_length(content: bytes) -> faults.Fault:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    return answer


def test_a_table_without_a_length_is_taken_with_a_warning_and_a_note(
    standin: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    standin.fail(PATH, send_without_length(TABLE))
    with caplog.at_level(logging.WARNING):
        fetch_city(build(standin), tmp_path)
    assert "a missing end cannot be noticed" in caplog.text
    assert read_provenance(tmp_path)[FILE].note == LENGTH_UNKNOWN
    assert fetch_city(build(standin), tmp_path).outcomes[0].status in {"fetched", "unchanged"}
    require_whole(tmp_path)


def test_rows_min_keeps_a_cut_table_without_a_length_out(standin: StandIn, tmp_path: Path) -> None:
    cut = TABLE[: TABLE.index(b"\n", len(TABLE) * 7 // 10) + 1]
    standin.fail(PATH, send_without_length(cut))
    with pytest.raises(SourceError, match="at least 6000 are expected"):
        fetch_city(change(build(standin), rows_min=6000), tmp_path)
    assert not (tmp_path / FILE).exists()


# What the profile demands, also of the file in place.


@pytest.mark.parametrize(
    ("demand", "message"),
    [
        ({"fields": ("nope",)}, "has no field"),
        ({"rows_min": 9999}, "at least 9999"),
        ({"md5_url": "sum"}, "checksum"),
    ],
)
def test_a_new_demand_is_held_against_the_file_in_place(
    standin: StandIn, tmp_path: Path, *, demand: dict[str, Any], message: str
) -> None:
    profile = build(standin)
    fetch_city(profile, tmp_path)
    if "md5_url" in demand:
        standin.files["/sum.md5"] = b"0" * 32
        demand = {"md5_url": f"{standin.url}/sum.md5"}
    with pytest.raises(SourceError, match=message):
        fetch_city(change(profile, **demand), tmp_path)
    require_whole(tmp_path)


def test_corrected_facts_are_recorded_of_fetched_files_and_of_those_by_hand(
    standin: StandIn, tmp_path: Path
) -> None:
    profile = build(standin)
    fetch_city(profile, tmp_path)
    fetch_city(change(profile, data_date="2025-12-31"), tmp_path)
    assert read_provenance(tmp_path)[FILE].data_date == "2025-12-31"

    by_hand = build_standin_profile({"osm": {"file": "hand.csv", "licence": "A"}}, url=standin.url)
    (tmp_path / "hand.csv").write_bytes(TABLE)
    fetch_city(by_hand, tmp_path)
    before = read_provenance(tmp_path)["hand.csv"]
    fetch_city(by_hand, tmp_path)
    assert read_provenance(tmp_path)["hand.csv"] == before
    fetch_city(change(by_hand, licence="B"), tmp_path)
    assert read_provenance(tmp_path)["hand.csv"].licence == "B"
    assert read_provenance(tmp_path)["hand.csv"].sha256 == hash_file(tmp_path / "hand.csv")


def test_a_table_with_many_unreadable_rows_is_refused(standin: StandIn, tmp_path: Path) -> None:
    rows = [f"CRS3035RES100mN{n}E{n};4100050;{2690050 if n % 10 else '?'};5" for n in range(1000)]
    table = "\n".join(["GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner", *rows]) + "\n"
    standin.files[PATH] = table.encode()
    profile = change(build(standin), clip="box")
    study = profile.study.model_copy(update={"box_wgs84": (5.0, 46.0, 15.0, 56.0)})
    with pytest.raises(SourceError, match="100 of 1000 rows cannot be read"):
        fetch_city(profile.model_copy(update={"study": study}), tmp_path)
    assert not (tmp_path / FILE).exists()


# Manners.


def test_two_programs_share_the_pause_of_a_service(standin: StandIn, tmp_path: Path) -> None:
    rules = build(standin).fetch.model_copy(update={"pause_s": {"slow.example": 0.5}})
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from begegnung_geo.profile import Fetch\n"
        "from begegnung_geo.sources.http_client import Pacer\n"
        "pacer = Pacer(Fetch.model_validate_json(sys.argv[1]), stamps=Path(sys.argv[2]))\n"
        "for _ in range(3):\n"
        "    pacer.wait('slow.example')\n"
        "    print(time.time(), flush=True)\n"
    )
    command = [sys.executable, "-c", program, rules.model_dump_json(), str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    asked = sorted(float(line) for one in both for line in one.communicate(timeout=60)[0].split())
    assert len(asked) == 6
    assert min(later - earlier for earlier, later in itertools.pairwise(asked)) >= 0.4


def test_a_broken_stamp_or_one_of_the_future_stops_nobody(standin: StandIn, tmp_path: Path) -> None:
    rules = build(standin).fetch.model_copy(update={"pause_s": {"slow.example": 0.2}})
    for text in ("nonsense", f"{time.time() + 1e6}"):
        (tmp_path / "slow.example").write_text(text)
        start = time.monotonic()
        Pacer(rules, stamps=tmp_path).wait("slow.example")
        assert time.monotonic() - start < 5


def test_another_nominatim_keeps_the_pause_of_the_public_one(standin: StandIn, tmp_path: Path) -> None:
    rules = build(standin).fetch.model_copy(
        update={"nominatim_url": "https://geo.example/n", "pause_s": {"nominatim.openstreetmap.org": 0.3}}
    )
    pacer = Pacer(rules, stamps=tmp_path)
    start = time.monotonic()
    for _ in range(3):
        pacer.wait("geo.example")
    assert time.monotonic() - start >= 0.6


def test_the_last_good_date_is_told_where_a_data_set_came_back_empty(
    standin: StandIn, tmp_path: Path
) -> None:
    profile = change(build(standin), fields=("persons",))
    fetch_city(profile, tmp_path)
    last_date = read_provenance(tmp_path)[FILE].retrieved[:10]
    for changed in (b"name;persons\n", b"name;people\na;1\n", b"name;persons\na;\n"):
        standin.files[PATH] = changed
        with pytest.raises(SourceError, match=f"the last good file of {last_date} stays"):
            fetch_city(profile, tmp_path)
        require_whole(tmp_path)
