# SPDX-License-Identifier: MIT
"""Patches: homes that hang together, ranked, named and outlined; gaps and hot spots are such."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from begegnung_geo.analysis.network import Floats, Ints
from begegnung_geo.analysis.threads import map_in_threads

_LABEL_KINDS = ("suburb", "village", "quarter", "neighbourhood", "hamlet")
_LABEL_DISTANCE_MAX_M = 1500.0
NEIGHBOUR_CELLS = 1.5  # a cell's corner neighbour is 1.41 cells away, the next one 2
_QUARTER_CIRCLE_PIECES = 6


def group_neighbours(xy: Floats, distance_m: float) -> Ints:
    """Return the number of each point's group: points at most so far apart, chains included."""
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    pairs = cKDTree(xy).query_pairs(distance_m, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def rank_groups(group: Ints, xy: Floats, persons: Floats, *, persons_min: float) -> tuple[Ints, int]:
    """Return the rank of each point's group, most people first, then west to east; and how many are kept."""
    # Groups that are not kept rank behind the others.
    if not len(group):
        return group, 0
    order = np.lexsort((xy[:, 1], xy[:, 0], group))
    first = order[np.flatnonzero(np.diff(group[order], prepend=-1))]
    sums = np.bincount(group[order], weights=persons[order])
    by_rank = np.lexsort((xy[first, 1], xy[first, 0], -np.round(sums, 6)))
    rank = np.empty(len(sums), dtype=np.int64)
    rank[by_rank] = np.arange(len(sums))
    return rank[group], int(((sums > 0) & (sums >= persons_min)).sum())


def weigh_middle(xy: Floats, rank: Ints, persons: Floats) -> Floats:
    """Return the middle of the people of each patch."""
    total = np.bincount(rank, weights=persons)
    return np.stack([np.bincount(rank, weights=persons * axis) / total for axis in xy.T], axis=1)


def find_districts(homes: gpd.GeoDataFrame, rank: Ints, persons: Floats) -> pd.DataFrame:
    """Return the district of most people of each patch, a column a level; equal sums go to the lowest id."""
    columns = [column for column in homes.columns if str(column).startswith("district_id_")]
    found = {}
    for column in columns:
        known = pd.DataFrame({"rank": rank, "id": homes[column].to_numpy(), "persons": persons}).dropna()
        sums = known.groupby(["rank", "id"], as_index=False)["persons"].sum()
        sums = sums.assign(most=-sums["persons"]).sort_values(["rank", "most", "id"], kind="stable")
        first = sums.drop_duplicates("rank").set_index("rank")["id"]
        found[column] = first.reindex(range(int(rank.max()) + 1)).astype("str")
    return pd.DataFrame(found, index=range(int(rank.max()) + 1))


def name_patches(
    middle: Floats, ids: pd.DataFrame, *, labels: gpd.GeoDataFrame, districts: gpd.GeoDataFrame
) -> pd.Series:
    """
    Return a name a patch: the nearest quarter's, else its finest district's; null where there is neither.

    The nearest name may be that of a district in which the patch does not lie. Its figures
    would then contradict those of that district, so the patch has the name of its own.

    Parameters
    ----------
    middle
        Middle of each patch, metric CRS.
    ids
        `district_id_<level>` of each patch.
    """
    nearest, own = find_names(middle, labels), name_districts(ids, districts)
    folded = nearest.str.casefold()
    is_own = pd.Series(data=False, index=nearest.index)
    for level, members in districts.groupby("level"):
        names = members.set_index("district_id")["name"].str.casefold()
        is_own |= (ids[f"district_id_{level}"].map(names) == folded).fillna(value=False).astype(bool)
    is_other = folded.isin(set(districts["name"].str.casefold())) & ~is_own
    return nearest.mask(is_other).fillna(own).astype("str")


def find_names(middle: Floats, labels: gpd.GeoDataFrame) -> pd.Series:
    """Return the nearest name of a quarter within 1.5 km of each middle, null where there is none."""
    names = pd.Series([None] * len(middle), dtype="str")
    named = labels[labels["kind"].isin(_LABEL_KINDS)].sort_values("label_id", kind="stable")
    if len(named):
        tree = cKDTree(shapely.get_coordinates(named.geometry.to_numpy()))
        distance_m, position = tree.query(middle, distance_upper_bound=_LABEL_DISTANCE_MAX_M)
        is_near = np.isfinite(distance_m)
        names[is_near] = named["name"].to_numpy()[np.asarray(position)[is_near]]
    return names


def name_districts(ids: pd.DataFrame, districts: gpd.GeoDataFrame) -> pd.Series:
    """Return the name of the finest district of each patch, null where it is in none."""
    # The finest level is the one with the most districts.
    sizes = districts.groupby("level").size()
    names = pd.Series([None] * len(ids), dtype="str")
    for level in sizes.index[np.argsort(-sizes.to_numpy(), kind="stable")]:
        of_level = districts[districts["level"] == level].set_index("district_id")["name"]
        names = names.fillna(ids[f"district_id_{level}"].map(of_level))
    return names


def draw_outlines(xy: Floats, rank: Ints, *, cell_size_m: float) -> gpd.GeoSeries:
    """Return a ring of one cell around the points of each patch, drawn in by half a cell."""
    order = np.argsort(rank, kind="stable")
    parts = np.split(xy[order], np.flatnonzero(np.diff(rank[order])) + 1)
    joined = np.array(map_in_threads(lambda part: _join_discs(part, cell_size_m), parts), dtype=object)
    drawn = shapely.buffer(joined, -cell_size_m / 2, quad_segs=_QUARTER_CIRCLE_PIECES)
    tidy = shapely.simplify(drawn, cell_size_m / 50)
    return gpd.GeoSeries([shapely.MultiPolygon([g]) if g.geom_type == "Polygon" else g for g in tidy])


def _join_discs(xy: Floats, radius_m: float) -> shapely.Geometry:
    discs = shapely.buffer(shapely.points(xy), radius_m, quad_segs=_QUARTER_CIRCLE_PIECES)
    return shapely.union_all(discs)
