# SPDX-License-Identifier: MIT
"""Walking distances: towns one can work out on paper, and random ones against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.reach import (
    assign_snap_distance,
    assign_walk_distance,
    measure_walk_distance,
)
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.analysis.walk_search import measure_node_distance
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.errors import CrsError
from begegnung_geo.schema import conform_table
from walk_oracle import build_oracle, towns

SNAP = {"snap_distance_m": 300.0, "scrap_length_m": 0.0}


@pytest.fixture
def measure(build_walkways, build_points):
    """Return a function: a town, homes and places to the table `demand` and its issues."""

    def run(nodes, ways, homes, places, *, steps=(), persons=10.0, **snap):  # noqa: PLR0917
        walk_nodes, walk_edges = build_network(build_walkways(nodes, ways, steps=steps))
        cells = build_points(homes, "cell_id").assign(persons=persons, is_estimated=False)
        supply = build_points(places, "begegnungsort_id")
        laid = lay_ways(walk_nodes, walk_edges, **(SNAP | snap))
        demand, issues = assign_walk_distance(cells, supply, ways=laid)
        return demand.set_index("demand_id", drop=False), issues

    return run


CROSS = {1: (0, 0), 2: (500, 0), 3: (1000, 0), 4: (500, 500), 5: (500, -500)}
CROSS_WAYS = {10: [1, 2, 3], 11: [4, 2, 5]}


def test_a_cross_of_streets_adds_leg_street_corner_street_and_leg(measure):
    demand, _ = measure(CROSS, CROSS_WAYS, {"west": (100, 20)}, {"north": (510, 300)})
    assert demand.loc["west", "walk_distance_m"] == pytest.approx(20 + 400 + 300 + 10)
    assert demand.loc["west", "snap_distance_m"] == 20
    assert demand.loc["west", "air_distance_m"] == pytest.approx(np.hypot(410, 280))
    assert demand.loc["west", "nearest_begegnungsort_id"] == "north"
    assert demand.loc["west", "status"] == "reached"


def test_the_nearest_of_several_places_counts_by_walk_and_not_by_air(measure):
    # A railway without a crossing between two parallel streets, one bridge at the far end.
    town = {1: (0, 0), 2: (800, 0), 3: (0, 60), 4: (800, 60)}
    ways = {1: [1, 2], 2: [3, 4], 3: [2, 4]}
    demand, _ = measure(
        town, ways, {"home": (100, 0)}, {"across": (100, 60), "along": (700, 0)}, snap_distance_m=20
    )
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(600)
    assert demand.loc["home", "nearest_begegnungsort_id"] == "along"
    assert demand.loc["home", "air_distance_m"] == 60
    only, _ = measure(town, ways, {"home": (100, 0)}, {"across": (100, 60)}, snap_distance_m=20)
    assert only.loc["home", "walk_distance_m"] == pytest.approx(700 + 60 + 700)


def test_home_and_place_on_one_edge_are_walked_along_it(measure):
    town = {1: (0, 0), 2: (1000, 0)}
    homes = {"left": (400, 5), "right": (640, 8)}
    demand, _ = measure(town, {10: [1, 2]}, homes, {"middle": (500, 7)})
    assert demand["walk_distance_m"].tolist() == [5 + 100 + 7, 8 + 140 + 7]


def test_around_the_block_can_be_shorter_than_along_a_long_edge(measure):
    # Both at one long bend (900 m along it), but 100 m apart through the short edge.
    town = {1: (0, 0), 2: (0, 400), 3: (100, 400), 4: (100, 0)}
    demand, _ = measure(
        town,
        {10: [1, 2, 3, 4], 11: [1, 4]},
        {"home": (-10, 20)},
        {"place": (120, 30)},
        snap_distance_m=50,
    )
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(10 + 20 + 100 + 30 + 20)


def test_the_shorter_of_parallel_edges_is_taken(measure):
    town = {1: (0, 0), 2: (300, 0), 3: (150, 400), 8: (-200, 0), 9: (500, 0)}
    ways = {10: [1, 3, 2], 11: [1, 2], 12: [8, 1], 13: [2, 9]}
    demand, _ = measure(town, ways, {"home": (-200, 0)}, {"place": (500, 0)})
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(700)


def test_a_home_on_a_loop_takes_the_shorter_way_round(measure):
    square = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 9: (-300, 0)}
    homes = {"east": (200, 150), "north": (50, 200)}
    demand, _ = measure(square, {10: [1, 2, 3, 4, 1], 11: [9, 1]}, homes, {"place": (-300, 0)})
    assert demand["walk_distance_m"].tolist() == pytest.approx([350 + 300, 250 + 300])
    on_loop, _ = measure(square, {10: [1, 2, 3, 4, 1]}, homes, {"place": (100, 0)})
    assert on_loop["walk_distance_m"].tolist() == pytest.approx([250, 350])


def test_home_at_the_place_itself_walks_both_legs(measure):
    demand, _ = measure(CROSS, CROSS_WAYS, {"home": (100, 20)}, {"place": (100, 20)})
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(40)


def test_edges_of_zero_length_cost_nothing_and_still_connect(measure):
    town = {1: (0, 0), 2: (100, 0), 3: (100, 0), 4: (200, 0)}
    demand, _ = measure(town, {10: [1, 2], 11: [2, 3], 12: [3, 4]}, {"home": (0, 0)}, {"place": (200, 0)})
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(200)


def test_a_place_on_a_junction_is_a_source_of_zero_cost(measure):
    demand, _ = measure(CROSS, CROSS_WAYS, {"home": (0, 0)}, {"place": (500, 0)})
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(500)


def test_a_place_beyond_the_border_is_supply_like_any_other(measure):
    demand, _ = measure(CROSS, CROSS_WAYS, {"home": (900, 0)}, {"city": (0, 0), "neighbour": (1000, 0)})
    assert demand.loc["home", "nearest_begegnungsort_id"] == "neighbour"
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(100)


def test_equally_far_places_are_told_by_the_lowest_id_whatever_their_order(measure):
    home = {"middle": (500, 0), "south": (500, -500), "west": (0, 0)}
    for places in ({"b": (1000, 0), "a": (500, 500)}, {"a": (500, 500), "b": (1000, 0)}):
        demand, _ = measure(CROSS, CROSS_WAYS, home, places)
        assert demand["nearest_begegnungsort_id"].tolist() == ["a", "a", "a"]
        assert demand["walk_distance_m"].tolist() == pytest.approx([500, 1000, 1000])
    swapped, _ = measure(CROSS, CROSS_WAYS, home, {"a": (1000, 0), "b": (500, 500)})
    assert swapped["nearest_begegnungsort_id"].tolist() == ["a", "a", "a"]


def test_ties_behind_a_junction_reach_homes_far_behind_it(measure):
    # Two equal branches join at node 3; everything behind it must name the lower id.
    town = {1: (0, 100), 2: (0, -100), 3: (300, 0), 4: (600, 0), 5: (900, 0), 6: (1200, 0)}
    ways = {1: [1, 3], 2: [2, 3], 3: [3, 4], 4: [4, 5], 5: [5, 6]}
    for places in ({"a": (0, 100), "b": (0, -100)}, {"a": (0, -100), "b": (0, 100)}):
        demand, _ = measure(town, ways, {"far": (1200, 0), "near": (650, 0)}, places)
        assert demand["nearest_begegnungsort_id"].tolist() == ["a", "a"]


ISLAND = CROSS | {8: (5000, 0), 9: (7000, 0)}
ISLAND_WAYS = CROSS_WAYS | {12: [8, 9]}


def test_who_cannot_be_led_to_a_place_is_told_why_and_counted(measure):
    homes = {"reached": (100, 0), "field": (100, 400), "island": (6000, 0)}
    demand, issues = measure(ISLAND, ISLAND_WAYS, homes, {"place": (500, 0)}, persons=[1.0, 20.0, 300.0])
    assert demand["status"].tolist() == ["reached", "no_walkway_near", "isolated"]
    assert demand["walk_distance_m"].isna().tolist() == [False, True, True]
    assert demand["snap_distance_m"].isna().tolist() == [False, True, False]
    assert demand["nearest_begegnungsort_id"].isna().tolist() == [False, True, True]
    assert demand["air_distance_m"].notna().all()
    assert issues["code"].tolist() == ["PERSONS_UNCONNECTED"] * 2
    assert issues["count"].tolist() == [1, 1]
    assert "20 people have no walkway within 300 m" in issues["text"][0]
    assert "300 people live at a piece of the walk network" in issues["text"][1]


def test_a_city_without_any_counted_place_is_no_error(measure):
    demand, issues = measure(ISLAND, ISLAND_WAYS, {"a": (100, 0), "b": (100, 400)}, {})
    # The second home is off the map: whether a place is missing there cannot be told.
    assert demand["status"].tolist() == ["no_place", "no_walkway_near"]
    assert demand["walk_distance_m"].isna().all()
    assert demand["air_distance_m"].isna().all()
    assert "30 people" not in issues["text"][0]
    assert "10 people cannot be led anywhere" in issues["text"][0]
    conform_table(demand.reset_index(drop=True), "demand")


def test_a_city_without_people_is_no_error(measure):
    demand, issues = measure(CROSS, CROSS_WAYS, {}, {"place": (0, 0)}, persons=[])
    assert len(demand) == 0
    assert len(issues) == 0


def test_places_that_no_walkway_is_near_lead_nobody(measure):
    demand, _ = measure(CROSS, CROSS_WAYS, {"home": (100, 0)}, {"lost": (4000, 4000)})
    assert demand["status"].tolist() == ["isolated"]


def test_people_at_a_scrap_are_led_over_the_street_nearby(measure):
    yard = CROSS | {8: (100, 100), 9: (150, 100)}
    home, place = {"yard": (120, 100)}, {"place": (500, 0)}
    ways = CROSS_WAYS | {12: [8, 9]}
    over_street, _ = measure(yard, ways, home, place, scrap_length_m=1000)
    assert over_street.loc["yard", "walk_distance_m"] == pytest.approx(100 + 380)
    at_scrap, _ = measure(yard, ways, home, place, scrap_length_m=10)
    assert at_scrap.loc["yard", "status"] == "isolated"


def test_without_steps_one_walks_round_the_stairs(measure):
    town = {1: (0, 0), 2: (100, 0), 3: (130, 0), 4: (300, 0), 5: (100, 200), 6: (130, 200)}
    ways = {1: [1, 2], 2: [2, 3], 3: [3, 4], 4: [2, 5, 6, 3]}
    demand, _ = measure(town, ways, {"home": (0, 0)}, {"place": (300, 0)}, steps=[2])
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(300)
    assert demand.loc["home", "walk_distance_step_free_m"] == pytest.approx(100 + 430 + 170)


def test_where_only_stairs_lead_the_step_free_distance_is_empty(measure):
    town = {1: (0, 0), 2: (100, 0), 3: (130, 0), 4: (300, 0)}
    ways = {1: [1, 2], 2: [2, 3], 3: [3, 4]}
    demand, _ = measure(town, ways, {"home": (0, 0)}, {"place": (300, 0)}, steps=[2], snap_distance_m=20)
    assert demand.loc["home", "walk_distance_m"] == pytest.approx(300)
    assert np.isnan(demand.loc["home", "walk_distance_step_free_m"])
    assert demand.loc["home", "status"] == "reached"


def test_demand_keeps_groups_districts_and_its_contract(build_walkways, build_points):
    walk_nodes, walk_edges = build_network(build_walkways(CROSS, CROSS_WAYS))
    cells = build_points({"c1": (100, 0)}, "cell_id").assign(
        persons=7.0, is_estimated=True, persons_65_plus=2.0, district_id_stadtbezirk="000"
    )
    demand, _ = assign_walk_distance(
        cells,
        build_points({"p": (0, 0)}, "begegnungsort_id"),
        ways=lay_ways(walk_nodes, walk_edges, **SNAP),
    )
    stored = conform_table(demand, "demand")
    assert stored["district_id_stadtbezirk"].tolist() == ["000"]
    assert stored["persons_65_plus"].tolist() == [2.0]
    with pytest.raises(CrsError):
        assign_walk_distance(
            cells.to_crs(3035),
            build_points({"p": (0, 0)}, "begegnungsort_id"),
            ways=lay_ways(walk_nodes, walk_edges, **SNAP),
        )


def test_places_get_their_leg_and_lost_ones_an_issue(build_walkways, build_points):
    network = index_network(*build_network(build_walkways(CROSS, CROSS_WAYS)), step_free=False)
    places = build_points({"near": (100, 30), "lost": (4000, 0)}, "begegnungsort_id")
    placed, issues = assign_snap_distance(places, network, **SNAP)
    assert placed["snap_distance_m"].iloc[0] == 30
    assert np.isnan(placed["snap_distance_m"].iloc[1])
    assert issues[["code", "row"]].to_numpy().tolist() == [["PLACE_UNCONNECTED", "lost"]]
    assert "snap_distance_m" not in places


# ---- an independent computation: every offset is a node of a networkx graph -----------------


@given(town=towns())
@settings(max_examples=50, deadline=None)
def test_distances_are_those_of_networkx_with_every_offset_as_a_node(build_walkways, town):
    nodes, ways, home_xy, place_xy = town
    network = index_network(*build_network(build_walkways(nodes, ways)), step_free=False)
    homes, places = (snap_to_edges(xy, network, **SNAP) for xy in (home_xy, place_xy))
    found = measure_walk_distance(homes, places, network)
    at_nodes = measure_node_distance(places, network)
    oracle = build_oracle(network, homes, places)
    walks = {
        number: nx.single_source_dijkstra_path_length(oracle, ("place", number))
        for number in np.flatnonzero(places.is_snapped).tolist()
    }
    for kind, nearest in (("home", found), ("node", at_nodes)):
        for number in range(len(nearest.distance_m)):
            expected = {place: walk[kind, number] for place, walk in walks.items() if (kind, number) in walk}
            if not expected:
                assert np.isinf(nearest.distance_m[number])
                assert nearest.place[number] == -1
                continue
            least = min(expected.values())
            assert nearest.distance_m[number] == pytest.approx(least, abs=1e-6)
            tied = [place for place, walk in expected.items() if walk <= least + 1e-9]
            assert nearest.place[number] == min(tied)


@given(town=towns(), seed=st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_order_is_irrelevant_and_another_place_never_makes_a_walk_longer(  # noqa: PLR0917
    build_walkways, build_points, town, seed
):
    nodes, ways, home_xy, place_xy = town
    walk_nodes, walk_edges = build_network(build_walkways(nodes, ways))
    cells = build_points({f"h{n}": xy for n, xy in enumerate(home_xy)}, "cell_id")
    cells = cells.assign(persons=1.0, is_estimated=False)
    places = build_points({f"p{n}": xy for n, xy in enumerate(place_xy)}, "begegnungsort_id")

    def run(cells, places, walk_edges=walk_edges):
        demand = assign_walk_distance(cells, places, ways=lay_ways(walk_nodes, walk_edges, **SNAP))[0]
        return demand.sort_values("demand_id", ignore_index=True)

    rng = np.random.default_rng(seed)
    demand = run(cells, places)
    shuffled = run(
        *(table.iloc[rng.permutation(len(table))] for table in (cells, places)),
        walk_edges.iloc[rng.permutation(len(walk_edges))],
    )
    assert shuffled.equals(demand)
    fewer = run(cells, places.iloc[1:])
    longer = demand["walk_distance_m"].fillna(np.inf) - fewer["walk_distance_m"].fillna(np.inf)
    assert not (longer > 1e-9).any()
    reached = demand[demand["status"] == "reached"]
    assert (reached["walk_distance_m"] >= reached["air_distance_m"] - 1e-9).all()
    assert demand["persons"].sum() == cells["persons"].sum()


def test_a_step_free_walk_is_never_shorter_than_everyones(measure):
    # The home is 10 m from steps that lead a long way round to the place, and 20 m from a level path
    # that leads straight there: everyone is taken by the nearest walkway, the steps.
    nodes = {1: (0, 0), 2: (500, 0), 3: (500, 30), 4: (0, 30), 5: (-50, 30)}
    ways = {1: [1, 2], 2: [2, 3, 4, 5]}
    demand, _ = measure(nodes, ways, {"home": (0, 10)}, {"hall": (-50, 30)}, steps=[1])
    row = demand.loc["home"]
    assert row["walk_distance_m"] == pytest.approx(10 + 500 + 30 + 550)
    assert row["walk_distance_step_free_m"] == row["walk_distance_m"]


def test_a_way_nobody_knows_about_gives_the_walk_without_steps_two_ends(build_walkways, build_points):
    # From the home 100 m over a path of unknown surface, or 100 + 300 + 100 m around it by street.
    nodes = {1: (0, 0), 2: (100, 0), 3: (0, 300), 4: (100, 300), 5: (-50, 0), 6: (150, 0)}
    ways = {10: [5, 1, 3, 4, 2, 6], 11: [1, 2]}
    walkways = build_walkways(nodes, ways)
    walkways["step_free"] = ["yes", "unknown"]
    walk_nodes, walk_edges = build_network(walkways)
    cells = build_points({"home": (-50, 0)}, "cell_id").assign(persons=1.0, is_estimated=False)
    supply = build_points({"house": (150, 0)}, "begegnungsort_id")
    demand, _ = assign_walk_distance(cells, supply, ways=lay_ways(walk_nodes, walk_edges, **SNAP))
    home = demand.iloc[0]
    assert home["walk_distance_m"] == pytest.approx(50 + 100 + 50)
    assert home["walk_distance_step_free_min_m"] == pytest.approx(50 + 100 + 50)
    assert home["walk_distance_step_free_m"] == pytest.approx(50 + 300 + 100 + 300 + 50)
