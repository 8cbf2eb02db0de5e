# SPDX-License-Identifier: MIT
"""How complete the list is: found, estimated with its range, and how much is filled in."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.symbols import PLACE_GROUPS
from begegnung_geo.render.text import clean_text

_CITY_LEVEL = "city"
_ALL_KIND = ("standing", "established")
_GROUP_KIND = "group"
_CLASS_KIND = "class"
_FILL_KIND = "all"


def build_completeness(scope: Scope, speaker: Speaker) -> dict[str, Any]:
    """
    Return the section: a sentence, one row a group and a class of places, and the shares filled in.

    Returns
    -------
    section
        `sentence`; `rows` with `name`, `found`, `estimate` (text: a number with its range,
        or why there is none); `fills` with `name`, `share` and `bar` (whole percent), and
        `more_fills`, the same for what the vocabulary records (workshop, details, roles);
        `classes` with rows as above and the `shares` filled in by `attributes`; `assumes`
        says what an estimate rests on, where one is shown. Empty where nothing was counted
        for the area.
    """
    found, rates = _select(speaker.content.completeness, scope), _select(speaker.content.fill_rates, scope)
    total = _pick(found, *_ALL_KIND)
    if total is None:
        return {}
    names = [(group.letter, speaker.words.say(f"group.{group.key}")) for group in PLACE_GROUPS]
    is_estimated = bool(found["is_estimable"].any())
    return {
        "sentence": _say_total(total, speaker),
        "assumes": speaker.words.say("complete.assumes") if is_estimated else "",
        "rows": _list_rows(found, speaker, kind=_GROUP_KIND, names=names),
        "fills": _list_fills(rates, speaker, names=_name_fills(rates, speaker)),
        "more_fills": _list_fills(rates, speaker, names=_name_recorded(speaker)),
        **_list_classes(found, rates, speaker),
    }


def _list_classes(found: pd.DataFrame, rates: pd.DataFrame, speaker: Speaker) -> dict[str, Any]:
    language = speaker.words.language
    labels = {key: clean_text(pair[language != "de"]) for key, pair in speaker.content.class_labels.items()}
    names = sorted(labels.items(), key=lambda item: item[1].casefold())
    shown = rates[rates["category_kind"] == _CLASS_KIND]
    shares = {
        (str(row["category"]), str(row["attribute"])): speaker.words.share(row["filled_share"])
        for row in shown[shown["filled_share"].notna()].to_dict("records")
    }
    fills = _name_fills(shown, speaker)
    attributes = [name for name in sorted(set(shown["attribute"])) if name in fills]
    return {
        "attributes": [fills[name] for name in attributes],
        "classes": [
            row | {"shares": [shares.get((row["key"], name), "") for name in attributes]}
            for row in _list_rows(found, speaker, kind=_CLASS_KIND, names=names)
        ],
    }


def _list_rows(
    found: pd.DataFrame, speaker: Speaker, *, kind: str, names: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return one row a category that has a place, in the order of the names."""
    counts = [(key, name, _pick(found, kind, key)) for key, name in names]
    return [
        {
            "key": key,
            "name": name,
            "found": speaker.words.number(row["found_count"]),
            "found_sort": int(row["found_count"]),
            "estimate": _say_estimate(row, speaker),
        }
        for key, name, row in counts
        if row is not None and row["found_count"] > 0
    ]


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


def _name_fills(rates: pd.DataFrame, speaker: Speaker) -> dict[str, str]:
    names = [name for name in rates["attribute"].unique() if speaker.words.has(f"fill.{name}")]
    return {name: speaker.words.say(f"fill.{name}") for name in names}


def _name_recorded(speaker: Speaker) -> dict[str, str]:
    is_german = speaker.words.language == "de"
    columns = speaker.content.vocabulary.list_columns()
    return {one.key: clean_text(one.label_de if is_german else one.label_en) for one in columns}


def _list_fills(rates: pd.DataFrame, speaker: Speaker, *, names: Mapping[str, str]) -> list[dict[str, Any]]:
    known = rates[(rates["category_kind"] == _FILL_KIND) & rates["filled_share"].notna()]
    ordered = known[known["attribute"].isin(names)].sort_values(
        ["filled_share", "attribute"], ascending=[False, True]
    )
    return [
        {
            "name": names[str(row["attribute"])],
            "share": speaker.words.share(row["filled_share"]),
            "bar": round(row["filled_share"] * 100),
        }
        for row in ordered.to_dict("records")
    ]
