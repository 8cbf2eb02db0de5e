# SPDX-License-Identifier: MIT
"""The rows that leave the house: listed columns only, small numbers hidden, private text removed."""

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.crs import WGS84
from begegnung_geo.export.claims import tell_origins, tell_sources
from begegnung_geo.export.text import clean_texts
from begegnung_geo.export.words import (
    COVERAGE_WORDS,
    DISTRICT_WORDS,
    FEW_COVERED,
    GAP_WORDS,
    ISSUE_WORDS,
    NO_STATEMENT,
    NOT_PUBLISHED,
    REACH_WORDS,
    SPOT_WORDS,
    TOO_FEW,
    Word,
)
from begegnung_geo.export.words_places import PLACE_WORDS
from begegnung_geo.issues import IssueCode
from begegnung_geo.profile import Publication

HIDDEN = "."
_COUNTS = ("persons", "persons_covered", "persons_unknown", "persons_beyond")
_DEGREE_DECIMALS = 6
_SCENARIO_KEY = ["level", "district_id", "moment", "profile", "threshold_min"]
# These texts quote what stands in a row. That may be the address of a shelter, which is withheld
# only later, or a name where no name belongs: neither must leave the house through the list of faults.
_QUOTING_CODES = (
    IssueCode.ADDRESS_NOT_FOUND,
    IssueCode.ADDRESS_UNCERTAIN,
    IssueCode.PLACE_POSITION_INVALID,
    IssueCode.PLACE_DUPLICATE_ID,
    IssueCode.PLACE_CLASS_UNKNOWN,
    IssueCode.LIST_DATE_INVALID,
    IssueCode.ATTRIBUTE_VALUE_INVALID,
    IssueCode.HAND_ID_UNKNOWN,
    IssueCode.HAND_COLUMN_UNKNOWN,
    IssueCode.HAND_VALUE_INVALID,
    IssueCode.HAND_DATE_INVALID,
    IssueCode.HAND_POSITION_FAR,
    IssueCode.HAND_POSITION_OUTSIDE,
    IssueCode.HOURS_UNREADABLE,
)
# These texts tell an exact number of people, often of a single cell.
_COUNTING_CODES = (IssueCode.PERSONS_INVALID, IssueCode.PERSONS_OUTSIDE, IssueCode.PERSONS_UNCONNECTED)


def build_place_rows(
    begegnungsorte: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    class_labels: Mapping[str, tuple[str, str]],
    column_sources: pd.DataFrame,
    hours_in_words: Mapping[str, str],
    positions_in_words: Mapping[str, str],
    licences: Mapping[str, str],
) -> gpd.GeoDataFrame:
    """
    Return the Begegnungsorte with listed columns only.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte`: Point, metric CRS.
    districts
        Table `districts`, for the names of the districts.
    class_labels
        Class key -> (German, English) name.
    column_sources
        Table `column_sources`: which columns are under the ODbL.
    hours_in_words
        `begegnungsort_id` -> opening hours in German words.
    positions_in_words
        `begegnungsort_id` -> how the point was found, in German words.
    licences
        Source key -> licence.

    Returns
    -------
    rows
        In the same CRS, sorted by id: the columns of `PLACE_WORDS` in their order, `place_ids`
        as one text, `lon` and `lat` in WGS 84 with six decimals; then the geometry.
    """
    places = begegnungsorte.sort_values("begegnungsort_id", ignore_index=True)
    degrees = places.geometry.to_crs(WGS84)
    known = {
        "class_name": places["class"].map(lambda key: class_labels.get(key, (key, key))[0]).astype("str"),
        "place_ids": places["place_ids"].map("; ".join).astype("str"),
        "opening_hours": places["opening_hours"].where(_flag_plain_hours(places)).astype("str"),
        "opening_words": places["begegnungsort_id"].map(hours_in_words).astype("str"),
        "position_words": places["begegnungsort_id"].map(positions_in_words).astype("str"),
        "position_error_m": places["position_error_m"].round(0),
        "snap_distance_m": places["snap_distance_m"].round(1),
        "lon": degrees.x.round(_DEGREE_DECIMALS),
        "lat": degrees.y.round(_DEGREE_DECIMALS),
    }
    known |= tell_origins(places["begegnungsort_id"], column_sources, columns=list(PLACE_WORDS))
    known |= tell_sources(places["begegnungsort_id"], column_sources, licences=licences)
    levels = sorted(c.removeprefix("district_id_") for c in places.columns if c.startswith("district_id_"))
    for level in levels:
        names = districts[districts["level"] == level].set_index("district_id")["name"]
        known[f"district_name_{level}"] = places[f"district_id_{level}"].map(names).astype("str")
    rows = _select(places.assign(**known), PLACE_WORDS, levels)
    return gpd.GeoDataFrame(rows, geometry=places.geometry.to_numpy(), crs=places.crs)


