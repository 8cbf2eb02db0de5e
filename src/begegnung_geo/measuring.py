# SPDX-License-Identifier: MIT
"""
The third chapter of the pipeline: walking distances, coverage, opening hours, gaps and reach areas.

Each function is a step of `pipeline.STEPS`, in that order.
"""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.access import (
    cut_access,
    list_seats,
    narrow_access,
    report_capacity,
    share_seats,
    withhold_seats,
)
from begegnung_geo.analysis.access_walks import measure_access
from begegnung_geo.analysis.coverage import build_coverage, counts_a_part, withhold_shares
from begegnung_geo.analysis.districts import assign_levels
from begegnung_geo.analysis.doors import move_homes_to_doors, move_to_doors
from begegnung_geo.analysis.fairness import build_fairness, withhold_fairness
from begegnung_geo.analysis.gaps import build_gaps, find_headline_gaps
from begegnung_geo.analysis.measures import (
    build_district_choice,
    build_district_seats,
    build_district_walks,
    pick_people,
    publish_measures,
    withhold_measures,
)
from begegnung_geo.analysis.missing_places import count_missing
from begegnung_geo.analysis.need import build_need, find_need
from begegnung_geo.analysis.open_coverage import build_open_coverage, build_open_walks
from begegnung_geo.analysis.opening import build_opening
from begegnung_geo.analysis.opening_calendar import pick_calendar
from begegnung_geo.analysis.reach import assign_walk_distance
from begegnung_geo.analysis.reach_areas import build_reach_areas
from begegnung_geo.analysis.siting_doubts import list_siting_trials
from begegnung_geo.analysis.siting_tables import (
    build_siting_choices,
    build_siting_gains,
    build_siting_ranks,
    survey_ground,
)
from begegnung_geo.analysis.siting_told import TOLD_OBJECTIVES, publish_choices, publish_siting
from begegnung_geo.analysis.snap_variants import build_snap_variants
from begegnung_geo.analysis.strata import EXACT, PACKED, build_strata
from begegnung_geo.analysis.try_area import find_reached, survey_area
from begegnung_geo.analysis.try_groups import build_try_groups, count_try_walks, cut_try_walks
from begegnung_geo.analysis.tryout import survey_tryout
from begegnung_geo.analysis.underserved import (
    EXTRACT_EDGE,
    PARTIAL_PEOPLE,
    flag_underserved,
    withhold_flags,
)
from begegnung_geo.analysis.underserved_variants import Doubts
from begegnung_geo.analysis.walk_curves import build_walk_curves
from begegnung_geo.analysis.ways import Ways, lay_ways
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.profile import Profile
from begegnung_geo.published_tables import TOLD_MEASURES
from begegnung_geo.schema import stack_layers
from begegnung_geo.steps import StepInput, StepOutput
from begegnung_geo.store import Portions, give_back_memory


def measure_demand(step: StepInput) -> StepOutput:
    """Measure everybody's walk to the nearest counted place, the neighbours' places included."""
    walking = step.profile.walking
    cells, district_issues = assign_levels(
        step.layer("population_cells"),
        step.layer("districts"),
        city_area=step.layer("city_area"),
        snap_distance_m=walking.snap_distance_m,
    )
    ways, people = _lay_ways(step), step.facts("count_people")
    report = []
    if people["weights"] == "houses" or people.get("is_spread", False):  # else nobody's row is a building
        cells, count = move_homes_to_doors(cells, step.layer("buildings"), step.layer("entrances"), ways=ways)
        report = [f"doors: {count:,} of {len(cells):,} homes have a mapped entrance, where their walks start"]
    demand, issues = assign_walk_distance(cells, _read_supply(step), ways=ways)
    return StepOutput({"demand": demand}, {"report": report}, issues=[*district_issues, issues])


def vary_snapping(step: StepInput) -> StepOutput:
    """Measure the walks again with other longest legs to a walkway: only the homes that change are kept."""
    profile, rule = step.profile, step.profile.underserved
    tried = (rule.profile, profile.coverage.headline[0].profile)  # flags of districts, ranks of rooms
    snap_variants = build_snap_variants(
        step.layer("demand"),
        _read_supply(step),
        ways=_lay_ways(step),
        snap_distances_m=rule.variants.snap_distances_m,
        step_free=any(profile.walking.profiles[key].step_free for key in tried),
    )
    return StepOutput({"snap_variants": snap_variants})


def weigh_need(step: StepInput) -> StepOutput:
    """Weigh the need of each district from its age groups and the city's figures."""
    need, indicators = build_need(
        step.layer("demand"), step.layer("districts"), step.table("district_figures"), need=step.profile.need
    )
    return StepOutput({"need": need, "need_indicators": indicators})


