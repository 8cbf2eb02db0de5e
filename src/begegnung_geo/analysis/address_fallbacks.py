# SPDX-License-Identifier: MIT
"""What is left when no address point fits: a geocoder's answer, or the district a row names."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from begegnung_geo.analysis.address_text import normalise_city

# Names of columns that say in which quarter a place lies (XErleben fields among them), compared
# without case and umlauts.
_DISTRICT_KEYS = (
    "stadtteil", "ortsteil", "quartier", "statistischer_bezirk", "statbezibe", "stadtbezirk", "stadtbezbe",
    "stadtbezirk_bezeichnung", "bezirk", "district",
)  # fmt: skip
_STREET_ERROR_MAX_M = 500.0  # as in match_addresses: the middle of a longer street says too little


def build_queries(records: pd.DataFrame, *, default_city: str | None) -> pd.Series:
    """
    Return the question a geocoder is asked for each record: `Weg 1, 44135 Dortmund`.

    The same row gives the same question in every run, so that an answer is found again.
    Null where a record has no street.
    """
    house = records["street"].str.cat(records["house_number"].fillna(""), sep=" ").str.strip()
    city = records["city"].fillna(default_city or "").astype("str")
    where = records["postcode"].fillna("").str.cat(city, sep=" ").str.strip()
    text = house.str.cat(where, sep=", ").str.strip(", ")
    return text.str.replace(r"\s+", " ", regex=True).str.strip().astype("str")


def match_looked_up(
    records: pd.DataFrame, looked_up: gpd.GeoDataFrame | None, *, default_city: str | None
) -> gpd.GeoDataFrame:
    """
    Return what a geocoder answered about records, with a note each: it is nobody's register.

    Parameters
    ----------
    records
        Rows with the text columns `street`, `house_number`, `postcode`, `city`.
    looked_up
        Answers as `read_look_ups` gives them: Point, metric CRS.
    default_city
        City of records that name none.

    Returns
    -------
    matches
        On part of the index of `records`: Point, `precision` (house, street, district),
        `error_m` (metres) and `note`. Streets longer than 500 m to both sides are no match.
    """
    if looked_up is None or looked_up.empty or records.empty:
        return _build_matches(records.index[:0], crs=None if looked_up is None else looked_up.crs)
    queries = build_queries(records, default_city=default_city)
    usable = looked_up[(looked_up["precision"] != "street") | (looked_up["error_m"] <= _STREET_ERROR_MAX_M)]
    answers = usable.drop_duplicates("query").set_index("query")
    known = queries[queries.isin(answers.index)]
    answers = answers.loc[known]
    note = 'looked up by a geocoder, which calls it "' + answers["label"].str.slice(0, 120) + '"'
    return _build_matches(
        known.index,
        precision=answers["precision"].to_numpy(),
        error_m=answers["error_m"].to_numpy(),
        note=note.to_numpy(),
        points=answers.geometry.to_numpy(),
        crs=looked_up.crs,
    )


def match_districts(records: pd.DataFrame, districts: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """
    Return a point inside the district that a record names, and how far its farthest corner is.

    A quarter is named by a column of the row (`Stadtteil`, `Stadtbezirk` ...) or behind the city
    (`Dortmund-Hörde`). Of districts of that name the smallest one counts; a name that two districts
    of one level share says nothing.

    Parameters
    ----------
    records
        Table `place_records`; `fields` and `city` are read.
    districts
        Table `districts`: MultiPolygon, metric CRS.

    Returns
    -------
    matches
        On part of the index of `records`: Point, `precision` (district), `error_m`, `note`.
    """
    if districts is None or districts.empty or records.empty:
        return _build_matches(records.index[:0], crs=None if districts is None else districts.crs)
    known = _index_districts(districts)
    texts = zip(records["fields"], records["city"], strict=True)
    named = [_list_quarters(str(fields), city) for fields, city in texts]
    keys = pd.Series(named, index=records.index, dtype=object).explode().dropna().astype("str")
    hits = pd.DataFrame({"key": keys, "row": normalise_city(keys).map(known)}).dropna()
    hits["area"] = districts.geometry.area.iloc[hits["row"].astype("int64")].to_numpy()
    hits["order"] = np.arange(len(hits))
    hits = hits.rename_axis("record").reset_index().sort_values(["record", "area", "order"], kind="stable")
    hits = hits.drop_duplicates("record").set_index("record")
    hits = hits.reindex(records.index[records.index.isin(hits.index)])
    chosen = districts.iloc[hits["row"].astype("int64")]
    shapes = chosen.geometry.to_numpy()
    points = _find_middles(shapes)
    return _build_matches(
        hits.index,
        precision=np.full(len(hits), "district", dtype=object),
        error_m=shapely.hausdorff_distance(points, shapes),
        note=('only the district "' + chosen["name"] + '" is known; a point inside it was taken').to_numpy(),
        points=points,
        crs=districts.crs,
    )


def _index_districts(districts: gpd.GeoDataFrame) -> dict[str, int]:
    """Return the row of the one district of each name, the smallest of several levels."""
    rows = pd.DataFrame(
        {
            "key": normalise_city(districts["name"]).to_numpy(),
            "level": districts["level"].to_numpy(),
            "area": districts.geometry.area.to_numpy(),
            "row": np.arange(len(districts)),
        }
    )
    single = rows[~rows.duplicated(["key", "level"], keep=False)]
    single = single.sort_values(["key", "area", "row"]).drop_duplicates("key")
    return dict(zip(single["key"], single["row"], strict=True))


def _list_quarters(fields: str, city: object) -> list[str]:
    values = {str(key).casefold(): value for key, value in json.loads(fields).items()}
    named = [str(values[key]) for key in _DISTRICT_KEYS if isinstance(values.get(key), str)]
    if isinstance(city, str) and "-" in city:
        named.append(city.split("-", 1)[1])
    return named


def _find_middles(shapes: np.ndarray) -> np.ndarray:
    middles = shapely.centroid(shapes)
    outside = ~shapely.contains(shapes, middles)
    middles[outside] = shapely.point_on_surface(shapes[outside])
    return middles


def _build_matches(index: pd.Index, *, crs: CRS | None, **columns: np.ndarray) -> gpd.GeoDataFrame:
    points = columns.pop("points", np.array([], dtype=object))
    frame = pd.DataFrame(
        {name: columns.get(name, []) for name in ("precision", "error_m", "note")}, index=index
    ).astype({"precision": "str", "error_m": "float64", "note": "str"})
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, index=index, crs=crs))
