# SPDX-License-Identifier: MIT
"""What others need to carry the project on is there and current."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest
from packaging.specifiers import SpecifierSet

_STAND_IN = """
import sys
sys.stdout.write({answer!r})
sys.stderr.write({complaint!r})
"""


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_of_the_ladder_is_the_one_the_contracts_give(project: Path) -> None:
    ladder = _load(project / "docs" / "_ext" / "ladder.py")
    drawn = ladder.draw(ladder.read_layers(project / "pyproject.toml"))
    kept = (project / "docs" / "images" / "ladder.svg").read_text(encoding="utf-8")
    assert kept == drawn, "run: .venv/bin/python docs/_ext/ladder.py"


def test_the_picture_of_the_ladder_shows_every_module_once_and_says_them_in_words(project: Path) -> None:
    contracts = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]
    layers = next(contract["layers"] for contract in contracts["contracts"] if contract["type"] == "layers")
    modules = [name.strip() for layer in layers for name in layer.split("|")]
    picture = ET.parse(project / "docs" / "images" / "ladder.svg")  # noqa: S314 - our own file
    space = "{http://www.w3.org/2000/svg}"
    texts = [node.text for node in picture.iter(f"{space}text")]
    assert texts[1:-1] == modules
    rows = [float(node.attrib["y"]) for node in list(picture.iter(f"{space}rect"))[1:]]
    assert rows == sorted(rows)
    words = picture.find(f"{space}desc")
    assert words is not None
    assert re.findall(r"\w+", words.text or "")[4:] == re.findall(
        r"\w+", "; then ".join(", ".join(name.strip() for name in layer.split("|")) for layer in layers)
    )


def test_pre_commit_uses_the_tools_of_the_environment_and_downloads_nothing(project: Path) -> None:
    text = (project / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    entries = re.findall(r"entry: (\S+)", text)
    assert len(entries) >= 4
    assert all(entry.startswith(".venv/bin/") for entry in entries)
    assert text.count("language: system") == len(entries)


def _list_supported(project: Path) -> list[str]:
    makefile = (project / "Makefile").read_text(encoding="utf-8")
    tried = re.search(r"^PYTHONS \?= (.+)$", makefile, re.MULTILINE)
    assert tried is not None
    return tried[1].split()


def test_the_supported_versions_of_python_are_said_alike(project: Path) -> None:
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    supported = _list_supported(project)
    first, *_, last = supported
    assert settings["project"]["requires-python"] == f">={first}"
    classified = re.findall(r"Python :: (3\.\d+)", "\n".join(settings["project"]["classifiers"]))
    assert classified == supported
    assert settings["tool"]["ruff"]["target-version"] == f"py{first.replace('.', '')}"
    assert settings["tool"]["mypy"]["python_version"] == first
    assert f"({first} to {last})" in (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "3, 11" in (project / "Makefile").read_text(encoding="utf-8").split("$(READY): pyproject")[1]
    for page in ("README.md", "docs/tutorial.md"):
        told = f"Python {first} or newer (the pinned packages fit up to {last})"
        assert told in (project / page).read_text(encoding="utf-8")
    assert ".".join(map(str, sys.version_info[:2])) in supported  # the one all tests run on


def test_every_supported_python_is_allowed_by_every_pinned_package(project: Path) -> None:
    # Whether there are wheels only a registry knows: `make resolve` asks.
    sbom = _load(project / ".ci" / "sbom.py")
    installed = {sbom.canonicalize_name(found.metadata["Name"]): found for found in distributions()}
    needed = sbom.list_needed(installed)
    assert len(needed) > 40
    refused = [
        f"{name} {installed[name].version}: not on {version}"
        for name in sorted(needed)
        for version in _list_supported(project)
        if f"{version}.20" not in SpecifierSet(installed[name].metadata["Requires-Python"] or "")
    ]
    assert refused == []


def _write_package(folder: Path, name: str, *lines: str) -> None:
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    text = "\n".join(["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines])
    (info / "METADATA").write_text(text, encoding="utf-8")


@pytest.fixture
def small_environment(tmp_path: Path) -> Path:
    """Return an environment with the program and four packages, of which it needs two."""
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    (packages,) = (tmp_path / "env" / "lib").glob("python*/site-packages")
    asked = ["Requires-Dist: one>=1", 'Requires-Dist: extra; extra == "test"']
    _write_package(packages, "begegnung-geo", *asked, "License-Expression: MIT")
    _write_package(packages, "one", "Requires-Dist: T_wo", "License-Expression: BSD-3-Clause")
    _write_package(packages, "t-wo", "Classifier: License :: OSI Approved :: MIT License")
    _write_package(packages, "extra")
    return packages


def _write_sbom(project: Path, python: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / ".ci" / "sbom.py"), str(python), str(out), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_list_of_a_release_is_valid_cyclonedx_with_the_licence_of_all_that_is_needed(
    project: Path, tmp_path: Path, small_environment: Path
) -> None:
    python = tmp_path / "env" / "bin" / "python"
    done = _write_sbom(project, python, tmp_path)  # checked against the schema of CycloneDX
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert (told["bomFormat"], "timestamp" in told["metadata"]) == ("CycloneDX", False)
    listed = (tmp_path / "licences.md").read_text(encoding="utf-8").splitlines()
    assert listed[2:] == ["| one | 1.0 | BSD-3-Clause |", "| t-wo | 1.0 | MIT |"]

    _write_package(small_environment, "three")
    metadata = small_environment / "one-1.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text("utf-8") + "\nRequires-Dist: three\nRequires-Dist: four", "utf-8")
    done = _write_sbom(project, python, tmp_path, "--no-validate")
    assert done.returncode == 1
    assert "error: 2 packages are missing or say no licence\nwhere: four, three\n" in done.stderr


def test_every_package_the_program_declares_is_listed_with_a_licence(project: Path, tmp_path: Path) -> None:
    done = _write_sbom(project, Path(sys.executable), tmp_path, "--no-validate")
    assert done.returncode == 0, done.stderr
    rows = re.findall(
        r"^\| ([\w-]+) \| \d\S* \| [^|]{2,} \|$", (tmp_path / "licences.md").read_text("utf-8"), re.MULTILINE
    )
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.match(r"[\w-]+", text).group().lower() for text in settings["dependencies"]}  # type: ignore[union-attr]
    assert declared - set(rows) == set()


def test_make_sbom_looks_at_an_environment_of_the_program_alone(project: Path) -> None:
    asked = ["make", "--no-print-directory", "-n", "sbom", "RUNTIME=build/never", "VENV=build/nowhere"]
    said = subprocess.run(asked, cwd=project, capture_output=True, text=True, check=True).stdout
    lines = said.strip().splitlines()
    assert lines[-1] == "build/nowhere/bin/python .ci/sbom.py build/never/bin/python build"
    assert [line.split(" . ")[1] for line in lines if "build/never/bin/python -m pip" in line] == [
        "-c constraints.txt"
    ]


def test_no_pinned_version_records_a_host(project: Path) -> None:
    lines = (project / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line)] == []


def _package(name: str, **given: object) -> dict[str, object]:
    return {"name": name, "version": "1.0", "vulns": [], **given}


_OWN = {"name": "begegnung-geo", "skip_reason": "not in the registry"}
_WEAK = _package("one", vulns=[{"id": "X-1", "fix_versions": ["1.1"]}])
_UNKNOWN = {"name": "one", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answer", "complaint", "code", "said"),
    [
        ({"dependencies": [_package("one"), _OWN]}, "", 0, "1 packages asked"),
        ({"dependencies": [_WEAK]}, "", 1, "one 1.0: X-1, fixed in 1.1"),
        ({"dependencies": [_UNKNOWN]}, "", 2, "knew nothing of 1 packages"),
        (None, "no route to host", 2, "could not be asked: no route to host"),
    ],
    ids=["nothing known", "something known", "not found", "not reached"],
)
def test_the_audit_never_takes_silence_for_a_pass(
    project: Path, tmp_path: Path, *, answer: dict[str, object] | None, complaint: str, code: int, said: str
) -> None:
    given = json.dumps(answer) if answer else ""
    stand_in = _STAND_IN.format(answer=given, complaint=complaint)
    (tmp_path / "pip_audit.py").write_text(stand_in, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(project / ".ci" / "audit.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr
