# SPDX-License-Identifier: MIT
"""Where long, or short, walks stand together: the same content as the layer on the city's map."""

from typing import Any

from begegnung_geo.render.figures import rank_persons
from begegnung_geo.render.sections import name_gaps
from begegnung_geo.render.statements import Speaker


def build_spot_section(speaker: Speaker) -> dict[str, Any]:
    """
    Return the section of the city's page: `intro`, `caption` and one row a spot, long walks first.

    Without rows the intro says that nothing stands out, or why nothing is computed.
    """
    words, content = speaker.words, speaker.content
    spots, reason = content.hot_spots, content.hot_spots_reason
    headline = content.profile.coverage.headline[0]
    if reason:
        return {"intro": words.say(f"spot.{reason}"), "rows": []}
    if not len(spots):
        return {"intro": words.say("spot.none"), "rows": []}
    names = name_gaps(spots.assign(gap_id=spots["hot_spot_id"]), speaker)
    rows = [
        {
            "name": name,
            "kind": words.say(f"spot.{kind}"),
            "minutes": words.number(minutes, decimals=1),
            "minutes_sort": minutes,
            "persons": speaker.persons_told(persons),
            "persons_sort": rank_persons(persons),
        }
        for name, kind, minutes, persons in zip(
            names, spots["kind"], spots["walk_mean_min"], spots["persons"], strict=True
        )
    ]
    return {
        "intro": words.say(
            "spot.intro",
            radius=words.number(content.profile.hot_spots.neighbour_m),
            percent=words.share(content.profile.hot_spots.false_share_max),
        ),
        "caption": words.say("spot.caption", people=speaker.profile(headline.profile)),
        "rows": rows,
    }
