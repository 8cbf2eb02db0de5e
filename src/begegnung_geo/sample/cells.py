# SPDX-License-Identifier: MIT
"""Land use: the ground is cut into cells along roads and barriers, down to blocks and fields."""

from dataclasses import dataclass

import numpy as np
import shapely

from begegnung_geo.sample.plan import GREENS, MARKET_SQUARE, NUCLEI, TARGET_AREA_M2, Zone
from begegnung_geo.sample.roads import RoadPiece
from begegnung_geo.sample.terrain import Barriers, Floats, Ints, Objects, Tile

_ROUNDS = 16
_COARSE_AREA_M2 = 40_000.0  # cells above are cut wherever a settlement or a green is near
_MIN_CELL_AREA_M2 = 150.0
_MIN_CUT_M = 6.0
_FAR_M = 30_000.0
_CIVIC_MIN_M2 = 4_500.0
_GREEN_MIN_RADIUS_M = 95.0  # also a small town has its allotments
_NEIGHBOUR_CIVIC_COUNT = 2
NEIGHBOUR_VILLAGES = (
    ("west", -1.0, 0.0, "Nachbarhausen"),
    ("south", 0.0, -1.0, "Grenzdorf"),
    ("east", 1.0, 0.0, "Ostermoor"),
)
_NEIGHBOUR_DISTANCE_M = 620.0
_NEIGHBOUR_PREFIXES = (
    "",
    "Alt",
    "Neu",
    "Ober",
    "Unter",
    "Klein",
    "Groß",
    "Hinter",
    "Vorder",
    "Mittel",
    "Wester",
    "Langen",
)
_NEIGHBOUR_RADIUS_M = 300.0
# How far a cut turns (radians) and shifts (share of the length) by chance.
_TURN = np.full(len(Zone), 0.07)
_TURN[[Zone.CORE, Zone.FIELD, Zone.WOOD, Zone.SLABS, Zone.VILLAGE]] = 0.21, 0.22, 0.2, 0.04, 0.2
_SHIFT = np.full(len(Zone), 0.09)
_SHIFT[[Zone.CORE, Zone.FIELD, Zone.VILLAGE]] = 0.17, 0.15, 0.17
_TARGET = np.array([float(TARGET_AREA_M2.get(zone, 20_000)) for zone in Zone])


@dataclass
class Cells:
    """Polygons of land use in plan metres and the cuts between them, which may become streets."""

    polygons: Objects
    zone: Ints
    nucleus: Ints
    cuts: Objects
    cut_level: Ints


class ZonePlan:
    """The zone at any point of a tile."""

    def __init__(self, tile: Tile, *, seed: int) -> None:
        rng = np.random.default_rng([seed, tile.index, 3])
        self._tile = tile
        km = tile.km
        self._centre = np.array([(n.x, n.y) for n in NUCLEI]) * km
        self._radius = np.array([(n.radius_x, n.radius_y) for n in NUCLEI]) * km
        self._radius = self._radius * rng.uniform(0.93, 1.08, (len(NUCLEI), 1))
        self._wave = rng.normal(0, 1, (6, 2)) * 2 * np.pi / (650 * max(tile.scale, 0.3))
        self._phase = rng.uniform(0, 2 * np.pi, 6)
        self._greens = [
            (
                g.zone,
                np.array([g.x, g.y]) * km,
                np.maximum(np.array([g.radius_x, g.radius_y]) * km, _GREEN_MIN_RADIUS_M),
            )
            for g in GREENS
        ]
        self._neighbours = find_neighbour_villages(tile)

    def find(self, xy: Floats) -> tuple[Ints, Ints]:
        """Return the zone and the index of the settlement (-1 outside) of each point."""
        noise = np.sin(xy @ self._wave.T + self._phase).sum(axis=1) * 0.045
        distance = np.stack(
            [np.hypot(*((xy - c) / r).T) for c, r in zip(self._centre, self._radius, strict=True)], axis=1
        )
        nearest = np.argmin(distance, axis=1)
        share = distance[np.arange(len(xy)), nearest] + noise
        zone = np.full(len(xy), int(Zone.FIELD))
        for index, nucleus in enumerate(NUCLEI):
            for limit, ring_zone in reversed(nucleus.rings):
                zone[(nearest == index) & (share < limit)] = ring_zone
        settlement = np.where(zone == Zone.FIELD, -1, nearest)
        for green_zone, centre, radius in self._greens:
            inside = np.hypot(*((xy - centre) / radius).T) + noise < 1
            zone[inside & ((zone != Zone.CORE) | (green_zone == Zone.PARK))] = green_zone
        for number, (_, centre) in enumerate(self._neighbours):
            inside = np.hypot(*(xy - centre).T) + noise * 300 < _NEIGHBOUR_RADIUS_M
            zone[inside] = Zone.VILLAGE
            settlement[inside] = len(NUCLEI) + number
        return zone, settlement


