# SPDX-License-Identifier: MIT
"""All measures of Musterstadt against networkx and plain loops, and against each other."""

import json
import re

import pandas as pd
import pytest

from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.config import find_config_dir, read_profile
from begegnung_geo.export.words import AGES_UNKNOWN, NO_STATEMENT, NOBODY, TOO_FEW, UNKNOWN_GROUP
from begegnung_geo.schema import stack_layers
from begegnung_geo.store import read_table
from measure_oracle import Oracle, check_town
from towns import Town

CRS = "EPSG:25832"


def _read(town: Town, name: str) -> pd.DataFrame:
    return read_table(name, folder=town.processed, crs=CRS)


def test_every_measure_of_musterstadt_is_that_of_an_independent_computation(town: Town) -> None:
    profile = read_profile(town.root / "config" / "musterstadt.toml")
    classes = read_category_rules(find_config_dir()).classes
    supply = stack_layers(_read(town, "begegnungsorte"), _read(town, "neighbour_places"))
    oracle = Oracle(
        _read(town, "demand"),  # type: ignore[arg-type]
        move_to_doors(supply[supply["is_counted"]], _read(town, "doors")),  # type: ignore[arg-type]
        (_read(town, "walk_nodes"), _read(town, "walk_edges")),  # type: ignore[arg-type]
        walking=profile.walking,
        measures=profile.measures,
        class_groups={key: entry.group for key, entry in classes.items()},
    )
    tables = {name: _read(town, name) for name in ("district_walks", "district_choice", "district_seats")}
    districts = _read(town, "districts")
    areas = [("city", ""), *zip(districts["level"], districts["district_id"], strict=True)]
    assert check_town(oracle, _read(town, "access"), tables=tables, areas=areas) > 1000


def test_shares_are_those_of_the_table_coverage(town: Town) -> None:
    keys = ["level", "district_id", "profile", "threshold_min"]
    columns = ["persons", "persons_covered", "persons_unknown", "covered_share", "covered_share_max"]
    choice = _read(town, "district_choice")
    mine = choice[(choice["persons_group"] == "all") & (choice["level"] != "city")].set_index(keys)[columns]
    coverage = _read(town, "coverage").set_index(keys)[columns]
    pd.testing.assert_frame_equal(mine.sort_index(), coverage.sort_index())
    city = choice[(choice["persons_group"] == "all") & (choice["level"] == "city")].set_index(keys[2:])
    whole = _read(town, "city_coverage").set_index(keys[2:])
    pd.testing.assert_frame_equal(city[columns].sort_index(), whole[columns].sort_index())


def _read_download(town: Town, name: str) -> pd.DataFrame:
    return pd.read_csv(town.site / "downloads" / name, sep=";", dtype="str", encoding="utf-8-sig").fillna("")


def test_reached_beyond_and_unknown_are_everybody_in_every_row_of_the_downloads(town: Town) -> None:
    # docs/method.md, Small numbers. A `.` is a count that is hidden; an empty one nobody knows.
    measures, compared = _read_download(town, "measures_by_district.csv"), 0
    thresholds = read_profile(town.root / "config" / "musterstadt.toml").walking.thresholds_min
    for minutes in thresholds:
        parts = [f"persons_{part}_{minutes}" for part in ("covered", "beyond", "unknown")]
        told = measures[~measures[["persons", *parts]].isin([".", ""]).any(axis=1)]
        sums = told[parts].astype(int).sum(axis=1)
        pd.testing.assert_series_equal(sums, told["persons"].astype(int), check_names=False)
        compared += int((told["persons"] != "0").sum())
    assert compared > 100


