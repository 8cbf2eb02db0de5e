# SPDX-License-Identifier: MIT
"""
What GDAL says about a vector file, asked in a process of its own.

::

    python -m begegnung_geo.sources.gdal_facts FILE > facts.json

GDAL and what it brings along take 150 MB, more than all the rest of `make fetch`; so they come
and go with each file that needs them: GeoPackage and GML. GeoJSON does without.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_BATCH_ROWS = 256  # geometries come along, and one may be large
_FAILED = 3


class UnreadableError(Exception):
    """GDAL cannot read the file; the text says why."""


def ask(path: Path) -> Any:  # noqa: ANN401 - JSON
    """
    Return `rows`, `fields` (name, numbers, texts, others: cells of each kind), `box` and `crs` of a file.

    The box is in the file's own CRS (text, null where unknown), null where there is no geometry.

    Raises
    ------
    UnreadableError
        If GDAL cannot read it.
    """
    command = [sys.executable, "-P", "-m", __name__, str(path.resolve())]
    child = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if child.returncode:
        lines = child.stderr.strip().splitlines() or [f"it ended with code {child.returncode}"]
        raise UnreadableError(f"cannot be read: {lines[-1]}")
    return json.loads(child.stdout)


def _collect(path: str) -> dict[str, Any]:
    import pyogrio  # noqa: PLC0415 - only in the process of its own

    counts: dict[str, list[int]] = {}
    rows = 0
    with pyogrio.open_arrow(path, batch_size=_BATCH_ROWS, use_pyarrow=True) as (about, reader):
        for batch in reader:
            rows += batch.num_rows
            for field in batch.schema:
                added = _count_cells(batch.column(field.name), is_shape=field.name == about["geometry_name"])
                so_far = counts.get(field.name, [0] * 3)
                counts[field.name] = [a + b for a, b in zip(so_far, added, strict=True)]
        names = list(about["fields"])
    info = pyogrio.read_info(path, force_total_bounds=True)
    box = info["total_bounds"]
    shape_counts = [counts[name] for name in counts if name not in names]
    fields = [[name, *counts.get(name, [0] * 3)] for name in names]
    fields += [["geometry", *shape_counts[0]]] if shape_counts else []
    return {
        "rows": rows,
        "fields": fields,
        "box": box and [float(value) for value in box],
        "crs": info["crs"],
    }


def _count_cells(cells: Any, *, is_shape: bool) -> list[int]:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    filled = len(cells) - cells.null_count
    dtype = cells.type
    if is_shape:
        return [0, 0, filled]
    if pa.types.is_integer(dtype) or pa.types.is_floating(dtype):
        return [filled, 0, 0]
    if pa.types.is_string(dtype) or pa.types.is_large_string(dtype):
        blank = pc.sum(pc.equal(pc.utf8_trim_whitespace(cells), "")).as_py() or 0
        return [0, filled - blank, 0]
    # GDAL takes text that looks like a date for one; that is no change of the source.
    return [0, filled, 0] if pa.types.is_temporal(dtype) else [0, 0, filled]


def main(path: str) -> None:
    """Print the facts; on failure the reason."""
    try:
        facts = _collect(path)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller tells it
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        sys.exit(_FAILED)
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main(sys.argv[1])
