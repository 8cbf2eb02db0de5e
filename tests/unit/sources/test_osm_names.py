# SPDX-License-Identifier: MIT
"""Buildings without any tag but a telling name: read from the file, counted inside allotments only."""

from pathlib import Path

import pytest

from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.category_rules import list_feature_filters, list_name_filters, read_category_rules
from begegnung_geo.sources.osm import read_osm
from osm_builder import CRS, WALK_RULES, ring, square, way, write_osm


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
    features = read_osm(
        path,
        crs=CRS,
        clip=None,
        feature_filters=list_feature_filters(rules),
        name_filters=list_name_filters(rules),
        walk_rules=WALK_RULES,
    ).osm_features
    assert ("way/2" in set(features["source_id"])) == name.startswith("Vereinsheim")
    places, _, count = build_osm_places(features, rules)
    found = dict(zip(places["source_id"], places["class"], strict=True))
    assert found.get("way/2") == expected
    assert ("way/1" in found) == (expected is None)  # the site stands for itself without a clubhouse
    assert "way/3" not in found  # outside allotments a name alone makes no place
    assert count.read == len(features)
