# SPDX-License-Identifier: MIT
import json
import tomllib
from typing import Any

import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.profile import Fetch, Profile
from begegnung_geo.sources.city_init import init_city
from live_standin import faults
from live_standin.profiles import build_standin_profile
from live_standin.server import StandIn

INDEX = "/index-v1.json"


def square(*box: float) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def place(name: str, box: tuple[float, float, float, float], *, ags: str = "") -> dict[str, Any]:
    west, south, east, north = box
    return {
        "osm_type": "relation",
        "osm_id": 62644,
        "lat": str(south),
        "lon": str(west),
        "name": name,
        "display_name": f"{name}, Nordrhein-Westfalen, Deutschland",
        "importance": 0.7,
        "boundingbox": [str(south), str(north), str(west), str(east)],
        "geojson": square(*box),
        "extratags": {"de:amtlicher_gemeindeschluessel": ags} if ags else {},
    }


def region(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    url = f"https://download.geofabrik.de/europe/germany/{name}-latest.osm.pbf"
    return {"type": "Feature", "properties": {"id": name, "urls": {"pbf": url}}, "geometry": shape}


BOCHUM = place("Bochum", (7.1, 51.41, 7.35, 51.53), ags="05911000")
REGIONS = [
    region("germany", square(5, 47, 16, 56)),
    region("arnsberg-regbez", square(7.0, 50.7, 8.9, 51.7)),
    region("muenster-regbez", square(6.9, 51.5, 8.3, 52.5)),
    {"type": "Feature", "properties": {"id": "no extract"}, "geometry": square(7, 51, 7.4, 51.6)},
]


@pytest.fixture
def rules(standin: StandIn) -> Fetch:
    standin.places = [BOCHUM]
    standin.files[INDEX] = json.dumps({"type": "FeatureCollection", "features": REGIONS}).encode()
    return build_standin_profile({"osm": {"file": "x.osm.pbf"}}, url=standin.url).fetch


def read(text: str) -> Profile:
    return build_profile(tomllib.loads(text), where="test")


def test_a_city_of_the_land_gets_boundary_extract_people_and_addresses(rules: Fetch) -> None:
    city = init_city("Bochum", rules=rules)

    profile = read(city.text)
    assert (city.key, profile.city.name, profile.city.ags) == ("bochum", "Bochum", "05911000")
    assert profile.study.metric_crs == "EPSG:25832"
    assert profile.sources.osm.file == "arnsberg-regbez-latest.osm.pbf"  # the smallest that covers it
    assert profile.sources.osm.md5_url.endswith("arnsberg-regbez-latest.osm.pbf.md5")
    assert profile.sources.boundary is not None
    assert profile.sources.boundary.osm_id == "R62644"
    assert profile.sources.population is not None
    assert profile.sources.addresses is not None
    assert profile.fetch.contact == "test@example.org"
    assert [todo.split(":")[0] for todo in city.todos] == ["districts", "places"]
    assert city.text.count("# TODO") == 2


def test_what_is_not_found_becomes_a_todo_with_its_reason(standin: StandIn, rules: Fetch) -> None:
    standin.places = [place("Öhringen an der Ohrn", (18.0, 49.0, 18.1, 49.1))]
    standin.fail(INDEX, faults.status(404))

    city = init_city("Öhringen", rules=rules)

    todos = {todo.split(":")[0]: todo for todo in city.todos}
    assert "carries none" in todos["city.ags"]
    assert "404 Not Found" in todos["sources.osm"]
    assert "North Rhine-Westphalia" in todos["sources.addresses"]
    profile = read(city.text)
    assert city.key == "oehringen_an_der_ohrn"
    assert profile.study.metric_crs == "EPSG:25834"  # 18 E is the border of zone 34
    assert profile.sources.osm.url == ""


def test_an_extract_that_covers_the_city_but_not_its_buffer_says_so(standin: StandIn, rules: Fetch) -> None:
    standin.files[INDEX] = json.dumps(
        {"features": [region("tight", square(7.1, 51.41, 7.35, 51.53))]}
    ).encode()
    city = init_city("Bochum", rules=rules)
    assert read(city.text).sources.osm.file == "tight-latest.osm.pbf"
    assert any("not all of its 1.5 km buffer" in todo for todo in city.todos)


def test_a_place_without_area_and_an_unknown_place_are_told(standin: StandIn, rules: Fetch) -> None:
    with pytest.raises(SourceError, match="no place with an area is known as 'Nirgendwo'"):
        init_city("Nirgendwo", rules=rules)
    standin.places = [{**BOCHUM, "geojson": {"type": "Point", "coordinates": [7.2, 51.5]}}]
    with pytest.raises(SourceError, match="no place with an area is known as 'Bochum'"):
        init_city("Bochum", rules=rules)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.status(429), "answer 429"),
        (faults.body(b"<html>"), "web page"),
        (faults.body(b'{"error": "overloaded"}'), "not that of Nominatim"),
        (faults.redirect("https://elsewhere.example/"), "leads to another host"),
        (faults.drip_headers, "took longer than 4 s"),
        (faults.drip(b"[" + b" " * 500 + b"]", pause_s=0.05), "took longer than 4 s"),
        (faults.gzip_bomb(megabytes=40), "more than the 8 MB"),
    ],
)
def test_a_geocoder_that_fails_ends_within_bounds(
    standin: StandIn, rules: Fetch, *, fault: faults.Fault, message: str
) -> None:
    standin.fail("/nominatim/search", *[fault] * 20)
    with pytest.raises(SourceError, match=message):
        init_city("Bochum", rules=rules.model_copy(update={"attempts_max": 2, "transfer_total_s": 4.0}))


def test_text_from_outside_stays_text(standin: StandIn, rules: Fetch) -> None:
    evil = place('B"\n[city]\nkey = "x"\x1b[31m', (7.1, 51.41, 7.35, 51.53))
    evil["display_name"] = "Bochum\n[sources.osm]\nurl = 'http://evil'"
    standin.places = [evil]
    city = init_city("Bochum", rules=rules)
    assert read(city.text).city.name == 'B" [city] key = "x" [31m'
    assert "\x1b" not in city.text


def test_nothing_is_asked_without_a_contact(standin: StandIn, rules: Fetch) -> None:
    with pytest.raises(ConfigError, match="no contact"):
        init_city("Bochum", rules=rules.model_copy(update={"contact": ""}))
    assert standin.requests == []
