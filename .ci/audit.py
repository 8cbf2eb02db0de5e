# SPDX-License-Identifier: MIT
"""
Ask pip-audit about the installed dependencies of the program; say plainly what it could not ask.

`python .ci/audit.py SITE_PACKAGES`; exit 0 nothing known, 1 something known, 2 not (wholly) asked.
"""

import json
import subprocess
import sys

KNOWN, NOT_ASKED = 1, 2


def main() -> int:
    """Run pip-audit and print one line for each finding, then what was asked."""
    options = ["--path", sys.argv[1], "--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    command = [sys.executable, "-m", "pip_audit", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return _tell_not_asked(f"the service could not be asked: {reason[:200]}")
    asked = [
        package for package in packages if "skip_reason" not in package and package["name"] != "begegnung-geo"
    ]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [(package, entry) for package in asked for entry in package["vulns"]]
    for package, entry in found:
        fixed = ", ".join(entry["fix_versions"]) or "no version yet"
        sys.stdout.write(f"{package['name']} {package['version']}: {entry['id']}, fixed in {fixed}\n")
    sys.stdout.write(f"{len(asked)} packages asked about, {len(found)} known weaknesses\n")
    if found:
        return KNOWN
    others = [name for name in skipped if name != "begegnung-geo"]
    if others:
        return _tell_not_asked(
            f"the service knew nothing of {len(others)} packages: {', '.join(others[:5])} …"
        )
    return 0


def _tell_not_asked(what: str) -> int:
    sys.stderr.write(f"error: {what}\nnext:  run `make audit` on a machine that reaches the service\n")
    return NOT_ASKED


if __name__ == "__main__":
    sys.exit(main())
