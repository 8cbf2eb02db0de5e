# SPDX-License-Identifier: MIT
"""The data block of a map page: geometry, words and figures that `map.js` reads."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np

from begegnung_geo.render import geometry, layers, symbols
from begegnung_geo.render.figures import find_reach
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.scopes import Scope, order_levels
from begegnung_geo.render.sections import build_district_row, find_hatched, name_gaps
from begegnung_geo.render.statements import Speaker, say_statement
from begegnung_geo.render.tables import PlaceRow

_POTENTIAL = 2
_VEIL = "rgba(235,233,228,0.78)"


def build_map_data(
    scope: Scope,
    speaker: Speaker,
    *,
    atlas: Atlas,
    rows: Sequence[PlaceRow],
    neighbours: Sequence[PlaceRow],
    pages: dict[str, str],
) -> dict[str, Any]:
    """
    Return everything the map of one page needs.

    Parameters
    ----------
    atlas
        Cut to the scope.
    rows
        Rows of `scope.begegnungsorte`; `number` is the position in that frame.
    neighbours
        Rows of the table `neighbour_places`, the same way.
    pages
        District id of the page level -> slug.
    """
    content, words, crs = speaker.content, speaker.words, atlas.crs
    headline = content.profile.coverage.headline[0]
    packed = layers.pack_background(atlas)
    packed["walking"] = layers.pack_reach(atlas, list(content.profile.walking.profiles))
    packed["outside"] = geometry.pack_polygons(
        geometry.simplify(np.array([scope.area], dtype=object), 5.0), crs
    )
    packed |= _pack_overlays(scope, speaker, crs=crs, pages=pages)
    packed |= _pack_places(scope, speaker, crs=crs, rows=rows, neighbours=neighbours)
    return {
        "bounds": layers.find_bounds(scope.area, crs),
        "profile": headline.profile,
        "threshold": headline.threshold_min,
        "thresholds": list(content.profile.walking.thresholds_min),
        "classNames": list_class_names(speaker),
        "colours": build_colours(len(content.profile.walking.thresholds_min) + 1),
        "groups": [
            {"letter": group.letter, "sides": group.sides, "turn": group.turn_degrees}
            for group in symbols.PLACE_GROUPS
        ],
        "statements": _build_statements(scope, speaker),
        "words": {
            "zoomIn": words.say("map.zoom_in"),
            "zoomOut": words.say("map.zoom_out"),
            "close": words.say("map.close"),
            "here": words.say("map.here"),
            "walkFromHere": words.say("map.walk_from_here"),
            "street": words.say("search.street"),
            "quarter": words.say("search.quarter"),
            "hitsZero": words.say("search.hits", count=0),
            "hitsOne": words.say("search.hits", count=1),
            "hitsOther": words.say("search.hits_other"),
        },
        "layers": packed,
    }


def list_class_names(speaker: Speaker) -> list[str]:
    """Return the names of the walking-time classes, near to far; the last is open-ended."""
    words, limits = speaker.words, speaker.content.profile.walking.thresholds_min
    numbers = [words.number(limit) for limit in limits]
    between = [words.say("legend.between", low=low, high=high) for low, high in pairwise(numbers)]
    return [
        words.say("legend.upto", high=numbers[0]),
        *between,
        words.say("legend.over", low=numbers[-1]),
    ]


def pick_ramp(count: int) -> list[str]:
    """Return `count` colours from near to far, spread over the ramp."""
    ramp = symbols.WALKING_RAMP
    return [ramp[round(step * (len(ramp) - 1) / max(count - 1, 1))] for step in range(count)]


def build_colours(count: int) -> dict[str, Any]:
    """Return the colours the map paints with; the legend shows the same ones composited."""
    return {
        "land": symbols.LAND,
        "green": symbols.GREEN,
        "water": symbols.WATER,
        "veil": _VEIL,
        "ink": symbols.INK,
        "gap": symbols.GAP,
        "neighbour": symbols.NEIGHBOUR,
        "walking": pick_ramp(count),
        "walkingOpacity": symbols.WALKING_OPACITY,
    }


def _build_statements(scope: Scope, speaker: Speaker) -> dict[str, dict[str, str]]:
    walking = speaker.content.profile.walking
    return {
        profile: {
            str(threshold): say_statement(
                find_reach(scope.coverage, (profile, threshold), profile=speaker.content.profile), speaker
            )
            for threshold in walking.thresholds_min
        }
        for profile in walking.profiles
    }


def _pack_overlays(scope: Scope, speaker: Speaker, *, crs: str, pages: dict[str, str]) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    shown = _list_shown_levels(scope, speaker)
    if shown:
        packed["districts"] = [
            _pack_level(frame, speaker, crs=crs, number=n, pages=pages) for n, frame in shown
        ]
    flagged = find_hatched(scope, speaker)
    if len(flagged):
        packed["underserved"] = layers.pack_areas(flagged.geometry, crs)
    if len(scope.gaps):
        packed["gaps"] = _pack_gaps(scope.gaps, speaker, crs=crs)
    return packed


def _list_shown_levels(scope: Scope, speaker: Speaker) -> list[tuple[int, gpd.GeoDataFrame]]:
    # A district's page shows all districts of its own level, to find one's way.
    districts = speaker.content.districts
    levels = order_levels(districts)
    shown = []
    for number, level in enumerate(levels, start=1):
        source = districts if level == scope.level else scope.districts
        members = source[source["level"] == level]
        if len(members):
            shown.append((number, members))
    return shown


def _pack_level(
    members: gpd.GeoDataFrame, speaker: Speaker, *, crs: str, number: int, pages: dict[str, str]
) -> dict[str, Any]:
    words = speaker.words
    records = members.drop(columns="geometry").to_dict("records")
    is_page_level = bool(pages) and all(str(record["district_id"]) in pages for record in records)
    own_pages = pages if is_page_level else {}
    rows = [build_district_row(record, speaker, pages=own_pages) for record in records]
    term = speaker.level(str(records[0]["level"]), count=1, number=number)
    notes = [words.say("district.note_underserved") if row["is_underserved"] else "" for row in rows]
    return {
        **layers.pack_districts(members, crs),
        "names": [row["name"] for row in rows],
        "notes": notes,
        "info": [_describe_district(term, row, speaker) for row in rows],
    }


def _describe_district(term: str, row: dict[str, Any], speaker: Speaker) -> list[dict[str, str]]:
    words = speaker.words
    headlines = speaker.content.profile.coverage.headline[:2]
    lines = [{"term": term[:1].upper() + term[1:], "text": row["name"]}]
    for headline, share in zip(headlines, row["shares"], strict=True):
        label = words.say(
            "info.share",
            minutes=words.number(headline.threshold_min),
            people=speaker.profile(headline.profile),
        )
        lines.append({"term": label, "text": share})
    lines.append({"term": words.say("info.verdict"), "text": row["verdict"]})
    if row["slug"]:
        link = words.say("district.open_page", name=row["name"])
        lines.append({"href": f"{row['slug']}.html", "text": link})
    return lines


def _pack_gaps(gaps: gpd.GeoDataFrame, speaker: Speaker, *, crs: str) -> dict[str, Any]:
    words = speaker.words
    records = gaps.drop(columns="geometry").to_dict("records")
    persons = [speaker.persons_prose(record["persons"]) for record in records]
    return {
        **layers.pack_areas(gaps.geometry, crs),
        "names": name_gaps(gaps, speaker),
        "notes": [words.say("info.gap_people", persons=number) for number in persons],
        "info": [
            [
                words.say(
                    "info.gap",
                    persons=number,
                    minutes=words.number(record["threshold_min"]),
                    people=speaker.profile(str(record["profile"])),
                )
            ]
            for record, number in zip(records, persons, strict=True)
        ],
    }


def _pack_places(
    scope: Scope, speaker: Speaker, *, crs: str, rows: Sequence[PlaceRow], neighbours: Sequence[PlaceRow]
) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    points = geometry.quantise(scope.begegnungsorte.geometry, crs)
    for key, chosen in (
        ("places", [row for row in rows if row.standing != _POTENTIAL]),
        ("potential", [row for row in rows if row.standing == _POTENTIAL]),
    ):
        if chosen:
            packed[key] = _pack_signs(chosen, points) | {"row": [row.number for row in chosen]}
    if neighbours:
        beyond = geometry.quantise(speaker.content.neighbour_places.geometry, crs)
        packed["neighbours"] = _pack_signs(neighbours, beyond) | {
            "names": [row.name for row in neighbours],
            "info": [
                [
                    {"term": speaker.words.say("place.kind"), "text": row.kind},
                    speaker.words.say("place.neighbour"),
                ]
                for row in neighbours
            ],
        }
    return packed


def _pack_signs(rows: Sequence[PlaceRow], points: list[list[int]]) -> dict[str, Any]:
    return {
        "xy": [points[row.number] for row in rows],
        "group": [row.group for row in rows],
        "standing": [row.standing for row in rows],
        "counted": [int(row.is_counted) for row in rows],
    }
