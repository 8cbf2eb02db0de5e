# SPDX-License-Identifier: MIT
"""Moments of 2026 in Northrhine-Westphalia, counted on paper."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from begegnung_geo.analysis.opening import assign_hours, build_opening
from begegnung_geo.analysis.opening_calendar import build_calendar
from begegnung_geo.config import build_profile
from begegnung_geo.moments import Moment
from begegnung_geo.schema import conform_table

CALENDAR = build_calendar(2026, land="NW")
MOMENTS = build_profile(
    {"city": {"key": "t", "name": "T"}, "sources": {"osm": {"file": "x.pbf"}}}, where="test"
).moments


def build_places(*raws: str | None) -> gpd.GeoDataFrame:
    ids = [f"b{number}" for number in range(len(raws))]
    rows = pd.DataFrame({"begegnungsort_id": ids, "opening_hours": pd.Series(raws, dtype="str")})
    return gpd.GeoDataFrame(rows, geometry=[Point(0, 0)] * len(ids), crs="EPSG:25832")


def judge(raw: str | None, moment: str | Moment, *, share: float = 0.5, year: int = 2026) -> tuple[str, str]:
    wanted = {"m": MOMENTS[moment] if isinstance(moment, str) else moment}
    calendar = CALENDAR if year == 2026 else build_calendar(year, land="NW")
    opening = build_opening(build_places(raw), moments=wanted, calendar=calendar, open_share_min=share)
    return opening.loc[0, "answer"], opening.loc[0, "basis"]


@pytest.mark.parametrize(
    ("moment", "raw", "answer", "basis"),
    [
        ("weekday_morning", "Mo-Fr 09:00-17:00", "open", "all_days"),
        ("weekday_morning", "Mo-Fr 11:00-18:00", "open", "all_days"),  # 11 to 12 is an hour
        ("weekday_morning", "Mo-Fr 11:01-18:00", "closed", "no_day"),
        ("weekday_morning", "Mo,We,Fr 09:00-12:00", "open", "most_days"),
        ("weekday_morning", "Tu,Th 09:00-12:00", "closed", "few_days"),
        ("weekday_morning", "Mo[1] 09:00-12:00", "closed", "few_days"),
        ("weekday_morning", "nach Vereinbarung", "unknown", "by_appointment"),
        ("weekday_morning", "Mo 9-12 und nach Vereinbarung", "unknown", "by_appointment"),
        ("weekday_morning", 'Mo-Fr 09:00-12:00 "Büro"', "unknown", "comment"),
        ("weekday_morning", "werktags 9-12", "unknown", "unreadable"),
        ("weekday_morning", None, "unknown", "no_hours"),
        ("weekday_morning", "Sa,Su 09:00-12:00", "closed", "no_day"),
        ("weekday_evening", "Mo-Fr 09:00-19:00", "open", "all_days"),
        ("weekday_evening", "Mo-Fr 09:00-18:30", "closed", "no_day"),
        ("weekday_evening", "Mo-Fr 18:00+", "unknown", "open_end"),
        ("weekday_evening", "Mo-Th 14:00-20:00; Fr 14:00-22:00; SH 10:00-16:00", "open", "all_days"),
        ("saturday", "Sa 10:00-13:00", "open", "all_days"),
        ("saturday", "Apr-Sep Sa 10:00-13:00", "closed", "few_days"),  # 18 of 38
        ("sunday_afternoon", "Su 10:30-12:00", "closed", "no_day"),
        ("sunday_afternoon", "Su,PH 14:00-18:00", "open", "all_days"),
        ("school_holidays", "Mo-Fr 14:00-20:00", "open", "all_days"),
        ("school_holidays", "Mo-Fr 14:00-20:00; SH off", "closed", "no_day"),
        ("school_holidays", "Mo-Fr 19:00-22:00; SH 10:00-16:00", "open", "all_days"),
        ("public_holiday", "Mo-Fr 09:00-17:00; PH off", "closed", "no_day"),
        ("public_holiday", "Mo-Fr 09:00-17:00", "unknown", "holiday_not_named"),
        ("public_holiday", "Mo-Su 09:00-17:00", "open", "all_days"),
        ("public_holiday", "Su,PH 12:00-22:00", "open", "all_days"),
        ("public_holiday", "24/7", "open", "all_days"),
        ("public_holiday", "Mo 09:00-12:00", "closed", "few_days"),  # only Easter and Whit Monday are Mondays
    ],
)  # fmt: skip
def test_answer_and_basis_of_each_moment(*, moment: str, raw: str | None, answer: str, basis: str) -> None:
    assert judge(raw, moment) == (answer, basis)


def test_shares_count_the_days_of_the_moment() -> None:
    # 2 of 11 public holidays are Mondays, on which the weekday's reading and the Sunday's differ.
    opening = build_opening(
        build_places("Mo 09:00-12:00"), moments=MOMENTS, calendar=CALENDAR, open_share_min=0.5
    ).set_index("moment")
    row = opening.loc["public_holiday"]
    assert row["day_count"] == 11
    assert row["open_share"] == 0
    assert row["unknown_share"] == pytest.approx(2 / 11)


def test_an_odd_share_of_days_can_be_demanded() -> None:
    assert judge("Mo,We,Fr 09:00-12:00", "weekday_morning", share=0.9) == ("closed", "few_days")
    assert judge("Tu,Th 09:00-12:00", "weekday_morning", share=0.3) == ("open", "most_days")


def test_a_moment_without_days_in_the_calendar_is_unknown() -> None:
    assert judge("24/7", "school_holidays", year=2035) == ("unknown", "no_days")


def test_table_keeps_its_contract_for_every_place_and_moment() -> None:
    opening = build_opening(
        build_places("Mo-Fr 09:00-17:00", None, "x"), moments=MOMENTS, calendar=CALENDAR, open_share_min=0.5
    )
    assert len(conform_table(opening, "opening")) == 3 * len(MOMENTS)
    nothing = build_opening(build_places(), moments=MOMENTS, calendar=CALENDAR, open_share_min=0.5)
    assert len(conform_table(nothing, "opening")) == 0


def test_hours_as_understood_stand_beside_the_raw_ones() -> None:
    raws = ["Mo-Fr 9-17 Uhr", "werktags", None, "Mo-Fr 09:00-17:00", "n.V.", "off"]
    places, issues = assign_hours(build_places(*raws), calendar=CALENDAR)
    assert places["opening_status"].tolist() == [
        "repaired",
        "unreadable",
        "none",
        "parsed",
        "repaired",
        "parsed",
    ]
    assert places["opening_normal"].fillna("").tolist() == [
        "Mo-Fr 09:00-17:00", "", "", "Mo-Fr 09:00-17:00", 'Mo-Su unknown "nach Vereinbarung"', "off",
    ]  # fmt: skip
    minutes = places["open_min_per_week"].to_numpy()
    assert np.array_equal(minutes, [2400, np.nan, np.nan, 2400, np.nan, 0], equal_nan=True)
    assert places["opening_hours"].fillna("").tolist() == [raw or "" for raw in raws]
    assert issues.set_index("row")["code"].to_dict() == {
        "b0": "HOURS_REPAIRED", "b1": "HOURS_UNREADABLE", "b4": "HOURS_REPAIRED",
    }  # fmt: skip
    assert "Mo-Fr 9-17 Uhr" in issues["text"].iloc[0]
    assert "Mo-Fr 09:00-17:00" in issues["text"].iloc[0]


def test_where_no_place_at_all_has_hours_each_says_so() -> None:
    places, issues = assign_hours(build_places(None, None), calendar=CALENDAR)
    assert places["opening_status"].tolist() == ["none", "none"]
    assert places["open_min_per_week"].isna().all()
    assert len(issues) == 0


def test_minutes_of_a_week_are_the_mean_of_the_year_and_leave_holidays_out() -> None:
    # Ordinary Sundays of 2026: 40, of which 21 in April to October.
    places, _ = assign_hours(
        build_places("Apr-Oct Su 14:00-18:00", "Mo-Fr 9-12; PH off; SH off"), calendar=CALENDAR
    )
    sundays = CALENDAR.find_days(["Su"], "ordinary")
    in_season = [
        day for day in (np.datetime64(CALENDAR.first_day) + sundays).tolist() if 4 <= day.month <= 10
    ]
    assert places["open_min_per_week"].tolist() == [
        pytest.approx(240 * len(in_season) / len(sundays), abs=0.05), 5 * 180,
    ]  # fmt: skip
