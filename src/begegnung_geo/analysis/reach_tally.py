# SPDX-License-Identifier: MIT
"""What is within reach of each home, added up some places at a time: never all walks of a large city."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from begegnung_geo.analysis.network import Floats, Ints
from begegnung_geo.analysis.walk_matrix import WalkMatrix, count_within

_Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class WalkZones:
    """
    Walks from homes to places by the zone they end in: five bytes a walk.

    Attributes
    ----------
    size
        How many walks lead to each place.
    point
        Position of the home of each walk; by place, then home.
    zone
        Position in `ends_m` of the first end that is not exceeded.
    ends_m
        Where zones end, rising, in metres; a place exactly there is inside.
    point_count
        How many homes there are, also those that reach nothing.
    """

    size: Ints
    point: npt.NDArray[np.int32]
    zone: npt.NDArray[np.uint8]
    ends_m: Floats
    point_count: int

    @property
    def place_count(self) -> int:
        """How many places there are, also those within nobody's reach."""
        return len(self.size)

    @property
    def place(self) -> npt.NDArray[np.int32]:
        """Position of the place of each walk."""
        return np.repeat(np.arange(len(self.size), dtype=np.int32), self.size)


class Tally:
    """
    Counts, kinds, the n-th nearest place and zones of one way of walking.

    Parameters
    ----------
    home_count
        How many homes there are.
    kind
        A small whole number a place; negative is no kind.
    reaches_m
        Reaches that places are counted within, in metres.
    zone_ends_m
        Where zones end, in metres.
    rank
        Which nearest place is asked for.
    """

    def __init__(
        self,
        home_count: int,
        *,
        kind: Ints,
        reaches_m: Sequence[float],
        zone_ends_m: Sequence[float],
        rank: int,
    ) -> None:
        self._kind = kind
        self._reaches_m = sorted(set(reaches_m))
        self._ends_m = np.array(sorted(set(zone_ends_m)), dtype=np.float64)
        self._counts: _Counts = np.zeros((home_count, len(self._reaches_m)), dtype=np.int32)
        self._kind_m = np.full((int(kind.max(initial=-1)) + 1, home_count), np.inf)
        self._nearest_m = np.full((home_count, rank), np.inf)
        self._zones: list[WalkZones] = []

    def add(self, matrix: WalkMatrix, *, first: int) -> None:
        """
        Add the walks to some places.

        Parameters
        ----------
        matrix
            Walks from all homes to these places.
        first
            Position of the first of them among all places; they are added in their order.
        """
        self._counts += count_within(matrix, self._reaches_m).astype(np.int32)
        self._add_kinds(matrix, first=first)
        self._add_nearest(matrix)
        self._zones.append(sort_into_zones(matrix, self._ends_m))

    def count_places(self, reach_m: float) -> _Counts:
        """Return how many places each home has within one of the reaches."""
        return self._counts[:, self._reaches_m.index(reach_m)].copy()

    def count_kinds(self, reach_m: float) -> _Counts:
        """Return how many kinds of places each home has within a reach."""
        kinds: _Counts = (self._kind_m <= reach_m).sum(axis=0, dtype=np.int32)
        return kinds

    @property
    def ranked_m(self) -> Floats:
        """How far the place of the wanted rank is from each home; infinite where there are fewer."""
        return self._nearest_m[:, -1].copy()

    def join_zones(self) -> WalkZones:
        """Return all walks by their zone."""
        return WalkZones(
            size=np.concatenate([np.zeros(0, np.int64), *(part.size for part in self._zones)]),
            point=np.concatenate([np.zeros(0, np.int32), *(part.point for part in self._zones)]),
            zone=np.concatenate([np.zeros(0, np.uint8), *(part.zone for part in self._zones)]),
            ends_m=self._ends_m,
            point_count=len(self._nearest_m),
        )

    def _add_kinds(self, matrix: WalkMatrix, *, first: int) -> None:
        kind = self._kind[first : first + matrix.place_count][matrix.place]
        of_a_kind = np.flatnonzero(kind >= 0)
        cell = kind[of_a_kind] * matrix.point_count + matrix.point[of_a_kind]
        np.minimum.at(self._kind_m.reshape(-1), cell, matrix.distance_m[of_a_kind])

    def _add_nearest(self, matrix: WalkMatrix) -> None:
        size, rank = np.diff(matrix.indptr), self._nearest_m.shape[1]
        row = np.flatnonzero(size)
        both = np.full((len(row), 2 * rank), np.inf)
        both[:, :rank] = self._nearest_m[row]
        for number in range(rank):
            has_so_many = size[row] > number
            both[has_so_many, rank + number] = matrix.distance_m[matrix.indptr[row[has_so_many]] + number]
        both.sort(axis=1)
        self._nearest_m[row] = both[:, :rank]


def sort_into_zones(matrix: WalkMatrix, ends_m: Floats) -> WalkZones:
    """Return the walks of a matrix by their zone; those beyond the last one are left out."""
    is_within = matrix.distance_m <= ends_m.max(initial=-1.0)
    before = np.zeros(len(is_within) + 1, dtype=np.int64)
    np.cumsum(is_within, out=before[1:])
    zone = np.searchsorted(ends_m, matrix.distance_m[is_within]).astype(np.uint8)
    shape = (matrix.point_count, matrix.place_count)
    by_home = csr_array((zone, matrix.place[is_within], before[matrix.indptr]), shape=shape)
    by_place = by_home.tocsc()
    return WalkZones(
        size=np.diff(by_place.indptr).astype(np.int64),
        point=by_place.indices.astype(np.int32),
        zone=by_place.data,
        ends_m=ends_m,
        point_count=matrix.point_count,
    )


def cut_portions(
    home_xy: Floats, place_xy: Floats, *, reach_m: float, walks_max: int
) -> list[tuple[int, int]]:
    """
    Return portions of places that have no more than about so many walks together.

    Parameters
    ----------
    home_xy, place_xy
        Where they are, in metres.
    reach_m
        Longest walk. No walk is shorter than the straight line, so homes around a place
        within the circle are at least as many as its walks.
    walks_max
        A portion may have so many walks, and those of one place more.

    Returns
    -------
    portions
        First place of each portion, and one past its last; without places one empty portion.
    """
    if not len(place_xy):
        return [(0, 0)]
    around = np.zeros(len(place_xy), dtype=np.int64)
    is_somewhere = np.isfinite(place_xy).all(axis=1)
    tree = cKDTree(home_xy[np.isfinite(home_xy).all(axis=1)])
    around[is_somewhere] = tree.query_ball_point(
        place_xy[is_somewhere], reach_m, return_length=True, workers=-1
    )
    portion = (np.cumsum(around) - around) // walks_max
    first = np.flatnonzero(np.diff(portion, prepend=-1))
    return list(zip(first.tolist(), [*first[1:].tolist(), len(place_xy)], strict=True))
