# SPDX-License-Identifier: MIT
"""
The first chapter of the pipeline: raw files to tables.

Each function is a step of `pipeline.STEPS`, in that order.
"""

import geopandas as gpd
import pandas as pd
import shapely

from begegnung_geo.analysis.addresses import locate_records
from begegnung_geo.analysis.city_area import build_city_area, measure_extract_share
from begegnung_geo.analysis.districts import build_districts, derive_districts
from begegnung_geo.analysis.hand_checks import doubt_days, doubt_list_days, find_newest_day
from begegnung_geo.analysis.scenario import build_scenario_records
from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.category_rules import list_feature_filters, list_name_filters, read_category_rules
from begegnung_geo.crs import WGS84
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.issues import IssueCode, count_issue
from begegnung_geo.jobs import QUESTIONNAIRE_LIST
from begegnung_geo.scenario import SCENARIO_SOURCE
from begegnung_geo.schema import build_empty, stack_layers
from begegnung_geo.sources.addresses import read_address_register
from begegnung_geo.sources.district_figures import read_district_figures
from begegnung_geo.sources.hand import HandKind, read_hand_files
from begegnung_geo.sources.look_ups import read_look_ups
from begegnung_geo.sources.osm import read_osm
from begegnung_geo.sources.places import read_place_list
from begegnung_geo.sources.reviews import read_kept_ids, read_reviews
from begegnung_geo.sources.scenarios import read_scenario
from begegnung_geo.sources.vector import read_boundary, read_districts
from begegnung_geo.steps import StepInput, StepOutput
from begegnung_geo.walk_rules import read_walk_rules

