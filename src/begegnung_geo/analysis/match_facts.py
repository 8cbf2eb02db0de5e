# SPDX-License-Identifier: MIT
"""What is compared about a place: name, address, website, class and footprint, made plain."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from begegnung_geo.analysis.address_text import normalise_street
from begegnung_geo.analysis.names import (
    find_core,
    find_doubts,
    find_marks,
    fold_text,
    fold_word,
    normalise_name,
)
from begegnung_geo.category_rules import CategoryRules

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
ObjectArray = npt.NDArray[np.object_]

APART, OTHER, KIN, SAME = 0, 1, 2, 3
"""How two classes stand to each other, from never one place to the same class."""
MARK_KINDS, DOUBT_KINDS = 7, 2
"""How many sorts of marks and of doubts a name has: see `find_marks` and `find_doubts`."""
ANY_NUMBER = -1
"""First house number of an address that has none, or none that can be read."""

_HOUSE_NUMBERS = re.compile(r"(\d{1,4})\s*([a-z]?)(?:\s*[-–/]\s*(\d{1,4}))?", re.IGNORECASE)
_URL_START = re.compile(r"^(https?://)?(www\.)?", re.IGNORECASE)
_WEBSITE_KEYS = ("website", "url", "homepage", "link", "internet")
_WEBSITE_MAX_PLACES = 4
_ALIAS_KEYS = ("alt_name", "short_name", "official_name", "loc_name", "old_name")
_TRADE = "A"  # group of cafés, shops and halls: two of one name are branches of a chain
_TASTES_OF_TAGS = {
    '"amenity": "pub"': "gaststaette",
    '"amenity": "bar"': "bar restaurant",
    '"amenity": "cafe"': "cafe restaurant imbiss",
    '"amenity": "ice_cream"': "eiscafe",
}
_LOOSE_PRECISIONS = ("neighbour", "street", "site", "district", "unknown")


@dataclass(frozen=True)
class MatchFacts:
    """
    One value a place, in the order of the places.

    `names`, `cores`, `compact` and `folded` (every word as written) are empty text where there is no
    name; behind those of the places stand the other names that OSM tells, of the places in
    `alias_of`. `marks` are bits of words that keep names apart and `doubts` of those that make
    them doubtful, a column a sort; `streets` and `websites` are empty where unknown;
    `house_from`/`house_to` bound the house number, `ANY_NUMBER` where unknown. `shapes`
    are the footprints, else the points; `contacts` are sets of contact keys; `localities`
    are the words of the names of town and districts, as words of a core; `spread_m` is how
    far from its point a place may lie of which only the district is known, else 0.
    """

    place_ids: ObjectArray
    sources: ObjectArray
    is_osm: BoolArray
    xy: FloatArray
    shapes: ObjectArray
    is_area: BoolArray
    names: ObjectArray
    cores: ObjectArray
    compact: ObjectArray
    folded: ObjectArray
    alias_of: IntArray
    marks: IntArray
    doubts: IntArray
    streets: ObjectArray
    house_from: IntArray
    house_to: IntArray
    house_letters: ObjectArray
    websites: ObjectArray
    contacts: ObjectArray
    class_codes: IntArray
    class_relation: IntArray
    is_vacancy: BoolArray
    is_trade: BoolArray
    is_loose: BoolArray
    spread_m: FloatArray
    localities: frozenset[str]

    def relate_classes(self, left: IntArray, right: IntArray) -> IntArray:
        """Return APART, OTHER, KIN or SAME for pairs of rows."""
        return np.asarray(self.class_relation[self.class_codes[left], self.class_codes[right]])


def build_match_facts(
    places: gpd.GeoDataFrame,
    rules: CategoryRules,
    footprints: gpd.GeoDataFrame | None,
    *,
    contact_keys: Mapping[str, Sequence[str]] | None = None,
    localities: Sequence[str] = (),
) -> MatchFacts:
    """
    Return what `match_places` compares.

    Parameters
    ----------
    places
        Table `places`, sorted by `place_id`: Point, metric CRS.
    rules
        Rules and classes: which classes are kin or apart.
    footprints
        Table `osm_features` for the drawn outlines of OSM places; None compares points.
    contact_keys
        Keys of phones and mail addresses by `place_id`, from the tables that were read.
    localities
        Names of the town and of its districts; the cities of the addresses are added.
    """
    alias_of, aliases = _list_aliases(places)
    written = pd.concat([places[["name", "operator"]], aliases], ignore_index=True)
    names, cores, marks, doubts = _spell_names(written)
    marks, doubts = marks[: len(places)], doubts[: len(places)]
    folded = {name: fold_text(name) for name in written["name"].dropna().unique()}
    is_trade = places["class"].map({key: one.group == _TRADE for key, one in rules.classes.items()})
    _add_tastes_of_tags(doubts, places, is_trade=is_trade.to_numpy(dtype=bool))
    shapes, is_area = _find_shapes(places, footprints)
    house_from, house_to, letters = _split_house_numbers(places["house_number"])
    keys = sorted(rules.classes)
    points = places.geometry.to_numpy()
    return MatchFacts(
        place_ids=places["place_id"].to_numpy(dtype=object),
        sources=places["source"].to_numpy(dtype=object),
        is_osm=(places["source"] == "osm").to_numpy(dtype=bool),
        xy=np.column_stack([shapely.get_x(points), shapely.get_y(points)]),
        shapes=shapes,
        is_area=is_area,
        names=names,
        cores=cores,
        compact=_as_objects([name.replace(" ", "") for name in names]),
        folded=_as_objects([folded.get(name, "") for name in written["name"].tolist()]),
        alias_of=alias_of,
        marks=marks,
        doubts=doubts,
        streets=_as_objects(normalise_street(places["street"]).fillna("").tolist()),
        house_from=house_from,
        house_to=house_to,
        house_letters=letters,
        websites=_list_websites(places["fields"]),
        contacts=_as_objects([frozenset((contact_keys or {}).get(one, ())) for one in places["place_id"]]),
        class_codes=np.array([keys.index(key) for key in places["class"]], dtype=np.int64),
        class_relation=_relate_classes(rules, keys),
        is_vacancy=(places["class"] == "vacancy").to_numpy(dtype=bool),
        is_trade=is_trade.to_numpy(dtype=bool),
        is_loose=places["precision"].isin(_LOOSE_PRECISIONS).to_numpy(dtype=bool),
        spread_m=places["position_error_m"]
        .where(places["precision"] == "district", 0.0)
        .fillna(0.0)
        .to_numpy(),
        localities=_list_localities([*localities, *places["city"].dropna().unique()]),
    )


def compare_addresses(facts: MatchFacts, left: IntArray, right: IntArray) -> IntArray:
    """
    Return 1 for one address, -1 for two addresses, 0 where that cannot be told.

    Two addresses need a street and a readable number each; "12" and "12 a" may be one
    house, "12 a" and "12 b" are two; ranges that overlap are one.
    """
    has_both = (facts.streets[left] != "") & (facts.streets[right] != "")
    same_street = has_both & (facts.streets[left] == facts.streets[right])
    numbered = (facts.house_from[left] != ANY_NUMBER) & (facts.house_from[right] != ANY_NUMBER)
    overlap = (facts.house_from[left] <= facts.house_to[right]) & (
        facts.house_from[right] <= facts.house_to[left]
    )
    letters_left, letters_right = facts.house_letters[left], facts.house_letters[right]
    two_letters = (letters_left != "") & (letters_right != "") & (letters_left != letters_right)
    is_one = same_street & numbered & overlap & ~two_letters
    is_two = has_both & numbered & ~is_one
    return np.where(is_one, 1, np.where(is_two, -1, 0))


def _list_aliases(places: gpd.GeoDataFrame) -> tuple[IntArray, pd.DataFrame]:
    """Return the other names of OSM places, and the rows they belong to; a name told twice is one."""
    is_osm = (places["source"] == "osm").to_numpy(dtype=bool)
    found = []
    for row in np.flatnonzero(is_osm):
        text = places["fields"].iloc[row]
        if any(f'"{key}"' in text for key in _ALIAS_KEYS):
            tags = json.loads(text)
            told = [str(tags.get(key, "")).split(";") for key in _ALIAS_KEYS]
            names = dict.fromkeys(name.strip() for part in told for name in part)
            found += [(row, name) for name in names if name and name != places["name"].iloc[row]]
    aliases = pd.DataFrame({"name": [name for _, name in found], "operator": None}).astype("str")
    return np.array([row for row, _ in found], dtype=np.int64), aliases


def _spell_names(places: pd.DataFrame) -> tuple[ObjectArray, ObjectArray, IntArray, IntArray]:
    spelt: dict[str, str] = {name: normalise_name(name) for name in places["name"].dropna().unique()}
    core_of = {name: find_core(name) for name in set(spelt.values())}
    normalised = []
    for name, operator in zip(places["name"].tolist(), places["operator"].tolist(), strict=True):
        words = spelt.get(name, "")
        # "Vereinsheim" alone could be anybody's; with its operator it is that of TuS Stockum.
        if words and not core_of[words] and isinstance(operator, str):
            words = normalise_name(f"{name} {operator}")
            core_of.setdefault(words, find_core(words))
        normalised.append(words)
    mark_of = {words: find_marks(words) for words in set(normalised)}
    doubt_of = {words: find_doubts(words) for words in mark_of}
    cores = _as_objects([core_of.get(words, "") for words in normalised])
    marks = np.array([mark_of[words] for words in normalised], dtype=np.int64).reshape(-1, MARK_KINDS)
    doubts = np.array([doubt_of[words] for words in normalised], dtype=np.int64).reshape(-1, DOUBT_KINDS)
    return _as_objects(normalised), cores, marks, doubts


def _add_tastes_of_tags(doubts: IntArray, places: gpd.GeoDataFrame, *, is_trade: BoolArray) -> None:
    """Give names of inns that tell no kind the kind of their tag; "restaurant" is too loosely used."""
    is_untold = (places["source"] == "osm").to_numpy(dtype=bool) & is_trade & (doubts[:, -1] == 0)
    rows = np.flatnonzero(is_untold)
    tags = places["fields"].iloc[rows]
    for tag, words in _TASTES_OF_TAGS.items():
        doubts[rows[tags.str.contains(tag, regex=False).to_numpy(dtype=bool)], -1] = find_doubts(words)[-1]


def _list_localities(names: Sequence[str]) -> frozenset[str]:
    return frozenset(fold_word(word) for name in names for word in normalise_name(name).split())


def _split_house_numbers(numbers: "pd.Series[str]") -> tuple[IntArray, IntArray, ObjectArray]:
    split: dict[object, tuple[int, int, str]] = {}
    for text in numbers.dropna().unique():
        match = _HOUSE_NUMBERS.search(text)
        if match is not None:
            first = int(match[1])
            split[text] = (first, max(first, int(match[3] or first)), match[2].casefold())
    rows = [split.get(text, (ANY_NUMBER, ANY_NUMBER, "")) for text in numbers.tolist()]
    bounds = np.array([row[:2] for row in rows], dtype=np.int64).reshape(-1, 2)
    return bounds[:, 0], bounds[:, 1], _as_objects([row[2] for row in rows])


def _list_websites(fields: "pd.Series[str]") -> ObjectArray:
    # A page that many places share is that of their city or chain and tells nothing.
    websites = []
    for text in fields.tolist():
        website = ""
        if any(key in text for key in _WEBSITE_KEYS):
            row = {key.casefold(): value for key, value in json.loads(text).items()}
            website = next((str(row[key]) for key in _WEBSITE_KEYS if row.get(key)), "")
        websites.append(_URL_START.sub("", website).casefold().rstrip("/"))
    found = pd.Series(websites, dtype="str")
    is_rare = found.map(found.value_counts()).to_numpy() <= _WEBSITE_MAX_PLACES
    return np.where(is_rare, _as_objects(websites), "").astype(object)


def _find_shapes(
    places: gpd.GeoDataFrame, footprints: gpd.GeoDataFrame | None
) -> tuple[ObjectArray, BoolArray]:
    shapes = np.array(places.geometry, dtype=object)
    is_area = np.zeros(len(places), dtype=bool)
    if footprints is None or footprints.empty:
        return shapes, is_area
    areas = footprints[footprints.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy(dtype=bool)]
    is_osm = (places["source"] == "osm").to_numpy(dtype=bool)
    outlines = np.array(areas.set_index("source_id").geometry.reindex(places["source_id"]), dtype=object)
    is_area = is_osm & np.array([outline is not None for outline in outlines], dtype=bool)
    shapes[is_area] = outlines[is_area]
    return shapes, is_area


def _relate_classes(rules: CategoryRules, keys: list[str]) -> IntArray:
    relation = np.full((len(keys), len(keys)), OTHER, dtype=np.int64)
    for row, one in enumerate(keys):
        for column, other in enumerate(keys):
            left, right = rules.classes[one], rules.classes[other]
            if row == column:
                relation[row, column] = SAME
            elif other in left.apart or one in right.apart:
                relation[row, column] = APART
            elif left.families & right.families:
                relation[row, column] = KIN
    return relation


def _as_objects(values: Sequence[object]) -> ObjectArray:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array
