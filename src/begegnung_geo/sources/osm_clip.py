# SPDX-License-Identifier: MIT
"""
An OSM extract clipped to a box while it streams past: the tables read from it stay the same.

libosmium turns the file into text, one pass a kind (`osm_lines`); pyarrow and numpy judge the
lines in blocks. What touches the box is told by zones: a node lies west, east, south or
north of the box, or inside. A way whose nodes share no side may touch the box; a
multipolygon whose ways share none may, even where it surrounds the box and has no node in it.

Memory depends on the size of the city, not on that of the file: zones wait on disk (`osm_zones`),
relations are judged in portions. pyosmium's IdTracker was tried: it takes 1.6 GB
for any city, because a city's ids spread over all ids ever given (docs/sources.md).
"""

import shutil
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.archives import Box, ClipCount
from begegnung_geo.sources.osm_lines import OsmExtract, read_batches, read_lines, spare_memory, write_objects
from begegnung_geo.sources.osm_zones import EAST, NORTH, NOWHERE, SOUTH, WEST, Ints, ZoneRuns, Zones

COMPLETED_TYPES = ("multipolygon", "boundary", "site")
"""Relations kept with all their ways: those that are drawn. Routes would drag half a country in."""

_COPY_BYTES = 1 << 20
_MEMBERS_AT_ONCE = 500_000  # ways of relations judged in one pass over the ways
_TYPE_TAGS = tuple(f"type={name}".encode() for name in COMPLETED_TYPES)


@dataclass(frozen=True)
class _Outlines:
    """The ways of relations that are drawn: relation i has `ways[offsets[i] : offsets[i + 1]]`."""

    relation_ids: Ints
    offsets: Ints
    ways: Ints

    def find_touching(self, way_ids: Ints, way_zones: Zones) -> tuple[Ints, Ints]:
        """Return the relations that may touch the box, and all their ways, sorted."""
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
    extract = OsmExtract(path, file_format, box)
    try:
        with spare_memory(), ZoneRuns.open(target.parent) as runs:
            return _clip(extract, runs, target)
    except (RuntimeError, pa.ArrowInvalid, ValueError) as error:
        raise SourceError(
            f"{path.name} is not a complete OSM file",
            where=f"{path}: {error}",
            hint="run `make fetch` again: it is downloaded anew",
        ) from error


def _clip(extract: OsmExtract, runs: ZoneRuns, target: Path) -> ClipCount:
    _read_zones(extract, runs)
    relation_ids, completed_ways = _find_drawn(extract, runs)
    with TemporaryFile(dir=target.parent) as lines:
        # Ways and relations wait on disk: one helper process at a time reads, or reads and writes nodes.
        chosen = _select_ways(extract, runs, completed_ways=completed_ways, out=lines)
        relations = _select_relations(
            extract, runs, relation_ids=relation_ids, way_ids=chosen.way_ids, out=lines
        )
        lines.seek(0)
        with write_objects(extract, target) as out:
            kept = _select_nodes(extract, chosen.node_ids, out=out)
            shutil.copyfileobj(lines, out, _COPY_BYTES)
    kept += len(chosen.way_ids) + relations.kept
    return ClipCount(read=runs.count + chosen.read + relations.read, kept=kept, malformed=0)


def _read_zones(extract: OsmExtract, runs: ZoneRuns) -> None:
    for batch in read_batches(extract, "n"):
        ids, zones = _locate(batch, extract.box)
        if ids[0] < max(runs.last_id, 1) or (np.diff(ids) < 0).any():
            raise SourceError(
                f"{extract.path.name} is not sorted by kind and id, so it cannot be clipped",
                where=str(extract.path),
                hint="leave out `clip` of the source, or sort the file with `osmium sort`",
            )
        runs.add(ids, zones)


def _find_drawn(extract: OsmExtract, runs: ZoneRuns) -> tuple[Ints, Ints]:
    """Return the relations that are drawn and may touch the box, and all their ways, both sorted."""
    nothing = np.array([], dtype=np.int64)
    relations, ways = [nothing], [nothing]
    for outlines in _read_outlines(extract):
        member_ids = np.unique(outlines.ways)
        zones = _measure_members(extract, runs, member_ids)
        touching, their_ways = outlines.find_touching(member_ids, zones)
        relations.append(touching)
        ways.append(their_ways)
    return np.unique(np.concatenate(relations)), np.unique(np.concatenate(ways))


