# SPDX-License-Identifier: MIT
"""The assumptions behind a flag, changed one at a time: how many people would then be within reach."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.coverage import find_covered, find_unknown
from begegnung_geo.analysis.district_sums import DistrictIndex
from begegnung_geo.analysis.missing_places import draw_missing
from begegnung_geo.analysis.network import Bools, Floats
from begegnung_geo.analysis.snap_variants import apply_snap_variant
from begegnung_geo.assessment import Underserved
from begegnung_geo.profile import Walking


@dataclass(frozen=True, eq=False)
class Trial:
    """
    The figures of all districts under one set of assumptions.

    Attributes
    ----------
    dimension
        Which assumption is changed: `speed`, `threshold`, `leg`, `unknown_walks`,
        `unknown_hours`, `missing_places`, `need_unknown`.
    value
        What it is changed to: a factor, minutes, metres, number of places, 1 for
        "counted as covered", "as closed" and "highest".
    covered, unknown
        People within reach, and with an unknown walk, by district; where something is
        drawn at random one row a draw.
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
class Doubts:
    """
    What is not known for sure beside the walks themselves.

    Attributes
    ----------
    need
        Table `need`.
    snap_variants
        Table `snap_variants`.
    missing_counts
        How many places may exist that no source names; empty where nobody can tell.
    open_walks
        Table `open_walks` of the same homes in the same order; without moments nobody
        knows of opening hours.
    """

    need: pd.DataFrame
    snap_variants: pd.DataFrame
    open_walks: pd.DataFrame
    missing_counts: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Experiment:
    """What all trials share: the homes and their districts, the need as a range, the rule."""

    demand: gpd.GeoDataFrame
    index: DistrictIndex
    doubts: Doubts
    need_low: Floats
    need_high: Floats
    rule: Underserved
    speed_m_s: float
    step_free: bool

    def find(self, demand: pd.DataFrame, minutes: float) -> tuple[Bools, Bools]:
        """Return who is within so many minutes at the profile's speed, and of whom nobody knows."""
        reach_m = self.reach_m(minutes)
        is_covered = find_covered(demand, reach_m=reach_m, step_free=self.step_free)
        return is_covered, find_unknown(demand, reach_m=reach_m, step_free=self.step_free)

    def count(
        self, dimension: str, value: float, *, minutes: float, demand: pd.DataFrame | None = None
    ) -> Trial:
        """Return the trial with a walk of so many minutes, from other distances where they are given."""
        walks = self.demand if demand is None else demand
        persons = walks["persons"].to_numpy(dtype=np.float64)
        covered, unknown = (self.index.sum(persons * flag) for flag in self.find(walks, minutes))
        return Trial(dimension, value, covered, unknown, self.need_low)

    def reach_m(self, minutes: float) -> float:
        """Return how far the profile walks in so many minutes, in metres."""
        return self.speed_m_s * 60 * minutes


def plan_experiment(
    demand: gpd.GeoDataFrame, index: DistrictIndex, doubts: Doubts, *, walking: Walking, rule: Underserved
) -> Experiment:
    """
    Lay out what the trials need.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    index
        Its districts.
    doubts
        What is not known for sure; districts without a row in `need` have no index.
    walking
        Profiles and thresholds.
    rule
        The rules and their variants.
    """
    keys = ["level", "district_id"]
    of_district = index.districts.merge(doubts.need, on=keys, how="left", validate="one_to_one")
    profile = walking.profiles[rule.profile]
    return Experiment(
        demand=demand,
        index=index,
        doubts=doubts,
        need_low=of_district["need_index_low"].to_numpy(dtype=np.float64),
        need_high=of_district["need_index_high"].to_numpy(dtype=np.float64),
        rule=rule,
        speed_m_s=profile.speed_m_s,
        step_free=profile.step_free,
    )


