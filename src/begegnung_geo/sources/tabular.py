# SPDX-License-Identifier: MIT
"""Rows of any list as text: CSV, XLSX, GeoJSON and whatever else GDAL reads."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import pandas as pd

from begegnung_geo.errors import SourceError
from begegnung_geo.issues import IssueCode, concat_issues, count_issue
from begegnung_geo.sources.cells import RawTable, build_raw_table, clean_cells, format_cell
from begegnung_geo.sources.layer import read_layer

RateHeader = Callable[[Sequence[str]], int]
"""Returns how many columns of a header row are understood; 0 for a row that is no usable header."""

_FILE_MAX_BYTES = 200_000_000  # a list of places; the largest real ones have some MB
_UNPACKED_MAX_BYTES = 400_000_000  # XLSX is a ZIP: what it may unpack to
_ROWS_MAX = 1_048_576  # Excel's own limit; a forged row number may claim billions
_COLUMNS_MAX = 256
_HEADER_ROWS = 10  # title lines above the header, at most
_DELIMITERS = (";", ",", "\t", "|")
_DELIMITED_SUFFIXES = (".csv", ".txt", ".tsv")
_EXCEL_SUFFIXES = (".xlsx", ".xlsm")
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP or Excel file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)"),
    (b"\x89PNG", "a picture"),
    (b"<!DOCTYPE", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
)


def read_raw_table(path: Path, *, key: str, rate_header: RateHeader) -> RawTable:
    """
    Read all rows of a list; rows without any content are left out.

    Parameters
    ----------
    path
        CSV (comma, semicolon, tab; UTF-8, else Windows-1252), XLSX (the first sheet
        with a usable header), GeoJSON, or any vector file.
    key
        Source key for `issues`.
    rate_header
        Says how many columns of a possible header are understood. Title lines above
        the header are passed over. Not asked for formats with named fields.

    Raises
    ------
    SourceError
        If the file is missing, empty, cut off, too large, no table, or no row of
        the first ten is a usable header.
    CrsError
        If a vector file names an unknown CRS.
    """
    head = _read_head(path)
    suffix = path.suffix.lower()
    if suffix in _DELIMITED_SUFFIXES:
        return _read_delimited(path, key=key, rate_header=rate_header)
    if suffix in _EXCEL_SUFFIXES:
        return _read_workbook(path, key=key, rate_header=rate_header)
    if head.startswith(_FOREIGN[2][0]):
        raise _no_table(path, _FOREIGN[2][1], hint="open it in Excel and save it as .xlsx")
    if b"<OGRVRTDataSource" in head:
        # It may name other files and web addresses, which GDAL would then open.
        raise _no_table(path, "a reference to other files (VRT)", hint="give the list itself")
    return _read_features(path, key=key)


def _read_head(path: Path) -> bytes:
    if not path.is_file():
        raise SourceError(
            f"there is no file {path.name}", where=str(path), hint="check the path, or run `make fetch`"
        )
    size = path.stat().st_size
    if size == 0:
        raise SourceError(f"{path.name} is empty", where=str(path), hint="fetch or save the file again")
    if size > _FILE_MAX_BYTES:
        raise SourceError(
            f"{path.name} is too large for a list of places",
            where=f"{path}: {size / 1e6:.0f} MB, at most {_FILE_MAX_BYTES / 1e6:.0f} MB",
            hint="take the rows of the city only",
        )
    with path.open("rb") as file:
        return file.read(4096)


def _no_table(path: Path, kind: object, *, hint: str = "") -> SourceError:
    return SourceError(
        f"{path.name} cannot be read as a table",
        where=f"{path}: {kind}",
        hint=hint or "the file may be cut off or of another kind; open it, check it and save it again",
    )


# --- CSV ---


def _read_delimited(path: Path, *, key: str, rate_header: RateHeader) -> RawTable:
    text, issues = _decode(path, key)
    text, delimiter = _find_delimiter(text, rate_header)
    lines = io.StringIO(text, newline="")
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    start = 1
    try:
        for cells in reader:
            records.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise _no_table(path, f"line {start}: {error}") from error
    _require_closed_quotes(path, text, start=records[-1][0] if records else 1, delimiter=delimiter)
    position = _find_header((cells for _, cells in records), rate_header)
    if position is None:
        raise _no_header(path, [records[0][1] if records else []])
    return build_raw_table(records[position:], key=key, issues=issues)


def _decode(path: Path, key: str) -> tuple[str, pd.DataFrame]:
    content = path.read_bytes()
    for magic, kind in _FOREIGN:
        if content.startswith(magic):
            raise _no_table(path, kind, hint="save it as CSV or XLSX under a name that says so")
    no_issues = concat_issues([])
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
            return content.decode("utf-16"), no_issues
        if b"\x00" in content[:4096]:
            raise _no_table(path, "it holds zero bytes: not text")
        return content.decode("utf-8-sig"), no_issues
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.end >= len(content):
            raise _no_table(path, "it ends in the middle of a letter: cut off") from error
    try:
        text, encoding = content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, encoding = content.decode("latin-1"), "Latin-1"
    note = f"not UTF-8; read as {encoding}: check the umlauts"
    return text, count_issue(key, IssueCode.ENCODING_FALLBACK, count=1, text=note)


def _find_delimiter(text: str, rate_header: RateHeader) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        return "\n" + rest, first.strip()[-1]  # Excel's own mark; the line stays counted

    def rate(delimiter: str) -> tuple[int, int]:
        sample = io.StringIO(text[:200_000], newline="")
        rows = [row for row, _ in zip(_read_leniently(sample, delimiter), range(_HEADER_ROWS), strict=False)]
        return max(map(rate_header, rows), default=0), max(map(len, rows), default=0)

    return text, max(_DELIMITERS, key=rate)


def _read_leniently(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def _require_closed_quotes(path: Path, text: str, *, start: int, delimiter: str) -> None:
    # An open quotation mark swallows the rest of the file into one cell without a word.
    last = text.splitlines(keepends=True)[start - 1 :]
    try:
        for _ in csv.reader(last, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise _no_table(
                path,
                f"line {start}: a quotation mark is opened and never closed",
                hint="close it, or fetch again",
            ) from error


# --- XLSX ---


def _read_workbook(path: Path, *, key: str, rate_header: RateHeader) -> RawTable:
    require_harmless_zip(path)
    headers = []
    for records in _read_sheets(path):
        position = _find_header((cells for _, cells in records), rate_header)
        if position is not None:
            return build_raw_table(records[position:], key=key, issues=concat_issues([]))
        headers.append(next((cells for _, cells in records if any(cells)), []))
    raise _no_header(path, headers)


def require_harmless_zip(path: Path) -> None:
    """Raise SourceError unless a workbook is a whole ZIP that unpacks to a size a list can have."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _no_table(path, error) from error
    if unpacked > _UNPACKED_MAX_BYTES:
        raise SourceError(
            f"{path.name} unpacks to more than a list of places can hold",
            where=f"{path}: {unpacked / 1e6:.0f} MB, at most {_UNPACKED_MAX_BYTES / 1e6:.0f} MB",
            hint="save the list alone as a new workbook",
        )


