# SPDX-License-Identifier: MIT
"""People: Zensus grids of 2022 and 2011, and any file of points or polygons with persons."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from begegnung_geo.crs import require_metric
from begegnung_geo.errors import SourceError
from begegnung_geo.issues import IssueCode, concat_issues, count_issue
from begegnung_geo.sources.delimited import DelimitedFile, open_delimited, parse_numbers, stream_columns
from begegnung_geo.sources.layer import project_layer, read_layer
from begegnung_geo.sources.population_layout import (
    PARTITIONS,
    PopulationLayout,
    find_attributes,
    find_layout,
)
from begegnung_geo.sources.population_long import read_long_rows
from begegnung_geo.sources.population_rows import (
    EVERYWHERE,
    Box,
    PopulationRows,
    Tally,
    add_rows,
    join_cells,
    report_skipped,
)

_log = logging.getLogger(__name__)
_TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
COARSE_CELL_M = 250.0
"""Coarser cells are to be spread over buildings (judgement: half its diagonal is 3 minutes on foot)."""
_SQUARE_COORDINATES = 5
_SQUARE_TOLERANCE = 1.02


@dataclass(frozen=True)
class PopulationMeta:
    """
    What became of the people of a file: `input = kept + outside + rejected`.

    `outside_persons` live beyond the clip, `rejected_persons` are in rows without
    coordinates or in repeated cells. `cell_size_m` is 0 where rows are no grid cells.
    `has_total` is false where the file only tells some groups: the persons are then
    a lower bound.
    """

    source_label: str
    cell_size_m: float
    has_total: bool
    groups: tuple[str, ...]
    row_count: int
    cell_count: int
    input_persons: float
    kept_persons: float
    outside_persons: float
    rejected_persons: float


def read_population(
    path: Path, *, age_path: Path | None = None, crs: CRS | str, clip: BaseGeometry | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, PopulationMeta]:
    """
    Read where people live.

    Understood are the Zensus 2022 grids (`GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner`)
    and their age tables, the long 100 m and the wide 1 km tables of 2011, and any
    CSV (`breite`, `laenge`) or vector file with a column `persons` or `einwohner`.
    CSV is streamed: memory does not grow with the file, only with the clip.

    A cell counts with its midpoint: all its people or none. Of cells coarser than
    250 m also those are kept whose square only touches the clip: `spread_cells`
    moves their people to buildings before they are clipped. A column with the
    share of a cell inside the city is not used. Suppressed (`–`, -1), negative and
    non-numeric persons count as 0 and are listed; cells without people are no rows.

    Parameters
    ----------
    path
        CSV or vector file.
    age_path
        Age table of the same grid.
    crs
        Metric CRS to convert to.
    clip
        The study area in the metric CRS; None keeps everything.

    Returns
    -------
    population_cells
        Table `population_cells`: Point, metric CRS, sorted by `cell_id`; `persons_<group>`
        null where unknown.
    issues
        Table `issues`, only for rows near the clip and rows without coordinates.
    meta
        The accounts of all people of the file.

    Raises
    ------
    SourceError
        If a file cannot be read, lacks columns, the age table has another grid, or
        nobody of the file lives in the clip.
    CrsError
        If a vector file names no CRS or its coordinates do not fit it.
    """
    metric = require_metric(crs, where=str(path))
    rows, label = _read_rows(path, metric, clip)
    issues = [rows.issues]
    cells = rows.cells
    if age_path is not None:
        cells, age_issues = _join_ages(rows, path, age_path, metric=metric, clip=clip)
        issues.append(age_issues)
    cells, repeated_persons, repeat_issues = _drop_repeats(cells, path, is_grid=rows.cell_size_m > 0)
    issues += [repeat_issues, _report_total(rows, path)]
    if rows.has_total:
        issues.append(_report_groups(cells, age_path or path))
    population_cells = _build_cells(cells, rows, metric)
    is_inside = _flag_clip(cells, rows, metric=metric, clip=clip)
    kept = population_cells[is_inside].sort_values("cell_id", ignore_index=True)
    meta = PopulationMeta(
        source_label=label,
        cell_size_m=rows.cell_size_m,
        has_total=rows.has_total,
        groups=tuple(c for c in kept.columns if c.startswith("persons_")),
        row_count=rows.row_count,
        cell_count=len(kept),
        input_persons=rows.input_persons,
        kept_persons=float(kept["persons"].sum()),
        outside_persons=rows.outside_persons + float(population_cells.loc[~is_inside, "persons"].sum()),
        rejected_persons=rows.rejected_persons + repeated_persons,
    )
    if not meta.kept_persons:
        raise SourceError(
            f"none of the {meta.input_persons:,.0f} persons of {path.name} lives in the study area",
            where=str(path),
            hint="check that the file is of this city; without population file people are estimated",
        )
    _log.info(
        "%s: %d rows, %d cells, %.0f persons kept", path.name, meta.row_count, len(kept), meta.kept_persons
    )
    return kept, concat_issues(issues), meta


# --- reading ---


def _read_rows(path: Path, metric: CRS, clip: BaseGeometry | None) -> tuple[PopulationRows, str]:
    if path.suffix.lower() not in _TEXT_SUFFIXES:
        return _read_vector_rows(path, metric), f"Einwohner aus {path.name}"
    file = open_delimited(path)
    layout = find_layout(file.columns, where=str(path))
    box = _find_box(clip, metric, layout)
    label = _label_source(file, layout)
    if layout.kind_columns is not None:
        return read_long_rows(file, layout, box=box), label
    return _read_wide_rows(file, layout, box), label


def _read_wide_rows(file: DelimitedFile, layout: PopulationLayout, box: Box) -> PopulationRows:
    tally = Tally()
    names = layout.list_columns()
    row_count = 0
    for arrays in stream_columns(file, names):
        cells = dict(zip(names, arrays, strict=True))
        x, y = (parse_numbers(cells[name])[0] for name in (layout.x_column, layout.y_column))
        rows = np.arange(row_count, row_count + len(x))
        add_rows(tally, cells, rows=rows, xy=(x, y), layout=layout, box=box)
        row_count += len(x)
    issues = tally.build_issues(file.path.name, label_row=lambda row: f"line {file.find_line(row)}")
    return _as_rows(tally, layout, concat_issues([issues, report_skipped(file)]))


def _read_vector_rows(path: Path, metric: CRS) -> PopulationRows:
    features, layer_issues = read_layer(path)
    projected = project_layer(features, crs=metric, where=str(path), is_far_allowed=True)
    names = [str(name) for name in features.columns if name != features.geometry.name]
    cell_size_m = _measure_squares(projected)
    layout = find_attributes(names, where=str(path), crs=metric, cell_size_m=cell_size_m)
    cells = {name: _as_text(features[name]) for name in layout.list_columns()}
    points = shapely.point_on_surface(projected.geometry.to_numpy())
    xy = shapely.get_x(points), shapely.get_y(points)
    tally = Tally()
    add_rows(tally, cells, rows=np.arange(len(features)), xy=xy, layout=layout, box=EVERYWHERE)
    issues = tally.build_issues(path.name, label_row=lambda row: f"feature {row + 1}")
    return _as_rows(tally, layout, concat_issues([layer_issues, issues]))


def _as_rows(tally: Tally, layout: PopulationLayout, issues: pd.DataFrame) -> PopulationRows:
    return PopulationRows(
        cells=join_cells(tally, layout),
        crs=layout.crs,
        cell_size_m=layout.cell_size_m,
        has_total=layout.has_total,
        input_persons=tally.input_persons,
        outside_persons=tally.outside_persons,
        rejected_persons=tally.rejected_persons,
        row_count=tally.row_count,
        issues=issues,
    )


def _as_text(values: pd.Series) -> pa.Array:
    return pa.array(["" if pd.api.types.is_scalar(v) and pd.isna(v) else str(v) for v in values], pa.string())


def _measure_squares(projected: gpd.GeoDataFrame) -> float:
    """Return the edge of the grid where all polygons are equal squares, else 0."""
    shapes = np.array(projected.geometry, dtype=object)
    shapes = shapes[~shapely.is_missing(shapes)]
    area_m2 = shapely.area(shapes)
    if not len(shapes) or area_m2.min() <= 0 or area_m2.max() > area_m2.min() * _SQUARE_TOLERANCE:
        return 0.0
    perimeter_m = shapely.length(shapes)
    is_square = np.abs(perimeter_m / 4 / np.sqrt(area_m2) - 1) < _SQUARE_TOLERANCE - 1
    has_corners = shapely.get_num_coordinates(shapes) == _SQUARE_COORDINATES
    return float(np.sqrt(np.median(area_m2)).round()) if (is_square & has_corners).all() else 0.0


def _find_box(clip: BaseGeometry | None, metric: CRS, layout: PopulationLayout) -> Box:
    if clip is None:
        return EVERYWHERE
    bounds = gpd.GeoSeries([shapely.segmentize(clip, 1000)], crs=metric).to_crs(layout.crs).total_bounds
    margin = 0.01 if layout.crs.is_geographic else layout.cell_size_m + 100
    west, south, east, north = bounds
    return float(west - margin), float(south - margin), float(east + margin), float(north + margin)


def _label_source(file: DelimitedFile, layout: PopulationLayout) -> str:
    if not layout.cell_size_m:
        return f"Einwohner aus {file.path.name}"
    in_name = re.search(r"20(11|22)", file.path.name)
    year = in_name[0] if in_name else ("2011" if layout.kind_columns or layout.shares else "")
    size = f"{layout.cell_size_m:g} m" if layout.cell_size_m < 1000 else f"{layout.cell_size_m / 1000:g} km"  # noqa: PLR2004
    return f"Zensus {year}, {size}".replace(" ,", ",")


# --- joining and clipping ---


def _join_ages(
    rows: PopulationRows, path: Path, age_path: Path, *, metric: CRS, clip: BaseGeometry | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    ages, _ = _read_rows(age_path, metric, clip)
    if not rows.cell_size_m or ages.cell_size_m != rows.cell_size_m or ages.crs != rows.crs:
        raise SourceError(
            f"the age table has another grid than {path.name}",
            where=f"{age_path}: {ages.cell_size_m:g} m, expected {rows.cell_size_m:g} m",
            hint="give the age table of the same grid, or none",
        )
    groups = [c for c in ages.cells.columns if c.startswith("persons_")]
    is_repeated = ages.cells.duplicated(["x", "y"])
    first = ages.cells.loc[~is_repeated, ["x", "y", *groups]]
    cells = rows.cells.drop(columns=[c for c in rows.cells.columns if c in groups])
    joined = cells.merge(first, on=["x", "y"], how="left", indicator="found", validate="many_to_one")
    homeless = len(first) - int(joined.loc[joined["found"] == "both", ["x", "y"]].drop_duplicates().shape[0])
    issues = [
        ages.issues,
        count_issue(
            age_path.name,
            IssueCode.PERSONS_DUPLICATE_CELL,
            count=int(is_repeated.sum()),
            text="cell stands in the age table before; the first row counts",
        ),
        count_issue(
            age_path.name,
            IssueCode.AGE_EXCEEDS_TOTAL,
            count=homeless,
            text="cells of the age table have no people in the population table; left out",
        ),
    ]
    return joined.drop(columns="found"), concat_issues(issues)


def _drop_repeats(
    cells: pd.DataFrame, path: Path, *, is_grid: bool
) -> tuple[pd.DataFrame, float, pd.DataFrame]:
    # Two households may share a point; two rows of a grid cell, or the same id at the same
    # point, are one cell told twice.
    is_repeated = cells.duplicated(["x", "y"] if is_grid else ["x", "y", "cell_id"])
    is_repeated &= cells["cell_id"].notna() | is_grid
    issues = count_issue(
        path.name,
        IssueCode.PERSONS_DUPLICATE_CELL,
        count=int(is_repeated.sum()),
        text="cell stands in the file before; the first row counts, the people of this one are left out",
    )
    return cells[~is_repeated].reset_index(drop=True), float(cells.loc[is_repeated, "persons"].sum()), issues


def _report_groups(cells: pd.DataFrame, path: Path) -> pd.DataFrame:
    exceeds = np.zeros(len(cells), dtype=bool)
    for partition in PARTITIONS:
        told = [group for group in partition if group in cells.columns]
        exceeds |= cells[told].sum(axis=1).to_numpy() > cells["persons"].to_numpy() + 0.5
    return count_issue(
        path.name,
        IssueCode.AGE_EXCEEDS_TOTAL,
        count=int(exceeds.sum()),
        text="cells whose age groups have more people than the cell: each published figure "
        "is changed a little at random; both are kept",
    )


def _report_total(rows: PopulationRows, path: Path) -> pd.DataFrame:
    return count_issue(
        path.name,
        IssueCode.PERSONS_WITHOUT_TOTAL,
        count=0 if rows.has_total else len(rows.cells),
        text="cells for which the file only tells some age groups: their people are a lower bound",
    )


def _build_cells(cells: pd.DataFrame, rows: PopulationRows, metric: CRS) -> gpd.GeoDataFrame:
    points = gpd.GeoSeries(gpd.points_from_xy(cells["x"], cells["y"]), crs=rows.crs).to_crs(metric)
    groups = sorted(c for c in cells.columns if c.startswith("persons_"))
    columns = {
        "cell_id": _name_cells(cells, rows),
        "persons": cells["persons"].astype("float64"),
        "is_estimated": np.zeros(len(cells), dtype=bool),
        **{group: cells[group].astype("float64") for group in groups},
    }
    return gpd.GeoDataFrame(columns, geometry=points.to_numpy(), crs=metric)


def _name_cells(cells: pd.DataFrame, rows: PopulationRows) -> pd.Series:
    ids = cells["cell_id"].str.strip()
    ids = ids.where(ids != "")
    if rows.cell_size_m and rows.crs.to_epsg() == 3035:  # noqa: PLR2004
        corner = (cells[["x", "y"]] - rows.cell_size_m / 2).round().astype("int64").astype(str)
        made = f"CRS3035RES{rows.cell_size_m:g}mN" + corner["y"] + "E" + corner["x"]
    else:
        made = "row" + (cells["row"] + 1).astype(str)
    ids = ids.fillna(made).astype("str")
    repeat = ids.groupby(ids).cumcount()
    unique: pd.Series = ids.where(repeat == 0, ids + "#" + (repeat + 1).astype(str)).astype("str")
    return unique


def _flag_clip(
    cells: pd.DataFrame, rows: PopulationRows, *, metric: CRS, clip: BaseGeometry | None
) -> NDArray[np.bool_]:
    is_inside = np.zeros(len(cells), dtype=bool)
    if clip is None:
        return ~is_inside
    x, y = cells["x"].to_numpy(), cells["y"].to_numpy()
    shapes = shapely.points(x, y)
    if rows.cell_size_m > COARSE_CELL_M:
        half = rows.cell_size_m / 2
        shapes = shapely.box(x - half, y - half, x + half, y + half)
    metric_shapes = gpd.GeoSeries(shapes, crs=rows.crs).to_crs(metric).to_numpy()
    is_inside[shapely.STRtree(metric_shapes).query(clip, predicate="intersects")] = True
    return is_inside
