# SPDX-License-Identifier: MIT
"""
The objects of an OSM file, from one streaming pass.

`osm_pass` reads the file in C++ and hands over OPL, one object a line; here the lines
become arrays, the node lists in bulk by pyarrow. Asking pyosmium for each
way's nodes one by one takes longer than all the rest (docs/method.md has the figures).
"""

import re
import subprocess
import sys
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt
import osmium
import pyarrow as pa
import pyarrow.csv
from osmium.osm import NODE, NOTHING

from begegnung_geo.errors import SourceError
from begegnung_geo.sources import osm_pass

SUFFIXES = {".osm.pbf": "pbf", ".osm": "osm", ".osm.gz": "osm.gz", ".osm.bz2": "osm.bz2"}
"""File name endings that can be read, and the format each one stands for."""

_ESCAPE = re.compile(r"%([0-9a-f]+)%")
_PREFIX_BYTES = 4
_HEADER_BYTES_MAX = 65536
_BODY_LENGTH = re.compile(rb"\x18([\x80-\xff]*[\x00-\x7f])$")
_LON_MAX, _LAT_MAX = 180, 90
_WAYS_PER_BATCH = 4096  # parsed while the pass is still writing
_DELETED = b"dD"
_NO_TIME = b"t1970"  # written by tools that drop the time of the edit
_NODE_COLUMNS = {"ref": pa.int64(), "lon": pa.float64(), "lat": pa.float64()}
_HINT = "fetch the file again, or check it with `osmium fileinfo -e`"

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ObjectHeads:
    """
    Id, version, last edit and tags of objects of one kind.

    Versions (`v2`) and timestamps (`t2026-…`) are as OPL writes them; equal tags share
    a number.
    """

    ids: Ints
    versions: list[bytes]
    timestamps: list[bytes]
    tag_sets: Ints

    def parse_version(self, row: int) -> int:
        """Return the version of an object, 0 where the file has none."""
        return int(self.versions[row][1:])

    def parse_timestamp(self, row: int) -> str:
        """Return the last edit of an object as ISO 8601, empty where the file has none."""
        return _parse_time(self.timestamps[row])

    def find_newest(self) -> str:
        """Return the newest last edit."""
        return _parse_time(max(self.timestamps, default=b"t"))


@dataclass(frozen=True)
class OsmObjects:
    """
    What a pass found, in the order of the file, in WGS84.

    `refs`, `lons`, `lats` hold the nodes of all ways one after the other, way i from
    `ref_offsets[i]` to `ref_offsets[i + 1]`; NaN where the file lacks the node.
    `members` holds those of each relation as text, for `parse_member_ways`.
    """

    tag_sets: list[dict[str, str]]
    nodes: ObjectHeads
    node_lons: Floats
    node_lats: Floats
    ways: ObjectHeads
    ref_offsets: Ints
    refs: Ints
    lons: Floats
    lats: Floats
    relations: ObjectHeads
    members: list[bytes]
    replication_timestamp: str = ""


def read_objects(path: Path, *, node_keys: Collection[str]) -> OsmObjects:
    """
    Read all ways and relations, and the nodes that carry one of the keys.

    A file whose ways come before their nodes is read a second time, with the
    positions of all nodes known.

    Parameters
    ----------
    path
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    node_keys
        Nodes without any of these keys are skipped.

    Raises
    ------
    SourceError
        If the file is missing, a directory, empty, cut off, or no OSM file.
    """
    file_format = _require_osm_file(path)
    source = osmium.io.File(str(path), file_format)
    try:
        with osmium.io.Reader(source, NOTHING) as reader:
            replication_timestamp = str(reader.header().get("osmosis_replication_timestamp"))
        objects = _run_pass(path, file_format, node_keys=node_keys)
        if _has_nodes(source, objects.refs[np.isnan(objects.lons)]):
            objects = _run_pass(path, file_format, node_keys=node_keys, turn="again")
    except (RuntimeError, OSError, ValueError) as error:
        raise SourceError(
            f"{path.name} is not a complete OSM file", where=f"{path}: {error}", hint=_HINT
        ) from error
    if not len(objects.ways.ids) + len(objects.nodes.ids) + len(objects.relations.ids):
        raise SourceError(
            f"{path.name} holds neither ways nor places",
            where=str(path),
            hint="check the area and the filter the extract was made with, and fetch it again",
        )
    return replace(objects, replication_timestamp=replication_timestamp)


