# SPDX-License-Identifier: MIT
"""The map's geometry: simplified once for the city, cut and packed for each page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from begegnung_geo.render import geometry
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.geometry import Geometries, IntArray
from begegnung_geo.render.inhabited import build_inhabited_area
from begegnung_geo.render.text import clean_text

# Tolerances in metres: a pixel is 4.8 m at zoom 14 in Germany, 1.2 m at zoom 16.
_AREA_TOLERANCE_M = 4.0
_REACH_TOLERANCE_M = 6.0
_BORDER_TOLERANCE_M = 5.0
_LINE_TOLERANCE_M = 3.0
_PATH_TOLERANCE_M = 4.0
_GREEN_MIN_M2 = 900.0
_WATER_MIN_M2 = 200.0
_NAMED_MIN_M2 = 10_000.0  # smaller parks and ponds would only crowd out street names
_REACH_MIN_M2 = 400.0
_STREET_MIN_M = 25.0
_PATH_MIN_M = 60.0
_VERTEX_BUDGET = 180_000  # a page stays below 4 MB; paths go first, then nameless streets
_FOCUS_MARGIN_M = 900.0

_CLASSIFIED = ("primary", "secondary", "trunk", "motorway")
_PATHS = ("footway", "path", "steps", "cycleway", "track", "bridleway", "corridor", "service")
_LINE_LAYERS = ("motorway", "main_road", "rail", "waterway")


@dataclass(frozen=True)
class NamedLines:
    """Lines (metric CRS) with the street name of each, empty where it has none."""

    lines: Geometries
    names: tuple[str, ...]

    def select(self, positions: IntArray | np.ndarray) -> "NamedLines":
        """Return some of the lines."""
        return NamedLines(self.lines[positions], tuple(self.names[p] for p in positions))


@dataclass(frozen=True)
class Atlas:
    """
    The city's simplified geometry in the metric CRS; pages cut their part from it.

    `inhabited` is empty where it is not known where people live; walking time is then
    shown as far as the longest reach, and nothing is said about the rest. In `unknown`
    people live without a known walk, or the map data tells of no streets at all.
    """

    crs: str
    land: Geometries
    inhabited: BaseGeometry
    unknown: BaseGeometry
    green: Geometries
    water: Geometries
    reach: Mapping[tuple[str, int], BaseGeometry]
    lines: Mapping[str, NamedLines]
    streets: NamedLines
    paths: NamedLines
    labels: tuple[tuple[Any, str, str], ...]


def build_atlas(content: SiteContent) -> Atlas:
    """Simplify everything that no page changes; the slow part, done once for all pages."""
    city = content.city_area
    land = geometry.simplify(city.geometry, _BORDER_TOLERANCE_M)
    areas = content.background_areas
    has_main_roads = bool((content.background_lines["layer"] == "main_road").any())
    inhabited = _find_inhabited(content, city)
    streets, paths = _build_streets(content.walk_edges, has_main_roads=has_main_roads)
    return Atlas(
        crs=content.profile.study.metric_crs,
        land=land,
        inhabited=inhabited,
        unknown=_find_unknown(content, city, inhabited=inhabited),
        green=_simplify_areas(areas[areas["layer"] == "green"], _GREEN_MIN_M2),
        water=_simplify_areas(areas[areas["layer"] == "water"], _WATER_MIN_M2),
        reach=MappingProxyType(_simplify_reach(content.reach_areas, city)),
        lines=MappingProxyType(
            {layer: _join_lines(content.background_lines, layer) for layer in _LINE_LAYERS}
        ),
        streets=streets,
        paths=paths,
        labels=tuple(_list_labels(content)),
    )


def take_reach(atlas: Atlas, reach_areas: gpd.GeoDataFrame, city_area: gpd.GeoDataFrame) -> Atlas:
    """Return the atlas with other walking-time areas, a table like `reach_areas`."""
    return replace(atlas, reach=MappingProxyType(_simplify_reach(reach_areas, city_area)))


def cut_atlas(atlas: Atlas, focus: BaseGeometry) -> Atlas:
    """Return the part of the atlas around a district, with a margin to find one's way."""
    box = shapely.box(*shapely.buffer(focus, _FOCUS_MARGIN_M).bounds)
    shapely.prepare(box)
    cut = {layer: _cut_lines(named, box) for layer, named in atlas.lines.items()}
    return replace(
        atlas,
        inhabited=_polygons_of(shapely.intersection(atlas.inhabited, box)),
        unknown=_polygons_of(shapely.intersection(atlas.unknown, box)),
        green=_cut_areas(atlas.green, box),
        water=_cut_areas(atlas.water, box),
        reach=MappingProxyType(
            {key: _polygons_of(shapely.intersection(area, box)) for key, area in atlas.reach.items()}
        ),
        lines=MappingProxyType(cut),
        streets=_cut_lines(atlas.streets, box),
        paths=_cut_lines(atlas.paths, box),
        labels=tuple(label for label in atlas.labels if shapely.covers(box, label[0])),
    )


