# SPDX-License-Identifier: MIT
import re
from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

import pytest

from begegnung_geo.render import symbols
from begegnung_geo.render.gis_styles import build_styles
from begegnung_geo.render.text import Words
from small_town import build_town

DRAWN = ("begegnungsorte", "districts", "gaps", "reach_areas")


@pytest.fixture(scope="module")
def styles():
    return build_styles(build_town(), words=Words("de"))


def _parse(qml: str) -> Element:
    return fromstring(qml)  # noqa: S314  # our own text


def _rules(qml: str) -> list[Element]:
    return list(_parse(qml).find("renderer-v2/rules"))


def test_every_spatial_layer_has_a_style_and_each_is_wellformed(styles):
    assert sorted(styles) == sorted(DRAWN)
    for qml in styles.values():
        assert qml.startswith("<!DOCTYPE qgis")
        assert _parse(qml).tag == "qgis"


@pytest.mark.parametrize("layer", DRAWN)
def test_every_rule_without_rules_of_its_own_has_a_symbol(styles, layer):
    root = _parse(styles[layer])
    names = [symbol.get("name") for symbol in root.iter("symbol")]
    leaves = [rule for rule in root.iter("rule") if not len(rule)]
    assert leaves
    assert sorted(rule.get("symbol") for rule in leaves) == sorted(names)
    assert len(set(names)) == len(names)


def test_each_class_is_drawn_exactly_once_in_each_kind(styles):
    content = build_town()
    for kind in _rules(styles["begegnungsorte"]):
        listed = [name for rule in kind for name in re.findall(r"'(\w+)'", rule.get("filter"))]
        assert sorted(listed) == sorted(content.class_groups)


def test_walking_times_have_the_colours_of_the_map_and_only_the_headline_is_on(styles):
    content = build_town()
    walkers = _rules(styles["reach_areas"])
    shown = [rule.get("filter") for rule in walkers if rule.get("checkstate") == "1"]
    assert shown == [f"\"profile\" = '{content.profile.coverage.headline[0].profile}'"]
    first = _parse(styles["reach_areas"]).find(".//symbol/layer/Option/Option[@name='color']")
    red, green, blue = (int(part) for part in first.get("value").split(",")[:3])
    assert f"#{red:02x}{green:02x}{blue:02x}" == symbols.composite(symbols.WALKING_RAMP[0])


def test_a_class_key_with_quotes_stays_a_text_in_the_filter():
    content = replace(build_town(), class_groups={"it's <b>": "N"})
    qml = build_styles(content, words=Words("de"))["begegnungsorte"]
    assert _rules(qml)[0][0].get("filter") == "\"class\" IN ('it''s <b>')"
