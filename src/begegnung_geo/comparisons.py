# SPDX-License-Identifier: MIT
"""Compare two finished sites of a city, from whatever machines and days, by their files alone."""

from pathlib import Path
from typing import Any

import pandas as pd

from begegnung_geo.analysis.change import compare_coverage, compare_origins
from begegnung_geo.analysis.place_changes import compare_places
from begegnung_geo.errors import ConfigError
from begegnung_geo.export.formats import write_csv
from begegnung_geo.files import write_bytes
from begegnung_geo.render.change_report import ChangeContent, build_sections, render_markdown, render_plain
from begegnung_geo.render.text import Words
from begegnung_geo.sources.site_files import Site, read_site

_ROUND_TO = 5  # of sites that do not say
FORMATS = (".csv", ".md")
"""Kinds of files that a comparison can be written to."""


def compare_sites(before: Path, after: Path, *, moved_min_m: float, language: str) -> ChangeContent:
    """
    Return what differs between two sites of a city.

    Parameters
    ----------
    before, after
        Folders of sites.
    moved_min_m
        From so many metres on a place has moved.
    language
        Of the names of classes.

    Raises
    ------
    SourceError
        If a folder is no site of this schema version.
    ConfigError
        If the sites are of two cities.
    """
    old, new = read_site(before), read_site(after)
    _require_one_city(old, new, before=before, after=after)
    origins = compare_origins(old.manifest, new.manifest)
    round_to = max(_read_round_to(site) for site in (old, new))
    return ChangeContent(
        city=new.summary.city,
        dates=(old.manifest.data_date, new.manifest.data_date),
        inputs=origins.inputs,
        parameters=origins.parameters,
        program=origins.program,
        causes=origins.causes,
        places=compare_places(old.places, new.places, moved_min_m=moved_min_m),
        coverage=compare_coverage(old.coverage, new.coverage, round_to=round_to),
        uses=_list_uses(new),
        class_names=_name_classes(old, new) if language == "de" else {},
        areas_before=_list_only(old, new),
        areas_after=_list_only(new, old),
    )


def tell(content: ChangeContent, *, language: str) -> str:
    """Return the comparison as plain text."""
    return render_plain(build_sections(content, words=Words(language)))


def write_comparison(path: Path, content: ChangeContent, *, language: str) -> None:
    """Write the comparison as Markdown (`.md`), or its differences row by row (`.csv`)."""
    if path.suffix == ".csv":
        write_csv(path, _list_rows(content))
        return
    write_bytes(path, render_markdown(build_sections(content, words=Words(language))).encode())


def _require_one_city(old: Site, new: Site, *, before: Path, after: Path) -> None:
    keys = [str(site.manifest.parameters.get("city", {}).get("key", "")) for site in (old, new)]
    names = [site.summary.city for site in (old, new)]
    if keys[0] != keys[1] or names[0] != names[1]:
        raise ConfigError(
            f"the sites are of two cities: {names[0][:80]} ({keys[0]}) and {names[1][:80]} ({keys[1]})",
            where=f"{before} and {after}",
            hint="compare two sites of one city",
        )


def _read_round_to(site: Site) -> int:
    publication = site.manifest.parameters.get("publication", {})
    value = publication.get("round_to") if isinstance(publication, dict) else None
    return value if isinstance(value, int) and value > 0 else _ROUND_TO


def _list_uses(site: Site) -> list[tuple[str, int]]:
    """Return the headlines of a site; all its profiles and thresholds where it names none."""
    coverage = site.manifest.parameters.get("coverage", {})
    headline = coverage.get("headline", []) if isinstance(coverage, dict) else []
    uses = [
        (str(use.get("profile", "")), int(use.get("threshold_min", 0)))
        for use in headline
        if isinstance(use, dict) and isinstance(use.get("threshold_min"), int)
    ]
    return uses or [(c.profile, c.threshold_min) for c in site.summary.coverage]


def _name_classes(*sites: Site) -> dict[str, str]:
    return {
        str(key): str(name)
        for site in sites
        for key, name in zip(site.places["class"], site.places["class_name"], strict=True)
    }


def _list_only(site: Site, other: Site) -> list[str]:
    keys = ["level", "district_id"]
    areas = site.coverage.drop_duplicates(keys)
    is_known = areas.set_index(keys).index.isin(other.coverage.set_index(keys).index)
    return [str(name) for name in areas.loc[~is_known, "name"]]


def _list_rows(content: ChangeContent) -> pd.DataFrame:
    """Return one row a difference: what, where, before, after."""
    names = ["what", "key", "name", "before", "after", "is_distinguishable"]
    inputs = [
        (
            f"data_{row['change']}",
            row["role"],
            row["file_after"] or row["file_before"],
            row["date_before"],
            row["date_after"],
            None,
        )
        for row in content.inputs.to_dict("records")
    ]
    parameters = [
        ("parameter", row["key"], "", row["before"], row["after"], None)
        for row in content.parameters.to_dict("records")
    ]
    program = [("program", "", "", *content.program, None)] if content.program else []
    places = [
        (
            f"place_{row['kind']}",
            row["id_after"] or row["id_before"],
            row["name"],
            row["before"],
            row["distance_m"] if row["kind"] == "moved" else row["after"],
            None,
        )
        for row in content.places.to_dict("records")
    ]
    coverage = [
        (
            figure,
            f"{row['level']} {row['district_id']}".strip(),
            f"{row['name']}, {row['profile']} {row['threshold_min']} min",
            row[f"{figure}_before"],
            row[f"{figure}_after"],
            row["is_distinguishable"] and row[f"{figure}_before"] != row[f"{figure}_after"],
        )
        for row in content.coverage.to_dict("records")
        for figure in ("persons", "persons_covered", "covered_share")
    ]
    rows: list[tuple[Any, ...]] = [*inputs, *parameters, *program, *places, *coverage]
    return pd.DataFrame(rows, columns=names, dtype=object)
