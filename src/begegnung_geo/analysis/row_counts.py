# SPDX-License-Identifier: MIT
"""The books of a place source: read = kept + merged + rejected."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from begegnung_geo.errors import SchemaError


@dataclass(frozen=True)
class RowCount:
    """How many rows of a source were read, and how many of them became no place."""

    source: str
    read: int
    rejected: int


def build_row_counts(counts: Iterable[RowCount], *begegnungsorte: pd.DataFrame) -> pd.DataFrame:
    """
    Return the table `row_counts`.

    Parameters
    ----------
    counts
        One for each source; several of one source are added up.
    begegnungsorte
        The tables that hold what was accepted: `begegnungsorte`, `neighbour_places`.

    Returns
    -------
    row_counts
        One row a source, in alphabetical order. `kept` rows lead a Begegnungsort of the
        given tables, `merged` rows stand behind another one's lead, all others are
        `rejected`: by their class, by their position, or for want of a name.

    Raises
    ------
    SchemaError
        If more rows were accepted than read: a source was forgotten in `counts`.
    """
    read: dict[str, int] = {}
    for count in counts:
        read[count.source] = read.get(count.source, 0) + count.read
    kept = dict.fromkeys(read, 0)
    merged = dict.fromkeys(read, 0)
    for table in begegnungsorte:
        for place_ids in table["place_ids"]:
            for position, place_id in enumerate(place_ids):
                side = merged if position else kept
                source = str(place_id).partition(":")[0]
                side[source] = side.get(source, 0) + 1
    rows = [
        (source, read.get(source, 0), kept[source], merged.get(source, 0))
        for source in sorted(set(read) | set(kept))
    ]
    row_counts = pd.DataFrame(rows, columns=["source", "read", "kept", "merged"])
    row_counts["rejected"] = row_counts["read"] - row_counts["kept"] - row_counts["merged"]
    if (row_counts["rejected"] < 0).any():
        wrong = row_counts.loc[row_counts["rejected"] < 0, "source"].tolist()
        raise SchemaError(f"more places than rows read from {', '.join(wrong)}", where="table row_counts")
    return row_counts.astype(
        {"source": "str", "read": "int64", "kept": "int64", "merged": "int64", "rejected": "int64"}
    )
