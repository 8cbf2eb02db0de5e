# SPDX-License-Identifier: MIT
"""The table `issues`: one line a fault of an input row, so that nothing is dropped in silence."""

from collections.abc import Iterable
from enum import StrEnum

import pandas as pd

from begegnung_geo.privacy import redact_text

ISSUE_COLUMNS = ("source", "row", "code", "text", "count")
_TEXT_LIMIT = 300


class IssueCode(StrEnum):
    """
    What can be wrong with an input row; the value is the code printed everywhere.

    Below each: what happened and what the program did; after "Next:" what to do about it. The
    documentation prints these texts (docs/reference/issue-codes.md).
    """

    # OSM files
    OSM_NODE_MISSING = "OSM_NODE_MISSING"
    """
    A way or outline lacks nodes; it is drawn from the others, or left out if too few are left.

    Next: Take an extract that keeps ways whole (Geofabrik, `fetch`).
    """
    OSM_RING_OPEN = "OSM_RING_OPEN"
    """
    A ring of an outline does not close; only what closes is an area.

    Next: Mend the object in OpenStreetMap.
    """
    OSM_RELATION_INCOMPLETE = "OSM_RELATION_INCOMPLETE"
    """
    Members of a relation are not in the file; what is there is used.

    Next: Take an extract that keeps relations whole, or a larger one.
    """
    OSM_GEOMETRY_INVALID = "OSM_GEOMETRY_INVALID"
    """The outline crosses itself; it is repaired or left out. Next: Mend the object in OpenStreetMap."""
    OSM_OBJECT_DUPLICATE = "OSM_OBJECT_DUPLICATE"
    """
    An object stands in the file twice; the last one counts.

    Next: Take a file that was not glued together from several.
    """
    EXTRACT_COVERS_PART = "EXTRACT_COVERS_PART"
    """
    The map file covers only part of the study area; nothing is known about the rest.

    Next: Take a larger extract.
    """
    # districts
    DISTRICT_REPAIRED = "DISTRICT_REPAIRED"
    """A polygon was invalid and was repaired. Next: Compare it on the map; tell its publisher."""
    DISTRICT_REJECTED = "DISTRICT_REJECTED"
    """A row of the district file is no usable polygon; it is left out. Next: Mend the row in the file."""
    DISTRICT_GAPS = "DISTRICT_GAPS"
    """
    Districts of a level leave slivers between them; points in there go to the nearest.

    Next: Nothing, unless the area is large.
    """
    DISTRICT_OVERLAPS = "DISTRICT_OVERLAPS"
    """
    Districts of a level overlap; a point goes to the one whose border is farther away.

    Next: Nothing, unless the area is large.
    """
    DISTRICT_FAR = "DISTRICT_FAR"
    """
    Points in the city lie far from any district; the nearest was taken.

    Next: Look whether a district is missing in the file.
    """
    DISTRICT_WITHOUT_PARENT = "DISTRICT_WITHOUT_PARENT"
    """
    No district of the next coarser level holds half of this one.

    Next: Look whether the two files are of the same year.
    """
    # figures of districts
    FIGURE_DISTRICT_UNKNOWN = "FIGURE_DISTRICT_UNKNOWN"
    """
    The id of a row is no district of its level; the row is not used.

    Next: Save ids as text, with leading zeros.
    """
    FIGURE_DISTRICT_TWICE = "FIGURE_DISTRICT_TWICE"
    """A district has two rows with different figures; none is used. Next: Delete one of them."""
    FIGURE_VALUE_INVALID = "FIGURE_VALUE_INVALID"
    """
    A figure is no number in its unit; it counts as not known.

    Next: Correct the cell, or the `unit` in the profile.
    """
    FIGURE_NOT_KNOWN = "FIGURE_NOT_KNOWN"
    """
    A figure is not known for some districts; their need is a range.

    Next: Ask for the missing figures; hidden ones stay hidden.
    """
    # people
    PERSONS_INVALID = "PERSONS_INVALID"
    """
    A number of people is no number, or a row has other columns than the header; it counts as nobody.

    Next: Fetch the file again; look at the named line.
    """
    PERSONS_NEGATIVE = "PERSONS_NEGATIVE"
    """
    A number of people is negative; it counts as nobody.

    Next: Nothing for the mark -1; otherwise tell the publisher.
    """
    PERSONS_SUPPRESSED = "PERSONS_SUPPRESSED"
    """The cell hides its people; it counts as nobody. Next: Nothing: the publisher protects small numbers."""
    PERSONS_DUPLICATE_CELL = "PERSONS_DUPLICATE_CELL"
    """A cell stands twice; the first row counts. Next: Take the file as it was published."""
    PERSONS_OUTSIDE = "PERSONS_OUTSIDE"
    """
    Cells just outside the study area, left out of all figures.

    Next: Nothing, unless the border is wrong.
    """
    PERSONS_UNCONNECTED = "PERSONS_UNCONNECTED"
    """
    Homes without a walkway near enough; their walk is unknown.

    Next: Look whether paths are missing on the map there, or set `walking.snap_distance_m`.
    """
    PERSONS_WITHOUT_TOTAL = "PERSONS_WITHOUT_TOTAL"
    """The file tells some age groups only: the people are a lower bound. Next: Add the table of totals."""
    AGE_EXCEEDS_TOTAL = "AGE_EXCEEDS_TOTAL"
    """
    Age groups have more people than their cell or total; both are kept, or the age row is left out.

    Next: Nothing for census cells, which are changed at random; else check that both tables are of one year.
    """
    TOTAL_NOT_KNOWN = "TOTAL_NOT_KNOWN"
    """
    A district has no official total; it is scaled as all others together.

    Next: Add the total to the table.
    """
    TOTAL_WITHOUT_HOMES = "TOTAL_WITHOUT_HOMES"
    """
    An official total, but no known home; the people are shared out by area.

    Next: Look whether the map lacks the houses.
    """
    TOTAL_OUTSIDE = "TOTAL_OUTSIDE"
    """
    An official total of a district outside the study area; left out.

    Next: Nothing, unless the border is wrong.
    """
    TOTAL_IMPLAUSIBLE = "TOTAL_IMPLAUSIBLE"
    """A total far from what the homes say. Next: Check `persons_column`: most often it is the wrong one."""
    # places
    PLACE_WITHOUT_NAME = "PLACE_WITHOUT_NAME"
    """No name, so nobody could check it; left out. Next: Add the name in the source."""
    PLACE_WITHOUT_POSITION = "PLACE_WITHOUT_POSITION"
    """
    No coordinates and no address that was found; left out.

    Next: Add an address or coordinates to the row.
    """
    PLACE_POSITION_INVALID = "PLACE_POSITION_INVALID"
    """
    Coordinates are unreadable, swapped or far away; put right where that is sure, else the address is used.

    Next: Correct the two cells.
    """
    PLACE_CLASS_UNKNOWN = "PLACE_CLASS_UNKNOWN"
    """
    No kind that is known and no known word in the name; left out.

    Next: Give the row a `klasse`, or add a rule to `config/categories.csv`.
    """
    PLACE_DUPLICATE_ID = "PLACE_DUPLICATE_ID"
    """The id of a list repeats; each row is known by id and content. Next: Give each row an id of its own."""
    PLACE_EXCLUDED = "PLACE_EXCLUDED"
    """
    A rule leaves this out; the text names it.

    Next: Nothing, or change the rule in `config/categories.csv`.
    """
    PLACE_UNSURE = "PLACE_UNSURE"
    """
    A tag raises a doubt, such as a pavilion that may be open at the sides; kept with evidence D at best.

    Next: Look on the spot, then confirm the place or strike it off in `config/<city>/corrections.csv`.
    """
    PLACE_OUTSIDE = "PLACE_OUTSIDE"
    """
    Outside the study area and its surroundings; left out.

    Next: Check the position, if it should be inside.
    """
    PLACE_UNCONNECTED = "PLACE_UNCONNECTED"
    """
    No walkway near enough; listed, but nobody is led to it.

    Next: Check the position; look whether a path is missing on the map.
    """
    PLACE_TEXT_CLEANED = "PLACE_TEXT_CLEANED"
    """
    Control characters, contacts or excess length were taken out of a text.

    Next: Nothing, or tidy the source.
    """
    PLACE_TEXT_HOSTILE = "PLACE_TEXT_HOSTILE"
    """
    A name or cell begins like a formula or holds HTML; it is shown as plain text and never run.

    Next: Correct the text in the source.
    """
    LIST_WITHOUT_KIND = "LIST_WITHOUT_KIND"
    """
    No column of a list tells the kind of place; its rows are known by words of their names alone.

    Next: Call the column `klasse` or `Art der Einrichtung`.
    """
    LIST_DATE_INVALID = "LIST_DATE_INVALID"
    """
    The date of a row is no day, before 1950 or far ahead of every source; its list's date holds.

    Next: Write it as 2026-11-22, 22.11.2026, 11/2026 or 2026.
    """
    PLACE_ROW_RAGGED = "PLACE_ROW_RAGGED"
    """
    A row has more cells than the header; the rest is kept as `column_N`.

    Next: Check the separators; put texts that hold one in quotes.
    """
    CAPACITY_ASSUMED = "CAPACITY_ASSUMED"
    """
    Nobody told how many people fit in; an assumed number is used for seats.

    Next: Ask with `begegnung-geo questionnaire`.
    """
    ADDRESS_NOT_FOUND = "ADDRESS_NOT_FOUND"
    """
    Neither register nor map knows the address; the text has the closest streets.

    Next: Correct it in the list, or ask a geocoder once with `begegnung-geo look-up`.
    """
    ADDRESS_UNCERTAIN = "ADDRESS_UNCERTAIN"
    """
    The address was found with a doubt that the text names, with its possible error.

    Next: Check the point; correct the address or set `position` in `corrections.csv`.
    """
    ADDRESS_INVALID = "ADDRESS_INVALID"
    """
    A row of the address register cannot be used, or its id repeats.

    Next: Fetch the register again; look at the named line.
    """
    ADDRESS_PSEUDO = "ADDRESS_PSEUDO"
    """
    The register's point is not that of the building.

    Next: Nothing: such points are used with a larger error.
    """
    ENCODING_FALLBACK = "ENCODING_FALLBACK"
    """
    The file is not UTF-8 and was read as Windows-1252.

    Next: Look at the umlauts; save the file as UTF-8.
    """
    ATTRIBUTE_VALUE_INVALID = "ATTRIBUTE_VALUE_INVALID"
    """
    A tag or cell is no usable value of its attribute; it stays unknown.

    Next: Correct the tag in OpenStreetMap or the cell.
    """
    HOURS_REPAIRED = "HOURS_REPAIRED"
    """
    Opening hours were understood after a repair that the text shows.

    Next: Check the repair; write the hours as `Mo-Fr 14:00-18:00`.
    """
    HOURS_UNREADABLE = "HOURS_UNREADABLE"
    """
    Opening hours could not be understood; when the place is open is unknown.

    Next: Write them as `Mo-Fr 14:00-18:00`, in the source or in `corrections.csv`.
    """
    # hand files: corrections, answers, reviews, kept ids
    HAND_ROW_INCOMPLETE = "HAND_ROW_INCOMPLETE"
    """A needed cell is empty; the line is not applied. Next: Fill it in, or delete the line."""
    HAND_ID_UNKNOWN = "HAND_ID_UNKNOWN"
    """
    There is no place or record with this id (any more); the line waits in its file.

    Next: Find the place with `begegnung-geo explain`, correct the id or delete the line.
    """
    HAND_COLUMN_UNKNOWN = "HAND_COLUMN_UNKNOWN"
    """
    There is no such column; the line is not applied.

    Next: Take a key or label of `config/attributes.csv`.
    """
    HAND_VALUE_INVALID = "HAND_VALUE_INVALID"
    """
    The value is none of its column, or may be the name of a person; the line is not applied.

    Next: Take one of the values that the text lists; name bodies, not people.
    """
    HAND_DATE_INVALID = "HAND_DATE_INVALID"
    """The day cannot be read; the line is not applied. Next: Write it as 2026-11-22 or 22.11.2026."""
    HAND_DATE_AHEAD = "HAND_DATE_AHEAD"
    """
    The day is far ahead of every source; the line is applied, but goes after lines with a day.

    Next: Correct the year, or fetch newer sources.
    """
    HAND_POSITION_OUTSIDE = "HAND_POSITION_OUTSIDE"
    """
    A position outside the study area and its surroundings; not applied.

    Next: Look for a wrong digit, or latitude and longitude in each other's place.
    """
    HAND_POSITION_FAR = "HAND_POSITION_FAR"
    """
    A position far from where the place was known; applied.

    Next: Look at the place on the map; correct the position if it is a slip.
    """
    HAND_SUPERSEDED = "HAND_SUPERSEDED"
    """
    Another line says something about the same thing and counts instead.

    Next: Nothing, or delete the line that no longer holds.
    """
    HAND_CONTRADICTED = "HAND_CONTRADICTED"
    """
    Other answers say otherwise about these records; this one is not followed.

    Next: Decide which answer is right and delete the other.
    """


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
