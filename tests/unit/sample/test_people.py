# SPDX-License-Identifier: MIT
"""People of houses and of the grid."""

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.sample.buildings import Houses
from begegnung_geo.sample.people import AGE_COLUMNS, build_grid, build_residents, merge_grids
from begegnung_geo.sample.plan import Zone


def make_houses(count: int, zone: Zone = Zone.ROWS) -> Houses:
    x = np.arange(count) * 20.0 + 435_000
    return Houses(
        polygons=shapely.box(x, 6_028_000, x + 10, 6_028_010),
        front=np.column_stack([x, np.full(count, 6_028_000.0)]),
        cell=np.zeros(count, dtype=np.int64),
        zone=np.full(count, int(zone)),
        kind=np.full(count, "house", dtype=object),
        levels=np.full(count, 2),
        is_dwelling=np.ones(count, dtype=bool),
        has_entrance=np.zeros(count, dtype=bool),
    )


@given(count=st.integers(1, 60), persons=st.integers(0, 5_000), seed=st.integers(0, 99))
def test_houses_inside_hold_exactly_the_people_asked_for(count: int, persons: int, seed: int) -> None:
    inside = np.ones(count, dtype=np.int64)
    residents = build_residents(make_houses(count), inside, persons=persons, rng=np.random.default_rng(seed))
    assert residents.sum() == persons
    assert residents.min() >= 0


def test_nobody_lives_where_there_is_no_dwelling() -> None:
    houses = make_houses(4)
    houses.is_dwelling[1] = False
    residents = build_residents(houses, np.ones(4, dtype=np.int64), persons=90, rng=np.random.default_rng(1))
    assert residents[1] == 0
    assert residents.sum() == 90


def test_the_grid_conserves_the_people_of_the_houses_and_their_ages() -> None:
    rng = np.random.default_rng(3)
    points = np.column_stack([rng.uniform(435_000, 436_000, 300), rng.uniform(6_028_000, 6_029_000, 300)])
    persons = rng.integers(0, 9, 300)
    grid = build_grid(points, persons, zone=np.full(300, int(Zone.BLOCKS)), rng=rng)
    assert grid["Einwohner"].sum() == persons.sum()
    assert (grid[list(AGE_COLUMNS)].sum(axis=1) == grid["Einwohner"]).all()
    assert not grid.duplicated(["north", "east"]).any()


def test_cells_on_the_border_of_two_tiles_are_added_up() -> None:
    ages = dict.fromkeys(AGE_COLUMNS, 0)
    one = pd.DataFrame([{"north": 1, "east": 2, "Einwohner": 5, **ages}])
    two = pd.DataFrame(
        [{"north": 1, "east": 2, "Einwohner": 7, **ages}, {"north": 1, "east": 3, "Einwohner": 1, **ages}]
    )
    merged = merge_grids([one, two])
    assert merged["Einwohner"].tolist() == [12, 1]
