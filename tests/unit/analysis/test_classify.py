# SPDX-License-Identifier: MIT
import json

import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.classify import assign_class, classify_records, locate_points
from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.category_rules import CategoryRules
from begegnung_geo.schema import conform_table
from inventory_rows import at, build_area, build_features, build_node, build_records, read_rules, square


@pytest.fixture(scope="module")
def rules() -> CategoryRules:
    return read_rules()


CLASSES_OF_TAGS = """
    municipal_centre established: amenity=community_centre
    municipal_centre established: amenity=community_centre & community_centre=community_hall
    municipal_centre established: amenity=community_centre & community_centre=village_hall
    senior_meeting established: amenity=community_centre & community_centre:for=senior
    senior_meeting established: amenity=community_centre & community_centre:for=woman;senior
  senior_meeting established: social_facility:for=senior & social_facility=outreach & amenity=social_facility
    youth_centre established: amenity=community_centre & community_centre=youth_centre
    youth_centre established: amenity=community_centre & community_centre:for=child; juvenile
    youth_centre established: amenity=youth_center
    family_neighbourhood established: amenity=community_centre & community_centre=family_centre
    family_neighbourhood established: amenity=community_centre & name=Quartierstreff Concordia
    family_neighbourhood established: amenity=community_centre & name=Mütterzentrum Dortmund
    library established: amenity=library
    library everyday: amenity=library & name=Universitätsbibliothek
    library everyday: amenity=library & name=Hochschulbibliothek
    library everyday: amenity=library & name=Bereichsbibliothek & operator=TU Dortmund
    library potential: amenity=library & name=Schulbibliothek
    library established: amenity=library & name=Bücherei & operator=Volkshochschule
    toy_or_book_share established: amenity=toy_library
    culture established: amenity=arts_centre
    culture established: amenity=community_centre & community_centre=cultural_centre
    culture everyday: amenity=theatre
    culture everyday: tourism=museum
    parish_hall established: amenity=community_centre & community_centre=parish_hall
    parish_hall established: amenity=community_centre & name=Ev. Gemeindehaus Asseln
    worship everyday: amenity=place_of_worship & religion=muslim
    monastery everyday: amenity=monastery
    sports_club everyday: club=sport & building=yes
    sports_club everyday: amenity=community_centre & community_centre=club_home & sport=soccer
    sports_club everyday: leisure=sports_centre & name=Vereinsheim TuS Eving
    club_home everyday: amenity=community_centre & community_centre=club_home
    club_home everyday: club=scout & building=yes & name=Stamm Wildgänse
    club_home everyday: amenity=club
    club_home everyday: leisure=club
    education established: amenity=college & name=Volkshochschule Dortmund
    education established: office=educational_institution & name=VHS Dortmund
    education everyday: amenity=music_school
    social_facility established: amenity=social_facility & social_facility=outreach
    social_facility everyday: amenity=social_facility & social_facility=food_bank
    social_centre established: amenity=social_centre
    coworking_maker everyday: leisure=hackerspace
    coworking_maker everyday: amenity=cafe & name=Repair-Café Süd
    cafe_restaurant everyday: amenity=cafe;bar
    mall everyday: shop=mall
    market_hall everyday: amenity=marketplace & building=yes
    university everyday: amenity=restaurant & name=Mensa Süd
    townhall everyday: amenity=townhall
    townhall everyday: office=government & name=Bezirksverwaltungsstelle Hörde
    indoor_leisure everyday: leisure=bowling_alley
    church_disused potential: disused:amenity=place_of_worship
    church_disused potential: building=church
    church_disused potential: building=church & amenity=kindergarten
    church_disused potential: building=church & amenity=school
    church_disused potential: building=chapel & office=association
    church_disused potential: disused:amenity=place_of_worship & amenity=kindergarten
    church_disused potential: was:amenity=place_of_worship & amenity=school
    worship everyday: building=church & amenity=place_of_worship & religion=christian
    library established: building=church & amenity=library
    library established: building=yes & amenity=library & demolished:building=house
    vacancy potential: shop=vacant
    vacancy potential: disused:shop=bakery
    vacancy potential: building=yes & disused=yes
"""


