# SPDX-License-Identifier: MIT
"""Rows of the pages' tables."""

from dataclasses import replace

import pytest

from begegnung_geo.profile_sources import PlaceSource
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.render import tables
from begegnung_geo.render.text import Words

GERMAN, ENGLISH = Words("de"), Words("en")


def test_a_place_row_says_everything_in_words(town):
    row = next(r for r in tables.build_place_rows(town.begegnungsorte, town, words=GERMAN) if r.number == 0)
    assert (row.name, row.kind) == ("Haus A", "Begegnungs- und Bürgerhaus")
    assert row.role == "als Begegnungsort gedacht, zählt"
    assert row.address == "Hafenstraße 1, 27498 Kleinstadt"
    assert row.position == "eingetragen, ± 15 m"
    assert row.hours == "Montag bis Freitag 9 bis 17 Uhr"
    assert row.access == "ja"
    assert row.evidence == "A: Liste der Stadt oder des Trägers (OpenStreetMap)"


def _with_list(town, **about):
    source = PlaceSource(file="treffs_2025.csv", key="liste_der_stadt", **about)
    profile = town.profile.model_copy(
        update={"sources": town.profile.sources.model_copy(update={"places": (source,)})}
    )
    return replace(
        town,
        profile=profile,
        provenance=(*town.provenance, SourceEntry(file=source.file, title="", data_date=source.data_date)),
    )


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"title": "Treffs der Stadt", "data_date": "2025-03-01"}, "Treffs der Stadt, Stand 01.03.2025"),
        ({"title": "Treffs der Stadt"}, "Treffs der Stadt"),
        ({}, "Datei treffs_2025.csv"),
    ],
)
def test_a_list_is_named_with_its_date_and_never_by_its_key(town, about, said):
    content = _with_list(town, **about)
    places = town.begegnungsorte.assign(place_ids=[["liste_der_stadt:7"]] * len(town.begegnungsorte))
    row = next(r for r in tables.build_place_rows(places, content, words=GERMAN) if r.number == 0)
    assert row.evidence == f"A: Liste der Stadt oder des Trägers ({said})"


def test_an_unknown_access_stays_empty_and_is_not_a_no(town):
    rows = tables.build_place_rows(town.begegnungsorte, town, words=GERMAN)
    assert {r.number: r.access for r in rows if r.number in (1, 3)} == {1: "", 3: "nein"}


def test_unknown_hours_are_called_unknown(town):
    rows = tables.build_place_rows(town.begegnungsorte, town, words=GERMAN)
    assert {r.number: r.hours for r in rows if r.number in (1, 2)} == {
        1: "nicht bekannt",
        2: "nach Vereinbarung",
    }


def test_places_are_sorted_by_name_and_nameless_ones_come_last(town):
    rows = tables.build_place_rows(town.begegnungsorte, town, words=GERMAN)
    assert [row.name for row in rows][:2] == ["Haus A", "Haus B"]
    assert rows[-1].name == "ohne Namen"


def test_a_class_without_label_shows_its_key(town):
    bare = replace(town, class_labels={}, class_groups={})
    row = tables.build_place_rows(town.begegnungsorte, bare, words=GERMAN)[0]
    assert row.kind == "municipal_centre"


def test_only_web_addresses_become_links(town):
    entries = tuple(
        SourceEntry(file="a", title="A", url=url)
        for url in ("https://example.org/a", "javascript:alert(1)", "data:text/html,x", "file:///etc", "")
    )
    rows = tables.build_source_rows(replace(town, provenance=entries), words=GERMAN)
    assert [row["url"] for row in rows] == ["https://example.org/a", "", "", "", ""]


def test_each_attribution_stands_once(town):
    credit = tables.build_credit(replace(town, provenance=town.provenance * 2), words=Words("de"))
    assert credit == "© OpenStreetMap-Mitwirkende"


def test_findings_are_counted_by_kind_most_frequent_first(town):
    rows = tables.build_issue_rows(town.issues, words=GERMAN)
    assert [row["count"] for row in rows] == ["1.204", "1"]


def test_a_new_kind_of_finding_is_shown_by_its_code(town):
    rows = tables.build_issue_rows(town.issues.assign(code="BRAND_NEW"), words=GERMAN)
    assert rows == [{"count": "1.205", "what": "weitere Auffälligkeiten (BRAND_NEW)"}]


def _row_with(town, **values):
    places = town.begegnungsorte.assign(**values)
    return next(r for r in tables.build_place_rows(places, town, words=GERMAN) if r.number == 0)


def test_known_facts_of_a_place_are_told_in_plain_words_and_unknown_ones_not_at_all(town):
    assert _row_with(town).details == ""
    row = _row_with(town, open_to="everyone", cost="free", step_free="limited", capacity_persons=80.0)
    assert row.details == "offen für alle, kostenlos, teilweise stufenlos, bis 80 Personen"
    assert _row_with(town, accessible_wc="no").details == "kein barrierefreies WC"


def test_the_kind_of_body_stands_behind_its_name_unless_the_name_says_it(town):
    assert _row_with(town, traeger_typ="municipal").operator == "Stadt (kommunal)"
    assert _row_with(town, operator="AWO Nordstadt", traeger_typ="awo").operator == "AWO Nordstadt"
    nameless = town.begegnungsorte["operator"].where(town.begegnungsorte["operator"].isna())
    assert _row_with(town, operator=nameless, traeger_typ="parish").operator == "Kirchengemeinde"
