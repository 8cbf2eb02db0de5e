# SPDX-License-Identifier: MIT
import geopandas as gpd
import pytest
from shapely.geometry import Point

from begegnung_geo.crs import require_crs, require_metric
from begegnung_geo.errors import CrsError


def test_layer_without_crs_is_refused() -> None:
    with pytest.raises(CrsError, match="no coordinate reference system"):
        require_crs(gpd.GeoSeries([Point(0, 0)]), "EPSG:25832", name="places")


def test_layer_in_another_crs_is_refused_and_both_are_named() -> None:
    with pytest.raises(CrsError, match="EPSG:4326, expected EPSG:25832"):
        require_crs(gpd.GeoSeries([Point(0, 0)], crs=4326), "EPSG:25832", name="places")


def test_layer_in_the_same_crs_passes() -> None:
    require_crs(gpd.GeoSeries([Point(0, 0)], crs="EPSG:25832"), "EPSG:25832", name="places")


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:2263", "EPSG:99999", "nonsense"])
def test_degrees_web_mercator_feet_and_nonsense_are_no_metric_crs(crs: str) -> None:
    with pytest.raises(CrsError):
        require_metric(crs, where="profile")


def test_utm_is_a_metric_crs() -> None:
    assert require_metric("EPSG:25832", where="profile").to_epsg() == 25832
