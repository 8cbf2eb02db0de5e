# SPDX-License-Identifier: MIT
"""What is known of each meeting place, in the words of the questionnaire."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from begegnung_geo.attribute_rules import UNKNOWN, AttributeRules, describe_value
from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.crs import WGS84
from begegnung_geo.errors import ConfigError, format_rows
from begegnung_geo.questionnaire_form import FormColumn

_BLANK = ("exists", "confirmed")  # asked anew each time


def build_form_rows(
    begegnungsorte: gpd.GeoDataFrame,
    attributes: pd.DataFrame,
    *,
    rules: AttributeRules,
    classes: Mapping[str, PlaceClass],
    columns: Sequence[FormColumn],
) -> pd.DataFrame:
    """
    Return one row a place with the values known today as German labels.

    Returns
    -------
    rows
        `begegnungsort_id`, one column a form column (empty text where nothing is known;
        choices say "unbekannt"), `place_ids` as one text, `lat`, `lon`; sorted by name, then id.
    """
    degrees = begegnungsorte.geometry.to_crs(WGS84)
    chosen = attributes[attributes["is_chosen"]]
    groups = chosen.groupby("attribute")
    told = {str(key): rows.set_index("begegnungsort_id")["value"] for key, rows in groups}
    rows = pd.DataFrame({"begegnungsort_id": begegnungsorte["begegnungsort_id"]})
    for column in columns:
        attribute = rules.attributes[column.key]
        if column.key in _BLANK:
            values = pd.Series("", index=rows.index, dtype="str")
        elif column.key == "position":
            values = degrees.y.map("{:.6f}".format) + ", " + degrees.x.map("{:.6f}".format)
        elif column.key in begegnungsorte and attribute.theme == "identity":
            values = begegnungsorte[column.key]
        else:
            known = told.get(column.key, pd.Series([], dtype="str"))
            values = rows["begegnungsort_id"].map(known).astype("str")
            is_choice = attribute.kind == "choice"
            values = values.fillna(UNKNOWN) if is_choice else values
        labels = {v: describe_value(attribute, v, classes=classes) for v in values.dropna().unique()}
        rows[column.key] = values.map(labels).astype("str").fillna("")
    rows["place_ids"] = begegnungsorte["place_ids"].map("; ".join).astype("str")
    rows["lat"], rows["lon"] = degrees.y.round(6), degrees.x.round(6)
    order = rows["name"].str.casefold().to_frame("name").assign(id=rows["begegnungsort_id"])
    return rows.loc[order.sort_values(["name", "id"]).index].reset_index(drop=True)


def select_district(
    begegnungsorte: gpd.GeoDataFrame, districts: pd.DataFrame, wanted: str
) -> tuple[gpd.GeoDataFrame, str]:
    """
    Return the places of one district, and the district in words.

    A district is named by id or name, in any case; `level:name` says which level is
    meant. Where a name or id stands for districts of several levels, the largest is taken.

    Raises
    ------
    ConfigError
        If there is no such district; names those there are.
    """
    level, _, name = wanted.rpartition(":")
    fits = districts["name"].str.casefold().eq(name.strip().casefold()) | districts["district_id"].eq(name)
    if level:
        fits &= districts["level"].eq(level)
    found = districts[fits].sort_values(["area_km2", "level"], ascending=[False, True])
    if found.empty:
        raise ConfigError(
            f"there is no district {wanted!r}",
            where="--district",
            hint=f"known here: {format_rows(sorted(districts['name']))}",
        )
    chosen = found.iloc[0]
    inside = begegnungsorte[begegnungsorte[f"district_id_{chosen['level']}"] == chosen["district_id"]]
    return inside, f"{chosen['name']} ({str(chosen['level']).replace('_', ' ')})"
