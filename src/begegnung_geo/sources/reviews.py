# SPDX-License-Identifier: MIT
"""What staff decided about pairs of records (`review.csv`), and the ids that places keep (`ids.csv`)."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from begegnung_geo.crs import WGS84
from begegnung_geo.errors import SourceError
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.privacy import redact_remark, redact_role
from begegnung_geo.schema import build_empty
from begegnung_geo.sources.cells import RawTable
from begegnung_geo.sources.days import parse_date
from begegnung_geo.sources.place_columns import fold_header, pick_first
from begegnung_geo.sources.tabular import read_raw_table

ANSWERS: Mapping[str, str] = {
    "same": "same", "gleich": "same", "derselbe": "same", "dasselbe": "same", "s": "same", "g": "same",
    "different": "different", "verschieden": "different", "d": "different", "v": "different",
}  # fmt: skip
_REVIEW_HEADERS: Mapping[str, tuple[str, ...]] = {
    "place_id_a": ("placeida", "kennunga"),
    "place_id_b": ("placeidb", "kennungb"),
    "answer": ("answer", "antwort"),
    "note": ("note", "bemerkung", "notiz"),
    "who": ("who", "wer", "rolle"),
    "date": ("date", "datum", "stand"),
}
_REVIEW_NEEDED = ("place_id_a", "place_id_b", "answer")
_ID_HEADERS: Mapping[str, tuple[str, ...]] = {
    "place_id": ("placeid", "kennung"),
    "begegnungsort_id": ("begegnungsortid",),
}
_BEGEGNUNGSORT_ID = re.compile(r"b[0-9a-f]{12}")


def read_reviews(path: Path | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Read the answers of staff to pairs in doubt (CSV or XLSX, headers in German or English).

    A line without an answer is a question still open, not a fault. Of several answers to
    one pair the last counts. No file, no answers. Whether the records exist is found out later.

    Returns
    -------
    reviews
        Table `reviews` in the order of the file; `place_id_a` < `place_id_b`.
    issues
        One line an answer that cannot be used or that a later line replaces.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a needed column.
    """
    if path is None:
        return build_empty("reviews", crs=WGS84), concat_issues([])
    raw, texts = _read_texts(path, _REVIEW_HEADERS, _REVIEW_NEEDED)
    rows, faults = [], [raw.issues]
    for label, cells in zip(raw.labels, texts, strict=True):
        if not cells["answer"]:
            continue
        fault = _find_review_fault(cells)
        if fault is not None:
            faults.append(build_issues(path.name, fault[0], rows=[label], texts=fault[1]))
            continue
        first, second = sorted((cells["place_id_a"], cells["place_id_b"]))
        rows.append(
            {
                "review_id": f"{path.name}:{label}",
                "row": str(label),
                "place_id_a": first,
                "place_id_b": second,
                "answer": ANSWERS[cells["answer"].casefold()],
                "note": redact_remark(cells["note"]) or None,
                "who": redact_role(cells["who"]) or None,
                "date": parse_date(cells["date"]) if cells["date"] else None,
            }
        )
    if not rows:
        return build_empty("reviews", crs=WGS84), concat_issues(faults)
    reviews = pd.DataFrame(rows).astype("str")
    is_replaced = reviews.duplicated(["place_id_a", "place_id_b"], keep="last")
    faults.append(
        build_issues(
            path.name,
            IssueCode.HAND_SUPERSEDED,
            rows=reviews.loc[is_replaced, "row"],
            texts="a later line answers the same pair; the later one counts",
        )
    )
    return reviews[~is_replaced].reset_index(drop=True), concat_issues(faults)


def read_kept_ids(path: Path | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Read which record belonged to which Begegnungsort when the ids were kept.

    Returns
    -------
    kept_ids
        Table `kept_ids`, one row a record.
    issues
        One line an unusable or repeated row; the first line of a record counts.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a column.
    """
    if path is None:
        return build_empty("kept_ids", crs=WGS84), concat_issues([])
    raw, texts = _read_texts(path, _ID_HEADERS, tuple(_ID_HEADERS))
    rows: dict[str, str] = {}
    faults = [raw.issues]
    for label, cells in zip(raw.labels, texts, strict=True):
        place_id, begegnungsort_id = cells["place_id"], cells["begegnungsort_id"]
        report = partial(build_issues, path.name, rows=[label])
        if not place_id or not _BEGEGNUNGSORT_ID.fullmatch(begegnungsort_id):
            text = "a place_id and an id of b and twelve digits are needed; the line is not applied"
            faults.append(report(IssueCode.HAND_ROW_INCOMPLETE, texts=text))
        elif rows.setdefault(place_id, begegnungsort_id) != begegnungsort_id:
            faults.append(
                report(IssueCode.HAND_SUPERSEDED, texts="an earlier line names this record; that one counts")
            )
    if not rows:
        return build_empty("kept_ids", crs=WGS84), concat_issues(faults)
    kept_ids = pd.DataFrame({"place_id": list(rows), "begegnungsort_id": list(rows.values())}, dtype="str")
    return kept_ids, concat_issues(faults)


def _read_texts(
    path: Path, headers: Mapping[str, tuple[str, ...]], needed: Sequence[str]
) -> tuple[RawTable, list[dict[str, str]]]:
    def rate(cells: Sequence[str]) -> int:
        folded = {fold_header(cell) for cell in cells}
        # At least 1: a file without any known header still has a first row to name in the error.
        return 1 + sum(any(name in folded for name in names) for names in headers.values())

    raw = read_raw_table(path, key=path.name, rate_header=rate)
    found = {fold_header(column): column for column in raw.cells.columns}
    columns = {role: [found[name] for name in names if name in found] for role, names in headers.items()}
    missing = [role for role in needed if not columns[role]]
    if missing:
        raise SourceError(
            f"{path.name} lacks the columns {', '.join(missing)}",
            where=f"{path}, first row: {', '.join(map(str, raw.cells.columns))[:200] or 'empty'}",
            hint=f"the header must be {', '.join(headers)}",
        )
    texts = pd.DataFrame({role: pick_first(raw.cells, names) for role, names in columns.items()})
    rows = [
        {str(role): text.strip() if isinstance(text, str) else "" for role, text in cells.items()}
        for cells in texts.to_dict("records")
    ]
    return raw, rows


def _find_review_fault(cells: Mapping[str, str]) -> tuple[IssueCode, str] | None:
    first, second = cells["place_id_a"], cells["place_id_b"]
    if not first or not second or first == second:
        text = "two different place_ids are needed; the line is not applied: copy both from the review list"
        return IssueCode.HAND_ROW_INCOMPLETE, text
    if cells["answer"].casefold() not in ANSWERS:
        text = f'"{cells["answer"][:60]}" is no answer; the line is not applied: write gleich or verschieden'
        return IssueCode.HAND_VALUE_INVALID, text
    if cells["date"] and parse_date(cells["date"]) is None:
        text = f'"{cells["date"][:30]}" is no day; the line is not applied: write 2026-11-22, or nothing'
        return IssueCode.HAND_DATE_INVALID, text
    return None
