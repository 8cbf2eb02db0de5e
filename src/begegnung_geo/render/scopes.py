# SPDX-License-Identifier: MIT
"""What a page is about: the whole city, or one of its coarsest districts."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.text import clean_text

CITY_SLUG = "stadtkarte"
PageSlugs = Mapping[tuple[str, str], str]  # level and district id -> slug of the page
_PAGES_MAX = 30  # more pages than a council has boroughs help nobody find theirs
_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Scope:
    """
    One area with its own page.

    Attributes
    ----------
    level, district_id
        Empty for the city.
    area
        Polygon in the metric CRS.
    coverage
        The rows of this area only.
    districts
        The districts inside it, all finer levels.
    """

    name: str
    slug: str
    level: str
    district_id: str
    area: BaseGeometry
    coverage: pd.DataFrame
    begegnungsorte: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame

    @property
    def is_city(self) -> bool:
        """Whether this is the whole study area."""
        return not self.level


def order_levels(districts: gpd.GeoDataFrame) -> list[str]:
    """Return the level keys from coarse to fine, by mean area."""
    mean_area = districts.groupby("level")["area_km2"].mean()
    return [str(level) for level in sorted(mean_area.index, key=lambda level: (-mean_area[level], level))]


def find_page_level(districts: gpd.GeoDataFrame) -> str:
    """Return the coarsest level whose districts get a page each; empty where none does."""
    for level in order_levels(districts):
        count = int((districts["level"] == level).sum())
        if 1 < count <= _PAGES_MAX:
            return level
    return ""


def build_city_scope(content: SiteContent) -> Scope:
    """Return the scope of the whole study area."""
    return Scope(
        name=clean_text(content.profile.city.name),
        slug=CITY_SLUG,
        level="",
        district_id="",
        area=shapely.union_all(content.city_area.geometry.to_numpy()),
        coverage=content.city_coverage,
        begegnungsorte=content.begegnungsorte,
        gaps=content.gaps,
        districts=content.districts,
    )


def build_district_scopes(content: SiteContent) -> list[Scope]:
    """Return one scope a district of the page level, in the order of the table."""
    level = find_page_level(content.districts)
    members = content.districts[content.districts["level"] == level]
    slugs = _build_slugs([str(name) for name in members["name"]])
    return [
        _build_district_scope(content, position, slug=slug)
        for position, slug in zip(members.index, slugs, strict=True)
    ]


def _build_district_scope(content: SiteContent, position: int, *, slug: str) -> Scope:
    row = content.districts.loc[position]
    level, district_id = str(row["level"]), str(row["district_id"])
    coverage = content.coverage
    is_own = (coverage["level"] == level) & (coverage["district_id"] == district_id)
    return Scope(
        name=clean_text(row["name"]),
        slug=slug,
        level=level,
        district_id=district_id,
        area=content.districts.geometry.loc[position],
        coverage=coverage[is_own],
        begegnungsorte=_select(content.begegnungsorte, level, district_id),
        gaps=_select(content.gaps, level, district_id),
        districts=_find_descendants(content.districts, level, district_id),
    )


def _select(rows: gpd.GeoDataFrame, level: str, district_id: str) -> gpd.GeoDataFrame:
    column = f"district_id_{level}"
    is_own = rows[column] == district_id if column in rows else pd.Series(data=False, index=rows.index)
    return rows[is_own.fillna(value=False).astype(bool)]


def _find_descendants(districts: gpd.GeoDataFrame, level: str, district_id: str) -> gpd.GeoDataFrame:
    levels = order_levels(districts)
    parents, found = {district_id}, pd.Series(data=False, index=districts.index)
    for finer in levels[levels.index(level) + 1 :]:
        is_child = (districts["level"] == finer) & districts["parent_id"].isin(parents)
        found |= is_child
        parents = set(districts.loc[is_child, "district_id"])
    return districts[found]


def _build_slugs(names: list[str]) -> Iterator[str]:
    used = {CITY_SLUG, "index"}
    for number, name in enumerate(names, start=1):
        plain = unicodedata.normalize("NFKD", name.casefold().translate(_TRANSLITERATION))
        slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")[:60].strip("-")
        slug = slug or f"bezirk-{number}"
        while slug in used:
            slug = f"{slug}-{number}"
        used.add(slug)
        yield slug


def list_shown_levels(scope: Scope, districts: gpd.GeoDataFrame) -> list[tuple[int, gpd.GeoDataFrame]]:
    """
    Return the districts a page's map draws, one frame a level with its rank from coarse to fine.

    A district's page shows all districts of its own level, to find one's way.
    """
    shown = []
    for number, level in enumerate(order_levels(districts), start=1):
        source = districts if level == scope.level else scope.districts
        members = source[source["level"] == level]
        if len(members):
            shown.append((number, members))
    return shown


def find_own_row(scope: Scope, districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the scope's own row of `districts`; a city of one district is that district."""
    if scope.is_city and len(districts) == 1:
        return districts
    return districts[(districts["level"] == scope.level) & (districts["district_id"] == scope.district_id)]


def find_hatched(scope: Scope, content: SiteContent) -> gpd.GeoDataFrame:
    """Return the under-served districts the map hatches: of the finest level, if there are several."""
    districts, flags = content.districts, content.underserved
    own = scope.districts if len(scope.districts) else find_own_row(scope, districts)
    if len(districts) <= 1 or not len(own):
        return own[:0]
    level = order_levels(own)[-1]
    flagged = flags[flags["is_underserved"] & (flags["level"] == level)]
    return own[(own["level"] == level) & own["district_id"].isin(set(flagged["district_id"]))]
