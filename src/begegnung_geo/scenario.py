# SPDX-License-Identifier: MIT
"""
A scenario: what would be different, as a file in `config/<city>/scenarios/`.

It changes the inputs of the pipeline - places, walk network, walking speeds - and nothing
of how they are computed.
"""

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, model_validator

from begegnung_geo.profile_base import Frozen, Key

SCENARIO_SOURCE = "szenario"
"""Source key of places that only a scenario has."""

Position = tuple[FiniteFloat, FiniteFloat]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Opening(Frozen):
    """A place that opens: one of the inventory by `id`, or a new one by name, class and position."""

    id: str = ""
    name: str = Field(default="", max_length=200)
    place_class: str = Field(default="", alias="class")
    position: Position | None = None
    opening_hours: str = Field(default="", max_length=200)

    @property
    def is_new(self) -> bool:
        """Whether the inventory does not have the place."""
        return not self.id

    @model_validator(mode="after")
    def _check(self) -> "Opening":
        given = (bool(self.name), bool(self.place_class), self.position is not None)
        if self.is_new and not all(given):
            raise ValueError("needs either id, or name, class and position")
        if not self.is_new and any(given):
            raise ValueError("a place with an id brings its own name, class and position; [[move]] moves it")
        return self


class Closing(Frozen):
    """A place that closes."""

    id: str = Field(min_length=1)


class Move(Frozen):
    """A place that moves."""

    id: str = Field(min_length=1)
    position: Position


class NewHours(Frozen):
    """A place that opens at other hours."""

    id: str = Field(min_length=1)
    opening_hours: Text


class Link(Frozen):
    """A new footbridge or path; both ends join the walk network."""

    name: Text
    line: tuple[Position, ...] = Field(min_length=2)
    step_free: bool | None = None


class Scenario(Frozen):
    """What would be different."""

    title: Text
    note: str = Field(default="", max_length=1000)
    valid_from: dt.date | None = None
    crs: str = "EPSG:4326"
    open: tuple[Opening, ...] = ()
    close: tuple[Closing, ...] = ()
    move: tuple[Move, ...] = ()
    hours: tuple[NewHours, ...] = ()
    link: tuple[Link, ...] = ()
    speeds_m_s: dict[Key, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> "Scenario":
        if not any((self.open, self.close, self.move, self.hours, self.link, self.speeds_m_s)):
            raise ValueError("the scenario changes nothing")
        lists: dict[str, list[str]] = {
            "open": [change.id for change in self.open if change.id],
            "close": [change.id for change in self.close],
            "move": [change.id for change in self.move],
            "hours": [change.id for change in self.hours],
        }
        for name, ids in lists.items():
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{twice[0]!r} stands twice in {name}")
        names = [change.name.strip() for change in self.open if change.is_new]
        if twice := sorted({one for one in names if names.count(one) > 1}):
            raise ValueError(f"two new places have the name {twice[0]!r}: give each its own")
        for name in ("open", "move", "hours"):
            if both := sorted(set(lists["close"]) & set(lists[name])):
                raise ValueError(f"{both[0]!r} stands in close and in {name}")
        return self

    def list_ids(self) -> list[str]:
        """Return the ids of the inventory that the scenario names, sorted."""
        named: list[Any] = [*self.open, *self.close, *self.move, *self.hours]
        return sorted({change.id for change in named if change.id})
