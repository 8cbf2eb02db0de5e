# SPDX-License-Identifier: MIT
"""Musterstadt end to end: contract files, conserved people, accounted rows, same bytes, incremental."""

import csv
import json
import re
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from begegnung_geo.schema import TABLES
from begegnung_geo.store import read_table
from towns import Town, lay_out, run_town

CRS = "EPSG:25832"


def _read(town: Town, name: str) -> pd.DataFrame:
    return read_table(name, folder=town.processed, crs=CRS)


def _hash_tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_table_of_the_contract_is_there_and_keeps_it(town: Town) -> None:
    # Reading checks the contract; a town of every kind of place leaves few tables empty.
    rows = {name: len(_read(town, name)) for name in TABLES}
    by_hand_only = {
        "hand_entries",
        "reviews",
        "kept_ids",
        "district_totals",
        "scenario_coverage",
        "scenario_open_coverage",
        "scenario_areas",
        "changed_squares",
    }  # no file in the shipped profile, and no scenario
    nobody_affected = {"snap_variants"}  # in so small a town no walk changes with the longest leg
    assert {name for name, count in rows.items() if count == 0} <= by_hand_only | nobody_affected


def test_site_holds_the_files_of_the_contract(town: Town) -> None:
    # CONTRACT section 4.
    expected = [
        "index.html", "manifest.json", "summary.json", "downloads/begegnungsorte.gpkg",
        "downloads/begegnungsorte.geojson", "downloads/begegnungsorte.csv", "downloads/begegnungsorte.xlsx",
        "downloads/completeness.csv", "downloads/coverage_by_district.csv", "downloads/fill_rates.csv",
        "downloads/gaps.geojson", "downloads/issues.csv", "downloads/measures_by_district.csv",
        "downloads/open_coverage_by_district.csv",
    ]  # fmt: skip
    assert [name for name in expected if not (town.site / name).is_file()] == []
    assert list((town.site / "maps").glob("*.html"))


def test_summary_has_the_keys_of_the_contract_and_agrees_with_the_tables(town: Town) -> None:
    summary = json.loads((town.site / "summary.json").read_text(encoding="utf-8"))
    assert {
        "schema_version", "city", "area_km2", "begegnungsorte", "population", "network", "coverage",
        "districts", "issues",
    } <= set(summary)  # fmt: skip
    places = _read(town, "begegnungsorte")
    assert summary["begegnungsorte"]["total"] == len(places)
    assert summary["begegnungsorte"]["counted"] == int(places["is_counted"].sum())
    assert sum(summary["begegnungsorte"]["by_class"].values()) == len(places)
    demand = _read(town, "demand")
    assert summary["population"]["persons"] == demand["persons"].sum() // 5 * 5
    within = demand["walk_distance_m"] <= 1.33 * 60 * 10
    adult = next(c for c in summary["coverage"] if (c["profile"], c["threshold_min"]) == ("adult", 10))
    # Each of the districts may be off by less than a packet; they do not all err to one side.
    districts = _read(town, "districts")
    finest = int(districts.groupby("level").size().max())
    truth = demand.loc[within, "persons"].sum()
    assert abs(adult["persons_covered"] - truth) < 5 * finest**0.5
    share = adult["persons_covered"] / summary["population"]["persons"]
    assert adult["covered_share"] == pytest.approx(share, abs=5e-5)
    assert len(summary["districts"]) == len(districts)


def _read_download(town: Town, name: str) -> pd.DataFrame:
    return pd.read_csv(town.site / "downloads" / name, sep=";", encoding="utf-8-sig", decimal=",", dtype=str)


def test_every_published_figure_is_the_same_in_summary_csv_map_file_and_table(town: Town) -> None:
    summary = json.loads((town.site / "summary.json").read_text(encoding="utf-8"))
    rows = _read_download(town, "coverage_by_district.csv")
    shares = {}
    for entry in summary["districts"]:
        own = rows[(rows["level"] == entry["level"]) & (rows["district_id"] == entry["district_id"])]
        told = own["persons"].replace(".", None).drop_duplicates().tolist()
        assert told == [None if entry["persons"] is None else str(int(entry["persons"]))]
        for row in own.to_dict("records"):
            key = f"{row['profile']}_{row['threshold_min']}"
            share = (
                None if row["covered_share"] in (".", "") else float(row["covered_share"].replace(",", "."))
            )
            shares[key, share] = entry["covered_share"][key]
    assert all(told == published for (_, told), published in shares.items())
    gaps = json.loads((town.site / "downloads" / "gaps.geojson").read_text(encoding="utf-8"))["features"]
    layer = gpd.read_file(town.site / "downloads" / "begegnungsorte.gpkg", layer="gaps")
    persons = [feature["properties"]["persons"] for feature in gaps]
    assert persons == layer["persons"].tolist() == _read(town, "published_gaps")["persons"].tolist()


