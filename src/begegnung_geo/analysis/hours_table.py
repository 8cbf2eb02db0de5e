# SPDX-License-Identifier: MIT
"""Opening hours over a year: three answers for every minute, the holidays of the Land included."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from begegnung_geo.analysis.hours import Hours
from begegnung_geo.analysis.hours_layers import (
    CLOSED,
    HOLIDAY_UNNAMED,
    OPEN,
    Codes,
    DayKinds,
    join_nights,
    lay_rules,
)
from begegnung_geo.analysis.hours_tokens import DAYS
from begegnung_geo.analysis.network import Ints
from begegnung_geo.analysis.opening_calendar import OpeningCalendar

Answer = Literal["open", "closed", "unknown"]

_WEEK = len(DAYS)
_NUMBERS = np.arange(4 * _WEEK)
WEEKLY_KINDS = DayKinds(_NUMBERS % _WEEK, _NUMBERS // _WEEK % 2 == 1, _NUMBERS // (2 * _WEEK) == 1)


@dataclass(frozen=True, eq=False)
class HoursTable:
    """
    Codes of `hours_layers` for every minute of a calendar.

    Attributes
    ----------
    codes
        Rows of 1,440 minutes; days with the same minutes share a row.
    row
        The row of each day of the calendar.
    """

    codes: Codes
    row: Ints
    calendar: OpeningCalendar

    def find_answer(self, moment: datetime) -> Answer:
        """
        Return whether it is open at a moment of local time.

        Raises
        ------
        IndexError
            If the moment is not in the calendar.
        """
        day = self.calendar.find_day(moment.date())
        code = int(self.codes[self.row[day], moment.hour * 60 + moment.minute])
        return "open" if code == OPEN else "closed" if code == CLOSED else "unknown"


def measure_hours(hours: Hours, calendar: OpeningCalendar) -> HoursTable:
    """
    Return what opening hours say for every minute of a calendar.

    A public holiday that the text does not speak of is open or closed where the hours of
    its weekday and those of the Sunday before agree, else unknown: whether a place with
    `Mo-Fr 09:00-17:00` keeps to that on Corpus Christi, nobody has said. School
    holidays that are not spoken of are days as any other.

    Parameters
    ----------
    hours
        Parsed or repaired; unreadable ones have no rules and come out closed.
    """
    if hours.is_weekly:
        own, pairs, row = lay_rules(hours.rules, WEEKLY_KINDS), calendar.weekly_pairs, calendar.weekly_row
    else:
        own = lay_rules(hours.rules, calendar.days)
        pairs, row = calendar.daily_pairs, np.arange(calendar.day_count)
    codes = join_nights(own[pairs[:, 1]], own[pairs[:, 0]])
    if hours.names_public_holidays:
        return HoursTable(codes, row, calendar)
    holidays = np.flatnonzero(calendar.days.is_public)
    as_weekday = codes[row[holidays]]
    as_sunday = codes[row[calendar.previous_sunday[holidays]]]
    doubtful = np.where(as_weekday == as_sunday, as_weekday, HOLIDAY_UNNAMED).astype(np.uint8)
    row = row.copy()
    row[holidays] = len(codes) + np.arange(len(holidays))
    return HoursTable(np.concatenate([codes, doubtful]), row, calendar)
