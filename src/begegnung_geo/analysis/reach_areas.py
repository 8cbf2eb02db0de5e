# SPDX-License-Identifier: MIT
"""Reach areas: from where a counted place can be walked to within a time, as clean polygons."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.contours import Grid
from begegnung_geo.analysis.threads import map_in_threads
from begegnung_geo.analysis.walk_field import GridSample, WalkField, outline_reach, sample_grid
from begegnung_geo.analysis.ways import ANY_GROUND, STEP_FREE, Footing, Ways
from begegnung_geo.crs import require_crs
from begegnung_geo.profile import Walking

_GRID_POINT_COUNT = 1_100_000
_CELL_SIZE_MIN_M = 5.0
_PRECISION_M = 0.001


def build_reach_areas(
    counted_places: gpd.GeoDataFrame,
    city_area: gpd.GeoDataFrame,
    *,
    ways: Ways,
    walking: Walking,
) -> gpd.GeoDataFrame:
    """
    Draw the area within reach of any counted place, for each profile and threshold.

    A point belongs to the area when its walking distance, defined as for people's
    homes (straight leg to the nearest walkway, which may be no longer than
    `walking.snap_distance_m`, then along the network), is at most speed x time.
    The distance is computed at the points of a grid; between an inside and an
    outside point the outline's crossing of the grid line is found by halving, so
    that borders between two streets lie where they belong and not on a grid step.

    Parameters
    ----------
    counted_places
        The places that count as supply: Point, metric CRS.
    city_area
        Table `city_area`; the areas are clipped to it.
    ways
        The walk network in memory.
    walking
        Profiles and thresholds.

    Returns
    -------
    reach_areas
        Table `reach_areas`: valid MultiPolygon (empty where nothing is within
        reach), by profile and threshold. Areas are nested: the shorter walk's lies
        within the longer one's, and the one without steps within the one with steps,
        to the millimetre.

    Raises
    ------
    CrsError
        If the tables are not in the CRS of the ways.

    Notes
    -----
    The grid has about 1,100,000 points at most: 16 m apart in a city of 280 km2, at
    least 5 m. Gaps and islands narrower than a grid cell can be missed.
    """
    for layer, name in ((counted_places, "counted places"), (city_area, "city area")):
        require_crs(layer, ways.crs or "", name=name)
    city = shapely.union_all(city_area.geometry.to_numpy())
    return _draw_areas(
        counted_places.geometry,
        ways,
        grid=_lay_grid(*shapely.bounds(city)),
        walking=walking,
        finish=lambda area: _clip(area, city),
    )


def build_place_areas(place: gpd.GeoSeries, ways: Ways, *, walking: Walking) -> gpd.GeoDataFrame:
    """
    Draw the area from where one place can be walked to, for each profile and threshold.

    The same definition and the same way of drawing as in `build_reach_areas`, for one
    place, and not cut off at any border.

    Parameters
    ----------
    place
        The place: one Point, in the CRS of the ways. Several points are one place with
        several doors.
    ways
        The walk network in memory (`ways.lay_ways`), made once for all places.
    walking
        Profiles and thresholds.

    Returns
    -------
    place_areas
        As the table `reach_areas`. All areas are empty where no walkway is near the place.
    """
    reach_max_m = max(reach_m for _, reach_m in _list_reaches(walking))
    west, south, east, north = place.total_bounds
    return _draw_areas(
        place,
        ways,
        grid=_lay_grid(west - reach_max_m, south - reach_max_m, east + reach_max_m, north + reach_max_m),
        walking=walking,
        finish=lambda area: area,
    )


def _draw_areas(
    places: gpd.GeoSeries,
    ways: Ways,
    *,
    grid: Grid,
    walking: Walking,
    finish: Callable[[shapely.MultiPolygon], shapely.MultiPolygon],
) -> gpd.GeoDataFrame:
    reaches = _list_reaches(walking)
    reach_max_m = max(reach_m for _, reach_m in reaches)
    doors = ways.snap(places)
    everyone: GridSample | None = None
    wanted_areas: list[tuple[GridSample, Footing, float]] = []
    for footing in (ANY_GROUND, STEP_FREE):
        wanted = sorted(reach_m for own, reach_m in reaches if own == footing)
        if everyone is None or wanted:
            field = WalkField(ways.index(footing), doors.on(footing), ways.snap_distance_m)
            sample = sample_grid(grid, field, reach_max_m=reach_max_m, wider=everyone)
            everyone = everyone or sample
        wanted_areas += [(sample, footing, reach_m) for reach_m in wanted]

    def draw(wanted: tuple[GridSample, Footing, float]) -> shapely.MultiPolygon:
        sample, _, reach_m = wanted
        return finish(outline_reach(sample, reach_m=reach_m))

    drawn = zip(wanted_areas, map_in_threads(draw, wanted_areas), strict=True)
    areas = {(footing, reach_m): area for (_, footing, reach_m), area in drawn}
    rows = [
        (
            profile,
            threshold_min,
            areas[_find_footing(walking, profile), walking.reach_m(profile, threshold_min)],
        )
        for profile in sorted(walking.profiles)
        for threshold_min in walking.thresholds_min
    ]
    profiles, thresholds, geometry = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "profile": pd.Series(profiles, dtype="str"),
            "threshold_min": np.array(thresholds, dtype=np.int64),
        },
        geometry=list(geometry),
        crs=places.crs,
    )


def _find_footing(walking: Walking, profile: str) -> Footing:
    return STEP_FREE if walking.profiles[profile].step_free else ANY_GROUND


def _list_reaches(walking: Walking) -> set[tuple[Footing, float]]:
    return {
        (_find_footing(walking, profile), walking.reach_m(profile, threshold_min))
        for profile in walking.profiles
        for threshold_min in walking.thresholds_min
    }


def _lay_grid(west: float, south: float, east: float, north: float) -> Grid:  # noqa: PLR0917 - bounds
    # Two points of margin: the rim must lie outside the area, and a block may overhang.
    size = float(np.sqrt((east - west) * (north - south) / _GRID_POINT_COUNT))
    size = max(_CELL_SIZE_MIN_M, np.ceil(size * 2) / 2)
    column, row = np.floor(west / size) - 2, np.floor(south / size) - 2
    return Grid(
        west=column * size,
        south=row * size,
        cell_size_m=size,
        row_count=int(np.ceil(north / size) - row) + 3,
        column_count=int(np.ceil(east / size) - column) + 3,
    )


def _clip(area: shapely.MultiPolygon, city: shapely.Geometry) -> shapely.MultiPolygon:
    clipped = shapely.intersection(area, city, grid_size=_PRECISION_M)
    parts = shapely.get_parts(clipped)
    return shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]))
