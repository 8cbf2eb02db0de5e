# SPDX-License-Identifier: MIT
"""Outlines on a grid: areas known by hand, and any region gives valid, nested polygons."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from begegnung_geo.analysis.contours import Grid, build_outlines, find_crossings


def outline(is_inside, part=0.5):
    grid = Grid(
        west=0.0, south=0.0, cell_size_m=1.0, row_count=is_inside.shape[0], column_count=is_inside.shape[1]
    )
    crossings = find_crossings(is_inside)
    inside, outside = grid.locate(crossings.inside), grid.locate(crossings.outside)
    parts = np.broadcast_to(part, len(inside))[:, None]
    return build_outlines(is_inside, inside + (outside - inside) * parts)


def pad(rows):
    return np.pad(np.array(rows, dtype=bool), 1)


def test_one_inside_point_is_a_diamond_around_it():
    region = outline(pad([[1]]))
    assert region.equals(shapely.Polygon([(1.5, 1), (1, 1.5), (0.5, 1), (1, 0.5)]))


def test_a_row_of_points_is_one_area_and_where_the_lines_are_crossed_matters():
    region = outline(pad([[1, 1, 1]]), part=0.9)
    assert len(region.geoms) == 1
    assert region.area == pytest.approx(2 * 1.8 + 2 * 0.9 * 0.9)


def test_a_hole_stays_a_hole():
    region = outline(pad([[1, 1, 1], [1, 0, 1], [1, 1, 1]]))
    assert len(region.geoms) == 1
    assert len(region.geoms[0].interiors) == 1
    assert shapely.Polygon(region.geoms[0].interiors[0]).area == pytest.approx(0.5)


def test_an_island_in_a_hole_is_an_area_of_its_own():
    rows = np.ones((5, 5), dtype=bool)
    rows[1:4, 1:4] = False
    rows[2, 2] = True
    region = outline(pad(rows))
    assert len(region.geoms) == 2
    assert region.is_valid
    assert [len(area.interiors) for area in region.geoms] == [1, 0]


def test_points_that_touch_at_a_corner_only_are_two_areas():
    assert len(outline(pad([[1, 0], [0, 1]])).geoms) == 2


def test_nothing_inside_is_an_empty_multipolygon():
    assert outline(pad([[0]])).is_empty


@given(mask=arrays(bool, (7, 7)), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_any_region_is_valid_holds_its_points_and_lies_within_a_larger_one(mask, seed):
    rng = np.random.default_rng(seed)
    is_inside = np.pad(mask, 1)
    crossings = find_crossings(is_inside)
    region = outline(is_inside, rng.uniform(0.02, 0.98, len(crossings.inside)))
    assert region.is_valid
    rows, columns = np.mgrid[: is_inside.shape[0], : is_inside.shape[1]]
    assert np.array_equal(shapely.contains_xy(region, columns, rows), is_inside)
    larger = is_inside | np.pad(rng.random(mask.shape) < 0.3, 1)
    assert outline(is_inside, 0.3).difference(outline(larger, 0.6)).area < 1e-9
