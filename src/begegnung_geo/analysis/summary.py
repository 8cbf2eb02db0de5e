# SPDX-License-Identifier: MIT
"""The figures of `summary.json`: what other programs and the pages' first lines rely on."""

from typing import Any

import geopandas as gpd
import pandas as pd

from begegnung_geo.issues import count_by_code

SCHEMA_VERSION = 1
_SHARE_DECIMALS = 4
_PERSON_DECIMALS = 1


def summarise_places(begegnungsorte: pd.DataFrame, places: pd.DataFrame) -> dict[str, Any]:
    """
    Return the counts of Begegnungsorte: total, counted, by class and by standing.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte`: the city's own; neighbours' places are not counted here.
    places
        Table `places`; only its number of rows is used (source records behind the total).
    """
    return {
        "total": len(begegnungsorte),
        "counted": int(begegnungsorte["is_counted"].sum()),
        "by_class": _count(begegnungsorte["class"]),
        "by_standing": _count(begegnungsorte["standing"]),
        "source_records": len(places),
    }


def summarise_network(walk_nodes: gpd.GeoDataFrame, walk_edges: gpd.GeoDataFrame) -> dict[str, Any]:
    """
    Return size and connectedness of the walk network.

    `largest_component_share` is the longest component's part of the total length,
    the extract's surroundings (buffer) included.
    """
    length_m = float(walk_edges["length_m"].sum())
    largest_m = float(walk_edges.loc[walk_edges["component_id"] == 0, "length_m"].sum())
    return {
        "nodes": len(walk_nodes),
        "edges": len(walk_edges),
        "length_km": round(length_m / 1000, 3),
        "largest_component_share": round(largest_m / length_m, _SHARE_DECIMALS) if length_m else 0.0,
    }


def summarise_population(demand: pd.DataFrame, *, source: str) -> dict[str, Any]:
    """Return the people inside the city and whether they are an estimate."""
    return {
        "persons": round(float(demand["persons"].sum()), _PERSON_DECIMALS),
        "is_estimated": bool(demand["is_estimated"].any()),
        "source": source,
    }


def summarise_coverage(city_coverage: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the city's coverage, one entry a profile and threshold."""
    return [
        {
            "profile": row["profile"],
            "threshold_min": int(row["threshold_min"]),
            "persons_covered": round(float(row["persons_covered"]), _PERSON_DECIMALS),
            "persons_unknown": round(float(row["persons_unknown"]), _PERSON_DECIMALS),
            "covered_share": _round_share(row["covered_share"]),
            "covered_share_max": _round_share(row["covered_share_max"]),
        }
        for row in city_coverage.to_dict("records")
    ]


def summarise_districts(
    districts: gpd.GeoDataFrame, coverage: pd.DataFrame, underserved: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return one entry a district: people, share by profile and threshold, the flag and its reasons."""
    labels = (coverage["profile"] + "_" + coverage["threshold_min"].astype(str)).tolist()
    shares: dict[tuple[str, str], dict[str, float | None]] = {}
    persons: dict[tuple[str, str], float] = {}
    for label, row in zip(labels, coverage.to_dict("records"), strict=True):
        key = (row["level"], row["district_id"])
        shares.setdefault(key, {})[label] = _round_share(row["covered_share"])
        persons[key] = row["persons"]
    flags = {(row["level"], row["district_id"]): row for row in underserved.to_dict("records")}
    entries = []
    for row in districts.drop(columns="geometry").to_dict("records"):
        key = (row["level"], row["district_id"])
        entries.append(
            {
                "district_id": row["district_id"],
                "level": row["level"],
                "name": row["name"],
                "persons": round(persons.get(key, 0.0), _PERSON_DECIMALS),
                "covered_share": shares.get(key, {}),
                "is_underserved": bool(flags[key]["is_underserved"]),
                "stability": flags[key]["stability"],
                "reasons": list(flags[key]["reasons"]),
            }
        )
    return entries


def summarise_issues(issues: pd.DataFrame) -> dict[str, int]:
    """Return how many faults there are of each issue code."""
    return count_by_code(issues)


def _count(values: pd.Series) -> dict[str, int]:
    return {str(key): int(count) for key, count in values.value_counts().sort_index().items()}


def _round_share(share: float | None) -> float | None:
    return None if share is None or pd.isna(share) else round(float(share), _SHARE_DECIMALS)
