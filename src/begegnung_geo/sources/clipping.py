# SPDX-License-Identifier: MIT
"""What part of a raw file a city needs: a member of an archive, its cells, its addresses, its map."""

import hashlib
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from begegnung_geo.crs import LAEA_EUROPE, WGS84
from begegnung_geo.errors import ConfigError, SourceError
from begegnung_geo.profile import Fetch, Profile
from begegnung_geo.profile_sources import FileSource
from begegnung_geo.sources import gdal_facts
from begegnung_geo.sources.archives import Box, ClipCount, clip_grid, clip_register, open_member
from begegnung_geo.sources.file_shape import measure_shape
from begegnung_geo.sources.geojson_stream import NotGeoJsonError, measure_extent
from begegnung_geo.sources.http_answers import MEGABYTE
from begegnung_geo.sources.osm_clip import clip_osm
from begegnung_geo.sources.osm_objects import SUFFIXES, find_suffix

_KM_PER_DEGREE = 111.2
_COPY_BYTES = 1 << 20
_CELL_M = 100
_STEPS_PER_DEGREE = 1000  # about 70 m east, 110 m north


LENGTH_UNKNOWN = "the service told no length"
"""End of a note: whether the file is whole could not be checked."""


@dataclass(frozen=True)
class Clipping:
    """How a file in place is made from what was received; all empty: as it is."""

    member: str = ""
    box: Box | None = None
    ags: str = ""
    osm_box: Box | None = None
    osm_format: str = ""

    @property
    def is_active(self) -> bool:
        """Whether the file in place differs from the file received."""
        return bool(self.member or self.box or self.ags or self.osm_box)

    @property
    def is_quoted(self) -> bool:
        """Whether quotation marks wrap cells of the table; tables that are cut have none."""
        return not (self.box or self.ags)

    @property
    def label(self) -> str:
        """What is done, the same text for the same clipping."""
        steps = [f"member {self.member}" if self.member else ""]
        if self.box:
            steps.append("cells within {:.0f} {:.0f} {:.0f} {:.0f} (EPSG:3035)".format(*self.box))
        if self.ags:
            steps.append(f"addresses of AGS {self.ags}")
        if self.osm_box:
            steps.append("map within {:.3f} {:.3f} {:.3f} {:.3f} (WGS84)".format(*self.osm_box))
        return ", ".join(step for step in steps if step)

    def matches(self, note: str) -> bool:
        """Return whether a file with this note was made the same way."""
        note = note.removesuffix(LENGTH_UNKNOWN).removesuffix("; ")
        return note == self.label or note.startswith(f"{self.label};") if self.label else not note

    def write(self, received: Path, target: Path, *, rules: Fetch) -> str:
        """
        Write the file that is going to be in place; returns the note for its provenance.

        Raises
        ------
        SourceError
            If the archive is refused, or nothing of the table or map lies in the area.
        """
        if self.osm_box:
            measure_shape(received, name=received.name)  # whole, before anything is cut from it
            count = clip_osm(received, target, file_format=self.osm_format, box=self.osm_box)
            return f"{self._report(count, target, unit='objects')}; {_describe_original(received)}"
        with self._open(received, rules=rules) as stream:
            if self.box:
                count = clip_grid(stream, target, box=self.box)
            elif self.ags:
                count = clip_register(stream, target, ags=self.ags)
            else:
                with target.open("wb") as file:
                    shutil.copyfileobj(stream, file, _COPY_BYTES)
                return self.label
        return self._report(count, target, unreadable_share_max=rules.unreadable_share_max)

    @contextmanager
    def _open(self, received: Path, *, rules: Fetch) -> Iterator[IO[bytes]]:
        if self.member:
            with open_member(received, self.member, rules=rules) as stream:
                yield stream
            return
        if received.stat().st_size > rules.download_max_mb * MEGABYTE:
            raise SourceError(
                f"the file is larger than the {rules.download_max_mb:g} MB allowed",
                where=f"{received}: {received.stat().st_size / MEGABYTE:.0f} MB",
                hint="take a smaller extract, or raise download_max_mb in [fetch] of the profile",
            )
        with received.open("rb") as stream:
            yield stream

    def _report(
        self, count: ClipCount, target: Path, *, unit: str = "rows", unreadable_share_max: float = 1.0
    ) -> str:
        if count.malformed > unreadable_share_max * count.read:
            raise SourceError(
                f"{count.malformed} of {count.read} {unit} cannot be read: they are of another kind",
                where=str(target),
                hint="look at the table at its publisher; fetch.unreadable_share_max says how many may be",
            )
        if not count.kept:
            raise SourceError(
                f"none of {count.read} {unit} lies in the area: {self.label}",
                where=str(target),
                hint="check the district or boundary file and city.ags in the profile",
            )
        broken = f", {count.malformed} unreadable" if count.malformed else ""
        return f"{self.label}; {count.kept} of {count.read} {unit}{broken}"


