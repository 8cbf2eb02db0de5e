# SPDX-License-Identifier: MIT
import pandas as pd
import pytest

from begegnung_geo.analysis.names import find_core, find_marks, normalise_name
from begegnung_geo.analysis.texts import clean_texts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ev. Gemeindehaus", "evangelisch gemeindehaus"),
        ("Alte Wache e.V.", "alte wache"),
        ("Schützenverein eV", "schuetzenverein"),
        ("KGV Frisch-Auf e. V.", "kleingartenverein frischauf"),
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


def test_texts_become_one_printable_line() -> None:
    texts = pd.Series(["  a\t b\n", "a\u200bb\x00", "\u202e", None, "o\u0308l", "x" * 999], dtype="str")
    cleaned = clean_texts(texts, limit=10)
    assert cleaned.fillna("-").tolist() == ["a b", "ab", "-", "-", "öl", "x" * 9 + "…"]
