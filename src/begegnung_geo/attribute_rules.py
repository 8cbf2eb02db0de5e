# SPDX-License-Identifier: MIT
"""
What is recorded about a meeting place, and which tags tell it.

One row of `config/attributes.csv` is one attribute (DOMAIN 1.1) with its values and
German labels; those of theme `identity` are columns a person may correct. One row of
`config/attribute_rules.csv` is one machine proxy: the first that fits a record decides
the attribute for that record. A missing tag fits no rule: unknown, never "no".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.rule_rows import (
    TagCondition,
    cell_fault,
    choose_value,
    parse_cell,
    parse_conditions,
    parse_key,
    read_rows,
)

VOCABULARY_FILE = "attributes.csv"
RULES_FILE = "attribute_rules.csv"
UNKNOWN = "unknown"
TEXT_LIMIT = 255

Kind = Literal["choice", "number", "count", "text", "body", "class", "position"]
Theme = Literal["identity", "workshop", "detail", "role"]
_KINDS: tuple[Kind, ...] = ("choice", "number", "count", "text", "body", "class", "position")
FIGURES = ("number", "count")
"""Kinds whose values are numbers."""
_THEMES: tuple[Theme, ...] = ("identity", "workshop", "detail", "role")
_SCOPES = ("any", "osm", "list")
_VOCABULARY_COLUMNS = (
    "attribute", "kind", "values", "label_de", "label_en", "theme", "is_column", "is_asked", "is_published",
    "meaning_de",
)  # fmt: skip
_RULE_COLUMNS = ("rule_id", "source", "attribute", "value", "tags", "evidence", "reason")
_COPY = re.compile(r"\{(?P<key>[A-Za-z0-9_:]+)\}")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?", re.ASCII)
_LAT_LON = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*[,;]?\s+(-?\d{1,3}(?:\.\d+)?)", re.ASCII)
_LAT_LON_TIGHT = re.compile(r"(-?\d{1,2}\.\d+)\s*[,;]\s*(-?\d{1,3}\.\d+)", re.ASCII)


@dataclass(frozen=True)
class Attribute:
    """One row of `attributes.csv`; `values` maps each value to its German label."""

    key: str
    kind: Kind
    values: Mapping[str, str]
    label_de: str
    label_en: str
    theme: Theme
    is_column: bool
    is_asked: bool
    is_published: bool
    meaning_de: str


@dataclass(frozen=True)
class AttributeRule:
    """One row of `attribute_rules.csv`; `copied_key` names the tag whose value is taken over."""

    rule_id: str
    source: Literal["any", "osm", "list"]
    attribute: str
    value: str
    copied_key: str | None
    conditions: tuple[TagCondition, ...]
    evidence: str
    reason: str


@dataclass(frozen=True)
class AttributeRules:
    """The vocabulary by key, and all rules in the order of the file."""

    attributes: Mapping[str, Attribute]
    rules: tuple[AttributeRule, ...]

    def list_columns(self) -> tuple[Attribute, ...]:
        """Return the attributes that are columns of `begegnungsorte`."""
        return tuple(attribute for attribute in self.attributes.values() if attribute.is_column)

    def list_asked(self) -> tuple[Attribute, ...]:
        """Return the attributes that the questionnaire asks for."""
        return tuple(attribute for attribute in self.attributes.values() if attribute.is_asked)

    def find_attribute(self, text: str) -> Attribute | None:
        """Return an attribute by its key or one of its labels, in any case; None where there is none."""
        wanted = _fold(text)
        for entry in self.attributes.values():
            if wanted in (_fold(entry.key), _fold(entry.label_de), _fold(entry.label_en)):
                return entry
        return None


NO_VOCABULARY = AttributeRules(MappingProxyType({}), ())
"""Where nothing is recorded beyond the columns of a place."""


def read_attribute_rules(folder: Path) -> AttributeRules:
    """
    Read `attributes.csv` and `attribute_rules.csv` of a folder.

    Raises
    ------
    ConfigError
        If a file is missing or not UTF-8, a column is missing or unknown, or a row
        breaks its form; names the row and the column.
    """
    attributes = _read_vocabulary(folder / VOCABULARY_FILE)
    return AttributeRules(MappingProxyType(attributes), _read_rules(folder / RULES_FILE, attributes))


def parse_value(attribute: Attribute, text: str, *, classes: Mapping[str, PlaceClass]) -> str | None:
    """
    Return the value of an attribute as it is stored; None where the text is no such value.

    Choices and classes may be given by key or label, in any case; numbers with comma
    or point, counts as whole numbers; a position as latitude and longitude, kept as "lat, lon".
    """
    text = " ".join(text.split())
    if not text or len(text) > TEXT_LIMIT:
        return None
    wanted = _fold(text)
    if attribute.kind == "choice":
        labels = {_fold(label): key for key, label in attribute.values.items()}
        return labels.get(wanted) or next((key for key in attribute.values if _fold(key) == wanted), None)
    if attribute.kind == "class":
        named = {_fold(n): c.key for c in classes.values() for n in (c.key, c.label_de, c.label_en)}
        return named.get(wanted)
    if attribute.kind in FIGURES:
        return parse_figure(text, attribute.kind)
    return _parse_position(text) if attribute.kind == "position" else text


def parse_figure(text: str, kind: str) -> str | None:
    """Return a number of at least 0 as plain text; None where it is none, and for half a `count`."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    number = f"{float(text.replace(',', '.')):.3f}".rstrip("0").rstrip(".")
    return None if kind == "count" and "." in number else number


