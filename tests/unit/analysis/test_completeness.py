# SPDX-License-Identifier: MIT
"""Found against estimated: figures by hand, by counting every draw, and by simulation."""

from itertools import combinations
from math import exp, sqrt
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.completeness import build_completeness, build_fill_rates, estimate_count
from begegnung_geo.schema import conform_table
from inventory_rows import CRS

GROUPS = {"library": "B", "toy_or_book_share": "B", "cafe_restaurant": "A", "vacancy": "A"}


def build_orte(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    base = {
        "class": "library", "standing": "established", "name": "Bücherei", "street": None,
        "house_number": None, "opening_hours": None, "wheelchair": None, "operator": None,
        "place_ids": ["osm:node/1"], "precision": "object",
        "district_id_bezirk": "1", "district_id_teil": "11",
    }  # fmt: skip
    frame = pd.DataFrame([{**base, **row} for row in rows])
    return gpd.GeoDataFrame(frame, geometry=[shapely.Point(0, 0)] * len(frame), crs=CRS)


def build_districts() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "district_id": ["1", "2", "11", "12"],
            "level": ["bezirk", "bezirk", "teil", "teil"],
            "area_km2": [4.0, 2.0, 1.0, 1.0],
        },
        geometry=[shapely.Point(0, 0).buffer(1)] * 4,
        crs=CRS,
    )


def judge(orte: gpd.GeoDataFrame, **options: Any) -> pd.DataFrame:
    wanted: dict[str, Any] = {
        "class_groups": GROUPS, "second_sources": ["liste"], "matches_min": 2, "confidence": 0.95,
    }  # fmt: skip
    table = build_completeness(orte, build_districts(), **{**wanted, **options})
    pd.testing.assert_frame_equal(conform_table(table, "completeness")[list(table.columns)], table)
    return table


def pick(table: pd.DataFrame, level: str, district_id: str, *, category: str) -> pd.Series:
    key = ["level", "district_id", "category"]
    return table.set_index(key).loc[[(level, district_id, category)]].iloc[0]


# --- the estimate ---


def test_chapmans_estimate_is_the_one_of_the_book() -> None:
    # (24 + 1)(20 + 1) / (15 + 1) - 1 = 31.8125
    assert estimate_count(24, 20, 15, confidence=0.95).total == pytest.approx(31.8125)


def test_chapmans_estimate_is_right_on_average_where_the_lists_must_meet() -> None:
    # Chapman (1951): without bias for n1 + n2 >= N. All 6-of-9 draws against a fixed list of 5.
    first = set(range(5))
    totals = []
    for second in combinations(range(9), 6):
        both = len(first & set(second))
        totals.append(6 * 7 / (both + 1) - 1)
        assert both >= 2
        assert totals[-1] == pytest.approx(estimate_count(5, 6, both, confidence=0.95).total)
    assert np.mean(totals) == pytest.approx(9)


def test_the_interval_holds_every_number_for_which_the_matches_are_no_surprise() -> None:
    # 3 and 4 places, 2 in both. Of N places there are C(N, 4) second lists, of which
    # C(3, m) C(N - 3, 4 - m) have m matches. Counted by hand for 90 %:
    # All 5 found are possible: P(m <= 2 | 5) = 3/5 is above 0.05. Upwards
    # P(m >= 2 | N) = (3 C(N-3, 2) + (N - 3)) / C(N, 4) > 0.05 ends it:
    # N = 24: (3 * 210 + 21) / 10626 = 0.0613;  N = 27: (3 * 276 + 24) / 17550 = 0.0485.
    expected = max(n for n in range(5, 200) if chance_of_at_least_two(n) > 0.05)
    assert estimate_count(3, 4, 2, confidence=0.9)[1:] == (5, expected)
    assert chance_of_at_least_two(24) == pytest.approx(651 / 10626)


def chance_of_at_least_two(total: int) -> float:
    first = {0, 1, 2}
    if total <= 12:
        draws = [len(first & set(second)) for second in combinations(range(total), 4)]
        return float(np.mean(np.array(draws) >= 2))
    rest = total - 3
    choose_two = rest * (rest - 1) / 2
    return (3 * choose_two + rest) / (total * (total - 1) * (total - 2) * (total - 3) / 24)


