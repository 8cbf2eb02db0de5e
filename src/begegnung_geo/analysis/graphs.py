# SPDX-License-Identifier: MIT
"""The walk network as a graph of osmnx and networkx, and back without loss."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.districts import assign_district
from begegnung_geo.analysis.network import index_network
from begegnung_geo.crs import require_metric
from begegnung_geo.errors import SchemaError, format_rows

_END_OFF_M = 0.01  # a line ends at its node to the centimetre; files of graphs round positions
_OSMNX_NAMES = {"length_m": "length", "way_id": "osmid"}


class Network(NamedTuple):
    """
    The walk network of a city.

    Parameters
    ----------
    nodes
        Table `walk_nodes`: Point, metric CRS, one row a junction or end of a walkway.
    edges
        Table `walk_edges`: LineString, metric CRS, one row a piece of walkway between two nodes.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame


def split_network(
    network: Network, districts: gpd.GeoDataFrame, *, level: str, city_area: gpd.GeoDataFrame
) -> dict[str, Network]:
    """
    Return the network of each district of a level.

    Parameters
    ----------
    network
        The two tables.
    districts
        Table `districts`: MultiPolygon, the metric CRS of the network.
    level
        Level to split by.
    city_area
        Table `city_area`; what lies outside is left out.

    Returns
    -------
    networks
        `district_id` -> its network, in the order of the table. A piece of walkway belongs to the one
        district that its middle lies in, so that lengths add up to the city's; the nodes are the ends of
        these pieces, and one at a border is a node of both sides. Nodes have `street_count` in the whole
        network, as when osmnx cuts a graph: a street that goes on beyond the border is no dead end.

    Raises
    ------
    SchemaError
        If there is no district of the level.
    CrsError
        If the tables are not in the same CRS.
    """
    nodes, edges = network
    middles = edges[[]].set_geometry(edges.geometry.interpolate(0.5, normalized=True), crs=edges.crs)
    found, _ = assign_district(middles, districts, level=level, city_area=city_area, snap_distance_m=np.inf)
    district_id = found[f"district_id_{level}"]
    nodes = nodes.assign(street_count=_count_streets(network))
    networks = {}
    for own in districts.loc[districts["level"] == level, "district_id"]:
        pieces = edges[(district_id == own).fillna(value=False)]
        ends = nodes["node_id"].isin(pieces["from_node"]) | nodes["node_id"].isin(pieces["to_node"])
        networks[str(own)] = Network(nodes[ends].reset_index(drop=True), pieces.reset_index(drop=True))
    return networks


def build_graph(network: Network) -> nx.MultiDiGraph:
    """
    Return the network as a graph in the conventions of osmnx 2.

    Parameters
    ----------
    network
        The two tables.

    Returns
    -------
    graph
        A node is an OSM node id with `x`, `y` (metric CRS, see `graph.graph["crs"]`),
        `street_count` (that of the table where it has one) and `component_id`. A piece of walkway
        is two edges, one each way, with `osmid` (the way), `length` in metres, `geometry` in
        walking direction, `reversed`, `oneway` (always False), and the columns of `walk_edges`
        under their own names. A loop is two edges from its node to itself. `name` is left out
        where there is none.
    """
    nodes, edges = network
    graph = nx.MultiDiGraph(crs=edges.crs, simplified=True)
    xy = shapely.get_coordinates(nodes.geometry.to_numpy())
    street_count = nodes["street_count"] if "street_count" in nodes else _count_streets(network)
    facts = nodes.drop(columns=nodes.geometry.name).assign(x=xy[:, 0], y=xy[:, 1], street_count=street_count)
    graph.add_nodes_from((row.pop("node_id"), row) for row in facts.to_dict("records"))
    lines = edges.geometry.to_numpy()
    ways = edges.drop(columns=[edges.geometry.name, "from_node", "to_node"]).rename(columns=_OSMNX_NAMES)
    pairs = list(zip(edges["from_node"].tolist(), edges["to_node"].tolist(), strict=True))
    for is_reversed, shapes in ((False, lines), (True, shapely.reverse(lines))):
        rows = ways.assign(oneway=False, reversed=is_reversed).to_dict("records")
        graph.add_edges_from(
            (*(pair[::-1] if is_reversed else pair), _drop_null(row, shape))
            for pair, row, shape in zip(pairs, rows, shapes, strict=True)
        )
    return graph


