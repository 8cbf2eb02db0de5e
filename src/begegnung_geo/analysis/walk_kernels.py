# SPDX-License-Identifier: MIT
"""
Compiled searches on the walk network (needs numba); `walk_compiled` feeds them.

A search keeps its open nodes in buckets of equal width in metres, each a linked list
through two arrays of one entry a node (Dial 1969; label-correcting inside a bucket as in
Delta-stepping, Meyer and Sanders 2003). Along chains of nodes with two neighbours it
walks on without queueing. A distance is the least of all ways, each summed from the
place outwards, whatever the order of work: scipy's answer to the last bit.

Nothing is allocated here: see `compiling`.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from begegnung_geo.analysis.compiling import compile_kernel, inline_kernel

_BUCKET_M = 20.0  # about an edge of a street network; 10 and 40 m cost the same within a tenth
_BUCKET_COUNT = 128  # what lies farther ahead waits in the last one
_FREE, _HEAD = -1, -2  # marks in `before`: not queued; first of bucket 0 (of bucket n: _HEAD - n)
_QUEUED, _FOUND = 0, 1  # entries of `tally`
_CHAIN = 2  # neighbours of a node where nothing branches off
_Array = npt.NDArray[Any]


class Arcs(NamedTuple):
    """Neighbours of each node and how far they are in metres, as compressed sparse rows."""

    indptr: _Array
    node: _Array
    length_m: _Array


class Seeds(NamedTuple):
    """Where searches begin: node, metres walked so far, place; see each search for the order."""

    node: _Array
    cost_m: _Array
    place: _Array


class Search(NamedTuple):
    """Work arrays of a search, one entry a node but for the last three; `open_search` makes them."""

    distance_m: _Array
    place: _Array
    found: _Array  # nodes that have a distance, `tally[_FOUND]` of them
    after: _Array  # next node of the bucket
    before: _Array  # node before in the bucket, or a mark
    head: _Array  # first node of each bucket
    tally: _Array


class Doors(NamedTuple):
    """Points by the nodes at the ends of their edges, and by the places on their own edge."""

    indptr: _Array  # by node
    point: _Array
    cost_m: _Array  # from the node to the point
    direct_indptr: _Array  # by place
    direct_point: _Array
    direct_m: _Array  # along the edge, legs included


class Rows(NamedTuple):
    """Answer of a search from places to points: entries by place, how many each place has, work arrays."""

    point: _Array
    distance_m: _Array
    size: _Array
    best_m: _Array  # by point, infinite between two places
    reached: _Array


def open_search(node_count: int) -> Search:
    """Return empty work arrays for a network."""
    return Search(
        distance_m=np.full(node_count, np.inf),
        place=np.full(node_count, -1, dtype=np.int32),
        found=np.empty(node_count, dtype=np.int32),
        after=np.empty(node_count, dtype=np.int32),
        before=np.full(node_count, _FREE, dtype=np.int32),
        head=np.full(_BUCKET_COUNT, -1, dtype=np.int32),
        tally=np.zeros(2, dtype=np.int64),
    )


def open_rows(capacity: int, point_count: int, place_count: int) -> Rows:
    """Return empty rows; they hold at least all points of one place if `capacity` does."""
    return Rows(
        point=np.empty(capacity, dtype=np.int32),
        distance_m=np.empty(capacity),
        size=np.zeros(place_count, dtype=np.int64),
        best_m=np.full(point_count, np.inf),
        reached=np.empty(point_count, dtype=np.int32),
    )


@inline_kernel
def _take_out(search: Search, node: int) -> None:
    before, after = search.before[node], search.after[node]
    if before >= 0:
        search.after[before] = after
    else:
        search.head[_HEAD - before] = after
    if after >= 0:
        search.before[after] = before
    search.before[node] = _FREE
    search.tally[_QUEUED] -= 1


@inline_kernel
def _put_in(search: Search, node: int, bucket: int) -> None:
    own = int(search.distance_m[node] / _BUCKET_M)
    slot = min(own, bucket + _BUCKET_COUNT - 1) % _BUCKET_COUNT
    after = search.head[slot]
    if after >= 0:
        search.before[after] = node
    search.after[node] = after
    search.before[node] = _HEAD - slot
    search.head[slot] = node
    search.tally[_QUEUED] += 1


@inline_kernel
def _improve(search: Search, node: int, distance_m: float, place: int) -> None:
    if search.before[node] != _FREE:
        _take_out(search, node)
    elif search.distance_m[node] == np.inf:
        search.found[search.tally[_FOUND]] = node
        search.tally[_FOUND] += 1
    search.distance_m[node] = distance_m
    search.place[node] = place


@inline_kernel
def _relax(arcs: Arcs, search: Search, node: int, bucket: int, reach_m: float) -> None:
    for first in range(arcs.indptr[node], arcs.indptr[node + 1]):
        last, at = node, arcs.node[first]
        distance_m = search.distance_m[node] + arcs.length_m[first]
        while distance_m < search.distance_m[at] and distance_m <= reach_m:
            _improve(search, at, distance_m, search.place[node])
            arc = arcs.indptr[at]
            neighbour_count = arcs.indptr[at + 1] - arc
            if neighbour_count != _CHAIN:
                if neighbour_count > _CHAIN:
                    _put_in(search, at, bucket)
                break
            if arcs.node[arc] == last:
                arc += 1
            last, at = at, arcs.node[arc]
            distance_m += arcs.length_m[arc]


@inline_kernel
def _spread(arcs: Arcs, seeds: Seeds, search: Search, reach_m: float, first: int, past: int) -> None:
    bucket, seed = 0, first
    while search.tally[_QUEUED] > 0 or seed < past:
        if search.tally[_QUEUED] == 0:
            bucket = max(bucket, int(seeds.cost_m[seed] / _BUCKET_M))
        while seed < past and int(seeds.cost_m[seed] / _BUCKET_M) <= bucket:
            node, cost_m = seeds.node[seed], seeds.cost_m[seed]
            if cost_m < search.distance_m[node] and cost_m <= reach_m:
                _improve(search, node, cost_m, seeds.place[seed])
                _put_in(search, node, bucket)
            seed += 1
        slot = bucket % _BUCKET_COUNT
        while search.head[slot] >= 0:
            node = search.head[slot]
            _take_out(search, node)
            if int(search.distance_m[node] / _BUCKET_M) > bucket:
                _put_in(search, node, bucket)
            else:
                _relax(arcs, search, node, bucket, reach_m)
        bucket += 1


@inline_kernel
def _settle_ties(arcs: Arcs, search: Search, tie_m: float) -> None:
    # A lower place passes on along every edge of a shortest path, in any order to the same end. `found`
    # serves as a stack, `before` tells who is on it; a network is symmetric, so an arc stands for both ways.
    depth = 0
    for first in range(len(search.place)):
        node = first
        while True:
            for arc in range(arcs.indptr[node], arcs.indptr[node + 1]):
                other = arcs.node[arc]
                if search.place[node] < search.place[other]:
                    walk_m = search.distance_m[node] + arcs.length_m[arc]
                    if walk_m <= search.distance_m[other] + tie_m:
                        search.place[other] = search.place[node]
                        if search.before[other] == _FREE:
                            search.before[other] = _HEAD
                            search.found[depth] = other
                            depth += 1
            if depth == 0:
                break
            depth -= 1
            node = search.found[depth]
            search.before[node] = _FREE


@compile_kernel
def find_nearest(arcs: Arcs, seeds: Seeds, search: Search, tie_m: float) -> None:
    """Fill in distance and place of every node; seeds by rising cost. Of places equally far the lowest."""
    _spread(arcs, seeds, search, np.inf, 0, len(seeds.node))
    for seed in range(len(seeds.node)):
        node = seeds.node[seed]
        if seeds.cost_m[seed] <= search.distance_m[node] + tie_m:
            search.place[node] = min(search.place[node], seeds.place[seed])
    _settle_ties(arcs, search, tie_m)


@compile_kernel
def count_within(
    arcs: Arcs, seeds: Seeds, search: Search, reaches_m: _Array, counts: _Array, first: int, past: int
) -> None:
    """Add to each node's counts the places within each reach; two seeds a place, reaches rising."""
    reach_count = len(reaches_m)
    for place in range(first, past):
        search.tally[_FOUND] = 0
        _spread(arcs, seeds, search, reaches_m[reach_count - 1], 2 * place, 2 * place + 2)
        for number in range(search.tally[_FOUND]):
            node = search.found[number]
            for reach in range(reach_count):
                if search.distance_m[node] <= reaches_m[reach]:
                    counts[node, reach] += 1
            search.distance_m[node] = np.inf


