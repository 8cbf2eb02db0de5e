# SPDX-License-Identifier: MIT
import re
from dataclasses import replace

from begegnung_geo.render.layers import build_atlas
from begegnung_geo.render.scopes import build_city_scope
from begegnung_geo.render.sheet_picture import render_sheet_picture
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from small_town import build_town


def test_no_name_lies_below_the_number_of_a_gap():
    content = build_town()
    scope = build_city_scope(content)
    # A gap in the very middle of each district, where its name would stand.
    middle = scope.districts.geometry.representative_point().buffer(50)
    gaps = scope.gaps.iloc[[0] * len(middle)].assign(geometry=middle.to_numpy())
    gaps = gaps.assign(gap_id=[f"{n:03d}" for n in range(len(gaps))])
    picture = render_sheet_picture(
        replace(scope, gaps=gaps), Speaker(content, Words("de")), atlas=build_atlas(content)
    )
    circles = [tuple(map(float, c)) for c in re.findall(r'<circle cx="(\d+)" cy="(\d+)" r="13"', picture)]
    name = r'<text x="(\d+)" y="(\d+)" text-anchor="middle" font-size="17" font-weight="650"[^>]*'
    names = re.findall(name + r'fill="#1b1b1f">([^<]+)<', picture)
    assert circles
    assert names
    for x, y, text in names:
        half = len(text) * 17 * 0.3
        for cx, cy in circles:
            assert abs(float(x) - cx) >= half + 12 or abs(float(y) - 5 - cy) >= 13, text
