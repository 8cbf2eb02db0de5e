# SPDX-License-Identifier: MIT
"""What the tags of an OSM object say: which tables it belongs to, and how it is drawn."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from begegnung_geo.schema import LABEL_KINDS
from begegnung_geo.walk_rules import WalkRules

FeatureFilters = Mapping[str, frozenset[str] | None]
Tags = Mapping[str, str]
Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]

_OTHER_USE_KEYS = frozenset(
    ("amenity", "shop", "office", "leisure", "tourism", "craft", "healthcare", "industrial", "man_made")
)
_AREA_LAYERS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("water", "natural", frozenset(("water",))),
    ("water", "waterway", frozenset(("riverbank",))),
    ("water", "landuse", frozenset(("basin", "reservoir"))),
    ("green", "leisure", frozenset(("park", "garden", "nature_reserve", "golf_course"))),
    (
        "green",
        "landuse",
        frozenset(
            ("forest", "grass", "meadow", "recreation_ground", "cemetery", "allotments")
            + ("village_green", "orchard")
        ),
    ),
    ("green", "natural", frozenset(("wood", "scrub", "heath"))),
    ("built_up", "landuse", frozenset(("residential", "commercial", "retail", "industrial"))),
)
_LINE_LAYERS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("motorway", "highway", frozenset(("motorway", "motorway_link", "trunk", "trunk_link"))),
    (
        "main_road",
        "highway",
        frozenset(("primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link")),
    ),
    ("rail", "railway", frozenset(("rail", "light_rail", "tram"))),
    ("waterway", "waterway", frozenset(("river", "stream", "canal"))),
)
# A closed way with these is a line that comes back to its start, unless area=yes.
_LINE_KEYS = frozenset(
    ("highway", "railway", "waterway", "barrier", "route", "power", "aerialway", "aeroway")
)
_LINE_VALUES = frozenset(
    (
        ("leisure", "track"),
        ("leisure", "slipway"),
        ("natural", "coastline"),
        ("natural", "cliff"),
        ("natural", "ridge"),
        ("natural", "tree_row"),
        ("historic", "citywalls"),
        ("man_made", "embankment"),
        ("man_made", "pipeline"),
    )
)
_NUMBER = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*")
_ADMIN_LEVEL = re.compile(r"[1-9]|1[0-2]")

NODE_KEYS = frozenset(("addr:housenumber", "place"))
"""Keys by which nodes are read, besides those of the places asked for."""

RELATION_KEYS = frozenset(
    ("addr:housenumber", "boundary", "building", "landuse", "leisure", "natural", "waterway")
)
"""Keys by which relations are read, besides those of the places and the walk rule."""


@dataclass(frozen=True)
class TagFacts:
    """One entry a set of tags: the tables its objects belong to. Empty text: none."""

    tag_sets: list[dict[str, str]]
    is_feature: Bools
    is_building: Bools
    is_address: Bools
    is_boundary: Bools
    is_area: Bools
    walk_class: Texts
    area_layer: Texts
    line_layer: Texts
    label_kind: Texts

    def is_drawn(self) -> Bools:
        """Return which sets make an object one of the tables drawn as point, line or polygon."""
        is_map_area = self.area_layer.astype(bool)
        return self.is_feature | self.is_building | self.is_address | is_map_area


def build_tag_facts(
    tag_sets: list[dict[str, str]], *, feature_filters: FeatureFilters, walk_rules: WalkRules
) -> TagFacts:
    """Judge each set of tags once; objects with equal tags share the answer."""
    area_keys = frozenset(feature_filters) - _LINE_KEYS

    def flags(answers: list[bool]) -> Bools:
        return np.array(answers, dtype=bool)

    def texts(answers: list[str]) -> Texts:
        return np.array(answers, dtype=object)

    return TagFacts(
        tag_sets=tag_sets,
        is_feature=flags([matches_filters(tags, feature_filters) for tags in tag_sets]),
        is_building=flags([_is_building(tags) for tags in tag_sets]),
        is_address=flags([_is_address(tags) for tags in tag_sets]),
        is_boundary=flags([_is_boundary(tags) for tags in tag_sets]),
        is_area=flags([is_area(tags, area_keys=area_keys) for tags in tag_sets]),
        walk_class=texts([walk_rules.find_class(tags) or "" for tags in tag_sets]),
        area_layer=texts([_find_layer(tags, _AREA_LAYERS) for tags in tag_sets]),
        line_layer=texts([_find_line_layer(tags) for tags in tag_sets]),
        label_kind=texts([_find_label_kind(tags) for tags in tag_sets]),
    )


def matches_filters(tags: Tags, feature_filters: FeatureFilters) -> bool:
    """
    Return whether an object may be, or belong to, a meeting place.

    A list of values (`club=sport;music`) matches when one of them does.
    """
    for key in tags.keys() & feature_filters.keys():
        values = feature_filters[key]
        if values is None or tags[key] in values:
            return True
        if ";" in tags[key] and any(part.strip() in values for part in tags[key].split(";")):
            return True
    return False


def is_area(tags: Tags, *, area_keys: Collection[str]) -> bool:
    """
    Return whether a closed way with these tags encloses an area.

    `area=yes` and `area=no` decide; otherwise any tag does that describes a thing
    rather than a line. A roundabout with a name is a line, a building is an area.
    """
    if _is_building(tags):
        return True
    if "area" in tags:
        return tags["area"] != "no"
    if _find_layer(tags, _AREA_LAYERS):
        return True
    return any(key in area_keys and (key, value) not in _LINE_VALUES for key, value in tags.items())


def format_tags(tags: Tags) -> str:
    """Return tags as JSON, keys sorted."""
    return json.dumps(dict(tags), ensure_ascii=False, sort_keys=True)


def parse_levels(text: str | None) -> float | None:
    """Return `building:levels` as a number; None where it is missing, a list or no number."""
    found = _NUMBER.fullmatch(text) if text is not None else None
    return float(found[1].replace(",", ".")) if found else None


def has_other_use(tags: Tags) -> bool:
    """Return whether a building carries a use besides its own kind."""
    return not _OTHER_USE_KEYS.isdisjoint(tags)


def _is_building(tags: Tags) -> bool:
    return tags.get("building", "no") != "no"


def _is_address(tags: Tags) -> bool:
    return "addr:housenumber" in tags and ("addr:street" in tags or "addr:place" in tags)


def _is_boundary(tags: Tags) -> bool:
    is_administrative = tags.get("boundary") == "administrative"
    return is_administrative and _ADMIN_LEVEL.fullmatch(tags.get("admin_level", "")) is not None


def _find_layer(tags: Tags, layers: tuple[tuple[str, str, frozenset[str]], ...]) -> str:
    return next((layer for layer, key, values in layers if tags.get(key) in values), "")


def _find_line_layer(tags: Tags) -> str:
    layer = _find_layer(tags, _LINE_LAYERS)
    is_hidden = layer in ("rail", "waterway") and tags.get("tunnel", "no") != "no"
    return "" if is_hidden or tags.get("area") == "yes" else layer


def _find_label_kind(tags: Tags) -> str:
    kind = tags.get("place", "")
    return kind if kind in LABEL_KINDS and tags.get("name", "").strip() else ""
