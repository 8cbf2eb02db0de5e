# SPDX-License-Identifier: MIT
"""Places nobody lists: how many there are, and whom they would reach."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.missing_places import count_missing, draw_missing
from begegnung_geo.assessment import Variants

VARIANTS = Variants(
    speed_factors=(), thresholds_min=(), snap_distances_m=(), draws_count=50, draws_agree_min=0.9, seed=7,
    detour_factor=1.25, likely_agreement_min=0.7,
)  # fmt: skip


def build_demand(persons, *, spacing=1000.0):
    """Return homes in a row, east of each other."""
    return gpd.GeoDataFrame(
        {"demand_id": [f"h{n}" for n in range(len(persons))], "persons": np.array(persons, dtype=float)},
        geometry=shapely.points(np.arange(len(persons)) * spacing, np.zeros(len(persons))),
        crs="EPSG:25832",
    )


def build_completeness(**city):
    row = {
        "level": "city", "category": "established", "is_estimable": True, "found_count": 50,
        "estimated_count": 52.3, "high": 58.0,
    }  # fmt: skip
    return pd.DataFrame(
        [row | city, row | {"level": "b", "high": 90.0}, row | {"category": "N", "high": 99.0}]
    )


@pytest.mark.parametrize(
    ("city", "counts"),
    [
        ({}, [3, 8]),  # 52.3 - 50 rounded up, 58 - 50
        ({"estimated_count": 50.0}, [8]),
        ({"estimated_count": 50.0, "high": 50.0}, []),
        ({"estimated_count": 57.6}, [8]),  # twice the same number is one variant
        ({"is_estimable": False, "estimated_count": np.nan, "high": np.nan}, []),
    ],
)
def test_what_is_missing_is_the_estimate_and_the_upper_end_less_what_was_found(city, counts):
    assert count_missing(build_completeness(**city)) == counts


def test_a_run_without_completeness_knows_of_nothing_missing():
    assert count_missing(build_completeness()[:0]) == []


def test_a_drawn_place_reaches_its_home_and_who_is_near_as_the_crow_flies():
    # Homes 100 m apart; 600 m of walk are 480 m of air line: four homes to each side.
    demand = build_demand([0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0], spacing=100.0)
    reached = draw_missing(demand, count=1, reach_m=600.0, variants=VARIANTS)
    assert (reached == (np.abs(np.arange(13) - 6) <= 4)).all()


def test_places_stand_where_people_are():
    reached = draw_missing(build_demand([300, 100, 0]), count=1, reach_m=100.0, variants=VARIANTS)
    assert reached.sum(axis=1).tolist() == [1] * 50
    assert not reached[:, 2].any()
    assert reached[:, 0].mean() == pytest.approx(0.75, abs=0.2)


def test_more_places_reach_everybody_that_fewer_reach():
    demand = build_demand([10] * 40)
    few, many = (draw_missing(demand, count=n, reach_m=100.0, variants=VARIANTS) for n in (3, 8))
    assert (many >= few).all()
    assert many.sum() > few.sum()


def test_the_order_of_homes_is_irrelevant():
    demand = build_demand([5, 10, 20, 40, 80])
    order = np.array([3, 1, 4, 0, 2])
    given = draw_missing(demand, count=2, reach_m=100.0, variants=VARIANTS)
    shuffled = draw_missing(demand.iloc[order], count=2, reach_m=100.0, variants=VARIANTS)
    assert (shuffled == given[:, order]).all()


def test_nobody_gets_no_place():
    assert draw_missing(build_demand([]), count=3, reach_m=600.0, variants=VARIANTS).shape == (50, 0)
    assert not draw_missing(build_demand([0.0]), count=3, reach_m=600.0, variants=VARIANTS).any()
