# SPDX-License-Identifier: MIT
"""What became of places: by id, by record, by name; every place is told once."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.place_changes import KINDS, compare_places

METRE_NORTH = 1 / 111_320  # degrees of latitude


def build_places(*rows):
    """Rows are (id, name, class, metres north) and, if need be, a dict of further columns."""
    plain = {"standing": "established", "is_counted": True, "position_error_m": 15.0, "lon": 7.5}
    return pd.DataFrame(
        [
            plain
            | {
                "begegnungsort_id": row[0],
                "name": row[1],
                "class": row[2],
                "lat": 51.5 + row[3] * METRE_NORTH,
            }
            | {"place_ids": f"osm:{row[0]}"}
            | (row[4] if len(row) > 4 else {})
            for row in rows
        ]
    ).astype(
        {"name": "str", "begegnungsort_id": "str", "class": "str", "place_ids": "str", "standing": "str"}
    )


def list_kinds(before, after, *, moved_min_m=50.0):
    changes = compare_places(before, after, moved_min_m=moved_min_m)
    return [(row["kind"], row["id_before"], row["id_after"]) for row in changes.to_dict("records")]


def test_the_same_places_show_no_change():
    places = build_places(("a", "Treff", "library", 0), ("b", None, "worship", 100))
    assert list_kinds(places, places) == []


def test_places_of_one_site_only_are_listed_as_new_or_gone():
    before = build_places(("a", "Alt", "library", 0), ("b", "Bleibt", "library", 900))
    after = build_places(("b", "Bleibt", "library", 900), ("c", "Neu", "worship", 2000))
    assert list_kinds(before, after) == [("opened", "", "c"), ("closed", "a", "")]


@pytest.mark.parametrize(
    ("metres", "kinds", "is_within_error"), [(49, [], None), (60, ["moved"], False), (51, ["moved"], False)]
)
def test_a_place_has_moved_from_the_given_distance_on(metres, kinds, is_within_error):
    before, after = (
        build_places(("a", "Treff", "library", 0)),
        build_places(("a", "Treff", "library", metres)),
    )
    changes = compare_places(before, after, moved_min_m=50.0)
    assert changes["kind"].tolist() == kinds
    if kinds:
        assert changes["distance_m"].tolist() == pytest.approx([metres], abs=1)
        assert changes["is_within_error"].tolist() == [is_within_error]


def test_a_move_shorter_than_both_position_errors_is_marked():
    rough = {"position_error_m": 80.0}
    before = build_places(("a", "Treff", "library", 0, rough))
    after = build_places(("a", "Treff", "library", 90))
    assert compare_places(before, after, moved_min_m=50.0)["is_within_error"].tolist() == [True]


def test_name_class_role_and_counting_are_each_a_change_of_their_own():
    before = build_places(("a", "Altes Haus", "library", 0))
    after = build_places(
        ("a", "Neues Haus", "youth_centre", 0, {"standing": "everyday", "is_counted": False})
    )
    changes = compare_places(before, after, moved_min_m=50.0)
    assert changes["kind"].tolist() == ["renamed", "reclassified", "restanding", "uncounted"]
    assert changes.loc[1, ["before", "after"]].tolist() == ["library", "youth_centre"]
    back = compare_places(after, before, moved_min_m=50.0)
    assert back["kind"].tolist() == ["renamed", "reclassified", "restanding", "counted"]


def test_blanks_and_capitals_are_no_other_name():
    before = build_places(("a", "Haus  der Jugend", "library", 0))
    assert list_kinds(before, build_places(("a", "HAUS DER JUGEND", "library", 0))) == []


def test_another_id_with_a_shared_record_is_the_same_place():
    before = build_places(("a", "Treff", "library", 0, {"place_ids": "osm:1; liste:7"}))
    after = build_places(("z", "Treffpunkt", "library", 0, {"place_ids": "liste:7; osm:9"}))
    assert list_kinds(before, after) == [("renamed", "a", "z"), ("new_id", "a", "z")]


def test_another_id_with_the_same_name_and_class_nearby_is_the_same_place():
    before = build_places(("a", "Treff", "library", 0), ("b", "Saal", "worship", 0))
    after = build_places(("y", "Treff", "library", 200), ("z", "Saal", "worship", 300))
    assert list_kinds(before, after) == [
        ("opened", "", "z"),
        ("closed", "b", ""),
        ("moved", "a", "y"),
        ("new_id", "a", "y"),
    ]


def test_of_two_with_the_same_name_the_nearer_one_is_taken():
    before = build_places(("a", "Kita", "library", 0))
    after = build_places(("x", "Kita", "library", 120), ("y", "Kita", "library", 20))
    assert list_kinds(before, after) == [("opened", "", "x"), ("new_id", "a", "y")]


def test_nameless_places_are_never_matched_by_name():
    before, after = build_places(("a", None, "library", 0)), build_places(("z", None, "library", 1))
    assert list_kinds(before, after) == [("opened", "", "z"), ("closed", "a", "")]


ids = st.lists(st.integers(0, 30), unique=True, max_size=12)


@settings(max_examples=60, deadline=None)
@given(ids, ids, st.randoms(use_true_random=False))
def test_every_place_is_told_once_whatever_the_order(first, second, random):
    def build(numbers):
        order = list(numbers)
        random.shuffle(order)
        rows = [(f"b{n}", f"Haus {n % 4}", ("library", "worship")[n % 2], n * 40.0) for n in order]
        return build_places(*rows) if rows else build_places(("x", "x", "x", 0)).iloc[:0]

    changes = compare_places(build(first), build(second), moved_min_m=50.0)
    again = compare_places(build(first), build(second), moved_min_m=50.0)
    pd.testing.assert_frame_equal(changes, again)
    assert set(changes["kind"]) <= set(KINDS)
    opened, closed = (changes[changes["kind"] == kind] for kind in ("opened", "closed"))
    # Both sites have as many places that stayed.
    assert len(second) - len(opened) == len(first) - len(closed)
    assert not set(opened["id_after"]) & {f"b{n}" for n in first}
    assert not set(closed["id_before"]) & {f"b{n}" for n in second}
    assert np.isnan(changes.loc[changes["kind"] != "moved", "distance_m"]).all()
