# SPDX-License-Identifier: MIT
"""Looking into the last run: why a place is there, what is in doubt, which ids to keep, one place's reach."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from begegnung_geo.analysis.classify import OSM_SOURCE
from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.analysis.explain import (
    explain_place,
    explain_rejection,
    explain_sources,
    explain_strike,
    find_similar_ids,
)
from begegnung_geo.analysis.reach_areas import build_place_areas
from begegnung_geo.analysis.recall import build_recall_rows, measure_recall, tell_recall
from begegnung_geo.analysis.review import build_review_list
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.category_rules import CategoryRules, read_category_rules
from begegnung_geo.config import find_config_dir, read_default_walking
from begegnung_geo.errors import ConfigError, SourceError, format_rows
from begegnung_geo.export.formats import write_csv, write_geojson
from begegnung_geo.jobs import HAND_FILES, find_hand_dir, plan_city
from begegnung_geo.profile import Walking
from begegnung_geo.schema import build_empty
from begegnung_geo.sources.reviews import read_kept_ids
from begegnung_geo.store import find_table, read_table

_DEFAULT_CRS = "EPSG:25832"


@dataclass(frozen=True)
class Inventory:
    """The tables of a run, and the rules it was made with."""

    processed: Path
    crs: str
    rules: CategoryRules
    walking: Walking

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the run."""
        return read_table(name, folder=self.processed, crs=self.crs)

    def table_or_empty(self, name: str) -> pd.DataFrame:
        """Return a table of a later stage, without rows where the run stopped before."""
        is_there = find_table(self.processed, name).is_file()
        return self.table(name) if is_there else build_empty(name, crs=self.crs)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return a table with geometry."""
        return gpd.GeoDataFrame(self.table(name))

    def list_begegnungsorte(self) -> gpd.GeoDataFrame:
        """Return the places of the city and of its neighbours."""
        rows = pd.concat([self.table("begegnungsorte"), self.table("neighbour_places")], ignore_index=True)
        return gpd.GeoDataFrame(rows, geometry="geometry", crs=self.crs)


def open_city(profile_path: Path) -> Inventory:
    """
    Return the inventory of a city's last run.

    Raises
    ------
    SourceError
        If it has not been built.
    ConfigError
        If the profile is wrong.
    """
    job, folders = plan_city(profile_path, language="de")
    hint = f"run `make inventory CITY={job.profile.city.key}`"
    return open_tables(folders.processed, crs=job.crs, walking=job.profile.walking, hint=hint)


def open_folder(out: Path) -> Inventory:
    """
    Return the inventory that `run --osm FILE --out DIR` made.

    Raises
    ------
    SourceError
        If there is none.
    """
    hint = f"run `begegnung-geo run --osm FILE --out {out}`"
    return open_tables(out / "processed", crs=_DEFAULT_CRS, walking=read_default_walking(), hint=hint)


def open_tables(processed: Path, *, crs: str, walking: Walking, hint: str) -> Inventory:
    """
    Return the inventory in a folder of tables.

    Raises
    ------
    SourceError
        If there is none; `hint` says what to do next.
    """
    if not find_table(processed, "begegnungsorte").is_file():
        raise SourceError("there is no inventory to look into", where=str(processed), hint=hint)
    return Inventory(processed, crs, read_category_rules(find_config_dir()), walking)


def explain(inventory: Inventory, wanted: str) -> list[str]:
    """
    Return what is known about a record or a Begegnungsort, a line a fact.

    Raises
    ------
    ConfigError
        If no record and no place has this id; names the closest ids.
    """
    wanted = wanted.strip()
    begegnungsorte, places = inventory.list_begegnungsorte(), inventory.table("places")
    features, records = inventory.layer("osm_features"), inventory.table("place_records")
    lines = explain_place(
        wanted,
        osm_features=features,
        places=places,
        begegnungsorte=begegnungsorte,
        matches=inventory.table("place_matches"),
        rules=inventory.rules,
    )
    issues = inventory.table_or_empty("issues")
    lines = explain_rejection(
        wanted, lines, records=records, places=places, begegnungsorte=begegnungsorte, issues=issues
    )
    struck = []
    if not _is_listed(wanted, begegnungsorte):
        entries, known_ids = inventory.table("hand_entries"), inventory.table("known_ids")
        struck = explain_strike(wanted, hand_entries=entries, known_ids=known_ids)
    if struck:
        unsure = "  not listed: beyond the study area"
        told = [line for line in lines if not line.startswith(unsure)]
        return [*(told or [f"{wanted}: not in the inventory"]), *struck]
    if lines:
        return lines + explain_sources(
            wanted,
            begegnungsorte=begegnungsorte,
            column_sources=inventory.table("column_sources"),
            attributes=inventory.table("attributes"),
            reviews=inventory.table("reviews"),
        )
    known = [*places["place_id"], *begegnungsorte["begegnungsort_id"]]
    raise ConfigError(
        f"no record and no Begegnungsort has the id {wanted[:80]!r}",
        where=f"{inventory.processed}; the closest ids: {format_rows(find_similar_ids(wanted, known))}",
        hint="copy the id from begegnungsorte.csv (columns begegnungsort_id and place_ids)",
    )


def find_cities(wanted: str) -> list[str]:
    """Return the keys of the cities below the working folder whose last run knows an id, sorted."""
    keys = []
    for path in sorted((Path("data") / "processed").glob("*")):
        if not all(find_table(path, name).is_file() for name in ("places", "known_ids")):
            continue
        places = pd.read_parquet(find_table(path, "places"), columns=["place_id"])
        known = pd.read_parquet(find_table(path, "known_ids"), columns=["place_id", "begegnungsort_id"])
        ids = {*places["place_id"], *known["place_id"], *known["begegnungsort_id"]}
        if wanted in ids or f"{OSM_SOURCE}:{wanted}" in ids:
            keys.append(path.name)
    return keys


def choose_city(wanted: str) -> str:
    """
    Return the only city whose last run knows an id.

    Raises
    ------
    ConfigError
        If none or several do; says what to type.
    """
    keys = find_cities(wanted.strip())
    if len(keys) == 1:
        return keys[0]
    what = f"the runs of {len(keys)} cities know the id" if keys else "no city's last run knows the id"
    shown, key = wanted.strip()[:80], keys[0] if keys else "KEY"
    raise ConfigError(
        f"{what} {shown!r}",
        where=f"data/processed/: {', '.join(keys) or 'no such id'}",
        hint=f"say which city: begegnung-geo explain --city {key} {shown}",
    )


def _is_listed(wanted: str, begegnungsorte: pd.DataFrame) -> bool:
    ids = {wanted, f"{OSM_SOURCE}:{wanted}"}
    return bool(begegnungsorte["begegnungsort_id"].isin(ids).any()) or any(
        ids & set(members) for members in begegnungsorte["place_ids"]
    )


def write_place_reach(
    inventory: Inventory, begegnungsort_id: str, out: Path, *, profile: str | None
) -> tuple[str, int]:
    """
    Write the areas from where one place can be walked to as GeoJSON, a feature a profile and threshold.

    The areas are those of `build_place_areas`: cut off at no border, and where the place
    does not count as supply they are drawn all the same.

    Parameters
    ----------
    inventory
        The tables of a run.
    begegnungsort_id
        A place of the city or of its neighbours.
    out
        Where the file goes; one that is there is replaced.
    profile
        Walking profile; None writes all of the run's profile.

    Returns
    -------
    name, area_count
        Name of the place, empty where it has none, and how many areas are not empty.

    Raises
    ------
    ConfigError
        If there is no such place or walking profile.
    SourceError
        If the inventory has not been built.
    """
    walking, wanted = inventory.walking, begegnungsort_id.strip()
    if profile is not None and profile not in walking.profiles:
        raise ConfigError(
            f"no walking profile {profile[:80]!r}",
            where="--profile",
            hint=f"choose one of {', '.join(walking.profiles)}",
        )
    places = inventory.list_begegnungsorte()
    place = places[places["begegnungsort_id"] == wanted]
    if not len(place):
        known = find_similar_ids(wanted, list(places["begegnungsort_id"]))
        raise ConfigError(
            f"no Begegnungsort has the id {wanted[:80]!r}",
            where=f"{inventory.processed}; the closest ids: {format_rows(known)}",
            hint="copy the id from begegnungsorte.csv (column begegnungsort_id)",
        )
    ways = lay_ways(
        inventory.layer("walk_nodes"),
        inventory.layer("walk_edges"),
        snap_distance_m=walking.snap_distance_m,
        scrap_length_m=walking.scrap_length_m,
    )
    door = move_to_doors(gpd.GeoDataFrame(place), inventory.layer("doors")).geometry
    areas = build_place_areas(door, ways, walking=walking)
    areas = areas if profile is None else areas[areas["profile"] == profile]
    name = str(place["name"].fillna("").iloc[0])
    write_geojson(
        out,
        gpd.GeoDataFrame(areas.assign(area_km2=(areas.geometry.area / 1e6).round(4))),
        about={"begegnungsort_id": wanted, "name": name, "licence": "ODbL 1.0, © OpenStreetMap contributors"},
    )
    return name, int((~areas.geometry.is_empty).sum())


def write_review(profile_path: Path, out: Path) -> tuple[int, int]:
    """
    Write the pairs in doubt as a CSV that can take the place of `config/<city>/review.csv`.

    Returns
    -------
    open_count, answered_count
        Pairs without and with an answer in the file.

    Raises
    ------
    ConfigError
        If there is such a file: answers may be in it.
    SourceError
        If the inventory has not been built.
    """
    if out.exists():
        raise ConfigError(
            "the file is there already, and may hold answers",
            where=str(out),
            hint="choose another name with --out, or move the file away",
        )
    inventory = open_city(profile_path)
    rows = build_review_list(
        inventory.table("place_matches"),
        inventory.layer("places"),
        inventory.table("reviews"),
        classes=inventory.rules.classes,
    )
    write_csv(out, rows)
    answered = int(rows["antwort"].notna().sum())
    return len(rows) - answered, answered


def check_recall(profile_path: Path, *, key: str | None, out: Path | None) -> tuple[str, list[str]]:
    """
    Hold the inventory against the places a local expects.

    Parameters
    ----------
    profile_path
        Profile of the city.
    key
        List of the profile that names the expected places; None takes the only one that
        lies in the city's hand folder.
    out
        Where a CSV with one row an expected place goes; None writes none.

    Returns
    -------
    sentence, missing
        How many are found; and a line for each that is not.

    Raises
    ------
    ConfigError
        If the profile has no such list, or several and none is named.
    SourceError
        If the inventory has not been built.
    """
    job, _ = plan_city(profile_path, language="de")
    lists = [source.key for source in job.profile.sources.places if source.kind == "hand"]
    chosen = lists[0] if key is None and len(lists) == 1 else key
    if chosen not in lists:
        raise ConfigError(
            f"no list of expected places {key!r}" if key else "which list names the expected places?",
            where=f'{profile_path}; lists with kind = "hand": {", ".join(lists) or "none"}',
            hint="name one of them with --list, or add one as config/dortmund.toml does (orte_erwartet)",
        )
    inventory = open_city(profile_path)
    records = inventory.layer("place_records")
    expected = records[records["source"] == chosen].reset_index(drop=True)
    # An address became a point on the way to the inventory; a row that did not is found by its name alone.
    places = inventory.layer("places").set_index("place_id")
    place_ids = chosen + ":" + expected["source_id"]
    known = gpd.GeoSeries(place_ids.map(places.geometry), crs=inventory.crs)
    # The kind is compared as it was understood: a list may say "Bücherei".
    kinds = place_ids.map(places["class"])
    expected = expected.assign(
        geometry=known.where(known.notna(), expected.geometry),
        class_hint=kinds.where(kinds.notna(), expected["class_hint"]),
        precision=place_ids.map(places["precision"]).fillna(expected["precision"]),
        position_error_m=place_ids.map(places["position_error_m"]).fillna(expected["position_error_m"]),
    )
    found = measure_recall(expected, inventory.list_begegnungsorte())
    rows = build_recall_rows(expected, found, class_names=_name_classes(inventory))
    if out is not None:
        write_csv(out, rows)
    return tell_recall(rows)


def _name_classes(inventory: Inventory) -> dict[str, str]:
    return {key: entry.label_de for key, entry in inventory.rules.classes.items()}


def keep_ids(profile_path: Path, *, is_kept: bool) -> tuple[Path, int, int]:
    """
    Compare the ids of the last run with `config/<city>/ids.csv`, and keep them there if wanted.

    A record that is gone keeps its line: it may come back.

    Returns
    -------
    path, new_count, changed_count
        The file; records that are not in it; records whose place has another id there.

    Raises
    ------
    SourceError
        If the inventory has not been built, or the file cannot be read.
    """
    job, _ = plan_city(profile_path, language="de")
    inventory = open_city(profile_path)
    path = find_hand_dir(profile_path, job.profile.city.key) / HAND_FILES["hand.ids"][0]
    kept, _ = read_kept_ids(path if path.is_file() else None)
    before = dict(zip(kept["place_id"], kept["begegnungsort_id"], strict=True))
    known = inventory.table("known_ids")
    now = dict(zip(known["place_id"], known["begegnungsort_id"], strict=True))
    changed = sum(now.get(place_id, known) != known for place_id, known in before.items())
    if is_kept:
        ids = sorted((before | now).items())
        write_csv(path, pd.DataFrame(ids, columns=["place_id", "begegnungsort_id"], dtype="str"))
    return path, len(set(now) - set(before)), changed
