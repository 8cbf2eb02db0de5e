# SPDX-License-Identifier: MIT
import itertools
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribute_rows import add_attributes
from begegnung_geo.analysis.attributes import CLAIM_COLUMNS
from begegnung_geo.analysis.classify import assign_class, classify_records
from begegnung_geo.analysis.conflate import split_by_city
from begegnung_geo.analysis.origins import build_column_sources
from begegnung_geo.analysis.place_ids import build_begegnungsort_id
from begegnung_geo.analysis.row_counts import RowCount, build_row_counts, describe_row_counts
from begegnung_geo.errors import CrsError, SchemaError
from begegnung_geo.schema import conform_table, stack_layers
from inventory_rows import (
    CRS,
    at,
    build_area,
    build_features,
    build_node,
    build_places,
    build_records,
    conflate,
    group_ids,
    keep_ids,
    read_rules,
    square,
)


def place(place_id: str, x: float = 0.0, y: float = 0.0, **columns: Any) -> dict[str, Any]:
    return {
        "place_id": place_id,
        "geometry": at(x, y),
        **({"class": columns.pop("klass")} if "klass" in columns else {}),
        **columns,
    }


def merge(*rows: dict[str, Any], **options: Any) -> list[list[str]]:
    begegnungsorte, _ = conflate(build_places(*rows), **options)
    return group_ids(begegnungsorte)


# One place


def test_node_building_and_campus_of_one_house_become_one() -> None:
    campus, house = square(0, 0, 120), square(80, 80, 20)
    footprints = build_features(build_area(1, campus), build_area(2, house))
    rows = [
        place("osm:way/1", 60, 60, footprint_area_m2=campus.area),
        place("osm:way/2", 90, 90, footprint_area_m2=house.area, name=None, evidence="D"),
        place("osm:node/3", 95, 95),
    ]
    assert merge(*rows, footprints=footprints) == [["osm:node/3", "osm:way/1", "osm:way/2"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bürgerhaus Pulsschlag Dorstfeld", "Buergerhaus Pulsschlag"),
        ("Ev. Gemeindehaus Asseln", "Evangelisches Gemeindehaus Asseln"),
        ("Jugendtreff Sölde", "JUGEND-TREFF SÖLDE"),
        ("Stadtteilbibliothek Hörde", "Bibliothek Hörde"),
        ("Begegnungszentrum Eving", "Städt. Begegnungszentrum Eving"),
        ("Kulturort Depot e.V.", "Kulturort Depot"),
        ("St. Ewaldi", "Sankt Ewaldi"),
        ("Begegnungszentrum Mengede", "Begegnungszentum Mengede"),
        ("KGV Frisch Auf", "Kleingartenverein Frisch-Auf e. V."),
    ],
)
def test_spelling_variants_of_two_sources_become_one(one: str, other: str) -> None:
    assert len(merge(place("osm:node/1", name=one), place("stadt:7", 45, name=other))) == 1


def test_osm_city_list_and_people_list_become_one_with_every_id() -> None:
    rows = [
        place("osm:node/1", name="Seniorentreff Eving", klass="senior_meeting"),
        place("stadt:7", 60, name="Seniorentreff Eving", klass="senior_meeting", evidence="B"),
        place("leute:2", -40, name="Seniorentreff in Eving", evidence="B"),
    ]
    begegnungsorte, _ = conflate(build_places(*rows), source_order=["stadt", "leute"])
    assert begegnungsorte["place_ids"].tolist() == [["stadt:7", "leute:2", "osm:node/1"]]


def test_a_nameless_church_joins_the_named_one_it_stands_in() -> None:
    nave = square(0, 0, 30)
    footprints = build_features(build_area(1, nave))
    rows = [
        place("osm:way/1", 15, 15, klass="worship", name=None, footprint_area_m2=900.0, evidence="D"),
        place("osm:node/2", 12, 12, klass="worship", name="Lutherkirche"),
    ]
    begegnungsorte, _ = conflate(build_places(*rows), footprints=footprints)
    assert begegnungsorte["place_ids"].tolist() == [["osm:node/2", "osm:way/1"]]
    assert begegnungsorte["name"].tolist() == ["Lutherkirche"]


