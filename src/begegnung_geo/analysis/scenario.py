# SPDX-License-Identifier: MIT
"""A scenario applied to the tables of a city: places that open, close or move, and new ways."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.explain import find_similar_ids
from begegnung_geo.analysis.hours import read_hours
from begegnung_geo.analysis.links import project_positions
from begegnung_geo.analysis.row_counts import RowCount, count_members
from begegnung_geo.errors import ConfigError, format_rows
from begegnung_geo.scenario import SCENARIO_SOURCE, Scenario
from begegnung_geo.schema import build_empty, conform_table

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
            "geometry": project_positions([change.position or (0.0, 0.0)], scenario.crs, crs)[0],
        }
        for change in new
    ]
    if not rows:
        return gpd.GeoDataFrame(build_empty("place_records", crs=crs))
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)
    table = table.assign(x=table.geometry.x).sort_values(["name", "x"], ignore_index=True).drop(columns="x")
    table["source_id"] = [f"neu-{number}" for number in range(1, len(table) + 1)]
    table["row"] = table["source_id"]
    for column in ("date", "street", "house_number", "postcode", "city"):
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
        point = project_positions([move.position], scenario.crs, crs)[0]
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
