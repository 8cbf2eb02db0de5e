# SPDX-License-Identifier: MIT
"""District measures of homes whose walks are given: small enough to count on one's fingers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis import measures
from begegnung_geo.analysis.access import ANY_PLACE, CHOICE, Counts, ProfileAccess, Walks
from begegnung_geo.analysis.measures import pick_people, publish_measures, withhold_measures
from begegnung_geo.analysis.reach_tally import Tally
from begegnung_geo.analysis.strata import EXACT, PACKED, build_strata
from begegnung_geo.profile import Publication
from begegnung_geo.schema import conform_table

DISTRICTS = pd.DataFrame({"level": ["fine"] * 3, "district_id": ["01", "02", "03"]}, dtype="str")
INF = np.inf


def build_district_walks(homes, access):
    """Return the table of homes whose people are counted once."""
    return pick_people(measures.build_district_walks(homes, access), EXACT)


def build_district_choice(homes, access, *, choice_count):
    """Return the table of homes whose people are counted once."""
    return pick_people(measures.build_district_choice(homes, access, choice_count=choice_count), EXACT)


def build_district_seats(homes, access):
    """Return the table of homes whose people are counted once."""
    return pick_people(measures.build_district_seats(homes, access), EXACT)


NO_WALKS = Tally(0, kind=np.zeros(0, np.int64), reaches_m=[], zone_ends_m=[], rank=1).join_zones()


def build_access(distance_m, at_least_m=None, *, places=None, seats=None, speed_m_s=1.0):
    """Return what a profile reaches: walks to any place, counts at 10 minutes (600 m at 1 m/s)."""
    walks = Walks.build(np.array(distance_m, float), np.array(at_least_m or distance_m, float))
    count = np.array(places if places is not None else walks.distance_m <= 600 * speed_m_s, dtype=np.int64)
    at_most = np.where(walks.find_unknown(600 * speed_m_s), np.inf, count)
    chairs = np.array(seats if seats is not None else count, dtype=float)
    return ProfileAccess(
        speed_m_s,
        {ANY_PLACE: walks, CHOICE: walks},
        places={10: Counts(count, at_most)},
        kinds={10: Counts(np.minimum(count, 2), at_most)},
        seats_e2sfca=chairs,
        seats_balanced=chairs / 2,
        level_bfca=chairs,
        catchment_m=900.0,
        zones=NO_WALKS,
    )


def build_homes(rows):
    """Return strata of homes: people, old people (None is unknown), district."""
    homes = pd.DataFrame(rows, columns=["persons", "persons_65_plus", "district_id_fine"])
    typed = homes.astype({"persons": float, "persons_65_plus": float})
    return build_strata(typed, DISTRICTS, groups=["persons_65_plus"])


HOMES = [(60, 30, "01"), (30, None, "01"), (10, 10, "02")]


def pick(table, level, district_id, group, **keys):  # noqa: PLR0917
    """Return the one row of an area and group."""
    is_row = (table["level"] == level) & (table["district_id"] == district_id)
    is_row &= table["persons_group"] == group
    for name, value in keys.items():
        is_row &= table[name] == value
    (row,) = table[is_row].to_dict("records")
    return row


def test_median_and_nine_in_ten_in_metres_and_minutes():
    # 100 people: 60 walk 300 m, 30 walk 500 m, 10 walk 900 m. Person 50: 300 m, person 90: 500 m.
    table = build_district_walks(build_homes(HOMES), {"senior": build_access([300, 500, 900])})
    row = pick(table, "city", "", "all", destination="any")
    assert (row["median_m"], row["p90_m"], row["median_min"], row["p90_min"]) == pytest.approx(
        (300, 500, 5, 500 / 60)
    )
    assert pick(table, "fine", "02", "all", destination="any")["median_m"] == 900


def test_a_group_is_weighed_by_its_own_people_where_they_are_known():
    # 40 known old people: 30 at 300 m, 10 at 900 m; nobody knows how many of the 30 are old.
    table = build_district_walks(build_homes(HOMES), {"senior": build_access([300, 500, 900])})
    row = pick(table, "city", "", "65_plus", destination="any")
    assert (row["persons"], row["persons_without_group"]) == (40, 30)
    assert (row["median_m"], row["p90_m"]) == (300, 900)
    nobody = pick(table, "fine", "03", "all", destination="any")
    assert nobody["persons"] == 0
    assert np.isnan(nobody["median_m"])


def test_where_a_group_is_known_for_nobody_there_is_no_figure_and_no_zero():
    homes = build_homes([(60, 30, "01"), (30, None, "02")])
    access = {"senior": build_access([300, 500])}
    for table, more in (
        (build_district_walks(homes, access), {"destination": "any"}),
        (build_district_choice(homes, access, choice_count=3), {}),
        (build_district_seats(homes, access), {}),
    ):
        row = pick(table, "fine", "02", "65_plus", **more)
        assert np.isnan(row["persons"])
        unsure = [
            name for name in row if name in ("persons_unknown", "persons_without_walk", "persons_ranged")
        ]
        assert unsure
        assert np.isnan([row[name] for name in unsure]).all()
        assert row["persons_without_group"] == 30
        figures = [row[c] for c in table if c.endswith(("_share", "_share_max", "_m", "_mean", "_balanced"))]
        assert np.isnan(figures).all()


def test_unknown_walks_make_a_range_of_distances():
    # 40 of 100 people live off the map: the median is the 10th of 60 known ones, or the 50th.
    homes = build_homes([(15, 0, "01"), (45, 0, "01"), (40, 0, "01")])
    access = {"senior": build_access([100, 800, INF], [100, 800, 0])}
    row = pick(build_district_walks(homes, access), "city", "", "all", destination="any")
    assert (row["persons_without_walk"], row["persons_ranged"]) == (40, 0)
    assert (row["median_m"], row["median_max_m"]) == (100, 800)
    assert row["p90_m"] == 800
    assert np.isnan(row["p90_max_m"])  # if all forty are far, so is the ninetieth


def test_an_isolated_home_is_at_least_as_far_as_the_bird_flies():
    homes = build_homes([(40, 0, "01"), (60, 0, "01")])
    access = {"senior": build_access([100, INF], [100, 700])}
    row = pick(build_district_walks(homes, access), "city", "", "all", destination="any")
    assert row["median_m"] == 700
    choice = pick(build_district_choice(homes, access, choice_count=3), "city", "", "all")
    assert choice["persons_unknown"] == 0  # beyond 600 m in any case
    assert choice["covered_share"] == choice["covered_share_max"] == 0.4


def test_shares_choice_and_counts_by_hand():
    # Within 600 m: 60 people have four places, 30 have one, 10 have none.
    access = {"senior": build_access([300, 500, 900], places=[4, 1, 0])}
    table = build_district_choice(build_homes(HOMES), access, choice_count=3)
    row = pick(table, "city", "", "all", threshold_min=10)
    assert (row["covered_share"], row["choice_share"]) == pytest.approx((0.9, 0.6))
    assert (row["places_median"], row["kinds_median"]) == (4, 2)
    assert (row["places_mean"], row["kinds_mean"]) == pytest.approx((2.7, 1.5))
    old = pick(table, "city", "", "65_plus", threshold_min=10)
    assert (old["persons_covered"], old["covered_share"], old["places_median"]) == (30, 0.75, 4)


def test_unknown_counts_as_none_and_as_very_many_and_not_in_the_mean():
    homes = build_homes([(50, 0, "01"), (10, 0, "01"), (40, 0, "01")])
    access = {"senior": build_access([300, 900, INF], [300, 900, 0], places=[2, 0, 0])}
    row = pick(build_district_choice(homes, access, choice_count=2), "city", "", "all")
    assert (row["covered_share"], row["covered_share_max"]) == pytest.approx((0.5, 0.9))
    assert (row["choice_share"], row["choice_share_max"]) == pytest.approx((0.5, 0.9))
    assert (row["places_median"], row["places_median_max"]) == (0, 2)
    assert row["places_mean"] == pytest.approx(100 / 60)


def test_seats_are_the_mean_of_the_people_whose_walk_is_known():
    homes = build_homes([(50, 10, "01"), (10, 10, "01"), (40, 0, "01")])
    access = {"senior": build_access([300, 900, INF], [300, 900, 0], seats=[0.06, 0.03, 0])}
    row = pick(build_district_seats(homes, access), "city", "", "all")
    assert (row["seats_e2sfca"], row["seats_balanced"]) == pytest.approx((55, 27.5))
    assert pick(build_district_seats(homes, access), "city", "", "65_plus")["seats_e2sfca"] == pytest.approx(
        45
    )


def test_figures_of_all_people_are_withheld_where_only_some_are_counted():
    access = {"senior": build_access([300, 500, 900])}
    table = build_district_choice(build_homes(HOMES), access, choice_count=3)
    withheld = withhold_measures(table)
    row, old = pick(withheld, "city", "", "all"), pick(withheld, "city", "", "65_plus")
    assert np.isnan([row[name] for name in ("covered_share", "choice_share_max", "places_mean")]).all()
    assert row["persons"] == 100
    assert old == pick(table, "city", "", "65_plus")
    told = publish_measures(withheld, withheld, **RULES, is_part=True)
    assert pick(told, "city", "", "all")["withheld"] == "part_counted"
    walks = withhold_measures(build_district_walks(build_homes(HOMES), access))
    assert np.isnan(pick(walks, "city", "", "all", destination="any")["p90_max_min"])


RULES = {
    "publication": Publication(suppress_below=10, round_to=5, share_base_min=100),
    "unknown_share_max": 0.2,
}


def publish(rows, packed_rows, build, access):  # noqa: PLR0917
    """Return a table as published: of homes, and of the same homes with packed people."""
    packed, exact = (build(build_homes(of), access) for of in (packed_rows, rows))
    return publish_measures(packed, exact, **RULES)


def test_few_people_are_hidden_and_small_groups_have_no_figures():
    rows, packed = (
        [(118, 60, "01"), (7, 7, "01"), (40, 30, "02")],
        [(115, 60, "01"), (10, 5, "01"), (40, 30, "02")],
    )
    access = {"senior": build_access([300, 900, 500], places=[3, 0, 1])}
    table = publish(rows, packed, lambda homes, of: build_district_choice(homes, of, choice_count=3), access)
    row = pick(table, "fine", "01", "all")
    assert (row["persons"], row["persons_covered"], row["persons_beyond"]) == (125, 115, 10)
    assert row["covered_share"] == pytest.approx(115 / 125)
    assert row["places_median"] == 3
    old = pick(table, "fine", "01", "65_plus")  # 65 people are too few for a share
    assert (old["persons"], old["persons_covered"]) == (65, 60)
    assert np.isnan(old["persons_beyond"])  # packed to 5 of 7: hidden, not none
    assert np.isnan([old["covered_share"], old["places_median"], old["kinds_mean"]]).all()
    assert (row["withheld"], old["withheld"]) == ("", "few_people")
    assert pick(table, "fine", "03", "all")["persons"] == 0
    assert len(conform_table(table, "published_district_choice")) == len(table)


def test_nothing_is_said_where_too_many_walks_or_numbers_of_a_group_are_unknown():
    rows = [(300, 200, "01"), (100, None, "01"), (300, 200, "02"), (100, 90, "02")]
    access = {"senior": build_access([300, 500, 300, INF], [300, 500, 300, 0])}
    table = publish(rows, rows, build_district_walks, access)
    for district, group, is_told in (("01", "all", True), ("01", "65_plus", False), ("02", "all", False)):
        row = pick(table, "fine", district, group, destination="any")
        assert np.isnan(row["median_min"]) != is_told
        assert row["withheld"] == (
            "" if is_told else "group_unknown" if group == "65_plus" else "walk_unknown"
        )
    assert len(conform_table(table, "published_district_walks")) == len(table)
    seats = publish(rows, rows, build_district_seats, access)
    assert pick(seats, "fine", "01", "all")["seats_balanced"] > 0
    assert len(conform_table(seats, "published_district_seats")) == len(seats)


def test_walks_known_to_both_ends_are_told_however_many_they_are():
    # Without steps: 300 people walk 200 to 300 m, 100 exactly 500 m; of 50 no walk is known at all.
    rows = [(300, 0, "01"), (100, 0, "01"), (50, 0, "01")]
    access = {"step_free": build_access([300, 500, INF], [200, 500, 400])}
    table = publish(rows, rows, build_district_walks, access)
    row = pick(table, "city", "", "all", destination="any")
    assert (row["persons_ranged"], row["persons_without_walk"]) == (300, 50)
    assert (row["median_m"], row["median_max_m"]) == (200, 300)
    assert row["p90_m"] == 500  # the 405th of 450
    assert np.isnan(row["p90_max_m"])  # the fifty rank last
    # With 150 of 550 unknown (27 %) nothing is said.
    more = [(300, 0, "01"), (100, 0, "01"), (150, 0, "01")]
    silent = pick(publish(more, more, build_district_walks, access), "city", "", "all", destination="any")
    assert np.isnan([silent["median_m"], silent["median_max_m"], silent["p90_m"]]).all()
    assert silent["persons_without_walk"] == 150
    assert (silent["withheld"], row["withheld"]) == ("walk_unknown", "")


def test_people_counted_twice_are_told_apart():
    rows = pd.DataFrame(HOMES, columns=["persons", "persons_65_plus", "district_id_fine"])
    exact = rows.astype({"persons": float, "persons_65_plus": float})
    packed = exact.assign(persons=[55.0, 0.0, 15.0], persons_65_plus=[25.0, np.nan, 10.0])
    homes = build_strata(exact, DISTRICTS, groups=["persons_65_plus", "persons_80_plus"], protected=packed)
    access = {"senior": build_access([300, 500, 900], places=[4, 1, 0])}
    both = measures.build_district_choice(homes, access, choice_count=3)
    alone = measures.build_district_choice(
        build_strata(packed, DISTRICTS, groups=["persons_65_plus"]), access, choice_count=3
    )
    pd.testing.assert_frame_equal(pick_people(both, PACKED), pick_people(alone, EXACT))
    row = pick(pick_people(both, EXACT), "city", "", "65_plus")
    assert (row["persons"], row["persons_without_group"]) == (40, 30)


def test_all_tables_keep_their_contract():
    homes, access = build_homes(HOMES), {"senior": build_access([300, 500, INF], [300, 500, 0])}
    for name, table in (
        ("district_walks", build_district_walks(homes, access)),
        ("district_choice", build_district_choice(homes, access, choice_count=3)),
        ("district_seats", build_district_seats(homes, access)),
    ):
        assert len(conform_table(table, name)) == len(table) > 0


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 1000), st.booleans(), st.sampled_from(["01", "02"])),
        min_size=1,
        max_size=10,
    ),
    st.floats(0.5, 1.0),
)
def test_more_speed_never_lowers_a_share_and_people_are_conserved_across_levels(rows, factor):
    homes = build_homes([(persons, 0, district) for persons, _, _, district in rows])
    reached = [float(metres) if is_known else INF for _, metres, is_known, _ in rows]
    at_least = [float(metres) if is_known else metres / 2 for _, metres, is_known, _ in rows]
    access = {
        "fast": build_access(reached, at_least),
        "slow": build_access(reached, at_least, speed_m_s=factor),
    }
    table = build_district_choice(homes, access, choice_count=2).set_index(
        ["profile", "level", "district_id", "persons_group"]
    )
    fast, slow = table.loc["fast"], table.loc["slow"]
    for name in ("covered_share", "covered_share_max", "choice_share", "places_mean"):
        both = fast[name].notna() & slow[name].notna()
        if name != "places_mean":
            assert (fast[name][both] >= slow[name][both] - 1e-12).all()
    sums = ["persons", "persons_covered", "persons_unknown", "persons_choice"]
    by_level = fast[sums].groupby(["level", "persons_group"]).sum()
    assert np.allclose(by_level.loc["fine"], by_level.loc["city"])
    walks = build_district_walks(homes, access)
    by_profile = {
        key: rows.sort_values(["level", "district_id", "persons_group", "destination"])
        for key, rows in walks.groupby("profile")
    }
    for name in ("median_min", "p90_min", "median_max_min"):
        pace = by_profile["fast"][name].to_numpy(), by_profile["slow"][name].to_numpy()
        assert not (pace[0] > pace[1] + 1e-12).any()
