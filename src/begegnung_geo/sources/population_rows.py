# SPDX-License-Identifier: MIT
"""Rows of a population table: every person of the input is kept, outside, or rejected with a reason."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyproj import CRS

from begegnung_geo.issues import IssueCode, build_issues, concat_issues, count_issue
from begegnung_geo.sources.delimited import DelimitedFile, parse_numbers
from begegnung_geo.sources.population_layout import PARTITIONS, PopulationLayout

Box = tuple[float, float, float, float]
EVERYWHERE: Box = (-math.inf, -math.inf, math.inf, math.inf)
_LISTED_MAX = 20
_ZENSUS_2011_SUPPRESSED = -1.0
_OK, _SUPPRESSED, _NEGATIVE, _INVALID = range(4)
_FAULTS = {
    _SUPPRESSED: (IssueCode.PERSONS_SUPPRESSED, "no people, or too few to be told ({}); counted as 0"),
    _NEGATIVE: (IssueCode.PERSONS_NEGATIVE, "negative number of people ({}); counted as 0"),
    _INVALID: (IssueCode.PERSONS_INVALID, "number of people is no number ({}); counted as 0"),
}


@dataclass(frozen=True)
class PopulationRows:
    """
    The inhabited rows of one file near the clip.

    `cells` has `row` (position in the file), `cell_id` (null where the file has
    none), `x`, `y` in `crs`, `persons` and one column a group (null is unknown).
    """

    cells: pd.DataFrame
    crs: CRS
    cell_size_m: float
    has_total: bool
    input_persons: float
    outside_persons: float
    rejected_persons: float
    row_count: int
    issues: pd.DataFrame


@dataclass
class Tally:
    """Running sums and collected rows while a file is read batch by batch."""

    input_persons: float = 0.0
    outside_persons: float = 0.0
    rejected_persons: float = 0.0
    row_count: int = 0
    kept: list[pd.DataFrame] = field(default_factory=list)
    fault_counts: Counter[IssueCode] = field(default_factory=Counter)
    faults: list[tuple[int, IssueCode, str]] = field(default_factory=list)

    def add_faults(self, code: IssueCode, *, rows: NDArray[np.int64], texts: Callable[[int], str]) -> None:
        """Count faulty rows and keep the first ones of a code for the list; `texts` gets a position."""
        listed = self.fault_counts[code]
        for position in range(min(len(rows), max(_LISTED_MAX - listed, 0))):
            self.faults.append((int(rows[position]), code, texts(position)))
        self.fault_counts[code] += len(rows)

    def build_issues(self, source: str, *, label_row: Callable[[int], str]) -> pd.DataFrame:
        """Return the table `issues`: the first 20 rows of each code, and one line for the rest."""
        parts = []
        for code, count in sorted(self.fault_counts.items()):
            listed = [(row, text) for row, found, text in self.faults if found == code]
            labels = [label_row(row) for row, _ in listed]
            parts.append(build_issues(source, code, rows=labels, texts=[text for _, text in listed]))
            parts.append(
                count_issue(source, code, count=count - len(listed), text="further rows of this kind")
            )
        return concat_issues(parts)


def report_skipped(file: DelimitedFile) -> pd.DataFrame:
    """Return the table `issues` for the lines of a streamed file that could not be told into fields."""
    lines = file.skipped_lines
    code, source = IssueCode.PERSONS_INVALID, file.path.name
    text = f"does not have {len(file.columns)} fields as the header; left out"
    listed = build_issues(source, code, rows=[f"line {line}" for line in lines[:_LISTED_MAX]], texts=text)
    rest = count_issue(source, code, count=max(len(lines) - _LISTED_MAX, 0), text=f"further lines: {text}")
    return concat_issues([listed, rest])


def add_rows(
    tally: Tally,
    cells: dict[str, pa.Array],
    *,
    rows: NDArray[np.int64],
    xy: tuple[NDArray[np.float64], NDArray[np.float64]],
    layout: PopulationLayout,
    box: Box,
    group: NDArray[np.object_] | None = None,
) -> None:
    """
    Add one batch of rows in the wide layout (one row a cell) to the tally.

    Parameters
    ----------
    tally
        Running sums; changed in place.
    cells
        Text of the columns that the layout names.
    rows
        Positions of the rows in the file, from 0.
    xy
        Coordinates in the CRS of the layout, NaN where a row has none.
    layout
        What the columns mean.
    box
        Rows outside (west, south, east, north) count as outside.
    group
        Long format: the group each row counts; kept as column `group`.
    """
    x, y = xy
    raw, persons, status = _read_persons(cells, layout)
    tally.row_count += len(x)
    counted = np.where(status == _OK, persons, 0.0)
    has_position = flag_positions(x, y, layout.crs)
    is_near = has_position & (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])
    is_blank = ~np.isfinite(x) & ~np.isfinite(y) & (pc.equal(raw, "").to_numpy(zero_copy_only=False))
    tally.input_persons += float(counted.sum())
    tally.outside_persons += float(counted[has_position & ~is_near].sum())
    tally.rejected_persons += float(counted[~has_position].sum())
    lost = np.flatnonzero(~has_position & ~is_blank)
    tally.add_faults(
        IssueCode.PERSONS_INVALID,
        rows=rows[lost],
        texts=lambda i: f"has no usable coordinates; its {counted[lost[i]]:g} persons are left out",
    )
    for fault, (code, text) in _FAULTS.items():
        bad = np.flatnonzero((status == fault) & is_near)
        tally.add_faults(code, rows=rows[bad], texts=_describe(text, raw, bad))
    keep = is_near & (counted > 0)
    columns = {"row": rows[keep], "x": x[keep], "y": y[keep], "persons": counted[keep]}
    kept = pd.DataFrame(columns)
    if group is not None:
        kept["group"] = pd.Series(group[keep], dtype="str")
    mask = pa.array(keep)
    ids = cells[layout.id_column].filter(mask).to_pylist() if layout.id_column else [None] * len(kept)
    kept.insert(1, "cell_id", pd.Series(ids, dtype="str"))
    groups, bad_rows = _read_groups(
        {name: column.filter(mask) for name, column in cells.items()}, layout, kept
    )
    tally.add_faults(
        IssueCode.PERSONS_INVALID,
        rows=rows[keep][bad_rows],
        texts=lambda _: "people of an age group are no number; the group stays unknown",
    )
    tally.kept.append(pd.concat([kept, groups], axis=1))


def flag_positions(x: NDArray[np.float64], y: NDArray[np.float64], crs: CRS) -> NDArray[np.bool_]:
    """Return which coordinates can be coordinates of the CRS."""
    is_finite = np.isfinite(x) & np.isfinite(y)
    return is_finite & (np.abs(x) <= 180) & (np.abs(y) <= 90) if crs.is_geographic else is_finite  # noqa: PLR2004


def judge_persons(persons: NDArray[np.float64], is_mark: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return 0 for a good number, else the kind of fault; -1 is the Zensus 2011's suppression mark."""
    status = np.full(len(persons), _OK, dtype=np.int64)
    status[np.isnan(persons)] = _INVALID
    status[persons < 0] = _NEGATIVE
    status[is_mark | (persons == _ZENSUS_2011_SUPPRESSED)] = _SUPPRESSED
    return status


