# SPDX-License-Identifier: MIT
"""What others need to carry the project on is there and current."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

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


def test_the_supported_versions_of_python_are_said_alike(project: Path) -> None:
    needed = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "requires-python"
    ]
    tried = re.search(r"^PYTHONS \?= (.+)$", (project / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert tried is not None
    first, *_, last = tried[1].split()
    assert needed == f">={first}"
    assert f"({first} to {last})" in (project / "CONTRIBUTING.md").read_text(encoding="utf-8")


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