def test_tags_lead_to_the_class_and_standing_of_the_domain(rules: CategoryRules) -> None:
    # Expected: DOMAIN 2.1 to 2.3, row by row.
    lines = [line.strip().split(": ", 1) for line in CLASSES_OF_TAGS.strip().splitlines()]
    tag_sets = [dict(pair.split("=", 1) for pair in tags.split(" & ")) for _, tags in lines]
    rows = [
        build_area(i, square(i * 50, 0, 20), **{"name": "Ort", **tags}) for i, tags in enumerate(tag_sets)
    ]
    places, _, _ = assign_class(build_features(*rows), rules)
    found = {
        row.source_id: f"{row.klass} {row.standing}"
        for row in places.rename(columns={"class": "klass"}).itertuples()
    }
    assert {tags: found.get(f"way/{i}") for i, (_, tags) in enumerate(lines)} == {
        tags: end for end, tags in lines
    }


EXCLUDED = [
    {"amenity": "community_centre", "access": "private"},
    {"amenity": "community_centre", "indoor": "no"},
    {"amenity": "community_centre", "ruins": "yes"},
    {"amenity": "community_centre", "building": "construction"},
    {"amenity": "community_centre", "building": "roof"},
    {"amenity": "public_bookcase"},
    {"amenity": "nightclub"},
    {"amenity": "marketplace"},
    {"amenity": "school"},
    {"amenity": "kindergarten"},
    {"amenity": "university"},
    {"amenity": "social_facility", "social_facility": "nursing_home", "social_facility:for": "senior"},
    {"amenity": "social_facility", "name": "Seniorenresidenz Am Park"},
    {"amenity": "place_of_worship", "name": "Friedhofskapelle"},
    {"amenity": "place_of_worship", "place_of_worship": "wayside_shrine"},
    {"club": "sport", "leisure": "pitch"},
    {"leisure": "sports_centre"},
    {"office": "association"},
    {"building": "bunker", "disused": "yes"},
    {"disused:shop": "bakery", "shop": "kiosk"},
    {"demolished:building": "yes", "amenity": "library"},
    {"demolished:amenity": "library", "building": "yes", "office": "association"},
    {"amenity": "social_facility", "name": "Tagesklinik am Wall"},
    {"office": "government"},
    {"office": "educational_institution"},
]


def test_a_pavilion_is_kept_and_somebody_is_asked_to_look(rules: CategoryRules) -> None:
    # DOMAIN 2.3: building=pavilion is for review, as it is often open at the sides.
    places, issues, count = assign_class(
        build_features(
            build_area(1, square(0, 0, 20), amenity="community_centre", building="pavilion", name="Treff"),
            build_area(2, square(50, 0, 20), amenity="library", building="pavilion"),
            build_area(3, square(100, 0, 20), building="pavilion", leisure="fitness_centre"),
            build_area(4, square(150, 0, 20), shop="vacant", building="pavilion"),
            build_area(5, square(200, 0, 20), club="sport", building="pavilion", access="private"),
            build_area(6, square(250, 0, 20), amenity="library", building="yes"),
        ),
        rules,
    )
    found = dict(zip(places["source_id"], places["evidence"], strict=True))
    assert found == {"way/1": "D", "way/2": "D", "way/4": "E", "way/6": "D"}
    unsure = issues[issues["code"] == "PLACE_UNSURE"]
    assert sorted(unsure["row"]) == ["way/1", "way/2", "way/4"]
    assert unsure["text"].str.contains(r"open at the sides.*\[review_pavilion\]").all()
    assert (count.read, count.rejected) == (6, 2)


