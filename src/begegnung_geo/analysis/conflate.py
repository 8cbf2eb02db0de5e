# SPDX-License-Identifier: MIT
"""From `places` to `begegnungsorte`: records of one place become one, no id is lost."""

import re
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from begegnung_geo.analysis.clusters import build_groups
from begegnung_geo.analysis.match import ANSWER_WAITS, describe_pairs, match_places
from begegnung_geo.analysis.match_facts import APART, KIN, OTHER, MatchFacts, build_match_facts
from begegnung_geo.analysis.place_ids import pick_ids
from begegnung_geo.analysis.place_rows import CLASS_GIVEN
from begegnung_geo.analysis.review import find_successors
from begegnung_geo.analysis.row_counts import RowCount, count_members
from begegnung_geo.category_rules import CategoryRules
from begegnung_geo.crs import require_crs, require_known_crs
from begegnung_geo.issues import IssueCode, concat_issues, count_issue
from begegnung_geo.profile import Coverage

MATCH_COLUMNS = (
    "place_id_a", "place_id_b", "score", "decision", "is_merged", "name_score", "gap_m", "class_relation",
    "address_relation", "reasons",
)  # fmt: skip
_RELATIONS = np.array(["apart", "other", "kin", "same"], dtype=object)
_ADDRESSES = np.array(["different", "unknown", "same"], dtype=object)
_WORTH_KEEPING = 0.02
_DIGITS = re.compile(r"\d+")
_PRECISIONS_BY_TRUST = ("hand", "object", "house", "neighbour", "street", "site", "district", "unknown")
_PRECISION_ORDER = {precision: rank for rank, precision in enumerate(_PRECISIONS_BY_TRUST)}
_HOUSE_AREA_M2 = (20.0, 10_000.0)  # an outline between a hut and a campus marks the door best
_SINGLES = ("opening_hours", "wheelchair", "operator")
_ADDRESS = ("street", "house_number", "postcode", "city")


