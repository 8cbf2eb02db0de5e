# SPDX-License-Identifier: MIT
"""Population files: every layout, every fault, and not a person lost."""

import json
import tracemalloc

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.errors import CrsError, SourceError
from begegnung_geo.schema import conform_table, require_table
from begegnung_geo.sources.population_layout import name_group
from begegnung_geo.sources.zensus import read_population

METRIC = "EPSG:25832"
# Midpoints of 100 m cells near Dortmund in EPSG:3035.
X, Y = 4_141_550, 3_157_450
HEADER_2022 = "GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner"
AGE_HEADER_2022 = "GITTER_ID_100m;x_mp_100m;y_mp_100m;Unter18;a18bis29;a30bis49;a50bis64;a65undaelter"


def cell(column, row=0):
    x, y = X + 100 * column, Y + 100 * row
    return f"CRS3035RES100mN{y - 50}E{x - 50};{x};{y}"


def write(path, *lines, encoding="utf-8"):
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def square(column, row=0, *, size_m=100, count=1):
    """Return the area of cells in the metric CRS: `count` cells east of the given one."""
    x, y = X + size_m * column, Y + size_m * row
    area = shapely.box(x - size_m / 2, y - size_m / 2, x + size_m * (count - 0.5), y + size_m / 2)
    return gpd.GeoSeries([shapely.segmentize(area, 50)], crs=3035).to_crs(METRIC).iloc[0]


def read(path, **options):
    cells, issues, meta = read_population(path, crs=METRIC, **options)
    total = meta.kept_persons + meta.outside_persons + meta.rejected_persons
    assert total == pytest.approx(meta.input_persons, rel=1e-9)
    assert meta.kept_persons == pytest.approx(cells["persons"].sum())
    require_table(conform_table(cells, "population_cells"), "population_cells", crs=METRIC)
    return cells, issues, meta


def count_codes(issues):
    return issues.groupby("code")["count"].sum().to_dict()


# --- layouts ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_grid_of_2022_is_read_in_any_encoding_and_with_any_separator(tmp_path, encoding, separator):
    lines = [HEADER_2022, f"{cell(0)};7", f"{cell(1)};–", f"{cell(2)};12"]
    path = write(tmp_path / "z.csv", *(line.replace(";", separator) for line in lines), encoding=encoding)
    cells, issues, meta = read(path)
    assert cells["persons"].tolist() == [7, 12]
    assert cells["cell_id"].tolist() == [cell(0).split(";")[0], cell(2).split(";")[0]]
    in_grid = cells.to_crs(3035)
    assert in_grid.geometry.x.round(3).tolist() == [X, X + 200]
    assert not cells["is_estimated"].any()
    assert count_codes(issues) == {"PERSONS_SUPPRESSED": 1}
    assert issues["row"].tolist() == ["line 3"]
    assert (meta.cell_size_m, meta.has_total, meta.row_count) == (100, True, 3)


def test_column_names_are_found_whatever_their_capitals(tmp_path):
    path = write(tmp_path / "z.csv", HEADER_2022.upper(), f"{cell(0)};7")
    assert read(path)[0]["persons"].tolist() == [7]


def test_the_source_is_labelled_with_year_and_cell_size(tmp_path):
    path = write(tmp_path / "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv", HEADER_2022, f"{cell(0)};7")
    assert read(path)[2].source_label == "Zensus 2022, 100 m"


@pytest.mark.parametrize(
    ("label", "group"),
    [
        ("Unter18", "persons_under_18"),
        ("a18bis29", "persons_18_29"),
        ("a65undaelter", "persons_65_plus"),
        ("A80UNDAELTER", "persons_80_plus"),
        ("unter_10", "persons_under_10"),
        ("80_und_aelter", "persons_80_plus"),
        ("80 und älter", "persons_80_plus"),
        ("10 - 19", "persons_10_19"),
        ("10_bis_19", "persons_10_19"),
        ("ab65_A", "persons_65_plus"),
        ("unter18_A", "persons_under_18"),
        ("persons_under_18", "persons_under_18"),
        ("persons_30_49", "persons_30_49"),
        ("persons_65_plus", "persons_65_plus"),
        ("Einwohner", None),
        ("persons", None),
        ("Alter_D", None),
        ("x_mp_100m", None),
        ("", None),
    ],
)
def test_age_groups_are_named_alike_in_all_layouts(label, group):
    assert name_group(label) == group


