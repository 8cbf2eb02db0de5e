# SPDX-License-Identifier: MIT
"""The flag: rule, reasons and stability of districts made up for it."""

import numpy as np
import pandas as pd
import pytest

from begegnung_geo.analysis.coverage import build_coverage
from begegnung_geo.analysis.underserved import flag_underserved, withhold_flags
from begegnung_geo.profile import Underserved, Walking, WalkingProfile
from begegnung_geo.schema import conform_table

WALKING = Walking(
    thresholds_min=(10,),
    default_profile="senior",
    snap_distance_m=300,
    scrap_length_m=1000,
    profiles={"senior": WalkingProfile(speed_m_s=1.0, step_free=False, reason="600 m in 10 minutes")},
)
RULE = Underserved(profile="senior", threshold_min=10, share_below=0.5, mad_below_median=1.0, persons_min=500)
NEAR, FAR, EDGE_LOW, EDGE_HIGH = 100.0, 5000.0, 500.0, 700.0


def flag(homes, *, level="bezirk", rule=RULE, unknown_share_max=0.2):
    """Return the flags for homes given as (district, persons, distance or None, air distance)."""
    demand = pd.DataFrame(homes, columns=["district", "persons", "walk_distance_m", "air_distance_m"])
    demand = demand.astype({"walk_distance_m": float, "persons": float})
    demand["walk_distance_step_free_m"] = demand["walk_distance_m"]
    demand["status"] = np.where(demand["walk_distance_m"].isna(), "no_walkway_near", "reached")
    demand[f"district_id_{level}"] = demand["district"]
    ids = sorted(set(demand["district"]))
    districts = pd.DataFrame({"level": [level] * len(ids), "district_id": ids})
    demand.loc[demand["persons"] == 0, f"district_id_{level}"] = np.nan
    coverage, _ = build_coverage(demand, districts, walking=WALKING)
    flags = flag_underserved(
        coverage, demand, districts, walking=WALKING, rule=rule, unknown_share_max=unknown_share_max
    )
    assert len(conform_table(flags, "underserved")) == len(ids)
    return flags.set_index("district_id")


def homes_with_share(district, share, persons=1000):
    return [(district, persons * share, NEAR, 50.0), (district, persons * (1 - share), FAR, 4000.0)]


def test_less_than_half_within_reach_is_flagged_and_half_is_not():
    flags = flag([*homes_with_share("a", 0.49), *homes_with_share("b", 0.5)])
    assert flags["is_underserved"].tolist() == [True, False]
    assert flags.loc["a", "reasons"] == ["share_below_limit"]
    assert flags.loc["b", "reasons"] == []


def test_clearly_below_the_median_of_its_level_is_flagged():
    # Shares .9 .9 .8 .8 .6: median .8, deviations .1 .1 0 0 .2, their median .1; .6 < .7.
    shares = {"a": 0.9, "b": 0.9, "c": 0.8, "d": 0.8, "e": 0.6}
    flags = flag([row for key, share in shares.items() for row in homes_with_share(key, share)])
    assert flags["is_underserved"].tolist() == [False] * 4 + [True]
    assert flags.loc["e", "reasons"] == ["share_below_median"]


def test_both_reasons_are_named():
    shares = {"a": 0.9, "b": 0.9, "c": 0.9, "d": 0.2}
    flags = flag([row for key, share in shares.items() for row in homes_with_share(key, share)])
    assert flags.loc["d", "reasons"] == ["share_below_limit", "share_below_median"]


def test_each_level_has_its_own_median():
    # Alone on its level a district is its own median; only the limit can flag it.
    flags = flag(homes_with_share("a", 0.6))
    assert not flags.loc["a", "is_underserved"]


def test_few_people_or_none_are_no_base_for_a_statement():
    flags = flag(
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


def test_too_many_unknown_walks_are_no_base_for_a_statement():
    flags = flag(
        [("a", 790, FAR, 4000.0), ("a", 210, None, 50.0), ("b", 800, FAR, 4000.0), ("b", 200, None, 50.0)]
    )
    assert flags["is_underserved"].tolist() == [False, True]
    assert flags["stability"].tolist() == ["not_assessable", "robust"]
    assert flags.loc["a", "reasons"] == ["unknown_share"]


@pytest.mark.parametrize(
    ("far", "stability"),
    [
        (FAR, "robust"),
        (700.0, "likely"),  # 1.2 x 600 m reaches them: the flag falls in one of five speeds
        (601.0, "fragile"),  # 1.1 and 1.2 reach them
    ],
)
def test_stability_counts_the_speeds_that_give_the_same_answer(far, stability):
    flags = flag([("a", 400, NEAR, 50.0), ("a", 600, far, 400.0)])
    assert flags.loc["a", "is_underserved"]
    assert flags.loc["a", "stability"] == stability


def test_unknown_walks_counted_as_covered_can_shake_a_flag():
    # 45 % covered, 10 % unknown: at most 55 %, so half of the variants say "not flagged".
    flags = flag([("a", 450, NEAR, 50.0), ("a", 100, None, 50.0), ("a", 450, FAR, 4000.0)])
    assert flags.loc["a", "is_underserved"]
    assert flags.loc["a", "stability"] == "fragile"


def test_a_district_that_is_not_flagged_is_tested_as_well():
    # 60 % covered, 20 of them only just: slower walkers (0.8, 0.9) do not reach.
    flags = flag([("a", 400, NEAR, 50.0), ("a", 200, 590.0, 400.0), ("a", 400, FAR, 4000.0)])
    assert not flags.loc["a", "is_underserved"]
    assert flags.loc["a", "stability"] == "fragile"


def test_the_order_of_homes_and_districts_is_irrelevant():
    homes = [
        row
        for key, share in zip("abcde", (0.9, 0.3, 0.8, 0.6, 0.7), strict=True)
        for row in homes_with_share(key, share)
    ]
    assert flag(homes).equals(flag(homes[::-1]))


def test_an_area_that_is_the_extract_itself_carries_no_flag():
    flags = pd.DataFrame(
        {
            "district_id": ["a", "b"], "level": ["x", "x"], "is_underserved": [True, False],
            "stability": ["robust", "robust"], "reasons": [["share_below_limit"], []],
        }
    )  # fmt: skip
    withheld = withhold_flags(flags)
    assert withheld["is_underserved"].tolist() == [False, False]
    assert set(withheld["stability"]) == {"not_assessable"}
    assert withheld["reasons"].tolist() == [["extract_edge", "share_below_limit"], ["extract_edge"]]
