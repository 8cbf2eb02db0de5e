# SPDX-License-Identifier: MIT
# ruff: noqa: E501  (a road or settlement of the plan is one line)
"""
The hand-drawn plan of Musterstadt, in kilometres around its market square.

One plan is one tile of about 60,000 people. x points east, y north. Roads and
water leave the tile at the same height west and east (and at the same x north
and south), so that tiles fit side by side.
"""

from dataclasses import dataclass
from enum import IntEnum

HALF_WIDTH_KM = 4.2
HALF_HEIGHT_KM = 3.6
MARKET_SQUARE = (0.0, 0.15)
TILE_PERSONS = 60_000
PLAN_KM_M = 790.0  # a kilometre of the plan on the ground: towns of this size are compact

Points = tuple[tuple[float, float], ...]


class Zone(IntEnum):
    """What a cell of land is used for; the settled zones come first."""

    CORE = 0
    BLOCKS = 1
    ROWS = 2
    DETACHED = 3
    SLABS = 4
    INDUSTRY = 5
    VILLAGE = 6
    CIVIC = 7
    SQUARE = 8
    MALL = 9
    PARK = 10
    SPORTS = 11
    ALLOTMENT = 12
    CEMETERY = 13
    WOOD = 14
    MEADOW = 15
    FIELD = 16
    NONE = 17


SETTLED_MAX = Zone.MALL
TARGET_AREA_M2 = {
    Zone.CORE: 5_200,
    Zone.BLOCKS: 11_500,
    Zone.ROWS: 10_500,
    Zone.DETACHED: 13_000,
    Zone.SLABS: 52_000,
    Zone.INDUSTRY: 60_000,
    Zone.VILLAGE: 14_000,
    Zone.CIVIC: 11_500,
    Zone.PARK: 45_000,
    Zone.SPORTS: 40_000,
    Zone.ALLOTMENT: 30_000,
    Zone.CEMETERY: 60_000,
    Zone.WOOD: 180_000,
    Zone.MEADOW: 90_000,
    Zone.FIELD: 130_000,
}

RIVER: Points = (
    (-4.2, -0.5), (-3.5, -0.62), (-3.0, -0.95), (-2.45, -0.85), (-2.1, -0.38), (-1.6, -0.3), (-1.15, -0.72),
    (-0.6, -0.8), (-0.1, -0.46), (0.4, -0.5), (0.8, -0.95), (1.35, -1.0), (1.7, -0.5), (2.2, -0.22),
    (2.8, -0.45), (3.4, -0.75), (4.2, -0.5),
)  # fmt: skip
RAILWAY: Points = (
    (-4.2, 1.05),
    (-2.6, 1.2),
    (-1.0, 0.88),
    (0.3, 0.86),
    (1.7, 1.02),
    (3.0, 0.85),
    (4.2, 1.05),
)
MOTORWAY: Points = ((-2.75, -3.6), (-2.85, -2.2), (-2.68, -0.7), (-2.72, 0.6), (-2.6, 1.9), (-2.75, 3.6))


@dataclass(frozen=True)
class Road:
    """A main road; `crosses` names the corridors it may cross on a bridge or in a tunnel."""

    name: str
    highway: str
    points: Points
    crosses: tuple[str, ...] = ()
    is_closed: bool = False


