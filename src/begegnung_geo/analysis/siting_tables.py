# SPDX-License-Identifier: MIT
"""The tables about Potenzialräume: what each would add, which ones together, and how sure the order is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from begegnung_geo.analysis.coverage import find_covered
from begegnung_geo.analysis.network import Bools, Floats
from begegnung_geo.analysis.siting import (
    SitingProblem,
    build_siting_problem,
    measure_gain,
    measure_minutes_saved,
    measure_own_gain,
)
from begegnung_geo.analysis.siting_doubts import SitingTrial
from begegnung_geo.analysis.siting_solvers import (
    Choice,
    Conditions,
    choose_fewest,
    choose_greedily,
    choose_most_covered,
    choose_most_saved,
)
from begegnung_geo.analysis.walk_matrix import WalkMatrix, lengthen_walks, look_up_walks, measure_walk_matrix
from begegnung_geo.analysis.ways import ANY_GROUND, STEP_FREE, Ways
from begegnung_geo.crs import require_crs
from begegnung_geo.errors import SitingError
from begegnung_geo.profile import Headline, Siting, Walking
from begegnung_geo.schema import build_empty

PEOPLE, NEED, MINUTES, FEWEST = "people", "need", "minutes", "fewest"
"""What a choice is the best of: people reached, people times need, minutes saved, fewest places."""

_GROUP = "persons_"
_LIKELY_SHARE = 0.7
_EQUAL = 1e-6


@dataclass(frozen=True, eq=False)
class SitingGround:
    """
    Everything the questions about Potenzialräume share: one search a network.

    `candidates` are sorted by id and stand at their doors; `matrices` holds, with and
    without steps, the walks of all homes to all candidates up to the longest reach.
    """

    demand: pd.DataFrame
    candidates: gpd.GeoDataFrame
    matrices: Mapping[bool, WalkMatrix]
    walking: Walking

    def pose(
        self,
        profile: str,
        reach_m: float,
        *,
        weight: Floats | None = None,
        is_covered: Bools | None = None,
    ) -> SitingProblem:
        """Return who could be brought within `reach_m`; `is_covered` instead of those who are today."""
        step_free = self.walking.profiles[profile].step_free
        if weight is None:
            weight = self.demand["persons"].to_numpy(dtype=np.float64)
        if is_covered is None:
            is_covered = find_covered(self.demand, reach_m=reach_m, step_free=step_free)
        return build_siting_problem(self.matrices[step_free], weight, is_covered, reach_m=reach_m)

    def walk_m(self, profile: str) -> Floats:
        """Return the walk to the nearest existing place, infinite where none is known."""
        step_free = self.walking.profiles[profile].step_free
        column = "walk_distance_step_free_m" if step_free else "walk_distance_m"
        return self.demand[column].fillna(np.inf).to_numpy(dtype=np.float64)


def survey_ground(
    demand: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    *,
    ways: Ways,
    walking: Walking,
    reach_factor_max: float = 1.0,
) -> SitingGround:
    """
    Measure the walks from all homes to all candidates, once with and once without steps.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    candidates
        Potential places at their doors: Point, the same CRS.
    ways
        The walk network in memory, the same CRS.
    walking
        Profiles, thresholds and snapping.
    reach_factor_max
        Look so many times farther than the longest reach of all profiles.

    Raises
    ------
    CrsError
        If the tables are not in the same CRS.
    """
    for layer, name in ((demand, "table demand"), (candidates, "potential places")):
        require_crs(layer, ways.crs or "", name=name)
    ordered = candidates.sort_values("begegnungsort_id", kind="stable", ignore_index=True)
    longest_m = walking.list_reaches()[-1]
    homes, doors = ways.snap(demand.geometry), ways.snap(ordered.geometry)
    reach_m = longest_m * reach_factor_max
    everyone, step_free = (
        measure_walk_matrix(homes.on(footing), doors.on(footing), ways.network(footing), reach_m=reach_m)
        for footing in (ANY_GROUND, STEP_FREE)
    )
    # As in `coverage`: nobody walks shorter without steps than on any ground, to an existing place or this.
    today_m = demand["walk_distance_m"].fillna(np.inf).to_numpy(dtype=np.float64)[step_free.point]
    least_m = np.minimum(look_up_walks(everyone, step_free), today_m)
    matrices = {False: everyone, True: lengthen_walks(step_free, least_m, reach_m=reach_m)}
    return SitingGround(demand, ordered, matrices, walking)


def build_siting_gains(ground: SitingGround, underserved: pd.DataFrame) -> pd.DataFrame:
    """
    Say what each candidate alone would add, for every walking profile and threshold.

    Parameters
    ----------
    ground
        Homes, candidates and the walks between them.
    underserved
        Table `underserved`: which districts a candidate would help.

    Returns
    -------
    siting_gains
        Table `siting_gains`, by candidate, profile and threshold. People whose walk to an
        existing place is unknown count as not reached today.
    """
    groups = [str(name) for name in ground.demand.columns if str(name).startswith(_GROUP)]
    flagged = underserved[underserved["is_underserved"]]
    parts = []
    for profile, walker in sorted(ground.walking.profiles.items()):
        matrix, walk_m = ground.matrices[walker.step_free], ground.walk_m(profile)
        persons = ground.demand["persons"].to_numpy(dtype=np.float64)
        saved = measure_minutes_saved(matrix, persons, walk_m, speed_m_s=walker.speed_m_s)
        for threshold_min in ground.walking.thresholds_min:
            reach_m = ground.walking.reach_m(profile, threshold_min)
            problem = ground.pose(profile, reach_m)
            columns = {
                "begegnungsort_id": ground.candidates["begegnungsort_id"],
                "profile": profile,
                "threshold_min": threshold_min,
                "persons_added": measure_gain(problem),
                "persons_own": measure_own_gain(problem),
                "minutes_saved": saved,
                "underserved_districts": _list_helped(ground, problem, flagged),
            }
            parts.append(
                pd.DataFrame(columns | _count_groups(ground, profile, reach_m=reach_m, groups=groups))
            )
    keys = ["begegnungsort_id", "profile", "threshold_min"]
    return pd.concat(parts, ignore_index=True).sort_values(keys, kind="stable", ignore_index=True)


def build_siting_choices(
    ground: SitingGround,
    need: Floats,
    *,
    headlines: Sequence[Headline],
    siting: Siting,
    objectives: Collection[str] = (PEOPLE, NEED, MINUTES, FEWEST),
) -> pd.DataFrame:
    """
    Say which candidates together do most, for 1 to `siting.places_max` places.

    Parameters
    ----------
    need
        Need of each home's district, 0-1, NaN where it is not known (then the mean counts).
    headlines
        Profiles and thresholds to answer for.
    siting
        What must and must not be opened, budget, and time for one answer.
    objectives
        What to answer for; all by default.

    Returns
    -------
    siting_choices
        Table `siting_choices`; without rows where there is no candidate.

    Raises
    ------
    SitingError
        If a candidate is not known, or the conditions contradict each other.
    """
    conditions = _read_conditions(ground.candidates, siting)
    if not len(ground.candidates):
        return build_empty("siting_choices", crs="")
    rows = [
        row
        for headline in headlines
        for row in _answer(
            ground, need, headline, conditions=conditions, siting=siting, objectives=objectives
        )
    ]
    columns = [
        "profile", "threshold_min", "objective", "place_count", "begegnungsort_ids", "gain", "bound", "gap",
        "greedy_gain",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def build_siting_ranks(
    ground: SitingGround, trials: Sequence[SitingTrial], *, headline: Headline, siting: Siting
) -> pd.DataFrame:
    """
    Rank the candidates by the people they add, and say how the rank moves with the assumptions.

    Parameters
    ----------
    trials
        From `siting_doubts.list_siting_trials`, homes in the order of the ground; where places are
        drawn at random, the mean of the draws is ranked.
    headline
        Profile and threshold of the ranking.
    siting
        `places_max`: who is among the first.

    Returns
    -------
    siting_ranks
        Table `siting_ranks`, best first. Equal gains share the better rank. `stability` is
        `robust` where the candidate is (or is not) among the first `places_max` in all
        trials, `likely` in at least 70 %, else `fragile`.
    """
    ids = ground.candidates["begegnungsort_id"]
    gains = [_measure_trial(ground, trial, profile=headline.profile) for trial in trials]
    ranks = pd.DataFrame(
        {trial: pd.Series(-np.round(gain, 6)).rank(method="min") for trial, gain in enumerate(gains)}
    ).astype("int64")
    is_first = ranks.le(siting.places_max) & pd.DataFrame(dict(enumerate(gains))).gt(0)
    is_same = is_first.eq(is_first[0], axis=0)
    agreement = is_same.mean(axis=1)
    stability = np.select([agreement >= 1.0, agreement >= _LIKELY_SHARE], ["robust", "likely"], "fragile")
    table = pd.DataFrame(
        {
            "begegnungsort_id": ids,
            "rank": ranks[0],
            "rank_low": ranks.min(axis=1),
            "rank_high": ranks.max(axis=1),
            "trials_agreeing": is_same.sum(axis=1),
            "trials": len(gains),
            "stability": pd.Series(stability, dtype="str"),
        }
    )
    return table.sort_values(["rank", "begegnungsort_id"], kind="stable", ignore_index=True)


def _measure_trial(ground: SitingGround, trial: SitingTrial, *, profile: str) -> Floats:
    gains = [
        measure_gain(ground.pose(profile, trial.reach_m, is_covered=is_covered))
        for is_covered in trial.is_covered
    ]
    mean: Floats = np.mean(gains, axis=0)
    return mean


def _answer(
    ground: SitingGround,
    need: Floats,
    headline: Headline,
    *,
    conditions: Conditions,
    siting: Siting,
    objectives: Collection[str],
) -> Iterator[tuple[object, ...]]:
    profile, threshold_min = headline.profile, headline.threshold_min
    reach_m = ground.walking.reach_m(profile, threshold_min)
    persons = ground.demand["persons"].to_numpy(dtype=np.float64)
    mean = np.nanmean(need) if np.isfinite(need).any() else 1.0
    weights = {PEOPLE: persons, NEED: persons * np.where(np.isfinite(need), need, mean)}
    limit_s = siting.time_limit_s
    for objective, weight in ((key, weights[key]) for key in weights if key in objectives):
        problem, before = ground.pose(profile, reach_m, weight=weight), -1.0
        for count in range(max(1, int(conditions.is_required.sum())), siting.places_max + 1):
            asked = _allow(conditions, count)
            best = choose_most_covered(problem, asked, time_limit_s=limit_s)
            if best.gain <= before + _EQUAL:
                break  # one more place reaches nobody else
            before, greedy = best.gain, choose_greedily(problem, asked)
            yield (profile, threshold_min, objective, *_tell(ground, best), greedy.gain)
    if FEWEST in objectives:
        fewest = choose_fewest(ground.pose(profile, reach_m), conditions, time_limit_s=limit_s)
        yield (profile, threshold_min, FEWEST, *_tell(ground, fewest), np.nan)
    if MINUTES in objectives:
        saved, asked = _list_saved(ground, profile), _allow(conditions, siting.places_max)
        most = choose_most_saved(saved, asked, time_limit_s=limit_s)
        yield (profile, threshold_min, MINUTES, *_tell(ground, most), np.nan)


def _tell(ground: SitingGround, choice: Choice) -> tuple[object, ...]:
    ids = ground.candidates["begegnungsort_id"].iloc[choice.chosen].tolist()
    return len(ids), ids, choice.gain, choice.bound, choice.gap


def _allow(conditions: Conditions, count: int) -> Conditions:
    return Conditions(
        count, conditions.is_required, conditions.is_forbidden, conditions.cost, conditions.budget
    )


def _read_conditions(candidates: gpd.GeoDataFrame, siting: Siting) -> Conditions:
    ids = candidates["begegnungsort_id"]
    unknown = sorted({*siting.must, *siting.must_not, *siting.cost} - set(ids))
    if unknown:
        raise SitingError(
            f"{len(unknown)} places of [siting] are no Potenzialraum of this city",
            where=", ".join(unknown[:5]),
            hint="take ids from the column begegnungsort_id of downloads/begegnungsorte.csv",
        )
    cost = np.asarray(ids.map(siting.cost).fillna(siting.cost_default), dtype=np.float64)
    return Conditions(
        place_count_max=siting.places_max,
        is_required=ids.isin(siting.must).to_numpy(dtype=bool),
        is_forbidden=ids.isin(siting.must_not).to_numpy(dtype=bool),
        cost=cost,
        budget=siting.budget,
    )


def _list_saved(ground: SitingGround, profile: str) -> csr_array:
    # Person-minutes a pair of home and candidate; homes alike are not grouped: each has its own walk.
    walker = ground.walking.profiles[profile]
    matrix, walk_m = ground.matrices[walker.step_free], ground.walk_m(profile)
    point = matrix.point
    persons = ground.demand["persons"].to_numpy(dtype=np.float64)[point]
    saved_m = np.where(np.isfinite(walk_m[point]), walk_m[point] - matrix.distance_m, 0.0)
    minutes = persons * np.maximum(saved_m, 0.0) / (walker.speed_m_s * 60)
    is_saving = minutes > 0
    shape = (matrix.point_count, matrix.place_count)
    return csr_array((minutes[is_saving], (point[is_saving], matrix.place[is_saving])), shape=shape)


def _count_groups(
    ground: SitingGround, profile: str, *, reach_m: float, groups: Sequence[str]
) -> dict[str, Floats]:
    return {
        f"persons_added_{group.removeprefix(_GROUP)}": measure_gain(
            ground.pose(profile, reach_m, weight=ground.demand[group].fillna(0.0).to_numpy(dtype=np.float64))
        )
        for group in groups
    }


def _list_helped(ground: SitingGround, problem: SitingProblem, flagged: pd.DataFrame) -> list[list[str]]:
    # Under-served districts in which somebody would be newly within reach, as `level:id`.
    helped: list[list[str]] = [[] for _ in range(problem.candidate_count)]
    for level, district_id in flagged[["level", "district_id"]].itertuples(index=False):
        is_here: Bools = (ground.demand[f"district_id_{level}"] == district_id).to_numpy(dtype=bool)
        group = problem.group_of_home[is_here]
        present = np.zeros(problem.reaches.shape[0])
        present[group[group >= 0]] = 1.0
        for candidate in np.flatnonzero(problem.reaches.T @ present).tolist():
            helped[candidate].append(f"{level}:{district_id}")
    return helped
