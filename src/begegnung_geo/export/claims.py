# SPDX-License-Identifier: MIT
"""Who says what about a place, and which columns of a place come from whom: the rows for the downloads."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from begegnung_geo.attribute_rules import AttributeRules, describe_value
from begegnung_geo.export.text import clean_texts
from begegnung_geo.export.words_about import CLAIM_WORDS, ORIGIN_WORDS

OSM, HAND = "osm", ("correction", "answer")
OSM_LICENCE = "ODbL-1.0"
_RULE = re.compile(r" \[([a-z0-9_]+)\]$")
_TAG_VALUE = re.compile(r"=[^,]*")
# A source of a column is named by the table's own word; the file has these columns instead.
_SHOWN_AS = {
    "position": ("lon", "lat", "position_error_m"),
    "class": ("class", "class_name"),
}


def build_claim_rows(
    attributes: pd.DataFrame,
    begegnungsorte: pd.DataFrame,
    *,
    vocabulary: AttributeRules,
    licences: Mapping[str, str],
) -> pd.DataFrame:
    """
    Return every claim about a published attribute, with value, grade, source, basis and day.

    Of OSM the tags behind a claim are told, of a list the names of its columns, of people
    the role in which they speak: reasons and remarks stay in the house.

    Parameters
    ----------
    attributes
        Table `attributes`.
    begegnungsorte
        Table `begegnungsorte`: only its places are told.
    vocabulary
        Which attributes may be published, and their German labels.
    licences
        Source key -> licence.

    Returns
    -------
    rows
        Columns of `CLAIM_WORDS`, sorted by place, attribute, source and record.
    """
    shown = [key for key, entry in vocabulary.attributes.items() if entry.is_published]
    is_ours = attributes["begegnungsort_id"].isin(begegnungsorte["begegnungsort_id"])
    claims = attributes[is_ours & attributes["attribute"].isin(shown)]
    key = ["begegnungsort_id", "attribute", "source", "source_id"]
    claims = claims.sort_values(key, ignore_index=True)
    entries = vocabulary.attributes
    told = zip(claims["attribute"], claims["value"], strict=True)
    basis = zip(claims["basis"], claims["source"], strict=True)
    rows = claims.assign(
        name=claims["begegnungsort_id"].map(begegnungsorte.set_index("begegnungsort_id")["name"]),
        attribute_name=claims["attribute"].map({name: entry.label_de for name, entry in entries.items()}),
        value_name=[describe_value(entries[attribute], value) for attribute, value in told],
        basis=[_publish_basis(text, source) for text, source in basis],
        licence=claims["source"].map({**licences, OSM: OSM_LICENCE}).fillna(""),
    )[list(CLAIM_WORDS)]
    texts = [name for name in CLAIM_WORDS if name != "is_chosen"]
    return rows.assign(**{name: clean_texts(rows[name].astype("str")) for name in texts})


def build_origin_rows(
    column_sources: pd.DataFrame, begegnungsorte: pd.DataFrame, *, licences: Mapping[str, str]
) -> pd.DataFrame:
    """
    Return which record gave each column of each published place, its date, and under which licence.

    What OpenStreetMap gave is under the ODbL; a list has the licence its source states,
    empty where it states none; what people of the house wrote has none.
    """
    is_ours = column_sources["begegnungsort_id"].isin(begegnungsorte["begegnungsort_id"])
    rows = column_sources[is_ours].sort_values(["begegnungsort_id", "column"], ignore_index=True)
    licence = rows["source"].map({**licences, OSM: OSM_LICENCE}).fillna("").astype("str")
    names = ("begegnungsort_id", "column", "source", "source_id", "date")
    columns = (*(rows[name] for name in names), licence)
    origins = pd.DataFrame(dict(zip(ORIGIN_WORDS, columns, strict=True)))
    return origins.astype("str").apply(clean_texts)


def tell_origins(
    begegnungsort_ids: "pd.Series[str]", column_sources: pd.DataFrame, *, columns: Sequence[str]
) -> dict[str, "pd.Series[str]"]:
    """
    Return for each place which of its columns OpenStreetMap, lists and people gave.

    So that what is under the ODbL can be told apart in a single file, too. Columns that
    none of the three is named for are computed.

    Parameters
    ----------
    begegnungsort_ids
        The places, in the order of the download.
    column_sources
        Table `column_sources`.
    columns
        Columns of the download, in their order.

    Returns
    -------
    origins
        `from_osm`, `from_lists`, `from_people` on the same index: names of columns, blank
        between; null where there is none.
    """
    kinds = {OSM: "from_osm", **dict.fromkeys(HAND, "from_people")}
    rows = column_sources.assign(kind=column_sources["source"].map(kinds).fillna("from_lists"))
    rows = rows.assign(shown=rows["column"].map(lambda column: _SHOWN_AS.get(column, (column,))))
    rows = rows.explode("shown")
    order = {column: position for position, column in enumerate(columns)}
    rows = rows.assign(position=rows["shown"].map(order)).dropna(subset=["position"])
    rows = rows.sort_values(["begegnungsort_id", "position"])
    origins = {}
    for kind in ("from_osm", "from_lists", "from_people"):
        names = rows[rows["kind"] == kind].groupby("begegnungsort_id")["shown"].agg(" ".join)
        origins[kind] = begegnungsort_ids.map(names.to_dict()).astype("str")
    return origins


def tell_sources(
    begegnungsort_ids: "pd.Series[str]", column_sources: pd.DataFrame, *, licences: Mapping[str, str]
) -> dict[str, "pd.Series[str]"]:
    """
    Return for each place the licences of its columns and the day of its newest source.

    So that a single file, mailed on alone, still says under what it stands and how old it is.

    Parameters
    ----------
    begegnungsort_ids
        The places, in the order of the download.
    column_sources
        Table `column_sources`.
    licences
        Source key -> licence.

    Returns
    -------
    sources
        `licences` (semicolon between) and `newest_source_date` (ISO 8601, as fine as it is told)
        on the same index; null where none is known.
    """
    licence = column_sources["source"].map({**licences, OSM: OSM_LICENCE})
    rows = column_sources.assign(licence=licence)
    named = rows[rows["licence"].fillna("") != ""].groupby("begegnungsort_id")["licence"]
    newest = rows.dropna(subset=["date"]).groupby("begegnungsort_id")["date"].max()
    told = {
        "licences": named.agg(lambda texts: "; ".join(sorted(set(texts)))),
        "newest_source_date": newest,
    }
    return {key: begegnungsort_ids.map(texts.to_dict()).astype("str") for key, texts in told.items()}


def _publish_basis(text: str, source: str) -> str:
    if source in HAND:
        return text.partition(": ")[0]
    if source == OSM:
        return text
    # A cell of a list may hold anything: only the column and the rule are told.
    rule = _RULE.search(text)
    tags = _TAG_VALUE.sub("", _RULE.sub("", text))
    return f"{tags} [{rule[1]}]" if rule else tags
