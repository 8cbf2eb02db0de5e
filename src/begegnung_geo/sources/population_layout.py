# SPDX-License-Identifier: MIT
"""Which column of a population table means what: Zensus 2022, Zensus 2011, or any list of points."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pyproj import CRS

from begegnung_geo.crs import LAEA_EUROPE, WGS84
from begegnung_geo.errors import SourceError

_CLASSES = ("under_18", "18_29", "30_49", "50_64", "65_plus")
_DECADES = ("under_10", "10_19", "20_29", "30_39", "40_49", "50_59", "60_69", "70_79", "80_plus")
PARTITIONS = tuple(tuple(f"persons_{group}" for group in groups) for groups in (_CLASSES, _DECADES))
"""Groups that are everybody together: the five classes and the decades of the Zensus."""

PERSONS_NAMES = (
    "persons",
    "einwohner",
    "personen",
    "insgesamt_bevoelkerung",
    "insgesamt_bevölkerung",
    "bevoelkerung",
    "bevölkerung",
    "population",
)
ID_NAMES = ("cell_id", "gitter_id", "id")
_LAT_NAMES = ("lat", "breite", "latitude")
_LON_NAMES = ("lon", "laenge", "länge", "lng", "longitude")
_GRID_X = re.compile(r"x_mp_(\d+)(k?m)")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_UNDER = re.compile(r"(?:persons_|a)?(?:unter|under)_?(\d+)(_a)?")
_BETWEEN = re.compile(r"(?:persons_|a)?(\d+)_?(?:bis|_)_?(\d+)")
_OVER = re.compile(r"(?:(?:ab)_?(\d+)(_a)?|(?:persons_|a)?(\d+)_?(?:und_?aelter|u_aelter|plus))")


@dataclass(frozen=True)
class PopulationLayout:
    """
    The columns of one table, as written in its header.

    `cell_size_m` is 0 for points. `groups` maps `persons_<group>` to the column
    with its people, `shares` to the column with its percentage. `kind_columns` are
    (merkmal, auspraegung) of the long format, where `persons_column` counts one
    group a row.
    """

    x_column: str
    y_column: str
    crs: CRS
    cell_size_m: float
    id_column: str | None = None
    persons_column: str | None = None
    groups: dict[str, str] = field(default_factory=dict)
    shares: dict[str, str] = field(default_factory=dict)
    kind_columns: tuple[str, str] | None = None

    @property
    def has_total(self) -> bool:
        """Whether the people of a row are everybody: a total, or all groups of a partition."""
        return self.persons_column is not None or any(set(p) <= set(self.groups) for p in PARTITIONS)

    def list_columns(self) -> list[str]:
        """Return the columns to read, each once."""
        named = (self.x_column, self.y_column, self.persons_column, self.id_column)
        of_groups = (*self.groups.values(), *self.shares.values(), *(self.kind_columns or ()))
        return list(dict.fromkeys(name for name in (*named, *of_groups) if name))


def find_layout(columns: Sequence[str], *, where: str) -> PopulationLayout:
    """
    Return the layout of a CSV table by its header, whatever the capitals.

    Raises
    ------
    SourceError
        If there are no coordinates, or neither people nor age groups.
    """
    names = {name.casefold(): name for name in reversed(columns)}
    x_column, y_column, crs, cell_size_m = _find_position(names, columns, where)
    layout = find_attributes(columns, where=where, crs=crs, cell_size_m=cell_size_m)
    layout = replace(layout, x_column=x_column, y_column=y_column)
    kind = next((n for n in ("auspraegung_text", "auspraegung", "ausprägung") if n in names), None)
    if kind is None or "merkmal" not in names:
        return layout
    return replace(layout, kind_columns=(names["merkmal"], names[kind]))


def find_attributes(columns: Sequence[str], *, where: str, crs: CRS, cell_size_m: float) -> PopulationLayout:
    """
    Return the layout of a table whose positions are known, by its other columns.

    Raises
    ------
    SourceError
        If there are neither people nor age groups.
    """
    names = {name.casefold(): name for name in reversed(columns)}
    groups, shares = find_groups(columns)
    known = (*PERSONS_NAMES, "anzahl") if "merkmal" in names else PERSONS_NAMES
    persons_column = next((names[name] for name in known if name in names), None)
    if persons_column is None and not any(group in partition for group in groups for partition in PARTITIONS):
        raise SourceError(
            "there is no column with the number of people",
            where=f"{where}; its columns: {', '.join(columns)}",
            hint='name the column "persons" or "einwohner"',
        )
    id_column = next((names[n] for n in names if n in ID_NAMES or n.startswith("gitter_id_")), None)
    return PopulationLayout(
        x_column="",
        y_column="",
        crs=crs,
        cell_size_m=cell_size_m,
        id_column=id_column,
        persons_column=persons_column,
        groups=groups,
        shares=shares,
    )


def find_groups(columns: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns of age groups by `persons_<group>`: those with people, those with percentages."""
    groups: dict[str, str] = {}
    shares: dict[str, str] = {}
    for column in columns:
        key = name_group(column)
        if key is not None:
            (shares if column.casefold().endswith("_a") else groups).setdefault(key, column)
    return groups, shares


def name_group(label: str) -> str | None:
    """
    Return `persons_under_18`, `persons_18_29` or `persons_65_plus` for a label of an age group.

    Knows the column names of the Zensus 2022 (`Unter18`, `a18bis29`, `a65undaelter`),
    of the 1 km grid 2011 (`unter18_A`, `ab65_A`), the values of `auspraegung` in
    either writing (`80_und_aelter`, `80 und älter`, `10 - 19`) and our own. Null for
    anything else.
    """
    text = re.sub(r"[\s\-–_]+", "_", label.strip().casefold().translate(_UMLAUTS))
    if found := _UNDER.fullmatch(text):
        return f"persons_under_{int(found[1])}"
    if found := _BETWEEN.fullmatch(text):
        return f"persons_{int(found[1])}_{int(found[2])}"
    if found := _OVER.fullmatch(text):
        return f"persons_{int(found[1] or found[3])}_plus"
    return None


def _find_position(names: dict[str, str], columns: Sequence[str], where: str) -> tuple[str, str, CRS, float]:
    for name, x_column in names.items():
        found = _GRID_X.fullmatch(name)
        if found and f"y{name[1:]}" in names:
            cell_size_m = float(found[1]) * (1000 if found[2] == "km" else 1)
            return x_column, names[f"y{name[1:]}"], LAEA_EUROPE, cell_size_m
    lon = next((names[name] for name in _LON_NAMES if name in names), None)
    lat = next((names[name] for name in _LAT_NAMES if name in names), None)
    if lon is None or lat is None:
        raise SourceError(
            "there are no columns with coordinates",
            where=f"{where}; its columns: {', '.join(columns)}",
            hint='name them "breite" and "laenge" (WGS84), or give a Zensus grid (x_mp_100m, y_mp_100m)',
        )
    return lon, lat, WGS84, 0.0
