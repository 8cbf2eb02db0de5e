# SPDX-License-Identifier: MIT
"""The walk network as a graph: conventions of osmnx, and the way back without loss."""

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.graphs import Network, build_graph, read_graph, split_network, tie_edited
from begegnung_geo.analysis.network import build_network
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.errors import CrsError, NetworkError, SchemaError

NODES = {number: (370_000 + 137.31 * (number % 4), 5_708_000 + 89.7 * (number // 4)) for number in range(12)}


def _draw_ways(ways):
    return {100 + number: nodes for number, nodes in enumerate(ways)}


ways_of_nodes = st.lists(
    st.lists(st.sampled_from(sorted(NODES)), min_size=2, max_size=5, unique=True), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None)
@given(ways=ways_of_nodes, odd=st.integers(0, 8))
def test_there_and_back_nothing_is_lost(build_walkways, ways, odd):
    walkways = build_walkways(NODES, _draw_ways(ways), steps=[100 + odd])
    walkways.loc[walkways.index >= odd, "name"] = None
    network = Network(*build_network(walkways))
    back = read_graph(build_graph(network))
    for ours, theirs in zip(network, back, strict=True):
        assert_geodataframe_equal(ours, theirs)
        assert list(ours.geometry.to_wkb()) == list(theirs.geometry.to_wkb())


def test_a_loop_and_two_ways_between_the_same_nodes_come_back(build_walkways):
    ways = {1: [0, 1], 2: [0, 4, 1], 3: [1, 2, 5, 1]}
    network = Network(*build_network(build_walkways(NODES, ways)))
    graph = build_graph(network)
    assert graph.number_of_edges(0, 1) == graph.number_of_edges(1, 0) == 2
    assert graph.number_of_edges(1, 1) == 2
    assert graph.nodes[1]["street_count"] == 4  # two ways to node 0, both ends of the loop
    assert_geodataframe_equal(read_graph(graph).edges, network.edges)


def test_a_graphml_file_of_osmnx_brings_everything_back(build_walkways, tmp_path):
    walkways = build_walkways(NODES, {1: [0, 1, 5], 2: [5, 9, 10], 30: [10, 11], 4: [11, 7]}, steps=[30])
    network = Network(*build_network(walkways))
    assert not network.edges["is_step_free"].all()
    ox.save_graphml(build_graph(network), tmp_path / "walks.graphml")
    back = read_graph(ox.load_graphml(tmp_path / "walks.graphml"))
    for ours, theirs in zip(network, back, strict=True):
        assert_geodataframe_equal(ours, theirs)


def test_graphs_that_lost_direction_or_metres_are_refused(build_walkways):
    graph = build_graph(Network(*build_network(build_walkways(NODES, {1: [0, 1, 5], 2: [5, 9, 10]}))))
    with pytest.raises(SchemaError, match="in one direction only"):
        read_graph(ox.convert.to_undirected(graph))
    with pytest.raises(CrsError):
        read_graph(ox.project_graph(graph, to_latlong=True))
    *_, facts = next(iter(graph.edges(data=True)))
    facts["is_step_free"] = "perhaps"
    with pytest.raises(SchemaError, match="neither True nor False"):
        read_graph(graph)


def test_every_edge_leads_from_its_node_in_the_direction_of_its_line(build_walkways):
    graph = build_graph(Network(*build_network(build_walkways(NODES, {1: [0, 1, 5], 2: [5, 9, 10]}))))
    for start, end, facts in graph.edges(data=True):
        line = facts["geometry"]
        assert line.coords[0] == pytest.approx((graph.nodes[start]["x"], graph.nodes[start]["y"]))
        assert line.coords[-1] == pytest.approx((graph.nodes[end]["x"], graph.nodes[end]["y"]))
        assert facts["length"] == pytest.approx(line.length)


def test_osmnx_and_networkx_read_it(build_walkways):
    # A square of 137.31 m x 89.7 m, its four corners joined.
    walkways = build_walkways(NODES, {1: [0, 1], 2: [1, 5], 3: [5, 4], 4: [4, 0]})
    graph = build_graph(Network(*build_network(walkways)))
    stats = ox.stats.basic_stats(ox.convert.to_undirected(graph))
    assert (stats["n"], stats["m"], stats["streets_per_node_avg"]) == (4, 4, 2.0)
    assert stats["street_length_total"] == pytest.approx(2 * (137.31 + 89.7))
    assert nx.shortest_path_length(graph, 0, 5, weight="length") == pytest.approx(137.31 + 89.7)
    assert ox.projection.is_projected(graph.graph["crs"])


def test_a_part_of_a_graph_comes_back_as_that_part(build_walkways):
    network = Network(*build_network(build_walkways(NODES, {1: [0, 1], 2: [1, 2], 3: [2, 3]})))
    graph = build_graph(network)
    graph.remove_node(3)
    part = read_graph(graph)
    assert part.nodes["node_id"].tolist() == [0, 1, 2]
    assert part.edges["way_id"].tolist() == [1, 2]


def test_a_graph_of_other_origin_is_refused():
    graph = nx.MultiDiGraph(crs="EPSG:25832")
    graph.add_node(1, x=0.0, y=0.0)
    with pytest.raises(SchemaError, match="not one that to_osmnx made") as caught:
        read_graph(graph)
    assert "component_id" in caught.value.where


def test_a_piece_of_walkway_belongs_to_the_district_of_its_middle(build_walkways):
    # Nodes 0, 1, 2 lie 137.31 m apart on one line; the border runs 20 m east of node 1.
    network = Network(*build_network(build_walkways(NODES, {1: [0, 1], 2: [1, 2], 3: [2, 3]})))
    x, y = NODES[1][0] + 20, NODES[1][1]
    halves = [shapely.box(x - 1000, y - 500, x, y + 500), shapely.box(x, y - 500, x + 150, y + 500)]
    districts = gpd.GeoDataFrame(
        {"district_id": ["1", "2"], "level": ["half", "half"]}, geometry=halves, crs=network.edges.crs
    )
    city_area = gpd.GeoDataFrame(geometry=[shapely.union_all(halves)], crs=network.edges.crs)
    parts = split_network(network, districts, level="half", city_area=city_area)
    assert {key: set(part.edges["way_id"]) for key, part in parts.items()} == {"1": {1}, "2": {2}}
    assert [len(part.nodes) for part in parts.values()] == [2, 2]  # node 1 is of both sides
    west = build_graph(parts["1"])
    assert [west.nodes[node]["street_count"] for node in (0, 1)] == [1, 2]  # no dead end at the border
    assert_geodataframe_equal(read_graph(west).edges, parts["1"].edges)


def test_a_network_that_was_not_edited_stays_as_it_is(build_walkways):
    network = Network(*build_network(build_walkways(NODES, {1: [0, 1, 5], 2: [5, 9, 10], 3: [2, 3]})))
    for ours, theirs in zip(network, tie_edited(read_graph(build_graph(network))), strict=True):
        assert_geodataframe_equal(ours, theirs)


@settings(max_examples=40, deadline=None)
@given(ways=ways_of_nodes, seed=st.integers(0, 2**16))
def test_the_pieces_of_an_edited_network_are_those_of_networkx(build_walkways, ways, seed):
    network = Network(*build_network(build_walkways(NODES, _draw_ways(ways))))
    left = network.edges.sample(frac=0.5, random_state=seed)
    nodes, edges = tie_edited(Network(network.nodes, left))
    graph = nx.MultiGraph()
    graph.add_edges_from(
        (row.from_node, row.to_node, {"length": row.geometry.length}) for row in left.itertuples()
    )
    pieces = [set(piece) for piece in nx.connected_components(graph)]
    assert {frozenset(group["node_id"]) for _, group in nodes.groupby("component_id")} == set(
        map(frozenset, pieces)
    )
    lengths = edges.groupby("component_id")["length_m"].sum().round(3).tolist()
    assert lengths == sorted(lengths, reverse=True)
    assert sum(lengths) == pytest.approx(graph.size(weight="length"), abs=0.01)


def _walk_from_home(network: Network) -> float:
    """Return the metres from a home at node 3 to a place at node 0; NaN where no way leads there."""
    points = network.nodes.set_index("node_id").geometry
    home = gpd.GeoDataFrame({"cell_id": ["h"], "persons": [1.0]}, geometry=[points[3]], crs=points.crs)
    place = gpd.GeoDataFrame({"begegnungsort_id": ["b"]}, geometry=[points[0]], crs=points.crs)
    ways = lay_ways(*network, snap_distance_m=10.0, scrap_length_m=0.0)
    return float(assign_walk_distance(home, place, ways=ways)[0]["walk_distance_m"].iloc[0])


def test_walks_are_measured_on_a_network_with_a_piece_taken_away_or_added(build_walkways):
    # 0 - 1 - 2 - 3 in a row, 137.31 m each; then without the piece in the middle; then with a way around.
    graph = build_graph(Network(*build_network(build_walkways(NODES, {1: [0, 1], 2: [1, 2], 3: [2, 3]}))))
    assert _walk_from_home(tie_edited(read_graph(graph))) == pytest.approx(3 * 137.31)
    (facts,) = (dict(facts) for u, v, facts in graph.edges(data=True) if (u, v) == (1, 2))
    graph.remove_edges_from([(1, 2), (2, 1)])
    assert np.isnan(_walk_from_home(tie_edited(read_graph(graph))))
    around = shapely.LineString([NODES[1], NODES[5], NODES[6], NODES[2]])
    added = facts | {"edge_id": 99, "osmid": -1, "length": 1.0}  # what `length` says does not count
    graph.add_edge(1, 2, **added | {"geometry": around, "reversed": False})
    graph.add_edge(2, 1, **added | {"geometry": around.reverse(), "reversed": True})
    edited = tie_edited(read_graph(graph))
    assert edited.edges.set_index("edge_id")["length_m"][99] == pytest.approx(2 * 89.7 + 137.31)
    assert _walk_from_home(edited) == pytest.approx(3 * 137.31 + 2 * 89.7)


def test_an_edge_that_does_not_lead_from_node_to_node_is_refused(build_walkways):
    network = Network(*build_network(build_walkways(NODES, {1: [0, 1], 2: [1, 2]})))
    turned = network.edges.assign(geometry=[network.edges.geometry[0].reverse(), network.edges.geometry[1]])
    with pytest.raises(SchemaError, match="1 pieces of walkway do not lead") as caught:
        tie_edited(Network(network.nodes, turned))
    assert caught.value.where == "edge_id 0"
    with pytest.raises(SchemaError, match="do not lead"):
        tie_edited(Network(network.nodes, network.edges.assign(geometry=[None, turned.geometry[1]])))
    with pytest.raises(NetworkError, match="unknown nodes"):
        tie_edited(Network(network.nodes[:2], network.edges))


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        ("edge", "edge_id", "seven"), ("edge", "way_id", None), ("edge", "length", "long"),
        ("node", "component_id", "one"), ("node", "x", "east"),
    ],
)  # fmt: skip
def test_text_where_a_number_belongs_is_told(build_walkways, *, where, name, value):
    graph = build_graph(Network(*build_network(build_walkways(NODES, {1: [0, 1, 5], 2: [5, 9, 10]}))))
    facts = next(iter(graph.edges(data=True)))[2] if where == "edge" else graph.nodes[next(iter(graph))]
    facts[name] = value
    with pytest.raises(SchemaError, match="where a number belongs"):
        read_graph(graph)


def test_an_edge_without_its_number_is_told_in_either_direction(build_walkways):
    graph = build_graph(Network(*build_network(build_walkways(NODES, {1: [0, 1, 5], 2: [5, 9, 10]}))))
    for _, _, facts in graph.edges(data=True):
        if facts["reversed"]:
            del facts["edge_id"]
    with pytest.raises(SchemaError, match="not one that to_osmnx made"):
        read_graph(graph)


@pytest.mark.parametrize("thing", ["x", None, 7])
def test_what_is_no_graph_is_refused_by_its_kind(thing: object) -> None:
    with pytest.raises(SchemaError, match=f"not {type(thing).__name__}"):
        read_graph(thing)  # type: ignore[arg-type]