def parse_member_ways(members: bytes) -> Iterator[tuple[int, str]]:
    """Return the id and role of each member way of a relation."""
    for member in members[1:-1].decode().split(","):
        if member.startswith("w"):
            ref, role = member[1:].split("@", 1)
            yield int(ref), role


def _parse_time(stamp: bytes) -> str:
    return "" if stamp.startswith(_NO_TIME) else stamp[1:].decode()


def find_suffix(path: Path) -> str | None:
    """Return the ending of an OSM file's name, or None where it has none that can be read."""
    name = path.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)


def _require_osm_file(path: Path) -> str:
    suffix = find_suffix(path)
    what, hint = "", _HINT
    if not path.exists():
        what, hint = "the OSM file is missing", "run `make fetch`, or check the path"
    elif not path.is_file():
        what, hint = f"{path.name} is not a file", "give the path of an OSM extract"
    elif suffix is None:
        what, hint = f"{path.name} is no OSM file by its name", f"known endings: {', '.join(SUFFIXES)}"
    elif path.stat().st_size == 0:
        what = f"{path.name} is empty"
    elif suffix == ".osm.pbf" and not _ends_with_block(path):
        what = f"{path.name} is cut off"
    if what or suffix is None:
        raise SourceError(what, where=str(path), hint=hint)
    return SUFFIXES[suffix]


def _ends_with_block(path: Path) -> bool:
    # libosmium takes one to three stray bytes after the last block for the end of the file.
    # Each block: length of its header (4 bytes), header (field 3: length of the body), body.
    size, end = path.stat().st_size, 0
    with path.open("rb") as file:
        while end < size:
            file.seek(end)
            prefix = file.read(_PREFIX_BYTES)
            header = file.read(min(int.from_bytes(prefix, "big"), _HEADER_BYTES_MAX))
            length = _BODY_LENGTH.search(header)
            if len(prefix) < _PREFIX_BYTES:
                return False
            if length is None:
                return True  # no such header: libosmium says what is wrong
            body_bytes = sum((byte & 127) << 7 * i for i, byte in enumerate(length[1]))
            end += _PREFIX_BYTES + len(header) + body_bytes
    return end == size


