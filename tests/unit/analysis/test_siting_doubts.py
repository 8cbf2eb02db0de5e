# SPDX-License-Identifier: MIT
"""The assumptions that a ranking of rooms is tried with, on five homes whose walks are written down."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.siting_doubts import list_siting_trials
from begegnung_geo.analysis.underserved_variants import Doubts
from begegnung_geo.assessment import Variants
from begegnung_geo.profile import Headline, Walking, WalkingProfile

WALKING = Walking(
    thresholds_min=(5, 10),
    default_profile="adult",
    snap_distance_m=300,
    scrap_length_m=0,
    profiles={
        "adult": WalkingProfile(speed_m_s=1.0, reason="300 m in 5 minutes"),
        "step_free": WalkingProfile(speed_m_s=1.0, step_free=True, reason="the same without steps"),
    },
)
HEADLINE = Headline(profile="adult", threshold_min=5)
VARIANTS = Variants(
    speed_factors=(0.5, 2.0), thresholds_min=(4.0,), snap_distances_m=(150.0,), draws_count=3,
    draws_agree_min=0.9, seed=1, detour_factor=1.25, likely_agreement_min=0.7,
)  # fmt: skip
WALKS_M = [100.0, 200.0, 290.0, 500.0, np.nan]


@pytest.fixture
def demand():
    ids = [*"abcde"]
    return gpd.GeoDataFrame(
        {
            "demand_id": ids,
            "persons": 10.0,
            "walk_distance_m": WALKS_M,
            "air_distance_m": [90.0, 190.0, 280.0, 400.0, 250.0],
            "status": ["reached"] * 4 + ["no_walkway_near"],
        },
        geometry=[shapely.Point(10_000.0 * number, 0) for number in range(5)],
        crs=25832,
    )


def list_trials(demand, *, headline=HEADLINE, **doubts):
    nothing = {
        "need": pd.DataFrame(),
        "snap_variants": pd.DataFrame({"snap_limit_m": [], "demand_id": []}),
        "open_walks": pd.DataFrame(index=demand.index),
    }
    return list_siting_trials(
        demand, Doubts(**nothing | doubts), walking=WALKING, headline=headline, variants=VARIANTS
    )


def tell(trial):
    return trial.reach_m, ["".join(np.array([*"abcde"])[row]) for row in trial.is_covered]


def test_speeds_times_and_unknown_walks(demand):
    assert [tell(trial) for trial in list_trials(demand)] == [
        (300.0, ["abc"]), (150.0, ["a"]), (600.0, ["abcd"]), (240.0, ["ab"]), (300.0, ["abce"]),
    ]  # fmt: skip


def test_a_home_that_loses_its_leg_is_brought_within_reach_by_no_room(demand):
    rows = pd.DataFrame(
        {
            "demand_id": ["b", "d", "a"],
            "snap_limit_m": [150.0, 150.0, 500.0],
            "walk_distance_m": [np.nan, 280.0, 310.0],
            "status": ["no_walkway_near", "reached", "reached"],
        }
    )
    found = [tell(trial) for trial in list_trials(demand, snap_variants=rows)]
    # With 150 m b has no way any more and d comes within reach; with 500 m a walks farther.
    assert (300.0, ["abcde"]) in found
    assert (300.0, ["bce"]) in found


def test_without_steps_a_home_that_loses_its_step_free_way_is_brought_within_reach_by_no_room(demand):
    rows = pd.DataFrame(
        {
            "demand_id": ["b", "d"],
            "snap_limit_m": [150.0, 150.0],
            "walk_distance_m": [190.0, 410.0],
            "walk_distance_step_free_m": [np.nan, 290.0],
            "walk_distance_step_free_min_m": [np.nan, 290.0],
            "status": ["reached", "reached"],
            "step_free_status": ["no_walkway_near", "reached"],
        }
    )
    walks = {f"walk_distance_step_free_{end}m": WALKS_M for end in ("", "min_")}
    found = list_trials(
        demand.assign(**walks),
        headline=Headline(profile="step_free", threshold_min=5),
        snap_variants=rows,
        open_walks=pd.DataFrame({"open_walk_step_free_m_a": np.full(5, np.nan)}),
    )
    # b has a way over steps only, d comes within reach, a and c stay, e is off the map.
    assert (300.0, ["abcde"]) in [tell(trial) for trial in found]


def test_unknown_hours_count_as_closed_where_hours_are_known_of_any(demand):
    walks = pd.DataFrame(
        {
            "open_walk_m_a": [100.0, 900.0, np.nan, np.nan, np.nan],
            "open_walk_m_b": [np.nan, 250.0, 301.0, 1, 2],
        }
    )
    walks.loc[3:, "open_walk_m_b"] = np.nan
    assert tell(list_trials(demand, open_walks=walks)[-1]) == (300.0, ["ab"])
    walks = walks.mask(walks > 0)
    assert len(list_trials(demand, open_walks=walks)) == len(list_trials(demand))


def test_missing_places_are_drawn_again_and_again_and_only_add(demand):
    usual, *_, last = list_trials(demand, missing_counts=(2,))
    assert last.is_covered.shape == (3, 5)
    assert (last.is_covered >= usual.is_covered).all()
    drawn = last.is_covered & ~usual.is_covered
    assert (drawn.sum(axis=1) <= 2).all()  # homes are 10 km apart: a place reaches one
    assert len(list_trials(demand, missing_counts=(1, 2))) == len(list_trials(demand)) + 2