def test_a_wrong_kind_in_a_list_does_not_split_one_house() -> None:
    rows = [
        place("osm:node/1", name="Haus Wenge", klass="municipal_centre"),
        place("leute:1", 10, name="Haus Wenge", klass="culture"),
    ]
    assert len(merge(*rows)) == 1


# Two places


NEIGHBOURS = """
    worship St. Ewaldi | parish_hall Gemeindehaus St. Ewaldi
    worship St. Ewaldi | parish_hall St. Ewaldi
    youth_centre Jugendtreff Hörde | senior_meeting Seniorentreff Hörde
    library Bibliothek Hörde | municipal_centre Bürgerhaus Hörde
    parish_hall Ev. Gemeindehaus Sölde | parish_hall Kath. Gemeindehaus Sölde
    youth_centre Jugendtreff Nord | youth_centre Jugendtreff Süd
    culture Halle 1 | culture Halle 2
    cafe_restaurant Café Anna | cafe_restaurant Café Emil
    cafe_restaurant Treff Rosa | cafe_restaurant Treff Rosi
    cafe_restaurant Grillstube Hera | cafe_restaurant Trattoria Roma
    vacancy | vacancy
"""


@pytest.mark.parametrize("pair", [line.strip() for line in NEIGHBOURS.strip().splitlines()])
def test_neighbours_of_a_street_stay_two(pair: str) -> None:
    one, other = (
        {"class": text.split()[0], "name": text.partition(" ")[2] or None} for text in pair.split(" | ")
    )
    assert len(merge(place("osm:node/1", **one), place("osm:node/2", 12, **other))) == 2
    assert len(merge(place("osm:node/1", **one), place("stadt:2", 12, **other))) == 2


def test_two_branches_of_a_chain_stay_two_even_without_an_address() -> None:
    chain = {"name": "Bäckerei Kornblume", "klass": "cafe_restaurant"}
    assert len(merge(place("osm:node/1", **chain), place("osm:node/2", 90, **chain))) == 2


def test_a_list_row_joins_the_nearer_branch_and_ties_no_two_branches() -> None:
    chain = {"name": "Bäckerei Kornblume", "klass": "cafe_restaurant"}
    rows = [place("osm:node/1", **chain), place("osm:node/2", 100, **chain), place("stadt:1", 40, **chain)]
    assert merge(*rows) == [["osm:node/1", "stadt:1"], ["osm:node/2"]]


def test_the_address_finds_the_branch_where_the_distance_would_mislead() -> None:
    chain = {"name": "Bäckerei Kornblume", "klass": "cafe_restaurant", "street": "Markt"}
    rows = [
        place("osm:node/1", house_number="1", **chain),
        place("osm:node/2", 100, house_number="9", **chain),
        place("stadt:1", 40, house_number="9", **{**chain, "street": "Markt"}),
    ]
    assert merge(*rows) == [["osm:node/1"], ["osm:node/2", "stadt:1"]]


def test_same_name_half_a_kilometre_apart_stays_two() -> None:
    assert len(merge(place("osm:node/1"), place("stadt:1", 500))) == 2


def test_touching_houses_of_a_terrace_are_not_inside_each_other() -> None:
    footprints = build_features(build_area(1, square(0, 0, 10)), build_area(2, square(10, 0, 10)))
    rows = [
        place("osm:way/1", 5, 5, klass="vacancy", name=None, footprint_area_m2=100.0),
        place("osm:way/2", 15, 5, klass="vacancy", name=None, footprint_area_m2=100.0),
    ]
    assert len(merge(*rows, footprints=footprints)) == 2


def test_a_chain_of_look_alikes_does_not_grow_along_a_street() -> None:
    rows = [place(f"liste{i}:1", i * 90, name="Treff Concordia") for i in range(12)]
    begegnungsorte, _ = conflate(build_places(*rows))
    assert max(len(ids) for ids in begegnungsorte["place_ids"]) <= 5  # 4 x 90 m = 360 m, 5 x 90 m is too wide


# Attributes


def test_the_best_evidence_leads_and_gaps_are_filled_from_the_others() -> None:
    rows = [
        place("osm:node/1", wheelchair="yes", operator="Planerladen", standing="everyday"),
        place("stadt:1", 5, evidence="B", opening_hours="Mo-Fr 9-17", consumption_free="unknown"),
    ]  # fmt: skip
    begegnungsorte, _ = conflate(build_places(*rows))
    row = begegnungsorte.iloc[0]
    assert row[["evidence", "standing", "wheelchair"]].tolist() == ["B", "established", "yes"]
    assert row[["operator", "opening_hours", "consumption_free"]].tolist() == [
        "Planerladen",
        "Mo-Fr 9-17",
        "yes",
    ]


