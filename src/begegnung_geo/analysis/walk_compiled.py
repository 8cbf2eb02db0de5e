# SPDX-License-Identifier: MIT
"""
Searches on the walk network by numba's compiled code.

The functions are those of `walk_plain`, with the same parameters and the same results.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from begegnung_geo.analysis import walk_kernels
from begegnung_geo.analysis.network import Floats, Ints
from begegnung_geo.analysis.threads import run_in_threads
from begegnung_geo.analysis.walk_ends import Ends, NearestPlace, Pairs, WalkRows

_BUFFER_ENTRIES = 1 << 20


def find_nearest(graph: csr_array, places: Ends, *, tie_m: float) -> NearestPlace:
    """Return every node's distance to the nearest place, and which one that is."""
    order = np.lexsort((places.owner, places.cost_m))
    search = walk_kernels.open_search(graph.shape[0])
    walk_kernels.find_nearest(_list_arcs(graph), _pack(places, order), search, tie_m)
    return NearestPlace(search.distance_m, search.place.astype(np.int64))


def count_within(graph: csr_array, places: Ends, *, reaches_m: Sequence[float]) -> npt.NDArray[np.int32]:
    """Return how many places each node has within each reach."""
    limits = np.sort(np.asarray(reaches_m, dtype=np.float64))
    arcs, seeds = _list_arcs(graph), _pack(places, _order_by_owner(places))

    def count(first: int, past: int) -> npt.NDArray[np.int32]:
        counts = np.zeros((graph.shape[0], len(limits)), dtype=np.int32)
        search = walk_kernels.open_search(graph.shape[0])
        if len(limits):
            walk_kernels.count_within(arcs, seeds, search, limits, counts, first, past)
        return counts

    counts = sum(run_in_threads(count, len(places.owner) // 2))
    rank = np.argsort(np.argsort(np.asarray(reaches_m, dtype=np.float64), kind="stable"), kind="stable")
    return np.asarray(counts)[:, rank]


def list_within(
    graph: csr_array, places: Ends, points: Ends, *, direct: Pairs, point_count: int, reach_m: float
) -> WalkRows:
    """Return every walk from a point to a place that is at most as long as a reach."""
    owners = np.unique(places.owner)
    arcs, seeds = _list_arcs(graph), _pack(places, _order_by_owner(places))
    doors = _list_doors(points, direct, owners, node_count=graph.shape[0])

    def walk(first: int, past: int) -> list[tuple[npt.NDArray[Any], Floats, Ints]]:
        search = walk_kernels.open_search(graph.shape[0])
        rows = walk_kernels.open_rows(max(_BUFFER_ENTRIES, point_count), point_count, len(owners))
        parts = []
        while first < past:
            done, used = walk_kernels.list_within(arcs, seeds, search, doors, rows, reach_m, first, past)
            size = rows.size[first:done].copy()
            parts.append((rows.point[:used].copy(), rows.distance_m[:used].copy(), size))
            first = done
        return parts

    parts = [part for share in run_in_threads(walk, len(owners)) for part in share]
    point = np.concatenate([np.zeros(0, np.int32), *(part[0] for part in parts)])
    distance_m = np.concatenate([np.zeros(0), *(part[1] for part in parts)])
    size = np.concatenate([np.zeros(0, np.int64), *(part[2] for part in parts)])
    rows = WalkRows(np.zeros(point_count + 1, np.int64), np.empty(len(point), np.int64), np.empty(len(point)))
    np.cumsum(np.bincount(point, minlength=point_count), out=rows.indptr[1:])
    position = rows.indptr[:-1].copy()
    walk_kernels.fill_rows(point, np.repeat(owners, size), distance_m, position, rows.place, rows.distance_m)
    return rows


def sort_rows(rows: WalkRows) -> None:
    """Sort each row by distance, then place, where it stands."""

    def sort(first: int, past: int) -> None:
        walk_kernels.sort_rows(rows.indptr, rows.place, rows.distance_m, first, past)

    run_in_threads(sort, len(rows.indptr) - 1)


def _list_arcs(graph: csr_array) -> walk_kernels.Arcs:
    indptr, node = (part.astype(np.int32, copy=False) for part in (graph.indptr, graph.indices))
    return walk_kernels.Arcs(indptr, node, graph.data)


def _pack(places: Ends, order: Ints) -> walk_kernels.Seeds:
    node, owner = (part[order].astype(np.int32) for part in (places.node, places.owner))
    return walk_kernels.Seeds(node, places.cost_m[order], owner)


def _order_by_owner(places: Ends) -> Ints:
    order: Ints = np.lexsort((places.cost_m, places.owner))
    return order


def _list_doors(points: Ends, direct: Pairs, owners: Ints, *, node_count: int) -> walk_kernels.Doors:
    # Searches are numbered by the places that have an edge, `owners`; each pair's place is one of them.
    by_node = np.argsort(points.node, kind="stable")
    by_place = np.argsort(direct.place, kind="stable")
    past_all = np.append(owners, np.iinfo(np.int64).max)
    return walk_kernels.Doors(
        indptr=np.searchsorted(points.node[by_node], np.arange(node_count + 1)),
        point=points.owner[by_node].astype(np.int32),
        cost_m=points.cost_m[by_node],
        direct_indptr=np.searchsorted(direct.place[by_place], past_all),
        direct_point=direct.point[by_place].astype(np.int32),
        direct_m=direct.distance_m[by_place],
    )
