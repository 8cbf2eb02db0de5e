# SPDX-License-Identifier: MIT
"""Lists of places in every shape that people and portals have them."""

import datetime as dt
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import Point, Polygon

from begegnung_geo.errors import CrsError, SourceError
from begegnung_geo.schema import conform_table, require_table
from begegnung_geo.sources.place_columns import assign_roles, fold_header, split_addresses
from begegnung_geo.sources.place_positions import parse_number
from begegnung_geo.sources.places import PlaceListCount, read_place_list

CRS = "EPSG:25832"
Write = Callable[..., Path]
# The Reinoldikirche, by an independent conversion in the test.
LON, LAT = 7.468, 51.515
EAST, NORTH = Transformer.from_crs(4326, 25832, always_xy=True).transform(LON, LAT)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: str | bytes, name: str = "liste.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return _write


def read(path: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame, PlaceListCount]:
    """Read a list; most of these have no column for the kind, which is told in a test of its own."""
    records, issues, count = read_place_list(path, key="liste", crs=CRS)
    conformed = conform_table(records, "place_records")
    require_table(conformed, "place_records", crs=CRS)
    assert count.read == count.kept + count.rejected
    assert len(records) == count.kept
    is_about_rows = issues["code"] != "LIST_WITHOUT_KIND"
    return records, issues[is_about_rows].reset_index(drop=True), count


def codes(issues: pd.DataFrame) -> dict[str, list[str]]:
    return issues.groupby("code")["row"].apply(list).to_dict()


def write_book(path: Path, rows: list[list[object]], *, sheets_before: int = 0) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(sheets_before):
        sheet.append(["Nur ein Deckblatt"])
        sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


# --- headers ---


@pytest.mark.parametrize(
    "header",
    [
        "name;klasse;adresse;breite;laenge;Bemerkung",
        "Name;Klasse;Adresse;Breite;Länge;Bemerkung",
        "NAME;CLASS;ADDRESS;LAT;LON;Bemerkung",
        "Bezeichnung;Art;Anschrift;Latitude;Longitude;Bemerkung",
        "objektname;objektart;adresse;Breitengrad;Längengrad;Bemerkung",
        " name ; klasse ;adresse; Breite (WGS84) ;Länge (WGS84);Bemerkung",
        "Name der Einrichtung;Art der Einrichtung;Anschrift;Breite;Länge;Bemerkung",
        "Bezeichnung;Einrichtungsart;Anschrift;Breite;Länge;Bemerkung",
        "Objektbezeichnung;Einrichtungstyp;Anschrift;Breite;Länge;Bemerkung",
        "Treffpunkt;Objektkategorie;Anschrift;Breite;Länge;Bemerkung",
    ],
)
def test_german_and_english_headers_mean_the_same(write: Write, header: str) -> None:
    path = write(f"{header}\nTreff;library;Märkische Str. 21, 44135 Dortmund;{LAT};{LON};neu\n")
    records, issues, count = read(path)
    row = records.iloc[0]
    assert (row["name"], row["class_hint"]) == ("Treff", "library")
    assert (row["street"], row["house_number"], row["postcode"], row["city"]) == (
        "Märkische Str.", "21", "44135", "Dortmund",
    )  # fmt: skip
    assert row.geometry.distance(Point(EAST, NORTH)) < 0.001
    assert (row["precision"], row["row"]) == ("object", "2")
    assert json.loads(row["fields"])["Bemerkung"] == "neu"
    assert count == (1, 1, 0)
    assert issues.empty


@pytest.mark.parametrize(
    ("header", "folded"),
    [
        ("Länge (WGS84)", "laenge"),
        ("addr:street", "addrstreet"),
        ("Straße", "strasse"),
        ("geo_point_2d", "geopoint2d"),
    ],
)
def test_headers_are_folded(header: str, folded: str) -> None:
    assert fold_header(header) == folded


def test_a_list_without_a_kind_is_told_once_with_the_columns_it_has(write: Write) -> None:
    path = write("name;adresse;betrieb\nTreff;Weg 1;ja\nHaus;Weg 2;ja\n")
    _, issues, _ = read_place_list(path, key="liste", crs=CRS)
    assert issues[["row", "code", "count"]].to_numpy().tolist() == [["*", "LIST_WITHOUT_KIND", 1]]
    assert issues["text"].iloc[0].endswith("columns: name, adresse, betrieb")


