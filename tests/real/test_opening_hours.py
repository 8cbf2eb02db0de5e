# SPDX-License-Identifier: MIT
"""Every opening_hours of the real extracts, read and tried at moments whose answer the text itself gives."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import osmium
import pytest
from opening_hours import OpeningHours

from begegnung_geo.analysis.hours import read_hours
from begegnung_geo.analysis.hours_table import measure_hours
from begegnung_geo.analysis.hours_text import write_hours
from begegnung_geo.analysis.opening_calendar import build_calendar

# Objects with opening_hours (Neuss and Witten: data/README.md), and every text that is not plain OSM syntax.
EXTRACTS = {
    "neuss_2026-03-28": (99, {"Termin nach Vereinbarung": "repaired", "sunrise-sunset": "unreadable"}),
    "witten_stockum_2021-03-01": (56, {}),
    "dortmund_aplerbeck_2026-07-14": (28, {}),
    "heidelberg_streets": (82, {}),
}
CALENDAR = build_calendar(2026, land="NW")


def list_hours(path: Path) -> Counter[str]:
    processor = osmium.FileProcessor(str(path)).with_filter(osmium.filter.KeyFilter("opening_hours"))
    return Counter(obj.tags["opening_hours"] for obj in processor)


@pytest.fixture(scope="module")
def texts(real_data: Path) -> dict[str, Counter[str]]:
    """Return the texts of each extract with their number of objects."""
    return {name: list_hours(real_data / f"{name}.osm.pbf") for name in EXTRACTS}


@pytest.mark.parametrize("name", EXTRACTS)
def test_every_text_is_read_but_those_that_are_named_here(texts: dict[str, Counter[str]], name: str) -> None:
    count, unusual = EXTRACTS[name]
    assert texts[name].total() == count
    status = {text: read_hours(text).status for text in texts[name]}
    assert {text: found for text, found in status.items() if found != "parsed"} == unusual


def test_normal_forms_say_the_same_every_minute_of_the_year(texts: dict[str, Counter[str]]) -> None:
    for text in sorted({text for found in texts.values() for text in found}):
        hours = read_hours(text)
        normal = write_hours(hours)
        if normal is None:
            continue
        first, second = (measure_hours(read, CALENDAR) for read in (hours, read_hours(normal)))
        assert (first.codes[first.row] == second.codes[second.row]).all(), text


@pytest.mark.parametrize(
    ("text", "moment", "answer"),
    [
        # Tuesday 9 June 2026; the library takes "Mo-Tu," for the whole day and says open.
        ("Mo-Tu, Fr 16:00-20:00; PH off", "2026-06-09 10:00", "closed"),
        ("Mo-Tu, Fr 16:00-20:00; PH off", "2026-06-09 17:00", "open"),
        (
            "Mo-Tu, Th-Fr 09:00-13:00, 15:00-18:30; We 09:00-13:00; Sa 10:00-14:00; PH off",
            "2026-06-11 14:00", "closed",
        ),
        # Corpus Christi, Thursday 4 June.
        ("Th 15:00-17:00; PH off", "2026-06-04 16:00", "closed"),
        ("Mo-We,Fr 08:00-12:30; Th 08:00-12:30,15:00-18:00; Sa,Su,PH off", "2026-06-04 10:00", "closed"),
        ("Mo-Fr 09:00-18:00", "2026-06-04 10:00", "unknown"),
        ("Mo,Tu,Th 17:00-23:00; Fr,Sa 17:00-24:00; Su,PH 12:00-22:00; We off", "2026-06-04 13:00", "open"),
        ('Su-Mo,PH off; Tu-Fr 10:00-17:00; Sa "nach Vereinbarung"', "2026-06-04 11:00", "closed"),
        ('Su-Mo,PH off; Tu-Fr 10:00-17:00; Sa "nach Vereinbarung"', "2026-06-06 11:00", "unknown"),
        ('"Termine nach Vereinbarung"', "2026-06-09 10:00", "unknown"),
        ("Termin nach Vereinbarung", "2026-06-09 10:00", "unknown"),
        ("Mo,Th 18:00+; PH off", "2026-06-08 19:00", "unknown"),
        ("Tu-Su 14:00-24:00+", "2026-06-09 23:00", "open"),
        ("Mo-Th 11:00-23:00; Fr,Sa 11:00-02:00; Su off", "2026-06-07 01:00", "open"),
        (
            "Mo-We 09:00-12:00,13:00-16:00, Th 13:00-17:00, Fr 09:00-13:00, Th 09:00-12:00",
            "2026-06-11 10:00", "open",
        ),
        ("Mo-Tu,Th 09:00-16:00; Th 09:00-14:00; Fr 09:00-13:00; PH off", "2026-06-11 15:00", "closed"),
    ],
)  # fmt: skip
def test_answers_of_real_texts(
    texts: dict[str, Counter[str]], *, text: str, moment: str, answer: str
) -> None:
    assert any(text in found for found in texts.values())
    table = measure_hours(read_hours(text), CALENDAR)
    assert table.find_answer(datetime.fromisoformat(moment)) == answer


def test_where_no_trap_lies_the_library_agrees_at_every_full_hour_of_a_week(
    texts: dict[str, Counter[str]],
) -> None:
    # The week of 8 June 2026 has no holiday.
    monday = datetime.fromisoformat("2026-06-08 00:00")
    hours = [monday + timedelta(hours=hour) for hour in range(7 * 24)]
    compared = 0
    for text in sorted({text for found in texts.values() for text in found}):
        has_trap = any(
            mark in text for mark in ('"', "+", "Tu, ", "Mo, ", "We, ", "sunrise", "02:00", "0:44")
        )
        read = read_hours(text)
        if has_trap or read.status != "parsed":
            continue
        table, library = measure_hours(read, CALENDAR), OpeningHours(text)
        assert [table.find_answer(hour) == "open" for hour in hours] == [
            library.is_open(hour) for hour in hours
        ], text
        compared += 1
    assert compared > 120
