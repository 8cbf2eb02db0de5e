# SPDX-License-Identifier: MIT
"""A filled-in questionnaire: what people changed, cell by cell, with messages they understand."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from begegnung_geo.attribute_rules import AttributeRules
from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.errors import SourceError
from begegnung_geo.hostile_text import HIDDEN_SIGNS
from begegnung_geo.privacy import redact_remark, redact_role
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
from begegnung_geo.sources.days import parse_date
from begegnung_geo.sources.form_cells import LEAVE, CellRules, FormCell, FormLimits, read_cell
from begegnung_geo.sources.hand import NO_ROLE
from begegnung_geo.sources.tabular import require_harmless_zip

_NAMED = {
    "name": "name",
    "class": "klasse",
    "street": "strasse",
    "house_number": "hausnummer",
    "postcode": "plz",
    "city": "ort",
}
_NOT_ASKED = FormLimits()
Row = dict[str, str]


@dataclass
class Filled:
    """What a form brings: lines for `answers.csv` and for the list of new places, and messages."""

    answers: list[Row] = field(default_factory=list)
    new_places: list[Row] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    rows_read: int = 0


@dataclass(frozen=True)
class _Form:
    columns: Mapping[str, FormColumn]
    cells: CellRules
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
    limits: FormLimits = _NOT_ASKED,
) -> Filled:
    """
    Read a filled-in form row by row; a cell that cannot be used costs that cell only.

    Only what differs from the values the form was handed out with is an answer. A row
    without id is a new place. Names, phones and mail addresses of persons are left out
    and told; they stay in the workbook, which is not touched (decision 0028).

    Parameters
    ----------
    list_key
        Source key of the list of new places; its rows' answers name it.
    role, date
        Who filled in and when, where the notes sheet does not say.
    limits
        What days and positions are held against.

    Raises
    ------
    SourceError
        If the file is no questionnaire of this program, or nobody signed it with a role
        and a day that has come.
    """
    book = _open_book(path)
    filled = Filled()
    signature = _read_signature(filled, book[NOTES_SHEET], path, given=(role, date), limits=limits)
    cell_rules = CellRules(rules, classes, limits)
    form = _Form({column.heading: column for column in columns}, cell_rules, signature)
    state = _read_state(book[STATE_SHEET])
    headings, rows = _read_rows(book[PLACES_SHEET], path)
    unknown = [h for h in headings if h and h != ID_HEADING and h not in form.columns]
    filled.messages += [f"Spalte „{heading}“ gehört nicht zum Fragebogen. {LEAVE}" for heading in unknown]
    ids = {
        number: cells.pop(ID_HEADING, FormCell(f"A{number}", "", is_formula=False)) for number, cells in rows
    }
    rows_of: dict[str, list[int]] = {}
    for number, known_id in ids.items():
        rows_of.setdefault(known_id.text, []).append(number)
    for number, cells in rows:
        filled.rows_read += 1
        known_id = ids[number]
        if not known_id.text:
            _take_new_place(filled, form, cells, number=number, list_key=list_key)
        elif known_id.text not in state:
            filled.messages.append(
                f"Zelle {known_id.address}: Die Kennung „{redact_remark(known_id.text[:40])}“ steht nicht in "
                f"diesem Fragebogen. Zeile {number} wurde nicht übernommen; bitte die Kennung nicht ändern."
            )
        elif len(rows_of[known_id.text]) > 1:  # which of them means the place, nobody can tell
            same = ", ".join(str(row) for row in rows_of[known_id.text] if row != number)
            filled.messages.append(
                f"Zelle {known_id.address}: Die Kennung steht auch in Zeile {same}. Zeile {number} wurde "
                "nicht übernommen; bitte die Kennungen so lassen, wie sie waren."
            )
        else:
            _take_answers(filled, form, cells, before=state[known_id.text])
    filled.messages += [
        f"Die Zeile zu „{state[k]['name'] or k}“ fehlt; ihre Angaben bleiben, wie sie waren."
        for k in state
        if k not in rows_of
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


def _read_signature(
    filled: Filled,
    sheet: Any,  # noqa: ANN401
    path: Path,
    *,
    given: tuple[str, str],
    limits: FormLimits,
) -> Row:
    who = " ".join(format_cell(sheet[ROLE_CELL].value).split()) or given[0]
    written = format_cell(sheet[DATE_CELL].value).strip() or given[1]
    day = parse_date(written)
    is_ahead = day is not None and limits.latest_day is not None and day > limits.latest_day.isoformat()
    if not who or day is None or is_ahead:
        fault = "is still to come" if is_ahead else "is no day"
        what = "nobody says in which role" if not who else f"{written!r} {fault}"
        cell = ROLE_CELL if not who else DATE_CELL
        raise SourceError(
            f"the questionnaire is not signed: {what}",
            where=f"{path}, Blatt {NOTES_SHEET}, Zelle {cell}",
            hint="fill in the cell (Quartierskoordination, 22.11.2026), or give --role and --date"
            if not is_ahead
            else "write the day on which it was filled in: a day to come would outrank every later answer",
        )
    role = redact_role(who)[:120]
    if role != who[:120]:
        filled.messages.append(
            f"Blatt {NOTES_SHEET}, Zelle {ROLE_CELL}: Namen und Telefonnummern von Personen werden nicht "
            f"gespeichert. Ihre Angaben gelten; als Rolle steht dort „{role or NO_ROLE}“."
        )
    return {"who": role or NO_ROLE, "date": day, "file": redact_remark(path.name)}


def _read_state(sheet: Any) -> dict[str, Row]:  # noqa: ANN401
    rows = sheet.iter_rows(values_only=True)
    keys = [str(value) for value in next(rows, ())]
    state = {}
    for values in rows:
        row = dict(zip(keys, (format_cell(value) for value in values), strict=False))
        if row.get("begegnungsort_id"):
            state[row["begegnungsort_id"]] = {**dict.fromkeys(STATE_COLUMNS, ""), "name": "", **row}
    return state


def _read_rows(sheet: Any, path: Path) -> tuple[list[str], list[tuple[int, dict[str, FormCell]]]]:  # noqa: ANN401
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
            heading: FormCell(
                cell.coordinate,
                " ".join(clean_cell(format_cell(cell.value)).split()),
                is_formula=cell.data_type == "f",
                is_cleaned=HIDDEN_SIGNS.search(format_cell(cell.value)) is not None,
            )
            for heading, cell in zip(headings, line, strict=False)
            if heading
        }
        if any(cell.text for cell in cells.values()):
            rows.append((line[0].row, cells))
    return headings, rows


def _take_answers(filled: Filled, form: _Form, cells: Mapping[str, FormCell], *, before: Row) -> None:
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
        lat_lon = f"{before['lat']}, {before['lon']}" if column.key == "position" else ""
        value = _take_cell(filled, form, cell, column=column, was=lat_lon)
        if value is not None and value != was:
            filled.answers.append({**place, "column": column.key, "value": value, **form.signature})


def _take_new_place(
    filled: Filled, form: _Form, cells: Mapping[str, FormCell], *, number: int, list_key: str
) -> None:
    given: Row = {}
    for heading, column in form.columns.items():
        cell = cells.get(heading)
        value = _take_cell(filled, form, cell, column=column) if cell and cell.text else None
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


def _take_cell(
    filled: Filled, form: _Form, cell: FormCell, *, column: FormColumn, was: str = ""
) -> str | None:
    attribute = form.cells.rules.attributes[column.key]
    answer = read_cell(cell, attribute, form.cells, was=was)
    filled.messages += [answer.message] if answer.message else []
    if cell.is_cleaned and answer.value is not None:
        filled.messages.append(
            f"Zelle {cell.address} ({attribute.label_de}): unsichtbare Zeichen wurden entfernt. "
            "Der übrige Text ist übernommen."
        )
    return answer.value
