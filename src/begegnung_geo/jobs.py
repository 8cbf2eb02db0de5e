# SPDX-License-Identifier: MIT
"""Jobs: which profile and which raw files a run works on, checked before anything starts."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.config import build_profile, find_config_dir, read_profile
from begegnung_geo.errors import ConfigError, SourceError, format_rows
from begegnung_geo.files import hash_file
from begegnung_geo.profile import Profile
from begegnung_geo.profile_sources import FileSource
from begegnung_geo.provenance import SourceEntry, describe_file, read_provenance
from begegnung_geo.run_folders import Folders
from begegnung_geo.sources.scenarios import change_speeds, find_scenario, read_scenario, require_fitting
from begegnung_geo.steps import Job, RawFile
from begegnung_geo.store import find_table

EDITED = "edited after it was fetched"
"""Note of a raw file whose bytes are not those that `sources.toml` records."""
GEOCODED_FILE = "geocoded.json"
"""Answers of the geocoder in `data/raw/<city>/`, where `make fetch` asked it."""

_NAME_LIMIT = 80
HAND_FILES = {
    "hand.corrections": ("corrections.csv", "Korrekturen der Verwaltung"),
    "hand.answers": ("answers.csv", "Antworten aus Fragebögen"),
    "hand.review": ("review.csv", "Entscheidungen zu Paaren im Zweifel"),
    "hand.ids": ("ids.csv", "Behaltene Kennungen"),
    "places.fragebogen": ("orte_fragebogen.csv", "Neue Orte aus Fragebögen"),
}
"""Role -> file in `config/<city>/` that people or the questionnaire write, and its title."""
QUESTIONNAIRE_LIST = "fragebogen"
COMPARED_TABLES = (
    "begegnungsorte", "protected_demand", "published_coverage", "published_city_coverage",
    "published_open_coverage", "reached_squares",
)  # fmt: skip
"""Tables of the city as it is that a scenario is compared with."""
EXTRACT_KEY = "extract"
"""City key of a run on an extract without a profile."""


@dataclass(frozen=True)
class DistrictFile:
    """District polygons given on the command line."""

    path: Path
    id_column: str
    name_column: str
    level: str


@dataclass(frozen=True)
class Extract:
    """An OSM extract and what came with it on the command line."""

    osm: Path
    name: str
    boundary: Path | None = None
    districts: Sequence[DistrictFile] = ()
    population: Path | None = None
    places: Sequence[Path] = ()


def find_profile(city: str) -> Path:
    """Return the path of a city's profile: below the working folder, else the shipped one."""
    local = Path("config") / f"{city}.toml"
    shipped = find_config_dir() / f"{city}.toml"
    return shipped if shipped.is_file() and not local.is_file() else local


def plan_city(profile_path: Path, *, language: str) -> tuple[Job, Folders]:
    """
    Return the job of a city's profile and the folders it writes.

    Raises
    ------
    ConfigError
        If the profile is wrong.
    SourceError
        If raw files are missing; names `make fetch`.
    """
    profile = read_profile(profile_path)
    key = profile.city.key
    raw_dir = Path("data") / "raw" / key
    sources = dict(_list_sources(profile))
    hand_dir = find_hand_dir(profile_path, key)
    paths = {
        role: (hand_dir if source.kind == "hand" else raw_dir) / source.file
        for role, source in sources.items()
    }
    missing = sorted(str(path) for path in paths.values() if not path.is_file())
    if missing:
        command = "make demo" if profile.city.is_invented else f"make fetch CITY={key}"
        raise SourceError(
            f"{len(missing)} raw files of {profile.city.name} are missing",
            where=format_rows(missing),
            hint=f"run `{command}`",
        )
    entries = read_provenance(raw_dir)
    raw_files = {
        role: RawFile(paths[role], _merge_entry(paths[role], source, entries))
        for role, source in sources.items()
    }
    raw_files |= _find_look_ups(raw_dir, entries)
    folders = Folders(Path("data") / "processed" / key, Path("site") / key)
    return Job(profile, raw_files | _list_hand_files(hand_dir) | _list_rule_files(), language), folders


