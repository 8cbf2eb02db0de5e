# SPDX-License-Identifier: MIT
"""Lists of places: city open data, lists from people, any table with names and places."""

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from begegnung_geo.issues import IssueCode, build_issues, concat_issues, count_issue
from begegnung_geo.privacy import list_contact_keys, redact_fields, redact_text
from begegnung_geo.sources.cells import RawTable
from begegnung_geo.sources.days import read_periods
from begegnung_geo.sources.place_columns import (
    assign_roles,
    build_addresses,
    drop_fillers,
    pick_first,
    pick_names,
    rate_header,
)
from begegnung_geo.sources.place_positions import find_points
from begegnung_geo.sources.tabular import read_raw_table

_LOG = logging.getLogger(__name__)
_ID_MAX_LENGTH = 80  # longer cells in an id column are texts, not ids
_TOLD_ROWS = 5
_HASH_LENGTH = 12  # 48 bits: a repeat among 100,000 rows has a chance of 1 in 56,000


class PlaceListCount(NamedTuple):
    """How many rows of a list were read, kept and rejected: `read = kept + rejected`."""

    read: int
    kept: int
    rejected: int


def read_place_list(
    path: Path, *, key: str, crs: CRS | str, withhold_words: Sequence[re.Pattern[str]] = ()
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, PlaceListCount]:
    """
    Read a list of places in whatever form people and portals have it.

    CSV, XLSX, GeoJSON (Opendatasoft exports too) or any vector file; headers in
    German or English. A row is kept if it has a name, a position or an address;
    rows without any content do not count, and what stands for nothing (`-`, `k. A.`, `#REF!`) is
    nothing. What a row tells of its own date is kept,
    an impossible date is an issue and the row stays. Formulas and HTML stay the text they are:
    who writes them out has to neutralise them. Contacts and persons are not kept.

    Parameters
    ----------
    path
        The file.
    key
        Source key, as in `places.source`.
    crs
        Metric CRS to convert to.
    withhold_words
        Words that mark a shelter, looked for in contacts before these are dropped.

    Returns
    -------
    place_records
        Table `place_records` in file order: Point or null in the metric CRS. Null where
        the row has no usable position; its address can be matched later. The id is the
        list's own, else made from name and address, so that rows inserted elsewhere do
        not change it. An id on several rows is completed by each row's content, so that their
        order does not matter; rows that are alike are numbered `#2`, `#3` ...
    issues
        Table `issues`, `row` is the line of the CSV, the row of the sheet or the
        running number of the feature.
    count
        Rows read, kept and rejected.

    Raises
    ------
    SourceError
        If the file is missing, empty, cut off, no table, or has no column that tells
        where a place is; names the columns that are there.
    CrsError
        If a vector file names an unknown CRS or none.
    """
    table = read_raw_table(path, key=key, rate_header=rate_header)
    roles = assign_roles(list(table.cells.columns))
    addresses = build_addresses(table.cells, roles)
    points, is_placed, position_issues = find_points(table, roles, key=key, crs=crs)
    dates, date_issues = read_periods(table, roles, key=key)
    names = pick_names(table.cells, roles.get("name", ()))
    is_known = names.notna() | is_placed | addresses[["street", "city", "postcode"]].notna().any(axis=1)
    known = names.to_frame("name").join(addresses)
    own_ids = drop_fillers(pick_first(table.cells, roles.get("id", ())[:1]))
    records = gpd.GeoDataFrame(
        {
            "source": key,
            "row": table.labels,
            "name": _redact(names),
            "class_hint": _redact(pick_first(table.cells, roles.get("class_hint", ()))),
            "date": dates,
            **{column: _redact(addresses[column]) for column in addresses.columns},
            "precision": points.isna().map({True: "unknown", False: "object"}),
            "position_error_m": np.nan,
            **_dump_fields(table.cells, withhold_words),
        },
        geometry=points,
        crs=points.crs,
    ).astype({"source": "str", "precision": "str"})
    kept = records[is_known].reset_index(drop=True)
    ids = _choose_ids(own_ids, known, points)[is_known].reset_index(drop=True)
    source_ids, id_issues = _settle_ids(ids, kept["row"], key=key)
    kept.insert(1, "source_id", source_ids)
    without_kind = count_issue(
        key,
        IssueCode.LIST_WITHOUT_KIND,
        count=int("class_hint" not in roles and len(kept) > 0),
        text="no column tells the kind of place, names alone decide; columns: "
        + ", ".join(table.cells.columns),
    )
    blank = _report_blank(table, is_known, key=key)
    issues = [table.issues, position_issues, date_issues, id_issues, blank, without_kind]
    count = PlaceListCount(len(records), len(kept), len(records) - len(kept))
    _LOG.info("%s: %d rows read, %d kept, %d rejected", path.name, *count)
    return kept, concat_issues(issues), count


