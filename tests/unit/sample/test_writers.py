# SPDX-License-Identifier: MIT
"""The text files of Musterstadt, read with csv, json and geopandas alone."""

import csv
import json
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from begegnung_geo.sample import SampleReport

from .conftest import SMALL, OsmContent

PERSONS = "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
AGES = "Zensus2022_Alter_in_5_Altersklassen_100m-Gitter.csv"
pytestmark = pytest.mark.usefixtures("report")


@pytest.fixture(scope="module")
def bezirke(report: SampleReport) -> gpd.GeoDataFrame:
    return gpd.read_file(report.files[0].parent / "fb62-statistischebezirke.geojson").to_crs(25832)


def test_cells_have_the_layout_of_zensus_2022(sample_dir: Path) -> None:
    cells = pd.read_csv(sample_dir / PERSONS, sep=";")
    assert list(cells.columns) == ["GITTER_ID_100m", "x_mp_100m", "y_mp_100m", "Einwohner"]
    for cell_id, x, y in cells[["GITTER_ID_100m", "x_mp_100m", "y_mp_100m"]].itertuples(index=False):
        assert cell_id == f"CRS3035RES100mN{y - 50}E{x - 50}"
    assert cells["GITTER_ID_100m"].is_unique
    assert (cells["Einwohner"] > 0).all()


def test_people_of_the_cells_inside_the_town_are_those_asked_for(
    sample_dir: Path, bezirke: gpd.GeoDataFrame
) -> None:
    cells = pd.read_csv(sample_dir / PERSONS, sep=";")
    points = gpd.GeoSeries(gpd.points_from_xy(cells["x_mp_100m"], cells["y_mp_100m"]), crs=3035).to_crs(25832)
    town = shapely.union_all(bezirke.geometry.to_numpy())
    inside = points.within(shapely.buffer(town, 50)).to_numpy()
    # The villages beyond the border are in the file too, as in the national one.
    assert cells.loc[inside, "Einwohner"].sum() == pytest.approx(SMALL, rel=0.02)
    assert cells["Einwohner"].sum() > SMALL


def test_ages_add_up_to_the_people_but_for_suppressed_values(sample_dir: Path) -> None:
    ages = pd.read_csv(sample_dir / AGES, sep=";", dtype=str)
    cells = pd.read_csv(sample_dir / PERSONS, sep=";")
    groups = ages.iloc[:, 3:]
    assert list(groups.columns) == ["Unter18", "a18bis29", "a30bis49", "a50bis64", "a65undaelter"]
    assert (groups == "–").any(axis=None)
    known = groups.replace("–", "0").astype(int).sum(axis=1)
    hidden = (groups == "–").sum(axis=1)
    assert (ages["GITTER_ID_100m"] == cells["GITTER_ID_100m"]).all()
    assert (known <= cells["Einwohner"]).all()
    assert (cells["Einwohner"] <= known + 2 * hidden).all()


def test_bezirke_have_text_ids_with_leading_zeros_and_dortmunds_fields(bezirke: gpd.GeoDataFrame) -> None:
    assert bezirke["statistischer_bezirk_nr"].is_unique
    assert {"000", "010"} <= set(bezirke["statistischer_bezirk_nr"])
    assert {"statistischer_bezirk", "stadtbezirk_nr", "stadtbezirk_bezeichnung"} <= set(bezirke.columns)
    assert bezirke.is_valid.all()


def test_one_name_stands_on_both_levels(sample_dir: Path, bezirke: gpd.GeoDataFrame) -> None:
    coarse = gpd.read_file(sample_dir / "fb62-stadtbezirke.geojson")
    assert len(coarse) == 3
    shared = set(coarse["stadtbezirk_bezeichnung"]) & set(bezirke["statistischer_bezirk"])
    assert shared == {"Norderfeld"}


def test_bezirke_have_small_gaps_and_overlaps(bezirke: gpd.GeoDataFrame) -> None:
    union = shapely.union_all(bezirke.geometry.to_numpy())
    overlap = bezirke.area.sum() - union.area
    holes = sum(shapely.Polygon(r).area for part in shapely.get_parts(union) for r in part.interiors)
    assert 0 < overlap < 0.02 * union.area
    assert 0 < holes < 0.02 * union.area


