# SPDX-License-Identifier: MIT
import geopandas as gpd
import pandas as pd
import shapely

from begegnung_geo.export.completeness import build_completeness_rows, build_fill_rate_rows
from begegnung_geo.export.words import COMPLETENESS_WORDS, FILL_RATE_WORDS, NOT_ESTIMABLE
from begegnung_geo.table_columns import COMPLETENESS_REASONS

DISTRICTS = gpd.GeoDataFrame(
    {"level": ["bezirk"], "district_id": ["01"], "name": ["Mitte"]},
    geometry=[shapely.box(0, 0, 1, 1)],
    crs=25832,
)
ABOUT = {
    "city": "Teststadt",
    "class_labels": {"library": ("Bibliothek", "Library"), "toy_or_book_share": ("Ludothek", "Toy library")},
    "class_groups": {"library": "B", "toy_or_book_share": "B"},
}
KEY = {
    "level": ["city", "bezirk"], "district_id": ["", "01"], "category_kind": ["class", "group"],
    "category": ["library", "B"],
}  # fmt: skip


def test_estimates_are_whole_places_and_what_is_missing_says_why() -> None:
    table = pd.DataFrame(
        {
            **KEY, "found_count": [9, 1], "n_first": [8, 1], "n_second": [8, 0], "n_both": [7, 0],
            "estimated_count": [9.125, None], "low": [9.0, None], "high": [11.0, None],
            "is_estimable": [True, False], "reason": ["", "few_matches"],
        }
    )  # fmt: skip
    rows = build_completeness_rows(table, DISTRICTS, **ABOUT)
    assert list(rows.columns) == list(COMPLETENESS_WORDS)
    assert rows["name"].tolist() == ["Teststadt", "Mitte"]
    assert rows["category_name"].tolist() == ["Bibliothek", "Bibliothek, Ludothek"]
    assert rows["estimated_count"].fillna(-1).tolist() == [9, -1]
    assert rows["note"].tolist() == ["", NOT_ESTIMABLE["few_matches"]]


def test_every_reason_has_german_words() -> None:
    assert set(NOT_ESTIMABLE) == set(COMPLETENESS_REASONS) - {""}


def test_shares_have_two_decimals() -> None:
    table = pd.DataFrame(
        {
            **KEY, "attribute": ["name", "address"], "place_count": [3, 0], "filled_count": [2, 0],
            "filled_share": [2 / 3, None],
        }
    )  # fmt: skip
    rows = build_fill_rate_rows(table, DISTRICTS, **ABOUT)
    assert list(rows.columns) == list(FILL_RATE_WORDS)
    assert rows["filled_share"].fillna(-1).tolist() == [0.67, -1]
