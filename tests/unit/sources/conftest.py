# SPDX-License-Identifier: MIT
"""A stand-in server for the tests of the fetching modules."""

from collections.abc import Iterator

import pytest

from live_standin.server import StandIn


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """A fresh server without data."""
    with StandIn(seconds_max=60) as server:
        yield server
