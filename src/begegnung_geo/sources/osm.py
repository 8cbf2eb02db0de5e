# SPDX-License-Identifier: MIT
"""OpenStreetMap files: one pass from an extract to the tables the analysis needs."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from begegnung_geo.category_rules import NameFilter
from begegnung_geo.crs import WGS84, require_metric
from begegnung_geo.issues import concat_issues
from begegnung_geo.sources.osm_layers import (
    build_addresses,
    build_background_areas,
    build_background_labels,
    build_background_lines,
    build_boundaries,
    build_buildings,
    build_entrances,
    build_obstacles,
    build_osm_features,
    build_walkways,
)
from begegnung_geo.sources.osm_objects import OsmObjects, read_objects
from begegnung_geo.sources.osm_scene import build_scene
from begegnung_geo.sources.osm_tags import NODE_KEYS, FeatureFilters
from begegnung_geo.walk_rules import WalkRules

_log = logging.getLogger(__name__)

_CLIP_STEP_DEGREES = 0.01  # about 1 km: a straight edge in degrees bends by centimetres in UTM


@dataclass(frozen=True)
class OsmTables:
    """The tables read from one OSM file, named as in `schema.py`, in the metric CRS."""

    osm_features: gpd.GeoDataFrame
    walkways: gpd.GeoDataFrame
    obstacles: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    boundaries: gpd.GeoDataFrame
    background_areas: gpd.GeoDataFrame
    background_lines: gpd.GeoDataFrame
    background_labels: gpd.GeoDataFrame
    issues: pd.DataFrame
    data_date: str
    """ISO date of the newest object read, else of the extract; empty where the file has neither."""


def read_osm(
    path: Path,
    *,
    crs: CRS | str,
    clip: shapely.Geometry | None,
    feature_filters: FeatureFilters,
    name_filters: Sequence[NameFilter] = (),
    withhold_words: Sequence[re.Pattern[str]] = (),
    walk_rules: WalkRules,
) -> OsmTables:
    """
    Read an OSM file into tables.

    The file may be cut at its edges: a way is cut where nodes are missing, a
    relation is drawn from the rings that close, a boundary only when all of them
    do; each such object has its line in `issues`. User names are never read, contacts
    and persons not kept.

    Parameters
    ----------
    path
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    crs
        Metric CRS of the tables.
    clip
        Longitude/latitude (WGS84) area that an object must touch; None keeps all.
        Objects are kept whole, so they may reach beyond it.
    feature_filters
        OSM key to the values that make an object a candidate meeting place (a list
        `a;b` counts when one of its values does), None for any value.
    name_filters
        Which ways and relations are candidates by their name (a building "Vereinsheim").
    withhold_words
        Words that mark a shelter, looked for in contacts before these are dropped.
    walk_rules
        Which ways a person may walk.

    Returns
    -------
    tables
        All tables in the order of the file (nodes, ways, relations). Of an id
        that occurs twice the later object counts.

    Raises
    ------
    SourceError
        If the file is missing, a directory, empty, cut off, or no OSM file.
    CrsError
        If `crs` does not measure in metres.
    """
    metric_crs = require_metric(crs, where="read_osm")
    objects = read_objects(path, node_keys=NODE_KEYS.union(feature_filters, walk_rules.point_keys))
    scene = build_scene(
        objects,
        source=path.name,
        crs=metric_crs,
        clip=_project_clip(clip, metric_crs),
        feature_filters=feature_filters,
        name_filters=name_filters,
        walk_rules=walk_rules,
    )
    tables = OsmTables(
        osm_features=build_osm_features(scene, withhold_words=withhold_words),
        walkways=build_walkways(scene),
        obstacles=build_obstacles(scene),
        entrances=build_entrances(scene),
        buildings=build_buildings(scene),
        addresses=build_addresses(scene),
        boundaries=build_boundaries(scene),
        background_areas=build_background_areas(scene),
        background_lines=build_background_lines(scene),
        background_labels=build_background_labels(scene),
        issues=concat_issues(scene.issues),
        data_date=_find_data_date(objects),
    )
    _log.info(
        "%s: %d objects that may be places, %d walkways, %d buildings, %d addresses",
        path.name,
        len(tables.osm_features),
        len(tables.walkways),
        len(tables.buildings),
        len(tables.addresses),
    )
    return tables


def _project_clip(clip: shapely.Geometry | None, crs: CRS) -> shapely.Geometry | None:
    if clip is None:
        return None
    dense = shapely.segmentize(clip, _CLIP_STEP_DEGREES)
    return gpd.GeoSeries([dense], crs=WGS84).to_crs(crs).iloc[0]


def _find_data_date(objects: OsmObjects) -> str:
    heads = (objects.nodes, objects.ways, objects.relations)
    newest = max(head.find_newest() for head in heads)
    return (newest or objects.replication_timestamp)[:10]
