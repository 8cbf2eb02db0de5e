# SPDX-License-Identifier: MIT
"""`docs/data_dictionary.md` from the table contracts: `python -m begegnung_geo.dictionary`."""

import sys
from pathlib import Path

from begegnung_geo.contract import Column, Table
from begegnung_geo.files import write_bytes
from begegnung_geo.issues import IssueCode
from begegnung_geo.schema import TABLES

_HEADER = """# Data dictionary

Generated from the table contracts by `python -m begegnung_geo.dictionary`; do not edit.

All tables lie in `data/processed/<city>/` (or `DIR/processed/`) as Parquet; those with geometry are
GeoParquet in the profile's metric CRS (default EPSG:25832). Rows are sorted by the key. "null" means
unknown, never "no".
"""


def describe_tables() -> str:
    """Return the data dictionary as Markdown, one section a table, and the issue codes."""
    codes = ", ".join(f"`{code.value}`" for code in IssueCode)
    sections = [_describe_table(table) for table in TABLES.values()]
    return "\n".join([_HEADER, *sections, f"## Issue codes\n\n{codes}\n"])


def _describe_table(table: Table) -> str:
    geometry = f" Geometry: {' or '.join(table.geometry)}." if table.geometry else " No geometry."
    key = ", ".join(f"`{name}`" for name in table.key)
    lines = [
        f"## `{table.name}`\n\nA row is {table.row}. Key: {key}.{geometry}\n",
        "| column | type | unit | null | meaning |\n|---|---|---|---|---|",
        *(_describe_column(column, column.name) for column in table.columns),
        *(_describe_column(column, f"{column.name}*") for column in table.families),
    ]
    return "\n".join(lines) + "\n"


def _describe_column(column: Column, label: str) -> str:
    allowed = f" ({', '.join(f'`{value}`' for value in column.allowed)})" if column.allowed else ""
    null = "yes" if column.is_nullable else ""
    return f"| `{label}` | {column.dtype} | {column.unit} | {null} | {column.meaning}{allowed} |"


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/data_dictionary.md")
    write_bytes(target, describe_tables().encode())
