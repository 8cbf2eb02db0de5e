# SPDX-License-Identifier: MIT
"""Need in words: a number, a range, or not known."""

import math
from dataclasses import replace

import pytest

from begegnung_geo.render.need import format_need, name_indicators, say_need
from begegnung_geo.render.text import Words
from small_town import build_town, build_town_profile

GERMAN = Words("de")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.724, 0.724, "72"), (0.4, 0.81, "40 bis 81"), (0.401, 0.404, "40"), (math.nan, math.nan, "")],
)
def test_need_is_said_from_0_to_100_and_as_a_range_where_it_is_one(low, high, said):
    assert format_need(low, high, words=GERMAN) == said


def test_a_districts_need_is_its_own_and_never_invented():
    town = build_town()
    assert say_need("statistischer_bezirk", "11", town, words=GERMAN) == ("72", 72)
    assert say_need("stadtbezirk", "1", town, words=GERMAN) == ("40 bis 81", 40)
    assert say_need("stadtbezirk", "11", town, words=GERMAN) == ("nicht bekannt", -1)


def test_indicators_are_named_in_the_order_of_the_profile_with_the_labels_it_gives():
    columns = [{"key": "sgb2", "column": "x", "unit": "percent", "label_de": "SGB <II>", "label_en": "aid"}]
    source = {"key": "z", "file": "z.csv", "level": "b", "id_column": "nr", "columns": columns}
    profile = build_town_profile(
        sources={"osm": {"file": "x.pbf"}, "district_figures": [source]},
        need={"indicators": {"sgb2": {"weight": 1, "reason": "r"}}},
    )
    town = build_town()
    rows = town.need_indicators
    figures = rows[:1].assign(indicator="sgb2")
    shown = replace(
        town, profile=profile, need_indicators=type(rows)({c: [*rows[c], *figures[c]] for c in rows})
    )
    assert name_indicators(shown, words=GERMAN) == ["Menschen ab 65", "Menschen unter 18", "SGB <II>"]
    assert name_indicators(shown, words=Words("en"))[-1] == "aid"