def pack_background(atlas: Atlas) -> dict[str, Any]:
    """Return the layers below the districts, ready for the page's data."""
    packed: dict[str, Any] = {"land": geometry.pack_polygons(atlas.land, atlas.crs)}
    if not atlas.inhabited.is_empty:
        packed["inhabited"] = geometry.pack_polygons(np.array([atlas.inhabited], dtype=object), atlas.crs)
    if not atlas.unknown.is_empty:
        packed["unknown"] = geometry.pack_polygons(np.array([atlas.unknown], dtype=object), atlas.crs)
    for key, polygons in (("green", atlas.green), ("water", atlas.water)):
        if len(polygons):
            packed[key] = geometry.pack_polygons(polygons, atlas.crs)
    for key, named in (*atlas.lines.items(), ("streets", atlas.streets)):
        if len(named.lines):
            packed[key] = _pack_named(named, atlas.crs)
    room = _VERTEX_BUDGET - int(shapely.get_num_coordinates(atlas.streets.lines).sum())
    if len(atlas.paths.lines) and int(shapely.get_num_coordinates(atlas.paths.lines).sum()) <= room:
        packed["paths"] = _pack_named(atlas.paths, atlas.crs)
    points = np.array([label[0] for label in atlas.labels], dtype=object)
    packed["labels"] = {
        "xy": geometry.quantise(points, atlas.crs),
        "kind": [label[1] for label in atlas.labels],
        "name": [label[2] for label in atlas.labels],
    }
    return packed


def pack_reach(atlas: Atlas, profiles: Sequence[str]) -> dict[str, Any]:
    """Return the walking-time areas: profile -> thresholds, widest first, as the page paints them."""
    packed: dict[str, Any] = {}
    for profile in profiles:
        thresholds = sorted((t for p, t in atlas.reach if p == profile), reverse=True)
        if thresholds:
            areas = np.array([atlas.reach[profile, t] for t in thresholds], dtype=object)
            packed[profile] = {"t": thresholds, **geometry.pack_polygons(areas, atlas.crs)}
    return packed


def pack_districts(districts: gpd.GeoDataFrame, crs: str) -> dict[str, Any]:
    """Return district polygons with shared borders kept, and a point for each name."""
    polygons = geometry.simplify_coverage(districts.geometry, _BORDER_TOLERANCE_M)
    return {
        **geometry.pack_polygons(polygons, crs),
        "xy": geometry.quantise(geometry.find_label_points(polygons), crs),
    }


def pack_areas(polygons: gpd.GeoSeries, crs: str) -> dict[str, Any]:
    """Return single areas, such as gaps, and a point for each label."""
    simple = geometry.simplify(polygons, _REACH_TOLERANCE_M)
    return {
        **geometry.pack_polygons(simple, crs),
        "xy": geometry.quantise(geometry.find_label_points(simple), crs),
    }


def find_bounds(area: BaseGeometry, crs: str) -> list[list[float]]:
    """Return [[south, west], [north, east]] of an area in the metric CRS, in degrees."""
    west, south, east, north = area.bounds
    corners = np.array([[west, south], [east, south], [west, north], [east, north]])
    lonlat = geometry.project(corners, crs)
    (w, s), (e, n) = lonlat.min(axis=0).round(5).tolist(), lonlat.max(axis=0).round(5).tolist()
    return [[s, w], [n, e]]


def _list_labels(content: SiteContent) -> Iterator[tuple[Any, str, str]]:
    labels, areas = content.background_labels, content.background_areas
    rows = labels[["kind", "name"]].itertuples(index=False)
    for point, (kind, name) in zip(labels.geometry, rows, strict=True):
        yield point, str(kind), clean_text(name)
    # Parks and lakes of one name are one: the largest piece bears it.
    is_named = areas["name"].fillna("").ne("") & areas["layer"].isin(("green", "water"))
    large = areas[is_named & (areas.geometry.area >= _NAMED_MIN_M2)]
    largest = large.iloc[np.argsort(-large.geometry.area.to_numpy(), kind="stable")]
    unique = largest.drop_duplicates(["layer", "name"])
    rows = unique[["layer", "name"]].itertuples(index=False)
    points = geometry.find_label_points(unique.geometry.to_numpy())
    for point, (layer, name) in zip(points, rows, strict=True):
        yield point, str(layer), clean_text(name)


def _build_homes(content: SiteContent, *, is_known: bool) -> shapely.MultiPolygon:
    walking = content.profile.walking
    reach_m = walking.list_reaches()[-1]
    persons_min = content.profile.publication.share_base_min
    return build_inhabited_area(content.demand, persons_min=persons_min, reach_m=reach_m, is_known=is_known)


