# SPDX-License-Identifier: MIT
"""
The ladder of imports as a picture, from the contracts that import-linter enforces.

`python docs/_ext/ladder.py` writes `docs/images/ladder.svg`.
"""

import sys
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

_WIDTH, _ROW, _BOX, _GAP = 1120, 44, 28, 8  # pixels
_LETTER = 8.0  # pixels a letter of the monospaced text, at 13 pixels
_PURE = (
    "analysis",
    "render",
)  # told apart by a dashed line and in the legend: they touch no file and no network
_TITLE = "The ladder: imports point down"
_LEGEND = (
    "A module imports only from rungs below its own. Dashed: computes, touches neither file nor network."
)


def read_layers(pyproject: Path) -> list[list[str]]:
    """Return the rungs from top to bottom; modules of one rung may not import each other."""
    contracts = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def tell_layers(layers: list[list[str]]) -> str:
    """Return the picture in words, for those who do not see it."""
    return "; then ".join(", ".join(names) for names in layers)


def draw(layers: list[list[str]]) -> str:
    """Return the ladder as SVG, one rung a line."""
    height = 64 + _ROW * len(layers) + 30
    rungs = [line for number, names in enumerate(layers) for line in _draw_rung(names, 56 + number * _ROW)]
    arrow = f"M24 56V{height - 44}m-6 -10l6 10l6 -10"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"',
        ' aria-labelledby="ladder-title ladder-words" font-family="monospace" font-size="13" fill="#1a1a1a">',
        f'<title id="ladder-title">{_TITLE}</title>',
        f'<desc id="ladder-words">From top to bottom: {escape(tell_layers(layers))}.</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _write(_TITLE, _WIDTH / 2, 30, size=17),
        f'<path d="{arrow}" fill="none" stroke="#1a1a1a" stroke-width="2"/>',
        *rungs,
        _write(_LEGEND, _WIDTH / 2, height - 14, size=13),
        "</svg>\n",
    ]
    return "\n".join(lines)


def _draw_rung(names: list[str], top: int) -> Iterator[str]:
    widths = [len(name) * _LETTER + 20 for name in names]
    left = (_WIDTH - sum(widths) - _GAP * (len(names) - 1)) / 2
    for name, width in zip(names, widths, strict=True):
        line = 'stroke="#2b5d8a" stroke-dasharray="5 3"' if name in _PURE else 'stroke="#2b5d8a"'
        size = f'width="{width:g}" height="{_BOX}" rx="4"'
        yield f'<rect x="{left:g}" y="{top}" {size} fill="#eef3f8" {line}/>'
        yield _write(name, left + width / 2, top + 18, size=13)
        left += width + _GAP


def _write(text: str, x: float, y: float, *, size: int) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle" font-size="{size}">{escape(text)}</text>'


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    picture = draw(read_layers(root / "pyproject.toml"))
    (root / "docs" / "images" / "ladder.svg").write_text(picture, encoding="utf-8")
    sys.stdout.write("docs/images/ladder.svg\n")
