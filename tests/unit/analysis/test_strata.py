# SPDX-License-Identifier: MIT
"""Sums and quantiles over people: by hand, and against sorting everybody one by one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.strata import build_strata

DISTRICTS = pd.DataFrame(
    {"level": ["fine", "fine", "fine", "coarse"], "district_id": ["01", "02", "03", "1"]}, dtype="str"
)


def build(rows, columns=("persons", "persons_old", "district_id_fine", "district_id_coarse")):
    """Return the strata of homes."""
    return build_strata(pd.DataFrame(rows, columns=list(columns)), DISTRICTS, groups=["persons_old"])


HOMES = [
    (10.0, 4.0, "01", "1"),
    (30.0, np.nan, "01", "1"),
    (20.0, 5.0, "02", "1"),
    (5.0, 1.0, None, None),
]


def find_area(strata, level, district_id):
    """Return the position of an area."""
    return list(zip(strata.level, strata.district_id, strict=True)).index((level, district_id))


def test_areas_are_the_districts_of_every_level_and_the_city():
    strata = build(HOMES)
    assert list(zip(strata.level, strata.district_id, strict=True)) == [
        ("coarse", "1"), ("fine", "01"), ("fine", "02"), ("fine", "03"), ("city", ""),
    ]  # fmt: skip
    assert strata.groups == ("all", "old")


def test_people_are_summed_where_they_live_and_in_the_city_also_without_a_district():
    strata = build(HOMES)
    assert strata.persons_in_all[:, 0].tolist() == [60, 40, 20, 0, 65]
    assert strata.sum_persons(np.array([1, 0, 0.5, 1]))[:, 0].tolist() == [20, 10, 10, 0, 25]


def test_an_unknown_number_of_a_group_is_not_zero():
    strata = build(HOMES)
    assert strata.persons_in_all[:, 1].tolist() == [9, 4, 5, 0, 10]
    assert strata.has_known[:, 1].all()  # district 03: nobody lives there, so nobody is old
    only_unknown = build([(10.0, 3.0, "01", "1"), (7.0, np.nan, "02", "1")])
    position = find_area(only_unknown, "fine", "02")
    assert only_unknown.has_known[position].tolist() == [True, False]


def test_a_group_that_is_known_nowhere_is_no_group():
    assert build([(10.0, np.nan, "01", "1")]).groups == ("all",)


def test_the_median_is_that_of_the_people_and_not_of_the_homes():
    # 60 people: 10 at 100 m, 30 at 400 m, 20 at 700 m. Person 30 is at 400 m, person 54 at 700 m.
    strata = build(HOMES[:3])
    found = strata.find_quantiles(np.array([100.0, 400.0, 700.0]), (0.5, 0.9))
    assert found[find_area(strata, "city", ""), 0].tolist() == [400, 700]
    assert found[find_area(strata, "fine", "01"), 0].tolist() == [400, 400]
    assert np.isnan(found[find_area(strata, "fine", "03")]).all()


def test_exactly_half_of_the_people_are_half_of_them():
    # 20 of 40 people live at 100 m: half of them walk at most 100 m, 0.1 + 0.2 people or not.
    for persons in (20.0, 0.3, 0.1 + 0.2):
        strata = build([(persons, 0.0, "01", "1"), (persons, 0.0, "01", "1")])
        found = strata.find_quantiles(np.array([100.0, 500.0]), (0.5,))
        assert found[:, 0, 0].tolist()[0] == 100


def test_a_quantile_among_homes_without_a_walk_is_infinite():
    strata = build([(60.0, 0.0, "01", "1"), (40.0, 0.0, "01", "1")])
    found = strata.find_quantiles(np.array([100.0, np.inf]), (0.5, 0.9))
    assert found[find_area(strata, "city", ""), 0].tolist() == [100, np.inf]


def test_a_level_without_its_column_is_an_error():
    with pytest.raises(KeyError):
        build([(1.0, 1.0)], columns=("persons", "persons_old"))


HOME = st.tuples(
    st.integers(0, 4), st.one_of(st.none(), st.integers(0, 3)), st.sampled_from(["01", "02", None])
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(HOME, min_size=1, max_size=12),
    st.lists(st.one_of(st.integers(0, 5), st.just(np.inf)), min_size=12, max_size=12),
    st.sampled_from([0.1, 0.25, 0.5, 0.9, 1.0]),
)
def test_quantiles_are_those_of_a_queue_of_all_people(homes, values, share):
    rows = [(float(n), np.nan if old is None else float(old), fine, None) for n, old, fine in homes]
    strata = build(rows)
    found = strata.find_quantiles(np.array(values[: len(rows)], float), (share,))
    for group, column in zip(strata.groups, (0, 1), strict=False):
        for position, (level, name) in enumerate(zip(strata.level, strata.district_id, strict=True)):
            queue = sorted(
                value
                for row, value in zip(rows, values, strict=False)
                for _ in range(int(np.nan_to_num(row[column])))
                if level == "city" or row[2 if level == "fine" else 3] == name
            )
            mine = found[position, strata.groups.index(group), 0]
            if not queue:
                assert np.isnan(mine)
                continue
            assert mine == queue[int(np.ceil(share * len(queue) - 1e-9)) - 1]


@settings(max_examples=40, deadline=None)
@given(st.lists(HOME, min_size=1, max_size=12), st.randoms())
def test_people_are_conserved_across_levels_and_the_order_of_homes_has_no_influence(homes, random):
    rows = [(float(n), np.nan if old is None else float(old), fine or "03", "1") for n, old, fine in homes]
    strata = build(rows)
    sums = strata.persons_in_all
    by_level = pd.DataFrame(sums).groupby(list(strata.level)).sum()
    assert (by_level == sums.sum(axis=0) / 3).all(axis=None)
    values = np.arange(len(rows)) % 3
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = build([rows[n] for n in order])
    assert np.array_equal(shuffled.persons_in_all, sums)
    mine, theirs = strata.find_quantiles(values, (0.5,)), shuffled.find_quantiles(values[order], (0.5,))
    assert np.array_equal(mine, theirs, equal_nan=True)