def _find_inhabited(content: SiteContent, city: gpd.GeoDataFrame) -> BaseGeometry:
    area = _build_homes(content, is_known=True)
    border = shapely.union_all(city.geometry.to_numpy())
    return _polygons_of(shapely.intersection(area, border))


def _find_unknown(content: SiteContent, city: gpd.GeoDataFrame, *, inhabited: BaseGeometry) -> BaseGeometry:
    border = shapely.union_all(city.geometry.to_numpy())
    area: BaseGeometry = _build_homes(content, is_known=False)
    if content.mapped_area is not None and not content.is_extract_only:
        area = shapely.union(area, shapely.difference(border, content.mapped_area))
    return _polygons_of(shapely.difference(shapely.intersection(area, border), inhabited))


def _simplify_areas(areas: gpd.GeoDataFrame, least_m2: float) -> Geometries:
    large = areas[areas.geometry.area >= least_m2]
    return geometry.simplify(large.geometry, _AREA_TOLERANCE_M)


def _simplify_reach(
    reach_areas: gpd.GeoDataFrame, city: gpd.GeoDataFrame
) -> dict[tuple[str, int], BaseGeometry]:
    border = shapely.union_all(city.geometry.to_numpy())
    shapely.prepare(border)
    inside = shapely.intersection(geometry.simplify(reach_areas.geometry, _REACH_TOLERANCE_M), border)
    keys = zip(reach_areas["profile"], reach_areas["threshold_min"], strict=True)
    return {
        (str(profile), int(threshold)): _polygons_of(area)
        for (profile, threshold), area in zip(keys, inside, strict=True)
    }


def _polygons_of(area: BaseGeometry) -> shapely.MultiPolygon:
    parts = shapely.get_parts(shapely.get_parts(area))
    is_area = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (
        shapely.area(parts) >= _REACH_MIN_M2
    )
    return shapely.MultiPolygon(list(parts[is_area]))


def _build_streets(walk_edges: gpd.GeoDataFrame, *, has_main_roads: bool) -> tuple[NamedLines, NamedLines]:
    kind = walk_edges["highway"].str.removesuffix("_link")
    drawn_already = kind.isin(_CLASSIFIED) if has_main_roads else pd.Series(data=False, index=kind.index)
    is_path = kind.isin(_PATHS)
    streets = _join_named(walk_edges[~is_path & ~drawn_already], _LINE_TOLERANCE_M, _STREET_MIN_M)
    paths = _join_named(walk_edges[is_path], _PATH_TOLERANCE_M, _PATH_MIN_M)
    if int(shapely.get_num_coordinates(streets.lines).sum()) > _VERTEX_BUDGET:
        streets = streets.select(np.flatnonzero([bool(name) for name in streets.names]))
    return streets, NamedLines(paths.lines, ("",) * len(paths.lines))


def _join_lines(background_lines: gpd.GeoDataFrame, layer: str) -> NamedLines:
    return _join_named(background_lines[background_lines["layer"] == layer], _LINE_TOLERANCE_M, 0.0)


def _join_named(rows: gpd.GeoDataFrame, tolerance_m: float, least_m: float) -> NamedLines:
    # One line a street instead of one an edge: fewer vertices, and room for its name.
    if not len(rows):
        return NamedLines(np.array([], dtype=object), ())
    raw, code_of_row = np.unique(rows["name"].fillna("").to_numpy(dtype=str), return_inverse=True)
    names, code_of_raw = np.unique([clean_text(name) for name in raw], return_inverse=True)
    codes = code_of_raw[code_of_row]
    order = np.argsort(codes, kind="stable")
    bundles = shapely.multilinestrings(rows.geometry.to_numpy()[order], indices=codes[order])
    lines, bundle = shapely.get_parts(shapely.line_merge(bundles), return_index=True)
    kept = (shapely.length(lines) >= least_m) | (names[bundle] != "")
    return NamedLines(geometry.simplify(lines[kept], tolerance_m), tuple(names[bundle[kept]].tolist()))


def _cut_lines(named: NamedLines, box: BaseGeometry) -> NamedLines:
    return named.select(np.flatnonzero(shapely.intersects(named.lines, box)))


def _cut_areas(polygons: Geometries, box: BaseGeometry) -> Geometries:
    return polygons[shapely.intersects(polygons, box)]


def _pack_named(named: NamedLines, crs: str) -> dict[str, Any]:
    packed, kept = geometry.pack_lines(named.lines, crs)
    names = np.array([named.names[position] for position in kept], dtype=str)
    distinct, counts = np.unique(names, return_counts=True)
    if not any(distinct):
        return packed
    # The lines come sorted by name: how many of each is enough.
    if (names[:-1] > names[1:]).any():
        raise ValueError("lines are not in the order of their names")
    return {**packed, "names": distinct.tolist(), "counts": counts.tolist()}
