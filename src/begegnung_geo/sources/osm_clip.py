# SPDX-License-Identifier: MIT
"""
An OSM extract clipped to a box while it streams past: the tables read from it stay the same.

libosmium turns the file into text, one pass a kind (`osm_text`); pyarrow and numpy judge the
lines in blocks. What touches the box is told by zones: a node lies west, east, south or
north of the box, or inside. A way whose nodes share no side may touch the box; a
multipolygon whose ways share none may, even where it surrounds the box and has no node in it.

The zones of millions of nodes are kept as runs: nodes with neighbouring ids were mostly drawn
together, so few numbers tell all. pyosmium's IdTracker was tried: it takes 1.6 GB
for any city, because a city's ids spread over all ids ever given (docs/sources.md).
"""

import errno
import os
import subprocess
import sys
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt
import osmium
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from osmium.osm import NOTHING

from begegnung_geo.errors import SourceError
from begegnung_geo.sources import osm_text
from begegnung_geo.sources.archives import Box, ClipCount

COMPLETED_TYPES = ("multipolygon", "boundary", "site")
"""Relations kept with all their ways: those that are drawn. Routes would drag half a country in."""

_NODE_COLUMNS, _WAY_COLUMNS = 7, 6  # OPL: id, version, visible, time, tags, then x and y, or the nodes
_NODE_BLOCK_BYTES, _WAY_BLOCK_BYTES = 1 << 18, 1 << 19  # larger ones take memory and no less time
_COPY_BYTES = 1 << 20
# libosmium decodes far ahead of its reader: with short queues it waits for us in less memory.
_SHORT_QUEUES = {f"OSMIUM_MAX_{queue}_QUEUE_SIZE": "4" for queue in ("INPUT", "OSMDATA", "OUTPUT", "WORK")}
_WEST, _EAST, _SOUTH, _NORTH = 1, 2, 4, 8
_NOWHERE = _WEST | _EAST | _SOUTH | _NORTH
_TYPE_TAGS = tuple(f"type={name}".encode() for name in COMPLETED_TYPES)

Ints = npt.NDArray[np.int64]
Zones = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Extract:
    path: Path
    file_format: str
    box: Box


@dataclass
class _ZoneRuns:
    """The zone of every node of the file; ids that the file lacks have that of the node before."""

    starts: "array[int]" = field(default_factory=lambda: array("q"))
    zones: bytearray = field(default_factory=bytearray)
    count: int = 0
    last_id: int = 0

    def add(self, ids: Ints, zones: Zones) -> None:
        before = self.zones[-1] if self.zones else 255
        changes = np.flatnonzero(zones != np.concatenate([[before], zones[:-1]]))
        self.starts.frombytes(ids[changes].tobytes())
        self.zones += zones[changes].tobytes()
        self.count += len(ids)
        self.last_id = int(ids[-1])

    def find(self, refs: Ints) -> Zones:
        if not self.count:
            return np.full(len(refs), _NOWHERE, dtype=np.uint8)
        starts = np.frombuffer(self.starts, dtype=np.int64)
        zones = np.frombuffer(self.zones, dtype=np.uint8)
        runs = np.searchsorted(starts, refs, side="right") - 1
        return np.where(runs < 0, _NOWHERE, zones[runs]).astype(np.uint8)


@dataclass(frozen=True)
class _Outlines:
    """The ways of all relations that are drawn: relation i has `ways[offsets[i] : offsets[i + 1]]`."""

    relation_ids: Ints
    offsets: Ints
    ways: Ints
    count: int

    def find_touching(self, way_ids: Ints, way_zones: Zones) -> tuple[Ints, Ints]:
        """Return the relations that may touch the box, and all their ways, sorted."""
        if not len(self.relation_ids):
            return self.relation_ids, self.ways
        zones = way_zones[np.searchsorted(way_ids, self.ways)]
        is_touching = np.bitwise_and.reduceat(zones, self.offsets[:-1]) == 0
        is_member = np.repeat(is_touching, np.diff(self.offsets))
        return self.relation_ids[is_touching], np.unique(self.ways[is_member])


