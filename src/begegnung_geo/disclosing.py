# SPDX-License-Identifier: MIT
"""
The fourth chapter of the pipeline: the figures of the third as they may be told.

Each function is a step of `pipeline.STEPS`. People are packed once (`protected_demand`);
every published table is the same computation as the exact one, on packed people.
A new table with people joins in `tell_figures`.
"""

import geopandas as gpd
import pandas as pd

from begegnung_geo.analysis.coverage import build_coverage, publish_coverage
from begegnung_geo.analysis.disclosure import order_homes, protect_people, publish_frame
from begegnung_geo.analysis.fairness import build_fairness, publish_fairness
from begegnung_geo.analysis.gaps import find_headline_gaps, publish_gaps, sum_by_gap
from begegnung_geo.analysis.hot_spots import build_hot_spots, count_spot_people, find_spots, publish_hot_spots
from begegnung_geo.analysis.need import build_need
from begegnung_geo.analysis.open_coverage import CITY_LEVEL, build_open_coverage, publish_open_coverage
from begegnung_geo.analysis.scenario import compare_coverage, compare_open_coverage, keep_packets
from begegnung_geo.analysis.try_area import compare_areas, find_changed
from begegnung_geo.analysis.underserved import publish_underserved
from begegnung_geo.analysis.walk_curves import build_walk_curves
from begegnung_geo.schema import build_empty
from begegnung_geo.steps import StepInput, StepOutput
from begegnung_geo.store import read_table


def pack_people(step: StepInput) -> StepOutput:
    """Count people in packets: what leaves the house is computed from these and never from `demand`."""
    demand = step.layer("demand")
    if before := step.raw("before.protected_demand"):
        packed = read_table("protected_demand", folder=before.path.parent, crs=step.crs)
        return StepOutput({"protected_demand": keep_packets(demand, packed)})
    order = order_homes(
        demand,
        step.layer("districts"),
        walking=step.profile.walking,
        gap_of_home=find_headline_gaps(demand, profile=step.profile, cell_size_m=_read_spacing(step)),
    )
    packet = step.profile.publication.round_to
    return StepOutput({"protected_demand": protect_people(demand, order=order, packet=packet)})


def tell_figures(step: StepInput) -> StepOutput:
    """Compute from packed people what pages and files tell."""
    profile, publication = step.profile, step.profile.publication
    protected, districts = step.figures("protected_demand"), step.layer("districts")
    packed = build_coverage(protected, districts, walking=profile.walking)
    # Of a district with too many unknown walks no share is told; of the city both ends of the range are.
    most_unknown = {"coverage": profile.coverage.unknown_share_max, "city_coverage": 1.0}
    coverage, city_coverage = (
        publish_coverage(table, step.table(name), publication=publication, unknown_share_max=limit)
        for table, (name, limit) in zip(packed, most_unknown.items(), strict=True)
    )
    need, indicators = build_need(protected, districts, step.table("district_figures"), need=profile.need)
    headline = profile.coverage.headline[0]
    curves = publish_frame(
        build_walk_curves(protected, districts, walking=profile.walking, profile=headline.profile),
        step.table("walk_curves"),
        publication=publication,
        counts=["persons"],
        figures={"reached_share": "persons"},
    )
    gaps = step.layer("gaps")
    gap_of_home = find_headline_gaps(step.layer("demand"), profile=profile, cell_size_m=_read_spacing(step))
    published = {
        "coverage": coverage,
        "city_coverage": city_coverage,
        "gaps": publish_gaps(gaps, sum_by_gap(protected, gap_of_home), publication=publication),
        "need": need,
        "need_indicators": indicators,
        "open_coverage": publish_open_coverage(
            build_open_coverage(protected, step.table("open_walks"), districts, walking=profile.walking),
            step.table("open_coverage"),
            pd.concat([coverage, city_coverage.assign(level=CITY_LEVEL, district_id="")], ignore_index=True),
            publication=publication,
        ),
        "underserved": publish_underserved(
            step.table("underserved"),
            published_coverage=coverage,
            packed_coverage=packed[0],
            need=need,
            rule=profile.underserved,
        ),
        "walk_curves": curves,
        "fairness": publish_fairness(
            build_fairness(protected, need, walking=profile.walking),
            step.table("fairness"),
            publication=publication,
            unknown_share_max=profile.coverage.unknown_share_max,
        ),
    }
    return StepOutput({f"published_{name}": table for name, table in published.items()})


def compare_scenario(step: StepInput) -> StepOutput:
    """Set what is told of the city as a scenario would have it against what is told of it as it is."""
    told = ("published_coverage", "published_city_coverage")
    names = (*told, "published_open_coverage", "reached_squares")
    sources = [step.raw(f"before.{name}") for name in names]
    if None in sources:
        empty = ("scenario_coverage", "scenario_open_coverage", "scenario_areas", "changed_squares")
        return StepOutput({name: build_empty(name, crs=step.crs) for name in empty})
    before = {
        name: read_table(name, folder=step.require_raw(f"before.{name}").path.parent, crs=step.crs)
        for name in names
    }
    coverage = compare_coverage(_join([before[name] for name in told]), _join([step.table(n) for n in told]))
    reached = before["reached_squares"]
    changed = find_changed(reached, step.table("reached_squares"))
    areas = compare_areas(
        reached, changed, walking=step.profile.walking, square_m=step.profile.trial.square_m
    )
    opened = compare_open_coverage(before["published_open_coverage"], step.table("published_open_coverage"))
    return StepOutput(
        {
            "scenario_coverage": coverage,
            "scenario_open_coverage": opened,
            "changed_squares": changed,
            "scenario_areas": areas,
        }
    )


def _join(tables: list[pd.DataFrame]) -> pd.DataFrame:
    districts, city = tables
    return pd.concat([districts, city.assign(level=CITY_LEVEL, district_id="")], ignore_index=True)


def find_hot_spots(step: StepInput) -> StepOutput:
    """Find where long, or short, walks stand together, and say why where that is not computed."""
    profile, people = step.profile, step.facts("count_people")
    headline, walking = profile.coverage.headline[0], profile.walking
    demand, protected = step.layer("demand"), step.figures("protected_demand")
    spots = find_spots(
        demand,
        walking=walking,
        headline=headline,
        rule=profile.hot_spots,
        cell_size_m=_read_spacing(step),
        input_cell_m=float(people["cell_size_m"]),
        persons_min=profile.publication.share_base_min,
    )
    exact = build_hot_spots(
        demand,
        step.layer("background_labels"),
        step.layer("districts"),
        spots=spots,
        headline=headline,
        walking=walking,
    )
    packed = gpd.GeoDataFrame(exact.assign(persons=count_spot_people(protected, spots)))
    told = publish_hot_spots(exact, packed, publication=profile.publication)
    return StepOutput({"hot_spots": exact, "published_hot_spots": told}, facts={"reason": spots.reason})


def _read_spacing(step: StepInput) -> float:
    return float(step.facts("count_people")["spacing_m"])
