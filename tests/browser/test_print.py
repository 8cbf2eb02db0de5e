# SPDX-License-Identifier: MIT
"""On paper: the map as it stands with legend, title, date and sources on one sheet, then the tables."""

import re

import pytest

MAP = "maps/stadtkarte.html"
VIEW = "[begegnung.map.getZoom(), begegnung.map.getCenter().lat, begegnung.map.getCenter().lng]"


@pytest.fixture
def page(town_site, visit):
    page = visit(town_site / MAP).page
    page.uncheck("#luecken")
    page.evaluate("begegnung.map.setView(begegnung.map.getCenter(), 16.25, {animate: false})")
    return page


def _count_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def test_the_sheet_keeps_map_legend_title_date_and_sources_and_drops_the_controls(page):
    page.emulate_media(media="print")
    for name in ("h1", ".date", ".credit", ".map-canvas canvas", ".legend", ".north", "#aussage"):
        assert page.locator(name).first.is_visible(), name
    for name in (".controls", ".search", "#drucken", "#verweis", ".leaflet-control-zoom", ".languages"):
        assert page.locator(name).first.is_hidden(), name
    assert page.locator("fieldset:has(#fussweg)").is_visible()
    assert page.locator("fieldset:has(#luecken)").is_hidden()
    assert page.locator("fieldset:has(#fussweg) input").is_hidden()


def test_the_map_alone_is_one_sheet_of_a4_and_the_whole_page_is_more(page):
    whole = _count_pages(page.pdf(prefer_css_page_size=True))
    page.evaluate("document.body.classList.add('is-sheet')")
    sheet = page.pdf(prefer_css_page_size=True)
    assert _count_pages(sheet) == 1
    assert whole > 2
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", sheet)
    assert [round(float(side) / 72 * 25.4) for side in box.groups()] == [210, 297]


def test_printing_draws_the_same_view_finer_and_leaves_the_page_as_it_was(page):
    before = page.evaluate(VIEW)
    page.evaluate("window.seen = begegnung.map.getBounds()")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("begegnung.map._scene._ratio") == 3
    assert page.evaluate("begegnung.map.getBounds().pad(.001).contains(window.seen)")
    width = page.locator(".map-canvas").bounding_box()["width"]
    assert width == pytest.approx(184 / 25.4 * 96, abs=1)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("begegnung.map._scene._ratio") == 1
    assert page.evaluate(VIEW) == pytest.approx(before, abs=1e-9)


def test_the_print_button_asks_for_the_sheet_only(page):
    page.evaluate("window.print = () => { window.asked = document.body.className; }")
    page.click("#drucken")
    assert "is-sheet" in page.evaluate("window.asked")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert "is-sheet" not in page.evaluate("document.body.className")
