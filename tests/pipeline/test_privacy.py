# SPDX-License-Identifier: MIT
"""
What must not leave the house is looked for in every file that a run writes.

Hostile rows are put into every input that takes rows; their secrets are then searched in
the site (workbooks unpacked, GeoPackage as SQLite wrote it), in all tables, in what the
commands print, in the questionnaire and in the review list.
"""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
import pyarrow.parquet as pq
import pypdf
import pytest
import shapely

from begegnung_geo.render.pdf import can_print
from osm_builder import node, read_elements
from towns import Town, lay_out, run_town

PROGRAM = Path(sys.executable).with_name("begegnung-geo")
PHONES = ("0231 5554321", "0231/555-4321", "+49 (0)231 5554321", "01719876543", "(0231) 55 54 32 1")
MAILS = ("erika.beispiel@privat.example", "e.beispiel (at) privat.example")
PERSONS = ("Erika Beispiel", "Frau Kowalski", "Herrn Dr. Yılmaz-Kaya", "Petra Geheim")
# A shelter that only its mail address betrays, and one by its name; both at a place of their own.
SHELTERS = ("Haus Lila Nord", "Frauenhaus Zuflucht", "Verborgene Gasse")
SHIFT = 0.001237  # degrees east of a place of the list, about 80 m: inside the town, at nobody else's place
SECRETS = (
    "5554321", "555-4321", "55 54 32 1", "9876543", "privat.example", "erika", "kowalski", "yılmaz",
    "petra geheim", "yvonne", "haus lila", "frauenhaus", "verborgene gasse", "=cmd", "javascript:alert",
)  # fmt: skip
# What may stand in the internal tables of a run: the raw map's and lists' places as such.
_SHELTER_SECRETS = ("haus lila", "frauenhaus", "verborgene gasse")


