# SPDX-License-Identifier: MIT
"""Rings and multipolygons: what closes, what does not, and what is done about it."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from begegnung_geo.issues import count_by_code
from begegnung_geo.sources.osm_objects import ObjectHeads, OsmObjects
from begegnung_geo.sources.osm_shapes import (
    MemberWays,
    WayPieces,
    build_relation_areas,
    build_way_pieces,
)
from osm_builder import (
    metric_polygon,
    node,
    read_elements,
    relation,
    ring,
    square,
    way,
)

MULTIPOLYGON = {"type": "multipolygon"}
ALLOTMENTS = MULTIPOLYGON | {"landuse": "allotments"}
BORDER = {"type": "boundary", "boundary": "administrative", "admin_level": "9", "name": "Hörde"}


def big_square() -> list[str]:
    """Return a square of side 4 whose outline is two untagged ways, one of them backwards."""
    return [*square(1, 0, 0, 4), way(10, [1, 2, 3]), way(11, [1, 4, 3])]


def area(*corners: tuple[float, float]) -> float:
    return metric_polygon(*corners).area


BIG = area((0, 0), (4, 0), (4, 4), (0, 4))


def test_a_hole_is_cut_from_an_outline_of_two_untagged_ways(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        *big_square(),
        *square(5, 1, 1, 1),
        way(12, ring(5)),
        relation(20, [(10, "outer"), (11, "outer"), (12, "inner")], ALLOTMENTS | {"building": "yes"}),
    )
    hole = area((1, 1), (2, 1), (2, 2), (1, 2))
    for table in (tables.osm_features, tables.buildings):
        assert table["source_id"].tolist() == ["relation/20"]
        assert table["footprint_area_m2"].item() == pytest.approx(BIG - hole)
    assert tables.issues.empty


def test_an_island_in_a_hole_belongs_to_the_area_whatever_its_role(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        *big_square(),
        *square(5, 1, 1, 2),
        way(12, ring(5)),
        *square(9, 1.5, 1.5, 0.5),
        way(13, ring(9)),
        relation(20, [(10, ""), (11, ""), (12, ""), (13, "inner")], ALLOTMENTS),
    )
    hole = area((1, 1), (3, 1), (3, 3), (1, 3))
    island = area((1.5, 1.5), (2, 1.5), (2, 2), (1.5, 2))
    assert tables.osm_features["footprint_area_m2"].item() == pytest.approx(BIG - hole + island)
    assert tables.osm_features.geom_type.item() == "MultiPolygon"


def test_holes_that_touch_along_a_line_are_one_hole(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        *big_square(),
        *square(5, 1, 1, 1),
        way(12, ring(5)),
        *square(9, 2, 1, 1),
        way(13, [6, 10, 11, 7, 6]),
        relation(20, [(10, "outer"), (11, "outer"), (12, "inner"), (13, "inner")], ALLOTMENTS),
    )
    shape = tables.osm_features.geometry.item()
    assert shape.is_valid
    assert shape.area == pytest.approx(BIG - area((1, 1), (3, 1), (3, 2), (1, 2)))


def test_a_missing_outline_does_not_turn_the_hole_into_the_area(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        *big_square(),
        *square(5, 1, 1, 1),
        way(12, ring(5)),
        relation(20, [(10, "outer"), (99, "outer"), (12, "inner")], MULTIPOLYGON | {"natural": "wood"}),
    )
    assert tables.background_areas.empty
    assert count_by_code(tables.issues) == {"OSM_RELATION_INCOMPLETE": 1}


def test_of_two_outlines_the_one_that_is_there_is_kept_with_its_hole(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        *big_square(),
        *square(5, 1, 1, 1),
        way(12, ring(5)),
        relation(
            20,
            [(10, "outer"), (11, "outer"), (12, "inner"), (99, "outer")],
            MULTIPOLYGON | {"natural": "wood"},
        ),
    )
    shape = tables.background_areas.geometry.item()
    assert shape.area == pytest.approx(BIG - area((1, 1), (2, 1), (2, 2), (1, 2)))
    assert count_by_code(tables.issues) == {"OSM_RELATION_INCOMPLETE": 1}


def test_a_member_with_a_missing_node_is_a_missing_member(tmp_path: Path) -> None:
    elements = [*square(1, 0, 0, 4), way(10, [1, 2, 3]), way(11, [1, 77, 3])]
    tables = read_elements(tmp_path, *elements, relation(20, [(10, ""), (11, "")], BORDER))
    assert tables.boundaries.empty
    assert count_by_code(tables.issues) == {"OSM_RELATION_INCOMPLETE": 1}


def test_a_place_whose_outline_is_lost_becomes_a_point_amid_its_ways(tmp_path: Path) -> None:
    school = MULTIPOLYGON | {"amenity": "school", "name": "Schule am Rand"}
    tables = read_elements(tmp_path, *big_square(), relation(20, [(10, "outer"), (99, "outer")], school))
    feature = tables.osm_features.iloc[0]
    assert feature.geometry.geom_type == "Point"
    assert feature.geometry.within(metric_polygon((0, 0), (4, 0), (4, 4), (0, 4)).buffer(1))
    assert feature["footprint_area_m2"] == 0


def test_a_site_relation_is_a_point_and_is_told(tmp_path: Path) -> None:
    site = {"type": "site", "amenity": "university"}
    tables = read_elements(tmp_path, *big_square(), relation(20, [(10, "")], site))
    assert tables.osm_features.geom_type.tolist() == ["Point"]
    assert count_by_code(tables.issues) == {"OSM_RELATION_INCOMPLETE": 1}


def test_a_border_is_kept_only_when_it_closes(tmp_path: Path) -> None:
    members = [(10, "outer"), (11, "outer")]
    tables = read_elements(
        tmp_path,
        *big_square(),
        relation(20, members, BORDER | {"de:amtlicher_gemeindeschluessel": "05913000"}),
        relation(21, members[:1], BORDER),
        relation(22, [*members, (99, "outer")], BORDER),
        relation(23, members, BORDER | {"admin_level": "neun"}),
        relation(24, members, BORDER | {"boundary": "postal_code"}),
    )
    row = tables.boundaries.iloc[0]
    assert tables.boundaries["boundary_id"].tolist() == ["relation/20"]
    assert (row["name"], row["admin_level"], row["ags"]) == ("Hörde", 9, "05913000")
    assert row.geometry.area == pytest.approx(BIG)
    assert count_by_code(tables.issues) == {"OSM_RELATION_INCOMPLETE": 1, "OSM_RING_OPEN": 1}


def test_a_way_named_twice_in_a_relation_counts_once(tmp_path: Path) -> None:
    members = [(10, "outer"), (11, "outer"), (10, "outer")]
    tables = read_elements(tmp_path, *big_square(), relation(20, members, BORDER))
    assert tables.boundaries.geometry.area.tolist() == pytest.approx([BIG])


def test_crossing_rings_do_not_spoil_the_other_relations(tmp_path: Path) -> None:
    tables = read_elements(
        tmp_path,
        *big_square(),
        *square(5, 3, 3, 4),
        way(12, ring(5)),
        relation(20, [(10, "outer"), (11, "outer"), (12, "outer")], ALLOTMENTS),
        relation(21, [(12, "outer")], ALLOTMENTS),
    )
    areas = tables.osm_features.set_index("source_id")["footprint_area_m2"]
    assert areas["relation/21"] == pytest.approx(area((3, 3), (7, 3), (7, 7), (3, 7)))
    assert tables.osm_features.geometry.is_valid.all()


def test_the_outline_of_a_square_joins_the_ways_that_reach_it(tmp_path: Path) -> None:
    plaza = MULTIPOLYGON | {"highway": "pedestrian", "name": "Alter Markt"}
    tables = read_elements(
        tmp_path,
        *big_square(),
        *square(5, 1, 1, 1),
        way(12, ring(5), {"building": "yes"}),
        way(13, [2, 6], {"highway": "footway"}),
        relation(20, [(10, "outer"), (11, "outer"), (12, "inner"), (13, "outer")], plaza),
    )
    walkways = tables.walkways.set_index("walkway_id")
    assert walkways["node_ids"].to_dict() == {
        "way/13": [2, 6],
        "way/10": [1, 2, 3],
        "way/11": [1, 4, 3],
        "way/12": ring(5),
    }
    assert walkways.loc["way/10", ["highway", "name"]].tolist() == ["pedestrian", "Alter Markt"]
    assert walkways["highway"].tolist() == ["footway", "pedestrian", "pedestrian", "pedestrian"]


def test_the_outline_of_a_closed_square_is_no_walkway(tmp_path: Path) -> None:
    plaza = MULTIPOLYGON | {"highway": "pedestrian", "access": "private"}
    street = way(30, [1, 3], {"highway": "motorway"})
    tables = read_elements(tmp_path, *big_square(), street, relation(20, [(10, ""), (11, "")], plaza))
    assert tables.walkways.empty


def make_objects(ways: list[list[int]], positions: dict[int, tuple[float, float]]) -> OsmObjects:
    refs = [ref for way_refs in ways for ref in way_refs]
    xy = np.array([positions.get(ref, (np.nan, np.nan)) for ref in refs], dtype=float).reshape(-1, 2)
    heads = ObjectHeads(
        np.arange(len(ways)), [b"v0"] * len(ways), [b"t"] * len(ways), np.zeros(len(ways), int)
    )
    nothing = ObjectHeads(np.array([], int), [], [], np.array([], int))
    return OsmObjects(
        tag_sets=[{}],
        nodes=nothing,
        node_lons=np.array([]),
        node_lats=np.array([]),
        ways=heads,
        ref_offsets=np.cumsum([0, *map(len, ways)]),
        refs=np.array(refs, dtype=np.int64),
        lons=xy[:, 0],
        lats=xy[:, 1],
        relations=nothing,
        members=[],
        replication_timestamp="",
    )


def list_pieces(pieces: WayPieces) -> list[tuple[int, int, list[int]]]:
    ends = zip(pieces.offsets[:-1], pieces.offsets[1:], strict=True)
    refs = [pieces.refs[start:end].tolist() for start, end in ends]
    return list(zip(pieces.way_rows.tolist(), pieces.numbers.tolist(), refs, strict=True))


@given(st.lists(st.lists(st.integers(0, 9), max_size=12), max_size=6), st.sets(st.integers(0, 9)))
def test_pieces_are_those_a_walk_along_each_way_finds(ways: list[list[int]], known: set[int]) -> None:
    positions = {ref: (7 + ref / 100, 51.0) for ref in known}
    expected = []
    for row, refs in enumerate(ways):
        runs: list[list[int]] = [[]]
        for ref in refs:
            if ref not in known:
                runs.append([])
            elif not runs[-1] or runs[-1][-1] != ref:
                runs[-1].append(ref)
        drawable = [run for run in runs if len(run) > 1]
        expected += [(row, number, run) for number, run in enumerate(drawable)]
    projection = Transformer.from_crs(4326, 25832, always_xy=True)
    assert list_pieces(build_way_pieces(make_objects(ways, positions), projection)) == expected


@settings(max_examples=60)
@given(
    st.integers(4, 12),
    st.lists(st.integers(1, 11), max_size=4, unique=True),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.randoms(use_true_random=False),
)
def test_a_ring_cut_into_ways_in_any_order_and_direction_closes_again(  # noqa: PLR0917
    corners: int, cuts: list[int], is_backward: list[bool], random: object
) -> None:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    xy = np.column_stack([7.5 + 0.01 * np.cos(angles), 51.5 + 0.01 * np.sin(angles)])
    positions = dict(enumerate(map(tuple, xy)))
    stops = [0, *sorted(cut for cut in cuts if cut < corners), corners]
    ways = [[i % corners for i in range(a, b + 1)] for a, b in pairwise(stops)]
    ways = [refs[::-1] if turn else refs for refs, turn in zip(ways, is_backward, strict=False)]
    random.shuffle(ways)  # type: ignore[attr-defined]
    projection = Transformer.from_crs(4326, 25832, always_xy=True)
    pieces = build_way_pieces(make_objects(ways, positions), projection)
    members = MemberWays(np.zeros(len(ways), int), np.arange(len(ways)), np.zeros(len(ways), bool))
    areas = build_relation_areas(pieces, members, count=1)
    expected = shapely.Polygon(np.column_stack(projection.transform(xy[:, 0], xy[:, 1])))
    assert areas.open_ends.tolist() == [0]
    assert shapely.symmetric_difference(areas.geometry[0], expected).area < 1e-3


def test_a_relation_without_ways_in_the_file_gives_nothing(tmp_path: Path) -> None:
    tables = read_elements(tmp_path, node(1, 0, 0), relation(20, [(98, ""), (99, "")], BORDER))
    assert tables.boundaries.empty
    assert count_by_code(tables.issues) == {"OSM_RELATION_INCOMPLETE": 1}
