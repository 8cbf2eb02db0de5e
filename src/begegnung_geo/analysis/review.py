# SPDX-License-Identifier: MIT
"""Pairs in doubt: a short list for people to decide, and what became of their answers."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.issues import IssueCode, build_issues, concat_issues

REVIEW_LIMIT = 200
"""More questions than this nobody answers."""
REVIEW_COLUMNS = (
    "place_id_a", "place_id_b", "antwort", "bemerkung", "wer", "datum", "name_a", "art_a", "adresse_a",
    "name_b", "art_b", "adresse_b", "abstand_m", "wert", "gruende", "stand_jetzt",
)  # fmt: skip
_NARROW_SCORE = 0.73  # merged by less than 0.05 of a name score: as doubtful as what is not merged
_WEIGHT = {"established": 2, "everyday": 1, "potential": 0}
_CLASS_WORDS = {"apart": "Arten schließen sich aus", "other": "andere Art", "kin": "verwandte Art"}
_ADDRESS_WORDS = {"same": "gleiche Anschrift", "different": "andere Anschrift"}
_ANSWER_WORDS = {"same": "gleich", "different": "verschieden"}


def build_review_list(
    matches: pd.DataFrame,
    places: pd.DataFrame,
    reviews: pd.DataFrame,
    *,
    classes: Mapping[str, PlaceClass],
    limit: int = REVIEW_LIMIT,
) -> pd.DataFrame:
    """
    Return the pairs in doubt, the costliest possible mistakes first, then the pairs answered.

    In doubt is a pair just below the line, or merged just above it, that nobody has
    answered. A mistake costs most where it makes one place meant for meeting into two or
    two into one, then where only one of the two is meant for it, then among places by the
    way, then among potential ones; within these the pair nearest to the line comes first.

    Parameters
    ----------
    matches
        Table `place_matches`.
    places
        Table `places`.
    reviews
        Table `reviews`: their lines follow with their answer, so that the list can take
        the place of the file.
    classes
        Classes by key, for their German labels.
    limit
        Pairs in doubt at most; answered ones are never left out.

    Returns
    -------
    rows
        Columns `REVIEW_COLUMNS`; `antwort` is empty where people are asked.
    """
    about = places.set_index("place_id")
    answers = reviews[["place_id_a", "place_id_b", "answer", "note", "who", "date"]]
    pairs = matches.merge(answers, on=["place_id_a", "place_id_b"], how="outer")
    is_answered = pairs["answer"].notna()
    below = (pairs["decision"] == "review") & (pairs["is_merged"] == False)  # noqa: E712 - null after the join
    narrow = (pairs["decision"] == "same") & (pairs["score"] < _NARROW_SCORE)
    doubtful = pairs[~is_answered & (below | narrow)]
    ends = [doubtful[side].map(about["standing"]) for side in ("place_id_a", "place_id_b")]
    weight = ends[0].map(_WEIGHT).astype("float64") + ends[1].map(_WEIGHT).astype("float64")
    doubtful = doubtful.assign(weight=weight, distance=(doubtful["score"] - 0.5).abs())
    doubtful = doubtful.sort_values(
        ["weight", "distance", "place_id_a", "place_id_b"], ascending=[False, True, True, True]
    ).head(limit)
    chosen = pd.concat([doubtful, pairs[is_answered]], ignore_index=True)
    rows = pd.DataFrame(
        {
            "place_id_a": chosen["place_id_a"],
            "place_id_b": chosen["place_id_b"],
            "antwort": chosen["answer"].map(_ANSWER_WORDS),
            "bemerkung": chosen["note"],
            "wer": chosen["who"],
            "datum": chosen["date"],
            "abstand_m": chosen["gap_m"].round(0),
            "wert": chosen["score"].round(2),
            "gruende": [_describe(row) for row in chosen.to_dict("records")],
            "stand_jetzt": chosen["is_merged"].map({True: "ein Ort", False: "zwei Orte"}),
        }
    )
    for side in ("a", "b"):
        ids = rows[f"place_id_{side}"]
        rows[f"name_{side}"] = ids.map(about["name"]).astype("str")
        labels = {key: entry.label_de for key, entry in classes.items()}
        rows[f"art_{side}"] = ids.map(about["class"]).map(labels).astype("str")
        rows[f"adresse_{side}"] = ids.map(_join_addresses(about)).astype("str")
    return rows[list(REVIEW_COLUMNS)]


def report_reviews(reviews: pd.DataFrame, places: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """
    Return the table `issues` of answers that could not be followed; they stay in their file.

    An answer is not followed where one of its records does not exist (any more), or
    where other answers contradict it.
    """
    if reviews.empty:
        return concat_issues([])
    known = set(places["place_id"])
    is_known = reviews["place_id_a"].isin(known) & reviews["place_id_b"].isin(known)
    pairs = reviews[is_known].merge(
        matches[["place_id_a", "place_id_b", "is_merged"]], on=["place_id_a", "place_id_b"], how="left"
    )
    is_merged = (pairs["is_merged"] == True).to_numpy(dtype=bool)  # noqa: E712 - null after the join
    broken = pairs[is_merged != (pairs["answer"] == "same").to_numpy(dtype=bool)]
    parts = []
    for line in reviews[~is_known].to_dict("records"):
        gone = [line[side] for side in ("place_id_a", "place_id_b") if line[side] not in known]
        text = f"there is no record {' and no '.join(f'{one[:60]!r}' for one in gone)} (any more)"
        parts.append(_report(line, IssueCode.HAND_ID_UNKNOWN, f"{text}; the answer waits in its file"))
    parts += [
        _report(line, IssueCode.HAND_CONTRADICTED, "other answers say otherwise; this one is not followed")
        for line in broken.to_dict("records")
    ]
    return concat_issues(parts)


def _report(line: Mapping[object, str], code: IssueCode, text: str) -> pd.DataFrame:
    return build_issues(line["review_id"].rpartition(":")[0], code, rows=[line["row"]], texts=text)


def _describe(row: Mapping[object, object]) -> str:
    name, gap = row["name_score"], row["gap_m"]
    words = []
    if isinstance(name, float):
        words.append("ein Name fehlt" if np.isnan(name) else f"Namen ähnlich zu {name:.0%}")
    if isinstance(gap, float) and not np.isnan(gap):
        words.append("Umrisse berühren sich" if gap == 0 else f"{gap:.0f} m entfernt")
    words.append(_CLASS_WORDS.get(str(row["class_relation"]), "gleiche Art"))
    if (address := _ADDRESS_WORDS.get(str(row["address_relation"]))) is not None:
        words.append(address)
    return ", ".join(words)


def _join_addresses(places: pd.DataFrame) -> "pd.Series[str]":
    columns = ["street", "house_number", "postcode", "city"]
    texts = [" ".join(text for text in row if isinstance(text, str)) for row in places[columns].to_numpy()]
    return pd.Series(texts, index=places.index, dtype="str")
