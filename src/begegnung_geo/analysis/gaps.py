# SPDX-License-Identifier: MIT
"""Gaps: contiguous inhabited areas beyond reach, whatever the district borders are."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from begegnung_geo.analysis.coverage import find_covered, find_unknown
from begegnung_geo.analysis.disclosure import publish_count
from begegnung_geo.analysis.network import Floats, Ints
from begegnung_geo.profile import Profile, Publication, Walking
from begegnung_geo.schema import build_empty

_LABEL_KINDS = ("suburb", "village", "quarter", "neighbourhood", "hamlet")
_LABEL_DISTANCE_MAX_M = 1500.0
_NEIGHBOUR_CELLS = 1.5  # a cell's corner neighbour is 1.41 cells away, the next one 2
_QUARTER_CIRCLE_PIECES = 6


def find_gaps(
    demand: gpd.GeoDataFrame,
    *,
    walking: Walking,
    profile: str,
    threshold_min: int,
    cell_size_m: float,
    persons_min: float,
) -> pd.Series:
    """
    Find the contiguous inhabited areas from which no counted place is within reach.

    Inhabited cells (or buildings) beyond reach belong together when their points
    are at most 1.5 cells apart: cells that touch, also at a corner. Homes whose
    walk is unknown are left out.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    walking
        Profiles and thresholds.
    profile, threshold_min
        Which reach; one of the headline's.
    cell_size_m
        Width of a population cell in metres; for buildings the distance over which
        neighbours count as one area, about 60.
    persons_min
        Fewest people of a gap; smaller ones are left out.

    Returns
    -------
    gap_of_home
        On the index of `demand`: the gap of each home, numbered from 0, most people
        first (then west to east); null for a home in none.
    """
    reach_m = walking.reach_m(profile, threshold_min)
    step_free = walking.profiles[profile].step_free
    is_beyond = ~find_covered(demand, reach_m=reach_m, step_free=step_free)
    is_beyond &= ~find_unknown(demand, reach_m=reach_m, step_free=step_free)
    homes = demand[is_beyond & (demand["persons"] > 0).to_numpy(dtype=bool)]
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    rank, count = _rank_groups(
        _group_neighbours(xy, _NEIGHBOUR_CELLS * cell_size_m),
        xy,
        homes["persons"].to_numpy(dtype=np.float64),
        persons_min=persons_min,
    )
    gap = pd.Series(rank, index=homes.index, dtype="Int64").where(rank < count)
    return gap.reindex(demand.index).rename("gap")


def find_headline_gaps(demand: gpd.GeoDataFrame, *, profile: Profile, cell_size_m: float) -> pd.Series:
    """Return the gap of each home by the first headline of the profile; see `find_gaps`."""
    headline = profile.coverage.headline[0]
    return find_gaps(
        demand,
        walking=profile.walking,
        profile=headline.profile,
        threshold_min=headline.threshold_min,
        cell_size_m=cell_size_m,
        persons_min=profile.publication.share_base_min,
    )


def build_gaps(
    demand: gpd.GeoDataFrame,
    labels: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    gap_of_home: pd.Series,
    profile: str,
    threshold_min: int,
    cell_size_m: float,
) -> gpd.GeoDataFrame:
    """
    Outline and name the gaps.

    The outline is a ring of one cell around the points, drawn in by half a cell: it
    rounds corners, closes narrow notches, and keeps every point at least half a cell
    inside.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    labels
        Table `background_labels`: the nearest name within 1.5 km of the middle of the
        gap's people names it; names of whole cities and towns are not used.
    districts
        Table `districts`: else the finest district that most of the gap's people live in.
    gap_of_home
        The gap of each home, as `find_gaps` numbers them.
    profile, threshold_min, cell_size_m
        As given to `find_gaps`.

    Returns
    -------
    gaps
        Table `gaps`: MultiPolygon, in the order of `gap_of_home`, `gap_id` that number
        from 1 with leading zeros, people and each known group of them as in
        `sum_by_gap`, `name` null where neither a label nor a district is there, each
        `district_id_<level>` that of most people.
    """
    is_kept = gap_of_home.notna().to_numpy(dtype=bool)
    if not is_kept.any():
        return gpd.GeoDataFrame(build_empty("gaps", crs=demand.crs or ""))
    homes, rank = demand[is_kept], gap_of_home[is_kept].to_numpy(dtype=np.int64)
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    persons = homes["persons"].to_numpy(dtype=np.float64)
    ids = _find_districts(homes, rank, persons)
    names = _find_names(_weigh_middle(xy, rank, persons), labels).fillna(_name_districts(ids, districts))
    count = len(ids)
    width = max(3, len(str(count)))
    return gpd.GeoDataFrame(
        {
            "gap_id": pd.Series([f"{number:0{width}d}" for number in range(1, count + 1)], dtype="str"),
            "profile": pd.Series([profile] * count, dtype="str"),
            "threshold_min": np.full(count, threshold_min, dtype=np.int64),
            **sum_by_gap(demand, gap_of_home),
            "name": names.astype("str"),
            **{column: ids[column] for column in ids},
        },
        geometry=_draw_outlines(xy, rank, cell_size_m=cell_size_m),
        crs=demand.crs,
    )


def sum_by_gap(demand: pd.DataFrame, gap_of_home: pd.Series) -> pd.DataFrame:
    """
    Return the people of each gap, and those of each group, in the order of their numbers.

    A group is summed over the homes where its number is known, so it may be larger than
    told; it is null where it is known for none of the gap's homes.
    """
    names = [name for name in demand.columns if name == "persons" or str(name).startswith("persons_")]
    sums = pd.DataFrame(demand)[names].groupby(gap_of_home).sum(min_count=1)
    return sums.sort_index().reset_index(drop=True).astype("float64")


def publish_gaps(
    gaps: gpd.GeoDataFrame, packed: pd.DataFrame, *, publication: Publication
) -> gpd.GeoDataFrame:
    """
    Return the gaps as they may be told.

    Parameters
    ----------
    gaps
        Table `gaps`.
    packed
        The people of the same gaps in the same order, summed over `protected_demand`.
    publication
        Rules of the profile.

    Returns
    -------
    published_gaps
        Numbers of people by `publish_count`; a group is null where it is hidden or known
        for nobody.
    """
    told = {
        name: publish_count(packed[name], publication=publication, is_anybody=gaps[name] > 0).where(
            gaps[name].notna()
        )
        for name in packed.columns
        if name in gaps
    }
    return gpd.GeoDataFrame(gaps.reset_index(drop=True).assign(**told))


def _group_neighbours(xy: Floats, distance_m: float) -> Ints:
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    pairs = cKDTree(xy).query_pairs(distance_m, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _rank_groups(group: Ints, xy: Floats, persons: Floats, *, persons_min: float) -> tuple[Ints, int]:
    # Rank of each home's gap and how many gaps are kept; others rank behind them.
    if not len(group):
        return group, 0
    order = np.lexsort((xy[:, 1], xy[:, 0], group))
    first = order[np.flatnonzero(np.diff(group[order], prepend=-1))]
    sums = np.bincount(group[order], weights=persons[order])
    by_rank = np.lexsort((xy[first, 1], xy[first, 0], -np.round(sums, 6)))
    rank = np.empty(len(sums), dtype=np.int64)
    rank[by_rank] = np.arange(len(sums))
    return rank[group], int(((sums > 0) & (sums >= persons_min)).sum())


def _weigh_middle(xy: Floats, rank: Ints, persons: Floats) -> Floats:
    total = np.bincount(rank, weights=persons)
    return np.stack([np.bincount(rank, weights=persons * axis) / total for axis in xy.T], axis=1)


def _find_districts(homes: gpd.GeoDataFrame, rank: Ints, persons: Floats) -> pd.DataFrame:
    # The district of most people of a gap, by level; equal sums go to the lowest id.
    columns = [column for column in homes.columns if str(column).startswith("district_id_")]
    found = {}
    for column in columns:
        known = pd.DataFrame({"rank": rank, "id": homes[column].to_numpy(), "persons": persons}).dropna()
        sums = known.groupby(["rank", "id"], as_index=False)["persons"].sum()
        sums = sums.assign(most=-sums["persons"]).sort_values(["rank", "most", "id"], kind="stable")
        first = sums.drop_duplicates("rank").set_index("rank")["id"]
        found[column] = first.reindex(range(int(rank.max()) + 1)).astype("str")
    return pd.DataFrame(found, index=range(int(rank.max()) + 1))


def _find_names(middle: Floats, labels: gpd.GeoDataFrame) -> pd.Series:
    names = pd.Series([None] * len(middle), dtype="str")
    named = labels[labels["kind"].isin(_LABEL_KINDS)].sort_values("label_id", kind="stable")
    if len(named):
        tree = cKDTree(shapely.get_coordinates(named.geometry.to_numpy()))
        distance_m, position = tree.query(middle, distance_upper_bound=_LABEL_DISTANCE_MAX_M)
        is_near = np.isfinite(distance_m)
        names[is_near] = named["name"].to_numpy()[np.asarray(position)[is_near]]
    return names


def _name_districts(ids: pd.DataFrame, districts: gpd.GeoDataFrame) -> pd.Series:
    # The finest level is the one with the most districts.
    sizes = districts.groupby("level").size()
    names = pd.Series([None] * len(ids), dtype="str")
    for level in sizes.index[np.argsort(-sizes.to_numpy(), kind="stable")]:
        of_level = districts[districts["level"] == level].set_index("district_id")["name"]
        names = names.fillna(ids[f"district_id_{level}"].map(of_level))
    return names


def _draw_outlines(xy: Floats, rank: Ints, *, cell_size_m: float) -> gpd.GeoSeries:
    points = np.asarray(shapely.points(xy))
    discs = np.asarray(shapely.buffer(points, cell_size_m, quad_segs=_QUARTER_CIRCLE_PIECES))
    order = np.argsort(rank, kind="stable")
    parts = np.split(discs[order], np.flatnonzero(np.diff(rank[order])) + 1)
    joined = np.array([shapely.union_all(part) for part in parts], dtype=object)
    drawn = shapely.buffer(joined, -cell_size_m / 2, quad_segs=_QUARTER_CIRCLE_PIECES)
    tidy = shapely.simplify(drawn, cell_size_m / 50)
    return gpd.GeoSeries([shapely.MultiPolygon([g]) if g.geom_type == "Polygon" else g for g in tidy])
