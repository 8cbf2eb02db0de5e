# SPDX-License-Identifier: MIT
"""Slips of the pen in hand files: days that have not come, positions that cannot be meant."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.crs import WGS84, require_known_crs
from begegnung_geo.issues import IssueCode, build_issues, concat_issues

_DAY_LENGTH = len("2026-11-22")


def find_newest_day(texts: Iterable[str]) -> str:
    """Return the newest day among dates of sources (ISO 8601 with or without time); empty without any."""
    days = pd.to_datetime(pd.Series([text[:_DAY_LENGTH] for text in texts], dtype="str"), errors="coerce",
                          format="%Y-%m-%d")  # fmt: skip
    newest = days.max()
    return "" if pd.isna(newest) else str(newest.date())


def doubt_days(
    entries: pd.DataFrame, *, newest_day: str, ahead_max_days: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the entries without days that are far ahead of every source.

    There is no clock in a run; what the sources are dated is all it knows of today. A line
    without a day is applied, but any line with one goes before it: a mistyped year
    silences nobody.

    Parameters
    ----------
    entries
        Table `hand_entries`.
    newest_day
        Newest day of the sources, ISO 8601; empty where none is dated: nothing is doubted.
    ahead_max_days
        So many days after it are still believed.

    Returns
    -------
    entries
        A copy, same index and order; `date` is null where it is doubted.
    issues
        One line a doubted day.
    """
    is_ahead, limit = _flag_ahead(entries["date"], newest_day=newest_day, ahead_max_days=ahead_max_days)
    told = f"is {limit}; the line is applied without its day, and lines with a day go before it"
    issues = [
        _report(row, IssueCode.HAND_DATE_AHEAD, f"the day {row['date']} {told}")
        for row in entries[is_ahead].to_dict("records")
    ]
    return entries.assign(date=entries["date"].mask(is_ahead)), concat_issues(issues)


def doubt_list_days(
    place_records: gpd.GeoDataFrame, *, newest_day: str, ahead_max_days: int
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Return the rows of lists without dates that are far ahead of every source.

    Parameters
    ----------
    place_records
        Table `place_records`; a month or year counts from its first day.
    newest_day, ahead_max_days
        As in `doubt_days`.

    Returns
    -------
    place_records
        A copy, same index and order; `date` is null where it is doubted.
    issues
        One line a doubted date.
    """
    is_ahead, limit = _flag_ahead(place_records["date"], newest_day=newest_day, ahead_max_days=ahead_max_days)
    told = f"is {limit}; the row is kept with the date of its list"
    ahead = place_records[is_ahead]
    issues = [
        build_issues(
            str(source), IssueCode.LIST_DATE_INVALID, rows=rows["row"], texts=rows["date"] + f" {told}"
        )
        for source, rows in ahead.groupby("source", sort=True)
    ]
    return place_records.assign(date=place_records["date"].mask(is_ahead)), concat_issues(issues)


def _flag_ahead(
    dates: "pd.Series[str]", *, newest_day: str, ahead_max_days: int
) -> tuple["pd.Series[bool]", str]:
    """Return which dates are too far ahead to be believed, and what they are in words."""
    told = f"more than {ahead_max_days} days after the newest date of the sources ({newest_day})"
    if not newest_day:
        return pd.Series(data=False, index=dates.index, dtype=bool), told
    limit = pd.Timestamp(newest_day) + pd.Timedelta(days=ahead_max_days)
    return (dates > str(limit.date())).fillna(value=False).astype(bool), told


def check_positions(
    claims: pd.DataFrame,
    begegnungsorte: gpd.GeoDataFrame,
    *,
    study_area: shapely.Geometry | None,
    far_m: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the claims without positions outside the study area.

    Parameters
    ----------
    claims
        From `resolve_entries`.
    begegnungsorte
        Point, metric CRS: where the places are known to be without these claims.
    study_area
        Polygon, metric CRS: the study area with its surroundings; its border belongs to it.
        None is all the world.
    far_m
        A position farther than this from where the place is known is kept and listed, in metres.

    Returns
    -------
    claims
        Same order, new index.
    issues
        One line a position outside (not applied) or far away (applied).

    Raises
    ------
    CrsError
        If the places have no CRS.
    """
    rows = np.flatnonzero((claims["attribute"] == "position").to_numpy(dtype=bool))
    if not len(rows):
        return claims, concat_issues([])
    degrees = claims["value"].iloc[rows].str.split(", ", expand=True).astype("float64")
    crs = require_known_crs(begegnungsorte, name="table begegnungsorte")
    lat_lon = gpd.GeoSeries(gpd.points_from_xy(degrees[1], degrees[0]), crs=WGS84)
    points = np.asarray(lat_lon.to_crs(crs), dtype=object)
    known = begegnungsorte.set_index("begegnungsort_id").geometry
    before = np.asarray(known.loc[claims["begegnungsort_id"].iloc[rows]], dtype=object)
    is_outside = np.zeros(len(rows), dtype=bool)
    if study_area is not None:
        is_outside = ~shapely.intersects(points, study_area)
    distance_m = shapely.distance(points, before)
    outside, far = "lies outside the study area and its surroundings; not applied", "applied, but check it"
    issues = []
    for position, claim in enumerate(claims.iloc[rows].to_dict("records")):
        told = f"position {claim['value']} of {claim['begegnungsort_id']}"
        km = f"{distance_m[position] / 1000:.1f} km from where the place was known"
        line = {"entry_id": claim["source_id"]}
        if is_outside[position]:
            issues.append(_report(line, IssueCode.HAND_POSITION_OUTSIDE, f"{told}, {km}, {outside}"))
        elif distance_m[position] > far_m:
            issues.append(_report(line, IssueCode.HAND_POSITION_FAR, f"{told}: {km}; {far}"))
    kept = np.ones(len(claims), dtype=bool)
    kept[rows[is_outside]] = False
    return claims[kept].reset_index(drop=True), concat_issues(issues)


def _report(line: dict[str, object] | dict[object, object], code: IssueCode, text: str) -> pd.DataFrame:
    file, _, row = str(line["entry_id"]).rpartition(":")
    return build_issues(file, code, rows=[row], texts=text)
