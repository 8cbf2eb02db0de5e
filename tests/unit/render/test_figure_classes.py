# SPDX-License-Identifier: MIT
"""Classes, colours and words of a figure of districts."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.render import symbols
from begegnung_geo.render.figure_classes import (
    Figures,
    classify_figures,
    find_breaks,
    list_figure_items,
    pick_figure_ramp,
    say_figure,
)
from begegnung_geo.render.text import Words

GERMAN = Words("de")
NUMBERS = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).map(lambda value: round(value, 3))


def _figures(values: list[float], column: str = "covered_share") -> Figures:
    districts = gpd.GeoDataFrame({"name": ["x"] * len(values)}, geometry=[shapely.Point(0, 0)] * len(values))
    return Figures(districts, np.array(values), column, "Anteil")


@pytest.mark.parametrize(
    ("values", "breaks"),
    [
        ([0.0, 1.0], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ([0.31, 0.78], [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
        ([0, 4780], [0, 1000, 2000, 3000, 4000, 5000]),
        ([7.0], [7.0, 7.0]),
    ],
)
def test_classes_have_round_borders(values, breaks):
    assert find_breaks(np.array(values, dtype=float)) == pytest.approx(breaks)


@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_every_known_value_lies_in_its_class(values):
    breaks = find_breaks(np.array(values))
    assert breaks == sorted(breaks)
    assert len(breaks) <= 7
    for value, number in zip(values, classify_figures(_figures(values)), strict=True):
        assert breaks[number] - 1e-6 <= value <= breaks[number + 1] + 1e-6


def test_a_value_on_a_border_is_in_the_class_above_and_the_largest_in_the_last():
    assert classify_figures(_figures([0.0, 0.2, 0.19, 1.0, np.nan])) == [0, 1, 0, 4, -1]


def test_neighbouring_classes_have_different_colours_from_light_to_dark():
    ramp = pick_figure_ramp(_figures([0.0, 1.0]))
    assert ramp[0] == symbols.WALKING_RAMP[0]
    assert ramp[-1] == symbols.WALKING_RAMP[-1]
    assert len(set(ramp)) == 5


def test_the_legend_names_classes_in_percent_and_what_is_not_known():
    names = [item["name"] for item in list_figure_items(_figures([0.1, 0.9, np.nan]), GERMAN)]
    assert names[0] == "0\N{NO-BREAK SPACE}% bis 20\N{NO-BREAK SPACE}%"
    assert names[-1] == "nicht bekannt oder zu wenige"
    assert len(names) == 6


def test_a_legend_without_any_figure_says_only_that():
    items = list_figure_items(_figures([np.nan, np.nan]), GERMAN)
    assert [item["name"] for item in items] == ["nicht bekannt oder zu wenige"]
    assert classify_figures(_figures([np.nan])) == [-1]


@pytest.mark.parametrize(
    ("value", "column", "told"),
    [
        (0.614, "covered_share", "61\N{NO-BREAK SPACE}%"),
        (7.0, "persons_beyond", "weniger als 10"),
        (1234.0, "persons_beyond", "1.235"),
        (3.14159, "km_per_km2", "3,14"),
        (12.0, "places_count", "12"),
        (1234.5, "area_m2", "1.234"),
        (np.nan, "covered_share", "nicht bekannt oder zu wenige"),
    ],
)
def test_a_figure_is_told_as_the_pages_tell_figures_of_its_kind(speaker, *, value, column, told):
    assert say_figure(value, _figures([value, 1.0], column), speaker) == told
