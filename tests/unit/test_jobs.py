# SPDX-License-Identifier: MIT
"""From a profile or a command line to a job: every file named, checked and described."""

import hashlib
from pathlib import Path

import pytest

from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.jobs import DistrictFile, Extract, list_raw_faults, plan_city, plan_extract
from begegnung_geo.provenance import describe_file, write_provenance

PROFILE = """
[city]
key = "town"
name = "Town"
[sources.osm]
file = "town.osm.pbf"
licence = "ODbL-1.0"
[[sources.places]]
key = "liste"
file = "liste.csv"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project folder with a profile and its two raw files."""
    monkeypatch.chdir(tmp_path)
    raw = tmp_path / "data" / "raw" / "town"
    raw.mkdir(parents=True)
    (tmp_path / "town.toml").write_text(PROFILE, encoding="utf-8")
    (raw / "town.osm.pbf").write_bytes(b"map")
    (raw / "liste.csv").write_bytes(b"name\n")
    return tmp_path


def _touch(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_bytes(b"x")
    return [folder / name for name in names]


def test_city_job_names_every_raw_file_by_role_and_fills_facts_from_the_profile(root: Path) -> None:
    job, folders = plan_city(root / "town.toml", language="de")
    given = {role for role in job.raw_files if not role.startswith(("rules.", "hand."))}
    assert given == {"osm", "places.liste"}
    assert job.raw_files["osm"].entry.licence == "ODbL-1.0"
    assert len(job.raw_files["osm"].entry.sha256) == 64
    assert folders.site == Path("site/town")


def test_sources_toml_wins_over_the_profile(root: Path) -> None:
    raw = root / "data" / "raw" / "town"
    write_provenance(raw, {"town.osm.pbf": describe_file(raw / "town.osm.pbf", licence="CC0-1.0")})
    job, _ = plan_city(root / "town.toml", language="de")
    assert job.raw_files["osm"].entry.licence == "CC0-1.0"


def test_a_date_of_the_profile_fills_what_sources_toml_leaves_open(root: Path) -> None:
    profile = root / "town.toml"
    text = profile.read_text(encoding="utf-8")
    assert text.count('file = "town.osm.pbf"') == 1
    dated = text.replace('file = "town.osm.pbf"', 'file = "town.osm.pbf"\ndata_date = "2026-03-01"')
    profile.write_text(dated, encoding="utf-8")
    job, _ = plan_city(profile, language="de")
    assert job.raw_files["osm"].entry.data_date == "2026-03-01"


def test_bytes_that_differ_from_their_record_are_named(root: Path) -> None:
    raw = root / "data" / "raw" / "town"
    write_provenance(raw, {"town.osm.pbf": describe_file(raw / "town.osm.pbf")})
    job, _ = plan_city(root / "town.toml", language="de")
    assert list_raw_faults(job) == []
    (raw / "town.osm.pbf").write_bytes(b"changed")
    changed, _ = plan_city(root / "town.toml", language="de")
    assert len(list_raw_faults(changed)) == 1
    # What the manifest names is what was read.
    entry = changed.raw_files["osm"].entry
    assert entry.sha256 == hashlib.sha256(b"changed").hexdigest()
    assert entry.note == "edited after it was fetched"


def test_missing_raw_files_are_all_named_with_the_command_that_brings_them(root: Path) -> None:
    (root / "data" / "raw" / "town" / "liste.csv").unlink()
    (root / "data" / "raw" / "town" / "town.osm.pbf").unlink()
    with pytest.raises(SourceError) as caught:
        plan_city(root / "town.toml", language="de")
    assert "2 raw files" in caught.value.what
    assert "make fetch CITY=town" in caught.value.hint


def test_extract_job_maps_its_files_and_keeps_two_lists_of_the_same_name_apart(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    osm, districts, first = _touch(tmp_path, "Stadt Süd.osm.pbf", "bezirke.geojson", "liste.csv")
    (second,) = _touch(tmp_path / "b", "liste.csv")
    extract = Extract(
        osm, "Süd", districts=[DistrictFile(districts, "id", "name", "bezirk")], places=[first, second]
    )
    job, folders = plan_extract(extract, out=tmp_path / "out", language="de")
    places = sorted(role for role in job.raw_files if role.startswith("places."))
    assert len(places) == 2
    assert {job.raw_files[role].path for role in places} == {first, second}
    assert job.raw_files["districts.bezirk"].path == districts
    assert job.raw_files["osm"].entry.attribution.startswith("© OpenStreetMap")
    assert folders.processed == tmp_path / "out" / "processed"


def test_folder_given_as_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not there"):
        plan_extract(Extract(tmp_path, "x"), out=tmp_path / "out", language="de")


def test_empty_name_is_refused(tmp_path: Path) -> None:
    (osm,) = _touch(tmp_path, "a.osm.pbf")
    with pytest.raises(ConfigError, match="name is empty"):
        plan_extract(Extract(osm, "  "), out=tmp_path / "out", language="de")


def test_level_that_is_no_key_is_refused(tmp_path: Path) -> None:
    osm, districts = _touch(tmp_path, "a.osm.pbf", "b.geojson")
    files = [DistrictFile(districts, "id", "name", "../x")]
    with pytest.raises(ConfigError):
        plan_extract(Extract(osm, "x", districts=files), out=tmp_path / "out", language="de")
