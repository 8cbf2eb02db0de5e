# SPDX-License-Identifier: MIT
"""Which districts the rules of the profile flag as under-served, why, and how stable the flag is."""

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.district_sums import DistrictIndex, index_districts
from begegnung_geo.analysis.network import Bools, Floats
from begegnung_geo.analysis.underserved_rules import (
    Verdict,
    judge_districts,
    measure_mads_below_median,
    measure_medians,
    measure_shares,
)
from begegnung_geo.analysis.underserved_variants import (
    Doubts,
    Experiment,
    Trial,
    build_trials,
    count_usual,
    plan_experiment,
)
from begegnung_geo.assessment import Underserved
from begegnung_geo.profile import Walking
from begegnung_geo.schema import build_empty

NO_PEOPLE = "no_people"
"""No statement: nobody lives in the district."""

FEW_PEOPLE = "few_people"
"""No statement: fewer people than `underserved.persons_min`."""

UNKNOWN_SHARE = "unknown_share"
"""No statement: more people than `coverage.unknown_share_max` have an unknown walk."""

EXTRACT_EDGE = "extract_edge"
"""Not assessed: the study area ends where the map extract does, so places beyond it are missing."""

PARTIAL_PEOPLE = "partial_people"
"""Not assessed: the people that are known are not those of the area (some age groups, part of the houses)."""

_KEY = ["level", "district_id"]
_HALF = 0.5
_DECIMALS = 9


