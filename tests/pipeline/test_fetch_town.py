# SPDX-License-Identifier: MIT
"""The embedded town fetched over HTTP is the embedded town."""

from pathlib import Path

import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sample import write_sample
from begegnung_geo.sources.fetch import fetch_city
from live_standin.server import StandIn
from live_standin.town import describe_town, serve_town


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
    assert (tmp_path / "musterstadt.osm.pbf").read_bytes() == (served / "musterstadt.osm.pbf").read_bytes()
    for name in ("Zensus2022_Bevoelkerungszahl_100m-Gitter.csv", "gebref.txt"):
        # A clipped table keeps its rows as they are; mark and line ends are those of Unix.
        rows = (served / name).read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
        assert (tmp_path / name).read_bytes().splitlines() == rows, name
    assert entries["gebref.txt"].note.startswith(f"member gebref.txt, addresses of AGS {ags}; ")
    assert "cells within" in entries["Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"].note
