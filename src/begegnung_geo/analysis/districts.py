# SPDX-License-Identifier: MIT
"""Districts: levels tied by containment, and exactly one district a level for every point."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from begegnung_geo.analysis.city_area import require_shared_crs
from begegnung_geo.errors import SchemaError
from begegnung_geo.issues import IssueCode, build_issues, concat_issues, count_issue

_SOURCE = "districts"
_M2_PER_KM2 = 1e6
# Less is where two borders run along each other with rounded coordinates, not an overlap.
_OVERLAP_MIN_M2 = 1.0
_PARENT_SHARE_MIN = 0.5
# Distances are compared in millimetres, the precision of the tables: then a point on a
# common border is a tie on every machine.
_DISTANCE_DECIMALS = 3
# Districts derived from OSM boundaries: one that fills the city is the city (or its Kreis),
# scraps of a neighbour's boundary inside the city are none, and a level that leaves half of
# the city blank says little about it.
_SAME_AS_CITY_SHARE = 0.95
_SCRAP_KM2 = 0.05
_LEVEL_COVERED_SHARE_MIN = 0.5
_REST_MIN_KM2 = 0.05
_REST_OPENING_M = 25.0
_DERIVED_LEVELS = ("district", "subdistrict")
_REST_ID = "rest"
_REST_NAME = "übriges Gebiet"


def order_levels(district_areas: gpd.GeoDataFrame) -> list[str]:
    """
    Return the level keys from coarse to fine: by mean area, ties by key.

    Parameters
    ----------
    district_areas
        Table `district_areas` or `districts`: metric CRS.
    """
    mean_area = district_areas.geometry.area.groupby(district_areas["level"]).mean()
    return [str(level) for level in sorted(mean_area.index, key=lambda level: (-mean_area[level], level))]


def build_districts(district_areas: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Build the districts of all levels and tie each to the coarser district that contains it.

    The parent is the district of the next coarser level (by mean area) that holds
    the largest part of the area, and at least half of it; ties go to the smaller
    id. Names are never compared: eight of Dortmund's names exist on both levels.

    Parameters
    ----------
    district_areas
        Table `district_areas`: valid Polygon or MultiPolygon, metric CRS.

    Returns
    -------
    districts
        Table `districts`: MultiPolygon, sorted by level and id; `parent_id` is null
        on the coarsest level and where no district holds half of the area.
    issues
        Table `issues`: children without parent; for each level how many gaps the
        districts enclose (holes of their union) and how many pairs overlap by
        more than 1 m2, with their areas.

    Raises
    ------
    SchemaError
        If there is no district.
    """
    if not len(district_areas):
        raise SchemaError(
            "there is no district",
            where="table district_areas",
            hint="give a district file with one area at least (--districts), or leave it out",
        )
    levels = order_levels(district_areas)
    ordered = district_areas.sort_values(["level", "district_id"], ignore_index=True)
    parts: list[gpd.GeoDataFrame] = []
    issues: list[pd.DataFrame] = []
    coarser: gpd.GeoDataFrame | None = None
    for level in levels:
        members = ordered[ordered["level"] == level].reset_index(drop=True)
        parent_ids = _find_parents(members, coarser)
        if coarser is not None:
            issues.append(_report_orphans(members, parent_ids, levels[levels.index(level) - 1]))
        issues.append(_report_faults(members, level))
        parts.append(members.assign(parent_id=parent_ids))
        coarser = members
    districts = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=district_areas.crs)
    districts = districts.set_geometry(_as_multipolygons(districts.geometry.to_numpy()), crs=districts.crs)
    districts["area_km2"] = districts.geometry.area / _M2_PER_KM2
    columns = ["district_id", "level", "name", "parent_id", "area_km2", "geometry"]
    return districts[columns].sort_values(["level", "district_id"], ignore_index=True), concat_issues(issues)


