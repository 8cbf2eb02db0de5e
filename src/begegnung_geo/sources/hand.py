# SPDX-License-Identifier: MIT
"""What people wrote by hand about single places: `corrections.csv` and `answers.csv`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from begegnung_geo.attribute_rules import FIGURES, Attribute, AttributeRules, list_labels, parse_value
from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.crs import WGS84
from begegnung_geo.errors import SourceError
from begegnung_geo.hostile_text import find_hostility
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.privacy import REMOVED, is_body, redact_remark, redact_role, redact_text
from begegnung_geo.schema import build_empty
from begegnung_geo.sources.days import parse_date
from begegnung_geo.sources.place_columns import fold_header, pick_first
from begegnung_geo.sources.tabular import read_raw_table

HandKind = Literal["correction", "answer"]
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "target_id": ("begegnungsortid", "sourceid", "placeid", "kennung", "id"),
    "attribute": ("column", "spalte", "attribute", "merkmal"),
    "value": ("value", "wert"),
    "why": ("why", "warum", "grund", "begruendung"),
    "who": ("who", "wer", "rolle", "role"),
    "date": ("date", "datum", "stand"),
    "place_ids": ("placeids", "quellen"),
    "place_name": ("name", "ortsname"),
    "lat": ("breite", "lat"),
    "lon": ("laenge", "lon"),
}
_NEEDED = {
    "correction": ("target_id", "attribute", "value", "why", "who", "date"),
    "answer": ("target_id", "attribute", "value", "who", "date"),
}
_SHOWN = {"target_id": "source_id", "attribute": "column"}
NO_ROLE = "ohne Rolle"
"""Stands where somebody gave a name instead of a role."""
_NAMED = (
    "who looks like the name of a person; the line is applied and the name is kept nowhere: "
    "write the role, for example Quartierskoordination"
)
_LEFT_OUT = "the line is applied; phones, mail addresses and names of persons in it are kept nowhere"
_HOSTILE = {"formula": "a formula", "markup": "HTML"}


@dataclass(frozen=True)
class _Fault:
    code: IssueCode
    text: str


def read_hand_entries(
    path: Path, *, kind: HandKind, rules: AttributeRules, classes: Mapping[str, PlaceClass]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Read a file of corrections or answers (CSV or XLSX, headers in German or English).

    Nothing is taken out of the file: a line that cannot be used becomes an issue and
    works as soon as it is mended. Whether an id exists is found out later.

    Returns
    -------
    entries
        Table `hand_entries` in the order of the file.
    issues
        One line an unusable row: what is missing, unknown or impossible, and what is
        allowed instead.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a needed column; names the columns.
    """
    raw = read_raw_table(path, key=path.name, rate_header=_rate_header)
    found = {fold_header(column): column for column in raw.cells.columns}
    columns = {role: [found[h] for h in headers if h in found] for role, headers in _HEADERS.items()}
    missing = [role for role in _NEEDED[kind] if not columns[role]]
    if missing:
        raise SourceError(
            f"{path.name} lacks the columns {', '.join(_HEADERS[role][0] for role in missing)}",
            where=f"{path}, first row: {', '.join(map(str, raw.cells.columns))[:200] or 'empty'}",
            hint=f"the header needs the columns {', '.join(_SHOWN.get(r, r) for r in _NEEDED[kind])}",
        )
    texts = pd.DataFrame({role: pick_first(raw.cells, names) for role, names in columns.items()})
    rows, faults = [], [raw.issues]
    for label, cells in zip(raw.labels, texts.to_dict("records"), strict=True):
        given = {str(role): text if isinstance(text, str) else "" for role, text in cells.items()}
        checked = _check_row(given, kind=kind, rules=rules, classes=classes)
        if isinstance(checked, _Fault):
            faults.append(build_issues(path.name, checked.code, rows=[label], texts=checked.text))
        else:
            place = {"entry_id": f"{path.name}:{label}", "source": kind, "row": str(label)}
            rows.append({**place, **checked})
            faults += [
                build_issues(path.name, code, rows=[label], texts=text)
                for code, text in _list_left_out(given, checked)
            ]
    entries = pd.DataFrame(rows) if rows else build_empty("hand_entries", crs=WGS84)
    return entries, concat_issues(faults)


