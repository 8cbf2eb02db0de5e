# SPDX-License-Identifier: MIT
"""What homes reach: towns one can work out on paper, and what more places or more speed must not do."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.access import (
    ANY_PLACE,
    CHOICE,
    build_access,
    cut_access,
    list_seats,
    report_capacity,
    share_seats,
    withhold_seats,
)
from begegnung_geo.analysis.access_walks import measure_access
from begegnung_geo.analysis.measures import (
    build_district_choice,
    build_district_seats,
    build_district_walks,
    pick_people,
    publish_measures,
)
from begegnung_geo.analysis.network import build_network
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.strata import EXACT, build_strata
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.config import build_profile
from begegnung_geo.errors import CrsError
from begegnung_geo.schema import conform_table
from measure_oracle import Oracle, check_town
from walk_oracle import towns

PROFILE = build_profile(
    {"city": {"key": "x", "name": "x"}, "sources": {"osm": {"file": "x.osm"}}}, where="test"
)
GROUPS = {"library": "B", "parish_hall": "R", "worship": "R", "youth_centre": "J"}
DISTRICTS = pd.DataFrame({"level": ["fine", "fine"], "district_id": ["01", "02"]}, dtype="str")


@pytest.fixture(scope="module")
def measure(build_walkways, build_points):
    """Return a function: a town with homes and classed places to what the homes reach."""

    def run(nodes, ways, homes, places, *, steps=(), doubtful=(), persons=10.0, seats=np.nan, **over):  # noqa: PLR0917
        walkways = build_walkways(nodes, ways, steps=steps)
        walkways.loc[walkways["way_id"].isin(doubtful), "step_free"] = "unknown"
        tables = build_network(walkways)
        cells = build_points(homes, "cell_id").assign(
            persons=persons,
            is_estimated=False,
            district_id_fine=pd.Series(["01", "02"] * 9, dtype="str")[: len(homes)],
        )
        supply = build_points({name: xy for name, (xy, _) in places.items()}, "begegnungsort_id")
        supply["class"] = pd.Series([key for _, key in places.values()], dtype="str")
        supply["capacity_persons"] = np.array(seats, dtype=float) * np.ones(len(places))
        snap = {"snap_distance_m": 300.0, "scrap_length_m": 0.0}
        walking = PROFILE.walking.model_copy(update=snap | over)
        ways_laid = lay_ways(*tables, **snap)
        demand, _ = assign_walk_distance(cells, supply, ways=ways_laid)
        settings_of = {"walking": walking, "measures": PROFILE.measures, "class_groups": GROUPS}
        portions = {key: over.pop(key) for key in ("walks_at_a_time",) if key in over}
        access = measure_access(demand, supply, ways=ways_laid, **settings_of, **portions)
        access = share_seats(
            access,
            persons=demand["persons"].to_numpy(dtype=float),
            seats=list_seats(supply, measures=PROFILE.measures),
            measures=PROFILE.measures,
        )
        return demand, supply, tables, access, settings_of

    return run


CROSS = {1: (0, 0), 2: (500, 0), 3: (1000, 0), 4: (500, 500), 5: (500, -500)}
CROSS_WAYS = {10: [1, 2, 3], 11: [4, 2, 5]}
PLACES = {
    "a": ((510, 300), "library"),
    "b": ((1000, 0), "parish_hall"),
    "c": ((500, -100), "worship"),
}


def test_walks_to_each_kind_of_place_and_to_the_third_nearest(measure):
    _, _, _, access, _ = measure(CROSS, CROSS_WAYS, {"west": (100, 20)}, PLACES)
    walks = access["senior"].walks
    # Leg 20, 400 m to the crossing; library 300 up and a leg of 10; hall 500 on; church 100 down.
    assert {key: walk.distance_m[0] for key, walk in walks.items()} == pytest.approx(
        {
            ANY_PLACE: 520,
            CHOICE: 920,
            "B": 730,
            "R": 520,
            "J": np.inf,
            "library": 730,
            "parish_hall": 920,
            "worship": 520,
        }
    )
    # There is no youth centre at all: that is known.
    assert not any(walk.is_unknown.any() for walk in walks.values())


def test_places_and_kinds_are_counted_by_threshold_and_speed(measure):
    _, _, _, access, _ = measure(CROSS, CROSS_WAYS, {"west": (100, 20)}, PLACES)
    # 300, 600, 900 m at 1.0 m/s; 399, 798, 1197 m at 1.33 m/s.
    assert {t: n.at_least[0] for t, n in access["senior"].places.items()} == {5: 0, 10: 1, 15: 2}
    assert {t: n.at_least[0] for t, n in access["adult"].places.items()} == {5: 0, 10: 2, 15: 3}
    assert {t: n.at_least[0] for t, n in access["adult"].kinds.items()} == {5: 0, 10: 2, 15: 2}


def test_stairs_are_walked_round_by_who_cannot_climb_them(measure):
    # A square of 200 m; its southern side is stairs, with the only library at their far end.
    town = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 9: (-100, 0)}
    ways = {10: [1, 2], 11: [2, 3, 4, 1], 12: [9, 1]}
    places = {"a": ((200, 0), "library")}
    _, _, _, access, _ = measure(town, ways, {"home": (-100, 0)}, places, steps=[10])
    assert access["senior"].walks["B"].distance_m[0] == pytest.approx(300)
    assert access["step_free"].walks["B"].distance_m[0] == pytest.approx(700)
    assert [access[key].places[10].at_least[0] for key in ("senior", "step_free")] == [1, 0]


def test_a_path_of_which_nobody_knows_makes_a_range_without_steps(measure):
    # The same square; of its southern side nobody knows whether it has steps.
    town = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 9: (-100, 0)}
    ways = {10: [1, 2], 11: [2, 3, 4, 1], 12: [9, 1]}
    places = {"a": ((200, 0), "library"), "b": ((200, 0), "worship")}
    _, _, _, access, _ = measure(town, ways, {"home": (-100, 0)}, places, doubtful=[10])
    walk = access["step_free"].walks["B"]
    assert (walk.at_least_m[0], walk.distance_m[0]) == pytest.approx((300, 700))
    assert access["step_free"].walks[ANY_PLACE].find_unknown(600).tolist() == [True]
    within_10, within_15 = (access["step_free"].places[minutes] for minutes in (10, 15))
    assert (within_10.at_least[0], within_10.at_most[0]) == (0, 2)
    assert (within_15.at_least[0], within_15.at_most[0]) == (2, 2)
    everyone = access["senior"].places[10]
    assert (everyone.at_least[0], everyone.at_most[0]) == (2, 2)


def test_a_town_full_of_doubtful_paths_has_a_median_with_two_ends(measure):
    # Ten homes at 100, 200 ... 1000 m of a street; the last 100 m to the library are a path of which
    # nobody knows whether it has steps; the way round it is 300 m.
    town = {1: (0, 0), 2: (100, 0), 3: (1000, 0), 4: (100, 100), 5: (0, 100)}
    ways = {10: [2, 3], 11: [1, 2], 12: [2, 4, 5, 1]}
    homes = {f"{n:02d}": (100.0 * n, 0.0) for n in range(1, 11)}
    demand, _, _, access, _ = measure(
        town, ways, homes, {"a": ((0, 0), "library")}, doubtful=[11], persons=20.0
    )
    assert access["step_free"].walks[ANY_PLACE].is_ranged.all()
    assert not access["step_free"].walks[ANY_PLACE].is_unknown.any()
    strata = build_strata(demand, DISTRICTS.iloc[:0], groups=[])
    exact = pick_people(build_district_walks(strata, access), EXACT)
    table = publish_measures(exact, exact, publication=PROFILE.publication, unknown_share_max=0.2)
    table = table[table["destination"] == ANY_PLACE].set_index("profile")
    # The fifth home of ten is 500 m from the library, 700 m round; the ninth 900 or 1,100 m.
    figures = ["median_m", "median_max_m", "p90_m", "p90_max_m"]
    assert table.loc["step_free", figures].tolist() == pytest.approx([500, 700, 900, 1100])
    assert table.loc["senior", figures].tolist() == pytest.approx([500, 500, 900, 900])
    assert table.loc["step_free", ["persons", "persons_ranged", "persons_without_walk"]].tolist() == [
        200, 200, 0,
    ]  # fmt: skip


def test_nobody_without_steps_walks_less_than_everyone(measure):
    # Beside the house stairs lead down; snapping without stairs finds the library's own street.
    town = {1: (0, 0), 2: (0, 500), 3: (40, 0), 4: (40, 500)}
    ways = {10: [1, 2], 11: [3, 4], 12: [2, 4]}
    _, _, _, access, _ = measure(town, ways, {"home": (5, 100)}, {"a": ((40, 100), "library")}, steps=[10])
    everyone, step_free = access["senior"].walks, access["step_free"].walks
    assert everyone["B"].distance_m[0] == pytest.approx(5 + 400 + 40 + 400)
    assert step_free["B"].distance_m[0] == everyone["B"].distance_m[0]
    assert [access["step_free"].places[t].at_least[0] for t in (5, 10, 15)] == [0, 0, 1]


TWO_PIECES = CROSS | {8: (5000, 0), 9: (7000, 0)}
TWO_WAYS = CROSS_WAYS | {12: [8, 9]}


def test_an_isolated_home_may_be_as_near_as_the_bird_flies_and_no_nearer(measure):
    homes = {"off the map": (500, 5000), "isolated": (5500, 0)}
    demand, _, _, access, _ = measure(TWO_PIECES, TWO_WAYS, homes, PLACES)
    assert demand["status"].tolist() == ["no_walkway_near", "isolated"]
    walks = access["adult"].walks
    assert np.isinf(walks[ANY_PLACE].distance_m).all()
    assert walks[ANY_PLACE].at_least_m.tolist() == [0, 4500]
    assert walks["B"].at_least_m[1] == pytest.approx(np.hypot(4990, 300))
    assert walks[CHOICE].at_least_m.tolist() == pytest.approx([0, np.hypot(5000, 100)])
    assert walks["J"].at_least_m.tolist() == [0, np.inf]  # there is none, but off the map there may be
    assert walks[ANY_PLACE].find_unknown(4499).tolist() == [True, False]
    assert walks[ANY_PLACE].find_unknown(4500).tolist() == [True, True]


def test_a_kind_that_is_on_another_piece_of_network_only_is_not_known_to_be_far(measure):
    places = PLACES | {"z": ((5000, 0), "youth_centre")}
    _, _, _, access, _ = measure(TWO_PIECES, TWO_WAYS, {"west": (100, 0)}, places)
    walk = access["adult"].walks["J"]
    assert (walk.distance_m[0], walk.at_least_m[0]) == (np.inf, 4900)
    assert access["step_free"].walks["J"].at_least_m[0] == 4900


def test_seats_are_those_known_and_else_those_assumed(measure):
    # One home of ten people, all places in the first zone of an adult: 80 and twice 50 seats for ten people.
    places = {"a": ((100, 0), "library"), "b": ((200, 0), "library"), "c": ((300, 0), "worship")}
    seats = [80.0, np.nan, np.nan]
    demand, supply, _, access, settings_of = measure(CROSS, CROSS_WAYS, {"west": (0, 0)}, places, seats=seats)
    assert access["adult"].seats_balanced == pytest.approx([18.0])
    assert access["adult"].seats_e2sfca == pytest.approx([18.0])
    table = build_access(demand, access).set_index("profile")
    assert table.loc["adult", "seats_e2sfca"] == pytest.approx(18_000)  # for 1,000 people
    issues = report_capacity(supply, measures=settings_of["measures"])
    assert issues["count"].tolist() == [2]
    assert "2 of 3" in issues["text"][0]
    assert "50 are assumed" in issues["text"][0]


def test_the_table_keeps_its_contract_and_leaves_unknown_empty(measure):
    homes = {"off the map": (500, 5000), "isolated": (5500, 0), "west": (100, 20)}
    demand, _, _, access, _ = measure(TWO_PIECES, TWO_WAYS, homes, PLACES)
    table = conform_table(build_access(demand, withhold_seats(access)), "access")
    adult = table[table["profile"] == "adult"].set_index("demand_id")
    assert adult["places_within_15_min"].isna().to_dict() == {
        "off the map": True, "isolated": False, "west": False,
    }  # fmt: skip
    assert adult.loc["isolated", "places_within_15_min"] == 0  # 4.5 km as the bird flies
    assert adult["walk_min"].isna().tolist() == [True, True, False]
    assert adult.loc["west", "walk_min"] == pytest.approx(520 / 1.33 / 60)
    assert adult["seats_e2sfca"].isna().all()
    assert adult["level_bfca"].isna().all()


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 4))
def test_portions_of_the_table_are_the_table(measure, homes_at_a_time):
    homes = {"off the map": (500, 5000), "isolated": (5500, 0), "west": (100, 20)}
    demand, _, _, access, _ = measure(TWO_PIECES, TWO_WAYS, homes, PLACES)
    whole = conform_table(build_access(demand, access), "access")
    portions = [
        conform_table(portion, "access")
        for portion in cut_access(demand, access, homes_at_a_time=homes_at_a_time)
    ]
    assert all(len(portion) <= homes_at_a_time * len(access) for portion in portions)
    pd.testing.assert_frame_equal(pd.concat(portions, ignore_index=True), whole, check_exact=True)


def test_a_town_without_any_place_is_measured_too(measure):
    demand, _, _, access, _ = measure(CROSS, CROSS_WAYS, {"west": (100, 20)}, {})
    table = conform_table(build_access(demand, access), "access")
    assert table["walk_min"].isna().all()
    assert (table[["places_within_15_min", "kinds_within_5_min", "seats_e2sfca"]] == 0).all(axis=None)


def test_tables_in_another_crs_are_refused(measure):
    demand, supply, tables, _, settings_of = measure(CROSS, CROSS_WAYS, {"west": (100, 20)}, PLACES)
    other = gpd.GeoDataFrame(supply).set_crs("EPSG:25833", allow_override=True)
    with pytest.raises(CrsError):
        measure_access(
            demand, other, ways=lay_ways(*tables, snap_distance_m=300, scrap_length_m=0), **settings_of
        )


def lay_out(town, kinds):
    """Return a drawn town with classed places, some of its ways being stairs."""
    nodes, ways, homes, places = town
    named = {f"{n}": tuple(xy) for n, xy in enumerate(homes.tolist())}
    classes = sorted(GROUPS)
    sites = {f"{n}": (tuple(xy), classes[kinds[n]]) for n, xy in enumerate(places.tolist())}
    return nodes, ways, named, sites


# Two walkers will do: one for all ways, one without stairs.
TWO = {
    "profiles": {key: PROFILE.walking.profiles[key] for key in ("senior", "step_free")},
    "default_profile": "senior",
}
KINDS = st.lists(st.integers(0, 3), min_size=4, max_size=4)


@settings(max_examples=8, deadline=None)
@given(towns(), KINDS, st.lists(st.integers(1, 60), min_size=6, max_size=6), st.booleans())
def test_every_table_says_what_networkx_and_plain_loops_say(measure, town, kinds, people, has_stairs):  # noqa: PLR0917
    nodes, ways, homes, places = lay_out(town, kinds)
    steps, doubtful = (list(ways)[:1], list(ways)[1:3]) if has_stairs else ([], [])
    demand, supply, tables, access, settings_of = measure(
        nodes,
        ways,
        homes,
        places,
        steps=steps,
        doubtful=doubtful,
        persons=np.array(people[: len(homes)], float),
        **TWO,
    )
    strata = build_strata(demand, DISTRICTS, groups=[])
    built = {
        "district_walks": pick_people(build_district_walks(strata, access), EXACT),
        "district_choice": pick_people(build_district_choice(strata, access, choice_count=3), EXACT),
        "district_seats": pick_people(build_district_seats(strata, access), EXACT),
    }
    oracle = Oracle(demand, supply, tables, **settings_of)
    areas = [("city", ""), ("fine", "01"), ("fine", "02")]
    assert check_town(oracle, build_access(demand, access), tables=built, areas=areas) > 0


@settings(max_examples=8, deadline=None)
@given(towns(), KINDS)
def test_one_place_more_never_makes_a_walk_longer_or_a_count_smaller(measure, town, kinds):
    nodes, ways, homes, places = lay_out(town, kinds)
    fewer = dict(list(places.items())[:-1])
    less, more = (measure(nodes, ways, homes, sites, **TWO)[3] for sites in (fewer, places))
    for key, profile in more.items():
        for destination, walks in less[key].walks.items():
            assert (profile.walks[destination].distance_m <= walks.distance_m).all()
        for minutes, count in profile.places.items():
            for more_of, less_of in (
                (count, less[key].places[minutes]),
                (profile.kinds[minutes], less[key].kinds[minutes]),
            ):
                assert (more_of.at_least >= less_of.at_least).all()
                assert (more_of.at_most >= more_of.at_least).all()


@settings(max_examples=8, deadline=None)
@given(towns(), KINDS, st.integers(1, 40), st.booleans())
def test_portions_of_places_change_nothing_not_even_the_last_bit(measure, town, kinds, walks, has_stairs):  # noqa: PLR0917
    nodes, ways, homes, places = lay_out(town, kinds)
    steps, doubtful = (list(ways)[:1], list(ways)[1:3]) if has_stairs else ([], [])
    whole, portions = (
        measure(nodes, ways, homes, places, steps=steps, doubtful=doubtful, walks_at_a_time=n, **TWO)
        for n in (1_000_000, walks)
    )
    tables = [build_access(demand, access) for demand, _, _, access, _ in (whole, portions)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    for key, profile in portions[3].items():
        for seats in ("seats_e2sfca", "seats_balanced", "level_bfca"):
            assert np.array_equal(getattr(profile, seats), getattr(whole[3][key], seats))
        for destination, walked in profile.walks.items():
            assert np.array_equal(walked.at_least_m, whole[3][key].walks[destination].at_least_m)


@settings(max_examples=8, deadline=None)
@given(towns(), KINDS, st.permutations(range(4)))
def test_the_order_of_homes_and_places_has_no_influence(measure, town, kinds, order):  # noqa: PLR0917
    nodes, ways, homes, places = lay_out(town, kinds)
    turned = {key: places[key] for key in (str(n) for n in order) if key in places}
    backwards = dict(reversed(homes.items()))
    first, second = (
        measure(nodes, ways, *listed, **TWO)[::3] for listed in ((homes, places), (backwards, turned))
    )
    tables = [conform_table(build_access(demand, access), "access") for demand, access in (first, second)]
    pd.testing.assert_frame_equal(*tables, rtol=1e-6)
