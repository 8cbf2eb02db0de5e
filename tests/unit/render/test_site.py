# SPDX-License-Identifier: MIT
"""The whole site as text: complete, reproducible, offline, honest, silent about single cells."""

import hashlib
import html
import posixpath
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from shapely.geometry import box

from begegnung_geo.render.sections import build_district_row
from begegnung_geo.render.site import render_site
from begegnung_geo.render.statements import Speaker, list_method
from begegnung_geo.render.text import Words
from begegnung_geo.render.verdicts import judge_district
from small_town import (
    COVERED_SHARE,
    NAMES,
    PERSONS,
    build_town,
    build_town_profile,
    empty_table,
    read_block,
    with_estimate,
    with_one_district,
    with_unknown,
    without_people,
    without_places,
)

MAP = "maps/stadtkarte.html"


def _visible(page: str) -> str:
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(text.split())


def _german(pages: dict[str, str]) -> dict[str, str]:
    return {path: page for path, page in pages.items() if not path.startswith("en/")}


def _heading(page: str) -> str:
    return _visible(re.search(r"<h1>.*?</h1>", page, re.DOTALL)[0])


def test_a_site_has_an_index_a_map_and_a_sheet_for_the_city_and_each_stadtbezirk_in_two_languages(site):
    names = ("stadtkarte", "mitte", "osterfeld")
    german = {"index.html", *(f"{folder}/{name}.html" for folder in ("maps", "sheets") for name in names)}
    assert set(site) == german | {f"en/{path}" for path in german}


def test_every_page_links_to_its_twin_and_to_the_downloads_of_the_site(site):
    for path, page in site.items():
        folder = posixpath.dirname(path)
        links = {
            posixpath.normpath(posixpath.join(folder, link)) for link in re.findall(r'href="([^"#:]+)"', page)
        }
        twin = path.removeprefix("en/") if path.startswith("en/") else f"en/{path}"
        assert twin in links
        assert {link for link in links if link.endswith(".html")} <= set(site)
        assert {posixpath.dirname(link) for link in links if not link.endswith(".html")} <= {"downloads"}
        assert ('<html lang="en">' in page) == path.startswith("en/")


def test_both_languages_draw_the_same_map(site):
    for path in (MAP, "maps/mitte.html"):
        assert read_block(site[path], "map-data") == read_block(site[f"en/{path}"], "map-data")
        german, english = (read_block(site[p], "page-texts") for p in (path, f"en/{path}"))
        assert german.keys() == english.keys()
        assert german["words"].keys() == english["words"].keys()
        assert german["words"]["showRow"] != english["words"]["showRow"]


def test_the_same_town_gives_the_same_bytes_also_in_another_process(site, project):
    code = (
        "import hashlib; from small_town import build_town; "
        "from begegnung_geo.render.site import render_site; "
        "print(hashlib.sha256(repr(render_site(build_town())).encode()).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=project / "tests"
    )
    assert run.stdout.strip() == hashlib.sha256(repr(site).encode()).hexdigest()


def test_the_order_of_the_rows_changes_nothing(site, town):
    shuffled = replace(town, coverage=town.coverage[::-1], underserved=town.underserved[::-1])
    assert render_site(shuffled) == site


def test_no_page_names_an_address_to_load_from(site):
    for page in site.values():
        loaded = re.findall(r"<(?:script|link|img|iframe|source)[^>]*?(?:src|href)=[\"']?([^\"'> ]+)", page)
        loaded += re.findall(r"@import|url\((?!data:|#)", page)
        assert all(address.startswith("data:image/svg+xml;base64,") for address in loaded)


def test_the_headline_is_the_share_of_the_coverage_table(site):
    # (1500 x 0.8 + 900 x 0.5 + 1200 x 0.25 + 400 x 0.1) / 4000 = 1990 / 4000
    covered = sum(PERSONS[key] * COVERED_SHARE[key] for key in PERSONS)
    assert covered == pytest.approx(1990)
    assert _heading(site[MAP]) == (
        "In Kleinstadt erreichen 50 % der Menschen (rund 1.990 von 4.000) "
        "in 10 Minuten zu Fuß einen Begegnungsort."
    )


def test_a_district_page_speaks_of_its_district_and_compares_with_the_city(site):
    page = site["maps/osterfeld.html"]
    # (1200 x 0.25 + 400 x 0.1) / 1600 = 340 / 1600 = 21.25 %
    assert _heading(page).startswith("In Osterfeld erreichen 21 % der Menschen (rund 340 von 1.600)")
    assert "Zum Vergleich: In Kleinstadt insgesamt sind es 50 %." in _visible(page)
    assert NAMES["11"] in page
    assert NAMES["01"] not in _visible(page)


