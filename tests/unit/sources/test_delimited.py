# SPDX-License-Identifier: MIT
"""CSV in batches: encodings, separators, numbers and line numbers."""

import numpy as np
import pyarrow as pa
import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.delimited import open_delimited, parse_numbers, stream_columns


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("-1", -1),
        ("2,5", 2.5),
        ("2.5", 2.5),
        ("1.234,5", 1234.5),
        ("1.234.567,5", 1234567.5),
        ("1e3", 1000),
        (".5", 0.5),
        ("1.234.567", np.nan),
        ("1,2,3", np.nan),
        ("1e999", np.nan),
        ("inf", np.nan),
        ("0x10", np.nan),
        ("1_000", np.nan),
        ("", np.nan),
        (None, np.nan),
        ("–", np.nan),
    ],
)
def test_numbers_are_read_in_german_and_english_writing(text, number):
    values, marks = parse_numbers(pa.array([text], pa.string()))
    assert values.tolist() == pytest.approx([number], nan_ok=True)
    assert marks.tolist() == [text == "–"]


def test_line_numbers_stay_right_after_lines_that_are_left_out(tmp_path):
    path = tmp_path / "z.csv"
    path.write_text("\na;b\n1;x\n2\n3;y\n4;z;too much\n\n5;w\n")
    file = open_delimited(path)
    rows = [text for (column,) in stream_columns(file, ["a"]) for text in column.to_pylist()]
    lines = {text: file.find_line(row) for row, text in enumerate(rows) if text}
    assert lines == {"1": 3, "3": 5, "5": 8}
    assert file.skipped_lines == [4, 6]


def test_columns_come_in_the_order_asked_for_and_quotes_are_undone(tmp_path):
    path = tmp_path / "z.csv"
    path.write_bytes('\ufeff"Länge";"b"\n"1;5";2\n'.encode())
    file = open_delimited(path)
    assert file.columns == ("Länge", "b")
    batches = list(stream_columns(file, ["b", "Länge"]))
    assert [column.to_pylist() for column in batches[0]] == [["2"], ["1;5"]]


def test_a_file_that_is_cut_off_in_a_character_or_is_no_text_raises_or_falls_back(tmp_path):
    path = tmp_path / "z.csv"
    path.write_bytes("a;b\n1;ö".encode()[:-1])
    assert open_delimited(path).encoding == "iso-8859-1"
    path.write_bytes(b"a;b\n\0\0\n")
    with pytest.raises(SourceError, match="cannot be read as a table"):
        open_delimited(path)
