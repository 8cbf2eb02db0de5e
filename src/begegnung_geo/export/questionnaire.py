# SPDX-License-Identifier: MIT
"""The questionnaire as a workbook, and the files its answers are kept in."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from begegnung_geo.export.formats import fix_dates
from begegnung_geo.files import write_bytes
from begegnung_geo.questionnaire_form import (
    DATE_CELL,
    ID_HEADING,
    LISTS_SHEET,
    NOTES_SHEET,
    PLACES_SHEET,
    ROLE_CELL,
    STATE_COLUMNS,
    STATE_SHEET,
    FormColumn,
)

_NEW_ROWS = 30
_WIDTH = 20
_NAME_WIDTH = 36
_DAY = "1980-01-01"  # the same form gives the same bytes
_NOTES = (
    "Bitte tragen Sie Ihre Rolle und den Tag ein, zum Beispiel: Quartierskoordination, 22.11.2026.",
    "Bitte schreiben Sie nirgends Namen oder Telefonnummern von Personen hinein.",
    "Im Blatt „Begegnungsorte“ steht je Zeile ein Ort mit dem, was bisher bekannt ist.",
    "Ändern Sie nur, was falsch ist oder fehlt. Was Sie nicht ändern, gilt nicht als Ihre Antwort.",
    "Stimmt die ganze Zeile, wählen Sie bei „Angaben geprüft?“ ja.",
    "Weiß es niemand, lassen Sie „unbekannt“ stehen. „nein“ heißt: Sie wissen, dass es nicht so ist.",
    "Gibt es einen Ort nicht mehr, wählen Sie bei „Gibt es den Ort noch?“ nein; keine Zeilen löschen.",
    "Neue Orte kommen in die leeren Zeilen am Ende: Name, Art des Ortes und Straße (oder Lage) genügen.",
    "Die Spalte Kennung bleibt, wie sie ist. Frauenhäuser und Schutzräume gehören nicht in diese Liste.",
)


def write_questionnaire(path: Path, rows: pd.DataFrame, *, columns: Sequence[FormColumn], title: str) -> None:
    """
    Write the form: one row a place, drop-down values, protected ids, rows for new places.

    A hidden sheet keeps what was filled in before, so that only what a person changed
    counts as an answer. Every text is a text, also one that begins like a formula.

    Parameters
    ----------
    rows
        From `build_form_rows`.
    columns
        From `list_form_columns`.
    title
        Name of the city or district, for the notes.
    """
    from openpyxl import Workbook  # noqa: PLC0415  # 0.3 s that other commands need not wait

    book = Workbook()
    book.properties.title = f"Fragebogen {title}"
    book.properties.creator = "begegnung_geo"
    sheet = book.active
    sheet.title = PLACES_SHEET
    keys = ["begegnungsort_id", *(column.key for column in columns)]
    _fill(sheet, [ID_HEADING, *(column.heading for column in columns)], rows[keys])
    _fill_notes(book.create_sheet(NOTES_SHEET), columns, title=title)
    state = book.create_sheet(STATE_SHEET)
    _fill(state, [*keys, *STATE_COLUMNS], rows[[*keys, *STATE_COLUMNS]])
    _add_choices(sheet, book.create_sheet(LISTS_SHEET), columns, last=len(rows) + _NEW_ROWS + 1)
    for name in (STATE_SHEET, LISTS_SHEET):
        book[name].sheet_state = "veryHidden"
        book[name].protection.sheet = True
    _protect_ids(sheet, len(columns), last=len(rows) + _NEW_ROWS + 1)
    buffer = io.BytesIO()
    book.save(buffer)
    write_bytes(path, fix_dates(buffer.getvalue(), _DAY))


def append_lines(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> int:
    """
    Append lines to a hand file and return how many are new; what stands there is never touched.

    A line that is there already, word for word, is not written twice: reading one
    questionnaire twice changes nothing. UTF-8 with BOM, semicolon.
    """
    old = path.read_bytes() if path.is_file() else b""
    known = set(old.decode("utf-8-sig").splitlines())
    lines = [_format_line([row.get(column, "") for column in columns]) for row in rows]
    new = [line for line in dict.fromkeys(lines) if line not in known]
    if not new:
        return 0
    head = old or "\ufeff".encode() + f"{_format_line(list(columns))}\r\n".encode()
    gap = b"" if head.endswith(b"\n") else b"\r\n"
    write_bytes(path, head + gap + "".join(f"{line}\r\n" for line in new).encode())
    return len(new)


def _format_line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="").writerow([" ".join(cell.split()) for cell in cells])
    return buffer.getvalue()


def _fill(sheet: Any, headings: Sequence[str], rows: pd.DataFrame) -> None:  # noqa: ANN401
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    sheet.append(list(headings))
    for position in range(1, len(headings) + 1):
        sheet.cell(1, position).font = Font(bold=True)
        width = _NAME_WIDTH if position == 2 else _WIDTH  # noqa: PLR2004 - the name's column
        sheet.column_dimensions[get_column_letter(position)].width = width
    for number, values in enumerate(rows.itertuples(index=False), start=2):
        for position, value in enumerate(values, start=1):
            if value != "":
                cell = sheet.cell(number, position, value)
                if isinstance(value, str):
                    cell.data_type = "s"
                    cell.number_format = "@"
    sheet.freeze_panes = "C2"


def _fill_notes(sheet: Any, columns: Sequence[FormColumn], *, title: str) -> None:  # noqa: ANN401
    from openpyxl.styles import Alignment, Font, Protection  # noqa: PLC0415

    sheet["A1"] = f"Fragebogen zu den Begegnungsorten: {title}"
    sheet["A1"].font = Font(bold=True, size=14)
    for cell, label in ((ROLE_CELL, "Ihre Rolle"), (DATE_CELL, "Tag (TT.MM.JJJJ)")):
        sheet[f"A{cell[1:]}"] = label
        sheet[cell].protection = Protection(locked=False)
        sheet[cell].number_format = "@"
    for number, note in enumerate(_NOTES, start=6):
        sheet.cell(number, 1, note)
    start = len(_NOTES) + 7
    sheet.cell(start, 1, "Was die Spalten bedeuten").font = Font(bold=True)
    for number, column in enumerate(columns, start=start + 1):
        sheet.cell(number, 1, column.heading)
        sheet.cell(number, 2, column.hint).alignment = Alignment(wrap_text=True)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 90
    sheet.protection.sheet = True


def _add_choices(sheet: Any, lists: Any, columns: Sequence[FormColumn], *, last: int) -> None:  # noqa: ANN401
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    for position, column in enumerate(columns, start=2):
        if not column.labels:
            continue
        letter = get_column_letter(position)
        for number, label in enumerate(column.labels, start=1):
            lists.cell(number, position, label)
        choice = DataValidation(
            type="list",
            formula1=f"'{LISTS_SHEET}'!${letter}$1:${letter}${len(column.labels)}",
            allow_blank=True,
            showErrorMessage=True,
            errorTitle=column.heading[:32],
            error="Bitte wählen Sie einen Wert aus der Liste.",
        )
        choice.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(choice)


def _protect_ids(sheet: Any, width: int, *, last: int) -> None:  # noqa: ANN401
    from openpyxl.styles import PatternFill, Protection  # noqa: PLC0415

    for row in range(2, last + 1):
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor="DDDDDD")
        for position in range(2, width + 2):
            sheet.cell(row, position).protection = Protection(locked=False)
    sheet.protection.sheet = True
    for freedom in ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(sheet.protection, freedom, False)
