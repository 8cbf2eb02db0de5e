# SPDX-License-Identifier: MIT
"""Measure what everybody can reach: every walking profile on the ways it can use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from begegnung_geo.analysis.access import ANY_PLACE, CHOICE, Counts, ProfileAccess, Walks
from begegnung_geo.analysis.network import Bools, Floats, Ints
from begegnung_geo.analysis.reach import measure_walk_distance
from begegnung_geo.analysis.snapping import Snaps
from begegnung_geo.analysis.threads import run_in_threads
from begegnung_geo.analysis.walk_ends import WalkRows
from begegnung_geo.analysis.walk_matrix import (
    WalkMatrix,
    count_kinds_within,
    count_within,
    find_nearest,
    measure_walk_matrix,
)
from begegnung_geo.analysis.walk_search import sort_walks
from begegnung_geo.analysis.ways import ANY_GROUND, MAYBE_STEP_FREE, STEP_FREE, Footing, Ways
from begegnung_geo.crs import require_crs
from begegnung_geo.profile import Measures, Walking


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
class _Found:
    # On one set of ways: the walk to each destination, and every place within the longest reach.
    distances: dict[str, Floats]
    matrix: WalkMatrix


def measure_access(
    demand: gpd.GeoDataFrame,
    counted_places: gpd.GeoDataFrame,
    *,
    ways: Ways,
    walking: Walking,
    measures: Measures,
    class_groups: Mapping[str, str],
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
    ends_min = (*walking.thresholds_min, *measures.zone_ends_min)
    search = _Search(
        demand,
        supply,
        ways,
        reach_m=max(profile.speed_m_s for profile in walking.profiles.values()) * 60 * max(ends_min),
        rank=measures.choice_count,
    )
    everyone = search.find("walk_distance_m", ANY_GROUND)
    walks = {False: _bound_walks(everyone.distances, demand, supply, rank=measures.choice_count)}
    found = {False: (everyone, everyone)}
    if any(profile.step_free for profile in walking.profiles.values()):
        known, possible = search.find_step_free(everyone)
        walks[True], found[True] = _follow(known, possible, walks[False]), (known, possible)
    for of_footing in walks.values():
        # The only class of its group is that group: whoever sums up does so once.
        lone = {keys[0]: of_footing[letter] for letter, keys in supply.classes.items() if len(keys) == 1}
        of_footing.update(lone)
    access = {}
    for key, profile in walking.profiles.items():
        own, unsure = found[profile.step_free], walks[False][ANY_PLACE]
        reaches_m = {minutes: walking.reach_m(key, minutes) for minutes in walking.thresholds_min}
        access[key] = ProfileAccess(
            profile.speed_m_s,
            walks[profile.step_free],
            places=_bracket(own, reaches_m, unsure=unsure),
            kinds=_bracket(own, reaches_m, unsure=unsure, kind=supply.letter),
            matrix=own[0].matrix,
        )
    return access


class _Search:
    """Homes and places, to be led over one footing after the other."""

    def __init__(
        self,
        demand: gpd.GeoDataFrame,
        supply: _Supply,
        ways: Ways,
        *,
        reach_m: float,
        rank: int,
    ) -> None:
        self.demand, self.supply, self.ways = demand, supply, ways
        self.homes, self.doors = ways.snap(demand.geometry), ways.snap(supply.places.geometry)
        self.reach_m, self.rank = reach_m, rank

    def find(self, column: str, footing: Footing) -> _Found:
        """Return what is found on a footing; `column` of the table `demand` has the walks to any place."""
        homes, doors, network = self.homes.on(footing), self.doors.on(footing), self.ways.network(footing)
        matrix = measure_walk_matrix(homes, doors, network, reach_m=self.reach_m)
        keys = [key for classes in self.supply.classes.values() for key in classes]

        def walk(first: int, past: int) -> list[Floats]:
            kept = [_keep(doors, self.supply.flag(key)) for key in keys[first:past]]
            return [measure_walk_distance(homes, places, network).distance_m for places in kept]

        of_key = dict(zip(keys, chain.from_iterable(run_in_threads(walk, len(keys))), strict=True))
        distances = {}
        for letter, classes in self.supply.classes.items():
            of_class = {key: of_key[key] for key in classes}
            nowhere = np.full(len(self.demand), np.inf)
            distances[letter] = np.minimum.reduce([nowhere, *of_class.values()])
            distances |= of_class
        distances[ANY_PLACE] = self.demand[column].fillna(np.inf).to_numpy(dtype=np.float64)
        distances[CHOICE] = find_nearest(matrix, rank=self.rank).distance_m
        return _Found(distances, matrix)

    def find_step_free(self, everyone: _Found) -> tuple[_Found, _Found]:
        """Return what is found on ways known as step-free, and with those of which nobody knows."""
        full, sure, maybe = (self.ways.index(f) for f in (ANY_GROUND, STEP_FREE, MAYBE_STEP_FREE))
        if sure is full:
            return everyone, everyone
        known = self._lengthen(self.find("walk_distance_step_free_m", STEP_FREE))
        if maybe is sure:
            return known, known
        possible = self._lengthen(self.find("walk_distance_step_free_min_m", MAYBE_STEP_FREE))
        matrix = _join(known.matrix, possible.matrix)
        distances = possible.distances | {CHOICE: find_nearest(matrix, rank=self.rank).distance_m}
        return known, _Found(distances, matrix)

    def _lengthen(self, found: _Found) -> _Found:
        # A way found from another walkway beside the house is no shorter than everyone's.
        nearest_m = self.demand["walk_distance_m"].to_numpy(dtype=np.float64)
        distance_m = np.maximum(found.matrix.distance_m, nearest_m[found.matrix.point])
        is_within = distance_m <= self.reach_m  # never where everyone's walk is not known
        counts = np.bincount(found.matrix.point[is_within], minlength=found.matrix.point_count)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        lengthened = replace(
            found.matrix, indptr=indptr, place=found.matrix.place[is_within], distance_m=distance_m[is_within]
        )
        return replace(found, matrix=lengthened)


def _list_supply(counted_places: gpd.GeoDataFrame, class_groups: Mapping[str, str]) -> _Supply:
    places = counted_places.sort_values("begegnungsort_id", kind="stable", ignore_index=True)
    counted = set(places["class"])
    classes: dict[str, list[str]] = {letter: [] for letter in sorted(set(class_groups.values()))}
    for key, letter in sorted(class_groups.items()):
        classes[letter] += [key] if key in counted else []
    number = pd.Index(list(classes)).get_indexer(pd.Index(places["class"].map(class_groups)))
    return _Supply(places, classes, number.astype(np.int64))


def _keep(doors: Snaps, is_kept: Bools) -> Snaps:
    return replace(
        doors,
        edge=doors.edge[is_kept],
        offset_m=doors.offset_m[is_kept],
        leg_m=doors.leg_m[is_kept],
        segment=doors.segment[is_kept],
    )


def _bound_walks(
    distances: Mapping[str, Floats], demand: gpd.GeoDataFrame, supply: _Supply, *, rank: int
) -> dict[str, Walks]:
    # How short the true walk may be where the map lacks it: see `Walks.at_least_m`.
    is_off_map = (demand["status"] == "no_walkway_near").to_numpy(dtype=bool)
    is_cut_off = (demand["status"] == "isolated").to_numpy(dtype=bool)
    home_xy = shapely.get_coordinates(demand.geometry.to_numpy())
    place_xy = shapely.get_coordinates(supply.places.geometry.to_numpy())
    walks = {}
    for destination, distance_m in distances.items():
        is_lost = is_cut_off if destination in (ANY_PLACE, CHOICE) else np.isinf(distance_m)
        places = place_xy[supply.flag(destination)]
        at_least_m = distance_m.copy()
        at_least_m[is_lost] = _measure_air(
            home_xy[is_lost], places, rank=rank if destination == CHOICE else 1
        )
        at_least_m[is_off_map] = 0.0
        walks[destination] = Walks(distance_m, at_least_m)
    return walks


def _measure_air(home_xy: Floats, place_xy: Floats, *, rank: int) -> Floats:
    if len(place_xy) < rank or not len(home_xy):
        return np.full(len(home_xy), np.inf)
    distance_m, _ = cKDTree(place_xy).query(home_xy, k=[rank])
    return np.asarray(distance_m, dtype=np.float64)[:, 0]


def _join(known: WalkMatrix, possible: WalkMatrix) -> WalkMatrix:
    # The walks of both, of one pair the shorter: home and place may have met other walkways.
    both = (known, possible)
    pair = np.concatenate([matrix.point * matrix.place_count + matrix.place for matrix in both])
    distance_m = np.concatenate([matrix.distance_m for matrix in both])
    order = np.lexsort((distance_m, pair))
    order = order[np.flatnonzero(np.diff(pair[order], prepend=-1))]
    point, place = np.divmod(pair[order], known.place_count)
    indptr = np.searchsorted(point, np.arange(known.point_count + 1))
    rows = WalkRows(indptr.astype(np.int64), place, distance_m[order])
    sort_walks(rows)
    return WalkMatrix(rows.indptr, rows.place, rows.distance_m, place_count=known.place_count)


def _follow(known: _Found, possible: _Found, everyone: Mapping[str, Walks]) -> dict[str, Walks]:
    # Walks without steps: not shorter than everyone's, and as unknown as everyone's at least.
    walks = {}
    for destination, base in everyone.items():
        distance_m = np.maximum(known.distances[destination], base.distance_m)
        shortest_m = np.maximum(possible.distances[destination], base.distance_m)
        at_least_m = np.where(base.is_unknown, base.at_least_m, np.minimum(shortest_m, distance_m))
        walks[destination] = Walks(distance_m, at_least_m)
    return walks


def _bracket(
    ways: tuple[_Found, _Found],
    reaches_m: Mapping[int, float],
    *,
    unsure: Walks,
    kind: Ints | None = None,
) -> dict[int, Counts]:
    # Places, or kinds of places: surely within reach, and at most; nobody knows where walks are unknown.
    reaches = list(reaches_m.values())
    surely, at_most = (
        count_within(found.matrix, reaches)
        if kind is None
        else count_kinds_within(found.matrix, kind, reaches)
        for found in ways
    )
    return {
        minutes: Counts(surely[:, n], np.where(unsure.find_unknown(reach_m), np.inf, at_most[:, n]))
        for n, (minutes, reach_m) in enumerate(reaches_m.items())
    }
