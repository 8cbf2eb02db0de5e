# SPDX-License-Identifier: MIT
"""On which side of a box each node of an OSM file lies, however many there are: on disk, found by id."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

import numpy as np
import numpy.typing as npt

WEST, EAST, SOUTH, NORTH = 1, 2, 4, 8
NOWHERE = WEST | EAST | SOUTH | NORTH
"""The zone of a node that the file lacks, or that has no position; 0 is inside the box."""

_KEPT_BYTES = 8 << 20  # of the zones on disk that may stay in memory between two look-ups

Ints = npt.NDArray[np.int64]
Zones = npt.NDArray[np.uint8]


class ZoneRuns:
    """
    The zone of every node, as runs of neighbouring ids in one zone.

    Nodes with neighbouring ids were mostly drawn together, so the runs are far fewer than the
    nodes. They wait in two files without a name, which go with the process. Ids that the file
    lacks have the zone of the node before.
    """

    def __init__(self, starts: IO[bytes], zones: IO[bytes]) -> None:
        self._starts_file, self._zones_file = starts, zones
        self._starts: Ints | None = None
        self._zones: Zones | None = None
        self._maps: list[mmap.mmap] = []
        self._last_zone = -1
        self.count = 0
        self.last_id = 0

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Self]:
        """Yield an empty store with its files in a folder."""
        with TemporaryFile(dir=folder) as starts, TemporaryFile(dir=folder) as zones:
            runs = cls(starts, zones)
            try:
                yield runs
            finally:
                runs._starts = runs._zones = None
                runs._maps.clear()

    def add(self, ids: Ints, zones: Zones) -> None:
        """Take note of nodes; their ids must rise from call to call."""
        before = np.concatenate([[self._last_zone], zones[:-1].astype(np.int16)])
        changes = np.flatnonzero(zones != before)
        self._starts_file.write(ids[changes].tobytes())
        self._zones_file.write(zones[changes].tobytes())
        self.count += len(ids)
        self.last_id, self._last_zone = int(ids[-1]), int(zones[-1])

    def find(self, refs: Ints) -> Zones:
        """Return the zone of each node; all have been added before."""
        if not self.count:
            return np.full(len(refs), NOWHERE, dtype=np.uint8)
        if self._starts is None or self._zones is None:
            self._starts = np.frombuffer(self._map(self._starts_file), dtype=np.int64)
            self._zones = np.frombuffer(self._map(self._zones_file), dtype=np.uint8)
        runs = np.searchsorted(self._starts, refs, side="right") - 1
        found = np.where(runs < 0, NOWHERE, self._zones[runs]).astype(np.uint8)
        if self._starts.nbytes > _KEPT_BYTES:
            for mapped in self._maps:
                mapped.madvise(mmap.MADV_DONTNEED)  # the pages stay in the system's cache, not in our memory
        return found

    def _map(self, file: IO[bytes]) -> mmap.mmap:
        file.flush()
        self._maps.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return self._maps[-1]
