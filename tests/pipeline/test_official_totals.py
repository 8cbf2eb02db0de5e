# SPDX-License-Identifier: MIT
"""Musterstadt with the register's totals of its Bezirke: exact sums, and pages that say what is what."""

import csv
import json

import pandas as pd
import pytest

from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.store import read_table
from towns import Town, run_town

FILE = "einwohner_statistische_bezirke.csv"
TOTALS = f"""
[sources.population_totals]
file = "{FILE}"
title = "Einwohner nach dem Melderegister"
basis = "register"
level = "statistischer_bezirk"
id_column = "statistischer_bezirk_nr"
persons_column = "einwohner"
"""
LEVEL = "district_id_statistischer_bezirk"


def _add(town: Town, text: str, *, without_grid: bool = False) -> None:
    profile = town.root / "config" / "musterstadt.toml"
    shipped = profile.read_text(encoding="utf-8")
    if without_grid:
        start = shipped.index("[sources.population]")
        end = shipped.index("[sources.addresses]")
        shipped = shipped[:start] + shipped[end:]
    profile.write_text(shipped + text, encoding="utf-8")


def _read_given(town: Town) -> pd.DataFrame:
    with (town.raw / FILE).open(encoding="utf-8") as file:
        rows = pd.DataFrame(csv.DictReader(file, delimiter=";")).set_index("statistischer_bezirk_nr")
    return rows[["einwohner", "unter_18", "65_und_aelter"]].astype(float)


def _read_demand(town: Town) -> pd.DataFrame:
    return read_table("demand", folder=town.processed, crs="EPSG:25832")


def _read_summary(town: Town) -> dict:
    return json.loads((town.site / "summary.json").read_text(encoding="utf-8"))


def test_census_age_groups_are_no_shares_of_register_totals(fresh_town: Town) -> None:
    _add(fresh_town, TOTALS)
    with pytest.raises(ConfigError) as error:
        run_town(fresh_town.root, until="inventory")
    text = str(error.value)
    assert "age groups of a census cannot be shares of register totals" in text
    assert "groups 18_29, 30_49, 50_64, 65_plus, under_18" in text
    assert "scale_groups = true" in text