def _choose_ids(own_ids: pd.Series, known: pd.DataFrame, points: gpd.GeoSeries) -> pd.DataFrame:
    """Return `own` (null where the list has no usable id) and `hashed`, made from the row's content."""
    own = own_ids.mask(own_ids.str.len() > _ID_MAX_LENGTH)
    # The position only where there is nothing else: a corrected coordinate keeps its id.
    rows = zip(*(known[column].fillna("") for column in known.columns), strict=True)
    text = pd.Series(["\x1f".join(row).casefold() for row in rows], index=known.index, dtype="str")
    is_blank = known[["street", "city", "postcode"]].isna().all(axis=1)
    places = [f"{x:.1f} {y:.1f}" for x, y in zip(points.x, points.y, strict=True)]
    text = text.where(~is_blank, text + "\x1f" + pd.Series(places, index=text.index, dtype="str"))
    hashed = [hashlib.sha256(line.encode()).hexdigest()[:_HASH_LENGTH] for line in text]
    return pd.DataFrame({"own": own, "hashed": pd.Series(hashed, index=own.index, dtype="str")})


def _settle_ids(ids: pd.DataFrame, rows: pd.Series, *, key: str) -> tuple[pd.Series, pd.DataFrame]:
    """
    Return one id a row, and the issues of repeated ones.

    An id on several rows names none of them: whose it is would depend on the order of the file. Each
    is known by id and content instead; rows that are alike in both are numbered.
    """
    repeated = ids["own"].duplicated(keep=False) & ids["own"].notna()
    by_content = (ids["own"] + "~" + ids["hashed"]).where(repeated, ids["hashed"])
    chosen = ids["own"].mask(repeated).fillna(by_content)
    is_told = repeated | chosen.duplicated()
    while (is_again := chosen.duplicated()).any():
        number = chosen.groupby(chosen).cumcount() + 1
        chosen = chosen.mask(is_again, chosen + "#" + number.astype("str"))
    named = ids["own"].fillna(ids["hashed"])
    told = named[is_told]
    alike = named.isin(told)
    others = rows[alike].groupby(named[alike]).agg(lambda group: ", ".join(group.head(_TOLD_ROWS)))
    texts = [
        f"id {own} stands on rows {others[own]}; all are kept, this one as {new}"
        for own, new in zip(told, chosen[is_told], strict=True)
    ]
    return chosen.astype("str"), build_issues(
        key, IssueCode.PLACE_DUPLICATE_ID, rows=rows[is_told], texts=texts
    )


def _report_blank(table: RawTable, is_known: pd.Series, *, key: str) -> pd.DataFrame:
    # Whether a nameless row with a place can be used is the classification's business.
    return build_issues(
        key,
        IssueCode.PLACE_WITHOUT_NAME,
        rows=table.labels[~is_known],
        texts="the row has neither a name nor a place; it is left out",
    )


def _redact(texts: pd.Series) -> pd.Series:
    return texts.map(redact_text, na_action="ignore").astype("str")


def _dump_fields(
    cells: pd.DataFrame, withhold_words: Sequence[re.Pattern[str]]
) -> dict[str, pd.Series | list[list[str]]]:
    """Return the columns `fields` (JSON, nothing private) and `contact_keys`."""
    columns = sorted(cells.columns)
    rows = cells[columns].to_numpy(dtype=object)
    is_filled = cells[columns].notna().to_numpy()
    filled = [
        {name: value for name, value, is_given in zip(columns, row, mask, strict=True) if is_given}
        for row, mask in zip(rows, is_filled, strict=True)
    ]
    texts = [
        json.dumps(redact_fields(row, withhold_words=withhold_words), ensure_ascii=False) for row in filled
    ]
    return {
        "fields": pd.Series(texts, index=cells.index, dtype="str"),
        "contact_keys": [list_contact_keys(row) for row in filled],
    }
