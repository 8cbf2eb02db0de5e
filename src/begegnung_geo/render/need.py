# SPDX-License-Identifier: MIT
"""How need is said on a page: 0 to 100, or a range where a figure is not known."""

import math

from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.text import Words, clean_text


def say_need(level: str, district_id: str, content: SiteContent, *, words: Words) -> tuple[str, int]:
    """
    Return a district's need for a table, and a number to sort by; -1 where nothing is known.

    `62`, or `40 bis 71` where some figure is not known.
    """
    rows = content.need
    found = rows[(rows["level"] == level) & (rows["district_id"] == district_id)]
    if not len(found) or math.isnan(low := float(found["need_index_low"].iloc[0])):
        return words.say("district.need_unknown"), -1
    return format_need(low, float(found["need_index_high"].iloc[0]), words=words), round(low * 100)


def format_need(low: float, high: float, *, words: Words) -> str:
    """Return a need index (0-1) as 0 to 100, or as a range; empty where it is not known."""
    if math.isnan(low):
        return ""
    ends = [words.number(round(end * 100)) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else words.say("share.range", low=ends[0], high=ends[1])


def name_indicators(content: SiteContent, *, words: Words) -> list[str]:
    """Return the names of the indicators that make the need index, in the order of the profile."""
    used = set(content.need_indicators["indicator"])
    labels = {
        figure.key: figure.label_de if words.language == "de" else figure.label_en
        for figure in content.profile.sources.list_figures()
    }
    names = []
    for key in content.profile.need.indicators:
        if key not in used:
            continue
        if words.has(f"indicator.{key}"):
            names.append(words.say(f"indicator.{key}"))
        else:
            names.append(clean_text(labels.get(key, key.removeprefix("persons_").replace("_", " "))))
    return names
