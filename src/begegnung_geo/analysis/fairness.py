# SPDX-License-Identifier: MIT
"""How fairly the walks of a whole city are spread: among all people, and by need."""

import numpy as np
import pandas as pd

from begegnung_geo.analysis.disclosure import publish_frame
from begegnung_geo.analysis.need import find_need
from begegnung_geo.analysis.network import Floats
from begegnung_geo.profile import Publication, Walking

_LONGEST, _SHORTEST = 0.1, 0.4  # Palma: the top tenth against the bottom four tenths
_FIFTH = 0.2
_DECIMALS = 9  # needs that differ by less are equal
_FIGURES = (
    "walk_mean_min", "gini", "palma", "longest_mean_min", "shortest_mean_min",
    "concentration", "high_need_mean_min", "low_need_mean_min",
)  # fmt: skip


def build_fairness(demand: pd.DataFrame, need: pd.DataFrame, *, walking: Walking) -> pd.DataFrame:
    """
    Return how fairly the minutes to the nearest counted place are spread.

    Counted are the people with a known walk; `persons_left_out` have none.

    Parameters
    ----------
    demand
        Table `demand`.
    need
        Table `need`: the need of each home is that of its district (`need.find_need`).
    walking
        Profiles.

    Returns
    -------
    fairness
        Table `fairness`, one row a walking profile: `gini` and `palma` of the minutes,
        `concentration` of the minutes by need, and the means behind each. Null where
        nobody has a known walk, all walks are 0 minutes, or need is not known or the same everywhere.
    """
    persons = demand["persons"].to_numpy(dtype=np.float64)
    need_index = find_need(demand, need).to_numpy(dtype=np.float64)
    rows = []
    for key, profile in sorted(walking.profiles.items()):
        column = "walk_distance_step_free_m" if profile.step_free else "walk_distance_m"
        minutes = demand[column].to_numpy(dtype=np.float64) / (profile.speed_m_s * 60)
        has_walk = ~np.isnan(minutes) & (persons > 0)
        walk, people, index = minutes[has_walk], persons[has_walk], need_index[has_walk]
        has_need = ~np.isnan(index)
        has_need &= np.unique(np.round(index[has_need], _DECIMALS)).size > 1  # else need tells nobody apart
        rows.append(
            {
                "profile": key,
                "persons": float(people.sum()),
                "persons_left_out": float(persons.sum() - people.sum()),
                "persons_without_need": float(people[~has_need].sum()),
                "walk_mean_min": average(walk, people),
                "gini": measure_gini(walk, people),
                "palma": measure_palma(walk, people),
                "longest_mean_min": average_end(walk, -walk, people, share=_LONGEST),
                "shortest_mean_min": average_end(walk, walk, people, share=_SHORTEST),
                "concentration": measure_concentration(walk[has_need], index[has_need], people[has_need]),
                "high_need_mean_min": average_end(
                    walk[has_need], -index[has_need], people[has_need], share=_FIFTH
                ),
                "low_need_mean_min": average_end(
                    walk[has_need], index[has_need], people[has_need], share=_FIFTH
                ),
            }
        )
    return pd.DataFrame(rows).astype({"profile": "str"})


def measure_gini(values: Floats, persons: Floats) -> float:
    """
    Return the Gini index: half the mean difference of two people, relative to the mean.

    0 where all people have the same value; towards 1 where one person has all of it.
    G = sum_ij P_i P_j |x_i - x_j| / (2 P^2 mean). NaN without people, or with mean 0.
    """
    return measure_concentration(values, values, persons)


def measure_palma(values: Floats, persons: Floats) -> float:
    """
    Return the Palma ratio: what the tenth with the most has, against the four tenths with the least.

    0.25 where all have the same. The home that the border of a tenth falls into is split.
    NaN without people, or where the four tenths have nothing.
    """
    most = _LONGEST * average_end(values, -values, persons, share=_LONGEST)
    least = _SHORTEST * average_end(values, values, persons, share=_SHORTEST)
    return most / least if least > 0 else np.nan


def measure_concentration(values: Floats, order: Floats, persons: Floats) -> float:
    """
    Return the concentration index of values among people in an order.

    C = 2 / (P mean) sum_i P_i x_i r_i - 1 with r_i the rank of a person, 0 to 1, by rising
    `order`; those equal (to a billionth) share their middle rank. Above 0 the
    values gather where `order` is high, below 0 where it is low; 0 is no tie
    (Kakwani, Wagstaff & van Doorslaer 1997, Journal of Econometrics 77, 87-103).
    NaN without people, or with mean 0.
    """
    total = float(np.dot(persons, values))
    if not total > 0:
        return np.nan
    _, position = np.unique(np.round(order, _DECIMALS), return_inverse=True)
    of_order = np.bincount(position, weights=persons)
    rank = ((np.cumsum(of_order) - of_order / 2) / of_order.sum())[position]
    return float(2 * np.dot(persons * rank, values) / total - 1)


def average(values: Floats, persons: Floats) -> float:
    """Return the mean of the people, NaN where there are none."""
    total = float(persons.sum())
    return float(np.dot(persons, values)) / total if total > 0 else np.nan


def average_end(values: Floats, order: Floats, persons: Floats, *, share: float) -> float:
    """
    Return the mean of the first people in an order.

    Parameters
    ----------
    values, order, persons
        One entry a home. People with an equal order (to a billionth) count by the same
        part, so that their sequence has no influence.
    share
        How many of the people, 0-1.

    Returns
    -------
    mean
        NaN without people.
    """
    if not persons.sum() > 0:
        return np.nan
    _, position = np.unique(np.round(order, _DECIMALS), return_inverse=True)
    of_order = np.bincount(position, weights=persons)
    before = np.cumsum(of_order) - of_order
    wanted = share * of_order.sum()
    part = np.clip((wanted - before) / np.where(of_order > 0, of_order, 1.0), 0.0, 1.0)
    return average(values, persons * part[position])


def publish_fairness(
    protected: pd.DataFrame, exact: pd.DataFrame, *, publication: Publication, unknown_share_max: float
) -> pd.DataFrame:
    """
    Return the table `published_fairness`.

    Parameters
    ----------
    protected
        Table `fairness`, computed from `protected_demand`.
    exact
        The same computed from `demand`; tells only where anybody is counted.
    publication
        Rules of the profile.
    unknown_share_max
        No figure where more of the people have no known walk (by need: no known need), 0-1.
    """
    counts = ["persons", "persons_left_out", "persons_without_need"]
    published = publish_frame(
        protected,
        exact,
        publication=publication,
        counts=counts,
        figures=dict.fromkeys(_FIGURES, "persons"),
    )
    everybody = protected["persons"] + protected["persons_left_out"]
    is_vague = protected["persons_left_out"] > unknown_share_max * everybody
    is_blind = protected["persons_without_need"] > unknown_share_max * protected["persons"]
    by_need = {"concentration", "high_need_mean_min", "low_need_mean_min"}
    return published.assign(
        **{name: published[name].mask(is_vague | (is_blind & (name in by_need))) for name in _FIGURES}
    )


def withhold_fairness(fairness: pd.DataFrame) -> pd.DataFrame:
    """Return the table `fairness` without figures: the people are not those of the area as a whole."""
    return fairness.assign(**dict.fromkeys(_FIGURES, np.nan))
