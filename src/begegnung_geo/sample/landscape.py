# SPDX-License-Identifier: MIT
"""River, railway, greens, land use, the mall, place labels and boundaries drawn into the OSM file."""

import numpy as np
import shapely

from begegnung_geo.sample.cells import Cells
from begegnung_geo.sample.districts import District
from begegnung_geo.sample.gardens import find_green
from begegnung_geo.sample.osm import Member, OsmTown
from begegnung_geo.sample.plan import GREENS, NUCLEI, SETTLED_MAX, Zone
from begegnung_geo.sample.terrain import Barriers, Floats, Ground, Ints, Objects, Tile

TOWN = "Musterstadt"
AGS = "99999000"
_RIVER_HALF_WIDTH_M = 17.0
_MALL_RIM_M, _MALL_COURT_M = 6.0, 27.0
_GREEN_TAGS: dict[Zone, dict[str, str]] = {
    Zone.PARK: {"leisure": "park"},
    Zone.SPORTS: {"leisure": "sports_centre"},
    Zone.ALLOTMENT: {"landuse": "allotments"},
    Zone.CEMETERY: {"landuse": "cemetery"},
    Zone.WOOD: {"landuse": "forest"},
    Zone.MEADOW: {"landuse": "meadow"},
}
_QUARTER_FROM_KM2 = 0.3
_CRUMB_M2 = 60.0


def find_landmarks(
    cells: Cells, blocks: Objects, *, tile: Tile, cell_bezirk: Ints
) -> dict[str, tuple[Floats, int]]:
    """Return a point and the Bezirk of the mall and of each allotment site."""
    landmarks = {}
    for cell in np.flatnonzero(cells.zone == Zone.MALL)[:1].tolist():
        landmarks["mall"] = (_find_point(_build_mall(blocks[cell])), int(cell_bezirk[cell]))
    site = find_green(cells, tile, Zone.ALLOTMENT)
    for index in np.unique(site[site >= 0]).tolist():
        members = np.flatnonzero(site == index)
        landmarks[GREENS[index].name] = (_find_point(blocks[members[0]]), int(cell_bezirk[members[0]]))
    return landmarks


def _find_point(area: shapely.Geometry) -> Floats:
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(area))[0])


def _build_mall(block: shapely.Geometry) -> shapely.Geometry:
    outer = shapely.buffer(block, -_MALL_RIM_M, join_style="mitre")
    return shapely.simplify(
        shapely.difference(outer, shapely.buffer(block, -_MALL_COURT_M, join_style="mitre")), 0.5
    )


def draw_landscape(
    osm: OsmTown, cells: Cells, blocks: Objects, *, barriers: Barriers, tile: Tile, ground: Ground
) -> dict[str, list[str]]:
    """Draw water, railway, greens and land use; returns the source ids of mall and named greens."""
    _draw_lines(osm, barriers, tile=tile, ground=ground)
    _draw_land_use(osm, cells, blocks)
    drawn: dict[str, list[str]] = {}
    for zone, tags in _GREEN_TAGS.items():
        site = find_green(cells, tile, zone)
        for index in np.unique(site[site >= 0]).tolist():
            area = _merge(blocks[site == index])
            name = GREENS[index].name
            drawn[name] = [
                osm.add_area(part, {**tags, "name": name} if name else tags)
                for part in shapely.get_parts(area)
            ]
            _draw_inside(osm, zone, area)
    for cell in np.flatnonzero(cells.zone == Zone.MALL)[:1].tolist():
        tags = {"building": "retail", "shop": "mall", "name": "Muster-Galerie", "wheelchair": "yes"}
        drawn["mall"] = [
            osm.add_area(_build_mall(blocks[cell]), {**tags, "opening_hours": "Mo-Sa 10:00-20:00"})
        ]
    return drawn


def _draw_lines(osm: OsmTown, barriers: Barriers, *, tile: Tile, ground: Ground) -> None:
    river, railway = barriers.lines["river"], barriers.lines["railway"]
    water = shapely.intersection(shapely.buffer(river, _RIVER_HALF_WIDTH_M), tile.build_domain())
    bent = shapely.simplify(
        ground.bend_geometries(np.array([water, river, railway], dtype=object), tile), 0.4
    )
    osm.add_area(bent[0], {"natural": "water", "water": "river", "name": "Muster"})
    osm.add_line(shapely.get_coordinates(bent[1]), {"waterway": "river", "name": "Muster"})
    for offset in (0.0, 4.5):
        track = shapely.offset_curve(bent[2], offset) if offset else bent[2]
        osm.add_line(shapely.get_coordinates(track), {"railway": "rail", "electrified": "contact_line"})
    station = shapely.line_interpolate_point(bent[2], 0.5, normalized=True)
    osm.add_node(shapely.get_coordinates(station)[0], {"railway": "station", "name": f"{TOWN} Hbf"})


