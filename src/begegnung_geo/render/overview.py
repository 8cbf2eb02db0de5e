# SPDX-License-Identifier: MIT
"""The still picture of the city on the index page: an SVG without any script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from markupsafe import Markup, escape

from begegnung_geo.render import symbols
from begegnung_geo.render.geometry import Geometries
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.paper import PATTERNS, Paper, clip, draw_gaps, draw_ground
from begegnung_geo.render.picture_labels import Spot, place_names
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.statements import Speaker

_LETTER_WIDTH = 0.62  # of the font size, for a bold sans-serif
_CAPITAL_WIDTH = 0.78
_SMALL = 0.82  # of the font size: the share below a name
_HALO = 0.22  # of the font size


@dataclass(frozen=True)
class _Lettering:
    """How names are written on one kind of screen; CSS shows one lettering at a time."""

    key: str
    size: float
    has_share: bool
    is_mixed: bool  # names where they fit and numbers elsewhere, or numbers for all


_LETTERINGS = (
    _Lettering("wide", size=22, has_share=True, is_mixed=True),
    # A phone shows the picture at less than a third of its size.
    _Lettering("narrow", size=44, has_share=False, is_mixed=False),
)


@dataclass(frozen=True)
class Overview:
    """The picture, and the letterings that number districts whose names have no room."""

    picture: Markup
    numbered: tuple[str, ...]


def render_overview(scope: Scope, speaker: Speaker, *, atlas: Atlas, links: list[dict[str, Any]]) -> Overview:
    """
    Return the picture: walking time, water, main roads, districts, gaps; names link to their pages.

    A name stands within its district, in one line or two; where it has no room there, the
    district bears its number in `links`. None covers another.

    Parameters
    ----------
    links
        One entry a district of the page level: `name`, `slug`, `share`, `has_share`, `area`.
    """
    paper = Paper(scope.area)
    city = np.array([scope.area], dtype=object)
    label = escape(speaker.words.say("index.overview_label", place=scope.name))
    border = paper.draw(paper.place(city))
    names = [
        _draw_names(paper, links, lettering, gaps=scope.gaps.geometry.to_numpy()) for lettering in _LETTERINGS
    ]
    body = [
        f'<svg viewBox="0 0 {paper.width:.0f} {paper.height:.0f}" role="group" aria-label="{label}">',
        f"<defs>{clip('stadt', border)}{PATTERNS}</defs>",
        '<g clip-path="url(#stadt)" fill-rule="evenodd">',
        *draw_ground(paper, speaker, atlas=atlas, area=scope.area),
        "</g>",
        *_draw_districts(paper, links),
        *draw_gaps(paper, scope.gaps.geometry.to_numpy()),
        f'<path d="{border}" fill="none" stroke="{symbols.INK}" stroke-width="3"/>',
        *(part for drawn in names for part in drawn),
        "</svg>",
    ]
    numbered = tuple(
        lettering.key
        for lettering, drawn in zip(_LETTERINGS, names, strict=True)
        if any("<circle" in part for part in drawn)
    )
    return Overview(Markup("".join(body)), numbered)  # noqa: S704 - names are escaped in _write


def _draw_districts(paper: Paper, links: list[dict[str, Any]]) -> list[str]:
    if not links:
        return []
    areas = np.array([link["area"] for link in links], dtype=object)
    shape = paper.draw(paper.place(np.asarray(shapely.coverage_simplify(areas, 10.0), dtype=object)))
    return [f'<path d="{shape}" fill="none" stroke="{symbols.INK}" stroke-width="1.6"/>']


def _draw_names(
    paper: Paper, links: list[dict[str, Any]], lettering: _Lettering, *, gaps: Geometries
) -> list[str]:
    if not links:
        return []
    forms = [_list_forms(link, lettering) for link in links]
    spots = _place(paper, links, forms, gaps=gaps)
    is_whole = all(spot is not None and forms[row][spot.form].lines for row, spot in enumerate(spots))
    if not (lettering.is_mixed or is_whole):
        forms = [each[-1:] for each in forms]
        spots = _place(paper, links, forms, gaps=gaps)
    parts = [f'<g class="{lettering.key}">']
    for number, (link, spot) in enumerate(zip(links, spots, strict=True), start=1):
        if spot is not None:
            form = forms[number - 1][spot.form]
            text = _write(form, spot, lettering) if form.lines else _write_number(number, spot, lettering)
            name = escape(f"{link['name']}, {link['share']}")
            parts.append(f'<a href="maps/{link["slug"]}.html" aria-label="{name}">{text}</a>')
    return [*parts, "</g>"]


@dataclass(frozen=True)
class _Form:
    """One way to write a district's name: its lines, none for the number, and the room it takes."""

    lines: tuple[str, ...]
    share: str
    box: tuple[float, float]


