# SPDX-License-Identifier: MIT
"""A table in a cell as people read it: numbers of the language, text from outside as text."""

import hashlib
import html
from collections.abc import Hashable

import pandas as pd
from pandas.io.formats.style import Styler

from begegnung_geo.render.text import clean_text, require_language

_SIGNS = {"de": (".", ","), "en": (",", ".")}  # of thousands, of decimals


def show(
    table: pd.DataFrame, caption: str, *, decimals: int = 0, missing: str = "–", language: str = "de"
) -> Styler:
    """
    Return a table for people: as the last line of a cell it is shown.

    pandas' own styles leave markup in names as it is; here every name, heading and text is cleaned and
    escaped, as on the pages of the site.

    Parameters
    ----------
    table
        The rows and columns to show; the index is the head of each row, its name is not shown.
        Columns of whole numbers (`Int64`) have no decimals.
    caption
        What the table shows, in a sentence.
    decimals
        Of numbers that are not whole.
    missing
        Stands for null values and empty texts.
    language
        `de` (1.234,5) or `en` (1,234.5).

    Returns
    -------
    styler
        Words left, numbers right; the same table gives the same HTML.

    Raises
    ------
    ConfigError
        If there are no words in the language.

    Examples
    --------
    >>> city = bg.load("musterstadt")
    >>> people = city.table("published_city_coverage").set_index("profile")[["persons"]]
    >>> "<caption>Menschen</caption>" in bg.show(people, "Menschen").to_html()
    True
    """
    require_language(language)
    shown = table.rename(index=_clean, columns=_clean).rename_axis(columns=None)
    words = [n for n in range(table.shape[1]) if not pd.api.types.is_numeric_dtype(table.iloc[:, n])]
    for number in words:
        shown.isetitem(number, [_clean(value) or None for value in table.iloc[:, number]])
    styler = shown.style.set_uuid(hashlib.sha256(caption.encode()).hexdigest()[:12])
    thousands, decimal = _SIGNS[language]
    styler = styler.set_caption(html.escape(caption)).format(
        escape="html",
        precision=decimals,
        na_rep=html.escape(missing),
        thousands=thousands,
        decimal=decimal,
    )
    styler = styler.hide(names=True)  # pandas gives them a row of their own
    for axis in ("index", "columns"):
        styler = styler.format_index(escape="html", axis=axis)
    return styler.set_table_styles(
        [{"selector": f".col{number}", "props": [("text-align", "left")]} for number in words]
    )


def _clean(value: Hashable) -> Hashable:
    return clean_text(value) if isinstance(value, str) else value
