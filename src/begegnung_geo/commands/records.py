# SPDX-License-Identifier: MIT
"""Commands about the records of the inventory: questionnaire, explain, reach, review, ids."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from begegnung_geo import __version__
from begegnung_geo.commands.options import City, ConfigFile, Quiet, choose_profile, exit_codes, require_choice
from begegnung_geo.console import StepPrinter


@exit_codes()
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
    profile_path = choose_profile(city, config)
    from begegnung_geo import questionnaires  # noqa: PLC0415 - heavy

    if out is not None:
        count, title = questionnaires.write_form(profile_path, out, district=district)
        printer.say(f"done: {out}, {count} places of {title}")
    elif read is not None:
        # No run looks at this clock, only a person who signs today. A day more, for time zones.
        latest_day = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=1)
        taken = questionnaires.take_form(profile_path, read, role=role, date=date, latest_day=latest_day)
        for message in taken.messages:
            typer.echo(message)
        printer.say(
            f"done: {taken.rows_read} rows read; {taken.answers_new} answers, {taken.places_new} new places "
            f"added in {taken.folder}; {taken.answers_known} were known; {len(taken.messages)} remarks"
        )


@exit_codes()
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

    Without --city the city whose last run knows the id is taken.
    Example: `begegnung-geo explain --city dortmund osm:way/44136171`
    """
    if out is not None and (city or config):
        raise typer.BadParameter("give either --city KEY or --out DIR")
    from begegnung_geo import inspections  # noqa: PLC0415 - heavy

    if out is not None:
        inventory = inspections.open_folder(out)
    else:
        if city is None and config is None:
            city = inspections.choose_city(place_id)
        inventory = inspections.open_city(choose_profile(city, config))
    for line in inspections.explain(inventory, place_id):
        typer.echo(line)


@exit_codes()
def reach(
    *,
    place_id: Annotated[str, typer.Argument(metavar="ID", help="begegnungsort_id of the place.")],
    out: Annotated[Path, typer.Option(metavar="FILE.geojson", help="Where the areas go.")],
    city: City = None,
    config: ConfigFile = None,
    run: Annotated[
        Path | None,
        typer.Option("--run", metavar="DIR", help="Folder of a run with --osm."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="KEY", help="Only this walking profile.")
    ] = None,
) -> None:
    """
    Write the areas from where a place can be walked to in each time, whatever borders there are.

    Example: `begegnung-geo reach --city dortmund b1234567890 --profile senior --out reach.geojson`
    """
    if run is not None and (city or config):
        raise typer.BadParameter("give either --city KEY or --run DIR")
    require_choice("--out: the kind of file", out.suffix, (".geojson",))
    from begegnung_geo import inspections  # noqa: PLC0415 - heavy

    if run is not None:
        inventory = inspections.open_folder(run)
    else:
        inventory = inspections.open_city(choose_profile(city, config))
    name, count = inspections.write_place_reach(inventory, place_id, out, profile=profile)
    typer.echo(f"done: {out}, {count} areas of {name or place_id}")


@exit_codes()
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
    profile_path = choose_profile(city, config)
    from begegnung_geo.inspections import write_review  # noqa: PLC0415 - heavy

    open_count, answered = write_review(profile_path, out)
    typer.echo(
        f"done: {out}, {open_count} pairs to decide, {answered} answered; write gleich or verschieden into "
        "the column antwort and save it as review.csv in the city's folder of config/"
    )


@exit_codes()
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
    profile_path = choose_profile(city, config)
    from begegnung_geo.inspections import keep_ids  # noqa: PLC0415 - heavy

    path, new_count, changed = keep_ids(profile_path, is_kept=keep)
    done = "kept in" if keep else "not yet in"
    typer.echo(f"{new_count} records new, {changed} with another id: {done} {path}")


@exit_codes()
def recall(
    *,
    city: City = None,
    config: ConfigFile = None,
    expected: Annotated[
        str | None, typer.Option("--list", metavar="KEY", help="List of the profile that names them.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Where one row an expected place goes.")
    ] = None,
) -> None:
    """
    Hold the inventory of the last run against the places a local expects.

    Example: `begegnung-geo recall --city dortmund --out recall.csv`
    """
    profile_path = choose_profile(city, config)
    from begegnung_geo.inspections import check_recall  # noqa: PLC0415 - heavy

    sentence, missing = check_recall(profile_path, key=expected, out=out)
    for line in missing:
        typer.echo(line)
    typer.echo(f"done: {sentence}" + (f"; {out}" if out else ""))
