# SPDX-License-Identifier: MIT
"""Trying other open places in the page: its figures are the program's own, whatever is open."""

import itertools
import math

import numpy as np
import pytest

from begegnung_geo.analysis.tryout import COUNTED, NEIGHBOUR, POTENTIAL
from begegnung_geo.render.figures import find_reach, format_share
from begegnung_geo.render.scenario import say_area
from begegnung_geo.render.text import Words
from page_checks import check_widths, find_violations
from tryout_program import Program

MAP = "maps/stadtkarte.html"
RANDOM_SETS = 12
COUNTS = {
    "persons": "persons",
    "covered": "persons_covered",
    "unknown": "persons_unknown",
    "beyond": "persons_beyond",
}
SHARES = {"share": "covered_share", "shareMax": "covered_share_max"}


@pytest.fixture(scope="module")
def program(musterstadt):
    with pytest.MonkeyPatch.context() as patch:
        return Program(musterstadt, patch)


@pytest.fixture
def page(musterstadt, visit):
    found = visit(musterstadt.site / MAP)
    yield found.page
    assert not found.complaints
    assert found.requests == [(musterstadt.site / MAP).as_uri()]


def _read_page(page, opened, closed, *, profile, minutes):
    return page.evaluate(
        """([opened, closed, profile, minutes]) => {
        const { tryout, data } = begegnung;
        tryout.set(opened, closed);
        const found = tryout.figures(profile, minutes);
        const told = row => ({...row, text: tryout.sayShare(row)});
        const ground = tryout.measureGround(profile, minutes);
        return { city: told(found.city), ground, areas: Object.fromEntries(
          data.layers.tryout.districts.map((key, i) => [key, told(found.areas[i])])) }; }""",
        [list(opened), list(closed), profile, minutes],
    )


def _expect(row, *, profile, use):
    expected = {key: None if math.isnan(row[name]) else row[name] for key, name in COUNTS.items()}
    expected |= {
        key: None if math.isnan(row[name]) else round(row[name] * 10_000) for key, name in SHARES.items()
    }
    reach = find_reach(row.to_frame().T, use, profile=profile)
    return expected | {"text": format_share(reach, publication=profile.publication, words=Words("de"))}


def _check_equal(page, program, change=((), ()), *, uses):
    opened, closed = change
    coverage, city = program.tell(opened, closed)
    ground = program.measure_ground(opened, closed).set_index(["profile", "threshold_min"])
    for profile, minutes in uses:
        told = _read_page(page, opened, closed, profile=profile, minutes=minutes)
        of_use = {"profile": program.profile, "use": (profile, minutes)}
        for table, found in ((city, {"": told["city"]}), (coverage, told["areas"])):
            wanted = table[(table["profile"] == profile) & (table["threshold_min"] == minutes)]
            keys = [""] if table is city else (wanted["level"] + "-" + wanted["district_id"]).tolist()
            expected = {
                key: _expect(row, **of_use) for key, (_, row) in zip(keys, wanted.iterrows(), strict=True)
            }
            assert found == expected, (opened, closed, profile, minutes)
        assert told["ground"] == pytest.approx(
            {
                "gained": ground.loc[(profile, minutes), "area_gained_km2"],
                "lost": ground.loc[(profile, minutes), "area_lost_km2"],
            }
        ), (opened, closed, profile, minutes)


def _list_uses(program):
    return list(itertools.product(program.profile.walking.profiles, program.profile.walking.thresholds_min))


def test_without_a_change_the_figures_are_the_published_ones(page, program):
    keys = ["level", "district_id", "profile", "threshold_min"]
    for told, published in zip(program.tell(), program.published, strict=True):
        by = [key for key in keys if key in told]
        one, other = (t.sort_values(by, ignore_index=True)[list(told.columns)] for t in (told, published))
        assert one.equals(other)
    _check_equal(page, program, uses=_list_uses(program))


def test_every_single_place_opened_or_closed_has_the_programs_figures(page, program):
    uses = itertools.cycle(_list_uses(program))
    changes = [([room], []) for room in program.list_ids(POTENTIAL)]
    changes += [([], [place]) for place in program.list_ids(COUNTED)]
    for opened, closed in changes:
        _check_equal(page, program, (opened, closed), uses=[("senior", 10), next(uses)])


def test_random_sets_all_and_none_have_the_programs_figures(page, program):
    draw = np.random.default_rng(7)
    rooms, counted = program.list_ids(POTENTIAL), program.list_ids(COUNTED)
    sets = [(rooms, counted), (rooms, []), ([], counted)]
    sets += [
        tuple([key for key in ids if draw.random() < 0.4] for ids in (rooms, counted))
        for _ in range(RANDOM_SETS)
    ]
    for opened, closed in sets:
        _check_equal(page, program, (opened, closed), uses=_list_uses(program))


def test_no_single_change_shows_a_small_number(page, program):
    limit, packet = program.profile.publication.suppress_below, program.profile.publication.round_to
    for place in [*program.list_ids(POTENTIAL), *program.list_ids(COUNTED)]:
        is_room = place in program.list_ids(POTENTIAL)
        told = _read_page(page, [place] * is_room, [place] * (not is_room), profile="adult", minutes=5)
        for row in (told["city"], *told["areas"].values()):
            shown = [row[key] for key in COUNTS if row[key] is not None]
            assert all(value == 0 or value >= limit for value in shown)
            assert all(value % packet == 0 for value in shown)
        for cell in page.locator("#versuch-tabelle .num").all_text_contents():
            number = cell.split(" ")[0].replace(".", "")
            assert not number.isdigit() or "mehr" not in cell or int(number) >= limit


