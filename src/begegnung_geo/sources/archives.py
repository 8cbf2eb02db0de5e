# SPDX-License-Identifier: MIT
"""Archives opened with suspicion, and big tables clipped to the city while they stream past."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from begegnung_geo.errors import SourceError, format_rows
from begegnung_geo.profile import Fetch
from begegnung_geo.sources.http_answers import MEGABYTE

Box = tuple[float, float, float, float]
"""West, south, east, north."""

_BLOCK_BYTES = 1 << 19
_HEADER_BYTES = 1 << 16
_DIRECTORY_MAX_BYTES = 1 << 20
_TAIL_BYTES = 65_557 + 76  # end record with the longest comment, and the zip64 records before it
_REGISTER_COLUMNS = 21
_REGISTER_KEYS = {3: slice(0, 2), 5: slice(2, 3), 7: slice(3, 5), 9: slice(5, 8)}
_NUMBER = r"^-?[0-9]+([.][0-9]+)?$"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class ClipCount:
    """Rows of the whole table, rows kept, and rows that could not be read (left out)."""

    read: int
    kept: int
    malformed: int


@contextmanager
def open_member(archive: Path, member: str, *, rules: Fetch) -> Iterator[IO[bytes]]:
    """
    Yield one member of a zip archive as a stream; nothing is unpacked to disk.

    Raises
    ------
    SourceError
        If it is no zip, holds a name that leaves its folder, has not exactly one such
        member, is encrypted, would unpack to more than the limits allow, or is broken.
    """
    try:
        _require_small_directory(archive)
        with zipfile.ZipFile(archive) as opened:
            info = _find_member(opened, member, archive=archive)
            _require_bounded(info, rules=rules, archive=archive)
            with opened.open(info) as stream:
                yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _broken(archive, str(error)) from error


def clip_grid(stream: IO[bytes], target: Path, *, box: Box) -> ClipCount:
    """
    Write the cells of a Zensus grid table whose midpoint lies in a box; columns and texts as they are.

    Parameters
    ----------
    stream
        CSV with `;` and a header that has one column starting with `x_mp` and one with `y_mp` (EPSG:3035).
    target
        File to write: the same header, the rows in the same order.
    box
        West, south, east, north in EPSG:3035, in metres; the border belongs to it.

    Raises
    ------
    SourceError
        If the header has no such columns.
    """
    with _buffer(stream) as reader:
        header = reader.readline(_HEADER_BYTES).rstrip(b"\r\n")
        names = [name.strip(' "').lower() for name in header.decode("utf-8", "replace").split(";")]
        places = [[i for i, name in enumerate(names) if name.startswith(axis)] for axis in ("x_mp", "y_mp")]
        if any(len(found) != 1 for found in places):
            raise SourceError(
                f"the grid table has no columns x_mp… and y_mp…: {format_rows(names)}",
                where=str(target),
                hint="the publisher changed the layout, or `member` names another table of the archive",
            )
        (x_column,), (y_column,) = places

        def keep(batch: pa.RecordBatch) -> tuple[pa.Array, int]:
            x, y = _parse_numbers(batch.column(x_column)), _parse_numbers(batch.column(y_column))
            in_x = pc.and_(pc.greater_equal(x, box[0]), pc.less_equal(x, box[2]))
            inside = pc.and_(in_x, pc.and_(pc.greater_equal(y, box[1]), pc.less_equal(y, box[3])))
            return pc.fill_null(inside, fill_value=False), inside.null_count

        return _clip_rows(reader, target, header=header, width=len(names), keep=keep)


def clip_register(stream: IO[bytes], target: Path, *, ags: str) -> ClipCount:
    """
    Write the addresses of one municipality of the NRW register (`gebref.txt`, no header).

    Parameters
    ----------
    stream
        The register: `;`, 21 columns, keys of Land, Regierungsbezirk, Kreis and Gemeinde.
    target
        File to write: the same layout, the rows in the same order.
    ags
        Official municipality key, eight digits, e.g. `05913000`; `000` stands for a town that is a Kreis.

    Raises
    ------
    SourceError
        If the first row has fewer columns.
    """
    with _buffer(stream) as reader:
        first = reader.peek(_HEADER_BYTES)
        if first.startswith(_BOM):
            reader.read(len(_BOM))
        width = first.split(b"\n", 1)[0].count(b";") + 1
        if width < _REGISTER_COLUMNS:
            raise SourceError(
                f"the address register has {width} columns, {_REGISTER_COLUMNS} are expected",
                where=str(target),
                hint="the publisher changed the layout, or `member` names another table of the archive",
            )
        wanted = {column: _spellings(ags[digits]) for column, digits in _REGISTER_KEYS.items()}

        def keep(batch: pa.RecordBatch) -> tuple[pa.Array, int]:
            matches = [pc.is_in(batch.column(column), value_set=keys) for column, keys in wanted.items()]
            mask = matches[0]
            for match in matches[1:]:
                mask = pc.and_(mask, match)
            return mask, 0

        return _clip_rows(reader, target, header=b"", width=width, keep=keep)


def _clip_rows(
    reader: io.BufferedReader,
    target: Path,
    *,
    header: bytes,
    width: int,
    keep: Callable[[pa.RecordBatch], tuple[pa.Array, int]],
) -> ClipCount:
    # Cells stay bytes: no encoding is guessed, no number reformatted.
    columns = [f"c{number}" for number in range(width)]
    ragged = 0

    def skip(_: object) -> str:
        nonlocal ragged
        ragged += 1
        return "skip"

    read = kept = unreadable = 0
    with target.open("wb") as out:
        if header:
            out.write(header + b"\n")
        for batch in _stream_batches(reader, columns, on_ragged=skip, where=str(target)):
            mask, unreadable_here = keep(batch)
            rows = batch.filter(mask)
            lines = pc.binary_join_element_wise(*rows.columns, b";") if rows.num_rows else []
            out.writelines(line.as_py() + b"\n" for line in lines)
            read += batch.num_rows
            kept += rows.num_rows
            unreadable += unreadable_here
    return ClipCount(read=read + ragged, kept=kept, malformed=unreadable + ragged)


def _stream_batches(
    reader: io.BufferedReader, columns: Sequence[str], *, on_ragged: Callable[[object], str], where: str
) -> Iterator[pa.RecordBatch]:
    if not reader.peek(1):
        return
    try:
        yield from pacsv.open_csv(
            reader,
            read_options=pacsv.ReadOptions(column_names=list(columns), block_size=_BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(
                delimiter=";", quote_char=False, invalid_row_handler=on_ragged, ignore_empty_lines=True
            ),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(columns, pa.binary())),
        )
    except pa.ArrowInvalid as error:
        raise SourceError(
            "the table cannot be read",
            where=f"{where}: {error}",
            hint="run `make fetch` again; report it to the publisher if it stays",
        ) from error


def _parse_numbers(cells: pa.Array) -> pa.Array:
    try:
        return pc.cast(pc.cast(cells, pa.string()), pa.float64())
    except pa.ArrowInvalid:
        readable = pc.match_substring_regex(cells, _NUMBER)
        return pc.cast(pc.cast(pc.if_else(readable, cells, None), pa.string()), pa.float64())


def _spellings(key: str) -> pa.Array:
    number = key.lstrip("0") or "0"
    return pa.array(sorted({number.zfill(digits).encode() for digits in (1, 2, 3)}), type=pa.binary())


@contextmanager
def _buffer(stream: IO[bytes]) -> Iterator[io.BufferedReader]:
    reader: io.BufferedReader = io.BufferedReader(cast("Any", stream), buffer_size=_HEADER_BYTES)
    try:
        yield reader
    finally:
        reader.detach()  # the stream belongs to the caller: it is closed there and not with the buffer


def _require_small_directory(archive: Path) -> None:
    # zipfile reads the whole list of members at once: a list of millions would fill the memory.
    with archive.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0:
        raise _broken(archive, "there is no list of members at its end")
    directory_bytes = int.from_bytes(tail[end + 12 : end + 16], "little")
    zip64 = tail.rfind(b"PK\x06\x06", 0, end)
    if zip64 >= 0:
        directory_bytes = max(
            int.from_bytes(tail[zip64 + 40 : zip64 + 48], "little"), directory_bytes % 0xFFFFFFFF
        )
    if directory_bytes > _DIRECTORY_MAX_BYTES:
        raise _refused(archive, "lists far too many members")


def _find_member(opened: zipfile.ZipFile, member: str, *, archive: Path) -> zipfile.ZipInfo:
    names = opened.namelist()
    escaping = [name for name in names if _leaves_folder(name)]
    if escaping:
        raise _refused(archive, f"holds names that lead out of their folder: {format_rows(escaping)}")
    matches = [i for i in opened.infolist() if PurePosixPath(i.filename).name.lower() == member.lower()]
    if len(matches) != 1:
        raise SourceError(
            f"the archive has {len(matches) or 'no'} member {member}",
            where=f"{archive}: {format_rows(sorted(names))}",
            hint="correct `member` of the source in the profile",
        )
    return matches[0]


def _leaves_folder(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else False


def _require_bounded(info: zipfile.ZipInfo, *, rules: Fetch, archive: Path) -> None:
    if info.flag_bits & 1:
        raise _refused(archive, "is encrypted")
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > rules.member_max_mb * MEGABYTE or ratio > rules.member_ratio_max:
        raise _refused(
            archive,
            f"would unpack {info.compress_size} bytes to {info.file_size}"
            " (limits: fetch.member_max_mb, fetch.member_ratio_max)",
        )


def _refused(archive: Path, why: str) -> SourceError:
    return SourceError(
        f"the archive {archive.name} {why}",
        where=str(archive),
        hint="it is not opened; check the address, and ask the publisher",
    )


def _broken(archive: Path, why: str) -> SourceError:
    return SourceError(
        f"the archive {archive.name} is broken: {why}",
        where=str(archive),
        hint="run `make fetch` again: it is downloaded anew",
    )
