# SPDX-License-Identifier: MIT
"""Dortmund's 62 Bezirke with the 1 km grid of 2011, scaled to invented register totals."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from begegnung_geo.jobs import plan_city
from begegnung_geo.pipeline import run_pipeline
from begegnung_geo.run_folders import Folders
from begegnung_geo.store import read_table
from towns import Recorder

CRS = "EPSG:25832"
PROFILE = """
[city]
key = "dortmund"
name = "Dortmund"

[sources.osm]
file = "dortmund_aplerbeck_2026-07-14.osm.pbf"

[sources.boundary]
file = "dortmund_stadtgrenze_osm_2022-03-01.geojson"

[[sources.districts]]
file = "dortmund_statistische_bezirke_2025-10-12.geojson"
level = "bezirk"
id_column = "statistischer_bezirk_nr"
name_column = "statistischer_bezirk"

[sources.population]
file = "dortmund_einwohner_1km_zensus2011.csv"

[sources.population_totals]
file = "einwohner.csv"
basis = "register"
level = "bezirk"
id_column = "nr"
persons_column = "einwohner"
scale_groups = true
"""


def test_every_bezirk_of_dortmund_meets_its_total(real_data: Path, tmp_path: Path) -> None:
    raw = tmp_path / "data" / "raw" / "dortmund"
    raw.mkdir(parents=True)
    profile = tmp_path / "dortmund.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    for line in PROFILE.splitlines():
        name = line.partition('file = "')[2].rstrip('"')
        if name and name != "einwohner.csv":
            shutil.copy(real_data / name, raw / name)
    features = json.loads(
        (real_data / "dortmund_statistische_bezirke_2025-10-12.geojson").read_text(encoding="utf-8")
    )["features"]
    ids = sorted(feature["properties"]["statistischer_bezirk_nr"] for feature in features)
    assert len(ids) == 62
    # Invented, between 400 and 27,000 as the real ones are, in multiples of five.
    given = pd.Series(400 + 5 * np.random.default_rng(62).integers(0, 5320, len(ids)), index=ids)
    rows = [f"{number};{persons}" for number, persons in given.items()]
    (raw / "einwohner.csv").write_text("\n".join(["nr;einwohner", *rows]), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        job, folders = plan_city(profile, language="de")
        absolute = Folders(folders.processed.resolve(), folders.site.resolve())
        run_pipeline(job, absolute, until="coverage", listener=Recorder())
    demand = read_table("demand", folder=absolute.processed, crs=CRS)
    sums = demand.groupby("district_id_bezirk")["persons"].sum()
    assert sums.to_dict() == pytest.approx(given.to_dict(), rel=1e-9)
    # Told in packets of five, multiples of five are told exactly.
    told = read_table("published_coverage", folder=absolute.processed, crs=CRS)
    persons = told.drop_duplicates("district_id").set_index("district_id")["persons"]
    assert persons.to_dict() == given.to_dict()