def test_an_address_is_taken_whole_from_one_record() -> None:
    rows = [
        place("stadt:1", evidence="A", street="Hauptstraße"),
        place("osm:node/1", 5, street="Nebenweg", house_number="7", postcode="44263"),
    ]
    begegnungsorte, _ = conflate(build_places(*rows))
    assert begegnungsorte[["street", "house_number", "postcode"]].to_numpy().tolist() == [
        ["Nebenweg", "7", "44263"]
    ]


def test_the_point_is_the_most_exact_one_and_a_house_beats_its_campus() -> None:
    campus, house = square(0, 0, 200), square(150, 150, 30)
    footprints = build_features(build_area(1, campus), build_area(2, house))
    rows = [
        place("osm:way/1", 100, 100, footprint_area_m2=campus.area),
        place("osm:way/2", 165, 165, footprint_area_m2=house.area),
        place("stadt:1", 120, 100, evidence="A", precision="street"),
    ]
    begegnungsorte, _ = conflate(build_places(*rows), footprints=footprints)
    assert begegnungsorte.geometry.tolist() == [at(165, 165)]
    assert begegnungsorte["precision"].tolist() == ["object"]


@pytest.mark.parametrize(
    ("standing", "consumption_free", "is_counted"),
    [
        ("established", "no", True), ("everyday", "yes", True), ("everyday", "mixed", False),
        ("everyday", "no", False), ("everyday", "unknown", False), ("potential", "yes", False),
    ],
)  # fmt: skip
def test_who_counts_as_supply(standing: str, consumption_free: str, is_counted: bool) -> None:
    begegnungsorte, _ = conflate(
        build_places(place("osm:node/1", standing=standing, consumption_free=consumption_free))
    )
    assert begegnungsorte["is_counted"].tolist() == [is_counted]


# Ids


def test_the_id_stays_when_a_better_source_joins_or_the_place_is_renamed() -> None:
    before, _ = conflate(build_places(place("osm:node/1")))
    joined, _ = conflate(
        build_places(
            place("osm:node/1", name="Bürgerhaus Hörde-Süd"),
            place("stadt:1", 9, evidence="A", name="Bürgerhaus Hörde-Süd"),
        )
    )
    assert joined["place_ids"].tolist() == [["stadt:1", "osm:node/1"]]
    assert (
        joined["begegnungsort_id"].tolist()
        == before["begegnungsort_id"].tolist()
        == [build_begegnungsort_id("osm:node/1")]
    )


def test_a_known_id_is_kept_when_osm_finds_the_place_later() -> None:
    before, _ = conflate(build_places(place("stadt:1")))
    known = keep_ids({"stadt:1": before["begegnungsort_id"][0]})
    later, _ = conflate(build_places(place("stadt:1"), place("osm:node/1", 5)), known_ids=known)
    assert later["begegnungsort_id"].tolist() == before["begegnungsort_id"].tolist()


def test_of_a_split_place_only_one_keeps_the_known_id() -> None:
    known = keep_ids({"stadt:1": "b0", "osm:node/1": "b0"})
    split, _ = conflate(build_places(place("stadt:1"), place("osm:node/1", 900)), known_ids=known)
    assert sorted(split["begegnungsort_id"]) == sorted(["b0", build_begegnungsort_id("stadt:1")])


# Review


def test_an_answer_of_staff_holds_against_every_score() -> None:
    rows = [
        place("osm:node/1", name="Alte Wache"),
        place("stadt:1", 5, name="Alte Wache"),
        place("stadt:2", 900, name="Haus Ost"),
    ]
    answers = pd.DataFrame(
        [
            ("osm:node/1", "stadt:1", "different"),
            ("stadt:2", "osm:node/1", "same"),
            ("stadt:9", "stadt:1", "same"),
        ],
        columns=["place_id_a", "place_id_b", "answer"],
    )
    begegnungsorte, matches = conflate(build_places(*rows), reviews=answers)
    assert group_ids(begegnungsorte) == [["osm:node/1", "stadt:2"], ["stadt:1"]]
    asked = matches.set_index(["place_id_a", "place_id_b"])["decision"]
    assert asked[("osm:node/1", "stadt:1")] == "different"
    assert asked[("osm:node/1", "stadt:2")] == "same"
    far = matches[matches["gap_m"] == 900]  # never compared, and told as far apart as it is
    assert [reasons[:2] for reasons in far["reasons"]] == [["decided by staff", "900 m apart"]]


