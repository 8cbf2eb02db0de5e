# SPDX-License-Identifier: MIT
"""Areas within reach: a street with a known answer, and agreement with the distances of points."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from begegnung_geo.analysis.network import build_network
from begegnung_geo.analysis.reach_areas import build_place_areas, build_reach_areas
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.errors import CrsError
from begegnung_geo.profile import Walking, WalkingProfile
from begegnung_geo.schema import conform_table, require_table
from walk_oracle import check_areas

CRS = "EPSG:25832"
SNAP = {"snap_distance_m": 200, "scrap_length_m": 0}


def build_walking(**profiles):
    speeds = profiles or {"adult": (1.0, False)}
    return Walking(
        thresholds_min=(5, 10),
        default_profile=next(iter(speeds)),
        snap_distance_m=200,
        scrap_length_m=0,
        profiles={
            name: WalkingProfile(speed_m_s=speed, step_free=step_free, reason="test")
            for name, (speed, step_free) in speeds.items()
        },
    )


def build_city(*bounds):
    return gpd.GeoDataFrame(
        {"name": ["Stadt"], "origin": ["extract"]}, geometry=[shapely.box(*bounds)], crs=CRS
    )


@pytest.fixture
def draw(build_walkways, build_points):
    def run(nodes, ways, places, *, city, walking, steps=()):
        walk_nodes, walk_edges = build_network(build_walkways(nodes, ways, steps=steps))
        areas = build_reach_areas(
            build_points(places, "begegnungsort_id"),
            city,
            ways=lay_ways(walk_nodes, walk_edges, **SNAP),
            walking=walking,
        )
        return areas.set_index(["profile", "threshold_min"]).geometry, areas

    return run


STREET = {1: (-2000, 0), 2: (2000, 0)}
WIDE = build_city(-1000, -400, 1000, 400)


def test_along_a_street_the_reach_is_a_diamond_cut_at_the_longest_leg(draw):
    # The walk to (x, y) is |x| + |y|, and |y| may be 200 m: 2 r2 less two tips of (r - 200)2.
    area, _ = draw(STREET, {10: [1, 2]}, {"place": (0, 0)}, city=WIDE, walking=build_walking())
    for minutes, reach in ((5, 300), (10, 600)):
        exact = 2 * reach**2 - 2 * (reach - 200) ** 2
        assert area["adult", minutes].area == pytest.approx(exact, rel=0.005)
        tip = 0.99 * reach
        assert area["adult", minutes].contains(shapely.Point(tip, 0))
        assert not area["adult", minutes].contains(shapely.Point(1.01 * reach, 0))


def test_the_area_ends_at_the_city_border(draw):
    city = build_city(-50, -400, 1000, 400)
    area, _ = draw(STREET, {10: [1, 2]}, {"place": (0, 0)}, city=city, walking=build_walking())
    assert area["adult", 5].bounds[0] == -50.0


def test_between_two_streets_the_border_is_where_the_nearest_street_changes(draw):
    # The lower street has the place, the upper one is not connected: its side is out of reach.
    town = STREET | {3: (-2000, 101), 4: (2000, 101)}
    area, _ = draw(town, {10: [1, 2], 11: [3, 4]}, {"place": (0, 0)}, city=WIDE, walking=build_walking())
    assert area["adult", 10].bounds[3] == pytest.approx(50.5, abs=0.5)


def test_without_places_or_walkways_the_areas_are_empty_and_keep_their_contract(draw):
    _, areas = draw(STREET, {10: [1, 2]}, {}, city=WIDE, walking=build_walking())
    assert areas.geometry.is_empty.all()
    assert set(areas.geom_type) == {"MultiPolygon"}
    only_steps = build_walking(wheel=(1.0, True), adult=(1.0, False))
    area, areas = draw(STREET, {10: [1, 2]}, {"p": (0, 0)}, city=WIDE, walking=only_steps, steps=[10])
    assert area["wheel", 5].is_empty
    assert not area["adult", 5].is_empty
    require_table(conform_table(areas, "reach_areas"), "reach_areas", crs=CRS)


def test_layers_in_different_systems_are_refused(build_walkways, build_points):
    walk_nodes, walk_edges = build_network(build_walkways(STREET, {10: [1, 2]}))
    with pytest.raises(CrsError):
        build_reach_areas(
            build_points({"p": (0, 0)}, "begegnungsort_id"),
            WIDE.to_crs(4326),
            ways=lay_ways(walk_nodes, walk_edges, **SNAP),
            walking=build_walking(),
        )


def build_random_town(seed):
    """Return streets of a bent grid with gaps and dead ends, some of them stairs."""
    rng = np.random.default_rng(seed)
    side = 14
    spots = np.stack(np.mgrid[:side, :side], axis=-1).reshape(-1, 2)
    xy = spots * 110.0 + rng.normal(0, 22, (side * side, 2))
    nodes = {number: (float(x), float(y)) for number, (x, y) in enumerate(xy)}
    links = [(n, n + 1) for n in range(side * side - 1) if (n + 1) % side]
    links += [(n, n + side) for n in range(side * (side - 1))]
    kept = rng.random(len(links)) < 0.62
    ways = {number: list(link) for number, link in enumerate(links) if kept[number]}
    steps = [way for way in ways if rng.random() < 0.08]
    places = {f"p{n}": tuple(rng.uniform(100, 1300, 2)) for n in range(4)}
    return nodes, ways, steps, places


@pytest.mark.parametrize("seed", [3, 8])
def test_areas_agree_with_the_distances_of_random_points_and_are_nested(  # noqa: PLR0917
    draw, build_walkways, build_points, seed
):
    nodes, ways, steps, places = build_random_town(seed)
    walking = build_walking(adult=(1.33, False), slow=(0.75, False), wheel=(1.0, True))
    city = build_city(-100, -100, 1600, 1600)
    area, areas = draw(nodes, ways, places, city=city, walking=walking, steps=steps)
    rng = np.random.default_rng(0)
    xy = rng.uniform(-100, 1600, (10_000, 2))
    walk_nodes, walk_edges = build_network(build_walkways(nodes, ways, steps=steps))
    supply = build_points(places, "begegnungsort_id")
    ways_laid = lay_ways(walk_nodes, walk_edges, **SNAP)
    check_areas(areas, xy, supply.geometry, ways=ways_laid, walking=walking)
    for inner in ("slow", "wheel"):
        assert area[inner, 10].difference(area["adult", 10]).area < 1.0


@pytest.mark.parametrize("seed", [3, 8])
def test_the_areas_of_one_place_agree_with_the_distances_to_it(build_walkways, build_points, seed):
    nodes, ways, steps, places = build_random_town(seed)
    walking = build_walking(adult=(1.33, False), slow=(0.75, False), wheel=(1.0, True))
    tables = build_network(build_walkways(nodes, ways, steps=steps))
    laid = lay_ways(*tables, **SNAP)
    place = build_points(dict([list(places.items())[1]]), "begegnungsort_id")
    areas = build_place_areas(place.geometry, laid, walking=walking)
    require_table(conform_table(areas, "reach_areas"), "reach_areas", crs=CRS)
    xy = np.random.default_rng(seed).uniform(-100, 1600, (10_000, 2))
    check_areas(areas, xy, place.geometry, ways=laid, walking=walking)


def test_the_area_of_a_place_is_not_cut_off_and_is_empty_without_a_walkway(build_walkways, build_points):
    laid = lay_ways(
        *build_network(build_walkways(STREET, {10: [1, 2]})), snap_distance_m=200, scrap_length_m=0
    )
    here, nowhere = (
        build_place_areas(build_points({"p": xy}, "begegnungsort_id").geometry, laid, walking=build_walking())
        for xy in ((0, 0), (0, 900))
    )
    for reach, polygon in zip((300, 600), here.geometry, strict=True):
        assert polygon.area == pytest.approx(2 * reach**2 - 2 * (reach - 200) ** 2, rel=0.005)
    assert nowhere.geometry.is_empty.all()


def test_the_order_of_places_and_edges_is_irrelevant(build_walkways, build_points):
    nodes, ways, steps, places = build_random_town(5)
    walk_nodes, walk_edges = build_network(build_walkways(nodes, ways, steps=steps))
    supply = build_points(places, "begegnungsort_id")
    city = build_city(0, 0, 700, 700)
    first, second = (
        build_reach_areas(p, city, ways=lay_ways(walk_nodes, e, **SNAP), walking=build_walking())
        for p, e in ((supply, walk_edges), (supply.iloc[::-1], walk_edges.iloc[::-1]))
    )
    assert first.equals(second)
