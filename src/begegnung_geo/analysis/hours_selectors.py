# SPDX-License-Identifier: MIT
"""Which days a rule of opening hours speaks of: seasons, weekdays, holidays."""

import re
from typing import NamedTuple

from begegnung_geo.analysis.hours_reader import TokenReader
from begegnung_geo.analysis.hours_tokens import DAYS, Kind, UnreadableHoursError

DAY_KINDS: tuple[Kind, ...] = ("day", "holiday", "ordinal")
LISTS: tuple[Kind, ...] = ("comma", "slash", "plus")
_YEARS = (1970, 2100)
_BRACKETS = re.compile(r"\[[^\]]*\]")


class DaySelector(NamedTuple):
    """Weekdays in OSM's syntax and holidays; both, or weekdays inside the holidays."""

    days: str
    holidays: tuple[str, ...]
    is_within_holidays: bool


def read_season(reader: TokenReader) -> str:
    """
    Return the selector of years, months, dates or weeks that comes next, empty where none does.

    Raises
    ------
    UnreadableHoursError
        If it is no such selector.
    """
    if reader.skip("week"):
        return _read_weeks(reader)
    parts: list[str] = []
    while reader.sees("month", "easter") or reader.sees_year():
        parts.append(_read_dates(reader))
        if reader.sees("comma") and reader.sees("month", ahead=1):
            reader.take()
    return ",".join(parts)


def read_days(reader: TokenReader) -> DaySelector:
    """
    Return the weekdays and holidays that come next.

    `PH,Su` is both. Side by side, `SH Mo-Fr` and `Mo-Fr SH` are the weekdays inside; `Su PH`
    is anybody's guess.

    Raises
    ------
    UnreadableHoursError
        If the days have no single meaning.
    """
    days: list[str] = []
    holidays: list[str] = []
    is_within, is_listed = False, True
    while reader.sees(*DAY_KINDS):
        if not is_listed:
            is_within = True
            if reader.sees_text("PH") or not (holidays or reader.sees("holiday")):
                raise UnreadableHoursError("days side by side")
        if reader.sees("holiday"):
            holidays.append(reader.take().text)
        else:
            days.append(_read_day(reader))
        is_listed = reader.sees(*LISTS) and reader.sees(*DAY_KINDS, ahead=1)
        if is_listed:
            reader.take()
    if is_within and not (days and holidays):
        raise UnreadableHoursError("holidays side by side")
    return DaySelector(",".join(days), tuple(sorted(set(holidays))), is_within)


def list_weekdays(days: str) -> set[int]:
    """Return the weekdays of a selector, 0 is Monday: all for an empty one, `We[1,3]` as `We`."""
    if not days:
        return set(range(len(DAYS)))
    listed: set[int] = set()
    for part in _BRACKETS.sub("", days).split(","):
        first, _, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        past = end + 1 if end >= start else end + 1 + len(DAYS)
        listed |= {number % len(DAYS) for number in range(start, past)}
    return listed


def _read_weeks(reader: TokenReader) -> str:
    start = reader.take_number(1, 53)
    if not reader.skip("dash"):
        return f"week {start:02d}"
    end = reader.take_number(1, 53)
    step = f"/{reader.take_number(2, 26)}" if reader.skip("slash") else ""
    return f"week {start:02d}-{end:02d}{step}"


def _read_dates(reader: TokenReader) -> str:
    start = _read_date(reader)
    if not reader.skip("dash"):
        return start
    if reader.sees("number") and not reader.sees_year():
        return f"{start}-{reader.take_number(1, 31)}"
    return f"{start}-{_read_date(reader)}"


def _read_date(reader: TokenReader) -> str:
    year = f"{reader.take_number(*_YEARS)} " if reader.sees_year() else ""
    token = reader.take()
    if token.kind == "easter":
        return f"{year}easter"
    if token.kind != "month":
        raise UnreadableHoursError(f"“{token.text}” is no month")
    if reader.sees("number") and not reader.sees_year() and not reader.sees_hour():
        return f"{year}{token.text} {reader.take_number(1, 31)}"
    return f"{year}{token.text}"


def _read_day(reader: TokenReader) -> str:
    if reader.sees("ordinal"):
        return _read_ordinals(reader)
    first = reader.take().text
    if reader.sees("dash") and reader.sees("day", ahead=1):
        reader.take()
        last = reader.take().text
        if "-" in first or "-" in last:
            raise UnreadableHoursError("a range of ranges of days")
        return f"{first}-{last}"
    return f"{first}[{_read_brackets(reader)}]" if reader.sees("bracket") else first


def _read_ordinals(reader: TokenReader) -> str:
    # "jeden zweiten Montag" is every other Monday; only "... im Monat" has one meaning.
    numbers = [reader.take().text]
    while reader.sees(*LISTS) and reader.sees("ordinal", ahead=1):
        reader.take()
        numbers.append(reader.take().text)
    day = reader.take()
    if day.kind != "day" or "-" in day.text or not reader.skip("of_month"):
        raise UnreadableHoursError("an ordinal without “im Monat”")
    return f"{day.text}[{','.join(numbers)}]"


def _read_brackets(reader: TokenReader) -> str:
    if reader.take().text != "[":
        raise UnreadableHoursError("brackets that do not fit")
    numbers = []
    while True:
        sign = "-" if reader.skip("dash") else ""
        number = f"{sign}{reader.take_number(1, 5)}"
        if not sign and reader.skip("dash"):
            number = f"{number}-{reader.take_number(1, 5)}"
        numbers.append(number)
        if not reader.skip("comma"):
            break
    if reader.take().text != "]":
        raise UnreadableHoursError("brackets that do not fit")
    return ",".join(numbers)
