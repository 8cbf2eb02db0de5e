# SPDX-License-Identifier: MIT
"""Contracts of the tables of distance, choice, seats and fairness: walks to each kind of place, and what follows."""

from begegnung_geo.contract import Column, Table
from begegnung_geo.table_columns import (
    MEASURED_COLUMNS,
    PROFILE,
    THRESHOLD,
    UNKNOWN_REACH,
    UNSURE_WALKS,
)

# One column of a contract is one line.
# fmt: off
MEASURE_TABLES: tuple[Table, ...] = (
    Table(
        "access",
        "one inhabited cell or building x walking profile: what is within reach",
        ("demand_id", "profile"),
        (
            Column("demand_id", "str", "the home, as in `demand`"),
            PROFILE,
            Column("walk_min", "float32", "walk to the nearest counted place; null where none is known", unit="min", is_nullable=True),
            Column("walk_distance_m", "float32", "the same as a distance", unit="m", is_nullable=True),
            Column("choice_distance_m", "float32", "to the `measures.choice_count`-th nearest counted place; null beyond the longest reach of all profiles", unit="m", is_nullable=True),
            Column("seats_e2sfca", "float32", "seats for 1,000 people, competing with everybody around (Luo & Qi 2009); null where the walk is not known", unit="per 1000 persons", is_nullable=True),
            Column("seats_balanced", "float32", "the same where everybody asks for one seat in all", unit="per 1000 persons", is_nullable=True),
            Column("level_bfca", "float32", "share of the levels of service (Páez et al. 2019); depends on how cells are drawn", is_nullable=True),
        ),
        families=(
            Column("distance_", "float32", "to the nearest counted place of a group of classes (`distance_b_m`) or of a class that has any (`distance_library_m`); null where no walk is known", unit="m", is_nullable=True),
            Column("places_within_", "float32", "counted places surely within a threshold (`places_within_10_min`); null where the map cannot tell whether there is one", is_nullable=True),
            Column("kinds_within_", "float32", "different groups of classes among these", is_nullable=True),
        ),
    ),
    Table(
        "district_walks",
        "one district (or the city) x group of people x profile x destination",
        ("level", "district_id", "persons_group", "profile", "destination"),
        (
            *MEASURED_COLUMNS,
            *UNSURE_WALKS,
            Column("destination", "str", "`any` counted place, `choice` (the `measures.choice_count`-th nearest), the letter of a group of classes, or a class that has a counted place"),
            *(
                Column(f"{name}{suffix}_{unit}", "float64", f"{meaning}{told}; null where there is no such distance", unit=unit, is_nullable=True)
                for unit in ("m", "min")
                for name, meaning in (("median", "half of the people walk at most so far"), ("p90", "nine in ten walk at most so far"))
                for suffix, told in (("", ", walks as short as they may be"), ("_max", ", walks as they are known, unknown ones as the longest"))
            ),
        ),
    ),
    Table(
        "district_choice",
        "one district (or the city) x group of people x profile x threshold",
        ("level", "district_id", "persons_group", "profile", "threshold_min"),
        (
            *MEASURED_COLUMNS,
            UNKNOWN_REACH,
            THRESHOLD,
            Column("persons_covered", "float64", "people with a counted place within the threshold", unit="persons", is_nullable=True),
            Column("covered_share", "float64", "persons_covered / persons: unknown counts as not covered", unit="0-1", is_nullable=True),
            Column("covered_share_max", "float64", "the same with unknown counted as covered", unit="0-1", is_nullable=True),
            Column("persons_choice", "float64", "people with at least `measures.choice_count` counted places within the threshold", unit="persons", is_nullable=True),
            Column("choice_share", "float64", "persons_choice / persons: unknown counts as without a choice", unit="0-1", is_nullable=True),
            Column("choice_share_max", "float64", "the same with unknown counted as having one", unit="0-1", is_nullable=True),
            *(
                Column(f"{name}_{figure}{suffix}", "float64", f"{words} {what} within the threshold{told}", is_nullable=True)
                for name, what in (("places", "counted places"), ("kinds", "different groups of classes"))
                for figure, words, told_by_suffix in (
                    ("median", "half of the people have at most so many", (", unknown counted as none", ", unknown counted as very many; null where that decides")),
                    ("mean", "mean number of", (" of the people whose walk is known", ", ways of which nobody knows taken as usable")),
                )
                for suffix, told in zip(("", "_max"), told_by_suffix, strict=True)
            ),
        ),
    ),
    Table(
        "district_seats",
        "one district (or the city) x group of people x profile: seats shared with everybody around",
        ("level", "district_id", "persons_group", "profile"),
        (
            *MEASURED_COLUMNS,
            UNKNOWN_REACH,
            Column("seats_e2sfca", "float64", "seats for 1,000 people, mean of the people whose walk is known (Luo & Qi 2009)", unit="per 1000 persons", is_nullable=True),
            Column("seats_balanced", "float64", "the same where everybody asks for one seat in all", unit="per 1000 persons", is_nullable=True),
        ),
    ),
    Table(
        "fairness",
        "one walking profile: how the minutes to the nearest counted place are spread in the city",
        ("profile",),
        (
            PROFILE,
            Column("persons", "float64", "people with a known walk", unit="persons"),
            Column("persons_left_out", "float64", "people without a known walk", unit="persons"),
            Column("persons_without_need", "float64", "people with a known walk in districts without a known need", unit="persons"),
            Column("walk_mean_min", "float64", "mean walk; null without people with a known walk", unit="min", is_nullable=True),
            Column("gini", "float64", "Gini index of the minutes: 0 all the same, 1 one person walks them all", is_nullable=True),
            Column("palma", "float64", "minutes of the tenth with the longest walks / minutes of the four tenths with the shortest; 0.25 is equal; null where these walk 0 minutes", is_nullable=True),
            Column("longest_mean_min", "float64", "mean walk of the tenth with the longest walks", unit="min", is_nullable=True),
            Column("shortest_mean_min", "float64", "mean walk of the four tenths with the shortest", unit="min", is_nullable=True),
            Column("concentration", "float64", "concentration index of the minutes by need: above 0 walks are longer where need is high; null without known need", unit="-1 to 1", is_nullable=True),
            Column("high_need_mean_min", "float64", "mean walk of the fifth with the highest need", unit="min", is_nullable=True),
            Column("low_need_mean_min", "float64", "mean walk of the fifth with the lowest need", unit="min", is_nullable=True),
        ),
    ),
)
# fmt: on
