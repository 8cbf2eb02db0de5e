# SPDX-License-Identifier: MIT
"""Of people the site is given published tables only, and these have room for what is hidden."""

from begegnung_geo.published_tables import PUBLISHED_TABLES
from begegnung_geo.publishing import SITE_TABLES
from begegnung_geo.schema import TABLES

# Where people live is drawn from their homes; nobody is counted from it (render/inhabited.py).
DRAWN_ONLY = {"demand"}
# Differences of two published tables (analysis/scenario.py).
OF_PUBLISHED = {"scenario_coverage", "scenario_open_coverage"}
# A place's capacity is no number of inhabitants.
NOT_INHABITANTS = {"capacity_persons"}


def _list_persons(name: str) -> set[str]:
    table = TABLES[name]
    columns = {column.name for column in (*table.columns, *table.families) if column.unit == "persons"}
    return columns - NOT_INHABITANTS


def test_no_exact_table_with_people_reaches_the_site() -> None:
    exact = {name for name in SITE_TABLES if not name.startswith("published_") and _list_persons(name)}
    assert exact == DRAWN_ONLY | OF_PUBLISHED


def test_every_published_count_may_be_hidden() -> None:
    for name in PUBLISHED_TABLES:
        table = TABLES[f"published_{name}"]
        counts = [column for column in table.columns if column.name in _list_persons(f"published_{name}")]
        assert all(column.is_nullable for column in counts), name
        assert {column.name for column in TABLES[name].columns} <= {column.name for column in table.columns}
