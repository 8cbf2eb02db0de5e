# SPDX-License-Identifier: MIT
"""The command line: arguments in, one error text and an exit code out; knows no geodata."""

import logging
from typing import Annotated

import typer

from begegnung_geo import __version__
from begegnung_geo.commands import changes, live, records, runs

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Meeting places of a city: inventory, walking reach, coverage and maps that work offline.",
)

sources = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look for data sets.")
app.add_typer(sources, name="sources")
sources.command("search")(live.search_sources)

for command in (
    runs.run, runs.sample, runs.check, live.fetch, live.look_up, live.init,
    records.questionnaire, records.explain, records.reach, records.review, records.ids, records.recall,
    changes.compare,
):  # fmt: skip
    app.command()(command)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"begegnung-geo {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line; exits 0 done, 1 a curable fault, 2 wrong arguments, 130 interrupted."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    app()