def test_what_is_no_meeting_place_is_told_with_its_reason(rules: CategoryRules) -> None:
    rows = [
        build_area(i, square(i * 50, 0, 20), **{"name": "Ort", **tags}) for i, tags in enumerate(EXCLUDED)
    ]
    places, issues, count = assign_class(build_features(*rows), rules)
    assert places["fields"].tolist() == []
    assert set(issues["code"]) == {"PLACE_EXCLUDED"}
    assert set(issues["row"]) == {f"way/{i}" for i in range(len(EXCLUDED))}
    assert (issues["text"].str.len() > 10).all()
    assert (count.read, count.rejected) == (len(EXCLUDED), len(EXCLUDED))


def test_a_lifecycle_prefix_never_matches_a_live_class(rules: CategoryRules) -> None:
    prefixes = ("disused:", "abandoned:", "was:", "demolished:", "proposed:", "construction:")
    rows = [
        build_node(i, i * 50, **{f"{p}amenity": "library", "name": "Alt"}) for i, p in enumerate(prefixes)
    ]
    places, _, _ = assign_class(build_features(*rows), rules)
    assert set(places["class"]) <= {"vacancy"}


SENSITIVE = (
    {
        "amenity": "social_facility",
        "social_facility": "shelter",
        "social_facility:for": "woman",
        "name": "Haus Lila",
    },
    {"amenity": "social_facility", "social_facility": "shelter", "name": "Obdach Nord"},
    {"amenity": "social_facility", "social_facility": "outreach", "name": "Frauenhaus Musterstadt"},
    {
        "amenity": "social_facility",
        "social_facility": "outreach",
        "name": "Beratung",
        "operator": "Frauenhaus e.V.",
    },
    {"amenity": "social_facility", "social_facility:for": "child", "name": "Haus Sonnenschein"},
    {"amenity": "community_centre", "name": "Zufluchtsstätte"},
    {"amenity": "refugee_site", "name": "Lager Ost"},
    {"amenity": "social_facility", "social_facility": "group_home", "name": "Haus Eiche"},
)


@pytest.mark.parametrize("tags", SENSITIVE)
def test_a_sensitive_place_leaves_neither_name_nor_id_nor_position(
    rules: CategoryRules, tags: dict[str, str]
) -> None:
    places, issues, count = assign_class(build_features(build_node(4711, 12, 34, **tags)), rules)
    written = places.to_csv() + issues.to_csv()
    assert places.empty
    assert count.rejected == 1
    assert issues[["row", "count"]].to_numpy().tolist() == [["*", 1]]
    assert tags["name"] not in written
    assert "4711" not in written


def test_all_sensitive_places_together_are_one_line(rules: CategoryRules) -> None:
    rows = [build_node(i, i * 100.0, **tags) for i, tags in enumerate(SENSITIVE)]
    _, issues, _ = assign_class(build_features(*rows), rules)
    assert issues["count"].tolist() == [len(SENSITIVE)]


def test_a_nameless_church_stays_with_evidence_d_and_a_nameless_cafe_goes(rules: CategoryRules) -> None:
    features = build_features(
        build_node(1, 0, amenity="place_of_worship", religion="christian"),
        build_node(2, 99, amenity="cafe"),
        build_node(3, 200, amenity="library"),
    )
    places, issues, _ = assign_class(features, rules)
    assert places["source_id"].tolist() == ["node/1", "node/3"]
    assert places["evidence"].tolist() == ["D", "D"]
    assert issues["code"].tolist() == ["PLACE_WITHOUT_NAME"] * 3


