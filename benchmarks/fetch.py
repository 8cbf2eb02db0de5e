# SPDX-License-Identifier: MIT
"""
Clipping the Zensus grid while it streams out of its zip, against pyarrow reading the plain CSV once.

`make bench`. Three million cells are written first; each side then runs as a process of
its own, imports included in its memory and left out of its time.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

CELLS = 3_000_000
ROUNDS = 3
MEMBER = "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
BOX = (4_100_000.0, 3_100_000.0, 4_140_000.0, 3_130_000.0)  # a city of 40 x 30 km, EPSG:3035
CLIP = """
from begegnung_geo.config import build_profile
from begegnung_geo.sources.clipping import Clipping
nobody = {"city": {"key": "x", "name": "x"}, "sources": {"osm": {"file": "x.osm.pbf"}}}
rules = build_profile(nobody, where="bench").fetch
act = lambda: Clipping(member=member, box=box).write(folder / "grid.zip", folder / "clipped.csv", rules=rules)
"""
READ = """
import pyarrow.csv as pacsv
parse = pacsv.ParseOptions(delimiter=";")
act = lambda: pacsv.read_csv(folder / member, parse_options=parse).num_rows
"""
FRAME = """
import resource, time
from pathlib import Path
folder, member, box = Path({folder!r}), {member!r}, {box!r}
{code}
start = time.perf_counter()
act()
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def write_grid(folder: Path) -> None:
    """Write the grid as the publisher lays it out, plain and zipped."""
    rng = np.random.default_rng(3)
    xs = rng.integers(40_300, 46_700, CELLS) * 100 + 50
    ys = rng.integers(26_800, 35_500, CELLS) * 100 + 50
    people = rng.integers(3, 200, CELLS)
    with (folder / MEMBER).open("w", encoding="utf-8") as out:
        out.write("GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner\n")
        out.writelines(
            f"CRS3035RES100mN{y - 50}E{x - 50};{x};{y};{n}\n"
            for x, y, n in zip(xs.tolist(), ys.tolist(), people.tolist(), strict=True)
        )
    with zipfile.ZipFile(folder / "grid.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(folder / MEMBER, MEMBER)


def measure(code: str, folder: Path) -> tuple[float, float]:
    """Return median seconds and peak MB of a piece of code, each time in a new process."""
    program = FRAME.format(folder=str(folder), member=MEMBER, box=BOX, code=code)
    # Through `env`: a child's account would otherwise begin with the memory of this process.
    command = ["/usr/bin/env", sys.executable, "-c", program]
    results = []
    for _ in range(ROUNDS):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        results.append([float(value) for value in done.stdout.split()])
    return statistics.median(seconds for seconds, _ in results), max(peak for _, peak in results)


def main() -> None:
    """Print one line."""
    with tempfile.TemporaryDirectory() as scratch:
        pid = os.fork()  # writing three million rows must not count in the readers' memory
        if pid == 0:
            write_grid(Path(scratch))
            os._exit(0)
        os.waitpid(pid, 0)
        ours, peak = measure(CLIP, Path(scratch))
        peer, peer_peak = measure(READ, Path(scratch))
    ratio = ours / peer
    verdict = "kept" if ratio <= 3 and peak <= 300 else "MISSED"  # noqa: PLR2004 - the targets
    print(
        f"{'clip 3,000,000 cells from a zip':<34} ours {ours:8.3f} s   pyarrow csv    {peer:8.3f} s"
        f"   ratio {ratio:5.2f}  (<= 3, {peak:.0f} MB <= 300: {verdict}; pyarrow {peer_peak:.0f} MB)"
    )


if __name__ == "__main__":
    main()
