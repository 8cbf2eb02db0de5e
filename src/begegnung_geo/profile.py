# SPDX-License-Identifier: MIT
"""The profile as frozen models: what a run depends on besides the raw files; `config.py` reads it."""

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from begegnung_geo.assessment import HotSpots, Need, Underserved
from begegnung_geo.moments import Moment, Opening
from begegnung_geo.online_maps import OnlineMaps
from begegnung_geo.profile_base import Frozen, Key
from begegnung_geo.profile_sources import Sources

Standing = Literal["established", "everyday", "potential"]


class WalkingProfile(Frozen):
    """How a group of people walks."""

    speed_m_s: float = Field(gt=0.1, lt=4)
    step_free: bool = False
    label_de: str = Field(default="", max_length=60)
    label_en: str = Field(default="", max_length=60)
    reason: str = Field(min_length=1)

    @property
    def label(self) -> tuple[str, str]:
        """The name on German and on English pages, in one language where only that has one; may be empty."""
        return self.label_de or self.label_en, self.label_en or self.label_de


class Walking(Frozen):
    """Thresholds, snapping and the walking profiles."""

    thresholds_min: tuple[int, ...] = Field(min_length=1)
    default_profile: Key
    snap_distance_m: float = Field(gt=0, le=2000)
    scrap_length_m: float = Field(ge=0)
    profiles: dict[Key, WalkingProfile] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "Walking":
        if self.default_profile not in self.profiles:
            raise ValueError(f"default_profile {self.default_profile!r} is not among the profiles")
        if list(self.thresholds_min) != sorted(set(self.thresholds_min)):
            raise ValueError("thresholds_min must rise without repeats")
        if min(self.thresholds_min) <= 0:
            raise ValueError("thresholds_min must be positive")
        return self

    def list_reaches(self) -> list[float]:
        """Return every longest walk that any profile and threshold asks for, rising, in metres."""
        return sorted(
            {self.reach_m(key, minutes) for key in self.profiles for minutes in self.thresholds_min}
        )

    def require_use(self, profile: str, threshold_min: int, *, key: str) -> None:
        """Raise ValueError unless what a key of the profile asks for is defined; names the key."""
        asked: tuple[tuple[str, object, str, Sequence[object]], ...] = (
            ("profile", profile, "profiles", list(self.profiles)),
            ("threshold_min", threshold_min, "thresholds_min", self.thresholds_min),
        )
        for name, value, among, defined in asked:
            if value not in defined:
                listed = ", ".join(map(str, defined))
                raise ValueError(
                    f"{key}.{name} is {value!r}, which is not among walking.{among} ({listed}); "
                    f"add it there or name another in {key}"
                )

    def reach_m(self, profile: str, threshold_min: int) -> float:
        """Return how many metres a profile walks within a threshold."""
        return self.profiles[profile].speed_m_s * 60 * threshold_min


class Headline(Frozen):
    """One profile and threshold named first on the pages."""

    profile: Key
    threshold_min: int


class Coverage(Frozen):
    """Which places count as supply, and what the headline is."""

    headline: tuple[Headline, ...] = Field(min_length=1)
    counted_standing: tuple[Standing, ...]
    counted_if_consumption_free: tuple[Standing, ...]
    unknown_share_max: float = Field(ge=0, le=1)


class Measures(Frozen):
    """Choice between places, and how their seats are shared among the people around them."""

    person_groups: tuple[Key, ...]
    choice_count: int = Field(ge=2, le=20)
    zone_ends_min: tuple[float, ...] = Field(min_length=1)
    zone_weights: tuple[float, ...] = Field(min_length=1)
    capacity_assumed_persons: float = Field(gt=0)

    @model_validator(mode="after")
    def _check(self) -> "Measures":
        if len(self.zone_ends_min) != len(self.zone_weights):
            raise ValueError("zone_ends_min and zone_weights must be equally many")
        if list(self.zone_ends_min) != sorted(set(self.zone_ends_min)) or self.zone_ends_min[0] <= 0:
            raise ValueError("zone_ends_min must be positive and rise without repeats")
        if list(self.zone_weights) != sorted(self.zone_weights, reverse=True) or not (
            0 < self.zone_weights[-1] <= self.zone_weights[0] <= 1
        ):
            raise ValueError("zone_weights must lie between 0 and 1 and not rise")
        return self


class Population(Frozen):
    """The estimate of people from residential floor area, and what official totals must be like."""

    floor_area_per_person_m2: float = Field(gt=0)
    storey_default_count: float = Field(gt=0)
    footprint_min_m2: float = Field(ge=0)
    building_yes_footprint_max_m2: float = Field(ge=0)
    totals_known_share_min: float = Field(gt=0, le=1)
    totals_factor_max: float = Field(gt=1)


class Hand(Frozen):
    """When a line that a person wrote looks like a slip of the pen."""

    position_far_m: float = Field(gt=0)
    date_ahead_max_days: int = Field(ge=0)


class Completeness(Frozen):
    """When two sources are enough to estimate how many places there are."""

    matches_min: int = Field(ge=1)
    confidence: float = Field(gt=0.5, lt=1)


