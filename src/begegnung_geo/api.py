# SPDX-License-Identifier: MIT
"""
The surface for notebooks: a city's tables, its network, and measures for places of one's own.

`begegnung_geo/__init__.py` hands these names on. Nothing is computed here in a way of its own:
the functions are those of the pipeline, with the profile of the city.
"""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from begegnung_geo import inspections
from begegnung_geo.analysis.coverage import build_coverage, counts_a_part, withhold_shares
from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.analysis.graphs import Network, build_graph, read_graph
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.reach_areas import build_reach_areas
from begegnung_geo.city_tables import City, load
from begegnung_geo.crs import WGS84
from begegnung_geo.errors import BegegnungError, ConfigError, CrsError, format_rows
from begegnung_geo.profile import Walking
from begegnung_geo.schema import stack_layers

__all__ = [
    "BegegnungError",
    "City",
    "Network",
    "coverage",
    "explain",
    "from_osmnx",
    "load",
    "reach",
    "to_osmnx",
]

Places = gpd.GeoDataFrame | Sequence[tuple[float, float]]
"""Own places: points with a CRS, or pairs of longitude and latitude (WGS84)."""

_MINUTES_MAX = 60


def to_osmnx(network: City | Network) -> nx.MultiDiGraph:
    """
    Return the walk network as a graph for osmnx and networkx.

    Parameters
    ----------
    network
        A city, or its network or a part of it.

    Returns
    -------
    graph
        In the conventions of osmnx 2 (`x`, `y`, `length`, `geometry`, `osmid`, `street_count`, one
        edge each way), in the metric CRS; works with `ox.plot`, `ox.stats` and networkx
        (`weight="length"`).

    Examples
    --------
    >>> graph = bg.to_osmnx(bg.load("musterstadt"))
    >>> graph.is_directed(), graph.is_multigraph()
    (True, True)
    """
    return build_graph(network.network if isinstance(network, City) else network)


def from_osmnx(graph: nx.MultiDiGraph) -> Network:
    """
    Return the tables of a graph that `to_osmnx` made, without loss.

    Parameters
    ----------
    graph
        The graph, or a part of it; attributes that were added become columns.

    Returns
    -------
    network
        Tables `walk_nodes` and `walk_edges`, sorted by id.

    Raises
    ------
    SchemaError
        If the graph is of other origin.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> bg.from_osmnx(bg.to_osmnx(city)).edges.equals(city.network.edges)
    True
    """
    return read_graph(graph)


def reach(
    city: City, places: Places, *, profile: str | None = None, threshold_min: int | None = None
) -> gpd.GeoDataFrame:
    """
    Draw the area of the city from where one of your own places can be walked to.

    Parameters
    ----------
    city
        From `load`.
    places
        Points with a CRS, or pairs of longitude and latitude.
    profile
        Walking profile (`adult`, `senior`, ...); None draws all.
    threshold_min
        Minutes, 1 to 60; None draws the thresholds of the profile.

    Returns
    -------
    reach_areas
        As the table `reach_areas`: MultiPolygon in the metric CRS, clipped to the city, one row a
        profile and threshold.

    Raises
    ------
    ConfigError
        If a place, the profile or the threshold cannot be used.
    CrsError
        If the layer of places has no CRS.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> bg.reach(city, city.layer("begegnungsorte").head(1), profile="senior", threshold_min=10).shape
    (1, 3)
    """
    walking = _pick_walking(city, profile=profile, threshold_min=threshold_min)
    return build_reach_areas(
        _place_points(city, places), city.layer("city_area"), ways=city.ways, walking=walking
    )


