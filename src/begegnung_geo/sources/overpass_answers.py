# SPDX-License-Identifier: MIT
"""An Overpass answer of any size, read object by object and written as OPL: memory stays flat."""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.http_answers import MEGABYTE, TransientError, looks_like_html, parse_json

_LIST_START = re.compile(r'"elements"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_ENVELOPE_MAX = MEGABYTE
_ELEMENT_MAX = 64 * MEGABYTE
_PLAIN = re.compile(r"[^A-Za-z0-9_:;./()äöüÄÖÜß-]")
_LETTERS = {"node": "n", "way": "w", "relation": "r"}
_decode = json.JSONDecoder().raw_decode


class OverpassAnswer:
    """
    The objects of an answer, to be gone through once; `envelope` is known afterwards.

    Parameters
    ----------
    pieces
        The body as it arrives.
    url
        Where it comes from, for messages.
    """

    def __init__(self, pieces: Iterable[bytes], *, url: str) -> None:
        self._pieces = iter(pieces)
        self._url = url
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._is_over = False
        self.envelope: dict[str, Any] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """
        Yield each object.

        Raises
        ------
        TransientError
            If the answer ends early, or carries an error remark.
        SourceError
            If it is no answer of Overpass.
        """
        head = self._read_head()
        at = 0
        while True:
            at = self._skip(at)
            if self._text[at : at + 1] == "]":
                break
            try:
                element, at = _decode(self._text, at)
            except json.JSONDecodeError:
                self._text, at = self._text[at:], 0
                self._read_on()
                continue
            if not isinstance(element, dict) or element.get("type") not in _LETTERS:
                raise _strange(self._url)
            yield element
        self._read_tail(head, at)

    def _read_head(self) -> str:
        while not (start := _LIST_START.search(self._text)):
            if looks_like_html(self._text[:512].encode()) or len(self._text) > _ENVELOPE_MAX:
                parse_json(self._text[:512].encode(), url=self._url)
            if self._is_over:
                self._require_envelope(self._text)
                raise _strange(self._url)
            self._read_more()
        head, self._text = self._text[: start.end()], self._text[start.end() :]
        return head

    def _read_tail(self, head: str, at: int) -> None:
        self._text = self._text[at:]
        while not self._is_over and len(self._text) < _ENVELOPE_MAX:
            self._read_more()
        self.envelope = self._require_envelope(head + self._text)

    def _require_envelope(self, text: str) -> dict[str, Any]:
        envelope = parse_json(text.encode(), url=self._url)
        remark = str(envelope.get("remark", "")) if isinstance(envelope, dict) else ""
        if "error" in remark.lower():
            raise TransientError(f"the query failed inside an answer 200: {remark[:200]}")
        if not isinstance(envelope, dict):
            raise _strange(self._url)
        return envelope

    def _skip(self, at: int) -> int:
        while True:
            match = _BETWEEN.match(self._text, at)
            at = match.end() if match else at
            if at < len(self._text):
                return at
            self._text, at = "", 0
            self._read_on()

    def _read_on(self) -> None:
        if self._is_over:
            raise TransientError("the answer ends early")
        if len(self._text) > _ELEMENT_MAX:
            raise _strange(self._url)
        self._read_more()

    def _read_more(self) -> None:
        piece = next(self._pieces, None)
        self._is_over = piece is None
        try:
            self._text += self._decoder.decode(piece or b"", final=piece is None)
        except UnicodeDecodeError as error:
            raise _strange(self._url) from error


def write_opl(elements: Iterable[dict[str, Any]], out: TextIO, *, url: str) -> None:
    """
    Write objects as OPL, one a line: id, version, time, tags, shape; never user names.

    Raises
    ------
    SourceError
        If an object is not of the expected form.
    """
    for element in elements:
        try:
            out.write(_format_element(element))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _strange(url) from error


def _format_element(element: dict[str, Any]) -> str:
    kind = element["type"]
    fields = [f"{_LETTERS[kind]}{int(element['id'])}"]
    if "version" in element:
        fields.append(f"v{int(element['version'])}")
    if "timestamp" in element:
        fields.append(f"t{_escape(element['timestamp'])}")
    tags = element.get("tags") or {}
    fields.append("T" + ",".join(f"{_escape(key)}={_escape(value)}" for key, value in tags.items()))
    if kind == "node":
        fields.append(f"x{float(element['lon']):.7f} y{float(element['lat']):.7f}")
    elif kind == "way":
        fields.append("N" + ",".join(f"n{int(ref)}" for ref in element.get("nodes") or []))
    else:
        members = element.get("members") or []
        fields.append(
            "M"
            + ",".join(f"{_LETTERS[m['type']]}{int(m['ref'])}@{_escape(m.get('role', ''))}" for m in members)
        )
    return " ".join(fields) + "\n"


def _escape(text: str) -> str:
    return _PLAIN.sub(lambda match: f"%{ord(match.group()):x}%", text)


def _strange(url: str) -> SourceError:
    return SourceError(
        "the answer is not that of Overpass", where=url, hint="check the url of the source: it ends in /api"
    )
