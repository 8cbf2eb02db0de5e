# SPDX-License-Identifier: MIT
"""What the tables of an OSM file hold, object by object, on files written here."""

import json
from pathlib import Path

import pandas as pd
import pytest
import shapely

from begegnung_geo.errors import SourceError
from begegnung_geo.issues import count_by_code
from begegnung_geo.schema import TABLES, conform_table, require_table
from begegnung_geo.sources.osm import OsmTables
from osm_builder import (
    CRS,
    lonlat,
    metric,
    metric_polygon,
    node,
    read_elements,
    read_file,
    relation,
    ring,
    square,
    way,
    write_osm,
)

TABLE_NAMES = (
    "osm_features",
    "walkways",
    "obstacles",
    "entrances",
    "buildings",
    "addresses",
    "boundaries",
    "background_areas",
    "background_lines",
    "background_labels",
    "issues",
)
HIGHWAY = {"highway": "footway"}
STREET = [node(1, 0, 0), node(2, 1, 0), node(3, 2, 0), way(10, [1, 2, 3], HIGHWAY)]


def conform_all(tables: OsmTables) -> dict[str, pd.DataFrame]:
    conformed = {name: conform_table(getattr(tables, name), name) for name in TABLE_NAMES}
    for name, frame in conformed.items():
        require_table(frame, name, crs=CRS)
    return conformed


def test_a_file_with_one_street_gives_every_table_its_contract(tmp_path: Path) -> None:
    conformed = conform_all(read_elements(tmp_path, *STREET))
    assert len(conformed["walkways"]) == 1
    assert sum(map(len, conformed.values())) == 1
    assert set(TABLE_NAMES) <= set(TABLES)


def test_a_walkway_carries_one_node_id_a_coordinate_in_metres(tmp_path: Path) -> None:
    walkway = read_elements(tmp_path, *STREET).walkways.iloc[0]
    assert walkway["walkway_id"] == "way/10"
    assert walkway["node_ids"] == [1, 2, 3]
    expected = [metric(0, 0), metric(1, 0), metric(2, 0)]
    assert shapely.get_coordinates(walkway.geometry) == pytest.approx(pd.DataFrame(expected).to_numpy())


def test_a_missing_node_cuts_the_way_and_is_counted(tmp_path: Path) -> None:
    nodes = [node(i, i, 0) for i in (1, 2, 4, 5, 7, 8)]  # 3 and 6 are missing
    tables = read_elements(tmp_path, *nodes, way(10, range(1, 9), HIGHWAY))
    pieces = tables.walkways.set_index("walkway_id")["node_ids"].to_dict()
    assert pieces == {"way/10": [1, 2], "way/10#1": [4, 5], "way/10#2": [7, 8]}
    assert tables.walkways["way_id"].tolist() == [10, 10, 10]
    assert tables.issues[["code", "row", "source"]].to_numpy().tolist() == [
        ["OSM_NODE_MISSING", "way/10", "test.osm"]
    ]


def test_a_lone_node_between_two_missing_ones_is_no_piece(tmp_path: Path) -> None:
    nodes = [node(i, i, 0) for i in (1, 2, 4)]
    tables = read_elements(tmp_path, *nodes, way(10, [1, 2, 3, 4, 5], HIGHWAY))
    assert tables.walkways["node_ids"].tolist() == [[1, 2]]


def test_a_node_named_twice_in_a_row_counts_once(tmp_path: Path) -> None:
    tables = read_elements(tmp_path, *STREET[:3], way(10, [1, 2, 2, 3], HIGHWAY))
    assert tables.walkways["node_ids"].tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("refs", [[1], [1, 1], []])
def test_a_way_without_length_is_left_out_and_counted(tmp_path: Path, refs: list[int]) -> None:
    tables = read_elements(tmp_path, *STREET, way(11, refs, HIGHWAY))
    assert tables.walkways["way_id"].tolist() == [10]
    assert count_by_code(tables.issues) == {"OSM_GEOMETRY_INVALID": 1}


@pytest.mark.parametrize("tags", ["", '<tag k="amenity" v="pub"/>'])
def test_a_position_beyond_the_pole_is_an_error_not_a_crash(tmp_path: Path, tags: str) -> None:
    wrong = f'<node id="3" version="1" lon="7.5" lat="95">{tags}</node>'
    with pytest.raises(SourceError, match="not a complete OSM file") as caught:
        read_elements(tmp_path, *STREET[:2], wrong, STREET[3])
    assert "invalid location" in caught.value.where


