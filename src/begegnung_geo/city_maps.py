# SPDX-License-Identifier: MIT
"""Maps of a city's tables and of own results, for notebooks: the site's map without the site's page."""

import json
from typing import Any
from weakref import WeakKeyDictionary

import folium
import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo import __version__
from begegnung_geo.analysis.city_area import find_mapped_area
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.cities import require_city
from begegnung_geo.city_tables import City
from begegnung_geo.config import find_config_dir
from begegnung_geo.crs import require_crs
from begegnung_geo.errors import ConfigError
from begegnung_geo.own_places import Places, place_points
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.publishing import SITE_TABLES
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.figure_classes import Figures
from begegnung_geo.render.layers import Atlas, build_atlas
from begegnung_geo.render.own_map import Drawn, build_own_map
from begegnung_geo.render.statements import Speaker, list_notices, list_people_kind
from begegnung_geo.render.text import clean_text

_GROUNDS: WeakKeyDictionary[City, tuple[SiteContent, Atlas]] = WeakKeyDictionary()
_CITY_LEVEL = "city"


def explore(
    city: City,
    *,
    figures: pd.DataFrame | None = None,
    column: str = "",
    label: str = "",
    reach_areas: gpd.GeoDataFrame | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    begegnungsorte: gpd.GeoDataFrame | None = None,
    own_places: Places | None = None,
    language: str = "de",
) -> folium.Map:
    """
    Return a map that shows what it is given; given nothing, what the city map of the site shows.

    It needs no server: ground, signs, colours and words are those of the site, and a saved or exported
    page opens without internet.

    Parameters
    ----------
    city
        From `load`.
    figures
        A figure a district of one level: `district_id`, `column`, and `level` where there are several.
        Rows of the whole city are left out.
    column
        The column of `figures` to colour by, light for small and dark for large values.
        `..._share` is told in percent, `persons...` rounded and hidden as on the pages.
    label
        What the colours say, in words: the figure, or where the walking areas lead to. Without it the
        name of the column, or whose walks they are.
    reach_areas
        From `reach`, or rows of the table `reach_areas`. Of several walking profiles the headline's is shown.
    gaps
        Rows of the table `gaps` or `published_gaps`.
    begegnungsorte
        Rows of the table `begegnungsorte`.
    own_places
        Points with a CRS, named where they have a column `name`; or pairs of longitude and latitude.
    language
        `de` or `en`.

    Returns
    -------
    own_map
        A folium map: shows itself as the last line of a cell, `save("map.html")` writes a page.

    Raises
    ------
    ConfigError
        If a layer cannot be shown as it is.
    CrsError
        If a layer is not in the city's metric CRS.
    SourceError
        If the site of the city has not been built.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> shares = city.table("published_coverage").query("profile == 'senior' and threshold_min == 10")
    >>> own_map = bg.explore(
    ...     city, figures=shares.query("level == 'stadtbezirk'"), column="covered_share"
    ... )
    >>> own_map._repr_html_()[:7]
    '<iframe'
    """
    require_city(city)
    words = city.words(language)
    drawn = Drawn(
        figures=None if figures is None else _read_figures(city, figures, column=column, label=label),
        reach_areas=_require_layer(city, reach_areas, "reach_areas"),
        gaps=_require_layer(city, gaps, "gaps"),
        begegnungsorte=_require_layer(city, begegnungsorte, "begegnungsorte"),
        own_places=None if own_places is None else place_points(city, own_places),
        walking_label=clean_text(label),
    )
    if drawn.figures is not None and drawn.reach_areas is not None:
        raise ConfigError(
            "figures of districts and walking areas would lie on each other",
            where="figures, reach_areas",
            hint="make two maps",
        )
    content, atlas = _read_ground(city)
    if drawn.is_empty:
        drawn = Drawn(
            reach_areas=content.reach_areas, gaps=content.gaps, begegnungsorte=content.begegnungsorte
        )
    return build_own_map(content, drawn, atlas=atlas, words=words)


