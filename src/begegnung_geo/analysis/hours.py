# SPDX-License-Identifier: MIT
"""Opening hours read from a text: what is said, how sure the reading is, and why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from opening_hours import validate

from begegnung_geo.analysis.hours_rules import HoursRule, build_rules, list_selectors
from begegnung_geo.analysis.hours_tokens import UnreadableHoursError, cut_tokens

HoursStatus = Literal["none", "parsed", "repaired", "unreadable"]


@dataclass(frozen=True)
class Hours:
    """
    What a text says about opening hours.

    Attributes
    ----------
    status
        `none`: there is no text; `parsed`: valid in OSM's syntax as it is; `repaired`: written
        as people write, with one clear meaning; `unreadable`: anything else.
    rules
        Empty unless parsed or repaired.
    problem
        Why it is unreadable, else empty.
    """

    status: HoursStatus
    rules: tuple[HoursRule, ...] = ()
    problem: str = ""

    @property
    def is_weekly(self) -> bool:
        """Whether every week outside of holidays is like any other."""
        return not any(list_selectors(rule) for rule in self.rules)

    @property
    def names_public_holidays(self) -> bool:
        """Whether public holidays are spoken of."""
        return any("PH" in rule.holidays for rule in self.rules)


def read_hours(raw: object) -> Hours:
    """
    Return what a text says about opening hours; never raises, whatever the text.

    Words and signs people in Germany use (`Mo-Fr 9-17 Uhr`, `montags bis freitags`, `tägl.`,
    `nach Vereinbarung`) are read where they have one clear meaning. A text that is clear
    only in part is not read at all: half of somebody's opening hours would be wrong hours.

    Parameters
    ----------
    raw
        Text of a source; null or blank is `none`.
    """
    if not isinstance(raw, str) or not raw.strip():
        return Hours("none")
    try:
        tokens = cut_tokens(raw)
        is_osm_syntax = validate(raw)  # a text whose every word and sign is known
        rules = build_rules(tokens, is_osm_syntax=is_osm_syntax)
        _require_known_days(rules)
    except UnreadableHoursError as error:
        return Hours("unreadable", problem=str(error))
    return Hours("parsed" if is_osm_syntax else "repaired", rules)


def _require_known_days(rules: Sequence[HoursRule]) -> None:
    # Selectors that the library is asked about later: it must know them.
    for selector in {part for rule in rules for part in list_selectors(rule)}:
        if not validate(f"{selector} open"):
            raise UnreadableHoursError(f"“{selector}” means no days")
