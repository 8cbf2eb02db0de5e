# SPDX-License-Identifier: MIT
"""Who reaches a place that is open at a named moment: a range, as many opening hours are unknown."""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from begegnung_geo.analysis.disclosure import publish_frame
from begegnung_geo.analysis.network import Bools, Floats
from begegnung_geo.analysis.walk_matrix import WalkMatrix, find_nearest, keep_places, measure_walk_matrix
from begegnung_geo.analysis.ways import ANY_GROUND, STEP_FREE, Ways
from begegnung_geo.profile import Publication, Walking
from begegnung_geo.schema import build_empty

CITY_LEVEL = "city"
_KEYS = ["level", "district_id", "moment", "profile", "threshold_min"]
_ENDS = ("min", "max")
_SUPPLY = {
    "min": "open",
    "max": "possible",
}  # at least those known to be open; at most those not known to be closed


def build_open_walks(
    demand: gpd.GeoDataFrame,
    counted_places: gpd.GeoDataFrame,
    opening: pd.DataFrame,
    *,
    ways: Ways,
    walking: Walking,
) -> pd.DataFrame:
    """
    Return everybody's walk to the nearest place that is open at each moment.

    The walk is that of the table `demand`. It is measured once to every place within the
    longest reach of the profiles; the moments only choose among the places.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    counted_places
        The places that count as supply, from `begegnungsorte` and `neighbour_places`, at
        their doors.
    opening
        Table `opening`; a place without a row at a moment is unknown.
    ways
        The walk network in memory, in the same CRS.
    walking
        Profiles, thresholds and snapping.

    Returns
    -------
    open_walks
        Table `open_walks`, one row a home in the order of `demand`; for each moment the metres
        to the nearest place known to be open (`open_`) and not known to be closed
        (`possible_`), by all ways and by ways known as step-free. Null beyond every reach.
    """
    places = counted_places.sort_values("begegnungsort_id", ignore_index=True)
    matrices = _measure_matrices(demand, places, ways, walking=walking)
    columns: dict[str, Floats] = {}
    for moment, is_open, is_closed in _list_supply(opening, places):
        for supply, is_kept in (("open", is_open), ("possible", ~is_closed)):
            with_steps, without = (find_nearest(keep_places(m, is_kept)).distance_m for m in matrices)
            columns[f"{supply}_walk_m_{moment}"] = with_steps
            columns[f"{supply}_walk_step_free_m_{moment}"] = np.maximum(with_steps, without)
    walks = pd.DataFrame(columns, index=demand.index)
    return walks.where(np.isfinite(walks)).assign(demand_id=demand["demand_id"])


def build_open_coverage(
    demand: pd.DataFrame, open_walks: pd.DataFrame, districts: gpd.GeoDataFrame, *, walking: Walking
) -> pd.DataFrame:
    """
    Count the people within reach of an open place, for the city and each district.

    `persons_covered_min` counts places of unknown opening hours as closed,
    `persons_covered_max` as open; the truth lies between. It is at most
    `persons_covered` of the table `coverage`, and equal where no place is known to be closed.

    Parameters
    ----------
    demand
        Table `demand` or `protected_demand` with one `district_id_<level>` column a level.
    open_walks
        Table `open_walks` of the same homes in the same order.
    districts
        Table `districts`; each gets its rows, also where nobody lives.
    walking
        Profiles and thresholds.

    Returns
    -------
    open_coverage
        Table `open_coverage`, by level, district, moment, profile and threshold; the city
        has level `city` and an empty `district_id`. Shares are null where nobody lives.

    Raises
    ------
    KeyError
        If `demand` has no `district_id_` column for a level.
    ValueError
        If the two tables are not of the same homes.
    """
    if not np.array_equal(demand["demand_id"].to_numpy(), open_walks["demand_id"].to_numpy()):
        raise ValueError("open_walks is not of the same homes as demand")
    areas, sums_of = _list_areas(demand, districts)
    persons = sums_of @ np.ones(len(demand))
    parts = []
    for moment in _list_moments(open_walks):
        reached = {end: sums_of @ _find_covered(open_walks, moment, end, walking=walking) for end in _ENDS}
        for column, (profile, threshold_min) in enumerate(_list_uses(walking)):
            covered = {f"persons_covered_{end}": reached[end][:, column] for end in _ENDS}
            keys: dict[str, Any] = {"moment": moment, "profile": profile, "threshold_min": threshold_min}
            parts.append(areas.assign(**keys, persons=persons, **covered))
    if not parts:
        return build_empty("open_coverage", crs="")
    return _add_shares(pd.concat(parts, ignore_index=True)).sort_values(_KEYS, ignore_index=True)


