# SPDX-License-Identifier: MIT
"""Scenario files: `config/<city>/scenarios/<name>.toml`, read and checked."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path

from pydantic import ValidationError
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from begegnung_geo.errors import ConfigError, format_rows
from begegnung_geo.profile import Profile
from begegnung_geo.scenario import Scenario

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FOLDER = "scenarios"


def find_scenario(hand_dir: Path, name: str) -> Path:
    """
    Return the path of a scenario's file.

    Raises
    ------
    ConfigError
        If the name is none, or there is no such file; names the ones that are there.
    """
    folder = hand_dir / _FOLDER
    known = sorted(path.stem for path in folder.glob("*.toml")) if folder.is_dir() else []
    listed = f"scenarios there: {format_rows(known) if known else 'none'}"
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name[:60]!r} is no name of a scenario: small letters, digits and _, a letter first",
            where=f"{folder}; {listed}",
            hint="give the name of the file without .toml",
        )
    path = folder / f"{name}.toml"
    if not path.is_file():
        raise ConfigError(
            f"there is no scenario {name}",
            where=f"{path}; {listed}",
            hint="write the file, or name another one",
        )
    return path


def read_scenario(path: Path) -> Scenario:
    """
    Read a scenario; whether it fits the city is for `require_fitting`, and the data when it is applied.

    Raises
    ------
    ConfigError
        If the file is not TOML, or has an unknown or impossible value; names the key.
    """
    try:
        scenario = Scenario.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            "the scenario is not valid TOML",
            where=f"{path}: {error}",
            hint="mend the line; strings need quotes, the file must be UTF-8",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the scenario"
        raise ConfigError(
            f"{key}: {first['msg'].removeprefix('Value error, ')}",
            where=f"{path}, key {key}",
            hint="a file holds open, close, move, hours, link, speeds_m_s: docs/method.md, Scenarios",
        ) from error
    try:
        CRS.from_user_input(scenario.crs)
    except ProjError as error:
        raise ConfigError(
            f"crs: {scenario.crs[:40]!r} is no coordinate system",
            where=f"{path}, key crs",
            hint='write "EPSG:4326" for longitude and latitude, or "EPSG:25832"',
        ) from error
    return scenario


def require_fitting(scenario: Scenario, path: Path, *, profile: Profile, classes: Collection[str]) -> None:
    """
    Make sure that a scenario's classes and walking profiles are those of the city.

    Raises
    ------
    ConfigError
        If one is unknown; names the known ones.
    """
    for change in scenario.open:
        if change.is_new and change.place_class not in classes:
            raise ConfigError(
                f"open: there is no class {change.place_class[:40]!r}",
                where=f"{path}, place {change.name[:60]!r}",
                hint="the classes stand in config/classes.csv",
            )
    for walker in scenario.speeds_m_s:
        if walker not in profile.walking.profiles:
            raise ConfigError(
                f"speeds_m_s: there is no walking profile {walker!r}",
                where=f"{path}, key speeds_m_s.{walker}",
                hint=f"the profiles are {', '.join(profile.walking.profiles)}",
            )


def change_speeds(profile: Profile, scenario: Scenario, path: Path) -> Profile:
    """
    Return the profile with the walking speeds of a scenario.

    Raises
    ------
    ConfigError
        If a speed is impossible.
    """
    content = profile.model_dump()
    for walker, speed in scenario.speeds_m_s.items():
        content["walking"]["profiles"][walker]["speed_m_s"] = speed
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"speeds_m_s.{first['loc'][-2]}: {first['msg']}",
            where=f"{path}, key speeds_m_s",
            hint="speeds are in metres a second: 1.33 is 4.8 km/h",
        ) from error
