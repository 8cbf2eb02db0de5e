# SPDX-License-Identifier: MIT
"""District and boundary files: every format, every fault."""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import mapping

from begegnung_geo.errors import CrsError, SourceError
from begegnung_geo.schema import conform_table, require_table
from begegnung_geo.sources.vector import read_boundary, read_districts

METRIC = "EPSG:25832"
WEST = shapely.box(390_000, 5_700_000, 391_000, 5_702_000)
EAST = shapely.box(391_000, 5_700_000, 392_000, 5_702_000)


def build_layer(ids=("000", "010"), names=("Hörde", "Süd"), shapes=(WEST, EAST)):
    return gpd.GeoDataFrame({"nr": list(ids), "name": list(names)}, geometry=list(shapes), crs=METRIC)


def write_geojson(path: Path, features: list[dict], **members) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}), "utf-8")
    return path


def as_feature(shape, **properties) -> dict:
    in_degrees = gpd.GeoSeries([shape], crs=METRIC).to_crs(4326).iloc[0] if shape is not None else None
    geometry = None if in_degrees is None else mapping(in_degrees)
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def read(path: Path, *, id_column="nr", name_column="name"):
    return read_districts(path, level="bezirk", id_column=id_column, name_column=name_column, crs=METRIC)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "gml", "fgb"])
def test_all_formats_give_the_same_table(tmp_path, suffix):
    path = tmp_path / f"bezirke.{suffix}"
    layer = build_layer().to_crs(4326) if suffix == "geojson" else build_layer()
    layer.to_file(path)
    areas, issues = read(path)
    assert areas["district_id"].tolist() == ["000", "010"]
    assert areas["name"].tolist() == ["Hörde", "Süd"]
    assert set(areas["level"]) == {"bezirk"}
    assert areas.area.tolist() == pytest.approx([2e6, 2e6], rel=1e-6)
    assert len(issues) == 0
    require_table(conform_table(areas, "district_areas"), "district_areas", crs=METRIC)


def test_a_zipped_shapefile_is_read(tmp_path):
    build_layer().to_file(tmp_path / "b.shp")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for part in tmp_path.glob("b.[sdp]*"):
            archive.write(part, part.name)
    assert read(tmp_path / "b.zip")[0]["name"].tolist() == ["Hörde", "Süd"]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (("000", "010"), ["000", "010"]),
        ((0, 10), ["0", "10"]),
        ((0.0, 10.0), ["0", "10"]),
        ((" 00 ", "01\n"), ["00", "01"]),
    ],
)
@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_ids_become_text_and_keep_their_zeros(tmp_path, *, ids, expected, suffix):
    path = tmp_path / f"b.{suffix}"
    if suffix == "gpkg":
        build_layer(ids=ids).to_file(path)
    else:
        write_geojson(path, [as_feature(s, nr=i, name="x") for i, s in zip(ids, (WEST, EAST), strict=True)])
    assert read(path)[0]["district_id"].tolist() == expected


@pytest.mark.parametrize(
    "wrap",
    [
        lambda f: {**f, "geometry": {"type": "Feature", "geometry": f["geometry"], "properties": {}}},
        lambda f: {**f, "geometry": None, "properties": {**f["properties"], "polygone": f["geometry"]}},
        lambda f: {
            **f,
            "geometry": {"type": "Point", "coordinates": [7.4, 51.4]},
            "properties": {**f["properties"], "polygone": {"type": "Feature", "geometry": f["geometry"]}},
        },
    ],
    ids=["nested feature", "polygon in a column", "label point beside a feature in a column"],
)
def test_opendatasoft_exports_keep_their_polygon_wherever_it_stands(tmp_path, wrap):
    features = [wrap(as_feature(WEST, nr="000", name="City", punkt={"lon": 7.4, "lat": 51.4}))]
    areas, issues = read(write_geojson(tmp_path / "b.geojson", features))
    assert areas.area.iloc[0] == pytest.approx(2e6, rel=1e-6)
    assert len(issues) == 0


def test_a_list_of_records_is_read_like_a_geojson(tmp_path):
    record = {"nr": "000", "name": "City", "geo_shape": as_feature(WEST)}
    (tmp_path / "b.json").write_text(json.dumps([record]), "utf-8")
    assert read(tmp_path / "b.json")[0]["district_id"].tolist() == ["000"]


def test_a_geojson_with_a_crs_member_is_read_in_that_crs(tmp_path):
    feature = {"type": "Feature", "geometry": mapping(WEST), "properties": {"nr": "1", "name": "A"}}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    areas, _ = read(write_geojson(tmp_path / "b.geojson", [feature], crs=crs))
    assert areas.geometry.iloc[0].equals(WEST)


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("ISO-8859-1", None), ("ISO-8859-1", "UTF-8"), ("ISO-8859-1", "ISO-8859-1"), ("UTF-8", None)],
)
def test_umlauts_in_shapefiles_survive_a_missing_or_wrong_code_page(tmp_path, encoding, cpg):
    build_layer().to_file(tmp_path / "b.shp", encoding=encoding)
    (tmp_path / "b.cpg").unlink(missing_ok=True)
    if cpg:
        (tmp_path / "b.cpg").write_text(cpg)
    areas, issues = read(tmp_path / "b.shp")
    assert areas["name"].tolist() == ["Hörde", "Süd"]
    assert (issues["code"].tolist() == ["ENCODING_FALLBACK"]) == (encoding != "UTF-8" and cpg == "UTF-8")


