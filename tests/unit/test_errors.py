# SPDX-License-Identifier: MIT
from begegnung_geo.errors import BegegnungError, CrsError, SchemaError, format_rows


def test_error_prints_what_where_and_next_on_three_lines() -> None:
    error = BegegnungError("3 places have no address", where="list.csv, rows 1, 2, 3", hint="add them")
    assert str(error).splitlines() == [
        "error: 3 places have no address",
        "where: list.csv, rows 1, 2, 3",
        "next:  add them",
    ]


def test_error_stays_three_lines_when_input_holds_line_breaks_and_escape_codes() -> None:
    error = BegegnungError("bad\nname \x1b[31mred", where="a\r\nb", hint="c")
    assert len(str(error).splitlines()) == 3
    assert "\x1b" not in str(error)


def test_empty_parts_leave_their_line_out() -> None:
    assert str(BegegnungError("only this")) == "error: only this"


def test_schema_and_crs_errors_are_value_errors_too() -> None:
    assert issubclass(SchemaError, ValueError)
    assert issubclass(CrsError, ValueError)


def test_format_rows_shows_the_first_five_and_the_count() -> None:
    assert format_rows([1, 2, 3]) == "1, 2, 3"
    assert format_rows(list(range(1, 8))) == "1, 2, 3, 4, 5 … (7 in all)"
