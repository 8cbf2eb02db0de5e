# SPDX-License-Identifier: MIT
"""What goes into a search on the walk network and what comes out, whatever engine does it."""

from dataclasses import dataclass

import numpy as np

from begegnung_geo.analysis.network import Floats, Ints, WalkNetwork
from begegnung_geo.analysis.snapping import Snaps

DISTANCE_DECIMALS = 6
"""Distances are given to the micrometre: the last bits of a sum decide no threshold."""


@dataclass(frozen=True, eq=False)
class NearestPlace:
    """
    The nearest place of each node or point.

    Attributes
    ----------
    distance_m
        Walking distance in metres, infinite where no place can be reached.
    place
        Position of the place, -1 where none can be reached.
    """

    distance_m: Floats
    place: Ints


@dataclass(frozen=True, eq=False)
class Ends:
    """
    Where places or points enter the network: two rows each, one for each end of the edge.

    Attributes
    ----------
    node
        Position of the node.
    cost_m
        Between the place or point and that node: straight leg and part of the edge, in metres.
    owner
        Position of the place or point.
    """

    node: Ints
    cost_m: Floats
    owner: Ints


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of a point and a place on the same edge, and how far they are along it, legs included."""

    point: Ints
    place: Ints
    distance_m: Floats


@dataclass(frozen=True, eq=False)
class WalkRows:
    """Points and places within reach of each other, as compressed sparse rows by point."""

    indptr: Ints
    place: Ints
    distance_m: Floats


def list_ends(snaps: Snaps, network: WalkNetwork) -> Ends:
    """
    Return the ends of the edges of places or points, and what it costs to get there.

    Parameters
    ----------
    snaps
        Places or points; those without an edge have no rows.
    network
        The network they were snapped to.

    Returns
    -------
    ends
        First the starts of all edges, then their ends, each in the order of the snaps.
    """
    owner = np.flatnonzero(snaps.is_snapped)
    edge, offset, leg = snaps.edge[owner], snaps.offset_m[owner], snaps.leg_m[owner]
    return Ends(
        node=np.concatenate([network.from_index[edge], network.to_index[edge]]),
        cost_m=np.concatenate([leg + offset, leg + (network.length_m[edge] - offset)]),
        owner=np.concatenate([owner, owner]),
    )


def pair_on_edges(points: Snaps, places: Snaps) -> Pairs:
    """
    Return every point with every place on its own edge, by point.

    Parameters
    ----------
    points, places
        On the same network.
    """
    by_edge = np.flatnonzero(places.is_snapped)
    by_edge = by_edge[np.argsort(places.edge[by_edge], kind="stable")]
    has_place = np.zeros(max(points.edge.max(initial=-1), places.edge.max(initial=-1)) + 2, dtype=bool)
    has_place[places.edge[by_edge]] = True
    snapped = np.flatnonzero(has_place[points.edge])  # the last entry stands for "no edge"
    first, past = (
        np.searchsorted(places.edge[by_edge], points.edge[snapped], side=side) for side in ("left", "right")
    )
    entry, row = expand_ranges(first.astype(np.int64), past.astype(np.int64))
    point, place = snapped[row], by_edge[entry]
    along_m = np.abs(points.offset_m[point] - places.offset_m[place])
    return Pairs(point, place, points.leg_m[point] + (along_m + places.leg_m[place]))


def expand_ranges(first: Ints, past: Ints) -> tuple[Ints, Ints]:
    """
    Return the numbers of many ranges one after another.

    Parameters
    ----------
    first, past
        First number of each range, and one more than its last.

    Returns
    -------
    number, row
        The numbers, and the position of the range of each.
    """
    counts = past - first
    row = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return np.arange(len(row)) + np.repeat(first - before, counts), row
