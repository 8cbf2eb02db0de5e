# SPDX-License-Identifier: MIT
"""
Ids of meeting places that last: through re-runs, renamed places and new sources.

Without any memory an id is made from a place's first record. With memory - the ids that
staff kept in `ids.csv`, and the table `known_ids` of the last run - a place takes the id
that one of its records had. Where all records of a place are new (a list without ids of
its own was edited, a mapper drew the house anew), the vanished place it succeeds leaves
it the id.
"""

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from begegnung_geo.analysis.match import match_places
from begegnung_geo.analysis.match_facts import SAME, build_match_facts
from begegnung_geo.category_rules import CategoryRules

_ID_LENGTH = 12
_RETURN_SUFFIX = "#2"
_SAME_SPOT_M = 1.0  # a row edited in its list keeps its coordinate or its address (judgement)


def build_begegnungsort_id(place_id: str) -> str:
    """Return the id that a place has from its first record: `b` and twelve hex digits."""
    return "b" + hashlib.sha256(place_id.encode()).hexdigest()[:_ID_LENGTH]


def join_known_ids(kept: pd.DataFrame, remembered: pd.DataFrame) -> pd.DataFrame:
    """
    Return what is known of earlier ids, one row a record, `is_kept` where staff kept it.

    Parameters
    ----------
    kept
        Table `kept_ids`: what `ids.csv` says. It counts before the memory of a run.
    remembered
        Table `known_ids` of the last run, or without rows.
    """
    columns = ["place_id", "begegnungsort_id"]
    parts = [kept[columns].assign(is_kept=True), remembered[columns].assign(is_kept=False)]
    known = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return known.drop_duplicates("place_id").reset_index(drop=True)


def pick_ids(members: pd.DataFrame, known: pd.DataFrame | None) -> "pd.Series[str]":
    """
    Return the id of each group of records.

    Of several known ids in one group that of `ids.csv` is taken, then that of the record
    first by source. Where a place was split, the part with the record that the id was made
    from keeps it. A record that comes back and finds its id with a former companion gets
    another.

    Parameters
    ----------
    members
        Columns `place_id`, `group`, `origin` (rank of the record, lowest first).
    known
        From `join_known_ids`; None where nothing is known.

    Returns
    -------
    ids
        On the index of the groups, ascending.
    """
    ordered = members.sort_values(["group", "origin"], kind="stable")
    origins = ordered.drop_duplicates("group").set_index("group")["place_id"]
    ids = origins.map(build_begegnungsort_id)
    if known is None or known.empty:
        return ids.astype("str")
    told = ordered.merge(known, on="place_id")
    told["is_foreign"] = told["place_id"].map(build_begegnungsort_id) != told["begegnungsort_id"]
    by = ["is_kept", "is_foreign", "origin"]
    told = told.sort_values(by, ascending=[False, True, True], kind="stable")
    taken = told.drop_duplicates("begegnungsort_id").drop_duplicates("group").set_index("group")
    kept = taken["begegnungsort_id"]
    is_taken = ids.isin(kept) & ~ids.index.isin(kept.index)
    ids = ids.mask(is_taken, (origins + _RETURN_SUFFIX).map(build_begegnungsort_id))
    return kept.reindex(ids.index).fillna(ids).astype("str")


def inherit_ids(
    begegnungsorte: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    remembered: gpd.GeoDataFrame,
    *,
    known: pd.DataFrame,
    rules: CategoryRules,
) -> gpd.GeoDataFrame:
    """
    Give a place whose records are all new the id of the vanished place that it succeeds.

    A place succeeds another if the matcher calls them the same, or if it has the same
    class at the same spot (1 m). Each id is left once; the best match comes first.

    Parameters
    ----------
    begegnungsorte
        From `conflate_places`: Point, metric CRS.
    places
        Table `places`: the records there are today.
    remembered
        Table `known_ids` of the last run: Point or null, same CRS.
    known
        From `join_known_ids`: a record in it is not new.
    rules
        Rules and classes, for the matcher.

    Returns
    -------
    begegnungsorte
        A copy, sorted by `begegnungsort_id`.
    """
    living = set(places["place_id"])
    told = set(known["place_id"])
    used = set(begegnungsorte["begegnungsort_id"])
    is_living = remembered["place_id"].isin(living)
    survivors = used | set(remembered.loc[is_living, "begegnungsort_id"])
    gone = remembered[remembered.geometry.notna() & ~remembered["begegnungsort_id"].isin(survivors)]
    gone = gone.drop_duplicates("begegnungsort_id").reset_index(drop=True)
    is_new = [not told.intersection(ids) for ids in begegnungsorte["place_ids"]]
    new = begegnungsorte[np.array(is_new, dtype=bool)]
    if gone.empty or new.empty:
        return begegnungsorte
    pairs = _match_successors(gone, new, rules=rules)
    heirs: dict[str, str] = {}
    left: set[str] = set()
    for old, begegnungsort_id in pairs:
        if old not in left and begegnungsort_id not in heirs:
            heirs[begegnungsort_id] = old
            left.add(old)
    inherited = begegnungsorte.copy()
    ids = inherited["begegnungsort_id"]
    inherited["begegnungsort_id"] = ids.map(heirs).astype("str").fillna(ids)
    return inherited.sort_values("begegnungsort_id", ignore_index=True)