def conflate_places(
    places: gpd.GeoDataFrame,
    *,
    rules: CategoryRules,
    coverage: Coverage,
    footprints: gpd.GeoDataFrame | None = None,
    contact_keys: Mapping[str, Sequence[str]] | None = None,
    reviews: pd.DataFrame | None = None,
    known_ids: pd.DataFrame | None = None,
    source_order: Sequence[str] = (),
    localities: Sequence[str] = (),
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Merge the records of one place.

    Parameters
    ----------
    places
        Table `places` of all sources: Point, metric CRS, one row a record.
    rules
        Rules and classes: which classes may be one place.
    coverage
        Which standing counts as supply.
    footprints
        Table `osm_features` for the outlines of OSM places; without it points are compared.
    contact_keys
        Keys of phones and mail addresses by `place_id`: compared, and in no table that comes out.
    reviews
        Answers of staff that hold against every score: columns `place_id_a`,
        `place_id_b`, `answer` ("same" or "different").
    known_ids
        Ids that records had before, from `join_known_ids`: kept.
    source_order
        Source keys in order of age, `osm` first by itself; decides ids and ties. Sources
        that are not named follow in alphabetical order.
    localities
        Names of the town and of its districts: in the name of a place they tell little.

    Returns
    -------
    begegnungsorte
        Table `begegnungsorte` without district and snap columns: Point, same CRS, sorted
        by `begegnungsort_id`. `place_ids` holds every record once, the leading one
        first: best evidence, then a name, then the source order. Class and standing are
        the leading record's; where that names its class and nothing within it, standing
        comes from the first record of the class that does. Every other column comes from
        the first record that has it, the address as a whole. `is_counted` as `coverage`
        says, never for a class of standing potential.
    matches
        One row a pair worth a look, best score first: `decision` same, review or
        different, `is_merged`, and the reasons in words.
    """
    records = places.sort_values("place_id", kind="stable", ignore_index=True)
    facts = build_match_facts(records, rules, footprints, contact_keys=contact_keys, localities=localities)
    pairs = _ask_reviews(match_places(facts), records["place_id"], reviews, xy=facts.xy)
    pairs = _ask_anew(pairs, records, reviews, facts=facts)
    groups = build_groups(
        pairs,
        np.where(facts.spread_m[:, np.newaxis] > 0, np.nan, facts.xy),
        classes=records["class"],
        apart_classes={key: entry.apart for key, entry in rules.classes.items()},
    )
    merged = _merge_records(records, groups, known_ids=known_ids, source_order=source_order)
    merged["is_counted"] = flag_counted(merged, coverage)
    begegnungsorte = gpd.GeoDataFrame(
        merged.sort_values("begegnungsort_id", ignore_index=True), geometry="geometry", crs=places.crs
    )
    return begegnungsorte, _build_matches(pairs, records["place_id"], groups)


def flag_counted(begegnungsorte: pd.DataFrame, coverage: Coverage) -> "pd.Series[bool]":
    """
    Return which places count as supply: their standing, or everyday ones free of the duty to consume.

    A place of which only the district is known does not: nobody can walk "somewhere there".
    """
    standing = begegnungsorte["standing"]
    is_free = begegnungsorte["consumption_free"] == "yes"
    is_meant = standing.isin(coverage.counted_standing) | (
        standing.isin(coverage.counted_if_consumption_free) & is_free
    )
    return is_meant & (begegnungsorte["precision"] != "district")


def split_by_city(
    begegnungsorte: gpd.GeoDataFrame, city_area: gpd.GeoDataFrame, *, buffer_m: float
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame, tuple[RowCount, ...]]:
    """
    Part the meeting places of the city from those of its neighbours.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte`: Point, metric CRS.
    city_area
        Table `city_area`: one area, same CRS. A place on its border is inside.
    buffer_m
        How far beyond the border a place still counts as supply, in metres.

    Returns
    -------
    inside
        The city's own.
    neighbours
        Those beyond the border within `buffer_m`.
    issues
        One line a source with the number of records farther out, which are left out.
    counts
        The same records, as rejected.

    Raises
    ------
    CrsError
        If the two tables are not in the same CRS.
    """
    crs = require_known_crs(begegnungsorte, name="table begegnungsorte")
    require_crs(city_area, crs, name="table city_area")
    area = shapely.union_all(np.array(city_area.geometry, dtype=object))
    distance = shapely.distance(np.array(begegnungsorte.geometry, dtype=object), area)
    is_inside = distance == 0
    is_near = ~is_inside & (distance <= buffer_m)
    counts = count_members(begegnungsorte[~is_inside & ~is_near], reason="outside")
    issues = [
        count_issue(
            count.source,
            IssueCode.PLACE_OUTSIDE,
            count=count.rejected,
            text=f"outside the study area and its surroundings of {buffer_m:.0f} m; left out",
        )
        for count in counts
    ]
    return (
        begegnungsorte[is_inside].reset_index(drop=True),
        begegnungsorte[is_near].reset_index(drop=True),
        concat_issues(issues),
        counts,
    )


def rank_records(places: pd.DataFrame, *, source_order: Sequence[str] = ()) -> pd.DataFrame:
    """
    Return the order of precedence of records, one column a criterion.

    `lead` decides who leads and whose attributes are taken: evidence, then a name, then
    the order of the sources, then the OSM id. `origin` decides the id and does not look
    at what may change: the order of the sources, then the OSM id.
    """
    order = {source: rank for rank, source in enumerate(dict.fromkeys(("osm", *source_order)))}
    later = {
        source: len(order) + rank for rank, source in enumerate(sorted(set(places["source"]) - set(order)))
    }
    source_rank = places["source"].map(order | later).astype("int64")
    natural = places["source_id"].map(_pad_digits)
    origin = pd.DataFrame({"rank": source_rank, "natural": natural}).sort_values(["rank", "natural"]).index
    lead = pd.DataFrame(
        {
            "evidence": places["evidence"],
            "nameless": places["name"].isna(),
            "rank": source_rank,
            "natural": natural,
        }
    ).sort_values(["evidence", "nameless", "rank", "natural"])
    ranks = pd.DataFrame(index=places.index)
    ranks["origin"] = pd.Series(np.arange(len(places)), index=origin)
    ranks["lead"] = pd.Series(np.arange(len(places)), index=lead.index)
    return ranks


def _merge_records(
    records: gpd.GeoDataFrame,
    groups: npt.NDArray[np.int64],
    *,
    known_ids: pd.DataFrame | None,
    source_order: Sequence[str],
) -> pd.DataFrame:
    ranks = rank_records(records, source_order=source_order)
    rows = pd.DataFrame(records).assign(group=groups, origin=ranks["origin"], lead=ranks["lead"])
    rows = rows.sort_values(["group", "lead"], kind="stable", ignore_index=True)
    leads = rows.drop_duplicates("group").set_index("group")
    firsts = rows.groupby("group")[["name", *_SINGLES]].first()
    merged = leads[["class", "evidence"]].join(firsts)
    merged["standing"] = order_for_standing(rows).drop_duplicates("group").set_index("group")["standing"]
    free = rows[rows["consumption_free"] != "unknown"].drop_duplicates("group").set_index("group")
    merged["consumption_free"] = (
        free["consumption_free"].reindex(merged.index).fillna("unknown").astype("str")
    )
    addressed = order_for_address(rows).drop_duplicates("group").set_index("group")
    placed = order_for_point(rows).drop_duplicates("group").set_index("group")
    merged = merged.join(addressed[list(_ADDRESS)]).join(
        placed[["precision", "position_error_m", "geometry"]]
    )
    starts = np.flatnonzero(~rows["group"].duplicated())
    members = [ids.tolist() for ids in np.split(rows["place_id"].to_numpy(dtype=object), starts[1:])]
    merged["place_ids"] = pd.Series(members[: len(starts)], index=merged.index, dtype=object)
    merged["begegnungsort_id"] = pick_ids(rows[["place_id", "group", "origin"]], known_ids)
    for column in ("name", *_SINGLES, *_ADDRESS):
        merged[column] = merged[column].astype("str")
    return merged.reset_index(drop=True)


def order_for_standing(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return records (columns of `places`, `group`, `lead`) so that the first of a group gives its standing.

    A list that says "culture" has not said whether a theatre or a cultural centre is meant; a
    record of the same class that knows goes before it. A potential one does not: that nobody
    knows whether a place still operates takes nothing from the list that leads.
    """
    leads = rows.sort_values(["group", "lead"], kind="stable").drop_duplicates("group").set_index("group")
    is_open = (rows["group"].map(leads["rule_id"]) == CLASS_GIVEN).astype(bool)  # also of no rows at all
    knows = (rows["class"] == rows["group"].map(leads["class"])).astype(bool) & (
        rows["rule_id"] != CLASS_GIVEN
    )
    knows &= rows["standing"] != "potential"
    return rows.assign(mute=~(is_open & knows)).sort_values(["group", "mute", "lead"], kind="stable")


def order_for_address(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return records (columns of `places`, `group`, `lead`) so that the first of a group gives its address.

    An address is taken as a whole: street and number of two sources would be a third house.
    """
    lack = rows["street"].isna().astype("int64") * 2 + rows["house_number"].isna()
    return rows.assign(lack=lack).sort_values(["group", "lack", "lead"], kind="stable")


def order_for_point(rows: pd.DataFrame) -> pd.DataFrame:
    """Return records as for `order_for_address` so that the first of a group gives its point."""
    precision = rows["precision"].map(_PRECISION_ORDER)
    area = rows["footprint_area_m2"]
    is_campus = (area > _HOUSE_AREA_M2[1]).astype("int64")
    is_house = area.between(*_HOUSE_AREA_M2).astype("int64")
    ordered = rows.assign(exact=precision, campus=is_campus, house=-is_house)
    return ordered.sort_values(["group", "exact", "campus", "house", "lead"], kind="stable")


def _ask_reviews(
    pairs: pd.DataFrame,
    place_ids: "pd.Series[str]",
    reviews: pd.DataFrame | None,
    *,
    xy: npt.NDArray[np.float64],
) -> pd.DataFrame:
    pairs = pairs.assign(is_asked=False)
    if reviews is None or reviews.empty:
        return pairs
    row_of = pd.Series(place_ids.index, index=place_ids)
    ends = reviews[["place_id_a", "place_id_b"]].apply(lambda ids: ids.map(row_of))
    known = ends.notna().all(axis=1)
    left, right = ends[known].min(axis=1).astype("int64"), ends[known].max(axis=1).astype("int64")
    asked = pd.DataFrame({"left": left, "right": right, "answer": reviews.loc[known, "answer"]})
    asked = asked.drop_duplicates(["left", "right"], keep="last")
    pairs = pairs.merge(asked, on=["left", "right"], how="outer").sort_values(
        ["left", "right"], ignore_index=True
    )
    is_asked = pairs["answer"].notna()
    is_same = pairs["answer"] == "same"
    pairs["is_asked"] = is_asked
    pairs["decision"] = pairs["decision"].mask(is_asked, pairs["answer"]).astype("str")
    pairs["score"] = pairs["score"].mask(is_asked, is_same.astype("float64"))
    pairs["is_forbidden"] = (pairs["is_forbidden"].fillna(value=False).astype(bool) & ~is_asked) | (
        is_asked & ~is_same
    )
    between = np.hypot(*(xy[pairs["left"]] - xy[pairs["right"]]).T).round(1)
    pairs["gap_m"] = pairs["gap_m"].fillna(pd.Series(between, index=pairs.index))
    for column, missing in (
        ("class_relation", OTHER),
        ("address_relation", 0),
        ("same_website", False),
        ("same_contact", False),
        ("is_inside", False),
        ("doubt", 0),
    ):
        pairs[column] = pairs[column].astype(object).fillna(missing).astype(type(missing))
    return pairs.drop(columns="answer")


def _ask_anew(
    pairs: pd.DataFrame, records: gpd.GeoDataFrame, reviews: pd.DataFrame | None, *, facts: MatchFacts
) -> pd.DataFrame:
    """Return pairs of which those are a question that an answer "same" may mean since a row was renamed."""
    if reviews is None or reviews.empty:
        return pairs
    successors = find_successors(reviews[reviews["answer"] == "same"], records).values()
    row_of = pd.Series(records.index, index=records["place_id"])
    ends = [sorted((int(row_of[one]), int(row_of[other]))) for one, other, _ in successors]
    left, right = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    is_kin = facts.relate_classes(left, right) >= KIN
    meant = pd.MultiIndex.from_arrays([left[is_kin], right[is_kin]])
    is_meant = pd.MultiIndex.from_frame(pairs[["left", "right"]]).isin(meant)
    is_open = (
        is_meant & ~pairs["is_asked"] & ~pairs["is_forbidden"].astype(bool) & (pairs["decision"] != "same")
    )
    return pairs.assign(
        decision=pairs["decision"].mask(is_open, "review"), doubt=pairs["doubt"].mask(is_open, ANSWER_WAITS)
    )


def _build_matches(
    pairs: pd.DataFrame, place_ids: "pd.Series[str]", groups: npt.NDArray[np.int64]
) -> pd.DataFrame:
    left, right = pairs["left"].to_numpy(dtype=np.int64), pairs["right"].to_numpy(dtype=np.int64)
    is_merged = groups[left] == groups[right]
    keep = (
        is_merged
        | (pairs["score"] >= _WORTH_KEEPING).to_numpy(dtype=bool)
        | pairs["is_asked"].to_numpy(dtype=bool)
        | (pairs["decision"] == "review").to_numpy(dtype=bool)
    )
    kept = pairs[keep]
    matches = pd.DataFrame(
        {
            "place_id_a": place_ids.to_numpy()[left[keep]],
            "place_id_b": place_ids.to_numpy()[right[keep]],
            "score": kept["score"].to_numpy(),
            "decision": kept["decision"].to_numpy(),
            "is_merged": is_merged[keep],
            "name_score": kept["name_score"].to_numpy(),
            "gap_m": kept["gap_m"].to_numpy(),
            "class_relation": _RELATIONS[kept["class_relation"].to_numpy(dtype=np.int64) - APART],
            "address_relation": _ADDRESSES[kept["address_relation"].to_numpy(dtype=np.int64) + 1],
            "reasons": describe_pairs(kept),
        }
    )
    order = ["score", "place_id_a", "place_id_b"]
    matches = matches.sort_values(order, ascending=[False, True, True], ignore_index=True)
    text_columns = ["place_id_a", "place_id_b", "decision", "class_relation", "address_relation"]
    return matches.astype(dict.fromkeys(text_columns, "str"))[list(MATCH_COLUMNS)]


def _pad_digits(text: str) -> str:
    # node/9 before node/10
    return _DIGITS.sub(lambda digits: digits[0].zfill(20), text)
