# SPDX-License-Identifier: MIT
"""
One streaming pass over an OSM file.

pyosmium reads the file, drops what nobody asks for and puts the coordinates of the
nodes on the ways, all in C++. Handing each way's nodes to Python one by one would
take longer than all the rest, so the pass writes OPL (one object a line, the text
format of libosmium) into a temporary file, whose node lists pyarrow parses in bulk.
OPL is written with version and timestamp only: user names, user ids and changesets
never reach Python.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import osmium
import pyarrow as pa
import pyarrow.csv
from osmium.osm import NODE, RELATION

from begegnung_geo.errors import SourceError

SUFFIXES = {".osm.pbf": "pbf", ".osm": "osm", ".osm.gz": "osm.gz", ".osm.bz2": "osm.bz2"}
"""File name endings that can be read, and the format each one stands for."""

_OPL = "opl,locations_on_ways=true,add_metadata=version+timestamp"
_ESCAPE = re.compile(r"%([0-9a-f]+)%")
_WAYS_PER_BATCH = 100_000
_NO_TIME = b"t1970"  # written by tools that drop the time of the edit
_NODE_COLUMNS = {"ref": pa.int64(), "lon": pa.float64(), "lat": pa.float64()}
_HINT = "fetch the file again, or check it with `osmium fileinfo -e`"

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ObjectHeads:
    """Id, version, last edit and tags of objects of one kind; equal tags share a number."""

    ids: Ints
    versions: Ints
    timestamps: list[str]
    tag_sets: Ints


@dataclass(frozen=True)
class OsmObjects:
    """
    What a pass found, in the order of the file, in WGS84.

    `refs`, `lons`, `lats` hold the nodes of all ways one after the other, way i from
    `ref_offsets[i]` to `ref_offsets[i + 1]`; NaN where the file lacks the node.
    `members` are the (way id, role) of each relation.
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
    members: list[list[tuple[int, str]]]
    replication_timestamp: str


def read_objects(path: Path, *, node_keys: Collection[str], relation_keys: Collection[str]) -> OsmObjects:
    """
    Read all ways, and the nodes and relations that carry one of the keys.

    A file whose ways come before their nodes is read a second time, with the
    positions of all nodes known.

    Parameters
    ----------
    path
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    node_keys, relation_keys
        Nodes and relations without any of these keys are skipped.

    Raises
    ------
    SourceError
        If the file is missing, a directory, empty, cut off, or no OSM file.
    """
    source = _require_osm_file(path)
    filters = (
        osmium.filter.KeyFilter(*sorted(node_keys)).enable_for(NODE),
        osmium.filter.KeyFilter(*sorted(relation_keys)).enable_for(RELATION),
    )
    try:
        with TemporaryDirectory(prefix="begegnung-osm-") as folder:
            opl = Path(folder) / "objects.opl"
            header = _write_opl(source, opl, filters, osmium.index.create_map("flex_mem"))
            objects = _read_opl(opl, header)
            if _has_nodes(source, objects.refs[np.isnan(objects.lons)]):
                _write_opl(source, opl, filters, _locate_nodes(source))
                objects = _read_opl(opl, header)
    except (RuntimeError, OSError) as error:
        raise SourceError(
            f"{path.name} is not a complete OSM file", where=f"{path}: {error}", hint=_HINT
        ) from error
    if not len(objects.ways.ids) + len(objects.nodes.ids) + len(objects.relations.ids):
        raise SourceError(
            f"{path.name} holds neither ways nor places",
            where=str(path),
            hint="check the area and the filter the extract was made with, and fetch it again",
        )
    return objects


def find_suffix(path: Path) -> str | None:
    """Return the ending of an OSM file's name, or None where it has none that can be read."""
    name = path.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)


def _require_osm_file(path: Path) -> osmium.io.File:
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
    return osmium.io.File(str(path), SUFFIXES[suffix])


def _ends_with_block(path: Path) -> bool:
    # libosmium takes one to three stray bytes after the last block for the end of the file.
    # Each block: length of its header (4 bytes), header (field 3: length of the body), body.
    size, end = path.stat().st_size, 0
    with path.open("rb") as file:
        while end < size:
            file.seek(end)
            prefix = file.read(4)
            header = file.read(min(int.from_bytes(prefix, "big"), 65536))
            length = re.search(rb"\x18([\x80-\xff]*[\x00-\x7f])$", header)
            if len(prefix) < 4 or length is None:
                return len(prefix) == 4  # an unknown header: libosmium says what is wrong
            end += 4 + len(header) + sum((byte & 127) << 7 * i for i, byte in enumerate(length[1]))
    return end == size


def _write_opl(
    source: osmium.io.File,
    opl: Path,
    filters: tuple[osmium.BaseFilter, ...],
    locations: osmium.index.LocationTable,
) -> str:
    add_locations = osmium.NodeLocationsForWays(locations)
    add_locations.ignore_errors()
    with (
        osmium.io.Reader(source) as reader,
        osmium.SimpleWriter(osmium.io.File(str(opl), _OPL), overwrite=True) as writer,
    ):
        osmium.apply(reader, add_locations, *filters, writer)
        return str(reader.header().get("osmosis_replication_timestamp"))