def test_a_building_is_its_outline_with_the_area_of_the_drawing(tmp_path: Path) -> None:
    building = {"building": "house", "building:levels": "2"}
    tables = read_elements(tmp_path, *square(1, 0, 0, 1), way(10, ring(1), building))
    row = tables.buildings.iloc[0]
    expected = metric_polygon((0, 0), (1, 0), (1, 1), (0, 1)).area
    assert row["footprint_area_m2"] == pytest.approx(expected)
    assert (row["source_id"], row["building"], row["levels_count"]) == ("way/10", "house", 2)
    assert not row["has_other_use"]


@pytest.mark.parametrize(
    ("refs", "code"), [([1, 2, 3, 4], "OSM_RING_OPEN"), ([1, 2, 9, 4, 1], "OSM_NODE_MISSING")]
)
def test_a_building_without_closed_outline_is_left_out_and_counted(
    tmp_path: Path, refs: list[int], code: str
) -> None:
    tables = read_elements(tmp_path, *square(1, 0, 0, 1), way(10, refs, {"building": "yes"}))
    assert tables.buildings.empty
    assert count_by_code(tables.issues) == {code: 1}


@pytest.mark.parametrize(
    ("tags", "is_building", "has_use"),
    [
        ({"building": "no"}, False, False),
        ({"building": "yes", "shop": "bakery"}, True, True),
        ({"building": "yes", "addr:housenumber": "1"}, True, False),
        ({"disused:building": "yes"}, False, False),
    ],
)
def test_a_building_with_a_shop_is_no_dwelling_by_itself(
    tmp_path: Path, tags: dict[str, str], *, is_building: bool, has_use: bool
) -> None:
    buildings = read_elements(
        tmp_path, *square(1, 0, 0, 1), way(10, ring(1), tags), way(11, [1, 2])
    ).buildings
    assert len(buildings) == is_building
    assert buildings["has_other_use"].tolist() == [has_use] * is_building


def test_an_outline_that_crosses_itself_is_repaired_and_counted(tmp_path: Path) -> None:
    bow_tie = way(10, [1, 2, 4, 3, 1], {"building": "yes"})
    tables = read_elements(tmp_path, *square(1, 0, 0, 1), bow_tie)
    assert tables.buildings.geometry.is_valid.all()
    expected = metric_polygon((0, 0), (1, 0), (1, 1), (0, 1)).area / 2  # two triangles of a quarter
    assert tables.buildings["footprint_area_m2"].tolist() == pytest.approx([expected], rel=1e-4)
    assert count_by_code(tables.issues) == {"OSM_GEOMETRY_INVALID": 1}


def test_an_outline_without_area_is_left_out_and_counted(tmp_path: Path) -> None:
    tables = read_elements(tmp_path, *STREET, way(11, [1, 2, 3, 2, 1], {"building": "yes"}))
    assert tables.buildings.empty
    assert count_by_code(tables.issues) == {"OSM_GEOMETRY_INVALID": 1}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "school"}, "Polygon"),
        ({"amenity": "school", "area": "no"}, "LineString"),
        ({"highway": "footway", "club": "sport", "area": "yes"}, "Polygon"),
        ({"amenity": "cafe", "highway": "pedestrian"}, "Polygon"),
    ],
)
def test_a_closed_way_is_an_area_where_it_describes_a_thing(
    tmp_path: Path, tags: dict[str, str], kind: str
) -> None:
    features = read_elements(tmp_path, *square(1, 0, 0, 1), way(10, ring(1), tags)).osm_features
    assert features.geom_type.tolist() == [kind]
    assert (features["footprint_area_m2"] > 0).tolist() == [kind == "Polygon"]


def test_a_roundabout_is_a_road_and_a_square_is_walked_along_its_outline(tmp_path: Path) -> None:
    roundabout = way(10, ring(1), {"highway": "residential", "junction": "roundabout"})
    plaza = way(20, ring(5), {"highway": "pedestrian", "area": "yes"})
    tables = read_elements(
        tmp_path, *square(1, 0, 0, 1), *square(5, 3, 0, 1), roundabout, plaza, way(30, [2, 5], HIGHWAY)
    )
    nodes_of = tables.walkways.set_index("walkway_id")["node_ids"].to_dict()
    assert nodes_of == {"way/10": ring(1), "way/20": ring(5), "way/30": [2, 5]}
    assert tables.walkways.geom_type.eq("LineString").all()


def test_features_keep_all_tags_version_and_time(tmp_path: Path) -> None:
    tags = {"name": "Zum Möhnesee", "amenity": "pub", "opening_hours": "Mo-Fr 10:00-18:00; PH off"}
    tables = read_elements(tmp_path, node(1, 0, 0, tags, version="7", timestamp="2024-02-03T04:05:06Z"))
    row = tables.osm_features.iloc[0]
    assert json.loads(row["tags"]) == tags
    assert row["tags"].startswith('{"amenity"')
    assert "Möhnesee" in row["tags"]
    assert (row["source_id"], row["osm_version"], row["osm_timestamp"]) == (
        "node/1",
        7,
        "2024-02-03T04:05:06Z",
    )
    assert shapely.get_coordinates(row.geometry)[0] == pytest.approx(metric(0, 0))


