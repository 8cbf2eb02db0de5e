# SPDX-License-Identifier: MIT
"""Pairs in doubt: a short list for people to decide, and what became of their answers."""

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.crs import WGS84
from begegnung_geo.issues import IssueCode, build_issues, concat_issues

REVIEW_LIMIT = 200
"""More questions than this nobody answers."""
REVIEW_COLUMNS = (
    "place_id_a", "place_id_b", "antwort", "bemerkung", "wer", "datum", "name_a", "art_a", "adresse_a",
    "lage_a", "name_b", "art_b", "adresse_b", "lage_b", "abstand_m", "wert", "gruende", "stand_jetzt",
)  # fmt: skip
_ENDS = ("place_id_a", "place_id_b")
_NARROW_SCORE = 0.73  # merged by less than 0.05 of a name score: as doubtful as what is not merged
_SURE_SCORE = 0.9
_SUCCESSOR_MAX_M = 400.0  # as far as records of one place may lie apart
_WEIGHT = {"established": 2, "everyday": 1, "potential": 0}
_CLASS_WORDS = {"apart": "Arten schließen sich aus", "other": "andere Art", "kin": "verwandte Art"}
_ADDRESS_WORDS = {"same": "gleiche Anschrift", "different": "andere Anschrift"}
_REASON_WORDS = {
    "another kind told": "verschiedene Arten genannt",
    "branches of a chain?": "vielleicht zwei Filialen",
    "two addresses in one list": "zwei Adressen in einer Liste",
    "only its district is known": "nur der Stadtteil ist bekannt",
    "answered before the row was renamed?": "beantwortet, bevor die Zeile umbenannt wurde?",
    "same website": "gleiche Website",
    "same phone or mail": "gleiche Telefonnummer oder Mailadresse",
}
_ANSWER_WORDS = {"same": "gleich", "different": "verschieden"}


def build_review_list(
    matches: pd.DataFrame,
    places: gpd.GeoDataFrame,
    reviews: pd.DataFrame,
    *,
    classes: Mapping[str, PlaceClass],
    limit: int = REVIEW_LIMIT,
) -> pd.DataFrame:
    """
    Return the pairs in doubt, the costliest possible mistakes first, then the pairs answered.

    In doubt is a pair just below the line, or merged just above it, that nobody has
    answered, unless one of the two is surely one with another record of the other's source: a
    source names a place once. A mistake costs most where it makes one place meant for meeting into two or
    two into one, then where only one of the two is meant for it, then among places by the
    way, then among potential ones; within these the pair nearest to the line comes first.

    Parameters
    ----------
    matches
        Table `place_matches`.
    places
        Table `places`: Point, any CRS.
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
    doubtful = pairs[~is_answered & (below | narrow) & ~_flag_settled(pairs)]
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
        rows[f"lage_{side}"] = ids.map(_tell_positions(about)).astype("str")
    return rows[list(REVIEW_COLUMNS)]


def report_reviews(reviews: pd.DataFrame, places: gpd.GeoDataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """
    Return the table `issues` of answers that could not be followed; they stay in their file.

    An answer is not followed where one of its records does not exist (any more), or
    where other answers contradict it. Of a record that is gone the nearest one of its source
    within 400 m of the other is named: a row of a list without ids is another record once
    it is renamed.
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
    parts, successors = [], find_successors(reviews[~is_known], places)
    for line in reviews[~is_known].to_dict("records"):
        gone = [line[side] for side in ("place_id_a", "place_id_b") if line[side] not in known]
        text = f"there is no record {' and no '.join(f'{one[:60]!r}' for one in gone)} (any more)"
        text = f"{text}; the answer waits in its file"
        if line["review_id"] in successors:
            _, nearest, away_m = successors[line["review_id"]]
            text += f"; nearest of its source is now {nearest!r}, {away_m:.0f} m from the other record"
        parts.append(_report(line, IssueCode.HAND_ID_UNKNOWN, text))
    followed = pairs[is_merged & (pairs["answer"] == "same").to_numpy(dtype=bool)]
    parts += [
        _report(line, IssueCode.HAND_CONTRADICTED, _tell_contradiction(line, pairs, followed))
        for line in broken.to_dict("records")
    ]
    return concat_issues(parts)


def find_successors(reviews: pd.DataFrame, places: gpd.GeoDataFrame) -> dict[str, tuple[str, str, float]]:
    """
    Return whom answers may mean of which one record is gone.

    A row of a list without ids is another record once it is renamed. The likely one is the nearest
    of its source, within 400 m of the record that is left.

    Parameters
    ----------
    reviews
        Table `reviews`.
    places
        Table `places`: Point, metric CRS.

    Returns
    -------
    successors
        `review_id` -> the record that is left, the likely other one, and metres between them.
    """
    about, found = places.set_index("place_id"), {}
    for line in reviews.to_dict("records"):
        left = [str(line[side]) for side in _ENDS if line[side] in about.index]
        gone = [str(line[side]) for side in _ENDS if line[side] not in about.index]
        if len(left) == 1:
            others = about[(about["source"] == gone[0].partition(":")[0]) & (about.index != left[0])]
            away = others.geometry.distance(about.geometry.loc[left[0]])
            if not away.empty and away.min() <= _SUCCESSOR_MAX_M:
                nearest = str(min(away.index[away == away.min()]))
                found[str(line["review_id"])] = (left[0], nearest, float(away.min()))
    return found


