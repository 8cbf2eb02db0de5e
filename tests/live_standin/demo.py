# SPDX-License-Identifier: MIT
"""
`make demo-live`: the town is fetched over HTTP from a local stand-in, then its maps are made.

Nothing leaves the machine; the stand-in ends with this program, at the latest after ten minutes.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import tomli_w

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from live_standin.server import StandIn
from live_standin.town import describe_town, serve_town

KEY = "musterstadt_live"
_SECONDS_MAX = 600


def main() -> int:
    """Return the exit code of the first command that fails, otherwise 0."""
    program = [str(Path(sys.executable).with_name("begegnung-geo"))]
    with TemporaryDirectory() as folder, StandIn(seconds_max=_SECONDS_MAX) as standin:
        served, profile = Path(folder) / "served", Path(folder) / f"{KEY}.toml"
        code = subprocess.run([*program, "sample", "--out", str(served)], check=False).returncode
        if code:
            return code
        serve_town(standin, served)
        content = describe_town(standin.url, key=KEY, ags="99999000")
        profile.write_text(tomli_w.dumps(content), encoding="utf-8")
        sys.stdout.write(f"stand-in for the live services: {standin.url}\n")
        sys.stdout.flush()
        for command in (["fetch"], ["fetch"], ["run"]):  # the second fetch transfers nothing
            step = [*program, *command, "--config", str(profile)]
            code = subprocess.run(step, check=False, timeout=_SECONDS_MAX).returncode
            if code:
                return code
    sys.stdout.write(f"Open in a browser: site/{KEY}/index.html\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
