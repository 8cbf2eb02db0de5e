# SPDX-License-Identifier: MIT
"""The parts of a page that hold figures: four key figures, what stands out, districts compared."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from begegnung_geo.render.figures import Reach, find_reach, rank_persons
from begegnung_geo.render.need import say_need
from begegnung_geo.render.scopes import PageSlugs, Scope, find_own_row, order_levels
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import clean_text
from begegnung_geo.render.verdicts import judge_district, list_underserved

_NOTABLE_GAPS = 5
_NOTABLE_DISTRICTS = 3  # more sentences of why than this nobody reads; the table has them all


def build_figures(scope: Scope, city: Scope, speaker: Speaker) -> list[dict[str, str]]:
    """Return the four key figures: `value`, `label`, `note`; a district's with the city's beside."""
    words = speaker.words
    headlines = range(min(2, len(speaker.content.profile.coverage.headline)))
    figures = [_build_share_figure(scope, city, speaker, number=number) for number in headlines]
    places = scope.begegnungsorte
    counted = int(places["is_counted"].sum())
    potential = int((places["standing"] == "potential").sum())
    further = len(places) - counted
    more = (
        words.say("figure.places_more_potential", count=further, potential=words.number(potential))
        if potential and further
        else words.say("figure.places_more", count=further)
    )
    value = speaker.places(counted, level=scope.level, district_id=scope.district_id)
    figures.append({"value": value, "label": words.say("figure.places", count=counted), "note": more})
    reach = speaker.headline_reach(scope)
    if reach.has_share or len(scope.gaps):
        count = len(scope.gaps)
        persons = say_sum(float(scope.gaps["persons"].sum()), reach, speaker)
        minutes = words.number(reach.threshold_min)
        is_all_reached = not count and reach.is_nobody_beyond
        figures.append(
            {
                "value": words.number(count),
                "label": words.say("figure.gaps", count=count, minutes=minutes),
                "note": words.say("figure.all_reached")
                if is_all_reached
                else words.say(
                    say_least("figure.gaps_people", reach),
                    count=count,
                    persons=persons,
                    beyond=speaker.persons_prose(reach.persons_beyond),
                ),
            }
        )
    return figures


def say_least(key: str, reach: Reach) -> str:
    """Return the phrase that says "at least" where most walks are unknown: there may be more people."""
    return f"{key}_least" if reach.status == "no_statement" else key


def say_sum(persons: float, reach: Reach, speaker: Speaker) -> str:
    """Return people for a sentence; not rounded up where it says "at least"."""
    is_least = reach.status == "no_statement"
    return speaker.persons_told(persons) if is_least else speaker.persons_prose(persons)


def build_notable(scope: Scope, city: Scope, speaker: Speaker) -> list[dict[str, Any]]:
    """Return what stands out: sentences, those about a gap with its position in `scope.gaps`."""
    words = speaker.words
    items: list[dict[str, Any]] = []
    records = scope.gaps.head(_NOTABLE_GAPS).to_dict("records")
    for position, (gap, name) in enumerate(zip(records, name_gaps(scope.gaps, speaker), strict=False)):
        sentence = words.say(
            "notable.gap",
            name=name,
            persons=speaker.persons_told(gap["persons"]),
            minutes=words.number(gap["threshold_min"]),
        )
        items.append({"text": sentence, "gap": position, "name": name})
    if len(scope.gaps) > _NOTABLE_GAPS:
        items.append({"text": words.say("notable.more_gaps", count=len(scope.gaps) - _NOTABLE_GAPS)})
    sentences = [*_tell_scattered(scope, speaker), *tell_underserved(scope, speaker)]
    items += [{"text": sentence} for sentence in sentences]
    reach = speaker.headline_reach(scope)
    if reach.status == "no_statement":
        items.append({"text": words.say("notable.no_statement", share=speaker.unknown_share(reach))})
    elif not reach.has_share:
        items.append({"text": words.say("notable.unknown")})
    elif not items:
        items.append({"text": words.say("notable.nothing")})
    return items + _compare(scope, city, speaker)


def _tell_scattered(scope: Scope, speaker: Speaker) -> list[str]:
    # People beyond reach who live in no gap: too few in one spot, but still people.
    reach, limit = speaker.headline_reach(scope), speaker.content.profile.publication.suppress_below
    minutes = speaker.words.number(reach.threshold_min)
    if reach.has_share and reach.are_few_beyond and not len(scope.gaps):
        return [speaker.words.say("notable.few_beyond", limit=speaker.words.number(limit), minutes=minutes)]
    beyond = reach.persons_beyond - float(scope.gaps["persons"].sum())
    if not (reach.has_share and beyond >= limit):
        return []
    persons = speaker.persons_prose(beyond)
    if len(scope.gaps):
        return [speaker.words.say("notable.scattered_too", persons=persons, minutes=minutes)]
    return [speaker.words.say("notable.scattered", persons=persons, minutes=minutes)]


def tell_underserved(scope: Scope, speaker: Speaker) -> list[str]:
    """Return the verdict on the area itself, then on its districts: the first few in full, then names."""
    sentences = []
    for term, named in find_underserved(scope, speaker):
        if not term or len(named) <= _NOTABLE_DISTRICTS:
            sentences += list_underserved(named, speaker)
        else:
            names = ", ".join(named.values())
            sentences.append(speaker.words.say("notable.underserved", level=term, names=names))
    return sentences


def tell_underserved_briefly(scope: Scope, speaker: Speaker, *, most: int) -> list[str]:
    """Return the first `most` verdicts in full, the other names of that level, the number of the rest."""
    words, room = speaker.words, most
    sentences, brief = list[str](), list[str]()
    for term, named in find_underserved(scope, speaker):
        full = dict(list(named.items())[:room])
        rest = [name for key, name in named.items() if key not in full]
        sentences += list_underserved(full, speaker)
        room -= len(full)
        if rest and full:
            brief.append(words.say("sheet.underserved_too", count=len(rest), names=", ".join(rest)))
        elif rest:
            brief.append(words.say("sheet.underserved_count", count=len(rest), level=term))
    return [*sentences, " ".join(brief)] if brief else sentences


def find_underserved(scope: Scope, speaker: Speaker) -> list[tuple[str, dict[tuple[str, str], str]]]:
    """
    Return the flagged areas, coarse to fine.

    Returns
    -------
    flagged
        Name of the level, empty for the area itself, and the names of its flagged areas
        by level and id; nothing for a level without any.
    """
    flags, districts = speaker.content.underserved, speaker.content.districts
    flagged = set(flags[flags["is_underserved"]].set_index(["level", "district_id"]).index)
    is_whole = scope.is_city and len(districts) > 1
    own = {} if is_whole else _name_rows(find_own_row(scope, districts))
    found = [("", {key: scope.name for key in own if key in flagged})]
    levels = order_levels(scope.districts) if len(districts) > 1 else []
    for number, level in enumerate(levels, start=1):
        members = _name_rows(scope.districts[scope.districts["level"] == level])
        named = {key: name for key, name in members.items() if key in flagged}
        found.append((speaker.level(level, count=len(named), number=number) if named else "", named))
    return [(term, named) for term, named in found if named]


def _name_rows(districts: gpd.GeoDataFrame) -> dict[tuple[str, str], str]:
    return {
        (str(row["level"]), str(row["district_id"])): clean_text(row["name"])
        for row in districts.drop(columns="geometry").to_dict("records")
    }


def build_district_tables(scope: Scope, speaker: Speaker, *, pages: PageSlugs) -> list[dict[str, Any]]:
    """
    Return one table a level with share, people and verdict of each district.

    Parameters
    ----------
    pages
        Slug of the page of each district that has one.
    """
    tables = []
    for number, level in enumerate(order_levels(scope.districts), start=1):
        members = scope.districts[scope.districts["level"] == level]
        rows = [
            build_district_row(record, speaker, pages=pages)
            for record in members.drop(columns="geometry").to_dict("records")
        ]
        tables.append(
            {
                "key": level,
                "name": speaker.level(level, count=len(members), number=number),
                "rows": rows,
                "has_need": any(row["need_sort"] >= 0 for row in rows),
                "has_bars": any(row["bar"] is not None for row in rows),
            }
        )
    return tables


def build_district_row(record: Mapping[Any, Any], speaker: Speaker, *, pages: PageSlugs) -> dict[str, Any]:
    """
    Return one district's figures as text; `bar` is the share in whole percent or None.

    `bar_high` is the upper end of a share that is a range, else None.
    """
    key = (str(record["level"]), str(record["district_id"]))
    if key not in speaker.district_rows:
        speaker.district_rows[key] = _tell_figures(record, speaker)
    return {**speaker.district_rows[key], "slug": pages.get(key, "")}


def _tell_figures(record: Mapping[Any, Any], speaker: Speaker) -> dict[str, Any]:
    content = speaker.content
    level, district_id = str(record["level"]), str(record["district_id"])
    is_own = (content.coverage["level"] == level) & (content.coverage["district_id"] == district_id)
    rows = content.coverage[is_own]
    headlines = content.profile.coverage.headline[:2]
    reaches = [find_reach(rows, (h.profile, h.threshold_min), profile=content.profile) for h in headlines]
    column = f"district_id_{level}"
    places = content.begegnungsorte
    counted = (
        places[places["is_counted"] & (places[column] == district_id)] if column in places else places[:0]
    )
    persons = float(rows["persons"].max()) if len(rows) else 0.0
    need, need_sort = say_need(level, district_id, content, words=speaker.words)
    return {
        "key": f"{level}-{district_id}",
        "name": clean_text(record["name"]),
        "persons": speaker.persons(persons),
        "persons_sort": rank_persons(persons),
        "shares": [speaker.share(reach) for reach in reaches],
        "sorts": [round(reach.share_low * 100) if reach.has_share else -1 for reach in reaches],
        "bar": round(reaches[0].share_low * 100) if reaches[0].has_share else None,
        "bar_high": round(reaches[0].share_high * 100) if reaches[0].status == "range" else None,
        "places": speaker.places(len(counted), level=level, district_id=district_id),
        "places_sort": len(counted),
        "need": need,
        "need_sort": need_sort,
        **judge_district(level, district_id, speaker),
    }


def name_gaps(gaps: gpd.GeoDataFrame, speaker: Speaker) -> list[str]:
    """Return a name a gap: the quarter's; with a number where it repeats or names the whole city."""
    words = speaker.words
    plain = [clean_text(name) for name in gaps["name"]]
    names, seen = [], Counter[str]()
    for gap_id, name in zip(gaps["gap_id"], plain, strict=True):
        if name in ("", clean_text(speaker.content.profile.city.name)):
            names.append(words.say("notable.gap_unnamed", number=words.number(int(gap_id))))
            continue
        seen[name] += 1
        number = words.number(seen[name])
        count = plain.count(name)
        repeated = words.say("notable.gap_repeated", name=name, number=number, total=words.number(count))
        names.append(name if count == 1 else repeated)
    return names


