# SPDX-License-Identifier: MIT
"""Rules of publication: hidden, rounded, told as a range, or not told at all."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.render.figures import find_reach, format_persons, format_persons_prose, format_share
from begegnung_geo.render.text import Words
from small_town import build_town_profile

PROFILE = build_town_profile()
WORDS = Words("de")


def _reach(*, persons: float, covered: float, unknown: float = 0.0):
    share = covered / persons if persons else float("nan")
    upper = (covered + unknown) / persons if persons else float("nan")
    rows = pd.DataFrame(
        {
            "profile": ["senior"],
            "threshold_min": [10],
            "persons": [persons],
            "persons_covered": [covered],
            "persons_unknown": [unknown],
            "covered_share": [share],
            "covered_share_max": [upper],
        }
    )
    return find_reach(rows, ("senior", 10), profile=PROFILE)


@pytest.mark.parametrize(
    ("figures", "status", "text"),
    [
        ({"persons": 1000, "covered": 614}, "known", "61 %"),
        ({"persons": 1000, "covered": 614, "unknown": 10}, "known", "61 %"),  # exactly one point
        ({"persons": 1000, "covered": 614, "unknown": 40}, "range", "61 bis 66 %"),
        ({"persons": 1000, "covered": 614, "unknown": 200}, "range", "61 bis 82 %"),  # just the limit of 20 %
        ({"persons": 1000, "covered": 614, "unknown": 201}, "no_statement", "nicht bestimmbar"),
        ({"persons": 99, "covered": 50}, "few_people", "zu wenige Menschen"),
        ({"persons": 100, "covered": 50}, "known", "50 %"),
        ({"persons": 0, "covered": 0}, "no_people", "keine Angabe"),
    ],
)
def test_what_may_be_said_about_a_share(figures, status, text):
    reach = _reach(**figures)
    assert reach.status == status
    assert format_share(reach, words=WORDS).replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_choice_without_a_row_is_no_statement_about_anybody():
    reach = find_reach(pd.DataFrame(columns=["profile", "threshold_min"]), ("senior", 10), profile=PROFILE)
    assert reach.status == "no_people"


@pytest.mark.parametrize(
    ("persons", "table", "prose"),
    [
        (0, "0", "0"),
        (1, "weniger als 10", "weniger als 10"),
        (9.9, "weniger als 10", "weniger als 10"),
        (10, "10", "10"),
        (13, "15", "15"),
        (5_433, "5.435", "5.430"),
        (21_987, "21.985", "22.000"),
        (586_321, "586.320", "586.000"),
    ],
)
def test_people_are_hidden_when_few_and_rounded_otherwise(persons, table, prose):
    publication = PROFILE.publication
    assert format_persons(persons, publication=publication, words=WORDS) == table
    assert format_persons_prose(persons, publication=publication, words=WORDS) == prose


@given(st.floats(min_value=0.01, max_value=2e6))
def test_no_printed_number_of_people_is_finer_than_the_rule(persons):
    for format_ in (format_persons, format_persons_prose):
        text = format_(persons, publication=PROFILE.publication, words=WORDS).replace(".", "")
        if text.isdigit():
            assert int(text) % PROFILE.publication.round_to == 0
            assert persons >= PROFILE.publication.suppress_below
