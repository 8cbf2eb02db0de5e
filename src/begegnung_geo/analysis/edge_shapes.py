# SPDX-License-Identifier: MIT
"""The course of the edges of a walk network: vertices, straight pieces, lengths."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight pieces between two vertices of an edge; `offset_m` is measured from the edge's start."""

    edge: _Ints
    start: _Floats
    step: _Floats
    length_m: _Floats
    offset_m: _Floats


@dataclass(frozen=True, eq=False)
class EdgeShapes:
    """All edges' vertices one after another, and where each edge's begin (one more at the end)."""

    coordinates: _Floats
    first_coordinate: _Ints

    @cached_property
    def segments(self) -> Segments:
        """The straight pieces of all edges, in the order of edges and of their vertices."""
        return _build_segments(self.coordinates, self.first_coordinate)


def measure_length(xy: _Floats, start: _Ints, end: _Ints) -> _Floats:
    """
    Return the length of each edge, summed over its straight pieces.

    Parameters
    ----------
    xy
        Vertices of all edges one after another, in metres.
    start, end
        First and last vertex of each edge, rising.
    """
    if not len(start):
        return np.zeros(0)
    piece = np.zeros(len(xy))
    piece[:-1] = np.hypot(*np.diff(xy, axis=0).T)
    bounds = np.stack([start, end], axis=1).ravel()
    lengths: _Floats = np.add.reduceat(piece, bounds)[::2].copy()  # let go what lies between
    return lengths


def build_lines(xy: _Floats, start: _Ints, end: _Ints) -> npt.NDArray[Any]:
    """
    Return each edge as a LineString.

    Parameters
    ----------
    xy
        Vertices of all edges one after another.
    start, end
        First and last vertex of each edge; two edges may share one.
    """
    counts = end - start + 1
    edge = np.repeat(np.arange(len(start)), counts)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(shapely.linestrings(xy[start[edge] + within], indices=edge))


def _build_segments(coordinates: _Floats, first_coordinate: _Ints) -> Segments:
    counts = np.diff(first_coordinate) - 1
    edge = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    start_at = first_coordinate[:-1][edge] + within
    start, step = coordinates[start_at], coordinates[start_at + 1] - coordinates[start_at]
    length_m = np.hypot(step[:, 0], step[:, 1])
    before = np.concatenate([[0.0], np.cumsum(length_m)[:-1]]) if len(edge) else np.zeros(0)
    offset_m = before - before[np.cumsum(counts) - counts][edge] if len(edge) else before
    return Segments(edge=edge, start=start, step=step, length_m=length_m, offset_m=offset_m)
