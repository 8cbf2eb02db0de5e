# SPDX-License-Identifier: MIT
"""
The stages of address matching on streets whose names agree.

A *request* is one record on one street; a *house* is one address point. Each stage
gives pairs of both with a cost; `_pick` keeps the best pair a request, or none where
equally good pairs lie in different places.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from begegnung_geo.analysis.address_text import (
    list_numbers,
    normalise_city,
    normalise_house_number,
    normalise_street,
)

# How far the entrance may be from the point (judgement): surveyed in the house or on the
# plot, drawn by OSM mappers, pseudo address of the register.
_HOUSE_ERROR_M = {"A": 10.0, "B": 20.0, "O": 15.0, "C": 150.0}
_QUALITY_RANK = {"A": 0, "B": 1, "O": 2, "C": 3}
# Measured by leaving out known addresses (docs/method.md): 95 of 100 lie within these.
_OTHER_LETTER_ERROR_M = 60.0
_RANGE_ERROR_M = 30.0
_METRES_PER_NUMBER = 10.0  # two house numbers on a side are about a 20 m front apart (judgement)
_NEIGHBOUR_MAX = 10  # farther numbers say little about where a house is (judgement)
_OTHER_SIDE_COST = 3
_STREET_ERROR_MIN_M = 30.0
_SPREAD_M = 25.0  # one address drawn twice on one house lies nearer (judgement)
_PSEUDO_NOTE = "the register marks the point as a pseudo address"
_CITY_SIMILAR = 88.0  # a slip of the pen in the city's name, percent of letters in order
_CITY_PREFIX_MIN = 4

AGREES, UNKNOWN, DIFFERS = 0, 1, 2
RESULT_COLUMNS = ["request", "house", "precision", "error_m", "note", "is_ambiguous", "stage"]


@dataclass(frozen=True)
class Houses:
    """
    Address points, prepared for matching.

    `table` is indexed from 0 with `street_key`, `number_key`, `base`, `city_key`, `postcode`,
    the texts, `x`, `y`, `quality_rank`, `house_error_m`; `keys` has a row for each number
    that an address stands for.
    """

    table: pd.DataFrame
    keys: pd.DataFrame


def build_houses(addresses: gpd.GeoDataFrame) -> Houses:
    """Return the addresses with comparable keys, sorted so that equal candidates keep one order."""
    ordered = addresses.sort_values("address_id", kind="stable")
    table = pd.DataFrame(
        {
            "address_id": ordered["address_id"],
            "street": ordered["street"],
            "house_number": ordered["house_number"],
            "postcode": ordered["postcode"],
            "city": ordered["city"],
            "street_key": normalise_street(ordered["street"]),
            "number_key": normalise_house_number(ordered["house_number"]),
            "city_key": normalise_city(ordered["city"]),
            "quality_rank": ordered["quality"].map(_QUALITY_RANK).astype("int64"),
            "house_error_m": ordered["quality"].map(_HOUSE_ERROR_M).astype("float64"),
            "x": ordered.geometry.x,
            "y": ordered.geometry.y,
        }
    )
    table = table[table["street_key"].notna()].reset_index(drop=True)
    table["base"] = _find_base(table["number_key"])
    return Houses(table, _explode_numbers(table).rename(columns={"row": "house"}))


def match_requests(
    requests: pd.DataFrame, houses: Houses, *, ambiguous_m: float, street_error_max_m: float
) -> pd.DataFrame:
    """
    Return the best house of each request, at most one row a request.

    Parameters
    ----------
    requests
        One row a record and street, unique index: `street_key`, `number_key`, `city_key`,
        `postcode`, `is_city_assumed`.
    houses
        The address points.
    ambiguous_m
        Equally good candidates farther apart than this are no match.
    street_error_max_m
        A street longer than this to both sides has no usable middle.

    Returns
    -------
    matches
        `request`, `house` (row of `houses.table`), `precision`, `error_m`, `note` (empty
        for the very house), `is_ambiguous`, `stage` (0 house, 1 other letter,
        2 neighbour, 3 street). Requests without any candidate are not in it.
    """
    parts: list[pd.DataFrame] = []
    left = requests.assign(base=_find_base(requests["number_key"]))
    for stage, find_pairs in enumerate((_pair_houses, _pair_letters, _pair_neighbours)):
        pairs = find_pairs(left, houses)
        found = _pick(pairs, left, houses, ambiguous_m=ambiguous_m).assign(stage=stage)
        parts.append(found)
        left = left[~left.index.isin(found["request"])]
    middle = _pick_middle(left, houses, error_max_m=street_error_max_m).assign(stage=len(parts))
    return pd.concat([*parts, middle], ignore_index=True)[RESULT_COLUMNS]


def measure_apart(pairs: pd.DataFrame) -> pd.Series:
    """Return the distance between `x`, `y` and `x_best`, `y_best`, in metres."""
    apart = np.hypot((pairs["x"] - pairs["x_best"]).to_numpy(), (pairs["y"] - pairs["y_best"]).to_numpy())
    return pd.Series(apart, index=pairs.index)


def rank_cities(pairs: pd.DataFrame) -> np.ndarray:
    """
    Return 0 where `city_key` and `city_key_house` agree, 1 where one is unknown, 2 where they differ.

    A city agrees with its quarter (`Dortmund-Hörde`) and with a slip of the pen.
    """
    both = pairs[["city_key", "city_key_house"]].drop_duplicates()
    ranks = [_rank_city(a, b) for a, b in both.itertuples(index=False)]
    return pairs.merge(both.assign(rank=ranks), how="left", on=list(both.columns))["rank"].to_numpy()


def _rank_city(city: object, other: object) -> int:
    if not isinstance(city, str) or not isinstance(other, str):
        return UNKNOWN
    shorter, longer = sorted((city, other), key=len)
    is_part = len(shorter) >= _CITY_PREFIX_MIN and longer.startswith(shorter)
    return AGREES if is_part or fuzz.ratio(city, other) >= _CITY_SIMILAR else DIFFERS


def _find_base(number_keys: pd.Series) -> pd.Series:
    return number_keys.str.extract(r"(\d{1,4})", expand=False).astype("float64")


def _explode_numbers(table: pd.DataFrame) -> pd.DataFrame:
    numbered = table[table["number_key"].notna()]
    listed = {key: list_numbers(key) for key in numbered["number_key"].unique()}
    wholes = pd.DataFrame({"number": numbered["number_key"], "order": 0})
    single = numbered["number_key"].map(listed).explode().dropna().astype("str").to_frame("number")
    single["order"] = single.groupby(level=0).cumcount() + 1
    keys = pd.concat([wholes, single.astype({"order": "int64"})])
    keys["street_key"] = table["street_key"].reindex(keys.index)
    keys = keys.rename_axis("row").reset_index()
    return keys.drop_duplicates(["row", "number"]).reset_index(drop=True)


def _pair_houses(requests: pd.DataFrame, houses: Houses) -> pd.DataFrame:
    wanted = _explode_numbers(requests).rename(columns={"row": "request"})
    pairs = wanted.merge(houses.keys, on=["street_key", "number"], suffixes=("", "_house"))
    pairs["cost"] = (pairs["order"] + pairs["order_house"]).astype("float64")
    pairs = pairs.sort_values("cost", kind="stable").drop_duplicates(["request", "house"])
    error_m = houses.table["house_error_m"].to_numpy()[pairs["house"]]
    error_m = np.where(pairs["cost"] > 0, np.maximum(error_m, _RANGE_ERROR_M), error_m)
    is_pseudo = houses.table["quality_rank"].to_numpy()[pairs["house"]] == _QUALITY_RANK["C"]
    return pairs.assign(precision="house", error_m=error_m, note=np.where(is_pseudo, _PSEUDO_NOTE, ""))


def _pair_letters(requests: pd.DataFrame, houses: Houses) -> pd.DataFrame:
    pairs = _merge_on(requests, houses, ["street_key", "base"])
    differs = pairs["number_key"] != pairs["number_key_house"]
    note = "number " + pairs["number_key"] + " is not known; " + pairs["number_key_house"] + " was taken"
    has_plain = pairs["number_key_house"].str.isdigit()
    return pairs.assign(
        cost=np.where(has_plain, 0.0, 1.0),
        precision="house",
        error_m=_OTHER_LETTER_ERROR_M,
        note=note.where(differs, ""),
    )


def _pair_neighbours(requests: pd.DataFrame, houses: Houses) -> pd.DataFrame:
    pairs = _merge_on(requests[requests["base"].notna()], houses, ["street_key"])
    difference = (pairs["base"] - pairs["base_house"]).abs()
    pairs, difference = pairs[difference <= _NEIGHBOUR_MAX], difference[difference <= _NEIGHBOUR_MAX]
    is_other_side = difference % 2 == 1
    note = "number " + pairs["number_key"] + " is not known; its neighbour " + pairs["number_key_house"]
    return pairs.assign(
        cost=difference + np.where(is_other_side, _OTHER_SIDE_COST, 0),
        precision="neighbour",
        error_m=20.0 + _METRES_PER_NUMBER * difference,
        note=note + " was taken",
    )


def _merge_on(requests: pd.DataFrame, houses: Houses, keys: list[str]) -> pd.DataFrame:
    left = requests.loc[requests[keys].notna().all(axis=1), ["street_key", "base", "number_key"]]
    right = houses.table[["street_key", "base", "number_key"]].rename_axis("house").reset_index()
    return left.rename_axis("request").reset_index().merge(right, on=keys, suffixes=("", "_house"))


def _add_ranks(pairs: pd.DataFrame, requests: pd.DataFrame, houses: Houses) -> pd.DataFrame:
    """Return the pairs that city and postcode allow, with the ranks of both and the place."""
    wanted = requests[["city_key", "postcode", "is_city_assumed"]]
    there = houses.table[["city_key", "postcode", "city", "x", "y", "quality_rank"]]
    pairs = pairs.join(wanted, on="request").merge(
        there, how="left", left_on="house", right_index=True, suffixes=("", "_house")
    )
    pairs = pairs.rename(columns={"city": "city_house"})
    is_known = pairs["postcode"].notna() & pairs["postcode_house"].notna()
    is_equal = pairs["postcode"] == pairs["postcode_house"]
    pairs["postcode_rank"] = np.where(is_known, np.where(is_equal, AGREES, DIFFERS), UNKNOWN)
    pairs["city_rank"] = rank_cities(pairs)
    is_elsewhere = pairs["city_rank"] == DIFFERS
    is_allowed = ~is_elsewhere | (pairs["postcode_rank"] == AGREES) | pairs["is_city_assumed"]
    return pairs[is_allowed.astype(bool)]


def _pick(pairs: pd.DataFrame, requests: pd.DataFrame, houses: Houses, *, ambiguous_m: float) -> pd.DataFrame:
    ranked = _add_ranks(pairs, requests, houses)
    order = ["request", "city_rank", "postcode_rank", "cost", "quality_rank", "house"]
    ranked = ranked.sort_values(order, kind="stable")
    best = ranked.drop_duplicates("request").set_index("request")
    rivals = ranked.merge(best, how="left", left_on="request", right_index=True, suffixes=("", "_best"))
    is_equal = np.logical_and.reduce([rivals[name] == rivals[f"{name}_best"] for name in order[1:4]])
    spread = measure_apart(rivals).where(is_equal, 0.0).groupby(rivals["request"].to_numpy()).max()
    spread = spread.reindex(best.index).fillna(0.0)
    best["is_ambiguous"] = spread > ambiguous_m
    apart = "equal addresses lie up to " + spread.round(-1).astype("int64").astype("str") + " m apart"
    best["apart_note"] = apart.where(spread > _SPREAD_M, "")
    best["error_m"] = best["error_m"].clip(lower=spread)
    best["note"] = _join_notes(best)
    return best.reset_index()


def _join_notes(best: pd.DataFrame) -> pd.Series:
    elsewhere = "the address lies in " + best["city_house"].fillna("")
    postcode = "the postcode there is " + best["postcode_house"].fillna("")
    parts = pd.DataFrame(
        {
            "note": best["note"],
            "city": elsewhere.where(best["city_rank"] == DIFFERS, ""),
            "postcode": postcode.where(best["postcode_rank"] == DIFFERS, ""),
            "apart": best["apart_note"],
        }
    )
    joined = parts["note"]
    for column in ("city", "postcode", "apart"):
        sign = np.where((joined != "") & (parts[column] != ""), "; ", "")
        joined = joined + sign + parts[column]
    return joined


def _pick_middle(requests: pd.DataFrame, houses: Houses, *, error_max_m: float) -> pd.DataFrame:
    pairs = _merge_on(requests, houses, ["street_key"]).assign(note="")
    ranked = _add_ranks(pairs, requests, houses)
    for rank in ("city_rank", "postcode_rank"):  # the best city, then its best postcode
        ranked = ranked[ranked[rank] == ranked.groupby("request")[rank].transform("min")]
    middle = ranked.groupby("request")[["x", "y"]].transform("median")
    ranked = ranked.assign(apart=measure_apart(ranked.assign(x_best=middle["x"], y_best=middle["y"])))
    best = ranked.sort_values(["request", "apart", "house"], kind="stable").drop_duplicates("request")
    best = best.set_index("request")
    around = ranked.merge(
        best[["x", "y"]], how="left", left_on="request", right_index=True, suffixes=("", "_best")
    )
    error_m = measure_apart(around).groupby(around["request"].to_numpy()).max().reindex(best.index)
    gap = (ranked["base"] - ranked["base_house"]).abs().groupby(ranked["request"]).min()
    error_m = error_m.clip(lower=_METRES_PER_NUMBER * gap.reindex(best.index).fillna(0.0))
    number = best["number_key"]
    missing = ("number " + number.fillna("") + " is not known").where(number.notna(), "no house number")
    best["note"] = missing + "; the middle of the street was taken"
    best["apart_note"] = ""
    best["note"] = _join_notes(best)
    is_long = error_m > error_max_m
    return best.assign(
        precision="street", error_m=error_m.clip(lower=_STREET_ERROR_MIN_M), is_ambiguous=is_long
    ).reset_index()
