# SPDX-License-Identifier: MIT
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.patches import name_patches

CRS = "EPSG:25832"
DISTRICTS = gpd.GeoDataFrame(
    {
        "level": ["stadtbezirk", "bezirk", "bezirk"],
        "district_id": ["1", "11", "12"],
        "name": ["Nord", "Altdorf", "Neudorf"],
    },
    geometry=[shapely.box(0, 0, 2000, 1000), shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
    crs=CRS,
)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Am Anger", "Am Anger"),  # a quarter that is no district
        ("Neudorf", "Neudorf"),  # its own district
        ("NORD", "NORD"),  # the one above it
        ("Altdorf", "Neudorf"),  # a district in which it does not lie: its figures would contradict
        ("altdorf", "Neudorf"),
    ],
)
def test_a_patch_never_has_the_name_of_another_district(label, name):
    labels = gpd.GeoDataFrame(
        {"label_id": ["1"], "kind": ["suburb"], "name": [label]}, geometry=[shapely.Point(990, 500)], crs=CRS
    )
    ids = pd.DataFrame({"district_id_stadtbezirk": ["1"], "district_id_bezirk": ["12"]}, dtype="str")
    named = name_patches(np.array([[1100.0, 500.0]]), ids, labels=labels, districts=DISTRICTS)
    assert named.tolist() == [name]


def test_without_a_label_the_finest_district_names_it():
    labels = gpd.GeoDataFrame({"label_id": [], "kind": [], "name": []}, geometry=[], crs=CRS)
    ids = pd.DataFrame({"district_id_stadtbezirk": ["1"], "district_id_bezirk": ["12"]}, dtype="str")
    assert name_patches(np.array([[1.0, 1.0]]), ids, labels=labels, districts=DISTRICTS).tolist() == [
        "Neudorf"
    ]
