# SPDX-License-Identifier: MIT
"""
Opening hours in one normal form of OSM's syntax, whatever way the source wrote them.

Weekly hours are written from what was understood, not from the text: each weekday
once, in order, days with the same hours together. Comments of the source are not
repeated; hours that hang on one are `unknown`.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from begegnung_geo.analysis.hours import Hours
from begegnung_geo.analysis.hours_layers import (
    APPOINTMENT,
    CLOSED,
    COMMENT,
    OPEN,
    OPEN_END,
    Codes,
    DayKinds,
    lay_rules,
    split_fallbacks,
)
from begegnung_geo.analysis.hours_rules import HoursRule
from begegnung_geo.analysis.hours_spans import DAY_MIN, Span
from begegnung_geo.analysis.hours_table import WEEKLY_KINDS
from begegnung_geo.analysis.hours_tokens import DAYS

_ALWAYS = "24/7"
_EVERY_DAY = "Mo-Su"
_STATES = {"open": "open", "off": "off", "comment": "unknown", "appointment": 'unknown "nach Vereinbarung"'}
_WEEK = len(DAYS)
_HOLIDAY = _WEEK  # a public holiday beside the seven weekdays
_NAMES = (*DAYS, "PH")
_PLAIN_WEEK = DayKinds(
    WEEKLY_KINDS.weekday[:_WEEK], WEEKLY_KINDS.is_public[:_WEEK], WEEKLY_KINDS.is_school[:_WEEK]
)
_ALL_WEEK = f"{_EVERY_DAY} 00:00-24:00"
_RANGE_FROM = 3  # Mo-We, but Mo,Tu

_Stretch = tuple[int, int, int]  # start, end and code of minutes that are not closed
_Pattern = tuple[_Stretch, ...]


def write_hours(hours: Hours) -> str | None:
    """
    Return opening hours in normal form, null where there are none or they are unreadable.

    Reading the normal form again gives the same hours. `Mo-Fr 9-17 Uhr` becomes
    `Mo-Fr 09:00-17:00`; `Mo 9-12 und nach Vereinbarung` becomes
    `Mo 09:00-12:00 || unknown "nach Vereinbarung"`.
    """
    if not hours.rules:
        return None
    written = []
    for group in split_fallbacks(hours.rules):
        week = _write_week(group) if hours.is_weekly else None
        written.append(week or _write_rules(group))
    return " || ".join(written)


def _write_week(rules: Sequence[HoursRule]) -> str | None:
    # Null where the hours of the week alone do not say it all; the rules are then written as they are.
    holidays = {name for rule in rules for name in rule.holidays}
    patterns = _list_patterns(lay_rules(rules, WEEKLY_KINDS if holidays else _PLAIN_WEEK))
    public, school, both = (patterns[start : start + _WEEK] for start in (_WEEK, 2 * _WEEK, 3 * _WEEK))
    is_ranked = len(holidays) < len(("PH", "SH")) or both == public
    if not is_ranked or not all(_is_writable(pattern) for pattern in set(patterns)):
        return None
    ordinary = patterns[:_WEEK]
    groups = _group_days(ordinary, [day for day in range(_WEEK) if ordinary[day]])
    parts = []
    if "SH" in holidays:
        changed = _group_days(school, [day for day in range(_WEEK) if school[day] != ordinary[day]])
        parts += [_write_pattern(_name_days("SH", days), pattern) for pattern, days in changed.items()]
    if "PH" in holidays:
        named = _group_days(public, range(_WEEK))
        if len(named) == 1 and not parts and (pattern := next(iter(named))) in groups:
            groups[pattern].append(_HOLIDAY)
        else:
            parts += [_write_pattern(_name_days("PH", days), pattern) for pattern, days in named.items()]
    weekly = [_write_pattern(_join_days(days), pattern) for pattern, days in groups.items()]
    if weekly == [_ALL_WEEK]:
        weekly = [_ALWAYS]
    return "; ".join(weekly + parts) or "off"


def _group_days(week: Sequence[_Pattern], days: Sequence[int]) -> dict[_Pattern, list[int]]:
    groups: dict[_Pattern, list[int]] = {}
    for day in days:
        groups.setdefault(week[day], []).append(day)
    return groups


def _name_days(holiday: str, days: Sequence[int]) -> str:
    return holiday if len(days) == _WEEK else f"{holiday} {_join_days(days)}"


def _write_pattern(selector: str, pattern: _Pattern) -> str:
    if not pattern:
        return f"{selector} off"
    texts = [f"{selector} {times}"] if (times := _write_open_times(pattern)) else []
    for code, state in ((COMMENT, _STATES["comment"]), (APPOINTMENT, _STATES["appointment"])):
        stretches = [(start, end) for start, end, found in pattern if found == code]
        if stretches == [(0, DAY_MIN)]:
            texts.append(f"{selector} {state}")
        elif stretches:
            texts.append(f"{selector} {','.join(_write_span(*stretch) for stretch in stretches)} {state}")
    return ", ".join(texts)


def _write_open_times(pattern: _Pattern) -> str:
    times: list[str] = []
    open_until = -1
    for start, end, code in pattern:
        if code == OPEN:
            times.append(_write_span(start, end))
            open_until = end
        elif code == OPEN_END and start == open_until:
            times[-1] += "+"
        elif code == OPEN_END:
            times.append(f"{_write_clock(start)}+")
    return ",".join(times)


def _is_writable(pattern: _Pattern) -> bool:
    # An open end is followed by more open hours or by midnight, and nothing begins after midnight.
    stretches = [*pattern, (DAY_MIN, DAY_MIN, OPEN)]
    return all(start < DAY_MIN for start, _, _ in pattern) and all(
        code != OPEN_END or (end == follower[0] and follower[2] == OPEN)
        for (_, end, code), follower in pairwise(stretches)
    )


def _list_patterns(own: Codes) -> list[_Pattern]:
    padded = np.zeros((len(own), own.shape[1] + 2), dtype=np.uint8)
    padded[:, 1:-1] = own
    row, edge = np.nonzero(padded[:, 1:] != padded[:, :-1])
    patterns: list[list[_Stretch]] = [[] for _ in own]
    changes = list(zip(row.tolist(), edge.tolist(), padded[row, edge + 1].tolist(), strict=True))
    for (day, start, code), (_, end, _) in pairwise(changes):
        if code != CLOSED:
            patterns[day].append((start, end, code))
    return [tuple(pattern) for pattern in patterns]


def _join_days(days: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1 and day != _HOLIDAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    texts = []
    for run in runs:
        if len(run) >= _RANGE_FROM:
            texts.append(f"{DAYS[run[0]]}-{DAYS[run[-1]]}")
        else:
            texts += [_NAMES[day] for day in run]
    return ",".join(texts)


def _write_rules(rules: Sequence[HoursRule]) -> str:
    text = ""
    for number, rule in enumerate(rules):
        separator = ", " if rule.separator == "," else "; "
        text += (separator if number else "") + _write_rule(rule)
    return text


def _write_rule(rule: HoursRule) -> str:
    holidays = ",".join(rule.holidays)
    if rule.is_within_holidays:
        days = f"{holidays} {rule.days}"
    else:
        days = ",".join(filter(None, (holidays, rule.days or ("" if rule.names_days else _EVERY_DAY))))
    times = ",".join(_write_rule_span(span) for span in rule.spans)
    state = "" if rule.state == "open" and times else _STATES[rule.state]
    return " ".join(filter(None, (rule.season, days, times, state)))


def _write_rule_span(span: Span) -> str:
    if span.is_open_ended and span.end_min == span.start_min:
        return f"{_write_clock(span.start_min)}+"
    return _write_span(span.start_min, span.end_min) + ("+" if span.is_open_ended else "")


def _write_span(start_min: int, end_min: int) -> str:
    # 17:00-03:00; what is longer than a day keeps hours above 24.
    is_next_day = end_min > DAY_MIN and end_min - DAY_MIN < start_min
    return f"{_write_clock(start_min)}-{_write_clock(end_min - DAY_MIN if is_next_day else end_min)}"


def _write_clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
