# SPDX-License-Identifier: MIT
"""Figures of districts: joined by id to the letter, numbers in German, signs for "hidden"."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.profile_sources import FigureSource
from begegnung_geo.schema import conform_table
from begegnung_geo.sources.district_figures import read_district_figures

IDS = ["000", "010", "120"]
COLUMNS = [
    {"key": "sgb2", "column": "SGB II", "unit": "percent", "label_de": "SGB II", "label_en": "SGB II"},
    {"key": "single", "column": "allein", "unit": "persons", "label_de": "allein", "label_en": "alone"},
]
SOURCE = {"key": "zahlen", "file": "zahlen.csv", "level": "bezirk", "id_column": "Nr", "columns": COLUMNS}


def read(folder: Path, text: str, ids=tuple(IDS), *, encoding="utf-8"):
    path = folder / "zahlen.csv"
    path.write_bytes(text.encode(encoding))
    figures, issues = read_district_figures(path, FigureSource.model_validate(SOURCE), district_ids=ids)
    conform_table(figures, "district_figures")
    by_key = figures.set_index(["district_id", "figure"])["value"]
    return by_key, issues.set_index("row")["code"].to_dict(), issues


def test_ids_keep_their_zeros_and_numbers_are_read_as_written(tmp_path: Path) -> None:
    values, issues, _ = read(tmp_path, "Nr;SGB II;allein\n000;12,4;1.234\n010;8.5 %;700\n120;0;0\n")
    assert values.to_dict() == {
        ("000", "sgb2"): 12.4, ("010", "sgb2"): 8.5, ("120", "sgb2"): 0.0,
        ("000", "single"): 1234.0, ("010", "single"): 700.0, ("120", "single"): 0.0,
    }  # fmt: skip
    assert issues == {}


def test_an_id_without_its_zeros_is_told_and_not_guessed(tmp_path: Path) -> None:
    values, issues, table = read(tmp_path, "Nr;SGB II;allein\n0;12,4;1\n10;8,5;2\n120;3,1;3\n")
    assert list(values.index.get_level_values(0).unique()) == ["120"]
    assert issues == {"2": "FIGURE_DISTRICT_UNKNOWN", "3": "FIGURE_DISTRICT_UNKNOWN", "*": "FIGURE_NOT_KNOWN"}
    assert table.loc[table["code"] == "FIGURE_DISTRICT_UNKNOWN", "text"].str.contains("leading zeros").all()
    assert set(table.loc[table["row"] == "*", "count"]) == {2}


def test_a_name_that_looks_like_an_id_joins_nothing(tmp_path: Path) -> None:
    values, issues, _ = read(tmp_path, "Nr;SGB II;allein\nEving;12,4;1\n;8,5;2\n")
    assert len(values) == 0
    assert issues["2"] == issues["3"] == "FIGURE_DISTRICT_UNKNOWN"


@pytest.mark.parametrize("sign", ["–", ".", "x", "-", "", "/"])
def test_a_hidden_figure_is_unknown_and_no_fault(tmp_path: Path, sign: str) -> None:
    values, issues, _ = read(tmp_path, f"Nr;SGB II;allein\n000;{sign};1\n010;8,5;2\n120;3,1;3\n")
    assert pd.isna(values["000", "sgb2"])
    assert issues == {"*": "FIGURE_NOT_KNOWN"}


@pytest.mark.parametrize("text", ["viele", "-3", "120", "12,4,5"])
def test_a_number_that_cannot_be_is_told_and_unknown(tmp_path: Path, text: str) -> None:
    values, issues, _ = read(tmp_path, f"Nr;SGB II;allein\n000;{text};1\n010;8,5;2\n120;3,1;3\n")
    assert pd.isna(values["000", "sgb2"])
    assert issues["2"] == "FIGURE_VALUE_INVALID"


def test_a_district_that_stands_twice_with_other_figures_is_not_used(tmp_path: Path) -> None:
    rows = "Nr;SGB II;allein\n000;1;1\n000;2;1\n010;3;3\n010;3;3\n120;5;5\n"
    values, issues, _ = read(tmp_path, rows)
    assert set(values.index.get_level_values(0)) == {"010", "120"}
    assert [issues["2"], issues["3"]] == ["FIGURE_DISTRICT_TWICE"] * 2


def test_the_order_of_rows_and_the_encoding_are_irrelevant(tmp_path: Path) -> None:
    first, _, _ = read(tmp_path, "Nr;SGB II;allein;Räume\n000;1;1;ä\n010;2;2;ö\n", encoding="cp1252")
    second, _, _ = read(tmp_path, "Räume,allein,Nr,SGB II\nö,2,010,2\nä,1,000,1\n")
    assert first.sort_index().equals(second.sort_index())


def test_a_workbook_with_ids_as_text_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Nr", "SGB II", "allein"], ["000", 12.4, 10], ["010", 8.5, 20]):
        book.active.append(row)
    book.save(tmp_path / "zahlen.xlsx")
    figures, _ = read_district_figures(
        tmp_path / "zahlen.xlsx", FigureSource.model_validate(SOURCE), district_ids=IDS
    )
    assert figures.set_index(["district_id", "figure"])["value"].to_dict() == {
        ("000", "sgb2"): 12.4, ("010", "sgb2"): 8.5, ("000", "single"): 10.0, ("010", "single"): 20.0,
    }  # fmt: skip


def test_a_file_without_the_column_says_which_and_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="lacks the columns allein") as caught:
        read(tmp_path, "Nr;SGB II\n000;1\n")
    assert "SGB II" in caught.value.where


def test_a_header_alone_is_a_table_without_figures(tmp_path: Path) -> None:
    values, issues, _ = read(tmp_path, "Nr;SGB II;allein\n")
    assert len(values) == 0
    assert issues == {"*": "FIGURE_NOT_KNOWN"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"need": {"indicators": {"rent": {"weight": 1, "reason": "?"}}}}, "no age group and no column"),
        ({"sources": {"district_figures": [SOURCE, SOURCE | {"key": "b"}]}}, "given twice"),
        (
            {"sources": {"district_figures": [SOURCE | {"columns": [COLUMNS[0] | {"key": "persons_x"}]}]}},
            "age groups",
        ),
    ],
)
def test_a_profile_with_figures_that_cannot_be_is_refused(change, message) -> None:
    overrides = {"city": {"key": "x", "name": "X"}, "sources": {"osm": {"file": "x.pbf"}}}
    for section, content in change.items():
        overrides[section] = overrides.get(section, {}) | content
    with pytest.raises(ConfigError, match=message):
        build_profile(overrides, where="test")
