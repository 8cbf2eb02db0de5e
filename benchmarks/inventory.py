# SPDX-License-Identifier: MIT
"""
Classify and conflate up to 100,000 records: time, memory and growth.

Records are those of Musterstadt (map and two lists of the town of 600,000 people), laid side
by side 25 km apart as often as needed, with ids and contacts of their own; names repeat, as
they do in a country. Target: 100,000 records in at most 20 s and 2 GB, no worse than n log n.
"""

import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
from measuring import CRS, Options, Result, measure_process, read_clock, read_options, tell

from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.analysis.conflate import conflate_places
from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.category_rules import list_feature_filters, read_category_rules
from begegnung_geo.config import find_config_dir, read_profile
from begegnung_geo.sample import write_sample
from begegnung_geo.schema import stack_layers
from begegnung_geo.sources.osm import read_osm
from begegnung_geo.sources.places import read_place_list
from begegnung_geo.walk_rules import read_walk_rules

SIZES = (5_000, 25_000, 100_000)
QUICK_SIZES = (5_000, 20_000)
APART_M = 25_000.0
SECONDS_MAX, MEMORY_MAX_MB = 20.0, 2_000.0
TOWN_INHABITANTS = 600_000
LISTS = {"begegnungsstaetten": "begegnungsstaetten.geojson", "orte_von_menschen": "orte_von_menschen.csv"}


def read_town(raw: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the town's OSM objects and the rows of its lists that have a point."""
    features = read_osm(
        raw / "musterstadt.osm.pbf",
        crs=CRS,
        clip=None,
        feature_filters=list_feature_filters(read_category_rules(find_config_dir())),
        walk_rules=read_walk_rules(find_config_dir() / "walkways.csv"),
    ).osm_features
    lists = [read_place_list(raw / file, key=key, crs=CRS)[0] for key, file in LISTS.items()]
    records = stack_layers(*lists)
    return features, records[records.geometry.notna()].reset_index(drop=True)


def lay_side_by_side(table: gpd.GeoDataFrame, copies: int) -> gpd.GeoDataFrame:
    """Return so many copies of a table in a square pattern, ids and contacts made different."""
    across = math.ceil(math.sqrt(copies))
    parts = []
    for number in range(copies):
        moved = table.translate(APART_M * (number % across), APART_M * (number // across))
        part = table.assign(geometry=moved, source_id=table["source_id"] + f"{number:04d}")
        part["contact_keys"] = [[f"{key}{number}" for key in keys] for keys in table["contact_keys"]]
        parts.append(part)
    return stack_layers(*parts)


def run_once(features_path: Path, records_path: Path) -> None:
    """Take the inventory of the two tables and print records, places and seconds."""
    features, records = gpd.read_parquet(features_path), gpd.read_parquet(records_path)
    rules = read_category_rules(find_config_dir())
    profile = read_profile(find_config_dir() / "musterstadt.toml")
    start = read_clock()
    osm_places, _, _ = build_osm_places(features, rules)
    listed, _, _ = classify_records(records, rules)
    places = stack_layers(osm_places, listed)
    contacts: dict[str, Any] = dict(
        zip("osm:" + features["source_id"], features["contact_keys"], strict=True)
    )
    contacts |= dict(
        zip(records["source"] + ":" + records["source_id"], records["contact_keys"], strict=True)
    )
    merged, pairs = conflate_places(
        places, rules=rules, coverage=profile.coverage, footprints=features, contact_keys=contacts,
        source_order=list(LISTS),
    )  # fmt: skip
    seconds = read_clock() - start
    print(f"{len(places):,} places {len(merged):,} Begegnungsorte {len(pairs):,} pairs {seconds:.3f}")


def main(options: Options) -> None:
    """Take inventories of growing size, each in a process of its own."""
    sizes = QUICK_SIZES if options.is_quick else SIZES
    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "raw"
        write_sample(raw, inhabitants=TOWN_INHABITANTS)
        features, records = read_town(raw)
        found: list[tuple[int, float]] = []
        for size in sizes:
            copies = math.ceil(size / (len(features) + len(records)))
            paths = [Path(scratch) / f"{name}.parquet" for name in ("features", "records")]
            many = [lay_side_by_side(table, copies) for table in (features, records)]
            for table, path in zip(many, paths, strict=True):
                table.to_parquet(path)
            count = sum(map(len, many))
            del many
            _, peak_mb, text = measure_process([sys.executable, __file__, "--once", *paths])
            seconds = float(text.split()[-1])
            found.append((count, seconds))
            print(f"  {count:,} records: {text.strip()} s")
            is_full = size == SIZES[-1]
            name = f"inventory of {count:,} records"
            tell(Result("inventory", name, seconds, "s", target=SECONDS_MAX if is_full else None))
            tell(
                Result(
                    "inventory", f"{name}, memory", peak_mb, "MB", target=MEMORY_MAX_MB if is_full else None
                )
            )
    (few, first), (many_count, last) = found[0], found[-1]
    allowed = many_count * math.log(many_count) / (few * math.log(few))
    tell(Result("inventory", "growth against n log n", last / first, "x", "n log n", allowed, target=1.0))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        run_once(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(read_options())
