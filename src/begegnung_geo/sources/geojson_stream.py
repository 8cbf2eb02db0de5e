# SPDX-License-Identifier: MIT
"""GeoJSON of any size, feature by feature: read, measured and written without holding the whole."""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from begegnung_geo.sources.json_list import EndsEarlyError, JsonList, StrangeJsonError

Box = tuple[float, float, float, float]
"""West, south, east, north."""

_PIECE_BYTES = 1 << 16
_POSITION_LENGTH_MIN = 2


class NotGeoJsonError(Exception):
    """A file that is no whole GeoJSON FeatureCollection; the text says why."""


class FeatureStream:
    """The features of a file, to be gone through once; `crs` is known afterwards."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.crs: Any = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """
        Yield each feature.

        Raises
        ------
        NotGeoJsonError
            If it is no whole FeatureCollection.
        """
        with self._path.open("rb") as file:
            listed = JsonList(iter(partial(file.read, _PIECE_BYTES), b""), key="features")
            try:
                for feature in listed:
                    if not isinstance(feature.get("properties") or {}, dict):
                        raise NotGeoJsonError("holds a feature whose properties are no object")
                    yield feature
            except EndsEarlyError as error:
                raise NotGeoJsonError("ends early") from error
            except StrangeJsonError as error:
                raise NotGeoJsonError("is not a GeoJSON FeatureCollection") from error
        self.crs = listed.envelope.get("crs")


def write_features(features: Iterable[dict[str, Any]], path: Path) -> int:
    """Write a FeatureCollection in WGS84, one feature a line; return how many."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"type": "FeatureCollection", "features": [\n')
        for count, feature in enumerate(features, start=1):
            out.write(",\n" if count > 1 else "")
            out.write(json.dumps(feature, ensure_ascii=False))
        out.write("\n]}\n")
    return count


def measure_extent(path: Path) -> tuple[Box, Any]:
    """
    Return the box around all geometries, in the file's own coordinates, and its CRS.

    The CRS is the member `crs` that GeoJSON had before RFC 7946; None stands for WGS84.

    Raises
    ------
    NotGeoJsonError
        If it is no whole FeatureCollection, or has no geometry.
    """
    xs: list[float] = []
    ys: list[float] = []
    features = FeatureStream(path)
    for feature in features:
        for x, y in _iter_positions(feature.get("geometry")):
            xs.append(x)
            ys.append(y)
        if xs:  # only the ends are kept
            xs, ys = [min(xs), max(xs)], [min(ys), max(ys)]
    if not xs:
        raise NotGeoJsonError("has no geometry")
    return (xs[0], ys[0], xs[-1], ys[-1]), features.crs


def _iter_positions(geometry: Any) -> Iterator[tuple[float, float]]:  # noqa: ANN401 - JSON
    if not isinstance(geometry, dict):
        return
    waiting = [geometry.get("coordinates"), *(geometry.get("geometries") or [])]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [item.get("coordinates"), *(item.get("geometries") or [])]
        elif isinstance(item, list) and item and not isinstance(item[0], list):
            if len(item) < _POSITION_LENGTH_MIN or not all(isinstance(v, int | float) for v in item[:2]):
                raise NotGeoJsonError("holds a position without two numbers")
            yield float(item[0]), float(item[1])
        elif isinstance(item, list):
            waiting += item
