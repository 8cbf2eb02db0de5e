# SPDX-License-Identifier: MIT
"""How far it is, how much there is to choose from, and for whom: a table of people, not of districts."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from begegnung_geo.render.figures import format_speed
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.statements import Speaker

_ALL = "all"
SHOWN_GROUPS = ("under_10", "under_18", "65_plus", "80_plus")
"""Groups of people that pages tell of by themselves, young before old."""
_RANGE_FROM = 0.01  # of a share, as everywhere on the pages

Row = Mapping[Any, Any]


def build_choice(scope: Scope, city: Scope, speaker: Speaker) -> dict[str, Any]:
    """
    Return the section: one row a known group of people, the city's figure beside a district's.

    Empty where of nobody anything can be said. Figures are those of the published tables;
    what these keep silent about is not guessed.
    """
    words, content = speaker.words, speaker.content
    headline = content.profile.coverage.headline[0]
    longest = max(content.profile.walking.thresholds_min)
    rows = [
        row
        for group in (_ALL, *SHOWN_GROUPS)
        if (row := _build_row(scope, city, speaker, group=group, threshold_min=longest))
    ]
    if not rows:
        return {}
    pace = format_speed(content.profile, headline.profile, words=words)
    return {
        "rows": rows,
        "caption": words.say("choice.caption", place=scope.name),
        "intro": words.say(
            "choice.intro",
            people=speaker.profile_of(headline.profile),
            speed=pace,
            minutes=words.number(longest),
        ),
        "columns": [
            words.say("choice.half"),
            words.say("choice.nine_in_ten"),
            words.say("choice.places", minutes=words.number(longest)),
            words.say("choice.beyond", minutes=words.number(headline.threshold_min)),
        ],
        "notes": [
            *_say_estimated(speaker),
            *_say_unknown_ages(scope, speaker),
            *_say_seats(scope, city, speaker),
        ],
    }


def build_fairness(speaker: Speaker) -> list[str]:
    """Return three sentences on how the walks of the city are spread; fewer where little is known."""
    words, content = speaker.words, speaker.content
    headline = content.profile.coverage.headline[0]
    found: list[dict[Any, Any]] = content.fairness[content.fairness["profile"] == headline.profile].to_dict(
        "records"
    )
    if not found or math.isnan(found[0]["gini"]):
        return []
    row = found[0]
    sentences = [
        words.say(
            "fair.gini",
            people=speaker.profile_of(headline.profile),
            mean=_number(row["walk_mean_min"], speaker),
            gini=words.number(row["gini"], decimals=2),
            # Half the mean difference of two people, as a part of the mean: the definition of the value.
            difference=_number(2 * row["gini"] * row["walk_mean_min"], speaker),
        )
    ]
    if not math.isnan(row["palma"]):
        sentences.append(
            words.say(
                "fair.palma",
                longest=_number(row["longest_mean_min"], speaker),
                shortest=_number(row["shortest_mean_min"], speaker),
                palma=words.number(row["palma"], decimals=1),
                times=words.number(row["longest_mean_min"] / row["shortest_mean_min"], decimals=1),
            )
        )
    if not math.isnan(row["concentration"]):
        sentences.append(
            words.say(
                f"fair.{_compare_needs(row)}",
                high=_number(row["high_need_mean_min"], speaker),
                low=_number(row["low_need_mean_min"], speaker),
                index=words.number(row["concentration"], decimals=2),
            )
        )
    return [*sentences, *_say_estimated(speaker)]


def _say_estimated(speaker: Speaker) -> list[str]:
    return [speaker.words.say("lead.estimated")] if speaker.content.is_estimated else []


def _build_row(
    scope: Scope, city: Scope, speaker: Speaker, *, group: str, threshold_min: int
) -> dict[str, Any]:
    own = _pick(scope, speaker, group=group, threshold_min=threshold_min)
    told = _say_figures(own, speaker)
    if not any(told.values()):
        return {}
    beside = {} if scope.is_city else _pick(city, speaker, group=group, threshold_min=threshold_min)
    told_of_city = _say_figures(beside, speaker)
    words = speaker.words
    return {
        "name": words.say(f"person_group.{group}"),
        "persons": speaker.persons_told(own["persons"]),
        "cells": [
            {
                "text": text or words.say("share.no_statement"),
                "city": _say_city(told_of_city.get(key, ""), city, speaker),
            }
            for key, text in told.items()
        ],
    }


def _compare_needs(row: Row) -> str:
    # In whole minutes, as the sentence tells them; and only where the index over all people agrees.
    gap = round(row["high_need_mean_min"]) - round(row["low_need_mean_min"])
    if gap > 0 and row["concentration"] > 0:
        return "need_longer"
    return "need_shorter" if gap < 0 and row["concentration"] < 0 else "need_same"


def _pick(scope: Scope, speaker: Speaker, *, group: str, threshold_min: int) -> Row:
    # The rows of an area and group: its walks, its choice at the longest time, its share at the headline's.
    content = speaker.content
    headline = content.profile.coverage.headline[0]
    walks = _select(content.district_walks, scope, group=group, profile=headline.profile, destination="any")
    places, reach = (
        _select(content.district_choice, scope, group=group, profile=headline.profile, threshold_min=minutes)
        for minutes in (threshold_min, headline.threshold_min)
    )
    if not (walks and places and reach):
        return {}
    counts = {name: places[name] for name in ("places_median", "places_median_max")}
    wanted = ("persons_unknown", "persons_beyond", "covered_share", "covered_share_max")
    shares = {name: reach[name] for name in wanted}
    return {**walks, **counts, **shares}


def _select(table: pd.DataFrame, scope: Scope, *, group: str, profile: str, **keys: object) -> Row:
    level, district_id = ("city", "") if scope.is_city else (scope.level, scope.district_id)
    is_own = (table["level"] == level) & (table["district_id"] == district_id)
    is_own &= (table["persons_group"] == group) & (table["profile"] == profile)
    for name, value in keys.items():
        is_own &= table[name] == value
    found: list[dict[Any, Any]] = table[is_own].to_dict("records")
    return found[0] if found else {}


def _say_figures(row: Row, speaker: Speaker) -> dict[str, str]:
    # Each figure in words, empty where nothing can be told.
    if not row:
        return {}
    return {
        "half": _say_minutes(row["median_min"], row["median_max_min"], speaker),
        "nine_in_ten": _say_minutes(row["p90_min"], row["p90_max_min"], speaker),
        "places": _say_range(row["places_median"], row["places_median_max"], speaker),
        "beyond": _say_beyond(row, speaker) if _is_told(row, speaker) else "",
    }


def _is_told(row: Row, speaker: Speaker) -> bool:
    # A number of people who walk longer reads as if all others walked less: not where many are unknown.
    profile = speaker.content.profile
    is_enough = row["persons"] >= profile.publication.share_base_min
    return is_enough and not row["persons_unknown"] > profile.coverage.unknown_share_max * row["persons"]


def _say_minutes(low: float, high: float, speaker: Speaker) -> str:
    # "At most" is rounded up, or it would not be true.
    up = [end if math.isnan(end) else math.ceil(round(end, 3)) for end in (low, high)]
    told = _say_range(up[0], up[1], speaker)
    return speaker.words.say("choice.minutes", minutes=told) if told else ""


def _say_range(low: float, high: float, speaker: Speaker) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    ends = [_number(end, speaker) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else speaker.words.say("share.range", low=ends[0], high=ends[1])


def _say_beyond(row: Row, speaker: Speaker) -> str:
    persons = speaker.persons_told(row["persons_beyond"])
    low, high = row["covered_share"], row["covered_share_max"]
    if math.isnan(low) or math.isnan(high) or high - low > _RANGE_FROM:
        return persons
    return speaker.words.say("choice.persons_share", persons=persons, share=speaker.words.share(1 - high))


def _say_city(figure: str, city: Scope, speaker: Speaker) -> str:
    return speaker.words.say("figure.city", place=city.name, share=figure) if figure else ""


def _say_unknown_ages(scope: Scope, speaker: Speaker) -> list[str]:
    table = speaker.content.district_walks
    level, district_id = ("city", "") if scope.is_city else (scope.level, scope.district_id)
    is_own = (table["level"] == level) & (table["district_id"] == district_id)
    persons = table.loc[is_own & table["persons_group"].isin(SHOWN_GROUPS), "persons_without_group"].max()
    if math.isnan(persons) or persons < speaker.content.profile.publication.suppress_below:
        return []
    return [speaker.words.say("choice.without_age", persons=speaker.persons_prose(persons))]


def _say_seats(scope: Scope, city: Scope, speaker: Speaker) -> list[str]:
    words, content = speaker.words, speaker.content
    headline, measures = content.profile.coverage.headline[0], content.profile.measures
    told = [
        _select(content.district_seats, area, group=_ALL, profile=headline.profile)
        for area in ((scope,) if scope.is_city else (scope, city))
    ]
    seats = [row["seats_balanced"] for row in told if row]
    if len(seats) < len(told) or any(math.isnan(value) for value in seats):
        return []
    counted = content.begegnungsorte[content.begegnungsorte["is_counted"]]
    missing = int(counted["capacity_persons"].isna().sum())
    numbers = [_number(value, speaker) for value in seats]
    assumed = "seats.all_assumed" if missing == len(counted) else "seats.assumed"
    key = "seats.city" if scope.is_city else "seats.district"
    return [
        words.say(
            key,
            seats=numbers[0],
            city=numbers[-1],
            place=city.name,
            minutes=words.number(max(measures.zone_ends_min)),
        ),
        words.say(
            assumed,
            count=missing,
            places=words.number(len(counted)),
            assumed=words.number(measures.capacity_assumed_persons),
        ),
    ]


def _number(value: float, speaker: Speaker) -> str:
    return speaker.words.number(round(value))
