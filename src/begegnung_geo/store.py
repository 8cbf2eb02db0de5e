# SPDX-License-Identifier: MIT
"""Tables on disk: GeoParquet that keeps its contract both ways, written whole or not at all."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from begegnung_geo.errors import SourceError
from begegnung_geo.files import replace_atomically
from begegnung_geo.schema import TABLES, conform_table, require_table


def find_table(folder: Path, name: str) -> Path:
    """Return the path of a table's file."""
    return folder / f"{name}.parquet"


def write_table(frame: pd.DataFrame, name: str, *, folder: Path, crs: CRS | str) -> None:
    """
    Write a table in its contract's form; the same rows give the same bytes.

    Raises
    ------
    SchemaError, CrsError
        If the frame breaks the contract.
    """
    conformed = conform_table(frame, name)
    require_table(conformed, name, crs=crs)
    with replace_atomically(find_table(folder, name)) as part:
        if isinstance(conformed, gpd.GeoDataFrame):
            conformed.to_parquet(part, index=False, compression="zstd", write_covering_bbox=False)
        else:
            schema = pa.Schema.from_pandas(conformed, preserve_index=False)
            pq.write_table(pa.Table.from_pandas(conformed, schema=schema), part, compression="zstd")


def read_table(name: str, *, folder: Path, crs: CRS | str) -> pd.DataFrame:
    """
    Read a table and check its contract.

    Returns
    -------
    frame
        A GeoDataFrame where the table has geometry, sorted by its key.

    Raises
    ------
    SourceError
        If the file is missing or unreadable.
    SchemaError, CrsError
        If the file breaks the contract.
    """
    path = find_table(folder, name)
    try:
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
