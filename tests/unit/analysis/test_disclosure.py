# SPDX-License-Identifier: MIT
"""Disclosure control against an attacker who knows the map, the program and all that is published."""

from itertools import combinations, pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linprog, milp

from begegnung_geo.analysis.coverage import build_coverage, publish_coverage
from begegnung_geo.analysis.disclosure import (
    order_homes,
    protect_people,
    publish_count,
    publish_frame,
    publish_share,
)
from begegnung_geo.profile import Publication, Walking, WalkingProfile

CRS = "EPSG:25832"
PUBLICATION = Publication(suppress_below=10, round_to=5, share_base_min=100)
PACKET = PUBLICATION.round_to
WALKING = Walking(
    thresholds_min=(5, 10),
    default_profile="senior",
    snap_distance_m=300,
    scrap_length_m=1000,
    profiles={
        "senior": WalkingProfile(speed_m_s=1.0, reason="300 and 600 m"),
        "step_free": WalkingProfile(speed_m_s=1.0, step_free=True, reason="the same without steps"),
    },
)
DISTRICTS = gpd.GeoDataFrame(
    {
        "level": ["borough", "borough", "bezirk", "bezirk", "bezirk"],
        "district_id": ["A", "B", "a", "b", "c"],
        "area_km2": [4.0, 4.0, 1.0, 1.0, 1.0],
    },
    geometry=[shapely.box(0, 0, 1, 1)] * 5,
    crs=CRS,
)


def build_demand(persons, *, bezirke, walks, **groups):
    count = len(persons)
    walk = np.asarray(walks, dtype=float)
    return gpd.GeoDataFrame(
        {
            "demand_id": pd.Series([f"c{n:03d}" for n in range(count)], dtype="str"),
            "persons": np.asarray(persons, dtype=float),
            "walk_distance_m": walk,
            "walk_distance_step_free_m": walk + np.arange(count) % 3 * 100.0,
            "walk_distance_step_free_min_m": walk,
            "air_distance_m": 100.0,
            "status": pd.Series(["reached"] * count, dtype="str"),
            "district_id_borough": pd.Series(["B" if b == "c" else "A" for b in bezirke], dtype="str"),
            "district_id_bezirk": pd.Series(list(bezirke), dtype="str"),
            **{f"persons_{name}": np.asarray(values, dtype=float) for name, values in groups.items()},
        },
        geometry=shapely.points(np.arange(count) * 70.0 % 900, np.arange(count) * 130.0 % 1100),
        crs=CRS,
    )


def protect(demand):
    gaps = pd.Series(pd.NA, index=demand.index, dtype="Int64")
    order = order_homes(demand, DISTRICTS, walking=WALKING, gap_of_home=gaps)
    return protect_people(demand, order=order, packet=PACKET), order


# --- what the packets are ---


def test_running_totals_are_rounded_down_and_nobody_is_lost_on_the_way():
    demand = build_demand([3, 4, 3.5, 12, 2.5], bezirke="aabbc", walks=[100, 200, 100, 200, 100])
    protected, order = protect(demand)
    # In the row: running totals 3, 7, 10.5, 22.5, 25, rounded down 0, 5, 10, 20, 25.
    assert order.tolist() == [0, 1, 2, 3, 4]
    assert protected["persons"].tolist() == [0, 5, 5, 10, 5]


def test_an_official_total_in_multiples_of_five_is_told_exactly():
    # Tenths add up to 10 only up to float noise.
    demand = build_demand([0.1] * 100, bezirke="a" * 100, walks=[100] * 100)
    assert protect(demand)[0]["persons"].sum() == 10


def test_the_row_goes_by_district_then_gap_then_near_to_far():
    demand = build_demand([10] * 6, bezirke="cbabaa", walks=[100, 700, 700, 100, 250, 650])
    gaps = pd.Series([None, 0, 1, None, None, None], dtype="Int64")
    order = order_homes(demand, DISTRICTS, walking=WALKING, gap_of_home=gaps)
    assert order.tolist() == [4, 5, 2, 3, 1, 0]


