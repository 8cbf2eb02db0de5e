# SPDX-License-Identifier: MIT
"""Which files a site offers, and in which form."""

import json
import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd

from begegnung_geo.export.content import DownloadContent
from begegnung_geo.export.dictionary import DICTIONARY, build_package, describe_columns, fill_terms
from begegnung_geo.export.formats import write_csv, write_geojson, write_geopackage, write_workbook
from begegnung_geo.export.rows import build_rows, list_notes
from begegnung_geo.export.words import find_word
from begegnung_geo.files import write_bytes

_LOG = logging.getLogger(__name__)

_PACKAGE = "datapackage.json"
FILES = {
    "attributes.csv": "attributes",
    "begegnungsorte.csv": "begegnungsorte",
    "begegnungsorte.geojson": "begegnungsorte",
    "begegnungsorte.gpkg": "begegnungsorte",
    "begegnungsorte.xlsx": "begegnungsorte",
    "column_sources.csv": "column_sources",
    "completeness.csv": "completeness",
    "coverage_by_district.csv": "coverage_by_district",
    "datenlexikon.csv": "datenlexikon",
    "fill_rates.csv": "fill_rates",
    "gaps.csv": "gaps",
    "gaps.geojson": "gaps",
    "hot_spots.csv": "hot_spots",
    "hot_spots.geojson": "hot_spots",
    "issues.csv": "issues",
    "measures_by_district.csv": "measures_by_district",
    "open_coverage_by_district.csv": "open_coverage_by_district",
    "potential_gains.csv": "potential_gains",
    "quellen.csv": "quellen",
}
"""File -> key of its columns in `dictionary.DICTIONARY`."""
_SCENARIO_FILES = {
    f"{name}.csv": name for name in ("scenario_areas", "scenario_coverage", "scenario_open_coverage")
}
_LAYERS = {
    "begegnungsorte": "begegnungsorte",
    "districts": "districts",
    "gaps": "gaps",
    "hot_spots": "hot_spots",
    "reach_areas": "reach_areas",
    "merkmale": "attributes",
    "herkunft": "column_sources",
    "datenlexikon": "datenlexikon",
    "quellen": "quellen",
}
_SHEETS = {
    "Begegnungsorte": "begegnungsorte",
    "Merkmale": "attributes",
    "Herkunft": "column_sources",
    "Datenlexikon": "datenlexikon",
    "Quellen": "quellen",
}


def write_downloads(
    folder: Path,
    content: DownloadContent,
    *,
    extracts: Mapping[str, Collection[str]] = MappingProxyType({}),
    styles: Mapping[str, str] = MappingProxyType({}),
) -> list[Path]:
    """
    Write all downloads; the same content gives the same bytes.

    Only columns named in `words*.py` leave the house. People come as the published tables
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
    styles
        Layer of the GeoPackage -> its look in QGIS as QML, kept in the table `layer_styles` beside it.

    Returns
    -------
    paths
        The files of `FILES`, `begegnungsorte_<name>.csv` an extract, and `datapackage.json`,
        which describes them all; sorted.
    """
    rows, about, terms = build_rows(content), _describe(content), fill_terms(content.profile)
    files = FILES | (_SCENARIO_FILES if len(content.scenario_coverage) else {})
    frames = {name: (key, _drop_geometry(rows[key])) for name, key in files.items()}
    places = frames["begegnungsorte.csv"][1]
    for name, ids in extracts.items():
        chosen = places[places["begegnungsort_id"].isin(ids)]
        frames[f"begegnungsorte_{name}.csv"] = ("begegnungsorte", chosen)
    for name, (key, frame) in frames.items():
        if name.endswith(".csv"):
            write_csv(folder / name, frame)
        elif name.endswith(".geojson"):
            columns = describe_columns(key, list(frame.columns), terms=terms)
            write_geojson(folder / name, gpd.GeoDataFrame(rows[key]), about={**about, "columns": columns})
    layers = {layer: rows[key] for layer, key in _LAYERS.items()}
    write_geopackage(folder / "begegnungsorte.gpkg", layers, data_date=content.data_date, styles=styles)
    sheets = {sheet: _head(_drop_geometry(rows[key]), key) for sheet, key in _SHEETS.items()}
    title = str(about["title"])
    write_workbook(folder / "begegnungsorte.xlsx", sheets, title=title, data_date=content.data_date)
    package = build_package(
        frames,
        content.provenance,
        title=title,
        data_date=content.data_date,
        notes=list_notes(content),
        terms=terms,
    )
    write_bytes(folder / _PACKAGE, json.dumps(package, ensure_ascii=False, indent=1).encode() + b"\n")
    _LOG.info("%d downloads, %d places", len(frames) + 1, len(places))
    return sorted(folder / name for name in (*frames, _PACKAGE))


def _drop_geometry(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(rows).drop(columns="geometry", errors="ignore")


def _head(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the rows of a sheet with German headings."""
    words = {str(column): find_word(DICTIONARY[key], str(column)) for column in rows.columns}
    return rows.rename(columns={column: word.heading for column, word in words.items() if word})


def _describe(content: DownloadContent) -> dict[str, Any]:
    return {
        "title": f"Begegnungsorte {content.profile.city.name}",
        "data_date": content.data_date,
        "notes": list_notes(content),
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
