# SPDX-License-Identifier: MIT
"""
How complete the inventory is: what two independent sources tell about what both lack.

Capture and recapture: where two sources that know nothing of each other both name many
of the same places, few are missing; where they hardly overlap, many are. See
`docs/method.md`, Completeness, for formula, interval and assumptions.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaln

from begegnung_geo.table_columns import COMPLETENESS_REASONS

FIRST_SOURCE = "osm"
CITY_LEVEL = "city"
"""`level` of the rows for the whole city; their `district_id` is empty."""
ATTRIBUTES = ("name", "address", "opening_hours", "wheelchair", "operator")

_KEY = ["level", "district_id", "category_kind", "category"]
_COUNTS = ["found_count", "n_first", "n_second", "n_both"]


class Estimate(NamedTuple):
    """Chapman's estimate of how many places there are, and its confidence interval."""

    total: float
    low: float
    high: float


def estimate_count(n_first: int, n_second: int, n_both: int, *, confidence: float) -> Estimate:
    """
    Return how many places there are by two lists of them.

    The count is Chapman's (1951), (n1 + 1)(n2 + 1) / (m + 1) - 1. The interval holds every
    whole number N for which m matches are not too surprising: with n1 and n2 of N places
    drawn independently, m is hypergeometric, and neither tail at m may be smaller than
    half of `1 - confidence`.

    Parameters
    ----------
    n_first, n_second
        Places that each source names.
    n_both
        Places that both name, at least one.
    confidence
        Share of intervals that hold the true number, 0-1; reached or exceeded.

    Raises
    ------
    ValueError
        If the counts cannot be, or nothing is in both.
    """
    if not 0 < n_both <= min(n_first, n_second):
        raise ValueError(f"no estimate from {n_first}, {n_second} and {n_both} in both")
    found = n_first + n_second - n_both
    tail = (1 - confidence) / 2

    def is_not_too_large(total: int) -> bool:
        return _sum_chances(total, n_first, n_second, matches=(n_both, min(n_first, n_second))) > tail

    def is_too_small(total: int) -> bool:
        fewest = max(0, n_first + n_second - total)
        return _sum_chances(total, n_first, n_second, matches=(fewest, n_both)) <= tail

    low = found
    if is_too_small(found):
        low = _find_last(is_too_small, found) + 1
    high = _find_last(is_not_too_large, found)
    total = (n_first + 1) * (n_second + 1) / (n_both + 1) - 1
    return Estimate(total, float(low), float(high))


def build_completeness(
    begegnungsorte: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    class_groups: Mapping[str, str],
    second_sources: Sequence[str],
    matches_min: int,
    confidence: float,
) -> pd.DataFrame:
    """
    Set what was found against how many places there may be.

    Potential places are left out: no list of meeting places means to name them. Classes
    that the sources cover unequally are not added up: only the established places
    together, the groups and the classes are estimated. A place of which only the district is
    known is not found: nobody has compared it with what stands there.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte`: the city's own, with `district_id_<level>`.
    districts
        Table `districts`; those of the coarsest level get rows, without a place too.
    class_groups
        Class key -> letter of its group.
    second_sources
        Keys of the lists that together are the second source; OSM is the first.
    matches_min
        Fewer places in both sources than this, and nothing is estimated.
    confidence
        Of the interval, 0-1.

    Returns
    -------
    completeness
        Table `completeness`, sorted by its key.
    """
    places = _tell_sources(begegnungsorte, second_sources)
    scopes = _list_scopes(districts)
    kinds = {
        "standing": places["standing"].where(places["standing"] == "established"),
        "group": places["class"].map(dict(class_groups)),
        "class": places["class"],
    }
    wanted = {
        "standing": ["established"],
        "group": sorted(set(class_groups.values())),
        "class": sorted(places["class"].unique()),
    }
    counts = _count_by_scope(places, kinds, scopes=scopes, wanted=wanted)
    city = counts.loc[counts["level"] == CITY_LEVEL].set_index(["category_kind", "category"])
    there = counts[["category_kind", "category"]].apply(tuple, axis=1)
    has_first, has_second = there.map(city["n_first"] > 0), there.map(city["n_second"] > 0)
    reasons = np.select(
        [~has_first.astype(bool), ~has_second.astype(bool), counts["n_both"] < matches_min],
        COMPLETENESS_REASONS[1:],
        default=COMPLETENESS_REASONS[0],
    )
    rows = counts.assign(reason=pd.Series(reasons, index=counts.index, dtype="str"))
    rows["is_estimable"] = rows["reason"] == ""
    estimates = [
        estimate_count(*row, confidence=confidence) if is_estimable else Estimate(np.nan, np.nan, np.nan)
        for row, is_estimable in zip(rows[_COUNTS[1:]].to_numpy().tolist(), rows["is_estimable"], strict=True)
    ]
    for name, values in zip(("estimated_count", "low", "high"), zip(*estimates, strict=True), strict=True):
        rows[name] = np.array(values, dtype=np.float64)
    return rows.sort_values(_KEY, ignore_index=True)


