# SPDX-License-Identifier: MIT
"""
The walk rule: which OSM ways a person may walk, as data with a reason a line.

`config/walkways.csv` has the columns order, key, value, effect, reason. The lines
answer four questions; for each the first matching line in `order` decides:

===========  ==================================================================
question     effects
===========  ==================================================================
class        `open` walkable unless access forbids it; `by_permit` only where
             access permits it; `never`. A way that matches no line is no walkway.
access       `permit`, `forbid`. No matching line: the class decides alone.
step-free    `passable` (yes), `impassable` (no). No matching line: unknown.
point        `lets_by`, `blocks`: what a point on a way (kerb, barrier) does to
             those who cannot use steps. No matching line: it lets them by.
===========  ==================================================================

`keep` names a further tag that the table `walkways` carries along. A value is
compared as text in small letters; `*` is any value; `> 6` and `< 0.9` compare the
number (percent for incline, metres for width), and text without a number never matches.
"""

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from begegnung_geo.errors import ConfigError

Effect = Literal[
    "open", "by_permit", "never", "permit", "forbid", "passable", "impassable", "lets_by", "blocks", "keep"
]
_CLASS: tuple[Effect, ...] = ("open", "by_permit", "never")
_ACCESS: tuple[Effect, ...] = ("permit", "forbid")
_STEP_FREE: tuple[Effect, ...] = ("passable", "impassable")
_POINT: tuple[Effect, ...] = ("lets_by", "blocks")
StepFree = Literal["yes", "no", "unknown"]
_COLUMNS = ["order", "key", "value", "effect", "reason"]
_COMPARISON = re.compile(r"([<>]) (\d+(?:\.\d+)?)", re.ASCII)
_UPRIGHT_DEGREES = 90
_QUANTITY = re.compile(r"[-+~]?\s*(\d{1,5}(?:[.,]\d{1,5})?)\s*(%|°|m|cm)?", re.ASCII)


