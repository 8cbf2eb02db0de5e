# SPDX-License-Identifier: MIT
"""The walk network once in memory, and what of it each way of walking may use."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from begegnung_geo.analysis.network import Bools, Floats, WalkNetwork, index_network, restrict_network
from begegnung_geo.analysis.snapping import (
    SnapIndex,
    Snaps,
    build_snap_index,
    read_coordinates,
    snap_again,
    snap_to_edges,
)


class Footing(NamedTuple):
    """
    What ground a person can walk on.

    Attributes
    ----------
    step_free
        Only on ways known as step-free.
    with_unknown
        Also on ways of which nobody knows whether they are.
    """

    step_free: bool = False
    with_unknown: bool = False


ANY_GROUND = Footing()
STEP_FREE = Footing(step_free=True)
MAYBE_STEP_FREE = Footing(step_free=True, with_unknown=True)
WALK_COLUMNS = {
    ANY_GROUND: "walk_distance_m",
    STEP_FREE: "walk_distance_step_free_m",
    MAYBE_STEP_FREE: "walk_distance_step_free_min_m",
}
"""Column of the table `demand` with the walk on each footing."""
_KEPT_MIN = 1000  # points: fewer are looked up faster than it pays to keep them
_ALLOWED = {STEP_FREE: ("yes",), MAYBE_STEP_FREE: ("yes", "unknown")}


@dataclass(frozen=True, eq=False)
class Ways:
    """
    The walk network with its search tree, and the parts of it that a footing allows.

    The parts share all large arrays and the tree; each is made when it is first asked for.
    Where two footings allow the same, they are the same object.

    Attributes
    ----------
    full
        The whole network.
    usable
        For each footing but any ground, whether it allows each edge of the network.
    crs
        Metric CRS of the network.
    snap_distance_m
        Longest straight leg of a point to its walkway, in metres.
    scrap_length_m
        Total length below which a connected piece of network is a scrap, in metres.
    """

    full: SnapIndex
    usable: Mapping[Footing, Bools]
    crs: CRS | None
    snap_distance_m: float
    scrap_length_m: float
    _parts: dict[Footing, SnapIndex] = field(default_factory=dict, repr=False)
    _stops: "dict[bytes, Stops]" = field(default_factory=dict, repr=False)

    def index(self, footing: Footing = ANY_GROUND) -> SnapIndex:
        """Return the network a footing allows, with its search tree."""
        if not footing.step_free:
            return self.full
        if footing not in self._parts:
            self._parts[footing] = self._restrict(footing)
        return self._parts[footing]

    def _restrict(self, footing: Footing) -> SnapIndex:
        is_usable = self.usable[footing]
        if is_usable.all():
            return self.full
        if footing.with_unknown and np.array_equal(is_usable, self.usable[STEP_FREE]):
            return self.index(STEP_FREE)
        part = restrict_network(self.full.network, is_usable)
        return build_snap_index(part, scrap_length_m=self.scrap_length_m, wider=self.full)

    def network(self, footing: Footing = ANY_GROUND) -> WalkNetwork:
        """Return the network a footing allows."""
        return self.index(footing).network

    def limit(self, snap_distance_m: float) -> "Ways":
        """Return the same ways with another longest straight leg, in metres; networks are shared."""
        return replace(self, snap_distance_m=snap_distance_m, _stops={})

    def snap(self, points: Floats | gpd.GeoSeries) -> "Stops":
        """Return points that meet the network on any footing; many points once only, whoever asks."""
        xy = read_coordinates(points)
        key = hashlib.sha256(np.ascontiguousarray(xy).tobytes()).digest()
        if key in self._stops:
            return self._stops[key]
        snaps = snap_to_edges(
            xy, self.full, snap_distance_m=self.snap_distance_m, scrap_length_m=self.scrap_length_m
        )
        stops = Stops(self, xy, snaps)
        if len(xy) >= _KEPT_MIN:
            self._stops[key] = stops
        return stops


@dataclass(frozen=True, eq=False)
class Stops:
    """Homes, places or any points, and where they meet the network on each footing."""

    ways: Ways
    points: Floats
    full: Snaps
    _parts: dict[Footing, Snaps] = field(default_factory=dict, repr=False)

    def on(self, footing: Footing = ANY_GROUND) -> Snaps:
        """Return where the points meet the network that a footing allows."""
        index = self.ways.index(footing)
        if index is self.ways.full:
            return self.full
        if footing not in self._parts:
            self._parts[footing] = snap_again(
                self.points, self.full, index, snap_distance_m=self.ways.snap_distance_m
            )
        return self._parts[footing]


def lay_ways(
    walk_nodes: pd.DataFrame,
    walk_edges: gpd.GeoDataFrame,
    *,
    snap_distance_m: float,
    scrap_length_m: float,
) -> Ways:
    """
    Read the walk network into memory, once for all walking profiles.

    Parameters
    ----------
    walk_nodes, walk_edges
        The tables of the network; the geometry of the nodes is not used.
    snap_distance_m
        Longest straight leg of a point to its walkway, in metres.
    scrap_length_m
        Total length below which a connected piece of network is a scrap, in metres.

    Returns
    -------
    ways
        The full network; parts of it are made when asked for.

    Raises
    ------
    NetworkError
        If an edge leads to a node that is not in `walk_nodes`.
    """
    network = index_network(walk_nodes, walk_edges, step_free=False)
    by_id = np.argsort(walk_edges["edge_id"].to_numpy(), kind="stable")
    usable = {
        footing: walk_edges["step_free"].isin(allowed).to_numpy(dtype=bool)[by_id]
        for footing, allowed in _ALLOWED.items()
    }
    return Ways(
        full=build_snap_index(network, scrap_length_m=scrap_length_m),
        usable=usable,
        crs=walk_edges.crs,
        snap_distance_m=snap_distance_m,
        scrap_length_m=scrap_length_m,
    )
