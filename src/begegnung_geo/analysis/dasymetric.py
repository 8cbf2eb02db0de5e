# SPDX-License-Identifier: MIT
"""
Dasymetric people: official totals of districts, spread over where people live.

A grid, or dwellings by floor area, says where people live within a district; the total says
how many there are. So the sums are the official ones exactly, and only the place
within the district is worked out.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from begegnung_geo.analysis.districts import assign_district
from begegnung_geo.analysis.population import check_conservation
from begegnung_geo.issues import IssueCode, count_issue

_SQUARE_M = 200.0
_COORDINATE_DECIMALS = 3  # as tables are written: a point must not change its district by that
_LISTED = 10


@dataclass(frozen=True, eq=False)
class Spread:
    """
    People after `spread_totals`, and the districts of which something is to be said.

    Attributes
    ----------
    cells
        Table `population_cells`, sorted by `cell_id`.
    known_share
        Share of the people before who live in a district with a known total, 0-1.
    factors
        By district id: by how much its people were multiplied.
    unknown
        Districts without a known total: scaled as all others together.
    without_homes
        Districts with people but no home: shared out by area.
    outside
        Districts with people but nothing inside the study area: left out.
    """

    cells: gpd.GeoDataFrame
    known_share: float
    factors: pd.Series
    unknown: list[str]
    without_homes: list[str]
    outside: list[str]


def spread_totals(
    cells: gpd.GeoDataFrame,
    totals: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    *,
    city_area: gpd.GeoDataFrame,
    level: str,
    keeps_groups: bool,
) -> Spread:
    """
    Spread official totals of districts over homes.

    Within a district every home is multiplied by the same factor: total / people of its
    homes. A total that is not known takes the factor of all districts with a known one
    together. Where a district has people but no home, they are shared out over squares of
    200 m of its area (marked `is_estimated`); where it has no area in the city, they are
    left out.

    An age group with totals of its own is scaled to those: by the group's people in the
    homes, and where a home's are not known, by the district's known share; where nobody of
    the group is known in the district, by all people. Other groups keep their share of
    each home.

    Parameters
    ----------
    cells
        Table `population_cells` inside the city: people of a grid, or of dwellings.
    totals
        Table `district_totals` of one level.
    districts
        Table `districts`.
    city_area
        Table `city_area`.
    level
        Level of the totals.
    keeps_groups
        Whether groups without totals stay; else they are dropped.

    Returns
    -------
    spread
        For each district with a known total and some area in the city, the sum of `persons`,
        and of each group with a known total, is that total. Homes without people are left out.

    Raises
    ------
    SchemaError
        If a total is missed by more than a millionth: a fault of the program.
    """
    district = _find_districts(cells, districts, city_area=city_area, level=level)
    factors = measure_factors(cells, totals, district_of_cell=district)
    scaled = scale_people(cells, totals, district_of_cell=district, keeps_groups=keeps_groups)
    is_empty = ~totals["district_id"].isin(set(scaled["cell_id"].map(district.set_axis(cells["cell_id"]))))
    empty = totals[is_empty & (totals["persons"] > 0)]
    own = districts[(districts["level"] == level) & districts["district_id"].isin(empty["district_id"])]
    shared = share_out_by_area(empty, own, city_area=city_area, districts=districts, level=level)
    parts = [part for part in (scaled, shared.drop(columns="district_id")) if len(part)]
    joined = pd.concat(parts, ignore_index=True) if parts else scaled
    placed = gpd.GeoDataFrame(joined, crs=cells.crs).sort_values("cell_id", ignore_index=True)
    without_homes = sorted(set(shared["district_id"]))
    outside = sorted(set(empty["district_id"]) - set(without_homes))
    known = totals.loc[totals["persons"].notna(), "district_id"]
    people = float(cells["persons"].sum())
    _require_totals(
        placed,
        totals[~totals["district_id"].isin(outside)],
        district_of_cell=_find_districts(placed, districts, city_area=city_area, level=level),
    )
    return Spread(
        cells=placed,
        known_share=float(cells.loc[district.isin(known), "persons"].sum()) / people if people else 1.0,
        factors=factors,
        unknown=sorted(set(district.dropna()) - set(known)),
        without_homes=without_homes,
        outside=outside,
    )


def measure_factors(cells: pd.DataFrame, totals: pd.DataFrame, *, district_of_cell: pd.Series) -> pd.Series:
    """
    Return by how much the people of each district are multiplied.

    Parameters
    ----------
    cells
        Table `population_cells` inside the city.
    totals
        Table `district_totals` of one level.
    district_of_cell
        District of each cell, on the index of `cells`.

    Returns
    -------
    factors
        By district id of `district_of_cell`: total / people of its cells. Where the total is
        not known, the factor of all districts with a known one together; NaN where none
        is known.
    """
    people = cells["persons"].groupby(district_of_cell).sum()
    total = totals.set_index("district_id")["persons"].reindex(people.index)
    is_known = total.notna()
    mean = total[is_known].sum() / people[is_known].sum() if people[is_known].sum() > 0 else np.nan
    return (total / people).where(is_known, mean).rename("factor")


def scale_people(
    cells: gpd.GeoDataFrame, totals: pd.DataFrame, *, district_of_cell: pd.Series, keeps_groups: bool
) -> gpd.GeoDataFrame:
    """
    Scale the people of the cells to the totals of their districts, and their groups; see `spread_totals`.

    Returns
    -------
    population_cells
        Table `population_cells`, index from 0, without cells of nobody. `is_estimated` is
        true where the total was not known.
    """
    factors = measure_factors(cells, totals, district_of_cell=district_of_cell)
    factor = district_of_cell.map(factors).astype("float64")
    by_id = totals.set_index("district_id")
    has_total = district_of_cell.isin(by_id.index[by_id["persons"].notna()])
    scaled = cells.assign(persons=cells["persons"] * factor, is_estimated=cells["is_estimated"] | ~has_total)
    official = [name for name in totals.columns if name.startswith("persons_")]
    groups = [name for name in cells.columns if name.startswith("persons_")]
    kept = [name for name in groups if name not in official and keeps_groups]
    scaled = scaled.drop(columns=[name for name in groups if name not in (*official, *kept)])
    scaled = scaled.assign(**{name: cells[name] * factor for name in kept})
    for group in official:
        known = cells[group] if group in cells else pd.Series(np.nan, index=cells.index)
        weight = _fill_group(known * factor, scaled["persons"], district_of_cell)
        sums = weight.groupby(district_of_cell).transform("sum")
        scaled[group] = weight / sums.where(sums > 0) * district_of_cell.map(by_id[group])
    return gpd.GeoDataFrame(scaled[scaled["persons"] > 0]).reset_index(drop=True)


def share_out_by_area(
    totals: pd.DataFrame,
    own: gpd.GeoDataFrame,
    *,
    city_area: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    level: str,
) -> gpd.GeoDataFrame:
    """
    Share out people of districts without any home over points of their area.

    Parameters
    ----------
    totals
        Rows of `district_totals`.
    own
        Rows of `districts` for them.
    city_area
        Table `city_area`: only the part inside counts.
    districts
        Table `districts`: where polygons overlap, points of a neighbour are not used.
    level
        Level of the totals.

    Returns
    -------
    population_cells
        Table `population_cells` with `district_id`: `<level>/<id>#<number>`, the same number
        of people everywhere in a district. None for a district without a usable point.
    """
    if not len(own):
        nobody = {"cell_id": pd.Series([], dtype="str"), "district_id": pd.Series([], dtype="str")}
        return gpd.GeoDataFrame(nobody, geometry=gpd.GeoSeries([], crs=own.crs))
    city = city_area.union_all()
    areas = shapely.intersection(own.geometry.to_numpy(), city)
    points = [split_area(area) for area in areas]
    count = np.array([len(found) for found in points], dtype=np.int64)
    number = np.concatenate([np.arange(1, n + 1) for n in count] or [np.array([], dtype=np.int64)])
    ids = pd.Series(np.repeat(own["district_id"].to_numpy(dtype=object), count), dtype="str")
    numbers = pd.Series(number, dtype="int64").astype("str").str.zfill(5)
    shared = gpd.GeoDataFrame(
        {"cell_id": (level + "/" + ids + "#" + numbers).astype("str"), "district_id": ids},
        geometry=np.concatenate([*points, np.array([], dtype=object)]),
        crs=own.crs,
    )
    found = _find_districts(shared, districts, city_area=city_area, level=level)
    shared = gpd.GeoDataFrame(shared[(found == shared["district_id"]).to_numpy(dtype=bool)])
    squares = shared.groupby("district_id")["cell_id"].transform("size")
    by_id = totals.set_index("district_id")
    people = [name for name in totals.columns if name.startswith("persons")]
    columns = {name: shared["district_id"].map(by_id[name]).astype("float64") / squares for name in people}
    return shared.assign(is_estimated=True, **columns)


def split_area(area: shapely.Geometry) -> np.ndarray:
    """
    Return points that share an area.

    Parameters
    ----------
    area
        Polygons, in metres.

    Returns
    -------
    points
        Middles of squares of 200 m inside the area, else one point inside it, row by row
        from the south-west, to the millimetre; none for an empty area.
    """
    if shapely.area(area) == 0:
        return np.array([], dtype=object)
    west, south, east, north = shapely.bounds(area)
    x, y = np.meshgrid(
        np.arange(west + _SQUARE_M / 2, east, _SQUARE_M), np.arange(south + _SQUARE_M / 2, north, _SQUARE_M)
    )
    points = np.asarray(shapely.points(x.ravel(), y.ravel()), dtype=object)
    shapely.prepare(area)
    inside = points[shapely.contains(area, points)]
    chosen = inside if len(inside) else np.array([shapely.point_on_surface(area)], dtype=object)
    return np.asarray(shapely.transform(chosen, lambda xy: np.round(xy, _COORDINATE_DECIMALS)), dtype=object)


def list_spread_issues(spread: Spread, *, source: str, factor_max: float) -> list[pd.DataFrame]:
    """
    Return one table `issues` a kind of district of which something is to be said.

    Parameters
    ----------
    source
        File of the totals.
    factor_max
        A factor more than this many times the middle one, or less than this part of it,
        hints at a wrong column or id.
    """
    middle = spread.factors.median()
    is_strange = (spread.factors > factor_max * middle) | (spread.factors < middle / factor_max)
    told = (
        (IssueCode.TOTAL_NOT_KNOWN, spread.unknown, "no known total; scaled as all others together"),
        (
            IssueCode.TOTAL_IMPLAUSIBLE,
            sorted(spread.factors.index[is_strange]),
            f"total more than {factor_max:g} times, or less than 1/{factor_max:g} of, what the homes say",
        ),
        (IssueCode.TOTAL_WITHOUT_HOMES, spread.without_homes, "people but no known home; shared out by area"),
        (IssueCode.TOTAL_OUTSIDE, spread.outside, "people but no area inside the study area; left out"),
    )
    return [
        count_issue(source, code, count=len(ids), text=f"{text}: districts {', '.join(ids[:_LISTED])}")
        for code, ids, text in told
    ]


def _find_districts(
    points: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, city_area: gpd.GeoDataFrame, level: str
) -> pd.Series:
    found, _ = assign_district(points, districts, level=level, city_area=city_area, snap_distance_m=np.inf)
    return found[f"district_id_{level}"]


def _fill_group(known: pd.Series, persons: pd.Series, district_of_cell: pd.Series) -> pd.Series:
    is_known = known.notna()
    of_group = known.groupby(district_of_cell).transform("sum")
    of_known = persons.where(is_known, 0.0).groupby(district_of_cell).transform("sum")
    share = (of_group / of_known.where(of_known > 0)).where(of_group > 0)
    # Nobody of the group is known in the district: as many everywhere.
    return known.where(is_known, persons * share).where(share.notna(), persons)


def _require_totals(cells: gpd.GeoDataFrame, totals: pd.DataFrame, *, district_of_cell: pd.Series) -> None:
    for name in [column for column in totals.columns if column.startswith("persons")]:
        known = totals[totals[name].notna()]
        sums = cells[name].groupby(district_of_cell).sum().reindex(known["district_id"], fill_value=0.0)
        for district_id, given, found in zip(known["district_id"], known[name], sums, strict=True):
            where = f"table population_cells, {name} of district {district_id}"
            check_conservation(input_persons=float(given), parts={"placed": float(found)}, where=where)