def plan_clipping(source: FileSource, profile: Profile, *, raw_dir: Path) -> Clipping:
    """
    Return how a source is clipped to the city.

    Raises
    ------
    ConfigError
        If the clip needs the city's AGS or area, and neither is known.
    """
    if source.clip == "ags":
        if not profile.city.ags:
            raise ConfigError(
                f"{source.file} is clipped by AGS, but the profile has none",
                where="key city.ags",
                hint='give the official municipality key, for Dortmund ags = "05913000"',
            )
        return Clipping(member=source.member, ags=profile.city.ags)
    suffix = find_suffix(Path(source.file))
    if source.clip == "box" and suffix:
        box = _widen_box(find_box(profile, raw_dir=raw_dir))
        return Clipping(osm_box=box, osm_format=SUFFIXES[suffix])
    if source.clip == "box":
        return Clipping(member=source.member, box=_project_box(find_box(profile, raw_dir=raw_dir)))
    return Clipping(member=source.member)


def find_box(profile: Profile, *, raw_dir: Path) -> Box:
    """
    Return the city's bounding box with the study's buffer, in WGS84 degrees.

    From the boundary file, else the first district file, else `study.box_wgs84`.

    Raises
    ------
    ConfigError
        If none of them is known.
    SourceError
        If the file cannot be read.
    """
    box = _find_extent(profile, raw_dir=raw_dir)
    west, south, east, north = box
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):  # noqa: PLR2004 - degrees
        raise SourceError(
            f"the city's extent is impossible: {box}",
            where="boundary or district file",
            hint="the file must be in longitude/latitude (WGS84) or carry its CRS",
        )
    up = profile.study.buffer_m / 1000 / _KM_PER_DEGREE
    aside = up / max(0.05, math.cos(math.radians(max(abs(south), abs(north)))))
    return west - aside, south - up, east + aside, north + up


def _find_extent(profile: Profile, *, raw_dir: Path) -> Box:
    sources = profile.sources
    for source in (sources.boundary, *sources.districts):
        if source and (raw_dir / source.file).is_file():
            return _measure_extent(raw_dir / source.file)
    if profile.study.box_wgs84:
        return profile.study.box_wgs84
    raise ConfigError(
        "the city's area is not known, so nothing can be clipped to it",
        where="sources.boundary, sources.districts, study.box_wgs84",
        hint="name a boundary or district file, or give box_wgs84 = [west, south, east, north]",
    )


def _measure_extent(path: Path) -> Box:
    try:
        if path.suffix.lower() in {".geojson", ".json"}:
            box, crs = measure_extent(path)
            name = crs["properties"]["name"] if crs else None
        else:
            facts = gdal_facts.ask(path)
            box, name = facts["box"], facts["crs"]
        to_wgs84 = Transformer.from_crs(CRS.from_user_input(name or WGS84), WGS84, always_xy=True)
        return to_wgs84.transform_bounds(*box)
    except (NotGeoJsonError, gdal_facts.UnreadableError, CRSError, KeyError, TypeError) as error:
        raise SourceError(
            "the extent of the city cannot be read",
            where=f"{path}: {error}",
            hint="remove the file and run `make fetch` again",
        ) from error


def _describe_original(received: Path) -> str:
    with received.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    return f"cut from {received.stat().st_size} bytes, sha256 {sha256}, md5 {md5}"


def _widen_box(box: Box) -> Box:
    # Round numbers, a step wider: the same box for the same city, and no centimetre lost
    # to straight lines that bend from one projection to the other.
    west, south, east, north = (value * _STEPS_PER_DEGREE for value in box)
    steps = (math.floor(west) - 1, math.floor(south) - 1, math.ceil(east) + 1, math.ceil(north) + 1)
    west, south, east, north = (step / _STEPS_PER_DEGREE for step in steps)
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)


def _project_box(box: Box) -> Box:
    to_grid = Transformer.from_crs(WGS84, LAEA_EUROPE, always_xy=True)
    west, south, east, north = to_grid.transform_bounds(*box)
    # Whole cells: the same box for the same city, however the last digits of its border change.
    return (
        west // _CELL_M * _CELL_M,
        south // _CELL_M * _CELL_M,
        (east // _CELL_M + 1) * _CELL_M,
        (north // _CELL_M + 1) * _CELL_M,
    )
