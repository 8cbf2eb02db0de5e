# SPDX-License-Identifier: MIT
"""The legend: what is on the map, in the colours and signs the map really shows, with its switches."""

import math
from collections.abc import Sequence
from typing import Any

from begegnung_geo.render import symbols
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.map_texts import list_class_names
from begegnung_geo.render.scopes import Scope, find_hatched
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.symbols import PlaceGroup
from begegnung_geo.render.tables import PlaceRow
from begegnung_geo.render.text import Words, clean_text

_RADIUS = 8.0
_SMALL = 0.68  # as the map draws what does not count
_POTENTIAL = 2
_KINDS = (
    ("established", (0, True)),
    ("established_uncounted", (0, False)),
    ("everyday_counted", (1, True)),
    ("everyday", (1, False)),
)


def build_legend(scope: Scope, speaker: Speaker, *, atlas: Atlas, rows: Sequence[PlaceRow]) -> dict[str, Any]:
    """
    Return the legend's parts, each with the switch of its layers; only what the page has.

    Parameters
    ----------
    atlas
        Cut to the scope. Where no inhabited area is known, land colour stands for all
        that is farther than the longest time.
    rows
        All places of the page, without those of the neighbours.
    """
    parts = [
        {
            "id": "fussweg",
            "layers": "walking",
            "name": speaker.words.say("legend.walking"),
            "items": [*list_classes(speaker, atlas=atlas), _build_line(speaker)],
        },
        *_list_overlays(scope, speaker),
        *_list_place_parts(speaker, rows),
    ]
    return {"parts": [{"is_on": True, "letters": [], "note": ""} | part for part in parts]}


def list_classes(speaker: Speaker, *, atlas: Atlas) -> list[dict[str, str]]:
    """Return the walking-time classes, near to far, in the colours the eye sees."""
    words, names = speaker.words, list_class_names(speaker)
    ramp = [symbols.composite(colour) for colour in symbols.pick_ramp(len(names))]
    unknown = words.say("legend.unknown")
    if atlas.inhabited.is_empty:
        names, ramp = names[:-1], ramp[:-1]
        farthest = speaker.content.profile.walking.thresholds_min[-1]
        rest = words.say("legend.beyond", low=words.number(farthest))
    else:
        rest = words.say("legend.uninhabited")
    areas = [
        {"look": "area", "name": name, "colour": colour} for name, colour in zip(names, ramp, strict=True)
    ]
    ground = [("dots", rest), *([] if atlas.unknown.is_empty else [("dashes", unknown)])]
    return areas + [
        {"look": look, "name": name, "colour": symbols.LAND, "ink": symbols.UNKNOWN} for look, name in ground
    ]


def list_place_kinds(rows: Sequence[PlaceRow], words: Words) -> list[dict[str, Any]]:
    """Return the signs of what is meant as a meeting place or open every day, as far as there are any."""
    present = {(row.standing, row.is_counted) for row in rows}
    return [
        _paint(
            _circle(_RADIUS if kind[1] else _RADIUS * _SMALL),
            name=words.say(f"legend.{key}"),
            standing=kind[0],
        )
        for key, kind in _KINDS
        if kind in present
    ]


def list_potential_items(rows: Sequence[PlaceRow], words: Words) -> list[dict[str, Any]]:
    """Return the sign of Potenzialräume, where there are any."""
    item = _paint(_circle(_RADIUS), name=words.say("legend.potential"), standing=_POTENTIAL)
    return [item] if any(row.standing == _POTENTIAL for row in rows) else []


def list_gap_items(scope: Scope, name: str) -> list[dict[str, str]]:
    """Return the swatch of gaps on the ground of the farther classes, where they lie; none without gaps."""
    ground = symbols.composite(symbols.WALKING_RAMP[-1])
    item = {"look": "gap", "name": name, "colour": symbols.GAP, "ground": ground}
    return [item] if len(scope.gaps) else []


def list_change_items(speaker: Speaker) -> list[dict[str, str]]:
    """Return the swatches of ground that comes within reach and that falls out of it."""
    return [
        {"look": look, "name": speaker.words.say(f"legend.{look}"), "colour": colour}
        for look, colour in (("gained", symbols.LINK), ("lost", symbols.INK))
    ]


def list_online_maps(speaker: Speaker) -> list[dict[str, Any]]:
    """Return the backgrounds a reader may ask a public server for, each with where the request goes."""
    words = speaker.words
    return [
        {
            "key": key,
            "url": service.url,
            "max_zoom": service.max_zoom,
            "credit": clean_text(service.attribution, limit=200),
            "load": words.say("online.load", title=clean_text(service.title)),
            "unload": words.say("online.unload", title=clean_text(service.title)),
            "failed": words.say("online.failed", title=clean_text(service.title)),
            "notice": words.say("online.notice", host=service.host, operator=clean_text(service.operator)),
        }
        for key, service in speaker.content.profile.online_maps.list_offered()
    ]


