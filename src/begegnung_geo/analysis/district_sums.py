# SPDX-License-Identifier: MIT
"""Sums of homes by district, many times over: which home counts in which districts is looked up once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from begegnung_geo.analysis.network import Floats, Ints


@dataclass(frozen=True, eq=False)
class DistrictIndex:
    """
    The districts of all levels, ordered by level and id, and the homes in each.

    Attributes
    ----------
    districts
        Columns `level` and `district_id`, one row a district.
    level
        Number of each district's level, from 0.
    home, district
        Positions, one pair a home and level; homes without a district of a level have none.
    """

    districts: pd.DataFrame
    level: Ints
    home: Ints
    district: Ints

    def sum(self, values: Floats) -> Floats:
        """Return the sum of a value of each home by district; 0 where nobody lives."""
        return np.bincount(self.district, weights=values[self.home], minlength=len(self.districts)).astype(
            np.float64
        )


def index_districts(demand: pd.DataFrame, districts: pd.DataFrame) -> DistrictIndex:
    """
    Look up which home counts in which district of each level.

    Parameters
    ----------
    demand
        Table `demand` with one `district_id_<level>` column a level; ids that are no
        district of the level count nowhere.
    districts
        Table `districts`.

    Raises
    ------
    KeyError
        If `demand` has no column for a level.
    """
    keys = ["level", "district_id"]
    ordered = districts[keys].sort_values(keys, kind="stable", ignore_index=True)
    homes, found = [], []
    for level, rows in ordered.groupby("level", sort=True):
        position = pd.Index(rows["district_id"]).get_indexer(pd.Index(demand[f"district_id_{level}"]))
        at = np.flatnonzero(position >= 0)
        homes.append(at)
        found.append(rows.index.to_numpy()[position[at]])
    return DistrictIndex(
        districts=ordered,
        level=pd.factorize(ordered["level"])[0].astype(np.int64),
        home=np.concatenate([*homes, np.zeros(0, dtype=np.int64)]).astype(np.int64),
        district=np.concatenate([*found, np.zeros(0, dtype=np.int64)]).astype(np.int64),
    )
