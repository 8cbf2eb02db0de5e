# SPDX-License-Identifier: MIT
"""Seats shared with everybody around: by hand, by plain loops, and what must not get lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.catchments import (
    measure_balanced_seats,
    measure_bfca,
    measure_e2sfca,
    weigh_zones,
)
from begegnung_geo.analysis.reach_tally import sort_into_zones
from begegnung_geo.analysis.walk_matrix import WalkMatrix

ZONES = {"zone_ends_m": (300.0, 600.0, 900.0), "weights": (1.0, 0.68, 0.22)}
MEASURES = (measure_e2sfca, measure_balanced_seats, measure_bfca)


def build(distance_m):
    """Return the walks of a table by zone, homes x places; nan is out of reach."""
    table = np.array(distance_m, dtype=float)
    rows = [sorted((d, j) for j, d in enumerate(row) if not np.isnan(d)) for row in table]
    matrix = WalkMatrix(
        indptr=np.cumsum([0, *map(len, rows)]),
        place=np.array([j for row in rows for _, j in row], dtype=np.int64),
        distance_m=np.array([d for row in rows for d, _ in row], dtype=float),
        place_count=table.shape[1],
    )
    return sort_into_zones(matrix, np.array(ZONES["zone_ends_m"]))


def measure(function, distance_m, persons, seats):  # noqa: PLR0917
    """Return the measure of a table of walks."""
    walks = build(distance_m)
    people, chairs = np.array(persons, float), np.array(seats, float)
    return function(weigh_zones(walks, **ZONES), persons=people, seats=chairs)


def loop(distance_m, persons, seats):
    """Return the three measures as their formulas stand in the papers, one pair at a time."""
    homes, places = range(len(persons)), range(len(seats))

    def w(i, j):
        for end, weight in zip(ZONES["zone_ends_m"], ZONES["weights"], strict=True):
            if distance_m[i][j] <= end:
                return weight
        return 0.0

    def share(part, whole):
        return part / whole if whole > 0 else 0.0

    r = [share(seats[j], sum(persons[i] * w(i, j) for i in homes)) for j in places]
    e2sfca = [sum(r[j] * w(i, j) for j in places) for i in homes]
    v = [[share(w(i, j), sum(w(i, k) for k in places)) for j in places] for i in homes]
    level = [share(seats[j], sum(persons[i] * v[i][j] for i in homes)) for j in places]
    balanced = [sum(v[i][j] * level[j] for j in places) for i in homes]
    u = [[share(w(i, j), sum(w(k, j) for k in homes)) for j in places] for i in homes]
    bfca = [sum(level[j] * u[i][j] for j in places) for i in homes]
    return e2sfca, balanced, bfca


def test_a_place_exactly_at_the_end_of_a_zone_is_inside():
    weight = weigh_zones(build([[0, 300, 300.5, 600, 900, 901]]), **ZONES)
    assert weight.data.tolist() == [1, 1, 0.68, 0.68, 0.22]  # the last is beyond all zones


def test_one_place_is_shared_among_those_around_it_the_near_ones_more():
    # 60 people in zone 1, 100 in zone 2: 60 + 68 = 128 claims on 64 seats, half a seat each.
    seats = measure(measure_e2sfca, [[100], [500], [2000]], [60, 100, 40], [64])
    assert seats == pytest.approx([0.5, 0.5 * 0.68, 0])
    # Balanced, everybody has but this one place: 160 claims on 64 seats, wherever they live.
    seats = measure(measure_balanced_seats, [[100], [500], [2000]], [60, 100, 40], [64])
    assert seats == pytest.approx([0.4, 0.4, 0])


def test_two_places_at_the_door_do_not_double_the_people():
    # 100 people, two places of 50: a seat each, but each place counts all 100 people.
    walks, persons, seats = [[10, 20]], [100], [50, 50]
    assert measure(measure_e2sfca, walks, persons, seats) == pytest.approx([1.0])
    assert measure(measure_balanced_seats, walks, persons, seats) == pytest.approx([1.0])
    # Home b reaches only the second place. Demand: a 50 + 50, b 100.
    # Levels 50/50 = 1 and 50/150 = 1/3; a gets (1 + 1/3) / 2, b gets 1/3.
    seats = measure(measure_balanced_seats, [[10, 20], [np.nan, 10]], [100, 100], [50, 50])
    assert seats == pytest.approx([2 / 3, 1 / 3])
    # E2SFCA: ratios 50/100 and 50/200.
    seats = measure(measure_e2sfca, [[10, 20], [np.nan, 10]], [100, 100], [50, 50])
    assert seats == pytest.approx([0.5 + 0.25, 0.25])


def test_a_home_split_in_two_keeps_its_seats_but_not_its_published_level():
    whole, parts = ([[10]], [1000], [50]), ([[10], [10]], [400, 600], [50])
    for function in (measure_e2sfca, measure_balanced_seats):
        assert measure(function, *whole) == pytest.approx([0.05])
        assert measure(function, *parts) == pytest.approx([0.05, 0.05])
    assert measure(measure_bfca, *whole) == pytest.approx([0.05])
    assert measure(measure_bfca, *parts) == pytest.approx([0.025, 0.025])


def test_a_place_that_nobody_lives_near_gives_nothing_to_anybody():
    for function in MEASURES:
        assert measure(function, [[10, np.nan], [2000, np.nan]], [10, 5], [7, 50])[1] == 0
        assert measure(function, np.zeros((0, 2)), [], [5, 5]).tolist() == []
        assert measure(function, np.zeros((2, 0)), [3, 4], []).tolist() == [0, 0]


@st.composite
def towns(draw):
    """Draw walks, people and seats of a small town."""
    homes, places = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    walk = st.sampled_from([50.0, 300.0, 450.0, 600.0, 800.0, 950.0, np.nan])
    walks = draw(st.lists(st.lists(walk, min_size=places, max_size=places), min_size=homes, max_size=homes))
    persons = draw(st.lists(st.integers(0, 50), min_size=homes, max_size=homes))
    seats = draw(st.lists(st.integers(1, 100), min_size=places, max_size=places))
    return walks, persons, seats


@settings(deadline=None)
@given(towns())
def test_all_three_agree_with_plain_loops(town):
    for function, expected in zip(MEASURES, loop(*town), strict=True):
        assert measure(function, *town) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(towns())
def test_no_seat_is_lost_and_none_is_made(town):
    walks, persons, seats = town
    near = np.nan_to_num(np.array(walks), nan=np.inf) <= ZONES["zone_ends_m"][-1]
    shared = sum(n for j, n in enumerate(seats) if (near[:, j] & (np.array(persons) > 0)).any())
    for function in (measure_e2sfca, measure_balanced_seats):
        assert np.dot(persons, measure(function, *town)) == pytest.approx(shared)


@settings(deadline=None)
@given(towns())
def test_published_levels_of_all_homes_add_up_to_those_of_all_places(town):
    walks, persons, seats = town
    near = build(walks)
    weight = weigh_zones(near, **ZONES).data
    total = np.bincount(near.point, weights=weight, minlength=near.point_count)
    balanced = np.divide(weight, total[near.point], out=np.zeros_like(weight), where=weight > 0)
    demand = np.bincount(
        near.place, weights=np.array(persons, float)[near.point] * balanced, minlength=len(seats)
    )
    # Everybody who reaches a place asks for exactly one seat in all.
    assert demand.sum() == pytest.approx(np.dot(persons, total > 0))
    levels = sum(n / d for n, d in zip(seats, demand.tolist(), strict=True) if d > 0)
    assert measure(measure_bfca, *town).sum() == pytest.approx(levels)
