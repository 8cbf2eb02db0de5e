# SPDX-License-Identifier: MIT
"""
Match written addresses with address points, offline, and say how far off each may be.

From sure to unsure: the house itself; the same number with another letter; the
nearest number on the street; the middle of the street. Only where the street is not
known under its name, names within a few letters of it are tried. Whatever is not the
very house carries a note, and two candidates in different places are no match.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from begegnung_geo.analysis.address_fallbacks import match_districts, match_looked_up
from begegnung_geo.analysis.address_stages import (
    RESULT_COLUMNS,
    Houses,
    build_houses,
    match_requests,
    measure_apart,
)
from begegnung_geo.analysis.address_text import (
    loosen_street,
    normalise_city,
    normalise_house_number,
    normalise_street,
    split_type,
)
from begegnung_geo.crs import require_crs, require_known_crs
from begegnung_geo.issues import IssueCode, build_issues, concat_issues

__all__ = ["locate_records", "match_addresses", "normalise_house_number", "normalise_street"]

_AMBIGUOUS_M = 150.0  # equally good candidates nearer to each other than this are one place (judgement)
_STREET_ERROR_MAX_M = 500.0  # the middle of a longer street says too little for walking minutes (judgement)
# Letters that may differ by the length of the known name, without its type: a short name is soon
# another street (judgement); a very short one keeps its first letter (Oststraße, Poststraße).
_SLIPS_BY_LENGTH = ((3, 0), (6, 1), (11, 2))
_SLIPS_MAX = 3
_SHORT_NAME = 4
_BARE_SLIPS_MAX = 1  # a name without its type, "Theodor", is soon the beginning of several
_NEARNESS = ["slips", "key_slips"]
_CANDIDATE_COUNT = 3
_CANDIDATE_SIMILAR_MIN = 60.0
_CHUNK_ROWS = 512
_NEIGHBOUR_STAGE, _MIDDLE_STAGE = 2, 3
_ADDRESS_COLUMNS = ["street", "house_number", "postcode", "city"]


def match_addresses(
    records: pd.DataFrame,
    addresses: gpd.GeoDataFrame,
    *,
    default_city: str | None = None,
    ambiguous_m: float = _AMBIGUOUS_M,
    street_error_max_m: float = _STREET_ERROR_MAX_M,
) -> gpd.GeoDataFrame:
    """
    Find the address point of each record.

    City and postcode decide between streets of the same name: a city that differs
    rules an address out unless the postcode agrees; a postcode that differs alone
    does not, but is noted. Of equal candidates the surveyed one comes first, then the
    smaller `address_id`; equal candidates more than `ambiguous_m` apart are no match.

    Parameters
    ----------
    records
        Any rows with the text columns `street`, `house_number`, `postcode`, `city`.
    addresses
        Table `addresses`: Point, metric CRS.
    default_city
        City of records that name none; unlike a named city it only gives preference.
    ambiguous_m
        Metres.
    street_error_max_m
        Metres from the middle of a street to its ends beyond which it is no match.

    Returns
    -------
    matches
        On the index of `records`: Point or null, metric CRS; `precision` (`house`: the
        house, or the same number with another letter; `neighbour`: the nearest number;
        `street`: the middle of the street; else null), `error_m` (how far off the point may be),
        `address_id`, `note` (why it is not certain; null for the very house) and
        `candidates` (text, the closest addresses where there is no match).
    """
    houses = build_houses(addresses)
    requests = _build_requests(records, default_city)
    limits = {"ambiguous_m": ambiguous_m, "street_error_max_m": street_error_max_m}
    exact = match_requests(requests[requests["street_key"].notna()], houses, **limits)
    is_open = requests["street_key"].notna() & ~requests.index.isin(exact["request"])
    similar = _match_similar(requests[is_open], houses, **limits)
    found = pd.concat([exact, similar], ignore_index=True).set_index("request")
    chosen = found[~found["is_ambiguous"].astype(bool)].reindex(requests.index)
    matches = _build_matches(chosen, houses, crs=addresses.crs)
    candidates = _describe_candidates(requests["street_key"].mask(chosen["house"].notna()), houses)
    matches["candidates"] = candidates.mask(requests["street_key"].isna(), "no name of a street")
    return matches.set_axis(records.index)


def locate_records(
    place_records: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    *,
    default_city: str | None = None,
    looked_up: gpd.GeoDataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Give a point to the records that have an address or a district only.

    From sure to unsure: the address points, what a geocoder knew (`make fetch` asked it
    only for what the address points lack), the district a row names.

    Parameters
    ----------
    place_records
        Table `place_records`: Point or null, metric CRS. Records with a point keep it.
    addresses
        Table `addresses`: Point, metric CRS.
    default_city
        City of records that name none.
    looked_up
        Answers of a geocoder as `read_look_ups` gives them: Point, same CRS.
    districts
        Table `districts`, same CRS, for rows that name no more than their quarter.

    Returns
    -------
    place_records
        A copy, same index and order, with `geometry`, `precision` and `position_error_m` filled
        where a point was found; the others keep null and `unknown`.
    issues
        Table `issues`: addresses found but not certain, addresses without an address point
        with the closest candidates, records with neither address nor position.

    Raises
    ------
    CrsError
        If the two tables are not in the same CRS.
    """
    require_crs(
        addresses, require_known_crs(place_records, name="table place_records"), name="table addresses"
    )
    is_open = place_records.geometry.isna()
    has_address = place_records["street"].notna()
    wanted = place_records[is_open & has_address]
    matches = match_addresses(wanted, addresses, default_city=default_city)
    is_found = matches["precision"].notna()
    missing = matches[~is_found]
    asked = match_looked_up(wanted.loc[missing.index], looked_up, default_city=default_city)
    left = place_records[is_open].index.difference([*matches.index[is_found], *asked.index], sort=False)
    coarse = match_districts(place_records.loc[left], districts)
    located = place_records.copy()
    for found in (matches[is_found], asked, coarse):
        located.loc[found.index, "geometry"] = found.geometry
        located.loc[found.index, "precision"] = found["precision"]
        located.loc[found.index, "position_error_m"] = found["error_m"]
    uncertain = pd.concat([part[["note", "error_m"]] for part in (matches[is_found], asked, coarse)])
    uncertain = uncertain[uncertain["note"].notna()]
    certain_to = " (" + uncertain["error_m"].round(-1).astype("int64").astype("str") + " m)"
    written = _write_addresses(place_records.loc[is_open])
    parts = [
        (IssueCode.ADDRESS_UNCERTAIN, written[uncertain.index] + ": " + uncertain["note"] + certain_to),
        (IssueCode.ADDRESS_NOT_FOUND, written[missing.index] + ": " + missing["candidates"]),
    ]
    return located, concat_issues(_report(place_records, code, texts) for code, texts in parts)


