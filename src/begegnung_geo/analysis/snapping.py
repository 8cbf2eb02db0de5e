# SPDX-License-Identifier: MIT
"""Snap points to the nearest point on a walkway, exactly, and by a KD-tree."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from begegnung_geo.analysis.network import Bools, Floats, Ints, Segments, WalkNetwork

TIE_M = 1e-6
"""Distances that differ by less are equal; then the lowest id wins, on every machine."""

_PIECE_LENGTH_M = 30.0
_FIRST_NEIGHBOUR_COUNT = 6
_CHUNK = 32_768  # points at a time: the work arrays stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Snaps:
    """
    Where points meet the network; one entry a point.

    Attributes
    ----------
    edge
        Position of the edge in the `WalkNetwork`, -1 where none is near enough.
    offset_m
        Way along the edge from its start to the foot of the leg, in metres; NaN without an edge.
    leg_m
        Straight leg from the point to the edge, in metres; NaN without an edge.
    component
        Connected piece of the network, -1 without an edge.
    """

    edge: Ints
    offset_m: Floats
    leg_m: Floats
    component: Ints

    @property
    def is_snapped(self) -> Bools:
        """Whether a point has an edge."""
        return self.edge >= 0


@dataclass(frozen=True, eq=False)
class SnapIndex:
    """Search trees over the segments of real pieces of network and of scraps."""

    network: WalkNetwork
    layers: "tuple[_Layer, ...]"


@dataclass(frozen=True, eq=False)
class _Layer:
    tree: cKDTree
    segment_of_piece: Ints
    half_length_max_m: float


@dataclass(frozen=True, eq=False)
class _Hits:
    segment: Ints
    along_m: Floats
    leg_m: Floats


def snap_to_edges(
    points: Floats | gpd.GeoSeries,
    network: WalkNetwork | SnapIndex,
    *,
    snap_distance_m: float,
    scrap_length_m: float,
) -> Snaps:
    """
    Find the nearest point on an edge for each point.

    The nearest edge is exact, not the nearest of some candidates. Edges equally
    near (to a micrometre) are decided by the lowest `edge_id`, then the lowest
    offset. A scrap - a connected piece shorter than `scrap_length_m`, unless it is
    the longest of all - is used only where no other edge lies within
    `snap_distance_m`: a courtyard path that the map does not tie to its street
    must not swallow the people around it.

    Parameters
    ----------
    points
        Points in the network's CRS: an array of x and y, or a `GeoSeries`. Empty
        points and coordinates that are not finite stay without an edge.
    network
        The network, or its index of `build_snap_index`, which saves building the
        search trees again.
    snap_distance_m
        Longest straight leg, in metres; a point exactly so far away still snaps.
    scrap_length_m
        Total length below which a connected piece is a scrap, in metres; not used
        when an index is given.

    Returns
    -------
    snaps
        One entry a point, in the order of the points.
    """
    if isinstance(network, SnapIndex):
        index = network
    else:
        index = build_snap_index(network, scrap_length_m=scrap_length_m)
    xy = _read_coordinates(points)
    edge = np.full(len(xy), -1, dtype=np.int64)
    offset_m, leg_m = np.full(len(xy), np.nan), np.full(len(xy), np.nan)
    segments = index.network.segments
    pending = np.flatnonzero(np.isfinite(xy).all(axis=1))
    for layer in index.layers:
        for chunk in np.array_split(pending, max(1, -(-len(pending) // _CHUNK))):
            hits = _find_nearest(layer, segments, xy[chunk], reach_m=snap_distance_m)
            is_hit = hits.segment >= 0
            found, segment = chunk[is_hit], hits.segment[is_hit]
            edge[found], leg_m[found] = segments.edge[segment], hits.leg_m[is_hit]
            offset_m[found] = segments.offset_m[segment] + hits.along_m[is_hit]
        pending = pending[edge[pending] < 0]
    is_snapped = edge >= 0
    component = np.full(len(xy), -1, dtype=np.int64)
    component[is_snapped] = index.network.edge_component[edge[is_snapped]]
    return Snaps(edge=edge, offset_m=offset_m, leg_m=leg_m, component=component)


def build_snap_index(network: WalkNetwork, *, scrap_length_m: float) -> SnapIndex:
    """
    Return search trees over a network's segments, real pieces first, then scraps.

    Parameters
    ----------
    network
        The network.
    scrap_length_m
        Total length below which a connected piece is a scrap, in metres.
    """
    is_scrap_component = network.component_length_m < scrap_length_m
    is_scrap_component[:1] = False
    is_scrap = is_scrap_component[network.edge_component[network.segments.edge]]
    groups = (np.flatnonzero(~is_scrap), np.flatnonzero(is_scrap))
    layers = tuple(_build_layer(network.segments, group) for group in groups if len(group))
    return SnapIndex(network=network, layers=layers)


def _build_layer(segments: Segments, chosen: Ints) -> _Layer:
    # Long segments are cut, for the search only, so that a midpoint tells where its piece is.
    length = segments.length_m[chosen]
    pieces = np.maximum(1, np.ceil(length / _PIECE_LENGTH_M)).astype(np.int64)
    of_piece = np.repeat(np.arange(len(chosen)), pieces)
    within = np.arange(len(of_piece)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    segment = chosen[of_piece]
    middle = (within + 0.5) / pieces[of_piece]
    tree = cKDTree(segments.start[segment] + segments.step[segment] * middle[:, None])
    half = float((length / pieces).max()) / 2
    return _Layer(tree=tree, segment_of_piece=segment, half_length_max_m=half)


def _read_coordinates(points: Floats | gpd.GeoSeries) -> Floats:
    if isinstance(points, gpd.GeoSeries):
        geometry = points.to_numpy()
        return np.stack([shapely.get_x(geometry), shapely.get_y(geometry)], axis=1)
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _find_nearest(layer: _Layer, segments: Segments, xy: Floats, *, reach_m: float) -> _Hits:
    # A segment at distance d has a piece whose midpoint is at most d + half a piece away. So the
    # k nearest midpoints hold the nearest segment as soon as the k-th is farther than that.
    hits = _Hits(np.full(len(xy), -1, dtype=np.int64), np.zeros(len(xy)), np.full(len(xy), np.inf))
    slack = layer.half_length_max_m + 2 * TIE_M
    pending = np.arange(len(xy))
    count = _FIRST_NEIGHBOUR_COUNT
    while len(pending):
        middle_m, piece = layer.tree.query(
            xy[pending], k=np.arange(1, count + 1), distance_upper_bound=reach_m + slack
        )
        found = _pick_nearest(layer, segments, xy[pending], piece=np.asarray(piece))
        hits.segment[pending], hits.along_m[pending] = found.segment, found.along_m
        hits.leg_m[pending] = found.leg_m
        farthest = np.asarray(middle_m)[:, -1]  # infinite once every midpoint in reach was seen
        pending = pending[np.isfinite(farthest) & (farthest <= found.leg_m + slack)]
        count *= 3
    is_far = hits.leg_m > reach_m
    hits.segment[is_far] = -1
    return hits


def _pick_nearest(layer: _Layer, segments: Segments, xy: Floats, *, piece: npt.NDArray[Any]) -> _Hits:
    # The tree marks "no further neighbour" by one past the last piece.
    is_none = piece >= len(layer.segment_of_piece)
    segment = layer.segment_of_piece[np.where(is_none, 0, piece)]
    step_x, step_y = segments.step[segment, 0], segments.step[segment, 1]
    dx, dy = xy[:, :1] - segments.start[segment, 0], xy[:, 1:] - segments.start[segment, 1]
    length = segments.length_m[segment]
    square = np.where(length > 0, length * length, 1.0)
    part = np.clip((dx * step_x + dy * step_y) / square, 0.0, 1.0)
    leg = np.hypot(dx - part * step_x, dy - part * step_y)
    leg[is_none] = np.inf
    nearest = leg.min(axis=1)
    # Segments are numbered by edge and along it: the lowest segment has the lowest edge and offset.
    is_tied = leg <= nearest[:, None] + TIE_M
    chosen = np.where(is_tied, segment, np.iinfo(np.int64).max).argmin(axis=1)[:, None]
    return _Hits(
        segment=np.take_along_axis(segment, chosen, axis=1)[:, 0],
        along_m=np.take_along_axis(part * length, chosen, axis=1)[:, 0],
        leg_m=np.take_along_axis(leg, chosen, axis=1)[:, 0],
    )
