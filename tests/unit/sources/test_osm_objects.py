# SPDX-License-Identifier: MIT
"""OSM files as files: formats, order, and everything that can be wrong with them."""

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import osmium
import pytest
import shapely

from begegnung_geo.errors import SourceError
from begegnung_geo.schema import conform_table
from begegnung_geo.sources.osm import OsmTables
from osm_builder import node, read_elements, read_file, relation, ring, square, way, write_osm

TABLE_NAMES = (
    "osm_features",
    "walkways",
    "buildings",
    "addresses",
    "boundaries",
    "background_areas",
    "issues",
)
TOWN = (
    *square(1, 0, 0, 1),
    *square(5, 2, 2, 1),
    node(9, 5, 5, {"amenity": "café & bar", "name": "Größe, 1=1 %"}, timestamp="2025-01-02T03:04:05Z"),
    way(10, ring(1), {"building": "yes", "addr:street": "Weg", "addr:housenumber": "1"}),
    way(11, [1, 2, 77, 3, 4], {"highway": "path", "name": "Hörder Straße"}),
    way(12, ring(5)),
    relation(20, [(12, "outer"), (99, "outer")], {"type": "multipolygon", "natural": "water"}),
)
SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2")


def describe(tables: OsmTables) -> dict[str, str]:
    """Return all tables as text, in the order of their keys."""
    frames = {name: conform_table(getattr(tables, name), name) for name in TABLE_NAMES}
    frames["issues"] = frames["issues"].drop(columns="source")
    return {name: frame.to_csv() for name, frame in frames.items()} | {"date": tables.data_date}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_tables(tmp_path: Path, suffix: str) -> None:
    expected = describe(read_elements(tmp_path, *TOWN))
    path = write_osm(tmp_path / f"town{suffix}", *TOWN)
    assert describe(read_file(path.rename(tmp_path / f"TOWN{suffix.upper()}"))) == expected
    assert expected["date"] == "2025-01-02"
    assert "café & bar" in expected["osm_features"]


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf"])
@pytest.mark.parametrize("order", [reversed, lambda elements: elements[8:] + elements[:8]])
def test_ways_before_their_nodes_give_the_same_tables(
    tmp_path: Path, suffix: str, order: Callable[[tuple[str, ...]], list[str]]
) -> None:
    path = write_osm(tmp_path / f"mixed{suffix}", *order(TOWN))
    assert describe(read_file(path)) == describe(read_elements(tmp_path, *TOWN))


def test_a_name_with_blanks_and_umlauts_is_a_name(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "Ausschnitt Größe $(x), 1.osm", *TOWN)
    assert len(read_file(path).buildings) == 1


def test_the_date_of_the_extract_stands_in_where_objects_have_none(tmp_path: Path) -> None:
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2024-09-08T20:21:00Z")
    path = tmp_path / "dated.osm.pbf"
    with osmium.SimpleWriter(str(path), header=header) as writer:
        writer.add_node(osmium.osm.mutable.Node(id=1, location=(7.5, 51.5), tags={"amenity": "pub"}))
    assert read_file(path).data_date == "2024-09-08"


def write_truncated(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


@pytest.mark.parametrize("suffix", [".osm", *SUFFIXES])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.97])
def test_a_cut_file_is_an_error_in_three_lines(tmp_path: Path, suffix: str, share: float) -> None:
    path = write_truncated(write_osm(tmp_path / f"town{suffix}", *TOWN), share)
    with pytest.raises(SourceError) as caught:
        read_file(path)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["error", "where", "next"]
    assert path.name in lines[0]


@pytest.mark.parametrize("missing_bytes", [1, 2, 3, 4, 5])
def test_a_pbf_with_a_few_bytes_of_a_further_block_is_cut_off(tmp_path: Path, missing_bytes: int) -> None:
    path = write_osm(tmp_path / "town.osm.pbf", *TOWN)
    content = path.read_bytes()
    path.write_bytes(content + content[:missing_bytes])
    with pytest.raises(SourceError, match=r"cut off|not a complete OSM file"):
        read_file(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.osm.pbf", b""),
        ("empty.osm", b""),
        ("empty.osm.gz", b""),
        ("no.osm.gz", b"garbage"),
        ("no.osm.bz2", b"garbage"),
        ("no.osm.pbf", b"\x00\x00\x00\x0dgarbage and more garbage"),
        ("xml.osm.pbf", b"<osm version='0.6'></osm>"),
        ("page.osm", b"<html><body>Too many requests</body></html>"),
        ("letter.osm", "Sehr geehrte Damen und Herren".encode("latin-1")),
        ("old.osm", b"<osm><node id='1' lat='5' lon='3'/></osm>"),
        ("text.osm", b"<osm version='0.6'><node id='1' lat='abc' lon='3'/></osm>"),
        (
            "latin.osm",
            b"<osm version='0.6'><node id='1' lat='5' lon='3'><tag k='amenity' v='\xf6'/></node></osm>",
        ),
        ("void.osm", b"<osm version='0.6'></osm>"),
        ("page.osm.gz", gzip.compress(b"<html/>", mtime=0)),
        ("page.osm.bz2", bz2.compress(b"<html/>")),
        ("town.shp", b"<osm version='0.6'></osm>"),
        ("osm", b"<osm version='0.6'></osm>"),
    ],
)
def test_what_is_no_osm_file_is_an_error_that_names_it(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_file(path)
    assert name in caught.value.what
    assert str(path) in caught.value.where
    assert caught.value.hint


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="missing"):
        read_file(tmp_path / "none.osm.pbf")
    folder = tmp_path / "folder.osm.pbf"
    folder.mkdir()
    with pytest.raises(SourceError, match="not a file"):
        read_file(folder)


@pytest.mark.parametrize("wrong", [b"H\xf6rde ", b"H\xfcrde ", b"H\xed\xa0\x80de", b"Hoerd\xc3"])
def test_text_that_is_no_utf8_is_an_error_not_a_crash(tmp_path: Path, wrong: bytes) -> None:
    path = tmp_path / "latin.osm.pbf"
    plain = osmium.io.File(str(path), "pbf,pbf_compression=none")
    with osmium.SimpleWriter(plain) as writer:
        writer.add_node(
            osmium.osm.mutable.Node(id=1, location=(7.5, 51.5), tags={"amenity": "pub", "name": "Hörde"})
        )
    path.write_bytes(path.read_bytes().replace("Hörde".encode(), wrong))
    with pytest.raises(SourceError, match="not a complete OSM file"):
        read_file(path)


def test_a_file_without_any_way_gives_empty_tables(tmp_path: Path) -> None:
    tables = read_elements(tmp_path, node(1, 0, 0, {"amenity": "pub"}))
    assert len(tables.osm_features) == 1
    assert tables.walkways.empty
    assert shapely.get_type_id(tables.osm_features.geometry.to_numpy()).tolist() == [0]
