# SPDX-License-Identifier: MIT
"""
The people's chapter of the pipeline: who lives where, counted, worked out or estimated.

Each function is a step of `pipeline.STEPS`, in that order. A grid alone is counted; with
official totals it says where in a district people live, and the total how many; without a
grid dwellings do. Register and census never stand in one ratio unless the profile says so.
"""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from begegnung_geo.analysis.dasymetric import list_spread_issues, spread_totals
from begegnung_geo.analysis.population import (
    check_conservation,
    clip_to_city,
    estimate_population,
    measure_dwelling_area,
    split_cells,
    spread_cells,
)
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.issues import IssueCode, count_issue
from begegnung_geo.profile_sources import TotalsSource
from begegnung_geo.schema import build_empty, conform_table
from begegnung_geo.sources.district_totals import read_district_totals
from begegnung_geo.sources.zensus import read_population
from begegnung_geo.steps import StepInput, StepOutput

_COARSE_CELL_M = 250  # larger cells are spread over their dwellings: a midpoint would stand for too many
_SQUARES_A_SIDE = 5  # of a coarse cell without mapped dwellings: 200 m squares of a 1 km cell
_HOUSE_SPACING_M = 60.0  # neighbouring houses this far apart are one inhabited area
_CROWDED = 4  # cells with a quarter of the usual floor area a head lack buildings: they keep their midpoint


@dataclass(frozen=True)
class _People:
    cells: gpd.GeoDataFrame
    facts: dict[str, Any]
    issues: list[pd.DataFrame] = field(default_factory=list)


def read_totals(step: StepInput) -> StepOutput:
    """Read the official numbers of people of the districts, where the profile has any."""
    source = step.profile.sources.population_totals
    if source is None:
        return StepOutput({"district_totals": build_empty("district_totals", crs=step.crs)})
    districts = step.layer("districts")
    ids = districts.loc[districts["level"] == source.level, "district_id"]
    if not len(ids):
        raise ConfigError(
            f"there are no districts of level {source.level!r}",
            where="key sources.population_totals.level",
            hint=f"the levels of this run are: {', '.join(sorted(districts['level'].unique()))}",
        )
    path = step.require_raw("population_totals").path
    totals, issues = read_district_totals(path, source, district_ids=list(ids))
    return StepOutput({"district_totals": totals}, issues=[issues])


def count_people(step: StepInput) -> StepOutput:
    """Count people by a grid, else estimate them, and scale both to official totals; nobody is lost."""
    people = _read_grid(step) if step.raw("population") else _estimate(step)
    source = step.profile.sources.population_totals
    if source is not None:
        people = _scale(people, step, source)
    return StepOutput({"population_cells": people.cells}, people.facts, people.issues)


def _estimate(step: StepInput) -> _People:
    cells = estimate_population(
        step.layer("buildings"), city_area=step.layer("city_area"), **_list_dwelling_rules(step)
    )
    facts = {
        "source": "estimate",
        "data_date": "",
        "kind": "estimated",
        "weights": "houses",
        "basis": "",
        "is_estimated": True,
        "input_persons": float(cells["persons"].sum()),
        "outside_persons": 0.0,
        "spacing_m": _HOUSE_SPACING_M,
        "cell_size_m": 0.0,
        "has_total": True,
        "is_group_scaled": False,
    }
    return _People(cells, facts)


def _read_grid(step: StepInput) -> _People:
    city_area, buildings = step.layer("city_area"), step.layer("buildings")
    source, age = step.require_raw("population"), step.raw("population_age")
    given, issues, meta = read_population(
        source.path,
        age_path=age.path if age else None,
        crs=step.crs,
        clip=city_area.buffer(_COARSE_CELL_M * 4).union_all(),
    )
    if meta.cell_size_m > _COARSE_CELL_M:
        settings = _list_dwelling_rules(step)
        floor_area_per_person_m2 = settings.pop("floor_area_per_person_m2")
        given = spread_cells(
            given,
            buildings,
            cell_size_m=meta.cell_size_m,
            floor_area_m2=measure_dwelling_area(buildings, **settings),
            floor_area_min_per_person_m2=floor_area_per_person_m2 / _CROWDED,
        )
        given = split_cells(given, cell_size_m=meta.cell_size_m, parts=_SQUARES_A_SIDE)
    cells, near_persons = clip_to_city(given, city_area)
    population = step.profile.sources.population
    facts = {
        "source": source.entry.title,
        "data_date": source.entry.data_date,
        "kind": "counted",
        "weights": "grid",
        "basis": population.basis if population else "census",
        "is_estimated": False,
        "input_persons": meta.input_persons,
        "outside_persons": meta.outside_persons + near_persons,
        "rejected_persons": meta.rejected_persons,
        "spacing_m": meta.cell_size_m if 0 < meta.cell_size_m <= _COARSE_CELL_M else _HOUSE_SPACING_M,
        "cell_size_m": meta.cell_size_m,
        "is_spread": meta.cell_size_m > _COARSE_CELL_M,
        "has_total": meta.has_total,
        "is_group_scaled": False,
    }
    _check_books(facts, cells, where=source.path.name)
    outside = count_issue(
        source.path.name,
        IssueCode.PERSONS_OUTSIDE,
        count=len(given) - len(cells),
        text=f"cells just outside the study area with {near_persons:,.0f} people; left out of all figures",
    )
    return _People(cells, facts, [issues, outside])


