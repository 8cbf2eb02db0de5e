# SPDX-License-Identifier: MIT
"""
Allotments (Kleingarten): a clubhouse where there is one, else the site as potential.

DOMAIN 2.4. A meeting place, club or inn inside a site of allotments is its clubhouse;
so is one close by whose name says so, and a large building with such a name. A site
without any becomes one potential place, because a bare area is no room.
"""

import json
import re

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from begegnung_geo.analysis.classify import OSM_SOURCE, locate_points
from begegnung_geo.analysis.names import normalise_name
from begegnung_geo.analysis.place_rows import build_places, build_rulings
from begegnung_geo.analysis.tag_table import TagTable
from begegnung_geo.category_rules import CategoryRules
from begegnung_geo.issues import IssueCode, build_issues, concat_issues

NEAR_SITE_M = 30.0
"""A clubhouse stands inside its site or this close to it (DOMAIN 2.4, judgement)."""
CLUBHOUSE_MIN_M2 = 80.0
"""Smaller buildings are garden huts (DOMAIN 2.4, judgement)."""
SAME_SITE_M = 150.0
"""Pieces of one name this close are one site, cut by paths or a road (judgement)."""

_AREA_RULE = "allotment_area"
_BUILDING_RULE = "clubhouse_building"
_MAY_BE_CLUBHOUSE = (
    "municipal_plain", "municipal_words", "club_subtype", "club_words", "club_building", "club_point",
    "club_deprecated", "club_deprecated_leisure", "clubhouse_building_plain", "gastronomy",
    "allotment_club_tag", "allotment_club_words", "association_open",
)  # fmt: skip
_WORDS = re.compile(
    r"vereinsheim|vereinshaus|gartenverein|\bkgv\b|gaststätte|kleing[aä]rt|schreberg|gartenheim|laube|gartenfreunde",
    re.IGNORECASE,
)


