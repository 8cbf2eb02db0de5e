# SPDX-License-Identifier: MIT
"""How a place's point was found and how far off it may be, in words."""

import math
from collections.abc import Mapping
from typing import Any

from begegnung_geo.render.text import Words

_FINE_STEP_M, _COARSE_STEP_M = 5, 50
_COARSE_FROM_M = 100


def describe_position(record: Mapping[Any, Any], *, words: Words) -> str:
    """
    Return how a point was found, and its error rounded up: `Hausnummer, ± 20 m`.

    Parameters
    ----------
    record
        `precision` and `position_error_m` (metres) of a row of `begegnungsorte`.
    words
        Language of the page.
    """
    error_m = float(record["position_error_m"])
    if record["precision"] == "unknown" or math.isnan(error_m):
        return words.say("position.unknown")
    step = _FINE_STEP_M if error_m <= _COARSE_FROM_M else _COARSE_STEP_M
    rounded = step * max(1, math.ceil(error_m / step))
    return words.say(f"position.{record['precision']}", error=words.number(rounded))