class Publication(Frozen):
    """Small numbers: what is hidden and how the rest is rounded."""

    suppress_below: int = Field(ge=0)
    round_to: int = Field(ge=1)
    share_base_min: int = Field(ge=0)

    @model_validator(mode="after")
    def _check(self) -> "Publication":
        if self.suppress_below > 2 * self.round_to:
            raise ValueError(
                f"suppress_below {self.suppress_below} is more than twice round_to {self.round_to}: "
                "what is hidden could be told from differences"
            )
        return self


class Siting(Frozen):
    """Which Potenzialräume may be opened together, and how long an answer may take."""

    places_max: int = Field(ge=1, le=50)
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    budget: float | None = Field(default=None, ge=0)
    cost_default: float = Field(ge=0)
    cost: dict[str, float]
    time_limit_s: float = Field(gt=0, le=600)


class Trial(Frozen):
    """What a page tries and a scenario changes: the squares of the ground, and how new ways join."""

    in_pages: bool
    square_m: float = Field(ge=20, le=1000)
    link_join_m: float = Field(gt=0, le=200)


class Publisher(Frozen):
    """Who hands the pages out; the law asks for these links, only the publisher has them."""

    name: str = Field(max_length=200)
    contact: str = Field(max_length=200)
    imprint_url: str
    privacy_url: str
    accessibility_url: str

    @model_validator(mode="after")
    def _check(self) -> "Publisher":
        for key in ("imprint_url", "privacy_url", "accessibility_url"):
            parts = urlsplit(getattr(self, key))
            if getattr(self, key) and (parts.scheme != "https" or not parts.hostname):
                raise ValueError(f"{key}: {getattr(self, key)!r} is not an https address")
        return self


class Study(Frozen):
    """Where the study happens and how far it looks beyond the border."""

    metric_crs: str
    buffer_m: float = Field(ge=0, le=20000)
    box_wgs84: tuple[float, float, float, float] | None = None  # west, south, east, north


class Fetch(Frozen):
    """Manners and limits of `make fetch`; the network is used nowhere else."""

    contact: str
    wait_total_s: float = Field(ge=0)
    transfer_total_s: float = Field(gt=0)
    attempts_max: int = Field(ge=1, le=20)
    backoff_start_s: float = Field(gt=0)
    backoff_max_s: float = Field(gt=0)
    connect_timeout_s: float = Field(gt=0)
    read_timeout_s: float = Field(gt=0)
    redirects_max: int = Field(ge=0, le=10)
    pause_default_s: float = Field(ge=0)
    pause_s: dict[str, float]
    download_max_mb: float = Field(gt=0)
    member_max_mb: float = Field(gt=0)
    member_ratio_max: float = Field(gt=1)
    answer_max_mb: float = Field(gt=0)
    shrink_share_min: float = Field(ge=0, le=1)
    retyped_share_max: float = Field(ge=0, le=1)
    unreadable_share_max: float = Field(ge=0, le=1)
    keep_archives: bool
    allow_http_hosts: tuple[Literal["127.0.0.1", "localhost"], ...]
    nominatim_url: str
    portal_url: str
    geofabrik_index_url: str
    look_ups_max: int = Field(ge=0, le=2000)
    overpass_timeout_s: int = Field(gt=0)
    overpass_tile_km2: float = Field(gt=0)
    overpass_area_max_km2: float = Field(gt=0)

    def require_url(self, url: str, *, key: str) -> None:
        """Raise ValueError unless a URL is https, or http to a host that is allowed by name."""
        parts = urlsplit(url)
        is_local = parts.scheme == "http" and parts.hostname in self.allow_http_hosts
        if not parts.hostname or parts.username or (parts.scheme != "https" and not is_local):
            raise ValueError(f"{key}: {url!r} is not an https address")


class City(Frozen):
    """Who the city is."""

    key: Key
    name: str = Field(min_length=1)
    is_invented: bool = False
    ags: str = Field(default="", pattern=r"^([0-9]{8})?$")


class Profile(Frozen):
    """Everything one run depends on besides the raw files."""

    city: City
    study: Study
    walking: Walking
    coverage: Coverage
    need: Need
    underserved: Underserved
    hot_spots: HotSpots
    measures: Measures
    population: Population
    opening: Opening
    moments: dict[Key, Moment]
    hand: Hand
    completeness: Completeness
    publication: Publication
    siting: Siting
    trial: Trial
    publisher: Publisher
    online_maps: OnlineMaps
    fetch: Fetch
    sources: Sources

    @model_validator(mode="after")
    def _check(self) -> "Profile":
        for number, headline in enumerate(self.coverage.headline):
            self.walking.require_use(
                headline.profile, headline.threshold_min, key=f"coverage.headline[{number}]"
            )
        self.walking.require_use(self.underserved.profile, self.underserved.threshold_min, key="underserved")
        figures = {figure.key for figure in self.sources.list_figures()}
        for key in self.need.indicators:
            if not key.startswith("persons_") and key not in figures:
                raise ValueError(f"need.indicators.{key} is no age group and no column of district_figures")
        for key, url in self.sources.list_urls():
            self.fetch.require_url(url, key=key)
        return self
