# SPDX-License-Identifier: MIT
"""Files that are either whole or not there: atomic replacement and checksums."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp

_CHUNK_BYTES = 1 << 20


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """
    Yield a new path beside `path` that takes its place when the block succeeds.

    The bytes are on disk before the name changes. When the block raises, the old
    file stays and the new one is removed; after a kill the old file stays and a
    hidden `.part` file is left, which `remove_leftovers` clears.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            part.unlink()
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file atomically."""
    with replace_atomically(path) as part:
        part.write_bytes(content)


def remove_leftovers(folder: Path) -> None:
    """Remove the `.part` files that a killed run left in a folder."""
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)


def hash_file(path: Path) -> str:
    """Return the sha256 of a file's bytes as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
