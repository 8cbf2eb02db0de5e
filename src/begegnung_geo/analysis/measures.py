# SPDX-License-Identifier: MIT
"""What people of each district reach: half of them, nine in ten, and each known group by itself."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from begegnung_geo.analysis.access import ANY_PLACE, Counts, ProfileAccess, Walks
from begegnung_geo.analysis.disclosure import publish_frame
from begegnung_geo.analysis.network import Bools, Floats
from begegnung_geo.analysis.strata import ALL_PEOPLE, CITY_LEVEL, Strata
from begegnung_geo.analysis.threads import map_in_threads
from begegnung_geo.profile import Publication
from begegnung_geo.table_columns import REASONS_WITHHELD

_HALF, _NINE_IN_TEN = 0.5, 0.9
FEW_PEOPLE, GROUP_UNKNOWN, WALK_UNKNOWN, PART_COUNTED = REASONS_WITHHELD
_PER = 1000.0  # seats are told for 1,000 people
_BASES = {
    "covered_share": "persons_covered", "covered_share_max": "persons_covered",
    "choice_share": "persons_choice", "choice_share_max": "persons_choice",
}  # fmt: skip
_KEYS = ["level", "district_id", "people", "persons_group", "profile"]


def build_district_walks(strata: Strata, access: Mapping[str, ProfileAccess]) -> pd.DataFrame:
    """
    Return how far half of the people, and nine in ten, walk to each kind of place.

    A quantile is the shortest distance that so many of the people do not exceed. People
    whose walk may be shorter than the map knows are counted twice: once as near as the map
    allows (`median_m`), once along the ways that are known (`median_max_m`); those of whom no
    walk is known then rank behind everybody. The truth lies between.

    Parameters
    ----------
    strata
        The areas and groups.
    access
        What each profile reaches; homes in the order of `strata`.

    Returns
    -------
    district_walks
        Table `district_walks` (for each `people`): area x group x profile x destination (`any`, `choice`, the
        letter of a group of classes, a class that has a counted place). Distances are null
        where nobody of the group is known, and where so many have no walk, or none so short,
        that there is no such distance.
    """
    # Profiles that walk the same ways share their distances; only the speed differs.
    distinct = {id(walks): walks for profile in access.values() for walks in profile.walks.values()}
    tables = map_in_threads(lambda walks: _measure_walks(strata, walks), list(distinct.values()))
    found = dict(zip(distinct, tables, strict=True))
    parts = []
    for key, profile in sorted(access.items()):
        for destination, walks in profile.walks.items():
            metres = found[id(walks)]
            minutes = {
                f"{name}_min": metres[f"{name}_m"] / (profile.speed_m_s * 60)
                for name in ("median", "median_max", "p90", "p90_max")
            }
            parts.append(metres.assign(profile=key, destination=destination, **minutes))
    return _arrange(pd.concat(parts, ignore_index=True), [*_KEYS, "destination"])


def build_district_choice(
    strata: Strata, access: Mapping[str, ProfileAccess], *, choice_count: int
) -> pd.DataFrame:
    """
    Return how many people have places, and a choice of places, within each threshold.

    Parameters
    ----------
    strata
        The areas and groups.
    access
        What each profile reaches; homes in the order of `strata`.
    choice_count
        So many places are a choice.

    Returns
    -------
    district_choice
        Table `district_choice` (for each `people`): area x group x profile x threshold. `covered_share` and
        `choice_share` count people whose walk is not known as reaching nothing, the columns
        with `_max` as reaching enough; so do the medians. Means leave them out; their `_max`
        takes ways of which nobody knows as usable.
    """
    parts = []
    for key, profile in sorted(access.items()):
        for minutes, places in profile.places.items():
            reach_m = profile.speed_m_s * 60 * minutes
            counted = _measure_choice(
                strata,
                profile.walks[ANY_PLACE],
                {"places": places, "kinds": profile.kinds[minutes]},
                reach_m=reach_m,
                choice_count=choice_count,
            )
            parts.append(counted.assign(profile=key, threshold_min=minutes))
    return _arrange(pd.concat(parts, ignore_index=True), [*_KEYS, "threshold_min"])


def build_district_seats(strata: Strata, access: Mapping[str, ProfileAccess]) -> pd.DataFrame:
    """
    Return the seats within reach for 1,000 people of each area and group.

    Parameters
    ----------
    strata
        The areas and groups.
    access
        What each profile reaches; homes in the order of `strata`.

    Returns
    -------
    district_seats
        Table `district_seats` (for each `people`): area x group x profile. Means over the
        people whose walk is known; null where there are none.
    """
    parts = []
    for key, profile in sorted(access.items()):
        is_unknown = profile.walks[ANY_PLACE].find_unknown(profile.catchment_m)
        table = _count_persons(strata, {"persons_unknown": is_unknown})
        for name, seats in (
            ("seats_e2sfca", profile.seats_e2sfca),
            ("seats_balanced", profile.seats_balanced),
        ):
            table[name] = _PER * _measure_mean(strata, seats, is_known=~is_unknown).ravel()
        parts.append(table.assign(profile=key))
    return _arrange(pd.concat(parts, ignore_index=True), _KEYS)


def pick_people(table: pd.DataFrame, people: str) -> pd.DataFrame:
    """Return the rows of a table of this module that count `EXACT` or `PACKED` people."""
    return table[table["people"] == people].drop(columns="people").reset_index(drop=True)


def withhold_measures(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return a table of this module without figures of all people, who are counted in part only.

    Parameters
    ----------
    table
        `district_walks`, `district_choice` or `district_seats`.

    Returns
    -------
    table
        A copy: of the group `all` every share, quantile and mean is null; numbers of people
        stay, they are true of those counted. Rows of other groups stay as they are.
    """
    is_figure = [c for c in table.columns if table[c].dtype == "float64" and not c.startswith("persons")]
    withheld = table.copy()
    withheld.loc[table["persons_group"] == ALL_PEOPLE, is_figure] = np.nan
    return withheld


