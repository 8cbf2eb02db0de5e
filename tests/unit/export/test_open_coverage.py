# SPDX-License-Identifier: MIT
import numpy as np
import pandas as pd

from begegnung_geo.config import build_profile
from begegnung_geo.export.open_coverage import build_open_coverage_rows
from begegnung_geo.export.words import FEW_COVERED, NO_STATEMENT, OPEN_COVERAGE_WORDS, TOO_FEW

PROFILE = build_profile(
    {"city": {"key": "t", "name": "T"}, "sources": {"osm": {"file": "x.pbf"}}}, where="test"
)
NAMES = pd.DataFrame({"level": ["city", "bezirk"], "district_id": ["", "01"], "name": ["Teststadt", "Mitte"]})
NAN = np.nan


def build_rows(*figures: tuple[float, ...]) -> pd.DataFrame:
    columns = [
        "persons",
        "persons_covered_min",
        "persons_covered_max",
        "covered_share_min",
        "covered_share_max",
    ]
    table = pd.DataFrame(list(figures), columns=columns).assign(
        level="bezirk", district_id="01", moment="saturday", profile="senior"
    )
    table["threshold_min"] = 5 * (1 + np.arange(len(table)))
    return build_open_coverage_rows(
        table, names=NAMES, moments=PROFILE.moments, publication=PROFILE.publication
    )


def test_rows_have_the_listed_columns_and_names_in_words() -> None:
    rows = build_rows((1000.0, 100.0, 400.0, 0.1, 0.4))
    assert list(rows.columns) == list(OPEN_COVERAGE_WORDS)
    row = rows.iloc[0]
    assert (row["name"], row["moment_name"], row["note"]) == ("Mitte", "Samstag", "")
    assert (row["persons_covered_min"], row["covered_share_max"]) == (100, 0.4)


def test_what_is_hidden_is_a_dot_and_says_why() -> None:
    rows = build_rows(
        (1000.0, NAN, 400.0, NAN, 0.4),  # a few people are hidden, and their share with them
        (50.0, 10.0, 20.0, NAN, NAN),
        (1000.0, 100.0, 400.0, NAN, NAN),
        (0.0, 0.0, 0.0, NAN, NAN),
    )
    assert rows["note"].tolist() == [FEW_COVERED, TOO_FEW, NO_STATEMENT, ""]
    assert rows["persons_covered_min"].tolist() == [".", 10.0, 100.0, 0.0]
    assert rows["covered_share_min"].tolist()[:3] == [".", ".", "."]
    assert pd.isna(rows["covered_share_min"].iloc[3])  # nobody lives there: nothing is hidden


def test_the_city_has_its_name_and_a_name_is_one_line() -> None:
    table = pd.DataFrame(
        {
            "level": ["city"], "district_id": [""], "moment": ["saturday"], "profile": ["senior"],
            "threshold_min": [10], "persons": [1000.0], "persons_covered_min": [0.0],
            "persons_covered_max": [0.0], "covered_share_min": [0.0], "covered_share_max": [0.0],
        }
    )  # fmt: skip
    names = NAMES.assign(name=["Test\nstadt", "Mitte"])
    rows = build_open_coverage_rows(
        table, names=names, moments=PROFILE.moments, publication=PROFILE.publication
    )
    assert rows["name"].tolist() == ["Test stadt"]
