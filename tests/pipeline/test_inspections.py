# SPDX-License-Identifier: MIT
"""explain, review, recall and ids on the built town, through the command line."""

import csv
import json
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from begegnung_geo.cli import app
from begegnung_geo.store import read_table
from towns import Town, run_town

CRS = "EPSG:25832"


def call(town: Town, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.chdir(town.root)
    return CliRunner().invoke(app, list(arguments))


def read(town: Town, name: str) -> pd.DataFrame:
    return read_table(name, folder=town.processed, crs=CRS)


def find_owner(town: Town, place_id: str) -> str:
    rows = read(town, "begegnungsorte")
    return str(rows.loc[[place_id in ids for ids in rows["place_ids"]], "begegnungsort_id"].iloc[0])


def test_explain_tells_rules_merge_and_sources_by_either_id(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = read(town, "begegnungsorte")
    row = places[places["place_ids"].map(len) > 1].iloc[0]
    for wanted in (row["begegnungsort_id"], row["place_ids"][0]):
        result = call(town, monkeypatch, "explain", "--city", "musterstadt", wanted)
        assert result.exit_code == 0, result.output
        assert f"{row['begegnungsort_id']}: {row['class']}" in result.output
        assert "decides" in result.output
        assert "merged, score" in result.output
        (origin,) = re.findall(rf"  from {row['place_ids'][0]}: .*", result.output)
        assert origin.endswith("; 2026-01-01")  # the town's map and lists are of one day


def test_explain_finds_the_city_by_an_id_and_says_what_to_type_where_none_knows_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = read(town, "begegnungsorte").iloc[0]
    for wanted in (place["begegnungsort_id"], place["place_ids"][0].removeprefix("osm:")):
        with_city = call(town, monkeypatch, "explain", "--city", "musterstadt", wanted).output
        assert call(town, monkeypatch, "explain", wanted).output == with_city
    unknown = call(town, monkeypatch, "explain", "way/1")
    assert unknown.exit_code == 1
    assert "begegnung-geo explain --city KEY way/1" in unknown.output


def test_explain_names_the_closest_ids_in_three_lines(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(town, monkeypatch, "explain", "--city", "musterstadt", "b00000000000")
    assert result.exit_code == 1
    lines = result.output.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == ["error", "where", "next"]


def test_explain_tells_why_an_object_is_not_listed_and_of_sensitive_ones_only_that(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    issues = read(town, "issues")
    excluded = issues[
        (issues["code"] == "PLACE_EXCLUDED") & (issues["source"] == "osm") & (issues["row"] != "*")
    ]
    result = call(town, monkeypatch, "explain", "--city", "musterstadt", str(excluded["row"].iloc[0]))
    assert result.exit_code == 0
    assert excluded["text"].iloc[0][:40] in result.output
    features = read(town, "osm_features")
    shelters = features[features["tags"].str.contains("shelter|refugee", regex=True)]
    for source_id in shelters["source_id"]:
        told = call(town, monkeypatch, "explain", "--city", "musterstadt", source_id).output.strip()
        assert told.splitlines() == [told]
        assert "name" not in told


def test_ids_outlast_a_new_source_by_themselves_and_the_run_tells_it(
    fresh_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A place known from the people's list only is now in the city's list, too, which goes before.
    places = read(fresh_town, "begegnungsorte").to_crs(4326)  # type: ignore[operator]
    is_ours = places["place_ids"].map(lambda ids: [i.partition(":")[0] for i in ids] == ["orte_von_menschen"])
    alone = places[is_ours & places["name"].notna()].iloc[0]
    before = alone["begegnungsort_id"]
    path = fresh_town.raw / "begegnungsstaetten.geojson"
    listed = json.loads(path.read_text(encoding="utf-8"))
    feature = json.loads(json.dumps(listed["features"][0]))
    feature["properties"] |= {
        "objektid": 4711, "objektname": alone["name"], "objektart": alone["class"], "strasse": None,
        "hausnummer": None, "geo_point_2d": None,
    }  # fmt: skip
    feature["geometry"] = {"type": "Point", "coordinates": [alone.geometry.x, alone.geometry.y]}
    path.write_text(json.dumps({**listed, "features": [*listed["features"], feature]}), encoding="utf-8")
    told = run_town(fresh_town.root).texts["take_inventory"].splitlines()[-1]
    assert find_owner(fresh_town, "begegnungsstaetten:4711") == before
    assert told.startswith(
        "ids: 1 places have an id that only the last run here knows; run `begegnung-geo ids"
    )
    manifest = json.loads((fresh_town.site / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["ids"] == {"kept": 0, "remembered": 1}
    # Kept, it holds without the memory of this machine, and nobody is told any more.
    assert call(fresh_town, monkeypatch, "ids", "--city", "musterstadt", "--keep").exit_code == 0
    shutil.rmtree(fresh_town.processed)
    assert "ids:" not in run_town(fresh_town.root, until="inventory").texts["take_inventory"]
    assert find_owner(fresh_town, "begegnungsstaetten:4711") == before


def test_decisions_and_kept_ids_hold_in_later_runs(fresh_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    matches = read(fresh_town, "place_matches")
    pair = matches[matches["is_merged"] & (matches["decision"] == "same")].iloc[0]
    first, second = pair["place_id_a"], pair["place_id_b"]
    folder = fresh_town.root / "config" / "musterstadt"
    folder.mkdir(exist_ok=True)
    before = find_owner(fresh_town, first)
    assert call(fresh_town, monkeypatch, "ids", "--city", "musterstadt", "--keep").exit_code == 0
    (folder / "review.csv").write_text(
        f"place_id_a;place_id_b;antwort\n{first};{second};verschieden\nweg:1;{first};gleich\n",
        encoding="utf-8",
    )
    for _ in range(2):
        run_town(fresh_town.root, until="coverage")
        owners = find_owner(fresh_town, first), find_owner(fresh_town, second)
        assert owners[0] != owners[1]
        assert before in owners
    unknown = read(fresh_town, "issues").query("code == 'HAND_ID_UNKNOWN'")
    assert unknown[["source", "row"]].to_numpy().tolist() == [["review.csv", "3"]]
    listed = call(fresh_town, monkeypatch, "review", "--city", "musterstadt", "--out", "list.csv")
    assert listed.exit_code == 0, listed.output
    with (fresh_town.root / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    answers = {(row["place_id_a"], row["place_id_b"]): row["antwort"] for row in rows if row["antwort"]}
    assert len(answers) == 2
    assert answers[first, second] == "verschieden"
    again = call(fresh_town, monkeypatch, "review", "--city", "musterstadt", "--out", "list.csv")
    assert again.exit_code == 1  # answers may be in it


def test_recall_tells_which_expected_places_the_inventory_lacks(
    fresh_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(fresh_town, monkeypatch, "recall", "--city", "musterstadt").exit_code == 1  # no such list yet
    places = read(fresh_town, "begegnungsorte").dropna(subset=["name"])
    from_osm = places[places["place_ids"].map(lambda ids: all(i.startswith("osm:") for i in ids))]
    library = from_osm[from_osm["class"] == "library"].iloc[0]
    near = from_osm.to_crs(4326).geometry[library.name]  # 0.0004 degrees are 44 m
    profile = fresh_town.root / "config" / "musterstadt.toml"
    added = '[[sources.places]]\nkey = "erwartet"\nfile = "erwartet.csv"\nkind = "hand"\n\n'
    text = profile.read_text(encoding="utf-8")
    first = text.index("[[sources.places]]")
    profile.write_text(text[:first] + added + text[first:], encoding="utf-8")
    folder = fresh_town.root / "config" / "musterstadt"
    folder.mkdir(exist_ok=True)
    (folder / "erwartet.csv").write_text(
        "kennung;name;klasse;adresse;ort;breite;laenge\n"
        f"e-1;{library['name']};library;;Musterstadt;;\n"
        "e-2;Palast der tausend Stimmen;culture;Nirgendweg 999;Musterstadt;;\n"
        f"e-3;Lesestube Anderswie;Bücherei;;Musterstadt;{near.y + 0.0004:.6f};{near.x:.6f}\n",
        encoding="utf-8",
    )
    run_town(fresh_town.root)
    result = call(fresh_town, monkeypatch, "recall", "--city", "musterstadt", "--out", "recall.csv")
    assert result.exit_code == 0, result.output
    assert "2 of 3 expected places found" in result.output
    assert "nein: Palast der tausend Stimmen" in result.output
    rows = pd.read_csv(fresh_town.root / "recall.csv", sep=";", encoding="utf-8-sig")
    assert rows["gefunden"].tolist() == ["nein", "ja", "ja"]
    assert set(rows["begegnungsort_id"].dropna()) == {library["begegnungsort_id"]}
    assert rows.loc[rows["kennung"] == "e-3", "art"].tolist() == ["Bibliothek"]  # as it was understood


def test_reach_writes_the_nested_areas_of_one_place_and_their_walks_agree(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    places = read(town, "begegnungsorte")
    wanted = str(places.loc[places["is_counted"], "begegnungsort_id"].iloc[0])
    target = tmp_path / "reach.geojson"
    arguments = ("reach", "--city", "musterstadt", wanted, "--profile", "senior", "--out", str(target))
    assert call(town, monkeypatch, *arguments).exit_code == 0
    areas = gpd.read_file(target).to_crs(CRS).sort_values("threshold_min")
    assert areas["threshold_min"].tolist() == [5, 10, 15]
    assert set(areas["profile"]) == {"senior"}
    assert areas.geometry.is_valid.all()
    five, ten, fifteen = areas.geometry
    assert five.area < ten.area < fifteen.area
    assert five.difference(ten).area + ten.difference(fifteen).area < 1  # six decimals of a degree
    # Nobody walks farther than the air line: 300 m in five minutes at 1 m/s.
    door = read(town, "doors").set_index("begegnungsort_id").geometry[wanted]
    assert door.buffer(301).contains(five)
    assert ten.contains(door)


def test_reach_names_the_closest_ids_and_the_walking_profiles_there_are(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = ("--out", str(tmp_path / "x.geojson"))
    unknown = call(town, monkeypatch, "reach", "--city", "musterstadt", "b00000000000", *out)
    assert unknown.exit_code == 1
    assert "the closest ids" in unknown.output
    wanted = str(read(town, "begegnungsorte")["begegnungsort_id"].iloc[0])
    strange = call(town, monkeypatch, "reach", "--city", "musterstadt", wanted, "--profile", "fast", *out)
    assert strange.exit_code == 1
    assert "step_free" in strange.output
    assert not (tmp_path / "x.geojson").exists()