def build_known_ids(begegnungsorte: gpd.GeoDataFrame, remembered: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Return the table `known_ids`: what the next run will know.

    Name, class and point are kept of today's places only, so that a place that is to be
    withheld leaves nothing but its records' ids.
    """
    columns = ["place_id", "begegnungsort_id", "name", "class", "geometry"]
    today = pd.DataFrame(begegnungsorte[["place_ids", *columns[1:]]]).explode("place_ids")
    today = today.rename(columns={"place_ids": "place_id"})
    older = remembered.loc[~remembered["place_id"].isin(today["place_id"]), columns[:2]]
    parts = [today, older.assign(name=None, geometry=None, **{"class": None})]
    known = pd.concat([part.astype(object) for part in parts if len(part)] or [today], ignore_index=True)
    known = known.astype(dict.fromkeys(columns[:4], "str")).sort_values("place_id", ignore_index=True)
    return gpd.GeoDataFrame(known[columns], geometry="geometry", crs=begegnungsorte.crs)


def count_remembered(begegnungsorte: pd.DataFrame, origins: pd.DataFrame, kept: pd.DataFrame) -> int:
    """
    Return how many places have an id that `ids.csv` and today's records would not give them.

    Parameters
    ----------
    begegnungsorte
        With the ids they got.
    origins
        Columns `place_id` and `origin`: rank of each record.
    kept
        Table `kept_ids`.
    """
    rows = begegnungsorte[["begegnungsort_id", "place_ids"]].explode("place_ids")
    rows = rows.rename(columns={"place_ids": "place_id", "begegnungsort_id": "group"}).astype("str")
    fresh = pick_ids(rows.merge(origins, on="place_id"), kept.assign(is_kept=True))
    return int((fresh != fresh.index).sum())


def _match_successors(
    gone: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, rules: CategoryRules
) -> list[tuple[str, str]]:
    """Return pairs of a vanished id and a new place's id, the best first."""
    rows = pd.concat([_as_records(gone, "gone"), _as_records(new, "new")], ignore_index=True)
    places = gpd.GeoDataFrame(rows, geometry="geometry", crs=new.crs)
    facts = build_match_facts(places, rules, None)
    count = len(gone)
    pairs = match_places(facts)
    across = pairs[(pairs["left"] < count) & (pairs["right"] >= count) & ~pairs["is_forbidden"]]
    chosen = across[across["decision"] == "same"][["left", "right", "score", "gap_m"]]
    olds, heirs = cKDTree(facts.xy[:count]), cKDTree(facts.xy[count:])
    near = olds.sparse_distance_matrix(heirs, _SAME_SPOT_M, output_type="ndarray")
    same_spot = pd.DataFrame({"left": near["i"], "right": near["j"] + count}, dtype="int64")
    same_spot = same_spot.assign(score=0.0, gap_m=near["v"])
    relation = facts.relate_classes(same_spot["left"].to_numpy(), same_spot["right"].to_numpy())
    found = pd.concat([chosen, same_spot[relation == SAME]], ignore_index=True)
    found["old"] = rows["source_id"].to_numpy()[found["left"]]
    found["heir"] = rows["source_id"].to_numpy()[found["right"]]
    found = found.sort_values(["score", "gap_m", "old", "heir"], ascending=[False, True, True, True])
    return list(zip(found["old"], found["heir"], strict=True))


def _as_records(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    ids = rows["begegnungsort_id"].astype("str").to_numpy()
    empty = pd.Series([None] * len(rows), dtype="str")
    return pd.DataFrame(
        {
            "place_id": pd.Series([f"{source}:{one}" for one in ids], dtype="str"),
            "source": source,
            "source_id": ids,
            "name": pd.Series(rows["name"].to_numpy(), dtype="str"),
            "class": rows["class"].to_numpy(),
            "operator": empty,
            "street": empty,
            "house_number": empty,
            "city": empty,
            "precision": "object",
            "position_error_m": 0.0,
            "fields": "{}",
            "geometry": rows.geometry.to_numpy(),
        }
    )
