# SPDX-License-Identifier: MIT
"""Tables of rules in `config/`: their rows, their cells, and conditions on OSM tags."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from begegnung_geo.errors import ConfigError

Operator = Literal["is", "is_not", "present", "absent", "like"]
T = TypeVar("T")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CONDITION = re.compile(r"(?P<key>[A-Za-z0-9_:]+(?::\*)?)(?P<sign>!=|=|~)(?P<value>.+)")


@dataclass(frozen=True)
class TagCondition:
    """
    One condition on the value of an OSM key.

    `is` holds where a member of the `;`-list is among `values`, `is_not` where none
    is (also without the key), `like` where the pattern is found in the value. A key
    that ends in `:*` stands for every key with that prefix.
    """

    key: str
    operator: Operator
    values: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """
    Yield each row of a rule table with where it stands, cells stripped, blank rows left out.

    Raises
    ------
    ConfigError
        If the file is missing or not UTF-8, its header is another one, or a row has too
        many or too few cells.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            "the rule table is missing", where=str(path), hint="bring it back from the repository"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "the rule table cannot be read", where=f"{path}: {error}", hint="save it as UTF-8"
        ) from error
    reader = csv.reader(text.splitlines(keepends=True))
    header = next(reader, [])
    if tuple(header) != columns:
        raise ConfigError(
            "the header of the rule table is not the expected one",
            where=f"{path}, row 1",
            hint=f"it must be {','.join(columns)}",
        )
    for cells in reader:
        where = f"{path}, row {reader.line_num}"
        if not any(cells):
            continue
        if len(cells) != len(columns):
            raise cell_fault(
                where, columns[-1], f"{len(cells)} cells, expected {len(columns)}: quote a cell with a comma"
            )
        yield where, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}


def parse_conditions(text: str) -> tuple[TagCondition, ...]:
    """Return the conditions of `key=a|b & key!=* & key~pattern`; ValueError where one is malformed."""
    return tuple(_parse_condition(part.strip()) for part in text.split(" & ")) if text else ()


def _parse_condition(text: str) -> TagCondition:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not key=value, key!=value, key=*, key!=* or key~pattern")
    key, sign, value = match["key"], match["sign"], match["value"]
    if sign == "~":
        return TagCondition(key, "like", pattern=parse_pattern(value))
    if value == "*":
        return TagCondition(key, "present" if sign == "=" else "absent")
    if key.endswith(":*"):
        raise ValueError(f"{text!r}: a prefix can only be tested with =* or !=*")
    values = tuple(part.strip().casefold() for part in value.split("|"))
    return TagCondition(key, "is" if sign == "=" else "is_not", values)


def parse_pattern(text: str) -> re.Pattern[str] | None:
    """Return a pattern that ignores case, None for an empty text; ValueError where it is malformed."""
    try:
        return re.compile(text, re.IGNORECASE) if text else None
    except re.error as error:
        raise ValueError(f"{text!r} is not a pattern: {error}") from error


def parse_key(text: str) -> str:
    """Return a text that is a key; ValueError otherwise."""
    if not _KEY.fullmatch(text):
        raise ValueError(f"{text!r} is not a key: small letters, digits and _, a letter first")
    return text


def choose_value(where: str, row: Mapping[str, str], column: str, *allowed: str) -> str:
    """Return the cell of a column that must hold one of the allowed values; ConfigError otherwise."""
    value = row[column]
    if value not in allowed:
        raise cell_fault(where, column, f"{value!r} is not one of {', '.join(filter(None, allowed))}")
    return value


def parse_cell(where: str, column: str, parse: Callable[[], T]) -> T:
    """Return what `parse` makes of a cell; its ValueError becomes a ConfigError that names the cell."""
    try:
        return parse()
    except ValueError as error:
        raise cell_fault(where, column, str(error)) from error


def cell_fault(where: str, column: str, text: str) -> ConfigError:
    """Return the error of a cell."""
    return ConfigError(
        text, where=f"{where}, column {column}", hint="correct the cell; docs/method.md explains the columns"
    )
