# SPDX-License-Identifier: MIT
from pathlib import Path

import geopandas as gpd
import pytest

from begegnung_geo.sources.gdal_facts import UnreadableError, ask


def test_gdal_tells_rows_cells_box_and_crs_from_a_process_of_its_own(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"n": [1.5, None], "name": ["a", ""], "day": ["2025-01-02", "2025-01-03"]},
        geometry=gpd.GeoSeries.from_wkt(["POINT (10 20)", "POINT (30 40)"]),
        crs="EPSG:25832",
    )
    frame.to_file(tmp_path / "a.gpkg")
    assert ask(tmp_path / "a.gpkg") == {
        "rows": 2,
        "fields": [["n", 1, 0, 0], ["name", 0, 1, 0], ["day", 0, 2, 0], ["geometry", 0, 0, 2]],
        "box": [10, 20, 30, 40],
        "crs": "EPSG:25832",
    }


def test_what_gdal_cannot_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"nothing of the kind")
    with pytest.raises(UnreadableError, match="cannot be read"):
        ask(tmp_path / "a.gpkg")
