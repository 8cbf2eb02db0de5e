# SPDX-License-Identifier: MIT
"""Gains and choices of Potenzialräume as they may be told."""

import pandas as pd

from begegnung_geo.analysis.disclosure import publish_count
from begegnung_geo.analysis.siting_tables import FEWEST, PEOPLE
from begegnung_geo.profile import Publication

TOLD_OBJECTIVES = (PEOPLE, FEWEST)
"""The choices that are told: the gains of the others are no numbers of people."""

_COUNT = "persons_"


def publish_siting(packed: pd.DataFrame, exact: pd.DataFrame, *, publication: Publication) -> pd.DataFrame:
    """
    Return the gains as every page and file tells them.

    Parameters
    ----------
    packed
        Table `siting_gains`, computed from `protected_demand`.
    exact
        The same computed from `demand`; tells only where anybody gains, and which districts.
    publication
        Rules of the profile.

    Returns
    -------
    published
        Table `published_siting_gains`: hidden counts are null, minutes are in hundreds.
    """
    counts = [str(name) for name in exact.columns if str(name).startswith(_COUNT)]
    told = {
        name: publish_count(packed[name], publication=publication, is_anybody=exact[name] > 0)
        for name in counts
    }
    return packed.assign(
        minutes_saved=packed["minutes_saved"].round(-2),
        underserved_districts=exact["underserved_districts"],
        **told,
    )


def publish_choices(packed: pd.DataFrame, *, publication: Publication) -> pd.DataFrame:
    """
    Return the choices as every page and file tells them.

    They are chosen by packed people, so that nobody who tries out the page finds better ones.

    Parameters
    ----------
    packed
        Table `siting_choices` for `TOLD_OBJECTIVES`, computed from `protected_demand`.
    publication
        Rules of the profile.

    Returns
    -------
    published
        Table `published_siting_choices`: hidden gains are null.
    """
    gains = {name: publish_count(packed[name], publication=publication) for name in ("gain", "greedy_gain")}
    return packed.assign(**gains)