def measure_choice(step: StepInput) -> StepOutput:
    """Measure walks to each kind of place, the choice of places and their seats, by district and group."""
    rules = read_category_rules(step.require_raw("rules.categories").path.parent)
    measures, demand, counted = step.profile.measures, step.layer("demand"), _read_supply(step)
    reached = measure_access(
        demand,
        counted,
        ways=_lay_ways(step),
        walking=step.profile.walking,
        measures=measures,
        class_groups={key: entry.group for key, entry in rules.classes.items()},
    )
    give_back_memory()
    protected = step.figures("protected_demand")
    strata = build_strata(demand, step.layer("districts"), groups=measures.person_groups, protected=protected)
    walks = build_district_walks(strata, reached)
    choice = build_district_choice(strata, reached, choice_count=measures.choice_count)
    reached = narrow_access(reached)
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for people, homes in ((PACKED, protected), (EXACT, demand)):
        access = share_seats(
            reached,
            persons=homes["persons"].to_numpy(dtype=np.float64),
            seats=list_seats(counted, measures=measures),
            measures=measures,
        )
        access = withhold_seats(access) if _counts_a_part(step) else access
        tables = (walks, choice, build_district_seats(strata, access))
        found[people] = {
            name: withhold_measures(table) if _counts_a_part(step) else table
            for name, table in zip(TOLD_MEASURES, (pick_people(t, people) for t in tables), strict=True)
        }
    told = {
        f"published_{name}": publish_measures(
            found[PACKED][name],
            found[EXACT][name],
            publication=step.profile.publication,
            unknown_share_max=step.profile.coverage.unknown_share_max,
            is_part=_counts_a_part(step),
        )
        for name in TOLD_MEASURES
    }
    rows = Portions(cut_access(demand, access), row_count=len(demand) * len(access))
    return StepOutput(
        {"access": rows, **found[EXACT], **told},
        issues=[report_capacity(counted, measures=measures)],
    )


def weigh_fairness(step: StepInput) -> StepOutput:
    """Weigh how fairly the walks of the whole city are spread, among all and by need."""
    fairness = build_fairness(step.layer("demand"), step.table("need"), walking=step.profile.walking)
    return StepOutput({"fairness": withhold_fairness(fairness) if _counts_a_part(step) else fairness})


def judge_opening(step: StepInput) -> StepOutput:
    """Say of each place whether it is open at each named moment."""
    settings = step.profile.opening
    opening = build_opening(
        stack_layers(step.layer("begegnungsorte"), step.layer("neighbour_places")),
        moments=step.profile.moments,
        calendar=pick_calendar(settings, data_date=step.facts("read_map")["data_date"]),
        open_share_min=settings.open_share_min,
    )
    return StepOutput({"opening": opening})


def measure_open_coverage(step: StepInput) -> StepOutput:
    """Sum up who reaches a place that is open at each named moment."""
    demand, walking = step.layer("demand"), step.profile.walking
    open_walks = build_open_walks(
        demand,
        _read_supply(step),
        step.table("opening"),
        ways=_lay_ways(step),
        walking=walking,
    )
    open_coverage = build_open_coverage(demand, open_walks, step.layer("districts"), walking=walking)
    if _counts_a_part(step):
        open_coverage = open_coverage.assign(covered_share_min=np.nan, covered_share_max=np.nan)
    return StepOutput({"open_walks": open_walks, "open_coverage": open_coverage})


def measure_coverage(step: StepInput) -> StepOutput:
    """Sum up who reaches a place in time, flag districts, and outline the gaps."""
    profile, demand, districts = step.profile, step.layer("demand"), step.layer("districts")
    coverage, city_coverage = build_coverage(demand, districts, walking=profile.walking)
    people, area = step.facts("count_people"), step.facts("tie_districts")
    underserved, variants = flag_underserved(
        demand,
        districts,
        _read_doubts(step),
        walking=profile.walking,
        rule=profile.underserved,
        unknown_share_max=profile.coverage.unknown_share_max,
    )
    if _counts_a_part(step):
        coverage, city_coverage = withhold_shares(coverage), withhold_shares(city_coverage)
        underserved, variants = withhold_flags(underserved, variants, code=PARTIAL_PEOPLE)
    if area["origin"] == "extract":
        underserved, variants = withhold_flags(underserved, variants, code=EXTRACT_EDGE)
    headline = profile.coverage.headline[0]
    gaps = build_gaps(
        demand,
        step.layer("background_labels"),
        districts,
        gap_of_home=find_headline_gaps(demand, profile=profile, cell_size_m=people["spacing_m"]),
        profile=headline.profile,
        threshold_min=headline.threshold_min,
        cell_size_m=people["spacing_m"],
    )
    curves = build_walk_curves(demand, districts, walking=profile.walking, profile=headline.profile)
    tables = {
        "coverage": coverage, "city_coverage": city_coverage, "gaps": gaps,
        "underserved": underserved, "underserved_variants": variants,
        "walk_curves": curves,
    }  # fmt: skip
    return StepOutput(tables)


