# SPDX-License-Identifier: MIT
"""Signs and colours: one place for map, legend and table, so that they cannot differ."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

LAND = "#f4f2ee"
OUTSIDE = "#ebe9e4"
GREEN = "#e4ebdd"
WATER = "#d3e2ec"
INK = "#1b1b1f"
LINK = "#0b4f8a"
GAP = "#b3261e"
LONG_WALKS = "#7a3e00"
SHORT_WALKS = "#00546e"
NEIGHBOUR = "#6f6f76"
UNKNOWN = "#77757e"  # dots: hardly inhabited; dashes: not known; never a colour of the ramp
WALKING_OPACITY = 0.7
WALKING_RAMP = ("#fff3ae", "#a3d9a5", "#4aa3ae", "#47619a")


@dataclass(frozen=True)
class PlaceGroup:
    """Classes that share a sign on the map; `sides` is 0 for a circle."""

    key: str
    letter: str
    sides: int
    turn_degrees: int


PLACE_GROUPS = (
    PlaceGroup("neighbourhood", "N", 0, 0),
    PlaceGroup("senior", "S", 4, 45),
    PlaceGroup("youth", "J", 4, 0),
    PlaceGroup("library", "B", 6, 30),
    PlaceGroup("culture", "K", 5, 0),
    PlaceGroup("religious", "R", 8, 22),
    PlaceGroup("club", "V", 3, 0),
    PlaceGroup("education", "E", 6, 0),
    PlaceGroup("social", "H", 5, 180),
    PlaceGroup("everyday", "A", 3, 180),
)
_NUMBER_OF_LETTER = MappingProxyType({group.letter: number for number, group in enumerate(PLACE_GROUPS)})


def find_group(letter: str) -> int:
    """Return the position in `PLACE_GROUPS`; an unknown letter is an everyday place."""
    return _NUMBER_OF_LETTER.get(letter, len(PLACE_GROUPS) - 1)


def pick_ramp(count: int) -> list[str]:
    """Return `count` colours of walking time from near to far, spread over the ramp."""
    last = len(WALKING_RAMP) - 1
    return [WALKING_RAMP[round(step * last / max(count - 1, 1))] for step in range(count)]


def blend_ramp(count: int) -> list[str]:
    """Return `count` colours from the light to the dark end of the ramp, all different."""
    stops = np.array([_split(colour) for colour in WALKING_RAMP], dtype=np.float64)
    at = np.linspace(0, len(stops) - 1, count) if count > 1 else np.array([0.0])
    channels = [np.interp(at, np.arange(len(stops)), stops[:, channel]).round() for channel in range(3)]
    mixed = np.column_stack(channels).astype(np.int64).tolist()
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in mixed]


def composite(colour: str, *, opacity: float = WALKING_OPACITY, ground: str = LAND) -> str:
    """Return the colour the eye sees when `colour` lies on `ground` with an opacity (0-1)."""
    mixed = (
        round(opacity * above + (1 - opacity) * below)
        for above, below in zip(_split(colour), _split(ground), strict=True)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _split(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
