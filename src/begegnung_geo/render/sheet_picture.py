# SPDX-License-Identifier: MIT
"""The map picture of a fact sheet: an SVG of its own, for screen, print and PDF alike."""

import math

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import escape

from begegnung_geo.render import geometry, symbols
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.paper import PATTERNS, Paper, draw_gaps, draw_ground
from begegnung_geo.render.scopes import Scope, order_levels
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import clean_text

GAPS_TOLD = 3
"""How many gaps a sheet names, the ones with most people first; only they have a number in its picture."""
_RATIO = 1.6  # width by height: the width of an A4 page, two fifths of its height
_FONT = "font-family=\"system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\""
_LABEL_SIZE = 17
_NUMBER_RADIUS = 13.0
_SCALE_SHARE = 0.2  # the scale bar takes at most a fifth of the picture's width
_STREETS_MAX = 12_000  # more lines than that are a grey veil, and a large file


def render_sheet_picture(scope: Scope, speaker: Speaker, *, atlas: Atlas) -> str:
    """
    Return the picture as an SVG document.

    Walking time of the headline's profile, roads, the districts of the next finer
    level with their names, gaps numbered as in the sentences of the sheet, places:
    filled where they count, a dashed ring for Potenzialräume. What lies outside
    the area is dimmed. North is up.

    Parameters
    ----------
    scope
        The area of the sheet.
    atlas
        The city's atlas, or the part around the area.
    """
    paper = Paper(scope.area, ratio=_RATIO)
    city = shapely.union_all(speaker.content.city_area.geometry.to_numpy())
    size = f'width="{paper.width:.0f}" height="{paper.height:.0f}"'
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {paper.width:.0f} {paper.height:.0f}" {size}>',
        f"<defs>{PATTERNS}</defs>",
        f'<rect {size} fill="{symbols.OUTSIDE}"/>',
        '<g fill-rule="evenodd">',
        *draw_ground(paper, speaker, atlas=atlas, area=shapely.intersection(city, paper.extent)),
        *_draw_streets(paper, atlas),
        *_dim_outside(paper, scope),
        *_draw_borders(paper, scope),
        *draw_gaps(paper, scope.gaps.geometry.to_numpy()),
        "</g>",
        *_draw_places(paper, scope),
        *_draw_names(paper, scope),
        *_number_gaps(paper, scope),
        *_draw_scale(paper, speaker),
        "</svg>",
    ]
    return "".join(body)


def _draw_streets(paper: Paper, atlas: Atlas) -> list[str]:
    lines = atlas.streets.lines
    if len(lines) > _STREETS_MAX:
        return []
    shape = paper.draw_lines(paper.place(lines))
    return [f'<path d="{shape}" fill="none" stroke="#ffffff" stroke-opacity=".6" stroke-width=".9"/>']


def _dim_outside(paper: Paper, scope: Scope) -> list[str]:
    if scope.is_city:
        return []
    around = paper.place(np.array([shapely.difference(paper.extent, scope.area)], dtype=object))
    return [f'<path d="{paper.draw(around)}" fill="{symbols.OUTSIDE}" fill-opacity=".72"/>']


def _draw_borders(paper: Paper, scope: Scope) -> list[str]:
    parts = []
    members = _list_members(scope)
    if len(members):
        areas = np.asarray(shapely.coverage_simplify(members.geometry.to_numpy(), 5.0), dtype=object)
        shape = paper.draw(paper.place(areas))
        parts.append(
            f'<path d="{shape}" fill="none" stroke="{symbols.INK}" stroke-opacity=".75" stroke-width="1"/>'
        )
    border = paper.draw(paper.place(np.array([scope.area], dtype=object)))
    parts.append(f'<path d="{border}" fill="none" stroke="{symbols.INK}" stroke-width="2.6"/>')
    return parts


