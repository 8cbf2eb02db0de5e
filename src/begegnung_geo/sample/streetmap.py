# SPDX-License-Identifier: MIT
"""Streets on the map: bent into the landscape, without superfluous vertices, with their tags."""

from dataclasses import dataclass

import numpy as np
import shapely

from begegnung_geo.sample.osm import OsmTown
from begegnung_geo.sample.plan import Zone
from begegnung_geo.sample.streets import Streets
from begegnung_geo.sample.terrain import Flags, Floats, Ground, Ints, Objects, Tile

_TOLERANCE_M = 0.35
_SHORT_STEPS_M = 45.0
_STEPS_COUNT = 4
_GRADES = np.array(["grade1", "grade2", "grade3", "grade4", ""], dtype=object)
CARRIAGEWAYS = ("primary", "secondary", "tertiary", "residential", "living_street", "unclassified")


@dataclass
class StreetMap:
    """Ways over OSM nodes in the metric CRS; `node` indexes `xy`, `node_ids` and `plan_xy`."""

    xy: Floats
    plan_xy: Floats
    node_ids: Ints
    node: Ints
    start: Ints
    lines: Objects
    tags: dict[str, Objects]
    line: Ints
    zone_low: Ints
    zone_high: Ints
    crosses: Objects

    def find_nodes(self, way: int) -> Ints:
        """Return the node indices of a way."""
        return self.node[self.start[way] : self.start[way + 1]]


def build_street_map(
    streets: Streets, *, tile: Tile, ground: Ground, way_name: Objects, rng: np.random.Generator
) -> StreetMap:
    """Return the ways of a tile in the metric CRS, their nodes thinned out, with tags."""
    xy = ground.bend(streets.node_xy, tile)
    node, start = _thin_ways(xy, streets.refs, streets.start)
    used, node = np.unique(node, return_inverse=True)
    node = node.reshape(-1)
    xy = xy[used]
    index = np.repeat(np.arange(streets.count), np.diff(start))
    lines = np.asarray(shapely.linestrings(xy[node], indices=index))
    crosses = streets.lines.crosses[streets.line]
    zone_low = np.minimum(streets.zone_left, streets.zone_right)
    zone_high = np.maximum(streets.zone_left, streets.zone_right)
    street_map = StreetMap(
        xy=xy,
        plan_xy=streets.node_xy[used],
        node_ids=np.zeros(len(xy), dtype=np.int64),
        node=node,
        start=start,
        lines=lines,
        tags={},
        line=streets.line,
        zone_low=zone_low,
        zone_high=zone_high,
        crosses=crosses,
    )
    street_map.tags = _build_tags(street_map, streets, way_name=way_name, rng=rng)
    return street_map


def _thin_ways(xy: Floats, refs: Ints, start: Ints) -> tuple[Ints, Ints]:
    """Drop vertices that lie on the line between their neighbours; junctions stay."""
    way = np.repeat(np.arange(len(start) - 1), np.diff(start))
    is_end = np.zeros(len(refs), dtype=bool)
    is_end[start[:-1]] = is_end[start[1:] - 1] = True
    is_junction = (np.bincount(refs)[refs] > 1) | is_end
    # A piece runs from junction to junction; inner junctions belong to two pieces.
    repeats = np.where(is_junction & ~is_end, 2, 1)
    flat = np.repeat(np.arange(len(refs)), repeats)
    is_second = np.concatenate([[False], flat[1:] == flat[:-1]])
    is_first_of_way = np.isin(flat, start[:-1])
    piece = np.cumsum(is_second | is_first_of_way) - 1
    # The vertex number travels as height through the simplification.
    pieces = shapely.linestrings(np.column_stack([xy[refs[flat]], flat]), indices=piece)
    kept = shapely.get_coordinates(shapely.simplify(pieces, _TOLERANCE_M), include_z=True)[:, 2]
    kept_flat = np.unique(kept.astype(np.int64))
    counts = np.bincount(way[kept_flat], minlength=len(start) - 1)
    return refs[kept_flat], np.concatenate([[0], np.cumsum(counts)])


def draw_streets(
    osm: OsmTown, street_map: StreetMap, *, tile: Tile, border_nodes: dict[tuple[int, int], int]
) -> Ints:
    """Draw all ways and return their ids; nodes on the border of two tiles are shared."""
    street_map.node_ids = _add_nodes(osm, street_map, tile=tile, border_nodes=border_nodes)
    _add_obstacles(osm, street_map)
    return osm.add_ways(street_map.node_ids[street_map.node], street_map.start, street_map.tags)


