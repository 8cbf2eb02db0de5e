# SPDX-License-Identifier: MIT
"""The download of what opening a Potenzialraum would bring: one row a room, walking profile and time."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from begegnung_geo.export.text import clean_texts
from begegnung_geo.export.words import POTENTIAL_WORDS, UNCONFIRMED

HIDDEN = "."
_COUNT = "persons_"
_DOUBTFUL = ("D", "E")
_KEYS = ["begegnungsort_id", "profile", "threshold_min"]


def build_potential_rows(
    gains: pd.DataFrame,
    ranks: pd.DataFrame,
    begegnungsorte: gpd.GeoDataFrame,
    *,
    class_labels: Mapping[str, tuple[str, str]],
) -> pd.DataFrame:
    """
    Return the published gains with name, evidence and rank of each room.

    Parameters
    ----------
    gains
        Table `published_siting_gains`.
    ranks
        Table `published_siting_ranks`.
    begegnungsorte
        Table `begegnungsorte`, for names and evidence.
    class_labels
        Class key -> (German, English) name.

    Returns
    -------
    rows
        The columns of `POTENTIAL_WORDS`, by their keys. Hidden numbers of people are `.`;
        `note` says where the room itself has not been confirmed.
    """
    places = pd.DataFrame(begegnungsorte)[["begegnungsort_id", "name", "class", "evidence"]]
    rows = gains.merge(places, on="begegnungsort_id").merge(ranks, on="begegnungsort_id")
    rows = rows.sort_values(_KEYS, kind="stable", ignore_index=True)
    labels = rows["class"].map(lambda key: class_labels.get(key, (key, key))[0])
    counts = [str(name) for name in gains.columns if str(name).startswith(_COUNT)]
    shown = {name: rows[name].astype(object).mask(rows[name].isna(), HIDDEN) for name in counts}
    note = pd.Series("", index=rows.index, dtype="str").mask(rows["evidence"].isin(_DOUBTFUL), UNCONFIRMED)
    rows = rows.assign(
        name=clean_texts(rows["name"].astype("str")),
        class_name=clean_texts(labels.astype("str")),
        underserved_districts=rows["underserved_districts"].map(" ".join).astype("str"),
        note=note,
        **shown,
    )
    family = sorted(name for name in counts if name.startswith("persons_added_"))
    names = [n for word in POTENTIAL_WORDS for n in (family if word == "persons_added_" else [word])]
    return rows[names]
