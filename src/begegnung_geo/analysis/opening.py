# SPDX-License-Identifier: MIT
"""When places are open: hours in normal form, and the answer at each named moment."""

from collections.abc import Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.hours import Hours, read_hours
from begegnung_geo.analysis.hours_layers import APPOINTMENT, CLOSED, COMMENT, HOLIDAY_UNNAMED, OPEN, OPEN_END
from begegnung_geo.analysis.hours_table import HoursTable, measure_hours
from begegnung_geo.analysis.hours_text import write_hours
from begegnung_geo.analysis.hours_tokens import DAYS
from begegnung_geo.analysis.network import Ints
from begegnung_geo.analysis.opening_calendar import OpeningCalendar
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.moments import Moment

_REASON_OF_CODE = {
    COMMENT: "comment",
    APPOINTMENT: "by_appointment",
    OPEN_END: "open_end",
    HOLIDAY_UNNAMED: "holiday_not_named",
}
_QUOTE_MAX = 120


class _Answer(NamedTuple):
    # What one text says about one moment.
    answer: str
    basis: str
    open_share: float
    unknown_share: float


def assign_hours(
    begegnungsorte: gpd.GeoDataFrame, *, calendar: OpeningCalendar
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Add the opening hours as they were understood.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte` with the raw `opening_hours`.
    calendar
        The year in which seasonal hours are tried.

    Returns
    -------
    begegnungsorte
        A copy, same index and order, with `opening_status`, `opening_normal` (null unless
        parsed or repaired) and `open_min_per_week`: minutes known as open in a week
        without holidays, on average over the year; null where nothing is known.
    issues
        One line `HOURS_REPAIRED` or `HOURS_UNREADABLE` a place.
    """
    read = _read_each(begegnungsorte["opening_hours"])
    normal = {raw: write_hours(hours) for raw, hours in read.items()}
    weekly = {raw: _measure_week(hours, calendar) for raw, hours in read.items() if hours.rules}
    raw = begegnungsorte["opening_hours"]
    status = {text: hours.status for text, hours in read.items()}
    assigned = begegnungsorte.assign(
        opening_status=raw.map(status).astype(object).fillna("none").astype("str"),
        opening_normal=raw.map(normal).astype("str"),
        open_min_per_week=raw.map(weekly).astype("float64"),
    )
    return assigned, _report(assigned, read)


def build_opening(
    places: gpd.GeoDataFrame,
    *,
    moments: Mapping[str, Moment],
    calendar: OpeningCalendar,
    open_share_min: float,
) -> pd.DataFrame:
    """
    Return whether each place is open at each moment.

    A moment is a set of days of the year and a time of day. On one of these days a place is
    open if it is known to be open for `open_min` minutes between the two hours, closed
    if that cannot be even where all that is unknown were open. At the moment it is open
    if that holds on at least `open_share_min` of the days, closed if it cannot hold on so
    many, else unknown. A place with `Mo[1] 15:00-17:00` is closed on weekday
    afternoons: it is open on 12 of some 165.

    Parameters
    ----------
    places
        Tables `begegnungsorte` and `neighbour_places`.
    moments
        Key -> moment.
    calendar
        The days of the year.
    open_share_min
        0-1.

    Returns
    -------
    opening
        Table `opening`, by place and moment; without such days in the calendar everything is
        unknown (`no_days`).
    """
    days = {key: calendar.find_days(moment.weekdays, moment.days) for key, moment in moments.items()}
    raws = places["opening_hours"]
    answers = {
        raw: _judge_text(hours, calendar, moments=moments, days=days, open_share_min=open_share_min)
        for raw, hours in _read_each(raws).items()
    }
    unknown = _judge_text(Hours("none"), calendar, moments=moments, days=days, open_share_min=open_share_min)
    rows = [
        (begegnungsort_id, key, *answer, len(days[key]))
        for begegnungsort_id, raw in zip(places["begegnungsort_id"], raws, strict=True)
        for key, answer in answers.get(raw, unknown).items()
    ]
    columns = ["begegnungsort_id", "moment", *_Answer._fields, "day_count"]
    opening = pd.DataFrame(rows, columns=columns)
    return opening.sort_values(["begegnungsort_id", "moment"], ignore_index=True)


def _read_each(raws: pd.Series) -> dict[str, Hours]:
    # Many places share their hours; each text is read once.
    return {raw: read_hours(raw) for raw in raws.dropna().unique()}


def _judge_text(
    hours: Hours,
    calendar: OpeningCalendar,
    *,
    moments: Mapping[str, Moment],
    days: Mapping[str, Ints],
    open_share_min: float,
) -> dict[str, _Answer]:
    if not hours.rules:
        basis = "no_hours" if hours.status == "none" else "unreadable"
        return dict.fromkeys(moments, _Answer("unknown", basis, 0.0, 1.0))
    table = measure_hours(hours, calendar)
    return {
        key: _judge_moment(table, days[key], moment, open_share_min=open_share_min)
        for key, moment in moments.items()
    }


def _judge_moment(table: HoursTable, days: Ints, moment: Moment, *, open_share_min: float) -> _Answer:
    if not len(days):
        return _Answer("unknown", "no_days", 0.0, 1.0)
    codes = table.codes[:, moment.from_min : moment.to_min]
    row = table.row[days]
    is_open = ((codes == OPEN).sum(axis=1) >= moment.open_min)[row]
    is_possible = ((codes != CLOSED).sum(axis=1) >= moment.open_min)[row]
    open_share, possible_share = float(is_open.mean()), float(is_possible.mean())
    unknown_share = possible_share - open_share
    if open_share >= open_share_min:
        basis = "all_days" if is_open.all() else "most_days"
        return _Answer("open", basis, open_share, unknown_share)
    if possible_share < open_share_min:
        basis = "few_days" if is_possible.any() else "no_day"
        return _Answer("closed", basis, open_share, unknown_share)
    doubts = np.bincount(codes[row[is_possible & ~is_open]].ravel(), minlength=OPEN_END + 1)
    doubts[[CLOSED, OPEN]] = 0
    return _Answer("unknown", _REASON_OF_CODE[int(doubts.argmax())], open_share, unknown_share)


def _measure_week(hours: Hours, calendar: OpeningCalendar) -> float:
    # Means of the year's plain Mondays, Tuesdays ...; nothing where all that is said is unknown.
    table = measure_hours(hours, calendar)
    open_min = (table.codes == OPEN).sum(axis=1)[table.row]
    days = [calendar.find_days([day], "ordinary") for day in DAYS]
    is_all_unknown = not open_min.any() and bool((table.codes != CLOSED).any())
    return np.nan if is_all_unknown else float(round(sum(open_min[day].mean() for day in days), 1))


def _report(begegnungsorte: pd.DataFrame, read: Mapping[str, Hours]) -> pd.DataFrame:
    is_repaired = begegnungsorte["opening_status"] == "repaired"
    is_unreadable = begegnungsorte["opening_status"] == "unreadable"
    repaired, unreadable = begegnungsorte[is_repaired], begegnungsorte[is_unreadable]
    repairs = [
        f"opening hours “{_shorten(raw)}” read as {normal}"
        for raw, normal in zip(repaired["opening_hours"], repaired["opening_normal"], strict=True)
    ]
    faults = [
        f"opening hours “{_shorten(raw)}” not read: {read[raw].problem}; when it is open is unknown"
        for raw in unreadable["opening_hours"]
    ]
    return concat_issues(
        [
            build_issues(
                "begegnungsorte", IssueCode.HOURS_REPAIRED, rows=repaired["begegnungsort_id"], texts=repairs
            ),
            build_issues(
                "begegnungsorte",
                IssueCode.HOURS_UNREADABLE,
                rows=unreadable["begegnungsort_id"],
                texts=faults,
            ),
        ]
    )


def _shorten(raw: str) -> str:
    return raw if len(raw) <= _QUOTE_MAX else f"{raw[:_QUOTE_MAX]}…"
