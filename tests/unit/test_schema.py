# SPDX-License-Identifier: MIT
import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, Polygon

from begegnung_geo.errors import CrsError, SchemaError
from begegnung_geo.schema import TABLES, build_empty, conform_table, require_table

CRS = "EPSG:25832"
SQUARE = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])


def _districts(**changes: object) -> gpd.GeoDataFrame:
    columns: dict[str, object] = {
        "district_id": ["010", "000"], "level": ["bezirk", "bezirk"], "name": ["B", "A"],
        "parent_id": [None, None], "area_km2": [1, 1],
    }  # fmt: skip
    return gpd.GeoDataFrame({**columns, **changes}, geometry=[SQUARE, SQUARE], crs=CRS)


def test_conform_sorts_by_key_casts_and_makes_multipolygons() -> None:
    districts = conform_table(_districts(), "districts")
    assert districts["district_id"].tolist() == ["000", "010"]
    assert districts["area_km2"].dtype == "float64"
    assert districts.geometry.geom_type.tolist() == ["MultiPolygon", "MultiPolygon"]


def test_conform_rounds_to_millimetres() -> None:
    nodes = gpd.GeoDataFrame({"node_id": [1], "component_id": [0]}, geometry=[Point(0.12349, 2)], crs=CRS)
    assert conform_table(nodes, "walk_nodes").geometry.iloc[0].x == 0.123


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"district_id": ["1", "1"]}, "key level, district_id repeats"),
        ({"name": ["A", None]}, "name has empty values"),
        ({"colour": ["red", "blue"]}, "unknown columns"),
        ({"area_km2": ["big", "small"]}, "is not float64"),
    ],
)
def test_broken_contract_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        conform_table(_districts(**changes), "districts")


def test_missing_column_is_named() -> None:
    with pytest.raises(SchemaError, match="missing columns \\['name'\\]"):
        conform_table(_districts().drop(columns="name"), "districts")


def test_value_outside_the_list_is_named() -> None:
    flags = pd.DataFrame(
        {
            "district_id": ["1"],
            "level": ["b"],
            "is_underserved": [True],
            "stability": ["sure"],
            "variants_agree": [6],
            "variants_count": [6],
            "reasons": [[]],
            "persons_beyond": [1.0],
            "need_index": [0.5],
            "level_median_share": [0.5],
        }
    )
    with pytest.raises(SchemaError, match="unknown values sure"):
        conform_table(flags, "underserved")


def test_wrong_geometry_type_is_named() -> None:
    nodes = gpd.GeoDataFrame(
        {"node_id": [1], "component_id": [0]}, geometry=[LineString([(0, 0), (1, 1)])], crs=CRS
    )
    with pytest.raises(SchemaError, match="LineString"):
        conform_table(nodes, "walk_nodes")


def test_wrong_crs_is_refused() -> None:
    in_mercator = conform_table(_districts(), "districts").set_crs(3857, allow_override=True)
    with pytest.raises(CrsError):
        require_table(in_mercator, "districts", crs=CRS)


def test_columns_of_a_family_are_kept() -> None:
    cells = gpd.GeoDataFrame(
        {"cell_id": ["a"], "persons": [2.0], "is_estimated": [False], "persons_65_plus": [1.0]},
        geometry=[Point(0, 0)], crs=CRS,
    )  # fmt: skip
    assert "persons_65_plus" in conform_table(cells, "population_cells").columns


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_can_be_empty(name: str) -> None:
    empty = conform_table(build_empty(name, crs=CRS), name)
    require_table(empty, name, crs=CRS)
    assert len(empty) == 0


@pytest.mark.parametrize("name", list(TABLES))
def test_names_keep_the_house_rules(name: str) -> None:
    table = TABLES[name]
    names = {column.name for column in table.columns}
    assert set(table.key) <= names
    assert name.isascii()
    assert all(column.meaning for column in table.columns)
    flags = [column.name for column in table.columns if column.dtype == "bool"]
    assert all(flag.startswith(("is_", "has_")) for flag in flags)
    metres = [column for column in table.columns if column.unit == "m"]
    assert all(column.name.endswith("_m") for column in metres)
