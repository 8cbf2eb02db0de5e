# SPDX-License-Identifier: MIT
"""Positions in a list from people: degrees or metres, decimal commas, swapped columns, nonsense."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from begegnung_geo.crs import WGS84, require_metric
from begegnung_geo.errors import CrsError
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.sources.cells import RawTable
from begegnung_geo.sources.place_columns import pick_first

_ZONE_PREFIX = 32_000_000  # EPSG:4647 writes the UTM zone before the easting
_NULL_ISLAND_DEG = 0.01
_SHOWN_LENGTH = 40
# A position this far beyond the strip of the metric CRS is not near the city (judgement:
# Germany's far end still counts as a position, another continent does not).
_MARGIN_LON_DEG = 6.0
_MARGIN_LAT_DEG = 3.0
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*")
_PAIR = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*[,; ]\s*([-+]?\d+(?:\.\d+)?)\s*")
_COMMA_PAIR = re.compile(r"\s*([-+]?\d+,\d+)\s*[; ]\s*([-+]?\d+,\d+)\s*")
_WKT_POINT = re.compile(r"\s*POINT\s*Z?\s*\(\s*([-+.\d]+)\s+([-+.\d]+)[^)]*\)\s*", re.IGNORECASE)


def find_points(
    table: RawTable, roles: Mapping[str, Sequence[str]], *, key: str, crs: CRS | str
) -> tuple[gpd.GeoSeries, pd.Series, pd.DataFrame]:
    """
    Find each row's position: its geometry, else lat/lon, else a point column, else metres.

    Decimal commas are understood, and metres of the metric CRS (also with the zone
    prefix 32) wherever they stand. Latitude and longitude in each other's place are
    put right, with an issue, where only the swapped pair lies in the area of the
    metric CRS. 0/0, unreadable and far away positions are no positions.

    Returns
    -------
    points
        Point in the metric CRS on the index of the table; null where there is none.
    is_given
        Whether the row names a position at all, usable or not.
    issues
        Table `issues`: positions swapped or not usable.
    """
    metric = require_metric(crs, where=key)
    x, y = _read_geometry(table)
    shown = [f"{lon:.6f}, {lat:.6f}" for lon, lat in zip(x, y, strict=True)]
    given = pd.Series(shown, index=table.cells.index, dtype=object).mask(x.isna(), "")
    for text, first, second in _read_columns(table.cells, roles):
        is_new = (given == "") & text.notna()
        given = given.mask(is_new, text)
        x, y = x.mask(is_new, first), y.mask(is_new, second)
    degrees, is_swapped, is_usable = _settle(x.to_numpy(dtype=float), y.to_numpy(dtype=float), metric)
    to_metric = Transformer.from_crs(WGS84, metric, always_xy=True)
    east, north = to_metric.transform(degrees[:, 0], degrees[:, 1])
    is_usable &= np.isfinite(east) & np.isfinite(north)
    coordinates = np.column_stack([np.where(is_usable, east, 0.0), np.where(is_usable, north, 0.0)])
    shapes = np.asarray(shapely.points(coordinates), dtype=object)
    shapes[~is_usable] = None
    points = gpd.GeoSeries(shapes, index=table.cells.index, crs=metric)
    is_given = given != ""
    rows = pd.DataFrame({"label": table.labels, "text": given.map(_quote)})
    issues = concat_issues(
        [
            _report(rows[is_swapped & is_usable], "latitude and longitude were swapped; put right", key=key),
            _report(rows[is_given & ~is_usable], "is no position near the city; left out", key=key),
        ]
    )
    return points, is_given, issues


def _read_geometry(table: RawTable) -> tuple[pd.Series, pd.Series]:
    index = table.cells.index
    if table.geometry is None or table.geometry.isna().all():
        return pd.Series(np.nan, index=index), pd.Series(np.nan, index=index)
    if table.geometry.crs is None:
        raise CrsError(
            "the list does not say in which coordinate reference system its points are",
            where=f"source {table.labels.name or 'of places'}",
            hint="save it as GeoPackage or GeoJSON with its CRS",
        )
    shapes = shapely.force_2d(table.geometry.to_numpy())
    is_usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes[~is_usable] = None
    is_point = shapely.get_type_id(shapes) == 0
    anchors = np.asarray(shapely.point_on_surface(shapes), dtype=object)
    anchors[is_point] = shapes[is_point]
    anchored = gpd.GeoSeries(anchors, index=index, crs=table.geometry.crs)
    if not table.geometry.crs.equals(WGS84, ignore_axis_order=True):
        anchored = anchored.to_crs(WGS84)
    return anchored.x, anchored.y


def _read_columns(
    cells: pd.DataFrame, roles: Mapping[str, Sequence[str]]
) -> list[tuple[pd.Series, pd.Series, pd.Series]]:
    found = []
    if "lat" in roles and "lon" in roles:
        found.append(_read_pair(cells, roles["lon"], roles["lat"]))
    for column in roles.get("point", ()):
        text = cells[column]
        pairs = np.array([_parse_point(value) for value in text.fillna("")], dtype=float).reshape(-1, 2)
        found.append(
            (text, pd.Series(pairs[:, 0], index=cells.index), pd.Series(pairs[:, 1], index=cells.index))
        )
    if "easting" in roles and "northing" in roles:
        found.append(_read_pair(cells, roles["easting"], roles["northing"]))
    return found


def _read_pair(
    cells: pd.DataFrame, x_columns: Sequence[str], y_columns: Sequence[str]
) -> tuple[pd.Series, pd.Series, pd.Series]:
    x_text, y_text = pick_first(cells, x_columns), pick_first(cells, y_columns)
    text = (y_text.fillna("?") + ", " + x_text.fillna("?")).where(x_text.notna() | y_text.notna())
    return text, x_text.map(parse_number), y_text.map(parse_number)


def parse_number(text: object) -> float:
    """Return a number with decimal point or comma, `51,5°`, `389.123,45`; NaN for anything else."""
    if not isinstance(text, str):
        return np.nan
    digits = text.strip().rstrip("°NEno m").replace(" ", "").replace("'", "")
    if not _NUMBER.fullmatch(digits):
        return np.nan
    marks = [char for char in digits if char in ".,"]
    if len(set(marks)) > 1:  # both signs: the last one is the decimal sign
        other = "." if marks[-1] == "," else ","
        digits = digits.replace(other, "")
        marks = [char for char in marks if char != other]
    return float(digits.replace(",", ".")) if len(marks) <= 1 else np.nan


def _parse_point(text: str) -> tuple[float, float]:
    if text.startswith(("{", "[")):
        return _parse_json_point(text)
    wkt = _WKT_POINT.fullmatch(text)
    if wkt:
        return parse_number(wkt[1]), parse_number(wkt[2])
    pair = _PAIR.fullmatch(text) or _COMMA_PAIR.fullmatch(text)
    # Opendatasoft writes "lat, lon".
    return (parse_number(pair[2]), parse_number(pair[1])) if pair else (np.nan, np.nan)


def _parse_json_point(text: str) -> tuple[float, float]:
    nothing = (np.nan, np.nan)
    try:
        value: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return nothing
    if isinstance(value, dict) and isinstance(value.get("geometry"), dict):
        value = value["geometry"]
    if isinstance(value, dict) and "coordinates" in value:
        pair = value["coordinates"]
    elif isinstance(value, dict):
        pair = [value.get("lon", value.get("lng")), value.get("lat")]
    else:
        pair = value[1::-1]  # a bare list is [lat, lon], as in the older portal exports
    is_pair = isinstance(pair, list) and len(pair) >= 2 and all(isinstance(v, int | float) for v in pair[:2])  # noqa: PLR2004
    return (float(pair[0]), float(pair[1])) if is_pair else nothing


def _settle(x: np.ndarray, y: np.ndarray, metric: CRS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lon/lat, which rows were swapped, and which are usable."""
    x, y, was_metric_swap = _from_metres(x, y, metric)
    area = metric.area_of_use
    west, south, east, north = area.bounds if area else (-180.0, -90.0, 180.0, 90.0)

    def is_within(lon: np.ndarray, lat: np.ndarray, *, lon_margin: float, lat_margin: float) -> np.ndarray:
        inside = (lon >= west - lon_margin) & (lon <= east + lon_margin)
        return np.asarray(inside & (lat >= south - lat_margin) & (lat <= north + lat_margin))

    with np.errstate(invalid="ignore"):
        is_origin = (np.abs(x) < _NULL_ISLAND_DEG) & (np.abs(y) < _NULL_ISLAND_DEG)
        is_straight = is_within(x, y, lon_margin=0, lat_margin=0)
        is_swapped = ~is_straight & is_within(y, x, lon_margin=0, lat_margin=0)
        lon, lat = np.where(is_swapped, y, x), np.where(is_swapped, x, y)
        is_near = is_within(lon, lat, lon_margin=_MARGIN_LON_DEG, lat_margin=_MARGIN_LAT_DEG)
    is_usable = np.isfinite(x) & np.isfinite(y) & ~is_origin & is_near
    degrees = np.column_stack([np.where(is_usable, lon, 0.0), np.where(is_usable, lat, 0.0)])
    return degrees, is_swapped | was_metric_swap, is_usable


