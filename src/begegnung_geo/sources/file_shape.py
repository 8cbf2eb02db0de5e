# SPDX-License-Identifier: MIT
"""The shape of a file that has arrived: whole or not, how many rows, what each column holds over all rows."""

import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from begegnung_geo.errors import SourceError
from begegnung_geo.sources import gdal_facts
from begegnung_geo.sources.geojson_stream import FeatureStream, NotGeoJsonError
from begegnung_geo.sources.http_answers import looks_like_html
from begegnung_geo.sources.osm_wholeness import NotWholeError, require_whole_osm
from begegnung_geo.sources.table_shape import UnreadableTableError, measure_cells

GEOMETRY = "geometry"

_UNFIT = (NotWholeError, NotGeoJsonError, UnreadableTableError, gdal_facts.UnreadableError)
_START_BYTES = 4096
_OSM_SUFFIXES = (".pbf", ".osm", ".xml", ".osm.gz", ".osm.bz2")
_GEOJSON_SUFFIXES = (".geojson", ".json")
_VECTOR_SUFFIXES = (".gpkg", ".gml")
_TABLE_SUFFIXES = (".csv", ".txt")
_ARCHIVE_SUFFIXES = (".xlsx", ".ods", ".zip")


@dataclass(frozen=True)
class FieldShape:
    """A column: how many of its cells hold a number, a text, something else; the rest is empty."""

    name: str
    numbers: int = 0
    texts: int = 0
    others: int = 0

    @property
    def filled(self) -> int:
        """How many cells hold anything."""
        return self.numbers + self.texts + self.others

    def list_kinds(self) -> dict[str, int]:
        """Return how many cells are of each kind."""
        return {"number": self.numbers, "text": self.texts, "other": self.others}


@dataclass(frozen=True)
class FileShape:
    """Size of a file, and for tables its rows and columns; `row_count` None where there are none to count."""

    byte_count: int
    row_count: int | None = None
    fields: tuple[FieldShape, ...] = ()


def measure_shape(path: Path, *, name: str, is_quoted: bool = True) -> FileShape:
    """
    Return the shape of a file that has arrived whole; read as a stream, memory stays flat.

    Parameters
    ----------
    path
        The file, under whatever name it waits.
    name
        The name it is going to have: its ending says what must be inside.
    is_quoted
        Whether quotation marks in a CSV table wrap cells; otherwise they are letters like others.

    Raises
    ------
    SourceError
        If it is empty, a web page, or not whole.
    """
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if not start.strip():
        raise describe_unfit(name, "is empty")
    if looks_like_html(start):
        raise describe_unfit(name, "is a web page, not data")
    for suffixes, measure in _MEASURES:
        if name.endswith(suffixes):
            try:
                row_count, fields = measure(path, name, is_quoted)
            except _UNFIT as error:
                raise describe_unfit(name, str(error)) from error
            return FileShape(path.stat().st_size, row_count, fields)
    return FileShape(path.stat().st_size)


def describe_unfit(name: str, what: str) -> SourceError:
    """Return the error for a file that is not what its name says."""
    return SourceError(
        f"what arrived as {name} {what}",
        where=name,
        hint="run `make fetch` again; open the address in a browser if it stays",
    )


_Shape = tuple[int | None, tuple[FieldShape, ...]]


def _measure_osm(path: Path, name: str, _: bool) -> _Shape:
    require_whole_osm(path, name=name)
    return None, ()


def _measure_geojson(path: Path, _: str, __: bool) -> _Shape:
    kinds: dict[str, Counter[str]] = {}
    row_count = geometries = 0
    for feature in FeatureStream(path):
        row_count += 1
        geometries += bool(feature.get("geometry"))
        for field, value in (feature.get("properties") or {}).items():
            kinds.setdefault(field, Counter())[_kind_of(value)] += 1
    fields = [
        FieldShape(field, count["number"], count["text"], count["other"]) for field, count in kinds.items()
    ]
    return row_count, (*fields, FieldShape(GEOMETRY, others=geometries))


def _kind_of(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None or value in ("", [], {}):
        return "empty"
    if isinstance(value, str):
        return "text" if value.strip() else "empty"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if is_number else "other"


def _measure_vector(path: Path, _: str, __: bool) -> _Shape:
    facts = gdal_facts.ask(path)
    return int(facts["rows"]), tuple(FieldShape(*field) for field in facts["fields"])


def _measure_table(path: Path, _: str, is_quoted: bool) -> _Shape:
    row_count, columns = measure_cells(path, is_quoted=is_quoted)
    return row_count, tuple(FieldShape(cells.name, cells.numbers, cells.texts) for cells in columns)


def _measure_archive(path: Path, _: str, __: bool) -> _Shape:
    if not zipfile.is_zipfile(path):
        raise NotWholeError("is no whole archive")
    return None, ()


_MEASURES: tuple[tuple[tuple[str, ...], Callable[[Path, str, bool], _Shape]], ...] = (
    (_OSM_SUFFIXES, _measure_osm),
    (_GEOJSON_SUFFIXES, _measure_geojson),
    (_VECTOR_SUFFIXES, _measure_vector),
    (_TABLE_SUFFIXES, _measure_table),
    (_ARCHIVE_SUFFIXES, _measure_archive),
)
