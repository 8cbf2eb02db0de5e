# SPDX-License-Identifier: MIT
"""The fact sheet (Steckbrief) of an area: two pages of A4, the same in the browser, in print and as PDF."""

from typing import Any

from begegnung_geo.render import tables
from begegnung_geo.render.choice import build_choice
from begegnung_geo.render.completeness import build_completeness
from begegnung_geo.render.editions import MAPS, Edition
from begegnung_geo.render.figures import format_speed
from begegnung_geo.render.legend import list_classes, list_gap_items
from begegnung_geo.render.maps import render_plain_page
from begegnung_geo.render.potential import list_gains, name_room
from begegnung_geo.render.publisher import say_contact
from begegnung_geo.render.scenario import say_banner
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.sections import (
    build_figures,
    name_gaps,
    say_least,
    say_sum,
    tell_underserved_briefly,
)
from begegnung_geo.render.sheet_figures import build_charts, embed_svg, list_kinds
from begegnung_geo.render.sheet_picture import GAPS_TOLD, render_sheet_picture
from begegnung_geo.render.statements import (
    Speaker,
    list_certainty,
    list_lead,
    list_notices,
    say_date_line,
    say_headline,
)
from begegnung_geo.render.text import clean_text

_POTENTIAL_TOLD = 3
_VERDICTS_TOLD = 2  # with their reasons; the others by name
_OPENINGS_TOLD = 3
_DOUBTFUL = ("D", "E")


def render_sheet(scope: Scope, edition: Edition, *, path: str) -> str:
    """
    Return the HTML of one fact sheet; `pdf.render_pdf` makes the PDF of the same text.

    Parameters
    ----------
    scope
        The area; the city itself has a sheet too.
    edition
        The language, and what all pages share.
    path
        Where the sheet lies within the site.
    """
    city, speaker, atlas = edition.plan.city, edition.speaker, edition.plan.shapes[scope.slug].atlas
    content, words = speaker.content, speaker.words
    headline = content.profile.coverage.headline[0]
    context: dict[str, Any] = {
        "language": words.language,
        "say": words.say,
        "title": words.say("sheet.title", place=scope.name),
        "description": words.say("page.description", place=scope.name),
        "place": scope.name,
        "city_name": city.name,
        "scenario_line": say_banner(speaker),
        "is_invented": content.is_invented,
        "date_line": say_date_line(speaker),
        "headline": say_headline(scope, speaker),
        "plain": _list_plain(scope, speaker),
        "figure_items": build_figures(scope, city, speaker),
        "picture": embed_svg(render_sheet_picture(scope, speaker, atlas=atlas)),
        "picture_text": words.say("sheet.picture_text", place=scope.name),
        "picture_caption": words.say("sheet.picture_caption", people=speaker.profile(headline.profile)),
        "legend": [
            *list_classes(speaker, atlas=atlas),
            *list_gap_items(scope, words.say("sheet.legend_gap")),
        ],
        "gaps": _list_gaps(scope, speaker),
        "gaps_more": _say_more_gaps(scope, speaker),
        "lead": list_lead(scope, speaker),
        "notices": list_notices(speaker),
        "has_share": speaker.headline_reach(scope).has_share,
        "verdicts": tell_underserved_briefly(scope, speaker, most=_VERDICTS_TOLD),
        "charts": build_charts(scope, city, speaker),
        "groups": _list_groups(scope, city, speaker),
        "groups_beyond": words.say("choice.beyond", minutes=words.number(headline.threshold_min)),
        "kinds": list_kinds(scope, speaker),
        "potential": _say_potential(scope, speaker),
        "openings": _list_openings(scope, speaker),
        "openings_added": words.say("sheet.potential_added", minutes=words.number(headline.threshold_min)),
        "completeness": build_completeness(scope, speaker),
        "certainty": list_certainty(scope, speaker),
        "pace": words.say(
            "lead.pace",
            people=speaker.profile_of(headline.profile),
            speed=format_speed(content.profile, headline.profile, words=words),
        ),
        "sources": _list_sources(speaker),
        "map_credit": tables.build_map_credit(content, words=words),
        "contact_line": say_contact(content.profile.publisher, words=words),
        "version": clean_text(content.program_version),
        "languages": edition.list_languages(path),
        "map_link": f"{edition.base_of(path)}{MAPS}/{scope.slug}.html",
        "slug": scope.slug,
        "has_pdf": content.has_pdf,
    }
    return render_plain_page(context, template="sheet.html", styles=("sheet.css",), scripts=())


