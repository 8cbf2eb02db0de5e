# SPDX-License-Identifier: MIT
"""Which files a site offers, and what stands in each."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd

from begegnung_geo.crs import WGS84
from begegnung_geo.export.completeness import build_completeness_rows, build_fill_rate_rows
from begegnung_geo.export.formats import write_csv, write_geojson, write_geopackage, write_workbook
from begegnung_geo.export.measures import build_measure_rows
from begegnung_geo.export.tables import (
    HIDDEN,
    build_coverage_rows,
    build_district_rows,
    build_gap_rows,
    build_issue_rows,
    build_place_rows,
)
from begegnung_geo.export.text import clean_texts
from begegnung_geo.export.words import DICTIONARY, ESTIMATED, INVENTED, PLACE_WORDS, find_word
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.schema import TABLES, build_empty

_LOG = logging.getLogger(__name__)


class DownloadContent(Protocol):
    """What the downloads are made from; frames are the tables of `schema.py`, metric CRS."""

    @property
    def profile(self) -> Profile:
        """The profile, for its publication rules and the name of the city."""

    @property
    def data_date(self) -> str:
        """Date of the newest map data, ISO 8601, may be empty."""

    @property
    def provenance(self) -> Sequence[SourceEntry]:
        """Origin, licence and date of each raw file."""

    @property
    def class_labels(self) -> Mapping[str, tuple[str, str]]:
        """Class key -> (German, English) name."""

    @property
    def class_groups(self) -> Mapping[str, str]:
        """Class key -> letter of its group."""

    @property
    def completeness(self) -> pd.DataFrame:
        """Table `completeness`."""

    @property
    def fill_rates(self) -> pd.DataFrame:
        """Table `fill_rates`."""

    @property
    def column_sources(self) -> pd.DataFrame:
        """Table `column_sources`."""

    @property
    def is_estimated(self) -> bool:
        """Whether the people were estimated instead of counted."""

    @property
    def begegnungsorte(self) -> gpd.GeoDataFrame:
        """Table `begegnungsorte`."""

    @property
    def districts(self) -> gpd.GeoDataFrame:
        """Table `districts`."""

    @property
    def coverage(self) -> pd.DataFrame:
        """Table `published_coverage`: exact figures are not for here."""

    @property
    def underserved(self) -> pd.DataFrame:
        """Table `underserved`."""

    @property
    def gaps(self) -> gpd.GeoDataFrame:
        """Table `published_gaps`."""

    @property
    def district_walks(self) -> pd.DataFrame:
        """Table `published_district_walks`."""

    @property
    def district_choice(self) -> pd.DataFrame:
        """Table `published_district_choice`."""

    @property
    def district_seats(self) -> pd.DataFrame:
        """Table `published_district_seats`."""

    @property
    def issues(self) -> pd.DataFrame:
        """Table `issues`."""


_SOURCE_COLUMNS = ("begegnungsort_id", "column", "source", "source_id")


@dataclass(frozen=True)
class Downloads:
    """The plainest `DownloadContent`; a `SiteContent` will do as well."""

    profile: Profile
    data_date: str
    provenance: Sequence[SourceEntry]
    class_labels: Mapping[str, tuple[str, str]]
    begegnungsorte: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    coverage: pd.DataFrame
    underserved: pd.DataFrame
    gaps: gpd.GeoDataFrame
    issues: pd.DataFrame
    class_groups: Mapping[str, str]
    completeness: pd.DataFrame
    fill_rates: pd.DataFrame
    is_estimated: bool = False
    column_sources: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_SOURCE_COLUMNS))
    district_walks: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_walks", crs=WGS84)
    )
    district_choice: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_choice", crs=WGS84)
    )
    district_seats: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_seats", crs=WGS84)
    )


def write_downloads(
    folder: Path, content: DownloadContent, *, extracts: Mapping[str, Collection[str]] = MappingProxyType({})
) -> list[Path]:
    """
    Write all downloads; the same content gives the same bytes.

    Only columns named in `words.py` leave the house. People come as the published tables
    tell them; mail addresses and phone numbers inside texts are removed.
    GeoPackage is in the metric CRS, everything else in WGS 84.

    Parameters
    ----------
    folder
        Is made where it does not exist; other files in it stay.
    content
        Tables of one run, in the metric CRS.
    extracts
        Name of a page -> ids of its places; each gets a CSV of its own beside its table.

    Returns
    -------
    paths
        `begegnungsorte.csv .geojson .gpkg .xlsx`, `begegnungsorte_<name>.csv` an extract,
        `column_sources.csv`, `completeness.csv`, `coverage_by_district.csv`,
        `fill_rates.csv`, `gaps.geojson`, `issues.csv`,
        `measures_by_district.csv`, sorted.
    """
    publication = content.profile.publication
    places = build_place_rows(content.begegnungsorte, content.districts, class_labels=content.class_labels)
    place_table = pd.DataFrame(places).drop(columns="geometry")
    gaps = build_gap_rows(content.gaps)
    coverage = build_coverage_rows(
        content.coverage,
        content.districts,
        content.underserved,
        publication=publication,
        unknown_share_max=content.profile.coverage.unknown_share_max,
    )
    sources, words = _build_source_rows(content), _build_dictionary_rows(place_table)
    about = _describe(content)
    layers = {
        "begegnungsorte": places,
        "districts": build_district_rows(content.districts),
        "gaps": gaps,
        "datenlexikon": words,
        "quellen": sources,
    }
    sheets = {
        "Begegnungsorte": place_table.rename(columns=_find_heading),
        "Herkunft": (origins := build_origin_rows(content)),
        "Datenlexikon": words,
        "Quellen": sources,
    }
    title = f"Begegnungsorte {content.profile.city.name}"
    paths = {name: folder / name for name in _FILE_NAMES}
    write_csv(paths["begegnungsorte.csv"], place_table)
    for name, ids in extracts.items():
        paths[name] = folder / f"begegnungsorte_{name}.csv"
        write_csv(paths[name], place_table[place_table["begegnungsort_id"].isin(ids)])
    write_csv(paths["column_sources.csv"], origins)
    write_csv(paths["coverage_by_district.csv"], _show_hidden(coverage))
    _write_completeness(folder, content)
    write_csv(paths["measures_by_district.csv"], _build_measures(content))
    write_csv(paths["issues.csv"], build_issue_rows(content.issues))
    write_geojson(paths["begegnungsorte.geojson"], places, about=about)
    write_geojson(paths["gaps.geojson"], gaps, about=about)
    write_geopackage(paths["begegnungsorte.gpkg"], layers, data_date=content.data_date)
    write_workbook(paths["begegnungsorte.xlsx"], sheets, title=title, data_date=content.data_date)
    _LOG.info("%d downloads, %d places, %d gaps", len(paths), len(places), len(gaps))
    return sorted(paths.values())


_FILE_NAMES = (
    "begegnungsorte.csv",
    "begegnungsorte.geojson",
    "begegnungsorte.gpkg",
    "begegnungsorte.xlsx",
    "column_sources.csv",
    "completeness.csv",
    "coverage_by_district.csv",
    "fill_rates.csv",
    "gaps.geojson",
    "issues.csv",
    "measures_by_district.csv",
)


def build_origin_rows(content: DownloadContent) -> pd.DataFrame:
    """
    Return which record gave each column of each published place, and under which licence.

    What OpenStreetMap gave is under the ODbL; a list has the licence its source states,
    empty where it states none; what people of the house wrote has none.
    """
    files = {entry.file: entry.licence for entry in content.provenance}
    licences = {source.key: files.get(source.file, "") for source in content.profile.sources.places}
    published = content.column_sources["begegnungsort_id"].isin(content.begegnungsorte["begegnungsort_id"])
    rows = content.column_sources[published].sort_values(["begegnungsort_id", "column"], ignore_index=True)
    licence = rows["source"].map(licences | {"osm": "ODbL-1.0"}).fillna("").astype("str")
    origins = pd.DataFrame(
        {
            "begegnungsort_id": rows["begegnungsort_id"],
            "spalte": rows["column"],
            "quelle": rows["source"],
            "kennung": rows["source_id"],
            "lizenz": licence,
        }
    )
    return origins.astype("str").apply(clean_texts)


def _write_completeness(folder: Path, content: DownloadContent) -> None:
    about: dict[str, Any] = {
        "city": content.profile.city.name,
        "class_labels": content.class_labels,
        "class_groups": content.class_groups,
    }
    rows = build_completeness_rows(content.completeness, content.districts, **about)
    write_csv(folder / "completeness.csv", rows)
    rows = build_fill_rate_rows(content.fill_rates, content.districts, **about)
    write_csv(folder / "fill_rates.csv", rows)


def _build_measures(content: DownloadContent) -> pd.DataFrame:
    city = pd.DataFrame({"level": ["city"], "district_id": [""], "name": [content.profile.city.name]})
    districts = pd.DataFrame(content.districts)[["level", "district_id", "name"]]
    return build_measure_rows(
        content.district_walks,
        content.district_choice,
        content.district_seats,
        names=pd.concat([districts, city.astype("str")], ignore_index=True),
        publication=content.profile.publication,
    )


def _show_hidden(coverage: pd.DataFrame) -> pd.DataFrame:
    """Return the rows for a CSV: `.` where a figure is known but not told."""
    shown = coverage.drop(columns="hidden").astype(object)
    counts = ("persons", "persons_covered", "persons_unknown", "persons_beyond")
    for name in (*counts, "covered_share", "covered_share_max"):
        is_hidden = coverage["hidden"].str.split().map(lambda names, name=name: name in names).astype(bool)
        shown[name] = shown[name].mask(is_hidden, HIDDEN)
    return shown


def _find_heading(column: str) -> str:
    word = find_word(PLACE_WORDS, column)
    return word.heading if word else column


def _describe(content: DownloadContent) -> dict[str, Any]:
    return {
        "title": f"Begegnungsorte {content.profile.city.name}",
        "data_date": content.data_date,
        "notes": _list_notes(content),
        "sources": [
            {
                "title": entry.title,
                "licence": entry.licence,
                "attribution": entry.attribution,
                "date": entry.data_date,
            }
            for entry in content.provenance
        ],
    }


def _list_notes(content: DownloadContent) -> list[str]:
    notes = [(content.profile.city.is_invented, INVENTED), (content.is_estimated, ESTIMATED)]
    return [note for applies, note in notes if applies]


def _build_source_rows(content: DownloadContent) -> pd.DataFrame:
    entries = [
        (
            entry.title,
            entry.publisher,
            entry.licence,
            entry.attribution,
            entry.data_date,
            entry.url,
            entry.file,
        )
        for entry in content.provenance
    ]
    entries += [(note, "", "", "", content.data_date, "", "") for note in _list_notes(content)]
    names = ["Titel", "Herausgeber", "Lizenz", "Namensnennung", "Datenstand", "Adresse", "Datei"]
    rows = pd.DataFrame(entries, columns=names, dtype="str")
    return rows.apply(clean_texts)


def _build_dictionary_rows(place_table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a column of each download, with the values that the contract allows."""
    rows = []
    for download, words in DICTIONARY.items():
        listed = list(place_table.columns) if download == "begegnungsorte" else list(words)
        for column in listed:
            word = find_word(words, column)
            table = TABLES.get("coverage" if download == "coverage_by_district" else download)
            contract = table.find_column(column) if table else None
            allowed = ", ".join(contract.allowed) if contract else ""
            if word is not None:
                rows.append((download, column, word.heading, word.meaning, word.unit, allowed, word.origin))
    names = ["Datei", "Spalte", "Überschrift", "Bedeutung", "Einheit", "Werte", "Herkunft"]
    return pd.DataFrame(rows, columns=names, dtype="str")
