# SPDX-License-Identifier: MIT
"""A map for a notebook: ground, signs, colours and words of the site, with the layers that are asked for."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from begegnung_geo.profile import Profile
from begegnung_geo.render import geometry, layers, symbols
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.figure_classes import (
    Figures,
    classify_figures,
    list_figure_items,
    pick_figure_ramp,
    say_figure,
)
from begegnung_geo.render.layers import Atlas
from begegnung_geo.render.legend import (
    describe_sign,
    list_classes,
    list_place_kinds,
    list_potential_items,
)
from begegnung_geo.render.map_shapes import build_colours, pack_signs
from begegnung_geo.render.map_texts import list_class_names
from begegnung_geo.render.maps import OfflineMap, ReadyCall, build_layers
from begegnung_geo.render.offline import OfflineFigure, dump_json, read_asset
from begegnung_geo.render.scopes import find_page_level
from begegnung_geo.render.sections import name_gaps
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.symbols import PlaceGroup
from begegnung_geo.render.tables import PlaceRow, build_map_credit, build_place_rows
from begegnung_geo.render.text import Words, clean_text

_SCRIPTS = (
    "start", "geometry", "pens", "labels", "scene", "ground", "walking", "districts", "places", "popup",
    "keyboard", "map", "own",
)  # fmt: skip
_STYLES = ("page.css", "own_map.css")
_HEIGHT_PX = 560  # until the map says how high it is; where a script may not tell, it stays
_OWN_GROUP = PlaceGroup("own", "", 0, 0)
_BORDER_TOLERANCE_M = 5.0


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a map shows above the ground; a layer that is None is left out, `walking_label` names a legend."""

    figures: Figures | None = None
    reach_areas: gpd.GeoDataFrame | None = None
    gaps: gpd.GeoDataFrame | None = None
    begegnungsorte: gpd.GeoDataFrame | None = None
    own_places: gpd.GeoDataFrame | None = None
    walking_label: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        layers = (self.figures, self.reach_areas, self.gaps, self.begegnungsorte, self.own_places)
        return all(layer is None for layer in layers)


