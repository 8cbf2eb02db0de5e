# SPDX-License-Identifier: MIT
"""
What is a meeting place: `config/categories.csv` and `config/classes.csv` as frozen models.

One row of `categories.csv` is one rule, tried in the order of `priority`; the first
that fits decides. One row of `classes.csv` is one class with its two labels.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast, get_args

from begegnung_geo.errors import ConfigError
from begegnung_geo.rule_rows import (
    TagCondition,
    cell_fault,
    choose_value,
    parse_cell,
    parse_conditions,
    parse_key,
    parse_pattern,
    read_rows,
)

RULES_FILE = "categories.csv"
CLASSES_FILE = "classes.csv"

Effect = Literal["class", "exclude", "withhold", "context", "review"]

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
    is_read_by_name: bool
    reason: str


@dataclass(frozen=True)
class NameFilter:
    """Objects whose `key` has one of the values are read if their name holds the words."""

    key: str
    values: frozenset[str]
    words: re.Pattern[str]


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

    def list_withhold_words(self) -> tuple[re.Pattern[str], ...]:
        """Return the words of all rules that withhold a place to protect people."""
        return tuple(rule.words for rule in self.rules if rule.effect == "withhold" and rule.words)

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


def list_name_filters(rules: CategoryRules) -> tuple[NameFilter, ...]:
    """Return which OSM objects become a candidate by their name: rules with `reads` = named, in order."""
    return tuple(
        NameFilter(rule.conditions[0].key, frozenset(rule.conditions[0].values), rule.words)
        for rule in rules.select_rules("osm")
        if rule.is_read_by_name and rule.words is not None
    )


def _read_classes(path: Path) -> dict[str, PlaceClass]:
    classes: dict[str, PlaceClass] = {}
    for where, row in read_rows(path, _CLASS_COLUMNS):
        key = parse_cell(where, "class", partial(parse_key, row["class"]))
        if key in classes:
            raise cell_fault(where, "class", f"the class {key} is given twice")
        labels = {entry.label_de for entry in classes.values()} | {e.label_en for e in classes.values()}
        for column in ("label_de", "label_en"):
            if not row[column] or row[column] in labels:
                raise cell_fault(where, column, f"the label {row[column]!r} is empty or given twice")
        classes[key] = PlaceClass(
            key=key,
            label_de=row["label_de"],
            label_en=row["label_en"],
            group=choose_value(where, row, "group", *_GROUPS),
            standing=choose_value(where, row, "standing", *_STANDINGS),
            consumption_free=choose_value(where, row, "consumption_free", *_ANSWERS),
            keeps_unnamed=choose_value(where, row, "unnamed", "keep", "reject") == "keep",
            families=frozenset(row["families"].split()),
            apart=frozenset(row["apart"].split()),
            note=row["note"],
        )
    strange = sorted({other for entry in classes.values() for other in entry.apart} - set(classes))
    if strange:
        raise cell_fault(str(path), "apart", f"unknown class {', '.join(strange)}")
    return classes


def _read_rules(path: Path, classes: Mapping[str, PlaceClass]) -> tuple[CategoryRule, ...]:
    rules: list[CategoryRule] = []
    seen: set[tuple[str, object]] = set()
    for where, row in read_rows(path, _RULE_COLUMNS):
        rule = _build_rule(where, row, classes)
        for column, mark in (("rule_id", rule.rule_id), ("priority", (rule.source, rule.priority))):
            if (column, mark) in seen:
                raise cell_fault(
                    where, column, f"{column} {row[column]!r} is given twice: the order must be clear"
                )
            seen.add((column, mark))
        rules.append(rule)
    return tuple(sorted(rules, key=lambda rule: (rule.source, rule.priority)))


def _build_rule(where: str, row: Mapping[str, str], classes: Mapping[str, PlaceClass]) -> CategoryRule:
    source = cast("Literal['osm', 'list']", choose_value(where, row, "source", "osm", "list"))
    effect = cast("Effect", choose_value(where, row, "effect", *get_args(Effect)))
    rule = CategoryRule(
        rule_id=parse_cell(where, "rule_id", partial(parse_key, row["rule_id"])),
        priority=parse_cell(where, "priority", partial(int, row["priority"])),
        source=source,
        effect=effect,
        class_key=choose_value(where, row, "class", "", *classes) or None,
        conditions=parse_cell(where, "tags", partial(parse_conditions, row["tags"])),
        words=parse_cell(where, "words", partial(parse_pattern, row["words"])),
        geometry=cast(
            "Literal['any', 'point', 'area']",
            choose_value(where, row, "geometry", "any", "point", "area", "") or "any",
        ),
        standing=choose_value(where, row, "standing", "", *_STANDINGS) or None,
        consumption_free=choose_value(where, row, "consumption_free", "", *_ANSWERS) or None,
        evidence=choose_value(where, row, "evidence", "", *"ABCDE") or None,
        is_read=choose_value(where, row, "reads", "yes", "no", "named") == "yes",
        is_read_by_name=row["reads"] == "named",
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
        (
            "effect",
            rule.source == "list" and rule.effect in ("review", "context"),
            "review and context are for objects of the map",
        ),
        ("words", not rule.conditions and rule.words is None, "a rule needs tags or words"),
        (
            "reads",
            (rule.is_read or rule.is_read_by_name) and not is_exact,
            "a rule that reads starts with key=value or key=*",
        ),
        ("reads", rule.is_read_by_name and rule.words is None, "reads = named needs words"),
    )
    for column, is_fault, text in faults:
        if is_fault:
            raise cell_fault(where, column, text)
