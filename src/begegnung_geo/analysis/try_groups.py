# SPDX-License-Identifier: MIT
"""
Homes that no set of open places can tell apart, counted together: what a page needs to try.

A page adds up whole groups. What a group reaches is told in ranks of the walking profiles'
reaches, never in metres; a group has whole packets of people (decision 0017).
"""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from begegnung_geo.analysis.network import Floats, Ints
from begegnung_geo.analysis.tryout import FOOTINGS, TryGround
from begegnung_geo.analysis.walk_matrix import WalkMatrix
from begegnung_geo.profile import Walking

RANKS = ("walk_rank", "step_free_rank", "maybe_rank", "air_rank")
"""Of a walk on any ground, on step-free ways, also on those of which nobody knows, of the straight line."""

_LEVEL = "district_id_"


def build_try_groups(
    ground: TryGround, demand: gpd.GeoDataFrame, protected: pd.DataFrame, *, walking: Walking, packet: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Count homes together that reach the same places, and live in the same districts.

    Parameters
    ----------
    ground
        The walks.
    demand
        Table `demand`: homes without people are left out; nothing else is read of it.
    protected
        Table `protected_demand`, homes in the same order.
    walking
        Profiles and thresholds.
    packet
        `publication.round_to`, in people.

    Returns
    -------
    try_groups
        Table `try_groups`, in an order that tells nothing but what is in it.
    try_walks
        Table `try_walks`: the places within any reach of each group.
    """
    walks = _list_walks(ground, walking.list_reaches())
    is_home = (demand["persons"] > 0).to_numpy(dtype=bool)
    walks = walks[is_home[walks["home"].to_numpy()]]
    levels = sorted(str(name) for name in protected.columns if str(name).startswith(_LEVEL))
    homes = pd.DataFrame(
        {
            **{
                level: protected[level].astype(object).where(protected[level].notna(), None)
                for level in levels
            },
            "component": ground.home_component,
            "key": _describe_homes(walks, home_count=len(demand)),
            "packets": np.rint(protected["persons"].to_numpy(dtype=np.float64) / packet).astype(np.int64),
            "home": np.arange(len(demand)),
        }
    )[is_home]
    keys = [*levels, "component", "key"]
    groups = homes.groupby(keys, sort=True, dropna=False).agg(
        packets=("packets", "sum"), home=("home", "first")
    )
    groups = groups.reset_index().assign(group=np.arange(len(groups), dtype=np.int64))
    first = walks[walks["home"].isin(groups["home"])]
    group_of_home = pd.Series(groups["group"].to_numpy(), index=groups["home"].to_numpy())
    try_walks = first.assign(group=group_of_home.reindex(first["home"]).to_numpy(dtype=np.int64))
    try_walks = try_walks.sort_values(["group", "position"], ignore_index=True)
    return groups[["group", "packets", "component", *levels]], try_walks[["group", "position", *RANKS]]


def rank_reaches(distance_m: Floats, reaches_m: Sequence[float]) -> Ints:
    """Return the number of the shortest reach that each distance is within; as many as there are if none."""
    return np.searchsorted(np.asarray(reaches_m), distance_m, side="left").astype(np.int64)


def _list_walks(ground: TryGround, reaches_m: Sequence[float]) -> pd.DataFrame:
    # One row a home and place that any footing, or the straight line of a stray, connects in time.
    matrices = [*(ground.matrices[footing] for footing in FOOTINGS), ground.strays]
    place_count, none = len(ground.places), len(reaches_m)
    every = np.zeros(0, dtype=np.int64)
    for matrix in matrices:
        every = np.union1d(every, _number_cells(matrix, place_count))
    # Narrow columns: a large city has tens of millions of rows.
    columns: dict[str, npt.NDArray[Any]] = {
        "home": (every // max(place_count, 1)).astype(np.int32),
        "position": (every % max(place_count, 1)).astype(np.int32),
    }
    for name, matrix in zip(RANKS, matrices, strict=True):
        rank = np.full(len(every), none, dtype=np.int16)
        rank[np.searchsorted(every, _number_cells(matrix, place_count))] = rank_reaches(
            matrix.distance_m, reaches_m
        )
        columns[name] = rank
    walks = pd.DataFrame(columns)
    return walks[(walks[list(RANKS)] < none).any(axis="columns")]


def _number_cells(matrix: WalkMatrix, place_count: int) -> Ints:
    cells: Ints = matrix.point * place_count + matrix.place
    return cells


def _describe_homes(walks: pd.DataFrame, *, home_count: int) -> list[bytes]:
    # Homes with equal bytes reach the same places in the same times.
    table = walks[["position", *RANKS]].to_numpy(dtype=np.int32)
    home = walks["home"].to_numpy()
    ends = np.searchsorted(home, np.arange(home_count + 1))
    return [table[a:b].tobytes() for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