def test_address_and_attributes_are_taken_and_private_ones_left_out(rules: CategoryRules) -> None:
    tags = {
        "amenity": "library", "name": "Bibliothek", "addr:street": "Hermannstr.", "addr:housenumber": "33",
        "addr:postcode": "44263", "addr:city": "Dortmund", "opening_hours": "Mo 10:00-12:00",
        "wheelchair": "yes", "operator": "Stadt Dortmund", "phone": "+49 231 5012345",
        "contact:email": "a@b.de", "email": "c@d.de", "contact:mobile": "0171 1234567", "note": "von Karl",
        "description": "karl@example.org, 0231 / 445566",
    }  # fmt: skip
    places, _, _ = assign_class(build_features(build_node(1, **tags)), rules)
    row = places.iloc[0]
    taken = row[
        ["street", "house_number", "postcode", "city", "opening_hours", "wheelchair", "operator"]
    ].tolist()
    assert taken == ["Hermannstr.", "33", "44263", "Dortmund", "Mo 10:00-12:00", "yes", "Stadt Dortmund"]
    assert set(json.loads(row["fields"])) == {
        "amenity", "name", "addr:street", "addr:housenumber", "addr:postcode", "addr:city", "opening_hours",
        "wheelchair", "description",
    }  # fmt: skip
    for private in ("5012345", "1234567", "445566", "@", "Karl", "karl"):
        assert private not in row["fields"]


def test_an_operator_who_may_be_a_person_is_not_published(rules: CategoryRules) -> None:
    persons = ["Harriet Weber", "Dr. Karl Heinz Meier"]
    bodies = ["AWO", "Alte Wache e.V.", "Ev. Kirchengemeinde Asseln", "Meier GmbH", "Stadt Witten"]
    rows = [
        build_node(i, i * 50, amenity="music_school", name="Schule", operator=operator)
        for i, operator in enumerate(persons + bodies)
    ]
    places, _, _ = assign_class(build_features(*rows), rules)
    assert sorted(places["operator"].dropna()) == sorted(bodies)
    assert not places["fields"].str.contains("Weber|Meier").any()


def test_hostile_names_become_one_clean_line(rules: CategoryRules) -> None:
    names = ["Haus\n\x1b[31mrot\u202e", "<script>alert(1)</script>", "X" * 10_000, "=HYPERLINK(1)"]
    rows = [build_node(i, i * 100, amenity="library", name=name) for i, name in enumerate(names)]
    places, issues, _ = assign_class(build_features(*rows), rules)
    shown = places["name"].tolist()
    assert shown[0] == "Haus [31mrot"
    assert shown[1] == "<script>alert(1)</script>"
    assert len(shown[2]) == 200
    assert all(name.isprintable() for name in shown)
    assert issues[["row", "code"]].to_numpy().tolist() == [
        ["node/0", "PLACE_TEXT_CLEANED"],
        ["node/1", "PLACE_TEXT_HOSTILE"],
        ["node/2", "PLACE_TEXT_CLEANED"],
        ["node/3", "PLACE_TEXT_HOSTILE"],
    ]
    assert issues["text"].iloc[[1, 3]].tolist() == [
        "the name holds HTML; it stays a text and is never run",
        "the name begins like a formula; it stays a text and is never run",
    ]


def test_hostile_texts_beside_the_name_are_a_line_a_record_and_kind(rules: CategoryRules) -> None:
    tags = [
        {"operator": "=1+1", "level": "@SUM(A1)", "description": "<b>neu</b>"},
        {"addr:street": "Weg\u202e", "website": "https://x.example"},
        {"capacity": "-5", "description": "- montags", "level": "-1"},
    ]
    rows = [
        build_node(i, i * 100, amenity="library", name=f"Bücherei {i}", **values)
        for i, values in enumerate(tags)
    ]
    places, issues, _ = assign_class(build_features(*rows), rules)
    assert len(places) == 3
    assert issues[["row", "code", "text"]].to_numpy().tolist() == [
        ["node/0", "PLACE_TEXT_HOSTILE", '"description": a text with HTML; it stays a text and is never run'],
        [
            "node/0",
            "PLACE_TEXT_HOSTILE",
            '"level", "operator": a text that begins like a formula; it stays a text and is never run',
        ],
        [
            "node/1",
            "PLACE_TEXT_CLEANED",
            '"addr:street": a text with invisible control characters; they are shown nowhere',
        ],
    ]
    assert places.set_index("source_id")["street"]["node/1"] == "Weg"