def _read_sheets(path: Path) -> Iterator[list[tuple[int, list[str]]]]:
    import warnings  # noqa: PLC0415

    import openpyxl  # noqa: PLC0415  # 0.3 s that runs without an XLSX need not wait

    failures = (
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        NotImplementedError,
    )
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles it does not know
        try:
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
            for sheet in workbook.worksheets:
                sheet.reset_dimensions()  # the stored size may be a lie
                yield list(_read_cells(sheet, path))
        except SourceError:
            raise
        except failures as error:
            raise _no_table(path, f"{type(error).__name__}: {error}") from error


def _read_cells(sheet: Any, path: Path) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401
    for row, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if row > _ROWS_MAX:
            raise _no_table(path, f"sheet {sheet.title!r} claims more than {_ROWS_MAX} rows")
        if any(value is not None for value in values[_COLUMNS_MAX:]):
            raise _no_table(path, f"sheet {sheet.title!r}, row {row}: more than {_COLUMNS_MAX} columns")
        if any(value is not None for value in values):
            yield row, [format_cell(value) for value in values[:_COLUMNS_MAX]]


# --- GeoJSON and other vector files ---


def _read_features(path: Path, *, key: str) -> RawTable:
    features, issues = read_layer(path)
    columns = [column for column in features.columns if column != features.geometry.name]
    texts = pd.DataFrame(
        {str(column): [format_cell(value) for value in features[column]] for column in columns},
        index=features.index,
        dtype=object,
    )
    labels = pd.Series([str(i + 1) for i in range(len(features))], index=features.index, dtype="str")
    cells, cleaned = clean_cells(texts, labels, key=key)
    return RawTable(cells, labels, features.geometry, concat_issues([issues.assign(source=key), cleaned]))


def _find_header(rows: Iterable[list[str]], rate_header: RateHeader) -> int | None:
    ratings = [rate_header(cells) for _, cells in zip(range(_HEADER_ROWS), rows, strict=False)]
    best = max(ratings, default=0)
    return ratings.index(best) if best else None


def _no_header(path: Path, headers: Sequence[Sequence[str]]) -> SourceError:
    there = " | ".join(", ".join(cell for cell in cells[:30] if cell) for cells in headers)
    return SourceError(
        f"{path.name} has no column that tells where a place is",
        where=f"{path}, first row: {there[:300] or 'empty'}",
        hint="a header is needed: name, klasse (optional), and breite + laenge (lat + lon), "
        "or ostwert + nordwert, or adresse, or strasse + hausnummer (+ plz, ort)",
    )
