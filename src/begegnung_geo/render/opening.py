# SPDX-License-Identifier: MIT
"""When places are open: a row a moment, with the people who reach an open place as a range."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from begegnung_geo.moments import Moment
from begegnung_geo.render.figures import Reach
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words, clean_text

_CITY_LEVEL = "city"
_ANSWERS = ("open", "closed", "unknown")


@dataclass(frozen=True)
class _Span:
    # Shares (0-1) of the people who surely and who perhaps reach an open place.
    low: float
    high: float


@dataclass(frozen=True)
class _View:
    # An area with its headline, seen by a speaker.
    scope: Scope
    speaker: Speaker
    reach: Reach

    @property
    def words(self) -> Words:
        return self.speaker.words

    @property
    def moments(self) -> dict[str, Moment]:
        return self.speaker.content.profile.moments


def build_open_hours(scope: Scope, speaker: Speaker) -> dict[str, Any]:
    """
    Return the section on opening hours of an area: sentences and one row a moment.

    Returns
    -------
    section
        `sentences`, `caption`, `note`; `rows` with `name`, `when`, one text each for `open`,
        `closed` and `unknown` (counted places), `share` (text), and in whole percent `low`,
        `high` (None where no share is told); `base`, the share without regard to hours.
        Empty without counted places or moments.
    """
    words, content = speaker.words, speaker.content
    counted = scope.begegnungsorte[scope.begegnungsorte["is_counted"]]
    if not len(counted) or not content.profile.moments:
        return {}
    view = _View(scope, speaker, speaker.headline_reach(scope))
    reach, spans = view.reach, _find_spans(view)
    answers = content.opening[content.opening["begegnungsort_id"].isin(set(counted["begegnungsort_id"]))]
    return {
        "sentences": [*_say_weakest(view, spans), _say_known(counted, words)],
        "caption": words.say(
            "open.caption",
            place=scope.name,
            minutes=words.number(reach.threshold_min),
            people=speaker.profile(reach.profile),
        ),
        "note": words.say(
            "open.note",
            share=words.share(content.profile.opening.open_share_min),
            minutes=_say_minutes(view),
        ),
        "base": round(reach.share_low * 100) if reach.has_share else None,
        "rows": [
            _build_row(view, key, answers[answers["moment"] == key], span=spans.get(key))
            for key in view.moments
        ],
    }


def _build_row(view: _View, key: str, answers: pd.DataFrame, *, span: _Span | None) -> dict[str, Any]:
    words, moment = view.words, view.moments[key]
    counts = answers["answer"].value_counts()
    low, high = _find_ends(span) if span else (None, None)
    return {
        "name": name_moment(moment, words),
        "when": words.say(
            "open.when",
            start=_clock(moment.from_min, words),
            end=_clock(moment.to_min, words),
        ),
        **{answer: words.number(int(counts.get(answer, 0))) for answer in _ANSWERS},
        "share": _mark(_say_span(span, words), view) if span else view.speaker.plain_share(view.reach),
        "low": low,
        "high": high,
    }


def _find_spans(view: _View) -> dict[str, _Span]:
    # A hidden count is one person at least and fewer than the limit: nothing is sure, the limit is possible.
    if not view.reach.has_share:
        return {}
    content, scope = view.speaker.content, view.scope
    level = _CITY_LEVEL if scope.is_city else scope.level
    told = content.open_coverage
    told = told[(told["level"] == level) & (told["district_id"] == scope.district_id)]
    told = told[(told["profile"] == view.reach.profile) & (told["threshold_min"] == view.reach.threshold_min)]
    few = min(content.profile.publication.suppress_below / view.reach.persons, 1.0)
    return {
        str(row["moment"]): _Span(
            _replace_hidden(row["covered_share_min"], 0.0), _replace_hidden(row["covered_share_max"], few)
        )
        for row in told.to_dict("records")
        if row["moment"] in view.moments
    }


def _replace_hidden(share: float, limit: float) -> float:
    return limit if math.isnan(share) else float(share)


def _find_ends(span: _Span) -> tuple[int, int]:
    return math.floor(round(span.low * 100, 6)), math.ceil(round(span.high * 100, 6))


def _say_span(span: _Span, words: Words) -> str:
    low, high = _find_ends(span)
    if low == high or span.low == span.high:
        return words.share(span.low)
    return words.say("share.range", low=words.number(low), high=words.share(high / 100))


def _mark(share: str, view: _View) -> str:
    return view.words.say("share.estimated", share=share) if view.speaker.content.is_estimated else share


def _say_weakest(view: _View, spans: dict[str, _Span]) -> list[str]:
    if not spans:
        return []
    key = min(spans, key=lambda name: (spans[name].low, spans[name].high))
    is_estimated = view.speaker.content.is_estimated
    return [
        view.words.say(
            "open.weakest_estimated" if is_estimated else "open.weakest",
            place=view.scope.name,
            moment=name_moment(view.moments[key], view.words),
            share=_say_span(spans[key], view.words),
            base=view.speaker.plain_share(view.reach),
            minutes=view.words.number(view.reach.threshold_min),
        )
    ]


def _say_minutes(view: _View) -> str:
    needed = [moment.open_min for moment in view.moments.values()]
    least, most = (view.words.number(minutes) for minutes in (min(needed), max(needed)))
    return least if least == most else view.words.say("hours.range", first=least, last=most)


def _say_known(counted: pd.DataFrame, words: Words) -> str:
    # Of a place that is open by appointment only nothing is known.
    known = int(counted["open_min_per_week"].notna().sum())
    return words.say("open.known", count=len(counted), known=words.number(known))


def name_moment(moment: Moment, words: Words) -> str:
    """Return what the pages call a moment."""
    return clean_text(moment.label_en if words.language == "en" else moment.label_de)


def _clock(minutes: int, words: Words) -> str:
    full = f"{minutes // 60}:{minutes % 60:02d}"
    return full.removesuffix(":00") if words.language == "de" else full
