# SPDX-License-Identifier: MIT
"""Distances to every place within reach: towns one can work out on paper, and networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.reach import measure_walk_distance
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.analysis.walk_matrix import (
    count_within,
    find_nearest,
    keep_places,
    measure_walk_matrix,
)
from walk_oracle import build_oracle, towns

SNAP = {"snap_distance_m": 300.0, "scrap_length_m": 0.0}


ENGINES = ("plain", "compiled")


@pytest.fixture(params=ENGINES)
def measure(request, build_walkways):
    """Return a function: a town, homes and places to their matrix, by either engine."""

    def run(nodes, ways, homes, places, *, reach_m, **snap):  # noqa: PLR0917
        network = index_network(*build_network(build_walkways(nodes, ways)), step_free=False)
        doors = (
            snap_to_edges(np.array(xy, float).reshape(-1, 2), network, **(SNAP | snap))
            for xy in (homes, places)
        )
        return measure_walk_matrix(*doors, network, reach_m=reach_m, engine=request.param)

    return run


def list_rows(matrix):
    """Return for each point its places and distances."""
    bounds = zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    return [
        list(zip(matrix.place[a:b].tolist(), matrix.distance_m[a:b].tolist(), strict=True)) for a, b in bounds
    ]


CROSS = {1: (0, 0), 2: (500, 0), 3: (1000, 0), 4: (500, 500), 5: (500, -500)}
CROSS_WAYS = {10: [1, 2, 3], 11: [4, 2, 5]}


def test_a_cross_of_streets_lists_its_places_nearest_first(measure):
    places = [(510, 300), (1000, 0), (500, -100)]
    matrix = measure(CROSS, CROSS_WAYS, [(100, 20), (500, 500)], places, reach_m=800)
    assert list_rows(matrix) == [
        [(2, 20 + 400 + 100), (0, 20 + 400 + 300 + 10)],  # place 1 is 20 + 900 away
        [(0, 200 + 10), (2, 600)],
    ]
    assert matrix.point.tolist() == [0, 0, 1, 1]
    assert (matrix.point_count, matrix.place_count) == (2, 3)


def test_a_place_exactly_at_the_reach_is_within_it(measure):
    # 0.1 and 0.2 are no binary numbers: their sums must not decide.
    town = {1: (0, 0), 2: (0.1, 0), 3: (0.3, 0), 4: (600.3, 0)}
    for reach_m, found in ((600.3, [[(0, 600.3)]]), (600.299, [[]])):
        matrix = measure(town, {1: [1, 2], 2: [2, 3], 3: [3, 4]}, [(0, 0)], [(600.3, 0)], reach_m=reach_m)
        assert list_rows(matrix) == found


def test_across_a_railway_one_walks_over_the_only_bridge(measure):
    # A square of streets, cut by a railway between y = 200 and y = 260; the bridge is at x = 400.
    town = {
        1: (0, 0), 2: (400, 0), 3: (400, 200), 4: (0, 200),
        5: (0, 260), 6: (400, 260), 7: (400, 460), 8: (0, 460),
    }  # fmt: skip
    ways = {1: [1, 2, 3, 4, 1], 2: [5, 6, 7, 8, 5], 3: [3, 6]}
    matrix = measure(town, ways, [(100, 200)], [(100, 260), (0, 100)], reach_m=2000, snap_distance_m=20)
    assert list_rows(matrix) == [[(1, 100 + 100), (0, 300 + 60 + 300)]]


def test_places_of_another_piece_of_network_are_in_no_row(measure):
    town = CROSS | {8: (5000, 0), 9: (7000, 0)}
    homes, places = [(100, 0), (6000, 0), (3000, 900)], [(500, 0), (5000, 0)]
    matrix = measure(town, CROSS_WAYS | {12: [8, 9]}, homes, places, reach_m=1e9)
    assert list_rows(matrix) == [[(0, 400)], [(1, 1000)], []]


def test_the_shorter_of_parallel_edges_is_taken_from_both_ends(measure):
    town = {1: (0, 0), 2: (300, 0), 3: (150, 400), 8: (-200, 0), 9: (500, 0)}
    ways = {10: [1, 3, 2], 11: [1, 2], 12: [8, 1], 13: [2, 9]}
    matrix = measure(town, ways, [(-200, 0), (500, 0)], [(500, 0), (-200, 0)], reach_m=2000)
    assert list_rows(matrix) == [[(1, 0), (0, 700)], [(0, 0), (1, 700)]]


def test_two_homes_and_a_place_in_the_middle_of_one_long_edge(measure):
    town = {1: (0, 0), 2: (5000, 0)}
    matrix = measure(town, {10: [1, 2]}, [(2300, 5), (2640, 8)], [(2500, 7)], reach_m=1000)
    assert list_rows(matrix) == [[(0, 5 + 200 + 7)], [(0, 8 + 140 + 7)]]


def test_around_the_block_can_be_shorter_than_along_the_shared_edge(measure):
    town = {1: (0, 0), 2: (0, 400), 3: (100, 400), 4: (100, 0)}
    ways = {10: [1, 2, 3, 4], 11: [1, 4]}
    matrix = measure(town, ways, [(-10, 20)], [(120, 30)], reach_m=2000, snap_distance_m=50)
    assert list_rows(matrix) == [[(0, 10 + 20 + 100 + 30 + 20)]]


def test_a_place_on_a_loop_is_reached_the_shorter_way_round(measure):
    square = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 9: (-300, 0)}
    ways = {10: [1, 2, 3, 4, 1], 11: [9, 1]}
    matrix = measure(square, ways, [(-300, 0), (200, 150)], [(50, 200), (200, 150)], reach_m=2000)
    assert list_rows(matrix) == [[(0, 300 + 250), (1, 300 + 350)], [(1, 0), (0, 50 + 150)]]


def test_a_place_beyond_the_border_is_a_place_like_any_other(measure):
    matrix = measure(CROSS, CROSS_WAYS, [(900, 0)], [(0, 0), (1100, 0)], reach_m=2000)
    assert list_rows(matrix) == [[(1, 100 + 100), (0, 900)]]


def test_places_equally_far_come_by_their_position(measure):
    places = [(500, 500), (0, 0), (500, -500), (1000, 0)]
    matrix = measure(CROSS, CROSS_WAYS, [(500, 0)], places, reach_m=500)
    assert matrix.place.tolist() == [0, 1, 2, 3]
    for rank in (1, 2, 3, 4):
        nearest = find_nearest(matrix, rank=rank)
        assert nearest.place.tolist() == [rank - 1]
        assert nearest.distance_m.tolist() == [500.0]
    assert np.isinf(find_nearest(matrix, rank=5).distance_m).all()
    assert find_nearest(matrix, rank=5).place.tolist() == [-1]
    with pytest.raises(ValueError, match="1 is the nearest"):
        find_nearest(matrix, rank=0)


def test_counts_and_kinds_within_several_reaches(measure):
    town = {1: (0, 0), 2: (1000, 0)}
    places = [(100, 0), (200, 0), (300, 0), (400, 0)]
    matrix = measure(town, {1: [1, 2]}, [(0, 0), (1000, 0), (0, 5000)], places, reach_m=700)
    reaches = [400, 99, 250]
    assert count_within(matrix, reaches).tolist() == [[4, 0, 2], [0, 0, 0], [0, 0, 0]]
    assert count_within(matrix, []).shape == (3, 0)


def test_some_of_the_places_keep_their_positions(measure):
    town = {1: (0, 0), 2: (1000, 0)}
    matrix = measure(town, {1: [1, 2]}, [(0, 0), (300, 0)], [(100, 0), (200, 0), (600, 0)], reach_m=500)
    assert list_rows(keep_places(matrix, [False, True, True])) == [[(1, 200)], [(1, 100), (2, 300)]]
    assert keep_places(matrix, [False] * 3).place_count == 3
    assert list_rows(keep_places(matrix, [False] * 3)) == [[], []]


@pytest.mark.parametrize(("homes", "places"), [([], [(0, 0)]), ([(0, 0)], []), ([], [])])
def test_no_home_or_no_place_is_an_empty_matrix(measure, homes, places):
    matrix = measure(CROSS, CROSS_WAYS, homes, places, reach_m=500)
    assert list_rows(matrix) == [[]] * len(homes)
    assert count_within(matrix, [5, 10]).tolist() == [[0, 0]] * len(homes)


@pytest.mark.parametrize("engine", ENGINES)
@given(town=towns())
@settings(max_examples=30, deadline=None)
def test_every_distance_is_that_of_networkx_with_every_offset_as_a_node(build_walkways, engine, town):
    nodes, ways, home_xy, place_xy = town
    network = index_network(*build_network(build_walkways(nodes, ways)), step_free=False)
    homes, places = (snap_to_edges(xy, network, **SNAP) for xy in (home_xy, place_xy))
    oracle = build_oracle(network, homes, places)
    for reach_m in (0.0, 180.0, 600.0, 1e6):
        matrix = measure_walk_matrix(homes, places, network, reach_m=reach_m, engine=engine)
        found = dict(
            zip(
                zip(matrix.point.tolist(), matrix.place.tolist(), strict=True), matrix.distance_m, strict=True
            )
        )
        assert len(found) == len(matrix.place)
        expected = {}
        for place in np.flatnonzero(places.is_snapped).tolist():
            walks = nx.single_source_dijkstra_path_length(oracle, ("place", place))
            expected |= {(n[1], place): walk for n, walk in walks.items() if n[0] == "home" and len(n) == 2}
        # What lies within rounding of the reach itself may fall on either side of the oracle's sums.
        sure = {pair for pair, walk in expected.items() if walk <= reach_m - 1e-6}
        possible = {pair for pair, walk in expected.items() if walk <= reach_m + 1e-6}
        assert sure <= set(found) <= possible
        for pair, distance in found.items():
            assert distance == pytest.approx(expected[pair], abs=1e-6)
        assert (np.diff(matrix.distance_m)[np.diff(matrix.point) == 0] >= 0).all()
    nearest = measure_walk_distance(homes, places, network)
    assert find_nearest(matrix).place.tolist() == nearest.place.tolist()
    assert find_nearest(matrix).distance_m.tolist() == nearest.distance_m.tolist()
