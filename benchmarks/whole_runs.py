# SPDX-License-Identifier: MIT
"""From an extract, and from nothing, to a finished site: whole runs of the program."""

import tempfile
from pathlib import Path

from cities import find_extract
from measuring import PROGRAM, Options, Result, measure_process, read_options, tell


def main(options: Options) -> None:
    """Run the program on a whole city's extract and on the embedded town."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        run = [PROGRAM, "run", "--quiet", "--out"]
        if not options.is_quick:
            extract = find_extract(root)
            seconds, peak_mb, _ = measure_process([*run, root / "city", "--osm", extract])
            tell(Result("whole_runs", f"{extract.name} to site", seconds, "s", target=25.0))
            tell(Result("whole_runs", "its memory", peak_mb, "MB", target=1_500.0))
        raw = root / "raw"
        sample_s, _, _ = measure_process([PROGRAM, "sample", "--quiet", "--out", raw])
        site_s, peak_mb, _ = measure_process([*run, root / "town", "--osm", raw / "musterstadt.osm.pbf"])
        tell(Result("whole_runs", "Musterstadt, raw files and site", sample_s + site_s, "s", target=45.0))
        tell(Result("whole_runs", "its memory", peak_mb, "MB"))


if __name__ == "__main__":
    main(read_options())
