# SPDX-License-Identifier: MIT
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.privacy import (
    WITHHELD_KEY,
    is_body,
    is_role,
    list_contact_keys,
    redact_fields,
    redact_remark,
    redact_role,
    redact_text,
)


def test_contacts_persons_and_editors_remarks_go_and_codes_stay() -> None:
    fields = {
        "telefon": "0231 50", "Kontakt": "Karla", "contact:phone": "1", "fax": "2", "E-Mail": "a@b.de",
        "de:amtlicher_gemeindeschluessel": "05913000", "ref": "0123456789", "capacity:persons": "40",
        "i_beschr": "Frau K., Tel. 0231/50-12345 oder k.muster@dortmund.de", "stadtbezirk": "Hörde", "n": 7,
        "operator": "Karla Muster", "note": "frag Karla", "Betreiber": "AWO", "traeger": "Karla Muster",
        "name": "Treff bei Frau Holle",
    }  # fmt: skip
    assert redact_fields(fields) == {
        "Betreiber": "AWO", "capacity:persons": "40", "de:amtlicher_gemeindeschluessel": "05913000",
        "i_beschr": "[entfernt], Tel. [entfernt] oder [entfernt]", "n": 7, "name": "Treff bei Frau Holle",
        "ref": "0123456789", "stadtbezirk": "Hörde",
    }  # fmt: skip


def test_a_shelter_is_still_known_when_only_its_address_betrayed_it() -> None:
    words = [re.compile("frauenhaus")]
    fields = {"name": "Haus Lila", "email": "post@Frauenhaus-musterstadt.example"}
    assert redact_fields(fields, withhold_words=words) == {"name": "Haus Lila", WITHHELD_KEY: "frauenhaus"}
    assert redact_fields({"name": "Haus", "email": "a@b.de"}, withhold_words=words) == {"name": "Haus"}


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 08:00-18:00", "44263 Dortmund", "1. OG, Raum 012", "3.500 m2", "2012-2026", "0900-1700",
        "01.01.2026-31.12.2026", "02.03.2026 10 Uhr", "Schlüssel 05913000", "24/7", "1. FC 09",
    ],
)  # fmt: skip
def test_times_dates_postcodes_and_rooms_are_no_phone(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "number",
    [
        "0231 5012345", "0231/50-12345", "(02302) 1 23 45", "+49 231 50123", "+49 (0) 231 1234-56",
        "0049 231 501234", "0231.4711.22", "0171-1234567", "01711234567", "0231–501234",
    ],
)  # fmt: skip
def test_phones_and_mail_addresses_go_however_they_are_written(number: str) -> None:
    assert redact_text(f"Saal, Tel. {number}") == "Saal, Tel. [entfernt]"
    for mail in ("k.muster@dortmund.de", "k.muster (at) dortmund.de", "k_m[at]sub.dortmund.de"):
        assert redact_text(f"Saal, {mail}") == "Saal, [entfernt]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Schlüssel bei Frau M.", "Schlüssel bei [entfernt]"),
        ("Herrn Dr. Özdemir-Kaya fragen", "[entfernt] fragen"),
        ("laut Frau Anna von Stein, Hof", "laut [entfernt], Hof"),
        ("Frau und Beruf", "Frau und Beruf"),
        ("Kirche Unsere Liebe Frau Hörde", "Kirche Unsere Liebe Frau Hörde"),
    ],
)
def test_persons_go_from_remarks(text: str, expected: str) -> None:
    assert redact_remark(text) == expected


def test_a_person_is_no_body_and_no_role() -> None:
    assert [is_body(text) for text in ("Karla Muster", "AWO", "Muster GmbH", "Turngemeinde 1848")] == [
        False, True, True, True,
    ]  # fmt: skip
    told = ("Karla Muster", "Frau Muster, Quartiersbüro", "Dr. Anna Schmidt", "Quartierskoordination",
            "Leitung Seniorenbüro", "Sozialplanung")  # fmt: skip
    assert [is_role(text) for text in told] == [False, False, False, True, True, True]


def test_the_role_stays_where_a_person_signs_with_both() -> None:
    signed = (
        "Quartierskoordination", "Erika Muster, Quartiersbüro", "Frau Erika K. (Jugendamt)",
        "AWO, 0231 123456", "Erika Muster", "Frau Muster",
    )  # fmt: skip
    told = ["Quartierskoordination", "Quartiersbüro", "Jugendamt", "AWO", "", ""]
    assert [redact_role(text) for text in signed] == told