def test_published_people_add_up_from_the_finest_level_to_the_city(town: Town) -> None:
    # Musterstadt's levels nest; in packets the sums are exact, so no difference tells more than they do.
    packed = _read(town, "protected_demand")
    city = _read(town, "published_city_coverage").set_index(["profile", "threshold_min"])
    manifest = json.loads((town.site / "manifest.json").read_text(encoding="utf-8"))
    assert (packed["persons"] % 5 == 0).all()
    coverage = _read(town, "published_coverage")
    for level, rows in coverage.groupby("level"):
        hidden = rows["persons"].isna().sum()
        of_city = rows.groupby(["profile", "threshold_min"])["persons"].sum()
        assert (of_city == city["persons"]).all() or hidden, level
    told = manifest["people"]
    assert (
        told["input_persons"] == city["persons"].iloc[0] + told["outside_persons"] + told["rejected_persons"]
    )


def test_every_number_of_people_in_a_download_is_a_whole_packet_or_hidden(town: Town) -> None:
    seen = 0
    for path in sorted((town.site / "downloads").glob("*.csv")):
        rows = _read_download(town, path.name)
        for column in [c for c in rows.columns if c.startswith("persons") and c != "persons_group"]:
            told = rows.loc[~rows[column].isin([".", ""]) & rows[column].notna(), column]
            numbers = told.str.replace(",", ".").astype(float)
            assert (numbers % 5 == 0).all(), f"{path.name}, {column}"
            assert ((numbers == 0) | (numbers >= 10)).all(), f"{path.name}, {column}"
            seen += len(numbers)
    for path in sorted((town.site / "downloads").glob("*.geojson")):
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            found = [v for k, v in feature["properties"].items() if k.startswith("persons") and v is not None]
            assert all(value % 5 == 0 for value in found), path.name
            seen += len(found)
    assert seen > 100


def test_exact_numbers_of_people_are_in_no_file_of_the_site(town: Town) -> None:
    # What the site tells of people are multiples of 5; a sum that is none would be an exact one.
    exact = _read(town, "coverage")
    told = {f"{n:.0f}" for n in exact["persons_covered"] if n > 1000 and round(n) % 5}
    assert len(told) > 20
    text = (town.site / "summary.json").read_text(encoding="utf-8")
    text += (town.site / "downloads" / "coverage_by_district.csv").read_text(encoding="utf-8-sig")
    numbers = set(re.findall(r"\d+", text))
    assert told & numbers == set()


def test_people_are_conserved_from_the_raw_grid_to_every_level(town: Town) -> None:
    with (town.raw / "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv").open(encoding="utf-8-sig") as file:
        given = sum(
            int(row["Einwohner"]) for row in csv.DictReader(file, delimiter=";") if row["Einwohner"].isdigit()
        )
    facts = json.loads((town.processed / ".steps" / "count_people.json").read_text())["facts"]
    demand = _read(town, "demand")
    assert facts["input_persons"] == given
    assert demand["persons"].sum() + facts["outside_persons"] == pytest.approx(given, abs=1e-6)
    coverage = _read(town, "coverage")
    for _, rows in coverage.groupby(["level", "profile", "threshold_min"]):
        assert rows["persons"].sum() == pytest.approx(demand["persons"].sum(), rel=1e-9)


def test_every_source_row_is_kept_merged_or_rejected(town: Town) -> None:
    counts = _read(town, "row_counts")
    assert len(counts) >= 3  # OSM, the city's list, the list from people
    assert (counts["read"] == counts["kept"] + counts["merged"] + counts["rejected"]).all()
    assert (counts[["read", "kept", "merged", "rejected"]] >= 0).all().all()
    assert counts["merged"].sum() > 0
    rejections = _read(town, "rejections")
    assert rejections.groupby("source")["count"].sum().to_dict() == {
        source: rejected
        for source, rejected in zip(counts["source"], counts["rejected"], strict=True)
        if rejected
    }
    # Independently of all steps: lines of the file and objects of the tables, against ids that were used.
    listed = json.loads((town.raw / "begegnungsstaetten.geojson").read_text(encoding="utf-8"))["features"]
    read = counts.set_index("source")["read"]
    assert read["begegnungsstaetten"] == len(listed)
    assert read["osm"] == len(_read(town, "osm_features"))
    # The generator writes one shelter into the city's list.
    withheld = rejections.query("source == 'begegnungsstaetten' and reason == 'withheld'")
    assert withheld["count"].tolist() == [1]


