# SPDX-License-Identifier: MIT
"""Why a record is in the inventory, or why not: rules, sources and merges in plain lines."""

from collections.abc import Sequence

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


def _list_fired(feature: gpd.GeoDataFrame, rules: CategoryRules) -> list[CategoryRule]:
    if feature.empty:
        return []
    is_area = feature.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy(dtype=bool)
    table = TagTable(feature["tags"], is_area)
    among = np.ones(len(feature), dtype=bool)
    return [rule for rule in rules.select_rules("osm") if table.flag_rule(rule, among)[0]]


def _describe_rule(rule: CategoryRule, *, is_first: bool) -> str:
    verdict = rule.class_key or rule.effect
    order = "decides" if is_first else "would fit too"
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
