# SPDX-License-Identifier: MIT
"""The ground: where the tiles lie, how the plan is bent into a landscape, and what cuts it."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from begegnung_geo.crs import WGS84
from begegnung_geo.sample import plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[Any]

METRIC = CRS.from_epsg(25832)
CENTRE_LON_LAT = (8.0, 54.4)  # in the German Bight: nobody takes it for a real place
BUFFER_M = 1_700.0
_WAVES = ((3_600.0, 135.0), (1_750.0, 52.0), (760.0, 17.0), (310.0, 4.5))  # wavelength, amplitude in metres
_WAVES_PER_LENGTH = 3
CORRIDOR_HALF_WIDTH_M = {"river": 34.0, "railway": 15.0, "motorway": 30.0}
_MAX_ASPECT = 2.6
_MAX_SLOPE, _PROBES, _PROBE_M = 0.72, 20_000, 30_000.0


@dataclass(frozen=True)
class Tile:
    """One copy of the plan: its place in the row of towns, its size and its free sides."""

    index: int
    x: float
    y: float
    scale: float
    flip: float
    persons: int
    west: float
    east: float
    south: float
    north: float

    @property
    def km(self) -> float:
        """Length of a kilometre of the plan in metres."""
        return plan.PLAN_KM_M * self.scale

    @property
    def half_width(self) -> float:
        """Half the width of the tile in metres."""
        return plan.HALF_WIDTH_KM * self.km

    @property
    def half_height(self) -> float:
        """Half the height of the tile in metres."""
        return plan.HALF_HEIGHT_KM * self.km

    def build_domain(self) -> shapely.Polygon:
        """Return the rectangle that is generated: the tile and the country beyond free sides."""
        return shapely.box(
            -self.half_width - self.west,
            -self.half_height - self.south,
            self.half_width + self.east,
            self.half_height + self.north,
        )

    def build_city(self) -> shapely.Polygon:
        """Return the rectangle of the tile itself."""
        return shapely.box(-self.half_width, -self.half_height, self.half_width, self.half_height)


def build_tiles(inhabitants: int) -> list[Tile]:
    """Return the tiles for a number of people: a full rectangle of about 60,000 people each."""
    columns, rows = _choose_grid(max(1.0, inhabitants / plan.TILE_PERSONS))
    count = columns * rows
    scale = math.sqrt(inhabitants / count / plan.TILE_PERSONS)
    km = scale * plan.PLAN_KM_M
    width, height = plan.HALF_WIDTH_KM * 2 * km, plan.HALF_HEIGHT_KM * 2 * km
    shares = np.diff(np.round(np.linspace(0, inhabitants, count + 1))).astype(int)
    tiles = []
    for index in range(count):
        row, column = divmod(index, columns)
        free = {
            "west": column == 0,
            "east": column == columns - 1,
            "south": row == 0,
            "north": row == rows - 1,
        }
        flip = -1.0 if row % 2 else 1.0
        if flip < 0:
            free["south"], free["north"] = free["north"], free["south"]
        tiles.append(
            Tile(
                index=index,
                x=(column - (columns - 1) / 2) * width,
                y=(row - (rows - 1) / 2) * height,
                scale=scale,
                flip=flip,
                persons=int(shares[index]),
                **{side: BUFFER_M * is_free for side, is_free in free.items()},
            )
        )
    return tiles


def _choose_grid(wanted: float) -> tuple[int, int]:
    best = (1, 1)
    best_cost = math.inf
    for rows in range(1, math.ceil(wanted) + 1):
        for columns in range(rows, math.ceil(wanted * 1.3) + 1):
            if columns > rows * _MAX_ASPECT and columns > 3:
                break
            cost = abs(math.log(columns * rows / wanted)) + 0.02 * math.log(columns / rows)
            if cost < best_cost - 1e-9:
                best, best_cost = (columns, rows), cost
    return best


class Ground:
    """The bent surface: turns plan coordinates (metres) of a tile into the metric CRS and WGS84."""

    def __init__(self, *, scale: float, seed: int) -> None:
        rng = np.random.default_rng([seed, 7])
        count = len(_WAVES) * _WAVES_PER_LENGTH
        length = np.repeat([wave[0] for wave in _WAVES], _WAVES_PER_LENGTH)
        amplitude = np.repeat([wave[1] for wave in _WAVES], _WAVES_PER_LENGTH)
        length = length * rng.uniform(0.8, 1.25, count)
        angle = rng.uniform(0, 2 * np.pi, count)
        is_large = length > 600
        length = np.where(is_large, length * max(scale, 0.3), length)
        amplitude = np.where(is_large, amplitude * max(scale, 0.3), amplitude)
        self._wave = 2 * np.pi / length[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        self._phase = rng.uniform(0, 2 * np.pi, (2, count))
        self._amplitude = amplitude * math.sqrt(2 / _WAVES_PER_LENGTH)
        self._amplitude *= self._find_safe_share(rng)
        to_metric = Transformer.from_crs(WGS84, METRIC, always_xy=True)
        self._origin = np.round(to_metric.transform(*CENTRE_LON_LAT), -2)
        self._to_wgs84 = Transformer.from_crs(METRIC, WGS84, always_xy=True)

    def _find_safe_share(self, rng: np.random.Generator) -> float:
        # Nowhere may the ground fold over: the shift's slope stays below 1.
        xy = rng.uniform(-_PROBE_M, _PROBE_M, (_PROBES, 2))
        angle = xy @ self._wave.T
        slope = np.stack(
            [(np.cos(angle + phase) * self._amplitude) @ self._wave for phase in self._phase], axis=1
        )
        return float(min(1.0, _MAX_SLOPE / np.linalg.norm(slope, ord=2, axis=(1, 2)).max()))

    def bend(self, xy: Floats, tile: Tile) -> Floats:
        """Return metric coordinates (EPSG:25832) of a tile's plan coordinates in metres."""
        flat = xy * np.array([1.0, tile.flip]) + np.array([tile.x, tile.y])
        angle = flat @ self._wave.T
        shift_x = np.sin(angle + self._phase[0]) @ self._amplitude
        shift_y = np.sin(angle + self._phase[1]) @ self._amplitude
        return np.asarray(flat + np.column_stack([shift_x, shift_y]) + self._origin)

    def bend_geometries(self, geometries: Objects, tile: Tile) -> Objects:
        """Return geometries in the metric CRS, bent at a vertex every 25 m."""
        dense = shapely.segmentize(geometries, 25.0)
        return np.asarray(shapely.transform(dense, lambda xy: self.bend(xy, tile)))

    def to_lon_lat(self, xy: Floats) -> Floats:
        """Return WGS84 longitude and latitude, rounded to OSM's 1e-7 degrees."""
        lon, lat = self._to_wgs84.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), 7)


