# SPDX-License-Identifier: MIT
"""What becomes of `begegnungsort_id` when sources change; without memory, with `ids.csv`, from run to run."""

import geopandas as gpd
import pandas as pd
import pytest

from begegnung_geo.analysis.conflate import rank_records
from begegnung_geo.analysis.place_ids import (
    build_begegnungsort_id,
    build_known_ids,
    count_remembered,
    inherit_ids,
    join_known_ids,
)
from begegnung_geo.crs import WGS84
from begegnung_geo.schema import build_empty, conform_table
from inventory_rows import CRS, at, build_places, conflate, keep_ids, read_rules

ORDER = ["liste", "neu"]
NOTHING = build_empty("kept_ids", crs=WGS84)
OSM, LIST = {"place_id": "osm:way/2"}, {"place_id": "liste:1", "geometry": at(3)}


def find_id(merged: pd.DataFrame, place_id: str) -> str:
    assert merged["begegnungsort_id"].is_unique
    pairs = zip(merged["begegnungsort_id"], merged["place_ids"], strict=True)
    return next(str(begegnungsort_id) for begegnungsort_id, ids in pairs if place_id in ids)


def id_of(places: gpd.GeoDataFrame, place_id: str, **options: object) -> str:
    return find_id(conflate(places, source_order=ORDER, **options)[0], place_id)


