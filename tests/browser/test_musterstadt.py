# SPDX-License-Identifier: MIT
"""The embedded town's own site, from raw files through the pipeline, in the browser."""

import csv
import json
import math
import re

import pytest

from page_checks import check_widths, find_violations

HEADLINES = ("senior_10", "adult_15")


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


def _read_shares(row: dict[str, str]) -> tuple[float, ...]:
    return tuple(float(row[key].replace(",", ".")) for key in ("covered_share", "covered_share_max"))


def _told(low: float, high: float) -> str:
    # A share of coverage_by_district.csv as the pages write it.
    if round(low * 100) == round(high * 100):
        return _percent(low)
    return f"{math.floor(round(low * 100, 6))} bis {math.ceil(round(high * 100, 6))} %"


def _read_told(musterstadt) -> dict[tuple[str, str, str, str], tuple[float, ...]]:
    head, *rows = _read_csv(musterstadt.site / "downloads" / "coverage_by_district.csv")
    records = [dict(zip(head, row, strict=True)) for row in rows]
    keys = ("level", "district_id", "profile", "threshold_min")
    return {tuple(r[key] for key in keys): _read_shares(r) for r in records if r["covered_share"]}


def test_the_share_of_a_district_is_one_in_popup_table_csv_sheet_and_summary(musterstadt, visit, summary):
    told = _read_told(musterstadt)
    page = visit(musterstadt.site / "maps" / "stadtkarte.html").page
    compared = 0
    for district in summary["districts"]:
        level, district_id = district["level"], district["district_id"]
        lows = {
            use: told.get((level, district_id, *use.rsplit("_", 1)), (None,))[0]
            for use in district["covered_share"]
        }
        assert district["covered_share"] == lows
        shares = [
            _told(*told[key])
            for use in HEADLINES
            if (key := (level, district_id, *use.rsplit("_", 1))) in told
        ]
        if len(shares) < len(HEADLINES):
            continue  # too few people: nothing is told anywhere (test_few_people_... in test_site.py)
        row = page.locator(f"tr[data-key='{level}-{district_id}']")
        assert [_plain(cell) for cell in row.locator("td.num").all_text_contents()[1:3]] == shares
        row.locator("[data-district]").click()
        popup = page.locator(".popup dd").all_text_contents()
        assert [_plain(text) for text in popup[1:3]] == shares
        page.keyboard.press("Escape")
        compared += 1
        link = row.locator("a")
        if link.count():
            sheet = visit(musterstadt.site / "sheets" / link.get_attribute("href")).page
            figures = sheet.locator(".figures .value").all_text_contents()
            assert [_plain(text) for text in figures[:2]] == shares
    assert compared >= 6  # three Stadtbezirke and several Bezirke


def test_every_walker_and_time_has_one_share_under_the_map_in_the_table_and_in_the_csv(
    musterstadt, visit, summary
):
    told = _read_told(musterstadt)
    boroughs = [district for district in summary["districts"] if district["level"] == "stadtbezirk"]
    links = dict(
        visit(musterstadt.site / "maps" / "stadtkarte.html").page.evaluate(
            "[...document.querySelectorAll('tr[data-key] a')]"
            ".map(a => [a.closest('tr').dataset.key, a.getAttribute('href')])"
        )
    )
    for borough in boroughs:
        page = visit(musterstadt.site / "maps" / links[f"stadtbezirk-{borough['district_id']}"]).page
        table = page.evaluate(
            "[...document.querySelectorAll('section[aria-labelledby=reichweite] tbody tr')]"
            ".map(row => [...row.cells].slice(1).map(cell => cell.textContent))"
        )
        walkers, times = (
            page.locator(f"{select} option").evaluate_all("all => all.map(o => o.value)")
            for select in ("#wer", "#zeit")
        )
        for walker, row in zip(walkers, table, strict=True):
            page.select_option("#wer", walker)
            for time, cell in zip(times, row, strict=True):
                page.select_option("#zeit", time)
                share = _told(*told["stadtbezirk", borough["district_id"], walker, time])
                assert _plain(cell) == share
                assert f"erreichen {share} der Menschen" in _plain(page.text_content("#aussage"))


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
    # The address and how sure the point is are two lines of the popup and one cell of the table.
    terms, texts = (page.locator(f".popup {tag}").all_text_contents() for tag in ("dt", "dd"))
    lines = dict(zip(terms, texts, strict=True))
    assert re.fullmatch(r"\D+, ± [\d.]+ m", lines["Lage"])
    assert lines["Lage"] not in lines["Adresse"]