def describe_sign(
    group: PlaceGroup, *, name: str, standing: int = 0, ink: str = symbols.INK
) -> dict[str, Any]:
    """Return a group's sign as an SVG element around the origin."""
    letter_shift = 0.2 if group.sides == 3 and not group.turn_degrees else -0.12 if group.sides == 3 else 0.06  # noqa: PLR2004
    shape = (
        {"shape": "polygon", "form": f'points="{_list_corners(group)}"'}
        if group.sides
        else {"shape": "circle", "form": f'r="{_RADIUS:.0f}"'}
    )
    return _paint(shape, name=name, standing=standing, ink=ink) | {
        "letter": group.letter,
        "text_y": f"{_RADIUS * letter_shift + 4:.1f}",
    }


def _build_line(speaker: Speaker) -> dict[str, str]:
    return {"look": "line", "name": speaker.words.say("legend.line"), "colour": symbols.INK}


def _list_overlays(scope: Scope, speaker: Speaker) -> list[dict[str, Any]]:
    words, headline = speaker.words, speaker.content.profile.coverage.headline[0]
    parts: list[dict[str, Any]] = []
    text = words.say(
        "legend.gap",
        minutes=words.number(headline.threshold_min),
        people=speaker.profile(headline.profile),
    )
    gaps = list_gap_items(scope, text)
    if gaps:
        note = words.say(
            "legend.gaps_other",
            minutes=words.number(headline.threshold_min),
            people=speaker.profile(headline.profile),
        )
        part = {"id": "luecken", "layers": "gaps", "name": words.say("legend.gaps")}
        parts.append(part | {"items": gaps, "note": note})
    if scope.is_city and len(speaker.content.hot_spots):
        items = [
            {"look": look, "name": words.say(f"legend.{look}"), "colour": colour, "ground": symbols.LAND}
            for look, colour in (("long_walks", symbols.LONG_WALKS), ("short_walks", symbols.SHORT_WALKS))
        ]
        name = words.say("spot.heading")
        parts.append({"id": "haeufung", "layers": "hot_spots", "name": name, "items": items, "is_on": False})
    if len(speaker.content.changed_squares):
        name, items = words.say("legend.changes"), list_change_items(speaker)
        parts.append({"id": "szenarioflaeche", "layers": "changed_squares", "name": name, "items": items})
    if len(find_hatched(scope, speaker.content)):
        item = {"look": "underserved", "name": words.say("legend.underserved"), "colour": symbols.GAP}
        parts.append(
            {
                "id": "unterversorgt",
                "layers": "underserved",
                "name": words.say("legend.districts"),
                "items": [item | {"ground": symbols.LAND, "ink": symbols.INK}],
            }
        )
    return parts


def _list_place_parts(speaker: Speaker, rows: Sequence[PlaceRow]) -> list[dict[str, Any]]:
    words = speaker.words
    kinds = list_place_kinds(rows, words)
    letters = [
        describe_sign(group, name=words.say(f"group.{group.key}"))
        for number, group in enumerate(symbols.PLACE_GROUPS)
        if any(row.group == number for row in rows)
    ]
    parts: list[dict[str, Any]] = []
    if kinds:
        parts.append(
            {
                "id": "orte",
                "layers": "places",
                "name": words.say("legend.places"),
                "items": kinds,
                "letters": letters,
            }
        )
    items = list_potential_items(rows, words)
    if items:
        name = words.say("legend.potentials")
        parts.append({"id": "potenzial", "layers": "potential", "name": name, "items": items, "is_on": False})
    if len(speaker.content.neighbour_places):
        item = _paint(_circle(_RADIUS), name=words.say("legend.neighbour"), ink=symbols.NEIGHBOUR)
        name = words.say("legend.neighbours")
        parts.append({"id": "nachbarn", "layers": "neighbours", "name": name, "items": [item]})
    return parts


def _circle(radius: float) -> dict[str, str]:
    return {"shape": "circle", "form": f'r="{radius:.1f}"'}


def _paint(shape: dict[str, str], *, name: str, standing: int = 0, ink: str = symbols.INK) -> dict[str, Any]:
    is_filled = standing == 0
    return shape | {
        "look": "sign",
        "name": name,
        "ink": ink,
        "fill": ink if is_filled else "#ffffff",
        "text_fill": "#ffffff" if is_filled else ink,
        "is_dashed": standing == _POTENTIAL,
        "letter": "",
    }


def _list_corners(group: PlaceGroup) -> str:
    size = _RADIUS * {3: 1.42, 4: 1.18}.get(group.sides, 1.08)
    angles = [math.radians(group.turn_degrees - 90 + 360 * k / group.sides) for k in range(group.sides)]
    return " ".join(f"{size * math.cos(angle):.1f},{size * math.sin(angle):.1f}" for angle in angles)
