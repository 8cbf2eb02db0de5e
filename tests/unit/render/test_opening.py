# SPDX-License-Identifier: MIT
"""The section on opening hours: the small town, where a quarter surely and three quarters perhaps reach."""

from dataclasses import replace

import pytest

from begegnung_geo.render.opening import build_open_hours
from begegnung_geo.render.scopes import build_city_scope, build_district_scopes
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from small_town import build_town, with_estimate, with_unknown, without_people, without_places


@pytest.fixture(scope="module")
def town():
    return build_town()


def build(content, *, language="de", district=None):
    scopes = build_district_scopes(content)
    scope = build_city_scope(content) if district is None else scopes[district]
    return build_open_hours(scope, Speaker(content, Words(language)))


def test_every_moment_of_the_profile_has_a_row_with_its_time_in_words(town):
    rows = build(town)["rows"]
    assert [row["name"] for row in rows][:2] == [
        "Vormittag an Werktagen (Mo–Fr)",
        "Abend an Werktagen (Mo–Fr)",
    ]
    assert rows[0]["when"] == "9 bis 12 Uhr"
    assert len(rows) == len(town.profile.moments)


def test_places_that_count_are_open_closed_or_unknown(town):
    # Of 12 places 8 count: 0, 1, 2, 5, 6, 7, 8, 11. Hours go round: Mo-Fr 09:00-17:00, none, by appointment.
    rows = {row["name"]: row for row in build(town)["rows"]}
    morning, saturday = rows["Vormittag an Werktagen (Mo–Fr)"], rows["Samstag"]
    assert (morning["open"], morning["closed"], morning["unknown"]) == ("2", "0", "6")
    assert (saturday["open"], saturday["closed"], saturday["unknown"]) == ("0", "2", "6")


def test_people_are_a_range_whose_ends_are_rounded_outwards(town):
    # Of 4,000 people 1,990 are within reach of a place (49.75 %): 12.4 % surely, 37.3 % perhaps.
    row = build(town)["rows"][0]
    assert (row["low"], row["high"], row["share"]) == (12, 38, "12 bis 38\N{NO-BREAK SPACE}%")
    assert build(town)["base"] == 50


def test_sentences_name_the_weakest_moment_and_what_is_known(town):
    first, second = build(town)["sentences"]
    assert "12 bis 38" in first
    assert second == "Von 8 Orten, die zählen, ist bei 2 bekannt, wann sie offen sind."
    assert "Least is open here" in build(town, language="en")["sentences"][0]


def test_estimated_people_are_marked(town):
    section = build(with_estimate(town))
    assert section["rows"][0]["share"].endswith(", geschätzt")
    assert "schätzungsweise" in section["sentences"][0]


def test_one_certain_figure_is_no_range(town):
    certain = town.open_coverage.assign(covered_share_min=town.open_coverage["covered_share_max"] * 0 + 0.3)
    content = replace(town, open_coverage=certain.assign(covered_share_max=0.3))
    assert build(content)["rows"][0]["share"] == "30\N{NO-BREAK SPACE}%"


def test_a_district_has_its_own_figures(town):
    # The east: 1,600 people, 340 within reach.
    row = build(town, district=1)["rows"][0]
    assert (row["low"], row["high"]) == (5, 16)


def test_hidden_ends_are_nothing_and_a_few(town):
    hidden = town.open_coverage.assign(covered_share_min=float("nan"), covered_share_max=float("nan"))
    row = build(replace(town, open_coverage=hidden))["rows"][0]
    assert (row["low"], row["high"]) == (0, 1)  # fewer than 10 of 4,000


def test_where_no_share_is_told_none_is_told_at_a_moment(town):
    for content in (with_unknown(town, share=0.5), without_people(town)):
        section = build(content)
        assert {row["low"] for row in section["rows"]} == {None}
        assert section["base"] is None
        assert len(section["sentences"]) == 1


def test_without_places_that_count_there_is_no_section(town):
    assert build(without_places(town)) == {}
