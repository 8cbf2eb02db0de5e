# SPDX-License-Identifier: MIT
"""
The story, read top to bottom: from raw files to the site of maps.

Each step reads tables, calls the layer that knows how, and hands back tables. What a
step reads, writes and depends on stands in STEPS; `steps.py` does the rest.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd

from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.analysis.completeness import build_completeness, build_fill_rates
from begegnung_geo.analysis.conflate import conflate_places, flag_counted, split_by_city
from begegnung_geo.analysis.coverage import build_coverage, withhold_shares
from begegnung_geo.analysis.districts import assign_district
from begegnung_geo.analysis.gaps import build_gaps
from begegnung_geo.analysis.hand import date_features, describe_places
from begegnung_geo.analysis.list_evidence import lower_evidence
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.origins import build_column_sources
from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.analysis.reach import assign_snap_distance, assign_walk_distance
from begegnung_geo.analysis.reach_areas import build_reach_areas
from begegnung_geo.analysis.review import report_reviews
from begegnung_geo.analysis.row_counts import RowCount, build_row_counts
from begegnung_geo.analysis.underserved import flag_underserved, withhold_flags
from begegnung_geo.analysis.withheld import drop_withheld
from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.jobs import QUESTIONNAIRE_LIST
from begegnung_geo.publishing import SITE_TABLES, publish_site
from begegnung_geo.reading import (
    count_people,
    read_areas,
    read_hand,
    read_lists,
    read_map,
    tie_districts,
)
from begegnung_geo.schema import stack_layers
from begegnung_geo.steps import Folders, Job, Listener, Step, StepInput, StepOutput, run_steps
from begegnung_geo.store import read_table


def lay_network(step: StepInput) -> StepOutput:
    """Split the walkways at their junctions."""
    walk_nodes, walk_edges = build_network(step.layer("walkways"))
    return StepOutput({"walk_nodes": walk_nodes, "walk_edges": walk_edges})


def take_inventory(step: StepInput) -> StepOutput:
    """Classify all records, merge those of one place, and say in which district each place lies."""
    folder = step.require_raw("rules.categories").path.parent
    rules, attribute_rules = read_category_rules(folder), read_attribute_rules(folder)
    profile, city_area = step.profile, step.layer("city_area")
    osm_places, osm_issues, osm_count = build_osm_places(step.layer("osm_features"), rules)
    grades: dict[str, str] = {QUESTIONNAIRE_LIST: "A"}
    grades |= {source.key: source.evidence for source in profile.sources.places if source.evidence}
    listed, list_issues, list_counts = classify_records(step.layer("place_records"), rules, evidence=grades)
    places = stack_layers(osm_places, lower_evidence(listed))
    merged, matches = conflate_places(
        places,
        rules=rules,
        coverage=profile.coverage,
        footprints=step.layer("osm_features"),
        reviews=step.table("reviews"),
        known_ids=dict(step.table("kept_ids")[["place_id", "begegnungsort_id"]].to_numpy().tolist()),
        source_order=[source.key for source in profile.sources.places],
    )
    described = describe_places(
        merged,
        places,
        step.table("hand_entries"),
        rules=attribute_rules,
        classes=rules.classes,
        dates=date_features(step.layer("osm_features")),
    )
    merged, withheld_issues = drop_withheld(described.begegnungsorte, rules)
    merged = merged.assign(is_counted=flag_counted(merged, profile.coverage))
    attributes = described.attributes[
        described.attributes["begegnungsort_id"].isin(merged["begegnungsort_id"])
    ]
    network = index_network(step.layer("walk_nodes"), step.layer("walk_edges"), step_free=False)
    merged, snap_issues = assign_snap_distance(
        merged,
        network,
        snap_distance_m=profile.walking.snap_distance_m,
        scrap_length_m=profile.walking.scrap_length_m,
    )
    inside, neighbours, split_issues = split_by_city(merged, city_area, buffer_m=profile.study.buffer_m)
    inside, district_issues = _assign_levels(inside, step)
    faults = [osm_issues, list_issues, report_reviews(step.table("reviews"), places, matches), snap_issues]
    counts = _add_list_rejections([osm_count, *list_counts], step.facts("read_lists")["counts"])
    return StepOutput(
        {
            "places": places,
            "begegnungsorte": inside,
            "neighbour_places": neighbours,
            "place_matches": matches,
            "attributes": attributes,
            "column_sources": build_column_sources(stack_layers(inside, neighbours), places, attributes),
            "row_counts": build_row_counts(counts, inside, neighbours),
        },
        issues=[*faults, described.issues, withheld_issues, split_issues, *district_issues],
    )


def judge_completeness(step: StepInput) -> StepOutput:
    """Set what was found against how many places two independent sources make likely."""
    rules = read_category_rules(step.require_raw("rules.categories").path.parent)
    begegnungsorte, districts = step.layer("begegnungsorte"), step.layer("districts")
    class_groups = {key: entry.group for key, entry in rules.classes.items()}
    settings = step.profile.completeness
    completeness = build_completeness(
        begegnungsorte,
        districts,
        class_groups=class_groups,
        second_sources=[source.key for source in step.profile.sources.places],
        matches_min=settings.matches_min,
        confidence=settings.confidence,
    )
    fill_rates = build_fill_rates(begegnungsorte, districts, class_groups=class_groups)
    return StepOutput({"completeness": completeness, "fill_rates": fill_rates})


def measure_demand(step: StepInput) -> StepOutput:
    """Measure everybody's walk to the nearest counted place, the neighbours' places included."""
    walking = step.profile.walking
    cells, district_issues = _assign_levels(step.layer("population_cells"), step)
    supply = stack_layers(step.layer("begegnungsorte"), step.layer("neighbour_places"))
    demand, issues = assign_walk_distance(
        cells,
        supply[supply["is_counted"]],
        walk_nodes=step.layer("walk_nodes"),
        walk_edges=step.layer("walk_edges"),
        snap_distance_m=walking.snap_distance_m,
        scrap_length_m=walking.scrap_length_m,
    )
    return StepOutput({"demand": demand}, issues=[*district_issues, issues])


def measure_coverage(step: StepInput) -> StepOutput:
    """Sum up who reaches a place in time, flag districts, and outline the gaps."""
    profile, demand, districts = step.profile, step.layer("demand"), step.layer("districts")
    coverage, city_coverage = build_coverage(demand, districts, walking=profile.walking)
    people, area = step.facts("count_people"), step.facts("tie_districts")
    is_estimate_of_a_part = people["is_estimated"] and area["is_part"]
    if is_estimate_of_a_part or not people["has_total"]:
        coverage, city_coverage = withhold_shares(coverage), withhold_shares(city_coverage)
    underserved = flag_underserved(
        coverage,
        demand,
        districts,
        walking=profile.walking,
        rule=profile.underserved,
        unknown_share_max=profile.coverage.unknown_share_max,
    )
    if area["origin"] == "extract":
        underserved = withhold_flags(underserved)
    headline = profile.coverage.headline[0]
    gaps = build_gaps(
        demand,
        step.layer("background_labels"),
        districts,
        walking=profile.walking,
        profile=headline.profile,
        threshold_min=headline.threshold_min,
        cell_size_m=people["spacing_m"],
        persons_min=profile.publication.share_base_min,
    )
    tables = {
        "coverage": coverage, "city_coverage": city_coverage, "underserved": underserved, "gaps": gaps,
    }  # fmt: skip
    return StepOutput(tables)


def draw_reach(step: StepInput) -> StepOutput:
    """Outline the areas within reach of a counted place."""
    supply = stack_layers(step.layer("begegnungsorte"), step.layer("neighbour_places"))
    reach_areas = build_reach_areas(
        supply[supply["is_counted"]],
        step.layer("city_area"),
        walk_nodes=step.layer("walk_nodes"),
        walk_edges=step.layer("walk_edges"),
        walking=step.profile.walking,
    )
    return StepOutput({"reach_areas": reach_areas})


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
            "osm_features", "walkways", "buildings", "addresses", "boundaries",
            "background_areas", "background_lines", "background_labels",
        ),
    ),
    Step(
        "tie_districts", "inventory", tie_districts,
        reads=("given_area", "district_areas", "boundaries", "walkways"), uses=("city",),
        writes=("city_area", "districts"),
    ),
    Step(
        "count_people", "inventory", count_people,
        raw=("population", "population_age"), reads=("city_area", "buildings"), uses=("population", "study"),
        writes=("population_cells",),
    ),
    Step(
        "read_lists", "inventory", read_lists,
        raw=("addresses", "places", "geocoded"), uses=("study", "city", "sources"),
        reads=("city_area", "addresses", "districts"),
        writes=("register_addresses", "place_records"),
    ),
    Step(
        "read_hand", "inventory", read_hand,
        raw=("hand", "rules"), writes=("hand_entries", "reviews", "kept_ids"),
    ),
    Step("lay_network", "inventory", lay_network, reads=("walkways",), writes=("walk_nodes", "walk_edges")),
    Step(
        "take_inventory", "inventory", take_inventory,
        raw=("rules",), facts_of=("read_lists",), uses=("study", "walking", "coverage", "sources"),
        reads=(
            "osm_features", "place_records", "hand_entries", "reviews", "kept_ids", "city_area", "districts",
            "walk_nodes", "walk_edges",
        ),
        writes=(
            "places", "begegnungsorte", "neighbour_places", "place_matches", "attributes", "column_sources",
            "row_counts",
        ),
    ),
    Step(
        "judge_completeness", "inventory", judge_completeness,
        raw=("rules",), reads=("begegnungsorte", "districts"), uses=("completeness", "sources"),
        writes=("completeness", "fill_rates"),
    ),
    Step(
        "measure_demand", "coverage", measure_demand,
        uses=("walking",), writes=("demand",),
        reads=(
            "population_cells", "districts", "city_area", "begegnungsorte", "neighbour_places",
            "walk_nodes", "walk_edges",
        ),
    ),
    Step(
        "measure_coverage", "coverage", measure_coverage,
        reads=("demand", "districts", "background_labels"), facts_of=("count_people", "tie_districts"),
        uses=("walking", "coverage", "underserved", "publication"),
        writes=("coverage", "city_coverage", "underserved", "gaps"),
    ),
    Step(
        "draw_reach", "coverage", draw_reach,
        reads=("begegnungsorte", "neighbour_places", "walk_nodes", "walk_edges", "city_area"),
        uses=("walking",), writes=("reach_areas",),
    ),
    Step("collect_issues", "coverage", collect_issues, gathers_issues=True, writes=("issues",)),
    Step(
        "publish_site", "maps", publish_site, is_page=True,
        reads=SITE_TABLES, facts_of=("read_map", "count_people"),
        raw=(
            "osm", "boundary", "districts", "population", "population_age", "addresses", "places",
            "geocoded", "hand", "rules",
        ),
        uses=(
            "city", "study", "walking", "coverage", "underserved", "population", "completeness",
            "publication", "sources",
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


def _assign_levels(points: gpd.GeoDataFrame, step: StepInput) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame]]:
    districts, issues = step.layer("districts"), []
    for level in sorted(districts["level"].unique()):
        points, faults = assign_district(
            points,
            districts,
            level=level,
            city_area=step.layer("city_area"),
            snap_distance_m=step.profile.walking.snap_distance_m,
        )
        issues.append(faults)
    return points, issues


def _add_list_rejections(counts: list[RowCount], read_counts: dict[str, dict[str, int]]) -> list[RowCount]:
    # The reader turns rows away before the classification sees them.
    seen = {count.source: count for count in counts}
    for source, row in read_counts.items():
        rejected = row["rejected"] + (seen[source].rejected if source in seen else 0)
        seen[source] = RowCount(source, row["read"], rejected)
    return list(seen.values())