def test_totals_and_grid_carried_over_where_the_profile_says_so(fresh_town: Town) -> None:
    before = _read_demand(fresh_town)
    _add(fresh_town, TOTALS + "scale_groups = true\n")
    run_town(fresh_town.root)
    demand, given = _read_demand(fresh_town), _read_given(fresh_town)
    sums = demand.groupby(LEVEL)["persons"].sum()
    assert sums.to_dict() == pytest.approx(given["einwohner"].to_dict(), rel=1e-9)
    assert set(demand["demand_id"]) == set(before["demand_id"])  # the grid still says where
    # The share of the old in a Bezirk is the census's.
    old = [f.groupby(f[LEVEL])[["persons", "persons_65_plus"]].sum() for f in (before, demand)]
    shares = [part["persons_65_plus"] / part["persons"] for part in old]
    assert shares[1].to_dict() == pytest.approx(shares[0].to_dict(), rel=1e-9)
    summary = _read_summary(fresh_town)
    assert summary["population"]["kind"] == "scaled"
    assert summary["population"]["source"] == "Musterstadt (erfunden)"
    assert summary["population"]["persons"] == given["einwohner"].sum()  # multiples of five are told exactly
    told = {d["district_id"]: d["persons"] for d in summary["districts"] if d["level"] == LEVEL[12:]}
    assert told == given["einwohner"].to_dict()
    page = (fresh_town.site / "index.html").read_text(encoding="utf-8")
    assert "aus dem Melderegister, innerhalb eines Bezirks nach dem Raster hochgerechnet" in page
    assert "Anteile aus dem Zensus, übertragen auf die Zahlen des Melderegisters" in page
    assert "Einwohner: gezählt" not in page
    manifest = json.loads((fresh_town.site / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["people"]["basis"] == "register"
    assert FILE in {entry["file"] for entry in manifest["inputs"]}


def test_totals_of_groups_are_met_too(fresh_town: Town) -> None:
    groups = 'group_columns = ["unter_18", "65_und_aelter"]\nscale_groups = true\n'
    _add(fresh_town, TOTALS + groups)
    run_town(fresh_town.root, until="coverage")
    sums = _read_demand(fresh_town).groupby(LEVEL)[["persons_under_18", "persons_65_plus"]].sum()
    given = _read_given(fresh_town)
    assert sums["persons_under_18"].to_dict() == pytest.approx(given["unter_18"].to_dict(), rel=1e-9)
    assert sums["persons_65_plus"].to_dict() == pytest.approx(given["65_und_aelter"].to_dict(), rel=1e-9)


def test_totals_alone_are_spread_over_dwellings_and_not_called_an_estimate(fresh_town: Town) -> None:
    _add(fresh_town, TOTALS, without_grid=True)
    run_town(fresh_town.root)
    demand, given = _read_demand(fresh_town), _read_given(fresh_town)
    sums = demand.groupby(LEVEL)["persons"].sum()
    assert sums.to_dict() == pytest.approx(given["einwohner"].to_dict(), rel=1e-9)
    assert len(demand) > 1000  # houses, not cells
    summary = _read_summary(fresh_town)
    assert not summary["population"]["is_estimated"]
    assert summary["population"]["weights"] == "houses"
    page = (fresh_town.site / "index.html").read_text(encoding="utf-8")
    assert "nach der Wohnfläche der Häuser hochgerechnet" in page


@pytest.mark.parametrize(
    ("edit", "code"), [("", "TOTAL_NOT_KNOWN"), ("00", "TOTAL_IMPLAUSIBLE")], ids=["missing", "hundredfold"]
)
def test_a_doubtful_total_is_a_line_in_issues(fresh_town: Town, edit: str, code: str) -> None:
    path = fresh_town.raw / FILE
    rows = [line.split(";") for line in path.read_text(encoding="utf-8").splitlines()]
    changed = [[*row[:2], row[2] + edit, *row[3:]] if row[0] == "130" else row for row in rows]
    kept = [row for row in changed if edit or row[0] != "130"]
    path.write_text("\n".join(map(";".join, kept)) + "\n", encoding="utf-8")
    _add(fresh_town, TOTALS + "scale_groups = true\n")
    run_town(fresh_town.root, until="coverage")
    issues = read_table("issues", folder=fresh_town.processed, crs="EPSG:25832")
    line = issues[issues["code"] == code]
    assert line["count"].tolist() == [1]
    assert line["text"].str.endswith("districts 130").all()


def test_half_of_the_totals_missing_stops_the_run(fresh_town: Town) -> None:
    path = fresh_town.raw / FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:5]) + "\n", encoding="utf-8")
    _add(fresh_town, TOTALS + "scale_groups = true\n")
    with pytest.raises(SourceError, match="totals for the districts of") as error:
        run_town(fresh_town.root, until="inventory")
    assert "totals_known_share_min" in str(error.value)


def test_a_level_that_does_not_exist_is_named(fresh_town: Town) -> None:
    _add(fresh_town, TOTALS.replace('statistischer_bezirk"\nid', 'unterbezirk"\nid'))
    with pytest.raises(ConfigError, match="no districts of level 'unterbezirk'") as error:
        run_town(fresh_town.root, until="inventory")
    assert "stadtbezirk, statistischer_bezirk" in str(error.value)


def test_the_shipped_file_is_musterstadts_register(town: Town) -> None:
    # 2 to 3 % more people than the census, in multiples of five (DOMAIN 3 and 4.1).
    given = _read_given(town)
    census = _read_demand(town)["persons"].sum()
    assert given["einwohner"].sum() / census == pytest.approx(1.025, abs=0.02)
    assert (given % 5 == 0).all().all()
