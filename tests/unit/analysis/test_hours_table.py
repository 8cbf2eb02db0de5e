# SPDX-License-Identifier: MIT
"""
Three answers at any moment, Northrhine-Westphalia in 2026.

1 January is a Thursday. Public holidays: 3 April (Good Friday), 6 April (Easter Monday), 4 June
(Corpus Christi, a Thursday; not in all of Germany), 1 November (All Saints, a Sunday), 25 December
(a Friday). School holidays: 20 July to 1 September.
"""

from datetime import datetime, timedelta

import numpy as np
import pytest
from opening_hours import OpeningHours

from begegnung_geo.analysis.hours import read_hours
from begegnung_geo.analysis.hours_table import measure_hours
from begegnung_geo.analysis.opening_calendar import build_calendar

CALENDAR = build_calendar(2026, land="NW")
CORPUS_CHRISTI = "2026-06-04"
SUMMER_MONDAY = "2026-07-27"


def ask(raw: str, day: str, clock: str) -> str:
    table = measure_hours(read_hours(raw), CALENDAR)
    return table.find_answer(datetime.fromisoformat(f"{day} {clock}"))


@pytest.mark.parametrize(
    ("raw", "day", "clock", "answer"),
    [
        # Plain hours: open from the first minute, closed at the last.
        ("Mo-Fr 09:00-17:00", "2026-06-08", "09:00", "open"),
        ("Mo-Fr 09:00-17:00", "2026-06-08", "08:59", "closed"),
        ("Mo-Fr 09:00-17:00", "2026-06-08", "17:00", "closed"),
        ("Mo-Fr 09:00-17:00", "2026-06-07", "10:00", "closed"),
        # Trap: the library calls a comment open.
        ('"nach Vereinbarung"', "2026-06-08", "10:00", "unknown"),
        ('Mo-Fr 10:00-16:00 "Kaffee"', "2026-06-08", "11:00", "unknown"),
        ('Mo-Fr 10:00-16:00 "Kaffee"', "2026-06-08", "17:00", "closed"),
        ('Mo-Fr 10:00-16:00 open "Kaffee"', "2026-06-08", "11:00", "open"),
        # Trap: the library knows only holidays of all of Germany.
        ("Mo-Fr 09:00-17:00; PH off", CORPUS_CHRISTI, "10:00", "closed"),
        ("Mo-Fr 09:00-17:00; PH off", "2026-06-05", "10:00", "open"),
        ("Mo-Fr 09:00-17:00; Su,PH 12:00-14:00", CORPUS_CHRISTI, "13:00", "open"),
        ("Mo-Fr 09:00-17:00; Su,PH 12:00-14:00", CORPUS_CHRISTI, "10:00", "closed"),
        # What is said of holidays holds wherever it stands.
        ("PH off; Mo-Fr 09:00-17:00", CORPUS_CHRISTI, "10:00", "closed"),
        ("PH off; SH 10:00-16:00", "2026-12-25", "11:00", "closed"),
        # A holiday nobody spoke of: weekday and Sunday disagree, or they do not.
        ("Mo-Fr 09:00-17:00", CORPUS_CHRISTI, "10:00", "unknown"),
        ("Mo-Fr 09:00-17:00", CORPUS_CHRISTI, "18:00", "closed"),
        ("Mo-Su 09:00-17:00", CORPUS_CHRISTI, "10:00", "open"),
        ("24/7", CORPUS_CHRISTI, "03:00", "open"),
        ("Tu-Su 14:00-22:00", "2026-04-06", "15:00", "unknown"),
        # Trap: the library ignores school holidays.
        ("Mo-Fr 09:00-17:00; SH off", SUMMER_MONDAY, "10:00", "closed"),
        ("Mo-Fr 14:00-20:00; SH 10:00-16:00", SUMMER_MONDAY, "11:00", "open"),
        ("Mo-Fr 14:00-20:00; SH 10:00-16:00", "2026-07-13", "11:00", "closed"),
        ("SH Mo-Fr 10:00-16:00", "2026-07-26", "11:00", "closed"),
        ("Mo-Fr 14:00-20:00", SUMMER_MONDAY, "15:00", "open"),
        # Trap: the library refuses this.
        ("We 15-17", "2026-06-10", "15:30", "open"),
        ("We 15-17", "2026-06-11", "15:30", "closed"),
        # Trap: the library takes the first two days for the whole day.
        ("Mo-Tu, Th-Fr 09:00-13:00", "2026-06-08", "14:00", "closed"),
        ("Mo-Tu, Th-Fr 09:00-13:00", "2026-06-11", "10:00", "open"),
        # Trap: the library calls an open end open till midnight.
        ("Mo 18:00+", "2026-06-08", "18:00", "unknown"),
        ("Mo 14:00-18:00+", "2026-06-08", "17:59", "open"),
        ("Mo 14:00-18:00+", "2026-06-08", "18:30", "unknown"),
        ("Mo 14:00-18:00+", "2026-06-09", "00:30", "closed"),
        # Trap: the library lets the next day's hours cut the night.
        ("Fr 20:00-02:00; Sa 10:00-12:00", "2026-06-06", "01:30", "open"),
        ("Fr 20:00-02:00; Sa 10:00-12:00", "2026-06-06", "02:00", "closed"),
        ("Fr 20:00-02:00; Sa off", "2026-06-06", "01:30", "open"),
        # Trap: the library never gets to the fallback.
        ('Mo 10:00-12:00 || "nach Vereinbarung"', "2026-06-08", "11:00", "open"),
        ('Mo 10:00-12:00 || "nach Vereinbarung"', "2026-06-09", "11:00", "unknown"),
        ('Mo 10:00-12:00; "nach Vereinbarung"', "2026-06-08", "11:00", "open"),
        # Rules: ; replaces the day, , adds to it, off cuts out.
        ("Mo-Fr 09:00-17:00; We 09:00-12:00", "2026-06-10", "14:00", "closed"),
        ("Mo-Fr 09:00-12:00, We 14:00-17:00", "2026-06-10", "10:00", "open"),
        ("Mo-Fr 09:00-17:00; Mo-Fr 12:00-13:00 off", "2026-06-10", "12:30", "closed"),
        ("Mo-Fr 09:00-17:00; Mo-Fr 12:00-13:00 off", "2026-06-10", "13:00", "open"),
        # Seasons and counted weekdays: 3, 10 and 17 June are the first three Wednesdays.
        ("We[1,3] 15:00-17:00", "2026-06-03", "15:30", "open"),
        ("We[1,3] 15:00-17:00", "2026-06-10", "15:30", "closed"),
        ("Fr[-1] 19:00-22:00", "2026-06-26", "20:00", "open"),
        ("Apr-Oct Su 14:00-18:00", "2026-04-12", "15:00", "open"),
        ("Apr-Oct Su 14:00-18:00", "2026-03-29", "15:00", "closed"),
        ("week 02-52/2 Mo 10:00-12:00", "2026-01-05", "11:00", "open"),
        ("week 02-52/2 Mo 10:00-12:00", "2026-01-12", "11:00", "closed"),
        ("Mo-Fr 09:00-17:00; Dec 24 off", "2026-12-24", "10:00", "closed"),
        ("off", "2026-06-08", "10:00", "closed"),
    ],
)
def test_answer_at_a_moment(*, raw: str, day: str, clock: str, answer: str) -> None:
    assert ask(raw, day, clock) == answer


