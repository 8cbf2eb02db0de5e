# SPDX-License-Identifier: MIT
"""Allotment gardens: hundreds of cabins, and a plot for a clubhouse in most of the sites."""

from dataclasses import dataclass

import numpy as np
import shapely

from begegnung_geo.sample.buildings import Houses, concat_houses
from begegnung_geo.sample.cells import Cells
from begegnung_geo.sample.plan import GREENS, Zone
from begegnung_geo.sample.terrain import Floats, Ints, Objects, Tile

WITHOUT_CLUBHOUSE = "Kleingartenanlage Westerwiese"
_PLOT_M = (20.0, 24.0)
_CABIN_M = (5.0, 6.0)
_CLUBHOUSE_M = (18.0, 11.0)
_RIM_M = 6.0


@dataclass
class Gardens:
    """Cabins and clubhouses as houses, and which of them is the clubhouse of which site."""

    houses: Houses
    clubhouse: dict[str, int]


def find_green(cells: Cells, tile: Tile, zone: Zone) -> Ints:
    """Return the index in `plan.GREENS` of the site that each cell of a zone belongs to, -1 elsewhere."""
    sites = [index for index, green in enumerate(GREENS) if green.zone == zone]
    site = np.full(len(cells.zone), -1)
    chosen = np.flatnonzero(cells.zone == zone)
    if len(chosen) and sites:
        xy = shapely.get_coordinates(shapely.point_on_surface(cells.polygons[chosen]))
        centre = np.array([(GREENS[i].x, GREENS[i].y) for i in sites]) * tile.km
        distance = np.hypot(*(xy[:, None, :] - centre).transpose(2, 0, 1))
        site[chosen] = np.array(sites)[np.argmin(distance, axis=1)]
    return site


def build_gardens(cells: Cells, blocks: Objects, *, tile: Tile, rng: np.random.Generator) -> Gardens:
    """Return the buildings of all allotment sites of a tile, in the metric CRS."""
    site = find_green(cells, tile, Zone.ALLOTMENT)
    parts: list[Houses] = []
    clubhouse: dict[str, int] = {}
    count = 0
    for cell in np.flatnonzero(site >= 0).tolist():
        cabins = _build_cabins(blocks[cell], rng=rng)
        name = GREENS[site[cell]].name
        has_club = name != WITHOUT_CLUBHOUSE and name not in clubhouse
        if has_club:
            club = _rectangle(_find_middle(blocks[cell]), _find_angle(blocks[cell]), size=_CLUBHOUSE_M)
            cabins = cabins[~shapely.intersects(cabins, shapely.buffer(club[0], 3.0))]
            clubhouse[name] = count
            cabins = np.concatenate([club, cabins])
        parts.append(_build_houses(cabins, cell, has_club=has_club))
        count += len(cabins)
    nothing = _build_houses(np.array([], dtype=object), 0, has_club=False)
    return Gardens(concat_houses([nothing, *parts]), clubhouse)


def _build_houses(polygons: Objects, cell: int, *, has_club: bool) -> Houses:
    kind = np.full(len(polygons), "allotment_house", dtype=object)
    if has_club:
        kind[0] = "yes"
    return Houses(
        polygons=polygons,
        front=shapely.get_coordinates(shapely.centroid(polygons)),
        cell=np.full(len(polygons), cell),
        zone=np.full(len(polygons), int(Zone.ALLOTMENT)),
        kind=kind,
        levels=np.ones(len(polygons), dtype=np.int64),
        is_dwelling=np.zeros(len(polygons), dtype=bool),
        has_entrance=np.zeros(len(polygons), dtype=bool),
    )


def _find_middle(block: shapely.Polygon) -> Floats:
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(block)))


def _find_angle(block: shapely.Polygon) -> float:
    corners = shapely.get_coordinates(shapely.oriented_envelope(block))
    side = corners[1] - corners[0]
    return float(np.arctan2(side[1], side[0]))


def _rectangle(centre: Floats, angle: float, *, size: tuple[float, float]) -> Objects:
    along = np.array([np.cos(angle), np.sin(angle)]) * size[0] / 2
    aside = np.array([-np.sin(angle), np.cos(angle)]) * size[1] / 2
    corners = np.stack([-along - aside, along - aside, along + aside, -along + aside])
    return np.asarray(shapely.polygons(centre[:, None, :] + corners))


def _build_cabins(block: shapely.Polygon, *, rng: np.random.Generator) -> Objects:
    middle, angle = _find_middle(block), _find_angle(block)
    radius = float(np.hypot(*(np.array(block.bounds)[2:] - np.array(block.bounds)[:2])))
    steps = [np.arange(-radius, radius, size) for size in _PLOT_M]
    grid = np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 2)
    grid = grid + rng.uniform(-3, 3, grid.shape)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    cabins = _rectangle(grid @ turn + middle, angle, size=_CABIN_M)
    keep = shapely.contains(shapely.buffer(block, -_RIM_M), cabins) & (rng.uniform(0, 1, len(cabins)) < 0.85)
    return np.asarray(cabins[keep])
