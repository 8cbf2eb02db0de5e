# SPDX-License-Identifier: MIT
"""The text files of the sample, each in the layout of its real source."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from begegnung_geo.files import write_bytes
from begegnung_geo.sample.districts import District
from begegnung_geo.sample.people import AGE_COLUMNS, name_cells
from begegnung_geo.sample.terrain import Floats, Ground, Objects

OSM_FILE = "musterstadt.osm.pbf"
STADTBEZIRKE_FILE = "fb62-stadtbezirke.geojson"
BEZIRKE_FILE = "fb62-statistischebezirke.geojson"
PLACES_FILE = "begegnungsstaetten.geojson"
PERSONS_FILE = "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
AGES_FILE = "Zensus2022_Alter_in_5_Altersklassen_100m-Gitter.csv"
ADDRESSES_FILE = "gebref.txt"
PEOPLE_LIST_FILE = "orte_von_menschen.csv"
FIGURES_FILE = "kennzahlen_statistische_bezirke.csv"
TOTALS_FILE = "einwohner_statistische_bezirke.csv"
TRUTH_FILE = "truth.csv"
FILES = (
    OSM_FILE,
    STADTBEZIRKE_FILE,
    BEZIRKE_FILE,
    PLACES_FILE,
    PERSONS_FILE,
    AGES_FILE,
    ADDRESSES_FILE,
    PEOPLE_LIST_FILE,
    FIGURES_FILE,
    TOTALS_FILE,
    TRUTH_FILE,
)
_SUPPRESSED = "–"
_SUPPRESS_BELOW = 3


def write_geojson(path: Path, features: list[dict[str, Any]]) -> None:
    """Write a FeatureCollection as Opendatasoft exports it: one line, UTF-8, no spaces."""
    collection = {"type": "FeatureCollection", "features": features}
    write_bytes(path, json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode())


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str = ";"
) -> None:
    """Write a CSV with LF line ends, UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode())


def write_grid(folder: Path, grid: pd.DataFrame) -> None:
    """Write the Zensus 2022 tables of people and of five age groups; small ages are a dash."""
    cells = name_cells(grid)
    cells.assign(Einwohner=grid["Einwohner"].to_numpy()).to_csv(
        folder / PERSONS_FILE, sep=";", index=False, lineterminator="\n", encoding="utf-8"
    )
    ages = {
        column: np.where(grid[column] < _SUPPRESS_BELOW, _SUPPRESSED, grid[column].astype(str))
        for column in AGE_COLUMNS
    }
    cells.assign(**ages).to_csv(
        folder / AGES_FILE, sep=";", index=False, lineterminator="\n", encoding="utf-8"
    )


def build_district_features(districts: list[District], ground: Ground) -> list[dict[str, Any]]:
    """
    Return the features of `fb62-statistischebezirke`.

    Each polygon is simplified on its own, so that neighbours gap and overlap by
    some metres, as they do in the real file.
    """
    return [
        {
            "type": "Feature",
            "geometry": to_geometry(_roughen(district.area, index), ground),
            "properties": {
                "statistischer_bezirk_nr": district.number,
                "statistischer_bezirk": district.name,
                "stadtbezirk_nr": district.stadtbezirk_nr,
                "stadtbezirk_bezeichnung": district.stadtbezirk_name,
                "geographische_koordinaten": _to_point(district.area, ground),
                "upload_am": "2026-01-01",
                "kommune": "Musterstadt",
                "erstelldatum": None,
            },
        }
        for index, district in enumerate(districts)
    ]


def build_stadtbezirk_features(
    stadtbezirke: list[tuple[str, str, shapely.Geometry]], ground: Ground
) -> list[dict[str, Any]]:
    """Return the features of `fb62-stadtbezirke`."""
    return [
        {
            "type": "Feature",
            "geometry": to_geometry(_roughen(area, index + 1), ground),
            "properties": {
                "stadtbezirk_nr": number,
                "stadtbezirk_bezeichnung": name,
                "geographische_koordinaten": _to_point(area, ground),
            },
        }
        for index, (number, name, area) in enumerate(stadtbezirke)
    ]


def _roughen(area: shapely.Geometry, index: int) -> shapely.Geometry:
    return shapely.simplify(area, 3.0 + 2.5 * (index % 4))


def to_geometry(area: shapely.Geometry, ground: Ground) -> dict[str, Any]:
    """Return a GeoJSON geometry in WGS84."""
    lon_lat = shapely.transform(area, ground.to_lon_lat)
    if not shapely.is_valid(lon_lat):
        lon_lat = shapely.buffer(lon_lat, 0)
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(lon_lat))
    return geometry


def _to_point(area: shapely.Geometry, ground: Ground) -> dict[str, float]:
    lon, lat = ground.to_lon_lat(shapely.get_coordinates(shapely.point_on_surface(area)))[0].tolist()
    return {"lon": lon, "lat": lat}


def format_addresses(points: Floats, *, street: Objects, number: Objects, first_oid: int) -> str:
    """Return lines of the NRW `gebref.txt`: 21 columns, no header, decimal comma, "Str." cut short."""
    known = np.flatnonzero(street != "")
    lines = []
    keys: dict[str, int] = {}
    for position, index in enumerate(known.tolist()):
        name = str(street[index])
        key = keys.setdefault(name, len(keys) + 1)
        digits = str(number[index]).rstrip("abcdefghijklmnopqrstuvwxyz")
        letter = str(number[index])[len(digits) :]
        serial = first_oid + position
        quality = "C" if serial % 97 == 0 else "B" if serial % 41 == 0 else "A"
        x, y = points[index]
        short = name.replace("straße", "str.").replace("Straße", "Str.")
        lines.append(
            f"N;DEMU{serial:012d};{quality};99;Musterland;9;Musterbezirk;99;Musterstadt;000;Musterstadt;"
            f"0000;;{key:05d};{short};{digits};{letter};32;{x:.3f};{y:.3f};2026-01-01"
        )
    return "\n".join(_with_decimal_comma(line) for line in lines) + ("\n" if lines else "")


def _with_decimal_comma(line: str) -> str:
    parts = line.split(";")
    parts[18], parts[19] = parts[18].replace(".", ","), parts[19].replace(".", ",")
    return ";".join(parts)
