# SPDX-License-Identifier: MIT
"""The data block of a map page that is the same in every language: geometry, signs, colours."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from begegnung_geo.render import geometry, layers, symbols
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.scopes import Scope, find_hatched, list_shown_levels
from begegnung_geo.render.tables import PlaceRow
from begegnung_geo.render.try_area import pack_area, pack_changes
from begegnung_geo.render.tryout import pack_tryout

_POTENTIAL = 2
_VEIL = "rgba(235,233,228,0.78)"
_BORDER_TOLERANCE_M = 5.0


def build_map_shapes(
    scope: Scope,
    content: SiteContent,
    *,
    atlas: Atlas,
    rows: Sequence[PlaceRow],
    neighbours: Sequence[PlaceRow],
) -> dict[str, Any]:
    """
    Return what the map of one page draws.

    Parameters
    ----------
    atlas
        Cut to the scope.
    rows
        Rows of `scope.begegnungsorte`; `number` is the position in that frame.
    neighbours
        Rows of the table `neighbour_places`, the same way; the texts of the page are in
        the same order.
    """
    walking, headline = content.profile.walking, content.profile.coverage.headline[0]
    packed = layers.pack_background(atlas)
    packed["walking"] = layers.pack_reach(atlas, list(walking.profiles))
    area = geometry.simplify(np.array([scope.area], dtype=object), _BORDER_TOLERANCE_M)
    packed["outside"] = geometry.pack_polygons(area, atlas.crs)
    packed |= _pack_overlays(scope, content, crs=atlas.crs)
    packed |= _pack_places(scope, content, crs=atlas.crs, rows=rows, neighbours=neighbours)
    tryout = pack_tryout(content) if scope.is_city else {}
    packed |= {"tryout": tryout, "try_area": pack_area(content)} if tryout else {}
    if changes := pack_changes(content):
        packed["changed_squares"] = changes
    return {
        "bounds": layers.find_bounds(scope.area, atlas.crs),
        "profile": headline.profile,
        "threshold": headline.threshold_min,
        "thresholds": list(walking.thresholds_min),
        "colours": build_colours(len(walking.thresholds_min) + 1),
        "groups": [
            {"letter": group.letter, "sides": group.sides, "turn": group.turn_degrees}
            for group in symbols.PLACE_GROUPS
        ],
        "layers": packed,
    }


def build_colours(count: int) -> dict[str, Any]:
    """Return the colours the map paints with; the legend shows the same ones composited."""
    return {
        "land": symbols.LAND,
        "green": symbols.GREEN,
        "water": symbols.WATER,
        "veil": _VEIL,
        "ink": symbols.INK,
        "link": symbols.LINK,
        "gap": symbols.GAP,
        "longWalks": symbols.LONG_WALKS,
        "shortWalks": symbols.SHORT_WALKS,
        "neighbour": symbols.NEIGHBOUR,
        "unknown": symbols.UNKNOWN,
        "walking": symbols.pick_ramp(count),
        "walkingOpacity": symbols.WALKING_OPACITY,
    }


def _pack_overlays(scope: Scope, content: SiteContent, *, crs: str) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    levels = list_shown_levels(scope, content.districts)
    if levels:
        packed["districts"] = [_pack_level(members, crs) for _, members in levels]
    flagged = find_hatched(scope, content)
    if len(flagged):
        packed["underserved"] = layers.pack_areas(flagged.geometry, crs)
    if scope.is_city and len(content.hot_spots):
        is_long = (content.hot_spots["kind"] == "long").astype(int).tolist()
        packed["hot_spots"] = layers.pack_areas(content.hot_spots.geometry, crs) | {"long": is_long}
    if len(scope.gaps):
        packed["gaps"] = layers.pack_areas(scope.gaps.geometry, crs)
    return packed


def _pack_level(members: gpd.GeoDataFrame, crs: str) -> dict[str, Any]:
    keys = [f"{level}-{district_id}" for level, district_id in members[["level", "district_id"]].to_numpy()]
    return {**layers.pack_districts(members, crs), "id": keys}


def _pack_places(
    scope: Scope,
    content: SiteContent,
    *,
    crs: str,
    rows: Sequence[PlaceRow],
    neighbours: Sequence[PlaceRow],
) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    points = geometry.quantise(scope.begegnungsorte.geometry, crs)
    for key, chosen in (
        ("places", [row for row in rows if row.standing != _POTENTIAL]),
        ("potential", [row for row in rows if row.standing == _POTENTIAL]),
    ):
        if chosen:
            packed[key] = pack_signs(chosen, points) | {"id": [row.id for row in chosen]}
    if neighbours:
        beyond = geometry.quantise(content.neighbour_places.geometry, crs)
        packed["neighbours"] = pack_signs(neighbours, beyond)
    return packed


def pack_signs(rows: Sequence[PlaceRow], points: list[list[int]]) -> dict[str, Any]:
    """Return the signs of places; `points` are quanta, at the `number` of each row."""
    return {
        "xy": [points[row.number] for row in rows],
        "group": [row.group for row in rows],
        "standing": [row.standing for row in rows],
        "counted": [int(row.is_counted) for row in rows],
    }
