# SPDX-License-Identifier: MIT
"""The flag: rules, reasons and stability of districts made up for it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.underserved import flag_underserved, withhold_flags
from begegnung_geo.analysis.underserved_variants import Doubts
from begegnung_geo.assessment import Underserved
from begegnung_geo.profile import Walking, WalkingProfile
from begegnung_geo.schema import conform_table

WALKING = Walking(
    thresholds_min=(10,),
    default_profile="senior",
    snap_distance_m=300,
    scrap_length_m=1000,
    profiles={
        "senior": WalkingProfile(speed_m_s=1.0, step_free=False, reason="600 m in 10 minutes"),
        "step_free": WalkingProfile(speed_m_s=1.0, step_free=True, reason="the same without steps"),
    },
)
LIMIT = {"covered_share": {"below": 0.5, "unit": "0-1", "reason": "half"}}
MEDIAN = {
    "mads_below_median": {"above": 1.0, "unit": "MAD", "reason": "far below"},
    "covered_share": {"below": 0.8, "unit": "0-1", "reason": "four of five are enough"},
}
VARIANTS = {
    "speed_factors": [0.9, 1.1], "thresholds_min": [8, 12], "snap_distances_m": [150, 500], "draws_count": 10,
    "draws_agree_min": 0.9, "seed": 1, "detour_factor": 1.25, "likely_agreement_min": 0.7,
}  # fmt: skip
NEAR, FAR = 100.0, 5000.0
WALKS = ("walk_distance_m", "walk_distance_step_free_m", "walk_distance_step_free_min_m")


def build_rule(**changes):
    """Reaches of the variants: 540, 660 (speed), 480 and 720 m (minutes) beside 600 m."""
    given = {
        "profile": "senior",
        "threshold_min": 10,
        "persons_min": 500,
        "median_districts_min": 3,
        "required": {"persons_beyond": {"at_least": 200, "unit": "persons", "reason": "a neighbourhood"}},
        "rules": {"share_below_limit": LIMIT, "share_below_median": MEDIAN},
        "variants": VARIANTS,
    }  # fmt: skip
    return Underserved.model_validate(given | changes)


RULE = build_rule()
ONLY_LIMIT = build_rule(rules={"share_below_limit": LIMIT})


def flag_both(
    homes, *, rule=RULE, unknown_share_max=0.2, level="bezirk", need=None, snapped=(), missing=(), hours=None
):
    """
    Return both tables for homes given as (district, persons, distance or None, air distance).

    `need`: district -> lowest and highest index. `snapped`: limit, number of a home, its
    walk then. `hours`: moment -> each home's walk to a place known to be open.
    Homes of a district are at one spot, 10 km from the next.
    """
    demand = pd.DataFrame(homes, columns=["district", "persons", "walk_distance_m", "air_distance_m"])
    demand = demand.astype({"walk_distance_m": float, "persons": float, "air_distance_m": float})
    demand["walk_distance_step_free_m"] = demand["walk_distance_m"]
    demand["demand_id"] = [f"h{number}" for number in range(len(demand))]
    at = np.array([10_000.0 * ord(district) for district in demand["district"]])
    demand["walk_distance_step_free_min_m"] = demand["walk_distance_m"]
    demand["status"] = np.where(demand["walk_distance_m"].isna(), "no_walkway_near", "reached")
    demand[f"district_id_{level}"] = demand["district"]
    ids = sorted(set(demand["district"]))
    districts = pd.DataFrame({"level": [level] * len(ids), "district_id": ids})
    demand.loc[demand["persons"] == 0, f"district_id_{level}"] = np.nan
    ends = pd.DataFrame((need or {}).values(), columns=["need_index_low", "need_index_high"], dtype=float)
    is_known = ends["need_index_low"] == ends["need_index_high"]
    index = ends["need_index_low"].where(is_known)
    weighed = ends.assign(district_id=list(need or {}), level=level, need_index=index)
    weighed["district_id"] = weighed["district_id"].astype("str")
    flags, variants = flag_underserved(
        gpd.GeoDataFrame(demand, geometry=shapely.points(at, np.zeros(len(demand))), crs="EPSG:25832"),
        districts,
        Doubts(
            need=weighed,
            snap_variants=build_snapped(snapped),
            open_walks=pd.DataFrame(
                {f"open_walk_m_{moment}": walks for moment, walks in (hours or {}).items()}
            ),
            missing_counts=missing,
        ),
        walking=WALKING,
        rule=rule,
        unknown_share_max=unknown_share_max,
    )
    assert len(conform_table(flags, "underserved")) == len(ids)
    conform_table(variants, "underserved_variants")
    return flags.set_index("district_id"), variants


def build_snapped(rows):
    return pd.DataFrame(
        {
            "demand_id": pd.Series([f"h{row[1]}" for row in rows], dtype="str"),
            "snap_limit_m": pd.Series([row[0] for row in rows], dtype=float),
            **{name: pd.Series([row[2] for row in rows], dtype=float) for name in WALKS},
            "status": pd.Series(["reached" if row[2] else "no_walkway_near" for row in rows], dtype="str"),
        }
    )


def flag(homes, **more):
    return flag_both(homes, **more)[0]


def homes_with_share(district, share, persons=1000):
    return [(district, persons * share, NEAR, 50.0), (district, persons * (1 - share), FAR, 4000.0)]


def town(**shares):
    return [row for key, share in shares.items() for row in homes_with_share(key, share)]


def test_less_than_half_within_reach_is_flagged_and_half_is_not():
    flags = flag(town(a=0.49, b=0.5))
    assert flags["is_underserved"].tolist() == [True, False]
    assert flags.loc["a", "reasons"] == ["share_below_limit"]
    assert flags.loc["b", "reasons"] == []
    assert flags["persons_beyond"].tolist() == pytest.approx([510, 500])


def test_clearly_below_the_median_of_its_level_is_flagged():
    # Shares .9 .9 .8 .8 .6: median .8, deviations .1 .1 0 0 .2, their median .1; .6 < .7.
    flags = flag(town(a=0.9, b=0.9, c=0.8, d=0.8, e=0.6))
    assert flags["is_underserved"].tolist() == [False] * 4 + [True]
    assert flags.loc["e", "reasons"] == ["share_below_median"]
    assert flags["level_median_share"].tolist() == [0.8] * 5


def test_exactly_one_deviation_below_the_median_is_not_clearly_below():
    # Median .7, deviations .1 0 .1: their median is .1, and .6 is exactly that far below.
    assert not flag(town(a=0.6, b=0.7, c=0.8))["is_underserved"].any()


def test_four_of_five_within_reach_are_enough_however_good_the_others_are():
    # Median .93, deviations .02 .01 0 .02 .08, their median .02: .85 lies four of them below.
    assert not flag(town(a=0.95, b=0.94, c=0.93, d=0.91, e=0.85))["is_underserved"].any()
    assert flag(town(a=0.95, b=0.94, c=0.93, d=0.91, e=0.79)).loc["e", "reasons"] == ["share_below_median"]


def test_both_reasons_are_named_in_the_order_of_the_profile():
    flags = flag(town(a=0.9, b=0.9, c=0.9, d=0.2))
    assert flags.loc["d", "reasons"] == ["share_below_limit", "share_below_median"]


def test_the_median_of_too_few_districts_flags_nobody():
    assert flag(town(a=0.9, b=0.9, c=0.6)).loc["c", "is_underserved"]
    assert not flag(town(a=0.9, b=0.9, c=0.6), rule=build_rule(median_districts_min=4))[
        "is_underserved"
    ].any()


def test_a_district_where_nobody_lives_is_not_counted_in_the_median():
    homes = [*town(a=0.9, b=0.9, c=0.6), ("d", 0, NEAR, 1.0)]
    assert not flag(homes, rule=build_rule(median_districts_min=4))["is_underserved"].any()


def test_each_level_has_its_own_median():
    # Alone on its level a district is its own median; only the limit can flag it.
    flags = flag(homes_with_share("a", 0.6), rule=build_rule(median_districts_min=1))
    assert not flags.loc["a", "is_underserved"]


def test_few_people_beyond_reach_are_no_neighbourhood_to_build_for():
    # 60 % of 500 people: 200 beyond reach; 61 %: 195.
    rule = build_rule(
        rules={"share_below_limit": LIMIT | {"covered_share": LIMIT["covered_share"] | {"below": 0.7}}}
    )
    assert flag(homes_with_share("a", 0.60, persons=500), rule=rule).loc["a", "is_underserved"]
    assert not flag(homes_with_share("a", 0.61, persons=500), rule=rule).loc["a", "is_underserved"]


def test_few_people_or_none_are_no_base_for_a_statement():
    flags, variants = flag_both(
        [
            *homes_with_share("a", 0.1, persons=499),
            *homes_with_share("b", 0.1, persons=500),
            ("c", 0, NEAR, 1.0),
        ]
    )
    assert flags["is_underserved"].tolist() == [False, True, False]
    assert flags["stability"].tolist() == ["not_assessable", "robust", "not_assessable"]
    assert flags.loc["a", "reasons"] == ["few_people"]
    assert flags.loc["c", "reasons"] == ["no_people"]
    assert set(variants["district_id"]) == {"b"}
    assert flags["variants_count"].tolist() == [0, 4, 0]


def test_too_many_unknown_walks_are_no_base_for_a_statement():
    flags = flag(
        [("a", 790, FAR, 4000.0), ("a", 210, None, 50.0), ("b", 800, FAR, 4000.0), ("b", 200, None, 50.0)]
    )
    assert flags["is_underserved"].tolist() == [False, True]
    assert flags["stability"].tolist() == ["not_assessable", "robust"]
    assert flags.loc["a", "reasons"] == ["unknown_share"]


@pytest.mark.parametrize(
    ("far", "agree", "stability"),
    [
        (FAR, 4, "robust"),
        (700.0, 3, "likely"),  # 12 minutes reach 720 m: one of four variants says no
        (650.0, 2, "fragile"),  # so does 1.1 x 600 m
    ],
)
def test_stability_counts_the_variants_that_give_the_same_answer(far, agree, stability):
    flags, variants = flag_both([("a", 400, NEAR, 50.0), ("a", 600, far, 400.0)])
    assert flags.loc["a", "is_underserved"]
    assert flags.loc["a", "stability"] == stability
    assert flags.loc["a", ["variants_agree", "variants_count"]].tolist() == [agree, 4]
    assert variants["is_same_answer"].sum() == agree


def test_the_table_of_variants_says_what_each_assumption_does():
    _, variants = flag_both([("a", 400, NEAR, 50.0), ("a", 600, 700.0, 400.0)])
    said = variants.set_index("variant")[["dimension", "value", "is_underserved", "covered_share"]]
    assert said.loc["threshold_12"].tolist() == ["threshold", 12.0, False, 1.0]
    assert said.loc["speed_1.1"].tolist() == ["speed", 1.1, True, 0.4]


def test_unknown_walks_counted_as_covered_are_a_variant_where_there_are_any():
    # 45 % covered, 10 % unknown: at most 55 %, so this variant says "not flagged".
    homes = [("a", 450, NEAR, 50.0), ("a", 100, None, 50.0), ("a", 450, FAR, 4000.0)]
    flags, variants = flag_both(homes)
    assert flags.loc["a", "is_underserved"]
    assert variants.set_index("variant")["is_same_answer"].to_dict() == {
        "speed_0.9": True, "speed_1.1": True, "threshold_8": True, "threshold_12": True,
        "unknown_walks_1": False,
    }  # fmt: skip
    assert flags.loc["a", "persons_beyond"] == 450


@pytest.mark.parametrize("profile", ["senior", "step_free"])
def test_homes_that_lose_or_find_their_walkway_are_a_variant(profile):
    # 45 % within reach; with legs of 500 m 100 more are; with 150 m nobody knows of 100 of the near ones.
    homes = [("a", 350, NEAR, 50.0), ("a", 100, NEAR, 50.0), ("a", 450, FAR, 4000.0), ("a", 100, None, 50.0)]
    rule = build_rule(profile=profile)
    flags, variants = flag_both(homes, rule=rule, snapped=[(500.0, 3, 400.0), (150.0, 1, None)])
    said = variants.set_index("variant")
    assert said.loc["leg_500", ["is_underserved", "covered_share"]].tolist() == [False, 0.55]
    assert said.loc["leg_150", ["is_underserved", "covered_share"]].tolist() == [True, 0.35]
    assert flags.loc["a", "variants_count"] == 7  # four, two legs, unknown walks


def test_places_of_unknown_hours_are_closed_in_one_variant():
    # 60 % within reach of a place; of one known to be open, in the morning or on Sunday, 40 %.
    homes = [("a", 200, NEAR, 50.0), ("a", 200, NEAR, 50.0), ("a", 200, NEAR, 50.0), ("a", 400, FAR, 4000.0)]
    hours = {"morning": [100.0, 900.0, None, None], "sunday": [None, 550.0, 601.0, None]}
    flags, variants = flag_both(homes, hours=hours)
    assert not flags.loc["a", "is_underserved"]
    said = variants.set_index("variant").loc["unknown_hours_1"]
    assert said[["is_underserved", "covered_share"]].tolist() == [True, 0.4]


@pytest.mark.parametrize(
    "hours",
    [
        {"morning": [None, None]},  # of no place are the hours known
        {"morning": [100.0, None]},  # every place is known to be open then
    ],
)
def test_where_hours_change_nothing_or_nobody_knows_any_there_is_no_such_variant(hours):
    _, variants = flag_both([("a", 600, NEAR, 50.0), ("a", 400, FAR, 4000.0)], hours=hours)
    assert "unknown_hours" not in set(variants["dimension"])


def test_places_that_no_source_names_are_a_variant_by_many_draws():
    # One place stands in a (900 people) in nine of ten draws or so, else in b (100 people).
    homes = [("a", 900, FAR, 4000.0), ("b", 100, FAR, 4000.0)]
    rule = build_rule(
        persons_min=100,
        required={"persons_beyond": {"at_least": 50, "unit": "persons", "reason": "few"}},
        variants=VARIANTS | {"draws_count": 200},
    )
    flags, variants = flag_both(homes, rule=rule, missing=(1,))
    said = variants[variants["dimension"] == "missing_places"].set_index("district_id")
    assert flags["is_underserved"].all()
    assert said["variant"].tolist() == ["missing_places_1"] * 2
    assert said.loc["a", "same_answer_share"] == pytest.approx(0.1, abs=0.07)
    assert said.loc["b", "same_answer_share"] == pytest.approx(1 - said.loc["a", "same_answer_share"])
    assert said["is_underserved"].tolist() == [False, True]
    assert said.loc["a", "covered_share"] == pytest.approx(1 - said.loc["a", "same_answer_share"])


def test_a_district_that_is_not_flagged_is_tested_as_well():
    # 60 % covered, 20 of them only just: slower walkers (540 m) and 8 minutes (480 m) do not reach.
    flags = flag([("a", 400, NEAR, 50.0), ("a", 200, 590.0, 400.0), ("a", 400, FAR, 4000.0)])
    assert not flags.loc["a", "is_underserved"]
    assert flags.loc["a", "stability"] == "fragile"


def test_without_variants_an_answer_is_untested_but_stands():
    variants = VARIANTS | {"speed_factors": [], "thresholds_min": []}
    flags = flag(town(a=0.1), rule=build_rule(variants=variants))
    assert flags.loc["a", "is_underserved"]
    assert flags.loc["a", "variants_count"] == 0


NEED = {
    "need_index": {"at_least": 0.67, "unit": "0-1", "reason": "high"},
    "covered_share": {"below": 0.65, "unit": "0-1", "reason": "more than half is not enough there"},
}
WITH_NEED = build_rule(rules={"share_below_limit": LIMIT, "high_need": NEED})


def test_where_need_is_high_a_share_above_the_limit_is_not_enough():
    need = {"a": (0.67, 0.67), "b": (0.66, 0.66), "c": (0.9, 0.9)}
    flags, _ = flag_both(town(a=0.64, b=0.64, c=0.65), rule=WITH_NEED, need=need)
    assert flags["is_underserved"].tolist() == [True, False, False]
    assert flags.loc["a", "reasons"] == ["high_need"]
    assert flags["need_index"].tolist() == [0.67, 0.66, 0.9]


def test_unknown_need_flags_nobody_but_is_a_variant():
    flags, variants = flag_both(town(a=0.6, b=0.6), rule=WITH_NEED, need={"a": (0.4, 0.7)})
    assert not flags["is_underserved"].any()
    assert flags["need_index"].isna().all()  # of a it is a range, of b there is none
    said = variants[variants["variant"] == "need_unknown_1"].set_index("district_id")
    assert said["is_underserved"].to_dict() == {"a": True, "b": False}
    assert flags["variants_count"].tolist() == [5, 5]


homes_of_a_town = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.integers(0, 900),
        st.one_of(st.none(), st.integers(0, 1500)),
        st.integers(0, 400),
    ),
    min_size=1,
    max_size=30,
)


@given(homes=homes_of_a_town, seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_the_order_of_homes_is_irrelevant(homes, seed):
    order = np.random.default_rng(seed).permutation(len(homes))
    for one, other in zip(flag_both(homes), flag_both([homes[k] for k in order]), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-9)


@given(homes=homes_of_a_town, nearer=st.lists(st.floats(0, 1), min_size=30, max_size=30))
@settings(max_examples=20, deadline=None)
def test_a_new_place_flags_nobody_by_the_absolute_rule(homes, nearer):
    # A new place makes walks shorter or leaves them; unknown walks may become known and short.
    after = [
        (district, persons, (200.0 if share < 0.3 else None) if walk is None else walk * share, air * share)
        for (district, persons, walk, air), share in zip(homes, nearer, strict=False)
    ]
    before_flags, after_flags = (
        flag(rows, rule=ONLY_LIMIT, unknown_share_max=1.0)["is_underserved"] for rows in (homes, after)
    )
    assert not (after_flags & ~before_flags).any()


@given(
    homes=homes_of_a_town,
    need=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=4, max_size=4),
    more=st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
@settings(max_examples=20, deadline=None)
def test_more_need_never_takes_a_flag_away(homes, need, more):
    low = {key: (min(pair), max(pair)) for key, pair in zip("abcd", need, strict=True)}
    high = {
        key: tuple(min(1.0, end + extra) for end in low[key]) for key, extra in zip("abcd", more, strict=True)
    }
    before, after = (
        flag(homes, rule=build_rule(rules={**RULE.model_dump()["rules"], "high_need": NEED}), need=weighed)
        for weighed in (low, high)
    )
    assert not (before["is_underserved"] & ~after["is_underserved"]).any()


@pytest.mark.parametrize("code", ["extract_edge", "partial_people"])
def test_an_area_that_cannot_be_assessed_carries_no_flag(code):
    flags, variants = flag_both([*town(a=0.1, b=0.9), *homes_with_share("c", 0.1, persons=400)])
    withheld, tried = withhold_flags(flags.reset_index(), variants, code=code)
    assert withheld["is_underserved"].tolist() == [False] * 3
    assert set(withheld["stability"]) == {"not_assessable"}
    assert withheld["reasons"].tolist() == [[code], [code], sorted([code, "few_people"])]
    assert len(tried) == 0
    conform_table(withheld, "underserved")
