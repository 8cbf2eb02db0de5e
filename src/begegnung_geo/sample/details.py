# SPDX-License-Identifier: MIT
"""What makes a walk network hard: sidewalks, squares, private drives, short cuts, a lone scrap."""

from itertools import pairwise

import numpy as np
import shapely

from begegnung_geo.sample.buildings import Houses
from begegnung_geo.sample.cells import Cells
from begegnung_geo.sample.osm import OsmTown
from begegnung_geo.sample.plan import FOOT_CROSSINGS, GREENS, FootCrossing, Zone
from begegnung_geo.sample.streetmap import CARRIAGEWAYS, StreetMap
from begegnung_geo.sample.terrain import (
    CORRIDOR_HALF_WIDTH_M,
    Barriers,
    Floats,
    Ground,
    Ints,
    Objects,
    Tile,
    to_points,
)

_SIDEWALK_OFFSET_M = 6.5
_DRIVE_MAX_M = 60.0
_TOUCH_M = 0.08
_MIN_CROSS_M = 60.0
_CARRIAGEWAY_OFFSET_M = 9.0
_RAMP_ALONG_M = 330.0
_LANDING_MAX_M = 420.0
_LANDING_TRIES = 40
_LANDING_RIM_M = 2.0
_RAMP_ROAD_M = 75.0
_BETWEEN_BLOCKS = {Zone.SLABS: 2, Zone.PARK: 1, Zone.CEMETERY: 1, Zone.CIVIC: 1, Zone.SPORTS: 1}


def draw_details(
    osm: OsmTown,
    street_map: StreetMap,
    *,
    cells: Cells,
    blocks: Objects,
    houses: Houses,
    barriers: Barriers,
    tile: Tile,
    ground: Ground,
) -> None:
    """Draw everything on foot that is not a street between two blocks."""
    walls = shapely.union_all(ground.bend_geometries(np.array(list(barriers.corridors.values())), tile))
    _draw_square(osm, street_map, cells)
    _draw_short_cuts(osm, street_map, cells=cells, blocks=blocks, houses=houses)
    _draw_drives(osm, street_map, houses=houses, walls=walls)
    _draw_scrap(osm, tile, ground)
    _draw_foot_crossings(osm, street_map, barriers=barriers, tile=tile, ground=ground)


def prepare_sidewalks(street_map: StreetMap, *, road_name: str) -> int | None:
    """Choose the way that gets sidewalks of its own and say so on it; None where none fits."""
    count = np.diff(street_map.start)
    length = shapely.length(street_map.lines)
    fits = (street_map.tags["name"] == road_name) & (street_map.crosses == "") & (count >= 4) & (length > 120)
    if not fits.any():
        return None
    way = int(np.argmin(np.where(fits, np.abs(length - 700), np.inf)))
    foot, sidewalk = street_map.tags["foot"], np.full(len(street_map.lines), "", dtype=object)
    foot[way], sidewalk[way] = "use_sidepath", "separate"
    street_map.tags["sidewalk"] = sidewalk
    return way


def draw_sidewalks(osm: OsmTown, street_map: StreetMap, way: int) -> None:
    """Draw a sidewalk on both sides of a road, tied to every junction by a crossing."""
    nodes = street_map.find_nodes(way)
    xy = street_map.xy[nodes]
    ahead = np.gradient(xy, axis=0)
    normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None] * _SIDEWALK_OFFSET_M
    left, right = osm.add_nodes(xy + normal), osm.add_nodes(xy - normal)
    walk = {"highway": "footway", "footway": "sidewalk", "surface": "paving_stones"}
    osm.add_way(left, walk)
    osm.add_way(right, walk)
    uses = np.bincount(street_map.node, minlength=len(street_map.xy))
    is_end = np.isin(np.arange(len(nodes)), (0, len(nodes) - 1))
    for index in np.flatnonzero((uses[nodes] > 1) | is_end).tolist():
        middle = int(street_map.node_ids[nodes[index]])
        osm.tag_node(middle, {"highway": "crossing", "crossing": "traffic_signals"})
        osm.add_way(
            [int(left[index]), middle, int(right[index])], {"highway": "footway", "footway": "crossing"}
        )


