# SPDX-License-Identifier: MIT
"""Packed geometry: read back as the page's script reads it."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from begegnung_geo.render import geometry

CRS = "EPSG:25832"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
X, Y = 400_000.0, 5_700_000.0


def _decode(packed):
    # An independent reader, written after geometry.js letter by letter.
    values, value, shift = [], 0, 0
    for letter in packed["d"]:
        code = ALPHABET.index(letter)
        value += (code & 31) << shift
        shift += 5
        if not code & 32:
            values.append(-(value + 1) // 2 if value % 2 else value // 2)
            value = shift = 0
    xy = np.cumsum(np.array(values).reshape(-1, 2), axis=0) / 1e5
    return np.split(xy, np.cumsum(packed["n"])[:-1])


def _to_metres(lonlat):
    back = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    return np.column_stack(back.transform(lonlat[:, 0], lonlat[:, 1]))


@settings(max_examples=30)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000)), min_size=2, max_size=9, unique=True
        ),
        min_size=1,
        max_size=5,
    )
)
def test_lines_come_back_within_a_metre(shapes):
    lines = np.array([LineString([(X + 5 * x, Y + 5 * y) for x, y in xy]) for xy in shapes], dtype=object)
    packed, kept = geometry.pack_lines(lines, CRS)
    assert kept.tolist() == list(range(len(lines)))
    for line, lonlat in zip(lines, _decode(packed), strict=True):
        metres = _to_metres(lonlat)
        assert np.abs(metres - shapely.get_coordinates(line)).max() < 1.0


def test_a_line_shorter_than_the_resolution_is_dropped_and_the_others_keep_their_place():
    lines = np.array([LineString([(X, Y), (X + 0.1, Y)]), LineString([(X, Y), (X + 50, Y)])], dtype=object)
    packed, kept = geometry.pack_lines(lines, CRS)
    assert kept.tolist() == [1]
    assert packed["n"] == [2]


def test_polygons_keep_holes_parts_and_their_number_even_where_one_vanishes():
    ring = box(X, Y, X + 900, Y + 900).difference(box(X + 300, Y + 300, X + 600, Y + 600))
    pair = MultiPolygon([box(X, Y, X + 100, Y + 100), box(X + 200, Y, X + 300, Y + 100)])
    packed = geometry.pack_polygons(np.array([ring, Polygon(), pair], dtype=object), CRS)
    assert packed["f"] == [2, 0, 2]
    areas = [Polygon(_to_metres(part)).area for part in _decode(packed)]
    np.testing.assert_allclose(areas, [810_000, 90_000, 10_000, 10_000], rtol=0.03)


def test_nothing_packs_to_nothing():
    nothing = np.array([], dtype=object)
    assert geometry.pack_lines(nothing, CRS)[0] == {"n": [], "d": ""}
    assert geometry.pack_polygons(nothing, CRS) == {"f": [], "n": [], "d": ""}
    assert geometry.quantise(nothing, CRS) == []
    assert len(geometry.find_label_points(nothing)) == 0


def test_points_are_hundred_thousandths_of_a_degree():
    dortmund = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(7.46600, 51.51400)
    assert geometry.quantise(np.array([Point(dortmund)], dtype=object), CRS) == [[746600, 5151400]]


def test_neighbours_share_their_border_after_simplification():
    jagged = [(X + 500 + (3 if i % 2 else 0), Y + 10 * i) for i in range(101)]
    west = Polygon([(X, Y), *jagged, (X, Y + 1000)])
    east = Polygon([(X + 1000, Y), *jagged, (X + 1000, Y + 1000)])
    simple = geometry.simplify_coverage(__import__("geopandas").GeoSeries([west, east], crs=CRS), 10.0)
    assert shapely.get_num_coordinates(simple).sum() < 20
    assert shapely.area(shapely.intersection(*simple)) == 0
    assert shapely.area(shapely.union_all(simple)) == shapely.area(simple).sum()


def test_a_label_stands_inside_its_area_even_where_the_centre_is_outside():
    horseshoe = box(0, 0, 1000, 1000).difference(box(100, 100, 900, 1000))
    assert not horseshoe.contains(horseshoe.centroid)
    (point,) = geometry.find_label_points(np.array([horseshoe], dtype=object))
    assert horseshoe.contains(point)
