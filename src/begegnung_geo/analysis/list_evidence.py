# SPDX-License-Identifier: MIT
"""What a list says of its own rows: unconfirmed ones stay marked, outdated ones do not count."""

import json

import geopandas as gpd
import numpy as np

_KEYS = ("bestaetigung", "bestätigung", "confirmation")
_UNCONFIRMED = ("unbest", "unconfirmed", "offen", "teil")
_OUTDATED = ("veraltet", "alt", "outdated", "old")


def lower_evidence(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return the places with the evidence that their list itself allows.

    A row that its list marks as unconfirmed (column `bestaetigung`) has evidence D at
    best. One from an outdated source has E and is a potential place: nobody knows
    whether it still operates, so it is not counted as supply (DOMAIN 2.6).

    Parameters
    ----------
    places
        Table `places`: Point, metric CRS; rows of OSM have no such column.
    """
    marks = np.array([find_mark(fields) for fields in places["fields"]], dtype=object)
    is_open = np.array([mark.startswith(_UNCONFIRMED) for mark in marks], dtype=bool)
    is_old = np.array([mark in _OUTDATED for mark in marks], dtype=bool)
    lowered = places.copy()
    weak = lowered["evidence"].isin(["A", "B", "C"]) & is_open
    lowered["evidence"] = lowered["evidence"].mask(weak, "D").mask(is_old, "E").astype("str")
    lowered["standing"] = lowered["standing"].mask(is_old, "potential").astype("str")
    return lowered


def find_mark(fields: str) -> str:
    """Return what a list says of how sure its row is, in small letters; empty where it says nothing."""
    if not any(key in fields for key in _KEYS):
        return ""
    row = {key.strip().casefold(): value for key, value in json.loads(fields).items()}
    return next((str(row[key]).strip().casefold() for key in _KEYS if row.get(key)), "")