def _from_metres(x: np.ndarray, y: np.ndarray, metric: CRS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    area = metric.area_of_use
    to_degrees = Transformer.from_crs(metric, WGS84, always_xy=True)
    no_swap = np.zeros(len(x), dtype=bool)
    if area is None:
        return x, y, no_swap
    bounds = Transformer.from_crs(WGS84, metric, always_xy=True).transform_bounds(*area.bounds)

    def is_inside(east: np.ndarray, north: np.ndarray) -> np.ndarray:
        inside = (east >= bounds[0]) & (east <= bounds[2])
        return np.asarray(inside & (north >= bounds[1]) & (north <= bounds[3]))

    with np.errstate(invalid="ignore"):
        x = np.where((x > _ZONE_PREFIX) & (x < _ZONE_PREFIX + 1e6), x - _ZONE_PREFIX, x)
        y = np.where((y > _ZONE_PREFIX) & (y < _ZONE_PREFIX + 1e6), y - _ZONE_PREFIX, y)
        is_metric = is_inside(x, y)
        is_swapped = ~is_metric & is_inside(y, x)
    east = np.where(is_metric, x, np.where(is_swapped, y, np.nan))
    north = np.where(is_metric, y, np.where(is_swapped, x, np.nan))
    lon, lat = to_degrees.transform(east, north)
    is_any = is_metric | is_swapped
    return np.where(is_any, lon, x), np.where(is_any, lat, y), is_swapped


def _quote(text: str) -> str:
    return f'"{text[:_SHOWN_LENGTH]}"'


def _report(rows: pd.DataFrame, fault: str, *, key: str) -> pd.DataFrame:
    texts = [f"{text} {fault}" for text in rows["text"]]
    return build_issues(key, IssueCode.PLACE_POSITION_INVALID, rows=rows["label"], texts=texts)
