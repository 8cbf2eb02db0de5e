# SPDX-License-Identifier: MIT
"""
Begegnungsorte of a city: inventory, walking reach, coverage and council maps.

For notebooks, `import begegnung_geo as bg`: `bg.load` opens the tables of a city's last run,
`bg.to_osmnx` and `bg.from_osmnx` take its walk network to networkx and back, `bg.reach`,
`bg.coverage` and `bg.gain` measure places of one's own, `bg.explore` shows them on a map, `bg.explain`
says why a place is listed. They stand in
`api.py`, which is loaded with its heavy libraries when one of them is first used.
"""

import importlib

__version__ = "0.1.0"

__all__ = [
    "BegegnungError",
    "City",
    "Network",
    "caveats",
    "coverage",
    "explain",
    "explore",
    "from_osmnx",
    "gain",
    "load",
    "reach",
    "show",
    "split_network",
    "to_osmnx",
]


def __getattr__(name: str) -> object:
    """Load the part of the surface that is asked for."""
    if name in __all__:
        return getattr(importlib.import_module("begegnung_geo.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the surface for notebooks, loaded or not."""
    return sorted({*globals(), *__all__})
