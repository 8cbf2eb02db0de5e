# SPDX-License-Identifier: MIT
"""What people wrote about single places finds its place and is applied there."""

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from attribute_rows import read_rules
from begegnung_geo.analysis.conflate import flag_counted
from begegnung_geo.analysis.hand import Inventory, date_records, describe_places
from begegnung_geo.analysis.place_ids import build_begegnungsort_id
from begegnung_geo.schema import conform_table
from inventory_rows import COVERAGE, CRS, at, build_places, conflate
from inventory_rows import read_rules as read_categories


def entry(target: str, attribute: str, value: str, /, **columns: Any) -> dict[str, Any]:
    base = {
        "source": "correction", "target_id": target, "place_ids": [], "place_name": None, "lat": None,
        "lon": None, "attribute": attribute, "value": value, "why": "Begehung", "who": "Sozialplanung",
        "date": "2026-10-01",
    }  # fmt: skip
    return {**base, **columns}


def describe(places: gpd.GeoDataFrame, *entries: dict[str, Any]) -> Inventory:
    lines = [{"entry_id": f"corrections.csv:{n}", "row": str(n), **e} for n, e in enumerate(entries, start=2)]
    columns = ["entry_id", "row", *entry("", "", "")]
    frame = conform_table(pd.DataFrame(lines, columns=columns), "hand_entries")
    begegnungsorte, _ = conflate(places)
    return describe_places(
        begegnungsorte, places, frame, rules=read_rules(), classes=read_categories().classes
    )


def two_places(**columns: Any) -> gpd.GeoDataFrame:
    return build_places(
        {"place_id": "osm:node/1", "name": "Haus Nord", **columns},
        {"place_id": "osm:node/2", "name": "Bücherei Süd", "class": "library", "geometry": at(900)},
    )


def find(inventory: Inventory, place_id: str) -> pd.Series:
    rows = inventory.begegnungsorte
    return rows[rows["place_ids"].map(lambda ids: place_id in ids)].iloc[0]


@pytest.mark.parametrize("target", [build_begegnungsort_id("osm:node/1"), "osm:node/1", "node/1"])
def test_a_place_is_named_by_its_id_or_by_a_record(target: str) -> None:
    inventory = describe(two_places(), entry(target, "cost", "donation"))
    assert find(inventory, "osm:node/1")["cost"] == "donation"
    assert find(inventory, "osm:node/2")["cost"] == "unknown"
    row = inventory.attributes.iloc[0]
    assert (row["source"], row["evidence"], row["source_id"]) == ("correction", "A", "corrections.csv:2")
    assert row["basis"] == "Sozialplanung: Begehung"


def test_a_corrected_class_brings_its_standing_and_is_counted_by_it() -> None:
    inventory = describe(two_places(), entry("node/1", "class", "allotment_club"))
    row = find(inventory, "osm:node/1")
    assert (row["class"], row["standing"], row["evidence"]) == ("allotment_club", "potential", "A")
    assert flag_counted(inventory.begegnungsorte, COVERAGE).sum() == 1
    own = describe(
        two_places(), entry("node/1", "class", "allotment_club"), entry("node/1", "standing", "established")
    )
    assert find(own, "osm:node/1")["standing"] == "established"
    assert flag_counted(own.begegnungsorte, COVERAGE).all()


def test_name_address_and_hours_are_corrected_the_rest_stays() -> None:
    places = two_places(street="Alte Str.", operator="Stadt", wheelchair="no")
    lines = [entry("node/1", key, text) for key, text in (("name", "Nordhaus"), ("street", "Neue Str."))]
    row = find(describe(places, *lines, entry("node/1", "step_free", "full")), "osm:node/1")
    assert row[["name", "street", "operator", "wheelchair"]].tolist() == [
        "Nordhaus",
        "Neue Str.",
        "Stadt",
        "yes",
    ]


