# SPDX-License-Identifier: MIT
"""Streets, houses, landscape and boundaries of a tile drawn into the OSM file."""

from typing import Any

import numpy as np
import shapely

from begegnung_geo.sample.addresses import Addresses
from begegnung_geo.sample.buildings import Houses
from begegnung_geo.sample.cells import Cells
from begegnung_geo.sample.districts import District
from begegnung_geo.sample.osm import Member, OsmTown
from begegnung_geo.sample.plan import Zone
from begegnung_geo.sample.streets import Streets
from begegnung_geo.sample.terrain import Barriers, Flags, Floats, Ground, Ints, Objects, Tile

TOWN = "Musterstadt"
AGS = "99999000"
_RIVER_HALF_WIDTH_M = 17.0
_LANDUSE: dict[int, dict[str, str]] = {
    Zone.INDUSTRY: {"landuse": "industrial"},
    Zone.PARK: {"leisure": "park"},
    Zone.SPORTS: {"leisure": "sports_centre"},
    Zone.ALLOTMENT: {"landuse": "allotments"},
    Zone.CEMETERY: {"landuse": "cemetery"},
    Zone.WOOD: {"landuse": "forest"},
    Zone.MEADOW: {"landuse": "meadow"},
}


def draw_streets(
    osm: OsmTown,
    streets: Streets,
    *,
    tile: Tile,
    ground: Ground,
    way_name: Objects,
    border_nodes: dict[tuple[int, int], int],
) -> Objects:
    """Draw all ways; nodes on the border of two tiles are shared. Returns the lines in the metric CRS."""
    xy = ground.bend(streets.node_xy, tile)
    node_ids = _add_street_nodes(osm, streets.node_xy, xy, tile=tile, border_nodes=border_nodes)
    line = streets.lines
    crosses = line.crosses[streets.line]
    bridge = np.isin(crosses, ("river", "motorway"))
    tunnel = crosses == "railway"
    osm.add_ways(
        node_ids[streets.refs],
        streets.start,
        {
            "highway": streets.highway,
            "name": way_name,
            "bridge": _flag(bridge, "yes"),
            "tunnel": _flag(tunnel, "yes"),
            "layer": np.where(bridge, "1", np.where(tunnel, "-1", "")).astype(object),
        },
    )
    xy_ways = xy[streets.refs]
    index = np.repeat(np.arange(streets.count), np.diff(streets.start))
    return np.asarray(shapely.linestrings(xy_ways, indices=index))


def _flag(flags: Flags, value: str) -> Objects:
    return np.where(flags, value, "").astype(object)


def _add_street_nodes(
    osm: OsmTown, plan_xy: Floats, xy: Floats, *, tile: Tile, border_nodes: dict[tuple[int, int], int]
) -> Ints:
    on_border = (np.abs(np.abs(plan_xy[:, 0]) - tile.half_width) < 0.01) | (
        np.abs(np.abs(plan_xy[:, 1]) - tile.half_height) < 0.01
    )
    ids = np.zeros(len(xy), dtype=np.int64)
    known: dict[int, int] = {}
    for index in np.flatnonzero(on_border).tolist():
        key = (round(float(xy[index, 0]) * 2), round(float(xy[index, 1]) * 2))
        if key in border_nodes:
            known[index] = border_nodes[key]
    is_new = np.ones(len(xy), dtype=bool)
    is_new[list(known)] = False
    ids[is_new] = osm.add_nodes(xy[is_new])
    for index, node_id in known.items():
        ids[index] = node_id
    for index in np.flatnonzero(on_border & is_new).tolist():
        border_nodes[round(float(xy[index, 0]) * 2), round(float(xy[index, 1]) * 2)] = int(ids[index])
    return ids


def draw_houses(osm: OsmTown, houses: Houses, *, addresses: Addresses) -> Ints:
    """Draw all buildings with their addresses and return the way ids."""
    has_address = addresses.street != ""
    levels = np.where(houses.is_dwelling & (houses.levels > 0), houses.levels.astype(str).astype(object), "")
    thin = np.arange(len(levels)) % 3 != 0  # two of three have no levels, as in reality
    return osm.add_rings(
        houses.polygons,
        {
            "building": houses.kind,
            "building:levels": np.where(thin, "", levels).astype(object),
            "addr:street": addresses.street,
            "addr:housenumber": addresses.number,
            "addr:postcode": _flag(has_address, "99901"),
            "addr:city": _flag(has_address, TOWN),
        },
    )


def draw_landscape(
    osm: OsmTown, cells: Cells, blocks: Objects, *, barriers: Barriers, tile: Tile, ground: Ground
) -> None:
    """Draw river, railway, motorway and the areas of land use."""
    river = barriers.lines["river"]
    water = shapely.intersection(shapely.buffer(river, _RIVER_HALF_WIDTH_M), tile.build_domain())
    bent = ground.bend_geometries(np.array([water, *barriers.lines.values()], dtype=object), tile)
    osm.add_area(bent[0], {"natural": "water", "water": "river", "name": "Muster"})
    tags: list[dict[str, str]] = [
        {"waterway": "river", "name": "Muster"},
        {"railway": "rail"},
        {"highway": "motorway", "ref": "A 999"},
    ]
    for line, line_tags in zip(bent[1:], tags, strict=True):
        osm.add_line(shapely.get_coordinates(line), line_tags)
    for zone, landuse in _LANDUSE.items():
        chosen = np.flatnonzero(cells.zone == zone)
        if len(chosen):
            merged = shapely.union_all(blocks[chosen], grid_size=0.3)
            for part in shapely.get_parts(merged):
                osm.add_area(part, landuse)


def draw_boundaries(
    osm: OsmTown, districts: list[District], stadtbezirke: list[tuple[str, str, Any]]
) -> None:
    """Draw the administrative boundaries of the town and its Stadtbezirke."""
    town = shapely.buffer(
        shapely.union_all(shapely.buffer([d.area for d in districts], 0.6, join_style="mitre")),
        -0.6,
        join_style="mitre",
    )
    base = {"type": "boundary", "boundary": "administrative"}
    city_tags = {**base, "admin_level": "6", "name": TOWN, "de:amtlicher_gemeindeschluessel": AGS}
    osm.add_relation(_add_outline(osm, town), city_tags)
    for _, name, area in stadtbezirke:
        osm.add_relation(_add_outline(osm, area), {**base, "admin_level": "9", "name": name})


def _add_outline(osm: OsmTown, area: shapely.Geometry) -> list[Member]:
    members: list[Member] = []
    for part in shapely.get_parts(area):
        for number, ring in enumerate(shapely.get_rings(part)):
            way_id = int(osm.add_rings(np.array([shapely.Polygon(ring)], dtype=object), {})[0])
            members.append(("w", way_id, "inner" if number else "outer"))
    return members
