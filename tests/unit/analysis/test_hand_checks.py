# SPDX-License-Identifier: MIT
"""A mistyped year silences nobody, and no place vanishes by a mistyped position."""

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from attribute_rows import read_rules
from begegnung_geo.analysis.hand import Inventory, describe_places
from begegnung_geo.analysis.hand_checks import doubt_days, doubt_list_days, find_newest_day
from begegnung_geo.schema import conform_table
from inventory_rows import CRS, at, build_places, conflate
from inventory_rows import read_rules as read_categories

PLACES = build_places({"place_id": "osm:node/1", "name": "Haus Nord"})
STUDY_AREA = at(0).buffer(5000)


def build_entries(*lines: dict[str, Any]) -> pd.DataFrame:
    base = {
        "source": "correction", "target_id": "node/1", "place_ids": [], "place_name": None, "lat": None,
        "lon": None, "attribute": "cost", "value": "free", "why": None, "who": "Amt", "date": "2026-01-01",
    }  # fmt: skip
    rows = [
        base | {"entry_id": f"corrections.csv:{n}", "row": str(n)} | line for n, line in enumerate(lines, 2)
    ]
    return conform_table(pd.DataFrame(rows), "hand_entries")


def describe(entries: pd.DataFrame) -> Inventory:
    begegnungsorte, _ = conflate(PLACES)
    return describe_places(
        begegnungsorte, PLACES, entries, rules=read_rules(), classes=read_categories().classes,
        study_area=STUDY_AREA, position_far_m=1000,
    )  # fmt: skip


def lat_lon(x: float, y: float = 0.0) -> str:
    point = gpd.GeoSeries([at(x, y)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    return f"{point.y:.6f}, {point.x:.6f}"


@pytest.mark.parametrize(
    ("dates", "newest"),
    [
        (["2025-03-01", "2026-01-15T10:00:00Z", "", "Frühjahr", "2026-02-30"], "2026-01-15"),
        (["", "2025"], ""),
    ],
)
def test_the_newest_day_is_that_of_whole_and_real_days(dates: list[str], newest: str) -> None:
    assert find_newest_day(dates) == newest


def test_a_mistyped_decade_is_told_and_silences_no_later_line() -> None:
    # 2026-01-15 and 366 days are 2027-01-16.
    entries = build_entries(
        {"value": "fee", "date": "2036-01-01"},
        {"date": "2026-02-01"},
        {"attribute": "rooms_count", "value": "3", "date": "2027-01-16"},
        {"attribute": "registration", "value": "no", "date": "2027-01-17"},
    )
    believed, issues = doubt_days(entries, newest_day="2026-01-15", ahead_max_days=366)
    assert believed["date"].isna().tolist() == [True, False, False, True]
    assert issues[["code", "row"]].to_numpy().tolist() == [["HAND_DATE_AHEAD", "2"], ["HAND_DATE_AHEAD", "5"]]
    assert "2036-01-01" in issues["text"].iloc[0]
    conform_table(believed, "hand_entries")
    place = describe(believed).begegnungsorte.iloc[0]
    assert (place["cost"], place["rooms_count"], place["registration"]) == ("free", 3.0, "no")
    unchecked, none = doubt_days(entries, newest_day="", ahead_max_days=366)
    assert describe(unchecked).begegnungsorte["cost"].iloc[0] == "fee"
    assert none.empty


def test_a_date_of_a_list_far_ahead_of_every_source_is_told_and_dropped() -> None:
    # 2026-01-15 and 366 days are 2027-01-16.
    records = gpd.GeoDataFrame(
        {
            "source": ["a", "b", "a", "a", "a"],
            "row": ["2", "2", "3", "4", "5"],
            "date": pd.Series(["2099", "2027-01-17", "2027-01-16", None, "2024-11"], dtype="str"),
        },
        geometry=[at(0)] * 5,
        crs=CRS,
    )
    believed, issues = doubt_list_days(records, newest_day="2026-01-15", ahead_max_days=366)
    assert believed["date"].isna().tolist() == [True, True, False, True, False]
    assert issues[["source", "row", "code"]].to_numpy().tolist() == [
        ["a", "2", "LIST_DATE_INVALID"],
        ["b", "2", "LIST_DATE_INVALID"],
    ]
    unchecked, none = doubt_list_days(records, newest_day="", ahead_max_days=366)
    assert unchecked["date"].iloc[0] == "2099"
    assert none.empty


def test_a_position_outside_the_study_area_is_not_applied_and_the_one_before_holds() -> None:
    lines = [
        {"attribute": "position", "value": lat_lon(300)},
        {"attribute": "position", "value": lat_lon(90_000)},
    ]
    inventory = describe(build_entries(lines[0], lines[1] | {"date": "2026-03-01"}))
    assert inventory.begegnungsorte.geometry.iloc[0].distance(at(300)) < 0.2  # six decimals of a degree
    (told,) = inventory.issues.to_dict("records")
    assert (told["code"], told["source"], told["row"]) == ("HAND_POSITION_OUTSIDE", "corrections.csv", "3")
    assert "90.0 km from where the place was known" in told["text"]


def test_a_position_beyond_a_kilometre_is_applied_and_told() -> None:
    inventory = describe(build_entries({"attribute": "position", "value": lat_lon(2400)}))
    assert inventory.begegnungsorte.geometry.iloc[0].distance(at(2400)) < 0.2
    assert inventory.issues["code"].tolist() == ["HAND_POSITION_FAR"]
    assert "2.4 km" in inventory.issues["text"].iloc[0]
    near = describe(build_entries({"attribute": "position", "value": lat_lon(990)}))
    assert near.issues.empty
