# SPDX-License-Identifier: MIT
"""A questionnaire goes out, is filled in, and comes back cell by cell."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import shapely

from attribute_rows import read_rules
from begegnung_geo.analysis.form_rows import build_form_rows, select_district
from begegnung_geo.analysis.hand import describe_places
from begegnung_geo.attribute_rules import list_labels
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.export.questionnaire import append_lines, write_questionnaire
from begegnung_geo.questionnaire_form import ANSWER_COLUMNS, list_form_columns
from begegnung_geo.schema import build_empty
from begegnung_geo.sources.form_cells import FormLimits
from begegnung_geo.sources.hand import read_hand_entries
from begegnung_geo.sources.questionnaire import Filled, read_questionnaire
from inventory_rows import CRS, at, build_places, conflate
from inventory_rows import read_rules as read_categories

CLASSES = read_categories().classes
COLUMNS = list_form_columns(read_rules(), CLASSES)
FORMULA = '=HYPERLINK("http://x","Treff")'


def build_rows() -> pd.DataFrame:
    places = build_places(
        {"place_id": "osm:node/1", "name": "Haus Nord", "street": "Nordstr.", "wheelchair": "limited"},
        {"place_id": "osm:node/2", "name": FORMULA, "class": "library", "geometry": at(900)},
    )
    begegnungsorte, _ = conflate(places)
    empty = build_empty("hand_entries", crs=CRS)
    inventory = describe_places(begegnungsorte, places, empty, rules=read_rules(), classes=CLASSES)
    return build_form_rows(
        inventory.begegnungsorte, inventory.attributes, rules=read_rules(), classes=CLASSES, columns=COLUMNS
    )


def find_cell(sheet: Any, heading: str, row: int) -> Any:
    position = next(cell.column for cell in sheet[1] if cell.value == heading)
    return sheet.cell(row, position)


def fill(path: Path, change: Callable[[Any, Any], None] | None = None, **options: Any) -> Filled:
    """Write the form, let `change` fill it in (places sheet, book), read it back."""
    write_questionnaire(path, build_rows(), columns=COLUMNS, title="Teststadt")
    book = openpyxl.load_workbook(path)
    book["Hinweise"]["B3"], book["Hinweise"]["B4"] = "Quartierskoordination", "22.11.2026"
    if change:
        change(book["Begegnungsorte"], book)
    book.save(path)
    return read_questionnaire(
        path, columns=COLUMNS, rules=read_rules(), classes=CLASSES, list_key="fragebogen", **options
    )


def test_the_form_shows_what_is_known_and_offers_choices(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_questionnaire(path, build_rows(), columns=COLUMNS, title="Teststadt")
    book = openpyxl.load_workbook(path)
    sheet = book["Begegnungsorte"]
    row = next(n for n in (2, 3) if find_cell(sheet, "Name", n).value == "Haus Nord")
    shown = [find_cell(sheet, h, row).value for h in ("Art des Ortes", "Straße", "Stufenlos", "Kosten")]
    assert shown == ["Begegnungs- und Bürgerhaus", "Nordstr.", "teilweise", "unbekannt"]
    assert find_cell(sheet, "Räume", row).value is None
    assert sheet.protection.sheet
    assert sheet.cell(row, 1).protection.locked
    assert not find_cell(sheet, "Kosten", row).protection.locked
    assert len(sheet.data_validations.dataValidation) == sum(bool(c.labels) for c in COLUMNS)
    assert {book[name].sheet_state for name in ("_stand", "_werte")} == {"veryHidden"}
    assert find_cell(sheet, "Name", 5 - row).data_type == "s"  # the name like a formula stays a text


def test_choices_refer_to_cells_that_hold_exactly_the_labels(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_questionnaire(path, build_rows(), columns=COLUMNS, title="Teststadt")
    book = openpyxl.load_workbook(path)
    cost = find_cell(book["Begegnungsorte"], "Kosten", 1).column_letter
    rules = book["Begegnungsorte"].data_validations.dataValidation
    rule = next(r for r in rules if str(r.sqref).startswith(f"{cost}2:"))
    cells = book["_werte"][rule.formula1.partition("!")[2].replace("$", "")]
    assert [cell.value for (cell,) in cells] == list_labels(read_rules().attributes["cost"], classes=CLASSES)


def test_an_untouched_form_brings_no_answer(tmp_path: Path) -> None:
    filled = fill(tmp_path / "form.xlsx")
    assert (filled.answers, filled.new_places, filled.messages, filled.rows_read) == ([], [], [], 2)


def test_the_same_inventory_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_questionnaire(tmp_path / name, build_rows(), columns=COLUMNS, title="Teststadt")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_person_as_provider_is_refused_with_a_sentence(tmp_path: Path) -> None:
    def change(sheet: Any, _: Any) -> None:
        find_cell(sheet, "Bereitgestellt von", 3).value = "Erika Muster"
        find_cell(sheet, "Finanziert von", 3).value = "Förderkreis e.V."

    filled = fill(tmp_path / "form.xlsx", change)
    assert [answer["value"] for answer in filled.answers] == ["Förderkreis e.V."]
    assert "nach dem Namen einer Person" in filled.messages[0]
    assert "Erika" not in filled.messages[0]


def test_only_changed_cells_are_answers_signed_with_role_and_day(tmp_path: Path) -> None:
    def change(sheet: Any, _: Any) -> None:
        find_cell(sheet, "Kosten", 3).value = "Spende"
        find_cell(sheet, "Räume", 3).value = 3

    filled = fill(tmp_path / "form.xlsx", change)
    assert [(a["column"], a["value"], a["who"], a["date"]) for a in filled.answers] == [
        ("cost", "donation", "Quartierskoordination", "2026-11-22"),
        ("rooms_count", "3", "Quartierskoordination", "2026-11-22"),
    ]
    assert filled.messages == []


def test_each_cell_that_cannot_be_used_is_named_by_its_address(tmp_path: Path) -> None:
    def change(sheet: Any, _: Any) -> None:
        find_cell(sheet, "Kosten", 3).value = "gratis"
        find_cell(sheet, "Räume", 3).value = "viele"
        find_cell(sheet, "Straße", 3).value = "=1+1"
        find_cell(sheet, "Name", 3).value = None
        find_cell(sheet, "Willkommen", 3).value = "ja"

    filled = fill(tmp_path / "form.xlsx", change)
    assert [answer["column"] for answer in filled.answers] == ["welcoming"]
    text = "\n".join(filled.messages)
    assert len(filled.messages) == 4
    assert "Zelle B3 (Name): leer" in text
    assert "sieht wie eine Formel aus" in text
    assert "möglich sind: kostenlos, Spende" in text
    assert "keine ganze Zahl" in text


def test_invisible_signs_are_taken_out_and_told(tmp_path: Path) -> None:
    def change(sheet: Any, _: Any) -> None:
        find_cell(sheet, "Straße", 3).value = "Neue\u202e Straße\u200b"
        find_cell(
            sheet, "Name", 3
        ).value = f"{find_cell(sheet, 'Name', 3).value}\u200b"  # nothing else changed

    filled = fill(tmp_path / "form.xlsx", change)
    assert [(answer["column"], answer["value"]) for answer in filled.answers] == [("street", "Neue Straße")]
    (message,) = filled.messages
    assert "(Straße): unsichtbare Zeichen wurden entfernt" in message


@pytest.mark.parametrize("heading", ["Name", "Straße", "Bereitgestellt von", "Öffnungszeiten", "Zielgruppen"])
def test_formulas_and_html_are_refused_in_every_column(tmp_path: Path, heading: str) -> None:
    for hostile in ('=HYPERLINK("http://x")', "@SUM(A1)", "<script>alert(1)</script>"):

        def change(sheet: Any, _: Any, hostile: str = hostile) -> None:
            find_cell(sheet, heading, 3).value = hostile

        filled = fill(tmp_path / "form.xlsx", change)
        assert filled.answers == []
        (message,) = filled.messages
        assert "Nicht übernommen" in message


def test_a_negative_number_is_said_to_be_one_and_no_formula(tmp_path: Path) -> None:
    def change(sheet: Any, _: Any) -> None:
        find_cell(sheet, "Plätze", 3).value = -5

    (message,) = fill(tmp_path / "form.xlsx", change).messages
    assert "(Plätze): „-5“ ist kleiner als 0; zum Beispiel 12" in message
    assert "Formel" not in message


def test_persons_in_free_text_are_left_out_told_and_stay_in_the_workbook_only(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"

    def change(sheet: Any, book: Any) -> None:
        book["Hinweise"]["B3"] = "Frau Erika K., Quartiersbüro, 0231 123456"
        find_cell(sheet, "Bedeutung im Quartier", 3).value = "Treff der Älteren; Schlüssel bei Frau Erika K."
        find_cell(sheet, "Zielgruppen", 3).value = "erika@example.org"
        find_cell(sheet, "Öffnungszeiten", 3).value = "nach Anruf 0231 123456"
        find_cell(sheet, "Name", 3).value = "Haus Frau Holle"
        find_cell(sheet, "Räume", 3).value = "drei, sagt Frau Erika K."

    filled = fill(path, change)
    original = path.read_bytes()
    assert {(a["column"], a["value"]) for a in filled.answers} == {
        ("name", "Haus Frau Holle"),
        ("role_in_quarter", "Treff der Älteren; Schlüssel bei [entfernt]"),
        ("opening_hours", "nach Anruf [entfernt]"),
    }
    assert {answer["who"] for answer in filled.answers} == {"Quartiersbüro"}
    told = "\n".join(filled.messages)
    assert "Blatt Hinweise, Zelle B3: Namen und Telefonnummern" in told
    assert "„Quartiersbüro“" in told
    named = [
        m.partition("(")[2].partition(")")[0] for m in filled.messages if "werden nicht gespeichert" in m
    ]
    assert named[:1] == [""]
    assert set(named[1:]) == {"Bedeutung im Quartier", "Zielgruppen", "Öffnungszeiten"}
    assert not any(word in f"{filled.answers}{told}" for word in ("Erika", "erika@", "123456"))
    assert path.read_bytes() == original


def test_a_day_to_come_would_silence_later_answers_and_is_refused(tmp_path: Path) -> None:
    def date(_: Any, book: Any) -> None:
        book["Hinweise"]["B4"] = "22.11.2036"

    today = FormLimits(latest_day=dt.date(2026, 11, 23))
    assert fill(tmp_path / "a.xlsx", limits=today).messages == []
    with pytest.raises(SourceError, match=r"22\.11\.2036.* still to come") as caught:
        fill(tmp_path / "b.xlsx", date, limits=today)
    assert "Zelle B4" in caught.value.where


def test_a_position_outside_is_refused_and_one_far_away_is_asked_about(tmp_path: Path) -> None:
    heading = next(column.heading for column in COLUMNS if column.key == "position")

    def move(east_deg: float) -> Callable[[Any, Any], None]:
        def change(sheet: Any, _: Any) -> None:
            cell = find_cell(sheet, heading, 3)
            lat, lon = (float(part) for part in cell.value.split(", "))
            cell.value = f"{lat:.6f}, {lon + east_deg:.6f}"

        return change

    lat, lon = (float(build_rows().iloc[1][key]) for key in ("lat", "lon"))
    limits = FormLimits(
        study_area=shapely.box(lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05), position_far_m=1000
    )
    near = fill(tmp_path / "a.xlsx", move(0.01), limits=limits)
    assert (len(near.answers), near.messages) == (1, [])
    # A degree of longitude is 111.3 km times the cosine of the latitude (0.62 at 51.5): 2.8 km.
    far = fill(tmp_path / "b.xlsx", move(0.04), limits=limits)
    assert len(far.answers) == 1
    assert "2,8 km von der bisherigen Lage. Übernommen" in far.messages[0]
    outside = fill(tmp_path / "c.xlsx", move(0.4), limits=limits)
    assert outside.answers == []
    assert "liegt nicht in der Stadt" in outside.messages[0]


def test_a_changed_repeated_or_deleted_id_costs_its_row_only(tmp_path: Path) -> None:
    def invent(sheet: Any, _: Any) -> None:
        sheet.cell(2, 1).value = "b_erfunden"
        find_cell(sheet, "Kosten", 3).value = "Spende"

    def repeat(sheet: Any, _: Any) -> None:
        sheet.cell(2, 1).value = sheet.cell(3, 1).value
        find_cell(sheet, "Kosten", 2).value = "Spende"
        find_cell(sheet, "Kosten", 3).value = "kostenlos"

    invented = fill(tmp_path / "a.xlsx", invent)
    assert len(invented.answers) == 1
    assert "Zelle A2: Die Kennung „b_erfunden“" in invented.messages[0]
    assert "fehlt" in invented.messages[1]
    repeated = fill(tmp_path / "b.xlsx", repeat)
    assert repeated.answers == []  # which of the two rows means the place, nobody can tell
    told = [m for m in repeated.messages if "Die Kennung steht auch in Zeile" in m]
    assert [m[:9] for m in told] == ["Zelle A2:", "Zelle A3:"]
    assert "in Zeile 3" in told[0]


@pytest.mark.parametrize(
    ("heading", "text", "kept"),
    [
        ("Räume", "3,5", None),
        ("Räume", "3,0", "3"),
        ("Plätze", "40", "40"),
        ("Offene Stunden je Woche", "3,5", "3.5"),
    ],
)
def test_rooms_and_seats_are_whole_numbers(
    tmp_path: Path, *, heading: str, text: str, kept: str | None
) -> None:
    def enter(sheet: Any, _: Any) -> None:
        find_cell(sheet, heading, 2).value = text

    filled = fill(tmp_path / "form.xlsx", enter)
    assert [answer["value"] for answer in filled.answers] == ([kept] if kept else [])
    assert [("keine ganze Zahl" in message) for message in filled.messages] == ([] if kept else [True])


def test_a_new_place_goes_to_the_list_and_its_answers_name_it(tmp_path: Path) -> None:
    def change(sheet: Any, _: Any) -> None:
        new = {"Name": "Treff Ost", "Art des Ortes": "Bibliothek", "Straße": "Oststr.", "Hausnummer": 4}
        for heading, value in (new | {"Kosten": "kostenlos"}).items():
            find_cell(sheet, heading, 4).value = value
        find_cell(sheet, "Name", 5).value = "Nur ein Name"

    filled = fill(tmp_path / "form.xlsx", change)
    (place,) = filled.new_places
    assert (place["name"], place["klasse"], place["hausnummer"]) == ("Treff Ost", "library", "4")
    assert [(a["begegnungsort_id"], a["value"]) for a in filled.answers] == [
        (f"fragebogen:{place['kennung']}", "free")
    ]
    (message,) = filled.messages
    assert message.startswith("Zeile 5: neuer Ort ohne Kennung; es fehlt die Art des Ortes, die Straße (oder")


def test_a_form_without_signature_or_state_is_refused(tmp_path: Path) -> None:
    def unsign(_: Any, book: Any) -> None:
        book["Hinweise"]["B3"] = None

    def strip(_: Any, book: Any) -> None:
        del book["_stand"]

    with pytest.raises(SourceError, match="not signed"):
        fill(tmp_path / "a.xlsx", unsign)
    assert fill(tmp_path / "b.xlsx", unsign, role="Bezirksbüro").answers == []
    with pytest.raises(SourceError, match="not a whole questionnaire"):
        fill(tmp_path / "c.xlsx", strip)
    (tmp_path / "d.xlsx").write_bytes(b"no zip")
    with pytest.raises(SourceError):
        read_questionnaire(
            tmp_path / "d.xlsx", columns=COLUMNS, rules=read_rules(), classes=CLASSES, list_key="f"
        )


def test_answers_are_only_ever_added_and_twice_is_once(tmp_path: Path) -> None:
    path = tmp_path / "config" / "answers.csv"
    row = dict.fromkeys(ANSWER_COLUMNS, "") | {
        "begegnungsort_id": "b1", "name": 'Haus; "Nord"\nEcke', "column": "cost", "value": "free",
        "who": "Amt", "date": "2026-01-01",
    }  # fmt: skip
    assert append_lines(path, ANSWER_COLUMNS, [row]) == 1
    first = path.read_bytes()
    assert append_lines(path, ANSWER_COLUMNS, [row]) == 0
    assert append_lines(path, ANSWER_COLUMNS, [row | {"value": "fee"}, row]) == 1
    assert path.read_bytes().startswith(first)
    entries, issues = read_hand_entries(path, kind="answer", rules=read_rules(), classes=CLASSES)
    assert entries["value"].tolist() == ["free", "fee"]
    assert entries["place_name"].tolist() == ['Haus; "Nord" Ecke'] * 2
    assert issues.empty


def test_a_district_is_found_by_name_or_id_the_larger_one_first() -> None:
    places = conflate(build_places({"place_id": "osm:node/1"}))[0].assign(
        district_id_stadtbezirk="80", district_id_bezirk="530"
    )
    districts = pd.DataFrame(
        {"district_id": ["530", "80"], "level": ["bezirk", "stadtbezirk"], "name": ["Hörde", "Hörde"],
         "area_km2": [5.0, 29.8]}
    )  # fmt: skip
    assert select_district(places, districts, "hörde")[1] == "Hörde (stadtbezirk)"
    assert select_district(places, districts, "530")[1] == "Hörde (bezirk)"
    assert select_district(places, districts, "bezirk:Hörde")[1] == "Hörde (bezirk)"
    with pytest.raises(ConfigError, match="there is no district"):
        select_district(places, districts, "Atlantis")