ROADS = (
    Road(
        "Wall", "secondary",
        ((0.0, 0.66), (0.36, 0.58), (0.56, 0.3), (0.55, 0.0), (0.35, -0.24), (0.02, -0.27), (-0.3, -0.3), (-0.55, -0.05), (-0.6, 0.28), (-0.34, 0.58)),
        is_closed=True,
    ),
    Road("Bremer Straße", "primary", ((-0.61, 0.2), (-1.4, 0.32), (-2.1, 0.12), (-2.7, 0.2), (-3.3, 0.42), (-4.2, 0.3)), ("motorway",)),
    Road("Berliner Straße", "primary", ((0.57, 0.2), (1.2, 0.3), (1.9, 0.28), (2.6, 0.42), (3.3, 0.36), (4.2, 0.3)), ()),
    Road("Nordstraße", "primary", ((0.02, 0.66), (0.1, 0.9), (0.02, 1.35), (0.2, 1.9), (0.1, 2.6), (0.4, 3.1), (0.4, 3.6)), ("railway",)),
    Road("Südstraße", "primary", ((0.02, -0.27), (0.0, -0.5), (0.06, -0.9), (-0.05, -1.35), (0.25, -2.1), (0.2, -2.8), (0.4, -3.6)), ("river",)),
    Road("Holsteiner Straße", "secondary", ((0.03, 1.4), (0.7, 1.95), (1.5, 1.9), (2.5, 2.3), (3.3, 2.2), (4.2, 2.4)), ()),
    Road("Mühlenweg", "secondary", ((0.1, 1.6), (-0.7, 1.75), (-1.5, 2.15), (-2.6, 2.1), (-3.4, 2.5), (-4.2, 2.4)), ("motorway",)),
    Road("Auenstraße", "secondary", ((-0.03, -1.25), (0.7, -1.4), (1.5, -1.9), (2.4, -1.85), (3.2, -2.3), (4.2, -2.2)), ()),
    Road("Kirchdorfer Straße", "secondary", ((-0.04, -1.4), (-0.8, -1.5), (-1.7, -2.05), (-2.7, -1.95), (-3.4, -2.3), (-4.2, -2.2)), ("motorway",)),
    Road("Ostring", "tertiary", ((2.6, 3.6), (2.75, 3.0), (2.6, 2.32), (2.5, 1.6), (2.55, 0.95), (2.45, 0.4)), ("railway",)),
    Road("Heidestraße", "tertiary", ((2.6, -3.6), (2.45, -2.8), (2.55, -1.88)), ()),
    Road("Weststraße", "tertiary", ((-1.45, 0.32), (-1.5, -0.3), (-1.45, -0.95), (-1.6, -1.6), (-1.65, -2.03)), ("river",)),
    Road("Ringstraße", "tertiary", ((-1.42, 0.32), (-1.2, 0.9), (-1.15, 1.4), (-0.75, 1.76)), ("railway",)),
    Road("Schulstraße", "tertiary", ((-3.35, 0.42), (-3.5, 1.1), (-3.3, 1.8), (-3.4, 2.49)), ("railway",)),
    Road("Dorfstraße", "tertiary", ((3.3, 2.2), (3.45, 2.75), (3.2, 3.1), (2.76, 3.02)), ()),
)  # fmt: skip
"""Main roads; points on another road's line join it there, points on the tile's edge go on beyond it."""


@dataclass(frozen=True)
class FootCrossing:
    """A bridge or tunnel on foot; `approach` is what leads to it."""

    name: str
    barrier: str
    x: float
    y: float
    approach: str
    is_tunnel: bool


FOOT_CROSSINGS = (
    FootCrossing("Parksteg", "river", 1.05, -0.97, "footway", is_tunnel=False),
    FootCrossing("Bahnhofstunnel", "railway", 0.43, 0.86, "steps", is_tunnel=True),
    FootCrossing("Hangbrücke", "railway", 1.35, 1.0, "steps", is_tunnel=False),
    FootCrossing("Schäferbrücke", "motorway", -2.72, 0.72, "path", is_tunnel=False),
)


@dataclass(frozen=True)
class Nucleus:
    """A settlement: an ellipse whose zones change outwards, as (up to this share of the radius, zone)."""

    name: str
    x: float
    y: float
    radius_x: float
    radius_y: float
    rings: tuple[tuple[float, Zone], ...]
    civic_count: int = 2


NUCLEI = (
    Nucleus("Altstadt", 0.0, 0.15, 0.95, 0.72, ((0.58, Zone.CORE), (1.0, Zone.BLOCKS)), 5),
    Nucleus("Nordstadt", -0.45, 1.38, 0.85, 0.55, ((0.75, Zone.BLOCKS), (1.0, Zone.ROWS)), 3),
    Nucleus("Norderfeld", -0.2, 2.2, 0.75, 0.5, ((0.35, Zone.BLOCKS), (0.7, Zone.ROWS), (1.0, Zone.DETACHED)), 2),
    Nucleus("Sonnenhang", 1.45, 1.48, 0.6, 0.3, ((0.95, Zone.SLABS), (1.0, Zone.ROWS)), 1),
    Nucleus("Hafenviertel", 1.45, 0.55, 0.75, 0.42, ((0.9, Zone.INDUSTRY), (1.0, Zone.ROWS)), 0),
    Nucleus("Ostheim", 2.75, 0.35, 0.85, 0.5, ((0.3, Zone.BLOCKS), (0.65, Zone.ROWS), (1.0, Zone.DETACHED)), 3),
    Nucleus("Wallviertel", 1.0, 0.0, 0.6, 0.42, ((0.6, Zone.BLOCKS), (1.0, Zone.ROWS)), 3),
    Nucleus("Gewerbepark West", -2.1, 0.62, 0.5, 0.38, ((1.0, Zone.INDUSTRY),), 0),
    Nucleus("Westviertel", -1.25, 0.25, 0.75, 0.5, ((0.45, Zone.BLOCKS), (0.85, Zone.ROWS), (1.0, Zone.DETACHED)), 3),
    Nucleus("Süderau", 0.05, -1.45, 0.95, 0.72, ((0.5, Zone.BLOCKS), (0.75, Zone.ROWS), (1.0, Zone.DETACHED)), 4),
    Nucleus("Lindenfeld", 0.4, -2.35, 0.6, 0.4, ((0.4, Zone.ROWS), (1.0, Zone.DETACHED)), 1),
    Nucleus("Auenfeld", 2.35, -1.35, 0.75, 0.55, ((0.35, Zone.ROWS), (1.0, Zone.DETACHED)), 1),
    Nucleus("Kirchdorf", -1.75, -1.85, 0.65, 0.5, ((0.25, Zone.VILLAGE), (0.55, Zone.ROWS), (1.0, Zone.DETACHED)), 2),
    Nucleus("Westerbrink", -3.4, 0.5, 0.5, 0.62, ((0.4, Zone.ROWS), (1.0, Zone.DETACHED)), 2),
    Nucleus("Hinterfelden", 3.36, 2.85, 0.52, 0.42, ((1.0, Zone.VILLAGE),), 1),
)  # fmt: skip


