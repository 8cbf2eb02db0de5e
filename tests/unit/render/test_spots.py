# SPDX-License-Identifier: MIT
"""Clusters in words: rows, nothing found, and why nothing is computed."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from begegnung_geo.render.spots import build_spot_section
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from small_town import build_town

SPOTS = gpd.GeoDataFrame(
    {
        "hot_spot_id": ["001", "002"],
        "kind": ["long", "short"],
        "profile": ["senior", "senior"],
        "persons": [1235.0, float("nan")],
        "walk_mean_min": [17.25, 4.0],
        "name": ["Deichdorf", None],
    },
    geometry=[shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])] * 2,
    crs="EPSG:25832",
)


def tell(language="de", **changes):
    return build_spot_section(Speaker(replace(build_town(), **changes), Words(language)))


def test_clusters_are_told_in_words_and_few_people_are_hidden():
    rows = tell(hot_spots=SPOTS)["rows"]
    assert [row["kind"] for row in rows] == ["Häufung langer Wege", "Häufung kurzer Wege"]
    assert [row["name"] for row in rows] == ["Deichdorf", "Gebiet 2"]
    assert rows[0]["persons"] == "1.235"
    assert "10" in rows[1]["persons"]


@pytest.mark.parametrize("reason", ["coarse_cells", "few_cells", "equal_walks"])
def test_what_is_not_computed_says_so_with_the_reason(reason):
    assert tell(hot_spots_reason=reason)["intro"].startswith("Nicht berechnet: ")
    assert tell("en", hot_spots_reason=reason)["intro"].startswith("Not computed: ")


def test_nothing_that_stands_out_is_told_as_such():
    told = tell()
    assert told["rows"] == []
    assert "nirgends" in told["intro"]
