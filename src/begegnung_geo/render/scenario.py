# SPDX-License-Identifier: MIT
"""What a scenario changes, in words, and what that does: before, after, difference."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

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
        `note`, `changes` (sentences), `caption`, `rows` with `name`, `before`, `after`,
        `open_caption` and `open_rows`: by moment, who surely (`_min`) and at most (`_max`) reaches an
        open place; `change` (people), `share_before`, `share_after` and `points`; `uses_caption` and `uses`,
        the same for the area by walker and time, of the city with `gained` and `lost`. Empty
        without a scenario.
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
    level, district_id = (_CITY_LEVEL, "") if scope.is_city else (scope.level, scope.district_id)
    table = content.scenario_coverage
    own = table[(table["level"] == level) & (table["district_id"] == district_id)]
    told = {(str(row["profile"]), int(row["threshold_min"])): row for row in own.to_dict("records")}
    areas = {
        (str(row["profile"]), int(row["threshold_min"])): row
        for row in content.scenario_areas.to_dict("records")
    }
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
    content, words = speaker.content, speaker.words
    headline = content.profile.coverage.headline[0]
    level, district_id = (_CITY_LEVEL, "") if scope.is_city else (scope.level, scope.district_id)
    table = content.scenario_open_coverage
    table = table[(table["level"] == level) & (table["district_id"] == district_id)]
    told = table[(table["profile"] == headline.profile) & (table["threshold_min"] == headline.threshold_min)]
    rows = {str(row["moment"]): row for row in told.to_dict("records")}

    def persons(value: float) -> str:
        return words.say("scenario.hidden") if pd.isna(value) else speaker.persons(value)

    for key, moment in content.profile.moments.items():
        if key not in rows:
            continue
        row = {"name": clean_text(moment.label_en if words.language == "en" else moment.label_de)}
        for end in ("min", "max"):
            gained = rows[key][f"persons_gained_{end}"]
            row[f"before_{end}"] = persons(rows[key][f"persons_covered_{end}_before"])
            row[f"after_{end}"] = persons(rows[key][f"persons_covered_{end}"])
            row[f"change_{end}"] = _sign(gained, words.number(abs(gained)), speaker)
        yield row


def _list_areas(scope: Scope) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield keys and names: the area itself, then its districts of the page level or finer."""
    yield (_CITY_LEVEL, "") if scope.is_city else (scope.level, scope.district_id), scope.name
    inside = scope.districts
    if scope.is_city and (level := find_page_level(inside)):
        inside = inside[inside["level"] == level]
    for row in inside.to_dict("records"):
        yield (str(row["level"]), str(row["district_id"])), clean_text(row["name"])


def _build_row(told: Mapping[Any, Any], *, name: str, speaker: Speaker) -> dict[str, str]:
    words = speaker.words
    points = told["share_gained"] * 100

    def persons(value: float) -> str:
        return words.say("scenario.hidden") if pd.isna(value) else speaker.persons(value)

    def share(value: float) -> str:
        return words.say("scenario.hidden") if pd.isna(value) else words.share(value)

    return {
        "name": name,
        "before": persons(told["persons_covered_before"]),
        "after": persons(told["persons_covered"]),
        "change": _sign(told["persons_gained"], words.number(abs(told["persons_gained"])), speaker),
        "share_before": share(told["covered_share_before"]),
        "share_after": share(told["covered_share"]),
        "points": _sign(points, words.number(abs(points), decimals=1), speaker),
    }


def _sign(value: float, text: str, speaker: Speaker) -> str:
    if pd.isna(value):
        return speaker.words.say("scenario.hidden")
    return text if value == 0 else f"{'+' if value > 0 else _MINUS}{text}"
