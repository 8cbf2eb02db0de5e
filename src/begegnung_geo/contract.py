# SPDX-License-Identifier: MIT
"""What a table's contract is: columns with type, unit and meaning; checked on every read and write."""

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from begegnung_geo.crs import require_crs
from begegnung_geo.errors import SchemaError, format_rows

Dtype = Literal["str", "int64", "float64", "float32", "bool", "list[str]", "list[int64]"]
_COORDINATE_DECIMALS = 3  # millimetres: finer than any source, coarser than float noise


@dataclass(frozen=True)
class Column:
    """One column: its type, meaning, unit and the allowed values."""

    name: str
    dtype: Dtype
    meaning: str
    unit: str = ""
    is_nullable: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table; `families` are prefixes of columns whose number depends on the profile."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()
    is_geometry_nullable: bool = False
    families: tuple[Column, ...] = ()

    def find_column(self, name: str) -> Column | None:
        """Return the contract of a column, also by family prefix; None where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        return next((f for f in self.families if name.startswith(f.name)), None)


def conform_frame(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """
    Return a copy in written form: contract order, dtypes, sorted by key, millimetres.

    Raises
    ------
    SchemaError
        If a column is missing or unknown, a key repeats, a value is not allowed.
    """
    families = sorted(c for c in frame.columns if _in_family(table, c))
    wanted = [column.name for column in table.columns] + families
    wanted += ["geometry"] if table.geometry else []
    _require_columns(frame, table, wanted)
    conformed = frame[wanted].copy()
    for column_name in wanted:
        column = table.find_column(column_name)
        if column is not None:
            conformed[column_name] = _cast(conformed[column_name], column, table)
    conformed = conformed.sort_values(list(table.key), kind="stable", ignore_index=True)
    if table.geometry:
        conformed["geometry"] = _round_geometry(gpd.GeoSeries(conformed["geometry"]), table)
    _require_values(conformed, table)
    return conformed


def require_contract(frame: pd.DataFrame, table: Table, *, crs: CRS | str) -> None:
    """
    Raise unless a frame keeps the contract of a table.

    Raises
    ------
    SchemaError
        If columns, key or values break the contract.
    CrsError
        If the geometry is not in the metric CRS of the profile.
    """
    wanted = [column.name for column in table.columns]
    _require_columns(frame, table, wanted + (["geometry"] if table.geometry else []))
    _require_values(frame, table)
    if table.geometry:
        if not isinstance(frame, gpd.GeoDataFrame):
            raise _break(f"table {table.name} has no geometry", where=f"table {table.name}")
        require_crs(frame, crs, name=f"table {table.name}")


def build_empty_frame(table: Table, *, crs: CRS | str) -> pd.DataFrame:
    """Return a table without rows; a GeoDataFrame where the table has geometry."""
    columns = {column.name: _cast(pd.Series([], dtype=object), column, table) for column in table.columns}
    if not table.geometry:
        return pd.DataFrame(columns)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs))


def _break(what: str, *, where: str) -> SchemaError:
    return SchemaError(
        what,
        where=where,
        hint="a table of another version is rebuilt by `make clean` and `make maps`; if it stays, "
        "please report it: docs/data_dictionary.md holds the contract",
    )


def _in_family(table: Table, name: str) -> bool:
    fixed = any(column.name == name for column in table.columns)
    return not fixed and any(name.startswith(family.name) for family in table.families)


def _require_columns(frame: pd.DataFrame, table: Table, wanted: list[str]) -> None:
    missing = [column for column in wanted if column not in frame.columns]
    unknown = [c for c in frame.columns if c not in wanted and not _in_family(table, str(c))]
    if missing or unknown:
        raise _break(
            f"table {table.name}: missing columns {missing}, unknown columns {unknown}",
            where=f"table {table.name}",
        )


def _cast(values: pd.Series, column: Column, table: Table) -> pd.Series:
    if column.dtype.startswith("list"):
        return values.map(list).astype(object)
    try:
        return values.astype(column.dtype)  # type: ignore[arg-type] # the stubs list numpy names only
    except (ValueError, TypeError) as error:
        raise _break(
            f"table {table.name}: column {column.name} is not {column.dtype}",
            where=f"table {table.name}, column {column.name}: {error}",
        ) from error


def _require_values(frame: pd.DataFrame, table: Table) -> None:
    repeated = frame.duplicated(list(table.key))
    if repeated.any():
        rows = frame.loc[repeated, list(table.key)].astype(str).agg("/".join, axis=1).tolist()
        raise _break(
            f"table {table.name}: the key {', '.join(table.key)} repeats",
            where=f"table {table.name}, rows {format_rows(rows)}",
        )
    for column in table.columns:
        values = frame[column.name]
        is_null = values.isna() if not column.dtype.startswith("list") else pd.Series([], dtype=bool)
        if not column.is_nullable and is_null.any():
            raise _break(
                f"table {table.name}: column {column.name} has empty values",
                where=f"table {table.name}, rows {format_rows(list(np.flatnonzero(is_null)))}",
            )
        if column.allowed:
            strange = sorted(set(values.dropna().unique()) - set(column.allowed))
            if strange:
                raise _break(
                    f"table {table.name}: column {column.name} has unknown values {format_rows(strange)}",
                    where=f"table {table.name}, column {column.name}",
                )
    if table.geometry:
        _require_geometry(frame, table)


def _require_geometry(frame: pd.DataFrame, table: Table) -> None:
    geometry = frame["geometry"]
    if not table.is_geometry_nullable and geometry.isna().any():
        raise _break(f"table {table.name} has rows without geometry", where=f"table {table.name}")
    names = set(pd.Series(gpd.GeoSeries(geometry).dropna().geom_type).unique())
    if names - set(table.geometry):
        strange = sorted(names - set(table.geometry))
        raise _break(
            f"table {table.name} holds {strange}, allowed: {list(table.geometry)}",
            where=f"table {table.name}",
        )


def _round_geometry(geometry: gpd.GeoSeries, table: Table) -> gpd.GeoSeries:
    # Written and read back, a table must be the one that was computed with: the next
    # step then gives the same bytes whether or not this one was skipped.
    rounded = shapely.transform(geometry.to_numpy(), lambda xy: np.round(xy, _COORDINATE_DECIMALS))
    if table.geometry == ("MultiPolygon",):
        rounded = np.array(
            [shapely.MultiPolygon([g]) if g.geom_type == "Polygon" else g for g in rounded], dtype=object
        )
    return gpd.GeoSeries(rounded, index=geometry.index, crs=geometry.crs)
