# SPDX-License-Identifier: MIT
"""
Searches on the walk network by the engine that is fastest for them.

`walk_compiled` (numba) and `walk_plain` (scipy) give the same numbers to the last bit.
"""

from collections.abc import Sequence
from types import ModuleType

import numpy as np
import numpy.typing as npt

from begegnung_geo.analysis import walk_plain
from begegnung_geo.analysis.engines import Engine, is_compiled_used
from begegnung_geo.analysis.network import WalkNetwork
from begegnung_geo.analysis.snapping import TIE_M, Snaps
from begegnung_geo.analysis.walk_ends import NearestPlace, WalkRows, list_ends, pair_on_edges

_NODES_MIN = 4_000_000  # scipy finds the nearest place of so many nodes in about half a second
_PAIRS_MIN = 10_000_000  # places x nodes: scipy's searches within a reach take about half a second


def measure_node_distance(places: Snaps, network: WalkNetwork, *, engine: Engine = "auto") -> NearestPlace:
    """
    Return the walking distance from each node to the nearest place.

    Parameters
    ----------
    places
        Places on the network; of places equally far (to a micrometre at each step)
        the first one is taken, so sort them by id.
    network
        The network the places were snapped to.
    engine
        Who searches; the result is the same.

    Returns
    -------
    nearest
        One entry a node, in the order of `network.node_id`.

    Raises
    ------
    ModuleNotFoundError
        If the compiled engine is asked for by name and numba is missing.
    """
    searches = _choose(engine, work=len(network.node_id) / _NODES_MIN)
    nearest: NearestPlace = searches.find_nearest(network.graph, list_ends(places, network), tie_m=TIE_M)
    return nearest


def count_places_at_nodes(
    places: Snaps, network: WalkNetwork, *, reaches_m: Sequence[float], engine: Engine = "auto"
) -> npt.NDArray[np.int32]:
    """
    Return how many places each node has within each of several reaches.

    Parameters
    ----------
    places
        Places on the network.
    network
        The network the places were snapped to.
    reaches_m
        In metres, any order; a place exactly so far away is within reach.
    engine
        Who searches; the result is the same.

    Returns
    -------
    counts
        One row a node, one column a reach.

    Raises
    ------
    ModuleNotFoundError
        If the compiled engine is asked for by name and numba is missing.
    """
    searches = _choose(engine, work=_count_pairs(places, network) / _PAIRS_MIN)
    reaches = [reach_m + TIE_M / 2 for reach_m in reaches_m]
    counts: npt.NDArray[np.int32] = searches.count_within(
        network.graph, list_ends(places, network), reaches_m=reaches
    )
    return counts


def list_walks_within(
    points: Snaps, places: Snaps, network: WalkNetwork, *, reach_m: float, engine: Engine = "auto"
) -> WalkRows:
    """
    Return every walk from a point to a place that is at most as long as a reach.

    Parameters
    ----------
    points, places
        On the network.
    network
        The network both were snapped to.
    reach_m
        Longest walk in metres; up to a micrometre more is let through.
    engine
        Who searches; the result is the same.

    Returns
    -------
    rows
        Each pair once; the places of a point rise.

    Raises
    ------
    ModuleNotFoundError
        If the compiled engine is asked for by name and numba is missing.
    """
    searches = _choose(engine, work=_count_pairs(places, network) / _PAIRS_MIN)
    rows: WalkRows = searches.list_within(
        network.graph,
        list_ends(places, network),
        list_ends(points, network),
        direct=pair_on_edges(points, places),
        point_count=len(points.edge),
        reach_m=reach_m + TIE_M,
    )
    return rows


def sort_walks(rows: WalkRows, *, engine: Engine = "auto") -> None:
    """
    Sort each row by distance, then place, where it stands.

    Parameters
    ----------
    rows
        Points and the places within reach of each.
    engine
        Who sorts; the result is the same.
    """
    _choose(engine, work=len(rows.place) / _PAIRS_MIN).sort_rows(rows)


def _count_pairs(places: Snaps, network: WalkNetwork) -> int:
    return int(places.is_snapped.sum()) * len(network.node_id)


def _choose(engine: Engine, *, work: float) -> ModuleType:
    if not is_compiled_used(engine, work=work):
        return walk_plain
    from begegnung_geo.analysis import walk_compiled  # noqa: PLC0415 - numba is optional, slow to import

    return walk_compiled