def test_the_row_is_the_same_whatever_the_order_of_the_table():
    demand = build_demand(range(1, 13), bezirke="abc" * 4, walks=[300] * 12)
    turned = demand.iloc[::-1].reset_index(drop=True)
    first, _ = protect(demand)
    second, _ = protect(turned)
    again = second.set_index("demand_id")["persons"].reindex(first["demand_id"])
    assert again.tolist() == first["persons"].tolist()


def test_nested_age_groups_stay_nested_and_unknown_ones_stay_unknown():
    demand = build_demand(
        [40, 40, 40], bezirke="aaa", walks=[1, 2, 3],
        **{"65_plus": [9, np.nan, 9], "80_plus": [4, np.nan, 4]},
    )  # fmt: skip
    protected, _ = protect(demand)
    # 80 and over: 4, 4, 8 -> 0, 0, 5; 65 to 79: 5, 5, 10 -> 5, 5, 10.
    assert protected["persons_80_plus"].tolist()[::2] == [0, 5]
    assert protected["persons_65_plus"].tolist()[::2] == [5, 10]
    assert protected[["persons_65_plus", "persons_80_plus"]].iloc[1].isna().all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 900), st.floats(0, 60)), min_size=1))
def test_every_district_and_everyone_near_in_it_is_told_to_less_than_a_packet(homes):
    bezirke, walks, persons = zip(*homes, strict=True)
    demand = build_demand(persons, bezirke=bezirke, walks=walks)
    protected, _ = protect(demand)
    error = protected["persons"] - demand["persons"]
    assert (protected["persons"] % PACKET == 0).all()
    assert (protected["persons"] >= 0).all()
    assert -PACKET < error.sum() <= 1e-4
    for column in ("district_id_borough", "district_id_bezirk"):
        assert (error.groupby(demand[column]).sum().abs() < PACKET).all()
    for reach in (300, 600):
        near = error[demand["walk_distance_m"] <= reach]
        assert (near.groupby(demand["district_id_bezirk"]).sum().abs() < PACKET).all()


# --- the attacker who was told every packet, which nobody is ---


class Attacker:
    """
    Bounds true numbers by linear programming.

    Knows the homes, their row, the program, each home's packets in all and by group, and
    that groups are people. What is unknown are the people of each group in each home.
    """

    def __init__(self, demand, protected, *, order, groups):
        self.homes, self.parts = len(demand), [*groups, "rest"]
        count = self.homes * len(self.parts)
        running = np.tril(np.ones((self.homes, self.homes)))[:, np.argsort(order)]
        rows, told = [], []
        for number, group in enumerate(groups):
            row = np.zeros((self.homes, count))
            row[:, number * self.homes : (number + 1) * self.homes] = running
            rows.append(row)
            told.append(running @ protected[group].to_numpy())
        rows.append(np.tile(running, len(self.parts)))
        told.append(running @ protected["persons"].to_numpy())
        self.rows, self.told = np.vstack(rows), np.concatenate(told)

    def bound(self, weights, *, are_whole=False, at_least=0, is_rest_nobody=False):
        """
        Return the least and the largest weighted sum of people that fits what is known.

        `are_whole` adds that people are whole numbers (so that a running total is at most one less
        than a packet above what is told; the matrix is totally unimodular, so the ends are whole),
        `at_least` that so many live in every home, `is_rest_nobody` that the groups are everybody.
        """
        limits = np.concatenate([self.told + PACKET - are_whole, -self.told])
        homes = np.tile(np.eye(self.homes), len(self.parts))
        most = [None] * self.homes * (len(self.parts) - 1) + [0 if is_rest_nobody else None] * self.homes
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * weights,
                A_ub=np.vstack([self.rows, -self.rows, -homes]),
                b_ub=np.concatenate([limits, np.full(self.homes, -at_least)]),
                bounds=[(0, end) for end in most],
            )
            assert found.status == 0
            ends.append(sign * found.fun)
        return ends

    def weigh(self, homes, *, group=None):
        """Return the weights of all people, or those of a group, in some homes."""
        chosen = np.isin(np.arange(self.homes), homes).astype(float)
        of_part = [chosen * (group is None or part == group) for part in self.parts]
        return np.concatenate(of_part)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_set_of_people_is_pinned_below_a_packet_even_by_who_knows_every_packet(data):
    count = data.draw(st.integers(1, 9))
    draw = st.lists(st.integers(0, 9), min_size=count, max_size=count)
    young, old, rest = (np.array(data.draw(draw)) for _ in range(3))
    demand = build_demand(
        young + old + rest,
        bezirke=data.draw(st.lists(st.sampled_from("abc"), min_size=count, max_size=count)),
        walks=data.draw(st.lists(st.sampled_from([100, 400, 800]), min_size=count, max_size=count)),
        under_18=young,
        **{"65_plus": old},
    )
    protected, order = protect(demand)
    attacker = Attacker(demand, protected, order=order, groups=["persons_under_18", "persons_65_plus"])
    truth = np.concatenate([young, old, rest])
    homes = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    for group in (None, "persons_under_18", "persons_65_plus", "rest"):
        weights = attacker.weigh(list(homes), group=group)
        low, high = attacker.bound(weights)
        assert low - 1e-6 <= weights @ truth <= high + 1e-6
        assert high - low >= PACKET - 1e-6
        assert np.allclose(np.array([low, high]) / PACKET, np.round(np.array([low, high]) / PACKET))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from("abc")), min_size=1, max_size=9), st.data())