def test_a_cell_of_a_list_that_holds_a_formula_is_told_by_its_line(rules: CategoryRules) -> None:
    records = build_records(
        {
            "name": "Bürgerhaus",
            "class_hint": "municipal_centre",
            "fields": {"name": "Bürgerhaus", "Bemerkung": '=HYPERLINK("http://x")', "Träger": "<i>AWO</i>"},
        },
        {"name": "=1+1", "class_hint": "library", "fields": {"name": "=1+1"}},
        {"name": "Ohne Art", "class_hint": "Raumhafen", "fields": {"Bemerkung": "=1+1"}},
    )
    _, issues, _ = classify_records(records, rules)
    hostile = issues[issues["code"] == "PLACE_TEXT_HOSTILE"]
    assert hostile[["row", "text"]].to_numpy().tolist() == [
        ["2", '"Bemerkung": a text that begins like a formula; it stays a text and is never run'],
        ["2", '"Träger": a text with HTML; it stays a text and is never run'],
        ["3", "the name begins like a formula; it stays a text and is never run"],
    ]


def test_the_books_close_and_the_table_keeps_its_contract(rules: CategoryRules) -> None:
    features = build_features(
        build_node(1, amenity="library", name="A"),
        build_node(2, amenity="bench"),
        build_node(3, amenity="unheard_of"),
        build_area(4, square(0, 500, 90), landuse="allotments", name="KGV Frisch Auf"),
    )
    places, issues, count = build_osm_places(features, rules)
    conform_table(places, "places")
    conform_table(issues, "issues")
    assert (count.read, count.rejected, len(places)) == (4, 2, 2)


def test_no_feature_gives_an_empty_table(rules: CategoryRules) -> None:
    places, issues, count = build_osm_places(build_features(build_node(1)).iloc[:0], rules)
    assert places.empty
    assert issues.empty
    assert count.read == 0
    conform_table(places, "places")


def test_the_order_of_the_features_is_irrelevant(rules: CategoryRules) -> None:
    features = build_features(*[build_node(i, i, amenity="cafe", name=f"Café {i}") for i in range(12)])
    straight, _, _ = assign_class(features, rules)
    turned, _, _ = assign_class(features.iloc[::-1], rules)
    pd.testing.assert_frame_equal(pd.DataFrame(straight), pd.DataFrame(turned))


def test_an_area_stands_at_a_point_inside_it() -> None:
    horseshoe = square(0, 0, 30).difference(square(10, 0, 10).union(square(10, 10, 10)))
    features = build_features(build_area(1, horseshoe), build_area(2, square(0, 0, 10)), build_node(3, 5, 5))
    points = locate_points(features.geometry)
    assert not shapely.contains(horseshoe, shapely.centroid(horseshoe))
    assert shapely.contains(features.geometry.iloc[1], points.iloc[1])
    assert all(points[features["source_id"] == "node/3"] == at(5, 5))


# Rows of lists


HINTS = {
    "municipal_centre": ["municipal_centre", "Bürgerhaus", "Begegnungszentrum"],
    "senior_meeting": ["Seniorenbegegnung", "Seniorenbegegnungsstätte", "Städt. Begegnungszentrum"],
    "youth_centre": ["Jugendtreff", "Jugendfreizeitstätte", "JFS"],
    "family_neighbourhood": ["Familienzentrum"],
    "library": ["Bibliothek", "Library", "LIBRARY "],
    "toy_or_book_share": ["Ludothek"],
    "parish_hall": ["Gemeindehaus"],
    "worship": ["Kirche", "Moschee"],
    "church_disused": ["Entwidmete Kirche"],
    "education": ["Volkshochschule", "Musikschule"],
    "school_public": ["Grundschule"],
    "indoor_leisure": ["Tanzschule", "Hallenbad"],
    "university": ["Hochschule"],
    "kita_family": ["Kindertagesstätte"],
    "social_facility": ["Soziale Einrichtung"],
    "culture": ["Kulturzentrum"],
    "allotment_club": ["Kleingartenverein"],
    "club_home": ["Schützenverein"],
    "sports_club": ["Sportverein"],
    "cafe_restaurant": ["Café"],
    "mall": ["Einkaufszentrum"],
    "vacancy": ["Leerstand"],
    "townhall": ["Bezirksverwaltungsstelle"],
}


