# SPDX-License-Identifier: MIT
"""Streets and paths: cuts between cells and main roads become OSM-like ways on shared nodes."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from begegnung_geo.sample.cells import Cells
from begegnung_geo.sample.plan import MARKET_SQUARE, SETTLED_MAX, Zone
from begegnung_geo.sample.roads import RoadPiece
from begegnung_geo.sample.terrain import Barriers, Flags, Floats, Ints, Objects, Tile

NO_WAY = ""
_STEP_M = 28.0
_TOUCH_M = 0.05
_MERGE_M = 2.5
_LOOK_ASIDE_M = 14.0
_OLD_HEART_M = 170.0  # around the square people walk
_BANK_PIECE = 8  # vertices of a bank path of one kind
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
class _Site:
    """What lies at each gap between two vertices."""

    dice: Floats
    kind: Objects
    fixed: Objects
    low: Ints
    high: Ints
    is_old: Flags
    to_square_m: Floats


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
    lines = _collect_lines(tile, cells, roads=roads, barriers=barriers, rng=rng)
    line, xy, is_junction = _build_vertices(lines)
    gap_line, gap_start, piece = _build_gaps(line, is_junction)
    middle, aside = _measure_gaps(xy, gap_start)
    zone_left, zone_right = _find_zones(cells, middle + aside), _find_zones(cells, middle - aside)
    low, high = np.minimum(zone_left, zone_right), np.maximum(zone_left, zone_right)
    site = _Site(
        dice=lines.dice[gap_line],
        kind=lines.kind[gap_line],
        fixed=lines.highway[gap_line],
        low=low,
        high=high,
        is_old=(low == Zone.CORE) | ((high == Zone.SQUARE) & (low <= Zone.BLOCKS)),
        to_square_m=np.hypot(*(middle - np.array(MARKET_SQUARE) * tile.km).T),
    )
    highway = _shorten_dead_ends(_agree(_choose_highway(site), piece), site, gap_line)
    return _build_ways(
        lines, line=line, xy=xy, gap_start=gap_start, highway=highway, zones=(zone_left, zone_right)
    )


def _collect_lines(
    tile: Tile, cells: Cells, *, roads: list[RoadPiece], barriers: Barriers, rng: np.random.Generator
) -> Lines:
    banks = _collect_banks(tile, barriers)
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


def _collect_banks(tile: Tile, barriers: Barriers) -> list[shapely.LineString]:
    # Both banks in pieces of some hundred metres: a path does not follow a river for ever.
    other = shapely.union_all([area for key, area in barriers.corridors.items() if key != "river"])
    edge = shapely.buffer(tile.build_domain().exterior, 3)
    bank = shapely.difference(shapely.boundary(barriers.corridors["river"]), shapely.union(other, edge))
    pieces = []
    for line in shapely.get_parts(shapely.line_merge(bank)):
        xy = shapely.get_coordinates(line)
        pieces += [
            shapely.LineString(xy[i : i + _BANK_PIECE + 1]) for i in range(0, len(xy) - 1, _BANK_PIECE)
        ]
    return pieces


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


def _choose_highway(site: _Site) -> Objects:
    """Return the kind of each gap by what lies on both sides; "" where nothing runs."""
    dice, low = site.dice, site.low
    both_settled, one_settled = site.high <= SETTLED_MAX, low <= SETTLED_MAX
    both_same = low == site.high
    is_green = (low >= Zone.PARK) & (low <= Zone.CEMETERY)
    is_public = np.isin(low, (Zone.CIVIC, Zone.SQUARE, Zone.MALL))
    rules = [
        (low == Zone.NONE, NO_WAY),
        (both_same & is_public, NO_WAY),
        (both_settled & site.is_old & (site.to_square_m < _OLD_HEART_M) & (dice < 0.7), "pedestrian"),
        (both_settled & site.is_old & (dice < 0.09), "pedestrian"),
        (both_settled & site.is_old & (dice < 0.42), "living_street"),
        (both_settled & (low == Zone.BLOCKS) & (dice < 0.08), "living_street"),
        (both_settled & (low == Zone.ROWS) & (dice < 0.1), "footway"),
        (both_settled & (low == Zone.ROWS) & (dice < 0.22), "living_street"),
        (both_settled & (low == Zone.DETACHED) & (dice < 0.07), "footway"),
        (both_settled & (low == Zone.DETACHED) & (dice < 0.2), "living_street"),
        (both_settled & (low == Zone.SLABS) & (dice < 0.3), "footway"),
        (both_settled & (low == Zone.INDUSTRY) & both_same & (dice < 0.35), "service"),
        (both_settled & (low == Zone.INDUSTRY), "unclassified"),
        (both_settled & (low == Zone.VILLAGE) & (dice < 0.3), "unclassified"),
        (both_settled | (one_settled & (dice < 0.95)), "residential"),
        (one_settled, "track"),
        (is_green & (both_same | (dice < 0.75)), "footway"),
        (both_same & (low == Zone.WOOD) & (dice < 0.8), "path"),
        (np.isin(low, (Zone.WOOD, Zone.MEADOW)) & (dice < 0.4), "path"),
        (dice < 0.42, "track"),
    ]
    highway = np.select([rule[0] for rule in rules], [rule[1] for rule in rules], default=NO_WAY).astype(
        object
    )
    bank = np.where(
        one_settled, "footway", np.where(is_green, "cycleway", np.where(dice < 0.5, "path", NO_WAY))
    )
    highway = np.where(site.kind == "bank", bank, highway)
    return np.asarray(np.where(site.fixed != "", site.fixed, highway), dtype=object)


def _shorten_dead_ends(highway: Objects, site: _Site, gap_line: Ints) -> Objects:
    """Turn the last gap of some short streets into a footway or nothing: a cul-de-sac."""
    is_last = np.ones(len(gap_line), dtype=bool)
    is_last[:-1] = gap_line[1:] != gap_line[:-1]
    gaps = np.bincount(gap_line)[gap_line]
    quiet = np.isin(site.low, (Zone.DETACHED, Zone.ROWS)) & np.isin(highway, ("residential", "living_street"))
    chosen = is_last & quiet & (gaps >= 4) & (site.dice > 0.5) & (site.dice < 0.66)
    end = np.where(site.dice < 0.6, "footway", NO_WAY)
    return np.where(chosen & (site.kind == "cut"), end, highway)


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