def test_filters_match_exact_keys_any_value_and_one_value_of_a_list(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        node(1, 0, 0, {"amenity": "anything"}),
        node(2, 0, 0, {"club": "music; sport"}),
        node(3, 0, 0, {"club": "sports"}),
        node(4, 0, 0, {"disused:amenity": "place_of_worship"}),
        node(5, 0, 0, {"demolished:amenity": "place_of_worship"}),
        node(6, 0, 0, {"was:amenity": "pub"}),
        node(7, 0, 0, {"shop": "mall"}),
    )
    assert tables.osm_features["source_id"].tolist() == ["node/1", "node/2", "node/4"]


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "a b,c=d%e@f;g%20%h",
        "tab\there",
        "x" * 255,
        "ÄÖÜß–„“ Ελληνικά 日本 🎉",
        "\u202eright to left",
        '"quotes" \\ back',
    ],
)
def test_hostile_text_arrives_unchanged(tmp_path: Path, value: str) -> None:
    tags = {"amenity": "pub", "name": value, value[:40]: "key"}
    element = node(1, 0, 0, tags).replace("\t", "&#9;")
    frames = [read_file(write_osm(tmp_path / f"t{end}", element)) for end in (".osm", ".osm.pbf")]
    assert [json.loads(frame.osm_features["tags"].iloc[0]) for frame in frames] == [tags, tags]


def test_a_value_of_ten_thousand_characters_is_told_not_cut(tmp_path: Path) -> None:
    # OSM allows 255 characters; libosmium refuses more than 1,024 bytes.
    with pytest.raises(SourceError, match="not a complete OSM file") as caught:
        read_elements(tmp_path, node(1, 0, 0, {"amenity": "pub", "name": "x" * 10_000}))
    assert "too long" in caught.value.where


def test_user_names_reach_no_table(tmp_path: Path) -> None:
    who = {"user": "Jane Mapper", "uid": "424242", "changeset": "989898"}
    tables = read_elements(
        tmp_path,
        *[node(i, i, i % 2, {"amenity": "pub"}, **who) for i in range(1, 5)],
        way(10, [1, 2, 3, 4, 1], {"building": "yes", "amenity": "pub"}, **who),
        relation(20, [(10, "outer")], {"type": "multipolygon", "landuse": "allotments"}, **who),
    )
    text = "".join(
        frame.drop(columns="geometry", errors="ignore").to_csv() for frame in conform_all(tables).values()
    )
    assert "node/1" in text
    assert not any(value in text for value in who.values())


def test_addresses_are_points_inside_their_object(tmp_path: Path) -> None:
    street = {"addr:street": "Köln-Berliner Straße", "addr:housenumber": "7 a", "addr:postcode": "44287"}
    place = {"addr:place": "Schüren", "addr:housenumber": "3", "building": "yes", "addr:city": "Dortmund"}
    tables = read_elements(
        tmp_path,
        node(99, 9, 9, street),
        node(98, 9, 9, {"addr:housenumber": "5"}),
        *square(1, 0, 0, 1),
        way(10, ring(1), place),
    )
    addresses = tables.addresses.set_index("address_id")
    columns = ["street", "house_number", "postcode", "city", "source", "quality"]
    assert addresses.loc["node/99", columns].fillna("").tolist() == [*list(street.values()), "", "osm", "O"]
    assert addresses.loc["way/10", columns].fillna("").tolist() == [
        "Schüren",
        "3",
        "",
        "Dortmund",
        "osm",
        "O",
    ]
    assert len(addresses) == 2
    assert addresses.geometry["way/10"].within(tables.buildings.geometry.iloc[0])