@inline_kernel
def _reach_point(rows: Rows, point: int, distance_m: float, size: int) -> int:
    if rows.best_m[point] == np.inf:
        rows.reached[size] = point
        size += 1
    rows.best_m[point] = min(rows.best_m[point], distance_m)
    return size


@compile_kernel
def list_within(
    arcs: Arcs, seeds: Seeds, search: Search, doors: Doors, rows: Rows, reach_m: float, first: int, past: int
) -> tuple[int, int]:
    """
    List the points within reach of each place; two seeds a place, the nearer first.

    Returns the first place that was not done because `rows` is full, and the entries used.
    """
    used = 0
    for place in range(first, past):
        search.tally[_FOUND] = 0
        _spread(arcs, seeds, search, reach_m, 2 * place, 2 * place + 2)
        size = 0
        for number in range(search.tally[_FOUND]):
            node = search.found[number]
            for door in range(doors.indptr[node], doors.indptr[node + 1]):
                walk_m = doors.cost_m[door] + search.distance_m[node]
                if walk_m <= reach_m:
                    size = _reach_point(rows, doors.point[door], walk_m, size)
            search.distance_m[node] = np.inf
        for entry in range(doors.direct_indptr[place], doors.direct_indptr[place + 1]):
            if doors.direct_m[entry] <= reach_m:
                size = _reach_point(rows, doors.direct_point[entry], doors.direct_m[entry], size)
        is_full = used + size > len(rows.point)
        for number in range(size):
            point = rows.reached[number]
            if not is_full:
                rows.point[used + number] = point
                rows.distance_m[used + number] = rows.best_m[point]
            rows.best_m[point] = np.inf
        if is_full:
            return place, used
        rows.size[place] = size
        used += size
    return past, used


@compile_kernel
def fill_rows(
    point: _Array, place: _Array, distance_m: _Array, position: _Array, sorted_place: _Array, sorted_m: _Array
) -> None:
    """Put entries in the order of their points; `position` is where each point's next entry goes."""
    for entry in range(len(point)):
        at = position[point[entry]]
        sorted_place[at] = place[entry]
        sorted_m[at] = distance_m[entry]
        position[point[entry]] += 1


@compile_kernel
def sort_rows(indptr: _Array, place: _Array, distance_m: _Array, first: int, past: int) -> None:
    """Sort the entries of each row by distance, then place (Shell sort: rows are short)."""
    for row in range(first, past):
        begin, end = indptr[row], indptr[row + 1]
        gap = (end - begin) // 2
        while gap > 0:
            for entry in range(begin + gap, end):
                walk_m, own, at = distance_m[entry], place[entry], entry
                while at >= begin + gap and (
                    distance_m[at - gap] > walk_m
                    or (distance_m[at - gap] == walk_m and place[at - gap] > own)
                ):
                    distance_m[at], place[at] = distance_m[at - gap], place[at - gap]
                    at -= gap
                distance_m[at], place[at] = walk_m, own
            gap //= 2
