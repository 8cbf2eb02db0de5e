# SPDX-License-Identifier: MIT
"""People: estimated from buildings, spread over them, clipped to the city, and never lost."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from begegnung_geo.analysis.city_area import require_shared_crs
from begegnung_geo.errors import SchemaError

DWELLINGS = frozenset(
    {
        "apartments",  # Mehrfamilienhaus
        "bungalow",
        "detached",
        "dormitory",  # Wohnheim
        "farm",  # the farmhouse; barns are farm_auxiliary, barn, stable
        "house",
        "residential",
        "semidetached_house",
        "terrace",
        "villa",
    }
)
"""
Values of `building` that say: people live here. Left out on purpose: `yes` (may be
anything; see `measure_dwelling_area`), `retirement_home` and `nursing_home` (the
census counts their people, their floor area a head is another), `cabin`, `hut`,
`allotment_house`, `static_caravan` (nobody may live there for good), `hotel`.
"""
_UNKNOWN_USE = "yes"
_LEVELS_MAX = 60.0  # Germany's tallest dwellings have some 50; more is a typing error
_LOSS_MAX = 1e-6


def measure_dwelling_area(
    buildings: gpd.GeoDataFrame,
    *,
    storey_default_count: float,
    footprint_min_m2: float,
    building_yes_footprint_max_m2: float,
) -> pd.Series:
    """
    Measure the residential floor area of each building: footprint x storeys.

    A building counts if its value is one of `DWELLINGS`, or `yes` without another
    use and not larger than a dwelling usually is. A dwelling with another use (shop,
    surgery, kindergarten) gives its ground floor to it. Sheds count nothing.

    Parameters
    ----------
    buildings
        Table `buildings`: Polygon, metric CRS.
    storey_default_count
        Storeys where `levels_count` is missing, not positive, or above 60.
    footprint_min_m2
        Smaller buildings are no dwellings, in m2.
    building_yes_footprint_max_m2
        Larger ones with `building=yes` are no dwellings, in m2.

    Returns
    -------
    floor_area_m2
        On the index of `buildings`; 0 where nobody lives.
    """
    footprint_m2 = buildings["footprint_area_m2"]
    has_other_use = buildings["has_other_use"].astype(bool)
    is_known = buildings["building"].isin(DWELLINGS)
    is_likely = (
        (buildings["building"] == _UNKNOWN_USE)
        & ~has_other_use
        & (footprint_m2 <= building_yes_footprint_max_m2)
    )
    levels = buildings["levels_count"].astype("float64")
    storeys = levels.where(levels.between(0, _LEVELS_MAX, inclusive="right"), storey_default_count)
    storeys = (storeys - has_other_use).clip(lower=0)
    is_dwelling = (is_known | is_likely) & (footprint_m2 >= footprint_min_m2)
    return (footprint_m2 * storeys).where(is_dwelling, 0.0).rename("floor_area_m2")


def estimate_population(
    buildings: gpd.GeoDataFrame,
    *,
    city_area: gpd.GeoDataFrame,
    floor_area_per_person_m2: float,
    storey_default_count: float,
    footprint_min_m2: float,
    building_yes_footprint_max_m2: float,
) -> gpd.GeoDataFrame:
    """
    Estimate people from residential floor area.

    Parameters
    ----------
    buildings
        Table `buildings`: Polygon, metric CRS.
    city_area
        Table `city_area`: buildings whose point lies outside are left out.
    floor_area_per_person_m2
        Gross floor area a head, in m2.
    storey_default_count, footprint_min_m2, building_yes_footprint_max_m2
        See `measure_dwelling_area`.

    Returns
    -------
    population_cells
        Table `population_cells`: a point inside each residential building, persons not
        rounded, `is_estimated` true; sorted by `cell_id`; empty where OSM has no dwelling.

    Raises
    ------
    CrsError
        If the two tables are not in the same CRS.
    """
    require_shared_crs(city_area, buildings, names=("table city_area", "table buildings"))
    floor_area_m2 = measure_dwelling_area(
        buildings,
        storey_default_count=storey_default_count,
        footprint_min_m2=footprint_min_m2,
        building_yes_footprint_max_m2=building_yes_footprint_max_m2,
    )
    is_inhabited = floor_area_m2 > 0
    dwellings = buildings[is_inhabited]
    columns = {
        "cell_id": dwellings["source_id"].astype("str").to_numpy(),
        "persons": (floor_area_m2[is_inhabited] / floor_area_per_person_m2).to_numpy(),
        "is_estimated": np.ones(len(dwellings), dtype=bool),
    }
    points = shapely.point_on_surface(dwellings.geometry.to_numpy())
    cells = gpd.GeoDataFrame(columns, geometry=points, crs=buildings.crs).astype({"cell_id": "str"})
    inside, _ = clip_to_city(cells, city_area)
    return inside.sort_values("cell_id", ignore_index=True)


def clip_to_city(
    population_cells: gpd.GeoDataFrame, city_area: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, float]:
    """
    Keep the cells whose point lies in the city, its border included.

    Parameters
    ----------
    population_cells
        Table `population_cells`: Point, metric CRS.
    city_area
        Table `city_area`: metric CRS.

    Returns
    -------
    inside
        The rows inside, same order, index from 0.
    outside_persons
        People of the rows outside.

    Raises
    ------
    CrsError
        If the two tables are not in the same CRS.
    """
    require_shared_crs(city_area, population_cells, names=("table city_area", "table population_cells"))
    is_inside = np.zeros(len(population_cells), dtype=bool)
    tree = shapely.STRtree(population_cells.geometry.to_numpy())
    is_inside[tree.query(city_area.geometry.to_numpy(), predicate="intersects")[1]] = True
    outside_persons = float(population_cells.loc[~is_inside, "persons"].sum())
    return population_cells[is_inside].reset_index(drop=True), outside_persons


def spread_cells(
    population_cells: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    cell_size_m: float,
    floor_area_m2: pd.Series,
    floor_area_min_per_person_m2: float,
) -> gpd.GeoDataFrame:
    """
    Spread the people of coarse grid cells over the dwellings in each cell.

    Each dwelling gets the part of the cell's people, and of each age group, that its
    floor area is of the cell's. No one is lost or added. A cell without dwellings, or
    with too little floor area for its people (buildings not mapped, or cut off by the
    extract's edge), keeps its midpoint.

    Parameters
    ----------
    population_cells
        Table `population_cells`: midpoints of square cells of one grid, metric CRS. The grid
        may be turned against the CRS, as the Zensus grid is.
    buildings
        Table `buildings`: Polygon, metric CRS, also beyond the city's border.
    cell_size_m
        Edge of a cell, in metres.
    floor_area_m2
        Residential floor area of each building, as `measure_dwelling_area` returns it.
    floor_area_min_per_person_m2
        Cells with less floor area a head keep their midpoint, in m2.

    Returns
    -------
    population_cells
        Table `population_cells`, sorted by `cell_id`: `<cell>/<building>` where spread; the
        sum of each column of people is that of the input. `is_estimated` stays as it
        was: the number is the census's, only the place within the cell is not.

    Raises
    ------
    CrsError
        If the two tables are not in the same CRS.
    """
    require_shared_crs(population_cells, buildings, names=("table population_cells", "table buildings"))
    floors = floor_area_m2.to_numpy()
    inhabited = np.flatnonzero(floors > 0)
    points = shapely.point_on_surface(buildings.geometry.to_numpy()[inhabited])
    midpoints = shapely.get_coordinates(population_cells.geometry.to_numpy())
    cell = _find_cells(shapely.get_coordinates(points), midpoints, cell_size_m)
    found = cell >= 0
    cell, points, inhabited = cell[found], points[found], inhabited[found]
    floor_of_cell = np.bincount(cell, weights=floors[inhabited], minlength=len(midpoints))
    persons = population_cells["persons"].to_numpy()
    is_spread = (floor_of_cell > 0) & (floor_of_cell >= persons * floor_area_min_per_person_m2)
    used = is_spread[cell]
    cell, points, inhabited = cell[used], points[used], inhabited[used]
    share = floors[inhabited] / floor_of_cell[cell]
    spread = population_cells.iloc[cell].reset_index(drop=True)
    building_ids = buildings["source_id"].iloc[inhabited].reset_index(drop=True)
    spread["cell_id"] = (spread["cell_id"] + "/" + building_ids).astype("str")
    for column in _list_persons(population_cells):
        spread[column] = spread[column] * share
    spread = spread.set_geometry(points, crs=population_cells.crs)
    joined = pd.concat([population_cells[~is_spread], spread], ignore_index=True)
    return gpd.GeoDataFrame(joined, crs=population_cells.crs).sort_values("cell_id", ignore_index=True)


def split_cells(population_cells: gpd.GeoDataFrame, *, cell_size_m: float, parts: int) -> gpd.GeoDataFrame:
    """
    Split coarse cells whose dwellings are unknown into equal squares.

    A midpoint would put a whole square kilometre into one district; squares share its
    people by area. Cells that `spread_cells` gave to dwellings (`<cell>/<building>`) stay.

    Parameters
    ----------
    population_cells
        Table `population_cells` after `spread_cells`, metric CRS.
    cell_size_m
        Edge of a coarse cell, in metres.
    parts
        Squares along each edge.

    Returns
    -------
    population_cells
        Table `population_cells`, sorted by `cell_id`, `<cell>#<number>` where split; the sum
        of each column of people is that of the input. The grid's turn against the
        metric CRS is neglected: at a cell's corner that is some 20 m.
    """
    is_whole = ~population_cells["cell_id"].str.contains("/", regex=False).to_numpy(dtype=bool)
    whole = population_cells[is_whole]
    step = (np.arange(parts) - (parts - 1) / 2) * (cell_size_m / parts)
    shift = np.stack(np.meshgrid(step, step), axis=-1).reshape(-1, 2)
    row = np.repeat(np.arange(len(whole)), len(shift))
    xy = shapely.get_coordinates(whole.geometry.to_numpy())[row] + np.tile(shift, (len(whole), 1))
    squares = whole.iloc[row].reset_index(drop=True)
    number = pd.Series(np.tile(np.arange(1, len(shift) + 1), len(whole)), dtype="int64").astype("str")
    squares["cell_id"] = (squares["cell_id"] + "#" + number.str.zfill(3)).astype("str")
    for column in _list_persons(population_cells):
        squares[column] = squares[column] / len(shift)
    squares = squares.set_geometry(shapely.points(xy), crs=population_cells.crs)
    joined = pd.concat([population_cells[~is_whole], squares], ignore_index=True)
    return gpd.GeoDataFrame(joined, crs=population_cells.crs).sort_values("cell_id", ignore_index=True)


def check_conservation(*, input_persons: float, parts: Mapping[str, float], where: str) -> None:
    """
    Raise unless the parts add up to the people of the input.

    Parameters
    ----------
    input_persons
        People before the step.
    parts
        People after it by what became of them, e.g. kept, outside, rejected.
    where
        File or table for the message.

    Raises
    ------
    SchemaError
        If sum and input differ by more than a millionth.
    """
    total = sum(parts.values())
    if not abs(total - input_persons) <= _LOSS_MAX * max(abs(input_persons), 1.0):
        listed = " + ".join(f"{persons:,.3f} {name}" for name, persons in parts.items())
        raise SchemaError(
            f"people were lost or made: {input_persons:,.3f} before, {total:,.3f} after",
            where=f"{where}: {listed}",
            hint="this is a fault of the program; report it with the input file",
        )


def _list_persons(cells: pd.DataFrame) -> list[str]:
    return [column for column in cells.columns if column == "persons" or column.startswith("persons_")]


def _find_cells(
    points: NDArray[np.float64], midpoints: NDArray[np.float64], cell_size_m: float
) -> NDArray[np.int64]:
    """Return the position of the square cell each point lies in, -1 for none."""
    if not len(points) or not len(midpoints):
        return np.full(len(points), -1, dtype=np.int64)
    tree = KDTree(midpoints)
    _, nearest = tree.query(points)
    # In a square grid the nearest midpoint is that of the point's own cell; if that cell is
    # not in the table, the point lies outside the square around the nearest one.
    angle = _measure_turn(tree, midpoints, cell_size_m)
    offset = points - midpoints[nearest]
    along = np.abs(offset[:, 0] * np.cos(angle) + offset[:, 1] * np.sin(angle))
    across = np.abs(offset[:, 1] * np.cos(angle) - offset[:, 0] * np.sin(angle))
    half = cell_size_m / 2 * 1.001  # the metric CRS stretches lengths by up to 0.4 permille
    is_inside = np.maximum(along, across) <= half
    return np.where(is_inside, nearest, -1).astype(np.int64)


def _measure_turn(tree: KDTree, midpoints: NDArray[np.float64], cell_size_m: float) -> float:
    """Return by how much the grid is turned against the axes, in radians; 0 without neighbours."""
    pairs = tree.query_pairs(cell_size_m * 1.2, output_type="ndarray")
    if not len(pairs):
        return 0.0
    step = midpoints[pairs[:, 1]] - midpoints[pairs[:, 0]]
    angle = np.arctan2(step[:, 1], step[:, 0])
    # The four directions of a grid fall together when the angle is taken four times.
    return float(np.arctan2(np.sin(4 * angle).sum(), np.cos(4 * angle).sum()) / 4)
