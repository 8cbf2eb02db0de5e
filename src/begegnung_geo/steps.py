# SPDX-License-Identifier: MIT
"""
The machine under the pipeline: which step must run, what it may keep, how results appear.

A step is fresh when its fingerprint is the one recorded with its outputs. The
fingerprint covers the content of its raw files and input tables, the part of the
profile it uses, and the source of every module of this package it reaches. So a
changed walking speed re-runs the analysis and not the reading of OSM, and a touched
file re-runs nothing.

A run works in hidden `.<name>.partial` folders and swaps them in at its end. A run
that fails or is killed leaves the last good folders in place; the next one resumes
from what the partial folder already holds.
"""

import hashlib
import json
import logging
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import geopandas as gpd
import pandas as pd

from begegnung_geo.errors import BegegnungError
from begegnung_geo.files import hash_file, remove_leftovers
from begegnung_geo.fingerprints import hash_code, hash_program
from begegnung_geo.issues import concat_issues
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.run_folders import (
    Folders,
    lock_folder,
    publish_folder,
    recover_folder,
    require_ours,
)
from begegnung_geo.schema import TABLES, build_empty
from begegnung_geo.step_records import (
    find_issues,
    list_record_files,
    read_outputs,
    read_record,
    write_record,
)
from begegnung_geo.store import Portions, find_table, give_back_memory, read_table, write_table

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True)
class RawFile:
    """One input file: where it lies and where it comes from."""

    path: Path
    entry: SourceEntry


@dataclass(frozen=True)
class Job:
    """What a run depends on: the profile, the raw files by role, how the pages are made."""

    profile: Profile
    raw_files: Mapping[str, RawFile]
    language: str = "de"
    has_pdf: bool = False

    @property
    def crs(self) -> str:
        """Return the metric CRS all tables are in."""
        return self.profile.study.metric_crs


@dataclass(frozen=True)
class StepOutput:
    """
    What a step made: tables, facts (JSON values) and the faults it found; or site files.

    The fact `report` is a list of lines that every run prints, also where the step was up to date.
    """

    tables: Mapping[str, pd.DataFrame | Portions] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    issues: Sequence[pd.DataFrame] = ()


@dataclass(frozen=True)
class Step:
    """
    One line of the story; `uses` names the profile's sections, `raw` the roles of raw files.

    `remembers` names tables that the step reads as the last finished run left them. They are no
    part of the fingerprint: where nothing else changed, the last result stands.
    """

    name: str
    stage: str
    run: Callable[["StepInput"], StepOutput]
    reads: tuple[str, ...] = ()
    facts_of: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    remembers: tuple[str, ...] = ()
    gathers_issues: bool = False
    is_page: bool = False


class Listener(Protocol):
    """Who is told how a run goes."""

    def started(self, step: str, position: int, total: int) -> None:
        """Take note that a step begins."""

    def finished(self, step: str, text: str, seconds: float | None) -> None:
        """Take note that a step is done; `seconds` is None where it was up to date, `text` may have lines."""


