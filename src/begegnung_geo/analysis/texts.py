# SPDX-License-Identifier: MIT
"""Text from outside, made fit for one line of a table."""

import re
import unicodedata

import pandas as pd

NAME_LIMIT = 200
VALUE_LIMIT = 255
_SPACES = re.compile(r"\s+")


def clean_texts(texts: "pd.Series[str]", *, limit: int = VALUE_LIMIT) -> "pd.Series[str]":
    """
    Return texts in NFC on one line, without control and direction characters.

    Runs of white space become one blank, what is longer than `limit` characters ends
    in "…", what is empty then is null. Umlauts, case and HTML signs stay: escaping is
    up to who writes the page.
    """
    cleaned = {text: _clean(text, limit) for text in texts.dropna().unique()}
    return texts.map(cleaned).astype("str")


def _clean(text: str, limit: int) -> str | None:
    if len(text) > 4 * limit:
        text = text[: 4 * limit]
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        kept = ("" if unicodedata.category(c) in ("Cf", "Cn", "Co", "Cs") else c for c in text)
        text = "".join(c if c.isprintable() else " " for c in kept)
    text = _SPACES.sub(" ", text).strip()
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return text or None
