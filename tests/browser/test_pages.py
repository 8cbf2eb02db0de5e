# SPDX-License-Identifier: MIT
"""Every page opens from a disk without a network, says what it knows, and is usable by everybody."""

import re
from dataclasses import replace

import pytest

from begegnung_geo.render import symbols
from page_checks import check_widths, find_violations
from small_town import build_town, with_one_district, without_people, without_places, write_site

PAGES = [
    "index.html",
    "maps/stadtkarte.html",
    "maps/mitte.html",
    "en/maps/osterfeld.html",
    "sheets/stadtkarte.html",
    "en/sheets/mitte.html",
]
MAP = "maps/stadtkarte.html"
HAUS_A = "b000000000000"


def _focused(page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.className")


def _popup(page) -> dict[str, str]:
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.popup dt')].map(
            dt => [dt.textContent, dt.nextSibling.textContent]))"""
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_passes_axe_and_fits_every_width(town_site, visit, name):
    found = visit(town_site / name)
    assert found.requests == [(town_site / name).as_uri()]
    assert not find_violations(found.page)
    check_widths(found.page, (320, 640, 1920))
    assert not found.complaints


def test_axe_finds_nothing_while_a_popup_is_open_and_the_table_is_filtered(town_site, visit):
    page = visit(town_site / MAP).page
    page.click(f"[data-place='{HAUS_A}']")
    page.fill("#suche", "haus a")
    page.get_by_text("Ein Ort von 12 wird gezeigt.").wait_for()
    assert not find_violations(page)


@pytest.mark.parametrize("name", PAGES[:2])
def test_text_at_200_percent_and_wide_spacing_still_fits(town_site, visit, name):
    page = visit(town_site / name, width=640, height=800).page
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('html{font-size:200%} *{line-height:1.5!important;letter-spacing:.12em!important;'
          + 'word-spacing:.16em!important}');
        document.adoptedStyleSheets = [sheet]; }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("name", PAGES[:2])
def test_the_policy_blocks_foreign_and_injected_code(town_site, visit, name):
    found = visit(town_site / name)
    policy = found.page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "*" not in policy
    blocked = found.page.evaluate(
        """async () => { const blocked = [];
        document.addEventListener('securitypolicyviolation', e => blocked.push(e.effectiveDirective));
        const s = document.createElement('script'); s.textContent = 'window.hit = 1';
        document.body.append(s); document.body.insertAdjacentHTML('beforeend',
          '<img src="https://example.org/x.png" onerror="window.hit = 2">');
        await new Promise(done => setTimeout(done, 100));
        return blocked; }"""
    )
    assert found.page.evaluate("window.hit") is None
    assert set(blocked) >= {"script-src-elem", "img-src", "script-src-attr"}


def test_the_keyboard_reaches_skip_link_controls_places_and_leaves_again(town_site, visit):
    page = visit(town_site / MAP).page
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(_focused(page))
        if "place-cursor" in stops[-1]:
            break
    assert stops[0] == "skip"
    assert {"finden", "wer", "zeit", "ganz"} < set(stops)
    assert "place-cursor" in stops[-1]
    assert re.search(r"\w", page.evaluate("document.activeElement.getAttribute('aria-label')"))
    after = []
    for _ in range(12):
        page.keyboard.press("Tab")
        after.append(_focused(page))
    assert {"drucken", "verweis", "fussweg", "luecken", "potenzial", "nachbarn"} < set(after)


def test_a_place_opens_by_keyboard_and_escape_gives_the_focus_back(town_site, visit):
    page = visit(town_site / MAP).page
    page.focus(".place-cursor")
    first = page.get_attribute(".place-cursor", "aria-label")
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowDown")
    name = page.get_attribute(".place-cursor", "aria-label")
    assert name != first
    assert page.text_content("#ansage") == name
    page.keyboard.press("Enter")
    assert page.text_content(".popup h3") == name.split(",")[0]
    assert page.evaluate("document.activeElement.closest('.popup') !== null")
    page.keyboard.press("Escape")
    page.wait_for_selector(".popup", state="detached")
    assert "place-cursor" in _focused(page)


def test_show_on_map_opens_what_the_table_says_and_comes_back(town_site, visit):
    page = visit(town_site / MAP).page
    row = page.evaluate(
        """() => { const r = document.getElementById('ort-b000000000000');
        const h = document.querySelectorAll('#orte-tabelle th[scope=col]');
        const lines = [...r.cells].slice(1).flatMap((c, i) => {
          const beside = c.querySelector('.beside'), plain = c.cloneNode(true);
          plain.querySelectorAll('.beside').forEach(node => node.remove());
          const line = [h[i + 1].textContent, plain.textContent.trim()];
          return beside ? [line, ['Lage', beside.textContent]] : [line]; });
        return Object.fromEntries(lines.filter(pair => pair[1])); }"""
    )
    page.click(f"[data-place='{HAUS_A}']")
    assert page.text_content(".popup h3") == "Haus A"
    assert _popup(page) == row
    assert row["Öffnungszeiten"] == "Montag bis Freitag 9 bis 17 Uhr"
    assert (row["Adresse"], row["Lage"]) == ("Hafenstraße 1, 27498 Kleinstadt", "eingetragen, ± 15 m")
    page.keyboard.press("Escape")
    page.wait_for_selector(".popup", state="detached")
    assert page.evaluate("document.activeElement.dataset.place") == HAUS_A


def test_a_potential_place_appears_when_asked_for(town_site, visit):
    page = visit(town_site / MAP).page
    assert not page.is_checked("#potenzial")
    explained = page.locator("fieldset:has(#potenzial) li")
    assert explained.is_hidden()
    page.click("#ort-b000000000004 [data-place]")  # every sixth from the fifth on is an allotment clubhouse
    assert page.is_checked("#potenzial")
    assert explained.is_visible()
    assert page.text_content(".popup h3") == "Haus E"


@pytest.mark.parametrize("width", [320, 390])
def test_the_popup_can_be_closed_by_a_finger_on_a_phone(town_site, visit, width):
    page = visit(town_site / MAP, width=width, height=700).page
    for place in (HAUS_A, "b000000000004"):
        page.click(f"[data-place='{place}']")
        page.wait_for_timeout(400)  # the map moves the popup into view
        on_top = page.evaluate(
            """() => { const box = document.querySelector('.popup-close').getBoundingClientRect();
            const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return hit && hit.className; }"""
        )
        assert on_top == "popup-close"
        page.click(".popup-close")
        page.wait_for_selector(".popup", state="detached")


def test_a_gap_is_found_from_the_list(town_site, visit):
    page = visit(town_site / MAP).page
    page.click("[data-gap='0']")
    assert "1.235 Menschen" in page.text_content(".popup")
    assert page.evaluate("begegnung.map.getZoom()") > 13


def test_a_click_on_the_ground_tells_district_and_walking_time(town_site, visit):
    page = visit(town_site / MAP).page
    spot = page.evaluate(
        """() => { begegnung.map.getContainer().scrollIntoView({block: 'center'});
        const box = begegnung.map.getContainer().getBoundingClientRect();
        ['places', 'neighbours', 'gaps'].forEach(key => begegnung.parts[key].remove());
        const area = begegnung.parts.walking.byProfile.senior.areas[2].rings[0].box;
        const x = (area[0] + area[2]) / 2, y = (area[1] + area[3]) / 2;
        const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y / 256))) * 180 / Math.PI;
        begegnung.map.setView([lat, x / 256 * 360 - 180], 16, {animate: false});
        return [box.left + box.width / 2, box.top + box.height / 2]; }"""
    )
    page.mouse.click(*spot)
    fields = _popup(page)
    assert fields["Fußweg von hier"] == "bis 5 Minuten"
    assert fields["Stadtbezirk"] == "Mitte"
    assert page.get_attribute(".popup a", "href") == "mitte.html"


def test_homes_without_a_known_walk_are_dashed_and_say_so_while_fields_stay_silent(tmp_path, visit):
    town = build_town()
    x = town.demand.geometry.x
    lost = town.demand["status"].mask(x < x.min() + 1000, "no_walkway_near")
    page = visit(write_site(replace(town, demand=town.demand.assign(status=lost)), tmp_path) / MAP).page
    legend = page.locator("fieldset:has(#fussweg) li").all_inner_texts()
    assert "kaum bewohnt" in [name.strip() for name in legend]
    assert sum(name.strip().startswith("nicht bekannt") for name in legend) == 1
    spots = page.evaluate(
        """() => { const { walking, land } = begegnung.parts, [w, n, e, s] = land.polygons[0].box;
        const at = (x, y) => [walking.classAt(x, y), walking.isUnknownAt(x, y)];
        return [at(w + (e - w) * 0.03, n + (s - n) * 0.97), at(w + (e - w) * 0.95, n + (s - n) * 0.05)]; }"""
    )
    # In the south-west people live whose walk is not known, in the north-east nobody does.
    assert spots == [[-1, True], [-1, False]]
    popup = page.evaluate(
        """() => { const [w, n, e, s] = begegnung.parts.land.polygons[0].box;
        const y = n + (s - n) * 0.97, lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y / 256))) * 180 / Math.PI;
        const latlng = L.latLng(lat, (w + (e - w) * 0.03) / 256 * 360 - 180);
        begegnung.map.setView(latlng, 16, {animate: false});
        begegnung.map.fire('click', {latlng, layerPoint: begegnung.map.latLngToLayerPoint(latlng)});
        return document.querySelector('.popup dl').textContent; }"""
    )
    assert popup.startswith("Fußweg von hiernicht bekannt")


def test_the_map_shows_the_very_colours_of_the_legend(town_site, visit):
    page = visit(town_site / MAP).page
    shown = page.evaluate(
        """() => { const kept = ['land', 'walking', 'outside'];
        Object.keys(begegnung.parts).filter(k => !kept.includes(k)).forEach(k => begegnung.parts[k].remove());
        const map = begegnung.map, scene = map._scene, found = [];
        scene._draw();
        const pixels = scene._ctx.getImageData(0, 0, scene._container.width, scene._container.height).data;
        const counts = {};
        for (let i = 0; i < pixels.length; i += 4) {
          const key = [pixels[i], pixels[i + 1], pixels[i + 2]].join();
          counts[key] = (counts[key] || 0) + 1;
        }
        return Object.entries(counts).sort((a, b) => b[1] - a[1]).slice(0, 8)
          .map(e => e[0].split(',').map(Number)); }"""
    )
    legend = page.evaluate(
        "[...document.querySelectorAll('fieldset:has(#fussweg) rect')].map(r => r.getAttribute('fill'))"
    )
    wanted = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in legend[:4]]
    assert legend[0] == symbols.composite(symbols.WALKING_RAMP[0])
    for colour in wanted:
        assert min(max(abs(a - b) for a, b in zip(colour, other, strict=True)) for other in shown) <= 1


def test_land_where_nobody_lives_is_dotted_and_homes_are_not(town_site, visit):
    page = visit(town_site / MAP).page
    found = page.evaluate(
        """() => { const kept = ['land', 'walking'];
        Object.keys(begegnung.parts).filter(k => !kept.includes(k)).forEach(k => begegnung.parts[k].remove());
        const { map, parts, geometry, state } = begegnung, scene = map._scene;
        state.threshold = 0; /* without the line of the chosen time */
        const counts = { homes: [0, 0], rest: [0, 0] };
        scene._draw();
        const view = scene._look(), { width, height } = scene._container;
        const pixels = scene._ctx.getImageData(0, 0, width, height).data;
        const inside = (polygons, x, y) => polygons.some(p => geometry.contains(p, x, y));
        for (let row = 0; row < height; row += 1) {
          for (let column = 0; column < width; column += 1) {
            const x = (column / view.ratio + view.ox) / view.scale;
            const y = (row / view.ratio + view.oy) / view.scale;
            if (!inside(parts.land.polygons, x, y)) { continue; }
            const at = 4 * (row * width + column), sum = pixels[at] + pixels[at + 1] + pixels[at + 2];
            const side = inside(parts.walking.homes, x, y) ? counts.homes : counts.rest;
            side[Math.abs(pixels[at] - pixels[at + 2]) < 20 && sum < 3 * 190 ? 1 : 0] += 1;
          }
        }
        return counts; }"""
    )
    plain, dots = found["rest"]
    assert 0.01 < dots / (plain + dots) < 0.1
    assert sum(found["homes"]) > 1000
    assert found["homes"][1] / sum(found["homes"]) < 0.005  # the border's anti-aliasing


def test_a_label_of_what_is_seen_is_whole_on_the_map(town_site, visit):
    page = visit(town_site / MAP).page
    left, top, right, bottom = frame = [50, 40, 450, 340]  # what is seen of a canvas of 500 x 380
    for at in [(53, 190), (447, 190), (250, 42), (250, 338), (447, 338)]:
        box = page.evaluate(
            """([at, frame]) => {
            const ctx = document.createElement("canvas").getContext("2d"), taken = [];
            const view = { scale: 1, ox: 0, oy: 0, width: 500, height: 380, frame, labels: [] };
            const line = { text: "Nachbarhausen", size: 12, font: begegnung.pens.font(12, 500) };
            begegnung.labels.placeAt(ctx, { ...view, named: new Set() }, taken, { at, lines: [line] });
            return taken[0]; }""",
            [at, frame],
        )
        assert left <= box[0] < box[2] <= right
        assert top <= box[1] < box[3] <= bottom


def test_gaps_are_hidden_and_said_to_be_so_while_another_choice_is_on(town_site, visit):
    page = visit(town_site / MAP).page
    note, sign = page.locator("[data-other-choice]"), page.locator("fieldset:has(#luecken) .swatches")
    spot = "begegnung.geometry.toWorld(begegnung.parts.gaps.look(0).at)"
    assert sign.is_visible()
    assert not note.is_visible()
    assert page.evaluate(f"begegnung.gapAt(...{spot})") == 0
    page.select_option("#zeit", "5")
    assert note.is_visible()
    assert "Ältere Menschen, 10 Minuten" in note.inner_text()
    assert not sign.is_visible()
    assert page.evaluate(f"begegnung.gapAt(...{spot})") == -1
    # Who asks for a gap gets it, with the choice it belongs to.
    page.evaluate("begegnung.showGap(0, null)")
    assert page.input_value("#zeit") == "10"
    assert sign.is_visible()
    assert "Stand der Kartendaten: 14.07.2026" in page.inner_text(".popup")


def test_choosing_who_walks_changes_the_sentence_under_the_map(town_site, visit):
    page = visit(town_site / MAP).page
    assert "In 10 Minuten erreichen 50" in page.text_content("#aussage")
    page.select_option("#zeit", "5")
    assert "In 5 Minuten erreichen 25" in page.text_content("#aussage")
    page.select_option("#wer", "slow")
    assert page.text_content("#aussage").startswith("Menschen, die langsam gehen")


def test_the_table_sorts_and_filters_and_says_so(town_site, visit):
    page = visit(town_site / MAP).page
    names = (
        "[...document.querySelectorAll('#orte-tabelle tbody tr:not([hidden]) .name')].map(n => n.textContent)"
    )
    assert page.evaluate(names)[0] == "Haus A"
    head = page.locator("#orte-tabelle th[scope=col]").first
    head.locator("button").click()
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert page.evaluate(names)[-1] == "Haus A"
    page.check("#zaehlt")
    assert page.text_content("#treffer") == "8 von 12 Orten werden gezeigt."
    page.select_option("#art", "Bibliothek")
    assert page.text_content("#treffer") == "2 von 12 Orten werden gezeigt."
    page.fill("#suche", "gibt es nicht")
    page.get_by_text("Kein Ort passt zum Filter.").wait_for()


def test_district_figures_are_sorted_by_number_and_the_city_stays_last(town_site, visit):
    page = visit(town_site / MAP).page
    table = page.locator("table[data-sortable]").last
    table.locator("th[scope=col] button").nth(1).click()
    rows = table.locator("tbody th .name").all_text_contents()
    assert rows == ["Außenmark", "Hafen", "Am Deich", "Altstadt"]
    assert table.locator("tbody th").last.text_content() == "Kleinstadt insgesamt"


@pytest.mark.parametrize(
    ("change", "headline"),
    [
        (without_places, "In Kleinstadt ist kein Begegnungsort verzeichnet."),
        (
            without_people,
            "Für Kleinstadt ist nicht bekannt, wie viele Menschen einen Begegnungsort erreichen.",
        ),
        (with_one_district, "In Kleinstadt erreichen 50 % der Menschen"),
    ],
)
def test_a_town_that_lacks_something_gives_a_working_honest_page(tmp_path, visit, *, change, headline):
    site = write_site(change(build_town()), tmp_path)
    for name in ("index.html", MAP):
        found = visit(site / name)
        assert found.page.text_content("h1").replace("\N{NO-BREAK SPACE}", " ").startswith(headline)
        assert not found.complaints
    assert not find_violations(found.page)


def test_nothing_moves_for_those_who_asked_for_stillness(town_site, visit):
    page = visit(town_site / MAP, reduced_motion="reduce").page
    options = page.evaluate(
        "({zoom: begegnung.map.options.zoomAnimation, inertia: begegnung.map.options.inertia})"
    )
    assert options == {"zoom": False, "inertia": False}


def test_without_scripts_the_tables_are_there_and_the_page_says_what_is_missing(town_site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((town_site / MAP).as_uri())
    assert "JavaScript" in page.text_content("noscript")
    assert page.locator("#orte-tabelle tbody tr").count() == 12
    context.close()
