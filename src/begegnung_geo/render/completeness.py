# SPDX-License-Identifier: MIT
"""How complete the list is: found, estimated with its range, and how much is filled in."""

from typing import Any

import pandas as pd

from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.symbols import PLACE_GROUPS

_CITY_LEVEL = "city"
_ALL_KIND = ("standing", "established")
_GROUP_KIND = "group"
_FILL_KIND = "all"


def build_completeness(scope: Scope, speaker: Speaker) -> dict[str, Any]:
    """
    Return the section: a sentence, one row a group of places, and the shares filled in.

    Returns
    -------
    section
        `sentence`; `rows` with `name`, `found`, `estimate` (text: a number with its range,
        or why there is none); `fills` with `name`, `share` and `bar` (whole percent).
        Empty where nothing was counted for the area.
    """
    found = _select(speaker.content.completeness, scope)
    total = _pick(found, *_ALL_KIND)
    if total is None:
        return {}
    groups = [
        (group, row)
        for group in PLACE_GROUPS
        if (row := _pick(found, _GROUP_KIND, group.letter)) is not None and row["found_count"] > 0
    ]
    return {
        "sentence": _say_total(total, speaker),
        "rows": [
            {
                "name": speaker.words.say(f"group.{group.key}"),
                "found": speaker.words.number(row["found_count"]),
                "found_sort": int(row["found_count"]),
                "estimate": _say_estimate(row, speaker),
            }
            for group, row in groups
        ],
        "fills": _list_fills(_select(speaker.content.fill_rates, scope), speaker),
    }


def _select(rows: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    level = _CITY_LEVEL if scope.is_city else scope.level
    return rows[(rows["level"] == level) & (rows["district_id"] == scope.district_id)]


def _pick(rows: pd.DataFrame, kind: str, category: str) -> dict[Any, Any] | None:
    found: list[dict[Any, Any]] = rows[
        (rows["category_kind"] == kind) & (rows["category"] == category)
    ].to_dict("records")
    return found[0] if found else None


def _say_total(row: dict[Any, Any], speaker: Speaker) -> str:
    words, count = speaker.words, int(row["found_count"])
    if not row["is_estimable"]:
        reason = words.say(f"complete.{row['reason']}")
        return words.say("complete.total_unknown", count=count, reason=reason)
    confidence = words.share(speaker.content.profile.completeness.confidence)
    estimate, low, high = _list_numbers(row, speaker)
    return words.say(
        "complete.total", count=count, confidence=confidence, estimate=estimate, low=low, high=high
    )


def _say_estimate(row: dict[Any, Any], speaker: Speaker) -> str:
    if not row["is_estimable"]:
        reason = speaker.words.say(f"complete.short_{row['reason']}")
        return speaker.words.say("complete.none", reason=reason)
    estimate, low, high = _list_numbers(row, speaker)
    return speaker.words.say("complete.estimate", estimate=estimate, low=low, high=high)


def _list_numbers(row: dict[Any, Any], speaker: Speaker) -> list[str]:
    return [speaker.words.number(round(row[column])) for column in ("estimated_count", "low", "high")]


def _list_fills(rates: pd.DataFrame, speaker: Speaker) -> list[dict[str, Any]]:
    known = rates[(rates["category_kind"] == _FILL_KIND) & rates["filled_share"].notna()]
    ordered = known.sort_values(["filled_share", "attribute"], ascending=[False, True])
    return [
        {
            "name": speaker.words.say(f"fill.{row['attribute']}"),
            "share": speaker.words.share(row["filled_share"]),
            "bar": round(row["filled_share"] * 100),
        }
        for row in ordered.to_dict("records")
        if speaker.words.has(f"fill.{row['attribute']}")
    ]
