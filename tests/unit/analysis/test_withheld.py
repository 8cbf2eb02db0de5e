# SPDX-License-Identifier: MIT
import geopandas as gpd
import pytest
import shapely

from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.analysis.withheld import drop_withheld
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.config import find_config_dir
from inventory_rows import at, build_features, build_records, read_rules


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


SHELTERS = (
    "Frauenhaus Zuflucht", "Frauen-Schutzhaus", "Frauen Haus Dortmund", "Schutzhaus für Frauen",
    "Gewaltschutzhaus", "Zuflucht für Mädchen", "Frauennotaufnahme", "Frauenübernachtungsstelle",
    "Mutter-Kind-Haus", "Mädchenhaus", "Flüchtlingsunterkunft Adlerstraße", "Asylbewerberheim",
    "Zentrale Unterbringungseinrichtung", "Übergangsheim", "Obdachlosenunterkunft", "Notschlafstelle",
    "Notunterkunft", "Women's Refuge", "Womens Shelter", "Jugendschutzstelle", "Clearinghaus",
    "Wohngruppe für unbegleitete Minderjährige", "Gemeinschaftsunterkunft Nord",
    "Erstaufnahmeeinrichtung", "Kinderschutzhaus", "Inobhutnahme Süd", "Wohnungslosenunterkunft",
    "Kinderheim", "Übergangswohnheim", "Refugee Home", "Haus der Geflüchteten: Geflüchtetenunterkunft",
    "Safe House",
)  # fmt: skip
OPEN_HOUSES = (
    "Dietrich-Keuning-Haus", "Mädchen- und Frauentreff Kratzbürste", "Mütterzentrum",
    "Mutter-Kind-Café", "Kinderschutzbund Dortmund", "Frauenbildungshaus", "Flüchtlingscafé",
    "Begegnungsstätte für Geflüchtete", "Gast-Haus", "Jugendheim St. Marien", "Gemeinschaftshaus",
    "Naturschutzhaus", "Umweltschutzstelle", "Frauencafé", "Haus der Frau", "Notenschlüssel e. V.",
    "Kinder- und Jugendtreff", "Wohnungslosencafé", "Verbraucherschutzstelle",
)  # fmt: skip


def _is_withheld(name: str) -> bool:
    return any(pattern.search(name.casefold()) for pattern in read_rules().list_withhold_words())


@pytest.mark.parametrize("name", SHELTERS)
def test_no_shelter_is_published_however_it_is_called(name):
    assert _is_withheld(name)


@pytest.mark.parametrize("name", OPEN_HOUSES)
def test_open_houses_are_not_taken_for_shelters(name):
    assert not _is_withheld(name)


@pytest.mark.parametrize("name", SHELTERS)
def test_a_shelter_is_withheld_from_the_map_and_from_lists(name):
    place = ("node/1", {"amenity": "social_facility", "name": name}, at(0))
    assert build_osm_places(build_features(place), read_rules())[0].empty
    listed = build_records({"name": name, "class_hint": "Soziale Einrichtung", "geometry": at(0)})
    assert classify_records(listed, read_rules())[0].empty


def test_the_words_are_the_same_for_the_map_and_for_lists():
    words = {rule.words.pattern for rule in read_rules().rules if rule.effect == "withhold" and rule.words}
    assert len(words) == 1
