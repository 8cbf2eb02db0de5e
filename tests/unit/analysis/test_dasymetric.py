# SPDX-License-Identifier: MIT
"""Official totals spread over homes: by hand, and nobody lost or made in any town."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.dasymetric import (
    list_spread_issues,
    measure_factors,
    split_area,
    spread_totals,
)
from begegnung_geo.schema import conform_table

CRS = "EPSG:25832"
# Three districts side by side, 1 km each; d lies beyond the city's border.
DISTRICTS = gpd.GeoDataFrame(
    {"level": "bezirk", "district_id": ["a", "b", "c", "d"]},
    geometry=[shapely.MultiPolygon([shapely.box(1000 * n, 0, 1000 * (n + 1), 1000)]) for n in range(4)],
    crs=CRS,
)
CITY = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 3000, 1000)], crs=CRS)


def build_cells(rows, **groups):
    """Cells are (x, persons)."""
    x, persons = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "cell_id": pd.Series([f"c{n:02d}" for n in range(len(rows))], dtype="str"),
            "persons": np.asarray(persons, dtype=float),
            "is_estimated": False,
            **{f"persons_{name}": np.asarray(values, dtype=float) for name, values in groups.items()},
        },
        geometry=shapely.points(np.asarray(x, dtype=float), 500.0),
        crs=CRS,
    )


def build_totals(persons, **groups):
    return pd.DataFrame(
        {
            "level": "bezirk",
            "district_id": pd.Series(list(persons), dtype="str"),
            "persons": np.asarray(list(persons.values()), dtype=float),
            **{
                f"persons_{name}": np.asarray([of.get(key, np.nan) for key in persons], dtype=float)
                for name, of in groups.items()
            },
        }
    )


def spread(cells, totals, *, keeps_groups=True):
    found = spread_totals(cells, totals, DISTRICTS, city_area=CITY, level="bezirk", keeps_groups=keeps_groups)
    conform_table(found.cells, "population_cells")
    return found


def sum_up(cells, column="persons"):
    district = np.floor(cells.geometry.x / 1000).astype(int).map(dict(enumerate("abcd")))
    return cells[column].groupby(district).sum().to_dict()


def test_each_home_of_a_district_grows_by_the_same_factor():
    cells = build_cells([(100, 10), (900, 30), (1500, 20), (2500, 5)])
    found = spread(cells, build_totals({"a": 80, "b": 10, "c": 5}))
    assert found.cells["persons"].tolist() == [20, 60, 10, 5]
    assert found.factors.to_dict() == {"a": 2.0, "b": 0.5, "c": 1.0}
    assert not found.cells["is_estimated"].any()
    assert (found.unknown, found.without_homes, found.outside) == ([], [], [])


def test_a_home_of_nobody_after_scaling_is_no_row():
    found = spread(build_cells([(100, 10), (1500, 20)]), build_totals({"a": 80, "b": 0}))
    assert found.cells["cell_id"].tolist() == ["c00"]


def test_groups_without_totals_keep_their_share_of_each_home_or_go():
    cells = build_cells([(100, 10), (900, 30)], under_18=[5, np.nan])
    totals = build_totals({"a": 80})
    assert spread(cells, totals).cells["persons_under_18"].fillna(-1).tolist() == [10, -1]
    assert "persons_under_18" not in spread(cells, totals, keeps_groups=False).cells


def test_a_group_with_totals_is_scaled_to_them_and_not_to_the_people():
    # Twice the people, but of the 5 + 15 old ones there are 30: half as many again.
    cells = build_cells([(100, 10), (900, 30)], **{"65_plus": [5, 15]})
    totals = build_totals({"a": 80}, **{"65_plus": {"a": 30}})
    assert spread(cells, totals, keeps_groups=False).cells["persons_65_plus"].tolist() == [7.5, 22.5]


def test_where_a_homes_group_is_not_known_the_districts_share_stands_in():
    # Known: 4 of 10. The home of 30 people counts with 12, so of 32 the known one has a quarter.
    cells = build_cells([(100, 10), (900, 30)], **{"65_plus": [4, np.nan]})
    totals = build_totals({"a": 40}, **{"65_plus": {"a": 32}})
    assert spread(cells, totals).cells["persons_65_plus"].tolist() == [8, 24]


def test_where_nobody_of_a_group_is_known_all_people_stand_in():
    totals = build_totals({"a": 40, "b": 20}, **{"65_plus": {"a": 20}})
    found = spread(build_cells([(100, 10), (900, 30), (1500, 20)]), totals).cells
    assert found["persons_65_plus"].fillna(-1).tolist() == [5, 15, -1]  # of b the total is hidden


def test_a_district_without_a_known_total_is_scaled_as_all_others_together():
    cells = build_cells([(100, 10), (1500, 30), (2500, 7)])
    found = spread(cells, build_totals({"a": 20, "b": 40, "c": np.nan}))
    assert found.cells["persons"].tolist() == [20, 40, 10.5]  # 60 / 40 times 7
    assert found.cells["is_estimated"].tolist() == [False, False, True]
    assert found.unknown == ["c"]
    assert found.known_share == pytest.approx(40 / 47)


def test_people_of_a_district_without_homes_are_shared_out_over_its_squares():
    totals = build_totals({"a": 20, "b": 50}, under_18={"a": 4, "b": 25})
    found = spread(build_cells([(100, 10)], under_18=[3]), totals)
    squares = found.cells[found.cells["cell_id"].str.startswith("bezirk/b#")]
    assert len(squares) == 25  # 1 km2 in squares of 200 m
    assert squares["persons"].tolist() == pytest.approx([2.0] * 25)
    assert squares["persons_under_18"].sum() == pytest.approx(25)
    assert squares["is_estimated"].all()
    assert found.without_homes == ["b"]


def test_people_of_a_district_outside_the_city_are_left_out_and_told():
    found = spread(build_cells([(100, 10)]), build_totals({"a": 20, "d": 50}))
    assert found.cells["persons"].sum() == 20
    assert found.outside == ["d"]


def test_points_in_the_overlap_of_two_districts_go_to_neither_by_mistake():
    wide = DISTRICTS.geometry.to_numpy().copy()
    wide[1] = shapely.MultiPolygon([shapely.box(500, 0, 2000, 1000)])  # b reaches into a
    districts = DISTRICTS.set_geometry(gpd.GeoSeries(wide, crs=CRS))
    found = spread_totals(
        build_cells([(100, 10)]), build_totals({"a": 20, "b": 60}), districts,
        city_area=CITY, level="bezirk", keeps_groups=True,
    )  # fmt: skip
    assert found.cells["persons"].sum() == pytest.approx(80)


def test_an_area_smaller_than_a_square_has_one_point_and_an_empty_one_none():
    small = shapely.box(0, 0, 30, 30)
    (point,) = split_area(small)
    assert small.contains(point)
    assert len(split_area(shapely.Polygon())) == 0


def test_districts_of_which_something_is_to_be_said_are_listed_with_their_numbers():
    cells = build_cells([(100, 10), (1500, 10), (2500, 10)])
    found = spread(cells, build_totals({"a": 10, "b": 11, "c": 25, "d": 3}))
    issues = pd.concat(list_spread_issues(found, source="einwohner.csv", factor_max=2.0))
    assert issues["code"].tolist() == ["TOTAL_IMPLAUSIBLE", "TOTAL_OUTSIDE"]
    assert issues["text"].str.contains("districts c").tolist() == [True, False]


def test_without_any_known_total_there_is_no_factor():
    cells = build_cells([(100, 10)])
    district = pd.Series(["a"], index=cells.index)
    factors = measure_factors(cells, build_totals({"a": np.nan}), district_of_cell=district)
    assert factors.isna().all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_known_total_and_group_total_is_met_in_any_town(data):
    homes = data.draw(
        st.lists(st.tuples(st.floats(1, 2999), st.floats(0.01, 500)), min_size=1, max_size=30), label="homes"
    )
    old = data.draw(st.lists(st.floats(0, 400) | st.just(np.nan), min_size=len(homes), max_size=len(homes)))
    number = st.floats(1, 1e5)
    totals = build_totals(
        {key: data.draw(number) for key in "abc"},
        **{"65_plus": {key: data.draw(number | st.just(np.nan)) for key in "abc"}},
    )
    found = spread(build_cells(homes, **{"65_plus": old}), totals)
    sums = sum_up(found.cells)
    assert sums == pytest.approx(totals.set_index("district_id")["persons"].to_dict(), rel=1e-9)
    of_group = sum_up(found.cells, "persons_65_plus")
    for key, given_total in totals.set_index("district_id")["persons_65_plus"].dropna().items():
        assert of_group[key] == pytest.approx(given_total, rel=1e-9)
    assert found.cells["persons"].sum() == pytest.approx(totals["persons"].sum(), rel=1e-9)
