# SPDX-License-Identifier: MIT
"""Everybody's walk again with another longest straight leg to a walkway, for the stability of flags."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.network import Bools, Floats
from begegnung_geo.analysis.reach import measure_walk_distance
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.analysis.ways import Ways
from begegnung_geo.schema import build_empty

_SAME_M = 1e-3  # tables hold millimetres


def build_snap_variants(
    demand: gpd.GeoDataFrame,
    counted_places: gpd.GeoDataFrame,
    *,
    ways: Ways,
    snap_distances_m: Sequence[float],
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

    Returns
    -------
    snap_variants
        Table `snap_variants`: one row a limit and home whose walk (with steps) or
        status differs from the one in `demand`.
    """
    usual_limit_m, has_scraps = ways.snap_distance_m, bool(ways.full.is_scrap.any())
    legs = np.concatenate([demand["snap_distance_m"], counted_places["snap_distance_m"]])
    is_off_the_map = bool(np.isnan(legs).any())
    limits = [
        limit
        for limit in snap_distances_m
        if (limit < usual_limit_m and (legs > limit).any())
        or (limit > usual_limit_m and (is_off_the_map or has_scraps))
    ]
    if not limits:
        return build_empty("snap_variants", crs="")
    places = counted_places.sort_values("begegnungsort_id", kind="stable")
    usual_m, usual_status = demand["walk_distance_m"].to_numpy(dtype=np.float64), demand["status"]
    parts = []
    for limit in sorted(limits):
        homes, doors = (
            snap_to_edges(
                layer.geometry, ways.full, snap_distance_m=limit, scrap_length_m=ways.scrap_length_m
            )
            for layer in (demand, places)
        )
        walk_m = measure_walk_distance(homes, doors, ways.network()).distance_m
        status = _tell_status(walk_m, homes.is_snapped, has_places=len(places) > 0)
        is_other = ~_is_same(walk_m, usual_m) | (status != usual_status.to_numpy(dtype=object))
        parts.append(
            pd.DataFrame(
                {
                    "demand_id": demand["demand_id"].to_numpy(dtype=object)[is_other],
                    "snap_limit_m": np.full(int(is_other.sum()), float(limit)),
                    "walk_distance_m": np.where(np.isfinite(walk_m), walk_m, np.nan)[is_other],
                    "status": status[is_other],
                }
            ).astype({"demand_id": "str", "status": "str"})
        )
    return pd.concat(parts, ignore_index=True)


def apply_snap_variant(
    demand: pd.DataFrame, snap_variants: pd.DataFrame, *, snap_limit_m: float
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
    """
    rows = snap_variants[snap_variants["snap_limit_m"] == snap_limit_m].set_index("demand_id")
    is_other = demand["demand_id"].isin(rows.index).to_numpy(dtype=bool)
    ids = demand.loc[is_other, "demand_id"]
    changed = pd.DataFrame(demand).assign(
        walk_distance_m=demand["walk_distance_m"].to_numpy(dtype=np.float64, copy=True),
        status=demand["status"].to_numpy(dtype=object, copy=True),
    )
    changed.loc[is_other, "walk_distance_m"] = rows["walk_distance_m"].reindex(ids).to_numpy()
    changed.loc[is_other, "status"] = rows["status"].reindex(ids).to_numpy()
    return changed


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
