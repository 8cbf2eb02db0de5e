# SPDX-License-Identifier: MIT
"""The embedded town, written and run once for all tests of this folder."""

import shutil
from pathlib import Path

import pytest

from begegnung_geo.sample import write_sample
from towns import INHABITANTS, Town, lay_out, run_town


@pytest.fixture(scope="session")
def raw_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with Musterstadt's raw files."""
    out = tmp_path_factory.mktemp("raw")
    write_sample(out, inhabitants=INHABITANTS)
    return out


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, project: Path, raw_town: Path) -> Town:
    """Return Musterstadt, built once; do not change its files."""
    built = lay_out(tmp_path_factory.mktemp("town"), project)
    shutil.copytree(raw_town, built.raw)
    run_town(built.root)
    return built


@pytest.fixture
def fresh_town(tmp_path: Path, project: Path, town: Town) -> Town:
    """Return a copy of the built town that a test may change."""
    copy = lay_out(tmp_path / "town", project)
    for origin, target in ((town.raw, copy.raw), (town.processed, copy.processed), (town.site, copy.site)):
        shutil.copytree(origin, target)
    return copy
