# SPDX-License-Identifier: MIT
"""
The usual way from a city's extract to a map of walking distances, against ours, end to end.

Both get Heidelberg's extract, 1,400 places and 70,000 homes, and both give: everyone's
walk to the nearest place, how many places everyone has within 15 minutes, the area within
5, 10 and 15 minutes, and one HTML page of 100 m cells by minutes, areas and places. The usual way
is written as notebooks with osmnx, networkx and folium do it, and spares what they could
do worse: one search from all places for distances and areas, nearest nodes instead of
edges, one union a threshold. The extract's conversion to XML, which osmnx needs, is not
counted. Each way is a process of its own, imports included.
"""

import json
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import shapely
from branca.element import MacroElement
from cities import CRS, build_junction_city, find_extract
from jinja2 import Template
from measuring import Options, Result, measure_process, read_clock, read_options, tell

SPEED_M_S = 4 / 3
MINUTES = (5, 10, 15)
REACHES_M = tuple(minutes * 60 * SPEED_M_S for minutes in MINUTES)
COLOURS = ("#440154", "#31688e", "#35b779", "#fde725")
CELL_M = 100.0
SCRIPT = """
{% macro script(this, kwargs) %}
((map, packed, areas) => {
  for (const area of areas) { L.geoJSON(area).addTo(map); }
  for (const [a, b, c, d, band, count] of packed.cells) {
    const ring = [a, b, c, d].map((corner) => packed.corners[corner]);
    L.polygon(ring, { stroke: false, fillColor: packed.colours[band], fillOpacity: 0.7 })
      .bindTooltip(`${band}, ${count}`).addTo(map);
  }
  for (const place of packed.places) { L.marker(place).addTo(map); }
})({{ this._parent.get_name() }}, {{ this.packed }}, [{{ this.areas }}]);
{% endmacro %}
"""


def run_usual_way(xml: Path, places_path: Path, homes_path: Path, target: Path) -> None:
    """Do it as notebooks do."""
    import folium  # noqa: PLC0415 - a program of its own
    import networkx as nx  # noqa: PLC0415
    import osmnx as ox  # noqa: PLC0415

    clock = Laps()
    graph = ox.graph_from_xml(xml, bidirectional=True, simplify=True, retain_all=True)
    graph = ox.project_graph(graph, to_crs=CRS)
    clock.lap("graph")
    places, homes = gpd.read_parquet(places_path), gpd.read_parquet(homes_path)
    place_node, home_node = (
        ox.distance.nearest_nodes(graph, points.geometry.x.to_numpy(), points.geometry.y.to_numpy())
        for points in (places, homes)
    )
    clock.lap("nearest nodes")
    walk_m = nx.multi_source_dijkstra_path_length(graph, set(place_node), weight="length")
    homes["walk_m"] = [walk_m.get(node, np.inf) for node in home_node]
    counts = dict.fromkeys(graph, 0)
    for node in place_node:
        for reached in nx.single_source_dijkstra_path_length(
            graph, node, cutoff=REACHES_M[-1], weight="length"
        ):
            counts[reached] += 1
    homes["place_count"] = [counts[node] for node in home_node]
    clock.lap("searches")
    edges = ox.graph_to_gdfs(graph, nodes=False).reset_index()
    farther_m = np.maximum(edges["u"].map(walk_m).fillna(np.inf), edges["v"].map(walk_m).fillna(np.inf))
    areas = [edges[farther_m <= reach].geometry.buffer(60).union_all() for reach in REACHES_M]
    clock.lap("areas")
    cells = sum_cells(homes)
    page = folium.Map(location=find_middle(places), zoom_start=12, tiles=None)
    for area, minutes in zip(reversed(areas), reversed(MINUTES), strict=True):
        layer = gpd.GeoDataFrame({"minutes": [minutes]}, geometry=[area], crs=CRS).to_crs(4326)
        folium.GeoJson(layer, name=f"{minutes} min").add_to(page)
    squares = cells.set_geometry(cells.buffer(CELL_M / 2, cap_style="square")).to_crs(4326)
    folium.GeoJson(
        squares,
        style_function=lambda f: {
            "fillColor": COLOURS[f["properties"]["band"]],
            "weight": 0,
            "fillOpacity": 0.7,
        },
        tooltip=folium.GeoJsonTooltip(["band", "place_count"]),
    ).add_to(page)
    for point in places.to_crs(4326).geometry:
        folium.Marker([point.y, point.x]).add_to(page)
    page.save(target)
    clock.lap("page")
    tell_shares(homes)


