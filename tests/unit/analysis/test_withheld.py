# SPDX-License-Identifier: MIT
import geopandas as gpd
import shapely

from begegnung_geo.analysis.withheld import drop_withheld
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.config import find_config_dir


def test_a_shelter_that_a_correction_names_is_taken_out_and_only_counted():
    rules = read_category_rules(find_config_dir())
    places = gpd.GeoDataFrame(
        {
            "begegnungsort_id": ["a", "b", "c", "d"],
            "name": ["Bürgerhaus", "Frauenhaus Musterstadt", None, "Treff"],
            "place_ids": [["osm:node/1"], ["liste:1", "osm:node/2"], ["osm:node/3"], ["osm:node/4"]],
            "operator": [None, None, "Autonomes FRAUENHAUS e.V.", None],
            "provider": [None, None, None, "Stadt"],
        },
        geometry=[shapely.Point(i, i) for i in range(4)],
        crs="EPSG:25832",
    )
    kept, issues, counts = drop_withheld(places, rules)
    assert kept["begegnungsort_id"].tolist() == ["a", "d"]
    assert issues[["row", "count"]].to_numpy().tolist() == [["*", 2]]
    assert "frauenhaus" not in issues.to_string().casefold()
    assert [(c.source, c.reasons) for c in counts] == [("liste", {"withheld": 1}), ("osm", {"withheld": 2})]


def test_nothing_to_withhold_changes_nothing():
    places = gpd.GeoDataFrame(
        {"begegnungsort_id": ["a"], "name": ["Bürgerhaus"], "place_ids": [["osm:node/1"]]},
        geometry=[shapely.Point(0, 0)],
        crs="EPSG:25832",
    )
    kept, issues, _ = drop_withheld(places, read_category_rules(find_config_dir()))
    assert len(kept) == 1
    assert issues.empty


def test_an_empty_table_stays_empty():
    rules = read_category_rules(find_config_dir())
    places = gpd.GeoDataFrame(
        {"begegnungsort_id": [], "name": [], "operator": [], "place_ids": []},
        geometry=gpd.GeoSeries([], crs="EPSG:25832"),
    )
    kept, issues, counts = drop_withheld(places, rules)
    assert counts == ()
    assert len(kept) == 0
    assert kept.crs == "EPSG:25832"
    assert issues.empty
