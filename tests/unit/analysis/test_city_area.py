# SPDX-License-Identifier: MIT
"""The study area: the best border there is."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.city_area import build_city_area, close_slivers, find_mapped_area, measure_extent
from begegnung_geo.errors import BegegnungError, CrsError
from begegnung_geo.schema import conform_table, require_table

METRIC = "EPSG:25832"
X, Y = 390_000, 5_700_000


def box(*bounds):
    west, south, east, north = bounds
    return shapely.box(X + west, Y + south, X + east, Y + north)


def build_grid_of_streets(size_m=3000, step_m=100):
    """Return streets every 100 m in both directions: a town that fills its square."""
    marks = range(0, size_m + 1, step_m)
    lines = [shapely.LineString([(X + m, Y), (X + m, Y + size_m)]) for m in marks]
    lines += [shapely.LineString([(X, Y + m), (X + size_m, Y + m)]) for m in marks]
    return gpd.GeoDataFrame(geometry=lines, crs=METRIC)


def build_boundaries(*rows):
    ids, levels, names, shapes = zip(*rows, strict=True)
    columns = {
        "boundary_id": [f"relation/{key}" for key in ids],
        "name": pd.Series(names, dtype="str"),
        "admin_level": levels,
    }
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=METRIC)


def build_areas(*rows):
    levels, ids, shapes = zip(*rows, strict=True)
    columns = {"district_id": ids, "level": levels, "name": ids}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=METRIC)


def test_a_boundary_file_wins_over_everything_else():
    boundary = gpd.GeoDataFrame(
        {"name": ["x"], "origin": ["boundary_file"]}, geometry=[box(0, 0, 9, 9)], crs=METRIC
    )
    city_area, issues = build_city_area(
        name="M",
        boundary_area=boundary,
        district_areas=build_areas(("b", "1", box(0, 0, 99, 99))),
        walkways=build_grid_of_streets(),
    )
    assert city_area[["name", "origin"]].to_numpy().tolist() == [["M", "boundary_file"]]
    assert city_area.area.tolist() == [81]
    assert len(issues) == 0


def test_the_union_of_the_coarsest_districts_is_closed_where_slivers_are():
    areas = build_areas(
        ("s", "1", box(0, 0, 1000, 1000)),
        ("s", "2", box(1040, 0, 2000, 1000)),
        ("b", "1", box(0, 0, 300, 300)),
    )
    city_area, _ = build_city_area(name="M", district_areas=areas, walkways=build_grid_of_streets())
    assert city_area["origin"].tolist() == ["districts"]
    # At both mouths of the 40 m sliver a circle of 50 m radius bites in: a segment over a chord
    # of 40 m, 50**2 * asin(20 / 50) - 20 * sqrt(50**2 - 20**2) = 112.3 m2 each.
    assert city_area.area.iloc[0] == pytest.approx(2000 * 1000 - 2 * 112.3, abs=5)
    assert city_area.geom_type.tolist() == ["Polygon"]
    require_table(conform_table(city_area, "city_area"), "city_area", crs=METRIC)


def test_closing_keeps_every_district_whole_and_wide_holes_open():
    ring = box(0, 0, 1000, 1000).difference(box(300, 300, 700, 700))
    closed = close_slivers(gpd.GeoSeries([ring, box(1010, 0, 1500, 500)], crs=METRIC).to_numpy())
    assert closed.covers(ring)
    assert closed.covers(box(1010, 0, 1500, 500))
    assert len(closed.interiors) == 1


def test_the_boundary_of_the_given_name_is_taken_whatever_its_level():
    boundaries = build_boundaries(
        (1, 6, "Kreis M", box(-9000, -9000, 9000, 9000)),
        (2, 9, "MUSTERSTADT", box(0, 0, 2500, 3000)),
        (3, 8, "Gemeinde", box(-100, -100, 3100, 3100)),
    )
    city_area, issues = build_city_area(
        name="Musterstadt", boundaries=boundaries, walkways=build_grid_of_streets()
    )
    assert city_area["origin"].tolist() == ["osm_boundary"]
    assert city_area.area.tolist() == [2500 * 3000]
    assert len(issues) == 0


def test_without_the_name_the_smallest_municipality_with_half_of_the_ways_is_taken():
    boundaries = build_boundaries(
        (1, 4, "Land", box(-90_000, -90_000, 90_000, 90_000)),
        (2, 6, "Kreis", box(-900, -900, 5000, 5000)),
        (3, 8, "Stadt", box(-100, -100, 3100, 3100)),
        (4, 8, "Nachbar", box(2000, 0, 3000, 3000)),
        (5, 10, "Ortsteil", box(-50, -50, 2500, 3050)),
    )
    city_area, _ = build_city_area(name="x", boundaries=boundaries, walkways=build_grid_of_streets())
    assert city_area.area.tolist() == [3200 * 3200]


def test_an_extract_of_a_small_part_studies_only_that_part():
    boundaries = build_boundaries((3, 6, "Stadt", box(0, 0, 20_000, 20_000)))
    city_area, issues = build_city_area(name="x", boundaries=boundaries, walkways=build_grid_of_streets())
    assert city_area["origin"].tolist() == ["extract"]
    # The extent reaches some 200 m beyond the streets, but not over the border in the south and west.
    assert 3000**2 < city_area.area.iloc[0] < 3400**2
    assert city_area.total_bounds[:2].tolist() == [X, Y]
    assert issues["code"].tolist() == ["EXTRACT_COVERS_PART"]


def test_without_any_boundary_the_extent_of_the_streets_is_the_area():
    city_area, _ = build_city_area(name="x", walkways=build_grid_of_streets())
    assert city_area["origin"].tolist() == ["extract"]
    assert city_area.covers(box(0, 0, 3000, 3000)).tolist() == [True]
    require_table(conform_table(city_area, "city_area"), "city_area", crs=METRIC)


def test_a_long_road_out_of_the_core_and_a_far_scrap_do_not_stretch_the_extent():
    town = build_grid_of_streets()
    road = shapely.LineString([(X + 3000, Y + 1500), (X + 30_000, Y + 1500)])
    scrap = shapely.LineString([(X - 20_000, Y), (X - 20_000, Y + 300)])
    streets = gpd.GeoDataFrame(geometry=[*town.geometry, road, scrap], crs=METRIC)
    assert measure_extent(streets).bounds[2] < X + 3000 + 700
    assert measure_extent(streets).bounds[0] > X - 700


def test_the_mapped_area_is_told_only_where_the_map_holds_a_part():
    streets = build_grid_of_streets()
    boundaries = build_boundaries((3, 6, "Stadt", box(0, 0, 20_000, 20_000)))
    _, issues = build_city_area(name="x", boundaries=boundaries, walkways=streets)
    mapped = find_mapped_area(streets, issues)
    assert mapped.covers(box(0, 0, 3000, 3000))
    assert not mapped.intersects(box(4000, 4000, 20_000, 20_000))
    assert find_mapped_area(streets, issues[:0]) is None


def test_one_single_street_has_an_extent_too():
    street = gpd.GeoDataFrame(geometry=[shapely.LineString([(X, Y), (X + 100, Y)])], crs=METRIC)
    assert measure_extent(street).covers(street.geometry.iloc[0])


def test_nothing_at_all_raises_and_so_does_a_boundary_in_another_crs():
    with pytest.raises(BegegnungError, match="the study area is unknown"):
        build_city_area(name="M")
    boundaries = build_boundaries((3, 8, "Stadt", box(0, 0, 9, 9))).to_crs(3035)
    with pytest.raises(CrsError):
        build_city_area(name="M", boundaries=boundaries, walkways=build_grid_of_streets())
