# SPDX-License-Identifier: MIT
"""From pairs to groups: connected records are one place, but no chain ties two places."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SPREAD_MAX_M = 400.0
"""A group's points may not lie farther apart unless outlines tie them (judgement)."""
CLEARLY_DIFFERENT = 0.02
"""Two named records with a lower score are held apart in every group (judgement)."""


def build_groups(
    pairs: pd.DataFrame,
    xy: npt.NDArray[np.float64],
    *,
    classes: "pd.Series[str] | None" = None,
    apart_classes: Mapping[str, frozenset[str]] | None = None,
) -> IntArray:
    """
    Return the group of each record.

    Parameters
    ----------
    pairs
        From `match_places`; `decision` "same" ties two records, `is_forbidden` and a
        clearly different score between two names hold them apart, the latter unless staff
        know one of them under the other's name. The tightest ties
        come first; a tie that would bring two held-apart records into one group, or
        stretch a group over more than 400 m, is not made.
    xy
        Coordinates of the records in metres, in the order of `left` and `right`; NaN where
        only the district is known: the middle of a district stretches no group.
    classes
        Class of each record. Two records too far apart to be compared can still meet
        in one group through a third; their classes then decide.
    apart_classes
        Class -> classes that are never one place with it.

    Returns
    -------
    groups
        For each record the lowest row of its group: input order does not matter as
        long as the records are sorted by id.
    """
    is_tie = (pairs["decision"] == "same").to_numpy(dtype=bool)
    groups = _connect(pairs[is_tie], len(xy))
    is_unlike = pairs["name_score"].notna() & (pairs["score"] < CLEARLY_DIFFERENT)
    held = (pairs["is_forbidden"] | (is_unlike & ~_flag_other_names(pairs, len(xy)))).to_numpy(dtype=bool)
    left, right = pairs["left"].to_numpy(dtype=np.int64), pairs["right"].to_numpy(dtype=np.int64)
    inside = groups[left] == groups[right]
    strangers = _find_strangers(groups, pairs, classes=classes, apart_classes=apart_classes or {})
    troubled = np.unique(
        np.concatenate(
            [groups[left[held & inside]], groups[strangers["left"].to_numpy()], _find_wide(groups, xy)]
        )
    )
    if not len(troubled):
        return groups
    is_troubled = np.isin(groups[left], troubled) & inside
    ties = pairs[is_tie & is_troubled].sort_values(
        ["is_asked", "score", "gap_m", "left", "right"],
        ascending=[False, False, True, True, True],
        kind="stable",
    )
    apart = pd.concat([pairs.loc[held & is_troubled, ["left", "right"]], strangers], ignore_index=True)
    return _connect_guarded(groups, ties, apart, xy=xy)


def _flag_other_names(pairs: pd.DataFrame, count: int) -> BoolArray:
    """
    Return pairs of which one is, by the word of staff, a place that the other is tied to.

    Where staff said that "Treffpunkt am Teich" is the Gemeinschaftshaus Rosental, a third
    record of that name is not kept away by the first one's.
    """
    is_tie = (pairs["decision"] == "same").to_numpy(dtype=bool)
    places = _connect(pairs[is_tie & pairs["is_asked"].to_numpy(dtype=bool)], count)
    one, other = (
        places[pairs["left"].to_numpy(dtype=np.int64)],
        places[pairs["right"].to_numpy(dtype=np.int64)],
    )
    keys = np.minimum(one, other) * count + np.maximum(one, other)
    return np.asarray(np.isin(keys, keys[is_tie]), dtype=bool)


def _find_strangers(
    groups: IntArray,
    pairs: pd.DataFrame,
    *,
    classes: "pd.Series[str] | None",
    apart_classes: Mapping[str, frozenset[str]],
) -> pd.DataFrame:
    """Return pairs inside a group that were never compared and whose classes are apart."""
    if classes is None:
        return pd.DataFrame({"left": [], "right": []}, dtype="int64")
    rows = pd.DataFrame({"group": groups, "row": np.arange(len(groups)), "class": classes.to_numpy()})
    mixed = rows[rows.groupby("group")["class"].transform("nunique") > 1]
    met = mixed.merge(mixed, on="group", suffixes=("_left", "_right"))
    met = met[met["row_left"] < met["row_right"]]
    is_apart = [
        one in apart_classes.get(other, ()) or other in apart_classes.get(one, ())
        for one, other in zip(met["class_left"], met["class_right"], strict=True)
    ]
    found = met.loc[np.array(is_apart, dtype=bool), ["row_left", "row_right"]]
    found = found.set_axis(["left", "right"], axis=1).astype("int64")
    known = found.merge(pairs[["left", "right"]].drop_duplicates(), how="left", indicator="seen")
    return known.loc[known["seen"] == "left_only", ["left", "right"]].reset_index(drop=True)


def _connect(ties: pd.DataFrame, count: int) -> IntArray:
    graph = coo_array((np.ones(len(ties)), (ties["left"], ties["right"])), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    lowest = np.full(count, count, dtype=np.int64)
    np.minimum.at(lowest, labels, np.arange(count))
    return np.asarray(lowest[labels])


def _find_wide(groups: IntArray, xy: npt.NDArray[np.float64]) -> IntArray:
    bounds = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1]}).groupby(groups).agg(["min", "max"])
    width = bounds[("x", "max")] - bounds[("x", "min")]
    height = bounds[("y", "max")] - bounds[("y", "min")]
    return bounds.index[np.hypot(width, height) > SPREAD_MAX_M].to_numpy(dtype=np.int64)


def _connect_guarded(
    groups: IntArray, ties: pd.DataFrame, apart: pd.DataFrame, *, xy: npt.NDArray[np.float64]
) -> IntArray:
    # Few records are left here, so a plain loop from the tightest tie down is enough.
    rows = np.unique(np.concatenate([ties["left"], ties["right"]]))
    guarded = groups.copy()
    guarded[rows] = rows
    members: dict[int, list[int]] = {int(row): [int(row)] for row in rows}
    enemies: dict[int, set[int]] = {int(row): set() for row in rows}
    for one, other in zip(apart["left"].tolist(), apart["right"].tolist(), strict=True):
        enemies.setdefault(one, set()).add(other)
        enemies.setdefault(other, set()).add(one)
    # What touches or what staff tied may be as wide as it is.
    is_bound = (ties["gap_m"] > 0) & ~ties["is_asked"].astype(bool)
    for one, other, is_narrow in zip(
        ties["left"].tolist(), ties["right"].tolist(), is_bound.tolist(), strict=True
    ):
        home, guest = sorted((int(guarded[one]), int(guarded[other])))
        if home == guest or enemies[home] & set(members[guest]):
            continue
        joined = members[home] + members[guest]
        placed = xy[joined][~np.isnan(xy[joined]).any(axis=1)]
        if is_narrow and len(placed) and np.hypot(*np.ptp(placed, axis=0)) > SPREAD_MAX_M:
            continue
        members[home] = joined
        enemies[home] |= enemies[guest]
        guarded[members.pop(guest)] = home
        enemies.pop(guest)
    return guarded
