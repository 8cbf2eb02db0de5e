# SPDX-License-Identifier: MIT
"""
Which engine does a search: numba's compiled code, or numpy and scipy.

Compiled code is many times faster, but importing numba and loading machine code takes half
a second, and compiling it on a machine's first run some seconds. So small searches stay
without it. Both engines give the same numbers, so that no result depends on what is installed.
"""

from functools import cache
from typing import Literal

Engine = Literal["auto", "compiled", "plain"]
"""Who searches: the faster one, numba's code (an error where numba is missing), or numpy and scipy."""

_COMPILE_FACTOR = 20  # so much more work it must be where code is compiled anew in every run
_LOADED_FACTOR = 50  # so much less work where numba is loaded already


def is_compiled_used(engine: Engine, *, work: float) -> bool:
    """
    Return whether compiled code is to be used.

    Parameters
    ----------
    engine
        What the caller asks for.
    work
        1 where numpy and scipy take as long as compiled code together with loading it.

    Raises
    ------
    ModuleNotFoundError
        If compiled code is asked for by name and numba is missing.
    """
    if engine == "compiled":
        if _find_compiler() is None:
            raise ModuleNotFoundError(
                "numba is not installed: pip install 'begegnung-geo[speed]'", name="numba"
            )
        return True
    work_min = 1 / _LOADED_FACTOR if _find_compiler.cache_info().currsize else 1
    if engine == "plain" or work < work_min:
        return False
    is_kept = _find_compiler()
    return is_kept is not None and (is_kept or work >= _COMPILE_FACTOR)


@cache
def _find_compiler() -> bool | None:
    # Whether compiled code is kept for the next run; None without numba.
    try:
        from begegnung_geo.analysis import compiling  # noqa: PLC0415 - numba is optional, slow to import
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in {"numba", "llvmlite"}:
            raise
        return None
    return compiling.IS_KEPT
