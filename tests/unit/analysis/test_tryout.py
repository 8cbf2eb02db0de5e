# SPDX-License-Identifier: MIT
"""What if other places were open: every set of a small town, held against a run with just these places."""

from itertools import chain, combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from begegnung_geo.analysis.coverage import build_coverage, publish_coverage
from begegnung_geo.analysis.network import build_network
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.try_groups import RANKS, build_try_groups, count_try_walks, cut_try_walks
from begegnung_geo.analysis.tryout import FOOTINGS, TryRules, survey_tryout, tell_open_coverage
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.profile import Coverage, Headline, Publication, Walking, WalkingProfile
from begegnung_geo.schema import conform_table

PACKET, HIDDEN_BELOW = 5, 10
# A street with stairs and a way of which nobody knows, and an island of paths that leads nowhere.
NODES = {1: (0, 0), 2: (400, 0), 3: (800, 0), 4: (1200, 0), 5: (800, 400), 6: (400, 700), 7: (700, 700)}
WAYS = {10: [1, 2], 11: [2, 3], 12: [3, 4], 13: [3, 5], 20: [6, 7]}
HOMES = {
    "a": (10, 0), "b": (250, 10), "c": (500, 0), "d": (790, 5), "e": (1190, 0), "f": (805, 390),
    "island": (410, 700), "lost": (5000, 5000), "few": (1000, 5), "nobody": (600, 0),
}  # fmt: skip
PERSONS = [100.0, 45.0, 60.0, 30.0, 20.0, 15.0, 35.0, 25.0, 5.0, 0.0]
COUNTED = {"hall": (0, 0), "café": (420, 5), "beyond": (1150, 5)}
POTENTIAL = {"club": (790, 380), "hut": (690, 700), "nowhere": (-4000, 0)}
EVERY = (*COUNTED, *POTENTIAL)
RULES = TryRules(
    walking=Walking(
        thresholds_min=(5, 10),
        default_profile="adult",
        snap_distance_m=100,
        scrap_length_m=0,
        profiles={
            "adult": WalkingProfile(speed_m_s=1.0, reason="300 and 600 m"),
            "level": WalkingProfile(speed_m_s=0.75, step_free=True, reason="225 and 450 m"),
        },
    ),
    coverage=Coverage(
        headline=(Headline(profile="adult", threshold_min=5),),
        counted_standing=(),
        counted_if_consumption_free=(),
        unknown_share_max=0.2,
    ),
    publication=Publication(suppress_below=HIDDEN_BELOW, round_to=PACKET, share_base_min=50),
)
DISTRICTS = pd.DataFrame({"level": "bezirk", "district_id": ["1", "2", "3"], "name": ["x", "y", "z"]})


class Town:
    """The town, its ground, and a fresh run for any set of places."""

    def __init__(self, build_walkways, build_points) -> None:
        walkways = build_walkways(NODES, WAYS, steps=[11])
        walkways.loc[walkways["way_id"] == 12, "step_free"] = "unknown"
        self.ways = lay_ways(*build_network(walkways), snap_distance_m=100, scrap_length_m=0)
        self.cells = build_points(HOMES, "cell_id").assign(
            persons=PERSONS, is_estimated=False, district_id_bezirk=[*"1112222", None, "2", "3"]
        )
        self.counted = build_points(COUNTED, "begegnungsort_id")
        self.potential = build_points(POTENTIAL, "begegnungsort_id")
        self.told = {}
        self.demand, _ = assign_walk_distance(self.cells, self.counted, ways=self.ways)
        # Packets of this town: whole ones, and one home whose people fill none.
        self.protected = self.demand.assign(
            persons=[100.0, 45.0, 60.0, 30.0, 20.0, 15.0, 35.0, 25.0, 0.0, 0.0]
        )
        self.ground = survey_tryout(
            self.demand,
            self.counted,
            self.potential,
            neighbour_ids={"beyond"},
            ways=self.ways,
            walking=RULES.walking,
        )

    def tell(self, ids, rules=RULES):
        key = (tuple(ids), rules)
        if key not in self.told:
            self.told[key] = self._tell(ids, rules)
        return self.told[key]

    def _tell(self, ids, rules):
        is_open = self.ground.places["begegnungsort_id"].isin(ids).to_numpy(dtype=bool)
        homes = (self.demand, self.protected)
        return tell_open_coverage(homes, DISTRICTS, ground=self.ground, is_open=is_open, rules=rules)

    def run(self, ids):
        """Search the network anew with just these places, as the pipeline does."""
        every = gpd.GeoDataFrame(pd.concat([self.counted, self.potential], ignore_index=True))
        fresh, _ = assign_walk_distance(
            self.cells, every[every["begegnungsort_id"].isin(ids)], ways=self.ways
        )
        packed = fresh.assign(persons=self.protected["persons"])
        tables = zip(
            *(build_coverage(d, DISTRICTS, walking=RULES.walking) for d in (packed, fresh)), strict=True
        )
        return tuple(
            publish_coverage(p, e, publication=RULES.publication, unknown_share_max=limit)
            for (p, e), limit in zip(tables, (RULES.coverage.unknown_share_max, 1.0), strict=True)
        )


