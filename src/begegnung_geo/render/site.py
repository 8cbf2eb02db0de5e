# SPDX-License-Identifier: MIT
"""The whole site: one call, all pages."""

from collections.abc import Sequence
from typing import Any

from begegnung_geo.render import tables
from begegnung_geo.render.choice import build_choice, build_fairness
from begegnung_geo.render.completeness import build_completeness
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.editions import INDEX, SHEETS, Edition, list_editions, plan_site
from begegnung_geo.render.gap_table import build_gap_rows, list_gap_groups
from begegnung_geo.render.legend import build_legend, list_change_items, list_classes, list_online_maps
from begegnung_geo.render.map_texts import build_map_texts
from begegnung_geo.render.maps import render_map_page, render_plain_page
from begegnung_geo.render.offline import read_asset
from begegnung_geo.render.opening import build_open_hours
from begegnung_geo.render.overview import render_overview
from begegnung_geo.render.potential import build_potential
from begegnung_geo.render.publisher import build_publisher
from begegnung_geo.render.reach_table import build_reach_table
from begegnung_geo.render.scenario import build_scenario, say_banner
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.sections import build_district_tables, build_figures, build_notable
from begegnung_geo.render.sheet import render_sheet
from begegnung_geo.render.spots import build_spot_section
from begegnung_geo.render.statements import (
    Speaker,
    list_certainty,
    list_lead,
    list_method,
    list_notices,
    list_rules,
    say_date_line,
    say_gaps,
    say_headline,
    say_statement,
)
from begegnung_geo.render.text import LANGUAGES, Words, clean_text

_MIDDLE_NEED = 50  # of the whole city, by definition (docs/method.md)


