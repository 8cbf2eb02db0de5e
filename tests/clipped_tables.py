# SPDX-License-Identifier: MIT
"""Is a clipped OSM file as good as the whole one? Shared by the tests of clipping."""

import dataclasses
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from begegnung_geo.category_rules import list_feature_filters, read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.sources.osm import OsmTables, read_osm
from begegnung_geo.walk_rules import read_walk_rules

Box = tuple[float, float, float, float]


def read_box(path: Path, box: Box) -> OsmTables:
    """Return the tables of what touches a box."""
    config = find_config_dir()
    return read_osm(
        path,
        crs="EPSG:25832",
        clip=shapely.box(*box),
        feature_filters=list_feature_filters(read_category_rules(config)),
        walk_rules=read_walk_rules(config / "walkways.csv"),
    )


def require_same_tables(whole: OsmTables, clipped: OsmTables) -> dict[str, int]:
    """
    Compare row for row, order included; return the rows a table.

    Faults are told of a file's objects wherever they are; so a clipped file may tell of
    fewer, but of none that the whole file does not have.
    """
    counts = {}
    for table in dataclasses.fields(OsmTables):
        expected, found = getattr(whole, table.name), getattr(clipped, table.name)
        if table.name == "issues":
            lines = {tuple(row) for row in expected[["code", "row", "text"]].to_numpy().tolist()}
            assert {tuple(row) for row in found[["code", "row", "text"]].to_numpy().tolist()} <= lines
        elif isinstance(expected, gpd.GeoDataFrame):
            assert_geodataframe_equal(expected, found)
            counts[table.name] = len(expected)
        elif isinstance(expected, pd.DataFrame):
            assert_frame_equal(expected, found)
    return counts
