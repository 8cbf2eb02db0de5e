# SPDX-License-Identifier: MIT
"""Nothing a person entered is lost: enter, run, change the sources, run again."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from begegnung_geo.cli import app
from begegnung_geo.store import read_table
from towns import Town, run_town


def _read(town: Town, name: str) -> pd.DataFrame:
    return read_table(name, folder=town.processed, crs="EPSG:25832")


def _call(town: Town, *arguments: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(town.root)
        result = CliRunner().invoke(app, ["questionnaire", "--city", "musterstadt", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def _set(sheet: Any, row: int, **values: object) -> None:
    columns = {cell.value: cell.column for cell in sheet[1]}
    for heading, value in values.items():
        sheet.cell(row, columns[heading.replace("_", " ")], value)


def _choose_listed(town: Town) -> tuple[str, int]:
    """Return the id of a place of the city's own list, and the position of its feature."""
    places = _read(town, "begegnungsorte")
    only = places[places["place_ids"].map(lambda ids: [i.partition(":")[0] for i in ids]).map(
        lambda sources: sources == ["begegnungsstaetten"]
    ) & (places["class"] != "library")]  # fmt: skip
    features = json.loads((town.raw / "begegnungsstaetten.geojson").read_text(encoding="utf-8"))["features"]
    numbers = [str(feature["properties"]["objektid"]) for feature in features]
    row = only.iloc[0]
    return row["begegnungsort_id"], numbers.index(row["place_ids"][0].partition(":")[2])


def test_answers_survive_runs_and_changed_sources(fresh_town: Town) -> None:
    town, form = fresh_town, fresh_town.root / "form.xlsx"
    target, position = _choose_listed(town)
    osm_place = _read(town, "begegnungsorte").query("`class` == 'library'").iloc[0]
    _call(town, "--out", str(form))
    book = openpyxl.load_workbook(form)
    sheet = book["Begegnungsorte"]
    rows = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    _set(sheet, rows[target], Willkommen="ja", Kosten="gratis")
    _set(sheet, rows[osm_place["begegnungsort_id"]], Finanziert_von="Stadt Musterstadt", Räume=4)
    position_column = next(cell.column for cell in sheet[1] if str(cell.value).startswith("Lage"))
    point = sheet.cell(rows[target], position_column).value
    new = max(row for key, row in rows.items() if key) + 1
    _set(sheet, new, Name="Neuer Treff am Siel", Art_des_Ortes="Bibliothek", Kosten="kostenlos")
    sheet.cell(new, position_column, point)
    book["Hinweise"]["B3"], book["Hinweise"]["B4"] = "Quartierskoordination", "22.11.2025"
    book.save(form)
    output = _call(town, "--read", str(form))
    assert "„gratis“ steht nicht zur Auswahl" in output
    answers = (town.root / "config" / "musterstadt" / "answers.csv").read_bytes()

    assert "read_hand" in run_town(town.root, until="inventory").ran
    _require_answers(town, target, osm_place["begegnungsort_id"])

    # The city renumbers the place in its list; the form is read once more.
    path = town.raw / "begegnungsstaetten.geojson"
    listed = json.loads(path.read_text(encoding="utf-8"))
    listed["features"][position]["properties"]["objektid"] = 9999
    path.write_text(json.dumps(listed), encoding="utf-8")
    _call(town, "--read", str(form))
    assert (town.root / "config" / "musterstadt" / "answers.csv").read_bytes() == answers
    run_town(town.root, until="inventory")
    moved = _read(town, "begegnungsorte")
    now = moved[moved["place_ids"].map(lambda ids: "begegnungsstaetten:9999" in ids)].iloc[0]
    assert now["begegnungsort_id"] == target  # it stands where the vanished row stood
    _require_answers(town, now["begegnungsort_id"], osm_place["begegnungsort_id"])


def _require_answers(town: Town, welcoming: str, funded: str) -> None:
    places = _read(town, "begegnungsorte").set_index("begegnungsort_id")
    assert places.loc[welcoming, "welcoming"] == "yes"
    assert places.loc[welcoming, "cost"] == "unknown"
    assert places.loc[funded, ["funder", "rooms_count"]].tolist() == ["Stadt Musterstadt", 4.0]
    new = places[places["name"] == "Neuer Treff am Siel"].iloc[0]
    assert new[["class", "cost", "evidence"]].tolist() == ["library", "free", "A"]
    attributes = _read(town, "attributes")
    line = attributes[(attributes["attribute"] == "welcoming") & attributes["is_chosen"]].iloc[0]
    told = line[["evidence", "source", "date", "basis"]].tolist()
    assert told == ["A", "answer", "2025-11-22", "Quartierskoordination"]


def test_a_corrected_class_changes_what_is_counted(fresh_town: Town) -> None:
    town = fresh_town
    places = _read(town, "begegnungsorte")
    place = places[places["is_counted"]].iloc[0]
    hand = town.root / "config" / "musterstadt" / "corrections.csv"
    hand.parent.mkdir(exist_ok=True)
    lines = (
        "source_id,column,value,why,who,date",
        f"{place['place_ids'][0]},class,allotment_club,Begehung,Sozialplanung,2026-10-01",
        "osm:node/0,name,Nichts,Begehung,Sozialplanung,2026-10-01",
        f"{place['begegnungsort_id']},cost,umsonst,Begehung,Sozialplanung,2026-10-01",
    )
    hand.write_text("\n".join(lines), encoding="utf-8")
    run_town(town.root, until="coverage")
    after = _read(town, "begegnungsorte")
    assert after["is_counted"].sum() == places["is_counted"].sum() - 1
    corrected = after.set_index("begegnungsort_id").loc[place["begegnungsort_id"]]
    assert corrected[["class", "standing", "evidence"]].tolist() == ["allotment_club", "potential", "A"]
    issues = _read(town, "issues")
    codes = issues.loc[issues["source"] == "corrections.csv", ["row", "code"]].to_numpy().tolist()
    assert codes == [["3", "HAND_ID_UNKNOWN"], ["4", "HAND_VALUE_INVALID"]]
    counts = _read(town, "row_counts")
    assert (counts["read"] == counts["kept"] + counts["merged"] + counts["rejected"]).all()
    assert Path(hand).read_text(encoding="utf-8") == "\n".join(lines)


def test_a_list_of_the_well_known_is_no_second_source(fresh_town: Town) -> None:
    profile = fresh_town.root / "config" / "musterstadt.toml"
    text = profile.read_text(encoding="utf-8")
    before = read_table("completeness", folder=fresh_town.processed, crs="EPSG:25832")
    assert before["is_estimable"].any()
    independent = 'key = "begegnungsstaetten"\n', 'key = "orte_von_menschen"\n'
    for key in independent:
        text = text.replace(key, f"{key}is_independent = false\n", 1)
    profile.write_text(text, encoding="utf-8")
    run_town(fresh_town.root, until="inventory")
    after = read_table("completeness", folder=fresh_town.processed, crs="EPSG:25832")
    assert set(after["reason"]) <= {"no_second_source", "no_first_source"}
    assert after["found_count"].tolist() == before["found_count"].tolist()
