# SPDX-License-Identifier: MIT
"""Meeting places: a house found for each, drawn into OSM, entered into the truth."""

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
    "St. Marien", "St. Nikolai", "St. Petri", "Heilig Geist", "St. Josef", "Christuskirche", "Lutherkirche",
    "St. Barbara", "Pauluskirche", "St. Bonifatius",
)  # fmt: skip
_ECHO_OFFSET_M = np.array([14.0, -9.0])
_ADDRESS_SHARE = 0.6
_SPREAD = 0.9  # how far from the middle places stray, as a share of the quarter
_WITHOUT_HOUSE = ("site", "mall")
_PHONED_SHARE = 0.7


@dataclass
class Place:
    """One true place and where it was put; `house` is -1 where it has none."""

    spec: Spec
    name: str
    city_name: str
    echo: str
    house: int
    bezirk: int
    xy: Floats
    street: str
    number: str
    dice: float
    source_ids: list[str] = field(default_factory=list)


@dataclass
class Settlement:
    """
    What placing needs to know of a tile.

    Parameters
    ----------
    bezirk
        Index in `plan.BEZIRKE` of each house, -1 beyond the border.
    village
        Number of the village beyond the border, -1 elsewhere.
    numbers, names
        Number in the plan and name on the map of each Bezirk.
    village_names
        Names of the villages beyond the border.
    clubhouse
        House that is the clubhouse of an allotment site.
    landmarks
        Point and Bezirk of the mall and of the named greens.
    """

    houses: Houses
    addresses: Addresses
    bezirk: Ints
    village: Ints
    numbers: list[str]
    names: list[str]
    village_names: list[str]
    clubhouse: dict[str, int]
    landmarks: dict[str, tuple[Floats, int]]


def plan_places(settlement: Settlement, *, rng: np.random.Generator) -> list[Place]:
    """
    Return the places of a tile, each in a house of its own.

    Houses that become churches get a new outline; kinds and use are changed in place.
    """
    free = ~np.isin(settlement.houses.kind, ("garage", "shed", "barn", "allotment_house"))
    order = _rank_by_centrality(settlement, rng=rng)
    places: list[Place] = []
    previous: dict[int, Place] = {}
    for spec in SPECS:
        current: dict[int, Place] = {}
        for copy, where in enumerate(spec.where):
            beside = previous.get(copy) if spec.beside_last else None
            place = _put(settlement, spec, where, free=free, order=order, beside=beside, dice=rng.uniform())
            if place is None:
                continue
            if place.house >= 0:
                free[place.house] = False
                _convert_house(settlement.houses, spec, place.house)
            current[copy] = place
            places.append(place)
        previous = current
    return places


def _rank_by_centrality(settlement: Settlement, *, rng: np.random.Generator) -> Ints:
    # Meeting places lie in the middle of their quarter rather than at its edge, but not all of them.
    front, group = settlement.houses.front, settlement.bezirk * 100 + settlement.village
    score = rng.uniform(0, _SPREAD, len(group))
    for key in np.unique(group):
        members = np.flatnonzero(group == key)
        distance = np.hypot(*(front[members] - np.median(front[members], axis=0)).T)
        score[members] += distance / max(float(np.quantile(distance, 0.95)), 1.0)
    return np.argsort(score, kind="stable")


def _put(
    settlement: Settlement,
    spec: Spec,
    where: str,
    *,
    free: Flags,
    order: Ints,
    beside: Place | None,
    dice: float,
) -> Place | None:
    if spec.draw in _WITHOUT_HOUSE:
        key = "mall" if spec.draw == "mall" else where
        if key not in settlement.landmarks:
            return None
        xy, bezirk = settlement.landmarks[key]
        return Place(spec, spec.name, spec.city_name, "", -1, bezirk, xy, "", "", dice)
    here = free & _find_here(settlement, spec, where, dice=dice)
    house = _find_house(settlement, spec, here, order=order, beside=beside)
    if house is None:
        return None
    return _build_place(settlement, spec, house, beside=beside, dice=dice)


def _find_here(settlement: Settlement, spec: Spec, where: str, *, dice: float) -> Flags:
    if spec.host == "garden":
        return np.asarray(np.arange(len(settlement.bezirk)) == settlement.clubhouse.get(where, -1))
    has_address = settlement.addresses.street != ""
    if where == "N":
        number = int(dice * len(settlement.village_names))
        return np.asarray((settlement.village == number) & has_address & bool(settlement.village_names))
    return np.asarray((settlement.bezirk == settlement.numbers.index(where)) & has_address)


def _find_house(
    settlement: Settlement, spec: Spec, here: Flags, *, order: Ints, beside: Place | None
) -> int | None:
    houses = settlement.houses
    wish = {
        "civic": houses.zone == Zone.CIVIC,
        "industry": houses.zone == Zone.INDUSTRY,
        "shop": (houses.zone <= Zone.BLOCKS) & houses.is_dwelling,
        "garden": houses.zone == Zone.ALLOTMENT,
    }.get(spec.host, houses.is_dwelling)
    for candidates in (here & wish, here & houses.is_dwelling):
        if not candidates.any():
            continue
        if beside is not None:
            distance = np.hypot(*(houses.front - beside.xy).T)
            return int(np.argmin(np.where(candidates, distance, np.inf)))
        return int(order[candidates[order]][0])
    return None