def _flag_plain_hours(places: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether hours are nothing but hours: free text in them may name a person."""
    is_read = places["opening_status"].isin(["parsed", "repaired"])
    return is_read & ~places["opening_hours"].fillna("").str.contains('"', regex=False)


def build_coverage_rows(
    coverage: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    underserved: pd.DataFrame,
    *,
    publication: Publication,
    unknown_share_max: float,
) -> pd.DataFrame:
    """
    Return the published coverage with names and flags, one row a district, profile and threshold.

    Parameters
    ----------
    coverage
        Table `published_coverage`.
    districts
        Table `districts`, for the names.
    underserved
        Table `underserved`.
    publication, unknown_share_max
        Rules of the profile, for the words that say why a figure is missing.

    Returns
    -------
    rows
        The columns of `COVERAGE_WORDS`, by level, district, profile and threshold;
        `hidden` names the columns (blank between) whose figure is known but not told,
        `note` says why a share is missing.
    """
    key = ["level", "district_id"]
    flags = underserved[[*key, "is_underserved", "stability", "reasons"]]
    rows = coverage.merge(districts[[*key, "name"]], on=key, how="left").merge(flags, on=key, how="left")
    is_inhabited = rows["persons"] != 0  # also where the number is hidden
    is_small = is_inhabited & ~(rows["persons"] >= publication.share_base_min)
    is_vague = is_inhabited & (rows["persons_unknown"] > unknown_share_max * rows["persons"])
    is_few = rows["persons_covered"].isna()
    is_hidden = {name: rows[name].isna() for name in _COUNTS}
    is_hidden["covered_share"] = is_small | is_vague | is_few
    is_hidden["covered_share_max"] = (is_small | is_vague | is_few) & rows["covered_share_max"].isna()
    rows["note"] = np.select([is_small, is_vague, is_few], [TOO_FEW, NO_STATEMENT, FEW_COVERED], default="")
    rows["reasons"] = rows["reasons"].map(lambda codes: " ".join(codes) if isinstance(codes, list) else "")
    hidden = pd.Series("", index=rows.index, dtype="str")
    for name, is_missing in is_hidden.items():
        hidden = hidden.mask(is_missing, hidden + f"{name} ")
    rows = rows.sort_values([*key, "profile", "threshold_min"], ignore_index=False)
    return _select(rows, COVERAGE_WORDS, []).assign(hidden=hidden.reindex(rows.index)).reset_index(drop=True)


def build_district_rows(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table `districts` with listed columns only, sorted by level and id, same CRS."""
    ordered = districts.sort_values(["level", "district_id"], ignore_index=True)
    rows = _select(ordered.assign(area_km2=ordered["area_km2"].round(4)), DISTRICT_WORDS, [])
    return gpd.GeoDataFrame(rows, geometry=ordered.geometry.to_numpy(), crs=districts.crs)


def build_gap_rows(gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table `published_gaps` with listed columns only, sorted by id; same CRS."""
    ordered = gaps.sort_values("gap_id", ignore_index=True)
    rows = _select_families(ordered, GAP_WORDS)
    return gpd.GeoDataFrame(rows, geometry=ordered.geometry.to_numpy(), crs=gaps.crs)


def build_spot_rows(hot_spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table `published_hot_spots` with listed columns only, sorted by id; same CRS."""
    ordered = hot_spots.sort_values("hot_spot_id", ignore_index=True)
    rows = _select_families(ordered, SPOT_WORDS)
    return gpd.GeoDataFrame(rows, geometry=ordered.geometry.to_numpy(), crs=hot_spots.crs)


def build_reach_rows(reach_areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table `reach_areas` with listed columns only, by profile and threshold; same CRS."""
    ordered = reach_areas.sort_values(["profile", "threshold_min"], ignore_index=True)
    rows = _select(ordered, REACH_WORDS, [])
    return gpd.GeoDataFrame(rows, geometry=ordered.geometry.to_numpy(), crs=reach_areas.crs)


def build_scenario_rows(
    compared: pd.DataFrame, words: Mapping[str, Word], *, names: pd.DataFrame
) -> pd.DataFrame:
    """Return a table that compares a scenario with the city as it is, with the districts' names, sorted."""
    rows = compared.merge(names, on=["level", "district_id"], how="left")
    key = [name for name in _SCENARIO_KEY if name in compared.columns]
    return _select(rows.sort_values(key, ignore_index=True), words, [])


def build_issue_rows(issues: pd.DataFrame) -> pd.DataFrame:
    """Return the table `issues`; texts that quote where a row lies or how many people it has are left out."""
    is_quoting = issues["code"].isin([code.value for code in _QUOTING_CODES]) & (issues["row"] != "*")
    is_counting = issues["code"].isin([code.value for code in _COUNTING_CODES])
    rows = issues.assign(text=issues["text"].mask(is_quoting | is_counting, NOT_PUBLISHED))
    return _select(rows.sort_values(list(ISSUE_WORDS), ignore_index=True), ISSUE_WORDS, [])


def _select_families(rows: pd.DataFrame, words: Mapping[str, Word]) -> pd.DataFrame:
    """Return the columns that have words, families (`district_id_`) in the order of their names."""
    names = {
        name: name
        for word in words
        for name in (sorted(c for c in rows.columns if c.startswith(word)) if word.endswith("_") else [word])
    }
    return _select(rows, names, [])


def _select(rows: pd.DataFrame, words: Iterable[str], levels: list[str]) -> pd.DataFrame:
    """Return only the columns that have words, in that order, texts cleaned."""
    names = [
        name
        for word in words
        for name in ([f"{word}{level}" for level in levels] if word.endswith("_") else [word])
    ]
    chosen = pd.DataFrame(rows)[names].copy()
    for name in names:
        if chosen[name].dtype == "str":
            chosen[name] = clean_texts(chosen[name])
    return chosen
