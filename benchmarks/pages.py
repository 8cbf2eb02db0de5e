# SPDX-License-Identifier: MIT
"""
The site of a town of 600,000 people: time, memory, sizes, and how its city map behaves in Chromium.

The peer is the usual folium map of the same content: one GeoJson layer for each of ours,
from the same tables, simplified as ours are, and a marker with a popup a place. It is given
folium's default of showing everything, loads its scripts from elsewhere and has no table
beside the map. Opening and panning are wall time in any case.
"""

import gzip
import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
from measuring import PROGRAM, PROJECT, Options, Result, measure_process, read_options, tell

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AREA_TOLERANCE_M, LINE_TOLERANCE_M, REACH_TOLERANCE_M = 4.0, 3.0, 6.0  # as render/layers.py
FRAME_MS = 1000 / 30
DRAG_S = 3.0
AFTER_PAINT = """() => new Promise(done =>
  requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0)))"""
FIELDS = (
    "class",
    "standing",
    "street",
    "house_number",
    "opening_hours",
    "wheelchair",
    "operator",
    "evidence",
)


def lay_out(folder: Path, *, inhabitants: int) -> Path:
    """Write the town's raw files and the profiles; returns the project folder."""
    project = folder / "town"
    shutil.copytree(PROJECT / "config", project / "config")
    raw = project / "data" / "raw" / "musterstadt"
    measure_process([PROGRAM, "sample", "--quiet", "--out", raw, "--inhabitants", str(inhabitants)])
    return project


def bench_rendering(project: Path) -> Path:
    """Measure the last stage alone, without and with PDFs; returns the site."""
    run = [PROGRAM, "run", "--quiet", "--city", "musterstadt"]
    measure_process([*run, "--until", "coverage"], cwd=project)
    for name, option, limit_s in (("without", "--no-pdf", 40.0), ("with", "--pdf", 80.0)):
        seconds, peak_mb, _ = measure_process([*run, option], cwd=project)
        tell(Result("pages", f"site {name} PDFs", seconds, "s", target=limit_s))
        tell(Result("pages", "its memory", peak_mb, "MB", target=1_500.0))
    return project / "site" / "musterstadt"


def bench_sizes(site: Path) -> Path:
    """Tell what the city map and the site weigh; returns the city map."""
    page = site / "maps" / "stadtkarte.html"
    tell(Result("pages", "city map", page.stat().st_size / 1e6, "MB", target=4.0))
    tell(
        Result("pages", "city map gzipped", len(gzip.compress(page.read_bytes(), 9)) / 1e6, "MB", target=1.0)
    )
    count = sum(1 for _ in site.rglob("*.html"))
    whole = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    tell(Result("pages", "whole site", whole / 1e6, "MB", note=f"{count} pages, PDFs and downloads"))
    return page


def bench_folium(project: Path, page: Path) -> None:
    """Build the usual map of the same tables and compare its size."""
    tables = project / "data" / "processed" / "musterstadt"
    usual = len(draw_usual_map(tables).get_root().render().encode()) / 1e6
    own = page.stat().st_size / 1e6
    tell(Result("pages", "city map against the usual one", own, "MB", "folium GeoJson", usual, target=0.1))


def draw_usual_map(tables: Path) -> folium.Map:
    """Return the map as it is commonly written: GeoDataFrames into folium.GeoJson, markers with popups."""
    city = folium.Map(tiles=None)
    for name, frame in list_layers(tables):
        group = folium.FeatureGroup(name)
        folium.GeoJson(frame.to_crs(4326)).add_to(group)
        group.add_to(city)
    for name in ("begegnungsorte", "neighbour_places"):
        group = folium.FeatureGroup(name)
        places = gpd.read_parquet(tables / f"{name}.parquet").to_crs(4326)
        for place in places.itertuples():
            rows = "".join(
                f"<tr><th>{field}</th><td>{getattr(place, field, '')}</td></tr>" for field in FIELDS
            )
            popup = folium.Popup(f"<h3>{place.name}</h3><table>{rows}</table>", max_width=320)
            folium.Marker([place.geometry.y, place.geometry.x], popup=popup).add_to(group)
        group.add_to(city)
    folium.LayerControl().add_to(city)
    return city


