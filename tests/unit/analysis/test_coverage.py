# SPDX-License-Identifier: MIT
"""Coverage: people within reach, counted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.coverage import build_coverage, find_unknown, withhold_shares
from begegnung_geo.profile import Walking, WalkingProfile
from begegnung_geo.schema import conform_table

WALKING = Walking(
    thresholds_min=(5, 10),
    default_profile="adult",
    snap_distance_m=300,
    scrap_length_m=1000,
    profiles={
        "adult": WalkingProfile(speed_m_s=1.0, step_free=False, reason="300 m in 5 minutes"),
        "wheel": WalkingProfile(speed_m_s=1.0, step_free=True, reason="the same without steps"),
    },
)
DISTRICTS = pd.DataFrame(
    {"level": ["bezirk"] * 3, "district_id": ["001", "000", "002"], "name": ["B", "A", "C"]}
)
COLUMNS = [
    "persons",
    "walk_distance_m",
    "walk_distance_step_free_m",
    "walk_distance_step_free_min_m",
    "air_distance_m",
    "status",
    "district_id_bezirk",
]
NAN = np.nan
HOMES = pd.DataFrame(
    [
        (10, 300.0, 700.0, 700.0, 200.0, "reached", "000"),
        (20, 300.1, 300.1, 300.1, 250.0, "reached", "000"),
        (40, NAN, NAN, NAN, 100.0, "no_walkway_near", "000"),
        (80, NAN, NAN, NAN, 400.0, "isolated", "001"),
        (160, NAN, NAN, NAN, 5000.0, "isolated", "001"),
    ],
    columns=COLUMNS,
)


def cover(homes=HOMES, districts=DISTRICTS):
    coverage, city = build_coverage(homes, districts, walking=WALKING)
    keys = ["profile", "threshold_min"]
    return coverage.set_index(["district_id", *keys]), city.set_index(keys)


def test_a_home_exactly_at_the_reach_is_covered_and_one_beyond_is_not():
    coverage, _ = cover()
    assert coverage.loc[("000", "adult", 5), "persons_covered"] == 10
    assert coverage.loc[("000", "adult", 10), "persons_covered"] == 30


def test_profiles_without_steps_use_the_distance_without_steps():
    coverage, _ = cover()
    assert coverage.loc[("000", "wheel", 5), "persons_covered"] == 0
    assert coverage.loc[("000", "wheel", 10), "persons_covered"] == 20


def test_an_unknown_walk_is_neither_near_nor_far():
    coverage, _ = cover()
    row = coverage.loc["000", "adult", 5]
    assert row["persons_unknown"] == 40
    assert row["covered_share"] == pytest.approx(10 / 70)
    assert row["covered_share_max"] == pytest.approx(50 / 70)


def test_who_is_too_far_even_as_the_crow_flies_is_known_not_to_reach():
    assert find_unknown(HOMES, reach_m=300, step_free=False).tolist() == [False, False, True, False, False]
    assert find_unknown(HOMES, reach_m=600, step_free=False).tolist() == [False, False, True, True, False]


def test_who_lives_off_the_map_is_unknown_however_far_the_known_places_are():
    far = HOMES.assign(air_distance_m=9000.0)
    assert find_unknown(far, reach_m=300, step_free=False).tolist() == [False, False, True, False, False]


def test_districts_without_people_have_rows_and_no_share():
    coverage, _ = cover()
    row = coverage.loc["002", "adult", 5]
    assert row["persons"] == 0
    assert np.isnan(row["covered_share"])
    assert np.isnan(row["covered_share_max"])


def test_the_city_is_the_sum_of_all_homes():
    _, city = cover()
    assert city.loc[("adult", 5), ["persons", "persons_covered", "persons_unknown"]].tolist() == [310, 10, 40]
    assert city.loc[("adult", 10), "persons_unknown"] == 120


def test_ways_nobody_knows_about_make_a_walk_without_steps_unknown():
    # 10 people walk 700 m along known ways, perhaps 300 m along others; 20 walk 300.1 m in any case.
    homes = HOMES.assign(walk_distance_step_free_min_m=[300.0, 300.1, NAN, NAN, NAN])
    coverage, _ = cover(homes)
    step_free, everyone = coverage.loc["000", "wheel", 5], coverage.loc["000", "adult", 5]
    assert step_free["persons_covered"] == 0
    assert step_free["persons_unknown"] == 10 + 40
    assert everyone["persons_unknown"] == 40


def test_a_city_without_a_place_covers_nobody_and_leaves_nothing_unknown():
    homes = HOMES.assign(
        walk_distance_m=NAN,
        walk_distance_step_free_m=NAN,
        walk_distance_step_free_min_m=NAN,
        air_distance_m=NAN,
        status="no_place",
    )
    _, city = cover(homes)
    assert city["persons_covered"].tolist() == city["persons_unknown"].tolist() == [0.0] * 4


def test_nobody_and_no_district_are_no_error_and_tables_keep_their_contract():
    for homes in (HOMES, HOMES.iloc[:0]):
        for districts in (DISTRICTS, DISTRICTS.iloc[:0]):
            coverage, city = build_coverage(homes, districts, walking=WALKING)
            assert len(conform_table(coverage, "coverage")) == len(districts) * 4
            assert len(conform_table(city, "city_coverage")) == 4
    assert (
        conform_table(build_coverage(HOMES, DISTRICTS, walking=WALKING)[0], "coverage")["district_id"][0]
        == "000"
    )


@given(
    rows=st.lists(
        st.tuples(
            st.floats(0, 500),
            st.one_of(st.none(), st.floats(0, 2000)),
            st.floats(0, 2000),
            st.sampled_from(["a", "b", "c"]),
            st.sampled_from(["x", "y"]),
        ),
        max_size=30,
    )
)
@settings(max_examples=20, deadline=None)
def test_people_are_conserved_on_every_level_and_longer_walks_cover_more(rows):
    homes = pd.DataFrame(
        rows,
        columns=["persons", "walk_distance_m", "air_distance_m", "district_id_fine", "district_id_coarse"],
    )
    homes = homes.astype({"persons": float, "walk_distance_m": float, "air_distance_m": float})
    homes["walk_distance_step_free_m"] = homes["walk_distance_m"] * 1.5
    homes["walk_distance_step_free_min_m"] = homes["walk_distance_m"] * 1.2
    homes["status"] = np.where(homes["walk_distance_m"].isna(), "isolated", "reached")
    districts = pd.DataFrame({"level": ["fine"] * 3 + ["coarse"] * 2, "district_id": [*"abc", *"xy"]})
    coverage, city = build_coverage(homes, districts, walking=WALKING)
    sums = ["persons", "persons_covered", "persons_unknown"]
    by_level = coverage.groupby(["level", "profile", "threshold_min"])[sums].sum()
    whole = city.set_index(["profile", "threshold_min"])[sums]
    for level in ("fine", "coarse"):
        assert np.allclose(by_level.loc[level], whole, rtol=1e-9)
    assert whole["persons"].to_numpy() == pytest.approx(homes["persons"].sum())
    assert whole.loc[("adult", 10), "persons_covered"] >= whole.loc[("adult", 5), "persons_covered"]
    assert (coverage["covered_share"].dropna() <= coverage["covered_share_max"].dropna()).all()
    assert coverage["covered_share_max"].dropna().between(0, 1).all()


def test_withheld_shares_are_null_and_the_counts_stay():
    coverage, _ = cover()
    withheld = withhold_shares(coverage)
    assert withheld[["covered_share", "covered_share_max"]].isna().all().all()
    assert withheld["persons"].equals(coverage["persons"])
