# SPDX-License-Identifier: MIT
"""
Churches without worship: candidates for a new use, and not the ones in use.

DOMAIN 2.5. `building=church` without `amenity=place_of_worship` is very often only the
outline of a church whose worship tag sits on a node inside it.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.classify import OSM_SOURCE
from begegnung_geo.issues import IssueCode, build_issues, concat_issues

NODE_IN_USE_M = 15.0
"""A worship node this close to an outline is the one in it (judgement: a node beside the door)."""
AREA_IN_USE_M = 2.0
"""A worship outline this close is the same building (judgement: a tower or annexe drawn apart)."""
_POINT = 0


def drop_living_churches(
    places: gpd.GeoDataFrame, osm_features: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Leave out church buildings that a place of worship of its own stands for.

    Parameters
    ----------
    places
        Table `places` of OSM objects, from `assign_class`: Point, metric CRS.
    osm_features
        Table `osm_features`, same CRS: the outlines.

    Returns
    -------
    places
        Without `church_disused` of the rule `disused_church_building` whose outline holds
        a `worship` place, or has its node within 15 m or its outline within 2 m.
    issues
        One line an outline left out.
    """
    is_outline = (places["rule_id"] == "disused_church_building").to_numpy(dtype=bool)
    outlines = places[is_outline]
    worship = places.loc[(places["class"] == "worship").to_numpy(dtype=bool), "source_id"]
    if outlines.empty or worship.empty:
        return places, concat_issues([])
    shapes = osm_features.set_index("source_id").geometry
    in_use = np.array(shapes.reindex(worship), dtype=object)
    reach = np.where(shapely.get_dimensions(in_use) == _POINT, NODE_IN_USE_M, AREA_IN_USE_M)
    tree = shapely.STRtree(np.array(shapes.reindex(outlines["source_id"]), dtype=object))
    used = np.unique(tree.query(in_use, predicate="dwithin", distance=reach)[1])
    dropped = outlines.index[used]
    issues = build_issues(
        OSM_SOURCE,
        IssueCode.PLACE_EXCLUDED,
        rows=outlines["source_id"].iloc[used],
        texts="outline of a church in use; its place of worship stands for it [disused_church_building]",
    )
    return places.drop(index=dropped).reset_index(drop=True), issues
