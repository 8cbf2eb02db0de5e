# SPDX-License-Identifier: MIT
"""Longer and shorter legs: exact metres in a town of two streets."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.network import build_network
from begegnung_geo.analysis.reach import assign_snap_distance, assign_walk_distance
from begegnung_geo.analysis.snap_variants import apply_snap_variant, build_snap_variants, find_lost_homes
from begegnung_geo.analysis.ways import STEP_FREE, lay_ways
from begegnung_geo.profile import Walking, WalkingProfile
from begegnung_geo.schema import conform_table
from walk_oracle import towns

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


def build_town(
    build_walkways, build_points, homes, *, places=PLACES, ways=WAYS, nodes=NODES, steps=(), step_free=False
):
    nodes, edges = build_network(build_walkways(nodes, ways, steps=steps))
    snapping = {"snap_distance_m": 300, "scrap_length_m": 1000}
    laid = lay_ways(nodes, edges, **snapping)
    supply, _ = assign_snap_distance(build_points(places, "begegnungsort_id"), laid.network(), **snapping)
    cells = build_points(homes, "cell_id").assign(persons=1.0, is_estimated=False)
    demand, _ = assign_walk_distance(cells, supply, ways=laid)
    variants = build_snap_variants(
        demand, supply, ways=laid, snap_distances_m=(150, 500), step_free=step_free
    )
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


# The street without steps, and stairs 190 m north of it that come down to its middle.
STAIRS = {"nodes": NODES | {5: (0, 190), 6: (1000, 190), 7: (2000, 190), 8: (1000, 0)}, "steps": [3, 4]}
STAIRS["ways"] = {1: (1, 8, 2), 3: (5, 6, 7), 4: (6, 8)}


def test_without_steps_a_shorter_leg_takes_the_street_behind_the_stairs(build_walkways, build_points):
    town = build_walkways, build_points, {"home": (1200, 200)}
    demand, variants = build_town(*town, places={"b1": (1400, -10)}, step_free=True, **STAIRS)
    # With steps 10 + 200 + 190 + 400 + 10 m; without 200 + 200 + 10 m, but never less than everyone.
    assert demand["walk_distance_m"].tolist() == pytest.approx([810])
    assert demand["walk_distance_step_free_m"].tolist() == pytest.approx([810])
    row = variants.iloc[0]
    assert (len(variants), row["snap_limit_m"], row["status"]) == (1, 150.0, "reached")
    assert row["walk_distance_m"] == pytest.approx(810)
    assert row["step_free_status"] == "no_walkway_near"
    assert np.isnan(row["walk_distance_step_free_m"])
    assert find_lost_homes(variants, snap_limit_m=150.0, step_free=True).tolist() == ["home"]
    assert find_lost_homes(variants, snap_limit_m=150.0, step_free=False).tolist() == []
    changed = apply_snap_variant(demand, variants, snap_limit_m=150.0, step_free=True)
    assert changed["walk_distance_step_free_m"].isna().all()
    # Who asks for walks with steps only is told that nothing changes: all legs are 10 m.
    assert len(build_town(*town, places={"b1": (1400, -10)}, **STAIRS)[1]) == 0


def test_without_steps_a_longer_leg_finds_the_street_behind_the_stairs(build_walkways, build_points):
    town = build_walkways, build_points, {"home": (1200, 450)}
    demand, variants = build_town(*town, places={"b1": (1400, -10)}, step_free=True, **STAIRS)
    assert demand["walk_distance_step_free_m"].isna().all()
    # With 150 m the stairs, 260 m away, are lost to everyone.
    assert variants["snap_limit_m"].tolist() == [150.0, 500.0]
    assert variants["status"].tolist() == ["no_walkway_near", "reached"]
    # 450 + 200 + 10 m, but never less than everyone's 260 + 200 + 190 + 400 + 10 m over the stairs.
    assert variants["walk_distance_step_free_m"].tolist() == pytest.approx([np.nan, 1060], nan_ok=True)
    assert variants["step_free_status"].tolist() == ["no_walkway_near", "reached"]


@settings(max_examples=15, deadline=None)
@given(town=towns(), answers=st.lists(st.sampled_from(["yes", "no", "unknown"]), min_size=8, max_size=8))
def test_a_variant_is_what_measuring_anew_finds(build_walkways, build_points, town, answers):  # noqa: PLR0917
    node_xy, way_ids, home_xy, place_xy = town
    walkways = build_walkways(node_xy, way_ids)
    nodes, edges = build_network(walkways.assign(step_free=answers[: len(walkways)]))
    cells = build_points({f"h{n}": xy for n, xy in enumerate(home_xy)}, "cell_id").assign(
        persons=1.0, is_estimated=False
    )
    supply = build_points({f"b{n}": xy for n, xy in enumerate(place_xy)}, "begegnungsort_id")

    def measure(limit_m):
        ways = lay_ways(nodes, edges, snap_distance_m=limit_m, scrap_length_m=120.0)
        return assign_walk_distance(cells, supply, ways=ways)[0], ways

    usual, ways = measure(60.0)
    variants = build_snap_variants(usual, supply, ways=ways, snap_distances_m=(25, 60, 200), step_free=True)
    conform_table(variants, "snap_variants")
    for limit_m in (25.0, 60.0, 200.0):
        expected, other = measure(limit_m)
        found = apply_snap_variant(usual, variants, snap_limit_m=limit_m, step_free=True)
        names = ["walk_distance_m", "walk_distance_step_free_m", "walk_distance_step_free_min_m", "status"]
        pd.testing.assert_frame_equal(
            found[names], pd.DataFrame(expected)[names], atol=2e-3, rtol=0, check_dtype=False
        )
        lost = set(find_lost_homes(variants, snap_limit_m=limit_m, step_free=True))
        is_off = ~other.snap(cells.geometry).on(STEP_FREE).is_snapped
        was_off = ~ways.snap(cells.geometry).on(STEP_FREE).is_snapped
        assert set(cells["cell_id"][is_off & ~was_off]) <= lost <= set(cells["cell_id"][is_off])