def test_nr_is_a_house_number_only_behind_the_street() -> None:
    assert assign_roles(["Nr.", "Name", "Straße", "Ort"]).get("house_number") is None
    assert assign_roles(["Name", "Straße", "Nr.", "Ort"])["house_number"] == ["Nr."]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings_are_found(write: Write, delimiter: str, encoding: str) -> None:
    lines = [["name", "straße", "hausnummer"], ["Größe", '"Am Markt, hinten; links"', "1"]]
    path = write("\r\n".join(delimiter.join(cells) for cells in lines), encoding=encoding)
    records, issues, _ = read(path)
    assert records.loc[0, ["name", "street", "house_number"]].tolist() == [
        "Größe", "Am Markt, hinten; links", "1",
    ]  # fmt: skip
    assert issues.empty


def test_latin_1_is_read_and_reported(write: Write) -> None:
    records, issues, _ = read(write("name;straße;nr\nBürgerhaus;Höhe;3\n", encoding="cp1252"))
    assert records.loc[0, "name"] == "Bürgerhaus"
    assert records.loc[0, "house_number"] == "3"
    assert codes(issues) == {"ENCODING_FALLBACK": ["*"]}


def test_excels_separator_line_and_title_lines_are_passed_over(write: Write) -> None:
    records, _, _ = read(write("sep=;\nOrte im Quartier\n\nname;adresse\nTreff;Weg 1\n"))
    assert records["name"].tolist() == ["Treff"]
    assert records["row"].tolist() == ["5"]


# --- rows ---


def test_blank_rows_do_not_count_and_empty_ones_are_rejected_with_their_line(write: Write) -> None:
    text = (
        "name;adresse;breite;laenge;bemerkung\n;;;;\nTreff;Weg 1;;;\n\n  ;;;;nur eine Bemerkung\n;Weg 2;;;\n"
    )
    records, issues, count = read(write(text))
    assert count == PlaceListCount(read=3, kept=2, rejected=1)
    assert records["row"].tolist() == ["3", "6"]
    assert codes(issues) == {"PLACE_WITHOUT_NAME": ["5"]}
    assert records["precision"].tolist() == ["unknown", "unknown"]


def test_a_row_with_too_many_cells_is_kept_and_told(write: Write) -> None:
    records, issues, _ = read(write("name;adresse\nTreff;Weg 1;zu viel\nKurz\n"))
    assert json.loads(records.loc[0, "fields"])["column_3"] == "zu viel"
    assert records["name"].tolist() == ["Treff", "Kurz"]
    assert codes(issues) == {"PLACE_ROW_RAGGED": ["2"]}


def test_rows_with_one_id_are_known_by_their_content_whatever_their_order(write: Write) -> None:
    rows = ["7;A;Weg 1", "7;B;Weg 2", "8;C;Weg 3", "7;D;Weg 4", ";E;Weg 5", "7;B;Weg 2", ";E;Weg 5"]
    records, issues, count = read(write("\n".join(["id;name;adresse", *rows])))
    turned, _, _ = read(write("\n".join(["id;name;adresse", *rows[::-1]])))
    ids = records["source_id"].tolist()
    assert len(set(ids)) == count.read == 7
    assert ids[2] == "8"
    assert all(ids[n].startswith("7~") for n in (0, 1, 3, 5))
    assert ids[5] == ids[1] + "#2"
    assert ids[6] == ids[4] + "#2"
    by_name = lambda table: table.groupby("name")["source_id"].agg(sorted).to_dict()  # noqa: E731
    assert by_name(records) == by_name(turned)
    assert codes(issues)["PLACE_DUPLICATE_ID"] == ["2", "3", "5", "7", "8"]
    assert "id 7 stands on rows 2, 3, 5, 7" in issues["text"].iloc[0]


def test_ids_that_look_like_made_ones_stay_different(write: Write) -> None:
    first, _, _ = read(write("id;name;adresse\n7;A;Weg 1\n7;A;Weg 1\n"))
    one, two = first["source_id"]
    text = f"id;name;adresse\n7;A;Weg 1\n7;A;Weg 1\n{one};B;Weg 2\n{two};C;Weg 3\n"
    records, _, count = read(write(text))
    assert records["source_id"].nunique() == count.read == 4


