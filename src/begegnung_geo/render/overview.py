# SPDX-License-Identifier: MIT
"""The still picture of the city on the index page: an SVG without any script."""

from typing import Any

import numpy as np
import shapely
from markupsafe import Markup, escape
from shapely.geometry.base import BaseGeometry

from begegnung_geo.render import geometry, symbols
from begegnung_geo.render.geometry import Geometries
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.mapdata import pick_ramp
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.statements import Speaker

_WIDTH = 1000.0
_MARGIN = 18.0
_TOLERANCE = 0.7  # of a unit; the picture is 1000 units wide
_WATER_MIN = 20.0
_LABEL_SIZE = 22
_SMALL_LABEL_SIZE = 18


class _Paper:
    """Turns metric coordinates into the picture's units, y downwards."""

    def __init__(self, area: BaseGeometry) -> None:
        west, south, east, north = area.bounds
        self._scale = (_WIDTH - 2 * _MARGIN) / max(east - west, (north - south) * 0.75, 1.0)
        self.width = (east - west) * self._scale + 2 * _MARGIN
        self.height = (north - south) * self._scale + 2 * _MARGIN
        self._west, self._north = west, north

    def place(self, geometries: Geometries) -> Geometries:
        """Return geometries in units of the picture, with fewer vertices."""
        moved = shapely.transform(
            geometries,
            lambda xy: np.column_stack(
                [
                    (xy[:, 0] - self._west) * self._scale + _MARGIN,
                    (self._north - xy[:, 1]) * self._scale + _MARGIN,
                ]
            ),
        )
        return shapely.simplify(moved, _TOLERANCE, preserve_topology=True)

    def draw(self, geometries: Geometries) -> str:
        """Return the path data of lines or polygons."""
        pieces = []
        for ring in shapely.get_parts(shapely.boundary(geometries)) if len(geometries) else []:
            pieces += [_draw_line(line) for line in shapely.get_parts(ring)]
        return "".join(pieces)

    def draw_lines(self, lines: Geometries) -> str:
        """Return the path data of lines."""
        return "".join(_draw_line(line) for line in lines)


def render_overview(scope: Scope, speaker: Speaker, *, atlas: Atlas, links: list[dict[str, Any]]) -> Markup:
    """
    Return the picture: walking time, water, main roads, districts, gaps; names link to their pages.

    Parameters
    ----------
    links
        One entry a district of the page level: `name`, `slug`, `share`, `note`, `area`.
    """
    paper = _Paper(scope.area)
    city = np.array([scope.area], dtype=object)
    label = escape(speaker.words.say("index.overview_label", place=scope.name))
    border = paper.draw(paper.place(city))
    hatch = (
        '<pattern id="luecke" width="9" height="9" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0 0V9" stroke="{symbols.GAP}" stroke-width="3"/></pattern>'
    )
    homes = paper.draw(paper.place(np.array([atlas.inhabited], dtype=object)))
    clips = _clip("stadt", border) + (_clip("bewohnt", homes) if homes else "")
    body = [
        f'<svg viewBox="0 0 {paper.width:.0f} {paper.height:.0f}" role="group" aria-label="{label}">',
        f"<defs>{clips}{hatch}</defs>",
        *_draw_ground(scope, speaker, paper=paper, atlas=atlas, homes=homes),
        *_draw_districts(paper, links),
        *_draw_gaps(scope, paper),
        f'<path d="{border}" fill="none" stroke="{symbols.INK}" stroke-width="3"/>',
        *_draw_names(paper, links),
        "</svg>",
    ]
    return Markup("".join(body))  # noqa: S704 - names are escaped in _draw_names


def _clip(name: str, shape: str) -> str:
    return f'<clipPath id="{name}"><path d="{shape}" clip-rule="evenodd"/></clipPath>'


