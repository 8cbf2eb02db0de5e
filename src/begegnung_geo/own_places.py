# SPDX-License-Identifier: MIT
"""Places of an analyst's own: points or pairs of degrees, as a layer in the city's metric CRS."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.city_tables import City
from begegnung_geo.crs import WGS84
from begegnung_geo.errors import ConfigError, CrsError, format_rows

_SAME_POINT_M = 0.01  # a point that went through degrees and back

Places = gpd.GeoDataFrame | gpd.GeoSeries | Sequence[tuple[float, float]]
"""Own places: points with a CRS, or pairs of longitude and latitude (WGS84)."""


def place_points(city: City, places: Places) -> gpd.GeoDataFrame:
    """
    Return own places as points in the metric CRS, none of them far outside the city.

    Parameters
    ----------
    city
        From `load`.
    places
        Points with a CRS, or pairs of longitude and latitude. A row of the inventory
        (`begegnungsort_id`, at the inventory's own point) is entered at its mapped door, as
        in the pipeline.

    Returns
    -------
    own_places
        Point, metric CRS, in the given order, with `begegnungsort_id` (`own:000000`, ...) and, where the
        layer has it, `name`.

    Raises
    ------
    ConfigError
        If there is no place, or one is no point or too far away.
    CrsError
        If the layer has no CRS.
    """
    points = _read_geometry(places)
    x, y = shapely.get_x(points.to_numpy()), shapely.get_y(points.to_numpy())  # nan for all but points
    is_point = np.isfinite(x) & np.isfinite(y)
    if not len(points) or not is_point.all():
        raise ConfigError(
            "own places must be points, at least one",
            where=f"rows {format_rows(np.flatnonzero(~is_point).tolist())}" if len(points) else "places",
            hint="take .representative_point() of areas, and leave out rows without a position",
        )
    points = _enter(places, points.to_crs(city.crs), city=city)
    area, buffer_m = city.layer("city_area").union_all(), city.profile.study.buffer_m
    far = np.flatnonzero(~(shapely.distance(points.to_numpy(), area) <= buffer_m))
    if len(far):
        raise ConfigError(
            f"{len(far)} own places lie more than {buffer_m:g} m outside {city.profile.city.name}",
            where=f"rows {format_rows(far.tolist())}",
            hint="pairs are longitude, latitude; check the CRS of a layer",
        )
    ids = pd.Series([f"own:{number:06d}" for number in range(len(points))], dtype="str")
    own = gpd.GeoDataFrame({"begegnungsort_id": ids}, geometry=points.to_numpy(), crs=city.crs)
    if isinstance(places, gpd.GeoDataFrame) and "name" in places:
        own = own.assign(name=places["name"].to_numpy())
    return own


def _enter(places: Places, points: gpd.GeoSeries, *, city: City) -> gpd.GeoSeries:
    """Return the points, those of the inventory's places moved to their doors; others stay."""
    if not isinstance(places, gpd.GeoDataFrame) or "begegnungsort_id" not in places:
        return points
    known = pd.concat([city.layer(name) for name in ("begegnungsorte", "neighbour_places")])
    there, entered = (
        np.asarray(
            layer.set_index("begegnungsort_id").geometry.reindex(places["begegnungsort_id"]), dtype=object
        )
        for layer in (known, city.layer("doors"))
    )
    here = np.asarray(points, dtype=object)
    # A row that was moved by hand is a place of the analyst's own; nan, so False, where the id is not known.
    is_there = shapely.distance(here, there) < _SAME_POINT_M
    moved = np.where(is_there & ~shapely.is_missing(entered), entered, here)
    return gpd.GeoSeries(moved, crs=points.crs)


def _read_geometry(places: Places) -> gpd.GeoSeries:
    if isinstance(places, gpd.GeoDataFrame | gpd.GeoSeries):
        if places.crs is None:
            raise CrsError(
                "the own places have no coordinate reference system",
                where="places",
                hint="say what their coordinates are with set_crs()",
            )
        return gpd.GeoSeries(places.geometry.reset_index(drop=True))
    try:
        pairs = np.asarray(places, dtype=np.float64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            "own places must be pairs of longitude and latitude",
            where=f"places: {error}",
            hint="write [(7.4653, 51.5136), ...], or give a GeoDataFrame",
        ) from error
    return gpd.GeoSeries(shapely.points(pairs), crs=WGS84)
