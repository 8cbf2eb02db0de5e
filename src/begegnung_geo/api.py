# SPDX-License-Identifier: MIT
"""
The surface for notebooks: a city's tables, its network, and measures for places of one's own.

`begegnung_geo/__init__.py` hands these names on. Nothing is computed here in a way of its own:
the functions are those of the pipeline, with the profile of the city.
"""

from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd

from begegnung_geo import inspections
from begegnung_geo.analysis import graphs
from begegnung_geo.analysis.coverage import (
    build_coverage,
    counts_a_part,
    publish_coverage,
    withhold_shares,
)
from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.analysis.graphs import Network, build_graph, read_graph
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.reach_areas import build_reach_areas
from begegnung_geo.analysis.scenario import compare_coverage, keep_packets
from begegnung_geo.cities import load, require_city
from begegnung_geo.city_maps import caveats, explore
from begegnung_geo.city_tables import City
from begegnung_geo.errors import BegegnungError, ConfigError
from begegnung_geo.own_places import Places, place_points
from begegnung_geo.profile import Walking
from begegnung_geo.schema import stack_layers
from begegnung_geo.shown_tables import show

__all__ = [
    "BegegnungError",
    "City",
    "Network",
    "caveats",
    "coverage",
    "explain",
    "explore",
    "from_osmnx",
    "gain",
    "load",
    "reach",
    "show",
    "split_network",
    "to_osmnx",
]

_MINUTES_MAX = 60
_CITY_LEVEL = "city"


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

    Raises
    ------
    SchemaError
        If it is neither.
    SourceError
        If the city has no network yet; names the command that makes it.

    Examples
    --------
    >>> graph = bg.to_osmnx(bg.load("musterstadt"))
    >>> graph.is_directed(), graph.is_multigraph()
    (True, True)
    """
    return build_graph(network.network if isinstance(network, City) else graphs.read_network(network))


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
        If it is no graph of `to_osmnx`, or lost what the tables need.
    CrsError
        If its coordinates are not in a metric CRS.

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
        If a place, the profile or the threshold cannot be used, or `city` is no city.
    CrsError
        If the layer of places has no CRS.
    SourceError
        If a table of the city is missing; names the command that makes it.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> bg.reach(city, city.layer("begegnungsorte").head(1), profile="senior", threshold_min=10).shape
    (1, 3)
    """
    walking = _pick_walking(city, profile=profile, threshold_min=threshold_min)
    return build_reach_areas(
        place_points(city, places), city.layer("city_area"), ways=city.ways, walking=walking
    )


def coverage(
    city: City,
    places: Places | None = None,
    *,
    profile: str | None = None,
    threshold_min: int | None = None,
    with_counted: bool = False,
    as_published: bool = False,
) -> pd.DataFrame:
    """
    Count the people who can walk to one of the places, in the city and each district.

    Parameters
    ----------
    city
        From `load`.
    places
        Points with a CRS, or pairs of longitude and latitude; None takes the counted places of the city
        and its neighbours, as the pipeline does.
    profile
        Walking profile; None counts for all.
    threshold_min
        Minutes, 1 to 60; None counts for the thresholds of the profile.
    with_counted
        Add the own places to the counted ones: what would be different with them.
    as_published
        Count people in packets, and hide and round, as pages and files do. Without it the numbers are
        exact and not for publication.

    Returns
    -------
    coverage
        As the table `coverage` (`published_coverage`); the first rows are the whole city (`level` is `city`).
        `covered_share` counts unknown walks as not covered, `covered_share_max` as covered. Shares
        are null where nobody lives or only a part of the people is known.

    Raises
    ------
    ConfigError
        If a place, the profile or the threshold cannot be used, or `city` is no city.
    CrsError
        If the layer of places has no CRS.
    SourceError
        If a table of the city is missing; names the command that makes it.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> counted = bg.coverage(city, city.layer("begegnungsorte").head(3), threshold_min=10)
    >>> counted["level"].iloc[0]
    'city'
    >>> bg.coverage(city).query("level == 'city'")["persons_covered"].tolist() == city.table(
    ...     "city_coverage"
    ... )["persons_covered"].tolist()
    True
    """
    walking = _pick_walking(city, profile=profile, threshold_min=threshold_min)
    supply = _read_supply(city) if places is None else place_points(city, places)
    if with_counted and places is not None:
        supply = stack_layers(_read_supply(city), supply)
    homes = city.layer("demand").rename(columns={"demand_id": "cell_id"})
    demand, _ = assign_walk_distance(homes, supply, ways=city.ways)
    people, area = city.read_facts("count_people"), city.read_facts("tie_districts")
    exact = _count_covered(city, demand, walking=walking)
    if counts_a_part(people, area):
        exact = withhold_shares(exact)
    if not as_published:
        return exact
    packed = _count_covered(city, keep_packets(demand, city.table("protected_demand")), walking=walking)
    return _publish(city, packed, exact)