def test_addresses_have_21_columns_and_stand_on_houses(sample_dir: Path, osm: OsmContent) -> None:
    with (sample_dir / "gebref.txt").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert {len(row) for row in rows} == {21}
    assert len({row[1] for row in rows}) == len(rows)
    assert {row[2] for row in rows} >= {"A", "B"}
    assert all(re.fullmatch(r"\d+,\d{3}", row[18]) and re.fullmatch(r"\d+,\d{3}", row[19]) for row in rows)
    assert any(row[14].endswith(("str.", "Str.")) for row in rows)
    assert not any("straße" in row[14].casefold() for row in rows)
    houses = shapely.STRtree(
        [
            shapely.Polygon([osm.nodes[ref] for ref in osm.ways[way_id][0]])
            for way_id in osm.select_ways("building")
        ]
    )
    points = [shapely.Point(float(r[18].replace(",", ".")), float(r[19].replace(",", "."))) for r in rows]
    assert set(houses.query(points, predicate="dwithin", distance=1.0)[0]) == set(range(len(points)))


def test_a_street_has_each_house_number_once(sample_dir: Path) -> None:
    with (sample_dir / "gebref.txt").open(encoding="utf-8", newline="") as file:
        numbers = [(row[14], row[15], row[16]) for row in csv.reader(file, delimiter=";")]
    assert len(set(numbers)) > 0.99 * len(numbers)


def test_the_citys_list_has_xerleben_fields_and_its_known_oddities(sample_dir: Path) -> None:
    features = json.loads((sample_dir / "begegnungsstaetten.geojson").read_text(encoding="utf-8"))["features"]
    assert {"objektname", "objektart", "strasse", "hausnummer", "statbeznr", "geo_point_2d"} <= set(
        features[0]["properties"]
    )
    geometries = [feature["geometry"] for feature in features]
    assert None in geometries
    assert sum(g is not None and g["type"] == "Feature" for g in geometries) == 1
    assert any(feature["properties"]["objektname"] is None for feature in features)
    ids = [feature["properties"]["objektid"] for feature in features]
    assert len(set(ids)) == len(ids)


def test_area_keys_of_the_citys_list_agree_with_the_polygons(
    sample_dir: Path, bezirke: gpd.GeoDataFrame
) -> None:
    features = json.loads((sample_dir / "begegnungsstaetten.geojson").read_text(encoding="utf-8"))["features"]
    to_metric = Transformer.from_crs(4326, 25832, always_xy=True)
    areas = bezirke.set_index("statistischer_bezirk_nr").geometry
    for properties in (feature["properties"] for feature in features if feature["properties"]["strasse"]):
        point = shapely.Point(to_metric.transform(*properties["geo_point_2d"].values()))
        assert (
            shapely.distance(areas[properties["statbeznr"]], point) < 200
        )  # one point in eleven is 170 m off


def test_the_list_from_people_has_hostile_and_incomplete_rows(sample_dir: Path) -> None:
    with (sample_dir / "orte_von_menschen.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert list(rows[0]) == [
        "name", "klasse", "adresse", "breite", "laenge", "bemerkung", "öffnungszeiten", "stand",
    ]  # fmt: skip
    assert {"14.03.2025", "31.02.2023", "31.12.2099", "gestern"} <= {row["stand"] for row in rows}
    assert {"Mo-Fr 9-17 Uhr", "werktags 9-12 Uhr"} <= {row["öffnungszeiten"] for row in rows}
    names = [row["name"] for row in rows]
    assert names.count("<script>alert(1)</script>") == 1
    assert names.count('=HYPERLINK("http://x")') == 1
    assert any(row["adresse"] and not row["breite"] for row in rows)
    assert any(row["breite"] and float(row["breite"].replace(",", ".")) < -90 for row in rows)
    assert any("99999" in row["adresse"] for row in rows)
    assert any(row["klasse"] == "raumschiff" for row in rows)


def test_hostile_text_stays_out_of_the_map(osm: OsmContent) -> None:
    values = {v for tags in osm.node_tags.values() for v in tags.values()}
    values |= {v for _, tags in osm.ways.values() for v in tags.values()}
    assert not any("<" in value or value.startswith("=") for value in values)
