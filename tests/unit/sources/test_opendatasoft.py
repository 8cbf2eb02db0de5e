# SPDX-License-Identifier: MIT
import json
from pathlib import Path
from typing import Any

import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sources.fetch import FetchReport, fetch_city
from begegnung_geo.sources.opendatasoft import search_catalogue
from live_standin import faults
from live_standin.profiles import build_standin_profile
from live_standin.server import Handler, StandIn

BASE = "/api/explore/v2.1/catalog/datasets"
EXPORT = f"{BASE}/bezirke/exports/geojson"


def build_collection(count: int) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {"nr": f"{n:04d}", "name": f"Bezirk {n}"},
            "geometry": {"type": "Point", "coordinates": [7.3 + n / 10_000, 51.5]},
        }
        for n in range(count)
    ]
    return {"type": "FeatureCollection", "features": features}


def build(standin: StandIn, **source: Any) -> Profile:
    described = {
        "file": "b.geojson",
        "kind": "opendatasoft",
        "url": standin.url,
        "dataset": "bezirke",
        **source,
    }
    return build_standin_profile({"osm": described}, url=standin.url)


def fetch(standin: StandIn, raw: Path, **source: Any) -> FetchReport:
    return fetch_city(build(standin, **source), raw)


def test_an_export_is_brought_and_not_again_until_the_portal_processed_it_anew(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.datasets["bezirke"] = build_collection(62)

    assert fetch(standin, tmp_path).outcomes[0].status == "fetched"
    assert fetch(standin, tmp_path).outcomes[0].status == "unchanged"
    assert len(standin.list_requests(EXPORT)) == 1
    standin.processed["bezirke"] = "2026-04-01T02:00:00+00:00"
    assert fetch(standin, tmp_path).outcomes[0].status == "fetched"

    entry = read_provenance(tmp_path)["b.geojson"]
    assert (entry.data_date, entry.url) == ("2026-04-01", f"{standin.url}{BASE}/bezirke")
    assert json.loads((tmp_path / "b.geojson").read_text()) == standin.datasets["bezirke"]


def test_where_the_export_fails_the_records_are_paged_and_their_shapes_unwrapped(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.datasets["bezirke"] = build_collection(257)  # three pages: 100, 100, 57
    standin.fail(EXPORT, *[faults.status(500)] * 8)

    fetch(standin, tmp_path)

    pages = [query for _, path, _, query, _ in standin.requests if path.endswith("/records")]
    assert [page["offset"] for page in pages] == ["0", "100", "200"]
    assert {page["order_by"] for page in pages} == {"nr,name"}
    assert json.loads((tmp_path / "b.geojson").read_text()) == standin.datasets["bezirke"]


def spoil_export(standin: StandIn) -> None:
    standin.fail(EXPORT, *[faults.status(500)] * 8)


def test_rows_that_share_a_field_are_told_apart_by_the_others(standin: StandIn, tmp_path: Path) -> None:
    whole = build_collection(230)
    for number, feature in enumerate(whole["features"]):
        feature["properties"] = {"kind": "Bank" if number % 7 else "Baum", "nr": f"{number:04d}"}
    standin.datasets["bezirke"] = whole
    spoil_export(standin)

    fetch(standin, tmp_path)

    features = json.loads((tmp_path / "b.geojson").read_text())["features"]
    assert sorted(feature["properties"]["nr"] for feature in features) == [f"{n:04d}" for n in range(230)]


def test_rows_without_a_clear_order_at_the_seam_of_two_pages_are_refused(
    standin: StandIn, tmp_path: Path
) -> None:
    whole = build_collection(150)
    for feature in whole["features"]:
        feature["properties"] = {"nr": "1", "name": "Bank"}  # told apart by their place alone
    standin.datasets["bezirke"] = whole
    spoil_export(standin)
    with pytest.raises(SourceError, match="no clear order"):
        fetch(standin, tmp_path)
    assert not (tmp_path / "b.geojson").exists()

    for feature in whole["features"]:
        feature["geometry"] = whole["features"][0]["geometry"]  # 150 times the very same row: nothing to lose
    standin.faults.clear()
    spoil_export(standin)
    fetch(standin, tmp_path)
    assert len(json.loads((tmp_path / "b.geojson").read_text())["features"]) == 150


def test_a_data_set_that_is_processed_anew_while_it_is_paged_is_refused(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.datasets["bezirke"] = build_collection(120)
    spoil_export(standin)

    def process_anew(handler: Handler) -> None:
        standin.processed["bezirke"] = "2026-05-05T02:00:00+00:00"
        handler.answer_as_usual()

    standin.fail(f"{BASE}/bezirke/records", process_anew)
    with pytest.raises(SourceError, match="changed while it was read page by page"):
        fetch(standin, tmp_path)
    fetch(standin, tmp_path)
    assert read_provenance(tmp_path)["b.geojson"].data_date == "2026-05-05"


def test_a_data_set_too_long_for_pages_fails_with_its_export(standin: StandIn, tmp_path: Path) -> None:
    standin.datasets["bezirke"] = build_collection(3)
    standin.counts["bezirke"] = 10_001
    standin.fail(EXPORT, *[faults.status(500)] * 8)
    with pytest.raises(SourceError, match="500"):
        fetch(standin, tmp_path)


def test_fewer_rows_than_the_catalogue_counts_are_refused(standin: StandIn, tmp_path: Path) -> None:
    standin.datasets["bezirke"] = build_collection(60)
    standin.counts["bezirke"] = 62
    with pytest.raises(SourceError, match="has 60 rows, the service counts 62"):
        fetch(standin, tmp_path)
    assert not (tmp_path / "b.geojson").exists()


def test_geometries_that_hold_a_feature_are_unwrapped(standin: StandIn, tmp_path: Path) -> None:
    plain = build_collection(5)
    wrapped = json.loads(json.dumps(plain))
    for feature in wrapped["features"]:
        feature["geometry"] = {"type": "Feature", "geometry": feature["geometry"], "properties": {}}
    standin.datasets["bezirke"] = wrapped

    fetch(standin, tmp_path)

    assert json.loads((tmp_path / "b.geojson").read_text()) == plain


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"<html>Wartung</html>", "a web page instead of data"),
        (b"[" * 100_000, "not JSON"),
        (b'{"dataset_id": "bezirke"}', "not that of Opendatasoft"),
        (b"[]", "not that of Opendatasoft"),
    ],
)
def test_a_strange_answer_of_the_catalogue_is_told(
    standin: StandIn, tmp_path: Path, *, answer: bytes, message: str
) -> None:
    standin.fail(f"{BASE}/bezirke", faults.body(answer))
    with pytest.raises(SourceError, match=message):
        fetch(standin, tmp_path)


