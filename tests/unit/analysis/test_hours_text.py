# SPDX-License-Identifier: MIT
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.hours import read_hours
from begegnung_geo.analysis.hours_table import measure_hours
from begegnung_geo.analysis.hours_text import write_hours
from begegnung_geo.analysis.opening_calendar import build_calendar

CALENDAR = build_calendar(2026, land="NW")


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        (
            "Mo-Tu,Th 09:00-16:00; Th 09:00-14:00; Fr 09:00-13:00",
            "Mo,Tu 09:00-16:00; Th 09:00-14:00; Fr 09:00-13:00",
        ),
        ("Mo-Su 10:00-12:00, Mo-Fr 14:00-18:00", "Mo-Fr 10:00-12:00,14:00-18:00; Sa,Su 10:00-12:00"),
        ("Mo-Fr 09:00-12:00,12:00-17:00", "Mo-Fr 09:00-17:00"),
        ("Mo-Th 17:00-01:00; Fr,Sa 17:00-03:00", "Mo-Th 17:00-01:00; Fr,Sa 17:00-03:00"),
        ("00:00-24:00", "24/7"),
        ("24/7; PH off", "24/7; PH off"),
        ("PH,Mo-Su 12:00-21:00", "Mo-Su,PH 12:00-21:00"),
        ("Su-Mo,PH off; Tu-Fr 10:00-17:00", "Tu-Fr 10:00-17:00; PH off"),
        ("Mo-Fr 14:00-20:00; SH 10:00-16:00; PH off", "Mo-Fr 14:00-20:00; SH 10:00-16:00; PH off"),
        ("SH Mo-Fr 10:00-16:00", "SH Mo-Fr 10:00-16:00"),
        ("Mo 14:00-18:00+", "Mo 14:00-18:00+"),
        ("Mo 18:00+", "Mo 18:00+"),
        ("Mo 10:00-36:00", "Mo 10:00-36:00"),
        ('Mo 09:00-12:00; Mo 14:00-16:00 "x"', "Mo 14:00-16:00 unknown"),
        ('Mo 09:00-12:00, Mo 14:00-16:00 "x"', "Mo 09:00-12:00, Mo 14:00-16:00 unknown"),
        ('Sa "Anruf 0231 123456 by appointment"', 'Sa unknown "nach Vereinbarung"'),
        ("Apr-Oct Su 14:00-18:00; Nov-Mar off", "Apr-Oct Su 14:00-18:00; Nov-Mar off"),
        ("Mo off", "off"),
    ],
)
def test_normal_form(raw: str, normal: str) -> None:
    assert write_hours(read_hours(raw)) == normal


@pytest.mark.parametrize("raw", [None, "werktags 9-17"])
def test_nothing_read_is_nothing_written(raw: str | None) -> None:
    assert write_hours(read_hours(raw)) is None


DAYS = st.sampled_from(
    ["Mo", "Tu-Th", "Sa,Su", "Mo-Su", "We[2]", "PH", "SH", "PH,Su", "SH Mo-Fr", "", "Fr-Mo"]
)
SEASONS = st.sampled_from(["", "", "", "Apr-Oct ", "Nov-Mar ", "week 02-52/2 ", "Dec 24-Jan 6 "])
TIMES = st.sampled_from(
    [
        "09:00-12:00",
        "10:00-18:00",
        "14:00+",
        "13:00-15:00+",
        "20:00-03:00",
        "00:00-24:00",
        "08:00-10:00,16:00-17:00",
        "",
    ]
)
STATES = st.sampled_from(["", "", "", " off", " open", " unknown", ' "Kaffee"', ' "nach Vereinbarung"'])
RULES = st.builds("{}{} {}{}".format, SEASONS, DAYS, TIMES, STATES)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(RULES, st.sampled_from(["; ", ", ", " || "])), min_size=1, max_size=5))
def test_normal_form_read_again_says_the_same_every_minute_and_is_its_own_normal_form(rules) -> None:
    hours = read_hours("".join(f"{rule}{separator}" for rule, separator in rules).rstrip("; ,|"))
    assume(hours.rules)
    normal = write_hours(hours)
    again = read_hours(normal)
    assert again.status == "parsed", normal
    first, second = (measure_hours(read, CALENDAR) for read in (hours, again))
    assert np.array_equal(first.codes[first.row], second.codes[second.row]), normal
    assert write_hours(again) == normal
