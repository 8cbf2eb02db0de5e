# SPDX-License-Identifier: MIT
"""Which door leads in: houses and blocks whose doors are written down as nodes of their outlines."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.doors import build_doors, move_homes_to_doors, move_to_doors
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.ways import lay_ways
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


BLOCK = shapely.box(0, 0, 100, 12)  # a block of flats with a door every 20 m along its north side


@pytest.fixture
def start(build_walkways):
    """Return a function: doors as (node, kind, x, y) to the homes at their doors, how many, and the ways."""
    # One street 10 m south of the block, and a lane that leads 30 m north of it.
    nodes = {1: (-200, -10), 2: (500, -10), 3: (-200, 42), 4: (200, 42)}
    ways = lay_ways(
        *build_network(build_walkways(nodes, {10: [1, 2], 11: [1, 3, 4]})),
        snap_distance_m=300.0,
        scrap_length_m=0.0,
    )

    def run(*doors, ids=("way/1",), outline=BLOCK, inside=(50, 6), building_id="way/1"):
        homes = gpd.GeoDataFrame(
            {
                "cell_id": pd.array(list(ids), dtype="str"),
                "persons": np.full(len(ids), 3.0),
                "is_estimated": True,
            },
            geometry=[shapely.Point(inside)] * len(ids),
            index=range(7, 7 + len(ids)),
            crs=CRS,
        )
        buildings = gpd.GeoDataFrame({"source_id": [building_id]}, geometry=[outline], crs=CRS)
        entrances = gpd.GeoDataFrame(
            {"node_id": [door[0] for door in doors], "kind": [door[1] for door in doors]},
            geometry=gpd.GeoSeries([shapely.Point(door[2:]) for door in doors], crs=CRS),
        )
        moved, count = move_homes_to_doors(homes, buildings, entrances, ways=ways)
        assert moved.drop(columns="geometry").equals(homes.drop(columns="geometry"))
        assert (moved.index == homes.index).all()
        return moved, count, ways

    return run


def tell_points(homes):
    return [(point.x, point.y) for point in homes.geometry]


def test_the_walk_of_a_house_starts_at_its_door(start):
    homes, count, ways = start((7, "home", 100, 12))
    assert (tell_points(homes), count) == ([(100, 12)], 1)
    # 22 m from the door to the street and 300 m along it; from the middle of the block it was 16 + 350 m.
    place = gpd.GeoDataFrame({"begegnungsort_id": ["b1"]}, geometry=[shapely.Point(400, -10)], crs=CRS)
    demand, _ = assign_walk_distance(homes, place, ways=ways)
    assert demand["walk_distance_m"].tolist() == [322.0]
    assert demand["air_distance_m"].tolist() == [pytest.approx(np.hypot(300, 22))]


def test_dwellings_of_a_coarse_cell_start_at_their_doors_and_cells_keep_their_midpoint(start):
    ids = ("1kmN1E1/way/1", "1kmN1E1", "CRS3035RES100mN1E1", "stadt/010#00001", "1kmN1E1/way/11", "1")
    homes, count, _ = start((7, "yes", 0, 0), ids=ids)
    assert (tell_points(homes), count) == ([(0, 0), *[(50, 6)] * 5], 1)


def test_of_several_staircases_the_middle_one_is_taken_since_nobody_can_choose_theirs(start):
    # The middle of the three is at x = 50; the two on the street's side of the block would be nearer to it.
    homes, _, _ = start((7, "staircase", 10, 0), (8, "staircase", 40, 12), (9, "staircase", 100, 0))
    assert tell_points(homes) == [(40, 12)]


def test_of_two_doors_the_one_nearer_to_a_walkway_is_taken_then_the_lower_id(start):
    assert tell_points(start((7, "yes", 30, 12), (8, "yes", 70, 0))[0]) == [(70, 0)]
    assert tell_points(start((9, "yes", 30, 0), (8, "yes", 70, 0))[0]) == [(70, 0)]


def test_the_main_entrance_of_a_house_comes_before_all_staircases(start):
    doors = [(number, "staircase", 20 * number, 0) for number in range(5)]
    assert tell_points(start(*doors, (9, "main", 100, 12))[0]) == [(100, 12)]


def test_the_middle_is_that_of_the_doors_that_count(start):
    # Three main entrances at 0, 10 and 30; with the side doors the middle would lie at 70.
    mains = [(1, "main", 0, 0), (2, "main", 10, 0), (3, "main", 30, 0)]
    sides = [(4 + number, "yes", 100, number) for number in range(9)]
    assert tell_points(start(*mains, *sides)[0]) == [(10, 0)]


@pytest.mark.parametrize("kind", ["emergency", "service", "garage", "delivery", "shop"])
def test_nobody_lives_behind_the_door_of_a_shop_or_one_for_staff(start, kind):
    homes, count, _ = start((7, kind, 100, 0))
    assert (tell_points(homes), count) == ([(50, 6)], 0)


def test_a_door_in_the_courtyard_is_on_the_outline_and_one_inside_the_house_is_not(start):
    yard = BLOCK.difference(shapely.box(40, 4, 60, 8))
    assert tell_points(start((7, "yes", 50, 8), outline=yard, inside=(20, 6))[0]) == [(50, 8)]
    assert start((7, "yes", 20, 6), outline=yard)[1] == 0


def test_without_doors_or_homes_nothing_moves(start):
    assert tell_points(start()[0]) == [(50, 6)]
    assert start((7, "yes", 0, 0), ids=())[1] == 0


def test_a_relation_is_a_building_like_any_other(start):
    homes, _, _ = start(
        (7, "yes", 0, 0), ids=("relation/5",), outline=shapely.MultiPolygon([BLOCK]), building_id="relation/5"
    )
    assert tell_points(homes) == [(0, 0)]


def test_homes_and_doors_of_different_crs_are_refused(start):
    homes, _, ways = start()
    elsewhere = gpd.GeoDataFrame({"source_id": [], "node_id": [], "kind": []}, geometry=[], crs=4326)
    with pytest.raises(CrsError):
        move_homes_to_doors(homes, elsewhere, elsewhere, ways=ways)
