# SPDX-License-Identifier: MIT
"""The answers of the geocoder that were kept, as a table of positions with their precision."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from begegnung_geo.crs import WGS84
from begegnung_geo.sources.geocoder import Position, read_answers

_HOUSE_RANK, _STREET_RANK, _QUARTER_RANK = 30, 26, 17  # Nominatim's place_rank; 16 and less are towns
_ERROR_MIN_M = 30.0  # a house that only OSM knows (judgement)
_ERROR_UNKNOWN_M = 250.0  # an answer that does not tell what it found (judgement)


def read_look_ups(path: Path, *, crs: CRS | str) -> gpd.GeoDataFrame:
    """
    Return the answers that were kept, without the misses.

    Parameters
    ----------
    path
        The cache of `Geocoder`.
    crs
        Metric CRS to convert to.

    Returns
    -------
    looked_up
        One row a question, sorted: Point, `query`, `precision` (`house`, `street`, `district`),
        `error_m` (metres; at least 30) and `label`. Whole towns are left out.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    answers = {query: Position(**found) for query, found in sorted(read_answers(path).items()) if found}
    kept = {
        query: position
        for query, position in answers.items()
        if position.place_rank == 0 or position.place_rank >= _QUARTER_RANK
    }
    points = gpd.points_from_xy([p.lon for p in kept.values()], [p.lat for p in kept.values()])
    errors = [max(p.extent_m, _ERROR_MIN_M if p.place_rank else _ERROR_UNKNOWN_M) for p in kept.values()]
    frame = pd.DataFrame(
        {
            "query": list(kept),
            "precision": [_rate_precision(p.place_rank) for p in kept.values()],
            "error_m": pd.Series(errors, dtype="float64"),
            "label": [p.label for p in kept.values()],
        }
    ).astype({"query": "str", "precision": "str", "label": "str"})
    return gpd.GeoDataFrame(frame, geometry=points, crs=WGS84).to_crs(crs)


def _rate_precision(place_rank: int) -> str:
    if place_rank >= _HOUSE_RANK:
        return "house"
    return "street" if place_rank == 0 or place_rank >= _STREET_RANK else "district"
