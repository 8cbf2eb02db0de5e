# SPDX-License-Identifier: MIT
"""
Side-by-side benchmark: ours and the peers in one run, medians and ratios, memory too.

`make bench`. Whole processes are measured by the operating system's own account
(wall clock, peak memory); kernels inside this process, after one warm-up each.
Real extracts are used where `../shared/data` is there, else a scaled Musterstadt.
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import osmium
from scipy.sparse.csgraph import dijkstra

from begegnung_geo.analysis.network import WalkNetwork, build_network, index_network
from begegnung_geo.analysis.snapping import build_snap_index, snap_to_edges
from begegnung_geo.analysis.walk_search import measure_node_distance
from begegnung_geo.category_rules import list_feature_filters, read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.sample import write_sample
from begegnung_geo.sources.osm import OsmTables, read_osm
from begegnung_geo.walk_rules import read_walk_rules

PROJECT = Path(__file__).resolve().parents[1]
REAL = PROJECT.parent / "shared" / "data"
PROGRAM = Path(sys.executable).parent / "begegnung-geo"
ROUNDS = 5
PLACES = 1_400
POINTS = 70_000


def measure(call: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """Return the median wall time of a call in seconds, after one warm-up."""
    call()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure_process(arguments: list[str], *, rounds: int = 3) -> tuple[float, float]:
    """Return median wall seconds and peak MB of a command run as its own process."""
    walls, peaks = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        pid = os.posix_spawn(arguments[0], arguments, os.environ)
        _, status, usage = os.wait4(pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise RuntimeError(f"{arguments} failed")
        walls.append(time.perf_counter() - start)
        peaks.append(usage.ru_maxrss / 1024)
    return statistics.median(walls), max(peaks)


def report(name: str, ours: float, peer: float, *, peer_name: str, target: float) -> None:
    """Print one comparison: a ratio below the target is good."""
    ratio = ours / peer
    verdict = "kept" if ratio <= target else "MISSED"
    times = f"ours {ours:8.3f} s   {peer_name} {peer:8.3f} s"
    print(f"{name:<34} {times}   ratio {ratio:5.2f}  (<= {target:g}: {verdict})")


def walk_through(path: Path) -> None:
    """Let pyosmium hand every object to Python once, with node locations."""
    for _ in osmium.FileProcessor(str(path)).with_locations():
        pass


def read(path: Path) -> OsmTables:
    """Read an extract as the pipeline does."""
    config = find_config_dir()
    return read_osm(
        path,
        crs="EPSG:25832",
        clip=None,
        feature_filters=list_feature_filters(read_category_rules(config)),
        walk_rules=read_walk_rules(config / "walkways.csv"),
    )


def bench_nearest(network: WalkNetwork) -> None:
    """Nearest place for all nodes: our measure against scipy's C kernel on the same arrays."""
    rng = np.random.default_rng(1)
    xy = network.shapes.coordinates[rng.integers(0, len(network.shapes.coordinates), PLACES)]
    places = snap_to_edges(xy + 3.0, network, snap_distance_m=300, scrap_length_m=1000)
    sources = np.unique(network.from_index[places.edge[places.edge >= 0]])
    ours = measure(lambda: measure_node_distance(places, network))
    peer = measure(lambda: dijkstra(network.graph, directed=False, indices=sources, min_only=True))
    report("nearest place, all nodes", ours, peer, peer_name="scipy min_only", target=1.5)


def bench_snapping(network: WalkNetwork) -> None:
    """Snapping to edges: our index against an STRtree of the same edges."""
    import shapely  # noqa: PLC0415 - only this comparison needs it

    rng = np.random.default_rng(2)
    xy = network.shapes.coordinates[rng.integers(0, len(network.shapes.coordinates), POINTS)] + rng.normal(
        0, 25, (POINTS, 2)
    )
    lines = shapely.linestrings(
        network.shapes.coordinates,
        indices=np.repeat(np.arange(len(network.edge_id)), np.diff(network.shapes.first_coordinate)),
    )
    tree, points = shapely.STRtree(lines), shapely.points(xy)
    index = build_snap_index(network, scrap_length_m=1000)
    ours = measure(lambda: snap_to_edges(xy, index, snap_distance_m=300, scrap_length_m=1000), rounds=3)
    peer = measure(lambda: tree.query_nearest(points, max_distance=300, all_matches=False), rounds=3)
    report("snap 70,000 points to edges", ours, peer, peer_name="STRtree       ", target=0.35)


def main() -> None:
    """Run everything and print one line a comparison."""
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    print(f"{machine}; medians of {ROUNDS}")
    with tempfile.TemporaryDirectory() as scratch:
        extract = REAL / "heidelberg_streets.osm.pbf"
        if not extract.is_file():
            write_sample(Path(scratch) / "town", inhabitants=200_000)
            extract = Path(scratch) / "town" / "musterstadt.osm.pbf"
        print(f"extract: {extract.name}, {extract.stat().st_size / 1e6:.1f} MB")
        ours, peer = measure(lambda: read(extract)), measure(lambda: walk_through(extract))
        report("read the extract", ours, peer, peer_name="pyosmium walk ", target=1.5)
        walk_nodes, walk_edges = build_network(read(extract).walkways)
        network = index_network(walk_nodes, walk_edges, step_free=False)
        print(f"network: {len(walk_nodes):,} nodes, {len(walk_edges):,} edges, {PLACES:,} places")
        bench_nearest(network)
        bench_snapping(network)
        out, raw = Path(scratch) / "out", Path(scratch) / "raw"
        run = [str(PROGRAM), "run", "--quiet", "--out", str(out), "--osm"]
        wall, peak = measure_process([*run, str(extract)], rounds=1)
        print(f"{'extract to finished site':<34} {wall:.1f} s, {peak:.0f} MB  (<= 25 s, 1,500 MB)")
        wall, peak = measure_process([str(PROGRAM), "sample", "--quiet", "--out", str(raw)], rounds=1)
        site, site_peak = measure_process([*run, str(raw / "musterstadt.osm.pbf")], rounds=1)
        total = wall + site
        print(
            f"{'Musterstadt, raw files and site':<34} {total:.1f} s, {max(peak, site_peak):.0f} MB  (<= 45 s)"
        )


if __name__ == "__main__":
    main()
