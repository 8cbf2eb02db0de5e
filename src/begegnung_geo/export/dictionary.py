# SPDX-License-Identifier: MIT
"""What every column of every download means, for people (a table) and for programs (`datapackage.json`)."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import pandas as pd

from begegnung_geo.contract import Column
from begegnung_geo.export.text import clean_text, clean_texts, format_metres
from begegnung_geo.export.words import (
    COMPLETENESS_WORDS,
    COVERAGE_WORDS,
    DISTRICT_WORDS,
    FILL_RATE_WORDS,
    GAP_WORDS,
    ISSUE_WORDS,
    MEASURE_WORDS,
    OPEN_COVERAGE_WORDS,
    POTENTIAL_WORDS,
    REACH_WORDS,
    SPOT_WORDS,
    Word,
    find_word,
)
from begegnung_geo.export.words_about import CLAIM_WORDS, DICTIONARY_WORDS, ORIGIN_WORDS, SOURCE_WORDS
from begegnung_geo.export.words_places import PLACE_WORDS
from begegnung_geo.export.words_scenario import SCENARIO_AREA_WORDS, SCENARIO_OPEN_WORDS, SCENARIO_WORDS
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.schema import TABLES

DICTIONARY: dict[str, dict[str, Word]] = {
    "attributes": CLAIM_WORDS,
    "begegnungsorte": PLACE_WORDS,
    "column_sources": ORIGIN_WORDS,
    "completeness": COMPLETENESS_WORDS,
    "coverage_by_district": COVERAGE_WORDS,
    "districts": DISTRICT_WORDS,
    "fill_rates": FILL_RATE_WORDS,
    "gaps": GAP_WORDS,
    "hot_spots": SPOT_WORDS,
    "issues": ISSUE_WORDS,
    "measures_by_district": MEASURE_WORDS,
    "open_coverage_by_district": OPEN_COVERAGE_WORDS,
    "potential_gains": POTENTIAL_WORDS,
    "reach_areas": REACH_WORDS,
    "scenario_areas": SCENARIO_AREA_WORDS,
    "scenario_coverage": SCENARIO_WORDS,
    "scenario_open_coverage": SCENARIO_OPEN_WORDS,
    "datenlexikon": DICTIONARY_WORDS,
    "quellen": SOURCE_WORDS,
}
"""Download -> its columns in words."""
_WALKERS = {"adult": "Erwachsene", "senior": "Ältere", "slow": "Langsame", "step_free": "stufenlos"}
_TABLE_OF = {"coverage_by_district": "coverage", "potential_gains": "siting_gains"}
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TYPES = {"bool": "boolean", "int64": "integer", "float64": "number"}
_CSV_DIALECT = {"delimiter": ";", "lineTerminator": "\r\n", "quoteChar": '"'}
_GERMAN: dict[str, dict[str, Any]] = {
    "number": {"decimalChar": ",", "bareNumber": True},
    "boolean": {"trueValues": ["ja"], "falseValues": ["nein"]},
}


def fill_terms(profile: Profile) -> dict[str, str]:
    """Return what the words of columns take from the profile: walking profiles by name, what a choice is."""
    walkers = profile.walking.profiles.items()
    names = {key: clean_text(walker.label[0]) or _WALKERS.get(key, "") for key, walker in walkers}
    return {
        "walkers": ", ".join(f"{key} {name}".strip() for key, name in names.items()),
        "choice_count": str(profile.measures.choice_count),
        "choice_m": format_metres(max(profile.walking.list_reaches())),
    }


def build_dictionary_rows(downloads: Mapping[str, pd.DataFrame], *, terms: Mapping[str, str]) -> pd.DataFrame:
    """
    Return one row a column of each download, with the values that the contract allows.

    Parameters
    ----------
    downloads
        Key of `DICTIONARY` -> the rows as they are published.
    terms
        From `fill_terms`.

    Raises
    ------
    KeyError
        If a column that is published has no words.
    """
    rows = []
    for download, frame in downloads.items():
        for column in frame.columns:
            if column != "geometry":
                word, allowed = _describe(download, str(column), terms)
                rows.append(
                    (download, column, word.heading, word.meaning, word.unit, ", ".join(allowed), word.origin)
                )
    return pd.DataFrame(rows, columns=list(DICTIONARY_WORDS), dtype="str")


def describe_columns(
    download: str, columns: Sequence[str], *, terms: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return title, meaning, unit, allowed values and origin of columns, for a file that carries its own."""
    described = {}
    for column in columns:
        word, allowed = _describe(download, column, terms)
        facts: dict[str, Any] = {"title": word.heading, "description": word.meaning}
        facts |= {"unit": word.unit} if word.unit else {}
        facts |= {"values": list(allowed)} if allowed else {}
        facts |= {"origin": word.origin} if word.origin else {}
        described[column] = facts
    return described