def _report(place_records: gpd.GeoDataFrame, code: IssueCode, texts: pd.Series) -> pd.DataFrame:
    rows = place_records.loc[texts.index, ["source", "row"]].assign(text=texts)
    return concat_issues(
        build_issues(str(source), code, rows=part["row"], texts=part["text"])
        for source, part in rows.groupby("source")
    )


def _write_addresses(records: pd.DataFrame) -> pd.Series:
    texts = records[_ADDRESS_COLUMNS].fillna("").apply(lambda column: column.str.slice(0, 60))
    house = texts["street"].str.cat(texts["house_number"], sep=" ").str.strip()
    city = texts["postcode"].str.cat(texts["city"], sep=" ").str.strip()
    return pd.Series('"' + house.str.cat(city, sep=", ").str.strip(", ") + '"', dtype="str")


def _build_requests(records: pd.DataFrame, default_city: str | None) -> pd.DataFrame:
    city_keys = normalise_city(records["city"])
    assumed = normalise_city(pd.Series([default_city], dtype="str")).iloc[0]
    return pd.DataFrame(
        {
            "street_key": normalise_street(records["street"]).to_numpy(),
            "number_key": normalise_house_number(records["house_number"]).to_numpy(),
            "city_key": city_keys.fillna(assumed).to_numpy(),
            "postcode": records["postcode"].to_numpy(),
            "is_city_assumed": city_keys.isna().to_numpy(),
        },
        index=pd.RangeIndex(len(records)),
    ).astype({"street_key": "str", "number_key": "str", "city_key": "str", "postcode": "str"})


