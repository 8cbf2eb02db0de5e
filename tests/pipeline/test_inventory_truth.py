# SPDX-License-Identifier: MIT
"""Classes and merges against what Musterstadt's generator knows; the pipeline never reads it."""

import csv
from itertools import combinations

import pandas as pd
import pytest

from begegnung_geo.store import read_table
from towns import Town

CRS = "EPSG:25832"
PEOPLE = "orte_von_menschen"
PRECISION_MIN = 0.98
RECALL_MIN = 0.95


@pytest.fixture(scope="module")
def truth(town: Town) -> pd.DataFrame:
    """Return one row a record: `place_id` as the pipeline calls it, true place and class."""
    records = read_table("place_records", folder=town.processed, crs=CRS)
    people = records[records["source"] == PEOPLE]
    # The list from people has no ids of its own: the truth names its lines.
    ids = {
        f"{PEOPLE}:{row}": f"{PEOPLE}:{own}"
        for row, own in zip(people["row"], people["source_id"], strict=True)
    }
    with (town.raw / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (ids.get(place_id, place_id), entry["truth_id"], entry["class"])
            for entry in csv.DictReader(file)
            for place_id in filter(None, entry["source_ids"].split("|"))
        ]
    return pd.DataFrame(rows, columns=["place_id", "truth_id", "class"]).set_index("place_id")


@pytest.fixture(scope="module")
def places(town: Town) -> pd.DataFrame:
    return read_table("places", folder=town.processed, crs=CRS).set_index("place_id")


def list_pairs(groups: list[list[str]]) -> set[frozenset[str]]:
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def test_records_of_one_place_are_merged_and_others_are_not(
    town: Town, truth: pd.DataFrame, places: pd.DataFrame
) -> None:
    tables = [
        read_table(name, folder=town.processed, crs=CRS) for name in ("begegnungsorte", "neighbour_places")
    ]
    merged = list_pairs([list(ids) for table in tables for ids in table["place_ids"]])
    known = truth[truth.index.isin(places.index)].reset_index()
    meant = list_pairs(known.groupby("truth_id")["place_id"].agg(list).tolist())
    assert len(meant) >= 30
    assert len(merged & meant) >= PRECISION_MIN * len(merged), sorted(map(sorted, merged - meant))
    assert len(merged & meant) >= RECALL_MIN * len(meant), sorted(map(sorted, meant - merged))


def test_every_record_has_its_true_class(truth: pd.DataFrame, places: pd.DataFrame) -> None:
    both = places[["name", "class", "rule_id"]].join(truth["class"].rename("true_class"), how="inner")
    wrong = both[both["class"] != both["true_class"]]
    assert len(both) >= 100
    assert wrong.empty, wrong.to_string()


def test_what_is_no_place_is_not_in_the_inventory(truth: pd.DataFrame, places: pd.DataFrame) -> None:
    excluded = truth[truth["class"] == "excluded"].index
    assert len(excluded) > 0
    assert not set(excluded) & set(places.index)


def test_every_true_place_is_found_unless_only_a_list_may_name_it(
    truth: pd.DataFrame, places: pd.DataFrame
) -> None:
    # DOMAIN 2.1: schools, day nurseries and universities never come from OSM alone.
    real = truth[~truth["class"].isin(["excluded", "school_public", "kita_family", "university"])]
    found = real.groupby("truth_id").apply(lambda rows: rows.index.isin(places.index).any())
    assert found.mean() >= RECALL_MIN, sorted(found.index[~found])


def test_records_lost_by_classification_count_as_missed_pairs(town: Town, truth: pd.DataFrame) -> None:
    # Whatever has a position and is a place by the truth belongs to its place, whoever turned it away.
    records = read_table("place_records", folder=town.processed, crs=CRS)
    located = records[records.geometry.notna()]  # type: ignore[attr-defined]
    features = read_table("osm_features", folder=town.processed, crs=CRS)
    given = {*("osm:" + features["source_id"]), *(located["source"] + ":" + located["source_id"])}
    real = truth[truth.index.isin(given) & (truth["class"] != "excluded")].reset_index()
    meant = list_pairs(real.groupby("truth_id")["place_id"].agg(list).tolist())
    tables = [
        read_table(name, folder=town.processed, crs=CRS) for name in ("begegnungsorte", "neighbour_places")
    ]
    merged = list_pairs([list(ids) for table in tables for ids in table["place_ids"]])
    assert len(merged & meant) >= RECALL_MIN * len(meant), sorted(map(sorted, meant - merged))
