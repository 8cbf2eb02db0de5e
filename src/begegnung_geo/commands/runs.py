# SPDX-License-Identifier: MIT
"""Commands that run the pipeline, or a part of it: run, sample, check."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from begegnung_geo import __version__
from begegnung_geo.commands.options import (
    EXIT_ERROR,
    City,
    ConfigFile,
    Language,
    Quiet,
    choose_profile,
    exit_codes,
    require_choice,
)
from begegnung_geo.console import StepPrinter

if TYPE_CHECKING:
    from begegnung_geo.jobs import DistrictFile


@exit_codes()
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
    scenario: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What would be different: config/KEY/scenarios/NAME.toml."),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Make PDFs of the fact sheets.")] = True,
    quiet: Quiet = False,
) -> None:
    """
    Run the pipeline, from raw data to the site.

    Examples: `begegnung-geo run --city musterstadt`;
    `begegnung-geo run --osm town.osm.pbf --out build/town --name "Our town"`;
    `begegnung-geo run --city musterstadt --scenario schule_und_bruecke`
    """
    printer = StepPrinter(is_quiet=quiet)
    printer.say(f"begegnung-geo {__version__}")
    require_choice("--until", until, ("inventory", "coverage", "maps"))
    require_choice("--language", language, ("de", "en"))
    if osm is None:
        _refuse_with_city(out, name, boundary, districts, population, places)
    from begegnung_geo import jobs  # noqa: PLC0415 - heavy: after the first line is on screen
    from begegnung_geo.pipeline import run_pipeline  # noqa: PLC0415
    from begegnung_geo.render.pdf import MISSING_PANGO, can_print  # noqa: PLC0415

    if osm is not None:
        if city or config or scenario or out is None:
            raise typer.BadParameter("--osm needs --out DIR, and none of --city, --config and --scenario")
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
        profile_path = choose_profile(city, config)
        job, folders = jobs.plan_city(profile_path, language=language)
        if scenario is not None:
            changes = jobs.require_scenario(profile_path, job, scenario)  # before the city takes its time
            run_pipeline(job, folders, until="coverage", listener=printer)
            job, folders = jobs.plan_scenario(changes, job, folders)
    if pdf and until == "maps" and not can_print():
        printer.say(MISSING_PANGO)
        pdf = False
    run_pipeline(replace(job, has_pdf=pdf), folders, until=until, listener=printer)
    printer.say(f"done: {folders.site / 'index.html' if until == 'maps' else folders.processed}")


@exit_codes()
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


@exit_codes()
def check(*, city: City = None, config: ConfigFile = None, quiet: Quiet = False) -> None:
    """
    Check profile, hand data and raw files; list what is wrong, change nothing.

    Example: `begegnung-geo check --city musterstadt`
    """
    printer = StepPrinter(is_quiet=quiet)
    printer.say(f"begegnung-geo {__version__}")
    from begegnung_geo import jobs  # noqa: PLC0415 - heavy
    from begegnung_geo.pipeline import check_inputs  # noqa: PLC0415

    job, _ = jobs.plan_city(choose_profile(city, config), language="de")
    faults = jobs.list_raw_faults(job)
    issues = check_inputs(job, listener=printer)
    for line in faults:
        typer.echo(line)
    for issue in issues.itertuples():
        typer.echo(f"{issue.code}  {issue.source}  row {issue.row}  x{issue.count}  {issue.text}")
    typer.echo(f"{len(faults)} raw files differ from their record, {len(issues)} lines of issues")
    if faults:
        raise typer.Exit(EXIT_ERROR)


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
