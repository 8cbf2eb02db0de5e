# SPDX-License-Identifier: MIT
"""Attributes of meeting places: what tags tell, what people said, and which of it is shown."""

import json
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.tag_table import BoolArray, TagTable
from begegnung_geo.attribute_rules import FIGURES, UNKNOWN, AttributeRule, AttributeRules, parse_figure
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.privacy import is_body

CLAIM_COLUMNS = (
    "begegnungsort_id", "attribute", "value", "evidence", "source", "source_id", "basis", "date", "is_chosen",
)  # fmt: skip
PLACE_CLAIM_COLUMNS = ("place_id", "attribute", "value", "evidence", "source", "basis", "date")
CORRECTION, ANSWER = "correction", "answer"
_HAND_ORDER = {CORRECTION: 0, ANSWER: 1}
_OWN_COLUMNS = ("name", "class", "opening_hours", "wheelchair", "operator")
_GROUP_LIMIT = 255
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "-": "_", " ": "_"})


def build_place_claims(
    places: pd.DataFrame, rules: AttributeRules, *, dates: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return what the tags and columns of each record tell.

    The first rule of an attribute that fits a record decides; where none fits there is
    no row: unknown, never "no". What a list says is no better than the list itself:
    the worse of the rule's and the record's grade holds.

    Parameters
    ----------
    places
        Table `places`.
    rules
        Vocabulary and rules.
    dates
        Date of a record (ISO 8601) by `place_id`, where known.

    Returns
    -------
    claims
        One row a record and attribute, sorted by both: `place_id`, `attribute`, `value`,
        `evidence`, `source`, `basis` (the tags behind it and the rule's id), `date`.
    issues
        One line a copied value that is no number or names a person.
    """
    is_osm = (places["source"] == "osm").to_numpy(dtype=bool)
    table = TagTable(_build_tags(places, is_osm), np.zeros(len(places), dtype=bool))
    open_rows = {key: np.ones(len(places), dtype=bool) for key in rules.attributes}
    parts, issues = [], []
    for rule in rules.rules:
        among = open_rows[rule.attribute] & _flag_scope(rule, is_osm)
        rows = np.flatnonzero(table.flag_conditions(rule.conditions, among))
        open_rows[rule.attribute][rows] = False
        claimed, faults = _claim(rule, places.iloc[rows], [table.rows[row] for row in rows], rules=rules)
        parts.append(claimed)
        issues.append(faults)
    claims = pd.concat(parts, ignore_index=True)
    claims["date"] = claims["place_id"].map(dict(dates or {})).astype("str")
    claims = claims.sort_values(["place_id", "attribute"], kind="stable", ignore_index=True)
    return claims[list(PLACE_CLAIM_COLUMNS)], concat_issues(issues)


def build_attributes(
    begegnungsorte: pd.DataFrame, place_claims: pd.DataFrame, hand_claims: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Return the table `attributes`: everything anyone claims about a place, the shown claim marked.

    Of several claims the best grade is shown; then what people said before what machines
    read; then the later date; then a correction before an answer; then the record that
    leads the place; then the later line.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte`, for its `place_ids`.
    place_claims
        From `build_place_claims`.
    hand_claims
        Applied lines of hand files: columns of `attributes` without `is_chosen`.
    """
    members = begegnungsorte[["begegnungsort_id", "place_ids"]].explode("place_ids")
    members["order"] = members.groupby("begegnungsort_id").cumcount()
    members = members.rename(columns={"place_ids": "source_id"}).astype({"source_id": "str"})
    machine = place_claims.rename(columns={"place_id": "source_id"}).merge(members, on="source_id")
    claims = pd.concat([machine, _order_hand(hand_claims)], ignore_index=True)
    claims["is_machine"] = ~claims["source"].isin(list(_HAND_ORDER))
    # Among machines the leading record speaks first: its date says when it was edited, not checked.
    claims["later"] = claims["date"].fillna("").mask(claims["is_machine"], "")
    by = ["begegnungsort_id", "attribute", "evidence", "is_machine", "later", "order"]
    ordered = claims.sort_values(by, ascending=[True, True, True, True, False, True], kind="stable")
    ordered["is_chosen"] = ~ordered.duplicated(["begegnungsort_id", "attribute"])
    key = ["begegnungsort_id", "attribute", "source", "source_id"]
    return ordered[list(CLAIM_COLUMNS)].sort_values(key, kind="stable", ignore_index=True)


def assign_attributes(
    begegnungsorte: gpd.GeoDataFrame, attributes: pd.DataFrame, rules: AttributeRules
) -> gpd.GeoDataFrame:
    """
    Add the columns of the vocabulary to `begegnungsorte`.

    Returns
    -------
    begegnungsorte
        A copy, same index and order: choices are "unknown" where nobody says otherwise,
        texts and numbers null.
    """
    chosen = attributes[attributes["is_chosen"]].set_index(["attribute", "begegnungsort_id"])["value"]
    assigned = begegnungsorte.copy()
    for attribute in rules.list_columns():
        is_told = attribute.key in chosen.index.get_level_values(0)
        values = chosen.loc[attribute.key] if is_told else pd.Series([], dtype="str")
        column = assigned["begegnungsort_id"].map(values)
        if attribute.kind in FIGURES:
            assigned[attribute.key] = pd.to_numeric(column, errors="coerce").astype("float64")
        else:
            texts = column.astype("str")
            assigned[attribute.key] = texts.fillna(UNKNOWN) if attribute.kind == "choice" else texts
    return assigned


def _flag_scope(rule: AttributeRule, is_osm: BoolArray) -> BoolArray:
    if rule.source == "any":
        return np.ones(len(is_osm), dtype=bool)
    return is_osm if rule.source == "osm" else ~is_osm


def _build_tags(places: pd.DataFrame, is_osm: BoolArray) -> "pd.Series[str]":
    # Columns of lists lose umlauts and capitals; the cleaned columns win over the raw ones.
    own = places[list(_OWN_COLUMNS)].to_dict("records")
    texts = []
    for fields, values, osm in zip(places["fields"], own, is_osm, strict=True):
        raw = json.loads(fields)
        tags = {
            (key if osm else key.strip().casefold().translate(_UMLAUTS)): str(value)
            for key, value in raw.items()
            if value is not None
        }
        tags |= {key: value for key, value in values.items() if isinstance(value, str)}
        if not isinstance(values["operator"], str):
            tags.pop("operator", None)
        texts.append(json.dumps(tags))
    return pd.Series(texts, dtype="str")


def _claim(
    rule: AttributeRule, places: pd.DataFrame, tags: Sequence[Mapping[str, str]], *, rules: AttributeRules
) -> tuple[pd.DataFrame, pd.DataFrame]:
    kind = rules.attributes[rule.attribute].kind
    values = [_find_value(rule, row, kind=kind) for row in tags]
    keys = [condition.key for condition in rule.conditions]
    basis = [
        ", ".join(f"{key}={row[key][:80]}" for key in dict.fromkeys(keys) if key in row)
        + f" [{rule.rule_id}]"
        for row in tags
    ]
    is_valid = np.array([value is not None for value in values], dtype=bool)
    evidence = places["evidence"].where(places["source"] != "osm", "A")
    claims = pd.DataFrame(
        {
            "place_id": places["place_id"].to_numpy(),
            "attribute": rule.attribute,
            "value": values,
            "evidence": np.maximum(evidence.to_numpy(dtype=object), rule.evidence),
            "source": places["source"].to_numpy(),
            "basis": basis,
        }
    ).astype("str")
    wrong = [row for row, value in enumerate(values) if value is None]
    faults = [
        build_issues(
            str(places["source"].iloc[row]),
            IssueCode.ATTRIBUTE_VALUE_INVALID,
            rows=[places["source_id"].iloc[row]],
            texts=f"{rule.attribute}: {tags[row].get(rule.copied_key or '', '')[:80]!r} "
            f"is no {'number' if kind == 'number' else 'usable value'}; stays unknown",
        )
        for row in wrong
    ]
    return claims[is_valid], concat_issues(faults)


def _find_value(rule: AttributeRule, tags: Mapping[str, str], *, kind: str) -> str | None:
    if rule.copied_key is None:
        return rule.value
    text = " ".join(tags.get(rule.copied_key, "").split())[:_GROUP_LIMIT]
    if kind in FIGURES:
        return parse_figure(text, kind)
    if kind == "body" and not is_body(text):
        return None
    return text or None


def _order_hand(hand_claims: pd.DataFrame | None) -> pd.DataFrame:
    if hand_claims is None or hand_claims.empty:
        return pd.DataFrame(columns=[*CLAIM_COLUMNS[:-1], "order"]).astype("str")
    # Same date: a correction before an answer, then the later line of the file.
    ordered = hand_claims.assign(
        kind=hand_claims["source"].map(_HAND_ORDER), line=np.arange(len(hand_claims))
    )
    ordered = ordered.sort_values(["kind", "line"], ascending=[True, False], kind="stable")
    return ordered.assign(order=np.arange(len(ordered))).drop(columns=["kind", "line"])
