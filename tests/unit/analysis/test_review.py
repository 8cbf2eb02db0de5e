# SPDX-License-Identifier: MIT
"""Pairs in doubt and the answers to them; scores are set by hand, not computed."""

import pandas as pd

from begegnung_geo.analysis.review import build_review_list, report_reviews
from inventory_rows import at, build_places, conflate, group_ids, read_rules


def build_reviews(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "review_id": f"review.csv:{n}", "row": str(n), "place_id_a": a, "place_id_b": b,
                "answer": answer, "note": None, "who": None, "date": None,
            }
            for n, (a, b, answer) in enumerate(rows, start=2)
        ],
        columns=["review_id", "row", "place_id_a", "place_id_b", "answer", "note", "who", "date"],
        dtype="str",
    )  # fmt: skip


def build_matches(*rows: tuple[str, str, float, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "place_id_a": a, "place_id_b": b, "score": score, "decision": decision, "is_merged": merged,
                "name_score": 0.8, "gap_m": 12.0, "class_relation": "same", "address_relation": "unknown",
                "reasons": [],
            }
            for a, b, score, decision, merged in rows
        ]
    )  # fmt: skip


PLACES = build_places(
    *({"place_id": f"liste:{n}", "name": f"Treff {n}"} for n in range(1, 5)),
    {"place_id": "liste:5", "standing": "potential"},
    {"place_id": "liste:6", "standing": "potential"},
)
MATCHES = build_matches(
    ("liste:1", "liste:2", 0.2, "review", False),
    ("liste:1", "liste:3", 0.45, "review", False),
    ("liste:3", "liste:4", 0.99, "same", True),
    ("liste:5", "liste:6", 0.5, "review", False),
)


def test_what_could_change_the_supply_is_asked_first_and_sure_pairs_are_not() -> None:
    rows = build_review_list(MATCHES, PLACES, build_reviews(), classes=read_rules().classes)
    asked = rows[["place_id_a", "place_id_b"]].to_numpy().tolist()
    assert asked == [["liste:1", "liste:3"], ["liste:1", "liste:2"], ["liste:5", "liste:6"]]
    assert rows["antwort"].isna().all()
    assert rows["gruende"][0] == "Namen ähnlich zu 80%, 12 m entfernt, gleiche Art"
    assert rows["name_a"][0] == "Treff 1"


def test_answered_pairs_follow_with_their_answer_and_never_fall_off_the_list() -> None:
    reviews = build_reviews(("liste:1", "liste:3", "different"), ("fort:1", "fort:2", "same"))
    rows = build_review_list(MATCHES, PLACES, reviews, classes=read_rules().classes, limit=1)
    told = rows[["place_id_a", "place_id_b"]].to_numpy().tolist()
    assert told[0] == ["liste:1", "liste:2"]
    assert sorted(told[1:]) == [["fort:1", "fort:2"], ["liste:1", "liste:3"]]
    answers = dict(zip(rows["place_id_a"], rows["antwort"], strict=False))
    assert answers["fort:1"] == "gleich"


def test_an_answer_merges_or_splits_and_is_no_longer_asked() -> None:
    places = build_places(
        {"place_id": "liste:1", "name": "Kulturhaus Nord", "geometry": at(0)},
        {"place_id": "liste:2", "name": "Bürgerhaus Hörde", "geometry": at(40)},
        {"place_id": "liste:3", "name": "Bürgerhaus Hörde", "geometry": at(41)},
    )
    assert group_ids(conflate(places)[0]) == [["liste:1"], ["liste:2", "liste:3"]]
    reviews = build_reviews(("liste:1", "liste:2", "same"), ("liste:2", "liste:3", "different"))
    merged, matches = conflate(places, reviews=reviews)
    assert group_ids(merged) == [["liste:1", "liste:2"], ["liste:3"]]
    assert report_reviews(reviews, places, matches).empty
    listed = build_review_list(matches, places, reviews, classes=read_rules().classes)
    assert listed["antwort"].notna().all()


def test_answers_about_records_that_are_gone_or_that_contradict_are_told() -> None:
    reviews = build_reviews(
        ("liste:1", "liste:9", "same"),
        ("liste:1", "liste:2", "same"),
        ("liste:3", "liste:4", "same"),
    )
    issues = report_reviews(reviews, PLACES, MATCHES)
    assert dict(zip(issues["row"], issues["code"], strict=True)) == {
        "2": "HAND_ID_UNKNOWN",
        "3": "HAND_CONTRADICTED",
    }
    assert "liste:9" in issues.loc[issues["row"] == "2", "text"].iloc[0]


def test_of_a_renamed_row_without_an_id_of_its_own_the_likely_successor_is_named() -> None:
    places = build_places(
        {"place_id": "osm:1"},
        {"place_id": "liste:abc", "geometry": at(30)},
        {"place_id": "liste:far", "geometry": at(390)},
    )
    for row, told in (("liste:old", "now 'liste:abc', 30 m from"), ("andere:old", "in its file")):
        issues = report_reviews(build_reviews((row, "osm:1", "same")), places, MATCHES)
        assert told in issues["text"].iloc[0]
        assert ("nearest" in issues["text"].iloc[0]) == (row == "liste:old")


def test_an_answer_against_others_names_their_rows() -> None:
    matches = build_matches(
        ("liste:1", "liste:2", 1.0, "same", True),
        ("liste:2", "liste:3", 1.0, "same", False),
        ("liste:1", "liste:3", 0.0, "different", False),
    )
    reviews = build_reviews(
        ("liste:1", "liste:2", "same"), ("liste:2", "liste:3", "same"), ("liste:1", "liste:3", "different")
    )
    issues = report_reviews(reviews, PLACES, matches)
    assert issues[["row", "code"]].to_numpy().tolist() == [["3", "HAND_CONTRADICTED"]]
    assert "rows 2, 4 together" in issues["text"].iloc[0]
    alone = report_reviews(reviews.iloc[[1]], PLACES, matches)
    assert "other records of the two keep them so" in alone["text"].iloc[0]


def test_a_renamed_place_takes_in_who_bears_its_other_name_by_the_word_of_staff() -> None:
    places = build_places(
        {"place_id": "stadt:1", "name": "Gemeinschaftshaus Rosental", "geometry": at(0)},
        {"place_id": "liste:2", "name": "Treffpunkt am Teich", "geometry": at(20)},
        {"place_id": "kirche:3", "name": "Gemeinschaftshaus Rosental", "geometry": at(8)},
    )
    assert group_ids(conflate(places)[0]) == [["kirche:3", "stadt:1"], ["liste:2"]]
    reviews = build_reviews(("liste:2", "stadt:1", "same"))
    assert group_ids(conflate(places, reviews=reviews)[0]) == [["kirche:3", "liste:2", "stadt:1"]]


def test_who_has_a_sure_match_in_a_source_is_not_asked_about_another_record_of_it() -> None:
    places = build_places({"place_id": "osm:1"}, {"place_id": "osm:2"}, {"place_id": "stadt:1"})
    doubt = ("osm:2", "stadt:1", 0.45, "review", False)
    for sure, asked in ((0.97, 0), (0.6, 2)):
        matches = build_matches(("osm:1", "stadt:1", sure, "same", True), doubt)
        rows = build_review_list(matches, places, build_reviews(), classes=read_rules().classes)
        assert len(rows) == asked
