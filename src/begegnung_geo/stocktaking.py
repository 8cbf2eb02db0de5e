# SPDX-License-Identifier: MIT
"""
The second chapter of the pipeline: the network, the inventory, and how complete it is.

Each function is a step of `pipeline.STEPS`, in that order.
"""

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from begegnung_geo.analysis.classify import OSM_SOURCE, classify_records
from begegnung_geo.analysis.completeness import build_completeness, build_fill_rates
from begegnung_geo.analysis.conflate import conflate_places, flag_counted, rank_records, split_by_city
from begegnung_geo.analysis.districts import assign_levels
from begegnung_geo.analysis.doors import build_doors, move_to_doors
from begegnung_geo.analysis.hand import date_features, date_records, describe_places
from begegnung_geo.analysis.links import add_links
from begegnung_geo.analysis.list_evidence import lower_evidence
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.opening import assign_hours
from begegnung_geo.analysis.opening_calendar import pick_calendar
from begegnung_geo.analysis.origins import build_column_sources
from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.analysis.place_ids import build_known_ids, count_remembered, inherit_ids, join_known_ids
from begegnung_geo.analysis.reach import assign_snap_distance
from begegnung_geo.analysis.review import report_reviews
from begegnung_geo.analysis.row_counts import RowCount, build_row_counts, describe_row_counts
from begegnung_geo.analysis.scenario import apply_scenario, require_future
from begegnung_geo.analysis.withheld import drop_withheld
from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.category_rules import CategoryRules, read_category_rules
from begegnung_geo.jobs import EXTRACT_KEY, QUESTIONNAIRE_LIST
from begegnung_geo.scenario import SCENARIO_SOURCE
from begegnung_geo.schema import stack_layers
from begegnung_geo.sources.scenarios import read_scenario
from begegnung_geo.steps import StepInput, StepOutput


def lay_network(step: StepInput) -> StepOutput:
    """Split the walkways at their junctions."""
    walkways = step.layer("walkways")
    if source := step.raw("scenario"):
        scenario = read_scenario(source.path)
        walkways = add_links(
            walkways,
            scenario.link,
            crs_of_links=scenario.crs,
            link_join_m=step.profile.trial.link_join_m,
        )
    walk_nodes, walk_edges = build_network(walkways, step.layer("obstacles"))
    return StepOutput({"walk_nodes": walk_nodes, "walk_edges": walk_edges})


def take_inventory(step: StepInput) -> StepOutput:
    """Classify all records, merge those of one place, and say in which district each place lies."""
    folder = step.require_raw("rules.categories").path.parent
    rules, profile = read_category_rules(folder), step.profile
    places, faults, counts = _gather_places(step, rules)
    merged, matches, ids = _merge_places(step, places, rules)
    dates = date_features(step.layer("osm_features"))
    dates |= date_records(step.layer("place_records"), step.facts("read_lists")["dates"])
    described = describe_places(
        merged,
        places,
        step.table("hand_entries"),
        rules=read_attribute_rules(folder),
        classes=rules.classes,
        dates=dates,
        study_area=step.layer("city_area").buffer(profile.study.buffer_m).union_all(),
        position_far_m=profile.hand.position_far_m,
    )
    merged, withheld_issues, withheld = drop_withheld(described.begegnungsorte, rules)
    merged, closed = _follow_scenario(step, merged)
    merged = merged.assign(is_counted=flag_counted(merged, profile.coverage))
    calendar = pick_calendar(step.profile.opening, data_date=step.facts("read_map")["data_date"])
    merged, hours_issues = assign_hours(merged, calendar=calendar)
    merged, doors, snap_issues = _snap_places(step, merged)
    inside, neighbours, split_issues, outside = split_by_city(
        merged, step.layer("city_area"), buffer_m=profile.study.buffer_m
    )
    inside, district_issues = assign_levels(
        inside,
        step.layer("districts"),
        city_area=step.layer("city_area"),
        snap_distance_m=profile.walking.snap_distance_m,
    )
    told = described.attributes
    attributes = told[told["begegnungsort_id"].isin(merged["begegnungsort_id"])]
    row_counts, rejections = build_row_counts(
        [*counts, *described.counts, *withheld, *closed, *outside], inside, neighbours
    )
    reviews = report_reviews(step.table("reviews"), places, matches)
    everywhere = stack_layers(inside, neighbours)
    return StepOutput(
        {
            "places": places,
            "begegnungsorte": inside,
            "neighbour_places": neighbours,
            "doors": doors[doors["begegnungsort_id"].isin(everywhere["begegnungsort_id"])],
            "known_ids": build_known_ids(everywhere, step.remembered("known_ids")),
            "place_matches": matches,
            "attributes": attributes,
            "column_sources": build_column_sources(everywhere, places, attributes, dates=dates),
            "row_counts": row_counts,
            "rejections": rejections,
        },
        {"ids": ids, "report": [*describe_row_counts(row_counts, rejections), *_report_ids(step, ids)]},
        [
            *faults,
            reviews,
            hours_issues,
            snap_issues,
            described.issues,
            withheld_issues,
            split_issues,
            *district_issues,
        ],
    )