def test_district_tables_hold_the_figures_of_the_coverage_table(site):
    table = site[MAP].split("Statistische Bezirke: wie viele", 1)[1]
    for key, persons in PERSONS.items():
        row = _visible(
            re.search(
                rf"<tr[^>]*>\s*<th scope=\"row\"><span class=\"name\">{NAMES[key]}<.*?</tr>", table, re.DOTALL
            )[0]
        )
        assert row.startswith(
            f"{NAMES[key]} {persons:,.0f} {COVERED_SHARE[key]:.0%}".replace(",", ".").replace("%", " %")
        )


def test_an_underserved_district_is_named_with_reason_and_certainty(site):
    text = _visible(site[MAP])
    why = "In 10 Minuten erreichen 25 % der Menschen einen Begegnungsort, weniger als 50 %; "
    need = "und der Bedarf liegt bei 72 (Mitte der Stadt: 50)."
    assert f"unterversorgt: {why}rund 900 Menschen wohnen weiter entfernt, {need}" in text
    assert (
        "Wahrscheinlich: Das gilt in 3 von 4 Varianten. "
        "Anders wäre es in diesen Fällen: 12 Minuten als Grenze." in text
    )
    assert (
        "Unsicher: Das gilt nur in 2 von 4 Varianten. Anders wäre es in diesen Fällen: 8 Minuten als Grenze; "
        "12 Minuten als Grenze." in text
    )
    assert "nicht bewertet: weniger als 500 Menschen" in text


def test_the_reason_of_a_flag_says_in_order_that_the_share_is_an_estimate(town):
    population = town.summary["population"] | {"is_estimated": True}
    shown = replace(town, summary=town.summary | {"population": population})
    for language, said in (
        ("de", "erreichen geschätzt 25 % der Menschen"),
        ("en", "an estimated 25% of the p"),
    ):
        told = judge_district("statistischer_bezirk", "11", Speaker(shown, Words(language)))["verdict"]
        assert said in told.replace("\N{NO-BREAK SPACE}", " ")


def test_the_index_lists_each_stadtbezirk_with_share_gaps_verdict_map_and_sheet(site):
    page = site["index.html"]
    listed = page.split('class="pages"', 1)[1].split("</ul>", 1)[0]
    # Mitte: (1500 x 0.8 + 900 x 0.5) / 2400 = 68.75 %; the one gap lies in Osterfeld.
    mitte, osterfeld = (_visible(item) for item in listed.split("<li>")[1:])
    assert mitte.startswith("Mitte 69 % in 10 Minuten Rund 750 Menschen brauchen länger")
    assert osterfeld.startswith("Osterfeld 21 % in 10 Minuten Ein Gebiet mit rund 1.23")
    assert "Unterversorgt ist Am Deich." in osterfeld
    for name in ("mitte", "osterfeld"):
        assert f'href="maps/{name}.html"' in listed
        assert f'href="sheets/{name}.html"' in listed
    assert "Diese Seiten zeigen, wo Menschen in Kleinstadt" in _visible(page)


def test_the_method_is_told_in_ten_points(site):
    for path in ("index.html", MAP, "en/index.html"):
        listed = re.search(r'<ol class="method">.*?</ol>', site[path], re.DOTALL)[0]
        points = re.sub(r"<ul>.*?</ul>", "", listed, flags=re.DOTALL).count("<li>")
        assert points == 10


@pytest.mark.parametrize(
    ("population", "said"),
    [
        ({}, "aus einer Zählung (Jahr nicht angegeben)"),
        ({"cell_size_m": 100.0, "data_date": "2022-05-15"}, "von 100 m Seitenlänge (Stand 15.05.2022);"),
        (
            {"cell_size_m": 1000.0, "is_spread": True},
            "von 1.000 m Seitenlänge (Jahr nicht angegeben), innerhalb eines Feldes nach",
        ),
    ],
)
def test_the_method_names_the_real_size_and_date_of_the_population_grid(town, population, said):
    people = {"persons": 4000.0, "is_estimated": False, "source": "", "kind": "counted"} | population
    shown = replace(town, summary={"population": people})
    assert any(said in sentence for sentence in list_method(Speaker(shown, Words("de"))))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("change", [lambda town: town, with_estimate, without_people])
