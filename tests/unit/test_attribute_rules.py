# SPDX-License-Identifier: MIT
"""The vocabulary of the workshop and the machine proxies."""

import shutil
from pathlib import Path

import pytest

from attribute_rows import read_rules
from begegnung_geo.attribute_rules import FIGURES, parse_value, read_attribute_rules
from begegnung_geo.errors import ConfigError
from begegnung_geo.export.words_places import PLACE_WORDS
from begegnung_geo.schema import TABLES
from inventory_rows import read_rules as read_categories

WORKSHOP = (
    "openness", "welcoming", "co_design", "relationship_building", "inclusive", "low_threshold", "adaptable",
)  # fmt: skip


def test_the_seven_workshop_terms_have_four_answers() -> None:
    # Issue 4, item 4: yes | partly | no | unknown.
    attributes = read_rules().attributes
    assert [list(attributes[key].values) for key in WORKSHOP] == [["yes", "partly", "no", "unknown"]] * 7


def test_contract_and_vocabulary_name_the_same_columns_and_values() -> None:
    table = TABLES["begegnungsorte"]
    for attribute in read_rules().list_columns():
        column = table.find_column(attribute.key)
        assert column is not None, attribute.key
        assert column.allowed == tuple(attribute.values), attribute.key
        assert (column.dtype == "float64") == (attribute.kind in FIGURES)
        assert column.is_nullable == (attribute.kind != "choice")


def test_every_published_column_has_its_words_and_no_other_attribute_has() -> None:
    for attribute in read_rules().attributes.values():
        if attribute.theme != "identity":
            is_published = attribute.is_column and attribute.is_published
            assert (attribute.key in PLACE_WORDS) == is_published, attribute.key


def test_no_rule_concludes_from_a_missing_tag() -> None:
    for rule in read_rules().rules:
        assert any(c.operator in ("is", "present", "like") for c in rule.conditions), rule.rule_id


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("cost", "kostenlos", "free"),
        ("cost", "FREE", "free"),
        ("cost", "gratis", None),
        ("class", "bibliothek", "library"),
        ("class", "Schloss", None),
        ("rooms_count", "3", "3"),
        ("rooms_count", "2,50", None),
        ("rooms_count", "2,0", "2"),
        ("largest_room_m2", "2,50", "2.5"),
        ("rooms_count", "drei", None),
        ("rooms_count", "-1", None),
        ("position", "51.5136, 7.4653", "51.513600, 7.465300"),
        ("position", "51.5136 7.4653", "51.513600, 7.465300"),
        ("position", "7,5", None),
        ("position", "91.0, 7.0", None),
        ("name", "  Haus   am Park ", "Haus am Park"),
        ("name", "x" * 256, None),
    ],
)
def test_values_may_be_keys_or_labels_and_nothing_else(key: str, text: str, value: str | None) -> None:
    attribute = read_rules().attributes[key]
    assert parse_value(attribute, text, classes=read_categories().classes) == value


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x1,any,cost,gratis,fee=no,C,why", "no value"),
        ("x1,any,cost,unknown,fee=maybe,C,why", "unknown is what no rule fits"),
        ("x1,any,cost,free,fee!=*,C,why", "absence proves nothing"),
        ("x1,any,name,Haus,fee=no,C,why", "who a place is"),
        ("x1,any,cost,free,fee=no,C,", "reason"),
        ("x1,any,cost,{fee},fee=no,C,why", "copied"),
    ],
)
def test_a_rule_that_makes_no_sense_is_an_error_that_names_its_row(
    tmp_path: Path, project: Path, *, line: str, words: str
) -> None:
    for name in ("attributes.csv", "attribute_rules.csv"):
        shutil.copy(project / "config" / name, tmp_path / name)
    with (tmp_path / "attribute_rules.csv").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(ConfigError, match=words) as caught:
        read_attribute_rules(tmp_path)
    assert "attribute_rules.csv, row" in str(caught.value)
