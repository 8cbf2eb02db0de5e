# SPDX-License-Identifier: MIT
"""What a scenario changes, in words, and what that does: before, after, difference."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from begegnung_geo.render.opening import name_moment
from begegnung_geo.render.scopes import Scope, find_page_level
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words, clean_text
from begegnung_geo.scenario import Scenario

_CITY_LEVEL = "city"
_KMH = 3.6
_MINUS = "\N{MINUS SIGN}"


def say_banner(speaker: Speaker) -> str:
    """Return the line that stands above every page of a scenario; empty without one."""
    scenario = speaker.content.scenario
    return speaker.words.say("scenario.banner", title=clean_text(scenario.title)) if scenario else ""


def build_scenario(scope: Scope, speaker: Speaker) -> dict[str, Any]:
    """
    Return the section about a scenario: what it changes, and before and after of the area's districts.

    Returns
    -------
    section
        `note`, `changes` (sentences), `caption`, `estimated` (a sentence where people are),
        `rows` with `name`, `before`, `after`, `change` (people), `share_before`, `share_after` and
        `points`; `uses_caption` and `uses`, the same for the area by walker and time, of the city
        (`has_areas`, `square`) with `gained` and `lost`; `open_caption` and `open_rows`: by moment,
        who surely (`_min`) and at most (`_max`) reaches an open place. Empty without a scenario.
    """
    content, words = speaker.content, speaker.words
    if content.scenario is None:
        return {}
    headline = content.profile.coverage.headline[0]
    table = content.scenario_coverage
    is_told = (table["profile"] == headline.profile) & (table["threshold_min"] == headline.threshold_min)
    told = {(str(row["level"]), str(row["district_id"])): row for row in table[is_told].to_dict("records")}
    minutes, people = words.number(headline.threshold_min), speaker.profile(headline.profile)
    return {
        "note": clean_text(content.scenario.note, limit=1000),
        "changes": list(list_changes(content.scenario, speaker)),
        "caption": words.say("scenario.caption", minutes=minutes, people=people),
        "estimated": words.say("lead.estimated") if content.is_estimated else "",
        "rows": [
            _build_row(told[key], name=name, speaker=speaker)
            for key, name in _list_areas(scope)
            if key in told
        ],
        "uses_caption": words.say("scenario.uses_caption", place=scope.name),
        "uses": list(_list_uses(scope, speaker)),
        "has_areas": scope.is_city,
        "open_caption": words.say("scenario.open_caption", place=scope.name, minutes=minutes, people=people),
        "open_rows": list(_list_open(scope, speaker)),
        "square": words.number(content.profile.trial.square_m),
    }


def say_area(km2: float, words: Words) -> str:
    """Return square kilometres in words, to a tenth; the same rounding as in `tryout.js`."""
    if km2 == 0:
        return words.say("tryout.area_none")
    tenths = round(km2 * 10) / 10
    key = "area_about" if tenths else "area_under"
    return words.say(f"tryout.{key}", area=words.number(tenths or 0.1, decimals=1))


def list_changes(scenario: Scenario, speaker: Speaker) -> Iterator[str]:
    """Yield one sentence a change, in the order of the file."""
    words, names = speaker.words, speaker.content.scenario_names

    def name_of(place_id: str) -> str:
        return clean_text(names.get(place_id, "")) or words.say("scenario.unnamed", id=clean_text(place_id))

    for opened in scenario.open:
        key = "scenario.new" if opened.is_new else "scenario.open"
        yield words.say(key, name=clean_text(opened.name) if opened.is_new else name_of(opened.id))
    for closed in scenario.close:
        yield words.say("scenario.close", name=name_of(closed.id))
    for move in scenario.move:
        yield words.say("scenario.move", name=name_of(move.id))
    for hours in scenario.hours:
        yield words.say("scenario.hours", name=name_of(hours.id), hours=clean_text(hours.opening_hours))
    for link in scenario.link:
        steps = {True: "step_free", False: "steps", None: "steps_unknown"}[link.step_free]
        yield words.say(f"scenario.link_{steps}", name=clean_text(link.name))
    for walker, speed in scenario.speeds_m_s.items():
        kmh = words.number(speed * _KMH, decimals=1)
        yield words.say("scenario.speed", people=speaker.profile(walker), speed=kmh)


def _list_uses(scope: Scope, speaker: Speaker) -> Iterator[dict[str, str]]:
    """Yield what the scenario does for each walker and time; of the city also to the ground within reach."""
    content, words = speaker.content, speaker.words
    told, areas = _by_use(_pick(content.scenario_coverage, scope)), _by_use(content.scenario_areas)
    for profile in content.profile.walking.profiles:
        for minutes in content.profile.walking.thresholds_min:
            name = words.say("scenario.use", people=speaker.profile(profile), minutes=words.number(minutes))
            row = _build_row(told[profile, minutes], name=name, speaker=speaker)
            if scope.is_city:
                km2 = areas[profile, minutes]
                row |= {key: say_area(km2[f"area_{key}_km2"], words) for key in ("gained", "lost")}
            yield row


def _list_open(scope: Scope, speaker: Speaker) -> Iterator[dict[str, str]]:
    """Yield one row a moment: who surely, and who at most, reaches a place that is open then."""
    content = speaker.content
    headline = content.profile.coverage.headline[0]
    table = _pick(content.scenario_open_coverage, scope)
    rows = {
        str(moment): _by_use(own)[headline.profile, headline.threshold_min]
        for moment, own in table.groupby("moment")
    }
    for key, moment in content.profile.moments.items():
        if told := rows.get(key):
            row = {"name": name_moment(moment, speaker.words)}
            for end in ("min", "max"):
                row[f"before_{end}"] = _say_persons(told[f"persons_covered_{end}_before"], speaker)
                row[f"after_{end}"] = _say_persons(told[f"persons_covered_{end}"], speaker)
                row[f"change_{end}"] = _say_gained(told[f"persons_gained_{end}"], speaker)
            yield row


def _pick(table: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    level, district_id = _find_key(scope)
    return table[(table["level"] == level) & (table["district_id"] == district_id)]


def _find_key(scope: Scope) -> tuple[str, str]:
    return (_CITY_LEVEL, "") if scope.is_city else (scope.level, scope.district_id)


def _by_use(table: pd.DataFrame) -> dict[tuple[str, int], dict[Any, Any]]:
    return {(str(row["profile"]), int(row["threshold_min"])): row for row in table.to_dict("records")}


def _list_areas(scope: Scope) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield keys and names: the area itself, then its districts of the page level or finer."""
    yield _find_key(scope), scope.name
    inside = scope.districts
    if scope.is_city and (level := find_page_level(inside)):
        inside = inside[inside["level"] == level]
    is_only = inside.groupby("level")["district_id"].transform("size") == 1  # the area itself once more
    for row in inside[~is_only].to_dict("records"):
        yield (str(row["level"]), str(row["district_id"])), clean_text(row["name"])


def _build_row(told: Mapping[Any, Any], *, name: str, speaker: Speaker) -> dict[str, str]:
    words = speaker.words
    points = told["share_gained"] * 100

    def share(value: float) -> str:
        return words.say("scenario.hidden") if pd.isna(value) else words.share(value)

    return {
        "name": name,
        "before": _say_persons(told["persons_covered_before"], speaker),
        "after": _say_persons(told["persons_covered"], speaker),
        "change": _say_gained(told["persons_gained"], speaker),
        "share_before": share(told["covered_share_before"]),
        "share_after": share(told["covered_share"]),
        "points": _sign(points, words.number(abs(points), decimals=1), speaker),
    }


def _say_persons(persons: float, speaker: Speaker) -> str:
    return speaker.words.say("scenario.hidden") if pd.isna(persons) else speaker.persons_told(persons)


def _say_gained(persons: float, speaker: Speaker) -> str:
    return _sign(persons, _say_persons(abs(persons), speaker), speaker)


def _sign(value: float, text: str, speaker: Speaker) -> str:
    if pd.isna(value):
        return speaker.words.say("scenario.hidden")
    return text if value == 0 else f"{'+' if value > 0 else _MINUS}{text}"
