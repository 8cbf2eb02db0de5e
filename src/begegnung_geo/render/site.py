# SPDX-License-Identifier: MIT
"""The whole site: one call, all pages."""

from collections.abc import Sequence
from typing import Any

from begegnung_geo.render import tables
from begegnung_geo.render.completeness import build_completeness
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.figures import format_share
from begegnung_geo.render.layers import Atlas, build_atlas, cut_atlas
from begegnung_geo.render.legend import build_legend
from begegnung_geo.render.mapdata import build_map_data
from begegnung_geo.render.maps import render_map_page, render_plain_page
from begegnung_geo.render.offline import read_asset
from begegnung_geo.render.overview import render_overview
from begegnung_geo.render.scopes import Scope, build_city_scope, build_district_scopes
from begegnung_geo.render.sections import build_district_tables, build_figures, build_notable
from begegnung_geo.render.sheet import build_publisher, render_sheet
from begegnung_geo.render.statements import (
    Speaker,
    list_certainty,
    list_lead,
    list_method,
    list_notices,
    say_headline,
    say_statement,
)
from begegnung_geo.render.tables import PlaceRow
from begegnung_geo.render.text import LANGUAGES, Words, clean_text

SHEETS = "sheets"
"""Folder of the fact sheets within the site."""

_MAPS = "maps"