class WalkRule(BaseModel):
    """One line of the rule table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order: int = Field(ge=0)
    key: str = Field(min_length=1)
    value: str = Field(min_length=1)
    effect: Effect
    reason: str = Field(min_length=1)

    @field_validator("value")
    @classmethod
    def _check_value(cls, value: str) -> str:
        if value[0] in "<>" and not _COMPARISON.fullmatch(value):
            raise ValueError(f"{value!r} is not a comparison such as '> 6'")
        return value

    @property
    def is_exact(self) -> bool:
        """Whether the value is a text to compare with, not `*` or a comparison."""
        return self.value != "*" and self.value[0] not in "<>"

    def matches(self, text: str) -> bool:
        """Return whether a tag value fits this line."""
        comparison = _COMPARISON.fullmatch(self.value)
        if comparison is None:
            return self.value in ("*", text.strip().lower())
        quantity, limit = parse_quantity(text), float(comparison[2])
        if quantity is None:
            return False
        return quantity > limit if comparison[1] == ">" else quantity < limit


class WalkRules(BaseModel):
    """All lines, in order."""

    model_config = ConfigDict(frozen=True)

    rules: tuple[WalkRule, ...]

    def find_class(self, tags: Mapping[str, str]) -> str | None:
        """
        Return the class of a walkable way, or None where it may not be walked.

        The class is the value of the deciding line: the value of `highway`, or
        `platform`.
        """
        rule = self._find_first(tags, _CLASS)
        if rule is None or rule.effect == "never":
            return None
        access = self._find_first(tags, _ACCESS)
        is_permitted = access is not None and access.effect == "permit"
        is_forbidden = access is not None and access.effect == "forbid"
        if is_forbidden or (rule.effect == "by_permit" and not is_permitted):
            return None
        return rule.value

    def find_step_free(self, tags: Mapping[str, str]) -> StepFree:
        """Return whether a way can be used without steps and on small wheels: yes, no or unknown."""
        rule = self._find_first(tags, _STEP_FREE)
        if rule is None:
            return "unknown"
        return "yes" if rule.effect == "passable" else "no"

    def blocks_step_free(self, tags: Mapping[str, str]) -> bool:
        """Return whether a point on a way stops those who cannot use steps."""
        rule = self._find_first(tags, _POINT)
        return rule is not None and rule.effect == "blocks"

    def select_tags(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Return the tags that any line asks for, sorted by key; all answers depend on them alone."""
        return {key: tags[key] for key in self.keys if key in tags}

    @cached_property
    def class_keys(self) -> frozenset[str]:
        """Keys that can make an object walkable: highway, railway and so on."""
        return frozenset(rule.key for rule in self._by_effect(("open", "by_permit")))

    @cached_property
    def point_keys(self) -> frozenset[str]:
        """Keys that can make a point on a way an obstacle: barrier, kerb."""
        return frozenset(rule.key for rule in self._by_effect(("blocks",)))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All keys that any line asks for, sorted."""
        return tuple(sorted({rule.key for rule in self.rules}))

    @cached_property
    def _indexes(self) -> dict[tuple[Effect, ...], dict[str, "_KeyIndex"]]:
        return {stage: self._index_stage(stage) for stage in (_CLASS, _ACCESS, _STEP_FREE, _POINT)}

    def _index_stage(self, stage: tuple[Effect, ...]) -> dict[str, "_KeyIndex"]:
        rules = self._by_effect(stage)
        return {
            key: _KeyIndex(
                exact={rule.value: rule for rule in reversed(rules) if rule.key == key and rule.is_exact},
                others=tuple(rule for rule in rules if rule.key == key and not rule.is_exact),
            )
            for key in sorted({rule.key for rule in rules})
        }

    def _by_effect(self, effects: tuple[Effect, ...]) -> tuple[WalkRule, ...]:
        return tuple(rule for rule in self.rules if rule.effect in effects)

    def _find_first(self, tags: Mapping[str, str], stage: tuple[Effect, ...]) -> WalkRule | None:
        found = (index.find(tags[key]) for key, index in self._indexes[stage].items() if key in tags)
        return min(filter(None, found), key=lambda rule: rule.order, default=None)


@dataclass(frozen=True)
class _KeyIndex:
    """The lines of one question about one key: a text is looked up, only the rest is tried."""

    exact: dict[str, WalkRule]
    others: tuple[WalkRule, ...]

    def find(self, text: str) -> WalkRule | None:
        rule = self.exact.get(text.strip().lower())
        found = [other for other in self.others if other.matches(text)]
        return min([*found, rule] if rule else found, key=lambda rule: rule.order, default=None)


def read_walk_rules(path: Path) -> WalkRules:
    """
    Read the rule table.

    Parameters
    ----------
    path
        `walkways.csv` in UTF-8, comma separated, with a header line.

    Raises
    ------
    ConfigError
        If the file is missing or a line is wrong; names the line.
    """
    hint = "mend the line; docs/method.md explains the columns"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            lines = [(reader.line_num, line) for line in reader]
    except OSError as error:
        raise ConfigError(
            "the walk rule cannot be opened",
            where=f"{path}: {error}",
            hint="bring it back from the repository",
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError("the walk rule is not a CSV file", where=f"{path}: {error}", hint=hint) from error
    if reader.fieldnames != _COLUMNS:
        raise ConfigError(
            f"the walk rule needs the columns {', '.join(_COLUMNS)}", where=str(path), hint=hint
        )
    rules = []
    for number, line in lines:
        try:
            rules.append(WalkRule.model_validate(line))
        except ValidationError as error:
            first = error.errors()[0]
            column = ".".join(str(part) for part in first["loc"])
            raise ConfigError(
                f"walk rule: {first['msg'].removeprefix('Value error, ')}",
                where=f"{path}, line {number}, column {column}",
                hint=hint,
            ) from error
    orders = [rule.order for rule in rules]
    if orders != sorted(set(orders)) or not rules:
        raise ConfigError("walk rule: order must rise without repeats", where=str(path), hint=hint)
    return WalkRules(rules=tuple(rules))


def parse_quantity(text: str) -> float | None:
    """
    Return the size of a tagged quantity, or None where the text is no number.

    Percent and metres count as they are, the sign (up or down) is dropped; degrees
    become percent and centimetres metres: `"-8 %"` is 8, `"45°"` 100, `"80 cm"` 0.8.
    """
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        return None
    number = float(found[1].replace(",", "."))
    if found[2] == "°":
        return 100 * math.tan(math.radians(number)) if number < _UPRIGHT_DEGREES else None
    return number / 100 if found[2] == "cm" else number
