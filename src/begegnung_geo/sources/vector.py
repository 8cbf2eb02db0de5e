# SPDX-License-Identifier: MIT
"""Districts and the city's border from any vector file."""

import logging
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from begegnung_geo.errors import SourceError, format_rows
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.sources.layer import clean_text, format_ids, project_layer, read_layer

_log = logging.getLogger(__name__)
_REPAIRED = IssueCode.DISTRICT_REPAIRED
_REJECTED = IssueCode.DISTRICT_REJECTED


def read_districts(
    path: Path, *, level: str, id_column: str, name_column: str, crs: CRS | str
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Read the districts of one level.

    Several features with the same id and the same name are one district in
    pieces and are joined; the same id with two names is an error. A feature
    without polygon is left out, one without name takes its id as its name.

    Parameters
    ----------
    path
        Any GDAL-readable vector file; GeoJSON also as Opendatasoft exports it.
    level
        Key of the level, e.g. `stadtbezirk`.
    id_column, name_column
        Columns of the file. Ids become text, leading zeros kept: 0 is `"0"`.
    crs
        Metric CRS to convert to.

    Returns
    -------
    district_areas
        Table `district_areas`: valid Polygon or MultiPolygon, metric CRS, sorted by id.
    issues
        Table `issues`: features repaired, joined or left out, encoding guessed.

    Raises
    ------
    SourceError
        If the file cannot be read, lacks a column, holds no polygon, has a
        polygon without id, or one id with several names.
    CrsError
        If the file names no CRS or its coordinates do not fit it.
    """
    features, layer_issues = read_layer(path, columns=(id_column, name_column))
    areas, shape_issues = _keep_polygons(project_layer(features, crs=crs, where=str(path)), path)
    areas = areas.assign(district_id=format_ids(areas[id_column]), name=clean_text(areas[name_column]))
    _require_ids(areas, path, id_column)
    is_nameless = areas["name"].isna()
    areas["name"] = areas["name"].fillna(areas["district_id"])
    name_issues = build_issues(
        path.name, _REPAIRED, rows=_label_rows(areas[is_nameless]), texts="has no name; its id stands for it"
    )
    areas, join_issues = _join_pieces(areas[["district_id", "name", "geometry"]], path)
    district_areas = areas.assign(level=pd.Series(level, index=areas.index, dtype="str"))
    district_areas = district_areas[["district_id", "level", "name", "geometry"]]
    _log.info("%s: %d features, %d districts of level %s", path.name, len(features), len(areas), level)
    issues = concat_issues([layer_issues, shape_issues, name_issues, join_issues])
    return district_areas.sort_values("district_id", ignore_index=True), issues


def read_boundary(path: Path, *, name: str, crs: CRS | str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Read the border of the study area: all polygons of the file together.

    Parameters
    ----------
    path
        Any GDAL-readable vector file.
    name
        Name of the city.
    crs
        Metric CRS to convert to.

    Returns
    -------
    city_area
        Table `city_area`, one row with origin `boundary_file`.
    issues
        Table `issues`: polygons repaired or left out.

    Raises
    ------
    SourceError
        If the file cannot be read or holds no polygon.
    CrsError
        If the file names no CRS or its coordinates do not fit it.
    """
    features, layer_issues = read_layer(path)
    areas, shape_issues = _keep_polygons(project_layer(features, crs=crs, where=str(path)), path)
    city_area = gpd.GeoDataFrame(
        {
            "name": pd.Series([name], dtype="str"),
            "origin": pd.Series(["boundary_file"], dtype="str"),
        },
        geometry=[shapely.union_all(areas.geometry.to_numpy())],
        crs=areas.crs,
    )
    return city_area, concat_issues([layer_issues, shape_issues])


def _keep_polygons(features: gpd.GeoDataFrame, path: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    shapes = features.geometry.to_numpy().copy()
    is_invalid = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    reasons = shapely.is_valid_reason(shapes[is_invalid])
    shapes[is_invalid] = shapely.make_valid(shapes[is_invalid], method="structure", keep_collapsed=False)
    areas = _pick_polygons(shapes)
    is_kept = shapely.area(areas) > 0
    kept = features[is_kept].set_geometry(areas[is_kept], crs=features.crs)
    repaired = features[is_invalid & is_kept]
    texts = [f"polygon was not valid ({reason}); repaired" for reason in reasons[is_kept[is_invalid]]]
    issues = [
        build_issues(path.name, _REPAIRED, rows=_label_rows(repaired), texts=texts),
        build_issues(
            path.name,
            _REJECTED,
            rows=_label_rows(features[~is_kept]),
            texts=[
                f"is no polygon ({_name_shape(shape)}); left out" for shape in features.geometry[~is_kept]
            ],
        ),
    ]
    if not len(kept):
        raise SourceError(
            "the file holds no polygon",
            where=f"{path}: {len(features)} features, {_name_shape(features.geometry.iloc[0])}",
            hint="give the file with the areas, not the one with their points or border lines",
        )
    return kept, concat_issues(issues)


def _pick_polygons(shapes: np.ndarray) -> np.ndarray:
    # A repair or a sloppy export leaves collections; the polygons in them are what is meant.
    picked = shapes.copy()
    is_mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    for position in np.flatnonzero(is_mixed):
        parts = shapely.get_parts(shapes[position])
        picked[position] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
    is_polygon = np.isin(shapely.get_type_id(picked), (3, 6))
    picked[~is_polygon] = shapely.Polygon()
    return picked


def _name_shape(shape: BaseGeometry | None) -> str:
    if shape is None:
        return "no geometry"
    return f"empty {shape.geom_type}" if shape.is_empty else str(shape.geom_type)


def _label_rows(features: pd.DataFrame) -> list[str]:
    return [f"feature {position + 1}" for position in features.index]


def _require_ids(areas: gpd.GeoDataFrame, path: Path, id_column: str) -> None:
    is_missing = areas["district_id"].isna()
    if is_missing.any():
        raise SourceError(
            f"{int(is_missing.sum())} polygons have no id",
            where=f'{path}, column "{id_column}", {format_rows(_label_rows(areas[is_missing]))}',
            hint="fill in the ids, or name another column",
        )
    names = areas.dropna(subset="name").groupby("district_id")["name"].agg(lambda n: sorted(set(n)))
    several = names[names.map(len) > 1]
    if len(several):
        rows = [f"{key} ({' / '.join(found)})" for key, found in several.items()]
        raise SourceError(
            f"{len(several)} district ids stand for several districts",
            where=f'{path}, column "{id_column}": {format_rows(rows)}',
            hint="name the column whose values are unique, or mend the ids",
        )


def _join_pieces(areas: gpd.GeoDataFrame, path: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    counts = areas["district_id"].value_counts()
    pieces = counts[counts > 1].sort_index()
    if not len(pieces):
        return areas, concat_issues([])
    issues = build_issues(
        path.name,
        _REPAIRED,
        rows=pieces.index,
        texts=[f"district comes in {count} features; joined" for count in pieces],
    )
    return areas.dissolve(by="district_id", aggfunc="first", as_index=False), issues