def _draw_land_use(osm: OsmTown, cells: Cells, blocks: Objects) -> None:
    is_industry = cells.zone == Zone.INDUSTRY
    is_living = (cells.zone <= SETTLED_MAX) & ~is_industry
    for chosen, landuse in ((is_industry, "industrial"), (is_living, "residential")):
        if chosen.any():
            for part in shapely.get_parts(_merge(blocks[chosen])):
                osm.add_area(part, {"landuse": landuse})


def _merge(blocks: Objects) -> shapely.MultiPolygon:
    # Neighbours were bent one by one: close the hair cracks between them.
    merged = shapely.union_all(shapely.buffer(blocks, 0.7, quad_segs=1))
    merged = shapely.simplify(shapely.buffer(merged, -0.7, quad_segs=1), 0.6)
    parts = []
    for part in shapely.get_parts(merged).tolist():
        holes = [ring for ring in part.interiors if shapely.Polygon(ring).area > _CRUMB_M2]
        parts += [shapely.Polygon(part.exterior, holes)] if part.area > _CRUMB_M2 else []
    return shapely.MultiPolygon(parts)


def _draw_inside(osm: OsmTown, zone: Zone, area: shapely.Geometry) -> None:
    part = max(shapely.get_parts(area).tolist(), key=lambda one: one.area)
    middle = shapely.point_on_surface(part)
    room = shapely.distance(middle, shapely.boundary(part))
    if zone == Zone.PARK and room > 25:
        osm.add_area(
            shapely.buffer(middle, min(room * 0.5, 38.0), quad_segs=4), {"natural": "water", "water": "pond"}
        )
        aside = shapely.get_coordinates(middle)[0] + np.array([room * 0.75, 0])
        osm.add_node(aside, {"leisure": "playground"})
    if zone == Zone.SPORTS and room > 20:
        x, y = shapely.get_coordinates(middle)[0]
        half = min(room * 0.8, 52.0)
        osm.add_area(
            shapely.box(x - half, y - half * 0.62, x + half, y + half * 0.62),
            {"leisure": "pitch", "sport": "soccer"},
        )


def draw_labels(
    osm: OsmTown, *, tile: Tile, ground: Ground, districts: list[District], villages: list[tuple[str, Floats]]
) -> None:
    """Draw the place nodes: the town, its Bezirke, its quarters, the villages."""
    if tile.index == 0:
        osm.add_node(ground.bend(np.zeros((1, 2)), tile)[0], {"place": "town", "name": TOWN})
        known = {district.name for district in districts}
        for nucleus in NUCLEI:
            kind = _find_kind(nucleus.name, nucleus.radius_x * nucleus.radius_y * np.pi, known)
            xy = ground.bend(np.array([[nucleus.x, nucleus.y]]) * tile.km, tile)[0]
            osm.add_node(xy, {"place": kind, "name": nucleus.name})
    else:
        for district in districts:
            point = shapely.get_coordinates(shapely.point_on_surface(district.area))[0]
            osm.add_node(point, {"place": "suburb", "name": district.name})
    for name, centre in villages:
        osm.add_node(ground.bend(centre.reshape(1, 2), tile)[0], {"place": "village", "name": name})


def _find_kind(name: str, area_km2: float, bezirke: set[str]) -> str:
    if name == "Hinterfelden":
        return "village"
    if name in bezirke:
        return "suburb"
    return "quarter" if area_km2 > _QUARTER_FROM_KM2 else "neighbourhood"


def draw_boundaries(
    osm: OsmTown, districts: list[District], stadtbezirke: list[tuple[str, str, shapely.Geometry]]
) -> None:
    """Draw the administrative boundaries of the town and its Stadtbezirke."""
    areas = np.array([district.area for district in districts], dtype=object)
    whole = shapely.union_all(shapely.buffer(areas, 0.6, join_style="mitre"))
    town = shapely.buffer(whole, -0.6, join_style="mitre")
    base = {"type": "boundary", "boundary": "administrative"}
    keys = {"de:amtlicher_gemeindeschluessel": AGS, "de:regionalschluessel": AGS}
    osm.add_relation(_add_outline(osm, town), {**base, "admin_level": "6", "name": TOWN, **keys})
    for _, name, area in stadtbezirke:
        osm.add_relation(_add_outline(osm, area), {**base, "admin_level": "9", "name": name})


def _add_outline(osm: OsmTown, area: shapely.Geometry) -> list[Member]:
    members: list[Member] = []
    for part in shapely.get_parts(area):
        for number, ring in enumerate(shapely.get_rings(part)):
            polygon = np.array([shapely.Polygon(ring)], dtype=object)
            tags = {"boundary": np.array(["administrative"], dtype=object)}
            members.append(("w", int(osm.add_rings(polygon, tags)[0]), "inner" if number else "outer"))
    return members
