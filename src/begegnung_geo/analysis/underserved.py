# SPDX-License-Identifier: MIT
"""Which districts the rule of the profile flags as under-served, why, and how stable the flag is."""

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.coverage import count_persons, sum_by_district
from begegnung_geo.profile import Underserved, Walking

SHARE_BELOW_LIMIT = "share_below_limit"
"""Reason: a smaller share of the people than `underserved.share_below` is within reach."""

SHARE_BELOW_MEDIAN = "share_below_median"
"""Reason: the share is clearly below the median of the city's districts of the same level."""

NO_PEOPLE = "no_people"
"""No statement: nobody lives in the district."""

FEW_PEOPLE = "few_people"
"""No statement: fewer people than `underserved.persons_min`."""

UNKNOWN_SHARE = "unknown_share"
"""No statement: more people than `coverage.unknown_share_max` have an unknown walk."""

EXTRACT_EDGE = "extract_edge"
"""Not assessed: the study area ends where the map extract does, so places beyond it are missing."""

_SPEED_FACTORS = (0.8, 0.9, 1.0, 1.1, 1.2)
_LIKELY_SHARE = 0.7


def flag_underserved(
    coverage: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    walking: Walking,
    rule: Underserved,
    unknown_share_max: float,
) -> pd.DataFrame:
    """
    Flag districts whose people have few meeting places within reach.

    A district is under-served if its covered share is below `rule.share_below`, or
    below the median of the districts of its level minus `rule.mad_below_median`
    median absolute deviations; and if at least `rule.persons_min` people live in
    it. The median and the deviation are those of all districts of the level where
    people live, each counting once; unknown walks count as not covered.

    Where fewer people live, or more than `unknown_share_max` of them have an unknown
    walk, no statement is made: not flagged, stability `not_assessable`, `reasons`
    `no_people`, `few_people` or `unknown_share`.

    Parameters
    ----------
    coverage
        Table `coverage`.
    demand
        Table `demand` that the coverage was counted from.
    districts
        Table `districts`.
    walking
        Profiles and thresholds.
    rule
        The profile's rule.
    unknown_share_max
        Largest share of people with an unknown walk for a statement, 0-1.

    Returns
    -------
    underserved
        Table `underserved`, by level and district. `reasons` of a flag
        are `share_below_limit` and `share_below_median` as far as they apply; the list
        is empty where a district is assessed and not flagged. `stability` tells in how many of ten variants
        (walking speed times 0.8, 0.9, 1.0, 1.1 and 1.2; unknown walks counted as
        not covered and as covered) the district gets the same answer: `robust` in all,
        `likely` in at least 70 %, else `fragile`.
    """
    is_used = (coverage["profile"] == rule.profile) & (coverage["threshold_min"] == rule.threshold_min)
    used = coverage[is_used].sort_values(["level", "district_id"], kind="stable", ignore_index=True)
    is_below_limit, is_below_median = _apply_rule(used, used["covered_share"], rule=rule)
    persons = used["persons"].where(used["persons"] > 0)
    has_no_people = used["persons"] <= 0
    has_few_people = (used["persons"] < rule.persons_min) & ~has_no_people
    has_unknown = used["persons_unknown"] / persons > unknown_share_max
    is_assessable = ~(has_no_people | has_few_people | has_unknown)
    is_underserved = (is_below_limit | is_below_median) & is_assessable
    agreement = _measure_agreement(is_underserved, demand, districts, walking=walking, rule=rule)
    stability = np.select(
        [~is_assessable, agreement >= 1.0, agreement >= _LIKELY_SHARE],
        ["not_assessable", "robust", "likely"],
        default="fragile",
    )
    return used[["level", "district_id"]].assign(
        is_underserved=is_underserved.to_numpy(dtype=bool),
        stability=pd.Series(stability, dtype="str"),
        reasons=_list_codes(
            {
                SHARE_BELOW_LIMIT: is_underserved & is_below_limit,
                SHARE_BELOW_MEDIAN: is_underserved & is_below_median,
                NO_PEOPLE: has_no_people,
                FEW_PEOPLE: has_few_people,
                UNKNOWN_SHARE: has_unknown,
            }
        ),
    )


def withhold_flags(underserved: pd.DataFrame) -> pd.DataFrame:
    """
    Return the table `underserved` without any flag, each district with `extract_edge`.

    For a study area that is the extract's own outline: nobody knows which places lie
    just beyond it, so walks near its edge look longer than they are.
    """
    codes = [sorted({*reasons, EXTRACT_EDGE}) for reasons in underserved["reasons"]]
    return underserved.assign(
        is_underserved=False, stability="not_assessable", reasons=pd.Series(codes, index=underserved.index)
    )


def _apply_rule(sums: pd.DataFrame, share: pd.Series, *, rule: Underserved) -> tuple[pd.Series, pd.Series]:
    # Both halves of the rule; a district without people has no share and is below nothing.
    median = share.groupby(sums["level"]).transform("median")
    deviation = (share - median).abs().groupby(sums["level"]).transform("median")
    return share < rule.share_below, share < median - rule.mad_below_median * deviation


def _measure_agreement(
    is_underserved: pd.Series,
    demand: pd.DataFrame,
    districts: pd.DataFrame,
    *,
    walking: Walking,
    rule: Underserved,
) -> pd.Series:
    reach_m = walking.reach_m(rule.profile, rule.threshold_min)
    step_free = walking.profiles[rule.profile].step_free
    same = pd.Series(0, index=is_underserved.index)
    for factor in _SPEED_FACTORS:
        counted = count_persons(demand, reach_m=reach_m * factor, step_free=step_free)
        sums = sum_by_district(demand, districts, counted)
        sums = sums.sort_values(["level", "district_id"], kind="stable", ignore_index=True)
        persons = sums["persons"].where(sums["persons"] > 0)
        for covered in (sums["persons_covered"], sums["persons_covered"] + sums["persons_unknown"]):
            is_below_limit, is_below_median = _apply_rule(sums, covered / persons, rule=rule)
            is_flagged = (is_below_limit | is_below_median) & (sums["persons"] >= rule.persons_min)
            same += is_flagged == is_underserved
    return same / (2 * len(_SPEED_FACTORS))


def _list_codes(holds: dict[str, pd.Series]) -> pd.Series:
    flags = pd.DataFrame(holds)
    codes = [[code for code in flags if row[code]] for row in flags.to_dict("records")]
    return pd.Series(codes, index=flags.index, dtype=object)
