# SPDX-License-Identifier: MIT
"""Written addresses meet address points: spelling, doubt, and never a wrong hit without a word."""

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from begegnung_geo.analysis.address_text import list_numbers, loosen_street, normalise_city, split_type
from begegnung_geo.analysis.addresses import (
    locate_records,
    match_addresses,
    normalise_house_number,
    normalise_street,
)
from begegnung_geo.errors import CrsError

Row = tuple[str | None, ...]
COLUMNS = ["street", "house_number", "postcode", "city"]

# street, number, postcode, city, quality, x, y
HOUSES: tuple[tuple[str | None, str | None, str | None, str | None, str, float, float], ...] = (
    ("Märkische Straße", "21", "44141", "Dortmund", "A", 0, 0),
    ("Märkische Straße", "23", "44141", "Dortmund", "A", 20, 0),
    ("Märkische Straße", "25a", "44141", "Dortmund", "A", 40, 0),
    ("Hauptstraße", "5", "44135", "Dortmund", "A", 1000, 0),
    ("Hauptstr.", "5", "58455", "Witten", "A", 9000, 0),
    ("Leopoldstraße", "50-58", None, None, "O", 500, 500),
    ("Borsigplatz", "1", None, "Dortmund", "C", 600, 600),
    ("Kantstraße", "8", None, "Dortmund", "A", 700, 0),
    ("Poststraße", "3", None, "Dortmund", "A", 800, 0),
    ("Birkenweg", "1", None, "Dortmund", "A", 900, 0),
    ("Birkenweg", "99", None, "Dortmund", "A", 900, 5000),
)


def build_addresses(rows: tuple[tuple[str | float | None, ...], ...] = HOUSES) -> gpd.GeoDataFrame:
    names = [*COLUMNS, "quality"]
    texts = pd.DataFrame([row[:5] for row in rows], columns=names).astype("str")
    texts.insert(0, "address_id", [f"a{i}" for i in range(len(rows))])
    return gpd.GeoDataFrame(
        texts.assign(source="register"), geometry=[Point(row[5], row[6]) for row in rows], crs=25832
    )


def match(*rows: Row, houses: gpd.GeoDataFrame | None = None, **options: str) -> gpd.GeoDataFrame:
    records = pd.DataFrame(list(rows), columns=COLUMNS).astype("str")
    records.index = pd.Index([f"r{i}" for i in range(len(rows))])
    matches = match_addresses(records, build_addresses() if houses is None else houses, **options)
    assert matches.index.equals(records.index)
    return matches


def one(*row: str | None, **options: str) -> pd.Series:
    return match(row, **options).iloc[0]


# --- spelling ---


@pytest.mark.parametrize(
    "spelling",
    [
        "Märkische Straße",
        "Märkische Str.",
        "MÄRKISCHE STRASSE",
        "Maerkische Str",
        "märkische-straße",
        "Märkische  Strasse ",
    ],
)
def test_one_street_has_one_key(spelling: str) -> None:
    assert normalise_street(pd.Series([spelling], dtype="str")).tolist() == ["maerkischestrasse"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("St.-Josef-Str.", "Sankt Josef Straße"),
        ("Borsigpl.", "Borsigplatz"),
        ("Str. des 17. Juni", "Straße des 17.Juni"),
        ("Dr.-Hoffmann-Weg", "Doktor Hoffmann Wg."),
        ("Gr. Heimstr.", "Große Heimstraße"),
    ],
)
def test_abbreviations_mean_the_same(left: str, right: str) -> None:
    keys = normalise_street(pd.Series([left, right], dtype="str"))
    assert keys[0] == keys[1]


def test_different_streets_have_different_keys_and_nothing_has_none() -> None:
    keys = normalise_street(pd.Series(["Stadtweg", "Starweg", "…", None, "17"], dtype="str"))
    assert keys[0] != keys[1]
    assert keys[2:].isna().all()


@pytest.mark.parametrize(
    ("number", "key", "single"),
    [
        ("12 A", "12a", ["12a"]),
        ("50 – 58", "50-58", ["50", "52", "54", "56", "58"]),
        ("3-4", "3-4", ["3", "4"]),
        ("12a-c", "12a-c", ["12a", "12b", "12c"]),
        ("5; 7", "5,7", ["5", "7"]),
        ("Haus Nr. 05", "5", ["5"]),
        ("12 1/2", "12½", ["12½"]),
        ("1-9999", "1-9999", ["1", "9999"]),
    ],
)
def test_house_numbers_have_one_spelling(number: str, key: str, single: list[str]) -> None:
    assert normalise_house_number(pd.Series([number], dtype="str")).tolist() == [key]
    assert list_numbers(key) == single


