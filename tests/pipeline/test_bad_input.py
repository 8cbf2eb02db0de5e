# SPDX-License-Identifier: MIT
"""Bad input through the real command: three lines or counted issues, never a traceback."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from begegnung_geo.store import read_table
from towns import Town

PROGRAM = Path(sys.executable).with_name("begegnung-geo")
NO_STREET = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="54.4" lon="8.0"><tag k="amenity" v="library"/><tag k="name" v="Bücherei"/></node></osm>"""


def _run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROGRAM), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        check=False,
    )


def _read_grid(raw_town: Path) -> list[str]:
    path = raw_town / "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
    return path.read_text(encoding="utf-8-sig").splitlines()


def _assert_three_lines(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    lines = result.stderr.strip().splitlines()[-3:]
    assert [line.split(":")[0] for line in lines] == ["error", "where", "next"], result.stderr
    return "\n".join(lines)


@pytest.fixture
def osm(raw_town: Path) -> Path:
    return raw_town / "musterstadt.osm.pbf"


@pytest.fixture
def districts(raw_town: Path) -> Path:
    return raw_town / "fb62-stadtbezirke.geojson"


def test_missing_file(tmp_path: Path) -> None:
    text = _assert_three_lines(_run("run", "--osm", tmp_path / "no.osm.pbf", "--out", tmp_path / "out"))
    assert "no.osm.pbf" in text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a map", b"<html>moved</html>", b"\x00" * 5000])
def test_file_that_is_no_osm(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "town.osm.pbf"
    path.write_bytes(content)
    _assert_three_lines(_run("run", "--osm", path, "--out", tmp_path / "out"))
    assert not (tmp_path / "out" / "site").exists()


def test_truncated_extract_is_an_error_and_not_half_a_city(tmp_path: Path, osm: Path) -> None:
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(osm.read_bytes()[: osm.stat().st_size // 2])
    _assert_three_lines(_run("run", "--osm", path, "--out", tmp_path / "out"))


def test_extract_without_a_walkable_way(tmp_path: Path) -> None:
    path = tmp_path / "dots.osm"
    path.write_text(NO_STREET, encoding="utf-8")
    assert "walk" in _assert_three_lines(_run("run", "--osm", path, "--out", tmp_path / "out"))


def test_boundary_that_does_not_touch_the_extract(tmp_path: Path, osm: Path) -> None:
    boundary = tmp_path / "elsewhere.geojson"
    gpd.GeoSeries([box(13.3, 52.5, 13.4, 52.6)], crs=4326).to_file(boundary)
    _assert_three_lines(_run("run", "--osm", osm, "--out", tmp_path / "out", "--boundary", boundary))


def test_unknown_district_column_lists_the_columns_there_are(
    tmp_path: Path, osm: Path, districts: Path
) -> None:
    arguments = (
        "--districts",
        districts,
        "--district-id",
        "nummer",
        "--district-name",
        "stadtbezirk_bezeichnung",
    )
    text = _assert_three_lines(_run("run", "--osm", osm, "--out", tmp_path / "out", *arguments))
    assert "stadtbezirk_nr" in text


def test_duplicate_district_ids_are_named(tmp_path: Path, osm: Path, districts: Path) -> None:
    twice = gpd.read_file(districts)[["stadtbezirk_nr", "stadtbezirk_bezeichnung", "geometry"]]
    twice["stadtbezirk_nr"] = "7"
    twice.to_file(tmp_path / "twice.geojson")
    arguments = (
        "--districts", tmp_path / "twice.geojson", "--district-id", "stadtbezirk_nr",
        "--district-name", "stadtbezirk_bezeichnung",
    )  # fmt: skip
    assert "7" in _assert_three_lines(_run("run", "--osm", osm, "--out", tmp_path / "out", *arguments))


def test_district_file_without_crs_or_with_a_wrong_one(tmp_path: Path, osm: Path, districts: Path) -> None:
    areas = gpd.read_file(districts)[["stadtbezirk_nr", "stadtbezirk_bezeichnung", "geometry"]]
    names = ("--district-id", "NR", "--district-name", "NAME")
    shapes = areas.set_axis(["NR", "NAME", "geometry"], axis=1)
    shapes.to_crs(25832).to_file(tmp_path / "no_crs.shp")
    (tmp_path / "no_crs.prj").unlink()
    result = _run(
        "run", "--osm", osm, "--out", tmp_path / "out", "--districts", tmp_path / "no_crs.shp", *names
    )
    _assert_three_lines(result)
    shapes.to_crs(25832).set_crs(4326, allow_override=True).to_file(tmp_path / "metres.gpkg")
    result = _run(
        "run", "--osm", osm, "--out", tmp_path / "out", "--districts", tmp_path / "metres.gpkg", *names
    )
    _assert_three_lines(result)


def test_bad_persons_are_counted_and_the_rest_goes_on(tmp_path: Path, osm: Path, raw_town: Path) -> None:
    grid = (
        (raw_town / "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv")
        .read_text(encoding="utf-8-sig")
        .splitlines()
    )
    cells = [line.split(";") for line in grid[1:4]]
    for cell, value in zip(cells, ("-7", "viele", ""), strict=True):
        cell[3] = value
    lines = [grid[0], *(";".join(cell) for cell in cells), *grid[4:]]
    (tmp_path / "grid.csv").write_text("\n".join(lines), encoding="utf-8")
    result = _run("run", "--osm", osm, "--out", tmp_path / "out", "--population", tmp_path / "grid.csv")
    assert result.returncode == 0, result.stderr
    issues = read_table("issues", folder=tmp_path / "out" / "processed", crs="EPSG:25832")
    assert issues.loc[issues["code"].str.startswith("PERSONS_"), "count"].sum() >= 3


def test_list_in_latin_1_keeps_its_umlauts(tmp_path: Path, osm: Path) -> None:
    text = "name;klasse;breite;laenge\nBürgerhaus Größe;Bürgerhaus;54,4;8,0\n"
    (tmp_path / "liste.csv").write_bytes(text.encode("latin-1"))
    result = _run("run", "--osm", osm, "--out", tmp_path / "out", "--places", tmp_path / "liste.csv")
    assert result.returncode == 0, result.stderr
    places = read_table("places", folder=tmp_path / "out" / "processed", crs="EPSG:25832")
    assert "Bürgerhaus Größe" in set(places["name"])


def test_failed_run_leaves_the_last_good_site(fresh_town: Town) -> None:
    before = (fresh_town.site / "index.html").read_bytes()
    osm = fresh_town.raw / "musterstadt.osm.pbf"
    osm.write_bytes(osm.read_bytes()[:2000])
    _assert_three_lines(_run("run", "--city", "musterstadt", cwd=fresh_town.root))
    assert (fresh_town.site / "index.html").read_bytes() == before


def test_missing_raw_files_name_the_command_to_get_them(tmp_path: Path, project: Path) -> None:
    shutil.copytree(project / "config", tmp_path / "config")
    text = _assert_three_lines(_run("run", "--city", "dortmund", cwd=tmp_path))
    assert "make fetch CITY=dortmund" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "--city", "a", "--config", "b"),
        ("run", "--osm", "a.osm.pbf"),
        ("run", "--city", "a", "--until", "never"),
        ("run", "--city", "a", "--population", "b.csv"),
        ("sample",),
        ("sample", "--out", "x", "--inhabitants", "many"),
        ("dance",),
    ],
)
def test_wrong_arguments_exit_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = _run(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_unknown_city_lists_the_known_ones(tmp_path: Path, project: Path) -> None:
    shutil.copytree(project / "config", tmp_path / "config")
    text = _assert_three_lines(_run("run", "--city", "atlantis", cwd=tmp_path))
    assert "musterstadt" in text


def test_extract_without_any_place_gives_a_site_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "street.osm"
    path.write_text(
        """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="54.400" lon="8.000"/><node id="2" lat="54.404" lon="8.004"/>
<way id="1"><nd ref="1"/><nd ref="2"/>
<tag k="highway" v="residential"/><tag k="name" v="Am Deich"/></way></osm>""",
        encoding="utf-8",
    )
    result = _run("run", "--osm", path, "--out", tmp_path / "out", "--name", "Kein Ort")
    assert result.returncode == 0, result.stderr
    summary = json.loads((tmp_path / "out" / "site" / "summary.json").read_text(encoding="utf-8"))
    assert summary["begegnungsorte"]["total"] == 0
    assert "kein Begegnungsort" in (tmp_path / "out" / "site" / "index.html").read_text(encoding="utf-8")


def test_check_lists_what_is_wrong_and_changes_nothing(fresh_town: Town) -> None:
    before = sorted(str(p) for p in fresh_town.root.rglob("*"))
    result = _run("check", "--city", "musterstadt", "--quiet", cwd=fresh_town.root)
    assert result.returncode == 0, result.stderr
    assert "lines of issues" in result.stdout
    assert sorted(str(p) for p in fresh_town.root.rglob("*")) == before
