# SPDX-License-Identifier: MIT
"""Everybody's walk again with another longest straight leg to a walkway, for the stability of flags."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.network import Bools, Floats
from begegnung_geo.analysis.reach import measure_home_walks, measure_walk_distance
from begegnung_geo.analysis.ways import (
    ANY_GROUND,
    MAYBE_STEP_FREE,
    STEP_FREE,
    WALK_COLUMNS,
    Footing,
    Stops,
    Ways,
)
from begegnung_geo.schema import build_empty

_SAME_M = 1e-3  # tables hold millimetres


def build_snap_variants(
    demand: gpd.GeoDataFrame,
    counted_places: gpd.GeoDataFrame,
    *,
    ways: Ways,
    snap_distances_m: Sequence[float],
    step_free: bool = False,
) -> pd.DataFrame:
    """
    Find the homes whose walk differs when legs may be shorter or longer.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    counted_places
        The places it was measured to, at their doors.
    ways
        The walk network in memory, in the same CRS, with the usual limit.
    snap_distances_m
        Other longest legs of a home or a place, in metres. One that cannot change
        anything - all legs are shorter, or every home and place has a walkway and
        there are no scraps - is passed over without a search.
    step_free
        Measure walks without steps as well: a rule or a headline asks for them.

    Returns
    -------
    snap_variants
        Table `snap_variants`: one row a limit and home whose walk or status differs from the one in
        `demand`. Columns of walks without steps are null throughout where they are not asked for.
    """
    footings = tuple(WALK_COLUMNS) if step_free else (ANY_GROUND,)
    places = counted_places.sort_values("begegnungsort_id", kind="stable")
    usual = ways.snap(demand.geometry), ways.snap(places.geometry)
    parts = []
    for limit in sorted(snap_distances_m):
        if _changes_nothing(usual, limit, footings=footings):
            continue
        other = ways.limit(limit)
        stops = other.snap(demand.geometry), other.snap(places.geometry)
        walks = _measure_walks(stops, step_free=step_free)
        is_lost = {footing: ~stops[0].on(footing).is_snapped for footing in footings}
        was_lost = {footing: ~usual[0].on(footing).is_snapped for footing in footings}
        is_other = np.logical_or.reduce(
            [~_is_same(walks[f], demand[WALK_COLUMNS[f]].to_numpy(dtype=np.float64)) for f in footings]
            + [is_lost[footing] != was_lost[footing] for footing in footings]
        )
        told = _tabulate(demand, limit, walks=walks, is_lost=is_lost, has_places=len(places) > 0)
        parts.append(told[is_other])
    return pd.concat(parts, ignore_index=True) if parts else build_empty("snap_variants", crs="")


def _changes_nothing(stops: tuple[Stops, Stops], limit_m: float, *, footings: Sequence[Footing]) -> bool:
    # Of a shorter limit than usual, or a longer one, on all grounds that are asked for.
    ways = stops[0].ways
    legs = [side.on(footing).leg_m for side in stops for footing in footings]
    if limit_m < ways.snap_distance_m:
        return not any((leg_m > limit_m).any() for leg_m in legs)
    has_scraps = any(ways.index(footing).is_scrap.any() for footing in footings)
    return limit_m == ways.snap_distance_m or not (has_scraps or any(np.isnan(m).any() for m in legs))


def _measure_walks(stops: tuple[Stops, Stops], *, step_free: bool) -> dict[Footing, Floats]:
    homes, doors = stops
    if not step_free:
        return {ANY_GROUND: measure_walk_distance(homes.full, doors.full, homes.ways.network()).distance_m}
    walks = measure_home_walks(homes, doors)
    return {
        ANY_GROUND: walks.nearest.distance_m,
        STEP_FREE: walks.step_free_m,
        MAYBE_STEP_FREE: walks.step_free_min_m,
    }


def _tabulate(
    demand: pd.DataFrame,
    limit_m: float,
    *,
    walks: dict[Footing, Floats],
    is_lost: dict[Footing, Bools],
    has_places: bool,
) -> pd.DataFrame:
    nothing = np.full(len(demand), np.nan)
    columns = {
        name: np.where(np.isfinite(walks[footing]), walks[footing], np.nan) if footing in walks else nothing
        for footing, name in WALK_COLUMNS.items()
    }
    status = {
        name: _tell_status(walks[footing], ~is_lost[footing], has_places=has_places)
        if footing in walks
        else np.full(len(demand), None, dtype=object)
        for footing, name in ((ANY_GROUND, "status"), (STEP_FREE, "step_free_status"))
    }
    ids = demand["demand_id"].to_numpy(dtype=object)
    table = pd.DataFrame({"demand_id": ids, "snap_limit_m": float(limit_m), **columns, **status})
    return table.astype({"demand_id": "str", "status": "str", "step_free_status": "str"})


def apply_snap_variant(
    demand: pd.DataFrame, snap_variants: pd.DataFrame, *, snap_limit_m: float, step_free: bool = False
) -> pd.DataFrame:
    """
    Return the columns of `demand` that coverage is counted from, as they are with another limit.

    Parameters
    ----------
    demand
        Table `demand`.
    snap_variants
        Table `snap_variants`; homes without a row keep their walk.
    snap_limit_m
        Which limit.
    step_free
        Also the walks without steps, which the table must have been asked for.
    """
    rows = snap_variants[snap_variants["snap_limit_m"] == snap_limit_m].set_index("demand_id")
    is_other = demand["demand_id"].isin(rows.index).to_numpy(dtype=bool)
    ids = demand.loc[is_other, "demand_id"]
    names = [*(WALK_COLUMNS.values() if step_free else (WALK_COLUMNS[ANY_GROUND],)), "status"]
    changed = pd.DataFrame(demand).assign(**{name: demand[name].to_numpy(copy=True) for name in names})
    for name in names:
        changed.loc[is_other, name] = rows[name].reindex(ids).to_numpy()
    return changed


def find_lost_homes(snap_variants: pd.DataFrame, *, snap_limit_m: float, step_free: bool) -> pd.Series:
    """
    Return the homes of the table that have no walkway of their ground within another limit.

    Parameters
    ----------
    snap_variants
        Table `snap_variants`.
    snap_limit_m
        Which limit.
    step_free
        No way known as step-free, instead of no way at all.
    """
    status = snap_variants["step_free_status" if step_free else "status"]
    is_lost = (snap_variants["snap_limit_m"] == snap_limit_m) & (status == "no_walkway_near")
    return snap_variants.loc[is_lost, "demand_id"]


def _tell_status(walk_m: Floats, is_snapped: Bools, *, has_places: bool) -> np.ndarray:
    return np.select(
        [np.isfinite(walk_m), ~is_snapped, np.full(len(walk_m), not has_places)],
        np.array(["reached", "no_walkway_near", "no_place"], dtype=object),
        default="isolated",
    )


def _is_same(walk_m: Floats, usual_m: Floats) -> Bools:
    with np.errstate(invalid="ignore"):
        is_near: Bools = np.abs(walk_m - usual_m) <= _SAME_M
    return is_near | (~np.isfinite(walk_m) & np.isnan(usual_m))
