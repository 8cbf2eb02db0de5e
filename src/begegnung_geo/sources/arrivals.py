# SPDX-License-Identifier: MIT
"""The door: what arrived is whole, is what its name says, and has not lost fields or rows since last time."""

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

from begegnung_geo.errors import SourceError, format_rows
from begegnung_geo.sources.http_answers import looks_like_html

_START_BYTES = 4096
_CHUNK_BYTES = 1 << 20
_BATCH_ROWS = 8192
_VECTOR_SUFFIXES = (".geojson", ".json", ".gpkg", ".gml")
_TABLE_SUFFIXES = (".csv", ".txt")
_NUMBER = r"^-?[0-9]+([.,][0-9]+)?$"
_BLOB_HEADER_MAX_BYTES = 64 * 1024
_NUMBER_SHARE = 0.5
_WIRE_VARINT, _WIRE_BYTES = 0, 2


@dataclass(frozen=True)
class FileShape:
    """Size of a file, and for tables the rows and the kind of each field: number, text, other, empty."""

    byte_count: int
    row_count: int | None = None
    fields: tuple[tuple[str, str], ...] = ()


def measure_shape(path: Path, *, name: str) -> FileShape:
    """
    Return the shape of a file that has arrived whole.

    Parameters
    ----------
    path
        The file, under whatever name it waits.
    name
        The name it is going to have: its ending says what must be inside.

    Raises
    ------
    SourceError
        If it is empty, a web page, or not whole.
    """
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    size = path.stat().st_size
    if not start.strip():
        raise _unfit(name, "is empty")
    if looks_like_html(start):
        raise _unfit(name, "is a web page, not data")
    if name.endswith(".pbf"):
        _require_whole_pbf(path, name=name)
    if name.endswith((".osm", ".xml")):
        _require_whole_osm(path, name=name)
    if name.endswith(_VECTOR_SUFFIXES):
        return _measure_vector(path, name=name)
    if name.endswith(_TABLE_SUFFIXES):
        return _measure_table(path, start=start)
    return FileShape(size)


def require_fields(shape: FileShape, *, wanted: tuple[str, ...], rows_min: int, name: str) -> None:
    """
    Raise unless a file has the fields and rows that its profile counts on.

    Raises
    ------
    SourceError
        If a field is missing (names it), or there are fewer rows than `rows_min`, or none.
    """
    known = {field.lower() for field, _ in shape.fields}
    missing = [field for field in wanted if field.lower() not in known]
    if missing:
        raise SourceError(
            f"{name} has no field {format_rows(missing)}",
            where=f"{name}, fields: {format_rows([field for field, _ in shape.fields], limit=30)}",
            hint="look at the data set at its publisher, then adapt `fields` and the columns in the profile",
        )
    if shape.row_count is not None and shape.row_count < max(rows_min, 1):
        raise SourceError(
            f"{name} has {shape.row_count} rows, at least {max(rows_min, 1)} are expected",
            where=f"{name}, key rows_min",
            hint="look at the data set at its publisher; it may be in maintenance",
        )


def require_no_drift(
    shape: FileShape, *, last: FileShape, share_min: float, name: str, last_date: str
) -> None:
    """
    Raise if a new file lost a field, changed a field's type, or shrank, against the last good one.

    Fields that are new, and fields empty in either file, are no drift.

    Raises
    ------
    SourceError
        Names the field and the date of the last good file, which stays.
    """
    now = dict(shape.fields)
    for field, kind in last.fields:
        if field not in now:
            raise _drifted(name, f"lost its field {field!r}", last_date=last_date)
        if "empty" not in {kind, now[field]} and kind != now[field]:
            change = f"changed its field {field!r} from {kind} to {now[field]}"
            raise _drifted(name, change, last_date=last_date)
    before, after = last.byte_count, shape.byte_count
    unit = "bytes"
    if last.row_count is not None and shape.row_count is not None:
        before, after, unit = last.row_count, shape.row_count, "rows"
    if after < before * share_min:
        loss = f"shrank from {before} to {after} {unit}, below the share of {share_min:g}"
        raise _drifted(name, loss, last_date=last_date)


def _drifted(name: str, what: str, *, last_date: str) -> SourceError:
    return SourceError(
        f"{name} {what}; the last good file of {last_date or 'unknown date'} stays",
        where=f"data/raw, {name}",
        hint="if it is meant: adapt the profile (fields, shrink_share_min), remove the old file, fetch again",
    )


def _unfit(name: str, what: str) -> SourceError:
    return SourceError(
        f"what arrived as {name} {what}",
        where=name,
        hint="run `make fetch` again; open the address in a browser if it stays",
    )