def require_scenario(profile_path: Path, job: Job, name: str) -> Path:
    """
    Return the path of a scenario that fits the city's profile.

    Raises
    ------
    ConfigError
        If there is none of that name, or something in it is wrong.
    """
    path = find_scenario(find_hand_dir(profile_path, job.profile.city.key), name)
    scenario = read_scenario(path)
    classes = read_category_rules(find_config_dir()).classes
    require_fitting(scenario, path, profile=job.profile, classes=classes)
    change_speeds(job.profile, scenario, path)
    return path


def plan_scenario(path: Path, job: Job, folders: Folders) -> tuple[Job, Folders]:
    """
    Return the job of a city as a scenario would have it, and its folders beside those of the city.

    The tables of the city as it is are inputs like any other: the scenario is compared with them. What
    they have in common with the scenario's is taken over, so that only what it touches is computed.

    Parameters
    ----------
    path
        From `require_scenario`.
    job, folders
        Of the city as it is, which has been run until `coverage`.
    """
    scenario = read_scenario(path)
    raw_files = {"scenario": RawFile(path, describe_file(path, title=scenario.title))}
    for table in COMPARED_TABLES:
        file = find_table(folders.processed, table)
        raw_files[f"before.{table}"] = RawFile(file, describe_file(file, title=f"{table}, wie es ist"))
    # A `-` is in no city key, so that a scenario's folder is never another city's.
    changed = Folders(
        *(one.with_name(f"{one.name}-{path.stem}") for one in (folders.processed, folders.site))
    )
    if not changed.processed.exists():
        shutil.copytree(folders.processed, changed.processed)
    profile = change_speeds(job.profile, scenario, path)
    return replace(job, profile=profile, raw_files={**job.raw_files, **raw_files}), changed


def find_hand_dir(profile_path: Path, key: str) -> Path:
    """Return the folder of a city's hand files: below the working folder, else beside the profile."""
    local, beside = Path("config") / key, profile_path.parent / key
    return beside if beside.is_dir() and not local.is_dir() else local


def plan_extract(extract: Extract, *, out: Path, language: str) -> tuple[Job, Folders]:
    """
    Return the job of an OSM extract without a profile, and the folders below `out`.

    Raises
    ------
    ConfigError
        If a name or level cannot be used.
    SourceError
        If a file is missing.
    """
    paths: dict[str, Path] = {"osm": extract.osm}
    if extract.boundary:
        paths["boundary"] = extract.boundary
    if extract.population:
        paths["population"] = extract.population
    paths |= {f"districts.{d.level}": d.path for d in extract.districts}
    keys = _list_place_keys(extract.places)
    paths |= {f"places.{key}": path for key, path in zip(keys, extract.places, strict=True)}
    missing = sorted({str(path) for path in paths.values() if not path.is_file()})
    if missing:
        raise SourceError(
            "an input file is not there"
            if len(missing) == 1
            else f"{len(missing)} input files are not there",
            where=format_rows(missing),
            hint="check the path; a folder is not a file",
        )
    profile = build_profile(_describe_profile(extract, paths, keys), where="command line")
    raw_files = {
        role: RawFile(path, describe_file(path, attribution=_guess_attribution(role)))
        for role, path in paths.items()
    }
    return Job(profile, raw_files | _list_rule_files(), language), Folders(out / "processed", out / "site")


def list_raw_faults(job: Job) -> list[str]:
    """Return one line for each raw file whose bytes differ from what `sources.toml` records."""
    return [
        f"{raw.path}: the bytes differ from sources.toml (sha256); fetch it again or mend the entry"
        for _, raw in sorted(job.raw_files.items())
        if raw.entry.note.endswith(EDITED)
    ]