def test_the_method_is_ten_sentences(town, language, change):
    sentences = list_method(Speaker(change(town), Words(language)))
    assert len(sentences) == 10
    for sentence in sentences:
        assert len(re.findall(r"[.!?](?:\s|$)", sentence)) == 1, sentence


def test_text_of_sources_says_in_which_language_it_is(site):
    for name, page in site.items():
        is_english = name.startswith("en/")
        assert ('<span lang="de">© OpenStreetMap-Mitwirkende</span>' in page) == is_english, name
        assert ('<span lang="de">Kartendaten der Kleinstadt</span>' in page) == is_english, name


def test_a_district_off_the_map_data_has_no_known_number_of_places(town):
    # The map data holds the west; in the east nothing is known, and no place was found.
    west, south, east, north = town.city_area.total_bounds
    west_half = box(west, south, (west + east) / 2, north)
    is_west = town.begegnungsorte["district_id_stadtbezirk"] == "0"
    part = replace(
        town, mapped_area=west_half, begegnungsorte=town.begegnungsorte[is_west].reset_index(drop=True)
    )
    speaker = Speaker(part, Words("de"))
    rows = {
        record["district_id"]: build_district_row(record, speaker, pages={})["places"]
        for record in part.districts.drop(columns="geometry").to_dict("records")
    }
    assert rows["1"] == rows["11"] == rows["12"] == "nicht bekannt"
    assert rows["0"] == str(is_west[town.begegnungsorte["is_counted"]].sum())


def test_every_key_figure_leads_to_its_sources(site):
    for name, page in _german(site).items():
        if not name.startswith("sheets/"):
            assert '<a href="#quellen">Woher diese Zahlen stammen' in page, name
            assert 'id="quellen"' in page


def test_no_page_shows_a_cell_or_its_people(site):
    for page in site.values():
        assert "100mN1E1" not in page
        assert "4321" not in page
        assert "4.321" not in page


def test_few_people_are_nowhere_to_be_found_in_the_page(town):
    coverage = town.coverage.copy()
    is_small = coverage["district_id"] == "12"
    hidden = ["persons", "persons_covered", "persons_beyond", "covered_share", "covered_share_max"]
    coverage.loc[is_small, hidden] = np.nan
    page = render_site(replace(town, coverage=coverage))[MAP]
    row = re.search(r"<th scope=\"row\"><span class=\"name\">Außenmark<.*?</tr>", page, re.DOTALL)[0]
    assert _visible(row).startswith("Außenmark weniger als 10 zu wenige Menschen zu wenige Menschen")
    assert 'data-sort="nan"' not in row
    assert "nan" not in _visible(row)


def test_a_district_where_few_people_reach_a_place_has_a_share_that_is_less_than(town):
    coverage = town.coverage.copy()
    is_worst = coverage["district_id"] == "11"
    coverage.loc[is_worst, ["persons_covered", "covered_share"]] = np.nan
    coverage.loc[is_worst, "covered_share_max"] = 10 / 1200
    page = render_site(replace(town, coverage=coverage))[MAP]
    row = re.search(r"<th scope=\"row\"><span class=\"name\">Am Deich<.*?</tr>", page, re.DOTALL)[0]
    assert _visible(row).startswith("Am Deich 1.200 unter 1 % unter 1 %")


@pytest.mark.parametrize(
    ("change", "said", "unsaid"),
    [
        (
            without_places,
            "Das kann heißen, dass es keinen gibt, oder dass er in den Daten fehlt.",
            "50 %  der",
        ),
        (without_people, "Die Karte zeigt deshalb nur Fußwegzeiten.", "0 % der Menschen"),
        (with_one_district, "Kleinstadt ist hier ein einziger Bezirk.", "Am besten steht"),
        (with_estimate, "geschätzt 50 % der Menschen", "rund 1.990"),
        (lambda town: with_unknown(town, share=0.1), "49 bis 60 % der Menschen", "erreichen 50 % der"),
        (lambda town: with_unknown(town, share=0.3), "Das ist zu viel für eine Aussage.", "erreichen 50"),
        (
            lambda town: replace(town, data_date=""),
            "Stand der Kartendaten: nicht bekannt",
            "14.07.2026 Begeg",
        ),
        (lambda town: replace(town, provenance=()), "Zu den Quellen liegen keine Angaben vor.", "ODbL"),
        (lambda town: replace(town, gaps=town.gaps[:0]), "sie wohnen verstreut", "1.230"),
    ],
)
def test_what_is_not_known_is_said_and_nothing_is_claimed_instead(change, said, unsaid):
    pages = render_site(change(build_town()))
    assert said in _visible(pages[MAP])
    assert unsaid not in _visible(pages[MAP])


