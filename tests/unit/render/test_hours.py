# SPDX-License-Identifier: MIT
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.hours import read_hours
from begegnung_geo.analysis.hours_text import write_hours
from begegnung_geo.render.hours import describe_hours
from begegnung_geo.render.text import Words

GERMAN, ENGLISH = Words("de"), Words("en")


def tell(raw: str | None, *, words: Words = GERMAN) -> str:
    hours = read_hours(raw)
    record = {"opening_hours": raw, "opening_status": hours.status, "opening_normal": write_hours(hours)}
    return describe_hours(record, words=words)


@pytest.mark.parametrize(
    ("raw", "german"),
    [
        ("Mo-Fr 09:00-17:00", "Montag bis Freitag 9 bis 17 Uhr"),
        ("Mo-Fr 9-17 Uhr", "Montag bis Freitag 9 bis 17 Uhr"),
        ("Mo-Fr 09:30-12:00,14:00-18:00", "Montag bis Freitag 9:30 bis 12 und 14 bis 18 Uhr"),
        ("Mo,We,Fr 09:00-12:00; Sa off", "Montag, Mittwoch und Freitag 9 bis 12 Uhr"),
        ("Su,PH 14:00-18:00", "Sonntag und an Feiertagen 14 bis 18 Uhr"),
        ("Mo-Su 10:00-18:00; PH off", "täglich 10 bis 18 Uhr; an Feiertagen geschlossen"),
        ("PH,Mo-Su 12:00-21:00", "täglich, auch an Feiertagen, 12 bis 21 Uhr"),
        ("täglich ab 14 Uhr", "täglich ab 14 Uhr"),
        ("Mo 14:00-18:00+", "Montag 14 bis mindestens 18 Uhr"),
        ("Fr 20:00-02:00", "Freitag 20 bis 2 Uhr"),
        ("Mo 00:00-24:00", "Montag ganztägig"),
        ("24/7", "rund um die Uhr"),
        ("24/7; PH off", "rund um die Uhr; an Feiertagen geschlossen"),
        ("off", "geschlossen"),
        ("nach Vereinbarung", "nach Vereinbarung"),
        ("Sa n.V.", "Samstag nach Vereinbarung"),
        ("Mo 9-12 und nach Vereinbarung", "Montag 9 bis 12 Uhr; sonst nach Vereinbarung"),
        ('Mo 10:00-16:00 "Kaffee"', "Montag 10 bis 16 Uhr mit Einschränkung"),
        ("We[1,3] 15:00-17:00", "1. und 3. Mittwoch im Monat 15 bis 17 Uhr"),
        ("Fr[-1] 19:00-22:00", "letzter Freitag im Monat 19 bis 22 Uhr"),
        ("Apr-Oct Su 14:00-18:00", "April bis Oktober: Sonntag 14 bis 18 Uhr"),
        ("Apr 1-Oct 15 Su 14:00-18:00", "1. April bis 15. Oktober: Sonntag 14 bis 18 Uhr"),
        ("Dec 24-26 off; Mo 09:00-12:00", "24. Dezember bis 26. Dezember: geschlossen; Montag 9 bis 12 Uhr"),
        ("SH Mo-Fr 10:00-16:00", "in den Schulferien: Montag bis Freitag 10 bis 16 Uhr"),
        (
            "Mo-Fr 14:00-20:00; SH 10:00-16:00",
            "Montag bis Freitag 14 bis 20 Uhr; in den Schulferien 10 bis 16 Uhr",
        ),
        ("week 01-53/2 We 15-18", "in jeder 2. Kalenderwoche von 1 bis 53: Mittwoch 15 bis 18 Uhr"),
        ("week 10 Mo 09:00-12:00", "in Kalenderwoche 10: Montag 9 bis 12 Uhr"),
        # No words for single years: OSM's syntax, as it was understood.
        ("2026 Apr 3 10:00-12:00", "2026 Apr 3 10:00-12:00"),
    ],
)
def test_hours_in_words(raw: str, german: str) -> None:
    assert tell(raw) == german


def test_unknown_is_never_closed() -> None:
    assert tell(None) == "nicht bekannt"
    assert tell("  ") == "nicht bekannt"
    assert tell("werktags 9-17") == "angegeben, aber nicht eindeutig zu lesen"
    assert "Erika" not in tell("Mo 9-12 bei Erika Geheimfrau")  # free text may name a person


def test_english() -> None:
    raw = "Mo-We 09:00-17:00; Sa[2] 10:00-12:30; PH off"
    assert tell(raw, words=ENGLISH) == (
        "Monday to Wednesday 9:00 to 17:00; 2nd Saturday of the month 10:00 to 12:30; "
        "on public holidays closed"
    )
    assert tell(None, words=ENGLISH) == "not known"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_whatever_the_source_wrote_becomes_one_short_line(raw: str) -> None:
    text = tell(raw)
    assert text
    assert "\n" not in text
    assert len(text) < 260
