# SPDX-License-Identifier: MIT
"""Still pictures as SVG: metric coordinates to a sheet of paper, and what every picture shows."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from begegnung_geo.render import symbols
from begegnung_geo.render.geometry import Geometries
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.statements import Speaker

WIDTH = 1000.0
MARGIN = 18.0
PATTERNS = (
    '<pattern id="luecke" width="9" height="9" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><path d="M0 0V9" stroke="{symbols.GAP}" stroke-width="3"/></pattern>'
    '<pattern id="unbewohnt" width="16" height="16" patternUnits="userSpaceOnUse">'
    f'<circle cx="4" cy="4" r="1" fill="{symbols.UNKNOWN}"/>'
    f'<circle cx="12" cy="12" r="1" fill="{symbols.UNKNOWN}"/></pattern>'
    '<pattern id="unbekannt" width="22" height="18" patternUnits="userSpaceOnUse">'
    f'<path d="M1 5h8M12 14h8" stroke="{symbols.UNKNOWN}" stroke-width="1.2"/></pattern>'
)
"""Definition of the patterns that fill a gap, land where hardly anybody lives, and what is not known."""

_TOLERANCE = 0.7  # of a unit; the picture is 1000 units wide
_WATER_MIN = 20.0
_OUTLINE_PART = 16  # of a gap's breadth: a thicker outline hides what it encloses


class Paper:
    """
    Turns metric coordinates into the picture's units, y downwards.

    Parameters
    ----------
    area
        What must be on it.
    ratio
        Width by height of the picture; None takes the area's own, but at least 3:4.
    """

    def __init__(self, area: BaseGeometry, *, ratio: float | None = None) -> None:
        west, south, east, north = area.bounds
        wide = max(east - west, (north - south) * (ratio or 0.75), 1.0)
        self.scale = (WIDTH - 2 * MARGIN) / wide
        if ratio is None:
            self.width = (east - west) * self.scale + 2 * MARGIN
            self.height = (north - south) * self.scale + 2 * MARGIN
            self._west, self._north = west - MARGIN / self.scale, north + MARGIN / self.scale
        else:
            self.width, self.height = WIDTH, WIDTH / ratio
            self._west = (west + east) / 2 - self.width / 2 / self.scale
            self._north = (south + north) / 2 + self.height / 2 / self.scale

    @property
    def extent(self) -> BaseGeometry:
        """The rectangle of the picture in metric coordinates."""
        south, east = self._north - self.height / self.scale, self._west + self.width / self.scale
        return shapely.box(self._west, south, east, self._north)

    def place(self, geometries: Geometries) -> Geometries:
        """Return geometries in units of the picture, with fewer vertices."""
        moved = shapely.transform(
            geometries,
            lambda xy: np.column_stack(
                [(xy[:, 0] - self._west) * self.scale, (self._north - xy[:, 1]) * self.scale]
            ),
        )
        return shapely.simplify(moved, _TOLERANCE, preserve_topology=True)

    def draw(self, geometries: Geometries) -> str:
        """Return the path data of lines or polygons that have been placed."""
        pieces = []
        for ring in shapely.get_parts(shapely.boundary(geometries)) if len(geometries) else []:
            pieces += [_draw_line(line) for line in shapely.get_parts(ring)]
        return "".join(pieces)

    def draw_lines(self, lines: Geometries) -> str:
        """Return the path data of lines that have been placed."""
        return "".join(_draw_line(line) for line in lines)


def clip(name: str, shape: str) -> str:
    """Return the definition of a clip path."""
    return f'<clipPath id="{name}"><path d="{shape}" clip-rule="evenodd"/></clipPath>'


def draw_ground(paper: Paper, speaker: Speaker, *, atlas: Atlas, area: BaseGeometry) -> list[str]:
    """Return land, walking time of the headline's profile, water, main roads and rail of an area."""
    headline = speaker.content.profile.coverage.headline[0]
    limits = speaker.content.profile.walking.thresholds_min
    ramp = [symbols.composite(colour) for colour in symbols.pick_ramp(len(limits) + 1)]
    whole = np.array([area], dtype=object)
    homes = paper.draw(paper.place(np.array([atlas.inhabited], dtype=object)))
    parts = [f"<defs>{clip('bewohnt', homes)}</defs>"] if homes else []
    land = paper.draw(paper.place(whole))
    unknown = paper.draw(paper.place(np.array([shapely.intersection(atlas.unknown, area)], dtype=object)))
    parts.append(
        f'<path d="{land}" fill="{symbols.LAND}"/><path d="{land}{unknown}" fill="url(#unbewohnt)"/>'
    )
    if unknown:
        parts.append(f'<path d="{unknown}" fill="url(#unbekannt)"/>')
    parts.append('<g clip-path="url(#bewohnt)">' if homes else "<g>")
    if homes:
        parts.append(f'<path d="{homes}" fill="{ramp[-1]}"/>')
    for number in reversed(range(len(limits))):
        reach = atlas.reach.get((headline.profile, limits[number]))
        if reach is not None and not reach.is_empty:
            shape = paper.draw(paper.place(np.array([reach], dtype=object)))
            parts.append(f'<path d="{shape}" fill="{ramp[number]}"/>')
    parts.append("</g>")
    water = paper.place(atlas.water[shapely.intersects(atlas.water, area)])
    parts.append(f'<path d="{paper.draw(water[shapely.area(water) > _WATER_MIN])}" fill="{symbols.WATER}"/>')
    for layer, width in (("main_road", 2), ("motorway", 4)):
        shape = paper.draw_lines(paper.place(atlas.lines[layer].lines))
        parts.append(
            f'<path d="{shape}" fill="none" stroke="#ffffff" stroke-opacity=".85" stroke-width="{width}"/>'
        )
    shape = paper.draw_lines(paper.place(atlas.lines["rail"].lines))
    parts.append(f'<path d="{shape}" fill="none" stroke="#5b5962" stroke-width="1" stroke-opacity=".7"/>')
    return parts


def draw_gaps(paper: Paper, gaps: Geometries) -> list[str]:
    """Return the gaps, hatched by the pattern of `PATTERNS` and outlined, finer where they are small."""
    if not len(gaps):
        return []
    placed = paper.place(gaps)
    width = float(np.clip(np.sqrt(np.median(shapely.area(placed))) / _OUTLINE_PART, 1.2, 2.5))
    shape = paper.draw(placed)
    return [
        f'<path d="{shape}" fill="url(#luecke)" stroke="#ffffff" stroke-width="{2 * width:.1f}"/>',
        f'<path d="{shape}" fill="none" stroke="{symbols.GAP}" stroke-width="{width:.1f}"/>',
    ]


def _draw_line(line: BaseGeometry) -> str:
    xy = np.round(shapely.get_coordinates(line)).astype(int)
    if len(xy) < 2:  # noqa: PLR2004
        return ""
    steps = np.diff(xy, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if not len(steps):
        return ""
    return f"M{xy[0, 0]} {xy[0, 1]}l" + " ".join(f"{x} {y}" for x, y in steps.tolist())
