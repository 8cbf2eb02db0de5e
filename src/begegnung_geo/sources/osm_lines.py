# SPDX-License-Identifier: MIT
"""
The objects of an OSM file as lines of text (OPL), streamed through processes of their own.

libosmium decodes and encodes far ahead of its reader, and keeps what it once took from the system.
With short queues, one arena and small thresholds its processes stay below 40 MB each, at the same speed.
"""

import errno
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

import osmium
import pyarrow as pa
import pyarrow.csv as pacsv
from osmium.osm import NOTHING

from begegnung_geo.sources import osm_text
from begegnung_geo.sources.archives import Box

_COLUMNS = {"n": 7, "w": 6}  # OPL: id, version, visible, time, tags, then x and y, or the nodes
_BLOCK_BYTES = {"n": 1 << 18, "w": 1 << 19}  # larger ones take memory and no less time
_RELEASE_BATCHES = 32
_FRUGAL = {f"OSMIUM_MAX_{queue}_QUEUE_SIZE": "2" for queue in ("INPUT", "OSMDATA", "OUTPUT", "WORK")} | {
    "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536",
}  # fmt: skip


@dataclass(frozen=True)
class OsmExtract:
    """An OSM file, its format (`pbf`, `osm`, `osm.gz`, `osm.bz2`), and the box to cut out (WGS84 degrees)."""

    path: Path
    file_format: str
    box: Box


@contextmanager
def spare_memory() -> Iterator[None]:
    """Let pyarrow take memory from the system, which takes it back, for the length of the block."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


def read_batches(extract: OsmExtract, kind: str) -> Iterator[pa.RecordBatch]:
    """Yield the nodes (`n`) or ways (`w`) of a file in blocks; each column holds bytes."""
    names = [f"c{number}" for number in range(_COLUMNS[kind])]
    with _read_objects(extract, kind) as lines:
        if not lines.peek(1):
            return
        stream = pacsv.open_csv(
            lines,
            read_options=pacsv.ReadOptions(
                column_names=names, block_size=_BLOCK_BYTES[kind], use_threads=False
            ),
            parse_options=pacsv.ParseOptions(delimiter=" ", quote_char=False),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary())),
        )
        for number, batch in enumerate(stream):
            yield batch
            if number % _RELEASE_BATCHES == 0:
                pa.default_memory_pool().release_unused()


def read_lines(extract: OsmExtract, kind: str) -> Iterable[bytes]:
    """Yield the objects of one kind line by line."""
    with _read_objects(extract, kind) as lines:
        yield from lines


@contextmanager
def _read_objects(extract: OsmExtract, kind: str) -> Iterator[BufferedReader]:
    arguments = ["read", extract.file_format, str(extract.path.resolve()), kind]
    with _run_child(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:
        yield cast("BufferedReader", child.stdout)


@contextmanager
def write_objects(extract: OsmExtract, target: Path) -> Iterator[BinaryIO]:
    """
    Yield where to write lines, sorted by kind and id; they become an OSM file of the extract's format.

    Raises
    ------
    OSError
        If the disk is full.
    RuntimeError
        If the lines are none.
    """
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
            command, stdin=stdin, stdout=stdout, stderr=complaint, env=os.environ | _FRUGAL
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
