# SPDX-License-Identifier: MIT
"""What is left when no address point fits: a geocoder's answer, then the district a row names."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.address_fallbacks import build_queries, match_districts, match_looked_up
from begegnung_geo.analysis.addresses import locate_records
from begegnung_geo.schema import build_empty
from inventory_rows import CRS, build_records

SQUARE = shapely.box(0, 0, 400, 300)


def build_districts(*rows: tuple[str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"level": [row[0] for row in rows], "name": [row[1] for row in rows]},
        geometry=[row[2] for row in rows],
        crs=CRS,
    )


def build_look_ups(*rows: tuple[str, str, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "query": [row[0] for row in rows],
            "precision": [row[1] for row in rows],
            "error_m": [row[2] for row in rows],
            "label": "Weg 1, Hörde",
        },
        geometry=[shapely.Point(7, 7)] * len(rows),
        crs=CRS,
    )


DISTRICTS = build_districts(
    ("bezirk", "Hörde", shapely.box(0, 0, 4000, 4000)),
    ("teil", "Hörde", SQUARE),
    ("teil", "Marten", shapely.box(5000, 0, 5300, 400)),
    ("teil", "Hafen", shapely.box(6000, 0, 6300, 400)),
    ("teil", "Hafen", shapely.box(7000, 0, 7300, 400)),
)


def build_open(**columns: object) -> gpd.GeoDataFrame:
    return build_records({"name": "Treff", "geometry": None, "precision": "unknown", **columns})


@pytest.mark.parametrize(
    ("columns", "query"),
    [
        (
            {"street": "Weg", "house_number": "1 a", "postcode": "44135", "city": "Unna"},
            "Weg 1 a, 44135 Unna",
        ),
        ({"street": "Weg  am\tSee"}, "Weg am See, Dortmund"),
        ({"street": None, "city": "Dortmund"}, "none"),
    ],
)
def test_the_question_is_the_address_in_one_line(columns: dict[str, str], query: str) -> None:
    asked = build_queries(build_open(**columns), default_city="Dortmund")
    assert asked.fillna("none").tolist() == [query]


def test_an_answer_is_taken_with_its_error_and_always_noted() -> None:
    records = build_open(street="Weg", house_number="1")
    found = match_looked_up(
        records, build_look_ups(("Weg 1, Dortmund", "house", 30.0)), default_city="Dortmund"
    )
    assert found[["precision", "error_m"]].to_numpy().tolist() == [["house", 30.0]]
    assert "Weg 1, Hörde" in found["note"].iloc[0]


@pytest.mark.parametrize(
    "look_ups",
    [
        None,
        build_look_ups(("Weg 2, Dortmund", "house", 30.0)),
        build_look_ups(("Weg 1, Dortmund", "street", 501.0)),
        build_look_ups(),
    ],
)
def test_another_question_and_the_middle_of_a_long_street_are_no_answer(
    look_ups: gpd.GeoDataFrame | None,
) -> None:
    records = build_open(street="Weg", house_number="1")
    assert match_looked_up(records, look_ups, default_city="Dortmund").empty


@pytest.mark.parametrize(
    "columns",
    [
        {"fields": {"Stadtteil": "Hörde"}},
        {"fields": {"statbezibe": "HOERDE"}},
        {"city": "Dortmund-Hörde"},
        {"fields": {"Ortsteil": "Nirgendwo", "Stadtbezirk": "Hörde"}},
    ],
)
def test_a_named_district_gives_its_middle_and_the_distance_to_its_corner(columns: dict[str, object]) -> None:
    found = match_districts(build_open(**columns), DISTRICTS).iloc[0]
    # The smaller one of that name: 400 m by 300 m, so half the diagonal is 250 m.
    assert found.geometry == shapely.Point(200, 150)
    assert found["error_m"] == pytest.approx(250)
    assert found["precision"] == "district"
    assert "Hörde" in found["note"]


@pytest.mark.parametrize("fields", [{}, {"Stadtteil": "Hafen"}, {"Stadtteil": "Unna"}, {"Stadtteil": 7}])
def test_two_districts_of_a_name_none_or_no_text_say_nothing(fields: dict[str, object]) -> None:
    assert match_districts(build_open(fields=fields), DISTRICTS).empty


def test_the_point_of_a_bent_district_lies_inside_it() -> None:
    bent = shapely.box(0, 0, 900, 900).difference(shapely.box(100, 100, 900, 900))
    found = match_districts(build_open(city="X-Knick"), build_districts(("teil", "Knick", bent))).iloc[0]
    assert shapely.contains(bent, found.geometry)


def test_records_go_through_all_stages_and_everything_unsure_is_told() -> None:
    records = build_records(
        *(
            {"name": "Treff", "geometry": None, "precision": "unknown", "position_error_m": None, **columns}
            for columns in (
                {"street": "Weg", "house_number": "1", "fields": {"Stadtteil": "Marten"}},
                {"street": "Gasse", "house_number": "2", "fields": {"Stadtteil": "Marten"}},
                {"fields": {"Stadtteil": "Marten"}},
                {},
            )
        )
    )
    located, issues = locate_records(
        records,
        build_empty("addresses", crs=CRS),
        default_city="Dortmund",
        looked_up=build_look_ups(("Weg 1, Dortmund", "house", 30.0)),
        districts=DISTRICTS,
    )
    assert located["precision"].tolist() == ["house", "district", "district", "unknown"]
    assert located["position_error_m"].fillna(-1).tolist() == [30, 250, 250, -1]
    assert located.geometry.isna().tolist() == [False, False, False, True]
    told = issues.groupby("code")["row"].agg(list).to_dict()
    assert told == {
        "ADDRESS_NOT_FOUND": ["2", "3"],
        "ADDRESS_UNCERTAIN": ["2", "3", "4"],
    }
    assert json.loads(located["fields"][0]) == {"Stadtteil": "Marten"}
    assert pd.Series(located.crs).notna().all()