def test_a_geojson_in_windows_1252_is_read_and_reported(tmp_path):
    text = json.dumps({"type": "FeatureCollection", "features": [as_feature(WEST, nr="1", name="Hörde")]})
    (tmp_path / "b.geojson").write_bytes(text.replace("\\u00f6", "ö").encode("cp1252"))
    areas, issues = read(tmp_path / "b.geojson")
    assert areas["name"].tolist() == ["Hörde"]
    assert issues["code"].tolist() == ["ENCODING_FALLBACK"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.geojson", b""),
        ("empty.gpkg", b""),
        ("text.geojson", b"not json"),
        ("number.geojson", b"12"),
        ("nothing.geojson", b'{"type": "FeatureCollection", "features": []}'),
        ("deep.geojson", b"[" * 200_000),
        ("picture.gpkg", b"\x89PNG\r\n" * 50),
        ("short.shp", b"\0\0\x27\x0a"),
        ("table.csv", b"nr,name\n1,A\n"),
    ],
)
def test_what_is_no_vector_file_raises_with_the_path(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read(path)
    assert str(path) in caught.value.where
    assert caught.value.hint


@pytest.mark.parametrize("name", ["missing.geojson", "missing.gpkg"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(SourceError, match=f"there is no file {name}"):
        read(tmp_path / name)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "gml", "fgb"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_cut_off_file_is_never_read_in_part(tmp_path, suffix, share):
    path = tmp_path / f"b.{suffix}"
    shapes = [shapely.Point(390_000 + 900 * i, 5_700_000).buffer(400) for i in range(60)]
    layer = build_layer(ids=[f"{i:03}" for i in range(60)], names=["A"] * 60, shapes=shapes)
    (layer.to_crs(4326) if suffix == "geojson" else layer).to_file(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceError):
        read(path)


def test_a_shapefile_without_prj_raises(tmp_path):
    build_layer().to_file(tmp_path / "b.shp")
    (tmp_path / "b.prj").unlink()
    with pytest.raises(CrsError, match="does not say in which"):
        read(tmp_path / "b.shp")


def test_swapped_latitude_and_longitude_raise(tmp_path):
    feature = as_feature(WEST, nr="1", name="A")
    ring = [[lat, lon] for lon, lat in feature["geometry"]["coordinates"][0]]
    feature["geometry"]["coordinates"] = [ring]
    with pytest.raises(CrsError, match="far outside the area of EPSG:25832") as caught:
        read(write_geojson(tmp_path / "b.geojson", [feature]))
    assert "longitude comes before latitude" in caught.value.hint


def test_a_projected_file_labelled_as_degrees_raises(tmp_path):
    feature = {"type": "Feature", "geometry": mapping(WEST), "properties": {"nr": "1", "name": "A"}}
    with pytest.raises(CrsError, match="cannot be degrees"):
        read(write_geojson(tmp_path / "b.geojson", [feature]))


def test_an_unknown_crs_member_raises(tmp_path):
    crs = {"type": "name", "properties": {"name": "no such thing"}}
    with pytest.raises(CrsError, match="unknown coordinate reference system"):
        read(write_geojson(tmp_path / "b.geojson", [as_feature(WEST, nr="1", name="A")], crs=crs))


@pytest.mark.parametrize(("id_column", "name_column"), [("NR", "name"), ("nr", "titel")])
def test_an_unknown_column_raises_and_lists_the_columns(tmp_path, id_column, name_column):
    build_layer().to_file(tmp_path / "b.gpkg")
    with pytest.raises(SourceError, match="there is no column") as caught:
        read(tmp_path / "b.gpkg", id_column=id_column, name_column=name_column)
    assert "its columns: nr, name" in caught.value.where


def test_the_layer_with_the_wanted_columns_is_taken(tmp_path):
    path = tmp_path / "b.gpkg"
    build_layer().rename(columns={"nr": "other"}).to_file(path, layer="first")
    build_layer(ids=("1", "2")).to_file(path, layer="second")
    assert read(path)[0]["district_id"].tolist() == ["1", "2"]


def test_one_id_with_two_names_raises_naming_both(tmp_path):
    build_layer(ids=("7", "7")).to_file(tmp_path / "b.gpkg")
    with pytest.raises(SourceError, match="1 district ids stand for several") as caught:
        read(tmp_path / "b.gpkg")
    assert "7 (Hörde / Süd)" in caught.value.where


def test_a_district_in_pieces_is_joined_and_reported(tmp_path):
    build_layer(ids=("7", "7"), names=("Süd", "Süd")).to_file(tmp_path / "b.gpkg")
    areas, issues = read(tmp_path / "b.gpkg")
    assert areas.area.tolist() == pytest.approx([4e6])
    assert issues[["row", "code"]].to_numpy().tolist() == [["7", "DISTRICT_REPAIRED"]]


def test_a_polygon_without_id_raises(tmp_path):
    path = write_geojson(
        tmp_path / "b.geojson", [as_feature(WEST, nr="1", name="A"), as_feature(EAST, nr=None, name="B")]
    )
    with pytest.raises(SourceError, match="1 polygons have no id") as caught:
        read(path)
    assert "feature 2" in caught.value.where


def test_features_without_polygon_are_left_out_and_listed(tmp_path):
    features = [
        as_feature(WEST, nr="1", name="A"),
        as_feature(None, nr="2", name="B"),
        as_feature(shapely.Point(390_500, 5_700_500), nr="3", name="C"),
        as_feature(shapely.Polygon(), nr="4", name="D"),
    ]
    areas, issues = read(write_geojson(tmp_path / "b.geojson", features))
    assert areas["district_id"].tolist() == ["1"]
    assert issues["row"].tolist() == ["feature 2", "feature 3", "feature 4"]
    assert set(issues["code"]) == {"DISTRICT_REJECTED"}


def test_a_file_of_points_raises(tmp_path):
    build_layer(shapes=(WEST.centroid, EAST.centroid)).to_file(tmp_path / "b.gpkg")
    with pytest.raises(SourceError, match="holds no polygon"):
        read(tmp_path / "b.gpkg")


def test_an_invalid_polygon_is_repaired_and_reported(tmp_path):
    # A bow tie of two triangles, each 500 m high on a base of 1000 m: 2 x 0.25 km2.
    x, y = 390_000, 5_700_000
    bow_tie = shapely.Polygon([(x, y), (x + 1000, y + 1000), (x + 1000, y), (x, y + 1000)])
    build_layer(shapes=(bow_tie, EAST)).to_file(tmp_path / "b.gpkg")
    areas, issues = read(tmp_path / "b.gpkg")
    assert areas.is_valid.all()
    assert areas.area.iloc[0] == pytest.approx(500_000)
    assert issues[["row", "code"]].to_numpy().tolist() == [["feature 1", "DISTRICT_REPAIRED"]]
    assert "Self-intersection" in issues["text"].iloc[0]


def test_polygons_inside_a_collection_and_heights_are_understood(tmp_path):
    mixed = shapely.GeometryCollection([shapely.force_3d(WEST, 5.0), shapely.LineString([(0, 0), (1, 1)])])
    feature = {"type": "Feature", "geometry": mapping(mixed), "properties": {"nr": "1", "name": "A"}}
    feature["geometry"]["geometries"][1]["coordinates"] = [[390_000, 5_700_000], [390_001, 5_700_001]]
    crs = {"type": "name", "properties": {"name": "EPSG:25832"}}
    areas, _ = read(write_geojson(tmp_path / "b.geojson", [feature], crs=crs))
    assert areas.geometry.iloc[0].equals(WEST)
    assert not areas.has_z.any()


def test_hostile_and_missing_names_become_one_clean_line(tmp_path):
    features = [
        as_feature(WEST, nr="1", name="A\x1b[31m\nB\u202e" + "x" * 10_000),
        as_feature(EAST, nr="2", name=None),
    ]
    areas, issues = read(write_geojson(tmp_path / "b.geojson", features))
    first, second = areas["name"]
    assert len(first) == 200
    assert first.isprintable()
    assert second == "2"
    assert issues[["row", "code"]].to_numpy().tolist() == [["feature 2", "DISTRICT_REPAIRED"]]


def test_the_boundary_is_the_union_of_all_polygons(tmp_path):
    build_layer().to_file(tmp_path / "b.gpkg")
    city_area, issues = read_boundary(tmp_path / "b.gpkg", name="Musterstadt", crs=METRIC)
    assert city_area.area.tolist() == pytest.approx([4e6])
    assert city_area[["name", "origin"]].to_numpy().tolist() == [["Musterstadt", "boundary_file"]]
    assert len(issues) == 0
    require_table(conform_table(city_area, "city_area"), "city_area", crs=METRIC)


def test_a_boundary_drawn_as_a_line_raises(tmp_path):
    build_layer(shapes=(WEST.boundary, EAST.boundary)).to_file(tmp_path / "b.gpkg")
    with pytest.raises(SourceError, match="no polygon"):
        read_boundary(tmp_path / "b.gpkg", name="M", crs=METRIC)


def test_a_bare_polygon_is_a_boundary(tmp_path):
    (tmp_path / "b.geojson").write_text(json.dumps(as_feature(WEST)["geometry"]))
    city_area, _ = read_boundary(tmp_path / "b.geojson", name="M", crs=METRIC)
    assert city_area.area.iloc[0] == pytest.approx(2e6, rel=1e-6)