FILLERS = ["-", "?", "–––", "k. A.", "N.N.", "n. n.", "null", "#REF!", "Unbekannt", "…", "🙂"]


@pytest.mark.parametrize(
    "filler", [*FILLERS, "12345", "0231 / 50 12 34", "https://example.org", "a@example.org"]
)
def test_what_stands_for_no_name_is_none(write: Write, filler: str) -> None:
    records, _, _ = read(
        write(f"name;klasse;adresse\n{filler};Bürgerhaus;Weg 1\nK. A. Schmitz Haus;;Weg 2\n")
    )
    assert records["name"].isna().tolist() == [True, False]


@pytest.mark.parametrize("filler", FILLERS)
def test_what_stands_for_no_address_is_none_and_the_row_stays(write: Write, filler: str) -> None:
    text = f"id;name;strasse;hausnummer;plz;ort\n{filler};Treff;{filler};{filler};{filler};{filler}\n"
    records, _, _ = read(write(text))
    assert records["name"].tolist() == ["Treff"]
    assert records[["street", "house_number", "postcode", "city"]].isna().all(axis=None)
    assert filler not in records["source_id"].iloc[0]


def test_an_inserted_row_does_not_change_the_ids_of_the_others(write: Write) -> None:
    before, _, _ = read(write("name;adresse;breite;laenge\nA;Weg 1;;\nB;Weg 2;51,5;7,4\n"))
    after, _, _ = read(write("name;adresse;breite;laenge\nNeu;Weg 9;;\nA;Weg 1;;\nB;Weg 2;51,6;7,4\n"))
    assert after["source_id"].tolist()[1:] == before["source_id"].tolist()


def test_control_characters_are_removed_and_told(write: Write) -> None:
    text = "name;adresse\nTr\x00e\x07ff \u202enov;Weg 1\nZwei\u00a0Wörter;Weg 2\n"
    path = write(text.replace("\x00", "\x01"))
    records, issues, _ = read(path)
    assert records["name"].tolist() == ["Treff nov", "Zwei Wörter"]
    assert codes(issues) == {"PLACE_TEXT_CLEANED": ["2"]}


def test_formulas_and_html_stay_text(write: Write) -> None:
    formula = '=HYPERLINK("http://x","y")'
    text = f'name;adresse\n"{formula.replace(chr(34), chr(34) * 2)}";Weg 1\n<script>alert(1)</script>;Weg 2\n'
    records, _, _ = read(write(text))
    assert records["name"].tolist() == [formula, "<script>alert(1)</script>"]


def test_ten_thousand_characters_are_kept(write: Write) -> None:
    records, _, _ = read(write(f"name;adresse\n{'x' * 10_000};{'y' * 10_000}\n"))
    assert len(records.loc[0, "name"]) == 10_000