def caveats(city: City, language: str = "de") -> list[str]:
    """
    Return what must be known before any figure is read, in the sentences of the site.

    Parameters
    ----------
    city
        From `load`.
    language
        `de` or `en`.

    Returns
    -------
    sentences
        That the town is invented, where it is; the date of the map data; whether people are counted,
        worked out from official totals or estimated; and that the data covers a part only, where it does.

    Raises
    ------
    ConfigError
        If there are no words in the language.
    SourceError
        If the site of the city has not been built.

    Examples
    --------
    >>> bg.caveats(bg.load("musterstadt"))[1]
    'Stand der Kartendaten: 01.01.2026.'
    """
    require_city(city)
    words, content = city.words(language), _read_content(city)
    speaker, date = Speaker(content, words), words.date(city.data_date)
    place = clean_text(city.profile.city.name)
    return [
        *([words.say("page.invented", place=place)] if content.is_invented else []),
        words.say("page.data_date", date=date) + "." if date else words.say("page.data_date_unknown") + ".",
        *list_people_kind(speaker),
        *list_notices(speaker),
    ]


def _read_ground(city: City) -> tuple[SiteContent, Atlas]:
    """Return what the pages are made from, and the simplified ground: once for all maps of a city."""
    if city not in _GROUNDS:
        content = _read_content(city)
        _GROUNDS[city] = content, build_atlas(content)
    return _GROUNDS[city]


def _read_content(city: City) -> SiteContent:
    # As `publishing.publish_site` puts it together, from the tables of the run.
    classes = read_category_rules(find_config_dir()).classes
    entries = [
        SourceEntry.model_validate({key: value for key, value in entry.items() if key != "role"})
        for entry in city.manifest["inputs"]
        if not str(entry["role"]).startswith(("rules.", "before."))
    ]
    names = [name for name in SITE_TABLES if name not in ("places", "walk_nodes")]
    tables: dict[str, Any] = {name.removeprefix("published_"): city.table(name) for name in names}
    return SiteContent(
        profile=city.profile,
        program_version=__version__,
        data_date=city.data_date,
        provenance=tuple(entries),
        class_labels={key: (entry.label_de, entry.label_en) for key, entry in classes.items()},
        class_groups={key: entry.group for key, entry in classes.items()},
        summary=json.loads((city.site / "summary.json").read_text(encoding="utf-8")),
        mapped_area=find_mapped_area(tables["walk_edges"], tables["issues"]),
        **tables,
    )


def _require_layer(city: City, layer: gpd.GeoDataFrame | None, name: str) -> gpd.GeoDataFrame | None:
    if layer is None:
        return None
    require_crs(layer, city.crs, name=name)
    # reach() gives fewer columns than its table has.
    is_own = name == "reach_areas"
    wanted = {"profile", "threshold_min"} if is_own else set(city.table(name).columns)
    lacking = sorted(wanted - set(layer.columns))
    if lacking:
        raise ConfigError(
            f"{name} lacks columns of its table: {', '.join(lacking[:5])}",
            where=name,
            hint=f"give rows of city.layer({name!r}) with all columns",
        )
    return layer.reset_index(drop=True)


def _read_figures(city: City, figures: pd.DataFrame, *, column: str, label: str) -> Figures:
    """Return the figures beside the districts of their level, in the order of the table `districts`."""
    missing = [name for name in ("district_id", column) if name not in figures.columns]
    if missing or not pd.api.types.is_numeric_dtype(figures[column]):
        raise ConfigError(
            f"figures have no column of numbers {(missing or [column])[0]!r}",
            where=f"columns {', '.join(map(str, figures.columns))}",
            hint="name the column to colour by, and keep district_id",
        )
    districts = city.layer("districts")
    rows = pd.DataFrame(figures)
    if "level" in rows:
        rows = rows[rows["level"] != _CITY_LEVEL]
        levels = sorted(rows["level"].unique())
    else:
        is_own = districts["district_id"].isin(rows["district_id"])
        levels = sorted(districts.loc[is_own, "level"].unique())
    if len(levels) != 1 or rows["district_id"].duplicated().any():
        raise ConfigError(
            "figures are not one row a district of one level",
            where=f"levels {', '.join(map(str, levels)) or 'none'}, {len(rows)} rows",
            hint="select a level, and of coverage a profile and a threshold_min",
        )
    members = districts[districts["level"] == levels[0]].reset_index(drop=True)
    values = rows.set_index("district_id")[column].reindex(members["district_id"])
    return Figures(members, values.to_numpy(dtype=np.float64), column, clean_text(label or column))
