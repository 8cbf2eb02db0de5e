# SPDX-License-Identifier: MIT
"""The shipped profile of Dortmund: all its sources fetched over HTTP from a stand-in with real files."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import osmium
import pytest

from begegnung_geo.config import build_profile, read_profile
from begegnung_geo.errors import SourceError
from begegnung_geo.files import hash_file
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sources.fetch import fetch_city
from live_standin.dortmund import describe_local, read_alternatives, redirect_profile, serve_dortmund
from live_standin.overpass import OverpassData
from live_standin.server import StandIn
from process_tree import measure_tree

PROGRAM = str(Path(sys.executable).with_name("begegnung-geo"))
CONTACT = "geodaten@example.org"
RAW = Path("data/raw/dortmund")
GRID = "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
FILES = {
    "arnsberg-regbez-latest.osm.pbf": "ODbL-1.0",
    "fb62-stadtbezirke.geojson": "dl-de/zero-2-0",
    "fb62-statistischebezirke.geojson": "dl-de/zero-2-0",
    GRID: "dl-de/by-2-0",
    "Zensus2022_Alter_in_5_Altersklassen_100m-Gitter.csv": "dl-de/by-2-0",
    "gebref.txt": "dl-de/zero-2-0",
}


@pytest.fixture(scope="module")
def shipped(project: Path) -> Path:
    return project / "config" / "dortmund.toml"


@pytest.fixture(scope="module")
def standin(shipped: Path, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(seconds_max=280) as server:
        serve_dortmund(server, shipped, real_data=real_data, scratch=tmp_path_factory.mktemp("served"))
        yield server


@pytest.fixture(scope="module")
def root(standin: StandIn, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project folder whose profile of Dortmund asks the stand-in, with all of its files fetched."""
    folder = tmp_path_factory.mktemp("dortmund")
    shutil.copytree(project / "config", folder / "config")
    profile = folder / "config" / "dortmund.toml"
    profile.write_text(redirect_profile(profile.read_text(encoding="utf-8"), standin.url), encoding="utf-8")
    command = [PROGRAM, "fetch", "--city", "dortmund", "--contact", CONTACT]
    code, output, peak_mb = measure_tree(command, cwd=folder, seconds=120)
    assert code == 0, output
    assert 0 < peak_mb < 300
    (folder / "first.log").write_text(output, encoding="utf-8")
    return folder