def _build_place(
    settlement: Settlement, spec: Spec, house: int, *, beside: Place | None, dice: float
) -> Place:
    bezirk = int(settlement.bezirk[house])
    village = int(settlement.village[house])
    quarter = settlement.names[bezirk] if bezirk >= 0 else settlement.village_names[max(village, 0)]
    street = str(settlement.addresses.street[house])
    patron = _PATRONS[int(dice * len(_PATRONS))]
    if beside is not None:
        patron = beside.name.removeprefix("Stadtkirche ")
    words = {"q": quarter, "s": street, "p": patron}
    point = shapely.get_coordinates(shapely.point_on_surface(settlement.houses.polygons[house]))[0]
    return Place(
        spec=spec,
        name=spec.name.format(**words),
        city_name=spec.city_name.format(**words),
        echo=spec.echo.format(**words),
        house=house,
        bezirk=bezirk,
        xy=point,
        street=street,
        number=str(settlement.addresses.number[house]),
        dice=dice,
    )


def _convert_house(houses: Houses, spec: Spec, house: int) -> None:
    if spec.draw == "church":
        houses.kind[house] = "church"
        houses.polygons[house] = _draw_church(houses.polygons[house])
        houses.has_entrance[house] = False
    elif spec.building:
        houses.kind[house] = spec.building
    elif spec.draw == "campus":
        houses.kind[house] = spec.tags.get("amenity", "yes")
    if spec.draw not in {"node", "list"}:
        houses.is_dwelling[house] = False


def _draw_church(plot: shapely.Geometry) -> shapely.Geometry:
    """Return nave, transept and choir on the axis of a plot."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(plot))
    origin, along, aside = corners[0], corners[1] - corners[0], corners[3] - corners[0]
    if np.hypot(*along) < np.hypot(*aside):
        along, aside = aside, along
    shape = np.array(
        [(0, 0.25), (0.55, 0.25), (0.55, 0.0), (0.75, 0.0), (0.75, 0.25), (0.92, 0.3), (1.0, 0.5),
         (0.92, 0.7), (0.75, 0.75), (0.75, 1.0), (0.55, 1.0), (0.55, 0.75), (0, 0.75)]
    )  # fmt: skip
    return shapely.Polygon(origin + shape[:, :1] * along + shape[:, 1:] * aside)


def draw_places(
    osm: OsmTown, places: list[Place], *, houses: Houses, way_ids: Ints, landmark_ids: dict[str, list[str]]
) -> None:
    """Draw the places into OSM and note the ids of what describes each."""
    for place in places:
        spec = place.spec
        tags = {"name": place.name, **spec.tags} if place.name else dict(spec.tags)
        if place.house >= 0 and place.name and place.dice < _PHONED_SHARE:
            tags |= {"contact:phone": f"+49 9999 {number_phone(place)}", "contact:email": write_mail(place)}
        if spec.draw in _WITHOUT_HOUSE:
            place.source_ids += landmark_ids["mall" if spec.draw == "mall" else spec.where[0]]
            continue
        way_id = int(way_ids[place.house])
        if spec.draw in ("node", "triple"):
            place.source_ids.append(f"osm:node/{osm.add_node(place.xy, {**tags, **_find_address(place)})}")
        if spec.draw in ("building", "triple", "church"):
            osm.set_way_tags(way_id, tags)
            place.source_ids.append(f"osm:way/{way_id}")
        if spec.draw in ("triple", "campus"):
            yard = shapely.buffer(houses.polygons[place.house], 9.0, join_style="mitre")
            place.source_ids.append(osm.add_area(yard, tags))
        if place.echo:
            node_id = osm.add_node(place.xy + _ECHO_OFFSET_M, {**tags, "name": place.echo})
            place.source_ids.append(f"osm:node/{node_id}")


def number_phone(place: Place) -> str:
    """Return six digits of a number that no one can call."""
    return str(100_000 + int(place.dice * 899_999))


def write_mail(place: Place) -> str:
    """Return the mail address of a place."""
    return f"haus-{number_phone(place)}@musterstadt.example"


def _find_address(place: Place) -> dict[str, str]:
    if place.dice > _ADDRESS_SHARE or not place.street:
        return {}
    return {"addr:street": place.street, "addr:housenumber": place.number}


def build_truth_rows(places: list[Place], lon_lat: Floats) -> list[list[object]]:
    """Return the rows of `truth.csv`, numbered from 1."""
    return [
        [number, p.name, p.spec.klass, f"{lon:.7f}", f"{lat:.7f}", "|".join(p.source_ids)]
        for number, (p, (lon, lat)) in enumerate(zip(places, lon_lat.tolist(), strict=True), start=1)
    ]
