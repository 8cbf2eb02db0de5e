# SPDX-License-Identifier: MIT
"""The days of one year with the holidays of a Land, and which of them a named moment is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from holidays import country_holidays

from begegnung_geo.analysis.hours_layers import DayKinds
from begegnung_geo.analysis.hours_tokens import DAYS
from begegnung_geo.analysis.network import Bools, Ints
from begegnung_geo.moments import DayKind, Opening

_LEAD_DAYS = 7  # before New Year's Day: its eve, and the Sunday before it
_WEEK = len(DAYS)


@dataclass(frozen=True, eq=False)
class OpeningCalendar:
    """The days of one year, with a week before it: from 25 December to 31 December."""

    first_day: date
    days: DayKinds

    @property
    def day_count(self) -> int:
        """How many days there are, the week before the year included."""
        return len(self.days.weekday)

    @property
    def has_school_holidays(self) -> bool:
        """Whether the school holidays of the year are known."""
        return bool(self.days.is_school[_LEAD_DAYS:].any())

    @cached_property
    def previous_sunday(self) -> Ints:
        """Position of the last Sunday up to each day; the first days have none and take the first one."""
        back = np.arange(self.day_count) - (self.days.weekday + 1) % _WEEK
        return np.where(back < 0, np.flatnonzero(self.days.weekday == _WEEK - 1)[0], back)

    @cached_property
    def daily_pairs(self) -> Ints:
        """Each day (second column) with the day before it (first), whose night reaches into it."""
        day = np.arange(self.day_count)
        return np.stack([np.maximum(day - 1, 0), day], axis=1)

    @cached_property
    def weekly_pairs(self) -> Ints:
        """The pairs of `daily_pairs` by weekday and holidays (`hours_table.WEEKLY_KINDS`), each once."""
        return self._weekly[0]

    @cached_property
    def weekly_row(self) -> Ints:
        """The row of each day in `weekly_pairs`."""
        return self._weekly[1]

    @cached_property
    def _weekly(self) -> tuple[Ints, Ints]:
        days = self.days
        kind = days.weekday + _WEEK * days.is_public + 2 * _WEEK * days.is_school
        pairs, row = np.unique(kind[self.daily_pairs], axis=0, return_inverse=True)
        return pairs.astype(np.int64), row.reshape(-1).astype(np.int64)

    def find_day(self, day: date) -> int:
        """
        Return the position of a day.

        Raises
        ------
        IndexError
            If the day is not in the calendar.
        """
        position = (day - self.first_day).days
        if not 0 <= position < self.day_count:
            raise IndexError(f"{day} is not in the calendar")
        return position

    def find_days(self, weekdays: Sequence[str], kind: DayKind) -> Ints:
        """
        Return the positions of the year's days of some weekdays.

        Parameters
        ----------
        weekdays
            Of `Mo Tu We Th Fr Sa Su`.
        kind
            `ordinary`: no holiday of any kind; `school_holiday`: in the school holidays but no
            public holiday; `public_holiday`.
        """
        days = self.days
        wanted = np.isin(days.weekday, [DAYS.index(day) for day in weekdays])
        wanted[:_LEAD_DAYS] = False
        of_kind: dict[DayKind, Bools] = {
            "ordinary": ~days.is_public & ~days.is_school,
            "school_holiday": days.is_school & ~days.is_public,
            "public_holiday": days.is_public,
        }
        return np.flatnonzero(wanted & of_kind[kind])


def build_calendar(year: int, *, land: str) -> OpeningCalendar:
    """
    Return the calendar of a year with the public and school holidays of a German Land.

    Parameters
    ----------
    year
        The package `holidays` 0.109 knows school holidays up to the summer of 2029; later
        years have none (`has_school_holidays`).
    land
        Code of the Land, `NW`.
    """
    first_day = date(year, 1, 1) - timedelta(days=_LEAD_DAYS)
    days = [first_day + timedelta(days=n) for n in range((date(year, 12, 31) - first_day).days + 1)]
    kinds = DayKinds(
        weekday=np.array([day.weekday() for day in days]),
        is_public=_flag_days(days, land=land, category="public"),
        is_school=_flag_days(days, land=land, category="school"),
        first_day=first_day,
    )
    return OpeningCalendar(first_day, kinds)


def pick_calendar(settings: Opening, *, data_date: str) -> OpeningCalendar:
    """
    Return the calendar in which a profile tries opening hours.

    Parameters
    ----------
    settings
        Without a year in them it is the year of the map data, as hours with dates in them are
        of that time.
    data_date
        Date of the map data, ISO 8601; empty where it is not known.
    """
    dated = int(data_date[:4]) if data_date else settings.year_default
    return build_calendar(settings.year or dated, land=settings.land)


def _flag_days(days: Sequence[date], *, land: str, category: str) -> Bools:
    known = country_holidays("DE", subdiv=land, years=[days[0].year, days[-1].year], categories=(category,))
    return np.array([day in known for day in days], dtype=bool)
