# SPDX-License-Identifier: MIT
from pathlib import Path

import pytest

from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.config import read_profile
from begegnung_geo.errors import ConfigError
from begegnung_geo.sources.scenarios import change_speeds, find_scenario, read_scenario, require_fitting


def write(folder: Path, text: str) -> Path:
    path = folder / "probe.toml"
    path.write_text('title = "Probe"\n' + text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "changes nothing"),
        ("open = 5", "open"),
        ('[[open]]\nid = "a"\nname = "B"', "brings its own name"),
        ('[[open]]\nname = "B"\nposition = [7.4, 51.5]', "needs either id, or name, class and position"),
        ('[[open]]\nid = "a"\n[[close]]\nid = "a"', "'a' stands in close and in open"),
        ('[[move]]\nid = "a"\nposition = [7.4, 51.5]\n[[close]]\nid = "a"', "stands in close and in move"),
        ('[[close]]\nid = "a"\n[[close]]\nid = "a"', "'a' stands twice in close"),
        ('[[close]]\nid = "a"\nreason = "x"', "close.0.reason"),
        ('[[close]]\nid = ""', "close.0.id"),
        ('[[link]]\nname = "Steg"\nline = [[7.4, 51.5]]', "link.0.line"),
        ('valid_from = "gestern"\n[[close]]\nid = "a"', "valid_from"),
        ('crs = "EPSG:99999999"\n[[close]]\nid = "a"', "no coordinate system"),
        ('[[move]]\nid = "a"\nposition = [nan, 51.5]', "move.0.position.0"),
        ('[[link]]\nname = "Steg"\nline = [[7.4, 51.5], [inf, 51.5]]', "link.0.line.1.0"),
        ("[[close]\n", "not valid TOML"),
    ],
)
def test_a_wrong_file_says_what_and_where(tmp_path, text, what):
    with pytest.raises(ConfigError) as caught:
        read_scenario(write(tmp_path, text))
    assert what in caught.value.what
    assert "probe.toml" in caught.value.where
    assert caught.value.hint


def test_two_new_places_of_one_name_are_refused(tmp_path):
    new = '[[open]]\nname = "Treff"\nclass = "library"\nposition = [7.4, 51.5]\n'
    with pytest.raises(ConfigError, match="two new places have the name 'Treff'"):
        read_scenario(write(tmp_path, new + new.replace("7.4", "7.5")))


@pytest.mark.parametrize("name", ["../x", "a b", "A", "", "x.toml", "a" * 41])
def test_a_name_with_a_path_in_it_is_none(tmp_path, name):
    with pytest.raises(ConfigError, match="is no name of a scenario"):
        find_scenario(tmp_path, name)


def test_a_missing_file_names_those_that_are_there(tmp_path):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "bruecke.toml").touch()
    with pytest.raises(ConfigError, match="there is no scenario steg") as caught:
        find_scenario(tmp_path, "steg")
    assert "bruecke" in caught.value.where


def test_classes_and_profiles_must_be_known_and_speeds_possible(tmp_path, project):
    profile = read_profile(project / "config" / "musterstadt.toml")
    classes = read_category_rules(project / "config").classes

    def check(text: str) -> None:
        path = write(tmp_path, text)
        scenario = read_scenario(path)
        require_fitting(scenario, path, profile=profile, classes=classes)
        change_speeds(profile, scenario, path)

    with pytest.raises(ConfigError, match="no class 'palast'"):
        check('[[open]]\nname = "B"\nclass = "palast"\nposition = [7.4, 51.5]')
    with pytest.raises(ConfigError, match="no walking profile 'riese'"):
        check("[speeds_m_s]\nriese = 2.0")
    with pytest.raises(ConfigError, match="senior"):
        check("[speeds_m_s]\nsenior = 20.0")
    check("[speeds_m_s]\nsenior = 1.1")


def test_the_shipped_scenario_is_read_and_changes_only_the_speeds_it_names(project):
    profile = read_profile(project / "config" / "musterstadt.toml")
    path = project / "config" / "musterstadt" / "scenarios" / "schule_und_bruecke.toml"
    scenario = read_scenario(path)
    assert "Erfunden" in scenario.note
    assert change_speeds(profile, scenario, path) == profile
