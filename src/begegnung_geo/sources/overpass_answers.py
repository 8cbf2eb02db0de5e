# SPDX-License-Identifier: MIT
"""An Overpass answer of any size, read object by object and written as OPL: memory stays flat."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.http_answers import TransientError, looks_like_html, parse_json
from begegnung_geo.sources.json_list import EndsEarlyError, JsonList, StrangeJsonError

_PLAIN = re.compile(r"[^A-Za-z0-9_:;./()äöüÄÖÜß-]")
_LETTERS = {"node": "n", "way": "w", "relation": "r"}


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
        self._list = JsonList(pieces, key="elements")
        self._url = url

    @property
    def envelope(self) -> dict[str, Any]:
        """The answer without its objects."""
        return self._list.envelope

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
        try:
            for element in self._list:
                if element.get("type") not in _LETTERS:
                    raise _strange(self._url)
                yield element
        except EndsEarlyError as error:
            raise TransientError("the answer ends early") from error
        except StrangeJsonError as error:
            self._require_no_remark()
            if looks_like_html(error.start.encode()):
                parse_json(error.start.encode(), url=self._url)
            raise _strange(self._url) from error
        self._require_no_remark()

    def _require_no_remark(self) -> None:
        remark = str(self.envelope.get("remark", ""))
        if "error" in remark.lower():
            raise TransientError(f"the query failed inside an answer 200: {remark[:200]}")


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
