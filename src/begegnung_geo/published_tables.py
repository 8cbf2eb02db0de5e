# SPDX-License-Identifier: MIT
"""Contracts of the tables that the site is given: computed figures as they may be told."""

from dataclasses import replace

from begegnung_geo.contract import Column, Table
from begegnung_geo.result_tables import RESULT_TABLES
from begegnung_geo.table_columns import REASONS_WITHHELD

TOLD_FIGURES = (
    "coverage", "city_coverage", "open_coverage", "walk_curves", "need", "need_indicators", "underserved",
    "gaps", "fairness",
)  # fmt: skip
"""What the step `tell_figures` computes from packed people."""

TOLD_MEASURES = ("district_walks", "district_choice", "district_seats")
"""What the step `measure_choice` does: twice searching the network would take twice as long."""

TOLD_SITING = ("siting_gains", "siting_choices", "siting_ranks")
"""What the step `weigh_potential` does, for the same reason."""

PUBLISHED_TABLES = (*TOLD_FIGURES, *TOLD_MEASURES, *TOLD_SITING, "hot_spots")
"""Tables with figures of people; pages and files get `published_<name>` in their place."""

_HIDDEN = "null where hidden: some people, but fewer than `publication.suppress_below`"
_GAINS = ("gain", "greedy_gain")  # of choices: told only where they are people
_BEYOND = Column("persons_beyond", "float64", "people known to live beyond reach", unit="persons")


_WITHHELD = Column(
    "withheld",
    "str",
    "why its figures are null: too few people, the ages or walks of too many are unknown, or only a part of "
    "the people is counted; empty where the row is told (with `walk_unknown` shares of the city still are)",
    allowed=("", *REASONS_WITHHELD),
)


def list_published_tables() -> tuple[Table, ...]:
    """Return the contracts of the published tables: counts, and shares of them, may be null."""
    exact = {table.name: table for table in RESULT_TABLES}
    return tuple(_publish(exact[name]) for name in PUBLISHED_TABLES)


def _publish(table: Table) -> Table:
    columns = [_hide(column) for column in table.columns]
    families = tuple(_hide(column) for column in table.families)
    if {"persons_unknown", "persons_covered"} <= {column.name for column in columns}:
        position = 1 + next(i for i, column in enumerate(columns) if column.name == "persons_unknown")
        columns.insert(position, _hide(_BEYOND))
    if table.name in TOLD_MEASURES:
        columns.append(_WITHHELD)
    row = f"one row of `{table.name}` as every page and file tells it, from packed people"
    return replace(table, name=f"published_{table.name}", row=row, columns=tuple(columns), families=families)


def _hide(column: Column) -> Column:
    if column.unit != "persons" and column.name not in _GAINS:
        return column
    return replace(column, meaning=f"{column.meaning}; {_HIDDEN}", is_nullable=True)
