# SPDX-License-Identifier: MIT
"""Walking distances from points to every place within reach, and what is read off them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from begegnung_geo.analysis.network import Bools, Floats, Ints, WalkNetwork
from begegnung_geo.analysis.reach import DISTANCE_DECIMALS, NearestPlace
from begegnung_geo.analysis.snapping import TIE_M, Snaps

_BATCH_ENTRIES = 4_000_000  # scipy's answer is dense: places at a time times nodes


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


def measure_walk_matrix(points: Snaps, places: Snaps, network: WalkNetwork, *, reach_m: float) -> WalkMatrix:
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

    Returns
    -------
    matrix
        One row a point, empty where it has no edge or nothing is within reach.
    """
    through = _join_at_ends(points, network, _search_from_places(places, network, reach_m=reach_m))
    direct = _pair_on_edges(points, places)
    point, place = (np.concatenate(pair) for pair in ((through[0], direct[0]), (through[1], direct[1])))
    distance_m = np.round(np.concatenate([through[2], direct[2]]), DISTANCE_DECIMALS)
    is_within = distance_m <= reach_m
    return _build_matrix(
        point[is_within],
        place[is_within],
        distance_m[is_within],
        shape=(len(points.edge), len(places.edge)),
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


def count_kinds_within(matrix: WalkMatrix, kind: npt.ArrayLike, reaches_m: Sequence[float]) -> Ints:
    """
    Return how many different kinds of places each point has within each of several reaches.

    Parameters
    ----------
    kind
        A small whole number a place, for instance the position of its class; negative
        is no kind.
    reaches_m
        In metres, none longer than the reach of the matrix; any order.

    Returns
    -------
    counts
        One row a point, one column a reach.
    """
    kinds = np.asarray(kind, dtype=np.int64)[matrix.place]
    # Rows rise by distance: the first entry of a kind in a row is its nearest place.
    of_a_kind = np.flatnonzero(kinds >= 0)
    key = matrix.point[of_a_kind] * (int(kinds.max(initial=0)) + 1) + kinds[of_a_kind]
    is_first = np.zeros(len(kinds), dtype=bool)
    is_first[of_a_kind[np.unique(key, return_index=True)[1]]] = True
    columns = [_count_rows(matrix, is_first & (matrix.distance_m <= reach_m)) for reach_m in reaches_m]
    if not columns:
        return np.zeros((matrix.point_count, 0), dtype=np.int64)
    return np.stack(columns, axis=1)


def _count_rows(matrix: WalkMatrix, is_counted: Bools) -> Ints:
    return np.diff(_count_before(is_counted)[matrix.indptr])


def _count_before(is_counted: Bools) -> Ints:
    before = np.zeros(len(is_counted) + 1, dtype=np.int64)
    np.cumsum(is_counted, out=before[1:])
    return before


def _search_from_places(places: Snaps, network: WalkNetwork, *, reach_m: float) -> csr_array:
    # Nodes x places within reach, the place's part of its edge and its leg included.
    node_count, place_count = len(network.node_id), len(places.edge)
    snapped = np.flatnonzero(places.is_snapped)
    graph = _add_doors(network, places, snapped)
    batch = max(1, _BATCH_ENTRIES // max(1, graph.shape[0]))
    node, place, distance_m = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for first in range(0, len(snapped), batch):
        chosen = np.arange(first, min(first + batch, len(snapped)))
        walk = dijkstra(graph, indices=node_count + chosen, limit=reach_m + TIE_M)
        found, at = np.nonzero(np.isfinite(walk[:, :node_count]))
        node.append(at.astype(np.int64))
        place.append(snapped[chosen[found]])
        distance_m.append(walk[found, at])
    flat = np.concatenate(node)
    order = np.argsort(flat, kind="stable")
    indptr = np.searchsorted(flat[order], np.arange(node_count + 1))
    entries = (np.concatenate(distance_m)[order], np.concatenate(place)[order], indptr)
    return csr_array(entries, shape=(node_count, place_count))


def _add_doors(network: WalkNetwork, places: Snaps, snapped: Ints) -> csr_array:
    # One more node a place, from which (and never to which) its edge's ends can be walked to.
    edge, offset, leg = places.edge[snapped], places.offset_m[snapped], places.leg_m[snapped]
    ends = np.stack([network.from_index[edge], network.to_index[edge]], axis=1)
    costs = np.stack([leg + offset, leg + (network.length_m[edge] - offset)], axis=1)
    is_loop = ends[:, 0] == ends[:, 1]
    costs[is_loop, 0] = costs[is_loop].min(axis=1)
    is_used = np.stack([np.ones(len(edge), dtype=bool), ~is_loop], axis=1)
    graph = network.graph
    first = np.cumsum(is_used.sum(axis=1), dtype=np.int64) + len(graph.indices)
    size = graph.shape[0] + len(snapped)
    return csr_array(
        (
            np.concatenate([graph.data, costs[is_used]]),
            np.concatenate([graph.indices, ends[is_used].astype(graph.indices.dtype)]),
            np.concatenate([graph.indptr, first.astype(graph.indptr.dtype)]),
        ),
        shape=(size, size),
    )


def _join_at_ends(points: Snaps, network: WalkNetwork, walks: csr_array) -> tuple[Ints, Ints, Floats]:
    snapped = np.flatnonzero(points.is_snapped)
    edge, offset, leg = points.edge[snapped], points.offset_m[snapped], points.leg_m[snapped]
    node = np.concatenate([network.from_index[edge], network.to_index[edge]])
    cost_m = np.concatenate([leg + offset, leg + (network.length_m[edge] - offset)])
    entry, way = _expand(walks.indptr[node].astype(np.int64), walks.indptr[node + 1].astype(np.int64))
    point = np.concatenate([snapped, snapped])[way]
    return point, walks.indices[entry].astype(np.int64), cost_m[way] + walks.data[entry]


def _pair_on_edges(points: Snaps, places: Snaps) -> tuple[Ints, Ints, Floats]:
    # Every point with every place on its own edge.
    by_edge = np.flatnonzero(places.is_snapped)
    by_edge = by_edge[np.argsort(places.edge[by_edge], kind="stable")]
    snapped = np.flatnonzero(points.is_snapped)
    first, past = (
        np.searchsorted(places.edge[by_edge], points.edge[snapped], side=side) for side in ("left", "right")
    )
    entry, row = _expand(first.astype(np.int64), past.astype(np.int64))
    point, place = snapped[row], by_edge[entry]
    along = np.abs(points.offset_m[point] - places.offset_m[place])
    return point, place, points.leg_m[point] + (along + places.leg_m[place])


def _expand(first: Ints, past: Ints) -> tuple[Ints, Ints]:
    # The numbers first, first + 1 ... past - 1 of each row one after another, and the row of each.
    counts = past - first
    row = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return np.arange(len(row)) + np.repeat(first - before, counts), row


def _build_matrix(point: Ints, place: Ints, distance_m: Floats, *, shape: tuple[int, int]) -> WalkMatrix:
    # A place may be reached over both ends of the edge and along it: the shortest way stays.
    order = np.lexsort((distance_m, place, point))
    point, place, distance_m = point[order], place[order], distance_m[order]
    is_first = np.ones(len(point), dtype=bool)
    is_first[1:] = (point[1:] != point[:-1]) | (place[1:] != place[:-1])
    point, place, distance_m = point[is_first], place[is_first], distance_m[is_first]
    order = np.lexsort((place, distance_m, point))
    return WalkMatrix(
        indptr=np.searchsorted(point, np.arange(shape[0] + 1)).astype(np.int64),
        place=place[order],
        distance_m=distance_m[order],
        place_count=shape[1],
    )