def clip_osm(path: Path, target: Path, *, file_format: str, box: Box) -> ClipCount:
    """
    Write the objects of an OSM file that may touch a box.

    Kept are the nodes in the box; the ways whose bounding box touches it, with all their
    nodes; the relations that are drawn (multipolygon, boundary, site) and whose bounding
    box touches it, with all their ways; other relations with a member among these, as they are.

    Parameters
    ----------
    path
        OSM file sorted by kind and id, as Geofabrik and BBBike sort them.
    target
        File to write, same format: versions and times of last edits are kept, user
        names, user ids and changesets are not. Same input, same bytes.
    file_format
        `pbf`, `osm`, `osm.gz` or `osm.bz2`.
    box
        West, south, east, north in WGS84 degrees; the border belongs to it.

    Returns
    -------
    count
        Objects of the whole file, and objects kept.

    Raises
    ------
    SourceError
        If the file is cut off, no OSM file, or not sorted.
    """
    extract = _Extract(path, file_format, box)
    try:
        return _clip(extract, target)
    except (RuntimeError, pa.ArrowInvalid, ValueError) as error:
        raise SourceError(
            f"{path.name} is not a complete OSM file",
            where=f"{path}: {error}",
            hint="run `make fetch` again: it is downloaded anew",
        ) from error


def _clip(extract: _Extract, target: Path) -> ClipCount:
    outlines = _read_outlines(extract)
    runs = _read_zones(extract)
    member_ids = np.unique(outlines.ways)
    way_count, member_zones = _measure_members(extract, runs, member_ids)
    relation_ids, completed_ways = outlines.find_touching(member_ids, member_zones)
    with TemporaryFile(dir=target.parent) as way_lines:
        way_ids, node_ids = _select_ways(extract, runs, completed_ways=completed_ways, out=way_lines)
        way_lines.seek(0)
        with _write_objects(extract, target) as out:
            kept = _select_nodes(extract, node_ids, out=out)
            while chunk := way_lines.read(_COPY_BYTES):
                out.write(chunk)
            kept += len(way_ids)
            kept += _select_relations(extract, runs, relation_ids=relation_ids, way_ids=way_ids, out=out)
    return ClipCount(read=runs.count + way_count + outlines.count, kept=kept, malformed=0)


def _read_outlines(extract: _Extract) -> _Outlines:
    relation_ids, ways, offsets = array("q"), array("q"), array("q", [0])
    count = 0
    for line in _read_lines(extract, "r"):
        count += 1
        ident, *_, tags, members = line.split(b" ")
        mine = [ref for kind, ref in _parse_members(members) if kind == ord("w")]
        if mine and _is_completed(tags):
            relation_ids.append(int(ident[1:]))
            ways.extend(mine)
            offsets.append(len(ways))
    return _Outlines(
        np.array(relation_ids, dtype=np.int64),
        np.array(offsets, dtype=np.int64),
        np.array(ways, dtype=np.int64),
        count=count,
    )


def _read_zones(extract: _Extract) -> _ZoneRuns:
    runs = _ZoneRuns()
    for batch in _read_batches(extract, "n", columns=_NODE_COLUMNS):
        ids, zones = _locate(batch, extract.box)
        if ids[0] < max(runs.last_id, 1) or (np.diff(ids) < 0).any():
            raise SourceError(
                f"{extract.path.name} is not sorted by kind and id, so it cannot be clipped",
                where=str(extract.path),
                hint="leave out `clip` of the source, or sort the file with `osmium sort`",
            )
        runs.add(ids, zones)
    return runs


def _measure_members(extract: _Extract, runs: _ZoneRuns, member_ids: Ints) -> tuple[int, Zones]:
    """Return the number of ways, and the sides that all nodes of each member way share."""
    count = 0
    member_zones = np.full(len(member_ids), _NOWHERE, dtype=np.uint8)
    for batch in _read_batches(extract, "w", columns=_WAY_COLUMNS):
        count += batch.num_rows
        ids, refs, offsets = _parse_ways(batch)
        places, is_member = _look_up(ids, member_ids)
        member_zones[places[is_member]] = _share_sides(runs.find(refs), offsets)[is_member]
    return count, member_zones


