# SPDX-License-Identifier: MIT
"""The columns of a CSV table of any size, judged by all their cells while it streams past."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

_HEAD_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 19
_BOM = b"\xef\xbb\xbf"
_NUMBER = r"^\s*[+-]?[0-9]+([.,][0-9]+)*\s*$"
_NOTHING = r"^\s*(-|\.|\.\.\.|/|\x96|\xe2\x80\x93|\xe2\x80\xa6)?\s*$"
"""Signs of German statistics for "none" or "not told" (- – . … ... /), in UTF-8 or cp1252; or nothing."""


class UnreadableTableError(Exception):
    """The table cannot be told into cells; the text says why."""


@dataclass
class Cells:
    """One column: its cells that hold a number, and those that hold a text."""

    name: str
    numbers: int = 0
    texts: int = 0


def measure_cells(path: Path, *, is_quoted: bool) -> tuple[int, list[Cells]]:
    """
    Return the rows of a table, and its columns.

    The delimiter is the one of `;`, `,` and tab that is most frequent in the first line.
    A first line with a number among its cells is a row, not a header: its columns are numbered.
    Rows with too few or too many cells count as rows; their cells are not looked at.

    Raises
    ------
    UnreadableTableError
        If the text cannot be told into cells, quoted or not.
    """
    if is_quoted:
        try:
            return _measure(path, is_quoted=True)
        except UnreadableTableError:
            return _measure(path, is_quoted=False)  # a lone quotation mark somewhere
    return _measure(path, is_quoted=False)


def _measure(path: Path, *, is_quoted: bool) -> tuple[int, list[Cells]]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).removeprefix(_BOM).lstrip(b"\r\n").split(b"\n", 1)[0].rstrip(b"\r")
    text = head.decode("utf-8", "replace")
    delimiter = max(";,\t", key=text.count)
    names = [cell.strip(' "') for cell in text.split(delimiter)]
    has_header = not any(re.fullmatch(_NUMBER, cell) for cell in names)
    columns = [Cells(name if has_header else f"column {n}") for n, name in enumerate(names, start=1)]
    ragged = 0

    def skip(_: object) -> str:
        nonlocal ragged
        ragged += 1
        return "skip"

    rows = 0
    parse = pacsv.ParseOptions(
        delimiter=delimiter,
        quote_char='"' if is_quoted else False,
        newlines_in_values=is_quoted,
        invalid_row_handler=skip,
    )
    for batch in _stream(path, len(columns), parse=parse, has_header=has_header):
        rows += batch.num_rows
        for cells, values in zip(columns, batch.columns, strict=True):
            _count(values, cells)
    return rows + ragged, columns


def _stream(
    path: Path, width: int, *, parse: pacsv.ParseOptions, has_header: bool
) -> Iterator[pa.RecordBatch]:
    names = [f"c{number}" for number in range(width)]
    try:
        yield from pacsv.open_csv(
            path,
            read_options=pacsv.ReadOptions(
                column_names=names, skip_rows_after_names=int(has_header), block_size=_BLOCK_BYTES
            ),
            parse_options=parse,
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary())),
        )
    except pa.ArrowInvalid as error:
        raise UnreadableTableError(f"cannot be read: {str(error).splitlines()[0][:200]}") from error


def _count(values: Any, cells: Cells) -> None:  # noqa: ANN401 - pyarrow has no types
    try:
        pc.cast(pc.cast(values, pa.string()), pa.float64())  # the fast way: numbers all the way down
        cells.numbers += len(values)
    except pa.ArrowInvalid:
        numbers = pc.sum(pc.match_substring_regex(values, _NUMBER)).as_py() or 0
        nothing = pc.sum(pc.match_substring_regex(values, _NOTHING)).as_py() or 0
        cells.numbers += numbers
        cells.texts += len(values) - numbers - nothing
