# SPDX-License-Identifier: MIT
"""The site in each language: where its pages lie, and what all languages share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.layers import Atlas, build_atlas, cut_atlas
from begegnung_geo.render.map_shapes import build_map_shapes
from begegnung_geo.render.offline import dump_json
from begegnung_geo.render.scopes import PageSlugs, Scope, build_city_scope, build_district_scopes
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.tables import PlaceRow, build_place_rows
from begegnung_geo.render.text import LANGUAGES, Words

INDEX = "index.html"
MAPS = "maps"
SHEETS = "sheets"
"""Folder of the fact sheets within an edition."""


@dataclass(frozen=True)
class MapShapes:
    """What the map of one page draws, ready to print, and the names of its layers."""

    atlas: Atlas
    layers: frozenset[str]
    block: Markup


@dataclass(frozen=True)
class SitePlan:
    """
    What the pages show in any language; the slow part, done once.

    Attributes
    ----------
    members
        One scope a district that has its own page.
    shapes
        Slug of a map page -> its shapes.
    """

    content: SiteContent
    city: Scope
    members: Sequence[Scope]
    atlas: Atlas
    shapes: Mapping[str, MapShapes]

    @property
    def pages(self) -> PageSlugs:
        """The slug of the page of each district that has one."""
        return {(scope.level, scope.district_id): scope.slug for scope in self.members}


@dataclass(frozen=True)
class Edition:
    """
    The site in one language.

    Attributes
    ----------
    prefix
        Folder of the edition within the site, empty for the first language.
    """

    plan: SitePlan
    speaker: Speaker
    prefix: str
    others: Sequence[tuple[str, str]]

    def path_of(self, slug: str, *, folder: str = MAPS) -> str:
        """Return the path within the site of an area's map page or fact sheet."""
        return f"{self.prefix}{folder}/{slug}.html"

    def base_of(self, path: str) -> str:
        """Return the way from a page to the edition's folder, where its index is."""
        return "../" * path.removeprefix(self.prefix).count("/")

    def root_of(self, path: str) -> str:
        """Return the way from a page to the site's top folder, where the downloads are."""
        return "../" * path.count("/")

    def list_languages(self, path: str) -> list[dict[str, str]]:
        """Return the page in every language, `href` empty for the one it is in."""
        words, plain = self.speaker.words, path.removeprefix(self.prefix)
        own = {"key": words.language, "name": words.say("page.language"), "href": ""}
        others = [
            {
                "key": language,
                "name": Words(language).say("page.language"),
                "href": f"{self.root_of(path)}{prefix}{plain}",
            }
            for language, prefix in self.others
        ]
        return sorted([own, *others], key=lambda entry: LANGUAGES.index(entry["key"]))

    def build_rows(self, scope: Scope) -> list[PlaceRow]:
        """Return the rows of the page's table of places."""
        return build_place_rows(scope.begegnungsorte, self.plan.content, words=self.speaker.words)

    def build_neighbour_rows(self) -> list[PlaceRow]:
        """Return one row a place beyond the border."""
        return build_place_rows(
            self.plan.content.neighbour_places, self.plan.content, words=self.speaker.words
        )


def plan_site(content: SiteContent) -> SitePlan:
    """Return everything that does not depend on the language."""
    words = Words(LANGUAGES[0])
    atlas, city, members = build_atlas(content), build_city_scope(content), build_district_scopes(content)
    neighbours = build_place_rows(content.neighbour_places, content, words=words)
    shapes = {}
    for scope in (city, *members):
        part = atlas if scope.is_city else cut_atlas(atlas, scope.area)
        rows = build_place_rows(scope.begegnungsorte, content, words=words)
        drawn = build_map_shapes(scope, content, atlas=part, rows=rows, neighbours=neighbours)
        shapes[scope.slug] = MapShapes(part, frozenset(drawn["layers"]), dump_json(drawn))
    return SitePlan(content, city, members, atlas, shapes)


def list_editions(plan: SitePlan, *, language: str) -> list[Edition]:
    """Return the edition at the top of the site, then the others in folders of their own."""
    ordered = sorted(LANGUAGES, key=lambda key: key != language)
    prefixes = {key: "" if key == language else f"{key}/" for key in ordered}
    return [
        Edition(
            plan=plan,
            speaker=Speaker(plan.content, Words(key)),
            prefix=prefixes[key],
            others=[(other, prefixes[other]) for other in ordered if other != key],
        )
        for key in ordered
    ]
