# SPDX-License-Identifier: MIT
"""
20,000 written addresses of Musterstadt against its register and map: time, memory, shares.

`python benchmarks/addresses.py`. The slips come from `tests/address_noise.py`, which shares
no code with the matcher. Target: at most 10 s on two cores.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tests"))

from address_noise import Address, rewrite, spoil  # noqa: E402 - lies with the tests
from begegnung_geo.analysis.addresses import match_addresses  # noqa: E402
from begegnung_geo.config import find_config_dir  # noqa: E402
from begegnung_geo.sample import write_sample  # noqa: E402
from begegnung_geo.sources.addresses import read_address_register  # noqa: E402
from begegnung_geo.sources.osm import read_osm  # noqa: E402
from begegnung_geo.walk_rules import read_walk_rules  # noqa: E402

ROWS = 20_000
NEAR_M = 30
CRS = "EPSG:25832"
COLUMNS = ["street", "house_number", "postcode", "city"]


def read_addresses(raw: Path) -> gpd.GeoDataFrame:
    """Return register and map of the town, one below the other."""
    register, _ = read_address_register(raw / "gebref.txt", crs=CRS, clip=None)
    tables = read_osm(
        raw / "musterstadt.osm.pbf",
        crs=CRS,
        clip=None,
        feature_filters={"amenity": None},
        walk_rules=read_walk_rules(find_config_dir() / "walkways.csv"),
    )
    return gpd.GeoDataFrame(pd.concat([register, tables.addresses], ignore_index=True), crs=CRS)


def bench(name: str, written: list[Address], *, known: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame) -> None:
    """Match one list and print how long it took and how good it was."""
    rows = pd.DataFrame(written, columns=COLUMNS).astype("str")
    start = time.perf_counter()
    matches = match_addresses(rows.mask(rows == ""), addresses, default_city="Musterstadt")
    seconds = time.perf_counter() - start
    apart = matches.distance(known)
    is_found = matches["precision"].notna()
    silent = int((is_found & (apart > NEAR_M) & matches["note"].isna()).sum())
    shares = f"{(apart <= NEAR_M).mean():.1%} within {NEAR_M} m, {is_found.mean():.1%} found"
    print(f"{name:<10} {len(rows):,} rows  {seconds:5.2f} s  {shares}, {silent} wrong without a note")


def main() -> None:
    """Build the town and match 20,000 of its addresses in two states of writing."""
    with tempfile.TemporaryDirectory() as scratch:
        write_sample(Path(scratch))
        addresses = read_addresses(Path(scratch))
    is_ours = (addresses["source"] == "osm") & (addresses["city"] == "Musterstadt")
    known = addresses[is_ours].sample(ROWS, replace=True, random_state=1).reset_index(drop=True)
    rows: list[Address] = list(known[COLUMNS].itertuples(index=False, name=None))
    print(f"{len(addresses):,} address points, {addresses['street'].nunique():,} spellings of streets")
    bench("correct", rewrite(rows, seed=1), known=known, addresses=addresses)
    spoilt = [address for address, _ in spoil(rows, seed=2)]
    bench("misspelt", spoilt, known=known, addresses=addresses)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