def publish_open_coverage(
    packed: pd.DataFrame, exact: pd.DataFrame, coverage: pd.DataFrame, *, publication: Publication
) -> pd.DataFrame:
    """
    Return `open_coverage` as it may be told.

    Parameters
    ----------
    packed, exact
        Table `open_coverage` from `protected_demand` and from `demand`, in the same rows.
    coverage
        Tables `published_coverage` and `published_city_coverage` in one, the city with level
        `city`: where they tell no share, none is told at a moment either.
    publication
        Rules of the profile.
    """
    told = publish_frame(
        packed,
        exact,
        publication=publication,
        counts=["persons", "persons_covered_min", "persons_covered_max"],
        figures={f"covered_share_{end}": f"persons_covered_{end}" for end in _ENDS},
    )
    keys = ["level", "district_id", "profile", "threshold_min"]
    is_told = told[keys].merge(
        coverage[coverage["covered_share"].notna()][keys], how="left", on=keys, indicator=True
    )
    is_silent = (is_told["_merge"] != "both").to_numpy()
    return told.assign(
        **{f"covered_share_{end}": told[f"covered_share_{end}"].mask(is_silent) for end in _ENDS}
    )


def _measure_matrices(
    demand: gpd.GeoDataFrame, places: gpd.GeoDataFrame, ways: Ways, *, walking: Walking
) -> tuple[WalkMatrix, WalkMatrix]:
    # Every home with every place in reach, with and without steps; the moments only choose among the places.
    reach_m = walking.list_reaches()[-1]
    needs_step_free = any(speed.step_free for speed in walking.profiles.values())
    homes, doors = ways.snap(demand.geometry), ways.snap(places.geometry)
    matrices = {
        index: measure_walk_matrix(homes.on(footing), doors.on(footing), index.network, reach_m=reach_m)
        for footing, index in ((f, ways.index(f)) for f in (STEP_FREE, ANY_GROUND))
        if needs_step_free or footing is ANY_GROUND
    }
    everyone = matrices[ways.full]
    return everyone, matrices[ways.index(STEP_FREE)] if needs_step_free else everyone


def _list_supply(opening: pd.DataFrame, places: pd.DataFrame) -> Iterator[tuple[str, Bools, Bools]]:
    for moment, rows in opening.groupby("moment", sort=True):
        answer = places["begegnungsort_id"].map(rows.set_index("begegnungsort_id")["answer"])
        yield str(moment), (answer == "open").to_numpy(dtype=bool), (answer == "closed").to_numpy(dtype=bool)


def _list_uses(walking: Walking) -> list[tuple[str, int]]:
    return [(profile, minutes) for profile in sorted(walking.profiles) for minutes in walking.thresholds_min]


def _list_moments(open_walks: pd.DataFrame) -> list[str]:
    prefix = "open_walk_m_"
    return sorted(str(c).removeprefix(prefix) for c in open_walks.columns if str(c).startswith(prefix))


def _find_covered(open_walks: pd.DataFrame, moment: str, end: str, *, walking: Walking) -> Floats:
    # One row a home, one column a profile and threshold: 1 where a place is within reach.
    columns = []
    for profile, minutes in _list_uses(walking):
        kind = "walk_step_free_m" if walking.profiles[profile].step_free else "walk_m"
        walk_m = open_walks[f"{_SUPPLY[end]}_{kind}_{moment}"].to_numpy(dtype=np.float64)
        columns.append(walk_m <= walking.reach_m(profile, minutes))
    return np.stack(columns, axis=1).astype(np.float64)


def _list_areas(demand: pd.DataFrame, districts: gpd.GeoDataFrame) -> tuple[pd.DataFrame, csr_array]:
    # The city and the districts, and the people of each home as a matrix areas x homes.
    areas = [(CITY_LEVEL, "")]
    row, home = [np.zeros(len(demand), dtype=np.int64)], [np.arange(len(demand))]
    for level, members in districts.groupby("level", sort=True):
        ids = pd.Index(sorted(members["district_id"]))
        position = ids.get_indexer(pd.Index(demand[f"district_id_{level}"]))
        row.append(position[position >= 0] + len(areas))
        home.append(np.flatnonzero(position >= 0))
        areas += [(str(level), district_id) for district_id in ids]
    homes = np.concatenate(home)
    persons = demand["persons"].to_numpy(dtype=np.float64)[homes]
    sums_of = csr_array((persons, (np.concatenate(row), homes)), shape=(len(areas), len(demand)))
    return pd.DataFrame(areas, columns=["level", "district_id"]), sums_of


def _add_shares(counted: pd.DataFrame) -> pd.DataFrame:
    persons = counted["persons"].astype("float64").where(counted["persons"] > 0)
    shares = {
        f"covered_share_{end}": (counted[f"persons_covered_{end}"].astype("float64") / persons).clip(
            upper=1.0
        )
        for end in ("min", "max")
    }
    return counted.assign(**shares)