class OwnMap(OfflineMap):
    """
    A folium map that a notebook shows in the cell, and that asks no server for anything.

    Elements of folium that need nothing but Leaflet (`GeoJson`, `CircleMarker`, `PolyLine`) can be
    added to it; one that needs a file from a server fails when the map is shown.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title

    def _repr_html_(self, **kwargs: object) -> str:
        """Return the map as a frame of its own, so that neither page disturbs the other."""
        page = html.escape(self.get_root().render(**kwargs), quote=True)
        return (
            f'<iframe srcdoc="{page}" title="{html.escape(self.title, quote=True)}" '
            f'style="display:block;width:100%;height:{_HEIGHT_PX}px;border:0"></iframe>'
        )


def build_own_map(content: SiteContent, drawn: Drawn, *, atlas: Atlas, words: Words) -> OwnMap:
    """
    Build the map of a notebook.

    Parameters
    ----------
    content
        The tables of the city.
    drawn
        What to show; tables in the profile's metric CRS.
    atlas
        The city's simplified geometry.
    words
        The language of legend and popups.

    Returns
    -------
    own_map
        Its root is an `OfflineFigure`, so that `own_map.save(...)` writes a page that opens offline.
    """
    chosen, thresholds = _choose_reach(drawn.reach_areas, content.profile)
    if drawn.reach_areas is not None and chosen:
        content = replace(content, profile=_set_thresholds(content.profile, thresholds))
        atlas = layers.take_reach(atlas, drawn.reach_areas, content.city_area)
    speaker = Speaker(content, words)
    rows = _list_rows(drawn.begegnungsorte, speaker)
    packed, told = _pack(drawn, speaker, atlas=atlas, rows=rows)
    packed |= {"walking": layers.pack_reach(atlas, [chosen])} if chosen else {}
    place = clean_text(content.profile.city.name)
    context: dict[str, Any] = {
        "language": words.language,
        "say": words.say,
        "place": place,
        "title": words.say("own_map.title", place=place),
        "is_invented": content.is_invented,
        "map_credit": build_map_credit(content, words=words),
        "date": words.date(content.data_date),
        "legend": _list_legend(drawn, speaker, atlas=atlas, profile=chosen, rows=rows),
        "leaflet_license": read_asset("LEAFLET-LICENSE.txt"),
        "map_data": dump_json(_build_block(drawn, packed, profile=chosen, content=content)),
        "page_texts": {"classNames": list_class_names(speaker), "words": _list_words(words), "layers": told},
    }
    own_map = OwnMap(context["title"])
    for layer in build_layers(packed):
        own_map.add_child(layer)
    own_map.add_child(ReadyCall())
    figure = OfflineFigure(template="own_map.html", context=context, scripts=_SCRIPTS, styles=_STYLES)
    figure.add_child(own_map)
    return own_map


def _build_block(
    drawn: Drawn, packed: dict[str, Any], *, profile: str, content: SiteContent
) -> dict[str, Any]:
    """Return the data of the page: what the map draws, and with which colours and signs."""
    thresholds = content.profile.walking.thresholds_min
    area = shapely.union_all(content.city_area.geometry.to_numpy())
    ramp = pick_figure_ramp(drawn.figures) if drawn.figures else []
    return {
        "bounds": layers.find_bounds(area, content.profile.study.metric_crs),
        "profile": profile,
        "threshold": 0,  # no limit is drawn: there is nothing to choose
        "thresholds": list(thresholds),
        "colours": build_colours(len(thresholds) + 1) | {"figures": ramp},
        "groups": [
            {"letter": group.letter, "sides": group.sides, "turn": group.turn_degrees}
            for group in (*symbols.PLACE_GROUPS, _OWN_GROUP)
        ],
        "layers": packed,
    }


def _list_words(words: Words) -> dict[str, str]:
    return {
        "zoomIn": words.say("map.zoom_in"),
        "zoomOut": words.say("map.zoom_out"),
        "close": words.say("map.close"),
        "here": words.say("map.here"),
        "walkFromHere": words.say("map.walk_from_here"),
        "districtFlagged": words.say("district.flagged"),
    }


def _choose_reach(reach_areas: gpd.GeoDataFrame | None, profile: Profile) -> tuple[str, list[int]]:
    """Return whose walks are shown, and the thresholds there are; the headline's where several are given."""
    if reach_areas is None or not len(reach_areas):
        return "", list(profile.walking.thresholds_min)
    keys = sorted(set(reach_areas["profile"].astype(str)))
    headline = profile.coverage.headline[0].profile
    chosen = headline if headline in keys else keys[0]
    own = reach_areas[reach_areas["profile"] == chosen]
    return chosen, sorted({int(threshold) for threshold in own["threshold_min"]})


def _set_thresholds(profile: Profile, thresholds: list[int]) -> Profile:
    walking = profile.walking.model_copy(update={"thresholds_min": tuple(thresholds)})
    return profile.model_copy(update={"walking": walking})


def _list_rows(places: gpd.GeoDataFrame | None, speaker: Speaker) -> list[PlaceRow]:
    return [] if places is None else build_place_rows(places, speaker.content, words=speaker.words)