# --- addresses in one line ---


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Märkische Str. 21, 44135 Dortmund", ("Märkische Str.", "21", "44135", "Dortmund")),
        ("Märkische Str. 21 44135 Dortmund", ("Märkische Str.", "21", "44135", "Dortmund")),
        ("44135 Dortmund, Am Amtshaus 1", ("Am Amtshaus", "1", "44135", "Dortmund")),
        ("Leopoldstr. 50-58", ("Leopoldstr.", "50-58", None, None)),
        ("Leopoldstr. 50 - 58, D-44147 Dortmund-Nord", ("Leopoldstr.", "50 - 58", "44147", "Dortmund-Nord")),
        ("Weg 12 a, Dortmund", ("Weg", "12 a", None, "Dortmund")),
        ("Hauptstraße12b", ("Hauptstraße", "12b", None, None)),
        ("Dorfstraße Haus Nr. 5", ("Dorfstraße", "5", None, None)),
        ("Straße des 17. Juni 135, 10623 Berlin", ("Straße des 17. Juni", "135", "10623", "Berlin")),
        ("Straße des 17. Juni", ("Straße des 17. Juni", None, None, None)),
        ("c/o Müller, Haupt-Str. 5, 44135 Dortmund", ("Haupt-Str.", "5", "44135", "Dortmund")),
        ("Am Markt 3 (Hinterhaus), Dortmund", ("Am Markt", "3", None, "Dortmund")),
        ("Am Haus 3", ("Am Haus", "3", None, None)),
        ("Borsigplatz", ("Borsigplatz", None, None, None)),
        ("44135 Dortmund", (None, None, "44135", "Dortmund")),
        ("Hauptstr. 5, 1. OG, 44135 Dortmund", ("Hauptstr.", "5", "44135", "Dortmund")),
        ("Hauptstr. 5a EG", ("Hauptstr.", "5a", None, None)),
        ("Hauptstr. 5, 2. Etage links", ("Hauptstr.", "5", None, None)),
        ("Am Stock 5", ("Am Stock", "5", None, None)),
        ("Hauptstr. 20 und 22, 44135 Dortmund", ("Hauptstr.", "20 und 22", "44135", "Dortmund")),
        ("im Haus Hauptstr. 5", ("Hauptstr.", "5", None, None)),
        ("Im Haus 5", ("Im Haus", "5", None, None)),
        ("Hauptstr. 5, 7, 44135 Dortmund", ("Hauptstr.", "5, 7", "44135", "Dortmund")),
    ],
)
def test_address_lines_fall_apart(line: str, parts: tuple[str | None, ...]) -> None:
    row = split_addresses(pd.Series([line], dtype="str")).iloc[0]
    assert tuple(None if pd.isna(value) else value for value in row) == parts


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_line_gives_four_texts_or_nulls(line: str) -> None:
    row = split_addresses(pd.Series([line.encode("utf-8", "ignore").decode()], dtype="str")).iloc[0]
    assert list(row.index) == ["street", "house_number", "postcode", "city"]
    assert pd.isna(row["postcode"]) or len(row["postcode"]) == 5


def test_own_columns_win_and_the_street_gives_up_its_number(write: Write) -> None:
    text = (
        "name;strasse;hausnummer;zusatz;plz;ort;hausnummerzusatz\n"
        "A;Am Weg 4;;;1067;Dresden;\nB;Am Weg;4;;44135;Dortmund;a\nC;Am Weg;Nr. 7;;44135;Dortmund;\n"
    )
    records, _, _ = read(write(text))
    assert records["street"].tolist() == ["Am Weg"] * 3
    assert records["house_number"].tolist() == ["4", "4a", "7"]
    assert records["postcode"].tolist() == ["01067", "44135", "44135"]


# --- positions ---


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("51.5", 51.5),
        ("51,5", 51.5),
        (" 7,4° ", 7.4),
        ("389.123,45", 389123.45),
        ("32389123", 32389123.0),
        ("-1", -1.0),
    ],
)
def test_numbers_are_read_in_german_and_english(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "abc", "51.512.345", "1e5", "nan", "inf", "51,5;7,4", None])
def test_other_texts_are_no_numbers(text: str | None) -> None:
    assert pd.isna(parse_number(text))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("breite;laenge", f"{LAT};{LON}"),
        ("breite;laenge", f"{LAT};{LON}".replace(".", ",")),
        ("lat;lon", f"{NORTH};{EAST}"),
        ("x;y", f"{EAST};{NORTH}"),
        ("x;y", f"{LON};{LAT}"),
        ("ostwert;nordwert", f"{EAST + 32_000_000};{NORTH}".replace(".", ",")),
        ("geo_point_2d", f"{LAT}, {LON}"),
        ("geo_point_2d", f'"{{""lon"": {LON}, ""lat"": {LAT}}}"'),
        ("koordinaten", f"[{LAT}, {LON}]"),
        ("koordinaten", f"POINT ({LON} {LAT})"),
        ("koordinaten", f"{str(LAT).replace('.', ',')} {str(LON).replace('.', ',')}"),
    ],
)
def test_positions_are_read_in_every_usual_form(write: Write, header: str, cells: str) -> None:
    records, issues, _ = read(write(f"name;{header}\nTreff;{cells}\n"))
    assert records.geometry[0].distance(Point(EAST, NORTH)) < 0.01
    assert issues.empty


@pytest.mark.parametrize("header", ["breite;laenge", "nordwert;ostwert"])
def test_swapped_coordinates_are_put_right_and_told(write: Write, header: str) -> None:
    cells = f"{LON};{LAT}" if header.startswith("breite") else f"{EAST};{NORTH}"
    records, issues, _ = read(write(f"name;{header}\nTreff;{cells}\n"))
    assert records.geometry[0].distance(Point(EAST, NORTH)) < 0.01
    assert codes(issues) == {"PLACE_POSITION_INVALID": ["2"]}
    assert "swapped" in issues.loc[0, "text"]


