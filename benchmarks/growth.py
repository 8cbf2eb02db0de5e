# SPDX-License-Identifier: MIT
"""
How the analysis grows with the city, from 19,000 to 3.8 million nodes of walk network.

Places and homes grow with it (28,148 places and 1.4 million homes at the end: a city of
about four million people). Time may grow no faster than n log n, memory no faster than n; the
largest city must fit into 6 GB. The largest tables are kept below the system's temporary
folder, as laying them out takes minutes.
"""

import hashlib
import json
import math
import os
import shutil
import sys
import tempfile
from pathlib import Path

from analysis import lay_out
from cities import build_city
from measuring import Options, Result, measure_process, read_options, tell

from begegnung_geo.schema import TABLES

SIZES = (19_000, 190_000, 950_000, 3_800_000)
QUICK_SIZES = (19_000, 95_000, 380_000)
MEMORY_MAX_MB = 6_000.0
PATIENCE_S = 3_000.0  # the largest city on a machine that others use, too
BASE_MB = 250.0  # the interpreter with its libraries, whatever the city
_STATE = hashlib.sha256(repr(sorted(TABLES.items())).encode()).hexdigest()  # other tables, other town


def find_town(node_count: int) -> Path:
    """Return a project folder with a city of so many nodes, laid out once on this machine."""
    root = Path(tempfile.gettempdir()) / "begegnung-geo-bench" / f"city_{node_count}"
    ready = root / ".ready"
    if not ready.is_file() or ready.read_text(encoding="utf-8") != _STATE:
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        # In a child: its memory would otherwise stay with this process.
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                lay_out(root, build_city(node_count))
                ready.write_text(_STATE, encoding="utf-8")
                status = 0
            finally:
                os._exit(status)
        os.waitpid(pid, 0)
        if not ready.is_file():
            raise RuntimeError(f"a city of {node_count:,} nodes could not be laid out")
    return root


def main(options: Options) -> None:
    """Run all sizes and compare each with the smallest one."""
    found: list[tuple[int, float, float]] = []
    program = Path(__file__).with_name("analysis.py")
    for node_count in QUICK_SIZES if options.is_quick else SIZES:
        root = find_town(node_count)
        if not found:
            measure_process([sys.executable, program, "--steps", root])  # compiles what must be
        _, peak_mb, text = measure_process([sys.executable, program, "--steps", root], patience_s=PATIENCE_S)
        steps: dict[str, float] = json.loads(text.splitlines()[-1])
        seconds = sum(steps.values())
        found.append((node_count, seconds, peak_mb))
        first_count, first_s, first_mb = found[min(1, len(found) - 1)]
        slowest = max(steps, key=lambda step: steps[step])
        limit_s = first_s * (node_count * math.log(node_count)) / (first_count * math.log(first_count))
        limit_mb = BASE_MB + (first_mb - BASE_MB) * node_count / first_count
        is_compared = node_count > first_count
        label = f"whole analysis, {node_count:,} nodes"
        tell(
            Result(
                "growth", label, seconds, "s", "n log n", limit_s if is_compared else None,
                1.0 if is_compared else None, note=f"{slowest} {steps[slowest]:.1f}",
            )
        )  # fmt: skip
        tell(
            Result(
                "growth", f"its memory, {node_count:,} nodes", peak_mb, "MB", "linear",
                limit_mb if is_compared else None, 1.0 if is_compared else None,
            )
        )  # fmt: skip
    if not options.is_quick:
        tell(Result("growth", "memory of the largest city", found[-1][2], "MB", target=MEMORY_MAX_MB))


if __name__ == "__main__":
    main(read_options())
