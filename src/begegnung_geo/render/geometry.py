# SPDX-License-Identifier: MIT
"""Compact geometry for the pages: simplified in metres, packed as text in WGS84."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from begegnung_geo.crs import WGS84

QUANTA_PER_DEGREE = 100_000  # a step is 1.1 m north and 0.7 m east: below what a screen shows
_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8)
_BITS = 5
_MORE = 1 << _BITS
_MIN_RING = 4
_MIN_LINE = 2

IntArray = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class _Parts:
    """Coordinates of many lines or rings one after another."""

    xy: IntArray
    part: IntArray


def simplify(geometries: Geometries | gpd.GeoSeries, tolerance_m: float) -> Geometries:
    """Return geometries with fewer vertices (metric CRS); polygons stay valid and never vanish."""
    given = np.asarray(geometries, dtype=object)
    simple = shapely.simplify(given, tolerance_m, preserve_topology=True)
    return np.where(shapely.is_empty(simple), given, simple)


def simplify_coverage(polygons: gpd.GeoSeries, tolerance_m: float) -> Geometries:
    """Return polygons with fewer vertices whose shared borders stay shared (metric CRS)."""
    if not len(polygons):
        return np.array([], dtype=object)
    return np.asarray(shapely.coverage_simplify(polygons.to_numpy(), tolerance_m), dtype=object)


def project(xy: npt.NDArray[np.float64], crs: CRS | str) -> npt.NDArray[np.float64]:
    """Return metric coordinates (n x 2) as longitude, latitude."""
    if not len(xy):
        return np.empty((0, 2))
    transformer = _build_transformer(CRS.from_user_input(crs).to_wkt())
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))


def quantise(geometries: Geometries | gpd.GeoSeries, crs: CRS | str) -> list[list[int]]:
    """Return points (metric CRS) as whole quanta, one [longitude, latitude] a point."""
    points = np.asarray(geometries, dtype=object)
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)]) if len(points) else np.empty((0, 2))
    return [[int(lon), int(lat)] for lon, lat in _to_quanta(xy, crs).tolist()]


def pack_lines(lines: Geometries, crs: CRS | str) -> tuple[dict[str, Any], IntArray]:
    """
    Return lines (LineString, metric CRS) packed, and the positions of those that are left.

    A line that shrinks to a point at the resolution of the page is dropped.
    """
    xy, part = shapely.get_coordinates(lines, return_index=True)
    parts = _drop_repeats(_Parts(_to_quanta(xy, crs), part.astype(np.int64)))
    sizes = np.bincount(parts.part, minlength=len(lines))
    kept = np.flatnonzero(sizes >= _MIN_LINE)
    is_kept = np.isin(parts.part, kept)
    return {"n": sizes[kept].tolist(), "d": _encode(parts.xy[is_kept])}, kept.astype(np.int64)


def pack_polygons(polygons: Geometries, crs: CRS | str) -> dict[str, Any]:
    """Return polygons (metric CRS) packed; `f` counts the rings of each, 0 where none is left."""
    singles, feature = shapely.get_parts(polygons, return_index=True)
    rings, single = shapely.get_rings(singles, return_index=True)
    xy, part = shapely.get_coordinates(rings, return_index=True)
    parts = _drop_repeats(_Parts(_to_quanta(xy, crs), part.astype(np.int64)))
    sizes = np.bincount(parts.part, minlength=len(rings))
    kept = np.flatnonzero(sizes >= _MIN_RING)
    is_kept = np.isin(parts.part, kept)
    rings_per_feature = np.bincount(feature[single[kept]], minlength=len(polygons))
    return {
        "f": rings_per_feature.tolist(),
        "n": sizes[kept].tolist(),
        "d": _encode(parts.xy[is_kept]),
    }


def find_label_points(polygons: Geometries) -> Geometries:
    """Return for each polygon a point well inside it: the centre of the largest circle that fits."""
    if not len(polygons):
        return np.array([], dtype=object)
    size = np.sqrt(np.maximum(shapely.area(polygons), 1.0))
    circles = shapely.maximum_inscribed_circle(polygons, tolerance=np.maximum(size / 50, 1.0))
    return np.asarray(shapely.get_point(circles, 0), dtype=object)


@cache
def _build_transformer(wkt: str) -> Transformer:
    return Transformer.from_crs(CRS.from_wkt(wkt), WGS84, always_xy=True)


def _to_quanta(xy: npt.NDArray[np.float64], crs: CRS | str) -> IntArray:
    return np.round(project(xy, crs) * QUANTA_PER_DEGREE).astype(np.int64)


def _drop_repeats(parts: _Parts) -> _Parts:
    if not len(parts.part):
        return parts
    is_first = np.ones(len(parts.part), dtype=bool)
    is_first[1:] = parts.part[1:] != parts.part[:-1]
    has_moved = np.ones(len(parts.part), dtype=bool)
    has_moved[1:] = (parts.xy[1:] != parts.xy[:-1]).any(axis=1)
    keep = is_first | has_moved
    return _Parts(parts.xy[keep], parts.part[keep])


def _encode(xy: IntArray) -> str:
    # Differences from vertex to vertex, sign in the lowest bit.
    if not len(xy):
        return ""
    steps = np.diff(xy, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()
    return encode_numbers(fold_signs(steps))


def fold_signs(steps: IntArray) -> IntArray:
    """Return whole numbers with their sign in the lowest bit, so that none is below 0."""
    return np.where(steps < 0, -2 * steps - 1, 2 * steps).astype(np.int64)


def encode_numbers(numbers: IntArray) -> str:
    """Return whole numbers, none below 0, as text: five bits a letter, low ones first."""
    if not len(numbers):
        return ""
    widths = np.ones(len(numbers), dtype=np.int64)
    letters = []
    rest = numbers.copy()
    while True:
        letters.append(rest & (_MORE - 1))
        rest >>= _BITS
        if not rest.any():
            break
        widths += rest > 0
    table = np.stack(letters, axis=1)
    column = np.arange(table.shape[1])
    table += np.where(column < (widths - 1)[:, None], _MORE, 0)
    return _ALPHABET[table[column < widths[:, None]]].tobytes().decode("ascii")