def _notable(page: str) -> str:
    return _visible(re.search(r'<ul class="notable">.*?</ul>', page, re.DOTALL)[0])


def test_nothing_stands_out_only_where_all_reach_a_place_and_no_district_is_flagged(town):
    everybody = {"covered_share": 1.0, "covered_share_max": 1.0, "persons_beyond": 0.0}
    coverage = town.coverage.assign(persons_covered=town.coverage["persons"], **everybody)
    reached = replace(
        town,
        coverage=coverage,
        city_coverage=town.city_coverage.assign(persons_covered=town.city_coverage["persons"], **everybody),
        gaps=town.gaps[:0],
    )
    flagged = _notable(render_site(reached)[MAP])
    assert "Nichts Auffälliges" not in flagged
    assert "Osterfeld ist unterversorgt. In 10 Minuten erreichen 100 % der Menschen" in flagged
    assert "Sicher: Das gilt in allen 4 geprüften Varianten." in flagged
    served = replace(reached, underserved=town.underserved.assign(is_underserved=False))
    assert _notable(render_site(served)[MAP]) == (
        "Nichts Auffälliges: Niemand wohnt nachweislich weiter entfernt, kein Bezirk ist unterversorgt."
    )


def test_where_a_hidden_few_live_farther_away_nobody_is_said_to_be_reached_by_all(town):
    few = {"covered_share": 0.999, "covered_share_max": 0.999, "persons_beyond": np.nan}
    page = render_site(
        replace(
            town,
            coverage=town.coverage.assign(persons_covered=town.coverage["persons"], **few),
            city_coverage=town.city_coverage.assign(persons_covered=town.city_coverage["persons"], **few),
            gaps=town.gaps[:0],
            underserved=town.underserved.assign(is_underserved=False),
        )
    )[MAP]
    assert _notable(page).startswith("Weniger als 10 Menschen brauchen länger als 10 Minuten.")
    assert "über 99 %" in _visible(page)


def test_people_beyond_reach_who_live_in_no_gap_are_told(town):
    # 4,000 people, 1,990 within reach, 1,234 in the gap: 776 remain.
    assert "Weitere rund 775 Menschen wohnen verstreut" in _notable(render_site(town)[MAP])
    scattered = _notable(render_site(replace(town, gaps=town.gaps[:0]))[MAP])
    assert "Rund 2.010 Menschen brauchen länger als 10 Minuten. Sie wohnen verstreut" in scattered


def test_the_only_district_is_named_when_it_is_flagged(town):
    whole = with_one_district(town)
    flagged = whole.underserved.assign(is_underserved=True, reasons=[["share_below_limit"]])
    said = _notable(render_site(replace(whole, underserved=flagged, gaps=town.gaps[:0]))[MAP])
    assert "Kleinstadt ist unterversorgt. In 10 Minuten erreichen" in said
    assert "weniger als 50 %; rund" in said
    assert "Nichts" not in said


def test_an_extract_without_most_peoples_paths_claims_no_share(town):
    pages = render_site(with_unknown(town, share=0.99))
    for name, page in _german(pages).items():
        if name.startswith("sheets/"):
            assert "Das ist zu viel für eine Aussage" in _visible(page)
            continue
        said = _notable(page)
        assert "Für 99 % der Menschen fehlen Wege im Kartenauszug." in said, name
        assert "Nichts" not in said
        assert "Zum Vergleich" not in said
        assert "erreichen 50" not in _visible(page)


def _completeness(page: str) -> str:
    return _visible(page.split('aria-labelledby="vollstaendig"', 1)[1].split("</section>", 1)[0])


def test_completeness_is_told_with_its_range_or_with_the_reason_why_not(town):
    wide = {"n_first": 40, "n_second": 30, "n_both": 25}
    city = (town.completeness["level"] == "city") & (town.completeness["category"] == "established")
    rows = town.completeness.copy()
    rows.loc[city, list(wide)] = list(wide.values())
    rows.loc[city, ["found_count", "estimated_count", "low", "high"]] = [45, 47.88, 45.6, 53.2]
    rows.loc[city, "is_estimable"] = True
    pages = render_site(replace(town, completeness=rows))
    for name in ("index.html", MAP):
        said = _completeness(pages[name])
        assert "Gefunden sind 45 Orte" in said
        assert "geschätzt gibt es 48 (mit 95 % Sicherheit 46 bis 53)" in said
    district = _completeness(pages["maps/mitte.html"])
    assert "nicht schätzbar: keine unabhängige Liste nennt einen solchen Ort" in district
    assert "nicht schätzbar (in keiner unabhängigen Liste)" in district
    assert "Straße und Hausnummer 100 %" in district


