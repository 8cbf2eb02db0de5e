# SPDX-License-Identifier: MIT
"""Opening hours as rules: from tokens to the structure of OpenStreetMap's syntax."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from begegnung_geo.analysis.hours_reader import TokenReader
from begegnung_geo.analysis.hours_selectors import DaySelector, list_weekdays, read_days, read_season
from begegnung_geo.analysis.hours_spans import Span, overlap, read_spans
from begegnung_geo.analysis.hours_tokens import Token, UnreadableHoursError

Separator = Literal[";", ",", "||"]
State = Literal["open", "off", "appointment", "comment"]

RULES_MAX = 60  # no week has more; more rules only cost time


@dataclass(frozen=True)
class HoursRule:
    """
    One rule of opening hours.

    Attributes
    ----------
    separator
        How the rule relates to those before: `;` replaces their day, `,` adds to it, `||`
        holds where they are closed.
    season
        Selector of years, months, dates and weeks in OSM's syntax; may be empty.
    days
        Selector of weekdays (`Mo-Fr`, `We[1,3]`); empty is every day, or none but `holidays`.
    holidays
        `PH`, `SH`.
    is_within_holidays
        Weekdays inside the holidays (`SH Mo-Fr`), instead of both (`PH,Mo-Fr`).
    spans
        Hours; empty is the whole day.
    state
        What the place is then; `appointment` and `comment` are unknown.
    """

    separator: Separator
    season: str = ""
    days: str = ""
    holidays: tuple[str, ...] = ()
    is_within_holidays: bool = False
    spans: tuple[Span, ...] = ()
    state: State = "open"

    @property
    def names_days(self) -> bool:
        """Whether it says on which days it holds."""
        return bool(self.season or self.days or self.holidays)


def build_rules(tokens: Sequence[Token], *, is_osm_syntax: bool) -> tuple[HoursRule, ...]:
    """
    Return the rules that tokens stand for.

    What is said of public holidays holds wherever it stands in the text, before what is
    said of school holidays, before what is said of weekdays. A statement without days and
    hours (`nach Vereinbarung`) holds for the rest of the time.

    Parameters
    ----------
    is_osm_syntax
        The text is written as OSM wants it: hours without days mean every day, and
        `;` replaces. In a list of people neither is sure, and what is not is not read.

    Raises
    ------
    UnreadableHoursError
        If the tokens have no single meaning: days without hours, a single point in time,
        an end before the start, an order that is no rule.
    """
    reader = TokenReader(tokens)
    rules: list[HoursRule] = []
    while not reader.is_done:
        separator = _read_separator(reader, is_first=not rules)
        if not reader.is_done:
            rules += _read_rule(reader, separator)
        if len(rules) > RULES_MAX:
            raise UnreadableHoursError(f"more than {RULES_MAX} rules")
    if not rules:
        raise UnreadableHoursError("no hours in it")
    return tuple(_order(rules if is_osm_syntax else _settle(rules)))


def list_selectors(rule: HoursRule) -> list[str]:
    """Return what only the days of a year can tell: the season, and counted weekdays (`We[1,3]`)."""
    return [selector for selector in (rule.season, rule.days if "[" in rule.days else "") if selector]


def _read_separator(reader: TokenReader, *, is_first: bool) -> Separator:
    found: Separator = ","
    while reader.sees("semicolon", "comma", "fallback"):
        token = reader.take()
        if is_first:
            raise UnreadableHoursError(f"“{token.text}” where a rule begins")
        if token.kind == "fallback":
            found = "||"
        elif token.kind == "semicolon" and found != "||":
            found = ";"
    return ";" if is_first else found


def _read_rule(reader: TokenReader, separator: Separator) -> list[HoursRule]:
    if reader.sees_text("off") and reader.sees("day", ahead=1):
        reader.take()
        return [_build_off(read_days(reader), separator)]  # "Ruhetag: Montag"
    start = reader.at
    season, selector = read_season(reader), read_days(reader)
    exception = _read_exception(reader)
    reader.skip("comma")
    spans = read_spans(reader)
    state = _read_state(reader, has_spans=bool(spans))
    if reader.at == start:
        raise UnreadableHoursError(f"“{reader.take().text}” where a rule begins")
    rule = HoursRule(separator, season, *selector, spans, state)
    return [rule, *exception, *_read_exception(reader)]


def _read_exception(reader: TokenReader) -> list[HoursRule]:
    # "täglich außer Montag": one more rule, which closes.
    if reader.sees("comma") and reader.sees("except", ahead=1):
        reader.take()
    if not reader.skip("except"):
        return []
    selector = read_days(reader)
    if not selector.days and not selector.holidays:
        raise UnreadableHoursError("an exception without days")
    return [_build_off(selector, ";")]


def _build_off(selector: DaySelector, separator: Separator) -> HoursRule:
    return HoursRule(separator, "", *selector, state="off")


def _read_state(reader: TokenReader, *, has_spans: bool) -> State:
    state = "open" if reader.skip("always") else ""
    if reader.sees("state"):
        state = reader.take().text
    if state == "unknown":
        state = "comment"
    # Hours with a comment and no state are no statement; the library calls them open.
    while reader.sees("comment", "appointment"):
        reason = reader.take().text
        state = reason if state in ("", "comment") else state
    if not state and not has_spans:
        raise UnreadableHoursError("days without hours")
    return state or "open"  # type: ignore[return-value] # the vocabulary has these states only


def _settle(rules: list[HoursRule]) -> list[HoursRule]:
    # In lists of people a comma, a line break and a semicolon are all the same: what is said of one
    # day twice adds up where the hours lie apart, and is no single statement where they overlap.
    settled: list[HoursRule] = []
    for rule in rules:
        if rule.spans and not rule.days and not rule.holidays:
            raise UnreadableHoursError("hours without days")
        same = [known for known in settled if known.spans and rule.spans and _share_a_day(known, rule)]
        if any(overlap(known.spans, rule.spans) for known in same):
            raise UnreadableHoursError("two statements about one day")
        separator: Separator = "," if same else ";"
        settled.append(replace(rule, separator="||" if rule.separator == "||" else separator))
    return settled


def _share_a_day(one: HoursRule, other: HoursRule) -> bool:
    if one.season and other.season and one.season != other.season:
        return False
    if one.holidays or other.holidays:
        return one.holidays == other.holidays and one.days == other.days
    return bool(list_weekdays(one.days) & list_weekdays(other.days))


def _order(rules: Sequence[HoursRule]) -> list[HoursRule]:
    groups: list[list[HoursRule]] = [[]]
    rest: list[HoursRule] = []
    for rule in rules:
        is_unsure = rule.state in ("appointment", "comment")
        if any(groups) and is_unsure and not rule.names_days and not rule.spans:
            rest.append(rule)
            continue
        if rule.separator == "||":
            groups.append([])
        groups[-1].append(rule)
    ordered: list[HoursRule] = []
    for group in [*groups, *([rule] for rule in rest)]:
        parts = [part for rule in group for part in _split_holidays(rule)]
        sorted_rules = [rule for _, rule in sorted(parts, key=lambda part: part[0])]
        ordered += [replace(sorted_rules[0], separator="||" if ordered else ";"), *sorted_rules[1:]]
    return ordered


def _split_holidays(rule: HoursRule) -> list[tuple[int, HoursRule]]:
    # Weekdays rank 0, school holidays 1, public holidays 2. An addition that closes is a replacement.
    if rule.separator == "||" or (rule.state == "off" and rule.separator == ","):
        rule = replace(rule, separator=";")
    if not rule.holidays:
        return [(0, rule)]
    if rule.is_within_holidays:
        return [(1 + ("PH" in rule.holidays), rule)]
    of_week = [(0, replace(rule, holidays=()))] if rule.days else []
    return of_week + [
        (1 + (name == "PH"), replace(rule, days="", holidays=(name,))) for name in reversed(rule.holidays)
    ]