def _run_pass(path: Path, file_format: str, *, node_keys: Collection[str], turn: str = "first") -> OsmObjects:
    command = [sys.executable, "-P", "-m", osm_pass.__name__, file_format, str(path.resolve()), turn]
    with (
        TemporaryFile() as complaint,
        subprocess.Popen(  # noqa: S603  # our own module; path and keys are arguments, not shell text
            [*command, *sorted(node_keys)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaint
        ) as child,
    ):
        # Whatever happens to the reader: its end of the pipe closes, and the pass ends by itself.
        with cast("BinaryIO", child.stdout) as lines:
            objects = _read_opl(lines)
        if child.wait() != 0:
            complaint.seek(0)
            reason = complaint.read().decode(errors="replace").strip().splitlines()
            raise RuntimeError(reason[-1] if reason else f"reading ended with code {child.returncode}")
        return objects


def _has_nodes(source: osmium.io.File, refs: Ints) -> bool:
    if not len(refs):
        return False
    wanted = osmium.filter.IdFilter(np.unique(refs[refs > 0]).tolist())
    return any(True for _ in osmium.FileProcessor(source, NODE).with_filter(wanted))


@dataclass
class _Lines:
    """The lines of one kind of object, growing."""

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    versions: list[bytes] = field(default_factory=list)
    timestamps: list[bytes] = field(default_factory=list)
    tag_sets: "array[int]" = field(default_factory=lambda: array("q"))
    payloads: list[bytes] = field(default_factory=list)

    def build(self) -> ObjectHeads:
        ids, tag_sets = (np.array(numbers, dtype=np.int64) for numbers in (self.ids, self.tag_sets))
        return ObjectHeads(ids, self.versions, self.timestamps, tag_sets)


def _read_opl(lines: BinaryIO) -> OsmObjects:
    nodes, ways, relations = _Lines(), _Lines(), _Lines()
    kinds = {ord("n"): nodes, ord("w"): ways, ord("r"): relations}
    set_numbers: dict[bytes, int] = {}
    tag_sets: list[dict[str, str]] = []
    way_nodes = []
    for line in lines:
        if not line.endswith(b"\n"):
            break  # the pass failed in the middle of a line; its exit code tells
        ident, version, visible, stamp, tags, payload = line.split(b" ", 5)
        if visible == _DELETED:
            continue
        kind = kinds[line[0]]
        kind.ids.append(int(ident[1:]))
        kind.versions.append(version)
        kind.timestamps.append(stamp)
        if tags not in set_numbers:
            set_numbers[tags] = len(tag_sets)
            tag_sets.append(_parse_tags(tags))
        kind.tag_sets.append(set_numbers[tags])
        kind.payloads.append(payload)
        if len(ways.payloads) == _WAYS_PER_BATCH:
            way_nodes.append(_parse_way_nodes(ways.payloads))
            ways.payloads.clear()
    way_nodes.append(_parse_way_nodes(ways.payloads))
    ref_counts, refs, lons, lats = (np.concatenate(parts) for parts in zip(*way_nodes, strict=True))
    node_lons, node_lats = _parse_positions(nodes.payloads)
    return OsmObjects(
        tag_sets=tag_sets,
        nodes=nodes.build(),
        node_lons=node_lons,
        node_lats=node_lats,
        ways=ways.build(),
        ref_offsets=np.concatenate([[0], np.cumsum(ref_counts)]),
        refs=refs,
        lons=lons,
        lats=lats,
        relations=relations.build(),
        members=relations.payloads,
    )


def _parse_way_nodes(payloads: list[bytes]) -> tuple[Ints, Ints, Floats, Floats]:
    # "Nn1x7.5y51.5,n2xy\n": node 2 is not in the file; a way without nodes is "N\n".
    counts = np.array([payload.count(b"n") for payload in payloads], dtype=np.int64)
    rows = b"".join(payloads).replace(b",n", b"\n").translate(bytes.maketrans(b"xy", b",,"), b"Nn")
    ids, lons, lats = _parse_numbers(rows, _NODE_COLUMNS)
    return counts, ids, lons, lats


def _parse_positions(payloads: list[bytes]) -> tuple[Floats, Floats]:
    rows = b"".join(payloads).replace(b" ", b",").translate(None, b"xy")
    lons, lats = _parse_numbers(rows, {"lon": pa.float64(), "lat": pa.float64()})
    return lons, lats


def _parse_numbers(rows: bytes, columns: dict[str, pa.DataType]) -> list[npt.NDArray[Any]]:
    if not rows.strip():
        return [np.array([], dtype=dtype.to_pandas_dtype()) for dtype in columns.values()]
    table = pyarrow.csv.read_csv(
        pa.BufferReader(rows),
        read_options=pyarrow.csv.ReadOptions(column_names=list(columns)),
        convert_options=pyarrow.csv.ConvertOptions(column_types=columns),
    )
    *others, lons, lats = (column.to_numpy() for column in table.columns)
    is_on_earth = (np.abs(lons) <= _LON_MAX) & (np.abs(lats) <= _LAT_MAX)
    return [*others, np.where(is_on_earth, lons, np.nan), np.where(is_on_earth, lats, np.nan)]


def _parse_tags(text: bytes) -> dict[str, str]:
    tags = [pair.split("=", 1) for pair in text[1:].decode().split(",") if pair]
    if b"%" in text:
        return {_unescape(key): _unescape(value) for key, value in tags}
    return {key: value for key, value in tags}  # noqa: C416  # each is a list of two


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_to_char, text) if "%" in text else text


def _to_char(found: re.Match[str]) -> str:
    char = chr(min(int(found[1], 16), sys.maxunicode + 1))  # ValueError beyond the last character
    char.encode()  # UnicodeEncodeError, also a ValueError, for half a character
    return char