def derive_districts(boundaries: gpd.GeoDataFrame, city_area: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Derive districts from the administrative boundaries of the OSM file.

    A boundary counts if its part inside the city is larger than 0.05 km2 and
    smaller than 95 % of the city. An admin_level counts if its parts cover at least
    half of the city. The coarsest such level becomes `district`, the next finer one
    `subdistrict`, both cut at the city's border; what a level leaves over is
    one more district, "übriges Gebiet". Without such a level the whole area is one.

    Parameters
    ----------
    boundaries
        Table `boundaries`: metric CRS; may be empty.
    city_area
        Table `city_area`: metric CRS.

    Returns
    -------
    district_areas
        Table `district_areas`: ids are `r` and the relation's number, `rest`, or `city`.

    Raises
    ------
    CrsError
        If the two tables are not in the same CRS.
    """
    require_shared_crs(city_area, boundaries, names=("table city_area", "table boundaries"))
    city = shapely.union_all(city_area.geometry.to_numpy())
    parts = boundaries.set_geometry(
        _keep_areas(shapely.intersection(boundaries.geometry.to_numpy(), city)), crs=boundaries.crs
    )
    is_part = parts.geometry.area.between(_SCRAP_KM2 * _M2_PER_KM2, _SAME_AS_CITY_SHARE * shapely.area(city))
    found: list[gpd.GeoDataFrame] = []
    for _, members in parts[is_part].groupby("admin_level", sort=True):
        covered = shapely.union_all(members.geometry.to_numpy())
        is_used = shapely.area(covered) >= _LEVEL_COVERED_SHARE_MIN * shapely.area(city)
        if is_used and len(found) < len(_DERIVED_LEVELS):
            found.append(
                _as_district_areas(members, _DERIVED_LEVELS[len(found)], shapely.difference(city, covered))
            )
    if not found:
        found = [_frame_areas(["city"], _DERIVED_LEVELS[0], [str(city_area["name"].iloc[0])], shapes=[city])]
    joined = pd.concat(found, ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry=joined["geometry"].to_numpy(), crs=city_area.crs)


def assign_district(
    points: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    level: str,
    city_area: gpd.GeoDataFrame,
    snap_distance_m: float,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Add the district of a level that contains each point.

    Every point inside the city, its border included, gets exactly one district:
    where polygons overlap, the one whose border is farther from the point wins
    (ties: the smaller id); a point in a sliver between polygons takes the nearest
    one, however far that is.

    Parameters
    ----------
    points
        Any table of Points, metric CRS.
    districts
        Table `districts`: MultiPolygon, metric CRS.
    level
        Level to assign.
    city_area
        Table `city_area`: the study area, metric CRS.
    snap_distance_m
        Beyond this distance to the nearest district a point is reported, in metres.

    Returns
    -------
    points
        A copy, same index and order, with `district_id_<level>` (text; null outside
        the city and for points without geometry).
    issues
        Table `issues`: one line for all points farther from every district than
        `snap_distance_m` (`DISTRICT_FAR`).

    Raises
    ------
    SchemaError
        If there is no district of the level.
    CrsError
        If the tables are not in the same CRS.
    """
    require_shared_crs(city_area, points, names=("table city_area", "the points"))
    require_shared_crs(city_area, districts, names=("table city_area", "table districts"))
    members = districts[districts["level"] == level].sort_values("district_id", ignore_index=True)
    if not len(members):
        raise SchemaError(
            f"there is no district of level {level!r}",
            where="table districts, column level",
            hint=f"the levels are: {', '.join(order_levels(districts)) or 'none'}",
        )
    shapes = points.geometry.to_numpy()
    areas = members.geometry.to_numpy()
    position, distance_m = _locate(shapes, areas)
    is_inside = _flag_inside(shapes, city_area.geometry.to_numpy())
    found = members["district_id"].to_numpy(dtype=object)[position]
    found[~is_inside] = None
    column = pd.Series(found, index=points.index, dtype="str")
    far_count = int((is_inside & (distance_m > snap_distance_m)).sum())
    issues = count_issue(
        _SOURCE,
        IssueCode.DISTRICT_FAR,
        count=far_count,
        text=f"points inside the city but more than {snap_distance_m:g} m from any district "
        f"of level {level}; the nearest district was taken",
    )
    return points.assign(**{f"district_id_{level}": column}), issues


def assign_levels(
    points: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    city_area: gpd.GeoDataFrame,
    snap_distance_m: float,
) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame]]:
    """
    Add the district of every level, one column `district_id_<level>` a level, as `assign_district` does.

    Returns
    -------
    points
        A copy, same index and order.
    issues
        One table `issues` a level.

    Raises
    ------
    CrsError
        If the tables are not in the same metric CRS.
    """
    issues = []
    for level in sorted(districts["level"].unique()):
        points, faults = assign_district(
            points, districts, level=level, city_area=city_area, snap_distance_m=snap_distance_m
        )
        issues.append(faults)
    return points, issues


