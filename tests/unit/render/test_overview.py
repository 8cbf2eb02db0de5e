# SPDX-License-Identifier: MIT
"""The still picture of the city: names in their districts, numbers where there is no room."""

import re
from dataclasses import replace

import pytest
import shapely

from begegnung_geo.render.layers import build_atlas
from begegnung_geo.render.overview import render_overview
from begegnung_geo.render.scopes import build_city_scope


@pytest.fixture(scope="module")
def draw(town, speaker):
    scope, atlas = replace(build_city_scope(town), gaps=build_city_scope(town).gaps[:0]), build_atlas(town)
    west, south, east, north = scope.area.bounds

    def draw_districts(rows):
        # Each row: name, share, and the part of the town from left to right (0 to 1).
        links = [
            {
                "name": name,
                "slug": f"bezirk-{number}",
                "share": share,
                "has_share": share.endswith("%"),
                "area": shapely.box(west + start * (east - west), south, west + end * (east - west), north),
            }
            for number, (name, share, start, end) in enumerate(rows)
        ]
        return render_overview(scope, speaker, atlas=atlas, links=links)

    return draw_districts


def _part(overview, key):
    return re.search(f'<g class="{key}">(.*?)</g>', str(overview.picture)).group(1)


def _lines(part):
    return re.findall(r"<tspan[^>]*>([^<]*)</tspan>", part)


def test_a_name_stands_with_its_share_where_the_district_is_wide(draw):
    overview = draw([("Mitte", "61 %", 0, 0.5), ("Osterfeld", "84 %", 0.5, 1)])
    assert _lines(_part(overview, "wide")) == ["Mitte", "61 %", "Osterfeld", "84 %"]
    assert _lines(_part(overview, "narrow")) == ["Mitte", "Osterfeld"]
    assert overview.numbered == ()


def test_a_long_name_breaks_after_its_hyphen(draw):
    # 0.17 of 964 units are 164. 15 letters of 22 units at 0.62 or 0.78 take 212, of which 187 would
    # have to stand inside; the 11 of "Innenstadt-" take 154.
    overview = draw([("Innenstadt-West", "61 %", 0, 0.17), ("Osterfeld", "84 %", 0.17, 1)])
    assert _lines(_part(overview, "wide"))[:3] == ["Innenstadt-", "West", "61 %"]


def test_a_name_without_room_becomes_its_number_in_the_list(draw):
    overview = draw([("Mitte", "61 %", 0, 0.9), ("Lütgendortmund", "84 %", 0.9, 1)])
    assert overview.numbered == ("wide", "narrow")
    wide = _part(overview, "wide")
    assert _lines(wide) == ["Mitte", "61 %"]
    assert re.search(r'aria-label="Lütgendortmund, 84 %"><circle .*>2</text></a>', wide)
    # On a phone one number means numbers for all: a mixture would be read as two kinds of things.
    assert re.findall(r">(\d)</text>", _part(overview, "narrow")) == ["1", "2"]


def test_what_fits_a_large_screen_is_numbered_on_a_phone_alone(draw):
    overview = draw([("Mitte", "61 %", 0, 0.7), ("Unteres Osterfeld-Nord", "84 %", 0.7, 1)])
    # 0.3 of 964 units are 289: enough for 22 letters of 22 units, not for the 14 of "Osterfeld-Nord" at 44.
    assert overview.numbered == ("narrow",)


def test_a_district_without_a_share_has_its_name_alone(draw):
    overview = draw([("Mitte", "nicht bestimmbar", 0, 0.5), ("Osterfeld", "84 %", 0.5, 1)])
    assert _lines(_part(overview, "wide")) == ["Mitte", "Osterfeld", "84 %"]


def test_names_are_text_whatever_they_hold(draw):
    picture = str(draw([('<b>"&', "61 %", 0, 0.5), ("Ost", "84 %", 0.5, 1)]).picture)
    assert "<b>" not in picture
    assert 'aria-label="&lt;b&gt;&#34;&amp;, 61 %"' in picture
