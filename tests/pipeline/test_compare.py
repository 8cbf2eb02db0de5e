# SPDX-License-Identifier: MIT
"""Two sites of Musterstadt compared: the right cause, and none where several changed at once."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from begegnung_geo.cli import app
from towns import Town, lay_out, run_town

SLOWER = "\n[walking.profiles.senior]\nspeed_m_s = 0.8\n"
LIST = "orte_von_menschen.csv"
MOVED = "Haus am Park"


def compare(before: Path, after: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["compare", str(before), str(after), *more])


def _open_place(town: Town) -> None:
    # In the wide gap of the town, far from everything counted.
    gaps = json.loads((town.site / "downloads" / "gaps.geojson").read_text(encoding="utf-8"))["features"]
    (lon, lat), *_ = gaps[0]["geometry"]["coordinates"][0][0]
    with (town.raw / LIST).open("a", encoding="utf-8") as file:
        file.write(f"Neues Bürgerhaus;municipal_centre;;{lat:.6f};{lon:.6f};\n".replace(".", ","))


def _move_place(town: Town) -> None:
    # A house that only the city's list knows.
    path = town.raw / "begegnungsstaetten.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    (moved,) = [f for f in content["features"] if f["properties"]["objektname"] == MOVED]
    moved["geometry"]["coordinates"][1] += 0.002
    moved["properties"]["geo_point_2d"]["lat"] += 0.002
    path.write_text(json.dumps(content), encoding="utf-8")


def _walk_slower(town: Town) -> None:
    profile = town.root / "config" / "musterstadt.toml"
    profile.write_text(profile.read_text(encoding="utf-8") + SLOWER, encoding="utf-8")


@dataclass(frozen=True)
class Sites:
    """The shipped town's site, and its site after one or several changes."""

    shipped: Path
    opened: Path
    moved: Path
    slower: Path
    both: Path


