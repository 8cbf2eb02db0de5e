# SPDX-License-Identifier: MIT
"""The walk rule: every line of the table, and how lines meet."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.config import find_config_dir
from begegnung_geo.errors import ConfigError
from begegnung_geo.walk_rules import WalkRule, WalkRules, parse_quantity, read_walk_rules

PATH = find_config_dir() / "walkways.csv"
RULES = read_walk_rules(PATH)
FOOTWAY = {"highway": "footway"}
TRUNK = {"highway": "trunk"}
# An example and a counter-example for the comparisons; a text stands for itself.
EXAMPLES = {"> 6": ("6.1 %", "6 %"), "< 0.9": ("0.85", "0.9"), "*": ("anything", None)}


def make_tags(rule: WalkRule) -> dict[str, str]:
    return {rule.key: EXAMPLES.get(rule.value, (rule.value, None))[0]}


def _list_rules(*effects: str) -> list[WalkRule]:
    return [rule for rule in RULES.rules if rule.effect in effects]


def _name_rule(rule: WalkRule) -> str:
    return f"{rule.key}={rule.value}"


CLASS_AND_ACCESS = _list_rules("open", "by_permit", "never", "permit", "forbid", "keep")
STEP_FREE = _list_rules("passable", "impassable", "lets_by", "blocks")


@pytest.mark.parametrize("rule", CLASS_AND_ACCESS, ids=_name_rule)
def test_every_line_does_what_its_effect_says(rule: WalkRule) -> None:
    tags = make_tags(rule)
    match rule.effect:
        case "open":
            assert RULES.find_class(tags) == rule.value
            assert RULES.find_class(tags | {"foot": "no"}) is None
        case "by_permit":
            assert RULES.find_class(tags) is None
            assert RULES.find_class(tags | {"foot": "yes"}) == rule.value
        case "never":
            assert RULES.find_class(tags | {"foot": "yes"}) is None
            assert RULES.find_class(FOOTWAY | tags | {"foot": "yes"}) is None
        case "permit":
            assert RULES.find_class(TRUNK | tags) == "trunk"
            assert RULES.find_class(FOOTWAY | tags | {"access": "private"}) == "footway"
        case "forbid":
            assert RULES.find_class(FOOTWAY | tags) is None
        case "keep":
            assert RULES.select_tags(FOOTWAY | tags) == dict(sorted((FOOTWAY | tags).items()))


@pytest.mark.parametrize("rule", STEP_FREE, ids=_name_rule)
def test_every_line_about_steps_does_what_its_effect_says(rule: WalkRule) -> None:
    tags = make_tags(rule)
    match rule.effect:
        case "passable":
            assert RULES.find_step_free(FOOTWAY | tags) == "yes"
        case "impassable":
            assert RULES.find_step_free(FOOTWAY | tags) == "no"
        case "lets_by":
            assert not RULES.blocks_step_free({"barrier": "stile"} | tags)
        case "blocks":
            assert RULES.blocks_step_free(tags)


def test_every_line_has_its_own_reason() -> None:
    assert all(len(rule.reason) > 5 for rule in RULES.rules)
    assert len({(rule.key, rule.value, rule.effect) for rule in RULES.rules}) == len(RULES.rules)


@pytest.mark.parametrize(
    ("tags", "walk_class"),
    [
        ({}, None),
        ({"name": "Hohe Straße"}, None),
        ({"foot": "yes"}, None),
        ({"highway": "elevator"}, None),
        ({"highway": "raceway", "foot": "yes"}, None),
        ({"highway": "motorway", "foot": "no"}, None),
        ({"highway": "residential", "oneway": "yes"}, "residential"),
        ({"highway": "service", "access": "no", "foot": "yes"}, "service"),
        ({"highway": "service", "access": "customers"}, "service"),
        ({"highway": "service", "access": "private", "foot": "customers"}, None),
        ({"highway": "path", "vehicle": "no", "motor_vehicle": "private"}, "path"),
        ({"highway": "primary", "motorroad": "yes"}, None),
        ({"highway": "primary", "motorroad": "yes", "foot": "yes"}, "primary"),
        ({"highway": "primary", "motorroad": "no"}, "primary"),
        ({"highway": "Footway "}, "footway"),
        ({"highway": "footway;steps"}, None),
        ({"highway": "footway", "railway": "platform"}, "footway"),
        ({"railway": "platform", "access": "no"}, None),
        ({"railway": "rail"}, None),
        ({"route": "ferry", "highway": "footway"}, None),
    ],
)
def test_class_and_access_decide_together(tags: dict[str, str], walk_class: str | None) -> None:
    assert RULES.find_class(tags) == walk_class


@pytest.mark.parametrize(
    ("tags", "step_free"),
    [
        ({}, "unknown"),
        ({"highway": "path"}, "unknown"),
        ({"highway": "footway"}, "unknown"),
        ({"highway": "footway", "surface": "asphalt"}, "yes"),
        ({"highway": "footway", "surface": "sett"}, "unknown"),
        ({"highway": "footway", "surface": "sand"}, "no"),
        ({"highway": "footway", "footway": "sidewalk"}, "yes"),
        ({"highway": "footway", "footway": "crossing", "kerb": "raised"}, "no"),
        ({"highway": "residential"}, "yes"),
        ({"highway": "residential", "surface": "cobblestone"}, "no"),
        ({"highway": "track", "tracktype": "grade1"}, "yes"),
        ({"highway": "track", "tracktype": "grade2"}, "unknown"),
        ({"highway": "track", "tracktype": "grade4"}, "no"),
        ({"highway": "steps"}, "no"),
        ({"highway": "steps", "surface": "asphalt"}, "no"),
        ({"highway": "steps", "ramp": "yes"}, "yes"),
        ({"highway": "steps", "ramp": "no"}, "no"),
        ({"highway": "steps", "ramp:stroller": "yes"}, "no"),
        ({"highway": "steps", "ramp": "yes", "wheelchair": "no"}, "no"),
        ({"highway": "steps", "ramp:wheelchair": "yes", "incline": "15%"}, "no"),
        ({"highway": "path", "smoothness": "good"}, "yes"),
        ({"highway": "path", "smoothness": "bad"}, "no"),
        ({"highway": "path", "smoothness": "very_bad", "wheelchair": "yes"}, "yes"),
        ({"highway": "path", "wheelchair": "limited"}, "unknown"),
        ({"highway": "path", "incline": "up"}, "unknown"),
        ({"highway": "residential", "incline": "-8%"}, "no"),
        ({"highway": "path", "incline": "4°"}, "no"),
        ({"highway": "path", "incline": "3°"}, "unknown"),
        ({"highway": "path", "width": "80 cm"}, "no"),
        ({"highway": "path", "width": "0,8"}, "no"),
        ({"highway": "path", "width": "narrow"}, "unknown"),
    ],
)
def test_a_way_is_step_free_only_where_something_says_so(tags: dict[str, str], step_free: str) -> None:
    assert RULES.find_step_free(tags) == step_free


@pytest.mark.parametrize(
    ("tags", "blocks"),
    [
        ({"kerb": "raised"}, True),
        ({"kerb": "lowered"}, False),
        ({"barrier": "kerb", "kerb": "raised"}, True),
        ({"barrier": "bollard"}, False),
        ({"barrier": "stile"}, True),
        ({"barrier": "kissing_gate", "wheelchair": "yes"}, False),
        ({}, False),
    ],
)
def test_points_on_a_way_block_where_they_are_known_to(tags: dict[str, str], *, blocks: bool) -> None:
    assert RULES.blocks_step_free(tags) == blocks


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("6", 6.0),
        ("-8 %", 8.0),
        ("+2,5%", 2.5),
        ("~1.5 m", 1.5),
        ("80cm", 0.8),
        ("45°", 100.0),
        ("90°", None),
        ("", None),
        ("2 - 3", None),
        ("1e9", None),
        ("9" * 10_000, None),
        ("٣", None),
    ],
)
def test_quantities(text: str, quantity: float | None) -> None:
    assert parse_quantity(text) == (None if quantity is None else pytest.approx(quantity))


@given(st.text())
def test_no_text_breaks_a_quantity(text: str) -> None:
    quantity = parse_quantity(text)
    assert quantity is None or quantity >= 0


TAGS = st.dictionaries(
    st.sampled_from(["highway", "foot", "access", "railway", "wheelchair", "incline", "motorroad"]),
    st.sampled_from(["steps", "trunk", "footway", "platform", "yes", "no", "private", "7 %", "x"]),
)


@given(TAGS)
def test_the_index_finds_what_trying_line_by_line_finds(tags: dict[str, str]) -> None:
    def first(effects: set[str]) -> WalkRule | None:
        return next(
            (r for r in RULES.rules if r.effect in effects and r.key in tags and r.matches(tags[r.key])), None
        )

    line, access = first({"open", "by_permit", "never"}), first({"permit", "forbid"})
    verdict = access.effect if access else ""
    is_walkable = line is not None and (
        (line.effect == "open" and verdict != "forbid")
        or (line.effect == "by_permit" and verdict == "permit")
    )
    assert RULES.find_class(tags) == (line.value if line is not None and is_walkable else None)
    obstacle = first({"passable", "impassable"})
    answer = {"passable": "yes", "impassable": "no"}[obstacle.effect] if obstacle else "unknown"
    assert RULES.find_step_free(tags) == answer


def write_rules(folder: Path, *lines: str, header: str = "order,key,value,effect,reason") -> Path:
    path = folder / "walkways.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def test_a_rule_table_of_ones_own_is_read(tmp_path: Path) -> None:
    path = write_rules(tmp_path, '1,highway,footway,open,"a, reason"', "2,highway,*,never,all others")
    rules = read_walk_rules(path)
    assert rules.rules[0].reason == "a, reason"
    assert rules.find_class(FOOTWAY) == "footway"
    assert rules.find_class(TRUNK) is None
    assert isinstance(rules, WalkRules)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("1,highway,footway,maybe,why", "effect"),
        ("1,highway,footway,open,", "reason"),
        ("x,highway,footway,open,why", "order"),
        ("1,,footway,open,why", "key"),
        ("1,width,<0.9,impassable,why", "value"),
        ("1,highway,footway,open", "reason"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, column: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_walk_rules(write_rules(tmp_path, "0,highway,path,open,why", line))
    assert f"line 3, column {column}" in caught.value.where


@pytest.mark.parametrize(
    ("lines", "header"),
    [
        ([], "order,key,value,effect,reason"),
        (["1,a,b,open,c"], "order,key,value,effect"),
        (["2,a,b,open,c", "1,a,c,open,c"], "order,key,value,effect,reason"),
        (["1,a,b,open,c,surplus"], "order,key,value,effect,reason"),
        (['1,a,"b,open,c'], "order,key,value,effect,reason"),
    ],
)
def test_a_wrong_table_is_an_error(tmp_path: Path, lines: list[str], header: str) -> None:
    with pytest.raises(ConfigError):
        read_walk_rules(write_rules(tmp_path, *lines, header=header))


def test_a_table_that_is_missing_or_latin1_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be opened"):
        read_walk_rules(tmp_path / "none.csv")
    path = tmp_path / "latin.csv"
    path.write_bytes("order,key,value,effect,reason\n1,a,b,open,für".encode("latin-1"))
    with pytest.raises(ConfigError, match="not a CSV"):
        read_walk_rules(path)


def test_the_shipped_table_is_plain_csv_in_order() -> None:
    with PATH.open(encoding="utf-8", newline="") as file:
        orders = [int(line["order"]) for line in csv.DictReader(file)]
    assert orders == sorted(orders)
