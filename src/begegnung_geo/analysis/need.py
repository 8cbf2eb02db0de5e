# SPDX-License-Identifier: MIT
"""
The need index: how high the need for meeting places is in a district among its level.

The index is the weighted mean of ranks. A rank is the share of the level's people who
live in districts with less of the indicator, half of those with as much included
(Bross 1958 calls it ridit): 0.5 is the middle of the city, units and outliers do not
matter, and a hamlet moves nobody's rank. See `docs/method.md`, Need.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.district_sums import DistrictIndex, index_districts
from begegnung_geo.analysis.network import Bools, Floats
from begegnung_geo.assessment import Need
from begegnung_geo.schema import build_empty

_DECIMALS = 9  # values that differ by less are equal: sums in another order must not make a rank


@dataclass(frozen=True, eq=False)
class _Indicator:
    key: str
    weight: float
    basis: list[str]  # one entry a district, as are value and rank
    value: Floats
    rank: Floats


def build_need(
    demand: pd.DataFrame, districts: gpd.GeoDataFrame, figures: pd.DataFrame, *, need: Need
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Compute the need index of every district of every level.

    Parameters
    ----------
    demand
        Table `demand` with `persons_<group>` columns as far as groups are known.
    districts
        Table `districts`.
    figures
        Table `district_figures`. A coarser level gets the mean of the finer districts
        by people; a finer level gets nothing, as nobody knows where inside a
        district its share lives.
    need
        Weights, and when a figure counts as known.

    Returns
    -------
    need
        Table `need`: all districts. An indicator that is not known for
        `need.level_known_share_min` of a level's people is not used there. Where a used
        one is not known, `need_index` is null and `need_index_low`, `need_index_high` are the
        index with its lowest and highest rank, 0 and 1. All null where nobody lives.
    need_indicators
        Table `need_indicators`: value and rank behind each index, to be checked by hand.
    """
    index = index_districts(demand, districts)
    persons = index.sum(demand["persons"].to_numpy(dtype=np.float64))
    used = [
        indicator
        for indicator in _list_indicators(demand, figures, index=index, persons=persons, need=need)
        if not np.isnan(indicator.rank).all()
    ]
    weights, low, high, known = (np.zeros(len(persons)) for _ in range(4))
    parts = []
    for indicator in used:
        is_used = np.isin(index.level, np.unique(index.level[~np.isnan(indicator.rank)])) & (persons > 0)
        is_known = ~np.isnan(indicator.rank)
        weights += indicator.weight * is_used
        known += indicator.weight * is_known
        low += indicator.weight * np.where(is_known, indicator.rank, 0.0) * is_used
        high += indicator.weight * np.where(is_known, indicator.rank, 1.0) * is_used
        parts.append(_describe(indicator, index, is_used=is_used))
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high, known_share = (np.round(part / weights, _DECIMALS) for part in (low, high, known))
    table = index.districts.assign(
        need_index=np.where(known_share >= 1, low, np.nan),
        need_index_low=low,
        need_index_high=high,
        known_weight_share=known_share,
    )
    indicators = pd.concat(parts, ignore_index=True) if parts else build_empty("need_indicators", crs="")
    return table, indicators


def find_need(demand: pd.DataFrame, need: pd.DataFrame) -> pd.Series:
    """
    Return the need index of each home: that of its district of the finest level that has one.

    Parameters
    ----------
    demand
        Table `demand`.
    need
        Table `need`. The finest level is the one with the most districts.

    Returns
    -------
    need_index
        0-1, on the index of `demand`; NaN where no district's index is known.
    """
    found = pd.Series(np.nan, index=demand.index)
    sizes = need.groupby("level").size()
    for level in sizes.index[np.argsort(-sizes.to_numpy(), kind="stable")]:
        of_level = need[need["level"] == level].set_index("district_id")["need_index"]
        found = found.fillna(demand[f"district_id_{level}"].map(of_level).astype("float64"))
    return found


