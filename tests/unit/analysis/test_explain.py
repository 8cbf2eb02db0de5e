# SPDX-License-Identifier: MIT
import pandas as pd
import pytest

from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.analysis.explain import explain_place, explain_strike
from begegnung_geo.analysis.osm_places import build_osm_places
from inventory_rows import build_features, build_node, build_records, conflate, read_rules


@pytest.fixture(scope="module")
def town() -> dict[str, object]:
    rules = read_rules()
    features = build_features(
        build_node(1, amenity="community_centre", community_centre__for="senior", name="Treff Concordia"),
        build_node(2, 500, amenity="social_facility", social_facility="shelter", name="Haus Lila"),
        build_node(3, 900, amenity="nightclub", name="Rubin"),
    )
    places, _, _ = build_osm_places(features, rules)
    listed, _, _ = classify_records(
        build_records({"name": "Treff Concordia", "class_hint": "Seniorentreff"}), rules
    )
    together = pd.concat([places, listed], ignore_index=True)
    begegnungsorte, matches = conflate(together)
    return {
        "osm_features": features, "places": together, "begegnungsorte": begegnungsorte, "matches": matches,
        "rules": rules,
    }  # fmt: skip


def test_a_record_tells_its_rules_its_merge_and_its_place(town: dict[str, object]) -> None:
    lines = explain_place("osm:node/1", **town)  # type: ignore[arg-type]
    text = "\n".join(lines)
    assert lines[0] == "osm:node/1: Treff Concordia"
    assert "rule senior_groups (121) decides: senior_meeting" in text
    assert "rule municipal_plain (155) would fit too: municipal_centre" in text
    assert "against liste:1: merged, score" in text
    assert "counts as supply; from liste:1, osm:node/1" in text


def test_the_place_itself_tells_all_its_records(town: dict[str, object]) -> None:
    begegnungsort_id = town["begegnungsorte"]["begegnungsort_id"][0]  # type: ignore[index]
    lines = explain_place(begegnungsort_id, **town)  # type: ignore[arg-type]
    assert lines[0].startswith(f"{begegnungsort_id}: senior_meeting, established")
    assert [line.split(": ")[0] for line in lines if not line.startswith(" ")][1:] == [
        "liste:1",
        "osm:node/1",
    ]


def test_an_excluded_object_tells_why(town: dict[str, object]) -> None:
    lines = explain_place("node/3", **town)  # type: ignore[arg-type]
    assert lines[0] == "osm:node/3: not in the inventory"
    assert "exclude_nightlife" in lines[1]


def test_a_sensitive_object_tells_nothing_but_that(town: dict[str, object]) -> None:
    lines = explain_place("osm:node/2", **town)  # type: ignore[arg-type]
    assert len(lines) == 1
    assert "Lila" not in lines[0]
    assert "withheld" in lines[0]


def test_an_unknown_id_tells_nothing(town: dict[str, object]) -> None:
    assert explain_place("osm:node/99", **town) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", ["b1", "osm:node/1", "node/1", "liste:7"])
def test_a_place_struck_off_names_the_line_that_did_it(wanted: str) -> None:
    known = pd.DataFrame(
        {"place_id": ["osm:node/1", "liste:7", "osm:node/2"], "begegnungsort_id": ["b1", "b1", "b2"]}
    )
    line = {
        "entry_id": "corrections.csv:4", "row": "4", "target_id": "node/1", "place_ids": [],
        "attribute": "exists", "value": "no", "who": "Amt", "date": "2026-01-15", "why": "zu",
    }  # fmt: skip
    other = line | {"entry_id": "answers.csv:2", "row": "2", "target_id": "b9", "place_ids": ["osm:node/2"]}
    entries = pd.DataFrame([line, other | {"date": None, "why": None}, line | {"attribute": "cost"}])
    assert explain_strike(wanted, hand_entries=entries, known_ids=known) == [
        "  struck off by line 4 of corrections.csv: node/1 does not exist any more (Amt, 2026-01-15: zu)"
    ]
    (told,) = explain_strike("b2", hand_entries=entries, known_ids=known)
    assert told == "  struck off by line 2 of answers.csv: b9 does not exist any more (Amt, no day)"
    assert explain_strike("b3", hand_entries=entries, known_ids=known) == []
