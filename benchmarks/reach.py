# SPDX-License-Identifier: MIT
"""
Reach areas for three thresholds: ours against buffered and merged chains of reached streets.

The peer is the fastest of the usual ways (one distance field; of each threshold only what
the shorter one has not reached yet; lines merged to chains before they are buffered, each
chain by itself, one union). Its buffer has one width, so it draws another shape; how many
of 10,000 points each one puts on the right side, by 10 m of walking distance, is told.
"""

import geopandas as gpd
import numpy as np
import shapely
from cities import City, build_city, build_junction_city
from measuring import CRS, Options, Result, measure_in_turn, read_options, tell
from shapely.ops import substring

from begegnung_geo.analysis.network import WalkNetwork
from begegnung_geo.analysis.reach import measure_walk_distance
from begegnung_geo.analysis.reach_areas import build_place_areas, build_reach_areas
from begegnung_geo.analysis.snapping import Snaps, snap_to_edges
from begegnung_geo.analysis.walk_search import measure_node_distance
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.profile import Walking, WalkingProfile

REACHES_M = (400.0, 800.0, 1200.0)
VENUES = 314
RADIUS_M = 9_440.0  # a city of 280 km2, as large as Dortmund
BUFFER_M = 60.0
SNAP_M = 300.0
SNAP = {"snap_distance_m": SNAP_M, "scrap_length_m": 1000.0}
WALKING = Walking(
    thresholds_min=(5, 10, 15),
    default_profile="adult",
    snap_distance_m=SNAP_M,
    scrap_length_m=1000,
    profiles={"adult": WalkingProfile(speed_m_s=4 / 3, step_free=False, reason="benchmark")},
)


def buffer_chains(network: WalkNetwork, places: Snaps, area: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the area of each reach by buffers around the reached parts of edges."""
    distance_m = measure_node_distance(places, network).distance_m
    lines = shapely.linestrings(
        network.shapes.coordinates,
        indices=np.repeat(np.arange(len(network.edge_id)), np.diff(network.shapes.first_coordinate)),
    )
    from_m, to_m = distance_m[network.from_index], distance_m[network.to_index]
    is_done = np.zeros(len(lines), dtype=bool)
    union: shapely.Geometry = shapely.MultiPolygon()
    areas = []
    for reach in REACHES_M:
        ahead, back = np.maximum(reach - from_m, 0.0), np.maximum(reach - to_m, 0.0)
        is_whole = ~is_done & (ahead + back >= network.length_m) & (np.maximum(ahead, back) > 0)
        is_part = ~is_done & ~is_whole & (np.maximum(ahead, back) > 0)
        parts = [*lines[is_whole]]
        for edge in np.flatnonzero(is_part).tolist():
            if ahead[edge] > 0:
                parts.append(substring(lines[edge], 0, ahead[edge]))
            if back[edge] > 0:
                length = network.length_m[edge]
                parts.append(substring(lines[edge], length - back[edge], length))
        is_done |= is_whole
        chains = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(_only_lines(parts))))
        buffers = shapely.buffer(chains, BUFFER_M, quad_segs=4)
        union = shapely.union_all([union, *buffers])
        areas.append(shapely.intersection(union, area))
    return areas


def _only_lines(parts: list[shapely.Geometry]) -> list[shapely.Geometry]:
    return [part for part in parts if part.geom_type == "LineString"]


def bench_city(city: City, options: Options) -> None:
    """Compare on one city."""
    middle = np.median(shapely.get_coordinates(city.walk_nodes.geometry.to_numpy()), axis=0)
    circle = shapely.Point(middle).buffer(RADIUS_M)
    area = gpd.GeoDataFrame({"name": ["x"]}, geometry=[circle], crs=CRS)
    places = city.places.iloc[:VENUES]
    network = city.index()
    doors = snap_to_edges(places.geometry, network, snap_distance_m=SNAP_M, scrap_length_m=1000)
    tables = {"walk_nodes": city.walk_nodes, "walk_edges": city.walk_edges}
    ours_s, peer_s = measure_in_turn(
        [
            lambda: build_reach_areas(places, area, ways=lay_ways(**tables, **SNAP), walking=WALKING),
            lambda: buffer_chains(network, doors, circle),
        ],
        rounds=1 if options.is_quick else 3,
    )
    ways = lay_ways(**tables, **SNAP)
    ours = build_reach_areas(places, area, ways=ways, walking=WALKING).geometry.tolist()
    peers = buffer_chains(network, doors, circle)
    rng = np.random.default_rng(4)
    xy = middle + rng.uniform(-RADIUS_M, RADIUS_M, (14_000, 2))
    xy = xy[shapely.contains_xy(circle, *xy.T)][:10_000]
    points = snap_to_edges(xy, network, snap_distance_m=SNAP_M, scrap_length_m=1000)
    walk_m = measure_walk_distance(points, doors, network).distance_m
    right = [share_right(areas, xy, walk_m) for areas in (ours, peers)]
    note = f"right within 10 m: ours {right[0]:.2%}, peer {right[1]:.1%} of points"
    name = f"reach areas, 3 thresholds, {len(network.node_id):,} nodes"
    tell(Result("reach", name, ours_s, "s", "merged chains", peer_s, 0.7, note=note))
    (one_s,) = measure_in_turn(
        [lambda: build_place_areas(places.geometry.iloc[:1], ways, walking=WALKING)], rounds=options.rounds
    )
    tell(Result("reach", f"areas of one place, {len(network.node_id):,} nodes", one_s, "s"))


def share_right(areas: list[shapely.Geometry], xy: np.ndarray, walk_m: np.ndarray) -> float:
    """Return the least share, over the thresholds, of points on the right side by 10 m."""
    shares = []
    for reach, polygon in zip(REACHES_M, areas, strict=True):
        is_inside = shapely.contains_xy(polygon, *xy.T)
        wrong = np.where(is_inside, walk_m > reach + 10, walk_m < reach - 10)
        shares.append(1 - wrong.mean())
    return float(min(shares))


def main(options: Options) -> None:
    """Compare with every shape point as a node, and with junctions only."""
    bench_city(build_junction_city(), options)
    if not options.is_quick:
        bench_city(build_city(), options)


if __name__ == "__main__":
    main(read_options())
