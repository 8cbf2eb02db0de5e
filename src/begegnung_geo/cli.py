# SPDX-License-Identifier: MIT
"""The command line: arguments in, one error text and an exit code out; knows no geodata."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from begegnung_geo import __version__
from begegnung_geo.console import StepPrinter, TransferPrinter
from begegnung_geo.errors import BegegnungError, ConfigError

if TYPE_CHECKING:
    from begegnung_geo.config import Fetch
    from begegnung_geo.jobs import DistrictFile

EXIT_ERROR, EXIT_INTERRUPTED = 1, 130  # wrong arguments exit 2, by typer itself

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

Contact = Annotated[
    str, typer.Option("--contact", help="Your e-mail address or page: the services ask who is there.")
]
RulesFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Profile whose table [fetch] holds, contact included."),
]
City = Annotated[
    str | None, typer.Option("--city", metavar="KEY", help="City with a profile config/KEY.toml.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Profile of a city (TOML).")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Language = Annotated[str, typer.Option("--language", metavar="de|en", help="Language of the pages.")]


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Turn a curable fault into its three lines and exit code; bugs keep their traceback."""
    try:
        yield
    except BegegnungError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_ERROR) from None
    except KeyboardInterrupt:
        typer.echo("interrupted: the last good output is unchanged", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


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


@app.command()
@_exit_codes()
def run(  # noqa: PLR0913 - the command line of CONTRACT section 2
    *,
    city: City = None,
    config: ConfigFile = None,
    osm: Annotated[
        Path | None, typer.Option(metavar="FILE", help="OSM extract: .osm.pbf .osm .osm.gz .osm.bz2")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for processed/ and site/.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the area on the pages.")] = None,
    boundary: Annotated[Path | None, typer.Option(metavar="FILE", help="Border of the study area.")] = None,
    districts: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="District polygons; may be repeated, a level each."),
    ] = None,
    district_id: Annotated[
        list[str] | None, typer.Option(metavar="COL", help="Id column, once for each --districts.")
    ] = None,
    district_name: Annotated[
        list[str] | None, typer.Option(metavar="COL", help="Name column, once for each --districts.")
    ] = None,
    district_level: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Level key, once for each --districts (default: district)."),
    ] = None,
    population: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Zensus 100 m CSV, or points/polygons with persons.")
    ] = None,
    places: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="List of places (CSV, XLSX, GeoJSON); repeatable."),
    ] = None,
    until: Annotated[
        str, typer.Option(metavar="STAGE", help="Stop after inventory, coverage or maps.")
    ] = "maps",
    language: Language = "de",
    quiet: Quiet = False,
) -> None:
    """
    Run the pipeline, from raw data to the site.

    Examples: `begegnung-geo run --city musterstadt`;
    `begegnung-geo run --osm town.osm.pbf --out build/town --name "Our town"`
    """
    printer = StepPrinter(is_quiet=quiet)
    printer.say(f"begegnung-geo {__version__}")
    _require_choice("--until", until, ("inventory", "coverage", "maps"))
    _require_choice("--language", language, ("de", "en"))
    if osm is None:
        _refuse_with_city(out, name, boundary, districts, population, places)
    from begegnung_geo import jobs  # noqa: PLC0415 - heavy: after the first line is on screen
    from begegnung_geo.pipeline import run_pipeline  # noqa: PLC0415

    if osm is not None:
        if city or config or out is None:
            raise typer.BadParameter("--osm needs --out DIR, and neither --city nor --config")
        extract = jobs.Extract(
            osm,
            name or osm.name.split(".")[0],
            boundary=boundary,
            districts=_pair_districts(
                districts or [], ids=district_id or [], names=district_name or [], levels=district_level or []
            ),
            population=population,
            places=places or [],
        )
        job, folders = jobs.plan_extract(extract, out=out, language=language)
    else:
        job, folders = jobs.plan_city(_choose_profile(city, config), language=language)
    run_pipeline(job, folders, until=until, listener=printer)
    printer.say(f"done: {folders.site / 'index.html' if until == 'maps' else folders.processed}")


@app.command()
@_exit_codes()
def sample(
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the raw files.")],
    inhabitants: Annotated[int, typer.Option(min=500, max=20_000_000, help="People of the town.")] = 60_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives another town.")] = 2023,
    quiet: Quiet = False,
) -> None:
    """
    Write the raw files of the invented town Musterstadt.

    Example: `begegnung-geo sample --out data/raw/musterstadt`
    """
    printer = StepPrinter(is_quiet=quiet)
    printer.say(f"begegnung-geo {__version__}: inventing a town of {inhabitants:,} people")
    from begegnung_geo.sample import write_sample  # noqa: PLC0415 - heavy

    start = time.monotonic()
    write_sample(out, inhabitants=inhabitants, seed=seed)
    printer.say(f"done: {out}  ({time.monotonic() - start:.1f} s)")


