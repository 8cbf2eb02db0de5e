# SPDX-License-Identifier: MIT
"""Snapping points to edges: our index against an STRtree of the same edges, and against osmnx."""

import networkx as nx
import numpy as np
import osmnx
import shapely
from cities import POINTS, build_city, build_junction_city
from measuring import CRS, Options, Result, measure, measure_in_turn, read_options, tell

from begegnung_geo.analysis.network import WalkNetwork
from begegnung_geo.analysis.snapping import build_snap_index, snap_to_edges

SNAP_M = 300.0


def bench_tree(network: WalkNetwork, xy: np.ndarray, options: Options) -> None:
    """Compare with shapely's tree; both trees are built beforehand."""
    lines = shapely.linestrings(
        network.shapes.coordinates,
        indices=np.repeat(np.arange(len(network.edge_id)), np.diff(network.shapes.first_coordinate)),
    )
    tree, points = shapely.STRtree(lines), shapely.points(xy)
    index = build_snap_index(network, scrap_length_m=0)
    snap = {"snap_distance_m": SNAP_M, "scrap_length_m": 0.0}
    ours_s, peer_s = measure_in_turn(
        [
            lambda: snap_to_edges(xy, index, **snap),
            # The tree tells which edge; where on it comes on top for whoever needs that, as we do.
            lambda: tree.query_nearest(points, max_distance=SNAP_M, all_matches=False),
        ],
        rounds=options.rounds,
    )
    name = f"snap {len(xy):,} points, {len(network.node_id):,} nodes"
    found, edge = tree.query_nearest(points, max_distance=SNAP_M, all_matches=False)
    ours = snap_to_edges(xy, index, **snap)
    legs = shapely.distance(points[found], lines[edge])
    assert np.array_equal(np.flatnonzero(ours.is_snapped), found), "not the same points have an edge"
    assert np.allclose(ours.leg_m[found], legs, atol=1e-6), "the legs differ"
    tell(Result("snapping", name, ours_s, "s", "STRtree", peer_s, 0.35, note="all legs equal"))
    build_s, tree_s = measure_in_turn(
        [lambda: build_snap_index(network, scrap_length_m=0), lambda: shapely.STRtree(lines)], rounds=3
    )
    tell(Result("snapping", "build the index", build_s, "s", "STRtree", tree_s, note="once a network"))


def bench_osmnx(network: WalkNetwork, xy: np.ndarray) -> None:
    """Compare with osmnx.distance.nearest_edges on a graph of the same edges."""
    graph = nx.MultiDiGraph(crs=CRS)
    ends = network.shapes.coordinates[network.shapes.first_coordinate[:-1]]
    graph.add_nodes_from(
        (int(node), {"x": float(x), "y": float(y)})
        for node, (x, y) in zip(network.from_index, ends, strict=True)
    )
    lasts = network.shapes.coordinates[network.shapes.first_coordinate[1:] - 1]
    graph.add_nodes_from(
        (int(node), {"x": float(x), "y": float(y)})
        for node, (x, y) in zip(network.to_index, lasts, strict=True)
    )
    lines = shapely.linestrings(
        network.shapes.coordinates,
        indices=np.repeat(np.arange(len(network.edge_id)), np.diff(network.shapes.first_coordinate)),
    )
    graph.add_edges_from(
        (int(a), int(b), {"geometry": line, "length": float(length)})
        for a, b, line, length in zip(
            network.from_index, network.to_index, lines, network.length_m, strict=True
        )
    )
    index = build_snap_index(network, scrap_length_m=0)
    ours_s = measure(lambda: snap_to_edges(xy, index, snap_distance_m=SNAP_M, scrap_length_m=0.0), rounds=3)
    (osmnx_s,) = measure_in_turn(
        [lambda: osmnx.distance.nearest_edges(graph, xy[:, 0], xy[:, 1], return_dist=True)], rounds=1
    )
    name = f"snap {len(xy):,} points, {len(network.node_id):,} nodes"
    tell(Result("snapping", name, ours_s, "s", "osmnx nearest_edges", osmnx_s))


def main(options: Options) -> None:
    """Compare with every shape point as a node, and with junctions only."""
    for city in (build_city(), build_junction_city()):
        network = city.index()
        xy = city.home_xy[:POINTS]
        bench_tree(network, xy, options)
        if not options.is_quick:
            bench_osmnx(network, xy)


if __name__ == "__main__":
    main(read_options())
