# SPDX-License-Identifier: MIT
"""Addresses nobody knows are asked for once, by `look-up` only, and found again by every run."""

import json
import shutil
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from typer.testing import CliRunner

from begegnung_geo.cli import app
from begegnung_geo.provenance import read_provenance
from begegnung_geo.sample import write_sample
from begegnung_geo.sources.raw_lock import lock_raw_folder
from begegnung_geo.store import read_table
from live_standin import faults
from live_standin.server import StandIn

CRS = "EPSG:25832"
SEARCH = "/nominatim/search"
LIST = """name;klasse;adresse;breite;laenge;bemerkung
Haus ohne Straße;municipal_centre;Gibtesnichtstraße 7;;;
Haus in der Ferne;municipal_centre;Fernweg 3;;;
Frauenhaus;social_facility;Geheimgasse 1;;;
Raumhafen;raumschiff;Startrampe 3;;;
;municipal_centre;Namenloser Weg 1;;;
"""
FETCH = """
[fetch]
contact = "test@example.org"
allow_http_hosts = ["127.0.0.1"]
pause_default_s = 0.0
backoff_start_s = 0.01
attempts_max = 1
nominatim_url = "{url}/nominatim"
"""


@pytest.fixture(scope="module")
def serious_village(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    """Return a project folder with a village that is not marked as invented."""
    root = tmp_path_factory.mktemp("village")
    shutil.copytree(project / "config", root / "config")
    raw = root / "data" / "raw" / "dorf"
    write_sample(raw, inhabitants=2000, seed=7)
    (raw / "orte_von_menschen.csv").write_text(LIST, encoding="utf-8")
    (raw / "sources.toml").unlink()
    text = (project / "config" / "musterstadt.toml").read_text(encoding="utf-8")
    text = text.replace('key = "musterstadt"', 'key = "dorf"').replace("is_invented = true", "")
    (root / "config" / "dorf.toml").write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def village(tmp_path: Path, serious_village: Path) -> Iterator[tuple[Path, StandIn]]:
    """Work in a copy of the village whose geocoder is a stand-in; return its raw folder and that."""
    root = tmp_path / "project"
    shutil.copytree(serious_village, root)
    with StandIn() as standin, chdir(root):
        profile = root / "config" / "dorf.toml"
        profile.write_text(profile.read_text(encoding="utf-8") + FETCH.format(url=standin.url))
        standin.places = [build_answer(5, "Gibtesnichtstraße 7"), build_answer(6, "Fernweg 3", lat="51.5")]
        yield root / "data" / "raw" / "dorf", standin


def build_answer(osm_id: int, name: str, *, lat: str = "54.4") -> dict[str, object]:
    box = [lat, lat, "8.0", "8.0"]
    return {
        "osm_type": "way", "osm_id": osm_id, "lat": lat, "lon": "8.0", "place_rank": 30, "display_name": name,
        "boundingbox": box,
    }  # fmt: skip


def look_up(*options: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["look-up", "--city", "dorf", "--quiet", *options])
    assert result.exit_code == code, result.output
    return result.output


def test_only_addresses_of_places_to_be_are_asked_once_and_then_the_pipeline_knows_them(
    village: tuple[Path, StandIn],
) -> None:
    raw, standin = village
    assert "addresses: 2 looked up, 2 found, 0 left for later" in look_up()
    assert "addresses: 0 looked up, 0 found, 0 left for later" in look_up()
    asked = [query["q"] for _, path, _, query, _ in standin.requests if path == SEARCH]
    # Neither the shelter nor the spaceport nor the nameless row: their addresses go to nobody.
    assert asked == ["Gibtesnichtstraße 7, Musterstadt", "Fernweg 3, Musterstadt"]
    assert sorted(json.loads((raw / "geocoded.json").read_bytes())) == sorted(asked)
    entry = read_provenance(raw)["geocoded.json"]
    assert (entry.licence, entry.attribution) == ("ODbL-1.0", "© OpenStreetMap contributors")

    CliRunner().invoke(app, ["run", "--city", "dorf", "--until", "inventory", "--quiet"])
    processed = Path("data/processed/dorf")
    records = read_table("place_records", folder=processed, crs=CRS).set_index("name")
    found = records.loc["Haus ohne Straße"]
    assert (found["precision"], found["position_error_m"]) == ("house", 30.0)
    orte = read_table("begegnungsorte", folder=processed, crs=CRS).set_index("name")
    assert orte.loc["Haus ohne Straße", "position_error_m"] == 30.0
    assert orte.loc["Haus ohne Straße", "is_counted"]
    assert records.loc["Haus in der Ferne"].geometry is None  # 300 km away is no answer
    assert len(standin.list_requests(SEARCH)) == 2  # the pipeline asked nobody


def test_a_geocoder_that_is_down_is_told_and_the_next_run_asks_again(village: tuple[Path, StandIn]) -> None:
    raw, standin = village
    standin.fail(SEARCH, faults.body(b"<html>"))
    output = look_up(code=1)
    assert "error: the service sent a web page" in output
    assert "Traceback" not in output
    assert not (raw / "geocoded.json").exists()
    assert "2 looked up, 2 found" in look_up()


def test_what_was_answered_before_the_service_broke_off_is_kept(village: tuple[Path, StandIn]) -> None:
    raw, standin = village
    standin.fail(SEARCH, lambda handler: handler.send_json([standin.places[0]]), faults.status(503))
    assert "could not deliver: answer 503" in look_up(code=1)
    assert list(json.loads((raw / "geocoded.json").read_bytes())) == ["Gibtesnichtstraße 7, Musterstadt"]
    assert "geocoded.json" in read_provenance(raw)
    assert "1 looked up, 1 found" in look_up()


def test_look_ups_and_a_fetch_do_not_get_in_each_others_way(village: tuple[Path, StandIn]) -> None:
    raw, standin = village
    with lock_raw_folder(raw):
        assert "another fetch is at work here" in look_up(code=1)
    assert standin.requests == []


def test_nobody_is_asked_without_a_contact_and_the_one_given_is_told(village: tuple[Path, StandIn]) -> None:
    _, standin = village
    profile = Path("config/dorf.toml")
    profile.write_text(
        profile.read_text(encoding="utf-8").replace('"test@example.org"', '""'), encoding="utf-8"
    )
    assert "names no contact" in look_up(code=1)
    assert standin.requests == []
    look_up("--contact", "rathaus@example.org")
    assert all("rathaus@example.org" in headers["User-Agent"] for headers in standin.list_requests(SEARCH))


def test_an_invented_city_asks_a_geocoder_of_this_machine_only(village: tuple[Path, StandIn]) -> None:
    _, standin = village
    profile = Path("config/dorf.toml")
    invented = profile.read_text(encoding="utf-8").replace('key = "dorf"', 'key = "dorf"\nis_invented = true')
    elsewhere = invented.replace(f"{standin.url}/nominatim", "https://nominatim.invalid")
    profile.write_text(elsewhere, encoding="utf-8")
    assert "addresses: 0 looked up" in look_up()
    profile.write_text(invented, encoding="utf-8")
    assert "2 looked up, 2 found" in look_up()
