# SPDX-License-Identifier: MIT
"""What the how-tos show is understood by the program; what is to be filled in by others is marked."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main

from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.cli import app
from begegnung_geo.config import build_profile, find_config_dir
from begegnung_geo.profile_sources import PlaceSource
from begegnung_geo.scenario import Scenario
from begegnung_geo.sources.scenarios import read_scenario
from docs.conftest import Block, list_blocks
from docs.test_links import list_code

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
BLOCKS = [block for page in PAGES for block in list_blocks(page)]
MAKE_TARGETS = re.findall(
    r"^([a-z-]+):", (DOCS.parent / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
)
NEEDS_NETWORK = re.compile(
    r"\b(git clone|pip install|make fetch|begegnung-geo (fetch|init|look-up|sources search))\b"
)


def _read_block(page: str, language: str, number: int = 0) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)[number]


def test_there_are_blocks_to_test() -> None:
    assert len(BLOCKS) > 20


@pytest.mark.parametrize(
    "block", BLOCKS, ids=lambda block: f"{block.page}: {block.code.splitlines()[0][:40]}"
)
def test_a_shell_block_is_valid_and_its_commands_and_options_exist(block: Block) -> None:
    checked = subprocess.run(["bash", "-n"], input=block.code, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    for line in block.code.replace("\\\n", " ").splitlines():
        if line.startswith("make "):
            assert line.split()[1].partition("=")[0] in MAKE_TARGETS
        if ".venv/bin/begegnung-geo" not in line:
            continue
        words = shlex.split(line[line.index(".venv/bin/begegnung-geo") :], comments=True)[1:]
        command = typer.main.get_command(app).commands[words[0]]
        options = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
        assert {word for word in words if word.startswith("--")} - options == set()


@pytest.mark.parametrize(
    "block", BLOCKS, ids=lambda block: f"{block.page}: {block.code.splitlines()[0][:40]}"
)
def test_a_block_is_marked_as_needing_the_network_just_where_it_does(block: Block) -> None:
    assert bool(NEEDS_NETWORK.search(block.code)) == bool(block.network)


def test_the_new_class_of_the_how_to_is_a_valid_class_with_rules(tmp_path: Path) -> None:
    for number, name in enumerate(("classes.csv", "categories.csv")):
        shutil.copy(find_config_dir() / name, tmp_path)
        header, *rows = _read_block("how-to/add-a-class.md", "text", number).splitlines()
        assert header == (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]
        with (tmp_path / name).open("a", encoding="utf-8") as table:
            table.write("\n".join(rows) + "\n")
    assert read_category_rules(tmp_path).classes["repair_cafe"].label_de == "Repair-Café"


@pytest.mark.parametrize("page", ["change-a-threshold", "veroeffentlichen", "own-list"])
def test_the_lines_of_a_profile_in_a_how_to_are_valid(page: str) -> None:
    town = tomllib.loads((find_config_dir() / "musterstadt.toml").read_text(encoding="utf-8"))
    shown = tomllib.loads(_read_block(f"how-to/{page}.md", "toml"))
    for source in shown.pop("sources", {}).get("places", []):
        assert PlaceSource(**source).file == "liste_quartier.csv"
    assert build_profile({**town, **shown}, where=page).city.key == "musterstadt"


def test_the_scenario_of_the_how_to_shows_every_kind_of_change_there_is(tmp_path: Path) -> None:
    text = _read_block("how-to/szenario.md", "toml")
    path = tmp_path / "shown.toml"
    path.write_text(text, encoding="utf-8")
    scenario = read_scenario(path)
    assert scenario.open[0].id
    assert scenario.open[1].is_new
    page = (DOCS / "how-to" / "szenario.md").read_text(encoding="utf-8")
    keys = {field.alias or name for name, field in Scenario.model_fields.items()} - {"crs"}
    assert {key for key in keys if not re.search(rf"\[{key}\]|^{key} = ", page, re.MULTILINE)} == set()
    named = re.search(r"SCENARIO=(\w+)", page)[1]  # type: ignore[index]
    assert (find_config_dir() / "musterstadt" / "scenarios" / f"{named}.toml").is_file()


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/tutorial.md", "docs/how-to/new-city.md"]
)
def test_what_a_newcomer_copies_is_found_without_an_activated_environment(page: str) -> None:
    code = "\n".join(list_code((DOCS.parent / page).read_text(encoding="utf-8")))
    calls = re.findall(r"(\S*)\b(?:begegnung-geo|python -m)(?: [a-z-]|$)", code)
    assert calls
    assert {before for before in calls if before != ".venv/bin/"} == set()


@pytest.mark.parametrize("page", ["barrierefreiheit", "datenschutz"])
def test_a_template_marks_what_only_the_publisher_knows_and_what_is_not_confirmed(page: str) -> None:
    text = (DOCS / "vorlagen" / f"{page}.md").read_text(encoding="utf-8")
    assert text.count("**TODO") >= 8
    assert "unbestätigt" in text
    assert not re.search(r"[\w.]+@[\w.]+", text)  # no address that somebody forgets to replace
