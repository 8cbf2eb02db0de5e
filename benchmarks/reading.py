# SPDX-License-Identifier: MIT
"""Reading an extract to tables against pyosmium handing every object to Python once."""

import tempfile
import time
from pathlib import Path

import osmium
from cities import find_extract, read_extract
from measuring import Options, Result, measure_in_turn, read_options, tell


def walk_through(path: Path) -> None:
    """Let pyosmium hand every object to Python once, with node locations."""
    for _ in osmium.FileProcessor(str(path)).with_locations():
        pass


def main(options: Options) -> None:
    """Compare on a whole city's extract."""
    with tempfile.TemporaryDirectory() as scratch:
        extract = find_extract(Path(scratch))
        # Wall time in any case: our reader works in two processes side by side.
        ours_s, peer_s = measure_in_turn(
            [lambda: read_extract(extract), lambda: walk_through(extract)],
            rounds=options.rounds,
            clock=time.perf_counter,
        )
    size = f"{extract.name}, read to tables"
    tell(Result("reading", size, ours_s, "s", "pyosmium walk", peer_s, 1.5))


if __name__ == "__main__":
    main(read_options())