def test_background_layers_and_labels(tmp_path: Path) -> None:
    areas = {
        10: ({"natural": "water", "leisure": "park"}, "water"),
        11: ({"leisure": "park", "landuse": "residential"}, "green"),
        12: ({"landuse": "industrial"}, "built_up"),
        13: ({"landuse": "quarry"}, None),
    }
    lines = {
        20: ({"highway": "trunk_link"}, "motorway"),
        21: ({"highway": "secondary", "name": "Hohe Straße"}, "main_road"),
        22: ({"railway": "tram"}, "rail"),
        23: ({"railway": "rail", "tunnel": "yes"}, None),
        24: ({"waterway": "stream"}, "waterway"),
        25: ({"waterway": "stream", "tunnel": "culvert"}, None),
        26: ({"railway": "subway"}, None),
    }
    tables = read_elements(
        tmp_path,
        *square(1, 0, 0, 1),
        node(5, 0, 0, {"place": "suburb", "name": "Hörde"}),
        node(6, 0, 0, {"place": "suburb"}),
        node(7, 0, 0, {"place": "locality", "name": "Wiese"}),
        *[way(i, ring(1), tags) for i, (tags, _) in areas.items()],
        *[way(i, [1, 2], tags) for i, (tags, _) in lines.items()],
    )
    layers = tables.background_areas.set_index("area_id")["layer"].to_dict()
    assert layers == {f"way/{i}": layer for i, (_, layer) in areas.items() if layer}
    layers = tables.background_lines.set_index("line_id")["layer"].to_dict()
    assert layers == {f"way/{i}": layer for i, (_, layer) in lines.items() if layer}
    labels = tables.background_labels[["label_id", "kind", "name"]].to_numpy().tolist()
    assert labels == [["node/5", "suburb", "Hörde"]]


def test_doors_and_obstacles_are_points_with_their_kind(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        node(1, 0, 0, {"entrance": "main", "wheelchair": "no"}),
        node(2, 1, 0, {"kerb": "raised", "barrier": "kerb"}),
        node(3, 2, 0, {"barrier": "stile", "entrance": "yes"}),
        node(4, 3, 0, {"barrier": "bollard"}),
        way(10, [1, 2, 3, 4], HIGHWAY),
    )
    doors = tables.entrances[["node_id", "kind", "wheelchair"]].astype(object)
    assert doors.where(doors.notna(), None).to_numpy().tolist() == [[1, "main", "no"], [3, "yes", None]]
    assert tables.obstacles[["node_id", "kind"]].to_numpy().tolist() == [[2, "kerb"], [3, "stile"]]


def test_the_clip_keeps_what_touches_it_whole(tmp_path: Path) -> None:
    box = shapely.box(*lonlat(-0.5, -0.5), *lonlat(1.5, 0.5))
    tables = read_elements(
        tmp_path,
        *STREET,
        node(8, 9, 9, {"amenity": "pub"}),
        node(9, 1, 0.4, {"amenity": "pub"}),
        *square(21, 1, 0, 5),
        way(30, ring(21), {"building": "yes"}),
        *square(31, 2, 0, 5),
        way(40, ring(31), {"building": "yes"}),
        node(50, 5, 5),
        node(51, 6, 5),
        way(60, [50, 51], {"highway": "primary"}),
        clip=box,
    )
    assert tables.walkways["node_ids"].tolist() == [[1, 2, 3]]
    assert tables.osm_features["source_id"].tolist() == ["node/9"]
    assert tables.buildings["source_id"].tolist() == ["way/30"]
    assert tables.background_lines.empty


def test_the_later_copy_of_a_repeated_object_counts(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        node(1, 0, 0, {"amenity": "pub"}, version="1"),
        node(1, 0, 0, {"amenity": "cafe"}, version="2"),
        *STREET[1:],
        way(10, [2, 3], HIGHWAY, version="2"),
    )
    assert json.loads(tables.osm_features["tags"].item()) == {"amenity": "cafe"}
    assert tables.walkways["node_ids"].tolist() == [[2, 3]]
    assert count_by_code(tables.issues) == {"OSM_OBJECT_DUPLICATE": 2}
    conform_all(tables)


def test_deleted_objects_of_a_history_file_are_skipped(tmp_path: Path) -> None:
    gone = node(9, 0, 0, {"amenity": "pub"}, visible="false")
    assert read_elements(tmp_path, *STREET[:3], gone, STREET[3]).osm_features.empty


def test_more_than_two_hundred_faults_of_a_kind_are_one_line(tmp_path: Path) -> None:
    ways = [way(i, [1, 999], HIGHWAY) for i in range(1000, 1201)]
    issues = read_elements(tmp_path, node(1, 0, 0), *ways).issues
    assert issues[["row", "code", "count"]].to_numpy().tolist() == [["*", "OSM_NODE_MISSING", 201]]


@pytest.mark.parametrize(
    ("stamps", "date"),
    [(("2024-01-01T00:00:00Z", "2026-07-14T23:59:59Z"), "2026-07-14"), (("", ""), "")],
)
def test_the_date_of_the_data_is_that_of_the_newest_object(
    tmp_path: Path, stamps: tuple[str, str], date: str
) -> None:
    attributes = [{"timestamp": stamp} if stamp else {} for stamp in stamps]
    pubs = [node(i, 0, 0, {"amenity": "pub"}, **known) for i, known in enumerate(attributes, start=1)]
    assert read_elements(tmp_path, *pubs).data_date == date