def run_our_way(extract: Path, places_path: Path, homes_path: Path, target: Path) -> None:
    """Do the same with the functions of this program, and the same folium fed with less."""
    import folium  # noqa: PLC0415 - a program of its own
    from cities import read_walkways  # noqa: PLC0415

    from begegnung_geo.analysis.network import build_network  # noqa: PLC0415
    from begegnung_geo.analysis.reach import measure_walk_distance  # noqa: PLC0415
    from begegnung_geo.analysis.reach_areas import build_reach_areas  # noqa: PLC0415
    from begegnung_geo.analysis.walk_search import list_walks_within  # noqa: PLC0415
    from begegnung_geo.analysis.ways import lay_ways  # noqa: PLC0415
    from begegnung_geo.profile import Walking, WalkingProfile  # noqa: PLC0415

    walking = Walking(
        thresholds_min=MINUTES,
        default_profile="adult",
        snap_distance_m=300,
        scrap_length_m=1000,
        profiles={"adult": WalkingProfile(speed_m_s=SPEED_M_S, step_free=False, reason="benchmark")},
    )
    clock = Laps()
    walk_nodes, walk_edges = build_network(read_walkways(extract))
    clock.lap("network")
    places, homes = gpd.read_parquet(places_path), gpd.read_parquet(homes_path)
    ways = lay_ways(walk_nodes, walk_edges, snap_distance_m=300, scrap_length_m=1000)
    doors, stops = ways.snap(places.geometry), ways.snap(homes.geometry)
    clock.lap("nearest edges")
    network = ways.network()
    homes["walk_m"] = measure_walk_distance(stops.full, doors.full, network).distance_m
    walks = list_walks_within(stops.full, doors.full, network, reach_m=REACHES_M[-1])
    homes["place_count"] = np.diff(walks.indptr)
    clock.lap("searches")
    hull = shapely.box(*homes.total_bounds).buffer(REACHES_M[-1])
    city = gpd.GeoDataFrame({"name": ["x"]}, geometry=[hull], crs=CRS)
    areas = build_reach_areas(places, city, ways=ways, walking=walking).geometry
    clock.lap("areas")
    cells = sum_cells(homes)
    page = folium.Map(location=find_middle(places), zoom_start=12, tiles=None, prefer_canvas=True)
    page.add_child(pack_layers(areas[::-1], cells, places))
    page.save(target)
    clock.lap("page")
    tell_shares(homes)


