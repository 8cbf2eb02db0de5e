# SPDX-License-Identifier: MIT
"""Published figures in words: what is hidden stays hidden, doubt is kept visible."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from begegnung_geo.profile import Profile, Publication
from begegnung_geo.render.text import Words, clean_text

_RANGE_FROM = 0.01  # a spread above one percentage point is told as a range
_PROSE_DIGITS = 3
_ESTIMATE_DIGITS = 2
_ALL = 100  # percent
_COUNTS = ("persons", "persons_covered", "persons_unknown", "persons_beyond")

Status = Literal["known", "range", "no_statement", "no_people", "few_people"]


@dataclass(frozen=True)
class Reach:
    """
    How many people of an area reach a counted place, and how sure that is.

    A count that is hidden (some people, but few) is NaN; it is not 0. The share then is
    an interval: `share_low` to `share_high` of a `known` one.
    """

    profile: str
    threshold_min: int
    status: Status
    persons: float = 0.0
    persons_covered: float = 0.0
    persons_unknown: float = 0.0
    persons_beyond: float = 0.0
    share_low: float = 0.0
    share_high: float = 0.0

    @property
    def is_anybody_covered(self) -> bool:
        """Whether at least one person is within reach, also where the number is hidden."""
        return self.persons_covered != 0

    @property
    def is_everybody_known(self) -> bool:
        """Whether nobody's walk is unknown."""
        return self.persons_unknown == 0

    @property
    def is_nobody_beyond(self) -> bool:
        """Whether nobody at all is known to live farther away."""
        return self.persons_beyond == 0

    @property
    def are_few_beyond(self) -> bool:
        """Whether some people live farther away, but so few that the number is hidden."""
        return math.isnan(self.persons_beyond)

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
        Rows of `published_coverage` of one district, or the table `published_city_coverage`.
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
    if not rows or rows[0]["persons"] == 0:
        return Reach(walking_profile, threshold_min, "no_people")
    row = rows[0]
    # Few are covered: the share is hidden with them, only its upper end is told.
    low = 0.0 if math.isnan(row["persons_covered"]) else float(row["covered_share"])
    high = float(row["covered_share_max"])
    return Reach(
        walking_profile,
        threshold_min,
        _judge(row, high - low, profile=profile),
        **{name: float(row[name]) for name in _COUNTS},
        share_low=low,
        share_high=high,
    )


def _judge(row: dict[Any, Any], spread: float, *, profile: Profile) -> Status:
    if not row["persons"] >= profile.publication.share_base_min:
        return "few_people"
    if row["persons_unknown"] / row["persons"] > profile.coverage.unknown_share_max:
        return "no_statement"
    if math.isnan(spread):
        return "no_people"
    is_wide = round(spread, 6) > _RANGE_FROM
    return "range" if is_wide and row["persons_unknown"] > 0 else "known"


def format_persons(persons: float, *, publication: Publication, words: Words) -> str:
    """Return a published number of people for a table; NaN and small ones are hidden."""
    if _is_few(persons, publication):
        return words.say("persons.few", limit=words.number(publication.suppress_below))
    return words.number(_round_to(persons, publication.round_to))


def rank_persons(persons: float) -> int:
    """Return a published number of people to sort by, 0 where it is hidden."""
    return 0 if math.isnan(persons) else round(persons)


def format_persons_prose(
    persons: float, *, publication: Publication, words: Words, is_estimated: bool = False
) -> str:
    """Return a number of people for a sentence: three digits that count, two of an estimate."""
    if _is_few(persons, publication):
        return words.say("persons.few", limit=words.number(publication.suppress_below))
    digits = math.floor(math.log10(persons)) + 1 if persons >= 1 else 1
    spare = digits - (_ESTIMATE_DIGITS if is_estimated else _PROSE_DIGITS)
    return words.number(_round_to(persons, max(publication.round_to, 10 ** max(spare, 0))))


def format_share(reach: Reach, *, publication: Publication, words: Words) -> str:
    """Return `61 %`, `60 bis 64 %`, `unter 1 %`, or the words that say why there is no share."""
    if reach.status == "range":
        low, high = format_range(reach, words=words)
        return words.say("share.range", low=low, high=high)
    if reach.status != "known":
        return words.say(f"share.{reach.status}")
    if math.isnan(reach.persons_covered):
        return format_part(reach.persons_covered, reach.persons, publication=publication, words=words)
    is_anybody_else = not (reach.is_nobody_beyond and reach.is_everybody_known)
    if is_anybody_else and round(reach.share_low * 100) == _ALL:
        least = max(math.floor((reach.share_low - publication.suppress_below / reach.persons) * 100), 0)
        return words.say("share.above", share=words.share(least / 100))
    return words.share(reach.share_low)


def format_part(part: float, persons: float, *, publication: Publication, words: Words) -> str:
    """Return a part of a number of people in percent; of a hidden part (NaN) what it is less than."""
    if math.isnan(part):
        percent = min(math.ceil(publication.suppress_below / persons * 100), _ALL)
        return words.say("share.below", share=words.share(percent / 100))
    return words.share(part / persons)


def format_range(reach: Reach, *, words: Words) -> tuple[str, str]:
    """Return the ends of a range, widened to whole percent: `60` and `64 %`."""
    low, high = (round(share * 100, 6) for share in (reach.share_low, reach.share_high))
    return words.number(math.floor(low)), words.share(math.ceil(high) / 100)


def name_walkers(profile: Profile, walking_profile: str, *, words: Words) -> str:
    """Return the name of a walking profile: the given one, else that of the shipped words, else its key."""
    if given := find_given_name(profile, walking_profile, words=words):
        return given
    key = f"profile.{walking_profile}"
    return words.say(key) if words.has(key) else clean_text(walking_profile)


def find_given_name(profile: Profile, walking_profile: str, *, words: Words) -> str:
    """Return the name that somebody gave a walking profile in the TOML; empty where nobody did."""
    walkers = profile.walking.profiles.get(walking_profile)
    return clean_text(walkers.label[words.language != "de"]) if walkers else ""


def format_speed(profile: Profile, walking_profile: str, *, words: Words) -> str:
    """Return the speed of a walking profile in km/h with one decimal."""
    return words.number(profile.walking.profiles[walking_profile].speed_m_s * 3.6, decimals=1)


def _is_few(persons: float, publication: Publication) -> bool:
    return math.isnan(persons) or 0 < persons < publication.suppress_below


def _round_to(value: float, step: int) -> int:
    return round(value / step) * step