def _read_outlines(extract: OsmExtract) -> Iterator[_Outlines]:
    """Yield the drawn relations in portions: the more there are, the more passes, and never more memory."""
    relation_ids, ways, offsets = array("q"), array("q"), array("q", [0])
    for line in read_lines(extract, "r"):
        ident, *_, tags, members = line.split(b" ")
        mine = [ref for kind, ref in _parse_members(members) if kind == ord("w")]
        if mine and _is_completed(tags):
            relation_ids.append(int(ident[1:]))
            ways.extend(mine)
            offsets.append(len(ways))
        if len(ways) >= _MEMBERS_AT_ONCE:
            yield _Outlines(*(np.array(part, dtype=np.int64) for part in (relation_ids, offsets, ways)))
            relation_ids, ways, offsets = array("q"), array("q"), array("q", [0])
    if relation_ids:
        yield _Outlines(*(np.array(part, dtype=np.int64) for part in (relation_ids, offsets, ways)))


def _measure_members(extract: OsmExtract, runs: ZoneRuns, member_ids: Ints) -> Zones:
    """Return the sides of the box that all nodes of each member way share."""
    member_zones = np.full(len(member_ids), NOWHERE, dtype=np.uint8)
    for batch in read_batches(extract, "w"):
        ids, refs, offsets = _parse_ways(batch)
        places, is_member = _look_up(ids, member_ids)
        member_zones[places[is_member]] = _share_sides(runs.find(refs), offsets)[is_member]
    return member_zones


@dataclass(frozen=True)
class _ChosenWays:
    """The ways to keep, and the nodes outside the box that they need, sorted; `read` counts all ways."""

    way_ids: Ints
    node_ids: Ints
    read: int


def _select_ways(extract: OsmExtract, runs: ZoneRuns, *, completed_ways: Ints, out: IO[bytes]) -> _ChosenWays:
    """Write the ways to keep."""
    way_ids, node_ids = [np.array([], dtype=np.int64)], [np.array([], dtype=np.int64)]
    read = 0
    for batch in read_batches(extract, "w"):
        read += batch.num_rows
        ids, refs, offsets = _parse_ways(batch)
        zones = runs.find(refs)
        is_kept = (_share_sides(zones, offsets) == 0) | _look_up(ids, completed_ways)[1]
        is_outside = np.repeat(is_kept, np.diff(offsets)) & (zones != 0)
        way_ids.append(ids[is_kept])
        node_ids.append(np.unique(refs[is_outside]))
        _write_rows(batch, is_kept, out)
    return _ChosenWays(np.unique(np.concatenate(way_ids)), np.unique(np.concatenate(node_ids)), read)


def _select_nodes(extract: OsmExtract, node_ids: Ints, *, out: IO[bytes]) -> int:
    kept = 0
    for batch in read_batches(extract, "n"):
        ids, zones = _locate(batch, extract.box)
        is_kept = (zones == 0) | _look_up(ids, node_ids)[1]
        _write_rows(batch, is_kept, out)
        kept += int(is_kept.sum())
    return kept


def _select_relations(
    extract: OsmExtract, runs: ZoneRuns, *, relation_ids: Ints, way_ids: Ints, out: IO[bytes]
) -> ClipCount:
    read, kept, drawn = 0, 0, frozenset(relation_ids.tolist())
    for line in read_lines(extract, "r"):
        read += 1
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
    return ClipCount(read=read, kept=kept, malformed=0)


def _locate(batch: pa.RecordBatch, box: Box) -> tuple[Ints, Zones]:
    ids = _parse_column(batch.column(0), pa.int64())
    lons, lats = (_parse_column(batch.column(number), pa.float64()) for number in (5, 6))
    west, south, east, north = box
    zones = (lons < west) * WEST | (lons > east) * EAST | (lats < south) * SOUTH | (lats > north) * NORTH
    is_placed = (np.abs(lons) <= 180) & (np.abs(lats) <= 90)  # noqa: PLR2004 - degrees; false for NaN
    return ids, np.where(is_placed, zones, NOWHERE).astype(np.uint8)


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
    shared = np.full(len(offsets) - 1, NOWHERE, dtype=np.uint8)
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