@pytest.mark.parametrize(
    "cells", ["0;0", "95;7,4", "51,5;", ";7,4", "abc;7,4", "-33,9;151,2", "51.512.345;7.468.000"]
)
def test_impossible_coordinates_are_no_position(write: Write, cells: str) -> None:
    records, issues, count = read(write(f"name;breite;laenge;adresse\nTreff;{cells};Weg 1\n"))
    assert records.geometry.isna().all()
    assert records["precision"].tolist() == ["unknown"]
    assert count.kept == 1
    assert codes(issues) == {"PLACE_POSITION_INVALID": ["2"]}


# --- XLSX ---


def test_a_workbook_is_read_with_dates_numbers_and_formulas_as_text(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Begegnungsorte 2026"],
        ["Name", "Straße", "Nr.", "PLZ", "Ort", "Breite", "Länge", "Seit", "Offen", "Rechnung"],
        ["Treff", "Am Weg", 12, 44135, "Dortmund", LAT, LON, dt.date(2020, 5, 1), True, "=1+1"],
        [None, None, None, None, None, None, None, None, None, None],
        [
            '=HYPERLINK("http://x")',
            "Am Weg",
            1.5,
            1067,
            None,
            None,
            None,
            dt.datetime(2020, 5, 1, 9, 30),  # noqa: DTZ001 - Excel has no zones
            None,
            None,
        ],
    ]
    records, issues, count = read(write_book(tmp_path / "liste.xlsx", rows, sheets_before=1))
    assert count == (2, 2, 0)
    assert records["name"].tolist() == ["Treff", '=HYPERLINK("http://x")']
    assert records["house_number"].tolist() == ["12", "1.5"]
    assert records["postcode"].tolist() == ["44135", "01067"]
    assert records["row"].tolist() == ["3", "5"]
    fields = json.loads(records.loc[0, "fields"])
    assert (fields["Seit"], fields["Offen"], fields["Rechnung"]) == ("2020-05-01", "true", "=1+1")
    assert json.loads(records.loc[1, "fields"])["Seit"] == "2020-05-01T09:30:00"
    assert issues.empty


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = write_book(tmp_path / "bombe.xlsx", [["name", "adresse"], ["Treff", "Weg 1"]])
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")  # the last member of the archive's directory
    content[entry + 24 : entry + 28] = (1_500_000_000).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(SourceError, match="unpacks"):
        read(path)


def test_a_workbook_that_claims_a_billion_rows_is_refused(tmp_path: Path) -> None:
    plain = write_book(tmp_path / "liste.xlsx", [["name", "adresse"], ["Treff", "Weg 1"]])
    forged = tmp_path / "gelogen.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(forged, "w") as new:
        for member in old.namelist():
            body = old.read(member)
            if member.endswith("sheet1.xml"):
                body = body.replace(b'<row r="2"', b'<row r="900000000"')
            new.writestr(member, body)
    with pytest.raises(SourceError, match="table"):
        read(forged)


# --- GeoJSON and vector files ---


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_a_portal_export_with_xerleben_fields_is_read(write: Write) -> None:
    point = {"type": "Point", "coordinates": [LON, LAT]}
    features = [
        feature(
            point,
            objektname="Bücherei",
            objektart="Bibliothek",
            strasse="Am Weg",
            hausnummer="3",
            p_email="a@b.de",
        ),
        feature(
            feature(point), objektname="Verpackt", objektkate="Treff", geo_point_2d={"lon": LON, "lat": LAT}
        ),
        feature(None, objektname="Ohne Geometrie", geo_point_2d={"lon": LON, "lat": LAT}),
        feature(None, objektname="Als Text", geo_point_2d=f"{LAT}, {LON}"),
        feature(None, objektname="Nirgends", strasse="Am Weg 4"),
        feature(None, objektkate="nichts"),
    ]
    path = write(json.dumps({"type": "FeatureCollection", "features": features}), "orte.geojson")
    records, issues, count = read(path)
    assert count == (6, 5, 1)
    assert records["class_hint"].fillna("").tolist() == ["Bibliothek", "Treff", "", "", ""]
    placed = records[records.geometry.notna()]
    assert len(placed) == 4
    assert placed.distance(Point(EAST, NORTH)).max() < 0.001
    assert records.loc[4, ["street", "house_number"]].tolist() == ["Am Weg", "4"]
    assert "p_email" not in json.loads(records.loc[0, "fields"])
    assert "a@b.de" not in records.to_csv()
    assert records["contact_keys"].map(len).tolist() == [1, 0, 0, 0, 0]
    assert codes(issues) == {"PLACE_WITHOUT_NAME": ["6"]}


