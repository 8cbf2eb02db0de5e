# SPDX-License-Identifier: MIT
"""Meeting places: found a house for each, drawn into OSM, entered into the lists and into the truth."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from begegnung_geo.sample.addresses import Addresses
from begegnung_geo.sample.buildings import Houses
from begegnung_geo.sample.catalogue import SPECS, Spec
from begegnung_geo.sample.osm import OsmTown
from begegnung_geo.sample.plan import Zone
from begegnung_geo.sample.terrain import Flags, Floats, Ints

_PATRONS = (
    "St. Marien",
    "St. Nikolai",
    "St. Petri",
    "Heilig Geist",
    "St. Josef",
    "Christuskirche",
    "Lutherkirche",
    "St. Barbara",
    "Paulusgemeinde",
    "St. Bonifatius",
)
_HOST_KINDS = {"retail", "apartments", "residential", "house", "yes", "terrace", "detached", "farm"}


@dataclass
class Place:
    """One true place and where it was put."""

    spec: Spec
    name: str
    house: int
    bezirk: int
    xy: Floats
    street: str
    number: str
    source_ids: list[str] = field(default_factory=list)


@dataclass
class Settlement:
    """What placing needs to know of a tile: houses with Bezirk (-1 beyond the border) and quarter names."""

    houses: Houses
    addresses: Addresses
    bezirk: Ints
    numbers: list[str]
    names: list[str]


def plan_places(settlement: Settlement, *, rng: np.random.Generator) -> list[Place]:
    """
    Return the places of a tile, each in a house of its own.

    Houses that become churches get a new outline; kinds and use are changed in place.
    """
    free = settlement.houses.kind != "garage"
    order = rng.permutation(len(free))
    places: list[Place] = []
    last: Place | None = None
    for spec in SPECS:
        for copy, number in enumerate(spec.where):
            bezirk = -1 if number == "N" else settlement.numbers.index(number)
            beside = _find_beside(places, spec, copy) if spec.beside_last else last
            house = _find_house(settlement, spec, bezirk, free=free, order=order, beside=beside)
            if house is None:
                continue
            free[house] = False
            last = _build_place(settlement, spec, house=house, bezirk=bezirk, copy=copy, beside=beside)
            places.append(last)
            _convert_house(settlement.houses, spec, house)
    return places


def _find_beside(places: list[Place], spec: Spec, copy: int) -> Place | None:
    before = [place for place in places if place.spec is SPECS[SPECS.index(spec) - 1]]
    return before[copy] if copy < len(before) else None


def _find_house(
    settlement: Settlement, spec: Spec, bezirk: int, *, free: Flags, order: Ints, beside: Place | None
) -> int | None:
    houses = settlement.houses
    here = free & (settlement.bezirk == bezirk) & (settlement.addresses.street != "")
    wish = {
        "civic": houses.zone == Zone.CIVIC,
        "industry": houses.zone == Zone.INDUSTRY,
        "shop": np.isin(houses.zone, (Zone.CORE, Zone.BLOCKS)) & houses.is_dwelling,
        "house": houses.is_dwelling,
        "garden": houses.is_dwelling,
    }[spec.host]
    for candidates in (here & wish, here & houses.is_dwelling):
        if not candidates.any():
            continue
        if spec.beside_last and beside is not None:
            distance = np.hypot(*(houses.front - beside.xy).T)
            return int(np.argmin(np.where(candidates, distance, np.inf)))
        return int(order[candidates[order]][0])
    return None


def _build_place(
    settlement: Settlement, spec: Spec, *, house: int, bezirk: int, copy: int, beside: Place | None
) -> Place:
    quarter = settlement.names[bezirk] if bezirk >= 0 else "Nachbarhausen"
    street = str(settlement.addresses.street[house])
    patron = _PATRONS[(SPECS.index(spec) * 3 + copy * 7) % len(_PATRONS)]
    if spec.beside_last and beside is not None:
        patron = beside.name.removeprefix("Stadtkirche ")
    point = shapely.get_coordinates(shapely.point_on_surface(settlement.houses.polygons[house]))[0]
    return Place(
        spec=spec,
        name=spec.name.format(q=quarter, s=street, p=patron),
        house=house,
        bezirk=bezirk,
        xy=point,
        street=street,
        number=str(settlement.addresses.number[house]),
    )


def _convert_house(houses: Houses, spec: Spec, house: int) -> None:
    if spec.draw == "church":
        houses.kind[house] = "church"
        houses.polygons[house] = _draw_church(houses.polygons[house])
    if spec.host == "civic":
        houses.is_dwelling[house] = False


def _draw_church(plot: shapely.Geometry) -> shapely.Geometry:
    """Return nave, transept and choir on the axis of a rectangular plot."""
    corners = shapely.get_coordinates(plot)
    origin, along, aside = corners[0], corners[1] - corners[0], corners[3] - corners[0]
    shape = np.array(
        [(0, 0.25), (0.55, 0.25), (0.55, 0.0), (0.75, 0.0), (0.75, 0.25), (0.92, 0.3), (1.0, 0.5), (0.92, 0.7),
         (0.75, 0.75), (0.75, 1.0), (0.55, 1.0), (0.55, 0.75), (0, 0.75)]
    )  # fmt: skip
    return shapely.Polygon(origin + shape[:, :1] * along + shape[:, 1:] * aside)


def draw_places(osm: OsmTown, places: list[Place], *, houses: Houses, way_ids: Ints) -> None:
    """Draw the places into OSM and note the ids of what describes each."""
    for place in places:
        spec, way_id = place.spec, int(way_ids[place.house])
        tags = {"name": place.name, **spec.tags} if place.name else dict(spec.tags)
        if spec.draw in ("node", "triple"):
            place.source_ids.append(f"osm:node/{osm.add_node(place.xy, tags)}")
        if spec.draw in ("building", "triple", "church"):
            osm.set_way_tags(way_id, tags)
            place.source_ids.append(f"osm:way/{way_id}")
        if spec.draw in ("triple", "campus"):
            yard = shapely.buffer(houses.polygons[place.house], 9.0, join_style="mitre")
            place.source_ids.append(osm.add_area(yard, tags))


def build_truth_rows(places: list[Place], lon_lat: Floats, *, first: int) -> list[list[object]]:
    """Return the rows of `truth.csv`."""
    return [
        [first + i, p.name, p.spec.klass, f"{lon:.7f}", f"{lat:.7f}", "|".join(p.source_ids)]
        for i, (p, (lon, lat)) in enumerate(zip(places, lon_lat.tolist(), strict=True))
    ]
