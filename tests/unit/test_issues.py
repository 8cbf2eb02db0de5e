# SPDX-License-Identifier: MIT
from begegnung_geo.issues import (
    ISSUE_COLUMNS,
    IssueCode,
    build_issues,
    concat_issues,
    count_by_code,
    count_issue,
)


def test_one_line_a_row_with_its_own_text() -> None:
    issues = build_issues("list", IssueCode.ADDRESS_NOT_FOUND, rows=[14, 87], texts=["a", "b"])
    assert issues[["row", "text"]].to_numpy().tolist() == [["14", "a"], ["87", "b"]]
    assert tuple(issues.columns) == ISSUE_COLUMNS


def test_row_labels_and_texts_from_outside_stay_one_printable_line() -> None:
    issues = build_issues("list", IssueCode.PLACE_EXCLUDED, rows=["a\nb"], texts="\x1b[2J" + "x" * 1000)
    assert issues["row"].iloc[0] == "a b"
    assert issues["text"].iloc[0].isprintable()
    assert len(issues["text"].iloc[0]) <= 300


def test_zero_faults_make_no_line() -> None:
    assert len(count_issue("osm", IssueCode.OSM_RING_OPEN, count=0, text="none")) == 0


def test_concat_sorts_drops_repeats_and_keeps_counts() -> None:
    many = count_issue("osm", IssueCode.OSM_RING_OPEN, count=7, text="open")
    one = build_issues("list", IssueCode.PLACE_EXCLUDED, rows=["1"], texts="shed")
    both = concat_issues([many, one, many])
    assert both["source"].tolist() == ["list", "osm"]
    assert count_by_code(both) == {"OSM_RING_OPEN": 7, "PLACE_EXCLUDED": 1}


def test_concat_of_nothing_is_an_empty_table_with_columns() -> None:
    assert tuple(concat_issues([]).columns) == ISSUE_COLUMNS
