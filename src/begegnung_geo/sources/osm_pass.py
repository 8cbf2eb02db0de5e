# SPDX-License-Identifier: MIT
"""
The pass over an OSM file, run as a process of its own: OSM in, OPL on standard output.

::

    python -m begegnung_geo.sources.osm_pass FORMAT FILE first|again NODE_KEY...

OPL is libosmium's text format, one object a line. All of it happens in C++: the
file is unpacked, nodes without any of the keys are dropped, ways get the positions of
their nodes. Versions and timestamps are written; user names, user ids and
changesets are not. `again` first collects the positions of all nodes, for files
whose ways come before their nodes.

A process of its own, because libosmium ends the whole process when its writer
meets a broken position or text, and because it then works beside the reader.
"""

import os
import sys

import osmium
from osmium.osm import NODE

OPL = "opl,locations_on_ways=true,add_metadata=version+timestamp"
_BUFFER_BYTES = 1 << 18  # small: the reader begins while the pass goes on
FAILED = 3
"""Exit code of a file that cannot be read; the reason stands on standard error."""


def write_opl(source: osmium.io.File, *, node_keys: list[str], is_again: bool) -> None:
    """
    Write an OSM file as OPL to standard output.

    Raises
    ------
    RuntimeError
        If the file is cut off, no OSM file, or holds a broken position or text.
    """
    locations = osmium.index.create_map("sparse_mem_map" if is_again else "flex_mem")
    if is_again:
        with osmium.io.Reader(source, NODE) as reader:
            osmium.apply(reader, osmium.NodeLocationsForWays(locations))
    add_locations = osmium.NodeLocationsForWays(locations)
    add_locations.ignore_errors()
    keep_nodes = osmium.filter.KeyFilter(*node_keys)
    keep_nodes.enable_for(NODE)
    # Opened after the input: a file that cannot be opened leaves no writer behind.
    output = osmium.io.File("-", OPL)
    with osmium.io.Reader(source) as reader, osmium.SimpleWriter(output, _BUFFER_BYTES) as writer:
        osmium.apply(reader, add_locations, keep_nodes, writer)


def main(arguments: list[str]) -> None:
    """Run the pass; on failure print the reason and leave without touching the writer again."""
    file_format, path, turn, *node_keys = arguments
    try:
        write_opl(osmium.io.File(path, file_format), node_keys=node_keys, is_again=turn == "again")
    except Exception as error:  # noqa: BLE001  # whatever it is: the writer's end would abort us
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(FAILED)


if __name__ == "__main__":
    main(sys.argv[1:])
