# SPDX-License-Identifier: MIT
"""
What is a meeting place: `config/categories.csv` and `config/classes.csv` as frozen models.

One row of `categories.csv` is one rule, tried in the order of `priority`; the first
that fits decides. One row of `classes.csv` is one class with its two labels.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar, cast

from begegnung_geo.errors import ConfigError

RULES_FILE = "categories.csv"
CLASSES_FILE = "classes.csv"

Operator = Literal["is", "is_not", "present", "absent", "like"]
Effect = Literal["class", "exclude", "withhold", "context"]

_RULE_COLUMNS = (
    "rule_id",
    "priority",
    "source",
    "effect",
    "class",
    "tags",
    "words",
    "geometry",
    "standing",
    "consumption_free",
    "evidence",
    "reads",
    "reason",
)
_CLASS_COLUMNS = (
    "class",
    "label_de",
    "label_en",
    "group",
    "standing",
    "consumption_free",
    "unnamed",
    "families",
    "apart",
    "note",
)
_STANDINGS = ("established", "everyday", "potential")
_ANSWERS = ("yes", "no", "mixed", "unknown")
_GROUPS = tuple("NSJBKRVEHA")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CONDITION = re.compile(r"(?P<key>[A-Za-z0-9_:]+(?::\*)?)(?P<sign>!=|=|~)(?P<value>.+)")
T = TypeVar("T")


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


@dataclass(frozen=True)
class CategoryRule:
    """One row of `categories.csv`."""

    rule_id: str
    priority: int
    source: Literal["osm", "list"]
    effect: Effect
    class_key: str | None
    conditions: tuple[TagCondition, ...]
    words: re.Pattern[str] | None
    geometry: Literal["any", "point", "area"]
    standing: str | None
    consumption_free: str | None
    evidence: str | None
    is_read: bool
    reason: str


@dataclass(frozen=True)
class PlaceClass:
    """One row of `classes.csv`."""

    key: str
    label_de: str
    label_en: str
    group: str
    standing: str
    consumption_free: str
    keeps_unnamed: bool
    families: frozenset[str]
    apart: frozenset[str]
    note: str


@dataclass(frozen=True)
class CategoryRules:
    """All rules in the order in which they are tried, and all classes by key."""

    rules: tuple[CategoryRule, ...]
    classes: Mapping[str, PlaceClass]

    def select_rules(self, source: Literal["osm", "list"]) -> tuple[CategoryRule, ...]:
        """Return the rules for OSM objects or for rows of lists, in their order."""
        return tuple(rule for rule in self.rules if rule.source == source)

    def find_rule(self, rule_id: str) -> CategoryRule | None:
        """Return a rule by its id; None where there is none."""
        return next((rule for rule in self.rules if rule.rule_id == rule_id), None)


def read_category_rules(folder: Path) -> CategoryRules:
    """
    Read `categories.csv` and `classes.csv` of a folder.

    Raises
    ------
    ConfigError
        If a file is missing or not UTF-8, a column is missing or unknown, or a row
        breaks its form; names the row and the column.
    """
    classes = _read_classes(folder / CLASSES_FILE)
    rules = _read_rules(folder / RULES_FILE, classes)
    used = {rule.class_key for rule in rules}
    unused = sorted(set(classes) - used)
    if unused:
        raise ConfigError(
            f"no rule leads to the class {', '.join(unused)}",
            where=f"{folder / CLASSES_FILE}, column class",
            hint=f"add a rule to {RULES_FILE}, or take the class out",
        )
    return CategoryRules(rules=rules, classes=MappingProxyType(classes))


def list_feature_filters(rules: CategoryRules) -> dict[str, frozenset[str] | None]:
    """
    Return which OSM objects can be a candidate: key -> wanted values.

    Returns
    -------
    filters
        Keys in alphabetical order; None stands for any value. They come from the first
        condition of each rule with `reads` = yes. A value of a file may be a
        `;`-list: compare its members.
    """
    wanted: dict[str, frozenset[str] | None] = {}
    for rule in rules.select_rules("osm"):
        if not rule.is_read:
            continue
        first = rule.conditions[0]
        if first.operator == "present" or wanted.get(first.key, frozenset()) is None:
            wanted[first.key] = None
        else:
            wanted[first.key] = (wanted.get(first.key) or frozenset()) | frozenset(first.values)
    return dict(sorted(wanted.items()))


def _read_classes(path: Path) -> dict[str, PlaceClass]:
    classes: dict[str, PlaceClass] = {}
    for where, row in _read_rows(path, _CLASS_COLUMNS):
        key = _parse(where, "class", partial(_parse_key, row["class"]))
        if key in classes:
            raise _fault(where, "class", f"the class {key} is given twice")
        labels = {entry.label_de for entry in classes.values()} | {e.label_en for e in classes.values()}
        for column in ("label_de", "label_en"):
            if not row[column] or row[column] in labels:
                raise _fault(where, column, f"the label {row[column]!r} is empty or given twice")
        classes[key] = PlaceClass(
            key=key,
            label_de=row["label_de"],
            label_en=row["label_en"],
            group=_choose(where, row, "group", *_GROUPS),
            standing=_choose(where, row, "standing", *_STANDINGS),
            consumption_free=_choose(where, row, "consumption_free", *_ANSWERS),
            keeps_unnamed=_choose(where, row, "unnamed", "keep", "reject") == "keep",
            families=frozenset(row["families"].split()),
            apart=frozenset(row["apart"].split()),
            note=row["note"],
        )
    strange = sorted({other for entry in classes.values() for other in entry.apart} - set(classes))
    if strange:
        raise _fault(str(path), "apart", f"unknown class {', '.join(strange)}")
    return classes


def _read_rules(path: Path, classes: Mapping[str, PlaceClass]) -> tuple[CategoryRule, ...]:
    rules: list[CategoryRule] = []
    seen: set[tuple[str, object]] = set()
    for where, row in _read_rows(path, _RULE_COLUMNS):
        rule = _build_rule(where, row, classes)
        for column, mark in (("rule_id", rule.rule_id), ("priority", (rule.source, rule.priority))):
            if (column, mark) in seen:
                raise _fault(
                    where, column, f"{column} {row[column]!r} is given twice: the order must be clear"
                )
            seen.add((column, mark))
        rules.append(rule)
    return tuple(sorted(rules, key=lambda rule: (rule.source, rule.priority)))


def _build_rule(where: str, row: Mapping[str, str], classes: Mapping[str, PlaceClass]) -> CategoryRule:
    source = cast("Literal['osm', 'list']", _choose(where, row, "source", "osm", "list"))
    effect = cast("Effect", _choose(where, row, "effect", "class", "exclude", "withhold", "context"))
    rule = CategoryRule(
        rule_id=_parse(where, "rule_id", partial(_parse_key, row["rule_id"])),
        priority=_parse(where, "priority", partial(int, row["priority"])),
        source=source,
        effect=effect,
        class_key=_choose(where, row, "class", "", *classes) or None,
        conditions=_parse(where, "tags", partial(_parse_conditions, row["tags"])),
        words=_parse(where, "words", partial(_parse_pattern, row["words"])),
        geometry=cast(
            "Literal['any', 'point', 'area']",
            _choose(where, row, "geometry", "any", "point", "area", "") or "any",
        ),
        standing=_choose(where, row, "standing", "", *_STANDINGS) or None,
        consumption_free=_choose(where, row, "consumption_free", "", *_ANSWERS) or None,
        evidence=_choose(where, row, "evidence", "", *"ABCDE") or None,
        is_read=_choose(where, row, "reads", "yes", "no") == "yes",
        reason=row["reason"],
    )
    _require_sense(where, rule)
    return rule


def _require_sense(where: str, rule: CategoryRule) -> None:
    is_class = rule.effect == "class"
    first = rule.conditions[0] if rule.conditions else None
    is_exact = first is not None and first.operator in ("is", "present") and not first.key.endswith(":*")
    faults = (
        ("reason", not rule.reason, "a rule needs its reason"),
        (
            "class",
            is_class != (rule.class_key is not None),
            "a class belongs to the effect class, and only there",
        ),
        (
            "evidence",
            is_class != (rule.evidence is not None),
            "evidence belongs to the effect class, and only there",
        ),
        ("tags", rule.source == "list" and bool(rule.conditions), "rows of lists have no tags"),
        ("words", not rule.conditions and rule.words is None, "a rule needs tags or words"),
        ("reads", rule.is_read and not is_exact, "a rule that reads starts with key=value or key=*"),
    )
    for column, is_fault, text in faults:
        if is_fault:
            raise _fault(where, column, text)


def _read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
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
            raise _fault(
                where, columns[-1], f"{len(cells)} cells, expected {len(columns)}: quote a cell with a comma"
            )
        yield where, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}


def _parse_conditions(text: str) -> tuple[TagCondition, ...]:
    return tuple(_parse_condition(part.strip()) for part in text.split(" & ")) if text else ()


def _parse_condition(text: str) -> TagCondition:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not key=value, key!=value, key=*, key!=* or key~pattern")
    key, sign, value = match["key"], match["sign"], match["value"]
    if sign == "~":
        return TagCondition(key, "like", pattern=_parse_pattern(value))
    if value == "*":
        return TagCondition(key, "present" if sign == "=" else "absent")
    if key.endswith(":*"):
        raise ValueError(f"{text!r}: a prefix can only be tested with =* or !=*")
    values = tuple(part.strip().casefold() for part in value.split("|"))
    return TagCondition(key, "is" if sign == "=" else "is_not", values)


def _parse_pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text, re.IGNORECASE) if text else None
    except re.error as error:
        raise ValueError(f"{text!r} is not a pattern: {error}") from error


def _parse_key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise ValueError(f"{text!r} is not a key: small letters, digits and _, a letter first")
    return text


def _choose(where: str, row: Mapping[str, str], column: str, *allowed: str) -> str:
    value = row[column]
    if value not in allowed:
        raise _fault(where, column, f"{value!r} is not one of {', '.join(filter(None, allowed))}")
    return value


def _parse(where: str, column: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except ValueError as error:
        raise _fault(where, column, str(error)) from error


def _fault(where: str, column: str, text: str) -> ConfigError:
    return ConfigError(
        text, where=f"{where}, column {column}", hint="correct the cell; docs/method.md explains the columns"
    )
