# SPDX-License-Identifier: MIT
"""
The door between osmnx and the services: osmnx words the questions, our own client asks them.

osmnx waits without end on 429 and 504, and takes a 200 with "Query timed out" for an
empty area. Its requests go through an adapter of ours instead of the network: so hosts, pauses,
the deadline (headers included), sizes, redirects and certificates are those of `PoliteClient`,
and what comes back is checked before osmnx sees it.
"""

import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import osmnx
import requests
from requests.adapters import BaseAdapter

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.http_answers import TransientError, iter_body, parse_json
from begegnung_geo.sources.http_client import PoliteClient

BodyReader = Callable[[Iterator[bytes], str], Any]
"""Takes the pieces of a body and its address; returns the JSON value that osmnx is to see."""

_OK = 200
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def guard_osmnx(
    client: PoliteClient, *, endpoint: str, read_body: BodyReader, limit_bytes: int
) -> Iterator[None]:
    """
    Let osmnx ask one service for the length of the block, through the client.

    osmnx keeps its settings in its module, makes its own sessions, and pins the service's
    address by replacing `socket.getaddrinfo`; all is put back afterwards.

    Parameters
    ----------
    client
        Asks the questions, under its rules.
    endpoint
        Base address of an Overpass (`…/api`) or Nominatim service.
    read_body
        Checks, and may replace, each answer.
    limit_bytes
        Largest answer, unpacked.

    Raises
    ------
    TransientError
        From inside the block, for faults that may pass.
    SourceError
        From inside the block, for refusals and answers that are no data.
    """
    client.require_allowed(endpoint)
    changes = {
        "overpass_url": endpoint,
        "nominatim_url": endpoint,
        "overpass_rate_limit": False,  # slots are awaited by us, within the budget
        "max_query_area_size": float("inf"),  # tiles are cut by us
        "requests_timeout": client.rules.overpass_timeout_s,  # becomes the query's own timeout
        "doh_url_template": None,  # names are never sent to a third party
        "use_cache": False,
        "cache_only_mode": True,
        "requests_kwargs": {},
    }
    adapter = _ClientAdapter(client, read_body, limit_bytes=limit_bytes)
    with _ONE_AT_A_TIME:
        resolve, choose = socket.getaddrinfo, requests.Session.get_adapter
        before = {key: getattr(osmnx.settings, key) for key in changes}
        for key, value in changes.items():
            setattr(osmnx.settings, key, value)

        def choose_ours(session: requests.Session, url: str) -> BaseAdapter:
            return adapter if url.startswith(endpoint) else choose(session, url)

        requests.Session.get_adapter = choose_ours  # type: ignore[method-assign, assignment]
        try:
            yield
        except InterruptedError:  # osmnx's sign that all answers are in
            return
        finally:
            requests.Session.get_adapter = choose  # type: ignore[method-assign]
            socket.getaddrinfo = resolve
            for key, value in before.items():
                setattr(osmnx.settings, key, value)


def read_list(pieces: Iterator[bytes], url: str) -> Any:  # noqa: ANN401 - JSON
    """
    Return the list that Nominatim answers.

    Raises
    ------
    SourceError
        If it is something else.
    """
    answer = parse_json(b"".join(pieces), url=url)
    if not isinstance(answer, list):
        raise SourceError("the answer is not that of Nominatim", where=url, hint="check fetch.nominatim_url")
    return answer


class _ClientAdapter(BaseAdapter):
    """Sends what requests would send through our client; there is no other way to the network."""

    def __init__(self, client: PoliteClient, read_body: BodyReader, *, limit_bytes: int) -> None:
        super().__init__()
        self._client, self._read_body, self._limit_bytes = client, read_body, limit_bytes

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        url = str(request.url)
        headers = {"Accept-Encoding": "gzip", **_pick_content_type(request)}
        timeout_s = self._client.rules.overpass_timeout_s
        with self._client.open(
            url, headers=headers, content=_ask_for_versions(request), read_timeout_s=timeout_s
        ) as response:
            if response.status_code != _OK:
                raise TransientError(f"answer {response.status_code} without a question for it")
            pieces = iter_body(response, limit_bytes=self._limit_bytes)
            answer = self._read_body(pieces, url.split("?", maxsplit=1)[0])
        return _build_response(request, answer)

    def close(self) -> None:
        """Nothing is kept open."""


def _pick_content_type(request: requests.PreparedRequest) -> dict[str, str]:
    name = "Content-Type"
    return {name: str(request.headers[name])} if name in request.headers else {}


def _ask_for_versions(request: requests.PreparedRequest) -> bytes | None:
    # `out meta` instead of `out` adds version and time of each object, as extracts have them.
    # The user names that come with it are dropped at the door.
    if request.body is None:
        return None
    body = str(request.body).encode()  # a form: osmnx sends nothing else
    return body.removesuffix(b"out%3B") + b"out+meta%3B" if body.endswith(b"out%3B") else body


def _build_response(request: requests.PreparedRequest, answer: Any) -> requests.Response:  # noqa: ANN401 - JSON
    seen = requests.Response()
    seen.status_code, seen.reason, seen.url = _OK, "OK", str(request.url)
    seen.request, seen.headers["Content-Type"] = request, "application/json"
    seen.raw = io.BytesIO(json.dumps(answer).encode())
    return seen
