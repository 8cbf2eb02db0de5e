# SPDX-License-Identifier: MIT
"""The embedded town fetched over HTTP is the embedded town."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.errors import SourceError
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sample import write_sample
from begegnung_geo.sources.fetch import fetch_city
from clipped_tables import Box, read_box, require_same_tables
from live_standin.profiles import SHORT
from live_standin.server import StandIn
from live_standin.town import OSM, describe_town, serve_town


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    write_sample(folder, inhabitants=2000, seed=7)
    return folder


def test_the_town_arrives_byte_for_byte_without_the_rows_of_elsewhere(served: Path, tmp_path: Path) -> None:
    with StandIn() as standin:
        serve_town(standin, served)
        ags = "".join((served / "gebref.txt").read_text("utf-8-sig").split(";")[i] for i in (3, 5, 7, 9))
        profile = build_profile(describe_town(standin.url, key="live", ags=ags), where="test")

        first, second = fetch_city(profile, tmp_path), fetch_city(profile, tmp_path)

    assert {outcome.status for outcome in first.outcomes} == {"fetched"}
    assert {outcome.status for outcome in second.outcomes} == {"unchanged"}
    entries = read_provenance(tmp_path)
    assert sorted(entries) == sorted(outcome.file for outcome in first.outcomes)
    assert entries["musterstadt.osm.pbf"].note.startswith("map within ")
    for name in ("Zensus2022_Bevoelkerungszahl_100m-Gitter.csv", "gebref.txt"):
        # A clipped table keeps its rows as they are; mark and line ends are those of Unix.
        rows = (served / name).read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
        assert (tmp_path / name).read_bytes().splitlines() == rows, name
    assert entries["gebref.txt"].note.startswith(f"member gebref.txt, addresses of AGS {ags}; ")
    assert "cells within" in entries["Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"].note


MAP = "musterstadt.osm.pbf"


@pytest.fixture
def standin(served: Path) -> Iterator[StandIn]:
    with StandIn() as server:
        serve_town(server, served)
        yield server


def build_map_profile(standin: StandIn, box: Box, **fetch: Any) -> Profile:
    """A profile with nothing but the map, clipped to a box without buffer."""
    town = describe_town(standin.url, key="live", ags="")
    content = {
        "city": town["city"],
        "study": {"box_wgs84": list(box), "buffer_m": 0},
        "fetch": {**SHORT, **fetch},
        "sources": {"osm": town["sources"]["osm"]},
    }
    return build_profile(content, where="test")


def find_parts(path: Path) -> tuple[Box, Box]:
    """The town's west half, and its north half."""
    nodes = [(item.lon, item.lat) for item in osmium.FileProcessor(str(path), osmium.osm.NODE)]
    lons, lats = zip(*nodes, strict=True)
    west, south, east, north = min(lons), min(lats), max(lons), max(lats)
    return (west, south, (west + east) / 2, north), (west, (south + north) / 2, east, north)


def test_the_map_is_clipped_once_and_again_where_the_area_changes(
    standin: StandIn, served: Path, tmp_path: Path
) -> None:
    whole = served / MAP
    west_half, north_half = find_parts(whole)

    first = fetch_city(build_map_profile(standin, west_half), tmp_path)
    entry = read_provenance(tmp_path)[MAP]
    again = fetch_city(build_map_profile(standin, west_half), tmp_path)

    assert (first.outcomes[0].status, again.outcomes[0].status) == ("fetched", "unchanged")
    assert again.outcomes[0].received_bytes == 0
    assert read_provenance(tmp_path)[MAP] == entry
    assert entry.sha256 == hashlib.sha256((tmp_path / MAP).read_bytes()).hexdigest()
    content = whole.read_bytes()
    for fact in (
        f"cut from {len(content)} bytes",
        hashlib.sha256(content).hexdigest(),
        hashlib.md5(content, usedforsecurity=False).hexdigest(),
    ):
        assert fact in entry.note
    require_same_tables(read_box(whole, west_half), read_box(tmp_path / MAP, west_half))
    assert sorted(path.name for path in tmp_path.iterdir()) == [".fetch.lock", MAP, "sources.toml"]

    other = fetch_city(build_map_profile(standin, north_half), tmp_path)

    assert other.outcomes[0].status == "fetched"
    assert read_provenance(tmp_path)[MAP].note != entry.note
    require_same_tables(read_box(whole, north_half), read_box(tmp_path / MAP, north_half))


def test_a_download_that_is_kept_is_clipped_again_without_another_transfer(
    standin: StandIn, served: Path, tmp_path: Path
) -> None:
    west_half, north_half = find_parts(served / MAP)
    for box, status, is_sent in (
        (west_half, "fetched", True),
        (west_half, "unchanged", False),
        (north_half, "fetched", False),
        (north_half, "unchanged", False),
    ):
        report = fetch_city(build_map_profile(standin, box, keep_archives=True), tmp_path)
        assert (report.outcomes[0].status, report.outcomes[0].received_bytes > 0) == (status, is_sent)
    assert (tmp_path / ".downloads" / MAP).read_bytes() == (served / MAP).read_bytes()

    standin.files[OSM] = (served / MAP).read_bytes()[:-5]  # a new version, cut; its checksum is the old one's
    with pytest.raises(SourceError, match="checksum"):
        fetch_city(build_map_profile(standin, north_half, keep_archives=True), tmp_path)
    require_same_tables(read_box(served / MAP, north_half), read_box(tmp_path / MAP, north_half))


@pytest.mark.parametrize(
    ("box", "cut", "message"),
    [
        ((1.0, 1.0, 1.1, 1.1), 0, r"none of \d+ objects lies in the area"),
        ((7.0, 54.0, 9.0, 55.0), 700, "ends early"),
    ],
)
def test_a_map_of_elsewhere_or_cut_off_is_refused(
    standin: StandIn, served: Path, tmp_path: Path, *, box: Box, cut: int, message: str
) -> None:
    content = (served / MAP).read_bytes()
    standin.files[OSM] = content[: len(content) - cut]
    standin.files[f"{OSM}.md5"] = hashlib.md5(standin.files[OSM], usedforsecurity=False).hexdigest().encode()
    with pytest.raises(SourceError, match=message):
        fetch_city(build_map_profile(standin, box), tmp_path)
    assert not (tmp_path / MAP).exists()
