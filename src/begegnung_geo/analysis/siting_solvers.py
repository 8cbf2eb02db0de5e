# SPDX-License-Identifier: MIT
"""
Which potential places together: exact by integer programming, quickly by greed.

Maximal covering (Church & ReVelle 1974), the fewest places that bring everybody
possible within reach (Toregas et al. 1971), and the p-median of minutes saved (Hakimi
1964), each with the existing places fixed. HiGHS through scipy solves them; where the
time runs out the proven gap is told.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from begegnung_geo.analysis.network import Bools, Floats, Ints
from begegnung_geo.analysis.siting import SitingProblem
from begegnung_geo.errors import SitingError

_CERTAIN = 0.5  # a binary above this is 1; HiGHS returns 0.9999999
_EQUAL = 1e-9
_INFEASIBLE = 2
_EXACT_PAIRS_MAX = 20_000
_ROUNDS = 400
_SLOWER = 0.97


@dataclass(frozen=True, eq=False)
class Conditions:
    """
    What a choice has to keep.

    Attributes
    ----------
    place_count_max
        Most places to open.
    cost
        Cost of each candidate in any unit, or None.
    budget
        Most that the chosen ones may cost together, or None.
    is_required, is_forbidden
        Candidates that must, or must not, be opened.
    """

    place_count_max: int
    is_required: Bools
    is_forbidden: Bools
    cost: Floats | None = None
    budget: float | None = None


@dataclass(frozen=True, eq=False)
class Choice:
    """
    Chosen candidates (positions, rising), what they gain, and how good that is for certain.

    `bound` is the most that any choice could gain; `gap` how far the gain may be from the
    best, as a share of the bound: 0 is proven best.
    """

    chosen: Ints
    gain: float
    bound: float

    @property
    def gap(self) -> float:
        """How far from the best at most, 0-1."""
        return max(self.bound - self.gain, 0.0) / self.bound if self.bound > _EQUAL else 0.0


def choose_most_covered(problem: SitingProblem, conditions: Conditions, *, time_limit_s: float) -> Choice:
    """
    Choose the candidates that bring most people within reach together.

    Raises
    ------
    SitingError
        If the conditions contradict each other.
    """
    groups, candidates = problem.reaches.shape
    _check(conditions)
    if not groups:
        return Choice(np.flatnonzero(conditions.is_required), 0.0, 0.0)
    # Variables: one a candidate (opened or not), one a group (reached or not).
    covers = hstack([-problem.reaches, eye_array(groups, format="csr")], format="csr")
    limits = _limit(conditions, width=candidates + groups)
    result = milp(
        c=np.concatenate([np.zeros(candidates), -problem.weight]),
        constraints=[LinearConstraint(covers, ub=np.zeros(groups)), *limits],
        integrality=_mark_whole(candidates, more=groups),
        bounds=_bound(conditions, more=groups),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    chosen = _read_choice(result, conditions, candidates)
    gain = _sum_reached(problem, chosen)
    return Choice(chosen, gain, max(-_read_bound(result), gain))


def choose_greedily(problem: SitingProblem, conditions: Conditions) -> Choice:
    """
    Open one candidate after another, each time the one that adds most (ties: the first).

    What must be opened comes first. Without a budget the gain is at least 63 % of the
    best one (Nemhauser, Wolsey & Fisher 1978); `bound` here is only what all candidates
    would gain together.
    """
    _check(conditions)
    columns = problem.reaches.tocsc()
    is_open = np.ones(problem.reaches.shape[0], dtype=bool)
    gain = np.asarray(problem.reaches.T @ problem.weight, dtype=np.float64)
    chosen: list[int] = []
    spent = 0.0

    def take(candidate: int) -> None:
        nonlocal spent
        chosen.append(candidate)
        spent += 0.0 if conditions.cost is None else float(conditions.cost[candidate])
        rows = columns.indices[columns.indptr[candidate] : columns.indptr[candidate + 1]]
        rows = rows[is_open[rows]]
        is_open[rows] = False
        gain[:] -= np.asarray(problem.reaches[rows].T @ problem.weight[rows])

    for candidate in np.flatnonzero(conditions.is_required).tolist():
        take(candidate)
    is_allowed = ~conditions.is_forbidden & ~conditions.is_required
    while len(chosen) < conditions.place_count_max:
        is_affordable = is_allowed & _flag_affordable(conditions, spent)
        best = np.where(is_affordable, gain, -np.inf)
        candidate = int(np.argmax(best))
        if best[candidate] <= _EQUAL:
            break
        take(candidate)
        is_allowed[candidate] = False
    members = np.sort(np.array(chosen, dtype=np.int64))
    return Choice(members, _sum_reached(problem, members), float(problem.weight.sum()))


def choose_fewest(problem: SitingProblem, conditions: Conditions, *, time_limit_s: float) -> Choice:
    """
    Choose the fewest candidates that bring everybody within reach whom any allowed one can.

    `place_count_max` and `budget` are not asked for: the answer says how many it takes.
    `gain` is what they cover; `bound` the same where the number is proven least, else
    the gap of the number of places is added to it.

    Raises
    ------
    SitingError
        If the conditions contradict each other.
    """
    allowed = problem.reaches @ (~conditions.is_forbidden).astype(np.float64) > 0
    reaches = problem.reaches[np.flatnonzero(allowed)]
    groups, candidates = reaches.shape
    required = np.flatnonzero(conditions.is_required)
    if not groups:
        return Choice(required, 0.0, 0.0)
    result = milp(
        c=np.ones(candidates),
        constraints=[LinearConstraint(reaches, lb=np.ones(groups))],
        integrality=_mark_whole(candidates, more=0),
        bounds=_bound(conditions, more=0),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    chosen = _read_choice(result, conditions, candidates)
    gain = _sum_reached(problem, chosen)
    least = max(int(np.ceil(_read_bound(result) - _EQUAL)), 1)
    return Choice(chosen, gain, gain * len(chosen) / least)


def choose_most_saved(saved: csr_array, conditions: Conditions, *, time_limit_s: float) -> Choice:
    """
    Choose the candidates that save most person-minutes on the way to the nearest place.

    Everybody goes to the place that saves most. With the existing places fixed this is
    the p-median problem: least minutes is most minutes saved. Up to 20,000 pairs of home
    and candidate are solved exactly; above that by greed, `bound` from Lagrange's
    multipliers (Cornuéjols, Fisher & Nemhauser 1977), so that the gap is told.

    Parameters
    ----------
    saved
        Homes x candidates: person-minutes saved, above 0 where an entry is stored.

    Raises
    ------
    SitingError
        If the conditions contradict each other.
    """
    _check(conditions)
    if not saved.nnz:
        return Choice(np.flatnonzero(conditions.is_required), 0.0, 0.0)
    if saved.nnz <= _EXACT_PAIRS_MAX:
        return _solve_saved(saved, conditions, time_limit_s=time_limit_s)
    chosen = _save_greedily(saved, conditions)
    gain = measure_saved(saved, chosen)
    return Choice(chosen, gain, max(_bound_saved(saved, conditions, gain=gain), gain))


def _solve_saved(saved: csr_array, conditions: Conditions, *, time_limit_s: float) -> Choice:
    homes, candidates = saved.shape
    entries = saved.tocoo()
    pairs = len(entries.data)
    # Variables: one a candidate, one a pair (this home uses this candidate, in part or whole).
    pair = np.arange(pairs)
    uses = csr_array((np.ones(pairs), (pair, pair)), shape=(pairs, pairs))
    opens = csr_array((-np.ones(pairs), (pair, entries.col)), shape=(pairs, candidates))
    once = csr_array((np.ones(pairs), (entries.row, pair)), shape=(homes, pairs))
    nothing = csr_array((homes, candidates))
    rules = vstack([hstack([opens, uses]), hstack([nothing, once])], format="csr")
    result = milp(
        c=np.concatenate([np.zeros(candidates), -entries.data]),
        constraints=[
            LinearConstraint(rules, ub=np.concatenate([np.zeros(pairs), np.ones(homes)])),
            *_limit(conditions, width=candidates + pairs),
        ],
        integrality=_mark_whole(candidates, more=pairs),
        bounds=_bound(conditions, more=pairs),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    chosen = _read_choice(result, conditions, candidates)
    gain = measure_saved(saved, chosen)
    return Choice(chosen, gain, max(-_read_bound(result), gain))


def _save_greedily(saved: csr_array, conditions: Conditions) -> Ints:
    entries, candidates = saved.tocoo(), saved.shape[1]
    best = np.zeros(saved.shape[0])
    chosen: list[int] = []
    spent = 0.0
    columns = saved.tocsc()
    is_allowed = ~conditions.is_forbidden & ~conditions.is_required
    pending = np.flatnonzero(conditions.is_required).tolist()
    while pending or len(chosen) < conditions.place_count_max:
        if pending:
            candidate = pending.pop(0)
        else:
            more = np.maximum(entries.data - best[entries.row], 0.0)
            gain = np.bincount(entries.col, weights=more, minlength=candidates)
            gain = np.where(is_allowed & _flag_affordable(conditions, spent), gain, -np.inf)
            candidate = int(np.argmax(gain))
            if gain[candidate] <= _EQUAL:
                break
            is_allowed[candidate] = False
        rows = slice(columns.indptr[candidate], columns.indptr[candidate + 1])
        home = columns.indices[rows]
        best[home] = np.maximum(best[home], columns.data[rows])
        spent += 0.0 if conditions.cost is None else float(conditions.cost[candidate])
        chosen.append(candidate)
    return np.sort(np.array(chosen, dtype=np.int64))


def _bound_saved(saved: csr_array, conditions: Conditions, *, gain: float) -> float:
    # Each home pays a price for being served; whoever beats the price adds the rest. Prices follow the
    # subgradient with Polyak's step; every round gives a bound, a budget can only lower the truth.
    entries, candidates = saved.tocoo(), saved.shape[1]
    price = np.asarray(saved.max(axis=1).todense(), dtype=np.float64).ravel() / 2
    required = conditions.is_required
    free = max(conditions.place_count_max - int(required.sum()), 0)
    lowest, pace = np.inf, 1.0
    for _ in range(_ROUNDS):
        rest = np.maximum(entries.data - price[entries.row], 0.0)
        worth = np.bincount(entries.col, weights=rest, minlength=candidates)
        open_to_choice = np.where(required | conditions.is_forbidden, -1.0, worth)
        best = np.argsort(-open_to_choice, kind="stable")[:free]
        taken = required.copy()
        taken[best[open_to_choice[best] > 0]] = True
        bound = float(price.sum() + worth[taken].sum())
        pace = pace if bound < lowest - _EQUAL else pace * _SLOWER
        lowest = min(lowest, bound)
        served = np.bincount(entries.row, weights=taken[entries.col] * (rest > 0), minlength=len(price))
        slope = 1.0 - served
        length = float(slope @ slope)
        if lowest <= gain * (1 + _EQUAL) or length <= _EQUAL:
            break
        price = np.maximum(price - pace * (bound - gain) / length * slope, 0.0)
    return lowest


def measure_saved(saved: csr_array, chosen: Ints) -> float:
    """Return the person-minutes saved by some candidates together: everybody uses the best of them."""
    if not len(chosen):
        return 0.0
    return float(saved[:, chosen].max(axis=1).sum())


def _check(conditions: Conditions) -> None:
    required = conditions.is_required
    clash = int((required & conditions.is_forbidden).sum())
    count = int(required.sum())
    costs = 0.0 if conditions.cost is None else float(conditions.cost[required].sum())
    if clash:
        fault = f"{clash} places must be opened and must not be opened"
    elif count > conditions.place_count_max:
        fault = f"{count} places must be opened, but only {conditions.place_count_max} may be"
    elif conditions.budget is not None and costs > conditions.budget + _EQUAL:
        fault = f"the places that must be opened cost {costs:g}, the budget is {conditions.budget:g}"
    else:
        return
    raise SitingError(
        "the conditions of the choice contradict each other",
        where=fault,
        hint="change must, must_not, places_max or budget in [siting] of the profile",
    )


def _limit(conditions: Conditions, *, width: int) -> list[LinearConstraint]:
    candidates = len(conditions.is_required)
    padding = width - candidates

    def row(values: Floats) -> csr_array:
        return csr_array(np.concatenate([values, np.zeros(padding)])[None, :])

    limits = [LinearConstraint(row(np.ones(candidates)), ub=conditions.place_count_max)]
    if conditions.cost is not None and conditions.budget is not None:
        limits.append(LinearConstraint(row(conditions.cost), ub=conditions.budget))
    return limits


def _bound(conditions: Conditions, *, more: int) -> Bounds:
    low = np.concatenate([conditions.is_required.astype(float), np.zeros(more)])
    high = np.concatenate([1.0 - conditions.is_forbidden.astype(float), np.ones(more)])
    return Bounds(low, high)


def _mark_whole(candidates: int, *, more: int) -> Ints:
    # A candidate is opened or not; the rest follows and may be computed as fractions.
    return np.concatenate([np.ones(candidates, dtype=np.int64), np.zeros(more, dtype=np.int64)])


def _read_bound(result: OptimizeResult) -> float:
    # Without a bound of its own the solver has proven the optimum.
    bound = result.mip_dual_bound
    return float(result.fun if bound is None else bound)


def _read_choice(result: OptimizeResult, conditions: Conditions, candidates: int) -> Ints:
    values = result.x
    if values is None:
        is_impossible = result.status == _INFEASIBLE
        raise SitingError(
            "no choice keeps all conditions" if is_impossible else "the time was too short for any choice",
            where=f"{candidates} candidates, at most {conditions.place_count_max} places",
            hint="loosen must, must_not, places_max or budget, or raise siting.time_limit_s",
        )
    return np.flatnonzero(np.asarray(values)[:candidates] > _CERTAIN).astype(np.int64)


def _flag_affordable(conditions: Conditions, spent: float) -> Bools:
    if conditions.cost is None or conditions.budget is None:
        return np.ones(len(conditions.is_required), dtype=bool)
    return np.asarray(conditions.cost <= conditions.budget - spent + _EQUAL)


def _sum_reached(problem: SitingProblem, chosen: Ints) -> float:
    if not len(chosen):
        return 0.0
    is_chosen = np.zeros(problem.reaches.shape[1])
    is_chosen[chosen] = 1.0
    return float(problem.weight[(problem.reaches @ is_chosen) > 0].sum())
