# SPDX-License-Identifier: MIT
"""What the reader keeps: whatever a rule could make a place of, ordinary kinds only by their name."""

from pathlib import Path

import geopandas as gpd
import pytest

from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.category_rules import (
    CategoryRules,
    list_feature_filters,
    list_name_filters,
    read_category_rules,
)
from begegnung_geo.sources.osm import read_osm
from begegnung_geo.sources.osm_tags import matches_filters, matches_names
from osm_builder import CRS, WALK_RULES, node, ring, square, way, write_osm
from rule_examples import list_examples


def read_features(path: Path, rules: CategoryRules) -> gpd.GeoDataFrame:
    """Return what the reader lets through for these rules."""
    return read_osm(
        path,
        crs=CRS,
        clip=None,
        feature_filters=list_feature_filters(rules),
        name_filters=list_name_filters(rules),
        walk_rules=WALK_RULES,
    ).osm_features


@pytest.mark.parametrize(
    "building",
    # A step of the builder is 69 m east and 111 m north: 0.13 gives 130 m2, 0.08 gives 49 m2.
    [
        ("Vereinsheim Abendruh", 0.13, "allotment_club"),
        ("Vereinsheim", 0.08, None),
        ("Haus Meier", 0.13, None),
    ],
)
def test_a_named_building_inside_allotments_is_its_clubhouse_from_80_m2_on(
    tmp_path: Path, project: Path, building: tuple[str, float, str | None]
) -> None:
    name, side, expected = building
    path = write_osm(
        tmp_path / "gardens.osm",
        *square(1, 0, 0, 3),
        *square(11, 1, 1, side),
        *square(21, 10, 10, 0.2),
        way(1, ring(1), {"landuse": "allotments", "name": "Abendruh"}),
        way(2, ring(11), {"building": "yes", "name": name}),
        way(3, ring(21), {"building": "yes", "name": "Vereinsheim"}),
    )
    rules = read_category_rules(project / "config")
    features = read_features(path, rules)
    assert ("way/2" in set(features["source_id"])) == name.startswith("Vereinsheim")
    places, _, count = build_osm_places(features, rules)
    found = dict(zip(places["source_id"], places["class"], strict=True))
    assert found.get("way/2") == expected
    assert ("way/1" in found) == (expected is None)  # the site stands for itself without a clubhouse
    assert "way/3" not in found  # outside allotments a name alone makes no place
    assert count.read == len(features)


def test_every_rule_of_a_class_is_reached_through_the_readers_filters(project: Path) -> None:
    rules = read_category_rules(project / "config")
    features, names = list_feature_filters(rules), list_name_filters(rules)
    examples = [
        (rule.rule_id, tags)
        for rule in rules.select_rules("osm")
        if rule.effect == "class"
        for tags in list_examples(rule)
    ]
    assert len(examples) > 150
    unread = [
        example
        for example in examples
        if not matches_filters(example[1], features) and not matches_names(example[1], names)
    ]
    assert unread == []


# tags | class of a closed way with them, None where it is read and none, "unread" where it is not
ORDINARY_KINDS = """
    leisure=swimming_pool, indoor=yes, building=yes, name=Südbad | indoor_leisure
    leisure=swimming_pool, building=yes, name=Nordbad | indoor_leisure
    leisure=swimming_pool, location=indoor, name=Ostbad | indoor_leisure
    leisure=swimming_pool, name=Freibad Froschloch | None
    leisure=swimming_pool, building=yes | unread
    leisure=swimming_pool | unread
    amenity=canteen, name=Mensa Nord | university
    amenity=canteen, name=Hauptmensa | university
    amenity=canteen, name=Werkskantine | unread
    amenity=workshop, name=Repair-Café Süd | coworking_maker
    amenity=workshop, name=Tischlerei Meier | unread
"""


def test_ordinary_kinds_are_read_by_their_name_and_become_what_it_says(tmp_path: Path, project: Path) -> None:
    lines = [line.strip().split(" | ") for line in ORDINARY_KINDS.strip().splitlines()]
    tag_sets = [dict(part.split("=") for part in tags.split(", ")) for tags, _ in lines]
    drawn = [
        part
        for number, tags in enumerate(tag_sets, start=1)
        for part in (*square(10 * number, number, number, 0.2), way(number, ring(10 * number), tags))
    ]
    drawn.append(node(999, 0, 0, {"amenity": "canteen", "name": "Mensa am Rand"}))
    path = write_osm(tmp_path / "kinds.osm", *sorted(drawn, key=lambda part: part.startswith("<way")))
    rules = read_category_rules(project / "config")
    features = read_features(path, rules)
    places, issues, _ = build_osm_places(features, rules)
    found = dict.fromkeys(features["source_id"], "None")
    found |= dict(zip(places["source_id"], places["class"], strict=True))
    told = [found.get(f"way/{number}", "unread") for number in range(1, len(lines) + 1)]
    assert [[line[0], kind] for line, kind in zip(lines, told, strict=True)] == lines
    assert found["node/999"] == "university"
    assert set(issues["row"]) == {source_id for source_id, kind in found.items() if kind == "None"}