def assign_clubhouses(
    places: gpd.GeoDataFrame, osm_features: gpd.GeoDataFrame, rules: CategoryRules
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Turn places of allotments into `allotment_club` and add sites without a clubhouse.

    Parameters
    ----------
    places
        Table `places` of OSM objects, from `assign_class`: Point, metric CRS.
    osm_features
        Table `osm_features`, same CRS: holds the sites and named buildings.
    rules
        Rules and classes.

    Returns
    -------
    places
        The same places, those of allotments with class `allotment_club`, its standing
        and the rule `allotment_area`; then named buildings of at least 80 m2 in a site;
        then one place with precision `site` and `roof` unknown for each site without
        any. Pieces of one name within 150 m, and nameless pieces within 30 m of a
        piece, are one site.
    issues
        One line for each piece of a site that another object stands for.
    """
    features = osm_features.sort_values("source_id", kind="stable", ignore_index=True)
    pieces, buildings = _find_context(features, rules)
    if pieces.empty:
        return places, concat_issues([])
    tree = shapely.STRtree(pieces.geometry.to_numpy())
    rebuilt = [_rename_class(places, tree, rules), _build_clubhouses(buildings, tree, rules)]
    clubhouses = pd.concat([part[part["class"] == "allotment_club"] for part in rebuilt])
    site_labels = _label_sites(pieces, tree)
    served = np.zeros(len(pieces), dtype=bool)
    points = np.array(clubhouses["geometry"], dtype=object)
    near = tree.query(points, predicate="dwithin", distance=NEAR_SITE_M)[1]
    served[np.isin(site_labels, site_labels[near])] = True

    order = pd.DataFrame(
        {"label": site_labels, "area": -pieces["footprint_area_m2"], "row": np.arange(len(pieces))}
    )
    lead_rows = order.sort_values(["label", "area", "row"]).drop_duplicates("label")["row"].to_numpy()
    is_lead = np.zeros(len(pieces), dtype=bool)
    is_lead[lead_rows] = True
    sites = _build_sites(pieces[is_lead & ~served].reset_index(drop=True), rules)
    issues = concat_issues(
        [
            build_issues(
                OSM_SOURCE, IssueCode.PLACE_EXCLUDED, rows=pieces["source_id"][served],
                texts="allotments; the clubhouse there stands for the site [allotment_area]",
            ),
            build_issues(
                OSM_SOURCE, IssueCode.PLACE_EXCLUDED, rows=pieces["source_id"][~served & ~is_lead],
                texts="allotments; a larger piece of the same site stands for it [allotment_area]",
            ),
        ]
    )  # fmt: skip
    joined = pd.concat([part for part in (*rebuilt, sites) if len(part)], ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=places.crs), issues


def _find_context(
    features: gpd.GeoDataFrame, rules: CategoryRules
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    osm_rules = rules.select_rules("osm")
    is_area = features.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy(dtype=bool)
    decided = TagTable(features["tags"], is_area).find_first(osm_rules)
    positions = {rule.rule_id: position for position, rule in enumerate(osm_rules)}
    pieces = features[decided == positions.get(_AREA_RULE, -2)]
    is_large = features["footprint_area_m2"] >= CLUBHOUSE_MIN_M2
    buildings = features[(decided == positions.get(_BUILDING_RULE, -2)) & is_large]
    return pieces.reset_index(drop=True), buildings.reset_index(drop=True)


def _rename_class(places: gpd.GeoDataFrame, tree: shapely.STRtree, rules: CategoryRules) -> gpd.GeoDataFrame:
    # Inside a site the kind of object suffices; an inn across the street needs the name.
    points = places.geometry.to_numpy()
    inside, near = (np.zeros(len(places), dtype=bool) for _ in range(2))
    inside[tree.query(points, predicate="intersects")[0]] = True
    near[tree.query(points, predicate="dwithin", distance=NEAR_SITE_M)[0]] = True
    named = places["name"].fillna("").str.contains(_WORDS).to_numpy(dtype=bool)
    may_be = places["rule_id"].isin(_MAY_BE_CLUBHOUSE).to_numpy(dtype=bool)
    is_clubhouse = may_be & (inside | (near & named))
    entry = rules.classes["allotment_club"]
    renamed = places.copy()
    renamed.loc[is_clubhouse, ["class", "standing", "consumption_free", "evidence", "rule_id"]] = [
        entry.key, entry.standing, entry.consumption_free, "C", _AREA_RULE,
    ]  # fmt: skip
    return renamed


def _build_clubhouses(
    buildings: gpd.GeoDataFrame, tree: shapely.STRtree, rules: CategoryRules
) -> gpd.GeoDataFrame:
    near = np.unique(tree.query(buildings.geometry.to_numpy(), predicate="dwithin", distance=NEAR_SITE_M)[0])
    return _build_potential(
        buildings.iloc[near].reset_index(drop=True), rules, precision="object", roof="yes"
    )


def _build_sites(pieces: gpd.GeoDataFrame, rules: CategoryRules) -> gpd.GeoDataFrame:
    return _build_potential(pieces, rules, precision="site", roof="unknown")


def _build_potential(
    features: gpd.GeoDataFrame, rules: CategoryRules, *, precision: str, roof: str
) -> gpd.GeoDataFrame:
    table = TagTable(features["tags"], np.ones(len(features), dtype=bool))
    empty = pd.Series([None] * len(features), dtype="str")
    records = pd.DataFrame(
        {
            "source": pd.Series([OSM_SOURCE] * len(features), dtype="str"),
            "source_id": features["source_id"].astype("str"),
            "name": table.list_values("name", "official_name"),
            "street": table.list_values("addr:street"),
            "house_number": table.list_values("addr:housenumber"),
            "postcode": table.list_values("addr:postcode"),
            "city": table.list_values("addr:city"),
            "opening_hours": empty,
            "wheelchair": table.list_values("wheelchair"),
            "operator": table.list_values("operator"),
            "precision": pd.Series([precision] * len(features), dtype="str"),
            "footprint_area_m2": features["footprint_area_m2"].astype("float64"),
            "geometry": locate_points(features.geometry),
        }
    )
    rulings = build_rulings(np.zeros(len(features), dtype=np.int64), rules.select_rules("osm"), rules)
    entry = rules.classes["allotment_club"]
    rulings[["class", "standing", "consumption_free", "evidence", "rule_id"]] = [
        entry.key, entry.standing, "unknown", "C" if roof == "yes" else "E", _AREA_RULE,
    ]  # fmt: skip
    places, _, _ = build_places(records, rulings, [{**row, "roof": roof} for row in table.rows], rules=rules)
    return gpd.GeoDataFrame(places, geometry="geometry", crs=features.crs)


def _label_sites(pieces: gpd.GeoDataFrame, tree: shapely.STRtree) -> npt.NDArray[np.int64]:
    shapes = pieces.geometry.to_numpy()
    left, right = tree.query(shapes, predicate="dwithin", distance=SAME_SITE_M)
    raw = [json.loads(tags).get("name") for tags in pieces["tags"]]
    names = np.array([normalise_name(name) if name else "" for name in raw], dtype=object)
    is_named = names != ""
    gap = shapely.distance(shapes[left], shapes[right])
    same_name = is_named[left] & (names[left] == names[right])
    both_nameless = ~is_named[left] & ~is_named[right] & (gap <= NEAR_SITE_M)
    # A nameless piece joins its nearest named neighbour only, so it never ties two names.
    joins = pd.DataFrame({"left": left, "right": right, "gap": gap})
    joins = joins[~is_named[left] & is_named[right] & (gap <= NEAR_SITE_M)]
    joins = joins.sort_values(["left", "gap", "right"]).drop_duplicates("left")
    has_named = np.isin(np.arange(len(pieces)), joins["left"])
    tied = same_name | (both_nameless & ~has_named[left] & ~has_named[right])
    ones = np.concatenate([left[tied], joins["left"].to_numpy(dtype=np.int64)])
    others = np.concatenate([right[tied], joins["right"].to_numpy(dtype=np.int64)])
    graph = coo_array((np.ones(len(ones)), (ones, others)), shape=(len(pieces), len(pieces)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
