# SPDX-License-Identifier: MIT
import pandas as pd
import pytest

from begegnung_geo.analysis.names import find_core, find_marks, normalise_name
from begegnung_geo.analysis.privacy import is_body, redact_fields, redact_text
from begegnung_geo.analysis.texts import clean_texts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ev. Gemeindehaus", "evangelisch gemeindehaus"),
        ("Alte Wache e.V.", "alte wache"),
        ("Schützenverein eV", "schuetzenverein"),
        ("KGV Frisch-Auf e. V.", "kleingartenverein frisch"),
        ("Café Größe GmbH & Co. KG", "cafe groesse"),
        ("St. Ewaldi", "sankt ewaldi"),
        ("Haus der Jugend", "haus jugend"),
        ("Am", "am"),
        ("Центр Дружба", "центр дружба"),
    ],
)
def test_german_names_are_spelt_out(name: str, expected: str) -> None:
    assert normalise_name(name) == expected


def test_the_core_leaves_out_what_only_names_the_kind() -> None:
    assert find_core("stadtteilzentrum gemeinschaftshaus rosental") == "rosental"
    assert find_core("begegnungszentrum") == ""
    assert find_core("gartenstadt treff") == "gartenstadt"


@pytest.mark.parametrize(
    ("one", "other", "is_apart"),
    [
        ("halle 1", "halle 2", True), ("halle 1", "halle 1 2", False), ("halle", "halle 2", False),
        ("treff nord", "treff sued", True), ("evangelisch kirche", "katholisch kirche", True),
        ("jugendtreff", "seniorentreff", True), ("kinder jugendtreff", "jugendtreff", False),
        ("grundschule ii", "grundschule iii", True), ("alte schule", "neue schule", True),
    ],
)  # fmt: skip
def test_marks_tell_look_alikes_apart(one: str, other: str, is_apart: bool) -> None:
    marks = zip(find_marks(one), find_marks(other), strict=True)
    assert any(a and b and not a & b for a, b in marks) is is_apart


def test_contacts_go_and_codes_stay() -> None:
    fields = {
        "telefon": "0231 50", "Kontakt": "Karla", "contact:phone": "1", "fax": "2", "E-Mail": "a@b.de",
        "de:amtlicher_gemeindeschluessel": "05913000", "ref": "0123456789", "capacity:persons": "40",
        "i_beschr": "Frau K., Tel. 0231/50-12345 oder k.muster@dortmund.de", "stadtbezirk": "Hörde", "n": 7,
    }  # fmt: skip
    assert redact_fields(fields) == {
        "capacity:persons": "40", "de:amtlicher_gemeindeschluessel": "05913000",
        "i_beschr": "Frau K., Tel. [entfernt] oder [entfernt]", "n": 7, "ref": "0123456789",
        "stadtbezirk": "Hörde",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["Mo-Fr 08:00-18:00", "44263 Dortmund", "1. OG, Raum 012", "3.500 m2", "2012-2026"]
)
def test_times_postcodes_and_rooms_are_no_phone(text: str) -> None:
    assert redact_text(text) == text


def test_a_person_is_no_body() -> None:
    assert [is_body(text) for text in ("Karla Muster", "AWO", "Muster GmbH", "Turngemeinde 1848")] == [
        False, True, True, True,
    ]  # fmt: skip


def test_texts_become_one_printable_line() -> None:
    texts = pd.Series(["  a\t b\n", "a\u200bb\x00", "\u202e", None, "o\u0308l", "x" * 999], dtype="str")
    cleaned = clean_texts(texts, limit=10)
    assert cleaned.fillna("-").tolist() == ["a b", "ab", "-", "-", "öl", "x" * 9 + "…"]
