# SPDX-License-Identifier: MIT
"""
Hot and cold spots: where long, or short, walks stand together more than chance would have it.

Getis and Ord's Gi* (Ord and Getis 1995, Geographical Analysis 27, 286-306), with a binary
neighbourhood that includes the cell itself; many tests at once are held in check by the
false discovery rate (Benjamini and Hochberg 1995). No random draws: same input, same result.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from scipy.stats import norm

from begegnung_geo.analysis.disclosure import publish_count
from begegnung_geo.analysis.network import Bools, Floats, Ints
from begegnung_geo.analysis.patches import (
    NEIGHBOUR_CELLS,
    draw_outlines,
    find_districts,
    group_neighbours,
    name_patches,
    rank_groups,
    weigh_middle,
)
from begegnung_geo.assessment import HotSpots
from begegnung_geo.profile import Headline, Publication, Walking
from begegnung_geo.schema import build_empty

LONG, SHORT = "long", "short"
COARSE, FEW, EQUAL = "coarse_cells", "few_cells", "equal_walks"
"""Why nothing is computed."""

_POINTS_AT_A_TIME = 16_384


@dataclass(frozen=True, eq=False)
class Spots:
    """
    What was found, home by home.

    Attributes
    ----------
    reason
        Why nothing is computed: `coarse_cells`, `few_cells`, `equal_walks`; empty where it is.
    cell_size_m
        Width of the cells that were tested.
    kind, patch
        One entry a home: `long`, `short` or empty; number of its spot, -1 in none.
    walk_m
        Walk of each home; NaN where it is not known.
    cell
        Number of each home's cell, -1 where it is not tested.
    """

    reason: str
    cell_size_m: float
    kind: np.ndarray
    patch: Ints
    walk_m: Floats
    cell: Ints


def measure_gi_star(values: Floats, xy: Floats, *, radius_m: float) -> Floats:
    """
    Return Getis and Ord's Gi* of each point as a standard normal deviate.

    Parameters
    ----------
    values
        One a point; not all equal.
    xy
        Coordinates in metres.
    radius_m
        Points at most so far away are neighbours, weight 1, the point itself among them.

    Returns
    -------
    z
        Positive where high values stand together. 0 where every point is a neighbour.
    """
    count = len(values)
    sizes, sums = _sum_neighbours(values, xy, radius_m=radius_m)
    mean, spread = values.mean(), values.std()
    expected_spread = spread * np.sqrt(np.maximum(count * sizes - sizes**2, 0.0) / max(count - 1, 1))
    excess = sums - mean * sizes
    z = np.divide(excess, expected_spread, out=np.zeros(count), where=expected_spread > 0)
    return np.asarray(z, dtype=np.float64)


def _sum_neighbours(values: Floats, xy: Floats, *, radius_m: float) -> tuple[Floats, Floats]:
    # How many neighbours each point has and the sum of their values, itself among them. Some points at a
    # time, neighbours together: the pairs of a large city at once would take gigabytes.
    sizes, sums = np.zeros(len(xy)), np.zeros(len(xy))
    tree = cKDTree(xy)
    strip = np.floor(xy[:, 0] / max(radius_m, 1.0))
    order = np.lexsort((xy[:, 1], strip))
    for rows in np.array_split(order, max(1, -(-len(order) // _POINTS_AT_A_TIME))):
        pairs = cKDTree(xy[rows]).sparse_distance_matrix(tree, radius_m, output_type="ndarray")
        sizes[rows] = np.bincount(pairs["i"], minlength=len(rows))
        sums[rows] = np.bincount(pairs["i"], weights=values[pairs["j"]], minlength=len(rows))
    return sizes, sums


def flag_discoveries(z: Floats, *, false_share_max: float) -> Bools:
    """
    Return which deviates stand out when at most a share of those found may be chance.

    Two-sided, by the step-up rule of Benjamini and Hochberg.
    """
    p_value = 2 * norm.sf(np.abs(z))
    order = np.argsort(p_value, kind="stable")
    limits = false_share_max * np.arange(1, len(z) + 1) / max(len(z), 1)
    passing = np.flatnonzero(p_value[order] <= limits)
    is_found = np.zeros(len(z), dtype=bool)
    if len(passing):
        is_found[order[: passing[-1] + 1]] = True
    return is_found


def find_spots(
    demand: gpd.GeoDataFrame,
    *,
    walking: Walking,
    headline: Headline,
    rule: HotSpots,
    cell_size_m: float,
    input_cell_m: float,
    persons_min: float,
) -> Spots:
    """
    Find the patches of inhabited cells where long or short walks stand together.

    Every inhabited cell counts once, whoever many live there; buildings are put into cells
    of `rule.house_cell_m` first, each with the mean walk of its people. Cells without a
    known walk are left out. What stands out and touches, also at a corner, is one spot.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    walking
        Profiles and thresholds.
    headline
        Whose walks: with or without steps.
    rule
        Neighbourhood and error that is accepted.
    cell_size_m
        Width of a population cell; below `rule.house_cell_m` the homes are buildings.
    input_cell_m
        Width of the cells as the source gives them, 0 where it gives none.
    persons_min
        Spots of fewer people are left out.
    """
    column = "walk_distance_m"
    if walking.profiles[headline.profile].step_free:
        column = "walk_distance_step_free_m"
    walk_m = demand[column].to_numpy(dtype=np.float64)
    persons = demand["persons"].to_numpy(dtype=np.float64)
    xy = shapely.get_coordinates(demand.geometry.to_numpy())
    is_tested = np.isfinite(walk_m) & (persons > 0)
    cell, cell_xy = _number_cells(xy, is_tested, is_house=cell_size_m < rule.house_cell_m, rule=rule)
    size_m = max(cell_size_m, rule.house_cell_m)
    nothing = Spots("", size_m, np.full(len(demand), ""), np.full(len(demand), -1), walk_m, cell)
    reason = _find_reason(walk_m[is_tested], len(cell_xy), input_cell_m=input_cell_m, rule=rule)
    if reason:
        return Spots(reason, size_m, nothing.kind, nothing.patch, walk_m, cell)
    own, weight = cell[is_tested], persons[is_tested]
    cell_persons = np.bincount(own, weights=weight).astype(np.float64)
    cell_walk = np.bincount(own, weights=weight * walk_m[is_tested]) / cell_persons
    z = measure_gi_star(cell_walk, cell_xy, radius_m=rule.neighbour_m)
    is_found = flag_discoveries(z, false_share_max=rule.false_share_max)
    sign = np.where(is_found, np.sign(z), 0).astype(np.int64)
    patch, kind = np.full(len(cell_xy), -1, dtype=np.int64), np.full(len(cell_xy), "", dtype=object)
    first = 0
    for name, wanted in ((LONG, 1), (SHORT, -1)):
        at = np.flatnonzero(sign == wanted)
        groups = group_neighbours(cell_xy[at], NEIGHBOUR_CELLS * size_m)
        rank, count = rank_groups(groups, cell_xy[at], cell_persons[at], persons_min=persons_min)
        kept = at[rank < count]
        patch[kept], kind[kept] = first + rank[rank < count], name
        first += count
    home_patch, home_kind = np.full(len(demand), -1, dtype=np.int64), np.full(len(demand), "", dtype=object)
    home_patch[is_tested], home_kind[is_tested] = patch[own], kind[own]
    return Spots("", size_m, home_kind, home_patch, walk_m, cell)


def build_hot_spots(
    demand: gpd.GeoDataFrame,
    labels: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    spots: Spots,
    headline: Headline,
    walking: Walking,
) -> gpd.GeoDataFrame:
    """
    Outline, name and describe the spots; long walks first, in each kind most people first.

    Parameters
    ----------
    demand
        Table `demand`.
    labels
        Table `background_labels`.
    districts
        Table `districts`.
    spots
        What `find_spots` found.
    headline, walking
        Whose minutes are told.

    Returns
    -------
    hot_spots
        Table `hot_spots`; `walk_mean_min` is the mean over homes, not over people, so
        that it tells nobody's number.
    """
    is_kept = spots.patch >= 0
    if not is_kept.any():
        return gpd.GeoDataFrame(build_empty("hot_spots", crs=demand.crs or ""))
    homes, rank = demand[is_kept], spots.patch[is_kept]
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    ones = np.ones(len(homes))
    ids = find_districts(homes, rank, ones)
    names = name_patches(weigh_middle(xy, rank, ones), ids, labels=labels, districts=districts)
    count = len(ids)
    kinds = pd.Series(spots.kind[is_kept]).groupby(rank).first()
    speed_m_min = walking.profiles[headline.profile].speed_m_s * 60
    mean_m = np.bincount(rank, weights=spots.walk_m[is_kept]) / np.bincount(rank)
    return gpd.GeoDataFrame(
        {
            "hot_spot_id": pd.Series([f"{number:03d}" for number in range(1, count + 1)], dtype="str"),
            "kind": kinds.astype("str").to_numpy(),
            "profile": pd.Series([headline.profile] * count, dtype="str"),
            "persons": count_spot_people(demand, spots),
            "walk_mean_min": (mean_m / speed_m_min).round(1),
            "name": names.astype("str"),
            **{column: ids[column] for column in ids},
        },
        geometry=draw_outlines(xy, rank, cell_size_m=spots.cell_size_m),
        crs=demand.crs,
    )


def count_spot_people(demand: pd.DataFrame, spots: Spots) -> Floats:
    """Return the people of each spot, from `demand` or `protected_demand`."""
    is_kept = spots.patch >= 0
    persons = demand["persons"].to_numpy(dtype=np.float64)[is_kept]
    return np.bincount(spots.patch[is_kept], weights=persons).astype(np.float64)


def publish_hot_spots(
    hot_spots: gpd.GeoDataFrame, packed: gpd.GeoDataFrame, *, publication: Publication
) -> gpd.GeoDataFrame:
    """
    Return the spots as they may be told: whole areas, people from packets, rounded, small ones hidden.

    Parameters
    ----------
    hot_spots, packed
        The same spots with the people of `demand` and of `protected_demand` (`count_spot_people`).
    publication
        Rules of the profile.
    """
    told = publish_count(packed["persons"], publication=publication, is_anybody=hot_spots["persons"] > 0)
    return gpd.GeoDataFrame(hot_spots.assign(persons=told))


def _find_reason(walk_m: Floats, cell_count: int, *, input_cell_m: float, rule: HotSpots) -> str:
    if input_cell_m > rule.cell_max_m:
        return COARSE
    if cell_count < rule.cells_min:
        return FEW
    return "" if np.ptp(walk_m) > 0 else EQUAL


def _number_cells(xy: Floats, is_tested: Bools, *, is_house: bool, rule: HotSpots) -> tuple[Ints, Floats]:
    # Number of each home's cell, and the middle of each cell; points of a grid are cells themselves.
    cell = np.full(len(xy), -1, dtype=np.int64)
    if not is_house:
        cell[is_tested] = np.arange(int(is_tested.sum()))
        return cell, xy[is_tested]
    square = np.floor(xy[is_tested] / rule.house_cell_m)
    known, number = np.unique(square, axis=0, return_inverse=True)
    cell[is_tested] = number.ravel()
    return cell, (known + 0.5) * rule.house_cell_m