def test_every_merge_can_be_explained() -> None:
    rows = [
        place("osm:node/1", name="Treff Concordia", street="Borsigplatz", house_number="1"),
        place("stadt:1", 25, name="Treff Concordia", street="Borsigpl.", house_number="1-3"),
    ]
    _, matches = conflate(build_places(*rows))
    row = matches.iloc[0]
    assert (row["decision"], bool(row["is_merged"]), row["address_relation"]) == ("same", True, "same")
    assert row["reasons"] == ["names alike 1.00", "25 m apart", "same class", "same address"]


def test_a_pair_in_doubt_is_listed_for_review_and_not_merged() -> None:
    rows = [
        place("osm:node/1", name="Gemeinschaftshaus Rosental"),
        place("stadt:1", 60, name="Gemeinschaftshaus Rosengarten"),
    ]
    begegnungsorte, matches = conflate(build_places(*rows))
    assert len(begegnungsorte) == 2
    assert matches["decision"].tolist() == ["review"]


# Contacts: compared, never kept


def test_one_phone_merges_what_names_alone_leave_in_doubt() -> None:
    rows = [
        place("osm:node/1", name="Gemeinschaftshaus Rosental"),
        place("stadt:1", 60, name="Gemeinschaftshaus Rosengarten"),
    ]
    keys = {"osm:node/1": ["p0a1"], "stadt:1": ["m777", "p0a1"]}
    begegnungsorte, matches = conflate(build_places(*rows), contact_keys=keys)
    assert len(begegnungsorte) == 1
    assert "same phone or mail" in matches["reasons"][0]
    written = begegnungsorte.to_csv() + matches.to_csv()
    assert "p0a1" not in written
    assert "m777" not in written


def test_one_phone_under_two_names_is_a_question_and_no_match() -> None:
    rows = [place("osm:node/1", name="Haus Alva"), place("stadt:1", 60, name="Zur Linde")]
    keys = {"osm:node/1": ["p0a1"], "stadt:1": ["p0a1"]}
    begegnungsorte, matches = conflate(build_places(*rows), contact_keys=keys)
    assert len(begegnungsorte) == 2
    assert matches["decision"].tolist() == ["review"]


def test_the_parish_office_number_ties_neither_church_and_hall_nor_a_whole_street() -> None:
    church, hall = (
        place("osm:node/1", klass="worship", name="St. Marien"),
        place("stadt:1", 20, klass="parish_hall", name="Gemeindehaus St. Marien"),
    )
    keys = {"osm:node/1": ["p0a1"], "stadt:1": ["p0a1"]}
    assert len(conflate(build_places(church, hall), contact_keys=keys)[0]) == 2
    shops = [
        place(f"osm:node/{n}", n * 10, klass="cafe_restaurant", name=f"Laden {name}")
        for n, name in enumerate(("Abendrot", "Birke", "Chaussee", "Drossel", "Eiche"))
    ]
    shared = {row["place_id"]: ["p0a1"] for row in shops}
    _, matches = conflate(build_places(*shops), contact_keys=shared)
    assert not matches["reasons"].map(lambda words: "same phone or mail" in words).any()


# Books and border


def test_read_is_kept_plus_merged_plus_rejected_for_every_source() -> None:
    begegnungsorte, _ = conflate(
        build_places(place("osm:node/1"), place("stadt:1", 5, evidence="B"), place("osm:node/2", 900))
    )
    counts, rejections = build_row_counts(
        [
            RowCount("osm", 10, {"excluded": 5, "withheld": 1, "unnamed": 0}),
            RowCount("osm", reasons={"outside": 2}),
            RowCount("stadt", 1),
            RowCount("leer", 3, {"empty": 3}),
        ],
        begegnungsorte,
    )
    assert counts.to_numpy().tolist() == [["leer", 3, 0, 0, 3], ["osm", 10, 1, 1, 8], ["stadt", 1, 1, 0, 0]]
    assert rejections.to_numpy().tolist() == [
        ["leer", "empty", 3], ["osm", "excluded", 5], ["osm", "withheld", 1], ["osm", "outside", 2],
    ]  # fmt: skip
    conform_table(counts, "row_counts")
    conform_table(rejections, "rejections")
    assert describe_row_counts(counts, rejections)[1] == (
        "osm: 10 read = 1 kept + 1 merged + 8 rejected (excluded 5, withheld 1, outside 2)"
    )


