# SPDX-License-Identifier: MIT
"""Clusters of long and short walks: Gi* by hand, by brute force and by esda; whole areas only."""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from esda.getisord import G_Local
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.weights import DistanceBand

from begegnung_geo.analysis import hot_spots
from begegnung_geo.analysis.hot_spots import (
    build_hot_spots,
    find_spots,
    flag_discoveries,
    measure_gi_star,
    publish_hot_spots,
)
from begegnung_geo.config import find_config_dir, read_profile
from begegnung_geo.profile import Headline, Walking, WalkingProfile
from begegnung_geo.schema import conform_table

CRS = "EPSG:25832"
PROFILE = read_profile(find_config_dir() / "musterstadt.toml")
WALKING = Walking(
    thresholds_min=(10,),
    default_profile="senior",
    snap_distance_m=300,
    scrap_length_m=1000,
    profiles={"senior": WalkingProfile(speed_m_s=1.0, step_free=False, reason="600 m in 10 minutes")},
)
HEADLINE = Headline(profile="senior", threshold_min=10)
LABELS = gpd.GeoDataFrame(
    {"label_id": ["n1"], "kind": ["suburb"], "name": ["Moorsiedlung"]},
    geometry=[shapely.Point(300, 300)],
    crs=CRS,
)
DISTRICTS = gpd.GeoDataFrame(
    {"level": ["bezirk"], "district_id": ["1"], "name": ["Mitte"]},
    geometry=[shapely.box(0, 0, 1, 1)],
    crs=CRS,
)


def brute_force(values, xy, radius_m):
    """Ord and Getis 1995, equation for Gi*, written as loops."""
    n, mean = len(values), sum(values) / len(values)
    s = (sum(v * v for v in values) / n - mean * mean) ** 0.5
    found = []
    for here in xy:
        w = [1.0 if np.hypot(*(here - there)) <= radius_m else 0.0 for there in xy]
        w_sum, w_squares = sum(w), sum(v * v for v in w)
        below = s * ((n * w_squares - w_sum**2) / (n - 1)) ** 0.5
        excess = sum(a * v for a, v in zip(w, values, strict=True)) - mean * w_sum
        found.append(excess / below if below > 0 else 0.0)
    return found


def test_three_cells_in_a_row_give_the_deviates_worked_out_by_hand():
    # Walks 1, 1, 4: mean 2, spread sqrt(2). The end cell has itself and the middle: sum 2 for 4 expected,
    # spread sqrt(2) x sqrt((3 x 2 - 4) / 2) = sqrt(2); so -sqrt(2). The other end: 5 for 4: 1 / sqrt(2).
    # The middle neighbours all: there is nothing to compare with.
    z = measure_gi_star(np.array([1.0, 1.0, 4.0]), np.array([[0, 0], [1, 0], [2, 0.0]]), radius_m=1.0)
    assert z == pytest.approx([-np.sqrt(2), 0.0, 1 / np.sqrt(2)])


@given(seed=st.integers(0, 9_999), count=st.integers(3, 40))
@settings(max_examples=20, deadline=None)
def test_gi_star_is_that_of_the_loops_in_any_order(seed, count):
    rng = np.random.default_rng(seed)
    xy, values = rng.uniform(0, 1000, (count, 2)), rng.gamma(2.0, 300.0, count)
    z = measure_gi_star(values, xy, radius_m=250.0)
    assert z == pytest.approx(brute_force(values, xy, 250.0), abs=1e-9)
    order = rng.permutation(count)
    assert measure_gi_star(values[order], xy[order], radius_m=250.0) == pytest.approx(z[order], abs=1e-9)


def test_gi_star_is_the_same_whatever_the_portion(monkeypatch):
    rng = np.random.default_rng(7)
    xy, values = rng.uniform(0, 2000, (300, 2)), rng.gamma(2.0, 300.0, 300)
    whole = measure_gi_star(values, xy, radius_m=300.0)
    for count in (1, 7, 299):
        monkeypatch.setattr(hot_spots, "_POINTS_AT_A_TIME", count)
        assert measure_gi_star(values, xy, radius_m=300.0) == pytest.approx(whole, abs=1e-9)


