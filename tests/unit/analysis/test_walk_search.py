# SPDX-License-Identifier: MIT
"""Both engines give the same numbers to the last bit, and the program runs without numba."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from begegnung_geo.analysis import walk_compiled, walk_search
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.analysis.walk_search import (
    count_places_at_nodes,
    list_walks_within,
    measure_node_distance,
    sort_walks,
)
from walk_oracle import build_oracle, towns

SNAP = {"snap_distance_m": 300.0, "scrap_length_m": 0.0}


def snap_town(build_walkways, town):
    nodes, ways, home_xy, place_xy = town
    network = index_network(*build_network(build_walkways(nodes, ways)), step_free=False)
    homes, places = (snap_to_edges(xy, network, **SNAP) for xy in (home_xy, place_xy))
    return network, homes, places


def build_large_town(*, side, place_count, seed):
    """Return a bent grid of streets with shape points as nodes (long chains), dead ends and islands."""
    rng = np.random.default_rng(seed)
    spots = np.stack(np.mgrid[:side, :side], axis=-1).reshape(-1, 2)
    xy = spots * 100.0 + rng.normal(0, 20, (side * side, 2))
    nodes = dict(enumerate(map(tuple, xy)))
    links = [(n, n + 1) for n in range(side * side - 1) if (n + 1) % side]
    links += [(n, n + side) for n in range(side * (side - 1))]
    ways, number = {}, len(nodes)
    for way, (a, b) in enumerate(links):
        if rng.random() < 0.6:
            bends = rng.integers(0, 4)
            for step in range(bends):
                nodes[number + step] = tuple(
                    xy[a] + (xy[b] - xy[a]) * (step + 1) / (bends + 1) + rng.normal(0, 3, 2)
                )
            between = [number + step for step in range(bends)]
            ways |= {
                4 * way + k: list(pair)
                for k, pair in enumerate(zip([a, *between], [*between, b], strict=True))
            }
            number += bends
    used = {node for ids in ways.values() for node in ids}
    town = {node: place for node, place in nodes.items() if node in used}
    return town, ways, rng.uniform(0, 100 * side, (80, 2)), rng.uniform(0, 100 * side, (place_count, 2))


@given(town=towns())
@settings(max_examples=40, deadline=None)
def test_both_engines_agree_to_the_last_bit(build_walkways, town):
    network, homes, places = snap_town(build_walkways, town)
    plain, compiled = (
        measure_node_distance(places, network, engine=engine) for engine in ("plain", "compiled")
    )
    assert plain.distance_m.tolist() == compiled.distance_m.tolist()
    assert plain.place.tolist() == compiled.place.tolist()
    reaches = [400.0, 0.0, 250.0, 1e6]
    plain, compiled = (
        count_places_at_nodes(places, network, reaches_m=reaches, engine=engine)
        for engine in ("plain", "compiled")
    )
    assert plain.tolist() == compiled.tolist()
    for reach_m in reaches:
        rows = [
            list_walks_within(homes, places, network, reach_m=reach_m, engine=engine)
            for engine in ("plain", "compiled")
        ]
        for part in ("indptr", "place", "distance_m"):
            assert getattr(rows[0], part).tolist() == getattr(rows[1], part).tolist()
        sort_walks(rows[0], engine="plain")
        sort_walks(rows[1], engine="compiled")
        assert rows[0].place.tolist() == rows[1].place.tolist()
        assert rows[0].distance_m.tolist() == rows[1].distance_m.tolist()


@given(town=towns())
@settings(max_examples=30, deadline=None)
def test_counts_at_nodes_are_those_of_networkx(build_walkways, town):
    network, homes, places = snap_town(build_walkways, town)
    oracle = build_oracle(network, homes, places)
    reaches = (150.0, 430.0)
    counts = count_places_at_nodes(places, network, reaches_m=reaches, engine="compiled")
    for node in range(len(network.node_id)):
        walks = (
            nx.single_source_dijkstra_path_length(oracle, ("node", node)) if ("node", node) in oracle else {}
        )
        own = [walk for key, walk in walks.items() if key[0] == "place" and len(key) == 2]
        for column, reach_m in enumerate(reaches):
            at_least, at_most = (sum(walk <= reach_m + d for walk in own) for d in (-1e-6, 1e-6))
            assert at_least <= counts[node, column] <= at_most


def test_a_larger_town_with_long_chains_agrees_too(build_walkways, monkeypatch):
    # More places than fit into one buffer, and more than one bucket ring of distances.
    monkeypatch.setattr(walk_compiled, "_BUFFER_ENTRIES", 100)
    network, homes, places = snap_town(build_walkways, build_large_town(side=45, place_count=90, seed=4))
    assert len(network.node_id) > 4000
    plain, compiled = (
        measure_node_distance(places, network, engine=engine) for engine in ("plain", "compiled")
    )
    assert plain.distance_m.tolist() == compiled.distance_m.tolist()
    assert plain.place.tolist() == compiled.place.tolist()
    assert np.isinf(plain.distance_m).any()
    for reach_m in (900.0, 5000.0):
        rows = [
            list_walks_within(homes, places, network, reach_m=reach_m, engine=engine)
            for engine in ("plain", "compiled")
        ]
        assert len(rows[0].place) > 100
        for row in rows:
            sort_walks(row, engine="compiled" if row is rows[1] else "plain")
        for part in ("indptr", "place", "distance_m"):
            assert np.array_equal(getattr(rows[0], part), getattr(rows[1], part))


def test_no_place_and_no_reach_are_no_error(build_walkways):
    network, homes, _ = snap_town(build_walkways, build_large_town(side=3, place_count=1, seed=1))
    nobody = snap_to_edges(np.zeros((0, 2)), network, **SNAP)
    for engine in ("plain", "compiled"):
        nearest = measure_node_distance(nobody, network, engine=engine)
        assert np.isinf(nearest.distance_m).all()
        assert (nearest.place == -1).all()
        assert not count_places_at_nodes(nobody, network, reaches_m=[5.0], engine=engine).any()
        assert count_places_at_nodes(homes, network, reaches_m=[], engine=engine).shape == (
            len(network.node_id),
            0,
        )
        rows = list_walks_within(homes, nobody, network, reach_m=9.0, engine=engine)
        assert rows.indptr.tolist() == [0] * 81


@pytest.mark.usefixtures("without_numba")
def test_without_numba_scipy_searches_and_asking_for_numba_says_what_to_install(build_walkways):
    network, _, places = snap_town(build_walkways, build_large_town(side=3, place_count=2, seed=1))
    assert walk_search._choose("auto", work=1e9) is walk_search.walk_plain
    assert np.isfinite(measure_node_distance(places, network).distance_m).any()
    with pytest.raises(ModuleNotFoundError, match=r"begegnung-geo\[speed\]"):
        measure_node_distance(places, network, engine="compiled")