def test_whole_people_of_any_set_stay_at_least_five_numbers_wide(homes, data):
    persons, bezirke = zip(*homes, strict=True)
    demand = build_demand(persons, bezirke=bezirke, walks=[100.0] * len(homes))
    protected, order = protect(demand)
    attacker = Attacker(demand, protected, order=order, groups=[])
    chosen = data.draw(st.sets(st.integers(0, len(homes) - 1), min_size=1))
    low, high = attacker.bound(attacker.weigh(list(chosen)), are_whole=True)
    assert low <= sum(persons[home] for home in chosen) <= high
    assert high - low >= PACKET - 1 - 1e-6


def test_four_homes_in_a_row_without_a_packet_are_known_by_who_knows_that_somebody_lives_in_each():
    # What decision 0017 does not cover: less than a packet is shared by four homes of one person at least.
    demand = build_demand([5, 1, 1, 1, 1], bezirke="aaaaa", walks=[100.0] * 5)
    demand = demand.set_geometry(gpd.points_from_xy(np.arange(5) * 10.0, np.zeros(5)), crs=CRS)
    protected = protect_people(demand, order=np.arange(5), packet=PACKET)
    assert protected["persons"].tolist() == [5, 0, 0, 0, 0]
    attacker = Attacker(demand, protected, order=np.arange(5), groups=[])
    for home in (1, 2, 3, 4):
        weights = attacker.weigh([home])
        assert attacker.bound(weights, are_whole=True, at_least=1) == pytest.approx([1, 1])
        assert attacker.bound(weights) == pytest.approx([0, PACKET])


def test_groups_that_are_everybody_can_be_known_where_each_lacks_one_of_the_next_packet():
    # What decision 0017 does not cover: five groups, each told 20 and so at most 24, are 120 only as 24 each.
    groups = {f"part_{name}": np.array([24]) for name in "abcde"}
    demand = build_demand([120], bezirke="a", walks=[100.0], **groups)
    protected, order = protect(demand)
    attacker = Attacker(demand, protected, order=order, groups=[f"persons_{name}" for name in groups])
    weights = attacker.weigh([0], group="persons_part_a")
    assert attacker.bound(weights, are_whole=True, is_rest_nobody=True) == pytest.approx([24, 24])
    low, high = attacker.bound(weights, is_rest_nobody=True)
    assert high - low >= PACKET - 1e-6


