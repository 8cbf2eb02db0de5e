# SPDX-License-Identifier: MIT
"""The download of walks, choice and seats: one row a district, group of people and walking profile."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from begegnung_geo.export.text import clean_texts, format_metres
from begegnung_geo.export.words import (
    AGES_UNKNOWN,
    FEW_REACHED,
    MEASURE_WORDS,
    NO_CHOICE,
    NO_STATEMENT,
    NO_SUCH_PLACE,
    NO_UPPER_END,
    NOBODY,
    PART_COUNTED,
    TOO_FEW,
    UNKNOWN_GROUP,
)
from begegnung_geo.profile import Profile

HIDDEN = "."
_KEYS = ["level", "district_id", "persons_group", "profile"]
_DECIMALS = {"min": 1, "share": 4, "seats": 0}
_SILENT = {"group_unknown": AGES_UNKNOWN, "walk_unknown": NO_STATEMENT, "part_counted": PART_COUNTED}
_MEMBER = re.compile(r"\d+|[A-Z]")


def build_measure_rows(
    walks: pd.DataFrame,
    choice: pd.DataFrame,
    seats: pd.DataFrame,
    *,
    names: pd.DataFrame,
    profile: Profile,
) -> pd.DataFrame:
    """
    Return the published measures side by side.

    Parameters
    ----------
    walks, choice, seats
        Tables `published_district_walks`, `published_district_choice`, `published_district_seats`.
    names
        Columns `level`, `district_id`, `name`: the districts, and the city with an empty id.
    profile
        Its rules say why a figure is missing.

    Returns
    -------
    rows
        The columns of `MEASURE_WORDS`, families spelt out by threshold (`covered_share_10`) or
        letter of a group of classes (`median_min_B`). Hidden numbers of people are `.`, `note`
        says of every figure that is missing why; its columns are named unless it is the whole row.
    """
    nearest = walks[walks["destination"] == "any"].drop(columns="destination")
    rows = nearest[[*_KEYS, "persons", "persons_without_walk", "persons_ranged", "persons_without_group"]]
    far = ["median_min", "median_max_min", "p90_min", "p90_max_min"]
    near = nearest.set_index(_KEYS)
    enough = walks[walks["destination"] == "choice"].set_index(_KEYS)
    of_time = [word[:-1] for word in MEASURE_WORDS if word[:-1] in choice]
    parts = [
        near[[*far, "withheld"]].add_prefix("walk_"),
        enough[[*far[:2], "withheld"]].add_prefix("choice_walk_"),
        _spread(walks[walks["destination"].str.fullmatch("[A-Z]")], "destination", [*far[:2], "withheld"]),
        _spread(choice, "threshold_min", [*of_time, "withheld"]),
        seats.set_index(_KEYS)[["seats_e2sfca", "seats_balanced", "withheld"]].rename(
            columns={"withheld": "seats_withheld"}
        ),
    ]
    rows = rows.join(pd.concat(parts, axis=1), on=_KEYS).merge(names, on=["level", "district_id"], how="left")
    listed = [
        name
        for word in MEASURE_WORDS
        for name in ([word] if not word.endswith("_") else _list_family(rows, word))
    ]
    counts = [column for column in listed if column.startswith("persons") and column != "persons_group"]
    figures = [c for c in listed if c not in counts and c != "note" and rows[c].dtype == "float64"]
    rows["note"] = _explain(rows, figures, profile=profile)
    rows = rows.sort_values(_KEYS, kind="stable", ignore_index=True)[listed]
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


def _explain(rows: pd.DataFrame, figures: Sequence[str], *, profile: Profile) -> pd.Series:
    # One sentence a reason; where it does not silence the whole row, the columns it stands for follow.
    everybody = rows["persons"].where(rows["persons_group"] == "all")
    everybody = everybody.groupby([rows["level"], rows["district_id"], rows["profile"]]).transform("max")
    is_unknown = rows["persons"].isna() & (rows["persons_without_group"] >= everybody) & (everybody > 0)
    is_small = ~(rows["persons"] >= profile.publication.share_base_min)
    whole = np.select(
        [is_unknown, rows["persons"] == 0, is_small], [UNKNOWN_GROUP, NOBODY, TOO_FEW], default=""
    )
    columns: dict[str, pd.Series] = {}
    for column in figures:
        texts = _find_reasons(rows, column, horizon_m=max(profile.walking.list_reaches()))
        for text in sorted(set(texts[rows[column].isna()])):
            told = columns.get(text, pd.Series("", index=rows.index, dtype="str"))
            columns[text] = told.where(~rows[column].isna() | (texts != text), told + f", {column}")
    note, every = pd.Series("", index=rows.index, dtype="str"), "".join(f", {name}" for name in figures)
    for text, names in sorted(columns.items()):
        named = (" (" + names.str.removeprefix(", ") + ")").where(names != every, "")
        note = note.where(names == "", note + f"; {text}" + named)
    return note.str.removeprefix("; ").where(whole == "", pd.Series(whole, index=rows.index, dtype="str"))


def _find_reasons(rows: pd.DataFrame, column: str, *, horizon_m: float) -> pd.Series:
    # Why a figure would be blank: its row of its table is withheld, or there is no such figure.
    lower = column.replace("_max", "", 1)
    if "share" in column:
        reason = FEW_REACHED
    elif column.startswith("choice_walk"):
        reason = NO_CHOICE.format(metres=format_metres(horizon_m))
    else:
        reason = NO_SUCH_PLACE
    of_column = pd.Series(reason, index=rows.index, dtype="str")
    if lower != column:
        of_column = of_column.where(rows[lower].isna(), NO_UPPER_END)
    withheld = rows[_find_withheld(column)].map(_SILENT)
    return withheld.where(withheld.notna(), of_column).astype("str")


def _find_withheld(column: str) -> str:
    # The column that says whether the row of its table is withheld: families end in letter or threshold.
    family = next((name for name in ("choice_walk", "walk", "seats") if column.startswith(f"{name}_")), "")
    return f"{family}_withheld" if family else f"withheld_{column.rpartition('_')[2]}"


def _list_family(rows: pd.DataFrame, word: str) -> list[str]:
    # A threshold or a letter follows; covered_share_ is not the family of covered_share_max_10.
    return [c for c in rows.columns if c.startswith(word) and _MEMBER.fullmatch(c.removeprefix(word))]


def _find_decimals(column: str) -> int:
    return next((number for part, number in _DECIMALS.items() if part in column), 0)
