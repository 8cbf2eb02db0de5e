# SPDX-License-Identifier: MIT
"""
The second chapter of the pipeline: the network, the inventory, and how complete it is.

Each function is a step of `pipeline.STEPS`, in that order.
"""

from dataclasses import replace

from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.analysis.completeness import build_completeness, build_fill_rates
from begegnung_geo.analysis.conflate import conflate_places, flag_counted, split_by_city
from begegnung_geo.analysis.districts import assign_levels
from begegnung_geo.analysis.hand import date_features, describe_places
from begegnung_geo.analysis.list_evidence import lower_evidence
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.origins import build_column_sources
from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.analysis.reach import assign_snap_distance
from begegnung_geo.analysis.review import report_reviews
from begegnung_geo.analysis.row_counts import RowCount, build_row_counts, describe_row_counts
from begegnung_geo.analysis.withheld import drop_withheld
from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.jobs import QUESTIONNAIRE_LIST
from begegnung_geo.schema import stack_layers
from begegnung_geo.steps import StepInput, StepOutput


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
    merged, withheld_issues, withheld = drop_withheld(described.begegnungsorte, rules)
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
    inside, neighbours, split_issues, outside = split_by_city(
        merged, city_area, buffer_m=profile.study.buffer_m
    )
    inside, district_issues = assign_levels(
        inside,
        step.layer("districts"),
        city_area=step.layer("city_area"),
        snap_distance_m=step.profile.walking.snap_distance_m,
    )
    faults = [osm_issues, list_issues, report_reviews(step.table("reviews"), places, matches), snap_issues]
    turned_away = [*list_counts, *described.counts, *withheld, *outside]
    row_counts, rejections = build_row_counts(
        [
            osm_count,
            *_count_lists(step.facts("read_lists")["counts"]),
            *(replace(c, read=0) for c in turned_away),
        ],
        inside,
        neighbours,
    )
    return StepOutput(
        {
            "places": places,
            "begegnungsorte": inside,
            "neighbour_places": neighbours,
            "place_matches": matches,
            "attributes": attributes,
            "column_sources": build_column_sources(stack_layers(inside, neighbours), places, attributes),
            "row_counts": row_counts,
            "rejections": rejections,
        },
        {"report": describe_row_counts(row_counts, rejections)},
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


def _count_lists(read_counts: dict[str, dict[str, int]]) -> list[RowCount]:
    # The reader turns empty rows away before the classification sees them.
    return [
        RowCount(source, read=row["read"], reasons={"empty": row["rejected"]})
        for source, row in read_counts.items()
    ]
