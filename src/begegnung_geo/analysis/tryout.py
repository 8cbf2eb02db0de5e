# SPDX-License-Identifier: MIT
"""
What if other places were open? Coverage of any set of places, without another search of the network.

The walks from every home to every place that could be open are measured once. For a set of
open places each home then has its walk to the nearest of them, and the figures are those of
`coverage`, on packets of people: the unchanged set has the published coverage, to the digit.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from begegnung_geo.analysis.coverage import build_coverage, publish_coverage, withhold_shares
from begegnung_geo.analysis.network import Bools, Floats, Ints
from begegnung_geo.analysis.snapping import read_coordinates
from begegnung_geo.analysis.walk_matrix import WalkMatrix, keep_places, measure_walk_matrix
from begegnung_geo.analysis.ways import ANY_GROUND, MAYBE_STEP_FREE, STEP_FREE, Footing, Stops, Ways
from begegnung_geo.crs import require_crs
from begegnung_geo.profile import Coverage, Publication, Walking

FOOTINGS = (ANY_GROUND, STEP_FREE, MAYBE_STEP_FREE)
COUNTED, NEIGHBOUR, POTENTIAL = "counted", "neighbour", "potential"
NOWHERE = -1
"""Component of a home or place without a walkway near."""


@dataclass(frozen=True, eq=False)
class TryGround:
    """
    Homes, the places that could be open, and the walks between them.

    Attributes
    ----------
    places
        Columns `begegnungsort_id` and `role` (`COUNTED`: open today, `NEIGHBOUR`: open today
        beyond the border, `POTENTIAL`: not open today), along a Hilbert curve.
    matrices
        Walks of all homes to all places up to the longest reach, for each footing.
    strays
        Straight lines up to the longest reach from homes on the network to places on another
        piece of it, or on none: where no open place is connected, one may be near all the same.
    place_component, home_component
        Connected piece of the whole network, `NOWHERE` without a walkway near.
    doors
        The places where they meet the network.
    """

    places: pd.DataFrame
    matrices: Mapping[Footing, WalkMatrix]
    strays: WalkMatrix
    place_component: Ints
    home_component: Ints
    doors: Stops

    @property
    def is_open_today(self) -> Bools:
        """Which places count as supply today."""
        is_open: Bools = (self.places["role"] != POTENTIAL).to_numpy(dtype=bool)
        return is_open

    def tabulate(self) -> pd.DataFrame:
        """Return the table `try_places`."""
        numbers = np.arange(len(self.places), dtype=np.int64)
        return self.places.assign(position=numbers, component=self.place_component)

    def find_open(self, *, opened: Collection[str] = (), closed: Collection[str] = ()) -> Bools:
        """Return which places are open if some open and others close; unknown ids do nothing."""
        ids = self.places["begegnungsort_id"]
        is_opened, is_closed = ids.isin(opened).to_numpy(dtype=bool), ids.isin(closed).to_numpy(dtype=bool)
        return (self.is_open_today | is_opened) & ~is_closed


def survey_tryout(
    demand: gpd.GeoDataFrame,
    counted_places: gpd.GeoDataFrame,
    potential_places: gpd.GeoDataFrame,
    *,
    neighbour_ids: Collection[str],
    ways: Ways,
    walking: Walking,
) -> TryGround:
    """
    Measure the walks from all homes to all places that are open or could be.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    counted_places
        What counts as supply, at its doors, the neighbours' included: Point, the same CRS.
    potential_places
        Potenzialräume that do not count, at their doors: Point, the same CRS.
    neighbour_ids
        Which of the counted places lie beyond the border.
    ways
        The walk network in memory, the same CRS.
    walking
        Profiles, thresholds and snapping.

    Raises
    ------
    CrsError
        If the tables are not in the same CRS.
    """
    layers = (
        (demand, "table demand"),
        (counted_places, "counted places"),
        (potential_places, "potential places"),
    )
    for layer, name in layers:
        require_crs(layer, ways.crs or "", name=name)
    columns = ["begegnungsort_id", "geometry"]
    stacked = gpd.GeoDataFrame(
        pd.concat(
            [
                counted_places[columns].assign(
                    role=np.where(counted_places["begegnungsort_id"].isin(neighbour_ids), NEIGHBOUR, COUNTED)
                ),
                potential_places[columns].assign(role=POTENTIAL),
            ],
            ignore_index=True,
        ),
        crs=ways.crs,
    )
    stacked = stacked.iloc[_order_places(stacked)].reset_index(drop=True)
    reach_m = walking.list_reaches()[-1]
    homes, doors = ways.snap(demand.geometry), ways.snap(stacked.geometry)
    matrices = {
        footing: measure_walk_matrix(
            homes.on(footing), doors.on(footing), ways.network(footing), reach_m=reach_m
        )
        for footing in FOOTINGS
    }
    component = np.append(ways.full.network.edge_component, NOWHERE)
    home_component, place_component = component[homes.full.edge], component[doors.full.edge]
    return TryGround(
        places=pd.DataFrame(stacked[["begegnungsort_id", "role"]]),
        matrices=matrices,
        strays=_find_strays(demand, stacked, (home_component, place_component), reach_m=reach_m),
        place_component=place_component,
        home_component=home_component,
        doors=doors,
    )


def _order_places(places: gpd.GeoDataFrame) -> Ints:
    ids = places["begegnungsort_id"].to_numpy(dtype=str)
    if len(places) < 2:  # noqa: PLR2004  # a single point spans no curve
        return np.arange(len(places), dtype=np.int64)
    along = np.asarray(places.geometry.hilbert_distance(), dtype=np.int64)
    return np.lexsort((ids, along)).astype(np.int64)


def assign_open_walks(demand: gpd.GeoDataFrame, ground: TryGround, is_open: Bools) -> gpd.GeoDataFrame:
    """
    Return homes with their walks if other places were open.

    Parameters
    ----------
    demand
        Table `demand` or `protected_demand`, homes in the order of the ground.
    ground
        The walks.
    is_open
        One entry a place.

    Returns
    -------
    demand
        A copy with the columns that `coverage` reads set anew. Walks longer than the longest
        reach of all profiles, and straight lines that decide nothing, are null.
    """
    nearest = {footing: _find_nearest(ground.matrices[footing], is_open) for footing in FOOTINGS}
    everyone = nearest[ANY_GROUND]
    at_most = np.maximum(nearest[STEP_FREE], everyone)
    at_least = np.minimum(np.maximum(nearest[MAYBE_STEP_FREE], everyone), at_most)
    is_connected = np.isin(ground.home_component, ground.place_component[is_open])
    status = np.select(
        [ground.home_component == NOWHERE, is_connected, np.full(len(demand), not is_open.any())],
        ["no_walkway_near", "reached", "no_place"],
        default="isolated",
    )
    return demand.assign(
        walk_distance_m=_null_infinite(everyone),
        walk_distance_step_free_m=_null_infinite(at_most),
        walk_distance_step_free_min_m=_null_infinite(at_least),
        air_distance_m=_null_infinite(_find_nearest(ground.strays, is_open)),
        status=pd.Series(status, index=demand.index, dtype="str"),
    )


@dataclass(frozen=True, eq=False)
class TryRules:
    """How coverage is told: the profile's rules, and whether shares are told at all."""

    walking: Walking
    coverage: Coverage
    publication: Publication
    has_shares: bool = True