def build_source_rows(
    provenance: Sequence[SourceEntry], *, notes: Sequence[str], data_date: str
) -> pd.DataFrame:
    """Return one row a raw file with its licence and date, then the notes that hold for all figures."""
    entries = [
        (e.title, e.publisher, e.licence, e.attribution, e.data_date, e.url, e.file) for e in provenance
    ]
    entries += [(note, "", "", "", data_date, "", "") for note in notes]
    return pd.DataFrame(entries, columns=list(SOURCE_WORDS), dtype="str").apply(clean_texts)


def build_package(
    files: Mapping[str, tuple[str, pd.DataFrame]],
    provenance: Sequence[SourceEntry],
    *,
    title: str,
    data_date: str,
    notes: Sequence[str],
    terms: Mapping[str, str],
) -> dict[str, Any]:
    """
    Return `datapackage.json` of the folder: files, columns, licences and sources.

    The form is Frictionless Data Package 1.0, so that programs read the German CSV
    files (semicolon, decimal comma, ja/nein) with the right types.

    Parameters
    ----------
    files
        File name -> key of `DICTIONARY` and the rows in it, in the order to list them.
    provenance
        Origin, licence and date of each raw file.
    title, data_date, notes
        Of the whole folder.
    terms
        From `fill_terms`.
    """
    licences = sorted({entry.licence for entry in provenance if entry.licence})
    return {
        "profile": "data-package",
        "name": "begegnungsorte",
        "title": title,
        "description": " ".join(notes),
        "version": data_date,
        "licenses": [{"name": licence} for licence in licences],
        "sources": [_describe_source(entry) for entry in provenance],
        "resources": [_describe_file(name, *content, terms=terms) for name, content in files.items()],
    }


def _describe_source(entry: SourceEntry) -> dict[str, str]:
    facts = {
        "title": entry.title or entry.file,
        "path": entry.url,
        "licence": entry.licence,
        "attribution": entry.attribution,
        "date": entry.data_date,
    }
    return {key: text for key, text in facts.items() if text}


def _describe_file(
    name: str, download: str, frame: pd.DataFrame, *, terms: Mapping[str, str]
) -> dict[str, Any]:
    path = PurePath(name)
    is_csv = path.suffix == ".csv"
    shape = {"encoding": "utf-8", "dialect": _CSV_DIALECT} if is_csv else {}
    fields = [
        _describe_field(download, frame[column].rename(str(column)), is_csv=is_csv, terms=terms)
        for column in frame.columns
        if column != "geometry"
    ]
    return {
        "name": path.name.replace(".", "-").lower(),
        "path": name,
        "format": path.suffix.removeprefix("."),
        "mediatype": _MEDIA_TYPES[path.suffix],
        **shape,
        "schema": {"fields": fields, "missingValues": ["", "."] if is_csv else [""]},
    }


def _describe_field(
    download: str, values: pd.Series, *, is_csv: bool, terms: Mapping[str, str]
) -> dict[str, Any]:
    column = str(values.name)
    word, allowed = _describe(download, column, terms)
    contract = _find_contract(download, column)
    kind = _TYPES.get(contract.dtype if contract else str(values.dtype), "string")
    facts: dict[str, Any] = {"name": column, "title": word.heading, "description": word.meaning, "type": kind}
    if is_csv:
        facts |= _GERMAN.get(kind, {})
    facts |= {"unit": word.unit} if word.unit else {}
    facts |= {"constraints": {"enum": list(allowed)}} if allowed and kind == "string" else {}
    return facts


def _describe(download: str, column: str, terms: Mapping[str, str]) -> tuple[Word, tuple[str, ...]]:
    word = find_word(DICTIONARY[download], column)
    if word is None:
        raise KeyError(f"column {column} of the download {download} has no words in export/words*.py")
    contract = _find_contract(download, column)
    filled = word._replace(meaning=word.meaning.format_map(terms))
    return filled, contract.allowed if contract else ()


def _find_contract(download: str, column: str) -> Column | None:
    table = TABLES.get(_TABLE_OF.get(download, download))
    return table.find_column(column) if table else None
