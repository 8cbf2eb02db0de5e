# SPDX-License-Identifier: MIT
"""
Disclosure control in one place: what may be told of how many people, and how.

Figures are protected once, at the source: `protect_people` counts everybody in packets
of five, and whatever leaves the house is computed from those. Differences of published
figures then tell no more than the packets do, whichever figures are published now or
later (decision 0017 has the attacker and the proof). `publish_count`, `publish_share`
and `publish_frame` hide what is small; they do not protect by themselves.

How another table joins in: compute it twice, from `demand` (stays inside, exact) and
from `protected_demand`, and write what `publish_frame` makes of the second one.
"""

import re
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from begegnung_geo.analysis.network import Floats, Ints
from begegnung_geo.profile import Publication, Walking

_SLACK = 1e-6  # a sum that is a multiple of the packet but for float noise is that multiple
_SHARE_DECIMALS = 4
_CURVE_LEVEL = 16  # of the Hilbert curve: about a metre in a large city
_WALKS = (
    ("walk_distance_m", False),
    ("walk_distance_step_free_m", True),
    ("walk_distance_step_free_min_m", True),
)
_AGES = re.compile(r"persons_(?:under_(?P<under>\d+)|(?P<low>\d+)_(?P<high>\d+)|(?P<plus>\d+)_plus)")
_AGE_END = 1000


def order_homes(
    demand: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, walking: Walking, gap_of_home: pd.Series
) -> Ints:
    """
    Put homes into the row in which `protect_people` packs them.

    The row goes through the districts, coarse level before fine; in each of them first
    those in no gap, then gap by gap; there from near to far by the profiles' reaches,
    with and without steps; then along a Hilbert curve. Homes that a figure counts
    together stand together, so that few packets are cut at its ends. All that decides the
    row is public: a map, the places, and the outlines of the gaps.

    Parameters
    ----------
    demand
        Table `demand`: Point, metric CRS.
    districts
        Table `districts`; a level is coarser if its districts are larger on average.
    walking
        Profiles and thresholds.
    gap_of_home
        Number of each home's gap on the index of `demand`, null outside of gaps.

    Returns
    -------
    order
        Positions in `demand`; ties by `demand_id`.
    """
    mean_area = districts.groupby("level")["area_km2"].mean()
    levels = sorted(mean_area.index, key=lambda level: (-mean_area[level], level))
    keys = [_rank(demand[f"district_id_{level}"]) for level in levels]
    keys.append(gap_of_home.fillna(-1).to_numpy(dtype=np.int64))
    for column, step_free in _WALKS:
        reaches = {
            walking.reach_m(profile, threshold)
            for profile, speed in walking.profiles.items()
            if speed.step_free == step_free
            for threshold in walking.thresholds_min
        }
        keys.append(np.searchsorted(sorted(reaches), demand[column].to_numpy(dtype=np.float64)))
    keys.append(_rank(demand["status"]))
    keys.append(_walk_curve(demand))
    keys.append(_rank(demand["demand_id"]))
    return np.lexsort(keys[::-1]).astype(np.int64)


def protect_people(demand: gpd.GeoDataFrame, *, order: Ints, packet: int) -> gpd.GeoDataFrame:
    """
    Count people in whole packets, so that no sum of them betrays a small number.

    Along `order` the running total is rounded down to a multiple of `packet`; a home has
    what the rounded total rises by. So a run of homes differs from the truth by less than
    one packet, and whoever knows every packet and this program can tell the true number
    of any set of homes only to an interval whose ends are multiples of `packet`, at least
    one packet wide. Age groups are packed the same way, of nested ones (65 and over, 80
    and over) the inner one and the rest.

    Parameters
    ----------
    demand
        Table `demand`: `persons` and each `persons_<group>` are replaced.
    order
        Positions of all rows, see `order_homes`.
    packet
        `publication.round_to`, in people.

    Returns
    -------
    protected_demand
        Table `protected_demand`, same index and order; people are multiples of `packet`,
        a group is null where it was. A group may exceed `persons` by a packet or two.
    """
    groups = [str(column) for column in demand.columns if str(column).startswith("persons_")]
    inner_of = _nest_groups(groups)
    packed: dict[str, Floats] = {
        "persons": _pack(demand["persons"].to_numpy(dtype=np.float64), order=order, packet=packet)
    }
    for group in sorted(groups, key=lambda name: (_measure_span(name), name)):
        known = demand[[group, *inner_of[group]]].fillna(0.0)
        rest = (known[group] - known[list(inner_of[group])].sum(axis="columns")).clip(lower=0.0)
        packed[group] = _pack(rest.to_numpy(dtype=np.float64), order=order, packet=packet)
        packed[group] += np.sum([packed[name] for name in inner_of[group]], axis=0)
    columns = {name: pd.Series(values, index=demand.index) for name, values in packed.items()}
    return demand.assign(**{name: column.where(demand[name].notna()) for name, column in columns.items()})