def run(root: Path, *arguments: str) -> str:
    result = subprocess.run(
        [PROGRAM, *arguments], cwd=root, capture_output=True, text=True, timeout=280, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_profile_differs_from_the_shipped_one_in_its_hosts_only(root: Path, shipped: Path) -> None:
    ours, theirs = (
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in (root / "config" / "dortmund.toml", shipped)
    )
    nowhere = [re.sub(r"https?://[^/\"]+", "", json.dumps(content["sources"])) for content in (ours, theirs)]
    assert nowhere[0] == nowhere[1]
    assert {key: ours[key] for key in ours if key not in {"sources", "fetch"}} == {
        key: theirs[key] for key in theirs if key not in {"sources", "fetch"}
    }


def test_every_source_arrives_with_its_provenance_and_nothing_twice(root: Path, standin: StandIn) -> None:
    first = (root / "first.log").read_text(encoding="utf-8")
    for file in FILES:
        assert f"{file}: fetched, " in first

    again = run(root, "fetch", "--city", "dortmund", "--contact", CONTACT)

    entries = read_provenance(root / RAW)
    assert {file: entry.licence for file, entry in entries.items()} == FILES
    for file, entry in entries.items():
        assert f"{file}: unchanged, 0 bytes" in again
        assert hash_file(root / RAW / file) == entry.sha256
        assert entry.title
        assert entry.publisher
        assert entry.attribution
        assert entry.retrieved.startswith("20")
        assert entry.last_modified
        assert entry.bytes == (root / RAW / file).stat().st_size
    assert all(CONTACT in headers["User-Agent"] for _, _, headers, _, _ in standin.requests)


def test_what_was_cut_to_the_city_is_the_city(root: Path, shipped: Path) -> None:
    raw = root / RAW
    sources = read_profile(shipped).sources
    register = (raw / "gebref.txt").read_text(encoding="utf-8").splitlines()
    assert len(register) == 97  # data/README.md: 97 addresses in the extract of Aplerbeck
    assert {tuple(line.split(";")[i] for i in (3, 5, 7, 9)) for line in register} == {
        ("05", "9", "13", "000")
    }
    cells = (raw / GRID).read_text(encoding="utf-8").splitlines()
    assert cells[0].split(";") == list(sources.population.fields if sources.population else ())
    # `cut -d, -f1,2 | sort -u | wc -l` on the real table; the far cell stayed behind.
    places = {tuple(line.split(";")[1:3]) for line in cells[1:]}
    assert len(places) == len(cells) - 1 == 7997
    assert ("4337050", "2689050") not in places
    lons = [
        item.lon
        for item in osmium.FileProcessor(str(raw / "arnsberg-regbez-latest.osm.pbf"), osmium.osm.NODE)
    ]
    assert sum(7.55 < lon < 7.56 for lon in lons) > 1000  # Aplerbeck
    assert not any(lon < 6.9 for lon in lons)  # Neuss
    assert len(gpd.read_file(raw / "fb62-stadtbezirke.geojson")) == 12
    assert len(gpd.read_file(raw / "fb62-statistischebezirke.geojson")) == 62


def test_the_site_names_exactly_these_inputs_and_who_they_are_from(root: Path) -> None:
    run(root, "look-up", "--city", "dortmund", "--contact", CONTACT, "--quiet")
    run(root, "check", "--city", "dortmund")
    run(root, "run", "--city", "dortmund", "--quiet")

    manifest = json.loads((root / "site/dortmund/manifest.json").read_text(encoding="utf-8"))
    inputs = {entry["file"]: entry for entry in manifest["inputs"] if not entry["role"].startswith("rules.")}
    fetched = {path.name for path in (root / RAW).iterdir()} - {"sources.toml", ".fetch.lock"}
    hand = {path.name for path in (root / "config/dortmund").iterdir()}
    assert fetched <= set(inputs) <= fetched | hand
    entries = read_provenance(root / RAW)
    page = (root / "site/dortmund/index.html").read_text(encoding="utf-8")
    for file in FILES:
        assert inputs[file]["sha256"] == entries[file].sha256
        assert inputs[file]["licence"] == entries[file].licence
        assert inputs[file]["attribution"] == entries[file].attribution
        assert entries[file].attribution.replace("&", "&amp;") in page


def test_every_source_can_be_replaced_by_a_local_file(root: Path, standin: StandIn, tmp_path: Path) -> None:
    content = tomllib.loads((root / "config" / "dortmund.toml").read_text(encoding="utf-8"))
    local = describe_local(content, standin, tmp_path / "files")
    standin.requests.clear()

    report = fetch_city(build_profile(local, where="test"), tmp_path / "raw")

    assert standin.requests == []
    assert set(report.list_files("fetched")) == set(FILES)
    for file in FILES:
        if file.endswith(".geojson"):
            continue  # the export is laid out by the service
        assert (tmp_path / "raw" / file).read_bytes() == (root / RAW / file).read_bytes(), file


@pytest.mark.parametrize("number", [0, 1])
def test_the_other_extracts_that_the_profile_offers_are_fetched_the_same_way(
    root: Path, tmp_path: Path, number: int
) -> None:
    profile = root / "config" / "dortmund.toml"
    content = tomllib.loads(profile.read_text(encoding="utf-8"))
    addresses = [address for address in read_alternatives(profile, "url") if address.endswith(".osm.pbf")]
    files = read_alternatives(profile, "file")
    osm = content["sources"]["osm"]
    osm |= {"file": files[number], "url": addresses[number]}
    checksums = read_alternatives(profile, "md5_url")
    del osm["md5_url"]
    osm |= {"md5_url": checksums[0]} if number == 0 else {}
    content["sources"] = {"osm": osm, "districts": content["sources"]["districts"]}
    content["fetch"]["contact"] = CONTACT

    fetch_city(build_profile(content, where="test"), tmp_path)

    assert (tmp_path / files[number]).read_bytes() == (
        root / RAW / "arnsberg-regbez-latest.osm.pbf"
    ).read_bytes()


def test_overpass_as_the_profile_offers_it_brings_a_quarter_and_refuses_the_city(
    root: Path, standin: StandIn, *, real_data: Path, tmp_path: Path
) -> None:
    content = tomllib.loads((root / "config" / "dortmund.toml").read_text(encoding="utf-8"))
    content["fetch"]["contact"] = CONTACT
    source = {"file": "dortmund-overpass.osm.pbf", "kind": "overpass", "url": f"{standin.url}/api"}
    assert source["url"] in read_alternatives(root / "config" / "dortmund.toml", "url")
    standin.overpass = OverpassData(real_data / "dortmund_aplerbeck_2026-07-14.osm.pbf")
    quarter = {**content, "sources": {"osm": source}}
    quarter["study"] = {**content["study"], "box_wgs84": [7.5538, 51.4913, 7.5590, 51.4957]}
    fetch_city(build_profile(quarter, where="test"), tmp_path / "quarter")
    assert (tmp_path / "quarter" / source["file"]).stat().st_size > 10_000

    whole = {**content, "sources": {"osm": source, "districts": content["sources"]["districts"]}}
    with pytest.raises(SourceError, match="too large for Overpass"):
        fetch_city(build_profile(whole, where="test"), tmp_path / "whole")