def render_site(content: SiteContent, *, language: str = "de") -> dict[str, str]:
    """
    Return every page of the site, in every language.

    The pages hold everything they show: they open from a disk without a network,
    and the same content gives the same bytes.

    Parameters
    ----------
    content
        The tables of one run.
    language
        `de` or `en`: the language at the top of the site; the other one lies in a folder
        of its name, and each page links to its twin.

    Returns
    -------
    pages
        Path within the site, with `/`, -> HTML text: `index.html`,
        `maps/stadtkarte.html`, and `maps/<name>.html` for each district of the
        coarsest level that has between 2 and 30 of them; a fact sheet of the same
        name in `sheets/` for each of these areas; all of it in the other language in
        `en/` (`de/`).

    Raises
    ------
    ValueError
        If there are no words for the language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    plan = plan_site(content)
    site = {}
    for edition in list_editions(plan, language=language):
        site[f"{edition.prefix}{INDEX}"] = _render_index(edition)
        for scope in (plan.city, *plan.members):
            site[edition.path_of(scope.slug)] = _render_map(scope, edition)
            path = edition.path_of(scope.slug, folder=SHEETS)
            site[path] = render_sheet(scope, edition, path=path)
    return site


def _render_index(edition: Edition) -> str:
    plan, speaker, words = edition.plan, edition.speaker, edition.speaker.words
    city = plan.city
    links = [_build_link(scope, speaker) for scope in plan.members]
    context = _build_common(city, edition, path=f"{edition.prefix}{INDEX}") | {
        "title": words.say("page.title_index", place=city.name),
        "crumbs": [{"name": words.say("page.home_name", place=city.name), "href": ""}],
        "overview": render_overview(city, speaker, atlas=plan.atlas, links=links),
        "overview_caption": _say_overview(speaker, has_shares=any(link["has_share"] for link in links)),
        "page_links": links,
        "fairness": build_fairness(speaker),
        "pages_heading": _say_pages_heading(plan.members, speaker),
        "classes": list_classes(speaker, atlas=plan.atlas),
        "tables": _build_tables(city, edition, prefix="maps/")[:1],
    }
    return render_plain_page(context, template="index.html")


def _say_overview(speaker: Speaker, *, has_shares: bool) -> str:
    words, headline = speaker.words, speaker.content.profile.coverage.headline[0]
    caption = words.say("index.overview_caption", people=speaker.profile(headline.profile))
    if not has_shares:
        return caption
    shares = words.say("index.overview_shares", minutes=words.number(headline.threshold_min))
    return f"{caption} {shares}"


def _render_map(scope: Scope, edition: Edition) -> str:
    plan, speaker, words = edition.plan, edition.speaker, edition.speaker.words
    shapes, rows, neighbours = (
        plan.shapes[scope.slug],
        edition.build_rows(scope),
        edition.build_neighbour_rows(),
    )
    total = words.number(len(rows))
    texts = build_map_texts(scope, speaker, neighbours=neighbours, pages=plan.pages)
    context = _build_common(scope, edition, path=edition.path_of(scope.slug)) | {
        "title": _say_title(scope, plan.city, words),
        "crumbs": _build_crumbs(scope, plan.city, words),
        "has_map": True,
        "map_data": shapes.block,
        "page_texts": texts | {"shown": words.forms("place.shown", total=total)},
        "map_label": words.say("map.label", place=scope.name),
        **_build_choices(speaker),
        "statement": say_statement(speaker.headline_reach(scope), speaker),
        "legend": build_legend(scope, speaker, atlas=shapes.atlas, rows=rows),
        "places": rows,
        "has_details": any(row.details for row in rows),
        "kinds": sorted({row.kind for row in rows}),
        "shown_line": words.say("place.shown", count=len(rows), total=total),
        "tables": _build_tables(scope, edition, prefix=""),
        "reach": build_reach_table(scope, speaker),
        "places_csv": "begegnungsorte.csv" if scope.is_city else f"begegnungsorte_{scope.slug}.csv",
        "spots": build_spot_section(speaker) if scope.is_city else {},
        "gaps": build_gap_rows(scope, speaker),
        "has_share": speaker.headline_reach(scope).has_share,
        "gap_groups": [words.say(f"person_group.{group}") for group in list_gap_groups(scope)],
        "gaps_caption": _say_gaps_caption(scope, speaker),
        "potential": build_potential(scope, speaker),
        "has_tryout": "tryout" in shapes.layers,
        "square": words.number(speaker.content.profile.trial.square_m),
        "trial_items": list_change_items(speaker),
        "online": list_online_maps(speaker),
        "leaflet_license": read_asset("LEAFLET-LICENSE.txt"),
    }
    hosts = [service.host for _, service in speaker.content.profile.online_maps.list_offered()]
    return render_map_page(context, layers=shapes.layers, image_hosts=list(dict.fromkeys(hosts)))


def _say_gaps_caption(scope: Scope, speaker: Speaker) -> str:
    headline = speaker.content.profile.coverage.headline[0]
    return speaker.words.say(
        "gap.caption",
        place=scope.name,
        minutes=speaker.words.number(headline.threshold_min),
        people=speaker.profile(headline.profile),
    )


def _build_choices(speaker: Speaker) -> dict[str, list[dict[str, Any]]]:
    walking, headline = speaker.content.profile.walking, speaker.content.profile.coverage.headline[0]
    return {
        "profiles": [
            {"key": key, "name": speaker.profile(key), "is_chosen": key == headline.profile}
            for key in walking.profiles
        ],
        "thresholds": [
            {
                "key": threshold,
                "name": speaker.words.say("map.minutes", minutes=speaker.words.number(threshold)),
                "is_chosen": threshold == headline.threshold_min,
            }
            for threshold in walking.thresholds_min
        ],
    }


def _build_common(scope: Scope, edition: Edition, *, path: str) -> dict[str, Any]:
    city, speaker = edition.plan.city, edition.speaker
    content, words = speaker.content, speaker.words
    headlines = content.profile.coverage.headline[:2]
    return {
        "language": words.language,
        "languages": edition.list_languages(path),
        "say": words.say,
        "place": scope.name,
        "city_name": city.name,
        "root": edition.root_of(path),
        "has_map": False,
        "is_invented": content.is_invented,
        "scenario_line": say_banner(speaker),
        "scenario": build_scenario(scope, speaker),
        "description": words.say("page.description", place=scope.name),
        "date_line": say_date_line(speaker),
        "headline": say_headline(scope, speaker),
        "lead": list_lead(scope, speaker),
        "notices": list_notices(speaker),
        "figure_items": build_figures(scope, city, speaker),
        "notable": build_notable(scope, city, speaker),
        "certainty": list_certainty(scope, speaker),
        "choice": build_choice(scope, city, speaker),
        "open_hours": build_open_hours(scope, speaker),
        "completeness": build_completeness(scope, speaker),
        "method": list_method(speaker),
        "method_rules": list_rules(speaker),
        "issues": tables.build_issue_rows(content.issues, words=words),
        "sources": tables.build_source_rows(content, words=words),
        "counts": tables.build_count_rows(content, words=words),
        "credit": tables.build_credit(content, words=words),
        "map_credit": tables.build_map_credit(content, words=words),
        "version": clean_text(content.program_version),
        "publisher": build_publisher(content.profile.publisher, words=words),
        "sheet": f"{edition.base_of(path)}{SHEETS}/{scope.slug}",
        "has_pdf": content.has_pdf,
        "has_single": len(content.districts) == 1,
        "share_labels": [
            words.say(
                "district.share", minutes=words.number(h.threshold_min), people=speaker.profile(h.profile)
            )
            for h in headlines
        ],
    }


def _build_tables(scope: Scope, edition: Edition, *, prefix: str) -> list[dict[str, Any]]:
    city, speaker = edition.plan.city, edition.speaker
    words = speaker.words
    headline = speaker.content.profile.coverage.headline[0]
    if len(speaker.content.districts) <= 1:
        return []
    city_reach = speaker.headline_reach(city)
    built = build_district_tables(scope, speaker, pages=edition.plan.pages)
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
        "need": words.number(_MIDDLE_NEED),
    }


def _say_pages_heading(members: Sequence[Scope], speaker: Speaker) -> str:
    return speaker.level(members[0].level, count=len(members), number=1) if members else ""


def _build_link(scope: Scope, speaker: Speaker) -> dict[str, Any]:
    words, reach = speaker.words, speaker.headline_reach(scope)
    share = speaker.plain_share(reach)
    minutes = words.number(reach.threshold_min)
    flags = speaker.content.underserved
    flagged = set(flags[flags["is_underserved"]].set_index(["level", "district_id"]).index)
    names = [
        clean_text(row["name"])
        for row in scope.districts.drop(columns="geometry").to_dict("records")
        if (row["level"], row["district_id"]) in flagged
    ]
    sentences = [say_gaps(reach, scope, speaker)] if reach.has_share else []
    if names:
        sentences.append(words.say("index.underserved", count=len(names), names=", ".join(names)))
    return {
        "name": scope.name,
        "slug": scope.slug,
        "share": share,
        "has_share": reach.has_share,
        "share_in": words.say("index.share_in", share=share, minutes=minutes) if reach.has_share else share,
        "sentences": sentences,
        "area": scope.area,
    }


def _build_crumbs(scope: Scope, city: Scope, words: Words) -> list[dict[str, str]]:
    home = {"name": words.say("page.home_name", place=city.name), "href": "../index.html"}
    city_map = {"name": words.say("page.map_name"), "href": "" if scope.is_city else f"{city.slug}.html"}
    return [home, city_map] if scope.is_city else [home, city_map, {"name": scope.name, "href": ""}]


def _say_title(scope: Scope, city: Scope, words: Words) -> str:
    if scope.is_city:
        return words.say("page.title_map", place=city.name)
    return words.say("page.title_district", district=scope.name, place=city.name)
