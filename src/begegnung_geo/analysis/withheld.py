# SPDX-License-Identifier: MIT
"""The last look before anything leaves the house: places that must not be found."""

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.row_counts import RowCount, count_members
from begegnung_geo.category_rules import CategoryRules
from begegnung_geo.issues import IssueCode, count_issue

_TEXT_COLUMNS = ("name", "operator", "provider", "programmer", "funder")


def drop_withheld(
    begegnungsorte: gpd.GeoDataFrame, rules: CategoryRules
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, tuple[RowCount, ...]]:
    """
    Take out places that a word in any of their texts marks as a shelter.

    Records of sources are withheld when they are classified; a correction or an answer
    can bring such a word back later, so the merged places are looked at again.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte` with everything that people wrote applied.
    rules
        The words are those of all rules with effect `withhold`.

    Returns
    -------
    begegnungsorte
        The other places, same order, new index.
    issues
        One line with their number: neither name nor id (DOMAIN 5.5).
    counts
        The records behind them, as rejected.
    """
    patterns = rules.list_withhold_words()
    columns = [column for column in _TEXT_COLUMNS if column in begegnungsorte.columns]
    texts = [" ".join(row) for row in begegnungsorte[columns].fillna("").astype("str").to_numpy().tolist()]
    is_withheld = np.array([any(p.search(text.casefold()) for p in patterns) for text in texts], dtype=bool)
    issues = count_issue(
        "hand",
        IssueCode.PLACE_EXCLUDED,
        count=int(is_withheld.sum()),
        text="withheld to protect people (DOMAIN 5.5): neither name nor location is kept",
    )
    counts = count_members(begegnungsorte[is_withheld], reason="withheld")
    return gpd.GeoDataFrame(begegnungsorte[~is_withheld].reset_index(drop=True)), issues, counts
