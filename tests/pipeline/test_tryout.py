# SPDX-License-Identifier: MIT
"""What the page tries is what a scenario finds that runs the whole pipeline anew."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from begegnung_geo.analysis.coverage import build_coverage
from begegnung_geo.analysis.tryout import assign_open_walks
from begegnung_geo.cli import app
from begegnung_geo.store import read_table
from towns import Town
from tryout_program import Program

CRS = "EPSG:25832"
KEYS = ["level", "district_id", "profile", "threshold_min"]


def test_what_each_room_adds_is_what_its_opening_covers(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(town, monkeypatch)
    told = read_table("siting_gains", folder=town.processed, crs=CRS)
    keys = ["profile", "threshold_min"]
    homes = program.homes[0]

    def count_covered(opened: list[str]) -> pd.Series:
        is_open = program.ground.find_open(opened=opened)
        walks = assign_open_walks(homes, program.ground, is_open)
        _, city = build_coverage(walks, program.districts, walking=program.profile.walking)
        return city.set_index(keys)["persons_covered"]

    today = count_covered([])
    for room in told["begegnungsort_id"].unique():
        added = told[told["begegnungsort_id"] == room].set_index(keys)["persons_added"]
        covered = (count_covered([room]) - today).reindex(added.index)
        is_step_free = added.index.get_level_values("profile") == "step_free"
        assert added[~is_step_free].tolist() == covered[~is_step_free].tolist()
        # One who needs the room for the one walk and another place for the other is left out.
        assert (added[is_step_free] <= covered[is_step_free]).all()


def test_an_opened_room_has_the_figures_of_the_scenario_that_opens_it(
    fresh_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(fresh_town, monkeypatch)
    gains = read_table("published_siting_gains", folder=fresh_town.processed, crs=CRS)
    room = gains.loc[gains["persons_added"].idxmax(), "begegnungsort_id"]
    folder = fresh_town.root / "config" / "musterstadt" / "scenarios"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tried.toml").write_text(f'title = "Probe"\n[[open]]\nid = "{room}"\n', encoding="utf-8")
    monkeypatch.chdir(fresh_town.root)
    result = CliRunner().invoke(app, ["run", "--city", "musterstadt", "--scenario", "tried", "--no-pdf"])
    assert result.exit_code == 0, result.output
    processed = fresh_town.processed.with_name("musterstadt-tried")
    for tried, name in zip(
        program.tell(opened=[room]), ("published_coverage", "published_city_coverage"), strict=True
    ):
        by = [key for key in KEYS if key in tried]
        found = read_table(name, folder=processed, crs=CRS).sort_values(by, ignore_index=True)
        pd.testing.assert_frame_equal(tried.sort_values(by, ignore_index=True)[list(found.columns)], found)
        today = read_table(name, folder=fresh_town.processed, crs=CRS).sort_values(by, ignore_index=True)
        assert not found.equals(today)
    areas = read_table("scenario_areas", folder=processed, crs=CRS)
    pd.testing.assert_frame_equal(program.measure_ground(opened=[room]), areas)
    assert (areas["area_gained_km2"] > 0).all()
    assert (areas["area_lost_km2"] == 0).all()
    outlines = read_table("reach_areas", folder=processed, crs=CRS)
    drawn = (outlines.geometry.area / 1e6).to_numpy()
    outlined = areas.merge(outlines[["profile", "threshold_min"]].assign(drawn=drawn))
    # Counted in hectares: what the outlines enclose, to a few squares on their rim.
    assert (outlined["area_km2"] - outlined["drawn"]).abs().max() < 0.15
