# SPDX-License-Identifier: MIT
"""
Side-by-side benchmarks: ours and the peers in one run, medians and ratios, memory too.

`make bench` runs all topics, `make bench QUICK=1` smaller ones, and `python benchmarks/run.py
walks snapping` only some. Real extracts are used where `../shared/data` is there, else Musterstadt.
What a peer lacks to run is said in the output; the rest goes on.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import CLOCK_NAME, CORES, IS_BUSY, PROJECT, RESULTS, Result, format_result

TOPICS = (
    "reading",
    "walks",
    "snapping",
    "reach",
    "analysis",
    "siting",
    "whole_runs",
    "usual_way",
    "inventory",
    "addresses",
    "fetch",
    "pages",
    "growth",
)
"""Modules of this folder, in the order they run; each is a program of its own too."""


def describe_machine() -> str:
    """Return processor, cores, memory and Python of this machine."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{names[0] if names else platform.machine()}, {CORES} cores, {memory_gb:.0f} GB, "
        f"Python {platform.python_version()}; load {os.getloadavg()[0]:.1f} at the start: {CLOCK_NAME}"
    )


def main() -> int:
    """Run the topics and print all results once more, together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller towns")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"of {', '.join(TOPICS)}; all without any")
    arguments = parser.parse_args()
    unknown = set(arguments.topics) - set(TOPICS)
    if unknown:
        parser.error(f"no topic {', '.join(sorted(unknown))}; there are {', '.join(TOPICS)}")
    start = time.monotonic()
    print(describe_machine())
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        results = Path(scratch) / "results.jsonl"
        results.touch()
        flags = ["--quick"] if arguments.quick else []
        for topic in arguments.topics or TOPICS:
            print(f"\n-- {topic}", flush=True)
            command = [sys.executable, str(PROJECT / "benchmarks" / f"{topic}.py"), *flags]
            shared = {RESULTS: str(results), "BENCH_CLOCK": "cpu" if IS_BUSY else "wall"}
            if subprocess.run(command, env=os.environ | shared, check=False).returncode:
                failed.append(topic)
        lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    print(f"\n== all results, {(time.monotonic() - start) / 60:.1f} minutes")
    for line in lines:
        print(format_result(Result(**line)))
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
