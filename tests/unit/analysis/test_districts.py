# SPDX-License-Identifier: MIT
"""Districts: containment instead of names, and exactly one district for every point."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.districts import (
    assign_district,
    build_districts,
    derive_districts,
    measure_gaps,
    measure_overlaps,
    order_levels,
)
from begegnung_geo.errors import CrsError, SchemaError
from begegnung_geo.schema import build_empty, conform_table, require_table

METRIC = "EPSG:25832"
X, Y = 390_000, 5_700_000


def box(*bounds):
    west, south, east, north = bounds
    return shapely.box(X + west, Y + south, X + east, Y + north)


def build_areas(*rows):
    levels, ids, names, shapes = zip(*rows, strict=True)
    columns = {"district_id": ids, "level": levels, "name": names}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=METRIC).astype(dict.fromkeys(columns, "str"))


def build_city(shape):
    return gpd.GeoDataFrame({"name": ["M"], "origin": ["boundary_file"]}, geometry=[shape], crs=METRIC)


def build_points(*xy):
    return gpd.GeoDataFrame(geometry=[shapely.Point(X + x, Y + y) for x, y in xy], crs=METRIC)


def assign(points, areas, *, city, snap_distance_m=100):
    districts, _ = build_districts(areas)
    located, issues = assign_district(
        points, districts, level="b", city_area=build_city(city), snap_distance_m=snap_distance_m
    )
    ids = located["district_id_b"]
    return [None if pd.isna(key) else key for key in ids], issues


# --- levels and parents ---


def test_levels_are_ordered_by_mean_area_whatever_their_names():
    areas = build_areas(
        ("a_fine", "1", "A", box(0, 0, 10, 10)),
        ("a_fine", "2", "B", box(10, 0, 40, 10)),
        ("z_coarse", "1", "C", box(0, 0, 40, 10)),
        ("m_middle", "1", "D", box(0, 0, 15, 10)),
        ("m_middle", "2", "E", box(15, 0, 40, 15)),
    )
    assert order_levels(areas) == ["z_coarse", "m_middle", "a_fine"]


def test_the_parent_is_the_district_that_contains_the_child_never_the_one_of_its_name():
    areas = build_areas(
        ("s", "1", "Eving", box(0, 0, 100, 100)),
        ("s", "2", "Mengede", box(100, 0, 200, 100)),
        ("b", "000", "Mengede", box(0, 0, 50, 100)),
        ("b", "010", "Eving", box(100, 0, 150, 100)),
    )
    districts, issues = build_districts(areas)
    assert districts.set_index(["level", "district_id"])["parent_id"].dropna().to_dict() == {
        ("b", "000"): "1",
        ("b", "010"): "2",
    }
    assert len(issues) == 0
    require_table(conform_table(districts, "districts"), "districts", crs=METRIC)


def test_the_parent_holds_the_largest_part_and_ties_go_to_the_smaller_id():
    areas = build_areas(
        ("s", "2", "West", box(0, 0, 100, 100)),
        ("s", "1", "Ost", box(100, 0, 200, 100)),
        ("b", "a", "60 % in 2", box(40, 0, 140, 10)),
        ("b", "b", "half in each", box(50, 10, 150, 20)),
    )
    districts, _ = build_districts(areas)
    parents = districts[districts["level"] == "b"].set_index("district_id")["parent_id"]
    assert parents.to_dict() == {"a": "2", "b": "1"}


def test_a_child_with_less_than_half_its_area_in_any_parent_stays_alone_and_is_listed():
    areas = build_areas(
        ("s", "1", "A", box(0, 0, 100, 100)),
        ("s", "2", "B", box(100, 0, 200, 100)),
        ("b", "x", "mostly outside", box(190, 0, 220, 10)),
        ("b", "y", "far away", box(900, 900, 910, 910)),
        ("b", "z", "inside", box(0, 0, 10, 10)),
    )
    districts, issues = build_districts(areas)
    parents = districts[districts["level"] == "b"].set_index("district_id")["parent_id"]
    assert parents.isna().to_dict() == {"x": True, "y": True, "z": False}
    assert issues[["row", "code"]].to_numpy().tolist() == [
        ["b x", "DISTRICT_WITHOUT_PARENT"],
        ["b y", "DISTRICT_WITHOUT_PARENT"],
    ]


def test_areas_are_multipolygons_in_square_kilometres_and_order_of_rows_is_irrelevant():
    areas = build_areas(("b", "2", "B", box(0, 0, 1000, 2000)), ("b", "1", "A", box(1000, 0, 1500, 1000)))
    districts, _ = build_districts(areas)
    assert districts["area_km2"].tolist() == [0.5, 2.0]
    assert set(districts.geom_type) == {"MultiPolygon"}
    backwards, _ = build_districts(areas.iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(pd.DataFrame(districts), pd.DataFrame(backwards))


def test_no_district_raises():
    with pytest.raises(SchemaError, match="there is no district"):
        build_districts(build_empty("district_areas", crs=METRIC))


# --- gaps and overlaps ---


def test_gaps_are_the_holes_of_the_union_and_overlaps_the_pairs_that_share_area():
    # A ring of four boxes around a hole of 10 x 20 m; the first two overlap by 5 x 10 m.
    areas = build_areas(
        ("b", "1", "S", box(0, 0, 35, 10)),
        ("b", "2", "E", box(20, 0, 40, 10).union(box(20, 10, 40, 30))),
        ("b", "3", "N", box(0, 30, 40, 40)),
        ("b", "4", "W", box(0, 10, 10, 30)),
    )
    assert measure_gaps(areas) == (1, pytest.approx(200 / 1e6))
    assert measure_overlaps(areas) == (1, pytest.approx(150 / 1e6))
    _, issues = build_districts(areas)
    assert issues.set_index("code")["count"].to_dict() == {"DISTRICT_GAPS": 1, "DISTRICT_OVERLAPS": 1}
    assert "0.000 km2" in issues.loc[issues["code"] == "DISTRICT_GAPS", "text"].iloc[0]


def test_shared_borders_and_outer_bays_are_neither_gap_nor_overlap():
    areas = build_areas(("b", "1", "A", box(0, 0, 10, 10)), ("b", "2", "B", box(10, 5, 20, 15)))
    assert measure_gaps(areas) == (0, 0.0)
    assert measure_overlaps(areas) == (0, 0.0)


# --- points ---

TWO = build_areas(("b", "000", "West", box(0, 0, 100, 100)), ("b", "010", "Ost", box(110, 0, 210, 100)))


def test_a_point_inside_one_district_gets_it_and_outside_the_city_none():
    ids, issues = assign(build_points((50, 50), (150, 50), (250, 50), (-1, 0)), TWO, city=box(0, 0, 210, 100))
    assert ids == ["000", "010", None, None]
    assert len(issues) == 0


def test_a_point_in_a_district_but_outside_the_city_gets_none():
    assert assign(build_points((50, 50)), TWO, city=box(110, 0, 210, 100))[0] == [None]


def test_a_point_in_a_sliver_gets_the_nearest_district_and_the_middle_the_smaller_id():
    ids, _ = assign(build_points((104, 50), (106, 50), (105, 50)), TWO, city=box(0, 0, 210, 100))
    assert ids == ["000", "010", "000"]


def test_a_point_far_from_every_district_still_gets_one_and_is_reported():
    ids, issues = assign(build_points((100, 700)), TWO, city=box(0, 0, 1000, 1000), snap_distance_m=100)
    assert ids == ["000"]
    assert issues[["code", "count"]].to_numpy().tolist() == [["DISTRICT_FAR", 1]]


def test_in_an_overlap_the_district_whose_border_is_farther_wins():
    areas = build_areas(("b", "1", "A", box(0, 0, 120, 100)), ("b", "2", "B", box(80, 0, 200, 100)))
    # x = 90: 30 m from the border of A, 10 m from that of B; x = 110 the other way round.
    ids, _ = assign(build_points((90, 50), (110, 50), (100, 50)), areas, city=box(0, 0, 200, 100))
    assert ids == ["1", "2", "1"]


def test_a_point_on_a_common_border_or_corner_gets_the_smaller_id():
    areas = build_areas(
        ("b", "9", "A", box(0, 0, 100, 100)),
        ("b", "3", "B", box(100, 0, 200, 100)),
        ("b", "5", "C", box(0, 100, 200, 200)),
    )
    ids, _ = assign(build_points((100, 50), (100, 100), (50, 100)), areas, city=box(0, 0, 200, 200))
    assert ids == ["3", "3", "5"]


def test_the_city_border_is_inside_and_a_hole_of_the_city_outside():
    city = box(0, 0, 210, 100).difference(box(40, 40, 60, 60))
    ids, _ = assign(build_points((0, 0), (210, 100), (50, 50)), TWO, city=city)
    assert ids == ["000", "010", None]


def test_points_without_geometry_get_none_and_the_index_is_kept():
    points = gpd.GeoDataFrame(
        {"n": [1, 2, 3]},
        geometry=[None, shapely.Point(X + 1, Y + 1), shapely.Point()],
        crs=METRIC,
        index=[7, 5, 9],
    )
    districts, _ = build_districts(TWO)
    located, _ = assign_district(
        points, districts, level="b", city_area=build_city(box(0, 0, 9, 9)), snap_distance_m=1
    )
    assert located.index.tolist() == [7, 5, 9]
    assert located["district_id_b"].isna().tolist() == [True, False, True]
    assert "district_id_b" not in points.columns


def test_no_point_at_all_is_no_error():
    assert assign(build_points(), TWO, city=box(0, 0, 210, 100))[0] == []


def test_an_unknown_level_and_a_foreign_crs_raise():
    districts, _ = build_districts(TWO)
    city = build_city(box(0, 0, 9, 9))
    with pytest.raises(SchemaError, match="no district of level 'x'"):
        assign_district(build_points((1, 1)), districts, level="x", city_area=city, snap_distance_m=1)
    with pytest.raises(CrsError):
        assign_district(
            build_points((1, 1)).to_crs(4326), districts, level="b", city_area=city, snap_distance_m=1
        )


def brute_force_district(point, areas):
    """Return the id by the rule of the docstring, polygon by polygon."""
    inside = [
        (-round(area.boundary.distance(point), 3), key) for key, area in areas if area.intersects(point)
    ]
    outside = [(round(area.distance(point), 3), key) for key, area in areas]
    return min(inside or outside)[1]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_point_in_the_city_gets_the_district_that_a_loop_finds(seed):
    random = np.random.default_rng(seed)
    corners = random.integers(0, 90, size=(6, 2))
    sizes = random.integers(5, 60, size=(6, 2))
    areas = [
        (f"{position}", box(x, y, x + width, y + height))
        for position, ((x, y), (width, height)) in enumerate(zip(corners, sizes, strict=True))
    ]
    # Not on whole metres: a tie that the last bit of a root decides is no rule; ties have their own tests.
    points = build_points(*random.uniform(0, 150, size=(30, 2)))
    ids, _ = assign(points, build_areas(*(("b", k, k, a) for k, a in areas)), city=box(0, 0, 150, 150))
    assert ids == [brute_force_district(point, areas) for point in points.geometry]


# --- derived from OSM boundaries ---


def build_boundaries(*rows):
    ids, levels, names, shapes = zip(*rows, strict=True)
    columns = {
        "boundary_id": [f"relation/{key}" for key in ids],
        "name": pd.Series(names, dtype="str"),
        "admin_level": levels,
        "ags": pd.Series([None] * len(ids), dtype="str"),
    }
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=METRIC)


CITY = build_city(box(0, 0, 2000, 2000))


def test_the_boundaries_finer_than_the_city_become_its_districts_cut_at_the_border():
    boundaries = build_boundaries(
        (1, 6, "Kreis", box(-5000, -5000, 5000, 5000)),
        (2, 8, "Stadt", box(0, 0, 2000, 2000)),
        (3, 9, "West", box(-500, 0, 1000, 2000)),
        (4, 9, None, box(1000, 0, 2000, 2000)),
        (5, 8, "Nachbar", box(2000, 0, 4000, 2000)),
    )
    areas = derive_districts(boundaries, CITY)
    assert areas[["district_id", "level", "name"]].to_numpy().tolist() == [
        ["r3", "district", "West"],
        ["r4", "district", "relation/4"],
    ]
    assert areas.area.tolist() == [2e6, 2e6]
    require_table(conform_table(areas, "district_areas"), "district_areas", crs=METRIC)


def test_two_usable_levels_become_district_and_subdistrict():
    boundaries = build_boundaries(
        (1, 9, "West", box(0, 0, 1000, 2000)),
        (2, 9, "Ost", box(1000, 0, 2000, 2000)),
        (3, 10, "Nordwest", box(0, 1000, 1000, 2000)),
        (4, 10, "Südwest", box(0, 0, 1000, 1000)),
        (5, 11, "Siedlung", box(0, 0, 500, 500)),
    )
    areas = derive_districts(boundaries, CITY)
    assert areas.groupby("level")["district_id"].agg(list).to_dict() == {
        "district": ["r1", "r2"],
        "subdistrict": ["r3", "r4", "rest"],
    }


def test_what_the_boundaries_leave_over_becomes_one_district():
    areas = derive_districts(build_boundaries((1, 9, "West", box(0, 0, 1200, 2000))), CITY)
    assert areas[["district_id", "name"]].to_numpy().tolist() == [["r1", "West"], ["rest", "übriges Gebiet"]]
    assert areas.area.sum() == pytest.approx(4e6)


def test_slivers_that_are_left_over_are_no_district():
    areas = derive_districts(
        build_boundaries((1, 9, "W", box(0, 0, 990, 2000)), (2, 9, "O", box(1000, 0, 2000, 2000))), CITY
    )
    assert areas["district_id"].tolist() == ["r1", "r2"]


@pytest.mark.parametrize(
    "boundaries",
    [
        build_empty("boundaries", crs=METRIC),
        build_boundaries((1, 6, "Stadt", box(0, 0, 2000, 2000))),
        build_boundaries((1, 9, "Weiler", box(0, 0, 500, 500))),
        build_boundaries((1, 8, "Nachbar", box(2000, 0, 4000, 2000))),
    ],
    ids=["none", "the city itself", "a small part", "a neighbour that touches"],
)
def test_without_usable_boundaries_the_whole_area_is_one_district(boundaries):
    areas = derive_districts(boundaries, CITY)
    assert areas[["district_id", "level", "name"]].to_numpy().tolist() == [["city", "district", "M"]]
    assert areas.area.tolist() == [4e6]
