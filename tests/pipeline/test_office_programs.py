# SPDX-License-Identifier: MIT
"""The downloads in the programs of an office: QGIS and LibreOffice, where they are installed."""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import pytest
from typer.testing import CliRunner

from begegnung_geo.cli import app
from begegnung_geo.export.text import neutralise
from towns import Town

SYSTEM_PYTHON = Path("/usr/bin/python3")  # the one Debian's QGIS is built for
SHEETS = ("Begegnungsorte", "Merkmale", "Herkunft", "Datenlexikon", "Quellen")


@pytest.mark.skipif(not shutil.which("qgis_process"), reason="QGIS is not installed (apt: qgis python3-qgis)")
def test_qgis_opens_every_layer_with_our_signs(town: Town, project: Path) -> None:
    package = town.site / "downloads" / "begegnungsorte.gpkg"
    done = subprocess.run(
        [SYSTEM_PYTHON, project / "tests" / "gis_look.py", package],
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": "/nonexistent"},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    for name, layer in told.items():
        assert layer["is_valid"], name
        assert layer["renderer"] == "RuleRenderer", name
        assert layer["crs"] == "EPSG:25832", name
        assert layer["features"] == len(gpd.read_file(package, layer=name)) == layer["drawn"], name
    assert told["begegnungsorte"]["labelled"]
    assert told["districts"]["rules"] == ["Stadtbezirke", "Statistische Bezirke"]


@pytest.mark.skipif(
    not shutil.which("soffice"), reason="LibreOffice is not installed (apt: libreoffice-calc)"
)
def test_libreoffice_reads_every_sheet_of_the_workbook(town: Town, tmp_path: Path) -> None:
    book = town.site / "downloads" / "begegnungsorte.xlsx"
    every_sheet_as_utf8 = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
         every_sheet_as_utf8, "--outdir", tmp_path, book],
        capture_output=True, timeout=180, check=True,
    )  # fmt: skip
    read = {sheet: _read(tmp_path / f"begegnungsorte-{sheet}.csv") for sheet in SHEETS}
    places = gpd.read_file(town.site / "downloads" / "begegnungsorte.gpkg", layer="begegnungsorte")
    assert [row["Kennung"] for row in read["Begegnungsorte"]] == list(places["begegnungsort_id"])
    assert [row["Name"] for row in read["Begegnungsorte"]] == list(places["name"].fillna(""))
    assert all(read.values())


@pytest.mark.skipif(
    not shutil.which("soffice"), reason="LibreOffice is not installed (apt: libreoffice-calc)"
)
def test_libreoffice_reads_the_csv_as_a_german_office_does(town: Town, tmp_path: Path) -> None:
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--infilter=Text - txt - csv (StarCalc):59,34,76,1,,1031", "--convert-to", "xlsx",
         "--outdir", tmp_path, town.site / "downloads" / "begegnungsorte.csv"],
        capture_output=True, timeout=180, check=True,
    )  # fmt: skip
    import openpyxl  # noqa: PLC0415  # only needed where LibreOffice is

    rows = list(openpyxl.load_workbook(tmp_path / "begegnungsorte.xlsx").active.iter_rows(values_only=True))
    places = gpd.read_file(town.site / "downloads" / "begegnungsorte.gpkg", layer="begegnungsorte")
    column = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
    shown = [neutralise(name) if isinstance(name, str) else None for name in places["name"]]
    assert list(column["name"]) == shown  # `=HYPERLINK(` is a text with an apostrophe before it
    assert list(column["lon"]) == pytest.approx(list(places["lon"]))  # a number, not a text with a comma


@pytest.mark.skipif(
    not shutil.which("soffice"), reason="LibreOffice is not installed (apt: libreoffice-calc)"
)
def test_a_questionnaire_saved_by_libreoffice_keeps_its_choices_and_ids_and_is_read(
    fresh_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import openpyxl  # noqa: PLC0415  # only needed where LibreOffice is

    form, saved = tmp_path / "form.xlsx", tmp_path / "saved" / "form.xlsx"
    monkeypatch.chdir(fresh_town.root)
    asked = ["questionnaire", "--city", "musterstadt"]
    assert CliRunner().invoke(app, [*asked, "--out", str(form)]).exit_code == 0
    book = openpyxl.load_workbook(form)
    sheet = book["Begegnungsorte"]
    column = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, column["Kosten"], "Spende")
    book["Hinweise"]["B3"], book["Hinweise"]["B4"] = "Quartierskoordination", "22.11.2025"
    book.save(form)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", saved.parent, form],
        capture_output=True, timeout=180, check=True,
    )  # fmt: skip
    again = openpyxl.load_workbook(saved)["Begegnungsorte"]
    ids = [[cell.value for cell in page["A"]] for page in (sheet, again)]
    assert ids[0] == ids[1]
    assert again.protection.sheet
    assert again["A2"].protection.locked
    assert not again.cell(2, column["Kosten"]).protection.locked
    choices = [
        sorted(str(rule.sqref) for rule in page.data_validations.dataValidation) for page in (sheet, again)
    ]
    assert choices[0] == choices[1]
    assert len(choices[0]) > 10
    result = CliRunner().invoke(app, [*asked, "--read", str(saved)])
    assert result.exit_code == 0, result.output
    answers = _read(fresh_town.root / "config" / "musterstadt" / "answers.csv")
    told = [(row["\ufeffbegegnungsort_id"], row["column"], row["value"]) for row in answers]
    assert told == [(sheet["A2"].value, "cost", "donation")]  # nothing that nobody changed


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))