def test_an_initial_goes_with_its_person() -> None:
    assert redact_remark("Schlüssel bei Frau Erika K. im Büro") == "Schlüssel bei [entfernt] im Büro"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ansprechpartner: Sabine", "Ansprechpartner: [entfernt]"),
        ("Ansprechpartnerin ist die Sabine Müller, Hof", "Ansprechpartnerin ist die [entfernt], Hof"),
        ("Ansprechpartner: Xaverine Muster", "Ansprechpartner: [entfernt]"),
        ("c/o Xaverine", "c/o [entfernt]"),
        ("Schlüssel bei Sabine", "Schlüssel bei [entfernt]"),
        ("fragt Erika und Hans-Peter", "fragt [entfernt] und [entfernt]"),
        ("Kontakt: Anna, Yusuf und Klaus Meier", "Kontakt: [entfernt], [entfernt] und [entfernt]"),
        ("Vorsitzende: Petra von Stein", "Vorsitzende: [entfernt]"),
    ],
)
def test_a_first_name_after_a_word_that_leads_a_person_goes(text: str, expected: str) -> None:
    assert redact_remark(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Haus Maria", "Café Sabine", "Treff im Haus Maria, Eingang hinten", "bei Haus Maria",
        "Gruppe bei St. Anna", "c/o Café Sabine", "c/o AWO Hörde", "Ansprechpartner: Stadt Dortmund",
        "Ansprechpartner: Bürgerhaus",
        "Ansprechpartner vor Ort", "Leitung: Jugendamt", "Kontakt: Martin-Luther-Haus", "nur bei Anmeldung",
        "bei Regen im Saal", "Schlüssel bei Edeka", "Kontakt: Eingang hinten", "Kirche Maria Königin",
    ],
)  # fmt: skip
def test_houses_bodies_and_roles_stay_after_such_words(text: str) -> None:
    assert redact_remark(text) == text


@pytest.mark.parametrize(
    ("signed", "role"),
    [
        ("Sabine", ""), ("Ansprechpartner: Sabine", "Ansprechpartner"), ("Leitung Sabine", "Leitung"),
        ("Quartiersmanagerin Sabine Müller", "Quartiersmanagerin"), ("Quartiersbüro Sabine", "Quartiersbüro"),
        ("Sabine Quartiersbüro", "Quartiersbüro"), ("Hausmeister Klaus", "Hausmeister"),
        ("Seniorenbegegnung, Hans-Peter", ""), ("Haus Maria", "Haus Maria"), ("Café Sabine", "Café Sabine"),
        ("Leitung Haus Maria", "Leitung Haus Maria"), ("Kita Anna", "Kita Anna"),
        ("Gemeindebüro St. Josef", "Gemeindebüro St. Josef"),
        ("Seniorenbüro Innenstadt-West", "Seniorenbüro Innenstadt-West"),
        ("Bezirksvertretung Hörde", "Bezirksvertretung Hörde"), ("Team 5", "Team 5"),
    ],
)  # fmt: skip
def test_a_lone_first_name_is_no_role_and_goes_from_one(signed: str, role: str) -> None:
    assert redact_role(signed) == role


def test_a_lone_first_name_is_no_body_and_a_house_named_after_one_is() -> None:
    assert not any(is_body(name) for name in ("Sabine", "Hans-Peter", "Yusuf"))
    assert all(is_body(name) for name in ("Haus Maria", "Café Sabine", "Kita Anna", "Vapiano", "St. Josef"))


def test_names_of_houses_are_not_looked_at_for_persons() -> None:
    fields = {"name": "Treff bei Sabine", "objektname": "Ansprechpartner: Sabine", "i_beschr": "bei Sabine"}
    told = {"name": "Treff bei Sabine", "objektname": "Ansprechpartner: Sabine", "i_beschr": "bei [entfernt]"}
    assert redact_fields(fields) == told


_LEADS = st.sampled_from(["Ansprechpartner: ", "Kontakt ", "bei ", "c/o ", "[entfernt] und ", ", ", " "])
_NAMES = st.sampled_from(
    ["Sabine", "Hans-Peter", "Müller", "AWO", "Haus", "St.", "Quartiersbüro", "Frau", "x"]
)


@given(st.lists(st.one_of(_LEADS, _NAMES), max_size=8).map("".join))
def test_what_was_taken_out_once_leaves_nothing_to_take_out(text: str) -> None:
    once = redact_remark(text)
    assert redact_remark(once) == once
    assert redact_role(redact_role(text)) == redact_role(text)


@given(st.text(max_size=60))
def test_what_was_redacted_once_stays_as_it_is(text: str) -> None:
    once = redact_remark(text)
    assert redact_remark(once) == once


# Keys to compare by


def test_one_number_gives_one_key_however_it_is_written() -> None:
    spelt = ("+49 231 50-123", "0231/50123", "0049 231 50123", "+49 (0)231 50 123", "(0231) 50 12 3")
    assert len({tuple(list_contact_keys({"phone": number})) for number in spelt}) == 1
    both = list_contact_keys({"telefon": "0231 50123; 0231 50124", "p_email": "Info@Haus.example"})
    assert len(both) == 3
    assert set(list_contact_keys({"contact:email": "info@haus.example"})) < set(both)


def test_what_is_no_whole_number_gives_no_key() -> None:
    assert (
        list_contact_keys({"phone": "50123", "fax": "0231 50123", "email": "keine", "name": "0231 50123"})
        == []
    )


def test_a_key_tells_no_number() -> None:
    # Twelve bits: of the 600,000 lines of a large city about 150 share each key.
    keys = {list_contact_keys({"phone": f"0231 {number}"})[0] for number in range(200_000, 300_000)}
    assert len(keys) == 16**3
