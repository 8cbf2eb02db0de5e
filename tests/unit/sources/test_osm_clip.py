# SPDX-License-Identifier: MIT
"""What a clipped OSM file keeps: whole ways, whole areas, and nothing that lies elsewhere."""

import errno
import subprocess
import sys
from pathlib import Path

import osmium
import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.sample import write_sample
from begegnung_geo.sources import osm_clip
from begegnung_geo.sources.osm_clip import clip_osm
from begegnung_geo.sources.osm_objects import SUFFIXES, find_suffix
from clipped_tables import read_box, require_same_tables
from osm_builder import lonlat, node, relation, ring, square, way, write_osm

BOX = (*lonlat(0, 0), *lonlat(10, 10))


def clip(folder: Path, *elements: str, name: str = "whole.osm.pbf") -> set[str]:
    """Return the ids that stay, such as n1, w10, r100."""
    whole, target = write_osm(folder / name, *elements), folder / f"clipped-{name}"
    clip_osm(whole, target, file_format=SUFFIXES[str(find_suffix(whole))], box=BOX)
    return {f"{item.type_str()}{item.id}" for item in osmium.FileProcessor(str(target))}


def test_nodes_on_the_border_stay_and_those_beyond_it_go(tmp_path: Path) -> None:
    assert clip(tmp_path, node(1, 0, 0), node(2, 10, 5), node(3, 10.001, 5), node(4, 5, 5)) == {
        "n1",
        "n2",
        "n4",
    }


def test_a_way_that_crosses_the_border_stays_whole(tmp_path: Path) -> None:
    street = [node(1, 5, 5), node(2, 20, 5), node(3, 30, 5), way(10, [1, 2, 3], {"highway": "path"})]
    assert clip(tmp_path, *street) == {"n1", "n2", "n3", "w10"}


def test_a_way_across_the_box_without_a_node_in_it_stays(tmp_path: Path) -> None:
    across = [node(1, -5, 5), node(2, 15, 5), way(10, [1, 2], {"highway": "path"})]
    beside = [node(3, -5, 11), node(4, 15, 11), way(11, [3, 4], {"highway": "path"})]
    inside = [node(5, 5, 5, {"amenity": "cafe"})]
    assert clip(tmp_path, *across[:2], *beside[:2], *inside, across[2], beside[2]) == {
        "n1",
        "n2",
        "n5",
        "w10",
    }


def test_an_area_that_surrounds_the_box_stays_with_all_its_ways(tmp_path: Path) -> None:
    # Four ways, one on each side: none of them touches the box, the area they enclose does.
    corners = square(1, -20, -20, 50)
    sides = [way(10 + i, [1 + i, 1 + (i + 1) % 4], {}) for i in range(4)]
    members = [(10 + i, "outer") for i in range(4)]
    boundary = relation(100, members, {"type": "boundary", "boundary": "administrative"})
    route = relation(101, members, {"type": "route"})
    elsewhere = relation(102, [(10, "outer")], {"type": "multipolygon", "landuse": "forest"})

    kept = clip(tmp_path, *corners, *sides, boundary, route, elsewhere)

    assert kept == {"n1", "n2", "n3", "n4", "w10", "w11", "w12", "w13", "r100", "r101"}


def test_a_route_keeps_its_line_but_does_not_pull_its_ways(tmp_path: Path) -> None:
    near = [node(1, 1, 1), node(2, 2, 2)]
    far = [node(3, 50, 50), node(4, 51, 51)]
    ways = [way(10, [1, 2], {"highway": "path"}), way(11, [3, 4], {"highway": "path"})]
    route = relation(100, [(10, ""), (11, "")], {"type": "route"})
    assert clip(tmp_path, *near, *far, *ways, route) == {"n1", "n2", "w10", "r100"}


