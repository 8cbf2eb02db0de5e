# SPDX-License-Identifier: MIT
"""Who is counted where: the districts of every level and the city, all people and each known group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from begegnung_geo.analysis.district_sums import index_districts
from begegnung_geo.analysis.network import Bools, Floats, Ints

ALL_PEOPLE = "all"
CITY_LEVEL = "city"
EXACT, PACKED = "exact", "packed"
_MICRO = 1e6
_SMALL = 2**16 - 1


@dataclass(frozen=True, eq=False)
class Strata:
    """
    Homes as members of areas and as places of groups of people.

    Attributes
    ----------
    level, district_id
        One entry an area: every district of every level, then the city (`city` and an
        empty id).
    area_of_home
        One row a level and one for the city: position of the area of each home; one past
        the last area where a home is in no district of the level.
    groups
        `all`, then the groups that are known for at least one home; the same once more where
        people are counted twice.
    people
        For each of them, which people are counted: `EXACT` or `PACKED`.
    persons
        One row a group, one column a home; 0 where not known.
    is_known
        The same shape: whether the number is known.
    """

    level: tuple[str, ...]
    district_id: tuple[str, ...]
    area_of_home: Ints
    groups: tuple[str, ...]
    people: tuple[str, ...]
    persons: Floats
    is_known: Bools

    @property
    def area_count(self) -> int:
        """How many areas there are, the city included."""
        return len(self.level)

    @cached_property
    def persons_in_all(self) -> Floats:
        """The people of each area and group."""
        return self.sum_homes(self.persons)

    @cached_property
    def persons_without_group(self) -> Floats:
        """The people of each area who live where the number of a group is not known, by group."""
        everybody = self.persons[self._everybody]
        return self.sum_homes(everybody * ~self.is_known)

    @cached_property
    def has_known(self) -> Bools:
        """
        Whether a group's number is known for anybody in an area: one row an area, one column a group.

        True where nobody lives: nobody is known to belong to the group.
        """
        is_home = self.persons[self._everybody] > 0
        asked = self.sum_homes(is_home.astype(np.float64))
        known = self.sum_homes((is_home & self.is_known).astype(np.float64))
        has_known: Bools = (known > 0) | (asked == 0)
        return has_known

    def sum_homes(self, values: Iterable[Floats]) -> Floats:
        """
        Return the sums over the homes of each area.

        Parameters
        ----------
        values
            One row a group, one entry a home.

        Returns
        -------
        sums
            One row an area, one column a group.
        """
        patch, areas = self._patches
        columns = [np.bincount(patch, weights=row, minlength=areas.shape[1]) for row in values]
        return np.asarray(areas @ np.stack(columns, axis=1), dtype=np.float64)

    def sum_persons(self, share: Floats | Bools) -> Floats:
        """Return the people of each area and group, of each home a part."""
        return self.sum_homes(row * share for row in self.persons)

    def find_quantiles(self, values: npt.NDArray[np.floating[Any]], quantiles: Sequence[float]) -> Floats:
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
        by_value = np.argsort(values)  # homes with one value may come in any order
        for area_of_home in self._small_areas:
            order = by_value[np.argsort(area_of_home[by_value], kind="stable")]
            in_order = area_of_home[order]
            first = np.flatnonzero(np.concatenate([[True], in_order[1:] != in_order[:-1]])[: len(order)])
            past = np.append(first[1:], len(order))
            is_area = in_order[first] < self.area_count
            area, bounds = in_order[first][is_area], (first[is_area], past[is_area])
            for column, persons in enumerate(self._micropersons):
                row, has_people = _find_rows(np.cumsum(persons[order]), *bounds, quantiles=quantiles)
                found[area, column] = np.where(has_people, values[order[row]], np.nan)
        return found

    @property
    def _everybody(self) -> list[int]:
        # The row `all` that each group is a part of.
        return [self.people.index(people) for people in self.people]

    @cached_property
    def _patches(self) -> tuple[Ints, Floats]:
        # Homes that are in the same areas of all levels are summed once; then patches make up areas.
        members, patch = np.unique(self.area_of_home, axis=1, return_inverse=True)
        areas = np.zeros((self.area_count + 1, members.shape[1]))
        for row in members:
            areas[row, np.arange(members.shape[1])] = 1.0
        return patch.ravel().astype(np.int64), areas[:-1]

    @cached_property
    def _small_areas(self) -> npt.NDArray[Any]:
        # numpy sorts numbers of 16 bits by counting, which is ten times as fast.
        return self.area_of_home.astype(np.uint16 if self.area_count < _SMALL else np.int64)

    @cached_property
    def _micropersons(self) -> Ints:
        # Whole numbers add up exactly: which half somebody belongs to must not hang on the last bit.
        return np.round(self.persons * _MICRO).astype(np.int64)


def build_strata(
    demand: pd.DataFrame,
    districts: pd.DataFrame,
    *,
    groups: Sequence[str],
    protected: pd.DataFrame | None = None,
) -> Strata:
    """
    Return areas and groups of the homes.

    Parameters
    ----------
    demand
        Table `demand` with one `district_id_<level>` column a level and one
        `persons_<group>` column a group; a null number of a group is unknown, not 0.
    districts
        Table `districts`.
    groups
        Their columns (`persons_65_plus`); one that is known for no home is left out.
    protected
        Table `protected_demand`, to count its people as well in one go.

    Raises
    ------
    KeyError
        If `demand` has no `district_id_` column for a level.
    """
    index = index_districts(demand, districts)
    count = len(index.districts)
    area_of_home = np.full((index.level.max(initial=-1) + 2, len(demand)), count + 1, dtype=np.int64)
    area_of_home[index.level[index.district], index.home] = index.district
    area_of_home[-1] = count
    known = [column for column in groups if column in demand and demand[column].notna().any()]
    columns = ["persons", *known]
    counted = [demand] if protected is None else [demand, protected]
    numbers = np.concatenate([people[columns].to_numpy(dtype=np.float64).T for people in counted])
    return Strata(
        level=(*index.districts["level"], CITY_LEVEL),
        district_id=(*index.districts["district_id"], ""),
        area_of_home=area_of_home,
        groups=(ALL_PEOPLE, *(column.removeprefix("persons_") for column in known)) * len(counted),
        people=(EXACT,) * len(columns) + (PACKED,) * len(columns) * (len(counted) - 1),
        persons=np.nan_to_num(numbers),
        is_known=~np.isnan(numbers),
    )


def _find_rows(running: Ints, first: Ints, past: Ints, *, quantiles: Sequence[float]) -> tuple[Ints, Bools]:
    # Rows by area, then by value. One running sum serves all areas: each asks beyond what came before it.
    before = np.where(first > 0, running[first - 1], 0)[:, None]
    total = running[past - 1][:, None] - before
    wanted = before + np.ceil(np.round(total * np.asarray(quantiles), 3)).astype(np.int64)
    row = np.minimum(np.searchsorted(running, wanted), past[:, None] - 1)
    return row.astype(np.int64), np.broadcast_to(total > 0, row.shape)
