# SPDX-License-Identifier: MIT
"""Text on its way out: one line, nothing private, nothing a spreadsheet would run."""

import re

import pandas as pd

from begegnung_geo.hostile_text import is_formula_like
from begegnung_geo.privacy import redact_text

CELL_MAX = 32_767  # what a cell of Excel holds
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


def clean_texts(texts: pd.Series) -> pd.Series:
    """Return texts in one line without invisible characters, mail addresses, phone numbers; blank is null."""
    cleaned = {text: clean_text(text) for text in texts.dropna().unique()}
    return texts.map(cleaned).astype("str")


def format_metres(distance_m: float) -> str:
    """Return whole metres as German readers write them: `1.197`."""
    return f"{distance_m:,.0f}".replace(",", ".")


def clean_text(text: str) -> str | None:
    """Return one text as `clean_texts` does."""
    line = _CONTROL.sub(" ", _INVISIBLE.sub("", text)).strip()
    # The second lock: the readers have already left out private columns and contacts.
    line = redact_text(line)
    return (line if len(line) <= CELL_MAX else line[: CELL_MAX - 1] + "…") or None


def neutralise(text: str) -> str:
    """Return a text that a spreadsheet reads as text: an apostrophe before `=`, `+`, `-`, `@`."""
    return f"'{text}" if is_formula_like(text) else text
