# SPDX-License-Identifier: MIT
"""What people wrote by hand, applied to the meeting places after conflation, before counting."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.attributes import assign_attributes, build_attributes, build_place_claims
from begegnung_geo.analysis.hand_checks import check_positions
from begegnung_geo.analysis.names import normalise_name
from begegnung_geo.analysis.place_ids import build_begegnungsort_id
from begegnung_geo.analysis.row_counts import RowCount, count_members
from begegnung_geo.attribute_rules import AttributeRules
from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.crs import WGS84, require_known_crs
from begegnung_geo.issues import IssueCode, build_issues, concat_issues

HAND_SOURCES = ("correction", "answer")
_SAME_PLACE_M = 150.0  # DOMAIN 3.3: a record counts as found within 150 m
_HAND_ERROR_M = 10.0  # a point set by hand on a map (judgement)
_PLAIN = (
    "name",
    "standing",
    "consumption_free",
    "street",
    "house_number",
    "postcode",
    "city",
    "opening_hours",
)
_CONFIRMING = ("class", "standing", "exists", "confirmed")
_WHEELCHAIR = {"full": "yes", "limited": "limited", "none": "no"}


@dataclass(frozen=True)
class Inventory:
    """The meeting places with their attributes, and what was found on the way."""

    begegnungsorte: gpd.GeoDataFrame
    attributes: pd.DataFrame
    issues: pd.DataFrame
    counts: tuple[RowCount, ...] = ()
    """Records behind places struck off, as rejected."""


def date_features(osm_features: pd.DataFrame) -> dict[str, str]:
    """Return the day of the last edit by `place_id`, for OSM objects whose day is known."""
    edited = osm_features[osm_features["osm_timestamp"].notna()]
    days = edited["osm_timestamp"].str.slice(stop=10)
    return dict(zip("osm:" + edited["source_id"], days, strict=True))


def date_records(place_records: pd.DataFrame, dates: Mapping[str, str]) -> dict[str, str]:
    """
    Return the date of each row of a list by `place_id`: what it tells itself, else that of its source.

    Rows of a list without any date are left out.
    """
    of_source = place_records["source"].map({source: text[:10] for source, text in dates.items() if text})
    days = (
        place_records["date"].astype("str").fillna(of_source.astype("str"))
    )  # texts, also where all are null
    ids = place_records["source"] + ":" + place_records["source_id"]
    return dict(zip(ids[days.notna()], days[days.notna()], strict=True))


def describe_places(
    begegnungsorte: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    entries: pd.DataFrame,
    *,
    rules: AttributeRules,
    classes: Mapping[str, PlaceClass],
    dates: Mapping[str, str] | None = None,
    study_area: shapely.Geometry | None = None,
    position_far_m: float = np.inf,
) -> Inventory:
    """
    Return the meeting places as tags describe and people correct them.

    Parameters
    ----------
    begegnungsorte
        From `conflate_places`: Point, metric CRS, places beyond the border included.
    places
        Table `places`, the records behind them.
    entries
        Table `hand_entries`.
    rules
        Vocabulary and rules of the attributes.
    classes
        Classes by key.
    dates
        Date of a record (ISO 8601) by `place_id`, where known.
    study_area, position_far_m
        What positions by hand are held against, see `check_positions`; None is all the world.

    Returns
    -------
    inventory
        `begegnungsorte` with the columns of the vocabulary, without places struck off;
        `is_counted` is as before. `attributes`: the table. `issues`. `counts`: the records
        behind the places struck off.
    """
    place_claims, tag_issues = build_place_claims(places, rules, dates=dates)
    hand_claims, hand_issues = resolve_entries(entries, begegnungsorte)
    hand_claims, position_issues = check_positions(
        hand_claims, begegnungsorte, study_area=study_area, far_m=position_far_m
    )
    attributes = build_attributes(begegnungsorte, place_claims, hand_claims)
    corrected, applied_issues = apply_claims(begegnungsorte, attributes, classes=classes)
    described = assign_attributes(corrected, attributes, rules)
    is_gone = begegnungsorte["begegnungsort_id"].isin(list_struck_off(attributes))
    counts = count_members(begegnungsorte[is_gone], reason="struck_off")
    issues = concat_issues([tag_issues, hand_issues, position_issues, applied_issues])
    return Inventory(described, attributes, issues, counts)


def list_struck_off(attributes: pd.DataFrame) -> list[str]:
    """Return the ids of the places that people say do not exist any more."""
    chosen = attributes["is_chosen"] & attributes["source"].isin(HAND_SOURCES)
    gone = attributes[chosen & (attributes["attribute"] == "exists") & (attributes["value"] == "no")]
    return [str(begegnungsort_id) for begegnungsort_id in gone["begegnungsort_id"]]


def resolve_entries(
    entries: pd.DataFrame, begegnungsorte: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the claims of hand files, each on the place it is about.

    An id is looked up as `begegnungsort_id` (also one a place had when another of its
    records led it), as `place_id` and as the id within its source. Where it is gone, the
    records that the place had when the answer was given decide, most votes first; then
    the place of the same name within 150 m.

    Parameters
    ----------
    entries
        Table `hand_entries`.
    begegnungsorte
        Table `begegnungsorte` with all places, before it is split by the border.

    Returns
    -------
    claims
        Columns of the table `attributes` without `is_chosen`, in the order of `entries`,
        evidence A; `basis` is the role and the reason.
    issues
        One line an entry whose place is not there any more. It stays in its file.
    """
    index = _index_places(begegnungsorte)
    found = [_find_place(entry, begegnungsorte, index) for entry in entries.to_dict("records")]
    is_found = np.array([place is not None for place in found], dtype=bool)
    why = [f": {text}" if isinstance(text, str) else "" for text in entries["why"]]
    basis = [who + reason for who, reason in zip(entries["who"], why, strict=True)]
    claims = pd.DataFrame(
        {
            "begegnungsort_id": pd.Series(found, index=entries.index, dtype="str"),
            "attribute": entries["attribute"],
            "value": entries["value"],
            "evidence": "A",
            "source": entries["source"],
            "source_id": entries["entry_id"],
            "basis": basis,
            "date": entries["date"],
        }
    ).astype("str")
    issues = _report(
        entries[~is_found],
        IssueCode.HAND_ID_UNKNOWN,
        'there is no place "{target_id}" (any more); {attribute} is not applied, the line stays',
    )
    return claims[is_found].reset_index(drop=True), issues


