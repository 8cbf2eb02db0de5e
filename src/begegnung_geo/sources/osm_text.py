# SPDX-License-Identifier: MIT
"""
OSM files as text and back, each way a process of its own.

::

    python -m begegnung_geo.sources.osm_text read FORMAT FILE n|w|r > objects.opl
    python -m begegnung_geo.sources.osm_text write FORMAT FILE WEST SOUTH EAST NORTH TIME < objects.opl

OPL is libosmium's text format, one object a line, written and read in C++. Versions
and timestamps are kept; user names, user ids and changesets are not. A process of its
own, because libosmium ends the whole process when its writer meets broken text.
"""

import os
import sys
from collections.abc import Callable

import osmium
from osmium.osm import NODE, RELATION, WAY

FAILED = 3
"""Exit code of a file that cannot be read or written; the reason stands on standard error."""

_ENTITIES = {"n": NODE, "w": WAY, "r": RELATION}
_METADATA = "add_metadata=version+timestamp"
_BUFFER_BYTES = 1 << 18


def read_as_text(file_format: str, path: str, kind: str) -> None:
    """Write the nodes, ways or relations of a file to standard output, in file order."""
    output = osmium.io.File("-", f"opl,{_METADATA}")
    source = osmium.io.File(path, file_format)
    with (
        osmium.io.Reader(source, _ENTITIES[kind]) as reader,
        osmium.SimpleWriter(output, _BUFFER_BYTES) as writer,
    ):
        osmium.apply(reader, writer)


def write_from_text(file_format: str, path: str, *about: str) -> None:
    """Write the objects on standard input, sorted by kind and id, to a file: same lines, same bytes."""
    *box, timestamp = about
    header = osmium.io.Header()
    header.set("generator", "begegnung-geo (clipped)")
    header.set("sorting", "Type_then_ID")
    if timestamp:
        header.set("osmosis_replication_timestamp", timestamp)
    header.add_box(osmium.osm.Box(*(float(value) for value in box)))
    target = osmium.io.File(path, f"{file_format},{_METADATA}")
    with (
        osmium.io.Reader(osmium.io.File("-", "opl")) as reader,
        osmium.SimpleWriter(target, _BUFFER_BYTES, header, overwrite=True) as writer,
    ):
        osmium.apply(reader, writer)


_ACTIONS: dict[str, Callable[..., None]] = {"read": read_as_text, "write": write_from_text}


def main(arguments: list[str]) -> None:
    """Do it; on failure print the reason and leave without touching the writer again."""
    action, *rest = arguments
    try:
        _ACTIONS[action](*rest)
    except Exception as error:  # noqa: BLE001  # whatever it is: the writer's end would abort us
        first: BaseException = error
        while first.__context__ is not None:  # the writer complains once more when it is closed
            first = first.__context__
        sys.stderr.write(f"{first}\n")
        sys.stderr.flush()
        os._exit(FAILED)


if __name__ == "__main__":
    main(sys.argv[1:])
