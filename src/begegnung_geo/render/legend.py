# SPDX-License-Identifier: MIT
"""The legend: what is on the map, in the colours and signs the map really shows."""

import math
from collections.abc import Sequence
from typing import Any

from begegnung_geo.render import symbols
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.mapdata import list_class_names, pick_ramp
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.sections import find_hatched
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.symbols import PlaceGroup
from begegnung_geo.render.tables import PlaceRow

_RADIUS = 8.0
_SMALL = 0.68  # as map.js draws what does not count
_KINDS = (
    ("established", (0, True)),
    ("everyday_counted", (1, True)),
    ("everyday", (1, False)),
    ("potential", (2, False)),
)


def build_legend(scope: Scope, speaker: Speaker, *, atlas: Atlas, rows: Sequence[PlaceRow]) -> dict[str, Any]:
    """
    Return the legend's entries; only what the page shows.

    Parameters
    ----------
    atlas
        Cut to the scope. Where no inhabited area is known, land colour stands for all
        that is farther than the longest time.
    rows
        All places on the map, neighbours' ones included.
    """
    words, headline = speaker.words, speaker.content.profile.coverage.headline[0]
    return {
        "classes": _list_classes(speaker, has_homes=not atlas.inhabited.is_empty),
        "has_gaps": len(scope.gaps) > 0,
        "gap": words.say(
            "legend.gap",
            minutes=words.number(headline.threshold_min),
            people=speaker.profile(headline.profile),
        ),
        "has_underserved": len(find_hatched(scope, speaker)) > 0,
        "standings": _list_standings(speaker, rows),
        "groups": [
            describe_sign(symbols.PLACE_GROUPS[number]) | {"name": words.say(f"group.{group.key}")}
            for number, group in enumerate(symbols.PLACE_GROUPS)
            if any(row.group == number for row in rows)
        ],
    }


def describe_sign(group: PlaceGroup) -> dict[str, str]:
    """Return a group's sign as an SVG element around the origin."""
    letter_shift = 0.2 if group.sides == 3 and not group.turn_degrees else -0.12 if group.sides == 3 else 0.06  # noqa: PLR2004
    base = {"letter": group.letter, "text_y": f"{_RADIUS * letter_shift + 4:.1f}"}
    if not group.sides:
        return base | {"shape": "circle", "form": f'r="{_RADIUS:.0f}"'}
    return base | {"shape": "polygon", "form": f'points="{_list_corners(group)}"'}


def _list_classes(speaker: Speaker, *, has_homes: bool) -> list[dict[str, str]]:
    names = list_class_names(speaker)
    ramp = [symbols.composite(colour) for colour in pick_ramp(len(names))]
    if has_homes:
        rest = speaker.words.say("legend.uninhabited")
    else:
        names, ramp = names[:-1], ramp[:-1]
        farthest = speaker.content.profile.walking.thresholds_min[-1]
        rest = speaker.words.say("legend.beyond", low=speaker.words.number(farthest))
    return [
        {"name": name, "colour": colour}
        for name, colour in zip([*names, rest], [*ramp, symbols.LAND], strict=True)
    ]


def _list_standings(speaker: Speaker, rows: Sequence[PlaceRow]) -> list[dict[str, Any]]:
    plain, small = (
        {"shape": "circle", "form": f'r="{radius:.1f}"', "letter": "", "text_y": "0"}
        for radius in (_RADIUS, _RADIUS * _SMALL)
    )
    present = {(row.standing, row.is_counted) for row in rows}
    items = [
        {
            "standing": kind[0],
            "name": speaker.words.say(f"legend.{key}"),
            "group": small if key == "everyday" else plain,
            "ink": symbols.INK,
            "key": "potential" if key == "potential" else "",
        }
        for key, kind in _KINDS
        if kind in present
    ]
    if len(speaker.content.neighbour_places):
        items.append(
            {
                "standing": 0,
                "name": speaker.words.say("legend.neighbour"),
                "group": plain,
                "ink": symbols.NEIGHBOUR,
                "key": "neighbours",
            }
        )
    return items


def _list_corners(group: PlaceGroup) -> str:
    size = _RADIUS * {3: 1.42, 4: 1.18}.get(group.sides, 1.08)
    angles = [math.radians(group.turn_degrees - 90 + 360 * k / group.sides) for k in range(group.sides)]
    return " ".join(f"{size * math.cos(angle):.1f},{size * math.sin(angle):.1f}" for angle in angles)
