# SPDX-License-Identifier: MIT
"""Main roads of a tile: drawn from the plan, joined to each other, cut where they cross a barrier."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from begegnung_geo.sample import plan
from begegnung_geo.sample.terrain import Barriers, Floats, Tile, draw_line

_JOIN_M = 160.0
_MIN_PIECE_M = 2.0


@dataclass(frozen=True)
class RoadPiece:
    """A piece of main road between crossings; `crosses` names the barrier below or above it."""

    road: plan.Road
    line: shapely.LineString
    crosses: str = ""


def build_main_roads(tile: Tile, barriers: Barriers, *, seed: int) -> list[RoadPiece]:
    """Return all main roads in plan metres, joined end to line."""
    rng = np.random.default_rng([seed, tile.index, 2])
    roads = plan.ROADS
    curves = [
        draw_line(
            road.points, tile, rng=rng, wobble_km=0.0 if road.is_closed else 0.025, is_closed=road.is_closed
        )
        for road in roads
    ]
    for index, road in enumerate(roads):
        if not road.is_closed:
            _join_ends(curves, index, tile=tile)
    pieces: list[RoadPiece] = []
    for road, curve in zip(roads, curves, strict=True):
        for part in _quarter(curve) if road.is_closed else [curve]:
            pieces += _cut(road, shapely.LineString(part), barriers)
    return pieces


def _quarter(ring: Floats) -> list[Floats]:
    # A ring road is drawn as four ways, each with a name of its own.
    ends = np.linspace(0, len(ring) - 1, 5).astype(int)
    return [ring[start : end + 1] for start, end in pairwise(ends.tolist())]


def _join_ends(curves: list[Floats], index: int, *, tile: Tile) -> None:
    city = tile.build_city()
    for end in (0, -1):
        point = shapely.Point(curves[index][end])
        if not shapely.contains_properly(city, point) or shapely.distance(city.exterior, point) < 1:
            continue  # goes on beyond the tile
        others = [i for i in range(len(plan.ROADS)) if i != index]
        lines = np.array([shapely.LineString(curves[i]) for i in others], dtype=object)
        distances = np.asarray(shapely.distance(lines, point))
        nearest = int(np.argmin(distances))
        if distances[nearest] > _JOIN_M * max(tile.scale, 0.3):
            continue
        other = others[nearest]
        along = float(shapely.line_locate_point(lines[nearest], point))
        meeting = shapely.get_coordinates(shapely.line_interpolate_point(lines[nearest], along))[0]
        curves[index][end] = meeting
        curves[other] = _insert(curves[other], along, meeting)


def _insert(curve: Floats, along: float, point: Floats) -> Floats:
    steps = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    near = np.abs(steps - along)
    if near.min() < 1.0:
        changed = curve.copy()
        at = int(np.argmin(near))
        changed[at] = point
        if at in (0, len(curve) - 1) and np.allclose(curve[0], curve[-1]):
            changed[0] = changed[-1] = point
        return changed
    position = int(np.searchsorted(steps, along))
    return np.insert(curve, position, point, axis=0)


def _cut(road: plan.Road, line: shapely.LineString, barriers: Barriers) -> list[RoadPiece]:
    pieces = []
    outside: shapely.Geometry = line
    for key, corridor in barriers.corridors.items():
        outside = shapely.difference(outside, corridor)
        if key in road.crosses:
            inside = shapely.intersection(line, corridor)
            pieces += [RoadPiece(road, part, key) for part in _to_parts(inside)]
    return [RoadPiece(road, part) for part in _to_parts(outside)] + pieces


def _to_parts(geometry: shapely.Geometry) -> list[shapely.LineString]:
    is_many = isinstance(geometry, shapely.MultiLineString)
    parts = shapely.get_parts(shapely.line_merge(geometry) if is_many else geometry).tolist()
    return [part for part in parts if isinstance(part, shapely.LineString) and part.length >= _MIN_PIECE_M]
