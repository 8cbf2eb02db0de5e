# SPDX-License-Identifier: MIT
# ruff: noqa: E501  (one table row)
"""Stadtbezirke and statistische Bezirke: the cells of a tile grouped along barriers."""

from dataclasses import dataclass

import numpy as np
import shapely

from begegnung_geo.sample import names
from begegnung_geo.sample.cells import Cells
from begegnung_geo.sample.plan import BEZIRKE, STADTBEZIRKE
from begegnung_geo.sample.terrain import Barriers, Floats, Ground, Ints, Objects, Tile

_BARRIER_PENALTY_M = 4_000.0
_STRIP_M = 400.0
_HOLE_M2 = 400.0
OUTSIDE = -1
# Tiles after the first are one Stadtbezirk each, of five statistische Bezirke.
_MERGED = {"000": 0, "010": 0, "030": 0, "020": 1, "230": 1, "100": 2, "120": 2, "110": 3, "130": 3, "200": 4, "210": 4, "220": 4}  # fmt: skip


@dataclass(frozen=True)
class District:
    """One statistischer Bezirk with its exact area in the metric CRS."""

    number: str
    name: str
    stadtbezirk_nr: str
    stadtbezirk_name: str
    area: shapely.Geometry


def find_district(tile: Tile, bezirk: int) -> int:
    """Return the position among a tile's districts of a Bezirk of the plan; 0 beyond the border."""
    return max(bezirk, 0) if tile.index == 0 else _MERGED[BEZIRKE[max(bezirk, 0)].number]


class DistrictPlan:
    """Which Bezirk of the plan a point of a tile belongs to."""

    def __init__(self, tile: Tile, barriers: Barriers) -> None:
        self._tile = tile
        self._barriers = barriers
        self._seed_xy = np.array([(b.x, b.y) for b in BEZIRKE]) * tile.km
        self._seed_side = barriers.find_side(self._seed_xy)

    def find(self, xy: Floats, *, is_strip: bool = False) -> Ints:
        """Return the index in `plan.BEZIRKE` of each point, -1 beyond the tile."""
        distance = np.hypot(*(xy[:, None, :] - self._seed_xy).transpose(2, 0, 1))
        if not is_strip:
            differs = self._barriers.find_side(xy)[:, None] ^ self._seed_side
            crossings = (differs & 1) + (differs >> 1 & 1) + (differs >> 2 & 1)
            distance = distance + crossings * _BARRIER_PENALTY_M * self._tile.scale
        inside = (np.abs(xy[:, 0]) < self._tile.half_width) & (np.abs(xy[:, 1]) < self._tile.half_height)
        return np.where(inside, np.argmin(distance, axis=1), OUTSIDE)


def build_districts(
    tile: Tile, cells: Cells, *, barriers: Barriers, ground: Ground, tile_count: int, seed: int
) -> list[District]:
    """Return the statistische Bezirke of a tile; together they fill it without gap."""
    pieces, bezirk = _assign_land(tile, cells, barriers)
    if tile.index:
        return _build_merged(tile, pieces, bezirk, ground=ground, tile_count=tile_count, seed=seed)
    width = 3 if tile_count <= 8 else 4
    return [
        District(
            number=plan.number.rjust(width, "0"),
            name=plan.name,
            stadtbezirk_nr=str((plan.stadtbezirk + 1) * 10),
            stadtbezirk_name=STADTBEZIRKE[plan.stadtbezirk],
            area=_dissolve(pieces[bezirk == index], tile, ground),
        )
        for index, plan in enumerate(BEZIRKE)
    ]


def _build_merged(
    tile: Tile, pieces: Objects, bezirk: Ints, *, ground: Ground, tile_count: int, seed: int
) -> list[District]:
    wanted = names.build_district_names(
        tile_count * 6, rng=np.random.default_rng([seed, 8]), taken={plan.name for plan in BEZIRKE}
    )
    own = wanted[(tile.index - 1) * 6 : tile.index * 6]
    number = len(STADTBEZIRKE) + tile.index
    group = np.array([_MERGED[plan.number] for plan in BEZIRKE])[bezirk]
    width = 3 if tile_count <= 8 else 4
    return [
        District(
            number=f"{number * 100 + part * 10 if width == 4 else number * 100 - 100 + part * 10:0{width}d}",
            name=own[part],
            stadtbezirk_nr=str(number * 10),
            stadtbezirk_name=own[5],
            area=_dissolve(pieces[group == part], tile, ground),
        )
        for part in range(5)
    ]


def _assign_land(tile: Tile, cells: Cells, barriers: Barriers) -> tuple[Objects, Ints]:
    plan = DistrictPlan(tile, barriers)
    city = tile.build_city()
    x0, y0, x1, y1 = city.bounds
    left, bottom = np.meshgrid(np.arange(x0, x1, _STRIP_M), np.arange(y0, y1, _STRIP_M))
    boxes = shapely.box(left.ravel(), bottom.ravel(), left.ravel() + _STRIP_M, bottom.ravel() + _STRIP_M)
    strips = shapely.intersection(shapely.union_all(list(barriers.corridors.values())), city)
    strip_parts = shapely.intersection(boxes, strips)
    strip_parts = strip_parts[~shapely.is_empty(strip_parts)]
    cell_xy = shapely.get_coordinates(shapely.point_on_surface(cells.polygons))
    strip_xy = shapely.get_coordinates(shapely.point_on_surface(strip_parts))
    bezirk = np.concatenate([plan.find(cell_xy), plan.find(strip_xy, is_strip=True)])
    pieces = np.concatenate([cells.polygons, strip_parts])
    return pieces[bezirk != OUTSIDE], bezirk[bezirk != OUTSIDE]


def _dissolve(pieces: Objects, tile: Tile, ground: Ground) -> shapely.Geometry:
    merged = shapely.union_all(pieces, grid_size=0.05)
    parts = []
    for part in shapely.get_parts(merged):
        holes = [ring for ring in part.interiors if shapely.Polygon(ring).area > _HOLE_M2]
        if part.area > _HOLE_M2:
            parts.append(shapely.Polygon(part.exterior, holes))
    area = shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0]
    bent: shapely.Geometry = ground.bend_geometries(np.array([area], dtype=object), tile)[0]
    return bent


def build_stadtbezirke(districts: list[District]) -> list[tuple[str, str, shapely.Geometry]]:
    """Return number, name and area of the Stadtbezirke."""
    result: list[tuple[str, str, shapely.Geometry]] = []
    for number, name in dict.fromkeys((d.stadtbezirk_nr, d.stadtbezirk_name) for d in districts):
        areas = [d.area for d in districts if d.stadtbezirk_nr == number]
        merged = shapely.buffer(
            shapely.union_all(shapely.buffer(areas, 0.6, join_style="mitre")), -0.6, join_style="mitre"
        )
        result.append((number, name, merged))
    return result
