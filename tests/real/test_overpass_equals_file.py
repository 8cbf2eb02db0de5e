# SPDX-License-Identifier: MIT
"""The same real data by Overpass and from its file: the tables are the same, row for row."""

import dataclasses
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from begegnung_geo.category_rules import list_feature_filters, read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.sources.fetch import fetch_city
from begegnung_geo.sources.osm import OsmTables, read_osm
from begegnung_geo.walk_rules import read_walk_rules
from live_standin.overpass import OverpassData
from live_standin.profiles import build_standin_profile
from live_standin.server import StandIn

EXTRACTS = {
    # file, a box that holds all of its nodes, and tiles so small that ways and relations cross them
    "dortmund_aplerbeck_2026-07-14.osm.pbf": ((7.0, 51.0, 8.1, 52.1), 1500.0),
    "neuss_2026-03-28.osm.pbf": ((6.6, 51.1, 6.8, 51.3), 40.0),
}


def read(path: Path) -> OsmTables:
    config = find_config_dir()
    return read_osm(
        path,
        crs="EPSG:25832",
        clip=None,
        feature_filters=list_feature_filters(read_category_rules(config)),
        walk_rules=read_walk_rules(config / "walkways.csv"),
    )


@pytest.mark.parametrize("name", EXTRACTS)
def test_overpass_gives_the_tables_of_the_file(real_data: Path, tmp_path: Path, name: str) -> None:
    box, tile_km2 = EXTRACTS[name]
    with StandIn() as standin:
        standin.overpass = OverpassData(real_data / name)
        source = {"file": name, "kind": "overpass", "url": f"{standin.url}/api"}
        profile = build_standin_profile(
            {"osm": source}, url=standin.url, overpass_tile_km2=tile_km2, overpass_area_max_km2=20_000
        )
        study = profile.study.model_copy(update={"box_wgs84": box})
        fetch_city(profile.model_copy(update={"study": study}), tmp_path)

    by_file, by_overpass = read(real_data / name), read(tmp_path / name)

    assert len(by_file.walkways) > 100
    assert len(by_file.osm_features) > 10
    for table in dataclasses.fields(OsmTables):
        expected, found = getattr(by_file, table.name), getattr(by_overpass, table.name)
        if not isinstance(expected, pd.DataFrame):
            continue
        key = expected.columns[0]
        expected = expected.sort_values(list(expected.columns[:3]) if table.name == "issues" else key)
        found = found.sort_values(list(found.columns[:3]) if table.name == "issues" else key)
        if isinstance(expected, gpd.GeoDataFrame):
            assert_geodataframe_equal(expected.reset_index(drop=True), found.reset_index(drop=True))
        else:
            assert_frame_equal(expected.reset_index(drop=True), found.reset_index(drop=True))
