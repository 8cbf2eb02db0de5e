# SPDX-License-Identifier: MIT
"""A scenario from the file to the page, held against an independent count of the people."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import begegnung_geo as bg
from begegnung_geo.cli import app
from begegnung_geo.store import read_table
from towns import Town

CRS = "EPSG:25832"
NAME = "probe"


def run(town: Town, monkeypatch: pytest.MonkeyPatch, text: str, *more: str) -> Result:
    folder = town.root / "config" / "musterstadt" / "scenarios"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.toml").write_text(f'title = "<b>Probe</b>"\n{text}', encoding="utf-8")
    monkeypatch.chdir(town.root)
    return CliRunner().invoke(app, ["run", "--city", "musterstadt", "--scenario", NAME, "--no-pdf", *more])


def read(town: Town, name: str, *, of_scenario: bool = True) -> pd.DataFrame:
    folder = town.processed.with_name(f"musterstadt-{NAME}") if of_scenario else town.processed
    return read_table(name, folder=folder, crs=CRS)


def find_best_room(town: Town) -> pd.Series:
    gains = read(town, "published_siting_gains", of_scenario=False)
    gains = gains[(gains["profile"] == "senior") & (gains["threshold_min"] == 10)]
    return gains.loc[gains["persons_added"].idxmax()]


def test_an_opened_room_reaches_the_people_that_siting_says_and_the_pages_tell_it(
    fresh_town: Town, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    best = find_best_room(fresh_town)
    result = run(fresh_town, monkeypatch, f'[[open]]\nid = "{best["begegnungsort_id"]}"\n')
    assert result.exit_code == 0, result.output
    told = read(fresh_town, "scenario_coverage")
    city = told[told["level"] == "city"].set_index(["profile", "threshold_min"])
    # Siting searches the network from the room; the scenario runs the whole pipeline anew.
    assert city.loc[("senior", 10), "persons_gained"] == best["persons_added"] > 0
    before, after = (read(fresh_town, "protected_demand", of_scenario=new) for new in (False, True))
    assert after["persons"].tolist() == before["persons"].tolist()
    for column in ("walk_distance_m", "walk_distance_step_free_min_m"):
        assert (after[column].fillna(np.inf) <= before[column].fillna(np.inf) + 1e-6).all()
    is_reached = after["walk_distance_m"] <= 600  # ten minutes at 1.0 m/s
    assert city.loc[("senior", 10), "persons_covered"] == after.loc[is_reached, "persons"].sum()
    levels = told[(told["profile"] == "senior") & (told["threshold_min"] == 10)].groupby("level")
    assert set(levels["persons_gained"].sum(min_count=1)) == {best["persons_added"]}  # city and each level

    site = fresh_town.site.with_name(f"musterstadt-{NAME}")
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "Szenario „&lt;b&gt;Probe&lt;/b&gt;“" in page
    gained = f"{int(best['persons_added']):,}".replace(",", ".")
    assert f">+{gained}</td>" in page
    assert json.loads((site / "manifest.json").read_text())["scenario"]["title"] == "<b>Probe</b>"
    rows = pd.read_csv(
        site / "downloads" / "scenario_coverage.csv", sep=";", decimal=",", encoding="utf-8-sig"
    )
    assert rows["persons_gained"].fillna(-1).tolist() == told["persons_gained"].fillna(-1).tolist()
    for name, column in (
        ("scenario_open_coverage", "persons_gained_max"),
        ("scenario_areas", "area_gained_km2"),
    ):
        shown = pd.read_csv(
            site / "downloads" / f"{name}.csv",
            sep=";",
            decimal=",",
            encoding="utf-8-sig",
            dtype={"district_id": str},
        )
        told = read(fresh_town, name)
        assert sorted(shown[column].fillna(-1).tolist()) == pytest.approx(
            sorted(told[column].fillna(-1).tolist())
        )
    # The city as it is stays as it was.
    assert "Szenario" not in (fresh_town.site / "index.html").read_text(encoding="utf-8")
    assert not (fresh_town.site / "downloads" / "scenario_coverage.csv").exists()
    # A notebook opens it as its how-to says.
    how_to = (project / "docs" / "how-to" / "szenario.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", how_to, re.DOTALL)
    exec(block.replace("schule_und_bruecke", NAME), {})  # noqa: S102 - our own document


def test_a_room_that_closes_before_it_opened_leaves_every_figure_as_it_is(
    fresh_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = find_best_room(fresh_town)["begegnungsort_id"]
    result = run(fresh_town, monkeypatch, f'[[close]]\nid = "{room}"\n', "--until", "coverage")
    assert result.exit_code == 0, result.output
    assert room not in set(read(fresh_town, "begegnungsorte")["begegnungsort_id"])
    told = [read(fresh_town, "published_coverage", of_scenario=new) for new in (False, True)]
    pd.testing.assert_frame_equal(*told)
    assert (read(fresh_town, "scenario_coverage")["persons_gained"].dropna() == 0).all()


def test_new_closed_and_moved_places_and_speeds(fresh_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(fresh_town, "begegnungsorte", of_scenario=False)
    counted = before[before["is_counted"]]
    lon, lat = counted.to_crs(4326).geometry.iloc[0].coords[0]
    text = (
        f'[[close]]\nid = "{counted["begegnungsort_id"].iloc[1]}"\n'
        f'[[open]]\nname = "Neu"\nclass = "library"\nposition = [{lon}, {lat}]\n'
        "[speeds_m_s]\nadult = 1.4\n"
    )
    result = run(fresh_town, monkeypatch, text, "--until", "coverage")
    assert result.exit_code == 0, result.output
    after = read(fresh_town, "begegnungsorte")
    assert set(before["begegnungsort_id"]) - set(after["begegnungsort_id"]) == {
        counted["begegnungsort_id"].iloc[1]
    }
    new = after[~after["begegnungsort_id"].isin(before["begegnungsort_id"])]
    # The new one is on the spot of an old one and of a kind that could be the same: it is a place of its own.
    assert new[["name", "is_counted"]].to_numpy().tolist() == [["Neu", True]]
    told = read(fresh_town, "scenario_coverage").set_index(["level", "profile", "threshold_min"]).loc["city"]
    assert told.loc[("senior", 10), "persons_gained"].item() <= 0  # one door less, one beside another
    counts = read(fresh_town, "row_counts").set_index("source")
    assert counts.loc["szenario", ["read", "kept"]].tolist() == [1, 1]
    # A notebook opens it like the city itself, with its speeds and its packets of people.
    city = bg.load("musterstadt", root=fresh_town.root, scenario=NAME)
    assert city.profile.walking.profiles["adult"].speed_m_s == 1.4
    counted = bg.coverage(city, as_published=True).query("level != 'city'").reset_index(drop=True)
    stored = city.table("published_coverage")
    pd.testing.assert_frame_equal(counted[stored.columns], stored)


def test_new_hours_change_who_reaches_an_open_place_and_nothing_else(
    fresh_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = read(fresh_town, "begegnungsorte", of_scenario=False)
    named = places.loc[places["is_counted"], "begegnungsort_id"].head(5)
    text = "".join(f'[[hours]]\nid = "{one}"\nopening_hours = "24/7"\n' for one in named)
    result = run(fresh_town, monkeypatch, text)
    assert result.exit_code == 0, result.output
    assert (read(fresh_town, "scenario_coverage")["persons_gained"].dropna() == 0).all()
    assert read(fresh_town, "changed_squares").empty
    told = read(fresh_town, "scenario_open_coverage")
    city = told[(told["level"] == "city") & (told["profile"] == "senior") & (told["threshold_min"] == 10)]
    assert (city["persons_gained_min"] >= 0).all()
    assert city["persons_gained_min"].max() > 0
    # Who surely reaches an open place: by the walks to places that are open, counted here once more.
    walks, packed = read(fresh_town, "open_walks"), read(fresh_town, "protected_demand")
    for row in city.itertuples():
        is_near = walks[f"open_walk_m_{row.moment}"].to_numpy() <= 600
        assert row.persons_covered_min == packed.loc[is_near, "persons"].sum()
    page = (fresh_town.site.with_name(f"musterstadt-{NAME}") / "index.html").read_text(encoding="utf-8")
    most = city.loc[city["persons_gained_min"].idxmax(), "persons_gained_min"]
    assert f">+{most:,.0f}</td>".replace(",", ".") in page


WRONG = {
    '[[close]]\nid = "b000000000000"\n': "there is no place",
    '[[link]]\nname = "Steg"\nline = [[8.0, 54.0], [8.0, 54.001]]\n': "touches no network",
    'valid_from = 2020-01-01\n[[close]]\nid = "b000000000000"\n': "2020-01-01 is past",
    '[[open]]\nid = "x"\n[[close]]\nid = "x"\n': "stands in close and in open",
}


def test_a_wrong_scenario_ends_in_three_lines_and_leaves_nothing(
    fresh_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, what in WRONG.items():
        result = run(fresh_town, monkeypatch, text, "--quiet", "--until", "inventory")
        assert result.exit_code == 1
        lines = result.output.strip().splitlines()
        assert [line.split(":")[0] for line in lines] == ["error", "where", "next"]
        assert what in lines[0]
    assert not fresh_town.site.with_name(f"musterstadt-{NAME}").exists()
