# SPDX-License-Identifier: MIT
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.sources.json_list import EndsEarlyError, JsonList, StrangeJsonError


def read(body: bytes, size: int = 7) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    listed = JsonList((body[at : at + size] for at in range(0, len(body), size)), key="rows")
    return list(listed), listed.envelope


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers(), max_size=3), max_size=5
    ),
    st.integers(1, 40),
    st.sampled_from([None, 2]),
)
def test_a_list_reads_the_same_whatever_pieces_it_comes_in(
    rows: list[dict[str, Any]], size: int, indent: int | None
) -> None:
    document = {"before": {"x": 1}, "rows": rows, "after": "ä"}
    found, envelope = read(json.dumps(document, indent=indent, ensure_ascii=False).encode(), size)
    assert found == rows
    assert envelope == {**document, "rows": []}


def test_a_document_cut_anywhere_is_not_taken_for_the_whole() -> None:
    whole = json.dumps({"a": 1, "rows": [{"b": "}]"}, {"c": [1]}], "d": 2}).encode()
    for cut in range(len(whole)):
        with pytest.raises((EndsEarlyError, StrangeJsonError)):
            read(whole[:cut])


@pytest.mark.parametrize(
    "body",
    [
        b"<html>", b"[]", b"5", b"\xff", b'{"rows": 5}', b'{"rows": [5]}', b'{"rows": [[1]]}',
        b'{"rows": {}}',
        b'{"deeper": {"rows": [{}]}}', b'{"rows": [{}]} and more', b'{"rows": [{"a": NaN}]}',
        b'{"rows": [{"a": ' + b"[" * 100_000, b"[" * 100_000, b'{"rows": [' + b'{"a":' * 100_000,
    ],
)  # fmt: skip
def test_something_else_is_refused_however_deep(body: bytes) -> None:
    with pytest.raises((EndsEarlyError, StrangeJsonError)):
        read(body, 4096)


def test_an_item_of_many_pieces_is_not_tried_for_each_of_them() -> None:
    # 1.6 MB in pieces of 1,000 bytes: with one try a piece this takes half a minute.
    rows = [{"shape": [[n, n] for n in range(120_000)]}]
    assert read(json.dumps({"rows": rows}).encode(), 1000)[0] == rows
