# SPDX-License-Identifier: MIT
"""The tables of an OSM file, each from the drawn objects that belong to it."""

import re
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.contract import Column
from begegnung_geo.privacy import list_contact_keys, redact_fields
from begegnung_geo.schema import TABLES
from begegnung_geo.sources.osm_objects import Ints
from begegnung_geo.sources.osm_scene import Scene, flag_inside
from begegnung_geo.sources.osm_shapes import Bools
from begegnung_geo.sources.osm_tags import Tags, format_tags, has_other_use, parse_levels

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def build_osm_features(scene: Scene, *, withhold_words: Sequence[re.Pattern[str]] = ()) -> gpd.GeoDataFrame:
    """
    Return the table `osm_features`: nodes as points, areas as polygons, all else as lines.

    A relation without any closed ring is a point amid its ways. Contacts and persons stay
    in the file; of a shelter's mail address the word of `withhold_words` is kept.
    """
    shapes = _select(scene, scene.facts.is_feature)
    tag_sets = [scene.facts.tag_sets[number] for number in shapes["tag_set"]]
    return _build_table(
        "osm_features",
        shapes,
        source_id=shapes["object_id"],
        tags=[format_tags(_redact(tags, withhold_words)) for tags in tag_sets],
        contact_keys=[list_contact_keys(tags) for tags in tag_sets],
        footprint_area_m2=shapely.area(shapes.geometry.to_numpy()),
        osm_version=shapes["version"],
        osm_timestamp=shapes["timestamp"].replace("", None),
    )


def _redact(tags: Tags, withhold_words: Sequence[re.Pattern[str]]) -> Tags:
    return {key: str(value) for key, value in redact_fields(tags, withhold_words=withhold_words).items()}


def build_walkways(scene: Scene) -> gpd.GeoDataFrame:
    """
    Return the table `walkways`: walkable ways and the outlines of walkable areas.

    `tags` holds those that `config/walkways.csv` asks for; the outline of a
    relation's area carries the tags of the relation.
    """
    pieces, facts = scene.pieces, scene.facts
    own_tag_sets = scene.objects.ways.tag_sets[pieces.way_rows[scene.line_pieces]]
    is_walkway = facts.is_walkway[own_tag_sets]
    rows = np.concatenate([scene.line_pieces[is_walkway], scene.square_pieces])
    tag_sets = np.concatenate([own_tag_sets[is_walkway], scene.square_tag_sets])
    lines = pieces.draw_lines(rows)
    is_inside = flag_inside(lines, scene.clip)
    rows, tag_sets, lines = rows[is_inside], tag_sets[is_inside], lines[is_inside]
    nodes, counts = pieces.select_nodes(rows)
    walk_facts = [fact for number in tag_sets if (fact := facts.walk_facts[number]) is not None]
    way_ids = scene.objects.ways.ids[pieces.way_rows[rows]]
    return gpd.GeoDataFrame(
        {
            "walkway_id": _format_piece_ids(scene, rows),
            "way_id": way_ids,
            "highway": pd.Series([fact.walk_class for fact in walk_facts], dtype="str"),
            "name": pd.Series(_list_names(scene, tag_sets), dtype="str"),
            "step_free": pd.Series([fact.step_free for fact in walk_facts], dtype="str"),
            "node_ids": _split_lists(pieces.refs[nodes], counts),
            "tags": pd.Series([fact.tags for fact in walk_facts], dtype="str"),
        },
        geometry=lines,
        crs=scene.crs,
    )


def build_obstacles(scene: Scene) -> gpd.GeoDataFrame:
    """Return the table `obstacles`: nodes that stop those who cannot use steps."""
    shapes = _select_nodes(scene, scene.facts.is_obstacle)
    kinds = [tags.get("barrier", tags.get("kerb")) for tags in _list_tags(scene, shapes)]
    return _build_table("obstacles", shapes, node_id=_read_node_ids(shapes), kind=kinds)


def build_entrances(scene: Scene) -> gpd.GeoDataFrame:
    """Return the table `entrances`: nodes with `entrance`, of whatever kind."""
    shapes = _select_nodes(scene, scene.facts.is_entrance)
    tag_sets = _list_tags(scene, shapes)
    return _build_table(
        "entrances",
        shapes,
        node_id=_read_node_ids(shapes),
        kind=[tags["entrance"] for tags in tag_sets],
        wheelchair=[tags.get("wheelchair") for tags in tag_sets],
    )


def build_buildings(scene: Scene) -> gpd.GeoDataFrame:
    """Return the table `buildings`: closed outlines and multipolygons."""
    shapes = _select(scene, scene.facts.is_building, polygons_only=True)
    tag_sets = [scene.facts.tag_sets[number] for number in shapes["tag_set"]]
    return _build_table(
        "buildings",
        shapes,
        source_id=shapes["object_id"],
        building=[tags["building"] for tags in tag_sets],
        levels_count=[parse_levels(tags.get("building:levels")) for tags in tag_sets],
        has_other_use=[has_other_use(tags) for tags in tag_sets],
        footprint_area_m2=shapely.area(shapes.geometry.to_numpy()),
    )


