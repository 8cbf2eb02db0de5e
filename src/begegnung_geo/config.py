# SPDX-License-Identifier: MIT
"""
Reading profiles: TOML files into the frozen models of `profile.py`.

`config/defaults.toml` holds every disputable number with its reason, a city's
`config/<city>.toml` its sources and what differs. An unknown key is an error.
"""

import importlib.resources
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from begegnung_geo.crs import require_metric
from begegnung_geo.errors import ConfigError, CrsError
from begegnung_geo.profile import Profile, Walking


def find_config_dir() -> Path:
    """Return the folder with the shipped `defaults.toml` and rule tables."""
    packaged = Path(str(importlib.resources.files("begegnung_geo"))) / "_config"
    in_checkout = Path(__file__).resolve().parents[2] / "config"
    return packaged if packaged.is_dir() else in_checkout


def read_profile(path: Path) -> Profile:
    """
    Read a city's profile, laid over the shipped defaults.

    Raises
    ------
    ConfigError
        If the file is missing, not TOML, or has an unknown or impossible value.
    """
    return build_profile(_read_toml(path), where=str(path))


def read_default_walking() -> Walking:
    """Return thresholds and walking profiles of the shipped defaults, which runs without a profile use."""
    return Walking.model_validate(_read_toml(find_config_dir() / "defaults.toml")["walking"])


def build_profile(overrides: dict[str, Any], *, where: str) -> Profile:
    """
    Return the profile for `overrides` laid over `config/defaults.toml`, key by key.

    Raises
    ------
    ConfigError
        If a key is unknown or a value impossible; names the key.
    """
    defaults = _read_toml(find_config_dir() / "defaults.toml")
    try:
        profile = Profile.model_validate(_overlay(defaults, overrides))
        require_metric(profile.study.metric_crs, where=f"{where}, key study.metric_crs")
    except ValidationError as error:
        faults = error.errors()
        first = faults[0]
        # What does not fit together names its keys itself.
        key = ".".join(str(part) for part in first["loc"])
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise ConfigError(
            (f"{key}: " if key else "") + first["msg"].removeprefix("Value error, ") + more,
            where=f"{where}, key {key}" if key else where,
            hint="correct the key; config/defaults.toml lists the keys with their units",
        ) from error
    except CrsError as error:
        raise ConfigError(error.what, where=error.where, hint=error.hint) from error
    return profile


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        known = sorted(p.stem for p in path.parent.glob("*.toml") if p.stem != "defaults")
        raise ConfigError(
            f"there is no profile {path.name}",
            where=str(path),
            hint=f"known here: {', '.join(known) or 'none'}; or give a file with --config",
        )
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            "the profile is not valid TOML",
            where=f"{path}: {error}",
            hint="mend the line; strings need quotes, the file must be UTF-8",
        ) from error


def _overlay(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _overlay(merged[key], value) if both_tables else value
    return merged
