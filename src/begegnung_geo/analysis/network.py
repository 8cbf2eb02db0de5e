# SPDX-License-Identifier: MIT
"""The walk network: walkways cut at junctions, its connected pieces, and the arrays to compute with."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from begegnung_geo.analysis.edge_shapes import EdgeShapes, Segments, build_lines, measure_length
from begegnung_geo.crs import require_known_crs, require_metric
from begegnung_geo.errors import NetworkError, SchemaError, format_rows

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_COPIED_COLUMNS = ["highway", "name", "way_id"]
_INDEXED_COLUMNS = ["edge_id", "from_node", "to_node", "step_free", "geometry"]


@dataclass(frozen=True, eq=False)
class WalkNetwork:
    """
    A walk network as flat arrays; nodes are in the order of `walk_nodes`, edges of `edge_id`.

    A step-free network has all edges too, under the same numbers; some are not usable. So
    every network of a city shares its large arrays, and a position on an edge means the same in all.

    Attributes
    ----------
    node_id
        OSM id of each node, rising.
    edge_id
        `walk_edges.edge_id` of each edge, rising.
    from_index, to_index
        Position in `node_id` of the start and end of each edge.
    length_m
        Length of each edge, summed from its coordinates in metres.
    shapes
        The course of each edge.
    is_usable
        Whether an edge may be walked in this network.
    edge_component, node_component
        Connected piece, 0 is the longest *in this network*; -1 for an edge that is not usable
        and for a node without a usable edge.
    component_length_m
        Total length of each connected piece in metres.
    graph
        Symmetric matrix of node pairs in metres, the shortest of parallel usable edges, no self
        loops. An edge of zero length is an explicit zero, which scipy's searches take as an edge.
    """

    node_id: Ints
    edge_id: Ints
    from_index: Ints
    to_index: Ints
    length_m: Floats
    shapes: EdgeShapes
    is_usable: Bools
    edge_component: Ints
    node_component: Ints
    component_length_m: Floats
    graph: csr_array

    @property
    def segments(self) -> Segments:
        """The straight pieces of all edges, in the order of edges and of their vertices."""
        return self.shapes.segments


def build_network(
    walkways: gpd.GeoDataFrame, obstacles: gpd.GeoDataFrame | None = None
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Cut walkways at their junctions and label the connected pieces.

    A way is cut at both ends and at every OSM node that two ways share or that
    one way passes twice; shape points stay inside an edge. Where lines only
    cross on the map (bridge, tunnel) there is no shared node and no junction.
    A closed way without junctions is one edge from a node to itself; parallel
    edges are kept. A way whose nodes are all the same is no walkway and has no edge.

    An obstacle inside an edge makes the edge impassable without steps. At a junction of
    two edges it stops the passage, so the shorter of the two (then the lower id)
    is impassable; at the end of a single edge, that edge. Where three or more meet it
    belongs to one of them, but nobody knows which: those that were passable are unknown.

    Parameters
    ----------
    walkways
        Table `walkways`: LineString, metric CRS, one row per walkable way.
    obstacles
        Table `obstacles`: Point, one row a node that stops those who cannot use steps; None: no
        obstacle is known.

    Returns
    -------
    walk_nodes, walk_edges
        The two tables, by `node_id` and by `edge_id`. `component_id` 0 is the
        longest connected piece; pieces equally long (to the millimetre) rank by
        their smallest node id. The order of the input rows has no influence.

    Raises
    ------
    NetworkError
        If there is no walkable way.
    SchemaError
        If a way has another number of node ids than of coordinates.
    CrsError
        If the walkways are not in a metric CRS.
    """
    _require_metric_layer(walkways)
    ways = walkways.sort_values(["way_id", "walkway_id"], kind="stable", ignore_index=True)
    way, node, xy = _flatten(ways)
    start, end = _find_cuts(way, node)
    if not len(start):
        raise NetworkError(
            "there is no walkable way",
            where="table walkways",
            hint="check that the OSM file covers the city and holds its streets (highway=*)",
        )
    node_id, first_use = np.unique(node, return_index=True)
    ends = np.searchsorted(node_id, np.stack([node[start], node[end]]))
    used, ends_flat = np.unique(ends, return_inverse=True)
    from_index, to_index = ends_flat.reshape(ends.shape)
    length_m = measure_length(xy, start, end)
    edge_component, node_component, _ = _label_components(
        from_index, to_index, length_m, node_count=len(used)
    )
    step_free = _find_step_free(
        ways["step_free"].to_numpy(dtype=object)[way[start]],
        _find_blocked(node, (start, end), length_m, obstacles=obstacles),
    )
    edges = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(start)),
            "from_node": node[start],
            "to_node": node[end],
            "component_id": edge_component,
            "length_m": length_m,
            "step_free": step_free,
            "is_step_free": step_free != "no",
        }
        | {name: ways[name].to_numpy()[way[start]] for name in _COPIED_COLUMNS},
        geometry=build_lines(xy, start, end),
        crs=walkways.crs,
    ).astype({"name": "str", "highway": "str", "step_free": "str", "is_step_free": "bool"})
    nodes = gpd.GeoDataFrame(
        {"node_id": node_id[used], "component_id": node_component},
        geometry=shapely.points(xy[first_use[used]]),
        crs=walkways.crs,
    )
    return nodes, edges


