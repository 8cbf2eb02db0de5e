# SPDX-License-Identifier: MIT
"""What became of each Begegnungsort between two sites: opened, closed, moved, renamed, judged anew."""

import numpy as np
import pandas as pd
from pyproj import Geod

KINDS = (
    "opened", "closed", "moved", "renamed", "reclassified", "restanding", "counted", "uncounted", "new_id",
)  # fmt: skip
"""Kinds of changes, in the order in which they are told."""

_GEOD = Geod(ellps="WGS84")
_SAME_NAME_MAX_M = 250.0  # farther off, the same name is another house of the same kind (judgement)


def compare_places(before: pd.DataFrame, after: pd.DataFrame, *, moved_min_m: float) -> pd.DataFrame:
    """
    Return what became of each Begegnungsort.

    Places are the same by `begegnungsort_id`; of the others those are that share a record
    of a source (`place_ids`), or that have the same class and name within 250 m, nearest first.

    Parameters
    ----------
    before, after
        Columns `begegnungsort_id`, `name`, `class`, `standing`, `is_counted`, `place_ids` (one
        text, `; ` between), `position_error_m`, `lon`, `lat` (WGS 84).
    moved_min_m
        Shorter ways are no move.

    Returns
    -------
    changes
        One row a change, by kind and name: `kind` is `opened` (only after), `closed` (only
        before), `moved`, `renamed`, `reclassified` (class), `restanding` (standing), `counted`,
        `uncounted` (counts as supply or no longer), `new_id`; `id_before`, `id_after`, `name`,
        `before`, `after` as text, `distance_m` of a move, `is_within_error` where it is not
        longer than both points' possible errors together, `is_counted` whether the place
        counts as supply (before or after).
    """
    pairs = _match_places(before, after)
    old = before.loc[pairs["before"]].reset_index(drop=True)
    new = after.loc[pairs["after"]].reset_index(drop=True)
    changes = pd.concat(
        [
            _describe("opened", after.drop(pairs["after"]), is_after=True),
            _describe("closed", before.drop(pairs["before"]), is_after=False),
            *_describe_pairs(old, new, moved_min_m=moved_min_m),
        ],
        ignore_index=True,
    )
    rank = changes["kind"].map({kind: number for number, kind in enumerate(KINDS)})
    by = changes.assign(rank=rank, folded=_fold(changes["name"]))
    keys = ["rank", "folded", "id_before", "id_after"]
    return changes.loc[by.sort_values(keys, kind="stable").index].reset_index(drop=True)


def _describe_pairs(old: pd.DataFrame, new: pd.DataFrame, *, moved_min_m: float) -> list[pd.DataFrame]:
    distance_m = _measure(old, new)
    error_m = old["position_error_m"].fillna(0.0) + new["position_error_m"].fillna(0.0)
    parts = []
    for kind, column, differs in (
        ("moved", None, distance_m >= moved_min_m),
        ("renamed", "name", _fold(old["name"]) != _fold(new["name"])),
        ("reclassified", "class", old["class"] != new["class"]),
        ("restanding", "standing", old["standing"] != new["standing"]),
        ("counted", None, ~old["is_counted"] & new["is_counted"]),
        ("uncounted", None, old["is_counted"] & ~new["is_counted"]),
        ("new_id", "begegnungsort_id", old["begegnungsort_id"] != new["begegnungsort_id"]),
    ):
        part = pd.DataFrame(
            {
                "kind": kind,
                "id_before": old["begegnungsort_id"],
                "id_after": new["begegnungsort_id"],
                "name": new["name"],
                "before": old[column] if column else "",
                "after": new[column] if column else "",
                "distance_m": distance_m.round() if kind == "moved" else np.nan,
                "is_within_error": (distance_m <= error_m) & (kind == "moved"),
                "is_counted": old["is_counted"] | new["is_counted"],
            }
        )
        parts.append(part[differs.to_numpy(dtype=bool)])
    return parts


def _match_places(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    # Index labels of both frames; each at most once.
    by_id = before.reset_index(names="before")[["before", "begegnungsort_id"]].merge(
        after.reset_index(names="after")[["after", "begegnungsort_id"]], on="begegnungsort_id"
    )
    pairs = [by_id[["before", "after"]]]
    for find in (_pair_by_record, _pair_by_name):
        used = pd.concat(pairs)
        found = find(before.drop(used["before"]), after.drop(used["after"]))
        pairs.append(_choose_nearest(found, before, after))
    return pd.concat(pairs, ignore_index=True).sort_values("after", ignore_index=True)


def _pair_by_record(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    records = [
        pd.DataFrame({"record": frame["place_ids"].str.split("; "), side: frame.index}).explode("record")
        for frame, side in ((before, "before"), (after, "after"))
    ]
    pairs = records[0].merge(records[1], on="record")
    return pairs[["before", "after"]].drop_duplicates()


def _pair_by_name(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    named = [
        pd.DataFrame(
            {side: frame.index, "class": frame["class"], "name": _fold(frame["name"])}, index=frame.index
        )
        for frame, side in ((before, "before"), (after, "after"))
    ]
    pairs = named[0][named[0]["name"] != ""].merge(named[1], on=["class", "name"])
    distance_m = _measure(before.loc[pairs["before"]], after.loc[pairs["after"]])
    return pairs.loc[(distance_m <= _SAME_NAME_MAX_M).to_numpy(dtype=bool), ["before", "after"]]


def _choose_nearest(pairs: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    distance_m = _measure(before.loc[pairs["before"]], after.loc[pairs["after"]])
    ids = [
        frame.loc[pairs[side], "begegnungsort_id"].to_numpy()
        for frame, side in ((before, "before"), (after, "after"))
    ]
    order = pairs.assign(distance_m=distance_m.to_numpy(), one=ids[0], other=ids[1])
    order = order.sort_values(["distance_m", "one", "other"], kind="stable")
    used: set[tuple[str, object]] = set()
    chosen = []
    for one, other in zip(order["before"], order["after"], strict=True):
        if not used & {("before", one), ("after", other)}:
            used |= {("before", one), ("after", other)}
            chosen.append((one, other))
    return pd.DataFrame(chosen, columns=["before", "after"], dtype="int64")


def _measure(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    lon, lat = (frame.to_numpy(dtype=np.float64) for frame in (before["lon"], before["lat"]))
    to_lon, to_lat = (frame.to_numpy(dtype=np.float64) for frame in (after["lon"], after["lat"]))
    metres = _GEOD.inv(lon, lat, to_lon, to_lat)[2]
    return pd.Series(np.round(metres, 3), dtype="float64")


def _fold(names: pd.Series) -> pd.Series:
    return names.fillna("").astype("str").str.casefold().str.split().str.join(" ")


def _describe(kind: str, places: pd.DataFrame, *, is_after: bool) -> pd.DataFrame:
    ids = places["begegnungsort_id"].to_numpy()
    empty = np.full(len(places), "", dtype=object)
    return pd.DataFrame(
        {
            "kind": kind,
            "id_before": empty if is_after else ids,
            "id_after": ids if is_after else empty,
            "name": places["name"].to_numpy(),
            "before": empty if is_after else places["class"].to_numpy(),
            "after": places["class"].to_numpy() if is_after else empty,
            "distance_m": np.nan,
            "is_within_error": False,
            "is_counted": places["is_counted"].to_numpy(dtype=bool),
        }
    )