def weigh_potential(step: StepInput) -> StepOutput:
    """Say what opening each Potenzialraum would add, and which ones together add most."""
    profile, demand = step.profile, step.layer("demand")
    ground = survey_ground(
        demand,
        _read_potential(step),
        ways=_lay_ways(step),
        walking=profile.walking,
        reach_factor_max=_find_reach_factor(profile),
    )
    packed = replace(ground, demand=step.figures("protected_demand"))
    need = find_need(demand, step.table("need")).to_numpy(dtype=np.float64)
    flags, headlines, siting = step.table("underserved"), profile.coverage.headline, profile.siting
    gains, publication = build_siting_gains(ground, flags), profile.publication
    told: dict[str, Any] = {"headlines": headlines, "siting": siting}
    trials = list_siting_trials(
        demand,
        _read_doubts(step),
        walking=profile.walking,
        headline=headlines[0],
        variants=profile.underserved.variants,
    )
    choices = build_siting_choices(packed, need, **told, objectives=TOLD_OBJECTIVES)
    return StepOutput(
        {
            "siting_gains": gains,
            "siting_choices": build_siting_choices(ground, need, **told),
            "siting_ranks": build_siting_ranks(ground, trials, headline=headlines[0], siting=siting),
            "published_siting_gains": publish_siting(
                build_siting_gains(packed, flags), gains, publication=publication
            ),
            "published_siting_choices": publish_choices(choices, publication=publication),
            "published_siting_ranks": build_siting_ranks(
                packed, trials, headline=headlines[0], siting=siting
            ),
        }
    )


def prepare_tryout(step: StepInput) -> StepOutput:
    """Count homes and squares by the places they reach: a page then tries any choice of open places."""
    demand, walking = step.layer("demand"), step.profile.walking
    ways = _lay_ways(step)
    ground = survey_tryout(
        demand,
        _read_supply(step),
        _read_potential(step),
        neighbour_ids=set(step.layer("neighbour_places")["begegnungsort_id"]),
        ways=ways,
        walking=walking,
    )
    area = survey_area(
        ground,
        step.layer("city_area"),
        ways=ways,
        walking=walking,
        square_m=step.profile.trial.square_m,
    )
    packet = step.profile.publication.round_to
    protected = step.figures("protected_demand")
    groups, reached = build_try_groups(ground, demand, protected, walking=walking, packet=packet)
    return StepOutput(
        {
            "try_places": ground.tabulate(),
            "try_groups": groups,
            "try_walks": Portions(cut_try_walks(reached), row_count=count_try_walks(reached)),
            "try_area": area,
            "reached_squares": find_reached(area, ground.is_open_today, walking=walking),
        }
    )


def draw_reach(step: StepInput) -> StepOutput:
    """Outline the areas within reach of a counted place."""
    reach_areas = build_reach_areas(
        _read_supply(step),
        step.layer("city_area"),
        ways=_lay_ways(step),
        walking=step.profile.walking,
    )
    return StepOutput({"reach_areas": reach_areas})


def _read_doubts(step: StepInput) -> Doubts:
    return Doubts(
        need=step.table("need"),
        snap_variants=step.table("snap_variants"),
        open_walks=step.table("open_walks"),
        missing_counts=tuple(count_missing(step.table("completeness"))),
    )


def _find_reach_factor(profile: Profile) -> float:
    """Return how many times farther than the longest reach the ranking of rooms looks."""
    variants, longest_min = profile.underserved.variants, max(profile.walking.thresholds_min)
    return max(1.0, *variants.speed_factors, *(minutes / longest_min for minutes in variants.thresholds_min))


def _lay_ways(step: StepInput) -> Ways:
    """Return the walk network in memory, the same for all steps of a run."""
    walking = step.profile.walking
    return step.share(
        lay_ways,
        "walk_nodes",
        "walk_edges",
        without_geometry=("walk_nodes",),
        snap_distance_m=walking.snap_distance_m,
        scrap_length_m=walking.scrap_length_m,
    )


def _read_supply(step: StepInput) -> gpd.GeoDataFrame:
    """Return the counted places, the neighbours' included, each at its door."""
    supply = stack_layers(step.layer("begegnungsorte"), step.layer("neighbour_places"))
    return move_to_doors(gpd.GeoDataFrame(supply[supply["is_counted"]]), step.layer("doors"))


def _read_potential(step: StepInput) -> gpd.GeoDataFrame:
    """Return the Potenzialräume that do not count as supply, each at its door."""
    places = step.layer("begegnungsorte")
    is_room = (places["standing"] == "potential") & ~places["is_counted"]
    return move_to_doors(gpd.GeoDataFrame(places[is_room]), step.layer("doors"))


def _counts_a_part(step: StepInput) -> bool:
    return counts_a_part(step.facts("count_people"), step.facts("tie_districts"))