def _measure_vector(path: Path, *, name: str) -> FileShape:
    # Read as a stream, attributes only: the type of each field comes from all rows, memory stays flat.
    row_count = 0
    filled: dict[str, int] = {}
    kinds: dict[str, str] = {}
    with path.open("rb") as file:
        text = b"GeoJSON" if name.endswith("json") else b""
        if text and not file.read(_START_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            raise _unfit(name, "is not a GeoJSON object")
    prefix = "GeoJSON:" if text else ""
    try:
        with pyogrio.open_arrow(
            f"{prefix}{path}", read_geometry=False, batch_size=_BATCH_ROWS, use_pyarrow=True
        ) as (_, reader):
            kinds = {field.name: _kind_of(field.type) for field in reader.schema}
            for batch in reader:
                row_count += batch.num_rows
                for column in batch.schema.names:
                    nulls = batch.column(column).null_count
                    filled[column] = filled.get(column, 0) + batch.num_rows - nulls
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        RuntimeError,
        pa.ArrowInvalid,
    ) as error:
        raise _unfit(name, f"cannot be read: {error}") from error
    fields = tuple((field, kind if filled.get(field) else "empty") for field, kind in kinds.items())
    return FileShape(path.stat().st_size, row_count, fields)


def _kind_of(dtype: pa.DataType) -> str:
    if pa.types.is_integer(dtype) or pa.types.is_floating(dtype):
        return "number"
    # GDAL takes text that looks like a date for one; that is no change of the source.
    is_date = pa.types.is_temporal(dtype)
    return "text" if is_date or pa.types.is_string(dtype) or pa.types.is_large_string(dtype) else "other"


def _measure_table(path: Path, *, start: bytes) -> FileShape:
    line_count = 0
    last = b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            line_count += chunk.count(b"\n")
            last = chunk[-1:]
    line_count += last != b"\n"
    lines = [line.rstrip(b"\r") for line in start.split(b"\n")]
    head = lines[0].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    delimiter = max(";,\t", key=head.count)
    names = [cell.strip(' "') for cell in head.split(delimiter)]
    has_header = not any(re.fullmatch(_NUMBER, cell) for cell in names)
    samples = [
        line.decode("utf-8", "replace").split(delimiter)
        for line in lines[1 if has_header else 0 : -1]
        if line.count(delimiter.encode()) == len(names) - 1
    ]
    labels = names if has_header else [f"column {number}" for number in range(1, len(names) + 1)]
    fields = tuple((label, _kind_of_cells([row[i] for row in samples])) for i, label in enumerate(labels))
    return FileShape(path.stat().st_size, line_count - has_header, fields)


def _kind_of_cells(cells: list[str]) -> str:
    # A number column may hold dashes for "nothing"; the majority speaks.
    filled = pa.array([cell.strip(' "') for cell in cells if cell.strip(' "')], type=pa.string())
    if not len(filled):
        return "empty"
    share = pc.mean(pc.match_substring_regex(filled, _NUMBER)).as_py()
    return "number" if share >= _NUMBER_SHARE else "text"


def _require_whole_osm(path: Path, *, name: str) -> None:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        if b"</osm>" not in file.read():
            raise _unfit(name, "ends early: the closing </osm> is missing")


def _require_whole_pbf(path: Path, *, name: str) -> None:
    """Walk over the blocks of a PBF without unpacking them: a cut file ends inside one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = True
        while (begin := file.read(4)) != b"":
            length = int.from_bytes(begin, "big")
            header = file.read(length) if len(begin) == 4 and length <= _BLOB_HEADER_MAX_BYTES else b""  # noqa: PLR2004 - a 32-bit length
            blob_type, data_bytes = _parse_blob_header(header)
            if blob_type != (b"OSMHeader" if first else b"OSMData"):
                raise _unfit(name, "is not an OSM PBF file" if first else "is not a whole OSM PBF file")
            first = False
            if file.seek(data_bytes, 1) > size:
                raise _unfit(name, "ends early: its last block is cut")


def _parse_blob_header(header: bytes) -> tuple[bytes, int]:
    # Protobuf: 1 = type (bytes), 2 = index (bytes), 3 = size of the data (varint).
    at, blob_type, data_bytes = 0, b"", 0
    while at < len(header):
        key, at = _read_varint(header, at)
        value, at = _read_varint(header, at)
        if key & 7 == _WIRE_BYTES:
            blob_type = header[at : at + value] if key >> 3 == 1 else blob_type
            at += value
        elif key & 7 == _WIRE_VARINT:
            data_bytes = value
        else:
            return b"", 0
    return blob_type, data_bytes


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(content):
        value |= (content[at] & 0x7F) << shift
        at += 1
        if content[at - 1] < 0x80:  # noqa: PLR2004 - the continuation bit of a varint
            break
        shift += 7
    return value, at
