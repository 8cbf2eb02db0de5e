# SPDX-License-Identifier: MIT
"""The address register of North Rhine-Westphalia: layout, clipping, broken lines."""

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from begegnung_geo.errors import SourceError
from begegnung_geo.schema import conform_table, require_table
from begegnung_geo.sources.addresses import REGISTER_COLUMNS, read_address_register

CRS = "EPSG:25832"


def line(oid: str, street: str, number: str, **more: str) -> str:
    values = dict.fromkeys(REGISTER_COLUMNS, "")
    values |= {
        "nba": "N",
        "oid": oid,
        "qua": "A",
        "land": "05",
        "gmd": "Dortmund",
        "str": street,
        "hnr": number,
    }
    values |= {"ostwert": "393000,250", "nordwert": "5706000,500", "datum": "2026-01-01"}
    return ";".join((values | more).values())


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def read(path: Path, clip: shapely.Geometry | None = None) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    addresses, issues = read_address_register(path, crs=CRS, clip=clip)
    require_table(conform_table(addresses, "addresses"), "addresses", crs=CRS)
    return addresses, issues


def test_the_layout_has_the_21_columns_of_the_register() -> None:
    assert len(REGISTER_COLUMNS) == 21
    assert REGISTER_COLUMNS[14:16] == ["str", "hnr"]


def test_a_line_becomes_an_address(tmp_path: Path) -> None:
    path = write(
        tmp_path / "gebref.txt", line("DENW1", "Märkische Str.", "021", adz="a"), encoding="utf-8-sig"
    )
    addresses, issues = read(path)
    row = addresses.iloc[0]
    assert row[["address_id", "source", "street", "house_number", "city", "quality"]].tolist() == [
        "DENW1", "register", "Märkische Str.", "21a", "Dortmund", "A",
    ]  # fmt: skip
    assert pd.isna(row["postcode"])
    assert (row.geometry.x, row.geometry.y) == (393000.25, 5706000.5)
    assert issues.empty


def test_eastings_with_the_zone_prefix_mean_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "gebref.txt", line("1", "Weg", "1", ostwert="32393000,25"))
    assert read(path)[0].geometry[0].x == 393000.25


def test_coordinates_are_converted_into_the_metric_crs(tmp_path: Path) -> None:
    path = write(tmp_path / "gebref.txt", line("1", "Weg", "1"))
    addresses, _ = read_address_register(path, crs="EPSG:25833", clip=None)
    expected = Transformer.from_crs(25832, 25833, always_xy=True).transform(393000.25, 5706000.5)
    assert addresses.geometry[0].distance(shapely.Point(expected)) < 0.001


def test_only_addresses_inside_or_on_the_border_of_the_clip_are_kept(tmp_path: Path) -> None:
    eastings = ("100000", "393000", "394000", "394000,001")
    path = write(
        tmp_path / "gebref.txt", *(line(str(i), "Weg", "1", ostwert=e) for i, e in enumerate(eastings))
    )
    addresses, issues = read(path, shapely.box(392000, 5705000, 394000, 5707000))
    assert addresses["address_id"].tolist() == ["1", "2"]
    assert issues.empty


def test_pseudo_and_unknown_qualities_are_c_and_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "gebref.txt", *(line(q or "none", "Weg", "1", qua=q) for q in ("A", "b", "C", "X", ""))
    )
    addresses, issues = read(path)
    assert addresses["quality"].tolist() == ["A", "B", "C", "C", "C"]
    assert issues[["code", "count"]].to_numpy().tolist() == [["ADDRESS_PSEUDO", 3]]


def test_broken_lines_are_told_with_their_line_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = write(
        tmp_path / "gebref.txt",
        line("1", "Weg", "1"),
        "zu;kurz",
        "",
        line("2", "Weg", "2", ostwert="abc"),
        line("3", "", "3"),
        line("4", "Weg", "4", nordwert="57,06"),
        line("5", "Weg", "5") + ";zu lang",
        line("6", 'Weg "mit" Zitat', "6"),
    )
    addresses, issues = read(path)
    assert addresses["address_id"].tolist() == ["1", "6"]
    assert addresses["street"].tolist()[1] == 'Weg "mit" Zitat'
    assert sorted(issues["row"]) == ["2", "4", "5", "6", "7"]
    assert set(issues["code"]) == {"ADDRESS_INVALID"}


def test_many_broken_lines_are_counted_in_one(tmp_path: Path) -> None:
    path = write(tmp_path / "gebref.txt", line("1", "Weg", "1"), *["kaputt"] * 80)
    _, issues = read(path)
    assert len(issues) == 51
    assert issues["count"].sum() == 80


def test_repeated_and_missing_ids_stay_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "gebref.txt", *(line(oid, "Weg", "1") for oid in ("1", "1", "", "1", "")))
    addresses, issues = read(path)
    assert addresses["address_id"].tolist() == ["1", "1#2", "line/3", "1#3", "line/5"]
    assert issues[["code", "count"]].to_numpy().tolist() == [["ADDRESS_INVALID", 2]]


def test_a_street_without_number_has_none(tmp_path: Path) -> None:
    addresses, _ = read(write(tmp_path / "gebref.txt", line("1", "Weg", "", adz="")))
    assert addresses["house_number"].isna().all()


def test_latin_1_is_read_and_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "gebref.txt", line("1", "Höhe", "1"), encoding="cp1252")
    addresses, issues = read(path)
    assert addresses["street"].tolist() == ["Höhe"]
    assert issues["code"].tolist() == ["ENCODING_FALLBACK"]


def test_the_zip_of_the_publisher_is_read(tmp_path: Path) -> None:
    inner = write(tmp_path / "gebref.txt", line("1", "Weg", "1"))
    with zipfile.ZipFile(tmp_path / "gebref_EPSG25832_ASCII.zip", "w") as archive:
        archive.write(inner, "gebref.txt")
        archive.writestr("gebref_schluessel.txt", "x")
    addresses, _ = read(tmp_path / "gebref_EPSG25832_ASCII.zip")
    assert addresses["address_id"].tolist() == ["1"]


def test_a_clip_without_addresses_gives_an_empty_table(tmp_path: Path) -> None:
    addresses, issues = read(write(tmp_path / "gebref.txt", line("1", "Weg", "1")), shapely.box(0, 0, 1, 1))
    assert addresses.empty
    assert issues.empty


@pytest.mark.parametrize(
    "content", [b"", b"name,adresse\nA,B\n", b"\x89PNG\r\n", ";".join(["x"] * 21).encode(), b"\n\n\n"]
)
def test_a_file_that_is_no_register_is_an_error_of_three_lines(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gebref.txt"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read(path)
    assert len(str(caught.value).splitlines()) == 3


def test_a_missing_file_and_a_foreign_zip_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file"):
        read(tmp_path / "fehlt.txt")
    with zipfile.ZipFile(tmp_path / "andere.zip", "w") as archive:
        archive.writestr("liesmich.txt", "x")
    with pytest.raises(SourceError, match="no address register"):
        read(tmp_path / "andere.zip")
