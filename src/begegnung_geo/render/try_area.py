# SPDX-License-Identifier: MIT
"""The squares from where each place can be walked to, as a text that `area.js` reads."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.geometry import IntArray, encode_numbers, fold_signs, project

Floats = npt.NDArray[np.float64]

_RANKS = ["walk_rank", "step_free_rank"]
_KM2 = 1_000_000
_FIT_POINTS = 12  # along each side: many more than the six numbers that are fitted


def pack_area(content: SiteContent) -> dict[str, Any]:
    """
    Return the squares of every place.

    Returns
    -------
    packed
        `square` (km²), `count` of places, `columns` and `rows` of all squares, `fit` (see
        `fit_squares`), `codes` (rank of the walk and of the step-free walk, the last one of a
        square out of reach), and `text`: for each place how many runs it has, and for each run
        the step to its row, to its column, its length and the numbers of its codes.
    """
    area = content.try_area
    if not len(area):  # no place can be walked to
        return {"square": 0, "count": 0, "columns": 0, "rows": 0, "fit": [], "codes": [], "text": ""}
    codes, code = list_codes(area[_RANKS])
    none = [len(content.profile.walking.list_reaches())] * len(_RANKS)
    runs = _Runs(area["position"].to_numpy(dtype=np.int64), code, gap=len(codes))
    return _pack(area, runs, count=len(content.try_places), content=content) | {"codes": [*codes, none]}


def pack_changes(content: SiteContent) -> dict[str, Any]:
    """
    Return the squares that a scenario brings within reach or takes out of it; empty without any.

    Returns
    -------
    packed
        As `pack_area`, with the `uses` (profile and threshold) in the place of places, and
        code 0 of a square that is gained, 1 of one that is lost.
    """
    changed = content.changed_squares
    if not len(changed):
        return {}
    keys = [*zip(changed["profile"], changed["threshold_min"].tolist(), strict=True)]
    uses = sorted(set(keys))
    numbers = {use: number for number, use in enumerate(uses)}
    code = 1 - changed["is_gained"].to_numpy(dtype=np.int64)
    runs = _Runs(np.array([numbers[key] for key in keys], dtype=np.int64), code, gap=2)
    return _pack(changed, runs, count=len(uses), content=content) | {"uses": [list(use) for use in uses]}


@dataclass(frozen=True, eq=False)
class _Runs:
    """Whose each square is, and its code; `gap` is the code of a square in between that is not."""

    owner: IntArray
    code: IntArray
    gap: int


def _pack(table: pd.DataFrame, runs: _Runs, *, count: int, content: SiteContent) -> dict[str, Any]:
    square_m = content.profile.trial.square_m
    row, column = (table[name].to_numpy(dtype=np.int64) for name in ("square_row", "square_column"))
    south, west = int(row.min()), int(column.min())
    columns, rows = int(column.max()) - west + 1, int(row.max()) - south + 1
    crs = content.city_area.crs or ""
    return {
        "square": square_m**2 / _KM2,
        "count": count,
        "columns": columns,
        "rows": rows,
        "fit": fit_squares((west, south), (columns, rows), square_m=square_m, crs=crs),
        "text": _pack_runs(runs, row - south, column - west, count=count),
    }


def list_codes(table: pd.DataFrame) -> tuple[list[list[int]], IntArray]:
    """Return the distinct rows of whole numbers, frequent ones first, and the number of each row's."""
    found, code, counts = np.unique(
        table.to_numpy(dtype=np.int64), axis=0, return_inverse=True, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return found[order].tolist(), place[code.ravel()]


def fit_squares(
    corner: tuple[int, int], size: tuple[int, int], *, square_m: float, crs: CRS | str
) -> list[list[float]]:
    """
    Return how columns and rows of squares become places on the web map.

    Longitude and the northing of web maps are fitted, over the area, by polynomials of second
    degree: over a city of 40 km they are right to half a metre.

    Parameters
    ----------
    corner
        Column and row of the south-western square, in sides.
    size
        Number of columns and rows.
    crs
        Metric CRS of the squares.

    Returns
    -------
    fit
        For x and y, in the world of `geometry.js` (256 units wide): the coefficients of 1, c,
        r, c², c r and r², where c and r run from 0 to 1 over the area.
    """
    c, r = (
        part.ravel() for part in np.meshgrid(np.linspace(0, 1, _FIT_POINTS), np.linspace(0, 1, _FIT_POINTS))
    )
    xy = (np.array(corner) + np.column_stack([c, r]) * np.array(size)) * square_m
    lon, lat = project(xy.astype(np.float64), crs).T
    world: Floats = np.column_stack(
        [(lon + 180) / 360, 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)]
    )
    terms = np.column_stack([np.ones_like(c), c, r, c * c, c * r, r * r])
    found, *_ = np.linalg.lstsq(terms, world * 256, rcond=None)
    # A unit is 156 km at the equator: ten digits are a hundredth of a millimetre.
    return [[round(float(one), 10) for one in axis] for axis in found.T]


def _pack_runs(runs: _Runs, row: IntArray, column: IntArray, *, count: int) -> str:
    # One run an owner and row, from its first square to its last.
    is_first = np.ones(len(row), dtype=bool)
    is_first[1:] = (np.diff(runs.owner) != 0) | (np.diff(row) != 0)
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(row)) - 1
    start, length = column[first], column[last] - column[first] + 1
    begins = np.cumsum(length) - length
    run = np.cumsum(is_first) - 1
    codes = np.full(int(length.sum()), runs.gap, dtype=np.int64)
    codes[begins[run] + column - start[run]] = runs.code
    head = np.column_stack(
        [fold_signs(np.diff(row[first], prepend=0)), fold_signs(np.diff(start, prepend=0)), length]
    )
    run_count = np.bincount(runs.owner[first], minlength=count)
    owner = np.repeat(np.arange(count), run_count)
    # First how many runs an owner has, then for each run its head and its codes: -1 stands before run 0.
    of_run = np.concatenate(
        [np.full(count, -1), np.repeat(np.arange(len(first)), 3), np.repeat(np.arange(len(first)), length)]
    )
    of_owner = np.concatenate([np.arange(count), np.repeat(owner, 3), np.repeat(owner, length)])
    numbers = np.concatenate([run_count, head.ravel(), codes]).astype(np.int64)
    return encode_numbers(numbers[np.lexsort((of_run, of_owner))])
