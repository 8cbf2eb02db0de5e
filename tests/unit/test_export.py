# SPDX-License-Identifier: MIT
"""The downloads: what leaves the house, in which form, and what never does."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from attribute_rows import add_attributes
from begegnung_geo.analysis.coverage import publish_coverage
from begegnung_geo.analysis.disclosure import publish_count
from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.config import build_profile, find_config_dir
from begegnung_geo.export import Downloads, write_downloads
from begegnung_geo.export.claims import tell_sources
from begegnung_geo.export.dictionary import DICTIONARY
from begegnung_geo.export.text import clean_text, neutralise
from begegnung_geo.export.words import find_word
from begegnung_geo.export.words_places import PLACE_WORDS
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.schema import TABLES, build_empty, conform_table

CRS = "EPSG:25832"
FILES = [
    "attributes.csv", "begegnungsorte.csv", "begegnungsorte.geojson", "begegnungsorte.gpkg",
    "begegnungsorte.xlsx", "column_sources.csv", "completeness.csv", "coverage_by_district.csv",
    "datapackage.json", "datenlexikon.csv", "fill_rates.csv", "gaps.csv", "gaps.geojson",
    "hot_spots.csv", "hot_spots.geojson", "issues.csv",
    "measures_by_district.csv", "open_coverage_by_district.csv", "potential_gains.csv", "quellen.csv",
]  # fmt: skip
FORMULA = '=HYPERLINK("http://x","Treff")'


def build_places(names: list[str | None], **columns: object) -> gpd.GeoDataFrame:
    count = len(names)
    rows = pd.DataFrame(
        {
            "begegnungsort_id": [f"b{i:03d}" for i in range(count)],
            "name": pd.Series(names, dtype="str"),
            "class": "library",
            "standing": "established",
            "is_counted": [i % 2 == 0 for i in range(count)],
            "consumption_free": "yes",
            "evidence": "A",
            "place_ids": [[f"osm:node/{i}", f"liste:{i}"] for i in range(count)],
            "street": "Märkische Str.",
            "house_number": "1-3",
            "postcode": "01067",
            "city": None,
            "opening_hours": "Mo-Fr 09:00-17:00",
            "wheelchair": None,
            "operator": None,
            "precision": "object",
            "position_error_m": 15.0,
            "snap_distance_m": 12.34,
            "district_id_stadtbezirk": "010",
        }
    ).assign(**columns)
    points = gpd.points_from_xy([393000.123 + i for i in range(count)], [5706000.0] * count)
    return add_attributes(gpd.GeoDataFrame(rows, geometry=points, crs=CRS))


def build_content(**tables: pd.DataFrame) -> Downloads:
    profile = build_profile(
        {
            "city": {"key": "t", "name": "Teststadt", "is_invented": True},
            "sources": {"osm": {"file": "x.pbf"}},
        },
        where="test",
    )
    square = shapely.MultiPolygon([shapely.box(392000, 5705000, 394000, 5707000)])
    districts = gpd.GeoDataFrame(
        {
            "district_id": ["010"],
            "level": ["stadtbezirk"],
            "name": ["Mitte"],
            "parent_id": [None],
            "area_km2": [4.0],
        },
        geometry=[square],
        crs=CRS,
    )
    gaps = gpd.GeoDataFrame(
        {
            "gap_id": ["1", "2"],
            "profile": "senior",
            "threshold_min": 10,
            "persons": publish_count(pd.Series([123.4, 7.0]), publication=profile.publication),
            "name": ["Nord", None],
        },
        geometry=[square, square],
        crs=CRS,
    )
    hot_spots = gpd.GeoDataFrame(
        {
            "hot_spot_id": ["001", "002"],
            "kind": ["long", "short"],
            "profile": "senior",
            "persons": publish_count(pd.Series([248.0, 7.0]), publication=profile.publication),
            "walk_mean_min": [21.4, 2.5],
            "name": ["Nord", None],
            "district_id_stadtbezirk": "010",
        },
        geometry=[square, square],
        crs=CRS,
    )
    underserved = pd.DataFrame(
        {
            "district_id": ["010"],
            "level": ["stadtbezirk"],
            "is_underserved": [True],
            "stability": ["likely"],
            "variants_agree": [5],
            "variants_count": [6],
            "persons_beyond": [234.0],
            "need_index": [0.5],
            "level_median_share": [0.9],
            "reasons": [["SHARE_LOW", "BELOW_MEDIAN"]],
        }
    )
    given_tables = {
        "begegnungsorte": build_places(["Bücherei", FORMULA]),
        "districts": districts,
        "coverage": build_coverage([(1234.0, 1000.0, 0.0)]),
        "underserved": underserved,
        "gaps": gaps,
        "hot_spots": hot_spots,
        "issues": build_empty("issues", crs=CRS),
        "completeness": build_empty("completeness", crs=CRS),
        "fill_rates": build_empty("fill_rates", crs=CRS),
    } | tables
    return Downloads(
        profile=profile,
        data_date="2026-07-14",
        provenance=(
            SourceEntry(
                file="x.pbf",
                title="OpenStreetMap",
                licence="ODbL 1.0",
                attribution="© OpenStreetMap contributors",
            ),
        ),
        class_labels={"library": ("Bibliothek", "Library")},
        class_groups={"library": "B"},
        **{
            name: conform_table(
                frame, f"published_{name}" if name in ("coverage", "gaps", "hot_spots") else name
            )
            for name, frame in given_tables.items()
        },
    )


def build_coverage(rows: list[tuple[float, float, float]]) -> pd.DataFrame:
    persons, covered, unknown = (np.array(values) for values in zip(*rows, strict=True))
    with np.errstate(invalid="ignore"):
        low, high = covered / persons, (covered + unknown) / persons
    exact = pd.DataFrame(
        {
            "district_id": "010",
            "level": "stadtbezirk",
            "profile": "senior",
            "threshold_min": [5 * (i + 1) for i in range(len(rows))],
            "persons": persons,
            "persons_covered": covered,
            "persons_unknown": unknown,
            "covered_share": low,
            "covered_share_max": high,
        }
    )
    publication = build_profile(
        {"city": {"key": "t", "name": "T"}, "sources": {"osm": {"file": "x.pbf"}}}, where="test"
    ).publication
    return publish_coverage(exact, exact, publication=publication, unknown_share_max=0.2)


def read_csv(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def read_sheet(path: Path, name: str) -> list[list[object]]:
    book = openpyxl.load_workbook(path)
    rows = [[cell.value for cell in row] for row in book[name].iter_rows()]
    assert all(cell.data_type != "f" for row in book[name].iter_rows() for cell in row)
    book.close()
    return rows


def test_all_files_are_written_and_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    paths = write_downloads(tmp_path / "a", build_content())
    again = write_downloads(tmp_path / "b", build_content())
    assert [path.name for path in paths] == FILES
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == FILES
    for one, other in zip(paths, again, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_no_file_tells_the_time_of_the_run(tmp_path: Path) -> None:
    path = next(p for p in write_downloads(tmp_path, build_content()) if p.suffix == ".xlsx")
    properties = openpyxl.load_workbook(path).properties
    assert properties.created.date().isoformat() == properties.modified.date().isoformat() == "2026-07-14"
    changes = pyogrio.read_dataframe(
        tmp_path / "begegnungsorte.gpkg",
        sql="SELECT DISTINCT last_change FROM gpkg_contents",
        sql_dialect="SQLITE",
    )
    assert changes.iloc[:, 0].astype(str).str.startswith("2026-07-14").all()


def test_an_extract_holds_the_rows_of_its_ids_and_the_columns_of_all(tmp_path: Path) -> None:
    content = build_content()
    ids = content.begegnungsorte["begegnungsort_id"].tolist()[:2]
    paths = write_downloads(tmp_path, content, extracts={"nord": ids, "sued": []})
    assert {"begegnungsorte_nord.csv", "begegnungsorte_sued.csv"} <= {path.name for path in paths}
    whole, north, south = (
        (tmp_path / f"begegnungsorte{name}.csv").read_text(encoding="utf-8-sig").splitlines()
        for name in ("", "_nord", "_sued")
    )
    assert south == [whole[0]]
    assert north[0] == whole[0]
    assert sorted(row.split(";")[0] for row in north[1:]) == sorted(ids)
    assert set(north) <= set(whole)


def test_the_csv_is_what_german_office_programs_read(tmp_path: Path) -> None:
    write_downloads(tmp_path, build_content())
    row, formula = read_csv(tmp_path / "begegnungsorte.csv")
    lon, lat = Transformer.from_crs(25832, 4326, always_xy=True).transform(393000.123, 5706000.0)
    assert row["lon"] == f"{lon:.6f}".rstrip("0").replace(".", ",")
    assert row["lat"] == f"{lat:.6f}".rstrip("0").replace(".", ",")
    assert (row["name"], row["class_name"], row["is_counted"]) == ("Bücherei", "Bibliothek", "ja")
    assert (row["district_id_stadtbezirk"], row["district_name_stadtbezirk"]) == ("010", "Mitte")
    assert (row["snap_distance_m"], row["city"], row["place_ids"]) == ("12,3", "", "osm:node/0; liste:0")
    assert formula["name"] == f"'{FORMULA}"
    assert formula["is_counted"] == "nein"
    assert b"\r\n" in (tmp_path / "begegnungsorte.csv").read_bytes()


def test_the_geojson_follows_rfc_7946(tmp_path: Path) -> None:
    write_downloads(tmp_path, build_content())
    content = json.loads((tmp_path / "begegnungsorte.geojson").read_text(encoding="utf-8"))
    assert "crs" not in content
    assert content["about"]["sources"][0]["attribution"] == "© OpenStreetMap contributors"
    assert "erfunden" in content["about"]["notes"][0]
    first = content["features"][0]
    assert first["geometry"]["coordinates"] == [first["properties"]["lon"], first["properties"]["lat"]]
    assert all(round(number, 6) == number for number in first["geometry"]["coordinates"])
    assert first["properties"]["city"] is None
    assert content["features"][1]["properties"]["name"] == FORMULA
    gaps = gpd.read_file(tmp_path / "gaps.geojson")
    assert gaps.crs.to_epsg() == 4326
    rings = [polygon.exterior for area in gaps.geometry for polygon in shapely.get_parts(area)]
    assert all(ring.is_ccw for ring in rings)
    assert gaps.geometry.is_valid.all()
    assert gaps["persons"].fillna(-1).tolist() == [125, -1]


def test_hot_spots_go_out_as_they_may_be_told(tmp_path: Path) -> None:
    write_downloads(tmp_path, build_content())
    spots = gpd.read_file(tmp_path / "hot_spots.geojson")
    assert spots["kind"].tolist() == ["long", "short"]
    assert spots["persons"].fillna(-1).tolist() == [250, -1]
    assert spots["walk_mean_min"].tolist() == [21.4, 2.5]
    for name, persons in (("gaps", [125, -1]), ("hot_spots", [250, -1])):
        table = pd.read_csv(tmp_path / f"{name}.csv", sep=";", decimal=",", encoding="utf-8-sig")
        assert table["persons"].fillna(-1).tolist() == persons
        assert "geometry" not in table
    layer = pyogrio.read_dataframe(tmp_path / "begegnungsorte.gpkg", layer="hot_spots")
    assert layer["persons"].fillna(-1).tolist() == [250, -1]
    assert layer.geometry.is_valid.all()


def test_the_geopackage_has_its_layers_in_the_metric_crs(tmp_path: Path) -> None:
    content = build_content()
    write_downloads(tmp_path, content)
    path = tmp_path / "begegnungsorte.gpkg"
    layers = dict(pyogrio.list_layers(path))
    assert layers == {
        "begegnungsorte": "Point", "districts": "MultiPolygon", "gaps": "MultiPolygon",
        "hot_spots": "MultiPolygon", "reach_areas": "MultiPolygon",
        "merkmale": None, "herkunft": None, "datenlexikon": None, "quellen": None,
    }  # fmt: skip
    places = pyogrio.read_dataframe(path, layer="begegnungsorte")
    assert places.crs.to_epsg() == 25832
    assert places.geometry.equals(content.begegnungsorte.geometry)
    assert places["postcode"].tolist() == ["01067", "01067"]
    assert pyogrio.read_dataframe(path, layer="gaps")["persons"].fillna(-1).tolist() == [125, -1]


def test_the_workbook_explains_itself(tmp_path: Path) -> None:
    write_downloads(tmp_path, build_content())
    path = tmp_path / "begegnungsorte.xlsx"
    header, first, second = read_sheet(path, "Begegnungsorte")
    assert second[header.index("Name")] == FORMULA
    assert first[header.index("PLZ")] == "01067"
    assert isinstance(first[header.index("Breite")], float)
    words = read_sheet(path, "Datenlexikon")
    places = [row for row in words if row[0] == "begegnungsorte"]
    assert [row[2] for row in places] == header
    assert all(row[3] for row in words)
    sources = read_sheet(path, "Quellen")
    assert sources[1][:4] == ["OpenStreetMap", None, "ODbL 1.0", "© OpenStreetMap contributors"]
    assert "erfunden" in str(sources[2][0])
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Begegnungsorte", "Merkmale", "Herkunft", "Datenlexikon", "Quellen"]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}


def test_tables_without_rows_give_whole_files(tmp_path: Path) -> None:
    empty = {name: build_empty(name, crs=CRS) for name in ("districts", "underserved")}
    empty |= {name: build_empty(f"published_{name}", crs=CRS) for name in ("coverage", "gaps", "hot_spots")}
    places = build_places([]).astype({"is_counted": bool, "snap_distance_m": float})
    write_downloads(tmp_path, build_content(begegnungsorte=places, **empty))
    assert read_csv(tmp_path / "begegnungsorte.csv") == []
    for name in ("gaps", "hot_spots"):
        assert json.loads((tmp_path / f"{name}.geojson").read_text(encoding="utf-8"))["features"] == []
    assert len(pyogrio.read_dataframe(tmp_path / "begegnungsorte.gpkg", layer="districts")) == 0
    assert len(read_sheet(tmp_path / "begegnungsorte.xlsx", "Begegnungsorte")) == 1


# --- small numbers ---


def test_small_numbers_are_hidden_and_the_file_says_why(tmp_path: Path) -> None:
    rows = [
        (1235.0, 1000.0, 0.0),
        (1235.0, 4.0, 3.0),
        (95.0, 60.0, 0.0),
        (9.0, 9.0, 0.0),
        (0.0, 0.0, 0.0),
        (1000.0, 500.0, 300.0),
    ]
    write_downloads(tmp_path, build_content(coverage=build_coverage(rows)))
    shown = read_csv(tmp_path / "coverage_by_district.csv")
    columns = (
        "persons",
        "persons_covered",
        "persons_unknown",
        "persons_beyond",
        "covered_share",
        "covered_share_max",
    )
    assert [[row[c] for c in columns] for row in shown] == [
        ["1235", "1000", "0", "235", "0,8097", "0,8097"],
        ["1235", ".", ".", "1230", ".", "0,0162"],  # 4 of 1235 would be told by the share; below 20 of 1235
        ["95", "60", "0", "35", ".", "."],  # no share on fewer than 100
        [".", ".", "0", "0", ".", "."],
        ["0", "0", "0", "0", "", ""],
        ["1000", "500", "300", "200", ".", "."],  # unknown for more than a fifth
    ]
    assert [row["note"] != "" for row in shown] == [False, True, True, True, False, True]
    assert (shown[0]["name"], shown[0]["is_underserved"], shown[0]["reasons"]) == (
        "Mitte",
        "ja",
        "SHARE_LOW BELOW_MEDIAN",
    )


@pytest.mark.parametrize("code", [IssueCode.PERSONS_UNCONNECTED, IssueCode.PERSONS_INVALID])
def test_numbers_of_people_in_the_texts_of_faults_stay_inside(tmp_path: Path, code: IssueCode) -> None:
    issues = build_issues("zensus.csv", code, rows=["7"], texts="its 3 persons are left out")
    write_downloads(tmp_path, build_content(issues=issues))
    rows = read_csv(tmp_path / "issues.csv")
    assert [row["code"] for row in rows] == [code.value]
    assert "3 persons" not in (tmp_path / "issues.csv").read_text(encoding="utf-8-sig")


# --- what never leaves the house ---

SECRETS = ["max.muster@example.org", "0231 9876543", "+49 (231) 98 76 54-3", "sekretariat(at)example.org"]


def test_private_text_is_in_no_file(tmp_path: Path) -> None:
    places = build_places(
        [f"Treff {SECRETS[0]}", f"Haus, Tel. {SECRETS[1]}", f"Saal {SECRETS[2]}"],
        operator=f"Verein {SECRETS[3]}",
        opening_hours=f"Mo 09:00-12:00, bei Erika Geheimfrau {SECRETS[1]}",
        opening_status="unreadable",
    )
    issues = concat_issues(
        [
            build_issues("liste", IssueCode.HOURS_UNREADABLE, rows=["2"], texts="Mo bei Erika Geheimfrau"),
            build_issues("liste", IssueCode.PLACE_WITHOUT_NAME, rows=["3"], texts=f"siehe {SECRETS[0]}"),
            build_issues(
                "liste",
                IssueCode.ADDRESS_NOT_FOUND,
                rows=["4"],
                texts='"Geheimweg 7, Dortmund": no such street',
            ),
            build_issues(
                "liste", IssueCode.ADDRESS_UNCERTAIN, rows=["5"], texts='"Geheimweg 8": neighbour taken'
            ),
            build_issues(
                "liste", IssueCode.PLACE_POSITION_INVALID, rows=["6"], texts='"51.123456, 7.4" swapped'
            ),
            build_issues(
                "hand", IssueCode.HAND_POSITION_FAR, rows=["7"], texts="position 51.123456, 7.4 of b1"
            ),
            build_issues(
                "hand", IssueCode.HAND_POSITION_OUTSIDE, rows=["8"], texts="position 51.123456, 9 of b1"
            ),
        ]
    )
    paths = write_downloads(tmp_path, build_content(begegnungsorte=places, issues=issues))
    contents = [path.read_bytes().decode("utf-8", "ignore") for path in paths if path.suffix != ".xlsx"]
    contents += [
        json.dumps(read_sheet(tmp_path / "begegnungsorte.xlsx", "Begegnungsorte"), ensure_ascii=False)
    ]
    for secret in (*SECRETS, "Geheimfrau", "example.org", "98765", "Geheimweg", "51.123456"):
        assert not any(secret in content for content in contents)
    shown = read_csv(tmp_path / "begegnungsorte.csv")
    assert [row["name"] for row in shown] == ["Treff [entfernt]", "Haus, Tel. [entfernt]", "Saal [entfernt]"]
    assert (
        shown[0]["opening_hours"] == ""
    )  # what is not plainly hours may name somebody: it stays in the house
    assert [row["row"] for row in read_csv(tmp_path / "issues.csv")] == [*"7823456"]


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 09:00-17:00; Sa 10:00-12:00",
        "0900-1700",
        "01.01.2026-31.12.2026",
        "Haus 21, 44135 Dortmund",
        "24/7",
        "1. FC 09",
    ],
)
def test_hours_dates_and_numbers_are_no_phone_numbers(text: str) -> None:
    assert clean_text(text) == text


def test_the_words_of_columns_follow_the_profile(tmp_path: Path) -> None:
    content = build_content()
    fast = {"speed_m_s": 1.5, "step_free": True, "reason": "x", "label_de": "Schnelle {Rollstühle}"}
    profile = build_profile(
        {
            "city": {"key": "t", "name": "Teststadt"},
            "sources": {"osm": {"file": "x.pbf"}},
            "measures": {"choice_count": 5},
            "walking": {"profiles": {"wheel_fast": fast}},
        },
        where="test",
    )
    write_downloads(tmp_path, replace(content, profile=profile))
    words = pd.read_csv(tmp_path / "datenlexikon.csv", sep=";", encoding="utf-8-sig")
    assert not words["Bedeutung"].str.contains(r"drei Orte|choice_count\}|walkers\}").any()
    walkers = "adult Erwachsene, senior Ältere, slow Langsame, step_free stufenlos"
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    fields = {
        field["name"]: field["description"]
        for resource in package["resources"]
        if resource["path"] == "measures_by_district.csv"
        for field in resource["schema"]["fields"]
    }
    assert fields["profile"] == f"Schlüssel der Gehweise: {walkers}, wheel_fast Schnelle {{Rollstühle}}"
    # 1.5 m/s for 15 minutes.
    assert "bis 5 Orte erreicht sind" in fields["choice_walk_median_min"]
    assert "bis 1.350 m Weg" in fields["choice_walk_median_min"]


def test_only_listed_columns_leave_the_house(tmp_path: Path) -> None:
    write_downloads(tmp_path, build_content())
    for name, words in (
        ("begegnungsorte.csv", "begegnungsorte"),
        ("coverage_by_district.csv", "coverage_by_district"),
        ("measures_by_district.csv", "measures_by_district"),
        ("open_coverage_by_district.csv", "open_coverage_by_district"),
    ):
        header = (tmp_path / name).read_text(encoding="utf-8-sig").splitlines()[0].split(";")
        assert [column for column in header if find_word(DICTIONARY[words], column) is None] == []
    content = build_content()
    planted = content.begegnungsorte.assign(
        phone="0231 9876543", fields='{"email": "x@y.de"}', contact_name="Erika Muster"
    )
    write_downloads(tmp_path / "planted", replace(content, begegnungsorte=planted))
    for name in ("begegnungsorte.csv", "begegnungsorte.geojson", "begegnungsorte.gpkg"):
        assert (tmp_path / "planted" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_no_listed_column_is_private_and_every_column_of_the_table_was_thought_of() -> None:
    assert not set(PLACE_WORDS) & {"fields", "tags", "phone", "email", "website", "contact"}
    contract = {column.name for column in TABLES["begegnungsorte"].columns}
    assert contract <= set(PLACE_WORDS)


# --- hostile text ---

hostile = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@\t\r\n\x00\x1b;,\"'<>&|\u202e\ufeff"), st.characters(exclude_categories=("Cs",))
    ),
    max_size=30,
)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(hostile, min_size=1, max_size=60))
def test_hostile_text_comes_back_as_text(tmp_path: Path, names: list[str]) -> None:
    cleaned = [clean_text(name) for name in names]
    write_downloads(tmp_path, build_content(begegnungsorte=build_places(list(names))))
    shown = [row["name"] for row in read_csv(tmp_path / "begegnungsorte.csv")]
    assert shown == [neutralise(text or "") for text in cleaned]
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in shown)
    header, *rows = read_sheet(tmp_path / "begegnungsorte.xlsx", "Begegnungsorte")
    assert [row[header.index("Name")] for row in rows] == cleaned
    features = json.loads((tmp_path / "begegnungsorte.geojson").read_text(encoding="utf-8"))["features"]
    assert [feature["properties"]["name"] for feature in features] == cleaned
    layer = pyogrio.read_dataframe(tmp_path / "begegnungsorte.gpkg", layer="begegnungsorte")
    assert [None if pd.isna(name) else name for name in layer["name"]] == cleaned


def test_a_text_longer_than_a_cell_is_cut_with_a_sign() -> None:
    text = clean_text("x" * 40_000)
    assert text is not None
    assert len(text) == 32_767
    assert text.endswith("…")


def test_each_column_names_its_record_and_what_osm_gave_its_licence(tmp_path: Path) -> None:
    places = build_places(["Bücherei"])
    begegnungsort_id = places["begegnungsort_id"].iloc[0]
    origins = pd.DataFrame(
        [
            (begegnungsort_id, "name", "osm", "osm:way/1", None),
            (begegnungsort_id, "cost", "answer", "answers.csv:2", "2026-11-22"),
            ("bffffffffffff", "name", "osm", "osm:way/9", None),
        ],
        columns=["begegnungsort_id", "column", "source", "source_id", "date"],
    )
    write_downloads(tmp_path, build_content(begegnungsorte=places, column_sources=origins))
    lines = (tmp_path / "column_sources.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "begegnungsort_id;spalte;quelle;kennung;stand;lizenz",
        f"{begegnungsort_id};cost;answer;answers.csv:2;2026-11-22;",
        f"{begegnungsort_id};name;osm;osm:way/1;;ODbL-1.0",
    ]


# --- what stands beside the data ---


def list_columns(folder: Path) -> dict[str, list[str]]:
    """Return the columns of every file, layer and sheet as somebody opens them."""
    columns = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".csv":
            columns[path.stem] = path.read_text(encoding="utf-8-sig").splitlines()[0].split(";")
        elif path.suffix == ".geojson":
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            columns[f"{path.stem} (geojson)"] = list(features[0]["properties"])
        elif path.suffix == ".gpkg":
            for layer, _ in pyogrio.list_layers(path):
                columns[f"{layer} (gpkg)"] = list(pyogrio.read_info(path, layer=layer)["fields"])
    return columns


_LAYER_IS = {"merkmale": "attributes", "herkunft": "column_sources"}


def test_every_column_of_every_file_stands_in_the_dictionary_with_its_meaning(tmp_path: Path) -> None:
    write_downloads(tmp_path, build_content())
    told = {(row["Datei"], row["Spalte"]): row for row in read_csv(tmp_path / "datenlexikon.csv")}
    assert all(row["Überschrift"] and row["Bedeutung"] for row in told.values())
    columns = list_columns(tmp_path)
    assert len(columns) >= 16
    for name, found in columns.items():
        download = name.partition(" ")[0]
        download = _LAYER_IS.get(download, download)
        assert [column for column in found if (download, column) not in told] == [], name


def test_licence_and_date_stand_beside_the_csv_files_and_in_the_geojson(tmp_path: Path) -> None:
    write_downloads(tmp_path, build_content())
    first = read_csv(tmp_path / "quellen.csv")[0]
    assert (first["Titel"], first["Lizenz"]) == ("OpenStreetMap", "ODbL 1.0")
    about = json.loads((tmp_path / "begegnungsorte.geojson").read_text(encoding="utf-8"))["about"]
    assert about["data_date"] == "2026-07-14"
    assert about["sources"][0]["licence"] == "ODbL 1.0"
    assert about["columns"]["evidence"]["values"] == ["A", "B", "C", "D", "E"]
    assert about["columns"]["snap_distance_m"]["unit"] == "m"


def test_the_package_lets_programs_read_the_german_files_with_the_right_types(tmp_path: Path) -> None:
    # What a reader of Frictionless packages does, done by hand with pandas.
    write_downloads(tmp_path, build_content())
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert package["version"] == "2026-07-14"
    assert package["licenses"] == [{"name": "ODbL 1.0"}]
    files = {resource["path"]: resource for resource in package["resources"]}
    assert sorted([*files, "datapackage.json"]) == FILES
    for name, resource in files.items():
        if not name.endswith(".csv"):
            continue
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        table = pd.read_csv(
            tmp_path / name, sep=resource["dialect"]["delimiter"], encoding="utf-8-sig", dtype="str",
            keep_default_na=False, na_values=resource["schema"]["missingValues"],
        )  # fmt: skip
        assert list(table.columns) == list(fields)
        for column, field in fields.items():
            values = table[column].dropna()
            if field["type"] == "number":
                values.str.replace(field["decimalChar"], ".").astype("float64")
            elif field["type"] == "integer":
                values.astype("int64")
            elif field["type"] == "boolean":
                assert set(values) <= {*field["trueValues"], *field["falseValues"]}


def test_each_row_says_which_of_its_columns_are_under_the_odbl(tmp_path: Path) -> None:
    places = build_places(["Bücherei", "Treff"])
    one, other = places["begegnungsort_id"]
    origins = pd.DataFrame(
        [
            (one, "position", "osm", "osm:way/1"), (one, "name", "osm", "osm:way/1"),
            (one, "street", "stadt", "stadt:7"), (one, "class", "correction", "corrections.csv:2"),
            (other, "name", "stadt", "stadt:8"), (other, "kitchen_or_cafe", "osm", "osm:way/3"),
        ],
        columns=["begegnungsort_id", "column", "source", "source_id"],
    ).assign(date=None)  # fmt: skip
    write_downloads(tmp_path, build_content(begegnungsorte=places, column_sources=origins))
    features = json.loads((tmp_path / "begegnungsorte.geojson").read_text(encoding="utf-8"))["features"]
    layer = pyogrio.read_dataframe(tmp_path / "begegnungsorte.gpkg", layer="begegnungsorte")
    header, *lines = read_sheet(tmp_path / "begegnungsorte.xlsx", "Begegnungsorte")
    wanted = [
        ("name position_error_m lon lat", "street", "class class_name"),
        (None, "name", None),  # what is no column of this file is not named
    ]
    keys = ("from_osm", "from_lists", "from_people")
    assert [tuple(feature["properties"][key] for key in keys) for feature in features] == wanted
    assert [tuple(row[key] or "" for key in keys) for row in read_csv(tmp_path / "begegnungsorte.csv")] == [
        tuple(text or "" for text in row) for row in wanted
    ]
    assert layer[list(keys)].astype(object).where(layer[list(keys)].notna(), None).to_numpy().tolist() == [
        list(row) for row in wanted
    ]
    headings = ("Aus OpenStreetMap", "Aus Listen", "Von Menschen")
    assert [tuple(line[header.index(heading)] for heading in headings) for line in lines] == wanted


def test_each_row_says_under_which_licences_it_stands_and_how_new_it_is(tmp_path: Path) -> None:
    places = build_places(["Bücherei", "Treff", "Haus"])
    one, other, _ = places["begegnungsort_id"]
    origins = pd.DataFrame(
        [
            (one, "position", "osm", "osm:way/1", "2026-01-02"), (one, "street", "stadt", "stadt:7", "2025"),
            (one, "class", "correction", "corrections.csv:2", "2026-03-04"),
            (other, "name", "fremd", "fremd:8", None),
        ],
        columns=["begegnungsort_id", "column", "source", "source_id", "date"],
    )  # fmt: skip
    told = tell_sources(
        places["begegnungsort_id"], origins, licences={"stadt": "DL-DE-Zero-2.0", "fremd": ""}
    )
    assert told["licences"].fillna("").tolist() == ["DL-DE-Zero-2.0; ODbL-1.0", "", ""]
    assert told["newest_source_date"].fillna("").tolist() == ["2026-03-04", "", ""]
    write_downloads(tmp_path, build_content(begegnungsorte=places, column_sources=origins))
    (row,) = [r for r in read_csv(tmp_path / "begegnungsorte.csv") if r["begegnungsort_id"] == one]
    assert (row["licences"], row["newest_source_date"]) == ("ODbL-1.0", "2026-03-04")


def build_claims(*rows: tuple[str, str, str, str, str, str | None]) -> pd.DataFrame:
    """Return the table `attributes` of (attribute, value, source, source_id, basis, date)."""
    columns = ["attribute", "value", "source", "source_id", "basis", "date"]
    frame = pd.DataFrame(rows, columns=columns).assign(begegnungsort_id="b000", evidence="C", is_chosen=True)
    return conform_table(frame, "attributes")


def test_claims_are_told_with_value_grade_source_basis_and_day(tmp_path: Path) -> None:
    claims = build_claims(
        ("welcoming", "yes", "answer", "answers.csv:2", "Quartierskoordination: laut Leitung", "2026-11-22"),
        ("step_free", "full", "osm", "osm:way/1", "wheelchair=yes [step_free_full]", "2026-01-02"),
        ("step_free", "full", "stadt", "stadt:7", "i_zusinfo=Schlüssel bei Zenobia [step_free_list]", None),
        ("exists", "yes", "answer", "answers.csv:2", "Amt", "2026-11-22"),
    )
    content = build_content(begegnungsorte=build_places(["Bücherei"]), attributes=claims)
    vocabulary = read_attribute_rules(find_config_dir())
    write_downloads(tmp_path, replace(content, vocabulary=vocabulary))
    rows = read_csv(tmp_path / "attributes.csv")
    told = [(row["attribute_name"], row["value_name"], row["source"], row["basis"]) for row in rows]
    assert told == [
        ("Stufenlos", "vollständig", "osm", "wheelchair=yes [step_free_full]"),
        ("Stufenlos", "vollständig", "stadt", "i_zusinfo [step_free_list]"),
        ("Willkommen", "ja", "answer", "Quartierskoordination"),
    ]
    assert [(row["evidence"], row["date"], row["licence"]) for row in rows] == [
        ("C", "2026-01-02", "ODbL-1.0"), ("C", "", ""), ("C", "2026-11-22", ""),
    ]  # fmt: skip
    assert read_sheet(tmp_path / "begegnungsorte.xlsx", "Merkmale")[3][1:6] == [
        "Bücherei", "welcoming", "Willkommen", "yes", "ja",
    ]  # fmt: skip
    assert len(pyogrio.read_dataframe(tmp_path / "begegnungsorte.gpkg", layer="merkmale")) == 3
    assert "Zenobia" not in "".join(
        path.read_bytes().decode("utf-8", "ignore") for path in tmp_path.iterdir() if path.suffix != ".xlsx"
    )
