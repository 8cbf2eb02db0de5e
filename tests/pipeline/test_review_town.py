# SPDX-License-Identifier: MIT
"""Pairs in doubt on a town that has some, through the commands that staff use."""

import csv
import json

import pytest
from typer.testing import CliRunner

from begegnung_geo.cli import app
from begegnung_geo.store import read_table
from towns import Town, run_town

CRS = "EPSG:25832"
LATITUDE = 54.3891
# Where nothing else is: three pairs that nobody can tell from a desk, one in each line.
DOUBTS = """
    9001 Gemeinschaftshaus Rosental | Bürgerhaus | v1 Gemeinschaftshaus Rosengarten | Bürgerhaus | 7.9831
    9002 TuS Rosenau | Sportverein | v2 Sportverein Rosenau | Sportverein | 7.9921
    9003 Café Ambiente | Café | v3 Restaurant Ambiente | Gaststätte | 8.0011
"""
PROFILE = """

[[sources.places]]
key = "{key}"
file = "{key}.csv"
"""
Answers = dict[tuple[str, str], dict[str, str]]


def add_source(town: Town, key: str, *rows: str) -> None:
    profile = town.root / "config" / "musterstadt.toml"
    profile.write_text(profile.read_text(encoding="utf-8") + PROFILE.format(key=key), encoding="utf-8")
    write_rows(town, key, *rows)


def write_rows(town: Town, key: str, *rows: str) -> None:
    text = "\n".join(["id;name;klasse;breite;laenge", *rows, ""])
    (town.raw / f"{key}.csv").write_text(text, encoding="utf-8")


def lay_doubts(town: Town) -> list[str]:
    """Add the first of each pair to the city's list, and return the rows of the others."""
    path, rows = town.raw / "begegnungsstaetten.geojson", []
    listed = json.loads(path.read_text(encoding="utf-8"))
    for line in DOUBTS.strip().splitlines():
        one, kind, other, other_kind, east = (cell.strip() for cell in line.split("|"))
        number, name = one.split(" ", 1)
        properties = {"objektid": int(number), "objektname": name, "objektart": kind}
        point = {"type": "Point", "coordinates": [float(east), LATITUDE]}
        listed["features"].append({"type": "Feature", "geometry": point, "properties": properties})
        own_id, name = other.split(" ", 1)
        rows.append(f"{own_id};{name};{other_kind};{LATITUDE + 0.0002:.4f};{east}")  # 22 m north
    path.write_text(json.dumps(listed), encoding="utf-8")
    return rows


def list_review(town: Town, monkeypatch: pytest.MonkeyPatch, *, out: str) -> Answers:
    monkeypatch.chdir(town.root)
    told = CliRunner().invoke(app, ["review", "--city", "musterstadt", "--out", out])
    assert told.exit_code == 0, told.output
    with (town.root / out).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return {(row["place_id_a"], row["place_id_b"]): row for row in rows}


def answer(
    town: Town, listed: Answers, answers: dict[str, tuple[str, str]], *more: tuple[str, str, str]
) -> None:
    """Fill in a written list by the first record of each pair, and save it where the answers hold."""
    rows = [{**row} for row in listed.values()]
    for row in rows:
        row["antwort"], row["bemerkung"] = answers.get(row["place_id_a"], (row["antwort"], row["bemerkung"]))
    rows += [dict(zip(("place_id_a", "place_id_b", "antwort"), line, strict=True)) for line in more]
    path = town.root / "config" / "musterstadt" / "review.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def find_companions(town: Town, place_id: str) -> tuple[str, set[str]]:
    places = read_table("begegnungsorte", folder=town.processed, crs=CRS)
    row = places[[place_id in ids for ids in places["place_ids"]]].iloc[0]
    return str(row["begegnungsort_id"]), set(row["place_ids"]) - {place_id}


def test_staff_answer_a_short_ranked_list_and_the_answers_hold(
    fresh_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, club, cafe = (f"begegnungsstaetten:900{n}" for n in (1, 2, 3))
    rows = lay_doubts(fresh_town)
    add_source(fresh_town, "vereine", *rows)
    run_town(fresh_town.root, until="inventory")
    asked = list_review(fresh_town, monkeypatch, out="list.csv")
    # The house of the public first, then places by the way; nothing else is in doubt here.
    assert next(iter(asked)) == (house, "vereine:v1")
    assert set(asked) == {(house, "vereine:v1"), (club, "vereine:v2"), (cafe, "vereine:v3")}
    assert "verschiedene Arten genannt" in asked[cafe, "vereine:v3"]["gruende"]
    assert asked[house, "vereine:v1"]["lage_a"] == "54.38910, 7.98310"

    # Renamed meanwhile, and a new source knows house and club: what staff said holds all the same.
    # Of the clubs they say three things that cannot all be; of one record there is no trace any more.
    answers = {
        house: ("gleich", "verhört; Schild sagt Rosental"),
        cafe: ("verschieden", ""),
        club: ("gleich", ""),
    }
    more = [
        ("kirchen:k2", club, "gleich"),
        ("kirchen:k2", "vereine:v2", "verschieden"),
        ("vereine:weg", house, "gleich"),
    ]
    answer(fresh_town, asked, answers, *more)
    rows[0] = rows[0].replace("Gemeinschaftshaus Rosengarten", "Treffpunkt am Teich")
    write_rows(fresh_town, "vereine", *rows)
    ours = find_companions(fresh_town, house)[0]
    add_source(
        fresh_town,
        "kirchen",
        f"k1;Gemeinschaftshaus Rosental;Bürgerhaus;{LATITUDE};7.9832",
        f"k2;TuS Rosenau;Sportverein;{LATITUDE};7.9922",
    )
    run_town(fresh_town.root, until="coverage")
    assert find_companions(fresh_town, house) == (ours, {"vereine:v1", "kirchen:k1"})
    assert find_companions(fresh_town, cafe)[1] == set()
    assert find_companions(fresh_town, club)[1] == {"kirchen:k2"}
    issues = read_table("issues", folder=fresh_town.processed, crs=CRS)
    told = issues[issues["source"] == "review.csv"].set_index("code")["text"]
    assert set(told.index) == {"HAND_ID_UNKNOWN", "HAND_CONTRADICTED"}
    assert "vereine:weg" in told["HAND_ID_UNKNOWN"]
    assert "rows 5, 6 together" in told["HAND_CONTRADICTED"]

    again = list_review(fresh_town, monkeypatch, out="again.csv")
    assert {row["antwort"] for row in again.values()} == {"gleich", "verschieden"}  # nothing is asked twice
    assert again[house, "vereine:v1"]["bemerkung"] == "verhört; Schild sagt Rosental"
    assert again[house, "vereine:weg"]["name_b"] == ""  # kept, and waiting