# --- the attacker who reads what is published ---


def _list_sets(demand):
    """Return the homes that each published count speaks of, by name."""
    everyone = np.ones(len(demand), dtype=bool)
    areas = {"city": everyone}
    for column in ("district_id_borough", "district_id_bezirk"):
        areas |= {name: (demand[column] == name).to_numpy() for name in sorted(set(demand[column]))}
    near = {"persons": everyone}
    for column, profile in (("walk_distance_m", "senior"), ("walk_distance_step_free_m", "step_free")):
        for minutes in WALKING.thresholds_min:
            near[f"{profile}_{minutes}"] = (demand[column] <= minutes * 60).to_numpy()
    return {(area, who): areas[area] & near[who] for area in areas for who in near}


def _read_published(demand, protected):
    """Return each published count by the same names, null where it is hidden."""
    tables = zip(
        build_coverage(protected, DISTRICTS, walking=WALKING),
        build_coverage(demand, DISTRICTS, walking=WALKING),
        strict=True,
    )
    told = {}
    for packed, exact in tables:
        rules = {"publication": PUBLICATION, "unknown_share_max": 0.2}
        for row in publish_coverage(packed, exact, **rules).to_dict("records"):
            area = row.get("district_id", "city")
            told[area, "persons"] = row["persons"]
            told[area, f"{row['profile']}_{row['threshold_min']}"] = row["persons_covered"]
    return told


def _bound_from_site(weights, *, sets, told, order):
    """Bound a sum of people by all published counts: packets are whole, running totals rounded down."""
    count = len(order)
    running = np.tril(np.ones((count, count)))[:, np.argsort(order)]
    nothing = np.zeros((1, count))
    constraints = [LinearConstraint(np.hstack([running, -PACKET * running]), 0, PACKET)]
    for name, homes in sets.items():
        row = np.hstack([nothing, PACKET * homes[None, :]])
        hidden = np.isnan(told[name])
        constraints.append(LinearConstraint(row, 0 if hidden else told[name], 9 if hidden else told[name]))
        if hidden or told[name] > 0:
            constraints.append(LinearConstraint(np.hstack([homes[None, :], nothing]), 1e-3, np.inf))
    whole = np.repeat([0, 1], count)
    ends = []
    for sign in (1, -1):
        goal = np.concatenate([sign * weights, np.zeros(count)])
        found = milp(goal, constraints=constraints, integrality=whole)
        assert found.status == 0
        ends.append(sign * found.fun)
    return ends


def _build_small_town():
    # Bezirk a: 12 people, of whom 3 beyond ten minutes; b: 131; c, a borough of its own: 7.
    persons = [4, 5, 3, 40, 44, 38, 2, 7, 3, 4]
    walks = [100, 250, 700, 100, 250, 500, 550, 900, 200, 700]
    return build_demand(persons, bezirke="aaabbbbbcc", walks=walks)


def test_no_small_number_of_a_small_town_follows_from_all_that_is_published():
    demand = _build_small_town()
    protected, order = protect(demand)
    sets, told = _list_sets(demand), _read_published(demand, protected)
    assert set(told) >= set(sets)
    truth = demand["persons"].to_numpy()
    targets = dict(sets)
    for (one, first), (other, second) in combinations(sets.items(), 2):
        if first[second].all() or second[first].all():  # one within the other: their difference is a group
            targets[one, other] = first ^ second
    small = {name: homes for name, homes in targets.items() if 0 < truth[homes].sum() < 10}
    assert len(small) > 20
    for homes in {tuple(np.flatnonzero(homes)) for homes in small.values()}:
        weights = np.isin(np.arange(len(truth)), homes).astype(float)
        low, high = _bound_from_site(weights, sets=sets, told=told, order=order)
        assert low <= weights @ truth <= high
        assert high - low >= PACKET - 1e-2


