# SPDX-License-Identifier: MIT
"""Read figures of districts (SGB II, single households, ...) from a table, joined by id alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from begegnung_geo.crs import WGS84
from begegnung_geo.errors import SourceError
from begegnung_geo.issues import IssueCode, build_issues, concat_issues, count_issue
from begegnung_geo.profile_sources import FigureColumn, FigureSource
from begegnung_geo.schema import build_empty
from begegnung_geo.sources.delimited import parse_numbers
from begegnung_geo.sources.tabular import read_raw_table

_PERCENT_SIGN = r"[\s\u00a0\u202f]*%$"
_THOUSANDS = r"\d{1,3}(\.\d{3})+"
_HIGHEST = {"percent": 100.0, "share": 1.0}


def read_district_figures(
    path: Path, source: FigureSource, *, district_ids: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Read one table of district figures (CSV or XLSX).

    Ids are text and must be those of the districts to the letter: `010` is not `10`,
    and names are never compared. A number that is negative or above its unit's
    maximum counts as not known, as do an empty cell and a sign for "hidden".

    Parameters
    ----------
    path
        The file; its header has the columns that the profile names.
    source
        Which columns hold the id and the figures, and their units.
    district_ids
        Ids of the districts of `source.level`.

    Returns
    -------
    district_figures
        Table `district_figures`: the districts of the level that the file names.
    issues
        Rows with an unknown id, ids that stand twice with other figures (neither
        row is used), numbers that cannot be; and how many districts have no figure.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a column.
    """
    figures, issues = read_figure_table(path, source, district_ids=district_ids)
    unknown = [
        _count_unknown(figures[figures["figure"] == column.key], district_ids, column.key, file=path.name)
        for column in source.columns
    ]
    return figures, concat_issues([issues, *unknown])


def read_figure_table(
    path: Path,
    source: FigureSource,
    *,
    district_ids: Sequence[str],
    setting: str = "sources.district_figures",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Read a table of districts, whatever its figures are for; see `read_district_figures`.

    Parameters
    ----------
    setting
        Key of the profile that names the columns, for messages.

    Returns
    -------
    district_figures
        Table `district_figures`.
    issues
        The faults of its rows; districts without a figure are not counted.
    """
    wanted = [source.id_column, *(column.column for column in source.columns)]

    def rate(cells: Sequence[str]) -> int:
        return sum(name in {cell.strip() for cell in cells} for name in wanted)

    raw = read_raw_table(path, key=path.name, rate_header=rate)
    missing = [name for name in wanted if name not in raw.cells.columns]
    if missing:
        raise SourceError(
            f"{path.name} lacks the columns {', '.join(missing)}",
            where=f"{path}, first row: {', '.join(map(str, raw.cells.columns))[:200] or 'empty'}",
            hint=f"correct the columns of {setting} in the profile",
        )
    issues = [raw.issues]
    rows = raw.cells[wanted].assign(label=raw.labels)
    is_known = rows[source.id_column].isin(set(district_ids))
    issues.append(
        build_issues(
            path.name,
            IssueCode.FIGURE_DISTRICT_UNKNOWN,
            rows=rows.loc[~is_known, "label"],
            texts=[
                f"{str(text)[:40]!r} is no id of level {source.level}; the row is not used: ids are compared"
                " to the letter, leading zeros included (Excel drops them: save the column as text)"
                for text in rows.loc[~is_known, source.id_column].fillna("")
            ],
        )
    )
    rows = rows[is_known].drop_duplicates(wanted)
    is_twice = rows.duplicated(source.id_column, keep=False)
    issues.append(
        build_issues(
            path.name,
            IssueCode.FIGURE_DISTRICT_TWICE,
            rows=rows.loc[is_twice, "label"],
            texts="the district stands twice with other figures; none of its rows is used",
        )
    )
    rows = rows[~is_twice].reset_index(drop=True)
    parts = []
    for column in source.columns:
        part, faults = _read_figure(rows, column, source=source, file=path.name)
        parts.append(part)
        issues.append(faults)
    figures = pd.concat(parts, ignore_index=True)
    return (figures if len(figures) else build_empty("district_figures", crs=WGS84)), concat_issues(issues)


def _read_figure(
    rows: pd.DataFrame, column: FigureColumn, *, source: FigureSource, file: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    text = rows[column.column].fillna("").astype(str)
    plain = text.str.replace(_PERCENT_SIGN, "", regex=True) if column.unit == "percent" else text
    if column.unit == "persons":  # whole people: a point can only separate thousands
        plain = plain.mask(plain.str.fullmatch(_THOUSANDS), plain.str.replace(".", "", regex=False))
    values, is_mark = parse_numbers(pa.array(plain, type=pa.string()))
    is_outside = (values < 0) | (values > _HIGHEST.get(column.unit, np.inf))
    is_wrong = is_outside | (np.isnan(values) & ~is_mark & (text.str.strip() != "").to_numpy(dtype=bool))
    faults = build_issues(
        file,
        IssueCode.FIGURE_VALUE_INVALID,
        rows=rows.loc[is_wrong, "label"],
        texts=[
            f"{column.column}: {cell[:40]!r} is no number in {column.unit}; it counts as not known"
            for cell in text[is_wrong]
        ],
    )
    figures = pd.DataFrame(
        {
            "level": pd.Series(source.level, index=rows.index, dtype="str"),
            "district_id": rows[source.id_column].astype("str"),
            "figure": pd.Series(column.key, index=rows.index, dtype="str"),
            "unit": pd.Series(column.unit, index=rows.index, dtype="str"),
            "value": np.where(is_wrong, np.nan, values),
        }
    )
    return figures, faults


def _count_unknown(
    figures: pd.DataFrame, district_ids: Sequence[str], key: str, *, file: str
) -> pd.DataFrame:
    known = set(figures.loc[figures["value"].notna(), "district_id"])
    count = len(set(district_ids) - known)
    return count_issue(
        file,
        IssueCode.FIGURE_NOT_KNOWN,
        count=count,
        text=f"{key}: not known for {count} of {len(set(district_ids))} districts; their need is a range",
    )