def _tell_contradiction(line: Mapping[object, object], pairs: pd.DataFrame, followed: pd.DataFrame) -> str:
    """Return which other lines of the file an answer that is not followed contradicts."""
    group_of = _group_answers(followed)
    groups = [{str(line[side]), *group_of.get(str(line[side]), ())} for side in _ENDS]
    if line["answer"] == "same":
        is_against = [
            (one in groups[0] and other in groups[1]) or (one in groups[1] and other in groups[0])
            for one, other in zip(pairs[_ENDS[0]], pairs[_ENDS[1]], strict=True)
        ]
        against = pairs[
            np.array(is_against, dtype=bool) & (pairs["answer"] == "different").to_numpy(dtype=bool)
        ]
        told = [against, *(_select_inside(followed, group) for group in groups)]
    else:
        told = [_select_inside(followed, groups[0])]
    rows = sorted({int(row) for part in told for row in part["row"] if str(row).isdecimal()})
    if not rows:
        return "other records of the two keep them so; this answer is not followed"
    return f"the answers of rows {', '.join(map(str, rows))} together say otherwise; this one is not followed"


def _group_answers(followed: pd.DataFrame) -> dict[str, set[str]]:
    group_of: dict[str, set[str]] = {}
    for one, other in zip(followed[_ENDS[0]], followed[_ENDS[1]], strict=True):
        joined = {one, other, *group_of.get(one, ()), *group_of.get(other, ())}
        group_of |= dict.fromkeys(joined, joined)
    return group_of


def _select_inside(followed: pd.DataFrame, group: set[str]) -> pd.DataFrame:
    return followed[followed[_ENDS[0]].isin(group) & followed[_ENDS[1]].isin(group)]


def _report(line: Mapping[object, str], code: IssueCode, text: str) -> pd.DataFrame:
    return build_issues(line["review_id"].rpartition(":")[0], code, rows=[line["row"]], texts=text)


def _describe(row: Mapping[object, object]) -> str:
    name, gap = row["name_score"], row["gap_m"]
    words = []
    if isinstance(name, float):
        words.append("ein Name fehlt" if np.isnan(name) else f"Namen ähnlich zu {name:.0%}")
    if isinstance(gap, float) and not np.isnan(gap):
        words.append("am selben Punkt oder mit Berührung" if gap == 0 else f"{gap:.0f} m entfernt")
    words.append(_CLASS_WORDS.get(str(row["class_relation"]), "gleiche Art"))
    if (address := _ADDRESS_WORDS.get(str(row["address_relation"]))) is not None:
        words.append(address)
    reasons = row["reasons"]
    told = list(reasons) if isinstance(reasons, Iterable) else []  # null where a record is gone
    words += [text for reason, text in _REASON_WORDS.items() if reason in told]
    return ", ".join(words)


def _flag_settled(pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return pairs that are not merged and of which one has its match in the other's source already."""
    is_merged = (pairs["is_merged"] == True).to_numpy(dtype=bool)  # noqa: E712 - null after the join
    sure = is_merged & (pairs["score"] >= _SURE_SCORE).to_numpy(dtype=bool)
    ids = [pairs[side].tolist() for side in _ENDS]
    sources = [[text.partition(":")[0] for text in side] for side in ids]
    met: set[tuple[str, str]] = set()
    for here, there in ((0, 1), (1, 0)):
        met |= {
            (one, source)
            for one, source, is_sure in zip(ids[here], sources[there], sure, strict=True)
            if is_sure
        }
    settled = [
        here != there and ((one, there) in met or (other, here) in met)
        for one, other, here, there in zip(*ids, *sources, strict=True)
    ]
    return np.array(settled, dtype=bool) & ~is_merged


def _tell_positions(places: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Return latitude and longitude as any map on the net takes them."""
    points = places.geometry.to_crs(WGS84)
    texts = [f"{y:.5f}, {x:.5f}" for x, y in zip(points.x, points.y, strict=True)]
    return pd.Series(texts, index=places.index, dtype="str")


def _join_addresses(places: pd.DataFrame) -> "pd.Series[str]":
    columns = ["street", "house_number", "postcode", "city"]
    texts = [" ".join(text for text in row if isinstance(text, str)) for row in places[columns].to_numpy()]
    return pd.Series(texts, index=places.index, dtype="str")