def test_the_age_table_is_joined_by_cell(tmp_path):
    total = write(tmp_path / "z.csv", HEADER_2022, f"{cell(0)};20", f"{cell(1)};5", f"{cell(2)};3")
    ages = write(
        tmp_path / "a.csv",
        AGE_HEADER_2022,
        f"{cell(2)};–;–;–;–;–",
        f"{cell(0)};4;–;6;3;7",
        f"{cell(9)};1;1;1;1;1",
    )
    cells, issues, _ = read(total, age_path=ages)
    groups = [c for c in cells.columns if c.startswith("persons_")]
    assert groups == [
        "persons_18_29",
        "persons_30_49",
        "persons_50_64",
        "persons_65_plus",
        "persons_under_18",
    ]
    # A mark beside people is zero; a cell without row, or with marks only, is unknown.
    assert cells[groups].iloc[0].tolist() == [0, 6, 3, 7, 4]
    assert cells[groups].iloc[1:].isna().all(axis=None)
    assert count_codes(issues)["AGE_EXCEEDS_TOTAL"] == 1  # people in cell 9, where nobody lives
    assert cells["persons"].sum() == 28


def test_age_groups_with_more_people_than_their_cell_are_counted_and_kept(tmp_path):
    total = write(tmp_path / "z.csv", HEADER_2022, f"{cell(0)};5", f"{cell(1)};5")
    ages = write(tmp_path / "a.csv", AGE_HEADER_2022, f"{cell(0)};3;3;0;0;0", f"{cell(1)};3;2;0;0;0")
    cells, issues, _ = read(total, age_path=ages)
    assert count_codes(issues) == {"AGE_EXCEEDS_TOTAL": 1}
    assert cells["persons_under_18"].tolist() == [3, 3]


def test_an_age_table_of_another_grid_raises(tmp_path):
    total = write(tmp_path / "z.csv", HEADER_2022, f"{cell(0)};5")
    ages = write(tmp_path / "a.csv", "x_mp_1km;y_mp_1km;Unter18", "4141500;3157500;3")
    with pytest.raises(SourceError, match="another grid"):
        read_population(total, age_path=ages, crs=METRIC)


def test_an_age_table_alone_gives_the_sum_of_its_groups(tmp_path):
    path = write(tmp_path / "a.csv", AGE_HEADER_2022, f"{cell(0)};4;–;6;3;7", f"{cell(1)};–;–;–;–;–")
    cells, issues, meta = read(path)
    assert cells["persons"].tolist() == [20]
    assert meta.has_total
    assert count_codes(issues) == {"PERSONS_SUPPRESSED": 1}


LONG_HEADER = "x_mp_100m,y_mp_100m,merkmal,auspraegung,anzahl,anzahl_q"


def test_the_long_table_of_2011_without_totals_is_a_lower_bound(tmp_path):
    path = write(
        tmp_path / "l.csv",
        LONG_HEADER,
        f"{X},{Y},ALTER_10JG,80_und_aelter,3,0",
        f"{X},{Y},ALTER_10JG,unter_10,5,0",
        f"{X + 100},{Y},ALTER_10JG,unter_10,4,1",
        f"{X},{Y},ALTER_KURZ,Unter 18,9,0",
        f"{X},{Y},GESCHLECHT,Weiblich,9,0",
    )
    cells, issues, meta = read(path)
    assert cells["persons"].tolist() == [8, 4]
    assert cells["persons_80_plus"].tolist()[0] == 3
    assert np.isnan(cells["persons_80_plus"].tolist()[1])
    assert cells["persons_under_18"].tolist()[0] == 9
    assert not meta.has_total
    assert meta.input_persons == 12
    assert count_codes(issues) == {"PERSONS_WITHOUT_TOTAL": 2}


