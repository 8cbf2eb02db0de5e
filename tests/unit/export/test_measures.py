# SPDX-License-Identifier: MIT
"""The download of measures: one row a district, group and profile, and why a figure is missing."""

import numpy as np
import pandas as pd
import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.export.measures import build_measure_rows
from begegnung_geo.export.words import (
    AGES_UNKNOWN,
    FEW_REACHED,
    MEASURE_WORDS,
    NO_CHOICE,
    NO_STATEMENT,
    NO_SUCH_PLACE,
    NO_UPPER_END,
    NOBODY,
    PART_COUNTED,
    TOO_FEW,
    UNKNOWN_GROUP,
    find_word,
)
from begegnung_geo.schema import build_empty

NAMES = pd.DataFrame(
    {"level": ["city", "fine"], "district_id": ["", "01"], "name": ["Teststadt", "Mitte"]}, dtype="str"
)
PROFILE = build_profile(
    {"city": {"key": "x", "name": "x"}, "sources": {"osm": {"file": "x.osm"}}}, where="test"
)
RULES = {"names": NAMES, "profile": PROFILE}
NAN = np.nan


def build_tables(people, *, median_min=6.04, seats=61.2, withheld=""):
    """Return the three published tables of groups: area, group, people, people without a group."""
    rows = [
        {
            "level": level, "district_id": district, "persons_group": group, "profile": "senior",
            "persons": persons, "persons_unknown": 0.0, "persons_without_group": without,
            "withheld": withheld,
        }
        for level, district, group, persons, without in people
    ]  # fmt: skip
    keys = pd.DataFrame(rows)
    minutes = {f"{name}_min": median_min for name in ("median", "p90", "p90_max")}
    minutes["median_max_min"] = median_min + 2
    walks = pd.concat([keys.assign(destination=name, **minutes) for name in ("any", "choice", "B", "N")])
    walks = walks.drop(columns="persons_unknown").assign(persons_without_walk=0.0, persons_ranged=300.0)
    counts = {"persons_covered": 80.0, "persons_beyond": NAN, "persons_choice": 20.0}
    shares = dict.fromkeys(("covered_share", "covered_share_max", "choice_share", "choice_share_max"), 0.25)
    numbers = dict.fromkeys(("places_median", "places_median_max", "kinds_median"), 3.0)
    numbers["kinds_median_max"] = 4.0
    choice = pd.concat(
        [keys.assign(threshold_min=minutes, **counts, **shares, **numbers) for minutes in (5, 10)]
    )
    return walks, choice, keys.assign(seats_e2sfca=seats, seats_balanced=seats)


def test_measures_stand_side_by_side_each_with_a_word_in_the_dictionary():
    rows = build_measure_rows(*build_tables([("city", "", "all", 500.0, 0.0)]), **RULES)
    assert len(rows) == 1
    assert [column for column in rows if find_word(MEASURE_WORDS, column) is None] == []
    row = rows.iloc[0]
    assert row["name"] == "Teststadt"
    assert (row["walk_median_min"], row["median_min_B"], row["choice_walk_median_min"]) == (6.0, 6.0, 6.0)
    assert (row["median_max_min_N"], row["kinds_median_max_5"]) == (8.0, 4.0)
    assert (row["covered_share_5"], row["covered_share_max_10"], row["places_median_10"]) == (0.25, 0.25, 3)
    assert (row["seats_e2sfca"], row["persons"], row["persons_choice_10"]) == (61, 500, 20)
    assert (row["persons_without_walk"], row["persons_ranged"]) == (0, 300)
    assert row["persons_beyond_5"] == "."  # some, but few
    assert row["note"] == ""
    assert find_word(MEASURE_WORDS, "covered_share_max_10").heading == "Anteil erreicht, höchstens: 10"


def test_the_unknown_of_each_threshold_stand_beside_the_others_who_make_up_everybody():
    # 500 people: 80 reach a place in 5 minutes, 120 are unknown; in 10 minutes 80 and 300.
    walks, choice, seats = build_tables([("city", "", "all", 500.0, 0.0)])
    of_time = {5: (300.0, 120.0), 10: (120.0, 300.0)}
    beyond, unknown = (choice["threshold_min"].map({n: of[k] for n, of in of_time.items()}) for k in (0, 1))
    choice = choice.assign(persons_beyond=beyond, persons_unknown=unknown)
    row = build_measure_rows(walks, choice, seats, **RULES).iloc[0]
    for minutes, parts in of_time.items():
        told = [row[f"persons_{part}_{minutes}"] for part in ("covered", "beyond", "unknown")]
        assert told == [80, *parts]
        assert sum(told) == row["persons"]


