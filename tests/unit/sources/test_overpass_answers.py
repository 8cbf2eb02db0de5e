# SPDX-License-Identifier: MIT
import io
import json
from pathlib import Path
from typing import Any

import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.http_answers import TransientError
from begegnung_geo.sources.overpass_answers import OverpassAnswer, write_opl

ELEMENTS: list[dict[str, Any]] = [
    {"type": "node", "id": 1, "lat": 51.5, "lon": 7.4, "tags": {"name": 'Haus "]}, {" = 50 %, links'}},
    {"type": "way", "id": 2, "version": 3, "timestamp": "2026-01-03T00:00:00Z", "nodes": [1, 1]},
]


def pieces_of(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def read(body: bytes, size: int = 7) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    answer = OverpassAnswer(pieces_of(body, size), url="u")
    return list(answer), answer.envelope


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3), max_size=5),
    st.integers(1, 40),
    st.sampled_from([None, 2]),
)
def test_an_answer_reads_the_same_whatever_pieces_it_comes_in(
    tags: list[dict[str, str]], size: int, indent: int | None
) -> None:
    elements = [{"type": "node", "id": n, "tags": found} for n, found in enumerate(tags)]
    document = {
        "version": 0.6,
        "osm3s": {"timestamp_osm_base": "2026"},
        "elements": elements,
        "remark": "slow",
    }

    found, envelope = read(json.dumps(document, indent=indent, ensure_ascii=False).encode(), size)

    assert found == elements
    assert envelope == {**document, "elements": []}


def test_an_answer_cut_anywhere_is_not_taken_for_the_whole() -> None:
    whole = json.dumps({"version": 0.6, "elements": ELEMENTS, "generator": "x"}).encode()
    for cut in range(len(whole)):
        with pytest.raises((TransientError, SourceError)):
            read(whole[:cut])


def test_an_error_remark_after_some_objects_is_an_error() -> None:
    body = json.dumps({"elements": ELEMENTS, "remark": "runtime error: Query timed out in query"}).encode()
    with pytest.raises(TransientError, match="Query timed out"):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><p>busy",
        b"[]",
        b"5",
        b'{"elements": 5}',
        b'{"elements": [5]}',
        b'{"elements": [{"id": 1}]}',
        b"\xff",
    ],
)
def test_something_else_is_no_answer(body: bytes) -> None:
    with pytest.raises(SourceError):
        read(body)


def test_written_as_opl_and_read_by_osmium_nothing_is_lost_and_no_user_added(tmp_path: Path) -> None:
    relation = {
        "type": "relation",
        "id": 9,
        "user": "A Mapper",
        "members": [{"type": "way", "ref": 2, "role": "äußere @ Kante"}, {"type": "node", "ref": 1}],
    }
    out = io.StringIO()
    write_opl([*ELEMENTS, relation], out, url="u")
    path = tmp_path / "o.opl"
    path.write_text(out.getvalue(), encoding="utf-8")

    node, way, members = None, None, None
    for item in osmium.FileProcessor(str(path)):
        if item.is_node():
            node = (dict(item.tags), item.location.lon, item.location.lat)
        elif item.is_way():
            way = (item.version, [n.ref for n in item.nodes])
        else:
            members = [(m.type, m.ref, m.role) for m in item.members]
    assert node == (ELEMENTS[0]["tags"], 7.4, 51.5)
    assert way == (3, [1, 1])
    assert members == [("w", 2, "äußere @ Kante"), ("n", 1, "")]
    assert "Mapper" not in out.getvalue()


@pytest.mark.parametrize(
    "element",
    [{"type": "node", "id": 1}, {"type": "way", "id": "x"}, {"type": "way", "id": 1, "tags": {"a": 5}}],
)
def test_an_object_without_its_parts_is_told(element: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="not that of Overpass"):
        write_opl([element], io.StringIO(), url="u")
