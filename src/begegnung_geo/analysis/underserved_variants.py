# SPDX-License-Identifier: MIT
"""The assumptions behind a flag, changed one at a time: how many people would then be within reach."""

from dataclasses import dataclass

import pandas as pd

from begegnung_geo.analysis.coverage import find_covered, find_unknown
from begegnung_geo.analysis.district_sums import DistrictIndex
from begegnung_geo.analysis.network import Floats
from begegnung_geo.assessment import Underserved
from begegnung_geo.profile import Walking


@dataclass(frozen=True, eq=False)
class Trial:
    """
    One assumption changed, and the people it leaves within reach.

    Attributes
    ----------
    dimension
        Which assumption: `speed`, `threshold`, `unknown_walks`.
    value
        What it was changed to: a factor, minutes, metres, 1 for "counted as covered".
    covered, unknown
        People by district, in the order of the `DistrictIndex`.
    """

    dimension: str
    value: float
    covered: Floats
    unknown: Floats

    @property
    def key(self) -> str:
        """Name of the variant: `speed_0.9`."""
        return f"{self.dimension}_{self.value:g}"


def count_people(
    demand: pd.DataFrame, index: DistrictIndex, *, reach_m: float, step_free: bool
) -> tuple[Floats, Floats]:
    """Return the people within reach, and those with an unknown walk, by district."""
    persons = demand["persons"].to_numpy(dtype=float)
    is_covered = find_covered(demand, reach_m=reach_m, step_free=step_free)
    is_unknown = find_unknown(demand, reach_m=reach_m) & ~is_covered
    return index.sum(persons * is_covered), index.sum(persons * is_unknown)


def build_trials(
    demand: pd.DataFrame, index: DistrictIndex, *, walking: Walking, rule: Underserved
) -> list[Trial]:
    """
    Count the people within reach for every variant of the profile.

    Parameters
    ----------
    demand
        Table `demand`.
    index
        Its districts.
    walking
        Profiles and thresholds.
    rule
        The rule and its variants: other walking speeds, other times, and - where some
        walk is unknown - all unknown walks counted as within reach.

    Returns
    -------
    trials
        In the order in which pages name them.
    """
    speed = walking.profiles[rule.profile]
    metres_a_minute = speed.speed_m_s * 60

    def try_reach(dimension: str, value: float, minutes: float) -> Trial:
        counted = count_people(demand, index, reach_m=metres_a_minute * minutes, step_free=speed.step_free)
        return Trial(dimension, value, *counted)

    trials = [
        try_reach("speed", factor, factor * rule.threshold_min) for factor in rule.variants.speed_factors
    ]
    trials += [try_reach("threshold", minutes, minutes) for minutes in rule.variants.thresholds_min]
    usual = try_reach("unknown_walks", 1.0, rule.threshold_min)
    if usual.unknown.any():
        trials.append(Trial("unknown_walks", 1.0, usual.covered + usual.unknown, usual.unknown * 0))
    return trials
