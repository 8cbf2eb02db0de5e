# SPDX-License-Identifier: MIT
"""Walking distances along the network from every node and point to the nearest place."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from begegnung_geo.analysis.network import Floats, WalkNetwork
from begegnung_geo.analysis.snapping import TIE_M, Snaps, snap_to_edges
from begegnung_geo.analysis.walk_ends import DISTANCE_DECIMALS, NearestPlace, pair_on_edges
from begegnung_geo.analysis.walk_search import measure_node_distance
from begegnung_geo.analysis.ways import ANY_GROUND, MAYBE_STEP_FREE, STEP_FREE, Stops, Ways
from begegnung_geo.crs import require_crs
from begegnung_geo.issues import IssueCode, build_issues, concat_issues, count_issue

_NO_PLACE = np.iinfo(np.int64).max


def measure_walk_distance(
    points: Snaps, places: Snaps, network: WalkNetwork, *, nodes: NearestPlace | None = None
) -> NearestPlace:
    """
    Return the walking distance from each point to the nearest place.

    Straight leg to the walkway, along its edge to one of its ends, through the
    network, along the place's edge, straight leg to the place; or along the edge
    directly where point and place are on the same one.

    Parameters
    ----------
    points
        Homes (or any points) on the network.
    places
        Places on the network, sorted by id: of places equally far the first is taken.
    network
        The network both were snapped to.
    nodes
        The result of `measure_node_distance` for the same places, where it is
        there already.

    Returns
    -------
    nearest
        One entry a point, to the micrometre; infinite where the point has no edge, or
        where no place is on the same connected piece of network.
    """
    at_nodes = measure_node_distance(places, network) if nodes is None else nodes
    distance_m = np.full(len(points.edge), np.inf)
    place = np.full(len(points.edge), -1, dtype=np.int64)
    row = np.flatnonzero(points.is_snapped)
    edge, offset, leg = points.edge[row], points.offset_m[row], points.leg_m[row]
    start, end = network.from_index[edge], network.to_index[edge]
    along_edge = _measure_on_edges(points, places)
    ways = np.stack(
        [
            leg + offset + at_nodes.distance_m[start],
            leg + (network.length_m[edge] - offset) + at_nodes.distance_m[end],
            along_edge.distance_m[row],
        ]
    )
    ends_at = np.stack([at_nodes.place[start], at_nodes.place[end], along_edge.place[row]])
    nearest = ways.min(axis=0)
    is_tied = np.isfinite(ways) & (ways <= nearest + TIE_M)
    first = np.where(is_tied, ends_at, _NO_PLACE).min(axis=0)
    distance_m[row] = np.round(nearest, DISTANCE_DECIMALS)
    place[row] = np.where(first == _NO_PLACE, -1, first)
    return NearestPlace(distance_m, place)


class HomeWalks(NamedTuple):
    """
    The walks of homes to the nearest counted place.

    Attributes
    ----------
    nearest
        On any ground.
    step_free_m, step_free_min_m
        In metres along ways known as step-free, and also along those nobody knows about;
        infinite where there is none.
    """

    nearest: NearestPlace
    step_free_m: Floats
    step_free_min_m: Floats


def measure_home_walks(homes: Stops, doors: Stops) -> HomeWalks:
    """
    Measure the walks of homes to the nearest place, with and without steps.

    Parameters
    ----------
    homes, doors
        On the same ways; places sorted by id.
    """
    ways = homes.ways
    walks = {
        index: measure_walk_distance(homes.on(footing), doors.on(footing), index.network)
        for footing, index in ((f, ways.index(f)) for f in (MAYBE_STEP_FREE, STEP_FREE, ANY_GROUND))
    }
    nearest, known, possible = (walks[ways.index(f)] for f in (ANY_GROUND, STEP_FREE, MAYBE_STEP_FREE))
    # A step-free way found from another walkway beside the house is no shorter walk than everyone's.
    at_most, at_least = (
        np.maximum(step_free.distance_m, nearest.distance_m) for step_free in (known, possible)
    )
    return HomeWalks(nearest, at_most, np.minimum(at_least, at_most))


def assign_snap_distance(
    places: gpd.GeoDataFrame, network: WalkNetwork, *, snap_distance_m: float, scrap_length_m: float
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Add the straight leg from each place to the walkway it is reached by.

    Parameters
    ----------
    places
        Table `begegnungsorte` or `neighbour_places`: Point, metric CRS.
    network
        The full network, steps included.
    snap_distance_m
        Longest leg in metres; a place farther from every walkway is not connected.
    scrap_length_m
        Total length below which a connected piece of network is a scrap, in metres.

    Returns
    -------
    places
        A copy, same index and order, with `snap_distance_m` in metres (null where
        no walkway is near enough).
    issues
        One line `PLACE_UNCONNECTED` a place without a walkway.
    """
    snaps = snap_to_edges(
        places.geometry, network, snap_distance_m=snap_distance_m, scrap_length_m=scrap_length_m
    )
    lost = places.loc[~snaps.is_snapped, "begegnungsort_id"]
    issues = build_issues(
        "begegnungsorte",
        IssueCode.PLACE_UNCONNECTED,
        rows=lost,
        texts=f"no walkway within {snap_distance_m:g} m; the place is listed but nobody is led to it",
    )
    return places.assign(snap_distance_m=snaps.leg_m), issues