def pack_layers(areas: gpd.GeoSeries, cells: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> MacroElement:
    """Return areas, squares and markers as arrays that one loop of the page draws, as our pages do."""
    corner = np.rint(shapely.get_coordinates(cells.geometry) / CELL_M - 0.5).astype(np.int64)
    keys = (corner[:, None, :] + [[0, 0], [1, 0], [1, 1], [0, 1]]) @ [1 << 32, 1]
    known, position = np.unique(keys, return_inverse=True)
    xy = np.stack([known >> 32, known & 0xFFFFFFFF], axis=1) * CELL_M
    rows = np.column_stack([position.reshape(-1, 4), cells["band"], cells["place_count"]])
    element = MacroElement()
    element._template = Template(SCRIPT)  # noqa: SLF001 - how folium is extended
    outlines = shapely.transform(areas.simplify(3).to_crs(4326).to_numpy(), lambda xy: xy.round(6))
    element.areas = ", ".join(shapely.to_geojson(outlines))
    element.packed = json.dumps(
        {
            "colours": COLOURS,
            "corners": _list_degrees(shapely.points(xy)),
            "cells": rows.tolist(),
            "places": _list_degrees(places.geometry),
        }
    )
    return element


def _list_degrees(points: np.ndarray | gpd.GeoSeries) -> list[list[float]]:
    lonlat = shapely.get_coordinates(gpd.GeoSeries(points, crs=CRS).to_crs(4326))
    degrees: list[list[float]] = lonlat[:, ::-1].round(6).tolist()
    return degrees


class Laps:
    """Tells on stderr how long each part took."""

    def __init__(self) -> None:
        self.last = read_clock()

    def lap(self, name: str) -> None:
        """Print the seconds since the last part."""
        now = read_clock()
        print(f"   {name} {now - self.last:.1f} s", file=sys.stderr)
        self.last = now


def sum_cells(homes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return 100 m cells: the band of minutes of their nearest home, and its number of places."""
    xy = np.floor(shapely.get_coordinates(homes.geometry) / CELL_M)
    order = homes.assign(x=xy[:, 0], y=xy[:, 1]).sort_values("walk_m").drop_duplicates(["x", "y"])
    middle = (order[["x", "y"]].to_numpy() + 0.5) * CELL_M
    cells = gpd.GeoDataFrame(
        {"place_count": order["place_count"].to_numpy()}, geometry=shapely.points(middle), crs=CRS
    )
    return cells.assign(band=np.searchsorted(REACHES_M, order["walk_m"].to_numpy()))


def find_middle(places: gpd.GeoDataFrame) -> list[float]:
    """Return latitude and longitude of the middle of the places."""
    middle = gpd.GeoSeries([shapely.MultiPoint(list(places.geometry)).centroid], crs=CRS).to_crs(4326).iloc[0]
    return [middle.y, middle.x]


def tell_shares(homes: gpd.GeoDataFrame) -> None:
    """Print the figures that both ways must agree on, but for where they let homes enter the network."""
    shares = [f"{(homes['walk_m'] <= reach).mean():.1%}" for reach in REACHES_M]
    print(
        f"within 5, 10, 15 min: {', '.join(shares)}; places within 15 min: {homes['place_count'].mean():.1f}"
    )


def write_inputs(root: Path) -> tuple[Path, Path, Path, Path]:
    """Write what both ways read: the extract also as XML, places, homes."""
    extract, xml = find_extract(root), root / "city.osm"
    with osmium.SimpleWriter(xml, overwrite=True) as writer:
        for thing in osmium.FileProcessor(extract, osmium.osm.NODE | osmium.osm.WAY):
            writer.add(thing)
    city = build_junction_city()
    paths = []
    for name, xy in (("places", city.place_xy), ("homes", city.home_xy)):
        paths.append(root / f"{name}.parquet")
        gpd.GeoDataFrame(geometry=shapely.points(xy), crs=CRS).to_parquet(paths[-1])
    return extract, xml, *paths


def main(options: Options) -> None:
    """Compare both ways, and tell what the whole program takes for a whole site."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        extract, xml, places, homes = write_inputs(root)
        call = [sys.executable, "-W", "ignore", Path(__file__).resolve()]
        ours = [*call, "ours", extract, places, homes, root / "ours.html"]
        if not options.is_quick:
            measure_process(ours)  # compiles what must be
        ours_s, ours_mb, ours_text = measure_process(ours)
        usual_s, usual_mb, usual_text = measure_process(
            [*call, "usual", xml, places, homes, root / "usual.html"]
        )
        print(f"ours:  {ours_text}\nusual: {usual_text}")
        size_mb = [(root / name).stat().st_size / 1e6 for name in ("ours.html", "usual.html")]
        note = (
            f"{ours_mb:,.0f} against {usual_mb:,.0f} MB; pages {size_mb[0]:.1f} against {size_mb[1]:.1f} MB"
        )
        tell(
            Result(
                "usual_way",
                "extract to map, same figures",
                ours_s,
                "s",
                "usual way",
                usual_s,
                1 / 20,
                note=note,
            )
        )


if __name__ == "__main__":
    if len(sys.argv) > 3:  # noqa: PLR2004 - called as one of the two ways
        way = {"usual": run_usual_way, "ours": run_our_way}[sys.argv[1]]
        way(*map(Path, sys.argv[2:]))
    else:
        main(read_options())