def _pack(
    drawn: Drawn, speaker: Speaker, *, atlas: Atlas, rows: list[PlaceRow]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the map draws, and what a click on each layer tells."""
    content, crs = speaker.content, atlas.crs
    packed = layers.pack_background(atlas)
    told: dict[str, Any] = {}
    area = shapely.union_all(content.city_area.geometry.to_numpy())
    outline = geometry.simplify(np.array([area], dtype=object), _BORDER_TOLERANCE_M)
    packed["outside"] = geometry.pack_polygons(outline, crs)
    members = content.districts[content.districts["level"] == find_page_level(content.districts)]
    if drawn.figures is not None:
        members = drawn.figures.districts
        packed["figures"] = {"c": classify_figures(drawn.figures)}
    if len(members):
        packed["districts"] = [layers.pack_districts(members, crs)]
        told["districts"] = [_tell_districts(members, drawn.figures, speaker)]
    if drawn.gaps is not None and len(drawn.gaps):
        packed["gaps"] = layers.pack_areas(drawn.gaps.geometry, crs)
        told["gaps"] = _tell_gaps(drawn.gaps, speaker)
    if drawn.begegnungsorte is not None and rows:
        points = geometry.quantise(drawn.begegnungsorte.geometry, crs)
        packed["places"] = pack_signs(rows, points)
        told["places"] = [_tell_place(row, speaker) for row in rows]
    if drawn.own_places is not None and len(drawn.own_places):
        packed["own"] = _pack_own(drawn.own_places, crs)
        told["own"] = _tell_own(drawn.own_places, speaker)
    return packed, told


def _pack_own(places: gpd.GeoDataFrame, crs: str) -> dict[str, Any]:
    count = len(places)
    return {
        "xy": geometry.quantise(places.geometry, crs),
        "group": [len(symbols.PLACE_GROUPS)] * count,
        "standing": [0] * count,
        "counted": [1] * count,
    }


def _tell_districts(members: gpd.GeoDataFrame, figures: Figures | None, speaker: Speaker) -> dict[str, Any]:
    names = [clean_text(name) for name in members["name"]]
    term = speaker.words.say("own_map.district")
    info: list[list[dict[str, str]]] = [[{"term": term, "text": name}] for name in names]
    if figures is not None:
        for lines, value in zip(info, figures.values.tolist(), strict=True):
            lines.append({"term": figures.label, "text": say_figure(value, figures, speaker)})
    return {"names": names, "notes": [""] * len(names), "info": info}


def _tell_gaps(gaps: gpd.GeoDataFrame, speaker: Speaker) -> dict[str, Any]:
    words = speaker.words
    people = [speaker.persons_told(persons) for persons in gaps["persons"].tolist()]
    notes = [words.say("info.gap_people", persons=number) for number in people]
    return {"names": name_gaps(gaps, speaker), "notes": notes, "info": [[note] for note in notes]}


def _tell_place(row: PlaceRow, speaker: Speaker) -> dict[str, Any]:
    lines = [
        {"term": speaker.words.say(f"place.{key}"), "text": getattr(row, key)}
        for key in ("kind", "role", "address", "position", "hours", "evidence")
    ]
    return {"name": row.name, "kind": row.kind, "info": [line for line in lines if line["text"]]}


def _tell_own(places: gpd.GeoDataFrame, speaker: Speaker) -> list[dict[str, Any]]:
    words, kind = speaker.words, speaker.words.say("own_map.own_place")
    names = places["name"].tolist() if "name" in places else [None] * len(places)
    told = [
        clean_text(name) or words.say("own_map.own_numbered", number=words.number(number))
        for number, name in enumerate(names, start=1)
    ]
    return [{"name": name, "kind": kind, "info": [kind]} for name in told]


def _list_legend(
    drawn: Drawn, speaker: Speaker, *, atlas: Atlas, profile: str, rows: Sequence[PlaceRow]
) -> list[dict[str, Any]]:
    words = speaker.words
    parts: list[dict[str, Any]] = []
    if drawn.figures is not None:
        parts.append({"name": drawn.figures.label, "items": list_figure_items(drawn.figures, words)})
    if profile:
        name = drawn.walking_label or words.say("own_map.walking", people=speaker.profile(profile))
        parts.append({"name": name, "items": list_classes(speaker, atlas=atlas)})
    if drawn.gaps is not None and len(drawn.gaps):
        parts.append({"name": words.say("legend.gaps"), "items": _list_gap_items(drawn.gaps, speaker)})
    own = drawn.own_places
    items = [*list_place_kinds(rows, words), *list_potential_items(rows, words)]
    if own is not None and len(own):
        items.append(describe_sign(_OWN_GROUP, name=words.say("own_map.own_place"), ink=symbols.LINK))
    if items:
        parts.append({"name": words.say("legend.places"), "items": items})
    return parts


def _list_gap_items(gaps: gpd.GeoDataFrame, speaker: Speaker) -> list[dict[str, str]]:
    """Return a swatch for each walking profile and threshold that gaps are drawn for."""
    kinds = gaps[["profile", "threshold_min"]].drop_duplicates().sort_values(["profile", "threshold_min"])
    return [
        {
            "look": "gap",
            "name": speaker.words.say(
                "legend.gap", minutes=speaker.words.number(minutes), people=speaker.profile(str(profile))
            ),
            "colour": symbols.GAP,
            "ground": symbols.LAND,
        }
        for profile, minutes in kinds.itertuples(index=False)
    ]
