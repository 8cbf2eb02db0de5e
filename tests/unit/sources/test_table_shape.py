# SPDX-License-Identifier: MIT
import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.sources.table_shape import UnreadableTableError, measure_cells


def measure(
    tmp_path: Path, content: bytes, *, is_quoted: bool = True
) -> tuple[int, dict[str, tuple[int, int]]]:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    rows, columns = measure_cells(path, is_quoted=is_quoted)
    return rows, {cells.name: (cells.numbers, cells.texts) for cells in columns}


def test_a_number_column_with_signs_for_nothing_holds_numbers_only(tmp_path: Path) -> None:
    rows = "".join(f"id{n};{'–' if n % 5 == 0 else n};3,5;\n" for n in range(20))
    counted = measure(tmp_path, f"Gitter;Einwohner;Anteil;leer\n{rows}".encode())
    assert counted == (20, {"Gitter": (0, 20), "Einwohner": (16, 0), "Anteil": (20, 0), "leer": (0, 0)})


def test_the_sign_for_nothing_is_known_in_the_old_encoding_too(tmp_path: Path) -> None:
    content = "a;b\n–;Straße\n".encode("cp1252")
    assert measure(tmp_path, content) == (1, {"a": (0, 0), "b": (0, 1)})


def test_a_column_that_turns_to_text_far_behind_is_seen(tmp_path: Path) -> None:
    content = b"a;b\n" + b"1;2\n" * 300_000 + b"1;x1\n" * 200_000  # 2 MB: several blocks
    assert measure(tmp_path, content) == (500_000, {"a": (500_000, 0), "b": (300_000, 200_000)})


def test_cells_in_quotation_marks_may_hold_delimiters_and_line_ends(tmp_path: Path) -> None:
    content = b'name,text\n"Haus, rot","zwei\nZeilen"\n"er sagte ""ja""",4\n'
    assert measure(tmp_path, content) == (2, {"name": (0, 2), "text": (1, 1)})


def test_a_lone_quotation_mark_does_not_swallow_the_table(tmp_path: Path) -> None:
    content = b"name;n\n" + b'"am Markt;1\n' + b"Weg;2\n" * 200_000
    rows, columns = measure(tmp_path, content)
    assert rows == 200_001
    assert columns == {"name": (0, 200_001), "n": (200_001, 0)}


def test_a_table_without_header_has_numbered_columns_and_all_its_rows(tmp_path: Path) -> None:
    rows, columns = measure(tmp_path, b"N;05;Dortmund\nN;05;Hagen")
    assert rows == 2
    assert columns == {"column 1": (0, 2), "column 2": (2, 0), "column 3": (0, 2)}


def test_rows_of_another_width_count_as_rows_and_a_mark_before_the_header_is_no_part_of_it(
    tmp_path: Path,
) -> None:
    content = b"\xef\xbb\xbfname\tn\r\na\t1\r\nb\r\nc\t2\t3\r\n"
    assert measure(tmp_path, content) == (3, {"name": (0, 1), "n": (1, 0)})


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert measure(tmp_path, b"name;persons\n") == (0, {"name": (0, 0), "persons": (0, 0)})


CELL = st.sampled_from(["1", "-2,5", "1.234,5", "", " ", "–", "-", ".", "/", "Haus", 'a"b', "1a", "x;y"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=30))
def test_the_counts_agree_with_a_plain_loop(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])

    counted, columns = measure_cells(path, is_quoted=True)

    assert counted == len(rows)
    for cells, values in zip(columns, zip(*rows, strict=True), strict=True):
        numbers = sum(bool(re.fullmatch(r"-?[0-9]+([.,][0-9]+)*", value)) for value in values)
        nothing = sum(value.strip() in {"", "–", "-", ".", "/"} for value in values)
        assert (cells.numbers, cells.texts) == (numbers, len(values) - numbers - nothing)


def test_bytes_that_are_no_table_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTableError):
        measure(tmp_path, b"a;b\n" + b"\x00" * (1 << 21))
