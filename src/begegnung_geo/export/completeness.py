# SPDX-License-Identifier: MIT
"""The rows about how complete the inventory is: found, estimated, filled in."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from begegnung_geo.export.text import clean_texts
from begegnung_geo.export.words import COMPLETENESS_WORDS, FILL_RATE_WORDS, NOT_ESTIMABLE, Word

_SHARE_DECIMALS = 2
_CITY = "city"


def build_completeness_rows(
    completeness: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    *,
    city: str,
    class_labels: Mapping[str, tuple[str, str]],
    class_groups: Mapping[str, str],
) -> pd.DataFrame:
    """
    Return the table `completeness` with names; estimates in whole places.

    Parameters
    ----------
    completeness
        Table `completeness`.
    districts
        Table `districts`, for the names.
    city
        Name of the city.
    class_labels
        Class key -> (German, English) name.
    class_groups
        Class key -> letter of its group.

    Returns
    -------
    rows
        Columns of `COMPLETENESS_WORDS`; what is not estimable has no numbers but a note.
    """
    rows = _name_rows(completeness, districts, city=city, labels=class_labels, groups=class_groups)
    numbers = {name: rows[name].round() for name in ("estimated_count", "low", "high")}
    rows = rows.assign(**numbers, note=rows["reason"].map({"": "", **NOT_ESTIMABLE}).astype("str"))
    return _select(rows, COMPLETENESS_WORDS)


def build_fill_rate_rows(
    fill_rates: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    *,
    city: str,
    class_labels: Mapping[str, tuple[str, str]],
    class_groups: Mapping[str, str],
) -> pd.DataFrame:
    """Return the table `fill_rates` with names, shares with two decimals; parameters as above."""
    rows = _name_rows(fill_rates, districts, city=city, labels=class_labels, groups=class_groups)
    return _select(rows.assign(filled_share=rows["filled_share"].round(_SHARE_DECIMALS)), FILL_RATE_WORDS)


def _name_rows(
    rows: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    *,
    city: str,
    labels: Mapping[str, tuple[str, str]],
    groups: Mapping[str, str],
) -> pd.DataFrame:
    named = rows.merge(districts[["level", "district_id", "name"]], on=["level", "district_id"], how="left")
    named["name"] = named["name"].mask(named["level"] == _CITY, city)
    categories = {"all": "alle Arten", "established": "als Begegnungsort gedacht (alle Arten zusammen)"}
    categories |= {key: label for key, (label, _) in labels.items()}
    for letter in sorted(set(groups.values())):
        categories[letter] = ", ".join(
            labels[key][0] for key in groups if groups[key] == letter and key in labels
        )
    return named.assign(category_name=named["category"].map(categories).astype("str"))


def _select(rows: pd.DataFrame, words: Mapping[str, Word]) -> pd.DataFrame:
    chosen = rows[list(words)].copy()
    for name in ("name", "category_name"):
        chosen[name] = clean_texts(chosen[name])
    return chosen