def _list_indicators(
    demand: pd.DataFrame, figures: pd.DataFrame, *, index: DistrictIndex, persons: Floats, need: Need
) -> Iterator[_Indicator]:
    for key, settings in need.indicators.items():
        if not settings.weight:
            continue
        if key.startswith("persons_"):
            value = _measure_group(demand, key, index=index, persons=persons, need=need)
            basis = ["people"] * len(persons)
        else:
            value, basis = _measure_figure(
                figures[figures["figure"] == key], demand, index=index, persons=persons, need=need
            )
        value = np.round(value, _DECIMALS)
        rank = _rank_by_people(-value if settings.is_reversed else value, persons, index=index, need=need)
        yield _Indicator(key, settings.weight, basis, value, rank)


def _measure_group(
    demand: pd.DataFrame, group: str, *, index: DistrictIndex, persons: Floats, need: Need
) -> Floats:
    if group not in demand:
        return np.full(len(persons), np.nan)
    of_group = demand[group].to_numpy(dtype=np.float64)
    is_known = ~np.isnan(of_group)
    known = index.sum(demand["persons"].to_numpy(dtype=np.float64) * is_known)
    return _divide(index.sum(np.where(is_known, of_group, 0.0)), known, persons=persons, need=need)


def _measure_figure(
    figures: pd.DataFrame, demand: pd.DataFrame, *, index: DistrictIndex, persons: Floats, need: Need
) -> tuple[Floats, list[str]]:
    # Own figures where the level has them; coarser districts by the people of the finer ones.
    value, basis = np.full(len(persons), np.nan), ["figure"] * len(persons)
    if not len(figures):
        return value, basis
    level, unit = figures["level"].iloc[0], figures["unit"].iloc[0]
    levels = index.districts["level"]
    is_own = (levels == level).to_numpy(dtype=bool)
    by_id = figures.set_index("district_id")["value"]
    own = index.districts["district_id"].map(by_id).to_numpy(dtype=np.float64)[is_own]
    value[is_own] = _to_share(own, unit, persons=persons[is_own])
    ids = index.districts.loc[is_own, "district_id"]
    of_home = demand[f"district_id_{level}"].map(pd.Series(value[is_own], index=ids))
    mean = _average(of_home.to_numpy(dtype=np.float64), demand, index=index, persons=persons, need=need)
    sizes = levels.map(levels.value_counts()).to_numpy()
    is_coarser = sizes < is_own.sum()
    value[is_coarser] = mean[is_coarser]
    return value, ["finer_figure" if coarser else "figure" for coarser in is_coarser]


def _to_share(value: Floats, unit: str, *, persons: Floats) -> Floats:
    if unit == "percent":
        return value / 100
    if unit == "persons":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(persons > 0, value / persons, np.nan)
    return value


def _average(
    of_home: Floats, demand: pd.DataFrame, *, index: DistrictIndex, persons: Floats, need: Need
) -> Floats:
    is_known = ~np.isnan(of_home)
    people = demand["persons"].to_numpy(dtype=np.float64)
    known = index.sum(people * is_known)
    return _divide(index.sum(people * np.where(is_known, of_home, 0.0)), known, persons=persons, need=need)


def _divide(part: Floats, known: Floats, *, persons: Floats, need: Need) -> Floats:
    # Shares among the people for whom it is known, where these are nearly all.
    with np.errstate(divide="ignore", invalid="ignore"):
        is_enough: Bools = (known > 0) & (known >= need.known_share_min * persons)
        return np.where(is_enough, part / known, np.nan)


def _rank_by_people(value: Floats, persons: Floats, *, index: DistrictIndex, need: Need) -> Floats:
    rank = np.full(len(value), np.nan)
    for number in np.unique(index.level):
        members = np.flatnonzero((index.level == number) & (persons > 0))
        known = members[~np.isnan(value[members])]
        if not len(known) or persons[known].sum() < need.level_known_share_min * persons[members].sum():
            continue
        _, position = np.unique(value[known], return_inverse=True)
        of_value = np.bincount(position, weights=persons[known])
        below = np.cumsum(of_value) - of_value
        rank[known] = np.round(((below + of_value / 2) / of_value.sum())[position], _DECIMALS)
    return rank


def _describe(indicator: _Indicator, index: DistrictIndex, *, is_used: Bools) -> pd.DataFrame:
    return index.districts.assign(
        indicator=indicator.key,
        basis=indicator.basis,
        value=indicator.value,
        rank_share=indicator.rank,
        weight=indicator.weight,
    )[is_used]