def _draw_places(paper: Paper, scope: Scope) -> list[str]:
    # Established places over everyday ones over potential ones; within each from north to south.
    places = scope.begegnungsorte
    parts = []
    for is_drawn, style in (
        (places["standing"] == "potential", f'fill="#fff" stroke="{symbols.INK}" stroke-dasharray="2.4 2"'),
        (places["is_counted"] & (places["standing"] != "established"), f'fill="#fff" stroke="{symbols.INK}"'),
        (places["is_counted"] & (places["standing"] == "established"), f'fill="{symbols.INK}" stroke="#fff"'),
    ):
        xy = shapely.get_coordinates(paper.place(places[is_drawn].geometry.to_numpy()))
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" stroke-width="1.5" {style}/>'
            for x, y in xy[np.lexsort((xy[:, 0], xy[:, 1]))].tolist()
        ]
    return parts


def _draw_names(paper: Paper, scope: Scope) -> list[str]:
    members = _list_members(scope)
    if not len(members):
        return []
    points = paper.place(geometry.find_label_points(members.geometry.to_numpy()))
    # A name goes below the number of a gap (its circle is about as high as a line) and below other names.
    taken = [(x, y + _LABEL_SIZE * 0.3, _NUMBER_RADIUS) for x, y in _place_numbers(paper, scope)]
    parts = []
    order = np.argsort(-members["area_km2"].to_numpy(), kind="stable")
    names = [clean_text(name) for name in members["name"]]
    for row in order.tolist():
        half = len(names[row]) * _LABEL_SIZE * 0.3
        x = min(max(shapely.get_x(points[row]), half + 6), paper.width - half - 6)
        y = min(max(shapely.get_y(points[row]), 2.0 * _LABEL_SIZE), paper.height - _LABEL_SIZE)
        while any(
            abs(x - other) < half + wide and abs(y - level) < _LABEL_SIZE + 2 for other, level, wide in taken
        ):
            y += _LABEL_SIZE
        taken.append((x, y, half))
        parts.append(_write(names[row], x, y, size=_LABEL_SIZE))
    return parts


def _place_numbers(paper: Paper, scope: Scope) -> list[tuple[float, float]]:
    # The numbers are those of the sentences: gaps are ordered by their people, and only the first are told.
    told = scope.gaps.iloc[:GAPS_TOLD]
    if told.empty:
        return []
    points = paper.place(geometry.find_label_points(told.geometry.to_numpy()))
    return [(float(shapely.get_x(point)), float(shapely.get_y(point))) for point in points]


def _number_gaps(paper: Paper, scope: Scope) -> list[str]:
    return [
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{_NUMBER_RADIUS:.0f}" fill="{symbols.GAP}" stroke="#fff" '
        f'stroke-width="2"/><text x="{x:.0f}" y="{y + 6:.0f}" text-anchor="middle" font-size="17" '
        f'font-weight="700" fill="#fff" {_FONT}>{number}</text>'
        for number, (x, y) in enumerate(_place_numbers(paper, scope), start=1)
    ]


def _draw_scale(paper: Paper, speaker: Speaker) -> list[str]:
    longest_m = paper.width * _SCALE_SHARE / paper.scale
    power = 10.0 ** math.floor(math.log10(longest_m))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= longest_m)
    metres, width = speaker.words.number, length_m * paper.scale
    kilometre = 1000
    if length_m >= kilometre:
        text = speaker.words.say("sheet.scale_km", length=metres(length_m / kilometre))
    else:
        text = speaker.words.say("sheet.scale_m", length=metres(length_m))
    x, y = 16.0, paper.height - 16.0
    bar = f"M{x:.0f} {y - 7:.0f}v7h{width:.0f}v-7"
    return [
        f'<path d="{bar}" fill="none" stroke="{symbols.INK}" stroke-width="2"/>',
        _write(text, x + width / 2, y - 10, size=14, weight=500),
    ]


def _write(text: str, x: float, y: float, *, size: int, weight: int = 650) -> str:
    # The halo is a text of its own: not every renderer paints a stroke below its fill.
    place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="middle" font-size="{size}" font-weight="{weight}" {_FONT}'
    shown = escape(text)
    halo = f'<text {place} fill="none" stroke="#fff" stroke-width="4" stroke-linejoin="round">{shown}</text>'
    return f'{halo}<text {place} fill="{symbols.INK}">{shown}</text>'


def _list_members(scope: Scope) -> gpd.GeoDataFrame:
    # The districts of the next finer level.
    levels = order_levels(scope.districts)
    return scope.districts[scope.districts["level"] == levels[0]] if levels else scope.districts
