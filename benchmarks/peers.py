# SPDX-License-Identifier: MIT
"""
Peers that run as processes of their own: pandana and cityseer (both AGPL), never imported elsewhere.

`python benchmarks/peers.py pandana ARRAYS.npz` reads nodes, edges and places, counts the
places within each reach of every node as the peer's documentation tells, and prints seconds
for building its network and for counting, and the sum of the counts of each reach.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import read_clock

warnings.filterwarnings("ignore")


def count_with_pandana(arrays: dict[str, np.ndarray]) -> tuple[float, float, list[int]]:
    """Return seconds for building and counting, and the sums of the counts."""
    import pandana  # noqa: PLC0415 - AGPL and optional

    reaches = arrays["reaches_m"].tolist()
    start = read_clock()
    network = pandana.Network(
        pd.Series(arrays["x"]),
        pd.Series(arrays["y"]),
        pd.Series(arrays["from_index"]),
        pd.Series(arrays["to_index"]),
        pd.DataFrame({"weight": arrays["length_m"]}),
        twoway=True,
    )
    built = read_clock()
    network.precompute(max(reaches))  # the search itself; the three counts below only add up
    network.set(pd.Series(arrays["place_node"]), name="places")
    sums = [int(network.aggregate(reach, type="count", name="places").sum()) for reach in reaches]
    return built - start, read_clock() - built, sums


def count_with_cityseer(arrays: dict[str, np.ndarray]) -> tuple[float, float, list[int]]:
    """Return seconds for building and counting, and the sums of the counts."""
    import geopandas as gpd  # noqa: PLC0415 - only this peer needs it
    import shapely  # noqa: PLC0415
    from cityseer import rustalgos  # noqa: PLC0415 - AGPL and optional
    from cityseer.metrics import layers  # noqa: PLC0415

    start = read_clock()
    network = rustalgos.graph.NetworkStructure()
    xy = np.stack([arrays["x"], arrays["y"]], axis=1)
    keys = [str(number) for number in range(len(xy))]
    for key, (x, y) in zip(keys, xy.tolist(), strict=True):
        network.add_street_node(key, x, y, live=True, weight=1.0)
    ends = np.stack([arrays["from_index"], arrays["to_index"]], axis=1)
    lines = shapely.to_wkt(shapely.linestrings(xy[ends]), rounding_precision=6)
    for (a, b), line in zip(ends.tolist(), lines.tolist(), strict=True):
        network.add_street_edge(a, b, 0, keys[a], keys[b], line)
        network.add_street_edge(b, a, 0, keys[b], keys[a], line)
    network.validate()
    network.build_edge_rtree()
    nodes = gpd.GeoDataFrame(
        {"ns_node_idx": np.arange(len(xy)), "live": True, "weight": 1.0},
        index=keys,
        geometry=shapely.points(xy),
        crs="EPSG:25832",
    )
    places = gpd.GeoDataFrame(
        {"kind": "place"},
        index=[f"p{number}" for number in range(len(arrays["place_node"]))],
        geometry=shapely.points(xy[arrays["place_node"]]),
        crs="EPSG:25832",
    )
    built = read_clock()
    reaches = [int(reach) for reach in arrays["reaches_m"]]
    counted = layers.compute_accessibilities(places, "kind", ["place"], nodes, network, distances=reaches)
    seconds = read_clock() - built
    names = [f"cc_place_{reach}_nw" for reach in reaches]
    return built - start, seconds, [int(counted[name].sum()) for name in names]


def main() -> None:
    """Run one peer and print one JSON object."""
    with np.load(Path(sys.argv[2])) as stored:
        arrays = {name: stored[name] for name in stored.files}
    count = {"pandana": count_with_pandana, "cityseer": count_with_cityseer}[sys.argv[1]]
    built_s, counted_s, sums = count(arrays)
    print(json.dumps({"built_s": built_s, "counted_s": counted_s, "sums": sums}))


if __name__ == "__main__":
    main()
