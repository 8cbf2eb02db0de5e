# SPDX-License-Identifier: MIT
"""Contracts of the tables about what would be: Potenzialräume that open, scenarios, and what a page tries with."""

from begegnung_geo.contract import Column, Table
from begegnung_geo.table_columns import DISTRICT_IDS, MOMENT, PROFILE, THRESHOLD

_RANK = "how many of the profiles' reaches, rising, are shorter than"

_SQUARE = (
    Column("square_row", "int64", "northing of the square's south-western corner", unit="trial.square_m"),
    Column("square_column", "int64", "easting of the square's south-western corner", unit="trial.square_m"),
)

POTENTIAL_TABLES: tuple[Table, ...] = (
    Table(
        "siting_gains",
        "one Potenzialraum x profile x threshold: what opening it alone would add",
        ("begegnungsort_id", "profile", "threshold_min"),
        (
            Column("begegnungsort_id", "str", "the Potenzialraum"),
            PROFILE,
            THRESHOLD,
            Column("persons_added", "float64", "people newly within reach", unit="persons"),
            Column(
                "persons_own", "float64", "of these, whom no other Potenzialraum would reach", unit="persons"
            ),
            Column(
                "minutes_saved",
                "float64",
                "person-minutes saved on the way to the nearest place, of people whose walk is known",
                unit="min",
            ),
            Column(
                "underserved_districts",
                "list[str]",
                "under-served districts (`level:id`) in which somebody is newly within reach",
            ),
        ),
        families=(
            Column(
                "persons_added_",
                "float64",
                "people of a group newly within reach (`persons_added_65_plus`)",
                unit="persons",
            ),
        ),
    ),
    Table(
        "siting_choices",
        "one answer to: which Potenzialräume together?",
        ("profile", "threshold_min", "objective", "place_count"),
        (
            PROFILE,
            THRESHOLD,
            Column(
                "objective",
                "str",
                "most people, most people times need, most minutes saved, or fewest places for everybody possible",
                allowed=("people", "need", "minutes", "fewest"),
            ),
            Column("place_count", "int64", "places opened"),
            Column("begegnungsort_ids", "list[str]", "the chosen Potenzialräume"),
            Column("gain", "float64", "people, people times need, or person-minutes gained together"),
            Column("bound", "float64", "the most that any choice could gain, proven"),
            Column("gap", "float64", "how far from the best at most; 0 is proven best", unit="0-1"),
            Column(
                "greedy_gain",
                "float64",
                "gain of opening the best one first, then the next; null where not asked",
                is_nullable=True,
            ),
        ),
    ),
    Table(
        "siting_ranks",
        "one Potenzialraum: its rank by people added, and how the rank moves with the pace",
        ("begegnungsort_id",),
        (
            Column("begegnungsort_id", "str", "the Potenzialraum"),
            Column(
                "rank",
                "int64",
                "1 adds most people at the headline's pace and time; equal gains share a rank",
            ),
            Column("rank_low", "int64", "best rank of all trials"),
            Column("rank_high", "int64", "worst rank of all trials"),
            Column(
                "trials_agreeing",
                "int64",
                "trials in which it is as much among the first `siting.places_max` as in the first one",
            ),
            Column("trials", "int64", "trials"),
            Column(
                "stability",
                "str",
                "how far it holds that it is, or is not, among the first",
                allowed=("robust", "likely", "fragile"),
            ),
        ),
    ),
    Table(
        "scenario_coverage",
        "one district (or the city) x profile x threshold of a run with a scenario: as told of the city as it is and as it would be; no row without a scenario",
        ("level", "district_id", "profile", "threshold_min"),
        (
            Column("level", "str", "level key, or `city`"),
            Column("district_id", "str", "district; empty for the city"),
            PROFILE,
            THRESHOLD,
            Column(
                "persons",
                "float64",
                "people who live here; the same before and after",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "persons_covered_before",
                "float64",
                "of these within reach as it is; null where hidden",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "persons_covered",
                "float64",
                "of these within reach as it would be; null where hidden",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "persons_gained",
                "float64",
                "difference; null where one of them is hidden",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "covered_share_before",
                "float64",
                "share within reach as it is; null where hidden",
                unit="0-1",
                is_nullable=True,
            ),
            Column(
                "covered_share",
                "float64",
                "share within reach as it would be; null where hidden",
                unit="0-1",
                is_nullable=True,
            ),
            Column(
                "share_gained",
                "float64",
                "difference; null where one of them is hidden",
                unit="-1 to 1",
                is_nullable=True,
            ),
        ),
    ),
    Table(
        "scenario_open_coverage",
        "one district (or the city) x moment x profile x threshold of a run with a scenario: who reaches a place that is open then; no row without a scenario",
        ("level", "district_id", "moment", "profile", "threshold_min"),
        (
            Column("level", "str", "level key, or `city`"),
            Column("district_id", "str", "district; empty for the city"),
            MOMENT,
            PROFILE,
            THRESHOLD,
            Column(
                "persons_covered_min_before",
                "float64",
                "who surely reach an open place as it is; null where hidden",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "persons_covered_max_before",
                "float64",
                "... if places of unknown hours were open",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "persons_covered_min",
                "float64",
                "who surely reach one as it would be",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "persons_covered_max",
                "float64",
                "... if places of unknown hours were open",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "persons_gained_min",
                "float64",
                "difference of those who surely do; null where one is hidden",
                unit="persons",
                is_nullable=True,
            ),
            Column(
                "persons_gained_max",
                "float64",
                "difference of those who do at most",
                unit="persons",
                is_nullable=True,
            ),
        ),
    ),
    Table(
        "try_places",
        "one place that is open or could be",
        ("position",),
        (
            Column(
                "position",
                "int64",
                "number of the place in `try_walks`, along a curve: neighbours have near numbers",
            ),
            Column("begegnungsort_id", "str", "the place"),
            Column(
                "role",
                "str",
                "open today, open today beyond the border, or a Potenzialraum",
                allowed=("counted", "neighbour", "potential"),
            ),
            Column("component", "int64", "connected piece of the walk network; -1 without a walkway near"),
        ),
    ),
    Table(
        "try_groups",
        "one group of homes that no choice of open places can tell apart, in packets (decision 0017)",
        ("group",),
        (
            Column("group", "int64", "number of the group; its order tells nothing"),
            Column(
                "packets",
                "int64",
                "people, in packets of `publication.round_to`; 0 where some live but fill no packet",
            ),
            Column("component", "int64", "connected piece of the walk network; -1 without a walkway near"),
        ),
        families=(DISTRICT_IDS,),
    ),
    Table(
        "try_walks",
        "one group of homes x place within any reach of it",
        ("group", "position"),
        (
            Column("group", "int64", "the homes"),
            Column("position", "int64", "the place"),
            Column("walk_rank", "int64", f"{_RANK} the walk"),
            Column("step_free_rank", "int64", f"{_RANK} the walk on ways known as step-free"),
            Column("maybe_rank", "int64", f"{_RANK} the walk if ways of which nobody knows were step-free"),
            Column(
                "air_rank", "int64", f"{_RANK} the straight line, where no walk leads from one to the other"
            ),
        ),
    ),
    Table(
        "try_area",
        "one place that is open or could be x square of the city within any reach of it",
        ("position", "square_row", "square_column"),
        (
            Column("position", "int64", "the place"),
            *_SQUARE,
            Column("walk_rank", "int64", f"{_RANK} the walk from the square's midpoint"),
            Column("step_free_rank", "int64", f"{_RANK} the walk on ways known as step-free"),
        ),
    ),
    Table(
        "reached_squares",
        "one profile x threshold x square of the city from where a place that is open today can be reached",
        ("profile", "threshold_min", "square_row", "square_column"),
        (
            PROFILE,
            THRESHOLD,
            *_SQUARE,
        ),
    ),
    Table(
        "changed_squares",
        "one profile x threshold x square of the city that is within reach either as it is or in a scenario",
        ("profile", "threshold_min", "square_row", "square_column"),
        (
            PROFILE,
            THRESHOLD,
            *_SQUARE,
            Column("is_gained", "bool", "within reach in the scenario, not as it is; else the other way"),
        ),
    ),
    Table(
        "scenario_areas",
        "one profile x threshold: the ground within reach as it is and as a scenario would have it",
        ("profile", "threshold_min"),
        (
            PROFILE,
            THRESHOLD,
            Column("area_before_km2", "float64", "area of the city within reach as it is", unit="km2"),
            Column("area_km2", "float64", "area within reach as it would be", unit="km2"),
            Column("area_gained_km2", "float64", "area that comes within reach", unit="km2"),
            Column("area_lost_km2", "float64", "area that falls out of reach", unit="km2"),
        ),
    ),
)