def publish_measures(
    protected: pd.DataFrame,
    exact: pd.DataFrame,
    *,
    publication: Publication,
    unknown_share_max: float,
    is_part: bool = False,
) -> pd.DataFrame:
    """
    Return a table of this module as every page and file tells it.

    Parameters
    ----------
    protected
        `district_walks`, `district_choice` or `district_seats`, computed from `protected_demand`.
    exact
        The same computed from `demand`; tells only where anybody is counted.
    publication
        Rules of the profile.
    unknown_share_max
        No figure where of more of the people no walk is known (but the shares of the city),
        or where a group's number is not known for more of all people, 0-1. A known walk that
        may be shorter withholds nothing: both ends of the figure are told.
    is_part
        Whether only some of the people are counted: `withhold_measures` took the figures out.

    Returns
    -------
    published
        The table `published_...`: hidden counts and figures of which no statement is made
        are null, `withheld` says why. `district_choice` also has `persons_beyond`.
    """
    counts = [column for column in exact.columns if column.startswith("persons_")]
    counts = ["persons", *(column for column in counts if column != "persons_group")]
    if "persons_covered" in counts:
        protected, exact = _add_beyond(protected), _add_beyond(exact)
        counts.append("persons_beyond")
    figures = [c for c in exact.columns if c not in counts and exact[c].dtype == "float64"]
    published = publish_frame(
        protected,
        exact,
        publication=publication,
        counts=counts,
        figures={name: _BASES.get(name, "persons") for name in figures},
    )
    everybody = protected["persons"].where(protected["persons_group"] == ALL_PEOPLE)
    keys = [key for key in ("level", "district_id", "profile") if key in protected]
    everybody = everybody.groupby([protected[key] for key in keys]).transform("max")
    is_blind = protected["persons_without_group"] > unknown_share_max * everybody
    (unknown,) = (c for c in ("persons_without_walk", "persons_unknown") if c in protected)
    is_vague = is_blind | (protected[unknown] > unknown_share_max * protected["persons"])
    is_of_part = is_part & ((protected["persons_group"] == ALL_PEOPLE) | ("seats_balanced" in protected))
    reasons = [~(protected["persons"] >= publication.share_base_min), is_of_part, is_blind, is_vague]
    withheld = np.select(reasons, [FEW_PEOPLE, PART_COUNTED, GROUP_UNKNOWN, WALK_UNKNOWN], default="")
    # Of the whole city both ends of a share are told, however far apart, as the table coverage does.
    is_untold = is_vague & (is_blind | (protected["level"] != CITY_LEVEL))
    told = {name: published[name].mask(is_untold if name in _BASES else is_vague) for name in figures}
    return published.assign(withheld=pd.Series(withheld, index=published.index, dtype="str"), **told)


