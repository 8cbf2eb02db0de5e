# SPDX-License-Identifier: MIT
"""Walkways cut at junctions: towns small enough to count by hand, and random ones against networkx."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.errors import CrsError, NetworkError, SchemaError
from begegnung_geo.schema import conform_table, require_table

CROSS = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100), 5: (100, -100), 6: (150, 10)}


def pairs(edges):
    return [tuple(sorted(pair)) for pair in zip(edges["from_node"], edges["to_node"], strict=True)]


def test_a_cross_of_two_streets_becomes_four_edges_of_100_m(build_walkways):
    nodes, edges = build_network(build_walkways(CROSS, {10: [1, 2, 3], 11: [4, 2, 5]}))
    assert pairs(edges) == [(1, 2), (2, 3), (2, 4), (2, 5)]
    assert edges["length_m"].tolist() == [100.0, 100.0, 100.0, 100.0]
    assert nodes["node_id"].tolist() == [1, 2, 3, 4, 5]
    assert nodes.geometry.iloc[1].equals(shapely.Point(100, 0))
    assert edges["way_id"].tolist() == [10, 10, 11, 11]
    assert set(edges["component_id"]) == set(nodes["component_id"]) == {0}


def test_the_tables_keep_their_contract(build_walkways):
    nodes, edges = build_network(build_walkways(CROSS, {10: [1, 2, 3], 11: [4, 2, 5]}, steps=[11]))
    require_table(nodes, "walk_nodes", crs="EPSG:25832")
    require_table(edges, "walk_edges", crs="EPSG:25832")
    stored = conform_table(edges, "walk_edges")
    assert stored["is_step_free"].tolist() == [True, True, False, False]
    assert stored["highway"].tolist() == ["footway", "footway", "steps", "steps"]


def test_shape_points_stay_inside_an_edge(build_walkways):
    _, edges = build_network(build_walkways(CROSS, {10: [2, 6, 3]}))
    assert pairs(edges) == [(2, 3)]
    assert edges["length_m"].iloc[0] == pytest.approx(2 * np.hypot(50, 10))
    assert shapely.get_num_coordinates(edges.geometry.iloc[0]) == 3


def test_lines_that_cross_without_a_shared_node_are_no_junction(build_walkways):
    bridge = {1: (0, 0), 3: (200, 0), 4: (100, 100), 5: (100, -100)}
    _, edges = build_network(build_walkways(bridge, {10: [1, 3], 11: [4, 5]}))
    assert pairs(edges) == [(1, 3), (4, 5)]
    assert edges["component_id"].tolist() == [0, 1]


SQUARE = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100), 9: (300, 100)}


def test_a_closed_way_by_itself_is_an_edge_from_a_node_to_itself(build_walkways):
    nodes, edges = build_network(build_walkways(SQUARE, {10: [1, 2, 3, 4, 1]}))
    assert pairs(edges) == [(1, 1)]
    assert edges["length_m"].tolist() == [400.0]
    assert nodes["node_id"].tolist() == [1]


def test_a_closed_way_is_cut_at_its_start_and_where_a_street_meets_it(build_walkways):
    _, edges = build_network(build_walkways(SQUARE, {10: [1, 2, 3, 4, 1], 11: [3, 9]}))
    assert pairs(edges) == [(1, 3), (1, 3), (3, 9)]
    assert edges["length_m"].tolist() == [200.0, 200.0, 200.0]


def test_a_way_that_passes_a_node_twice_is_cut_there(build_walkways):
    _, edges = build_network(build_walkways(SQUARE, {10: [9, 3, 4, 1, 3]}))
    assert pairs(edges) == [(3, 9), (3, 3)]


def test_parallel_edges_are_kept_and_the_graph_takes_the_shorter(build_walkways):
    towns = build_walkways(SQUARE, {10: [1, 2, 3], 11: [1, 3], 12: [1, 4, 3]})
    nodes, edges = build_network(towns)
    assert pairs(edges) == [(1, 3)] * 3
    network = index_network(nodes, edges, step_free=False)
    assert network.graph.toarray().tolist() == [[0, np.hypot(100, 100)], [np.hypot(100, 100), 0]]


def test_self_loops_are_not_in_the_graph(build_walkways):
    network = index_network(*build_network(build_walkways(SQUARE, {10: [1, 2, 3, 4, 1]})), step_free=False)
    assert network.graph.nnz == 0
    assert network.length_m.tolist() == [400.0]


def test_a_node_repeated_in_a_row_is_one_vertex_and_a_way_of_one_node_has_no_edge(build_walkways):
    town = build_walkways(SQUARE, {10: [1, 1, 2, 2], 11: [4, 4]})
    nodes, edges = build_network(town)
    assert pairs(edges) == [(1, 2)]
    assert nodes["node_id"].tolist() == [1, 2]


def test_two_nodes_at_one_spot_are_an_edge_of_zero_length_that_connects(build_walkways):
    town = {1: (0, 0), 2: (100, 0), 3: (100, 0), 4: (200, 0)}
    nodes, edges = build_network(build_walkways(town, {10: [1, 2], 11: [2, 3], 12: [3, 4]}))
    assert edges["length_m"].tolist() == [100.0, 0.0, 100.0]
    assert set(nodes["component_id"]) == {0}
    assert index_network(nodes, edges, step_free=False).graph.nnz == 6


def test_the_longest_piece_is_component_0_and_equal_ones_rank_by_smallest_node(build_walkways):
    town = {n: (n * 1000.0, 0.0) for n in range(1, 9)} | {
        2: (1010, 0),
        4: (3010, 0),
        6: (5900, 0),
        8: (7010, 0),
    }
    nodes, _ = build_network(build_walkways(town, {1: [7, 8], 2: [3, 4], 3: [5, 6], 4: [1, 2]}))
    found = dict(zip(nodes["node_id"], nodes["component_id"], strict=True))
    assert found == {5: 0, 6: 0, 1: 1, 2: 1, 3: 2, 4: 2, 7: 3, 8: 3}


def test_stairs_left_out_can_cut_the_step_free_network_in_two(build_walkways):
    line = {1: (0, 0), 2: (100, 0), 3: (110, 0), 4: (400, 0)}
    nodes, edges = build_network(build_walkways(line, {10: [1, 2], 11: [2, 3], 12: [3, 4]}, steps=[11]))
    network = index_network(nodes, edges, step_free=True)
    assert network.edge_id[network.is_usable].tolist() == [0, 2]
    assert network.edge_component.tolist() == [1, -1, 0]
    assert network.component_length_m.tolist() == [290.0, 100.0]


def test_a_network_of_stairs_only_has_no_step_free_edges(build_walkways):
    nodes, edges = build_network(build_walkways(SQUARE, {10: [1, 2]}, steps=[10]))
    network = index_network(nodes, edges, step_free=True)
    assert not network.is_usable.any()
    assert network.node_component.tolist() == [-1, -1]


def test_no_walkable_way_is_an_error_that_says_what_to_do(build_walkways):
    for town in (build_walkways(SQUARE, {}), build_walkways(SQUARE, {10: [1, 1]})):
        with pytest.raises(NetworkError, match="no walkable way"):
            build_network(town.set_crs("EPSG:25832", allow_override=True))


def test_degrees_are_refused(build_walkways):
    with pytest.raises(CrsError):
        build_network(build_walkways(SQUARE, {10: [1, 2]}).to_crs(4326))
    with pytest.raises(CrsError):
        build_network(build_walkways(SQUARE, {10: [1, 2]}).set_crs(None, allow_override=True))


def test_a_way_with_more_node_ids_than_coordinates_is_refused(build_walkways):
    town = build_walkways(SQUARE, {10: [1, 2]})
    town["node_ids"] = [[1, 2, 3]]
    with pytest.raises(SchemaError, match="node ids"):
        build_network(town)


def test_an_edge_to_an_unknown_node_is_refused(build_walkways):
    nodes, edges = build_network(build_walkways(SQUARE, {10: [1, 2], 11: [2, 3]}))
    with pytest.raises(NetworkError, match="unknown nodes"):
        index_network(nodes[nodes["node_id"] != 3], edges, step_free=False)


def test_segments_carry_their_offset_along_the_edge(build_walkways):
    nodes, edges = build_network(build_walkways(SQUARE, {10: [1, 2, 3], 11: [4, 1]}))
    segments = index_network(nodes, edges, step_free=False).segments
    assert segments.edge.tolist() == [0, 0, 1]
    assert segments.offset_m.tolist() == [0.0, 100.0, 0.0]
    assert segments.length_m.tolist() == [100.0, 100.0, 100.0]


@st.composite
def towns(draw):
    count = draw(st.integers(2, 12))
    places = st.tuples(st.integers(0, 20), st.integers(0, 20))
    spots = draw(st.lists(places, min_size=count, max_size=count))
    nodes = {number + 1: (x * 10.0, y * 10.0) for number, (x, y) in enumerate(spots)}
    way = st.lists(st.integers(1, count), min_size=2, max_size=6)
    ways = draw(st.lists(way, min_size=1, max_size=8))
    return nodes, {number + 1: ids for number, ids in enumerate(ways)}


def without_repeats(ids):
    return [node for at, node in enumerate(ids) if at == 0 or ids[at - 1] != node]


@given(town=towns(), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_random_towns_keep_length_connections_and_order(build_walkways, town, seed):
    nodes, ways = town
    ways = {way: ids for way, ids in ways.items() if len(without_repeats(ids)) > 1}
    if not ways:
        return
    walkways = build_walkways(nodes, ways)
    walk_nodes, walk_edges = build_network(walkways)
    assert walk_edges["length_m"].sum() == pytest.approx(walkways.geometry.length.sum())
    assert np.allclose(walk_edges.geometry.length, walk_edges["length_m"])

    street = nx.Graph()
    for ids in ways.values():
        nx.add_path(street, without_repeats(ids))
    cut = nx.Graph(list(zip(walk_edges["from_node"], walk_edges["to_node"], strict=True)))
    assert set(cut) <= set(street)
    parts = {frozenset(part) & set(cut) for part in nx.connected_components(street)}
    assert parts == {frozenset(part) for part in nx.connected_components(cut)}
    by_component = walk_nodes.groupby("component_id")["node_id"].apply(frozenset)
    assert set(by_component) == parts
    lengths = walk_edges.groupby("component_id")["length_m"].sum().round(3)
    assert lengths.is_monotonic_decreasing

    shuffled = walkways.iloc[np.random.default_rng(seed).permutation(len(walkways))]
    again_nodes, again_edges = build_network(gpd.GeoDataFrame(shuffled))
    assert again_edges.equals(walk_edges)
    assert again_nodes.equals(walk_nodes)


LINE = {1: (0, 0), 2: (100, 0), 3: (140, 0), 4: (240, 0), 5: (140, 80), 6: (50, 0)}


def _stand(*node_ids):
    points = [shapely.Point(LINE[node]) for node in node_ids]
    return gpd.GeoDataFrame({"node_id": list(node_ids), "kind": "raised"}, geometry=points, crs="EPSG:25832")


def _step_free(edges):
    return dict(zip(pairs(edges), edges["step_free"], strict=True))


def test_an_obstacle_inside_an_edge_makes_it_impassable(build_walkways):
    _, edges = build_network(build_walkways(LINE, {10: [1, 6, 2], 11: [2, 3]}), _stand(6))
    assert _step_free(edges) == {(1, 2): "no", (2, 3): "yes"}
    assert edges["is_step_free"].tolist() == [False, True]


def test_an_obstacle_between_two_edges_closes_the_shorter_one(build_walkways):
    _, edges = build_network(build_walkways(LINE, {10: [1, 2], 11: [2, 3]}), _stand(2))
    assert _step_free(edges) == {(1, 2): "yes", (2, 3): "no"}


def test_an_obstacle_where_three_edges_meet_leaves_all_of_them_in_doubt(build_walkways):
    ways = {10: [2, 3], 11: [3, 4], 12: [3, 5]}
    _, edges = build_network(build_walkways(LINE, ways, steps=[12]), _stand(3))
    assert _step_free(edges) == {(2, 3): "unknown", (3, 4): "unknown", (3, 5): "no"}


def test_an_obstacle_away_from_every_way_changes_nothing(build_walkways):
    _, edges = build_network(build_walkways(LINE, {10: [1, 2]}), _stand(5))
    assert _step_free(edges) == {(1, 2): "yes"}
