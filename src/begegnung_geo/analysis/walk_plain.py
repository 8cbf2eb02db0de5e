# SPDX-License-Identifier: MIT
"""Searches on the walk network by scipy: the way without numba, and for small networks."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from begegnung_geo.analysis.network import Floats, Ints
from begegnung_geo.analysis.walk_ends import Ends, NearestPlace, Pairs, WalkRows, expand_ranges

_BATCH_ENTRIES = 4_000_000  # scipy's answer is dense: places at a time times nodes
_NO_PLACE = np.iinfo(np.int64).max


def find_nearest(graph: csr_array, places: Ends, *, tie_m: float) -> NearestPlace:
    """
    Return every node's distance to the nearest place, and which one that is.

    One run of Dijkstra's method from a node added for the purpose.

    Parameters
    ----------
    graph
        `WalkNetwork.graph`.
    places
        Where the places enter the network.
    tie_m
        Of places that at each step are equally far by this much the lowest is named.
    """
    node_count = graph.shape[0]
    if not len(places.node):
        return NearestPlace(np.full(node_count, np.inf), np.full(node_count, -1, dtype=np.int64))
    with_source = _add_super_source(graph, places)
    distance, previous = dijkstra(with_source, indices=[node_count], return_predecessors=True)
    distance_m = np.asarray(distance[0, :node_count], dtype=np.float64)
    root = _find_roots(np.asarray(previous[0, :node_count], dtype=np.int64))
    place = np.full(node_count, _NO_PLACE, dtype=np.int64)
    is_nearest = places.cost_m <= distance_m[places.node] + tie_m
    np.minimum.at(place, places.node[is_nearest], places.owner[is_nearest])
    place = _settle_ties(graph, distance_m, np.minimum(place, place[root]), tie_m=tie_m)
    return NearestPlace(distance_m, np.where(place == _NO_PLACE, -1, place))


def count_within(graph: csr_array, places: Ends, *, reaches_m: Sequence[float]) -> npt.NDArray[np.int32]:
    """
    Return how many places each node has within each reach.

    Parameters
    ----------
    graph
        `WalkNetwork.graph`.
    places
        Where the places enter the network.
    reaches_m
        In metres, any order.

    Returns
    -------
    counts
        One row a node, one column a reach.
    """
    counts = np.zeros((graph.shape[0], len(reaches_m)), dtype=np.int32)
    for _, walk_m in _walk_in_batches(graph, places, reach_m=max(reaches_m, default=0.0)):
        for column, reach_m in enumerate(reaches_m):
            counts[:, column] += (walk_m <= reach_m).sum(axis=0)
    return counts


def list_within(
    graph: csr_array, places: Ends, points: Ends, *, direct: Pairs, point_count: int, reach_m: float
) -> WalkRows:
    """
    Return every walk from a point to a place that is at most as long as a reach.

    Parameters
    ----------
    graph
        `WalkNetwork.graph`.
    places, points
        Where they enter the network.
    direct
        Points and places on the same edge.
    point_count
        How many points there are, also those without an edge.
    reach_m
        In metres.

    Returns
    -------
    rows
        Each pair once; the places of a point rise.
    """
    by_node, place_at, walk_m = _list_at_nodes(graph, places, reach_m=reach_m)
    entry, row = expand_ranges(by_node[points.node], by_node[points.node + 1])
    point = np.concatenate([points.owner[row], direct.point])
    place = np.concatenate([place_at[entry], direct.place])
    distance_m = np.concatenate([points.cost_m[row] + walk_m[entry], direct.distance_m])
    # A place may be reached over both ends of the edge and along it: the shortest way stays.
    order = np.lexsort((distance_m, place, point))
    order = order[distance_m[order] <= reach_m]
    point, place, distance_m = point[order], place[order], distance_m[order]
    is_first = np.ones(len(point), dtype=bool)
    is_first[1:] = (point[1:] != point[:-1]) | (place[1:] != place[:-1])
    indptr = np.searchsorted(point[is_first], np.arange(point_count + 1)).astype(np.int64)
    return WalkRows(indptr, place[is_first], distance_m[is_first])


def sort_rows(rows: WalkRows) -> None:
    """
    Sort each row by distance, then place, where it stands.

    Parameters
    ----------
    rows
        Points and the places within reach of each.
    """
    point = np.repeat(np.arange(len(rows.indptr) - 1), np.diff(rows.indptr))
    order = np.lexsort((rows.place, rows.distance_m, point))
    rows.place[:], rows.distance_m[:] = rows.place[order], rows.distance_m[order]


def _list_at_nodes(graph: csr_array, places: Ends, *, reach_m: float) -> tuple[Ints, Ints, Floats]:
    # Compressed sparse rows by node: the places within reach and how far they are.
    node, place, distance_m = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for batch, walk_m in _walk_in_batches(graph, places, reach_m=reach_m):
        found, at = np.nonzero(np.isfinite(walk_m))
        node.append(at.astype(np.int64))
        place.append(batch[found])
        distance_m.append(walk_m[found, at])
    flat = np.concatenate(node)
    order = np.argsort(flat, kind="stable")
    indptr = np.searchsorted(flat[order], np.arange(graph.shape[0] + 1)).astype(np.int64)
    return indptr, np.concatenate(place)[order], np.concatenate(distance_m)[order]


def _walk_in_batches(graph: csr_array, places: Ends, *, reach_m: float) -> Iterator[tuple[Ints, Floats]]:
    # Some places at a time, and the distance of every node to each, infinite beyond reach.
    node_count = graph.shape[0]
    owners = np.unique(places.owner)
    with_doors = _add_doors(graph, places, owners)
    batch = max(1, _BATCH_ENTRIES // max(1, with_doors.shape[0]))
    for first in range(0, len(owners), batch):
        chosen = np.arange(first, min(first + batch, len(owners)))
        yield owners[chosen], dijkstra(with_doors, indices=node_count + chosen, limit=reach_m)[:, :node_count]


def _add_doors(graph: csr_array, places: Ends, owners: Ints) -> csr_array:
    # One more node an owner, from which (and never to which) its ends can be walked to. The matrix
    # is put together by hand: adding sparse matrices would sum parallel entries.
    order = np.lexsort((places.cost_m, places.node, places.owner))
    node, cost_m, owner = places.node[order], places.cost_m[order], places.owner[order]
    is_first = np.ones(len(node), dtype=bool)
    is_first[1:] = (node[1:] != node[:-1]) | (owner[1:] != owner[:-1])
    past = np.searchsorted(owner[is_first], owners, side="right") + len(graph.indices)
    size = graph.shape[0] + len(owners)
    return csr_array(
        (
            np.concatenate([graph.data, cost_m[is_first]]),
            np.concatenate([graph.indices, node[is_first].astype(graph.indices.dtype)]),
            np.concatenate([graph.indptr, past.astype(graph.indptr.dtype)]),
        ),
        shape=(size, size),
    )


def _add_super_source(graph: csr_array, places: Ends) -> csr_array:
    as_one = Ends(places.node, places.cost_m, np.zeros_like(places.owner))
    return _add_doors(graph, as_one, np.zeros(1, dtype=np.int64))


def _find_roots(previous: Ints) -> Ints:
    # The node at which each node's shortest path enters the edge of its place, by pointer jumping.
    is_root = (previous < 0) | (previous >= len(previous))
    root = np.where(is_root, np.arange(len(previous)), previous)
    while True:
        higher = root[root]
        if np.array_equal(higher, root):
            return root
        root = higher


def _settle_ties(graph: csr_array, distance_m: Floats, place: Ints, *, tie_m: float) -> Ints:
    # A lower place passes on along every edge of a shortest path until nothing changes.
    place = place.copy()
    row = np.repeat(np.arange(len(distance_m)), np.diff(graph.indptr))
    entry = np.flatnonzero(place[row] < place[graph.indices])
    while len(entry):
        start, end = row[entry], graph.indices[entry]
        is_tight = distance_m[start] + graph.data[entry] <= distance_m[end] + tie_m
        start, end = start[is_tight], end[is_tight]
        np.minimum.at(place, end, place[start])
        entry = _list_entries(graph.indptr, np.unique(end))
        entry = entry[place[row[entry]] < place[graph.indices[entry]]]
    return place


def _list_entries(indptr: npt.NDArray[Any], rows: npt.NDArray[Any]) -> Ints:
    entries, _ = expand_ranges(indptr[rows].astype(np.int64), indptr[rows + 1].astype(np.int64))
    return entries
