# SPDX-License-Identifier: MIT
"""Corrections and answers: every line is used or said what is wrong with it."""

from pathlib import Path

import pandas as pd
import pytest

from attribute_rows import read_rules
from begegnung_geo.errors import SourceError
from begegnung_geo.schema import conform_table
from begegnung_geo.sources.hand import read_hand_entries
from inventory_rows import read_rules as read_categories

HEADER = "source_id,column,value,why,who,date\n"


def read(path: Path, text: str, *, encoding: str = "utf-8") -> tuple[pd.DataFrame, pd.DataFrame]:
    path.write_bytes(text.encode(encoding))
    return read_hand_entries(path, kind="correction", rules=read_rules(), classes=read_categories().classes)


def test_good_lines_are_read_with_keys_or_german_labels(tmp_path: Path) -> None:
    text = (
        HEADER + "node/1,cost,kostenlos,Begehung,Amt,2026-10-01\nb1,Art des Ortes,Bibliothek,x,y,1.2.2026\n"
    )
    entries, issues = read(tmp_path / "corrections.csv", text)
    assert issues.empty
    assert entries[["entry_id", "target_id", "attribute", "value", "date"]].to_numpy().tolist() == [
        ["corrections.csv:2", "node/1", "cost", "free", "2026-10-01"],
        ["corrections.csv:3", "b1", "class", "library", "2026-02-01"],
    ]
    conform_table(entries, "hand_entries")


def test_german_headers_semicolons_and_latin_1_are_read(tmp_path: Path) -> None:
    text = (
        "Kennung;Spalte;Wert;Grund;Rolle;Datum\nnode/1;Straße;Märkische Str.;Schild;Bezirksbüro;22.11.2026\n"
    )
    entries, issues = read(tmp_path / "corrections.csv", text, encoding="cp1252")
    assert entries["value"].tolist() == ["Märkische Str."]
    assert issues["code"].tolist() == ["ENCODING_FALLBACK"]


def test_contacts_and_persons_in_a_line_are_not_kept(tmp_path: Path) -> None:
    line = "node/1,role_in_quarter,Fragen an erika@example.org,laut Frau Muster 0231 123456,Amt,2026-10-01\n"
    entries, issues = read(tmp_path / "corrections.csv", HEADER + line)
    assert entries[["value", "why"]].to_numpy().tolist() == [
        ["Fragen an [entfernt]", "laut [entfernt] [entfernt]"]
    ]
    assert issues[["code", "row"]].to_numpy().tolist() == [["PLACE_TEXT_CLEANED", "2"]]
    assert "kept nowhere" in issues["text"].iloc[0]


def test_a_name_in_place_of_the_role_is_not_kept_but_the_line_is_applied(tmp_path: Path) -> None:
    entries, issues = read(
        tmp_path / "corrections.csv", HEADER + "node/1,cost,free,x,Erika Muster,2026-10-01\n"
    )
    assert entries[["value", "who"]].to_numpy().tolist() == [["free", "ohne Rolle"]]
    assert issues["row"].tolist() == ["2"]
    assert "write the role" in issues["text"][0]
    assert "Erika" not in issues.to_csv()


def test_the_role_is_kept_and_the_name_before_it_is_not(tmp_path: Path) -> None:
    line = 'node/1,cost,free,x,"Frau Erika K., Quartiersbüro",2026-10-01\n'
    entries, issues = read(tmp_path / "corrections.csv", HEADER + line)
    assert entries["who"].tolist() == ["Quartiersbüro"]
    assert issues["code"].tolist() == ["HAND_VALUE_INVALID"]


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("node/1,provider,Erika Muster,x,Amt,2026-02-03", "HAND_VALUE_INVALID", "name the body"),
        ("node/1,cost,gratis,x,y,2026-01-01", "HAND_VALUE_INVALID", "allowed are kostenlos, Spende"),
        ("node/1,preis,1,x,y,2026-01-01", "HAND_COLUMN_UNKNOWN", 'no column "preis"'),
        ("node/1,cost,free,x,y,2026-02-30", "HAND_DATE_INVALID", "2026-11-22 or 22.11.2026"),
        ("node/1,cost,free,x,y,1926-02-03", "HAND_DATE_INVALID", "no day of this century"),
        ("node/1,cost,free,,y,2026-02-03", "HAND_ROW_INCOMPLETE", "why is empty"),
        (",cost,free,x,y,2026-02-03", "HAND_ROW_INCOMPLETE", "source_id is empty"),
        ("node/1,rooms_count,viele,x,y,2026-02-03", "HAND_VALUE_INVALID", "a whole number of at least 0 is"),
        ("node/1,cost,=1+1,x,y,2026-02-03", "HAND_VALUE_INVALID", "=1+1"),
        ("node/1,name,=1+1,x,y,2026-02-03", "HAND_VALUE_INVALID", "looks like a formula"),
        ("node/1,street,@SUM(A1),x,y,2026-02-03", "HAND_VALUE_INVALID", "looks like a formula"),
        ("node/1,name,Treff <b>Nord</b>,x,y,2026-02-03", "HAND_VALUE_INVALID", "looks like HTML"),
        ("node/1,capacity_persons,-5,x,y,2026-02-03", "HAND_VALUE_INVALID", "a whole number of at least 0"),
    ],
)
def test_an_unusable_line_is_an_issue_and_the_others_are_read(
    tmp_path: Path, *, line: str, code: str, words: str
) -> None:
    good = "node/2,cost,free,x,y,2026-01-01\n"
    entries, issues = read(tmp_path / "corrections.csv", HEADER + line + "\n" + good)
    assert entries["target_id"].tolist() == ["node/2"]
    assert issues[["code", "row", "source"]].to_numpy().tolist() == [[code, "2", "corrections.csv"]]
    assert words in issues["text"].iloc[0]


def test_a_file_with_its_header_alone_has_no_lines(tmp_path: Path) -> None:
    entries, issues = read(tmp_path / "corrections.csv", HEADER)
    assert entries.empty
    assert issues.empty
    conform_table(entries, "hand_entries")


def test_a_missing_column_is_an_error_that_names_the_header(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="lacks the columns who") as caught:
        read(tmp_path / "corrections.csv", "source_id,column,value,why,date\nnode/1,cost,free,x,2026-01-01\n")
    assert "source_id, column, value, why, who, date" in str(caught.value)
