# SPDX-License-Identifier: MIT
"""What the downloads are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import geopandas as gpd
import pandas as pd

from begegnung_geo.attribute_rules import NO_VOCABULARY, AttributeRules
from begegnung_geo.crs import WGS84
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.schema import build_empty


class DownloadContent(Protocol):
    """What the downloads are made from; frames are the tables of `schema.py`, metric CRS."""

    @property
    def profile(self) -> Profile:
        """The profile, for its publication rules and the name of the city."""

    @property
    def data_date(self) -> str:
        """Date of the newest map data, ISO 8601, may be empty."""

    @property
    def provenance(self) -> Sequence[SourceEntry]:
        """Origin, licence and date of each raw file."""

    @property
    def class_labels(self) -> Mapping[str, tuple[str, str]]:
        """Class key -> (German, English) name."""

    @property
    def class_groups(self) -> Mapping[str, str]:
        """Class key -> letter of its group."""

    @property
    def completeness(self) -> pd.DataFrame:
        """Table `completeness`."""

    @property
    def fill_rates(self) -> pd.DataFrame:
        """Table `fill_rates`."""

    @property
    def column_sources(self) -> pd.DataFrame:
        """Table `column_sources`."""

    @property
    def attributes(self) -> pd.DataFrame:
        """Table `attributes`."""

    @property
    def vocabulary(self) -> AttributeRules:
        """What is recorded about a place, and which of it may be published."""

    @property
    def is_estimated(self) -> bool:
        """Whether the people were estimated instead of counted."""

    @property
    def begegnungsorte(self) -> gpd.GeoDataFrame:
        """Table `begegnungsorte`."""

    @property
    def districts(self) -> gpd.GeoDataFrame:
        """Table `districts`."""

    @property
    def coverage(self) -> pd.DataFrame:
        """Table `published_coverage`: exact figures are not for here."""

    @property
    def underserved(self) -> pd.DataFrame:
        """Table `underserved`."""

    @property
    def gaps(self) -> gpd.GeoDataFrame:
        """Table `published_gaps`."""

    @property
    def hot_spots(self) -> gpd.GeoDataFrame:
        """Table `published_hot_spots`."""

    @property
    def district_walks(self) -> pd.DataFrame:
        """Table `published_district_walks`."""

    @property
    def district_choice(self) -> pd.DataFrame:
        """Table `published_district_choice`."""

    @property
    def district_seats(self) -> pd.DataFrame:
        """Table `published_district_seats`."""

    @property
    def open_coverage(self) -> pd.DataFrame:
        """Table `published_open_coverage`."""

    @property
    def siting_gains(self) -> pd.DataFrame:
        """Table `published_siting_gains`."""

    @property
    def siting_ranks(self) -> pd.DataFrame:
        """Table `published_siting_ranks`."""

    @property
    def hours_in_words(self) -> Mapping[str, str]:
        """`begegnungsort_id` -> opening hours in German words."""

    @property
    def positions_in_words(self) -> Mapping[str, str]:
        """`begegnungsort_id` -> how the point was found and how far off it may be, in German."""

    @property
    def reach_areas(self) -> gpd.GeoDataFrame:
        """Table `reach_areas`."""

    @property
    def scenario_coverage(self) -> pd.DataFrame:
        """Table `scenario_coverage`; without rows where the city is shown as it is."""

    @property
    def scenario_open_coverage(self) -> pd.DataFrame:
        """Table `scenario_open_coverage`; the same."""

    @property
    def scenario_areas(self) -> pd.DataFrame:
        """Table `scenario_areas`; the same."""

    @property
    def issues(self) -> pd.DataFrame:
        """Table `issues`."""


@dataclass(frozen=True)
class Downloads:
    """The plainest `DownloadContent`; a `SiteContent` will do as well."""

    profile: Profile
    data_date: str
    provenance: Sequence[SourceEntry]
    class_labels: Mapping[str, tuple[str, str]]
    begegnungsorte: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    coverage: pd.DataFrame
    underserved: pd.DataFrame
    gaps: gpd.GeoDataFrame
    issues: pd.DataFrame
    class_groups: Mapping[str, str]
    completeness: pd.DataFrame
    fill_rates: pd.DataFrame
    is_estimated: bool = False
    column_sources: pd.DataFrame = field(default_factory=lambda: build_empty("column_sources", crs=WGS84))
    attributes: pd.DataFrame = field(default_factory=lambda: build_empty("attributes", crs=WGS84))
    vocabulary: AttributeRules = NO_VOCABULARY
    district_walks: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_walks", crs=WGS84)
    )
    district_choice: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_choice", crs=WGS84)
    )
    district_seats: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_district_seats", crs=WGS84)
    )
    open_coverage: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_open_coverage", crs=WGS84)
    )
    siting_gains: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_siting_gains", crs=WGS84)
    )
    siting_ranks: pd.DataFrame = field(
        default_factory=lambda: build_empty("published_siting_ranks", crs=WGS84)
    )
    hours_in_words: Mapping[str, str] = field(default_factory=dict)
    positions_in_words: Mapping[str, str] = field(default_factory=dict)
    reach_areas: gpd.GeoDataFrame = field(
        default_factory=lambda: gpd.GeoDataFrame(build_empty("reach_areas", crs=WGS84))
    )
    hot_spots: gpd.GeoDataFrame = field(
        default_factory=lambda: gpd.GeoDataFrame(build_empty("published_hot_spots", crs=WGS84))
    )
    scenario_coverage: pd.DataFrame = field(
        default_factory=lambda: build_empty("scenario_coverage", crs=WGS84)
    )
    scenario_open_coverage: pd.DataFrame = field(
        default_factory=lambda: build_empty("scenario_open_coverage", crs=WGS84)
    )
    scenario_areas: pd.DataFrame = field(default_factory=lambda: build_empty("scenario_areas", crs=WGS84))
