# SPDX-License-Identifier: MIT
"""OSM tags as columns: rules are tested on the few distinct values, not row by row."""

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from begegnung_geo.category_rules import CategoryRule
from begegnung_geo.privacy import WITHHELD_KEY
from begegnung_geo.rule_rows import TagCondition

BoolArray = npt.NDArray[np.bool_]
NO_RULE = -1
_NAME_KEYS = ("name", "name:de", "official_name", "alt_name", "short_name", "loc_name")
_WIDE_KEYS = (
    *_NAME_KEYS,
    "old_name",
    "description",
    "operator",
    "operator:name",
    "note",
    "website",
    WITHHELD_KEY,
)


class TagTable:
    """
    The tags of a table, parsed once.

    Parameters
    ----------
    tags
        Column `tags` of `osm_features`: JSON objects of text.
    is_area
        Whether the row's geometry is a polygon.
    """

    def __init__(self, tags: "pd.Series[str]", is_area: BoolArray) -> None:
        self.rows: list[dict[str, str]] = [json.loads(text) for text in tags]
        self._is_area = is_area
        self._flags: dict[TagCondition, BoolArray] = {}
        self._codes: dict[str, tuple[npt.NDArray[np.int64], list[str]]] = {}
        self._texts: dict[tuple[str, ...], list[str]] = {}

    def list_values(self, *keys: str) -> "pd.Series[str]":
        """Return the value of the first of `keys` that each row has; null where it has none."""
        values = [next((row[key] for key in keys if row.get(key)), None) for row in self.rows]
        return pd.Series(values, dtype="str")

    def flag_rule(self, rule: CategoryRule, among: BoolArray) -> BoolArray:
        """Return which of the rows `among` fit all conditions of a rule."""
        flags = among.copy()
        if rule.geometry != "any":
            flags &= self._is_area == (rule.geometry == "area")
        flags = self.flag_conditions(rule.conditions, flags)
        if rule.words is not None:
            rows = np.flatnonzero(flags)
            texts = self._list_texts(_WIDE_KEYS if rule.effect == "withhold" else _NAME_KEYS)
            flags[rows] = [rule.words.search(texts[row]) is not None for row in rows]
        return flags

    def flag_conditions(self, conditions: Sequence[TagCondition], among: BoolArray) -> BoolArray:
        """Return which of the rows `among` fit all conditions."""
        flags = among.copy()
        for condition in conditions:
            flags &= self._flag_condition(condition)
        return flags

    def find_first(self, rules: Sequence[CategoryRule]) -> npt.NDArray[np.int64]:
        """Return for each row the position of the first rule that fits and decides, or `NO_RULE`."""
        decided = np.full(len(self.rows), NO_RULE, dtype=np.int64)
        for position, rule in enumerate(rules):
            if rule.effect != "review":
                decided[self.flag_rule(rule, decided == NO_RULE)] = position
        return decided

    def _list_texts(self, keys: tuple[str, ...]) -> list[str]:
        if keys not in self._texts:
            self._texts[keys] = [" · ".join(row[key] for key in keys if key in row) for row in self.rows]
        return self._texts[keys]

    def _flag_condition(self, condition: TagCondition) -> BoolArray:
        if condition not in self._flags:
            self._flags[condition] = self._build_flags(condition)
        return self._flags[condition]

    def _build_flags(self, condition: TagCondition) -> BoolArray:
        if condition.key.endswith(":*"):
            prefix = condition.key[:-1]
            has_key = np.array([any(key.startswith(prefix) for key in row) for row in self.rows], dtype=bool)
            return has_key if condition.operator == "present" else ~has_key
        codes, values = self._list_codes(condition.key)
        by_value = np.array(
            [_holds(condition, value) for value in values] + [_holds(condition, None)], dtype=bool
        )
        return by_value[codes]

    def _list_codes(self, key: str) -> tuple[npt.NDArray[np.int64], list[str]]:
        if key not in self._codes:
            positions: dict[str, int] = {}
            codes = np.full(len(self.rows), -1, dtype=np.int64)
            for row, tags in enumerate(self.rows):
                if key in tags:
                    codes[row] = positions.setdefault(tags[key], len(positions))
            self._codes[key] = (codes, list(positions))
        return self._codes[key]


def _holds(condition: TagCondition, value: str | None) -> bool:
    if condition.operator in ("present", "absent"):
        return (value is not None) == (condition.operator == "present")
    if condition.operator == "like":
        return value is not None and condition.pattern is not None and bool(condition.pattern.search(value))
    members = {part.strip().casefold() for part in (value or "").split(";")}
    return bool(members & set(condition.values)) == (condition.operator == "is")
