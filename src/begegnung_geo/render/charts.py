# SPDX-License-Identifier: MIT
"""Charts of the fact sheets, drawn by matplotlib as SVG documents that stay readable in grey."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from begegnung_geo.render.symbols import GAP, INK, UNKNOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "begegnung_geo",  # ids by content: the same chart gives the same bytes
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
}
_WIDTH_IN = 7.1
_BAR_IN = 0.22
_GROUND = {"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.0}  # the city's line must not cross figures
_FILL, _CITY = "#3b6ea0", "#55545c"
_NAME_LIMIT = 34


@dataclass(frozen=True)
class Bar:
    """
    One bar: `share` 0-1 and its text; None where there is no share, the text then says why.

    Where not all walks are known `share_high` is the upper end: what lies between is dotted.
    """

    name: str
    share: float | None
    text: str
    is_flagged: bool = False
    share_high: float | None = None


@dataclass(frozen=True)
class Curve:
    """Share of the people (0-1) who need at most so many minutes, one value a minute from 0."""

    name: str
    share: npt.NDArray[np.float64]


def draw_bars(bars: Sequence[Bar], *, city: Bar) -> str:
    """
    Return horizontal bars against the line of the whole city, as SVG.

    Flagged bars are hatched in the colour of gaps; what is not known is dotted, from a
    range's lower end to its upper one, or over the whole width where there is no share.
    The value stands behind each bar.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - heavy, and only needed where charts are drawn
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(_STYLE):
        height = _BAR_IN * max(len(bars), 1) + 0.3
        figure = Figure(figsize=(_WIDTH_IN, height))
        axes = figure.add_subplot()
        for row, bar in enumerate(bars):
            share = (bar.share or 0.0) * 100
            axes.barh(
                row,
                share,
                height=0.62,
                facecolor="#ffffff" if bar.is_flagged else _FILL,
                edgecolor=GAP if bar.is_flagged else _FILL,
                hatch="////" if bar.is_flagged else None,
            )
            end = share if bar.share_high is None else bar.share_high * 100
            if bar.share is None:
                _draw_unknown(axes, row, ends=(0.0, 100.0))
            elif end > share:
                _draw_unknown(axes, row, ends=(share, end))
            axes.text(end + 1.2, row, bar.text, va="center", color=INK, bbox=_GROUND)
        if city.share is not None:
            axes.axvline(city.share * 100, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=0)
            axes.annotate(
                city.text,
                (city.share * 100, -0.62),
                ha="center",
                va="bottom",
                color=INK,
                fontweight="bold",
                annotation_clip=False,
            )
        names = [
            bar.name if len(bar.name) <= _NAME_LIMIT else bar.name[: _NAME_LIMIT - 1] + "…" for bar in bars
        ]
        axes.set_yticks(range(len(bars)), labels=[_escape(name) for name in names])
        axes.set_ylim(max(len(bars), 1) - 0.5, -0.6)
        longest = max((len(_escape(bar.name)) for bar in bars), default=0)
        figure.subplots_adjust(left=0.02 + 0.0105 * longest, right=0.99, bottom=0.02, top=1 - 0.24 / height)
        axes.set_xlim(0, 118)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        return _print(figure)


def draw_curves(own: Curve, city: Curve | None, *, limits_min: Sequence[int], labels: tuple[str, str]) -> str:
    """
    Return how the share grows with the minutes: the area as a solid line, the city dashed, as SVG.

    Parameters
    ----------
    limits_min
        Minutes that get an upright line.
    labels
        Of the axes: minutes, share.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - heavy, and only needed where charts are drawn
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_IN, 1.75))
        axes = figure.add_subplot()
        minutes = np.arange(len(own.share))
        for limit in limits_min:
            axes.axvline(limit, color="#d9d6cf", linewidth=1)
        figure.subplots_adjust(left=0.075, right=0.985, bottom=0.25, top=0.96)
        lines = [axes.plot(minutes, own.share * 100, color=_FILL, linewidth=2.4, label=_escape(own.name))[0]]
        if city is not None:
            lines += axes.plot(
                minutes,
                city.share * 100,
                color=_CITY,
                linewidth=1.6,
                linestyle=(0, (4, 2)),
                label=_escape(city.name),
            )
        axes.set_xlim(0, len(own.share) - 1)
        axes.set_ylim(0, 102)
        axes.set_xticks(sorted({0, *limits_min, len(own.share) - 1}))
        axes.set_yticks([0, 25, 50, 75, 100])
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        axes.legend(handles=lines, frameon=False, loc="lower right")
        return _print(figure)


def _draw_unknown(axes: "Axes", row: int, *, ends: tuple[float, float]) -> None:
    low, high = ends
    axes.barh(
        row,
        high - low,
        left=low,
        height=0.62,
        facecolor="#ffffff",
        edgecolor=UNKNOWN,
        hatch="...",
        linewidth=0.8,
    )


def _print(figure: "Figure") -> str:
    text = StringIO()
    metadata: dict[str, Any] = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with warnings.catch_warnings():
        # Letters stay text and the reader's fonts show them; what matplotlib's own font lacks is no fault.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(text, format="svg", metadata=metadata, transparent=True)
    # Without the XML head: what remains is one element that can stand in a page or a data address.
    svg = text.getvalue()
    return svg[svg.index("<svg") :]


def _escape(name: str) -> str:
    short = name if len(name) <= _NAME_LIMIT else name[: _NAME_LIMIT - 1] + "…"
    return short.replace("$", r"\$")  # a dollar sign would begin a formula
