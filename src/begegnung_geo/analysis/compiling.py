# SPDX-License-Identifier: MIT
"""
How kernels are compiled (needs numba); `engines` decides when they are used.

Kernels allocate nothing and are compiled without numba's reference counting
(`_nrt=False`); with it, the same searches take four times as long.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_F = TypeVar("_F", bound=Callable[..., Any])


def _can_keep() -> bool:
    # Numba raises at once where neither the program's folder nor the user's cache folder can be written.
    try:
        njit(cache=True)(_can_keep)
    except RuntimeError:
        return False
    return True


IS_KEPT = _can_keep()
"""Whether compiled code is kept for the next run."""

_OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}


def compile_kernel(function: _F) -> _F:
    """Compile on first use, for the argument types of that use."""
    compiled: _F = njit(cache=IS_KEPT, **_OPTIONS)(function)
    return compiled


def inline_kernel(function: _F) -> _F:
    """Put a function's code where it is called."""
    compiled: _F = njit(inline="always", **_OPTIONS)(function)
    return compiled
