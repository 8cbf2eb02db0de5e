# SPDX-License-Identifier: MIT
"""One small table, its profile, and what must be on disk when it has arrived."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from begegnung_geo.profile import Profile
from begegnung_geo.provenance import read_provenance
from live_standin.profiles import build_standin_profile
from live_standin.server import StandIn

ROWS = 6000
TABLE = b"name;persons\n" + b"".join(b"cell %05d;%d\n" % (row, row % 90 + 3) for row in range(ROWS))
NEXT_TABLE = TABLE.replace(b"cell", b"CELL")
FILE = "cells.csv"
PATH = f"/{FILE}"


def describe(standin: StandIn, path: str = PATH, **source: Any) -> dict[str, Any]:
    """Return the sources of a profile with nothing but the table."""
    return {"osm": {"file": FILE, "url": standin.url + path, **source}}


def build(
    standin: StandIn, path: str = PATH, *, fetch: dict[str, Any] | None = None, **source: Any
) -> Profile:
    """Return a profile with nothing but the table."""
    return build_standin_profile(describe(standin, path, **source), url=standin.url, **(fetch or {}))


def require_whole(raw: Path, content: bytes = TABLE) -> None:
    """The file in place is the one served, its provenance fits, and nothing else is left."""
    assert (raw / FILE).read_bytes() == content
    entry = read_provenance(raw)[FILE]
    assert entry.sha256 == hashlib.sha256(content).hexdigest()
    assert entry.bytes == len(content)
    assert sorted(path.name for path in raw.iterdir()) == [".fetch.lock", FILE, "sources.toml"]


def wait_until(condition: Callable[[], Any], *, seconds: float = 10) -> None:
    """Wait for something that another process or thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