def test_two_equal_lists_leave_little_doubt() -> None:
    # P(20 of 20 | N = 21) = 1/21 > 0.025; for N = 22 it is 1/231.
    assert estimate_count(20, 20, 20, confidence=0.95) == (20, 20, 21)
    # Sadinle's interval, exp(1.96 * sqrt(1/20.5 + 2 + 2 + 20.5 / 0.25)), would reach 10^5.
    assert 0.25 / 20.5 * exp(1.96 * sqrt(1 / 20.5 + 4 + 20.5 / 0.25)) > 100_000


def test_the_interval_agrees_with_sadinles_away_from_the_edges() -> None:
    # Sadinle (2009): M - 0.5 + x y / w exp(-+ z sigma) with half a place added to each count.
    first, second, both = 120, 90, 54
    x, y, w = first - both + 0.5, second - both + 0.5, both + 0.5
    sigma = sqrt(1 / w + 1 / x + 1 / y + w / (x * y))
    found = first + second - both
    low, high = (found - 0.5 + x * y / w * exp(sign * 1.959964 * sigma) for sign in (-1, 1))
    estimate = estimate_count(first, second, both, confidence=0.95)
    assert estimate.low == pytest.approx(low, rel=0.03)
    assert estimate.high == pytest.approx(high, rel=0.05)


@pytest.mark.parametrize(
    ("total", "shares"), [(30, (0.5, 0.6)), (30, (0.9, 0.9)), (60, (0.3, 0.8)), (200, (0.4, 0.3))]
)
def test_the_interval_covers_the_truth_at_least_19_times_in_20(
    total: int, shares: tuple[float, float]
) -> None:
    rng = np.random.default_rng(2023)
    hits = []
    while len(hits) < 400:
        is_first, is_second = (rng.random(total) < share for share in shares)
        both = int((is_first & is_second).sum())
        if both >= 7:
            estimate = estimate_count(int(is_first.sum()), int(is_second.sum()), both, confidence=0.95)
            hits.append(estimate.low <= total <= estimate.high)
    assert np.mean(hits) >= 0.95 - 2 * sqrt(0.95 * 0.05 / 400)  # exact intervals cover more, never less


@settings(max_examples=60)
@given(
    st.tuples(st.integers(1, 60), st.integers(0, 80), st.integers(0, 80)),
    st.sampled_from([0.8, 0.95, 0.99]),
)
def test_estimates_are_never_below_what_was_found_and_symmetric(
    counts: tuple[int, int, int], confidence: float
) -> None:
    both, only_first, only_second = counts
    first, second = both + only_first, both + only_second
    estimate = estimate_count(first, second, both, confidence=confidence)
    found = first + second - both
    assert found <= estimate.low <= estimate.high
    assert found <= estimate.total <= max(estimate.high, found)
    assert estimate == estimate_count(second, first, both, confidence=confidence)


