# SPDX-License-Identifier: MIT
from datetime import date

import numpy as np
import pytest

from begegnung_geo.analysis.opening_calendar import build_calendar

CALENDAR = build_calendar(2026, land="NW")
# Feiertagsgesetz NW: New Year, Good Friday, Easter Monday, 1 May, Ascension, Whit Monday, Corpus Christi,
# German Unity, All Saints, two days of Christmas. Easter is on 5 April.
PUBLIC = ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "06-04", "10-03", "11-01", "12-25", "12-26"]
WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def list_dates(positions) -> list[str]:
    first = np.datetime64(CALENDAR.first_day)
    return [str(day)[5:] for day in (first + np.asarray(positions)).tolist()]


def test_calendar_has_the_year_and_a_week_before_it() -> None:
    assert CALENDAR.first_day == date(2025, 12, 25)
    assert CALENDAR.day_count == 7 + 365
    assert CALENDAR.days.weekday[0] == 3  # a Thursday
    assert build_calendar(2028, land="NW").day_count == 7 + 366


def test_public_holidays_are_those_of_the_land() -> None:
    assert list_dates(CALENDAR.find_days(WEEK, "public_holiday")) == PUBLIC
    berlin = build_calendar(2026, land="BE")
    assert not berlin.days.is_public[berlin.find_day(date(2026, 6, 4))]


def test_school_holidays_are_those_the_ministry_set() -> None:
    # Northrhine-Westphalia 2026: summer from Monday 20 July to Tuesday 1 September, Whitsun only 26 May.
    mondays = list_dates(CALENDAR.find_days(["Mo"], "school_holiday"))
    assert [day for day in mondays if "07" <= day < "09"] == [
        "07-20",
        "07-27",
        "08-03",
        "08-10",
        "08-17",
        "08-24",
        "08-31",
    ]
    assert [day for day in list_dates(CALENDAR.find_days(WEEK, "school_holiday")) if day[:2] == "05"] == [
        "05-26"
    ]
    assert "04-06" not in mondays  # Easter Monday is a public holiday


def test_ordinary_days_are_neither() -> None:
    saturdays = list_dates(CALENDAR.find_days(["Sa"], "ordinary"))
    assert "10-03" not in saturdays  # German Unity
    assert "08-01" not in saturdays  # summer
    assert "07-18" in saturdays
    kinds = ("ordinary", "school_holiday", "public_holiday")
    assert sum(len(CALENDAR.find_days(WEEK, kind)) for kind in kinds) == 365


def test_the_sunday_before_a_day() -> None:
    position = CALENDAR.find_day(date(2026, 6, 4))
    assert list_dates([CALENDAR.previous_sunday[position]]) == ["05-31"]
    sunday = CALENDAR.find_day(date(2026, 5, 31))
    assert CALENDAR.previous_sunday[sunday] == sunday


def test_days_share_a_row_where_weekday_and_holidays_are_alike() -> None:
    kinds = CALENDAR.weekly_pairs[CALENDAR.weekly_row]
    corpus_christi, plain_thursday, other = (
        CALENDAR.find_day(day) for day in (date(2026, 6, 4), date(2026, 6, 11), date(2026, 6, 18))
    )
    assert CALENDAR.weekly_row[plain_thursday] == CALENDAR.weekly_row[other]
    assert CALENDAR.weekly_row[plain_thursday] != CALENDAR.weekly_row[corpus_christi]
    assert kinds[plain_thursday].tolist() == [2, 3]
    assert kinds[corpus_christi].tolist() == [2, 3 + 7]


def test_years_beyond_the_known_ones_have_no_school_holidays() -> None:
    assert CALENDAR.has_school_holidays
    assert not build_calendar(2035, land="NW").has_school_holidays


def test_a_day_of_another_year_is_not_in_it() -> None:
    with pytest.raises(IndexError):
        CALENDAR.find_day(date(2025, 12, 24))