@dataclass(frozen=True)
class Green:
    """A green ellipse laid over the settlements."""

    zone: Zone
    x: float
    y: float
    radius_x: float
    radius_y: float
    name: str = ""


GREENS = (
    Green(Zone.PARK, 0.95, -0.72, 0.3, 0.28, "Stadtpark"),
    Green(Zone.PARK, -0.75, -0.45, 0.28, 0.2, "Mühlenwiesen"),
    Green(Zone.PARK, -0.5, 2.75, 0.25, 0.22, "Norderpark"),
    Green(Zone.CEMETERY, -0.85, -1.75, 0.25, 0.2, "Hauptfriedhof"),
    Green(Zone.CEMETERY, -1.0, 2.05, 0.2, 0.16, "Nordfriedhof"),
    Green(Zone.ALLOTMENT, 0.75, 1.15, 0.24, 0.14, "Kleingartenanlage Am Bahndamm"),
    Green(Zone.ALLOTMENT, 1.05, -2.15, 0.2, 0.17, "Kleingartenanlage Sonnenschein"),
    Green(Zone.ALLOTMENT, -2.05, -1.25, 0.2, 0.2, "Kleingartenanlage Frohsinn"),
    Green(Zone.ALLOTMENT, -1.75, 1.3, 0.22, 0.15, "Kleingartenanlage Westerwiese"),
    Green(Zone.SPORTS, -0.95, -2.3, 0.2, 0.18, "Sportplatz Süd"),
    Green(Zone.SPORTS, 2.1, 2.05, 0.18, 0.16, "Sportanlage Sonnenhang"),
    Green(Zone.SPORTS, -3.55, -0.25, 0.18, 0.18, "Sportplatz Westerbrink"),
    Green(Zone.WOOD, -1.55, 2.95, 0.85, 0.5, "Norderholz"),
    Green(Zone.WOOD, 3.5, -3.0, 0.75, 0.6, "Auenwald"),
    Green(Zone.WOOD, -3.6, -3.1, 0.6, 0.45, "Hasenbusch"),
    Green(Zone.WOOD, 1.6, 2.95, 0.45, 0.4, "Sonnenholz"),
    Green(Zone.MEADOW, -3.4, -1.15, 0.7, 0.3, ""),
    Green(Zone.MEADOW, 3.3, -0.45, 0.8, 0.28, ""),
    Green(Zone.MEADOW, -1.9, -0.55, 0.4, 0.3, ""),
)


@dataclass(frozen=True)
class Bezirk:
    """A statistischer Bezirk: the cells nearest to its point that lie on its side of the barriers."""

    number: str
    name: str
    stadtbezirk: int
    x: float
    y: float
    is_underserved: bool = False


STADTBEZIRKE = ("Musterstadt-Mitte", "Norderfeld", "Süd")
BEZIRKE = (
    Bezirk("000", "Altstadt", 0, 0.0, 0.2),
    Bezirk("010", "Wallviertel", 0, 1.1, 0.2),
    Bezirk("020", "Westviertel", 0, -1.5, 0.3),
    Bezirk("030", "Ostheim", 0, 2.9, 0.35),
    Bezirk("100", "Nordstadt", 1, -0.6, 1.35),
    Bezirk("110", "Sonnenhang", 1, 1.5, 1.5, is_underserved=True),
    Bezirk("120", "Norderfeld", 1, -0.5, 2.5),
    Bezirk("130", "Hinterfelden", 1, 3.3, 2.8, is_underserved=True),
    Bezirk("200", "Süderau", 2, -0.1, -1.7),
    Bezirk("210", "Auenfeld", 2, 2.3, -1.6, is_underserved=True),
    Bezirk("220", "Kirchdorf", 2, -1.8, -1.9),
    Bezirk("230", "Westerbrink", 2, -3.4, 0.2),
)