def to_points(xy: Floats) -> Objects:
    """Return one point a row of coordinates."""
    return np.array(shapely.points(xy), dtype=object)


def smooth_points(points: Floats, *, is_closed: bool = False, step: int = 12) -> Floats:
    """Return a Catmull-Rom curve through the points."""
    if is_closed:
        padded = np.vstack([points[-1], points, points[:2]])
    else:
        padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, step, endpoint=False)[:, None]
    p0, p1, p2, p3 = (padded[i : len(padded) - 3 + i, None, :] for i in range(4))
    curve = 0.5 * (
        2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    last = points[:1] if is_closed else points[-1:]
    return np.vstack([curve.reshape(-1, 2), last])


@dataclass(frozen=True)
class Barriers:
    """Lines that cut the town, in plan metres, and the strips of land they take."""

    lines: dict[str, shapely.LineString]
    corridors: dict[str, shapely.Geometry]

    def find_side(self, xy: Floats) -> Ints:
        """Return a number that says on which side of each barrier the points lie."""
        river, railway = (shapely.get_coordinates(self.lines[key]) for key in ("river", "railway"))
        motorway = shapely.get_coordinates(self.lines["motorway"])
        north_of_river = xy[:, 1] > np.interp(xy[:, 0], river[:, 0], river[:, 1])
        north_of_railway = xy[:, 1] > np.interp(xy[:, 0], railway[:, 0], railway[:, 1])
        east_of_motorway = xy[:, 0] > np.interp(xy[:, 1], motorway[:, 1], motorway[:, 0])
        return np.asarray(north_of_river * 1 + north_of_railway * 2 + east_of_motorway * 4, dtype=np.int64)


def build_barriers(tile: Tile, *, seed: int) -> Barriers:
    """Return river, railway and motorway of a tile, each drawn on beyond the free sides."""
    rng = np.random.default_rng([seed, tile.index, 1])
    lines = {}
    for key, points in (("river", plan.RIVER), ("railway", plan.RAILWAY), ("motorway", plan.MOTORWAY)):
        wobble = 0.05 if key == "river" else 0.02
        lines[key] = shapely.LineString(draw_line(points, tile, rng=rng, wobble_km=wobble))
    domain = tile.build_domain()
    corridors: dict[str, shapely.Geometry] = {
        key: shapely.intersection(
            shapely.buffer(_overshoot(line), CORRIDOR_HALF_WIDTH_M[key], cap_style="flat", quad_segs=4),
            domain,
        )
        for key, line in lines.items()
    }
    return Barriers(lines, corridors)


def _overshoot(line: shapely.LineString) -> shapely.LineString:
    # The strip must reach the edge of the land with its full width.
    xy = shapely.get_coordinates(line)
    outward = np.sign(xy[-1] - xy[0]) * (np.abs(xy[-1] - xy[0]) == np.abs(xy[-1] - xy[0]).max())
    return shapely.LineString(np.vstack([xy[0] - 100 * outward, xy, xy[-1] + 100 * outward]))


def draw_line(
    points: plan.Points, tile: Tile, *, rng: np.random.Generator, wobble_km: float, is_closed: bool = False
) -> Floats:
    """Return a smooth line in plan metres; ends on the tile's edge go on beyond a free side."""
    xy = np.array(points)
    edge = np.array([plan.HALF_WIDTH_KM, plan.HALF_HEIGHT_KM])
    on_edge = (np.abs(np.abs(xy) - edge) < 1e-9).any(axis=1)
    shift = rng.normal(0, wobble_km, xy.shape)
    shift[0] = shift[-1] = 0
    xy = np.where(on_edge[:, None], xy, xy + shift) * tile.km
    curve = smooth_points(xy, is_closed=is_closed)
    for end in (0, -1):
        if on_edge[end]:
            curve = _extend(curve, tile, at_start=end == 0)
    return curve


def _extend(curve: Floats, tile: Tile, *, at_start: bool) -> Floats:
    x, y = curve[0] if at_start else curve[-1]
    if abs(abs(x) - tile.half_width) < 1e-6:
        reach = tile.west if x < 0 else tile.east
        further = [(x + math.copysign(reach, x), y)]
    else:
        reach = tile.south if y < 0 else tile.north
        further = [(x, y + math.copysign(reach, y))]
    if not reach:
        return curve
    return np.vstack([further, curve]) if at_start else np.vstack([curve, further])
