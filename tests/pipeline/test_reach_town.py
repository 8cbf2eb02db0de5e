# SPDX-License-Identifier: MIT
"""Musterstadt's walks and reach areas, as stored, against networkx and against points."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.analysis.reach_areas import build_place_areas
from begegnung_geo.analysis.ways import ANY_GROUND, STEP_FREE, lay_ways
from begegnung_geo.config import find_config_dir, read_profile
from begegnung_geo.store import read_table
from towns import Town
from walk_oracle import build_oracle, check_areas

CRS = "EPSG:25832"
WALKING = read_profile(find_config_dir() / "musterstadt.toml").walking


def _read(town: Town, name: str) -> gpd.GeoDataFrame:
    return read_table(name, folder=town.processed, crs=CRS)


@pytest.fixture(scope="module")
def ways(town: Town):
    """Return the network in memory."""
    tables = (_read(town, name) for name in ("walk_nodes", "walk_edges"))
    return lay_ways(*tables, snap_distance_m=WALKING.snap_distance_m, scrap_length_m=WALKING.scrap_length_m)


@pytest.fixture(scope="module")
def doors(town: Town) -> gpd.GeoSeries:
    """Return where the counted places are entered."""
    places = pd.concat([_read(town, "begegnungsorte"), _read(town, "neighbour_places")], ignore_index=True)
    counted = gpd.GeoDataFrame(places[places["is_counted"]], crs=CRS)
    return move_to_doors(counted, _read(town, "doors")).geometry


def test_everybodys_walk_is_that_of_networkx(town: Town, ways, doors):
    demand = _read(town, "demand")
    homes, places = ways.snap(demand.geometry), ways.snap(doors)
    walks = {}
    for footing in (ANY_GROUND, STEP_FREE):
        oracle = build_oracle(ways.network(footing), homes.on(footing), places.on(footing))
        sources = {("place", n) for n in range(len(doors))} & set(oracle)
        found = nx.multi_source_dijkstra_path_length(oracle, sources)
        walks[footing] = np.array([found.get(("home", n), np.inf) for n in range(len(demand))])
    walks[STEP_FREE] = np.maximum(walks[ANY_GROUND], walks[STEP_FREE])
    for column, footing in (("walk_distance_m", ANY_GROUND), ("walk_distance_step_free_m", STEP_FREE)):
        stored = demand[column].fillna(np.inf).to_numpy()
        assert np.array_equal(np.isinf(stored), np.isinf(walks[footing]))
        is_reached = np.isfinite(stored)
        assert is_reached.sum() > 100
        assert np.abs(stored[is_reached] - walks[footing][is_reached]).max() < 0.1


def test_reach_areas_agree_with_the_walks_of_random_points(town: Town, ways, doors):
    city = _read(town, "city_area").union_all()
    rng = np.random.default_rng(6)
    west, south, east, north = city.bounds
    xy = rng.uniform((west, south), (east, north), (40_000, 2))
    xy = xy[shapely.contains_xy(city, *xy.T)][:10_000]
    assert len(xy) == 10_000
    check_areas(_read(town, "reach_areas"), xy, doors, ways=ways, walking=WALKING)


def test_the_areas_of_single_places_agree_with_the_walks_to_them(ways, doors):
    rng = np.random.default_rng(7)
    for number in rng.choice(len(doors), 3, replace=False):
        one = doors.iloc[[number]]
        areas = build_place_areas(one, ways, walking=WALKING)
        xy = shapely.get_coordinates(one) + rng.uniform(-1250, 1250, (10_000, 2))
        check_areas(areas, xy, one, ways=ways, walking=WALKING)
