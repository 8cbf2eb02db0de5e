# SPDX-License-Identifier: MIT
"""
The story, read top to bottom: from raw files to the site of maps.

What a step reads, writes and depends on stands in STEPS; `steps.py` does the rest. The
steps are told in six chapters: `reading.py` (raw files to tables), `counting.py` (people),
`stocktaking.py` (the inventory), `measuring.py` (reach and coverage), `disclosing.py` (what may be told),
`publishing.py` (the site).
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from begegnung_geo.counting import count_people, read_totals
from begegnung_geo.disclosing import compare_scenario, find_hot_spots, pack_people, tell_figures
from begegnung_geo.measuring import (
    draw_reach,
    judge_opening,
    measure_choice,
    measure_coverage,
    measure_demand,
    measure_open_coverage,
    prepare_tryout,
    vary_snapping,
    weigh_fairness,
    weigh_need,
    weigh_potential,
)
from begegnung_geo.published_tables import TOLD_FIGURES, TOLD_MEASURES, TOLD_SITING
from begegnung_geo.publishing import SITE_TABLES, publish_site
from begegnung_geo.reading import (
    read_areas,
    read_figures,
    read_hand,
    read_lists,
    read_map,
    tie_districts,
)
from begegnung_geo.run_folders import Folders
from begegnung_geo.steps import Job, Listener, Step, StepInput, StepOutput, run_steps
from begegnung_geo.stocktaking import judge_completeness, lay_network, take_inventory
from begegnung_geo.store import read_table


def collect_issues(step: StepInput) -> StepOutput:
    """Collect what every step found wrong with its input."""
    return StepOutput({"issues": step.issues()})


STEPS = (
    Step(
        "read_areas", "inventory", read_areas,
        raw=("boundary", "districts"), uses=("study", "city", "sources"),
        writes=("district_areas", "given_area"),
    ),
    Step(
        "read_map", "inventory", read_map,
        raw=("osm", "rules"), reads=("given_area",), uses=("study",),
        writes=(
            "osm_features", "walkways", "obstacles", "entrances", "buildings", "addresses", "boundaries",
            "background_areas", "background_lines", "background_labels",
        ),
    ),
    Step(
        "tie_districts", "inventory", tie_districts,
        reads=("given_area", "district_areas", "boundaries", "walkways"), uses=("city",),
        writes=("city_area", "districts"),
    ),
    Step(
        "read_figures", "inventory", read_figures,
        raw=("district_figures",), uses=("sources",), reads=("districts",), writes=("district_figures",),
    ),
    Step(
        "read_totals", "inventory", read_totals,
        raw=("population_totals",), reads=("districts",), uses=("sources",), writes=("district_totals",),
    ),
    Step(
        "count_people", "inventory", count_people,
        raw=("population", "population_age", "population_totals"),
        reads=("city_area", "buildings", "districts", "district_totals"),
        uses=("population", "study", "sources"), writes=("population_cells",),
    ),
    Step(
        "read_lists", "inventory", read_lists,
        raw=("addresses", "places", "geocoded", "rules", "scenario", "osm"), facts_of=("read_map",),
        uses=("study", "city", "sources", "hand"), reads=("city_area", "addresses", "districts"),
        writes=("register_addresses", "place_records"),
    ),
    Step(
        "read_hand", "inventory", read_hand,
        raw=("hand", "rules", "osm", "places"), facts_of=("read_map",), uses=("hand", "sources"),
        writes=("hand_entries", "reviews", "kept_ids"),
    ),
    Step(
        "lay_network", "inventory", lay_network, raw=("scenario",), uses=("trial",),
        reads=("walkways", "obstacles"), writes=("walk_nodes", "walk_edges"),
    ),
    Step(
        "take_inventory", "inventory", take_inventory,
        raw=("rules", "scenario"), facts_of=("read_lists", "read_map"),
        uses=("city", "study", "walking", "coverage", "opening", "sources", "hand"),
        reads=(
            "osm_features", "place_records", "hand_entries", "reviews", "kept_ids", "city_area", "districts",
            "walk_nodes", "walk_edges", "entrances",
        ),
        writes=(
            "places", "begegnungsorte", "neighbour_places", "doors", "known_ids", "place_matches",
            "attributes", "column_sources", "row_counts", "rejections",
        ),
        remembers=("known_ids",),
    ),
    Step(
        "judge_completeness", "inventory", judge_completeness,
        raw=("rules",), reads=("begegnungsorte", "districts"), uses=("completeness", "sources"),
        writes=("completeness", "fill_rates"),
    ),
    Step(
        "measure_demand", "coverage", measure_demand,
        uses=("walking",), facts_of=("count_people",), writes=("demand",),
        reads=(
            "population_cells", "districts", "city_area", "begegnungsorte", "neighbour_places", "doors",
            "buildings", "entrances", "walk_nodes", "walk_edges",
        ),
    ),
    Step(
        "vary_snapping", "coverage", vary_snapping,
        reads=("demand", "begegnungsorte", "neighbour_places", "doors", "walk_nodes", "walk_edges"),
        uses=("walking", "underserved", "coverage"), writes=("snap_variants",),
    ),
    Step(
        "weigh_need", "coverage", weigh_need,
        reads=("demand", "districts", "district_figures"), uses=("need",), writes=("need", "need_indicators"),
    ),
    Step(
        "judge_opening", "coverage", judge_opening,
        reads=("begegnungsorte", "neighbour_places"), facts_of=("read_map",), uses=("opening", "moments"),
        writes=("opening",),
    ),
    Step(
        "measure_open_coverage", "coverage", measure_open_coverage,
        reads=(
            "demand", "districts", "opening", "begegnungsorte", "neighbour_places", "doors",
            "walk_nodes", "walk_edges",
        ),
        facts_of=("count_people", "tie_districts"), uses=("walking",), writes=("open_walks", "open_coverage"),
    ),
    Step(
        "measure_coverage", "coverage", measure_coverage,
        reads=(
            "demand", "districts", "background_labels", "need", "snap_variants", "open_walks", "completeness",
        ),
        facts_of=("count_people", "tie_districts"),
        uses=("walking", "coverage", "underserved", "publication"),
        writes=("coverage", "city_coverage", "underserved", "underserved_variants", "gaps", "walk_curves"),
    ),
    Step(
        "weigh_fairness", "coverage", weigh_fairness,
        reads=("demand", "need"), facts_of=("count_people", "tie_districts"),
        uses=("walking",), writes=("fairness",),
    ),
    Step(
        "pack_people", "coverage", pack_people, raw=("before.protected_demand",),
        reads=("demand", "districts"), facts_of=("count_people",),
        uses=("walking", "coverage", "publication"), writes=("protected_demand",),
    ),
    Step(
        "measure_choice", "coverage", measure_choice,
        raw=("rules",), facts_of=("count_people", "tie_districts"),
        reads=(
            "demand", "protected_demand", "districts", "begegnungsorte", "neighbour_places", "doors",
            "walk_nodes", "walk_edges",
        ),
        uses=("walking", "measures", "coverage", "publication"),
        writes=("access", *TOLD_MEASURES, *(f"published_{name}" for name in TOLD_MEASURES)),
    ),
    Step(
        "tell_figures", "coverage", tell_figures,
        reads=(
            "protected_demand", "demand", "districts", "district_figures", "coverage", "city_coverage",
            "gaps", "underserved", "walk_curves", "fairness", "open_walks", "open_coverage",
        ),
        facts_of=("count_people",), uses=("walking", "coverage", "need", "underserved", "publication"),
        writes=tuple(f"published_{name}" for name in TOLD_FIGURES),
    ),
    Step(
        "find_hot_spots", "coverage", find_hot_spots,
        reads=("demand", "protected_demand", "background_labels", "districts"), facts_of=("count_people",),
        uses=("walking", "coverage", "hot_spots", "publication"), writes=("hot_spots", "published_hot_spots"),
    ),
    Step(
        "weigh_potential", "coverage", weigh_potential,
        reads=(
            "begegnungsorte", "doors", "demand", "protected_demand", "need", "underserved", "walk_nodes",
            "walk_edges", "snap_variants", "open_walks", "completeness",
        ),
        uses=("walking", "coverage", "siting", "underserved", "publication"),
        writes=(*TOLD_SITING, *(f"published_{name}" for name in TOLD_SITING)),
    ),
    Step(
        "prepare_tryout", "coverage", prepare_tryout,
        reads=(
            "begegnungsorte", "neighbour_places", "doors", "demand", "protected_demand", "walk_nodes",
            "walk_edges", "city_area",
        ),
        uses=("walking", "publication", "trial"),
        writes=("try_places", "try_groups", "try_walks", "try_area", "reached_squares"),
    ),
    Step(
        "compare_scenario", "coverage", compare_scenario, uses=("walking", "trial"),
        raw=(
            "before.published_coverage", "before.published_city_coverage", "before.published_open_coverage",
            "before.reached_squares",
        ),
        reads=("published_coverage", "published_city_coverage", "published_open_coverage", "reached_squares"),
        writes=("scenario_coverage", "scenario_open_coverage", "changed_squares", "scenario_areas"),
    ),
    Step(
        "draw_reach", "coverage", draw_reach,
        reads=("begegnungsorte", "neighbour_places", "doors", "walk_nodes", "walk_edges", "city_area"),
        uses=("walking",), writes=("reach_areas",),
    ),
    Step("collect_issues", "coverage", collect_issues, gathers_issues=True, writes=("issues",)),
    Step(
        "publish_site", "maps", publish_site, is_page=True,
        reads=SITE_TABLES, facts_of=("read_map", "count_people", "take_inventory", "find_hot_spots"),
        raw=(
            "osm", "boundary", "districts", "population", "population_age", "population_totals", "addresses",
            "places",
            "geocoded", "hand", "rules", "district_figures", "scenario", "before.begegnungsorte",
        ),
        uses=(
            "city", "study", "walking", "coverage", "need", "underserved", "hot_spots", "population",
            "completeness", "opening", "moments", "publication", "publisher", "online_maps", "sources",
        ),
    ),
)  # fmt: skip


def run_pipeline(job: Job, folders: Folders, *, until: str, listener: Listener) -> None:
    """
    Bring tables and site up to date.

    Parameters
    ----------
    until
        Last stage: `inventory`, `coverage` or `maps`.

    Raises
    ------
    BegegnungError
        If an input cannot be used; the last good output stays as it is.
    """
    run_steps(STEPS, job, folders, until=until, listener=listener)


def check_inputs(job: Job, *, listener: Listener) -> pd.DataFrame:
    """Read and classify everything in a temporary folder; returns the table `issues`."""
    with TemporaryDirectory() as scratch:
        folders = Folders(Path(scratch) / "processed", Path(scratch) / "site")
        steps = tuple(step for step in STEPS if step.stage == "inventory" or step.gathers_issues)
        run_steps(steps, job, folders, until="coverage", listener=listener)
        return read_table("issues", folder=folders.processed, crs=job.crs)
