# SPDX-License-Identifier: MIT
"""Tags that a rule of `config/categories.csv` asks for, derived from the rule itself."""

import re
from collections.abc import Iterator
from functools import cache

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from begegnung_geo.category_rules import CategoryRule
from begegnung_geo.rule_rows import TagCondition

_SEARCH = settings(
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    max_examples=1000,
    suppress_health_check=list(HealthCheck),
)


@cache
def find_text(pattern: re.Pattern[str]) -> str:
    """Return some text that a pattern is found in."""
    wanted = st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="latin-1"))
    return find(wanted, lambda text: bool(pattern.search(text.strip())), settings=_SEARCH).strip()


def build_example(rule: CategoryRule) -> dict[str, str]:
    """Return the fewest tags that fit a rule, each condition by its first value."""
    return next(list_examples(rule))


def list_examples(rule: CategoryRule) -> Iterator[dict[str, str]]:
    """Yield tags that fit a rule, one set a value of its first condition."""
    tags: dict[str, str] = {}
    for condition in rule.conditions:
        if value := _find_value(condition):
            key = condition.key.replace(":*", ":building")
            tags[key] = f"{tags[key]};{value}" if key in tags else value
    if rule.words is not None:
        tags["name"] = find_text(rule.words)
    first = rule.conditions[0] if rule.conditions else None
    values = first.values if first is not None and first.operator == "is" else ()
    if not values or first is None:
        yield tags
    for value in values:
        others = tags[first.key].split(";")[1:]
        yield {**tags, first.key: ";".join([value, *others])}


def _find_value(condition: TagCondition) -> str | None:
    if condition.operator == "is":
        return condition.values[0]
    if condition.operator == "like" and condition.pattern is not None:
        return find_text(condition.pattern)
    return "yes" if condition.operator == "present" else None