def test_german_words_of_lists_lead_to_their_class(rules: CategoryRules) -> None:
    words = [(hint, key) for key, hints in HINTS.items() for hint in hints]
    records = build_records(*({"name": "Am Wall", "class_hint": hint} for hint, _ in words))
    places, _, _ = classify_records(records, rules)
    found = dict(zip(places["source_id"], places["class"], strict=True))
    assert {hint: found.get(str(i)) for i, (hint, _) in enumerate(words, start=1)} == dict(words)


def test_both_labels_and_the_key_of_every_class_are_understood(rules: CategoryRules) -> None:
    words = [(word, key) for key, c in rules.classes.items() for word in (key, c.label_de, c.label_en)]
    records = build_records(*({"name": "Ort", "class_hint": word} for word, _ in words))
    places, _, _ = classify_records(records, rules)
    found = dict(zip(places["source_id"], places["class"], strict=True))
    assert [found[str(i)] for i in range(1, len(words) + 1)] == [key for _, key in words]


# name | kind of the list | class and standing, the same whether or not the row names its class (DOMAIN 2.1)
KINDS_WITHIN_A_CLASS = """
    Volkshochschule Dortmund | education | education established
    Volkshochschule Dortmund | Volkshochschule oder Bildungsstätte | education established
    Volkshochschule Dortmund |  | education established
    Bildungsstätte am Wall | education | education everyday
    Kulturort Depot | culture | culture established
    Kulturort Depot |  | culture established
    Museum am Ostwall | culture | culture everyday
    Museum am Ostwall | Kulturort | culture everyday
    Dortmunder U | culture | culture everyday
    Kulturhaus am Markt | Kultur | culture established
    Obdachlosentreff | social_facility | social_facility established
    Gast-Haus | social_facility | social_facility everyday
    Stadtteilbibliothek Hörde | library | library established
    Stadt- und Landesbibliothek | library | library established
    Stadt- und Schulbibliothek Nord | library | library established
    Schulbibliothek am Wall | Bibliothek | library potential
    Schulbibliothek am Wall |  | library potential
    Bibliothek der Anne-Frank-Gesamtschule | Bücherei | library potential
    Schulbücherei am Wall | Bücherei | library potential
    Universitätsbibliothek | Bibliothek | library everyday
    Hochschulbibliothek Nord | library | library everyday
    Bibliothek der Hochschule | library | library everyday
    Bereichsbibliothek TU Dortmund |  | library everyday
    Treff am Wall | senior_meeting | senior_meeting established
"""


def test_a_row_that_names_its_class_keeps_what_its_name_says_of_the_kind(rules: CategoryRules) -> None:
    rows = [[part.strip() for part in line.split("|")] for line in KINDS_WITHIN_A_CLASS.strip().splitlines()]
    records = build_records(*({"name": name, "class_hint": hint or None} for name, hint, _ in rows))
    places, issues, _ = classify_records(records, rules)
    assert issues.empty
    found = dict(zip(places["source_id"], places["class"] + " " + places["standing"], strict=True))
    assert [[name, hint, found[str(i)]] for i, (name, hint, _) in enumerate(rows, start=1)] == rows


