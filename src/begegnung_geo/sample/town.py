# SPDX-License-Identifier: MIT
"""Musterstadt: an invented town written as raw files in the formats of the real sources."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from begegnung_geo.errors import ConfigError
from begegnung_geo.files import write_bytes
from begegnung_geo.provenance import PROVENANCE_FILE, describe_file, write_provenance
from begegnung_geo.sample import writers
from begegnung_geo.sample.addresses import Addresses, assign_addresses, assign_street_names
from begegnung_geo.sample.buildings import Houses, build_houses, concat_houses
from begegnung_geo.sample.cells import Cells, build_cells, find_neighbour_villages
from begegnung_geo.sample.details import (
    draw_details,
    draw_motorway,
    draw_sidewalks,
    prepare_sidewalks,
)
from begegnung_geo.sample.districts import (
    OUTSIDE,
    District,
    DistrictPlan,
    build_districts,
    build_stadtbezirke,
    find_district,
)
from begegnung_geo.sample.figures import FIGURE_HEADER, TOTALS_HEADER, build_figure_rows, build_totals_rows
from begegnung_geo.sample.gardens import Gardens, build_gardens
from begegnung_geo.sample.housemap import draw_houses
from begegnung_geo.sample.landscape import draw_boundaries, draw_labels, draw_landscape, find_landmarks
from begegnung_geo.sample.lists import PEOPLE_HEADER, build_city_features, build_people_rows
from begegnung_geo.sample.osm import OsmTown
from begegnung_geo.sample.people import build_grid, build_residents, merge_grids
from begegnung_geo.sample.places import Place, Settlement, build_truth_rows, draw_places, plan_places
from begegnung_geo.sample.plan import BEZIRKE, NUCLEI
from begegnung_geo.sample.roads import build_main_roads
from begegnung_geo.sample.streetmap import build_street_map, draw_streets
from begegnung_geo.sample.streets import Streets, build_streets
from begegnung_geo.sample.terrain import Barriers, Ground, Ints, Objects, Tile, build_barriers, build_tiles

DATA_DATE = "2026-01-01"
MIN_INHABITANTS = 2_000
_FACTS = {
    "title": "Musterstadt (erfunden)",
    "publisher": "begegnung_geo",
    "licence": "CC0-1.0",
    "attribution": "Erfundene Daten: Musterstadt gibt es nicht",
    "data_date": DATA_DATE,
    "retrieved": DATA_DATE,
}


@dataclass(frozen=True)
class SampleReport:
    """What was written."""

    files: tuple[Path, ...]
    persons: int
    place_count: int
    node_count: int
    way_count: int
    district_count: int
    stadtbezirk_count: int


@dataclass
class _Collection:
    osm: OsmTown = field(default_factory=OsmTown)
    districts: list[District] = field(default_factory=list)
    grids: list[pd.DataFrame] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    address_count: int = 0
    places: list[Place] = field(default_factory=list)
    quarter: list[int] = field(default_factory=list)
    persons: int = 0
    district_persons: list[int] = field(default_factory=list)
    border_nodes: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Land:
    barriers: Barriers
    cells: Cells
    blocks: Objects
    streets: Streets
    districts: list[District]
    cell_bezirk: Ints


def write_sample(out: Path, *, inhabitants: int = 60_000, seed: int = 2023) -> SampleReport:
    """
    Write all raw files of Musterstadt.

    The same arguments give the same bytes. Time and memory grow linearly with
    the inhabitants: towns of about 60,000 people are laid side by side.

    Parameters
    ----------
    out
        Folder; made where it is missing. Each file is replaced as a whole.
    inhabitants
        People of the city; met exactly.
    seed
        Another number gives another town.

    Returns
    -------
    report
        Paths and counts of what was written.

    Raises
    ------
    ConfigError
        If there are too few inhabitants for a town with quarters, or a negative seed.
    """
    if inhabitants < MIN_INHABITANTS or seed < 0:
        raise ConfigError(
            f"a town of {inhabitants} people with seed {seed} cannot be built",
            where="--inhabitants, --seed",
            hint=f"ask for at least {MIN_INHABITANTS} people and a seed of 0 or more",
        )
    tiles = build_tiles(inhabitants)
    ground = Ground(scale=tiles[0].scale, seed=seed)
    town = _Collection()
    for tile in tiles:
        _build_tile(town, tile, ground=ground, tile_count=len(tiles), seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    files = _write_files(out, town, ground, seed=seed)
    return SampleReport(
        files=files,
        persons=town.persons,
        place_count=len(town.places),
        node_count=town.osm.node_count,
        way_count=town.osm.way_count,
        district_count=len(town.districts),
        stadtbezirk_count=len({d.stadtbezirk_nr for d in town.districts}),
    )


def _build_tile(town: _Collection, tile: Tile, *, ground: Ground, tile_count: int, seed: int) -> None:
    land = _build_land(tile, ground, tile_count=tile_count, seed=seed)
    rng = np.random.default_rng([seed, tile.index, 9])
    street_map = build_street_map(
        land.streets,
        tile=tile,
        ground=ground,
        way_name=assign_street_names(land.streets, tile, seed=seed),
        rng=rng,
    )
    sidewalk_way = prepare_sidewalks(street_map, road_name="Berliner Straße")
    draw_streets(town.osm, street_map, tile=tile, border_nodes=town.border_nodes)
    gardens = build_gardens(land.cells, land.blocks, tile=tile, rng=rng)
    built = build_houses(land.blocks, land.cells.zone, rng=rng)
    houses = concat_houses([gardens.houses, built])
    addresses = assign_addresses(
        houses, way_name=street_map.tags["name"], way_lines=street_map.lines, rng=rng
    )
    settlement = _build_settlement(land, houses, addresses, gardens=gardens, tile=tile)
    places = plan_places(settlement, rng=rng)
    is_inside = (settlement.bezirk != OUTSIDE).astype(np.int64)
    persons = build_residents(houses, is_inside, persons=tile.persons, rng=rng)
    draw_details(
        town.osm,
        street_map,
        cells=land.cells,
        blocks=land.blocks,
        houses=houses,
        barriers=land.barriers,
        tile=tile,
        ground=ground,
    )
    draw_motorway(town.osm, street_map, barriers=land.barriers, tile=tile, ground=ground)
    if sidewalk_way is not None:
        draw_sidewalks(town.osm, street_map, sidewalk_way)
    villages = find_neighbour_villages(tile)
    village_name = np.array([*(name for name, _ in villages), ""], dtype=object)[settlement.village]
    way_ids = draw_houses(
        town.osm, houses, addresses=addresses, bezirk=settlement.bezirk, village_name=village_name
    )
    landmark_ids = draw_landscape(
        town.osm, land.cells, land.blocks, barriers=land.barriers, tile=tile, ground=ground
    )
    draw_places(town.osm, places, houses=houses, way_ids=way_ids, landmark_ids=landmark_ids)
    draw_labels(town.osm, tile=tile, ground=ground, districts=land.districts, villages=villages)
    _collect(town, settlement, persons, rng=rng)
    town.quarter += [len(town.districts) + find_district(tile, place.bezirk) for place in places]
    bezirke, of_house = np.unique(settlement.bezirk, return_inverse=True)
    district = np.array([find_district(tile, int(bezirk)) for bezirk in bezirke])[of_house]
    is_home = settlement.bezirk != OUTSIDE
    sums = np.bincount(district[is_home], weights=persons[is_home], minlength=len(land.districts))
    town.district_persons += sums.astype(int).tolist()
    town.districts += land.districts
    town.places += places


def _build_land(tile: Tile, ground: Ground, *, tile_count: int, seed: int) -> _Land:
    barriers = build_barriers(tile, seed=seed)
    roads = build_main_roads(tile, barriers, seed=seed)
    cells = build_cells(tile, barriers, roads=roads, seed=seed)
    return _Land(
        barriers=barriers,
        cells=cells,
        blocks=ground.bend_geometries(cells.polygons, tile),
        streets=build_streets(tile, cells, roads=roads, barriers=barriers, seed=seed),
        districts=build_districts(
            tile, cells, barriers=barriers, ground=ground, tile_count=tile_count, seed=seed
        ),
        cell_bezirk=DistrictPlan(tile, barriers).find(
            shapely.get_coordinates(shapely.point_on_surface(cells.polygons))
        ),
    )


def _build_settlement(
    land: _Land, houses: Houses, addresses: Addresses, *, gardens: Gardens, tile: Tile
) -> Settlement:
    village = land.cells.nucleus[houses.cell] - len(NUCLEI)
    return Settlement(
        houses=houses,
        addresses=addresses,
        bezirk=land.cell_bezirk[houses.cell],
        village=np.maximum(village, -1),
        numbers=[bezirk.number for bezirk in BEZIRKE],
        names=[land.districts[find_district(tile, index)].name for index in range(len(BEZIRKE))],
        village_names=[name for name, _ in find_neighbour_villages(tile)],
        clubhouse=gardens.clubhouse,
        landmarks=find_landmarks(land.cells, land.blocks, tile=tile, cell_bezirk=land.cell_bezirk),
    )


def _collect(town: _Collection, settlement: Settlement, persons: Ints, *, rng: np.random.Generator) -> None:
    houses, addresses = settlement.houses, settlement.addresses
    points = shapely.get_coordinates(shapely.centroid(houses.polygons))
    town.grids.append(build_grid(points, persons, zone=houses.zone, rng=rng))
    inside = settlement.bezirk != OUTSIDE
    town.persons += int(persons[inside].sum())
    text = writers.format_addresses(
        points[inside],
        street=addresses.street[inside],
        number=addresses.number[inside],
        first_oid=town.address_count + 1,
    )
    town.addresses.append(text)
    town.address_count += text.count("\n")


def _write_files(out: Path, town: _Collection, ground: Ground, *, seed: int) -> tuple[Path, ...]:
    stadtbezirke = build_stadtbezirke(town.districts)
    draw_boundaries(town.osm, town.districts, stadtbezirke)
    town.osm.write(out / writers.OSM_FILE, ground=ground)
    writers.write_geojson(out / writers.BEZIRKE_FILE, writers.build_district_features(town.districts, ground))
    writers.write_geojson(
        out / writers.STADTBEZIRKE_FILE, writers.build_stadtbezirk_features(stadtbezirke, ground)
    )
    writers.write_grid(out, merge_grids(town.grids))
    write_bytes(out / writers.ADDRESSES_FILE, "".join(town.addresses).encode())
    lon_lat = ground.to_lon_lat(np.array([place.xy for place in town.places]))
    features: list[dict[str, Any]] = build_city_features(
        town.places, ground, districts=town.districts, quarter=town.quarter
    )
    writers.write_geojson(out / writers.PLACES_FILE, features)
    people = build_people_rows(town.places, lon_lat)
    writers.write_csv(out / writers.PEOPLE_LIST_FILE, PEOPLE_HEADER, people)
    figures = build_figure_rows(town.districts, seed=seed)
    writers.write_csv(out / writers.FIGURES_FILE, FIGURE_HEADER, figures)
    totals = build_totals_rows(town.districts, town.district_persons, seed=seed)
    writers.write_csv(out / writers.TOTALS_FILE, TOTALS_HEADER, totals)
    truth = build_truth_rows(town.places, lon_lat)
    writers.write_csv(
        out / writers.TRUTH_FILE,
        ("truth_id", "name", "class", "lon", "lat", "source_ids"),
        truth,
        delimiter=",",
    )
    write_provenance(out, {name: describe_file(out / name, **_FACTS) for name in writers.FILES})
    return tuple(out / name for name in (*writers.FILES, PROVENANCE_FILE))