def tell_open_coverage(
    homes: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    districts: gpd.GeoDataFrame,
    *,
    ground: TryGround,
    is_open: Bools,
    rules: TryRules,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return coverage as it would be told if other places were open.

    Parameters
    ----------
    homes
        Tables `demand` and `protected_demand`. Of the first only who lives anywhere is used.
    districts
        Table `districts`.
    ground
        The walks.
    is_open
        One entry a place, see `TryGround.find_open`.
    rules
        Walking profiles, limits of unknown walks, publication.

    Returns
    -------
    coverage, city_coverage
        As the tables `published_coverage` and `published_city_coverage`.
    """
    exact, packed = (
        build_coverage(assign_open_walks(layer, ground, is_open), districts, walking=rules.walking)
        for layer in homes
    )
    if not rules.has_shares:
        exact = (withhold_shares(exact[0]), withhold_shares(exact[1]))
    limits = (rules.coverage.unknown_share_max, 1.0)
    coverage, city_coverage = (
        publish_coverage(of_packets, of_people, publication=rules.publication, unknown_share_max=limit)
        for of_packets, of_people, limit in zip(packed, exact, limits, strict=True)
    )
    return coverage, city_coverage


def _find_strays(
    demand: gpd.GeoDataFrame, places: gpd.GeoDataFrame, components: tuple[Ints, Ints], *, reach_m: float
) -> WalkMatrix:
    home_component, place_component = components
    home_xy, place_xy = read_coordinates(demand.geometry), read_coordinates(places.geometry)
    # Nearly all are on the longest piece of network: pairs there need not be looked at.
    is_aside_home, is_aside_place = home_component > 0, place_component != 0
    parts = [
        _list_pairs(home_xy, place_xy, chosen, reach_m=reach_m)
        for chosen in (
            (np.flatnonzero(is_aside_home), np.arange(len(place_xy))),
            (np.flatnonzero(home_component == 0), np.flatnonzero(is_aside_place)),
        )
    ]
    home, place, air_m = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    is_stray = home_component[home] != place_component[place]
    home, place, air_m = home[is_stray], place[is_stray], air_m[is_stray]
    order = np.lexsort((place, air_m, home))
    counts = np.bincount(home, minlength=len(home_xy))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return WalkMatrix(indptr, place[order], air_m[order], place_count=len(place_xy))


def _list_pairs(
    home_xy: Floats, place_xy: Floats, chosen: tuple[Ints, Ints], *, reach_m: float
) -> tuple[Ints, Ints, Floats]:
    # Some homes and some places that are near each other as the bird flies, and how far.
    homes, places = chosen
    if not len(homes) or not len(places):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
    # A little farther than the reach: the exact distance is compared, as everywhere.
    found = cKDTree(home_xy[homes]).sparse_distance_matrix(
        cKDTree(place_xy[places]), reach_m * (1 + 1e-9), output_type="coo_matrix"
    )
    return homes[found.row], places[found.col], np.asarray(found.data, dtype=np.float64)


def _find_nearest(matrix: WalkMatrix, is_open: Bools) -> Floats:
    # The entries of a home rise by distance: the first that is open is the nearest.
    kept = keep_places(matrix, is_open)
    nearest = np.full(matrix.point_count, np.inf)
    has_any = np.diff(kept.indptr) > 0
    nearest[has_any] = kept.distance_m[kept.indptr[:-1][has_any]]
    return nearest


def _null_infinite(distance_m: Floats) -> Floats:
    return np.where(np.isfinite(distance_m), distance_m, np.nan)
