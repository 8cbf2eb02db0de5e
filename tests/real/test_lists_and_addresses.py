# SPDX-License-Identifier: MIT
"""Real lists of Dortmund, and real addresses geocoded against themselves, written as people write."""

import json
import random
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from begegnung_geo.analysis.addresses import locate_records, match_addresses
from begegnung_geo.schema import conform_table, require_table
from begegnung_geo.sources.osm import read_osm
from begegnung_geo.sources.places import read_place_list
from begegnung_geo.walk_rules import read_walk_rules

CRS = "EPSG:25832"
COLUMNS = ["street", "house_number", "postcode", "city"]
EXTRACTS = ("dortmund_aplerbeck_2026-07-14", "neuss_2026-03-28", "witten_stockum_2021-03-01")


@pytest.fixture(scope="module", params=EXTRACTS)
def addresses(request: pytest.FixtureRequest, real_data: Path, project: Path) -> gpd.GeoDataFrame:
    tables = read_osm(
        real_data / f"{request.param}.osm.pbf",
        crs=CRS,
        clip=None,
        feature_filters={"amenity": None},
        walk_rules=read_walk_rules(project / "config" / "walkways.csv"),
    )
    known = tables.addresses
    return known[known["street"].notna() & known["house_number"].notna()].reset_index(drop=True)


def test_the_42_community_centres_are_read_without_loss(real_data: Path) -> None:
    path = real_data / "dortmund_community_centre_adressen_osm_2022-05-12.csv"
    records, issues, count = read_place_list(path, key="zentren", crs=CRS)
    raw = pd.read_csv(path, dtype="str")
    require_table(conform_table(records, "place_records"), "place_records", crs=CRS)
    assert count == (42, 42, 0)
    assert records["source_id"].tolist() == raw["osm_id"].tolist()
    for ours, theirs in zip(COLUMNS, ("street", "housenumber", "postcode", "city"), strict=True):
        assert records[ours].tolist() == raw[f"addr:{theirs}"].str.split().str.join(" ").tolist()
    assert records.geometry.isna().all()
    # The file has neither names nor kinds: the classification says what becomes of its rows.
    assert issues["code"].tolist() == ["LIST_WITHOUT_KIND"]


def test_the_177_schools_are_read_without_loss(real_data: Path) -> None:
    path = real_data / "dortmund_schulen_nrw_2016.geojson"
    records, issues, count = read_place_list(path, key="schulen", crs=CRS)
    require_table(conform_table(records, "place_records"), "place_records", crs=CRS)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert count == (177, 177, 0)
    assert issues.empty
    assert records["source_id"].tolist() == [f["properties"]["schulnummer"] for f in features]
    assert records["name"].notna().all()
    written = [" ".join(f["properties"]["strasse"].split()) for f in features]
    rejoined = records["street"].str.cat(records["house_number"].fillna(""), sep=" ").str.strip()
    assert rejoined.tolist() == written
    degrees = np.array([f["geometry"]["coordinates"] for f in features])
    there = gpd.GeoSeries(gpd.points_from_xy(degrees[:, 0], degrees[:, 1]), crs=4326).to_crs(CRS)
    assert records.distance(there).max() < 0.001


def measure(written: pd.DataFrame, addresses: gpd.GeoDataFrame) -> tuple[float, int, pd.DataFrame]:
    """Return the share within 30 m, the number of hits beyond 30 m without a note, and the matches."""
    matches = match_addresses(written, addresses)
    apart = matches.distance(addresses)
    is_found = matches["precision"].notna()
    silent = int((is_found & (apart > 30) & matches["note"].isna()).sum())
    return float((is_found & (apart <= 30)).mean()), silent, matches


def test_real_addresses_find_themselves(addresses: gpd.GeoDataFrame) -> None:
    share, silent, matches = measure(addresses[COLUMNS], addresses)
    assert share >= 0.98
    assert silent == 0
    is_found = matches["precision"].notna()
    assert (matches.distance(addresses)[is_found] <= matches["error_m"][is_found] + 20).all()


def test_real_addresses_are_found_under_other_correct_spellings(addresses: gpd.GeoDataFrame) -> None:
    chance = random.Random(1)  # noqa: S311 - a fixed choice of spellings
    written = addresses[COLUMNS].copy()
    written["street"] = [
        street.replace("straße", "str.").replace("Straße", "Str.").replace("ä", "ae").upper()
        if chance.random() < 0.5
        else street.replace("ß", "ss").replace("-", " ")
        for street in written["street"]
    ]
    written["house_number"] = [number.upper().replace("-", " – ") for number in written["house_number"]]
    written["postcode"] = written["postcode"].where([chance.random() < 0.7 for _ in written.index])
    share, silent, _ = measure(written, addresses)
    assert share >= 0.98
    assert silent == 0


def misspell(street: str, chance: random.Random) -> str:
    at = chance.randrange(1, max(2, len(street) - 4))
    slips = (
        street[:at] + street[at + 1 :],
        street[:at] + street[at] + street[at:],
        street[:at] + street[at + 1] + street[at] + street[at + 2 :],
        street[:at] + chance.choice("aeinrst") + street[at + 1 :],
        street.translate({ord("ä"): "a", ord("ö"): "o", ord("ü"): "u", ord("ß"): "s"}),
    )
    return chance.choice(slips)


def test_misspelt_real_addresses_are_found_or_left_but_never_wrong_without_a_note(
    addresses: gpd.GeoDataFrame,
) -> None:
    chance = random.Random(7)  # noqa: S311 - a fixed choice of slips
    written = addresses[COLUMNS].assign(street=[misspell(street, chance) for street in addresses["street"]])
    share, silent, matches = measure(written, addresses)
    assert share >= 0.95
    assert silent == 0
    is_lost = matches["precision"].isna()
    assert matches.loc[is_lost, "candidates"].notna().all()


def test_a_list_meets_an_extract_that_knows_one_of_its_streets(real_data: Path, project: Path) -> None:
    path = real_data / "dortmund_community_centre_adressen_osm_2022-05-12.csv"
    records, _, count = read_place_list(path, key="zentren", crs=CRS)
    tables = read_osm(
        real_data / "dortmund_aplerbeck_2026-07-14.osm.pbf",
        crs=CRS,
        clip=None,
        feature_filters={"amenity": None},
        walk_rules=read_walk_rules(project / "config" / "walkways.csv"),
    )
    located, issues = locate_records(records, tables.addresses)
    found = located.geometry.notna()
    known_streets = set(tables.addresses["street"].dropna())
    assert set(located.loc[found & ~located["row"].isin(issues["row"]), "street"]) <= known_streets
    assert int(found.sum()) + int((issues["code"] == "ADDRESS_NOT_FOUND").sum()) == count.kept
