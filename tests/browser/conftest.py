# SPDX-License-Identifier: MIT
"""Headless Chromium on pages written to disk, with every request watched."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from begegnung_geo.sample import write_sample
from small_town import build_town, write_site
from towns import Town, lay_out, run_town

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@dataclass
class Visit:
    """An open page and everything it asked for or complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def town_site(tmp_path_factory) -> Path:
    return write_site(build_town(), tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def musterstadt(tmp_path_factory, project) -> Town:
    """Return the embedded town, small, from raw files to the site."""
    town = lay_out(tmp_path_factory.mktemp("musterstadt"), project)
    write_sample(town.raw, inhabitants=6000)
    run_town(town.root)
    return town


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not shutil.which(CHROMIUM):
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI demands a browser: {CHROMIUM} is not there (Debian: apt-get install chromium)")
        pytest.skip(f"no browser at {CHROMIUM} (Debian: apt-get install chromium, or set CHROMIUM)")
    with sync_playwright() as runner:
        running = runner.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def visit(browser) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_page(path: Path, *, width: int = 1280, height: int = 900, **options: object) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        found = Visit(page)
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("console", lambda message: found.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (found.complaints.append("dialog"), dialog.dismiss()))
        page.goto(path.as_uri())
        if "maps" in path.parts:
            page.wait_for_selector("[data-ready]")
        return found

    yield open_page
    for context in contexts:
        context.close()
