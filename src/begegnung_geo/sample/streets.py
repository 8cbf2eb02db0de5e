# SPDX-License-Identifier: MIT
"""Streets and paths: cuts between cells and main roads become OSM-like ways on shared nodes."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from begegnung_geo.sample.cells import Cells
from begegnung_geo.sample.plan import SETTLED_MAX, Zone
from begegnung_geo.sample.roads import RoadPiece
from begegnung_geo.sample.terrain import Barriers, Flags, Floats, Ints, Objects, Tile

NO_WAY = ""
_STEP_M = 28.0
_TOUCH_M = 0.05
_MERGE_M = 2.5
_LOOK_ASIDE_M = 14.0
_GRID = 100.0  # node identity: centimetres


@dataclass
class Lines:
    """All lines that may become ways, in plan metres."""

    geometry: Objects
    highway: Objects  # fixed value, or "" where the neighbourhood decides
    kind: Objects  # main, cut, bank
    level: Ints
    crosses: Objects
    road_name: Objects
    dice: Floats


@dataclass
class Streets:
    """Ways over nodes; `start` has one more entry than there are ways."""

    node_xy: Floats
    refs: Ints
    start: Ints
    highway: Objects
    line: Ints
    lines: Lines
    zone_left: Ints = field(repr=False)
    zone_right: Ints = field(repr=False)

    @property
    def count(self) -> int:
        """Return the number of ways."""
        return len(self.highway)


def build_streets(
    tile: Tile, cells: Cells, *, roads: list[RoadPiece], barriers: Barriers, seed: int
) -> Streets:
    """Return the ways of a tile; all of them hang together."""
    rng = np.random.default_rng([seed, tile.index, 5])
    lines = _collect_lines(cells, roads, barriers, rng=rng)
    line, xy, is_junction = _build_vertices(lines)
    gap_line, gap_start, piece = _build_gaps(line, is_junction)
    middle, aside = _measure_gaps(xy, gap_start)
    zone_left, zone_right = _find_zones(cells, middle + aside), _find_zones(cells, middle - aside)
    highway = _choose_highway(lines, gap_line, zone_left=zone_left, zone_right=zone_right)
    highway = _agree(highway, piece)
    return _build_ways(
        lines, line=line, xy=xy, gap_start=gap_start, highway=highway, zones=(zone_left, zone_right)
    )


def _collect_lines(
    cells: Cells, roads: list[RoadPiece], barriers: Barriers, *, rng: np.random.Generator
) -> Lines:
    corridors = shapely.union_all(list(barriers.corridors.values()))
    bank = shapely.difference(barriers.corridors["river"].exterior, _corridors_but(barriers, "river"))
    domain_edge = shapely.buffer(
        shapely.envelope(shapely.union_all([corridors, *cells.polygons])).exterior, 3
    )
    banks = [
        g
        for g in shapely.get_parts(shapely.line_merge(shapely.difference(bank, domain_edge)))
        if g.length > 20
    ]
    geometry = [piece.line for piece in roads] + banks + list(cells.cuts)
    kinds = ["main"] * len(roads) + ["bank"] * len(banks) + ["cut"] * len(cells.cuts)
    blank = [""] * (len(banks) + len(cells.cuts))
    return Lines(
        geometry=np.array(geometry, dtype=object),
        highway=np.array([piece.road.highway for piece in roads] + blank, dtype=object),
        kind=np.array(kinds, dtype=object),
        level=np.concatenate([np.zeros(len(roads) + len(banks), dtype=np.int64), cells.cut_level]),
        crosses=np.array([piece.crosses for piece in roads] + blank, dtype=object),
        road_name=np.array([piece.road.name for piece in roads] + blank, dtype=object),
        dice=rng.uniform(0, 1, len(geometry)),
    )


def _corridors_but(barriers: Barriers, but: str) -> shapely.Geometry:
    return shapely.union_all([area for key, area in barriers.corridors.items() if key != but])


def _build_vertices(lines: Lines) -> tuple[Ints, Floats, Flags]:
    """Return line number, coordinates and junction flag of all vertices, in order along each line."""
    dense = shapely.segmentize(lines.geometry, _STEP_M)
    xy, line = shapely.get_coordinates(dense, return_index=True)
    is_end = np.ones(len(xy), dtype=bool)
    is_end[1:-1] = (line[1:-1] != line[:-2]) | (line[1:-1] != line[2:])
    step = np.concatenate([[0.0], np.hypot(*np.diff(xy, axis=0).T)])
    step[np.concatenate([[True], line[1:] != line[:-1]])] = 0
    total = np.cumsum(step)
    first = np.flatnonzero(np.concatenate([[True], line[1:] != line[:-1]]))
    along = total - np.repeat(total[first], np.diff(np.append(first, len(xy))))

    ends = np.flatnonzero(is_end)
    tree = shapely.STRtree(dense)
    end_index, hit_line = tree.query(shapely.points(xy[ends]), predicate="dwithin", distance=_TOUCH_M)
    other = hit_line != line[ends[end_index]]
    end_index, hit_line = end_index[other], hit_line[other]
    points = xy[ends[end_index]]
    hit_along = shapely.line_locate_point(dense[hit_line], shapely.points(points))

    all_line = np.concatenate([line, hit_line])
    all_along = np.concatenate([along, hit_along])
    all_xy = np.vstack([xy, points])
    rank = np.concatenate([np.where(is_end, 2, 0), np.full(len(points), 1)])  # 0 shape, 1 junction, 2 end
    return _thin(all_line, all_along, xy=all_xy, rank=rank)


def _thin(line: Ints, along: Floats, *, xy: Floats, rank: Ints) -> tuple[Ints, Floats, Flags]:
    order = np.lexsort((rank, along, line))
    line, along, xy, rank = line[order], along[order], xy[order], rank[order]
    # The same junction may be found twice, and a shape vertex close to a junction is superfluous.
    key = np.round(xy * _GRID).astype(np.int64)
    keep = np.ones(len(line), dtype=bool)
    for before, after in ((slice(0, -1), slice(1, None)), (slice(1, None), slice(0, -1))):
        same_line = line[before] == line[after]
        close = same_line & (np.abs(along[before] - along[after]) < _MERGE_M)
        keep[after] &= ~(close & (rank[after] == 0) & (rank[before] > 0))
    line, along, xy, rank, key = line[keep], along[keep], xy[keep], rank[keep], key[keep]
    same = np.zeros(len(line), dtype=bool)
    same[1:] = (line[1:] == line[:-1]) & (key[1:] == key[:-1]).all(axis=1)
    line, xy, rank = line[~same], xy[~same], rank[~same]
    return line, xy, rank > 0


def _build_gaps(line: Ints, is_junction: Flags) -> tuple[Ints, Ints, Ints]:
    """Return line, first vertex and piece (between junctions) of each gap between two vertices."""
    start = np.flatnonzero(line[1:] == line[:-1])
    new_piece = is_junction[start] | np.concatenate([[True], line[start][1:] != line[start][:-1]])
    return line[start], start, np.cumsum(new_piece) - 1


def _measure_gaps(xy: Floats, start: Ints) -> tuple[Floats, Floats]:
    vector = xy[start + 1] - xy[start]
    length = np.maximum(np.hypot(*vector.T), 1e-9)[:, None]
    normal = np.column_stack([-vector[:, 1], vector[:, 0]]) / length
    return (xy[start] + xy[start + 1]) / 2, normal * _LOOK_ASIDE_M


def _find_zones(cells: Cells, xy: Floats) -> Ints:
    tree = shapely.STRtree(cells.polygons)
    point, cell = tree.query(shapely.points(xy), predicate="intersects")
    zone = np.full(len(xy), int(Zone.NONE))
    zone[point] = cells.zone[cell]
    return zone


def _choose_highway(lines: Lines, gap_line: Ints, *, zone_left: Ints, zone_right: Ints) -> Objects:
    dice = lines.dice[gap_line]
    low, high = np.minimum(zone_left, zone_right), np.maximum(zone_left, zone_right)
    settled_both, settled_one = high <= SETTLED_MAX, low <= SETTLED_MAX
    both_same = low == high
    is_green = (low >= Zone.PARK) & (low <= Zone.CEMETERY)
    rules = [
        (low == Zone.NONE, NO_WAY),
        (both_same & np.isin(low, (Zone.CIVIC, Zone.SQUARE, Zone.MALL)), NO_WAY),
        (settled_both & (low == Zone.CORE) & (dice < 0.22), "pedestrian"),
        (settled_both & (low == Zone.CORE) & (dice < 0.5), "living_street"),
        (settled_both & (low == Zone.BLOCKS) & (dice < 0.08), "living_street"),
        (settled_both & (low == Zone.ROWS) & (dice < 0.12), "footway"),
        (settled_both & (low == Zone.ROWS) & (dice < 0.25), "living_street"),
        (settled_both & (low == Zone.DETACHED) & (dice < 0.09), "footway"),
        (settled_both & (low == Zone.DETACHED) & (dice < 0.22), "living_street"),
        (settled_both & (low == Zone.SLABS) & (dice < 0.3), "footway"),
        (settled_both & (low == Zone.INDUSTRY) & both_same & (dice < 0.35), "service"),
        (settled_both & (low == Zone.INDUSTRY), "unclassified"),
        (settled_both & (low == Zone.VILLAGE) & (dice < 0.3), "unclassified"),
        (settled_one & (dice < 0.93), "residential"),
        (settled_one, "track"),
        (is_green & (both_same | (dice < 0.75)), "footway"),
        (both_same & (low == Zone.WOOD) & (dice < 0.8), "path"),
        (np.isin(low, (Zone.WOOD, Zone.MEADOW)) & (dice < 0.4), "path"),
        (dice < 0.42, "track"),
    ]
    highway = np.select([rule[0] for rule in rules], [rule[1] for rule in rules], default=NO_WAY).astype(
        object
    )
    is_bank = lines.kind[gap_line] == "bank"
    bank = np.where(
        settled_one, "footway", np.where(is_green, "cycleway", np.where(dice < 0.5, "path", NO_WAY))
    )
    highway = np.where(is_bank, bank, highway)
    fixed = lines.highway[gap_line]
    return np.asarray(np.where(fixed != "", fixed, highway), dtype=object)


def _agree(highway: Objects, piece: Ints) -> Objects:
    # One value between two junctions: that of the gap in its middle.
    first = np.flatnonzero(np.concatenate([[True], piece[1:] != piece[:-1]]))
    count = np.diff(np.append(first, len(piece)))
    return np.asarray(np.repeat(highway[first + count // 2], count))


def _build_ways(
    lines: Lines, *, line: Ints, xy: Floats, gap_start: Ints, highway: Objects, zones: tuple[Ints, Ints]
) -> Streets:
    keep = highway != NO_WAY
    gap_start, highway = gap_start[keep], highway[keep]
    zone_left, zone_right = zones[0][keep], zones[1][keep]
    key = np.round(xy * _GRID).astype(np.int64)
    _, first_index, node = np.unique(key, axis=0, return_index=True, return_inverse=True)
    node = node.reshape(-1)
    connected = _find_main_component(node[gap_start], node[gap_start + 1], count=len(first_index))
    gap_start, highway = gap_start[connected], highway[connected]
    zone_left, zone_right = zone_left[connected], zone_right[connected]
    is_new = np.ones(len(gap_start), dtype=bool)
    is_new[1:] = (
        (gap_start[1:] != gap_start[:-1] + 1)
        | (line[gap_start[1:]] != line[gap_start[:-1]])
        | (highway[1:] != highway[:-1])
    )
    way_first = np.flatnonzero(is_new)
    gap_count = np.diff(np.append(way_first, len(gap_start)))
    refs_vertex = np.insert(
        gap_start,
        np.append(way_first[1:], len(gap_start)),
        gap_start[np.append(way_first[1:], len(gap_start)) - 1] + 1,
    )
    refs = node[refs_vertex]
    used, refs = np.unique(refs, return_inverse=True)
    return Streets(
        node_xy=xy[first_index[used]],
        refs=refs.reshape(-1),
        start=np.concatenate([[0], np.cumsum(gap_count + 1)]),
        highway=highway[way_first],
        line=line[gap_start[way_first]],
        lines=lines,
        zone_left=zone_left[way_first + gap_count // 2],
        zone_right=zone_right[way_first + gap_count // 2],
    )


def _find_main_component(from_node: Ints, to_node: Ints, *, count: int) -> Flags:
    graph = coo_array((np.ones(len(from_node)), (from_node, to_node)), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    sizes = np.bincount(label[from_node])
    return np.asarray(label[from_node] == int(np.argmax(sizes)))
