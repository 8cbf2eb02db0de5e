# SPDX-License-Identifier: MIT
"""Signs and colours: distinct without colour, readable in grey, the same in map and legend."""

import itertools

import pytest

from begegnung_geo.render import symbols
from begegnung_geo.render.map_shapes import build_colours


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_each_group_has_its_own_letter_and_its_own_outline():
    groups = symbols.PLACE_GROUPS
    assert len({group.letter for group in groups}) == len(groups)
    assert len({(group.sides, group.turn_degrees) for group in groups}) == len(groups)


def test_an_unknown_letter_is_an_everyday_place():
    assert symbols.PLACE_GROUPS[symbols.find_group("?")].letter == "A"


def test_composite_is_the_weighted_mean_of_both_colours():
    # red 0.3 x 100 = 30, green 0.7 x 200 + 0.3 x 100 = 170, blue 0.3 x 10 = 3
    assert symbols.composite("#00c800", opacity=0.7, ground="#64640a") == "#1eaa03"


@pytest.mark.parametrize("count", [2, 3, 4])
def test_walking_classes_darken_with_the_distance_also_in_grey(count):
    shown = [symbols.composite(colour) for colour in symbols.pick_ramp(count)]
    steps = [_contrast(near, far) for near, far in itertools.pairwise(shown)]
    assert all(_luminance(near) > _luminance(far) for near, far in itertools.pairwise(shown))
    assert min(steps) > 1.2


def test_signs_and_gaps_stand_out_from_every_ground():
    # Signs and gap outlines have a white edge; against it they need 3:1 (WCAG 1.4.11).
    for colour in (symbols.INK, symbols.GAP, symbols.NEIGHBOUR):
        assert _contrast(colour, "#ffffff") >= 4.5


def test_land_without_a_told_time_has_dots_that_can_be_seen_and_no_colour_of_the_ramp():
    assert _contrast(symbols.UNKNOWN, symbols.LAND) >= 3.0  # WCAG 1.4.11
    assert symbols.UNKNOWN not in {symbols.composite(colour) for colour in symbols.WALKING_RAMP}


def test_the_map_paints_with_the_ramp_of_the_legend():
    assert build_colours(4)["walking"] == list(symbols.WALKING_RAMP)
