# SPDX-License-Identifier: MIT
"""Rows of the pages' tables: Begegnungsorte, districts, sources, findings; text ready to print."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from markupsafe import Markup

from begegnung_geo.issues import count_by_code
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.hours import describe_hours
from begegnung_geo.render.positions import describe_position
from begegnung_geo.render.symbols import find_group
from begegnung_geo.render.text import Words, clean_text, fold_name, mark_language

_DETAILS = ("open_to", "cost", "registration", "step_free", "accessible_wc", "hire_possible", "participation")
_STANDING_NUMBER = {"established": 0, "everyday": 1, "potential": 2}
_LONG_TEXT = 400
_WEB = ("http://", "https://")


@dataclass(frozen=True)
class PlaceRow:
    """One Begegnungsort as its table row and popup show it."""

    number: int
    id: str
    name: str
    kind: str
    role: str
    address: str
    position: str
    hours: str
    access: str
    operator: str
    details: str
    evidence: str
    is_counted: bool
    group: int
    standing: int


def build_place_rows(places: gpd.GeoDataFrame, content: SiteContent, *, words: Words) -> list[PlaceRow]:
    """
    Return one row a place, named ones first by name.

    Parameters
    ----------
    places
        Table `begegnungsorte` or `neighbour_places`. `number` is the position in it.
    """
    sources = _name_dated_sources(content, words=words)
    rows = [
        _build_place_row(number, record, content=content, sources=sources, words=words)
        for number, record in enumerate(places.drop(columns="geometry").to_dict("records"))
    ]
    unnamed = words.say("place.unnamed")
    return sorted(rows, key=lambda row: (row.name == unnamed, fold_name(row.name), row.number))


def build_source_rows(content: SiteContent, *, words: Words) -> list[dict[str, str]]:
    """
    Return one row a raw file; `url` is empty unless it leads to the web.

    Text of a source that is not in the page's language is HTML that says so.
    """
    rows = []
    for entry in content.provenance:
        licence = [clean_text(part, limit=_LONG_TEXT) for part in (entry.licence, entry.attribution) if part]
        publisher, title = clean_text(entry.publisher), clean_text(entry.title)
        rows.append(
            {
                "title": mark_language(title, words.language) if title else _say_untitled(entry.file, words),
                "publisher": mark_language(publisher, words.language) or words.say("source.not_known"),
                "is_signed": "yes" if publisher else "",
                "licence": _join_marked(licence, words) or words.say("source.not_known"),
                "date": words.date(entry.data_date or entry.retrieved) or words.say("source.not_known"),
                "url": entry.url if entry.url.startswith(_WEB) else "",
            }
        )
    return rows


def build_credit(content: SiteContent, *, words: Words) -> Markup:
    """Return the attributions that must stand on the page, each once, as HTML."""
    parts = [clean_text(entry.attribution, limit=_LONG_TEXT) for entry in content.provenance]
    return _join_marked([part for part in parts if part], words)


def build_map_credit(content: SiteContent, *, words: Words) -> Markup:
    """Return the sentence at the map that names the sources, as HTML; empty where none is to be named."""
    credit = build_credit(content, words=words)
    return words.markup_say("map.credits", sources=credit) if credit else credit


def _join_marked(parts: list[str], words: Words) -> Markup:
    return Markup(" · ").join(mark_language(part, words.language) for part in dict.fromkeys(parts))


def _say_untitled(file: str, words: Words) -> str:
    return words.say("source.untitled", file=clean_text(file))


def build_issue_rows(issues: pd.DataFrame, *, words: Words) -> list[dict[str, str]]:
    """Return one row a kind of finding, most frequent first."""
    counts = sorted(count_by_code(issues).items(), key=lambda item: (-item[1], item[0]))
    return [
        {
            "count": words.number(count),
            "what": words.say(f"issue.{code}")
            if words.has(f"issue.{code}")
            else words.say("issue.other", code=clean_text(code)),
        }
        for code, count in counts
    ]


def build_count_rows(content: SiteContent, *, words: Words) -> list[dict[str, str]]:
    """Return one row a source of places: read = kept + merged + rejected."""
    sources = _name_sources(content, words=words)
    return [
        {
            "source": sources.get(str(record["source"]), clean_text(record["source"])),
            **{key: words.number(record[key]) for key in ("read", "kept", "merged", "rejected")},
        }
        for record in content.row_counts.to_dict("records")
    ]


def _build_place_row(
    number: int,
    record: dict[Any, Any],
    *,
    content: SiteContent,
    sources: Mapping[str, str],
    words: Words,
) -> PlaceRow:
    class_key, standing = str(record["class"]), str(record["standing"])
    is_counted = bool(record["is_counted"])
    label = content.class_labels.get(class_key, (class_key, class_key))[words.language == "en"]
    wheelchair = clean_text(record["wheelchair"])
    own_sources = {place_id.partition(":")[0] for place_id in record["place_ids"]}
    return PlaceRow(
        number=number,
        id=str(record["begegnungsort_id"]),
        name=clean_text(record["name"]) or words.say("place.unnamed"),
        kind=clean_text(label),
        role=words.say(f"role.{standing}{'_counted' if is_counted else ''}"),
        address=_join_address(record),
        position=describe_position(record, words=words),
        hours=describe_hours(record, words=words),
        access=words.say(f"access.{wheelchair}") if words.has(f"access.{wheelchair}") else "",
        operator=_say_operator(record, words=words),
        details=_list_details(record, words=words),
        evidence=words.say(
            "evidence.with_sources",
            grade=words.say(f"evidence.{record['evidence']}"),
            sources="; ".join(sorted(sources.get(key, clean_text(key)) for key in own_sources)),
        ),
        is_counted=is_counted,
        group=find_group(content.class_groups.get(class_key, "")),
        standing=_STANDING_NUMBER[standing],
    )


def _say_operator(record: dict[Any, Any], *, words: Words) -> str:
    operator, kind = clean_text(record["operator"]), f"detail.traeger_typ.{record['traeger_typ']}"
    if not words.has(kind):
        return operator
    if not operator:
        return words.say(kind)
    if words.say(kind).casefold() in operator.casefold():
        return operator
    return words.say("detail.run_by", operator=operator, kind=words.say(kind))


def _list_details(record: dict[Any, Any], *, words: Words) -> str:
    # Only what is known; "unknown" has no phrase and is left out, never told as "no".
    keys = [f"detail.{name}.{record[name]}" for name in _DETAILS]
    phrases = [words.say(key) for key in keys if words.has(key)]
    if record["capacity_persons"] > 0:
        phrases.append(words.say("detail.capacity", persons=words.number(record["capacity_persons"])))
    return ", ".join(phrases)


def _join_address(record: dict[Any, Any]) -> str:
    street = " ".join(filter(None, (clean_text(record["street"]), clean_text(record["house_number"]))))
    town = " ".join(filter(None, (clean_text(record["postcode"]), clean_text(record["city"]))))
    return ", ".join(filter(None, (street, town)))


def _name_dated_sources(content: SiteContent, *, words: Words) -> dict[str, str]:
    # A list has a date of its own; that of the map stands on every page and in every popup.
    names = _name_sources(content, words=words)
    entries = {entry.file: entry for entry in content.provenance}
    for source in content.profile.sources.places:
        entry = entries.get(source.file)
        date = words.date(entry.data_date or entry.retrieved) if entry else ""
        if date:
            names[source.key] = words.say("evidence.source_dated", title=names[source.key], date=date)
    return names


def _name_sources(content: SiteContent, *, words: Words) -> dict[str, str]:
    titles = {entry.file: entry.title for entry in content.provenance}
    lists = content.profile.sources.places
    found = [clean_text(source.title or titles.get(source.file, "")) for source in lists]
    names = {
        source.key: title if found.count(title) == 1 and title else _say_untitled(source.file, words)
        for source, title in zip(lists, found, strict=True)
    }
    return {"osm": words.say("source.osm"), **names}
