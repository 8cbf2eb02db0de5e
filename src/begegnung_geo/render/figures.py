# SPDX-License-Identifier: MIT
"""Figures fit for publication: small numbers hidden, the rest rounded, doubt kept visible."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from begegnung_geo.profile import Profile, Publication
from begegnung_geo.render.text import Words

_RANGE_FROM = 0.01  # a spread above one percentage point is told as a range
_PROSE_DIGITS = 3
_ESTIMATE_DIGITS = 2

Status = Literal["known", "range", "no_statement", "no_people", "few_people"]


@dataclass(frozen=True)
class Reach:
    """How many people of an area reach a counted place, and how sure that is."""

    profile: str
    threshold_min: int
    status: Status
    persons: float = 0.0
    persons_covered: float = 0.0
    persons_unknown: float = 0.0
    share_low: float = 0.0
    share_high: float = 0.0

    @property
    def persons_beyond(self) -> float:
        """People who are known to live farther away."""
        return max(self.persons - self.persons_covered - self.persons_unknown, 0.0)

    @property
    def has_share(self) -> bool:
        """Whether a percentage may be shown."""
        return self.status in ("known", "range")


def find_reach(coverage: pd.DataFrame, use: tuple[str, int], *, profile: Profile) -> Reach:
    """
    Return the statement of one walking profile and threshold.

    Parameters
    ----------
    coverage
        Rows of `coverage` of one district, or the table `city_coverage`.
    use
        Walking profile and threshold in minutes.

    Returns
    -------
    reach
        `no_people` where no row, no person or no share is known; `few_people` below
        `publication.share_base_min`; `no_statement` where more than
        `coverage.unknown_share_max` of the people have no known distance; `range` where
        the unknown ones matter by more than one percentage point.
    """
    walking_profile, threshold_min = use
    is_wanted = (coverage["profile"] == walking_profile) & (coverage["threshold_min"] == threshold_min)
    rows: list[dict[Any, Any]] = coverage[is_wanted].to_dict("records")
    if not rows or rows[0]["persons"] <= 0 or pd.isna(rows[0]["covered_share"]):
        return Reach(walking_profile, threshold_min, "no_people")
    row = rows[0]
    low, high = float(row["covered_share"]), float(row["covered_share_max"])
    return Reach(
        walking_profile,
        threshold_min,
        _judge(row, high - low, profile=profile),
        persons=float(row["persons"]),
        persons_covered=float(row["persons_covered"]),
        persons_unknown=float(row["persons_unknown"]),
        share_low=low,
        share_high=high,
    )


def _judge(row: dict[Any, Any], spread: float, *, profile: Profile) -> Status:
    if row["persons"] < profile.publication.share_base_min:
        return "few_people"
    if row["persons_unknown"] / row["persons"] > profile.coverage.unknown_share_max:
        return "no_statement"
    return "range" if round(spread, 6) > _RANGE_FROM else "known"


def format_persons(persons: float, *, publication: Publication, words: Words) -> str:
    """Return a number of people for a table: rounded to `round_to`, small ones hidden."""
    if 0 < persons < publication.suppress_below:
        return words.say("persons.few", limit=words.number(publication.suppress_below))
    return words.number(publish_persons(persons, publication=publication))


def publish_persons(persons: float, *, publication: Publication) -> int:
    """Return a number of people rounded to `round_to`, 0 for those below `suppress_below`."""
    return 0 if persons < publication.suppress_below else _round_to(persons, publication.round_to)


def format_persons_prose(
    persons: float, *, publication: Publication, words: Words, is_estimated: bool = False
) -> str:
    """Return a number of people for a sentence: three digits that count, two of an estimate."""
    if 0 < persons < publication.suppress_below:
        return words.say("persons.few", limit=words.number(publication.suppress_below))
    digits = math.floor(math.log10(persons)) + 1 if persons >= 1 else 1
    spare = digits - (_ESTIMATE_DIGITS if is_estimated else _PROSE_DIGITS)
    return words.number(_round_to(persons, max(publication.round_to, 10 ** max(spare, 0))))


def format_share(reach: Reach, *, words: Words) -> str:
    """Return `61 %`, `60 bis 64 %`, or the words that say why there is no share."""
    if reach.status == "known":
        return words.share(reach.share_low)
    if reach.status == "range":
        low, high = format_range(reach, words=words)
        return words.say("share.range", low=low, high=high)
    return words.say(f"share.{reach.status}")


def format_range(reach: Reach, *, words: Words) -> tuple[str, str]:
    """Return the ends of a range, widened to whole percent: `60` and `64 %`."""
    low, high = (round(share * 100, 6) for share in (reach.share_low, reach.share_high))
    return words.number(math.floor(low)), words.share(math.ceil(high) / 100)


def format_speed(profile: Profile, walking_profile: str, *, words: Words) -> str:
    """Return the speed of a walking profile in km/h with one decimal."""
    return words.number(profile.walking.profiles[walking_profile].speed_m_s * 3.6, decimals=1)


def _round_to(value: float, step: int) -> int:
    return round(value / step) * step
