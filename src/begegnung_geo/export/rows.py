# SPDX-License-Identifier: MIT
"""The rows of everything that is published, once; the files only give them a form."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from begegnung_geo.export.claims import build_claim_rows, build_origin_rows
from begegnung_geo.export.completeness import build_completeness_rows, build_fill_rate_rows
from begegnung_geo.export.content import DownloadContent
from begegnung_geo.export.dictionary import build_dictionary_rows, build_source_rows, fill_terms
from begegnung_geo.export.measures import build_measure_rows
from begegnung_geo.export.open_coverage import build_open_coverage_rows
from begegnung_geo.export.potential import build_potential_rows
from begegnung_geo.export.tables import (
    HIDDEN,
    build_coverage_rows,
    build_district_rows,
    build_gap_rows,
    build_issue_rows,
    build_place_rows,
    build_reach_rows,
    build_scenario_rows,
    build_spot_rows,
)
from begegnung_geo.export.words import ESTIMATED, INVENTED
from begegnung_geo.export.words_about import DICTIONARY_WORDS
from begegnung_geo.export.words_scenario import SCENARIO_AREA_WORDS, SCENARIO_OPEN_WORDS, SCENARIO_WORDS


def build_rows(content: DownloadContent) -> dict[str, pd.DataFrame]:
    """
    Return the rows of each download by its key in `dictionary.DICTIONARY`.

    Only columns named in `words*.py` leave the house. `begegnungsorte`, `districts`,
    `gaps`, `hot_spots` and `reach_areas` have a geometry in the metric CRS.
    """
    places, districts = content.begegnungsorte, content.districts
    labels, licences = content.class_labels, _list_licences(content)
    named: Mapping[str, Any] = {
        "city": content.profile.city.name,
        "class_labels": labels,
        "class_groups": content.class_groups,
    }
    rows: dict[str, pd.DataFrame] = {
        "begegnungsorte": build_place_rows(
            places,
            districts,
            class_labels=labels,
            column_sources=content.column_sources,
            hours_in_words=content.hours_in_words,
            positions_in_words=content.positions_in_words,
            licences=licences,
        ),
        "attributes": build_claim_rows(
            content.attributes, places, vocabulary=content.vocabulary, licences=licences
        ),
        "column_sources": build_origin_rows(content.column_sources, places, licences=licences),
        "completeness": build_completeness_rows(content.completeness, districts, **named),
        "coverage_by_district": _show_hidden(_build_coverage(content)),
        "districts": build_district_rows(districts),
        "fill_rates": build_fill_rate_rows(content.fill_rates, districts, **named),
        "gaps": build_gap_rows(content.gaps),
        "hot_spots": build_spot_rows(content.hot_spots),
        "issues": build_issue_rows(content.issues),
        "measures_by_district": _build_measures(content),
        "open_coverage_by_district": _build_open_coverage(content),
        "potential_gains": build_potential_rows(
            content.siting_gains, content.siting_ranks, places, class_labels=labels
        ),
        "scenario_coverage": build_scenario_rows(
            content.scenario_coverage, SCENARIO_WORDS, names=_list_names(content)
        ),
        "scenario_open_coverage": build_scenario_rows(
            content.scenario_open_coverage, SCENARIO_OPEN_WORDS, names=_list_names(content)
        ),
        "scenario_areas": content.scenario_areas[list(SCENARIO_AREA_WORDS)],
        "reach_areas": build_reach_rows(content.reach_areas),
        "quellen": build_source_rows(
            content.provenance, notes=list_notes(content), data_date=content.data_date
        ),
        "datenlexikon": pd.DataFrame(columns=list(DICTIONARY_WORDS)),
    }
    return rows | {"datenlexikon": build_dictionary_rows(rows, terms=fill_terms(content.profile))}


def list_notes(content: DownloadContent) -> list[str]:
    """Return what holds for all figures of a site and has to stand beside them."""
    notes = [(content.profile.city.is_invented, INVENTED), (content.is_estimated, ESTIMATED)]
    return [note for applies, note in notes if applies]


def _list_licences(content: DownloadContent) -> dict[str, str]:
    files = {entry.file: entry.licence for entry in content.provenance}
    return {source.key: files.get(source.file, "") for source in content.profile.sources.places}


def _build_coverage(content: DownloadContent) -> pd.DataFrame:
    return build_coverage_rows(
        content.coverage,
        content.districts,
        content.underserved,
        publication=content.profile.publication,
        unknown_share_max=content.profile.coverage.unknown_share_max,
    )


def _build_measures(content: DownloadContent) -> pd.DataFrame:
    return build_measure_rows(
        content.district_walks,
        content.district_choice,
        content.district_seats,
        names=_list_names(content),
        profile=content.profile,
    )


def _build_open_coverage(content: DownloadContent) -> pd.DataFrame:
    return build_open_coverage_rows(
        content.open_coverage,
        names=_list_names(content),
        moments=content.profile.moments,
        publication=content.profile.publication,
    )


def _list_names(content: DownloadContent) -> pd.DataFrame:
    city = pd.DataFrame({"level": ["city"], "district_id": [""], "name": [content.profile.city.name]})
    districts = pd.DataFrame(content.districts)[["level", "district_id", "name"]]
    return pd.concat([districts, city.astype("str")], ignore_index=True)


def _show_hidden(coverage: pd.DataFrame) -> pd.DataFrame:
    """Return the rows for a CSV: `.` where a figure is known but not told."""
    shown = coverage.drop(columns="hidden").astype(object)
    counts = ("persons", "persons_covered", "persons_unknown", "persons_beyond")
    for name in (*counts, "covered_share", "covered_share_max"):
        is_hidden = coverage["hidden"].str.split().map(lambda names, name=name: name in names).astype(bool)
        shown[name] = shown[name].mask(is_hidden, HIDDEN)
    return shown