def test_a_city_agrees_with_its_official_name() -> None:
    assert normalise_city(pd.Series(["Stadt Dortmund", "Dortmund"], dtype="str")).tolist() == ["dortmund"] * 2


@given(st.text(max_size=50))
def test_keys_are_plain_letters_and_digits(text: str) -> None:
    safe = text.encode("utf-8", "ignore").decode()
    key = normalise_street(pd.Series([safe], dtype="str"))
    if key.notna().all():
        assert key[0].isascii()
        assert key[0] == key[0].lower()
        assert key[0].isalnum()
        core, kind = split_type(loosen_street(key[0]))
        assert core + kind == loosen_street(key[0])


# --- the house itself ---


@pytest.mark.parametrize(
    ("row", "address_id"),
    [
        (("Märkische Str.", "21", "44141", "Dortmund"), "a0"),
        (("MAERKISCHE STRASSE", "21", None, None), "a0"),
        (("Märkische Str.", "25 A", None, "Dortmund-Mitte"), "a2"),
        (("Leopoldstr.", "54", None, "Dortmund"), "a5"),
        (("Leopoldstr.", "50 - 58", None, None), "a5"),
        (("Hauptstr.", "5", None, "Witten"), "a4"),
        (("Hauptstr.", "5", "58455", None), "a4"),
        (("Hauptstr.", "5", None, "Stadt Dortmund"), "a3"),
    ],
)
def test_a_house_is_found_under_its_spellings_without_a_note(row: Row, address_id: str) -> None:
    found = one(*row)
    assert (found["address_id"], found["precision"]) == (address_id, "house")
    assert pd.isna(found["note"])
    assert pd.isna(found["candidates"])
    assert found["error_m"] == (30 if row[1] == "54" else 15 if address_id == "a5" else 10)


def test_a_wrong_postcode_alone_does_not_hide_the_house_but_is_noted() -> None:
    found = one("Hauptstr.", "5", "99999", "Dortmund")
    assert found["address_id"] == "a3"
    assert "44135" in found["note"]


def test_the_same_address_in_two_cities_is_no_match_without_city() -> None:
    found = one("Hauptstr.", "5", None, None)
    assert pd.isna(found["precision"])
    assert found.geometry is None
    assert "Dortmund, Witten" in found["candidates"]


def test_the_default_city_decides_where_none_is_named() -> None:
    assert one("Hauptstr.", "5", None, None, default_city="Witten")["address_id"] == "a4"


def test_the_default_city_does_not_hide_a_street_of_the_neighbour() -> None:
    found = one("Märkische Str.", "21", None, None, default_city="Witten")
    assert found["address_id"] == "a0"
    assert "Dortmund" in found["note"]


def test_another_city_is_no_match_unless_the_postcode_agrees() -> None:
    assert pd.isna(one("Hauptstr.", "5", None, "Bochum")["precision"])
    found = one("Hauptstr.", "5", "58455", "Stockum")
    assert found["address_id"] == "a4"
    assert "Witten" in found["note"]


def test_a_pseudo_address_is_noted() -> None:
    found = one("Borsigpl.", "1", None, "Dortmund")
    assert (found["precision"], found["error_m"]) == ("house", 150)
    assert "pseudo" in found["note"]


def test_a_surveyed_point_comes_before_a_pseudo_one_and_order_does_not_matter() -> None:
    rows = (
        ("Weg", "1", None, None, "C", 0, 0),
        ("Weg", "1", None, None, "A", 10, 0),
        ("Weg", "1", None, None, "O", 5, 0),
    )
    houses = build_addresses(rows)
    assert match(("Weg", "1", None, None), houses=houses)["address_id"].tolist() == ["a1"]
    assert match(("Weg", "1", None, None), houses=houses.iloc[::-1])["address_id"].tolist() == ["a1"]


def test_one_address_at_two_places_is_noted_with_its_spread_or_no_match_at_all() -> None:
    near = build_addresses((("Weg", "1", None, None, "A", 0, 0), ("Weg", "1", None, None, "A", 100, 0)))
    found = match(("Weg", "1", None, None), houses=near).iloc[0]
    assert found["error_m"] == 100
    assert "100 m apart" in found["note"]
    far = build_addresses((("Weg", "1", None, None, "A", 0, 0), ("Weg", "1", None, None, "A", 151, 0)))
    assert match(("Weg", "1", None, None), houses=far)["precision"].isna().all()


