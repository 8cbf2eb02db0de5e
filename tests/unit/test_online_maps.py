# SPDX-License-Identifier: MIT
"""Public map services of a profile: none by default, only https, only plain hosts."""

import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.errors import ConfigError
from begegnung_geo.online_maps import TileService

TOWN = {"city": {"key": "town", "name": "Town"}, "sources": {"osm": {"file": "town.osm.pbf"}}}
GOOD = {
    "title": "Map", "operator": "Office", "attribution": "© Office", "max_zoom": 18,
    "url": "https://tiles.example.org/{z}/{x}/{y}.png",
}  # fmt: skip


def test_no_service_is_offered_unless_the_profile_says_so():
    assert build_profile(TOWN, where="test").online_maps.list_offered() == []


def test_the_shipped_services_can_be_offered_by_name():
    profile = build_profile({**TOWN, "online_maps": {"offer": ["rvr", "basemap_de"]}}, where="test")
    hosts = [service.host for _, service in profile.online_maps.list_offered()]
    assert hosts == ["geodaten.metropoleruhr.de", "sgx.geodatenzentrum.de"]


@pytest.mark.parametrize("offer", [["nowhere"], ["rvr", "rvr"]])
def test_an_unknown_or_repeated_service_is_refused(offer):
    with pytest.raises(ConfigError, match="online_maps"):
        build_profile({**TOWN, "online_maps": {"offer": offer}}, where="test")


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "https://*/{z}/{x}/{y}.png",
        "https://tiles.example.org; script-src */{z}/{x}/{y}.png",
        "https://user@tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org:8443/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}.png",
        "javascript:alert(1)//{z}{x}{y}",
    ],
)
def test_an_address_that_could_widen_the_pages_policy_is_refused(url):
    with pytest.raises(ValueError, match="url"):
        TileService.model_validate({**GOOD, "url": url})


def test_the_host_is_read_from_the_address():
    assert TileService.model_validate(GOOD).host == "tiles.example.org"