def _list_hostile(features: list[dict[str, object]]) -> list[dict[str, object]]:
    first = json.loads(json.dumps(features[1]))
    lon, lat = first["properties"]["geo_point_2d"]["lon"], first["properties"]["geo_point_2d"]["lat"]

    def build(number: int, x: float, **properties: object) -> dict[str, object]:
        row = {**first["properties"], "objektid": 9000 + number, "geo_point_2d": None, **properties}
        return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, lat]}, "properties": row}

    return [
        build(
            1, lon, objektname=f"Bürgertreff {PHONES[0]}", objektart="Begegnungszentrum",
            ptl_anschl=PHONES[1], p_email=MAILS[0],
            i_zusinfo=f"stufenlos, Schlüssel bei {PERSONS[1]}, {PHONES[2]}",
            i_beschr="Ansprechpartnerin: Yvonne",
        ),
        build(2, lon, objektname="Kulturhaus Süd", objektart="Kulturzentrum", traeger=PERSONS[0]),
        build(7, lon, objektname="Kulturhaus Nord", objektart="Kulturzentrum", traeger="Yvonne"),
        build(
            3, lon + SHIFT, objektname=SHELTERS[0], objektart="Begegnungszentrum", strasse=SHELTERS[2],
            hausnummer="77", p_email="post@frauenhaus-lila.example",
        ),
        build(4, lon - SHIFT, objektname=SHELTERS[1], objektart="Soziale Einrichtung", strasse=SHELTERS[2]),
        build(5, lon, objektname='=cmd|"/C calc"!A0', objektart=f"Raumhafen {MAILS[1]}"),
        build(6, lon, objektname='Treff <img src=x onerror="javascript:alert(1)">', objektart="Treffpunkt"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def hostile_town(
    tmp_path_factory: pytest.TempPathFactory, project: Path, raw_town: Path
) -> tuple[Town, dict[str, str]]:
    """Return a town with hostile rows in every input, and what each command printed."""
    town = lay_out(tmp_path_factory.mktemp("hostile"), project)
    shutil.copytree(raw_town, town.raw)
    path = town.raw / "begegnungsstaetten.geojson"
    listed = json.loads(path.read_text(encoding="utf-8"))
    listed["features"] += _list_hostile(listed["features"])
    path.write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")
    with (town.raw / "orte_von_menschen.csv").open("a", encoding="utf-8") as file:
        file.write(
            f"Treff Ost;municipal_centre;{SHELTERS[2]} 77 {PHONES[3]};;;frag {PERSONS[1]} {MAILS[0]}\n"
        )
    run_town(town.root, until="inventory")
    places = pd.read_parquet(town.processed / "begegnungsorte.parquet", columns=["begegnungsort_id"])
    ids = places["begegnungsort_id"].tolist()
    hand = town.root / "config" / "musterstadt"
    hand.mkdir(exist_ok=True)  # the shipped scenarios of the town lie in it
    lines = [
        "source_id,column,value,why,who,date",
        f"{ids[0]},cost,free,laut {PERSONS[2]},{PERSONS[3]},2026-01-02",
        f"{ids[1]},provider,{PERSONS[0]},Anruf {PHONES[4]},Amt,2026-01-02",
        f"{ids[2]},opening_hours,Mo 10:00-12:00 {PHONES[0]} {PERSONS[1]},Aushang,Amt,2026-01-02",
        f"{ids[3]},cost,{MAILS[0]},Aushang,Amt,2026-01-02",
        f"{ids[4]},name,Treff {PHONES[1]},Schild,Amt,2026-01-02",
        f"{ids[0]},rooms_count,2,fragt Yvonne,Quartiersbüro Yvonne,2026-01-02",
        f"{ids[1]},rooms_count,3,Anruf,Yvonne,2026-01-02",
        f"{ids[5]},provider,{SHELTERS[1]} e.V.,Schild,Amt,2026-01-02",
    ]
    (hand / "corrections.csv").write_text("\n".join(lines), encoding="utf-8")
    (hand / "review.csv").write_text(
        "place_id_a;place_id_b;antwort;bemerkung;wer;datum\n"
        f"osm:node/1;osm:node/2;gleich;fragt {PERSONS[1]} {PHONES[0]};{PERSONS[2]};2026-01-02\n",
        encoding="utf-8",
    )
    return town, _run_commands(town, ids[0])


def _run_commands(town: Town, begegnungsort_id: str) -> dict[str, str]:
    city = ("--city", "musterstadt")
    commands = {
        "run": ("run", *city),
        "check": ("check", *city),
        "explain": ("explain", *city, begegnungsort_id),
        "review": ("review", *city, "--out", "review_list.csv"),
        "questionnaire": ("questionnaire", *city, "--out", "form.xlsx"),
    }
    printed = {}
    for name, arguments in commands.items():
        result = subprocess.run(
            [PROGRAM, *arguments], cwd=town.root, capture_output=True, text=True, timeout=240, check=False
        )
        # `check` also says that the list is not the file that sources.toml records.
        assert result.returncode == (name == "check"), result.stderr
        printed[name] = result.stdout + result.stderr
    return printed


def _read_texts(path: Path) -> str:
    """Return all text of a file in small letters, whatever container it comes in."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as workbook:
            return "".join(
                workbook.read(n).decode("utf-8", "replace") for n in workbook.namelist()
            ).casefold()
    if path.suffix == ".pdf":
        # Lines of a narrow column are one text: a mail address may be broken between two of them.
        pages = [page.extract_text() for page in pypdf.PdfReader(path).pages]
        return "\n".join([*pages, *(page.replace("\n", "") for page in pages)]).casefold()
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        columns = [c for c in table.column_names if c != "geometry"]
        return json.dumps(table.select(columns).to_pylist(), ensure_ascii=False, default=str).casefold()
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix in (".html", ".json", ".geojson"):
        # A secret must not hide behind the escapes of JSON either.
        text += re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    return text.casefold()


def _find(secrets: tuple[str, ...], text: str) -> list[str]:
    return [secret for secret in secrets if secret in text]


def test_the_hostile_rows_are_in_the_inputs(hostile_town: tuple[Town, dict[str, str]]) -> None:
    # A search that finds nothing proves something only if there is something to find.
    town, _ = hostile_town
    hand = town.root / "config" / "musterstadt"
    inputs = [*town.raw.glob("*.geojson"), *town.raw.glob("orte*.csv"), *hand.glob("*.csv")]
    given = "".join(path.read_text(encoding="utf-8").casefold() for path in inputs)
    missing = [secret for secret in SECRETS if secret not in given]
    assert missing == []


def test_no_secret_is_in_any_file_of_the_site(hostile_town: tuple[Town, dict[str, str]]) -> None:
    files = [path for path in sorted(hostile_town[0].site.rglob("*")) if path.is_file()]
    assert {path.suffix for path in files} >= {".html", ".csv", ".geojson", ".json", ".gpkg", ".xlsx"}
    sheets = [_read_texts(path) for path in files if path.suffix == ".pdf"]
    assert not can_print() or any("begegnungsorte" in text for text in sheets)  # there is a text to search
    # Escaped, the text of a hostile name is only a text: it may stand there, but not as markup.
    secrets = tuple(secret for secret in SECRETS if secret not in ("=cmd", "javascript:alert"))
    found = {path.name: _find(secrets, _read_texts(path)) for path in files}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


def test_no_contact_of_any_input_of_the_town_is_in_any_file_of_its_site(town: Town) -> None:
    # Every phone and mail address that the town's own map and list hold, its refuge's among them.
    elements = [dict(e.tags) for e in osmium.FileProcessor(str(town.raw / "musterstadt.osm.pbf")) if e.tags]
    contact = re.compile("phone|mail|fax|mobile")
    secrets = {tags[key].casefold() for tags in elements for key in tags if contact.search(key)}
    (refuge,) = (tags for tags in elements if tags.get("social_facility") == "shelter")
    secrets |= {
        f"{refuge['addr:street']} {refuge['addr:housenumber']}".casefold(),
        "frauenhaus",
        "frau muster",
    }
    listed = json.loads((town.raw / "begegnungsstaetten.geojson").read_text(encoding="utf-8"))["features"]
    for properties in (feature["properties"] for feature in listed):
        secrets |= {str(properties[key]).casefold() for key in ("p_email", "ptl_anschl") if properties[key]}
    assert len(secrets) > 50
    texts = {path.name: _read_texts(path) for path in sorted(town.site.rglob("*")) if path.is_file()}
    found = {name: [secret for secret in sorted(secrets) if secret in text] for name, text in texts.items()}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


def test_hostile_names_are_neither_formulas_nor_markup(hostile_town: tuple[Town, dict[str, str]]) -> None:
    site = hostile_town[0].site
    for path in site.rglob("*.csv"):
        cells = [
            cell for line in path.read_text(encoding="utf-8-sig").splitlines() for cell in line.split(";")
        ]
        assert not [cell for cell in cells if cell.lstrip('"').startswith(("=", "+", "-cmd", "@"))], path.name
    for path in site.rglob("*.html"):
        assert "<img src=x" not in path.read_text(encoding="utf-8"), path.name
    with zipfile.ZipFile(site / "downloads" / "begegnungsorte.xlsx") as workbook:
        sheets = [workbook.read(n) for n in workbook.namelist() if n.startswith("xl/worksheets")]
    assert not [sheet for sheet in sheets if b"<f>" in sheet]


def test_no_contact_and_no_person_is_in_any_table(hostile_town: tuple[Town, dict[str, str]]) -> None:
    secrets = tuple(secret for secret in SECRETS[:-2] if secret not in _SHELTER_SECRETS)
    files = [path for path in sorted(hostile_town[0].processed.rglob("*")) if path.is_file()]
    assert len([path for path in files if path.suffix == ".parquet"]) > 20
    found = {path.name: _find(secrets, _read_texts(path)) for path in files}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


def test_no_place_stands_where_a_shelter_is(hostile_town: tuple[Town, dict[str, str]]) -> None:
    town, _ = hostile_town
    listed = json.loads((town.raw / "begegnungsstaetten.geojson").read_text(encoding="utf-8"))["features"]
    shelters = [feature for feature in listed if feature["properties"]["objektid"] in (9003, 9004)]
    points = [shapely.Point(feature["geometry"]["coordinates"]) for feature in shelters]
    hidden = gpd.GeoSeries(points, crs="EPSG:4326").to_crs("EPSG:25832")
    assert len(hidden) == 2
    for name in ("places", "begegnungsorte", "neighbour_places", "known_ids"):
        rows = gpd.read_parquet(town.processed / f"{name}.parquet").geometry.dropna()
        assert min(rows.distance(point).min() for point in hidden) > 5, name
    layer = gpd.read_file(town.site / "downloads" / "begegnungsorte.gpkg", layer="begegnungsorte")
    assert min(layer.distance(point).min() for point in hidden) > 5


def test_shelters_leave_the_tables_where_classification_begins(
    hostile_town: tuple[Town, dict[str, str]],
) -> None:
    # What was read keeps them (nobody could mend the rule otherwise); nothing after that does.
    raw = {"place_records.parquet", "osm_features.parquet", "hand_entries.parquet"}
    files = [p for p in sorted(hostile_town[0].processed.glob("*.parquet")) if p.name not in raw]
    files += [
        p for p in sorted((hostile_town[0].processed / ".steps").glob("*")) if "read_lists" not in p.name
    ]
    found = {path.name: _find(_SHELTER_SECRETS[:2], _read_texts(path)) for path in files}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


@pytest.mark.parametrize("command", ["run", "check", "explain", "review", "questionnaire"])
def test_no_secret_is_printed(hostile_town: tuple[Town, dict[str, str]], command: str) -> None:
    # `check` tells staff which rows are faulty and quotes them: addresses, but no contact and no person.
    secrets = tuple(secret for secret in SECRETS[:-2] if command != "check" or secret not in _SHELTER_SECRETS)
    assert _find(secrets, hostile_town[1][command].casefold()) == []


def test_neither_questionnaire_nor_review_list_holds_a_secret(
    hostile_town: tuple[Town, dict[str, str]],
) -> None:
    for name in ("form.xlsx", "review_list.csv"):
        assert _find(SECRETS[:-2], _read_texts(hostile_town[0].root / name)) == [], name


def test_contacts_of_osm_objects_are_dropped_when_they_are_read(tmp_path: Path) -> None:
    tags = {
        "amenity": "community_centre", "name": f"Treff {PHONES[0]}", "operator": PERSONS[0],
        "contact:phone": PHONES[1], "email": MAILS[0], "description": f"bei {PERSONS[1]}",
        "note": "frag Erika", "owner": PERSONS[3],
    }  # fmt: skip
    features = read_elements(tmp_path, node(1, 0, 0, tags)).osm_features
    written = features.to_csv().casefold()
    assert _find(SECRETS, written) == []
    assert features["contact_keys"].map(len).tolist() == [2]
    assert json.loads(features["tags"][0])["name"] == "Treff [entfernt]"