def coverage(
    city: City,
    places: Places,
    *,
    profile: str | None = None,
    threshold_min: int | None = None,
    with_counted: bool = False,
) -> pd.DataFrame:
    """
    Count the people who can walk to one of your own places, in the city and each district.

    Parameters
    ----------
    city
        From `load`.
    places
        Points with a CRS, or pairs of longitude and latitude.
    profile
        Walking profile; None counts for all.
    threshold_min
        Minutes, 1 to 60; None counts for the thresholds of the profile.
    with_counted
        Add the own places to the counted ones: what would be different with them.

    Returns
    -------
    coverage
        As the table `coverage`; the first rows are the whole city (`level` is `city`).
        `covered_share` counts unknown walks as not covered, `covered_share_max` as covered. Shares
        are null where nobody lives or only a part of the people is known. Numbers are exact and not
        for publication: the pages hide small ones.

    Raises
    ------
    ConfigError
        If a place, the profile or the threshold cannot be used.
    CrsError
        If the layer of places has no CRS.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> counted = bg.coverage(city, city.layer("begegnungsorte").head(3), threshold_min=10)
    >>> counted["level"].iloc[0]
    'city'
    """
    walking = _pick_walking(city, profile=profile, threshold_min=threshold_min)
    own = _place_points(city, places)
    supply = stack_layers(_read_supply(city), own) if with_counted else own
    homes = city.layer("demand").rename(columns={"demand_id": "cell_id"})
    demand, _ = assign_walk_distance(homes, supply, ways=city.ways)
    found, found_in_city = build_coverage(demand, city.layer("districts"), walking=walking)
    found_in_city = found_in_city.assign(level="city", district_id=city.profile.city.key)
    rows = pd.concat([found_in_city[found.columns], found], ignore_index=True)
    people, area = city.read_facts("count_people"), city.read_facts("tie_districts")
    return withhold_shares(rows) if counts_a_part(people, area) else rows


def explain(city: City, place_id: str) -> str:
    """
    Say why a record or a place is in the inventory, or why not; as `begegnung-geo explain` does.

    Parameters
    ----------
    city
        From `load`.
    place_id
        `place_id`, OSM id (`way/123`) or `begegnungsort_id`.

    Returns
    -------
    text
        A line a fact.

    Raises
    ------
    ConfigError
        If nothing has this id; names the closest ids.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> place_id = city.table("begegnungsorte")["begegnungsort_id"].iloc[0]
    >>> place_id in bg.explain(city, place_id)
    True
    """
    inventory = inspections.open_tables(
        city.processed,
        crs=city.crs,
        walking=city.profile.walking,
        hint=f"run `make inventory CITY={city.profile.city.key}`",
    )
    return "\n".join(inspections.explain(inventory, place_id))


def _pick_walking(city: City, *, profile: str | None, threshold_min: int | None) -> Walking:
    walking = city.profile.walking
    if profile is not None and profile not in walking.profiles:
        raise ConfigError(
            f"no walking profile {profile[:80]!r}",
            where=f"profile of {city.profile.city.name}",
            hint=f"choose one of {', '.join(walking.profiles)}",
        )
    if threshold_min is not None and not 1 <= threshold_min <= _MINUTES_MAX:
        raise ConfigError(
            f"{threshold_min} minutes cannot be measured",
            where="threshold_min",
            hint=f"give 1 to {_MINUTES_MAX} whole minutes",
        )
    chosen: dict[str, Any] = {}
    if profile is not None:
        chosen |= {"profiles": {profile: walking.profiles[profile]}, "default_profile": profile}
    if threshold_min is not None:
        chosen["thresholds_min"] = (int(threshold_min),)
    return walking.model_copy(update=chosen)


def _place_points(city: City, places: Places) -> gpd.GeoDataFrame:
    """Return own places as points in the metric CRS, none of them far outside the city."""
    points = _read_geometry(places)
    x, y = shapely.get_x(points.to_numpy()), shapely.get_y(points.to_numpy())  # nan for all but points
    is_point = np.isfinite(x) & np.isfinite(y)
    if not len(points) or not is_point.all():
        raise ConfigError(
            "own places must be points, at least one",
            where=f"rows {format_rows(np.flatnonzero(~is_point).tolist())}" if len(points) else "places",
            hint="take .representative_point() of areas, and leave out rows without a position",
        )
    points = points.to_crs(city.crs)
    area, buffer_m = city.layer("city_area").union_all(), city.profile.study.buffer_m
    far = np.flatnonzero(~(shapely.distance(points.to_numpy(), area) <= buffer_m))
    if len(far):
        raise ConfigError(
            f"{len(far)} own places lie more than {buffer_m:g} m outside {city.profile.city.name}",
            where=f"rows {format_rows(far.tolist())}",
            hint="pairs are longitude, latitude; check the CRS of a layer",
        )
    ids = pd.Series([f"own:{number:06d}" for number in range(len(points))], dtype="str")
    return gpd.GeoDataFrame({"begegnungsort_id": ids}, geometry=points.to_numpy(), crs=city.crs)


def _read_geometry(places: Places) -> gpd.GeoSeries:
    if isinstance(places, gpd.GeoDataFrame):
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


def _read_supply(city: City) -> gpd.GeoDataFrame:
    supply = stack_layers(city.layer("begegnungsorte"), city.layer("neighbour_places"))
    return move_to_doors(gpd.GeoDataFrame(supply[supply["is_counted"]]), city.layer("doors"))
