# SPDX-License-Identifier: MIT
"""
The networks that benchmarks run on: a real city's streets, also several side by side.

Heidelberg's walk network with every shape point as a node is what users of other tools
have (166,401 nodes); our own cuts only at junctions (31,442 nodes). For any number of
nodes whole copies are laid side by side, each tied to the next by one path, and the last
one is cut off in the east. Without `../shared/data` the streets are Musterstadt's.
"""

import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from measuring import CRS, REAL

from begegnung_geo.analysis.network import WalkNetwork, build_network, index_network
from begegnung_geo.category_rules import list_feature_filters, read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.sources.osm import OsmTables, read_osm
from begegnung_geo.walk_rules import read_walk_rules

NODES = 189_000
PLACES = 1_400
POINTS = 70_000
_GAP_M = 200.0


@dataclass(frozen=True)
class City:
    """Tables of a walk network, its places and its homes; the last two are spread over the streets."""

    walk_nodes: gpd.GeoDataFrame
    walk_edges: gpd.GeoDataFrame
    place_xy: np.ndarray
    home_xy: np.ndarray

    def index(self) -> WalkNetwork:
        """Return the arrays of the network."""
        return index_network(self.walk_nodes, self.walk_edges, step_free=False)

    @property
    def places(self) -> gpd.GeoDataFrame:
        """Return the places as a table."""
        ids = [f"place/{number:06d}" for number in range(len(self.place_xy))]
        return gpd.GeoDataFrame({"begegnungsort_id": ids}, geometry=shapely.points(self.place_xy), crs=CRS)


def find_extract(scratch: Path | None = None) -> Path:
    """Return Heidelberg's extract, or that of a Musterstadt of 200,000 people written for the purpose."""
    real = REAL / "heidelberg_streets.osm.pbf"
    if real.is_file():
        return real
    town = (scratch or Path(tempfile.gettempdir())) / "begegnung-geo-bench" / "musterstadt_200000"
    if not (town / "sources.toml").is_file():
        from begegnung_geo.sample import write_sample  # noqa: PLC0415 - only where no real extract is there

        write_sample(town, inhabitants=200_000)
    return town / "musterstadt.osm.pbf"


def read_extract(path: Path) -> OsmTables:
    """Read an extract as the pipeline does."""
    config = find_config_dir()
    return read_osm(
        path,
        crs=CRS,
        clip=None,
        feature_filters=list_feature_filters(read_category_rules(config)),
        walk_rules=read_walk_rules(config / "walkways.csv"),
    )


def read_walkways(path: Path) -> gpd.GeoDataFrame:
    """Read only the walkways of an extract."""
    rules = read_walk_rules(find_config_dir() / "walkways.csv")
    return read_osm(path, crs=CRS, clip=None, feature_filters={}, walk_rules=rules).walkways


def build_city(node_count: int = NODES, *, seed: int = 1) -> City:
    """Return a city of so many nodes, with places and homes in the proportions of the speed targets."""
    walk_nodes, walk_edges = _repeat(*_cut_at_every_vertex(read_extract(find_extract()).walkways), node_count)
    xy = shapely.get_coordinates(walk_nodes.geometry.to_numpy())
    rng = np.random.default_rng(seed)
    place_count, home_count = (round(count * node_count / NODES) for count in (PLACES, POINTS))
    return City(
        walk_nodes=walk_nodes,
        walk_edges=walk_edges,
        place_xy=xy[rng.integers(0, len(xy), place_count)] + rng.normal(0, 5, (place_count, 2)),
        home_xy=xy[rng.integers(0, len(xy), home_count)] + rng.normal(0, 25, (home_count, 2)),
    )


def build_junction_city() -> City:
    """Return the city as our own pipeline cuts it: nodes only at junctions and ends."""
    walk_nodes, walk_edges = build_network(read_extract(find_extract()).walkways)
    xy = shapely.get_coordinates(walk_nodes.geometry.to_numpy())
    rng = np.random.default_rng(1)
    return City(
        walk_nodes=walk_nodes,
        walk_edges=walk_edges,
        place_xy=xy[rng.integers(0, len(xy), PLACES)] + rng.normal(0, 5, (PLACES, 2)),
        home_xy=xy[rng.integers(0, len(xy), POINTS)] + rng.normal(0, 25, (POINTS, 2)),
    )


def _cut_at_every_vertex(walkways: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    # Every way in pieces of two vertices; only the longest connected piece stays.
    pieces = []
    for row in walkways.itertuples():
        xy = shapely.get_coordinates(row.geometry)
        pieces += [
            (row.way_id, a, b, start, end)
            for (a, b), (start, end) in zip(pairwise(row.node_ids), pairwise(xy), strict=True)
            if a != b
        ]
    way, a, b, start, end = zip(*pieces, strict=True)
    numbers = [f"way/{number}" for number in range(len(way))]
    own = walkways.drop_duplicates("way_id").set_index("way_id").loc[list(way)]
    cut = gpd.GeoDataFrame(
        own.drop(columns=["geometry", "walkway_id", "node_ids"])
        .reset_index(drop=True)
        .assign(
            walkway_id=numbers,
            way_id=np.arange(len(way)),
            node_ids=[list(pair) for pair in zip(a, b, strict=True)],
        ),
        geometry=shapely.linestrings(np.stack([np.array(start), np.array(end)], axis=1)),
        crs=walkways.crs,
    )
    walk_nodes, walk_edges = build_network(cut)
    return (
        walk_nodes[walk_nodes["component_id"] == 0].reset_index(drop=True),
        walk_edges[walk_edges["component_id"] == 0].reset_index(drop=True),
    )


def _repeat(
    walk_nodes: gpd.GeoDataFrame, walk_edges: gpd.GeoDataFrame, node_count: int
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    width = walk_nodes.total_bounds[2] - walk_nodes.total_bounds[0] + _GAP_M
    stride = int(walk_nodes["node_id"].max()) + 1
    node_parts, edge_parts = [], []
    left = node_count
    while left > 0:
        number = len(node_parts)
        nodes, edges = walk_nodes, walk_edges
        if left < len(nodes):
            nodes = nodes.iloc[np.argsort(nodes.geometry.x.to_numpy(), kind="stable")[:left]].sort_index()
            edges = edges[edges["from_node"].isin(nodes["node_id"]) & edges["to_node"].isin(nodes["node_id"])]
        node_parts.append(
            nodes.assign(node_id=nodes["node_id"] + number * stride).set_geometry(
                nodes.geometry.translate(number * width)
            )
        )
        edge_parts.append(
            edges.assign(
                from_node=edges["from_node"] + number * stride, to_node=edges["to_node"] + number * stride
            ).set_geometry(edges.geometry.translate(number * width))
        )
        if number:
            edge_parts.append(_tie(node_parts[-2], node_parts[-1], edges.iloc[:1]))
        left -= len(nodes)
    all_edges = pd.concat(edge_parts, ignore_index=True)
    all_edges = all_edges.assign(edge_id=np.arange(len(all_edges)))
    return pd.concat(node_parts, ignore_index=True), gpd.GeoDataFrame(all_edges, crs=walk_edges.crs)


def _tie(west: gpd.GeoDataFrame, east: gpd.GeoDataFrame, pattern: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    start = west.iloc[int(west.geometry.x.to_numpy().argmax())]
    end = east.iloc[int(east.geometry.x.to_numpy().argmin())]
    line = shapely.linestrings([[*start.geometry.coords, *end.geometry.coords]])
    tied = pattern.assign(from_node=start["node_id"], to_node=end["node_id"], length_m=shapely.length(line))
    return tied.set_geometry(line, crs=pattern.crs)
