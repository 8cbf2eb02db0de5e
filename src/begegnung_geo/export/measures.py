# SPDX-License-Identifier: MIT
"""The download of walks, choice and seats: one row a district, group of people and walking profile."""

import re

import numpy as np
import pandas as pd

from begegnung_geo.export.text import clean_texts
from begegnung_geo.export.words import MEASURE_WORDS, NO_STATEMENT, TOO_FEW, UNKNOWN_GROUP
from begegnung_geo.profile import Publication

HIDDEN = "."
_KEYS = ["level", "district_id", "persons_group", "profile"]
_DECIMALS = {"min": 1, "share": 4, "seats": 0}
_MEMBER = re.compile(r"\d+|[A-Z]")


def build_measure_rows(
    walks: pd.DataFrame,
    choice: pd.DataFrame,
    seats: pd.DataFrame,
    *,
    names: pd.DataFrame,
    publication: Publication,
) -> pd.DataFrame:
    """
    Return the published measures side by side.

    Parameters
    ----------
    walks, choice, seats
        Tables `published_district_walks`, `published_district_choice`, `published_district_seats`.
    names
        Columns `level`, `district_id`, `name`: the districts, and the city with an empty id.
    publication
        Rules of the profile, for the words that say why a figure is missing.

    Returns
    -------
    rows
        The columns of `MEASURE_WORDS`, families spelt out by threshold (`covered_share_10`) or
        letter of a group of classes (`median_min_B`). Hidden numbers of people are `.`, `note`
        says why figures are missing.
    """
    nearest = walks[walks["destination"] == "any"].drop(columns="destination")
    rows = nearest[[*_KEYS, "persons", "persons_without_walk", "persons_ranged", "persons_without_group"]]
    far = ["median_min", "median_max_min", "p90_min", "p90_max_min"]
    parts = [
        nearest.set_index(_KEYS)[far].add_prefix("walk_"),
        walks[walks["destination"] == "choice"].set_index(_KEYS)[far[:2]].add_prefix("choice_walk_"),
        _spread(walks[walks["destination"].str.fullmatch("[A-Z]")], "destination", far[:2]),
        _spread(choice, "threshold_min", [word[:-1] for word in MEASURE_WORDS if word[:-1] in choice]),
        seats.set_index(_KEYS)[["seats_e2sfca", "seats_balanced"]],
    ]
    rows = rows.join(pd.concat(parts, axis=1), on=_KEYS).merge(names, on=["level", "district_id"], how="left")
    rows["note"] = _explain(rows, publication)
    listed = [
        name
        for word in MEASURE_WORDS
        for name in ([word] if not word.endswith("_") else _list_family(rows, word))
    ]
    rows = rows.sort_values(_KEYS, kind="stable", ignore_index=True)[listed]
    counts = [column for column in listed if column.startswith("persons") and column != "persons_group"]
    figures = [column for column in listed if rows[column].dtype == "float64" and column not in counts]
    rows[figures] = rows[figures].apply(lambda values: values.round(_find_decimals(str(values.name))))
    is_blank = rows["note"] == UNKNOWN_GROUP  # not hidden: nobody knows
    for column in counts:
        rows[column] = rows[column].astype(object).mask(rows[column].isna() & ~is_blank, HIDDEN)
    return rows.assign(name=clean_texts(rows["name"].astype("str")))


def _spread(table: pd.DataFrame, key: str, columns: list[str]) -> pd.DataFrame:
    # One column a value of the key: covered_share_5, covered_share_10 ...
    by_value = {str(value): rows.set_index(_KEYS) for value, rows in table.groupby(key, sort=True)}
    spread = {f"{name}_{value}": rows[name] for name in columns for value, rows in by_value.items()}
    return pd.DataFrame(spread, index=None if spread else table.set_index(_KEYS).index)


def _explain(rows: pd.DataFrame, publication: Publication) -> pd.Series:
    everybody = rows["persons"].where(rows["persons_group"] == "all")
    everybody = everybody.groupby([rows["level"], rows["district_id"], rows["profile"]]).transform("max")
    is_unknown = rows["persons"].isna() & (rows["persons_without_group"] >= everybody) & (everybody > 0)
    is_small = ~(rows["persons"] >= publication.share_base_min) & (rows["persons"] != 0)
    is_vague = (rows["persons"] > 0) & rows["walk_median_min"].isna() & rows["seats_balanced"].isna()
    found = np.select([is_unknown, is_small, is_vague], [UNKNOWN_GROUP, TOO_FEW, NO_STATEMENT], default="")
    return pd.Series(found, index=rows.index, dtype="str")


def _list_family(rows: pd.DataFrame, word: str) -> list[str]:
    # A threshold or a letter follows; covered_share_ is not the family of covered_share_max_10.
    return [c for c in rows.columns if c.startswith(word) and _MEMBER.fullmatch(c.removeprefix(word))]


def _find_decimals(column: str) -> int:
    return next((number for part, number in _DECIMALS.items() if part in column), 0)
