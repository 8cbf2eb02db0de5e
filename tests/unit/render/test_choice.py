# SPDX-License-Identifier: MIT
"""The section of walks and choice, and the sentences on fairness: what they say and when they are silent."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from begegnung_geo.render.choice import build_choice, build_fairness
from begegnung_geo.render.scopes import build_city_scope, build_district_scopes
from begegnung_geo.render.site import render_site
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from begegnung_geo.schema import conform_table
from small_town import with_estimate

NAN = np.nan
AREAS = {("city", ""): (5.48, 27.02, 9.0), ("bezirk", "1"): (6.0, 37.1, 5.0)}


def build_tables(level, district_id, *, groups, median=(5.48, 5.48), p90=27.02, places=9.0, **over):
    """Return the rows of an area in the three published tables."""
    keys = [
        {
            "level": level, "district_id": district_id, "persons_group": group, "profile": "senior",
            "persons": persons, "persons_unknown": over.get("unknown", 0.0),
            "persons_without_group": over.get("without", 0.0), "withheld": "",
        }
        for group, persons in groups.items()
    ]  # fmt: skip
    frame = pd.DataFrame(keys)
    far = {"median": median[0], "median_max": median[1], "p90": p90, "p90_max": p90}
    walks = frame.drop(columns="persons_unknown").assign(
        destination="any",
        persons_without_walk=over.get("unknown", 0.0),
        persons_ranged=0.0,
        **{f"{name}_min": value for name, value in far.items()},
        **{f"{name}_m": value * 60 for name, value in far.items()},
    )
    choice = pd.concat(
        frame.assign(
            threshold_min=minutes,
            persons_covered=frame["persons"] * 0.75,
            persons_beyond=over.get("beyond", frame["persons"] * 0.25),
            covered_share=over.get("share", 0.75),
            covered_share_max=over.get("share_max", 0.75),
            persons_choice=frame["persons"] * 0.5,
            choice_share=0.5,
            choice_share_max=0.5,
            **{f"places_{name}": places for name in ("median", "median_max", "mean", "mean_max")},
            **{f"kinds_{name}": 2.0 for name in ("median", "median_max", "mean", "mean_max")},
        )
        for minutes in (5, 10, 15)
    )
    seats = frame.assign(seats_e2sfca=61.0, seats_balanced=over.get("seats", 58.4))
    return walks, choice, seats


def speak(town, *parts, fairness=None, language="de"):
    """Return a speaker of the town with these rows."""
    names = ("district_walks", "district_choice", "district_seats")
    tables = {
        name: conform_table(pd.concat(rows), f"published_{name}")
        for name, rows in zip(names, zip(*parts, strict=True), strict=True)
    }
    if fairness is not None:
        tables["fairness"] = conform_table(fairness, "published_fairness")
    return Speaker(replace(town, **tables), Words(language))


@pytest.fixture(scope="module")
def scopes(town):
    """Return the scope of the city and of its first district page."""
    return build_city_scope(town), build_district_scopes(town)[0]


GROUPS = {"all": 60_000.0, "under_18": 10_245.0, "30_49": 15_000.0, "65_plus": 11_935.0}


def test_the_city_has_a_row_for_everybody_and_for_the_groups_people_ask_about(town, scopes):
    city, _ = scopes
    part = build_choice(city, city, speak(town, build_tables("city", "", groups=GROUPS)))
    assert [row["name"] for row in part["rows"]] == ["Alle Menschen", "Unter 18 Jahren", "65 Jahre und älter"]
    row = part["rows"][0]
    assert row["persons"] == "60.000"
    # At most: 5.48 minutes are told as 6, never as 5.
    share = "15.000 (25\N{NO-BREAK SPACE}%)"
    assert [cell["text"] for cell in row["cells"]] == ["6 Min.", "28 Min.", "9", share]
    assert not any(cell["city"] for cell in row["cells"])


def test_a_district_has_the_citys_figure_beside_its_own(town, scopes):
    city, district = scopes
    own = build_tables(
        district.level, district.district_id, groups={"all": 900.0}, median=(6.0, 6.0), places=5.0
    )
    part = build_choice(district, city, speak(town, build_tables("city", "", groups=GROUPS), own))
    cells = part["rows"][0]["cells"]
    assert (cells[0]["text"], cells[0]["city"]) == ("6 Min.", f"{city.name}: 6 Min.")
    assert (cells[2]["text"], cells[2]["city"]) == ("5", f"{city.name}: 9")


def test_unknown_walks_are_a_range_and_what_is_not_told_is_not_guessed(town, scopes):
    city, _ = scopes
    rows = build_tables("city", "", groups={"all": 60_000.0}, median=(4.0, 9.5), p90=NAN, share_max=0.9)
    cells = build_choice(city, city, speak(town, rows))["rows"][0]["cells"]
    assert cells[0]["text"] == "4 bis 10 Min."
    assert cells[1]["text"] == "nicht bestimmbar"
    assert cells[3]["text"] == "15.000"  # known to walk longer; the share would be a range


def test_where_many_walks_are_unknown_nobody_is_said_to_walk_longer(town, scopes):
    # 545 of 567,705 people are known to walk longer; of nearly all others nothing is known.
    city, _ = scopes
    blind = {"median": (NAN, NAN), "p90": NAN, "places": NAN, "share": 0.01, "share_max": 0.999}
    rows = build_tables("city", "", groups={"all": 567_705.0}, unknown=561_000.0, beyond=545.0, **blind)
    assert build_choice(city, city, speak(town, rows)) == {}
    few = build_tables("city", "", groups={"all": 75.0}, beyond=75.0, **blind)
    assert build_choice(city, city, speak(town, few)) == {}


def test_estimated_people_are_told_roughly_and_said_to_be_estimated(town, scopes):
    city, _ = scopes
    speaker = speak(town, build_tables("city", "", groups={"all": 7_825.0}), fairness=build_fair())
    estimated = Speaker(with_estimate(speaker.content), Words("de"))
    part = build_choice(city, city, estimated)
    assert part["rows"][0]["persons"] == "7.800"
    assert part["notes"][0] == "Wie viele Menschen wo wohnen, ist geschätzt, nicht gezählt."
    assert build_fairness(estimated)[-1] == part["notes"][0]


def test_few_people_are_not_counted_and_a_silent_table_makes_no_section(town, scopes):
    city, _ = scopes
    few = build_tables("city", "", groups={"all": 500.0}, beyond=NAN)
    assert build_choice(city, city, speak(town, few))["rows"][0]["cells"][3]["text"].startswith(
        "weniger als 10"
    )
    silent = build_tables(
        "city", "", groups={"all": 50.0}, median=(NAN, NAN), p90=NAN, places=NAN, share=NAN, beyond=0.0
    )
    assert build_choice(city, city, speak(town, silent)) == {}
    assert build_choice(city, city, Speaker(town, Words("de"))) == {}


def test_the_notes_print_the_assumed_seats_and_the_unknown_ages(town, scopes):
    city, district = scopes
    rows = build_tables("city", "", groups=GROUPS, without=210.0)
    notes = " ".join(build_choice(city, city, speak(town, rows))["notes"])
    assert "rund 210 Menschen" in notes
    assert "rund 58 Plätze" in notes
    assert "50 angenommen" in notes
    own = build_tables(district.level, district.district_id, groups={"all": 900.0}, seats=40.0)
    beside = " ".join(build_choice(district, city, speak(town, rows, own))["notes"])
    assert f"rund 40 Plätze, wenn alle sie sich teilen; in {city.name} sind es im Mittel 58" in beside
    untold = build_tables("city", "", groups=GROUPS, seats=NAN)
    assert build_choice(city, city, speak(town, untold))["notes"] == []


def build_fair(**over):
    """Return the table of one profile."""
    row = {
        "profile": "senior", "persons": 60_000.0, "persons_left_out": 0.0, "persons_without_need": 0.0,
        "walk_mean_min": 9.09, "gini": 0.502, "palma": 3.12, "longest_mean_min": 35.2,
        "shortest_mean_min": 2.8, "concentration": 0.147, "high_need_mean_min": 17.0,
        "low_need_mean_min": 5.5,
    }  # fmt: skip
    return pd.DataFrame([row | over])


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({}, "länger, wo der Bedarf höher ist"),
        ({"concentration": -0.1, "high_need_mean_min": 3.0}, "kürzer, wo der Bedarf höher ist"),
        (
            {"concentration": 0.01, "high_need_mean_min": 5.9},
            "ein klarer Zusammenhang von Weg und Bedarf ist nicht zu sehen",
        ),
        (
            {"concentration": -0.02},
            "ein klarer Zusammenhang von Weg und Bedarf ist nicht zu sehen",
        ),  # the fifths and the index disagree
    ],
)
def test_three_sentences_say_what_the_values_mean(town, over, said):
    sentences = build_fairness(
        speak(town, build_tables("city", "", groups=GROUPS), fairness=build_fair(**over))
    )
    assert len(sentences) == 3
    assert "im Mittel 9 Minuten" in sentences[0]
    # Half the mean difference of two people is 0.5 of the mean of 9 minutes.
    assert "im Mittel um 9 Minuten. Das sagt der Gini-Wert 0,50" in sentences[0]
    assert "im Mittel 35 Minuten, die vier Zehntel mit den kürzesten gehen 3" in sentences[1]
    assert said.casefold() in sentences[2].casefold()


def test_what_is_not_known_has_no_sentence(town):
    def tell(**over):
        return build_fairness(
            speak(town, build_tables("city", "", groups=GROUPS), fairness=build_fair(**over))
        )

    assert tell(gini=NAN) == []
    assert len(tell(palma=NAN)) == 2
    assert len(tell(concentration=NAN, high_need_mean_min=NAN, low_need_mean_min=NAN)) == 2
    assert build_fairness(Speaker(town, Words("de"))) == []


def test_the_sections_stand_on_the_pages_in_both_languages(town):
    for language, heading in (
        ("de", "Wie gerecht sind die Wege verteilt?"),
        ("en", "How fairly are the walks spread?"),
    ):
        content = speak(
            town, build_tables("city", "", groups=GROUPS), fairness=build_fair(), language=language
        ).content
        site = render_site(content, language=language)
        assert heading in site["index.html"]
        assert heading not in site["maps/stadtkarte.html"]
        for page in ("index.html", "maps/stadtkarte.html"):
            assert 'id="auswahl"' in site[page]


def test_the_fact_sheet_says_of_each_group_who_walks_longer_in_the_pages_own_figures(town):
    content = speak(town, build_tables("city", "", groups=GROUPS)).content
    sheet = render_site(content)["sheets/stadtkarte.html"]
    table = sheet[sheet.index('id="betroffen"') : sheet.index('id="potenzial"')]
    rows = build_choice(build_city_scope(content), build_city_scope(content), Speaker(content, Words("de")))[
        "rows"
    ]
    assert len(rows) > 1
    for row in rows:
        assert f'<th scope="row">{row["name"]}</th><td class="num">{row["persons"]}</td>' in table
        assert row["cells"][-1]["text"] in table
