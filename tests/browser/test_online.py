# SPDX-License-Identifier: MIT
"""A public background map: nothing is asked before the click, afterwards only the server the click named."""

import base64
import re
from dataclasses import replace

import pytest

from page_checks import find_violations
from small_town import build_town, build_town_profile, write_site

MAP = "maps/stadtkarte.html"
BASEMAP, RVR = "https://sgx.geodatenzentrum.de", "https://geodaten.metropoleruhr.de"
GREY_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mM4AwAAnwCe5rUi1AAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def online_site(tmp_path_factory):
    profile = build_town_profile(online_maps={"offer": ["basemap_de", "rvr"]})
    return write_site(replace(build_town(), profile=profile), tmp_path_factory.mktemp("online"))


@pytest.fixture
def page(browser, online_site):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.asked = []

    def answer(route):
        page.asked.append(route.request.url)
        if page.is_down:
            route.abort()
        else:
            route.fulfill(body=GREY_PIXEL, content_type="image/png")

    page.is_down = False
    page.route(re.compile(r"^https?://"), answer)
    page.goto((online_site / MAP).as_uri())
    page.wait_for_selector("[data-ready]")
    yield page
    context.close()


def _policy(page) -> str:
    return page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")


def test_the_policy_allows_the_two_servers_for_pictures_and_nothing_else(
    page, *, online_site, town_site, visit
):
    assert f"default-src 'none'; img-src data: {BASEMAP} {RVR}; style-src 'sha256-" in _policy(page)
    assert _policy(page).count("https:") == 2
    for site, name in ((online_site, "index.html"), (town_site, MAP)):
        assert "https:" not in _policy(visit(site / name).page)


def test_nothing_is_asked_until_a_click_and_the_page_says_where_it_goes(page):
    page.evaluate("begegnung.map.setZoom(15, {animate: false})")
    page.goto(page.url.split("#")[0] + "#karte=15/54.4/8.02&online=1&basemap_de=1")
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert page.asked == []
    button = page.get_by_role("button", name="basemap.de laden")
    described = page.text_content(f"#{button.get_attribute('aria-describedby')}")
    assert "sgx.geodatenzentrum.de (Bundesamt für Kartographie und Geodäsie)" in described
    assert "IP-Adresse" in described
    assert not find_violations(page)


def test_a_click_asks_the_named_server_only_and_shows_its_licence_line(page):
    page.get_by_role("button", name="basemap.de laden").click()
    page.wait_for_selector(".leaflet-tile-loaded")
    assert page.asked
    assert all(url.startswith(f"{BASEMAP}/wmts_basemapde/") for url in page.asked)
    assert "© GeoBasis-DE / BKG, CC BY 4.0" in page.inner_text(".credit")
    assert page.evaluate("begegnung.map._scene._ctx.getImageData(4, 4, 1, 1).data[3]") < 255
    page.get_by_role("button", name="Stadtplanwerk Ruhrgebiet laden").click()
    page.wait_for_selector(".leaflet-tile-loaded")
    assert "Regionalverband Ruhr" in page.inner_text(".credit")
    assert "BKG" not in page.inner_text(".credit")
    assert not find_violations(page)


def test_another_click_brings_the_own_map_back_and_asks_no_more(page):
    page.get_by_role("button", name="basemap.de laden").click()
    page.wait_for_selector(".leaflet-tile-loaded")
    page.get_by_role("button", name="basemap.de ausschalten").click()
    assert page.locator(".leaflet-tile").count() == 0
    before = len(page.asked)
    page.evaluate("begegnung.map.setZoom(16, {animate: false})")
    page.wait_for_timeout(300)
    assert len(page.asked) == before
    assert "BKG" not in page.inner_text(".credit")


def test_a_server_that_does_not_answer_leaves_the_own_map(page):
    page.is_down = True
    page.get_by_role("button", name="basemap.de laden").click()
    page.wait_for_selector("#ansage:not(:empty)", state="attached")
    assert page.text_content("#ansage") == "basemap.de antwortet nicht. Die eigene Karte bleibt."
    assert page.get_by_role("button", name="basemap.de laden").is_visible()
    assert page.locator(".leaflet-tile").count() == 0
