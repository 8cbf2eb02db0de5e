# SPDX-License-Identifier: MIT
"""Fact sheets: the same figures as the pages, two pages of A4, the same bytes, nothing from outside."""

import base64
import html
import io
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from begegnung_geo.render.charts import Bar, Curve, draw_bars, draw_curves
from begegnung_geo.render.pdf import can_print, render_pdf
from begegnung_geo.render.site import render_site
from small_town import build_town, with_names, with_one_district, without_people, without_places

SHEET = "sheets/mitte.html"


def _text(page: str) -> str:
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    plain = html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(plain.split())


def _images(page: str) -> list[str]:
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    return [base64.b64decode(content).decode() for content in found]


def test_the_sheet_opens_with_the_sentence_and_the_figures_of_the_map_page(site):
    sheet, page = site[SHEET], site["maps/mitte.html"]
    for part in (r"<h1>.*?</h1>", r'<dd class="value.*?</dd>'):
        on_page = [_text(found) for found in re.findall(part, page, re.DOTALL)]
        assert on_page
        assert [_text(found) for found in re.findall(part, sheet, re.DOTALL)] == on_page


def test_three_plain_sentences_say_how_many_where_not_and_how_sure(site):
    # Mitte: 80 % of 1,500 and 50 % of 900 people, 1,650 of 2,400: about seven in ten.
    text = _text(site[SHEET])
    assert "In Mitte haben von zehn Menschen etwa 7 in 10 Minuten zu Fuß einen Begegnungsort." in text


def test_the_picture_numbers_the_gaps_as_the_sentences_do_and_names_the_bezirke(site):
    picture = _images(site["sheets/stadtkarte.html"])[0]
    assert picture.count(">1</text>") == 1
    assert ">2</text>" not in picture  # the town has one gap
    for name in ("Mitte", "Osterfeld"):
        assert f">{name}</text>" in picture


def test_the_sheet_says_what_opening_a_potential_place_would_change(site):
    text = _text(site["sheets/stadtkarte.html"])
    assert "Raum neu erreicht in 10 Minuten Gebäude" in text
    assert "Haus E 300 nicht bestätigt" in text
    assert "Haus K 200" in text


def test_charts_say_in_words_what_they_show(site):
    alts = [html.unescape(alt) for alt in re.findall(r'<img [^>]*alt="([^"]+)"', site[SHEET])]
    assert len(alts) == 3  # map, curve, bars
    assert "Altstadt 80\N{NO-BREAK SPACE}%" in alts[2]
    assert "Hafen 50\N{NO-BREAK SPACE}%" in alts[2]


def test_a_sheet_without_figures_says_so_and_has_no_chart_of_nothing():
    pages = render_site(without_people(build_town()))
    text = _text(pages[SHEET])
    assert "nicht bekannt" in text
    assert "In 10 Minuten" not in text.replace("Einwohner", "")
    assert "Kein größeres bewohntes Gebiet" not in text  # unknown is never no
    assert len(_images(pages[SHEET])) == 1  # the map
    assert "Für keinen Bezirk ist ein Anteil bestimmbar" in text
    assert "Wie viele Menschen in Mitte in welcher Zeit einen Begegnungsort erreichen, ist nicht" in text
    assert "Anteil im Bild" not in _text(pages["maps/mitte.html"])
    empty = render_site(without_places(build_town()))[SHEET]
    assert "Welche Orte es gibt" not in _text(empty)


def test_what_is_not_known_is_dotted_in_a_chart_and_a_known_share_is_not():
    city = Bar("Stadt", 0.5, "50 %")
    known = draw_bars([Bar("Mitte", 0.4, "40 %")], city=city)
    for doubtful in (Bar("Mitte", 0.4, "40 bis 60 %", share_high=0.6), Bar("Mitte", None, "keine Angabe")):
        drawn = draw_bars([doubtful], city=city)
        assert drawn.count("<pattern") == known.count("<pattern") + 1
        assert doubtful.text in drawn


def test_land_without_a_told_time_is_dotted_in_the_picture_as_in_its_legend(site):
    sheet = site[SHEET]
    assert 'fill="url(#unbewohnt)"' in _images(sheet)[0]
    assert 'fill="url(#unbekannt)"' not in _images(sheet)[0]  # every walk of the town is known
    swatch = re.search(r"<svg[^>]*>(?:(?!</svg>).)*</svg>\s+kaum bewohnt<", sheet, re.DOTALL)
    assert swatch
    assert swatch[0].count("h0") > 3  # points of a pen with round ends
    assert 'fill="url(#unbewohnt)"' in site["index.html"]


@pytest.mark.parametrize(
    ("publisher", "said"),
    [
        ({"name": "Stadt", "contact": "post@stadt.example"}, "Herausgegeben von: Stadt. Fehler melden"),
        ({"name": "", "contact": "post@stadt.example"}, "Fehler melden und nachfragen: post@stadt.example"),
        ({"name": "Stadt", "contact": ""}, "Herausgegeben von: Stadt. Erstellt"),
    ],
)
def test_no_sentence_has_a_hole_where_publisher_or_contact_is_missing(publisher, said):
    town = build_town()
    profile = town.profile.model_copy(
        update={"publisher": town.profile.publisher.model_copy(update=publisher)}
    )
    unsigned = tuple(entry.model_copy(update={"publisher": ""}) for entry in town.provenance)
    text = _text(render_site(replace(town, profile=profile, provenance=unsigned))[SHEET])
    assert said in text
    assert ": ;" not in text
    assert ": ." not in text


