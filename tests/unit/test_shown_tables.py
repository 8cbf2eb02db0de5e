# SPDX-License-Identifier: MIT
"""Tables in a cell: numbers as people write them, names as text."""

import re

import numpy as np
import pandas as pd
import pytest

from begegnung_geo.errors import ConfigError
from begegnung_geo.shown_tables import show

NASTY = "<script>window.hit=1</script>"


def _read_cells(page: str, kind: str) -> list[str]:
    return re.findall(rf'<t[dh] [^>]*class="{kind}[^"]*"[^>]*>(.*?)</t', page)


def test_no_name_heading_or_caption_is_markup():
    table = pd.DataFrame(
        {NASTY: [NASTY], "n": [1.0]}, index=pd.MultiIndex.from_tuples([(NASTY, "x")], names=[NASTY, None])
    )
    page = show(table, NASTY, missing=NASTY).to_html()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 4  # caption, column, row, cell


def test_numbers_have_the_signs_of_the_language_and_missing_ones_a_word():
    table = pd.DataFrame(
        {"n": pd.array([12345, None], dtype="Int64"), "x": [1234.56, np.nan], "t": ["", "a"]}
    )
    german = _read_cells(show(table, "Zahlen", decimals=1, missing="unter 10").to_html(), "data")
    assert german == ["12.345", "1.234,6", "unter 10", "unter 10", "unter 10", "a"]
    english = _read_cells(show(table, "Numbers", decimals=1, language="en").to_html(), "data")
    assert english[:2] == ["12,345", "1,234.6"]


def test_rows_of_the_same_name_are_shown_words_left_and_the_bytes_are_the_same():
    table = pd.DataFrame({"Art": ["a", "b"], "n": [1, 2]}, index=["ohne Namen", "ohne Namen"])
    page = show(table, "Orte").to_html()
    assert _read_cells(page, "row_heading") == ["ohne Namen", "ohne Namen"]
    assert re.search(r"\.col0 \{\s*text-align: left;", page)
    assert ".col1" not in page
    assert show(table, "Orte").to_html() == page


def test_signs_that_turn_the_writing_direction_are_taken_out():
    page = show(pd.DataFrame({"a": ["x\u202ey"]}, index=["r\u202es"]), "Zeichen").to_html()
    assert "\u202e" not in page


def test_a_language_without_words_says_so():
    with pytest.raises(ConfigError, match="no words in 'fr'"):
        show(pd.DataFrame({"a": [1]}), "Titre", language="fr")