def test_an_unknown_data_set_points_to_the_search(standin: StandIn, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="404") as caught:
        fetch(standin, tmp_path)
    assert "sources search" in caught.value.hint


def test_drift_of_an_export_names_the_lost_field(standin: StandIn, tmp_path: Path) -> None:
    standin.datasets["bezirke"] = build_collection(62)
    fetch(standin, tmp_path)
    for feature in standin.datasets["bezirke"]["features"]:
        del feature["properties"]["nr"]
    standin.processed["bezirke"] = "2026-04-01T02:00:00+00:00"
    with pytest.raises(SourceError, match="lost its field 'nr'"):
        fetch(standin, tmp_path)


def test_the_catalogue_is_searched_and_quotes_are_taken_literally(standin: StandIn) -> None:
    standin.datasets = {"bezirke": build_collection(62), "schulen": build_collection(3)}
    standin.titles = {"bezirke": 'Die "statistischen" Bezirke'}
    rules = build(standin).fetch

    (found,) = search_catalogue("bezirke", rules=rules)

    assert (found.dataset_id, found.row_count) == ("bezirke", 62)
    assert found.fields == ("nr", "name", "geo_shape")
    assert search_catalogue("gibt es nicht", rules=rules) == []
    search_catalogue('a") or search("', rules=rules)
    assert standin.requests[-1][3]["where"] == 'search("a\\") or search(\\"")'
