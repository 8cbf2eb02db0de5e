# SPDX-License-Identifier: MIT
"""Snapping to edges: by hand, and against shapely's STRtree."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.snap_compiled import find_nearest
from begegnung_geo.analysis.snapping import build_snap_index, snap_to_edges, snap_to_segments

FAR = {"snap_distance_m": 300.0, "scrap_length_m": 0.0}


@pytest.fixture
def index(build_walkways):
    def build(nodes, ways, **more):
        return index_network(*build_network(build_walkways(nodes, ways, **more)), step_free=False)

    return build


STREET = {1: (0, 0), 2: (1000, 0), 3: (1000, 500)}


def test_a_point_snaps_to_the_middle_of_a_long_edge(index):
    snaps = snap_to_edges(np.array([[430.0, 30.0]]), index(STREET, {10: [1, 2, 3]}), **FAR)
    assert snaps.edge.tolist() == [0]
    assert snaps.offset_m.tolist() == [430.0]
    assert snaps.leg_m.tolist() == [30.0]


def test_the_offset_counts_from_the_start_of_the_edge_around_its_bends(index):
    snaps = snap_to_edges(np.array([[1007.0, 100.0]]), index(STREET, {10: [1, 2, 3]}), **FAR)
    assert (snaps.offset_m[0], snaps.leg_m[0]) == (1100.0, 7.0)


def test_a_point_beyond_the_end_snaps_to_the_end(index):
    snaps = snap_to_edges(np.array([[-30.0, 40.0]]), index(STREET, {10: [1, 2]}), **FAR)
    assert (snaps.offset_m[0], snaps.leg_m[0]) == (0.0, 50.0)


def test_the_limit_itself_still_snaps_and_more_does_not(index):
    snaps = snap_to_edges(np.array([[500.0, 300.0], [500.0, 300.01]]), index(STREET, {10: [1, 2]}), **FAR)
    assert snaps.edge.tolist() == [0, -1]
    assert np.isnan(snaps.leg_m[1])
    assert np.isnan(snaps.offset_m[1])
    assert snaps.is_snapped.tolist() == [True, False]


@pytest.mark.parametrize("engine", ["plain", "compiled"])
def test_equally_near_edges_go_to_the_lowest_id(index, engine):
    two = {1: (0, 0), 2: (100, 0), 3: (0, 20), 4: (100, 20)}
    point = np.array([[50.0, 10.0]])
    assert snap_to_edges(point, index(two, {10: [1, 2], 11: [3, 4]}), **FAR, engine=engine).edge.tolist() == [
        0
    ]
    flipped = snap_to_edges(point, index(two, {10: [3, 4], 11: [1, 2]}), **FAR, engine=engine)
    assert flipped.edge.tolist() == [0]
    at_junction = index(STREET | {4: (1000, -10)}, {10: [2, 3], 11: [2, 4], 12: [1, 2]})
    assert snap_to_edges(np.array([[1000.0, 0.0]]), at_junction, **FAR, engine=engine).edge.tolist() == [0]


SCRAP = {1: (0, 0), 2: (2000, 0), 3: (500, 200), 4: (600, 200)}


def test_a_scrap_is_used_only_where_no_real_street_is_near(index):
    network = index(SCRAP, {10: [1, 2], 11: [3, 4]})
    points = np.array([[550.0, 190.0], [550.0, 310.0]])
    as_scrap = snap_to_edges(points, network, snap_distance_m=300, scrap_length_m=1000)
    assert as_scrap.edge.tolist() == [0, 1]
    assert as_scrap.leg_m.tolist() == [190.0, 110.0]
    as_street = snap_to_edges(points, network, snap_distance_m=300, scrap_length_m=100)
    assert as_street.edge.tolist() == [1, 1]


def test_the_longest_piece_is_never_a_scrap(index):
    network = index(SCRAP, {11: [3, 4]})
    snaps = snap_to_edges(np.array([[550.0, 190.0]]), network, snap_distance_m=300, scrap_length_m=1e6)
    assert snaps.edge.tolist() == [0]


def test_points_without_coordinates_stay_without_an_edge(index):
    points = gpd.GeoSeries([shapely.Point(), None, shapely.Point(500, 10)], crs="EPSG:25832")
    snaps = snap_to_edges(points, index(STREET, {10: [1, 2]}), **FAR)
    assert snaps.edge.tolist() == [-1, -1, 0]


def test_no_points_and_no_edges_are_no_error(index, build_walkways):
    network = index(STREET, {10: [1, 2]}, steps=[10])
    assert len(snap_to_edges(np.zeros((0, 2)), network, **FAR).edge) == 0
    nodes, edges = build_network(build_walkways(STREET, {10: [1, 2]}, steps=[10]))
    nothing = index_network(nodes, edges, step_free=True)
    assert snap_to_edges(np.zeros((1, 2)), nothing, **FAR).edge.tolist() == [-1]


def test_an_edge_of_zero_length_can_be_snapped_to(index):
    network = index({1: (0, 0), 2: (0, 0)}, {10: [1, 2]})
    snaps = snap_to_edges(np.array([[3.0, 4.0]]), network, **FAR)
    assert (snaps.edge[0], snaps.offset_m[0], snaps.leg_m[0]) == (0, 0.0, 5.0)


def test_given_segments_are_chosen_from_and_none_is_none(index):
    network = index(STREET, {10: [1, 2, 3]})
    points = np.array([[990.0, 100.0]] * 3)
    candidates = np.array([[0, 1], [0, -1], [-1, -1]])
    snaps = snap_to_segments(points, candidates, network, snap_distance_m=300)
    assert snaps.offset_m[:2].tolist() == [1100.0, 990.0]
    assert snaps.edge.tolist() == [0, 0, -1]


def nearest_by_tree(lines, points):
    row, edge = shapely.STRtree(lines).query_nearest(points, all_matches=True)
    distance = shapely.distance(lines[edge], points[row])
    return [
        (int(edge[row == number].min()), float(distance[row == number].min()))
        for number in range(len(points))
    ]


def build_random_town(seed, *, count=150, size=2000.0):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, size, (count, 2))
    nodes = {number: (float(x), float(y)) for number, (x, y) in enumerate(xy)}
    reach = rng.choice([50.0, 300.0, 1500.0], count)
    ways = {}
    for number in range(count):
        near = np.flatnonzero(np.hypot(*(xy - xy[number]).T) < reach[number])
        ways[number] = [number, *rng.choice(near, min(3, len(near)), replace=False).tolist()]
    return nodes, {way: ids for way, ids in ways.items() if len(set(ids)) > 1}, rng


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_nearest_edge_is_the_one_an_rtree_finds(build_walkways, seed):
    nodes, ways, rng = build_random_town(seed)
    walk_nodes, walk_edges = build_network(build_walkways(nodes, ways))
    network = index_network(walk_nodes, walk_edges, step_free=False)
    xy = np.concatenate([rng.uniform(-800, 2800, (200, 2)), network.shapes.coordinates])
    lines = walk_edges.geometry.to_numpy()
    snaps = snap_to_edges(xy, network, snap_distance_m=400, scrap_length_m=0)
    assert (snaps.offset_m[snaps.is_snapped] <= network.length_m[snaps.edge[snaps.is_snapped]]).all()
    for number, (edge, distance) in enumerate(nearest_by_tree(lines, shapely.points(xy))):
        if distance > 400:
            assert snaps.edge[number] == -1
            continue
        assert snaps.leg_m[number] == pytest.approx(distance, abs=1e-6)
        if snaps.edge[number] != edge:  # a tie that the tree decides by the last bit
            assert lines[snaps.edge[number]].distance(shapely.Point(xy[number])) == pytest.approx(
                distance, abs=2e-6
            )
        foot = lines[snaps.edge[number]].interpolate(snaps.offset_m[number])
        assert foot.distance(shapely.Point(xy[number])) == pytest.approx(distance, abs=1e-6)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_an_index_gives_what_the_network_gives_and_the_order_of_points_is_irrelevant(build_walkways, seed):
    nodes, ways, rng = build_random_town(seed, count=40)
    network = index_network(*build_network(build_walkways(nodes, ways)), step_free=False)
    xy = rng.uniform(0, 2000, (60, 2))
    snaps = snap_to_edges(xy, network, snap_distance_m=300, scrap_length_m=500)
    index = build_snap_index(network, scrap_length_m=500)
    order = rng.permutation(60)
    again = snap_to_edges(xy[order], index, snap_distance_m=300, scrap_length_m=500)
    assert np.array_equal(again.edge, snaps.edge[order])
    assert np.array_equal(again.offset_m, snaps.offset_m[order], equal_nan=True)


@given(seed=st.integers(0, 10_000), scrap_m=st.sampled_from([0.0, 500.0]))
@settings(max_examples=12, deadline=None)
def test_compiled_code_finds_the_same_to_the_last_bit(build_walkways, seed, scrap_m):
    nodes, ways, rng = build_random_town(seed)
    network = index_network(*build_network(build_walkways(nodes, ways)), step_free=False)
    index = build_snap_index(network, scrap_length_m=scrap_m)
    xy = np.concatenate(
        [rng.uniform(-800, 2800, (300, 2)), network.shapes.coordinates, [[np.nan, 5.0], [1e6, -1e6]]]
    )
    for reach_m in (60.0, 400.0, np.inf):
        plain, compiled = (
            snap_to_edges(xy, index, snap_distance_m=reach_m, scrap_length_m=scrap_m, engine=engine)
            for engine in ("plain", "compiled")
        )
        for part in ("edge", "offset_m", "leg_m"):
            assert np.array_equal(getattr(plain, part), getattr(compiled, part), equal_nan=True)


def test_compiled_code_ends_where_nothing_may_be_found(index):
    network = index(STREET, {10: [1, 2, 3]})
    cells = build_snap_index(network, scrap_length_m=0).pieces.cells
    nowhere = find_nearest(
        cells,
        network.segments,
        np.array([[500.0, 3.0]]),
        is_wanted=np.zeros(len(network.segments.edge), dtype=bool),
        reach_m=np.inf,
        tie_m=1e-6,
    )
    assert nowhere.tolist() == [-1]
