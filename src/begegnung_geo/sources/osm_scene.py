# SPDX-License-Identifier: MIT
"""The objects of an OSM file, judged by their tags, drawn in metres and clipped."""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from begegnung_geo.issues import IssueCode, build_issues, count_issue
from begegnung_geo.sources.osm_objects import Ints, ObjectHeads, OsmObjects
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
    feature_filters, walk_rules
        What is a candidate meeting place, and what a walkway.
    """
    facts = build_tag_facts(objects.tag_sets, feature_filters=feature_filters, walk_rules=walk_rules)
    projection = build_projection(crs)
    pieces = build_way_pieces(objects, projection)
    node_xy = np.column_stack(projection.transform(objects.node_lons, objects.node_lats))
    parts, issues = [], []
    for part, part_issues in (
        _draw_nodes(objects, facts, node_xy, source=source),
        _draw_ways(objects, facts, pieces, source=source),
        _draw_relations(objects, facts, pieces, source=source),
    ):
        parts.append(part)
        issues += part_issues
    drawn = pd.concat(parts, ignore_index=True)
    geometry, is_wrong = repair_polygons(drawn["geometry"].to_numpy(dtype=object))
    issues += list_faults(
        source,
        IssueCode.OSM_GEOMETRY_INVALID,
        drawn["object_id"][is_wrong],
        "the outline crosses itself: repaired, or left out where no area remained",
    )
    is_kept = ~shapely.is_missing(geometry) & flag_inside(geometry, clip)
    shapes = gpd.GeoDataFrame(drawn[is_kept], geometry=geometry[is_kept], crs=crs)
    is_line = facts.is_walkway | (facts.line_layer != "")
    is_line_way = is_line[objects.ways.tag_sets] & _flag_last(objects.ways.ids)
    square_pieces, square_tag_sets = _find_squares(objects, facts, pieces)
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
        issues=issues,
    )


def flag_inside(geometry: Geometries, clip: shapely.Geometry | None) -> Bools:
    """Return whether each geometry touches the clip area; all do where there is none."""
    if clip is None:
        return np.ones(len(geometry), dtype=bool)
    shapely.prepare(clip)
    return np.asarray(shapely.intersects(clip, geometry))


def list_faults(source: str, code: IssueCode, rows: Iterable[str], text: str) -> list[pd.DataFrame]:
    """Return `issues`, one line a row; a single line with the count where they are many."""
    labels = list(rows)
    if len(labels) > _LISTED_MAX:
        return [count_issue(source, code, count=len(labels), text=text)]
    return [build_issues(source, code, rows=labels, texts=text)]


def _build_shapes(heads: ObjectHeads, rows: Ints, *, kind: str, geometry: Geometries) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "object_id": [f"{kind}/{number}" for number in heads.ids[rows].tolist()],
            "tag_set": heads.tag_sets[rows],
            "version": [heads.parse_version(row) for row in rows.tolist()],
            "timestamp": [heads.parse_timestamp(row) for row in rows.tolist()],
            "geometry": pd.Series(geometry, dtype=object),
        }
    )


def _flag_last(ids: Ints) -> Bools:
    # Merged extracts may hold an object twice; the later copy counts.
    if (np.diff(ids) > 0).all():
        return np.ones(len(ids), dtype=bool)
    return ~pd.Series(ids).duplicated(keep="last").to_numpy()


def _list_repeats(heads: ObjectHeads, rows: Ints, *, kind: str, source: str) -> list[pd.DataFrame]:
    repeated = np.unique(heads.ids[rows]).tolist()
    text = "the file holds the object more than once; the last copy counts"
    labels = [f"{kind}/{number}" for number in repeated]
    return list_faults(source, IssueCode.OSM_OBJECT_DUPLICATE, labels, text)


def _draw_nodes(
    objects: OsmObjects, facts: TagFacts, node_xy: np.ndarray, *, source: str
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    heads = objects.nodes
    is_wanted = facts.is_drawn() | (facts.label_kind != "")
    is_last, is_placed = _flag_last(heads.ids), np.isfinite(node_xy).all(axis=1)
    is_mine = is_wanted[heads.tag_sets]
    rows = np.flatnonzero(is_mine & is_last & is_placed)
    lost = heads.ids[is_mine & is_last & ~is_placed].tolist()
    issues = list_faults(
        source,
        IssueCode.OSM_GEOMETRY_INVALID,
        [f"node/{number}" for number in lost],
        "the node has no usable position: left out",
    )
    issues += _list_repeats(heads, np.flatnonzero(is_mine & ~is_last), kind="node", source=source)
    points = np.asarray(shapely.points(node_xy[rows]), dtype=object)
    return _build_shapes(heads, rows, kind="node", geometry=points), issues


def _draw_ways(
    objects: OsmObjects, facts: TagFacts, pieces: WayPieces, *, source: str
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    heads = objects.ways
    is_drawn, is_last = facts.is_drawn()[heads.tag_sets], _flag_last(heads.ids)
    is_line = (facts.is_walkway | (facts.line_layer != ""))[heads.tag_sets]
    rows = np.flatnonzero(is_drawn & is_last & (pieces.first_pieces >= 0))
    firsts, tag_sets = pieces.first_pieces[rows], heads.tag_sets[rows]
    is_closed = pieces.flag_closed()[firsts]
    is_polygon = is_closed & facts.is_area[tag_sets]
    geometry = np.empty(len(rows), dtype=object)
    geometry[is_polygon] = pieces.draw_polygons(firsts[is_polygon])
    geometry[~is_polygon] = pieces.draw_lines(firsts[~is_polygon])

    needs_ring = (facts.is_building | (facts.area_layer != ""))[tag_sets]
    is_cut = (is_drawn | is_line) & is_last & (pieces.missing > 0)
    is_point = (is_drawn | is_line) & is_last & (pieces.missing == 0) & (pieces.first_pieces < 0)
    faults = (
        (
            IssueCode.OSM_NODE_MISSING,
            np.flatnonzero(is_cut),
            "nodes are not in the file: the way is cut there",
        ),
        (IssueCode.OSM_GEOMETRY_INVALID, np.flatnonzero(is_point), "the way is a single point: left out"),
        (
            IssueCode.OSM_RING_OPEN,
            rows[needs_ring & ~is_closed & (pieces.missing[rows] == 0)],
            "the outline does not close: no area",
        ),
    )
    issues = [
        fault
        for code, ways, text in faults
        for fault in list_faults(source, code, [f"way/{i}" for i in heads.ids[ways].tolist()], text)
    ]
    is_repeat = (is_drawn | is_line) & ~is_last
    issues += _list_repeats(heads, np.flatnonzero(is_repeat), kind="way", source=source)
    return _build_shapes(heads, rows, kind="way", geometry=geometry), issues


def _draw_relations(
    objects: OsmObjects, facts: TagFacts, pieces: WayPieces, *, source: str
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    heads = objects.relations
    is_last = _flag_last(heads.ids)
    is_mine = (facts.is_drawn() | facts.is_boundary)[heads.tag_sets]
    rows = np.flatnonzero(is_mine & is_last)
    tag_sets = heads.tag_sets[rows]
    types = np.array([facts.tag_sets[number].get("type", "") for number in tag_sets], dtype=object)
    has_outline = (types == "multipolygon") | (types == "boundary")
    members = find_member_ways(objects, pieces, rows)
    areas = build_relation_areas(pieces, members, count=len(rows))
    is_defective = (areas.missing_members > 0) | (areas.open_ends > 0)
    is_closed = has_outline & ~(facts.is_boundary[tag_sets] & is_defective)
    geometry = np.where(is_closed, areas.geometry, None)
    # A place whose outline is lost still stands somewhere: in the middle of what is there.
    needs_point = shapely.is_missing(geometry) & (facts.is_feature | facts.is_address)[tag_sets]
    needs_point &= ~shapely.is_empty(areas.member_lines)
    geometry[needs_point] = shapely.centroid(areas.member_lines[needs_point])
    labels = np.array([f"relation/{number}" for number in heads.ids[rows].tolist()], dtype=object)
    faults = (
        (
            IssueCode.OSM_RELATION_INCOMPLETE,
            has_outline & (areas.missing_members > 0),
            "members are not in the file: drawn from the rings that close, a place without one as a "
            "point; a border with a gap is left out",
        ),
        (
            IssueCode.OSM_RING_OPEN,
            has_outline & (areas.missing_members == 0) & (areas.open_ends > 0),
            "a ring does not close: drawn from the rings that do, a place without one as a point; a "
            "border with a gap is left out",
        ),
        (
            IssueCode.OSM_RELATION_INCOMPLETE,
            ~has_outline & facts.is_drawn()[tag_sets],
            "the relation is no area: a place is drawn as a point amid its ways, all else left out",
        ),
    )
    issues = [
        fault for code, chosen, text in faults for fault in list_faults(source, code, labels[chosen], text)
    ]
    issues += _list_repeats(heads, np.flatnonzero(is_mine & ~is_last), kind="relation", source=source)
    return _build_shapes(heads, rows, kind="relation", geometry=geometry), issues


def _find_squares(objects: OsmObjects, facts: TagFacts, pieces: WayPieces) -> tuple[Ints, Ints]:
    heads = objects.relations
    is_multipolygon = np.array([tags.get("type") == "multipolygon" for tags in facts.tag_sets], dtype=bool)
    is_square = (is_multipolygon & facts.is_walkway)[heads.tag_sets]
    rows = np.flatnonzero(is_square & _flag_last(heads.ids))
    members = find_member_ways(objects, pieces, rows)
    way_tag_sets = objects.ways.tag_sets[members.way_rows]
    is_way_of_its_own = np.array(["highway" in tags for tags in facts.tag_sets], dtype=bool)
    is_walkable = facts.is_walkway
    is_outline = (members.way_rows >= 0) & ~(is_way_of_its_own | is_walkable)[way_tag_sets]
    way_rows, firsts = np.unique(members.way_rows[is_outline], return_index=True)
    tag_sets = heads.tag_sets[rows[members.relations[is_outline][firsts]]]
    return pieces.first_pieces[way_rows], tag_sets