@pytest.fixture(scope="module")
def sites(town: Town, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """Return the sites that the tests compare, each built by the pipeline."""

    def build(name: str, *changes: Callable[[Town], None]) -> Path:
        copy = lay_out(tmp_path_factory.mktemp(name), project)
        for origin, target in (
            (town.raw, copy.raw),
            (town.processed, copy.processed),
            (town.site, copy.site),
        ):
            shutil.copytree(origin, target)
        for change in changes:
            change(copy)
        run_town(copy.root)
        return copy.site

    return Sites(
        shipped=town.site,
        opened=build("opened", _open_place),
        moved=build("moved", _move_place),
        slower=build("slower", _walk_slower),
        both=build("both", _open_place, _walk_slower),
    )


def test_a_site_compared_with_itself_differs_in_nothing(sites: Sites) -> None:
    result = compare(sites.shipped, sites.shipped)
    assert result.exit_code == 0
    assert "Nichts: gleiche Daten, Einstellungen und Programm." in result.output
    assert "Kein Unterschied: dieselben Orte" in result.output
    assert "Menschen)" not in result.output  # no district is told as changed


def test_an_opened_place_is_due_to_the_data_and_told_with_what_it_did(sites: Sites) -> None:
    result = compare(sites.shipped, sites.opened)
    assert result.exit_code == 0
    assert "Daten: places.orte_von_menschen, orte_von_menschen.csv, andere Fassung" in result.output
    assert "Allein an den Daten: Einstellungen und Programm sind gleich." in result.output
    assert "Neu verzeichnet: 1\n    Neues Bürgerhaus (" in result.output
    assert "Nicht mehr verzeichnet" not in result.output.replace("nicht mehr verzeichnet nicht", "")
    rows = _read_rows(sites.shipped, sites.opened)
    covered = rows[(rows["what"] == "persons_covered") & (rows["is_distinguishable"] == "ja")]
    assert (covered["after"].astype(float) > covered["before"].astype(float)).all()
    assert len(covered) > 0


def test_a_moved_place_is_told_with_its_distance(sites: Sites) -> None:
    output = compare(sites.shipped, sites.moved).output
    assert "Allein an den Daten" in output
    assert f"Verlegt: 1\n    {MOVED}: 223 m" in output  # 0.002 degrees of latitude
    assert "Neu verzeichnet:" not in output
    assert "Verlegt" not in compare(sites.shipped, sites.moved, "--moved-min", "300").output


def test_another_speed_is_due_to_the_settings(sites: Sites) -> None:
    output = compare(sites.shipped, sites.slower).output
    assert "Einstellung: walking.profiles.senior.speed_m_s, 1 → 0.8" in output
    assert "Allein an den Einstellungen: Daten und Programm sind gleich." in output
    assert "Kein Unterschied: dieselben Orte" in output
    # Fewer older people within ten minutes, and adults as before.
    senior, adult = output.split("Ältere Menschen, 10 Minuten")[1].split("Erwachsene, 15 Minuten")
    assert "von" in senior.splitlines()[1]
    assert "nicht zu unterscheiden" in adult.splitlines()[1]


def test_two_causes_at_once_are_not_told_apart(sites: Sites) -> None:
    output = compare(sites.shipped, sites.both).output
    assert "Mehreres hat sich zugleich geändert: Daten, Einstellungen." in output
    assert "Allein an" not in output
    assert "Zum Trennen: mit den Daten der ersten Seite und den Einstellungen der zweiten" in output
    # The way to tell them apart that it offers: the third site is the slower one.
    assert "Allein an den Einstellungen" in compare(sites.shipped, sites.slower).output
    assert "Allein an den Daten" in compare(sites.slower, sites.both).output


def _edit_manifest(site: Path, copy: Path, **changes: object) -> Path:
    shutil.copytree(site, copy)
    path = copy / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    return copy


def test_another_program_is_a_cause_of_its_own(sites: Sites, tmp_path: Path) -> None:
    other = _edit_manifest(sites.shipped, tmp_path / "other", version="9.9")
    output = compare(sites.shipped, other).output
    assert "Programm: " in output
    assert "→ 9.9" in output
    assert "Allein am Programm" in output
    code = _edit_manifest(sites.shipped, tmp_path / "code", program_sha256="0" * 64)
    assert "aber anderer Programmcode" in compare(sites.shipped, code).output


def test_a_site_altered_by_hand_is_seen(sites: Sites, tmp_path: Path) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(sites.opened, altered)
    shutil.copy(sites.shipped / "manifest.json", altered / "manifest.json")
    assert "eine der Seiten wurde verändert" in compare(sites.shipped, altered).output


def test_the_report_speaks_english_too(sites: Sites) -> None:
    output = compare(sites.shipped, sites.opened, "--language", "en").output
    assert "To the data alone: settings and program are the same." in output
    assert "Newly listed: 1" in output


def _read_rows(before: Path, after: Path) -> pd.DataFrame:
    out = before.parent / "rows.csv"
    assert compare(before, after, "--out", str(out)).exit_code == 0
    rows = pd.read_csv(out, sep=";", encoding="utf-8-sig", dtype=str)
    out.unlink()
    return rows


def test_the_csv_has_every_difference_and_the_markdown_the_report(sites: Sites, tmp_path: Path) -> None:
    rows = _read_rows(sites.shipped, sites.both)
    assert {"data_changed", "parameter", "place_opened", "persons", "covered_share"} <= set(rows["what"])
    setting = rows[rows["what"] == "parameter"]
    assert setting[["key", "before", "after"]].to_numpy().tolist() == [
        ["walking.profiles.senior.speed_m_s", "1", "0.8"]
    ]
    out = tmp_path / "report.md"
    result = compare(sites.shipped, sites.both, "--out", str(out))
    assert result.exit_code == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("# Vergleich Musterstadt: ")
    assert "## Woran liegt es?" in text


def test_a_name_from_outside_brings_no_markup(sites: Sites, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile"
    shutil.copytree(sites.opened, hostile)
    path = hostile / "downloads" / "begegnungsorte.geojson"
    evil = "<img src=x onerror=alert(1)> [x](javascript:1)\\n=1+1"
    text = path.read_text(encoding="utf-8").replace("Neues Bürgerhaus", evil)
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "report.md"
    compare(sites.shipped, hostile, "--out", str(out))
    report = out.read_text(encoding="utf-8")
    assert "<img" not in report
    assert "[x](" not in report


# --- what is no site, or another one ---


def _lose(site: Path, copy: Path, name: str) -> Path:
    shutil.copytree(site, copy)
    (copy / name).unlink()
    return copy


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "summary.json",
        "downloads/begegnungsorte.geojson",
        "downloads/coverage_by_district.csv",
    ],
)
def test_a_missing_file_is_named_in_three_lines(sites: Sites, tmp_path: Path, name: str) -> None:
    result = compare(sites.shipped, _lose(sites.shipped, tmp_path / "site", name))
    assert result.exit_code == 1
    error = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in error] == ["error", "where", "next"]
    assert name in error[0]


PLACES, COVERAGE = "downloads/begegnungsorte.geojson", "downloads/coverage_by_district.csv"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (("summary.json", '{"schema_version": 0}'), "schema version 0, not 1"),
        (("summary.json", "{"), "summary.json cannot be read"),
        (("summary.json", "[1]"), "no object at its top"),
        (("manifest.json", '{"version": "1"}'), "inputs: Field required"),
        ((PLACES, '{"features": [{"properties": {}}]}'), "written by an older program"),
        ((COVERAGE, "level;name\n"), "no column district_id"),
        ((COVERAGE, "\xff\xfe"), "cannot be read"),
    ],
)
def test_a_broken_or_older_file_is_a_curable_fault(
    sites: Sites, tmp_path: Path, *, file: tuple[str, str], said: str
) -> None:
    broken = tmp_path / "site"
    shutil.copytree(sites.shipped, broken)
    (broken / file[0]).write_text(file[1], encoding="latin-1")
    result = compare(broken, sites.shipped)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 3


def test_sites_of_two_cities_are_not_compared(sites: Sites, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(sites.shipped, other)
    path = other / "summary.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"Musterstadt"', '"Anderstadt"', 1), encoding="utf-8"
    )
    result = compare(sites.shipped, other)
    assert result.exit_code == 1
    assert "two cities: Musterstadt (musterstadt) and Anderstadt (musterstadt)" in result.stderr


@pytest.mark.parametrize("arguments", [["--language", "fr"], ["--out", "report.pdf"]])
def test_wrong_arguments_exit_2(sites: Sites, arguments: list[str]) -> None:
    assert compare(sites.shipped, sites.shipped, *arguments).exit_code == 2
