# SPDX-License-Identifier: MIT
"""The last chapter of the pipeline: tables to pages, downloads, summary and manifest."""

import json
from pathlib import Path
from typing import Any

from begegnung_geo import __version__
from begegnung_geo.analysis.city_area import find_mapped_area
from begegnung_geo.analysis.disclosure import publish_books
from begegnung_geo.analysis.summary import build_summary
from begegnung_geo.attribute_rules import read_attribute_rules
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.export import write_downloads
from begegnung_geo.files import write_bytes
from begegnung_geo.fingerprints import hash_program
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.published_tables import PUBLISHED_TABLES
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.editions import SHEETS
from begegnung_geo.render.gis_styles import build_styles
from begegnung_geo.render.pdf import render_pdf
from begegnung_geo.render.publisher import list_missing
from begegnung_geo.render.scopes import build_district_scopes
from begegnung_geo.render.site import render_site
from begegnung_geo.render.text import Words
from begegnung_geo.sources.scenarios import read_scenario
from begegnung_geo.steps import StepInput, StepOutput
from begegnung_geo.store import read_table

SITE_TABLES = (
    *(f"published_{name}" for name in PUBLISHED_TABLES), "begegnungsorte", "neighbour_places", "places",
    "districts", "city_area", "underserved_variants", "reach_areas", "demand", "background_areas",
    "background_lines", "background_labels", "walk_nodes", "walk_edges", "issues", "row_counts",
    "completeness", "fill_rates", "column_sources", "attributes", "opening", "scenario_coverage",
    "scenario_open_coverage",
    "changed_squares", "scenario_areas", "try_places", "try_groups", "try_walks", "try_area",
)  # fmt: skip


def publish_site(step: StepInput) -> StepOutput:
    """Write pages, downloads, summary and manifest."""
    folder = step.require_raw("rules.categories").path.parent
    rules = read_category_rules(folder)
    # A page knows the published figures only; the exact ones stay in the run's tables.
    tables = {name.removeprefix("published_"): step.table(name) for name in SITE_TABLES}
    people = step.facts("count_people")
    summary = build_summary(tables, city=step.profile.city.name, people=people)
    data_date = step.facts("read_map")["data_date"]
    entries = tuple(
        _date_entry(raw.entry, data_date) if role == "osm" else raw.entry
        for role, raw in sorted(step.job.raw_files.items())
        if not role.startswith(("rules.", "before."))
    )
    labels = {key: (entry.label_de, entry.label_en) for key, entry in rules.classes.items()}
    groups = {key: entry.group for key, entry in rules.classes.items()}
    shown: dict[str, Any] = {
        name: table for name, table in tables.items() if name not in ("places", "walk_nodes")
    }
    content = SiteContent(
        profile=step.profile,
        program_version=__version__,
        data_date=data_date,
        provenance=entries,
        class_labels=labels,
        class_groups=groups,
        vocabulary=read_attribute_rules(folder),
        summary=summary,
        mapped_area=find_mapped_area(step.layer("walk_edges"), tables["issues"]),
        has_pdf=step.job.has_pdf,
        hot_spots_reason=step.facts("find_hot_spots")["reason"],
        **_tell_scenario(step),
        **shown,
    )
    pages = render_site(content, language=step.job.language)
    for name, text in pages.items():
        write_bytes(step.site / name, text.encode())
        if step.job.has_pdf and f"{SHEETS}/" in name:
            write_bytes((step.site / name).with_suffix(".pdf"), render_pdf(text))
    extracts = {
        scope.slug: set(scope.begegnungsorte["begegnungsort_id"]) for scope in build_district_scopes(content)
    }
    styles = build_styles(content, words=Words("de"))  # the downloads are German
    write_downloads(step.site / "downloads", content, extracts=extracts, styles=styles)
    _write_json(step.site / "summary.json", summary)
    _write_json(step.site / "manifest.json", _describe_run(step, _publish_people(step, people)))
    return StepOutput(facts={"text": _tell_pages(len(pages), step.profile)})


def _tell_pages(count: int, profile: Profile) -> str:
    missing = list_missing(profile.publisher)
    hint = f"; [publisher] of the profile lacks {', '.join(missing)}" if missing else ""
    return f"{count} pages{hint}"


def _date_entry(entry: SourceEntry, data_date: str) -> SourceEntry:
    # The map file tells its own date, also where no provenance file does.
    return entry if entry.data_date else entry.model_copy(update={"data_date": data_date})


def _tell_scenario(step: StepInput) -> dict[str, Any]:
    """Return what would be different, and how the places are called whose ids the scenario names."""
    source = step.raw("scenario")
    if source is None:
        return {}
    scenario = read_scenario(source.path)
    before = step.require_raw("before.begegnungsorte")
    places = read_table("begegnungsorte", folder=before.path.parent, crs=step.crs)
    named, wanted = places.dropna(subset=["name"]), set(scenario.list_ids())
    names = {
        key: str(name)
        for own, name, members in named[["begegnungsort_id", "name", "place_ids"]].itertuples(index=False)
        for key in wanted.intersection((own, *members))
    }
    return {"scenario": scenario, "scenario_names": names}


def _publish_people(step: StepInput, people: dict[str, Any]) -> dict[str, Any]:
    books = {name: value for name, value in people.items() if name.endswith("_persons")}
    inside_persons = float(step.table("demand")["persons"].sum())
    published = publish_books(books, inside_persons=inside_persons, publication=step.profile.publication)
    return people | published


def _describe_run(step: StepInput, people: dict[str, object]) -> dict[str, object]:
    """Return the manifest: inputs with checksum, licence and date; parameters; program version."""
    inputs = [
        {"role": role, **raw.entry.model_dump(exclude={"retrieved", "etag", "last_modified"})}
        for role, raw in sorted(step.job.raw_files.items())
    ]
    parameters = step.profile.model_dump(mode="json", exclude={"sources", "fetch"})
    source = step.raw("scenario")
    scenario = read_scenario(source.path).model_dump(mode="json", by_alias=True) if source else None
    return {
        "program": "begegnung-geo",
        "version": __version__,
        "program_sha256": hash_program(),
        "language": step.job.language,
        "data_date": step.facts("read_map")["data_date"],
        "people": people,
        **({"scenario": scenario} if scenario else {}),
        "ids": step.facts("take_inventory")["ids"],
        "inputs": inputs,
        "parameters": parameters,
    }


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False)
    write_bytes(path, text.encode() + b"\n")