def _list_dwelling_rules(step: StepInput) -> dict[str, Any]:
    return step.profile.population.model_dump(exclude={"totals_known_share_min", "totals_factor_max"})


def _check_books(facts: dict[str, Any], cells: gpd.GeoDataFrame, *, where: str) -> None:
    kept = {
        "inside": float(cells["persons"].sum()),
        "outside": facts["outside_persons"],
        "rejected": facts["rejected_persons"],
    }
    check_conservation(input_persons=facts["input_persons"], parts=kept, where=where)


def _scale(people: _People, step: StepInput, source: TotalsSource) -> _People:
    """Scale the people found so far to the official totals of their districts."""
    raw, totals, rules = step.require_raw("population_totals"), step.table("district_totals"), step.profile
    # Written and read back coordinates have millimetres: a home must not change its district by that.
    cells = gpd.GeoDataFrame(conform_table(people.cells, "population_cells"))
    keeps_groups = _require_one_basis(people, totals, source=source)
    spread = spread_totals(
        cells,
        totals,
        step.layer("districts"),
        city_area=step.layer("city_area"),
        level=source.level,
        keeps_groups=keeps_groups,
    )
    least = rules.population.totals_known_share_min
    if spread.known_share < least:
        raise SourceError(
            f"{raw.path.name} has totals for the districts of {spread.known_share:.0%} of the people only",
            where=f"{raw.path.name}; population.totals_known_share_min = {least:g}",
            hint="complete the file, or leave out sources.population_totals",
        )
    outside_persons = float(totals.loc[totals["district_id"].isin(spread.outside), "persons"].sum())
    facts = people.facts | {
        "source": raw.entry.title,
        "data_date": raw.entry.data_date,
        "kind": "scaled",
        "basis": source.basis,
        "is_estimated": False,
        "input_persons": float(spread.cells["persons"].sum()) + outside_persons,
        "outside_persons": outside_persons,
        "rejected_persons": 0.0,
        "has_total": True,
        "is_group_scaled": keeps_groups and source.basis != people.facts["basis"],
        "weights_source": people.facts["source"],
    }
    issues = list_spread_issues(spread, source=raw.path.name, factor_max=rules.population.totals_factor_max)
    return _People(spread.cells, facts, [*people.issues, *issues])


def _require_one_basis(people: _People, totals: pd.DataFrame, *, source: TotalsSource) -> bool:
    """Return whether the grid's age groups stay; shares of one basis on totals of another are an error."""
    groups = [name for name in people.cells.columns if name.startswith("persons_")]
    others = [name.removeprefix("persons_") for name in groups if name not in totals.columns]
    is_other_basis = people.facts["basis"] != source.basis
    if others and is_other_basis and not source.scale_groups:
        raise ConfigError(
            f"age groups of a {people.facts['basis']} cannot be shares of {source.basis} totals",
            where="keys basis of sources.population and sources.population_totals; groups "
            + ", ".join(others),
            hint="give the totals these groups (group_columns), leave out age_file, or set "
            "sources.population_totals.scale_groups = true: the pages then say that shares were carried over",
        )
    if others and source.scale_groups and not people.facts["has_total"]:
        raise ConfigError(
            "the population file has some age groups only, so nobody knows their share",
            where="key sources.population_totals.scale_groups",
            hint="leave it out, or give a population file with all people",
        )
    return source.scale_groups or not is_other_basis