def index_network(
    walk_nodes: pd.DataFrame,
    walk_edges: gpd.GeoDataFrame,
    *,
    step_free: bool,
    with_unknown: bool = False,
) -> WalkNetwork:
    """
    Return the arrays of a walk network for snapping and searching.

    Parameters
    ----------
    walk_nodes
        Table `walk_nodes`, with its geometry or without.
    walk_edges
        Table `walk_edges`: LineString, metric CRS.
    step_free
        Only the edges that are step-free as far as anybody knows (`step_free` is `yes`);
        connected pieces are then found anew, as stairs left out may cut a piece in two.
    with_unknown
        Take the edges nobody knows about as step-free, too.

    Returns
    -------
    network
        Lengths are those of the geometry as stored, so that offsets along an edge
        add up to its length exactly. A network without edges is allowed.

    Raises
    ------
    NetworkError
        If an edge leads to a node that is not in `walk_nodes`.
    """
    edges = walk_edges[_INDEXED_COLUMNS].sort_values("edge_id", kind="stable")
    node_id = np.sort(walk_nodes["node_id"].to_numpy(dtype=np.int64))
    lines = edges.geometry.to_numpy()
    counts = shapely.get_num_coordinates(lines).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    shapes = EdgeShapes(coordinates=shapely.get_coordinates(lines), first_coordinate=first)
    allowed = (["yes", "unknown"] if with_unknown else ["yes"]) if step_free else None
    return _tie_network(
        node_id=node_id,
        edge_id=edges["edge_id"].to_numpy(dtype=np.int64, copy=True),  # not a view of the whole table
        from_index=_find_nodes(node_id, edges["from_node"]),
        to_index=_find_nodes(node_id, edges["to_node"]),
        length_m=measure_length(shapes.coordinates, first[:-1], first[1:] - 1),
        shapes=shapes,
        is_usable=edges["step_free"].isin(allowed).to_numpy(dtype=bool)
        if allowed
        else np.ones(len(edges), dtype=bool),
    )


def restrict_network(network: WalkNetwork, is_usable: npt.ArrayLike) -> WalkNetwork:
    """
    Return the network with only some of its edges usable; everything else is shared.

    Parameters
    ----------
    network
        A network.
    is_usable
        One answer an edge; an edge that is not usable in `network` stays so.
    """
    return _tie_network(
        node_id=network.node_id,
        edge_id=network.edge_id,
        from_index=network.from_index,
        to_index=network.to_index,
        length_m=network.length_m,
        shapes=network.shapes,
        is_usable=network.is_usable & np.asarray(is_usable, dtype=bool),
    )


def _tie_network(
    *,
    node_id: Ints,
    edge_id: Ints,
    from_index: Ints,
    to_index: Ints,
    length_m: Floats,
    shapes: EdgeShapes,
    is_usable: Bools,
) -> WalkNetwork:
    start, end, length = from_index[is_usable], to_index[is_usable], length_m[is_usable]
    usable_component, node_component, component_length_m = _label_components(
        start, end, length, node_count=len(node_id)
    )
    edge_component = np.full(len(edge_id), -1, dtype=np.int64)
    edge_component[is_usable] = usable_component
    return WalkNetwork(
        node_id=node_id,
        edge_id=edge_id,
        from_index=from_index,
        to_index=to_index,
        length_m=length_m,
        shapes=shapes,
        is_usable=is_usable,
        edge_component=edge_component,
        node_component=node_component,
        component_length_m=component_length_m,
        graph=_build_graph(start, end, length, node_count=len(node_id)),
    )


def _require_metric_layer(walkways: gpd.GeoDataFrame) -> None:
    require_metric(require_known_crs(walkways, name="table walkways"), where="table walkways")


def _flatten(ways: gpd.GeoDataFrame) -> tuple[Ints, Ints, Floats]:
    # One row a vertex: position of the way, node id, coordinate. Repeats in a row are one vertex.
    counts = ways["node_ids"].map(len).to_numpy(dtype=np.int64)
    lines = ways.geometry.to_numpy()
    wrong = np.flatnonzero(counts != shapely.get_num_coordinates(lines))
    if len(wrong):
        raise SchemaError(
            "walkways have another number of node ids than of coordinates",
            where=f"table walkways, rows {format_rows(ways['walkway_id'].iloc[wrong].tolist())}",
            hint="read the OSM file again with `make clean` and `make maps`",
        )
    way = np.repeat(np.arange(len(ways)), counts)
    node = np.fromiter(chain.from_iterable(ways["node_ids"]), dtype=np.int64, count=int(counts.sum()))
    is_repeat = np.zeros(len(way), dtype=bool)
    is_repeat[1:] = (way[1:] == way[:-1]) & (node[1:] == node[:-1])
    return way[~is_repeat], node[~is_repeat], shapely.get_coordinates(lines)[~is_repeat]


