# SPDX-License-Identifier: MIT
import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from begegnung_geo.config import build_profile, find_config_dir, read_profile
from begegnung_geo.errors import ConfigError

TOWN: dict[str, Any] = {"city": {"key": "town", "name": "Town"}, "sources": {"osm": {"file": "town.osm.pbf"}}}


def _with(path: str, value: Any) -> dict[str, Any]:
    profile = copy.deepcopy(TOWN)
    table = profile
    *parents, key = path.split(".")
    for parent in parents:
        table = table.setdefault(parent, {})
    table[key] = value
    return profile


def test_defaults_hold_the_contract_speeds_and_thresholds() -> None:
    # CONTRACT section 5.
    walking = build_profile(TOWN, where="test").walking
    speeds = {key: (profile.speed_m_s, profile.step_free) for key, profile in walking.profiles.items()}
    assert speeds == {
        "adult": (1.33, False), "senior": (1.0, False), "slow": (0.75, False), "step_free": (1.0, True),
    }  # fmt: skip
    assert walking.thresholds_min == (5, 10, 15)


def test_reach_is_speed_times_time() -> None:
    walking = build_profile(TOWN, where="test").walking
    assert walking.reach_m("senior", 10) == pytest.approx(600)
    assert walking.reach_m("adult", 15) == pytest.approx(1197)


def test_city_overrides_one_key_and_keeps_its_neighbours() -> None:
    profile = build_profile(_with("walking.profiles.adult.speed_m_s", 1.5), where="test")
    assert profile.walking.profiles["adult"].speed_m_s == 1.5
    assert profile.walking.profiles["senior"].speed_m_s == 1.0


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("walkin", {}, "walkin"),
        ("walking.speed", 3, "walking.speed"),
        ("walking.profiles.adult.speed_m_s", -1, "speed_m_s"),
        ("walking.profiles.adult.speed_m_s", "fast", "speed_m_s"),
        ("walking.default_profile", "nobody", "nobody"),
        ("walking.thresholds_min", [10, 5], "thresholds_min"),
        ("coverage.headline", [{"profile": "senior", "threshold_min": 7}], "headline[0].threshold_min is 7"),
        ("underserved.profile", "cyclist", "cyclist"),
        ("study.metric_crs", "EPSG:4326", "metric_crs"),
        ("sources.osm.file", "../../etc/passwd", "osm.file"),
        ("city.key", "../x", "city.key"),
        ("city.name", "", "city.name"),
    ],
)
def test_wrong_value_is_refused_and_its_key_named(path: str, value: Any, named: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_profile(_with(path, value), where="town.toml")
    assert named in str(caught.value)
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (
            "walking.thresholds_min",
            [5, 10],
            "coverage.headline[1].threshold_min is 15, which is not among walking.thresholds_min (5, 10); ",
        ),
        ("underserved.threshold_min", 7, "underserved.threshold_min is 7, which is not among walking."),
        ("coverage.headline", [{"profile": "x", "threshold_min": 5}], "coverage.headline[0].profile is 'x'"),
    ],
)
def test_the_key_that_needs_a_threshold_or_profile_is_named(path: str, value: Any, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_profile(_with(path, value), where="town.toml")
    assert caught.value.what.startswith(told)
    assert caught.value.where == "town.toml"


def test_a_walking_profile_may_have_a_name_in_one_language_or_both() -> None:
    own = {"speed_m_s": 1.5, "step_free": True, "reason": "x", "label_de": "Schnelle Rollstühle"}
    profile = build_profile(_with("walking.profiles.wheel_fast", own), where="test")
    assert profile.walking.profiles["wheel_fast"].label == ("Schnelle Rollstühle", "Schnelle Rollstühle")
    both = build_profile(
        _with("walking.profiles.wheel_fast", own | {"label_en": "Fast wheelchairs"}), where="x"
    )
    assert both.walking.profiles["wheel_fast"].label == ("Schnelle Rollstühle", "Fast wheelchairs")
    assert both.walking.profiles["adult"].label == ("", "")


def test_level_given_twice_is_refused() -> None:
    level = {"file": "a.geojson", "level": "district", "id_column": "id", "name_column": "name"}
    with pytest.raises(ConfigError, match="given twice"):
        build_profile(_with("sources.districts", [level, level]), where="test")


def test_missing_profile_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text("")
    with pytest.raises(ConfigError) as caught:
        read_profile(tmp_path / "nowhere.toml")
    assert "town" in caught.value.hint


@pytest.mark.parametrize("content", [b"[city\n", b'[city]\nname = "M\xfcnster"\n'])
def test_broken_toml_or_latin_1_is_told_with_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "town.toml").write_bytes(content)
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_profile(tmp_path / "town.toml")


def test_every_number_in_the_defaults_has_a_reason_beside_it() -> None:
    # Beside it, or in the key `reason` of its table: speeds and the conditions of rules.
    text = (find_config_dir() / "defaults.toml").read_text(encoding="utf-8")
    tomllib.loads(text)
    tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    numbers = [
        (line, "\nreason = " in table)
        for table in tables
        for line in table.splitlines()
        if re.match(r"\w+ = [\d.]+", line)
    ]
    assert len(numbers) > 15
    assert [line for line, has_reason in numbers if "#" not in line and not has_reason] == []
