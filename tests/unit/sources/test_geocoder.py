# SPDX-License-Identifier: MIT
import itertools
from pathlib import Path

import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.profile import Fetch
from begegnung_geo.sources.fetch import fetch_city
from begegnung_geo.sources.geocoder import Geocoder, Position
from live_standin import faults
from live_standin.profiles import build_standin_profile
from live_standin.server import StandIn

SEARCH = "/nominatim/search"
TOWN_HALL = {
    "osm_type": "way",
    "osm_id": 42,
    "lat": "51.5113",
    "lon": "7.4653",
    "display_name": "Rathaus, Friedensplatz 1, Dortmund",
}


def build_rules(standin: StandIn) -> Fetch:
    return build_standin_profile({"osm": {"file": "x.osm.pbf"}}, url=standin.url).fetch


def test_an_address_is_asked_once_and_kept_for_ever(standin: StandIn, tmp_path: Path) -> None:
    standin.places = [TOWN_HALL]
    cache = tmp_path / "geocoded.json"
    expected = Position(lon=7.4653, lat=51.5113, label="Rathaus, Friedensplatz 1, Dortmund", osm_id="W42")

    geocoder = Geocoder(build_rules(standin), cache_path=cache)
    assert geocoder.look_up("Friedensplatz 1,  Dortmund ") == expected
    assert geocoder.look_up("Friedensplatz 1, Dortmund") == expected
    assert Geocoder(build_rules(standin), cache_path=cache).look_up("Friedensplatz 1, Dortmund") == expected

    assert len(standin.list_requests(SEARCH)) == 1


def test_an_address_nobody_knows_is_not_asked_again_either(standin: StandIn, tmp_path: Path) -> None:
    for _ in range(2):
        geocoder = Geocoder(build_rules(standin), cache_path=tmp_path / "geocoded.json")
        assert geocoder.look_up("Nirgendweg 1") is None
        assert geocoder.look_up("   ") is None
    assert len(standin.list_requests(SEARCH)) == 1


def test_a_failed_look_up_is_not_kept(standin: StandIn, tmp_path: Path) -> None:
    standin.places = [TOWN_HALL]
    geocoder = Geocoder(build_rules(standin), cache_path=tmp_path / "geocoded.json")
    for answer in (b'{"error": "Bandwidth limit exceeded"}', b"<html>", b'[{"lat": "x"}]'):
        standin.fail(SEARCH, faults.body(answer))
        with pytest.raises(SourceError):
            geocoder.look_up("Friedensplatz 1, Dortmund")
    assert geocoder.look_up("Friedensplatz 1, Dortmund") is not None


def test_a_broken_cache_is_told_and_left_for_a_person_to_mend(standin: StandIn, tmp_path: Path) -> None:
    cache = tmp_path / "geocoded.json"
    for content in (b"{", b"[]", b'{"a": {"lat": 1}}', b"\xff"):
        cache.write_bytes(content)
        with pytest.raises(SourceError, match="cache of look-ups cannot be read"):
            Geocoder(build_rules(standin), cache_path=cache)
        assert cache.read_bytes() == content


def test_a_boundary_is_fetched_by_its_relation_with_name_and_key(standin: StandIn, tmp_path: Path) -> None:
    ring = [[7.3, 51.4], [7.6, 51.4], [7.6, 51.6], [7.3, 51.4]]
    town = {**TOWN_HALL, "osm_type": "relation", "osm_id": 1829065, "name": "Dortmund"}
    town["extratags"] = {"de:amtlicher_gemeindeschluessel": "05913000"}
    standin.places = [{**town, "geojson": {"type": "Polygon", "coordinates": [ring]}}]
    source = {
        "file": "b.geojson",
        "kind": "nominatim",
        "url": f"{standin.url}/nominatim",
        "osm_id": "R1829065",
    }
    profile = build_standin_profile({"osm": source}, url=standin.url)

    fetch_city(profile, tmp_path)

    text = (tmp_path / "b.geojson").read_text(encoding="utf-8")
    assert '"ags": "05913000"' in text
    assert '"Polygon"' in text
    standin.places = [{**town, "geojson": {"type": "Point", "coordinates": [7, 51]}}]
    with pytest.raises(SourceError, match="R1829065 is no area but Point"):
        fetch_city(profile, tmp_path)
    standin.places = []
    with pytest.raises(SourceError, match="does not know R1829065"):
        fetch_city(profile, tmp_path)
    assert (tmp_path / "b.geojson").read_text(encoding="utf-8") == text


def test_two_questions_keep_the_pause_of_the_service(standin: StandIn, tmp_path: Path) -> None:
    standin.places = [TOWN_HALL]
    rules = build_rules(standin).model_copy(update={"pause_default_s": 0.3})
    geocoder = Geocoder(rules, cache_path=tmp_path / "geocoded.json")
    for number in range(3):
        geocoder.look_up(f"Friedensplatz {number}")
    moments = [request[-1] for request in standin.requests if request[1] == SEARCH]
    assert len(moments) == 3
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= 0.25


def test_an_answer_tells_how_large_what_it_found_is_and_misses_are_known_too(
    standin: StandIn, tmp_path: Path
) -> None:
    # A thousandth of a degree at the equator is 111.3 m on WGS 84: half of it 55.7 m.
    standin.places = [{**TOWN_HALL, "place_rank": 30, "boundingbox": ["0.0", "0.0", "9.0", "9.001"]}]
    geocoder = Geocoder(build_rules(standin), cache_path=tmp_path / "geocoded.json")
    found = geocoder.look_up("Friedensplatz 1")
    assert found is not None
    assert (found.place_rank, found.extent_m) == (30, pytest.approx(55.7, abs=0.05))
    assert geocoder.look_up("Nirgendwo") is None
    assert geocoder.knows(" Nirgendwo ")
    assert not geocoder.knows("Anderswo")