def _match_similar(
    requests: pd.DataFrame, houses: Houses, *, ambiguous_m: float, street_error_max_m: float
) -> pd.DataFrame:
    """Return matches on streets whose names are a few letters away; one row a request."""
    similar = _find_similar(requests["street_key"].unique(), houses.table["street_key"].unique())
    tries = requests.rename_axis("record").reset_index().merge(similar, on="street_key")
    tries = tries.assign(street_key=tries["similar_key"])
    found = match_requests(tries, houses, ambiguous_m=ambiguous_m, street_error_max_m=street_error_max_m)
    found = found.join(tries[["record", "number_key", *_NEARNESS]], on="request")
    # A misspelt street and a number that is not there either: that is a guess, not a match.
    found = found[found["number_key"].isna() | (found["stage"] < _MIDDLE_STAGE)]
    found = found.join(houses.table[["x", "y", "street"]], on="house")
    found["is_guess"] = found["stage"] == _NEIGHBOUR_STAGE
    order = ["record", "is_guess", *_NEARNESS, "stage", "house"]
    found = found.sort_values(order, kind="stable")
    best = found.drop_duplicates("record").set_index("record")
    rivals = found.merge(best, how="left", left_on="record", right_index=True, suffixes=("", "_best"))
    is_equal = np.logical_and.reduce(
        [rivals[key] == rivals[f"{key}_best"] for key in ("is_guess", *_NEARNESS)]
    )
    apart = measure_apart(rivals).where(is_equal, 0.0)
    spread = apart.groupby(rivals["record"].to_numpy()).max().reindex(best.index).fillna(0.0)
    read_as = 'the street was read as "' + best["street"] + '"'
    best["note"] = read_as + ("; " + best["note"]).where(best["note"] != "", "")
    best["is_ambiguous"] = best["is_ambiguous"].astype(bool) | (spread > ambiguous_m)
    return best.drop(columns="request").rename_axis("request").reset_index()[RESULT_COLUMNS]


def _find_similar(keys: np.ndarray, known_keys: np.ndarray) -> pd.DataFrame:
    """
    Return pairs of street keys a few letters apart: `street_key`, `similar_key`, `slips`, `key_slips`.

    `slips` are counted in the loosened or the plain name, whichever is nearer (a letter left out may
    double two others: "Spechttraße"); `key_slips`, in the plain one, part names that are equally near.
    """
    names, known = _split_keys(keys), _split_keys(np.sort(known_keys))
    bare = names.loc[names["type"] == "", "loose"]  # "Märkische 21"
    cores = _find_near(bare, known["core"])
    parts = [
        _find_near(names["loose"], known["loose"]),
        _find_near(names["key"], known["key"]),
        cores[cores["slips"] <= _BARE_SLIPS_MAX],
    ]
    pairs = pd.concat(parts, ignore_index=True).join(names, on="name")
    pairs = pairs.merge(known, how="left", left_on="known", right_index=True, suffixes=("", "_known"))
    pairs["key_slips"] = process.cpdist(
        pairs["key"].tolist(), pairs["key_known"].tolist(), scorer=OSA.distance
    )
    is_untyped = (pairs["type"] == "") | (pairs["type_known"] == "")
    is_same_type = pairs["type"] == pairs["type_known"]
    is_same_start = pairs["core"].str.slice(0, 1) == pairs["core_known"].str.slice(0, 1)
    is_same_start |= pairs["core_known"].str.len() > _SHORT_NAME
    is_same_number = pairs["digits"] == pairs["digits_known"]
    is_near = pairs["slips"] <= pairs["slips_max_known"]
    # "Kleesteg": the slip is in the street's type, so the shortness of the name itself is no reason to doubt.
    starts = [name.startswith(core) for name, core in zip(pairs["loose"], pairs["core_known"], strict=True)]
    is_near |= is_untyped & (pairs["slips"] == 1) & np.array(starts, dtype=bool)
    pairs = pairs[(is_untyped | is_same_type) & is_same_start & is_same_number & is_near]
    pairs = pairs.sort_values(["name", "slips", "known"]).drop_duplicates(["name", "known"])
    columns = {"key": "street_key", "key_known": "similar_key"}
    pairs = pairs.rename(columns=columns)
    return pairs[["street_key", "similar_key", "slips", "key_slips"]].reset_index(drop=True)


