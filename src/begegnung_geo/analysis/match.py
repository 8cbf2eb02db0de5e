# SPDX-License-Identifier: MIT
"""
Which records are the same place: candidate pairs, their score, and the reasons.

Names decide, and the nearer two records are, the less alike their names must be. The
threshold a pair has to reach moves with distance, address and class; `score` is where
the names stand to that threshold (0.5 is on it). Some facts forbid a match whatever
the names say: classes that are apart, two addresses within OSM, "Nord" and "Süd".
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from begegnung_geo.analysis.match_facts import (
    ANY_NUMBER,
    APART,
    KIN,
    OTHER,
    SAME,
    BoolArray,
    FloatArray,
    IntArray,
    MatchFacts,
    compare_addresses,
)
from begegnung_geo.analysis.match_names import score_any_names


@dataclass(frozen=True)
class MatchLimits:
    """The numbers of the matcher; all are judgement, tuned on labelled pairs."""

    block_m: float = 150.0
    """Farther apart nothing is compared: DOMAIN 3.3 counts a place as found within 150 m."""
    loose_block_m: float = 400.0
    """The same where one point is known to the street only."""
    address_block_m: float = 600.0
    """The same where both name one address: a coordinate in a list may be far off."""
    neighbours_max: int = 40
    """Nearest records compared with each record; keeps crowded points from growing as n²."""
    near_m: float = 30.0
    """Node and outline of one house without an overlap; also nameless records."""
    osm_gap_m: float = 40.0
    """Two OSM objects farther apart are two places: mappers draw a house once."""
    namesakes_max: int = 3
    """More records of one name in a district ("Treffpunkt"), and its row there is not asked about."""
    housemates_max: int = 2
    """More records of its kind at one address (a house of clubs), and a record is not asked about."""
    contact_m: float = 100.0
    """One phone under two names that are not alike is worth a question up to here."""


LIMITS = MatchLimits()
_SLOPE = 0.05
_REVIEW_BAND = 0.10
_FORBIDDEN_SCORE = 0.0
_RESIDENT_MARGIN = 0.02  # just above the line: still worth a look
_HOUSE_MAX_M2 = 10_000.0  # a larger outline is a campus with many houses
_DOUBTFUL_MARGIN = -0.02  # just below the line: people are asked
_CONTACT_MAX_COMPANIONS = 3
_CONTACT_NAME_MIN = 0.5
_NO_DOUBT, _OTHER_KIND, _BRANCHES, _TWO_ADDRESSES, _DISTRICT_ONLY = 0, 1, 2, 3, 4
ANSWER_WAITS = 5
"""A doubt: staff said of a record that is gone now that it and the other are one place."""
_DOUBT_WORDS = {
    _OTHER_KIND: "another kind told",
    _BRANCHES: "branches of a chain?",
    _TWO_ADDRESSES: "two addresses in one list",
    _DISTRICT_ONLY: "only its district is known",
    ANSWER_WAITS: "answered before the row was renamed?",
}


def match_places(facts: MatchFacts, *, limits: MatchLimits = LIMITS) -> pd.DataFrame:
    """
    Return all compared pairs of records with score, decision and facts.

    Parameters
    ----------
    facts
        From `build_match_facts`.
    limits
        The numbers of the matcher.

    Returns
    -------
    pairs
        One row a pair, `left` < `right` are rows of `facts`, sorted by both. `gap_m` is
        the distance of the footprints (0 where they touch), `is_inside` tells that one
        holds the other's point, `name_score` is null where a name is missing,
        `is_forbidden` marks what must never be merged.
    """
    left, right = _find_candidates(facts, limits)
    pairs = pd.DataFrame({"left": left, "right": right})
    pairs["gap_m"] = _measure_gaps(facts, left, right)
    pairs["is_inside"] = _flag_inside(facts, left, right)
    pairs["address_relation"] = compare_addresses(facts, left, right)
    reach = np.where(facts.is_loose[left] | facts.is_loose[right], limits.loose_block_m, limits.block_m)
    reach = np.where(pairs["address_relation"] > 0, limits.address_block_m, reach)
    is_afar = pairs["gap_m"] > reach
    reach = np.maximum(reach, np.maximum(facts.spread_m[left], facts.spread_m[right]))
    pairs["is_afar"] = is_afar & (facts.sources[left] != facts.sources[right])
    pairs = pairs[(pairs["gap_m"] <= reach) & (pairs["is_afar"] | ~is_afar)].reset_index(drop=True)
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    pairs["class_relation"] = facts.relate_classes(left, right)
    websites = facts.websites
    pairs["same_website"] = (websites[left] != "") & (websites[left] == websites[right])
    pairs["same_contact"] = _flag_contacts(facts, left, right)
    pairs["name_score"], pairs["shares_rare_word"] = score_any_names(facts, pairs)
    pairs["is_forbidden"] = _flag_forbidden(facts, pairs, limits)
    margin = _measure_margin(facts, pairs, limits)
    doubt = _find_doubts(facts, pairs)
    pairs["doubt"] = np.where((doubt == _NO_DOUBT) & pairs["is_afar"], _DISTRICT_ONLY, doubt)
    margin = np.where(pairs["doubt"] > 0, np.minimum(margin, _DOUBTFUL_MARGIN), margin)
    pairs["score"] = np.where(pairs["is_forbidden"], _FORBIDDEN_SCORE, 1 / (1 + np.exp(-margin / _SLOPE)))
    pairs["score"] = pairs["score"].round(4)
    is_same = (margin >= 0) & ~pairs["is_forbidden"]
    is_review = (
        (margin >= -np.where(pairs["class_relation"] == SAME, _REVIEW_BAND, _REVIEW_BAND / 2))
        & ~pairs["is_forbidden"]
        & (pairs["class_relation"] >= KIN)
        & pairs["name_score"].notna()
    )
    # One phone and one kind under two names: rename or mistake, people can tell; farther
    # apart it is the phone of an office that runs both.
    is_review |= (
        pairs["same_contact"]
        & (pairs["class_relation"] == SAME)
        & ((pairs["gap_m"] <= limits.contact_m) | (pairs["name_score"] >= _CONTACT_NAME_MIN))
        & ~pairs["is_forbidden"]
        & pairs["name_score"].notna()
    )
    # Two names in one house may be one place renamed, or a name and its letters (DKH): people can tell.
    is_review |= _flag_housemates(facts, pairs, limits) & ~pairs["is_forbidden"]
    pairs["decision"] = np.where(is_same, "same", np.where(is_review, "review", "different"))
    return pairs


def describe_pairs(pairs: pd.DataFrame) -> list[list[str]]:
    """Return the reasons of each pair in plain words."""
    relations = {APART: "classes apart", OTHER: "other class", KIN: "kindred class", SAME: "same class"}
    columns = [
        "is_forbidden", "name_score", "gap_m", "is_inside", "class_relation", "address_relation",
        "same_website", "same_contact", "doubt", "is_asked",
    ]  # fmt: skip
    reasons = []
    for forbidden, name, gap, inside, relation, address, website, contact, doubt, asked in zip(
        *(pairs[column].tolist() for column in columns), strict=True
    ):
        words = ["decided by staff"] if asked else ["must not be one"] if forbidden else []
        if name == name:  # noqa: PLR0124  not NaN
            words.append(f"names alike {name:.2f}")
        elif not asked:
            words.append("a name is missing")
        words.append("one inside the other" if inside else f"{gap:.0f} m apart")
        words.append(relations[relation])
        if address:
            words.append("same address" if address > 0 else "other address")
        if website:
            words.append("same website")
        if contact:
            words.append("same phone or mail")
        if doubt:
            words.append(_DOUBT_WORDS[doubt])
        reasons.append(words)
    return reasons


def _find_candidates(facts: MatchFacts, limits: MatchLimits) -> tuple[IntArray, IntArray]:
    count = len(facts.xy)
    if count < 2:  # noqa: PLR2004  a pair needs two
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    tree = cKDTree(facts.xy)
    found = [_query_near(tree, facts.xy, np.arange(count), radius=limits.block_m, limits=limits)]
    loose = np.flatnonzero(facts.is_loose)
    found.append(_query_near(tree, facts.xy[loose], loose, radius=limits.loose_block_m, limits=limits))
    areas = np.flatnonzero(facts.is_area)
    if len(areas):
        shapes = shapely.STRtree(facts.shapes[areas])
        inside, held = shapes.query(shapely.points(facts.xy), predicate="dwithin", distance=limits.near_m)
        found.append((inside, areas[held]))
    found += [_pair_addresses(facts, limits), *_pair_namesakes(facts, limits)]
    one = np.concatenate([pair[0] for pair in found])
    other = np.concatenate([pair[1] for pair in found])
    low, high = np.minimum(one, other), np.maximum(one, other)
    keys = np.sort((low * count + high)[low != high])
    keys = keys[np.append(True, np.diff(keys) > 0)[: len(keys)]]
    return keys // count, keys % count


def _pair_addresses(facts: MatchFacts, limits: MatchLimits) -> tuple[IntArray, IntArray]:
    known = np.flatnonzero((facts.streets != "") & (facts.house_from != ANY_NUMBER))
    houses = pd.DataFrame({"street": facts.streets[known], "number": facts.house_from[known], "row": known})
    # A shopping centre's tenants are near each other anyway.
    crowd = houses.groupby(["street", "number"])["row"].transform("size")
    houses = houses[(crowd > 1) & (crowd <= limits.neighbours_max)]
    pairs = houses.merge(houses, on=["street", "number"])
    return pairs["row_x"].to_numpy(dtype=np.int64), pairs["row_y"].to_numpy(dtype=np.int64)


def _pair_namesakes(facts: MatchFacts, limits: MatchLimits) -> list[tuple[IntArray, IntArray]]:
    """Return rows known by their district only beside records in it that bear their name."""
    vague = np.flatnonzero(facts.spread_m > 0)
    found = []
    for names in (facts.cores[: len(facts.xy)], facts.compact[: len(facts.xy)]):
        rows = pd.DataFrame({"name": names, "row": np.arange(len(names))})
        rows = rows[rows["name"] != ""]
        pairs = rows[rows["row"].isin(vague)].merge(rows, on="name")
        one, other = pairs["row_x"].to_numpy(dtype=np.int64), pairs["row_y"].to_numpy(dtype=np.int64)
        away = np.hypot(*(facts.xy[one] - facts.xy[other]).T)
        is_asked = (away <= facts.spread_m[one]) & (facts.sources[one] != facts.sources[other])
        is_asked &= facts.relate_classes(one, other) >= KIN
        one, other = one[is_asked], other[is_asked]
        is_rare = np.bincount(one, minlength=len(names))[one] <= limits.namesakes_max
        found.append((one[is_rare], other[is_rare]))
    return found


def _query_near(
    tree: cKDTree, xy: FloatArray, rows: IntArray, *, radius: float, limits: MatchLimits
) -> tuple[IntArray, IntArray]:
    wanted = min(limits.neighbours_max + 1, tree.n)
    _, near = tree.query(xy, k=np.arange(1, wanted + 1), distance_upper_bound=radius)
    one = np.repeat(rows, wanted)
    other = near.reshape(-1)
    is_found = other < tree.n
    return one[is_found], other[is_found].astype(np.int64)


def _measure_gaps(facts: MatchFacts, left: IntArray, right: IntArray) -> FloatArray:
    gaps = np.hypot(*(facts.xy[left] - facts.xy[right]).T)
    drawn = facts.is_area[left] | facts.is_area[right]
    gaps[drawn] = shapely.distance(facts.shapes[left[drawn]], facts.shapes[right[drawn]])
    return np.asarray(np.round(gaps, 1))


def _flag_inside(facts: MatchFacts, left: IntArray, right: IntArray) -> BoolArray:
    # Touching outlines (a terrace) are no containment: a point must lie in the other's outline.
    inside = np.zeros(len(left), dtype=bool)
    for point_of, area_of in ((left, right), (right, left)):
        drawn = np.flatnonzero(facts.is_area[area_of])
        points = facts.xy[point_of[drawn]]
        inside[drawn] |= shapely.intersects_xy(facts.shapes[area_of[drawn]], points[:, 0], points[:, 1])
    return inside


def _flag_contacts(facts: MatchFacts, left: IntArray, right: IntArray) -> BoolArray:
    # A number that half the street shares is its carrier's, or a key that came about twice.
    shares = np.zeros(len(left), dtype=bool)
    filled = np.array([bool(keys) for keys in facts.contacts], dtype=bool)
    asked = np.flatnonzero(filled[left] & filled[right])
    pairs = zip(facts.contacts[left[asked]], facts.contacts[right[asked]], strict=True)
    shares[asked] = [not one.isdisjoint(other) for one, other in pairs]
    return _drop_crowded(shares, pairs_of=(left, right), companions_max=_CONTACT_MAX_COMPANIONS)


def _flag_housemates(facts: MatchFacts, pairs: pd.DataFrame, limits: MatchLimits) -> BoolArray:
    """Return pairs of two sources that share address and kind, of houses with few such records."""
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    is_near = (pairs["gap_m"] <= limits.near_m) & (pairs["class_relation"] >= KIN)
    mates = is_near & (pairs["address_relation"] > 0) & (facts.sources[left] != facts.sources[right])
    mates &= pairs["name_score"].notna() & ~(facts.is_trade[left] | facts.is_trade[right])
    flags = np.array(mates, dtype=bool)
    return _drop_crowded(flags, pairs_of=(left, right), companions_max=limits.housemates_max)


def _drop_crowded(flags: BoolArray, *, pairs_of: tuple[IntArray, IntArray], companions_max: int) -> BoolArray:
    """Return the flagged pairs without those of a record that has more such companions."""
    left, right = pairs_of
    if not len(left):
        return flags
    companions = np.bincount(
        np.concatenate([left[flags], right[flags]]), minlength=int(max(left.max(), right.max())) + 1
    )
    is_crowded = companions > companions_max
    return np.asarray(flags & ~is_crowded[left] & ~is_crowded[right], dtype=bool)


def _flag_forbidden(facts: MatchFacts, pairs: pd.DataFrame, limits: MatchLimits) -> BoolArray:
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    both_osm = facts.is_osm[left] & facts.is_osm[right]
    forbidden = np.array(pairs["class_relation"] == APART, dtype=bool)
    forbidden |= both_osm & (pairs["gap_m"] > limits.osm_gap_m).to_numpy(dtype=bool)
    forbidden |= both_osm & (pairs["address_relation"] < 0).to_numpy(dtype=bool)
    marks_left, marks_right = facts.marks[left], facts.marks[right]
    is_two = (marks_left != 0) & (marks_right != 0) & ((marks_left & marks_right) == 0)
    forbidden |= is_two.any(axis=1)
    return forbidden


def _find_doubts(facts: MatchFacts, pairs: pd.DataFrame) -> IntArray:
    """Return why pairs may be two whatever their names say: branches, a café and a pub, two addresses."""
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    address = pairs["address_relation"].to_numpy()
    one_house = (address > 0) | pairs["is_inside"].to_numpy(dtype=bool)
    has_key = (pairs["same_website"] | pairs["same_contact"]).to_numpy(dtype=bool)
    doubts_left, doubts_right = facts.doubts[left], facts.doubts[right]
    differs = ((doubts_left != 0) & (doubts_right != 0) & ((doubts_left & doubts_right) == 0)).any(axis=1)
    # "Kleiderkammer St. Anna" beside the parish hall "St. Anna": kindred classes, but one names its own kind.
    names_kind = (doubts_left[:, 0] != 0) != (doubts_right[:, 0] != 0)
    differs |= names_kind & (pairs["class_relation"] < SAME).to_numpy(dtype=bool)
    # Branches share their website and often their phone, so those tell nothing about them.
    is_trade = facts.is_trade[left] & facts.is_trade[right]
    one_source = facts.sources[left] == facts.sources[right]
    branches = is_trade & ((one_source & (pairs["gap_m"] > 0).to_numpy(dtype=bool)) | (address < 0))
    # Where only the district is known both stand at its middle: 0 m apart says nothing.
    both_loose = facts.is_loose[left] & facts.is_loose[right]
    same_point = both_loose & (pairs["gap_m"] == 0).to_numpy(dtype=bool)
    two_rows = one_source & same_point & (address < 0) & ~(facts.is_osm[left] | has_key)
    named = pairs["name_score"].notna().to_numpy(dtype=bool)
    reasons = [_OTHER_KIND, _BRANCHES, _TWO_ADDRESSES]
    doubts = np.select([differs & ~has_key, branches, two_rows], reasons, _NO_DOUBT)
    return np.where(named & ~one_house, doubts, _NO_DOUBT)


def _flag_residents(facts: MatchFacts, pairs: pd.DataFrame) -> BoolArray:
    """Return pairs of one class and one rare word of which one lies in the house of the other."""
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    area = np.zeros(len(facts.xy))
    area[facts.is_area] = shapely.area(facts.shapes[facts.is_area])
    in_house = pairs["is_inside"] & (np.maximum(area[left], area[right]) <= _HOUSE_MAX_M2)
    # "Theater im Depot" is a tenant of "Kulturfabrik Depot".
    same_kind = (facts.doubts[left] == facts.doubts[right]).all(axis=1)
    return np.asarray(in_house & pairs["shares_rare_word"] & same_kind, dtype=bool)


def _measure_margin(facts: MatchFacts, pairs: pd.DataFrame, limits: MatchLimits) -> FloatArray:
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    gap = pairs["gap_m"].to_numpy()
    relation, address = pairs["class_relation"].to_numpy(), pairs["address_relation"].to_numpy()
    needed = np.interp(gap, [0, 30, 80, 150, 400], [0.70, 0.74, 0.82, 0.88, 0.93])
    needed += np.select([address > 0, address < 0], [-0.10, 0.10], 0.0)
    needed += np.select([relation == SAME, relation == KIN], [0.0, 0.04], 0.16)
    has_key = (pairs["same_website"] | pairs["same_contact"]).to_numpy(dtype=bool)
    needed -= np.where(has_key & (gap <= limits.block_m / 2), 0.12, 0.0)
    both_osm = facts.is_osm[left] & facts.is_osm[right]
    same_list = (facts.sources[left] == facts.sources[right]) & ~both_osm
    needed += np.where(same_list, 0.06, 0.0) + np.where(both_osm & (gap > 0), 0.08, 0.0)
    margin = pairs["name_score"].to_numpy() - needed
    is_resident = _flag_residents(facts, pairs)
    margin = np.where(is_resident, np.maximum(margin, _RESIDENT_MARGIN), margin)
    # A nameless record joins one of its own class that it lies in or beside.
    is_nameless = np.isnan(margin)
    # Two vacant shops stand side by side as often as not.
    both_vacant = facts.is_vacancy[left] & facts.is_vacancy[right]
    close = pairs["is_inside"].to_numpy() | ((gap <= limits.near_m) & ~both_vacant & ~same_list)
    joins = (relation == SAME) & close & (address >= 0)
    nameless = np.where(joins, 0.08 - 0.002 * gap, -1.0)
    return np.where(is_nameless, nameless, margin)
