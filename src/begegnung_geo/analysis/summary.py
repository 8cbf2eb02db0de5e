# SPDX-License-Identifier: MIT
"""The figures of `summary.json`: what other programs and the pages' first lines rely on."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from begegnung_geo.issues import count_by_code

SCHEMA_VERSION = 1
_M2_PER_KM2 = 1_000_000
_SHARE_DECIMALS = 4


def build_summary(
    tables: Mapping[str, pd.DataFrame], *, city: str, people: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Build the content of `summary.json` (schema version 1).

    Parameters
    ----------
    tables
        The tables `begegnungsorte`, `places`, `districts`, `city_area`, `underserved`,
        `walk_nodes`, `walk_edges`, `issues`; and as `coverage` and `city_coverage` the
        tables `published_coverage` and `published_city_coverage`.
    people
        What is known of the population's source: `source` (its title, or `estimate`),
        `is_estimated`, and `has_total`, false where only some age groups are counted.

    Returns
    -------
    summary
        Plain JSON values; people and shares (0-1) as published, null where hidden or unknown.
    """
    area_km2 = float(gpd.GeoSeries(tables["city_area"]["geometry"]).area.sum()) / _M2_PER_KM2
    return {
        "schema_version": SCHEMA_VERSION,
        "city": city,
        "area_km2": round(area_km2, 3),
        "begegnungsorte": _summarise_places(tables["begegnungsorte"], tables["places"]),
        "population": _summarise_population(tables["city_coverage"], people),
        "network": _summarise_network(tables["walk_nodes"], tables["walk_edges"]),
        "coverage": _summarise_coverage(tables["city_coverage"]),
        "districts": _summarise_districts(tables["districts"], tables["coverage"], tables["underserved"]),
        "issues": count_by_code(tables["issues"]),
    }


def _summarise_places(begegnungsorte: pd.DataFrame, places: pd.DataFrame) -> dict[str, Any]:
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


def _summarise_network(walk_nodes: pd.DataFrame, walk_edges: pd.DataFrame) -> dict[str, Any]:
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


def _summarise_population(city_coverage: pd.DataFrame, people: Mapping[str, Any]) -> dict[str, Any]:
    """Return the people inside the city and whether they are an estimate."""
    return {
        "persons": _tell(city_coverage["persons"].iloc[0]),
        "is_estimated": bool(people["is_estimated"]),
        "has_total": bool(people["has_total"]),
        "source": people["source"],
        **{key: people[key] for key in ("kind", "basis", "weights", "is_group_scaled")},
        "cell_size_m": float(people.get("cell_size_m", 0.0)),
        "is_spread": bool(people.get("is_spread", False)),
        "data_date": str(people.get("data_date", "")),
    }


def _summarise_coverage(city_coverage: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the city's coverage, one entry a profile and threshold."""
    return [
        {
            "profile": row["profile"],
            "threshold_min": int(row["threshold_min"]),
            "persons_covered": _tell(row["persons_covered"]),
            "persons_unknown": _tell(row["persons_unknown"]),
            "covered_share": _tell(row["covered_share"]),
            "covered_share_max": _tell(row["covered_share_max"]),
        }
        for row in city_coverage.to_dict("records")
    ]


def _summarise_districts(
    districts: pd.DataFrame, coverage: pd.DataFrame, underserved: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return one entry a district: people, share by profile and threshold, the flag and its reasons."""
    labels = (coverage["profile"] + "_" + coverage["threshold_min"].astype(str)).tolist()
    shares: dict[tuple[str, str], dict[str, float | None]] = {}
    shares_max: dict[tuple[str, str], dict[str, float | None]] = {}
    persons: dict[tuple[str, str], float | None] = {}
    for label, row in zip(labels, coverage.to_dict("records"), strict=True):
        key = (row["level"], row["district_id"])
        shares.setdefault(key, {})[label] = _tell(row["covered_share"])
        shares_max.setdefault(key, {})[label] = _tell(row["covered_share_max"])
        persons[key] = _tell(row["persons"])
    flags = {(row["level"], row["district_id"]): row for row in underserved.to_dict("records")}
    entries = []
    for row in districts.drop(columns="geometry").to_dict("records"):
        key = (row["level"], row["district_id"])
        entries.append(
            {
                "district_id": row["district_id"],
                "level": row["level"],
                "name": row["name"],
                "persons": persons.get(key, 0.0),
                "covered_share": shares.get(key, {}),
                "covered_share_max": shares_max.get(key, {}),
                "is_underserved": bool(flags[key]["is_underserved"]),
                "stability": flags[key]["stability"],
                "reasons": list(flags[key]["reasons"]),
            }
        )
    return entries


def _count(values: pd.Series) -> dict[str, int]:
    return {str(key): int(count) for key, count in values.value_counts().sort_index().items()}


def _tell(figure: float) -> float | None:
    return None if pd.isna(figure) else float(figure)
