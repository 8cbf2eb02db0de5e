# SPDX-License-Identifier: MIT
"""The one area of the study: whose border it is, and where it comes from."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from begegnung_geo.crs import require_crs, require_known_crs
from begegnung_geo.errors import BegegnungError
from begegnung_geo.issues import IssueCode, concat_issues, count_issue

# Slivers between districts are closed where they are narrower than twice this; inlets of
# the outer border as narrow as that are closed too (0.08 km2 of Dortmund's 280).
_CLOSING_M = 50.0
_HOLE_MIN_M2 = 3 * _CLOSING_M**2  # somewhat less than its circle
# The extent of an extract (judgement): a road has its houses within some 200 m; ways that
# are kept whole and reach out of the core are narrower, as areas, than twice the opening.
_EXTENT_CELL_M = 100.0
_EXTENT_REACH_M = 200.0
_EXTENT_OPENING_M = 260.0
_EXTENT_CLOSING_M = 500.0
_EXTENT_PART_SHARE_MIN = 0.1
# An administrative area is the city of the extract if half of the walkways lie in it, and
# its whole area is studied only if the extract covers half of it.
_BOUNDARY_WAY_SHARE_MIN = 0.5
_BOUNDARY_COVERED_SHARE_MIN = 0.5
_MUNICIPAL_LEVELS = (6, 8)  # kreisfreie Stadt 6, Gemeinde 8; 4 is a Land, 9 and up are parts of a city


def require_shared_crs(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame, *, names: tuple[str, str]) -> None:
    """
    Raise unless two layers are in the same CRS.

    Raises
    ------
    CrsError
        If one has none or they differ.
    """
    require_crs(second, require_known_crs(first, name=names[0]), name=names[1])


def build_city_area(
    *,
    name: str,
    boundary_area: gpd.GeoDataFrame | None = None,
    district_areas: gpd.GeoDataFrame | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
    walkways: gpd.GeoDataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Build the study area from the best source there is.

    1. A boundary file, as it is. 2. The union of the coarsest districts, with
    slivers up to 100 m wide closed. 3. An administrative boundary of the OSM file:
    the one with the given name, else the smallest municipal one (admin_level 6 to
    8) that holds at least half of the walkways. 4. The extent of the walkways:
    200 m around them, without single roads that leave the core. Where the extract
    covers less than half of the administrative boundary, 4 is cut with 3.

    Parameters
    ----------
    name
        Name of the city.
    boundary_area
        Table `city_area` as `read_boundary` returns it, metric CRS.
    district_areas
        Table `district_areas`: metric CRS, any levels.
    boundaries
        Table `boundaries`: administrative boundaries of the OSM file.
    walkways
        Table `walkways`: LineString, metric CRS.

    Returns
    -------
    city_area
        Table `city_area`, one row, valid Polygon or MultiPolygon.
    issues
        Table `issues`: `EXTRACT_COVERS_PART` where the extract holds less than half of its city.

    Raises
    ------
    BegegnungError
        If nothing is given that has an area.
    """
    no_issues = concat_issues([])
    if boundary_area is not None and len(boundary_area):
        return boundary_area.assign(name=pd.Series([name], index=boundary_area.index, dtype="str")), no_issues
    if district_areas is not None and len(district_areas):
        shape = close_slivers(_pick_coarsest(district_areas).geometry.to_numpy())
        return _as_city_area(shape, name, "districts", crs=district_areas.crs), no_issues
    if walkways is None or not len(walkways):
        raise BegegnungError(
            "the study area is unknown: no boundary, no districts and no walkable way",
            where=name,
            hint="give a boundary file (--boundary) or an extract with streets",
        )
    extent = measure_extent(walkways)
    boundary = _find_boundary(boundaries, walkways, name)
    if boundary is None:
        return _as_city_area(extent, name, "extract", crs=walkways.crs), no_issues
    covered_share = shapely.area(shapely.intersection(extent, boundary)) / shapely.area(boundary)
    if covered_share >= _BOUNDARY_COVERED_SHARE_MIN:
        return _as_city_area(boundary, name, "osm_boundary", crs=walkways.crs), no_issues
    issues = count_issue(
        "osm",
        IssueCode.EXTRACT_COVERS_PART,
        count=1,
        text=f"the file covers {covered_share:.0%} of the administrative area; only this part is studied",
    )
    part = _keep_polygons(shapely.intersection(extent, boundary))
    return _as_city_area(part, name, "extract", crs=walkways.crs), issues


def close_slivers(shapes: NDArray[np.object_]) -> BaseGeometry:
    """Return the union of polygons (metric CRS) with gaps up to 100 m wide closed; wider holes stay."""
    union = shapely.union_all(shapes)
    closed = shapely.buffer(shapely.buffer(union, _CLOSING_M), -_CLOSING_M)
    # A buffer's arcs are polygons: what they cut off the corners is given back, and the splinters
    # that this leaves are filled; a hole that is wide enough to stay holds a whole circle.
    return shapely.union_all([_fill_holes(part) for part in shapely.get_parts(shapely.union(union, closed))])