def find_total_groups(groups: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Return the groups to sum up where there is no total, and whether they are everybody."""
    known = set(groups)
    shared = [tuple(group for group in partition if group in known) for partition in PARTITIONS]
    best = max(shared, key=len)
    return best, best in PARTITIONS


def join_cells(tally: Tally, layout: PopulationLayout) -> pd.DataFrame:
    """Return all kept rows of a tally as one frame, in file order."""
    if tally.kept:
        return pd.concat(tally.kept, ignore_index=True)
    groups = {group: pd.Series([], dtype="float64") for group in (*layout.groups, *layout.shares)}
    empty = {"row": pd.Series([], dtype="int64"), "cell_id": pd.Series([], dtype="str")}
    numbers = {name: pd.Series([], dtype="float64") for name in ("x", "y", "persons")}
    return pd.DataFrame({**empty, **numbers, **groups})


def _read_persons(
    cells: dict[str, pa.Array], layout: PopulationLayout
) -> tuple[pa.Array, NDArray[np.float64], NDArray[np.int64]]:
    if layout.persons_column is not None:
        raw = cells[layout.persons_column]
        persons, is_mark = parse_numbers(raw)
        return raw, persons, judge_persons(persons, is_mark)
    # A table of groups only: its people are the sum of the groups that are told.
    names, _ = find_total_groups(layout.groups)
    parsed = [parse_numbers(cells[layout.groups[name]]) for name in names]
    told = np.array([np.where(values > 0, values, 0.0) for values, _ in parsed])
    raw = cells[layout.groups[names[0]]]
    is_told = np.array([np.isfinite(values) | marks for values, marks in parsed]).any(axis=0)
    persons = np.where(is_told, told.sum(axis=0), np.nan)
    is_suppressed = [marks | (values < 0) for values, marks in parsed]
    return raw, persons, judge_persons(persons, np.logical_and.reduce(is_suppressed))


def _read_groups(
    cells: dict[str, pa.Array], layout: PopulationLayout, kept: pd.DataFrame
) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """
    Return the people of each group, and the positions of rows with a group that is no number.

    A mark means "zero or set to zero": it is 0 where another group of the row has
    people, and unknown where all groups are marked. A share is a percentage of the
    persons, negative where it is not told.
    """
    groups: dict[str, NDArray[np.float64]] = {}
    is_bad = np.zeros(len(kept), dtype=bool)
    is_marked: dict[str, NDArray[np.bool_]] = {}
    for name, column in layout.groups.items():
        values, marks = parse_numbers(cells[column])
        is_marked[name] = marks | (values == _ZENSUS_2011_SUPPRESSED)
        is_bad |= (np.isnan(values) & ~is_marked[name]) | ((values < 0) & ~is_marked[name])
        groups[name] = np.where(values >= 0, values, np.nan)
    has_people = np.nan_to_num(np.array(list(groups.values()))).sum(axis=0) > 0 if groups else is_bad
    for name, values in groups.items():
        groups[name] = np.where(is_marked[name] & has_people, 0.0, values)
    for name, column in layout.shares.items():
        values, _ = parse_numbers(cells[column])
        is_share = (values >= 0) & (values <= 100)  # noqa: PLR2004
        # Published with two decimals, of whole people: rounding gives the count back.
        groups[name] = np.where(is_share, np.round(values / 100 * kept["persons"].to_numpy()), np.nan)
    return pd.DataFrame(groups, index=kept.index), np.flatnonzero(is_bad)


def _describe(text: str, raw: pa.Array, positions: NDArray[np.intp]) -> Callable[[int], str]:
    return lambda i: text.format(_quote(raw[int(positions[i])]))


def _quote(cell: pa.Scalar) -> str:
    text = cell.as_py()
    return "empty" if text is None or not text.strip() else repr(text[:40])
