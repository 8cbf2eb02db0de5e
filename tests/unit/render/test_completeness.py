# SPDX-License-Identifier: MIT
from dataclasses import replace

import pandas as pd
import pytest

from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.render.completeness import build_completeness
from begegnung_geo.render.scopes import build_city_scope, build_district_scopes
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from small_town import build_town


@pytest.fixture(scope="module")
def content():
    return build_town()


def _build(content, *, language="de", scope=None):
    return build_completeness(scope or build_city_scope(content), Speaker(content, Words(language)))


def test_classes_add_up_to_their_groups(content):
    part = _build(content)
    assert sum(row["found_sort"] for row in part["classes"]) == sum(row["found_sort"] for row in part["rows"])
    assert part["classes"]


def test_each_class_has_a_share_for_every_attribute(content):
    part = _build(content)
    assert part["attributes"]
    for row in part["classes"]:
        assert len(row["shares"]) == len(part["attributes"])


def test_a_district_tells_its_classes_too(content):
    parts = [_build(content, scope=scope) for scope in build_district_scopes(content)]
    city = {row["name"]: row["found_sort"] for row in _build(content)["classes"]}
    told = {}
    for part in parts:
        for row in part["classes"]:
            told[row["name"]] = told.get(row["name"], 0) + row["found_sort"]
    assert told == city


def test_assumptions_stand_beside_an_estimate_and_nowhere_else(content):
    table = content.completeness.copy()
    table["is_estimable"] = False
    assert _build(replace(content, completeness=table))["assumes"] == ""
    table[["estimated_count", "low", "high"]] = [9.0, 8.0, 12.0]
    table["is_estimable"] = True
    told = _build(replace(content, completeness=table))
    assert "schreiben nicht voneinander ab" in told["assumes"]
    assert told["classes"][0]["estimate"] == "9 (8 bis 12)"


def test_what_the_vocabulary_records_is_told_by_its_label_and_apart_from_the_rest(content, project):
    rules = read_attribute_rules(project / "config")
    rates = content.fill_rates
    own = rates[rates["attribute"] == "name"].assign(attribute="openness", filled_count=0, filled_share=0.0)
    town = replace(content, vocabulary=rules, fill_rates=pd.concat([rates, own], ignore_index=True))
    for language, name in (("de", "Offenheit"), ("en", "Openness")):
        part = _build(town, language=language)
        assert [(row["name"], row["bar"]) for row in part["more_fills"]] == [(name, 0)]
        assert name not in {row["name"] for row in part["fills"]} | set(part["attributes"])
    assert _build(content)["more_fills"] == []
