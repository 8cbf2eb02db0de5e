# SPDX-License-Identifier: MIT
"""Reach areas: from where a counted place can be walked to within a time, as clean polygons."""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.ndimage import binary_dilation
from scipy.spatial import cKDTree

from begegnung_geo.analysis.contours import Crossings, Grid, build_outlines, find_crossings
from begegnung_geo.analysis.network import Bools, Floats, WalkNetwork, index_network
from begegnung_geo.analysis.reach import measure_walk_distance
from begegnung_geo.analysis.snapping import (
    SnapIndex,
    Snaps,
    build_snap_index,
    cut_segments,
    snap_to_edges,
    snap_to_segments,
)
from begegnung_geo.analysis.walk_ends import NearestPlace
from begegnung_geo.analysis.walk_search import measure_node_distance
from begegnung_geo.crs import require_crs
from begegnung_geo.profile import Walking

_GRID_POINT_COUNT = 1_100_000
_CELL_SIZE_MIN_M = 5.0
_PIECE_LENGTH_M = 30.0
_BLOCK = 4  # grid points along a block's side, for leaving out what is beyond reach
_HALVINGS = 4
_END_MARGIN = 0.02  # of a grid line: an outline never passes through a grid point
_PRECISION_M = 0.001


@dataclass(frozen=True, eq=False)
class WalkField:
    """
    The walking distance to the nearest place as a function of the point.

    Attributes
    ----------
    index
        Network with its search trees.
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
    """Where each grid point meets the network, and its walking distance; beyond reach not looked at."""

    grid: Grid
    field: WalkField
    snaps: Snaps
    is_looked_at: Bools
    distance_m: Floats


def build_reach_areas(
    counted_places: gpd.GeoDataFrame,
    city_area: gpd.GeoDataFrame,
    *,
    walk_nodes: gpd.GeoDataFrame,
    walk_edges: gpd.GeoDataFrame,
    walking: Walking,
) -> gpd.GeoDataFrame:
    """
    Draw the area within reach of any counted place, for each profile and threshold.

    A point belongs to the area when its walking distance, defined as for people's
    homes (straight leg to the nearest walkway, which may be no longer than
    `walking.snap_distance_m`, then along the network), is at most speed x time.
    The distance is computed at the points of a grid; between an inside and an
    outside point the outline's crossing of the grid line is found by halving, so
    that borders between two streets lie where they belong and not on a grid step.

    Parameters
    ----------
    counted_places
        The places that count as supply: Point, metric CRS.
    city_area
        Table `city_area`; the areas are clipped to it.
    walk_nodes, walk_edges
        The tables of the network.
    walking
        Profiles, thresholds, snapping.

    Returns
    -------
    reach_areas
        Table `reach_areas`: valid MultiPolygon (empty where nothing is within
        reach), by profile and threshold. Areas of the same network are nested: the
        shorter walk's lies within the longer one's, to the millimetre.

    Raises
    ------
    CrsError
        If the tables are not in the same CRS.

    Notes
    -----
    The grid has about 1,100,000 points at most: 16 m apart in a city of 280 km2, at
    least 5 m. Gaps and islands narrower than a grid cell can be missed.
    """
    for layer, name in ((counted_places, "counted places"), (city_area, "city area")):
        require_crs(layer, walk_edges.crs or "", name=name)
    city = shapely.union_all(city_area.geometry.to_numpy())
    grid = _lay_grid(city)
    reaches = _list_reaches(walking)
    areas: dict[tuple[bool, float], shapely.Geometry] = {}
    sample: GridSample | None = None
    for step_free in sorted({is_step_free for is_step_free, _ in reaches}):
        network = index_network(walk_nodes, walk_edges, step_free=step_free)
        field = _build_field(counted_places, network, walking=walking)
        wanted = sorted(reach_m for is_step_free, reach_m in reaches if is_step_free == step_free)
        sample = _sample_grid(grid, field, reach_max_m=wanted[-1], known=sample)
        for reach_m in wanted:
            areas[step_free, reach_m] = _clip(_outline_reach(sample, reach_m=reach_m), city)
    rows = [
        (profile, threshold_min, areas[speed.step_free, walking.reach_m(profile, threshold_min)])
        for profile, speed in sorted(walking.profiles.items())
        for threshold_min in walking.thresholds_min
    ]
    profiles, thresholds, geometry = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "profile": pd.Series(profiles, dtype="str"),
            "threshold_min": np.array(thresholds, dtype=np.int64),
        },
        geometry=list(geometry),
        crs=walk_edges.crs,
    )


def _list_reaches(walking: Walking) -> set[tuple[bool, float]]:
    return {
        (speed.step_free, walking.reach_m(profile, threshold_min))
        for profile, speed in walking.profiles.items()
        for threshold_min in walking.thresholds_min
    }


def _build_field(places: gpd.GeoDataFrame, network: WalkNetwork, *, walking: Walking) -> WalkField:
    index = build_snap_index(network, scrap_length_m=walking.scrap_length_m)
    snaps = snap_to_edges(
        places.geometry,
        index,
        snap_distance_m=walking.snap_distance_m,
        scrap_length_m=walking.scrap_length_m,
    )
    return WalkField(index=index, places=snaps, snap_distance_m=walking.snap_distance_m)


def _lay_grid(city: shapely.Geometry) -> Grid:
    # Two points of margin: the rim must lie outside the city, and a block may overhang.
    west, south, east, north = shapely.bounds(city)
    size = float(np.sqrt((east - west) * (north - south) / _GRID_POINT_COUNT))
    size = max(_CELL_SIZE_MIN_M, np.ceil(size * 2) / 2)
    column, row = np.floor(west / size) - 2, np.floor(south / size) - 2
    return Grid(
        west=column * size,
        south=row * size,
        cell_size_m=size,
        row_count=int(np.ceil(north / size) - row) + 3,
        column_count=int(np.ceil(east / size) - column) + 3,
    )


def _sample_grid(grid: Grid, field: WalkField, *, reach_max_m: float, known: GridSample | None) -> GridSample:
    point = np.flatnonzero(_find_near(grid, field, reach_max_m=reach_max_m))
    count = grid.row_count * grid.column_count
    snaps = Snaps.build_empty(count) if known is None else _carry_over(known, field.index)
    missing = point if known is None else point[~_is_settled(known, snaps)[point]]
    fresh = field.snap(grid.locate(missing))
    snaps.edge[missing], snaps.offset_m[missing] = fresh.edge, fresh.offset_m
    snaps.leg_m[missing], snaps.segment[missing] = fresh.leg_m, fresh.segment
    is_looked_at = np.zeros(count, dtype=bool) if known is None else known.is_looked_at.copy()
    is_looked_at[point] = True
    return GridSample(
        grid=grid, field=field, snaps=snaps, is_looked_at=is_looked_at, distance_m=field.measure(snaps)
    )


def _carry_over(known: GridSample, index: SnapIndex) -> Snaps:
    # A point's nearest edge in the full network is also its nearest one without steps, if it is there.
    full, network = known.field.index.network, index.network
    own_edge = np.full(len(full.edge_id) + 1, -1, dtype=np.int64)
    own_edge[np.searchsorted(full.edge_id, network.edge_id)] = np.where(
        index.is_scrap, -1, np.arange(len(network.edge_id))
    )
    first_full, first = (
        np.searchsorted(net.segments.edge, np.arange(len(net.edge_id))) for net in (full, network)
    )
    edge = own_edge[known.snaps.edge]
    is_kept = edge >= 0
    segment = np.full(len(edge), -1, dtype=np.int64)
    segment[is_kept] = (
        known.snaps.segment[is_kept] - first_full[known.snaps.edge[is_kept]] + first[edge[is_kept]]
    )
    return Snaps(
        edge=edge,
        offset_m=np.where(is_kept, known.snaps.offset_m, np.nan),
        leg_m=np.where(is_kept, known.snaps.leg_m, np.nan),
        segment=segment,
    )


def _is_settled(known: GridSample, snaps: Snaps) -> Bools:
    is_far_from_all = known.is_looked_at & (known.snaps.edge < 0)
    return is_far_from_all | snaps.is_snapped


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
    real_m = _measure_air(middle, field, ~field.index.is_scrap)
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
    is_reached: Bools = nearer_m <= reach_max_m
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


def _outline_reach(sample: GridSample, *, reach_m: float) -> shapely.MultiPolygon:
    grid = sample.grid
    is_inside = (sample.distance_m <= reach_m).reshape(grid.row_count, grid.column_count)
    is_inside[[0, -1], :] = False
    is_inside[:, [0, -1]] = False
    crossings = find_crossings(is_inside)
    inside_xy, outside_xy = grid.locate(crossings.inside), grid.locate(crossings.outside)
    part = _locate_crossings(sample, crossings, reach_m=reach_m)
    part = np.clip(part, _END_MARGIN, 1.0 - _END_MARGIN)
    return build_outlines(is_inside, inside_xy + (outside_xy - inside_xy) * part[:, None])


def _locate_crossings(sample: GridSample, crossings: Crossings, *, reach_m: float) -> Floats:
    # How far along each grid line, from its inside point, the reach ends.
    low, high = np.zeros(len(crossings.inside)), np.ones(len(crossings.inside))
    low_m, high_m = sample.distance_m[crossings.inside], sample.distance_m[crossings.outside]
    candidates = np.stack(
        [sample.snaps.segment[crossings.inside], sample.snaps.segment[crossings.outside]], axis=1
    )
    start = sample.grid.locate(crossings.inside)
    step = sample.grid.locate(crossings.outside) - start
    network = sample.field.index.network
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        snaps = snap_to_segments(
            start + step * middle[:, None],
            candidates,
            network,
            snap_distance_m=sample.field.snap_distance_m,
        )
        middle_m = sample.field.measure(snaps)
        is_inside = middle_m <= reach_m
        low, low_m = np.where(is_inside, middle, low), np.where(is_inside, middle_m, low_m)
        high, high_m = np.where(is_inside, high, middle), np.where(is_inside, high_m, middle_m)
    return low + (high - low) * (reach_m - low_m) / (high_m - low_m)


def _clip(area: shapely.MultiPolygon, city: shapely.Geometry) -> shapely.MultiPolygon:
    clipped = shapely.intersection(area, city, grid_size=_PRECISION_M)
    parts = shapely.get_parts(clipped)
    return shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]))