def test_a_town_of_one_district_has_a_sheet_of_the_city():
    pages = render_site(with_one_district(build_town()))
    assert "sheets/stadtkarte.html" in pages


def test_hostile_names_stay_text_in_page_picture_and_chart():
    names = ["<script>alert(1)</script>", '"><svg onload=x>', "$x^2$ & $", "A" * 500]
    pages = render_site(with_names(build_town(), names))
    for name, page in pages.items():
        if not name.startswith("sheets/"):
            continue
        assert "<script>alert" not in page
        assert 'onload="' not in page
        for picture in _images(page):
            assert "<script" not in picture
            assert "onload=x>" not in picture


def test_links_of_the_publisher_stand_where_the_profile_gives_them(site):
    assert ">Impressum</a>" not in site["index.html"]
    assert "Noch nicht eingetragen: wer diese Seiten herausgibt" in _text(site["index.html"])
    town = build_town()
    publisher = town.profile.publisher.model_copy(
        update={"name": "Stadt X", "contact": "orte@x.example", "imprint_url": "https://x.example/impressum"}
    )
    profile = town.profile.model_copy(update={"publisher": publisher})
    pages = render_site(replace(town, profile=profile))
    assert 'href="https://x.example/impressum"' in pages["index.html"]
    assert "Fehler melden und nachfragen: orte@x.example" in _text(pages[SHEET])


def test_charts_are_the_same_bytes_in_another_process():
    code = (
        "import sys; from begegnung_geo.render.charts import Bar, draw_bars; "
        "sys.stdout.write(draw_bars([Bar('Nord', .5, '50 %', is_flagged=True)], city=Bar('Ort', .7, '70 %')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    city = Bar("Ort", 0.7, "70 %")
    assert run.stdout == draw_bars([Bar("Nord", 0.5, "50 %", is_flagged=True)], city=city)
    assert run.stderr == ""


def test_a_dollar_sign_in_a_name_is_no_formula():
    bars = draw_bars([Bar("Nord $x^2$", None, "keine Angabe")], city=Bar("Ort", None, "keine Angabe"))
    curve = Curve("Nord $x^2$", np.array([0.0, 0.5, 1.0]))
    curves = draw_curves(curve, None, limits_min=[1], labels=("Minuten", "%"))
    assert "Nord $x^2$" in bars
    assert "Nord $x^2$" in curves


def test_the_pdf_has_two_tagged_pages_and_the_same_bytes_each_time(site):
    if not can_print():
        pytest.skip("Pango is not on this machine (Debian: libpango-1.0-0 libpangoft2-1.0-0)")
    document = render_pdf(site[SHEET])
    assert document == render_pdf(site[SHEET])
    info = subprocess.run(
        ["pdfinfo", "-"], input=document, capture_output=True, check=True, timeout=60
    ).stdout.decode()
    facts = dict(line.split(":", 1) for line in io.StringIO(info) if ":" in line)
    assert facts["Pages"].strip() == "2"
    assert facts["Tagged"].strip() == "yes"
    assert facts["Title"].strip() == "Steckbrief: Begegnungsorte in Mitte"


def test_the_pdf_of_the_longest_sheet_still_has_two_pages():
    if not can_print():
        pytest.skip("Pango is not on this machine (Debian: libpango-1.0-0 libpangoft2-1.0-0)")
    town = build_town()
    gaps = town.gaps.loc[town.gaps.index.repeat(9)].reset_index(drop=True)
    gaps["gap_id"] = [f"{number:03d}" for number in range(1, len(gaps) + 1)]
    page = render_site(replace(town, gaps=gaps))["sheets/stadtkarte.html"]
    info = subprocess.run(
        ["pdfinfo", "-"], input=render_pdf(page), capture_output=True, check=True, timeout=60
    ).stdout.decode()
    assert re.search(r"Pages:\s+2\b", info)


def test_a_sheet_with_more_to_say_is_set_closer_and_keeps_two_pages(site):
    if not can_print():
        pytest.skip("Pango is not on this machine (Debian: libpango-1.0-0 libpangoft2-1.0-0)")

    def count_pages(lines: int) -> int:
        more = "<p>Ein Satz mehr, der gesagt werden muss.</p>" * lines
        document = render_pdf(site[SHEET].replace('<div class="second">', f'<div class="second">{more}', 1))
        info = subprocess.run(["pdfinfo", "-"], input=document, capture_output=True, check=True, timeout=60)
        return int(re.search(rb"Pages:\s+(\d+)", info.stdout)[1])

    fits = next(lines for lines in range(1, 40) if count_pages(lines) == 3) - 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("begegnung_geo.render.pdf._CLOSE", "")
        patch.setattr("begegnung_geo.render.pdf._CLOSER", "")
        assert count_pages(fits) == 3


def test_a_pdf_asks_nobody_for_anything(site, tmp_path):
    if not can_print():
        pytest.skip("Pango is not on this machine (Debian: libpango-1.0-0 libpangoft2-1.0-0)")
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>geheim</text></svg>', encoding="utf-8")
    page = site[SHEET].replace("</main>", f'<img src="{secret.as_uri()}" alt="x"></main>')
    document = render_pdf(page)
    text = subprocess.run(["pdftotext", "-", "-"], input=document, capture_output=True, check=True).stdout
    assert b"geheim" not in text
    assert "Mitte" in text.decode()
