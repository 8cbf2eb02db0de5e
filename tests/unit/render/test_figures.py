# SPDX-License-Identifier: MIT
"""Rules of publication: hidden, rounded, told as a range, or not told at all."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.analysis.coverage import publish_coverage
from begegnung_geo.render.figures import (
    find_reach,
    format_part,
    format_persons,
    format_persons_prose,
    format_share,
    rank_persons,
)
from begegnung_geo.render.reach_table import build_reach_table
from begegnung_geo.render.scopes import build_city_scope
from begegnung_geo.render.statements import Speaker, list_method
from begegnung_geo.render.text import Words
from small_town import build_town_profile

PROFILE = build_town_profile()
WORDS = Words("de")


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ({}, ["wheel_fast"] * 2),
        ({"label_de": "Schnelle Rollstühle"}, ["Schnelle Rollstühle"] * 2),
        (
            {"label_de": "Schnelle Rollstühle", "label_en": "Fast wheelchairs"},
            ["Schnelle Rollstühle", "Fast wheelchairs"],
        ),
    ],
)
def test_a_walker_of_your_own_is_called_by_its_label_on_pages(town, labels, names):
    own = {"speed_m_s": 1.5, "step_free": True, "reason": "x", **labels}
    content = replace(town, profile=build_town_profile(walking={"profiles": {"wheel_fast": own}}))
    for language, name in zip(("de", "en"), names, strict=True):
        speaker = Speaker(content, Words(language))
        assert speaker.profile("wheel_fast") == name
        assert name in speaker.profile_of("wheel_fast")  # in quotation marks, inside a sentence
        assert any(name in sentence for sentence in list_method(speaker))
        table = build_reach_table(build_city_scope(content), speaker)
        assert name in [row["name"] for row in table["rows"]]
        assert speaker.profile("senior") == Words(language).say("profile.senior")


def test_a_city_may_call_a_shipped_walker_otherwise(town):
    named = build_town_profile(walking={"profiles": {"slow": {"label_de": "Hochbetagte"}}})
    speaker = Speaker(replace(town, profile=named), Words("de"))
    assert (speaker.profile("slow"), speaker.profile_of("slow")) == ("Hochbetagte", "„Hochbetagte“")


def _reach(*, persons: float, covered: float, unknown: float = 0.0):
    share = covered / persons if persons else float("nan")
    upper = (covered + unknown) / persons if persons else float("nan")
    exact = pd.DataFrame(
        {
            "profile": ["senior"],
            "threshold_min": [10],
            "persons": [float(persons)],
            "persons_covered": [float(covered)],
            "persons_unknown": [float(unknown)],
            "covered_share": [share],
            "covered_share_max": [upper],
        }
    )
    limit = PROFILE.coverage.unknown_share_max
    rows = publish_coverage(exact, exact, publication=PROFILE.publication, unknown_share_max=limit)
    return find_reach(rows, ("senior", 10), profile=PROFILE)


def _say(reach):
    return format_share(reach, publication=PROFILE.publication, words=WORDS).replace(
        "\N{NO-BREAK SPACE}", " "
    )


@pytest.mark.parametrize(
    ("figures", "status", "text"),
    [
        ({"persons": 1000, "covered": 615}, "known", "62 %"),
        ({"persons": 1000, "covered": 610, "unknown": 10}, "known", "61 %"),  # exactly one point
        ({"persons": 1000, "covered": 610, "unknown": 40}, "range", "61 bis 65 %"),
        ({"persons": 1000, "covered": 610, "unknown": 200}, "range", "61 bis 81 %"),  # just the limit of 20 %
        ({"persons": 1000, "covered": 610, "unknown": 205}, "no_statement", "nicht bestimmbar"),
        ({"persons": 95, "covered": 50}, "few_people", "zu wenige Menschen"),
        ({"persons": 5, "covered": 5}, "few_people", "zu wenige Menschen"),
        ({"persons": 100, "covered": 50}, "known", "50 %"),
        ({"persons": 0, "covered": 0}, "no_people", "keine Angabe"),
        ({"persons": 1000, "covered": 0}, "known", "0 %"),
        ({"persons": 1000, "covered": 1000}, "known", "100 %"),
        # Fewer than ten are within reach, or beyond it: neither none of them, nor how many.
        ({"persons": 1200, "covered": 5}, "known", "unter 1 %"),
        ({"persons": 130, "covered": 5}, "known", "unter 8 %"),
        ({"persons": 1200, "covered": 5, "unknown": 100}, "range", "0 bis 10 %"),
        ({"persons": 1200, "covered": 1195}, "known", "über 98 %"),
    ],
)
def test_what_may_be_said_about_a_share(figures, status, text):
    reach = _reach(**figures)
    assert reach.status == status
    assert _say(reach) == text


def test_a_hidden_part_is_told_as_what_it_is_less_than():
    publication = PROFILE.publication
    said = [
        format_part(part, 500.0, publication=publication, words=WORDS).replace("\N{NO-BREAK SPACE}", " ")
        for part in (float("nan"), 0.0, 50.0)
    ]
    assert said == ["unter 2 %", "0 %", "10 %"]


def test_what_is_hidden_is_neither_nobody_nor_a_number():
    reach = _reach(persons=1200, covered=5, unknown=5)
    assert reach.is_anybody_covered
    assert not reach.is_everybody_known
    assert not reach.is_nobody_beyond
    assert format_persons(reach.persons_covered, publication=PROFILE.publication, words=WORDS) == (
        "weniger als 10"
    )
    assert [rank_persons(n) for n in (reach.persons_covered, reach.persons)] == [0, 1200]


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
