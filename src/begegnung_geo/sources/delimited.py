# SPDX-License-Identifier: MIT
"""Stream large CSV files: columns as text in batches, numbers in German or English writing."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from begegnung_geo.errors import SourceError

_SEPARATORS = (";", ",", "\t", "|")
_BLOCK_BYTES = 1 << 20  # 3.1 million rows then take 90 MB; with 4 MB blocks 220 MB, and are no faster
_HEAD_BYTES = 1 << 16
# Signs for "nothing, or too little to tell"; \x96 is the en dash of Windows-1252 read as Latin-1.
_MARKS = pa.array(["–", "—", "-", "\x96", "/", ".", "...", "x", "X", "•"])
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_GERMAN_THOUSANDS = r"^[+-]?\d{1,3}(\.\d{3})+,\d+$"


@dataclass
class DelimitedFile:
    """
    A CSV file whose header has been read.

    `skipped_lines` fills up while the file is streamed: lines with too many or
    too few fields, blank ones left out.
    """

    path: Path
    columns: tuple[str, ...]
    separator: str
    encoding: str
    header_line: int
    skipped_lines: list[int] = field(default_factory=list)

    def find_line(self, row: int) -> int:
        """Return the line number, from 1, of the row (from 0) that `stream_columns` yielded."""
        line = self.header_line + 1 + row
        for skipped in sorted(self.skipped_lines):
            if skipped > line:
                break
            line += 1
        return line


def open_delimited(path: Path) -> DelimitedFile:
    """
    Read the header of a CSV file; find out encoding and separator.

    UTF-8 (with or without BOM), UTF-16 with BOM, else Latin-1. The separator is the
    most frequent of semicolon, comma, tab and bar in the header.

    Raises
    ------
    SourceError
        If the file is missing, empty or not text.
    """
    if not path.is_file():
        raise SourceError(
            f"there is no file {path.name}", where=str(path), hint="check the path, or run `make fetch`"
        )
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    encoding = _find_encoding(path, head)
    lines = head.decode(encoding, errors="replace").splitlines()
    header_line = next((number for number, line in enumerate(lines, 1) if line.strip("\ufeff \t;,")), 0)
    if not header_line:
        raise SourceError(f"{path.name} is empty", where=str(path), hint="fetch the file again")
    header = lines[header_line - 1].lstrip("\ufeff")
    separator = max(_SEPARATORS, key=lambda sign: (header.count(sign), -_SEPARATORS.index(sign)))
    columns = tuple(name.strip() for name in next(csv.reader([header], delimiter=separator)))
    return DelimitedFile(path, columns, separator, encoding, header_line)


def stream_columns(file: DelimitedFile, names: Sequence[str]) -> Iterator[list[pa.Array]]:
    """
    Yield some columns of a CSV file in batches, all as text, in file order.

    Raises
    ------
    SourceError
        If the file cannot be read to its end or most of its lines have another
        number of fields than the header.
    """
    keys = [f"c{position}" for position in range(len(file.columns))]
    wanted = [keys[file.columns.index(name)] for name in names]
    lines_of_blanks: list[int] = []

    def skip(row: pacsv.InvalidRow) -> str:
        (file.skipped_lines if row.text.strip() else lines_of_blanks).append(row.number)
        return "skip"

    row_count = 0
    try:
        reader = pacsv.open_csv(
            file.path,
            read_options=pacsv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                skip_rows=file.header_line,
                column_names=keys,
                encoding=file.encoding,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=file.separator, ignore_empty_lines=False, invalid_row_handler=skip
            ),
            convert_options=pacsv.ConvertOptions(
                include_columns=wanted,
                column_types={key: pa.string() for key in wanted},
                strings_can_be_null=False,
            ),
        )
        for batch in reader:
            row_count += batch.num_rows
            yield [batch.column(position) for position in range(len(wanted))]
    except (pa.ArrowInvalid, UnicodeError, OSError) as error:
        raise _unreadable(file.path, error) from error
    if len(file.skipped_lines) > row_count:
        raise _unreadable(
            file.path, f"{len(file.skipped_lines)} lines do not have {len(file.columns)} fields"
        )


def parse_numbers(cells: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """
    Return numbers (NaN where there is none) and whether the cell holds a suppression mark.

    Decimal comma and point are both read; in `1.234,5` the points separate thousands.
    """
    text = pc.utf8_trim_whitespace(cells)
    is_mark = pc.is_in(text, value_set=_MARKS)
    has_thousands = pc.match_substring_regex(text, _GERMAN_THOUSANDS)
    text = pc.if_else(has_thousands, pc.replace_substring(text, ".", ""), text)
    text = pc.replace_substring(text, ",", ".")
    is_number = pc.fill_null(pc.match_substring_regex(text, _NUMBER), fill_value=False)
    numbers = pc.if_else(is_number, text, pa.scalar(None, pa.string())).cast(pa.float64())
    values = numbers.to_numpy(zero_copy_only=False).astype(np.float64)
    marks = pc.fill_null(is_mark, fill_value=False).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(values), values, np.nan), marks.astype(bool)


def _find_encoding(path: Path, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        raise _unreadable(path, "it is not a text file")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_BLOCK_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "utf-8"


def _unreadable(path: Path, reason: object) -> SourceError:
    return SourceError(
        f"{path.name} cannot be read as a table",
        where=f"{path}: {reason}",
        hint="the file may be cut off, compressed or of another kind; unpack it or fetch it again",
    )
