# SPDX-License-Identifier: MIT
"""Small towns of streets, written down as node coordinates and lists of nodes."""

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from begegnung_geo.analysis import engines

CRS = "EPSG:25832"

Town = Callable[..., gpd.GeoDataFrame]


def _build_walkways(
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, Sequence[int]],
    *,
    steps: Iterable[int] = (),
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "walkway_id": [f"way/{way}" for way in ways],
            "way_id": np.array(list(ways), dtype=np.int64),
            "highway": ["steps" if way in set(steps) else "footway" for way in ways],
            "name": pd.Series([f"Weg {way}" for way in ways], dtype="str"),
            "step_free": ["no" if way in set(steps) else "yes" for way in ways],
            "node_ids": [list(ids) for ids in ways.values()],
            "tags": ["{}"] * len(ways),
        },
        geometry=[shapely.LineString([nodes[node] for node in ids]) for ids in ways.values()],
        crs=CRS,
    )


def _build_points(coordinates: Mapping[str, tuple[float, float]], key: str) -> gpd.GeoDataFrame:
    xy = np.array(list(coordinates.values()), dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(
        {key: pd.Series(list(coordinates), dtype="str")}, geometry=shapely.points(xy), crs=CRS
    )


@pytest.fixture(scope="session")
def build_walkways() -> Town:
    """Return a function: node coordinates and ways to the table `walkways`."""
    return _build_walkways


@pytest.fixture(scope="session")
def build_points() -> Town:
    """Return a function: names and coordinates to a table of points."""
    return _build_points


@pytest.fixture
def without_numba(monkeypatch):
    """Let every import of numba fail, as where it is not installed."""
    imported = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.endswith("analysis") and "compiling" in (args[2] if len(args) > 2 else ()):
            raise ModuleNotFoundError("No module named 'numba'", name="numba")
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    engines._find_compiler.cache_clear()
    yield
    engines._find_compiler.cache_clear()