def test_no_source_record_is_lost_or_used_twice(town: Town) -> None:
    places = set(_read(town, "places")["place_id"])
    used = [
        place_id
        for table in ("begegnungsorte", "neighbour_places")
        for place_ids in _read(town, table)["place_ids"]
        for place_id in place_ids
    ]
    assert len(used) == len(set(used))
    assert set(used) <= places


def test_every_place_and_person_has_one_district_on_each_level(town: Town) -> None:
    levels = _read(town, "districts")["level"].unique()
    assert len(levels) == 2
    for table in ("begegnungsorte", "demand"):
        for level in levels:
            assert _read(town, table)[f"district_id_{level}"].notna().all()


def test_every_page_says_that_the_town_is_invented(town: Town) -> None:
    pages = list(town.site.rglob("*.html"))
    assert len(pages) >= 2
    assert [page.name for page in pages if "erfunden" not in page.read_text(encoding="utf-8")] == []


def _read_all_bytes(path: Path) -> bytes:
    """Return a file's bytes, of a workbook those of its unpacked sheets."""
    if path.suffix != ".xlsx":
        return path.read_bytes().lower()
    with zipfile.ZipFile(path) as workbook:
        return b"".join(workbook.read(name) for name in workbook.namelist()).lower()


def test_shelter_and_private_contacts_are_in_no_output_file(town: Town) -> None:
    forbidden = [word.encode() for word in ("frauenhaus", "@privat", "contact:phone")]
    raw = b"".join(path.read_bytes().lower() for path in town.raw.glob("*.geojson"))
    assert forbidden[0] in raw  # the city's list does hold the shelter
    files = [path for path in sorted(town.site.rglob("*")) if path.is_file()]
    assert {path.suffix for path in files} >= {".html", ".csv", ".geojson", ".json", ".gpkg", ".xlsx"}
    for path in files:
        content = _read_all_bytes(path)
        assert [word for word in forbidden if word in content] == [], path.name


def test_downloads_hold_the_same_places_as_the_table(town: Town) -> None:
    ids = sorted(_read(town, "begegnungsorte")["begegnungsort_id"])
    layer = gpd.read_file(town.site / "downloads" / "begegnungsorte.gpkg", layer="begegnungsorte")
    assert sorted(layer["begegnungsort_id"]) == ids
    table = pd.read_csv(
        town.site / "downloads" / "begegnungsorte.csv", sep=";", encoding="utf-8-sig", dtype=str
    )
    assert len(table) == len(ids)
    assert len(gpd.read_file(town.site / "downloads" / "begegnungsorte.geojson")) == len(ids)
    assert len(pd.read_excel(town.site / "downloads" / "begegnungsorte.xlsx")) == len(ids)


def test_manifest_names_exactly_the_raw_files_with_their_checksums(town: Town) -> None:
    manifest = json.loads((town.site / "manifest.json").read_text(encoding="utf-8"))
    inputs = {entry["file"]: entry for entry in manifest["inputs"] if not entry["role"].startswith("rules.")}
    raw = {path.name for path in town.raw.iterdir()} - {"sources.toml", "truth.csv"}
    raw -= {"einwohner_statistische_bezirke.csv"}  # official totals, which the shipped profile does not use
    assert set(inputs) == raw
    assert all(len(entry["sha256"]) == 64 and entry["licence"] for entry in inputs.values())


def test_second_build_from_nothing_gives_the_same_bytes(town: Town, tmp_path: Path, project: Path) -> None:
    again = lay_out(tmp_path / "again", project)
    shutil.copytree(town.raw, again.raw)
    run_town(again.root)
    first, second = _hash_tree(town.processed), _hash_tree(again.processed)
    assert [name for name in first if first[name] != second.get(name)] == []
    first, second = _hash_tree(town.site), _hash_tree(again.site)
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_nothing_changed_runs_nothing_and_the_books_are_printed_all_the_same(fresh_town: Town) -> None:
    recorder = run_town(fresh_town.root)
    assert recorder.ran == []
    counts = _read(fresh_town, "row_counts")
    printed = recorder.texts["take_inventory"].split("\n")[1:]
    assert [line.partition(":")[0] for line in printed] == counts["source"].tolist()
    read = [f": {n:,} read = " for n in counts["read"]]
    assert all(part in line for part, line in zip(read, printed, strict=True))


