# SPDX-License-Identifier: MIT
"""
The books of a place source: read = kept + merged + rejected.

The three sums come from three different places. What was kept and merged is counted in
the finished tables; what was rejected is counted where it was turned away, reason by
reason. So a row that gets lost on the way is seen: the sums no longer meet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from begegnung_geo.errors import IS_A_FAULT, SchemaError
from begegnung_geo.table_columns import REJECTIONS


@dataclass(frozen=True)
class RowCount:
    """How many rows of a source were read, and how many a step turned away, by reason."""

    source: str
    read: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """Return how many rows were turned away for any reason."""
        return sum(self.reasons.values())


def count_members(begegnungsorte: pd.DataFrame, *, reason: str) -> tuple[RowCount, ...]:
    """Return the records behind some places as turned away for one reason, one count a source."""
    records = begegnungsorte["place_ids"].explode().dropna().astype("str")
    sources = records.str.partition(":")[0] if len(records) else pd.Series([], dtype="str")
    by_source = sources.value_counts()
    return tuple(
        RowCount(str(source), reasons={reason: int(by_source[source])}) for source in sorted(by_source.index)
    )


def build_row_counts(
    counts: Iterable[RowCount], *begegnungsorte: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the tables `row_counts` and `rejections`.

    Parameters
    ----------
    counts
        What each step read and turned away; several of one source are added up.
    begegnungsorte
        The tables that hold what was accepted: `begegnungsorte`, `neighbour_places`.

    Returns
    -------
    row_counts
        One row a source, in alphabetical order. `kept` rows lead a Begegnungsort of the
        given tables, `merged` rows stand behind another one's lead, `rejected` ones were
        turned away.
    rejections
        One row a source and reason, in the order of `REJECTIONS`.

    Raises
    ------
    SchemaError
        If a reason is unknown, or the sums do not meet: a row was lost, used twice or
        never counted. Names source and sums.
    """
    read: dict[str, int] = {}
    rejected: dict[tuple[str, str], int] = {}
    for count in counts:
        read[count.source] = read.get(count.source, 0) + count.read
        for reason, number in count.reasons.items():
            if reason not in REJECTIONS:
                raise SchemaError(
                    f"there is no reason {reason!r} to reject a row",
                    where="table rejections",
                    hint=IS_A_FAULT,
                )
            rejected[count.source, reason] = rejected.get((count.source, reason), 0) + number
    kept, merged = _count_accepted(begegnungsorte)
    sources = sorted({*read, *kept, *merged, *(source for source, _ in rejected)})
    rows = [
        (source, read.get(source, 0), kept.get(source, 0), merged.get(source, 0), _sum(rejected, source))
        for source in sources
    ]
    row_counts = pd.DataFrame(rows, columns=["source", "read", "kept", "merged", "rejected"])
    row_counts = row_counts.astype({"source": "str"} | dict.fromkeys(row_counts.columns[1:], "int64"))
    _require_balance(row_counts)
    reasons = [
        (source, reason, rejected[source, reason])
        for source in sources
        for reason in REJECTIONS
        if rejected.get((source, reason))
    ]
    rejections = pd.DataFrame(reasons, columns=["source", "reason", "count"])
    return row_counts, rejections.astype({"source": "str", "reason": "str", "count": "int64"})


def describe_row_counts(row_counts: pd.DataFrame, rejections: pd.DataFrame) -> list[str]:
    """Return one line a source for the log of a run: the equation, and why rows were turned away."""
    lines = []
    for row in row_counts.to_dict("records"):
        reasons = rejections[rejections["source"] == row["source"]]
        told = ", ".join(
            f"{reason} {count:,}" for reason, count in zip(reasons["reason"], reasons["count"], strict=True)
        )
        sums = f"{row['read']:,} read = {row['kept']:,} kept + {row['merged']:,} merged"
        lines.append(
            f"{row['source']}: {sums} + {row['rejected']:,} rejected" + (f" ({told})" if told else "")
        )
    return lines


def _count_accepted(tables: Sequence[pd.DataFrame]) -> tuple[dict[str, int], dict[str, int]]:
    kept: dict[str, int] = {}
    merged: dict[str, int] = {}
    for table in tables:
        for place_ids in table["place_ids"]:
            for position, place_id in enumerate(place_ids):
                side = merged if position else kept
                source = str(place_id).partition(":")[0]
                side[source] = side.get(source, 0) + 1
    return kept, merged


def _sum(rejected: Mapping[tuple[str, str], int], source: str) -> int:
    return sum(number for (key, _), number in rejected.items() if key == source)


def _require_balance(row_counts: pd.DataFrame) -> None:
    accounted = row_counts[["kept", "merged", "rejected"]].sum(axis=1)
    wrong = row_counts[row_counts["read"] != accounted]
    if wrong.empty:
        return
    sums = [
        f"{row['source']}: {row['read']} read, {row['kept']} kept + {row['merged']} merged + "
        f"{row['rejected']} rejected"
        for row in wrong.to_dict("records")
    ]
    raise SchemaError(
        f"the books of {len(wrong)} sources do not close: a row was lost or counted twice",
        where=f"table row_counts, {'; '.join(sums)}",
        hint=IS_A_FAULT,
    )