def test_ticking_a_room_says_what_changes_and_names_the_choice(page):
    page.emulate_media(media="print")
    assert page.is_hidden("#versuch")  # nothing is tried: nothing on paper
    page.emulate_media(media="screen")
    box = page.locator("#versuch-oeffnen input").first
    box.focus()
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.dataset.try") == box.get_attribute("data-try")
    sentence = page.text_content("#versuch-satz")
    assert sentence.startswith("Im Versuch erreichen")
    assert page.get_attribute("#versuch-satz", "role") == "status"
    assert page.text_content("#versuch-gained").startswith("Neu in Gehweite: ")
    assert page.text_content("#versuch-lost") == "Nicht mehr in Gehweite: keine Fläche"
    name = page.locator("#versuch-oeffnen bdi").first.text_content()
    assert page.text_content("#versuch-wahl") == f"Im Versuch geöffnet: {name}"
    assert page.is_checked("#potenzial")
    page.select_option("#zeit", "5")
    assert "in 5 Minuten" in page.text_content("#versuch-satz")
    assert not find_violations(page)
    check_widths(page, (320, 640, 1280, 1920))
    page.emulate_media(media="print")
    assert page.is_visible("#versuch-wahl")
    assert page.is_visible("#versuch-tabelle")
    page.emulate_media(media="screen")
    page.click("#versuch-zurueck")
    assert page.is_hidden("#versuch-wahl")
    assert page.evaluate("document.activeElement.id") == "versuch-suche"


def test_ground_is_told_in_the_words_of_the_scenario_pages(page):
    for km2 in (0, 0.01, 0.04, 0.05, 0.06, 0.1, 0.15, 0.25, 0.85, 1.0, 2.44, 12.35, 1234.56):
        told = page.evaluate("km2 => begegnung.tryout.sayArea(km2)", km2)
        assert told == say_area(km2, Words("de"))


def test_an_unknown_address_is_left_out_of_the_lists(page):
    shown = page.locator("#versuch-oeffnen .where").all_text_contents()
    unknown = page.locator("tr[id^=ort-] .address[data-missing] bdi").all_text_contents()
    assert shown
    assert unknown
    assert not set(shown) & set(unknown)


def test_the_search_finds_a_place_to_close(page, program):
    place = program.list_ids(COUNTED)[0]
    name = page.text_content(f"#ort-{place} .name").strip()
    page.fill("#versuch-suche", name)
    page.locator(f"#versuch-schliessen [data-try='{place}']").uncheck()
    assert f"Im Versuch geschlossen: {name}" in page.text_content("#versuch-wahl")


def test_a_popup_opens_and_closes_a_place_for_a_trial(page, program):
    room = program.list_ids(POTENTIAL)[0]
    page.click(f"#raum-{room} [data-place]")
    page.get_by_role("button", name="Probeweise öffnen").click()
    assert page.evaluate("begegnung.tryout.list().opened") == [room]
    page.get_by_role("button", name="Probeweise schließen").click()
    assert page.evaluate("begegnung.tryout.list().opened") == []


def test_the_link_keeps_the_choice(page, program, *, musterstadt, visit):
    room, place = program.list_ids(POTENTIAL)[1], program.list_ids(COUNTED)[2]
    page.evaluate("([a, b]) => { begegnung.tryout.set([a], [b]); }", [room, place])
    page.wait_for_timeout(400)  # the address is written after a pause
    fragment = page.evaluate("document.getElementById('verweis').hash")
    other = visit(musterstadt.site / MAP).page
    other.evaluate("hash => { location.hash = hash; }", fragment)
    other.wait_for_timeout(100)
    assert other.evaluate("begegnung.tryout.list()") == {"opened": [room], "closed": [place]}
    assert other.text_content("#versuch-satz") == page.text_content("#versuch-satz")


def test_an_address_with_nonsense_changes_nothing(page, program):
    beyond = program.list_ids(NEIGHBOUR)
    for wanted in ("__proto__.constructor", "<img src=x onerror=window.hit=1>", *beyond[:1]):
        page.evaluate("hash => { location.hash = `auf=${encodeURIComponent(hash)}&zu=${hash}`; }", wanted)
        page.wait_for_timeout(50)
        assert page.evaluate("begegnung.tryout.list()") == {"opened": [], "closed": []}
    assert page.evaluate("window.hit") is None


def test_names_from_outside_are_text(page, program):
    room = program.list_ids(POTENTIAL)[0]
    page.evaluate(
        """id => { document.querySelector(`#raum-${id} .name`).textContent =
          '<img src=x onerror=window.hit=1>{names}';
        begegnung.tryout.change(id, true); }""",
        room,
    )
    assert "<img src=x" in page.text_content("#versuch-wahl")
    assert page.locator("#versuch-teil img, #versuch-stand img").count() == 0
    assert page.evaluate("window.hit") is None


def test_a_district_page_has_no_trial(musterstadt, visit):
    path = min(p for p in (musterstadt.site / "maps").glob("*.html") if p.name != "stadtkarte.html")
    assert visit(path).page.locator("#versuch-teil").count() == 0