def list_layers(tables: Path) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Yield name and frame of each layer our map draws."""
    areas = gpd.read_parquet(tables / "background_areas.parquet")
    for layer in ("green", "water"):
        yield layer, _thin(areas[areas["layer"] == layer][["name", "geometry"]], AREA_TOLERANCE_M)
    reach = gpd.read_parquet(tables / "reach_areas.parquet")
    for (profile, threshold), frame in reach.groupby(["profile", "threshold_min"]):
        yield f"{profile} {threshold}", _thin(frame, REACH_TOLERANCE_M)
    lines = gpd.read_parquet(tables / "background_lines.parquet")
    yield "lines", _thin(lines[["layer", "name", "geometry"]], LINE_TOLERANCE_M)
    streets = gpd.read_parquet(tables / "walk_edges.parquet")[["name", "highway", "geometry"]]
    yield "streets", _thin(streets, LINE_TOLERANCE_M)
    districts = gpd.read_parquet(tables / "districts.parquet")
    flags = pd.read_parquet(tables / "underserved.parquet")[["level", "district_id", "is_underserved"]]
    districts = districts.merge(flags, on=["level", "district_id"], how="left")
    for level, frame in districts.groupby("level"):
        yield (
            str(level),
            _thin(frame[["district_id", "name", "is_underserved", "geometry"]], AREA_TOLERANCE_M),
        )
    yield "gaps", _thin(gpd.read_parquet(tables / "gaps.parquet"), REACH_TOLERANCE_M)


def _thin(frame: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    return frame.assign(geometry=frame.geometry.simplify(tolerance_m))


def bench_browser(page: Path) -> None:
    """Measure opening, panning and searching in headless Chromium."""
    if not shutil.which(CHROMIUM):
        print(
            f"no browser at {CHROMIUM} (Debian: apt-get install chromium): opening and panning not measured"
        )
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = []
        for _ in range(3):
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(page.as_uri())
            tab.wait_for_selector("[data-ready]")
            opened.append(tab.evaluate(AFTER_PAINT))
        tell(Result("pages", "city map usable after", sorted(opened)[1] / 1000, "s", target=2.0))
        for zoom in (None, 13, 14, 15, 16, 17):
            shown, mean_ms, longest_ms = drag(tab, zoom)
            note = f"{1000 / mean_ms:.0f} frames a second, the longest took {longest_ms:.0f} ms"
            tell(
                Result(
                    "pages",
                    f"a frame while panning, zoom {shown:g}",
                    mean_ms,
                    "ms",
                    target=FRAME_MS,
                    note=note,
                )
            )
        first, again = tab.evaluate(
            """() => { const field = begegnung.find("finden"), times = [];
            for (const text of ["haupt", "kirch"]) { field.value = text; const start = performance.now();
              field.form.requestSubmit(); times.push(performance.now() - start); }
            return times; }"""
        )
        tell(Result("pages", "finding a street", first, "ms", note=f"{again:.0f} ms from then on"))
        browser.close()


def drag(tab: object, zoom: float | None) -> tuple[float, float, float]:
    """Drag the map in a loop; returns zoom, mean and longest frame in ms."""
    tab.evaluate(  # type: ignore[attr-defined]
        """zoom => { if (zoom) begegnung.map.setZoom(zoom, {animate: false});
        begegnung.map.getContainer().scrollIntoView({block: "center"});
        window.times = []; window.isOver = false;
        const tick = time => { times.push(time); if (!isOver) requestAnimationFrame(tick); };
        requestAnimationFrame(tick); }""",
        zoom,
    )
    box = tab.locator(".map-canvas").bounding_box()  # type: ignore[attr-defined]
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = tab.mouse  # type: ignore[attr-defined]
    mouse.move(x, y)
    mouse.down()
    start, step = time.perf_counter(), 0
    while time.perf_counter() - start < DRAG_S:
        step += 1
        mouse.move(x + 300 * math.sin(step / 12), y + 200 * math.sin(step / 9))
    mouse.up()
    times = tab.evaluate("() => { window.isOver = true; return times; }")  # type: ignore[attr-defined]
    frames = [after - before for before, after in pairwise(times)]
    shown = tab.evaluate("begegnung.map.getZoom()")  # type: ignore[attr-defined]
    return shown, sum(frames) / len(frames), max(frames)


def main(options: Options) -> None:
    """Lay out the town, render its site, and look at its city map."""
    with tempfile.TemporaryDirectory() as scratch:
        project = lay_out(Path(scratch), inhabitants=60_000 if options.is_quick else 600_000)
        page = bench_sizes(bench_rendering(project))
        bench_folium(project, page)
        bench_browser(page)


if __name__ == "__main__":
    main(read_options())