def build_fill_rates(
    begegnungsorte: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    class_groups: Mapping[str, str],
    recorded: Sequence[str] = (),
) -> pd.DataFrame:
    """
    Count for how many places each attribute is known.

    Potential places are left out, as in `build_completeness`. An address counts as known
    with street and house number; the value `unknown` does not count as known.

    Parameters
    ----------
    begegnungsorte, districts
        Tables of that name.
    class_groups
        Group of each class.
    recorded
        Columns of `begegnungsorte` that are counted beside those of `ATTRIBUTES`: what is recorded
        by the vocabulary (the workshop's terms, roles, cost, rooms, capacity ...).

    Returns
    -------
    fill_rates
        Table `fill_rates`: whole city and each district of the coarsest level, by all
        classes together, by group and by class; rows without a place only for all together.
        `filled_share` is null where there is no place.
    """
    places = begegnungsorte[begegnungsorte["standing"] != "potential"].reset_index(drop=True)
    scopes = _list_scopes(districts)
    kinds = {
        "all": pd.Series("all", index=places.index),
        "group": places["class"].map(dict(class_groups)),
        "class": places["class"],
    }
    groups, classes = sorted(set(class_groups.values())), sorted(places["class"].unique())
    wanted = {"all": ["all"], "group": groups, "class": classes}
    attributes = [*ATTRIBUTES, *recorded]
    known = pd.DataFrame({name: _flag_known(places, name) for name in attributes}, index=places.index)
    flagged = places.assign(place_count=True, **{f"has_{name}": known[name] for name in attributes})
    columns = ["place_count", *(f"has_{name}" for name in attributes)]
    counts = _count_by_scope(flagged, kinds, scopes=scopes, wanted=wanted, columns=columns)
    counts = counts[(counts["place_count"] > 0) | (counts["category_kind"] == "all")]
    rows = counts.melt([*_KEY, "place_count"], columns[1:], var_name="attribute", value_name="filled_count")
    rows["attribute"] = rows["attribute"].str.removeprefix("has_")
    rows["filled_share"] = (rows["filled_count"] / rows["place_count"]).where(rows["place_count"] > 0)
    return rows.sort_values([*_KEY, "attribute"], ignore_index=True)


def _tell_sources(begegnungsorte: gpd.GeoDataFrame, second_sources: Sequence[str]) -> pd.DataFrame:
    is_found = (begegnungsorte["standing"] != "potential") & (begegnungsorte["precision"] != "district")
    places = begegnungsorte[is_found].reset_index(drop=True)
    listed = set(second_sources)
    named = [{str(place_id).partition(":")[0] for place_id in ids} for ids in places["place_ids"]]
    is_first = np.array([FIRST_SOURCE in sources for sources in named], dtype=bool)
    is_second = np.array([bool(sources & listed) for sources in named], dtype=bool)
    return pd.DataFrame(places).assign(
        found_count=True, n_first=is_first, n_second=is_second, n_both=is_first & is_second
    )


def _list_scopes(districts: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """Return the city and the districts of the level whose districts are largest on average."""
    scopes = [(CITY_LEVEL, "")]
    if len(districts):
        level = str(districts.groupby("level")["area_km2"].mean().idxmax())
        ids = districts.loc[districts["level"] == level, "district_id"]
        scopes += [(level, str(district_id)) for district_id in sorted(ids)]
    return scopes


def _count_by_scope(
    places: pd.DataFrame,
    kinds: Mapping[str, pd.Series],
    *,
    scopes: Sequence[tuple[str, str]],
    wanted: Mapping[str, Sequence[str]],
    columns: Sequence[str] = tuple(_COUNTS),
) -> pd.DataFrame:
    """Return the sums of flags by scope and category, zero without a place."""
    parts = []
    for level in dict.fromkeys(level for level, _ in scopes):
        ids = [district_id for name, district_id in scopes if name == level]
        at = places[f"district_id_{level}"] if level != CITY_LEVEL else pd.Series("", index=places.index)
        for kind, categories in kinds.items():
            keys = pd.DataFrame({"district_id": at, "category": categories}).astype("str")
            flags = places[list(columns)].astype("int64")
            sums = flags.groupby([keys["district_id"], keys["category"]]).sum()
            full = pd.MultiIndex.from_product([ids, wanted[kind]], names=["district_id", "category"])
            part = sums.reindex(full, fill_value=0).reset_index()
            parts.append(part.assign(level=level, category_kind=kind))
    rows = pd.concat(parts, ignore_index=True)[[*_KEY, *columns]]
    return rows.astype(dict.fromkeys(_KEY, "str") | dict.fromkeys(columns, "int64"))


def _flag_known(places: pd.DataFrame, attribute: str) -> "pd.Series[bool]":
    if attribute == "address":
        return places["street"].notna() & places["house_number"].notna()
    values = places[attribute]
    return values.notna() & (values != "unknown")


def _find_last(holds: Callable[[int], bool], start: int) -> int:
    """Return the last number from `start` on for which a condition holds that holds there and then ends."""
    step = 1
    while holds(start + step):
        step *= 2
    inside, outside = start + step // 2, start + step
    while outside - inside > 1:
        middle = (inside + outside) // 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return inside


def _sum_chances(total: int, n_first: int, n_second: int, *, matches: tuple[int, int]) -> float:
    """Return the chance of a number of matches between two bounds, both included."""
    both = np.arange(matches[0], matches[1] + 1, dtype=np.float64)
    ways = (
        _log_choose(float(n_first), both)
        + _log_choose(float(total - n_first), n_second - both)
        - _log_choose(float(total), np.array([float(n_second)]))
    )
    return float(np.exp(ways).sum())


def _log_choose(of: float, some: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    chosen: npt.NDArray[np.float64] = gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
    return chosen
