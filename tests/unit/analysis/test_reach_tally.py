# SPDX-License-Identifier: MIT
"""What is within reach, added up place by place: by plain loops, and the same in any portions."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.reach_tally import Tally, cut_portions
from begegnung_geo.analysis.walk_matrix import WalkMatrix

REACHES = (300.0, 600.0, 900.0)
WALK = st.sampled_from([0.0, 50.0, 300.0, 300.5, 450.0, 600.0, 800.0, 900.0, 950.0, np.inf])


def build_matrix(walks):
    """Return walks homes x places as a matrix; infinite ones are out of reach."""
    rows = [sorted((d, j) for j, d in enumerate(row) if np.isfinite(d)) for row in walks]
    return WalkMatrix(
        indptr=np.cumsum([0, *map(len, rows)]),
        place=np.array([j for row in rows for _, j in row], dtype=np.int64),
        distance_m=np.array([d for row in rows for d, _ in row], dtype=float),
        place_count=walks.shape[1],
    )


@st.composite
def towns(draw):
    """Draw the walks of a small town, the kind of each place (-1: none), and where to cut the places."""
    homes, places = draw(st.integers(1, 5)), draw(st.integers(0, 6))
    walks = draw(st.lists(st.lists(WALK, min_size=places, max_size=places), min_size=homes, max_size=homes))
    kind = draw(st.lists(st.integers(-1, 2), min_size=places, max_size=places))
    cuts = sorted(draw(st.sets(st.integers(0, places))) | {0, places})
    return np.array(walks, float).reshape(homes, places), np.array(kind, dtype=np.int64), cuts


@settings(deadline=None)
@given(towns())
def test_any_portions_tally_to_what_plain_loops_count(town):
    walks, kind, cuts = town
    tally = Tally(len(walks), kind=kind, reaches_m=REACHES, zone_ends_m=REACHES, rank=2)
    for first, past in pairwise(cuts):
        tally.add(build_matrix(walks[:, first:past]), first=first)
    for reach_m in REACHES:
        near = [[j for j, d in enumerate(row) if d <= reach_m] for row in walks]
        assert tally.count_places(reach_m).tolist() == [len(row) for row in near]
        kinds = [{int(kind[j]) for j in row if kind[j] >= 0} for row in near]
        assert tally.count_kinds(reach_m).tolist() == [len(row) for row in kinds]
    assert tally.ranked_m.tolist() == [[*sorted(row), np.inf, np.inf][1] for row in walks.tolist()]
    zones = tally.join_zones()
    told = list(zip(zones.place.tolist(), zones.point.tolist(), zones.zone.tolist(), strict=True))
    expected = [
        (j, i, sum(walks[i, j] > end for end in REACHES))
        for j in range(walks.shape[1])
        for i in range(len(walks))
        if walks[i, j] <= REACHES[-1]
    ]
    assert told == expected
    assert (zones.place_count, zones.point_count) == (walks.shape[1] if len(cuts) > 1 else 0, len(walks))


@settings(deadline=None)
@given(st.integers(0, 9_999), st.integers(1, 60))
def test_portions_have_every_place_once_and_are_bounded_but_for_one_place(seed, walks_max):
    rng = np.random.default_rng(seed)
    homes, places = rng.uniform(0, 500, (40, 2)), rng.uniform(0, 500, (int(rng.integers(1, 12)), 2))
    around = [int((np.hypot(*(homes - place).T) <= 150).sum()) for place in places]
    portions = cut_portions(homes, places, reach_m=150.0, walks_max=walks_max)
    assert [n for first, past in portions for n in range(first, past)] == list(range(len(places)))
    assert all(sum(around[first:past]) < walks_max + max(around[first:past]) + 1 for first, past in portions)


def test_without_places_or_homes_there_is_one_portion():
    assert cut_portions(np.zeros((3, 2)), np.zeros((0, 2)), reach_m=100.0, walks_max=5) == [(0, 0)]
    assert cut_portions(np.zeros((0, 2)), np.zeros((4, 2)), reach_m=100.0, walks_max=5) == [(0, 4)]
