# SPDX-License-Identifier: MIT
"""
The whole analysis of a large city: every step of the pipeline between inventory and pages.

189,000 nodes, 1,400 counted places, 70,000 homes, 12 Stadtbezirke with 62 Bezirke, four
walking profiles and three thresholds. The tables are laid where the inventory would have
left them (rows of Musterstadt's inventory, spread over the streets); the steps then run as
in the pipeline, reading and writing tables included, in a process of their own.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from cities import City, build_city
from measuring import CRS, PROGRAM, PROJECT, Options, Result, measure_process, read_clock, read_options, tell

from begegnung_geo.jobs import find_profile, plan_city
from begegnung_geo.pipeline import STEPS
from begegnung_geo.run_folders import Folders
from begegnung_geo.steps import StepInput, find_kept_tables
from begegnung_geo.store import give_back_memory, read_table, write_table

LEVELS = (("stadtbezirk", 4, 3), ("statistischer_bezirk", 12, 5))
SECONDS_MAX, MEMORY_MAX_MB = 15.0, 1_500.0


def lay_out(root: Path, city: City) -> None:
    """Write a project folder in which the inventory of the city is done."""
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    raw = root / "data" / "raw" / "musterstadt"
    (root / "config").symlink_to(PROJECT / "config")
    for command in (
        ["sample", "--quiet", "--out", str(raw), "--inhabitants", "20000"],
        ["run", "--quiet", "--city", "musterstadt", "--until", "inventory"],
    ):
        subprocess.run([str(PROGRAM), *command], cwd=root, env=environment, check=True)
    folder = root / "data" / "processed" / "musterstadt"
    rng = np.random.default_rng(3)
    for name, frame in build_tables(folder, city, rng).items():
        write_table(frame, name, folder=folder, crs=CRS)


def build_tables(folder: Path, city: City, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return the tables that describe the city, made of Musterstadt's rows."""
    west, south, east, north = city.walk_nodes.total_bounds
    area = gpd.GeoDataFrame(
        read_table("city_area", folder=folder, crs=CRS)
        .iloc[:1]
        .set_geometry([shapely.MultiPolygon([shapely.box(west, south, east, north)])], crs=CRS)
    )
    places = spread(read_table("begegnungsorte", folder=folder, crs=CRS), city.place_xy, rng)
    places["begegnungsort_id"] = [f"bench/{number:06d}" for number in range(len(places))]
    districts = cut_districts((west, south, east, north))
    for level, _, _ in LEVELS:
        places[f"district_id_{level}"] = None  # no measure reads it
    places = places.assign(is_counted=True).astype({f"district_id_{level}": "str" for level, _, _ in LEVELS})
    cells = spread(read_table("population_cells", folder=folder, crs=CRS), city.home_xy, rng)
    cells["cell_id"] = [f"bench/{number:07d}" for number in range(len(cells))]
    empty = read_table("neighbour_places", folder=folder, crs=CRS).iloc[:0]
    doors = read_table("doors", folder=folder, crs=CRS).iloc[:0]
    labels = spread(read_table("background_labels", folder=folder, crs=CRS), city.place_xy[:80], rng)
    labels["label_id"] = [f"node/{number}" for number in range(len(labels))]
    return {
        "city_area": area, "districts": districts, "begegnungsorte": places, "neighbour_places": empty,
        "doors": doors, "population_cells": cells, "walk_nodes": city.walk_nodes,
        "walk_edges": city.walk_edges, "background_labels": labels,
    }  # fmt: skip


def spread(rows: pd.DataFrame, xy: np.ndarray, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return as many rows as there are points, drawn from some rows, at these points."""
    drawn = rows.iloc[rng.integers(0, len(rows), len(xy))].reset_index(drop=True)
    return gpd.GeoDataFrame(drawn.set_geometry(shapely.points(xy), crs=CRS))


def cut_districts(bounds: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Return two levels of districts: rectangles side by side."""
    west, south, east, north = bounds
    parts = []
    for level, columns, rows in LEVELS:
        x, y = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
        column, row = (axis.ravel() for axis in np.meshgrid(np.arange(columns), np.arange(rows)))
        boxes = shapely.multipolygons(
            shapely.box(x[column], y[row], x[column + 1], y[row + 1])[:, None].tolist()
        )
        parts.append(
            gpd.GeoDataFrame(
                {
                    "district_id": [f"{number:03d}" for number in range(len(boxes))],
                    "level": level,
                    "name": [f"{level} {number}" for number in range(len(boxes))],
                    "parent_id": pd.Series([None] * len(boxes), dtype="str"),
                    "area_km2": shapely.area(boxes) / 1e6,
                },
                geometry=boxes,
                crs=CRS,
            )
        )
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=CRS)


def run_steps(root: Path) -> None:
    """Run every step of the analysis once and print the seconds of each as JSON."""
    os.chdir(root)
    job, folders = plan_city(find_profile("musterstadt"), language="de")
    folders = Folders(folders.processed.resolve(), folders.site.resolve())
    seconds, shared = {}, {}
    kept = find_kept_tables(STEPS, "coverage")
    for step in STEPS:
        if step.stage != "coverage" or step.gathers_issues:
            continue
        start = read_clock()
        given = StepInput(job, step, folders, earlier=[], last=folders, shared=shared, kept_tables=kept)
        output = step.run(given)
        for name, frame in output.tables.items():
            write_table(frame, name, folder=folders.processed, crs=CRS)
        del given, output
        give_back_memory()
        seconds[step.name] = read_clock() - start
    print(json.dumps(seconds))


def bench_city(city: City, label: str, *, seconds_max: float | None, memory_max_mb: float | None) -> float:
    """Run the analysis of a city, twice where code may have to be compiled first; return its seconds."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        lay_out(root, city)
        command = [sys.executable, Path(__file__).resolve(), "--steps", root]
        measure_process(command)
        _, peak_mb, text = measure_process(command)
    seconds: dict[str, float] = json.loads(text.splitlines()[-1])
    total = sum(seconds.values())
    slowest = sorted(seconds, key=lambda step: -seconds[step])[:4]
    note = ", ".join(f"{step} {seconds[step]:.1f}" for step in slowest)
    tell(Result("analysis", f"whole analysis, {label}", total, "s", target=seconds_max, note=note))
    tell(Result("analysis", f"its memory, {label}", peak_mb, "MB", target=memory_max_mb))
    return total


def main(options: Options) -> None:
    """Run the city of the speed target."""
    city = build_city(60_000 if options.is_quick else 189_000)
    bench_city(
        city,
        f"{len(city.walk_nodes):,} nodes",
        seconds_max=SECONDS_MAX,
        memory_max_mb=MEMORY_MAX_MB,
    )


if __name__ == "__main__":
    if "--steps" in sys.argv:
        run_steps(Path(sys.argv[sys.argv.index("--steps") + 1]))
    else:
        main(read_options())
