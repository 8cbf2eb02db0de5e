# SPDX-License-Identifier: MIT
"""What opening potential places would add: the people each brings within reach, alone and together."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from begegnung_geo.analysis.network import Bools, Floats, Ints
from begegnung_geo.analysis.walk_matrix import WalkMatrix


@dataclass(frozen=True, eq=False)
class SitingProblem:
    """
    Who is not yet within reach, and which candidates would change that.

    Homes with the same candidates within reach are one group: no answer depends on
    which of them is which.

    Attributes
    ----------
    weight
        People (or people times need) of each group, all above 0.
    reaches
        Groups x candidates, True where the candidate is within the group's reach; no row
        is empty.
    group_of_home
        Group of each home, -1 for homes that are covered already, that nobody lives in,
        or that no candidate reaches.
    covered_weight
        What the existing places cover.
    out_of_reach_weight
        What no candidate can change.
    """

    weight: Floats
    reaches: csr_array
    group_of_home: Ints
    covered_weight: float
    out_of_reach_weight: float

    @property
    def candidate_count(self) -> int:
        """How many candidates there are, also those within nobody's reach."""
        return int(self.reaches.shape[1])


def build_siting_problem(
    matrix: WalkMatrix, weight: Floats, is_covered: Bools, *, reach_m: float
) -> SitingProblem:
    """
    Collect who could be brought within reach by which candidate.

    Parameters
    ----------
    matrix
        Homes x candidates, with walks at least up to `reach_m`.
    weight
        People (or people times need) of each home, not negative.
    is_covered
        Whether a home is within reach of an existing place.
    reach_m
        Longest walk in metres; a candidate exactly so far away covers.
    """
    is_near = matrix.distance_m <= reach_m
    point = matrix.point[is_near]
    entry = matrix.place[is_near]
    is_open = ~is_covered & (weight > 0)
    is_used = is_open[point]
    point, entry = point[is_used], entry[is_used]
    order = np.lexsort((entry, point))
    point, entry = point[order], entry[order]
    group_of_home, first = _group_homes(point, entry, home_count=matrix.point_count)
    grouped = group_of_home >= 0
    sums = np.bincount(group_of_home[grouped], weights=weight[grouped], minlength=len(first))
    starts = np.concatenate([[0], np.cumsum(np.bincount(point, minlength=matrix.point_count))])
    columns = [entry[starts[home] : starts[home + 1]] for home in first]
    indptr = np.concatenate([[0], np.cumsum([len(column) for column in columns])]).astype(np.int64)
    indices = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    shape = (len(first), matrix.place_count)
    return SitingProblem(
        weight=sums.astype(np.float64),
        reaches=csr_array((np.ones(len(indices)), indices, indptr), shape=shape),
        group_of_home=group_of_home,
        covered_weight=float(weight[is_covered].sum()),
        out_of_reach_weight=float(weight[is_open & ~grouped].sum()),
    )


def measure_gain(problem: SitingProblem) -> Floats:
    """Return what each candidate alone would bring within reach."""
    return np.asarray(problem.reaches.T @ problem.weight, dtype=np.float64)


def measure_own_gain(problem: SitingProblem) -> Floats:
    """
    Return the part of each candidate's gain that no other candidate could bring.

    The rest of `measure_gain` is overlap with its neighbours.
    """
    is_alone = np.diff(problem.reaches.indptr) == 1
    only = problem.reaches.indices[problem.reaches.indptr[:-1][is_alone]]
    return np.bincount(only, weights=problem.weight[is_alone], minlength=problem.candidate_count).astype(
        np.float64
    )


def measure_joint_gain(problem: SitingProblem, chosen: Ints) -> float:
    """Return what some candidates would bring within reach together; everybody counts once."""
    is_chosen = np.zeros(problem.candidate_count)
    is_chosen[chosen] = 1.0
    is_reached = (problem.reaches @ is_chosen) > 0
    return float(problem.weight[is_reached].sum())


def measure_minutes_saved(matrix: WalkMatrix, weight: Floats, walk_m: Floats, *, speed_m_s: float) -> Floats:
    """
    Return the person-minutes each candidate alone would save on the way to the nearest place.

    Parameters
    ----------
    matrix
        Homes x candidates; walks longer than it holds save nothing here.
    weight
        People of each home.
    walk_m
        Walk to the nearest existing place; homes without a finite one are left out, since
        nobody can say how much they would save.
    speed_m_s
        Pace.
    """
    point = matrix.point
    saved_m = np.where(np.isfinite(walk_m[point]), walk_m[point] - matrix.distance_m, 0.0)
    minutes = np.maximum(saved_m, 0.0) / (speed_m_s * 60)
    return np.bincount(matrix.place, weights=weight[point] * minutes, minlength=matrix.place_count).astype(
        np.float64
    )


def _group_homes(point: Ints, entry: Ints, *, home_count: int) -> tuple[Ints, Ints]:
    # Homes with equal candidates get the same number; groups are numbered by their first home.
    group_of_home = np.full(home_count, -1, dtype=np.int64)
    if not len(point):
        return group_of_home, np.zeros(0, dtype=np.int64)
    homes, start, counts = np.unique(point, return_index=True, return_counts=True)
    keys = [entry[a : a + n].tobytes() for a, n in zip(start.tolist(), counts.tolist(), strict=True)]
    numbers: dict[bytes, int] = {}
    for key in keys:
        numbers.setdefault(key, len(numbers))
    group = np.array([numbers[key] for key in keys], dtype=np.int64)
    group_of_home[homes] = group
    _, first = np.unique(group, return_index=True)
    return group_of_home, homes[first]
