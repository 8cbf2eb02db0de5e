# SPDX-License-Identifier: MIT
import bz2
import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.file_shape import FieldShape, FileShape, measure_shape

POINT = {"type": "Point", "coordinates": [7.4, 51.5]}


def collection(*rows: dict[str, Any]) -> bytes:
    features = [{"type": "Feature", "properties": row, "geometry": POINT} for row in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def measure(tmp_path: Path, content: bytes, name: str, **options: Any) -> FileShape:
    path = tmp_path / "waiting"  # under another name than it is going to have
    path.write_bytes(content)
    return measure_shape(path, name=name, **options)


def count(shape: FileShape) -> dict[str, tuple[int, int, int]]:
    return {field.name: (field.numbers, field.texts, field.others) for field in shape.fields}


def test_a_geojson_has_the_kinds_of_all_its_cells_and_of_its_geometries(tmp_path: Path) -> None:
    rows = [
        {"nr": "001", "n": 1, "day": "2025-10-12", "none": None, "open": True, "late": 1},
        {"nr": "002", "n": 2.5, "day": " ", "none": None, "open": False, "late": "viele"},
    ]
    content = json.loads(collection(*rows))
    content["features"][1]["geometry"] = None
    shape = measure(tmp_path, json.dumps(content).encode(), "d.geojson")
    assert count(shape) == {
        "nr": (0, 2, 0), "n": (2, 0, 0), "day": (0, 1, 0), "none": (0, 0, 0), "open": (0, 0, 2),
        "late": (1, 1, 0), "geometry": (0, 0, 1),
    }  # fmt: skip
    assert shape.row_count == 2


def test_a_geojson_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = collection(*[{"nr": str(n)} for n in range(50)])
    for cut in range(1, len(whole) - 1, 97):
        with pytest.raises(SourceError):
            measure(tmp_path, whole[:cut], "d.geojson")


@pytest.mark.parametrize("content", [b"[1, 2]", b'{"error": "x"}', b"plain text", b"PK\x03\x04zip"])
def test_something_else_under_the_name_of_a_geojson_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match=r"what arrived as d\.geojson"):
        measure(tmp_path, content, "d.geojson")


def test_a_table_that_is_cut_to_the_city_takes_quotation_marks_for_letters(tmp_path: Path) -> None:
    content = b'strasse;nr\n"am Markt;1\nWeg;2\n'
    shape = measure(tmp_path, content, "gebref.txt", is_quoted=False)
    assert (shape.row_count, shape.fields) == (2, (FieldShape("strasse", 0, 2), FieldShape("nr", 2, 0)))


@pytest.mark.parametrize("name", ["a.osm.pbf", "z.csv", "d.geojson", "a.osm", "x.gpkg", "l.xlsx"])
@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "is empty"), (b" \n ", "is empty"), (b"\xef\xbb\xbf <!DOCTYPE html><p>", "is a web page")],
)
def test_nothing_and_web_pages_are_refused_under_every_name(
    tmp_path: Path, *, name: str, content: bytes, what: str
) -> None:
    with pytest.raises(SourceError, match=what):
        measure(tmp_path, content, name)


def test_a_geopackage_is_counted_like_a_geojson(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"n": [1, 2, 3], "name": ["a", " ", None]},
        geometry=gpd.GeoSeries.from_wkt(["POINT (1 2)", "POINT (3 4)", None]),
        crs="EPSG:25832",
    )
    frame.to_file(tmp_path / "a.gpkg")
    shape = measure_shape(tmp_path / "a.gpkg", name="a.gpkg")
    assert count(shape) == {"n": (3, 0, 0), "name": (0, 1, 0), "geometry": (0, 0, 2)}
    assert shape.row_count == 3


def test_a_geopackage_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"what arrived as a\.gpkg cannot be read"):
        measure(tmp_path, b"SQLite format 3\x00" + bytes(200), "a.gpkg")


def test_a_packed_osm_file_and_an_excel_file_cut_off_are_refused(tmp_path: Path) -> None:
    whole = b"<osm>" + b"<node id='1' lat='1' lon='1'/>" * 500 + b"</osm>\n"
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<x/>")
    for name, packed in (
        ("a.osm.gz", gzip.compress(whole, mtime=0)),
        ("a.osm.bz2", bz2.compress(whole)),
        ("l.xlsx", (tmp_path / "book.xlsx").read_bytes()),
    ):
        assert measure(tmp_path, packed, name).row_count is None
        with pytest.raises(SourceError, match=rf"what arrived as {name} (ends early|is no whole)"):
            measure(tmp_path, packed[:-12], name)
