# SPDX-License-Identifier: MIT
"""Names, tags and addresses from outside: nothing runs, nothing breaks the page, the text stays readable."""

import shutil

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from begegnung_geo.render.text import clean_text
from page_checks import find_violations
from small_town import build_town, with_names, write_site

MAP = "maps/stadtkarte.html"
NAMES = [
    '<script>window.hit = "script"</script>',
    '"><img src=x onerror="window.hit=\'img\'">',
    "</script><script>window.hit='end'</script>",
    "<!--<script>",
    "{{ 7 * 7 }}{% raw %}${7*7}`",
    "javascript:window.hit='link'",
    "data:text/html,<script>window.hit='data'</script>",
    "\u202eedrek\u202d \u2028\u2029 \u0645\u0631\u062d\u0628\u0627 \U0001f389",
    "A" * 10_000,
    "=1+1|cmd",
    "'; window.hit = 'quote'; '",
    "Z\u0337\u0321a\u0338l\u0334g\u0337o\u0335 \ud83d".encode("utf-16", "surrogatepass").decode(
        "utf-16", "replace"
    ),
]
PIECES = st.sampled_from(
    [
        "<script>window.hit=1</script>", "</script>", "</style>", "<!--", "-->", "]]>",
        "<svg onload=window.hit=1>", "javascript:window.hit=1", "data:text/html,x", "&lt;", "&#x3c;",
        "\\u003cscript\\u003e", "{{", "}}", "{% x %}", "${window.hit=1}", "`", "'", '"', "\\",
        "\u202e", "\u2066", "\u200f", "\u0000", "\u001b[31m", "\U0001f3f3\ufe0f", "e\u0301" * 30,
        "\u05e9\u05dc\u05d5\u05dd", "W" * 300, "https://example.org/x.png", " ",
    ]
)  # fmt: skip
HOSTILE_NAMES = st.lists(st.one_of(PIECES, st.text(max_size=12)), min_size=1, max_size=5).map("".join)


def _write(folder, names):
    shutil.rmtree(folder, ignore_errors=True)
    return write_site(with_names(build_town(), names), folder)


def _open_everything(page) -> None:
    page.evaluate("begegnung.map.setZoom(16, {animate: false})")
    for kind in ("place", "gap", "district"):
        for button in page.locator(f"[data-{kind}]").all()[:3]:
            button.click()
    page.fill("#finden", "<script>window.hit=1</script>")
    page.press("#finden", "Enter")


def _check(found, path) -> None:
    assert found.page.evaluate("window.hit") is None
    assert not found.complaints
    assert found.requests == [path.as_uri()]
    assert found.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory):
    return _write(tmp_path_factory.mktemp("hostile"), NAMES)


@pytest.mark.parametrize(
    "pages",
    ["index.html", "maps/stadtkarte.html", "maps/[!s]*.html", "en/maps/[!s]*.html", "en/sheets/*.html"],
)
def test_nothing_runs_and_a_phone_needs_no_sideways_scroll(hostile_site, visit, pages):
    path = min(hostile_site.glob(pages))  # a district's file is named by what letters its name has
    found = visit(path, width=320, height=640)
    if path.parent.name == "maps":
        _open_everything(found.page)
    _check(found, path)
    assert not find_violations(found.page)


def test_hostile_names_are_shown_as_they_are(hostile_site, visit):
    page = visit(hostile_site / MAP).page
    shown = page.locator("#orte-tabelle .name").all_text_contents()
    assert set(shown) == {clean_text(name) for name in NAMES}
    assert all(len(name) <= 120 for name in shown)
    assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0


# A site is built and opened for each example: no time limit for one, and no search for a shorter one.
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=st.lists(HOSTILE_NAMES, min_size=12, max_size=12))
def test_whatever_the_names_are_nothing_runs(visit, tmp_path, *, names):
    path = _write(tmp_path / "site", names) / MAP
    found = visit(path, width=320, height=640)
    _open_everything(found.page)
    _check(found, path)
    shown = set(found.page.locator("#orte-tabelle .name").all_text_contents())
    assert shown == {clean_text(name) or "ohne Namen" for name in names}
    found.page.close()


def test_hostile_addresses_open_the_page_as_it_is(hostile_site, visit):
    for fragment in (
        "ort=%3Cimg%20src%3Dx%20onerror%3Dwindow.hit%3D1%3E",
        "ort=__proto__&wer=constructor&zeit=toString&fussweg=javascript:1",
        "karte=1e9/54/8&karte=15/%00/8",
        "karte=15/54.4/8.02&ort=b000000000000%22%5D%5B",
        "%E0%A4%A",
        "x" * 5000,
    ):
        found = visit(hostile_site / MAP)
        found.page.evaluate("hash => { location.hash = hash; }", fragment)
        found.page.wait_for_timeout(100)
        assert found.page.evaluate("window.hit") is None
        assert not found.complaints
        assert found.page.evaluate("[begegnung.state.profile, begegnung.state.threshold]") == ["senior", 10]
        assert found.page.evaluate("begegnung.map.getBounds().intersects(begegnung.data.bounds)")