def read_hand_files(
    files: Mapping[HandKind, Path], *, rules: AttributeRules, classes: Mapping[str, PlaceClass]
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the entries of all hand files of a city one below the other, and their issues."""
    parts = [
        read_hand_entries(path, kind=kind, rules=rules, classes=classes)
        for kind, path in sorted(files.items(), reverse=True)  # corrections first
    ]
    entries = [build_empty("hand_entries", crs=WGS84), *(lines for lines, _ in parts)]
    return pd.concat(entries, ignore_index=True), [issues for _, issues in parts]


def _rate_header(cells: Sequence[str]) -> int:
    folded = {fold_header(cell) for cell in cells}
    return sum(any(header in folded for header in headers) for headers in _HEADERS.values())


def _list_left_out(given: Mapping[str, str], checked: Mapping[str, object]) -> list[tuple[IssueCode, str]]:
    """Return a text where the role named a person, and one where a value or reason did."""
    is_named = checked["who"] != given["who"] and given["who"] != NO_ROLE
    is_cleaned = any(REMOVED in str(checked[key]) and REMOVED not in given[key] for key in ("value", "why"))
    told = [(IssueCode.HAND_VALUE_INVALID, _NAMED)] if is_named else []
    return [*told, (IssueCode.PLACE_TEXT_CLEANED, _LEFT_OUT)] if is_cleaned else told


def _check_row(
    given: Mapping[str, str], *, kind: HandKind, rules: AttributeRules, classes: Mapping[str, PlaceClass]
) -> dict[str, object] | _Fault:
    empty = [role for role in _NEEDED[kind] if not given[role]]
    if empty:
        names = ", ".join({"target_id": "source_id", "attribute": "column"}.get(r, r) for r in empty)
        return _Fault(
            IssueCode.HAND_ROW_INCOMPLETE,
            f"{names} is empty; the line is not applied: fill it in or delete it",
        )
    attribute = rules.find_attribute(given["attribute"])
    if attribute is None:
        return _Fault(
            IssueCode.HAND_COLUMN_UNKNOWN,
            f'there is no column "{redact_remark(given["attribute"][:60])}"; the line is not applied: '
            "config/attributes.csv lists the columns",
        )
    value = _check_value(given["value"], attribute, classes)
    if isinstance(value, _Fault):
        return value
    day = parse_date(given["date"])
    if day is None:
        return _Fault(
            IssueCode.HAND_DATE_INVALID,
            f'"{given["date"][:30]}" is no day of this century; the line is not applied: '
            "write it as 2026-11-22 or 22.11.2026",
        )
    return {
        "target_id": given["target_id"],
        "place_ids": [part.strip() for part in given["place_ids"].split(";") if part.strip()],
        "place_name": redact_text(given["place_name"]) or None,
        "lat": _parse_degrees(given["lat"]),
        "lon": _parse_degrees(given["lon"]),
        "attribute": attribute.key,
        "value": redact_text(value) if attribute.key == "name" else redact_remark(value),
        "why": redact_remark(given["why"]) or None,
        "who": redact_role(given["who"]) or NO_ROLE,
        "date": day,
    }


def _check_value(text: str, attribute: Attribute, classes: Mapping[str, PlaceClass]) -> str | _Fault:
    hostility = find_hostility(text) if attribute.kind in ("text", "body") else ""
    if hostility:
        told = f'"{redact_remark(text[:60])}" looks like {_HOSTILE[hostility]}'
        return _Fault(IssueCode.HAND_VALUE_INVALID, f"{told}; the line is not applied: write plain text")
    value = parse_value(attribute, text, classes=classes)
    if value is None:
        return _Fault(
            IssueCode.HAND_VALUE_INVALID,
            f'"{redact_remark(text[:60])}" is no value of {attribute.key}; the line is not applied: '
            f"{_describe_allowed(attribute, classes)}",
        )
    if attribute.kind == "body" and not is_body(value):
        return _Fault(
            IssueCode.HAND_VALUE_INVALID,
            f"{attribute.key} looks like the name of a person; the line is not applied: name the body, "
            "for example with e.V., Stadt, Gemeinde",
        )
    return value


def _describe_allowed(attribute: Attribute, classes: Mapping[str, PlaceClass]) -> str:
    if attribute.kind in FIGURES:
        kind = "whole number" if attribute.kind == "count" else "number"
        return f"a {kind} of at least 0 is needed, for example 12"
    if attribute.kind == "position":
        return "latitude and longitude are needed, for example 51.5136, 7.4653"
    labels = list_labels(attribute, classes=classes)
    if not labels:
        return "the text is longer than 255 characters"
    return f"allowed are {', '.join(labels)}"


def _parse_degrees(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan
