# SPDX-License-Identifier: MIT
"""How the share of people within reach grows minute by minute, for the charts of the fact sheets."""

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.network import Floats
from begegnung_geo.profile import Walking

CITY_LEVEL = "city"
MINUTES_MAX = 30
"""Longest walk of the curves: twice the longest threshold; hardly anyone walks farther to meet people."""


def build_walk_curves(
    demand: pd.DataFrame, districts: gpd.GeoDataFrame, *, walking: Walking, profile: str
) -> pd.DataFrame:
    """
    Count who reaches the nearest counted place within 0, 1, 2 ... 30 minutes.

    A home exactly so far away counts, as in the table `coverage`. Homes whose walk is
    unknown never count: the curve is the lower end of what may be.

    Parameters
    ----------
    demand
        Table `demand` with one `district_id_<level>` column a level.
    districts
        Table `districts`; each gets its rows, also where nobody lives.
    walking
        Profiles.
    profile
        Whose pace.

    Returns
    -------
    walk_curves
        Table `walk_curves`, by level, district and minute; the city has the level `city`
        and no id. `reached_share` is null where nobody lives.
    """
    walker = walking.profiles[profile]
    walk_m = demand["walk_distance_step_free_m" if walker.step_free else "walk_distance_m"]
    # The first whole minute in which a home is reached; homes beyond the last one fall off the end.
    reach_m = np.arange(MINUTES_MAX + 1) * walker.speed_m_s * 60
    minute = np.searchsorted(reach_m, walk_m.fillna(np.inf).to_numpy(dtype=np.float64))
    persons = demand["persons"].to_numpy(dtype=np.float64)
    whole = np.zeros(len(demand), dtype=np.int64)
    parts = [_describe(CITY_LEVEL, [""], _count(whole, minute, persons, size=1))]
    for level, members in districts.groupby("level", sort=True):
        ids = sorted(members["district_id"])
        row = pd.Index(ids).get_indexer(pd.Index(demand[f"district_id_{level}"]))
        is_inside = row >= 0
        counted = _count(row[is_inside], minute[is_inside], persons[is_inside], size=len(ids))
        parts.append(_describe(str(level), ids, counted))
    curves = pd.concat(parts, ignore_index=True).assign(profile=profile)
    keys = ["level", "district_id", "profile", "minute"]
    return curves.sort_values(keys, kind="stable", ignore_index=True)[[*keys, "persons", "reached_share"]]


def _count(row: np.ndarray, minute: np.ndarray, persons: Floats, *, size: int) -> Floats:
    # People of each area by the minute that reaches them; the last column is everybody farther away.
    width = MINUTES_MAX + 2
    sums = np.bincount(row * width + minute, weights=persons, minlength=size * width)
    return sums.reshape(size, width).astype(np.float64)


def _describe(level: str, ids: list[str], counted: Floats) -> pd.DataFrame:
    persons = counted.sum(axis=1)
    reached = np.cumsum(counted[:, :-1], axis=1)
    with np.errstate(invalid="ignore"):
        share = np.where(persons[:, None] > 0, np.minimum(reached / persons[:, None], 1.0), np.nan)
    minutes = reached.shape[1]
    return pd.DataFrame(
        {
            "level": pd.Series([level] * len(ids) * minutes, dtype="str"),
            "district_id": pd.Series(np.repeat(np.array(ids, dtype=object), minutes), dtype="str"),
            "minute": np.tile(np.arange(minutes), len(ids)),
            "persons": np.repeat(persons, minutes),
            "reached_share": share.ravel(),
        }
    )
