# SPDX-License-Identifier: MIT
"""Rows of `osm_features`, `place_records` and `places` for tests of the inventory."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from begegnung_geo.analysis.conflate import conflate_places
from begegnung_geo.category_rules import CategoryRules, read_category_rules
from begegnung_geo.profile import Coverage, Headline
from begegnung_geo.schema import conform_table

CRS = "EPSG:25832"
ORIGIN = (393_000.0, 5_707_000.0)
COVERAGE = Coverage(
    headline=(Headline(profile="senior", threshold_min=10),),
    counted_standing=("established",),
    counted_if_consumption_free=("everyday",),
    unknown_share_max=0.2,
)


@cache
def read_rules() -> CategoryRules:
    """Return the shipped rules."""
    return read_category_rules(Path(__file__).parents[1] / "config")


def at(x: float, y: float = 0.0) -> shapely.Point:
    """Return a point x metres east and y metres north of the test town's centre."""
    return shapely.Point(ORIGIN[0] + x, ORIGIN[1] + y)


def square(x: float, y: float, side: float) -> shapely.Polygon:
    """Return a square with its lower left corner at x, y."""
    return shapely.box(ORIGIN[0] + x, ORIGIN[1] + y, ORIGIN[0] + x + side, ORIGIN[1] + y + side)


def build_features(*rows: tuple[str, dict[str, str], shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return the table `osm_features` of (source_id, tags, geometry)."""
    frame = gpd.GeoDataFrame(
        {
            "source_id": [row[0] for row in rows],
            "tags": [json.dumps(row[1], ensure_ascii=False, sort_keys=True) for row in rows],
            "contact_keys": [[] for _ in rows],
            "footprint_area_m2": [row[2].area for row in rows],
            "osm_version": 1,
            "osm_timestamp": None,
        },
        geometry=[row[2] for row in rows],
        crs=CRS,
    )
    return conform_table(frame, "osm_features")


def build_node(number: int, x: float = 0.0, y: float = 0.0, **tags: str) -> tuple[str, dict[str, str], Any]:
    """Return one node for `build_features`; `community_centre__for` stands for a colon."""
    return f"node/{number}", {key.replace("__", ":"): value for key, value in tags.items()}, at(x, y)


def build_area(
    number: int, shape: shapely.Geometry, **tags: str
) -> tuple[str, dict[str, str], shapely.Geometry]:
    """Return one way that is an area for `build_features`."""
    return f"way/{number}", {key.replace("__", ":"): value for key, value in tags.items()}, shape


def build_records(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the table `place_records`; each row may set any column and `fields` as a dict."""
    full = []
    for number, row in enumerate(rows, start=2):
        base: dict[str, Any] = {
            "source": "liste", "source_id": str(number - 1), "row": str(number), "name": None,
            "class_hint": None, "date": None,
            "street": None, "house_number": None, "postcode": None, "city": None,
            "precision": "object", "position_error_m": None,
            "geometry": at(0), "fields": {}, "contact_keys": [],
        }  # fmt: skip
        full.append({**base, **row, "fields": json.dumps({**base, **row}["fields"], ensure_ascii=False)})
    frame = gpd.GeoDataFrame(pd.DataFrame(full), geometry="geometry", crs=CRS)
    return conform_table(frame, "place_records")


def build_places(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the table `places`; a row needs `place_id`, the rest has defaults."""
    full = []
    for row in rows:
        source, _, source_id = row["place_id"].partition(":")
        base: dict[str, Any] = {
            "source": source, "source_id": source_id, "name": "Bürgerhaus Hörde", "class": "municipal_centre",
            "standing": "established", "consumption_free": "yes", "evidence": "C",
            "rule_id": "municipal_plain",
            "street": None, "house_number": None, "postcode": None, "city": None, "opening_hours": None,
            "wheelchair": None, "operator": None, "precision": "object",
            "position_error_m": 15.0, "footprint_area_m2": 0.0,
            "fields": "{}", "geometry": at(0),
        }  # fmt: skip
        full.append({**base, **row})
    return conform_table(gpd.GeoDataFrame(pd.DataFrame(full), geometry="geometry", crs=CRS), "places")


def conflate(places: gpd.GeoDataFrame, **options: Any) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return `conflate_places` with the shipped rules and default coverage."""
    return conflate_places(places, **{"rules": read_rules(), "coverage": COVERAGE, **options})


def group_ids(begegnungsorte: pd.DataFrame) -> list[list[str]]:
    """Return the ids of each meeting place, in alphabetical order."""
    return sorted(sorted(ids) for ids in begegnungsorte["place_ids"])


def keep_ids(ids: dict[str, str]) -> pd.DataFrame:
    """Return what `ids.csv` knows, by `place_id`, as `conflate_places` takes it."""
    frame = pd.DataFrame({"place_id": list(ids), "begegnungsort_id": list(ids.values()), "is_kept": True})
    return frame.astype({"place_id": "str", "begegnungsort_id": "str"})
