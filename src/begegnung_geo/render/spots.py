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
            "number": number,
            "name": name,
            "kind": words.say(f"spot.{kind}"),
            "minutes": words.number(minutes, decimals=1),
            "minutes_sort": minutes,
            "persons": speaker.persons_told(persons),
            "persons_sort": rank_persons(persons),
        }
        for number, (name, kind, minutes, persons) in enumerate(
            zip(names, spots["kind"], spots["walk_mean_min"], spots["persons"], strict=True)
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


def tell_spots(speaker: Speaker) -> dict[str, Any]:
    """Return name and lines of each spot for the map, as its row in the table says it."""
    words = speaker.words
    rows = build_spot_section(speaker)["rows"]
    terms = {"kind": "spot.kind", "minutes": "spot.minutes", "persons": "gap.persons"}
    labels = {key: words.say(term) for key, term in terms.items()}
    return {
        "names": [row["name"] for row in rows],
        "info": [[{"term": label, "text": row[key]} for key, label in labels.items()] for row in rows],
    }