# --- less than the house ---


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("21b", ["a0", "house", 60]),
        ("25", ["a2", "house", 60]),
        ("27", ["a2", "neighbour", 40]),
        ("19", ["a0", "neighbour", 40]),
    ],
)
def test_other_letters_and_neighbours_are_taken_with_a_note(number: str, expected: list[object]) -> None:
    found = one("Märkische Str.", number, None, None)
    assert found[["address_id", "precision", "error_m"]].tolist() == expected
    assert number in found["note"]


def test_the_middle_of_a_short_street_is_taken_where_no_number_is_given() -> None:
    found = one("Märkische Str.", None, None, None)
    assert found[["address_id", "precision"]].tolist() == ["a1", "street"]
    assert "middle" in found["note"]


def test_a_number_far_off_and_the_middle_of_a_long_street_are_no_match() -> None:
    matches = match(
        ("Märkische Str.", "300", None, None),
        ("Birkenweg", None, None, None),
        ("Birkenweg", "50", None, None),
    )
    assert matches["precision"].isna().all()
    assert matches["candidates"].iloc[0].startswith("Märkische Straße (Dortmund, numbers 21 to 25)")


# --- misspelt streets ---


@pytest.mark.parametrize(
    ("street", "number", "address_id"),
    [
        ("Markische Strase", "21", "a0"),
        ("Mrkische Straße", "21", "a0"),
        ("Märkische", "21", "a0"),
        ("Leopolstr.", "52", "a5"),
        ("Leoplodstraße", "52", "a5"),
        ("Kanstraße", "8", "a7"),
    ],
)
def test_a_misspelt_street_is_found_with_a_note(street: str, number: str, address_id: str) -> None:
    found = one(street, number, None, "Dortmund")
    assert found["address_id"] == address_id
    assert found["note"].startswith("the street was read as")


@pytest.mark.parametrize(
    ("street", "number"),
    [
        ("Märkischer Weg", "21"),  # another type is another street
        ("Oststraße", "3"),  # short names keep their first letter
        ("Markische Strase", "300"),  # misspelt, and the number is not there
        ("Kanstraße", "30"),
        ("Ganz anderer Weg", "1"),
        ("…", "1"),
        ("=HYPERLINK(1)", "1"),
    ],
)
def test_what_may_be_another_street_is_no_match(street: str, number: str) -> None:
    found = one(street, number, None, "Dortmund")
    assert pd.isna(found["precision"])
    assert pd.isna(found["note"])


def test_two_equally_similar_streets_are_no_match() -> None:
    rows = (("Lindenweg", "1", None, None, "A", 0, 0), ("Lingenweg", "1", None, None, "A", 900, 0))
    houses = build_addresses(rows)
    assert match(("Linxenweg", "1", None, None), houses=houses)["precision"].isna().all()
    assert match(("Lindenweg", "1", None, None), houses=houses)["address_id"].tolist() == ["a0"]


def test_of_two_similar_streets_the_one_with_the_number_is_taken() -> None:
    rows = (("Lindenweg", "1", None, None, "A", 0, 0), ("Lingenweg", "2", None, None, "A", 900, 0))
    found = match(("Linxenweg", "2", None, None), houses=build_addresses(rows)).iloc[0]
    assert found["address_id"] == "a1"


@pytest.mark.parametrize(
    ("written", "address_id"),
    [
        ("Spechttraße", "a0"),  # the s left out doubles the t, which is otherwise not counted
        ("Spechttieg", "a2"),
        ("Kleesteg", "a3"),  # the slip is in the type; Klosterstieg is two letters off and no rival
        ("Bäkergasse", "a6"),
    ],
)
def test_of_streets_equally_near_in_a_loose_spelling_the_plain_one_decides(
    written: str, address_id: str
) -> None:
    names = (
        "Spechtstraße",
        "Spechtgasse",
        "Spechtstieg",
        "Kleestieg",
        "Klosterstieg",
        "Badergasse",
        "Bäckergasse",
    )
    houses = build_addresses(tuple((name, "1", None, None, "A", n * 3000, 0) for n, name in enumerate(names)))
    found = match((written, "1", None, None), houses=houses).iloc[0]
    assert found["address_id"] == address_id
    assert found["note"] == f'the street was read as "{names[int(address_id[1:])]}"'


def test_the_first_word_of_several_streets_is_no_match_but_they_are_told() -> None:
    names = ("Theodor-Voss-Str.", "Theodor-Kirchner-Straße")
    houses = build_addresses(
        tuple((name, "16", None, "Dortmund", "A", n * 3000, 0) for n, name in enumerate(names))
    )
    found = match(("Theodor", "16", None, None), houses=houses).iloc[0]
    assert pd.isna(found["precision"])
    assert all(name in found["candidates"] for name in names)