@pytest.fixture(scope="module")
def town(build_walkways, build_points):
    return Town(build_walkways, build_points)


def list_sets():
    return chain.from_iterable(combinations(EVERY, size) for size in range(len(EVERY) + 1))


def test_every_set_of_places_has_the_figures_of_a_run_with_just_these(town):
    for ids in list_sets():
        for told, fresh in zip(town.tell(ids), town.run(ids), strict=True):
            pd.testing.assert_frame_equal(told, fresh)


def test_covered_people_are_those_whom_a_walk_worked_out_by_hand_leads_to_an_open_place(town):
    at = {**HOMES, **COUNTED, **POTENTIAL}

    # The street along y = 0, the branch along x = 800, the island along y = 700: legs are straight.
    def walk(home, place):
        (hx, hy), (px, py) = at[home], at[place]
        if home == "lost" or place == "nowhere" or (home == "island") != (place == "hut"):
            return np.inf
        if home == "island":
            return abs(hx - px)
        on_branch = [abs(x - 800) < abs(y) for x, y in ((hx, hy), (px, py))]
        if all(on_branch):
            return abs(hy - py) + abs(hx - 800) + abs(px - 800)
        if any(on_branch):
            (bx, by), (sx, sy) = ((hx, hy), (px, py)) if on_branch[0] else ((px, py), (hx, hy))
            return abs(bx - 800) + by + abs(sx - 800) + abs(sy)
        return abs(hx - px) + abs(hy) + abs(py)

    for ids in list_sets():
        _, city = town.tell(ids)
        for minutes, reach in ((5, 300.0), (10, 600.0)):
            covered = [h for h in HOMES if any(walk(h, p) <= reach for p in ids)]
            packed = town.protected.set_index("demand_id")["persons"]
            expected = packed[covered].sum()
            is_anybody = any(dict(zip(HOMES, PERSONS, strict=True))[h] > 0 for h in covered)
            row = city[(city["profile"] == "adult") & (city["threshold_min"] == minutes)].iloc[0]
            is_hidden = is_anybody and expected < HIDDEN_BELOW
            assert np.isnan(row["persons_covered"]) if is_hidden else row["persons_covered"] == expected


def test_no_set_tells_a_number_below_the_limit_and_all_are_whole_packets(town):
    counts = ["persons", "persons_covered", "persons_unknown", "persons_beyond"]
    for ids in list_sets():
        for table in town.tell(ids):
            told = pd.Series(table[counts].to_numpy().ravel()).dropna()
            assert ((told == 0) | (told >= HIDDEN_BELOW)).all()
            assert (told % PACKET == 0).all()


def test_shares_that_are_withheld_stay_withheld_whatever_opens(town):
    rules = TryRules(RULES.walking, RULES.coverage, RULES.publication, has_shares=False)
    for table in town.tell(EVERY, rules):
        assert table[["covered_share", "covered_share_max"]].isna().all(axis=None)
        assert table["persons_covered"].notna().any()


def test_open_sets_are_todays_with_changes_and_unknown_ids_do_nothing(town):
    def names(**change):
        return set(town.ground.places["begegnungsort_id"][town.ground.find_open(**change)])

    assert names() == set(COUNTED)
    assert names(opened=["club", "<b>"], closed=["hall", "?"]) == {"café", "beyond", "club"}


