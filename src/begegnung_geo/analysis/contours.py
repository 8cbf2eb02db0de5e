# SPDX-License-Identifier: MIT
"""Outlines of a region that is known at grid points and at its crossings of grid lines."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from begegnung_geo.analysis.network import Bools, Floats, Ints

_SOUTH, _EAST, _NORTH, _WEST, _NONE = 0, 1, 2, 3, -1
# By which of a cell's corners are inside (south-west 1, south-east 2, north-east 4, north-west 8):
# from which side to which side the outline runs, inside on its left. Where two opposite corners are
# inside, each is cut off by itself; that keeps the outlines of a larger region around a smaller one.
_RUNS = np.array(
    [
        [_NONE, _NONE, _NONE, _NONE],
        [_SOUTH, _WEST, _NONE, _NONE],
        [_EAST, _SOUTH, _NONE, _NONE],
        [_EAST, _WEST, _NONE, _NONE],
        [_NORTH, _EAST, _NONE, _NONE],
        [_SOUTH, _WEST, _NORTH, _EAST],
        [_NORTH, _SOUTH, _NONE, _NONE],
        [_NORTH, _WEST, _NONE, _NONE],
        [_WEST, _NORTH, _NONE, _NONE],
        [_SOUTH, _NORTH, _NONE, _NONE],
        [_EAST, _SOUTH, _WEST, _NORTH],
        [_EAST, _NORTH, _NONE, _NONE],
        [_WEST, _EAST, _NONE, _NONE],
        [_SOUTH, _EAST, _NONE, _NONE],
        [_WEST, _SOUTH, _NONE, _NONE],
        [_NONE, _NONE, _NONE, _NONE],
    ]
)


@dataclass(frozen=True)
class Grid:
    """Grid points; row 0 is the southernmost, column 0 the westernmost."""

    west: float
    south: float
    cell_size_m: float
    row_count: int
    column_count: int

    def locate(self, point: Ints) -> Floats:
        """Return x and y of grid points given by number, counted row by row."""
        row, column = np.divmod(point, self.column_count)
        x = self.west + column * self.cell_size_m
        return np.stack([x, self.south + row * self.cell_size_m], axis=1)


@dataclass(frozen=True, eq=False)
class Crossings:
    """Grid lines between two neighbour points of which one is inside, by the number of both."""

    inside: Ints
    outside: Ints


def find_crossings(is_inside: Bools) -> Crossings:
    """
    Return where the outline crosses grid lines: east-west lines first, row by row.

    Parameters
    ----------
    is_inside
        Rows and columns of the grid.
    """
    number = np.arange(is_inside.size).reshape(is_inside.shape)
    pairs = [
        np.stack([first[differs], second[differs]])
        for first, second, differs in (
            (number[:, :-1], number[:, 1:], is_inside[:, :-1] != is_inside[:, 1:]),
            (number[:-1], number[1:], is_inside[:-1] != is_inside[1:]),
        )
    ]
    first, second = np.concatenate(pairs, axis=1)
    is_first_inside = is_inside.ravel()[first]
    return Crossings(
        inside=np.where(is_first_inside, first, second),
        outside=np.where(is_first_inside, second, first),
    )


def build_outlines(is_inside: Bools, crossing_xy: Floats) -> shapely.MultiPolygon:
    """
    Return the region as polygons with holes.

    Valid by construction: in each grid cell the outline runs straight from
    crossing to crossing, and no two runs of a cell meet.

    Parameters
    ----------
    is_inside
        Rows and columns of the grid; no point of the rim is inside.
    crossing_xy
        Where the outline crosses each line of `find_crossings`, never at its ends.

    Returns
    -------
    region
        In the order of the rings' first crossings; empty where nothing is inside.
    """
    rings = [crossing_xy[ring] for ring in _trace_rings(is_inside)]
    if not rings:
        return shapely.MultiPolygon()
    sizes = [len(ring) for ring in rings]
    of_ring = np.repeat(np.arange(len(rings)), sizes)
    lines = np.asarray(shapely.linearrings(np.concatenate(rings), indices=of_ring))
    is_shell = np.asarray(shapely.is_ccw(lines))
    shells, holes = lines[is_shell], lines[~is_shell]
    shell_of_hole = _find_shells(holes, shells)
    before = np.cumsum(np.bincount(shell_of_hole, minlength=len(shells)))
    own_holes = np.split(holes[np.argsort(shell_of_hole, kind="stable")], before[:-1])
    polygons = [shapely.Polygon(shell, own) for shell, own in zip(shells, own_holes, strict=True)]
    return shapely.MultiPolygon(polygons)


def _trace_rings(is_inside: Bools) -> list[Ints]:
    following = _link_crossings(is_inside).tolist()
    seen = [False] * len(following)
    rings = []
    for start in range(len(following)):
        if seen[start]:
            continue
        ring = []
        at = start
        while not seen[at]:
            seen[at] = True
            ring.append(at)
            at = following[at]
        rings.append(np.array(ring, dtype=np.int64))
    return rings


def _link_crossings(is_inside: Bools) -> Ints:
    # For each crossing the one that follows along the outline.
    is_east_west = is_inside[:, :-1] != is_inside[:, 1:]
    is_south_north = is_inside[:-1] != is_inside[1:]
    east_west = np.cumsum(is_east_west).reshape(is_east_west.shape) - 1
    south_north = np.cumsum(is_south_north).reshape(is_south_north.shape) - 1 + is_east_west.sum()
    corners = is_inside.astype(np.int8)
    case = corners[:-1, :-1] + 2 * corners[:-1, 1:] + 4 * corners[1:, 1:] + 8 * corners[1:, :-1]
    cell = np.flatnonzero((case > 0) & (case < len(_RUNS) - 1))
    row, column = np.divmod(cell, is_inside.shape[1] - 1)
    sides = np.stack(
        [
            east_west[row, column],
            south_north[row, column + 1],
            east_west[row + 1, column],
            south_north[row, column],
        ],
        axis=1,
    )
    runs = _RUNS[case.ravel()[cell]]
    following = np.full(int(is_east_west.sum() + is_south_north.sum()), -1, dtype=np.int64)
    for start, end in ((0, 1), (2, 3)):
        is_run = np.flatnonzero(runs[:, start] >= 0)
        following[sides[is_run, runs[is_run, start]]] = sides[is_run, runs[is_run, end]]
    return following


def _find_shells(holes: npt.NDArray[Any], shells: npt.NDArray[Any]) -> Ints:
    # The smallest polygon around each hole.
    areas = np.asarray(shapely.polygons(shells))
    hole, shell = shapely.STRtree(areas).query(shapely.get_point(holes, 0), predicate="within")
    order = np.lexsort((np.asarray(shapely.area(areas))[shell], hole))
    first = order[np.flatnonzero(np.diff(hole[order], prepend=-1))]
    found: Ints = shell[first].astype(np.int64)
    return found