def _select_ways(
    extract: _Extract, runs: _ZoneRuns, *, completed_ways: Ints, out: IO[bytes]
) -> tuple[Ints, Ints]:
    """Write the ways to keep; return their ids, and the nodes outside the box that they need, sorted."""
    way_ids, node_ids = [np.array([], dtype=np.int64)], [np.array([], dtype=np.int64)]
    for batch in _read_batches(extract, "w", columns=_WAY_COLUMNS):
        ids, refs, offsets = _parse_ways(batch)
        zones = runs.find(refs)
        is_kept = (_share_sides(zones, offsets) == 0) | _look_up(ids, completed_ways)[1]
        is_outside = np.repeat(is_kept, np.diff(offsets)) & (zones != 0)
        way_ids.append(ids[is_kept])
        node_ids.append(np.unique(refs[is_outside]))
        _write_rows(batch, is_kept, out)
    return np.unique(np.concatenate(way_ids)), np.unique(np.concatenate(node_ids))


def _select_nodes(extract: _Extract, node_ids: Ints, *, out: IO[bytes]) -> int:
    kept = 0
    for batch in _read_batches(extract, "n", columns=_NODE_COLUMNS):
        ids, zones = _locate(batch, extract.box)
        is_kept = (zones == 0) | _look_up(ids, node_ids)[1]
        _write_rows(batch, is_kept, out)
        kept += int(is_kept.sum())
    return kept


def _select_relations(
    extract: _Extract, runs: _ZoneRuns, *, relation_ids: Ints, way_ids: Ints, out: IO[bytes]
) -> int:
    kept, drawn = 0, frozenset(relation_ids.tolist())
    for line in _read_lines(extract, "r"):
        ident, *_, tags, text = line.split(b" ")
        members = _parse_members(text)
        ways = np.array([ref for kind, ref in members if kind == ord("w")], dtype=np.int64)
        if len(ways) and _is_completed(tags):
            is_kept = int(ident[1:]) in drawn
        else:
            nodes = np.array([ref for kind, ref in members if kind == ord("n")], dtype=np.int64)
            is_kept = bool(_look_up(ways, way_ids)[1].any() or (runs.find(nodes) == 0).any())
        if is_kept:
            out.write(line)
            kept += 1
    return kept


def _locate(batch: pa.RecordBatch, box: Box) -> tuple[Ints, Zones]:
    ids = _parse_column(batch.column(0), pa.int64())
    lons, lats = (_parse_column(batch.column(number), pa.float64()) for number in (5, 6))
    west, south, east, north = box
    zones = (lons < west) * _WEST | (lons > east) * _EAST | (lats < south) * _SOUTH | (lats > north) * _NORTH
    is_placed = (np.abs(lons) <= 180) & (np.abs(lats) <= 90)  # noqa: PLR2004 - degrees; false for NaN
    return ids, np.where(is_placed, zones, _NOWHERE).astype(np.uint8)


def _parse_ways(batch: pa.RecordBatch) -> tuple[Ints, Ints, Ints]:
    """Return the ids of ways, and the ids of their nodes with the offsets of each way."""
    texts = pc.cast(batch.column(5), pa.string())  # "Nn1,n2,n3"; "N" without nodes
    lists = pc.split_pattern(
        pc.if_else(pc.greater(pc.binary_length(texts), 1), pc.utf8_slice_codeunits(texts, 2), None), ",n"
    )
    refs = pc.cast(lists.flatten(), pa.int64()).to_numpy(zero_copy_only=False)
    counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    return _parse_column(batch.column(0), pa.int64()), refs, offsets