def keep(places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what `ids.csv` knows after a run on these records."""
    merged, _ = conflate(places, source_order=ORDER)
    rows = [
        (place_id, row["begegnungsort_id"]) for _, row in merged.iterrows() for place_id in row["place_ids"]
    ]
    return keep_ids(dict(rows))


class Runs:
    """One run after the other: each remembers what the last one left, as the pipeline does."""

    def __init__(self) -> None:
        self.memory = gpd.GeoDataFrame(build_empty("known_ids", crs=CRS))

    def run(self, places: gpd.GeoDataFrame, *, kept: pd.DataFrame = NOTHING) -> pd.DataFrame:
        known = join_known_ids(kept, self.memory)
        merged, _ = conflate(places, source_order=ORDER, known_ids=known)
        merged = inherit_ids(merged, places, self.memory, known=known, rules=read_rules())
        origins = places[["place_id"]].assign(origin=rank_records(places, source_order=ORDER)["origin"])
        self.remembered = count_remembered(merged, origins, kept)
        self.memory = gpd.GeoDataFrame(conform_table(build_known_ids(merged, self.memory), "known_ids"))
        return merged


# Without memory, and with ids.csv


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
    assert id_of(apart, "osm:way/2", known_ids=known) == known["begegnungsort_id"].iloc[0]
    assert id_of(apart, "liste:1", known_ids=known) == build_begegnungsort_id("liste:1")


def test_a_record_that_comes_back_does_not_share_the_id_of_a_former_companion() -> None:
    apart = build_places(OSM, {**LIST, "geometry": at(900)})
    companion = build_begegnungsort_id("osm:way/2")
    known = keep_ids({"liste:1": companion})
    assert id_of(apart, "liste:1", known_ids=known) == companion
    assert id_of(apart, "osm:way/2", known_ids=known) != companion


# From run to run


def test_the_next_run_on_the_same_records_gives_the_same_ids_and_the_same_memory() -> None:
    runs, places = Runs(), build_places(OSM, LIST, {"place_id": "neu:3", "geometry": at(700)})
    first = runs.run(places)
    memory = runs.memory
    pd.testing.assert_frame_equal(runs.run(places), first)
    pd.testing.assert_frame_equal(runs.memory, memory)
    assert runs.remembered == 0  # a clone without this memory builds the same


def test_a_new_source_that_comes_first_leaves_the_id_and_says_that_it_is_remembered() -> None:
    runs = Runs()
    before = find_id(runs.run(build_places(LIST)), "liste:1")
    after = runs.run(build_places(LIST, OSM))
    assert find_id(after, "osm:way/2") == before != build_begegnungsort_id("osm:way/2")
    assert runs.remembered == 1
    kept = keep_ids(dict(zip(runs.memory["place_id"], runs.memory["begegnungsort_id"], strict=True)))
    assert find_id(Runs().run(build_places(LIST, OSM), kept=kept), "osm:way/2") == before
    runs.run(build_places(LIST, OSM), kept=kept)
    assert runs.remembered == 0  # ids.csv holds it now


def test_a_record_that_was_gone_for_a_run_finds_its_id_again() -> None:
    runs = Runs()
    runs.run(build_places(LIST))
    before = find_id(runs.run(build_places(LIST, OSM)), "liste:1")
    assert find_id(runs.run(build_places(OSM)), "osm:way/2") == before
    assert find_id(runs.run(build_places(LIST)), "liste:1") == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # A row of a list without ids is renamed: its id is made from its name, so it is a new record.
        ({"place_id": "liste:aaa", "name": "Treff am Markt"}, {"place_id": "liste:bbb", "name": "Haus Alva"}),
        # A mapper draws the house whose node was there before.
        ({"place_id": "osm:node/5"}, {"place_id": "osm:way/9", "geometry": at(12)}),
        # The city moves its point by 60 m and spells the name another way.
        (
            {"place_id": "liste:7", "name": "Bürgerhaus Hörde"},
            {"place_id": "liste:8", "name": "Buergerhaus Hörde e.V.", "geometry": at(60)},
        ),
    ],
)
def test_a_place_with_new_records_only_succeeds_the_one_that_vanished_there(
    old: dict[str, object], new: dict[str, object]
) -> None:
    runs = Runs()
    before = find_id(runs.run(build_places(old)), str(old["place_id"]))
    assert find_id(runs.run(build_places(new)), str(new["place_id"])) == before


@pytest.mark.parametrize(
    "new",
    [
        {"name": "Haus Alva", "geometry": at(20)},  # another name, another spot
        {"class": "library", "name": "Bücherei"},  # same spot, another kind
        {"geometry": at(400)},  # same name across town
    ],
)
def test_what_is_merely_near_succeeds_nobody(new: dict[str, object]) -> None:
    runs = Runs()
    before = find_id(runs.run(build_places({"place_id": "liste:aaa"})), "liste:aaa")
    after = runs.run(build_places({"place_id": "liste:bbb", **new}))
    assert find_id(after, "liste:bbb") == build_begegnungsort_id("liste:bbb") != before


def test_a_place_that_is_still_there_leaves_its_id_to_nobody() -> None:
    runs = Runs()
    before = find_id(runs.run(build_places(LIST)), "liste:1")
    apart = {"place_id": "neu:9", "name": "Haus Alva", "geometry": at(3)}
    after = runs.run(build_places(LIST, apart))
    assert find_id(after, "liste:1") == before
    assert find_id(after, "neu:9") != before


def test_of_two_heirs_the_more_alike_takes_the_id() -> None:
    runs = Runs()
    before = find_id(runs.run(build_places(OSM)), "osm:way/2")
    heirs = build_places(
        {"place_id": "liste:3", "name": "Gymnastikhaus", "geometry": at(0)},
        {"place_id": "liste:4", "geometry": at(30)},
    )
    assert find_id(runs.run(heirs), "liste:4") == before


def test_a_vanished_place_leaves_neither_name_nor_point_behind() -> None:
    # A place that is to be withheld from now on must not stay in the memory.
    runs = Runs()
    runs.run(build_places({"place_id": "liste:1", "name": "Haus Lila"}))
    runs.run(build_places({"place_id": "liste:2", "name": "Rathaus", "geometry": at(2000)}))
    assert "Lila" not in runs.memory.to_csv()
    gone = runs.memory.set_index("place_id").loc["liste:1"]
    assert gone["name"] is None or gone["name"] != gone["name"]
    assert gone["geometry"] is None