def find_neighbour_villages(tile: Tile) -> list[tuple[str, Floats]]:
    """Return name and centre of the villages beyond the free sides of a tile."""
    edge_y = 0.3 * tile.km
    edge_x = 0.4 * tile.km
    villages = []
    for side, x, y, name in NEIGHBOUR_VILLAGES:
        if getattr(tile, side):
            centre = np.array(
                [
                    x * (tile.half_width + _NEIGHBOUR_DISTANCE_M) if x else edge_x,
                    y * (tile.half_height + _NEIGHBOUR_DISTANCE_M) if y else edge_y,
                ]
            )
            prefix = _NEIGHBOUR_PREFIXES[tile.index % len(_NEIGHBOUR_PREFIXES)]
            villages.append((prefix + name.lower() if prefix else name, centre))
    return villages


def build_cells(tile: Tile, barriers: Barriers, *, roads: list[RoadPiece], seed: int) -> Cells:
    """Return the land of a tile cut into blocks, greens and fields."""
    rng = np.random.default_rng([seed, tile.index, 4])
    zones = ZonePlan(tile, seed=seed)
    polygons = _build_faces(tile, barriers, roads)
    done: list[Objects] = []
    cuts: list[Objects] = []
    levels: list[Ints] = []
    patience = rng.uniform(1.15, 2.1, len(polygons))
    for level in range(_ROUNDS):
        limit = _find_limit(polygons, zones) * patience
        is_large = shapely.area(polygons) > limit
        done.append(polygons[~is_large])
        if not is_large.any():
            break
        zone, _ = zones.find(_find_centres(polygons[is_large]))
        polygons, lines = _split(polygons[is_large], rng=rng, turn=_TURN[zone], shift=_SHIFT[zone])
        patience = rng.uniform(1.0, 1.9, len(polygons))
        cuts.append(lines)
        levels.append(np.full(len(lines), level))
    else:
        done.append(polygons)
    cells = np.concatenate(done)
    zone, nucleus = zones.find(_find_centres(cells))
    _reserve_public_blocks(cells, zone, nucleus, km=tile.km, rng=rng)
    return Cells(cells, zone, nucleus, np.concatenate(cuts), np.concatenate(levels))


def _reserve_public_blocks(
    cells: Objects, zone: Ints, nucleus: Ints, *, km: float, rng: np.random.Generator
) -> None:
    """Turn some blocks into the market square, the mall and blocks for schools, churches, halls."""
    centre, area = _find_centres(cells), shapely.area(cells)
    for special, x, y, smallest in ((Zone.SQUARE, *MARKET_SQUARE, 1500.0), (Zone.MALL, 0.3, 0.02, 3300.0)):
        distance = np.hypot(*(centre - np.array([x, y]) * km).T)
        distance = np.where(
            (area > smallest) & (area < 4 * smallest) & (zone <= Zone.BLOCKS), distance, np.inf
        )
        if np.isfinite(distance).any():
            zone[int(np.argmin(distance))] = special
    is_building_land = (zone <= Zone.VILLAGE) & (zone != Zone.INDUSTRY)
    for index in range(nucleus.max() + 1):
        count = NUCLEI[index].civic_count if index < len(NUCLEI) else _NEIGHBOUR_CIVIC_COUNT
        candidates = np.flatnonzero(is_building_land & (nucleus == index) & (area > _CIVIC_MIN_M2))
        if not len(candidates) or not count:
            continue
        middle = centre[candidates].mean(axis=0)
        order = np.argsort(np.hypot(*(centre[candidates] - middle).T) + rng.uniform(0, 60, len(candidates)))
        steps = np.linspace(0, len(order) * 0.75, count, endpoint=False).astype(int)
        zone[candidates[order[np.unique(steps)]]] = Zone.CIVIC


