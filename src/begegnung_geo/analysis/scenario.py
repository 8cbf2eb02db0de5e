# SPDX-License-Identifier: MIT
"""A scenario applied to the tables of a city: places that open, close or move, and new ways."""

from collections.abc import Sequence
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from begegnung_geo.analysis.explain import find_similar_ids
from begegnung_geo.analysis.hours import read_hours
from begegnung_geo.analysis.row_counts import RowCount, count_members
from begegnung_geo.errors import ConfigError, format_rows
from begegnung_geo.scenario import SCENARIO_SOURCE, Link, Position, Scenario
from begegnung_geo.schema import build_empty, conform_table

_SAME_VERTEX_M = 0.5
_WHERE = "the scenario"
_ESTABLISHED = "established"
_COARSE = "district"


def build_scenario_records(scenario: Scenario, *, crs: str) -> gpd.GeoDataFrame:
    """
    Return the new places of a scenario as rows of `place_records`.

    Parameters
    ----------
    crs
        Metric CRS of the run.

    Returns
    -------
    records
        Table `place_records`: Point, `crs`, source `szenario`; the ids follow name and
        position, not the order of the file.
    """
    new = [change for change in scenario.open if change.is_new]
    rows = [
        {
            "source": SCENARIO_SOURCE,
            "name": change.name,
            "class_hint": change.place_class,
            "precision": "hand",
            "position_error_m": 0.0,
            "fields": "{}",
            "contact_keys": [],
            "geometry": _project([change.position or (0.0, 0.0)], scenario.crs, crs)[0],
        }
        for change in new
    ]
    if not rows:
        return gpd.GeoDataFrame(build_empty("place_records", crs=crs))
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)
    table = table.assign(x=table.geometry.x).sort_values(["name", "x"], ignore_index=True).drop(columns="x")
    table["source_id"] = [f"neu-{number}" for number in range(1, len(table) + 1)]
    table["row"] = table["source_id"]
    for column in ("street", "house_number", "postcode", "city"):
        table[column] = pd.Series(pd.NA, index=table.index, dtype="str")
    return gpd.GeoDataFrame(conform_table(table, "place_records"))


def apply_scenario(
    begegnungsorte: gpd.GeoDataFrame, scenario: Scenario, *, study_area: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, tuple[RowCount, ...]]:
    """
    Return the meeting places as a scenario would have them.

    A place that opens becomes `established`, whatever it was; one that closes is left
    out; one that moves keeps everything but its point. Hours replace the hours there were.

    Parameters
    ----------
    begegnungsorte
        Table `begegnungsorte` with what counts today, places beyond the border included; the
        new places of the scenario are among them.
    study_area
        Where places may lie, same CRS.

    Returns
    -------
    begegnungsorte
        A copy, same order, new index.
    counts
        Records behind the places that close, as turned away.

    Raises
    ------
    ConfigError
        If an id is unknown, a place that opens counts already or is known by its district only,
        hours cannot be read, or a new position lies outside.
    """
    places = begegnungsorte.reset_index(drop=True).copy()
    row_of = _find_rows(scenario.list_ids(), places)
    crs = str(places.crs)
    standing = places["standing"].astype(object).to_numpy().copy()
    hours = places["opening_hours"].astype(object).to_numpy().copy()
    points = places.geometry.to_numpy().copy()
    precision = places["precision"].astype(object).to_numpy().copy()
    error_m = places["position_error_m"].to_numpy(dtype=np.float64, copy=True)
    is_new = (
        places["place_ids"].map(lambda ids: ids[0].startswith(f"{SCENARIO_SOURCE}:")).to_numpy(dtype=bool)
    )
    moved = {row_of[change.id] for change in scenario.move}
    new_hours = {change.name: change.opening_hours for change in scenario.open if change.is_new}
    for new in np.flatnonzero(is_new):
        name = str(places["name"].iloc[new])
        _require_inside(points[new], study_area, name=name)
        standing[new] = _ESTABLISHED
        hours[new] = _check_hours(new_hours.get(name, "")) or None
    for opened in scenario.open:
        if opened.is_new:
            continue
        row = row_of[opened.id]
        _require_openable(places.iloc[row], opened.id, is_moved=row in moved)
        standing[row] = _ESTABLISHED
        hours[row] = _check_hours(opened.opening_hours) or hours[row]
    for move in scenario.move:
        point = _project([move.position], scenario.crs, crs)[0]
        _require_inside(point, study_area, name=move.id)
        points[row_of[move.id]] = point
        if precision[row_of[move.id]] == _COARSE:
            precision[row_of[move.id]], error_m[row_of[move.id]] = "hand", 0.0
    for change in scenario.hours:
        hours[row_of[change.id]] = _check_hours(change.opening_hours)
    places["standing"] = pd.Series(standing, index=places.index).astype("str")
    places["opening_hours"] = pd.Series(hours, index=places.index).astype("str")
    places["precision"] = pd.Series(precision, index=places.index).astype("str")
    places["position_error_m"] = error_m
    places = places.set_geometry(gpd.GeoSeries(points, index=places.index, crs=places.crs))
    closed = [row_of[change.id] for change in scenario.close]
    is_closed = np.isin(np.arange(len(places)), closed)
    counts = count_members(places[is_closed], reason="scenario_closed")
    return gpd.GeoDataFrame(places[~is_closed].reset_index(drop=True)), counts