def read_graph(graph: nx.MultiDiGraph) -> Network:
    """
    Return the tables of a graph that `build_graph` made, whole or cut down to a part.

    Parameters
    ----------
    graph
        Nodes and edges as `build_graph` names them; columns that were added stay. A piece of
        walkway is read from the edge in its own direction (`reversed` is False). Numbers and flags
        may be texts, as a GraphML file has them.

    Returns
    -------
    network
        Columns, dtypes, geometry and lengths as they were, sorted by `node_id` and `edge_id`.

    Raises
    ------
    SchemaError
        If the graph is of other origin: nodes or edges lack what the tables need, edges have lost
        the direction they are walked in, a flag is neither true nor false, or a number is none.
    CrsError
        If its coordinates are not in a metric CRS.
    """
    if not isinstance(graph, nx.MultiGraph):
        raise SchemaError(
            f"a graph is needed, not {type(graph).__name__}",
            where="graph",
            hint="hand over the networkx.MultiDiGraph of to_osmnx(), as it is or edited",
        )
    crs = graph.graph.get("crs")
    is_backward = [_read_flag(facts.get("reversed", False)) for _, _, facts in graph.edges(data=True)]
    everything = list(graph.edges(data=True))
    forward = [edge for edge, is_back in zip(everything, is_backward, strict=True) if not is_back]
    _require_ours(graph, forward)
    require_metric(crs, where="the graph")
    try:
        _require_both_ways(everything, is_backward)
        return _build_network(graph, forward)
    except (ValueError, TypeError) as error:
        raise SchemaError(
            "a node or an edge of the graph has something else where a number belongs",
            where=f"graph: {error}",
            hint="ids are whole numbers, x, y and length numbers: take the graph of to_osmnx()",
        ) from error


def _build_network(graph: nx.MultiDiGraph, forward: list[tuple[Any, Any, dict[str, Any]]]) -> Network:
    crs = graph.graph["crs"]
    nodes = pd.DataFrame([{"node_id": node, **facts} for node, facts in graph.nodes(data=True)])
    if nodes.empty:
        nodes = pd.DataFrame(columns=["node_id", "component_id", "x", "y", "street_count"], dtype="int64")
    nodes = nodes.astype(dict.fromkeys(("node_id", "component_id"), "int64"))
    nodes = nodes.sort_values("node_id", ignore_index=True)
    points = shapely.points(nodes[["x", "y"]].to_numpy(dtype=np.float64))
    rows = [{"from_node": u, "to_node": v, **facts} for u, v, facts in forward]
    columns = [*_list_edge_columns(), *sorted({name for row in rows for name in row})]
    edges = pd.DataFrame(rows, columns=list(dict.fromkeys(columns))).rename(
        columns={osmnx: ours for ours, osmnx in _OSMNX_NAMES.items()}
    )
    edges["is_step_free"] = edges["is_step_free"].map(_read_flag)
    edges = edges.drop(columns=["oneway", "reversed"], errors="ignore").astype({"edge_id": "int64"})
    edges = edges.sort_values("edge_id", ignore_index=True)
    edges = edges.astype(dict.fromkeys(("name", "highway", "step_free"), "str"))
    edges = edges.astype(
        dict.fromkeys(("edge_id", "from_node", "to_node", "component_id", "way_id"), "int64")
    ).astype({"length_m": "float64", "is_step_free": "bool"})
    return Network(
        gpd.GeoDataFrame(nodes.drop(columns=["x", "y", "street_count"]), geometry=points, crs=crs),
        gpd.GeoDataFrame(edges, geometry="geometry", crs=crs),
    )


def read_network(network: object) -> Network:
    """
    Return the tables of a graph or network.

    Raises
    ------
    SchemaError
        If it is neither, or the graph is of other origin.
    """
    if isinstance(network, Network):
        return network
    if isinstance(network, nx.MultiDiGraph):
        return read_graph(network)
    raise SchemaError(
        f"a {type(network).__name__} is no walk network",
        where="the network that was given",
        hint="give a directed graph of to_osmnx(), or its two tables as bg.Network(nodes, edges)",
    )


