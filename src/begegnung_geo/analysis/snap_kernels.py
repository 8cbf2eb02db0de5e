# SPDX-License-Identifier: MIT
"""Compiled search for the nearest segment by a grid of cells (needs numba); `snapping` uses it."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from begegnung_geo.analysis.compiling import compile_kernel, inline_kernel

_Array = npt.NDArray[Any]


class Cells(NamedTuple):
    """Pieces of segments by the cell their midpoint is in, cells counted row by row from the south-west."""

    west: float
    south: float
    size_m: float
    row_count: int
    column_count: int
    indptr: _Array
    segment: _Array  # of each piece
    half_m: float  # half of the longest piece


class Lines(NamedTuple):
    """Segments: start, step to the end, length, and whether points may snap to them."""

    start: _Array
    step: _Array
    length_m: _Array
    is_wanted: _Array


@inline_kernel
def _measure_leg(lines: Lines, segment: int, x: float, y: float) -> float:
    step_x, step_y = lines.step[segment, 0], lines.step[segment, 1]
    dx, dy = x - lines.start[segment, 0], y - lines.start[segment, 1]
    length = lines.length_m[segment]
    square = length * length if length > 0 else 1.0
    part = min(max((dx * step_x + dy * step_y) / square, 0.0), 1.0)
    dx -= part * step_x
    dy -= part * step_y
    return np.sqrt(dx * dx + dy * dy)  # type: ignore[no-any-return]


@inline_kernel
def _scan_ring(cells: Cells, lines: Lines, x: float, y: float, ring: int, tie_m: float, best: _Array) -> None:
    # best: least leg so far, its segment, and 1 where another segment is as near.
    column, row = (
        int(np.floor((x - cells.west) / cells.size_m)),
        int(np.floor((y - cells.south) / cells.size_m)),
    )
    for at_row in range(max(row - ring, 0), min(row + ring + 1, cells.row_count)):
        # Inside the ring's first and last row only its first and last cell are new.
        stride = 1 if abs(at_row - row) == ring or ring == 0 else 2 * ring
        for at_column in range(column - ring, column + ring + 1, stride):
            if at_column < 0 or at_column >= cells.column_count:
                continue
            cell = at_row * cells.column_count + at_column
            for piece in range(cells.indptr[cell], cells.indptr[cell + 1]):
                segment = cells.segment[piece]
                if lines.is_wanted[segment] and segment != best[1]:
                    leg = _measure_leg(lines, segment, x, y)
                    if leg < best[0]:
                        best[2] = 1.0 if best[0] - leg <= tie_m else 0.0
                        best[0], best[1] = leg, segment
                    elif leg - best[0] <= tie_m:
                        best[2] = 1.0


@inline_kernel
def _covers_all(cells: Cells, x: float, y: float, ring: int) -> bool:
    column, row = np.floor((x - cells.west) / cells.size_m), np.floor((y - cells.south) / cells.size_m)
    is_wide = column - ring <= 0 and column + ring >= cells.column_count - 1
    return is_wide and row - ring <= 0 and row + ring >= cells.row_count - 1  # type: ignore[no-any-return]


@inline_kernel
def _find_lowest(
    cells: Cells, lines: Lines, x: float, y: float, ring: int, limit_m: float, lowest: int
) -> int:
    # Of all segments in the rings that are as near as the nearest one: the lowest.
    column, row = (
        int(np.floor((x - cells.west) / cells.size_m)),
        int(np.floor((y - cells.south) / cells.size_m)),
    )
    for at_row in range(max(row - ring, 0), min(row + ring + 1, cells.row_count)):
        for at_column in range(max(column - ring, 0), min(column + ring + 1, cells.column_count)):
            cell = at_row * cells.column_count + at_column
            for piece in range(cells.indptr[cell], cells.indptr[cell + 1]):
                segment = cells.segment[piece]
                is_lower = segment < lowest and lines.is_wanted[segment]
                if is_lower and _measure_leg(lines, segment, x, y) <= limit_m:
                    lowest = segment
    return lowest


@compile_kernel
def find_nearest(
    cells: Cells,
    lines: Lines,
    xy: _Array,
    found: _Array,
    best: _Array,
    reach_m: float,
    tie_m: float,
    first: int,
    past: int,
) -> None:
    """Fill in the nearest wanted segment of each point, -1 beyond reach; of those equally near the lowest."""
    for point in range(first, past):
        x, y = xy[point, 0], xy[point, 1]
        in_cell_x = (x - cells.west) / cells.size_m
        in_cell_y = (y - cells.south) / cells.size_m
        in_cell_x -= np.floor(in_cell_x)
        in_cell_y -= np.floor(in_cell_y)
        margin = cells.size_m * min(in_cell_x, 1 - in_cell_x, in_cell_y, 1 - in_cell_y)
        best[0], best[1], best[2] = np.inf, -1.0, 0.0
        ring = 0
        while True:
            _scan_ring(cells, lines, x, y, ring, tie_m, best)
            # Every piece whose midpoint is nearer than this has been seen.
            seen_m = ring * cells.size_m + margin - cells.half_m
            if best[0] + 2 * tie_m <= seen_m or seen_m > reach_m + tie_m or _covers_all(cells, x, y, ring):
                break
            ring += 1
        found[point] = -1
        if best[0] <= reach_m + tie_m:
            found[point] = int(best[1])
            if best[2] > 0:
                found[point] = _find_lowest(cells, lines, x, y, ring, best[0] + tie_m, int(best[1]))
