# SPDX-License-Identifier: MIT
"""People: how many live in each house, and the 100 m grid they are published on."""

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from begegnung_geo.crs import LAEA_EUROPE
from begegnung_geo.sample.buildings import Houses
from begegnung_geo.sample.plan import Zone
from begegnung_geo.sample.terrain import METRIC, Floats, Ints

AGE_COLUMNS = ("Unter18", "a18bis29", "a30bis49", "a50bis64", "a65undaelter")
_CELL_M = 100
_DWELLING_M2 = {Zone.CORE: 95.0, Zone.BLOCKS: 92.0, Zone.SLABS: 84.0}
_HOUSEHOLD = {
    Zone.CORE: 1.5,
    Zone.BLOCKS: 1.75,
    Zone.SLABS: 2.05,
    Zone.ROWS: 2.4,
    Zone.DETACHED: 2.5,
    Zone.VILLAGE: 2.6,
}
_AGES = {
    Zone.CORE: (0.11, 0.24, 0.30, 0.18, 0.17),
    Zone.BLOCKS: (0.16, 0.20, 0.29, 0.18, 0.17),
    Zone.SLABS: (0.20, 0.13, 0.22, 0.18, 0.27),
    Zone.ROWS: (0.20, 0.11, 0.28, 0.22, 0.19),
    Zone.DETACHED: (0.17, 0.08, 0.23, 0.25, 0.27),
    Zone.VILLAGE: (0.15, 0.08, 0.21, 0.26, 0.30),
}


def build_residents(houses: Houses, is_inside: Ints, *, persons: int, rng: np.random.Generator) -> Ints:
    """
    Return how many people live in each house; exactly `persons` inside the city.

    Houses beyond the border get people at the same density.
    """
    area = shapely.area(houses.polygons)
    dwelling_m2 = np.array([_DWELLING_M2.get(zone, 0.0) for zone in Zone])[houses.zone]
    many = np.maximum(np.round(area * houses.levels * 0.85 / np.maximum(dwelling_m2, 1)), 1)
    dwellings = np.where(dwelling_m2 > 0, many, np.where(rng.uniform(0, 1, len(area)) < 0.15, 2.0, 1.0))
    household = np.array([_HOUSEHOLD.get(zone, 2.0) for zone in Zone])[houses.zone]
    weight = dwellings * household * rng.gamma(6.0, 1 / 6.0, len(area)) * houses.is_dwelling
    inside = weight * is_inside
    total = inside.sum()
    if total == 0:
        return np.zeros(len(area), dtype=np.int64)
    outside = np.round(weight * (1 - is_inside) * persons / total).astype(np.int64)
    return np.asarray(_round_to_total(inside, persons) + outside)


def _round_to_total(weight: Floats, total: int) -> Ints:
    edges = np.round(np.cumsum(weight) / weight.sum() * total)
    return np.asarray(np.diff(np.concatenate([[0], edges]))).astype(np.int64)


def build_grid(points: Floats, persons: Ints, *, zone: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """
    Return the inhabited 100 m cells of the Zensus grid (EPSG:3035) with people and age groups.

    Parameters
    ----------
    points
        Houses in EPSG:25832.
    persons, zone
        People of each house, and its kind of quarter, which shapes the ages.
    """
    lived = persons > 0
    x, y = Transformer.from_crs(METRIC, LAEA_EUROPE, always_xy=True).transform(
        points[lived, 0], points[lived, 1]
    )
    shares = np.array([_AGES.get(zone_key, _AGES[Zone.BLOCKS]) for zone_key in Zone])[zone[lived]]
    ages = rng.multinomial(persons[lived], shares)
    houses = pd.DataFrame(
        {"east": np.floor(x / _CELL_M).astype(np.int64), "north": np.floor(y / _CELL_M).astype(np.int64)}
    )
    houses["Einwohner"] = persons[lived]
    for column, values in zip(AGE_COLUMNS, ages.T, strict=True):
        houses[column] = values
    return houses.groupby(["north", "east"], as_index=False, sort=True).sum()


def merge_grids(grids: list[pd.DataFrame]) -> pd.DataFrame:
    """Return one grid: cells on the border of two tiles are added up."""
    return pd.concat(grids).groupby(["north", "east"], as_index=False, sort=True).sum()


def name_cells(grid: pd.DataFrame) -> pd.DataFrame:
    """Return the id and midpoint columns of the Zensus files for grid cells."""
    north, east = grid["north"] * _CELL_M, grid["east"] * _CELL_M
    cell_id = "CRS3035RES100mN" + north.astype(str) + "E" + east.astype(str)
    return pd.DataFrame(
        {"GITTER_ID_100m": cell_id, "x_mp_100m": east + _CELL_M // 2, "y_mp_100m": north + _CELL_M // 2}
    )
