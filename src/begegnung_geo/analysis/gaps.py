# SPDX-License-Identifier: MIT
"""Gaps: contiguous inhabited areas beyond reach, whatever the district borders are."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.coverage import find_covered, find_unknown
from begegnung_geo.analysis.disclosure import publish_count
from begegnung_geo.analysis.patches import (
    NEIGHBOUR_CELLS,
    draw_outlines,
    find_districts,
    group_neighbours,
    name_patches,
    rank_groups,
    weigh_middle,
)
from begegnung_geo.profile import Profile, Publication, Walking
from begegnung_geo.schema import build_empty


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
    rank, count = rank_groups(
        group_neighbours(xy, NEIGHBOUR_CELLS * cell_size_m),
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
        gap's people names it, unless it is that of a district in which the gap does not lie;
        names of whole cities and towns are not used.
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
    ids = find_districts(homes, rank, persons)
    names = name_patches(weigh_middle(xy, rank, persons), ids, labels=labels, districts=districts)
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
        geometry=draw_outlines(xy, rank, cell_size_m=cell_size_m),
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