def test_a_run_without_districts_has_no_completeness_of_a_district(town):
    pages = render_site(replace(town, completeness=empty_table("completeness")))
    assert "Wie vollständig" not in _visible(pages[MAP])


def test_a_town_without_any_layer_still_has_its_pages(town):
    bare = replace(
        town,
        background_areas=empty_table("background_areas"),
        background_lines=empty_table("background_lines"),
        background_labels=empty_table("background_labels"),
        walk_edges=empty_table("walk_edges"),
        reach_areas=empty_table("reach_areas"),
        districts=empty_table("districts"),
        coverage=empty_table("coverage"),
        underserved=empty_table("underserved"),
        underserved_variants=empty_table("underserved_variants"),
        need=empty_table("need"),
        need_indicators=empty_table("need_indicators"),
        gaps=empty_table("gaps"),
        issues=empty_table("issues"),
        row_counts=empty_table("row_counts"),
    )
    pages = render_site(bare)
    german = ["index.html", MAP, "sheets/stadtkarte.html"]
    assert list(pages) == [*german, *(f"en/{path}" for path in german)]
    assert "Für Kleinstadt sind keine Bezirke bekannt." in _visible(pages[MAP])
    assert "Beim Einlesen der Daten fiel nichts auf." in _visible(pages[MAP])


def test_only_an_invented_town_says_that_it_is_invented(site):
    assert all("Kleinstadt ist erfunden." in page for page in _german(site).values())
    assert "Kleinstadt is invented." in site["en/index.html"]
    real = render_site(build_town(is_invented=False))
    assert not any(word in page for page in real.values() for word in ("erfunden", "invented"))


def test_a_map_extract_that_covers_only_a_part_is_announced(town):
    issues = town.issues.assign(code="EXTRACT_COVERS_PART")
    assert "decken das Gebiet nur zum Teil ab" in _visible(
        render_site(replace(town, issues=issues))["index.html"]
    )


def test_the_credits_of_the_data_and_of_leaflet_are_on_every_map(site):
    for name, page in site.items():
        assert "© OpenStreetMap-Mitwirkende" in _visible(page)
        assert ("Redistributions in binary form" in page) == ("maps/" in name)


def test_all_walking_profiles_and_times_have_their_sentence(site, town):
    statements = read_block(site[MAP], "page-texts")["statements"]
    assert {p: len(times) for p, times in statements.items()} == dict.fromkeys(
        town.profile.walking.profiles, 3
    )


def test_another_set_of_thresholds_gives_as_many_classes(town):
    profile = build_town_profile(
        walking={"thresholds_min": [10, 15]},
        coverage={"headline": [{"profile": "senior", "threshold_min": 10}]},
    )
    keep = {"threshold_min": [10, 15]}
    pages = render_site(
        replace(
            town,
            profile=profile,
            reach_areas=town.reach_areas[town.reach_areas["threshold_min"].isin(keep["threshold_min"])],
        )
    )
    data, texts = (read_block(pages[MAP], block) for block in ("map-data", "page-texts"))
    assert texts["classNames"] == ["bis 10 Minuten", "10 bis 15 Minuten", "über 15 Minuten"]
    assert len(data["colours"]["walking"]) == 3


def test_english_is_complete_and_no_german_sentence_is_left(site):
    text = _visible(site["en/maps/osterfeld.html"])
    assert "In Osterfeld, 21% of the people (about 340 of 1,600) reach a meeting place" in text
    assert not re.search(r"\b(Menschen|Minuten|nicht|zu Fuß|Quelle)\b", text)


def test_a_site_that_begins_in_english_keeps_german_in_a_folder(site, town):
    english = render_site(town, language="en")
    german = set(_german(site))
    assert set(english) == german | {f"de/{path}" for path in german}
    assert '<html lang="en">' in english["index.html"]
    assert '<html lang="de">' in english[f"de/{MAP}"]


def test_an_unknown_language_is_refused(town):
    with pytest.raises(ValueError, match="fr"):
        render_site(town, language="fr")