def _add_beyond(table: pd.DataFrame) -> pd.DataFrame:
    beyond = table["persons"] - table["persons_covered"] - table["persons_unknown"]
    return table.assign(persons_beyond=beyond.clip(lower=0.0))


def _measure_walks(strata: Strata, walks: Walks) -> pd.DataFrame:
    table = _count_persons(
        strata, {"persons_without_walk": walks.is_unknown, "persons_ranged": walks.is_ranged}
    )
    lowest = strata.find_quantiles(walks.at_least_m, (_HALF, _NINE_IN_TEN))
    highest = strata.find_quantiles(walks.distance_m, (_HALF, _NINE_IN_TEN)) if len(walks.unsure) else lowest
    for number, name in enumerate(("median", "p90")):
        table[f"{name}_m"] = _null_infinite(lowest[:, :, number]).ravel()
        table[f"{name}_max_m"] = _null_infinite(highest[:, :, number]).ravel()
    return table


def _measure_choice(
    strata: Strata, nearest: Walks, counts: Mapping[str, Counts], *, reach_m: float, choice_count: int
) -> pd.DataFrame:
    is_unknown = nearest.find_unknown(reach_m)
    table = _count_persons(strata, {"persons_unknown": is_unknown})
    persons = table["persons"].to_numpy()
    enough = counts["places"].at_least >= choice_count, counts["places"].at_most >= choice_count
    for name, surely, at_most in (
        ("covered", nearest.distance_m <= reach_m, nearest.at_least_m <= reach_m),
        ("choice", *enough),
    ):
        number = strata.sum_persons(surely).ravel()
        table[f"persons_{name}"] = np.where(np.isnan(persons), np.nan, number)
        table[f"{name}_share"] = _divide(number, persons)
        table[f"{name}_share_max"] = _divide(strata.sum_persons(at_most).ravel(), persons)
    for name, count in counts.items():
        is_told = np.isfinite(count.at_most)
        for suffix, counted in (("", count.at_least), ("_max", count.at_most)):
            number = counted.astype(np.float64)
            median = strata.find_quantiles(number, (_HALF,))
            table[f"{name}_median{suffix}"] = _null_infinite(median).ravel()
            mean = _measure_mean(strata, np.where(is_told, number, 0.0), is_known=is_told)
            table[f"{name}_mean{suffix}"] = mean.ravel()
    return table


def _count_persons(strata: Strata, unsure: Mapping[str, Bools]) -> pd.DataFrame:
    # Everybody, and of them those of whom the map cannot tell it, by the name of their column.
    counts = {"persons": strata.persons_in_all, **{k: strata.sum_persons(v) for k, v in unsure.items()}}
    groups = len(strata.groups)
    return pd.DataFrame(
        {
            "level": np.repeat(strata.level, groups),
            "district_id": np.repeat(strata.district_id, groups),
            "people": np.tile(strata.people, strata.area_count),
            "persons_group": np.tile(strata.groups, strata.area_count),
            **{name: np.where(strata.has_known, count, np.nan).ravel() for name, count in counts.items()},
            "persons_without_group": strata.persons_without_group.ravel(),
        }
    )


def _measure_mean(strata: Strata, values: Floats, *, is_known: Bools) -> Floats:
    return _divide(strata.sum_persons(values * is_known), strata.sum_persons(is_known))


def _divide(part: Floats, whole: Floats) -> Floats:
    blank = np.full(np.shape(part), np.nan)
    ratio: Floats = np.divide(part, whole, out=blank, where=np.nan_to_num(whole) > 0)
    return ratio


def _null_infinite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _arrange(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    rest = [column for column in table if column not in keys]
    return table.sort_values(keys, kind="stable", ignore_index=True)[[*keys, *rest]]
