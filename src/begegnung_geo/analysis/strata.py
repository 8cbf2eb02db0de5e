# SPDX-License-Identifier: MIT
"""Who is counted where: the districts of every level and the city, all people and each known group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from begegnung_geo.analysis.district_sums import index_districts
from begegnung_geo.analysis.network import Bools, Floats, Ints

ALL_PEOPLE = "all"
CITY_LEVEL = "city"
_GROUP_PREFIX = "persons_"
_DECIMALS = 6  # of a person: which half somebody belongs to must not hang on the last bit of a sum


@dataclass(frozen=True, eq=False)
class Strata:
    """
    Homes as members of areas and as places of groups of people.

    Attributes
    ----------
    level, district_id
        One entry an area: every district of every level, then the city (`city` and an
        empty id).
    home, area
        Positions, one pair a home and area it is in.
    groups
        `all`, then every group that is known for at least one home, by name.
    persons
        One row a home, one column a group; 0 where not known.
    is_known
        The same shape: whether the number is known.
    """

    level: tuple[str, ...]
    district_id: tuple[str, ...]
    home: Ints
    area: Ints
    groups: tuple[str, ...]
    persons: Floats
    is_known: Bools

    @property
    def area_count(self) -> int:
        """How many areas there are, the city included."""
        return len(self.level)

    @property
    def has_known(self) -> Bools:
        """
        Whether a group's number is known for anybody in an area: one row an area, one column a group.

        True where nobody lives: nobody is known to belong to the group.
        """
        everybody = np.broadcast_to(self.persons[:, :1] > 0, self.persons.shape)
        asked = self.sum_homes(everybody.astype(np.float64))
        known = self.sum_homes((everybody & self.is_known).astype(np.float64))
        has_known: Bools = (known > 0) | (asked == 0)
        return has_known

    def sum_homes(self, values: Floats) -> Floats:
        """
        Return the sums over the homes of each area.

        Parameters
        ----------
        values
            One row a home, one column a group.

        Returns
        -------
        sums
            One row an area, one column a group.
        """
        columns = [
            np.bincount(self.area, weights=column[self.home], minlength=self.area_count)
            for column in values.T
        ]
        return np.stack(columns, axis=1).astype(np.float64)

    def sum_persons(self, share: Floats | Bools | None = None) -> Floats:
        """Return the people of each area and group; with `share` that part of each home's."""
        part = self.persons if share is None else self.persons * np.asarray(share, float)[:, None]
        return self.sum_homes(part)

    def find_quantiles(self, values: Floats, quantiles: Sequence[float]) -> Floats:
        """
        Return the value that a share of the people of each area does not exceed.

        The smallest value v such that at least the share q of the people have a value
        of at most v: for q = 0.5 the median of the people, not of the homes.

        Parameters
        ----------
        values
            One entry a home; infinite values rank last.
        quantiles
            Shares, 0-1.

        Returns
        -------
        found
            Areas x groups x quantiles; NaN where nobody (known) lives, infinite where the
            share is not reached among finite values.
        """
        found = np.full((self.area_count, len(self.groups), len(quantiles)), np.nan)
        order = np.argsort(values[self.home], kind="stable")
        order = order[np.argsort(self.area[order], kind="stable")]
        home = self.home[order]
        area, first = np.unique(self.area[order], return_index=True)
        for column in range(len(self.groups)):
            row, has_people = _find_rows(self.persons[home, column], first, quantiles)
            found[area, column] = np.where(has_people, values[home[row]], np.nan)
        return found


def build_strata(demand: pd.DataFrame, districts: pd.DataFrame) -> Strata:
    """
    Return areas and groups of the homes.

    Parameters
    ----------
    demand
        Table `demand` with one `district_id_<level>` column a level and one
        `persons_<group>` column a group; a null number of a group is unknown, not 0.
    districts
        Table `districts`.

    Raises
    ------
    KeyError
        If `demand` has no `district_id_` column for a level.
    """
    index = index_districts(demand, districts)
    columns = [c for c in sorted(demand.columns) if c.startswith(_GROUP_PREFIX) and demand[c].notna().any()]
    numbers = demand[["persons", *columns]].to_numpy(dtype=np.float64)
    return Strata(
        level=(*index.districts["level"], CITY_LEVEL),
        district_id=(*index.districts["district_id"], ""),
        home=np.concatenate([index.home, np.arange(len(demand))]),
        area=np.concatenate([index.district, np.full(len(demand), len(index.districts))]),
        groups=(ALL_PEOPLE, *(column.removeprefix(_GROUP_PREFIX) for column in columns)),
        persons=np.nan_to_num(numbers),
        is_known=~np.isnan(numbers),
    )


def _find_rows(persons: Floats, first: Ints, quantiles: Sequence[float]) -> tuple[Ints, Bools]:
    # Rows by area, then by value. One running sum serves all areas: each asks beyond what came before it.
    if not len(first):
        return np.zeros((0, len(quantiles)), dtype=np.int64), np.zeros((0, len(quantiles)), dtype=bool)
    running = np.round(np.concatenate([[0.0], np.cumsum(persons)]), _DECIMALS)
    past = np.append(first[1:], len(persons))
    before = running[first][:, None]
    wanted = np.round(before + (running[past][:, None] - before) * np.asarray(quantiles), _DECIMALS)
    row = np.minimum(np.searchsorted(running[1:], wanted), past[:, None] - 1)
    return row.astype(np.int64), wanted > before