@pytest.mark.parametrize("street", ["-", "?", "7", "…", "🙂"])
def test_a_street_without_a_letter_is_told_as_none(street: str) -> None:
    assert one(street, "1", None, "Dortmund")["candidates"] == "no name of a street"
    records = build_records([(street, "1", None)])
    located, issues = locate_records(records, build_addresses())
    assert located.geometry.isna().all()
    assert issues["code"].tolist() == ["ADDRESS_NOT_FOUND"]
    assert issues["text"].iloc[0].endswith("no name of a street")


def test_no_records_and_no_addresses_give_no_matches() -> None:
    assert match().empty
    empty = build_addresses().iloc[:0]
    matches = match(("Weg", "1", None, None), houses=empty)
    assert matches["precision"].isna().all()
    assert matches["candidates"].tolist() == ["no similar street"]


letters = st.text(alphabet="abcdefghiklmnoprstuvwz", min_size=6, max_size=9)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(letters, min_size=2, max_size=12, unique=True),
    st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 7), st.sampled_from("aeinrst")), min_size=1, max_size=12
    ),
)
def test_a_hit_on_another_street_never_comes_without_a_note(
    names: list[str], slips: list[tuple[int, int, str]]
) -> None:
    streets = [f"{name.capitalize()}weg" for name in names]
    rows = tuple((street, "1", None, None, "A", i * 1000, 0) for i, street in enumerate(streets))
    truths = [pick % len(streets) for pick, _, _ in slips]
    written = [
        streets[truth][:at] + letter + streets[truth][at + 1 :]
        for truth, (_, at, letter) in zip(truths, slips, strict=True)
    ]
    matches = match(*((street, "1", None, None) for street in written), houses=build_addresses(rows))
    is_silent = matches["precision"].notna() & matches["note"].isna()
    known = set(normalise_street(pd.Series(streets, dtype="str")))
    keys = normalise_street(pd.Series(written, dtype="str"))
    assert all(key in known for key in keys[is_silent.to_numpy()])


# --- place records ---


def build_records(rows: list[tuple[str | None, str | None, Point | None]]) -> gpd.GeoDataFrame:
    texts = pd.DataFrame(
        {
            "source": "liste",
            "source_id": [f"s{i}" for i in range(len(rows))],
            "row": [str(i + 2) for i in range(len(rows))],
            "street": [row[0] for row in rows],
            "house_number": [row[1] for row in rows],
            "postcode": None,
            "city": "Dortmund",
        }
    ).astype("str")
    points = [row[2] for row in rows]
    precision = ["unknown" if point is None else "object" for point in points]
    texts = texts.assign(precision=precision, position_error_m=float("nan"), fields="{}")
    return gpd.GeoDataFrame(texts, geometry=points, crs=25832)


def test_records_keep_their_points_and_get_those_of_their_addresses() -> None:
    records = build_records(
        [
            ("Märkische Str.", "21", Point(5, 5)),
            ("Märkische Str.", "21", None),
            ("Märkische Str.", "27", None),
            ("Nirgendsweg", "1", None),
            (None, None, None),
        ]
    )
    before = records.copy()
    located, issues = locate_records(records, build_addresses())
    assert located["precision"].tolist() == ["object", "house", "neighbour", "unknown", "unknown"]
    assert located.geometry.iloc[:3].tolist() == [Point(5, 5), Point(0, 0), Point(40, 0)]
    assert located.geometry.isna().tolist() == [False, False, False, True, True]
    assert issues[["row", "code"]].to_numpy().tolist() == [
        ["4", "ADDRESS_UNCERTAIN"],
        ["5", "ADDRESS_NOT_FOUND"],
    ]
    assert '"Märkische Str. 27, Dortmund"' in issues["text"][0]
    assert set(issues["source"]) == {"liste"}
    pd.testing.assert_frame_equal(records, before)


def test_records_without_any_addresses_are_all_told() -> None:
    records = build_records([("Weg", "1", None), ("Weg", "2", Point(0, 0))])
    located, issues = locate_records(records, build_addresses().iloc[:0])
    assert located["precision"].tolist() == ["unknown", "object"]
    assert issues["code"].tolist() == ["ADDRESS_NOT_FOUND"]
    located, issues = locate_records(records.iloc[:0], build_addresses())
    assert located.empty
    assert issues.empty


def test_tables_in_two_crs_are_an_error() -> None:
    with pytest.raises(CrsError):
        locate_records(build_records([("Weg", "1", None)]), build_addresses().to_crs(4326))