def test_without_a_kind_the_name_decides_and_a_park_in_it_does_no_harm(rules: CategoryRules) -> None:
    records = build_records(
        {"name": "Bürgerhaus am Park"}, {"name": "Stadtteilbibliothek Hörde", "class_hint": "Sonstiges"}
    )
    places, issues, _ = classify_records(records, rules)
    assert places["class"].tolist() == ["municipal_centre", "library"]
    assert issues.empty


def test_a_row_without_a_known_word_is_rejected_and_named(rules: CategoryRules) -> None:
    records = build_records({"name": "Zur Sonne 7", "class_hint": "Raumschiff"})
    places, issues, counts = classify_records(records, rules)
    assert places.empty
    assert issues["code"].tolist() == ["PLACE_CLASS_UNKNOWN"]
    assert "Raumschiff" in issues["text"][0]
    assert [(c.source, c.read, c.rejected) for c in counts] == [("liste", 1, 1)]


def test_rows_without_name_or_position_are_rejected_with_their_line(rules: CategoryRules) -> None:
    records = build_records(
        {"class_hint": "Bibliothek"},
        {"name": "Bücherei", "class_hint": "Bibliothek", "geometry": None, "precision": "unknown"},
        {"name": "Bücherei", "class_hint": "Bibliothek"},
    )
    places, issues, counts = classify_records(records, rules)
    assert len(places) == 1
    assert sorted(zip(issues["code"], issues["row"], strict=True)) == [
        ("PLACE_WITHOUT_NAME", "2"), ("PLACE_WITHOUT_POSITION", "3"),
    ]  # fmt: skip
    assert counts[0].rejected == 2


@pytest.mark.parametrize(
    "row",
    [
        {"name": "Frauenhaus Nord", "class_hint": "Soziale Einrichtung"},
        {"name": "Haus Lila", "class_hint": "Frauenhaus"},
        {
            "name": "Haus Lila",
            "class_hint": "municipal_centre",
            "fields": {"bemerkung": "ist das Frauenhaus"},
        },
    ],
)
def test_a_sensitive_row_of_a_list_leaves_no_trace(rules: CategoryRules, row: dict[str, object]) -> None:
    places, issues, counts = classify_records(build_records({**row, "row": "815"}), rules)
    written = places.to_csv() + issues.to_csv()
    assert places.empty
    assert counts[0].rejected == 1
    for trace in ("815", "Lila", "Frauenhaus"):
        assert trace not in written


def test_attributes_of_a_list_come_from_german_columns_and_contacts_do_not(rules: CategoryRules) -> None:
    fields = {
        "Träger": "AWO Dortmund", "Öffnungszeiten": "Mo-Fr 9-17 Uhr", "barrierefrei": "Ja",
        "p_email": "x@y.de", "ptl_anschl": "0231 123456", "Ansprechpartnerin": "Karla Muster",
        "Bemerkung": "klingeln, 0171-2345678", "Plz": "44263",
    }  # fmt: skip
    places, _, _ = classify_records(build_records({"name": "Treff", "fields": fields}), rules)
    row = places.iloc[0]
    assert row[["operator", "opening_hours", "wheelchair"]].tolist() == [
        "AWO Dortmund",
        "Mo-Fr 9-17 Uhr",
        "yes",
    ]
    assert json.loads(row["fields"])["Bemerkung"] == "klingeln, [entfernt]"
    assert json.loads(row["fields"])["Plz"] == "44263"
    for private in ("x@y.de", "123456", "Karla", "2345678"):
        assert private not in row["fields"]


def test_a_better_list_brings_its_own_evidence(rules: CategoryRules) -> None:
    records = build_records({"name": "Bücherei"}, {"name": "Bücherei", "source": "traeger", "source_id": "9"})
    places, _, _ = classify_records(records, rules, evidence={"traeger": "A"})
    assert dict(zip(places["source"], places["evidence"], strict=True)) == {"liste": "B", "traeger": "A"}
