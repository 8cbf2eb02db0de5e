# SPDX-License-Identifier: MIT
"""The download of who reaches an open place: one row an area, moment, walking profile and time."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from begegnung_geo.export.text import clean_texts
from begegnung_geo.export.words import FEW_COVERED, NO_STATEMENT, OPEN_COVERAGE_WORDS, TOO_FEW
from begegnung_geo.moments import Moment
from begegnung_geo.profile import Publication

HIDDEN = "."
_KEYS = ["level", "district_id", "moment", "profile", "threshold_min"]
_COUNTS = ("persons", "persons_covered_min", "persons_covered_max")
_SHARES = ("covered_share_min", "covered_share_max")


def build_open_coverage_rows(
    open_coverage: pd.DataFrame,
    *,
    names: pd.DataFrame,
    moments: Mapping[str, Moment],
    publication: Publication,
) -> pd.DataFrame:
    """
    Return the published coverage at the named moments with names.

    Parameters
    ----------
    open_coverage
        Table `published_open_coverage`.
    names
        Columns `level`, `district_id`, `name`: the districts, and the city with an empty id.
    moments
        Key -> moment, for the German label.
    publication
        Rules of the profile, for the words that say why a share is missing.

    Returns
    -------
    rows
        The columns of `OPEN_COVERAGE_WORDS`, by their keys. Hidden numbers of people and the
        shares of them are `.`, `note` says why.
    """
    labels = {key: moment.label_de for key, moment in moments.items()}
    rows = open_coverage.merge(names, on=["level", "district_id"], how="left")
    is_inhabited = rows["persons"] != 0  # also where the number is hidden
    is_small = is_inhabited & ~(rows["persons"] >= publication.share_base_min)
    is_few = rows["persons_covered_min"].isna() | rows["persons_covered_max"].isna()
    is_silent = is_inhabited & rows[list(_SHARES)].isna().any(axis="columns")
    rows = rows.assign(
        name=clean_texts(rows["name"].astype("str")),
        moment_name=clean_texts(rows["moment"].map(labels).astype("str")),
        note=np.select([is_small, is_few, is_silent], [TOO_FEW, FEW_COVERED, NO_STATEMENT], default=""),
    )
    rows = rows.sort_values(_KEYS, kind="stable", ignore_index=True)
    is_inhabited = rows["persons"] != 0
    hidden = {name: rows[name].isna() for name in _COUNTS}
    hidden |= {name: is_inhabited & rows[name].isna() for name in _SHARES}
    shown = {name: rows[name].astype(object).mask(is_hidden, HIDDEN) for name, is_hidden in hidden.items()}
    return rows.assign(**shown)[list(OPEN_COVERAGE_WORDS)]
