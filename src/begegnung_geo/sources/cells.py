# SPDX-License-Identifier: MIT
"""
Cells of a list as text: nothing is evaluated, nothing guessed.

A formula stays the text of the formula, a date becomes ISO text, whole numbers lose
their `.0`. Characters that nobody can see (control codes, direction marks, half
surrogates) are removed and counted.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.hostile_text import HIDDEN_SIGNS
from begegnung_geo.issues import IssueCode, build_issues, concat_issues


@dataclass(frozen=True)
class RawTable:
    """
    The rows of one file: text cells (NaN where empty) and a label a row.

    `labels` are what the user finds in the file: the line of a CSV, the row of a
    sheet, the running number of a feature. `geometry` is any geometry in the
    file's CRS on the same index, None where the format has none.
    """

    cells: pd.DataFrame
    labels: pd.Series
    geometry: gpd.GeoSeries | None
    issues: pd.DataFrame


def clean_cell(text: str) -> str:
    """Return a text without characters that nobody can see; line breaks become plain ones."""
    if text.isprintable():
        return text
    return HIDDEN_SIGNS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def format_cell(value: Any) -> str:  # noqa: ANN401, PLR0911
    """Return the text of a cell as a person would type it; an empty text for nothing."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    if hasattr(value, "text"):  # openpyxl's array formula
        return str(value.text or "")
    return _format_number(value)


def _format_number(value: Any) -> str:  # noqa: ANN401
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return str(value)
    if math.isnan(number):
        return ""
    is_whole = number.is_integer() and abs(number) < 1e15  # noqa: PLR2004
    return str(int(number)) if is_whole else str(value)


def build_raw_table(records: list[tuple[int, list[str]]], *, key: str, issues: pd.DataFrame) -> RawTable:
    """Return the table of these records, the header first; each with its line or row in the file."""
    header = [clean_cell(cell).strip() for cell in records[0][1]]
    while header and not header[-1]:
        header.pop()
    filled = [(row, cells) for row, cells in records[1:] if any(cell.strip() for cell in cells)]
    width = max([len(header), *(_find_end(cells) for _, cells in filled)])
    names = _name_columns(header, width)
    padded = [(cells + [""] * width)[:width] for _, cells in filled]
    texts = pd.DataFrame(padded, columns=names, dtype=object)
    labels = pd.Series([str(row) for row, _ in filled], dtype="str")
    is_long = [_find_end(cells) > len(header) for _, cells in filled]
    ragged = build_issues(
        key,
        IssueCode.PLACE_ROW_RAGGED,
        rows=labels[pd.Series(is_long, dtype=bool)],
        texts="more cells than the header has columns; kept as column_N: check the separators",
    )
    cells, cleaned = clean_cells(texts, labels, key=key)
    return RawTable(cells, labels, None, concat_issues([issues, ragged, cleaned]))


def clean_cells(texts: pd.DataFrame, labels: pd.Series, *, key: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells stripped, without hidden characters, null where empty; and `issues`."""
    is_cleaned = np.zeros(len(texts), dtype=bool)
    columns = {}
    for name, column in texts.items():
        kept = [clean_cell(text) for text in column]
        is_cleaned |= np.array([HIDDEN_SIGNS.search(text) is not None for text in column], dtype=bool)
        values = pd.Series([text.strip() or None for text in kept], index=texts.index, dtype="str")
        columns[clean_cell(str(name))] = values
    issues = build_issues(
        key,
        IssueCode.PLACE_TEXT_CLEANED,
        rows=labels[is_cleaned],
        texts="invisible control characters removed",
    )
    return pd.DataFrame(columns, index=texts.index), issues


def _find_end(cells: Sequence[str]) -> int:
    return max((i + 1 for i, cell in enumerate(cells) if cell.strip()), default=0)


def _name_columns(header: Sequence[str], width: int) -> list[str]:
    names: list[str] = []
    for i in range(width):
        name = header[i] if i < len(header) and header[i] else f"column_{i + 1}"
        repeat = 2
        unique = name
        while unique in names:
            unique, repeat = f"{name}#{repeat}", repeat + 1
        names.append(unique)
    return names
