# SPDX-License-Identifier: MIT
"""Where people go in: the mapped entrance of a place, else its position."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.network import WalkNetwork
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.crs import require_crs

_OSM_PREFIX = "osm:"
_ON_OUTLINE_M = 0.05  # a door is a node of the outline; projecting both moves them by far less
_CLOSED_KINDS = ("emergency", "exit", "fire_exit", "service", "delivery", "garage", "no", "private")
_MAIN_KIND = "main"
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def build_doors(
    places: gpd.GeoDataFrame,
    osm_features: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    *,
    network: WalkNetwork,
    snap_distance_m: float,
    scrap_length_m: float,
) -> gpd.GeoDataFrame:
    """
    Return the point at which each place is entered.

    A door belongs to a place when it is a node on the outline of one of its OSM
    objects. A main entrance comes before any other; doors for emergencies, staff
    and deliveries do not count. Of doors alike, the one nearest to a walkway
    is taken (to the centimetre, then the lowest node id). A place without a mapped door,
    or whose source is no outline, is entered at its position.

    Parameters
    ----------
    places
        Table `begegnungsorte` or `neighbour_places`, or both: Point, metric CRS.
    osm_features
        Table `osm_features`, in the same CRS.
    entrances
        Table `entrances`, in the same CRS.
    network
        The full network, for the distance of a door to a walkway.
    snap_distance_m, scrap_length_m
        As for all snapping.

    Returns
    -------
    doors
        Table `doors`, one row a place in their order: `basis` is `main_entrance`,
        `entrance` or `position`; `node_id` is 0 for a position.

    Raises
    ------
    CrsError
        If the tables are not in the same CRS.
    """
    for layer, name in ((osm_features, "table osm_features"), (entrances, "table entrances")):
        require_crs(layer, places.crs or "", name=name)
    candidates = _find_candidates(places, osm_features, entrances)
    snaps = snap_to_edges(
        candidates.geometry, network, snap_distance_m=snap_distance_m, scrap_length_m=scrap_length_m
    )
    leg_cm = pd.Series(snaps.leg_m, index=candidates.index).fillna(np.inf).mul(100).round()
    ranked = candidates.assign(leg_cm=leg_cm, is_side=candidates["kind"] != _MAIN_KIND)
    first = ranked.sort_values(["place", "is_side", "leg_cm", "node_id"]).drop_duplicates("place")
    chosen = first.set_index("place")
    geometry = places.geometry.to_numpy().copy()
    geometry[chosen.index] = chosen.geometry.to_numpy()
    basis = np.full(len(places), "position", dtype=object)
    basis[chosen.index] = np.where(chosen["is_side"], "entrance", "main_entrance")
    node_id = np.zeros(len(places), dtype=np.int64)
    node_id[chosen.index] = chosen["node_id"]
    return gpd.GeoDataFrame(
        {
            "begegnungsort_id": places["begegnungsort_id"].to_numpy(),
            "basis": pd.Series(basis, dtype="str"),
            "node_id": node_id,
        },
        geometry=geometry,
        crs=places.crs,
    )


def move_to_doors(places: gpd.GeoDataFrame, doors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return places with the door as geometry: what walks lead to.

    Parameters
    ----------
    places
        Table `begegnungsorte` or `neighbour_places`, or both.
    doors
        Table `doors`; a place that it lacks keeps its position.
    """
    by_id = doors.set_index("begegnungsort_id").geometry
    door = places["begegnungsort_id"].map(by_id)
    points = np.where(door.isna(), places.geometry.to_numpy(), door.to_numpy())
    return places.set_geometry(gpd.GeoSeries(points, index=places.index, crs=places.crs))


def _find_candidates(
    places: gpd.GeoDataFrame, osm_features: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    # One row a place and door: `place` is the position of the place.
    is_area = np.isin(shapely.get_type_id(osm_features.geometry.to_numpy()), _POLYGONAL)
    outlines = osm_features[is_area].set_index("source_id").geometry
    records = places["place_ids"].reset_index(drop=True).explode().dropna().astype("str")
    records = records[records.str.startswith(_OSM_PREFIX)].str.removeprefix(_OSM_PREFIX)
    records = records[records.isin(outlines.index)]
    rings = shapely.boundary(np.asarray(outlines.loc[records], dtype=object))
    doors = entrances[~entrances["kind"].isin(_CLOSED_KINDS)].reset_index(drop=True)
    tree = shapely.STRtree(doors.geometry.to_numpy())
    row, door = tree.query(rings, predicate="dwithin", distance=_ON_OUTLINE_M)
    found = doors.iloc[door].reset_index(drop=True).assign(place=records.index.to_numpy()[row])
    return gpd.GeoDataFrame(found, geometry="geometry", crs=places.crs)
