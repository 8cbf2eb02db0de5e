# SPDX-License-Identifier: MIT
"""Fairness of walks: hand numbers, sums over all pairs of people, and what must not matter."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.fairness import (
    average_end,
    build_fairness,
    measure_concentration,
    measure_gini,
    measure_palma,
    publish_fairness,
    withhold_fairness,
)
from begegnung_geo.config import build_profile
from begegnung_geo.profile import Publication
from begegnung_geo.schema import conform_table

WALKING = build_profile(
    {"city": {"key": "x", "name": "x"}, "sources": {"osm": {"file": "x.osm"}}}, where="test"
).walking


def array(*values):
    """Return an array of floats."""
    return np.array(values, dtype=float)


def test_gini_by_hand():
    # Two people, 0 and 10 minutes: |differences| 0 + 10 + 10 + 0 = 20, over 2 * 4 * 5 = 40.
    assert measure_gini(array(0, 10), array(1, 1)) == pytest.approx(0.5)
    # 1, 2 and 3 minutes: differences add up to 8, over 2 * 9 * 2.
    assert measure_gini(array(1, 2, 3), array(1, 1, 1)) == pytest.approx(8 / 36)
    assert measure_gini(array(7, 7, 7), array(1, 5, 2)) == pytest.approx(0)
    # One of 100 people walks everything.
    assert measure_gini(array(0, 50), array(99, 1)) == pytest.approx(0.99)


def test_palma_by_hand():
    # Ten people walking 1 to 10 minutes: the longest 10, the four shortest 1 + 2 + 3 + 4.
    assert measure_palma(np.arange(1.0, 11.0), np.ones(10)) == pytest.approx(1.0)
    assert measure_palma(array(6, 6), array(30, 70)) == pytest.approx(0.25)
    # 80 people at 5 minutes, 20 at 20: the tenth is half of the twenty, 10 * 20 / (40 * 5).
    assert measure_palma(array(5, 20), array(80, 20)) == pytest.approx(1.0)
    # 95 and 5: the tenth takes five of the others along, (5 * 20 + 5 * 5) / (40 * 5).
    assert measure_palma(array(5, 20), array(95, 5)) == pytest.approx(125 / 200)
    assert np.isnan(measure_palma(array(0, 20), array(50, 50)))


def test_concentration_by_hand():
    # Two people; the one with more need walks all 10 minutes: 2 / (2 * 5) * 10 * 0.75 - 1.
    assert measure_concentration(array(0, 10), array(0.2, 0.8), array(1, 1)) == pytest.approx(0.5)
    assert measure_concentration(array(10, 0), array(0.2, 0.8), array(1, 1)) == pytest.approx(-0.5)
    assert measure_concentration(array(10, 0), array(0.5, 0.5), array(1, 1)) == pytest.approx(0)
    assert measure_concentration(array(4, 4, 4), array(0.1, 0.5, 0.9), array(3, 1, 9)) == pytest.approx(0)
    # Four people of need .2 .4 .6 .8 walk 2 4 6 8: ranks 1/8 3/8 5/8 7/8, 2/20 * (2*1+4*3+6*5+8*7)/8 - 1.
    assert measure_concentration(array(2, 4, 6, 8), array(0.2, 0.4, 0.6, 0.8), np.ones(4)) == pytest.approx(
        0.25
    )


def test_the_ends_of_an_order_are_cut_inside_a_home_and_shared_among_equals():
    minutes, people = array(2, 10), array(10, 10)
    assert average_end(minutes, minutes, people, share=0.75) == pytest.approx((10 * 2 + 5 * 10) / 15)
    assert average_end(minutes, array(0.5, 0.5), people, share=0.1) == pytest.approx(6)


def test_nobody_and_no_walk_at_all_have_no_figure():
    nobody = array()
    for found in (
        measure_gini(nobody, nobody),
        measure_palma(nobody, nobody),
        measure_concentration(nobody, nobody, nobody),
        average_end(nobody, nobody, nobody, share=0.1),
        measure_gini(array(0, 0), array(3, 4)),
    ):
        assert np.isnan(found)


HOMES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=8)


@settings(deadline=None)
@given(HOMES)
def test_indices_are_those_of_all_pairs_of_people(homes):
    minutes, need, persons = (np.array(column, float) for column in zip(*homes, strict=True))
    everyone = [m for m, _, n in homes for _ in range(n)]
    needs = [k for _, k, n in homes for _ in range(n)]
    total, count = sum(everyone), len(everyone)
    gini = measure_gini(minutes, persons)
    concentration = measure_concentration(minutes, need, persons)
    if not total:
        assert np.isnan(gini)
        assert np.isnan(concentration)
        return
    differences = sum(abs(a - b) for a in everyone for b in everyone)
    assert gini == pytest.approx(differences / (2 * count * total), abs=1e-12)
    # Covariance form, ranks counted one person at a time.
    ranks = [(sum(o < k for o in needs) + sum(o == k for o in needs) / 2) / count for k in needs]
    mean = total / count
    covariance = sum((m - mean) * (r - 0.5) for m, r in zip(everyone, ranks, strict=True)) / count
    assert concentration == pytest.approx(2 * covariance / mean, abs=1e-12)
    assert -gini - 1e-12 <= concentration <= gini + 1e-12
    ordered = sorted(everyone)
    top, bottom = sum(ordered[-count // 10 :]), sum(ordered[: 4 * count // 10])
    if count % 10 == 0 and bottom:
        assert measure_palma(minutes, persons) == pytest.approx(top / bottom)


@settings(deadline=None)
@given(HOMES, st.randoms())
def test_neither_order_nor_unit_nor_split_homes_matter(homes, random):
    def measure(rows, unit=1.0):
        minutes, need, persons = (np.array(column, float) for column in zip(*rows, strict=True))
        return np.array(
            [
                measure_gini(minutes * unit, persons),
                measure_palma(minutes * unit, persons),
                measure_concentration(minutes * unit, need, persons),
            ]
        )

    shuffled = list(homes)
    random.shuffle(shuffled)
    split = [(m, k, n / 2) for m, k, n in homes for _ in range(2)]
    expected = measure(homes)
    for other in (measure(shuffled), measure(split), measure(homes, unit=60.0)):
        assert np.allclose(other, expected, atol=1e-9, equal_nan=True)


def build_demand(rows):
    """Return homes: people, metres with and without steps (None: no walk), district."""
    columns = ["persons", "walk_distance_m", "walk_distance_step_free_m", "district_id_fine"]
    demand = pd.DataFrame(rows, columns=columns)
    return demand.astype(dict.fromkeys(columns[:3], float))


NEED = pd.DataFrame(
    {"level": ["fine"] * 3, "district_id": ["01", "02", "03"], "need_index": [0.2, 0.8, np.nan]}
)


def test_the_table_is_by_profile_in_minutes_and_leaves_out_who_has_no_walk():
    demand = build_demand(
        [(50, 0, 0, "01"), (50, 600, None, "02"), (10, None, None, "01"), (20, 300, 300, "03")]
    )
    table = conform_table(build_fairness(demand, NEED, walking=WALKING), "fairness").set_index("profile")
    senior, step_free = table.loc["senior"], table.loc["step_free"]
    assert (senior["persons"], senior["persons_left_out"], senior["persons_without_need"]) == (120, 10, 20)
    assert senior["walk_mean_min"] == pytest.approx((50 * 10 + 20 * 5) / 120)
    assert senior["longest_mean_min"] == pytest.approx(10)
    assert senior["concentration"] == pytest.approx(0.5)  # of the hundred with a need, half walk all
    assert (senior["low_need_mean_min"], senior["high_need_mean_min"]) == pytest.approx((0, 10))
    assert (step_free["persons"], step_free["persons_left_out"]) == (70, 60)
    # A slower pace changes the minutes and not how they are spread.
    assert table.loc["slow", "gini"] == pytest.approx(senior["gini"])
    assert table.loc["slow", "walk_mean_min"] == pytest.approx(senior["walk_mean_min"] / 0.75)


def test_published_figures_fall_silent_where_too_much_is_unknown():
    rules = {
        "publication": Publication(suppress_below=10, round_to=5, share_base_min=100),
        "unknown_share_max": 0.2,
    }
    demand = build_demand(
        [(500, 100, 100, "01"), (450, 600, None, "02"), (50, None, None, "01"), (50, 300, 300, "03")]
    )
    exact = build_fairness(demand, NEED, walking=WALKING)
    table = publish_fairness(exact, exact, **rules).set_index("profile")
    assert table.loc["senior", "gini"] == pytest.approx(
        exact.set_index("profile").loc["senior", "gini"], abs=1e-4
    )
    assert table.loc["senior", "concentration"] > 0
    assert table.loc["step_free", ["gini", "palma", "concentration"]].isna().all()  # half have no walk
    blind = publish_fairness(
        *[build_fairness(demand, NEED.assign(need_index=np.nan), walking=WALKING)] * 2, **rules
    ).set_index("profile")
    assert blind.loc["senior", "gini"] > 0
    assert np.isnan(blind.loc["senior", "concentration"])
    assert withhold_fairness(exact)[["gini", "palma", "walk_mean_min"]].isna().all(axis=None)
    assert len(conform_table(table.reset_index(), "published_fairness")) == 4
