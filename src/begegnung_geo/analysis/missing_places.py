# SPDX-License-Identifier: MIT
"""Places that probably exist and that no source names, put at random where people live."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from begegnung_geo.analysis.completeness import CITY_LEVEL
from begegnung_geo.analysis.network import Bools, Ints
from begegnung_geo.assessment import Variants


def count_missing(completeness: pd.DataFrame) -> list[int]:
    """
    Return how many established places of the city probably exist unlisted: estimate, upper end.

    Parameters
    ----------
    completeness
        Table `completeness`.

    Returns
    -------
    counts
        Rising, each at least 1: the estimate and the upper end of the interval, less
        what was found, rounded up. Empty where nothing is estimable or missing.
    """
    is_whole = (completeness["level"] == CITY_LEVEL) & (completeness["category"] == "established")
    rows = completeness[is_whole & completeness["is_estimable"]]
    if not len(rows):
        return []
    row = rows.iloc[0]
    ends = {int(np.ceil(round(row[end] - row["found_count"], 6))) for end in ("estimated_count", "high")}
    return sorted(count for count in ends if count > 0)


def draw_missing(demand: gpd.GeoDataFrame, *, count: int, reach_m: float, variants: Variants) -> Bools:
    """
    Let missing places stand at random homes, many times, and find who would be within reach.

    Each place stands where a person drawn at random lives, as places are made where
    people are. Fewer places are the first ones of more. From a drawn place everybody
    within `reach_m / detour_factor` as the crow flies counts as within reach: its address
    is made up, so a search on the network would only look exact.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    count
        How many places.
    reach_m
        Longest walk, in metres.
    variants
        Number of draws, seed and detour factor.

    Returns
    -------
    is_reached
        One row a draw, one column a home in the order of `demand`. The same homes in
        another order are drawn alike.
    """
    persons = demand["persons"].to_numpy(dtype=np.float64)
    is_reached = np.zeros((variants.draws_count, len(demand)), dtype=bool)
    if not persons.sum() > 0:
        return is_reached
    order = np.argsort(demand["demand_id"].to_numpy(dtype=str), kind="stable")
    drawn = order[_draw_homes(persons[order], count=count, variants=variants)]
    xy = shapely.get_coordinates(demand.geometry.to_numpy())
    chosen, position = np.unique(drawn, return_inverse=True)
    near = cKDTree(xy).query_ball_point(xy[chosen], reach_m / variants.detour_factor)
    for draw, places in enumerate(position.reshape(drawn.shape)):
        is_reached[draw, np.concatenate([near[place] for place in np.unique(places)])] = True
    return is_reached


def _draw_homes(persons: np.ndarray, *, count: int, variants: Variants) -> Ints:
    # One stream a draw, and places one after another: the first ones are the same however many follow.
    ends = np.cumsum(persons)
    streams = [np.random.default_rng([variants.seed, draw]) for draw in range(variants.draws_count)]
    at = np.array([stream.random(count) for stream in streams]) * ends[-1]
    found: Ints = np.minimum(np.searchsorted(ends, at, side="right"), len(persons) - 1).astype(np.int64)
    return found