@app.command()
@_exit_codes()
def fetch(*, city: City = None, config: ConfigFile = None, quiet: Quiet = False) -> None:
    """
    Bring a city's raw data into data/raw/KEY/ with provenance; the only command with network.

    Example: `begegnung-geo fetch --city dortmund`
    """
    StepPrinter(is_quiet=quiet).say(f"begegnung-geo {__version__}")
    from begegnung_geo.config import read_profile  # noqa: PLC0415 - heavy
    from begegnung_geo.sources.fetch import FetchProgress, fetch_city  # noqa: PLC0415

    profile = read_profile(_choose_profile(city, config))
    raw_dir = Path("data") / "raw" / profile.city.key
    with TransferPrinter(is_quiet=quiet) as printer:

        def show(progress: FetchProgress) -> None:
            printer.show(progress.file, progress.stage, done=progress.done, total=progress.total)

        report = fetch_city(profile, raw_dir, progress=show)
    for outcome in report.outcomes:
        note = f"  {outcome.note}" if outcome.note else ""
        typer.echo(f"{outcome.file}: {outcome.status}, {outcome.received_bytes:,} bytes{note}")
    _look_up_addresses(_choose_profile(city, config), StepPrinter(is_quiet=quiet))


@sources.command("search")
@_exit_codes()
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


@app.command()
@_exit_codes()
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


@app.command()
@_exit_codes()
def questionnaire(
    *,
    city: City = None,
    config: ConfigFile = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx", help="Write the form to be filled in.")
    ] = None,
    district: Annotated[
        str | None, typer.Option(metavar="NAME_OR_ID", help="Ask about one district only (or LEVEL:NAME).")
    ] = None,
    read: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx", help="Read a filled-in form back.")
    ] = None,
    role: Annotated[str, typer.Option(help="Role of whoever filled in, if the sheet does not say.")] = "",
    date: Annotated[str, typer.Option(help="Day it was filled in, if the sheet does not say.")] = "",
    quiet: Quiet = False,
) -> None:
    """
    Ask operators and staff about the places, and take their answers in.

    Examples: `begegnung-geo questionnaire --city dortmund --district Eving --out eving.xlsx`;
    `begegnung-geo questionnaire --city dortmund --read eving.xlsx`
    """
    if (out is None) == (read is None):
        raise typer.BadParameter("give either --out FILE.xlsx or --read FILE.xlsx")
    if read is not None and district:
        raise typer.BadParameter("--district belongs to --out")
    if out is not None and (role or date):
        raise typer.BadParameter("--role and --date belong to --read")
    printer = StepPrinter(is_quiet=quiet)
    printer.say(f"begegnung-geo {__version__}")
    profile_path = _choose_profile(city, config)
    from begegnung_geo import questionnaires  # noqa: PLC0415 - heavy

    if out is not None:
        count, title = questionnaires.write_form(profile_path, out, district=district)
        printer.say(f"done: {out}, {count} places of {title}")
    elif read is not None:
        taken = questionnaires.take_form(profile_path, read, role=role, date=date)
        for message in taken.messages:
            typer.echo(message)
        printer.say(
            f"done: {taken.rows_read} rows read; {taken.answers_new} answers, {taken.places_new} new places "
            f"added in {taken.folder}; {taken.answers_known} were known; {len(taken.messages)} remarks"
        )


@app.command()
@_exit_codes()
def explain(
    *,
    place_id: Annotated[
        str, typer.Argument(metavar="ID", help="place_id, OSM id (way/123) or begegnungsort_id.")
    ],
    city: City = None,
    config: ConfigFile = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of a run with --osm, instead of a city.")
    ] = None,
) -> None:
    """
    Tell why a record or a place is in the inventory of the last run, or why not.

    Example: `begegnung-geo explain --city dortmund osm:way/44136171`
    """
    if out is not None and (city or config):
        raise typer.BadParameter("give either --city KEY or --out DIR")
    from begegnung_geo import inspections  # noqa: PLC0415 - heavy

    if out is not None:
        inventory = inspections.open_folder(out)
    else:
        inventory = inspections.open_city(_choose_profile(city, config))
    for line in inspections.explain(inventory, place_id):
        typer.echo(line)


@app.command()
@_exit_codes()
def review(
    *,
    city: City = None,
    config: ConfigFile = None,
    out: Annotated[Path, typer.Option(metavar="FILE.csv", help="Where the list goes.")] = Path(
        "review_list.csv"
    ),
) -> None:
    """
    Write the pairs in doubt for people to answer; saved as config/KEY/review.csv the answers hold.

    Example: `begegnung-geo review --city dortmund --out review_list.csv`
    """
    profile_path = _choose_profile(city, config)
    from begegnung_geo.inspections import write_review  # noqa: PLC0415 - heavy

    open_count, answered = write_review(profile_path, out)
    typer.echo(
        f"done: {out}, {open_count} pairs to decide, {answered} answered; write gleich or verschieden into "
        "the column antwort and save it as review.csv in the city's folder of config/"
    )


