# SPDX-License-Identifier: MIT
"""Squares of ground within reach: by hand on one street, and against fresh searches for every set."""

from itertools import chain, combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.network import build_network
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.try_area import compare_areas, find_changed, find_reached, survey_area
from begegnung_geo.analysis.tryout import survey_tryout
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.errors import CrsError
from begegnung_geo.profile import Walking, WalkingProfile

SQUARE_M = 50.0
NODES = {1: (0, 0), 2: (400, 0), 3: (800, 0), 4: (1200, 0), 5: (800, 400), 6: (400, 700), 7: (700, 700)}
WAYS = {10: [1, 2], 11: [2, 3], 12: [3, 4], 13: [3, 5], 20: [6, 7]}
COUNTED = {"hall": (0, 0), "café": (420, 5)}
POTENTIAL = {"club": (790, 380), "nowhere": (-4000, 0)}
HOMES = {"a": (10, 0)}
WALKING = Walking(
    thresholds_min=(5, 10),
    default_profile="adult",
    snap_distance_m=100,
    scrap_length_m=0,
    profiles={
        "adult": WalkingProfile(speed_m_s=1.0, reason="300 and 600 m"),
        "level": WalkingProfile(speed_m_s=0.75, step_free=True, reason="225 and 450 m"),
    },
)


class Ground:
    def __init__(self, build_walkways, build_points, *, ways=WAYS, steps=(11,)):
        self.ways = lay_ways(
            *build_network(build_walkways(NODES, ways, steps=list(steps))),
            snap_distance_m=100,
            scrap_length_m=0,
        )
        homes = build_points(HOMES, "cell_id").assign(persons=100.0, is_estimated=False)
        self.places = [build_points(points, "begegnungsort_id") for points in (COUNTED, POTENTIAL)]
        demand, _ = assign_walk_distance(homes, self.places[0], ways=self.ways)
        self.ground = survey_tryout(
            demand, *self.places, neighbour_ids=set(), ways=self.ways, walking=WALKING
        )
        self.crs = homes.crs

    def survey(self, area):
        city = gpd.GeoDataFrame({"name": ["x"]}, geometry=[area], crs=self.crs)
        return survey_area(self.ground, city, ways=self.ways, walking=WALKING, square_m=SQUARE_M)

    def find_open(self, ids):
        return self.ground.places["begegnungsort_id"].isin(ids).to_numpy(dtype=bool)


@pytest.fixture(scope="module")
def town(build_walkways, build_points):
    return Ground(build_walkways, build_points)


@pytest.fixture(scope="module")
def area(town):
    return town.survey(shapely.box(-200, -300, 1300, 900))


def read_squares(reached, profile, minutes):
    chosen = reached[(reached["profile"] == profile) & (reached["threshold_min"] == minutes)]
    return set(zip(chosen["square_column"], chosen["square_row"], strict=True))


def test_along_one_street_the_squares_are_those_within_leg_and_way(build_walkways, build_points):
    street = Ground(build_walkways, build_points, ways={10: [1, 2], 12: [3, 4]}, steps=())
    table = street.survey(shapely.box(-200, -200, 390, 200))
    reached = find_reached(table, street.find_open(["hall"]), walking=WALKING)
    for profile, minutes, reach_m in (("adult", 5, 300), ("level", 5, 225), ("level", 10, 450)):
        expected = set()
        for column in range(-4, 8):
            for row in range(-4, 4):
                x, y = (column + 0.5) * SQUARE_M, (row + 0.5) * SQUARE_M
                # West of the street's end the leg is the straight line to that end.
                leg = abs(y) if x >= 0 else np.hypot(x, y)
                if x <= 390 and leg <= 100 and max(x, 0) + leg <= reach_m:
                    expected.add((column, row))
        assert read_squares(reached, profile, minutes) == expected


def test_every_set_of_places_reaches_the_squares_of_a_fresh_search(town, area):
    every = gpd.GeoDataFrame(pd.concat(town.places, ignore_index=True))
    rows, columns = np.mgrid[-6:18, -4:26]
    xy = np.column_stack([columns.ravel(), rows.ravel()])
    middles = gpd.GeoDataFrame(
        {"cell_id": [f"{c} {r}" for c, r in xy], "persons": 1.0, "is_estimated": False},
        geometry=shapely.points((xy + 0.5) * SQUARE_M),
        crs=town.crs,
    )
    ids = [*COUNTED, *POTENTIAL]
    for wanted in chain.from_iterable(combinations(ids, size) for size in range(len(ids) + 1)):
        fresh, _ = assign_walk_distance(
            middles, every[every["begegnungsort_id"].isin(wanted)], ways=town.ways
        )
        reached = find_reached(area, town.find_open(wanted), walking=WALKING)
        walk, level = fresh["walk_distance_m"], fresh["walk_distance_step_free_m"]
        for profile, minutes in (("adult", 5), ("adult", 10), ("level", 5), ("level", 10)):
            reach_m = WALKING.reach_m(profile, minutes)
            is_within = (walk <= reach_m) & ((level <= reach_m) | (profile == "adult"))
            names = set(fresh.loc[is_within, "demand_id"])
            assert {f"{c} {r}" for c, r in read_squares(reached, profile, minutes)} == names, (
                wanted,
                profile,
            )


def test_no_place_and_no_ground_are_empty_tables(town, area):
    assert find_reached(area, town.find_open([]), walking=WALKING).empty
    beyond = town.survey(shapely.box(5000, 5000, 5400, 5400))
    assert beyond.empty
    assert find_reached(beyond, town.find_open(list(COUNTED)), walking=WALKING).empty
    nothing = find_reached(beyond, town.find_open([]), walking=WALKING)
    changed = find_changed(nothing, nothing)
    assert changed.empty
    table = compare_areas(nothing, changed, walking=WALKING, square_m=SQUARE_M)
    assert (table.filter(like="km2") == 0).all(axis=None)
    assert len(table) == 4


def test_what_is_gained_and_lost_is_counted_in_square_kilometres(town, area):
    before, after = (find_reached(area, town.find_open(ids), walking=WALKING) for ids in (["hall"], ["club"]))
    changed = find_changed(before, after)
    table = compare_areas(before, changed, walking=WALKING, square_m=SQUARE_M).set_index(
        ["profile", "threshold_min"]
    )
    assert list(table.index) == [("adult", 5), ("adult", 10), ("level", 5), ("level", 10)]
    for (profile, minutes), row in table.iterrows():
        old, new = (read_squares(reached, profile, minutes) for reached in (before, after))
        hectares = [len(old), len(new), len(new - old), len(old - new)]
        assert row.to_numpy() == pytest.approx(np.array(hectares) * 0.0025)
    assert (table[["area_gained_km2", "area_lost_km2"]] > 0).all(axis=None)


def test_an_area_in_another_crs_is_refused(town):
    city = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.box(7, 51, 8, 52)], crs=4326)
    with pytest.raises(CrsError):
        survey_area(town.ground, city, ways=town.ways, walking=WALKING, square_m=SQUARE_M)
