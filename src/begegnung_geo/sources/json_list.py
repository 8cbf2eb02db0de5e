# SPDX-License-Identifier: MIT
"""A JSON document around one long list, read item by item: memory stays that of the largest item."""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from begegnung_geo.sources.http_answers import MEGABYTE

_BETWEEN = re.compile(r"[\s,]*")
_ENVELOPE_MAX = MEGABYTE
_ITEM_MAX = 64 * MEGABYTE


class EndsEarlyError(Exception):
    """The document breaks off."""


class StrangeJsonError(Exception):
    """The document is no JSON, or has no such list; `start` is how it begins."""

    def __init__(self, start: str) -> None:
        self.start = start
        super().__init__("is no JSON of the expected form")


class JsonList:
    """
    The objects in the list under a key of the outermost object, to be gone through once.

    Parameters
    ----------
    pieces
        The document as it arrives, in UTF-8.
    key
        The key of the list.

    Attributes
    ----------
    envelope
        The document with the list emptied; known when all items have been gone through.
    """

    def __init__(self, pieces: Iterable[bytes], *, key: str) -> None:
        self._pieces = iter(pieces)
        self._key = key
        self._list_start = re.compile(rf'"{re.escape(key)}"\s*:\s*\[')
        self._decode = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._is_over = False
        self.envelope: dict[str, Any] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """
        Yield each object.

        Raises
        ------
        EndsEarlyError
            If the document breaks off.
        StrangeJsonError
            If it is no JSON, has no such list, or an item is no object or larger than 64 MB.
        """
        head = self._read_head()
        at = 0
        while True:
            at = self._skip(at)
            if self._text[at : at + 1] == "]":
                break
            try:
                item, at = self._decode(self._text, at)
            except json.JSONDecodeError:
                self._text, at = self._text[at:], 0
                self._read_on()
                continue
            except (ValueError, RecursionError) as error:
                raise StrangeJsonError(self._text[at : at + 80]) from error
            if not isinstance(item, dict):
                raise StrangeJsonError(self._text[:80])
            yield item
        self._read_tail(head, at)

    def _read_head(self) -> str:
        while not (start := self._list_start.search(self._text)):
            if self._is_over or len(self._text) > _ENVELOPE_MAX:
                self._parse_envelope(self._text)
                raise StrangeJsonError(self._text[:512])
            self._read_more()
        head, self._text = self._text[: start.end()], self._text[start.end() :]
        return head

    def _read_tail(self, head: str, at: int) -> None:
        self._text = self._text[at:]
        while not self._is_over and len(self._text) < _ENVELOPE_MAX:
            self._read_more()
        self.envelope = self._parse_envelope(head + self._text)
        if self.envelope.get(self._key) != []:
            raise StrangeJsonError(head[:512])  # such a list, but somewhere deeper

    def _parse_envelope(self, text: str) -> dict[str, Any]:
        try:
            envelope = json.loads(text)
        except (ValueError, RecursionError) as error:
            if text.lstrip().startswith("{") and _breaks_off(error, text):
                raise EndsEarlyError from error
            raise StrangeJsonError(text[:512]) from error
        if not isinstance(envelope, dict):
            raise StrangeJsonError(text[:512])
        self.envelope = envelope
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
        # Twice as much each time: an item that spans many pieces is not tried once for each of them.
        if self._is_over:
            raise EndsEarlyError
        if len(self._text) > _ITEM_MAX:
            raise StrangeJsonError(self._text[:80])
        wanted, arrived = max(len(self._text), 1), 0
        parts = [self._text]
        while arrived < wanted and not self._is_over:
            parts.append(self._decode_next())
            arrived += len(parts[-1])
        self._text = "".join(parts)

    def _read_more(self) -> None:
        self._text += self._decode_next()

    def _decode_next(self) -> str:
        piece = next(self._pieces, None)
        self._is_over = piece is None
        try:
            return self._decoder.decode(piece or b"", final=piece is None)
        except UnicodeDecodeError as error:
            raise StrangeJsonError("") from error


def _breaks_off(error: Exception, text: str) -> bool:
    return isinstance(error, json.JSONDecodeError) and error.pos >= len(text.rstrip())


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
