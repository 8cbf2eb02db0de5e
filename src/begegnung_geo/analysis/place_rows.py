# SPDX-License-Identifier: MIT
"""Rows of the table `places`: cleaned, named or not, without what is private."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from begegnung_geo.analysis.hostile_cells import report_hostile_cells
from begegnung_geo.analysis.tag_table import NO_RULE
from begegnung_geo.analysis.texts import NAME_LIMIT, VALUE_LIMIT, clean_texts
from begegnung_geo.category_rules import CategoryRule, CategoryRules
from begegnung_geo.hostile_text import find_hostility
from begegnung_geo.issues import IssueCode, build_issues, concat_issues
from begegnung_geo.privacy import REMOVED, is_body, redact_fields, redact_remark, redact_text

CLASS_GIVEN = "class_given"
"""`rule_id` of a row of a list that names its class by key or label, and nothing of its kind within it."""

PLACE_COLUMNS = (
    "place_id", "source", "source_id", "name", "class", "standing", "consumption_free", "evidence", "rule_id",
    "street", "house_number", "postcode", "city", "opening_hours", "wheelchair", "operator", "precision",
    "position_error_m", "footprint_area_m2", "fields", "geometry",
)  # fmt: skip
_TEXT_COLUMNS = ("street", "house_number", "postcode", "city", "opening_hours", "wheelchair", "operator")
_FIELD_LIMIT = 1000
_HOSTILE = {
    "formula": "the name begins like a formula; it stays a text and is never run",
    "markup": "the name holds HTML; it stays a text and is never run",
}
# How far a point may be from the entrance where its source does not say (judgement): a mapper's
# node, a coordinate in a list; an outline at least its own radius.
_MAPPED_ERROR_M = 15.0
_LISTED_ERROR_M = 30.0


def build_rulings(
    decided: npt.NDArray[np.int64],
    rule_list: Sequence[CategoryRule],
    rules: CategoryRules,
    *,
    given: "pd.Series[str] | None" = None,
) -> pd.DataFrame:
    """
    Return class, standing, consumption_free, evidence and rule_id, one row a place.

    Parameters
    ----------
    decided
        Position in `rule_list` of the rule that decided; `NO_RULE` only where `given` is set.
    rule_list
        The rules that were tried.
    rules
        All rules and classes; a class gives what its rule leaves open.
    given
        Class keys that the source itself names, null where it does not. A rule of that class
        in `decided` gives standing and consumption; without one the class does.
    """
    by_rule = [_rule_ruling(rule, rules) for rule in rule_list]
    rulings = [by_rule[position] for position in decided]
    if given is not None:
        for row in np.flatnonzero(given.notna().to_numpy(dtype=bool) & (decided == NO_RULE)):
            key = str(given.iloc[row])
            entry = rules.classes[key]
            rulings[row] = (key, entry.standing, entry.consumption_free, "B", CLASS_GIVEN)
    columns = ["class", "standing", "consumption_free", "evidence", "rule_id"]
    return pd.DataFrame(rulings, columns=columns).astype("str")


def build_places(
    records: pd.DataFrame,
    rulings: pd.DataFrame,
    fields: Sequence[Mapping[str, object]],
    *,
    rules: CategoryRules,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """
    Return rows of `places`, the issues of their names and texts, and the nameless left out by source.

    Parameters
    ----------
    records
        source, source_id, name, the text columns, precision, footprint and geometry;
        `position_error_m` where it is known (metres).
    rulings
        From `build_rulings`, in the same order.
    fields
        Raw tags or columns, in the same order.
    rules
        Rules and classes: whether a class keeps nameless places.
    """
    rows = pd.concat([records.reset_index(drop=True), rulings.reset_index(drop=True)], axis=1)
    rows["row"] = rows.get("row", rows["source_id"])
    raw_names = rows["name"]
    rows["name"] = clean_texts(raw_names, limit=NAME_LIMIT).map(redact_text, na_action="ignore").astype("str")
    for column in _TEXT_COLUMNS:
        cleaned = clean_texts(rows[column], limit=VALUE_LIMIT)
        rows[column] = cleaned.map(redact_remark, na_action="ignore").astype("str")
    rows["operator"] = _publish_operators(rows)
    rows["position_error_m"] = _estimate_errors(rows)
    rows["place_id"] = (rows["source"] + ":" + rows["source_id"]).astype("str")

    # What a reader removed from a name is told here, too.
    is_removed = raw_names.str.contains(REMOVED, regex=False).fillna(value=False).astype(bool)
    is_changed = raw_names.notna() & ((raw_names.str.strip() != rows["name"]) | is_removed)
    is_unnamed = rows["name"].isna()
    keeps = rows["class"].map({key: entry.keeps_unnamed for key, entry in rules.classes.items()}).astype(bool)
    is_listed = rows["source"] != "osm"
    is_rejected = is_unnamed & (~keeps | is_listed)
    rows.loc[is_unnamed & rows["evidence"].isin(["A", "B", "C"]), "evidence"] = "D"
    issues = [
        _report(
            rows[is_rejected],
            IssueCode.PLACE_WITHOUT_NAME,
            "no name, or what stands for none: nobody could check it; left out",
        ),
        _report(
            rows[is_unnamed & ~is_rejected & (rows["standing"] != "potential")],
            IssueCode.PLACE_WITHOUT_NAME,
            "no name: kept with evidence D at best",
        ),
        _report(
            rows[is_changed & ~is_unnamed],
            IssueCode.PLACE_TEXT_CLEANED,
            "name cleaned: control characters, blanks, contacts or excess length taken out",
        ),
    ]
    names = rows["name"].fillna("")
    hostile = {text: find_hostility(text) for text in names.unique()}
    for kind, told in _HOSTILE.items():
        is_hostile = names.map(hostile) == kind
        issues.append(_report(rows[is_hostile & ~is_rejected], IssueCode.PLACE_TEXT_HOSTILE, told))
    kept = np.flatnonzero(~is_rejected)
    issues.append(
        report_hostile_cells(
            rows.assign(name=raw_names).iloc[kept], [fields[int(position)] for position in kept]
        )
    )
    rows["fields"] = pd.Series([_dump_fields(row) for row in fields], dtype="str")
    unnamed = {str(source): int(n) for source, n in rows.loc[is_rejected, "source"].value_counts().items()}
    return rows.iloc[kept][list(PLACE_COLUMNS)].reset_index(drop=True), concat_issues(issues), unnamed


def _rule_ruling(rule: CategoryRule, rules: CategoryRules) -> tuple[str, str, str, str, str]:
    entry = rules.classes.get(rule.class_key or "")
    if entry is None:
        return ("", "", "", "", rule.rule_id)
    standing = rule.standing or entry.standing
    consumption_free = rule.consumption_free or entry.consumption_free
    return (entry.key, standing, consumption_free, rule.evidence or "D", rule.rule_id)


def _estimate_errors(rows: pd.DataFrame) -> "pd.Series[float]":
    usual = pd.Series(_LISTED_ERROR_M, index=rows.index).mask(rows["source"] == "osm", _MAPPED_ERROR_M)
    radius = np.sqrt(rows["footprint_area_m2"] / np.pi)
    assumed = usual.clip(lower=radius)
    if "position_error_m" not in rows:
        return assumed
    return rows["position_error_m"].astype("float64").fillna(assumed)


def _publish_operators(rows: pd.DataFrame) -> "pd.Series[str]":
    persons = [text for text in rows["operator"].dropna().unique() if not is_body(text)]
    return rows["operator"].mask(rows["operator"].isin(persons)).astype("str")


def _dump_fields(fields: Mapping[str, object]) -> str:
    shown = {
        key: value[:_FIELD_LIMIT] if isinstance(value, str) else value
        for key, value in redact_fields(fields).items()
        if key != "operator"  # its own column says what of it may be shown
    }
    return json.dumps(shown, ensure_ascii=False, sort_keys=True, default=str)


def _report(rows: pd.DataFrame, code: IssueCode, text: str) -> pd.DataFrame:
    parts = [
        build_issues(str(source), code, rows=group["row"], texts=text)
        for source, group in rows.groupby("source", sort=True)
    ]
    return concat_issues(parts)
