# SPDX-License-Identifier: MIT
"""Texts that a program might run or draw instead of showing them: formulas and HTML."""

import re
from typing import Literal

_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With these a spreadsheet takes a cell for a formula, the full-width forms included."""
_MARKUP = re.compile(r"<[/!?]?[a-zA-Z]")


def is_formula_like(text: str) -> bool:
    """Tell whether a spreadsheet would take a text for a formula."""
    return text.lstrip().startswith(_FORMULA_SIGNS)


def find_hostility(text: str) -> Literal["", "formula", "markup"]:
    """Return what a text might be taken for; empty where it is nothing but text."""
    if is_formula_like(text):
        return "formula"
    return "markup" if _MARKUP.search(text) else ""
