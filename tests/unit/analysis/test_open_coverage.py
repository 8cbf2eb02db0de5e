# SPDX-License-Identifier: MIT
"""Coverage at a moment: a street on paper, and random towns against networkx."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.coverage import build_coverage
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.open_coverage import (
    build_open_coverage,
    build_open_walks,
    publish_open_coverage,
)
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.profile import Publication, Walking, WalkingProfile
from begegnung_geo.schema import build_empty, conform_table
from walk_oracle import build_oracle, towns

SNAP = {"snap_distance_m": 300.0, "scrap_length_m": 0.0}
WALKING = Walking(
    thresholds_min=(5, 10),
    default_profile="adult",
    **SNAP,
    profiles={
        "adult": WalkingProfile(speed_m_s=1.0, step_free=False, reason="300 m in 5 minutes"),
        "wheel": WalkingProfile(speed_m_s=1.0, step_free=True, reason="the same without steps"),
    },
)
DISTRICTS = pd.DataFrame({"level": ["bezirk"] * 3, "district_id": ["1", "2", "3"]})
# A street of 2 km; the east end goes on over steps.
STREET = {1: (0, 0), 2: (2000, 0), 3: (2400, 0)}
WAYS = {1: [1, 2], 2: [2, 3]}


def tell(**answers: str) -> pd.DataFrame:
    rows = [(place, "m", answer) for place, answer in answers.items()]
    return pd.DataFrame(rows, columns=["begegnungsort_id", "moment", "answer"])


@pytest.fixture
def cover(build_walkways, build_points):
    """Return a function: homes with their district and people, places, answers to the two tables."""

    def run(homes, places, opening, *, persons, nodes=STREET, ways=WAYS, steps=(2,)):
        walk_nodes, walk_edges = build_network(build_walkways(nodes, ways, steps=steps))
        cells = build_points(homes, "cell_id").assign(
            persons=[float(number) for number in persons],
            is_estimated=False,
            district_id_bezirk=[name[0] if name[0] != "0" else None for name in homes],
        )
        supply = build_points(places, "begegnungsort_id")
        laid = lay_ways(walk_nodes, walk_edges, **SNAP)
        demand, _ = assign_walk_distance(cells, supply, ways=laid)
        coverage, city = build_coverage(demand, DISTRICTS, walking=WALKING)
        open_walks = build_open_walks(demand, supply, opening, ways=laid, walking=WALKING)
        open_coverage = build_open_coverage(demand, open_walks, DISTRICTS, walking=WALKING)
        plain = pd.concat([coverage, city.assign(level="city", district_id="")])
        keys = ["level", "district_id", "profile", "threshold_min"]
        return open_coverage.set_index(keys).sort_index(), plain.set_index(keys).sort_index()

    return run


HOMES = {"1 near a": (0, 0), "1 near b": (1000, 0), "2 near c": (2350, 0), "0 nowhere": (1010, 0)}
PERSONS = (1, 10, 100, 1000)
PLACES = {"a": (200, 0), "b": (1200, 0), "c": (2050, 0)}


def test_unknown_counts_as_closed_in_one_end_of_the_range_and_as_open_in_the_other(cover):
    table, _ = cover(HOMES, PLACES, tell(a="open", b="unknown", c="closed"), persons=PERSONS)
    areas = (("city", ""), ("bezirk", "1"), ("bezirk", "2"))
    city, west, east = (table.loc[(*area, "adult", 5)] for area in areas)
    assert (city["persons_covered_min"], city["persons_covered_max"]) == (1, 1 + 10 + 1000)
    assert (west["persons_covered_min"], west["persons_covered_max"], west["persons"]) == (1, 11, 11)
    assert (east["persons_covered_min"], east["persons_covered_max"], east["persons"]) == (0, 0, 100)
    assert west["covered_share_min"] == pytest.approx(1 / 11)
    assert west["covered_share_max"] == 1


def test_a_district_without_people_has_its_rows_and_no_share(cover):
    table, _ = cover(HOMES, PLACES, tell(a="open", b="open", c="open"), persons=PERSONS)
    row = table.loc[("bezirk", "3", "adult", 5)]
    assert row["persons"] == 0
    assert np.isnan(row["covered_share_min"])


def test_profiles_without_steps_do_not_walk_over_them(cover):
    table, _ = cover(HOMES, PLACES, tell(a="closed", b="closed", c="open"), persons=PERSONS)
    assert table.loc[("bezirk", "2", "adult", 5), "persons_covered_min"] == 100
    assert table.loc[("bezirk", "2", "wheel", 5), "persons_covered_max"] == 0


@pytest.mark.parametrize("answer", ["open", "unknown", "closed"])
def test_all_open_is_the_coverage_without_hours_and_all_unknown_is_nothing_to_it(cover, answer):
    table, plain = cover(HOMES, PLACES, tell(a=answer, b=answer, c=answer), persons=PERSONS)
    covered, nobody = plain["persons_covered"], plain["persons_covered"] * 0
    expected = {"open": (covered, covered), "unknown": (nobody, covered), "closed": (nobody, nobody)}[answer]
    for column, values in zip(("persons_covered_min", "persons_covered_max"), expected, strict=True):
        pd.testing.assert_series_equal(table[column], values, check_names=False)


def test_a_place_without_an_answer_is_unknown(cover):
    table, _ = cover(HOMES, PLACES, tell(a="open"), persons=PERSONS)
    assert table.loc[("city", "", "adult", 10), "persons_covered_max"] == 1111


def test_no_place_and_no_moment_give_tables_that_keep_the_contract(cover):
    table, _ = cover(HOMES, {}, tell(gone="open"), persons=PERSONS)
    assert (table["persons_covered_max"] == 0).all()
    assert len(conform_table(table.reset_index(), "open_coverage")) == 4 * 4
    nothing, _ = cover(HOMES, PLACES, build_empty("opening", crs="EPSG:25832"), persons=PERSONS)
    assert len(conform_table(nothing.reset_index(), "open_coverage")) == 0


def test_walks_of_other_homes_are_refused():
    demand = pd.DataFrame({"demand_id": ["a"], "persons": [1.0]})
    with pytest.raises(ValueError, match="same homes"):
        build_open_coverage(demand, pd.DataFrame({"demand_id": ["b"]}), DISTRICTS[:0], walking=WALKING)


def test_nothing_is_told_at_a_moment_where_the_coverage_tells_nothing(cover):
    publication = Publication(suppress_below=10, round_to=5, share_base_min=100)
    table, plain = cover(HOMES, PLACES, tell(a="open", b="unknown", c="open"), persons=(1, 10, 100, 1000))
    exact, coverage = table.reset_index(), plain.reset_index()
    told = publish_open_coverage(exact, exact, coverage, publication=publication)
    told = told.set_index(["level", "district_id", "profile", "threshold_min"])
    west, east = told.loc[("bezirk", "1", "adult", 5)], told.loc[("bezirk", "2", "adult", 5)]
    assert np.isnan(west["persons_covered_min"])  # one person
    assert west["persons_covered_max"] == 10  # eleven, rounded to five
    assert np.isnan(west["covered_share_max"])  # eleven people are no base for a share
    assert (east["persons_covered_min"], east["covered_share_min"]) == (100, 1)
    silent = coverage.assign(covered_share=coverage["covered_share"].mask(coverage["district_id"] == "2"))
    told = publish_open_coverage(exact, exact, silent, publication=publication)
    told = told.set_index(["level", "district_id", "profile", "threshold_min"])
    assert np.isnan(told.loc[("bezirk", "2", "adult", 5), "covered_share_min"])
    assert told.loc[("bezirk", "2", "adult", 5), "persons_covered_min"] == 100


@settings(max_examples=30, deadline=None)
@given(town=towns(), answers=st.lists(st.sampled_from(["open", "closed", "unknown"]), min_size=4, max_size=4))
def test_random_towns_agree_with_networkx_and_keep_the_order_of_the_range(
    build_walkways, build_points, *, town, answers
):
    nodes, ways, home_xy, place_xy = town
    walk_nodes, walk_edges = build_network(build_walkways(nodes, ways))
    demand = build_points(dict(enumerate(home_xy)), "demand_id").assign(persons=1.0)
    supply = build_points({f"b{number}": xy for number, xy in enumerate(place_xy)}, "begegnungsort_id")
    opening = tell(**dict(zip(supply["begegnungsort_id"], answers, strict=False)))
    laid = lay_ways(walk_nodes, walk_edges, **SNAP)
    open_walks = build_open_walks(demand, supply, opening, ways=laid, walking=WALKING)
    table = build_open_coverage(demand, open_walks, DISTRICTS[:0], walking=WALKING)
    table = table.set_index(["profile", "threshold_min"])
    network = index_network(walk_nodes, walk_edges, step_free=False)
    doors = [snap_to_edges(layer.geometry, network, **SNAP) for layer in (demand, supply)]
    graph = build_oracle(network, *doors)
    walk = np.full((len(demand), len(supply)), np.inf)
    for home in range(len(demand)):
        if ("home", home) in graph:
            lengths = nx.single_source_dijkstra_path_length(graph, ("home", home))
            walk[home] = [lengths.get(("place", place), np.inf) for place in range(len(supply))]
    told = np.array(answers[: len(supply)])
    for minutes in WALKING.thresholds_min:
        reach = 60.0 * minutes + 1e-6
        least, most = (
            (walk[:, kept] <= reach).any(axis=1).sum() for kept in (told == "open", told != "closed")
        )
        row = table.loc[("adult", minutes)]
        assert (row["persons_covered_min"], row["persons_covered_max"]) == (least, most)
        assert row["persons_covered_min"] <= row["persons_covered_max"] <= row["persons"]