def count_usual(experiment: Experiment) -> Trial:
    """Return the figures that the flag rests on: no assumption changed, unknown need at its lowest."""
    return experiment.count("", 0.0, minutes=experiment.rule.threshold_min)


def build_trials(experiment: Experiment) -> Iterator[Trial]:
    """
    Yield the figures for every variant of the profile, one assumption changed in each.

    Other walking speeds; other times; other longest legs to a walkway, for the homes
    that `snap_variants` names; unknown walks counted as within reach; places without
    known opening hours counted as closed, where hours are known of any; the places that
    probably exist unlisted put at random where people live; need as high as it can be.
    What changes nothing anywhere - no unknown walk, no place missing - is no variant.
    """
    rule, usual = experiment.rule, count_usual(experiment)
    minutes = float(rule.threshold_min)
    for factor in rule.variants.speed_factors:
        yield experiment.count("speed", factor, minutes=factor * minutes)
    for threshold_min in rule.variants.thresholds_min:
        yield experiment.count("threshold", threshold_min, minutes=threshold_min)
    yield from _try_snapping(experiment)
    if usual.unknown.any():
        reached = usual.covered + usual.unknown
        yield replace(usual, dimension="unknown_walks", value=1.0, covered=reached, unknown=usual.unknown * 0)
    yield from _try_hours(experiment, usual)
    for count in experiment.doubts.missing_counts:
        yield _try_missing(experiment, usual, count)
    if (experiment.need_high > experiment.need_low).any():
        yield replace(usual, dimension="need_unknown", value=1.0, need=experiment.need_high)


def _try_snapping(experiment: Experiment) -> Iterator[Trial]:
    rows = experiment.doubts.snap_variants
    for limit in sorted(rows["snap_limit_m"].unique()):
        changed = apply_snap_variant(
            experiment.demand, rows, snap_limit_m=limit, step_free=experiment.step_free
        )
        yield experiment.count("leg", float(limit), minutes=experiment.rule.threshold_min, demand=changed)


def _try_hours(experiment: Experiment, usual: Trial) -> Iterator[Trial]:
    is_known_open = find_known_open(
        experiment.doubts,
        reach_m=experiment.reach_m(experiment.rule.threshold_min),
        step_free=experiment.step_free,
    )
    if not is_known_open.any():
        return
    persons = experiment.demand["persons"].to_numpy(dtype=np.float64)
    covered = experiment.index.sum(persons * is_known_open)
    if not np.array_equal(covered, usual.covered):
        yield replace(usual, dimension="unknown_hours", value=1.0, covered=covered)


def find_known_open(doubts: Doubts, *, reach_m: float, step_free: bool) -> Bools:
    """
    Return who is within reach of a place that is known to be open at some moment.

    Usually a place of unknown hours counts as open; here it does not. Nobody where no hours are known.
    """
    prefix = "open_walk_step_free_m_" if step_free else "open_walk_m_"
    moments = [name for name in doubts.open_walks.columns if str(name).startswith(prefix)]
    nearest = doubts.open_walks[moments].astype("float64").min(axis=1)
    is_open: Bools = (nearest <= reach_m).to_numpy(dtype=bool)
    return is_open


def _try_missing(experiment: Experiment, usual: Trial, count: int) -> Trial:
    demand, minutes = experiment.demand, float(experiment.rule.threshold_min)
    is_covered, is_unknown = experiment.find(demand, minutes)
    reached = draw_missing(
        demand, count=count, reach_m=experiment.reach_m(minutes), variants=experiment.rule.variants
    )
    persons = demand["persons"].to_numpy(dtype=np.float64)
    gained = np.array([experiment.index.sum(persons * (draw & ~is_covered)) for draw in reached])
    known = np.array([experiment.index.sum(persons * (draw & is_unknown)) for draw in reached])
    return replace(
        usual,
        dimension="missing_places",
        value=float(count),
        covered=usual.covered + gained,
        unknown=np.maximum(usual.unknown - known, 0.0),
    )
