# SPDX-License-Identifier: MIT
"""The raw files of a profile as frozen models: what each holds, and where it can be fetched from."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from begegnung_geo.profile_base import Frozen, Key

FigureUnit = Literal["percent", "share", "persons", "other"]


def _check_file_name(value: str) -> str:
    if not value or value != Path(value).name or value.startswith("."):
        raise ValueError(f"{value!r} is not a plain file name inside data/raw/<city>/")
    return value


FileName = Annotated[str, AfterValidator(_check_file_name)]


class FileSource(Frozen):
    """A raw file in `data/raw/<city>/` and where it can be fetched from; kind hand: in `config/<city>/`."""

    file: FileName
    title: str = ""
    publisher: str = ""
    url: str = ""
    licence: str = ""
    attribution: str = ""
    data_date: str = ""
    kind: Literal["download", "opendatasoft", "overpass", "nominatim", "hand"] = "download"
    local_file: str = ""
    dataset: str = Field(default="", pattern=r"^[a-z0-9_-]*$")
    osm_id: str = Field(default="", pattern=r"^([NWR][0-9]+)?$")
    md5_url: str = ""
    member: str = ""
    clip: Literal["", "box", "ags"] = ""
    allowed_hosts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    rows_min: int = Field(default=0, ge=0)
    shrink_share_min: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _check_kind(self) -> "FileSource":
        if self.kind == "opendatasoft" and not self.dataset:
            raise ValueError("kind opendatasoft needs the id of its `dataset`")
        if self.kind == "nominatim" and not self.osm_id:
            raise ValueError("kind nominatim needs an `osm_id` such as R1829065")
        return self


class DistrictSource(FileSource):
    """District polygons of one level."""

    level: Key
    id_column: str
    name_column: str


class PlaceSource(FileSource):
    """
    A list of places: city open data or a list from people; `evidence` is the best its rows can be.

    `is_independent` says whether it was made without looking at the map and without a choice of the
    well-known: only such a list tells how many places both sources lack.
    """

    key: Key
    evidence: Literal["", "A", "B", "C", "D", "E"] = ""
    is_independent: bool = True


class FigureColumn(Frozen):
    """One figure of a table of districts: its column, unit, and name on the pages."""

    key: Key
    column: str = Field(min_length=1)
    unit: FigureUnit
    label_de: str = Field(min_length=1)
    label_en: str = Field(min_length=1)


class FigureSource(FileSource):
    """Figures of the districts of one level (SGB II, single households), joined by id alone."""

    key: Key
    level: Key
    id_column: str = Field(min_length=1)
    columns: tuple[FigureColumn, ...] = Field(min_length=1)


PeopleBasis = Literal["register", "census"]


class PopulationSource(FileSource):
    """A population grid and, where known, its age table (same publisher and licence)."""

    basis: PeopleBasis = "census"
    age_file: FileName | None = None
    age_url: str = ""
    age_local_file: str = ""
    age_member: str = ""
    age_fields: tuple[str, ...] = ()


class TotalsSource(FileSource):
    """
    Official totals of the districts of one level, to which homes are scaled.

    `group_columns` are age groups by a name such as `unter 18` or `65 und älter`.
    `scale_groups` allows the age shares of a grid of another basis, and pages then say so.
    """

    basis: PeopleBasis
    level: Key
    id_column: str = Field(min_length=1)
    persons_column: str = Field(min_length=1)
    group_columns: tuple[str, ...] = ()
    scale_groups: bool = False


class Sources(Frozen):
    """All raw files of a profile."""

    osm: FileSource
    boundary: FileSource | None = None
    districts: tuple[DistrictSource, ...] = ()
    population: PopulationSource | None = None
    population_totals: TotalsSource | None = None
    addresses: FileSource | None = None
    places: tuple[PlaceSource, ...] = ()
    district_figures: tuple[FigureSource, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> "Sources":
        for label, keys in (
            ("districts.level", [source.level for source in self.districts]),
            ("places.key", [source.key for source in self.places]),
            ("district_figures.key", [source.key for source in self.district_figures]),
            ("district_figures.columns.key", [figure.key for figure in self.list_figures()]),
        ):
            if len(set(keys)) != len(keys):
                raise ValueError(f"{label} is given twice: {keys}")
        if any(source.level == "city" for source in self.districts):
            raise ValueError('districts.level "city" stands for the whole city in the tables; take another')
        if any(figure.key.startswith("persons_") for figure in self.list_figures()):
            raise ValueError("district_figures.columns.key: persons_ stands for age groups; take another")
        return self

    def list_figures(self) -> list[FigureColumn]:
        """Return the figures of all tables of districts."""
        return [figure for source in self.district_figures for figure in source.columns]

    def list_files(self) -> list[tuple[str, FileSource]]:
        """Return every file source with its key, areas first: others are clipped to them."""
        single = (("sources.boundary", self.boundary), ("sources.osm", self.osm))
        later = (
            ("sources.population", self.population),
            ("sources.population_totals", self.population_totals),
            ("sources.addresses", self.addresses),
        )
        listed = [(key, source) for key, source in single[:1] if source]
        listed += [(f"sources.districts.{source.level}", source) for source in self.districts]
        listed += [(key, source) for key, source in (*single[1:], *later) if source]
        listed += [(f"sources.places.{source.key}", source) for source in self.places]
        return listed + [
            (f"sources.district_figures.{source.key}", source) for source in self.district_figures
        ]

    def list_urls(self) -> list[tuple[str, str]]:
        """Return every address in use with its key."""
        urls = [(f"{key}.url", source.url) for key, source in self.list_files()]
        urls += [(f"{key}.md5_url", source.md5_url) for key, source in self.list_files()]
        urls += [("sources.population.age_url", self.population.age_url)] if self.population else []
        return [(key, url) for key, url in urls if url]