def _split_keys(keys: np.ndarray) -> pd.DataFrame:
    loose = [loosen_street(str(key)) for key in keys]
    parts = [split_type(key) for key in loose]
    return pd.DataFrame(
        {
            "key": pd.Series([str(key) for key in keys], dtype="str"),
            "loose": pd.Series(loose, dtype="str"),
            "core": pd.Series([core for core, _ in parts], dtype="str"),
            "type": pd.Series([kind for _, kind in parts], dtype="str"),
            "digits": pd.Series(["".join(filter(str.isdigit, core)) for core, _ in parts], dtype="str"),
            "slips_max": pd.Series([_limit_slips(len(core)) for core, _ in parts], dtype="int64"),
        }
    )


def _limit_slips(length: int) -> int:
    return next((slips for longest, slips in _SLIPS_BY_LENGTH if length <= longest), _SLIPS_MAX)


def _find_near(names: pd.Series, known: pd.Series) -> pd.DataFrame:
    """Return `name`, `known` (index labels) and `slips` of pairs at most `_SLIPS_MAX` apart."""
    parts = [pd.DataFrame({"name": [], "known": [], "slips": []}, dtype="int64")]
    choices = known.tolist()
    for start in range(0, len(names), _CHUNK_ROWS):
        chunk = names.iloc[start : start + _CHUNK_ROWS]
        slips = process.cdist(
            chunk.tolist(), choices, scorer=OSA.distance, score_cutoff=_SLIPS_MAX, dtype=np.uint8
        )
        row, column = np.nonzero(slips <= _SLIPS_MAX)
        pairs = {"name": chunk.index[row], "known": known.index[column], "slips": slips[row, column]}
        parts.append(pd.DataFrame(pairs).astype("int64"))
    return pd.concat(parts, ignore_index=True)


def _build_matches(chosen: pd.DataFrame, houses: Houses, *, crs: CRS | None) -> gpd.GeoDataFrame:
    is_found = chosen["house"].notna()
    there = houses.table.reindex(chosen["house"].where(is_found, -1).astype("int64"))
    points = gpd.GeoSeries(gpd.points_from_xy(there["x"], there["y"]), crs=crs).where(is_found)
    return gpd.GeoDataFrame(
        {
            "precision": chosen["precision"].astype("str"),
            "error_m": chosen["error_m"].astype("float64"),
            "address_id": pd.Series(there["address_id"].to_numpy(), dtype="str"),
            "note": chosen["note"].astype("str").mask(chosen["note"] == ""),
        },
        geometry=points,
        crs=crs,
    )


def _describe_candidates(street_keys: pd.Series, houses: Houses) -> pd.Series:
    """Return the most similar streets with their cities and numbers, as text, for each key."""
    wanted = street_keys.dropna().unique()
    known = np.sort(houses.table["street_key"].unique())
    texts: dict[str, str] = {}
    for start in range(0, len(wanted), _CHUNK_ROWS):
        chunk = wanted[start : start + _CHUNK_ROWS]
        scores = process.cdist(chunk, known, scorer=fuzz.WRatio, score_cutoff=_CANDIDATE_SIMILAR_MIN)
        nearest = np.argsort(-scores, axis=1, kind="stable")[:, :_CANDIDATE_COUNT]
        for key, columns, row in zip(chunk, nearest, scores, strict=True):
            texts[key] = "\x1f".join(known[column] for column in columns if row[column] > 0)
    used = {key for text in texts.values() for key in text.split("\x1f")}
    described = _describe_streets(houses.table[houses.table["street_key"].isin(used)])
    lines = {
        key: "; ".join(described[part] for part in text.split("\x1f") if part) or "no similar street"
        for key, text in texts.items()
    }
    return street_keys.map(lines).astype("str")


def _describe_streets(table: pd.DataFrame) -> dict[str, str]:
    described = {}
    for key, street in table.groupby("street_key"):
        cities = ", ".join(sorted(street["city"].dropna().unique())[:3])
        numbers = street["base"].dropna()
        span = f", numbers {numbers.min():.0f} to {numbers.max():.0f}" if len(numbers) else ""
        described[str(key)] = f"{street['street'].iloc[0]} ({cities or 'no city'}{span})"
    return described
