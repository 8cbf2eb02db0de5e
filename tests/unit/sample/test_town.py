# SPDX-License-Identifier: MIT
"""Musterstadt as a whole: the same every time, readable by others, complete."""

import csv
from pathlib import Path

import pytest

from begegnung_geo.errors import ConfigError
from begegnung_geo.files import hash_file
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sample import SampleReport, write_sample

from .conftest import SMALL, OsmContent

# DOMAIN section 2.1; `excluded` is what no inventory may list.
CLASSES = {
    *("municipal_centre", "senior_meeting", "youth_centre", "family_neighbourhood", "library"),
    *("toy_or_book_share", "culture", "parish_hall", "worship", "monastery", "sports_club"),
    *("allotment_club", "club_home", "education", "school_public", "kita_family", "social_facility"),
    *("social_centre", "coworking_maker", "cafe_restaurant", "mall", "market_hall", "university"),
    *("townhall", "indoor_leisure", "church_disused", "vacancy", "excluded"),
}
pytestmark = pytest.mark.usefixtures("report")


def read_truth(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes_of_every_file(sample_dir: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, inhabitants=SMALL)
    assert sorted(p.name for p in sample_dir.iterdir()) == sorted(p.name for p in tmp_path.iterdir())
    differing = [p.name for p in sample_dir.iterdir() if hash_file(p) != hash_file(tmp_path / p.name)]
    assert differing == []


def test_another_seed_gives_another_town(sample_dir: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, inhabitants=SMALL, seed=7)
    name = "musterstadt.osm.pbf"
    assert hash_file(sample_dir / name) != hash_file(tmp_path / name)


def test_provenance_says_that_the_town_is_invented(report: SampleReport, sample_dir: Path) -> None:
    entries = read_provenance(sample_dir)
    written = {path.name for path in report.files} - {"sources.toml"}
    assert set(entries) == written == {p.name for p in sample_dir.iterdir()} - {"sources.toml"}
    for name, entry in entries.items():
        assert entry.title == "Musterstadt (erfunden)"
        assert entry.licence == "CC0-1.0"
        assert "gibt es nicht" in entry.attribution
        assert entry.sha256 == hash_file(sample_dir / name)


def test_every_class_of_the_domain_is_present(sample_dir: Path) -> None:
    assert {row["class"] for row in read_truth(sample_dir)} == CLASSES


def test_a_town_has_about_150_places_three_stadtbezirke_and_twelve_bezirke(report: SampleReport) -> None:
    assert 140 <= report.place_count <= 180
    assert (report.stadtbezirk_count, report.district_count) == (3, 12)


def test_truth_ids_are_unique_and_name_objects_of_the_map(
    report: SampleReport, sample_dir: Path, osm: OsmContent
) -> None:
    truth = read_truth(sample_dir)
    assert len({row["truth_id"] for row in truth}) == len(truth) == report.place_count
    known = {"node": osm.node_tags, "way": osm.ways, "relation": osm.relations}
    for source_id in "|".join(row["source_ids"] for row in truth).split("|"):
        source, _, rest = source_id.partition(":")
        if source == "osm":
            kind, _, number = rest.partition("/")
            assert int(number) in known[kind]


def test_every_true_place_is_described_by_a_source(sample_dir: Path) -> None:
    assert [row["name"] for row in read_truth(sample_dir) if not row["source_ids"]] == []


def test_some_places_are_described_by_several_sources(sample_dir: Path) -> None:
    sources = [
        {part.split(":")[0] for part in row["source_ids"].split("|")} for row in read_truth(sample_dir)
    ]
    assert sum(len(found) > 1 for found in sources) >= 20
    assert {"osm", "begegnungsstaetten", "orte_von_menschen"} in sources


def test_people_are_met_exactly(report: SampleReport) -> None:
    assert report.persons == SMALL


@pytest.mark.parametrize(("inhabitants", "seed"), [(1_999, 2023), (0, 1), (-5, 1), (3_000, -1)])
def test_an_impossible_town_is_refused(tmp_path: Path, inhabitants: int, seed: int) -> None:
    with pytest.raises(ConfigError, match="cannot be built"):
        write_sample(tmp_path / "x", inhabitants=inhabitants, seed=seed)
    assert not (tmp_path / "x").exists()