def _place(
    paper: Paper, links: list[dict[str, Any]], forms: Sequence[Sequence[_Form]], *, gaps: Geometries
) -> list[Spot | None]:
    return place_names(
        paper.place(np.array([link["area"] for link in links], dtype=object)),
        [[form.box for form in each] for each in forms],
        avoid=paper.place(gaps),
        width=paper.width,
        height=paper.height,
    )


def _list_forms(link: dict[str, Any], lettering: _Lettering) -> list[_Form]:
    # "Innenstadt-West" may break after the hyphen: two short lines fit where a long one does not.
    name, share = link["name"], link["share"] if lettering.has_share and link["has_share"] else ""
    pieces = re.split(r"(?<=[-\s])", name)
    halves = [("".join(pieces[:at]).strip(), "".join(pieces[at:])) for at in range(1, len(pieces))]
    wraps: Sequence[tuple[str, ...]] = [
        (name,),
        *sorted(halves, key=lambda lines: max(map(_sum_letters, lines)))[:1],
    ]
    radius = 0.75 * lettering.size
    return [
        *(_Form(lines, share, _measure(lines, share, lettering)) for lines in wraps),
        _Form((), "", (2 * radius + 4, 2 * radius + 4)),
    ]


def _measure(lines: tuple[str, ...], share: str, lettering: _Lettering) -> tuple[float, float]:
    width = max(*map(_sum_letters, lines), _sum_letters(share) * _SMALL, 2.0)
    height = len(lines) * (lettering.size + 2) + (lettering.size * _SMALL + 2 if share else 0)
    return width * lettering.size, height


def _sum_letters(text: str) -> float:
    return sum(_CAPITAL_WIDTH if letter.isupper() else _LETTER_WIDTH for letter in text)


def _write(form: _Form, spot: Spot, lettering: _Lettering) -> str:
    size, x = lettering.size, f"{spot.x:.0f}"
    lines = [
        f'<tspan x="{x}" dy="{0 if number == 0 else size + 2:.0f}">{escape(line)}</tspan>'
        for number, line in enumerate(form.lines)
    ]
    if form.share:
        lines.append(
            f'<tspan x="{x}" dy="{size + 2:.0f}" font-size="{size * _SMALL:.0f}" font-weight="500">'
            f"{escape(form.share)}</tspan>"
        )
    y = spot.y - form.box[1] / 2 + 0.85 * size
    return (
        f'<text x="{x}" y="{y:.0f}" font-size="{size:.0f}" font-weight="650" '
        f'stroke-width="{size * _HALO:.0f}" fill="{symbols.INK}">{"".join(lines)}</text>'
    )


def _write_number(number: int, spot: Spot, lettering: _Lettering) -> str:
    size = lettering.size
    return (
        f'<circle cx="{spot.x:.0f}" cy="{spot.y:.0f}" r="{0.75 * size:.0f}" fill="#fff" '
        f'stroke="{symbols.INK}" stroke-width="{size / 14:.1f}"/><text x="{spot.x:.0f}" '
        f'y="{spot.y + 0.34 * size:.0f}" font-size="{0.9 * size:.0f}" font-weight="650" stroke-width="0" '
        f'fill="{symbols.INK}">{number}</text>'
    )
