# SPDX-License-Identifier: MIT
"""The list a local expects against the inventory."""

from pathlib import Path

import pandas as pd

from begegnung_geo.analysis.attributes import build_place_claims
from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.analysis.list_evidence import lower_evidence
from begegnung_geo.analysis.recall import measure_recall
from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.sources.places import read_place_list
from inventory_rows import CRS, at, build_places, conflate, read_rules


def test_found_by_name_or_within_150_m_and_never_by_itself() -> None:
    expected = build_places(
        {"place_id": "liste:1", "name": "Dietrich-Keuning-Haus"},
        {"place_id": "liste:2", "name": "Treff im Hof", "geometry": at(2000)},
        {
            "place_id": "liste:3",
            "name": "Bibliothek Hörde",
            "class": "library",
            "geometry": at(4000),
        },
        {"place_id": "liste:4", "name": "Haus Wenge", "geometry": at(9000)},
        {"place_id": "liste:5", "name": "Eugen-Krautscheid-Haus", "geometry": at(20_000)},
    )
    supply = build_places(
        {"place_id": "osm:node/1", "name": "Dietrich Keuning Haus", "geometry": at(400)},
        {"place_id": "osm:node/2", "name": "Café Eck", "class": "cafe_restaurant", "geometry": at(2149)},
        {"place_id": "osm:node/3", "name": "Bücherei", "class": "library", "geometry": at(4100)},
        {"place_id": "osm:node/4", "name": "Laden", "class": "cafe_restaurant", "geometry": at(9151)},
        {"place_id": "osm:node/5", "name": "Eugen-Krautscheid-Haus", "geometry": at(25_000)},
        {"place_id": "liste:4", "name": "Haus Wenge", "geometry": at(9000)},
    )
    recall = measure_recall(expected, conflate(supply)[0])
    assert recall["is_found"].tolist() == [True, True, True, False, False]
    assert recall["is_found_alike"].tolist() == [True, False, True, False, False]
    assert recall["found_by"].fillna("-").tolist() == ["name", "near", "near", "-", "-"]


def test_a_row_known_by_its_district_is_found_by_its_name_inside_it_and_not_by_what_is_in_the_middle() -> (
    None
):
    vague = {"class": "library", "precision": "district", "position_error_m": 3600.0}
    expected = build_places(
        {"place_id": "liste:1", "name": "Stadtteilbibliothek Aplerbeck", **vague},
        {"place_id": "liste:2", "name": "Stadtteilbibliothek Brackel", "geometry": at(20_000), **vague},
        {"place_id": "liste:3", "name": "Stadtteilbibliothek Aplerbeck", "geometry": at(-2000), **vague},
    )
    supply = build_places(
        {
            "place_id": "osm:node/1",
            "name": "Stadtteilbibliothek Aplerbeck",
            "class": "library",
            "geometry": at(2000),
        },
        {"place_id": "osm:node/2", "name": "Pfarrbücherei", "class": "library", "geometry": at(20_100)},
    )
    recall = measure_recall(expected, conflate(supply)[0])
    # 2,000 m from the middle, nothing of the name, and 4,000 m from the middle
    assert recall["is_found"].tolist() == [True, False, False]
    assert recall["found_by"].fillna("-").tolist() == ["name", "-", "-"]
    assert recall["distance_m"].isna().all()


def test_a_row_without_a_point_is_found_by_its_name_alone() -> None:
    expected = build_places({"place_id": "liste:1", "name": "Langer August"})
    expected.geometry = [None]
    supply = conflate(build_places({"place_id": "osm:node/1", "name": "Langer August", "geometry": at(900)}))[
        0
    ]
    assert measure_recall(expected, supply)["found_by"].tolist() == ["name"]
    assert not measure_recall(expected, supply.iloc[:0])["is_found"].any()


