# SPDX-License-Identifier: MIT
"""The pages of `make notebooks CITY=musterstadt`: they open from a disk, ask for nothing, show their maps."""

import os
import re
from pathlib import Path

import pytest

import begegnung_geo as bg
from page_checks import check_widths, find_violations

PROJECT = Path(__file__).resolve().parents[2]
PAGES = PROJECT / "build" / "notebooks" / "musterstadt"
NAMES = sorted(path.stem for path in (PROJECT / "notebooks").glob("[0-9]*.py"))
LINK = re.compile(r"""(?:src|href)=["'](?!data:|#|[\w-]+\.html)|url\((?!data:|["']?#)|@import""")


def _require(path: Path) -> Path:
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI demands {path}: run `make notebooks CITY=musterstadt` first")
        pytest.skip("run `make notebooks CITY=musterstadt` first")
    return path


@pytest.fixture(params=NAMES)
def page_file(request) -> Path:
    """Return the page of a notebook; skips where they are not built, fails in CI."""
    return _require(PAGES / f"{request.param}.html")


def test_a_page_asks_for_nothing_fits_every_width_and_passes_axe(page_file, visit):
    found = visit(page_file)
    page = found.page
    frames = page.locator(".map iframe")
    for number in range(frames.count()):
        frames.nth(number).content_frame.locator("[data-ready=yes]").wait_for()
    assert frames.count() >= 1
    outside = [url for url in found.requests if url not in (page_file.as_uri(), "about:srcdoc")]
    assert outside == []
    assert not find_violations(page, iframes=False)  # those have a test of their own below
    check_widths(page, (320, 640, 1280))
    for number in range(frames.count()):
        inner = frames.nth(number).content_frame.locator("html")
        assert inner.evaluate("node => node.scrollWidth <= node.clientWidth")
        assert inner.evaluate("node => node.scrollHeight <= node.clientHeight + 1")
    assert not found.complaints


def test_the_policy_of_a_page_runs_the_scripts_of_its_maps_and_no_other(page_file, visit):
    page = visit(page_file).page
    page.evaluate(
        """() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1';
        document.body.append(s);
        document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.hit = 2">'); }"""
    )
    page.wait_for_timeout(50)
    assert page.evaluate("window.hit") is None
    policy = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
    assert "script-src 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2]


def test_a_page_names_no_address_it_would_load(page_file):
    text = page_file.read_text(encoding="utf-8")
    frames = re.findall(r'srcdoc="([^"]*)"', text)
    without_scripts = re.sub(r'srcdoc="[^"]*"', "", text)
    assert frames
    assert not LINK.search(without_scripts)
    assert not re.search(r"<script|<link", without_scripts)
    assert "Arbeitsblatt für die Auswertung, kein Teil der veröffentlichten Seiten." in text
    assert "Traceback" not in without_scripts


@pytest.fixture(scope="module")
def saved_map(tmp_path_factory) -> Path:
    """Return a map as `save` writes it: every layer that can lie on another."""
    _require(PROJECT / "site" / "musterstadt" / "summary.json")
    city = bg.load("musterstadt", root=PROJECT)
    places = city.layer("begegnungsorte")
    own = places.query("standing == 'potential'").head(3)
    shown = bg.explore(
        city,
        reach_areas=bg.reach(city, own, profile="senior"),
        gaps=city.layer("published_gaps"),
        begegnungsorte=places,
        own_places=own.to_crs(4326),
    )
    path = tmp_path_factory.mktemp("own") / "maps" / "own.html"
    path.parent.mkdir()
    shown.save(str(path))
    return path


def test_a_saved_map_asks_for_nothing_passes_axe_and_tells_what_is_clicked(saved_map, visit):
    found = visit(saved_map)
    page = found.page
    assert found.requests == [saved_map.as_uri()]
    assert not find_violations(page)
    check_widths(page, (320, 640, 1280))
    page.focus(".place-cursor")
    page.keyboard.press("Enter")
    popup = page.locator(".popup")
    popup.wait_for()
    assert popup.locator("h3").inner_text()
    assert not find_violations(page)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className").startswith("leaflet-marker-icon place-cursor")
    assert not found.complaints


def test_the_policy_of_a_map_blocks_what_is_put_in_later(saved_map, visit):
    page = visit(saved_map).page
    page.evaluate(
        """() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1';
        document.body.append(s); }"""
    )
    assert page.evaluate("window.hit") is None
