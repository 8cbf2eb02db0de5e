# SPDX-License-Identifier: MIT
import pandas as pd

from begegnung_geo.analysis.attributes import CLAIM_COLUMNS
from begegnung_geo.analysis.origins import build_column_sources
from inventory_rows import at, build_places, conflate


def test_each_column_names_the_record_it_was_taken_from() -> None:
    places = build_places(
        {"place_id": "liste:1", "evidence": "B", "street": "Markt", "house_number": "1"},
        {"place_id": "osm:way/2", "wheelchair": "yes", "street": "Markt", "operator": "Stadt",
         "footprint_area_m2": 400.0, "geometry": at(2)},
    )  # fmt: skip
    begegnungsorte, _ = conflate(places)
    assert len(begegnungsorte) == 1
    claims = pd.DataFrame(
        [
            (begegnungsorte["begegnungsort_id"][0], "opening_hours", "Mo", "A", "answer", "answers.csv:2",
             "Rolle", "2026-11-22", True),
            (begegnungsorte["begegnungsort_id"][0], "inclusive", "partly", "D", "osm", "osm:way/2", "tag",
             None, True),
        ],
        columns=list(CLAIM_COLUMNS),
    )  # fmt: skip
    told = build_column_sources(begegnungsorte, places, claims, dates={"liste:1": "2024-11"})
    origin = dict(zip(told["column"], told["source_id"], strict=True))
    assert origin["name"] == origin["class"] == origin["street"] == "liste:1"
    assert origin["wheelchair"] == origin["operator"] == origin["position"] == "osm:way/2"
    assert origin["opening_hours"] == "answers.csv:2"
    assert origin["inclusive"] == "osm:way/2"
    assert "postcode" not in origin
    dated = {column: None if pd.isna(date) else date for column, date in told[["column", "date"]].to_numpy()}
    assert (dated["name"], dated["opening_hours"], dated["position"]) == ("2024-11", "2026-11-22", None)
    # The record named is the one whose value stands in the merged row.
    by_id = places.set_index("place_id")
    for column in ("name", "class", "street", "house_number", "wheelchair", "operator", "evidence"):
        assert by_id.loc[origin[column], column] == begegnungsorte[column][0]
    assert by_id.loc[origin["position"], "geometry"].equals(begegnungsorte.geometry[0])


def test_a_class_corrected_by_hand_brings_its_standing_along() -> None:
    begegnungsorte, _ = conflate(places := build_places({"place_id": "liste:1"}))
    begegnungsort_id = begegnungsorte["begegnungsort_id"][0]
    claim = (
        begegnungsort_id,
        "class",
        "library",
        "A",
        "correction",
        "corrections.csv:2",
        "Rolle",
        None,
        True,
    )
    told = build_column_sources(begegnungsorte, places, pd.DataFrame([claim], columns=list(CLAIM_COLUMNS)))
    origin = dict(zip(told["column"], told["source_id"], strict=True))
    assert {origin[c] for c in ("class", "standing", "consumption_free", "evidence")} == {"corrections.csv:2"}
    assert origin["name"] == "liste:1"
