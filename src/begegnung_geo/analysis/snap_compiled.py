# SPDX-License-Identifier: MIT
"""The nearest segment of points by numba's compiled code; `snapping` finds the same without it."""

import numpy as np
import numpy.typing as npt

from begegnung_geo.analysis import snap_kernels
from begegnung_geo.analysis.edge_shapes import Segments
from begegnung_geo.analysis.threads import run_in_threads

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Bools = npt.NDArray[np.bool_]

_CELL_M = 80.0  # about ten pieces of street around a point, and few empty cells
_CELLS_PER_PIECE_MAX = 16  # where a network is spread thinly, cells are larger


def sort_into_cells(middle_xy: _Floats, segment: _Ints, *, half_length_max_m: float) -> snap_kernels.Cells:
    """
    Return pieces of segments sorted into cells by their midpoints.

    Parameters
    ----------
    middle_xy, segment
        Midpoint and segment of each piece.
    half_length_max_m
        Half of the longest piece.
    """
    west, south = middle_xy.min(axis=0, initial=np.inf)
    east, north = middle_xy.max(axis=0, initial=-np.inf)
    if not len(segment):
        west = south = east = north = 0.0
    area_m2 = max((east - west) * (north - south), 1.0)
    size_m = max(_CELL_M, float(np.sqrt(area_m2 / (_CELLS_PER_PIECE_MAX * (len(segment) + 1)))))
    shape = int((north - south) / size_m) + 1, int((east - west) / size_m) + 1
    column, row = ((middle_xy - (west, south)) / size_m).astype(np.int64).T
    cell = row * shape[1] + column
    order = np.argsort(cell, kind="stable")
    indptr = np.zeros(shape[0] * shape[1] + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell, minlength=len(indptr) - 1), out=indptr[1:])
    return snap_kernels.Cells(
        west=float(west),
        south=float(south),
        size_m=size_m,
        row_count=shape[0],
        column_count=shape[1],
        indptr=indptr,
        segment=segment[order],
        half_m=half_length_max_m,
    )


def find_nearest(
    cells: snap_kernels.Cells,
    segments: Segments,
    xy: _Floats,
    *,
    is_wanted: _Bools,
    reach_m: float,
    tie_m: float,
) -> _Ints:
    """
    Return the nearest wanted segment of each point, -1 where none is within reach.

    Parameters
    ----------
    cells
        The pieces of the segments.
    segments
        All segments of the network.
    xy
        One point a row.
    is_wanted
        Which segments may be found.
    reach_m
        How far to look; a segment a little farther may be found.
    tie_m
        Of segments equally near by this much the lowest is found.
    """
    lines = snap_kernels.Lines(segments.start, segments.step, segments.length_m, is_wanted)
    found = np.empty(len(xy), dtype=np.int64)

    def find(first: int, past: int) -> None:
        snap_kernels.find_nearest(cells, lines, xy, found, np.zeros(3), reach_m, tie_m, first, past)

    run_in_threads(find, len(xy))
    return found