def _list_groups(scope: Scope, city: Scope, speaker: Speaker) -> list[dict[str, str]]:
    # Everybody and each known age group, and how many of them walk longer: the page's own figures.
    rows = build_choice(scope, city, speaker).get("rows", [])
    return [
        {
            "name": row["name"],
            "persons": row["persons"],
            "beyond": row["cells"][-1]["text"],
            "city": row["cells"][-1]["city"],
        }
        for row in rows
    ]


def _list_plain(scope: Scope, speaker: Speaker) -> list[str]:
    # Three sentences for people in a hurry: how many, where not, how sure.
    words, reach = speaker.words, speaker.headline_reach(scope)
    minutes = words.number(reach.threshold_min)
    sentences = []
    if reach.status == "known" and not speaker.content.is_estimated:
        tenths = round(reach.share_low * 10)
        key = {0: "sheet.plain_few", 10: "sheet.plain_all"}.get(tenths, "sheet.plain_tenths")
        sentences.append(words.say(key, count=tenths, place=scope.name, minutes=minutes))
    else:
        sentences.append(words.say("sheet.plain_headline", headline=say_headline(scope, speaker)))
    names = name_gaps(scope.gaps, speaker)
    if names:
        persons = speaker.persons_told(float(scope.gaps["persons"].iloc[0]))
        key = say_least("sheet.plain_gap", reach)
        sentences.append(words.say(key, name=names[0], persons=persons, minutes=minutes))
    elif reach.has_share:
        sentences.append(words.say("sheet.plain_no_gap", place=scope.name))
    if not len(scope.begegnungsorte):
        return [*sentences, words.say("sheet.plain_no_place")]
    weak = int(scope.begegnungsorte["evidence"].isin(_DOUBTFUL).sum())
    sentences.append(words.say("sheet.plain_sure", count=weak))
    return sentences


def _list_gaps(scope: Scope, speaker: Speaker) -> list[str]:
    names = name_gaps(scope.gaps, speaker)
    return [
        speaker.words.say(
            "notable.gap",
            name=name,
            persons=speaker.persons_told(float(persons)),
            minutes=speaker.words.number(int(threshold)),
        )
        for name, persons, threshold in zip(
            names, scope.gaps["persons"], scope.gaps["threshold_min"], strict=True
        )
    ][:GAPS_TOLD]


def _say_more_gaps(scope: Scope, speaker: Speaker) -> str:
    rest = scope.gaps["persons"].iloc[GAPS_TOLD:]
    if not len(rest):
        return ""
    reach = speaker.headline_reach(scope)
    persons, key = say_sum(float(rest.sum()), reach, speaker), say_least("sheet.gaps_more", reach)
    return speaker.words.say(key, count=len(rest), persons=persons)


def _list_sources(speaker: Speaker) -> list[str]:
    # One line a data set, though a census may come in several files.
    rows = tables.build_source_rows(speaker.content, words=speaker.words)
    lines = [
        speaker.words.markup_say(
            "sheet.source" if row["is_signed"] else "sheet.source_unsigned",
            title=row["title"],
            publisher=row["publisher"],
            licence=row["licence"],
            date=row["date"],
        )
        for row in rows
    ]
    return list(dict.fromkeys(lines))


def _say_potential(scope: Scope, speaker: Speaker) -> str:
    places = scope.begegnungsorte
    potential = places[places["standing"] == "potential"].sort_values(["name", "begegnungsort_id"])
    names = [clean_text(name) for name in potential["name"] if clean_text(name)]
    shown = list(dict.fromkeys(names))[:_POTENTIAL_TOLD]
    key = "sheet.potential_named" if shown else "sheet.potential"
    return speaker.words.say(key, count=len(potential), names=", ".join(shown))


def _list_openings(scope: Scope, speaker: Speaker) -> list[dict[str, str]]:
    # What the Potenzialräume that would do most would change, each alone; the doubt about them with it.
    return [
        {
            "name": name_room(record, speaker),
            "persons": speaker.persons_prose(record["persons_added"]),
            "evidence": speaker.words.say(
                "sheet.potential_unsure" if record["evidence"] in _DOUBTFUL else "sheet.potential_sure"
            ),
        }
        for record in list_gains(scope, speaker)[:_OPENINGS_TOLD]
        if record["persons_added"] > 0
    ]
