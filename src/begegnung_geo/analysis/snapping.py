# SPDX-License-Identifier: MIT
"""Snap points to the nearest point on a walkway, exactly, and by a KD-tree."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from begegnung_geo.analysis.edge_shapes import Segments
from begegnung_geo.analysis.engines import Engine, is_compiled_used
from begegnung_geo.analysis.network import Bools, Floats, Ints, WalkNetwork

if TYPE_CHECKING:
    from begegnung_geo.analysis.snap_kernels import Cells

TIE_M = 1e-6
"""Distances that differ by less are equal; then the lowest id wins, on every machine."""

_PIECE_LENGTH_M = 15.0
_FIRST_NEIGHBOUR_COUNT = 6
_CHUNK = 32_768  # points at a time: the work arrays stay in the processor's cache
_POINTS_MIN = 300_000  # so many points take the tree about half a second
_SHARED_MIN = 0.7  # of all segments: with fewer usable ones, candidates are in each other's way
_TILE_M = 200.0  # points are looked up tile by tile: neighbours meet the same part of the tree


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
    segment
        Position of the straight piece of the edge in `WalkNetwork.segments`, -1 without an edge.
    """

    edge: Ints
    offset_m: Floats
    leg_m: Floats
    segment: Ints

    @classmethod
    def build_empty(cls, count: int) -> "Snaps":
        """Return `count` entries without an edge."""
        nowhere = np.full(count, -1, dtype=np.int64)
        return cls(nowhere, np.full(count, np.nan), np.full(count, np.nan), nowhere.copy())

    @property
    def is_snapped(self) -> Bools:
        """Whether a point has an edge."""
        return self.edge >= 0