def test_the_long_table_of_2011_with_totals_uses_them(tmp_path):
    header = "Gitter_ID_100m;x_mp_100m;y_mp_100m;Merkmal;Auspraegung_Code;Auspraegung_Text;Anzahl;Anzahl_q"
    path = write(
        tmp_path / "l.csv",
        header,
        f"100mN1E1;{X};{Y};INSGESAMT;0;Einwohner insgesamt;17;0",
        f"100mN1E1;{X};{Y};ALTER_10JG;1;Unter 10;5;0",
        f"100mN1E1;{X};{Y};ALTER_10JG;1;Unter 10;6;0",
        f"100mN2E2;{X + 100};{Y};INSGESAMT;0;Einwohner insgesamt;-1;0",
        encoding="cp1252",
    )
    cells, issues, meta = read(path)
    assert cells[["cell_id", "persons", "persons_under_10"]].to_numpy().tolist() == [["100mN1E1", 17, 5]]
    assert meta.has_total
    assert count_codes(issues) == {"PERSONS_SUPPRESSED": 1, "PERSONS_DUPLICATE_CELL": 1}


def test_the_1_km_grid_of_2011_turns_percentages_into_people(tmp_path):
    header = "gitter_id_1km,x_mp_1km,y_mp_1km,Einwohner,unter18_A,ab65_A,Alter_D,anteil_in_dortmund"
    path = write(
        tmp_path / "k.csv",
        header,
        "1kmN3147E4146,4146500,3147500,19,10.53,21.05,53.0,0.0002",
        "1kmN3148E4144,4144500,3148500,3,-9.0,100.0,44.1,0.2935",
        "1kmN3148E4145,4145500,3148500,-1,-1.0,-1.0,-1.0,1.0",
    )
    cells, issues, meta = read(path)
    assert cells["persons"].tolist() == [19, 3]
    assert cells["persons_65_plus"].tolist() == [4, 3]  # 21.05 % of 19 is 4 people, published rounded
    assert cells["persons_under_18"].tolist()[0] == 2
    assert np.isnan(cells["persons_under_18"].tolist()[1])
    assert meta.cell_size_m == 1000
    assert count_codes(issues) == {"PERSONS_SUPPRESSED": 1}


def test_decimal_commas_and_thousands_are_understood(tmp_path):
    path = write(tmp_path / "z.csv", HEADER_2022, f"{cell(0)};2,5", f"{cell(1)};1.234,5", f"{cell(2)};3.25")
    assert read(path)[0]["persons"].tolist() == [2.5, 1234.5, 3.25]


def test_a_csv_of_points_in_degrees_is_read(tmp_path):
    path = write(tmp_path / "p.csv", "name;breite;laenge;Einwohner", "a;51,51;7,46;12", "b;51,51;7,46;3")
    cells, _, meta = read(path)
    assert cells["persons"].tolist() == [12, 3]  # two households may share a point
    assert cells["cell_id"].tolist() == ["row1", "row2"]
    assert cells.to_crs(4326).geometry.x.round(6).tolist() == [7.46, 7.46]
    assert meta.cell_size_m == 0


@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_a_vector_file_counts_polygons_at_a_point_inside_and_keeps_fractions(tmp_path, suffix):
    ring = shapely.box(0, 0, 90, 90).difference(shapely.box(10, 10, 80, 80))
    shapes = [shapely.affinity.translate(ring, 390_000, 5_700_000), shapely.Point(391_000, 5_700_000)]
    layer = gpd.GeoDataFrame({"id": [7, 8], "Persons": [1.5, 2.0]}, geometry=shapes, crs=METRIC)
    path = tmp_path / f"p.{suffix}"
    (layer.to_crs(4326) if suffix == "geojson" else layer).to_file(path)
    cells, issues, meta = read(path)
    assert cells["persons"].tolist() == [1.5, 2.0]
    assert cells["cell_id"].tolist() == ["7", "8"]
    assert shapes[0].buffer(0.01).covers(cells.geometry.iloc[0])
    assert (len(issues), meta.cell_size_m) == (0, 0)


def test_a_vector_file_of_equal_squares_tells_its_cell_size(tmp_path):
    shapes = [shapely.box(390_000 + 1000 * i, 5_700_000, 391_000 + 1000 * i, 5_701_000) for i in range(3)]
    gpd.GeoDataFrame({"persons": [1, 2, 3]}, geometry=shapes, crs=METRIC).to_file(tmp_path / "p.gpkg")
    assert read(tmp_path / "p.gpkg")[2].cell_size_m == 1000