def apply_claims(
    begegnungsorte: gpd.GeoDataFrame, attributes: pd.DataFrame, *, classes: Mapping[str, PlaceClass]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Return the meeting places as people corrected them.

    A corrected class brings its standing and `consumption_free` with it unless these are
    corrected themselves; whoever says what a place is, or that it is there, lends it
    evidence A. `exists` = no strikes the place off. A position set by hand has precision
    `hand`. Step-free by hand also answers the column `wheelchair`.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte`, any subset of its rows.
    attributes
        Table `attributes`; only chosen claims of people are applied.
    classes
        Classes by key.

    Returns
    -------
    begegnungsorte
        A copy without the places struck off, same order, new index; `is_counted` is not
        touched: `flag_counted` comes after.
    issues
        One line a place struck off, one a superseded line.
    """
    by_hand = attributes[attributes["source"].isin(HAND_SOURCES)]
    chosen = by_hand[by_hand["is_chosen"]]
    told = {
        str(attribute): rows.set_index("begegnungsort_id")["value"]
        for attribute, rows in chosen.groupby("attribute")
    }
    places = begegnungsorte.copy()
    ids = places["begegnungsort_id"]
    if "class" in told:
        given = ids.map(told["class"]).astype("str")
        is_given = given.notna()
        places["class"] = given.fillna(places["class"]).astype("str")
        for column in ("standing", "consumption_free"):
            by_class = given.map({key: getattr(entry, column) for key, entry in classes.items()})
            places[column] = by_class.where(is_given, places[column]).astype("str")
    for column in _PLAIN:
        if column in told:
            places[column] = ids.map(told[column]).astype("str").fillna(places[column]).astype("str")
    if "step_free" in told:
        given = ids.map(told["step_free"]).astype("str")
        places["wheelchair"] = given.map(_WHEELCHAIR).where(given.notna(), places["wheelchair"]).astype("str")
    if "position" in told:
        places = _move(places, ids.map(told["position"]).astype("str"))
    confirming = chosen[chosen["attribute"].isin(_CONFIRMING)]["begegnungsort_id"]
    places["evidence"] = places["evidence"].mask(ids.isin(confirming), "A").astype("str")
    gone = list_struck_off(attributes)
    issues = [_report_gone(chosen, gone), _report_superseded(by_hand)]
    return places[~ids.isin(gone)].reset_index(drop=True), concat_issues(issues)


def _index_places(begegnungsorte: pd.DataFrame) -> dict[str, str]:
    # Later keys must not displace earlier ones: an id in use is not an id of the past.
    pairs = begegnungsorte[["begegnungsort_id", "place_ids"]].explode("place_ids").astype("str")
    owners, records = pairs["begegnungsort_id"].tolist(), pairs["place_ids"].tolist()
    index = dict(zip(owners, owners, strict=True))
    for record, owner in zip(records, owners, strict=True):
        index.setdefault(record, owner)
    for record, owner in zip(records, owners, strict=True):
        index.setdefault(build_begegnungsort_id(record), owner)
    short = [record.partition(":")[2] for record in records]
    single = Counter(short)
    for text, owner in zip(short, owners, strict=True):
        if single[text] == 1:
            index.setdefault(text, owner)
    return index


def _find_place(
    entry: Mapping[Any, Any], begegnungsorte: gpd.GeoDataFrame, index: Mapping[str, str]
) -> str | None:
    if (known := index.get(str(entry["target_id"]))) is not None:
        return known
    members: Sequence[str] = entry["place_ids"]
    votes = Counter(index[record] for record in members if record in index)
    if votes:
        return min(votes, key=lambda place: (-votes[place], place))
    return _find_namesake(entry, begegnungsorte)


def _find_namesake(entry: Mapping[Any, Any], begegnungsorte: gpd.GeoDataFrame) -> str | None:
    name, lat, lon = entry["place_name"], float(entry["lat"]), float(entry["lon"])
    if not isinstance(name, str) or np.isnan(lat) or np.isnan(lon) or begegnungsorte.empty:
        return None
    point = _project([lon], [lat], like=begegnungsorte).iloc[0]
    near = pd.DataFrame(begegnungsorte).assign(distance=begegnungsorte.distance(point))
    near = near[(near["distance"] <= _SAME_PLACE_M) & near["name"].notna()]
    same = near[near["name"].map(normalise_name) == normalise_name(name)]
    same = same.sort_values(["distance", "begegnungsort_id"])
    return None if same.empty else str(same["begegnungsort_id"].iloc[0])


def _project(lon: Sequence[float], lat: Sequence[float], *, like: gpd.GeoDataFrame) -> gpd.GeoSeries:
    crs = require_known_crs(like, name="table begegnungsorte")
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=WGS84).to_crs(crs)


def _move(places: gpd.GeoDataFrame, positions: pd.Series) -> gpd.GeoDataFrame:
    rows = np.flatnonzero(positions.notna())
    degrees = positions.iloc[rows].str.split(", ", expand=True).astype("float64")
    points = _project(degrees[1].to_list(), degrees[0].to_list(), like=places)
    geometry = places.geometry.to_numpy().copy()
    geometry[rows] = points.to_numpy()
    is_moved = positions.notna()
    moved = places.set_geometry(gpd.GeoSeries(geometry, index=places.index, crs=places.crs))
    moved["precision"] = moved["precision"].mask(is_moved, "hand").astype("str")
    if "position_error_m" in moved:
        moved["position_error_m"] = moved["position_error_m"].mask(is_moved, _HAND_ERROR_M)
    return moved


def _report(entries: pd.DataFrame, code: IssueCode, text: str) -> pd.DataFrame:
    parts = [
        build_issues(
            str(entry["entry_id"]).rpartition(":")[0],
            code,
            rows=[entry["row"]],
            texts=text.format(target_id=str(entry["target_id"])[:80], attribute=entry["attribute"]),
        )
        for entry in entries.to_dict("records")
    ]
    return concat_issues(parts)


def _report_gone(chosen: pd.DataFrame, gone: Sequence[str]) -> pd.DataFrame:
    lines = chosen[(chosen["attribute"] == "exists") & chosen["begegnungsort_id"].isin(gone)]
    parts = [
        build_issues(
            str(line["source_id"]).rpartition(":")[0],
            IssueCode.PLACE_EXCLUDED,
            rows=[str(line["source_id"]).rpartition(":")[2]],
            texts=f"struck off by hand: {line['begegnungsort_id']} does not exist any more",
        )
        for line in lines.to_dict("records")
    ]
    return concat_issues(parts)


def _report_superseded(by_hand: pd.DataFrame) -> pd.DataFrame:
    key = ["begegnungsort_id", "attribute"]
    shown = by_hand[by_hand["is_chosen"]].set_index(key)["value"].rename("shown")
    older = by_hand[~by_hand["is_chosen"]].join(shown, on=key)
    older = older[older["shown"].notna() & (older["shown"] != older["value"])]
    parts = [
        build_issues(
            str(line["source_id"]).rpartition(":")[0],
            IssueCode.HAND_SUPERSEDED,
            rows=[str(line["source_id"]).rpartition(":")[2]],
            texts=f"{line['attribute']} of {line['begegnungsort_id']}: a later line says otherwise",
        )
        for line in older.to_dict("records")
    ]
    return concat_issues(parts)
