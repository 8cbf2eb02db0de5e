# SPDX-License-Identifier: MIT
"""The door: a file has what the profile counts on, and lost no fields, values or rows since last time."""

from dataclasses import dataclass

from begegnung_geo.errors import SourceError, format_rows
from begegnung_geo.sources.file_shape import FieldShape, FileShape

_ODD_CELLS_MAX = 2
_MOSTLY = 0.5


@dataclass(frozen=True)
class DriftLimits:
    """
    What a new file may differ by from the last good one.

    `share_min`: share of the rows, and of the values of each mostly filled column, that must
    still be there. `retyped_share_max`: share of a column's values that may be of another kind.
    """

    share_min: float
    retyped_share_max: float


def require_fields(
    shape: FileShape, *, wanted: tuple[str, ...], rows_min: int, name: str, last_date: str = ""
) -> None:
    """
    Raise unless a file has the rows and fields that its profile counts on.

    `last_date` is the day of the last good file, which stays; empty where there is none.

    Raises
    ------
    SourceError
        If there are fewer rows than `rows_min`, or none, or a field is missing or empty in
        all rows (names it).
    """
    stays = f"; the last good file of {last_date} stays" if last_date else ""
    if shape.row_count is not None and shape.row_count < max(rows_min, 1):
        raise SourceError(
            f"{name} has {shape.row_count} rows, at least {max(rows_min, 1)} are expected{stays}",
            where=f"{name}, key rows_min",
            hint="look at the data set at its publisher; it may be in maintenance",
        )
    filled = {field.name.lower(): field.filled for field in shape.fields}
    for what, faults in (
        ("has no field", [field for field in wanted if field.lower() not in filled]),
        ("has no value in its field", [field for field in wanted if filled.get(field.lower()) == 0]),
    ):
        if faults:
            raise SourceError(
                f"{name} {what} {format_rows(faults)}{stays}",
                where=f"{name}, fields: {format_rows([field.name for field in shape.fields], limit=30)}",
                hint="look at the data set at its publisher, then adapt `fields` and columns in the profile",
            )


def require_no_drift(
    shape: FileShape, *, last: FileShape, limits: DriftLimits, name: str, last_date: str
) -> None:
    """
    Raise if a new file lost a field, its values or their type, or shrank, against the last good one.

    All rows of both are looked at. A field of one kind (number, text, other) must keep it in all
    but `retyped_share_max` of its values and more than two of them; a field that was empty, or of
    several kinds, has none to keep. A field must not be emptied; one that was filled in half of
    the rows or more must keep `share_min` of its values. New fields are no drift.

    Raises
    ------
    SourceError
        Names the field and the date of the last good file, which stays.
    """
    now = {field.name: field for field in shape.fields}
    for before in last.fields:
        fault = _compare(before, now.get(before.name), limits=limits)
        if fault:
            raise _drifted(name, fault, last_date=last_date)
    rows, rows_now, unit = last.byte_count, shape.byte_count, "bytes"
    if last.row_count is not None and shape.row_count is not None:
        rows, rows_now, unit = last.row_count, shape.row_count, "rows"
    if rows_now < rows * limits.share_min:
        loss = f"shrank from {rows} to {rows_now} {unit}, below the share of {limits.share_min:g}"
        raise _drifted(name, loss, last_date=last_date)
    for before in last.fields:
        kept = now[before.name].filled
        is_mostly_filled = before.filled >= _MOSTLY * (last.row_count or 0)
        if is_mostly_filled and kept < before.filled * limits.share_min:
            loss = f"lost values of its field {before.name!r}: {kept} are left of {before.filled}"
            raise _drifted(name, f"{loss}, below the share of {limits.share_min:g}", last_date=last_date)


def _compare(before: FieldShape, after: FieldShape | None, *, limits: DriftLimits) -> str:
    """Return what is wrong with a field that was there last time; empty where nothing is."""
    if after is None:
        return f"lost its field {before.name!r}"
    if before.filled and not after.filled:
        return f"lost all values of its field {before.name!r}"
    kind = _find_kind(before, limits=limits)
    foreign = after.filled - after.list_kinds().get(kind, after.filled)
    is_much = foreign > limits.retyped_share_max * after.filled
    if is_much and (foreign > _ODD_CELLS_MAX or 2 * foreign > after.filled):
        others = {other: count for other, count in after.list_kinds().items() if other != kind}
        new_kind = max(others, key=lambda other: others[other])
        share = "" if foreign == after.filled else f" in {foreign} of {after.filled} rows"
        return f"changed its field {before.name!r} from {kind} to {new_kind}{share}"
    return ""


def _find_kind(field: FieldShape, *, limits: DriftLimits) -> str:
    """Return the kind of a field; empty text where it has none, or several."""
    kind, count = max(field.list_kinds().items(), key=lambda item: item[1])
    is_pure = count and field.filled - count <= limits.retyped_share_max * field.filled
    return kind if is_pure else ""


def _drifted(name: str, what: str, *, last_date: str) -> SourceError:
    return SourceError(
        f"{name} {what}; the last good file of {last_date or 'unknown date'} stays",
        where=f"data/raw, {name}",
        hint="if it is meant: adapt the profile (fields, shrink_share_min), remove the old file, fetch again",
    )