def group_homes(ground, demand, protected):
    groups, reached = build_try_groups(ground, demand, protected, walking=RULES.walking, packet=PACKET)
    walks = pd.concat(cut_try_walks(reached), ignore_index=True)
    assert len(walks) == count_try_walks(reached)
    return groups, walks


def test_groups_keep_everybody_and_leave_out_where_nobody_lives(town):
    groups, walks = group_homes(town.ground, town.demand, town.protected)
    conform_table(groups, "try_groups")
    conform_table(walks, "try_walks")
    conform_table(town.ground.tabulate(), "try_places")
    assert groups["packets"].sum() * PACKET == town.protected["persons"].sum()
    assert len(groups) == len(HOMES) - 1  # no two of them reach the same; at "nobody" lives nobody
    assert (groups["packets"] == 0).sum() == 1  # the few
    none = len(RULES.walking.list_reaches())
    assert (walks[list(RANKS)] < none).any(axis="columns").all()


def test_no_group_and_no_walk_depends_on_how_many_are_gone_through_at_a_time(town):
    groups, walks = group_homes(town.ground, town.demand, town.protected)
    for at_a_time in (1, 2, 3):
        again, reached = build_try_groups(
            town.ground,
            town.demand,
            town.protected,
            walking=RULES.walking,
            packet=PACKET,
            homes_at_a_time=at_a_time,
        )
        pd.testing.assert_frame_equal(again, groups)
        portions = list(cut_try_walks(reached, groups_at_a_time=at_a_time))
        assert len(portions) == -(-len(groups) // at_a_time)
        pd.testing.assert_frame_equal(pd.concat(portions, ignore_index=True), walks)


def test_groups_reach_what_a_table_of_all_pairs_says(town):
    # The same by loops over pairs: home by home, place by place, the first reach that is long enough.
    groups, walks = group_homes(town.ground, town.demand, town.protected)
    reaches_m = RULES.walking.list_reaches()
    matrices = [*(town.ground.matrices[footing] for footing in FOOTINGS), town.ground.strays]
    expected = set()
    for home in np.flatnonzero(town.demand["persons"] > 0):
        rows = []
        for place in range(len(town.ground.places)):
            ranks = []
            for matrix in matrices:
                own = slice(*matrix.indptr[home : home + 2])
                found = dict(zip(matrix.place[own], matrix.distance_m[own], strict=True))
                ranks.append(sum(found.get(place, np.inf) > reach_m for reach_m in reaches_m))
            if min(ranks) < len(reaches_m):
                rows.append((place, *ranks))
        expected.add(tuple(rows))
    by_group = walks.groupby("group")[["position", *RANKS]]
    found = {group: tuple(map(tuple, rows.to_numpy().tolist())) for group, rows in by_group}
    assert {found.get(group, ()) for group in groups["group"]} == expected


def test_homes_that_reach_the_same_in_the_same_times_are_one_group(build_walkways, build_points):
    town = Town(build_walkways, build_points)
    twice = gpd.GeoDataFrame(
        pd.concat([town.demand, town.demand.assign(demand_id="x" + town.demand["demand_id"])])
    )
    ground = survey_tryout(
        twice, town.counted, town.potential, neighbour_ids=(), ways=town.ways, walking=RULES.walking
    )
    groups, walks = group_homes(ground, twice, twice)
    once, walks_once = group_homes(town.ground, town.demand, town.demand)
    assert groups["packets"].tolist() == (once["packets"] * 2).tolist()
    pd.testing.assert_frame_equal(walks, walks_once)


def test_a_town_without_places_or_people_is_no_error(town):
    nowhere = survey_tryout(
        town.demand,
        town.counted[:0],
        town.potential[:0],
        neighbour_ids=(),
        ways=town.ways,
        walking=RULES.walking,
    )
    groups, walks = group_homes(nowhere, town.demand, town.protected)
    assert len(walks) == 0
    assert groups["packets"].sum() * PACKET == town.protected["persons"].sum()
    nobody = survey_tryout(
        town.demand[:0], town.counted, town.potential, neighbour_ids=(), ways=town.ways, walking=RULES.walking
    )
    groups, walks = group_homes(nobody, town.demand[:0], town.protected[:0])
    assert len(groups) == len(walks) == 0
