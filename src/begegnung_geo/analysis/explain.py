# SPDX-License-Identifier: MIT
"""Why a record is in the inventory, or why not: rules, sources and merges in plain lines."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.classify import OSM_SOURCE
from begegnung_geo.analysis.tag_table import TagTable
from begegnung_geo.category_rules import CategoryRule, CategoryRules

_PAIRS_SHOWN = 10


def explain_place(
    place_id: str,
    *,
    osm_features: gpd.GeoDataFrame,
    places: pd.DataFrame,
    begegnungsorte: pd.DataFrame,
    matches: pd.DataFrame,
    rules: CategoryRules,
) -> list[str]:
    """
    Return what is known about a record, or about a meeting place by its own id.

    Parameters
    ----------
    place_id
        `place_id` of a record (`osm:way/2`, also without `osm:`), or a `begegnungsort_id`.
    osm_features, places, begegnungsorte, matches
        The tables; `begegnungsorte` with the neighbours' where wanted.
    rules
        Rules and classes.

    Returns
    -------
    lines
        Empty where the id is unknown. A sensitive object gives one line without its
        name and tags.
    """
    known = begegnungsorte[begegnungsorte["begegnungsort_id"] == place_id]
    if len(known):
        ids = [str(member) for member in known["place_ids"].iloc[0]]
        lines = [_describe_place(known.iloc[0])]
        for member in ids:
            lines += explain_place(
                member,
                osm_features=osm_features,
                places=places,
                begegnungsorte=begegnungsorte.iloc[:0],
                matches=matches,
                rules=rules,
            )
        return lines
    if "/" in place_id and ":" not in place_id:
        place_id = f"{OSM_SOURCE}:{place_id}"
    record = places[places["place_id"] == place_id]
    feature = osm_features[f"{OSM_SOURCE}:" + osm_features["source_id"] == place_id]
    fired = _list_fired(feature, rules)
    if fired and fired[0].effect == "withhold":
        return [f"{place_id}: withheld to protect people [{fired[0].rule_id}]"]
    lines = [f"{place_id}: {_name_of(record)}"] if len(record) or len(feature) else []
    lines += [_describe_rule(rule, is_first=rule is fired[0]) for rule in fired]
    lines += _describe_record(record, rules, fired)
    lines += _describe_pairs(place_id, matches)
    holders = begegnungsorte[[place_id in ids for ids in begegnungsorte["place_ids"]]]
    return lines + [_describe_place(row) for _, row in holders.iterrows()]


def explain_rejection(
    place_id: str,
    lines: Sequence[str],
    *,
    records: pd.DataFrame,
    places: pd.DataFrame,
    begegnungsorte: pd.DataFrame,
    issues: pd.DataFrame,
) -> list[str]:
    """
    Return the lines of `explain_place` and, of a record that is not listed, why it is not.

    A row of a list without a place and without a line of its own in `issues` was withheld
    to protect people: one line, and nothing else.
    """
    wanted = f"{OSM_SOURCE}:{place_id}" if "/" in place_id and ":" not in place_id else place_id
    is_listed = any(wanted in ids for ids in begegnungsorte["place_ids"])
    if is_listed or wanted in set(begegnungsorte["begegnungsort_id"]) or _is_withheld(lines):
        return list(lines)
    if (places["place_id"] == wanted).any() and lines:
        reason = "beyond the study area and its surroundings, or struck off by hand"
        return [*lines, f"  not listed: {reason}"]
    source, _, source_id = wanted.partition(":")
    record = records[(records["source"] == source) & (records["source_id"] == source_id)]
    if len(record):
        source_id = str(record["row"].iloc[0])
    told = issues[(issues["source"] == source) & (issues["row"] == source_id)]
    reasons = [f"  not listed: {row['text']} [{row['code']}]" for row in told.to_dict("records")]
    if record.empty:
        return [*lines, *reasons] if lines else []
    if not reasons:
        return [f"{wanted}: withheld to protect people"]
    return [f"{wanted}: not in the inventory, line {source_id} of its list", *reasons]


def explain_sources(
    place_id: str,
    *,
    begegnungsorte: pd.DataFrame,
    column_sources: pd.DataFrame,
    attributes: pd.DataFrame,
    reviews: pd.DataFrame,
) -> list[str]:
    """Return which record gave each column of a place, what is said of it, and decisions on its pairs."""
    wanted = f"{OSM_SOURCE}:{place_id}" if "/" in place_id and ":" not in place_id else place_id
    holds = np.array([wanted in ids for ids in begegnungsorte["place_ids"]], dtype=bool)
    is_ours = (begegnungsorte["begegnungsort_id"] == wanted) | holds
    lines = []
    for begegnungsort_id in begegnungsorte.loc[is_ours, "begegnungsort_id"]:
        ours = column_sources[column_sources["begegnungsort_id"] == begegnungsort_id]
        for source_id, rows in ours.groupby("source_id"):
            date = rows["date"].iloc[0]
            day = f"; {date}" if isinstance(date, str) else ""
            lines.append(f"  from {source_id}: {', '.join(rows['column'])}{day}")
        claims = attributes[attributes["begegnungsort_id"] == begegnungsort_id]
        for claim in claims.sort_values(["attribute", "source_id"]).to_dict("records"):
            shown = "" if claim["is_chosen"] else ", not shown: another claim goes before"
            day = f"; {claim['date']}" if isinstance(claim["date"], str) else ""
            origin = f"evidence {claim['evidence']}; {claim['source_id']}; {claim['basis']}{day}"
            lines.append(f"  {claim['attribute']}: {claim['value']} ({origin}){shown}")
    members = {one for ids in begegnungsorte.loc[is_ours, "place_ids"] for one in ids} | {wanted}
    for row in reviews.to_dict("records"):
        if members & {row["place_id_a"], row["place_id_b"]}:
            note = f": {row['note']}" if isinstance(row["note"], str) else ""
            pair = f"{row['place_id_a']} and {row['place_id_b']}"
            lines.append(f"  decided by hand: {pair} are {row['answer']}{note} ({row['review_id']})")
    return lines


def explain_strike(place_id: str, *, hand_entries: pd.DataFrame, known_ids: pd.DataFrame) -> list[str]:
    """
    Return the lines of hand files that struck off a place that is not listed: file, row, who, when, why.

    Parameters
    ----------
    place_id
        Id of a record, or of a place of an earlier run.
    hand_entries, known_ids
        The tables; the second tells which records an earlier run had in one place.
    """
    wanted = f"{OSM_SOURCE}:{place_id}" if "/" in place_id and ":" not in place_id else place_id
    is_record, is_place = known_ids["place_id"] == wanted, known_ids["begegnungsort_id"] == wanted
    owners = {wanted, *known_ids.loc[is_record, "begegnungsort_id"]}
    members = {*owners, *known_ids.loc[known_ids["begegnungsort_id"].isin(owners) | is_place, "place_id"]}
    named = members | {member.partition(":")[2] for member in members if ":" in member}
    strikes = hand_entries[(hand_entries["attribute"] == "exists") & (hand_entries["value"] == "no")]
    return [
        f"  struck off by line {entry['row']} of {str(entry['entry_id']).rpartition(':')[0]}: "
        f"{entry['target_id']} does not exist any more ({_tell_who(entry)})"
        for entry in strikes.to_dict("records")
        if entry["target_id"] in named or members & set(entry["place_ids"])
    ]


def _tell_who(entry: Mapping[Any, Any]) -> str:
    day = entry["date"] if isinstance(entry["date"], str) else "no day"
    why = f": {entry['why']}" if isinstance(entry["why"], str) else ""
    return f"{entry['who']}, {day}{why}"


def find_similar_ids(place_id: str, known: Sequence[str], *, limit: int = 3) -> list[str]:
    """Return the known ids most like one that is unknown."""
    options = sorted(set(known))
    return difflib.get_close_matches(place_id, options, n=limit, cutoff=0.0)


def _is_withheld(lines: Sequence[str]) -> bool:
    return len(lines) == 1 and "withheld to protect people" in lines[0]


def _list_fired(feature: gpd.GeoDataFrame, rules: CategoryRules) -> list[CategoryRule]:
    if feature.empty:
        return []
    is_area = feature.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy(dtype=bool)
    table = TagTable(feature["tags"], is_area)
    among = np.ones(len(feature), dtype=bool)
    return [rule for rule in rules.select_rules("osm") if table.flag_rule(rule, among)[0]]


def _describe_rule(rule: CategoryRule, *, is_first: bool) -> str:
    verdict = rule.class_key or rule.effect
    order = "decides" if is_first else "asks for a look" if rule.effect == "review" else "would fit too"
    return f"  rule {rule.rule_id} ({rule.priority}) {order}: {verdict} - {rule.reason}"


def _describe_record(record: pd.DataFrame, rules: CategoryRules, fired: Sequence[CategoryRule]) -> list[str]:
    if record.empty:
        return []
    row = record.iloc[0]
    lines = []
    if not fired or fired[0].rule_id != row["rule_id"]:
        rule = rules.find_rule(row["rule_id"])
        reason = rule.reason if rule else "the source names the class itself"
        lines.append(f"  rule {row['rule_id']} decides in the end: {row['class']} - {reason}")
    kind = f"class {row['class']}, standing {row['standing']}, consumption-free {row['consumption_free']}"
    return [*lines, f"  {kind}, evidence {row['evidence']}, point known by {row['precision']}"]


def _describe_pairs(place_id: str, matches: pd.DataFrame) -> list[str]:
    ours = matches[(matches["place_id_a"] == place_id) | (matches["place_id_b"] == place_id)]
    lines = []
    for row in ours.head(_PAIRS_SHOWN).to_dict("records"):
        other = row["place_id_b"] if row["place_id_a"] == place_id else row["place_id_a"]
        verdict = "merged" if row["is_merged"] else row["decision"]
        lines.append(f"  against {other}: {verdict}, score {row['score']:.2f} ({', '.join(row['reasons'])})")
    hidden = len(ours) - _PAIRS_SHOWN
    return [*lines, f"  … and {hidden} more pairs"] if hidden > 0 else lines


def _describe_place(row: "pd.Series[str]") -> str:
    counted = "counts as supply" if row["is_counted"] else "does not count as supply"
    members = ", ".join(str(member) for member in row["place_ids"])
    return f"{row['begegnungsort_id']}: {row['class']}, {row['standing']}, {counted}; from {members}"


def _name_of(record: pd.DataFrame) -> str:
    if record.empty:
        return "not in the inventory"
    name = record["name"].iloc[0]
    return str(name) if isinstance(name, str) else "without a name"
