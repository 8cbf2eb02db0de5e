# SPDX-License-Identifier: MIT
"""One at a time writes into `data/raw/<city>/`."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from begegnung_geo.errors import SourceError

_LOCK_FILE = ".fetch.lock"


@contextmanager
def lock_raw_folder(raw_dir: Path) -> Iterator[None]:
    """
    Keep others from writing into a raw folder for the length of the block.

    The lock belongs to the open file: it goes when the process goes, however that ends.

    Raises
    ------
    SourceError
        If another process holds it; names the process.
    """
    raw_dir.mkdir(parents=True, exist_ok=True)
    with (raw_dir / _LOCK_FILE).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read(20).strip()
            raise SourceError(
                f"another fetch is at work here (process {holder or 'unknown'})",
                where=str(raw_dir),
                hint="wait until it has finished",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
