# SPDX-License-Identifier: MIT
"""Where each column of a meeting place comes from: which record, or which line of a hand file."""

from collections.abc import Mapping

import pandas as pd

from begegnung_geo.analysis.conflate import order_for_address, order_for_point, order_for_standing

HAND_SOURCES = ("correction", "answer")
_FROM_LEAD = ("class", "standing", "evidence")
_FIRST_FILLED = ("name", "opening_hours", "wheelchair", "operator")
_ADDRESS = ("street", "house_number", "postcode", "city")
_ALSO = {"class": ("standing", "consumption_free"), "position": ("precision",), "step_free": ("wheelchair",)}
_COLUMNS = ("begegnungsort_id", "column", "source", "source_id", "date")


def build_column_sources(
    begegnungsorte: pd.DataFrame,
    places: pd.DataFrame,
    attributes: pd.DataFrame,
    *,
    dates: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """
    Return the table `column_sources`.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte` (with the neighbours' where wanted); `place_ids` leading
        record first.
    places
        Table `places`.
    attributes
        Table `attributes`: a chosen claim of people overrides the records.
    dates
        Date of a record (ISO 8601) by `place_id`, where known.

    Returns
    -------
    column_sources
        One row a place and filled column, sorted by both; the point is `position`. No
        row: nobody says anything.
    """
    members = begegnungsorte[["begegnungsort_id", "place_ids"]].explode("place_ids")
    members["lead"] = members.groupby("begegnungsort_id").cumcount()
    members = members.rename(columns={"place_ids": "place_id", "begegnungsort_id": "group"})
    rows = members.astype({"place_id": "str"}).merge(pd.DataFrame(places), on="place_id")
    rows = rows.sort_values(["group", "lead"], kind="stable", ignore_index=True)
    told = dict.fromkeys(_FROM_LEAD, rows) | {"standing": order_for_standing(rows)}
    told |= {column: rows[rows[column].notna()] for column in _FIRST_FILLED}
    told["consumption_free"] = rows[rows["consumption_free"] != "unknown"]
    addressed = order_for_address(rows).drop_duplicates("group")
    told |= {column: addressed[addressed[column].notna()] for column in _ADDRESS}
    placed = order_for_point(rows)
    told |= {"position": placed, "precision": placed}
    parts = [
        pd.DataFrame(
            {
                "begegnungsort_id": firsts["group"],
                "column": column,
                "source": firsts["source"],
                "source_id": firsts["place_id"],
                "date": firsts["place_id"].map(dict(dates or {})),
            }
        )
        for column, firsts in ((name, frame.drop_duplicates("group")) for name, frame in told.items())
    ]
    claims = _list_claims(attributes[attributes["begegnungsort_id"].isin(begegnungsorte["begegnungsort_id"])])
    origins = pd.concat([claims, *parts], ignore_index=True).astype("str")
    origins = origins.drop_duplicates(["begegnungsort_id", "column"])
    return origins.sort_values(["begegnungsort_id", "column"], ignore_index=True)[list(_COLUMNS)]


def _list_claims(attributes: pd.DataFrame) -> pd.DataFrame:
    """Return what claims decide; what a person says of the class also holds for what comes with it."""
    chosen = attributes[attributes["is_chosen"]].rename(columns={"attribute": "column"})
    by_hand = chosen["source"].isin(HAND_SOURCES)
    shared = set(_FROM_LEAD) | set(_FIRST_FILLED) | set(_ADDRESS) | {"consumption_free", "position"}
    direct = chosen[by_hand | ~chosen["column"].isin(shared)]
    direct = direct[~direct["column"].isin(["exists", "confirmed"])]
    parts = [direct[list(_COLUMNS)]]
    for column, others in _ALSO.items():
        led = chosen[by_hand & (chosen["column"] == column)]
        parts += [led.assign(column=other)[list(_COLUMNS)] for other in others]
    confirmed = chosen[by_hand & chosen["column"].isin(["class", "standing", "exists", "confirmed"])]
    parts.append(confirmed.drop_duplicates("begegnungsort_id").assign(column="evidence")[list(_COLUMNS)])
    return pd.concat(parts, ignore_index=True)
