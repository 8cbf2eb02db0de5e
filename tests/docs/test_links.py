# SPDX-License-Identifier: MIT
"""Links, make targets and commands in every Markdown file and in the program's own texts are there."""

import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import typer.main

from begegnung_geo.cli import app

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^(?P<mark> *(?:```+|~~~+)).*?^(?P=mark)", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_MAKE = re.compile(r"(?:^|[\s;&|(])make(?: -\S+| [A-Z]+=\S+)* ([a-z][\w-]*)", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|[\s/;&|(`])begegnung-geo +([^`;|&\n]+)")


@cache
def list_tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


DOCUMENTS = [path for path in list_tracked() if path.suffix == ".md"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def list_links(text: str) -> list[str]:
    """Return the targets of links and images, inline, by reference or in HTML, outside of code."""
    prose = _SPAN.sub("``", _FENCE.sub("", text))
    inline = re.findall(r"\]\(\s*<?([^)\s>]+)", prose)
    by_reference = re.findall(r"^ {0,3}\[[^\]]+\]:\s*(\S+)", prose, re.MULTILINE)
    return inline + by_reference + re.findall(r"(?:href|src)=[\"']([^\"']+)", prose)


def list_anchors(text: str) -> set[str]:
    """Return the anchors of a document: its headings as GitHub and MyST name them, and explicit ones."""
    prose = _FENCE.sub("", text)
    heads = re.findall(r"^#{1,6} +(.+?) *#*$", prose, re.MULTILINE)
    # A letter stays, "_" and "-" too; code marks, punctuation and the addresses of links go.
    plain = [re.sub(r"\]\([^)]*\)", "", head).lower() for head in heads]
    slugs = [re.sub(r"[^\w\- ]", "", head).replace(" ", "-") for head in plain]
    repeated = {f"{slug}-{number}" for slug in slugs for number in range(1, slugs.count(slug))}
    return {*slugs, *repeated, *re.findall(r"^\(([\w-]+)\)=$", prose, re.MULTILINE)}


def find_broken_links(page: Path, tracked: set[Path]) -> list[str]:
    broken = []
    for link in list_links(page.read_text(encoding="utf-8")):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:  # elsewhere: by its form only, the tests have no network
            is_fine = parts.scheme == "https" and "." in parts.netloc
        else:
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            is_fine = target in tracked or any(target in path.parents for path in tracked)
            if is_fine and parts.fragment:
                anchors = (
                    list_anchors(target.read_text(encoding="utf-8")) if target.suffix == ".md" else set()
                )
                is_fine = unquote(parts.fragment) in anchors
        broken += [] if is_fine else [f"{page.relative_to(ROOT)}: {link}"]
    return broken


def list_code(text: str) -> list[str]:
    """Return the code of a document: fenced blocks, and spans in the prose."""
    blocks = [found.group().split("\n", 1)[1] for found in _FENCE.finditer(text)]
    indented = re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)
    return [*blocks, *indented, *_SPAN.findall(_FENCE.sub("", text))]


def is_right_command(call: str) -> bool:
    """Tell whether the command and all options of a call of begegnung-geo exist."""
    words, group = call.split(), typer.main.get_command(app)
    while hasattr(group, "commands") and words and not words[0].startswith("-"):
        name = words.pop(0).strip("'\".,:)")
        if name not in group.commands:
            return name.isupper()  # COMMAND stands for any
        group = group.commands[name]
    options = {flag for param in group.params for flag in (*param.opts, *param.secondary_opts)}
    given = {found[0] for word in words if (found := re.match(r"--[\w-]+", word))}
    return given <= options | {"--help", "--version"}


def find_wrong_commands(code: str) -> list[str]:
    """Return the calls of begegnung-geo with a command or an option that does not exist."""
    calls = [found.split(" #")[0].strip() for found in _COMMAND.findall(code.replace("\\\n", " "))]
    return [call for call in calls if not is_right_command(call)]


def list_texts_of_the_program() -> list[tuple[Path, str]]:
    """Return files of the program whose texts may name commands, with their code spans."""
    kinds = {".py", ".toml", ".sh", ".html", ".j2"}
    folders = ("src", "config", "notebooks", "docs")
    return [
        (path, "\n".join(_SPAN.findall(path.read_text(encoding="utf-8"))))
        for path in list_tracked()
        if path.suffix in kinds and path.relative_to(ROOT).parts[0] in folders
    ]


def test_every_link_of_every_document_leads_to_a_tracked_file_and_an_anchor_in_it() -> None:
    tracked = {path.resolve() for path in list_tracked()}
    assert {path.name for path in DOCUMENTS} >= {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
    assert sum(len(list_links(page.read_text(encoding="utf-8"))) for page in DOCUMENTS) > 60
    assert [link for page in DOCUMENTS for link in find_broken_links(page, tracked)] == []


def test_every_make_target_named_in_a_document_or_by_the_program_exists() -> None:
    documents = [(page, "\n".join(list_code(page.read_text(encoding="utf-8")))) for page in DOCUMENTS]
    named = {
        (str(path.relative_to(ROOT)), target)
        for path, code in [*documents, *list_texts_of_the_program()]
        for target in _MAKE.findall(code)
    }
    assert {"README.md", "CONTRIBUTING.md", "docs/tutorial.md"} <= {path for path, _ in named}
    assert {(path, target) for path, target in named if target not in TARGETS} == set()


def test_every_command_and_option_named_in_a_document_or_by_the_program_exists() -> None:
    documents = [(page, "\n".join(list_code(page.read_text(encoding="utf-8")))) for page in DOCUMENTS]
    texts = [*documents, *list_texts_of_the_program()]
    assert sum(len(_COMMAND.findall(code)) for _, code in texts) > 60
    wrong = [
        (str(path.relative_to(ROOT)), call) for path, code in texts for call in find_wrong_commands(code)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[a](b.md#c) and ![d](e.png)", ["b.md#c", "e.png"]),
        ("`[a](b.md)`\n```text\n[c](d.md)\n```\n[e]: f.md", ["f.md"]),
        ('<a href="g.md">', ["g.md"]),
    ],
)
def test_links_are_found_in_every_form_and_not_in_code(text: str, links: list[str]) -> None:
    assert list_links(text) == links


def test_anchors_are_those_of_github() -> None:
    text = (
        "# What is `bg.load`?\n## Für die Räte (2)\n## Same\n## Same\n(own-name)=\n```sh\n# no heading\n```"
    )
    assert list_anchors(text) == {"what-is-bgload", "für-die-räte-2", "same", "same-1", "own-name"}


@pytest.mark.parametrize(
    "call", ["begegnung-geo runn --city x", "begegnung-geo run --town x", "begegnung-geo sources find WORD"]
)
def test_a_command_or_option_that_does_not_exist_is_found(call: str) -> None:
    assert find_wrong_commands(f".venv/bin/{call} # text") == [call.removeprefix("begegnung-geo ")]
    assert find_wrong_commands("begegnung-geo run --osm FILE --out DIR") == []


def test_a_link_to_nowhere_and_an_anchor_to_nowhere_are_found(tmp_path: Path) -> None:
    page = ROOT / "README.md"
    tracked = {page}
    probe = tmp_path / "probe.md"
    probe.write_text("# One\n[a](#one) [b](#two) [c](gone.md) [d](http://x.org)", encoding="utf-8")
    found = [link.split(": ")[1] for link in _find_in(probe, tracked)]
    assert found == ["#two", "gone.md", "http://x.org"]


def _find_in(page: Path, tracked: set[Path]) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{__name__}.ROOT", page.parent)
        return find_broken_links(page, {*tracked, page})