def require_future(scenario: Scenario, data_date: str) -> None:
    """
    Make sure that a scenario begins after the day that the map data is of.

    The clock is not asked: the same files give the same answer on any day.

    Raises
    ------
    ConfigError
        If it begins on or before that day.
    """
    if scenario.valid_from is not None and data_date and scenario.valid_from.isoformat() <= data_date[:10]:
        raise ConfigError(
            f"valid_from: {scenario.valid_from.isoformat()} is past",
            where=f"{_WHERE}; the map data is of {data_date[:10]}",
            hint="it begins after the day of the data; what has happened belongs into corrections.csv",
        )


def add_links(
    walkways: gpd.GeoDataFrame, links: Sequence[Link], *, crs_of_links: str, link_join_m: float
) -> gpd.GeoDataFrame:
    """
    Return the walkways with new ways that join them at both ends.

    An end joins the nearest walkway: at its vertex where one is within half a metre, else
    at a new vertex. What a link crosses on its way it passes above or below.

    Parameters
    ----------
    walkways
        Table `walkways`: LineString, metric CRS.
    links
        New ways.
    crs_of_links
        CRS of their coordinates.
    link_join_m
        How far an end may lie from the way it joins, in metres.

    Returns
    -------
    walkways
        A copy with more vertices and rows; ids of new nodes and ways are negative.

    Raises
    ------
    ConfigError
        If an end lies farther than `link_join_m` from every walkway, a point is nowhere on
        earth, or the link has no length.
    """
    joined = walkways.reset_index(drop=True).copy()
    if not links:
        return gpd.GeoDataFrame(joined)
    rows = []
    for number, link in enumerate(sorted(links, key=lambda one: (one.name, one.line)), start=1):
        points = _project(list(link.line), crs_of_links, str(walkways.crs))
        _require_on_earth(points, name=link.name)
        join = partial(_join_end, name=link.name, link_join_m=link_join_m)
        joined, first, first_node = join(joined, points[0], node=-2 * number)
        joined, last, last_node = join(joined, points[-1], node=-2 * number - 1)
        inner = [shapely.get_coordinates(point)[0] for point in points]
        if shapely.distance(points[0], first) <= _SAME_VERTEX_M:
            inner = inner[1:]
        if shapely.distance(points[-1], last) <= _SAME_VERTEX_M:
            inner = inner[:-1]
        line = np.array([*shapely.get_coordinates(first), *inner, *shapely.get_coordinates(last)])
        if shapely.length(shapely.linestrings(line)) <= _SAME_VERTEX_M:
            raise ConfigError(
                f"link: {link.name[:80]!r} has no length: both ends join the network at one point",
                where=f"{_WHERE}, {points[0].x:.0f} {points[0].y:.0f} in the metric CRS",
                hint="draw the line from the way it begins at to the way it ends at",
            )
        nodes = [first_node, *(-1_000 * number - 1 - at for at in range(len(inner))), last_node]
        step_free = {True: "yes", False: "no", None: "unknown"}[link.step_free]
        rows.append(
            {
                "walkway_id": f"{SCENARIO_SOURCE}/{number}",
                "way_id": -number,
                "highway": "footway",
                "name": link.name,
                "step_free": step_free,
                "node_ids": nodes,
                "tags": "{}",
                "geometry": shapely.linestrings(line),
            }
        )
    added = gpd.GeoDataFrame(rows, geometry="geometry", crs=walkways.crs)
    everything = pd.concat([joined, added], ignore_index=True)
    return gpd.GeoDataFrame(conform_table(gpd.GeoDataFrame(everything, crs=walkways.crs), "walkways"))


