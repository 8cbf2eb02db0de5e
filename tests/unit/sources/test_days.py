# SPDX-License-Identifier: MIT
"""Days, months and years as people write them, and the ones nobody can have meant."""

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.sources.days import parse_date, parse_period
from begegnung_geo.sources.places import read_place_list

_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-22", "2026-11-22"), ("22.11.2026", "2026-11-22"), ("1. 2. 2026", "2026-02-01"),
     ("22.11.26", None), ("heute", None), ("29.02.2026", None),
     ("2026-11-22T00:00:00", "2026-11-22"), ("", None)],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text: str, day: str | None) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("22.11.2025", "2025-11-22"), ("1. 3. 2024", "2024-03-01"), ("22.11.25", "2025-11-22"),
        ("22.11.98", "1998-11-22"), ("2025-11-22", "2025-11-22"), ("2025-11-22T08:00:00Z", "2025-11-22"),
        ("22.11.2025, 14:30 Uhr", "2025-11-22"), ("20251122", "2025-11-22"), ("2025/11/22", "2025-11-22"),
        ("22. November 2025", "2025-11-22"), ("Stand: 22.11.2025", "2025-11-22"),
        ("vom 2.1.2025", "2025-01-02"),
        # No finer than it is told.
        ("11/2025", "2025-11"), ("2025-11", "2025-11"), ("Nov. 2025", "2025-11"), ("März 2023", "2023-03"),
        ("Stand 2023", "2023"), ("2023", "2023"),
    ],
)  # fmt: skip
def test_a_list_tells_its_dates_in_many_ways(text: str, period: str) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2023", "29.02.2025", "00.00.2023", "13/2024", "gestern", "Sommer 2023",
        "01.01.1900", "31.12.1949",
        "9999", "45987", "5/6/2026", "=HEUTE()", "", "22.11.2025 von Frau Muster", "٢٢.١١.٢٠٢٥", "Dezember",
    ],
)  # fmt: skip
def test_what_is_no_possible_day_is_none(text: str) -> None:
    assert parse_period(text) is None


@given(st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2099, 12, 31)))
def test_every_day_is_read_from_every_usual_spelling(day: dt.date) -> None:
    spellings = (
        day.isoformat(), f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}", f"{day:%Y%m%d}",
        f"{day.day}. {_MONTHS[day.month - 1]} {day.year}", f"{day.isoformat()} 00:00:00",
    )  # fmt: skip
    assert {parse_period(text) for text in spellings} == {day.isoformat()}


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    period = parse_period(text)
    assert period is None or 1950 <= int(period[:4]) <= 2099


def read(path: Path, content: str) -> tuple[list[object], pd.DataFrame]:
    path.write_text(content, encoding="utf-8")
    records, issues, count = read_place_list(path, key="liste", crs="EPSG:25832")
    assert count.rejected == 0
    told = issues[issues["code"] == "LIST_DATE_INVALID"]
    return [None if pd.isna(date) else date for date in records["date"]], told


@pytest.mark.parametrize(
    "header",
    ["Stand", "Datum", "Erhoben am", "geprüft am", "Datenstand", "zuletzt geändert", "lastUpdate", "date"],
)
def test_headers_of_dates_are_known(tmp_path: Path, header: str) -> None:
    dates, issues = read(
        tmp_path / "a.csv", f"name;klasse;adresse;{header}\nTreff;library;Weg 1;14.03.2025\n"
    )
    assert dates == ["2025-03-14"]
    assert issues.empty


def test_an_impossible_date_is_a_line_and_the_row_stays(tmp_path: Path) -> None:
    rows = [
        "31.02.2023",
        "gestern",
        "01.01.1900",
        "",
        "unbekannt",
        "k.A.",
        "11/2024",
        "geprüft von Frau Muster",
    ]
    lines = [f"Treff {n};library;Weg {n};{text}" for n, text in enumerate(rows)]
    dates, issues = read(tmp_path / "a.csv", "\n".join(["name;klasse;adresse;Stand", *lines]))
    assert dates == [None, None, None, None, None, None, "2024-11", None]
    assert issues["row"].tolist() == ["2", "3", "4", "9"]
    assert issues["text"].iloc[0] == (
        'Stand: "31.02.2023" is no day between 1950 and today; the row is kept with the date of its list: '
        "write 2026-11-22, 22.11.2026, 11/2026 or 2026"
    )
    assert "Muster" not in issues["text"].str.cat()


def test_the_day_somebody_looked_goes_before_the_day_of_the_last_edit(tmp_path: Path) -> None:
    content = (
        "name;klasse;adresse;geändert am;geprüft am\n"
        "A;library;Weg 1;01.02.2026;03.04.2025\n"
        "B;library;Weg 2;01.02.2026;\n"
        "C;library;Weg 3;01.02.2026;demnächst\n"
    )
    dates, issues = read(tmp_path / "a.csv", content)
    assert dates == ["2025-04-03", "2026-02-01", "2026-02-01"]
    assert issues["row"].tolist() == ["4"]


def test_a_date_cell_of_a_workbook_is_a_day(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Name", "Klasse", "Adresse", "Stand"])
    book.active.append(["Treff", "library", "Weg 1", dt.datetime(2025, 3, 14)])  # noqa: DTZ001
    book.active.append(["Haus", "library", "Weg 2", 2024])
    book.save(tmp_path / "a.xlsx")
    records, issues, _ = read_place_list(tmp_path / "a.xlsx", key="liste", crs="EPSG:25832")
    assert records["date"].tolist() == ["2025-03-14", "2024"]
    assert issues.empty
