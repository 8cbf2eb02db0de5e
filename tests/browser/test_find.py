# SPDX-License-Identifier: MIT
"""Finding a place or street offline, and an address that brings back the same view."""

from dataclasses import replace

import pytest

from page_checks import find_violations
from small_town import build_town, write_site

MAP = "maps/stadtkarte.html"
STATE = "[begegnung.map.getZoom(), begegnung.state.profile, begegnung.state.threshold]"


@pytest.fixture
def page(town_site, visit):
    return visit(town_site / MAP).page


def _search(page, text: str) -> list[str]:
    page.fill("#finden", text)
    page.wait_for_timeout(300)  # the page waits 120 ms for the next letter; its policy forbids polling
    return page.locator("#fundstellen bdi").all_text_contents()


def test_a_street_is_found_however_it_is_written_and_enter_zooms_to_it(page):
    # The town has 19 streets called Querstraße and 11 called Längsweg, 8 results are offered.
    assert len(_search(page, "QUERSTRASSE")) == 8
    assert page.text_content("#fundzahl") == "19 Treffer. Die Eingabetaste zeigt den ersten."
    assert _search(page, "querstr. 7") == ["Querstraße 7"]
    assert not find_violations(page)
    page.press("#finden", "Enter")
    assert page.evaluate("begegnung.found.name") == "Querstraße 7"
    assert page.evaluate(
        "begegnung.map.getBounds().contains(begegnung.geometry.boundsOf(begegnung.found.pieces))"
    )
    assert page.is_hidden("#fundstellen")
    assert page.text_content("#ansage") == "Querstraße 7, Straße"


def test_places_of_one_name_are_told_apart_by_district_and_within_it_by_street(tmp_path, visit):
    town = build_town()
    # Every fifth place lies in the east: Haus A and F bear one name there, Haus B alone does in the west.
    named = town.begegnungsorte.assign(
        name=[
            "Bürgerhaus" if name in ("Haus A", "Haus F", "Haus B") else name
            for name in town.begegnungsorte["name"]
        ]
    )
    page = visit(write_site(replace(town, begegnungsorte=named), tmp_path) / MAP).page
    assert _search(page, "bürgerhaus") == ["Bürgerhaus"] * 3
    told = page.locator("#fundstellen span").all_text_contents()
    assert sorted(line.split(" · ")[1:] for line in told) == [
        ["Mitte"],
        ["Osterfeld", "Hafenstraße 1"],
        ["Osterfeld", "Hafenstraße 6"],
    ]
    # A name that is there once needs no more words.
    _search(page, "haus c")
    assert "·" not in page.text_content("#fundstellen span")


def test_streets_of_one_name_far_apart_are_two_results(tmp_path, visit):
    town = build_town()
    edges = town.walk_edges
    ends = edges.geometry.centroid.x
    far = edges.assign(name=None).copy()
    far.loc[[ends.idxmin(), ends.idxmax()], "name"] = "Hauptstraße"
    page = visit(write_site(replace(town, walk_edges=far), tmp_path) / MAP).page
    assert _search(page, "Hauptstr.") == ["Hauptstraße"] * 2
    assert page.locator("#fundstellen span").all_text_contents() == ["Straße · Mitte", "Straße · Osterfeld"]


def test_arrow_keys_walk_the_results_escape_leaves_and_a_place_opens(page):
    assert _search(page, "laengs") == []
    assert page.text_content("#fundzahl") == "Nichts gefunden."
    assert _search(page, "haus")[0].startswith("Haus")
    page.press("#finden", "ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('#fundstellen') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "finden"
    assert page.is_hidden("#fundstellen")
    _search(page, "haus c")
    page.press("#finden", "Enter")
    assert page.text_content(".popup h3") == "Haus C"
    page.keyboard.press("Escape")
    page.wait_for_selector(".popup", state="detached")
    assert page.evaluate("document.activeElement.id") == "finden"


def test_the_address_remembers_view_and_switches_without_filling_the_history(town_site, visit, page):
    before = page.evaluate("history.length")
    assert page.evaluate("location.hash") == ""
    page.select_option("#wer", "adult")
    page.select_option("#zeit", "15")
    page.check("#potenzial")
    page.evaluate("begegnung.map.setZoom(15, {animate: false})")
    page.wait_for_url("**#karte=15.00/**potenzial=1")
    address = page.evaluate("location.hash")
    assert address.startswith("#karte=15.00/54.")
    assert page.evaluate("history.length") == before
    again = visit(town_site / MAP)
    again.page.evaluate("hash => { location.hash = hash; }", address)
    again.page.wait_for_timeout(200)
    assert again.page.evaluate(STATE) == [15, "adult", 15]
    assert again.page.is_checked("#potenzial")
    assert "Erwachsene" in again.page.text_content("#aussage")
    again.page.reload()
    again.page.wait_for_selector("[data-ready]")
    assert again.page.evaluate(STATE) == [15, "adult", 15]


@pytest.mark.parametrize(
    "fragment",
    [
        "karte=NaN/1/2&wer=nobody&zeit=-1",
        "karte=99/54.4/8.0",
        "karte=12/0/0&wer=%3Cscript%3E",
        "inhalt",
        "%E0%A4%A",
    ],
)
def test_a_broken_address_gives_the_page_as_it_opens(page, fragment):
    page.evaluate("hash => { location.hash = hash; }", fragment)
    zoom, profile, minutes = page.evaluate(STATE)
    assert (profile, minutes) == ("senior", 10)
    assert zoom <= 18
    assert page.evaluate("begegnung.map.getBounds().intersects(begegnung.data.bounds)")
