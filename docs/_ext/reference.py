# SPDX-License-Identifier: MIT
"""
Sphinx extension: pages of the reference are filled from the code when they are read.

A page holds `<!-- generated: NAME -->`; the Markdown of `GENERATORS[NAME]` takes its place.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import typer.cli
import typer.main
from sphinx.application import Sphinx

import begegnung_geo
import profile_keys
import source_texts
from begegnung_geo.cli import app as command_line

_PLACE = re.compile(r"<!-- generated: ([a-z-]+) -->")
PACKAGE = Path(begegnung_geo.__file__).parent


def describe_commands() -> str:
    """Return the command line as Typer itself documents it, one level of headings down."""
    group = typer.main.get_command(command_line)
    context = typer.Context(group, info_name="begegnung-geo")
    text = typer.cli.get_docs_for_click(obj=group, ctx=context, name="begegnung-geo")
    return re.sub(r"^(#+ )", r"#\1", text, flags=re.MULTILINE)


def describe_profile() -> str:
    """Return all keys of a profile, a section a model."""
    return profile_keys.describe()


def describe_issue_codes() -> str:
    """Return what each code of the table `issues` means, and what to do about it."""
    rows = [
        f"| `{code}` | {meaning} | {cure} |"
        for code, (meaning, cure) in source_texts.read_issue_texts(PACKAGE / "issues.py").items()
    ]
    return "\n".join(["| code | what happened | what to do |", "|---|---|---|", *rows])


def describe_errors() -> str:
    """Return the texts of all errors that are raised on purpose, with their cures."""
    sections = []
    for kind, errors in source_texts.read_errors(PACKAGE).items():
        rows = sorted({f"| {error.what} | {error.cure} |" for error in errors})
        meaning = getattr(begegnung_geo.errors, kind).__doc__.strip().splitlines()[0]
        sections.append("\n".join([f"## {kind}", "", meaning, "", "| error | next |", "|---|---|", *rows]))
    return "\n\n".join(sections)


def describe_api() -> str:
    """Return the public functions, from `begegnung_geo.__all__` and their docstrings."""
    names = [name for name in getattr(begegnung_geo, "__all__", ()) if not name.startswith("_")]
    if not names:
        return "There is none yet: read the tables in `data/processed/<city>/` with geopandas."
    lines = [f"## `{name}`\n\n```{{eval-rst}}\n{_choose_directive(name)}\n```" for name in names]
    return "\n\n".join(lines)


def _choose_directive(name: str) -> str:
    value = getattr(begegnung_geo, name)
    if isinstance(value, type):
        return f".. autoclass:: begegnung_geo.{name}\n   :members:"
    return f".. auto{'function' if callable(value) else 'data'}:: begegnung_geo.{name}"


GENERATORS: Mapping[str, Callable[[], str]] = {
    "cli": describe_commands,
    "profile": describe_profile,
    "issue-codes": describe_issue_codes,
    "errors": describe_errors,
    "api": describe_api,
}


def _fill(app: Sphinx, page: str, source: list[str]) -> None:
    del app, page
    source[0] = _PLACE.sub(lambda match: GENERATORS[match[1]](), source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
