# SPDX-License-Identifier: MIT
"""Opening hours in words: from the normal form of the table to what people say."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from begegnung_geo.render.text import Words, clean_text

_LONG_TEXT = 200
_WORDS_MAX = 400
_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = rf"{_MONTH}(?: \d{{1,2}})?"
_DAYS = rf"(?:{_DAY}(?:-{_DAY}|\[[-\d,]+\])?|PH|SH)"
_SPAN = r"\d{2}:\d{2}(?:-\d{2}:\d{2}\+?|\+)"
_RULE = re.compile(
    r"(?:(?P<weeks>week \d\d(?:-\d\d(?:/\d+)?)?)(?: |$))?"
    rf"(?:(?P<season>{_DATE}(?:-(?:{_DATE}|\d{{1,2}}))?(?:,{_DATE}(?:-(?:{_DATE}|\d{{1,2}}))?)*)(?: |$))?"
    rf"(?:(?P<inside>PH|SH) (?=Mo|Tu|We|Th|Fr|Sa|Su))?"
    rf"(?:(?P<days>{_DAYS}(?:,{_DAYS})*)(?: |$))?"
    rf"(?:(?P<times>{_SPAN}(?:,{_SPAN})*)(?: |$))?"
    r'(?P<state>off|open|unknown(?: "nach Vereinbarung")?)?'
)
_ALWAYS = "24/7"
_WEEKS = re.compile(r"week (?P<first>\d\d)(?:-(?P<last>\d\d)(?:/(?P<step>\d+))?)?")
_WHOLE_DAY = "00:00-24:00"
_STATES = {
    "off": "closed",
    "open": "all_day",
    "unknown": "unsure",
    'unknown "nach Vereinbarung"': "appointment",
}


def describe_hours(record: Mapping[Any, Any], *, words: Words) -> str:
    """
    Return opening hours in words: `Montag bis Freitag 9 bis 17 Uhr; Samstag nach Vereinbarung`.

    A place without hours is "unbekannt", never "geschlossen"; hours without one clear
    meaning are said to be so and not quoted, and seasons there are no words for (single
    years, Easter) in OSM's syntax.

    Parameters
    ----------
    record
        `opening_hours`, `opening_status` and `opening_normal` of a row of `begegnungsorte`.
    words
        Language of the page.
    """
    raw = clean_text(record["opening_hours"], limit=_LONG_TEXT)
    if not raw or record["opening_status"] == "none":
        return words.say("hours.unknown")
    if record["opening_status"] == "unreadable":
        return words.say("hours.unreadable")  # free text may name a person, so it stays in the house
    normal = str(record["opening_normal"])
    first, *rest = [_describe_group(group, words=words) for group in normal.split(" || ")]
    if first is None or any(text is None for text in rest):
        return clean_text(normal, limit=_LONG_TEXT)
    otherwise = [words.say("hours.otherwise", hours=str(text)) for text in rest]
    return clean_text("; ".join([first, *otherwise]), limit=_WORDS_MAX)


def _describe_group(group: str, *, words: Words) -> str | None:
    texts = [_describe_rule(rule, words=words) for rule in re.split(r"; |, ", group)]
    return None if None in texts else "; ".join(str(text) for text in texts)


def _describe_rule(rule: str, *, words: Words) -> str | None:
    found = _RULE.fullmatch(rule)
    if rule == _ALWAYS:
        return words.say("hours.always")
    if found is None:
        return None
    text = _describe_hours(found["days"] or "", found["times"] or "", found["state"] or "", words=words)
    if found["inside"]:
        text = words.say("hours.during", when=words.say(f"hours.{found['inside']}"), hours=text)
    if found["weeks"]:
        text = words.say("hours.during", when=_describe_weeks(found["weeks"], words=words), hours=text)
    if found["season"]:
        text = words.say("hours.during", when=_describe_season(found["season"], words=words), hours=text)
    return text


def _describe_hours(days: str, times: str, state: str, *, words: Words) -> str:
    hours = _describe_times(times, words=words)
    state_key = _STATES.get(state, "")
    if state_key:
        hours = words.say(f"hours.{state_key}_at", hours=hours) if hours else words.say(f"hours.{state_key}")
    if not days or (days == "Mo-Su" and state_key and not times):
        return hours
    return words.say("hours.rule", days=_describe_days(days, words=words), hours=hours)


def _describe_days(days: str, *, words: Words) -> str:
    if days in ("Mo-Su", "Mo-Su,PH"):
        return words.say("hours.daily" if days == "Mo-Su" else "hours.daily_holidays")
    counted = re.findall(r"(?P<day>\w\w)(?:\[(?P<numbers>[-\d,]+)\]|-(?P<last>\w\w))?", days)
    names = []
    for day, numbers, last in counted:
        name = words.say(f"hours.{day}")
        if last:
            name = words.say("hours.range", first=name, last=words.say(f"hours.{last}"))
        elif numbers:
            name = words.say("hours.nth", numbers=_count(numbers, words=words), day=name)
        names.append(name)
    return _enumerate(names, words=words)


def _count(numbers: str, *, words: Words) -> str:
    single = [words.say(f"hours.nth_{number.replace('-', 'last', 1)}") for number in numbers.split(",")]
    return _enumerate(single, words=words)


def _describe_times(times: str, *, words: Words) -> str:
    if times == _WHOLE_DAY:
        return words.say("hours.all_day")
    spans = [_describe_span(span, words=words) for span in times.split(",") if span]
    return words.say("hours.clock", hours=_enumerate(spans, words=words)) if spans else ""


def _describe_span(span: str, *, words: Words) -> str:
    start, _, end = span.rstrip("+").partition("-")
    if not end:
        return words.say("hours.from", start=_clock(start, words=words))
    key = "hours.at_least" if span.endswith("+") else "hours.range"
    if key == "hours.range":
        return words.say(key, first=_clock(start, words=words), last=_clock(end, words=words))
    return words.say(key, start=_clock(start, words=words), end=_clock(end, words=words))


def _clock(time: str, *, words: Words) -> str:
    hours, minutes = time.split(":")
    full = f"{int(hours) % 24 if int(hours) > 24 else int(hours)}:{minutes}"  # noqa: PLR2004
    return full.removesuffix(":00") if words.language == "de" else full


def _describe_weeks(weeks: str, *, words: Words) -> str:
    found = _WEEKS.fullmatch(weeks)
    given = found.groupdict() if found else {}
    numbers: dict[str, Any] = {name: str(int(number)) for name, number in given.items() if number}
    key = {1: "week", 2: "weeks", 3: "weeks_step"}[len(numbers)]
    return words.say(f"hours.{key}", **numbers)


def _describe_season(season: str, *, words: Words) -> str:
    parts = []
    for part in season.split(","):
        first, _, last = part.partition("-")
        last = f"{first.split()[0]} {last}" if last.isdigit() else last
        name = _describe_date(first, words=words)
        parts.append(
            words.say("hours.range", first=name, last=_describe_date(last, words=words)) if last else name
        )
    return _enumerate(parts, words=words)


def _describe_date(date: str, *, words: Words) -> str:
    month, _, day = date.partition(" ")
    name = words.say(f"hours.{month}")
    return words.say("hours.day_of_month", day=day, month=name) if day else name


def _enumerate(parts: Sequence[str], *, words: Words) -> str:
    if len(parts) == 1:
        return parts[0]
    return words.say("hours.and", some=", ".join(parts[:-1]), last=parts[-1])
