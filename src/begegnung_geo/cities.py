# SPDX-License-Identifier: MIT
"""Which cities there are, and where the tables of their last runs lie."""

from pathlib import Path

from begegnung_geo.city_tables import City
from begegnung_geo.config import find_config_dir, read_profile
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.profile_base import is_key
from begegnung_geo.sources.scenarios import change_speeds, find_scenario, read_scenario
from begegnung_geo.store import find_table


def load(city: str, *, root: str | Path | None = None, scenario: str | None = None) -> City:
    """
    Return the tables of a city's last run.

    Parameters
    ----------
    city
        Key of the city, the name of its profile without `.toml`.
    root
        Folder that holds `config/`, `data/` and `site/`; None takes the working folder or the
        nearest one above it that holds tables of the city.
    scenario
        Name of a scenario (`config/<city>/scenarios/<name>.toml`): the city as it would be, after
        `make maps SCENARIO=name`.

    Returns
    -------
    city
        Tables are read from `data/processed/<city>` when they are asked for.

    Raises
    ------
    ConfigError
        If the name is no key, or there is no profile or scenario of that name, or it is wrong;
        names the cities known here.
    SourceError
        If the city has not been built; names the command.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> city.profile.city.name
    'Musterstadt'
    >>> "walk_edges" in city.tables
    True
    """
    if not is_key(city):
        raise ConfigError(
            f"{str(city)[:80]!r} is no city key: small letters, digits and _, a letter first",
            where="the name given to load()",
            hint=f"known here: {_tell_known(Path(root or '.'))}; another folder is given with root=",
        )
    folder = Path(root) if root is not None else _find_root(city)
    local = folder / "config" / f"{city}.toml"
    path = local if local.is_file() else find_config_dir() / local.name
    if not path.is_file():
        raise ConfigError(
            f"there is no city {city!r}",
            where=f"{local} and {path.parent}",
            hint=f"known here: {_tell_known(folder)}; `begegnung-geo init` makes the profile of another city",
        )
    profile = read_profile(path)
    key = name = profile.city.key
    if scenario is not None:
        hand_dir = folder / "config" / key
        wanted = find_scenario(hand_dir if hand_dir.is_dir() else find_config_dir() / key, scenario)
        profile = change_speeds(profile, read_scenario(wanted), wanted)
        name = f"{key}-{scenario}"
    processed = folder / "data" / "processed" / name
    if not find_table(processed, "begegnungsorte").is_file():
        fetch = "" if profile.city.is_invented else f"`make fetch CITY={key}`, then "
        chosen = f" SCENARIO={scenario}" if scenario else ""
        raise SourceError(
            f"{profile.city.name} has not been built{' for this scenario' if scenario else ''}",
            where=str(processed),
            hint=f"run {fetch}`make maps CITY={key}{chosen}`",
        )
    return City(profile, processed, folder / "site" / name)


def require_city(city: object) -> None:
    """
    Raise unless a value is a city.

    Raises
    ------
    ConfigError
        If it is something else, such as the name of one.
    """
    if not isinstance(city, City):
        raise ConfigError(
            f"{str(city)[:80]!r} is no city",
            where="the first argument",
            hint='open it first: city = bg.load("musterstadt")',
        )


def _find_root(city: str) -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if find_table(folder / "data" / "processed" / city, "begegnungsorte").is_file():
            return folder
    return here


def _tell_known(folder: Path) -> str:
    profiles = [*(folder / "config").glob("*.toml"), *find_config_dir().glob("*.toml")]
    return ", ".join(sorted({path.stem for path in profiles} - {"defaults"})) or "none"