@pytest.mark.parametrize("counts", [(3, 3, 0), (3, 2, 3), (0, 0, 0)])
def test_without_a_match_there_is_no_estimate(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no estimate"):
        estimate_count(*counts, confidence=0.95)


# --- the table ---

BOTH, ONLY_OSM, ONLY_LIST = ["osm:node/1", "liste:1"], ["osm:node/1"], ["liste:1"]


def test_found_and_estimated_places_stand_side_by_side_for_city_and_districts() -> None:
    orte = build_orte(
        {"place_ids": BOTH}, {"place_ids": BOTH}, {"place_ids": ONLY_OSM},
        {"place_ids": ONLY_LIST, "district_id_bezirk": "2"}, {"place_ids": ["fragebogen:1"]},
    )  # fmt: skip
    table = judge(orte)
    city = pick(table, "city", "", category="B")
    assert city[["found_count", "n_first", "n_second", "n_both"]].tolist() == [5, 3, 3, 2]
    # (3 + 1)(3 + 1) / (2 + 1) - 1 = 4.33; a questionnaire is no second source: it is asked of known places
    assert city["estimated_count"] == pytest.approx(13 / 3)
    assert city["is_estimable"]
    assert city["reason"] == ""
    assert pick(table, "city", "", category="library")["n_both"] == 2
    assert pick(table, "bezirk", "1", category="established")["n_both"] == 2
    second = pick(table, "bezirk", "2", category="B")
    assert second[["found_count", "n_both", "reason"]].tolist() == [1, 0, "few_matches"]
    assert set(table["level"]) == {"city", "bezirk"}
    assert pick(table, "bezirk", "1", category="library")["n_both"] == 2
    assert pick(table, "bezirk", "2", category="library")["reason"] == "few_matches"


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        ([ONLY_OSM, ONLY_OSM], "no_second_source"),
        ([ONLY_LIST, ONLY_LIST], "no_first_source"),
        ([BOTH, ONLY_OSM], "few_matches"),
        ([], "no_first_source"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason_and_no_number(ids: list[list[str]], reason: str) -> None:
    orte = build_orte({}, *({"place_ids": place_ids} for place_ids in ids)).iloc[1:]
    row = pick(judge(orte), "city", "", category="B")
    assert row["reason"] == reason
    assert not row["is_estimable"]
    assert row[["estimated_count", "low", "high"]].isna().all()


def test_potential_places_are_not_counted_and_districts_without_a_place_are_told() -> None:
    table = judge(build_orte({"standing": "potential"}, {"place_ids": BOTH}))
    assert pick(table, "city", "", category="established")["found_count"] == 1
    assert pick(table, "bezirk", "2", category="A")["found_count"] == 0


def test_classes_are_not_added_up_over_all() -> None:
    assert "all" not in set(judge(build_orte({}))["category_kind"])


# --- fill rates ---


def test_fill_rates_count_what_is_known() -> None:
    orte = build_orte(
        {"street": "Weg", "house_number": "1", "wheelchair": "no"},
        {"street": "Weg", "name": None, "wheelchair": "unknown"},
        {"class": "cafe_restaurant", "standing": "everyday", "operator": "Stadt", "district_id_bezirk": "2"},
        {"standing": "potential"},
    )
    rates = build_fill_rates(orte, build_districts(), class_groups=GROUPS)
    pd.testing.assert_frame_equal(conform_table(rates, "fill_rates")[list(rates.columns)], rates)
    city = rates[(rates["level"] == "city") & (rates["category_kind"] == "all")].set_index("attribute")
    assert city["place_count"].tolist() == [3] * 5
    assert city["filled_count"].to_dict() == {
        "name": 2, "address": 1, "opening_hours": 0, "wheelchair": 1, "operator": 1,
    }  # fmt: skip
    assert city["filled_share"]["name"] == pytest.approx(2 / 3)
    groups = rates[(rates["level"] == "bezirk") & (rates["category_kind"] == "group")]
    assert set(zip(groups["district_id"], groups["category"], strict=True)) == {("1", "B"), ("2", "A")}


def test_what_the_vocabulary_records_is_counted_and_unknown_is_not_known() -> None:
    orte = build_orte({}, {}, {}).assign(
        welcoming=["yes", "unknown", "no"], capacity_persons=[None, 40.0, None], funder=[None, None, "Stadt"]
    )
    recorded = ["welcoming", "capacity_persons", "funder"]
    rates = build_fill_rates(orte, build_districts(), class_groups=GROUPS, recorded=recorded)
    city = rates[(rates["level"] == "city") & (rates["category_kind"] == "all")].set_index("attribute")
    # "no" is an answer.
    assert city.loc[recorded, "filled_count"].tolist() == [2, 1, 1]
    one = rates[(rates["level"] == "bezirk") & (rates["category_kind"] == "class")]
    assert set(recorded) < set(one["attribute"])


def test_a_city_without_a_place_has_no_share() -> None:
    rates = build_fill_rates(build_orte({}).iloc[:0], build_districts(), class_groups=GROUPS)
    assert rates["filled_share"].isna().all()
    assert set(rates["category"]) == {"all"}


def test_a_place_known_by_its_district_only_is_not_found() -> None:
    orte = build_orte({}, {"place_ids": ["liste:1"], "precision": "district"})
    row = pick(judge(orte), "city", "", category="library")
    assert row[["found_count", "n_first", "n_second"]].tolist() == [1, 1, 0]