def test_the_shipped_list_is_whole_and_every_class_is_known(project: Path) -> None:
    path = project / "config" / "dortmund" / "orte_erwartet.csv"
    records, issues, count = read_place_list(path, key="orte_erwartet", crs=CRS)
    assert count.rejected == 0
    assert issues.empty
    # DOMAIN 3.3 has rows 1 to 73 and 70b, several with more than one place, and six without a number below.
    numbers = {source_id.split("-")[1] for source_id in records["source_id"]}
    assert numbers == {*(str(n) for n in range(1, 74)), "70b", "ohne"}
    without = records[records["source_id"].str.startswith("erwartet-ohne-")]["name"]
    assert sorted(without) == [
        "Kokerei Hansa", "LWL-Museum Zeche Zollern", "TU Mensa", "Westfälisches Schulmuseum", "domicil",
        "lokal willkommen Eving/Scharnhorst",
    ]  # fmt: skip
    placed = records.set_geometry([at(n * 1000) for n in range(len(records))], crs=CRS)
    places, issues, _ = classify_records(placed, read_rules(), evidence={"orte_erwartet": "C"})
    assert len(places) == len(records)
    assert issues.empty  # no row is taken for a shelter or an outdoor place


def test_unconfirmed_rows_stay_marked_and_outdated_ones_do_not_count(project: Path) -> None:
    path = project / "config" / "dortmund" / "orte_erwartet.csv"
    records, _, _ = read_place_list(path, key="orte_erwartet", crs=CRS)
    placed = records.set_geometry([at(n * 1000) for n in range(len(records))], crs=CRS)
    places = lower_evidence(classify_records(placed, read_rules(), evidence={"orte_erwartet": "C"})[0])
    by_name = places.set_index("name")
    assert by_name.loc["Dietrich-Keuning-Haus", ["evidence", "standing"]].tolist() == ["C", "established"]
    assert by_name.loc["Dortmunder U", "evidence"] == "D"
    assert by_name.loc["JFS Hombruch", ["evidence", "standing"]].tolist() == ["E", "potential"]
    # DOMAIN 2.1: established are the Volkshochschule and cultural centres, not every house of their class.
    kinds = by_name[by_name["class"].isin(["education", "culture"])]
    assert set(kinds.index[kinds["standing"] == "established"]) == {
        "Volkshochschule Dortmund", "Kulturort Depot", "balou e.V.",
    }  # fmt: skip


def test_the_bodies_of_the_shipped_list_are_facts_of_their_own_column(project: Path) -> None:
    path = project / "config" / "dortmund" / "orte_erwartet.csv"
    records, _, _ = read_place_list(path, key="orte_erwartet", crs=CRS)
    placed = records.set_geometry([at(n * 1000) for n in range(len(records))], crs=CRS)
    places = lower_evidence(classify_records(placed, read_rules(), evidence={"orte_erwartet": "C"})[0])
    claims, issues = build_place_claims(places, read_attribute_rules(project / "config"))
    assert issues.empty
    told = claims.pivot_table(index="place_id", columns="attribute", values="value", aggfunc="first")
    names = places.set_index("place_id")["name"]
    told.index = [names[place_id] for place_id in told.index]
    # DOMAIN 3.3: each with its body in brackets, in its name, or in section 1.
    expected = {
        "Städtisches Begegnungszentrum Eving": ("Stadt Dortmund", "municipal"),
        "Bürgerhaus Pulsschlag Dorstfeld": ("Bürgerhaus-Genossenschaft eG", "cooperative"),
        "Nachbarschaftstreff Althoffblock": ("Caritas", "caritas"),
        "Nachbarschaftsagentur Wambel": ("DOGEWO21 und Diakonie", "diakonie"),
        "Quartierstreff Concordia": ("Spar- und Bauverein, Planerladen", "housing_company"),
        "Eugen-Krautscheid-Haus": ("AWO", "awo"),
        "Mittendrin in Hörde": ("Jüdische Kultusgemeinde", "jewish_community"),
        "Pauluskirche": ("Lydia-Gemeinde", "parish"),
        "balou e.V.": ("balou e.V.", "association"),
    }
    found = told.loc[list(expected), ["provider", "traeger_typ"]]
    assert {name: tuple(row) for name, row in found.T.items()} == expected
    assert told["provider"].notna().sum() == 29
    assert pd.isna(told.loc["Dietrich-Keuning-Haus", "provider"])  # no source says it
    # What the list does not confirm stays marked, body or not.
    assert told.loc["Heimathafen Nordstadt", ["provider", "confirmation"]].tolist() == [
        "Grünbau",
        "unconfirmed",
    ]
    assert told.loc["LWL-Museum Zeche Zollern", ["provider", "confirmation"]].tolist() == [
        "LWL",
        "unconfirmed",
    ]
    assert told.loc["lokal willkommen Eving/Scharnhorst", "confirmation"] == "confirmed"
