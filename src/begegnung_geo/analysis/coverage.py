# SPDX-License-Identifier: MIT
"""Coverage: how many people of a district live within a walking time of a counted place."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.disclosure import publish_frame
from begegnung_geo.analysis.network import Bools
from begegnung_geo.profile import Publication, Walking

_NOBODY = 1e-6
_BOUND_STEPS = 10_000  # four decimals, as all shares
_SUMS = ["persons", "persons_covered", "persons_unknown"]


def find_covered(demand: pd.DataFrame, *, reach_m: float, step_free: bool) -> Bools:
    """
    Return who lives within reach of a counted place.

    Parameters
    ----------
    demand
        Table `demand`.
    reach_m
        Longest walk in metres; a home exactly so far away is covered.
    step_free
        Take the walking distance without steps.
    """
    column = "walk_distance_step_free_m" if step_free else "walk_distance_m"
    is_covered: Bools = (demand[column] <= reach_m).to_numpy(dtype=bool)
    return is_covered


def find_unknown(demand: pd.DataFrame, *, reach_m: float, step_free: bool) -> Bools:
    """
    Return for whom the map cannot tell whether a counted place is within reach.

    A home without a walkway near lies where the map ends or is empty: places may be
    missing there as much as paths, so nothing is known. A home at a piece of network
    that no counted place is on is most often a fault of the map too; its walk is
    unknown unless even the straight line to the nearest counted place is longer than
    the reach, as no walk can be shorter than that. Without steps, a home is unknown too
    where it would be covered if all ways of which nobody knows were step-free.

    Parameters
    ----------
    demand
        Table `demand`.
    reach_m
        Longest walk in metres.
    step_free
        Ask about the walk without steps.

    Returns
    -------
    is_unknown
        One answer a home; False for all that are covered.
    """
    is_near = (demand["air_distance_m"] <= reach_m).to_numpy(dtype=bool)
    is_off_the_map = (demand["status"] == "no_walkway_near").to_numpy(dtype=bool)
    is_cut_off = (demand["status"] == "isolated").to_numpy(dtype=bool)
    is_unknown: Bools = is_off_the_map | (is_cut_off & is_near)
    if step_free:
        is_unknown |= (demand["walk_distance_step_free_min_m"] <= reach_m).to_numpy(dtype=bool)
    return is_unknown & ~find_covered(demand, reach_m=reach_m, step_free=step_free)


def build_coverage(
    demand: pd.DataFrame, districts: gpd.GeoDataFrame, *, walking: Walking
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Count the people within reach, by district, walking profile and threshold.

    A person is covered when the walking distance is at most speed x time of the
    profile; profiles without steps use the distance without steps. Everyone counts
    in one district of each level, so the districts of a level add up to the city
    (people without a district of a level count for the city only).

    Parameters
    ----------
    demand
        Table `demand` with one `district_id_<level>` column a level.
    districts
        Table `districts`; each gets its rows, also where nobody lives.
    walking
        Profiles and thresholds.

    Returns
    -------
    coverage
        Table `coverage`, by level, district, profile and threshold.
    city_coverage
        Table `city_coverage`. Shares are null where nobody lives.
        `covered_share` counts unknown walks as not covered, `covered_share_max` as
        covered: the truth lies between the two.
    """
    parts, city_parts = [], []
    for profile, speed in sorted(walking.profiles.items()):
        for threshold_min in walking.thresholds_min:
            reach_m = walking.reach_m(profile, threshold_min)
            counted = count_persons(demand, reach_m=reach_m, step_free=speed.step_free)
            keys: dict[str, Any] = {"profile": profile, "threshold_min": threshold_min}
            city_parts.append(pd.DataFrame([counted.sum()]).assign(**keys))
            parts.append(sum_by_district(demand, districts, counted).assign(**keys))
    city_coverage = _add_shares(pd.concat(city_parts, ignore_index=True))
    coverage = _add_shares(pd.concat(parts, ignore_index=True))
    keys_of_city = ["profile", "threshold_min"]
    return (
        _arrange(coverage, ["level", "district_id", *keys_of_city]),
        _arrange(city_coverage, keys_of_city),
    )


def counts_a_part(people: Mapping[str, Any], area: Mapping[str, Any]) -> bool:
    """
    Return whether the people are not those of the area as a whole.

    Only some ages are known, or people are estimated only where the extract reaches.

    Parameters
    ----------
    people, area
        Facts of the steps `count_people` and `tie_districts`.
    """
    return bool(not people["has_total"] or (people["weights"] == "houses" and area["is_part"]))


