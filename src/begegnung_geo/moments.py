# SPDX-License-Identifier: MIT
"""The part of a profile about opening hours: whose holidays count, and the named moments."""

from typing import Literal

from pydantic import Field, model_validator

from begegnung_geo.profile_base import Frozen

_ROUNDING = 1e-6  # of an hour such as 9.1
Weekday = Literal["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
DayKind = Literal["ordinary", "school_holiday", "public_holiday"]
Land = Literal["BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"]


class Opening(Frozen):
    """Whose holidays count when opening hours are read, and in which year they are tried."""

    land: Land
    year: int | None = Field(default=None, ge=1991, le=2100)
    year_default: int = Field(ge=1991, le=2100)
    open_share_min: float = Field(gt=0, le=1)


class Moment(Frozen):
    """One named time at which people ask whether a place is open."""

    label_de: str = Field(min_length=1)
    label_en: str = Field(min_length=1)
    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    days: DayKind
    from_hour: float = Field(ge=0, lt=24)
    to_hour: float = Field(gt=0, le=24)
    open_min: int = Field(ge=1, le=1440)
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "Moment":
        if any(abs(round(hour * 60) - hour * 60) > _ROUNDING for hour in (self.from_hour, self.to_hour)):
            raise ValueError("from_hour and to_hour must be whole minutes: 9.5 is half past nine")
        if self.to_min - self.from_min < self.open_min:
            raise ValueError(f"between from_hour and to_hour there are less than {self.open_min} minutes")
        return self

    @property
    def from_min(self) -> int:
        """Return the beginning in minutes after midnight."""
        return round(self.from_hour * 60)

    @property
    def to_min(self) -> int:
        """Return the end in minutes after midnight."""
        return round(self.to_hour * 60)