def describe_value(
    attribute: Attribute, value: str, *, classes: Mapping[str, PlaceClass] | None = None
) -> str:
    """Return the German label of a stored value, or the value itself."""
    if classes and attribute.kind == "class" and value in classes:
        return classes[value].label_de
    return attribute.values.get(value, value)


def list_labels(attribute: Attribute, *, classes: Mapping[str, PlaceClass]) -> list[str]:
    """Return the German labels to choose from; empty where any text will do."""
    if attribute.kind == "class":
        return [entry.label_de for entry in classes.values()]
    return list(attribute.values.values())


def _parse_position(text: str) -> str | None:
    match = _LAT_LON_TIGHT.fullmatch(text) or _LAT_LON.fullmatch(text)
    if match is None:
        return None
    lat, lon = float(match[1]), float(match[2])
    is_on_earth = -90 <= lat <= 90 and -180 <= lon <= 180  # noqa: PLR2004 - degrees
    return f"{lat:.6f}, {lon:.6f}" if is_on_earth else None


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _read_vocabulary(path: Path) -> dict[str, Attribute]:
    attributes: dict[str, Attribute] = {}
    taken: set[str] = set()
    for where, row in read_rows(path, _VOCABULARY_COLUMNS):
        key = parse_cell(where, "attribute", partial(parse_key, row["attribute"]))
        for column in ("attribute", "label_de", "label_en"):
            if not row[column] or (_fold(row[column]) in taken and _fold(row[column]) != _fold(key)):
                raise cell_fault(where, column, f"{row[column]!r} is empty or given twice")
        if key in attributes:
            raise cell_fault(where, "attribute", f"the attribute {key} is given twice")
        taken |= {_fold(row[column]) for column in ("attribute", "label_de", "label_en")}
        kind = cast("Kind", choose_value(where, row, "kind", *_KINDS))
        attributes[key] = Attribute(
            key=key,
            kind=kind,
            values=parse_cell(where, "values", partial(_parse_values, row["values"], kind)),
            label_de=row["label_de"],
            label_en=row["label_en"],
            theme=cast("Theme", choose_value(where, row, "theme", *_THEMES)),
            is_column=choose_value(where, row, "is_column", "yes", "no") == "yes",
            is_asked=choose_value(where, row, "is_asked", "yes", "no") == "yes",
            is_published=choose_value(where, row, "is_published", "yes", "no") == "yes",
            meaning_de=row["meaning_de"],
        )
    return attributes


def _parse_values(text: str, kind: Kind) -> Mapping[str, str]:
    pairs = [part.partition("=") for part in text.split("|")] if text else []
    values = {parse_key(key): label for key, _, label in pairs}
    labels = {_fold(label) for label in values.values()}
    if (kind == "choice") != bool(values) or "" in labels or len(labels) != len(pairs):
        raise ValueError("a choice needs key=label pairs, each once; other kinds have none")
    return MappingProxyType(values)


def _read_rules(path: Path, attributes: Mapping[str, Attribute]) -> tuple[AttributeRule, ...]:
    rules: dict[str, AttributeRule] = {}
    for where, row in read_rows(path, _RULE_COLUMNS):
        rule_id = parse_cell(where, "rule_id", partial(parse_key, row["rule_id"]))
        entry = attributes[choose_value(where, row, "attribute", *attributes)]
        copied = _COPY.fullmatch(row["value"])
        is_known = entry.kind != "choice" or row["value"] in entry.values
        conditions = parse_cell(where, "tags", partial(parse_conditions, row["tags"]))
        faults = (
            ("rule_id", rule_id in rules, f"the rule {rule_id} is given twice"),
            ("attribute", entry.theme == "identity", "a tag does not decide who a place is"),
            ("value", not row["value"] or (not copied and not is_known), f"{row['value']!r} is no value"),
            ("value", bool(copied) and entry.kind == "choice", "a choice cannot be copied from a tag"),
            ("value", row["value"] == UNKNOWN, "unknown is what no rule fits"),
            ("tags", not conditions, "a rule needs tags: what is not tagged is unknown"),
            ("tags", all(c.operator in ("absent", "is_not") for c in conditions), "absence proves nothing"),
            ("reason", not row["reason"], "a rule needs its reason"),
        )
        for column, is_fault, text in faults:
            if is_fault:
                raise cell_fault(where, column, text)
        rules[rule_id] = AttributeRule(
            rule_id=rule_id,
            source=cast("Literal['any', 'osm', 'list']", choose_value(where, row, "source", *_SCOPES)),
            attribute=entry.key,
            value=row["value"],
            copied_key=copied["key"] if copied else None,
            conditions=conditions,
            evidence=choose_value(where, row, "evidence", *"ABCDE"),
            reason=row["reason"],
        )
    return tuple(rules.values())
