# SPDX-License-Identifier: MIT
"""
The story, read top to bottom: from raw files to the site of maps.

Each step reads tables, calls the layer that knows how, and hands back tables. What a
step reads, writes and depends on stands in STEPS; `steps.py` does the rest.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from begegnung_geo import __version__
from begegnung_geo.analysis.addresses import locate_records
from begegnung_geo.analysis.city_area import build_city_area
from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.analysis.completeness import build_completeness, build_fill_rates
from begegnung_geo.analysis.conflate import conflate_places, flag_counted, split_by_city
from begegnung_geo.analysis.coverage import build_coverage
from begegnung_geo.analysis.districts import assign_district, build_districts, derive_districts
from begegnung_geo.analysis.gaps import build_gaps
from begegnung_geo.analysis.hand import date_features, describe_places
from begegnung_geo.analysis.list_evidence import lower_evidence
from begegnung_geo.analysis.network import build_network, index_network
from begegnung_geo.analysis.origins import build_column_sources
from begegnung_geo.analysis.osm_places import build_osm_places
from begegnung_geo.analysis.population import (
    check_conservation,
    clip_to_city,
    estimate_population,
    measure_dwelling_area,
    spread_cells,
)
from begegnung_geo.analysis.reach import assign_snap_distance, assign_walk_distance
from begegnung_geo.analysis.reach_areas import build_reach_areas
from begegnung_geo.analysis.review import report_reviews
from begegnung_geo.analysis.row_counts import RowCount, build_row_counts
from begegnung_geo.analysis.summary import build_summary
from begegnung_geo.analysis.underserved import flag_underserved
from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.category_rules import list_feature_filters, list_name_filters, read_category_rules
from begegnung_geo.crs import WGS84
from begegnung_geo.errors import SourceError
from begegnung_geo.export import write_downloads
from begegnung_geo.files import write_bytes
from begegnung_geo.issues import IssueCode, count_issue
from begegnung_geo.jobs import QUESTIONNAIRE_LIST
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.site import render_site
from begegnung_geo.schema import build_empty
from begegnung_geo.sources.addresses import read_address_register
from begegnung_geo.sources.geocoder import read_look_ups
from begegnung_geo.sources.hand import HandKind, read_hand_files
from begegnung_geo.sources.osm import read_osm
from begegnung_geo.sources.places import read_place_list
from begegnung_geo.sources.reviews import read_kept_ids, read_reviews
from begegnung_geo.sources.vector import read_boundary, read_districts
from begegnung_geo.sources.zensus import read_population
from begegnung_geo.steps import Folders, Job, Listener, Step, StepInput, StepOutput, run_steps
from begegnung_geo.store import read_table
from begegnung_geo.walk_rules import read_walk_rules

_COARSE_CELL_M = 250  # larger cells are spread over their dwellings: a midpoint would stand for too many
_HOUSE_SPACING_M = 60.0  # neighbouring houses this far apart are one inhabited area
_CROWDED = 4  # cells with a quarter of the usual floor area a head lack buildings: they keep their midpoint


def read_areas(step: StepInput) -> StepOutput:
    """Read boundary and district files; the study area they give clips everything else."""
    areas = build_empty("district_areas", crs=step.crs)
    issues: list[pd.DataFrame] = []
    for source in step.profile.sources.districts:
        members, faults = read_districts(
            step.require_raw(f"districts.{source.level}").path,
            level=source.level,
            id_column=source.id_column,
            name_column=source.name_column,
            crs=step.crs,
        )
        areas = pd.concat([areas, members], ignore_index=True)
        issues.append(faults)
    given, name = build_empty("given_area", crs=step.crs), step.profile.city.name
    if boundary := step.raw("boundary"):
        given, faults = read_boundary(boundary.path, name=name, crs=step.crs)
        issues.append(faults)
    elif len(areas):
        given, faults = build_city_area(name=name, district_areas=_stack(areas))
        issues.append(faults)
    return StepOutput({"district_areas": areas, "given_area": given}, issues=issues)


def read_map(step: StepInput) -> StepOutput:
    """Read the OSM file around the study area in one pass."""
    osm = step.require_raw("osm")
    rules = read_category_rules(step.require_raw("rules.categories").path.parent)
    given = step.layer("given_area")
    tables = read_osm(
        osm.path,
        crs=step.crs,
        clip=_buffer_to_wgs84(given, step.profile.study.buffer_m) if len(given) else None,
        feature_filters=list_feature_filters(rules),
        name_filters=list_name_filters(rules),
        walk_rules=read_walk_rules(step.require_raw("rules.walkways").path),
    )
    if len(given) and not len(tables.walkways):
        raise SourceError(
            f"the extract has no walkable way within {step.profile.study.buffer_m:g} m of the study area",
            where=f"{osm.path.name} and the boundary of {given['name'].iloc[0]}",
            hint="check that boundary, districts and extract belong to the same city",
        )
    names = (
        "osm_features", "walkways", "buildings", "addresses", "boundaries",
        "background_areas", "background_lines", "background_labels",
    )  # fmt: skip
    return StepOutput(
        {name: getattr(tables, name) for name in names},
        {"data_date": tables.data_date},
        [tables.issues],
    )


def tie_districts(step: StepInput) -> StepOutput:
    """Settle the study area and the districts of every level."""
    given, areas = step.layer("given_area"), step.layer("district_areas")
    city_area, area_issues = build_city_area(
        name=step.profile.city.name,
        boundary_area=given if len(given) else None,
        boundaries=step.layer("boundaries"),
        walkways=step.layer("walkways"),
    )
    if len(given):
        city_area["origin"] = given["origin"]
    if not len(areas):
        areas = derive_districts(step.layer("boundaries"), city_area)
    districts, issues = build_districts(areas)
    return StepOutput({"city_area": city_area, "districts": districts}, issues=[area_issues, issues])


def count_people(step: StepInput) -> StepOutput:
    """Read the people of a census grid, or estimate them from dwellings; nobody is lost on the way."""
    city_area, buildings = step.layer("city_area"), step.layer("buildings")
    source, settings = step.raw("population"), step.profile.population.model_dump()
    if source is None:
        cells = estimate_population(buildings, city_area=city_area, **settings)
        facts = {"source": "estimate", "is_estimated": True, "input_persons": float(cells["persons"].sum())}
        facts |= {"outside_persons": 0.0, "spacing_m": _HOUSE_SPACING_M}
        return StepOutput({"population_cells": cells}, facts)
    age = step.raw("population_age")
    given, issues, meta = read_population(
        source.path,
        age_path=age.path if age else None,
        crs=step.crs,
        clip=city_area.buffer(_COARSE_CELL_M * 4).union_all(),
    )
    if meta.cell_size_m > _COARSE_CELL_M:
        floor_area_per_person_m2 = settings.pop("floor_area_per_person_m2")
        given = spread_cells(
            given,
            buildings,
            cell_size_m=meta.cell_size_m,
            floor_area_m2=measure_dwelling_area(buildings, **settings),
            floor_area_min_per_person_m2=floor_area_per_person_m2 / _CROWDED,
        )
    cells, near_persons = clip_to_city(given, city_area)
    outside_persons = meta.outside_persons + near_persons
    facts = {
        "source": source.entry.title,
        "is_estimated": False,
        "input_persons": meta.input_persons,
        "outside_persons": outside_persons,
        "rejected_persons": meta.rejected_persons,
        "spacing_m": meta.cell_size_m if 0 < meta.cell_size_m <= _COARSE_CELL_M else _HOUSE_SPACING_M,
        "has_total": meta.has_total,
    }
    kept = {
        "inside": float(cells["persons"].sum()),
        "outside": outside_persons,
        "rejected": meta.rejected_persons,
    }
    check_conservation(input_persons=meta.input_persons, parts=kept, where=source.path.name)
    outside = count_issue(
        source.path.name,
        IssueCode.PERSONS_OUTSIDE,
        count=round(near_persons),
        text="people just outside the study area; left out of all figures",
    )
    return StepOutput({"population_cells": cells}, facts, [issues, outside])


def read_lists(step: StepInput) -> StepOutput:
    """Read the address register and the lists of places, and give every row its point."""
    register, issues = build_empty("register_addresses", crs=step.crs), []
    if source := step.raw("addresses"):
        buffer = step.layer("city_area").buffer(step.profile.study.buffer_m)
        register, faults = read_address_register(source.path, crs=step.crs, clip=buffer.union_all())
        issues.append(faults)
    records, counts = build_empty("place_records", crs=step.crs), {}
    for key in _list_place_keys(step):
        path = step.require_raw(f"places.{key}").path
        rows, faults, count = read_place_list(path, key=key, crs=step.crs)
        records = pd.concat([records, rows], ignore_index=True)
        counts[key] = {"read": count.read, "rejected": count.rejected}
        issues.append(faults)
    addresses = _stack(register, step.layer("addresses"))
    records, faults = locate_records(
        _stack(records),
        addresses,
        default_city=step.profile.city.name,
        looked_up=_read_look_ups(step),
        districts=step.layer("districts"),
    )
    return StepOutput(
        {"register_addresses": register, "place_records": records}, {"counts": counts}, [*issues, faults]
    )


def _read_look_ups(step: StepInput) -> gpd.GeoDataFrame | None:
    source = step.raw("geocoded")
    if source is None:
        return None
    looked_up = read_look_ups(source.path, crs=step.crs)
    area = step.layer("city_area").buffer(step.profile.study.buffer_m).union_all()
    return looked_up.loc[looked_up.intersects(area)]


def read_hand(step: StepInput) -> StepOutput:
    """Read what people wrote by hand: corrections, answers, decisions about pairs, ids to keep."""
    folder = step.require_raw("rules.attributes").path.parent
    rules, classes = read_attribute_rules(folder), read_category_rules(folder).classes
    kinds: dict[HandKind, str] = {"correction": "hand.corrections", "answer": "hand.answers"}
    files = {kind: source.path for kind, role in kinds.items() if (source := step.raw(role))}
    entries, issues = read_hand_files(files, rules=rules, classes=classes)
    review, ids = step.raw("hand.review"), step.raw("hand.ids")
    reviews, review_issues = read_reviews(review.path if review else None)
    kept_ids, id_issues = read_kept_ids(ids.path if ids else None)
    tables = {"hand_entries": entries, "reviews": reviews, "kept_ids": kept_ids}
    return StepOutput(tables, issues=[*issues, review_issues, id_issues])


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
    places = _stack(osm_places, lower_evidence(listed))
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
    merged = described.begegnungsorte.assign(
        is_counted=flag_counted(described.begegnungsorte, profile.coverage)
    )
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
            "attributes": described.attributes,
            "column_sources": build_column_sources(_stack(inside, neighbours), places, described.attributes),
            "row_counts": build_row_counts(counts, inside, neighbours),
        },
        issues=[*faults, described.issues, split_issues, *district_issues],
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
    supply = _stack(step.layer("begegnungsorte"), step.layer("neighbour_places"))
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
    underserved = flag_underserved(
        coverage,
        demand,
        districts,
        walking=profile.walking,
        rule=profile.underserved,
        unknown_share_max=profile.coverage.unknown_share_max,
    )
    headline = profile.coverage.headline[0]
    gaps = build_gaps(
        demand,
        step.layer("background_labels"),
        districts,
        walking=profile.walking,
        profile=headline.profile,
        threshold_min=headline.threshold_min,
        cell_size_m=step.facts("count_people")["spacing_m"],
        persons_min=profile.publication.share_base_min,
    )
    tables = {
        "coverage": coverage, "city_coverage": city_coverage, "underserved": underserved, "gaps": gaps,
    }  # fmt: skip
    return StepOutput(tables)


def draw_reach(step: StepInput) -> StepOutput:
    """Outline the areas within reach of a counted place."""
    supply = _stack(step.layer("begegnungsorte"), step.layer("neighbour_places"))
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


def publish_site(step: StepInput) -> StepOutput:
    """Write pages, downloads, summary and manifest."""
    rules = read_category_rules(step.require_raw("rules.categories").path.parent)
    tables = {name: step.table(name) for name in _SITE_TABLES}
    people = step.facts("count_people")
    summary = build_summary(tables, city=step.profile.city.name, population_source=people["source"])
    entries = tuple(
        raw.entry for role, raw in sorted(step.job.raw_files.items()) if not role.startswith("rules.")
    )
    labels = {key: (entry.label_de, entry.label_en) for key, entry in rules.classes.items()}
    groups = {key: entry.group for key, entry in rules.classes.items()}
    shown: dict[str, Any] = {
        name: tables[name] for name in _SITE_TABLES if name not in ("places", "walk_nodes")
    }
    content = SiteContent(
        profile=step.profile,
        program_version=__version__,
        data_date=step.facts("read_map")["data_date"],
        provenance=entries,
        class_labels=labels,
        class_groups=groups,
        summary=summary,
        **shown,
    )
    pages = render_site(content, language=step.job.language)
    for name, text in pages.items():
        write_bytes(step.site / name, text.encode())
    write_downloads(step.site / "downloads", content)
    _write_json(step.site / "summary.json", summary)
    _write_json(step.site / "manifest.json", _describe_run(step, people))
    return StepOutput(facts={"text": f"{len(pages)} pages"})


_SITE_TABLES = (
    "begegnungsorte", "neighbour_places", "places", "districts", "city_area", "coverage", "city_coverage",
    "underserved", "reach_areas", "gaps", "demand", "background_areas", "background_lines",
    "background_labels", "walk_nodes", "walk_edges", "issues", "row_counts",
    "completeness", "fill_rates", "column_sources",
)  # fmt: skip

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
        reads=("demand", "districts", "background_labels"), facts_of=("count_people",),
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
        reads=_SITE_TABLES, facts_of=("read_map", "count_people"),
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


def _list_place_keys(step: StepInput) -> list[str]:
    """Return the lists of the profile, then the one of new places from questionnaires."""
    keys = [source.key for source in step.profile.sources.places]
    is_asked = step.raw(f"places.{QUESTIONNAIRE_LIST}") is not None and QUESTIONNAIRE_LIST not in keys
    return [*keys, QUESTIONNAIRE_LIST] if is_asked else keys


def _buffer_to_wgs84(given: gpd.GeoDataFrame, buffer_m: float) -> shapely.Geometry:
    return given.buffer(buffer_m).to_crs(WGS84).union_all()


def _stack(*layers: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the rows of tables of one kind one below the other."""
    rows = pd.concat(layers, ignore_index=True)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=gpd.GeoDataFrame(layers[0]).crs)


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


def _describe_run(step: StepInput, people: dict[str, object]) -> dict[str, object]:
    """Return the manifest: inputs with checksum, licence and date; parameters; program version."""
    inputs = [
        {"role": role, **raw.entry.model_dump(exclude={"retrieved", "etag", "last_modified"})}
        for role, raw in sorted(step.job.raw_files.items())
    ]
    parameters = step.profile.model_dump(mode="json", exclude={"sources", "fetch"})
    return {
        "program": "begegnung-geo",
        "version": __version__,
        "language": step.job.language,
        "data_date": step.facts("read_map")["data_date"],
        "people": people,
        "inputs": inputs,
        "parameters": parameters,
    }


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False)
    write_bytes(path, text.encode() + b"\n")
