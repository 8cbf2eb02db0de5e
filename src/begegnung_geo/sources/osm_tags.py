# SPDX-License-Identifier: MIT
"""What the tags of an OSM object say: which tables it belongs to, and how it is drawn."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from begegnung_geo.category_rules import NameFilter
from begegnung_geo.table_columns import BACKGROUND_AREA_LAYERS, LABEL_KINDS
from begegnung_geo.walk_rules import StepFree, WalkRules

FeatureFilters = Mapping[str, frozenset[str] | None]
Tags = Mapping[str, str]
Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]

_OTHER_USE_KEYS = frozenset(
    ("amenity", "shop", "office", "leisure", "tourism", "craft", "healthcare", "industrial", "man_made")
)
_AREA_LAYERS = {
    "natural": {"water": "water", "wood": "green", "scrub": "green", "heath": "green"},
    "waterway": {"riverbank": "water"},
    "landuse": {
        **dict.fromkeys(("basin", "reservoir"), "water"),
        **dict.fromkeys(("forest", "grass", "meadow", "recreation_ground", "cemetery"), "green"),
        **dict.fromkeys(("allotments", "village_green", "orchard"), "green"),
        **dict.fromkeys(("residential", "commercial", "retail", "industrial"), "built_up"),
    },
    "leisure": dict.fromkeys(("park", "garden", "nature_reserve", "golf_course"), "green"),
}
_LINE_LAYERS = {
    "highway": {
        **dict.fromkeys(("motorway", "motorway_link", "trunk", "trunk_link"), "motorway"),
        **dict.fromkeys(("primary", "primary_link", "secondary", "secondary_link"), "main_road"),
        **dict.fromkeys(("tertiary", "tertiary_link"), "main_road"),
    },
    "railway": dict.fromkeys(("rail", "light_rail", "tram"), "rail"),
    "waterway": dict.fromkeys(("river", "stream", "canal"), "waterway"),
}
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
_RING_TYPES = ("multipolygon", "boundary")
_NUMBER = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*", re.ASCII)
_ADMIN_LEVEL = re.compile(r"[1-9]|1[0-2]")

NODE_KEYS = frozenset(("addr:housenumber", "entrance", "place"))
"""Keys by which nodes are read, besides those of the places asked for."""


@dataclass(frozen=True)
class WalkFacts:
    """What the walk rule says to a set of tags, apart from the name."""

    walk_class: str
    step_free: StepFree
    tags: str


@dataclass(frozen=True)
class TagFacts:
    """One entry a set of tags: the tables its objects belong to. Empty text or None: not one of them."""

    tag_sets: list[dict[str, str]]
    is_feature: Bools
    is_building: Bools
    is_address: Bools
    is_boundary: Bools
    is_area: Bools
    has_rings: Bools
    is_walkway: Bools
    walk_facts: list[WalkFacts | None]
    is_obstacle: Bools
    is_entrance: Bools
    area_layer: Texts
    line_layer: Texts
    label_kind: Texts

    def is_drawn(self) -> Bools:
        """Return which sets make an object one of the tables drawn as point, line or polygon."""
        return self.is_feature | self.is_address | self.needs_ring()

    def needs_ring(self) -> Bools:
        """Return which sets make an object worth nothing without a closed outline."""
        return np.asarray(self.is_building | (self.area_layer != ""))

    def is_line(self) -> Bools:
        """Return which sets make a way a walkway or a line of the map."""
        return np.asarray(self.is_walkway | (self.line_layer != ""))


def build_tag_facts(
    tag_sets: list[dict[str, str]],
    *,
    feature_filters: FeatureFilters,
    name_filters: Sequence[NameFilter] = (),
    walk_rules: WalkRules,
) -> TagFacts:
    """Judge each set of tags once; objects with equal tags share the answer."""
    area_keys = frozenset(feature_filters) - _LINE_KEYS
    # Most ways are streets and nothing else: only the others are asked every question.
    asked_keys = area_keys.union(NODE_KEYS, _AREA_LAYERS, ("building", "boundary"), feature_filters).union(
        name_filter.key for name_filter in name_filters
    )
    asked = [(i, tags) for i, tags in enumerate(tag_sets) if not asked_keys.isdisjoint(tags)]
    walk_facts = _judge_walkways(tag_sets, walk_rules)

    def flags(question: Callable[[Tags], bool]) -> Bools:
        answers = np.zeros(len(tag_sets), dtype=bool)
        answers[[i for i, tags in asked if question(tags)]] = True
        return answers

    def texts(question: Callable[[Tags], str]) -> Texts:
        answers = np.full(len(tag_sets), "", dtype=object)
        for i, tags in asked:
            answers[i] = question(tags)
        return answers

    return TagFacts(
        tag_sets=tag_sets,
        is_feature=flags(
            lambda tags: matches_filters(tags, feature_filters) or matches_names(tags, name_filters)
        ),
        is_building=flags(_is_building),
        is_address=flags(_is_address),
        is_boundary=flags(_is_boundary),
        is_area=flags(lambda tags: is_area(tags, area_keys=area_keys)),
        has_rings=np.array([tags.get("type") in _RING_TYPES for tags in tag_sets], dtype=bool),
        is_walkway=np.array([facts is not None for facts in walk_facts], dtype=bool),
        walk_facts=walk_facts,
        is_obstacle=np.array(
            [
                not walk_rules.point_keys.isdisjoint(tags) and walk_rules.blocks_step_free(tags)
                for tags in tag_sets
            ],
            dtype=bool,
        ),
        is_entrance=np.array(["entrance" in tags for tags in tag_sets], dtype=bool),
        area_layer=texts(_find_area_layer),
        line_layer=np.array([_find_line_layer(tags) for tags in tag_sets], dtype=object),
        label_kind=texts(_find_label_kind),
    )


def _judge_walkways(tag_sets: list[dict[str, str]], walk_rules: WalkRules) -> list[WalkFacts | None]:
    # Most tags (names, speed limits …) do not matter for the rule: few combinations remain.
    known: dict[tuple[tuple[str, str], ...], WalkFacts | None] = {}
    keys = frozenset(walk_rules.keys)

    def judge(tags: Tags) -> WalkFacts | None:
        if walk_rules.class_keys.isdisjoint(tags):
            return None
        combination = tuple([item for item in tags.items() if item[0] in keys])
        if combination not in known:
            walk_class = walk_rules.find_class(tags)
            known[combination] = (
                None
                if walk_class is None
                else WalkFacts(
                    walk_class, walk_rules.find_step_free(tags), format_tags(walk_rules.select_tags(tags))
                )
            )
        return known[combination]

    return [judge(tags) for tags in tag_sets]


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


def matches_names(tags: Tags, name_filters: Sequence[NameFilter]) -> bool:
    """Return whether an object of an ordinary kind is a candidate by its name."""
    name = tags.get("name")
    return name is not None and any(
        tags.get(wanted.key) in wanted.values and wanted.words.search(name) is not None
        for wanted in name_filters
    )


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
    if _find_area_layer(tags):
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


def _find_area_layer(tags: Tags) -> str:
    found = [layers.get(tags[key], "") for key, layers in _AREA_LAYERS.items() if key in tags]
    return next((layer for layer in BACKGROUND_AREA_LAYERS if layer in found), "")


def _find_line_layer(tags: Tags) -> str:
    for key, layers in _LINE_LAYERS.items():
        layer = layers.get(tags[key]) if key in tags else None
        if layer is not None:
            is_hidden = key != "highway" and tags.get("tunnel", "no") != "no"
            return "" if is_hidden or tags.get("area") == "yes" else layer
    return ""


def _find_label_kind(tags: Tags) -> str:
    kind = tags.get("place", "")
    return kind if kind in LABEL_KINDS and tags.get("name", "").strip() else ""