_PART_BELOW = 0.5  # an extract of less than half the study area says nothing about the whole (judgement)


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
        given, faults = build_city_area(name=name, district_areas=stack_layers(areas))
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
        withhold_words=rules.list_withhold_words(),
        walk_rules=read_walk_rules(step.require_raw("rules.walkways").path),
    )
    if len(given) and not len(tables.walkways):
        raise SourceError(
            f"the extract has no walkable way within {step.profile.study.buffer_m:g} m of the study area",
            where=f"{osm.path.name} and the boundary of {given['name'].iloc[0]}",
            hint="check that boundary, districts and extract belong to the same city",
        )
    names = (
        "osm_features", "walkways", "obstacles", "entrances", "buildings", "addresses", "boundaries",
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
    extract_share = 1.0
    if len(given):
        city_area["origin"] = given["origin"]
        extract_share = measure_extract_share(step.layer("walkways"), city_area)
    if not len(areas):
        areas = derive_districts(step.layer("boundaries"), city_area)
    districts, issues = build_districts(areas)
    partly = count_issue(
        "osm",
        IssueCode.EXTRACT_COVERS_PART,
        count=int(extract_share < _PART_BELOW),
        text=f"the file covers {extract_share:.0%} of the study area; nothing is known about the rest",
    )
    return StepOutput(
        {"city_area": city_area, "districts": districts},
        {
            "extract_share": round(extract_share, 4),
            "is_part": extract_share < _PART_BELOW,
            "origin": str(city_area["origin"].iloc[0]),
        },
        [area_issues, issues, partly],
    )


def read_figures(step: StepInput) -> StepOutput:
    """Read what the city knows of its districts: SGB II, single households and the like."""
    districts = step.layer("districts")
    parts, issues = [build_empty("district_figures", crs=step.crs)], []
    for source in step.profile.sources.district_figures:
        ids = districts.loc[districts["level"] == source.level, "district_id"]
        if not len(ids):
            levels = sorted(districts["level"].unique())
            raise ConfigError(
                f"there are no districts of level {source.level!r}",
                where=f"key sources.district_figures.{source.key}.level",
                hint=f"the levels of this run are: {', '.join(levels)}",
            )
        path = step.require_raw(f"district_figures.{source.key}").path
        figures, faults = read_district_figures(path, source, district_ids=list(ids))
        parts.append(figures)
        issues.append(faults)
    return StepOutput({"district_figures": pd.concat(parts, ignore_index=True)}, issues=issues)


def read_lists(step: StepInput) -> StepOutput:
    """Read the address register and the lists of places, and give every row its point."""
    register, issues = build_empty("register_addresses", crs=step.crs), []
    if source := step.raw("addresses"):
        buffer = step.layer("city_area").buffer(step.profile.study.buffer_m)
        register, faults = read_address_register(source.path, crs=step.crs, clip=buffer.union_all())
        issues.append(faults)
    rules = read_category_rules(step.require_raw("rules.categories").path.parent)
    words = rules.list_withhold_words()
    records, counts = build_empty("place_records", crs=step.crs), {}
    for key in _list_place_keys(step):
        path = step.require_raw(f"places.{key}").path
        rows, faults, count = read_place_list(path, key=key, crs=step.crs, withhold_words=words)
        records = pd.concat([records, rows], ignore_index=True)
        counts[key] = {"read": count.read, "rejected": count.rejected}
        issues.append(faults)
    records, faults = doubt_list_days(
        stack_layers(records),
        newest_day=_find_newest_day(step),
        ahead_max_days=step.profile.hand.date_ahead_max_days,
    )
    issues.append(faults)
    addresses = stack_layers(register, step.layer("addresses"))
    new = _read_new_places(step)
    if len(new):
        records = pd.concat([records, new], ignore_index=True)
        counts[SCENARIO_SOURCE] = {"read": len(new), "rejected": 0}
    records, faults = locate_records(
        stack_layers(records),
        addresses,
        default_city=step.profile.city.name,
        looked_up=_read_look_ups(step),
        districts=step.layer("districts"),
    )
    dates = {key: step.require_raw(f"places.{key}").entry.data_date for key in _list_place_keys(step)}
    tables = {"register_addresses": register, "place_records": records}
    return StepOutput(tables, {"counts": counts, "dates": dates}, [*issues, faults])


def _read_new_places(step: StepInput) -> gpd.GeoDataFrame:
    source = step.raw("scenario")
    if source is None:
        return gpd.GeoDataFrame(build_empty("place_records", crs=step.crs))
    return build_scenario_records(read_scenario(source.path), crs=step.crs)


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
    entries, ahead_issues = doubt_days(
        entries, newest_day=_find_newest_day(step), ahead_max_days=step.profile.hand.date_ahead_max_days
    )
    review, ids = step.raw("hand.review"), step.raw("hand.ids")
    reviews, review_issues = read_reviews(review.path if review else None)
    kept_ids, id_issues = read_kept_ids(ids.path if ids else None)
    tables = {"hand_entries": entries, "reviews": reviews, "kept_ids": kept_ids}
    return StepOutput(tables, issues=[*issues, ahead_issues, review_issues, id_issues])


def _find_newest_day(step: StepInput) -> str:
    """Return the newest day that map and lists are of or were fetched on: all that a run knows of today."""
    roles = ["osm", *(f"places.{key}" for key in _list_place_keys(step))]
    sources = [source.entry for role in roles if (source := step.raw(role))]
    dates = [text for entry in sources for text in (entry.data_date, entry.retrieved)]
    return find_newest_day([step.facts("read_map")["data_date"], *dates])


def _list_place_keys(step: StepInput) -> list[str]:
    """Return the lists of the profile, then the one of new places from questionnaires."""
    keys = [source.key for source in step.profile.sources.places]
    is_asked = step.raw(f"places.{QUESTIONNAIRE_LIST}") is not None and QUESTIONNAIRE_LIST not in keys
    return [*keys, QUESTIONNAIRE_LIST] if is_asked else keys


def _buffer_to_wgs84(given: gpd.GeoDataFrame, buffer_m: float) -> shapely.Geometry:
    return given.buffer(buffer_m).to_crs(WGS84).union_all()