def build_addresses(scene: Scene) -> gpd.GeoDataFrame:
    """Return the table `addresses`: one point an object, inside its outline."""
    shapes = _select(scene, scene.facts.is_address)
    tag_sets = [scene.facts.tag_sets[number] for number in shapes["tag_set"]]
    points = shapes.set_geometry(shapes.geometry.representative_point())
    return _build_table(
        "addresses",
        points,
        address_id=shapes["object_id"],
        source="osm",
        street=[tags.get("addr:street", tags.get("addr:place")) for tags in tag_sets],
        house_number=[tags["addr:housenumber"] for tags in tag_sets],
        postcode=[tags.get("addr:postcode") for tags in tag_sets],
        city=[tags.get("addr:city") for tags in tag_sets],
        quality="O",
    )


def build_boundaries(scene: Scene) -> gpd.GeoDataFrame:
    """Return the table `boundaries`: administrative relations whose rings all close."""
    is_relation = scene.shapes["object_id"].str.startswith("relation/").to_numpy(dtype=bool)
    shapes = _select(scene, scene.facts.is_boundary, polygons_only=True, among=is_relation)
    tag_sets = [scene.facts.tag_sets[number] for number in shapes["tag_set"]]
    return _build_table(
        "boundaries",
        shapes,
        boundary_id=shapes["object_id"],
        name=[tags.get("name") for tags in tag_sets],
        admin_level=[int(tags["admin_level"]) for tags in tag_sets],
        ags=[tags.get("de:amtlicher_gemeindeschluessel") for tags in tag_sets],
    )


def build_background_areas(scene: Scene) -> gpd.GeoDataFrame:
    """Return the table `background_areas`; water hides green, green hides built-up land."""
    shapes = _select(scene, scene.facts.area_layer != "", polygons_only=True)
    return _build_table(
        "background_areas",
        shapes,
        area_id=shapes["object_id"],
        layer=scene.facts.area_layer[shapes["tag_set"]],
        name=_list_names(scene, shapes["tag_set"]),
    )


def build_background_lines(scene: Scene) -> gpd.GeoDataFrame:
    """Return the table `background_lines`; rails and water in tunnels are left out."""
    tag_sets = scene.objects.ways.tag_sets[scene.pieces.way_rows[scene.line_pieces]]
    is_mine = scene.facts.line_layer[tag_sets] != ""
    rows, tag_sets = scene.line_pieces[is_mine], tag_sets[is_mine]
    lines = scene.pieces.draw_lines(rows)
    is_inside = flag_inside(lines, scene.clip)
    rows, tag_sets = rows[is_inside], tag_sets[is_inside]
    return _build_table(
        "background_lines",
        gpd.GeoDataFrame(geometry=lines[is_inside], crs=scene.crs),
        line_id=_format_piece_ids(scene, rows),
        layer=scene.facts.line_layer[tag_sets],
        name=_list_names(scene, tag_sets),
    )


def build_background_labels(scene: Scene) -> gpd.GeoDataFrame:
    """Return the table `background_labels`: place nodes with a name."""
    shapes = _select_nodes(scene, scene.facts.label_kind != "")
    return _build_table(
        "background_labels",
        shapes,
        label_id=shapes["object_id"],
        kind=scene.facts.label_kind[shapes["tag_set"]],
        name=_list_names(scene, shapes["tag_set"]),
    )


def _select(
    scene: Scene, is_mine: Bools, *, polygons_only: bool = False, among: Bools | None = None
) -> gpd.GeoDataFrame:
    chosen = is_mine[scene.shapes["tag_set"].to_numpy()]
    if polygons_only:
        chosen &= np.isin(shapely.get_type_id(scene.shapes.geometry.to_numpy()), _POLYGONAL)
    if among is not None:
        chosen &= among
    return gpd.GeoDataFrame(scene.shapes[chosen].reset_index(drop=True))


def _select_nodes(scene: Scene, is_mine: Bools) -> gpd.GeoDataFrame:
    is_node = scene.shapes["object_id"].str.startswith("node/").to_numpy(dtype=bool)
    return _select(scene, is_mine, among=is_node)


def _list_tags(scene: Scene, shapes: gpd.GeoDataFrame) -> list[dict[str, str]]:
    return [scene.facts.tag_sets[number] for number in shapes["tag_set"]]


def _read_node_ids(shapes: gpd.GeoDataFrame) -> pd.Series:
    return shapes["object_id"].str.removeprefix("node/").astype("int64")


def _build_table(table: str, shapes: gpd.GeoDataFrame, /, **columns: object) -> gpd.GeoDataFrame:
    # Dtypes by contract, also for a table without rows.
    typed = {
        column.name: pd.Series(columns[column.name], index=shapes.index, dtype=_find_dtype(column))
        for column in TABLES[table].columns
    }
    return gpd.GeoDataFrame(typed, geometry=shapes.geometry.to_numpy(), crs=shapes.crs)


def _find_dtype(column: Column) -> str:
    return "object" if column.dtype.startswith("list") else column.dtype


def _list_names(scene: Scene, tag_sets: pd.Series | Ints) -> list[str | None]:
    return [scene.facts.tag_sets[number].get("name") for number in tag_sets]


def _format_piece_ids(scene: Scene, pieces: Ints) -> list[str]:
    way_ids = scene.objects.ways.ids[scene.pieces.way_rows[pieces]].tolist()
    numbers = scene.pieces.numbers[pieces].tolist()
    return [
        f"way/{way_id}#{number}" if number else f"way/{way_id}"
        for way_id, number in zip(way_ids, numbers, strict=True)
    ]


def _split_lists(values: Ints, counts: Ints) -> list[list[int]]:
    plain, ends = values.tolist(), np.cumsum(counts).tolist()
    return [plain[end - count : end] for end, count in zip(ends, counts.tolist(), strict=True)]
