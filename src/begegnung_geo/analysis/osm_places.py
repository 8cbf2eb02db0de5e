# SPDX-License-Identifier: MIT
"""From `osm_features` to `places` in one call: rules, then allotments, then churches."""

import geopandas as gpd
import pandas as pd

from begegnung_geo.analysis.allotments import assign_clubhouses
from begegnung_geo.analysis.churches import drop_living_churches
from begegnung_geo.analysis.classify import OSM_SOURCE, assign_class
from begegnung_geo.analysis.row_counts import RowCount
from begegnung_geo.category_rules import CategoryRules
from begegnung_geo.issues import concat_issues


def build_osm_places(
    osm_features: gpd.GeoDataFrame, rules: CategoryRules
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, RowCount]:
    """
    Return the meeting places among OSM objects.

    Parameters
    ----------
    osm_features
        Table `osm_features`: any geometry, metric CRS, one row per OSM object.
    rules
        Rules and classes.

    Returns
    -------
    places
        Table `places` with source `osm`: Point, same CRS, sorted by `place_id`.
    issues
        Why the other objects are none; see `assign_class`.
    count
        Rows read, and rejected by reason. An object read as context that became a place in the
        end is not rejected; a place that another object stands for is.
    """
    classified, class_issues, count = assign_class(osm_features, rules)
    gardened, site_issues = assign_clubhouses(classified, osm_features, rules)
    places, church_issues = drop_living_churches(gardened, osm_features)
    places = gpd.GeoDataFrame(
        places.sort_values("place_id", kind="stable", ignore_index=True),
        geometry="geometry",
        crs=osm_features.crs,
    )
    used_context = int((~gardened["place_id"].isin(classified["place_id"])).sum())
    reasons = {
        **count.reasons,
        "context": count.reasons["context"] - used_context,
        "represented": int(church_issues["count"].sum()),
    }
    count = RowCount(OSM_SOURCE, read=count.read, reasons=reasons)
    return places, concat_issues([class_issues, site_issues, church_issues]), count
