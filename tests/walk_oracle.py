# SPDX-License-Identifier: MIT
"""Independent computations of walks (networkx, each offset a node), and areas held against walks."""

from itertools import pairwise

import networkx as nx
import numpy as np
import shapely
from hypothesis import strategies as st

from begegnung_geo.analysis.reach import measure_walk_distance
from begegnung_geo.analysis.ways import ANY_GROUND, STEP_FREE


def build_oracle(network, homes, places):
    """
    Return a graph with the nodes ("home", n), ("place", n) and ("node", n), weights in metres.

    Edges that are not usable in the network are left out.
    """
    stops = {
        edge: [(0.0, ("node", start)), (length, ("node", end))]
        for edge, (start, end, length) in enumerate(
            zip(
                network.from_index.tolist(), network.to_index.tolist(), network.length_m.tolist(), strict=True
            )
        )
        if network.is_usable[edge]
    }
    graph = nx.Graph()

    def connect(a, b, weight):
        if a != b and weight < graph.get_edge_data(a, b, {"weight": np.inf})["weight"]:
            graph.add_edge(a, b, weight=weight)

    for kind, snaps in (("home", homes), ("place", places)):
        for number in np.flatnonzero(snaps.edge >= 0).tolist():
            graph.add_node((kind, number))
            foot = (kind, number, "foot")
            stops[int(snaps.edge[number])].append((float(snaps.offset_m[number]), foot))
            connect((kind, number), foot, float(snaps.leg_m[number]))
    for along in stops.values():
        ordered = sorted(along, key=lambda stop: (stop[0], stop[1][0] != "node" or stop[0] > 0))
        for (before, a), (after, b) in pairwise(ordered):
            connect(a, b, after - before)
    return graph


@st.composite
def towns(draw):
    """Draw a town of a few streets: nodes, ways, and the coordinates of homes and places."""
    count = draw(st.integers(3, 12))
    spots = st.tuples(st.integers(0, 12), st.integers(0, 12))
    nodes = {
        n + 1: (x * 50.0, y * 50.0)
        for n, (x, y) in enumerate(draw(st.lists(spots, min_size=count, max_size=count)))
    }
    ways = draw(st.lists(st.lists(st.integers(1, count), min_size=2, max_size=5), min_size=1, max_size=8))
    point = st.tuples(st.integers(-20, 620), st.integers(-20, 620))
    homes = draw(st.lists(point, min_size=1, max_size=6))
    places = draw(st.lists(point, min_size=1, max_size=4))
    ways = {n + 1: ids for n, ids in enumerate(ways) if len(set(ids)) > 1}
    return nodes, ways or {1: [1, 2, 3]}, np.array(homes, float), np.array(places, float)


def check_areas(areas, xy, place_xy, *, ways, walking):
    """Require valid, nested areas that agree with the walks of 99.9 % of the points within 10 m."""
    assert areas.geometry.is_valid.all()
    points, doors = ways.snap(xy), ways.snap(place_xy)
    walks = {
        footing: measure_walk_distance(
            points.on(footing), doors.on(footing), ways.network(footing)
        ).distance_m
        for footing in (ANY_GROUND, STEP_FREE)
    }
    walks[STEP_FREE] = np.maximum(walks[ANY_GROUND], walks[STEP_FREE])  # as for people's homes
    by_key = areas.set_index(["profile", "threshold_min"]).geometry
    for profile, speed in walking.profiles.items():
        walk_m = walks[STEP_FREE if speed.step_free else ANY_GROUND]
        for minutes in walking.thresholds_min:
            reach = walking.reach_m(profile, minutes)
            is_inside = shapely.contains_xy(by_key[profile, minutes], *xy.T)
            wrong = np.where(is_inside, walk_m > reach + 10, walk_m < reach - 10)
            assert wrong.mean() <= 0.001, (profile, minutes)
        for inner, outer in pairwise(walking.thresholds_min):
            assert by_key[profile, inner].difference(by_key[profile, outer]).area < 1.0
