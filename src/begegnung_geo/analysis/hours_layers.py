# SPDX-License-Identifier: MIT
"""
What the rules of opening hours say for every minute of a day: open, closed, or why it is unknown.

`opening-hours-py` reads the syntax and knows which days a season, a week or `We[1,3]`
means. What it gets wrong or does not know is done here: the holidays of the Land,
comments (it calls them open), open ends, hours past midnight into a day with hours of
its own, and `||`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
from opening_hours import OpeningHours

from begegnung_geo.analysis.hours_rules import HoursRule, State
from begegnung_geo.analysis.hours_selectors import list_weekdays
from begegnung_geo.analysis.hours_spans import DAY_MIN
from begegnung_geo.analysis.hours_tokens import DAYS
from begegnung_geo.analysis.network import Bools, Ints

Codes = npt.NDArray[np.uint8]

CLOSED, OPEN, COMMENT, APPOINTMENT, OPEN_END, HOLIDAY_UNNAMED = range(6)
_CODE_OF_STATE: dict[State, int] = {
    "open": OPEN,
    "off": CLOSED,
    "comment": COMMENT,
    "appointment": APPOINTMENT,
}


@dataclass(frozen=True, eq=False)
class DayKinds:
    """
    Days, or kinds of days that weekly hours cannot tell apart.

    Attributes
    ----------
    weekday
        0 is Monday, one entry a kind.
    is_public, is_school
        Public holiday; school holiday.
    first_day
        Set where the entries are consecutive days; seasons need it.
    """

    weekday: Ints
    is_public: Bools
    is_school: Bools
    first_day: date | None = None


def lay_rules(rules: Sequence[HoursRule], days: DayKinds) -> Codes:
    """
    Return a code for each minute of each day that the rules speak of.

    A later rule replaces what earlier ones say of its days (`;`) or adds to it (`,`); hours
    past midnight belong to the day they begin in, and no rule of the next day cuts them.

    Returns
    -------
    codes
        One row a day; columns 0 to 1439 are its minutes, 1440 to 2879 those past midnight.
    """
    own = np.zeros((len(days.weekday), 2 * DAY_MIN), dtype=np.uint8)
    for group in split_fallbacks(rules):
        layer = np.zeros_like(own)
        for rule in group:
            _lay_rule(layer, rule, days)
        own = np.where(own == CLOSED, layer, own)
    return own


def join_nights(own: Codes, before: Codes) -> Codes:
    """Return the minutes of days, those past midnight of the day before included; open wins."""
    night = before[:, DAY_MIN:]
    day = own[:, :DAY_MIN]
    return np.where((night == OPEN) | (day == CLOSED), night, day)


def split_fallbacks(rules: Sequence[HoursRule]) -> list[list[HoursRule]]:
    """Return the rules in groups; a group holds where those before it are closed."""
    groups: list[list[HoursRule]] = [[]]
    for rule in rules:
        if rule.separator == "||":
            groups.append([])
        groups[-1].append(rule)
    return groups


def _lay_rule(layer: Codes, rule: HoursRule, days: DayKinds) -> None:
    rows = np.flatnonzero(_match_days(rule, days))
    if not len(rows):
        return
    code = _CODE_OF_STATE[rule.state]
    if rule.separator != "," and (code != CLOSED or not rule.spans):
        layer[rows] = CLOSED
    for start_min, end_min, span_code in _list_spans(rule, code):
        part = layer[rows, start_min:end_min]
        is_replaced = np.ones_like(part, dtype=bool) if span_code in (CLOSED, OPEN) else part == CLOSED
        layer[rows, start_min:end_min] = np.where(is_replaced, span_code, part)


def _list_spans(rule: HoursRule, code: int) -> list[tuple[int, int, int]]:
    if not rule.spans:
        return [(0, DAY_MIN, code)]
    spans = [(span.start_min, span.end_min, code) for span in rule.spans]
    open_ends = [
        (span.end_min, DAY_MIN, OPEN_END if code == OPEN else code)
        for span in rule.spans
        if span.is_open_ended and span.end_min < DAY_MIN
    ]
    return spans + open_ends


def _match_days(rule: HoursRule, days: DayKinds) -> Bools:
    of_week = np.ones(len(days.weekday), dtype=bool)
    if rule.days and "[" not in rule.days:
        is_listed = np.zeros(len(DAYS), dtype=bool)
        is_listed[list(list_weekdays(rule.days))] = True
        of_week = is_listed[days.weekday]
    elif "[" in rule.days:
        of_week = _ask_library(rule.days, days)
    of_holiday = np.zeros(len(days.weekday), dtype=bool)
    for holiday in rule.holidays:
        of_holiday |= days.is_public if holiday == "PH" else days.is_school
    is_matched = of_week
    if rule.holidays and rule.is_within_holidays:
        is_matched = of_week & of_holiday
    elif rule.holidays:
        is_matched = of_holiday | (of_week if rule.days else False)
    return is_matched & _ask_library(rule.season, days) if rule.season else is_matched


def _ask_library(selector: str, days: DayKinds) -> Bools:
    if days.first_day is None:
        raise ValueError(f"{selector!r} means days of a year, not kinds of days")
    start = datetime.combine(days.first_day, time())
    end = start + timedelta(days=len(days.weekday))
    is_meant = np.zeros(len(days.weekday), dtype=bool)
    for since, until, state, _ in OpeningHours(f"{selector} open").intervals(start, end):
        if str(state) == "open":
            is_meant[(since - start).days : (until - start).days] = True
    return is_meant