def _add_nodes(
    osm: OsmTown, street_map: StreetMap, *, tile: Tile, border_nodes: dict[tuple[int, int], int]
) -> Ints:
    plan_xy, xy = street_map.plan_xy, street_map.xy
    edge = np.array([tile.half_width, tile.half_height])
    on_border = np.flatnonzero((np.abs(np.abs(plan_xy) - edge) < 0.01).any(axis=1)).tolist()
    keys = {index: (round(float(xy[index, 0]) * 2), round(float(xy[index, 1]) * 2)) for index in on_border}
    ids = np.zeros(len(xy), dtype=np.int64)
    for index, key in keys.items():
        ids[index] = border_nodes.get(key, 0)
    is_new = ids == 0
    ids[is_new] = osm.add_nodes(xy[is_new])
    border_nodes.update({key: int(ids[index]) for index, key in keys.items()})
    return ids


def _add_obstacles(osm: OsmTown, street_map: StreetMap) -> None:
    # Kerbs where some footways begin, stiles and kissing gates on some field paths: few, as on real maps.
    highway = street_map.tags["highway"]
    for kind, every, tags in (
        ("footway", 9, {"kerb": "raised", "barrier": "kerb"}),
        ("footway", 7, {"kerb": "lowered", "barrier": "kerb"}),
        ("path", 11, {"barrier": "kissing_gate"}),
        ("path", 13, {"barrier": "stile"}),
    ):
        for way in np.flatnonzero(highway == kind)[::every]:
            nodes = street_map.find_nodes(int(way))
            osm.tag_node(int(street_map.node_ids[nodes[len(nodes) // 2]]), tags)


def _build_tags(
    street_map: StreetMap, streets: Streets, *, way_name: Objects, rng: np.random.Generator
) -> dict[str, Objects]:
    dice = rng.uniform(0, 1, streets.count)
    highway = _choose_steps(streets.highway, street_map)
    bridge = np.isin(street_map.crosses, ("river", "motorway")) & (highway != "path")
    tunnel = (street_map.crosses == "railway") | ((street_map.crosses == "motorway") & (highway == "path"))
    on_foot = np.isin(highway, ("footway", "path", "pedestrian", "steps", "cycleway"))
    is_old = street_map.zone_low == Zone.CORE
    is_track, is_service = highway == "track", highway == "service"
    is_quiet = np.isin(highway, ("residential", "living_street"))
    surface = np.select(
        [is_track | (highway == "path"), is_old & (dice < 0.6), on_foot & (dice < 0.4), dice < 0.35],
        ["", "sett", "paving_stones", "asphalt"],
        default="",
    )
    return {
        "highway": highway,
        "name": np.where(np.isin(highway, ("steps",)), "", way_name).astype(object),
        "bridge": _flag(bridge, "yes"),
        "tunnel": _flag(tunnel, "yes"),
        "layer": np.where(bridge, "1", np.where(tunnel, "-1", "")).astype(object),
        "surface": surface.astype(object),
        "tracktype": np.where(is_track, _GRADES[(dice * 5).astype(int) % 5], "").astype(object),
        "access": np.where(
            is_service & (dice < 0.4), "private", np.where(is_track & (dice < 0.05), "private", "")
        ).astype(object),
        "foot": _choose_foot(highway, street_map, dice),
        "oneway": _flag(is_quiet & (dice > 0.9), "yes"),
        "maxspeed": _flag(is_quiet & (dice < 0.5), "30"),
        "lit": _flag(is_quiet & (dice > 0.4) & (dice < 0.6), "yes"),
        "wheelchair": _flag((highway == "steps"), "no"),
        "incline": _flag((highway == "steps") & (dice < 0.5), "up"),
    }


def _choose_foot(highway: Objects, street_map: StreetMap, dice: Floats) -> Objects:
    foot = np.where(highway == "cycleway", "designated", "").astype(object)
    in_green = (street_map.zone_low >= Zone.PARK) & (street_map.zone_low <= Zone.CEMETERY)
    for kind, value in (("footway", "no"), ("path", "private")):
        ways = np.flatnonzero((highway == kind) & (in_green if kind == "footway" else dice > 0.5))
        foot[ways[1:2]] = value
    return foot


def _choose_steps(highway: Objects, street_map: StreetMap) -> Objects:
    # Short alleys of the old town, and every other footway between slabs or terraces on the slope.
    length = shapely.length(street_map.lines)
    steps = highway.copy()
    on_foot = np.isin(highway, ("pedestrian", "footway", "living_street"))
    is_alley = on_foot & (length < _SHORT_STEPS_M) & (length > 8) & (street_map.zone_high <= Zone.BLOCKS)
    on_slope = (highway == "footway") & np.isin(street_map.zone_low, (Zone.SLABS, Zone.ROWS))
    steps[np.flatnonzero(is_alley)[:_STEPS_COUNT]] = "steps"
    steps[np.flatnonzero(on_slope & (street_map.zone_high <= Zone.SLABS))[::2]] = "steps"
    return steps


def _flag(flags: Flags, value: str) -> Objects:
    return np.where(flags, value, "").astype(object)
