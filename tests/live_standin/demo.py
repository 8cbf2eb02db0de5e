# SPDX-License-Identifier: MIT
"""
`make demo-live`: every kind of source over HTTP from a local stand-in, then the maps made of it.

Nothing leaves the machine. The stand-in ends with this program, at the latest after ten minutes.
"""

import argparse
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli_w

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from live_standin.server import StandIn
from live_standin.town import (
    describe_everything,
    describe_quarter,
    read_key,
    serve_osm_services,
    serve_town,
)

TOWN, QUARTER = "musterstadt_live", "musterstadt_quartier"
_QUARTER_BOX = (7.985, 54.392, 8.015, 54.410)  # the middle of the town


class Demo:
    """Commands as a person types them, each with a line before it that says what it shows."""

    def __init__(self, folder: Path, *, seconds: float) -> None:
        self.folder = folder
        self._end = time.monotonic() + seconds
        self._program = str(Path(sys.executable).with_name("begegnung-geo"))

    def run(self, title: str, *arguments: str, cwd: Path | None = None) -> None:
        """
        Run a command.

        Raises
        ------
        subprocess.CalledProcessError, subprocess.TimeoutExpired
            If it fails, or the time is over.
        """
        sys.stdout.write(f"\n== {title}\n$ begegnung-geo {' '.join(arguments)}\n")
        sys.stdout.flush()
        left = max(self._end - time.monotonic(), 0.1)
        subprocess.run([self._program, *arguments], check=True, timeout=left, cwd=cwd)

    def write_profile(self, content: dict[str, Any]) -> str:
        """Return the path of a profile."""
        path = self.folder / f"{content['city']['key']}.toml"
        path.write_text(tomli_w.dumps(content), encoding="utf-8")
        return str(path)


def show(demo: Demo, standin: StandIn, *, inhabitants: int) -> None:
    """Go through it all."""
    served = demo.folder / "served"
    demo.run("the town that is served", "sample", "--out", str(served), "--inhabitants", str(inhabitants))
    serve_town(standin, served)
    serve_osm_services(standin, served)
    sys.stdout.write(f"\nstand-in for the live services: {standin.url}\n")
    content = describe_everything(standin.url, key=TOWN, ags=read_key(served))
    content["fetch"]["geofabrik_index_url"] = f"{standin.url}/index-v1.json"
    town = demo.write_profile(content)
    demo.run("the portal's catalogue", "sources", "search", "begegnung", "--config", town)
    demo.run("a new city: boundary and extract", "init", "Musterstadt", "--config", town, cwd=demo.folder)
    demo.run("extract with md5, portal, archives, register, outline", "fetch", "--config", town)
    demo.run("once more: nothing has changed, nothing is sent", "fetch", "--config", town)
    demo.run("an address that neither register nor map knows: Nominatim", "look-up", "--config", town)
    demo.run("the maps", "run", "--config", town)
    quarter = demo.write_profile(describe_quarter(standin.url, key=QUARTER, box=_QUARTER_BOX))
    demo.run("a quarter, fresh from Overpass", "fetch", "--config", quarter)
    demo.run("its maps", "run", "--config", quarter)


def list_asked(standin: StandIn) -> str:
    """Return how often each kind of service was asked."""
    kinds = {"/api/explore/": "portal", "/api/interpreter": "Overpass", "/nominatim/": "Nominatim"}
    asked = Counter(
        next((kind for start, kind in kinds.items() if path.startswith(start)), "files and status")
        for _, path, *_ in standin.requests
    )
    return ", ".join(f"{kind} {count}" for kind, count in sorted(asked.items()))


def main() -> int:
    """Return 0 if all commands succeeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inhabitants", type=int, default=12_000)
    parser.add_argument("--seconds", type=float, default=600, help="after which it stops, whatever happens")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, StandIn(seconds_max=options.seconds) as standin:
        try:
            show(Demo(Path(folder), seconds=options.seconds), standin, inhabitants=options.inhabitants)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"demo-live stopped: {error}\n")
            return 1
        sys.stdout.write(f"\nrequests answered: {list_asked(standin)}\n")
    sys.stdout.write(f"Open in a browser: site/{TOWN}/index.html and site/{QUARTER}/index.html\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