# --- faults of rows ---


def test_faulty_rows_count_nobody_and_are_listed_with_their_line(tmp_path):
    path = write(
        tmp_path / "z.csv",
        HEADER_2022,
        f"{cell(0)};7",
        f"{cell(1)};viele",
        "",
        f"{cell(2)};-5",
        f"{cell(3)};",
        f"{cell(4)};nan",
        f"{cell(5)};1e999",
        f"{cell(6)};-1",
        f"{cell(7)};0",
        "CRS3035RES100m;;;9",
        "zu;wenig",
        f"{cell(8)};=1+1",
    )
    cells, issues, meta = read(path)
    assert cells["persons"].tolist() == [7]
    assert count_codes(issues) == {"PERSONS_INVALID": 7, "PERSONS_NEGATIVE": 1, "PERSONS_SUPPRESSED": 1}
    found = issues.set_index("row")["text"].to_dict()
    assert "('viele')" in found["line 3"]
    assert "('-5')" in found["line 5"]
    assert "(empty)" in found["line 6"]
    assert "coordinates" in found["line 11"]
    assert "does not have 4 fields" in found["line 12"]
    assert "'=1+1'" in found["line 13"]
    assert meta.rejected_persons == 9
    assert meta.input_persons == 16


def test_many_faults_of_a_kind_are_listed_up_to_20_and_counted(tmp_path):
    lines = [f"{cell(i)};?" for i in range(500)]
    _, issues, _ = read(write(tmp_path / "z.csv", HEADER_2022, f"{cell(0, 9)};7", *lines))
    assert len(issues) == 21
    assert count_codes(issues) == {"PERSONS_INVALID": 500}


def test_a_repeated_cell_counts_once_and_its_people_are_rejected(tmp_path):
    path = write(tmp_path / "z.csv", HEADER_2022, f"{cell(0)};7", f"{cell(0)};8", f"{cell(1)};1")
    cells, issues, meta = read(path)
    assert cells["persons"].tolist() == [7, 1]
    assert meta.rejected_persons == 8
    assert count_codes(issues) == {"PERSONS_DUPLICATE_CELL": 1}


def test_one_id_at_two_places_stays_two_cells_with_two_ids(tmp_path):
    path = write(tmp_path / "p.csv", "id;lat;lon;persons", "a;51.5;7.4;1", "a;51.6;7.4;2", "a;51.5;7.4;4")
    cells, _, meta = read(path)
    assert cells["cell_id"].tolist() == ["a", "a#2"]
    assert meta.rejected_persons == 4


def test_points_without_position_or_beyond_the_poles_are_rejected(tmp_path):
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [7.46, 51.5]},
            "properties": {"persons": 5},
        },
        {"type": "Feature", "geometry": None, "properties": {"persons": 4}},
    ]
    path = tmp_path / "p.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert read(path)[2].rejected_persons == 4
    csv_path = write(tmp_path / "p.csv", "lat;lon;persons", "51.5;7.4;1", "151.5;7.4;2")
    assert read(csv_path)[2].rejected_persons == 2


# --- clip ---


def test_cells_count_with_their_midpoint_and_the_rest_is_outside(tmp_path):
    path = write(tmp_path / "z.csv", HEADER_2022, *(f"{cell(i)};{i + 1}" for i in range(40)))
    cells, _, meta = read(path, clip=square(3, count=2))
    assert cells["persons"].tolist() == [4, 5]
    assert meta.outside_persons == sum(range(1, 41)) - 9
    assert meta.input_persons == sum(range(1, 41))


def test_faults_far_from_the_city_are_not_reported(tmp_path):
    path = write(tmp_path / "z.csv", HEADER_2022, f"{cell(0)};7", f"{cell(500)};-5", f"{cell(501)};–")
    assert len(read(path, clip=square(0))[1]) == 0


def test_coarse_cells_are_kept_where_their_square_touches_the_city(tmp_path):
    x, y = 4_141_500, 3_157_500
    rows = [f"{x + 1000 * i};{y};{i + 1}" for i in range(4)]
    path = write(tmp_path / "k.csv", "x_mp_1km;y_mp_1km;Einwohner", *rows)
    # 300 m in the east of the second cell, its midpoint outside, and 100 m of the third.
    area = gpd.GeoSeries([shapely.box(x + 1200, y - 50, x + 1600, y + 50)], crs=3035).to_crs(METRIC).iloc[0]
    cells, _, meta = read(path, clip=area)
    assert cells["persons"].tolist() == [2, 3]
    assert meta.outside_persons == 5


