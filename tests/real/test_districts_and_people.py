# SPDX-License-Identifier: MIT
"""Dortmund's real districts and people, and the study areas of real extracts."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis.city_area import build_city_area, close_slivers, measure_extent
from begegnung_geo.analysis.districts import (
    assign_district,
    build_districts,
    derive_districts,
    measure_gaps,
    measure_overlaps,
    order_levels,
)
from begegnung_geo.analysis.population import (
    clip_to_city,
    estimate_population,
    measure_dwelling_area,
    spread_cells,
)
from begegnung_geo.category_rules import list_feature_filters, read_category_rules
from begegnung_geo.config import build_profile
from begegnung_geo.sources.osm import read_osm
from begegnung_geo.sources.vector import read_boundary, read_districts
from begegnung_geo.sources.zensus import read_population
from begegnung_geo.walk_rules import read_walk_rules

METRIC = "EPSG:25832"
LEVEL = "statistischer_bezirk"
# Number of the Stadtbezirk in the file of 2018, by the first digits of the Bezirk's number:
# the table in the README of the real data.
OUTER = {str(digit): str(digit) for digit in range(1, 10)}
INNER = {"000": "10", "010": "10", "020": "10", "030": "10", "040": "12", "050": "12", "060": "12"}
INNER |= {"070": "11", "080": "11", "090": "11"}


@pytest.fixture(scope="module")
def bezirke(real_data):
    areas, issues = read_districts(
        real_data / "dortmund_statistische_bezirke_2025-10-12.geojson",
        level=LEVEL,
        id_column="statistischer_bezirk_nr",
        name_column="statistischer_bezirk",
        crs=METRIC,
    )
    assert len(issues) == 0
    return areas


@pytest.fixture(scope="module")
def stadtbezirke(real_data):
    areas, issues = read_districts(
        real_data / "dortmund_stadtbezirke_2018.geojson",
        level="stadtbezirk",
        id_column="StBezNr",
        name_column="Bezeichnung",
        crs=METRIC,
    )
    assert len(issues) == 0
    return areas


@pytest.fixture(scope="module")
def city(real_data):
    path = real_data / "dortmund_stadtgrenze_osm_2022-03-01.geojson"
    return read_boundary(path, name="Dortmund", crs=METRIC)[0]


@pytest.fixture(scope="module")
def built(bezirke, stadtbezirke):
    return build_districts(pd.concat([bezirke, stadtbezirke], ignore_index=True))


def test_the_62_bezirke_have_text_ids_and_the_published_area(bezirke):
    assert len(bezirke) == 62
    assert bezirke["district_id"].str.fullmatch(r"\d{3}").all()
    assert bezirke["district_id"].iloc[0] == "000"
    assert bezirke.area.sum() / 1e6 == pytest.approx(280.46, rel=1e-4)


def test_gaps_and_overlaps_are_those_of_the_readme(bezirke, built):
    gap_count, gap_km2 = measure_gaps(bezirke)
    assert (gap_count, round(gap_km2, 3)) == (179, 0.627)
    overlap_count, overlap_km2 = measure_overlaps(bezirke)
    assert (overlap_count, round(overlap_km2, 3)) == (124, 0.665)
    issues = built[1]
    of_level = issues[issues["text"].str.contains(LEVEL)].set_index("code")["count"]
    assert of_level.to_dict() == {"DISTRICT_GAPS": 179, "DISTRICT_OVERLAPS": 124}


def test_each_bezirk_lies_in_the_stadtbezirk_of_its_number(built):
    districts, issues = built
    assert order_levels(districts) == ["stadtbezirk", LEVEL]
    parents = districts[districts["level"] == LEVEL].set_index("district_id")["parent_id"]
    expected = {key: INNER.get(key) or OUTER[key[0]] for key in parents.index}
    assert parents.to_dict() == expected
    assert "DISTRICT_WITHOUT_PARENT" not in set(issues["code"])


def test_eight_names_exist_on_both_levels_and_tie_nothing(built):
    districts, _ = built
    names = districts.groupby("level")["name"].agg(lambda names: {name.casefold() for name in names})
    # Aplerbeck, Brackel, Eving, Hombruch, Huckarde, Hörde, Lütgendortmund, Mengede.
    assert len(names["stadtbezirk"] & names[LEVEL]) == 8


@pytest.mark.parametrize("level", ["stadtbezirk", LEVEL])
def test_ten_thousand_points_in_the_city_get_exactly_one_district(built, city, level):
    districts, _ = built
    random = np.random.default_rng(62)
    west, south, east, north = city.total_bounds
    draws = gpd.GeoSeries(
        gpd.points_from_xy(random.uniform(west, east, 22_000), random.uniform(south, north, 22_000)),
        crs=METRIC,
    )
    inside = draws[draws.within(city.geometry.iloc[0])].iloc[:10_000]
    points = gpd.GeoDataFrame(geometry=inside)
    assert len(points) == 10_000
    located, issues = assign_district(points, districts, level=level, city_area=city, snap_distance_m=300)
    assert located[f"district_id_{level}"].notna().all()
    assert len(located) == 10_000
    assert len(issues) == 0
    # Where exactly one polygon holds a point, a plain spatial join finds the same.
    members = districts.loc[districts["level"] == level, ["district_id", "geometry"]]
    joined = points.sjoin(members, predicate="within")
    is_alone = ~joined.index.duplicated(keep=False)
    assert 9_900 < is_alone.sum() < 10_000
    alone = joined[is_alone]
    assert (located.loc[alone.index, f"district_id_{level}"] == alone["district_id"]).all()


def test_points_in_each_gap_and_each_overlap_get_one_of_the_neighbours(bezirke, built, city):
    districts, _ = built
    shapes = bezirke.geometry.to_numpy()
    parts = shapely.get_parts(shapely.union_all(shapes))
    holes = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    shared = shapely.intersection(shapes[first], shapes[second])
    spots = shapely.point_on_surface(np.array([*holes, *shared[shapely.area(shared) > 1]], dtype=object))
    points = gpd.GeoDataFrame(geometry=spots, crs=METRIC)
    located, _ = assign_district(points, districts, level=LEVEL, city_area=city, snap_distance_m=300)
    ids = located[f"district_id_{LEVEL}"]
    assert ids.notna().all()
    areas = bezirke.set_index("district_id").geometry
    nearest_m = [areas.distance(spot).min() for spot in spots]
    taken_m = [areas[key].distance(spot) for key, spot in zip(ids, spots, strict=True)]
    assert taken_m == pytest.approx(nearest_m, abs=1e-3)


def test_the_closed_union_of_the_bezirke_is_the_city(bezirke, city):
    closed = close_slivers(bezirke.geometry.to_numpy())
    official = city.geometry.iloc[0]
    assert closed.geom_type == "Polygon"
    assert len(closed.interiors) == 0
    assert closed.intersection(official).area / closed.union(official).area > 0.995


# --- people ---


def test_the_1_km_grid_of_2011_sums_as_the_readme_says(real_data):
    path = real_data / "dortmund_einwohner_1km_zensus2011.csv"
    cells, issues, meta = read_population(path, crs=METRIC)
    raw = pd.read_csv(path)
    assert (meta.row_count, len(cells)) == (334, 325)
    assert issues.groupby("code")["count"].sum().to_dict() == {"PERSONS_SUPPRESSED": 9}
    share = raw.set_index("gitter_id_1km")["anteil_in_dortmund"]
    weighted = (cells.set_index("cell_id")["persons"] * share).sum()
    assert round(weighted) == 566_275
    assert meta.input_persons == raw.loc[raw["Einwohner"] > 0, "Einwohner"].sum()
    assert meta.cell_size_m == 1000


def test_1_km_cells_that_touch_the_city_are_kept_for_spreading(real_data, city):
    path = real_data / "dortmund_einwohner_1km_zensus2011.csv"
    cells, _, meta = read_population(path, crs=METRIC, clip=city.geometry.iloc[0])
    assert meta.kept_persons + meta.outside_persons == meta.input_persons
    inside, outside_persons = clip_to_city(cells, city)
    assert inside["persons"].sum() + outside_persons == meta.kept_persons
    # By midpoints alone the city has 568,181 people where half of a cell's area counts it in.
    assert inside["persons"].sum() == pytest.approx(568_181, rel=0.005)


def test_the_long_100_m_table_has_the_people_of_the_readme(real_data):
    cells, issues, meta = read_population(real_data / "dortmund_alter_100m_zensus2011.csv", crs=METRIC)
    assert cells["persons_under_10"].sum() == 46_722
    assert cells["persons_80_plus"].sum() == 30_863
    assert (cells["persons_under_10"].count(), cells["persons_80_plus"].count()) == (6_561, 5_559)
    assert meta.input_persons == meta.kept_persons == 46_722 + 30_863
    assert not meta.has_total
    assert set(issues["code"]) == {"PERSONS_WITHOUT_TOTAL"}


# --- real extracts ---


@pytest.fixture(scope="module")
def read_extract(real_data, project):
    rules = list_feature_filters(read_category_rules(project / "config"))
    walk_rules = read_walk_rules(project / "config" / "walkways.csv")

    def read(name):
        path = real_data / f"{name}.osm.pbf"
        return read_osm(path, crs=METRIC, clip=None, feature_filters=rules, walk_rules=walk_rules)

    return read


@pytest.fixture(scope="module")
def settings():
    profile = build_profile(
        {"city": {"key": "x", "name": "X"}, "sources": {"osm": {"file": "x.osm.pbf"}}}, where="test"
    )
    return profile.population.model_dump(exclude={"totals_known_share_min", "totals_factor_max"})


def test_an_extract_without_boundaries_is_studied_where_its_streets_are(read_extract, settings):
    tables = read_extract("neuss_2026-03-28")
    city_area, issues = build_city_area(name="Neuss", boundaries=tables.boundaries, walkways=tables.walkways)
    assert city_area["origin"].tolist() == ["extract"]
    assert len(issues) == 0
    # The README's core (1 to 99 percentile of walkable nodes) is a box of 8.1 km2.
    core = gpd.GeoSeries([shapely.box(6.6722, 51.1827, 6.6991, 51.2213)], crs=4326).to_crs(METRIC)
    extent = city_area.geometry.iloc[0]
    assert extent.intersection(core.iloc[0]).area / extent.area > 0.75
    districts, _ = build_districts(derive_districts(tables.boundaries, city_area))
    assert districts["name"].tolist() == ["Neuss"]
    cells = estimate_population(tables.buildings, city_area=city_area, **settings)
    # Neuss has about 1,500 people a km2; a third to twice that is plausible for a part of it.
    assert 500 < cells["persons"].sum() / (extent.area / 1e6) < 3000


def test_a_corner_of_a_city_is_cut_at_the_border_and_says_that_it_is_a_part(read_extract):
    tables = read_extract("dortmund_boevinghausen_grenze_undated")
    city_area, issues = build_city_area(
        name="Dortmund", boundaries=tables.boundaries, walkways=tables.walkways
    )
    assert city_area["origin"].tolist() == ["extract"]
    assert issues["code"].tolist() == ["EXTRACT_COVERS_PART"]
    border = tables.boundaries.set_index("name").geometry["Dortmund"]
    assert border.buffer(1).covers(city_area.geometry.iloc[0])


def test_a_village_outside_dortmund_has_nobody_in_dortmund(read_extract, city, settings):
    tables = read_extract("witten_stockum_2021-03-01")
    cells = estimate_population(tables.buildings, city_area=city, **settings)
    everyone = estimate_population(
        tables.buildings, city_area=build_city_area(name="Stockum", walkways=tables.walkways)[0], **settings
    )
    assert cells["persons"].sum() < 0.02 * everyone["persons"].sum()
    assert everyone["persons"].sum() > 2000


def test_people_of_1_km_cells_move_to_the_mapped_houses_and_none_is_lost(real_data, read_extract, settings):
    tables = read_extract("dortmund_aplerbeck_2026-07-14")
    cells, _, meta = read_population(real_data / "dortmund_einwohner_1km_zensus2011.csv", crs=METRIC)
    settings = dict(settings)
    settings.pop("floor_area_per_person_m2")
    floor_area_m2 = measure_dwelling_area(tables.buildings, **settings)
    for floor_area_min in (0, 15):
        spread = spread_cells(
            cells,
            tables.buildings,
            cell_size_m=meta.cell_size_m,
            floor_area_m2=floor_area_m2,
            floor_area_min_per_person_m2=floor_area_min,
        )
        assert spread["persons"].sum() == pytest.approx(meta.kept_persons, rel=1e-9)
        # A few blocks of a square kilometre are mapped: with the limit nobody is moved there.
        assert (len(spread) > len(cells)) == (floor_area_min == 0)
    moved = spread_cells(
        cells,
        tables.buildings,
        cell_size_m=1000,
        floor_area_m2=floor_area_m2,
        floor_area_min_per_person_m2=0,
    )
    moved = moved[moved["cell_id"].str.contains("/")].to_crs(3035)
    north_east = moved["cell_id"].str.extract(r"1kmN(\d+)E(\d+)/").astype(int).to_numpy()
    assert (np.floor(moved.geometry.y / 1000).to_numpy() == north_east[:, 0]).all()
    assert (np.floor(moved.geometry.x / 1000).to_numpy() == north_east[:, 1]).all()


def test_the_extent_of_a_whole_citys_streets_is_one_area(read_extract):
    extent = measure_extent(read_extract("heidelberg_streets").walkways)
    assert extent.geom_type == "Polygon"
    assert extent.is_valid