def _has_nodes(source: osmium.io.File, refs: Ints) -> bool:
    if not len(refs):
        return False
    wanted = osmium.filter.IdFilter(np.unique(refs[refs > 0]).tolist())
    return any(True for _ in osmium.FileProcessor(source, NODE).with_filter(wanted))


def _locate_nodes(source: osmium.io.File) -> osmium.index.LocationTable:
    locations = osmium.index.create_map("sparse_mem_map")
    with osmium.io.Reader(source, NODE) as reader:
        osmium.apply(reader, osmium.NodeLocationsForWays(locations))
    return locations


@dataclass
class _HeadLists:
    """Lists that grow line by line."""

    ids: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    timestamps: list[str] = field(default_factory=list)
    tag_sets: list[int] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)

    def build(self) -> ObjectHeads:
        return ObjectHeads(
            np.array(self.ids, dtype=np.int64),
            np.array(self.versions, dtype=np.int64),
            self.timestamps,
            np.array(self.tag_sets, dtype=np.int64),
        )


def _read_opl(opl: Path, replication_timestamp: str) -> OsmObjects:
    lists = {b"n": _HeadLists(), b"w": _HeadLists(), b"r": _HeadLists()}
    set_numbers: dict[bytes, int] = {}
    ref_counts: list[int] = []
    batches = []
    ways = lists[b"w"]
    with opl.open("rb") as lines:
        for line in lines:
            ident, version, visible, stamp, tags, payload = line[:-1].split(b" ", 5)
            if visible == b"dD":
                continue
            heads = lists[line[:1]]
            heads.ids.append(int(ident[1:]))
            heads.versions.append(int(version[1:]))
            heads.timestamps.append("" if stamp.startswith(_NO_TIME) else stamp[1:].decode())
            heads.tag_sets.append(set_numbers.setdefault(tags, len(set_numbers)))
            heads.payloads.append(payload)
            if heads is ways:
                ref_counts.append(payload.count(b"n"))
                if len(heads.payloads) == _WAYS_PER_BATCH:
                    batches.append(_parse_way_nodes(heads.payloads))
                    heads.payloads.clear()
    batches.append(_parse_way_nodes(ways.payloads))
    refs, lons, lats = (np.concatenate([batch[i] for batch in batches]) for i in range(3))
    node_lons, node_lats = _parse_positions(lists[b"n"].payloads)
    return OsmObjects(
        tag_sets=[_parse_tags(text) for text in set_numbers],
        nodes=lists[b"n"].build(),
        node_lons=node_lons,
        node_lats=node_lats,
        ways=ways.build(),
        ref_offsets=np.concatenate([[0], np.cumsum(np.array(ref_counts, dtype=np.int64))]),
        refs=refs.astype(np.int64),
        lons=lons,
        lats=lats,
        relations=lists[b"r"].build(),
        members=[list(_parse_members(payload)) for payload in lists[b"r"].payloads],
        replication_timestamp=replication_timestamp,
    )


def _parse_way_nodes(payloads: list[bytes]) -> tuple[npt.NDArray[np.generic], Floats, Floats]:
    # "Nn1x7.5y51.5,n2xy": node 2 is not in the file.
    rows = b"\n".join(payload[2:] for payload in payloads if len(payload) > 1)
    rows = rows.replace(b",n", b"\n").translate(bytes.maketrans(b"xy", b",,"))
    return _parse_numbers(rows, _NODE_COLUMNS)


def _parse_positions(payloads: list[bytes]) -> tuple[Floats, Floats]:
    rows = b"\n".join(payloads).replace(b" ", b",").translate(None, b"xy")
    lons, lats = _parse_numbers(rows, {"lon": pa.float64(), "lat": pa.float64()})
    return lons, lats


def _parse_numbers(rows: bytes, columns: dict[str, pa.DataType]) -> tuple[npt.NDArray[np.generic], ...]:
    if not rows:
        return tuple(np.array([], dtype=dtype.to_pandas_dtype()) for dtype in columns.values())
    table = pyarrow.csv.read_csv(
        pa.BufferReader(rows),
        read_options=pyarrow.csv.ReadOptions(column_names=list(columns)),
        convert_options=pyarrow.csv.ConvertOptions(column_types=columns),
    )
    *others, lons, lats = (column.to_numpy() for column in table.columns)
    is_on_earth = (np.abs(lons) <= 180) & (np.abs(lats) <= 90)
    return *others, np.where(is_on_earth, lons, np.nan), np.where(is_on_earth, lats, np.nan)


def _parse_tags(text: bytes) -> dict[str, str]:
    pairs = (pair.split("=", 1) for pair in text[1:].decode().split(",") if pair)
    return {_unescape(key): _unescape(value) for key, value in pairs}


def _parse_members(payload: bytes) -> Iterator[tuple[int, str]]:
    for member in payload[1:].decode().split(","):
        if member.startswith("w"):
            ref, role = member[1:].split("@", 1)
            yield int(ref), _unescape(role)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_to_char, text) if "%" in text else text


def _to_char(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    is_surrogate = 0xD800 <= code <= 0xDFFF  # half a character: cannot be stored as UTF-8
    return "\N{REPLACEMENT CHARACTER}" if is_surrogate else chr(code)
