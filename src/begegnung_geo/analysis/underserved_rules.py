# SPDX-License-Identifier: MIT
"""The rules of the profile, applied to the figures of all districts at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from begegnung_geo.analysis.network import Bools, Floats, Ints
from begegnung_geo.assessment import Condition, Measure, Underserved

_DECIMALS = 9  # shares that differ by less are equal: sums in another order must not decide


@dataclass(frozen=True, eq=False)
class Verdict:
    """
    What the rules say; the last axis is the district, earlier ones are trials.

    Attributes
    ----------
    is_underserved
        `required` holds, and at least one rule.
    holds
        Rule -> whether it holds; never without `required`.
    """

    is_underserved: Bools
    holds: Mapping[str, Bools]


def judge_districts(measures: Mapping[Measure, Floats], *, rule: Underserved) -> Verdict:
    """
    Apply the profile's rules.

    Parameters
    ----------
    measures
        Measure -> figures, the last axis one entry a district. A figure that is not
        known (NaN) meets no condition: nobody is flagged on what nobody knows.
    rule
        The profile's rules. `required` and the conditions of one rule must all hold;
        one rule is enough.
    """
    is_required = _meets_all(measures, rule.required)
    holds = {name: is_required & _meets_all(measures, conditions) for name, conditions in rule.rules.items()}
    return Verdict(is_underserved=np.logical_or.reduce(list(holds.values())), holds=holds)


def measure_shares(covered: Floats, persons: Floats) -> Floats:
    """Return `covered / persons` at most 1, NaN where nobody lives."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(persons > 0, covered / persons, np.nan)
    return np.round(np.minimum(share, 1.0), _DECIMALS).astype(np.float64)


def measure_medians(share: Floats, level: Ints) -> tuple[Floats, Floats]:
    """
    Return the median share and the median absolute deviation of each district's level.

    Every district where people live counts once. NaN where nobody lives on the level.
    """
    median, deviation = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    for number in np.unique(level):
        members = np.flatnonzero((level == number) & ~np.isnan(share).reshape(-1, len(level)).all(axis=0))
        if not len(members):
            continue
        middle = np.median(share[..., members], axis=-1, keepdims=True)
        spread = np.median(np.abs(share[..., members] - middle), axis=-1, keepdims=True)
        of_level = level == number
        median[..., of_level], deviation[..., of_level] = middle, spread
    return median, np.round(deviation, _DECIMALS)


def measure_mads_below_median(share: Floats, level: Ints, *, districts_min: int) -> Floats:
    """
    Return how many median absolute deviations a share lies below the median of its level.

    Negative above the median. Where the deviation is 0 - at least half of the
    districts have the median itself - every lower share is infinitely far below. NaN
    on a level with fewer than `districts_min` districts where people live.
    """
    median, deviation = measure_medians(share, level)
    below = np.round(median - share, _DECIMALS)
    with np.errstate(divide="ignore", invalid="ignore"):
        mads: Floats = np.where(below == 0, 0.0, below / deviation)
    is_peopled = (~np.isnan(share)).reshape(-1, len(level)).all(axis=0)
    count = np.bincount(level, weights=is_peopled, minlength=1)[level]
    return np.where(np.isnan(below) | (count < districts_min), np.nan, mads)


def _meets_all(measures: Mapping[Measure, Floats], conditions: Mapping[Measure, Condition]) -> Bools:
    some = next(iter(measures.values()))
    met = np.ones(some.shape, dtype=bool)
    for measure, condition in conditions.items():
        met = met & _meets(measures[measure], condition)
    return met


def _meets(figures: Floats, condition: Condition) -> Bools:
    if condition.below is not None:
        return np.asarray(figures < condition.below)
    if condition.above is not None:
        return np.asarray(figures > condition.above)
    return np.asarray(figures >= (condition.at_least or 0.0))
