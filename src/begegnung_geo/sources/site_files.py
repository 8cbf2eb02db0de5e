# SPDX-License-Identifier: MIT
"""Read a finished site back: its manifest, summary and downloads, from whatever machine they come."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from begegnung_geo.errors import SourceError

SCHEMA_VERSION = 1
_Model = TypeVar("_Model", bound=BaseModel)
_FILE_MAX_BYTES = 400_000_000
_HIDDEN = "."
_PLACE_TEXTS = ("begegnungsort_id", "name", "class", "class_name", "standing", "place_ids")
_PLACE_NUMBERS = ("position_error_m", "lon", "lat")
_PLACE_COLUMNS = (*_PLACE_TEXTS, *_PLACE_NUMBERS, "is_counted")
_COVERAGE_TEXTS = ("level", "district_id", "name", "profile")
_COVERAGE_NUMBERS = ("threshold_min", "persons", "persons_covered", "covered_share")


class _Lenient(BaseModel):
    # A newer program may write more; what is compared must be there.
    model_config = ConfigDict(extra="ignore", frozen=True)


class SiteInput(_Lenient):
    """One input file of a run."""

    role: str
    file: str
    title: str = ""
    data_date: str = ""
    sha256: str = ""


class Manifest(_Lenient):
    """What a run was made from."""

    version: str
    program_sha256: str = ""
    data_date: str = ""
    people: dict[str, Any] = Field(default_factory=dict)
    inputs: tuple[SiteInput, ...]
    parameters: dict[str, Any]


class _CityCoverage(_Lenient):
    profile: str
    threshold_min: int
    persons_covered: float | None
    covered_share: float | None


class _Population(_Lenient):
    persons: float | None


class Summary(_Lenient):
    """The figures of the whole city."""

    schema_version: int
    city: str
    population: _Population
    coverage: tuple[_CityCoverage, ...]


@dataclass(frozen=True, eq=False)
class Site:
    """
    A site as its files tell it.

    Attributes
    ----------
    places
        One row a Begegnungsort: the columns of the download, `lon` and `lat` in WGS 84.
    coverage
        One row a district, profile and threshold, and with the level `city` and no id the city:
        `persons`, `persons_covered`, `covered_share`; null where hidden or not known.
    """

    manifest: Manifest
    summary: Summary
    places: pd.DataFrame
    coverage: pd.DataFrame


def read_site(folder: Path) -> Site:
    """
    Read a site's `manifest.json`, `summary.json` and downloads.

    Raises
    ------
    SourceError
        If the folder is no site, a file is missing, broken or of another schema version.
    """
    summary_content = _read_json(folder, "summary.json")
    version = summary_content.get("schema_version")
    if version != SCHEMA_VERSION:
        raise SourceError(
            f"the site is of schema version {str(version)[:20]}, not {SCHEMA_VERSION}",
            where=str(folder / "summary.json"),
            hint="build the site again with this program",
        )
    summary = _validate(Summary, summary_content, folder / "summary.json")
    manifest = _validate(Manifest, _read_json(folder, "manifest.json"), folder / "manifest.json")
    return Site(manifest, summary, _read_places(folder), _read_coverage(folder, summary))


def _read_text(folder: Path, name: str) -> str:
    path = folder / name
    if not path.is_file():
        raise SourceError(
            f"there is no {name} in {folder.name or folder}",
            where=str(path),
            hint="give the folder of a site, such as site/dortmund, with everything a run wrote into it",
        )
    if path.stat().st_size > _FILE_MAX_BYTES:
        raise SourceError(f"{name} is too large", where=str(path), hint="give a folder that a run wrote")
    try:
        return path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise _refuse(path, error) from error


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    text = _read_text(folder, name)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refuse(folder / name, error) from error
    if not isinstance(content, dict):
        raise _refuse(folder / name, "no object at its top")
    return content


def _refuse(path: Path, reason: object) -> SourceError:
    return SourceError(
        f"{path.name} cannot be read",
        where=f"{path}: {str(reason)[:200]}",
        hint="copy the site again, or build it again",
    )


def _validate(model: type[_Model], content: dict[str, Any], path: Path) -> _Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise _refuse(path, f"{key}: {first['msg']}") from error


def _read_places(folder: Path) -> pd.DataFrame:
    path = folder / "downloads" / "begegnungsorte.geojson"
    features = _read_json(folder, "downloads/begegnungsorte.geojson").get("features")
    try:
        rows = [[feature["properties"][name] for name in _PLACE_COLUMNS] for feature in features or []]
    except (KeyError, TypeError) as error:
        raise _refuse(path, f"a place without {error}: written by an older program") from error
    places = pd.DataFrame(rows, columns=list(_PLACE_COLUMNS))
    texts = {name: places[name].astype("str") for name in _PLACE_TEXTS}
    numbers = {name: pd.to_numeric(places[name], errors="coerce") for name in _PLACE_NUMBERS}
    places = places.assign(**texts, **numbers, is_counted=places["is_counted"].map(bool).astype(bool))
    if places["begegnungsort_id"].duplicated().any() or places[["lon", "lat"]].isna().any(axis=None):
        raise _refuse(path, "an id that stands twice, or a place without coordinates")
    return places


def _read_coverage(folder: Path, summary: Summary) -> pd.DataFrame:
    name = "downloads/coverage_by_district.csv"
    reader = csv.DictReader(io.StringIO(_read_text(folder, name), newline=""), delimiter=";")
    columns = [*_COVERAGE_TEXTS, *_COVERAGE_NUMBERS]
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise _refuse(folder / name, f"no column {', '.join(missing)}: written by an older program")
    persons = summary.population.persons
    city = [
        ["city", "", summary.city, c.profile, c.threshold_min, persons, c.persons_covered, c.covered_share]
        for c in summary.coverage
    ]
    try:
        rows = [[row[c] if c in _COVERAGE_TEXTS else _parse(row[c]) for c in columns] for row in reader]
        coverage = pd.DataFrame([*city, *rows], columns=columns)
        texts = {column: coverage[column].astype("str") for column in _COVERAGE_TEXTS}
        numbers = {column: coverage[column].astype("float64") for column in _COVERAGE_NUMBERS}
        return coverage.assign(**texts, **numbers).astype({"threshold_min": "int64"})
    except (ValueError, TypeError, AttributeError) as error:
        raise _refuse(folder / name, error) from error


def _parse(cell: str) -> float:
    text = cell.strip().removeprefix("'")
    return float("nan") if text in ("", _HIDDEN) else float(text.replace(",", "."))
