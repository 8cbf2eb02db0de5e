# SPDX-License-Identifier: MIT
"""What a person sees of a long command: live lines on a terminal, plain ones elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


class StepPrinter:
    """Tells on standard error how a run goes: a live line on a terminal, plain lines elsewhere."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._console = Console(stderr=True, quiet=is_quiet, highlight=False, markup=False)
        self._status = self._console.status("")

    def started(self, step: str, position: int, total: int) -> None:
        """Show the step that begins."""
        line = f"[{position}/{total}] {step}"
        if self._console.is_terminal:
            self._status.update(line)
            self._status.start()
        else:
            self._console.print(f"{line} …", soft_wrap=True)

    def finished(self, step: str, text: str, seconds: float | None) -> None:
        """Show what the step made, how long it took, and further lines below."""
        self._status.stop()
        took = "" if seconds is None else f"  ({seconds:.1f} s)"
        head, *lines = text.split("\n")
        self._console.print(f"      {step}: {head}{took}", soft_wrap=True)
        for line in lines:
            self._console.print(f"        {line}", soft_wrap=True)

    def say(self, text: str) -> None:
        """Print one plain line."""
        self._status.stop()
        self._console.print(text, soft_wrap=True)


class TransferPrinter:
    """Tells on standard error how downloads go: a bar with size and rate, or a plain line a file."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._console = Console(stderr=True, quiet=is_quiet, highlight=False, markup=False)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._last_stage: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, file: str, stage: str, *, done: int, total: int) -> None:
        """Take note of a file's stage, and of `done` of `total` bytes (total 0 where unknown)."""
        if file not in self._tasks:
            self._tasks[file] = self._bars.add_task(file, total=None)
        self._bars.update(self._tasks[file], description=f"{file} ({stage})")
        if done or total:  # later stages count no bytes: the bar keeps what was received
            self._bars.update(self._tasks[file], completed=done, total=total or None)
        if not self._console.is_terminal and self._last_stage.get(file) != stage:
            self._console.print(f"{file}: {stage}", soft_wrap=True)
        self._last_stage[file] = stage