def keep_packets(demand: gpd.GeoDataFrame, before: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Return `protected_demand` of a scenario: its walks, and the packets of people of the city as it is.

    Packing people anew along other walks would let the difference of two packings tell of single homes;
    so the people stay packed as they are (decision 0023).

    Parameters
    ----------
    demand
        Table `demand` of the scenario.
    before
        Table `protected_demand` of the city as it is.

    Raises
    ------
    ConfigError
        If the two are not the same homes.
    """
    packets = before.set_index("demand_id")
    if not packets.index.equals(pd.Index(demand["demand_id"])):
        packets = packets.reindex(demand["demand_id"])
    if packets["persons"].isna().any() or len(packets) != len(before):
        raise ConfigError(
            "the scenario has other people than the city as it is",
            where="table protected_demand",
            hint="run the city without --scenario first",
        )
    people = [column for column in demand.columns if column == "persons" or column.startswith("persons_")]
    return demand.assign(**{column: packets[column].to_numpy() for column in people})


def compare_coverage(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """
    Return what is told of the coverage of a city as it is and as a scenario would have it.

    Both are told from the same packets of people, so a difference is no smaller than a packet, or zero.

    Parameters
    ----------
    before, after
        Tables `published_coverage`, the city with level `city` below.

    Returns
    -------
    scenario_coverage
        The table; differences are null where one side is not told.
    """
    key = ["level", "district_id", "profile", "threshold_min"]
    told = ["persons", "persons_covered", "covered_share"]
    both = after[[*key, *told]].merge(before[[*key, *told]], on=key, suffixes=("", "_before"), validate="1:1")
    both["persons_gained"] = both["persons_covered"] - both["persons_covered_before"]
    both["share_gained"] = (both["covered_share"] - both["covered_share_before"]).round(4)
    return both.drop(columns="persons_before").sort_values(key, ignore_index=True)


def compare_open_coverage(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """
    Return who reaches a place that is open then, as it is and as a scenario would have it.

    Parameters
    ----------
    before, after
        Tables `published_open_coverage`.

    Returns
    -------
    scenario_open_coverage
        The table; a difference is null where one side is not told.
    """
    key = ["level", "district_id", "moment", "profile", "threshold_min"]
    told = ["persons_covered_min", "persons_covered_max"]
    both = after[[*key, *told]].merge(before[[*key, *told]], on=key, suffixes=("", "_before"), validate="1:1")
    both["persons_gained_min"] = both["persons_covered_min"] - both["persons_covered_min_before"]
    both["persons_gained_max"] = both["persons_covered_max"] - both["persons_covered_max_before"]
    return both.sort_values(key, ignore_index=True)


def _find_rows(wanted: Sequence[str], places: pd.DataFrame) -> dict[str, int]:
    index: dict[str, int] = {}
    for row, (own, members) in enumerate(zip(places["begegnungsort_id"], places["place_ids"], strict=True)):
        index[str(own)] = row
        for member in members:
            index.setdefault(str(member), row)
    unknown = [one for one in wanted if one not in index]
    if unknown:
        close = find_similar_ids(unknown[0], sorted(index))
        raise ConfigError(
            f"there is no place {unknown[0][:80]!r}",
            where=f"{_WHERE}; the closest ids: {format_rows(close) if close else 'none'}",
            hint="copy the id from begegnungsorte.csv (columns begegnungsort_id and place_ids)",
        )
    rows = {one: index[one] for one in wanted}
    if len(set(rows.values())) < len(rows):
        same = sorted(one for one in rows if list(rows.values()).count(rows[one]) > 1)
        raise ConfigError(
            f"{same[0]} and {same[1]} are the same place",
            where=_WHERE,
            hint="name a place once, by its begegnungsort_id",
        )
    return rows


def _check_hours(text: str) -> str:
    if text and read_hours(text).status == "unreadable":
        raise ConfigError(
            f"opening_hours: {text[:80]!r} cannot be read",
            where=_WHERE,
            hint='write them as OpenStreetMap does, for example "Mo-Fr 10:00-18:00; Sa 10:00-13:00"',
        )
    return text


def _require_openable(place: pd.Series, asked: str, *, is_moved: bool) -> None:
    where = f"{_WHERE}: {str(place['name'])[:80]}"
    if place["precision"] == _COARSE and not is_moved:
        raise ConfigError(
            f"open: of {asked} only the district is known: no walk leads there",
            where=where,
            hint="add [[move]] with the same id and its position",
        )
    if place["standing"] == _ESTABLISHED or place["is_counted"]:
        raise ConfigError(
            f"open: {asked} counts as a meeting place already",
            where=where,
            hint="open names Potenzialräume and everyday places that do not count; leave this one out",
        )


def _require_inside(point: shapely.Point, area: shapely.Geometry, *, name: str) -> None:
    if not shapely.intersects(area, point):
        raise ConfigError(
            f"{name[:80]} would lie outside the study area",
            where=f"{_WHERE}, {point.x:.0f} {point.y:.0f} in the metric CRS",
            hint="positions are longitude, latitude, unless the file says crs",
        )


def _require_on_earth(points: Sequence[shapely.Point], *, name: str) -> None:
    """Refuse coordinates that the projection cannot place: a nearest way to them would be any way."""
    for number, point in enumerate(points, start=1):
        if not np.isfinite(shapely.get_coordinates(point)).all():
            raise ConfigError(
                f"link: {name[:80]!r} has a point that is nowhere on earth",
                where=f"{_WHERE}, point {number} of its line",
                hint="positions are longitude, latitude, unless the file says crs",
            )


def _join_end(
    walkways: gpd.GeoDataFrame, end: shapely.Point, *, name: str, node: int, link_join_m: float
) -> tuple[gpd.GeoDataFrame, shapely.Point, int]:
    """Return the walkways with a vertex where a link joins them, that point, and its node."""
    lines = walkways.geometry.to_numpy()
    row = int(walkways.sindex.nearest(end, return_all=False)[1][0])
    apart = float(shapely.distance(lines[row], end))
    if apart > link_join_m:
        raise ConfigError(
            f"link: {name[:80]!r} touches no network: an end is {apart:.0f} m from the nearest way",
            where=f"{_WHERE}, {end.x:.0f} {end.y:.0f} in the metric CRS",
            hint=f"draw both ends within {link_join_m:.0f} m of a street or path",
        )
    vertices = shapely.get_coordinates(lines[row])
    ids = [int(one) for one in walkways["node_ids"].iloc[row]]
    to_vertex = np.hypot(*(vertices - shapely.get_coordinates(end)).T)
    nearest = int(to_vertex.argmin())
    if to_vertex[nearest] <= max(apart, _SAME_VERTEX_M):
        return walkways, shapely.Point(vertices[nearest]), ids[nearest]
    along = shapely.line_locate_point(lines[row], end)
    point = shapely.line_interpolate_point(lines[row], along)
    reached = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(vertices, axis=0).T))])
    at = int(np.searchsorted(reached, along, side="right"))
    at = min(max(at, 1), len(vertices) - 1)
    changed = walkways.copy()
    geometry = lines.copy()
    geometry[row] = shapely.linestrings(np.insert(vertices, at, shapely.get_coordinates(point)[0], axis=0))
    changed = changed.set_geometry(gpd.GeoSeries(geometry, index=changed.index, crs=changed.crs))
    node_ids = changed["node_ids"].tolist()
    node_ids[row] = [*ids[:at], node, *ids[at:]]
    changed["node_ids"] = node_ids
    return changed, point, node


def _project(positions: Sequence[Position], given: str, wanted: str) -> list[shapely.Point]:
    transform = Transformer.from_crs(given, wanted, always_xy=True)
    return [shapely.Point(*transform.transform(*position)) for position in positions]