def test_one_figure_is_the_same_in_every_download_and_in_the_summary(town: Town) -> None:
    counts = ["persons_covered", "persons_beyond", "persons_unknown"]
    measures = _read_download(town, "measures_by_district.csv")
    measures = measures[measures["persons_group"] == "all"].set_index(["level", "district_id", "profile"])
    coverage = _read_download(town, "coverage_by_district.csv")
    assert len(coverage) > 0
    for row in coverage.to_dict("records"):
        beside = measures.loc[(row["level"], row["district_id"], row["profile"])]
        for name in ("persons", *(f"{name}_{row['threshold_min']}" for name in counts)):
            assert beside[name] == row[name.removesuffix(f"_{row['threshold_min']}")], (row, name)
    for entry in json.loads((town.site / "summary.json").read_text(encoding="utf-8"))["coverage"]:
        beside = measures.loc[("city", "", entry["profile"])]
        for name in ("persons_covered", "persons_unknown"):
            told = beside[f"{name}_{entry['threshold_min']}"]
            assert entry[name] == (None if told == "." else float(told)), (entry, name)


def test_the_city_page_tells_the_figures_of_the_download(town: Town) -> None:
    # Sentences tell three digits: 47,690 of 60,000 people are "47.700 von 60.000 Menschen".
    profile = read_profile(town.root / "config" / "musterstadt.toml")
    page = (town.site / "maps" / "stadtkarte.html").read_text(encoding="utf-8")
    measures = _read_download(town, "measures_by_district.csv")
    city = measures[(measures["level"] == "city") & (measures["persons_group"] == "all")].set_index("profile")
    assert len(profile.coverage.headline) > 1
    for headline in profile.coverage.headline:
        row = city.loc[headline.profile]
        told = [int(row[name]) for name in (f"persons_covered_{headline.threshold_min}", "persons")]
        covered, persons = (f"{int(float(f'{count:.3g}')):,}".replace(",", ".") for count in told)
        assert f"{covered} von {persons} Menschen" in page


def test_every_blank_figure_of_the_download_has_its_reason_in_the_note(town: Town) -> None:
    measures = _read_download(town, "measures_by_district.csv")
    first, last = measures.columns.get_loc("walk_median_min"), measures.columns.get_loc("note")
    figures = [c for c in measures.columns[first:last] if not c.startswith("persons")]
    whole_row = {TOO_FEW, NOBODY, UNKNOWN_GROUP, NO_STATEMENT, AGES_UNKNOWN}
    explained = 0
    for row in measures.to_dict("records"):
        blank = {name for name in figures if row[name] == ""}
        named = set(", ".join(re.findall(r"\(([a-z][a-zA-Z0-9_, ]*)\)", row["note"])).split(", ")) - {""}
        assert blank == (set(figures) if row["note"] in whole_row else named), row
        explained += len(blank)
    assert explained > 100


def test_people_of_every_group_are_conserved_across_levels(town: Town) -> None:
    for name, keys in (("district_choice", ["profile", "threshold_min"]), ("district_seats", ["profile"])):
        table = _read(town, name)
        sums = table.groupby(["persons_group", *keys, "level"])[["persons", "persons_without_group"]].sum()
        for _, rows in sums.groupby(level=list(range(len(keys) + 1))):
            assert rows["persons"].to_numpy() == pytest.approx(rows["persons"].iloc[0])
            assert rows["persons_without_group"].to_numpy() == pytest.approx(
                rows["persons_without_group"].iloc[0]
            )


def test_the_seats_of_the_counted_places_are_all_shared_out(town: Town) -> None:
    # Everybody's seats add up to those of the places that somebody reaches within the catchment.
    profile = read_profile(town.root / "config" / "musterstadt.toml")
    demand = _read(town, "demand").set_index("demand_id")
    access = _read(town, "access")
    adult = access[access["profile"] == "adult"].set_index("demand_id")
    seats = (demand["persons"] * adult["seats_balanced"].loc[demand.index]).sum() / 1000
    supply = stack_layers(_read(town, "begegnungsorte"), _read(town, "neighbour_places"))
    places = supply[supply["is_counted"]]
    total = places["capacity_persons"].fillna(profile.measures.capacity_assumed_persons).sum()
    assert 0.8 * total < seats <= total * (1 + 1e-6)
    issues = _read(town, "issues")
    assumed = issues[issues["code"] == "CAPACITY_ASSUMED"]
    assert assumed["count"].tolist() == [places["capacity_persons"].isna().sum()]
