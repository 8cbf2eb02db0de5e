# SPDX-License-Identifier: MIT
"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# CI tries the same examples every time, so that what lands does not hang on luck; at a desk they vary.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the project's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real files; skips where it is absent, fails in CI."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("CI demands the real data beside the project (../shared/data)")
        pytest.skip("the real data (../shared/data) is not on this machine")
    return folder
