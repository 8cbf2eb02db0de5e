# SPDX-License-Identifier: MIT
"""The long format of the Zensus 2011 100 m tables: one row a cell and group."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from begegnung_geo.issues import IssueCode, concat_issues, count_issue
from begegnung_geo.sources.delimited import DelimitedFile, parse_numbers, stream_columns
from begegnung_geo.sources.population_layout import PopulationLayout, name_group
from begegnung_geo.sources.population_rows import (
    Box,
    PopulationRows,
    Tally,
    add_rows,
    find_total_groups,
    report_skipped,
)

_TOTAL = "insgesamt"
_KINDS = (_TOTAL, "alter_10jg", "alter_kurz")


def read_long_rows(file: DelimitedFile, layout: PopulationLayout, *, box: Box) -> PopulationRows:
    """
    Read the long format: totals and age groups; other attributes count the same people again.

    Where the file holds no totals (`merkmal` INSGESAMT), the persons of a cell are
    the sum of its decades, else of its classes: a lower bound unless all are there.

    Parameters
    ----------
    file
        Opened CSV file.
    layout
        Layout with `kind_columns`.
    box
        Rows outside (west, south, east, north), in the CRS of the layout, count as outside.

    Raises
    ------
    SourceError
        If the file cannot be read to its end.
    """
    tallies = {kind: Tally() for kind in _KINDS}
    names = layout.list_columns()
    row_count = 0
    for arrays in stream_columns(file, names):
        cells = dict(zip(names, arrays, strict=True))
        _add_batch(tallies, cells, first_row=row_count, layout=layout, box=box)
        row_count += len(arrays[0])
    total_kind = next((kind for kind in _KINDS if tallies[kind].row_count), _TOTAL)
    total = tallies[total_kind]
    rows = pd.concat([_join_kept(tally, kind) for kind, tally in tallies.items()], ignore_index=True)
    is_repeated = rows.duplicated(["x", "y", "kind", "group"])
    is_total = rows["kind"] == total_kind
    _, is_whole = find_total_groups(rows.loc[is_total, "group"])
    parts = [
        tally.build_issues(file.path.name, label_row=lambda row: f"line {file.find_line(row)}")
        for tally in tallies.values()
    ]
    repeat_issue = count_issue(
        file.path.name,
        IssueCode.PERSONS_DUPLICATE_CELL,
        count=int(is_repeated.sum()),
        text="cell and group stand in the file before; the first row counts",
    )
    return PopulationRows(
        cells=_pivot(rows[~is_repeated], total_kind),
        crs=layout.crs,
        cell_size_m=layout.cell_size_m,
        has_total=total_kind == _TOTAL or is_whole,
        input_persons=total.input_persons,
        outside_persons=total.outside_persons,
        rejected_persons=total.rejected_persons + float(rows.loc[is_repeated & is_total, "persons"].sum()),
        row_count=row_count,
        issues=concat_issues([*parts, repeat_issue, report_skipped(file)]),
    )


def _add_batch(
    tallies: dict[str, Tally],
    cells: dict[str, pa.Array],
    *,
    first_row: int,
    layout: PopulationLayout,
    box: Box,
) -> None:
    kind_column, group_column = layout.kind_columns or ("", "")
    kinds = _translate(cells[kind_column], str.casefold)
    groups = _translate(cells[group_column], lambda label: name_group(label) or "")
    x, y = (parse_numbers(cells[name])[0] for name in (layout.x_column, layout.y_column))
    for kind, tally in tallies.items():
        chosen = np.flatnonzero((kinds == kind) & ((groups != "") | (kind == _TOTAL)))
        if len(chosen):
            add_rows(
                tally,
                {name: column.take(pa.array(chosen)) for name, column in cells.items()},
                rows=chosen + first_row,
                xy=(x[chosen], y[chosen]),
                layout=layout,
                box=box,
                group=groups[chosen],
            )


def _translate(column: pa.Array, translate: Callable[[str], str]) -> NDArray[np.object_]:
    # Few different words stand in millions of rows: each is looked at once.
    encoded = column.dictionary_encode()
    words: NDArray[np.object_] = np.array(
        [translate(word.strip()) for word in encoded.dictionary.to_pylist()], dtype=object
    )
    positions: NDArray[np.intp] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
    return words[positions]


def _join_kept(tally: Tally, kind: str) -> pd.DataFrame:
    empty = {"row": "int64", "cell_id": "str", "x": "float64", "y": "float64", "persons": "float64"}
    none = pd.DataFrame(
        {name: pd.Series([], dtype=dtype) for name, dtype in {**empty, "group": "str"}.items()}
    )
    kept = pd.concat(tally.kept, ignore_index=True) if tally.kept else none
    return kept.assign(kind=pd.Series(kind, index=kept.index, dtype="str"))


def _pivot(rows: pd.DataFrame, total_kind: str) -> pd.DataFrame:
    """Return one row a cell with `persons` and a column a group; a group without row is unknown."""
    position = ["x", "y"]
    totals = rows[rows["kind"] == total_kind].groupby(position, sort=True)
    cells = totals.agg(row=("row", "first"), cell_id=("cell_id", "first"), persons=("persons", "sum"))
    of_groups = rows[rows["group"] != ""]
    groups = of_groups.pivot_table(index=position, columns="group", values="persons", aggfunc="first")
    groups = groups.reindex(cells.index)
    groups.columns = pd.Index([str(name) for name in groups.columns])
    return pd.concat([cells, groups], axis=1).reset_index().sort_values("row", ignore_index=True)