def test_nobody_in_the_city_raises(tmp_path):
    path = write(tmp_path / "z.csv", HEADER_2022, f"{cell(0)};7")
    with pytest.raises(SourceError, match="none of the 7 persons"):
        read_population(path, crs=METRIC, clip=square(900))


# --- faults of files ---


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("z.csv", b"", "is empty"),
        ("z.csv", b"\n\n", "is empty"),
        ("z.csv", b"PK\x03\x04\0\0\0", "cannot be read as a table"),
        ("z.csv", b"a;b;c\n1;2;3\n", "no columns with coordinates"),
        ("z.csv", b"x_mp_100m;y_mp_100m;flats\n1;2;3\n", "no column with the number of people"),
        ("z.csv", b"lat;persons\n51;3\n", "no columns with coordinates"),
        ("z.csv", HEADER_2022.encode(), "cannot be read as a table"),
        ("z.csv", HEADER_2022.encode() + b"\n1;2\n3;4\n", "cannot be read as a table"),
        ("p.gpkg", b"nothing", "cannot be read as a vector file"),
    ],
)
def test_what_is_no_population_file_raises(tmp_path, *, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=message) as caught:
        read_population(path, crs=METRIC)
    assert str(path) in caught.value.where


def test_a_missing_file_and_a_vector_file_without_people_raise(tmp_path):
    with pytest.raises(SourceError, match="there is no file"):
        read_population(tmp_path / "z.csv", crs=METRIC)
    layer = gpd.GeoDataFrame({"flats": [1]}, geometry=[shapely.Point(390_000, 5_700_000)], crs=METRIC)
    layer.to_file(tmp_path / "p.gpkg")
    with pytest.raises(SourceError, match="no column with the number of people") as caught:
        read_population(tmp_path / "p.gpkg", crs=METRIC)
    assert "flats" in caught.value.where


def test_swapped_coordinates_of_a_vector_file_raise(tmp_path):
    layer = gpd.GeoDataFrame({"persons": [1]}, geometry=[shapely.Point(51.5, 7.46)], crs=4326)
    layer.to_file(tmp_path / "p.gpkg")
    with pytest.raises(CrsError, match="far outside"):
        read_population(tmp_path / "p.gpkg", crs=METRIC)


# --- properties ---

VALUES = st.one_of(
    st.integers(-3, 900).map(str), st.sampled_from(["–", "", "x", "1,5", "abc", "-1", "NaN", "0", "1e3"])
)


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.tuples(st.integers(0, 30), VALUES), min_size=1, max_size=40))
def test_no_person_is_lost_whatever_stands_in_the_file(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("z") / "z.csv"
    lines = [f"{cell(column)};{value}" for column, value in values]
    write(path, HEADER_2022, f"{cell(0, 5)};1", *lines)
    cells, _, meta = read(path, clip=square(0, 5).union(square(0, count=15)))
    expected = 1.0
    for _, value in values:
        number = float(value.replace(",", ".")) if value.strip("-").replace(",", "").isdigit() else 0.0
        number = 1000.0 if value == "1e3" else number
        expected += max(number, 0.0)
    assert meta.input_persons == pytest.approx(expected)
    assert cells["cell_id"].is_unique


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Python's own memory; Arrow's buffers are bounded by the 4 MB block."""
    path = tmp_path / "z.csv"
    number = np.arange(200_000)
    x, y = X + 100 * (number % 1000), Y + 100 * (number // 1000)
    rows = pd.DataFrame(
        {"GITTER_ID_100m": "CRS3035RES100mN0E0", "x_mp_100m": x, "y_mp_100m": y, "Einwohner": 5}
    )
    rows.to_csv(path, sep=";", index=False)
    tracemalloc.start()
    cells, _, meta = read(path, clip=square(0, count=3))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cells["persons"].tolist() == [5, 5, 5]
    assert meta.input_persons == 1_000_000
    assert peak < 60e6