def _follow_scenario(
    step: StepInput, merged: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, Sequence[RowCount]]:
    source = step.raw("scenario")
    if source is None:
        return merged, ()
    scenario = read_scenario(source.path)
    require_future(scenario, step.facts("read_map")["data_date"])
    area = step.layer("city_area").buffer(step.profile.study.buffer_m).union_all()
    counting = merged.assign(is_counted=flag_counted(merged, step.profile.coverage))
    return apply_scenario(counting, scenario, study_area=area)


def _gather_places(
    step: StepInput, rules: CategoryRules
) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame], list[RowCount]]:
    """Return the records of all sources with their class, the faults, and the books so far."""
    grades: dict[str, str] = {QUESTIONNAIRE_LIST: "A"}
    grades |= {source.key: source.evidence for source in step.profile.sources.places if source.evidence}
    osm_places, osm_issues, osm_count = build_osm_places(step.layer("osm_features"), rules)
    listed, list_issues, list_counts = classify_records(step.layer("place_records"), rules, evidence=grades)
    # The reader turns empty rows away before the classification sees them.
    read = [
        RowCount(source, row["read"], {"empty": row["rejected"]})
        for source, row in step.facts("read_lists")["counts"].items()
    ]
    turned_away = [replace(count, read=0) for count in list_counts]
    return (
        stack_layers(osm_places, lower_evidence(listed)),
        [osm_issues, list_issues],
        [osm_count, *read, *turned_away],
    )


def _merge_places(
    step: StepInput, places: gpd.GeoDataFrame, rules: CategoryRules
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, dict[str, int]]:
    """Return the merged places with ids that last, the compared pairs, and where the ids come from."""
    source_order = [source.key for source in step.profile.sources.places]
    kept, remembered = step.table("kept_ids"), gpd.GeoDataFrame(step.remembered("known_ids"))
    known = join_known_ids(kept, remembered)
    # A place that only a scenario has is a new one, however near it lies to another.
    is_new = places["source"] == SCENARIO_SOURCE
    new, places = places[is_new].reset_index(drop=True), places[~is_new].reset_index(drop=True)
    merged, matches = conflate_places(
        places,
        rules=rules,
        coverage=step.profile.coverage,
        footprints=step.layer("osm_features"),
        contact_keys=_list_contact_keys(step),
        reviews=step.table("reviews"),
        known_ids=known,
        source_order=source_order,
        localities=[step.profile.city.name, *step.layer("districts")["name"]],
    )
    merged = inherit_ids(merged, places, remembered, known=known, rules=rules)
    if len(new):
        merged = stack_layers(merged, conflate_places(new, rules=rules, coverage=step.profile.coverage)[0])
    origins = places[["place_id"]].assign(origin=rank_records(places, source_order=source_order)["origin"])
    ids = {"kept": len(kept), "remembered": count_remembered(merged, origins, kept)}
    return merged, matches, ids


def _list_contact_keys(step: StepInput) -> dict[str, list[str]]:
    features, records = step.table("osm_features"), step.table("place_records")
    keys = dict(zip(OSM_SOURCE + ":" + features["source_id"], features["contact_keys"], strict=True))
    ids = records["source"] + ":" + records["source_id"]
    return keys | dict(zip(ids, records["contact_keys"], strict=True))


def _report_ids(step: StepInput, ids: dict[str, int]) -> list[str]:
    # Said in every run until somebody keeps them: another machine cannot know what this one remembers.
    if not ids["remembered"]:
        return []
    line = f"ids: {ids['remembered']} places have an id that only the last run here knows"
    key = step.profile.city.key
    if key == EXTRACT_KEY:
        return [f"{line}; do not delete the folder"]
    return [f"{line}; run `begegnung-geo ids --city {key} --keep` to hold it for every machine"]


def _snap_places(
    step: StepInput, merged: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    """Return the places with the leg from their door to the walkway, the doors, and what is unconnected."""
    network = index_network(step.layer("walk_nodes"), step.layer("walk_edges"), step_free=False)
    walking = step.profile.walking
    snapping = {"snap_distance_m": walking.snap_distance_m, "scrap_length_m": walking.scrap_length_m}
    doors = build_doors(
        merged, step.layer("osm_features"), step.layer("entrances"), network=network, **snapping
    )
    at_doors, issues = assign_snap_distance(move_to_doors(merged, doors), network, **snapping)
    return merged.assign(snap_distance_m=at_doors["snap_distance_m"]), doors, issues


def judge_completeness(step: StepInput) -> StepOutput:
    """Set what was found against how many places two independent sources make likely."""
    folder = step.require_raw("rules.categories").path.parent
    rules = read_category_rules(folder)
    begegnungsorte, districts = step.layer("begegnungsorte"), step.layer("districts")
    class_groups = {key: entry.group for key, entry in rules.classes.items()}
    settings = step.profile.completeness
    completeness = build_completeness(
        begegnungsorte,
        districts,
        class_groups=class_groups,
        second_sources=[source.key for source in step.profile.sources.places if source.is_independent],
        matches_min=settings.matches_min,
        confidence=settings.confidence,
    )
    recorded = [attribute.key for attribute in read_attribute_rules(folder).list_columns()]
    fill_rates = build_fill_rates(begegnungsorte, districts, class_groups=class_groups, recorded=recorded)
    return StepOutput({"completeness": completeness, "fill_rates": fill_rates})