def test_the_same_attacker_pins_people_where_each_figure_is_only_rounded():
    # The usual way: every figure to the nearest 5, those below 10 hidden. Bezirke of 18 and 18 in a
    # city of 36 are told as 20, 20 and 35: so each has at most 18 (and at least 17.5).
    told = {"a": 20.0, "b": 20.0, "city": 35.0}
    rows = np.array([[1, 0], [0, 1], [1, 1]])
    centre = np.array(list(told.values()))
    found = [
        linprog(
            [sign, 0],
            A_ub=np.vstack([rows, -rows]),
            b_ub=np.concatenate([centre + 2.5, 2.5 - centre]),
        )
        for sign in (1, -1)
    ]
    low, high = found[0].fun, -found[1].fun
    assert (low, high) == (17.5, 20.0)  # an interval of 2.5 where rounding promises 5


def test_published_counts_add_up_across_levels_and_rise_with_time():
    demand = _build_small_town()
    protected, _ = protect(demand)
    coverage, city = build_coverage(protected, DISTRICTS, walking=WALKING)
    keys = ["profile", "threshold_min"]
    for level in ("borough", "bezirk"):
        sums = coverage[coverage["level"] == level].groupby(keys)[["persons", "persons_covered"]].sum()
        assert sums.equals(city.set_index(keys)[["persons", "persons_covered"]])
    for _, rows in city.groupby("profile"):
        counts = rows.sort_values("threshold_min")["persons_covered"]
        assert all(first <= second for first, second in pairwise(counts))


# --- what is shown ---


@pytest.mark.parametrize(
    ("persons", "is_anybody", "shown"),
    [(0, False, 0), (0, True, None), (5, True, None), (10, True, 10), (1235, True, 1235), (12.4, True, 10)],
)
def test_small_counts_are_hidden_and_nobody_is_nobody(persons, is_anybody, shown):
    counts = publish_count(
        pd.Series([float(persons)]), publication=PUBLICATION, is_anybody=pd.Series([is_anybody])
    )
    assert counts.astype(object).where(counts.notna(), None).tolist() == [shown]


def test_no_share_on_fewer_than_a_hundred_people_or_of_a_hidden_count():
    part, base = pd.Series([50.0, 50, np.nan, 30, 120]), pd.Series([95.0, 100, 500, np.nan, 110])
    shares = publish_share(part, base, publication=PUBLICATION)
    assert shares.isna().tolist() == [True, False, True, True, False]
    assert shares[1] == 0.5
    assert shares[4] == 1.0  # packets of two groups may differ by one: a share stays a share


def test_a_table_hides_counts_and_the_figures_that_speak_of_them():
    exact = pd.DataFrame({"district_id": ["a", "b", "c"], "persons": [203.0, 4, 0], "near": [3.0, 4, 0]})
    protected = exact.assign(persons=[200.0, 5, 0], near=[0.0, 5, 0], median_min=[7.123456, 3.0, np.nan])
    published = publish_frame(
        protected,
        exact.assign(median_min=[7.2, 3.0, np.nan]),
        publication=PUBLICATION,
        counts=["persons", "near"],
        figures={"median_min": "persons"},
    )
    assert published["persons"].fillna(-1).tolist() == [200, -1, 0]
    assert published["near"].fillna(-1).tolist() == [-1, -1, 0]
    assert published["median_min"].fillna(-1).tolist() == [7.1235, -1, -1]


def test_tables_of_other_rows_are_a_fault_of_the_program():
    one = pd.DataFrame({"district_id": pd.Series(["a"], dtype="str"), "persons": [200.0]})
    other = one.assign(district_id=pd.Series(["b"], dtype="str"))
    with pytest.raises(ValueError, match="same rows"):
        publish_frame(one, other, publication=PUBLICATION, counts=["persons"], figures={})


def test_a_profile_that_could_not_keep_its_promise_is_refused():
    with pytest.raises(ValueError, match="more than twice round_to"):
        Publication(suppress_below=10, round_to=1, share_base_min=100)
