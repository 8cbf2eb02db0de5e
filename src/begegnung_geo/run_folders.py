# SPDX-License-Identifier: MIT
"""The two folders a run writes: worked on in hidden ones beside them, swapped in at the end."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from begegnung_geo.errors import ConfigError

RECORDS = ".steps"
"""Folder among the tables with what each step recorded."""


@dataclass(frozen=True)
class Folders:
    """The two folders a run writes."""

    processed: Path
    site: Path

    def partial(self) -> "Folders":
        """Return the hidden folders a run works in."""
        return Folders(_beside(self.processed, "partial"), _beside(self.site, "partial"))


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f".{folder.name}.{suffix}")


def publish_folder(new: Path, final: Path) -> None:
    """Put a new folder in the place of the last one, which stays until the new one is there."""
    old = _beside(final, "old")
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    new.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def recover_folder(final: Path) -> None:
    """Bring back the last good folder, which a kill between two renames has left aside."""
    old = _beside(final, "old")
    if old.is_dir() and not final.exists():
        old.rename(final)


def require_ours(folder: Path) -> None:
    """
    Make sure that a folder to be replaced was written by an earlier run, or is empty.

    Raises
    ------
    ConfigError
        If it holds something else.
    """
    is_ours = (folder / RECORDS).is_dir() or (folder / "manifest.json").is_file()
    if folder.exists() and not is_ours and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{folder.name} holds something that begegnung-geo did not write",
            where=str(folder),
            hint="choose another --out folder, or move what is there",
        )


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """
    Keep other runs out of a folder for as long as the context lasts.

    Raises
    ------
    ConfigError
        If another run is at work there, or nothing can be written beside the folder.
    """
    path = _beside(folder, "lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise ConfigError(
            "the output folder cannot be written",
            where=f"{path.parent}: {error.strerror}",
            hint="choose another --out folder",
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                "another run is at work here", where=str(folder), hint="wait until it has finished"
            ) from error
        yield