def test_the_note_says_why_a_figure_is_missing():
    people = [
        ("city", "", "all", 500.0, 0.0),
        ("fine", "01", "all", 300.0, 0.0),
        ("fine", "01", "65_plus", 40.0, 0.0),
        ("fine", "01", "80_plus", NAN, 0.0),
        ("fine", "01", "under_10", NAN, 300.0),
    ]
    rows = build_measure_rows(*build_tables(people), **RULES).set_index(["level", "persons_group"])
    assert rows.loc[("fine", "all"), "note"] == ""
    assert rows.loc[("fine", "65_plus"), "note"] == TOO_FEW
    assert rows.loc[("fine", "80_plus"), ["note", "persons"]].tolist() == [TOO_FEW, "."]
    assert rows.loc[("fine", "under_10"), "note"] == UNKNOWN_GROUP
    assert pd.isna(rows.loc[("fine", "under_10"), "persons"])
    nobody = build_measure_rows(*build_tables([("fine", "01", "80_plus", 0.0, 0.0)]), **RULES)
    assert nobody["note"].tolist() == [NOBODY]


SHARES = ["covered_share", "covered_share_max", "choice_share", "choice_share_max"]
NUMBERS = ["places_median", "places_median_max", "kinds_median", "kinds_median_max"]


@pytest.mark.parametrize(
    ("withheld", "reason"),
    [("walk_unknown", NO_STATEMENT), ("group_unknown", AGES_UNKNOWN), ("part_counted", PART_COUNTED)],
)
def test_the_note_has_one_reason_where_the_whole_row_is_silent(withheld, reason):
    tables = build_tables([("city", "", "all", 500.0, 0.0)], median_min=NAN, seats=NAN, withheld=withheld)
    choice = tables[1].assign(**dict.fromkeys((*SHARES, *NUMBERS), NAN))
    rows = build_measure_rows(tables[0], choice, tables[2], **RULES)
    assert rows["note"].tolist() == [reason]


def test_the_note_names_the_columns_that_a_reason_silences():
    # As in Neuss: seats and shares are told, the walks are not; hardly anybody is reached in 5 minutes.
    walks, choice, seats = build_tables([("city", "", "all", 500.0, 0.0)])
    is_walk, is_soon = walks["destination"] == "any", choice["threshold_min"] == 5
    figures = ["median_min", "median_max_min", "p90_min", "p90_max_min"]
    walks.loc[is_walk, figures] = NAN
    walks.loc[is_walk, "withheld"] = "walk_unknown"
    walks.loc[walks["destination"] == "choice", figures] = NAN  # not half of them within 15 minutes
    walks.loc[walks["destination"] == "B", figures] = NAN  # there is no library
    walks.loc[walks["destination"] == "N", "median_max_min"] = NAN
    choice.loc[is_soon, ["covered_share", "covered_share_max"]] = NAN
    row = build_measure_rows(walks, choice, seats, **RULES).iloc[0]
    # The fastest walk 1.33 m/s: 1,197 m in 15 minutes.
    assert set(row["note"].split("; ")) == {
        f"{NO_STATEMENT} (walk_median_min, walk_median_max_min, walk_p90_min, walk_p90_max_min)",
        f"{NO_CHOICE.format(metres='1.197')} (choice_walk_median_min, choice_walk_median_max_min)",
        f"{NO_SUCH_PLACE} (median_min_B, median_max_min_B)",
        f"{NO_UPPER_END} (median_max_min_N)",
        f"{FEW_REACHED} (covered_share_5, covered_share_max_5)",
    }


def test_without_measures_the_file_has_no_rows():
    empty = [
        build_empty(f"published_{name}", crs="")
        for name in ("district_walks", "district_choice", "district_seats")
    ]
    assert len(build_measure_rows(*empty, **RULES)) == 0
