# SPDX-License-Identifier: MIT
"""Compiled code is used where it pays, and nothing needs numba."""

import pytest

from begegnung_geo.analysis import compiling, engines
from begegnung_geo.analysis.engines import is_compiled_used


@pytest.fixture(autouse=True)
def nothing_loaded():
    """Forget what earlier tests loaded."""
    engines._find_compiler.cache_clear()
    yield
    engines._find_compiler.cache_clear()


def test_compiled_code_is_used_where_it_pays_and_sooner_once_it_is_loaded():
    assert not is_compiled_used("auto", work=0.9)
    assert is_compiled_used("auto", work=1.1)
    assert is_compiled_used("auto", work=0.9)
    assert not is_compiled_used("auto", work=0.01)
    assert is_compiled_used("compiled", work=0.0)
    assert not is_compiled_used("plain", work=1e9)


def test_code_that_cannot_be_kept_must_pay_for_being_compiled_in_every_run(monkeypatch):
    monkeypatch.setattr(compiling, "IS_KEPT", False)  # an install nobody can write to, no home either
    assert not is_compiled_used("auto", work=1.1)
    assert is_compiled_used("auto", work=30.0)


@pytest.mark.usefixtures("without_numba")
def test_without_numba_nothing_is_compiled_and_asking_for_it_says_what_to_install():
    assert not is_compiled_used("auto", work=1e9)
    with pytest.raises(ModuleNotFoundError, match=r"begegnung-geo\[speed\]"):
        is_compiled_used("compiled", work=1e9)