def _draw_ground(scope: Scope, speaker: Speaker, *, paper: _Paper, atlas: Atlas, homes: str) -> list[str]:
    headline = speaker.content.profile.coverage.headline[0]
    limits = speaker.content.profile.walking.thresholds_min
    ramp = [symbols.composite(colour) for colour in pick_ramp(len(limits) + 1)]
    city = np.array([scope.area], dtype=object)
    parts = ['<g clip-path="url(#stadt)" fill-rule="evenodd">']
    parts.append(f'<path d="{paper.draw(paper.place(city))}" fill="{symbols.LAND}"/>')
    parts.append('<g clip-path="url(#bewohnt)">' if homes else "<g>")
    if homes:
        parts.append(f'<path d="{homes}" fill="{ramp[-1]}"/>')
    for number in reversed(range(len(limits))):
        area = atlas.reach.get((headline.profile, limits[number]))
        if area is not None and not area.is_empty:
            shape = paper.draw(paper.place(np.array([area], dtype=object)))
            parts.append(f'<path d="{shape}" fill="{ramp[number]}"/>')
    parts.append("</g>")
    water = paper.place(atlas.water[shapely.intersects(atlas.water, scope.area)])
    large = water[shapely.area(water) > _WATER_MIN]
    parts.append(f'<path d="{paper.draw(large)}" fill="{symbols.WATER}"/>')
    for layer, width in (("main_road", 2), ("motorway", 4)):
        lines = atlas.lines[layer].lines
        shape = paper.draw_lines(paper.place(lines)) if len(lines) else ""
        parts.append(
            f'<path d="{shape}" fill="none" stroke="#ffffff" stroke-opacity=".85" stroke-width="{width}"/>'
        )
    rail = atlas.lines["rail"].lines
    shape = paper.draw_lines(paper.place(rail)) if len(rail) else ""
    parts.append(f'<path d="{shape}" fill="none" stroke="#5b5962" stroke-width="1" stroke-opacity=".7"/>')
    return [*parts, "</g>"]


def _draw_districts(paper: _Paper, links: list[dict[str, Any]]) -> list[str]:
    if not links:
        return []
    areas = np.array([link["area"] for link in links], dtype=object)
    shape = paper.draw(paper.place(np.asarray(shapely.coverage_simplify(areas, 10.0), dtype=object)))
    return [f'<path d="{shape}" fill="none" stroke="{symbols.INK}" stroke-width="1.6"/>']


def _draw_gaps(scope: Scope, paper: _Paper) -> list[str]:
    if not len(scope.gaps):
        return []
    shape = paper.draw(paper.place(scope.gaps.geometry.to_numpy()))
    return [
        f'<path d="{shape}" fill="url(#luecke)" stroke="#ffffff" stroke-width="5"/>',
        f'<path d="{shape}" fill="none" stroke="{symbols.GAP}" stroke-width="2.5"/>',
    ]


def _draw_names(paper: _Paper, links: list[dict[str, Any]]) -> list[str]:
    if not links:
        return []
    points = geometry.find_label_points(np.array([link["area"] for link in links], dtype=object))
    parts = []
    for link, point in zip(links, paper.place(points), strict=True):
        x = min(max(shapely.get_x(point), 90.0), paper.width - 90.0)
        y = shapely.get_y(point)
        name, share = escape(link["name"]), escape(link["share"])
        parts.append(
            f'<a href="maps/{link["slug"]}.html"><text x="{x:.0f}" y="{y:.0f}" font-size="{_LABEL_SIZE}" '
            f'font-weight="650" stroke-width="5" fill="{symbols.INK}">{name}'
            f'<tspan x="{x:.0f}" dy="{_LABEL_SIZE + 2}" font-size="{_SMALL_LABEL_SIZE}" font-weight="500">'
            f"{share}</tspan></text></a>"
        )
    return parts


def _draw_line(line: BaseGeometry) -> str:
    xy = np.round(shapely.get_coordinates(line)).astype(int)
    if len(xy) < 2:  # noqa: PLR2004
        return ""
    steps = np.diff(xy, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if not len(steps):
        return ""
    return f"M{xy[0, 0]} {xy[0, 1]}l" + " ".join(f"{x} {y}" for x, y in steps.tolist())