def test_a_geopackage_in_another_crs_with_areas_gives_points_inside(tmp_path: Path) -> None:
    horseshoe = Polygon([(0, 0), (30, 0), (30, 10), (10, 10), (10, 20), (30, 20), (30, 30), (0, 30)])
    shape = gpd.GeoSeries([horseshoe], crs=CRS).translate(EAST, NORTH)
    layer = gpd.GeoDataFrame({"name": ["Haus"], "seit": [2020]}, geometry=shape)
    layer.to_crs(31466).to_file(tmp_path / "orte.gpkg")
    records, _, _ = read(tmp_path / "orte.gpkg")
    assert shape[0].contains(records.geometry[0])
    assert json.loads(records.loc[0, "fields"])["seit"] == "2020"


# --- files that are no list ---


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leer.csv", b""),
        ("seite.csv", b"<!DOCTYPE html><html><body>404</body></html>"),
        ("bild.csv", b"\x89PNG\r\n\x1a\n"),
        ("mappe.csv", b"PK\x03\x04rest"),
        ("null.csv", b"name;adresse\nA\x00;Weg 1\n"),
        ("zitat.csv", b'name;adresse\nA;"Weg 1\nB;Weg 2\n'),
        ("abriss.csv", "name;adresse\nA;Weg 1\nB;Straße".encode()[:-2]),
        ("kaputt.xlsx", b"PK\x03\x04kaputt"),
        ("kein.xlsx", b"name;adresse"),
        ("alt.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("abriss.geojson", b'{"type": "FeatureCollection", "features": [{"type"'),
        ("verweis.kml", b'<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>'),
        ("text.gpkg", b"nur Text"),
    ],
)
def test_a_file_that_is_no_list_is_an_error_of_three_lines(write: Write, name: str, content: bytes) -> None:
    path = write(content, name)
    with pytest.raises(SourceError) as caught:
        read(path)
    assert name in str(caught.value)
    assert len(str(caught.value).splitlines()) == 3


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file"):
        read(tmp_path / "fehlt.csv")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_list_without_a_usable_column_names_what_is_there_and_what_is_needed(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"liste.{suffix}"
    if suffix == "csv":
        path.write_text("Titel;Farbe\nTreff;rot\n", encoding="utf-8")
    else:
        write_book(path, [["Titel", "Farbe"], ["Treff", "rot"]])
    with pytest.raises(SourceError) as caught:
        read(path)
    assert "Titel, Farbe" in str(caught.value)
    assert "breite + laenge" in str(caught.value)


def test_a_list_without_rows_is_empty(write: Write) -> None:
    records, issues, count = read(write("name;adresse\n"))
    assert count == (0, 0, 0)
    assert records.empty
    assert issues.empty


def test_a_vector_file_without_crs_is_an_error(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame({"name": ["A"]}, geometry=[Point(EAST, NORTH)])
    with pytest.warns(UserWarning, match="crs"):
        layer.to_file(tmp_path / "orte.gpkg")
    with pytest.raises(CrsError):
        read(tmp_path / "orte.gpkg")


cell_texts = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")),
    min_size=1,
    max_size=40,
).filter(str.strip)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cell_texts, min_size=1, max_size=30))
def test_any_name_in_a_csv_comes_back(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "namen.csv"
    names = [f"Haus {name}" for name in names]  # alone, some of them stand for nothing
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    path.write_text(
        "name;adresse\n" + "".join(f"{name};Weg 1\n" for name in quoted), encoding="utf-8", newline=""
    )
    records, _, count = read(path)
    assert count.kept == len(names)
    assert records["name"].tolist() == [" ".join(name.split()) for name in names]