def _build_faces(tile: Tile, barriers: Barriers, roads: list[RoadPiece]) -> Objects:
    domain = tile.build_domain()
    corridors = shapely.union_all(list(barriers.corridors.values()))
    lines = [piece.line for piece in roads]
    edges = [domain.exterior, tile.build_city().exterior, shapely.boundary(corridors)]
    noded = shapely.union_all([*lines, *edges], grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(faces)
    keep = shapely.contains(domain, inside) & ~shapely.contains(corridors, inside)
    return np.asarray(faces[keep & (shapely.area(faces) > _MIN_CELL_AREA_M2)])


def _find_centres(polygons: Objects) -> Floats:
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(polygons)))


def _find_limit(polygons: Objects, zones: ZonePlan) -> Floats:
    # A large cell takes the finest zone found on a few points across it, so that
    # a settlement in the corner of a field is not overlooked.
    centre = _find_centres(polygons)
    zone, _ = zones.find(centre)
    limit = _TARGET[zone]
    is_coarse = shapely.area(polygons) > _COARSE_AREA_M2
    if is_coarse.any():
        coarse = polygons[is_coarse]
        fine = limit[is_coarse]
        bounds = shapely.bounds(coarse)
        for share_x in (0.1, 0.3, 0.5, 0.7, 0.9):
            for share_y in (0.1, 0.3, 0.5, 0.7, 0.9):
                xy = bounds[:, :2] + (bounds[:, 2:] - bounds[:, :2]) * np.array([share_x, share_y])
                found, _ = zones.find(xy)
                hit = shapely.contains_xy(coarse, xy[:, 0], xy[:, 1]) & (found <= Zone.CEMETERY)
                fine = np.where(hit, np.minimum(fine, _COARSE_AREA_M2 / 2), fine)
        limit[is_coarse] = fine
    return np.asarray(limit)


def _split(
    polygons: Objects, *, rng: np.random.Generator, turn: Floats, shift: Floats
) -> tuple[Objects, Objects]:
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(-1, 5, 2)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    is_first_long = np.hypot(*first.T) >= np.hypot(*second.T)
    long_axis = np.where(is_first_long[:, None], first, second)
    middle = corners[:, :4].mean(axis=1) + long_axis * (rng.uniform(-1, 1, len(polygons)) * shift)[:, None]
    angle = np.arctan2(long_axis[:, 1], long_axis[:, 0]) + np.pi / 2 + rng.normal(0, 1, len(polygons)) * turn
    along = np.column_stack([np.cos(angle), np.sin(angle)]) * _FAR_M
    aside = np.column_stack([-along[:, 1], along[:, 0]])
    start, end = middle - along, middle + along
    sides = shapely.polygons(np.stack([start, end, end + aside, start + aside], axis=1))
    halves = np.concatenate([shapely.intersection(polygons, sides), shapely.difference(polygons, sides)])
    parts = shapely.get_parts(halves)
    parts = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > _MIN_CELL_AREA_M2)]
    lines = shapely.get_parts(
        shapely.intersection(shapely.linestrings(np.stack([start, end], axis=1)), polygons)
    )
    lines = lines[(shapely.get_type_id(lines) == 1) & (shapely.length(lines) > _MIN_CUT_M)]
    return np.asarray(parts), np.asarray(lines)