def publish_count(
    persons: pd.Series, *, publication: Publication, is_anybody: pd.Series | None = None
) -> pd.Series:
    """
    Return numbers of people as they may be told: multiples of `round_to`, small ones null.

    Parameters
    ----------
    persons
        Sums of `protected_demand`. Exact numbers are rounded too, but then differences
        between them are not protected.
    publication
        Below `suppress_below` a number is hidden.
    is_anybody
        Whether anybody is counted at all, where packets may say 0 for a few; 0 stays 0
        only where nobody is. Without it 0 is nobody.

    Returns
    -------
    persons
        On the same index; null means "at least one, fewer than `suppress_below`".
    """
    anybody = persons > 0 if is_anybody is None else is_anybody
    rounded = (persons / publication.round_to).round() * publication.round_to
    return rounded.mask(anybody & (persons < publication.suppress_below))


def publish_share(part: pd.Series, base: pd.Series, *, publication: Publication) -> pd.Series:
    """
    Return shares (0-1, four decimals) of published counts, null where they may not be told.

    Null on fewer than `share_base_min` people, and where either count is hidden.
    """
    share = (part / base.where(base >= max(publication.share_base_min, 1))).clip(0.0, 1.0)
    return share.round(_SHARE_DECIMALS)


def publish_frame(
    protected: pd.DataFrame,
    exact: pd.DataFrame,
    *,
    publication: Publication,
    counts: Sequence[str],
    figures: Mapping[str, str],
    base: str = "persons",
) -> pd.DataFrame:
    """
    Return a table as it may be published.

    Parameters
    ----------
    protected
        The table computed from `protected_demand`.
    exact
        The same table computed from `demand`, in the same rows; tells only where
        anybody is counted, and of what no statement is made.
    publication
        Rules of the profile.
    counts
        Columns that are numbers of people.
    figures
        Column of a share, a median or another figure of a group of people -> column of
        the people it speaks of; null where that count is hidden, fewer than
        `share_base_min` people are in `base`, or the exact figure is null.
    base
        Column with all people of the row.

    Returns
    -------
    published
        `protected` with counts by `publish_count` and figures rounded to four decimals.

    Raises
    ------
    ValueError
        If the rows of the two tables differ.
    """
    others = [c for c in exact.columns if c not in {*counts, *figures} and exact[c].dtype == "str"]
    if not exact[others].equals(protected[others]):
        raise ValueError("protected and exact table do not have the same rows")
    published = protected.assign(
        **{
            name: publish_count(protected[name], publication=publication, is_anybody=exact[name] > 0)
            for name in counts
        }
    )
    is_small = ~(protected[base] >= publication.share_base_min)
    return published.assign(
        **{
            name: protected[name]
            .round(_SHARE_DECIMALS)
            .mask(is_small | published[count].isna() | exact[name].isna())
            for name, count in figures.items()
        }
    )


def publish_books(
    books: Mapping[str, float], *, inside_persons: float, publication: Publication
) -> dict[str, float | None]:
    """
    Return the books of the population file as they may be told; they still add up.

    Parameters
    ----------
    books
        People read, `input_persons`, and what became of those not inside the city, in
        the order of the books, e.g. `outside_persons`, `rejected_persons`.
    inside_persons
        People inside the city: the first part.

    Returns
    -------
    books
        The same keys, in packets; null where hidden.
    """
    parts = pd.Series({name: value for name, value in books.items() if name != "input_persons"})
    exact = pd.concat([pd.Series({"inside_persons": inside_persons}), parts]).astype("float64")
    persons = np.asarray(exact, dtype=np.float64)
    packets = _pack(persons, order=np.arange(len(exact)), packet=publication.round_to)
    packed = pd.Series(packets, index=exact.index)
    told = publish_count(packed, publication=publication, is_anybody=exact > 0)
    total = {"input_persons": float(packed.sum())} if "input_persons" in books else {}
    return total | {name: None if pd.isna(told[name]) else float(told[name]) for name in parts.index}


def _pack(persons: Floats, *, order: Ints, packet: int) -> Floats:
    total = np.floor(np.cumsum(persons[order]) / packet + _SLACK) * packet
    packed = np.empty_like(persons)
    packed[order] = np.diff(total, prepend=0.0)
    return packed


def _rank(values: pd.Series) -> Ints:
    # Nulls last: homes without a district of a level stand together.
    return np.asarray(values.rank(method="dense", na_option="bottom"), dtype=np.int64)


def _walk_curve(demand: gpd.GeoDataFrame) -> Ints:
    if len(demand) < 2:  # noqa: PLR2004  # a single point spans no curve
        return np.zeros(len(demand), dtype=np.int64)
    return np.asarray(demand.geometry.hilbert_distance(level=_CURVE_LEVEL), dtype=np.int64)


def _nest_groups(groups: Sequence[str]) -> dict[str, list[str]]:
    """Return the groups directly inside each group; none for a group whose name tells no ages."""
    spans = {name: span for name in groups if (span := _find_ages(name))}
    inside = {
        name: [
            other
            for other, (low, high) in spans.items()
            if other != name and name in spans and spans[name][0] <= low and high <= spans[name][1]
        ]
        for name in groups
    }
    return {
        name: [other for other in found if not any(other in inside[third] for third in found)]
        for name, found in inside.items()
    }


def _find_ages(group: str) -> tuple[int, int] | None:
    found = _AGES.fullmatch(group)
    if not found:
        return None
    if found["under"]:
        return 0, int(found["under"])
    return (int(found["plus"]), _AGE_END) if found["plus"] else (int(found["low"]), int(found["high"]) + 1)


def _measure_span(group: str) -> int:
    ages = _find_ages(group)
    return ages[1] - ages[0] if ages else 0
