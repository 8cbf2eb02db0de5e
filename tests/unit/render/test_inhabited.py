# SPDX-License-Identifier: MIT
"""The inhabited area: coarse enough to hide a house, fine enough to spare the fields."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from begegnung_geo.render.inhabited import build_inhabited_area

CRS = "EPSG:25832"
WEST, NORTH = 400_000.0, 5_700_000.0


def _homes(
    *rows: tuple[float, float, float], status: str = "reached", air_distance_m: float = 500.0
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "persons": [row[2] for row in rows],
            "status": [status] * len(rows),
            "air_distance_m": [air_distance_m] * len(rows),
        },
        geometry=[Point(WEST + row[0], NORTH + row[1]) for row in rows],
        crs=CRS,
    )


def _covers(area, east: float, north: float) -> bool:
    return bool(shapely.covers(area, Point(WEST + east, NORTH + north)))


def test_a_village_is_one_area_and_the_field_between_two_villages_stays_empty():
    rows = [
        (x + shift, y, 5.0) for shift in (0, 2000) for x in range(0, 500, 100) for y in range(0, 500, 100)
    ]
    area = build_inhabited_area(_homes(*rows), persons_min=100, reach_m=1200)
    assert len(area.geoms) == 2
    assert _covers(area, 250, 250)
    assert _covers(area, 2250, 250)
    assert not _covers(area, 1250, 250)


def test_a_farm_by_itself_is_left_out():
    village = [(x, y, 5.0) for x in range(0, 500, 100) for y in range(0, 500, 100)]
    area = build_inhabited_area(_homes(*village, (3000, 0, 99.0)), persons_min=100, reach_m=1200)
    assert not _covers(area, 3000, 0)
    area = build_inhabited_area(_homes(*village, (3000, 0, 100.0)), persons_min=100, reach_m=1200)
    assert _covers(area, 3000, 0)


def test_a_courtyard_closes_and_a_large_park_stays_open():
    ring = [
        (x, y, 5.0)
        for x in range(0, 1300, 100)
        for y in range(0, 1300, 100)
        if not (300 < x < 900 and 300 < y < 900)
    ]
    gap = [(x, y, p) for x, y, p in ring if (x, y) != (100, 100)]
    area = build_inhabited_area(_homes(*gap), persons_min=100, reach_m=1200)
    # 700 m between the homes on both sides, less two discs of 120 m: 460 m stay open.
    assert not _covers(area, 600, 600)
    assert _covers(area, 100, 100)


def test_nobody_or_nobody_with_a_known_walk_gives_no_area():
    assert build_inhabited_area(_homes(), persons_min=100, reach_m=1200).is_empty
    assert build_inhabited_area(_homes((0, 0, 0.0)), persons_min=100, reach_m=1200).is_empty
    far = _homes((0, 0, 500.0), status="no_walkway_near")
    assert build_inhabited_area(far, persons_min=100, reach_m=1200).is_empty


def test_where_no_place_is_people_still_live():
    assert not build_inhabited_area(
        _homes((0, 0, 500.0), status="no_place"), persons_min=100, reach_m=1200
    ).is_empty


_OFFSETS = st.tuples(st.floats(-49, 49), st.floats(-49, 49))


@settings(max_examples=30, deadline=None)
@given(offset=_OFFSETS)
def test_the_area_does_not_tell_where_a_house_stands_within_100_metres(offset):
    at_corner = build_inhabited_area(_homes((0, 0, 500.0)), persons_min=100, reach_m=1200)
    moved = build_inhabited_area(_homes((*offset, 500.0)), persons_min=100, reach_m=1200)
    assert moved.equals(at_corner)


@settings(max_examples=30, deadline=None)
@given(spots=st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 1500)), min_size=1, max_size=25))
def test_every_part_holds_a_disc_of_200_metres_across(spots):
    area = build_inhabited_area(_homes(*[(x, y, 200.0) for x, y in spots]), persons_min=100, reach_m=1200)
    assert shapely.is_valid(area)
    for part in area.geoms:
        radius = shapely.length(shapely.maximum_inscribed_circle(part, tolerance=1.0))
        assert radius >= 100.0
    # All who live there are inside: a disc of 120 m reaches past the lattice's 71 m.
    assert np.all(shapely.covers(shapely.buffer(area, 20), [Point(WEST + x, NORTH + y) for x, y in spots]))


def test_homes_without_a_known_walk_are_an_area_of_their_own():
    village = [(x, y, 5.0) for x in range(0, 500, 100) for y in range(0, 500, 100)]
    lost = _homes(*((x + 3000, y, persons) for x, y, persons in village), status="no_walkway_near")
    demand = gpd.GeoDataFrame(pd.concat([_homes(*village), lost], ignore_index=True))
    known = build_inhabited_area(demand, persons_min=100, reach_m=1200)
    unknown = build_inhabited_area(demand, persons_min=100, reach_m=1200, is_known=False)
    assert (_covers(known, 250, 250), _covers(known, 3250, 250)) == (True, False)
    assert (_covers(unknown, 250, 250), _covers(unknown, 3250, 250)) == (False, True)


def test_who_lives_farther_off_than_any_walk_asked_about_is_known_to_be_far_without_a_path():
    village = [(x, y, 5.0) for x in range(0, 500, 100) for y in range(0, 500, 100)]
    for status, air_distance_m, is_known in (
        ("isolated", 1200.0, False),
        ("isolated", 1201.0, True),
        ("no_walkway_near", 1201.0, False),  # off the map places may be missing too
    ):
        lost = _homes(*village, status=status, air_distance_m=air_distance_m)
        area = build_inhabited_area(lost, persons_min=100, reach_m=1200)
        assert _covers(area, 250, 250) == is_known
