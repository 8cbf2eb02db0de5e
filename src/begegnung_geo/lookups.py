# SPDX-License-Identifier: MIT
"""`begegnung-geo look-up`: ask a geocoder for the addresses that register and map do not know."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd

from begegnung_geo.analysis.address_fallbacks import build_queries
from begegnung_geo.analysis.classify import classify_records
from begegnung_geo.category_rules import read_category_rules
from begegnung_geo.jobs import GEOCODED_FILE, plan_city
from begegnung_geo.pipeline import STEPS
from begegnung_geo.profile import Fetch
from begegnung_geo.provenance import describe_file, read_provenance, write_provenance
from begegnung_geo.run_folders import Folders
from begegnung_geo.sources.geocoder import Geocoder
from begegnung_geo.sources.http_answers import explain_full_disk
from begegnung_geo.sources.raw_lock import lock_raw_folder
from begegnung_geo.steps import Job, Listener, run_steps
from begegnung_geo.store import read_table

_LOG = logging.getLogger(__name__)
_STEPS = ("read_areas", "read_map", "tie_districts", "read_lists")


@dataclass(frozen=True)
class LookUpReport:
    """How many addresses were asked for now, how many of these were found, how many are left to ask."""

    asked: int = 0
    found: int = 0
    left: int = 0


def look_up_missing(profile_path: Path, *, listener: Listener, contact: str = "") -> LookUpReport:
    """
    Ask for the addresses of lists that neither register nor map knows; each once and for ever.

    Answers are kept in `data/raw/<city>/geocoded.json` with a line in `sources.toml`, and the
    pipeline reads them from there. Rows that could become no place - sensitive, excluded, of
    unknown kind, nameless - are not asked for: a shelter's address goes to nobody. An invented
    city asks a geocoder on this machine only. At most `fetch.look_ups_max` questions a run.

    Which addresses are open is told by the first steps of the pipeline, in memory that grows
    with the city's map; so this is no part of `fetch`, whose memory is bounded.

    Parameters
    ----------
    profile_path
        The city's profile.
    listener
        Told how the steps go.
    contact
        Who asks; empty is the contact of the profile.

    Raises
    ------
    SourceError
        If raw files are missing, a fetch is at work in the folder, or the service cannot be
        asked; what was answered is kept.
    ConfigError
        If there is something to ask, and neither profile nor caller names a contact.
    """
    job, _ = plan_city(profile_path, language="de")
    raw_dir = job.raw_files["osm"].path.parent
    rules = job.profile.fetch
    rules = rules.model_copy(update={"contact": contact}) if contact else rules
    is_local = urlsplit(rules.nominatim_url).hostname in rules.allow_http_hosts
    if not job.profile.sources.places or (job.profile.city.is_invented and not is_local):
        return LookUpReport()
    with explain_full_disk(str(raw_dir)), lock_raw_folder(raw_dir):
        return _ask_open_addresses(job, raw_dir, rules=rules, listener=listener)


def _ask_open_addresses(job: Job, raw_dir: Path, *, rules: Fetch, listener: Listener) -> LookUpReport:
    geocoder = Geocoder(rules, cache_path=raw_dir / GEOCODED_FILE)
    queries = [query for query in _list_queries(job, listener=listener) if not geocoder.knows(query)]
    found = 0
    try:
        for query in queries[: rules.look_ups_max]:
            found += geocoder.look_up(query) is not None
    finally:
        _note_origin(raw_dir, url=rules.nominatim_url)
    asked = min(len(queries), rules.look_ups_max)
    _LOG.info("%d addresses looked up, %d found", asked, found)
    return LookUpReport(asked, found, len(queries) - asked)


def _list_queries(job: Job, *, listener: Listener) -> list[str]:
    """Return the questions in the order of the lists, each once."""
    with TemporaryDirectory() as scratch:
        folders = Folders(Path(scratch) / "processed", Path(scratch) / "site")
        steps = tuple(step for step in STEPS if step.name in _STEPS)
        run_steps(steps, job, folders, until="inventory", listener=listener)
        records = read_table("place_records", folder=folders.processed, crs=job.crs)
    if not isinstance(records, gpd.GeoDataFrame):
        raise TypeError("place_records has no geometry")
    is_open = records.geometry.isna() | (records["precision"] == "district")
    open_records = records[is_open & records["street"].notna()]
    if open_records.empty:
        return []
    wanted = open_records[_flag_places(open_records, job)]
    queries = build_queries(wanted, default_city=job.profile.city.name)
    return list(dict.fromkeys(queries.dropna()))


def _flag_places(records: gpd.GeoDataFrame, job: Job) -> "pd.Series[bool]":
    """Return which records would become a place if their address were known."""
    rules = read_category_rules(job.raw_files["rules.categories"].path.parent)
    anywhere = gpd.GeoSeries.from_xy([0.0] * len(records), [0.0] * len(records), index=records.index)
    supposed = records.set_geometry(anywhere.set_crs(job.crs))
    places, _, _ = classify_records(supposed, rules)
    return (records["source"] + ":" + records["source_id"]).isin(places["place_id"])


def _note_origin(raw_dir: Path, *, url: str) -> None:
    path = raw_dir / GEOCODED_FILE
    if not path.is_file():
        return
    entries = read_provenance(raw_dir)
    entry = describe_file(
        path,
        title="Nachgeschlagene Adressen",
        publisher=f"Nominatim ({urlsplit(url).hostname})",
        url=url,
        licence="ODbL-1.0",
        attribution="© OpenStreetMap contributors",
        retrieved=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    known = entries.get(path.name)
    if known is None or known.sha256 != entry.sha256:
        write_provenance(raw_dir, entries | {path.name: entry})
