# SPDX-License-Identifier: MIT
"""Tiles side by side and the bent ground."""

import numpy as np
import pytest
import shapely

from begegnung_geo.sample.terrain import Ground, build_tiles, smooth_points


@pytest.mark.parametrize("inhabitants", [2_000, 60_000, 61_001, 600_000, 777_777, 2_000_000])
def test_tiles_share_all_people_and_stay_near_60000_each(inhabitants: int) -> None:
    tiles = build_tiles(inhabitants)
    assert sum(tile.persons for tile in tiles) == inhabitants
    assert max(tile.persons for tile in tiles) - min(tile.persons for tile in tiles) <= 1
    assert max(tile.persons for tile in tiles) < 100_000


def test_twelve_stadtbezirke_at_600000_people() -> None:
    # The first tile has three Stadtbezirke, every other one.
    assert len(build_tiles(600_000)) + 2 == pytest.approx(12, abs=2)


def test_tiles_do_not_overlap_and_have_no_gap() -> None:
    tiles = build_tiles(600_000)
    areas = [
        shapely.affinity.translate(
            shapely.affinity.scale(tile.build_domain(), 1, tile.flip, origin=(0, 0)), tile.x, tile.y
        )
        for tile in tiles
    ]
    union = shapely.union_all(areas, grid_size=0.001)
    assert union.area == pytest.approx(sum(area.area for area in areas), rel=1e-6)
    assert union.geom_type == "Polygon"
    assert union.area == pytest.approx(shapely.envelope(union).area, rel=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 5, 2023])
def test_bending_neither_folds_nor_tears_the_ground(seed: int) -> None:
    tile = build_tiles(60_000)[0]
    ground = Ground(scale=1.0, seed=seed)
    x, y = np.meshgrid(np.arange(-3_000, 3_000, 50.0), np.arange(-3_000, 3_000, 50.0))
    grid = np.column_stack([x.ravel(), y.ravel()])
    bent = ground.bend(grid, tile)
    east = ground.bend(grid + np.array([1.0, 0.0]), tile) - bent
    north = ground.bend(grid + np.array([0.0, 1.0]), tile) - bent
    determinant = east[:, 0] * north[:, 1] - east[:, 1] * north[:, 0]
    assert determinant.min() > 0.05
    assert determinant.max() < 3.5


def test_the_town_lies_in_the_german_bight() -> None:
    tile = build_tiles(60_000)[0]
    ground = Ground(scale=1.0, seed=2023)
    lon, lat = ground.to_lon_lat(ground.bend(np.zeros((1, 2)), tile))[0]
    assert lon == pytest.approx(8.0, abs=0.02)
    assert lat == pytest.approx(54.4, abs=0.02)


def test_a_smooth_line_passes_through_its_points() -> None:
    points = np.array([(0.0, 0.0), (10.0, 5.0), (20.0, 0.0)])
    curve = shapely.LineString(smooth_points(points))
    assert max(shapely.distance(curve, shapely.points(points))) < 1e-9
