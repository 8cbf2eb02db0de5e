# SPDX-License-Identifier: MIT
import json
from pathlib import Path
from typing import Any

import pytest

from begegnung_geo.sources.geojson_stream import (
    FeatureStream,
    NotGeoJsonError,
    measure_extent,
    write_features,
)


def write(path: Path, *geometries: Any, **members: Any) -> Path:
    features = [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}))
    return path


def test_the_extent_covers_every_kind_of_geometry_and_skips_none(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[1, 2], [3, -4, 100]]}
    ring = {"type": "MultiPolygon", "coordinates": [[[[0, 0], [5, 0], [5, 6], [0, 0]]]]}
    both = {"type": "GeometryCollection", "geometries": [line, {"type": "Point", "coordinates": [-7, 1]}]}
    path = write(tmp_path / "a.geojson", ring, None, both, {"type": "Polygon", "coordinates": []})
    assert measure_extent(path) == ((-7, -4, 5, 6), None)


def test_the_old_member_crs_is_told(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    path = write(tmp_path / "a.geojson", {"type": "Point", "coordinates": [1, 2]}, crs=crs)
    assert measure_extent(path) == ((1, 2, 1, 2), crs)


@pytest.mark.parametrize("coordinates", [[1], ["a", "b"], [None, 1], [], None])
def test_a_position_that_is_none_is_refused(tmp_path: Path, coordinates: Any) -> None:
    path = write(tmp_path / "a.geojson", {"type": "Point", "coordinates": coordinates})
    with pytest.raises(NotGeoJsonError, match=r"position|no geometry"):
        measure_extent(path)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"Süd {n}"},
            "geometry": {"type": "Point", "coordinates": [7.1, n]},
        }
        for n in range(3)
    ]
    path = tmp_path / "a.geojson"
    for count in (3, 1, 0):
        assert write_features(iter(features[:count]), path) == count
        stream = FeatureStream(path)
        assert list(stream) == features[:count]
        assert stream.crs is None
        assert json.loads(path.read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_properties_that_are_no_object_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"features": [{"properties": [1]}]}')
    with pytest.raises(NotGeoJsonError, match="properties"):
        list(FeatureStream(path))
