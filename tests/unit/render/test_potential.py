# SPDX-License-Identifier: MIT
"""What an opening would bring, as the pages of the hand-made town tell it."""

from dataclasses import replace

import pytest

from begegnung_geo.render.potential import build_potential, tell_gains
from begegnung_geo.render.scopes import build_city_scope, build_district_scopes
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from small_town import build_town, list_potential

FEW = "weniger als 10"


@pytest.fixture(scope="module")
def content():
    return build_town()


@pytest.fixture(scope="module")
def speaker(content):
    return Speaker(content, Words("de"))


def _change(content, **changes):
    return Speaker(replace(content, **changes), Words("de"))


def test_the_table_tells_people_overlap_help_and_rank_most_people_first(content, speaker):
    first, second = build_potential(build_city_scope(content), speaker)["rows"]
    assert (first["name"], second["name"]) == ("Haus E", "Haus K")
    # Senior in 10 minutes, adult in 15, then those of 65 and more, who are hidden.
    assert [cell["text"] for cell in first["persons"]] == ["300", "0", FEW]
    assert first["shared"]["text"] == "0"  # all of its 300 are its own
    assert second["shared"]["text"] == FEW  # how many are its own is hidden
    assert first["helped"] == "Außenmark"
    assert second["helped"] == ""
    assert first["rank"] == "1, auch unter anderen Annahmen; sicher"
    assert second["rank"] == "2, je nach Annahme 1 bis 2; unsicher"


def test_hidden_numbers_sort_above_nobody_and_below_everybody(content, speaker):
    row = build_potential(build_city_scope(content), speaker)["rows"][0]
    assert [cell["sort"] for cell in row["persons"]] == [300, 0, 1]


def test_the_best_choice_says_whether_it_is_proven_and_what_greed_would_bring(content, speaker):
    one, two, fewest, *doubt = build_potential(build_city_scope(content), speaker)["choices"]
    assert one.startswith("Ein Raum: Haus E. Rund 300 Menschen mehr")
    assert one.endswith("Eine bessere Wahl gibt es nachweislich nicht.")
    # The gap is 1 % of the best, which is 500 / 0.99: 1.01 % more than 500, told as 2 % at most.
    assert "2 Räume: Haus E, Haus K. Zusammen hätten rund 500 Menschen mehr" in two
    assert "höchstens 2\N{NO-BREAK SPACE}% mehr" in two
    assert two.endswith("immer der beste zuerst, wären es 450.")
    assert "500 Menschen" in fewest
    assert "2 Räume" in fewest
    assert len(doubt) == 1
    assert "noch niemand bestätigt" in doubt[0]


def test_a_choice_that_greed_finds_too_says_so(content):
    choices = content.siting_choices.assign(greedy_gain=content.siting_choices["gain"])
    speaker = _change(content, siting_choices=choices)
    assert "ebenso viele" in build_potential(build_city_scope(content), speaker)["choices"][1]


def test_choices_that_are_all_proven_say_so_once(content):
    choices = content.siting_choices.assign(greedy_gain=content.siting_choices["gain"], gap=0.0)
    told = build_potential(build_city_scope(content), _change(content, siting_choices=choices))["choices"]
    assert told[0].endswith("einen Begegnungsort (Ältere Menschen).")
    assert told[2].startswith("Jede dieser Wahlen ist nachweislich die beste.")


def test_a_room_without_a_name_is_named_by_kind_and_district(content):
    nameless = content.begegnungsorte.assign(name=None)
    speaker = _change(content, begegnungsorte=nameless)
    rows = build_potential(build_city_scope(speaker.content), speaker)["rows"]
    assert {row["name"].split(" (")[0] for row in rows} == {"Kleingartenvereinsheim"}
    assert {row["kind"] for row in rows} == {""}


def test_a_hidden_gain_is_no_choice(content):
    choices = content.siting_choices.assign(gain=float("nan"))
    speaker = _change(content, siting_choices=choices)
    (sentence,) = build_potential(build_city_scope(content), speaker)["choices"]
    assert sentence.startswith("Kein Potenzialraum brächte")


def test_a_district_page_has_its_own_rooms_and_no_choice_of_the_city(content, speaker):
    sections = [build_potential(scope, speaker) for scope in build_district_scopes(content)]
    assert sorted(row["id"] for part in sections for row in part["rows"]) == sorted(list_potential())
    assert all(part["choices"] == [] for part in sections)


def test_a_town_without_potential_places_has_no_section(content):
    speaker = _change(content, siting_ranks=content.siting_ranks[:0])
    assert build_potential(build_city_scope(content), speaker) == {}


def test_the_popup_tells_every_profile_and_time_and_the_doubt(content, speaker):
    told = tell_gains(build_city_scope(content), speaker)
    assert list(told) == list_potential()
    lines = {line["term"]: line["text"] for line in told[list_potential()[0]] if isinstance(line, dict)}
    assert len(lines) == len(content.profile.walking.profiles) + 1
    senior = lines[speaker.profile("senior")]
    assert senior == f"{FEW} in 5 Minuten; 300 in 10 Minuten; 0 in 15 Minuten"
    assert any("nicht bestätigt" in line for line in told[list_potential()[0]] if isinstance(line, str))


def test_estimated_people_are_told_with_two_digits(content):
    gains = content.siting_gains.assign(persons_added=345.0, persons_own=345.0)
    summary = {"population": {"is_estimated": True}}
    speaker = _change(content, siting_gains=gains, summary=summary)
    row = build_potential(build_city_scope(content), speaker)["rows"][0]
    assert row["persons"][0]["text"] == "340"  # 34.5 tens, to the even one
