# SPDX-License-Identifier: MIT
"""The built documentation: opens from a disk, leads where it says, and names everything there is."""

import html
import re
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import typer.main

import begegnung_geo
from begegnung_geo import profile, profile_sources
from begegnung_geo.cli import app
from begegnung_geo.config import find_config_dir
from begegnung_geo.issues import IssueCode
from begegnung_geo.schema import TABLES

_LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in _LOADING and _LOADING[tag] in given:
            self.loaded.append(given[_LOADING[tag]])


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[Path, _Page]:
    return {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(built.rglob("*.html"))}


def _say(built: Path, page: str) -> str:
    text = re.sub(r"<[^>]+>", "", (built / page).read_text(encoding="utf-8"))
    return " ".join(html.unescape(text).split())


def test_pages_and_styles_load_nothing_from_elsewhere(built: Path, pages: dict[Path, _Page]) -> None:
    loaded = [address for page in pages.values() for address in page.loaded]
    assert len(loaded) > len(pages)  # the parser sees what is loaded
    assert [address for address in loaded if urlsplit(address).netloc] == []
    styles = [path.read_text(encoding="utf-8") for path in built.rglob("*.css")]
    assert [
        found for text in styles for found in re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//\S+", text)
    ] == []


def test_every_link_leads_to_a_page_and_an_anchor_that_are_there(
    built: Path, pages: dict[Path, _Page]
) -> None:
    broken, checked = [], 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:  # elsewhere: by its form only, the tests have no network
                is_well_formed = parts.scheme == "https" and "." in parts.netloc
                broken += [] if is_well_formed else [f"{path.name}: {link}"]
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = pages[target].anchors if target in pages else {unquote(parts.fragment)}
            is_there = target.is_file() and target.is_relative_to(built)
            if not is_there or (parts.fragment and unquote(parts.fragment) not in anchors):
                broken.append(f"{path.name}: {link}")
            checked += 1
    assert sorted(set(broken)) == []
    assert checked > 100


def test_every_page_is_reached_from_the_first_by_links(
    built: Path, project: Path, pages: dict[Path, _Page]
) -> None:
    wanted = {
        built / path.relative_to(project / "docs").with_suffix(".html")
        for path in (project / "docs").rglob("*.md")
    }
    reached, ahead = set(), [built / "index.html"]
    while ahead:
        path = ahead.pop()
        if path not in reached and path in pages:
            reached.add(path)
            ahead += [(path.parent / unquote(urlsplit(link).path)).resolve() for link in pages[path].links]
    assert len(wanted) > 40
    assert {path.name for path in wanted - reached} == set()


def _list_sections(built: Path, page: str) -> dict[str, str]:
    """Return the heading of each section of a page -> its own text, up to the next heading."""
    _, *parts = re.split(r"<h[1-6][^>]*>", (built / page).read_text(encoding="utf-8"))
    sections = {}
    for part in parts:
        heading, _, rest = part.partition("</h")
        plain = [html.unescape(re.sub(r"<[^>]+>", " ", text)) for text in (heading, rest)]
        sections[" ".join(plain[0].replace("¶", "").split())] = " ".join(plain[1].split())
    return sections


def test_every_command_and_option_is_documented_in_its_own_section(built: Path) -> None:
    sections = _list_sections(built, "reference/cli.html")
    group = typer.main.get_command(app)
    commands = {f"begegnung-geo {name}": command for name, command in group.commands.items()}
    commands |= {
        f"begegnung-geo sources {name}": command
        for name, command in group.commands["sources"].commands.items()
    }
    assert len(commands) > 12
    missing = [
        f"{name} {flag}"
        for name, command in commands.items()
        for option in command.params
        if option.param_type_name == "option"
        for flag in (*option.opts, *option.secondary_opts)
        if not re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", sections[name])
    ]
    assert missing == []


def test_every_key_of_a_profile_is_documented_with_a_meaning(project: Path, built: Path) -> None:
    sys.path.insert(0, str(project / "docs" / "_ext"))
    import profile_keys  # noqa: PLC0415 - lies with the documentation

    tables = profile_keys.list_tables()
    keys = [key for table in tables for key in table.keys]
    assert [f"{key.model}.{key.name}" for key in keys if not key.meaning] == []
    # An independent list: pydantic's own schema of the profile.
    schema = profile.Profile.model_json_schema()["$defs"]
    fields = {
        (model, name)
        for model, definition in schema.items()
        for name, field in definition["properties"].items()
        if "$ref" not in str(field)
    }
    told = {(key.model, key.name) for key in keys}
    inherited = {(model, name) for model in schema for name in profile_sources.FileSource.model_fields}
    assert len(fields) > 150
    assert fields - told - (inherited if ("FileSource", "file") in told else set()) == set()
    explained = {(model, name) for model, names in profile_keys.read_meanings().items() for name in names}
    assert explained - told == set()
    said = _say(built, "reference/profile.html")
    assert [key.meaning for key in keys if key.name not in said] == []


def test_every_default_is_told_with_its_value(built: Path) -> None:
    said = _say(built, "reference/profile.html")
    defaults = tomllib.loads((find_config_dir() / "defaults.toml").read_text(encoding="utf-8"))
    for table in ("population", "publication", "completeness", "fetch"):
        for key, value in defaults[table].items():
            if isinstance(value, float | int) and not isinstance(value, bool):
                assert re.search(rf"\b{key} [^\[]*? {re.escape(str(value))} ", said), f"{table}.{key}"


def test_every_issue_code_is_documented_with_what_happened_and_a_cure(built: Path) -> None:
    source = (built / "reference" / "issue-codes.html").read_text(encoding="utf-8")
    told = {}
    for row in re.findall(r"<tr.*?</tr>", source, re.DOTALL):
        cells = re.findall(r"<td>.*?</td>", row, re.DOTALL)
        code, *texts = [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells] or [""]
        told[code] = texts
    silent = [code.value for code in IssueCode if [text for text in told[code.value] if len(text) < 6]]
    assert silent == [], "write below the code in issues.py what happened, then 'Next:' and what to do"
    assert all(len(told[code.value]) == 2 for code in IssueCode)


def test_every_table_is_documented_with_all_its_columns(built: Path) -> None:
    sections = _list_sections(built, "data_dictionary.html")
    missing = [
        f"{name}.{column.name}"
        for name, table in TABLES.items()
        for column in table.columns
        if not re.search(rf"\b{re.escape(column.name)}\b", sections.get(name, ""))
    ]
    assert len(TABLES) > 50
    assert missing == []


def test_every_public_name_is_documented_with_its_text(built: Path, pages: dict[Path, _Page]) -> None:
    named = pages[built / "reference" / "api.html"].anchors
    names = [name for name in begegnung_geo.__all__ if f"begegnung_geo.{name}" not in named]
    assert names == []
    said = _say(built, "reference/api.html")
    told = {
        name: " ".join(getattr(begegnung_geo, name).__doc__.split(".")[0].split())
        for name in begegnung_geo.__all__
    }
    assert [name for name, text in told.items() if re.sub("`", "", text)[:40] not in said] == []


def test_errors_are_documented_with_their_cures(built: Path) -> None:
    # Three of different shape: plain, with values filled in, from a module below sources/.
    said = _say(built, "reference/errors.html")
    for text in (
        "the profile is not valid TOML mend the line; strings need quotes, the file must be UTF-8",
        "there is no profile … known here: …; or give a file with --config",
        "an input file is not there / … input files are not there check the path; a folder is not a file",
    ):
        assert text in said