def withhold_shares(coverage: pd.DataFrame) -> pd.DataFrame:
    """
    Return coverage without its shares: the people are not those of the area as a whole.

    Parameters
    ----------
    coverage
        Table `coverage` or `city_coverage`.

    Returns
    -------
    coverage
        A copy with null shares; the counts stay, they are true of the people counted.
    """
    return coverage.assign(covered_share=np.nan, covered_share_max=np.nan)


def publish_coverage(
    protected: pd.DataFrame, exact: pd.DataFrame, *, publication: Publication, unknown_share_max: float
) -> pd.DataFrame:
    """
    Return coverage as every page and file tells it.

    Parameters
    ----------
    protected
        Table `coverage` or `city_coverage`, computed from `protected_demand`.
    exact
        The same computed from `demand`; tells only where there is anybody.
    publication
        Rules of the profile.
    unknown_share_max
        No share where more of the people have an unknown walk, 0-1.

    Returns
    -------
    published
        Table `published_coverage` or `published_city_coverage`, with `persons_beyond`:
        hidden counts are null; so are shares of which no statement is made. Where only
        the covered people are hidden, `covered_share_max` is what the share is less than.
    """
    published = publish_frame(
        _add_beyond(protected),
        _add_beyond(exact),
        publication=publication,
        counts=[*_SUMS, "persons_beyond"],
        figures=dict.fromkeys(("covered_share", "covered_share_max"), "persons_covered"),
    )
    is_vague = protected["persons_unknown"] > unknown_share_max * protected["persons"]
    is_few = published["persons_covered"].isna() & exact["covered_share"].notna()
    is_few &= published["persons"] >= max(publication.share_base_min, 1)
    few = float(publication.suppress_below)
    at_most = (few + published["persons_unknown"].fillna(few)) / published["persons"].where(is_few)
    bound = (np.ceil(at_most * _BOUND_STEPS) / _BOUND_STEPS).clip(upper=1.0)
    return published.assign(
        covered_share=published["covered_share"].mask(is_vague),
        covered_share_max=published["covered_share_max"].mask(is_few, bound).mask(is_vague),
    )


def count_persons(demand: pd.DataFrame, *, reach_m: float, step_free: bool) -> pd.DataFrame:
    """
    Return the people of each home: all, covered, and with an unknown walk.

    Returns
    -------
    counted
        Columns `persons`, `persons_covered`, `persons_unknown`, index of `demand`.
    """
    persons = demand["persons"].to_numpy(dtype=np.float64)
    is_covered = find_covered(demand, reach_m=reach_m, step_free=step_free)
    is_unknown = find_unknown(demand, reach_m=reach_m, step_free=step_free)
    return pd.DataFrame(
        {
            "persons": persons,
            "persons_covered": persons * is_covered,
            "persons_unknown": persons * is_unknown,
        },
        index=demand.index,
    )


def sum_by_district(demand: pd.DataFrame, districts: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """
    Return the sums of `counted` for every district of every level, 0 where nobody lives.

    Raises
    ------
    KeyError
        If `demand` has no `district_id_` column for a level.
    """
    parts = []
    for level, rows in districts.groupby("level", sort=True):
        ids = sorted(rows["district_id"])
        sums = counted.groupby(demand[f"district_id_{level}"]).sum().reindex(ids, fill_value=0.0)
        parts.append(sums.assign(level=level, district_id=ids).reset_index(drop=True))
    if not parts:
        return pd.DataFrame(columns=[*_SUMS, "level", "district_id"])
    return pd.concat(parts, ignore_index=True)


def _add_beyond(sums: pd.DataFrame) -> pd.DataFrame:
    # Float noise is nobody.
    beyond = sums["persons"] - sums["persons_covered"] - sums["persons_unknown"]
    return sums.assign(persons_beyond=beyond.where(beyond > _NOBODY, 0.0))


def _add_shares(sums: pd.DataFrame) -> pd.DataFrame:
    persons = sums["persons"].astype("float64").where(sums["persons"] > 0)
    at_most = (sums["persons_covered"] + sums["persons_unknown"]) / persons
    return sums.assign(
        covered_share=(sums["persons_covered"] / persons).clip(upper=1.0),
        covered_share_max=at_most.clip(upper=1.0),
    )


def _arrange(coverage: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    columns = [*keys, *_SUMS, "covered_share", "covered_share_max"]
    return coverage.sort_values(keys, kind="stable", ignore_index=True)[columns]
