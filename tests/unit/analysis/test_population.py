# SPDX-License-Identifier: MIT
"""People from buildings, people in coarse cells, and nobody lost."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.population import (
    check_conservation,
    clip_to_city,
    estimate_population,
    measure_dwelling_area,
    split_cells,
    spread_cells,
)
from begegnung_geo.errors import CrsError, SchemaError
from begegnung_geo.schema import build_empty, conform_table, require_table

METRIC = "EPSG:25832"
X, Y = 390_000, 5_700_000
RULE = {"storey_default_count": 2, "footprint_min_m2": 40, "building_yes_footprint_max_m2": 800}


def build_buildings(*rows):
    """Return buildings from (value, levels, has_other_use, x, y, width, depth)."""
    shapes = [shapely.box(X + x, Y + y, X + x + w, Y + y + d) for *_, x, y, w, d in rows]
    return gpd.GeoDataFrame(
        {
            "source_id": pd.Series([f"way/{number}" for number in range(len(rows))], dtype="str"),
            "building": pd.Series([row[0] for row in rows], dtype="str"),
            "levels_count": pd.Series([row[1] for row in rows], dtype="float64"),
            "has_other_use": pd.Series([row[2] for row in rows], dtype=bool),
            "footprint_area_m2": shapely.area(shapes) if shapes else pd.Series([], dtype="float64"),
        },
        geometry=shapes,
        crs=METRIC,
    )


def build_city(*bounds):
    west, south, east, north = bounds
    shape = shapely.box(X + west, Y + south, X + east, Y + north)
    return gpd.GeoDataFrame({"name": ["M"], "origin": ["extract"]}, geometry=[shape], crs=METRIC)


def build_cells(persons, points, **groups):
    columns = {
        "cell_id": pd.Series([f"c{number}" for number in range(len(persons))], dtype="str"),
        "persons": pd.Series(persons, dtype="float64"),
        "is_estimated": pd.Series([False] * len(persons), dtype=bool),
        **{name: pd.Series(values, dtype="float64") for name, values in groups.items()},
    }
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(X + x, Y + y) for x, y in points], crs=METRIC)


@pytest.mark.parametrize(
    ("value", "levels", "has_other_use", "floor_area_m2"),
    [
        ("house", 3, False, 300),
        ("house", None, False, 200),
        ("house", 0, False, 200),
        ("house", -1, False, 200),
        ("house", 999, False, 200),
        ("apartments", 4, True, 300),  # the ground floor is the shop
        ("house", 1, True, 0),
        ("yes", 3, False, 300),
        ("yes", 3, True, 0),
        ("garage", 1, False, 0),
        ("church", 1, False, 0),
        ("retirement_home", 3, False, 0),
        ("hotel", 5, False, 0),
    ],
)
def test_floor_area_is_footprint_times_storeys_of_dwellings(*, value, levels, has_other_use, floor_area_m2):
    buildings = build_buildings((value, levels, has_other_use, 0, 0, 10, 10))
    assert measure_dwelling_area(buildings, **RULE).tolist() == [floor_area_m2]


@pytest.mark.parametrize(
    ("value", "width", "floor_area_m2"),
    [("house", 3.9, 0), ("house", 4, 80), ("yes", 80, 1600), ("yes", 80.1, 0), ("apartments", 80.1, 1602)],
)
def test_sheds_and_large_unknown_buildings_are_no_dwellings(value, width, floor_area_m2):
    buildings = build_buildings((value, None, False, 0, 0, width, 10))
    assert measure_dwelling_area(buildings, **RULE).tolist() == [pytest.approx(floor_area_m2)]


def test_people_are_floor_area_over_floor_area_a_head_inside_the_city_only():
    buildings = build_buildings(
        ("house", 2, False, 0, 0, 10, 12),
        ("garage", 1, False, 20, 0, 10, 10),
        ("apartments", 5, False, 40, 0, 20, 30),
        ("house", 2, False, 500, 0, 10, 12),
    )
    cells = estimate_population(
        buildings, city_area=build_city(0, 0, 100, 100), floor_area_per_person_m2=60, **RULE
    )
    assert cells[["cell_id", "persons"]].to_numpy().tolist() == [["way/0", 4.0], ["way/2", 50.0]]
    assert cells["is_estimated"].all()
    require_table(conform_table(cells, "population_cells"), "population_cells", crs=METRIC)


def test_the_point_of_a_courtyard_building_lies_in_its_walls():
    buildings = build_buildings(("apartments", 3, False, 0, 0, 50, 50))
    walls = shapely.box(X, Y, X + 50, Y + 50).difference(shapely.box(X + 10, Y + 10, X + 40, Y + 40))
    buildings = buildings.set_geometry([walls], crs=METRIC)
    cells = estimate_population(
        buildings, city_area=build_city(0, 0, 99, 99), floor_area_per_person_m2=60, **RULE
    )
    assert walls.covers(cells.geometry.iloc[0])


@pytest.mark.parametrize(
    "buildings",
    [build_empty("buildings", crs=METRIC), build_buildings(("church", 1, False, 0, 0, 10, 10))],
    ids=["no building", "no dwelling"],
)
def test_without_dwellings_there_are_no_people_and_no_error(buildings):
    cells = estimate_population(
        buildings, city_area=build_city(0, 0, 99, 99), floor_area_per_person_m2=60, **RULE
    )
    assert len(cells) == 0
    require_table(conform_table(cells, "population_cells"), "population_cells", crs=METRIC)


def test_clipping_tells_how_many_people_stay_outside():
    cells = build_cells([1, 2, 4], [(0, 0), (50, 50), (101, 50)])
    inside, outside_persons = clip_to_city(cells, build_city(0, 0, 100, 100))
    assert inside["persons"].tolist() == [1, 2]  # the border is inside
    assert outside_persons == 4


def test_tables_in_different_crs_raise():
    with pytest.raises(CrsError):
        clip_to_city(build_cells([1], [(0, 0)]), build_city(0, 0, 9, 9).to_crs(3035))


# --- coarse cells ---

ONE_KM = {"cell_size_m": 1000, "floor_area_min_per_person_m2": 15}


def spread(cells, buildings, **options):
    floor_area_m2 = measure_dwelling_area(buildings, **RULE)
    return spread_cells(cells, buildings, floor_area_m2=floor_area_m2, **{**ONE_KM, **options})


def test_the_people_of_a_coarse_cell_are_spread_by_floor_area():
    cells = build_cells([40, 7], [(500, 500), (1500, 500)], persons_65_plus=[8, np.nan])
    buildings = build_buildings(
        ("house", 2, False, 100, 100, 10, 10),
        ("apartments", 6, False, 900, 900, 10, 10),
        ("church", 1, False, 500, 500, 50, 50),
        ("house", 2, False, 2500, 100, 10, 10),
    )
    spread_out = spread(cells, buildings).set_index("cell_id")
    assert spread_out["persons"].to_dict() == {"c0/way/0": 10, "c0/way/1": 30, "c1": 7}
    assert spread_out["persons_65_plus"].iloc[:2].tolist() == [2, 6]
    assert np.isnan(spread_out.loc["c1", "persons_65_plus"])
    assert spread_out.geometry.loc["c1"].equals(cells.geometry.iloc[1])
    assert not spread_out["is_estimated"].any()
    require_table(conform_table(spread_out.reset_index(), "population_cells"), "population_cells", crs=METRIC)


def test_a_cell_with_too_few_mapped_dwellings_keeps_its_midpoint():
    # One house of 200 m2 for 40 people is 5 m2 a head: most houses are not in the file.
    cells = build_cells([40], [(500, 500)])
    assert spread(cells, build_buildings(("house", 2, False, 0, 0, 10, 10)))["cell_id"].tolist() == ["c0"]


def test_a_house_beside_the_only_cell_is_not_filled_with_its_people():
    cells = build_cells([4], [(500, 500)])
    buildings = build_buildings(("house", 2, False, 1010, 500, 10, 10))
    assert spread(cells, buildings)["cell_id"].tolist() == ["c0"]


def test_a_grid_that_is_turned_against_the_axes_finds_the_cell_of_each_house():
    # The Zensus grid is turned by about 0.8 degrees in UTM 32N at Dortmund; here by 20.
    angle = np.radians(20)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middles = np.array([[500 + 1000 * i, 500 + 1000 * j] for i in range(3) for j in range(3)])
    cells = build_cells([4] * 9, (middles @ turn.T).tolist())
    # A house in the far corner of each cell, 470 m from the middle both ways.
    corners = (middles + 470) @ turn.T
    buildings = build_buildings(*(("house", 2, False, x - 5, y - 5, 10, 10) for x, y in corners))
    ids = spread(cells, buildings)["cell_id"].tolist()
    assert ids == [f"c{number}/way/{number}" for number in range(9)]


def test_no_cell_or_no_building_is_no_error():
    assert len(spread(build_cells([], []), build_buildings(("house", 2, False, 0, 0, 10, 10)))) == 0
    assert spread(build_cells([5], [(0, 0)]), build_empty("buildings", crs=METRIC))["persons"].tolist() == [5]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), house_count=st.integers(0, 40))
def test_spreading_keeps_every_person_of_every_group_in_its_cell(seed, house_count):
    random = np.random.default_rng(seed)
    points = [(500 + 1000 * i, 500) for i in range(4)]
    persons = random.integers(1, 60, 4)
    cells = build_cells(persons, points, persons_under_18=persons // 3)
    houses = [("house", None, False, *random.uniform(0, 4000, 2), 10, 10) for _ in range(house_count)]
    spread_out = spread(cells, build_buildings(*houses) if houses else build_empty("buildings", crs=METRIC))
    assert spread_out["cell_id"].is_unique
    of_cell = spread_out.groupby(spread_out["cell_id"].str.split("/").str[0])[["persons", "persons_under_18"]]
    assert of_cell.sum()["persons"].tolist() == pytest.approx(persons.tolist())
    assert of_cell.sum()["persons_under_18"].tolist() == pytest.approx((persons // 3).tolist())


# --- conservation ---


def test_parts_that_add_up_pass_and_a_lost_person_raises():
    check_conservation(input_persons=1e6, parts={"kept": 9e5, "outside": 1e5 + 0.5}, where="z.csv")
    with pytest.raises(SchemaError, match="people were lost or made: 1,000") as caught:
        check_conservation(input_persons=1000, parts={"kept": 990, "outside": 9}, where="z.csv")
    assert caught.value.where == "z.csv: 990.000 kept + 9.000 outside"


def test_unknown_sums_do_not_pass():
    with pytest.raises(SchemaError):
        check_conservation(input_persons=10, parts={"kept": float("nan")}, where="z.csv")


def test_a_coarse_cell_without_dwellings_shares_its_people_by_area():
    cells = gpd.GeoDataFrame(
        {"cell_id": ["a", "b/way/1"], "persons": [100.0, 7.0], "is_estimated": [False, False]},
        geometry=[shapely.Point(500, 500), shapely.Point(1500, 500)],
        crs="EPSG:25832",
    )
    squares = split_cells(cells, cell_size_m=1000, parts=5)
    assert len(squares) == 26
    assert squares["persons"].sum() == pytest.approx(107)
    assert squares.set_index("cell_id").loc["b/way/1", "persons"] == 7
    # A border at x = 200 m cuts one of five columns of squares off: a fifth of the people.
    west = squares[squares.geometry.x < 200]
    assert west["persons"].sum() == pytest.approx(20)
    assert squares["cell_id"].is_unique
