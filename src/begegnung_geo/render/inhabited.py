# SPDX-License-Identifier: MIT
"""Where people live, drawn so coarsely that no house and no cell can be read off it."""

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

_LATTICE_M = 100.0  # points move to the nearest corner of this lattice: a disc's middle is nobody's home
_DISC_M = 120.0
_CLOSING_M = 150.0  # courtyards, streets and small parks between homes belong to the inhabited area
_HOLE_MIN_M2 = 60_000.0
_TOLERANCE_M = 12.0
_QUARTER_CIRCLE_PIECES = 6
_KNOWN_STATUS = ("reached", "no_place")


def build_inhabited_area(
    demand: gpd.GeoDataFrame, *, persons_min: float, reach_m: float, is_known: bool = True
) -> shapely.MultiPolygon:
    """
    Return the area in which people live whose walk is known, or is not.

    Homes move to a lattice of 100 m, each becomes a disc of 240 m across, and what lies
    less than 300 m apart closes up. Parts in which fewer than `persons_min` people live
    are left out, and holes below 6 hectares are filled: what remains is an area of a
    village or a quarter, never of a house.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    persons_min
        Fewest people of a part, `publication.share_base_min`.
    reach_m
        Longest walk that is asked about, in metres: who lives at a piece of network without
        a place and farther off than that even in a straight line is known to be far.
    is_known
        Whether of people whose walk is known, be it long, or of all others.

    Returns
    -------
    area
        Metric CRS; empty where nobody is known to live.
    """
    # The rule of the figures (analysis/coverage.py), so that map and figures say the same.
    is_far = (demand["status"] == "isolated") & (demand["air_distance_m"] > reach_m)
    is_told = demand["status"].isin(_KNOWN_STATUS) | is_far
    is_home = (demand["persons"] > 0) & (is_told == is_known)
    homes = demand[is_home.to_numpy(dtype=bool)]
    if not len(homes):
        return shapely.MultiPolygon()
    corners = np.round(shapely.get_coordinates(homes.geometry.to_numpy()) / _LATTICE_M) * _LATTICE_M
    spots, spot_of_home = np.unique(corners, axis=0, return_inverse=True)
    persons = np.bincount(spot_of_home.ravel(), weights=homes["persons"].to_numpy(dtype=np.float64))
    points = np.asarray(shapely.points(spots), dtype=object)
    parts = _keep_peopled(_join_discs(points), points, persons, persons_min=persons_min)
    return shapely.MultiPolygon(list(parts))


def _join_discs(points: np.ndarray) -> BaseGeometry:
    discs = shapely.buffer(points, _DISC_M + _CLOSING_M, quad_segs=_QUARTER_CIRCLE_PIECES)
    closed = shapely.buffer(shapely.union_all(discs), -_CLOSING_M, quad_segs=_QUARTER_CIRCLE_PIECES)
    return shapely.simplify(closed, _TOLERANCE_M)


def _keep_peopled(
    area: BaseGeometry, points: np.ndarray, persons: np.ndarray, *, persons_min: float
) -> np.ndarray:
    parts = shapely.get_parts(area)
    point, part = shapely.STRtree(parts).query(points, predicate="intersects")
    sums = np.bincount(part, weights=persons[point], minlength=len(parts))
    kept = parts[sums >= persons_min]
    return np.array([_fill_holes(polygon) for polygon in kept], dtype=object)


def _fill_holes(polygon: shapely.Polygon) -> shapely.Polygon:
    holes = shapely.get_rings(polygon)[1:]
    is_large = np.array([shapely.Polygon(hole).area >= _HOLE_MIN_M2 for hole in holes], dtype=bool)
    return shapely.Polygon(polygon.exterior, list(holes[is_large]))