def measure_extent(walkways: gpd.GeoDataFrame) -> BaseGeometry:
    """
    Return the area that an extract really covers.

    The header's box and the outermost nodes are no help: extracts keep ways and
    relations whole, far beyond what they cover.

    Parameters
    ----------
    walkways
        Table `walkways`: LineString, metric CRS, at least one row.

    Returns
    -------
    extent
        Polygon or MultiPolygon without holes; parts with less than a tenth of the
        walkways are left out.
    """
    lines = shapely.segmentize(walkways.geometry.to_numpy(), _EXTENT_CELL_M)
    cells = np.unique(np.floor(shapely.get_coordinates(lines) / _EXTENT_CELL_M), axis=0) * _EXTENT_CELL_M
    boxes = shapely.box(cells[:, 0], cells[:, 1], cells[:, 0] + _EXTENT_CELL_M, cells[:, 1] + _EXTENT_CELL_M)
    near = shapely.buffer(shapely.coverage_union_all(boxes), _EXTENT_REACH_M, quad_segs=2)
    opened = _buffer_twice(near, -_EXTENT_OPENING_M)
    core = near if shapely.is_empty(opened) else opened
    parts = shapely.get_parts(_buffer_twice(core, _EXTENT_CLOSING_M))
    filled = np.array(shapely.polygons(shapely.get_exterior_ring(parts)), dtype=object)
    centres = np.array(shapely.points(cells + _EXTENT_CELL_M / 2), dtype=object)
    part_index = shapely.STRtree(centres).query(filled, predicate="intersects")[0]
    cell_count = np.bincount(part_index, minlength=len(filled))
    return shapely.union_all(filled[cell_count >= _EXTENT_PART_SHARE_MIN * cell_count.sum()])


def _fill_holes(part: Polygon) -> Polygon:
    holes = [ring for ring in part.interiors if shapely.Polygon(ring).area >= _HOLE_MIN_M2]
    return shapely.Polygon(part.exterior, holes)


def find_mapped_area(walk_edges: gpd.GeoDataFrame, issues: pd.DataFrame) -> BaseGeometry | None:
    """
    Return where the map data tells of streets, None where that is the whole study area.

    Parameters
    ----------
    walk_edges
        Table `walk_edges`: LineString, metric CRS.
    issues
        Table `issues`: `EXTRACT_COVERS_PART` says that there is less than half of the area.

    Returns
    -------
    mapped_area
        Polygon or MultiPolygon, metric CRS, as `measure_extent` finds it; None without a way.
    """
    is_part = bool((issues["code"] == IssueCode.EXTRACT_COVERS_PART).any())
    return measure_extent(walk_edges) if is_part and len(walk_edges) else None


def measure_extract_share(walkways: gpd.GeoDataFrame, city_area: gpd.GeoDataFrame) -> float:
    """
    Return how much of the study area the extract's walkways reach into, 0 to 1.

    Parameters
    ----------
    walkways
        Table `walkways`: LineString, metric CRS.
    city_area
        Table `city_area`, same CRS.

    Notes
    -----
    The extent is that of `measure_extent`: 200 m around the walkways. Woods and fields
    without a way lower the share a little, which is why only a share below half says
    that the extract is a part.
    """
    if not len(walkways):
        return 0.0
    city = shapely.union_all(city_area.geometry.to_numpy())
    covered = shapely.intersection(measure_extent(walkways), city)
    return float(shapely.area(covered) / shapely.area(city))


def _buffer_twice(shape: BaseGeometry, distance_m: float) -> BaseGeometry:
    return shapely.buffer(shapely.buffer(shape, distance_m, quad_segs=2), -distance_m, quad_segs=2)


def _pick_coarsest(district_areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    mean_area = district_areas.geometry.area.groupby(district_areas["level"]).mean()
    coarsest = min(mean_area.index, key=lambda level: (-mean_area[level], level))
    members: gpd.GeoDataFrame = district_areas[district_areas["level"] == coarsest]
    return members


def _find_boundary(
    boundaries: gpd.GeoDataFrame | None, walkways: gpd.GeoDataFrame, name: str
) -> BaseGeometry | None:
    if boundaries is None or not len(boundaries):
        return None
    require_shared_crs(walkways, boundaries, names=("table walkways", "table boundaries"))
    middles = shapely.line_interpolate_point(walkways.geometry.to_numpy(), 0.5, normalized=True)
    length_m = walkways.geometry.length.to_numpy()
    shapes = boundaries.geometry.to_numpy()
    area_index, way_index = shapely.STRtree(middles).query(shapes, predicate="intersects")
    way_m = np.bincount(area_index, weights=length_m[way_index], minlength=len(shapes))
    candidates = boundaries.assign(way_share=way_m / length_m.sum(), area_m2=shapely.area(shapes))
    named = candidates[(candidates["name"].str.casefold() == name.casefold()) & (candidates["way_share"] > 0)]
    municipal = candidates[
        candidates["admin_level"].between(*_MUNICIPAL_LEVELS)
        & (candidates["way_share"] >= _BOUNDARY_WAY_SHARE_MIN)
    ]
    # Several of the name: Kreis, Stadt and Stadtteil; the one with most of the data is meant.
    named = named.sort_values(["way_share", "area_m2", "boundary_id"], ascending=[False, True, True])
    municipal = municipal.sort_values(["area_m2", "boundary_id"])
    chosen = named if len(named) else municipal
    return chosen.geometry.iloc[0] if len(chosen) else None


def _keep_polygons(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def _as_city_area(shape: BaseGeometry, name: str, origin: str, *, crs: CRS | None) -> gpd.GeoDataFrame:
    columns = {"name": pd.Series([name], dtype="str"), "origin": pd.Series([origin], dtype="str")}
    return gpd.GeoDataFrame(columns, geometry=[shape], crs=crs)
