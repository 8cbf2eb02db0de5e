# SPDX-License-Identifier: MIT
"""The download of measures: one row a district, group and profile, and why a figure is missing."""

import numpy as np
import pandas as pd

from begegnung_geo.export.measures import build_measure_rows
from begegnung_geo.export.words import MEASURE_WORDS, NO_STATEMENT, TOO_FEW, UNKNOWN_GROUP, find_word
from begegnung_geo.profile import Publication
from begegnung_geo.schema import build_empty

NAMES = pd.DataFrame(
    {"level": ["city", "fine"], "district_id": ["", "01"], "name": ["Teststadt", "Mitte"]}, dtype="str"
)
RULES = {"names": NAMES, "publication": Publication(suppress_below=10, round_to=5, share_base_min=100)}
NAN = np.nan


def build_tables(people, *, median_min=6.04, seats=61.2):
    """Return the three published tables of groups: area, group, people, people without a group."""
    rows = [
        {
            "level": level, "district_id": district, "persons_group": group, "profile": "senior",
            "persons": persons, "persons_unknown": 0.0, "persons_without_group": without,
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
    silent = build_measure_rows(*build_tables(people[:1], median_min=NAN, seats=NAN), **RULES)
    assert silent["note"].tolist() == [NO_STATEMENT]


def test_without_measures_the_file_has_no_rows():
    empty = [
        build_empty(f"published_{name}", crs="")
        for name in ("district_walks", "district_choice", "district_seats")
    ]
    assert len(build_measure_rows(*empty, **RULES)) == 0
