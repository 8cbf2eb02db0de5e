# SPDX-License-Identifier: MIT
"""A filled-in questionnaire: what people changed, cell by cell, with messages they understand."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from begegnung_geo.attribute_rules import AttributeRules, list_labels, parse_value
from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.errors import SourceError
from begegnung_geo.privacy import is_body
from begegnung_geo.questionnaire_form import (
    DATE_CELL,
    ID_HEADING,
    NOTES_SHEET,
    PLACES_SHEET,
    ROLE_CELL,
    STATE_COLUMNS,
    STATE_SHEET,
    FormColumn,
)
from begegnung_geo.sources.cells import clean_cell, format_cell
from begegnung_geo.sources.hand import parse_date
from begegnung_geo.sources.tabular import require_harmless_zip

_FORMULA_SIGNS = ("=", "+", "-", "@")
_NAMED = {
    "name": "name",
    "class": "klasse",
    "street": "strasse",
    "house_number": "hausnummer",
    "postcode": "plz",
    "city": "ort",
}
_LEAVE = "Nicht übernommen."
Row = dict[str, str]


@dataclass
class Filled:
    """What a form brings: lines for `answers.csv` and for the list of new places, and messages."""

    answers: list[Row] = field(default_factory=list)
    new_places: list[Row] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    rows_read: int = 0


@dataclass(frozen=True)
class _Cell:
    address: str
    text: str
    is_formula: bool


@dataclass(frozen=True)
class _Form:
    columns: Mapping[str, FormColumn]
    rules: AttributeRules
    classes: Mapping[str, PlaceClass]
    signature: Row


def read_questionnaire(
    path: Path,
    *,
    columns: Sequence[FormColumn],
    rules: AttributeRules,
    classes: Mapping[str, PlaceClass],
    list_key: str,
    role: str = "",
    date: str = "",
) -> Filled:
    """
    Read a filled-in form row by row; a cell that cannot be used costs that cell only.

    Only what differs from the values the form was handed out with is an answer. A row
    without id is a new place.

    Parameters
    ----------
    list_key
        Source key of the list of new places; its rows' answers name it.
    role, date
        Who filled in and when, where the notes sheet does not say.

    Raises
    ------
    SourceError
        If the file is no questionnaire of this program, or nobody signed it with a role
        and a day.
    """
    book = _open_book(path)
    signature = _read_signature(book[NOTES_SHEET], path, role=role, date=date)
    form = _Form({column.heading: column for column in columns}, rules, classes, signature)
    state = _read_state(book[STATE_SHEET])
    filled = Filled()
    headings, rows = _read_rows(book[PLACES_SHEET], path)
    unknown = [h for h in headings if h and h != ID_HEADING and h not in form.columns]
    filled.messages += [f"Spalte „{heading}“ gehört nicht zum Fragebogen. {_LEAVE}" for heading in unknown]
    seen: dict[str, int] = {}
    for number, cells in rows:
        filled.rows_read += 1
        known_id = cells.pop(ID_HEADING, _Cell(f"A{number}", "", is_formula=False))
        if not known_id.text:
            _take_new_place(filled, form, cells, number=number, list_key=list_key)
        elif known_id.text not in state:
            filled.messages.append(
                f"Zelle {known_id.address}: Die Kennung „{known_id.text[:40]}“ steht nicht in diesem "
                f"Fragebogen. Zeile {number} wurde nicht übernommen; bitte die Kennung nicht ändern."
            )
        elif known_id.text in seen:
            filled.messages.append(
                f"Zelle {known_id.address}: Die Kennung steht schon in Zeile {seen[known_id.text]}. "
                f"Zeile {number} wurde nicht übernommen."
            )
        else:
            seen[known_id.text] = number
            _take_answers(filled, form, cells, before=state[known_id.text])
    filled.messages += [
        f"Die Zeile zu „{state[k]['name'] or k}“ fehlt; ihre Angaben bleiben, wie sie waren."
        for k in state
        if k not in seen
    ]
    return filled


def _open_book(path: Path) -> Any:  # noqa: ANN401
    import warnings  # noqa: PLC0415

    import openpyxl  # noqa: PLC0415

    if not path.is_file():
        raise SourceError(f"there is no file {path.name}", where=str(path), hint="check the path")
    require_harmless_zip(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles it does not know
            book = openpyxl.load_workbook(path, data_only=False, keep_links=False)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError) as error:
        raise SourceError(
            f"{path.name} cannot be read as a workbook",
            where=f"{path}: {type(error).__name__}: {error}",
            hint="open it in Excel or LibreOffice and save it as .xlsx",
        ) from error
    missing = [name for name in (PLACES_SHEET, NOTES_SHEET, STATE_SHEET) if name not in book.sheetnames]
    if missing:
        raise SourceError(
            f"{path.name} is not a whole questionnaire",
            where=f"{path}: the sheets {', '.join(missing)} are missing",
            hint="fill in the file that `begegnung-geo questionnaire --out` wrote, not a copy of its cells",
        )
    return book


def _read_signature(sheet: Any, path: Path, *, role: str, date: str) -> Row:  # noqa: ANN401
    who = " ".join(format_cell(sheet[ROLE_CELL].value).split()) or role
    written = format_cell(sheet[DATE_CELL].value).strip() or date
    day = parse_date(written)
    if not who or day is None:
        what = "nobody says in which role" if not who else f"{written!r} is no day"
        cell = ROLE_CELL if not who else DATE_CELL
        raise SourceError(
            f"the questionnaire is not signed: {what}",
            where=f"{path}, Blatt {NOTES_SHEET}, Zelle {cell}",
            hint="fill in the cell (Quartierskoordination, 22.11.2026), or give --role and --date",
        )
    return {"who": who[:120], "date": day, "file": path.name}


def _read_state(sheet: Any) -> dict[str, Row]:  # noqa: ANN401
    rows = sheet.iter_rows(values_only=True)
    keys = [str(value) for value in next(rows, ())]
    state = {}
    for values in rows:
        row = dict(zip(keys, (format_cell(value) for value in values), strict=False))
        if row.get("begegnungsort_id"):
            state[row["begegnungsort_id"]] = {**dict.fromkeys(STATE_COLUMNS, ""), "name": "", **row}
    return state


def _read_rows(sheet: Any, path: Path) -> tuple[list[str], list[tuple[int, dict[str, _Cell]]]]:  # noqa: ANN401
    lines = list(sheet.iter_rows())
    headings = [clean_cell(format_cell(cell.value)).strip() for cell in lines[0]] if lines else []
    if ID_HEADING not in headings:
        raise SourceError(
            "the column of the ids is missing",
            where=f"{path}, Blatt {PLACES_SHEET}, Zeile 1: „{ID_HEADING}“",
            hint="take the headings back from the original file",
        )
    rows = []
    for line in lines[1:]:
        cells = {
            heading: _Cell(
                cell.coordinate,
                " ".join(clean_cell(format_cell(cell.value)).split()),
                is_formula=cell.data_type == "f",
            )
            for heading, cell in zip(headings, line, strict=False)
            if heading
        }
        if any(cell.text for cell in cells.values()):
            rows.append((line[0].row, cells))
    return headings, rows


def _take_answers(filled: Filled, form: _Form, cells: Mapping[str, _Cell], *, before: Row) -> None:
    place = {
        "begegnungsort_id": before["begegnungsort_id"],
        "place_ids": before["place_ids"],
        "name": before["name"],
        "breite": before["lat"],
        "laenge": before["lon"],
    }
    for heading, column in form.columns.items():
        cell = cells.get(heading)
        was = before.get(column.key, "")
        if cell is None or cell.text == was:
            continue
        if not cell.text:
            filled.messages.append(
                f"Zelle {cell.address} ({heading}): leer, vorher „{was[:60]}“. Der Wert bleibt; "
                "wählen Sie „unbekannt“ oder schreiben Sie, was stimmt."
            )
            continue
        value = _check_cell(filled, form, cell, column=column)
        if value is not None:
            filled.answers.append({**place, "column": column.key, "value": value, **form.signature})


def _take_new_place(
    filled: Filled, form: _Form, cells: Mapping[str, _Cell], *, number: int, list_key: str
) -> None:
    given: Row = {}
    for heading, column in form.columns.items():
        cell = cells.get(heading)
        value = _check_cell(filled, form, cell, column=column) if cell and cell.text else None
        if value is not None:
            given[column.key] = value
    missing = [
        label
        for label, is_there in (
            ("der Name", "name" in given),
            ("die Art des Ortes", "class" in given),
            ("die Straße (oder die Lage)", "street" in given or "position" in given),
        )
        if not is_there
    ]
    if missing:
        filled.messages.append(
            f"Zeile {number}: neuer Ort ohne Kennung; es fehlt {', '.join(missing)}. "
            "Die Zeile wurde nicht übernommen."
        )
        return
    identity = "\x1f".join(given.get(key, "") for key in ("name", "street", "house_number")).casefold()
    own_id = f"neu-{hashlib.sha256(identity.encode()).hexdigest()[:10]}"
    lat, _, lon = given.pop("position", "").partition(", ")
    named = {column: given.pop(key, "") for key, column in _NAMED.items()}
    signed = {"rolle": form.signature["who"], "stand": form.signature["date"]}
    filled.new_places.append({"kennung": own_id, **named, "breite": lat, "laenge": lon, **signed})
    place = {
        "begegnungsort_id": f"{list_key}:{own_id}",
        "place_ids": f"{list_key}:{own_id}",
        "name": named["name"],
    }
    place |= {"name": named["name"], "breite": lat, "laenge": lon}
    filled.answers += [
        {**place, "column": key, "value": value, **form.signature} for key, value in given.items()
    ]


def _check_cell(filled: Filled, form: _Form, cell: _Cell, *, column: FormColumn) -> str | None:
    attribute = form.rules.attributes[column.key]
    where = f"Zelle {cell.address} ({column.heading})"
    if cell.is_formula or cell.text.startswith(_FORMULA_SIGNS):
        filled.messages.append(f"{where}: Das sieht wie eine Formel aus. {_LEAVE} Bitte nur Text oder Zahl.")
        return None
    value = parse_value(attribute, cell.text, classes=form.classes)
    if value is not None and attribute.kind == "body" and not is_body(value):
        filled.messages.append(
            f"{where}: Das sieht nach dem Namen einer Person aus. {_LEAVE} Bitte die Einrichtung nennen, "
            "zum Beispiel mit e.V., Stadt oder Kirchengemeinde."
        )
        return None
    if value is not None:
        return value
    labels = list_labels(attribute, classes=form.classes)
    if labels:
        allowed = f"steht nicht zur Auswahl; möglich sind: {', '.join(labels)}"
    elif attribute.kind == "number":
        allowed = "ist keine Zahl; zum Beispiel 12"
    elif attribute.kind == "position":
        allowed = "ist keine Lage; zum Beispiel 51.5136, 7.4653"
    else:
        allowed = "ist länger als 255 Zeichen"
    filled.messages.append(f"{where}: „{cell.text[:60]}“ {allowed}. {_LEAVE}")
    return None
