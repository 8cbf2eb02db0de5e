# SPDX-License-Identifier: MIT
"""What everybody can reach from home: the walks, counts and seats of each profile, and their table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from begegnung_geo.analysis.catchments import (
    measure_balanced_seats,
    measure_bfca,
    measure_e2sfca,
    weigh_zones,
)
from begegnung_geo.analysis.network import Bools, Floats, Ints
from begegnung_geo.analysis.reach_tally import WalkZones
from begegnung_geo.issues import IssueCode, count_issue
from begegnung_geo.profile import Measures

Metres = npt.NDArray[np.floating[Any]]

ANY_PLACE = "any"
"""Destination: the nearest counted place of all."""

CHOICE = "choice"
"""Destination: the `measures.choice_count`-th nearest counted place."""

_COLUMNS = {ANY_PLACE: "walk_distance_m", CHOICE: "choice_distance_m"}
_PER = 1000.0  # seats are told for 1,000 people
_HOMES_AT_A_TIME = 65_536


@dataclass(frozen=True, eq=False)
class Walks:
    """
    How far a kind of place is from each home, and how far at least where that is not known.

    Attributes
    ----------
    distance_m
        Walking distance in metres; infinite where no walk is known, or none so short.
    unsure, unsure_m
        Positions of the homes that may have a shorter walk than the map knows, and how far they
        walk at least: `at_least_m` has them in their places. Either no walk is known at all
        (`is_unknown`), or the walk is known and ways of which nobody knows whether they have
        steps may make it shorter (`is_ranged`).
    """

    distance_m: Metres
    unsure: npt.NDArray[np.int32]
    unsure_m: Metres

    @classmethod
    def build(cls, distance_m: Metres, at_least_m: Metres) -> "Walks":
        """Return walks by two entries a home; of those that do not differ one is kept."""
        unsure = np.flatnonzero(at_least_m < distance_m).astype(np.int32)
        return cls(distance_m, unsure, at_least_m[unsure])

    @property
    def at_least_m(self) -> Metres:
        """
        The walking distance where it is known; elsewhere no walk can be shorter.

        0 for a home without a walkway near, the straight line for a home at a piece of network
        that no such place is on, infinite where there is no such place. Without steps also the
        walk along ways of which nobody knows whether they have any.
        """
        at_least_m = self.distance_m.copy()
        at_least_m[self.unsure] = self.unsure_m
        return at_least_m

    @property
    def is_unknown(self) -> Bools:
        """Whether no walk is known, though there may be one."""
        return self._flag_unsure(np.isinf(self.distance_m[self.unsure]))

    @property
    def is_ranged(self) -> Bools:
        """Whether a walk is known and may be shorter: both ends of it are."""
        return self._flag_unsure(np.isfinite(self.distance_m[self.unsure]))

    def _flag_unsure(self, is_wanted: Bools) -> Bools:
        flags = np.zeros(len(self.distance_m), dtype=bool)
        flags[self.unsure[is_wanted]] = True
        return flags

    def take(self, rows: Ints) -> "Walks":
        """Return the walks of some homes."""
        return Walks.build(self.distance_m[rows], self.at_least_m[rows])

    def find_unknown(self, reach_m: float) -> Bools:
        """Return for whom the map cannot tell whether such a place is within reach."""
        return (self.distance_m > reach_m) & (self.at_least_m <= reach_m)


@dataclass(frozen=True, eq=False)
class Counts:
    """How many things are within reach of each home: surely, and at most (infinite: nobody knows)."""

    at_least: npt.NDArray[np.int32]
    at_most: npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ProfileAccess:
    """
    What a walking profile can reach from each home.

    Attributes
    ----------
    speed_m_s
        Speed of the profile.
    walks
        Destination -> walks: `any`, `choice`, the letter of each group of classes, and each
        class that has a counted place.
    places, kinds
        Threshold in minutes -> how many counted places, and how many groups of classes
        among them, are within reach.
    seats_e2sfca, seats_balanced
        Seats for each person.
    level_bfca
        Share of the levels of service (`catchments.measure_bfca`).
    catchment_m
        Farthest place that shares out seats, in metres.
    zones
        The walks to every place within the catchment, along ways the profile can surely use.
    """

    speed_m_s: float
    walks: Mapping[str, Walks]
    places: Mapping[int, Counts]
    kinds: Mapping[int, Counts]
    zones: WalkZones
    seats_e2sfca: Floats = field(default_factory=lambda: np.zeros(0))
    seats_balanced: Floats = field(default_factory=lambda: np.zeros(0))
    level_bfca: Floats = field(default_factory=lambda: np.zeros(0))
    catchment_m: float = 0.0


def narrow_access(access: Mapping[str, ProfileAccess]) -> dict[str, ProfileAccess]:
    """
    Return the same in the precision of the table `access`: of a large city half the memory.

    Of the walks to each kind of place only the distance stays, in 32 bits; walks to any place
    stay as they are, for they also say where nobody knows.
    """
    narrowed: dict[int, Walks] = {}
    nobody = np.zeros(0, dtype=np.int32), np.zeros(0)

    def narrow(destination: str, walks: Walks) -> Walks:
        if destination == ANY_PLACE:
            return walks
        # Profiles that walk the same ways share their walks.
        if id(walks) not in narrowed:
            narrowed[id(walks)] = Walks(walks.distance_m.astype(np.float32), *nobody)
        return narrowed[id(walks)]

    return {
        key: replace(profile, walks={name: narrow(name, walks) for name, walks in profile.walks.items()})
        for key, profile in access.items()
    }


def share_seats(
    access: Mapping[str, ProfileAccess], *, persons: Floats, seats: Floats, measures: Measures
) -> dict[str, ProfileAccess]:
    """
    Return the same with the seats within each profile's reach, shared among people.

    Parameters
    ----------
    access
        What each profile reaches.
    persons
        People of each home.
    seats
        Seats of each place, by its id (`list_seats`).
    measures
        Zones and weights of the catchments.
    """
    shared = {}
    for key, profile in access.items():
        ends_m = [profile.speed_m_s * 60 * minutes for minutes in measures.zone_ends_min]
        weight = weigh_zones(profile.zones, zone_ends_m=ends_m, weights=measures.zone_weights)
        among = {"persons": persons, "seats": seats}
        shared[key] = replace(
            profile,
            seats_e2sfca=measure_e2sfca(weight, **among),
            seats_balanced=measure_balanced_seats(weight, **among),
            level_bfca=measure_bfca(weight, **among),
            catchment_m=ends_m[-1],
        )
    return shared


def list_seats(counted_places: pd.DataFrame, *, measures: Measures) -> Floats:
    """Return the seats of each place by its id, assumed where nobody told them."""
    places = counted_places.sort_values("begegnungsort_id", kind="stable")
    seats = places["capacity_persons"].fillna(measures.capacity_assumed_persons)
    return seats.to_numpy(dtype=np.float64)


def withhold_seats(access: Mapping[str, ProfileAccess]) -> dict[str, ProfileAccess]:
    """Return the same without seats: only a part of the people who share them is counted."""
    return {
        key: replace(
            profile,
            seats_e2sfca=np.full_like(profile.seats_e2sfca, np.nan),
            seats_balanced=np.full_like(profile.seats_balanced, np.nan),
            level_bfca=np.full_like(profile.level_bfca, np.nan),
        )
        for key, profile in access.items()
    }


def build_access(demand: pd.DataFrame, access: Mapping[str, ProfileAccess]) -> pd.DataFrame:
    """
    Return the table `access`: one home and walking profile.

    Parameters
    ----------
    demand
        Table `demand`.
    access
        What `measure_access` found for these homes.

    Returns
    -------
    access
        Distances are null where no walk is known or, for the `choice`, none so short. Counts
        and seats are null where the map cannot tell whether a place is within reach.
    """
    return pd.concat(cut_access(demand, access), ignore_index=True)


def cut_access(
    demand: pd.DataFrame, access: Mapping[str, ProfileAccess], *, homes_at_a_time: int = _HOMES_AT_A_TIME
) -> Iterator[pd.DataFrame]:
    """
    Yield the table `access` in portions, by rising `demand_id`: of a large city it is never whole in memory.

    Parameters
    ----------
    demand, access
        As in `build_access`.
    homes_at_a_time
        Each portion has the rows of so many homes; one without rows where there is no home.
    """
    order = np.asarray(demand["demand_id"].reset_index(drop=True).sort_values(kind="stable").index)
    for first in range(0, max(len(order), 1), homes_at_a_time):
        rows = order[first : first + homes_at_a_time]
        ids = demand["demand_id"].iloc[rows].reset_index(drop=True)
        parts = [_tabulate(ids, rows, key=key, profile=profile) for key, profile in sorted(access.items())]
        yield pd.concat(parts, ignore_index=True)


def report_capacity(counted_places: pd.DataFrame, *, measures: Measures) -> pd.DataFrame:
    """Return one line of `issues` that tells for how many places the seats are assumed."""
    missing = int(counted_places["capacity_persons"].isna().sum())
    text = (
        f"{missing} of {len(counted_places)} counted places do not tell how many people fit in; "
        f"{measures.capacity_assumed_persons:g} are assumed (measures.capacity_assumed_persons)"
    )
    return count_issue("begegnungsorte", IssueCode.CAPACITY_ASSUMED, count=missing, text=text)


def _tabulate(ids: pd.Series, rows: Ints, *, key: str, profile: ProfileAccess) -> pd.DataFrame:
    nearest = profile.walks[ANY_PLACE].take(rows)
    figures: dict[str, Metres] = {"walk_min": _null_infinite(nearest.distance_m) / (profile.speed_m_s * 60)}
    for destination, walks in profile.walks.items():
        name = _COLUMNS.get(destination, f"distance_{destination.lower()}_m")
        figures[name] = _null_infinite(walks.distance_m[rows])
    for prefix, counts in (("places_within", profile.places), ("kinds_within", profile.kinds)):
        for minutes, count in counts.items():
            is_unknown = nearest.find_unknown(profile.speed_m_s * 60 * minutes)
            figures[f"{prefix}_{minutes}_min"] = np.where(is_unknown, np.nan, count.at_least[rows])
    is_unknown = nearest.find_unknown(profile.catchment_m)
    for name, seats in (
        ("seats_e2sfca", profile.seats_e2sfca[rows] * _PER),
        ("seats_balanced", profile.seats_balanced[rows] * _PER),
        ("level_bfca", profile.level_bfca[rows]),
    ):
        figures[name] = np.where(is_unknown, np.nan, seats)
    of_profile = pd.Series([key] * len(ids), dtype="str")
    # As precise as the table is written.
    narrow = {name: figure.astype(np.float32) for name, figure in figures.items()}
    return pd.DataFrame({"demand_id": ids, "profile": of_profile, **narrow})


def _null_infinite(distance_m: Metres) -> Metres:
    return np.where(np.isfinite(distance_m), distance_m, np.nan)
