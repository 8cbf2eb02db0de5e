# SPDX-License-Identifier: MIT
import itertools
from pathlib import Path

import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.profile import Fetch
from begegnung_geo.sources.fetch import fetch_city
from begegnung_geo.sources.geocoder import Geocoder, Position, read_look_ups
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


def test_kept_answers_become_points_with_how_far_off_they_may_be(standin: StandIn, tmp_path: Path) -> None:
    cache = tmp_path / "geocoded.json"
    geocoder = Geocoder(build_rules(standin), cache_path=cache)
    # A tenth of a degree at the equator is 11.13 km on WGS 84: half the diagonal of the box 55.7 m.
    box = ["0.0", "0.0", "9.0", "9.001"]
    ranks = {"Haus": 30, "Straße": 26, "Quartier": 20, "Stadt": 16, "Unbekannt": None}
    for name, rank in ranks.items():
        place = {**TOWN_HALL, "display_name": name, "lat": "0.0", "lon": "9.0", "boundingbox": box}
        standin.places = [place if rank is None else {**place, "place_rank": rank}]
        geocoder.look_up(name)
    standin.places = []
    geocoder.look_up("Nirgendwo")

    looked_up = read_look_ups(cache, crs="EPSG:25832").set_index("query")

    assert looked_up["precision"].to_dict() == {
        "Haus": "house", "Quartier": "district", "Straße": "street", "Unbekannt": "street",
    }  # fmt: skip
    assert looked_up["error_m"].to_dict() == pytest.approx(
        {"Haus": 55.7, "Quartier": 55.7, "Straße": 55.7, "Unbekannt": 250.0}
    )
    assert looked_up.geometry.x.round(3).unique().tolist() == [500_000.0]  # the middle of zone 32
    assert geocoder.knows(" Nirgendwo ")
    assert not geocoder.knows("Anderswo")


def test_answers_kept_by_an_older_version_can_still_be_read(tmp_path: Path) -> None:
    cache = tmp_path / "geocoded.json"
    cache.write_text('{"Weg 1": {"lon": 9.0, "lat": 0.0, "label": "Weg", "osm_id": "W1"}, "Weg 2": null}')
    assert read_look_ups(cache, crs="EPSG:25832")["error_m"].tolist() == [250.0]


def test_two_questions_keep_the_pause_of_the_service(standin: StandIn, tmp_path: Path) -> None:
    standin.places = [TOWN_HALL]
    rules = build_rules(standin).model_copy(update={"pause_default_s": 0.3})
    geocoder = Geocoder(rules, cache_path=tmp_path / "geocoded.json")
    for number in range(3):
        geocoder.look_up(f"Friedensplatz {number}")
    moments = [request[-1] for request in standin.requests if request[1] == SEARCH]
    assert len(moments) == 3
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= 0.25
