# SPDX-License-Identifier: MIT
"""What the pages are made from: the tables of one run and a few facts about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from begegnung_geo.attribute_rules import NO_VOCABULARY, AttributeRules
from begegnung_geo.crs import WGS84
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.render.hours import describe_hours
from begegnung_geo.render.positions import describe_position
from begegnung_geo.render.text import Words
from begegnung_geo.scenario import Scenario
from begegnung_geo.schema import build_empty

_HOURS_COLUMNS = ["begegnungsort_id", "opening_hours", "opening_status", "opening_normal"]
_POSITION_COLUMNS = ["begegnungsort_id", "precision", "position_error_m"]


@dataclass(frozen=True)
class SiteContent:
    """
    Everything a site shows.

    The frames are the tables of `schema.py` in the profile's metric CRS; `coverage`,
    `city_coverage` and `gaps` are the tables `published_...`, so that a page cannot tell
    more than may be told. `demand` only says where people live: nobody counts them.

    Attributes
    ----------
    data_date
        Date of the newest map data, ISO 8601; empty where no source tells it.
    class_labels
        Class key of `config/categories.csv` -> (German, English) name of the class.
    class_groups
        Class key -> letter of its group in `config/classes.csv`, the sign on the map.
    summary
        The content of `summary.json` (CONTRACT section 4).
    hot_spots_reason
        Why hot spots are not computed; empty where they are.
    mapped_area
        Where the map data tells of streets, metric CRS; None where that is the whole study area.
    has_pdf
        Whether a PDF lies beside each fact sheet.
    scenario, scenario_names
        What would be different, and the names of the places it changes by the ids it uses; None
        where the city is shown as it is.
    """

    profile: Profile
    program_version: str
    data_date: str
    provenance: tuple[SourceEntry, ...]
    begegnungsorte: gpd.GeoDataFrame
    neighbour_places: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    city_area: gpd.GeoDataFrame
    coverage: pd.DataFrame
    city_coverage: pd.DataFrame
    need: pd.DataFrame
    need_indicators: pd.DataFrame
    underserved: pd.DataFrame
    underserved_variants: pd.DataFrame
    walk_curves: pd.DataFrame
    siting_gains: pd.DataFrame
    siting_choices: pd.DataFrame
    siting_ranks: pd.DataFrame
    reach_areas: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    background_areas: gpd.GeoDataFrame
    background_lines: gpd.GeoDataFrame
    background_labels: gpd.GeoDataFrame
    walk_edges: gpd.GeoDataFrame
    issues: pd.DataFrame
    row_counts: pd.DataFrame
    completeness: pd.DataFrame
    fill_rates: pd.DataFrame
    opening: pd.DataFrame
    open_coverage: pd.DataFrame
    class_labels: Mapping[str, tuple[str, str]]
    class_groups: Mapping[str, str]
    summary: Mapping[str, Any]
    mapped_area: BaseGeometry | None = None
    has_pdf: bool = False
    district_walks: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_walks", crs=WGS84)
    )
    district_choice: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_choice", crs=WGS84)
    )
    district_seats: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_seats", crs=WGS84)
    )
    fairness: pd.DataFrame = field(default_factory=lambda: build_empty("published_fairness", crs=WGS84))
    hot_spots: gpd.GeoDataFrame = field(
        default_factory=lambda: gpd.GeoDataFrame(build_empty("published_hot_spots", crs=WGS84))
    )
    hot_spots_reason: str = ""
    try_places: pd.DataFrame = field(default_factory=lambda: build_empty("try_places", crs=WGS84))
    try_groups: pd.DataFrame = field(default_factory=lambda: build_empty("try_groups", crs=WGS84))
    try_walks: pd.DataFrame = field(default_factory=lambda: build_empty("try_walks", crs=WGS84))
    try_area: pd.DataFrame = field(default_factory=lambda: build_empty("try_area", crs=WGS84))
    column_sources: pd.DataFrame = field(default_factory=lambda: build_empty("column_sources", crs=WGS84))
    attributes: pd.DataFrame = field(default_factory=lambda: build_empty("attributes", crs=WGS84))
    vocabulary: AttributeRules = NO_VOCABULARY
    scenario: Scenario | None = None
    scenario_names: Mapping[str, str] = field(default_factory=dict)
    scenario_coverage: pd.DataFrame = field(
        default_factory=lambda: build_empty("scenario_coverage", crs=WGS84)
    )
    scenario_open_coverage: pd.DataFrame = field(
        default_factory=lambda: build_empty("scenario_open_coverage", crs=WGS84)
    )
    changed_squares: pd.DataFrame = field(default_factory=lambda: build_empty("changed_squares", crs=WGS84))
    scenario_areas: pd.DataFrame = field(default_factory=lambda: build_empty("scenario_areas", crs=WGS84))

    @cached_property
    def hours_in_words(self) -> Mapping[str, str]:
        """`begegnungsort_id` -> opening hours in German words, for the files."""
        words = Words("de")
        records = self.begegnungsorte[_HOURS_COLUMNS].to_dict("records")
        return {str(row["begegnungsort_id"]): describe_hours(row, words=words) for row in records}

    @cached_property
    def unmapped_districts(self) -> frozenset[tuple[str, str]]:
        """Level and id of districts mapped by less than half: finding no place there does not mean none."""
        if self.mapped_area is None:
            return frozenset()
        inside = shapely.intersection(self.districts.geometry.to_numpy(), self.mapped_area)
        is_part = shapely.area(inside) < self.districts.geometry.area.to_numpy() / 2
        return frozenset(
            self.districts.loc[is_part, ["level", "district_id"]].itertuples(index=False, name=None)
        )

    @cached_property
    def positions_in_words(self) -> Mapping[str, str]:
        """`begegnungsort_id` -> how the point was found and how far off it may be, in German."""
        words = Words("de")
        records = self.begegnungsorte[_POSITION_COLUMNS].to_dict("records")
        return {str(row["begegnungsort_id"]): describe_position(row, words=words) for row in records}

    @property
    def is_invented(self) -> bool:
        """Whether the town does not exist; every page then says so."""
        return self.profile.city.is_invented

    @property
    def is_extract_only(self) -> bool:
        """Whether the study area is the extract's own outline, with nothing known beyond it."""
        return bool((self.city_area["origin"] == "extract").any())

    @property
    def is_estimated(self) -> bool:
        """Whether the people were estimated instead of counted."""
        return bool(self.summary.get("population", {}).get("is_estimated", False))
