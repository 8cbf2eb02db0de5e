# SPDX-License-Identifier: MIT
"""New ways in the walk network, on two streets whose walks are worked out by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from begegnung_geo.analysis.links import add_links
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.errors import ConfigError
from begegnung_geo.scenario import Link, Scenario
from begegnung_geo.schema import conform_table
from inventory_rows import CRS, ORIGIN, at


def spot(x: float, y: float = 0.0) -> list[float]:
    return [ORIGIN[0] + x, ORIGIN[1] + y]


def build_links(*links: dict) -> tuple[Link, ...]:
    return Scenario.model_validate({"title": "Probe", "link": list(links)}).link


def two_streets() -> gpd.GeoDataFrame:
    """Two parallel streets of 1,000 m, 100 m apart, joined at their west end: nodes 1-2 and 3-4, 1-3."""
    ways = {
        1: ([1, 2], [spot(0), spot(1000)]),
        2: ([3, 4], [spot(0, 100), spot(1000, 100)]),
        3: ([1, 3], [spot(0), spot(0, 100)]),
    }
    table = gpd.GeoDataFrame(
        {
            "walkway_id": [f"way/{way}" for way in ways],
            "way_id": list(ways),
            "highway": "residential",
            "name": [f"Straße {way}" for way in ways],
            "step_free": "yes",
            "node_ids": [nodes for nodes, _ in ways.values()],
            "tags": "{}",
        },
        geometry=[shapely.LineString(line) for _, line in ways.values()],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform_table(table, "walkways"))


def walk(walkways: gpd.GeoDataFrame, start: int, end: int, *, step_free: bool = False) -> float:
    network = index_network(*build_network(walkways), step_free=step_free)
    position = {int(node): row for row, node in enumerate(network.node_id)}
    return float(dijkstra(network.graph, directed=False, indices=position[start])[position[end]])


def link(*line: list[float], **more) -> dict:
    return {"name": "Steg", "line": list(line)} | more


def joined(*links: dict) -> gpd.GeoDataFrame:
    return add_links(two_streets(), build_links(*links), crs_of_links=CRS, link_join_m=25.0)


def test_a_link_between_two_vertices_is_walked_at_its_length():
    assert walk(two_streets(), 2, 4) == pytest.approx(2100)
    assert walk(joined(link(spot(1000), spot(1000, 100))), 2, 4) == pytest.approx(100)


def test_a_link_joins_the_middle_of_a_way_and_adds_the_steps_to_it():
    # From (1000, 0) back to (600, 0): 400 m; 5 m + 90 m + 5 m across; 400 m to (1000, 100).
    after = joined(link(spot(600, 5), spot(600, 95)))
    assert walk(after, 2, 4) == pytest.approx(900)
    assert walk(after, 1, 3) == pytest.approx(100)
    assert after.length.sum() == pytest.approx(two_streets().length.sum() + 100)


def test_steps_keep_a_link_out_of_the_walks_without_steps():
    stairs = joined(link(spot(1000), spot(1000, 100), step_free=False))
    assert walk(stairs, 2, 4) == pytest.approx(100)
    assert walk(stairs, 2, 4, step_free=True) == pytest.approx(2100)


def test_a_link_that_crosses_a_street_has_no_junction_with_it():
    across = joined(link(spot(300, 100), spot(300, 0)), link(spot(800, 100), spot(200, 0)))
    assert (across["way_id"] < 0).sum() == 2
    nodes = np.concatenate(across.loc[across["way_id"] < 0, "node_ids"].to_numpy())
    assert len(set(nodes.tolist())) == 4


def test_the_order_of_links_has_no_influence():
    links = link(spot(300, 100), spot(300)), link(spot(800, 100), spot(800), name="Brücke")
    pd.testing.assert_frame_equal(joined(*links), joined(*links[::-1]))


def test_a_link_that_touches_no_network_is_refused():
    with pytest.raises(ConfigError, match="touches no network: an end is 40 m"):
        joined(link(spot(500), spot(500, 60)))


@pytest.mark.parametrize("wrong", [[200.0, 100.0], [8.0, 91.0]])
@pytest.mark.parametrize("at_the_end", [True, False])
def test_a_link_with_a_point_nowhere_on_earth_is_refused(wrong, at_the_end):
    fine = shapely.get_coordinates(gpd.GeoSeries([at(500), at(500, 100)], crs=CRS).to_crs(4326)).tolist()
    line = [fine[0], wrong] if at_the_end else [fine[0], wrong, fine[1]]
    with pytest.raises(ConfigError, match="nowhere on earth"):
        add_links(two_streets(), build_links(link(*line)), crs_of_links="EPSG:4326", link_join_m=25.0)


def test_a_link_from_a_way_to_the_same_point_of_it_is_refused():
    with pytest.raises(ConfigError, match="has no length"):
        joined(link(spot(500), spot(500)))


@settings(max_examples=40, deadline=None)
@given(
    ends=st.tuples(*[st.integers(0, 1000)] * 2), off=st.tuples(*[st.integers(-20, 20)] * 2),
    walked=st.tuples(*[st.sampled_from([1, 2, 3, 4])] * 2),
)  # fmt: skip
def test_a_link_never_makes_a_walk_longer(ends, off, walked):
    after = joined(link(spot(ends[0], off[0]), spot(ends[1], 100 + off[1])))
    assert walk(after, *walked) <= walk(two_streets(), *walked) + 1e-6
