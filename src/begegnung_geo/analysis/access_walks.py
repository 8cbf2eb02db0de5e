# SPDX-License-Identifier: MIT
"""Measure what everybody can reach: every walking profile on the ways it can use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from begegnung_geo.analysis.access import ANY_PLACE, CHOICE, Counts, ProfileAccess, Walks
from begegnung_geo.analysis.network import Bools, Floats, Ints, WalkNetwork
from begegnung_geo.analysis.reach import measure_walk_distance
from begegnung_geo.analysis.reach_tally import Tally, WalkZones, cut_portions
from begegnung_geo.analysis.snapping import Snaps, read_coordinates
from begegnung_geo.analysis.threads import run_in_threads
from begegnung_geo.analysis.walk_ends import WalkRows
from begegnung_geo.analysis.walk_matrix import WalkMatrix, cut_points, measure_walk_matrix
from begegnung_geo.analysis.walk_search import sort_walks
from begegnung_geo.analysis.ways import ANY_GROUND, MAYBE_STEP_FREE, STEP_FREE, WALK_COLUMNS, Footing, Ways
from begegnung_geo.crs import require_crs
from begegnung_geo.profile import Measures, Walking

_HOMES_AT_A_TIME = 65_536
_WALKS_AT_A_TIME = 8_000_000  # of 24 bytes and as many again while they are searched


@dataclass(frozen=True, eq=False)
class _Supply:
    # The counted places by id; classes that have any, by letter of their group; the number of the letter.
    places: gpd.GeoDataFrame
    classes: dict[str, list[str]]
    letter: Ints

    def flag(self, destination: str) -> Bools:
        """Return which places a walk to a destination may lead to."""
        if destination in (ANY_PLACE, CHOICE):
            return np.ones(len(self.places), dtype=bool)
        wanted = self.classes.get(destination, [destination])
        return self.places["class"].isin(wanted).to_numpy(dtype=bool)


@dataclass(frozen=True, eq=False)
class _Ground:
    # Homes and doors on one footing, and how far any place is from each home.
    homes: Snaps
    doors: Snaps
    network: WalkNetwork
    nearest_m: Floats


@dataclass(frozen=True, eq=False)
class _Within:
    # What is within reach: the n-th nearest place on each ground, places and kinds of each profile, and
    # the zones of the walks with steps and without.
    ranked_m: list[Floats]
    counts: dict[str, tuple[dict[int, Counts], dict[int, Counts]]]
    zones: list[WalkZones]


_Three = tuple[_Ground, _Ground, _Ground]  # everyone's ground, known as step-free, possibly step-free


def measure_access(
    demand: gpd.GeoDataFrame,
    counted_places: gpd.GeoDataFrame,
    *,
    ways: Ways,
    walking: Walking,
    measures: Measures,
    class_groups: Mapping[str, str],
    walks_at_a_time: int = _WALKS_AT_A_TIME,
) -> dict[str, ProfileAccess]:
    """
    Measure what each home reaches, for every walking profile.

    Distances to the nearest place of all are those of the table `demand`. For profiles
    without steps no walk is shorter than everyone's walk to the same kind of place.
    The `choice` looks no farther than the longest reach of all profiles.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    counted_places
        The places that count as supply, from `begegnungsorte` and `neighbour_places`:
        Point, the same CRS.
    ways
        The walk network in memory, the same CRS.
    walking
        Profiles, thresholds and snapping.
    measures
        What a choice is, and how far catchments reach.
    class_groups
        Class key -> letter of its group. Every letter is a destination, also without places,
        and every class that has a counted place.
    walks_at_a_time
        Places are gone through in portions of about so many walks; no result depends on it.

    Returns
    -------
    access
        Walking profile -> what it reaches, seats left out (`share_seats`); homes in the order
        of `demand`, places by id.

    Raises
    ------
    CrsError
        If the tables are not in the same CRS.
    """
    for layer, name in ((demand, "table demand"), (counted_places, "counted places")):
        require_crs(layer, ways.crs or "", name=name)
    supply = _list_supply(counted_places, class_groups)
    search = _Search(demand, supply, ways, walking=walking, measures=measures)
    has_step_free = any(profile.step_free for profile in walking.profiles.values())
    grounds = search.list_grounds(has_step_free=has_step_free)
    within = search.count_within(grounds, walks_at_a_time=walks_at_a_time)
    walks = search.measure_walks(grounds, ranked_m=within.ranked_m)
    return {
        key: ProfileAccess(
            profile.speed_m_s,
            walks[profile.step_free],
            *within.counts[key],
            within.zones[int(profile.step_free)],
        )
        for key, profile in walking.profiles.items()
    }


class _Search:
    """Homes and places, to be led over one footing after the other."""

    def __init__(
        self, demand: gpd.GeoDataFrame, supply: _Supply, ways: Ways, *, walking: Walking, measures: Measures
    ) -> None:
        self.demand, self.supply, self.ways = demand, supply, ways
        self.walking, self.measures = walking, measures
        self.homes, self.doors = ways.snap(demand.geometry), ways.snap(supply.places.geometry)
        self.home_xy = read_coordinates(demand.geometry)
        self.place_xy = read_coordinates(supply.places.geometry)
        ends_min = max(*walking.thresholds_min, *measures.zone_ends_min)
        self.reach_m = max(profile.speed_m_s for profile in walking.profiles.values()) * 60 * ends_min

    def list_grounds(self, *, has_step_free: bool) -> _Three:
        """Return the three grounds; one object where they are the same."""
        made: dict[int, _Ground] = {}

        def lay(footing: Footing) -> _Ground:
            index = self.ways.index(footing)
            if id(index) not in made:
                nearest_m = self.demand[WALK_COLUMNS[footing]].fillna(np.inf).to_numpy(dtype=np.float64)
                made[id(index)] = _Ground(
                    self.homes.on(footing), self.doors.on(footing), index.network, nearest_m
                )
            return made[id(index)]

        everyone = lay(ANY_GROUND)
        if not has_step_free:
            return everyone, everyone, everyone
        known = lay(STEP_FREE)
        # Where no way is doubtful, or all are, the third is one of the two.
        return everyone, known, (known if known is everyone else lay(MAYBE_STEP_FREE))

    def tally(self, grounds: _Three, *, walks_at_a_time: int) -> tuple[Tally, Tally, Tally]:
        """Return what is within reach on each ground; on the third, by the shorter walk of the two."""
        everyone, known, possible = grounds
        full = self._open_tally((False, True) if known is everyone else (False,))
        surely = full if known is everyone else self._open_tally((True,))
        at_most = surely if possible is known else self._open_tally((True,), has_zones=False)
        portions = cut_portions(self.home_xy, self.place_xy, reach_m=self.reach_m, walks_max=walks_at_a_time)
        for first, past in portions:
            full.add(self._list_walks(everyone, first, past), first=first)
            if surely is not full:
                walks = self._lengthen(self._list_walks(known, first, past))
                surely.add(walks, first=first)
                if at_most is not surely:
                    doubtful = self._lengthen(self._list_walks(possible, first, past))
                    at_most.add(_join(walks, doubtful), first=first)
        return full, surely, at_most

    def count_within(self, grounds: _Three, *, walks_at_a_time: int) -> _Within:
        """Return what is within reach; the tallies, which take much memory, are let go."""
        tallies = self.tally(grounds, walks_at_a_time=walks_at_a_time)
        unsure, _ = self._bound(ANY_PLACE, [ground.nearest_m for ground in grounds])
        counts = {}
        for key, profile in self.walking.profiles.items():
            own = tallies[1:] if profile.step_free else (tallies[0], tallies[0])
            reaches_m = {n: self.walking.reach_m(key, n) for n in self.walking.thresholds_min}
            counts[key] = _bracket(own, reaches_m, unsure=unsure)
        zones = [tally.join_zones() for tally in tallies[:2]]
        return _Within([tally.ranked_m for tally in tallies], counts, zones)

    def measure_walks(self, grounds: _Three, *, ranked_m: list[Floats]) -> dict[bool, dict[str, Walks]]:
        """Return the walks to every destination, with steps and without."""
        letters = list(self.supply.classes)

        def walk(first: int, past: int) -> list[tuple[str, Walks, Walks]]:
            return [row for letter in letters[first:past] for row in self._walk_to_group(letter, grounds)]

        rows = list(chain.from_iterable(run_in_threads(walk, len(letters))))
        rows.append((ANY_PLACE, *self._bound(ANY_PLACE, [ground.nearest_m for ground in grounds])))
        rows.append((CHOICE, *self._bound(CHOICE, ranked_m)))
        walks = {False: {row[0]: row[1] for row in rows}, True: {row[0]: row[2] for row in rows}}
        for of_footing in walks.values():
            # The only class of its group is that group: whoever sums up does so once.
            lone = {
                keys[0]: of_footing[letter] for letter, keys in self.supply.classes.items() if len(keys) == 1
            }
            of_footing.update(lone)
        return walks

    def _open_tally(self, step_free: tuple[bool, ...], *, has_zones: bool = True) -> Tally:
        # For the profiles that walk there: with steps, without, or both. Seats are shared among sure walks.
        profiles = [key for key, own in self.walking.profiles.items() if own.step_free in step_free]
        speeds = [self.walking.profiles[key].speed_m_s for key in profiles]
        return Tally(
            len(self.demand),
            kind=self.supply.letter,
            reaches_m=[self.walking.reach_m(key, n) for key in profiles for n in self.walking.thresholds_min],
            zone_ends_m=[s * 60 * n for s in speeds if has_zones for n in self.measures.zone_ends_min],
            rank=self.measures.choice_count,
        )

    def _list_walks(self, ground: _Ground, first: int, past: int) -> WalkMatrix:
        doors = _keep(ground.doors, slice(first, past))
        return measure_walk_matrix(ground.homes, doors, ground.network, reach_m=self.reach_m)

    def _lengthen(self, matrix: WalkMatrix) -> WalkMatrix:
        # A way found from another walkway beside the house is no shorter than everyone's.
        nearest_m = self.demand["walk_distance_m"].to_numpy(dtype=np.float64)
        distance_m = np.maximum(matrix.distance_m, nearest_m[matrix.point])
        is_within = distance_m <= self.reach_m  # never where everyone's walk is not known
        counts = np.bincount(matrix.point[is_within], minlength=matrix.point_count)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return replace(matrix, indptr=indptr, place=matrix.place[is_within], distance_m=distance_m[is_within])

    def _walk_to_group(self, letter: str, grounds: _Three) -> Iterator[tuple[str, Walks, Walks]]:
        # To each class of a group, and to the group: the nearest of them.
        nearest_m = [np.full(len(self.demand), np.inf) for _ in grounds]
        for key in self.supply.classes[letter]:
            is_kept = self.supply.flag(key)
            found = {
                id(ground): measure_walk_distance(
                    ground.homes, _keep(ground.doors, is_kept), ground.network
                ).distance_m
                for ground in grounds
            }
            distances_m = [found[id(ground)] for ground in grounds]
            nearest_m = [np.minimum(*pair) for pair in zip(nearest_m, distances_m, strict=True)]
            yield key, *self._bound(key, distances_m)
        yield letter, *self._bound(letter, nearest_m)

    def _bound(self, destination: str, distances_m: list[Floats]) -> tuple[Walks, Walks]:
        # With steps: how short the true walk may be where the map lacks it, see `Walks.at_least_m`.
        # Without: not shorter than everyone's, and as unknown as everyone's at least.
        status = self.demand["status"]
        distance_m, known_m, possible_m = distances_m
        is_lost = np.isinf(distance_m)
        if destination in (ANY_PLACE, CHOICE):
            is_lost = (status == "isolated").to_numpy(dtype=bool)
        rank = self.measures.choice_count if destination == CHOICE else 1
        at_least_m = distance_m.copy()
        at_least_m[is_lost] = _measure_air(
            self.home_xy[is_lost], self.place_xy[self.supply.flag(destination)], rank=rank
        )
        at_least_m[(status == "no_walkway_near").to_numpy(dtype=bool)] = 0.0
        everyone = Walks.build(distance_m, at_least_m)
        if known_m is distance_m:
            return everyone, everyone
        without_m = np.maximum(known_m, distance_m)
        shortest_m = np.minimum(np.maximum(possible_m, distance_m), without_m)
        return everyone, Walks.build(without_m, np.where(everyone.is_unknown, at_least_m, shortest_m))


def _list_supply(counted_places: gpd.GeoDataFrame, class_groups: Mapping[str, str]) -> _Supply:
    places = counted_places.sort_values("begegnungsort_id", kind="stable", ignore_index=True)
    counted = set(places["class"])
    classes: dict[str, list[str]] = {letter: [] for letter in sorted(set(class_groups.values()))}
    for key, letter in sorted(class_groups.items()):
        classes[letter] += [key] if key in counted else []
    number = pd.Index(list(classes)).get_indexer(pd.Index(places["class"].map(class_groups)))
    return _Supply(places, classes, number.astype(np.int64))


def _keep(doors: Snaps, kept: Bools | slice) -> Snaps:
    return replace(
        doors,
        edge=doors.edge[kept],
        offset_m=doors.offset_m[kept],
        leg_m=doors.leg_m[kept],
        segment=doors.segment[kept],
    )


def _measure_air(home_xy: Floats, place_xy: Floats, *, rank: int) -> Floats:
    if len(place_xy) < rank or not len(home_xy):
        return np.full(len(home_xy), np.inf)
    distance_m, _ = cKDTree(place_xy).query(home_xy, k=[rank])
    return np.asarray(distance_m, dtype=np.float64)[:, 0]


def _join(known: WalkMatrix, possible: WalkMatrix) -> WalkMatrix:
    # The walks of both, of one pair the shorter: home and place may have met other walkways.
    parts = [
        _join_rows(*(cut_points(matrix, first, past) for matrix in (known, possible)))
        for first, past in _list_portions(known.point_count)
    ]
    size, place, distance_m = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    rows = WalkRows(np.concatenate([[0], np.cumsum(size)]).astype(np.int64), place, distance_m)
    sort_walks(rows)
    return WalkMatrix(rows.indptr, rows.place, rows.distance_m, place_count=known.place_count)


def _join_rows(known: WalkMatrix, possible: WalkMatrix) -> tuple[Ints, Ints, Floats]:
    # Of some homes: how many walks each has, and the walks by home, then place.
    both = (known, possible)
    pair = np.concatenate([matrix.point * matrix.place_count + matrix.place for matrix in both])
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    distance_m = np.concatenate([matrix.distance_m for matrix in both])[order]
    shorter_m = np.minimum.reduceat(distance_m, first) if len(first) else distance_m
    point, place = np.divmod(pair[first], max(known.place_count, 1))
    return np.bincount(point, minlength=known.point_count), place, shorter_m


def _list_portions(count: int) -> list[tuple[int, int]]:
    return [
        (first, min(first + _HOMES_AT_A_TIME, count)) for first in range(0, max(count, 1), _HOMES_AT_A_TIME)
    ]


def _bracket(
    ways: tuple[Tally, ...], reaches_m: Mapping[int, float], *, unsure: Walks
) -> tuple[dict[int, Counts], dict[int, Counts]]:
    # Places, and kinds of places: surely within reach, and at most; nobody knows where walks are unknown.
    surely, at_most = ways
    places: dict[int, Counts] = {}
    kinds: dict[int, Counts] = {}
    for minutes, reach_m in reaches_m.items():
        is_unknown = unsure.find_unknown(reach_m)
        for counts, count in ((places, Tally.count_places), (kinds, Tally.count_kinds)):
            most = np.where(is_unknown, np.float32(np.inf), count(at_most, reach_m).astype(np.float32))
            counts[minutes] = Counts(count(surely, reach_m), most)
    return places, kinds