def render_site(content: SiteContent, *, language: str = "de") -> dict[str, str]:
    """
    Return every page of the site.

    The pages hold everything they show: they open from a disk without a network,
    and the same content gives the same bytes.

    Parameters
    ----------
    content
        The tables of one run.
    language
        `de` or `en`.

    Returns
    -------
    pages
        Path within the site, with `/`, -> HTML text: `index.html`,
        `maps/stadtkarte.html`, and `maps/<name>.html` for each district of the
        coarsest level that has between 2 and 30 of them; a fact sheet of the same
        name in `sheets/` for each of these areas.

    Raises
    ------
    ValueError
        If there are no words for the language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    speaker = Speaker(content, Words(language))
    atlas = build_atlas(content)
    city = build_city_scope(content)
    members = build_district_scopes(content)
    pages = {scope.district_id: scope.slug for scope in members}
    neighbours = tables.build_place_rows(content.neighbour_places, content, words=speaker.words)
    site = {"index.html": _render_index(city, members, speaker=speaker, atlas=atlas)}
    for scope in (city, *members):
        part = atlas if scope.is_city else cut_atlas(atlas, scope.area)
        site[f"{_MAPS}/{scope.slug}.html"] = _render_map(
            scope, city, speaker=speaker, atlas=part, neighbours=neighbours, pages=pages
        )
        site[f"{SHEETS}/{scope.slug}.html"] = render_sheet(
            scope, city, speaker=speaker, atlas=part, map_link=f"../{_MAPS}/{scope.slug}.html"
        )
    return site


def _render_index(city: Scope, members: Sequence[Scope], *, speaker: Speaker, atlas: Atlas) -> str:
    words = speaker.words
    pages = {scope.district_id: scope.slug for scope in members}
    links = [_build_link(scope, speaker) for scope in members]
    headline = speaker.content.profile.coverage.headline[0]
    context = _build_common(city, city, speaker, root="") | {
        "title": words.say("page.title_index", place=city.name),
        "crumbs": [{"name": words.say("page.home_name", place=city.name), "href": ""}],
        "overview": render_overview(city, speaker, atlas=atlas, links=links),
        "overview_caption": words.say("index.overview_caption", people=speaker.profile(headline.profile)),
        "page_links": links,
        "legend": build_legend(city, speaker, atlas=atlas, rows=[]),
        "tables": _build_tables(city, city, speaker, pages=pages, prefix=f"{_MAPS}/")[:1],
        "page_data": {},
    }
    return render_plain_page(context, template="index.html")


def _render_map(
    scope: Scope,
    city: Scope,
    *,
    speaker: Speaker,
    atlas: Atlas,
    neighbours: Sequence[PlaceRow],
    pages: dict[str, str],
) -> str:
    words = speaker.words
    rows = tables.build_place_rows(scope.begegnungsorte, speaker.content, words=words)
    map_data = build_map_data(scope, speaker, atlas=atlas, rows=rows, neighbours=neighbours, pages=pages)
    headline = speaker.content.profile.coverage.headline[0]
    total = words.number(len(rows))
    shown = {key: _say_shown(key, total, words) for key in ("zero", "one", "other")}
    context = _build_common(scope, city, speaker, root="../") | {
        "title": _say_title(scope, city, words),
        "crumbs": _build_crumbs(scope, city, words),
        "map_data": map_data,
        "map_label": words.say("map.label", place=scope.name),
        "profiles": [
            {"key": key, "name": speaker.profile(key), "is_chosen": key == headline.profile}
            for key in speaker.content.profile.walking.profiles
        ],
        "thresholds": [
            {
                "key": threshold,
                "name": words.say("map.minutes", minutes=words.number(threshold)),
                "is_chosen": threshold == headline.threshold_min,
            }
            for threshold in speaker.content.profile.walking.thresholds_min
        ],
        "statement": say_statement(speaker.headline_reach(scope), speaker),
        "has_potential": "potential" in map_data["layers"],
        "has_neighbours": "neighbours" in map_data["layers"],
        "legend": build_legend(scope, speaker, atlas=atlas, rows=[*rows, *neighbours]),
        "places": rows,
        "has_details": any(row.details for row in rows),
        "kinds": sorted({row.kind for row in rows}),
        "shown_line": words.say("place.shown", count=len(rows), total=total),
        "tables": _build_tables(scope, city, speaker, pages=pages, prefix=""),
        "page_data": {"shown": shown},
        "leaflet_license": read_asset("LEAFLET-LICENSE.txt"),
    }
    return render_map_page(context, layers=map_data["layers"])


def _build_common(scope: Scope, city: Scope, speaker: Speaker, *, root: str) -> dict[str, Any]:
    content, words = speaker.content, speaker.words
    date = words.date(content.data_date)
    headlines = content.profile.coverage.headline[:2]
    return {
        "language": words.language,
        "say": words.say,
        "place": scope.name,
        "city_name": city.name,
        "root": root,
        "is_invented": content.is_invented,
        "description": words.say("page.description", place=scope.name),
        "date_line": words.say("page.data_date", date=date) if date else words.say("page.data_date_unknown"),
        "headline": say_headline(scope, speaker),
        "lead": list_lead(scope, speaker),
        "notices": list_notices(speaker),
        "figure_items": build_figures(scope, city, speaker),
        "notable": build_notable(scope, city, speaker),
        "certainty": list_certainty(scope, speaker),
        "completeness": build_completeness(scope, speaker),
        "method": list_method(speaker),
        "issues": tables.build_issue_rows(content.issues, words=words),
        "sources": tables.build_source_rows(content, words=words),
        "counts": tables.build_count_rows(content, words=words),
        "credit": tables.build_credit(content),
        "version": clean_text(content.program_version),
        "publisher": build_publisher(speaker),
        "sheet": f"{root}{SHEETS}/{scope.slug}",
        "has_pdf": content.has_pdf,
        "has_single": len(content.districts) == 1,
        "share_labels": [
            words.say(
                "district.share", minutes=words.number(h.threshold_min), people=speaker.profile(h.profile)
            )
            for h in headlines
        ],
    }


def _build_tables(
    scope: Scope, city: Scope, speaker: Speaker, *, pages: dict[str, str], prefix: str
) -> list[dict[str, Any]]:
    words = speaker.words
    headline = speaker.content.profile.coverage.headline[0]
    if len(speaker.content.districts) <= 1:
        return []
    city_reach = speaker.headline_reach(city)
    built = build_district_tables(scope, speaker, pages=pages)
    for table in built:
        table["caption"] = words.say(
            "district.caption",
            level=table["name"],
            minutes=words.number(headline.threshold_min),
            people=speaker.profile(headline.profile),
        )
        table["prefix"] = prefix
        table["city_bar"] = round(city_reach.share_low * 100) if city_reach.has_share else None
        table["total"] = _build_total(city, speaker)
    return built


def _build_total(city: Scope, speaker: Speaker) -> dict[str, Any]:
    words = speaker.words
    headlines = range(len(speaker.content.profile.coverage.headline[:2]))
    reaches = [speaker.headline_reach(city, number=number) for number in headlines]
    return {
        "name": words.say("district.whole_city", place=city.name),
        "persons": speaker.persons(reaches[0].persons),
        "shares": [speaker.share(reach) for reach in reaches],
        "places": words.number(int(city.begegnungsorte["is_counted"].sum())),
    }


def _build_link(scope: Scope, speaker: Speaker) -> dict[str, Any]:
    share = format_share(speaker.headline_reach(scope), words=speaker.words)
    return {"name": scope.name, "slug": scope.slug, "share": share, "area": scope.area}


def _build_crumbs(scope: Scope, city: Scope, words: Words) -> list[dict[str, str]]:
    home = {"name": words.say("page.home_name", place=city.name), "href": "../index.html"}
    city_map = {"name": words.say("page.map_name"), "href": "" if scope.is_city else f"{city.slug}.html"}
    return [home, city_map] if scope.is_city else [home, city_map, {"name": scope.name, "href": ""}]


def _say_title(scope: Scope, city: Scope, words: Words) -> str:
    if scope.is_city:
        return words.say("page.title_map", place=city.name)
    return words.say("page.title_district", district=scope.name, place=city.name)


def _say_shown(form: str, total: str, words: Words) -> str:
    # The number is filled in by the page while somebody types.
    count = {"zero": 0, "one": 1}.get(form, 2)
    return (
        words.say("place.shown", count=count, total=total).replace(words.number(count), "{count}", 1)
        if form == "other"
        else words.say("place.shown", count=count, total=total)
    )
