# SPDX-License-Identifier: MIT
"""The table of all walking profiles and times of an area: what the map's switches show, at a glance."""

from typing import Any

from begegnung_geo.render.figures import find_reach
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.statements import Speaker


def build_reach_table(scope: Scope, speaker: Speaker) -> dict[str, Any]:
    """Return `caption`, `note`, `times` (the columns) and `rows` with `name` and `shares`."""
    words, profile = speaker.words, speaker.content.profile
    walking = profile.walking
    return {
        "caption": words.say("reach.caption", place=scope.name),
        "note": words.say("reach.note", place=scope.name),
        "times": [words.say("map.minutes", minutes=words.number(time)) for time in walking.thresholds_min],
        "rows": [
            {
                "name": speaker.profile(key),
                "shares": [
                    speaker.share(find_reach(scope.coverage, (key, time), profile=profile))
                    for time in walking.thresholds_min
                ],
            }
            for key in walking.profiles
        ],
    }
