# SPDX-License-Identifier: MIT
"""What candidates add, alone and together; checked by counting on paper and by trying every subset."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from begegnung_geo.analysis import siting_solvers
from begegnung_geo.analysis.siting import (
    build_siting_problem,
    measure_gain,
    measure_joint_gain,
    measure_minutes_saved,
    measure_own_gain,
)
from begegnung_geo.analysis.siting_solvers import (
    Conditions,
    choose_fewest,
    choose_greedily,
    choose_most_covered,
    choose_most_saved,
    measure_saved,
)
from begegnung_geo.analysis.walk_matrix import WalkMatrix
from begegnung_geo.errors import SitingError

REACH = 600.0


def _matrix(rows, *, places):
    """Return the walks of each home: a list of (place, metres), sorted as the kernel does."""
    ordered = [sorted(row, key=lambda entry: (entry[1], entry[0])) for row in rows]
    return WalkMatrix(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in ordered])]).astype(np.int64),
        place=np.array([place for row in ordered for place, _ in row], dtype=np.int64),
        distance_m=np.array([metres for row in ordered for _, metres in row], dtype=float),
        place_count=places,
    )


def _free(count, *, most, **more):
    none = np.zeros(count, dtype=bool)
    return Conditions(most, **({"is_required": none, "is_forbidden": none} | more))


# Homes of 10, 20, 40 and 80 people; the last is covered already; the third reaches both, the second none.
TOWN = _matrix([[(0, 300.0)], [(0, 600.1)], [(0, 600.0), (1, 100.0)], [(1, 5.0)]], places=3)
PERSONS = np.array([10.0, 20.0, 40.0, 80.0])
IS_COVERED = np.array([False, False, False, True])


def test_gains_of_a_town_counted_by_hand():
    problem = build_siting_problem(TOWN, PERSONS, IS_COVERED, reach_m=REACH)
    assert measure_gain(problem).tolist() == [50.0, 40.0, 0.0]
    assert measure_own_gain(problem).tolist() == [10.0, 0.0, 0.0]
    assert measure_joint_gain(problem, np.array([0, 1])) == 50.0
    assert problem.covered_weight == 80.0
    assert problem.out_of_reach_weight == 20.0
    assert problem.group_of_home.tolist() == [0, -1, 1, -1]


def test_homes_alike_are_one_group_whatever_their_distances():
    matrix = _matrix([[(1, 10.0), (0, 20.0)], [(0, 5.0), (1, 500.0)]], places=2)
    problem = build_siting_problem(matrix, np.array([3.0, 4.0]), np.zeros(2, bool), reach_m=REACH)
    assert problem.weight.tolist() == [7.0]


def test_minutes_are_saved_only_where_the_walk_is_known_and_gets_shorter():
    # The first home walks 900 m today, the second nobody knows, the third 50 m, less than to any candidate.
    walk_m = np.array([900.0, np.inf, 50.0, 605.0])
    saved = measure_minutes_saved(TOWN, PERSONS, walk_m, speed_m_s=1.0)
    assert saved.tolist() == pytest.approx([10 * 600 / 60, 80 * 600 / 60, 0.0])


def test_a_town_where_everybody_is_covered_needs_nothing():
    problem = build_siting_problem(TOWN, PERSONS, np.ones(4, bool), reach_m=REACH)
    assert measure_gain(problem).tolist() == [0.0, 0.0, 0.0]
    for choose in (choose_most_covered, choose_fewest):
        choice = choose(problem, _free(3, most=2), time_limit_s=10)
        assert (choice.chosen.tolist(), choice.gain, choice.gap) == ([], 0.0, 0.0)
    assert choose_greedily(problem, _free(3, most=2)).chosen.tolist() == []


def test_greed_takes_the_big_one_first_and_the_solver_knows_better():
    # Candidate 0 reaches 60 of both sides, 1 and 2 reach 50 each of one side: two places reach 100, greed 90.
    rows = [[(0, 1.0), (1, 1.0)]] * 3 + [[(0, 1.0), (2, 1.0)]] * 3 + [[(1, 1.0)]] * 2 + [[(2, 1.0)]] * 2
    problem = build_siting_problem(
        _matrix(rows, places=3), np.full(10, 10.0), np.zeros(10, bool), reach_m=REACH
    )
    greedy = choose_greedily(problem, _free(3, most=2))
    best = choose_most_covered(problem, _free(3, most=2), time_limit_s=10)
    assert (greedy.chosen.tolist(), greedy.gain) == ([0, 1], 80.0)
    assert (best.chosen.tolist(), best.gain, best.gap) == ([1, 2], 100.0, 0.0)


def _choose_both(problem, conditions):
    return choose_greedily(problem, conditions), choose_most_covered(problem, conditions, time_limit_s=9)


def test_what_must_be_opened_is_and_what_must_not_is_not():
    problem = build_siting_problem(TOWN, PERSONS, IS_COVERED, reach_m=REACH)
    conditions = _free(3, most=1, is_required=np.array([False, True, False]))
    for choice in (
        choose_greedily(problem, conditions),
        choose_most_covered(problem, conditions, time_limit_s=9),
    ):
        assert (choice.chosen.tolist(), choice.gain) == ([1], 40.0)
    conditions = _free(3, most=2, is_forbidden=np.array([True, False, False]))
    for choice in (
        choose_greedily(problem, conditions),
        choose_most_covered(problem, conditions, time_limit_s=9),
    ):
        assert choice.gain == 40.0
        assert 0 not in choice.chosen


def test_a_budget_is_kept():
    problem = build_siting_problem(TOWN, PERSONS, IS_COVERED, reach_m=REACH)
    conditions = _free(3, most=3, cost=np.array([10.0, 3.0, 1.0]), budget=9.0)
    assert choose_most_covered(problem, conditions, time_limit_s=9).gain == 40.0
    assert choose_greedily(problem, conditions).chosen.tolist() == [1]


@pytest.mark.parametrize(
    ("conditions", "word"),
    [
        ({"is_required": np.array([True, False]), "is_forbidden": np.array([True, False])}, "must not"),
        ({"is_required": np.array([True, True])}, "only 1"),
        ({"is_required": np.array([True, False]), "cost": np.array([5.0, 1.0]), "budget": 4.0}, "budget"),
    ],
)
def test_conditions_that_contradict_each_other_are_told(conditions, word):
    problem = build_siting_problem(
        _matrix([[(0, 1.0)], [(1, 1.0)]], places=2), np.ones(2), np.zeros(2, bool), reach_m=REACH
    )
    for choose in (choose_greedily, lambda p, c: choose_most_covered(p, c, time_limit_s=9)):
        with pytest.raises(SitingError, match=word):
            choose(problem, _free(2, most=1, **conditions))


TOWNS = st.integers(1, 6).flatmap(
    lambda places: st.tuples(
        st.just(places),
        st.lists(
            st.tuples(st.sets(st.integers(0, places - 1)), st.integers(0, 50), st.booleans()),
            min_size=1,
            max_size=9,
        ),
        st.integers(1, 3),
    )
)


def _build(town):
    places, homes, most = town
    matrix = _matrix([[(place, 100.0 + place) for place in near] for near, _, _ in homes], places=places)
    weight = np.array([persons for _, persons, _ in homes], dtype=float)
    is_covered = np.array([covered for _, _, covered in homes])
    return build_siting_problem(matrix, weight, is_covered, reach_m=REACH), homes, most


def _count(homes, chosen):
    return sum(persons for near, persons, covered in homes if not covered and near & set(chosen))


@settings(max_examples=60, deadline=None)
@given(TOWNS)
def test_the_solver_equals_trying_every_subset_and_greed_is_within_63_percent(town):
    problem, homes, most = _build(town)
    places = problem.candidate_count
    subsets = [c for size in range(most + 1) for c in combinations(range(places), size)]
    best = max(_count(homes, chosen) for chosen in subsets)
    exact = choose_most_covered(problem, _free(places, most=most), time_limit_s=20)
    assert exact.gain == pytest.approx(best)
    assert exact.gap == pytest.approx(0.0, abs=1e-6)
    assert _count(homes, exact.chosen.tolist()) == pytest.approx(best)
    greedy = choose_greedily(problem, _free(places, most=most))
    assert greedy.gain >= (1 - 1 / np.e) * best - 1e-9
    everybody = _count(homes, range(places))
    fewest = min(
        (len(c) for size in range(places + 1) for c in combinations(range(places), size)
         if _count(homes, c) == everybody),
        default=0,
    )  # fmt: skip
    found = choose_fewest(problem, _free(places, most=places), time_limit_s=20)
    assert found.gain == pytest.approx(everybody)
    assert len(found.chosen) == fewest


@settings(max_examples=60, deadline=None)
@given(TOWNS, st.data())
def test_more_places_never_cover_less_and_each_adds_less_to_more(town, data):
    problem, homes, _ = _build(town)
    places = problem.candidate_count
    small = data.draw(st.sets(st.integers(0, places - 1)))
    large = small | data.draw(st.sets(st.integers(0, places - 1)))
    extra = data.draw(st.integers(0, places - 1))

    def joint(members):
        return measure_joint_gain(problem, np.array(sorted(members), dtype=np.int64))

    assert joint(small) == pytest.approx(_count(homes, small))
    assert joint(large) >= joint(small) - 1e-9
    assert joint(small | {extra}) - joint(small) >= joint(large | {extra}) - joint(large) - 1e-9
    assert measure_gain(problem)[sorted(large)].sum() >= joint(large) - 1e-9
    assert (measure_own_gain(problem) <= measure_gain(problem) + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=6), st.integers(1, 3)
)
def test_most_minutes_saved_equals_trying_every_subset(rows, most):
    saved = csr_array(np.array(rows, dtype=float))
    best = max(
        sum(max((row[c] for c in chosen), default=0) for row in rows)
        for size in range(most + 1)
        for chosen in combinations(range(4), size)
    )
    choice = choose_most_saved(saved, _free(4, most=most), time_limit_s=20)
    assert choice.gain == pytest.approx(best)
    assert measure_saved(saved, choice.chosen) == pytest.approx(best)
    assert choice.gap == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=6), st.integers(1, 3)
)
def test_where_pairs_are_many_greed_is_told_with_a_bound_that_holds(rows, most):
    saved = csr_array(np.array(rows, dtype=float))
    best = max(
        sum(max((row[c] for c in chosen), default=0) for row in rows)
        for size in range(most + 1)
        for chosen in combinations(range(4), size)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(siting_solvers, "_EXACT_PAIRS_MAX", 0)
        choice = choose_most_saved(saved, _free(4, most=most), time_limit_s=20)
    assert (1 - 1 / np.e) * best - 1e-9 <= choice.gain <= best + 1e-9
    assert choice.bound >= best - 1e-6
