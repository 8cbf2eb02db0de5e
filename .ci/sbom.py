# SPDX-License-Identifier: MIT
"""
Write what a release contains: the packages the program needs to run, as CycloneDX and as a list of licences.

`python .ci/sbom.py PYTHON FOLDER [--no-validate]`: the environment of that interpreter is looked at; FOLDER
gets `sbom.cdx.json` (checked against its schema) and `licences.md`. Exit 1 if a package is missing there or
nobody says its licence.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
NAME = "begegnung-geo"
# Packages whose own metadata name no licence, and where it is written instead.
LICENCES_GIVEN = {
    "xstatic-leaflet": "BSD-2-Clause"
}  # its metadata: "(same as Leaflet)"; LICENSE of Leaflet 1.9


def main() -> int:
    """Write both files and tell what is wrong with them."""
    python, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "sbom.cdx.json"
    write_sbom(python, target, validate="--no-validate" not in sys.argv)
    licences = read_licences(json.loads(target.read_text(encoding="utf-8")))
    needed = list_needed(
        {canonicalize_name(found.metadata["Name"]): found for found in list_installed(python)}
    )
    (folder / "licences.md").write_text(describe(licences, needed), encoding="utf-8")
    unknown = sorted(name for name in needed if not licences.get(name, ("", ""))[1])
    if unknown:
        sys.stderr.write(
            f"error: {len(unknown)} packages are missing or say no licence\nwhere: {', '.join(unknown)}\n"
            "next:  read the package's own files, then name the licence in LICENCES_GIVEN of .ci/sbom.py\n"
        )
        return 1
    sys.stdout.write(f"{len(needed)} packages, each with its licence: {folder}/licences.md\n")
    return 0


def write_sbom(python: str, target: Path, *, validate: bool) -> None:
    """Write the CycloneDX file of an environment."""
    options = ["--pyproject", str(PROJECT / "pyproject.toml"), "--output-reproducible"]
    options += ["--validate" if validate else "--no-validate"]
    command = [sys.executable, "-m", "cyclonedx_py", "environment", python, *options, "-o", str(target)]
    subprocess.run(command, check=True)  # noqa: S603 - our own words


def list_installed(python: str) -> list[Distribution]:
    """Return what is installed for an interpreter."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    asked = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return list(distributions(path=[asked.stdout.strip()]))


def list_needed(installed: Mapping[str, Distribution]) -> set[str]:
    """Return the packages that running the program needs, directly or not, itself left out."""
    needed, ahead = set(), [NAME]
    while ahead:
        found = installed.get(ahead.pop())
        for text in (found.requires or []) if found else []:
            requirement = Requirement(text)
            name = canonicalize_name(requirement.name)
            is_asked = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if is_asked and name not in needed:
                needed.add(name)
                ahead.append(name)
    return needed


def read_licences(sbom: Mapping[str, list]) -> dict[str, tuple[str, str]]:
    """Return name -> version and licences of the components, as their metadata say them."""
    found = {}
    for component in sbom["components"]:
        entries = [choice.get("license", choice) for choice in component.get("licenses", [])]
        told = [entry.get("id") or entry.get("expression") or entry.get("name", "") for entry in entries]
        told = [text.removeprefix("License :: OSI Approved :: ") for text in told if text]
        name = canonicalize_name(component["name"])
        text = "; ".join(dict.fromkeys(told)) or LICENCES_GIVEN.get(name, "")
        found[name] = (component["version"], text)
    return found


def describe(licences: Mapping[str, tuple[str, str]], needed: set[str]) -> str:
    """Return the list of licences as Markdown, a row a package, by licence."""
    rows = sorted((licences.get(name, ("missing", ""))[::-1], name) for name in needed)
    lines = [f"| {name} | {version} | {licence or 'not known'} |" for (licence, version), name in rows]
    return "\n".join(["| package | version | licence |", "|---|---|---|", *lines]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