class StepInput:
    """What a step's function may see: tables on disk, facts of earlier steps, raw files."""

    def __init__(
        self,
        job: Job,
        step: Step,
        partial: Folders,
        *,
        last: Folders,
        earlier: Sequence[str],
        shared: dict[Any, Any] | None = None,
        kept_tables: frozenset[str] = frozenset(),
    ) -> None:
        self.job = job
        self.last = last.processed
        self.profile = job.profile
        self.crs = job.crs
        self.site = partial.site
        self.step = step
        self.processed = partial.processed
        self.earlier = earlier
        self.shared = {} if shared is None else shared
        self.kept_tables = kept_tables

    def table(self, name: str) -> pd.DataFrame:
        """
        Return a table this step declares in `reads`.

        One of `kept_tables` is read from its file once for all steps of a stage; what a step
        does to it no other step sees.
        """
        if name not in self.kept_tables:
            return self._read(name)
        file = find_table(self.processed, name)
        state = file.stat() if file.is_file() else None
        key = ("table", name, state and (state.st_ino, state.st_mtime_ns, state.st_size))
        if key not in self.shared:
            self.shared[key] = self._read(name)
        kept: pd.DataFrame = self.shared[key]
        return kept.copy(deep=False)  # a change copies first

    def figures(self, name: str) -> pd.DataFrame:
        """Return a layer without its geometry, read anew: of a large one it takes a third of the memory."""
        return self._read(name, with_geometry=False)

    def _read(self, name: str, *, with_geometry: bool = True) -> pd.DataFrame:
        if name not in self.step.reads:
            raise KeyError(f"step {self.step.name} does not declare that it reads {name}")
        return read_table(name, folder=self.processed, crs=self.crs, with_geometry=with_geometry)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return a table with geometry."""
        frame = self.table(name)
        if not isinstance(frame, gpd.GeoDataFrame):
            raise TypeError(f"table {name} has no geometry")
        return frame

    def share(
        self, make: Callable[..., _T], *tables: str, without_geometry: Sequence[str] = (), **settings: float
    ) -> _T:
        """
        Return `make(*tables, **settings)`, the same object for all steps of a stage.

        It is made again where the tables or settings are others; nobody may change it. Some of
        the tables may be given without their geometry.
        """
        outputs = read_outputs(self.processed)
        key = (make.__qualname__, *((name, outputs.get(name)) for name in tables), *sorted(settings.items()))
        if key not in self.shared:
            frames = (self._read(name, with_geometry=name not in without_geometry) for name in tables)
            self.shared[key] = make(*frames, **settings)
        return self.shared[key]  # type: ignore[no-any-return]

    def remembered(self, name: str) -> pd.DataFrame:
        """Return a table of the last finished run; without rows where there is none that can be read."""
        if name not in self.step.remembers:
            raise KeyError(f"step {self.step.name} does not declare that it remembers {name}")
        try:
            return read_table(name, folder=self.last, crs=self.crs)
        except BegegnungError as error:
            _LOG.info("nothing remembered: %s", error.what)
            return build_empty(name, crs=self.crs)

    def facts(self, step: str) -> dict[str, Any]:
        """Return the facts of an earlier step declared in `facts_of`."""
        if step not in self.step.facts_of:
            raise KeyError(f"step {self.step.name} does not declare facts of {step}")
        return read_record(self.processed, step)["facts"]  # type: ignore[no-any-return]

    def issues(self) -> pd.DataFrame:
        """Return the faults that all earlier steps found; the step declares `gathers_issues`."""
        if not self.step.gathers_issues:
            raise KeyError(f"step {self.step.name} does not declare that it gathers issues")
        return concat_issues(pd.read_parquet(find_issues(self.processed, name)) for name in self.earlier)

    def raw(self, role: str) -> RawFile | None:
        """Return the raw file of a role, None where the profile has none."""
        if not any(role == known or role.startswith(f"{known}.") for known in self.step.raw):
            raise KeyError(f"step {self.step.name} does not declare raw {role}")
        return self.job.raw_files.get(role)

    def require_raw(self, role: str) -> RawFile:
        """Return the raw file of a role that the profile must have."""
        raw_file = self.raw(role)
        if raw_file is None:
            raise KeyError(f"the job has no raw file {role}")
        return raw_file


def run_steps(steps: Sequence[Step], job: Job, folders: Folders, *, until: str, listener: Listener) -> None:
    """
    Bring a city's tables and site up to date, step by step, up to and including a stage.

    Tables of later stages stay where they still fit and go where they are stale.

    Raises
    ------
    ConfigError
        If a folder to be replaced holds something else than an earlier run's
        output, or another run is at work there.
    """
    with lock_folder(folders.processed):
        for folder in (folders.processed, folders.site):
            recover_folder(folder)
            require_ours(folder)
        partial = folders.partial()
        partial.processed.mkdir(parents=True, exist_ok=True)
        remove_leftovers(partial.processed)
        last = max(index for index, step in enumerate(steps) if step.stage == until)
        is_site_new = False
        shared: dict[str, dict[Any, Any]] = {}
        for position, step in enumerate(steps):
            if step.stage not in shared:
                shared = {step.stage: {}}  # what an earlier stage shared is let go
            step_input = StepInput(
                job,
                step,
                partial,
                last=folders,
                earlier=[s.name for s in steps[:position]],
                shared=shared[step.stage],
                kept_tables=find_kept_tables(steps, step.stage),
            )
            if position > last:
                _keep_or_drop(step_input, folders)
                continue
            listener.started(step.name, position + 1, last + 1)
            start = time.monotonic()
            origin, text = _bring_up_to_date(step_input, folders)
            give_back_memory()
            text = "\n".join([text, *read_record(partial.processed, step.name)["facts"].get("report", ())])
            listener.finished(step.name, text, None if origin else time.monotonic() - start)
            is_site_new |= step.is_page and origin != folders
        publish_folder(partial.processed, folders.processed)
        if is_site_new:
            publish_folder(partial.site, folders.site)
        shutil.rmtree(partial.site, ignore_errors=True)


def find_kept_tables(steps: Sequence[Step], stage: str) -> frozenset[str]:
    """
    Return the layers that more than one step of a stage reads: they are kept in memory meanwhile.

    Tables without geometry are read again in no time, and those of a large city take much memory.
    """
    counts = Counter(name for step in steps if step.stage == stage for name in step.reads)
    return frozenset(name for name, count in counts.items() if count > 1 and TABLES[name].geometry)


def _bring_up_to_date(step_input: StepInput, folders: Folders) -> tuple[Folders | None, str]:
    """Carry a fresh step over, or run it; returns where it was fresh and a line of text."""
    step, partial = step_input.step, folders.partial()
    fingerprint = _measure_fingerprint(step_input)
    origin = _find_fresh(step, fingerprint, (partial, folders))
    if origin is None:
        return None, _run_step(step_input, partial, fingerprint=fingerprint)
    _carry(step, origin, partial)
    return origin, "up to date"


def _keep_or_drop(step_input: StepInput, folders: Folders) -> None:
    """Treat a step beyond the wanted stage: keep its tables where they still fit."""
    step, partial = step_input.step, folders.partial()
    origin = _find_fresh(step, _measure_fingerprint(step_input), (partial, folders))
    if origin is None:
        _discard(step, partial)
    else:
        _carry(step, origin, partial)


def _run_step(step_input: StepInput, partial: Folders, *, fingerprint: str) -> str:
    step = step_input.step
    _discard(step, partial)
    if step.is_page:
        shutil.rmtree(partial.site, ignore_errors=True)
        partial.site.mkdir(parents=True)
    output = step.run(step_input)
    if set(output.tables) != set(step.writes):
        raise KeyError(f"step {step.name} wrote {sorted(output.tables)}, declared {sorted(step.writes)}")
    for name, frame in output.tables.items():
        write_table(frame, name, folder=partial.processed, crs=step_input.crs)
    write_record(
        partial.processed,
        step.name,
        fingerprint=fingerprint,
        facts=output.facts,
        outputs={name: hash_file(find_table(partial.processed, name)) for name in sorted(step.writes)},
        issues=concat_issues(output.issues),
    )
    counts = ", ".join(f"{name} {len(frame):,}" for name, frame in output.tables.items())
    return counts or str(output.facts.get("text", "done"))


def _measure_fingerprint(step_input: StepInput) -> str:
    step, job, processed = step_input.step, step_input.job, step_input.processed
    profile = job.profile.model_dump(mode="json")
    producers = [read_outputs(processed).get(name, "missing") for name in step.reads]
    facts = [read_record(processed, name).get("facts") for name in step.facts_of]
    raw = {
        role: [raw_file.path.name, hash_file(raw_file.path), raw_file.entry.model_dump()]
        for role, raw_file in sorted(job.raw_files.items())
        if any(role == known or role.startswith(f"{known}.") for known in step.raw)
    }
    gathered = step_input.earlier if step.gathers_issues else ()
    issue_files = [find_issues(processed, name) for name in gathered]
    issues = [hash_file(file) if file.is_file() else "missing" for file in issue_files]
    pages = [job.language, job.has_pdf] if step.is_page else []
    parts = [
        step.name,
        {key: profile[key] for key in step.uses},
        producers,
        facts,
        raw,
        issues,
        pages,
        hash_code(step.run),
        hash_program() if step.is_page else "",  # a site names the program it was made with
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _find_fresh(step: Step, fingerprint: str, places: Sequence[Folders]) -> Folders | None:
    for place in places:
        record = read_record(place.processed, step.name)
        if record.get("fingerprint") != fingerprint:
            continue
        files = [find_table(place.processed, name) for name in step.writes]
        if all(file.is_file() for file in files) and (
            not step.is_page or (place.site / "index.html").is_file()
        ):
            return place
    return None


def _carry(step: Step, origin: Folders, partial: Folders) -> None:
    if origin == partial:
        return
    names = [Path(f"{name}.parquet") for name in step.writes]
    # The record last: it says that all is there.
    for name in [*names, *reversed(list_record_files(step.name))]:
        target = partial.processed / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        os.link(origin.processed / name, target)


def _discard(step: Step, partial: Folders) -> None:
    for file in list_record_files(step.name):
        (partial.processed / file).unlink(missing_ok=True)
    for name in step.writes:
        find_table(partial.processed, name).unlink(missing_ok=True)