@dataclass(frozen=True, eq=False)
class SnapIndex:
    """
    A search tree over the segments of a network, and which edges points may snap to.

    Attributes
    ----------
    network
        The network.
    is_scrap
        Whether an edge belongs to a scrap of network.
    pieces
        The tree; networks of one city share it.
    """

    network: WalkNetwork
    is_scrap: Bools
    pieces: "Pieces"

    @cached_property
    def is_real(self) -> Bools:
        """Whether an edge is usable and no scrap."""
        return self.network.is_usable & ~self.is_scrap


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of segments, short enough for their midpoints to tell where they are; searched in two ways."""

    middle_xy: Floats
    segment: Ints
    half_length_max_m: float

    @cached_property
    def tree(self) -> cKDTree:
        """The midpoints as a tree; a large city, searched by compiled code, never needs it."""
        return cKDTree(self.middle_xy)

    @property
    def has_cells(self) -> bool:
        """Whether `cells` are there already: then they also serve few points."""
        return "cells" in vars(self)

    @cached_property
    def cells(self) -> "Cells":
        """The same pieces sorted into cells, for the compiled search."""
        from begegnung_geo.analysis.snap_compiled import sort_into_cells  # noqa: PLC0415 - numba is optional

        return sort_into_cells(self.middle_xy, self.segment, half_length_max_m=self.half_length_max_m)


@dataclass(frozen=True, eq=False)
class _Hits:
    segment: Ints
    along_m: Floats
    leg_m: Floats

    @classmethod
    def none(cls, count: int) -> "_Hits":
        return cls(np.full(count, -1, dtype=np.int64), np.zeros(count), np.full(count, np.inf))

    def put(self, rows: Ints, hits: "_Hits") -> None:
        self.segment[rows], self.along_m[rows] = hits.segment, hits.along_m
        self.leg_m[rows] = hits.leg_m


def snap_to_edges(
    points: Floats | gpd.GeoSeries,
    network: WalkNetwork | SnapIndex,
    *,
    snap_distance_m: float,
    scrap_length_m: float,
    engine: Engine = "auto",
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
    engine
        Who searches; the result is the same.

    Returns
    -------
    snaps
        One entry a point, in the order of the points.
    """
    if isinstance(network, SnapIndex):
        index = network
    else:
        index = build_snap_index(network, scrap_length_m=scrap_length_m)
    xy = read_coordinates(points)
    hits = _Hits.none(len(xy))
    pending = _order_by_tile(xy, np.flatnonzero(np.isfinite(xy).all(axis=1)))
    for is_wanted in (index.is_real, index.is_scrap):
        if not is_wanted.any():
            continue
        of_segment = is_wanted[index.network.segments.edge]
        work = max(len(pending) / _POINTS_MIN, float(index.pieces.has_cells))
        find = _find_compiled if is_compiled_used(engine, work=work) else _find_nearest
        for chunk in np.array_split(pending, max(1, -(-len(pending) // _CHUNK))):
            hits.put(chunk, find(index, of_segment, xy[chunk], reach_m=snap_distance_m))
        pending = pending[hits.segment[pending] < 0]
    return _place_on_edges(hits, index.network)


def snap_again(
    points: Floats | gpd.GeoSeries, known: Snaps, index: SnapIndex, *, snap_distance_m: float
) -> Snaps:
    """
    Find the nearest point on a usable edge for points that are snapped to a wider network.

    A point's nearest edge of all is also its nearest usable one, if it is usable; only
    the other points are looked up anew. The result is that of `snap_to_edges`.

    Parameters
    ----------
    points
        As in `snap_to_edges`.
    known
        The same points on a network of the same city that has all the edges of this one,
        with the same longest leg.
    index
        The network to snap to.
    snap_distance_m
        Longest straight leg, in metres.

    Returns
    -------
    snaps
        One entry a point, in the order of the points.
    """
    is_lost = known.is_snapped & ~np.append(index.is_real, False)[known.edge]
    if not is_lost.any():
        return known
    row = np.flatnonzero(is_lost)
    fresh = snap_to_edges(
        read_coordinates(points)[row], index, snap_distance_m=snap_distance_m, scrap_length_m=0.0
    )
    snaps = Snaps(known.edge.copy(), known.offset_m.copy(), known.leg_m.copy(), known.segment.copy())
    snaps.edge[row], snaps.offset_m[row] = fresh.edge, fresh.offset_m
    snaps.leg_m[row], snaps.segment[row] = fresh.leg_m, fresh.segment
    return snaps


def snap_to_segments(xy: Floats, candidates: Ints, network: WalkNetwork, *, snap_distance_m: float) -> Snaps:
    """
    Find the nearest point on some given segments for each point.

    Parameters
    ----------
    xy
        One point a row.
    candidates
        Positions in `network.segments`, one row a point; -1 is none.
    network
        The network.
    snap_distance_m
        Longest straight leg, in metres.

    Returns
    -------
    snaps
        One entry a point; ties as in `snap_to_edges`.
    """
    is_none = candidates < 0
    hits = _pick_nearest(network.segments, xy, np.where(is_none, 0, candidates), is_none=is_none)
    hits.segment[hits.leg_m > snap_distance_m] = -1
    return _place_on_edges(hits, network)


def build_snap_index(
    network: WalkNetwork, *, scrap_length_m: float, wider: SnapIndex | None = None
) -> SnapIndex:
    """
    Return a search tree over a network's segments, and which edges are scraps.

    Parameters
    ----------
    network
        The network.
    scrap_length_m
        Total length below which a connected piece is a scrap, in metres.
    wider
        The index of a network of the same city that has all the edges of this one: its
        tree serves this one too, unless so few edges are usable that an own tree is faster.
    """
    is_scrap_component = network.component_length_m < scrap_length_m
    is_scrap_component[:1] = False
    is_scrap = np.append(is_scrap_component, False)[network.edge_component]
    usable = np.flatnonzero(network.is_usable[network.segments.edge])
    if wider and len(usable) >= _SHARED_MIN * len(network.segments.edge):
        return SnapIndex(network=network, is_scrap=is_scrap, pieces=wider.pieces)
    return SnapIndex(network=network, is_scrap=is_scrap, pieces=_build_pieces(network.segments, usable))


def _build_pieces(segments: Segments, chosen: Ints) -> Pieces:
    of_piece, middle_xy = cut_segments(segments, chosen, length_max_m=_PIECE_LENGTH_M)
    pieces = np.bincount(of_piece, minlength=len(chosen))
    half = float((segments.length_m[chosen] / pieces).max(initial=0.0)) / 2
    return Pieces(middle_xy=middle_xy, segment=chosen[of_piece], half_length_max_m=half)


def cut_segments(segments: Segments, chosen: Ints, *, length_max_m: float) -> tuple[Ints, Floats]:
    """
    Cut segments into equal pieces, so that a midpoint tells where its piece is.

    Returns
    -------
    of_piece, middle_xy
        For each piece the position of its segment in `chosen`, and its midpoint.
    """
    pieces = np.maximum(1, np.ceil(segments.length_m[chosen] / length_max_m)).astype(np.int64)
    of_piece = np.repeat(np.arange(len(chosen)), pieces)
    within = np.arange(len(of_piece)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    segment = chosen[of_piece]
    middle = ((within + 0.5) / pieces[of_piece])[:, None]
    return of_piece, segments.start[segment] + segments.step[segment] * middle


def read_coordinates(points: Floats | gpd.GeoSeries) -> Floats:
    """Return x and y of points, NaN where a point is empty."""
    if isinstance(points, gpd.GeoSeries):
        found, row = shapely.get_coordinates(points.to_numpy(), return_index=True)
        xy = np.full((len(points), 2), np.nan)  # empty points have no coordinates
        xy[row] = found
        return xy
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _order_by_tile(xy: Floats, rows: Ints) -> Ints:
    tile = np.floor(xy[rows] / _TILE_M)
    return rows[np.lexsort((tile[:, 1], tile[:, 0]))]


def _find_nearest(index: SnapIndex, is_wanted: Bools, xy: Floats, *, reach_m: float) -> _Hits:
    # Of the wanted segments. One at distance d has a piece whose midpoint is at most d + half a piece
    # away. So the k nearest midpoints hold the nearest one as soon as the k-th is farther than that.
    hits = _Hits.none(len(xy))
    pieces, segments = index.pieces, index.network.segments
    slack = pieces.half_length_max_m + 2 * TIE_M
    pending = np.arange(len(xy))
    count = _FIRST_NEIGHBOUR_COUNT
    while len(pending):
        middle_m, piece = pieces.tree.query(
            xy[pending],
            k=np.arange(1, count + 1),
            distance_upper_bound=reach_m + slack,
            workers=-1,
        )
        # The tree marks "no further neighbour" by one past the last piece, infinitely far.
        is_none = np.isinf(middle_m)
        segment = pieces.segment[np.where(is_none, 0, piece)]
        is_none |= ~is_wanted[segment]
        found = _pick_nearest(segments, xy[pending], segment, is_none=is_none)
        hits.put(pending, found)
        farthest = np.asarray(middle_m)[:, -1]
        pending = pending[np.isfinite(farthest) & (farthest <= found.leg_m + slack)]
        count *= 3
    hits.segment[hits.leg_m > reach_m] = -1
    return hits


def _find_compiled(index: SnapIndex, is_wanted: Bools, xy: Floats, *, reach_m: float) -> _Hits:
    from begegnung_geo.analysis.snap_compiled import find_nearest  # noqa: PLC0415 - numba is optional

    segments = index.network.segments
    segment = find_nearest(
        index.pieces.cells, segments, xy, is_wanted=is_wanted, reach_m=reach_m, tie_m=TIE_M
    )
    is_none = segment < 0
    hits = _pick_nearest(segments, xy, np.where(is_none, 0, segment)[:, None], is_none=is_none[:, None])
    hits.segment[hits.leg_m > reach_m] = -1
    return hits


def _pick_nearest(segments: Segments, xy: Floats, segment: Ints, *, is_none: Bools) -> _Hits:
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
    chosen = np.where(is_tied, segment, np.iinfo(np.int64).max).argmin(axis=1)
    row = np.arange(len(xy))
    return _Hits(segment=segment[row, chosen], along_m=(part * length)[row, chosen], leg_m=leg[row, chosen])


def _place_on_edges(hits: _Hits, network: WalkNetwork) -> Snaps:
    segments = network.segments
    is_hit = hits.segment >= 0
    segment = hits.segment[is_hit]
    edge = np.full(len(is_hit), -1, dtype=np.int64)
    offset_m = np.full(len(is_hit), np.nan)
    edge[is_hit] = segments.edge[segment]
    # Summing may end a hair beyond the edge; the rest of the edge must not be negative.
    along_m = segments.offset_m[segment] + hits.along_m[is_hit]
    offset_m[is_hit] = np.minimum(along_m, network.length_m[edge[is_hit]])
    return Snaps(
        edge=edge,
        offset_m=offset_m,
        leg_m=np.where(is_hit, hits.leg_m, np.nan),
        segment=hits.segment,
    )
