# SPDX-License-Identifier: MIT
"""Gains and choices as they are told: small ones hidden, nobody stays nobody."""

import numpy as np
import pandas as pd

from begegnung_geo.analysis.siting_told import publish_choices, publish_siting
from begegnung_geo.profile import Publication

RULES = Publication(suppress_below=10, round_to=5, share_base_min=100)


def _gains(persons, *, helped=("x",)):
    return pd.DataFrame(
        {
            "begegnungsort_id": [f"b{i}" for i in range(len(persons))],
            "persons_added": persons,
            "persons_added_65_plus": persons,
            "persons_own": persons,
            "minutes_saved": [1249.0] * len(persons),
            "underserved_districts": [list(helped)] * len(persons),
        }
    )


def test_small_gains_are_hidden_nobody_is_zero_and_minutes_are_hundreds():
    told = publish_siting(_gains([0.0, 0.0, 5.0, 20.0]), _gains([0.0, 2.0, 7.0, 21.0]), publication=RULES)
    np.testing.assert_array_equal(told["persons_added"], [0.0, np.nan, np.nan, 20.0])
    np.testing.assert_array_equal(told["persons_own"], told["persons_added_65_plus"])
    assert set(told["minutes_saved"]) == {1200.0}


def test_which_districts_are_helped_is_decided_on_the_exact_people():
    told = publish_siting(_gains([0.0], helped=()), _gains([200.0], helped=("bezirk:1",)), publication=RULES)
    assert told["underserved_districts"].tolist() == [["bezirk:1"]]


def test_a_small_gain_of_a_choice_is_hidden_and_its_missing_greed_stays_missing():
    choices = pd.DataFrame({"gain": [5.0, 100.0], "greedy_gain": [5.0, np.nan], "gap": [0.0, 0.0]})
    told = publish_choices(choices, publication=RULES)
    np.testing.assert_array_equal(told["gain"], [np.nan, 100.0])
    assert told["greedy_gain"].isna().all()
