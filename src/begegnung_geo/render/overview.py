# SPDX-License-Identifier: MIT
"""The still picture of the city on the index page: an SVG without any script."""

from typing import Any

import numpy as np
import shapely
from markupsafe import Markup, escape

from begegnung_geo.render import symbols
from begegnung_geo.render.geometry import Geometries
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.paper import PATTERNS, Paper, clip, draw_gaps, draw_ground
from begegnung_geo.render.picture_labels import place_names
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.statements import Speaker

_LABEL_SIZE = 22
_SMALL_LABEL_SIZE = 18
_LETTER_WIDTH = 0.62  # of the font size, for a bold sans-serif
_FEW_NAMES = 6  # more than these are no names but a blot on a phone; the list below has them


def render_overview(scope: Scope, speaker: Speaker, *, atlas: Atlas, links: list[dict[str, Any]]) -> Markup:
    """
    Return the picture: walking time, water, main roads, districts, gaps; names link to their pages.

    Parameters
    ----------
    links
        One entry a district of the page level: `name`, `slug`, `share`, `note`, `area`.
    """
    paper = Paper(scope.area)
    city = np.array([scope.area], dtype=object)
    label = escape(speaker.words.say("index.overview_label", place=scope.name))
    border = paper.draw(paper.place(city))
    body = [
        f'<svg viewBox="0 0 {paper.width:.0f} {paper.height:.0f}" role="group" aria-label="{label}">',
        f"<defs>{clip('stadt', border)}{PATTERNS}</defs>",
        '<g clip-path="url(#stadt)" fill-rule="evenodd">',
        *draw_ground(paper, speaker, atlas=atlas, area=scope.area),
        "</g>",
        *_draw_districts(paper, links),
        *draw_gaps(paper, scope.gaps.geometry.to_numpy()),
        f'<path d="{border}" fill="none" stroke="{symbols.INK}" stroke-width="3"/>',
        *_draw_names(paper, links, gaps=scope.gaps.geometry.to_numpy()),
        "</svg>",
    ]
    return Markup("".join(body))  # noqa: S704 - names are escaped in _draw_names


def _draw_districts(paper: Paper, links: list[dict[str, Any]]) -> list[str]:
    if not links:
        return []
    areas = np.array([link["area"] for link in links], dtype=object)
    shape = paper.draw(paper.place(np.asarray(shapely.coverage_simplify(areas, 10.0), dtype=object)))
    return [f'<path d="{shape}" fill="none" stroke="{symbols.INK}" stroke-width="1.6"/>']


def _draw_names(paper: Paper, links: list[dict[str, Any]], *, gaps: Geometries) -> list[str]:
    if not links:
        return []
    areas = paper.place(np.array([link["area"] for link in links], dtype=object))
    line = _LABEL_SIZE + 2
    sizes = [(max(len(link["name"]), 4) * _LABEL_SIZE * _LETTER_WIDTH, 2.0 * line) for link in links]
    spots = place_names(areas, sizes, avoid=paper.place(gaps), width=paper.width, height=paper.height)
    parts = ['<g class="many">' if len(links) > _FEW_NAMES else "<g>"]
    for link, spot in zip(links, spots, strict=True):
        if spot is None:
            continue
        x, y = spot[0], spot[1] - line / 2 + _LABEL_SIZE / 3
        name, share = escape(link["name"]), escape(link["share"])
        parts.append(
            f'<a href="maps/{link["slug"]}.html"><text x="{x:.0f}" y="{y:.0f}" font-size="{_LABEL_SIZE}" '
            f'font-weight="650" stroke-width="5" fill="{symbols.INK}">{name}'
            f'<tspan x="{x:.0f}" dy="{line}" font-size="{_SMALL_LABEL_SIZE}" font-weight="500">'
            f"{share}</tspan></text></a>"
        )
    return [*parts, "</g>"]
