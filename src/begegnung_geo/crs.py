# SPDX-License-Identifier: MIT
"""Coordinate reference systems: what each layer must be in, checked and never guessed."""

from typing import TYPE_CHECKING

from pyproj import CRS

from begegnung_geo.errors import CrsError

if TYPE_CHECKING:  # profiles are read without geopandas: `fetch` stays small
    import geopandas as gpd

WGS84 = CRS.from_epsg(4326)
"""Longitude/latitude as OSM, GeoJSON and the city's open data use it."""

WEB_MERCATOR = CRS.from_epsg(3857)
"""Web map tiles; its "metres" are 60 % too long in Dortmund."""

LAEA_EUROPE = CRS.from_epsg(3035)
"""The Zensus grid's equal-area system."""


def require_known_crs(layer: "gpd.GeoDataFrame | gpd.GeoSeries", *, name: str) -> CRS:
    """
    Return the CRS of a layer.

    Raises
    ------
    CrsError
        If it has none: nobody knows then where its coordinates lie.
    """
    if layer.crs is None:
        raise CrsError(
            f"{name} has no coordinate reference system",
            where=name,
            hint="say with set_crs() what it is in; the program's tables are rebuilt by `make maps`",
        )
    return CRS.from_user_input(layer.crs)


def require_crs(layer: "gpd.GeoDataFrame | gpd.GeoSeries", crs: CRS | str, *, name: str) -> None:
    """
    Raise unless a layer is in the given CRS.

    Parameters
    ----------
    layer
        Any geometry column.
    crs
        The CRS the caller computes in.
    name
        Table or file name for the message.

    Raises
    ------
    CrsError
        If the layer has no CRS or another one. geopandas only warns, and metres
        measured in degrees or in web mercator would be wrong without a sound.
    """
    wanted = CRS.from_user_input(crs)
    if layer.crs is None:
        raise CrsError(
            f"{name} has no coordinate reference system",
            where=name,
            hint=f"store it with its CRS ({wanted.to_string()} is expected here)",
        )
    if layer.crs != wanted:
        raise CrsError(
            f"{name} is in {layer.crs.to_string()}, expected {wanted.to_string()}",
            where=name,
            hint="convert it with to_crs() before this step",
        )


def require_metric(crs: CRS | str, *, where: str) -> CRS:
    """
    Return a projected CRS whose axes are metres.

    Raises
    ------
    CrsError
        If the CRS is unknown, geographic, not in metres, or web mercator, whose
        "metres" are 60 % too long in Dortmund.
    """
    try:
        parsed = CRS.from_user_input(crs)
    except Exception as error:  # pyproj raises several unrelated types here
        raise CrsError(
            f"unknown coordinate reference system {crs!r}",
            where=where,
            hint='give an EPSG code such as "EPSG:25832"',
        ) from error
    in_metres = parsed.is_projected and {axis.unit_name for axis in parsed.axis_info} == {"metre"}
    if not in_metres or parsed == WEB_MERCATOR:
        raise CrsError(
            f"{parsed.to_string()} does not measure in true metres",
            where=where,
            hint='use the UTM zone of the city, for Dortmund "EPSG:25832"',
        )
    return parsed
