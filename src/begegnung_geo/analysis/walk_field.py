# SPDX-License-Identifier: MIT
"""The walking distance to the nearest place as a function of the point, sampled on a grid and outlined."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.ndimage import binary_dilation
from scipy.spatial import cKDTree

from begegnung_geo.analysis.contours import Crossings, Grid, build_outlines, find_crossings
from begegnung_geo.analysis.network import Bools, Floats, Ints
from begegnung_geo.analysis.reach import measure_walk_distance
from begegnung_geo.analysis.snapping import (
    SnapIndex,
    Snaps,
    cut_segments,
    snap_again,
    snap_to_edges,
    snap_to_segments,
)
from begegnung_geo.analysis.walk_ends import NearestPlace
from begegnung_geo.analysis.walk_search import measure_node_distance

_PIECE_LENGTH_M = 30.0
_BLOCK = 4  # grid points along a block's side, for leaving out what is beyond reach
_HALVINGS = 4
_END_MARGIN = 0.02  # of a grid line: an outline never passes through a grid point


@dataclass(frozen=True, eq=False)
class WalkField:
    """
    The walking distance to the nearest place as a function of the point.

    Attributes
    ----------
    index
        Network with its search tree.
    places
        The places on this network.
    snap_distance_m
        Longest straight leg, in metres.
    """

    index: SnapIndex
    places: Snaps
    snap_distance_m: float

    @cached_property
    def nodes(self) -> NearestPlace:
        """The distance from each node."""
        return measure_node_distance(self.places, self.index.network)

    def snap(self, xy: Floats) -> Snaps:
        """Return where points meet the network."""
        return snap_to_edges(xy, self.index, snap_distance_m=self.snap_distance_m, scrap_length_m=0.0)

    def measure(self, snaps: Snaps) -> Floats:
        """Return the walking distance of snapped points in metres, infinite where there is none."""
        return measure_walk_distance(snaps, self.places, self.index.network, nodes=self.nodes).distance_m


@dataclass(frozen=True, eq=False)
class GridSample:
    """
    A field at the points of a grid.

    Attributes
    ----------
    grid, field
        Where and what is sampled.
    point
        Numbers of the grid points that were looked at, rising; all others are beyond reach.
    snaps, distance_m
        Where each of these meets the network, and how far it is from there.
    wider
        The same grid on any ground, where the field is that of a narrower footing: nobody
        walks shorter on that.
    """

    grid: Grid
    field: WalkField
    point: Ints
    snaps: Snaps
    distance_m: Floats
    wider: "GridSample | None" = None

    def is_within(self, reach_m: float) -> Bools:
        """Return for each grid point, in rows and columns, whether it is within reach; the rim never is."""
        is_inside = np.zeros(self.grid.row_count * self.grid.column_count, dtype=bool)
        is_inside[self.point] = self.distance_m <= reach_m
        by_row = is_inside.reshape(self.grid.row_count, self.grid.column_count)
        by_row[[0, -1], :] = False
        by_row[:, [0, -1]] = False
        return by_row

    def find(self, point: Ints) -> Ints:
        """Return where grid points stand in `point`, -1 where they were not looked at."""
        at = np.searchsorted(self.point, point)
        is_known = np.append(self.point, -1)[at] == point
        found: Ints = np.where(is_known, at, -1)
        return found


def sample_grid(
    grid: Grid, field: WalkField, *, reach_max_m: float, wider: GridSample | None = None
) -> GridSample:
    """
    Return the walking distance at every grid point that can be within reach.

    Parameters
    ----------
    grid
        Where to look.
    field
        What to measure.
    reach_max_m
        Longest walk anybody will ask for, in metres.
    wider
        The same grid on any ground, sampled for at least the same reach.
    """
    is_near = _find_near(grid, field, reach_max_m=reach_max_m)
    if wider is None:
        point = np.flatnonzero(is_near)
        snaps = field.snap(grid.locate(point))
        return GridSample(grid, field, point, snaps, field.measure(snaps))
    # Beyond reach on any ground is beyond reach on every footing.
    at = np.flatnonzero(is_near[wider.point] & (wider.distance_m <= reach_max_m))
    point = wider.point[at]
    known = Snaps(
        wider.snaps.edge[at], wider.snaps.offset_m[at], wider.snaps.leg_m[at], wider.snaps.segment[at]
    )
    snaps = snap_again(grid.locate(point), known, field.index, snap_distance_m=field.snap_distance_m)
    distance_m = np.maximum(field.measure(snaps), wider.distance_m[at])
    return GridSample(grid, field, point, snaps, distance_m, wider)


def outline_reach(sample: GridSample, *, reach_m: float) -> shapely.MultiPolygon:
    """
    Return the area within reach as valid polygons.

    Between an inside and an outside grid point the crossing of the outline is found by
    halving the line between them.

    Parameters
    ----------
    sample
        The field at the grid's points.
    reach_m
        Longest walk in metres, at most the one the grid was sampled for.
    """
    is_inside = sample.is_within(reach_m)
    crossings = find_crossings(is_inside)
    inside_xy, outside_xy = sample.grid.locate(crossings.inside), sample.grid.locate(crossings.outside)
    part = _locate_crossings(sample, crossings, reach_m=reach_m)
    part = np.clip(part, _END_MARGIN, 1.0 - _END_MARGIN)
    return build_outlines(is_inside, inside_xy + (outside_xy - inside_xy) * part[:, None])


def _find_near(grid: Grid, field: WalkField, *, reach_max_m: float) -> Bools:
    # Somewhere in a block is within reach only if a reached edge can be the nearest one there: if it
    # is no farther from the block's middle than the nearest real edge plus the block's width. Scraps
    # can be nearest only where no real edge is near.
    shape = -(-grid.row_count // _BLOCK), -(-grid.column_count // _BLOCK)
    side = _BLOCK * grid.cell_size_m
    radius = side * float(np.sqrt(0.5))
    row, column = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    corner = np.array([grid.west, grid.south]) + (side - grid.cell_size_m) / 2
    middle = corner + np.stack([column, row], axis=1) * side
    snaps = field.snap(middle)
    is_real = np.append(field.index.is_real, False)[snaps.edge]
    real_m = np.where(is_real, snaps.leg_m, np.inf)
    reached_m = _measure_air(middle, field, _find_reached(field, reach_max_m=reach_max_m))
    leg_max_m = min(field.snap_distance_m, reach_max_m)
    beaten_m = np.where(real_m < field.snap_distance_m - radius, real_m + 2 * radius, np.inf)
    is_near = reached_m - _PIECE_LENGTH_M / 2 <= np.minimum(beaten_m, leg_max_m + radius)
    near = np.repeat(np.repeat(is_near.reshape(shape), _BLOCK, axis=0), _BLOCK, axis=1)
    near = near[: grid.row_count, : grid.column_count]
    return binary_dilation(near, np.ones((3, 3), dtype=bool)).ravel()


def _find_reached(field: WalkField, *, reach_max_m: float) -> Bools:
    network, distance_m = field.index.network, field.nodes.distance_m
    nearer_m = np.minimum(distance_m[network.from_index], distance_m[network.to_index])
    is_reached: Bools = network.is_usable & (nearer_m <= reach_max_m)
    is_reached[field.places.edge[field.places.is_snapped]] = True
    return is_reached


def _measure_air(xy: Floats, field: WalkField, is_chosen: Bools) -> Floats:
    # To the midpoints of pieces of the chosen edges: at most half a piece more than to the edges.
    segments = field.index.network.segments
    chosen = np.flatnonzero(is_chosen[segments.edge])
    if not len(chosen):
        return np.full(len(xy), np.inf)
    _, middle_xy = cut_segments(segments, chosen, length_max_m=_PIECE_LENGTH_M)
    distance_m, _ = cKDTree(middle_xy).query(xy, workers=-1)
    return np.asarray(distance_m, dtype=np.float64)


def _locate_crossings(sample: GridSample, crossings: Crossings, *, reach_m: float) -> Floats:
    # How far along each grid line, from its inside point, the reach ends.
    samples = [sample] if sample.wider is None else [sample, sample.wider]
    segments = [_list_segments(each, crossings) for each in samples]
    low, high = np.zeros(len(crossings.inside)), np.ones(len(crossings.inside))
    low_m = sample.distance_m[sample.find(crossings.inside)]
    high_m = np.append(sample.distance_m, np.inf)[sample.find(crossings.outside)]
    start = sample.grid.locate(crossings.inside)
    step = sample.grid.locate(crossings.outside) - start
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        xy = start + step * middle[:, None]
        middle_m = np.maximum.reduce(
            [_measure_at(each.field, xy, own) for each, own in zip(samples, segments, strict=True)]
        )
        is_inside = middle_m <= reach_m
        low, low_m = np.where(is_inside, middle, low), np.where(is_inside, middle_m, low_m)
        high, high_m = np.where(is_inside, high, middle), np.where(is_inside, high_m, middle_m)
    return low + (high - low) * (reach_m - low_m) / (high_m - low_m)


def _list_segments(sample: GridSample, crossings: Crossings) -> Ints:
    # The segments at both ends of each grid line: one of them is the nearest between the two.
    segment = np.append(sample.snaps.segment, -1)
    return np.stack([segment[sample.find(end)] for end in (crossings.inside, crossings.outside)], axis=1)


def _measure_at(field: WalkField, xy: Floats, segments: Ints) -> Floats:
    snaps = snap_to_segments(xy, segments, field.index.network, snap_distance_m=field.snap_distance_m)
    return field.measure(snaps)
