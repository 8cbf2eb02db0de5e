# SPDX-License-Identifier: MIT
"""Tables on disk: GeoParquet that keeps its contract both ways, written whole or not at all."""

import ctypes
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from begegnung_geo.errors import IS_A_FAULT, SchemaError, SourceError
from begegnung_geo.files import replace_atomically
from begegnung_geo.schema import TABLES, conform_table, require_table


def find_table(folder: Path, name: str) -> Path:
    """Return the path of a table's file."""
    return folder / f"{name}.parquet"


@dataclass(frozen=True, eq=False)
class Portions:
    """
    A table without geometry that is too large to be held whole.

    Attributes
    ----------
    frames
        Its rows, a portion after the other; keys rise from portion to portion. At least one.
    row_count
        How many rows all portions have.
    """

    frames: Iterable[pd.DataFrame]
    row_count: int

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.row_count


def write_table(frame: pd.DataFrame | Portions, name: str, *, folder: Path, crs: CRS | str) -> None:
    """
    Write a table in its contract's form; the same rows give the same bytes.

    Raises
    ------
    SchemaError, CrsError
        If the frame breaks the contract, or if keys of portions do not rise.
    """
    if isinstance(frame, Portions):
        _write_portions(frame, name, folder=folder, crs=crs)
        return
    conformed = _conform(frame, name, crs=crs)
    with replace_atomically(find_table(folder, name)) as part:
        if isinstance(conformed, gpd.GeoDataFrame):
            conformed.to_parquet(part, index=False, compression="zstd", write_covering_bbox=False)
        else:
            pq.write_table(_to_arrow(conformed), part, compression="zstd")


def _write_portions(portions: Portions, name: str, *, folder: Path, crs: CRS | str) -> None:
    frames = _require_rising((_conform(frame, name, crs=crs) for frame in portions.frames), name)
    first = _to_arrow(next(frames))
    with (
        replace_atomically(find_table(folder, name)) as part,
        pq.ParquetWriter(part, first.schema, compression="zstd") as writer,
    ):
        for rows in chain([first], map(_to_arrow, frames)):
            writer.write_table(rows)


def _to_arrow(frame: pd.DataFrame) -> pa.Table:
    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    return pa.Table.from_pandas(frame, schema=schema)


def _require_rising(frames: Iterable[pd.DataFrame], name: str) -> Iterator[pd.DataFrame]:
    key, last = list(TABLES[name].key), None
    for frame in frames:
        if len(frame):
            lowest, highest = frame[key].iloc[[0, -1]].itertuples(index=False, name=None)
            if last is not None and not last < lowest:
                raise SchemaError(
                    f"table {name}: the keys of its portions do not rise",
                    where=f"table {name}, {lowest} after {last}",
                    hint=IS_A_FAULT,
                )
            last = highest
        yield frame


def _conform(frame: pd.DataFrame, name: str, *, crs: CRS | str) -> pd.DataFrame:
    conformed = conform_table(frame, name)
    require_table(conformed, name, crs=crs)
    return conformed


def read_table(name: str, *, folder: Path, crs: CRS | str, with_geometry: bool = True) -> pd.DataFrame:
    """
    Read a table and check its contract.

    Parameters
    ----------
    with_geometry
        False leaves the geometry out, which of a large layer is most of its memory.

    Returns
    -------
    frame
        A GeoDataFrame where the table has geometry, sorted by its key; without its geometry
        the contract is not checked again.

    Raises
    ------
    SourceError
        If the file is missing or unreadable.
    SchemaError, CrsError
        If the file breaks the contract.
    """
    path = find_table(folder, name)
    try:
        if TABLES[name].geometry and not with_geometry:
            return pd.read_parquet(path, columns=[c for c in pq.read_schema(path).names if c != "geometry"])
        frame = gpd.read_parquet(path) if TABLES[name].geometry else pd.read_parquet(path)
    except FileNotFoundError as error:
        raise SourceError(
            f"table {name} has not been built", where=str(path), hint="run `make maps`"
        ) from error
    except (pa.ArrowInvalid, OSError, ValueError) as error:
        raise SourceError(
            f"table {name} cannot be read",
            where=f"{path}: {error}",
            hint="delete the file and run `make maps`",
        ) from error
    for column in TABLES[name].columns:
        if column.dtype.startswith("list"):
            frame[column.name] = frame[column.name].map(list).astype(object)
    require_table(frame, name, crs=crs)
    return frame


def give_back_memory() -> None:
    """
    Give memory that nothing uses any more back to the system.

    What Arrow and the C library keep for later lies scattered between what is still in use;
    of a large city it adds up to gigabytes from step to step. Does nothing where the C library
    is not glibc's.
    """
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
