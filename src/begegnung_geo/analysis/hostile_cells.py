# SPDX-License-Identifier: MIT
"""Tags and cells beside the name that a program might run or draw, told a line a record."""

from collections.abc import Mapping, Sequence

import pandas as pd

from begegnung_geo.hostile_text import HIDDEN_SIGNS, find_hostility, is_list_sign
from begegnung_geo.issues import IssueCode, build_issues, concat_issues

_COLUMNS_SHOWN = 4
_COLUMN_LIMIT = 40
_TOLD = {
    "formula": (
        IssueCode.PLACE_TEXT_HOSTILE,
        "a text that begins like a formula; it stays a text and is never run",
    ),
    "markup": (IssueCode.PLACE_TEXT_HOSTILE, "a text with HTML; it stays a text and is never run"),
    "hidden": (
        IssueCode.PLACE_TEXT_CLEANED,
        "a text with invisible control characters; they are shown nowhere",
    ),
}


def report_hostile_cells(rows: pd.DataFrame, fields: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """
    Return the issues of texts beside the name: formulas, HTML, control characters.

    A plus or minus that leads a number, a phone or an item of a list is no formula worth a
    line; whoever writes a file puts an apostrophe before it all the same.

    Parameters
    ----------
    rows
        `source`, `row` and `name` as it was read; the name has lines of its own.
    fields
        Raw tags or columns, in the same order.

    Returns
    -------
    issues
        Table `issues`: one line a row and kind of fault, with the names of the columns.
    """
    told = zip(rows["source"], rows["row"], rows["name"], fields, strict=True)
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for source, row, name, cells in told:
        for kind, columns in _find_columns(cells, name=name).items():
            text = f"{_list_names(columns)}: {_TOLD[kind][1]}"
            found.setdefault((str(source), kind), []).append((str(row), text))
    return concat_issues(
        build_issues(
            source, _TOLD[kind][0], rows=[row for row, _ in lines], texts=[text for _, text in lines]
        )
        for (source, kind), lines in found.items()
    )


def _find_columns(cells: Mapping[str, object], *, name: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for column, value in cells.items():
        if not isinstance(value, str) or value == name:
            continue
        for kind in _list_faults(value):
            found.setdefault(kind, []).append(column)
    return found


def _list_faults(text: str) -> list[str]:
    hostility = find_hostility(text)
    is_told = hostility and not (hostility == "formula" and is_list_sign(text))
    faults: list[str] = [hostility] if is_told else []
    is_hidden = not text.isprintable() and HIDDEN_SIGNS.search(text) is not None
    return [*faults, "hidden"] if is_hidden else faults


def _list_names(columns: Sequence[str]) -> str:
    shown = [f'"{column[:_COLUMN_LIMIT]}"' for column in sorted(columns)[:_COLUMNS_SHOWN]]
    more = len(columns) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
