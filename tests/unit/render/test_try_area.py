# SPDX-License-Identifier: MIT
"""Squares of ground on the page: packed and read back, and drawn where they are."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from begegnung_geo.render.try_area import fit_squares, pack_area, pack_changes
from begegnung_geo.schema import conform_table
from small_town import CRS, build_town

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
COLUMNS = ["position", "square_row", "square_column", "walk_rank", "step_free_rank"]
TOWN = build_town()
NONE = len(TOWN.profile.walking.list_reaches())
PLACES = conform_table(
    pd.DataFrame({"position": range(4), "begegnungsort_id": [*"abcd"], "role": "counted", "component": 0}),
    "try_places",
)
squares = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(57000, 57012), st.integers(3900, 3950)),
    st.tuples(st.integers(0, NONE - 1), st.integers(0, NONE)),
    min_size=1,
    max_size=60,
)


def pack(found):
    table = pd.DataFrame([(*key, *ranks) for key, ranks in sorted(found.items())], columns=COLUMNS)
    area = conform_table(table, "try_area")
    return pack_area(replace(TOWN, try_places=PLACES, try_area=area))


def read(packed, south, west):
    """Return owner, row, column and code of every square of a text."""
    numbers = read_numbers(packed["text"])
    row = column = 0
    found = []
    for owner in range(packed["count"]):
        for _ in range(next(numbers)):
            row += unfold(next(numbers))
            column += unfold(next(numbers))
            for shift in range(next(numbers)):
                assert 0 <= row < packed["rows"]
                assert 0 <= column + shift < packed["columns"]
                found.append((owner, south + row, west + column + shift, next(numbers)))
    assert next(numbers, None) is None
    return found


def read_numbers(text):
    value = shift = 0
    for letter in text:
        code = LETTERS.index(letter)
        value += (code & 31) << shift
        shift += 5
        if not code & 32:
            yield value
            value = shift = 0


def unfold(number):
    return -(number + 1) // 2 if number % 2 else number // 2


@given(squares)
def test_every_square_of_every_place_is_read_back(found):
    packed = pack(found)
    south, west = (min(key[axis] for key in found) for axis in (1, 2))
    told = {tuple(key): packed["codes"][code] for *key, code in read(packed, south, west)}
    assert {key: tuple(ranks) for key, ranks in told.items() if ranks != [NONE, NONE]} == found


def test_what_a_scenario_changes_is_packed_by_walker_and_time():
    keys = ["profile", "threshold_min", "square_row", "square_column", "is_gained"]
    rows = [("adult", 5, 10, 7, True), ("adult", 5, 10, 9, False), ("senior", 15, 12, 3, True)]
    changed = conform_table(pd.DataFrame(rows, columns=keys), "changed_squares")
    packed = pack_changes(replace(TOWN, changed_squares=changed))
    assert packed["uses"] == [["adult", 5], ["senior", 15]]
    assert read(packed, 10, 3) == [(0, 10, 7, 0), (0, 10, 8, 2), (0, 10, 9, 1), (1, 12, 3, 0)]
    assert pack_changes(TOWN) == {}


def test_a_town_without_any_walk_has_no_squares():
    packed = pack_area(replace(TOWN, try_places=PLACES))
    assert packed["text"] == ""
    assert packed["columns"] == packed["rows"] == 0


def test_squares_are_drawn_within_half_a_metre_over_forty_kilometres():
    corner, size = (3800, 56900), (400, 400)  # Dortmund and beyond, in sides of 100 m
    fit = np.array(fit_squares(corner, size, square_m=100.0, crs=CRS))
    draw = np.random.default_rng(3)
    c, r = draw.random((2, 500))
    world = fit @ np.array([np.ones_like(c), c, r, c * c, c * r, r * r])
    lon = world[0] / 256 * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * world[1] / 256))))
    x, y = Transformer.from_crs(4326, CRS, always_xy=True).transform(lon, lat)
    expected = (np.array(corner)[:, None] + np.array([c, r]) * np.array(size)[:, None]) * 100.0
    assert np.hypot(x - expected[0], y - expected[1]).max() < 0.5
