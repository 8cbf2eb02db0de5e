# SPDX-License-Identifier: MIT
"""
What all benchmarks share: how time and memory are taken, and how a result is told.

A benchmark is a module of this folder with a `main(options)`; `run.py` starts each one as a
process of its own, so that none counts in another's memory. Where two engines are compared
they take turns, and the medians are compared: of wall time, or, where others use the
machine at the start of the run, of processor time (all threads of an engine together, which
is to the disadvantage of the engine that uses several).
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
REAL = PROJECT.parent / "shared" / "data"
PROGRAM = Path(sys.executable).parent / "begegnung-geo"
CRS = "EPSG:25832"
RESULTS = "BENCH_RESULTS"
"""Environment variable with the file that results are added to, one JSON object a line."""


CORES = len(os.sched_getaffinity(0))
IS_BUSY = os.environ.get("BENCH_CLOCK", "cpu" if os.getloadavg()[0] > 0.75 * CORES else "wall") == "cpu"
"""Whether processor time is measured; BENCH_CLOCK=wall or cpu overrides the guess."""

CLOCK_NAME = "processor time" if IS_BUSY else "wall time"


@dataclass(frozen=True)
class Options:
    """How thorough a run is: fewer rounds, smaller towns and shorter patience where it is quick."""

    is_quick: bool

    @property
    def rounds(self) -> int:
        """Return how often a fast thing is measured."""
        return 3 if self.is_quick else 7

    @property
    def patience_s(self) -> float:
        """Return after how many seconds a slow peer is given up."""
        return 40.0 if self.is_quick else 150.0


@dataclass(frozen=True)
class Result:
    """One line of the report; `target` is an upper limit, of the ratio or of the figure itself."""

    topic: str
    name: str
    ours: float
    unit: str
    peer_name: str = ""
    peer: float | None = None
    target: float | None = None
    is_at_least: bool = False  # the peer was given up after `peer` seconds
    note: str = ""

    @property
    def figure(self) -> float:
        """Return what the target limits."""
        return self.ours if self.peer is None else self.ours / self.peer

    @property
    def verdict(self) -> str:
        """Return whether the target is kept; a peer that was given up can only be slower than told."""
        if self.target is None:
            return ""
        return "kept" if self.figure <= self.target else "MISSED"


def read_options() -> Options:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller towns")
    return Options(is_quick=parser.parse_args().quick)


def read_clock() -> float:
    """
    Return seconds of wall time, or of processor time where the machine is busy.

    Processor time is that of this process and of its children that have ended.
    """
    if not IS_BUSY:
        return time.perf_counter()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def measure(call: Callable[[], object], *, rounds: int) -> float:
    """Return the median time of a call in seconds, after one warm-up."""
    return measure_in_turn([call], rounds=rounds)[0]


def measure_in_turn(
    calls: Sequence[Callable[[], object]], *, rounds: int, clock: Callable[[], float] = read_clock
) -> list[float]:
    """Return the median time of each call in seconds; the calls take turns, after one warm-up each."""
    times: list[list[float]] = [[] for _ in calls]
    for turn in range(rounds + 1):
        for call, own in zip(calls, times, strict=True):
            start = clock()
            call()
            if turn:
                own.append(clock() - start)
    return [statistics.median(own) for own in times]


def measure_process(
    arguments: Sequence[str | Path], *, patience_s: float = 560.0, cwd: Path | None = None
) -> tuple[float, float, str]:
    """
    Return seconds, peak memory in MB and output of a command.

    The memory is that of the largest single process of the command's family.

    Raises
    ------
    TimeoutError
        If the command takes longer than `patience_s`; it is then stopped.
    RuntimeError
        If it fails.
    """
    probe = (
        "import resource, subprocess, sys, time; start = time.perf_counter();"
        "code = subprocess.call(sys.argv[1:]); wall = time.perf_counter() - start;"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(f'\\n{code} {wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}')"
    )
    command = [sys.executable, "-c", probe, *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, start_new_session=True
    ) as process:
        try:
            output, complaints = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)  # the session this function has just started
            process.communicate()
            raise TimeoutError(f"{arguments[0]} took more than {patience_s:.0f} s") from None
    text, _, last = output.rstrip().rpartition("\n")
    code, wall_s, cpu_s, peak_mb = (float(part) for part in last.split())
    if code:
        raise RuntimeError(f"{' '.join(map(str, arguments))} failed:\n{text}\n{complaints[-2000:]}")
    return cpu_s if IS_BUSY else wall_s, peak_mb, text


def tell(result: Result) -> None:
    """Print one line, and add it to the file of results."""
    print(format_result(result), flush=True)
    if RESULTS in os.environ:
        with Path(os.environ[RESULTS]).open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(result)) + "\n")


def format_result(result: Result) -> str:
    """Return a result as one line of text."""
    parts = [f"{result.name:<44} {_figure(result.ours, result.unit):>10}"]
    if result.peer is not None:
        sign = ">" if result.is_at_least else " "
        peer = f"{sign}{_figure(result.peer, result.unit)}"
        parts.append(f"{result.peer_name:<22} {peer:>11}   ratio {result.figure:6.3f}")
    if result.target is not None:
        parts.append(f"(<= {result.target:.3g}: {result.verdict})")
    return "  ".join([*parts, result.note]).rstrip()


def _figure(value: float, unit: str) -> str:
    if unit == "s" and value < 1:
        return f"{value * 1000:.1f} ms"
    return f"{value:,.1f} {unit}" if value < 1000 else f"{value:,.0f} {unit}"  # noqa: PLR2004