def _parse_column(cells: pa.Array, dtype: pa.DataType) -> npt.NDArray[Any]:
    # "n123", "x7.5": a letter before the number; nothing behind it where a node has no position.
    texts = pc.utf8_slice_codeunits(pc.cast(cells, pa.string()), 1)
    try:
        return cast("npt.NDArray[Any]", pc.cast(texts, dtype).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        filled = pc.cast(pc.if_else(pc.equal(texts, ""), None, texts), dtype)
        return cast("npt.NDArray[Any]", filled.to_numpy(zero_copy_only=False))


def _share_sides(zones: Zones, offsets: Ints) -> Zones:
    """Return for each way the sides of the box that all its nodes share; all sides where it has none."""
    shared = np.full(len(offsets) - 1, _NOWHERE, dtype=np.uint8)
    filled = np.flatnonzero(np.diff(offsets))
    if len(filled):
        shared[filled] = np.bitwise_and.reduceat(zones, offsets[filled])
    return shared


def _look_up(ids: Ints, wanted: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return the place of each id in a sorted list, and whether it is there."""
    if not len(wanted):
        return np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=bool)
    places = np.searchsorted(wanted, ids).clip(max=len(wanted) - 1)
    return places, wanted[places] == ids


def _is_completed(tags: bytes) -> bool:
    return any(tag in _TYPE_TAGS for tag in tags[1:].split(b","))


def _parse_members(text: bytes) -> list[tuple[int, int]]:
    # "Mw12@outer,n3@": commas and @ inside roles are escaped.
    members = [member for member in text.strip()[1:].split(b",") if member]
    return [(member[0], int(member[1 : member.index(b"@")])) for member in members]


def _write_rows(batch: pa.RecordBatch, is_kept: npt.NDArray[np.bool_], out: IO[bytes]) -> None:
    if is_kept.any():
        rows = batch.filter(pa.array(is_kept))
        lines = pc.binary_join_element_wise(*rows.columns, b" ")
        out.write(b"\n".join(lines.to_pylist()) + b"\n")


def _read_batches(extract: _Extract, kind: str, *, columns: int) -> Iterator[pa.RecordBatch]:
    names = [f"c{number}" for number in range(columns)]
    block_bytes = _NODE_BLOCK_BYTES if kind == "n" else _WAY_BLOCK_BYTES
    with _read_objects(extract, kind) as lines:
        if not lines.peek(1):
            return
        yield from pacsv.open_csv(
            lines,
            read_options=pacsv.ReadOptions(column_names=names, block_size=block_bytes, use_threads=False),
            parse_options=pacsv.ParseOptions(delimiter=" ", quote_char=False),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary())),
        )


def _read_lines(extract: _Extract, kind: str) -> Iterable[bytes]:
    with _read_objects(extract, kind) as lines:
        yield from lines


@contextmanager
def _read_objects(extract: _Extract, kind: str) -> Iterator[BufferedReader]:
    arguments = ["read", extract.file_format, str(extract.path.resolve()), kind]
    with _run_child(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:
        yield cast("BufferedReader", child.stdout)


@contextmanager
def _write_objects(extract: _Extract, target: Path) -> Iterator[BinaryIO]:
    with osmium.io.Reader(osmium.io.File(str(extract.path), extract.file_format), NOTHING) as reader:
        timestamp = str(reader.header().get("osmosis_replication_timestamp"))
    box = [f"{value:.7f}" for value in extract.box]
    arguments = ["write", extract.file_format, str(target.resolve()), *box, timestamp]
    with _run_child(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        out = cast("BinaryIO", child.stdin)
        yield out
        out.close()


@contextmanager
def _run_child(arguments: list[str], *, stdin: int, stdout: int) -> Iterator["subprocess.Popen[bytes]"]:
    # Whatever happens here, the pipe closes, and the child ends by itself.
    command = [sys.executable, "-P", "-m", osm_text.__name__, *arguments]
    with (
        TemporaryFile() as complaint,
        subprocess.Popen(  # noqa: S603  # our own module; arguments, not shell text
            command, stdin=stdin, stdout=stdout, stderr=complaint, env=os.environ | _SHORT_QUEUES
        ) as child,
    ):
        is_cut_off = False
        try:
            yield child
        except BrokenPipeError:  # the child has ended; it has said why
            is_cut_off = True
            with suppress(BrokenPipeError):
                cast("BinaryIO", child.stdin).close()
        if child.wait() != 0 or is_cut_off:
            complaint.seek(0)
            lines = complaint.read().decode(errors="replace").strip().splitlines()
            _raise_reason(lines[-1] if lines else f"it ended with code {child.returncode}")


def _raise_reason(reason: str) -> None:
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        if os.strerror(code) in reason:
            raise OSError(code, reason)
    raise RuntimeError(reason)