def test_a_source_that_was_not_counted_is_noticed() -> None:
    begegnungsorte, _ = conflate(build_places(place("osm:node/1")))
    with pytest.raises(SchemaError, match="do not close"):
        build_row_counts([], begegnungsorte)


@pytest.mark.parametrize("read", [1, 3])
def test_a_row_that_was_lost_or_counted_twice_is_noticed(read: int) -> None:
    begegnungsorte, _ = conflate(build_places(place("osm:node/1")))
    with pytest.raises(SchemaError, match=f"osm: {read} read, 1 kept"):
        build_row_counts([RowCount("osm", read, {"excluded": 1})], begegnungsorte)


def test_a_reason_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SchemaError, match="'vergessen'"):
        build_row_counts([RowCount("osm", 1, {"vergessen": 1})])


def test_places_are_parted_at_the_border_and_far_ones_counted() -> None:
    rows = [
        place("osm:node/1", 50, name="A"), place("osm:node/2", 100, name="Auf der Grenze"),
        place("osm:node/3", 1500, name="B"), place("osm:node/4", 1700, name="C"),
    ]  # fmt: skip
    begegnungsorte, _ = conflate(build_places(*rows))
    city = gpd.GeoDataFrame({"name": ["X"], "origin": ["districts"]}, geometry=[square(0, -50, 100)], crs=CRS)
    inside, neighbours, issues, outside = split_by_city(begegnungsorte, city, buffer_m=1500)
    assert sorted(inside["name"]) == ["A", "Auf der Grenze"]
    assert neighbours["name"].tolist() == ["B"]
    assert issues[["source", "code", "count"]].to_numpy().tolist() == [["osm", "PLACE_OUTSIDE", 1]]
    counts, _ = build_row_counts([RowCount("osm", 4), *outside], inside, neighbours)
    assert counts["rejected"].tolist() == [1]


def test_a_border_in_another_crs_is_refused() -> None:
    begegnungsorte, _ = conflate(build_places(place("osm:node/1")))
    city = gpd.GeoDataFrame(
        {"name": ["X"], "origin": ["districts"]}, geometry=[square(0, 0, 9)], crs="EPSG:4326"
    )
    with pytest.raises(CrsError):
        split_by_city(begegnungsorte, city, buffer_m=1500)


def test_no_place_gives_empty_tables() -> None:
    begegnungsorte, matches = conflate(build_places(place("osm:node/1")).iloc[:0])
    assert begegnungsorte.empty
    assert matches.empty
    city = gpd.GeoDataFrame({"name": ["X"], "origin": ["districts"]}, geometry=[square(0, 0, 9)], crs=CRS)
    inside, neighbours, issues, outside = split_by_city(begegnungsorte, city, buffer_m=1500)
    assert outside == ()
    assert inside.empty
    assert neighbours.empty
    assert issues.empty
    conform_table(add_attributes(inside.assign(snap_distance_m=0.0)), "begegnungsorte")


# Properties

NAMES = (
    None,
    "Bürgerhaus Hörde",
    "Buergerhaus Hoerde",
    "Jugendtreff Hörde",
    "St. Ewaldi",
    "Treff Nord",
    "Treff Süd",
)
CLASSES = ("municipal_centre", "worship", "parish_hall", "youth_centre")
ROWS = st.lists(
    st.builds(
        lambda name, klass, x, y, number, osm: {
            "name": name, "class": klass, "geometry": at(x, y), "source": "osm" if osm else "stadt",
            "street": "Markt" if number else None, "house_number": number,
        },
        st.sampled_from(NAMES), st.sampled_from(CLASSES),
        st.integers(0, 300), st.integers(0, 40), st.sampled_from((None, "1", "2")), st.booleans(),
    ),
    min_size=1, max_size=9,
)  # fmt: skip