def _build_share_figure(scope: Scope, city: Scope, speaker: Speaker, *, number: int) -> dict[str, str]:
    words = speaker.words
    reach = speaker.headline_reach(scope, number=number)
    minutes, people = words.number(reach.threshold_min), speaker.profile(reach.profile)
    if scope.is_city:
        covered, persons = speaker.persons_prose(reach.persons_covered), speaker.persons_prose(reach.persons)
        key = "figure.people_estimated" if speaker.content.is_estimated else "figure.people"
        note = words.say(key, covered=covered, persons=persons) if reach.has_share else ""
    else:
        city_share = speaker.plain_share(speaker.headline_reach(city, number=number))
        note = words.say("figure.city", place=city.name, share=city_share)
    return {
        "value": speaker.plain_share(reach),
        "label": words.say("figure.share", minutes=minutes, people=people),
        "note": note,
    }


def _compare(scope: Scope, city: Scope, speaker: Speaker) -> list[dict[str, Any]]:
    words = speaker.words
    items = []
    levels = order_levels(scope.districts)
    if levels:
        members = scope.districts[scope.districts["level"] == levels[0]]
        rows = [
            build_district_row(r, speaker, pages={})
            for r in members.drop(columns="geometry").to_dict("records")
        ]
        # Small districts are no measure: a few households decide their share.
        least = speaker.content.profile.underserved.persons_min
        ranked = sorted(
            (row for row in rows if row["bar"] is not None and row["persons_sort"] >= least),
            key=lambda row: (row["sorts"][0], row["name"]),
        )
        if len(ranked) > 1 and ranked[0]["shares"][0] != ranked[-1]["shares"][0]:
            best, worst = ranked[-1], ranked[0]
            sentence = words.say(
                "notable.spread",
                best=best["name"],
                best_share=best["shares"][0],
                worst=worst["name"],
                worst_share=worst["shares"][0],
            )
            items.append({"text": sentence})
    city_reach = speaker.headline_reach(city)
    if not scope.is_city and city_reach.has_share:
        share = speaker.share(city_reach)
        items.append({"text": words.say("notable.against_city", place=city.name, share=share)})
    return items
