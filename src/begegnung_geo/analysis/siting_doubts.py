# SPDX-License-Identifier: MIT
"""Who has a place within reach under other assumptions: the trials that a ranking of rooms goes through."""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from begegnung_geo.analysis.coverage import find_covered, find_unknown
from begegnung_geo.analysis.missing_places import draw_missing
from begegnung_geo.analysis.network import Bools
from begegnung_geo.analysis.snap_variants import apply_snap_variant, find_lost_homes
from begegnung_geo.analysis.underserved_variants import Doubts, find_known_open
from begegnung_geo.assessment import Variants
from begegnung_geo.profile import Headline, Walking


@dataclass(frozen=True, eq=False)
class SitingTrial:
    """
    One set of assumptions.

    Attributes
    ----------
    reach_m
        How far people walk, in metres.
    is_covered
        Whom no room can bring within reach any more, as they are already or have no walk at all:
        one row a draw (one where nothing is drawn), one column a home.
    """

    reach_m: float
    is_covered: Bools


def list_siting_trials(
    demand: gpd.GeoDataFrame, doubts: Doubts, *, walking: Walking, headline: Headline, variants: Variants
) -> tuple[SitingTrial, ...]:
    """
    List the assumptions that the flags of districts are tried with, for a ranking of rooms.

    Other speeds and times; other longest legs to a walkway, where homes that lose theirs are left
    out; unknown walks counted as within reach; places without known opening hours counted as
    closed; the places that probably exist unlisted put at random where people live. What
    changes nothing is no trial; the need of districts does not enter this ranking.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    doubts
        As for `underserved_variants.build_trials`, homes in the same order.
    walking
        Profiles and thresholds.
    headline
        Profile and threshold of the ranking.
    variants
        `underserved.variants`.

    Returns
    -------
    trials
        The usual assumptions first.
    """
    return tuple(_try_all(demand, doubts, walking=walking, headline=headline, variants=variants))


def _try_all(
    demand: gpd.GeoDataFrame, doubts: Doubts, *, walking: Walking, headline: Headline, variants: Variants
) -> Iterator[SitingTrial]:
    profile = walking.profiles[headline.profile]
    usual_m, per_minute_m = walking.reach_m(headline.profile, headline.threshold_min), profile.speed_m_s * 60

    def cover(reach_m: float) -> SitingTrial:
        flags = find_covered(demand, reach_m=reach_m, step_free=profile.step_free)
        return SitingTrial(reach_m, flags[np.newaxis])

    usual = cover(usual_m)
    yield usual
    yield from (cover(factor * usual_m) for factor in variants.speed_factors)
    yield from (cover(minutes * per_minute_m) for minutes in variants.thresholds_min)
    for limit in sorted(doubts.snap_variants["snap_limit_m"].unique()):
        told = {"snap_limit_m": limit, "step_free": profile.step_free}
        changed = apply_snap_variant(demand, doubts.snap_variants, **told)
        is_covered = find_covered(changed, reach_m=usual_m, step_free=profile.step_free)
        is_lost = (changed["status"] == "no_walkway_near") | demand["demand_id"].isin(
            find_lost_homes(doubts.snap_variants, **told)
        )
        yield SitingTrial(usual_m, (is_covered | is_lost.to_numpy(dtype=bool))[np.newaxis])
    unknown = find_unknown(demand, reach_m=usual_m, step_free=profile.step_free)
    if unknown.any():
        yield SitingTrial(usual_m, usual.is_covered | unknown)
    is_open = find_known_open(doubts, reach_m=usual_m, step_free=profile.step_free)
    if is_open.any() and not np.array_equal(is_open, usual.is_covered[0]):
        yield SitingTrial(usual_m, is_open[np.newaxis])
    for count in doubts.missing_counts:
        drawn = draw_missing(demand, count=count, reach_m=usual_m, variants=variants)
        yield SitingTrial(usual_m, usual.is_covered | drawn)
