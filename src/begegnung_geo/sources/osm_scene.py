# SPDX-License-Identifier: MIT
"""The objects of an OSM file, judged by their tags, drawn in metres and clipped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from begegnung_geo.category_rules import NameFilter
from begegnung_geo.issues import IssueCode, build_issues, count_issue
from begegnung_geo.sources.osm_objects import Floats, Ints, ObjectHeads, OsmObjects
from begegnung_geo.sources.osm_shapes import (
    Bools,
    Geometries,
    WayPieces,
    build_projection,
    build_relation_areas,
    build_way_pieces,
    find_member_ways,
    repair_polygons,
)
from begegnung_geo.sources.osm_tags import FeatureFilters, TagFacts, build_tag_facts
from begegnung_geo.walk_rules import WalkRules

_LISTED_MAX = 200  # more faults of one kind than this become one line with their count

_REPEATED = "the file holds the object more than once: the last copy counts"
_NOWHERE = "the node has no usable position: left out"
_CUT = "nodes are not in the file: the way is cut there"
_SINGLE_POINT = "the way is a single point: left out"
_UNCLOSED = "the outline does not close: no area"
_CROSSED = "the outline crosses itself: repaired, or left out where no area remained"
_INCOMPLETE = "members are not in the file: "
_OPEN = "a ring does not close: "
_DEFECTIVE = "the rings that close are used, a place without any is a point, a border is left out"
_NO_AREA = "the relation is no area: a place becomes a point amid its ways, all else is left out"


@dataclass(frozen=True)
class Scene:
    """
    All that the tables are made of, in the metric CRS.

    `shapes` has one row a drawn object: `object_id` (`node/1`), `tag_set` (a row of
    `facts`), `version`, `timestamp`, and a Point, LineString or valid
    (Multi)Polygon. `line_pieces` are the pieces of walkways and lines of the map;
    `square_pieces` the outlines of walkable areas whose own tags do not make them
    walkways, `square_tag_sets` the tags of the area each belongs to.
    """

    objects: OsmObjects
    facts: TagFacts
    pieces: WayPieces
    shapes: gpd.GeoDataFrame
    line_pieces: Ints
    square_pieces: Ints
    square_tag_sets: Ints
    clip: shapely.Geometry | None
    crs: CRS
    issues: list[pd.DataFrame]


def build_scene(
    objects: OsmObjects,
    *,
    source: str,
    crs: CRS,
    clip: shapely.Geometry | None,
    feature_filters: FeatureFilters,
    name_filters: Sequence[NameFilter] = (),
    walk_rules: WalkRules,
) -> Scene:
    """
    Draw what the tables need.

    Parameters
    ----------
    objects
        The objects of the file, WGS84.
    source
        File name for `issues`.
    crs, clip
        Metric CRS, and the area in it that an object must touch (None keeps all).
    feature_filters, name_filters, walk_rules
        What is a candidate meeting place, and what a walkway.
    """
    facts = build_tag_facts(
        objects.tag_sets, feature_filters=feature_filters, name_filters=name_filters, walk_rules=walk_rules
    )
    projection = build_projection(crs)
    pieces = build_way_pieces(objects, projection)
    node_xy = np.column_stack(projection.transform(objects.node_lons, objects.node_lats))
    draft = _Draft(objects, facts, pieces, source=source)
    drawn = pd.concat(
        [draft.draw_nodes(node_xy), draft.draw_ways(), draft.draw_relations()], ignore_index=True
    )
    geometry, is_wrong = repair_polygons(drawn["geometry"].to_numpy(dtype=object))
    draft.note(IssueCode.OSM_GEOMETRY_INVALID, drawn["object_id"][is_wrong], _CROSSED)
    is_kept = ~shapely.is_missing(geometry) & flag_inside(geometry, clip)
    shapes = gpd.GeoDataFrame(drawn[is_kept], geometry=geometry[is_kept], crs=crs)
    square_pieces, square_tag_sets = _find_squares(objects, facts, pieces)
    is_line_way = facts.is_line()[objects.ways.tag_sets] & _flag_last(objects.ways.ids)
    return Scene(
        objects=objects,
        facts=facts,
        pieces=pieces,
        shapes=shapes.reset_index(drop=True),
        line_pieces=np.flatnonzero(is_line_way[pieces.way_rows]),
        square_pieces=square_pieces,
        square_tag_sets=square_tag_sets,
        clip=clip,
        crs=crs,
        issues=draft.issues,
    )


def flag_inside(geometry: Geometries, clip: shapely.Geometry | None) -> Bools:
    """Return whether each geometry touches the clip area; all do where there is none."""
    if clip is None:
        return np.ones(len(geometry), dtype=bool)
    shapely.prepare(clip)
    return np.asarray(shapely.intersects(clip, geometry))


class _Draft:
    """Draws the objects kind by kind and notes what is wrong with them."""

    def __init__(self, objects: OsmObjects, facts: TagFacts, pieces: WayPieces, *, source: str) -> None:
        self.objects, self.facts, self.pieces, self.source = objects, facts, pieces, source
        self.issues: list[pd.DataFrame] = []

    def note(self, code: IssueCode, labels: Iterable[str], text: str) -> None:
        """Add one line an object, or a single line with the count where they are many."""
        rows = list(labels)
        if len(rows) > _LISTED_MAX:
            self.issues.append(count_issue(self.source, code, count=len(rows), text=text))
        else:
            self.issues.append(build_issues(self.source, code, rows=rows, texts=text))

    def draw_nodes(self, node_xy: Floats) -> pd.DataFrame:
        """Return a point for each node that is a place, an address, a label, a door or an obstacle."""
        nodes, facts = self.objects.nodes, self.facts
        is_point = (facts.label_kind != "") | facts.is_obstacle | facts.is_entrance
        is_wanted = (facts.is_drawn() | is_point)[nodes.tag_sets]
        is_mine = self._drop_repeats(nodes, is_wanted, kind="node")
        is_placed = np.isfinite(node_xy).all(axis=1)
        lost = _label(nodes, np.flatnonzero(is_mine & ~is_placed), kind="node")
        self.note(IssueCode.OSM_GEOMETRY_INVALID, lost, _NOWHERE)
        rows = np.flatnonzero(is_mine & is_placed)
        points = np.asarray(shapely.points(node_xy[rows]), dtype=object)
        return _build_shapes(nodes, rows, kind="node", geometry=points)

    def draw_ways(self) -> pd.DataFrame:
        """Return a polygon for each closed way that is an area, a line for the others."""
        ways, facts, pieces = self.objects.ways, self.facts, self.pieces
        is_used = (facts.is_drawn() | facts.is_line())[ways.tag_sets]
        is_mine = self._drop_repeats(ways, is_used, kind="way")
        rows = np.flatnonzero(is_mine & facts.is_drawn()[ways.tag_sets] & (pieces.first_pieces >= 0))
        firsts, tag_sets = pieces.first_pieces[rows], ways.tag_sets[rows]
        is_closed = pieces.flag_closed()[firsts]
        is_polygon = is_closed & facts.is_area[tag_sets]
        geometry = np.empty(len(rows), dtype=object)
        geometry[is_polygon] = pieces.draw_polygons(firsts[is_polygon])
        geometry[~is_polygon] = pieces.draw_lines(firsts[~is_polygon])

        is_cut = pieces.missing > 0
        is_point = ~is_cut & (pieces.first_pieces < 0)
        is_unclosed = facts.needs_ring()[tag_sets] & ~is_closed & ~is_cut[rows]
        for code, ways_concerned, text in (
            (IssueCode.OSM_NODE_MISSING, np.flatnonzero(is_mine & is_cut), _CUT),
            (IssueCode.OSM_GEOMETRY_INVALID, np.flatnonzero(is_mine & is_point), _SINGLE_POINT),
            (IssueCode.OSM_RING_OPEN, rows[is_unclosed], _UNCLOSED),
        ):
            self.note(code, _label(ways, ways_concerned, kind="way"), text)
        return _build_shapes(ways, rows, kind="way", geometry=geometry)

    def draw_relations(self) -> pd.DataFrame:
        """Return the area of each multipolygon and border, a point for places without one."""
        relations, facts = self.objects.relations, self.facts
        is_wanted = (facts.is_drawn() | facts.is_boundary)[relations.tag_sets]
        rows = np.flatnonzero(self._drop_repeats(relations, is_wanted, kind="relation"))
        tag_sets = relations.tag_sets[rows]
        has_outline = facts.has_rings[tag_sets]
        members = find_member_ways(self.objects, self.pieces, rows)
        areas = build_relation_areas(self.pieces, members, count=len(rows))
        is_incomplete, is_open = areas.missing_members > 0, areas.open_ends > 0
        is_border_with_gap = facts.is_boundary[tag_sets] & (is_incomplete | is_open)
        geometry = areas.geometry.copy()
        geometry[~has_outline | is_border_with_gap] = None
        # A place whose outline is lost still stands somewhere: in the middle of what is there.
        needs_point = shapely.is_missing(geometry) & (facts.is_feature | facts.is_address)[tag_sets]
        needs_point &= ~shapely.is_empty(areas.member_lines)
        geometry[needs_point] = shapely.centroid(areas.member_lines[needs_point])

        for code, is_faulty, text in (
            (IssueCode.OSM_RELATION_INCOMPLETE, has_outline & is_incomplete, _INCOMPLETE + _DEFECTIVE),
            (IssueCode.OSM_RING_OPEN, has_outline & is_open & ~is_incomplete, _OPEN + _DEFECTIVE),
            (IssueCode.OSM_RELATION_INCOMPLETE, ~has_outline, _NO_AREA),
        ):
            self.note(code, _label(relations, rows[is_faulty], kind="relation"), text)
        return _build_shapes(relations, rows, kind="relation", geometry=geometry)

    def _drop_repeats(self, heads: ObjectHeads, is_wanted: Bools, *, kind: str) -> Bools:
        is_last = _flag_last(heads.ids)
        repeated = _label(heads, np.flatnonzero(is_wanted & ~is_last), kind=kind)
        self.note(IssueCode.OSM_OBJECT_DUPLICATE, sorted(set(repeated)), _REPEATED)
        return is_wanted & is_last


def _label(heads: ObjectHeads, rows: Ints, *, kind: str) -> list[str]:
    return [f"{kind}/{number}" for number in heads.ids[rows].tolist()]


def _build_shapes(heads: ObjectHeads, rows: Ints, *, kind: str, geometry: Geometries) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "object_id": pd.Series(_label(heads, rows, kind=kind), dtype="str"),
            "tag_set": heads.tag_sets[rows],
            "version": pd.Series([heads.parse_version(row) for row in rows.tolist()], dtype="int64"),
            "timestamp": pd.Series([heads.parse_timestamp(row) for row in rows.tolist()], dtype="str"),
            "geometry": pd.Series(geometry, dtype=object),
        }
    )


def _flag_last(ids: Ints) -> Bools:
    # Merged extracts may hold an object twice; the later copy counts.
    if (np.diff(ids) > 0).all():
        return np.ones(len(ids), dtype=bool)
    return ~pd.Series(ids).duplicated(keep="last").to_numpy()


def _find_squares(objects: OsmObjects, facts: TagFacts, pieces: WayPieces) -> tuple[Ints, Ints]:
    # Members with a highway tag are ways of their own, walkable or not.
    relations = objects.relations
    is_square = (facts.has_rings & facts.is_walkway)[relations.tag_sets]
    rows = np.flatnonzero(is_square & _flag_last(relations.ids))
    members = find_member_ways(objects, pieces, rows)
    is_own_way = np.array(["highway" in tags for tags in facts.tag_sets], dtype=bool) | facts.is_walkway
    is_present = members.way_rows >= 0
    way_rows, owners = members.way_rows[is_present], members.relations[is_present]
    is_outline = ~is_own_way[objects.ways.tag_sets[way_rows]]
    outlines, firsts = np.unique(way_rows[is_outline], return_index=True)
    return pieces.first_pieces[outlines], relations.tag_sets[rows[owners[is_outline][firsts]]]
