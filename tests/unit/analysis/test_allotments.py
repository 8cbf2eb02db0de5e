# SPDX-License-Identifier: MIT
import json

import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.category_rules import CategoryRules
from inventory_rows import build_area, build_features, build_node, read_rules, square

SITE = square(0, 0, 200)


@pytest.fixture(scope="module")
def rules() -> CategoryRules:
    return read_rules()


def build(rules: CategoryRules, *rows: tuple[str, dict[str, str], shapely.Geometry]) -> pd.DataFrame:
    places, _, count = build_osm_places(build_features(*rows), rules)
    assert count.read == len(rows)
    assert count.rejected == len(rows) - len(places)
    return places.set_index("source_id")


def test_a_site_without_a_clubhouse_is_one_potential_place_of_precision_site(rules: CategoryRules) -> None:
    places = build(rules, build_area(1, SITE, landuse="allotments", name="KGV Frisch Auf"))
    row = places.loc["way/1"]
    assert row[["class", "standing", "evidence", "precision"]].tolist() == [
        "allotment_club",
        "potential",
        "E",
        "site",
    ]
    assert json.loads(row["fields"])["roof"] == "unknown"
    assert SITE.contains(row["geometry"])


def test_a_nameless_site_is_kept(rules: CategoryRules) -> None:
    places = build(rules, build_area(1, SITE, landuse="allotments"))
    assert places["name"].isna().tolist() == [True]


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "restaurant", "name": "Auf der Lauke"},
        {"amenity": "pub", "name": "Zur Laube"},
        {"amenity": "community_centre", "community_centre": "club_home", "name": "Vereinsheim"},
        {"club": "allotments", "name": "GV Loheide", "building": "yes"},
    ],
)
def test_an_inn_or_club_inside_stands_for_the_site_and_is_only_potential(
    rules: CategoryRules, tags: dict[str, str]
) -> None:
    site = build_area(1, SITE, landuse="allotments", name="Loheide")
    places = build(rules, site, build_area(2, square(50, 50, 12), **tags))
    assert places.index.tolist() == ["way/2"]
    assert places[["class", "standing", "evidence"]].to_numpy().tolist() == [
        ["allotment_club", "potential", "C"]
    ]


def test_across_the_street_the_name_must_say_so(rules: CategoryRules) -> None:
    site = build_area(1, SITE, landuse="allotments", name="Loheide")
    inn = build_node(2, 220, 100, amenity="restaurant", name="Trattoria Roma")
    clubhouse = build_node(3, 220, 150, amenity="restaurant", name="Gaststätte KGV Loheide")
    far = build_node(4, 240, 100, amenity="restaurant", name="Vereinsgaststätte")
    places = build(rules, site, inn, clubhouse, far)
    assert places["class"].to_dict() == {
        "node/2": "cafe_restaurant", "node/3": "allotment_club", "node/4": "cafe_restaurant",
    }  # fmt: skip


def test_a_youth_centre_on_the_site_stays_one(rules: CategoryRules) -> None:
    site = build_area(1, SITE, landuse="allotments", name="Loheide")
    centre = build_node(2, 100, 100, amenity="community_centre", community_centre="youth_centre", name="JFS")
    places = build(rules, site, centre)
    assert places["class"].to_dict() == {"node/2": "youth_centre", "way/1": "allotment_club"}


def test_a_named_building_of_80_square_metres_is_the_clubhouse_and_a_hut_is_not(rules: CategoryRules) -> None:
    site = build_area(1, SITE, landuse="allotments", name="Loheide")
    house = build_area(2, square(50, 50, 9), building="public", name="Vereinsheim")  # 81 m2
    hut = build_area(3, square(80, 50, 8.9), building="public", name="Vereinsheim")  # 79.2 m2
    assert build(rules, site, house).index.tolist() == ["way/2"]
    assert build(rules, site, hut).index.tolist() == ["way/1"]


def test_huts_are_never_places(rules: CategoryRules) -> None:
    hut = build_area(1, square(0, 0, 12), building="allotment_house", club="allotments", name="Vereinsheim")
    assert build(rules, hut).empty


def test_pieces_of_one_name_are_one_site_and_two_clubs_stay_two(rules: CategoryRules) -> None:
    places = build(
        rules,
        build_area(1, square(0, 0, 100), landuse="allotments", name="KGV Frisch Auf"),
        build_area(2, square(104, 0, 60), landuse="allotments", name="Kleingartenverein Frisch-Auf e.V."),
        build_area(3, square(0, 104, 80), landuse="allotments"),
        build_area(4, square(190, 0, 70), landuse="allotments", name="GV Abendfrieden"),
    )
    # 3 lies 4 m from the larger 1, so it is a piece of it; 4 is 26 m from 2 but another club.
    assert places.index.tolist() == ["way/1", "way/4"]


def test_a_nameless_piece_never_ties_two_clubs(rules: CategoryRules) -> None:
    places = build(
        rules,
        build_area(1, square(0, 0, 100), landuse="allotments", name="KGV Eins"),
        build_area(2, square(105, 0, 50), landuse="allotments"),
        build_area(3, square(160, 0, 100), landuse="allotments", name="KGV Zwei"),
    )
    assert places.index.tolist() == ["way/1", "way/3"]


def test_every_piece_left_out_is_told(rules: CategoryRules) -> None:
    features = build_features(
        build_area(1, square(0, 0, 100), landuse="allotments", name="Frisch Auf"),
        build_area(2, square(104, 0, 60), landuse="allotments", name="Frisch Auf"),
    )
    _, issues, _ = build_osm_places(features, rules)
    assert issues[["row", "code"]].to_numpy().tolist() == [["way/2", "PLACE_EXCLUDED"]]


# Churches (DOMAIN 2.5)


def test_the_outline_of_a_church_in_use_is_no_potential(rules: CategoryRules) -> None:
    nave = build_area(1, square(0, 0, 30), building="church", name="St. Barbara")
    node = build_node(2, 15, 15, amenity="place_of_worship", religion="christian", name="St. Barbara")
    assert build(rules, nave, node).index.tolist() == ["node/2"]


def test_a_church_building_without_worship_is_a_candidate(rules: CategoryRules) -> None:
    nave = build_area(1, square(0, 0, 30), building="church", name="Alte Kirche")
    other = build_node(2, 200, 15, amenity="place_of_worship", religion="christian", name="St. Barbara")
    places = build(rules, nave, other)
    assert places.loc["way/1", ["class", "standing", "evidence"]].tolist() == [
        "church_disused",
        "potential",
        "E",
    ]


def test_a_neighbour_church_across_the_yard_stays_a_candidate(rules: CategoryRules) -> None:
    old = build_area(1, square(0, 0, 30), building="church", name="Alte Kirche")
    new = build_area(2, square(40, 0, 30), building="church", amenity="place_of_worship", name="Neue Kirche")
    tower = build_area(3, square(71, 0, 8), building="church")
    assert build(rules, old, new, tower).index.tolist() == ["way/1", "way/2"]
