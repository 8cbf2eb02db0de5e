# SPDX-License-Identifier: MIT
"""Tables about Potenzialräume in a street of 1,000 m with homes every 250 m, worked out on paper."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from begegnung_geo.analysis.network import build_network
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.siting_doubts import SitingTrial
from begegnung_geo.analysis.siting_tables import (
    build_siting_choices,
    build_siting_gains,
    build_siting_ranks,
    survey_ground,
)
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.errors import SitingError
from begegnung_geo.profile import Headline, Siting, Walking, WalkingProfile
from begegnung_geo.schema import conform_table

WALKING = Walking(
    thresholds_min=(5,),
    default_profile="adult",
    snap_distance_m=300,
    scrap_length_m=0,
    profiles={"adult": WalkingProfile(speed_m_s=1.0, reason="300 m in 5 minutes")},
)
HEADLINE = Headline(profile="adult", threshold_min=5)
RULES = {"places_max": 2, "must": (), "must_not": (), "cost_default": 1.0, "cost": {}, "time_limit_s": 9.0}
SITING = Siting(**RULES)
NONE_FLAGGED = pd.DataFrame({"level": [], "district_id": [], "is_underserved": []}).astype(
    {"is_underserved": bool}
)


@pytest.fixture
def survey(build_walkways, build_points):
    """Return a function: potential places as id -> metres along the street, to the shared ground."""

    def run(candidates):
        walk_nodes, walk_edges = build_network(build_walkways({1: (0, 0), 2: (1000, 0)}, {10: [1, 2]}))
        homes = {"h0": (0, 0), "h1": (250, 0), "h2": (500, 0), "h3": (750, 0), "h4": (1000, 0)}
        cells = build_points(homes, "cell_id").assign(
            persons=[100.0, 20.0, 30.0, 40.0, 50.0],
            persons_65_plus=[10.0, 2.0, 3.0, 4.0, 5.0],
            is_estimated=False,
            district_id_bezirk=["1", "1", "1", "2", "2"],
        )
        house = build_points({"house": (0, 0)}, "begegnungsort_id")
        laid = lay_ways(walk_nodes, walk_edges, snap_distance_m=300, scrap_length_m=0)
        demand, _ = assign_walk_distance(cells, house, ways=laid)
        points = build_points({key: (metres, 0) for key, metres in candidates.items()}, "begegnungsort_id")
        return survey_ground(
            demand,
            points,
            ways=laid,
            walking=WALKING,
            reach_factor_max=2.0,
        )

    return run


def test_gains_groups_minutes_and_the_districts_that_are_helped(survey):
    # The house covers h0 and h1. b at 700 m adds h2, h3, h4; c at 1000 m adds h3 and h4.
    flagged = pd.DataFrame({"level": ["bezirk"], "district_id": ["2"], "is_underserved": [True]})
    gains = build_siting_gains(survey({"c": 1000, "b": 700}), flagged).set_index("begegnungsort_id")
    conform_table(gains.reset_index(), "siting_gains")
    assert gains["persons_added"].to_dict() == {"b": 120.0, "c": 90.0}
    assert gains["persons_added_65_plus"].to_dict() == {"b": 12.0, "c": 9.0}
    assert gains["persons_own"].to_dict() == {"b": 30.0, "c": 0.0}
    assert gains["underserved_districts"].to_dict() == {"b": ["bezirk:2"], "c": ["bezirk:2"]}
    # b saves h2 300 of 500 m, h3 700 of 750, h4 700 of 1000; c saves h3 500 and h4 1000 (h2 nothing).
    assert gains.loc["b", "minutes_saved"] == pytest.approx((30 * 300 + 40 * 700 + 50 * 700) / 60)
    assert gains.loc["c", "minutes_saved"] == pytest.approx((40 * 500 + 50 * 1000) / 60)


def test_without_steps_a_room_adds_who_its_opening_would_cover(build_walkways, build_points):
    # The home stands at the foot of stairs: everybody's walk to the club is 400 + 650 + 300 m, though
    # a level way to it passes 50 m off. No walk without steps is shorter than everybody's.
    nodes = {1: (0, 0), 2: (0, -400), 3: (-100, -400), 4: (-100, 50), 5: (0, 50), 6: (300, 50)}
    walkways = build_walkways(nodes, {10: [1, 2], 11: [2, 3, 4, 5, 6]}, steps=[10])
    laid = lay_ways(*build_network(walkways), snap_distance_m=100, scrap_length_m=0)
    level = WalkingProfile(speed_m_s=1.0, step_free=True, reason="600 m in 10 minutes")
    walking = WALKING.model_copy(
        update={"profiles": {"level": level}, "thresholds_min": (10, 30), "default_profile": "level"}
    )
    cells = build_points({"h": (0, 0)}, "cell_id").assign(
        persons=100.0, is_estimated=False, district_id_bezirk="1"
    )
    club = build_points({"club": (300, 50)}, "begegnungsort_id")
    before, _ = assign_walk_distance(cells, club[:0], ways=laid)
    after, _ = assign_walk_distance(cells, club, ways=laid)
    assert after["walk_distance_step_free_m"].tolist() == [1350.0]
    gains = build_siting_gains(survey_ground(before, club, ways=laid, walking=walking), NONE_FLAGGED)
    assert gains.set_index("threshold_min")["persons_added"].to_dict() == {10: 0.0, 30: 100.0}


def test_choices_tell_each_number_of_places_that_still_helps(survey):
    choices = build_siting_choices(
        survey({"a": 450, "b": 1000, "c": 20}), np.full(5, np.nan), headlines=[HEADLINE], siting=SITING
    )
    conform_table(choices, "siting_choices")
    people = choices[choices["objective"] == "people"]
    # a at 450 m adds h2 and h3 (70), b at 1000 m h3 and h4 (90), both together 120.
    assert people["begegnungsort_ids"].tolist() == [["b"], ["a", "b"]]
    assert people["gain"].tolist() == [90.0, 120.0]
    assert (people["gap"] <= 1e-9).all()
    assert choices.set_index("objective").loc["fewest", "begegnungsort_ids"] == ["a", "b"]


def test_need_shifts_the_choice(survey):
    need = np.array([0.0, 0.0, 1.0, 0.1, 0.1])
    choices = build_siting_choices(survey({"a": 450, "b": 1000}), need, headlines=[HEADLINE], siting=SITING)
    first = choices[(choices["objective"] == "need") & (choices["place_count"] == 1)].iloc[0]
    assert first["begegnungsort_ids"] == ["a"]  # 30 x 1 + 40 x 0.1 against 90 x 0.1
    assert first["gain"] == pytest.approx(34.0)


def try_reaches(ground, *reaches_m):
    walk_m = ground.demand["walk_distance_m"].to_numpy()
    return [SitingTrial(reach_m, (walk_m <= reach_m)[np.newaxis]) for reach_m in reaches_m]


def test_of_places_drawn_at_random_the_mean_gain_is_ranked(survey):
    ground = survey({"b": 600, "d": 1000})
    usual, *_ = try_reaches(ground, 300)
    # b adds h2 and h3 (30 + 40), d adds h3 and h4 (40 + 50). Drawn places cover h3 and h4 once, h4 once:
    # b adds 30 and 70, d nothing and 40.
    draws = usual.is_covered | np.array([[0, 0, 0, 1, 1], [0, 0, 0, 0, 1]], dtype=bool)
    siting = SITING.model_copy(update={"places_max": 1})
    ranks = build_siting_ranks(
        ground, [usual, SitingTrial(300, draws)], headline=HEADLINE, siting=siting
    ).set_index("begegnungsort_id")
    assert ranks["rank"].to_dict() == {"d": 1, "b": 2}
    assert ranks["rank_low"].to_dict() == {"d": 1, "b": 1}
    assert set(ranks["stability"]) == {"fragile"}


def test_ranks_say_how_far_the_order_moves_with_the_pace(survey):
    ground = survey({"b": 600, "d": 1000})
    ranks = build_siting_ranks(
        ground,
        try_reaches(ground, 300, 150, 600),
        headline=HEADLINE,
        siting=SITING.model_copy(update={"places_max": 1}),
    ).set_index("begegnungsort_id")
    conform_table(ranks.reset_index(), "siting_ranks")
    # In 300 m b adds h2 and h3 (70), d h3 and h4 (90); in 150 m b h1, h2, h3 without h1 within 150 m of
    # the house (90), d h4 (50); in 600 m, where the house covers h0 to h2, both add h3 and h4 (90).
    assert ranks.loc["d", ["rank", "rank_low", "rank_high"]].tolist() == [1, 1, 2]
    assert ranks.loc["b", ["rank", "rank_low", "rank_high"]].tolist() == [2, 1, 2]
    assert ranks.loc["d", "trials_agreeing"] == 2
    assert ranks.loc["b", "stability"] == "fragile"


def test_a_city_without_potential_places_has_empty_tables(survey):
    ground = survey({})
    gains = build_siting_gains(ground, NONE_FLAGGED)
    choices = build_siting_choices(ground, np.full(5, 0.5), headlines=[HEADLINE], siting=SITING)
    ranks = build_siting_ranks(ground, try_reaches(ground, 300), headline=HEADLINE, siting=SITING)
    assert len(gains) == len(ranks) == len(choices) == 0
    for table, name in ((gains, "siting_gains"), (choices, "siting_choices"), (ranks, "siting_ranks")):
        conform_table(table, name)


def test_an_id_that_is_no_potential_place_is_told(survey):
    wrong = SITING.model_copy(update={"must": ("house",)})
    with pytest.raises(SitingError, match="no Potenzialraum") as caught:
        build_siting_choices(survey({"b": 600}), np.full(5, 0.5), headlines=[HEADLINE], siting=wrong)
    assert "house" in caught.value.where


def test_the_order_of_the_candidates_changes_nothing(survey):
    first = build_siting_gains(survey({"b": 700, "c": 1000}), NONE_FLAGGED)
    second = build_siting_gains(survey({"c": 1000, "b": 700}), NONE_FLAGGED)
    pd.testing.assert_frame_equal(first, second)
    assert isinstance(survey({"b": 1}).candidates, gpd.GeoDataFrame)
