# SPDX-License-Identifier: MIT
"""Which door leads in: a house of 40 m, its doors written down as nodes of its outline."""

import geopandas as gpd
import pytest
import shapely

from begegnung_geo.analysis.doors import build_doors, move_to_doors
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.errors import CrsError
from begegnung_geo.schema import conform_table

CRS = "EPSG:25832"
HOUSE = shapely.box(0, 0, 40, 40)
CAMPUS = shapely.box(-100, -100, 100, 100)


@pytest.fixture
def find(build_walkways):
    """Return a function: doors as (node, kind, x, y) to the row of `doors` of the one place."""
    # The street runs 10 m south of the house.
    network = index_network(*build_network(build_walkways({1: (-200, -10), 2: (200, -10)}, {10: [1, 2]})),
                            step_free=False)  # fmt: skip

    def run(*doors, records=("osm:way/1",), outlines=(("way/1", HOUSE),)):
        places = gpd.GeoDataFrame(
            {"begegnungsort_id": ["b1"], "place_ids": [list(records)]},
            geometry=[shapely.Point(20, 20)],
            crs=CRS,
        )
        features = gpd.GeoDataFrame(
            {"source_id": [key for key, _ in outlines]}, geometry=[shape for _, shape in outlines], crs=CRS
        )
        entrances = gpd.GeoDataFrame(
            {"node_id": [door[0] for door in doors], "kind": [door[1] for door in doors]},
            geometry=[shapely.Point(door[2:]) for door in doors],
            crs=CRS,
        )
        found = build_doors(
            places, features, entrances, network=network, snap_distance_m=300.0, scrap_length_m=0.0
        )
        conform_table(found, "doors")
        return places, found.iloc[0]

    return run


def test_the_main_entrance_leads_in_though_another_door_is_nearer_to_the_street(find):
    _, door = find((7, "yes", 20, 0), (8, "main", 20, 40))
    assert (door["basis"], door["node_id"]) == ("main_entrance", 8)
    assert door.geometry.equals(shapely.Point(20, 40))


def test_of_doors_alike_the_one_nearest_to_the_street_is_taken_then_the_lowest_id(find):
    _, door = find((7, "yes", 20, 40), (9, "yes", 10, 0), (8, "home", 30, 0))
    assert (door["basis"], door["node_id"]) == ("entrance", 8)


def test_doors_for_emergencies_staff_and_goods_do_not_count(find):
    _, door = find((7, "emergency", 20, 0), (8, "service", 0, 20), (9, "garage", 40, 20))
    assert (door["basis"], door["node_id"]) == ("position", 0)
    assert door.geometry.equals(shapely.Point(20, 20))


def test_a_door_of_the_house_next_door_is_not_taken(find):
    _, door = find((7, "main", 20, -3))
    assert door["basis"] == "position"


def test_a_place_that_is_only_a_point_or_only_listed_keeps_its_position(find):
    for records in (("osm:node/5",), ("liste:17",), ("osm:way/99",)):
        _, door = find((7, "main", 20, 0), records=records)
        assert door["basis"] == "position"


def test_doors_of_the_building_and_of_its_site_are_both_seen(find):
    outlines = (("way/1", HOUSE), ("relation/2", CAMPUS))
    _, door = find((7, "main", 20, 40), (8, "main", 0, -100), records=("osm:way/1", "osm:relation/2"),
                   outlines=outlines)  # fmt: skip
    assert door["node_id"] == 7  # 50 m from the street; the gate of the site is 90 m away


def test_walks_lead_to_the_door_and_the_place_stays_where_it_is(find):
    places, door = find((7, "main", 20, 0))
    doors = gpd.GeoDataFrame([door], geometry="geometry", crs=CRS)
    moved = move_to_doors(places, doors)
    assert moved.geometry.iloc[0].equals(shapely.Point(20, 0))
    assert places.geometry.iloc[0].equals(shapely.Point(20, 20))
    assert move_to_doors(places, doors.iloc[:0]).geometry.iloc[0].equals(shapely.Point(20, 20))


def test_tables_of_different_crs_are_refused(find, build_walkways):
    places, _ = find()
    network = index_network(
        *build_network(build_walkways({1: (0, 0), 2: (9, 0)}, {1: [1, 2]})), step_free=False
    )
    features = gpd.GeoDataFrame({"source_id": []}, geometry=[], crs=4326)
    with pytest.raises(CrsError):
        build_doors(places, features, features, network=network, snap_distance_m=300.0, scrap_length_m=0.0)