def test_members_and_nodes_that_the_file_lacks_do_not_stop_it(tmp_path: Path) -> None:
    cut = [node(2, 5, 5), node(4, 50, 50), way(10, [2, 3], {"highway": "path"}), way(11, [7, 8], {})]
    holed = relation(100, [(10, "outer"), (99, "outer")], {"type": "multipolygon", "leisure": "park"})
    empty = relation(101, [], {"type": "multipolygon"})
    assert clip(tmp_path, *cut, holed, empty) == {"n2", "w10", "r100"}
    assert clip(tmp_path, way(10, [2, 3], {"highway": "path"}), holed) == set()


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.osm.bz2"])
def test_every_format_is_clipped_to_itself(tmp_path: Path, name: str) -> None:
    tags = {"building": "yes", "name": "Süd, 5=ß@ "}
    house = [*square(1, 4, 4, 1), node(9, 40, 40), way(10, ring(1), tags)]
    assert clip(tmp_path, *house, name=name) == {"n1", "n2", "n3", "n4", "w10"}
    ways = osmium.FileProcessor(str(tmp_path / f"clipped-{name}"), osmium.osm.WAY)
    assert [dict(kept.tags) for kept in ways] == [tags]


def test_a_file_cut_anywhere_and_one_that_is_no_osm_file_are_refused(tmp_path: Path) -> None:
    whole = write_osm(tmp_path / "a.osm.pbf", *square(1, 4, 4, 1)).read_bytes()
    for content in (whole[:60], whole[:-9], b"<html>" * 40):
        path = tmp_path / "broken.osm.pbf"
        path.write_bytes(content)
        with pytest.raises(SourceError, match="is not a complete OSM file"):
            clip_osm(path, tmp_path / "out.osm.pbf", file_format="pbf", box=BOX)


@pytest.mark.parametrize("limit", [4_000, 40_000])
def test_a_full_disk_is_told_as_such(tmp_path: Path, limit: int) -> None:
    # The lines of the ways wait in a file, then the result is written: no file may grow beyond the limit.
    nodes = [node(n, n / 100 % 10, n * 7919 % 1000 / 100) for n in range(1, 9000)]
    whole = write_osm(tmp_path / "a.osm", *nodes, *(way(n, [n, n + 1], {"a": "b"}) for n in range(1, 900)))
    code = f"""
import resource
from pathlib import Path
from begegnung_geo.sources import osm_clip
from begegnung_geo.sources.osm_clip import clip_osm
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))
try:
    clip_osm(Path({str(whole)!r}), Path({str(tmp_path / "out.osm")!r}), file_format="osm", box={BOX})
except OSError as error:
    print(error.errno)
"""
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert child.stdout.strip() == str(errno.EFBIG), child.stderr


def test_the_town_clipped_to_its_middle_gives_the_tables_of_its_middle(tmp_path: Path) -> None:
    write_sample(tmp_path, inhabitants=3000, seed=11)
    whole, target = tmp_path / "musterstadt.osm.pbf", tmp_path / "clipped.osm.pbf"
    nodes = [(item.lon, item.lat) for item in osmium.FileProcessor(str(whole), osmium.osm.NODE)]
    (west, south), (east, north) = (
        tuple(pick(axis) for axis in zip(*nodes, strict=True)) for pick in (min, max)
    )
    wide, high = (east - west) / 3, (north - south) / 3
    box = (west + wide, south + high, east - wide, north - high)

    count = clip_osm(whole, target, file_format="pbf", box=box)

    counts = require_same_tables(read_box(whole, box), read_box(target, box))
    assert min(counts[name] for name in ("walkways", "buildings", "boundaries", "background_areas")) > 0
    assert count.kept < count.read * 0.7


def test_relations_judged_in_portions_give_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sample(tmp_path, inhabitants=2000, seed=11)
    whole = tmp_path / "musterstadt.osm.pbf"
    nodes = [(item.lon, item.lat) for item in osmium.FileProcessor(str(whole), osmium.osm.NODE)]
    lons, lats = zip(*nodes, strict=True)
    box = (min(lons), min(lats), (min(lons) + max(lons)) / 2, max(lats))
    for members_at_once, name in ((500_000, "one.osm.pbf"), (3, "many.osm.pbf")):
        monkeypatch.setattr(osm_clip, "_MEMBERS_AT_ONCE", members_at_once)
        clip_osm(whole, tmp_path / name, file_format="pbf", box=box)
    assert (tmp_path / "one.osm.pbf").read_bytes() == (tmp_path / "many.osm.pbf").read_bytes()
