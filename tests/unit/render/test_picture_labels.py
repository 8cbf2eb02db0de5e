# SPDX-License-Identifier: MIT
"""Names in still pictures: inside the frame, apart from each other, off the gaps where there is room."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.render.picture_labels import place_names

SIZE = (120.0, 40.0)


def _boxes(spots, sizes):
    return [
        shapely.box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y, _), (w, h) in zip(spots, sizes, strict=True)
    ]


def test_a_name_stands_in_the_middle_where_nothing_is_in_the_way():
    areas = np.array([shapely.box(100, 100, 500, 400)], dtype=object)
    (spot,) = place_names(areas, [[SIZE]], avoid=np.array([]), width=1000, height=800)
    # The largest circle of a 400 x 300 box has its centre anywhere from 150 to 350 along the box, 250 up.
    assert 250 <= spot[0] <= 350
    assert spot[1] == pytest.approx(250, abs=10)


def test_a_name_leaves_the_middle_for_a_gap_and_stays_in_its_district():
    area = shapely.box(100, 100, 500, 400)
    gap = shapely.Point(300, 250).buffer(80)
    (spot,) = place_names(
        np.array([area], dtype=object), [[SIZE]], avoid=np.array([gap], dtype=object), width=1000, height=800
    )
    (box,) = _boxes([spot], [SIZE])
    assert not box.intersects(gap)
    assert area.contains(box)


def test_a_name_that_has_no_room_is_left_out():
    areas = np.array([shapely.box(0, 0, 60, 60), shapely.box(60, 0, 120, 60)], dtype=object)
    spots = place_names(areas, [[SIZE]] * 2, avoid=np.array([]), width=124, height=60)
    assert sorted(spot is None for spot in spots) == [False, True]


def test_a_name_too_long_for_its_district_takes_the_next_form_and_stays_inside():
    narrow, wide = shapely.box(0, 0, 80, 300), shapely.box(80, 0, 500, 300)
    forms = [[(120.0, 40.0), (70.0, 80.0), (34.0, 34.0)]] * 2
    spots = place_names(
        np.array([narrow, wide], dtype=object), forms, avoid=np.array([]), width=500, height=300
    )
    assert [spot.form for spot in spots] == [1, 0]
    boxes = _boxes(spots, [(70.0, 80.0), (120.0, 40.0)])
    # At most an eighth of a name stands over the border.
    assert narrow.intersection(boxes[0]).area >= 0.875 * boxes[0].area
    assert wide.intersection(boxes[1]).area >= 0.875 * boxes[1].area


def test_the_last_form_stands_also_where_it_is_larger_than_its_district():
    area = shapely.box(100, 100, 120, 120)
    (spot,) = place_names(
        np.array([area], dtype=object), [[SIZE, (34.0, 34.0)]], avoid=np.array([]), width=500, height=300
    )
    assert spot.form == 1
    assert area.contains(shapely.Point(spot.x, spot.y))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 900), st.floats(0, 700), st.floats(20, 400), st.floats(20, 300)),
        min_size=1,
        max_size=14,
    ),
    st.floats(20, 300),
)
def test_no_two_names_touch_and_none_leaves_the_picture(rectangles, name_width):
    areas = np.array([shapely.box(x, y, x + w, y + h) for x, y, w, h in rectangles], dtype=object)
    forms = [(name_width, 44.0), (name_width / 2, 88.0), (34.0, 34.0)]
    spots = place_names(areas, [forms] * len(areas), avoid=areas[:2], width=1000, height=800)
    told = [(spot, area) for spot, area in zip(spots, areas, strict=True) if spot]
    placed = _boxes([spot for spot, _ in told], [forms[spot.form] for spot, _ in told])
    frame = shapely.box(0, 0, 1000, 800)
    for (spot, area), box in zip(told, placed, strict=True):
        assert spot.form == len(forms) - 1 or area.intersection(box).area >= 0.87 * box.area
    assert all(frame.contains(box) for box in placed)
    assert not any(a.intersects(b) for a, b in itertools.combinations(placed, 2))
