# SPDX-License-Identifier: MIT
"""A scenario on small tables; expected metres are worked out by hand."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.conflate import flag_counted
from begegnung_geo.analysis.scenario import (
    apply_scenario,
    build_scenario_records,
    compare_coverage,
    keep_packets,
    require_future,
)
from begegnung_geo.errors import ConfigError
from begegnung_geo.scenario import Scenario
from inventory_rows import COVERAGE, CRS, ORIGIN, at, build_places, conflate

AREA = shapely.box(ORIGIN[0] - 1000, ORIGIN[1] - 1000, ORIGIN[0] + 5000, ORIGIN[1] + 1000)
WIDE_AREA = shapely.box(ORIGIN[0] - 10_000, ORIGIN[1] - 1000, ORIGIN[0] + 10_000, ORIGIN[1] + 1000)
METRIC = {"title": "Probe", "crs": CRS}


def scenario(**changes) -> Scenario:
    return Scenario.model_validate(METRIC | changes)


def spot(x: float, y: float = 0.0) -> list[float]:
    return [ORIGIN[0] + x, ORIGIN[1] + y]


def count(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(places.assign(is_counted=flag_counted(places, COVERAGE)))


@pytest.fixture(scope="module")
def town() -> gpd.GeoDataFrame:
    places = build_places(
        {"place_id": "osm:node/1", "name": "Vereinsheim", "class": "allotment_club", "standing": "potential"},
        {"place_id": "osm:node/2", "name": "Bücherei", "class": "library", "geometry": at(1000)},
    )
    return count(conflate(places)[0])


def pick(places: gpd.GeoDataFrame, name: str) -> pd.Series:
    return places.set_index("name").loc[name]


def test_a_potential_place_opens_and_gets_hours(town):
    change = {"id": pick(town, "Vereinsheim")["begegnungsort_id"], "opening_hours": "Mo-Fr 10:00-18:00"}
    after, counts = apply_scenario(town, scenario(open=[change]), study_area=AREA)
    assert pick(after, "Vereinsheim")[["standing", "opening_hours"]].tolist() == [
        "established", "Mo-Fr 10:00-18:00",
    ]  # fmt: skip
    assert counts == ()
    assert pick(town, "Vereinsheim")["standing"] == "potential"  # the table that came in is as it was


def test_a_place_closes_by_the_id_of_its_record_and_its_rows_are_in_the_books(town):
    after, counts = apply_scenario(town, scenario(close=[{"id": "osm:node/2"}]), study_area=AREA)
    assert after["name"].tolist() == ["Vereinsheim"]
    assert [(count.source, dict(count.reasons)) for count in counts] == [("osm", {"scenario_closed": 1})]


def test_a_place_moves_and_keeps_everything_else(town):
    after, _ = apply_scenario(
        town, scenario(move=[{"id": "osm:node/2", "position": spot(1500)}]), study_area=AREA
    )
    assert pick(after, "Bücherei").geometry.equals(at(1500))
    pd.testing.assert_frame_equal(
        pd.DataFrame(after.drop(columns="geometry")), pd.DataFrame(town.drop(columns="geometry"))
    )


def test_a_place_known_by_its_district_opens_only_where_the_scenario_puts_it(town):
    vague = count(town.assign(precision="district", position_error_m=900.0))
    opening = [{"id": "osm:node/1"}]
    with pytest.raises(ConfigError, match="only the district is known"):
        apply_scenario(vague, scenario(open=opening), study_area=AREA)
    moved = [{"id": "osm:node/1", "position": spot(200)}]
    after, _ = apply_scenario(vague, scenario(open=opening, move=moved), study_area=AREA)
    found = pick(after, "Vereinsheim")
    assert found[["standing", "precision", "position_error_m"]].tolist() == ["established", "hand", 0.0]
    assert flag_counted(after, COVERAGE).tolist() == [True, False]


def test_an_everyday_place_that_counts_already_is_not_opened(town):
    everyday = count(town.assign(standing="everyday", consumption_free="yes"))
    with pytest.raises(ConfigError, match="counts as a meeting place already"):
        apply_scenario(everyday, scenario(open=[{"id": "osm:node/1"}]), study_area=AREA)
    bought = count(town.assign(standing="everyday", consumption_free="no"))
    after, _ = apply_scenario(bought, scenario(open=[{"id": "osm:node/1"}]), study_area=AREA)
    assert pick(after, "Vereinsheim")["standing"] == "established"


def test_the_order_of_entries_does_not_matter(town):
    changes = [{"id": "osm:node/1"}], [{"id": "osm:node/2", "opening_hours": "Sa 10:00-12:00"}]
    one, _ = apply_scenario(town, scenario(open=changes[0], hours=changes[1]), study_area=AREA)
    other, _ = apply_scenario(town, scenario(hours=changes[1], open=changes[0]), study_area=AREA)
    pd.testing.assert_frame_equal(one, other)


ROW_OF_PLACES = tuple(f"osm:node/{number}" for number in range(1, 7))
OPEN_NOW = frozenset(ROW_OF_PLACES[::2])


@pytest.fixture(scope="module")
def row_of_places() -> gpd.GeoDataFrame:
    """Six places a kilometre apart, every second one a meeting place already."""
    rows = [
        {
            "place_id": place_id,
            "name": f"Haus {number}",
            "class": "library" if place_id in OPEN_NOW else "allotment_club",
            "standing": "established" if place_id in OPEN_NOW else "potential",
            "geometry": at(1000 * number),
        }
        for number, place_id in enumerate(ROW_OF_PLACES)
    ]
    return count(conflate(build_places(*rows))[0])


def count_open(places: gpd.GeoDataFrame) -> set[str]:
    counted = places[flag_counted(places, COVERAGE)]
    return {place_id for ids in counted["place_ids"] for place_id in ids}


@settings(max_examples=30, deadline=None)
@given(
    opened=st.sets(st.sampled_from(sorted(set(ROW_OF_PLACES) - OPEN_NOW)), min_size=1),
    closed=st.sets(st.sampled_from(sorted(OPEN_NOW))),
)
def test_opening_only_adds_doors_closing_only_takes_them_and_closing_again_is_as_before(
    row_of_places, opened, closed
):
    changes = {"open": [{"id": one} for one in opened], "close": [{"id": one} for one in closed]}
    after, _ = apply_scenario(row_of_places, scenario(**changes), study_area=WIDE_AREA)
    assert count_open(row_of_places) == OPEN_NOW
    assert count_open(after) == (OPEN_NOW | opened) - closed
    again, _ = apply_scenario(after, scenario(close=changes["open"]), study_area=WIDE_AREA)
    assert count_open(again) == OPEN_NOW - closed


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"close": [{"id": "osm:node/3"}]}, "there is no place 'osm:node/3'"),
        ({"open": [{"id": "osm:node/2"}]}, "counts as a meeting place already"),
        ({"hours": [{"id": "osm:node/2", "opening_hours": "wenn der Schlüssel da ist"}]}, "cannot be read"),
        ({"open": [{"id": "osm:node/1", "opening_hours": "99:99"}]}, "cannot be read"),
        ({"move": [{"id": "osm:node/2", "position": [7.4, 51.5]}]}, "outside the study area"),
    ],
)
def test_what_cannot_be_is_said_in_three_lines(town, changes, what):
    with pytest.raises(ConfigError, match=what) as caught:
        apply_scenario(town, scenario(**changes), study_area=AREA)
    assert caught.value.where
    assert caught.value.hint


def test_two_ids_of_one_place_are_one_place_too_many(town):
    own = pick(town, "Bücherei")["begegnungsort_id"]
    twice = scenario(close=[{"id": own}], move=[{"id": "osm:node/2", "position": spot(10)}])
    with pytest.raises(ConfigError, match="are the same place"):
        apply_scenario(town, twice, study_area=AREA)


def test_new_places_become_records_with_ids_that_do_not_follow_the_order_of_the_file():
    rows = [
        {"name": "Treff B", "class": "family_neighbourhood", "position": spot(5)},
        {"name": "Treff A", "class": "library", "position": spot(7)},
    ]
    one = build_scenario_records(scenario(open=rows), crs=CRS)
    other = build_scenario_records(scenario(open=rows[::-1]), crs=CRS)
    pd.testing.assert_frame_equal(one, other)
    assert one["name"].tolist() == ["Treff A", "Treff B"]
    assert one.geometry.iloc[0].distance(at(7)) < 1e-6


def test_a_scenario_begins_after_the_data():
    require_future(scenario(close=[{"id": "a"}], valid_from=dt.date(2026, 1, 2)), "2026-01-01T20:00:00Z")
    with pytest.raises(ConfigError, match="2026-01-01 is past"):
        require_future(scenario(close=[{"id": "a"}], valid_from=dt.date(2026, 1, 1)), "2026-01-01T20:00:00Z")


# --- people ---


def test_people_stay_in_the_packets_they_are_in():
    demand = gpd.GeoDataFrame(
        {"demand_id": ["a", "b"], "persons": [3.0, 9.0], "walk_distance_m": [10.0, 20.0]},
        geometry=[at(0), at(1)], crs=CRS,
    )  # fmt: skip
    before = pd.DataFrame({"demand_id": ["b", "a"], "persons": [10.0, 0.0], "walk_distance_m": [99.0, 99.0]})
    packed = keep_packets(demand, before)
    assert packed["persons"].tolist() == [0.0, 10.0]
    assert packed["walk_distance_m"].tolist() == [10.0, 20.0]
    with pytest.raises(ConfigError, match="other people"):
        keep_packets(demand, before.iloc[:1])


def test_before_and_after_are_compared_and_what_is_hidden_stays_so():
    rows = {"level": ["city", "b"], "district_id": ["", "1"], "profile": "senior", "threshold_min": 10}
    before = pd.DataFrame(
        rows | {"persons": 100.0, "persons_covered": [50.0, np.nan], "covered_share": [0.5, np.nan]}
    )
    after = pd.DataFrame(
        rows | {"persons": 100.0, "persons_covered": [70.0, 20.0], "covered_share": [0.7, 0.2]}
    )
    told = compare_coverage(before, after).set_index("level")
    assert told.loc["city", ["persons_gained", "share_gained"]].tolist() == [20.0, 0.2]
    assert told.loc["b", ["persons_gained", "share_gained"]].isna().all()
    assert told["persons"].tolist() == [100.0, 100.0]
