# SPDX-License-Identifier: MIT
"""Gaps: cells beyond reach that hang together, and what they are called."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.gaps import build_gaps, find_gaps, publish_gaps, sum_by_gap
from begegnung_geo.config import find_config_dir, read_profile
from begegnung_geo.profile import Walking, WalkingProfile
from begegnung_geo.schema import conform_table

CRS = "EPSG:25832"
WALKING = Walking(
    thresholds_min=(10,),
    default_profile="senior",
    snap_distance_m=300,
    scrap_length_m=1000,
    profiles={"senior": WalkingProfile(speed_m_s=1.0, step_free=False, reason="600 m in 10 minutes")},
)
DISTRICTS = gpd.GeoDataFrame(
    {
        "level": ["bezirk", "bezirk", "stadt"],
        "district_id": ["000", "001", "1"],
        "name": ["Mitte", "Rand", "Stadt"],
    },
    geometry=[shapely.box(0, 0, 1, 1)] * 3,
    crs=CRS,
)


def build_labels(*rows):
    return gpd.GeoDataFrame(
        {
            "label_id": pd.Series([f"node/{n}" for n in range(len(rows))], dtype="str"),
            "kind": pd.Series([row[0] for row in rows], dtype="str"),
            "name": pd.Series([row[1] for row in rows], dtype="str"),
        },
        geometry=gpd.GeoSeries([shapely.Point(row[2]) for row in rows], crs=CRS),
    )


def build_demand(cells):
    """Cells are (column, row, persons, walk distance or None)."""
    count = len(cells)
    walk = np.array([np.nan if cell[3] is None else cell[3] for cell in cells], dtype=float)
    return gpd.GeoDataFrame(
        {
            "demand_id": pd.Series([f"c{n}" for n in range(count)], dtype="str"),
            "persons": np.array([cell[2] for cell in cells], dtype=float),
            "walk_distance_m": walk,
            "walk_distance_step_free_m": walk,
            "walk_distance_step_free_min_m": walk,
            "air_distance_m": np.full(count, 100.0),
            "status": pd.Series(np.where(np.isnan(walk), "isolated", "reached"), dtype="str"),
            "district_id_bezirk": pd.Series(["000" if cell[0] < 5 else "001" for cell in cells], dtype="str"),
            "district_id_stadt": pd.Series(["1"] * count, dtype="str"),
        },
        geometry=shapely.points(np.array([cell[:2] for cell in cells], dtype=float).reshape(-1, 2) * 100),
        crs=CRS,
    )


def find(demand, labels=None, **more):
    reach = {"profile": "senior", "threshold_min": 10, "cell_size_m": 100.0}
    gap_of_home = find_gaps(demand, walking=WALKING, **reach, **({"persons_min": 1.0} | more))
    known = build_labels() if labels is None else labels
    return conform_table(build_gaps(demand, known, DISTRICTS, gap_of_home=gap_of_home, **reach), "gaps")


def test_every_home_knows_its_gap_and_other_people_can_be_summed_by_it():
    demand = build_demand([(0, 0, 5, 700), (9, 9, 6, 900), (1, 1, 4, 800), (20, 0, 50, 100), (5, 5, 3, None)])
    gap_of_home = find_gaps(
        demand, walking=WALKING, profile="senior", threshold_min=10, cell_size_m=100.0, persons_min=1.0
    )
    assert gap_of_home.astype(object).where(gap_of_home.notna(), None).tolist() == [0, 1, 0, None, None]
    assert sum_by_gap(demand, gap_of_home)["persons"].tolist() == [9, 6]
    assert sum_by_gap(demand.assign(persons=10.0), gap_of_home)["persons"].tolist() == [20, 10]


def test_a_gap_tells_its_age_groups_where_they_are_known_and_is_silent_where_nobody_knows():
    demand = build_demand([(0, 0, 50, 700), (1, 1, 40, 800), (9, 9, 60, 900)])
    demand = demand.assign(persons_65_plus=[20.0, np.nan, np.nan], persons_under_18=[8.0, 4.0, 0.0])
    gaps = find(demand)
    assert gaps["persons"].tolist() == [90, 60]
    assert gaps["persons_65_plus"].astype(object).where(gaps["persons_65_plus"].notna(), None).tolist() == [
        20,
        None,
    ]
    assert gaps["persons_under_18"].tolist() == [12, 0]


def test_published_gaps_hide_few_and_do_not_make_nobody_of_unknown():
    publication = read_profile(find_config_dir() / "musterstadt.toml").publication
    demand = build_demand([(0, 0, 150, 700), (9, 9, 120, 900)])
    gaps = find(demand.assign(persons_65_plus=[13.0, np.nan], persons_under_18=[3.0, 0.0]))
    packed = pd.DataFrame(
        {"persons": [150.0, 120.0], "persons_65_plus": [10.0, np.nan], "persons_under_18": [0.0, 0.0]}
    )
    told = publish_gaps(gaps, packed, publication=publication)
    assert told["persons"].tolist() == [150, 120]
    assert told["persons_65_plus"].isna().tolist() == [False, True]
    assert told["persons_under_18"].isna().tolist() == [True, False]  # 1 to 9; nobody
    assert list(publish_gaps(gaps[:0], packed[:0], publication=publication)["gap_id"]) == []


def test_cells_that_touch_at_a_corner_are_one_gap_and_others_are_not():
    gaps = find(build_demand([(0, 0, 5, 700), (1, 1, 6, 900), (3, 1, 7, 800)]))
    assert gaps["persons"].tolist() == [11, 7]
    assert gaps["gap_id"].tolist() == ["001", "002"]
    assert gaps["threshold_min"].tolist() == [10, 10]
    assert gaps.geometry.is_valid.all()
    assert [len(area.geoms) for area in gaps.geometry] == [1, 1]


def test_cells_within_reach_empty_cells_and_unknown_walks_are_no_gap():
    gaps = find(build_demand([(0, 0, 5, 600), (1, 0, 0, 900), (2, 0, 9, None)]))
    assert len(gaps) == 0


def test_the_outline_keeps_half_a_cell_around_each_point_and_no_more_than_a_cell():
    demand = build_demand([(0, 0, 5, 700), (1, 0, 5, 700), (1, 1, 5, 700), (2, 2, 5, 700)])
    outline = find(demand).geometry[0]
    for point in demand.geometry:
        assert outline.boundary.distance(point) >= 45
        assert outline.contains(point)
    assert demand.union_all().buffer(100).contains(outline)


def test_small_gaps_are_left_out():
    demand = build_demand([(0, 0, 99, 700), (9, 9, 100, 700)])
    assert find(demand, persons_min=100)["persons"].tolist() == [100]


def test_a_gap_is_named_by_the_nearest_quarter_and_else_by_the_finest_district():
    demand = build_demand([(0, 0, 5, 700), (30, 0, 4, 700)])
    labels = build_labels(
        ("city", "Großstadt", (10, 0)), ("suburb", "Hörde", (300, 0)), ("hamlet", "Weiler", (500, 0))
    )
    gaps = find(demand, labels)
    assert gaps["name"].tolist() == ["Hörde", "Rand"]
    assert gaps["district_id_bezirk"].tolist() == ["000", "001"]
    assert gaps["district_id_stadt"].tolist() == ["1", "1"]


def test_a_gap_across_a_border_lies_in_the_district_of_most_of_its_people():
    gaps = find(build_demand([(3, 0, 5, 700), (4, 0, 5, 700), (5, 0, 11, 700)]))
    assert gaps["district_id_bezirk"].tolist() == ["001"]


def test_gaps_of_equal_size_rank_from_west_to_east():
    gaps = find(build_demand([(8, 0, 5, 700), (0, 0, 5, 700)]))
    assert gaps.geometry.centroid.x.is_monotonic_increasing


def test_more_than_999_gaps_still_sort_by_their_number():
    cells = [(3 * (n % 40), 3 * (n // 40), n + 1, 700) for n in range(1001)]
    gaps = find(build_demand(cells))
    assert gaps["gap_id"].iloc[[0, -1]].tolist() == ["0001", "1001"]
    assert gaps["persons"].is_monotonic_decreasing


def test_nobody_is_no_gap():
    assert len(find(build_demand([]))) == 0


@given(
    cells=st.lists(
        st.tuples(
            st.integers(0, 12), st.integers(0, 12), st.integers(0, 9), st.sampled_from([None, 500, 700])
        ),
        min_size=1,
        max_size=40,
        unique_by=lambda cell: cell[:2],
    ),
    seed=st.integers(0, 99),
)
@settings(max_examples=12, deadline=None)
def test_nobody_beyond_reach_is_lost_or_counted_twice_in_any_order(cells, seed):
    demand = build_demand(cells)
    gaps = find(demand)
    beyond = demand[(demand["walk_distance_m"] > 600) & (demand["persons"] > 0)]
    assert gaps["persons"].sum() == pytest.approx(beyond["persons"].sum())
    assert gaps.geometry.is_valid.all()
    inside = gaps.sindex.query(beyond.geometry, predicate="within")[0] if len(gaps) else []
    assert set(inside) == set(range(len(beyond)))
    shuffled = demand.iloc[np.random.default_rng(seed).permutation(len(demand))]
    assert find(shuffled).equals(gaps)