def test_a_place_struck_off_is_gone_and_said_so() -> None:
    inventory = describe(two_places(), entry("node/1", "exists", "no"))
    assert inventory.begegnungsorte["name"].tolist() == ["Bücherei Süd"]
    assert inventory.issues["code"].tolist() == ["PLACE_EXCLUDED"]
    assert inventory.issues["source"].tolist() == ["corrections.csv"]
    assert [(count.source, count.reasons) for count in inventory.counts] == [("osm", {"struck_off": 1})]


def test_a_position_by_hand_moves_the_place() -> None:
    there = gpd.GeoSeries([at(50, 70)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    row = find(
        describe(two_places(), entry("node/1", "position", f"{there.y:.6f}, {there.x:.6f}")), "osm:node/1"
    )
    assert row["precision"] == "hand"
    assert row.geometry.distance(at(50, 70)) < 0.2  # six decimals of a degree


def test_an_unknown_id_is_an_issue_that_a_layperson_understands() -> None:
    inventory = describe(two_places(), entry("node/77", "cost", "free"))
    issue = inventory.issues.iloc[0]
    assert (issue["code"], issue["source"], issue["row"]) == ("HAND_ID_UNKNOWN", "corrections.csv", "2")
    assert "node/77" in issue["text"]
    assert len(inventory.attributes) == 0


def test_an_answer_follows_its_place_when_ids_and_leading_records_change() -> None:
    there = gpd.GeoSeries([at(0)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    asked = {"place_name": "Haus Nord", "lat": there.y, "lon": there.x, "source": "answer"}
    by_record = entry("b_gone", "cost", "free", **asked | {"place_ids": ["stadt:9", "osm:node/1"]})
    by_name = entry("b_gone", "cost", "free", **asked | {"place_ids": ["osm:way/5"]})
    assert find(describe(two_places(), by_record), "osm:node/1")["cost"] == "free"
    assert find(describe(two_places(), by_name), "osm:node/1")["cost"] == "free"
    elsewhere = two_places(geometry=at(0, 400))
    assert describe(elsewhere, by_name).issues["code"].tolist() == ["HAND_ID_UNKNOWN"]


def test_of_two_corrections_the_later_is_shown_and_the_other_reported() -> None:
    lines = [entry("node/1", "cost", "free", date="2026-11-01"), entry("node/1", "cost", "fee")]
    inventory = describe(two_places(), *lines)
    assert find(inventory, "osm:node/1")["cost"] == "free"
    assert inventory.issues["code"].tolist() == ["HAND_SUPERSEDED"]
    assert len(inventory.attributes) == 2


def test_a_row_of_a_list_is_as_old_as_its_source() -> None:
    records = pd.DataFrame(
        {
            "source": ["a", "a", "b", "c"],
            "source_id": ["1", "2", "1", "9"],
            "date": pd.Series([None, None, None, None], dtype="str"),
        }
    )
    dates = date_records(records, {"a": "2025-03-01T08:00:00Z", "b": ""})
    assert dates == {"a:1": "2025-03-01", "a:2": "2025-03-01"}


def test_what_a_row_of_a_list_tells_of_its_date_goes_before_that_of_its_source() -> None:
    records = pd.DataFrame(
        {
            "source": ["a", "a", "b"],
            "source_id": ["1", "2", "1"],
            "date": pd.Series(["2023-11", None, "2019-05-04"], dtype="str"),
        }
    )
    dates = date_records(records, {"a": "2025-03-01", "b": ""})
    assert dates == {"a:1": "2023-11", "a:2": "2025-03-01", "b:1": "2019-05-04"}


def test_lists_without_any_date_date_nothing() -> None:
    nothing = pd.Series([None, None], dtype="float64")
    records = pd.DataFrame({"source": ["a", "b"], "source_id": ["1", "2"], "date": nothing})
    assert date_records(records, {"a": "", "b": ""}) == {}
    assert date_records(records.astype({"date": "str"}), {"a": "", "b": ""}) == {}
    assert date_records(records, {"a": "2025-03-01", "b": ""}) == {"a:1": "2025-03-01"}