def test_a_moment_outside_the_year_has_no_answer() -> None:
    with pytest.raises(IndexError, match="2027-01-01"):
        ask("24/7", "2027-01-01", "10:00")


@pytest.mark.parametrize(
    "raw",
    [
        "Mo-Fr 08:00-18:30; Sa 09:00-15:00",
        "Mo,We,Fr 09:00-12:30; Tu,Th 09:00-12:30,15:00-18:00",
        "Oct-Mar 08:00-19:00; Apr-Sep 08:00-20:00",
        "Mo-We 09:00-12:00,13:00-16:00, Th 13:00-17:00, Fr 09:00-13:00, Th 09:00-12:00",
        "Mar 29-Oct 27 Mo-Su 09:50-18:30; Tu off",
        "Fr,Sa 17:00-03:00",
        "We[1,3] 15:00-17:00; Sa[-1] 10:00-12:00",
        "week 01-53/2 We 15:00-18:00",
        "easter 10:00-12:00",
        "Mo-Su 00:00-24:00; We 12:00-14:00 off",
    ],
)
def test_where_the_library_is_right_every_minute_of_the_year_agrees_with_it(raw: str) -> None:
    table = measure_hours(read_hours(raw), CALENDAR)
    start = datetime.combine(CALENDAR.first_day, datetime.min.time())
    expected = np.zeros(CALENDAR.day_count * 1440, dtype=bool)
    for since, until, state, _ in OpeningHours(raw).intervals(
        start, start + timedelta(days=CALENDAR.day_count)
    ):
        if str(state) == "open":
            first, last = ((moment - start) // timedelta(minutes=1) for moment in (since, until))
            expected[first:last] = True
    is_plain = ~CALENDAR.days.is_public
    is_plain[0] = False  # what began on the day before the calendar is not in it
    assert np.array_equal((table.codes == 1)[table.row][is_plain], expected.reshape(-1, 1440)[is_plain])
