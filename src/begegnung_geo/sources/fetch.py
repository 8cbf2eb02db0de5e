# SPDX-License-Identifier: MIT
"""
`make fetch`: every source of a profile, brought to `data/raw/<city>/` with its provenance.

Each file is received beside its place, checked at the door and only then put in
place; its line in `sources.toml` follows at once. Whatever fails or is killed
leaves the last good file where it is, and the next run goes on from there.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from begegnung_geo.errors import BegegnungError, SourceError
from begegnung_geo.files import hash_file, remove_leftovers, replace_atomically
from begegnung_geo.profile import Profile
from begegnung_geo.profile_sources import FileSource
from begegnung_geo.provenance import SourceEntry, describe_file, read_provenance, write_provenance
from begegnung_geo.sources.arrivals import DriftLimits, require_fields, require_no_drift
from begegnung_geo.sources.clipping import LENGTH_UNKNOWN, Clipping, plan_clipping
from begegnung_geo.sources.download import Version, discard_part
from begegnung_geo.sources.file_shape import FileShape, measure_shape
from begegnung_geo.sources.http_answers import explain_full_disk
from begegnung_geo.sources.http_client import Pacer, build_user_agent
from begegnung_geo.sources.raw_lock import lock_raw_folder
from begegnung_geo.sources.receivers import Received, Task, list_tasks, receive

logger = logging.getLogger(__name__)

DOWNLOAD_FOLDER = ".downloads"
_BY_HAND = "put here by hand"

Status = Literal["fetched", "unchanged", "by_hand", "failed"]


@dataclass(frozen=True)
class FetchProgress:
    """Where a file stands: `done` of `total` bytes (tiles for Overpass), total 0 where unknown."""

    file: str
    stage: Literal["receiving", "clipping", "checking", "done", "failed"]
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class FetchOutcome:
    """What became of one file."""

    file: str
    status: Status
    received_bytes: int = 0
    note: str = ""


@dataclass(frozen=True)
class FetchReport:
    """What became of all files, in the order they were asked for."""

    outcomes: tuple[FetchOutcome, ...]

    def list_files(self, status: Status) -> tuple[str, ...]:
        """Return the files with a status."""
        return tuple(outcome.file for outcome in self.outcomes if outcome.status == status)


@dataclass
class _Run:
    profile: Profile
    raw_dir: Path
    progress: Callable[[FetchProgress], None]
    pacer: Pacer
    entries: dict[str, SourceEntry]
    outcomes: list[FetchOutcome] = field(default_factory=list)
    errors: list[BegegnungError] = field(default_factory=list)

    @property
    def parts(self) -> Path:
        return self.raw_dir / DOWNLOAD_FOLDER


def fetch_city(
    profile: Profile, raw_dir: Path, *, progress: Callable[[FetchProgress], None] | None = None
) -> FetchReport:
    """
    Bring all sources of a profile to a folder.

    Sources that did not change are not transferred again, broken downloads are
    resumed. A source that fails does not stop the others; the first error is
    raised at the end. Files without an address are put there by hand and left alone.

    Parameters
    ----------
    profile
        The city's profile.
    raw_dir
        `data/raw/<city>`; files and `sources.toml` are written here and nowhere else.
    progress
        Called often, also from within a transfer; must not raise.

    Returns
    -------
    report
        One outcome a file.

    Raises
    ------
    SourceError
        If another fetch is at work in the folder, or a source cannot be had or is
        refused at the door: the last good files stay.
    ConfigError
        If the profile names no contact although something is to be fetched.
    """
    tasks = list_tasks(profile)
    if any(task.source.url and not task.source.local_file for task in tasks):
        build_user_agent(profile.fetch)
    with explain_full_disk(str(raw_dir)), lock_raw_folder(raw_dir):
        run = _Run(
            profile,
            raw_dir,
            progress or (lambda _: None),
            pacer=Pacer(profile.fetch),
            entries=read_provenance(raw_dir),
        )
        for folder in (raw_dir, run.parts):
            remove_leftovers(folder)
        for task in tasks:
            _bring(task, run)
        if run.parts.is_dir() and not any(run.parts.iterdir()):
            run.parts.rmdir()
    if run.errors:
        raise _sum_up(run)
    return FetchReport(tuple(run.outcomes))


def _bring(task: Task, run: _Run) -> None:
    source = task.source
    if not source.url and not source.local_file:
        run.outcomes.append(_note_hand_file(source, run))
        return
    try:
        with explain_full_disk(str(run.raw_dir / source.file)):
            outcome = _bring_file(task, run)
    except BegegnungError as error:
        logger.warning("%s: %s", source.file, error.what)
        run.errors.append(error)
        outcome = FetchOutcome(source.file, "failed", note=error.what)
    stage: Literal["done", "failed"] = "failed" if outcome.status == "failed" else "done"
    run.progress(FetchProgress(source.file, stage))
    run.outcomes.append(outcome)


def _note_hand_file(source: FileSource, run: _Run) -> FetchOutcome:
    path = run.raw_dir / source.file
    if not path.is_file():
        return FetchOutcome(source.file, "by_hand", note="missing: no url and no local_file in the profile")
    about = ("publisher", "licence", "attribution", "data_date")
    facts = {key: str(getattr(source, key)) for key in about}
    entry = describe_file(path, title=source.title or source.file, note=_BY_HAND, **facts)
    known = run.entries.get(source.file)
    is_same = known is not None and known.model_copy(update={"retrieved": ""}) == entry.model_copy(
        update={"retrieved": ""}
    )
    if not is_same:
        run.entries[source.file] = entry
        write_provenance(run.raw_dir, run.entries)
    return FetchOutcome(source.file, "by_hand")


def _bring_file(task: Task, run: _Run) -> FetchOutcome:
    source = task.source
    clipping = plan_clipping(source, run.profile, raw_dir=run.raw_dir)
    known = _find_known(task, run, clipping=clipping)
    part = run.parts / source.file
    run.parts.mkdir(parents=True, exist_ok=True)

    def on_bytes(done: int, total: int) -> None:
        run.progress(FetchProgress(source.file, "receiving", done, total))

    received = receive(
        task, run.profile, known=known, part=part, pacer=run.pacer, raw_dir=run.raw_dir, on_bytes=on_bytes
    )
    if received.download.is_unchanged:
        _check_in_place(source, run, clipping=clipping)
        _refresh_facts(source, run)
        return FetchOutcome(source.file, "unchanged", received.download.received_bytes)
    try:
        note = _put_in_place(task, run, part=part, clipping=clipping, received=received)
    except SourceError:
        discard_part(part)  # refused at the door: the next run starts afresh
        raise
    if not (run.profile.fetch.keep_archives and clipping.is_active):
        discard_part(part)
    return FetchOutcome(source.file, "fetched", received.download.received_bytes, note)


def _check_in_place(source: FileSource, run: _Run, *, clipping: Clipping) -> None:
    """Hold the file in place against what the profile counts on; that may be more than it was."""
    if source.fields or source.rows_min:
        shape = measure_shape(run.raw_dir / source.file, name=source.file, is_quoted=clipping.is_quoted)
        _require_fields(source, run, shape)


def _require_fields(source: FileSource, run: _Run, shape: FileShape) -> None:
    entry = run.entries.get(source.file)
    is_there = entry is not None and (run.raw_dir / source.file).is_file()
    require_fields(
        shape,
        wanted=source.fields,
        rows_min=source.rows_min,
        name=source.file,
        last_date=entry.retrieved[:10] if entry and is_there else "",
    )


def _refresh_facts(source: FileSource, run: _Run) -> None:
    # The bytes are the same, but the profile may have corrected whose they are and under which licence.
    entry = run.entries[source.file]
    stated = {
        key: getattr(source, key) for key in ("title", "publisher", "licence", "attribution", "data_date")
    }
    corrected = entry.model_copy(update={key: value for key, value in stated.items() if value})
    if corrected != entry:
        run.entries[source.file] = corrected
        write_provenance(run.raw_dir, run.entries)


def _put_in_place(task: Task, run: _Run, *, part: Path, clipping: Clipping, received: Received) -> str:
    source, target = task.source, run.raw_dir / task.source.file
    with replace_atomically(target) as fresh:
        run.progress(FetchProgress(source.file, "clipping" if clipping.is_active else "checking"))
        note = clipping.write(part, fresh, rules=run.profile.fetch)
        if not received.download.is_length_known and not source.md5_url:
            logger.warning("%s: %s; a missing end cannot be noticed", source.file, LENGTH_UNKNOWN)
            note = f"{note}; {LENGTH_UNKNOWN}" if note else LENGTH_UNKNOWN
        _check_at_door(task, run, fresh=fresh, row_count=received.download.row_count, clipping=clipping)
        entry = describe_file(fresh).model_copy(
            update={**_describe_source(source, received), "file": source.file, "note": note}
        )
    run.entries[source.file] = entry
    write_provenance(run.raw_dir, run.entries)
    return note


def _check_at_door(task: Task, run: _Run, *, fresh: Path, row_count: int, clipping: Clipping) -> None:
    source = task.source
    shape = measure_shape(fresh, name=source.file, is_quoted=clipping.is_quoted)
    _require_fields(source, run, shape)
    if row_count and shape.row_count is not None and shape.row_count != row_count:
        raise SourceError(
            f"{source.file} has {shape.row_count} rows, the service counts {row_count}",
            where=source.url,
            hint="run `make fetch` again: the data set may have changed meanwhile",
        )
    last = _measure_last(source, run, clipping=clipping)
    if last is None:
        return
    entry, rules = run.entries.get(source.file), run.profile.fetch
    share_min = rules.shrink_share_min if source.shrink_share_min is None else source.shrink_share_min
    # Another area has another size; that is no loss of the publisher's.
    is_other_cut = entry is not None and entry.note != _BY_HAND and not clipping.matches(entry.note)
    require_no_drift(
        shape,
        last=last,
        limits=DriftLimits(0.0 if is_other_cut else share_min, rules.retyped_share_max),
        name=source.file,
        last_date=entry.retrieved[:10] if entry else "",
    )


def _measure_last(source: FileSource, run: _Run, *, clipping: Clipping) -> FileShape | None:
    target = run.raw_dir / source.file
    if not target.exists():
        return None
    try:
        return measure_shape(target, name=source.file, is_quoted=clipping.is_quoted)
    except SourceError as error:
        # Spoilt since it was put there: nothing to compare with, and no reason to keep the new one out.
        logger.warning("the last %s cannot be compared: %s", source.file, error.what)
        return None


def _describe_source(source: FileSource, received: Received) -> dict[str, str]:
    version = received.download.version
    return {
        "title": source.title or source.file,
        "publisher": source.publisher,
        "url": version.url or source.url,
        "licence": source.licence,
        "attribution": source.attribution,
        "data_date": source.data_date or received.data_date,
        "retrieved": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "last_modified": version.last_modified,
        "etag": version.etag,
    }


def _find_known(task: Task, run: _Run, *, clipping: Clipping) -> Version | None:
    """Return the version of the file in place, if it is the very file its entry describes."""
    entry = run.entries.get(task.source.file)
    target = run.raw_dir / task.source.file
    if entry is None or not target.is_file() or not clipping.matches(entry.note):
        return None
    if target.stat().st_size != entry.bytes or hash_file(target) != entry.sha256:
        logger.warning("%s is not the file that was fetched; it is fetched anew", target.name)
        return None
    return Version(url=entry.url, etag=entry.etag, last_modified=entry.last_modified)


def _sum_up(run: _Run) -> BegegnungError:
    first = run.errors[0]
    if len(run.errors) == 1:
        return first
    failed = ", ".join(outcome.file for outcome in run.outcomes if outcome.status == "failed")
    return type(first)(f"{first.what} (failed in all: {failed})", where=first.where, hint=first.hint)
