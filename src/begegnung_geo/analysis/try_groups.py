# SPDX-License-Identifier: MIT
"""
Homes that no set of open places can tell apart, counted together: what a page needs to try.

A page adds up whole groups. What a group reaches is told in ranks of the walking profiles'
reaches, never in metres; a group has whole packets of people (decision 0017).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from begegnung_geo.analysis.network import Floats, Ints
from begegnung_geo.analysis.tryout import FOOTINGS, TryGround
from begegnung_geo.analysis.walk_matrix import cut_points
from begegnung_geo.profile import Walking

RANKS = ("walk_rank", "step_free_rank", "maybe_rank", "air_rank")
"""Of a walk on any ground, on step-free ways, also on those of which nobody knows, of the straight line."""

_ROW = np.dtype([("position", "<i4"), *((name, "<u2") for name in RANKS)])
_AT_A_TIME = 65_536  # homes, or groups: a large city has tens of millions of walks
_LEVEL = "district_id_"


def build_try_groups(
    ground: TryGround,
    demand: gpd.GeoDataFrame,
    protected: pd.DataFrame,
    *,
    walking: Walking,
    packet: int,
    homes_at_a_time: int = _AT_A_TIME,
) -> tuple[pd.DataFrame, list[bytes]]:
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
    homes_at_a_time
        Homes are gone through in portions; no result depends on it.

    Returns
    -------
    try_groups
        Table `try_groups`, in an order that tells nothing but what is in it.
    reached
        What each group reaches, packed; `cut_try_walks` makes the table `try_walks` of it.
    """
    is_home = (demand["persons"] > 0).to_numpy(dtype=bool)
    levels = sorted(str(name) for name in protected.columns if str(name).startswith(_LEVEL))
    homes = pd.DataFrame(
        {
            **{
                level: protected[level].astype(object).where(protected[level].notna(), None)
                for level in levels
            },
            "component": ground.home_component,
            "reached": _describe_homes(ground, walking.list_reaches(), homes_at_a_time),
            "packets": np.rint(protected["persons"].to_numpy(dtype=np.float64) / packet).astype(np.int64),
        }
    )[is_home]
    keys = [*levels, "component", "reached"]
    groups = homes.groupby(keys, sort=True, dropna=False)["packets"].sum().reset_index()
    groups = groups.assign(group=np.arange(len(groups), dtype=np.int64))
    return groups[["group", "packets", "component", *levels]], groups["reached"].tolist()


def cut_try_walks(reached: Sequence[bytes], *, groups_at_a_time: int = _AT_A_TIME) -> Iterator[pd.DataFrame]:
    """
    Yield the table `try_walks` in portions, by rising group and place: of a large city it is never whole.

    Parameters
    ----------
    reached
        What each group reaches, from `build_try_groups`.
    groups_at_a_time
        Each portion has the walks of so many groups; one without rows where there is no group.
    """
    for first in range(0, max(len(reached), 1), groups_at_a_time):
        own = reached[first : first + groups_at_a_time]
        rows = np.frombuffer(b"".join(own), dtype=_ROW)
        sizes = [count_try_walks([one]) for one in own]
        group = np.repeat(np.arange(first, first + len(own), dtype=np.int64), sizes)
        columns = {str(name): rows[name].astype(np.int64) for name in _ROW.names or ()}
        yield pd.DataFrame({"group": group, **columns})


def count_try_walks(reached: Sequence[bytes]) -> int:
    """Return how many rows the table `try_walks` has."""
    return sum(map(len, reached)) // _ROW.itemsize


def rank_reaches(distance_m: Floats, reaches_m: Sequence[float]) -> Ints:
    """Return the number of the shortest reach that each distance is within; as many as there are if none."""
    return np.searchsorted(np.asarray(reaches_m), distance_m, side="left").astype(np.int64)


def _describe_homes(ground: TryGround, reaches_m: Sequence[float], homes_at_a_time: int) -> list[bytes]:
    # Homes with equal bytes reach the same places in the same times.
    described: list[bytes] = []
    for first in range(0, len(ground.home_component), homes_at_a_time):
        past = min(first + homes_at_a_time, len(ground.home_component))
        home, rows = _list_walks(ground, reaches_m, first=first, past=past)
        ends = np.searchsorted(home, np.arange(past - first + 1)) * _ROW.itemsize
        text = rows.tobytes()
        described += [text[a:b] for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
    return described


def _list_walks(
    ground: TryGround, reaches_m: Sequence[float], *, first: int, past: int
) -> tuple[Ints, npt.NDArray[Any]]:
    # One row a home and place that any footing, or the straight line of a stray, connects in time; by
    # home, which is numbered from the first one on, then place.
    matrices = [
        cut_points(matrix, first, past)
        for matrix in (*(ground.matrices[footing] for footing in FOOTINGS), ground.strays)
    ]
    place_count = max(len(ground.places), 1)
    cells = [matrix.point * place_count + matrix.place for matrix in matrices]
    every = np.sort(np.concatenate(cells))  # sorting is many times as fast as `np.unique`, which hashes
    every = every[np.diff(every, prepend=-1) > 0]
    rows = np.empty(len(every), dtype=_ROW)
    rows["position"] = every % place_count
    is_within = np.zeros(len(every), dtype=bool)
    for name, matrix, cell in zip(RANKS, matrices, cells, strict=True):
        rank = np.full(len(every), len(reaches_m), dtype=np.int64)
        rank[np.searchsorted(every, cell)] = rank_reaches(matrix.distance_m, reaches_m)
        rows[name] = rank
        is_within |= rank < len(reaches_m)
    return every[is_within] // place_count, rows[is_within]
