# SPDX-License-Identifier: MIT
"""The embedded town's own site, from raw files through the pipeline, in the browser."""

import csv
import json

import pytest

from page_checks import check_widths, find_violations


def _percent(share: float) -> str:
    # The rule of the pages: whole percent; 0 % and 100 % only where it is exact.
    percent = round(share * 100)
    if percent == 0 and share > 0:
        return "unter 1 %"
    return "über 99 %" if percent == 100 and share < 1 else f"{percent} %"


def _plain(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def summary(musterstadt):
    return json.loads((musterstadt.site / "summary.json").read_text(encoding="utf-8"))


def test_every_page_asks_for_nothing_logs_nothing_passes_axe_and_fits_a_phone(musterstadt, visit):
    pages = sorted(musterstadt.site.rglob("*.html"))
    # In both languages: index, then a map and a fact sheet of the city and three Stadtbezirke.
    assert len(pages) == 2 * 9
    for path in pages:
        found = visit(path, width=320, height=640)
        assert found.requests == [path.as_uri()]
        check_widths(found.page, (320, 1280))
        assert not find_violations(found.page), path
        assert not found.complaints
        banner = "Musterstadt is invented." if "en" in path.parts else "Musterstadt ist erfunden."
        assert banner in found.page.text_content(".banner")


def test_the_figures_on_the_pages_are_those_of_the_summary(musterstadt, visit, summary):
    page = visit(musterstadt.site / "index.html").page
    shares = {(c["profile"], c["threshold_min"]): c["covered_share"] for c in summary["coverage"]}
    shown = [_plain(text) for text in page.locator(".figures .value").all_text_contents()]
    assert shown[:3] == [
        _percent(shares["senior", 10]),
        _percent(shares["adult", 15]),
        str(summary["begegnungsorte"]["counted"]),
    ]
    rows = {
        _plain(cells[0]): [_plain(cell) for cell in cells]
        for cells in page.evaluate(
            "[...document.querySelectorAll('table[data-sortable] tbody tr')]"
            ".map(row => [...row.cells].map(cell => cell.textContent))"
        )
    }
    boroughs = [d for d in summary["districts"] if d["level"] == "stadtbezirk"]
    assert len(boroughs) == 3
    for borough in boroughs:
        cells = rows[borough["name"]]
        assert cells[2] == _percent(borough["covered_share"]["senior_10"])
        assert int(cells[1].replace(".", "")) == round(borough["persons"] / 5) * 5
        assert cells[6].startswith("unterversorgt") == borough["is_underserved"]


def _read_csv(path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.reader(file, delimiter=";"))


def test_the_csv_beside_each_table_holds_the_rows_of_that_table(musterstadt, visit, summary):
    counts = []
    for path in sorted((musterstadt.site / "maps").glob("*.html")):
        page = visit(path).page
        link = page.get_attribute(".csv", "href")
        listed = _read_csv((path.parent / link).resolve())[1:]
        shown = page.locator("#orte-tabelle tbody tr").evaluate_all("rows => rows.map(row => row.id)")
        assert sorted(shown) == sorted(f"ort-{row[0]}" for row in listed)
        counts.append(len(listed))
    # The city's map has all of them, the boroughs' pages share them out.
    assert max(counts) == sum(counts) - max(counts) == summary["begegnungsorte"]["total"]


def test_table_popup_and_csv_hold_the_same_places(musterstadt, visit, summary):
    page = visit(musterstadt.site / "maps" / "stadtkarte.html").page
    listed = _read_csv(musterstadt.site / "downloads" / "begegnungsorte.csv")
    rows = page.locator("#orte-tabelle tbody tr")
    assert rows.count() == len(listed) - 1 == summary["begegnungsorte"]["total"]
    name = _plain(rows.first.locator(".name").text_content())
    assert any(name in row for row in listed)
    rows.first.locator("[data-place]").click()
    assert _plain(page.text_content(".popup h3")) == name
    kind = _plain(rows.first.locator("td").first.text_content())
    assert kind in _plain(page.text_content(".popup"))
