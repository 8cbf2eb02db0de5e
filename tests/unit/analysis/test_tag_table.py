# SPDX-License-Identifier: MIT
"""The shipped rules against each other: each one is the first for something."""

import json

import numpy as np
import pandas as pd
import pytest

from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.analysis.tag_table import TagTable
from begegnung_geo.category_rules import CategoryRules
from inventory_rows import build_records, read_rules
from rule_examples import find_text, list_examples

# What a rule asks for at the least belongs to an earlier rule; with these tags it decides. The reason
# stands behind.
REACHED_WITH = {
    "market_hall": {"amenity": "marketplace", "covered": "yes"},  # open-air markets are taken out before
    "disused_church_reused": {"disused:amenity": "place_of_worship", "amenity": "kindergarten"},  # in use
    "disused_church_was_reused": {"was:amenity": "place_of_worship", "amenity": "school"},  # in use again
    "exclude_vacant_reused": {"disused:shop": "bakery", "shop": "kiosk"},  # else it is vacant
}
# Values that an earlier rule of the same effect takes where nothing else is tagged.
TAKEN_BEFORE = {("exclude_outdoor", "garden"): "exclude_community_garden_leisure"}


@pytest.fixture(scope="module")
def rules() -> CategoryRules:
    return read_rules()


def test_every_rule_for_the_map_decides_what_it_asks_for(rules: CategoryRules) -> None:
    wanted, tag_sets = [], []
    for rule in rules.select_rules("osm"):
        examples = [REACHED_WITH[rule.rule_id]] if rule.rule_id in REACHED_WITH else list_examples(rule)
        for tags in examples if rule.effect != "review" else ():
            first = tags.get(rule.conditions[0].key, "") if rule.conditions else ""
            wanted.append((TAKEN_BEFORE.get((rule.rule_id, first), rule.rule_id), rule.geometry))
            tag_sets.append(tags)
    table = TagTable(
        pd.Series([json.dumps(tags) for tags in tag_sets]),
        np.array([geometry == "area" for _, geometry in wanted]),
    )
    decided = table.find_first(rules.select_rules("osm"))
    found = [rules.select_rules("osm")[position].rule_id for position in decided]
    assert len(found) > len(rules.select_rules("osm"))
    assert [
        (rule_id, tags, by)
        for (rule_id, _), tags, by in zip(wanted, tag_sets, found, strict=True)
        if rule_id != by
    ] == []


def test_every_exception_to_the_order_is_one(rules: CategoryRules) -> None:
    for rule_id in REACHED_WITH:
        rule = rules.find_rule(rule_id)
        assert rule is not None
        table = TagTable(pd.Series([json.dumps(next(list_examples(rule)))]), np.zeros(1, dtype=bool))
        assert rules.select_rules("osm")[table.find_first(rules.select_rules("osm"))[0]] is not rule


def test_every_rule_for_lists_decides_what_it_asks_for(rules: CategoryRules) -> None:
    list_rules = rules.select_rules("list")
    # A figure behind it, so that no kind is the label of a class.
    records = build_records(
        *(
            {"name": "Am Wall", "class_hint": f"{find_text(rule.words)} 7"}
            for rule in list_rules
            if rule.words
        )
    )
    places, issues, _ = classify_records(records, rules)
    found = dict(zip(places["source_id"], places["rule_id"], strict=True))
    wanted = {
        str(number): rule.rule_id for number, rule in enumerate(list_rules, start=1) if rule.effect == "class"
    }
    assert found == wanted
    excluded = {rule.rule_id for rule in list_rules if rule.effect == "exclude"}
    told = " ".join(issues["text"])
    assert all(f"[{rule_id}]" in told for rule_id in excluded)
    assert "withheld" in told
