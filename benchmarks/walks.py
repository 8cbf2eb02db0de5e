# SPDX-License-Identifier: MIT
"""
Searches on the walk network: nearest place of every node, and places within three reaches.

All engines get the same nodes, edges and places (places stand at nodes, so that engines
without places inside edges answer the same question), and their answers are compared.
"""

import importlib.util
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
from cities import City, build_city, build_junction_city
from measuring import Options, Result, measure_in_turn, measure_process, read_options, tell
from scipy.sparse.csgraph import dijkstra

from begegnung_geo.analysis.network import WalkNetwork
from begegnung_geo.analysis.snapping import Snaps, snap_to_edges
from begegnung_geo.analysis.walk_search import count_places_at_nodes, measure_node_distance

REACHES_M = (400.0, 800.0, 1250.0)
SCIPY_BATCH = 32


def stand_at_nodes(city: City, network: WalkNetwork) -> tuple[Snaps, np.ndarray]:
    """Return places that stand at the ends of their edges, and those nodes."""
    snaps = snap_to_edges(city.place_xy, network, snap_distance_m=300, scrap_length_m=0)
    edge = snaps.edge[snaps.is_snapped]
    count = len(edge)
    return Snaps(edge, np.zeros(count), np.zeros(count), np.zeros(count, np.int64)), network.from_index[edge]


def count_with_scipy(network: WalkNetwork, place_node: np.ndarray) -> np.ndarray:
    """Return how many places each node has within each reach, by dense batches of scipy's search."""
    counts = np.zeros((len(network.node_id), len(REACHES_M)), dtype=np.int32)
    for first in range(0, len(place_node), SCIPY_BATCH):
        walks = dijkstra(network.graph, indices=place_node[first : first + SCIPY_BATCH], limit=REACHES_M[-1])
        for column, reach in enumerate(REACHES_M):
            counts[:, column] += (walks <= reach).sum(axis=0)
    return counts


def bench_nearest(
    label: str, network: WalkNetwork, places: Snaps, place_node: np.ndarray, options: Options
) -> None:
    """Nearest place for all nodes against scipy's C code and networkx."""
    sources = np.unique(place_node)
    calls: list[Callable[[], object]] = [
        lambda: measure_node_distance(places, network, engine="compiled"),
        lambda: measure_node_distance(places, network, engine="plain"),
        lambda: dijkstra(network.graph, directed=False, indices=sources, min_only=True),
        lambda: dijkstra(network.graph, directed=True, indices=sources, min_only=True),
    ]
    compiled, plain, undirected, directed = measure_in_turn(calls, rounds=options.rounds * 3)
    scipy_s = min(undirected, directed)
    name = f"nearest place, {label}"
    tell(Result("walks", name, compiled, "s", "scipy min_only", scipy_s, 1.0))
    tell(
        Result(
            "walks",
            f"{name}, without numba",
            plain,
            "s",
            "scipy min_only",
            scipy_s,
            note="with the place's name",
        )
    )
    graph = nx.from_scipy_sparse_array(network.graph)
    found: dict[int, float] = {}

    def search() -> None:
        found.update(nx.multi_source_dijkstra_path_length(graph, set(sources.tolist())))

    (networkx_s,) = measure_in_turn([search], rounds=1 if options.is_quick else 2)
    tell(Result("walks", name, compiled, "s", "networkx", networkx_s, 1 / 30))
    ours = measure_node_distance(places, network, engine="compiled").distance_m
    theirs = np.full(len(ours), np.inf)
    theirs[list(found)] = list(found.values())
    assert np.allclose(ours, theirs, atol=1e-6), "the engines do not agree"


def bench_counts(
    label: str, network: WalkNetwork, places: Snaps, place_node: np.ndarray, options: Options
) -> None:
    """Places within three reaches of every node against scipy, pandana and cityseer."""
    calls: list[Callable[[], object]] = [
        lambda: count_places_at_nodes(places, network, reaches_m=REACHES_M, engine="compiled"),
        lambda: count_places_at_nodes(places, network, reaches_m=REACHES_M, engine="plain"),
        lambda: count_with_scipy(network, place_node),
    ]
    compiled, plain, scipy_s = measure_in_turn(calls, rounds=1 if options.is_quick else 3)
    name = f"places within 3 reaches, {label}"
    tell(Result("walks", name, compiled, "s", "scipy batches", scipy_s, 0.5))
    tell(Result("walks", f"{name}, without numba", plain, "s", "scipy batches", scipy_s))
    counts = count_places_at_nodes(places, network, reaches_m=REACHES_M, engine="compiled")
    assert np.array_equal(counts, count_with_scipy(network, place_node)), "the engines do not agree"
    with tempfile.TemporaryDirectory() as scratch:
        arrays = Path(scratch) / "arrays.npz"
        write_arrays(arrays, network, place_node)
        for peer in ("pandana", "cityseer"):
            bench_peer(peer, name, arrays, compiled, counts.sum(axis=0), options)


def bench_peer(peer: str, name: str, arrays: Path, ours_s: float, sums: np.ndarray, options: Options) -> None:
    """Run a peer in a process of its own; where it takes too long, its time is a lower bound."""
    if importlib.util.find_spec(peer) is None:
        print(f"{peer} is not installed (pip install -e '.[bench]'): left out")
        return
    command = [sys.executable, Path(__file__).with_name("peers.py"), peer, arrays]
    try:
        _, _, text = measure_process(command, patience_s=options.patience_s)
    except TimeoutError:
        tell(
            Result(
                "walks",
                name,
                ours_s,
                "s",
                peer,
                options.patience_s,
                1 / 50,
                is_at_least=True,
                note="given up",
            )
        )
        return
    except RuntimeError as error:
        print(f"{peer} failed: {str(error)[-600:]}")
        return
    # A peer's C++ code prints too, and its lines may come before or after, or on the same one.
    answer, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    apart = np.abs(np.array(answer["sums"]) / sums - 1).max()
    note = f"network built in {answer['built_s']:.1f} s; counts {apart:.2%} apart"
    tell(Result("walks", name, ours_s, "s", peer, answer["counted_s"], 1 / 50, note=note))


def write_arrays(path: Path, network: WalkNetwork, place_node: np.ndarray) -> None:
    """Write what the peers read: nodes, the shortest edge of each pair of nodes, places."""
    graph = network.graph.tocoo()
    is_once = graph.coords[0] < graph.coords[1]
    xy = np.zeros((len(network.node_id), 2))
    xy[network.from_index] = network.shapes.coordinates[network.shapes.first_coordinate[:-1]]
    xy[network.to_index] = network.shapes.coordinates[network.shapes.first_coordinate[1:] - 1]
    np.savez(
        path,
        x=xy[:, 0],
        y=xy[:, 1],
        from_index=graph.coords[0][is_once].astype(np.int64),
        to_index=graph.coords[1][is_once].astype(np.int64),
        length_m=graph.data[is_once],
        place_node=place_node,
        reaches_m=np.array(REACHES_M),
    )


def main(options: Options) -> None:
    """Compare on every shape point as a node, and on junctions only, as our pipeline has it."""
    for city in (build_city(), build_junction_city()):
        network = city.index()
        places, place_node = stand_at_nodes(city, network)
        label = f"{len(network.node_id):,} nodes"
        print(f"{label}, {network.graph.nnz // 2:,} edges, {len(place_node):,} places")
        bench_nearest(label, network, places, place_node, options)
        bench_counts(label, network, places, place_node, options)


if __name__ == "__main__":
    main(read_options())