def assign_walk_distance(
    cells: gpd.GeoDataFrame,
    counted_places: gpd.GeoDataFrame,
    *,
    ways: Ways,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Add everyone's walking distance to the nearest counted place, with and without steps.

    Parameters
    ----------
    cells
        Table `population_cells`: Point, metric CRS, with its `district_id_` columns.
    counted_places
        The places that count as supply, from `begegnungsorte` and `neighbour_places`:
        Point, metric CRS. Of places equally far the lowest `begegnungsort_id` is named.
    ways
        The walk network in memory, in the same CRS.

    Returns
    -------
    demand
        Table `demand`, same index and order as `cells`. `status` says why
        `walk_distance_m` is null: `no_place` (there is no counted place at all),
        `no_walkway_near`, or `isolated` (the piece of network at the door has no
        counted place). `walk_distance_step_free_m` is null where no way known as step-free leads
        to a place. `air_distance_m` is null without any place.
    issues
        One line `PERSONS_UNCONNECTED` a reason, with the number of people.

    Raises
    ------
    CrsError
        If the tables are not in the CRS of the ways.
    """
    for layer, name in ((cells, "population cells"), (counted_places, "counted places")):
        require_crs(layer, ways.crs or "", name=name)
    places = counted_places.sort_values("begegnungsort_id", kind="stable")
    homes, doors = ways.snap(cells.geometry), ways.snap(places.geometry)
    walks = measure_home_walks(homes, doors)
    nearest = walks.nearest
    status = np.select(
        [np.isfinite(nearest.distance_m), ~homes.full.is_snapped, len(places) == 0],
        ["reached", "no_walkway_near", "no_place"],
        default="isolated",
    )
    ids = np.array([*places["begegnungsort_id"], None], dtype=object)
    demand = cells.rename(columns={"cell_id": "demand_id"}).assign(
        walk_distance_m=_null_infinite(nearest.distance_m),
        walk_distance_step_free_m=_null_infinite(walks.step_free_m),
        walk_distance_step_free_min_m=_null_infinite(walks.step_free_min_m),
        air_distance_m=_measure_air_distance(cells, places),
        snap_distance_m=homes.full.leg_m,
        nearest_begegnungsort_id=pd.Series(ids[nearest.place], index=cells.index, dtype="str"),
        status=pd.Series(status, index=cells.index, dtype="str"),
    )
    return demand, _count_unconnected(demand, snap_distance_m=ways.snap_distance_m)


def _measure_air_distance(cells: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> Floats:
    home, place = (shapely.get_coordinates(layer.geometry.to_numpy()) for layer in (cells, places))
    if not len(place) or not len(home):
        return np.full(len(home), np.nan)
    distance_m, _ = cKDTree(place).query(home)
    return np.asarray(distance_m, dtype=np.float64)


def _count_unconnected(demand: gpd.GeoDataFrame, *, snap_distance_m: float) -> pd.DataFrame:
    reasons = {
        "no_walkway_near": f"have no walkway within {snap_distance_m:g} m",
        "isolated": "live at a piece of the walk network that has no counted place",
        "no_place": "cannot be led anywhere, as there is no counted place",
    }
    lines = []
    for status, reason in reasons.items():
        rows = demand[demand["status"] == status]
        text = f"{rows['persons'].sum():.0f} people {reason}; their walking distance stays empty"
        lines.append(count_issue("population", IssueCode.PERSONS_UNCONNECTED, count=len(rows), text=text))
    return concat_issues(lines)


def _null_infinite(distance_m: Floats) -> Floats:
    return np.where(np.isfinite(distance_m), distance_m, np.nan)


def _measure_on_edges(points: Snaps, places: Snaps) -> NearestPlace:
    # Each point against every place on its own edge, all legs included.
    pairs = pair_on_edges(points, places)
    distance_m = np.full(len(points.edge), np.inf)
    nearest = np.full(len(points.edge), _NO_PLACE, dtype=np.int64)
    np.minimum.at(distance_m, pairs.point, pairs.distance_m)
    is_tied = pairs.distance_m <= distance_m[pairs.point] + TIE_M
    np.minimum.at(nearest, pairs.point[is_tied], pairs.place[is_tied])
    return NearestPlace(distance_m, nearest)
