# SPDX-License-Identifier: MIT
"""A figure of districts on a map: its classes, colours and words."""

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator

from begegnung_geo.render import symbols
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words

_CLASSES_MAX = 5
_ROUND_STEPS = [1, 2, 2.5, 5, 10]
_BREAK_DECIMALS = 10  # takes away the last bits of sums of steps

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Figures:
    """
    One figure a district of one level.

    Attributes
    ----------
    districts
        Rows of the table `districts`.
    values
        The figure of each, NaN where it is not known.
    column
        Its name in the table it comes from; `..._share` is told in percent, `persons...` as people.
    label
        What it is, in words.
    """

    districts: gpd.GeoDataFrame
    values: Floats
    column: str
    label: str

    @property
    def is_share(self) -> bool:
        """Whether the figure is a share, 0 to 1."""
        return self.column.endswith("_share") or self.column.startswith("share")


def find_breaks(values: Floats) -> list[float]:
    """
    Return the borders between the classes of a figure: round numbers, equally far apart.

    Parameters
    ----------
    values
        Known values, at least one.

    Returns
    -------
    breaks
        Rising, the lowest at most the least value and the highest at least the largest one, for five
        classes at most; of a single value two equal ends.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        return [low, high]
    ticks: Floats = np.round(
        MaxNLocator(_CLASSES_MAX, steps=_ROUND_STEPS).tick_values(low, high), _BREAK_DECIMALS
    )
    first, last = np.searchsorted(ticks, low, side="right") - 1, np.searchsorted(ticks, high, side="left")
    breaks: list[float] = ticks[max(first, 0) : last + 1].tolist()
    return breaks


def classify_figures(figures: Figures) -> list[int]:
    """
    Return the class of each district, -1 where the figure is not known.

    A value on a border belongs to the class above it, the largest one to the last class.
    """
    is_known = np.isfinite(figures.values)
    if not is_known.any():
        return [-1] * len(figures.values)
    breaks = find_breaks(figures.values[is_known])
    number = np.searchsorted(breaks[1:-1], figures.values, side="right")
    classes: list[int] = np.where(is_known, number, -1).tolist()
    return classes


def pick_figure_ramp(figures: Figures) -> list[str]:
    """Return the colours of the classes, small to large; none where no figure is known."""
    known = figures.values[np.isfinite(figures.values)]
    return symbols.blend_ramp(max(len(find_breaks(known)) - 1, 1)) if len(known) else []


def list_figure_items(figures: Figures, words: Words) -> list[dict[str, str]]:
    """Return the swatches of the legend: the classes as the eye sees them, then what is not known."""
    known = figures.values[np.isfinite(figures.values)]
    names = []
    if len(known):
        ends = [_say_break(value, figures, words) for value in find_breaks(known)]
        names = [words.say("own_map.between", low=low, high=high) for low, high in pairwise(ends)]
        names = ends[:1] if ends[0] == ends[-1] else names
    items = [
        {"look": "area", "name": name, "colour": symbols.composite(colour)}
        for name, colour in zip(names, pick_figure_ramp(figures), strict=True)
    ]
    if len(known) < len(figures.values):
        items.append({"look": "area", "name": words.say("own_map.unknown"), "colour": symbols.LAND})
    return items


def say_figure(value: float, figures: Figures, speaker: Speaker) -> str:
    """Return the figure of one district in words, as the pages tell figures of its kind."""
    if not np.isfinite(value):
        return speaker.words.say("own_map.unknown")
    if figures.is_share:
        return speaker.words.share(value)
    if figures.column.startswith("persons"):
        return speaker.persons(value)
    return speaker.words.number(value, decimals=_count_decimals(figures))


def _say_break(value: float, figures: Figures, words: Words) -> str:
    if figures.is_share:
        is_whole = value * 100 == round(value * 100)
        return words.share(value) if is_whole else words.percent(value, decimals=1)
    is_whole = figures.column.startswith("persons") or value == round(value)
    return words.number(value, decimals=0 if is_whole else _count_decimals(figures))


def _count_decimals(figures: Figures) -> int:
    """Return how many decimals tell three digits of the largest figure; none of whole numbers."""
    known = figures.values[np.isfinite(figures.values)]
    size = float(np.abs(known).max())
    if not size or (known == np.round(known)).all():
        return 0
    return int(np.clip(2 - np.floor(np.log10(size)), 0, 4))
