# SPDX-License-Identifier: MIT
import csv
import shutil
from pathlib import Path

import pytest

from begegnung_geo.category_rules import CategoryRules, list_feature_filters, read_category_rules
from begegnung_geo.errors import ConfigError

# DOMAIN 2.1, column "Class key".
DOMAIN_CLASSES = {
    "municipal_centre", "senior_meeting", "youth_centre", "family_neighbourhood", "library",
    "toy_or_book_share", "culture", "parish_hall", "worship", "monastery", "sports_club", "allotment_club",
    "club_home", "education", "school_public", "kita_family", "social_facility", "social_centre",
    "coworking_maker", "cafe_restaurant", "mall", "market_hall", "university", "townhall", "indoor_leisure",
    "church_disused", "vacancy",
}  # fmt: skip


@pytest.fixture(scope="module")
def rules(project: Path) -> CategoryRules:
    return read_category_rules(project / "config")


@pytest.fixture
def folder(tmp_path: Path, project: Path) -> Path:
    for name in ("categories.csv", "classes.csv"):
        shutil.copy(project / "config" / name, tmp_path / name)
    return tmp_path


def test_the_shipped_rules_cover_every_class_of_the_domain(rules: CategoryRules) -> None:
    assert set(rules.classes) == DOMAIN_CLASSES


def test_every_class_has_one_german_and_one_english_label_of_its_own(rules: CategoryRules) -> None:
    labels = [label for entry in rules.classes.values() for label in (entry.label_de, entry.label_en)]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_every_class_can_come_from_a_list(rules: CategoryRules) -> None:
    assert {rule.class_key for rule in rules.select_rules("list")} >= DOMAIN_CLASSES


def test_every_rule_states_its_reason(rules: CategoryRules) -> None:
    assert all(len(rule.reason) > 5 for rule in rules.rules)


def test_rules_come_in_the_order_of_their_priority(rules: CategoryRules) -> None:
    for source in ("osm", "list"):
        priorities = [rule.priority for rule in rules.select_rules(source)]
        assert priorities == sorted(set(priorities))


def test_filters_hold_what_is_read_and_not_every_bench(rules: CategoryRules) -> None:
    filters = list_feature_filters(rules)
    assert {"community_centre", "youth_center", "library", "place_of_worship"} <= (
        filters["amenity"] or set()
    )
    assert "bench" not in (filters["amenity"] or set())
    assert filters["club"] is None
    assert filters["disused:shop"] is None
    assert filters["landuse"] == {"allotments"}
    assert "access" not in filters


def test_filters_with_any_value_swallow_single_values(folder: Path) -> None:
    replace_in(
        folder, "library,169,osm,class,library,amenity=library,", "library,169,osm,class,library,amenity=*,"
    )
    assert list_feature_filters(read_category_rules(folder))["amenity"] is None


LIBRARY = "library,169,osm,class,library,amenity=library,,any,,,C,yes,The tag is unmistakable"
# row with one fault | the column that is told | a word of the message
FAULTS = """
    library,169,osm,class,librairy,amenity=library,,any,,,C,yes,x | class | librairy
    library,ten,osm,class,library,amenity=library,,any,,,C,yes,x | priority | ten
    library,160,osm,class,library,amenity=library,,any,,,C,yes,x | priority | given twice
    social_centre,169,osm,class,library,amenity=library,,any,,,C,yes,x | rule_id | given twice
    Library 1,169,osm,class,library,amenity=library,,any,,,C,yes,x | rule_id | not a key
    library,169,osm,class,library,amenity,,any,,,C,yes,x | tags | key=value
    library,169,osm,class,library,amenity:*=x,,any,,,C,no,x | tags | prefix
    library,169,osm,class,library,amenity=library,(,any,,,C,yes,x | words | pattern
    library,169,osm,class,library,,,any,,,C,no,x | words | needs tags or words
    library,169,osm,class,library,amenity!=library,,any,,,C,yes,x | reads | key=value
    library,169,osm,class,library,amenity=library,,any,,,F,yes,x | evidence | 'F'
    library,169,osm,class,library,amenity=library,,any,,,,yes,x | evidence | effect class
    library,169,osm,class,library,amenity=library,,line,,,C,yes,x | geometry | line
    library,169,osm,exclude,library,amenity=library,,any,,,,yes,x | class | effect class
    library,169,osm,class,library,amenity=library,,any,,,C,yes, | reason | reason
    library,169,list,class,library,amenity=library,x,any,,,C,no,x | tags | lists
"""


@pytest.mark.parametrize("fault", [line.strip() for line in FAULTS.strip().splitlines()])
def test_a_bad_rule_names_its_row_and_column(folder: Path, fault: str) -> None:
    line, column, text = fault.split(" | ")
    row = replace_in(folder, LIBRARY, line)
    with pytest.raises(ConfigError) as caught:
        read_category_rules(folder)
    assert f"row {row}" in caught.value.where
    assert f"column {column}" in caught.value.where
    assert text in str(caught.value)
    assert len(str(caught.value).splitlines()) == 3


def test_a_row_with_an_unquoted_comma_is_told_apart(folder: Path) -> None:
    replace_in(folder, "The tag is unmistakable", "The tag, is unmistakable")
    with pytest.raises(ConfigError, match="quote a cell"):
        read_category_rules(folder)


def test_a_class_without_a_rule_is_refused(folder: Path) -> None:
    with (folder / "classes.csv").open("a", encoding="utf-8") as file:
        csv.writer(file).writerow(
            ["sauna", "Sauna", "Steam bath", "A", "everyday", "no", "reject", "", "", ""]
        )
    with pytest.raises(ConfigError, match="no rule leads to the class sauna"):
        read_category_rules(folder)


def test_a_label_used_twice_is_refused(folder: Path) -> None:
    replace_in(folder, "Ludothek,Toy library", "Bibliothek,Toy library", name="classes.csv")
    with pytest.raises(ConfigError, match="given twice"):
        read_category_rules(folder)


def test_a_missing_table_and_a_wrong_header_are_told(folder: Path) -> None:
    replace_in(folder, "rule_id,priority", "id,priority")
    with pytest.raises(ConfigError, match="header"):
        read_category_rules(folder)
    (folder / "categories.csv").unlink()
    with pytest.raises(ConfigError, match="missing"):
        read_category_rules(folder)


def test_a_table_in_latin_1_is_told_and_one_with_a_bom_is_read(folder: Path) -> None:
    path = folder / "categories.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8-sig")
    assert read_category_rules(folder).rules
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_category_rules(folder)


def replace_in(folder: Path, old: str, new: str, *, name: str = "categories.csv") -> int:
    """Replace the first `old` in a table and return its row."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1
