# SPDX-License-Identifier: MIT
"""What the city map carries to try other open places: whole numbers, and nothing that is not needed."""

from dataclasses import replace

import pandas as pd
import pytest

from begegnung_geo.render.geometry import encode_numbers
from begegnung_geo.render.site import render_site
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from begegnung_geo.render.tryout import build_tryout_texts, list_try_districts, pack_tryout
from begegnung_geo.schema import conform_table
from small_town import build_town

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
WALKS = [(0, 0, 3, 3, 3, 9), (0, 2, 5, 9, 9, 9), (1, 2, 3, 3, 3, 9), (2, 1, 9, 9, 9, 4)]


def decode(text):
    numbers, value, shift = [], 0, 0
    for letter in text:
        code = LETTERS.index(letter)
        value += (code & 31) << shift
        shift += 5
        if not code & 32:
            numbers.append(value)
            value = shift = 0
    return numbers


@pytest.fixture(scope="module")
def content():
    town = build_town()
    ids = town.begegnungsorte["begegnungsort_id"].tolist()
    places = pd.DataFrame(
        {
            "position": [0, 1, 2],
            "begegnungsort_id": [ids[0], ids[4], "n1"],
            "role": ["counted", "potential", "neighbour"],
            "component": [0, -1, 0],
        }
    )
    groups = pd.DataFrame(
        {
            "group": [0, 1, 2],
            "packets": [40, 3, 0],
            "component": [0, 0, 1],
            "district_id_stadtbezirk": ["0", "0", None],
            "district_id_statistischer_bezirk": ["01", "02", None],
        }
    )
    ranks = ["walk_rank", "step_free_rank", "maybe_rank", "air_rank"]
    walks = pd.DataFrame(WALKS, columns=["group", "position", *ranks])
    for name, table in (("try_places", places), ("try_groups", groups), ("try_walks", walks)):
        conform_table(table, name)
    return replace(town, try_places=places, try_groups=groups, try_walks=walks)


def test_numbers_of_any_size_survive_the_text():
    numbers = pd.Series([0, 1, 31, 32, 33, 1023, 1024, 10**9]).to_numpy()
    assert decode(encode_numbers(numbers)) == numbers.tolist()
    assert encode_numbers(numbers[:0]) == ""


def test_the_text_holds_every_group_with_what_it_reaches(content):
    packed = pack_tryout(content)
    numbers = decode(packed["groups"])
    found, combo = [], 0
    while numbers:
        step, packets, piece, count, *numbers = numbers
        combo += step
        place, walks = 0, []
        for _ in range(count):
            place += numbers[0]
            walks.append((place, *packed["codes"][numbers[1]]))
            numbers = numbers[2:]
        found.append((packets, piece - 1, walks))
    assert [(packets, piece) for packets, piece, _ in found] == [(40, 0), (3, 0), (0, 1)]
    assert [(n, *walk) for n, (_, _, walks) in enumerate(found) for walk in walks] == WALKS
    assert len(packed["combos"]) == 3
    assert packed["combos"][2] == []  # counts for the city only


def test_districts_have_the_names_that_the_texts_tell(content):
    keys, texts = list_try_districts(content), build_tryout_texts(Speaker(content, Words("en")))
    named = dict(zip(pack_tryout(content)["districts"], texts["districts"], strict=True))
    assert named["statistischer_bezirk-01"] == "Altstadt"
    assert [level for level, _ in keys] == ["stadtbezirk"] * 2 + ["statistischer_bezirk"] * 4
    assert texts["more"].count("{") == 5  # all slots are left to the script


def test_nothing_is_carried_where_nothing_can_be_tried():
    assert pack_tryout(build_town()) == {}
    assert 'id="versuch-teil"' not in render_site(build_town())["maps/stadtkarte.html"]


def test_nothing_is_carried_where_the_profile_keeps_groups_of_homes_in_the_house(content):
    trial = content.profile.trial.model_copy(update={"in_pages": False})
    kept = replace(content, profile=content.profile.model_copy(update={"trial": trial}))
    assert pack_tryout(content) != {}
    assert pack_tryout(kept) == {}
    assert 'id="versuch-teil"' not in render_site(kept)["maps/stadtkarte.html"]


def test_only_the_city_map_tries_and_its_groups_have_no_position(content):
    pages = render_site(content)
    assert 'id="versuch-teil"' in pages["maps/stadtkarte.html"]
    assert 'id="versuch-teil"' not in pages["maps/mitte.html"]
    packed = pack_tryout(content)
    assert set(packed) == {
        "places", "districts", "combos", "codes", "beyond", "count", "uses", "rules", "groups",
    }  # fmt: skip
    assert set(packed["places"]) == {"id", "role", "piece"}


def test_shares_are_left_out_where_they_are_withheld_today(content):
    withheld = content.city_coverage.assign(covered_share=float("nan"), covered_share_max=float("nan"))
    assert pack_tryout(content)["rules"]["hasShares"]
    assert not pack_tryout(replace(content, city_coverage=withheld))["rules"]["hasShares"]
