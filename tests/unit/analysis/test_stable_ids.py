# SPDX-License-Identifier: MIT
"""What becomes of `begegnungsort_id` when sources change; with and without ids that were kept."""

import geopandas as gpd

from begegnung_geo.analysis.conflate import build_begegnungsort_id
from inventory_rows import at, build_places, conflate

OSM, LIST = {"place_id": "osm:way/2"}, {"place_id": "liste:1", "geometry": at(3)}


def id_of(places: gpd.GeoDataFrame, place_id: str, **options: object) -> str:
    merged, _ = conflate(places, source_order=["liste", "neu"], **options)
    assert merged["begegnungsort_id"].is_unique
    return str(
        next(
            i
            for i, ids in zip(merged["begegnungsort_id"], merged["place_ids"], strict=True)
            if place_id in ids
        )
    )


def keep(places: gpd.GeoDataFrame) -> dict[str, str]:
    merged, _ = conflate(places, source_order=["liste", "neu"])
    pairs = zip(merged["begegnungsort_id"], merged["place_ids"], strict=True)
    return {record: begegnungsort_id for begegnungsort_id, ids in pairs for record in ids}


def test_a_rename_a_better_source_and_a_new_list_change_no_id() -> None:
    before = id_of(build_places(OSM), "osm:way/2")
    renamed = build_places({**OSM, "name": "Haus am Markt"})
    assert id_of(renamed, "osm:way/2") == before
    joined = build_places(OSM, {**LIST, "evidence": "A"}, {"place_id": "neu:7", "geometry": at(1)})
    assert id_of(joined, "neu:7") == before


def test_an_osm_object_that_joins_a_list_only_place_takes_over_unless_ids_were_kept() -> None:
    alone, joined = build_places(LIST), build_places(LIST, OSM)
    before = id_of(alone, "liste:1")
    assert id_of(joined, "liste:1") == build_begegnungsort_id("osm:way/2") != before
    assert id_of(joined, "liste:1", known_ids=keep(alone)) == before


def test_a_place_outlives_its_first_record_if_ids_were_kept() -> None:
    both, rest = build_places(OSM, LIST), build_places(LIST)
    before = id_of(both, "liste:1")
    assert id_of(rest, "liste:1") != before
    assert id_of(rest, "liste:1", known_ids=keep(both)) == before


def test_a_split_place_leaves_its_id_with_the_record_it_was_made_from() -> None:
    both = build_places(OSM, LIST)
    apart = build_places(OSM, {**LIST, "geometry": at(900)})
    known = keep(both)
    assert id_of(apart, "osm:way/2", known_ids=known) == known["osm:way/2"]
    assert id_of(apart, "liste:1", known_ids=known) == build_begegnungsort_id("liste:1")


def test_a_record_that_comes_back_does_not_share_the_id_of_a_former_companion() -> None:
    apart = build_places(OSM, {**LIST, "geometry": at(900)})
    known = {"liste:1": build_begegnungsort_id("osm:way/2")}
    assert id_of(apart, "liste:1", known_ids=known) == known["liste:1"]
    assert id_of(apart, "osm:way/2", known_ids=known) != known["liste:1"]
