# SPDX-License-Identifier: MIT
"""Walking distances from points to every place within reach, and what is read off them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from begegnung_geo.analysis.engines import Engine
from begegnung_geo.analysis.network import Bools, Floats, Ints, WalkNetwork
from begegnung_geo.analysis.snapping import Snaps
from begegnung_geo.analysis.walk_ends import DISTANCE_DECIMALS, NearestPlace, WalkRows
from begegnung_geo.analysis.walk_search import list_walks_within, sort_walks


@dataclass(frozen=True, eq=False)
class WalkMatrix:
    """
    Points and the places within reach of each, nearest first (compressed sparse rows).

    Attributes
    ----------
    indptr
        Where each point's entries begin, one more at the end.
    place
        Position of the place, one entry a point and place within reach.
    distance_m
        Walking distance in metres, to the micrometre. The entries of a point rise by
        distance; places equally far by their position.
    place_count
        How many places there are, also those within nobody's reach.
    """

    indptr: Ints
    place: Ints
    distance_m: Floats
    place_count: int

    @property
    def point_count(self) -> int:
        """How many points there are, also those that reach nothing."""
        return len(self.indptr) - 1

    @property
    def point(self) -> Ints:
        """Position of the point of each entry."""
        return np.repeat(np.arange(self.point_count), np.diff(self.indptr))


def measure_walk_matrix(
    points: Snaps, places: Snaps, network: WalkNetwork, *, reach_m: float, engine: Engine = "auto"
) -> WalkMatrix:
    """
    Return the walking distance from each point to every place within reach.

    The distance is that of `reach.measure_walk_distance`: straight leg to the
    walkway, along its edge to one of its ends, through the network, along the place's
    edge, straight leg to the place; or along the edge directly where both are on it.

    Parameters
    ----------
    points
        Homes (or any points) on the network.
    places
        Places on the network, sorted by id: of places equally far the first comes first.
    network
        The network both were snapped to.
    reach_m
        Longest walk in metres; a place exactly so far away is within reach.
    engine
        Who searches; the result is the same.

    Returns
    -------
    matrix
        One row a point, empty where it has no edge or nothing is within reach.

    Raises
    ------
    ModuleNotFoundError
        If the compiled engine is asked for by name and numba is missing.
    """
    rows = list_walks_within(points, places, network, reach_m=reach_m, engine=engine)
    distance_m = np.round(rows.distance_m, DISTANCE_DECIMALS)
    is_within = distance_m <= reach_m
    rows = WalkRows(_count_before(is_within)[rows.indptr], rows.place[is_within], distance_m[is_within])
    sort_walks(rows, engine=engine)
    return WalkMatrix(rows.indptr, rows.place, rows.distance_m, place_count=len(places.edge))


def cut_points(matrix: WalkMatrix, first: int, past: int) -> WalkMatrix:
    """Return the rows of the points from `first` on and before `past`; they share the entries."""
    indptr = matrix.indptr[first : past + 1]
    entries = slice(indptr[0], indptr[-1])
    return WalkMatrix(
        indptr=indptr - indptr[0],
        place=matrix.place[entries],
        distance_m=matrix.distance_m[entries],
        place_count=matrix.place_count,
    )


def keep_places(matrix: WalkMatrix, is_kept: npt.ArrayLike) -> WalkMatrix:
    """
    Return the matrix of some of the places, for instance those of one class.

    Parameters
    ----------
    is_kept
        One entry a place. Positions of places stay as they are.
    """
    is_entry_kept = np.asarray(is_kept, dtype=bool)[matrix.place]
    return WalkMatrix(
        indptr=_count_before(is_entry_kept)[matrix.indptr],
        place=matrix.place[is_entry_kept],
        distance_m=matrix.distance_m[is_entry_kept],
        place_count=matrix.place_count,
    )


def look_up_walks(matrix: WalkMatrix, wanted: WalkMatrix) -> Floats:
    """Return for each entry of one matrix the distance in the other, infinite where it has none."""
    count = max(matrix.place_count, 1)
    cell, asked = matrix.point * count + matrix.place, wanted.point * count + wanted.place
    order = np.argsort(cell)
    at = np.searchsorted(cell, asked, sorter=order)
    found = np.append(order, -1)[at]
    is_known = np.append(cell, -1)[found] == asked
    distance_m: Floats = np.where(is_known, np.append(matrix.distance_m, np.inf)[found], np.inf)
    return distance_m


def lengthen_walks(matrix: WalkMatrix, least_m: Floats, *, reach_m: float) -> WalkMatrix:
    """
    Return the matrix with no walk shorter than it must be.

    Parameters
    ----------
    least_m
        One distance in metres an entry; walks that become longer than the reach are left out.
    reach_m
        Longest walk in metres.
    """
    distance_m = np.maximum(matrix.distance_m, least_m)
    is_within = distance_m <= reach_m
    rows = WalkRows(_count_before(is_within)[matrix.indptr], matrix.place[is_within], distance_m[is_within])
    sort_walks(rows)
    return WalkMatrix(rows.indptr, rows.place, rows.distance_m, place_count=matrix.place_count)


def find_nearest(matrix: WalkMatrix, *, rank: int = 1) -> NearestPlace:
    """
    Return each point's nearest place, or the second, third ... nearest.

    Parameters
    ----------
    rank
        1 is the nearest. Of places equally far the first one comes first.

    Returns
    -------
    nearest
        One entry a point; infinite and -1 where fewer places are within reach.

    Raises
    ------
    ValueError
        If `rank` is below 1.
    """
    if rank < 1:
        raise ValueError(f"rank {rank}: 1 is the nearest place")
    distance_m = np.full(matrix.point_count, np.inf)
    place = np.full(matrix.point_count, -1, dtype=np.int64)
    row = np.flatnonzero(np.diff(matrix.indptr) >= rank)
    entry = matrix.indptr[row] + rank - 1
    distance_m[row], place[row] = matrix.distance_m[entry], matrix.place[entry]
    return NearestPlace(distance_m, place)


def count_within(matrix: WalkMatrix, reaches_m: Sequence[float]) -> Ints:
    """
    Return how many places each point has within each of several reaches.

    Parameters
    ----------
    reaches_m
        In metres, none longer than the reach of the matrix; any order.

    Returns
    -------
    counts
        One row a point, one column a reach.
    """
    columns = [_count_rows(matrix, matrix.distance_m <= reach_m) for reach_m in reaches_m]
    if not columns:
        return np.zeros((matrix.point_count, 0), dtype=np.int64)
    return np.stack(columns, axis=1)


def _count_rows(matrix: WalkMatrix, is_counted: Bools) -> Ints:
    return np.diff(_count_before(is_counted)[matrix.indptr])


def _count_before(is_counted: Bools) -> Ints:
    before = np.zeros(len(is_counted) + 1, dtype=np.int64)
    np.cumsum(is_counted, out=before[1:])
    return before