def _find_look_ups(raw_dir: Path, entries: dict[str, SourceEntry]) -> dict[str, RawFile]:
    path = raw_dir / GEOCODED_FILE
    if not path.is_file():
        return {}
    return {"geocoded": RawFile(path, entries.get(path.name) or describe_file(path))}


def _list_hand_files(hand_dir: Path) -> dict[str, RawFile]:
    # Not one of them is demanded: a city without corrections is a city, too.
    return {
        role: RawFile(path, describe_file(path, title=title))
        for role, (name, title) in HAND_FILES.items()
        if (path := hand_dir / name).is_file()
    }


def _list_rule_files() -> dict[str, RawFile]:
    # The rules are inputs like any other: a changed rule re-runs what it decides.
    paths = {
        f"rules.{stem}": find_config_dir() / f"{stem}.csv"
        for stem in ("categories", "classes", "walkways", "attributes", "attribute_rules")
    }
    return {role: RawFile(path, describe_file(path, licence="MIT")) for role, path in paths.items()}


def _list_sources(profile: Profile) -> Iterator[tuple[str, FileSource]]:
    sources = profile.sources
    yield "osm", sources.osm
    if sources.boundary:
        yield "boundary", sources.boundary
    for district in sources.districts:
        yield f"districts.{district.level}", district
    if sources.population:
        yield "population", sources.population
        if sources.population.age_file:
            yield "population_age", FileSource(file=sources.population.age_file)
    if sources.population_totals:
        yield "population_totals", sources.population_totals
    if sources.addresses:
        yield "addresses", sources.addresses
    for place in sources.places:
        yield f"places.{place.key}", place
    for figures in sources.district_figures:
        yield f"district_figures.{figures.key}", figures


_STATED = ("title", "publisher", "url", "licence", "attribution", "data_date")


def _merge_entry(path: Path, source: FileSource, entries: dict[str, SourceEntry]) -> SourceEntry:
    # sources.toml says what was fetched; the profile fills in what it leaves open.
    entry = entries.get(path.name) or SourceEntry(file=path.name, title="")
    stated = {key: getattr(source, key) for key in _STATED}
    filled = {key: value for key, value in stated.items() if value and not getattr(entry, key)}
    # The manifest names the bytes that were read, also where somebody edited the file since.
    measured = {"sha256": hash_file(path), "bytes": path.stat().st_size}
    if entry.sha256 and entry.sha256 != measured["sha256"]:
        measured["note"] = "; ".join(filter(None, (entry.note, EDITED)))
    merged = entry.model_copy(update={**filled, **measured})
    return merged if merged.title else merged.model_copy(update={"title": path.name})


def _list_place_keys(paths: Sequence[Path]) -> list[str]:
    keys: list[str] = []
    for path in paths:
        stem = "".join(c if c.isascii() and c.isalnum() else "_" for c in path.name.split(".")[0].lower())
        key = f"liste_{stem}"[:36].rstrip("_")
        keys.append(key if key not in keys else f"{key}_{len(keys) + 1}")
    return keys


def _describe_profile(extract: Extract, paths: dict[str, Path], keys: Sequence[str]) -> dict[str, Any]:
    name = extract.name.strip()[:_NAME_LIMIT]
    if not name:
        raise ConfigError("the name is empty", where="--name", hint="give the area a name")
    sources: dict[str, Any] = {"osm": {"file": extract.osm.name}}
    for role in ("boundary", "population"):
        if role in paths:
            sources[role] = {"file": paths[role].name}
    sources["districts"] = [
        {"file": d.path.name, "level": d.level, "id_column": d.id_column, "name_column": d.name_column}
        for d in extract.districts
    ]
    sources["places"] = [
        {"key": key, "file": path.name} for key, path in zip(keys, extract.places, strict=True)
    ]
    return {"city": {"key": EXTRACT_KEY, "name": name}, "sources": sources}


def _guess_attribution(role: str) -> str:
    # Every OSM extract is under the ODbL, whoever cut it; other files state their own terms.
    return "© OpenStreetMap contributors (ODbL 1.0)" if role == "osm" else ""
