# SPDX-License-Identifier: MIT
"""Text on its way out: one line, nothing private, nothing a spreadsheet would run."""

import re

import pandas as pd

CELL_MAX = 32_767  # what a cell of Excel holds
REMOVED = "[entfernt]"
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
# The second lock: `analysis` has already left out private columns. Mail addresses and
# telephone numbers can still stand inside a name, an operator or opening hours.
_MAIL = re.compile(
    r"[^\s@<>()\[\],;:\"']{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63})+", re.IGNORECASE
)
_PHONE = re.compile(
    r"(?<!\w)(?<!\d[.,:-])(?:\+\s?\d|00\d|\(?0\d{1,5}\)?)(?:[\s/()-]{0,3}\d){4,14}(?![\w:]|\.\d)"
)
_PHONE_DIGITS_MIN = 9  # fewer digits may be opening hours: 0900-1700


def clean_texts(texts: pd.Series) -> pd.Series:
    """Return texts in one line without invisible characters, mail addresses, phone numbers; blank is null."""
    cleaned = {text: clean_text(text) for text in texts.dropna().unique()}
    return texts.map(cleaned).astype("str")


def clean_text(text: str) -> str | None:
    """Return one text as `clean_texts` does."""
    line = _CONTROL.sub(" ", _INVISIBLE.sub("", text)).strip()
    if any(sign in line for sign in ("@", "(at)", "[at]")):
        line = _MAIL.sub(REMOVED, line)
    if any(char.isdigit() for char in line):
        line = _PHONE.sub(_hide_phone, line)
    return (line if len(line) <= CELL_MAX else line[: CELL_MAX - 1] + "…") or None


def neutralise(text: str) -> str:
    """Return a text that a spreadsheet reads as text: an apostrophe before `=`, `+`, `-`, `@`."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def is_formula_like(text: str) -> bool:
    """Return whether a spreadsheet would take a text for a formula."""
    return text.startswith(_FORMULA_SIGNS)


def _hide_phone(match: re.Match[str]) -> str:
    digits = sum(char.isdigit() for char in match[0])
    return REMOVED if digits >= _PHONE_DIGITS_MIN else match[0]