def number_rows(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    ids = (f"{row['source']}:node/{i}" for i, row in enumerate(rows))
    return build_places(*({"place_id": place_id, **row} for place_id, row in zip(ids, rows, strict=True)))


@settings(max_examples=8, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_input_order_is_irrelevant_no_id_is_lost_and_what_is_apart_stays_apart(
    rows: list[dict[str, Any]], shuffler: Any
) -> None:
    places = number_rows(rows)
    order = list(range(len(places)))
    shuffler.shuffle(order)
    one, matches_one = conflate(places)
    other, matches_other = conflate(places.iloc[order])
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
    pd.testing.assert_frame_equal(matches_one, matches_other)
    assert sorted(itertools.chain(*one["place_ids"])) == sorted(places["place_id"])
    assert one["begegnungsort_id"].is_unique
    classes = places.set_index("place_id")["class"]
    for ids in one["place_ids"]:
        assert not {"worship", "parish_hall"} <= {classes[place_id] for place_id in ids}


@settings(max_examples=8, deadline=None)
@given(ROWS)
def test_a_source_that_holds_every_record_twice_gives_the_same_places(rows: list[dict[str, Any]]) -> None:
    places = number_rows(rows)
    named = places[places["name"].notna()]
    if named.empty:
        return
    again = named.assign(place_id=named["place_id"] + "-again", source_id=named["source_id"] + "-again")
    once, _ = conflate(named)
    twice, _ = conflate(gpd.GeoDataFrame(pd.concat([named, again], ignore_index=True), crs=CRS))
    stripped = [sorted({place_id.removesuffix("-again") for place_id in ids}) for ids in twice["place_ids"]]
    assert sorted(stripped) == group_ids(once)


def test_a_third_record_between_them_does_not_tie_a_church_to_its_parish_hall():
    # 151 m apart the two are never compared; the meeting house between them bears both names.
    rows = [
        {"name": "Bürgerhaus Hörde", "class": "worship", "geometry": at(0, 0), "source": "stadt"},
        {"name": "Bürgerhaus Hörde", "class": "municipal_centre", "geometry": at(3, 0), "source": "stadt"},
        {"name": "Bürgerhaus Hörde", "class": "parish_hall", "geometry": at(151, 0), "source": "stadt"},
    ]
    places = number_rows(rows)
    classes = dict(zip(places["place_id"], places["class"], strict=True))
    begegnungsorte, _ = conflate(places)
    for ids in begegnungsorte["place_ids"]:
        assert not {"worship", "parish_hall"} <= {classes[place_id] for place_id in ids}


def test_a_row_of_a_list_never_takes_supply_away() -> None:
    rules = read_rules()
    osm, _, _ = assign_class(
        build_features(
            build_node(1, amenity="college", name="Volkshochschule Dortmund"),
            build_node(2, 500, amenity="arts_centre", name="Dortmunder U"),
            build_node(3, 1000, amenity="theatre", name="Schauspielhaus"),
        ),
        rules,
    )
    listed, _, _ = classify_records(
        build_records(
            {"name": "Volkshochschule", "class_hint": "education", "geometry": at(3)},
            {"name": "Dortmunder U", "class_hint": "culture", "geometry": at(503)},
            {"name": "Schauspielhaus", "class_hint": "culture", "geometry": at(1003)},
        ),
        rules,
    )
    alone, _ = conflate(osm)
    places = stack_layers(osm, listed)
    together, _ = conflate(places)
    assert len(alone) == len(together) == 3
    counted = dict(zip(alone["name"], alone["is_counted"], strict=True))
    assert counted == {"Volkshochschule Dortmund": True, "Dortmunder U": True, "Schauspielhaus": False}
    assert together["is_counted"].tolist() == alone["is_counted"].tolist()
    assert set(together["evidence"]) == {"B"}
    # The list alone says "culture" only; who says more is named beside the standing.
    no_claims = pd.DataFrame(columns=list(CLAIM_COLUMNS)).astype({"is_chosen": bool})
    told = build_column_sources(together, places, no_claims)
    origin = told[told["column"] == "standing"].set_index("begegnungsort_id")["source_id"]
    names = together.set_index("begegnungsort_id")["name"]
    assert {names[key]: origin[key].split(":")[0] for key in names.index} == {
        "Volkshochschule": "liste", "Dortmunder U": "osm", "Schauspielhaus": "osm",
    }  # fmt: skip