def _flag_inside(shapes: NDArray[np.object_], city_shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    # Queried by polygon, not by point: shapely prepares the querying geometry, which makes
    # 100,000 points a matter of a second.
    is_inside = np.zeros(len(shapes), dtype=bool)
    is_inside[shapely.STRtree(shapes).query(city_shapes, predicate="intersects")[1]] = True
    return is_inside


def _locate(
    shapes: NDArray[np.object_], areas: NDArray[np.object_]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the position of the district of each point and the distance to it, 0 inside."""
    position = np.zeros(len(shapes), dtype=np.intp)
    distance_m = np.zeros(len(shapes))
    area_index, point_index = shapely.STRtree(shapes).query(areas, predicate="intersects")
    hits = pd.DataFrame({"point": point_index, "area": area_index})
    is_shared = hits.duplicated("point", keep=False)
    shared = hits[is_shared]
    depth_m = shapely.distance(
        shapes[shared["point"].to_numpy()], shapely.boundary(areas)[shared["area"].to_numpy()]
    )
    hits.loc[is_shared, "depth_m"] = np.round(depth_m, _DISTANCE_DECIMALS)
    best = hits.sort_values(["point", "depth_m", "area"], ascending=[True, False, True])
    best = best.drop_duplicates("point")
    position[best["point"].to_numpy()] = best["area"].to_numpy()
    is_free = np.ones(len(shapes), dtype=bool)
    is_free[point_index] = False
    is_free &= ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    free = np.flatnonzero(is_free)
    near_point, near_area, near_m = _find_nearest(shapes[free], areas)
    position[free[near_point]] = near_area
    distance_m[free[near_point]] = near_m
    return position, distance_m


def _find_nearest(
    shapes: NDArray[np.object_], areas: NDArray[np.object_]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    (point_index, area_index), distance_m = shapely.STRtree(areas).query_nearest(
        shapes, all_matches=True, return_distance=True
    )
    near = pd.DataFrame({"point": point_index, "area": area_index, "distance_m": distance_m})
    near["distance_m"] = near["distance_m"].round(_DISTANCE_DECIMALS)
    near = near.sort_values(["point", "distance_m", "area"]).drop_duplicates("point")
    return near["point"].to_numpy(), near["area"].to_numpy(), near["distance_m"].to_numpy()


def _find_parents(members: gpd.GeoDataFrame, coarser: gpd.GeoDataFrame | None) -> pd.Series:
    parent_ids = pd.Series([None] * len(members), index=members.index, dtype="str")
    if coarser is None:
        return parent_ids
    children, parents = members.geometry.to_numpy(), coarser.geometry.to_numpy()
    child_index, parent_index = shapely.STRtree(parents).query(children, predicate="intersects")
    overlap_m2 = shapely.area(shapely.intersection(children[child_index], parents[parent_index]))
    pairs = pd.DataFrame({"child": child_index, "parent": parent_index, "m2": overlap_m2.round(1)})
    pairs = pairs.sort_values(["child", "m2", "parent"], ascending=[True, False, True])
    pairs = pairs.drop_duplicates("child")
    pairs = pairs[pairs["m2"] >= _PARENT_SHARE_MIN * shapely.area(children)[pairs["child"]] - 1]
    found = coarser["district_id"].to_numpy(dtype=object)[pairs["parent"]]
    parent_ids.iloc[pairs["child"].to_numpy()] = found
    return parent_ids


def _report_orphans(members: gpd.GeoDataFrame, parent_ids: pd.Series, coarser_level: str) -> pd.DataFrame:
    orphans = members[parent_ids.isna()]
    text = f"has less than half of its area in any district of level {coarser_level}; stays without parent"
    rows = [f"{level} {key}" for level, key in zip(orphans["level"], orphans["district_id"], strict=True)]
    return build_issues(_SOURCE, IssueCode.DISTRICT_WITHOUT_PARENT, rows=rows, texts=text)


def _report_faults(members: gpd.GeoDataFrame, level: str) -> pd.DataFrame:
    gap_count, gap_km2 = measure_gaps(members)
    overlap_count, overlap_km2 = measure_overlaps(members)
    gap_text = (
        f"level {level}: gaps between the districts, {gap_km2:.3f} km2 together; "
        "a point in one takes the nearest district"
    )
    overlap_text = (
        f"level {level}: pairs of districts overlap, {overlap_km2:.3f} km2 together; "
        "a point in both takes the one whose border is farther"
    )
    return concat_issues(
        [
            count_issue(_SOURCE, IssueCode.DISTRICT_GAPS, count=gap_count, text=gap_text),
            count_issue(_SOURCE, IssueCode.DISTRICT_OVERLAPS, count=overlap_count, text=overlap_text),
        ]
    )


def measure_gaps(members: gpd.GeoDataFrame) -> tuple[int, float]:
    """Return number and area in km2 of the holes in the union of the districts of one level."""
    union = shapely.union_all(members.geometry.to_numpy())
    parts = shapely.get_parts(union)
    rings = shapely.get_parts(shapely.boundary(parts))
    outside = shapely.area(shapely.polygons(shapely.get_exterior_ring(parts))).sum()
    return len(rings) - len(parts), float(outside - shapely.area(union)) / _M2_PER_KM2


def measure_overlaps(members: gpd.GeoDataFrame) -> tuple[int, float]:
    """Return number and summed area in km2 of the pairs of one level that overlap by more than 1 m2."""
    shapes = members.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    is_pair = first < second
    shared_m2 = shapely.area(shapely.intersection(shapes[first[is_pair]], shapes[second[is_pair]]))
    shared_m2 = shared_m2[shared_m2 > _OVERLAP_MIN_M2]
    return len(shared_m2), float(shared_m2.sum()) / _M2_PER_KM2


def _as_multipolygons(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    is_single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    multi = shapes.copy()
    multi[is_single] = [shapely.MultiPolygon([shape]) for shape in shapes[is_single]]
    return multi


def _keep_areas(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    # Where borders run along each other, an intersection also holds lines and points.
    kept = shapes.copy()
    is_mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    for position in np.flatnonzero(is_mixed):
        pieces = shapely.get_parts(shapes[position])
        kept[position] = shapely.union_all(pieces[shapely.get_dimensions(pieces) == 2])  # noqa: PLR2004
    return kept


def _as_district_areas(members: pd.DataFrame, level: str, rest: BaseGeometry) -> gpd.GeoDataFrame:
    ids = members["boundary_id"].str.replace("relation/", "r", regex=False)
    names = members["name"].fillna(members["boundary_id"])
    shapes = list(members["geometry"])
    ids_list, names_list = ids.tolist(), names.tolist()
    opened = shapely.buffer(shapely.buffer(rest, -_REST_OPENING_M), _REST_OPENING_M)
    if shapely.area(opened) >= _REST_MIN_KM2 * _M2_PER_KM2:
        shapes.append(_keep_areas(np.array([rest], dtype=object))[0])
        ids_list.append(_REST_ID)
        names_list.append(_REST_NAME)
    return _frame_areas(ids_list, level, names_list, shapes=shapes)


def _frame_areas(
    ids: list[str], level: str, names: list[str], *, shapes: list[BaseGeometry]
) -> gpd.GeoDataFrame:
    columns = {
        "district_id": pd.Series(ids, dtype="str"),
        "level": pd.Series([level] * len(ids), dtype="str"),
        "name": pd.Series(names, dtype="str"),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes)
