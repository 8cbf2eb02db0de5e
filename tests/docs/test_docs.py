# SPDX-License-Identifier: MIT
"""The documents say what the code does; each promise is compared with its source."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from begegnung_geo.cli import app
from begegnung_geo.config import find_config_dir
from begegnung_geo.dictionary import describe_tables
from begegnung_geo.profile import Profile
from docs.test_links import is_right_command

COMMANDS = sorted(
    command.name or command.callback.__name__.replace("_", "-")  # type: ignore[union-attr]
    for command in app.registered_commands
)


def _read(project: Path, name: str) -> str:
    return (project / name).read_text(encoding="utf-8")


def _list_tracked(project: Path) -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=project, capture_output=True, text=True, check=True)
    return [project / line for line in listed.stdout.splitlines()]


def test_data_dictionary_is_the_generated_one(project: Path) -> None:
    assert _read(project, "docs/data_dictionary.md") == describe_tables()


def test_readme_begins_with_the_two_commands(project: Path) -> None:
    lines = [line.split("#")[0].strip() for line in _read(project, "README.md").splitlines()[:8]]
    assert [line for line in lines if line.startswith("make")] == ["make demo", "make test"]


def test_make_targets_of_the_contract_exist_and_have_a_line_of_help(project: Path) -> None:
    # CONTRACT section 1.
    contract = {
        "help", "demo", "test", "setup", "fetch", "inventory", "coverage", "maps", "notebooks", "check",
        "bench", "clean",
    }  # fmt: skip
    helped = set(re.findall(r"^([a-z-]+):.*## ", _read(project, "Makefile"), flags=re.MULTILINE))
    assert contract - helped == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_that_calls_it(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    examples = re.findall(r"`(begegnung-geo [^`]+)`", " ".join(result.output.split()))
    own = [example.removeprefix("begegnung-geo ") for example in examples]
    assert [example for example in own if example.split()[0] == command]
    assert [example for example in own if not is_right_command(example)] == []


def test_ladder_in_contributing_is_the_enforced_one(project: Path) -> None:
    contracts = tomllib.loads(_read(project, "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    text = " ".join(_read(project, "CONTRIBUTING.md").split())
    assert " > ".join(layers) in text


def test_every_top_level_key_of_a_profile_stands_in_the_defaults_or_the_shipped_cities() -> None:
    shipped = [path.read_text(encoding="utf-8") for path in sorted(find_config_dir().glob("*.toml"))]
    keys = {key for text in shipped for key in tomllib.loads(text)}
    assert set(Profile.model_fields) - keys == set()


def test_every_source_file_names_its_licence(project: Path) -> None:
    missing = [
        path.relative_to(project)
        for path in _list_tracked(project)
        if path.suffix in {".py", ".toml"}
        and "SPDX-License-Identifier: MIT" not in path.read_text(encoding="utf-8")
    ]
    assert missing == []


def test_no_entry_of_the_changelog_stands_there_twice(project: Path) -> None:
    # Git adds the lines of both sides of a merge: an entry that both changed would be there twice.
    lines = (project / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    begins = [line[:60] for line in lines if line.startswith("- ")]
    assert sorted({text for text in begins if begins.count(text) > 1}) == []


def test_modules_stay_below_the_size_that_means_split(project: Path) -> None:
    long = [
        path.name
        for path in sorted((project / "src").rglob("*.py"))
        if len(path.read_text(encoding="utf-8").splitlines()) > 600
    ]
    assert long == []
