# SPDX-License-Identifier: MIT
"""Recall: whether the inventory holds the places a local expects."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rapidfuzz import fuzz
from shapely.geometry.base import BaseGeometry

from begegnung_geo.analysis.list_evidence import find_mark
from begegnung_geo.analysis.names import normalise_name
from begegnung_geo.crs import require_crs, require_known_crs

FOUND_WITHIN_M = 150.0
_NAME_SCORE_MIN = 90.0  # of 100: one word more or less may differ in its spelling, not in its sense
_NAMES_WITHIN_M = 1500.0  # where both points are known: a namesake across the city is another place


def measure_recall(
    expected: gpd.GeoDataFrame, begegnungsorte: gpd.GeoDataFrame, *, within_m: float = FOUND_WITHIN_M
) -> pd.DataFrame:
    """
    Return for each expected place whether the inventory has it from another source.

    Found is what lies within `within_m` of a place of the inventory or bears a matching
    name (DOMAIN 3.3). Because in a city centre almost every point has some café within
    150 m, `is_found_alike` asks for more: the name, or the same class within `within_m`.
    Places that only the list itself brought in do not count. Names may differ in
    spelling, abbreviations and one side's additions; across more than 1.5 km a name is
    another place. A row of which only the district is known is found by its name alone, as
    far from the district's middle as `position_error_m` says: what lies near the middle of
    a district is not what the row means.

    Parameters
    ----------
    expected
        Table `places` or `place_records` with the column `class` or `class_hint`: Point
        or null, metric CRS; one source. `precision` and `position_error_m` tell which rows
        are known by their district only.
    begegnungsorte
        Table `begegnungsorte`: Point, same CRS.

    Returns
    -------
    recall
        Same index and order: `is_found`, `is_found_alike`, `found_by` ("name", "near" or
        null), `begegnungsort_id` of the found place (null where none), `distance_m` to it
        (null without a point, and where that is the middle of a district).

    Raises
    ------
    CrsError
        If the two tables are not in the same CRS.
    """
    crs = require_known_crs(begegnungsorte, name="table begegnungsorte")
    require_crs(expected, crs, name="expected places")
    own = set(expected["source"])
    from_others = begegnungsorte["place_ids"].map(
        lambda ids: any(str(place_id).partition(":")[0] not in own for place_id in ids)
    )
    supply = begegnungsorte[from_others.astype(bool)].reset_index(drop=True)
    names = [normalise_name(name) if isinstance(name, str) else "" for name in supply["name"]]
    points = np.array(supply.geometry, dtype=object)
    classes = expected["class"] if "class" in expected else expected["class_hint"]
    spreads = expected["position_error_m"].where(expected["precision"] == "district", np.nan)
    rows = [
        _find(name, point, str(kind), supply=supply, names=names, points=points, reach=(within_m, spread))
        for name, point, kind, spread in zip(
            expected["name"], expected.geometry, classes, spreads, strict=True
        )
    ]
    columns = ["is_found", "is_found_alike", "found_by", "begegnungsort_id", "distance_m"]
    recall = pd.DataFrame(rows, columns=columns, index=expected.index)
    return recall.astype({"found_by": "str", "begegnungsort_id": "str", "distance_m": "float64"})


def build_recall_rows(
    expected: gpd.GeoDataFrame, recall: pd.DataFrame, *, class_names: Mapping[str, str]
) -> pd.DataFrame:
    """
    Return what was found of a list as people read it, one row an expected place, the missing first.

    Parameters
    ----------
    expected
        Table `place_records`, one list.
    recall
        What `measure_recall` returns for it.
    class_names
        Class key -> name.

    Returns
    -------
    rows
        `kennung`, `name`, `art`, `bestaetigung` (as the list has it), `gefunden` (ja; andere
        Art: only another kind of place within 150 m; nein), `gefunden_durch` (Name or Nähe),
        `begegnungsort_id` and `abstand_m` of what was found.
    """
    is_other = recall["is_found"] & ~recall["is_found_alike"]
    answers = np.select([recall["is_found_alike"], is_other], ["ja", "andere Art"], default="nein")
    rows = pd.DataFrame(
        {
            "kennung": expected["source_id"],
            "name": expected["name"],
            "art": expected["class_hint"].map(lambda key: class_names.get(key, key)),
            "bestaetigung": expected["fields"].map(find_mark),
            "gefunden": answers,
            "gefunden_durch": recall["found_by"].map({"name": "Name", "near": "Nähe"}),
            "begegnungsort_id": recall["begegnungsort_id"],
            "abstand_m": recall["distance_m"].round(),
        }
    )
    rank = rows["gefunden"].map({"nein": 0, "andere Art": 1, "ja": 2})
    order = np.lexsort((rows["kennung"], rank))
    return rows.iloc[order].reset_index(drop=True)


def tell_recall(rows: pd.DataFrame) -> tuple[str, list[str]]:
    """Return one sentence about `build_recall_rows`, and a line for each place not found as expected."""
    found = int((rows["gefunden"] == "ja").sum())
    other = int((rows["gefunden"] == "andere Art").sum())
    sentence = (
        f"{found} of {len(rows)} expected places found by name or kind within {FOUND_WITHIN_M:.0f} m; "
        f"{other} more have only another kind of place there; {len(rows) - found - other} not found"
    )
    missing = rows[rows["gefunden"] != "ja"]
    lines = [
        f"{row['gefunden']}: {row['name']} ({row['art']}, {row['kennung']})"
        for row in missing.to_dict("records")
    ]
    return sentence, lines


def _find(
    name: object,
    point: BaseGeometry | None,
    kind: str,
    /,
    *,
    supply: gpd.GeoDataFrame,
    names: list[str],
    points: np.ndarray,
    reach: tuple[float, float],
) -> tuple[bool, bool, str | None, str | None, float]:
    nothing = (False, False, None, None, np.nan)
    within_m, spread_m = reach
    is_vague = not np.isnan(spread_m)
    if not len(supply):
        return nothing
    has_point = point is not None and not point.is_empty
    distance = shapely.distance(points, point) if has_point else np.full(len(supply), np.nan)
    wanted = normalise_name(name) if isinstance(name, str) else ""
    scores = np.array([fuzz.token_sort_ratio(wanted, other) if wanted and other else 0.0 for other in names])
    scores = np.where(distance > (spread_m if is_vague else _NAMES_WITHIN_M), 0.0, scores)
    best = int(np.lexsort((supply["begegnungsort_id"], np.nan_to_num(distance), -scores))[0])
    if scores[best] >= _NAME_SCORE_MIN:
        away = np.nan if is_vague else float(distance[best])
        return (True, True, "name", str(supply["begegnungsort_id"].iloc[best]), away)
    if is_vague or not has_point or distance.min() > within_m:
        return nothing
    is_alike = (distance <= within_m) & (supply["class"] == kind).to_numpy(dtype=bool)
    order = np.lexsort((supply["begegnungsort_id"], distance, ~is_alike))
    nearest = int(order[0])
    place = str(supply["begegnungsort_id"].iloc[nearest])
    return (True, bool(is_alike.any()), "near", place, float(distance[nearest]))
