# SPDX-License-Identifier: MIT
"""From the tables to the map and back; the legend says what is on; an address brings a view back."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from page_checks import find_violations
from small_town import build_town, write_site

MAP = "maps/stadtkarte.html"
HAUS_C = "b000000000002"
FOCUSED_ROW = "document.activeElement.closest('tr') && document.activeElement.closest('tr').id"
HAS_LAYER = "key => begegnung.map.hasLayer(begegnung.parts[key])"


@pytest.fixture
def page(town_site, visit):
    return visit(town_site / MAP).page


def _title(page) -> str:
    return page.text_content(".popup h3")


def test_a_popup_leads_to_its_row_and_escape_leads_back(page):
    page.focus(".place-cursor")
    page.keyboard.press("Enter")
    name = _title(page)
    page.get_by_role("button", name="In der Tabelle zeigen").click()
    row = page.evaluate(FOCUSED_ROW)
    assert page.text_content(f"#{row} .name") == name
    assert page.locator(f"#{row}").evaluate("row => row.getBoundingClientRect().top < innerHeight")
    page.keyboard.press("Escape")
    page.wait_for_selector(".popup", state="detached")
    assert "place-cursor" in page.evaluate("document.activeElement.className")


def test_a_row_that_the_filter_hides_is_shown_again(page):
    page.click(f"[data-place='{HAUS_C}']")
    page.select_option("#art", "Bibliothek")
    assert page.is_hidden(f"#ort-{HAUS_C}")
    page.get_by_role("button", name="In der Tabelle zeigen").click()
    assert page.is_visible(f"#ort-{HAUS_C}")
    assert page.text_content("#treffer") == "12 von 12 Orten werden gezeigt."


def test_a_district_of_each_level_is_shown_on_the_map_with_the_figures_of_its_row(page):
    for key, name in (("stadtbezirk-1", "Osterfeld"), ("statistischer_bezirk-11", "Am Deich")):
        row = page.locator(f"tr:has([data-district='{key}'])")
        page.click(f"[data-district='{key}']")
        assert _title(page) == name
        said = page.text_content(".popup dl")
        for cell in row.locator("td.num").all_text_contents()[:3]:
            assert cell in said
        assert page.evaluate(
            "id => { const m = begegnung.map, p = begegnung.parts.districts; "
            "const n = p.levels.findIndex(l => l.id.includes(id)); "
            "return m.getBounds().contains(p.look(n, p.levels[n].id.indexOf(id)).at); }",
            key,
        )
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.district") == "statistischer_bezirk-11"


def test_a_gap_has_a_row_and_the_popup_leads_to_it(page):
    page.click("#luecke-0 [data-gap]")
    people = page.text_content("#luecke-0 .num")
    assert people == "1.235"
    assert f"{people} Menschen" in page.text_content(".popup")
    page.get_by_role("button", name="In der Tabelle zeigen").click()
    assert page.evaluate(FOCUSED_ROW) == "luecke-0"


def test_a_hot_spot_is_shown_from_its_row_and_a_click_on_it_leads_to_the_row(tmp_path, visit):
    town = build_town()
    west, south, _, _ = town.city_area.total_bounds
    spots = gpd.GeoDataFrame(
        {
            "hot_spot_id": ["001", "002"],
            "kind": ["long", "short"],
            "profile": ["senior", "senior"],
            "persons": [1235.0, float("nan")],
            "walk_mean_min": [17.25, 4.0],
            "name": ["Deichdorf", None],
        },
        geometry=[
            shapely.MultiPolygon([shapely.box(west + x, south + 2000, west + x + 700, south + 2700)])
            for x in (200, 3200)
        ],
        crs=town.city_area.crs,
    )
    page = visit(write_site(replace(town, hot_spots=spots), tmp_path) / MAP).page
    assert not page.is_checked("#haeufung")
    page.click("[data-spot='1']")
    assert page.is_checked("#haeufung")
    assert _title(page) == "Gebiet 2"
    row = page.locator("#haeufung-1 td").all_text_contents()
    told = page.locator(".popup dd").all_text_contents()
    assert told == row == ["Häufung kurzer Wege", "4,0", "weniger als 10"]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.spot") == "1"
    page.evaluate(
        """() => { const at = begegnung.parts.hot_spots.look(0).at, { map } = begegnung;
        ['places', 'neighbours', 'gaps'].forEach(key => begegnung.parts[key].remove());
        map.setView(at, 14, {animate: false});
        map.fire('click', {latlng: at, layerPoint: map.latLngToLayerPoint(at)}); }"""
    )
    assert _title(page) == "Deichdorf"
    page.get_by_role("button", name="In der Tabelle zeigen").click()
    assert page.evaluate(FOCUSED_ROW) == "haeufung-0"
    assert not find_violations(page)


@pytest.mark.parametrize(
    ("box", "layer"),
    [
        ("fussweg", "walking"),
        ("luecken", "gaps"),
        ("unterversorgt", "underserved"),
        ("orte", "places"),
        ("nachbarn", "neighbours"),
    ],
)
def test_a_layer_that_is_off_is_neither_drawn_nor_explained(page, box, layer):
    explained = page.locator(f"fieldset:has(#{box}) .swatches").first
    assert page.evaluate(HAS_LAYER, layer)
    assert explained.is_visible()
    page.uncheck(f"#{box}")
    assert not page.evaluate(HAS_LAYER, layer)
    assert explained.is_hidden()
    page.wait_for_url(f"**&{box}=0")


def test_places_that_are_off_cannot_be_reached_by_key_or_click(page):
    for box in ("orte", "nachbarn"):
        page.uncheck(f"#{box}")
    page.evaluate("begegnung.map.fire('moveend')")
    assert page.is_hidden(".place-cursor")


def test_an_address_opens_the_place_it_names_and_switches_its_layer_on(town_site, visit):
    visited = visit(town_site / MAP)
    visited.page.goto((town_site / MAP).as_uri() + "#ort=b000000000004&luecken=0")
    visited.page.reload()
    visited.page.wait_for_selector("[data-ready]")
    assert _title(visited.page) == "Haus E"
    assert visited.page.is_checked("#potenzial")
    assert not visited.page.is_checked("#luecken")
    assert not find_violations(visited.page)


def test_the_link_to_the_view_holds_place_layers_and_choice(page):
    page.select_option("#zeit", "15")
    page.click(f"[data-place='{HAUS_C}']")
    page.wait_for_url(f"**&wer=senior&zeit=15&ort={HAUS_C}")
    assert page.get_attribute("#verweis", "href") == page.evaluate("location.hash")


def test_going_back_brings_the_view_back(page, town_site):
    page.uncheck("#luecken")
    page.evaluate("begegnung.map.setZoom(15, {animate: false})")
    page.wait_for_url("**#karte=15.00/**luecken=0")
    left = page.evaluate("[location.hash, begegnung.map.getCenter().lat]")
    page.goto((town_site / "index.html").as_uri())
    page.go_back()
    page.wait_for_selector("[data-ready]")
    assert page.evaluate("location.hash") == left[0]
    assert not page.is_checked("#luecken")
    assert page.evaluate("begegnung.map.getZoom()") == 15
    assert page.evaluate("begegnung.map.getCenter().lat") == pytest.approx(left[1], abs=2e-5)


def test_the_other_language_opens_at_the_same_view(page):
    page.select_option("#wer", "adult")
    page.evaluate("begegnung.map.setZoom(14, {animate: false})")
    page.wait_for_url("**#karte=14.00/**")
    page.click("[data-language]")
    page.wait_for_selector("[data-ready]")
    assert page.url.split("#")[0].endswith("/en/maps/stadtkarte.html")
    assert page.evaluate("[begegnung.state.profile, begegnung.map.getZoom()]") == ["adult", 14]
    assert page.text_content("#aussage").startswith("Adults: ")
    page.click("[data-language]")
    page.wait_for_selector("[data-ready]")
    assert page.evaluate("document.documentElement.lang") == "de"
