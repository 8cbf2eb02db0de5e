# SPDX-License-Identifier: MIT
"""Conditions, rules and the distance from the median, on figures written down by hand."""

import numpy as np
import pytest
from pydantic import ValidationError

from begegnung_geo.analysis.underserved_rules import (
    judge_districts,
    measure_mads_below_median,
    measure_medians,
    measure_shares,
)
from begegnung_geo.assessment import Condition
from begegnung_geo.config import build_profile

NAN = float("nan")


def test_a_condition_says_one_thing_and_why():
    with pytest.raises(ValidationError, match="one of below, above, at_least"):
        Condition(below=0.5, at_least=0.1, unit="0-1", reason="both")
    with pytest.raises(ValidationError, match="one of below, above, at_least"):
        Condition(unit="0-1", reason="none")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"required": {"persons_beyond": {"unit": "percent"}}}, "unit is persons"),
        ({"variants": {"speed_factors": [0.8]}}, "same reach"),  # 8 minutes at full speed
        ({"variants": {"thresholds_min": [10]}}, "same reach"),  # the rule itself
        ({"variants": {"thresholds_min": [-1]}}, "positive"),
        ({"rules": {"odd": {"minutes": {"below": 1, "unit": "min", "reason": "?"}}}}, "minutes"),
    ],
)
def test_impossible_rules_are_refused_with_their_key(change, message):
    overrides = {
        "city": {"key": "x", "name": "X"}, "sources": {"osm": {"file": "x.pbf"}}, "underserved": change,
    }  # fmt: skip
    with pytest.raises(Exception, match=message) as caught:
        build_profile(overrides, where="test")
    assert "underserved" in str(caught.value)


def test_all_conditions_of_one_rule_must_hold_and_one_rule_is_enough():
    rule = build_profile(
        {"city": {"key": "x", "name": "X"}, "sources": {"osm": {"file": "x.pbf"}}}, where="test"
    ).underserved
    verdict = judge_districts(
        {
            "covered_share": np.array([0.4, 0.7, 0.7, 0.85, 0.4, NAN]),
            "mads_below_median": np.array([0.0, 1.1, 1.0, 9.0, 9.0, NAN]),
            "persons_beyond": np.array([200.0, 200.0, 200.0, 900.0, 199.0, 900.0]),
            "need_index": np.array([0.5, 0.5, 0.66, 0.9, 0.9, 0.9]),  # high from 0.67 on
        },
        rule=rule,
    )
    assert verdict.is_underserved.tolist() == [True, True, False, False, False, False]
    assert verdict.holds["share_below_limit"].tolist() == [True, False, False, False, False, False]
    assert verdict.holds["share_below_median"].tolist() == [False, True, False, False, False, False]


def test_shares_are_unknown_without_people_and_never_above_one():
    assert measure_shares(np.array([3.0, 0.0, 5.0]), np.array([4.0, 0.0, 4.9])).tolist() == pytest.approx(
        [0.75, NAN, 1.0], nan_ok=True
    )


def test_median_and_deviation_are_those_of_the_level_without_empty_districts():
    share = np.array([0.9, 0.7, 0.8, NAN, 0.1, 0.3])
    level = np.array([0, 0, 0, 0, 1, 1])
    median, deviation = measure_medians(share, level)
    assert median.tolist() == pytest.approx([0.8] * 4 + [0.2] * 2)
    assert deviation.tolist() == pytest.approx([0.1] * 4 + [0.1] * 2)
    mads = measure_mads_below_median(share, level, districts_min=3)
    assert mads.tolist() == pytest.approx([-1, 1, 0, NAN, NAN, NAN], nan_ok=True)


def test_where_most_districts_are_alike_every_lower_share_is_infinitely_far_below():
    share = np.array([1.0, 1.0, 1.0, 0.9])
    mads = measure_mads_below_median(share, np.zeros(4, dtype=np.int64), districts_min=1)
    assert mads.tolist() == [0, 0, 0, np.inf]


def test_several_trials_are_judged_each_with_its_own_median():
    share = np.array([[0.9, 0.8, 0.7], [0.5, 0.4, 0.1]])
    mads = measure_mads_below_median(share, np.zeros(3, dtype=np.int64), districts_min=1)
    assert mads.tolist() == [pytest.approx([-1, 0, 1]), pytest.approx([-1, 0, 3])]