def test_other_walking_speed_leaves_reading_and_network_alone(fresh_town: Town) -> None:
    profile = fresh_town.root / "config" / "musterstadt.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text + "\n[walking.profiles.adult]\nspeed_m_s = 1.2\n", encoding="utf-8")
    ran = run_town(fresh_town.root).ran
    assert {"measure_coverage", "draw_reach", "publish_site"} <= set(ran)
    assert not {"read_areas", "read_map", "tie_districts", "count_people", "read_lists", "lay_network"} & set(
        ran
    )


def test_english_site_is_english(fresh_town: Town) -> None:
    assert run_town(fresh_town.root, language="en").ran == ["publish_site"]
    page = (fresh_town.site / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in page


def test_hours_are_read_and_the_odd_ones_are_told(town: Town) -> None:
    # The generator writes these by name (sample/catalogue.py); the answers follow from the texts.
    places = _read(town, "begegnungsorte").set_index("opening_hours")
    status = places["opening_status"].groupby(level=0).first()
    assert status["We 15-17"] == status["täglich ab 14 Uhr"] == "repaired"
    assert status["Mo-Fr 09:00-17:00"] == "parsed"
    answers = _read(town, "opening").set_index(["begegnungsort_id", "moment"])

    def answer(raw: str, moment: str) -> tuple[str, str]:
        place = places.loc[[raw], "begegnungsort_id"].iloc[0]
        row = answers.loc[(place, moment)]
        return row["answer"], row["basis"]

    assert answer("Mo-Fr 09:00-17:00", "weekday_morning") == ("open", "all_days")
    assert answer("Mo-Fr 09:00-17:00", "public_holiday") == ("unknown", "holiday_not_named")
    assert answer("Mo-Fr 09:00-17:00", "saturday") == ("closed", "no_day")
    assert answer("We 15-17", "weekday_morning") == ("closed", "no_day")
    assert answer('"nach Vereinbarung"', "sunday_afternoon") == ("unknown", "by_appointment")
    assert answer("Tu-Fr 10:00-18:00; Sa 10:00-13:00; PH off", "public_holiday") == ("closed", "no_day")
    assert answer("Mo-Th 14:00-20:00; Fr 14:00-22:00; SH 10:00-16:00", "school_holidays") == (
        "open",
        "all_days",
    )
    told = _read(town, "issues").query("code == 'HOURS_REPAIRED'")
    assert len(told) == int((places["opening_status"] == "repaired").sum())


def test_coverage_at_a_moment_is_a_range_below_the_coverage_without_hours(town: Town) -> None:
    keys = ["level", "district_id", "profile", "threshold_min"]
    for prefix in ("", "published_"):
        open_coverage = _read(town, f"{prefix}open_coverage")
        city = _read(town, f"{prefix}city_coverage").assign(level="city", district_id="")
        plain = pd.concat([_read(town, f"{prefix}coverage"), city])[[*keys, "persons_covered"]]
        both = open_coverage.merge(plain, on=keys, how="left", validate="many_to_one")
        assert both["persons_covered"].notna().any()
        assert not (both["persons_covered_min"] > both["persons_covered_max"] + 1e-6).any()
        assert not (both["persons_covered_max"] > both["persons_covered"] + 1e-6).any()
    keys = ["moment", "profile", "threshold_min"]
    sums = _read(town, "open_coverage").groupby(["level", *keys])["persons_covered_max"].sum()
    for level in _read(town, "districts")["level"].unique():
        pd.testing.assert_series_equal(sums[level], sums["city"])


def test_another_moment_runs_neither_the_inventory_nor_the_walks_to_its_places(fresh_town: Town) -> None:
    profile = fresh_town.root / "config" / "musterstadt.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text + "\n[moments.saturday]\nfrom_hour = 14\n", encoding="utf-8")
    ran = set(run_town(fresh_town.root).ran)
    assert {"judge_opening", "measure_open_coverage", "publish_site"} <= ran
    # `measure_coverage` runs: unknown opening hours are one of the assumptions a flag is tried on.
    assert not {"take_inventory", "measure_demand", "vary_snapping", "draw_reach"} & ran