def test_gi_star_is_that_of_esda():
    rng = np.random.default_rng(5)
    xy, values = rng.uniform(0, 2000, (300, 2)), rng.gamma(2.0, 300.0, 300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what these libraries warn of is theirs
        band = DistanceBand(xy, threshold=300.0, binary=True, silence_warnings=True)
        theirs = G_Local(values, band, transform="B", star=True, permutations=0).Zs
    assert measure_gi_star(values, xy, radius_m=300.0) == pytest.approx(theirs, abs=1e-9)


def test_discoveries_are_those_of_the_step_up_rule():
    # p = .001, .012, .04, .5 against .0125, .025, .0375, .05: the first two; .04 misses its .0375.
    z = np.array([0.6745, 3.2905, -2.5121, 2.0537])
    assert flag_discoveries(z, false_share_max=0.05).tolist() == [False, True, True, False]
    assert flag_discoveries(np.zeros(0), false_share_max=0.05).tolist() == []


def build_demand(*, side=20, far=6, persons=20.0, spacing=100.0):
    """A square of cells 200 m from a place; in its south-west corner a square of 1,500 m."""
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    rng = np.random.default_rng(1)
    is_far = (column < far) & (row < far)
    walk = np.where(is_far, 1500.0, 200.0) + rng.uniform(-50, 50, len(column))
    return gpd.GeoDataFrame(
        {
            "demand_id": [f"c{n:04d}" for n in range(len(column))],
            "persons": np.full(len(column), persons),
            "walk_distance_m": walk,
            "walk_distance_step_free_m": walk,
            "district_id_bezirk": "1",
        },
        geometry=shapely.points(column * spacing, row * spacing),
        crs=CRS,
    )


def find(demand, *, input_cell_m=100.0, cell_size_m=100.0, persons_min=100.0):
    return find_spots(
        demand,
        walking=WALKING,
        headline=HEADLINE,
        rule=PROFILE.hot_spots,
        cell_size_m=cell_size_m,
        input_cell_m=input_cell_m,
        persons_min=persons_min,
    )


def describe(demand, spots):
    table = build_hot_spots(demand, LABELS, DISTRICTS, spots=spots, headline=HEADLINE, walking=WALKING)
    return conform_table(table, "hot_spots")


def test_a_remote_quarter_is_one_cluster_of_long_walks_named_and_outlined():
    demand = build_demand()
    spots = find(demand)
    table = describe(demand, spots)
    longs = table[table["kind"] == "long"]
    assert longs["name"].tolist() == ["Moorsiedlung"]
    assert longs["hot_spot_id"].tolist() == ["001"]
    assert longs["walk_mean_min"].iloc[0] > 15  # 1,500 m at 60 m a minute are 25, its rim included fewer
    outline = longs.geometry.iloc[0]
    assert outline.contains(shapely.Point(200, 200))
    assert not outline.intersects(shapely.Point(1500, 1500))
    assert longs["persons"].iloc[0] == demand.loc[spots.kind == "long", "persons"].sum()


def test_spots_are_whole_areas_of_enough_people_and_never_single_cells():
    demand = build_demand(persons=1.0)
    spots = find(demand)
    sizes = pd.Series(spots.patch[spots.patch >= 0]).value_counts()
    assert (sizes >= PROFILE.publication.share_base_min).all()
    assert (spots.kind != "long").all()  # 36 people and a rim are fewer than 100


def test_published_people_come_from_packets_and_few_are_hidden():
    demand = build_demand()
    exact = describe(demand, find(demand))
    packed = exact.assign(persons=[5.0] + [395.0] * (len(exact) - 1))
    told = publish_hot_spots(exact, packed, publication=PROFILE.publication)
    assert told["persons"].isna().tolist() == [True] + [False] * (len(exact) - 1)
    assert (told["persons"].dropna() % PROFILE.publication.round_to == 0).all()
    assert told["walk_mean_min"].equals(exact["walk_mean_min"])


def test_only_inhabited_cells_with_a_known_walk_are_tested():
    demand = build_demand()
    demand.loc[0, "persons"] = 0.0
    demand.loc[1, "walk_distance_m"] = np.nan
    spots = find(demand)
    assert spots.cell[:2].tolist() == [-1, -1]
    assert spots.patch[:2].tolist() == [-1, -1]


def test_coarse_cells_few_cells_and_equal_walks_say_why_nothing_is_computed():
    demand = build_demand()
    assert find(demand, input_cell_m=1000.0, cell_size_m=60.0).reason == "coarse_cells"
    assert find(build_demand(side=9)).reason == "few_cells"
    assert find(demand.assign(walk_distance_m=300.0)).reason == "equal_walks"
    nothing = describe(demand, find(demand, input_cell_m=1000.0))
    assert len(nothing) == 0
    assert len(describe(demand[:0], find(demand[:0]))) == 0


def test_buildings_are_tested_as_cells_with_the_mean_walk_of_their_people():
    houses = build_demand(side=40, far=12, spacing=50.0)
    spots = find(houses, cell_size_m=60.0, input_cell_m=0.0)
    assert len(np.unique(spots.cell)) == 400  # 2 x 2 houses a cell
    assert "Moorsiedlung" in describe(houses, spots)["name"].tolist()


@given(seed=st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_the_order_of_homes_is_irrelevant(seed):
    demand = build_demand()
    shuffled = demand.iloc[np.random.default_rng(seed).permutation(len(demand))].reset_index(drop=True)
    assert describe(shuffled, find(shuffled)).equals(describe(demand, find(demand)))
