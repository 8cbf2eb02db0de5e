# SPDX-License-Identifier: MIT
import json
from pathlib import Path
from typing import Any

import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.arrivals import FileShape, measure_shape, require_fields, require_no_drift


def collection(*rows: dict[str, Any]) -> bytes:
    point = {"type": "Point", "coordinates": [7.4, 51.5]}
    features = [{"type": "Feature", "properties": row, "geometry": point} for row in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def measure(tmp_path: Path, content: bytes, name: str) -> FileShape:
    path = tmp_path / "waiting"  # under another name than it is going to have
    path.write_bytes(content)
    return measure_shape(path, name=name)


def test_a_geojson_has_the_kinds_of_all_its_rows_and_empty_fields_have_none(tmp_path: Path) -> None:
    rows = [{"nr": f"{n:03d}", "n": n, "share": n / 2, "day": "2025-10-12", "none": None} for n in range(3)]
    shape = measure(tmp_path, collection(*rows), "d.geojson")
    kinds = {"nr": "text", "n": "number", "share": "number", "day": "text", "none": "empty"}
    assert dict(shape.fields) == kinds
    assert shape.row_count == 3


def test_a_geojson_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = collection(*[{"nr": str(n)} for n in range(50)])
    for cut in range(1, len(whole) - 1, 97):
        with pytest.raises(SourceError):
            measure(tmp_path, whole[:cut], "d.geojson")


@pytest.mark.parametrize("content", [b"[1, 2]", b'{"error": "x"}', b"plain text", b"PK\x03\x04zip"])
def test_something_else_under_the_name_of_a_geojson_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match=r"what arrived as d\.geojson"):
        measure(tmp_path, content, "d.geojson")


def test_a_number_column_with_dashes_for_nothing_is_still_numbers(tmp_path: Path) -> None:
    rows = "".join(f"id{n};{'–' if n % 5 == 0 else n};3,5\n" for n in range(20))
    shape = measure(tmp_path, f"Gitter;Einwohner;Anteil\n{rows}".encode(), "z.csv")
    assert dict(shape.fields) == {"Gitter": "text", "Einwohner": "number", "Anteil": "number"}
    assert shape.row_count == 20


def test_a_table_without_header_has_numbered_columns_and_all_its_rows(tmp_path: Path) -> None:
    shape = measure(tmp_path, b"N;05;Dortmund\nN;05;Hagen", "gebref.txt")
    assert shape.row_count == 2
    assert [field for field, _ in shape.fields] == ["column 1", "column 2", "column 3"]


@pytest.mark.parametrize("name", ["a.osm.pbf", "z.csv", "d.geojson", "a.osm", "x.gpkg"])
@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "is empty"), (b" \n", "is empty"), (b"<!doctype HTML><p>Wartung", "is a web page")],
)
def test_nothing_and_web_pages_are_refused_under_any_name(
    tmp_path: Path, name: str, *, content: bytes, what: str
) -> None:
    with pytest.raises(SourceError, match=what):
        measure(tmp_path, content, name)


def test_an_osm_file_without_its_end_is_refused(tmp_path: Path) -> None:
    whole = b'<?xml version="1.0"?><osm version="0.6"><node id="1" lat="51" lon="7"/></osm>\n'
    assert measure(tmp_path, whole, "a.osm").byte_count == len(whole)
    with pytest.raises(SourceError, match="ends early"):
        measure(tmp_path, whole[:-9], "a.osm")


def test_another_file_under_the_name_of_a_pbf_is_refused(tmp_path: Path) -> None:
    for content in (b"\x00\x00\x00\x0dsome other binary", b"PK\x03\x04" + bytes(100), b"\xff" * 50):
        with pytest.raises(SourceError, match="not an OSM PBF file"):
            measure(tmp_path, content, "a.osm.pbf")


OLD = FileShape(1000, 62, (("nr", "text"), ("persons", "number"), ("closed", "empty")))


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (FileShape(1000, 62, (("nr", "text"), ("closed", "empty"))), "lost its field 'persons'"),
        (
            FileShape(1000, 62, (("nr", "number"), *OLD.fields[1:])),
            "changed its field 'nr' from text to number",
        ),
        (FileShape(1000, 43, OLD.fields), "shrank from 62 to 43 rows"),
    ],
)
def test_drift_names_the_field_and_the_last_good_date(new: FileShape, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        require_no_drift(new, last=OLD, share_min=0.7, name="d.geojson", last_date="2026-01-31")
    assert "2026-01-31" in caught.value.what


def test_new_fields_filled_fields_and_a_small_shrink_are_no_drift() -> None:
    new = FileShape(300, 44, (*OLD.fields[:2], ("closed", "text"), ("new", "number")))
    require_no_drift(new, last=OLD, share_min=0.7, name="d", last_date="")  # 44 of 62 is 0.71


def test_where_rows_are_unknown_the_bytes_are_compared() -> None:
    with pytest.raises(SourceError, match="shrank from 1000 to 699 bytes"):
        require_no_drift(FileShape(699), last=FileShape(1000), share_min=0.7, name="a.osm.pbf", last_date="")


def test_fields_are_demanded_whatever_their_case_and_rows_by_number() -> None:
    require_fields(OLD, wanted=("NR", "Persons"), rows_min=62, name="d")
    with pytest.raises(SourceError, match="has no field name"):
        require_fields(OLD, wanted=("nr", "name"), rows_min=0, name="d")
    with pytest.raises(SourceError, match="62 rows, at least 63"):
        require_fields(OLD, wanted=(), rows_min=63, name="d")
