# SPDX-License-Identifier: MIT
"""
The ground from where a place can be walked to, in squares: what a choice of open places adds or takes.

A square is within reach if its midpoint is: the same walk as that of a home which stands
there. Squares of several places are put together without another search of the network,
so a page can do it, and it is the same arithmetic in a page and in a scenario.
"""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.network import Bools, Ints
from begegnung_geo.analysis.try_groups import rank_reaches
from begegnung_geo.analysis.tryout import TryGround
from begegnung_geo.analysis.walk_matrix import look_up_walks, measure_walk_matrix
from begegnung_geo.analysis.ways import ANY_GROUND, STEP_FREE, Ways
from begegnung_geo.crs import require_crs
from begegnung_geo.profile import Walking
from begegnung_geo.schema import conform_table

AREA_RANKS = ("walk_rank", "step_free_rank")
"""Of a walk on any ground, and on ways known as step-free."""

_KEYS = ["profile", "threshold_min"]
_SQUARE = ["square_row", "square_column"]
_M2_PER_KM2 = 1_000_000


def survey_area(
    ground: TryGround, city_area: gpd.GeoDataFrame, *, ways: Ways, walking: Walking, square_m: float
) -> pd.DataFrame:
    """
    Measure from which squares of the city each place can be walked to.

    Parameters
    ----------
    ground
        The places that are open or could be.
    city_area
        Table `city_area`: Polygon, metric CRS. Squares with their midpoint inside count.
    ways
        The walk network in memory, the same CRS.
    walking
        Profiles, thresholds and snapping.
    square_m
        Side of a square in metres. Its row and column are its south-western corner's
        coordinates, in sides.

    Returns
    -------
    try_area
        Table `try_area`, by place, row and column.

    Raises
    ------
    CrsError
        If the area is not in the CRS of the ways.
    """
    require_crs(city_area, ways.crs or "", name="city area")
    squares = _lay_squares(shapely.union_all(city_area.geometry.to_numpy()), square_m)
    reaches_m = walking.list_reaches()
    stops = ways.snap((squares.astype(np.float64) + 0.5) * square_m)
    walks, step_free = (
        measure_walk_matrix(
            stops.on(footing), ground.doors.on(footing), ways.network(footing), reach_m=reaches_m[-1]
        )
        for footing in (ANY_GROUND, STEP_FREE)
    )
    table = pd.DataFrame(
        {
            "position": walks.place,
            "square_row": squares[walks.point, 1],
            "square_column": squares[walks.point, 0],
            "walk_rank": rank_reaches(walks.distance_m, reaches_m),
            "step_free_rank": rank_reaches(look_up_walks(step_free, walks), reaches_m),
        }
    )
    return conform_table(table.sort_values(["position", *_SQUARE], ignore_index=True), "try_area")


def find_reached(try_area: pd.DataFrame, is_open: Bools, *, walking: Walking) -> pd.DataFrame:
    """
    Return the squares from where an open place can be walked to.

    Parameters
    ----------
    try_area
        Table `try_area`.
    is_open
        One entry a place, see `TryGround.find_open`.
    walking
        The profiles and thresholds that the ranks are of.

    Returns
    -------
    reached_squares
        Table `reached_squares`, by its key. As in `coverage`, a step-free walk asks for both a
        walk and a step-free way in time; not necessarily to the same place.
    """
    of_open = try_area[is_open[try_area["position"].to_numpy()]]
    nearest = of_open.groupby(_SQUARE, sort=True)[list(AREA_RANKS)].min().reset_index()
    tables = [
        nearest.loc[is_within, _SQUARE].assign(profile=profile, threshold_min=minutes)
        for profile, minutes, is_within in _list_uses(nearest, walking)
    ]
    table = pd.concat(tables, ignore_index=True).astype({"profile": "str", "threshold_min": "int64"})
    return conform_table(table.sort_values([*_KEYS, *_SQUARE], ignore_index=True), "reached_squares")


def find_changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """
    Return the squares that come within reach and those that fall out of it.

    Parameters
    ----------
    before, after
        Tables `reached_squares` of the city as it is and as it would be.

    Returns
    -------
    changed_squares
        The table, by its key.
    """
    both = before.merge(after, on=[*_KEYS, *_SQUARE], how="outer", indicator="side")
    changed = both[both["side"] != "both"]
    is_gained = (changed["side"] == "right_only").to_numpy(dtype=bool)
    table = changed[[*_KEYS, *_SQUARE]].assign(is_gained=is_gained)
    return conform_table(table.sort_values([*_KEYS, *_SQUARE], ignore_index=True), "changed_squares")


def compare_areas(
    before: pd.DataFrame, changed: pd.DataFrame, *, walking: Walking, square_m: float
) -> pd.DataFrame:
    """
    Return how much ground comes within reach and how much falls out of it.

    Parameters
    ----------
    before
        Table `reached_squares` of the city as it is.
    changed
        Table `changed_squares`.
    walking
        Profiles and thresholds; each gets a row.
    square_m
        Side of a square in metres.

    Returns
    -------
    scenario_areas
        The table, in square kilometres, by profile and threshold.
    """
    uses = pd.MultiIndex.from_product([sorted(walking.profiles), walking.thresholds_min], names=_KEYS)
    km2 = square_m**2 / _M2_PER_KM2
    was, gained, lost = (
        rows.groupby(_KEYS).size().reindex(uses, fill_value=0)
        for rows in (before, changed[changed["is_gained"]], changed[~changed["is_gained"]])
    )
    table = pd.DataFrame(
        {
            "area_before_km2": was * km2,
            "area_km2": (was + gained - lost) * km2,
            "area_gained_km2": gained * km2,
            "area_lost_km2": lost * km2,
        }
    )
    return conform_table(table.reset_index(), "scenario_areas")


def _list_uses(nearest: pd.DataFrame, walking: Walking) -> Iterator[tuple[str, int, Bools]]:
    reaches_m = walking.list_reaches()
    walk, step_free = (nearest[name].to_numpy() for name in AREA_RANKS)
    for key, profile in walking.profiles.items():
        for minutes in walking.thresholds_min:
            reach = reaches_m.index(walking.reach_m(key, minutes))
            is_within = walk <= reach
            yield key, minutes, is_within & (step_free <= reach) if profile.step_free else is_within


def _lay_squares(area: shapely.Geometry, square_m: float) -> Ints:
    """Return column and row of the squares whose midpoint lies in an area."""
    west, south, east, north = (int(np.floor(bound / square_m)) for bound in shapely.bounds(area))
    row, column = np.divmod(np.arange((north - south + 1) * (east - west + 1)), east - west + 1)
    squares = np.stack([column + west, row + south], axis=1)
    shapely.prepare(area)
    middle = (squares + 0.5) * square_m
    inside: Ints = squares[shapely.contains_xy(area, middle[:, 0], middle[:, 1])]
    return inside
