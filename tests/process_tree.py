# SPDX-License-Identifier: MIT
"""The memory of a command and of all processes it starts, taken together, as long as it runs (Linux)."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_PAGE_KB = 4


def measure_tree(command: list[str], *, cwd: Path, seconds: float) -> tuple[int, str, float]:
    """Return exit code, what it wrote, and the largest sum of resident memory of its processes in MB."""
    peak = 0
    with (cwd / "output.log").open("w+", encoding="utf-8") as output:
        child = subprocess.Popen(command, cwd=cwd, stdout=output, stderr=subprocess.STDOUT)
        end = time.monotonic() + seconds
        try:
            while child.poll() is None and time.monotonic() < end:
                peak = max(peak, sum(_read_resident_kb(process) for process in _list_tree(child.pid)))
                time.sleep(0.004)
        finally:
            child.kill()
            child.wait()
        output.seek(0)
        return child.returncode, output.read(), peak / 1024


def _list_tree(pid: int, parent: bytes = b"") -> Iterator[int]:
    # A child that has not become another program yet shares its parent's memory (vfork): not counted twice.
    command = _read(Path(f"/proc/{pid}/cmdline"))
    if command and command != parent:
        yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(task).split():
            yield from _list_tree(int(child), command)


def _read_resident_kb(pid: int) -> int:
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * _PAGE_KB if fields else 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""
