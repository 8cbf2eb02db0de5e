# SPDX-License-Identifier: MIT
"""Whether an OSM file has arrived whole, told without reading its objects."""

import bz2
import gzip
from pathlib import Path
from typing import IO, cast

_BLOB_HEADER_MAX_BYTES = 64 * 1024
_WIRE_VARINT, _WIRE_BYTES = 0, 2
_CHUNK_BYTES = 1 << 20
_TAIL_BYTES = 64


class NotWholeError(Exception):
    """An OSM file that is cut off or none; the text says what it does."""


def require_whole_osm(path: Path, *, name: str) -> None:
    """
    Raise unless a file is whole, whichever of the four OSM formats its name tells.

    Raises
    ------
    NotWholeError
        If it is cut off, another kind of file, or without any object.
    """
    if name.endswith(".pbf"):
        _require_whole_pbf(path)
    elif name.endswith(".gz"):
        with gzip.open(path) as unpacked:
            _require_whole_packed(cast("IO[bytes]", unpacked))
    elif name.endswith(".bz2"):
        with bz2.open(path) as unpacked:
            _require_whole_packed(unpacked)
    else:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            _require_closing_tag(file.read())


def _require_whole_packed(unpacked: IO[bytes]) -> None:
    tail = b""
    try:
        while chunk := unpacked.read(_CHUNK_BYTES):
            tail = (tail + chunk)[-_TAIL_BYTES:]
    except EOFError as error:
        raise NotWholeError("ends early: its packing is cut") from error
    except OSError as error:
        raise NotWholeError(f"cannot be unpacked: {error}") from error
    _require_closing_tag(tail)


def _require_closing_tag(tail: bytes) -> None:
    if b"</osm>" not in tail:
        raise NotWholeError("ends early: the closing </osm> is missing")


def _require_whole_pbf(path: Path) -> None:
    """Walk over the blocks without unpacking them: a cut file ends inside one."""
    size = path.stat().st_size
    blocks = 0
    with path.open("rb") as file:
        while (begin := file.read(4)) != b"":
            length = int.from_bytes(begin, "big")
            header = file.read(length) if len(begin) == 4 and length <= _BLOB_HEADER_MAX_BYTES else b""  # noqa: PLR2004 - a 32-bit length
            blob_type, data_bytes = _parse_blob_header(header)
            if blob_type != (b"OSMData" if blocks else b"OSMHeader"):
                raise NotWholeError("is not a whole OSM PBF file" if blocks else "is not an OSM PBF file")
            if file.seek(data_bytes, 1) > size:
                raise NotWholeError("ends early: its last block is cut")
            blocks += 1
    if blocks == 1:
        raise NotWholeError("holds no objects")


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
