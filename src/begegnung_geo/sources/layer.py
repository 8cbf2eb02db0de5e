# SPDX-License-Identifier: MIT
"""
Open any vector file that GDAL reads, and bring it into the metric CRS.

GeoJSON is parsed here and not by GDAL: ids keep the type they were written in,
and the exports of Opendatasoft portals, where the polygon may stand in a column
or inside a nested Feature, are understood.
"""

import json
import logging
import struct
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from pyproj import CRS

from begegnung_geo.crs import WGS84, require_metric
from begegnung_geo.errors import CrsError, SourceError, format_rows
from begegnung_geo.issues import IssueCode, concat_issues, count_issue

_log = logging.getLogger(__name__)
_JSON_SUFFIXES = (".geojson", ".json")
_GEOMETRY_TYPES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
)
_POLYGONAL = ("Polygon", "MultiPolygon")
_TEXT_LIMIT = 200
# A city may lie somewhat outside the strip its CRS is made for (Görlitz in UTM 32N), never
# on another continent: that is where swapped coordinates put it.
_MARGIN_LON_DEG = 10.0
_MARGIN_LAT_DEG = 3.0


def read_layer(path: Path, *, columns: Sequence[str] = ()) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Read the features of a vector file as they are.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile (also zipped), GML, FlatGeobuf or anything else GDAL reads.
    columns
        Columns that must be there. Of several layers the first that has them all is taken.

    Returns
    -------
    features
        Any geometry without heights, null where the file has none, in the CRS of the
        file (none if it names none); file order, index from 0.
    issues
        Table `issues`: whether the encoding had to be guessed.

    Raises
    ------
    SourceError
        If the file is missing, empty, truncated, no vector file, or lacks a column.
    CrsError
        If a GeoJSON names a CRS nobody knows.
    """
    _require_file(path)
    features, issues = None, concat_issues([])
    if path.suffix.lower() in _JSON_SUFFIXES:
        features, issues = _read_geojson(path)
    if features is None:
        features, issues = _read_gdal(path, columns)
    if not len(features):
        raise SourceError("the file has no features", where=str(path), hint="get a complete copy of the file")
    missing = [column for column in columns if column not in features.columns]
    if missing:
        raise SourceError(
            f"there is no column {format_rows([repr(column) for column in missing])}",
            where=f"{path}; its columns: {', '.join(str(c) for c in features.columns if c != 'geometry')}",
            hint="name one of these columns; capitals matter",
        )
    # Heights are of no use, and a collection that has some only in part cannot be projected.
    flat = shapely.force_2d(features.geometry.to_numpy())
    return features.set_geometry(gpd.GeoSeries(flat, index=features.index, crs=features.crs)), issues


def project_layer(
    features: gpd.GeoDataFrame, *, crs: CRS | str, where: str, is_far_allowed: bool = False
) -> gpd.GeoDataFrame:
    """
    Convert features into the metric CRS after checking that they can be where they claim.

    Parameters
    ----------
    features
        Any geometry, in the CRS of its file.
    crs
        Metric CRS.
    where
        File name for messages.
    is_far_allowed
        Whether some features may lie far outside the area the metric CRS is made
        for; if all do, it is an error all the same.

    Raises
    ------
    CrsError
        If the file names no CRS, its coordinates cannot be of the CRS it names, or
        they lie on another part of the earth (latitude and longitude swapped).
    """
    metric = require_metric(crs, where=where)
    if features.crs is None:
        raise CrsError(
            "the file does not say in which coordinate reference system it is",
            where=where,
            hint="add the .prj file, or save the layer as GeoPackage with its CRS",
        )
    has_shape = ~(features.geometry.isna() | features.geometry.is_empty)
    _require_degrees(features[has_shape], where)
    is_near = _flag_near(features[has_shape].geometry, metric)
    if not is_near.all() and not (is_far_allowed and is_near.any()):
        far = features[has_shape][~is_near]
        first = far.geometry.iloc[0].bounds
        raise CrsError(
            f"{len(far)} of {len(features)} features lie far outside the area of {metric.to_string()}",
            where=f"{where}, features {format_rows([i + 1 for i in far.index])}: "
            f"x {first[0]:.6g}, y {first[1]:.6g}",
            hint="longitude comes before latitude; "
            f"check that the file really is in {features.crs.to_string()}",
        )
    return features.to_crs(metric)


def format_ids(values: pd.Series) -> pd.Series:
    """
    Return ids as text: `"000"` stays, 0 becomes `"0"`, 10.0 becomes `"10"`; null and blank are null.

    Number columns with gaps are read as floats, so a whole float is an integer id.
    """
    return pd.Series([_format_id(value) for value in values], index=values.index, dtype="str")


def clean_text(values: pd.Series) -> pd.Series:
    """Return one-line texts of at most 200 characters, composed (NFC); blank and missing are null."""
    return pd.Series([_clean(value) for value in values], index=values.index, dtype="str")


def decode_text(content: bytes) -> tuple[str, bool]:
    """Return UTF-8 (with or without BOM) text, else Windows-1252, and whether that was needed."""
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), True


def label_encoding(path: Path, *, is_fallback: bool) -> pd.DataFrame:
    """Return the `issues` line that says a file was not UTF-8; no line where it was."""
    text = "not UTF-8 as it should be; read as Windows-1252"
    return count_issue(path.name, IssueCode.ENCODING_FALLBACK, count=int(is_fallback), text=text)


def _require_file(path: Path) -> None:
    if not path.exists():
        raise SourceError(
            f"there is no file {path.name}", where=str(path), hint="check the path, or run `make fetch`"
        )
    if path.is_file() and path.stat().st_size == 0:
        raise SourceError(f"{path.name} is empty", where=str(path), hint="fetch the file again")
    if path.suffix.lower() == ".shp":
        _require_whole_shapefile(path)


def _require_whole_shapefile(path: Path) -> None:
    # GDAL reads a shapefile that was cut off without a word: the missing polygons are null.
    # The header says how long the file is, in 16 bit words.
    with path.open("rb") as file:
        header = file.read(28)
    if len(header) < 28 or struct.unpack(">i", header[24:28])[0] * 2 > path.stat().st_size:  # noqa: PLR2004
        raise SourceError(
            f"{path.name} is cut off", where=str(path), hint="fetch or copy the shapefile again"
        )


def _unreadable(path: Path, reason: object) -> SourceError:
    return SourceError(
        f"{path.name} cannot be read as a vector file",
        where=f"{path}: {reason}",
        hint="the file may be cut off or of another kind; open it in QGIS or fetch it again",
    )


# --- GeoJSON ---


def _read_geojson(path: Path) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame]:
    text, is_fallback = decode_text(path.read_bytes())
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _unreadable(path, error) from error
    items = _list_features(document)
    if items is None:  # TopoJSON, Esri JSON: GDAL knows them
        return None, concat_issues([])
    properties = [_find_properties(item) for item in items]
    columns = list(dict.fromkeys(key for row in properties for key in row if key != "geometry"))
    frame = pd.DataFrame(
        {column: pd.Series([row.get(column) for row in properties], dtype=object) for column in columns},
        index=range(len(items)),
    )
    texts = [_dump(_find_geometry(item, row)) for item, row in zip(items, properties, strict=True)]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    features = gpd.GeoDataFrame(frame, geometry=shapes, crs=_find_json_crs(document, path))
    return features, label_encoding(path, is_fallback=is_fallback)


def _list_features(document: Any) -> list[dict[str, Any]] | None:  # noqa: ANN401
    if isinstance(document, list):
        return [item for item in document if isinstance(item, dict)]
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("features"), list) and document.get("type") == "FeatureCollection":
        return [item for item in document["features"] if isinstance(item, dict)]
    if document.get("type") == "Feature":
        return [document]
    if document.get("type") in _GEOMETRY_TYPES:
        return [{"geometry": document}]
    return None


def _find_properties(item: dict[str, Any]) -> dict[str, Any]:
    for key in ("properties", "fields"):
        if isinstance(item.get(key), dict):
            return dict(item[key])
    return {} if "type" in item else item


def _find_geometry(item: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any] | None:
    # Opendatasoft: the feature's own geometry may be the label point or null, with the
    # polygon in a column, bare or wrapped in a Feature.
    candidates = [_unwrap(value) for value in (item.get("geometry"), *properties.values())]
    shapes = [shape for shape in candidates if shape is not None]
    areas = [shape for shape in shapes if shape["type"] in _POLYGONAL]
    return next(iter(areas or shapes), None)


def _unwrap(value: Any) -> dict[str, Any] | None:  # noqa: ANN401
    while isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    is_shape = isinstance(value, dict) and value.get("type") in _GEOMETRY_TYPES
    return value if is_shape else None


def _dump(shape: dict[str, Any] | None) -> str | None:
    return None if shape is None else json.dumps(shape)


def _find_json_crs(document: Any, path: Path) -> CRS:  # noqa: ANN401
    member = document.get("crs") if isinstance(document, dict) else None
    if not isinstance(member, dict):
        return WGS84  # RFC 7946
    properties = member.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    try:
        return CRS.from_user_input(name)
    except Exception as error:  # pyproj raises several unrelated types here
        raise CrsError(
            f"unknown coordinate reference system {name!r}",
            where=f'{path}, member "crs"',
            hint="save the file as WGS84 GeoJSON or as GeoPackage",
        ) from error


# --- everything else, through GDAL ---


def _read_gdal(path: Path, columns: Sequence[str]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    is_shapefile = path.suffix.lower() in (".shp", ".dbf", ".zip")
    # A shapefile often names no encoding, or a wrong one. Latin-1 umlauts are never valid
    # UTF-8, so trying UTF-8 first tells the two apart; then what the file says; then cp1252.
    encodings = ("UTF-8", None, "cp1252", "ISO-8859-1") if is_shapefile else (None,)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            layer = _find_layer(path, columns)
            features, encoding = _read_encoded(path, layer, encodings)
            count = pyogrio.read_info(path, layer=layer)["features"]
        except (DataSourceError, DataLayerError, FeatureError, UnicodeDecodeError, ValueError) as error:
            raise _unreadable(path, error) from error
    for warning in caught:
        _log.info("%s: %s", path.name, warning.message)
    if not isinstance(features, gpd.GeoDataFrame):
        raise SourceError(
            f"{path.name} has no geometry", where=str(path), hint="give a file with points or polygons"
        )
    if 0 <= len(features) < count:
        raise _unreadable(path, f"{len(features)} of {count} features are there")
    return features, label_encoding(path, is_fallback=encoding in ("cp1252", "ISO-8859-1"))


def _find_layer(path: Path, columns: Sequence[str]) -> str:
    layers = pyogrio.list_layers(path)
    with_shape = [str(name) for name, kind in layers if kind is not None] or [str(layers[0][0])]
    if len(with_shape) > 1:
        for name in with_shape:
            fields = set(pyogrio.read_info(path, layer=name)["fields"])
            if columns and fields.issuperset(columns):
                return name
    return with_shape[0]


def _read_encoded(path: Path, layer: str, encodings: Iterable[str | None]) -> tuple[Any, str | None]:
    failure: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            return pyogrio.read_dataframe(path, layer=layer, encoding=encoding), encoding
        except UnicodeDecodeError as error:
            failure = error
    raise failure if failure is not None else ValueError("no encoding given")


# --- checks and text ---


def _require_degrees(features: gpd.GeoDataFrame, where: str) -> None:
    if not len(features) or features.crs is None or not features.crs.is_geographic:
        return
    west, south, east, north = features.geometry.total_bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):  # noqa: PLR2004
        raise CrsError(
            f"the coordinates cannot be degrees of {features.crs.to_string()}",
            where=f"{where}: x {west:.6g} to {east:.6g}, y {south:.6g} to {north:.6g}",
            hint="the file is in a projected CRS: save it with that CRS (for GeoJSON convert it to WGS84)",
        )


def _flag_near(shapes: gpd.GeoSeries, metric: CRS) -> np.ndarray:
    area = metric.area_of_use
    if area is None or not len(shapes):
        return np.ones(len(shapes), dtype=bool)
    bounds = shapes.to_crs(WGS84).bounds.to_numpy()
    with np.errstate(invalid="ignore"):
        is_near = (
            (bounds[:, 0] >= area.west - _MARGIN_LON_DEG)
            & (bounds[:, 2] <= area.east + _MARGIN_LON_DEG)
            & (bounds[:, 1] >= area.south - _MARGIN_LAT_DEG)
            & (bounds[:, 3] <= area.north + _MARGIN_LAT_DEG)
        )
    return np.asarray(is_near & np.isfinite(bounds).all(axis=1))


def _is_missing(value: Any) -> bool:  # noqa: ANN401
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value))
    )


def _format_id(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return _clean(value)


def _clean(value: Any) -> str | None:  # noqa: ANN401
    if _is_missing(value):
        return None
    text = unicodedata.normalize("NFC", str(value))
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return (line if len(line) <= _TEXT_LIMIT else line[: _TEXT_LIMIT - 1] + "…") or None
