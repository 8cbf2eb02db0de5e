# SPDX-License-Identifier: MIT
"""
Every table by name, and the three things one does with its contract.

What a row is, its columns, units, keys and geometry stand in `raw_tables.py`,
`result_tables.py`, `potential_tables.py` and `published_tables.py`;
`docs/data_dictionary.md` is generated from here.
"""

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from begegnung_geo.contract import Table, build_empty_frame, conform_frame, require_contract
from begegnung_geo.published_tables import list_published_tables
from begegnung_geo.raw_tables import RAW_TABLES
from begegnung_geo.result_tables import RESULT_TABLES

TABLES: dict[str, Table] = {
    table.name: table for table in (*RAW_TABLES, *RESULT_TABLES, *list_published_tables())
}


def conform_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a copy in the written form of the table `name`; see `contract.conform_frame`."""
    return conform_frame(frame, TABLES[name])


def require_table(frame: pd.DataFrame, name: str, *, crs: CRS | str) -> None:
    """Raise unless a frame keeps the contract of the table `name`; see `contract.require_contract`."""
    require_contract(frame, TABLES[name], crs=crs)


def build_empty(name: str, *, crs: CRS | str) -> pd.DataFrame:
    """Return the table `name` without rows; a GeoDataFrame where the table has geometry."""
    return build_empty_frame(TABLES[name], crs=crs)


def stack_layers(*layers: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the rows of tables of one kind one below the other."""
    rows = pd.concat(layers, ignore_index=True)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=gpd.GeoDataFrame(layers[0]).crs)