def tie_edited(network: Network) -> Network:
    """
    Return a network that was edited, with its connected pieces found anew.

    Parameters
    ----------
    network
        The two tables, with pieces of walkway taken away or added.

    Returns
    -------
    network
        Sorted by id; `component_id` is that of the network as it is now (0 is the longest), `length_m` that
        of the lines, which is what walks are measured by. Nodes that no walkway meets any more are left out.

    Raises
    ------
    SchemaError
        If a line does not lead from its `from_node` to its `to_node`.
    NetworkError
        If a walkway leads to a node that is not there.
    """
    nodes = network.nodes.sort_values("node_id", ignore_index=True)
    edges = network.edges.sort_values("edge_id", ignore_index=True)
    _require_ends_at_nodes(nodes, edges)
    index = index_network(nodes, edges, step_free=False)
    edges = edges.assign(component_id=index.edge_component, length_m=index.length_m)
    nodes = nodes.assign(component_id=index.node_component)
    return Network(nodes[nodes["component_id"] >= 0].reset_index(drop=True), edges)


def _require_ends_at_nodes(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> None:
    lines, points = edges.geometry.to_numpy(), gpd.GeoSeries(nodes.set_index("node_id").geometry)
    off = np.zeros(len(edges), dtype=bool)
    for vertex, column in ((0, "from_node"), (-1, "to_node")):
        is_known = edges[column].isin(points.index).to_numpy(dtype=bool)
        ends = np.array(points.reindex(edges[column]), dtype=object)
        # Not near, or no line at all: both are off. Nodes that are not there are told elsewhere.
        off |= is_known & ~(shapely.distance(shapely.get_point(lines, vertex), ends) <= _END_OFF_M)
    if off.any():
        raise SchemaError(
            f"{int(off.sum())} pieces of walkway do not lead from their first node to their second",
            where=f"edge_id {format_rows(edges['edge_id'][off].tolist())}",
            hint="give each edge a geometry from its node to the other one, in the CRS of the graph",
        )


def _count_streets(network: Network) -> pd.Series:
    """Return how many pieces of walkway meet at each node; both ends of a loop count."""
    ends = pd.concat([network.edges["from_node"], network.edges["to_node"]]).value_counts()
    return network.nodes["node_id"].map(ends).fillna(0).astype("int64")


def _list_edge_columns() -> list[str]:
    # In the order of the contract, which a graph does not keep where an attribute is left out.
    return [
        "edge_id", "from_node", "to_node", "component_id", "length", "step_free", "is_step_free",
        "highway", "name", "osmid", "geometry",
    ]  # fmt: skip


def _require_ours(graph: nx.MultiDiGraph, forward: list[tuple[Any, Any, dict[str, Any]]]) -> None:
    needed_at_edges = set(_list_edge_columns()) - {"from_node", "to_node", "name"}
    lacking = {name for _, _, facts in forward for name in needed_at_edges - set(facts)}
    lacking |= {
        name for _, facts in graph.nodes(data=True) for name in {"x", "y", "component_id"} - set(facts)
    }
    lacking |= {"edge_id" for _, _, facts in graph.edges(data=True) if "edge_id" not in facts}
    lacking |= set() if graph.graph.get("crs") else {"crs"}
    if lacking:
        raise SchemaError(
            "the graph is not one that to_osmnx made",
            where=f"attributes that are missing: {', '.join(sorted(lacking))}",
            hint="make it with to_osmnx(); a graph of osmnx lacks what the step-free walk needs",
        )


def _require_both_ways(everything: list[tuple[Any, Any, dict[str, Any]]], is_backward: list[bool]) -> None:
    """Refuse a graph that holds a piece of walkway in one direction only, as an undirected one does."""
    numbers: tuple[set[int], set[int]] = (set(), set())
    for (_, _, facts), is_back in zip(everything, is_backward, strict=True):
        numbers[is_back].add(int(facts["edge_id"]))
    if alone := numbers[0] ^ numbers[1]:
        raise SchemaError(
            f"{len(alone)} pieces of walkway have an edge in one direction only",
            where=f"edge_id {min(alone)}",
            hint="hand over the directed graph of to_osmnx(), not one that was made undirected",
        )


def _read_flag(value: object) -> bool:
    """Return a flag that may be a text, as GraphML has it."""
    text = str(value)
    if text not in ("True", "False"):
        raise SchemaError(
            f"{text[:40]!r} is neither True nor False",
            where="attribute reversed or is_step_free of an edge",
            hint="make the graph with to_osmnx()",
        )
    return text == "True"


def _drop_null(row: Mapping[Any, Any], shape: shapely.LineString) -> dict[str, Any]:
    facts = {**row, "geometry": shape}
    if not isinstance(facts.get("name"), str):
        facts.pop("name", None)
    return facts
