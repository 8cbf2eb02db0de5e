# SPDX-License-Identifier: MIT
"""The assumptions behind a flag, changed one at a time: how many people would then be within reach."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from begegnung_geo.analysis.coverage import find_covered, find_unknown
from begegnung_geo.analysis.district_sums import DistrictIndex
from begegnung_geo.analysis.network import Floats
from begegnung_geo.assessment import Underserved
from begegnung_geo.profile import Walking


@dataclass(frozen=True, eq=False)
class Trial:
    """
    The figures of all districts under one set of assumptions.

    Attributes
    ----------
    dimension
        Which assumption is changed: `speed`, `threshold`, `unknown_walks`, `need_unknown`.
    value
        What it is changed to: a factor, minutes, 1 for "counted as covered" and "highest".
    covered, unknown
        People within reach, and with an unknown walk, by district.
    need
        Need index by district, NaN where there is none.
    """

    dimension: str
    value: float
    covered: Floats
    unknown: Floats
    need: Floats

    @property
    def key(self) -> str:
        """Name of the variant: `speed_0.9`."""
        return f"{self.dimension}_{self.value:g}"


@dataclass(frozen=True, eq=False)
class Experiment:
    """What all trials share: the homes and their districts, the need as a range, the rule."""

    demand: pd.DataFrame
    index: DistrictIndex
    need_low: Floats
    need_high: Floats
    rule: Underserved
    speed_m_s: float
    step_free: bool

    def count(self, dimension: str, value: float, minutes: float) -> Trial:
        """Return the trial with a walk of so many minutes at the profile's speed."""
        reach_m = self.speed_m_s * 60 * minutes
        persons = self.demand["persons"].to_numpy(dtype=np.float64)
        is_covered = find_covered(self.demand, reach_m=reach_m, step_free=self.step_free)
        is_unknown = find_unknown(self.demand, reach_m=reach_m, step_free=self.step_free)
        covered, unknown = self.index.sum(persons * is_covered), self.index.sum(persons * is_unknown)
        return Trial(dimension, value, covered, unknown, self.need_low)


def plan_experiment(
    demand: pd.DataFrame, index: DistrictIndex, need: pd.DataFrame, *, walking: Walking, rule: Underserved
) -> Experiment:
    """
    Lay out what the trials need.

    Parameters
    ----------
    demand
        Table `demand`.
    index
        Its districts.
    need
        Table `need`; districts without a row have no index.
    walking
        Profiles and thresholds.
    rule
        The rules and their variants.
    """
    keys = ["level", "district_id"]
    of_district = index.districts.merge(need, on=keys, how="left", validate="one_to_one")
    profile = walking.profiles[rule.profile]
    return Experiment(
        demand=demand,
        index=index,
        need_low=of_district["need_index_low"].to_numpy(dtype=np.float64),
        need_high=of_district["need_index_high"].to_numpy(dtype=np.float64),
        rule=rule,
        speed_m_s=profile.speed_m_s,
        step_free=profile.step_free,
    )


def count_usual(experiment: Experiment) -> Trial:
    """Return the figures that the flag rests on: no assumption changed, unknown need at its lowest."""
    return experiment.count("", 0.0, experiment.rule.threshold_min)


def build_trials(experiment: Experiment) -> list[Trial]:
    """
    Return the figures for every variant of the profile, one assumption changed in each.

    Other walking speeds, other times; where some walk is unknown, all unknown walks
    counted as within reach; where some need is unknown, need as high as it can be.
    """
    rule, usual = experiment.rule, count_usual(experiment)
    trials = [
        experiment.count("speed", factor, factor * rule.threshold_min)
        for factor in rule.variants.speed_factors
    ]
    trials += [experiment.count("threshold", minutes, minutes) for minutes in rule.variants.thresholds_min]
    if usual.unknown.any():
        reached = usual.covered + usual.unknown
        trials.append(
            replace(usual, dimension="unknown_walks", value=1.0, covered=reached, unknown=usual.unknown * 0)
        )
    if (experiment.need_high > experiment.need_low).any():
        trials.append(replace(usual, dimension="need_unknown", value=1.0, need=experiment.need_high))
    return trials
