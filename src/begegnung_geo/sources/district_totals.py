# SPDX-License-Identifier: MIT
"""Read official numbers of people by district (CSV or XLSX), joined by id alone."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.profile_sources import FigureColumn, FigureSource, TotalsSource
from begegnung_geo.sources.district_figures import read_figure_table
from begegnung_geo.sources.population_layout import name_group

_SETTING = "sources.population_totals"


def read_district_totals(
    path: Path, source: TotalsSource, *, district_ids: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Read a table with a district a row: its id, its people, and any age groups.

    Ids, numbers and signs for "hidden" are read as in `read_district_figures`.

    Parameters
    ----------
    path
        The file; its header has the columns that the profile names.
    source
        Which column is what.
    district_ids
        Ids of the districts of `source.level`.

    Returns
    -------
    district_totals
        Table `district_totals`, by id: the districts of the level that the file names.
    issues
        Rows with an unknown id, ids that stand twice with other numbers (neither row
        is used), cells that are no number of people, and groups larger than all people
        of the district, which then count as not known.

    Raises
    ------
    ConfigError
        If a group column names no age group, or two name the same one.
    SourceError
        If the file cannot be read, lacks a column, or names no district of the level.
    """
    groups = _name_groups(source)
    columns = {"persons": source.persons_column} | groups
    shape = FigureSource(
        file=source.file,
        key="totals",
        level=source.level,
        id_column=source.id_column,
        columns=tuple(
            FigureColumn(key=key, column=column, unit="persons", label_de=column, label_en=column)
            for key, column in columns.items()
        ),
    )
    figures, issues = read_figure_table(path, shape, district_ids=district_ids, setting=_SETTING)
    if figures["value"].isna().all():
        raise SourceError(
            f"{path.name} has no number of people for any district of level {source.level}",
            where=f"{path}, columns {source.id_column} and {source.persons_column}",
            hint=f"the ids of the districts begin with: {', '.join(sorted(district_ids)[:5])}",
        )
    figures, faults = _drop_too_large_groups(figures, file=path.name)
    wide = figures.pivot_table(
        index="district_id", columns="figure", values="value", aggfunc="first", dropna=False
    )
    wide = wide.reindex(columns=list(columns)).rename_axis(columns=None).reset_index()
    totals = wide.assign(level=pd.Series(source.level, index=wide.index, dtype="str"))
    return totals[["level", "district_id", *columns]], concat_issues([issues, faults])


def _drop_too_large_groups(figures: pd.DataFrame, *, file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    persons = figures[figures["figure"] == "persons"].set_index("district_id")["value"]
    is_too_large = figures["value"] > figures["district_id"].map(persons)
    wrong = figures[is_too_large]
    texts = [
        f"{figure}: more than all people of the district; the group counts as not known"
        for figure in wrong["figure"]
    ]
    faults = build_issues(file, IssueCode.AGE_EXCEEDS_TOTAL, rows=wrong["district_id"], texts=texts)
    return figures.assign(value=figures["value"].mask(is_too_large)), faults


def _name_groups(source: TotalsSource) -> dict[str, str]:
    named = [(name_group(column), column) for column in source.group_columns]
    keys = [key for key, _ in named if key]
    if len(set(keys)) < len(named):
        wrong = [column for key, column in named if not key or keys.count(key) > 1]
        raise ConfigError(
            f"no age group, or one given twice: {', '.join(wrong)}",
            where=f"key {_SETTING}.group_columns",
            hint='name the columns like "unter 18", "18 bis 29" or "65 und älter"',
        )
    return {key: column for key, column in named if key}
