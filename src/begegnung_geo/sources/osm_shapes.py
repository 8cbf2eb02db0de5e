# SPDX-License-Identifier: MIT
"""Lines, polygons and multipolygons from the ways and relations of an OSM file, in metres."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from begegnung_geo.crs import WGS84
from begegnung_geo.sources.osm_objects import Floats, Ints, OsmObjects, parse_member_ways

Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

_RING_NODES_MIN = 4  # three corners and the first one again


@dataclass(frozen=True)
class WayPieces:
    """
    The drawable pieces of all ways; a way is cut where nodes are missing.

    Piece i belongs to way `way_rows[i]`, is its `numbers[i]`-th piece (from 0) and
    has the nodes `offsets[i]` to `offsets[i + 1]` of `refs` and `xy` (metric CRS).
    `first_pieces` holds each way's first piece, -1 where none is left; `missing`
    counts each way's missing nodes.
    """

    way_rows: Ints
    numbers: Ints
    offsets: Ints
    refs: Ints
    xy: Floats
    first_pieces: Ints
    missing: Ints

    def select_nodes(self, pieces: Ints) -> tuple[Ints, Ints]:
        """Return the positions in `refs` of the nodes of some pieces, and how many each has."""
        counts = self.offsets[pieces + 1] - self.offsets[pieces]
        starts = np.concatenate([[0], np.cumsum(counts)])
        nodes = np.arange(starts[-1]) + np.repeat(self.offsets[pieces] - starts[:-1], counts)
        return nodes, counts

    def draw_lines(self, pieces: Ints) -> Geometries:
        """Return one LineString a piece."""
        nodes, counts = self.select_nodes(pieces)
        owners = np.repeat(np.arange(len(pieces)), counts)
        return np.asarray(shapely.linestrings(self.xy[nodes], indices=owners), dtype=object)

    def draw_polygons(self, pieces: Ints) -> Geometries:
        """Return one Polygon a piece; the pieces must be closed."""
        nodes, counts = self.select_nodes(pieces)
        owners = np.repeat(np.arange(len(pieces)), counts)
        rings = shapely.linearrings(self.xy[nodes], indices=owners)
        return np.asarray(shapely.polygons(rings), dtype=object)

    def flag_closed(self) -> Bools:
        """Return whether each piece is a whole way that ends where it starts."""
        firsts, lasts = self.offsets[:-1], self.offsets[1:] - 1
        is_ring = (self.refs[firsts] == self.refs[lasts]) & (lasts - firsts >= _RING_NODES_MIN - 1)
        return np.asarray(is_ring & (self.missing[self.way_rows] == 0))


def build_projection(crs: CRS | str) -> Transformer:
    """Return the conversion from longitude/latitude to the metric CRS."""
    return Transformer.from_crs(WGS84, CRS.from_user_input(crs), always_xy=True)


def build_way_pieces(objects: OsmObjects, projection: Transformer) -> WayPieces:
    """
    Return the drawable pieces of all ways.

    A node that the file lacks, or that cannot be projected, cuts its way; a node
    named twice in a row counts once; a piece needs two nodes in different places.
    """
    way_count = len(objects.ways.ids)
    owners = np.repeat(np.arange(way_count), np.diff(objects.ref_offsets))
    xy = np.column_stack(projection.transform(objects.lons, objects.lats))
    is_known = np.isfinite(xy).all(axis=1)
    missing = np.bincount(owners[~is_known], minlength=way_count)

    is_same_way = ~_flag_changes(owners)
    is_repeat = is_same_way & ~_flag_changes(objects.refs)
    follows_gap = np.concatenate([[False], ~is_known])[: len(owners)]
    is_kept = is_known & ~is_repeat
    # A piece starts with its way or behind a gap; the number of starts so far names the piece.
    runs = np.cumsum(~is_same_way | follows_gap)[is_kept]
    kept_xy, kept_refs, kept_owners = xy[is_kept], objects.refs[is_kept], owners[is_kept]
    firsts = np.flatnonzero(_flag_changes(runs))
    lengths = np.diff(np.append(firsts, len(runs)))
    run_of_node = np.repeat(np.arange(len(firsts)), lengths)
    moves = (kept_xy != kept_xy[firsts][run_of_node]).any(axis=1)
    is_drawable = np.bincount(run_of_node, weights=moves, minlength=len(firsts)) > 0
    keeps_node = is_drawable[run_of_node]
    way_rows = kept_owners[firsts[is_drawable]]
    start_rows = np.flatnonzero(_flag_changes(way_rows))
    first_pieces = np.full(way_count, -1, dtype=np.int64)
    first_pieces[way_rows[start_rows]] = start_rows
    return WayPieces(
        way_rows=way_rows,
        numbers=np.arange(len(way_rows)) - first_pieces[way_rows],
        offsets=np.concatenate([[0], np.cumsum(lengths[is_drawable])]),
        refs=kept_refs[keeps_node],
        xy=kept_xy[keeps_node],
        first_pieces=first_pieces,
        missing=missing,
    )


def _flag_changes(values: Ints) -> Bools:
    # True at the first value and wherever a value differs from the one before.
    return np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]


@dataclass(frozen=True)
class RelationAreas:
    """The areas of some relations: None where no ring closes."""

    geometry: Geometries
    member_lines: Geometries
    missing_members: Ints
    open_ends: Ints


@dataclass(frozen=True)
class MemberWays:
    """The member ways of some relations: `relations[i]` is the running number of the relation."""

    relations: Ints
    way_rows: Ints  # -1 where the file lacks the way or one of its nodes
    is_inner: Bools


def find_member_ways(objects: OsmObjects, pieces: WayPieces, relations: Ints) -> MemberWays:
    """Return the member ways of some relations, each way once a relation."""
    members = [
        (number, way_id, role == "inner")
        for number, row in enumerate(relations.tolist())
        for way_id, role in dict(parse_member_ways(objects.members[row])).items()
    ]
    numbers = np.array([member[0] for member in members], dtype=np.int64)
    way_ids = np.array([member[1] for member in members], dtype=np.int64)
    is_inner = np.array([member[2] for member in members], dtype=bool)
    if not len(objects.ways.ids):
        return MemberWays(numbers, np.full(len(members), -1, dtype=np.int64), is_inner)
    order = np.argsort(objects.ways.ids, kind="stable")
    places = np.searchsorted(objects.ways.ids, way_ids, sorter=order).clip(max=len(order) - 1)
    way_rows = order[places]
    is_present = objects.ways.ids[way_rows] == way_ids
    is_whole = (pieces.first_pieces[way_rows] >= 0) & (pieces.missing[way_rows] == 0)
    return MemberWays(numbers, np.where(is_present & is_whole, way_rows, -1), is_inner)


def build_relation_areas(pieces: WayPieces, members: MemberWays, *, count: int) -> RelationAreas:
    """
    Assemble the areas of multipolygon relations from their member ways.

    Rings of a complete relation nest by position (area, hole, island …) whatever
    their roles say, as they do in other OSM software. Where a member is missing or
    a ring open, position would take a hole for an area: then the closed rings
    of inner ways are cut out of the closed rings of the other ways.

    Parameters
    ----------
    pieces, members
        The ways of the file, and which of them belong to relation 0 … `count` - 1.

    Returns
    -------
    areas
        One entry a relation; open ends count the points where a ring stops.
    """
    is_present = members.way_rows >= 0
    owners, is_inner = members.relations[is_present], members.is_inner[is_present]
    lines = pieces.draw_lines(pieces.first_pieces[members.way_rows[is_present]])
    missing = np.bincount(members.relations[~is_present], minlength=count)
    open_ends = _count_open_ends(lines, owners, count)
    is_defective = (missing > 0) | (open_ends > 0)
    is_loose = is_defective[owners]
    nested = _build_areas(lines[~is_loose], owners[~is_loose], count)
    outer = _build_areas(lines[is_loose & ~is_inner], owners[is_loose & ~is_inner], count)
    inner = _build_areas(lines[is_loose & is_inner], owners[is_loose & is_inner], count)
    areas = np.where(is_defective, shapely.difference(outer, inner), nested)
    areas[shapely.is_empty(areas)] = None
    return RelationAreas(areas, _collect_lines(lines, owners, count), missing, open_ends)


def repair_polygons(geometry: Geometries) -> tuple[Geometries, Bools]:
    """
    Return valid polygons, and which of them had to be repaired.

    Rings that cross themselves fall into parts, holes that touch are joined; what
    is left without area is None.
    """
    repaired = geometry.copy()
    is_wrong = ~shapely.is_missing(geometry) & ~shapely.is_valid(geometry)
    repaired[is_wrong] = [
        _keep_polygons(shape)
        for shape in shapely.make_valid(geometry[is_wrong], method="structure", keep_collapsed=False)
    ]
    return repaired, is_wrong


def _keep_polygons(shape: shapely.Geometry) -> shapely.Geometry | None:
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons = parts[(shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)]
    if not len(polygons):
        return None
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons.tolist())


def _count_open_ends(lines: Geometries, owners: Ints, count: int) -> Ints:
    # Where rings close, an even number of line ends meets in each point.
    ends = np.column_stack(
        [
            np.concatenate([owners, owners]),
            np.concatenate([shapely.get_coordinates(shapely.get_point(lines, end)) for end in (0, -1)]),
        ]
    )
    points, meeting = np.unique(ends, axis=0, return_counts=True)
    return np.bincount(points[meeting % 2 == 1, 0].astype(np.int64), minlength=count)


def _build_areas(lines: Geometries, owners: Ints, count: int) -> Geometries:
    collected = _collect_lines(lines, owners, count)
    # GEOS sets the floating point flag for lines that enclose nothing; the area is then empty.
    with np.errstate(invalid="ignore"):
        try:
            return np.asarray(shapely.build_area(collected), dtype=object)
        except shapely.GEOSException:  # one relation with crossing rings spoils the whole batch
            return np.array([_build_area(lines) for lines in collected], dtype=object)


def _build_area(lines: shapely.MultiLineString) -> shapely.Geometry:
    for linework in (lines, shapely.node(lines)):
        try:
            return shapely.build_area(linework)
        except shapely.GEOSException:
            continue
    return shapely.Polygon()


def _collect_lines(lines: Geometries, owners: Ints, count: int) -> Geometries:
    order = np.argsort(owners, kind="stable")
    collected = np.full(count, shapely.MultiLineString(), dtype=object)
    shapely.multilinestrings(lines[order], indices=owners[order], out=collected)
    return collected