def gain(
    city: City, places: Places, *, profile: str | None = None, threshold_min: int | None = None
) -> pd.DataFrame:
    """
    Tell what would be different if your own places were open beside the counted ones.

    The figures are those that a page would tell (packets of people, small numbers hidden). A scenario
    file does more: it closes and moves places, lays paths, and builds a site (`make maps SCENARIO=name`).

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

    Returns
    -------
    scenario_coverage
        As the table `scenario_coverage`: before, after and difference, the city (`level` is `city`) and
        each district; differences are null where one side is not told.

    Raises
    ------
    ConfigError
        If a place, the profile or the threshold cannot be used, or `city` is no city.
    CrsError
        If the layer of places has no CRS.
    SourceError
        If a table of the city is missing; names the command that makes it.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> rooms = city.layer("begegnungsorte").query("standing == 'potential'")
    >>> gained = bg.gain(city, rooms, profile="senior", threshold_min=10)
    >>> bool((gained["persons_gained"].dropna() >= 0).all())
    True
    """
    asked: dict[str, Any] = {"profile": profile, "threshold_min": threshold_min, "as_published": True}
    after = coverage(city, places, with_counted=True, **asked)
    return compare_coverage(coverage(city, **asked), after)


def split_network(city: City, level: str) -> dict[str, Network]:
    """
    Return the walk network of each district, for statistics and plots of osmnx.

    Parameters
    ----------
    city
        From `load`.
    level
        `stadtbezirk` or another level of the table `districts`.

    Returns
    -------
    networks
        `district_id` -> network. A piece of walkway belongs to the one district that its middle lies in:
        lengths add up to those of the city.

    Raises
    ------
    ConfigError
        If `city` is no city.
    SchemaError
        If there is no district of the level.
    SourceError
        If a table of the city is missing; names the command that makes it.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> parts = bg.split_network(city, "stadtbezirk")
    >>> list(parts)
    ['10', '20', '30']
    >>> graph = bg.to_osmnx(parts["10"])
    """
    require_city(city)
    return graphs.split_network(
        city.network, city.layer("districts"), level=level, city_area=city.layer("city_area")
    )


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
        If nothing has this id; names the closest ids. Or `city` is no city.
    SourceError
        If a table of the city is missing; names the command that makes it.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> place_id = city.table("begegnungsorte")["begegnungsort_id"].iloc[0]
    >>> place_id in bg.explain(city, place_id)
    True
    """
    require_city(city)
    inventory = inspections.open_tables(
        city.processed,
        crs=city.crs,
        walking=city.profile.walking,
        hint=f"run `make inventory CITY={city.profile.city.key}`",
    )
    return "\n".join(inspections.explain(inventory, str(place_id)))


def _pick_walking(city: City, *, profile: str | None, threshold_min: int | None) -> Walking:
    require_city(city)
    walking = city.profile.walking
    if profile is not None and profile not in walking.profiles:
        raise ConfigError(
            f"no walking profile {str(profile)[:80]!r}",
            where=f"profile of {city.profile.city.name}",
            hint=f"choose one of {', '.join(walking.profiles)}",
        )
    if threshold_min is not None and threshold_min not in range(1, _MINUTES_MAX + 1):
        raise ConfigError(
            f"{str(threshold_min)[:80]} minutes cannot be measured",
            where="threshold_min",
            hint=f"give 1 to {_MINUTES_MAX} whole minutes",
        )
    chosen: dict[str, Any] = {}
    if profile is not None:
        chosen |= {"profiles": {profile: walking.profiles[profile]}, "default_profile": profile}
    if threshold_min is not None:
        chosen["thresholds_min"] = (int(threshold_min),)
    return walking.model_copy(update=chosen)


def _count_covered(city: City, demand: gpd.GeoDataFrame, *, walking: Walking) -> pd.DataFrame:
    found, found_in_city = build_coverage(demand, city.layer("districts"), walking=walking)
    found_in_city = found_in_city.assign(level=_CITY_LEVEL, district_id=city.profile.city.key)
    return pd.concat([found_in_city[found.columns], found], ignore_index=True)


def _publish(city: City, packed: pd.DataFrame, exact: pd.DataFrame) -> pd.DataFrame:
    """Return coverage as `disclosing.tell_figures` does: of the city both ends of a range are told."""
    is_city = packed["level"] == _CITY_LEVEL
    limits = {True: 1.0, False: city.profile.coverage.unknown_share_max}
    parts = [
        publish_coverage(
            packed[is_city == part],
            exact[is_city == part],
            publication=city.profile.publication,
            unknown_share_max=limit,
        )
        for part, limit in limits.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _read_supply(city: City) -> gpd.GeoDataFrame:
    supply = stack_layers(city.layer("begegnungsorte"), city.layer("neighbour_places"))
    return move_to_doors(gpd.GeoDataFrame(supply[supply["is_counted"]]), city.layer("doors"))