def _find_cuts(way: Ints, node: Ints) -> tuple[Ints, Ints]:
    # First and last vertex of each edge, as positions in the flat arrays.
    is_first = np.ones(len(way), dtype=bool)
    is_first[1:] = way[1:] != way[:-1]
    is_last = np.roll(is_first, -1)
    _, node_number, uses = np.unique(node, return_inverse=True, return_counts=True)
    cuts = np.flatnonzero(is_first | is_last | (uses[node_number] > 1))
    start, end = cuts[:-1], cuts[1:]
    is_edge = way[start] == way[end]
    return start[is_edge], end[is_edge]


def _find_blocked(
    node: Ints, cuts: tuple[Ints, Ints], length_m: Floats, *, obstacles: gpd.GeoDataFrame | None
) -> tuple[Bools, Bools]:
    # Which edges an obstacle makes impassable, and which it makes doubtful.
    start, end = cuts
    is_obstacle = np.isin(node, [] if obstacles is None else obstacles["node_id"].to_numpy())
    before = np.concatenate([[0], np.cumsum(is_obstacle)])
    is_blocked = before[end] - before[start + 1] > 0
    is_doubtful = np.zeros(len(start), dtype=bool)
    edge = np.concatenate([np.arange(len(start))] * 2)
    vertex = np.concatenate([start, end])
    edge, at = edge[is_obstacle[vertex]], node[vertex[is_obstacle[vertex]]]
    order = np.lexsort((edge, length_m[edge], at))
    edge, at = edge[order], at[order]
    _, first, counts = np.unique(at, return_index=True, return_counts=True)
    is_passage = counts <= 2  # noqa: PLR2004 - one or two edges meet: the obstacle stands between them
    is_blocked[edge[first[is_passage]]] = True
    is_doubtful[edge[np.repeat(~is_passage, counts)]] = True
    return is_blocked, is_doubtful


def _find_step_free(of_way: npt.NDArray[Any], obstructed: tuple[Bools, Bools]) -> npt.NDArray[Any]:
    is_blocked, is_doubtful = obstructed
    doubted = np.where(is_doubtful & (of_way == "yes"), "unknown", of_way)
    return np.where(is_blocked, "no", doubted)


def _label_components(
    from_index: Ints, to_index: Ints, length_m: Floats, *, node_count: int
) -> tuple[Ints, Ints, Floats]:
    # Longest first; equal lengths (to the millimetre) by the smallest node. Lone nodes get -1.
    if not node_count:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    pairs = coo_array((np.ones(len(from_index)), (from_index, to_index)), shape=(node_count, node_count))
    count, label = connected_components(pairs, directed=False)
    total: Floats = np.bincount(label[from_index], weights=length_m, minlength=count).astype(np.float64)
    has_edge = np.bincount(label[from_index], minlength=count) > 0
    first_node = np.unique(label, return_index=True)[1]
    order = np.lexsort((first_node, -np.round(total, 3), ~has_edge))
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    rank[~has_edge] = -1
    node_component = rank[label]
    return node_component[from_index], node_component, total[order][: int(has_edge.sum())]


def _find_nodes(node_id: Ints, wanted: pd.Series) -> Ints:
    ids = wanted.to_numpy(dtype=np.int64)
    position = np.searchsorted(node_id, ids)
    inside = np.minimum(position, max(len(node_id) - 1, 0))
    is_missing = np.ones(len(ids), dtype=bool) if not len(node_id) else node_id[inside] != ids
    if is_missing.any():
        raise NetworkError(
            "edges of the walk network lead to unknown nodes",
            where=f"tables walk_nodes and walk_edges, nodes {format_rows(ids[is_missing].tolist())}",
            hint="the two tables are of different runs; rebuild them with `make clean` and `make maps`",
        )
    return position.astype(np.int64)


def _build_graph(from_index: Ints, to_index: Ints, length_m: Floats, *, node_count: int) -> csr_array:
    low, high = np.minimum(from_index, to_index), np.maximum(from_index, to_index)
    order = np.lexsort((length_m, high, low))
    order = order[(low != high)[order]]
    low, high, length = low[order], high[order], length_m[order]
    is_first = np.ones(len(low), dtype=bool)
    is_first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, length = low[is_first], high[is_first], length[is_first]
    # 32 bits are enough for nodes, and what scipy and the compiled searches read.
    rows, columns = (np.concatenate(pair).astype(np.int32) for pair in ((low, high), (high, low)))
    weights = np.concatenate([length, length])
    return coo_array((weights, (rows, columns)), shape=(node_count, node_count)).tocsr()
