# SPDX-License-Identifier: MIT
"""Days as people write them: in hand files, and in the columns of a list."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.privacy import redact_remark
from begegnung_geo.sources.cells import RawTable
from begegnung_geo.sources.place_columns import drop_fillers, pick_first

_YEARS = range(2000, 2100)  # no clock: a day of another century is a slip of the pen
_LIST_YEARS = range(1950, 2100)  # a row about a house may be old; the years before are placeholders (1900)
_PIVOT = _LIST_YEARS[0] % 100  # two digits: from 50 on the last century
_SHOWN = 40
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", re.ASCII)
_GERMAN = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})", re.ASCII)
_TIME = r"(?:,?\s*(?:T|um\s)?\s*\d{1,2}:\d{2}.*)?"
_SHAPES = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})[-/](?P<day>\d{{1,2}}){_TIME}",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
        rf"(?P<day>\d{{1,2}})\.\s*(?P<month>\d{{1,2}})\.\s*(?P<year>\d{{4}}|\d{{2}}){_TIME}",
        rf"(?:(?P<day>\d{{1,2}})\.?\s*)?(?P<name>[a-zä]{{3,9}})\.?\s+(?P<year>\d{{4}}){_TIME}",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})\s*[./]\s*(?P<year>\d{4})",
        r"(?P<year>\d{4})",
    )
)
_LEAD = re.compile(r"(?:(?:daten)?stand\b|vom\b|am\b|zum\b|ab\b|seit\b|[:\s])+", re.IGNORECASE)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jan january jänner", "februar feb february", "märz mär mrz maerz mar march", "april apr",
            "mai may", "juni jun june", "juli jul july", "august aug", "september sep sept",
            "oktober okt october oct", "november nov", "dezember dez december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def parse_date(text: str) -> str | None:
    """Return a day as ISO 8601 from `2026-11-22` or `22.11.2026`; None where there is no such day."""
    iso, german = _ISO.fullmatch(text.strip()), _GERMAN.fullmatch(text.strip())
    if not iso and not german:
        return None
    parts = iso.groups() if iso else german.groups()[::-1] if german else ()
    try:
        day = dt.date(*(int(part) for part in parts))
    except ValueError:
        return None
    return day.isoformat() if day.year in _YEARS else None


def parse_period(text: str) -> str | None:
    """
    Return the day, month or year that a cell of a list tells, in ISO 8601 and no finer than it is told.

    `22.11.2026`, `22.11.26`, `2026-11-22T08:00`, `22. November 2026` are days, `11/2026`,
    `2026-11`, `Nov. 2026` months, `2026` is a year. None where there is no such day, where
    the year is before 1950 or beyond 2099, and for anything else: `5/6/2026` has two readings.
    """
    lead = _LEAD.match(text)
    plain = text[lead.end() if lead else 0 :].strip()
    found = next((match for shape in _SHAPES if (match := shape.fullmatch(plain))), None)
    if found is None:
        return None
    given = dict.fromkeys(("day", "month", "name"), "") | found.groupdict(default="")
    month = int(given["month"]) if given["month"] else _MONTHS.get(given["name"].casefold(), 0)
    if given["name"] and not month:
        return None
    year = int(given["year"]) if len(given["year"]) > 2 else _widen(int(given["year"]))  # noqa: PLR2004
    try:
        day = dt.date(year, month or 1, int(given["day"] or 1))
    except ValueError:
        return None
    length = len("2026-11-22") if given["day"] else len("2026-11") if month else len("2026")
    return day.isoformat()[:length] if year in _LIST_YEARS else None


def read_periods(
    table: RawTable, roles: Mapping[str, Sequence[str]], *, key: str
) -> tuple["pd.Series[str]", pd.DataFrame]:
    """
    Return what each row of a list says of its own date.

    Columns that tell when somebody looked (Geprüft am, Erhoben am) go before those that
    tell when the row was valid (Stand), these before the day of the last edit. A cell
    that says that nothing is known ("-", "unbekannt") is empty.

    Parameters
    ----------
    table
        The list.
    roles
        From `assign_roles`.
    key
        Source key for `issues`.

    Returns
    -------
    dates
        ISO 8601 on the index of the table, as fine as it is told; null where nothing
        usable is told: the date of the list holds then.
    issues
        One line a cell that is no possible day.
    """
    dates = pd.Series(None, index=table.cells.index, dtype="str")
    faults = []
    for column in roles.get("date", ()):
        texts = drop_fillers(pick_first(table.cells, [column]))
        read = texts.map({text: parse_period(text) for text in texts.dropna().unique()}).astype("str")
        is_wrong = texts.notna() & read.isna()
        told = [f'"{redact_remark(text)[:_SHOWN]}"' for text in texts[is_wrong]]
        faults.append(
            build_issues(
                key,
                IssueCode.LIST_DATE_INVALID,
                rows=table.labels[is_wrong],
                texts=[
                    f"{column}: {text} is no day between 1950 and today; the row is kept with the date of "
                    "its list: write 2026-11-22, 22.11.2026, 11/2026 or 2026"
                    for text in told
                ],
            )
        )
        dates = dates.fillna(read)
    return dates.astype("str"), concat_issues(faults)


def _widen(year: int) -> int:
    return year + (1900 if year >= _PIVOT else 2000)
