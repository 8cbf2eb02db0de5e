# SPDX-License-Identifier: MIT
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.hours import read_hours
from begegnung_geo.analysis.hours_text import write_hours
from begegnung_geo.analysis.hours_tokens import TEXT_MAX

# What people write, and what it says: each pair is one meaning by the rules of OSM's wiki.
SPELLINGS = [
    ("Mo-Fr 9-17 Uhr", "Mo-Fr 09:00-17:00"),
    ("Mo - Fr: 09:00 - 17:00 Uhr", "Mo-Fr 09:00-17:00"),
    ("montags bis freitags von 9 bis 17 Uhr", "Mo-Fr 09:00-17:00"),
    ("Montag–Freitag 9.00–17.00", "Mo-Fr 09:00-17:00"),
    ("MO-FR 9h00-17h00", "Mo-Fr 09:00-17:00"),
    ("We 15-17", "We 15:00-17:00"),
    ("Mi. 15-17 Uhr", "We 15:00-17:00"),
    ("Di/Do 15-18h", "Tu,Th 15:00-18:00"),
    ("Mo und Mi 10-12 Uhr und 14-16 Uhr", "Mo,We 10:00-12:00,14:00-16:00"),
    ("tägl. 10-18 Uhr", "Mo-Su 10:00-18:00"),
    ("täglich ab 14 Uhr", "Mo-Su 14:00+"),
    ("jeden Tag 10-18 Uhr", "Mo-Su 10:00-18:00"),
    ("am Wochenende 10-12 Uhr", "Sa,Su 10:00-12:00"),
    ("Mo 9-12 Uhr, Di 14-18 Uhr", "Mo 09:00-12:00; Tu 14:00-18:00"),
    ("Mo 9-12\nDi 14-18", "Mo 09:00-12:00; Tu 14:00-18:00"),
    ("Mo 9-12, Mo 14-18", "Mo 09:00-12:00,14:00-18:00"),
    ("täglich außer Montag 10-18 Uhr", "Tu-Su 10:00-18:00"),
    ("täglich 10-18 Uhr, Ruhetag: Montag", "Tu-Su 10:00-18:00"),
    ("Di-So 10-18, Mo geschlossen", "Tu-Su 10:00-18:00"),
    ("Mo-Fr 9-17, außer feiertags", "Mo-Fr 09:00-17:00; PH off"),
    ("Mo-Fr 14-20, in den Ferien geschlossen", "Mo-Fr 14:00-20:00; SH Mo-Fr off"),
    ("in den Ferien Mo-Fr 10-16 Uhr", "SH Mo-Fr 10:00-16:00"),
    ("Sonn- und feiertags 14-18 Uhr", "Su,PH 14:00-18:00"),
    ("1. und 3. Mittwoch im Monat 15-17 Uhr", "We[1,3] 15:00-17:00"),
    ("letzter Freitag im Monat 19:30-22 Uhr", "Fr[-1] 19:30-22:00"),
    ("April bis Oktober So 14-18 Uhr", "Apr-Oct Su 14:00-18:00"),
    ("rund um die Uhr", "24/7"),
    ("24 h", "24/7"),
    ("Fr 20-2 Uhr", "Fr 20:00-02:00"),
    ("nach Vereinbarung", 'Mo-Su unknown "nach Vereinbarung"'),
    ("n.V.", 'Mo-Su unknown "nach Vereinbarung"'),
    ("Termine nur nach telefonischer Vereinbarung", 'Mo-Su unknown "nach Vereinbarung"'),
    ("Mo 9-12 und nach Vereinbarung", 'Mo 09:00-12:00 || Mo-Su unknown "nach Vereinbarung"'),
    ("Mo 9-12 Uhr oder n. V.", 'Mo 09:00-12:00 || Mo-Su unknown "nach Vereinbarung"'),
    ("Sa nach Vereinbarung", 'Sa unknown "nach Vereinbarung"'),
]
UNCLEAR = [
    ("werktags 9-17 Uhr", "werktags"),  # with Saturday or without?
    ("Mo-Fr nachmittags 2-6 Uhr", "nachmittags"),
    ("im Sommer Mo 9-12", "Sommer"),
    ("jeden zweiten Montag 15-17 Uhr", "im Monat"),  # every other Monday, or the second of the month?
    ("Mo-Fr 9-5", "before they begin"),
    ("Mo-Fr", "without hours"),
    ("10-18 Uhr", "without days"),
    ("So 10:30", "point in time"),
    ("täglich 10-18, Sa 10-14", "two statements"),
    ("Mo 9-12; Mo 10-14", "two statements"),
    ("So Feiertag 10-12", "side by side"),
    ("Mo-Fr 10:00-10:00", "end when they begin"),
    ("Büro: Mo-Fr 9-12", "office"),
    ("Sprechzeiten Mo 9-12", "office"),
    ("sunrise-sunset", "another hour every day"),
    ("Mo-Fr 25-26 Uhr", "no time"),
    ("Mo-Fr 9:75-10:00", "no time"),
    ("Mo-Fr 9-17; siehe Aushang", "siehe"),
    ("Mo-Fr 9-17 0231-123456", "“0231”"),
    ("<script>alert(1)</script>", "<"),
    ("; Mo 9-12", "where a rule begins"),
    (",", "where a rule begins"),
    ("Uhr", "without hours"),
    ("am", "no hours"),
    ("Mo-Fr 9-", "breaks off"),
    ("Mo[9] 10:00-12:00", "from 1 to 5"),
]


@pytest.mark.parametrize(("raw", "meaning"), SPELLINGS)
def test_what_people_write_says_the_same_as_its_osm_spelling(raw: str, meaning: str) -> None:
    hours = read_hours(raw)
    assert (hours.status, write_hours(hours)) == ("repaired", meaning)


@pytest.mark.parametrize(("raw", "why"), UNCLEAR)
def test_what_has_no_single_meaning_is_not_read_and_says_why(raw: str, why: str) -> None:
    hours = read_hours(raw)
    assert (hours.status, hours.rules) == ("unreadable", ())
    assert why in hours.problem


@pytest.mark.parametrize("raw", [None, float("nan"), "", "  \n", 7])
def test_no_text_is_no_statement(raw: object) -> None:
    assert read_hours(raw).status == "none"


@pytest.mark.parametrize(
    "raw", ["24/7", "Mo-Fr 09:00-17:00; PH off", "10:00+", 'Sa "nach Vereinbarung"', "off"]
)
def test_osm_syntax_is_parsed_not_repaired(raw: str) -> None:
    assert read_hours(raw).status == "parsed"


def test_a_story_is_not_read() -> None:
    assert read_hours("Mo 9-12, " * TEXT_MAX).status == "unreadable"


FRAGMENTS = (
    "Mo Di Mi Fr So Su - bis 9 17 10:00 26:00 99 , ; || / + [ ] ( ) 1. PH SH Ferien off geschlossen Apr Okt "
    'week 2026 31 53 24/7 außer ab Uhr im Monat open unknown easter n.V. nach Vereinbarung tägl " '
)
WORDS = st.sampled_from(FRAGMENTS.split())


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(WORDS, max_size=25).map(" ".join),
        st.lists(WORDS, max_size=25).map("".join),
    )
)
def test_no_text_makes_it_fail_or_hang(raw: str) -> None:
    start = time.perf_counter()
    hours = read_hours(raw)
    assert (hours.status in ("parsed", "repaired")) == bool(hours.rules)
    assert (hours.status == "unreadable") == bool(hours.problem)
    assert time.perf_counter() - start < 1.0