def _find_rim(street_map: StreetMap, polygon: shapely.Polygon, tree: shapely.STRtree) -> Ints:
    """Return the street nodes on the edge of a cell, in order around it."""
    found = tree.query(polygon.exterior, predicate="dwithin", distance=_TOUCH_M)
    along = shapely.line_locate_point(polygon.exterior, shapely.points(street_map.plan_xy[found]))
    return np.asarray(found[np.argsort(along, kind="stable")])


def _draw_square(osm: OsmTown, street_map: StreetMap, cells: Cells) -> None:
    tree = shapely.STRtree(to_points(street_map.plan_xy))
    for cell in np.flatnonzero(cells.zone == Zone.SQUARE).tolist():
        rim = _find_rim(street_map, cells.polygons[cell], tree)
        if len(rim) < 3:
            continue
        ids = street_map.node_ids[rim].tolist()
        tags = {"highway": "pedestrian", "area": "yes", "name": "Marktplatz", "surface": "sett"}
        osm.add_way([*ids, ids[0]], tags)
        fountain = shapely.get_coordinates(shapely.point_on_surface(shapely.Polygon(street_map.xy[rim])))[0]
        osm.add_node(fountain, {"amenity": "fountain", "name": "Marktbrunnen"})


def _draw_short_cuts(
    osm: OsmTown, street_map: StreetMap, *, cells: Cells, blocks: Objects, houses: Houses
) -> None:
    # Footpaths through greens and between slabs, from one side of the block to the other.
    tree = shapely.STRtree(to_points(street_map.plan_xy))
    built = shapely.STRtree(houses.polygons)
    for zone, wanted in _BETWEEN_BLOCKS.items():
        for cell in np.flatnonzero(cells.zone == zone).tolist():
            rim = _find_rim(street_map, cells.polygons[cell], tree)
            for number in range(wanted if len(rim) >= 4 else 0):
                first = rim[number * len(rim) // (2 * wanted)]
                last = rim[(number * len(rim) // (2 * wanted) + len(rim) // 2) % len(rim)]
                _draw_path(osm, street_map, (int(first), int(last)), block=blocks[cell], built=built)


def _draw_path(
    osm: OsmTown,
    street_map: StreetMap,
    nodes: tuple[int, int],
    *,
    block: shapely.Geometry,
    built: shapely.STRtree,
) -> None:
    start, end = street_map.xy[nodes[0]], street_map.xy[nodes[1]]
    aside = np.array([start[1] - end[1], end[0] - start[0]]) * 0.06
    inner = np.array([start + (end - start) / 3 + aside, start + (end - start) * 2 / 3 + aside])
    line = shapely.LineString([start, *inner, end])
    is_inside = shapely.contains(shapely.buffer(block, 2.0), line)
    if line.length < _MIN_CROSS_M or not is_inside or len(built.query(line, predicate="intersects")):
        return
    ids = osm.add_nodes(inner).tolist()
    refs = [int(street_map.node_ids[nodes[0]]), *ids, int(street_map.node_ids[nodes[1]])]
    osm.add_way(refs, {"highway": "footway"})


def _draw_drives(osm: OsmTown, street_map: StreetMap, *, houses: Houses, walls: shapely.Geometry) -> None:
    """Draw a service way from the street to the door of each hall and farm; some are private."""
    halls = np.flatnonzero(np.isin(houses.kind, ("industrial", "warehouse", "farm")))
    nodes = np.unique(street_map.node[np.repeat(_is_drivable(street_map), np.diff(street_map.start))])
    if not len(halls) or not len(nodes):
        return
    tree = shapely.STRtree(to_points(street_map.xy[nodes]))
    found, hit = tree.query_nearest(
        shapely.points(houses.front[halls]), max_distance=_DRIVE_MAX_M, all_matches=False
    )
    drives = shapely.linestrings(np.stack([street_map.xy[nodes[hit]], houses.front[halls[found]]], axis=1))
    is_free = ~np.asarray(shapely.intersects(drives, walls))
    found, hit = found[is_free], hit[is_free]
    doors = osm.add_nodes(houses.front[halls[found]])
    refs = np.column_stack([street_map.node_ids[nodes[hit]], doors]).ravel()
    is_private = (np.arange(len(found)) % 3 == 0) | (houses.kind[halls[found]] == "farm")
    osm.add_ways(
        refs,
        np.arange(0, len(refs) + 1, 2),
        {
            "highway": np.full(len(found), "service", dtype=object),
            "service": np.full(len(found), "driveway", dtype=object),
            "access": np.where(is_private, "private", "").astype(object),
        },
    )


def _is_drivable(street_map: StreetMap) -> Objects:
    return np.asarray(np.isin(street_map.tags["highway"], CARRIAGEWAYS))


def _draw_foot_crossings(
    osm: OsmTown, street_map: StreetMap, *, barriers: Barriers, tile: Tile, ground: Ground
) -> None:
    """Draw the bridges and tunnels for people on foot, from the nearest way on one side to the other."""
    walls = shapely.union_all(list(barriers.corridors.values()))
    for crossing in FOOT_CROSSINGS:
        ends = _find_crossing(crossing, barriers, tile)
        near = [_find_landing(street_map, end, walls) for end in ends]
        if None in near:
            continue
        first, last = (int(node) for node in osm.add_nodes(ground.bend(ends, tile)))
        span = {"tunnel": "yes", "layer": "-1"} if crossing.is_tunnel else {"bridge": "yes", "layer": "1"}
        kind = "path" if crossing.approach == "path" else "footway"
        osm.add_way([first, last], {"highway": kind, "name": crossing.name, **span})
        for landing, end in zip(near, (first, last), strict=True):
            osm.add_way([int(street_map.node_ids[landing]), end], _find_approach_tags(crossing))


def _find_crossing(crossing: FootCrossing, barriers: Barriers, tile: Tile) -> Floats:
    """Return both ends of the way straight across a barrier, in plan metres."""
    line = barriers.lines[crossing.barrier]
    along = shapely.line_locate_point(line, shapely.Point(crossing.x * tile.km, crossing.y * tile.km))
    steps = along + np.array([-5.0, 0.0, 5.0])
    before, middle, after = shapely.get_coordinates(shapely.line_interpolate_point(line, steps))
    ahead = (after - before) / np.hypot(*(after - before))
    across = np.array([-ahead[1], ahead[0]]) * (CORRIDOR_HALF_WIDTH_M[crossing.barrier] + 1.0)
    return np.array([middle - across, middle + across])


def _find_landing(street_map: StreetMap, end: Floats, walls: shapely.Geometry) -> int | None:
    """Return the nearest street node that can be reached without crossing a barrier."""
    distance = np.hypot(*(street_map.plan_xy - end).T)
    nearest = np.argsort(distance, kind="stable")[:_LANDING_TRIES]
    nearest = nearest[(distance[nearest] < _LANDING_MAX_M) & (distance[nearest] > 0)]
    inner = shapely.buffer(walls, -_LANDING_RIM_M)
    for node in nearest.tolist():
        if not shapely.intersects(shapely.LineString([end, street_map.plan_xy[node]]), inner):
            return int(node)
    return None


def _find_approach_tags(crossing: FootCrossing) -> dict[str, str]:
    if crossing.approach == "steps":
        return {"highway": "steps", "wheelchair": "no", "handrail": "yes"}
    return {"highway": crossing.approach}


def _draw_scrap(osm: OsmTown, tile: Tile, ground: Ground) -> None:
    # A nature trail in the wood that no way leads to.
    wood = next(green for green in GREENS if green.name == "Sonnenholz")
    centre = np.array([wood.x, wood.y]) * tile.km
    star = np.array([(0.0, 0.0), (60.0, 10.0), (75.0, 55.0), (20.0, 80.0), (-40.0, 45.0)])
    ids = osm.add_nodes(ground.bend(centre + star, tile)).tolist()
    osm.add_way(ids, {"highway": "path", "name": "Waldlehrpfad"})
    osm.add_way([ids[-1], ids[0]], {"highway": "path"})
    osm.add_way([ids[1], ids[3]], {"highway": "footway"})


def draw_motorway(
    osm: OsmTown, street_map: StreetMap, *, barriers: Barriers, tile: Tile, ground: Ground
) -> None:
    """Draw two carriageways with their bridges, and the ramps of the one junction."""
    cuts = np.array([barriers.corridors["river"], barriers.corridors["railway"]], dtype=object)
    below = shapely.union_all(ground.bend_geometries(cuts, tile))
    line = ground.bend_geometries(np.array([barriers.lines["motorway"]], dtype=object), tile)[0]
    line = shapely.simplify(line, 0.5)
    for offset in (_CARRIAGEWAY_OFFSET_M, -_CARRIAGEWAY_OFFSET_M):
        side = shapely.offset_curve(line, offset)
        _draw_carriageway(osm, side, below)
        _draw_ramps(
            osm,
            street_map,
            side,
            is_left=offset > 0,
            below=below,
            reach_m=_RAMP_ALONG_M * min(1.0, tile.scale),
        )


def _draw_carriageway(osm: OsmTown, line: shapely.LineString, below: shapely.Geometry) -> None:
    cuts = shapely.get_coordinates(shapely.intersection(line, shapely.boundary(below)))
    xy = np.vstack([shapely.get_coordinates(line), cuts])
    along = np.asarray(shapely.line_locate_point(line, to_points(xy)))
    xy = xy[np.argsort(along, kind="stable")]
    middle = (xy[1:] + xy[:-1]) / 2
    on_bridge = np.asarray(shapely.contains_xy(below, middle[:, 0], middle[:, 1]))
    ids = osm.add_nodes(xy)
    ends = [0, *(np.flatnonzero(on_bridge[1:] != on_bridge[:-1]) + 1).tolist(), len(on_bridge)]
    tags = {"highway": "motorway", "ref": "A 999", "oneway": "yes", "lanes": "2"}
    for start, end in pairwise(ends):
        bridge = {"bridge": "yes", "layer": "1"} if on_bridge[start] else {}
        osm.add_way(ids[start : end + 1], {**tags, **bridge})


def _draw_ramps(
    osm: OsmTown,
    street_map: StreetMap,
    carriageway: shapely.LineString,
    *,
    is_left: bool,
    below: shapely.Geometry,
    reach_m: float,
) -> None:
    over = np.flatnonzero((street_map.crosses == "motorway") & (street_map.tags["highway"] == "primary"))
    road = np.flatnonzero((street_map.crosses == "") & (street_map.tags["highway"] == "primary"))
    for way in over[:1].tolist():
        crossing = shapely.intersection(street_map.lines[way], carriageway)
        if shapely.is_empty(crossing):
            continue
        centre = shapely.get_coordinates(crossing)[0]
        nodes = np.unique(np.concatenate([street_map.find_nodes(w) for w in road.tolist()]))
        along = shapely.line_locate_point(carriageway, shapely.Point(centre))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(carriageway, along + 5.0))[0] - centre
        outward = np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead) * (1 if is_left else -1)
        aside = (street_map.xy[nodes] - centre) @ outward
        joint = int(nodes[int(np.argmin(np.abs(aside - _RAMP_ROAD_M)))])
        for step in (-reach_m, reach_m):
            leave = shapely.get_coordinates(shapely.line_interpolate_point(carriageway, along + step))[0]
            _draw_ramp(osm, street_map, joint=joint, leave=leave, below=below)


def _draw_ramp(
    osm: OsmTown, street_map: StreetMap, *, joint: int, leave: Floats, below: shapely.Geometry
) -> None:
    end = street_map.xy[joint]
    corner = (leave + end) / 2 + (end - leave)[::-1] * 0.12
    t = np.linspace(0, 1, 6)[:, None]
    curve = (1 - t) ** 2 * leave + 2 * t * (1 - t) * corner + t**2 * end
    if shapely.intersects(shapely.LineString(curve), below):
        return
    ids = osm.add_nodes(curve[:-1]).tolist()
    tags = {"highway": "motorway_link", "oneway": "yes"}
    osm.add_way([*ids, int(street_map.node_ids[joint])], tags)
