# SPDX-License-Identifier: MIT
"""What two runs were made from, and when a difference in coverage is one."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from begegnung_geo.analysis.change import compare_coverage, compare_origins, flatten


@dataclass(frozen=True)
class Input:
    role: str
    file: str
    sha256: str
    data_date: str = ""


@dataclass(frozen=True)
class Record:
    version: str = "1.0"
    program_sha256: str = "p"
    inputs: tuple[Input, ...] = (Input("osm", "town.osm.pbf", "1", "2026-01-01"),)
    parameters: dict[str, Any] = field(default_factory=lambda: {"walking": {"snap_distance_m": 300.0}})
    people: dict[str, Any] = field(default_factory=dict)


def test_equal_runs_have_no_cause():
    origins = compare_origins(Record(), Record())
    assert origins.causes == ()
    assert len(origins.inputs) == len(origins.parameters) == len(origins.program) == 0


def test_other_bytes_of_a_role_are_a_change_of_data_under_whatever_name():
    after = Record(inputs=(Input("osm", "new.osm.pbf", "2", "2026-07-14"),))
    origins = compare_origins(Record(), after)
    assert origins.causes == ("data",)
    assert origins.inputs.to_numpy().tolist() == [
        ["osm", "changed", "town.osm.pbf", "new.osm.pbf", "2026-01-01", "2026-07-14"]
    ]


def test_the_same_bytes_with_another_date_or_name_are_no_change():
    after = Record(inputs=(Input("osm", "other.osm.pbf", "1", "2026-07-14"),))
    assert compare_origins(Record(), after).causes == ()


def test_files_that_came_or_went_are_data():
    after = Record(inputs=(Input("places.liste", "liste.csv", "3"),))
    origins = compare_origins(Record(), after)
    assert origins.inputs[["role", "change"]].to_numpy().tolist() == [
        ["osm", "removed"],
        ["places.liste", "added"],
    ]


def test_rules_are_parameters_and_not_data():
    rules = (Input("rules.categories", "categories.csv", "a" * 64),)
    after = (Input("rules.categories", "categories.csv", "b" * 64),)
    origins = compare_origins(Record(inputs=rules), Record(inputs=after))
    assert origins.causes == ("parameters",)
    assert origins.parameters["key"].tolist() == ["config/categories.csv"]


def test_parameters_are_compared_key_by_key():
    before = Record(
        parameters={"walking": {"profiles": {"adult": {"speed_m_s": 1.33}}, "thresholds_min": [5, 10]}}
    )
    after = Record(
        parameters={"walking": {"profiles": {"adult": {"speed_m_s": 1.2}}, "thresholds_min": [5, 10, 15]}}
    )
    origins = compare_origins(before, after)
    assert origins.parameters[["key", "before", "after"]].to_numpy().tolist() == [
        ["walking.profiles.adult.speed_m_s", "1.33", "1.2"],
        ["walking.thresholds_min", "[5, 10]", "[5, 10, 15]"],
    ]
    assert origins.causes == ("parameters",)


def test_who_publishes_is_listed_but_causes_nothing():
    after = Record(parameters=Record().parameters | {"publisher": {"name": "Stadt"}})
    origins = compare_origins(Record(), after)
    assert origins.parameters["is_appearance"].tolist() == [True]
    assert origins.causes == ()


def test_another_kind_of_people_is_a_parameter_and_one_only_a_newer_program_tells_is_not():
    before, after = Record(people={"kind": "counted"}), Record(people={"kind": "scaled", "basis": "register"})
    origins = compare_origins(before, after)
    assert origins.parameters["key"].tolist() == ["people.kind"]
    assert origins.causes == ("parameters",)


@pytest.mark.parametrize(
    ("changes", "program"),
    [
        ({"version": "1.1"}, ("1.0", "1.1")),
        ({"program_sha256": "q"}, ("1.0", "1.0")),
        ({"program_sha256": ""}, ()),  # a run that did not write it
    ],
)
def test_the_program_is_its_version_and_its_code(changes, program):
    assert compare_origins(Record(), Record(**changes)).program == program


def test_several_causes_are_all_named():
    after = Record(version="2.0", inputs=(), parameters={"walking": {"snap_distance_m": 200.0}})
    assert compare_origins(Record(), after).causes == ("data", "parameters", "program")


def test_settings_are_flattened_in_the_order_of_their_keys():
    given = {"b": {"y": True, "x": None}, "a": [{"k": 1.0}, "t"]}
    assert list(flatten(given)) == [("a", "[{k: 1}, t]"), ("b.x", ""), ("b.y", "true")]


# --- coverage ---


def build_coverage(rows):
    """Rows are (level, id, persons, covered)."""
    level, district_id, persons, covered = zip(*rows, strict=True)
    persons, covered = np.array(persons, dtype=float), np.array(covered, dtype=float)
    return pd.DataFrame(
        {
            "level": level, "district_id": district_id, "name": district_id, "profile": "senior",
            "threshold_min": 10, "persons": persons, "persons_covered": covered,
            "covered_share": np.round(covered / persons, 4),
        }
    )  # fmt: skip


def find_distinguishable(before, after):
    compared = compare_coverage(build_coverage(before), build_coverage(after), round_to=5)
    return compared.set_index(["level", "district_id"])["is_distinguishable"].to_dict()


def test_a_difference_that_two_roundings_can_make_is_none():
    before = [("bezirk", "a", 1000, 500), ("bezirk", "b", 1000, 500)]
    after = [("bezirk", "a", 1005, 510), ("bezirk", "b", 1000, 515)]
    assert find_distinguishable(before, after) == {("bezirk", "a"): False, ("bezirk", "b"): True}


def test_a_sum_of_many_districts_may_be_off_by_more():
    finest = [("bezirk", f"b{n}", 1000, 500) for n in range(9)]
    # The city is a sum of nine: 2 x 5 x 3 = 30 people may be rounding.
    same = find_distinguishable([*finest, ("city", "", 9000, 4500)], [*finest, ("city", "", 9000, 4530)])
    other = find_distinguishable([*finest, ("city", "", 9000, 4500)], [*finest, ("city", "", 9000, 4535)])
    assert (same["city", ""], other["city", ""]) == (False, True)


def test_more_people_with_the_same_share_are_a_difference():
    before, after = [("bezirk", "a", 1000, 500)], [("bezirk", "a", 2000, 1000)]
    assert find_distinguishable(before, after) == {("bezirk", "a"): True}


def test_a_hidden_count_is_between_nobody_and_ten():
    before = [("bezirk", "a", 1000, np.nan), ("bezirk", "b", 1000, np.nan)]
    after = [("bezirk", "a", 1000, 15), ("bezirk", "b", 1000, 40)]
    assert find_distinguishable(before, after) == {("bezirk", "a"): False, ("bezirk", "b"): True}


def test_districts_of_one_site_only_are_not_compared():
    before, after = [("bezirk", "a", 1000, 500)], [("bezirk", "a", 1000, 500), ("bezirk", "b", 10, 5)]
    assert set(find_distinguishable(before, after)) == {("bezirk", "a")}
