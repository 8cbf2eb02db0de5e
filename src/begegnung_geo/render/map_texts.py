# SPDX-License-Identifier: MIT
"""The words and figures a map page's script shows: what a click tells, sentences, names."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd

from begegnung_geo.render.figures import find_reach
from begegnung_geo.render.potential import tell_gains
from begegnung_geo.render.scopes import PageSlugs, Scope, list_shown_levels
from begegnung_geo.render.sections import build_district_row, name_gaps
from begegnung_geo.render.spots import tell_spots
from begegnung_geo.render.statements import Speaker, say_date_line, say_statement
from begegnung_geo.render.tables import PlaceRow
from begegnung_geo.render.tryout import build_tryout_texts


def build_map_texts(
    scope: Scope, speaker: Speaker, *, neighbours: Sequence[PlaceRow], pages: PageSlugs
) -> dict[str, Any]:
    """
    Return the texts of one map page, in the order of its shapes.

    Parameters
    ----------
    neighbours
        Rows of the table `neighbour_places`.
    pages
        Slug of the page of each district that has one.
    """
    words = speaker.words
    return {
        "classNames": list_class_names(speaker),
        "statements": _build_statements(scope, speaker),
        "words": {
            "zoomIn": words.say("map.zoom_in"),
            "zoomOut": words.say("map.zoom_out"),
            "close": words.say("map.close"),
            "here": words.say("map.here"),
            "asOf": say_date_line(speaker),
            "show": words.say("notable.show", name="{name}"),
            "showShort": words.say("notable.show_short"),
            "showRow": words.say("map.show_row"),
            "districtFlagged": words.say("district.flagged"),
            "walkFromHere": words.say("map.walk_from_here"),
            "notKnown": words.say("place.not_known"),
            "position": words.say("place.position"),
            "street": words.say("search.street"),
            "quarter": words.say("search.quarter"),
            "green": words.say("search.green"),
            "water": words.say("search.water"),
        },
        "tryout": build_tryout_texts(speaker) if scope.is_city else {},
        "hits": words.forms("search.hits"),
        "layers": {
            "districts": [
                _tell_level(members, speaker, number=number, pages=pages)
                for number, members in list_shown_levels(scope, speaker.content.districts)
            ],
            "gaps": _tell_gaps(scope.gaps, speaker),
            "hot_spots": tell_spots(speaker) if scope.is_city else {},
            "potential": tell_gains(scope, speaker),
            "neighbours": [_tell_neighbour(row, speaker) for row in neighbours],
        },
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


def _build_statements(scope: Scope, speaker: Speaker) -> dict[str, dict[str, str]]:
    profile = speaker.content.profile
    return {
        key: {
            str(threshold): say_statement(
                find_reach(scope.coverage, (key, threshold), profile=profile), speaker
            )
            for threshold in profile.walking.thresholds_min
        }
        for key in profile.walking.profiles
    }


def _tell_level(
    members: gpd.GeoDataFrame, speaker: Speaker, *, number: int, pages: PageSlugs
) -> dict[str, Any]:
    words = speaker.words
    records = members.drop(columns="geometry").to_dict("records")
    rows = [build_district_row(record, speaker, pages=pages) for record in records]
    term = speaker.level(str(records[0]["level"]), count=1, number=number)
    return {
        "names": [row["name"] for row in rows],
        "notes": [words.say("district.note_underserved") if row["is_underserved"] else "" for row in rows],
        "info": [_tell_district(term, row, speaker) for row in rows],
    }


def _tell_district(term: str, row: Mapping[str, Any], speaker: Speaker) -> list[dict[str, str]]:
    words = speaker.words
    headlines = speaker.content.profile.coverage.headline[:2]
    lines = [{"term": term[:1].upper() + term[1:], "text": row["name"]}]
    lines.append({"term": words.say("district.persons"), "text": row["persons"]})
    for headline, share in zip(headlines, row["shares"], strict=True):
        label = words.say(
            "info.share",
            minutes=words.number(headline.threshold_min),
            people=speaker.profile(headline.profile),
        )
        lines.append({"term": label, "text": share})
    lines.append({"term": words.say("info.verdict"), "text": row["verdict"]})
    if row["stability"]:
        lines.append({"term": words.say("info.stability"), "text": row["stability"]})
    if row["slug"]:
        link = words.say("district.open_page", name=row["name"])
        lines.append({"href": f"{row['slug']}.html", "text": link})
    return lines


def _tell_gaps(gaps: gpd.GeoDataFrame, speaker: Speaker) -> dict[str, Any]:
    words = speaker.words
    records = gaps.drop(columns="geometry").to_dict("records")
    persons = [speaker.persons_told(record["persons"]) for record in records]
    return {
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


def _tell_neighbour(row: PlaceRow, speaker: Speaker) -> dict[str, Any]:
    note = speaker.words.say("place.neighbour")
    lines = [{"term": speaker.words.say("place.kind"), "text": row.kind}, note]
    return {"name": row.name, "kind": row.kind, "info": lines}
