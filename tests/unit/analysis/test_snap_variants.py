# SPDX-License-Identifier: MIT
"""Longer and shorter legs: exact metres in a town of two streets."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from begegnung_geo.analysis.network import build_network
from begegnung_geo.analysis.reach import assign_snap_distance, assign_walk_distance
from begegnung_geo.analysis.snap_variants import apply_snap_variant, build_snap_variants
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.profile import Walking, WalkingProfile
from begegnung_geo.schema import conform_table

WALKING = Walking(
    thresholds_min=(10,),
    default_profile="senior",
    snap_distance_m=300,
    scrap_length_m=1000,
    profiles={"senior": WalkingProfile(speed_m_s=1.0, step_free=False, reason="600 m in 10 minutes")},
)
# A street of 2 km from west to east, and a courtyard path of 40 m, 250 m north of it, not tied to it.
NODES = {1: (0, 0), 2: (2000, 0), 3: (500, 250), 4: (540, 250)}
WAYS = {1: (1, 2), 2: (3, 4)}
PLACES = {"b1": (1000, -10)}


def build_town(build_walkways, build_points, homes, *, places=PLACES, ways=WAYS):
    nodes, edges = build_network(build_walkways(NODES, ways))
    snapping = {"snap_distance_m": 300, "scrap_length_m": 1000}
    laid = lay_ways(nodes, edges, **snapping)
    supply, _ = assign_snap_distance(build_points(places, "begegnungsort_id"), laid.network(), **snapping)
    cells = build_points(homes, "cell_id").assign(persons=1.0, is_estimated=False)
    demand, _ = assign_walk_distance(cells, supply, ways=laid)
    variants = build_snap_variants(demand, supply, ways=laid, snap_distances_m=(150, 500))
    conform_table(variants, "snap_variants")
    return demand, variants


def test_a_shorter_leg_leaves_the_far_home_without_a_walkway(build_walkways, build_points):
    homes = {"near": (800, 150), "far": (800, 151)}
    demand, variants = build_town(build_walkways, build_points, homes, ways={1: (1, 2)})
    assert demand["walk_distance_m"].tolist() == pytest.approx([150 + 200 + 10, 151 + 200 + 10])
    assert variants["demand_id"].tolist() == ["far"]
    assert variants["snap_limit_m"].tolist() == [150.0]
    assert variants["status"].tolist() == ["no_walkway_near"]
    assert variants["walk_distance_m"].isna().all()


def test_a_longer_leg_finds_a_walkway_for_the_home_in_the_field(build_walkways, build_points):
    demand, variants = build_town(build_walkways, build_points, {"field": (800, 400)}, ways={1: (1, 2)})
    assert demand["status"].tolist() == ["no_walkway_near"]
    assert variants["snap_limit_m"].tolist() == [500.0]  # nothing is shorter than 150 m to begin with
    assert variants["walk_distance_m"].tolist() == pytest.approx([400 + 200 + 10])
    assert variants["status"].tolist() == ["reached"]


def test_a_longer_leg_leads_past_a_courtyard_path_that_is_tied_to_nothing(build_walkways, build_points):
    # 100 m north of the courtyard path, 350 m from the street: isolated at 300 m, on the street at 500 m.
    demand, variants = build_town(build_walkways, build_points, {"court": (520, 350)})
    assert demand["status"].tolist() == ["isolated"]
    assert variants["snap_limit_m"].tolist() == [500.0]
    assert variants["walk_distance_m"].tolist() == pytest.approx([350 + 480 + 10])


def test_a_place_that_loses_its_walkway_lengthens_the_walks_to_the_next(build_walkways, build_points):
    places = {"b1": (1000, -200), "b2": (1500, -10)}
    demand, variants = build_town(
        build_walkways, build_points, {"home": (900, 10)}, places=places, ways={1: (1, 2)}
    )
    assert demand["walk_distance_m"].tolist() == pytest.approx([10 + 100 + 200])
    assert variants["walk_distance_m"].tolist() == pytest.approx([10 + 600 + 10])


def test_where_all_legs_are_short_and_all_homes_reached_there_is_nothing_to_try(build_walkways, build_points):
    _, variants = build_town(build_walkways, build_points, {"home": (900, 10)}, ways={1: (1, 2)})
    assert len(variants) == 0


def test_other_homes_keep_their_walk(build_walkways, build_points):
    homes = {"near": (800, 10), "far": (800, 200)}
    demand, variants = build_town(build_walkways, build_points, homes, ways={1: (1, 2)})
    changed = apply_snap_variant(demand, variants, snap_limit_m=150.0)
    assert changed["walk_distance_m"].tolist() == pytest.approx([220, np.nan], nan_ok=True)
    assert changed["status"].tolist() == ["reached", "no_walkway_near"]
    assert demand["status"].tolist() == ["reached", "reached"]  # the table given stays as it is
    assert isinstance(demand, gpd.GeoDataFrame)
    assert apply_snap_variant(demand, variants[:0], snap_limit_m=150.0)["walk_distance_m"].equals(
        pd.Series(demand["walk_distance_m"])
    )
