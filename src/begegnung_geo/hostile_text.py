# SPDX-License-Identifier: MIT
"""Texts that a program might run or draw instead of showing them: formulas and HTML."""

import re
from typing import Literal

_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With these a spreadsheet takes a cell for a formula, the full-width forms included."""
HIDDEN_SIGNS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Characters that nobody can see: control codes, direction marks, half surrogates."""
_NUMBER = re.compile(r"\s*[-+－＋][\d\s().,/:°%€–-]*")
_BULLET = re.compile(r"\s*[-+－＋]\s+(?!.*[|!=])(?!.*\w\().*", re.DOTALL)
_MARKUP = re.compile(r"<[/!?]?[a-zA-Z]|<!--")


def is_formula_like(text: str) -> bool:
    """Tell whether a spreadsheet would take a text for a formula."""
    return text.lstrip().startswith(_FORMULA_SIGNS)


def is_list_sign(text: str) -> bool:
    """Tell whether a text's first sign only leads a number, a phone or a list's item: `-5`, `- montags`."""
    return bool(_NUMBER.fullmatch(text) or _BULLET.fullmatch(text))


def find_hostility(text: str) -> Literal["", "formula", "markup"]:
    """Return what a text might be taken for; empty where it is nothing but text."""
    if is_formula_like(text):
        return "formula"
    return "markup" if _MARKUP.search(text) else ""
