# SPDX-License-Identifier: MIT
"""Options that several commands share, and how a command ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from begegnung_geo.errors import BegegnungError, ConfigError

EXIT_ERROR, EXIT_INTERRUPTED = 1, 130  # wrong arguments exit 2, by typer itself

City = Annotated[
    str | None, typer.Option("--city", metavar="KEY", help="City with a profile config/KEY.toml.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Profile of a city (TOML).")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Language = Annotated[
    str,
    typer.Option(
        "--language", metavar="de|en", help="First language of the pages; the other lies beside it."
    ),
]


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn a curable fault into its three lines and exit code; bugs keep their traceback."""
    try:
        yield
    except BegegnungError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_ERROR) from None
    except KeyboardInterrupt:
        typer.echo("interrupted: the last good output is unchanged", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


def choose_profile(city: str | None, config: Path | None) -> Path:
    """Return the path of the profile that --city or --config names."""
    from begegnung_geo.jobs import find_profile  # noqa: PLC0415 - heavy
    from begegnung_geo.profile_base import is_key  # noqa: PLC0415 - heavy

    if (city is None) == (config is None):
        raise typer.BadParameter("give either --city KEY or --config FILE (or --osm FILE --out DIR)")
    if config is not None:
        return config
    if city is None or not is_key(city):
        raise ConfigError(
            f"{city!r} is no city key: small letters, digits and _, a letter first",
            where="--city",
            hint="give the name of its profile without .toml, for example dortmund",
        )
    return find_profile(city)


def require_choice(option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that the option does not know, as a wrong argument."""
    if value not in allowed:
        raise typer.BadParameter(f"{option} is {value!r}, allowed: {', '.join(allowed)}")