def flag_underserved(
    demand: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    doubts: Doubts,
    *,
    walking: Walking,
    rule: Underserved,
    unknown_share_max: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Flag districts whose people have few meeting places within reach.

    The rules stand in the profile (`[underserved]`). Median and deviation are those
    of all districts of the level where people live, each counting once; unknown
    walks count as not covered, need as low as it can be.

    Where fewer than `rule.persons_min` people live, or more than `unknown_share_max` of
    them have an unknown walk, no statement is made: not flagged, stability
    `not_assessable`, `reasons` `no_people`, `few_people` or `unknown_share`.

    Parameters
    ----------
    demand
        Table `demand`.
    districts
        Table `districts`.
    doubts
        What is not known for sure: need, snapping, places that no source names.
    walking
        Profiles and thresholds.
    rule
        The profile's rules and the variants for stability.
    unknown_share_max
        Largest share of people with an unknown walk for a statement, 0-1.

    Returns
    -------
    underserved
        Table `underserved`, by level and district. `reasons` of a flag are the keys of
        the rules that hold, in the order of the profile; the list is empty where a
        district is assessed and not flagged. `stability` is `robust` where all variants give
        the same answer, `likely` where at least `rule.variants.likely_agreement_min` of them
        do, else `fragile`.
    underserved_variants
        Table `underserved_variants`: one row a district that is assessed and variant.
    """
    index = index_districts(demand, districts)
    persons = index.sum(demand["persons"].to_numpy(dtype=np.float64))
    experiment = plan_experiment(demand, index, doubts, walking=walking, rule=rule)
    usual = count_usual(experiment)
    verdict = _judge(usual, persons, experiment)
    codes = {
        NO_PEOPLE: persons <= 0,
        FEW_PEOPLE: (persons < rule.persons_min) & (persons > 0),
        UNKNOWN_SHARE: measure_shares(usual.unknown, persons) > unknown_share_max,
    }
    is_assessable = ~np.logical_or.reduce(list(codes.values()))
    is_underserved = verdict.is_underserved & is_assessable
    codes = {key: holds & is_assessable for key, holds in verdict.holds.items()} | codes
    trials = [
        _describe_trial(trial, persons, experiment, is_underserved=is_underserved)[is_assessable]
        for trial in build_trials(experiment)
    ]
    variants = pd.concat(trials) if trials else build_empty("underserved_variants", crs="")
    counts = _count_agreeing(variants, index)
    median, _ = measure_medians(measure_shares(usual.covered, persons), index.level)
    need_index = index.districts.merge(doubts.need, on=_KEY, how="left")["need_index"]
    underserved = index.districts.assign(
        is_underserved=is_underserved,
        stability=_grade(counts, is_assessable, likely_min=rule.variants.likely_agreement_min),
        variants_agree=counts["variants_agree"],
        variants_count=counts["variants_count"],
        reasons=_list_codes(codes),
        persons_beyond=np.maximum(persons - usual.covered - usual.unknown, 0.0),
        need_index=need_index.to_numpy(dtype=np.float64),
        level_median_share=median,
    )
    return underserved, variants.sort_values([*_KEY, "variant"], ignore_index=True)


def withhold_flags(
    underserved: pd.DataFrame, underserved_variants: pd.DataFrame, *, code: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the two tables without any flag or variant; why nothing is said replaces the rules.

    Parameters
    ----------
    code
        `extract_edge`: the study area is the extract's own outline, and nobody knows
        which places lie just beyond it. `partial_people`: the people are not all known.
    """
    is_unassessed = underserved["stability"] == "not_assessable"
    codes = [
        sorted({*reasons, code}) if is_known else [code]
        for reasons, is_known in zip(underserved["reasons"], is_unassessed, strict=True)
    ]
    withheld = underserved.assign(
        is_underserved=False,
        stability="not_assessable",
        variants_agree=0,
        variants_count=0,
        reasons=pd.Series(codes, index=underserved.index, dtype=object),
    )
    return withheld, underserved_variants[:0]


def publish_underserved(
    underserved: pd.DataFrame,
    *,
    published_coverage: pd.DataFrame,
    packed_coverage: pd.DataFrame,
    need: pd.DataFrame,
    rule: Underserved,
) -> pd.DataFrame:
    """
    Return the verdicts, decided on exact figures, with the figures that may be told.

    Parameters
    ----------
    underserved
        Table `underserved`.
    published_coverage
        Table `published_coverage`, for the people beyond reach.
    packed_coverage
        Table `coverage` from packed people, for the median share of the level.
    need
        Table `need` from packed people.
    rule
        The profile's rules.
    """
    is_used = (packed_coverage["profile"] == rule.profile) & (
        packed_coverage["threshold_min"] == rule.threshold_min
    )
    used = packed_coverage[is_used]
    beyond = published_coverage.loc[is_used, [*_KEY, "persons_beyond"]]
    median = used.groupby("level")["covered_share"].median()
    told = underserved[_KEY].merge(beyond, on=_KEY, how="left").merge(need, on=_KEY, how="left")
    return underserved.assign(
        persons_beyond=told["persons_beyond"].to_numpy(),
        need_index=told["need_index"].to_numpy(dtype=np.float64),
        level_median_share=underserved["level"].map(median).astype("float64"),
    )


def _judge(trial: Trial, persons: Floats, experiment: Experiment) -> Verdict:
    share = measure_shares(trial.covered, persons)
    rule, level = experiment.rule, experiment.index.level
    return judge_districts(
        {
            "covered_share": share,
            "mads_below_median": measure_mads_below_median(
                share, level, districts_min=rule.median_districts_min
            ),
            "persons_beyond": np.maximum(persons - trial.covered - trial.unknown, 0.0),
            "need_index": trial.need,
        },
        rule=rule,
    )


def _describe_trial(
    trial: Trial, persons: Floats, experiment: Experiment, *, is_underserved: Bools
) -> pd.DataFrame:
    answers = np.atleast_2d(_judge(trial, persons, experiment).is_underserved)  # one row a draw
    same_share = np.round((answers == is_underserved).mean(axis=0), _DECIMALS)
    return experiment.index.districts.assign(
        variant=trial.key,
        dimension=trial.dimension,
        value=trial.value,
        is_underserved=answers.mean(axis=0) >= _HALF,
        same_answer_share=same_share,
        is_same_answer=same_share >= experiment.rule.variants.draws_agree_min,
        covered_share=np.atleast_2d(measure_shares(trial.covered, persons)).mean(axis=0),
    )


def _count_agreeing(variants: pd.DataFrame, index: DistrictIndex) -> pd.DataFrame:
    answers = variants.groupby(_KEY)["is_same_answer"]
    counts = pd.DataFrame({"variants_agree": answers.sum(), "variants_count": answers.size()})
    return index.districts.join(counts, on=_KEY)[list(counts)].fillna(0).astype("int64")


def _grade(counts: pd.DataFrame, is_assessable: Bools, *, likely_min: float) -> pd.Series:
    agreement = counts["variants_agree"] / counts["variants_count"].where(counts["variants_count"] > 0)
    grades = np.select(
        [~is_assessable, agreement.fillna(1.0) >= 1.0, agreement >= likely_min],
        ["not_assessable", "robust", "likely"],
        default="fragile",
    )
    return pd.Series(grades, index=counts.index, dtype="str")


def _list_codes(holds: dict[str, Bools]) -> pd.Series:
    flags = pd.DataFrame(holds)
    codes = [[code for code in flags if row[code]] for row in flags.to_dict("records")]
    return pd.Series(codes, index=flags.index, dtype=object)
