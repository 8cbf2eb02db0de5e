# SPDX-License-Identifier: MIT
from pathlib import Path

import osmium
import pytest

from begegnung_geo.sources.osm_wholeness import NotWholeError, require_whole_osm


def write_nodes(path: Path, count: int) -> bytes:
    with osmium.SimpleWriter(str(path)) as writer:
        for number in range(1, count + 1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(7.4, 51.5)))
    return path.read_bytes()


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.osm.gz", "a.osm.bz2"])
def test_a_file_is_whole_or_it_is_cut_wherever_it_is_cut(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    whole = write_nodes(path, 300)
    require_whole_osm(path, name=name)
    for cut in {1, 3, 9, len(whole) // 3, len(whole) // 2, len(whole) - 12}:
        path.write_bytes(whole[:cut])
        with pytest.raises(NotWholeError):
            require_whole_osm(path, name=name)


def test_a_pbf_with_a_head_and_no_objects_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.osm.pbf"
    write_nodes(path, 0)
    with pytest.raises(NotWholeError, match="holds no objects"):
        require_whole_osm(path, name=path.name)


@pytest.mark.parametrize(
    "content", [b"\x00\x00\x00\x0dsome other binary", b"PK\x03\x04" + bytes(100), b"\xff" * 50]
)
def test_another_file_under_the_name_of_a_pbf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(NotWholeError, match="not an OSM PBF file"):
        require_whole_osm(path, name=path.name)


def test_another_file_under_a_packed_name_is_refused(tmp_path: Path) -> None:
    for name in ("a.osm.gz", "a.osm.bz2"):
        (tmp_path / name).write_bytes(b"<osm></osm>" * 9)
        with pytest.raises(NotWholeError, match="cannot be unpacked"):
            require_whole_osm(tmp_path / name, name=name)
