# SPDX-License-Identifier: MIT
from pathlib import Path

import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.provenance import SourceEntry, describe_file, read_provenance, write_provenance


def test_entries_survive_the_round_trip_sorted_by_file(tmp_path: Path) -> None:
    entries = {
        "b.csv": SourceEntry(file="b.csv", title='Liste "Süd"', licence="DL-DE-Zero-2.0", bytes=3),
        "a.pbf": SourceEntry(file="a.pbf", title="OSM", attribution="© OpenStreetMap contributors"),
    }
    write_provenance(tmp_path, entries)
    assert read_provenance(tmp_path) == dict(sorted(entries.items()))


def test_missing_file_means_no_entries(tmp_path: Path) -> None:
    assert read_provenance(tmp_path) == {}


@pytest.mark.parametrize(
    "text", ["[[source]\n", '[[source]]\nfile = "a"\n', '[[source]]\nfile="a"\ntitle="b"\nx=1\n']
)
def test_broken_file_is_told_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.toml").write_text(text)
    with pytest.raises(SourceError) as caught:
        read_provenance(tmp_path)
    assert "sources.toml" in caught.value.where


def test_described_file_carries_size_and_checksum(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"abc")
    entry = describe_file(tmp_path / "a.csv", licence="CC0-1.0")
    assert (entry.bytes, entry.licence, entry.title) == (3, "CC0-1.0", "a.csv")
    # sha256("abc") is the first test vector of FIPS 180-2.
    assert entry.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
