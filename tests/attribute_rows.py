# SPDX-License-Identifier: MIT
"""The attribute columns of `begegnungsorte` for hand-made towns, and the shipped rules."""

from functools import cache
from pathlib import Path

import geopandas as gpd

from begegnung_geo.analysis.attributes import assign_attributes
from begegnung_geo.analysis.opening import assign_hours
from begegnung_geo.analysis.opening_calendar import build_calendar
from begegnung_geo.attribute_rules import AttributeRules, read_attribute_rules
from begegnung_geo.schema import build_empty


@cache
def read_rules() -> AttributeRules:
    """Return the shipped vocabulary and rules."""
    return read_attribute_rules(Path(__file__).parents[1] / "config")


def add_attributes(begegnungsorte: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the places with every attribute unknown and their opening hours read."""
    with_hours, _ = assign_hours(begegnungsorte, calendar=build_calendar(2026, land="NW"))
    return assign_attributes(with_hours, build_empty("attributes", crs="EPSG:25832"), read_rules())
