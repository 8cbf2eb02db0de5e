# SPDX-License-Identifier: MIT
"""The table `issues`: one line a fault of an input row, so that nothing is dropped in silence."""

from collections.abc import Iterable
from enum import StrEnum

import pandas as pd

from begegnung_geo.privacy import redact_text

ISSUE_COLUMNS = ("source", "row", "code", "text", "count")
_TEXT_LIMIT = 300


class IssueCode(StrEnum):
    """What can be wrong with an input row; the value is the code printed everywhere."""

    # OSM files
    OSM_NODE_MISSING = "OSM_NODE_MISSING"
    OSM_RING_OPEN = "OSM_RING_OPEN"
    OSM_RELATION_INCOMPLETE = "OSM_RELATION_INCOMPLETE"
    OSM_GEOMETRY_INVALID = "OSM_GEOMETRY_INVALID"
    OSM_OBJECT_DUPLICATE = "OSM_OBJECT_DUPLICATE"
    OSM_BOUNDARY_DUPLICATE = "OSM_BOUNDARY_DUPLICATE"
    EXTRACT_COVERS_PART = "EXTRACT_COVERS_PART"
    # districts
    DISTRICT_REPAIRED = "DISTRICT_REPAIRED"
    DISTRICT_REJECTED = "DISTRICT_REJECTED"
    DISTRICT_GAPS = "DISTRICT_GAPS"
    DISTRICT_OVERLAPS = "DISTRICT_OVERLAPS"
    DISTRICT_FAR = "DISTRICT_FAR"
    DISTRICT_WITHOUT_PARENT = "DISTRICT_WITHOUT_PARENT"
    # figures of districts
    FIGURE_DISTRICT_UNKNOWN = "FIGURE_DISTRICT_UNKNOWN"
    FIGURE_DISTRICT_TWICE = "FIGURE_DISTRICT_TWICE"
    FIGURE_VALUE_INVALID = "FIGURE_VALUE_INVALID"
    FIGURE_NOT_KNOWN = "FIGURE_NOT_KNOWN"
    # people
    PERSONS_INVALID = "PERSONS_INVALID"
    PERSONS_NEGATIVE = "PERSONS_NEGATIVE"
    PERSONS_SUPPRESSED = "PERSONS_SUPPRESSED"
    PERSONS_DUPLICATE_CELL = "PERSONS_DUPLICATE_CELL"
    PERSONS_OUTSIDE = "PERSONS_OUTSIDE"
    PERSONS_UNCONNECTED = "PERSONS_UNCONNECTED"
    PERSONS_WITHOUT_TOTAL = "PERSONS_WITHOUT_TOTAL"
    AGE_EXCEEDS_TOTAL = "AGE_EXCEEDS_TOTAL"
    TOTAL_NOT_KNOWN = "TOTAL_NOT_KNOWN"
    TOTAL_WITHOUT_HOMES = "TOTAL_WITHOUT_HOMES"
    TOTAL_OUTSIDE = "TOTAL_OUTSIDE"
    TOTAL_IMPLAUSIBLE = "TOTAL_IMPLAUSIBLE"
    # places
    PLACE_WITHOUT_NAME = "PLACE_WITHOUT_NAME"
    PLACE_WITHOUT_POSITION = "PLACE_WITHOUT_POSITION"
    PLACE_POSITION_INVALID = "PLACE_POSITION_INVALID"
    PLACE_CLASS_UNKNOWN = "PLACE_CLASS_UNKNOWN"
    PLACE_DUPLICATE_ID = "PLACE_DUPLICATE_ID"
    PLACE_EXCLUDED = "PLACE_EXCLUDED"
    PLACE_OUTSIDE = "PLACE_OUTSIDE"
    PLACE_UNCONNECTED = "PLACE_UNCONNECTED"
    PLACE_TEXT_CLEANED = "PLACE_TEXT_CLEANED"
    PLACE_ROW_RAGGED = "PLACE_ROW_RAGGED"
    CAPACITY_ASSUMED = "CAPACITY_ASSUMED"
    ADDRESS_NOT_FOUND = "ADDRESS_NOT_FOUND"
    ADDRESS_UNCERTAIN = "ADDRESS_UNCERTAIN"
    ADDRESS_INVALID = "ADDRESS_INVALID"
    ADDRESS_PSEUDO = "ADDRESS_PSEUDO"
    ENCODING_FALLBACK = "ENCODING_FALLBACK"
    ATTRIBUTE_VALUE_INVALID = "ATTRIBUTE_VALUE_INVALID"
    HOURS_REPAIRED = "HOURS_REPAIRED"
    HOURS_UNREADABLE = "HOURS_UNREADABLE"
    # hand files: corrections, answers, reviews, kept ids
    HAND_ROW_INCOMPLETE = "HAND_ROW_INCOMPLETE"
    HAND_ID_UNKNOWN = "HAND_ID_UNKNOWN"
    HAND_COLUMN_UNKNOWN = "HAND_COLUMN_UNKNOWN"
    HAND_VALUE_INVALID = "HAND_VALUE_INVALID"
    HAND_DATE_INVALID = "HAND_DATE_INVALID"
    HAND_SUPERSEDED = "HAND_SUPERSEDED"
    HAND_CONTRADICTED = "HAND_CONTRADICTED"


def build_issues(
    source: str, code: IssueCode, *, rows: Iterable[object], texts: Iterable[str] | str
) -> pd.DataFrame:
    """
    Return the table `issues` with one line a faulty row.

    Parameters
    ----------
    source
        File name or source key, as in `places.source`.
    rows
        Row labels as the user finds them: a line number of the file, an OSM id.
    texts
        One text for all rows or one a row: what is wrong and what was done about it.
    """
    row_labels = [_clean(str(row)) for row in rows]
    text_list = [texts] * len(row_labels) if isinstance(texts, str) else list(texts)
    return pd.DataFrame(
        {
            "source": pd.Series([source] * len(row_labels), dtype="str"),
            "row": pd.Series(row_labels, dtype="str"),
            "code": pd.Series([code.value] * len(row_labels), dtype="str"),
            "text": pd.Series([_clean(text) for text in text_list], dtype="str"),
            "count": pd.Series([1] * len(row_labels), dtype="int64"),
        }
    )


def count_issue(source: str, code: IssueCode, *, count: int, text: str) -> pd.DataFrame:
    """Return one line that stands for `count` faults of a kind; no line where there are none."""
    issues = build_issues(source, code, rows=["*"] if count else [], texts=text)
    return issues.assign(count=int(count))


def concat_issues(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return all lines of several `issues` tables, in a fixed order without exact repeats."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return build_issues("", IssueCode.PLACE_WITHOUT_NAME, rows=[], texts=[])
    joined = pd.concat(filled, ignore_index=True).drop_duplicates()
    return joined.sort_values(list(ISSUE_COLUMNS), kind="stable", ignore_index=True)


def count_by_code(issues: pd.DataFrame) -> dict[str, int]:
    """Return how many faults there are of each code, sorted by code."""
    return {str(code): int(n) for code, n in issues.groupby("code")["count"].sum().items()}


def _clean(text: str) -> str:
    # Row labels and quoted cell text come from outside; logs and CSV must stay one line each.
    printable = redact_text("".join(char if char.isprintable() else " " for char in text))
    return printable if len(printable) <= _TEXT_LIMIT else printable[: _TEXT_LIMIT - 1] + "…"
