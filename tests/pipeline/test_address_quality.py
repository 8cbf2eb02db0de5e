# SPDX-License-Identifier: MIT
"""How well addresses are found: Musterstadt's own, written as people write them."""

import geopandas as gpd
import pandas as pd
import pytest

from address_noise import rewrite, spoil
from begegnung_geo.analysis.addresses import match_addresses
from begegnung_geo.store import read_table
from towns import Town

CRS = "EPSG:25832"
COLUMNS = ["street", "house_number", "postcode", "city"]
NEAR_M = 30


@pytest.fixture(scope="module")
def addresses(town: Town) -> gpd.GeoDataFrame:
    """Return all address points of the town, register and map."""
    tables = [
        read_table(name, folder=town.processed, crs=CRS) for name in ("register_addresses", "addresses")
    ]
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=CRS)


@pytest.fixture(scope="module")
def known(addresses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the addresses that have a postcode: those of the map."""
    is_ours = (addresses["source"] == "osm") & (addresses["city"] == "Musterstadt")
    return addresses[is_ours].reset_index(drop=True)


def match(written: list[tuple[str, str, str, str]], addresses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = pd.DataFrame(written, columns=COLUMNS).astype("str")
    return match_addresses(rows.mask(rows == ""), addresses, default_city="Musterstadt")


def list_rows(known: gpd.GeoDataFrame) -> list[tuple[str, str, str, str]]:
    return list(known[COLUMNS].itertuples(index=False, name=None))


def test_95_percent_of_correct_addresses_are_found_within_30_m(
    known: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame
) -> None:
    matches = match(rewrite(list_rows(known), seed=1), addresses)
    apart = matches.distance(known)
    assert (apart <= NEAR_M).mean() >= 0.95
    assert not ((apart > NEAR_M) & matches["note"].isna()).any()


def test_80_percent_of_misspelt_addresses_are_found_within_30_m_and_no_wrong_hit_is_silent(
    known: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame
) -> None:
    spoilt = spoil(list_rows(known), seed=2)
    matches = match([written for written, _ in spoilt], addresses)
    apart = matches.distance(known)
    is_near = apart <= NEAR_M
    by_fault = is_near.groupby(pd.Series([faults for _, faults in spoilt])).mean()
    assert is_near.mean() >= 0.8
    assert by_fault[["letter", "postcode", "range", "slip", "umlauts"]].min() >= 0.8
    is_wrong = matches["precision"].notna() & ~is_near
    assert not (is_wrong & matches["note"].isna()).any()
    assert matches.loc[matches["precision"].isna(), "candidates"].notna().all()


def test_houses_the_register_lacks_lie_within_the_error_that_is_told(
    known: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame
) -> None:
    # One house in twelve is left out, everywhere; its neighbour is taken, and how far off that is, is told.
    lacking = known[known.index % 12 == 0]
    keys = set(zip(lacking["street"], lacking["house_number"], strict=True))
    full = addresses["street"].str.replace("tr.", "traße", regex=False)
    left = [key not in keys for key in zip(full, addresses["house_number"], strict=True)]
    matches = match(list_rows(lacking), addresses[left])
    is_found = matches["precision"].notna().to_numpy()
    apart = matches.distance(lacking.reset_index(drop=True))
    assert is_found.mean() > 0.95
    assert (apart <= matches["error_m"])[is_found].mean() >= 0.9
    assert matches.loc[is_found, "note"].notna().mean() > 0.99
