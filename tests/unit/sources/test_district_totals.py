# SPDX-License-Identifier: MIT
"""Official numbers of people by district, as cities publish them."""

import openpyxl
import pytest

from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.profile_sources import TotalsSource
from begegnung_geo.schema import conform_table
from begegnung_geo.sources.district_totals import read_district_totals

IDS = ["000", "010", "120"]
SOURCE = {
    "file": "einwohner.csv",
    "basis": "register",
    "level": "bezirk",
    "id_column": "Nr",
    "persons_column": "Einwohner",
}


def read(folder, text, **changes):
    path = folder / "einwohner.csv"
    path.write_text(text, encoding="utf-8")
    totals, issues = read_district_totals(
        path, TotalsSource.model_validate(SOURCE | changes), district_ids=IDS
    )
    return conform_table(totals, "district_totals").set_index("district_id"), issues


def test_people_and_groups_are_read_with_german_numbers(tmp_path):
    text = "Nr;Name;Einwohner;unter 18;65 und älter\n000;City;12.015;2.585;2.330\n010;Hafen;885;135;200\n"
    totals, issues = read(tmp_path, text, group_columns=["unter 18", "65 und älter"])
    assert totals["persons"].to_dict() == {"000": 12015.0, "010": 885.0}
    assert totals["persons_under_18"].tolist() == [2585, 135]
    assert totals["persons_65_plus"].tolist() == [2330, 200]
    assert len(issues) == 0


def test_a_hidden_number_is_not_known_and_not_zero(tmp_path):
    totals, issues = read(tmp_path, "Nr;Einwohner\n000;100\n010;.\n120;0\n")
    assert totals["persons"].fillna(-1).to_dict() == {"000": 100, "010": -1, "120": 0}
    assert len(issues) == 0


def test_ids_are_compared_to_the_letter(tmp_path):
    totals, issues = read(tmp_path, "Nr;Einwohner\n0;100\n120;70\nSumme;170\n")
    assert totals.index.tolist() == ["120"]
    assert issues["code"].tolist() == ["FIGURE_DISTRICT_UNKNOWN"] * 2


def test_a_group_larger_than_all_people_counts_as_not_known(tmp_path):
    totals, issues = read(
        tmp_path, "Nr;Einwohner;unter 18\n000;100;101\n010;90;20\n", group_columns=["unter 18"]
    )
    assert totals["persons_under_18"].fillna(-1).tolist() == [-1, 20]
    assert issues[["row", "code"]].to_numpy().tolist() == [["000", "AGE_EXCEEDS_TOTAL"]]


def test_a_workbook_is_read_alike(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Einwohner am 31.12."], ["Nr", "Einwohner"], ["000", 100], ["120", 70]):
        book.active.append(row)
    path = tmp_path / "einwohner.xlsx"
    book.save(path)
    totals, _ = read_district_totals(path, TotalsSource.model_validate(SOURCE), district_ids=IDS)
    assert totals["persons"].tolist() == [100, 70]


@pytest.mark.parametrize("columns", [["Haushalte"], ["unter 18", "under_18"]])
def test_a_column_that_names_no_group_or_one_twice_is_an_error(tmp_path, columns):
    text = "Nr;Einwohner;Haushalte;unter 18;under_18\n000;1;1;1;1\n"
    with pytest.raises(ConfigError, match="no age group"):
        read(tmp_path, text, group_columns=columns)


def test_a_file_without_the_column_or_without_any_known_district_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="lacks the columns Einwohner") as missing:
        read(tmp_path, "Nr;Personen\n000;1\n")
    assert "sources.population_totals" in str(missing.value)
    with pytest.raises(SourceError, match="no number of people") as foreign:
        read(tmp_path, "Nr;Einwohner\n5;1\n6;2\n")
    assert "000, 010, 120" in str(foreign.value)


def test_the_basis_must_be_told():
    with pytest.raises(ValueError, match="basis"):
        TotalsSource.model_validate({key: value for key, value in SOURCE.items() if key != "basis"})