@app.command()
@_exit_codes()
def ids(
    *,
    city: City = None,
    config: ConfigFile = None,
    keep: Annotated[bool, typer.Option("--keep", help="Write the ids to config/KEY/ids.csv.")] = False,
) -> None:
    """
    Keep the ids of the places for all later runs, whatever becomes of their sources.

    Example: `begegnung-geo ids --city dortmund --keep`
    """
    profile_path = _choose_profile(city, config)
    from begegnung_geo.inspections import keep_ids  # noqa: PLC0415 - heavy

    path, new_count, changed = keep_ids(profile_path, is_kept=keep)
    done = "kept in" if keep else "not yet in"
    typer.echo(f"{new_count} records new, {changed} with another id: {done} {path}")


@app.command()
@_exit_codes()
def check(*, city: City = None, config: ConfigFile = None, quiet: Quiet = False) -> None:
    """
    Check profile, hand data and raw files; list what is wrong, change nothing.

    Example: `begegnung-geo check --city musterstadt`
    """
    printer = StepPrinter(is_quiet=quiet)
    printer.say(f"begegnung-geo {__version__}")
    from begegnung_geo import jobs  # noqa: PLC0415 - heavy
    from begegnung_geo.pipeline import check_inputs  # noqa: PLC0415

    job, _ = jobs.plan_city(_choose_profile(city, config), language="de")
    faults = jobs.list_raw_faults(job)
    issues = check_inputs(job, listener=printer)
    for line in faults:
        typer.echo(line)
    for issue in issues.itertuples():
        typer.echo(f"{issue.code}  {issue.source}  row {issue.row}  x{issue.count}  {issue.text}")
    typer.echo(f"{len(faults)} raw files differ from their record, {len(issues)} lines of issues")
    if faults:
        raise typer.Exit(EXIT_ERROR)


def main() -> None:
    """Run the command line; exits 0 done, 1 a curable fault, 2 wrong arguments, 130 interrupted."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    app()


def _look_up_addresses(profile_path: Path, printer: StepPrinter) -> None:
    from begegnung_geo.lookups import look_up_missing  # noqa: PLC0415 - heavy

    try:
        report = look_up_missing(profile_path, listener=printer)
    except BegegnungError as error:
        # The files have arrived; addresses are looked up the next time.
        typer.echo(f"addresses were not looked up\n{error}", err=True)
        return
    if report.asked or report.left:
        typer.echo(f"addresses: {report.asked} looked up, {report.found} found, {report.left} left for later")


def _choose_profile(city: str | None, config: Path | None) -> Path:
    from begegnung_geo.jobs import find_profile  # noqa: PLC0415 - heavy

    if (city is None) == (config is None):
        raise typer.BadParameter("give either --city KEY or --config FILE (or --osm FILE --out DIR)")
    if config is not None:
        return config
    if not city or not all(c.isalnum() or c == "_" for c in city):
        raise ConfigError(
            f"{city!r} is no city key", where="--city", hint="small letters and digits, for example dortmund"
        )
    return find_profile(city)


def _build_fetch_rules(contact: str, config: Path | None) -> "Fetch":
    from begegnung_geo.config import build_profile, read_profile  # noqa: PLC0415 - heavy

    if config is not None:
        rules = read_profile(config).fetch
        return rules.model_copy(update={"contact": contact}) if contact else rules
    nobody = {"city": {"key": "new", "name": "new"}, "sources": {"osm": {"file": "new.osm.pbf"}}}
    return build_profile({**nobody, "fetch": {"contact": contact}}, where="--contact").fetch


def _require_choice(option: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise typer.BadParameter(f"{option} is {value!r}, allowed: {', '.join(allowed)}")


def _refuse_with_city(*values: object) -> None:
    if any(values):
        raise typer.BadParameter(
            "--out, --name, --boundary, --districts, --population, --places need --osm FILE"
        )


def _pair_districts(
    files: list[Path], *, ids: list[str], names: list[str], levels: list[str]
) -> "list[DistrictFile]":
    from begegnung_geo.jobs import DistrictFile  # noqa: PLC0415 - heavy

    if len(ids) != len(files) or len(names) != len(files):
        raise typer.BadParameter(
            "each --districts FILE needs one --district-id COL and one --district-name COL"
        )
    if not levels:
        levels = ["district"] if len(files) == 1 else [f"district_{n + 1}" for n in range(len(files))]
    if len(levels) != len(files):
        raise typer.BadParameter("give --district-level once for each --districts, or not at all")
    return [DistrictFile(*row) for row in zip(files, ids, names, levels, strict=True)]
