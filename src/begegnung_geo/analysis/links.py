# SPDX-License-Identifier: MIT
"""New ways that a scenario lays into the walk network."""

from collections.abc import Sequence
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from begegnung_geo.errors import ConfigError
from begegnung_geo.scenario import SCENARIO_SOURCE, Link, Position
from begegnung_geo.schema import conform_table

_SAME_VERTEX_M = 0.5
_WHERE = "the scenario"


def add_links(
    walkways: gpd.GeoDataFrame, links: Sequence[Link], *, crs_of_links: str, link_join_m: float
) -> gpd.GeoDataFrame:
    """
    Return the walkways with new ways that join them at both ends.

    An end joins the nearest walkway: at its vertex where one is within half a metre, else
    at a new vertex. What a link crosses on its way it passes above or below.

    Parameters
    ----------
    walkways
        Table `walkways`: LineString, metric CRS.
    links
        New ways.
    crs_of_links
        CRS of their coordinates.
    link_join_m
        How far an end may lie from the way it joins, in metres.

    Returns
    -------
    walkways
        A copy with more vertices and rows; ids of new nodes and ways are negative.

    Raises
    ------
    ConfigError
        If an end lies farther than `link_join_m` from every walkway, a point is nowhere on
        earth, or the link has no length.
    """
    joined = walkways.reset_index(drop=True).copy()
    if not links:
        return gpd.GeoDataFrame(joined)
    rows = []
    for number, link in enumerate(sorted(links, key=lambda one: (one.name, one.line)), start=1):
        points = project_positions(list(link.line), crs_of_links, str(walkways.crs))
        _require_on_earth(points, name=link.name)
        join = partial(_join_end, name=link.name, link_join_m=link_join_m)
        joined, first, first_node = join(joined, points[0], node=-2 * number)
        joined, last, last_node = join(joined, points[-1], node=-2 * number - 1)
        inner = [shapely.get_coordinates(point)[0] for point in points]
        if shapely.distance(points[0], first) <= _SAME_VERTEX_M:
            inner = inner[1:]
        if shapely.distance(points[-1], last) <= _SAME_VERTEX_M:
            inner = inner[:-1]
        line = np.array([*shapely.get_coordinates(first), *inner, *shapely.get_coordinates(last)])
        if shapely.length(shapely.linestrings(line)) <= _SAME_VERTEX_M:
            raise ConfigError(
                f"link: {link.name[:80]!r} has no length: both ends join the network at one point",
                where=f"{_WHERE}, {points[0].x:.0f} {points[0].y:.0f} in the metric CRS",
                hint="draw the line from the way it begins at to the way it ends at",
            )
        nodes = [first_node, *(-1_000 * number - 1 - at for at in range(len(inner))), last_node]
        step_free = {True: "yes", False: "no", None: "unknown"}[link.step_free]
        rows.append(
            {
                "walkway_id": f"{SCENARIO_SOURCE}/{number}",
                "way_id": -number,
                "highway": "footway",
                "name": link.name,
                "step_free": step_free,
                "node_ids": nodes,
                "tags": "{}",
                "geometry": shapely.linestrings(line),
            }
        )
    added = gpd.GeoDataFrame(rows, geometry="geometry", crs=walkways.crs)
    everything = pd.concat([joined, added], ignore_index=True)
    return gpd.GeoDataFrame(conform_table(gpd.GeoDataFrame(everything, crs=walkways.crs), "walkways"))


def project_positions(positions: Sequence[Position], given: str, wanted: str) -> list[shapely.Point]:
    """Return the points of positions of a scenario in another CRS; infinite where it cannot place them."""
    transform = Transformer.from_crs(given, wanted, always_xy=True)
    return [shapely.Point(*transform.transform(*position)) for position in positions]


def _require_on_earth(points: Sequence[shapely.Point], *, name: str) -> None:
    """Refuse coordinates that the projection cannot place: a nearest way to them would be any way."""
    for number, point in enumerate(points, start=1):
        if not np.isfinite(shapely.get_coordinates(point)).all():
            raise ConfigError(
                f"link: {name[:80]!r} has a point that is nowhere on earth",
                where=f"{_WHERE}, point {number} of its line",
                hint="positions are longitude, latitude, unless the file says crs",
            )


def _join_end(
    walkways: gpd.GeoDataFrame, end: shapely.Point, *, name: str, node: int, link_join_m: float
) -> tuple[gpd.GeoDataFrame, shapely.Point, int]:
    """Return the walkways with a vertex where a link joins them, that point, and its node."""
    lines = walkways.geometry.to_numpy()
    row = int(walkways.sindex.nearest(end, return_all=False)[1][0])
    apart = float(shapely.distance(lines[row], end))
    if apart > link_join_m:
        raise ConfigError(
            f"link: {name[:80]!r} touches no network: an end is {apart:.0f} m from the nearest way",
            where=f"{_WHERE}, {end.x:.0f} {end.y:.0f} in the metric CRS",
            hint=f"draw both ends within {link_join_m:.0f} m of a street or path",
        )
    vertices = shapely.get_coordinates(lines[row])
    ids = [int(one) for one in walkways["node_ids"].iloc[row]]
    to_vertex = np.hypot(*(vertices - shapely.get_coordinates(end)).T)
    nearest = int(to_vertex.argmin())
    if to_vertex[nearest] <= max(apart, _SAME_VERTEX_M):
        return walkways, shapely.Point(vertices[nearest]), ids[nearest]
    along = shapely.line_locate_point(lines[row], end)
    point = shapely.line_interpolate_point(lines[row], along)
    reached = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(vertices, axis=0).T))])
    at = int(np.searchsorted(reached, along, side="right"))
    at = min(max(at, 1), len(vertices) - 1)
    changed = walkways.copy()
    geometry = lines.copy()
    geometry[row] = shapely.linestrings(np.insert(vertices, at, shapely.get_coordinates(point)[0], axis=0))
    changed = changed.set_geometry(gpd.GeoSeries(geometry, index=changed.index, crs=changed.crs))
    node_ids = changed["node_ids"].tolist()
    node_ids[row] = [*ids[:at], node, *ids[at:]]
    changed["node_ids"] = node_ids
    return changed, point, node
