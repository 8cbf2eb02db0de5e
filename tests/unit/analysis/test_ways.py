# SPDX-License-Identifier: MIT
"""One network in memory for every way of walking: what is shared, and that it changes no snap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis import snapping
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.analysis.ways import ANY_GROUND, MAYBE_STEP_FREE, STEP_FREE, lay_ways
from walk_oracle import towns

SNAP = {"snap_distance_m": 150.0, "scrap_length_m": 120.0}


def test_footings_share_the_large_arrays_and_the_tree(build_walkways):
    line = {1: (0, 0), 2: (500, 0), 3: (510, 0), 4: (900, 0), 5: (900, 400)}
    ways_of_line = {10: [1, 2], 11: [2, 3], 12: [3, 4], 13: [4, 5]}
    tables = build_network(build_walkways(line, ways_of_line, steps=[11]))
    ways = lay_ways(*tables, **SNAP)
    full, step_free = ways.index(ANY_GROUND), ways.index(STEP_FREE)
    assert step_free.network.is_usable.tolist() == [True, False, True, True]
    assert step_free.network.shapes is full.network.shapes
    assert step_free.network.length_m is full.network.length_m
    assert step_free.pieces is full.pieces
    assert ways.index(STEP_FREE) is step_free


def test_where_all_is_step_free_there_is_only_one_network(build_walkways):
    tables = build_network(build_walkways({1: (0, 0), 2: (500, 0)}, {10: [1, 2]}))
    ways = lay_ways(*tables, **SNAP)
    assert ways.index(STEP_FREE) is ways.full
    stops = ways.snap(np.array([[10.0, 5.0]]))
    assert stops.on(STEP_FREE) is stops.full


def test_a_point_on_stairs_moves_to_the_next_step_free_way(build_walkways):
    town = {1: (0, 0), 2: (500, 0), 3: (0, 40), 4: (500, 40)}
    ways = lay_ways(*build_network(build_walkways(town, {10: [1, 2], 11: [3, 4]}, steps=[10])), **SNAP)
    stops = ways.snap(np.array([[100.0, 10.0], [100.0, 35.0], [100.0, 900.0]]))
    assert stops.full.edge.tolist() == [0, 1, -1]
    assert stops.on(STEP_FREE).edge.tolist() == [1, 1, -1]
    assert stops.on(STEP_FREE).leg_m[:2].tolist() == [30.0, 5.0]
    assert stops.full.edge.tolist() == [0, 1, -1]


def test_a_street_that_becomes_a_scrap_without_stairs_gives_way_to_a_longer_one(build_walkways):
    # 100 m of path hang on the town by stairs only: without them they are a scrap.
    town = {1: (0, 0), 2: (900, 0), 3: (0, 100), 4: (0, 60), 5: (100, 60)}
    ways_of_town = {10: [1, 2], 11: [1, 4], 12: [4, 5]}
    ways = lay_ways(*build_network(build_walkways(town, ways_of_town, steps=[11])), **SNAP)
    stops = ways.snap(np.array([[90.0, 55.0]]))
    assert stops.full.edge.tolist() == [2]
    assert stops.on(STEP_FREE).edge.tolist() == [0]


def test_many_points_are_snapped_once_whoever_asks(build_walkways):
    ways = lay_ways(*build_network(build_walkways({1: (0, 0), 2: (500, 0)}, {10: [1, 2]})), **SNAP)
    many = np.stack([np.linspace(0, 500, 1000), np.ones(1000)], axis=1)
    assert ways.snap(many) is ways.snap(many.copy())
    assert ways.snap(many[:5]) is not ways.snap(many[:5])
    assert ways.snap(many + 1.0).full.leg_m[0] == 2.0


@pytest.mark.parametrize("shared_min", [0.0, 1.1])
@given(town=towns(), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_snaps_are_those_of_a_network_of_its_own(build_walkways, shared_min, town, seed):  # noqa: PLR0917
    nodes, ways_of_town, home_xy, place_xy = town
    walk_nodes, walk_edges = build_network(build_walkways(nodes, ways_of_town))
    states = np.random.default_rng(seed).choice(["yes", "no", "unknown"], len(walk_edges))
    walk_edges = walk_edges.assign(step_free=states, is_step_free=states != "no")
    xy = np.concatenate([home_xy, place_xy, home_xy + 0.5])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapping, "_SHARED_MIN", shared_min)  # always the shared tree, or never
        ways = lay_ways(walk_nodes, walk_edges.iloc[::-1], **SNAP)
        stops = ways.snap(xy)
        found = {footing: stops.on(footing) for footing in (ANY_GROUND, STEP_FREE, MAYBE_STEP_FREE)}
    for footing, allowed in ((STEP_FREE, ["yes"]), (MAYBE_STEP_FREE, ["yes", "unknown"])):
        own = walk_edges[walk_edges["step_free"].isin(allowed)]
        alone = snap_to_edges(xy, index_network(walk_nodes, own, step_free=False), **SNAP)
        ids = np.append(own["edge_id"].to_numpy(), -1)[alone.edge]
        assert found[footing].edge.tolist() == ids.tolist()  # edges are numbered by their id here
        assert np.allclose(found[footing].offset_m, alone.offset_m, atol=1e-9, equal_nan=True)
        assert np.allclose(found[footing].leg_m, alone.leg_m, atol=1e-9, equal_nan=True)
