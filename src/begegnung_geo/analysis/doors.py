# SPDX-License-Identifier: MIT
"""Where people go in and out: the mapped entrance of a place or a home, else its position."""

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.network import Floats, WalkNetwork
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.analysis.ways import Ways
from begegnung_geo.crs import require_crs

_OSM_PREFIX = "osm:"
_ON_OUTLINE_M = 0.05  # a door is a node of the outline; projecting both moves them by far less
_CLOSED_KINDS = ("emergency", "exit", "fire_exit", "service", "delivery", "garage", "no", "private")
_NO_HOME_KINDS = (*_CLOSED_KINDS, "shop")  # leads into the shop below the dwellings
_MAIN_KIND = "main"
_MIDDLE_MIN = 3  # of two doors none is the middle one
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
    chosen = _choose(candidates, snaps.leg_m)
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


def move_homes_to_doors(
    homes: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame, *, ways: Ways
) -> tuple[gpd.GeoDataFrame, int]:
    """
    Return homes with the door as geometry where a home is a building: what walks start from.

    A door belongs to a building when it is a node on its outline. A main entrance comes
    before any other; doors for emergencies, staff and deliveries do not count, nor does the door of a
    shop. In a block with several staircases nobody can choose the shortest walk, so of three or
    more doors alike the one nearest to the middle of them is taken; of two, or of doors
    equally near, the one nearest to a walkway (to the centimetre, then the lowest node id).

    Parameters
    ----------
    homes
        Table `population_cells`: Point, metric CRS. A row is a building if its `cell_id` is
        that of a building, or ends with it (`<cell>/<building>`); cells keep their midpoint.
    buildings
        Table `buildings`: Polygon, in the same CRS.
    entrances
        Table `entrances`: Point, in the same CRS.
    ways
        The walk network in memory, in the same CRS, for the distance of a door to a walkway.

    Returns
    -------
    homes
        A copy, same index and order, one row a home as before.
    moved_count
        How many homes have a door.

    Raises
    ------
    CrsError
        If the tables are not in the same CRS.
    """
    for layer, name in ((buildings, "table buildings"), (entrances, "table entrances")):
        require_crs(layer, homes.crs or "", name=name)
    found = _pair_doors(buildings.geometry.to_numpy(), entrances, closed_kinds=_NO_HOME_KINDS)
    is_side = found["kind"] != _MAIN_KIND
    alike = found[is_side == is_side.groupby(found["place"]).transform("min")]
    leg_m, middle_cm = np.zeros(len(alike)), np.zeros(len(alike))
    in_doubt = alike["place"].duplicated(keep=False).to_numpy(dtype=bool)  # few: one door needs no choice
    doubtful = gpd.GeoDataFrame(alike[in_doubt])
    leg_m[in_doubt] = ways.snap(doubtful.geometry).full.leg_m
    middle_cm[in_doubt] = _measure_to_middle(doubtful)
    chosen = _choose(alike, leg_m, middle_cm=middle_cm)
    building_ids = buildings["source_id"].to_numpy(dtype=object)[chosen.index]
    home_ids = pd.Index([_read_building_id(key) for key in homes["cell_id"].tolist()], dtype=object)
    row = pd.Index(building_ids, dtype=object).get_indexer(home_ids)
    is_moved = row >= 0
    points = homes.geometry.to_numpy().copy()
    points[is_moved] = chosen.geometry.to_numpy()[row[is_moved]]
    moved = homes.set_geometry(gpd.GeoSeries(points, index=homes.index, crs=homes.crs))
    return moved, int(is_moved.sum())


def _read_building_id(cell_id: str) -> str:
    return "/".join(cell_id.split("/")[-2:])  # `way/2`, also of `<cell>/way/2`


def _measure_to_middle(doors: gpd.GeoDataFrame) -> Floats:
    # How far each door is from the middle of the doors of its house, in whole centimetres.
    xy = pd.DataFrame(shapely.get_coordinates(doors.geometry.to_numpy()), index=doors.index)
    of_house = xy.groupby(doors["place"])
    off = xy - of_house.transform("mean")
    has_middle = of_house[0].transform("size") >= _MIDDLE_MIN
    middle_cm: Floats = np.where(has_middle, np.round(np.hypot(off[0], off[1]) * 100), 0.0)
    return middle_cm


def _choose(
    candidates: gpd.GeoDataFrame, leg_m: Floats, *, middle_cm: Floats | float = 0.0
) -> gpd.GeoDataFrame:
    # One door a place or home, by `place`.
    leg_cm = pd.Series(leg_m, index=candidates.index).fillna(np.inf).mul(100).round()
    ranked = candidates.assign(leg_cm=leg_cm, middle_cm=middle_cm, is_side=candidates["kind"] != _MAIN_KIND)
    order = ["place", "is_side", "middle_cm", "leg_cm", "node_id"]
    return ranked.sort_values(order).drop_duplicates("place").set_index("place")


def _find_candidates(
    places: gpd.GeoDataFrame, osm_features: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    # One row a place and door: `place` is the position of the place.
    is_area = np.isin(shapely.get_type_id(osm_features.geometry.to_numpy()), _POLYGONAL)
    outlines = osm_features[is_area].set_index("source_id").geometry
    records = places["place_ids"].reset_index(drop=True).explode().dropna().astype("str")
    records = records[records.str.startswith(_OSM_PREFIX)].str.removeprefix(_OSM_PREFIX)
    records = records[records.isin(outlines.index)]
    found = _pair_doors(
        np.asarray(outlines.loc[records], dtype=object), entrances, closed_kinds=_CLOSED_KINDS
    )
    return found.assign(place=records.index.to_numpy()[found["place"]])


def _pair_doors(
    shapes: np.ndarray, entrances: gpd.GeoDataFrame, *, closed_kinds: Collection[str]
) -> gpd.GeoDataFrame:
    # One row an outline and door on it: `place` is the position of the outline.
    doors = entrances[~entrances["kind"].isin(closed_kinds)].reset_index(drop=True)
    points = doors.geometry.to_numpy()
    door, shape = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=_ON_OUTLINE_M)
    is_on = shapely.dwithin(shapely.boundary(shapes[shape]), points[door], _ON_OUTLINE_M)
    found = doors.iloc[door[is_on]].reset_index(drop=True).assign(place=shape[is_on])
    return gpd.GeoDataFrame(found, geometry="geometry", crs=entrances.crs)
