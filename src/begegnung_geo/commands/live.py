# SPDX-License-Identifier: MIT
"""Commands that use the network: fetch, look-up, sources search, init."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from begegnung_geo import __version__
from begegnung_geo.commands.options import City, ConfigFile, Quiet, choose_profile, exit_codes
from begegnung_geo.console import StepPrinter, TransferPrinter
from begegnung_geo.errors import ConfigError

if TYPE_CHECKING:
    from begegnung_geo.profile import Fetch

Contact = Annotated[
    str, typer.Option("--contact", help="Your e-mail address or page: the services ask who is there.")
]
RulesFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Profile whose table [fetch] holds, contact included."),
]


@exit_codes()
def fetch(
    *, city: City = None, config: ConfigFile = None, contact: Contact = "", quiet: Quiet = False
) -> None:
    """
    Bring a city's raw data into data/raw/KEY/ with provenance.

    Example: `begegnung-geo fetch --city dortmund --contact geodaten@example.org`
    """
    StepPrinter(is_quiet=quiet).say(f"begegnung-geo {__version__}")
    from begegnung_geo.config import read_profile  # noqa: PLC0415 - heavy
    from begegnung_geo.sources.fetch import FetchProgress, fetch_city  # noqa: PLC0415

    profile = read_profile(choose_profile(city, config))
    if contact:
        rules = profile.fetch.model_copy(update={"contact": contact})
        profile = profile.model_copy(update={"fetch": rules})
    raw_dir = Path("data") / "raw" / profile.city.key
    with TransferPrinter(is_quiet=quiet) as printer:

        def show(progress: FetchProgress) -> None:
            printer.show(progress.file, progress.stage, done=progress.done, total=progress.total)

        report = fetch_city(profile, raw_dir, progress=show)
    for outcome in report.outcomes:
        note = f"  {outcome.note}" if outcome.note else ""
        typer.echo(f"{outcome.file}: {outcome.status}, {outcome.received_bytes:,} bytes{note}")


@exit_codes()
def look_up(
    *, city: City = None, config: ConfigFile = None, contact: Contact = "", quiet: Quiet = False
) -> None:
    """
    Ask Nominatim, once and for ever, for the addresses of lists that neither register nor map knows.

    Needs the files of `fetch`. Example: `begegnung-geo look-up --city dortmund`
    """
    from begegnung_geo.lookups import look_up_missing  # noqa: PLC0415 - heavy

    printer = StepPrinter(is_quiet=quiet)
    report = look_up_missing(choose_profile(city, config), listener=printer, contact=contact)
    typer.echo(f"addresses: {report.asked} looked up, {report.found} found, {report.left} left for later")


@exit_codes()
def search_sources(
    *,
    word: Annotated[str, typer.Argument(help="Word in the title or description of a data set.")],
    contact: Contact = "",
    config: RulesFile = None,
    portal: Annotated[str, typer.Option(metavar="URL", help="Another Opendatasoft portal.")] = "",
) -> None:
    """
    Search the catalogue of the city's open data portal for data sets.

    Example: `begegnung-geo sources search Bibliothek --contact geodaten@example.org`
    """
    from begegnung_geo.sources.opendatasoft import search_catalogue  # noqa: PLC0415 - heavy

    found = search_catalogue(word, rules=_build_fetch_rules(contact, config), portal_url=portal)
    for entry in found:
        typer.echo(f"{entry.dataset_id}  {entry.row_count:,} rows  {entry.licence}  {entry.modified[:10]}")
        typer.echo(f"    {entry.title}")
        typer.echo(f"    fields: {', '.join(entry.fields)}")
    typer.echo(f"{len(found)} data sets")


@exit_codes()
def init(
    *,
    name: Annotated[str, typer.Argument(help="Name of the city.")],
    contact: Contact = "",
    config: RulesFile = None,
) -> None:
    """
    Write the commented profile config/KEY.toml of a new city; what was not found is a TODO in it.

    Example: `begegnung-geo init Bochum --contact geodaten@example.org`
    """
    from begegnung_geo.files import write_bytes  # noqa: PLC0415 - heavy
    from begegnung_geo.sources.city_init import init_city  # noqa: PLC0415

    city = init_city(name, rules=_build_fetch_rules(contact, config))
    path = Path("config") / f"{city.key}.toml"
    if path.exists():
        raise ConfigError(
            "the city has a profile already", where=str(path), hint="move it away to get a new one"
        )
    write_bytes(path, city.text.encode())
    for todo in city.todos:
        typer.echo(f"TODO: {todo}")
    typer.echo(f"done: {path}; then `make fetch CITY={city.key}`")


def _build_fetch_rules(contact: str, config: Path | None) -> "Fetch":
    from begegnung_geo.config import build_profile, read_profile  # noqa: PLC0415 - heavy

    if config is not None:
        rules = read_profile(config).fetch
        return rules.model_copy(update={"contact": contact}) if contact else rules
    nobody = {"city": {"key": "new", "name": "new"}, "sources": {"osm": {"file": "new.osm.pbf"}}}
    return build_profile({**nobody, "fetch": {"contact": contact}}, where="--contact").fetch
